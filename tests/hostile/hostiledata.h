/* gst-rtc: a peer whose data channels do as they please
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A viewer of our own core: what it does by the book goes through its session, the rest past it through its association.
 * The functions are for the test's own thread.
 */
#pragma once

#include "hostileviewer.h"

G_BEGIN_DECLS

/**
 * HostileNews:
 * @n_failed: channels that were not closed in good order
 * @n_messages: numbers that came back, and @n_wrong of them are not the one after the last
 * @n_others: messages that are no numbers
 * @longest_gap: between two messages with numbers
 */
typedef struct
{
  guint n_incoming, n_open, n_failed;
  guint n_messages, n_wrong, n_others;
  RtcTime last, longest_gap;
} HostileNews;

typedef struct
{
  HostileViewer *viewer;
  RtcSession *session;          /* (nullable): until it is connected */
  guint n_sent;
  HostileNews news;             /* the loop's */
} HostileData;

/* Does not wait: to be followed by hostile_data_connect(), or freed. sctp: (nullable) */
HostileData *hostile_data_start (HostileWorld * world, const gchar * name, const HostileSctpHabits * sctp);
void hostile_data_connect (HostileData * self);
void hostile_data_free (HostileData * self, HostileEnd end);

/* By the book */

/* Returns: its handle */
guint hostile_data_open (HostileData * self, const gchar * label);
/* The next number */
void hostile_data_count (HostileData * self, guint channel);
/* field: offset in HostileNews of a guint */
void hostile_data_wait (HostileData * self, gsize field, guint at_least);
#define HOSTILE_DATA_WAIT(self, member, n) hostile_data_wait (self, G_STRUCT_OFFSET (HostileNews, member), n)
HostileNews hostile_data_get_news (HostileData * self);
/* The longest time between two messages since the last call */
RtcTime hostile_data_take_longest_gap (HostileData * self);

/* Past the book */

/* On any stream, with any payload protocol; waits for room. FALSE: the association is over */
gboolean hostile_data_say (HostileData * self, guint16 stream, guint32 ppid, gconstpointer data, gsize size, gboolean is_last);
/* packet: (transfer full): goes into DTLS as it is, but for the checksum if @checksum */
void hostile_data_inject (HostileData * self, GByteArray * packet, gboolean checksum);
/* A header that the element takes */
GByteArray *hostile_data_begin_packet (HostileData * self);
/* (transfer full) (element-type GBytes): the latest packets that its own association has sent */
GPtrArray *hostile_data_get_seen (HostileData * self);
void hostile_data_edit (HostileData * self, void (*edit) (guint8 * packet, gsize size));
guint hostile_data_count_resets (HostileData * self);

G_END_DECLS
