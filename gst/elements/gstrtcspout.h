/* gst-rtc: the side of a stream that downstream sees
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/core/base/rtctime.h>
#include <gst/gst.h>

G_BEGIN_DECLS

/* What downstream has said; set by whatever thread that was, taken by the one that feeds it */
typedef enum
{
  GST_RTC_SPOUT_UNWANTED = 1 << 0,      /* nobody is linked, or downstream has ended */
  GST_RTC_SPOUT_UNFIT = 1 << 1, /* it does not take the caps */
  GST_RTC_SPOUT_RECONSIDER = 1 << 2,    /* it is another one now */
  GST_RTC_SPOUT_NEEDS_KEY = 1 << 3,     /* it wants a key frame */
} GstRtcSpoutFlags;

/**
 * GstRtcSpoutCounts:
 * @buffers: that have left, of @duration nanoseconds in all as far as they say
 * @width, @height: of the last picture, 0 if it was none
 * @freezes: freezeCount of webrtc-stats, with @freezes_duration, as a sink shows it that waits for the clock
 */
typedef struct
{
  guint64 buffers;
  GstClockTime duration;
  guint width, height;
  guint freezes;
  RtcTime freezes_duration;
} GstRtcSpoutCounts;

/**
 * GstRtcSpout:
 *
 * A source pad that stays while the decoders behind it come and go: one stream-start, one segment as long as
 * it is the same, EOS only by gst_rtc_spout_push_eos(). Decoders are never told that downstream has a
 * problem. Thread-safe.
 */
typedef struct _GstRtcSpout GstRtcSpout;

/* Adds the pad `src` to @element. stream_start: (transfer full) */
GstRtcSpout *gst_rtc_spout_new (GstElement * element, GstEvent * stream_start);
/* When the element is gone */
void gst_rtc_spout_free (GstRtcSpout * spout);

/* decoder: (nullable): its source pad */
gboolean gst_rtc_spout_connect (GstRtcSpout * spout, GstPad * decoder);
/* (transfer full): what downstream takes */
GstCaps *gst_rtc_spout_query_caps (GstRtcSpout * spout);
gboolean gst_rtc_spout_has (GstRtcSpout * spout, GstRtcSpoutFlags flag);
/* As gst_rtc_spout_has(), and takes it back */
gboolean gst_rtc_spout_take (GstRtcSpout * spout, GstRtcSpoutFlags flag);
/* latency: in milliseconds, for queries while there is no decoder */
void gst_rtc_spout_set_latency (GstRtcSpout * spout, guint latency);
void gst_rtc_spout_read (GstRtcSpout * spout, GstRtcSpoutCounts * counts);

void gst_rtc_spout_push_eos (GstRtcSpout * spout);
/* deadline: of g_get_monotonic_time(). Returns: whether EOS has left */
gboolean gst_rtc_spout_wait_end (GstRtcSpout * spout, gint64 deadline);
/* What blocks in downstream comes back */
void gst_rtc_spout_start_flush (GstRtcSpout * spout);
/* EOS may leave again */
void gst_rtc_spout_stop_flush (GstRtcSpout * spout);

G_END_DECLS
