/* gst-rtc: pictures that stood still for longer than expected
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "rtcfreezes.h"

#define MIN_INTERVALS 5
#define MIN_INCREASE (150 * RTC_MSECOND)

static gboolean
is_freeze (const RtcFreezes * freezes, RtcTime interval)
{
  RtcTime average;

  if (freezes->n_intervals < MIN_INTERVALS)
    return FALSE;
  average = freezes->sum / MIN (freezes->n_intervals, RTC_FREEZES_MEMORY);
  return interval >= MAX (3 * average, average + MIN_INCREASE);
}

static void
note_interval (RtcFreezes * freezes, RtcTime interval)
{
  RtcTime *oldest = &freezes->intervals[freezes->n_intervals++ % RTC_FREEZES_MEMORY];

  freezes->sum += interval - *oldest;
  *oldest = interval;
}

void
rtc_freezes_on_picture (RtcFreezes * freezes, RtcTime shown)
{
  RtcTime interval = shown - freezes->last;

  if (freezes->started && interval > 0) {
    if (is_freeze (freezes, interval)) {
      freezes->count++;
      freezes->duration += interval;
    }
    note_interval (freezes, interval);
  }
  freezes->started = TRUE;
  freezes->last = shown;
}
