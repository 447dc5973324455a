/* gst-rtc: where received packets enter the pipeline
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/core/rtp/rtcreceiver.h>
#include <gst/gst.h>
#include "gstrtclatch.h"

G_BEGIN_DECLS

#define GST_TYPE_RTC_INLET (gst_rtc_inlet_get_type ())
G_DECLARE_FINAL_TYPE (GstRtcInlet, gst_rtc_inlet, GST, RTC_INLET, GstElement)

/**
 * GstRtcInletFuncs:
 * @accept: whether packets of @ssrc may enter with this payload type. Asked once for each combination and
 *     again after gst_rtc_inlet_reconsider(), on the network thread.
 * @leapt: packets of @ssrc are missing by the thousand, and none enters until it is accepted again. A jitter
 *     buffer has a timer for each that it misses: to take 32000 for lost keeps the network thread busy for
 *     seconds.
 */
typedef struct
{
  gboolean (*accept) (GstRtcInlet * inlet, guint32 ssrc, guint m_line, guint8 payload_type,
      gpointer user_data);
  void (*leapt) (GstRtcInlet * inlet, guint32 ssrc, gpointer user_data);
} GstRtcInletFuncs;

/**
 * gst_rtc_inlet_new:
 * @funcs: static
 * @latch: closed while the packets of a dispatch go in
 *
 * A live source without a thread of its own: it has the pads `rtp` and `rtcp`, and one network thread
 * pushes. What comes while it is not PLAYING is dropped.
 *
 * Returns: (transfer floating)
 */
GstRtcInlet *gst_rtc_inlet_new (const GstRtcInletFuncs * funcs, GstRtcLatch * latch, gpointer user_data);

/* The network thread. now: of g_get_monotonic_time(), when the packet came */
void gst_rtc_inlet_rtp (GstRtcInlet * inlet, const RtcReceivedPacket * packet, RtcTime now);
void gst_rtc_inlet_rtcp (GstRtcInlet * inlet, const guint8 * data, gsize size, RtcTime now);
void gst_rtc_inlet_flush (GstRtcInlet * inlet);

/* From any thread: what may enter has changed */
void gst_rtc_inlet_reconsider (GstRtcInlet * inlet);
/* Not from the network thread: nothing enters any more, and what has entered is followed by EOS */
void gst_rtc_inlet_end (GstRtcInlet * inlet);

G_END_DECLS
