/* gst-rtc: tests of the latency that follows the network
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "gst/core/rtp/rtclatency.h"

#define MIN_LATENCY (20 * RTC_MSECOND)
#define MAX_LATENCY (500 * RTC_MSECOND)

typedef struct
{
  RtcLatency latency;
  RtcTime now;
  guint changes;
} Fixture;

static Fixture
start_with (RtcTime start)
{
  Fixture fixture = { .now = 1000 * RTC_SECOND };

  rtc_latency_init (&fixture.latency, start, MIN_LATENCY, MAX_LATENCY);
  return fixture;
}

static void
sample (Fixture * fixture, guint seconds, RtcLatencySample sample)
{
  for (guint i = 0; i < seconds; i++) {
    RtcTime before = fixture->latency.current;
    gboolean changed = rtc_latency_on_sample (&fixture->latency, &sample, fixture->now);

    g_assert_cmpint (changed, ==, fixture->latency.current != before);
    g_assert_cmpint (fixture->latency.current, >=, MIN_LATENCY);
    g_assert_cmpint (fixture->latency.current, <=, MAX_LATENCY);
    fixture->changes += changed;
    fixture->now += RTC_SECOND;
  }
}

static void
jitter (Fixture * fixture, guint seconds, guint milliseconds)
{
  sample (fixture, seconds, (RtcLatencySample) {.jitter = milliseconds * RTC_MSECOND });
}

static void
assert_latency (const Fixture * fixture, guint milliseconds)
{
  g_assert_cmpint (fixture->latency.current, ==, milliseconds * RTC_MSECOND);
}

static void
test_limits (void)
{
  RtcLatency latency;

  rtc_latency_init (&latency, 5 * RTC_SECOND, MIN_LATENCY, MAX_LATENCY);
  g_assert_cmpint (latency.current, ==, MAX_LATENCY);
  rtc_latency_init (&latency, 0, MIN_LATENCY, MAX_LATENCY);
  g_assert_cmpint (latency.current, ==, MIN_LATENCY);
  rtc_latency_init (&latency, 0, MAX_LATENCY, MIN_LATENCY);
  g_assert_cmpint (latency.current, ==, MAX_LATENCY);

  /* A latency that is fixed, or none at all, stays */
  rtc_latency_init (&latency, 0, 0, 0);
  for (guint i = 0; i < 30; i++)
    g_assert_false (rtc_latency_on_sample (&latency, &(RtcLatencySample) {.jitter = RTC_SECOND,.late = 9 },
            i * RTC_SECOND));
}

static void
test_up_at_once (void)
{
  Fixture fixture = start_with (40 * RTC_MSECOND);

  jitter (&fixture, 1, 5);
  assert_latency (&fixture, 40);
  jitter (&fixture, 1, 30);
  assert_latency (&fixture, 130);
  sample (&fixture, 1, (RtcLatencySample) {.jitter = 30 * RTC_MSECOND,.retransmissions = 2,
        .round_trip_time = 80 * RTC_MSECOND });
  assert_latency (&fixture, 250);
  sample (&fixture, 1, (RtcLatencySample) {.jitter = 30 * RTC_MSECOND,.retransmissions = 3,
        .round_trip_time = 80 * RTC_MSECOND });
  assert_latency (&fixture, 330);
  sample (&fixture, 1, (RtcLatencySample) {.jitter = G_MAXINT64,.round_trip_time = G_MAXINT64,
        .retransmissions = 1 });
  assert_latency (&fixture, 500);
}

static void
test_round_trip_only_where_used (void)
{
  Fixture fixture = start_with (40 * RTC_MSECOND);

  sample (&fixture, 60, (RtcLatencySample) {.jitter = 6 * RTC_MSECOND,.round_trip_time = 200 * RTC_MSECOND });
  assert_latency (&fixture, 40);
}

static void
test_down_slowly (void)
{
  Fixture fixture = start_with (200 * RTC_MSECOND);

  jitter (&fixture, 10, 10);
  assert_latency (&fixture, 200);
  jitter (&fixture, 1, 10);
  assert_latency (&fixture, 160);
  jitter (&fixture, 9, 10);
  assert_latency (&fixture, 160);
  jitter (&fixture, 1, 10);
  assert_latency (&fixture, 128);
  /* As long as it takes, but not below what it wants, nor all of the way */
  jitter (&fixture, 100, 10);
  g_assert_cmpint (fixture.latency.current, >=, 50 * RTC_MSECOND);
  g_assert_cmpint (fixture.latency.current, <=, 63 * RTC_MSECOND);
  g_assert_cmpuint (fixture.changes, ==, 6);
}

static void
test_noise_changes_nothing (void)
{
  Fixture fixture = start_with (40 * RTC_MSECOND);
  g_autoptr (GRand) random = g_rand_new_with_seed (1);

  for (guint i = 0; i < 600; i++)
    jitter (&fixture, 1, g_rand_int_range (random, 10, 20));
  g_assert_cmpuint (fixture.changes, <=, 8);
  g_assert_cmpint (fixture.latency.current, >=, 70 * RTC_MSECOND);
  g_assert_cmpint (fixture.latency.current, <=, 90 * RTC_MSECOND);
}

static void
test_spikes_hold_it_up (void)
{
  Fixture fixture = start_with (40 * RTC_MSECOND);

  for (guint i = 0; i < 20; i++) {
    jitter (&fixture, 1, 40);
    jitter (&fixture, 8, 5);
  }
  assert_latency (&fixture, 170);
  g_assert_cmpuint (fixture.changes, ==, 1);
}

static void
test_late_packets (void)
{
  Fixture fixture = start_with (100 * RTC_MSECOND);
  guint tries;

  sample (&fixture, 1, (RtcLatencySample) {.late = 1 });
  assert_latency (&fixture, 140);
  sample (&fixture, 30, (RtcLatencySample) {.late = 1 });
  assert_latency (&fixture, 500);

  /* Something that jitter does not show: below 150 ms packets are late. It is not tried again and again. */
  fixture = start_with (40 * RTC_MSECOND);
  for (guint i = 0; i < 600; i++)
    sample (&fixture, 1, (RtcLatencySample) {.late = fixture.latency.current < 150 * RTC_MSECOND });
  tries = fixture.changes;
  g_assert_cmpuint (tries, <=, 40);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/latency/limits", test_limits);
  g_test_add_func ("/latency/up-at-once", test_up_at_once);
  g_test_add_func ("/latency/round-trip-only-where-used", test_round_trip_only_where_used);
  g_test_add_func ("/latency/down-slowly", test_down_slowly);
  g_test_add_func ("/latency/noise-changes-nothing", test_noise_changes_nothing);
  g_test_add_func ("/latency/spikes-hold-it-up", test_spikes_hold_it_up);
  g_test_add_func ("/latency/late-packets", test_late_packets);
  return g_test_run ();
}
