/* gst-rtc: tests of pictures that stood still for longer than expected
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "gst/core/rtp/rtcfreezes.h"

static RtcTime
show (RtcFreezes * freezes, RtcTime now, RtcTime interval, guint n)
{
  for (guint i = 0; i < n; i++) {
    now += interval;
    rtc_freezes_on_picture (freezes, now);
  }
  return now;
}

static void
test_threshold (void)
{
  RtcFreezes freezes = { 0 };
  RtcTime now = show (&freezes, -50 * RTC_SECOND, 33 * RTC_MSECOND, 40);

  g_assert_cmpuint (freezes.count, ==, 0);
  now = show (&freezes, now, 182 * RTC_MSECOND, 1);
  g_assert_cmpuint (freezes.count, ==, 0);
  now = show (&freezes, now, 33 * RTC_MSECOND, 30);
  now = show (&freezes, now, 183 * RTC_MSECOND, 1);
  g_assert_cmpuint (freezes.count, ==, 1);
  g_assert_cmpint (freezes.duration, ==, 183 * RTC_MSECOND);

  /* where pictures are rare anyway, three times as long */
  now = show (&freezes, now, 200 * RTC_MSECOND, 40);
  now = show (&freezes, now, 590 * RTC_MSECOND, 1);
  now = show (&freezes, now, 200 * RTC_MSECOND, 30);
  freezes.count = 0;
  show (&freezes, now, 600 * RTC_MSECOND, 1);
  g_assert_cmpuint (freezes.count, ==, 1);
}

/* Nothing is expected before some have come, and time that stands still or goes back is none. */
static void
test_unknown (void)
{
  RtcFreezes freezes = { 0 };
  RtcTime now = show (&freezes, 100 * RTC_SECOND, RTC_SECOND, 1);

  now = show (&freezes, now, 10 * RTC_MSECOND, 4);
  now = show (&freezes, now, RTC_SECOND, 1);
  g_assert_cmpuint (freezes.count, ==, 0);
  now = show (&freezes, now, 10 * RTC_MSECOND, 30);
  now = show (&freezes, now, 0, 1);
  now = show (&freezes, now, -10 * RTC_SECOND, 1);
  show (&freezes, now, 10 * RTC_MSECOND, 30);
  g_assert_cmpuint (freezes.count, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/freezes/threshold", test_threshold);
  g_test_add_func ("/freezes/unknown", test_unknown);
  return g_test_run ();
}
