/* gst-rtc: one received stream of a viewer: gaps, retransmissions, frames, clocks
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "simreceiver.h"

#include <gst/core/base/rtcrtp.h>
#include <gst/gst.h>
#include <math.h>
#include <string.h>

/* After the first packet behind it: reordered ones still come */
#define FIRST_NACK (10 * RTC_MSECOND)
#define NEXT_NACK (60 * RTC_MSECOND)
#define MAX_NACKS 8

typedef struct
{
  RtcTime ask_at;
  guint asked;
} Gap;

void
sim_receiver_init (SimReceiver * self, const RtcMediaSection * section)
{
  const RtcCodec *codec = section->codecs->pdata[0];

  memset (self, 0, sizeof *self);
  self->kind = section->kind;
  self->ssrc = section->ssrc;
  self->rtx_ssrc = section->rtx_ssrc;
  self->clock_rate = codec->clock_rate;
  self->payload_type = codec->payload_type;
  self->rtx_payload_type = codec->rtx_payload_type;
  self->extensions = section->extensions;
  self->missing = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_free);
  self->frames = g_array_new (FALSE, TRUE, sizeof (SimReceivedFrame));
}

void
sim_receiver_clear (SimReceiver * self)
{
  g_clear_pointer (&self->missing, g_hash_table_unref);
  g_clear_pointer (&self->frames, g_array_unref);
}

/* Numbers */

static void
note_gap (SimReceiver * self, gint64 number)
{
  Gap *gap = g_new0 (Gap, 1);

  gap->ask_at = sim->now + FIRST_NACK;
  g_hash_table_insert (self->missing, g_memdup2 (&number, sizeof number), gap);
}

/* FALSE: it was here before */
static gboolean
note_number (SimReceiver * self, gint64 number)
{
  if (!self->started) {
    self->started = TRUE;
    self->first = self->highest = number;
    return TRUE;
  }
  if (number > self->highest) {
    for (gint64 i = self->highest + 1; i < number; i++)
      note_gap (self, i);
    self->highest = number;
    return TRUE;
  }
  return g_hash_table_remove (self->missing, &number);
}

guint
sim_receiver_get_nacks (SimReceiver * self, guint16 * numbers, guint max)
{
  GHashTableIter iter;
  gpointer key, value;
  guint n = 0;

  g_hash_table_iter_init (&iter, self->missing);
  while (n < max && g_hash_table_iter_next (&iter, &key, &value)) {
    Gap *gap = value;

    if (gap->ask_at > sim->now || gap->asked >= MAX_NACKS)
      continue;
    gap->asked++;
    gap->ask_at = sim->now + NEXT_NACK;
    numbers[n++] = *(gint64 *) key;
  }
  return n;
}

/* Frames */

static SimReceivedFrame *
frame_of (SimReceiver * self, guint32 number)
{
  if (self->frames->len == 0)
    self->first_frame = number;
  /* of an earlier frame than the first that we saw nothing can be made */
  if ((gint32) (number - self->first_frame) < 0)
    return NULL;
  if (number - self->first_frame >= self->frames->len)
    g_array_set_size (self->frames, number - self->first_frame + 1);
  return &g_array_index (self->frames, SimReceivedFrame, number - self->first_frame);
}

/* Where the last SR puts the frame, against what the payload says of it */
static void
check_sync (SimReceiver * self, const SimReceivedFrame * frame)
{
  gdouble told, behind;

  if (self->n_reports == 0 || frame->capture_time < self->sync_from)
    return;
  behind = (gint32) (frame->timestamp - self->rtp_timestamp) / (gdouble) self->clock_rate;
  told = (gdouble) (self->ntp - rtc_time_to_ntp (SIM_NTP_OFFSET)) / 4294967296.0 + behind;
  self->worst_sync = MAX (self->worst_sync, fabs (told - frame->capture_time / (gdouble) RTC_SECOND));
}

static void
take_payload (SimReceiver * self, const guint8 * data, gsize size, guint32 timestamp, gboolean marker)
{
  SimPayload payload;
  SimReceivedFrame *frame;

  if (size == 0)
    return;                     /* padding: its number is all there is to it */
  g_assert_true (sim_payload_read (data, size, &payload));
  g_assert_cmpint (marker, ==, payload.index + 1 == payload.n_packets);
  frame = frame_of (self, payload.frame);
  if (!frame || (frame->received[payload.index / 64] >> (payload.index % 64)) & 1)
    return;
  if (!frame->seen) {
    frame->seen = TRUE;
    frame->key = payload.key;
    frame->n_packets = payload.n_packets;
    frame->timestamp = timestamp;
    frame->capture_time = payload.capture_time;
    frame->first = sim->now;
  }
  /* retransmitted or not, all of a frame has one timestamp */
  g_assert_cmpuint (frame->timestamp, ==, timestamp);
  frame->received[payload.index / 64] |= G_GUINT64_CONSTANT (1) << (payload.index % 64);
  if (++frame->n_received < frame->n_packets)
    return;
  frame->completed = sim->now;
  check_sync (self, frame);
}

/* RFC 3550, section 6.4.1 */
static void
measure_jitter (SimReceiver * self, guint32 timestamp)
{
  gint64 transit = sim->now * self->clock_rate / RTC_SECOND - timestamp;
  gint32 d = (gint32) (transit - self->transit);

  if (self->packets > 1)
    self->jitter += (ABS (d) - self->jitter) / 16;
  self->transit = transit;
}

static void
take_repetition (SimReceiver * self, const guint8 * data, const RtcRtpHeader * header)
{
  const guint8 *payload = data + header->payload_offset;
  gint64 number;

  g_assert_cmpint (header->payload_type, ==, self->rtx_payload_type);
  g_assert_cmpint (header->payload_size, >=, 2);
  self->rtx_packets++;
  if (!self->started)
    return;
  number = rtc_sequence_unwrap (self->highest, GST_READ_UINT16_BE (payload));
  if (!note_number (self, number)) {
    self->duplicates++;
    return;
  }
  self->repeated++;
  take_payload (self, payload + 2, header->payload_size - 2, header->timestamp, header->marker);
}

void
sim_receiver_take (SimReceiver * self, const guint8 * data, gsize size)
{
  RtcRtpHeader header;
  gint64 number;

  g_assert_true (rtc_rtp_read (data, size, &header));
  if (header.ssrc == self->rtx_ssrc) {
    take_repetition (self, data, &header);
    return;
  }
  g_assert_cmpint (header.payload_type, ==, self->payload_type);
  number = self->started ? rtc_sequence_unwrap (self->highest, header.sequence) : header.sequence;
  self->packets++;
  measure_jitter (self, header.timestamp);
  if (note_number (self, number) || number < self->first)
    take_payload (self, data + header.payload_offset, header.payload_size, header.timestamp, header.marker);
  else
    self->duplicates++;
}

/* Reports */

void
sim_receiver_take_report (SimReceiver * self, const RtcSenderInfo * info)
{
  self->n_reports++;
  self->ntp = info->ntp;
  self->rtp_timestamp = info->rtp_timestamp;
  self->packets_reported = info->packets;
  self->reported_at = sim->now;
}

void
sim_receiver_make_block (SimReceiver * self, RtcReportBlock * block)
{
  gint64 expected = self->started ? self->highest - self->first + 1 : 0;
  gint64 received = self->packets;
  gint64 expected_now = expected - self->expected_before;
  gint64 lost_now = expected_now - (received - self->received_before);

  *block = (RtcReportBlock) {
    .ssrc = self->ssrc,
    .fraction_lost = expected_now > 0 && lost_now > 0 ? lost_now * 255 / expected_now : 0,
    .packets_lost = expected - received,
    .highest_sequence = self->highest,
    .jitter = self->jitter,
  };
  self->expected_before = expected;
  self->received_before = received;
  if (self->n_reports == 0)
    return;
  block->last_sr = rtc_time_to_short_ntp (self->ntp);
  block->delay_since_last_sr = (sim->now - self->reported_at) * 65536 / RTC_SECOND;
}

/* Judgement */

const SimReceivedFrame *
sim_receiver_get_first_frame (SimReceiver * self)
{
  return self->frames->len ? &g_array_index (self->frames, SimReceivedFrame, 0) : NULL;
}

static gint
compare_times (gconstpointer a, gconstpointer b)
{
  RtcTime x = *(const RtcTime *) a, y = *(const RtcTime *) b;

  return (x > y) - (x < y);
}

static void
judge_frame (const SimReceivedFrame * frame, const SimReceivedFrame * before, RtcTime limit, SimReception * r,
    GArray * times)
{
  RtcTime taken = frame->completed - frame->capture_time;

  r->frames++;
  if (before && before->seen && (gint32) (frame->timestamp - before->timestamp) <= 0)
    r->timestamps_back++;
  if (!frame->key && (!before || !before->seen || !before->completed))
    r->broken++;
  if (!frame->completed) {
    r->incomplete++;
    return;
  }
  r->complete++;
  if (taken > limit)
    r->late++;
  r->worst = MAX (r->worst, taken);
  g_array_append_val (times, taken);
}

void
sim_receiver_judge (SimReceiver * self, RtcTime limit, RtcTime until, SimReception * reception)
{
  g_autoptr (GArray) times = g_array_new (FALSE, FALSE, sizeof (RtcTime));

  memset (reception, 0, sizeof *reception);
  for (guint i = 0; i < self->frames->len; i++) {
    const SimReceivedFrame *frame = &g_array_index (self->frames, SimReceivedFrame, i);

    if (frame->seen && frame->capture_time < until)
      judge_frame (frame, i ? frame - 1 : NULL, limit, reception, times);
  }
  g_array_sort (times, compare_times);
  if (times->len)
    reception->median = g_array_index (times, RtcTime, times->len / 2);
}
