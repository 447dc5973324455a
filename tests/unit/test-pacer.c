/* gst-rtc: tests of the pacer
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "gst/core/rtp/rtcpacer.h"

#define PACKET 1200

/* How long @bytes take, and the largest burst of packets on the way */
static RtcTime
send (RtcPacer * pacer, gsize bytes, RtcTime * now, guint * largest)
{
  RtcTime start = *now;

  *largest = 0;
  for (;;) {
    guint n = 0;
    RtcTime next;

    while (bytes > 0 && rtc_pacer_may_send (pacer, *now)) {
      gsize size = MIN (bytes, PACKET);

      rtc_pacer_charge (pacer, size, *now);
      bytes -= size;
      n++;
    }
    *largest = MAX (*largest, n);
    if (bytes == 0)
      return *now - start;
    next = rtc_pacer_next_time (pacer, *now);
    g_assert_cmpint (next, >=, *now + 5 * RTC_MSECOND);
    *now = next;
    g_assert_true (rtc_pacer_may_send (pacer, *now));
  }
}

static void
test_usual_frame_at_once (void)
{
  RtcPacer pacer;
  RtcTime now = 0;
  guint largest;

  rtc_pacer_init (&pacer, now);
  for (guint i = 0; i < 100; i++, now += 33 * RTC_MSECOND)
    g_assert_cmpint (send (&pacer, 12500, &now, &largest), ==, 0);
}

static void
test_key_frame_in_instalments (void)
{
  RtcPacer pacer;
  RtcTime now = 1000 * RTC_SECOND, took;
  guint largest;

  rtc_pacer_init (&pacer, now);
  rtc_pacer_set_source_bitrate (&pacer, 500000, now);
  took = send (&pacer, 60000, &now, &largest);
  g_assert_cmpint (took, <=, 60 * RTC_MSECOND);
  g_assert_cmpint (took, >=, 30 * RTC_MSECOND);
  g_assert_cmpuint (largest, <=, 13);
}

static void
test_rate_follows_source (void)
{
  RtcPacer pacer;
  RtcTime now = 0, took;
  guint largest;

  /* 1 MB at 2.5 times 40 Mbit/s: 80 ms, also when the wake-ups come each 5 ms only */
  rtc_pacer_init (&pacer, now);
  rtc_pacer_set_source_bitrate (&pacer, 40000000, now);
  took = send (&pacer, 1000000, &now, &largest);
  g_assert_cmpint (took, >=, 60 * RTC_MSECOND);
  g_assert_cmpint (took, <=, 100 * RTC_MSECOND);
}

static void
test_charged_but_not_held (void)
{
  RtcPacer pacer;
  RtcTime next;

  /* What is sent regardless is paid by what can wait */
  rtc_pacer_init (&pacer, 0);
  for (guint i = 0; i < 100; i++)
    rtc_pacer_charge (&pacer, PACKET, 0);
  g_assert_false (rtc_pacer_may_send (&pacer, 0));
  next = rtc_pacer_next_time (&pacer, 0);
  g_assert_cmpint (next, >, 90 * RTC_MSECOND);
  g_assert_cmpint (next, <, 130 * RTC_MSECOND);
  g_assert_false (rtc_pacer_may_send (&pacer, next - 2));
  g_assert_true (rtc_pacer_may_send (&pacer, next));
}

static void
test_idle_and_back_in_time (void)
{
  RtcPacer pacer;
  RtcTime now = 0;
  guint largest;

  rtc_pacer_init (&pacer, now);
  rtc_pacer_set_source_bitrate (&pacer, 1000000000, now);
  now += 1000000 * RTC_SECOND;
  rtc_pacer_set_source_bitrate (&pacer, 0, now);
  g_assert_true (rtc_pacer_may_send (&pacer, now - RTC_SECOND));
  now += RTC_SECOND;
  send (&pacer, 60000, &now, &largest);
  g_assert_cmpuint (largest, <=, 13);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pacer/usual-frame-at-once", test_usual_frame_at_once);
  g_test_add_func ("/pacer/key-frame-in-instalments", test_key_frame_in_instalments);
  g_test_add_func ("/pacer/rate-follows-source", test_rate_follows_source);
  g_test_add_func ("/pacer/charged-but-not-held", test_charged_but_not_held);
  g_test_add_func ("/pacer/idle-and-back-in-time", test_idle_and_back_in_time);
  return g_test_run ();
}
