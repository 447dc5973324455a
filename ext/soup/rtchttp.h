/* gst-rtc: the HTTP side of the signaling server: the page, and the way to the WebSockets
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/rtc/gstrtc.h>
#include <libsoup/soup.h>

G_BEGIN_DECLS

/**
 * RtcHttpConfig:
 * @host: an address or a name to listen on
 * @port: 0 for any
 * @path: of the WebSockets, begins with "/"
 * @certificate: (nullable): a PEM file with a certificate chain: serve https and wss
 * @private_key: (nullable): a PEM file with the key of @certificate, if that does not hold it
 * @allowed_origin: (nullable): another origin whose pages may connect, "*" for any
 * @max_message_size: bytes of a WebSocket message
 */
typedef struct
{
  const gchar *host;
  guint16 port;
  const gchar *path;
  const gchar *certificate, *private_key;
  const gchar *allowed_origin;
  guint max_message_size;
} RtcHttpConfig;

typedef struct _RtcHttp RtcHttp;
typedef void (*RtcHttpConnected) (SoupWebsocketConnection * websocket, GSocket * socket, gpointer user_data);

RtcHttp *rtc_http_new (const RtcHttpConfig * config, RtcHttpConnected connected, gpointer user_data,
    GError ** error);
void rtc_http_free (RtcHttp * http);

guint16 rtc_http_get_port (RtcHttp * http);
gchar *rtc_http_get_address (RtcHttp * http);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RtcHttp, rtc_http_free)

G_END_DECLS
