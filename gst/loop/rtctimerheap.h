/* gst-rtc: the next of many timers
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/core/base/rtctime.h>

G_BEGIN_DECLS

/**
 * RtcTimer:
 * @when: when it is due; RTC_TIME_NEVER while it is in no heap
 * @index: its place in the heap
 *
 * To be embedded in what it is the timer of. Initialise with RTC_TIMER_INIT.
 */
typedef struct
{
  RtcTime when;
  guint index;
} RtcTimer;

#define RTC_TIMER_INIT ((RtcTimer) { RTC_TIME_NEVER, 0 })

/* A binary heap: O(log n) to set, O(1) to look at */
typedef struct
{
  GPtrArray *timers;
} RtcTimerHeap;

void rtc_timer_heap_init (RtcTimerHeap * heap);
void rtc_timer_heap_clear (RtcTimerHeap * heap);
/* when: RTC_TIME_NEVER takes it out */
void rtc_timer_heap_set (RtcTimerHeap * heap, RtcTimer * timer, RtcTime when);
/* (nullable): the one that is due first */
RtcTimer *rtc_timer_heap_peek (const RtcTimerHeap * heap);

G_END_DECLS
