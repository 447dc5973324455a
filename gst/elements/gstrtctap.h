/* gst-rtc: where RTP leaves the pipeline
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/base/gstbasesink.h>
#include <gst/core/rtp/rtcframe.h>
#include "gstrtccodecs.h"

G_BEGIN_DECLS

#define GST_TYPE_RTC_TAP (gst_rtc_tap_get_type ())
G_DECLARE_FINAL_TYPE (GstRtcTap, gst_rtc_tap, GST, RTC_TAP, GstBaseSink)

/**
 * GstRtcTapFuncs:
 * @frame: a frame, or from packet-wise input a part of one; frame is (transfer full)
 * @caps: the RTP caps are known, or changed
 * @reordered: timestamps went backwards, which RTP senders with B-frames do; at most once per caps
 *
 * Called on the streaming thread.
 */
typedef struct
{
  void (*frame) (GstRtcTap * tap, RtcFrame * frame, gpointer user_data);
  void (*caps) (GstRtcTap * tap, GstCaps * caps, gpointer user_data);
  void (*reordered) (GstRtcTap * tap, gpointer user_data);
} GstRtcTapFuncs;

/* A tap that drops what comes, and keeps an otherwise unconnected stream flowing */
GstElement *gst_rtc_tap_new_anchor (void);

/**
 * gst_rtc_tap_new:
 * @whole_frames: packets are kept until the one with the marker and leave as one frame; without it each
 *     buffer or list leaves as it comes
 * @funcs: static
 */
GstElement *gst_rtc_tap_new (const GstRtcCodec * codec, gboolean whole_frames, const GstRtcTapFuncs * funcs,
    gpointer user_data);

/* Asks upstream for a key frame; from any thread but the loops' */
void gst_rtc_tap_request_key (GstRtcTap * tap);
/* (transfer none): what is upstream of it, with everything that delays on the way */
gboolean gst_rtc_tap_query_latency (GstRtcTap * tap, gboolean * live, GstClockTime * min, GstClockTime * max);

G_END_DECLS
