/* gst-rtc: unit tests of the timer heap
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <gst/loop/rtctimerheap.h>

#define N_TIMERS 200
#define N_STEPS 20000

static void
test_empty (void)
{
  RtcTimerHeap heap;
  RtcTimer timer = RTC_TIMER_INIT;

  rtc_timer_heap_init (&heap);
  g_assert_null (rtc_timer_heap_peek (&heap));
  rtc_timer_heap_set (&heap, &timer, RTC_TIME_NEVER);
  g_assert_null (rtc_timer_heap_peek (&heap));
  rtc_timer_heap_set (&heap, &timer, 5);
  rtc_timer_heap_set (&heap, &timer, 5);
  g_assert_true (rtc_timer_heap_peek (&heap) == &timer);
  rtc_timer_heap_set (&heap, &timer, RTC_TIME_NEVER);
  rtc_timer_heap_set (&heap, &timer, RTC_TIME_NEVER);
  g_assert_null (rtc_timer_heap_peek (&heap));
  rtc_timer_heap_clear (&heap);
}

static RtcTime
earliest (const RtcTime * times)
{
  RtcTime first = RTC_TIME_NEVER;

  for (guint i = 0; i < N_TIMERS; i++)
    first = MIN (first, times[i]);
  return first;
}

/* Against the simplest thing that can be right */
static void
test_random (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (7);
  RtcTimer timers[N_TIMERS];
  RtcTime times[N_TIMERS];
  RtcTimerHeap heap;

  rtc_timer_heap_init (&heap);
  for (guint i = 0; i < N_TIMERS; i++) {
    timers[i] = RTC_TIMER_INIT;
    times[i] = RTC_TIME_NEVER;
  }
  for (guint step = 0; step < N_STEPS; step++) {
    guint i = g_rand_int_range (random, 0, N_TIMERS);
    RtcTimer *first;

    /* few different times, so that many are equal */
    times[i] = g_rand_int_range (random, 0, 4) ? g_rand_int_range (random, -50, 50) : RTC_TIME_NEVER;
    rtc_timer_heap_set (&heap, &timers[i], times[i]);
    first = rtc_timer_heap_peek (&heap);
    g_assert_cmpint (first ? first->when : RTC_TIME_NEVER, ==, earliest (times));
  }
  for (RtcTimer * first; (first = rtc_timer_heap_peek (&heap));) {
    g_assert_cmpint (first->when, ==, earliest (times));
    times[first - timers] = RTC_TIME_NEVER;
    rtc_timer_heap_set (&heap, first, RTC_TIME_NEVER);
  }
  g_assert_cmpint (earliest (times), ==, RTC_TIME_NEVER);
  rtc_timer_heap_clear (&heap);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/timerheap/empty", test_empty);
  g_test_add_func ("/timerheap/random", test_random);
  return g_test_run ();
}
