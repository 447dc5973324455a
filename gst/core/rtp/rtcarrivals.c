/* gst-rtc: when packets came, for the sender's congestion control (transport-wide feedback, REMB)
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "rtcarrivals.h"

#include <gst/core/base/rtcrtcp.h>
#include <gst/core/base/rtcrtp.h>

#include "rtcrate.h"

/* A fifth of a second at 100 Mbit/s. A jump of the numbers by more empties it, and costs no more. */
#define CAPACITY 2048
#define MASK (CAPACITY - 1)

/* Until the ring is half full feedback may wait */
#define MAX_WAITING (CAPACITY / 2)

/* Who is further behind than that has begun anew. */
#define MAX_BEHIND 8192

/* How far behind the newest a packet is reported that had been reported as lost: all behind it is reported
 * once more. */
#define MAX_REORDERING 256

/* What feedback may take of the bitrate, one packet of it with all headers being about 100 bytes; and how
 * often it is written at most where the ring is full */
#define MIN_INTERVAL (50 * RTC_MSECOND)
#define MAX_INTERVAL (100 * RTC_MSECOND)
#define FULL_INTERVAL (5 * RTC_MSECOND)
#define FEEDBACK_BITS (100 * 8)
#define FEEDBACK_SHARE 20

/* Transport-wide numbers that stopped for so long are gone for good. */
#define TRANSPORT_TIMEOUT (5 * RTC_SECOND)

#define REMB_INTERVAL RTC_SECOND
#define REMB_SIZE 24
#define ESTIMATE_INTERVAL (500 * RTC_MSECOND)
#define ESTIMATE_MIN_PACKETS 10
#define LOW_LOSS 0.02
#define HIGH_LOSS 0.10
#define GROWTH_PER_SECOND 0.08
#define MIN_ESTIMATE 10000
/* Less than this is no fall that the sender must know at once */
#define NOTABLE_FALL 0.97

typedef struct
{
  RtcTime began;                /* of the interval whose packets are counted */
  gint64 received, lost;
  guint64 bitrate;              /* 0: not yet known */
  guint64 sent_bitrate;
  gboolean anything_lost;
} Estimate;

struct _RtcArrivals
{
  RtcTime arrived[CAPACITY];    /* ring by transport-wide sequence number, RTC_TIME_NEVER: not */
  gint64 first;                 /* unwrapped: what the next feedback begins with */
  gint64 end;                   /* behind the newest; 0: none has come */
  RtcTime last_transport;
  guint8 feedback_count;

  RtcRate rate;
  Estimate estimate;
  RtcTime due;
  RtcTime written;
};

RtcArrivals *
rtc_arrivals_new (void)
{
  RtcArrivals *arrivals = g_new0 (RtcArrivals, 1);

  arrivals->due = arrivals->written = arrivals->last_transport = RTC_TIME_NEVER;
  arrivals->estimate.began = RTC_TIME_NEVER;
  return arrivals;
}

void
rtc_arrivals_free (RtcArrivals * arrivals)
{
  g_free (arrivals);
}

/* --- Transport-wide feedback --- */

static RtcTime
feedback_interval (const RtcArrivals * arrivals)
{
  guint64 bitrate = MAX (rtc_rate_get (&arrivals->rate), 1);

  return CLAMP (FEEDBACK_BITS * FEEDBACK_SHARE * (guint64) RTC_SECOND / bitrate, MIN_INTERVAL, MAX_INTERVAL);
}

static void
advance (RtcArrivals * arrivals, gint64 end)
{
  for (gint64 i = MAX (arrivals->end, end - CAPACITY); i < end; i++)
    arrivals->arrived[i & MASK] = RTC_TIME_NEVER;
  arrivals->end = end;
  arrivals->first = MAX (arrivals->first, end - CAPACITY);
}

static gint64
unwrap_sequence (RtcArrivals * arrivals, guint16 transport_sequence)
{
  gint64 sequence = rtc_sequence_unwrap (arrivals->end - 1, transport_sequence);

  if (arrivals->end > 0 && sequence >= arrivals->end - MAX_BEHIND)
    return sequence;

  /* One round up, so that what is behind the first number is not negative */
  for (guint i = 0; i < CAPACITY; i++)
    arrivals->arrived[i] = RTC_TIME_NEVER;
  arrivals->first = arrivals->end = 0x10000 + transport_sequence;
  return arrivals->first;
}

/* Returns: whether there is news to be written */
static gboolean
note_arrival (RtcArrivals * arrivals, guint16 transport_sequence, RtcTime now)
{
  gint64 sequence = unwrap_sequence (arrivals, transport_sequence);

  if (sequence >= arrivals->end)
    advance (arrivals, sequence + 1);
  else if (sequence < arrivals->end - MAX_REORDERING || arrivals->arrived[sequence & MASK] != RTC_TIME_NEVER)
    return FALSE;
  arrivals->arrived[sequence & MASK] = now;
  arrivals->first = MIN (arrivals->first, sequence);
  return TRUE;
}

static RtcTime
feedback_due (const RtcArrivals * arrivals, RtcTime now)
{
  gboolean full = arrivals->end - arrivals->first >= MAX_WAITING;

  return (arrivals->written == RTC_TIME_NEVER ? now : arrivals->written)
      + (full ? FULL_INTERVAL : feedback_interval (arrivals));
}

/* Returns: FALSE if more is to be written, and there was no room for it */
static gboolean
write_feedback (RtcArrivals * arrivals, GstByteWriter * writer, guint32 sender_ssrc, guint32 media_ssrc,
    gsize max_size)
{
  guint taken;

  do {
    RtcTwccReport report = {
      .feedback_count = arrivals->feedback_count,
      .first = arrivals->first,
      .n = arrivals->end - arrivals->first,
      .arrivals = arrivals->arrived,
      .mask = MASK,
    };
    gsize before = gst_byte_writer_get_pos (writer);

    taken = rtc_rtcp_write_twcc (writer, sender_ssrc, media_ssrc, &report, max_size);
    if (taken > 0)
      arrivals->feedback_count++;
    arrivals->first += taken;
    max_size -= gst_byte_writer_get_pos (writer) - before;
  } while (taken > 0 && arrivals->first < arrivals->end);
  return arrivals->first == arrivals->end;
}

/* --- REMB --- */

static gboolean
is_transport_wide (const RtcArrivals * arrivals, RtcTime now)
{
  return arrivals->last_transport != RTC_TIME_NEVER && now - arrivals->last_transport < TRANSPORT_TIMEOUT;
}

/* What has not been tried is not promised. */
static guint64
highest_bitrate (guint64 received_bitrate)
{
  return received_bitrate * 3 / 2 + 10000;
}

static guint64
next_bitrate (const Estimate * estimate, guint64 received_bitrate, gdouble loss, gdouble seconds)
{
  guint64 bound = highest_bitrate (received_bitrate), grown;

  if (!estimate->anything_lost)
    return MAX (estimate->bitrate, bound);
  if (loss > HIGH_LOSS)
    return MAX (MIN (estimate->bitrate, bound) * (1 - loss / 2), MIN_ESTIMATE);
  if (loss >= LOW_LOSS)
    return estimate->bitrate;
  grown = estimate->bitrate * (1 + GROWTH_PER_SECOND * MIN (seconds, 1));
  return MAX (estimate->bitrate, MIN (grown, bound));
}

static void
count_for_estimate (RtcArrivals * arrivals, gint lost, RtcTime now)
{
  Estimate *estimate = &arrivals->estimate;
  RtcTime passed;
  guint64 received_bitrate = rtc_rate_get (&arrivals->rate);
  gdouble loss;

  if (estimate->began == RTC_TIME_NEVER)
    estimate->began = now;
  estimate->received++;
  estimate->lost += lost;
  passed = now - estimate->began;
  /* The rate is known when a second is over. */
  if (passed < (estimate->bitrate == 0 ? RTC_SECOND : ESTIMATE_INTERVAL)
      || estimate->received + MAX (estimate->lost, 0) < ESTIMATE_MIN_PACKETS)
    return;

  loss = (gdouble) MAX (estimate->lost, 0) / (estimate->received + MAX (estimate->lost, 0));
  estimate->anything_lost |= loss >= LOW_LOSS;
  if (estimate->bitrate == 0)
    estimate->bitrate = highest_bitrate (received_bitrate);
  estimate->bitrate = next_bitrate (estimate, received_bitrate, loss, (gdouble) passed / RTC_SECOND);
  estimate->began = now;
  estimate->received = estimate->lost = 0;
}

static RtcTime
remb_due (const RtcArrivals * arrivals, RtcTime now)
{
  const Estimate *estimate = &arrivals->estimate;

  if (estimate->bitrate == 0)
    return RTC_TIME_NEVER;
  if (estimate->sent_bitrate == 0 || estimate->bitrate < estimate->sent_bitrate * NOTABLE_FALL)
    return now;
  return arrivals->written + REMB_INTERVAL;
}

/* --- Both --- */

void
rtc_arrivals_on_packet (RtcArrivals * arrivals, gint transport_sequence, gsize size, gint lost, RtcTime now)
{
  rtc_rate_add (&arrivals->rate, size, now);
  if (transport_sequence >= 0) {
    arrivals->last_transport = now;
    if (note_arrival (arrivals, transport_sequence, now))
      arrivals->due = MIN (arrivals->due, feedback_due (arrivals, now));
  } else if (!is_transport_wide (arrivals, now)) {
    count_for_estimate (arrivals, lost, now);
    arrivals->due = MIN (arrivals->due, remb_due (arrivals, now));
  }
}

RtcTime
rtc_arrivals_get_timeout (const RtcArrivals * arrivals)
{
  return arrivals->due;
}

void
rtc_arrivals_write (RtcArrivals * arrivals, GstByteWriter * writer, guint32 sender_ssrc, guint32 media_ssrc,
    gboolean remb, gsize max_size, RtcTime now)
{
  Estimate *estimate = &arrivals->estimate;

  if (now < arrivals->due)
    return;
  arrivals->due = RTC_TIME_NEVER;
  arrivals->written = now;
  if (arrivals->first < arrivals->end) {
    if (!write_feedback (arrivals, writer, sender_ssrc, media_ssrc, max_size))
      arrivals->due = now + FULL_INTERVAL;
  } else if (estimate->bitrate > 0 && !is_transport_wide (arrivals, now)) {
    estimate->sent_bitrate = estimate->bitrate;
    if (remb && max_size >= REMB_SIZE)
      rtc_rtcp_write_remb (writer, sender_ssrc, estimate->bitrate, &media_ssrc, 1);
  }
}
