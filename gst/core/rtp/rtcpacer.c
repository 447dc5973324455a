/* gst-rtc: how fast one peer's packets leave
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "rtcpacer.h"

/* As libwebrtc: fast enough that a key frame several times the usual size has left before the next
 * frame comes, slow enough that the queue of an access link takes it */
#define RATE_NUMERATOR 5
#define RATE_DENOMINATOR 2

/* A key frame of 60 kB leaves within 60 ms, however little the source sends otherwise */
#define MIN_RATE 8000000

/* Twelve full packets: a usual frame of a 3 Mbit/s stream at 30 frames per second (12.5 kB) goes at once */
#define MIN_BURST (12 * 1250)

/* Between two instalments: at the lowest rate four packets to a wake-up */
#define STEP (5 * RTC_MSECOND)

#define BITS_PER_BYTE_AND_SECOND (8 * RTC_SECOND)

static void
set_rate (RtcPacer * pacer, guint64 rate)
{
  pacer->rate = MAX (rate, MIN_RATE);
  /* Room for two steps, or wake-ups that come late would lower the rate of a fast stream */
  pacer->burst = MAX (MIN_BURST, pacer->rate * 2 * STEP / BITS_PER_BYTE_AND_SECOND);
}

static gint64
tokens_at (const RtcPacer * pacer, RtcTime now)
{
  /* Bounded before it is multiplied; a second fills any bucket, but may not pay every debt at once */
  guint64 elapsed = CLAMP (now - pacer->updated, 0, RTC_SECOND);
  gint64 earned = elapsed * pacer->rate / BITS_PER_BYTE_AND_SECOND;

  return MIN (pacer->tokens + earned, (gint64) pacer->burst);
}

static void
update (RtcPacer * pacer, RtcTime now)
{
  if (now <= pacer->updated)
    return;
  pacer->tokens = tokens_at (pacer, now);
  pacer->updated = now;
}

void
rtc_pacer_init (RtcPacer * pacer, RtcTime now)
{
  set_rate (pacer, 0);
  pacer->tokens = pacer->burst;
  pacer->updated = now;
}

void
rtc_pacer_set_source_bitrate (RtcPacer * pacer, guint64 source_bitrate, RtcTime now)
{
  update (pacer, now);
  set_rate (pacer, source_bitrate / RATE_DENOMINATOR * RATE_NUMERATOR);
}

gboolean
rtc_pacer_may_send (RtcPacer * pacer, RtcTime now)
{
  update (pacer, now);
  return pacer->tokens > 0;
}

void
rtc_pacer_charge (RtcPacer * pacer, gsize bytes, RtcTime now)
{
  update (pacer, now);
  pacer->tokens -= bytes;
}

RtcTime
rtc_pacer_next_time (const RtcPacer * pacer, RtcTime now)
{
  gint64 tokens = tokens_at (pacer, now);

  if (tokens > 0)
    return now;
  return now + MAX (STEP, (RtcTime) ((guint64) (1 - tokens) * BITS_PER_BYTE_AND_SECOND / pacer->rate + 1));
}
