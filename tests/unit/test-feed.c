/* gst-rtc: tests of the feed
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "gst/core/rtp/rtcfeed.h"

#define FRAME_INTERVAL (33 * RTC_MSECOND)

static void
push (RtcFeed * feed, guint32 timestamp, gboolean key, gsize size, RtcTime now)
{
  static const guint8 bytes[RTC_FRAME_MAX_PAYLOAD] = { 0, };
  const RtcFramePart part = { bytes, size, TRUE };
  g_autoptr (RtcFrame) frame = rtc_frame_new (timestamp, now, key, &part, 1);

  rtc_feed_push (feed, frame, now);
}

static void
push_many (RtcFeed * feed, guint n, gboolean first_is_key, gsize size, RtcTime * now)
{
  for (guint i = 0; i < n; i++, *now += FRAME_INTERVAL)
    push (feed, *now, first_is_key && i == 0, size, *now);
}

static void
test_numbers (void)
{
  RtcFeed *feed = rtc_feed_new (90000, RTC_SECOND, G_MAXSIZE);

  g_assert_cmpuint (rtc_feed_get_clock_rate (feed), ==, 90000);
  g_assert_cmpuint (rtc_feed_get_next (feed), ==, 0);
  g_assert_null (rtc_feed_get_frame (feed, 0));
  g_assert_false (rtc_feed_get_key_frame (feed, NULL, NULL));

  push (feed, 1000, FALSE, 10, 5);
  push (feed, 2000, FALSE, 10, 6);
  g_assert_cmpuint (rtc_feed_get_first (feed), ==, 0);
  g_assert_cmpuint (rtc_feed_get_next (feed), ==, 2);
  g_assert_cmpuint (rtc_feed_get_frame (feed, 0)->timestamp, ==, 1000);
  g_assert_cmpuint (rtc_feed_get_frame (feed, 1)->timestamp, ==, 2000);
  g_assert_cmpint (rtc_feed_get_arrival (feed, 1), ==, 6);
  g_assert_null (rtc_feed_get_frame (feed, 2));
  g_assert_null (rtc_feed_get_frame (feed, G_MAXUINT64));
  rtc_feed_free (feed);
}

static void
test_keeps_group_however_old (void)
{
  RtcFeed *feed = rtc_feed_new (90000, RTC_SECOND, G_MAXSIZE);
  RtcTime now = 0, arrived;
  guint64 key;

  push_many (feed, 300, TRUE, 10, &now);
  g_assert_true (rtc_feed_get_key_frame (feed, &key, &arrived));
  g_assert_cmpuint (key, ==, 0);
  g_assert_cmpint (arrived, ==, 0);
  g_assert_cmpuint (rtc_feed_get_first (feed), ==, 0);
  for (guint i = 0; i < 300; i++)
    g_assert_cmpuint (rtc_feed_get_frame (feed, i)->timestamp, ==, i * FRAME_INTERVAL);

  /* The next key frame frees the group before, but for the last second */
  push_many (feed, 1, TRUE, 10, &now);
  g_assert_true (rtc_feed_get_key_frame (feed, &key, NULL));
  g_assert_cmpuint (key, ==, 300);
  g_assert_cmpuint (rtc_feed_get_first (feed), ==, 300 - RTC_SECOND / FRAME_INTERVAL);
  rtc_feed_free (feed);
}

static void
test_without_key_frames (void)
{
  RtcFeed *feed = rtc_feed_new (48000, RTC_SECOND, G_MAXSIZE);
  RtcTime now = 0;

  push_many (feed, 10000, FALSE, 10, &now);
  g_assert_cmpuint (rtc_feed_get_next (feed), ==, 10000);
  g_assert_cmpuint (rtc_feed_get_first (feed), ==, 10000 - 1 - RTC_SECOND / FRAME_INTERVAL);
  rtc_feed_free (feed);
}

static void
test_bounded_by_bytes (void)
{
  RtcFeed *feed = rtc_feed_new (90000, 100 * RTC_SECOND, 100000);
  RtcTime now = 0;

  push_many (feed, 1000, TRUE, 1000, &now);
  g_assert_cmpuint (rtc_feed_get_next (feed) - rtc_feed_get_first (feed), <=, 100);
  g_assert_cmpuint (rtc_feed_get_next (feed) - rtc_feed_get_first (feed), >=, 80);
  g_assert_false (rtc_feed_get_key_frame (feed, NULL, NULL));
  rtc_feed_free (feed);

  /* The newest frame always has a place; frames of no size at all are not free */
  feed = rtc_feed_new (90000, RTC_SECOND, 500);
  push (feed, 0, TRUE, 1000, 0);
  g_assert_nonnull (rtc_feed_get_frame (feed, 0));
  for (guint i = 1; i < 1000; i++)
    push (feed, i, FALSE, 1, 0);
  g_assert_cmpuint (rtc_feed_get_next (feed) - rtc_feed_get_first (feed), <, 10);
  rtc_feed_free (feed);
}

static void
test_key_frame_in_parts (void)
{
  RtcFeed *feed = rtc_feed_new (90000, RTC_SECOND, G_MAXSIZE);
  guint64 key;

  push (feed, 0, FALSE, 10, 0);
  push (feed, 3000, TRUE, 10, 1);
  push (feed, 3000, TRUE, 10, 2);
  push (feed, 3000, FALSE, 10, 3);
  g_assert_true (rtc_feed_get_key_frame (feed, &key, NULL));
  g_assert_cmpuint (key, ==, 1);
  push (feed, 6000, TRUE, 10, 4);
  g_assert_true (rtc_feed_get_key_frame (feed, &key, NULL));
  g_assert_cmpuint (key, ==, 4);
  rtc_feed_free (feed);
}

static void
test_bitrate (void)
{
  RtcFeed *feed = rtc_feed_new (90000, RTC_SECOND, G_MAXSIZE);
  RtcTime now = 0;

  g_assert_cmpuint (rtc_feed_get_bitrate (feed), ==, 0);
  /* 1000 bytes each 33 ms: 242 kbit/s */
  push_many (feed, 100, FALSE, 1000, &now);
  g_assert_cmpuint (rtc_feed_get_bitrate (feed), >, 220000);
  g_assert_cmpuint (rtc_feed_get_bitrate (feed), <, 265000);
  push_many (feed, 100, FALSE, 100, &now);
  g_assert_cmpuint (rtc_feed_get_bitrate (feed), <, 26500);
  now += 10 * RTC_SECOND;
  push_many (feed, 1, FALSE, 10, &now);
  g_assert_cmpuint (rtc_feed_get_bitrate (feed), <, 100);
  rtc_feed_free (feed);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/feed/numbers", test_numbers);
  g_test_add_func ("/feed/keeps-group-however-old", test_keeps_group_however_old);
  g_test_add_func ("/feed/without-key-frames", test_without_key_frames);
  g_test_add_func ("/feed/bounded-by-bytes", test_bounded_by_bytes);
  g_test_add_func ("/feed/key-frame-in-parts", test_key_frame_in_parts);
  g_test_add_func ("/feed/bitrate", test_bitrate);
  return g_test_run ();
}
