/* gst-rtc: the next of many timers
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "rtctimerheap.h"

static RtcTimer *
timer_at (const RtcTimerHeap * heap, guint index)
{
  return g_ptr_array_index (heap->timers, index);
}

static void
place (RtcTimerHeap * heap, RtcTimer * timer, guint index)
{
  heap->timers->pdata[index] = timer;
  timer->index = index;
}

static void
sift_up (RtcTimerHeap * heap, RtcTimer * timer)
{
  guint index = timer->index;

  while (index > 0) {
    guint parent = (index - 1) / 2;

    if (timer_at (heap, parent)->when <= timer->when)
      break;
    place (heap, timer_at (heap, parent), index);
    index = parent;
  }
  place (heap, timer, index);
}

static void
sift_down (RtcTimerHeap * heap, RtcTimer * timer)
{
  guint index = timer->index;

  for (;;) {
    guint child = 2 * index + 1;

    if (child >= heap->timers->len)
      break;
    if (child + 1 < heap->timers->len && timer_at (heap, child + 1)->when < timer_at (heap, child)->when)
      child++;
    if (timer->when <= timer_at (heap, child)->when)
      break;
    place (heap, timer_at (heap, child), index);
    index = child;
  }
  place (heap, timer, index);
}

static void
take_out (RtcTimerHeap * heap, RtcTimer * timer)
{
  RtcTimer *last = timer_at (heap, heap->timers->len - 1);

  g_ptr_array_set_size (heap->timers, heap->timers->len - 1);
  if (last == timer)
    return;
  place (heap, last, timer->index);
  sift_up (heap, last);
  sift_down (heap, last);
}

void
rtc_timer_heap_init (RtcTimerHeap * heap)
{
  heap->timers = g_ptr_array_new ();
}

void
rtc_timer_heap_clear (RtcTimerHeap * heap)
{
  g_clear_pointer (&heap->timers, g_ptr_array_unref);
}

void
rtc_timer_heap_set (RtcTimerHeap * heap, RtcTimer * timer, RtcTime when)
{
  gboolean was_in = timer->when != RTC_TIME_NEVER;

  if (timer->when == when)
    return;
  timer->when = when;
  if (when == RTC_TIME_NEVER) {
    take_out (heap, timer);
    return;
  }
  if (!was_in) {
    g_ptr_array_add (heap->timers, timer);
    timer->index = heap->timers->len - 1;
  }
  sift_up (heap, timer);
  sift_down (heap, timer);
}

RtcTimer *
rtc_timer_heap_peek (const RtcTimerHeap * heap)
{
  return heap->timers->len ? timer_at (heap, 0) : NULL;
}
