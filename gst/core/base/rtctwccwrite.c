/* gst-rtc: transport-wide feedback, from arrivals to bytes
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * draft-holmer-rmcat-transport-wide-cc-extensions-01, section 3.1.
 */
#include "rtcrtcp.h"
#include "rtcrtcptypes.h"

#define FIXED_SIZE (4 + RTC_RTCP_FEEDBACK_HEADER_SIZE + RTC_RTCP_TWCC_HEADER_SIZE)
#define UNITS_OF_REFERENCE (RTC_RTCP_TWCC_REFERENCE_UNIT / RTC_RTCP_TWCC_DELTA_UNIT)
#define MAX_RUN 0x1fff
#define ONE_BIT_SYMBOLS 14
#define TWO_BIT_SYMBOLS 7

/* No chunk is of less than seven symbols but the last one. */
#define MAX_CHUNKS (RTC_RTCP_TWCC_MAX_STATUSES / TWO_BIT_SYMBOLS + 1)

typedef struct
{
  const RtcTwccReport *report;
  guint8 symbols[RTC_RTCP_TWCC_MAX_STATUSES];
  guint n_symbols;
  gint64 reference;             /* in its unit */
  guint16 chunks[MAX_CHUNKS];
  guint n_chunks, n_taken;
  gsize deltas_size;
  gboolean any_received;
} Feedback;

static RtcTime
arrival_of (const RtcTwccReport * report, guint index)
{
  return report->arrivals[(guint16) (report->first + index) & report->mask];
}

/* Differences of rounded times, so that rounding does not add up */
static gint64
in_delta_units (RtcTime arrival)
{
  return arrival / RTC_RTCP_TWCC_DELTA_UNIT;
}

/* One symbol for each status, up to the first packet whose delta needs another reference time */
static void
choose_symbols (Feedback * feedback)
{
  guint n = MIN (feedback->report->n, RTC_RTCP_TWCC_MAX_STATUSES);
  gboolean referenced = FALSE;
  gint64 last = 0, delta;

  for (feedback->n_symbols = 0; feedback->n_symbols < n; feedback->n_symbols++) {
    guint8 *symbol = &feedback->symbols[feedback->n_symbols];
    RtcTime arrival = arrival_of (feedback->report, feedback->n_symbols);

    *symbol = RTC_RTCP_TWCC_NOT_RECEIVED;
    if (arrival == RTC_TIME_NEVER)
      continue;
    if (!referenced) {
      feedback->reference = arrival / RTC_RTCP_TWCC_REFERENCE_UNIT;
      last = feedback->reference * UNITS_OF_REFERENCE;
      referenced = TRUE;
    }
    delta = in_delta_units (arrival) - last;
    if (delta < G_MININT16 || delta > G_MAXINT16)
      return;
    *symbol = delta >= 0 && delta <= G_MAXUINT8 ? RTC_RTCP_TWCC_SMALL_DELTA : RTC_RTCP_TWCC_LARGE_DELTA;
    last += delta;
  }
}

static guint
run_length (const Feedback * feedback, guint from)
{
  guint end = MIN (feedback->n_symbols, from + MAX_RUN), i = from + 1;

  while (i < end && feedback->symbols[i] == feedback->symbols[from])
    i++;
  return i - from;
}

/* Returns: how many symbols a vector of one bit each takes: all it has room for, or none */
static guint
one_bit_length (const Feedback * feedback, guint from)
{
  guint length = MIN (feedback->n_symbols - from, ONE_BIT_SYMBOLS);

  for (guint i = 0; i < length; i++) {
    if (feedback->symbols[from + i] > RTC_RTCP_TWCC_SMALL_DELTA)
      return 0;
  }
  return length;
}

/* Takes up to @length symbols that @room has space for with their deltas and one chunk. */
static guint
fit_symbols (const Feedback * feedback, guint from, guint length, gsize room, gsize * deltas_size)
{
  guint taken = 0;

  *deltas_size = 0;
  while (taken < length
      && sizeof (guint16) + *deltas_size + feedback->symbols[from + taken] <= room)
    *deltas_size += feedback->symbols[from + taken++];
  return taken;
}

static guint16
vector_chunk (const Feedback * feedback, guint from, guint length, guint bits)
{
  guint capacity = bits == 1 ? ONE_BIT_SYMBOLS : TWO_BIT_SYMBOLS, chunk = bits == 1 ? 0x8000 : 0xc000;

  for (guint i = 0; i < length; i++)
    chunk |= feedback->symbols[from + i] << bits * (capacity - 1 - i);
  return chunk;
}

/* The chunk that covers most symbols. Returns: FALSE if there is no room for all of it */
static gboolean
add_chunk (Feedback * feedback, gsize room)
{
  guint from = feedback->n_taken, run = run_length (feedback, from);
  guint one_bit = one_bit_length (feedback, from), two_bits = MIN (feedback->n_symbols - from, TWO_BIT_SYMBOLS);
  guint length = MAX (run, MAX (one_bit, two_bits)), taken;
  gsize deltas_size;

  taken = fit_symbols (feedback, from, length, room, &deltas_size);
  if (taken == 0)
    return FALSE;
  feedback->chunks[feedback->n_chunks++] = run == length ? feedback->symbols[from] << 13 | taken
      : vector_chunk (feedback, from, taken, one_bit == length ? 1 : 2);
  for (guint i = from; i < from + taken; i++)
    feedback->any_received |= feedback->symbols[i] != RTC_RTCP_TWCC_NOT_RECEIVED;
  feedback->n_taken += taken;
  feedback->deltas_size += deltas_size;
  return taken == length;
}

static void
add_chunks (Feedback * feedback, gsize max_size)
{
  gsize used = FIXED_SIZE;

  /* Padding to whole words must fit as well. */
  max_size -= max_size % 4;
  while (feedback->n_taken < feedback->n_symbols && used <= max_size && add_chunk (feedback, max_size - used))
    used = FIXED_SIZE + feedback->n_chunks * sizeof (guint16) + feedback->deltas_size;
}

static void
put_deltas (GstByteWriter * writer, const Feedback * feedback)
{
  gint64 last = feedback->reference * UNITS_OF_REFERENCE;

  for (guint i = 0; i < feedback->n_taken; i++) {
    gint64 units;

    if (feedback->symbols[i] == RTC_RTCP_TWCC_NOT_RECEIVED)
      continue;
    units = in_delta_units (arrival_of (feedback->report, i));
    if (feedback->symbols[i] == RTC_RTCP_TWCC_SMALL_DELTA)
      gst_byte_writer_put_uint8_unchecked (writer, units - last);
    else
      gst_byte_writer_put_int16_be_unchecked (writer, units - last);
    last = units;
  }
}

/**
 * rtc_rtcp_write_twcc:
 * @max_size: of the packet, in bytes
 *
 * Appends a transport-wide feedback of the first of the statuses: as many as @max_size, and deltas of 8 s at
 * most, allow.
 *
 * Returns: how many it is of; 0, and nothing is written, if it could not tell of a packet that came
 */
guint
rtc_rtcp_write_twcc (GstByteWriter * writer, guint32 sender, guint32 media, const RtcTwccReport * report,
    gsize max_size)
{
  Feedback feedback;
  guint size, padding;

  feedback.report = report;
  feedback.reference = 0;
  feedback.n_chunks = feedback.n_taken = 0;
  feedback.deltas_size = 0;
  feedback.any_received = FALSE;
  choose_symbols (&feedback);
  add_chunks (&feedback, max_size);
  if (!feedback.any_received)
    return 0;

  size = RTC_RTCP_TWCC_HEADER_SIZE + feedback.n_chunks * sizeof (guint16) + feedback.deltas_size;
  padding = GST_ROUND_UP_4 (size) - size;
  if (!rtc_rtcp_begin_feedback (writer, RTC_RTCP_TYPE_RTPFB, RTC_RTCP_RTPFB_TWCC, sender, media,
          size + padding))
    return 0;
  gst_byte_writer_put_uint16_be_unchecked (writer, report->first);
  gst_byte_writer_put_uint16_be_unchecked (writer, feedback.n_taken);
  gst_byte_writer_put_uint24_be_unchecked (writer, feedback.reference & 0xffffff);
  gst_byte_writer_put_uint8_unchecked (writer, report->feedback_count);
  for (guint i = 0; i < feedback.n_chunks; i++)
    gst_byte_writer_put_uint16_be_unchecked (writer, feedback.chunks[i]);
  put_deltas (writer, &feedback);
  gst_byte_writer_fill_unchecked (writer, 0, padding);
  return feedback.n_taken;
}
