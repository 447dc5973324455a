/* gst-rtc: tests of joining key frame requests
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "gst/core/rtp/rtckeyrequests.h"

#define INTERVAL RTC_KEY_REQUEST_INTERVAL
#define ENCODER_DELAY (40 * RTC_MSECOND)

static void
test_first_at_once (void)
{
  RtcKeyRequests requests;

  rtc_key_requests_init (&requests);
  g_assert_cmpint (rtc_key_requests_next_timeout (&requests), ==, RTC_TIME_NEVER);
  g_assert_false (rtc_key_requests_on_timeout (&requests, INTERVAL));
  g_assert_true (rtc_key_requests_want (&requests, 0));
  g_assert_false (rtc_key_requests_want (&requests, 1));
  rtc_key_requests_on_key_frame (&requests, ENCODER_DELAY);
  g_assert_cmpint (rtc_key_requests_next_timeout (&requests), ==, RTC_TIME_NEVER);
  g_assert_true (rtc_key_requests_want (&requests, INTERVAL));
}

static void
test_second_waits (void)
{
  RtcKeyRequests requests;

  rtc_key_requests_init (&requests);
  rtc_key_requests_want (&requests, 0);
  rtc_key_requests_on_key_frame (&requests, ENCODER_DELAY);
  g_assert_false (rtc_key_requests_want (&requests, 2 * ENCODER_DELAY));
  g_assert_cmpint (rtc_key_requests_next_timeout (&requests), ==, INTERVAL);
  g_assert_false (rtc_key_requests_on_timeout (&requests, INTERVAL - 1));
  g_assert_true (rtc_key_requests_on_timeout (&requests, INTERVAL));

  /* A key frame that comes by itself serves it as well */
  rtc_key_requests_on_key_frame (&requests, INTERVAL + ENCODER_DELAY);
  g_assert_false (rtc_key_requests_want (&requests, INTERVAL + 2 * ENCODER_DELAY));
  rtc_key_requests_on_key_frame (&requests, INTERVAL + 3 * ENCODER_DELAY);
  g_assert_cmpint (rtc_key_requests_next_timeout (&requests), ==, RTC_TIME_NEVER);
}

static void
test_lost_request_is_repeated (void)
{
  RtcKeyRequests requests;

  rtc_key_requests_init (&requests);
  g_assert_true (rtc_key_requests_want (&requests, 0));
  for (guint i = 1; i < 5; i++) {
    g_assert_cmpint (rtc_key_requests_next_timeout (&requests), ==, i * INTERVAL);
    g_assert_true (rtc_key_requests_on_timeout (&requests, i * INTERVAL));
  }
  rtc_key_requests_on_key_frame (&requests, 5 * INTERVAL);
  g_assert_cmpint (rtc_key_requests_next_timeout (&requests), ==, RTC_TIME_NEVER);
}

/* @n viewers come within @during, each with a replay if the last key frame is young, and all complain
 *     once more a little later. Returns how many key frames were forced while they came. */
static guint
count_forced (guint n, RtcTime during, GRand * random)
{
  RtcKeyRequests requests;
  RtcTime key = -10 * RTC_SECOND, coming = RTC_TIME_NEVER;
  guint forced = 0;

  rtc_key_requests_init (&requests);
  for (RtcTime now = 0; now < during; now += RTC_MSECOND) {
    gboolean joins = now % MAX (1, during / n) < RTC_MSECOND && now - key >= RTC_KEY_REQUEST_INTERVAL;
    gboolean complains = g_rand_int_range (random, 0, 10) == 0;

    if (now >= coming) {
      key = now;
      coming = RTC_TIME_NEVER;
      rtc_key_requests_on_key_frame (&requests, now);
    }
    if (((joins || complains) && rtc_key_requests_want (&requests, now))
        || rtc_key_requests_on_timeout (&requests, now)) {
      forced++;
      coming = now + ENCODER_DELAY;
    }
  }
  return forced;
}

static void
test_many_viewers_at_once (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (1);

  g_assert_cmpuint (count_forced (50, 10 * RTC_MSECOND, random), ==, 1);
  g_assert_cmpuint (count_forced (50, RTC_SECOND, random), <=, 2);
  g_assert_cmpuint (count_forced (50, 10 * RTC_SECOND, random), <=, 10);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/keyrequests/first-at-once", test_first_at_once);
  g_test_add_func ("/keyrequests/second-waits", test_second_waits);
  g_test_add_func ("/keyrequests/lost-request-is-repeated", test_lost_request_is_repeated);
  g_test_add_func ("/keyrequests/many-viewers-at-once", test_many_viewers_at_once);
  return g_test_run ();
}
