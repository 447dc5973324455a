/* gst-rtc: one WebSocket, of the signaling server or of its client
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <libsoup/soup.h>

#include "rtcclient.h"

G_BEGIN_DECLS

typedef struct _RtcConnection RtcConnection;

/**
 * RtcConnectionEvents:
 * @message: the other side has sent a text frame
 * @fault: the other side has sent something that cannot be understood
 * @closed: the socket is gone; nothing follows
 */
typedef struct
{
  void (*message) (RtcConnection * connection, const gchar * text, gsize size, gpointer user_data);
  void (*fault) (RtcConnection * connection, const GError * error, gpointer user_data);
  void (*closed) (RtcConnection * connection, gpointer user_data);
} RtcConnectionEvents;

RtcConnection *rtc_connection_new (SoupWebsocketConnection * websocket, GSocket * socket,
    const RtcConnectionEvents * events, gpointer user_data);
RtcConnection *rtc_connection_ref (RtcConnection * connection);
void rtc_connection_unref (RtcConnection * connection);

RtcClient *rtc_connection_get_client (RtcConnection * connection);
gboolean rtc_connection_is_open (RtcConnection * connection);
gboolean rtc_connection_check (RtcConnection * connection, gint64 now, GError ** error);
void rtc_connection_send (RtcConnection * connection, const gchar * text);
void rtc_connection_close (RtcConnection * connection, gushort code, const gchar * reason);
void rtc_connection_abort (RtcConnection * connection, const gchar * last_words);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RtcConnection, rtc_connection_unref)

G_END_DECLS
