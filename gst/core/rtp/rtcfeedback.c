/* gst-rtc: what a peer's congestion feedback says (transport-wide and REMB)
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "rtcfeedback.h"
#include "rtcrate.h"

/* More is no queue but a clock that was set, or a number that went round while nothing was sent */
#define MAX_QUEUE_DELAY (10 * RTC_SECOND)

/* Two seconds at 10 Mbit/s: feedback comes some ten times a second, and after a round trip */
#define CAPACITY 2048

typedef enum
{
  PACKET_UNKNOWN,
  PACKET_SENT,
  PACKET_LOST,                  /* reported as lost; may still be reported as received */
  PACKET_RECEIVED,
} PacketState;

typedef struct
{
  guint32 sent;                 /* microseconds, lower half */
  guint16 sequence;
  guint16 size:14;
  guint16 state:2;
} SentPacket;

G_STATIC_ASSERT (sizeof (SentPacket) == 8);

/* A packet that arrived: when it left on our clock, and when it came on the peer's */
typedef struct
{
  gboolean known;
  guint32 sent;
  gint64 arrived;
} Arrival;

struct _RtcFeedback
{
  SentPacket packets[CAPACITY];
  Arrival last;
  RtcRate acked;
  RtcFeedbackStats stats;
};

typedef struct
{
  RtcFeedback *feedback;
  gint64 clock;                 /* the peer's, at the packet that is being read */
  Arrival first, last;
  gsize acked;
} Report;

static void
note_reported (RtcFeedback * feedback, SentPacket * packet, PacketState state)
{
  if (packet->state == PACKET_SENT)
    feedback->stats.packets_reported++;
  else if (packet->state == PACKET_LOST)
    feedback->stats.packets_lost--;
  if (state == PACKET_LOST)
    feedback->stats.packets_lost++;
  packet->state = state;
}

static void
on_packet_status (guint16 sequence, gboolean received, gint32 delta_us, gpointer user_data)
{
  Report *report = user_data;
  SentPacket *packet = &report->feedback->packets[sequence % CAPACITY];

  if (received)
    report->clock += delta_us;
  if (packet->state == PACKET_UNKNOWN || packet->sequence != sequence)
    return;

  if (received) {
    report->last = (Arrival) {.known = TRUE,.sent = packet->sent,.arrived = report->clock };
    if (!report->first.known)
      report->first = report->last;
  }
  if (packet->state == PACKET_RECEIVED)
    return;
  if (received)
    report->acked += packet->size;
  note_reported (report->feedback, packet, received ? PACKET_RECEIVED : PACKET_LOST);
}

/* From the last packet of the feedback before, so that it is known where each tells of one packet only */
static void
update_queue_delay (RtcFeedback * feedback, const Report * report)
{
  const Arrival *from = feedback->last.known ? &feedback->last : &report->first;
  gint64 growth;

  if (!report->last.known)
    return;
  growth = report->last.arrived - from->arrived - (gint32) (report->last.sent - from->sent);
  feedback->stats.queue_delay = ABS (growth) < MAX_QUEUE_DELAY ? growth : 0;
  feedback->last = report->last;
}

static void
on_twcc (RtcFeedback * feedback, const RtcRtcpPacket * packet, RtcTime now)
{
  Report report = {.feedback = feedback,.clock = rtc_rtcp_twcc_reference (packet) };

  if (!rtc_rtcp_twcc_foreach (packet, on_packet_status, &report))
    return;

  update_queue_delay (feedback, &report);
  rtc_rate_add (&feedback->acked, report.acked, now);
  feedback->stats.acked_bitrate = rtc_rate_get (&feedback->acked);
  feedback->stats.feedbacks++;
}

RtcFeedback *
rtc_feedback_new (void)
{
  return g_new0 (RtcFeedback, 1);
}

void
rtc_feedback_free (RtcFeedback * feedback)
{
  g_free (feedback);
}

void
rtc_feedback_on_sent (RtcFeedback * feedback, guint16 transport_sequence, gsize size, RtcTime now)
{
  feedback->packets[transport_sequence % CAPACITY] = (SentPacket) {
    .sent = (guint32) now,
    .sequence = transport_sequence,
    .size = size,
    .state = PACKET_SENT,
  };
}

void
rtc_feedback_on_rtcp (RtcFeedback * feedback, const RtcRtcpPacket * packet, RtcTime now)
{
  if (packet->kind == RTC_RTCP_REMB)
    feedback->stats.remb_bitrate = packet->bitrate;
  else if (packet->kind == RTC_RTCP_TWCC)
    on_twcc (feedback, packet, now);
}

const RtcFeedbackStats *
rtc_feedback_get_stats (const RtcFeedback * feedback)
{
  return &feedback->stats;
}
