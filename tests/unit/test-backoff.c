/* gst-rtc: tests of how long to wait before the next try
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <ext/soup/rtcbackoff.h>

#define FIRST 500
#define LONGEST 30000

static void
test_doubles (void)
{
  RtcBackoff backoff = {.first = FIRST,.longest = LONGEST };
  const gint64 expected[] = { 500, 1000, 2000, 4000, 8000, 16000, 30000, 30000 };

  for (guint i = 0; i < G_N_ELEMENTS (expected); i++)
    g_assert_cmpint (rtc_backoff_next (&backoff, 1), ==, expected[i]);
  for (guint i = 0; i < 1000; i++)
    g_assert_cmpint (rtc_backoff_next (&backoff, 1), ==, LONGEST);
  rtc_backoff_reset (&backoff);
  g_assert_cmpint (rtc_backoff_next (&backoff, 1), ==, FIRST);
}

/* Of a thousand clients, a tenth comes in each tenth of the time */
static void
test_spreads (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);
  guint tenths[10] = { 0 };

  for (guint i = 0; i < 1000; i++) {
    RtcBackoff backoff = {.first = FIRST,.longest = LONGEST,.tries = 20 };
    gint64 wait = rtc_backoff_next (&backoff, g_rand_double (rand));

    g_assert_cmpint (wait, >=, 0);
    g_assert_cmpint (wait, <, LONGEST);
    tenths[wait * 10 / LONGEST]++;
  }
  for (guint i = 0; i < 10; i++) {
    g_assert_cmpint (tenths[i], >, 60);
    g_assert_cmpint (tenths[i], <, 140);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/backoff/doubles", test_doubles);
  g_test_add_func ("/backoff/spreads", test_spreads);
  return g_test_run ();
}
