/* gst-rtc: how long received media must wait so that late packets are in time
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "rtclatency.h"

#define JITTER_FACTOR 4
/* Retransmissions a second */
#define OCCASIONAL 2
#define MARGIN (10 * RTC_MSECOND)
#define STEP (10 * RTC_MSECOND)
#define MIN_PATIENCE (10 * RTC_SECOND)
#define MAX_PATIENCE (80 * RTC_SECOND)

/* What is measured is not trusted to be in range: no sum of two of these overflows. */
#define MAX_MEASURED (3600 * RTC_SECOND)

static RtcTime
wanted_latency (const RtcLatency * latency, const RtcLatencySample * sample)
{
  RtcTime wanted = JITTER_FACTOR * CLAMP (sample->jitter, 0, MAX_MEASURED) + MARGIN;

  /* Asked for, sent again, and half a round trip for that it is noticed and may jitter as well. At 5 % of 260 packets a
   * second, one try leaves a hole every other second, two leave two a minute. */
  if (sample->retransmissions > 0)
    wanted += CLAMP (sample->round_trip_time, 0, MAX_MEASURED) * (sample->retransmissions > OCCASIONAL ? 5 : 3) / 2;
  if (sample->late > 0)
    wanted = MAX (wanted, latency->current + latency->current / 4 + STEP);
  wanted = (wanted + STEP - 1) / STEP * STEP;
  return CLAMP (wanted, latency->min, latency->max);
}

/**
 * rtc_latency_init:
 * @start: what it begins with, within @min and @max
 * @min: @max is taken as no less
 */
void
rtc_latency_init (RtcLatency * latency, RtcTime start, RtcTime min, RtcTime max)
{
  max = MAX (min, max);
  *latency = (RtcLatency) {
    .min = min,
    .max = max,
    .current = CLAMP (start, min, max),
    .wanted_less_since = RTC_TIME_NEVER,
    .patience = MIN_PATIENCE,
  };
}

gboolean
rtc_latency_on_sample (RtcLatency * latency, const RtcLatencySample * sample, RtcTime now)
{
  RtcTime wanted = wanted_latency (latency, sample), less = latency->current * 4 / 5;

  if (sample->late > 0)
    latency->patience = MIN (2 * latency->patience, MAX_PATIENCE);

  if (wanted > less) {
    gboolean more = wanted > latency->current;

    latency->wanted_less_since = RTC_TIME_NEVER;
    if (more)
      latency->current = wanted;
    return more;
  }

  if (latency->wanted_less_since == RTC_TIME_NEVER)
    latency->wanted_less_since = now;
  if (now - latency->wanted_less_since < latency->patience || less == latency->current)
    return FALSE;
  latency->current = less;
  latency->wanted_less_since = now;
  latency->patience = MAX (latency->patience / 2, MIN_PATIENCE);
  return TRUE;
}
