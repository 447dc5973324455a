/* gst-rtc: an SCTP association with somebody in between
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * That of a viewer, on the real library. All of this belongs to the viewer's loop.
 */
#pragma once

#include <gst/core/peer/rtcsctp.h>

G_BEGIN_DECLS

/**
 * HostileSctpHabits:
 * @max_packets: that it sends, 0 for any number
 * @reads_nothing: what comes stays in the window
 */
typedef struct
{
  guint max_packets;
  gboolean reads_nothing;
} HostileSctpHabits;

typedef struct
{
  RtcSctp parent;
  RtcSctp *inner;
  HostileSctpHabits habits;
  RtcSctpConfig config;
  void (*closed) (gpointer user_data);
  gpointer user_data;

  GQueue injected;              /* of GBytes */
  GBytes *current;              /* (nullable): what next_packet() gave out */
  guint n_packets;              /* that it sent */
  GPtrArray *seen;              /* of GBytes: the latest of its own packets */
  guint32 tag;                  /* that the peer wants in every packet; 0 until the association is up */
  guint n_resets;               /* streams that the peer reset */
  /* (nullable): may change the association's own packets, whose checksum is made again */
  void (*edit) (guint8 * packet, gsize size);
} HostileSctp;

/* closed: nothing is called any more */
HostileSctp *hostile_sctp_new (const RtcSctpConfig * config, const HostileSctpHabits * habits,
    void (*closed) (gpointer user_data), gpointer user_data);
/* In front of the association's own. bytes: (transfer full): with a header; its checksum is made if @checksum */
void hostile_sctp_inject (HostileSctp * self, GByteArray * packet, gboolean checksum);
/* A header with the right ports and tag */
GByteArray *hostile_sctp_begin_packet (HostileSctp * self);

G_END_DECLS
