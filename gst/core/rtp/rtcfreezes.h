/* gst-rtc: pictures that stood still for longer than expected
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/core/base/rtctime.h>

G_BEGIN_DECLS

#define RTC_FREEZES_MEMORY 30

/**
 * RtcFreezes:
 * @count: freezeCount of webrtc-stats
 * @duration: totalFreezesDuration: how long these pictures were shown in all
 *
 * A picture that is shown for three times as long as the last ones were on average, and for 150 ms longer,
 * has frozen. All zero before the first picture.
 */
typedef struct
{
  guint count;
  RtcTime duration;

  gboolean started;
  RtcTime last;
  RtcTime intervals[RTC_FREEZES_MEMORY], sum;
  guint n_intervals;            /* in all */
} RtcFreezes;

/* shown: when it takes the place of the one before */
void rtc_freezes_on_picture (RtcFreezes * freezes, RtcTime shown);

G_END_DECLS
