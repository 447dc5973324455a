/* gst-rtc: what one m= section receives: one source pad, whatever the peer sends there
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/core/base/rtctime.h>
#include "gstrtccodecs.h"
#include "gstrtclatch.h"
#include "gstrtcspout.h"
#include "gstrtctally.h"

G_BEGIN_DECLS

#define GST_TYPE_RTC_STREAM (gst_rtc_stream_get_type ())
G_DECLARE_FINAL_TYPE (GstRtcStream, gst_rtc_stream, GST, RTC_STREAM, GstBin)

typedef struct
{
  GstRtcTallyCounts in;
  GstRtcSpoutCounts out;
} GstRtcStreamStats;

/**
 * gst_rtc_stream_new:
 * @stream_id: of its stream-start event
 *
 * A bin with the pad `src`. Behind its gates is one decoder at a time, that of the codec that comes now; it
 * is replaced when another codec or SSRC comes, when it posts an error, and when downstream wants something
 * else.
 *
 * Returns: (transfer floating)
 */
GstRtcStream *gst_rtc_stream_new (RtcMediaKind kind, const gchar * stream_id, guint group_id,
    GstRtcLatch * latch);

/* While locked nothing passes: before the pad is known to downstream. */
void gst_rtc_stream_lock (GstRtcStream * stream);
void gst_rtc_stream_unlock (GstRtcStream * stream);
/* Gates are added and removed by one thread at a time, and the lock may be held meanwhile.
 * Returns: (transfer none): another sink pad, for RTP in order with caps */
GstPad *gst_rtc_stream_add_gate (GstRtcStream * stream, guint32 ssrc);
/* (transfer full) (element-type guint32): removes the gates of SSRCs that have been replaced for some time,
 * or all. Waits for the lock only for all. */
GArray *gst_rtc_stream_remove_gates (GstRtcStream * stream, gboolean all);
/* latency: of the jitter buffer, in milliseconds, for queries while there is no decoder */
void gst_rtc_stream_set_latency (GstRtcStream * stream, guint latency);
/* Downstream has been blocking for some time: packets would pile up */
gboolean gst_rtc_stream_is_stuck (GstRtcStream * stream);
void gst_rtc_stream_get_stats (GstRtcStream * stream, GstRtcStreamStats * stats);

/**
 * Ends in three steps, each for all streams before the next one, by a thread that may block: EOS of the
 * jitter buffer is the end from now on; has it left by @deadline (of g_get_monotonic_time())?; if not, it
 * leaves without the jitter buffer, and past a downstream that blocks: that is flushed.
 */
void gst_rtc_stream_expect_end (GstRtcStream * stream);
gboolean gst_rtc_stream_wait_end (GstRtcStream * stream, gint64 deadline);
void gst_rtc_stream_force_end (GstRtcStream * stream, gint64 deadline);

G_END_DECLS
