/* gst-rtc: the members of a signaling server and what they say
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Members are clients behind WebSockets and, in a process that has a stream of its own, one local
 * member. With a local member every client sees that one only, and its sessions end with its socket.
 * Without one, clients meet in rooms, and their media outlive a broken socket.
 */
#pragma once

#include <gst/rtc/gstrtc.h>
#include <libsoup/soup.h>

#include "rtcsessionevents.h"

G_BEGIN_DECLS

typedef struct _RtcHub RtcHub;

/**
 * RtcHubConfig:
 * @ice_servers: (element-type RtcIceServer): what clients are told
 * @token: (nullable): what a login must carry
 * @max_clients: 0 for no limit
 * @max_room: members of a room; 0 for no limit
 * @local_name: (nullable): of the local member
 * @local: (nullable): the local member
 * @user_data: for @local
 */
typedef struct
{
  GPtrArray *ice_servers;
  const gchar *token;
  guint max_clients, max_room;
  const gchar *local_name;
  const RtcSessionEvents *local;
  gpointer user_data;
} RtcHubConfig;

RtcHub *rtc_hub_new (const RtcHubConfig * config);
void rtc_hub_free (RtcHub * hub);

void rtc_hub_add (RtcHub * hub, SoupWebsocketConnection * websocket, GSocket * socket);

/* From the local member. A session that has already ended is no error. */
void rtc_hub_send_description (RtcHub * hub, const gchar * name, GstRtcSdpType type, const gchar * sdp);
void rtc_hub_send_candidate (RtcHub * hub, const gchar * name, const gchar * candidate, const gchar * sdp_mid,
    guint sdp_m_line_index);
void rtc_hub_end_session (RtcHub * hub, const gchar * name, const GError * reason);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RtcHub, rtc_hub_free)

G_END_DECLS
