/* gst-rtc: bits per second over the last second
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "rtcrate.h"

static void
forget_slots_before (RtcRate * rate, gint64 slot)
{
  gint64 passed = MIN (slot - rate->slot, RTC_RATE_SLOTS);

  for (gint64 i = 1; i <= passed; i++) {
    guint64 *old = &rate->slots[(guint64) (rate->slot + i) % RTC_RATE_SLOTS];

    rate->total -= *old;
    *old = 0;
  }
  rate->slot = slot;
}

void
rtc_rate_add (RtcRate * rate, gsize bytes, RtcTime now)
{
  gint64 slot = now / RTC_RATE_SLOT;

  if (slot > rate->slot)
    forget_slots_before (rate, slot);
  rate->slots[(guint64) rate->slot % RTC_RATE_SLOTS] += bytes;
  rate->total += bytes;
  rate->updated = MAX (rate->updated, now);
}

guint64
rtc_rate_get (const RtcRate * rate)
{
  RtcTime covered = RTC_SECOND - RTC_RATE_SLOT + rate->updated % RTC_RATE_SLOT;

  return rate->total * 8 * RTC_SECOND / covered;
}
