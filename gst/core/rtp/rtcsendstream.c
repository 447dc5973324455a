/* gst-rtc: one source on its way to one peer
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "rtcsendstream.h"
#include "rtcretransmission.h"
#include "rtcsendheader.h"
#include "rtctimeline.h"

#include <string.h>

/* A frame that waited longer is late in any player; if a newer key frame is there, the way to it is
 * not worth sending */
#define MAX_BACKLOG (300 * RTC_MSECOND)

/* abs-capture-time and playout-delay of other frames than key frames: as often as libwebrtc sends them */
#define CAPTURE_INTERVAL RTC_SECOND

#define PADDING_BIT 0x20

#define OSN_SIZE 2              /* original sequence number (RFC 4588, section 4) */
#define SRTP_MAX_GROWTH 24

G_STATIC_ASSERT (RTC_SEND_HEADER_MAX_SIZE + OSN_SIZE + RTC_FRAME_MAX_PAYLOAD + SRTP_MAX_GROWTH
    <= RTC_BATCH_MAX_PACKET_SIZE);

typedef enum
{
  CURSOR_RUNNING,
  CURSOR_JOINING,               /* waits for the first key frame */
  CURSOR_DROPPING,              /* too slow: waits for the next key frame, and counts what it skips */
} CursorState;

struct _RtcSendStream
{
  RtcSendStreamConfig config;
  guint16 *transport_sequence;
  RtcSendHeader header, header_with_capture;
  RtcTimeline timeline;
  RtcRetransmission retransmission;
  guint16 next_rtx_sequence;

  /* The cursor: the next packet to send, or where to look for a key frame from */
  RtcFeed *feed;
  CursorState state;
  guint64 frame;
  guint packet;

  guint lead;                   /* packets of config.lead that are still to be sent */

  /* The frame that the cursor is in; valid while packet > 0 */
  guint32 timestamp;
  gboolean with_capture;
  guint64 capture_ntp;

  gboolean is_key_frame;        /* counted as such already, by an earlier part of the frame */
  gboolean was_squeezed;
  RtcTime capture_sent;         /* capture time of the last frame that told it */

  RtcTime send_time_at;         /* what send_time was computed for */
  guint32 send_time;

  RtcSendStats stats;
};

static gboolean
is_video (const RtcSendStream * stream)
{
  return stream->config.kind == RTC_MEDIA_VIDEO;
}

static gboolean
find_key_frame (const RtcSendStream * stream, guint64 from, guint64 * number)
{
  return rtc_feed_get_key_frame (stream->feed, number, NULL) && *number >= from;
}

static void
skip_to (RtcSendStream * stream, guint64 number)
{
  if (stream->state != CURSOR_JOINING)
    stream->stats.frames_dropped += number - stream->frame;
  stream->frame = number;
  stream->packet = 0;
  stream->state = CURSOR_RUNNING;
}

static gboolean
lags (const RtcSendStream * stream, RtcTime now)
{
  return stream->frame < rtc_feed_get_next (stream->feed)
      && now - rtc_feed_get_arrival (stream->feed, stream->frame) > MAX_BACKLOG;
}

static void
settle_video (RtcSendStream * stream, RtcTime now)
{
  guint64 key;

  if (stream->state == CURSOR_RUNNING && stream->frame < rtc_feed_get_first (stream->feed))
    stream->state = CURSOR_DROPPING;

  if (stream->state != CURSOR_RUNNING) {
    if (find_key_frame (stream, stream->frame, &key))
      skip_to (stream, key);
  } else if (stream->packet == 0 && find_key_frame (stream, stream->frame + 1, &key) && lags (stream, now)) {
    skip_to (stream, key);
  }
}

static void
settle_audio (RtcSendStream * stream, RtcTime now)
{
  if (stream->frame < rtc_feed_get_first (stream->feed) || lags (stream, now))
    skip_to (stream, MAX (stream->frame, rtc_feed_get_next (stream->feed) - 1));
}

static const RtcFrame *
settle (RtcSendStream * stream, RtcTime now)
{
  if (is_video (stream))
    settle_video (stream, now);
  else
    settle_audio (stream, now);
  return stream->state == CURSOR_RUNNING ? rtc_feed_get_frame (stream->feed, stream->frame) : NULL;
}

static guint64
to_ntp (const RtcSendStream * stream, RtcTime time)
{
  return rtc_time_to_ntp (time + stream->config.ntp_offset);
}

/* Receivers interpolate capture times by timestamps, so they are told anew wherever a replay bends these */
static gboolean
has_to_tell_capture (RtcSendStream * stream, const RtcFrame * frame)
{
  gboolean squeezed = rtc_timeline_is_squeezed (&stream->timeline);
  gboolean bends = squeezed || stream->was_squeezed;

  stream->was_squeezed = squeezed;
  return bends || (frame->key && is_video (stream)) || stream->capture_sent == RTC_TIME_NEVER
      || ABS (frame->capture_time - stream->capture_sent) >= CAPTURE_INTERVAL;
}

static void
count_frame (RtcSendStream * stream, const RtcFrame * frame, gboolean is_new)
{
  if (is_new) {
    stream->stats.frames_sent++;
    stream->is_key_frame = FALSE;
  }
  if (frame->key && is_video (stream) && !stream->is_key_frame) {
    stream->stats.key_frames_sent++;
    stream->is_key_frame = TRUE;
  }
}

static void
begin_frame (RtcSendStream * stream, const RtcFrame * frame)
{
  guint32 timestamp = rtc_timeline_next (&stream->timeline, frame->timestamp, frame->capture_time);

  count_frame (stream, frame, stream->stats.frames_sent == 0 || timestamp != stream->timestamp);
  stream->timestamp = timestamp;
  stream->with_capture = has_to_tell_capture (stream, frame);
  if (stream->with_capture) {
    stream->capture_sent = frame->capture_time;
    stream->capture_ntp = to_ntp (stream, frame->capture_time);
  }
}

static gsize
write_header (RtcSendStream * stream, RtcSendHeaderValues * values, gboolean with_capture, guint8 * out,
    RtcTime now)
{
  const RtcSendHeader *header = with_capture ? &stream->header_with_capture : &stream->header;

  if (stream->send_time_at != now) {
    stream->send_time_at = now;
    stream->send_time = (to_ntp (stream, now) >> 14) & 0xffffff;
  }
  values->send_time = stream->send_time;
  if (header->transport_cc)
    values->transport_sequence = (*stream->transport_sequence)++;
  return rtc_send_header_write (header, values, out);
}

static void
count_packet (RtcSendStream * stream, gsize header_size, gsize payload_size)
{
  stream->stats.packets_sent++;
  stream->stats.header_bytes_sent += header_size;
  stream->stats.bytes_sent += payload_size;
}

static gsize
write_packet (RtcSendStream * stream, const RtcFrame * frame, guint8 * out, RtcTime now)
{
  const RtcFramePacket *packet = &frame->packets[stream->packet];
  RtcSendHeaderValues values;
  gsize size;

  if (stream->packet == 0)
    begin_frame (stream, frame);

  values = (RtcSendHeaderValues) {
    .marker = packet->marker,
    .payload_type = stream->config.payload_type,
    .sequence = rtc_retransmission_note_sent (&stream->retransmission, &(RtcSentPacket) {
        .timestamp = stream->timestamp,
        .frame = (guint32) stream->frame,
        .packet = stream->packet,
        .with_capture = stream->with_capture,
      }),
    .timestamp = stream->timestamp,
    .ssrc = stream->config.ssrc,
    .capture_ntp = stream->capture_ntp,
  };
  size = write_header (stream, &values, stream->with_capture, out, now);
  memcpy (out + size, frame->payload + packet->offset, packet->size);
  count_packet (stream, size, packet->size);

  if (++stream->packet == frame->n_packets) {
    stream->frame++;
    stream->packet = 0;
  }
  return size + packet->size;
}

/* RFC 3550, section 5.1: the last byte of the padding is its size */
static gsize
finish_padding (RtcSendStream * stream, guint8 * out, gsize size)
{
  out[0] |= PADDING_BIT;
  out[size] = 1;
  count_packet (stream, size + 1, 0);
  return size + 1;
}

static gsize
write_lead (RtcSendStream * stream, const RtcFrame * frame, guint8 * out, RtcTime now)
{
  guint32 timestamp = rtc_timeline_next (&stream->timeline, frame->timestamp, frame->capture_time);
  RtcSendHeaderValues values = {
    .payload_type = stream->config.payload_type,
    .sequence = rtc_retransmission_note_sent (&stream->retransmission, &(RtcSentPacket) {
        .timestamp = timestamp,
        .packet = RTC_SENT_PADDING,
      }),
    .timestamp = timestamp,
    .ssrc = stream->config.ssrc,
  };

  stream->lead--;
  return finish_padding (stream, out, write_header (stream, &values, FALSE, out, now));
}

static const RtcFrame *
frame_of (const RtcSendStream * stream, const RtcSentPacket * sent)
{
  guint64 next = rtc_feed_get_next (stream->feed);
  guint32 ago = (guint32) next - sent->frame;

  return rtc_feed_get_frame (stream->feed, next - ago);
}

/* The original's payload after its sequence number, in a stream with numbers of its own (RFC 4588,
 * section 4) */
static gsize
write_copy (RtcSendStream * stream, const RtcSentPacket * sent, guint16 sequence, const RtcFrame * frame,
    guint8 * out, RtcTime now)
{
  const RtcFramePacket *packet = &frame->packets[sent->packet];
  RtcSendHeaderValues values = {
    .marker = packet->marker,
    .payload_type = stream->config.rtx_payload_type,
    .sequence = stream->next_rtx_sequence++,
    .timestamp = sent->timestamp,
    .ssrc = stream->config.rtx_ssrc,
  };
  gsize size;

  if (sent->with_capture)
    values.capture_ntp = to_ntp (stream, frame->capture_time);
  size = write_header (stream, &values, sent->with_capture, out, now);
  out[size] = sequence >> 8;
  out[size + 1] = sequence & 0xff;
  memcpy (out + size + OSN_SIZE, frame->payload + packet->offset, packet->size);

  count_packet (stream, size, OSN_SIZE + packet->size);
  stream->stats.retransmitted_packets_sent++;
  stream->stats.retransmitted_bytes_sent += OSN_SIZE + packet->size;
  return size + OSN_SIZE + packet->size;
}

/* Nothing, under the number that is missed: as padding was */
static gsize
write_lead_copy (RtcSendStream * stream, const RtcSentPacket * sent, guint16 sequence, guint8 * out, RtcTime now)
{
  RtcSendHeaderValues values = {
    .payload_type = stream->config.rtx_payload_type,
    .sequence = stream->next_rtx_sequence++,
    .timestamp = sent->timestamp,
    .ssrc = stream->config.rtx_ssrc,
  };
  gsize size = write_header (stream, &values, FALSE, out, now);

  out[size] = sequence >> 8;
  out[size + 1] = sequence & 0xff;
  count_packet (stream, size, OSN_SIZE);
  stream->stats.retransmitted_packets_sent++;
  stream->stats.retransmitted_bytes_sent += OSN_SIZE;
  return size + OSN_SIZE;
}

static gsize
write_retransmission (RtcSendStream * stream, guint8 * out, RtcTime now)
{
  const RtcSentPacket *sent;
  guint16 sequence;

  while ((sent = rtc_retransmission_take (&stream->retransmission, &sequence))) {
    const RtcFrame *frame = frame_of (stream, sent);

    if (sent->packet == RTC_SENT_PADDING)
      return write_lead_copy (stream, sent, sequence, out, now);
    if (frame && rtc_retransmission_spend (&stream->retransmission, frame->packets[sent->packet].size,
            rtc_feed_get_bitrate (stream->feed), now))
      return write_copy (stream, sent, sequence, frame, out, now);
  }
  return 0;
}

static void
start_video (RtcSendStream * stream, RtcTime replay, RtcTime now)
{
  RtcTime arrived;
  guint64 key;

  stream->state = CURSOR_JOINING;
  if (!rtc_feed_get_key_frame (stream->feed, &key, &arrived) || now - arrived > replay)
    return;

  rtc_timeline_replay (&stream->timeline, rtc_feed_get_frame (stream->feed, key)->timestamp,
      rtc_feed_get_frame (stream->feed, stream->frame - 1)->timestamp);
  stream->frame = key;
  stream->state = CURSOR_RUNNING;
}

static void
apply_config (RtcSendStream * stream, const RtcSendStreamConfig * config)
{
  stream->config = *config;
  stream->config.mid = NULL;
  rtc_send_header_init (&stream->header, &config->extensions, config->mid);
  stream->header_with_capture = stream->header;
  rtc_send_header_add_capture (&stream->header_with_capture, &config->extensions, config->min_playout_delay,
      config->max_playout_delay);
}

RtcSendStream *
rtc_send_stream_new (const RtcSendStreamConfig * config, guint16 * transport_sequence)
{
  RtcSendStream *stream = g_new0 (RtcSendStream, 1);

  g_assert (config->first_sequence < 0x8000 && config->first_rtx_sequence < 0x8000);

  apply_config (stream, config);
  stream->transport_sequence = transport_sequence;
  stream->next_rtx_sequence = config->first_rtx_sequence;
  stream->lead = config->lead;
  stream->capture_sent = RTC_TIME_NEVER;
  stream->send_time_at = RTC_TIME_NEVER;
  rtc_timeline_init (&stream->timeline, config->clock_rate, config->timestamp_offset);
  rtc_retransmission_init (&stream->retransmission, config->kind, config->first_sequence);
  return stream;
}

void
rtc_send_stream_free (RtcSendStream * stream)
{
  rtc_retransmission_clear (&stream->retransmission);
  g_free (stream);
}

void
rtc_send_stream_start (RtcSendStream * stream, RtcFeed * feed, RtcTime replay, RtcTime now)
{
  gboolean new_source = feed != stream->feed;

  stream->feed = feed;
  if (new_source)
    rtc_retransmission_forget (&stream->retransmission);
  if (feed == NULL)
    return;

  rtc_timeline_start (&stream->timeline, new_source);
  stream->state = CURSOR_RUNNING;
  stream->frame = rtc_feed_get_next (feed);
  stream->packet = 0;
  if (is_video (stream))
    start_video (stream, replay, now);
}

void
rtc_send_stream_configure (RtcSendStream * stream, const RtcSendStreamConfig * config)
{
  RtcSendStreamConfig next = *config;

  next.ssrc = stream->config.ssrc;
  next.rtx_ssrc = stream->config.rtx_ssrc;
  next.timestamp_offset = stream->config.timestamp_offset;
  if (next.clock_rate != stream->config.clock_rate)
    rtc_timeline_init (&stream->timeline, next.clock_rate, next.timestamp_offset);
  apply_config (stream, &next);
  rtc_retransmission_forget (&stream->retransmission);
}

gboolean
rtc_send_stream_wants_key (const RtcSendStream * stream)
{
  guint64 key;

  return stream->feed && stream->state != CURSOR_RUNNING && !find_key_frame (stream, stream->frame, &key);
}

gsize
rtc_send_stream_write (RtcSendStream * stream, RtcPacer * pacer, guint8 * out, RtcTime now)
{
  const RtcFrame *frame;
  gsize size;

  if (stream->feed == NULL)
    return 0;

  size = write_retransmission (stream, out, now);
  if (size == 0) {
    frame = settle (stream, now);
    if (frame == NULL || (is_video (stream) && !rtc_pacer_may_send (pacer, now)))
      return 0;
    size = stream->lead > 0 ? write_lead (stream, frame, out, now) : write_packet (stream, frame, out, now);
  }
  rtc_pacer_charge (pacer, size, now);
  return size;
}

gboolean
rtc_send_stream_has_more (const RtcSendStream * stream)
{
  guint64 key;

  if (stream->feed == NULL)
    return FALSE;
  if (stream->retransmission.n_wanted > 0)
    return TRUE;
  if (stream->state != CURSOR_RUNNING)
    return find_key_frame (stream, stream->frame, &key);
  return stream->frame < rtc_feed_get_next (stream->feed);
}

void
rtc_send_stream_drop (RtcSendStream * stream, RtcTime now)
{
  if (stream->feed == NULL || stream->state != CURSOR_RUNNING)
    return;

  if (!is_video (stream)) {
    skip_to (stream, rtc_feed_get_next (stream->feed));
    return;
  }
  if (stream->packet > 0)
    skip_to (stream, stream->frame + 1);
  stream->state = CURSOR_DROPPING;
}

static void
want_again (guint16 sequence, gpointer user_data)
{
  const struct
  {
    RtcSendStream *stream;
    RtcTime now;
  } *call = user_data;

  rtc_retransmission_want (&call->stream->retransmission, sequence, call->now);
}

void
rtc_send_stream_on_nack (RtcSendStream * stream, const RtcRtcpPacket * packet, RtcTime now)
{
  struct
  {
    RtcSendStream *stream;
    RtcTime now;
  } call = { stream, now };

  stream->stats.nack_count++;
  if (stream->feed && stream->config.rtx_payload_type != RTC_PAYLOAD_TYPE_NONE)
    rtc_rtcp_nack_foreach (packet, want_again, &call);
}

gboolean
rtc_send_stream_on_key_request (RtcSendStream * stream, gboolean fir, RtcTime now)
{
  guint64 key;

  if (fir)
    stream->stats.fir_count++;
  else
    stream->stats.pli_count++;

  return stream->feed && is_video (stream) && stream->state == CURSOR_RUNNING
      && !find_key_frame (stream, stream->frame, &key);
}

gboolean
rtc_send_stream_get_sender_info (const RtcSendStream * stream, RtcSenderInfo * info, RtcTime now)
{
  const RtcSendStats *stats = &stream->stats;

  if (!rtc_timeline_at (&stream->timeline, now, &info->rtp_timestamp))
    return FALSE;
  info->ntp = to_ntp (stream, now);
  /* of this SSRC only: retransmissions have their own */
  info->packets = stats->packets_sent - stats->retransmitted_packets_sent;
  info->octets = stats->bytes_sent - stats->retransmitted_bytes_sent;
  return TRUE;
}

const RtcSendStats *
rtc_send_stream_get_stats (const RtcSendStream * stream)
{
  return &stream->stats;
}
