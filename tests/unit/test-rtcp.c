/* gst-rtc: tests of reading and writing RTCP
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "gst/core/base/rtcrtcp.h"

#include <string.h>

#define SENDER 0x11223344
#define MEDIA 0xaabbccdd
#define SENDER_BYTES 0x11, 0x22, 0x33, 0x44
#define MEDIA_BYTES 0xaa, 0xbb, 0xcc, 0xdd
#define TWCC_HEADER(length) 0x8f, 205, 0, length, SENDER_BYTES, MEDIA_BYTES

/* Reads the only packet of @data. */
static gboolean
read_one (const guint8 * data, gsize size, RtcRtcpPacket * packet)
{
  RtcRtcpPacket next;
  RtcRtcpReader reader;

  rtc_rtcp_reader_init (&reader, data, size);
  if (!rtc_rtcp_reader_next (&reader, packet))
    return FALSE;
  g_assert_false (rtc_rtcp_reader_next (&reader, &next));
  return TRUE;
}

#define assert_reads(packet, kind_, ...) G_STMT_START { \
  static const guint8 data_[] = { __VA_ARGS__ }; \
  g_assert_true (read_one (data_, sizeof (data_), packet)); \
  g_assert_cmpint ((packet)->kind, ==, kind_); \
} G_STMT_END

#define assert_malformed(...) G_STMT_START { \
  static const guint8 data_[] = { __VA_ARGS__ }; \
  RtcRtcpPacket packet_; \
  g_assert_false (read_one (data_, sizeof (data_), &packet_)); \
} G_STMT_END

#define assert_written(writer, ...) G_STMT_START { \
  static const guint8 data_[] = { __VA_ARGS__ }; \
  g_autofree guint8 *written_ = NULL; \
  gsize size_ = gst_byte_writer_get_size (writer); \
  written_ = gst_byte_writer_reset_and_get_data (writer); \
  gst_byte_writer_init (writer); \
  g_assert_cmpmem (written_, size_, data_, sizeof (data_)); \
} G_STMT_END

static void
assert_block_equal (const RtcReportBlock * a, const RtcReportBlock * b)
{
  g_assert_cmphex (a->ssrc, ==, b->ssrc);
  g_assert_cmpuint (a->fraction_lost, ==, b->fraction_lost);
  g_assert_cmpint (a->packets_lost, ==, b->packets_lost);
  g_assert_cmpuint (a->highest_sequence, ==, b->highest_sequence);
  g_assert_cmpuint (a->jitter, ==, b->jitter);
  g_assert_cmpuint (a->last_sr, ==, b->last_sr);
  g_assert_cmpuint (a->delay_since_last_sr, ==, b->delay_since_last_sr);
}

static void
test_read_sr (void)
{
  RtcReportBlock block;
  RtcRtcpPacket packet;

  /* One block with -2 packets lost, and a profile-specific extension behind it */
  assert_reads (&packet, RTC_RTCP_SR, 0x81, 200, 0, 13, SENDER_BYTES,
      0xe0, 0, 0, 1, 0x80, 0, 0, 0, 0, 1, 0x5f, 0x90, 0, 0, 0, 100, 0, 0, 4, 0,
      MEDIA_BYTES, 0x40, 0xff, 0xff, 0xfe, 0, 1, 0, 7, 0, 0, 0, 9, 1, 2, 3, 4, 0, 1, 0, 0, 9, 9, 9, 9);
  g_assert_cmphex (packet.sender, ==, SENDER);
  g_assert_cmphex (packet.info.ntp, ==, G_GUINT64_CONSTANT (0xe000000180000000));
  g_assert_cmpuint (packet.info.rtp_timestamp, ==, 90000);
  g_assert_cmpuint (packet.info.packets, ==, 100);
  g_assert_cmpuint (packet.info.octets, ==, 1024);
  g_assert_cmpuint (packet.count, ==, 1);

  rtc_rtcp_report_block (&packet, 0, &block);
  assert_block_equal (&block, &(RtcReportBlock) { MEDIA, 64, -2, 65543, 9, 0x01020304, 65536 });
}

static void
test_read_others (void)
{
  RtcRtcpPacket packet;

  assert_reads (&packet, RTC_RTCP_RR, 0x80, 201, 0, 1, SENDER_BYTES);
  g_assert_cmphex (packet.sender, ==, SENDER);
  g_assert_cmpuint (packet.count, ==, 0);

  assert_reads (&packet, RTC_RTCP_SDES, 0x82, 202, 0, 5, SENDER_BYTES, 1, 2, 'm', 'e', 2, 0, 0, 0,
      MEDIA_BYTES, 0, 0, 0, 0);
  g_assert_cmphex (packet.sender, ==, SENDER);
  g_assert_cmpuint (packet.count, ==, 2);

  assert_reads (&packet, RTC_RTCP_BYE, 0x82, 203, 0, 3, SENDER_BYTES, MEDIA_BYTES, 3, 'e', 'n', 'd');
  g_assert_cmpuint (packet.count, ==, 2);
  g_assert_cmphex (rtc_rtcp_ssrc (&packet, 0), ==, SENDER);
  g_assert_cmphex (rtc_rtcp_ssrc (&packet, 1), ==, MEDIA);

  assert_reads (&packet, RTC_RTCP_PLI, 0x81, 206, 0, 2, SENDER_BYTES, MEDIA_BYTES);
  g_assert_cmphex (packet.sender, ==, SENDER);
  g_assert_cmphex (packet.media, ==, MEDIA);

  assert_reads (&packet, RTC_RTCP_FIR, 0x84, 206, 0, 6, SENDER_BYTES, 0, 0, 0, 9,
      MEDIA_BYTES, 7, 0, 0, 0, 0, 0, 0, 5, 8, 0, 0, 0);
  g_assert_cmpuint (packet.media, ==, 0);
  g_assert_cmpuint (packet.count, ==, 2);
  g_assert_cmphex (rtc_rtcp_ssrc (&packet, 0), ==, MEDIA);
  g_assert_cmphex (rtc_rtcp_ssrc (&packet, 1), ==, 5);
}

static void
test_read_unknown (void)
{
  RtcRtcpPacket packet;

  assert_reads (&packet, RTC_RTCP_OTHER, 0x80, 204, 0, 2, SENDER_BYTES, 'n', 'a', 'm', 'e');
  g_assert_cmphex (packet.sender, ==, SENDER);
  assert_reads (&packet, RTC_RTCP_OTHER, 0x82, 206, 0, 3, SENDER_BYTES, MEDIA_BYTES, 0, 0, 0, 1);
  assert_reads (&packet, RTC_RTCP_OTHER, 0x8f, 206, 0, 3, SENDER_BYTES, MEDIA_BYTES, 'N', 'O', 'N', 'E');
  assert_reads (&packet, RTC_RTCP_OTHER, 0x83, 205, 0, 3, SENDER_BYTES, MEDIA_BYTES, 0, 0, 0, 1);
  assert_reads (&packet, RTC_RTCP_OTHER, 0x80, 192, 0, 0);
  g_assert_cmpuint (packet.sender, ==, 0);
}

static void
test_read_extended (void)
{
  RtcRtcpPacket packet;

  assert_reads (&packet, RTC_RTCP_XR, 0x80, 207, 0, 4, SENDER_BYTES, 4, 0, 0, 2,
      0xe0, 0, 0, 1, 0x80, 0, 0, 0);
  g_assert_cmphex (packet.sender, ==, SENDER);
  g_assert_cmphex (packet.reference_ntp, ==, G_GUINT64_CONSTANT (0xe000000180000000));

  /* Between a DLRR and a block that nobody knows */
  assert_reads (&packet, RTC_RTCP_XR, 0x80, 207, 0, 10, SENDER_BYTES,
      5, 0, 0, 3, MEDIA_BYTES, 0, 0, 0, 1, 0, 0, 0, 2, 4, 7, 0, 2, 0, 0, 0, 0, 0, 0, 0, 9, 99, 1, 0, 1, 4, 0, 0, 2);
  g_assert_cmpuint (packet.reference_ntp, ==, 9);

  assert_reads (&packet, RTC_RTCP_XR, 0x80, 207, 0, 1, SENDER_BYTES);
  assert_reads (&packet, RTC_RTCP_XR, 0x80, 207, 0, 2, SENDER_BYTES, 99, 0, 0, 0);
  g_assert_cmpuint (packet.reference_ntp, ==, 0);

  assert_malformed (0x80, 207, 0, 0);
  assert_malformed (0x80, 207, 0, 2, SENDER_BYTES, 99, 0, 0, 1);
  assert_malformed (0x80, 207, 0, 2, SENDER_BYTES, 99, 0, 0xff, 0xff);
  assert_malformed (0x80, 207, 0, 2, SENDER_BYTES, 4, 0, 0, 0);
  assert_malformed (0x80, 207, 0, 3, SENDER_BYTES, 4, 0, 0, 2, 0, 0, 0, 1);
  assert_malformed (0x80, 207, 0, 3, SENDER_BYTES, 4, 0, 0, 1, 0, 0, 0, 1);
  assert_malformed (0x80, 207, 0, 5, SENDER_BYTES, 4, 0, 0, 3, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3);
}

static void
test_read_remb (void)
{
  RtcRtcpPacket packet;

  /* exponent 3, mantissa 0x20000, 2 SSRCs */
  assert_reads (&packet, RTC_RTCP_REMB, 0x8f, 206, 0, 6, SENDER_BYTES, 0, 0, 0, 0, 'R', 'E', 'M', 'B',
      2, 0x0e, 0, 0, MEDIA_BYTES, 0, 0, 0, 5);
  g_assert_cmpuint (packet.bitrate, ==, 0x20000 << 3);
  g_assert_cmpuint (packet.media, ==, 0);
  g_assert_cmpuint (packet.count, ==, 2);
  g_assert_cmphex (rtc_rtcp_ssrc (&packet, 0), ==, MEDIA);
  g_assert_cmphex (rtc_rtcp_ssrc (&packet, 1), ==, 5);

  /* The largest that fits: 0x3ffff << 46, then one bit more, then all there is */
  assert_reads (&packet, RTC_RTCP_REMB, 0x8f, 206, 0, 4, SENDER_BYTES, 0, 0, 0, 0, 'R', 'E', 'M', 'B',
      0, 0xbb, 0xff, 0xff);
  g_assert_cmpuint (packet.bitrate, ==, G_GUINT64_CONSTANT (0x3ffff) << 46);
  assert_reads (&packet, RTC_RTCP_REMB, 0x8f, 206, 0, 4, SENDER_BYTES, 0, 0, 0, 0, 'R', 'E', 'M', 'B',
      0, 0xbf, 0xff, 0xff);
  g_assert_cmpuint (packet.bitrate, ==, G_MAXUINT64);
  assert_reads (&packet, RTC_RTCP_REMB, 0x8f, 206, 0, 4, SENDER_BYTES, 0, 0, 0, 0, 'R', 'E', 'M', 'B',
      0, 0xff, 0xff, 0xff);
  g_assert_cmpuint (packet.bitrate, ==, G_MAXUINT64);

  assert_malformed (0x8f, 206, 0, 3, SENDER_BYTES, 0, 0, 0, 0, 'R', 'E', 'M', 'B');
  assert_malformed (0x8f, 206, 0, 5, SENDER_BYTES, 0, 0, 0, 0, 'R', 'E', 'M', 'B', 2, 0, 0, 1, MEDIA_BYTES);
}

static void
collect (guint16 sequence, gpointer user_data)
{
  g_array_append_val ((GArray *) user_data, sequence);
}

static GArray *
nacked (const RtcRtcpPacket * packet)
{
  GArray *sequences = g_array_new (FALSE, FALSE, sizeof (guint16));

  rtc_rtcp_nack_foreach (packet, collect, sequences);
  return sequences;
}

static void
test_read_nack (void)
{
  const guint16 expected[] = { 10, 65535, 0, 15 };
  g_autoptr (GArray) sequences = NULL;
  RtcRtcpPacket packet;

  assert_reads (&packet, RTC_RTCP_NACK, 0x81, 205, 0, 4, SENDER_BYTES, MEDIA_BYTES,
      0, 10, 0, 0, 0xff, 0xff, 0x80, 1);
  sequences = nacked (&packet);
  g_assert_cmpmem (sequences->data, sequences->len * 2, expected, sizeof (expected));

  assert_malformed (0x81, 205, 0, 2, SENDER_BYTES, MEDIA_BYTES);
}

typedef struct
{
  guint16 first, last;
  guint n, received;
  gint64 arrival_us;
} Feedback;

static void
on_status (guint16 sequence, gboolean received, gint32 delta_us, gpointer user_data)
{
  Feedback *feedback = user_data;

  if (feedback->n++ == 0)
    feedback->first = sequence;
  feedback->last = sequence;
  feedback->received += received;
  feedback->arrival_us += delta_us;
  g_assert_true (received || delta_us == 0);
}

static gboolean
read_feedback (const RtcRtcpPacket * packet, Feedback * feedback)
{
  *feedback = (Feedback) { 0, };
  return rtc_rtcp_twcc_foreach (packet, on_status, feedback);
}

static void
test_twcc_chunks (void)
{
  RtcRtcpPacket packet;
  Feedback feedback;

  /* A run of 3 small deltas, over the wrap of the sequence number */
  assert_reads (&packet, RTC_RTCP_TWCC, TWCC_HEADER (6), 0xff, 0xff, 0, 3, 0, 0, 2, 9, 0x20, 3,
      4, 0, 255, 0, 0, 0);
  g_assert_true (read_feedback (&packet, &feedback));
  g_assert_cmpuint (feedback.first, ==, 65535);
  g_assert_cmpuint (feedback.last, ==, 1);
  g_assert_cmpuint (feedback.received, ==, 3);
  g_assert_cmpint (feedback.arrival_us, ==, 1000 + 0 + 63750);
  g_assert_cmpint (rtc_rtcp_twcc_reference (&packet), ==, 128000);
  g_assert_cmpuint (rtc_rtcp_twcc_feedback_count (&packet), ==, 9);

  /* A vector of 14 one-bit symbols of which 10 count, 5 received */
  assert_reads (&packet, RTC_RTCP_TWCC, TWCC_HEADER (6), 0, 5, 0, 10, 0xff, 0xff, 0xff, 0, 0xaa, 0xaf,
      4, 4, 4, 4, 4, 0);
  g_assert_true (read_feedback (&packet, &feedback));
  g_assert_cmpuint (feedback.n, ==, 10);
  g_assert_cmpuint (feedback.received, ==, 5);
  g_assert_cmpint (feedback.arrival_us, ==, 5000);
  g_assert_cmpint (rtc_rtcp_twcc_reference (&packet), ==, -64000);

  /* Seven two-bit symbols (small, lost, large -1, large 0x7fff, lost, small, lost), then a run of 3 lost */
  assert_reads (&packet, RTC_RTCP_TWCC, TWCC_HEADER (7), 0, 5, 0, 10, 0x80, 0, 0, 0, 0xd2, 0x84, 0x00, 3,
      2, 0xff, 0xff, 0x7f, 0xff, 8, 0, 0);
  g_assert_true (read_feedback (&packet, &feedback));
  g_assert_cmpuint (feedback.n, ==, 10);
  g_assert_cmpuint (feedback.received, ==, 4);
  g_assert_cmpint (feedback.arrival_us, ==, 250 * (2 - 1 + 32767 + 8));
  g_assert_cmpint (rtc_rtcp_twcc_reference (&packet), ==, G_GINT64_CONSTANT (-0x800000) * 64000);

  /* A run longer than the count, and empty runs before it */
  assert_reads (&packet, RTC_RTCP_TWCC, TWCC_HEADER (6), 0, 5, 0, 2, 0, 0, 0, 0, 0, 0, 0x20, 0,
      0x3f, 0xff, 4, 4);
  g_assert_true (read_feedback (&packet, &feedback));
  g_assert_cmpuint (feedback.n, ==, 2);
}

static void
test_twcc_malformed (void)
{
  RtcRtcpPacket packet;
  Feedback feedback;

  assert_malformed (TWCC_HEADER (3), 0, 5, 0, 1);

  /* One delta short; a chunk short; the reserved symbol; more statuses than can be told apart */
  assert_reads (&packet, RTC_RTCP_TWCC, TWCC_HEADER (5), 0, 5, 0, 3, 0, 0, 0, 0, 0x20, 3, 4, 4);
  g_assert_false (read_feedback (&packet, &feedback));
  g_assert_cmpuint (feedback.n, ==, 0);
  assert_reads (&packet, RTC_RTCP_TWCC, TWCC_HEADER (5), 0, 5, 0, 9, 0, 0, 0, 0, 0x00, 3, 0, 3);
  g_assert_false (read_feedback (&packet, &feedback));
  g_assert_cmpuint (feedback.n, ==, 0);
  assert_reads (&packet, RTC_RTCP_TWCC, TWCC_HEADER (6), 0, 5, 0, 2, 0, 0, 0, 0, 0x60, 2, 4, 4, 4, 4, 4, 4);
  g_assert_false (read_feedback (&packet, &feedback));
  g_assert_cmpuint (feedback.n, ==, 0);
  assert_reads (&packet, RTC_RTCP_TWCC, TWCC_HEADER (7), 0, 5, 0x80, 1, 0, 0, 0, 0,
      0x1f, 0xff, 0x1f, 0xff, 0x1f, 0xff, 0x1f, 0xff, 0x1f, 0xff, 0, 0);
  g_assert_false (read_feedback (&packet, &feedback));
  g_assert_cmpuint (feedback.n, ==, 0);
}

static void
test_malformed (void)
{
  assert_malformed (0x40, 201, 0, 1, SENDER_BYTES);
  assert_malformed (0x80, 201, 0, 2, SENDER_BYTES);
  assert_malformed (0x80, 201, 0, 0);
  assert_malformed (0x81, 201, 0, 1, SENDER_BYTES);
  assert_malformed (0x80, 200, 0, 5, SENDER_BYTES, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
  assert_malformed (0x81, 202, 0, 0);
  assert_malformed (0x81, 202, 0, 2, SENDER_BYTES, 1, 9, 'm', 'e');
  assert_malformed (0x81, 202, 0, 2, SENDER_BYTES, 1, 2, 'm', 'e');
  assert_malformed (0x82, 202, 0, 2, SENDER_BYTES, 0, 0, 0, 0);
  assert_malformed (0x82, 203, 0, 1, SENDER_BYTES);
  assert_malformed (0x81, 203, 0, 2, SENDER_BYTES, 4, 'e', 'n', 'd');
  assert_malformed (0x81, 206, 0, 1, SENDER_BYTES);
  assert_malformed (0x84, 206, 0, 2, SENDER_BYTES, MEDIA_BYTES);
  assert_malformed (0x84, 206, 0, 3, SENDER_BYTES, MEDIA_BYTES, MEDIA_BYTES);
}

static void
test_padding (void)
{
  RtcRtcpPacket packet;

  assert_reads (&packet, RTC_RTCP_RR, 0xa0, 201, 0, 3, SENDER_BYTES, 0, 0, 0, 0, 0, 0, 0, 8);
  g_assert_cmpuint (packet.body_size, ==, 0);
  assert_reads (&packet, RTC_RTCP_NACK, 0xa1, 205, 0, 4, SENDER_BYTES, MEDIA_BYTES, 0, 1, 0, 0, 0, 0, 0, 4);
  g_assert_cmpuint (packet.body_size, ==, 4);

  assert_malformed (0xa0, 201, 0, 0);
  assert_malformed (0xa0, 201, 0, 2, SENDER_BYTES, 0, 0, 0, 0);
  assert_malformed (0xa0, 201, 0, 2, SENDER_BYTES, 0, 0, 0, 3);
  assert_malformed (0xa0, 201, 0, 2, SENDER_BYTES, 0, 0, 0, 8);
  assert_malformed (0xa0, 201, 0, 2, SENDER_BYTES, 0, 0, 0, 12);
  /* A body of nothing but padding is not the body that a NACK needs. */
  assert_malformed (0xa1, 205, 0, 3, SENDER_BYTES, MEDIA_BYTES, 0, 0, 0, 4);
}

static void
test_write_bytes (void)
{
  const RtcSenderInfo info = { G_GUINT64_CONSTANT (0xe000000180000000), 90000, 100, 1024 };
  const RtcReportBlock block = { MEDIA, 64, -2, 65543, 9, 0x01020304, 65536 };
  const guint32 ssrcs[] = { SENDER, MEDIA };
  const guint16 lost[] = { 10, 10, 11, 26, 27, 65535, 0, 15 };
  const RtcReferenceDelay delays[] = { {MEDIA, 0x01020304, 65536}, {5, 6, 7} };
  GstByteWriter writer;

  gst_byte_writer_init (&writer);
  rtc_rtcp_write_sr (&writer, SENDER, &info, &block, 1);
  assert_written (&writer, 0x81, 200, 0, 12, SENDER_BYTES, 0xe0, 0, 0, 1, 0x80, 0, 0, 0, 0, 1, 0x5f, 0x90,
      0, 0, 0, 100, 0, 0, 4, 0, MEDIA_BYTES, 0x40, 0xff, 0xff, 0xfe,
      0, 1, 0, 7, 0, 0, 0, 9, 1, 2, 3, 4, 0, 1, 0, 0);
  rtc_rtcp_write_rr (&writer, SENDER, NULL, 0);
  assert_written (&writer, 0x80, 201, 0, 1, SENDER_BYTES);
  rtc_rtcp_write_bye (&writer, ssrcs, 2);
  assert_written (&writer, 0x82, 203, 0, 2, SENDER_BYTES, MEDIA_BYTES);
  rtc_rtcp_write_nack (&writer, SENDER, MEDIA, lost, G_N_ELEMENTS (lost));
  assert_written (&writer, 0x81, 205, 0, 5, SENDER_BYTES, MEDIA_BYTES,
      0, 10, 0x80, 1, 0, 27, 0, 0, 0xff, 0xff, 0x80, 1);
  rtc_rtcp_write_pli (&writer, SENDER, MEDIA);
  assert_written (&writer, 0x81, 206, 0, 2, SENDER_BYTES, MEDIA_BYTES);
  rtc_rtcp_write_fir (&writer, SENDER, MEDIA, 7);
  assert_written (&writer, 0x84, 206, 0, 4, SENDER_BYTES, 0, 0, 0, 0, MEDIA_BYTES, 7, 0, 0, 0);
  rtc_rtcp_write_reference_delays (&writer, SENDER, delays, G_N_ELEMENTS (delays));
  assert_written (&writer, 0x80, 207, 0, 8, SENDER_BYTES, 5, 0, 0, 6, MEDIA_BYTES, 1, 2, 3, 4, 0, 1, 0, 0,
      0, 0, 0, 5, 0, 0, 0, 6, 0, 0, 0, 7);

  /* Always at least one zero byte behind the last item */
  rtc_rtcp_write_cname (&writer, SENDER, "a");
  assert_written (&writer, 0x81, 202, 0, 2, SENDER_BYTES, 1, 1, 'a', 0);
  rtc_rtcp_write_cname (&writer, SENDER, "ab");
  assert_written (&writer, 0x81, 202, 0, 3, SENDER_BYTES, 1, 2, 'a', 'b', 0, 0, 0, 0);
}

static void
test_write_nothing (void)
{
  GstByteWriter writer;

  gst_byte_writer_init (&writer);
  rtc_rtcp_write_nack (&writer, SENDER, MEDIA, NULL, 0);
  rtc_rtcp_write_bye (&writer, NULL, 0);
  rtc_rtcp_write_reference_delays (&writer, SENDER, NULL, 0);
  g_assert_cmpuint (gst_byte_writer_get_size (&writer), ==, 0);
  gst_byte_writer_reset (&writer);
}

/* A packet that does not fit leaves a buffer of fixed size as it is. */
static void
test_write_full (void)
{
  const RtcSenderInfo info = { 0, };
  const RtcReportBlock block = { 0, };
  const guint16 lost = 1;
  const guint32 ssrc = SENDER;
  guint8 buffer[15];
  GstByteWriter writer;

  gst_byte_writer_init_with_data (&writer, buffer, sizeof (buffer), FALSE);
  rtc_rtcp_write_rr (&writer, SENDER, NULL, 0);
  rtc_rtcp_write_sr (&writer, SENDER, &info, NULL, 0);
  rtc_rtcp_write_rr (&writer, SENDER, &block, 1);
  rtc_rtcp_write_cname (&writer, SENDER, "a");
  rtc_rtcp_write_nack (&writer, SENDER, MEDIA, &lost, 1);
  rtc_rtcp_write_pli (&writer, SENDER, MEDIA);
  rtc_rtcp_write_fir (&writer, SENDER, MEDIA, 0);
  rtc_rtcp_write_reference_delays (&writer, SENDER, &(RtcReferenceDelay) { 0, }, 1);
  rtc_rtcp_write_bye (&writer, (const guint32[2]) { 0, }, 2);
  g_assert_cmpuint (gst_byte_writer_get_pos (&writer), ==, 8);
  gst_byte_writer_set_pos (&writer, 4);
  rtc_rtcp_write_bye (&writer, &ssrc, 1);
  g_assert_cmpuint (gst_byte_writer_get_pos (&writer), ==, 12);
}

static void
test_round_trip_reports (void)
{
  const RtcSenderInfo info = { 1, 2, 3, 4 };
  RtcReportBlock blocks[70], block;
  g_autofree guint8 *data = NULL;
  GstByteWriter writer;
  RtcRtcpReader reader;
  RtcRtcpPacket packet;
  guint read = 0, packets = 0, size;

  for (guint i = 0; i < G_N_ELEMENTS (blocks); i++)
    blocks[i] = (RtcReportBlock) { i, i, (gint) i - 35, 65536 * i, 1u << (i % 32), ~i, G_MAXUINT32 - i };
  blocks[0].packets_lost = G_MININT32;
  blocks[1].packets_lost = G_MAXINT32;

  gst_byte_writer_init (&writer);
  rtc_rtcp_write_sr (&writer, SENDER, &info, blocks, G_N_ELEMENTS (blocks));
  size = gst_byte_writer_get_size (&writer);
  data = gst_byte_writer_reset_and_get_data (&writer);

  /* What 24 bits can say */
  blocks[0].packets_lost = -0x800000;
  blocks[1].packets_lost = 0x7fffff;
  rtc_rtcp_reader_init (&reader, data, size);
  while (rtc_rtcp_reader_next (&reader, &packet)) {
    g_assert_cmpint (packet.kind, ==, packets++ == 0 ? RTC_RTCP_SR : RTC_RTCP_RR);
    for (guint i = 0; i < packet.count; i++) {
      rtc_rtcp_report_block (&packet, i, &block);
      assert_block_equal (&block, &blocks[read++]);
    }
  }
  g_assert_cmpuint (packets, ==, 3);
  g_assert_cmpuint (read, ==, G_N_ELEMENTS (blocks));
}

static void
test_round_trip_bye (void)
{
  guint32 ssrcs[40];
  g_autofree guint8 *data = NULL;
  GstByteWriter writer;
  RtcRtcpReader reader;
  RtcRtcpPacket packet;
  guint read = 0, size;

  for (guint i = 0; i < G_N_ELEMENTS (ssrcs); i++)
    ssrcs[i] = i * 0x01010101;
  gst_byte_writer_init (&writer);
  rtc_rtcp_write_bye (&writer, ssrcs, G_N_ELEMENTS (ssrcs));
  size = gst_byte_writer_get_size (&writer);
  data = gst_byte_writer_reset_and_get_data (&writer);

  rtc_rtcp_reader_init (&reader, data, size);
  while (rtc_rtcp_reader_next (&reader, &packet)) {
    for (guint i = 0; i < packet.count; i++)
      g_assert_cmphex (rtc_rtcp_ssrc (&packet, i), ==, ssrcs[read++]);
  }
  g_assert_cmpuint (read, ==, G_N_ELEMENTS (ssrcs));
}

static void
round_trip_nack (const guint16 * sequences, guint n)
{
  g_autoptr (GArray) read = g_array_new (FALSE, FALSE, sizeof (guint16));
  g_autofree guint8 *data = NULL;
  GstByteWriter writer;
  RtcRtcpReader reader;
  RtcRtcpPacket packet;
  guint size;

  gst_byte_writer_init (&writer);
  rtc_rtcp_write_nack (&writer, SENDER, MEDIA, sequences, n);
  size = gst_byte_writer_get_size (&writer);
  data = gst_byte_writer_reset_and_get_data (&writer);

  rtc_rtcp_reader_init (&reader, data, size);
  while (rtc_rtcp_reader_next (&reader, &packet)) {
    g_assert_cmphex (packet.sender, ==, SENDER);
    g_assert_cmphex (packet.media, ==, MEDIA);
    rtc_rtcp_nack_foreach (&packet, collect, read);
  }
  g_assert_cmpmem (read->data, read->len * 2, sequences, n * 2);
}

static void
test_round_trip_nack (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (4585);
  guint16 sequences[2000];

  for (guint round = 0; round < 200; round++) {
    guint n = g_rand_int_range (random, 1, G_N_ELEMENTS (sequences) + 1);
    guint16 sequence = g_rand_int (random);

    for (guint i = 0; i < n; i++, sequence += g_rand_int_range (random, 1, 1 + round % 30 + 1))
      sequences[i] = sequence;
    round_trip_nack (sequences, n);
  }
}

static guint8 *
write_compound (guint * size)
{
  static const guint8 feedback[] = { 0x8f, 206, 0, 5, SENDER_BYTES, 0, 0, 0, 0,
    'R', 'E', 'M', 'B', 1, 0x0e, 0, 0, MEDIA_BYTES, TWCC_HEADER (6), 0xff, 0xff, 0, 10, 0, 0, 2, 9,
    0x20, 3, 0xc6, 0x04, 1, 2, 3, 4
  };
  const RtcSenderInfo info = { 1, 2, 3, 4 };
  const RtcReportBlock blocks[2] = { {MEDIA, 1, 2, 3, 4, 5, 6}, {SENDER,} };
  const guint32 ssrcs[] = { SENDER, MEDIA };
  const guint16 lost[] = { 1, 2, 3, 100, 200 };
  GstByteWriter writer;

  gst_byte_writer_init (&writer);
  rtc_rtcp_write_sr (&writer, SENDER, &info, blocks, 2);
  rtc_rtcp_write_cname (&writer, SENDER, "camera@example");
  rtc_rtcp_write_nack (&writer, SENDER, MEDIA, lost, G_N_ELEMENTS (lost));
  rtc_rtcp_write_pli (&writer, SENDER, MEDIA);
  rtc_rtcp_write_fir (&writer, SENDER, MEDIA, 1);
  gst_byte_writer_put_data (&writer, feedback, sizeof (feedback));
  rtc_rtcp_write_rr (&writer, SENDER, blocks, 1);
  rtc_rtcp_write_bye (&writer, ssrcs, 2);
  *size = gst_byte_writer_get_size (&writer);
  return gst_byte_writer_reset_and_get_data (&writer);
}

/* Touches all that a packet gives access to. */
static void
visit (const RtcRtcpPacket * packet)
{
  RtcReportBlock block;
  Feedback feedback;

  switch (packet->kind) {
    case RTC_RTCP_SR:
    case RTC_RTCP_RR:
      for (guint i = 0; i < packet->count; i++)
        rtc_rtcp_report_block (packet, i, &block);
      break;
    case RTC_RTCP_BYE:
    case RTC_RTCP_FIR:
    case RTC_RTCP_REMB:
      for (guint i = 0; i < packet->count; i++)
        rtc_rtcp_ssrc (packet, i);
      break;
    case RTC_RTCP_NACK:
      g_array_unref (nacked (packet));
      break;
    case RTC_RTCP_TWCC:
      read_feedback (packet, &feedback);
      rtc_rtcp_twcc_reference (packet);
      rtc_rtcp_twcc_feedback_count (packet);
      break;
    default:
      break;
  }
}

/* From a copy of just that size, so that a sanitizer sees a read past it. */
static guint
visit_all (const guint8 * data, gsize size)
{
  g_autofree guint8 *exact = g_memdup2 (data, size);
  RtcRtcpReader reader;
  RtcRtcpPacket packet;
  guint n = 0;

  rtc_rtcp_reader_init (&reader, exact, size);
  for (; rtc_rtcp_reader_next (&reader, &packet); n++) {
    g_assert_true (packet.body >= exact && packet.body + packet.body_size <= exact + size);
    visit (&packet);
  }
  g_assert_false (rtc_rtcp_reader_next (&reader, &packet));
  return n;
}

static void
test_compound (void)
{
  static const RtcRtcpKind kinds[] = { RTC_RTCP_SR, RTC_RTCP_SDES, RTC_RTCP_NACK, RTC_RTCP_PLI, RTC_RTCP_FIR,
    RTC_RTCP_REMB, RTC_RTCP_TWCC, RTC_RTCP_RR, RTC_RTCP_BYE
  };
  g_autofree guint8 *data = NULL;
  gsize ends[G_N_ELEMENTS (kinds)];
  RtcRtcpReader reader;
  RtcRtcpPacket packet;
  guint size, complete = 0;

  data = write_compound (&size);
  rtc_rtcp_reader_init (&reader, data, size);
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++) {
    g_assert_true (rtc_rtcp_reader_next (&reader, &packet));
    g_assert_cmpint (packet.kind, ==, kinds[i]);
    g_assert_cmphex (packet.sender, ==, SENDER);
    ends[i] = packet.body + packet.body_size - data;
  }
  g_assert_false (rtc_rtcp_reader_next (&reader, &packet));

  /* Every prefix gives just the packets that it holds whole. */
  for (gsize prefix = 0; prefix <= size; prefix++) {
    if (complete < G_N_ELEMENTS (ends) && prefix == ends[complete])
      complete++;
    g_assert_cmpuint (visit_all (data, prefix), ==, complete);
  }
}

/* What stands behind a malformed packet is not read. */
static void
test_malformed_ends (void)
{
  const guint8 data[] = { 0x80, 201, 0, 1, SENDER_BYTES, 0x81, 201, 0, 1, SENDER_BYTES,
    0x80, 201, 0, 1, SENDER_BYTES
  };

  g_assert_cmpuint (visit_all (data, sizeof (data)), ==, 1);
}

static void
test_mutations (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (3550);
  g_autofree guint8 *valid = NULL;
  g_autofree guint8 *data = NULL;
  guint size;

  valid = write_compound (&size);
  data = g_malloc (size);
  for (guint round = 0; round < 20000; round++) {
    memcpy (data, valid, size);
    for (gint n = g_rand_int_range (random, 1, 6); n > 0; n--)
      data[g_rand_int_range (random, 0, size)] = g_rand_int (random);
    visit_all (data, g_rand_boolean (random) ? size : (guint) g_rand_int_range (random, 0, size));
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rtcp/read-sr", test_read_sr);
  g_test_add_func ("/rtcp/read-others", test_read_others);
  g_test_add_func ("/rtcp/read-unknown", test_read_unknown);
  g_test_add_func ("/rtcp/read-extended", test_read_extended);
  g_test_add_func ("/rtcp/read-remb", test_read_remb);
  g_test_add_func ("/rtcp/read-nack", test_read_nack);
  g_test_add_func ("/rtcp/twcc-chunks", test_twcc_chunks);
  g_test_add_func ("/rtcp/twcc-malformed", test_twcc_malformed);
  g_test_add_func ("/rtcp/malformed", test_malformed);
  g_test_add_func ("/rtcp/padding", test_padding);
  g_test_add_func ("/rtcp/write-bytes", test_write_bytes);
  g_test_add_func ("/rtcp/write-nothing", test_write_nothing);
  g_test_add_func ("/rtcp/write-full", test_write_full);
  g_test_add_func ("/rtcp/round-trip-reports", test_round_trip_reports);
  g_test_add_func ("/rtcp/round-trip-bye", test_round_trip_bye);
  g_test_add_func ("/rtcp/round-trip-nack", test_round_trip_nack);
  g_test_add_func ("/rtcp/compound", test_compound);
  g_test_add_func ("/rtcp/malformed-ends", test_malformed_ends);
  g_test_add_func ("/rtcp/mutations", test_mutations);
  return g_test_run ();
}
