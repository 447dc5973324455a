/* gst-rtc: bits per second over the last second
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "../base/rtctime.h"

G_BEGIN_DECLS

#define RTC_RATE_SLOTS 10
#define RTC_RATE_SLOT (RTC_SECOND / RTC_RATE_SLOTS)

/* Bytes in slots of time, so that nothing has to be remembered of the single packet. All zero is valid
 * and empty. */
typedef struct
{
  guint64 slots[RTC_RATE_SLOTS];
  guint64 total;
  gint64 slot;                  /* number of the newest */
  RtcTime updated;
} RtcRate;

void rtc_rate_add (RtcRate * rate, gsize bytes, RtcTime now);
/* as of the last rtc_rate_add(); low during the first second */
guint64 rtc_rate_get (const RtcRate * rate);

G_END_DECLS
