/* gst-rtc: what the jitter buffers of one peer see
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/core/rtp/rtclatency.h>
#include <gst/gst.h>

G_BEGIN_DECLS

/**
 * GstRtcJitter:
 *
 * The jitter buffers of an rtpbin by SSRC, and the latency that follows from what they see. Thread-safe.
 */
typedef struct _GstRtcJitter GstRtcJitter;

/* rtpbin: outlives it. All in milliseconds. */
GstRtcJitter *gst_rtc_jitter_new (GstElement * rtpbin, guint latency, guint min, guint max);
void gst_rtc_jitter_free (GstRtcJitter * jitter);
/* An SSRC's stream is no more */
void gst_rtc_jitter_forget (GstRtcJitter * jitter, guint32 ssrc);

/* Once a second, on a thread that may block: sets rtpbin's latency. Returns: whether it is another one. */
gboolean gst_rtc_jitter_update (GstRtcJitter * jitter, RtcTime now);
/* In milliseconds */
guint gst_rtc_jitter_get_latency (GstRtcJitter * jitter);

/* @ssrc's packet of this number is missing. Returns: whether to call gst_rtc_jitter_take_missing() until it returns 0 */
gboolean gst_rtc_jitter_add_missing (GstRtcJitter * jitter, guint32 ssrc, guint16 sequence);
/* For one NACK, which it counts. Returns: how many packets that @ssrc misses are in @sequences */
guint gst_rtc_jitter_take_missing (GstRtcJitter * jitter, guint32 * ssrc, guint16 * sequences, guint max);

/* Adds to a W3C inbound-rtp entry. clock_rate: of @ssrc's timestamps, in Hz */
void gst_rtc_jitter_describe (GstRtcJitter * jitter, guint32 ssrc, guint clock_rate, GstStructure * entry);

G_END_DECLS
