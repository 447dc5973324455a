/* gst-rtc: the recent frames of one source, as one loop sees them
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The one store behind sending, pacing, retransmission and replay. A frame's
 * number counts up from 0 and never comes again; a send stream is a cursor
 * over these numbers. Plaintext, so one copy serves every peer.
 */
#pragma once

#include "rtcframe.h"

G_BEGIN_DECLS

typedef struct _RtcFeed RtcFeed;

/**
 * rtc_feed_new:
 * @clock_rate: of the source's RTP timestamps
 * @max_age: how long frames are kept at least for retransmission (libwebrtc gives a frame up after
 *     some 200 ms; field systems keep 1 s), and the group of pictures since the last key frame for
 *     replay however old
 * @max_bytes: the bound on all of it; beyond, the oldest frames go, key frame or not, but never the
 *     newest one
 */
RtcFeed *rtc_feed_new (guint clock_rate, RtcTime max_age, gsize max_bytes);
void rtc_feed_free (RtcFeed * feed);

/* frame: (transfer none): the feed takes a reference of its own */
void rtc_feed_push (RtcFeed * feed, RtcFrame * frame, RtcTime now);

guint rtc_feed_get_clock_rate (const RtcFeed * feed);
/* frames [first, next) are held */
guint64 rtc_feed_get_first (const RtcFeed * feed);
guint64 rtc_feed_get_next (const RtcFeed * feed);
/* (transfer none) (nullable): NULL once it is gone */
const RtcFrame *rtc_feed_get_frame (const RtcFeed * feed, guint64 number);
/* when it was pushed; only for a frame that is held */
RtcTime rtc_feed_get_arrival (const RtcFeed * feed, guint64 number);
/* FALSE when no key frame is held; arrived: when it was pushed. Of a key frame in several parts that are
 * all marked as key (parameter sets, slices) this is the first. */
gboolean rtc_feed_get_key_frame (const RtcFeed * feed, guint64 * number, RtcTime * arrived);
/* bits per second over about the last second, for the pacer */
guint64 rtc_feed_get_bitrate (const RtcFeed * feed);

G_END_DECLS
