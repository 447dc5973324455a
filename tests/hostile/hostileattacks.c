/* gst-rtc: what a publisher may do that means no good
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "hostileattacks.h"

#include <gst/core/base/rtcrtcp.h>

#include <string.h>

/* A peer's streams have a jitter buffer and its thread each, 8 for each section at most, and decoders theirs. */
#define MAX_THREADS_MORE 60
#define MAX_HEAP_MORE (32 * 1024 * 1024)
#define MAX_PAYLOAD 1200

static HostileStage *stage;
static HostilePublisher *good;

void
hostile_attacks_aim (HostileStage * new_stage, HostilePublisher * new_good)
{
  stage = new_stage;
  good = new_good;
}

/* Slowly enough for the element's socket to take all of it: what is dropped there tests nothing. */
static void
breathe (void)
{
  g_usleep (100);
}

void
hostile_fill (HostilePublisher * publisher, guint8 * data, gsize size)
{
  for (gsize i = 0; i < size; i++)
    data[i] = g_rand_int (publisher->rand);
}

/* Random, but what every depayloader takes for media; the lock is held */
static void
send_noise (HostilePublisher * publisher, const HostileRtp * header, gsize size)
{
  guint8 payload[MAX_PAYLOAD];

  hostile_fill (publisher, payload, size);
  payload[0] = 0x08;
  hostile_publisher_send (publisher, header, payload, size);
  breathe ();
}

/* Packets */

static void
write_header (guint8 * packet, const HostileRtp * header)
{
  packet[0] = 0x80;
  packet[1] = header->payload_type | (header->marker ? 0x80 : 0);
  GST_WRITE_UINT16_BE (packet + 2, header->sequence);
  GST_WRITE_UINT32_BE (packet + 4, header->timestamp);
  GST_WRITE_UINT32_BE (packet + 8, header->ssrc);
}

/* Extensions whose elements run over, of all forms; padding of any length; contributing sources; nothing at all */
static void
send_garbage (HostilePublisher * publisher, RtcMediaKind kind, guint i)
{
  static const guint16 profiles[] = { 0xbede, 0x1000, 0x100f, 0, 0xffff };
  guint8 packet[RTC_RTP_HEADER_SIZE + 4 + 400 + 255];
  HostileRtp header = hostile_publisher_next (publisher, kind);
  guint words = i % 7 == 0 ? 0 : g_rand_int_range (publisher->rand, 0, 100);
  gsize size = RTC_RTP_HEADER_SIZE + 4 + words * 4 + (i % 5 == 0 ? 0 : g_rand_int_range (publisher->rand, 0, 255));

  hostile_fill (publisher, packet, sizeof packet);
  header.marker = i % 2;
  write_header (packet, &header);
  if (i % 3 > 0) {
    packet[0] |= 0x10;
    GST_WRITE_UINT16_BE (packet + RTC_RTP_HEADER_SIZE, profiles[i % G_N_ELEMENTS (profiles)]);
    GST_WRITE_UINT16_BE (packet + RTC_RTP_HEADER_SIZE + 2, words);
  } else {
    packet[0] |= i % 16;
    size = MAX (size, RTC_RTP_HEADER_SIZE + (i % 16) * 4);
  }
  if (i % 4 > 1)
    packet[0] |= 0x20;
  if (i % 4 == 3)
    packet[size - 1] = i % 8 == 3 ? 0 : 255;
  hostile_publisher_send_raw (publisher, packet, size);
  breathe ();
}

static void
attack_garbage (HostilePublisher * publisher)
{
  for (guint i = 0; i < 600; i++) {
    hostile_publishers_lock ();
    send_garbage (publisher, i % 2, i / 2);
    hostile_publishers_unlock ();
  }
}

static gboolean
is_rtcp_type (guint type)
{
  return type >= 64 && type < 96;       /* RFC 5761, section 4 */
}

static void
attack_payload_types (HostilePublisher * publisher)
{
  for (guint type = 0; type < 128; type++) {
    hostile_publishers_lock ();
    for (guint kind = 0; kind < 2 && !is_rtcp_type (type); kind++) {
      HostileRtp header = hostile_publisher_next (publisher, kind);

      header.payload_type = type;
      send_noise (publisher, &header, 100);
      header.ssrc += 1 + type % 3;
      send_noise (publisher, &header, 100);
    }
    hostile_publishers_unlock ();
  }
}

static HostileRtp
new_stream (HostilePublisher * publisher, HostileClip clip)
{
  return (HostileRtp) { publisher->types[clip], TRUE, 0, 0, g_rand_int (publisher->rand) };
}

/* With a MID of nobody, of the other section, or none */
static void
attack_unknown_ssrcs (HostilePublisher * publisher)
{
  static const gchar mids[] = "x\0000\0001\000";
  guint8 packet[200];

  for (guint i = 0; i < 300; i++) {
    HostileRtp header = new_stream (publisher, i % HOSTILE_N_CLIPS);

    header.ssrc = header.ssrc % 6 + 1;
    header.sequence = i;
    hostile_fill (publisher, packet, sizeof packet);
    write_header (packet, &header);
    if (i % 4) {
      packet[0] |= 0x10;
      GST_WRITE_UINT32_BE (packet + 12, 0xbede0001);
      packet[16] = publisher->extensions.id[RTC_EXTENSION_MID] << 4;
      packet[17] = mids[(i % 4 - 1) * 2];
      packet[18] = packet[19] = 0;
    }
    hostile_publisher_send_raw (publisher, packet, sizeof packet);
    breathe ();
  }
}

/* Sender reports alone make a stream in an RTP session. */
static void
send_reports (HostilePublisher * publisher, guint n)
{
  GstByteWriter writer;

  gst_byte_writer_init (&writer);
  for (guint i = 0; i < n; i++) {
    const RtcSenderInfo info = { g_rand_int (publisher->rand), 0, 1, 1 };

    guint32 ssrc = i == 0 && n > 1 ? publisher->tracks[0].ssrc : g_rand_int (publisher->rand);

    rtc_rtcp_write_sr (&writer, ssrc, &info, NULL, 0);
  }
  hostile_publisher_send_rtcp (publisher, writer.parent.data, gst_byte_writer_get_pos (&writer));
  gst_byte_writer_reset (&writer);
  breathe ();
}

static void
attack_ssrc_flood (HostilePublisher * publisher)
{
  HostileLoad before = hostile_load_measure (), after;

  for (guint i = 0; i < 200; i++)
    send_reports (publisher, i % 8 ? 50 : 1);
  for (guint i = 0; i < 2000; i++) {
    HostileRtp header = new_stream (publisher, i % HOSTILE_N_CLIPS);

    /* An RTP session takes one of which two have come for a participant. */
    for (guint j = 0; j < 3; j++, header.sequence++)
      send_noise (publisher, &header, 50);
  }
  after = hostile_load_measure ();
  g_test_message ("%u threads and %" G_GUINT64_FORMAT " kB, then %u and %" G_GUINT64_FORMAT " kB", before.n_threads,
      before.heap / 1024, after.n_threads, after.heap / 1024);
  g_assert_cmpuint (after.n_threads, <=, before.n_threads + MAX_THREADS_MORE);
  g_assert_cmpuint (after.heap, <=, before.heap + MAX_HEAP_MORE);
}

/* The other section's, the good publisher's, the one with which the element reports */
static void
attack_ssrc_collision (HostilePublisher * publisher)
{
  const guint32 ssrcs[] = { publisher->tracks[RTC_MEDIA_AUDIO].ssrc, good->tracks[RTC_MEDIA_VIDEO].ssrc,
    g_atomic_int_get (&publisher->feedback_ssrc), 0, G_MAXUINT32
  };

  for (guint i = 0; i < 100; i++) {
    for (guint j = 0; j < G_N_ELEMENTS (ssrcs); j++) {
      HostileRtp header = new_stream (publisher, HOSTILE_VP8);

      header.ssrc = ssrcs[j];
      header.sequence = i;
      hostile_publishers_lock ();
      if (j == 0)
        header.sequence = hostile_publisher_next (publisher, RTC_MEDIA_AUDIO).sequence;
      send_noise (publisher, &header, 100);
      hostile_publishers_unlock ();
    }
  }
}

static void
attack_ssrc_change (HostilePublisher * publisher)
{
  for (guint i = 0; i < 5; i++) {
    hostile_publishers_lock ();
    publisher->tracks[RTC_MEDIA_VIDEO].ssrc++;
    publisher->tracks[RTC_MEDIA_VIDEO].sequence = g_rand_int_range (publisher->rand, 0, 0x7000);
    publisher->tracks[RTC_MEDIA_VIDEO].timestamp = g_rand_int (publisher->rand);
    hostile_publishers_unlock ();
    g_usleep (60 * RTC_MSECOND);
  }
}

/* Of what never was, of itself, of nothing, of another section, with another codec's number, twice wrapped */
static void
attack_rtx (HostilePublisher * publisher)
{
  const HostileTrack *track = &publisher->tracks[RTC_MEDIA_VIDEO];

  g_assert_cmpuint (publisher->rtx_types[HOSTILE_VP8], <, 128);
  for (guint i = 0; i < 400; i++) {
    HostileRtp header = new_stream (publisher, HOSTILE_VP8);
    guint8 payload[64];
    gsize size = i % 5 == 0 ? i % 3 : sizeof payload;

    hostile_publishers_lock ();
    hostile_fill (publisher, payload, sizeof payload);
    header.payload_type = publisher->rtx_types[i % 3 ? HOSTILE_VP8 : HOSTILE_H264];
    header.ssrc = track->rtx_ssrc + i % 2;
    header.sequence = i;
    if (i % 7 == 0)
      header = hostile_publisher_next (publisher, i % 2);
    if (i % 7 == 0)
      header.payload_type = publisher->rtx_types[HOSTILE_VP8];
    if (i % 3 == 0)
      GST_WRITE_UINT16_BE (payload, header.sequence);
    else if (i % 3 == 1)
      GST_WRITE_UINT16_BE (payload, track->sequence - 1 - i % 50);
    hostile_publisher_send (publisher, &header, payload, size);
    hostile_publishers_unlock ();
    breathe ();
  }
}

/* Times */

static void
jump (HostilePublisher * publisher, gint64 seconds)
{
  hostile_publishers_lock ();
  publisher->tracks[RTC_MEDIA_VIDEO].timestamp += seconds * 90000;
  publisher->tracks[RTC_MEDIA_AUDIO].timestamp += seconds * 48000;
  hostile_publishers_unlock ();
  g_usleep (50 * RTC_MSECOND);
}

static void
attack_timestamps (HostilePublisher * publisher)
{
  static const gint64 jumps[] = { 3 * 3600, -5 * 3600, 60, -60, 1, -1, 23860, 11930 };

  for (guint i = 0; i < G_N_ELEMENTS (jumps); i++)
    jump (publisher, jumps[i]);
  hostile_publishers_lock ();
  for (guint kind = 0; kind < 2; kind++)
    publisher->tracks[kind].timestamp = -20 * 960;
  for (guint i = 0; i < 200; i++) {
    HostileRtp header = hostile_publisher_next (publisher, i % 2);

    header.timestamp = g_rand_int (publisher->rand);
    send_noise (publisher, &header, 50);
  }
  hostile_publishers_unlock ();
}

/* As far as SRTP lets them: it takes no number that is 2^15 ahead. */
static void
attack_sequence_numbers (HostilePublisher * publisher)
{
  static const guint jumps[] = { 1, 10, 100, 1000, 3000, 20000, 32000, 32000, 32000 };

  for (guint i = 0; i < G_N_ELEMENTS (jumps); i++) {
    hostile_publishers_lock ();
    for (guint kind = 0; kind < 2; kind++)
      publisher->tracks[kind].sequence += jumps[i];
    hostile_publishers_unlock ();
    g_usleep (50 * RTC_MSECOND);
  }
  for (guint i = 0; i < 100; i++) {
    HostileRtp header;

    hostile_publishers_lock ();
    header = hostile_publisher_next (publisher, i % 2);
    header.sequence -= g_rand_int_range (publisher->rand, 0, 60);
    send_noise (publisher, &header, 50);
    hostile_publishers_unlock ();
  }
}

/* RTCP */

static void
write_absurd_report (HostilePublisher * publisher, GstByteWriter * writer, guint i)
{
  static const guint64 times[] = { 0, G_MAXUINT64, 1, G_GUINT64_CONSTANT (0x8000000000000000), 0xffffffff };
  const HostileTrack *track = &publisher->tracks[i % 2];
  const RtcSenderInfo info = { i % 6 < 5 ? times[i % 6] : (guint64) g_rand_int (publisher->rand) << 32,
    i % 3 ? g_rand_int (publisher->rand) : track->timestamp, G_MAXUINT32, i % 2 ? 0 : G_MAXUINT32
  };
  RtcReportBlock blocks[31];

  hostile_fill (publisher, (guint8 *) blocks, sizeof blocks);
  rtc_rtcp_write_sr (writer, track->ssrc, &info, blocks, i % G_N_ELEMENTS (blocks));
}

static void
attack_reports (HostilePublisher * publisher)
{
  for (guint i = 0; i < 200; i++) {
    GstByteWriter writer;

    gst_byte_writer_init (&writer);
    hostile_publishers_lock ();
    write_absurd_report (publisher, &writer, i);
    hostile_publisher_send_rtcp (publisher, writer.parent.data, gst_byte_writer_get_pos (&writer));
    hostile_publishers_unlock ();
    gst_byte_writer_reset (&writer);
    g_usleep (2 * RTC_MSECOND);
  }
}

/* Whatever the type, its lengths and counts lie. */
static void
attack_rtcp_garbage (HostilePublisher * publisher)
{
  guint8 packet[400];

  for (guint i = 0; i < 1000; i++) {
    gsize size = g_rand_int_range (publisher->rand, 8, sizeof packet);

    hostile_fill (publisher, packet, size);
    packet[0] = 0x80 | (packet[0] & 0x3f);
    packet[1] = 194 + i % 16;
    GST_WRITE_UINT16_BE (packet + 2, i % 3 ? size / 4 - 1 : i % 2 ? 0 : 0xffff);
    GST_WRITE_UINT32_BE (packet + 4, publisher->tracks[i % 2].ssrc);
    if (i % 4 == 0 && size >= 12)
      GST_WRITE_UINT32_BE (packet + 8, g_atomic_int_get (&publisher->feedback_ssrc));
    hostile_publisher_send_rtcp (publisher, packet, size);
    breathe ();
  }
}

static void
attack_bye (HostilePublisher * publisher)
{
  for (guint i = 0; i < 5; i++) {
    const guint32 ssrcs[] = { publisher->tracks[0].ssrc, publisher->tracks[1].ssrc,
      g_atomic_int_get (&publisher->feedback_ssrc)
    };
    GstByteWriter writer;

    gst_byte_writer_init (&writer);
    rtc_rtcp_write_rr (&writer, ssrcs[0], NULL, 0);
    rtc_rtcp_write_bye (&writer, ssrcs, G_N_ELEMENTS (ssrcs));
    hostile_publisher_send_rtcp (publisher, writer.parent.data, gst_byte_writer_get_pos (&writer));
    gst_byte_writer_reset (&writer);
    g_usleep (60 * RTC_MSECOND);
  }
}

/* Media */

static void
attack_codec_switch (HostilePublisher * publisher)
{
  for (guint i = 0; i < 6; i++) {
    hostile_publisher_change (publisher, i % 2 ? HOSTILE_VP8 : HOSTILE_H264);
    if (i < 4)
      g_usleep (30 * RTC_MSECOND);
    else
      hostile_stage_wait_buffers (stage, publisher->viewer->name, RTC_MEDIA_VIDEO, 5);
  }
}

static void
wait_width (const gchar * name, gint width)
{
  gint64 end = g_get_monotonic_time () + 20 * RTC_SECOND;

  while (hostile_stage_get_width (stage, name) != width) {
    g_assert_cmpint (g_get_monotonic_time (), <, end);
    g_usleep (5 * RTC_MSECOND);
  }
}

static void
attack_resolution (HostilePublisher * publisher)
{
  for (guint i = 0; i < 4; i++) {
    hostile_publisher_change (publisher, i % 2 ? HOSTILE_VP8 : HOSTILE_VP8_LARGE);
    wait_width (publisher->viewer->name, i % 2 ? 160 : 320);
  }
}

/* Frames that never end: of one timestamp, without a marker */
static void
attack_huge_frames (HostilePublisher * publisher)
{
  static const HostileClip kinds[] = { HOSTILE_VP8, HOSTILE_H264 };
  HostileLoad before = hostile_load_measure (), after;

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++) {
    hostile_publisher_change (publisher, kinds[i]);
    hostile_stage_wait_buffers (stage, publisher->viewer->name, RTC_MEDIA_VIDEO, 5);
    hostile_publishers_lock ();
    for (guint j = 0; j < 3000; j++) {
      HostileRtp header = hostile_publisher_next (publisher, RTC_MEDIA_VIDEO);
      guint8 payload[MAX_PAYLOAD];

      hostile_fill (publisher, payload, 8);
      payload[0] = kinds[i] == HOSTILE_VP8 ? (j == 0 ? 0x10 : 0) : 0x7c;
      payload[1] = kinds[i] == HOSTILE_VP8 ? 0 : j == 0 ? 0x85 : 0x05;
      hostile_publisher_send (publisher, &header, payload, sizeof payload);
      breathe ();
    }
    hostile_publishers_unlock ();
  }
  after = hostile_load_measure ();
  g_test_message ("%" G_GUINT64_FORMAT " kB, then %" G_GUINT64_FORMAT " kB", before.heap / 1024, after.heap / 1024);
  g_assert_cmpuint (after.heap, <=, before.heap + MAX_HEAP_MORE);
  hostile_publisher_change (publisher, HOSTILE_VP8);
}

/* Headers that lead on to something: a key frame of any size for VP8, slices and fragments for H.264 */
static void
make_poison (HostilePublisher * publisher, HostileClip clip, guint i, guint8 * payload)
{
  static const guint8 key[] = { 0x10, 0x10, 0x02, 0x00, 0x9d, 0x01, 0x2a };

  if (clip == HOSTILE_VP8) {
    payload[0] = i % 3 ? payload[0] : 0x10;
    if (i % 5 == 0) {
      memcpy (payload, key, sizeof key);
      GST_WRITE_UINT16_LE (payload + 7, i % 500 + 1);
      GST_WRITE_UINT16_LE (payload + 9, i % 300 + 1);
    }
  } else if (clip == HOSTILE_H264) {
    static const guint8 types[] = { 1, 2, 3, 4, 5, 6, 9, 10, 11, 12, 19, 20, 28, 29, 30, 31 };
    guint8 type = types[i % G_N_ELEMENTS (types)];

    payload[0] = 0x60 | type;
    if (type >= 28)
      payload[1] = (i / 16 % 4) << 6 | (i % 2 ? 1 : 5);
  }
}

static void
attack_poison (HostilePublisher * publisher)
{
  static const HostileClip kinds[] = { HOSTILE_VP8, HOSTILE_H264, HOSTILE_OPUS };

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++) {
    if (kinds[i] != HOSTILE_OPUS)
      hostile_publisher_change (publisher, kinds[i]);
    for (guint j = 0; j < 300; j++) {
      guint8 payload[MAX_PAYLOAD];
      HostileRtp header;
      gsize size;

      hostile_publishers_lock ();
      header = hostile_publisher_next (publisher, kinds[i] == HOSTILE_OPUS ? RTC_MEDIA_AUDIO : RTC_MEDIA_VIDEO);
      header.marker = j % 2;
      hostile_fill (publisher, payload, sizeof payload);
      make_poison (publisher, kinds[i], j, payload);
      size = j % 7 == 0 ? (gsize) j % 4 : (gsize) g_rand_int_range (publisher->rand, 1, sizeof payload);
      hostile_publisher_send (publisher, &header, payload, size);
      publisher->tracks[kinds[i] != HOSTILE_OPUS].timestamp += j % 2 ? 90 : 0;
      hostile_publishers_unlock ();
      g_usleep (RTC_MSECOND);
    }
    hostile_stage_wait_buffers (stage, publisher->viewer->name, kinds[i] != HOSTILE_OPUS, 5);
  }
  hostile_publisher_change (publisher, HOSTILE_VP8);
}

const HostileAttack hostile_attacks[] = {
  {"garbage", attack_garbage},
  {"payload-types", attack_payload_types},
  {"unknown-ssrcs", attack_unknown_ssrcs},
  {"ssrc-collision", attack_ssrc_collision},
  {"ssrc-change", attack_ssrc_change},
  {"rtx", attack_rtx},
  {"timestamps", attack_timestamps},
  {"sequence-numbers", attack_sequence_numbers},
  {"reports", attack_reports},
  {"rtcp-garbage", attack_rtcp_garbage},
  {"bye", attack_bye},
  {"codec-switch", attack_codec_switch},
  {"resolution", attack_resolution},
  {"huge-frames", attack_huge_frames},
  {"poison", attack_poison},
  {"ssrc-flood", attack_ssrc_flood},
};

const guint hostile_n_attacks = G_N_ELEMENTS (hostile_attacks);
