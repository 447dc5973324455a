/* gst-rtc: what a peer's congestion feedback says (transport-wide and REMB)
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "../base/rtcrtcp.h"
#include "../base/rtctime.h"

G_BEGIN_DECLS

typedef struct
{
  guint64 remb_bitrate;         /* bit/s, 0 before the first */
  guint64 acked_bitrate;        /* bit/s that arrived over the last second, from transport-wide feedback */
  guint64 packets_reported, packets_lost;       /* transport-wide */
  RtcTime queue_delay;          /* growth of the one-way delay over the last feedback, microseconds */
  guint feedbacks;
} RtcFeedbackStats;

typedef struct _RtcFeedback RtcFeedback;

RtcFeedback *rtc_feedback_new (void);
void rtc_feedback_free (RtcFeedback * feedback);
/* Called for each packet that carries a transport-wide sequence number */
void rtc_feedback_on_sent (RtcFeedback * feedback, guint16 transport_sequence, gsize size, RtcTime now);
void rtc_feedback_on_rtcp (RtcFeedback * feedback, const RtcRtcpPacket * packet, RtcTime now);
const RtcFeedbackStats *rtc_feedback_get_stats (const RtcFeedback * feedback);

G_END_DECLS
