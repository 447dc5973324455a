/* gst-rtc: how long received media must wait so that late packets are in time
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/core/base/rtctime.h>

G_BEGIN_DECLS

/**
 * RtcLatencySample:
 * @jitter: the mean deviation of arrivals from their timestamps (RFC 3550, section 6.4.1), of the worst
 *     stream
 * @round_trip_time: of retransmissions, 0 if unknown
 * @retransmissions: asked for since the last sample
 * @late: packets since the last sample that came too late to be used
 *
 * One second of what the jitter buffers saw.
 */
typedef struct
{
  RtcTime jitter;
  RtcTime round_trip_time;
  guint retransmissions;
  guint late;
} RtcLatencySample;

/**
 * RtcLatency:
 * @wanted_less_since: %RTC_TIME_NEVER while not
 * @patience: how long less must be wanted until there is less
 *
 * A jitter buffer's latency that follows the network: up at once, down slowly, and in steps, as each change
 * is audible.
 *
 * Each second it wants four times the jitter, one and a half round trips if retransmissions were asked for (two and
 * a half if there were more than two, as some of those are lost again), and 10 ms for what the receiver itself delays, in whole 10 ms; if packets came too late, at least a quarter
 * and 10 ms more than it has. All of this within @min and @max. What is more than it has it gets at once.
 * What is less must be a fifth less, in each second for @patience (10 s): then it gives back that fifth, and
 * @patience begins again. Late packets double @patience (to 80 s at most), each step down halves it, so that
 * what did not last is not soon tried again.
 */
typedef struct
{
  RtcTime min, max, current;
  RtcTime wanted_less_since;
  RtcTime patience;
} RtcLatency;

void rtc_latency_init (RtcLatency * latency, RtcTime start, RtcTime min, RtcTime max);
/* Returns: whether @latency->current has changed */
gboolean rtc_latency_on_sample (RtcLatency * latency, const RtcLatencySample * sample, RtcTime now);

G_END_DECLS
