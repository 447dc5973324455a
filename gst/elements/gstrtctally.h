/* gst-rtc: what has come to one m= section, counted
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/**
 * GstRtcTallyCounts:
 * @ssrc: whose packets pass, 0 before the first
 * @clock_rate: of what is decoded, 0 before that
 * @decoded: what leaves is raw now
 * @emitted: frames that left the jitter buffer, after @delay nanoseconds in all since their arrival
 * @dropped: frames of no use to the decoder, which waits for a key frame
 * @keys: key frames that the decoder got
 * @concealed: nanoseconds of sound that never came, which the decoder makes up; @concealments: on how many
 *     occasions. What it gets back from in-band FEC is among them.
 */
typedef struct
{
  guint32 ssrc;
  guint clock_rate;
  gboolean decoded;
  guint64 emitted, delay;
  guint dropped, keys;
  guint64 concealed, concealments;
} GstRtcTallyCounts;

/* GstRtcTally: counts are written by one thread at a time, and read by any. */
typedef struct
{
  GMutex lock;                  /* a leaf */
  GstRtcTallyCounts counts;
  /* of who writes */
  GstClockTime last_pts, last_key;
  gboolean losing;
} GstRtcTally;

void gst_rtc_tally_init (GstRtcTally * tally);
void gst_rtc_tally_clear (GstRtcTally * tally);
void gst_rtc_tally_set_ssrc (GstRtcTally * tally, guint32 ssrc);
void gst_rtc_tally_set_decoded (GstRtcTally * tally, gboolean decoded, guint clock_rate);

/* A packet is on its way to the decoder of @element, which knows what time it is: in running time. */
void gst_rtc_tally_on_packet (GstRtcTally * tally, GstElement * element, GstClockTime pts,
    gboolean starts_key);
void gst_rtc_tally_on_drop (GstRtcTally * tally);
/* event: GstRTPPacketLost of sound */
void gst_rtc_tally_on_loss (GstRtcTally * tally, GstEvent * event);
void gst_rtc_tally_read (GstRtcTally * tally, GstRtcTallyCounts * counts);

G_END_DECLS
