/* gst-rtc: a source, a feed and a send stream for tests
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "gst/core/base/rtcrtp.h"
#include "gst/core/rtp/rtcsendstream.h"

#include <string.h>

#define PAYLOAD 1200
#define CLOCK_RATE 90000
#define FRAME_INTERVAL (RTC_SECOND / 30)
#define FRAME_TICKS 3000
#define SSRC 0x11111111
#define RTX_SSRC 0x22222222
#define PT 96
#define RTX_PT 97
#define FIRST_SEQUENCE 0x7ff0
#define FIRST_RTX_SEQUENCE 0x7fff
#define OFFSET 0xfffff000u
#define NTP_OFFSET (G_GINT64_CONSTANT (1700000000) * RTC_SECOND)
#define START (5 * RTC_SECOND)

enum
{ ID_MID = 1, ID_SEND = 2, ID_TWCC = 3, ID_DELAY = 4, ID_CAPTURE = 14 };

/* A source with a feed, and a stream that sends it */
typedef struct
{
  RtcFeed *feed;
  RtcSendStream *stream;
  RtcPacer pacer;
  guint16 transport_sequence;
  RtcTime now;
  guint32 timestamp;            /* of the next frame, as the source counts */
  guint n_frames;
} Fixture;

/* A packet as it was written */
typedef struct
{
  gsize size;
  RtcRtpHeader header;
  guint8 data[RTC_BATCH_MAX_PACKET_SIZE];
} Packet;

static const RtcSendStreamConfig video_config = {
  .kind = RTC_MEDIA_VIDEO,
  .ssrc = SSRC,
  .rtx_ssrc = RTX_SSRC,
  .payload_type = PT,
  .rtx_payload_type = RTX_PT,
  .clock_rate = CLOCK_RATE,
  .first_sequence = FIRST_SEQUENCE,
  .first_rtx_sequence = FIRST_RTX_SEQUENCE,
  .timestamp_offset = OFFSET,
  .min_playout_delay = -1,
  .max_playout_delay = -1,
  .ntp_offset = NTP_OFFSET,
};

static inline void
setup_with (Fixture * fixture, const RtcSendStreamConfig * config)
{
  *fixture = (Fixture) {.now = START,.timestamp = 1000 };
  fixture->feed = rtc_feed_new (config->clock_rate, RTC_SECOND, 100 * 1000 * 1000);
  fixture->stream = rtc_send_stream_new (config, &fixture->transport_sequence);
  rtc_pacer_init (&fixture->pacer, START);
}

static inline void
setup (Fixture * fixture)
{
  setup_with (fixture, &video_config);
}

static inline void
teardown (Fixture * fixture)
{
  rtc_send_stream_free (fixture->stream);
  rtc_feed_free (fixture->feed);
}

/* Bytes that tell the frame and the place in it */
static inline guint8
byte_at (guint frame, gsize position)
{
  return frame * 31 + position * 7 + position / 251;
}

/* Pushes a frame of @size bytes, captured now, and lets the source's timestamps go on */
static inline void
push (Fixture * fixture, gboolean key, gsize size)
{
  g_autofree guint8 *bytes = g_malloc (size);
  g_autofree RtcFramePart *parts = g_new (RtcFramePart, size / PAYLOAD + 1);
  g_autoptr (RtcFrame) frame = NULL;
  guint n = 0;

  for (gsize i = 0; i < size; i++)
    bytes[i] = byte_at (fixture->n_frames, i);
  for (gsize at = 0; at < size; at += PAYLOAD)
    parts[n++] = (RtcFramePart) { bytes + at, MIN (PAYLOAD, size - at), at + PAYLOAD >= size };
  frame = rtc_frame_new (fixture->timestamp, fixture->now, key, parts, n);
  g_assert_nonnull (frame);
  rtc_feed_push (fixture->feed, frame, fixture->now);
  fixture->timestamp += FRAME_TICKS;
  fixture->n_frames++;
}

static inline void
push_group (Fixture * fixture, guint n, gsize size)
{
  for (guint i = 0; i < n; i++, fixture->now += FRAME_INTERVAL)
    push (fixture, i == 0, size);
}

static inline gboolean
write_one (Fixture * fixture, Packet * packet)
{
  memset (packet->data, 0xee, sizeof (packet->data));
  packet->size = rtc_send_stream_write (fixture->stream, &fixture->pacer, packet->data, fixture->now);
  if (packet->size == 0)
    return FALSE;
  g_assert_true (rtc_rtp_read (packet->data, packet->size, &packet->header));
  g_assert_cmpuint (packet->header.padding_size, ==, 0);
  return TRUE;
}

static inline guint
write_all (Fixture * fixture)
{
  Packet packet;
  guint n = 0;

  while (write_one (fixture, &packet))
    n++;
  return n;
}

static inline void
start (Fixture * fixture, RtcTime replay)
{
  rtc_send_stream_start (fixture->stream, fixture->feed, replay, fixture->now);
}

static inline guint64
extension (const Packet * packet, guint8 id, gsize size)
{
  gsize found;
  const guint8 *value = rtc_rtp_find_extension (packet->data, &packet->header, id, &found);
  guint64 number = 0;

  g_assert_nonnull (value);
  g_assert_cmpuint (found, ==, size);
  for (gsize i = 0; i < size; i++)
    number = number << 8 | value[i];
  return number;
}

static inline gboolean
has_extension (const Packet * packet, guint8 id)
{
  gsize size;

  return rtc_rtp_find_extension (packet->data, &packet->header, id, &size) != NULL;
}

static inline void
send_nack (Fixture * fixture, const guint16 * sequences, guint n)
{
  GstByteWriter writer;
  RtcRtcpReader reader;
  RtcRtcpPacket packet;
  gsize size;
  g_autofree guint8 *data = NULL;

  gst_byte_writer_init (&writer);
  rtc_rtcp_write_nack (&writer, 1, SSRC, sequences, n);
  size = gst_byte_writer_get_size (&writer);
  data = gst_byte_writer_reset_and_get_data (&writer);
  rtc_rtcp_reader_init (&reader, data, size);
  while (rtc_rtcp_reader_next (&reader, &packet))
    rtc_send_stream_on_nack (fixture->stream, &packet, fixture->now);
}

static inline guint16
read_16 (const guint8 * data)
{
  return data[0] << 8 | data[1];
}
