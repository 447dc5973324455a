/* gst-rtc: the address of a STUN or TURN server
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/rtc/gstrtc.h>

G_BEGIN_DECLS

/**
 * RtcIceServer:
 * @url: as browsers take it: "stun:host:port" (RFC 7064) or "turn(s):host:port?transport=…" (RFC 7065)
 * @username: (nullable)
 * @credential: (nullable)
 *
 * The W3C's RTCIceServer.
 */
typedef struct
{
  gchar *url, *username, *credential;
} RtcIceServer;

RtcIceServer *rtc_ice_server_new (const gchar * uri, GError ** error);
void rtc_ice_server_free (RtcIceServer * server);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RtcIceServer, rtc_ice_server_free)

G_END_DECLS
