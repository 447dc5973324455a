/* gst-rtc: the members of a signaling server, as its own files see them
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Sending never takes anybody away: who does not read is found by the next check. So members stay while
 * others are told of something. Whoever tells the local member something does so last, as that may do
 * anything, also free the hub.
 */
#pragma once

#include "rtcconnection.h"
#include "rtchub.h"
#include "rtcmembers.h"
#include "rtcmessage.h"

G_BEGIN_DECLS

struct _RtcHub
{
  RtcMembers *members;
  RtcMember *local;             /* NULL in a server of its own */
  RtcSessionEvents events;
  gpointer user_data;
  GHashTable *connections;      /* RtcConnection, owned, to RtcMember or NULL */
  GPtrArray *ice_servers;       /* of RtcIceServer */
  gchar *token, *instance;
  guint max_clients, max_room;
  GSource *check;
  guint n_named;                /* names given away so far */
  guint n_sessions;             /* of the local member, so far */
};

/* Each file calls only those before it: members ← rooms ← hub */

/* rtchubmembers.c */
RtcMember *rtc_hub_get_member (RtcHub * hub, RtcConnection * connection);
void rtc_hub_set_member (RtcHub * hub, RtcConnection * connection, RtcMember * member);
void rtc_hub_send (RtcConnection * connection, const gchar * text);
void rtc_hub_update_purpose (RtcHub * hub, RtcMember * member);
gboolean rtc_hub_part (RtcHub * hub, RtcMember * a, RtcMember * b);
gboolean rtc_hub_part_from_all (RtcHub * hub, RtcMember * member, const gchar * farewell);
/* member: (nullable): its connection no longer stands for it */
void rtc_hub_remove_member (RtcHub * hub, RtcMember * member, const GError * reason);
void rtc_hub_end_member (RtcHub * hub, RtcConnection * connection, const GError * reason);
void rtc_hub_turn_out (RtcHub * hub, RtcConnection * connection, gushort code, const GError * reason);
void rtc_hub_refuse (RtcHub * hub, RtcConnection * connection, const gchar * reply, const GError * fault);

/* rtchubrooms.c */
void rtc_hub_handle (RtcHub * hub, RtcConnection * connection, RtcMessage * message);

G_END_DECLS
