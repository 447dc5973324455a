/* gst-rtc: tests of what congestion feedback says
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "gst/core/rtp/rtcfeedback.h"

#define SIZE 1000
#define TICK 250                /* microseconds, of a delta */
#define REFERENCE 64000         /* microseconds, of a reference time */

/* One feedback about @n packets from @first on that arrived @deltas ticks apart, G_MAXINT16 for one
 * that did not. Every status is a two-bit symbol of seven in a vector, every delta takes two bytes. */
static void
feed_back (RtcFeedback * feedback, guint16 first, guint32 reference, const gint16 * deltas, guint n,
    RtcTime now)
{
  guint8 data[256] = { 0x8f, 205, 0, 0, 0, 0, 0, 1, 0, 0, 0, 2 };
  gsize size = 20;
  RtcRtcpReader reader;
  RtcRtcpPacket packet;

  GST_WRITE_UINT16_BE (data + 12, first);
  GST_WRITE_UINT16_BE (data + 14, n);
  GST_WRITE_UINT24_BE (data + 16, reference);
  for (guint i = 0; i < n; i += 7, size += 2) {
    guint16 chunk = 0xc000;

    for (guint j = 0; j < 7 && i + j < n; j++)
      chunk |= (deltas[i + j] == G_MAXINT16 ? 0 : 2) << (12 - 2 * j);
    GST_WRITE_UINT16_BE (data + size, chunk);
  }
  for (guint i = 0; i < n; i++) {
    if (deltas[i] == G_MAXINT16)
      continue;
    GST_WRITE_UINT16_BE (data + size, deltas[i]);
    size += 2;
  }
  size = (size + 3) & ~3;
  GST_WRITE_UINT16_BE (data + 2, size / 4 - 1);

  rtc_rtcp_reader_init (&reader, data, size);
  g_assert_true (rtc_rtcp_reader_next (&reader, &packet));
  g_assert_cmpint (packet.kind, ==, RTC_RTCP_TWCC);
  rtc_feedback_on_rtcp (feedback, &packet, now);
}

static void
test_counts_received_and_lost (void)
{
  static const gint16 deltas[] = { 0, 4, G_MAXINT16, 8, 4, 4, 4, G_MAXINT16, 8 };
  RtcFeedback *feedback = rtc_feedback_new ();
  const RtcFeedbackStats *stats = rtc_feedback_get_stats (feedback);
  guint16 sequence = 65532;

  for (guint i = 0; i < 9; i++)
    rtc_feedback_on_sent (feedback, sequence + i, SIZE, i * RTC_MSECOND);
  feed_back (feedback, sequence, 1, deltas, 9, 100 * RTC_MSECOND);
  g_assert_cmpuint (stats->feedbacks, ==, 1);
  g_assert_cmpuint (stats->packets_reported, ==, 9);
  g_assert_cmpuint (stats->packets_lost, ==, 2);
  g_assert_cmpint (stats->queue_delay, ==, 0);

  /* The same again changes nothing; a packet that came late after all is no loss any more */
  feed_back (feedback, sequence, 1, deltas, 9, 110 * RTC_MSECOND);
  g_assert_cmpuint (stats->packets_reported, ==, 9);
  g_assert_cmpuint (stats->packets_lost, ==, 2);
  feed_back (feedback, sequence + 2, 1, deltas, 1, 120 * RTC_MSECOND);
  g_assert_cmpuint (stats->packets_reported, ==, 9);
  g_assert_cmpuint (stats->packets_lost, ==, 1);
  rtc_feedback_free (feedback);
}

static void
test_never_sent (void)
{
  static const gint16 deltas[] = { 0, 4, G_MAXINT16, 8 };
  RtcFeedback *feedback = rtc_feedback_new ();
  const RtcFeedbackStats *stats = rtc_feedback_get_stats (feedback);

  feed_back (feedback, 100, 1, deltas, 4, 0);
  /* Same place in the ring, other packet */
  rtc_feedback_on_sent (feedback, 100 + 4096, SIZE, 0);
  feed_back (feedback, 100, 1, deltas, 4, 0);
  g_assert_cmpuint (stats->feedbacks, ==, 2);
  g_assert_cmpuint (stats->packets_reported, ==, 0);
  g_assert_cmpuint (stats->acked_bitrate, ==, 0);
  rtc_feedback_free (feedback);
}

static void
test_queue_delay (void)
{
  static const gint16 even[] = { 0, 40, 40, 40 }, growing[] = { 0, 44, 48, 48 }, one[] = { 0 };
  RtcFeedback *feedback = rtc_feedback_new ();
  const RtcFeedbackStats *stats = rtc_feedback_get_stats (feedback);

  /* Sent each 10 ms = 40 ticks; a reference every 64 ms */
  for (guint i = 0; i < 4; i++) {
    rtc_feedback_on_sent (feedback, i, SIZE, i * 10 * RTC_MSECOND);
    rtc_feedback_on_sent (feedback, 4 + i, SIZE, REFERENCE + i * 10 * RTC_MSECOND);
  }
  rtc_feedback_on_sent (feedback, 8, SIZE, 2 * REFERENCE);

  feed_back (feedback, 0, 10, even, 4, 0);
  g_assert_cmpint (stats->queue_delay, ==, 0);
  feed_back (feedback, 4, 11, growing, 4, 0);
  g_assert_cmpint (stats->queue_delay, ==, 20 * TICK);
  /* Back to normal; seen although there is one packet only */
  feed_back (feedback, 8, 12, one, 1, 0);
  g_assert_cmpint (stats->queue_delay, ==, -20 * TICK);
  /* A receiver whose clock jumps says nothing about queues */
  rtc_feedback_on_sent (feedback, 9, SIZE, 3 * REFERENCE);
  feed_back (feedback, 9, 0x7fffff, one, 1, 0);
  g_assert_cmpint (stats->queue_delay, ==, 0);
  rtc_feedback_free (feedback);
}

static void
test_acked_bitrate (void)
{
  static const gint16 deltas[] = { 0, 40, 40, 40, 40, 40, 40, 40, 40, 40 };
  RtcFeedback *feedback = rtc_feedback_new ();
  const RtcFeedbackStats *stats = rtc_feedback_get_stats (feedback);
  RtcTime now = 0;

  /* 1000 bytes each 10 ms: 800 kbit/s, told each 100 ms, for a minute */
  for (guint i = 0; i < 6000; i++, now += 10 * RTC_MSECOND) {
    rtc_feedback_on_sent (feedback, i, SIZE, now);
    if (i % 10 == 9)
      feed_back (feedback, i - 9, 1, deltas, 10, now);
  }
  g_assert_cmpuint (stats->packets_reported, ==, 6000);
  g_assert_cmpuint (stats->acked_bitrate, >, 720000);
  g_assert_cmpuint (stats->acked_bitrate, <, 880000);
  rtc_feedback_free (feedback);
}

static void
test_remb (void)
{
  RtcFeedback *feedback = rtc_feedback_new ();
  const RtcRtcpPacket remb = {.kind = RTC_RTCP_REMB,.bitrate = 1234567 };
  const RtcRtcpPacket other = {.kind = RTC_RTCP_RR };

  rtc_feedback_on_rtcp (feedback, &remb, 0);
  rtc_feedback_on_rtcp (feedback, &other, 0);
  g_assert_cmpuint (rtc_feedback_get_stats (feedback)->remb_bitrate, ==, 1234567);
  g_assert_cmpuint (rtc_feedback_get_stats (feedback)->feedbacks, ==, 0);
  rtc_feedback_free (feedback);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/feedback/counts-received-and-lost", test_counts_received_and_lost);
  g_test_add_func ("/feedback/never-sent", test_never_sent);
  g_test_add_func ("/feedback/queue-delay", test_queue_delay);
  g_test_add_func ("/feedback/acked-bitrate", test_acked_bitrate);
  g_test_add_func ("/feedback/remb", test_remb);
  return g_test_run ();
}
