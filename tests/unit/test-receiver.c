/* gst-rtc: tests of telling received streams apart
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "gst/core/rtp/rtcreceiver.h"

#include <gst/gst.h>
#include <string.h>

#define OPUS 111
#define VP8 96
#define VP8_RTX 97
#define H264 102
#define H264_RTX 103
#define ID_MID 1
#define ID_TRANSPORT 2
#define ID_CAPTURE 3
#define ID_RID 4
#define ID_REPAIRED 5
#define AUDIO_LINE 0
#define VIDEO_LINE 2
#define OTHER_LINE 3

/* What a test says of a packet; 0 and NULL: as usual, not there */
typedef struct
{
  guint8 pt;
  guint32 ssrc;
  guint16 sequence;
  const gchar *mid, *rid, *repaired;
  gint transport;               /* + 1 */
  gboolean two_bytes, marker, no_payload;
  guint padding;
  gint osn;                     /* + 1 */
  guint capture_size;
} Sent;

typedef struct
{
  RtcReceiver *receiver;
  RtcTime now;
  guint8 data[256];
  RtcReceivedPacket packet;
  gint transport;
} Fixture;

static void
add_codec (GPtrArray * codecs, const gchar * name, guint8 pt, guint8 rtx)
{
  RtcCodec *codec = rtc_codec_new (pt == OPUS ? RTC_MEDIA_AUDIO : RTC_MEDIA_VIDEO, name, 90000, 0, NULL);

  codec->payload_type = pt;
  codec->rtx_payload_type = rtx;
  g_ptr_array_add (codecs, codec);
}

static const RtcExtensionMap extensions = {
  .id = {[RTC_EXTENSION_MID] = ID_MID,[RTC_EXTENSION_TRANSPORT_CC] = ID_TRANSPORT,
        [RTC_EXTENSION_ABS_CAPTURE_TIME] = ID_CAPTURE,[RTC_EXTENSION_RID] = ID_RID,
        [RTC_EXTENSION_REPAIRED_RID] = ID_REPAIRED }
};

/* Audio "a", video "v", another video "w" with the same payload types; the first @n of them */
static void
configure (Fixture * fixture, guint n, guint32 ssrc, guint32 rtx_ssrc)
{
  g_autoptr (GPtrArray) audio = g_ptr_array_new_with_free_func ((GDestroyNotify) rtc_codec_free);
  g_autoptr (GPtrArray) video = g_ptr_array_new_with_free_func ((GDestroyNotify) rtc_codec_free);
  RtcReceiveSection sections[] = {
    {.m_line = AUDIO_LINE,.mid = "a",.codecs = audio,.extensions = extensions },
    {.m_line = VIDEO_LINE,.mid = "v",.codecs = video,.extensions = extensions,.ssrc = ssrc,
          .rtx_ssrc = rtx_ssrc },
    {.m_line = OTHER_LINE,.mid = "w",.codecs = video,.extensions = extensions },
  };

  add_codec (audio, "opus", OPUS, RTC_PAYLOAD_TYPE_NONE);
  add_codec (video, "VP8", VP8, VP8_RTX);
  add_codec (video, "H264", H264, H264_RTX);
  rtc_receiver_configure (fixture->receiver, sections, n);
}

static void
set_up (Fixture * fixture, guint n, guint32 ssrc, guint32 rtx_ssrc)
{
  *fixture = (Fixture) {.receiver = rtc_receiver_new (),.now = RTC_SECOND };
  configure (fixture, n, ssrc, rtx_ssrc);
}

static void
tear_down (Fixture * fixture)
{
  rtc_receiver_free (fixture->receiver);
}

static void
put_element (GByteArray * bytes, gboolean two_bytes, guint8 id, const void *value, gsize size)
{
  guint8 head[] = { two_bytes ? id : id << 4 | (size - 1), size };

  g_byte_array_append (bytes, head, two_bytes ? 2 : 1);
  g_byte_array_append (bytes, value, size);
}

static GByteArray *
make_extensions (const Sent * sent)
{
  static const guint8 capture[16] = { 0, 0, 0, 9, 0x80, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0x80, 0, 0, 0 };
  GByteArray *bytes = g_byte_array_new ();
  guint8 transport[2];

  GST_WRITE_UINT16_BE (transport, sent->transport - 1);
  if (sent->mid)
    put_element (bytes, sent->two_bytes, ID_MID, sent->mid, strlen (sent->mid));
  if (sent->rid)
    put_element (bytes, sent->two_bytes, ID_RID, sent->rid, strlen (sent->rid));
  if (sent->repaired)
    put_element (bytes, sent->two_bytes, ID_REPAIRED, sent->repaired, strlen (sent->repaired));
  if (sent->capture_size)
    put_element (bytes, sent->two_bytes, ID_CAPTURE, capture, sent->capture_size);
  if (sent->transport)
    put_element (bytes, sent->two_bytes, ID_TRANSPORT, transport, 2);
  g_byte_array_set_size (bytes, GST_ROUND_UP_4 (bytes->len));
  return bytes;
}

static gsize
make_packet (guint8 * data, const Sent * sent)
{
  g_autoptr (GByteArray) elements = make_extensions (sent);
  gsize size = 12;

  data[0] = 0x80 | (elements->len ? 0x10 : 0) | (sent->padding ? 0x20 : 0);
  data[1] = sent->marker << 7 | sent->pt;
  GST_WRITE_UINT16_BE (data + 2, sent->sequence);
  GST_WRITE_UINT32_BE (data + 4, 90000);
  GST_WRITE_UINT32_BE (data + 8, sent->ssrc);
  if (elements->len) {
    GST_WRITE_UINT16_BE (data + 12, sent->two_bytes ? 0x1000 : 0xbede);
    GST_WRITE_UINT16_BE (data + 14, elements->len / 4);
    memcpy (data + 16, elements->data, elements->len);
    size += 4 + elements->len;
  }
  if (sent->osn) {
    GST_WRITE_UINT16_BE (data + size, sent->osn - 1);
    size += 2;
  }
  if (!sent->no_payload) {
    memcpy (data + size, "media", 5);
    size += 5;
  }
  memset (data + size, 0, sent->padding);
  size += sent->padding;
  if (sent->padding)
    data[size - 1] = sent->padding;
  return size;
}

static gboolean
take (Fixture * fixture, Sent sent)
{
  gsize size = make_packet (fixture->data, &sent);

  return rtc_receiver_take (fixture->receiver, fixture->data, size, fixture->now, &fixture->packet,
      &fixture->transport);
}

#define TAKE(fixture, ...) take (fixture, (Sent) { __VA_ARGS__ })

static void
assert_packet (const Fixture * fixture, guint m_line, guint8 pt, guint32 ssrc, guint16 sequence)
{
  const RtcReceivedPacket *packet = &fixture->packet;
  RtcRtpHeader header;

  g_assert_cmpuint (packet->m_line, ==, m_line);
  g_assert_true (rtc_rtp_read (packet->data, packet->size, &header));
  g_assert_cmpmem (&header, sizeof (header), &packet->header, sizeof (header));
  g_assert_cmpuint (header.payload_type, ==, pt);
  g_assert_cmpuint (header.ssrc, ==, ssrc);
  g_assert_cmpuint (header.sequence, ==, sequence);
  g_assert_cmpuint (header.timestamp, ==, 90000);
  g_assert_cmpmem (packet->data + header.payload_offset, header.payload_size, "media", 5);
}

static void
test_by_payload_type (void)
{
  Fixture fixture;

  set_up (&fixture, 2, 0, 0);
  g_assert_true (TAKE (&fixture, OPUS, 1, 10));
  assert_packet (&fixture, AUDIO_LINE, OPUS, 1, 10);
  g_assert_cmpint (fixture.transport, ==, -1);
  g_assert_true (TAKE (&fixture, VP8, 2, 20,.marker = TRUE));
  assert_packet (&fixture, VIDEO_LINE, VP8, 2, 20);
  /* Another codec of the same section is no reason to drop it; one of another section, or of none, is */
  g_assert_true (TAKE (&fixture, H264, 2, 21));
  g_assert_false (TAKE (&fixture, OPUS, 2, 22));
  g_assert_false (TAKE (&fixture, 50, 2, 23));
  g_assert_false (TAKE (&fixture, 50, 3, 1));
  tear_down (&fixture);

  /* Two sections have it: nobody knows */
  set_up (&fixture, 3, 0, 0);
  g_assert_false (TAKE (&fixture, VP8, 2, 20,.transport = 8));
  g_assert_cmpint (fixture.transport, ==, 7);
  tear_down (&fixture);
}

static void
test_by_mid (void)
{
  for (guint two_bytes = 0; two_bytes <= 1; two_bytes++) {
    Fixture fixture;

    set_up (&fixture, 3, 0, 0);
    g_assert_true (TAKE (&fixture, VP8, 2, 20, "w",.two_bytes = two_bytes,.transport = 65536));
    assert_packet (&fixture, OTHER_LINE, VP8, 2, 20);
    g_assert_cmpint (fixture.transport, ==, 65535);
    g_assert_true (TAKE (&fixture, VP8, 3, 30, "v",.two_bytes = two_bytes));
    assert_packet (&fixture, VIDEO_LINE, VP8, 3, 30);
    /* It is known from then on. */
    g_assert_true (TAKE (&fixture, VP8, 2, 21));
    assert_packet (&fixture, OTHER_LINE, VP8, 2, 21);
    /* A MID that there is not, or that begins alike */
    g_assert_false (TAKE (&fixture, VP8, 4, 1, "x",.two_bytes = two_bytes));
    g_assert_false (TAKE (&fixture, VP8, 4, 2, "vv",.two_bytes = two_bytes));
    g_assert_false (TAKE (&fixture, OPUS, 5, 1, "v",.two_bytes = two_bytes));
    tear_down (&fixture);
  }
}

static void
test_by_description (void)
{
  Fixture fixture;

  set_up (&fixture, 3, 0x1234, 0x5678);
  g_assert_true (TAKE (&fixture, VP8, 0x1234, 1));
  assert_packet (&fixture, VIDEO_LINE, VP8, 0x1234, 1);
  g_assert_true (TAKE (&fixture, VP8_RTX, 0x5678, 1,.osn = 1));
  assert_packet (&fixture, VIDEO_LINE, VP8, 0x1234, 0);
  g_assert_false (TAKE (&fixture, VP8, 0x4321, 1));
  tear_down (&fixture);
}

static void
test_moves (void)
{
  Fixture fixture;
  guint moved = 0;

  set_up (&fixture, 3, 0, 0);
  g_assert_true (TAKE (&fixture, VP8, 2, 20, "v"));
  g_assert_true (TAKE (&fixture, VP8, 2, 21, "w"));
  assert_packet (&fixture, OTHER_LINE, VP8, 2, 21);
  g_assert_true (TAKE (&fixture, VP8, 2, 22));
  assert_packet (&fixture, OTHER_LINE, VP8, 2, 22);
  /* What came late does not take it back, nor does a packet that the other section has no codec for */
  g_assert_false (TAKE (&fixture, VP8, 2, 19, "v"));
  g_assert_false (TAKE (&fixture, VP8, 2, 23, "a"));
  g_assert_true (TAKE (&fixture, VP8, 2, 24));
  assert_packet (&fixture, OTHER_LINE, VP8, 2, 24);

  for (guint i = 0; i < 1000; i++) {
    moved += TAKE (&fixture, VP8, 2, 100 + i, i % 2 ? "w" : "v");
    fixture.now += RTC_MSECOND;
  }
  g_assert_cmpuint (moved, <, 500 + 2 * 10);
  tear_down (&fixture);
}

static void
test_retransmission (void)
{
  Fixture fixture;

  set_up (&fixture, 2, 0, 0);
  /* Nothing is known to be repeated. */
  g_assert_false (TAKE (&fixture, VP8_RTX, 9, 1,.osn = 1,.transport = 5));
  g_assert_cmpint (fixture.transport, ==, 4);
  g_assert_true (TAKE (&fixture, H264, 2, 20,.transport = 6,.marker = TRUE));
  g_assert_true (TAKE (&fixture, H264_RTX, 9, 2,.osn = 20,.mid = "v",.transport = 7,.marker = TRUE,
          .padding = 3));
  assert_packet (&fixture, VIDEO_LINE, H264, 2, 19);
  g_assert_true (fixture.packet.header.marker);
  g_assert_true (fixture.packet.retransmitted);
  g_assert_cmpint (fixture.packet.lost, ==, 0);
  g_assert_cmpuint (fixture.packet.header.padding_size, ==, 3);
  g_assert_cmpint (fixture.transport, ==, 6);

  /* Probes, and what is cut off */
  g_assert_false (TAKE (&fixture, VP8_RTX, 9, 3,.no_payload = TRUE,.padding = 200,.transport = 9));
  g_assert_cmpint (fixture.transport, ==, 8);
  g_assert_false (TAKE (&fixture, VP8_RTX, 9, 4,.no_payload = TRUE));
  /* Media is no retransmission, and the other way round */
  g_assert_false (TAKE (&fixture, VP8, 9, 6));
  g_assert_false (TAKE (&fixture, VP8_RTX, 2, 21,.osn = 5));
  tear_down (&fixture);
}

static void
test_repaired_rid (void)
{
  Fixture fixture;

  set_up (&fixture, 3, 0, 0);
  g_assert_true (TAKE (&fixture, VP8, 2, 20, "v", "hi"));
  g_assert_true (TAKE (&fixture, VP8, 3, 30, "v", "lo"));
  g_assert_true (TAKE (&fixture, VP8_RTX, 9, 1, "v",.repaired = "hi",.osn = 20));
  assert_packet (&fixture, VIDEO_LINE, VP8, 2, 19);
  g_assert_true (TAKE (&fixture, VP8_RTX, 8, 1, "v",.repaired = "lo",.osn = 30));
  assert_packet (&fixture, VIDEO_LINE, VP8, 3, 29);
  g_assert_true (TAKE (&fixture, VP8_RTX, 9, 2,.osn = 19));
  assert_packet (&fixture, VIDEO_LINE, VP8, 2, 18);
  g_assert_false (TAKE (&fixture, VP8_RTX, 7, 1, "v",.repaired = "mid",.osn = 30));
  tear_down (&fixture);
}

static void
test_changed_ssrc (void)
{
  Fixture fixture;

  set_up (&fixture, 3, 2, 9);
  g_assert_true (TAKE (&fixture, VP8, 2, 20));
  g_assert_true (TAKE (&fixture, VP8_RTX, 9, 1,.osn = 20));
  fixture.now += RTC_SECOND;
  g_assert_true (TAKE (&fixture, VP8, 3, 30, "v"));
  g_assert_true (TAKE (&fixture, VP8_RTX, 8, 1, "v",.osn = 30));
  assert_packet (&fixture, VIDEO_LINE, VP8, 3, 29);
  g_assert_true (TAKE (&fixture, VP8_RTX, 9, 2,.osn = 19));
  assert_packet (&fixture, VIDEO_LINE, VP8, 2, 18);
  tear_down (&fixture);
}

static void
test_bounded (void)
{
  Fixture fixture;
  guint taken = 0;

  set_up (&fixture, 2, 0, 0);
  for (guint i = 0; i < 1000; i++) {
    taken += TAKE (&fixture, VP8, 100 + i, 1);
    fixture.now += RTC_MSECOND;
  }
  g_assert_cmpuint (taken, ==, RTC_RECEIVER_MAX_SSRCS);
  /* The other section has its own, and those that are there go on */
  g_assert_true (TAKE (&fixture, OPUS, 1, 1));
  fixture.now += RTC_RECEIVER_IDLE / 2;
  g_assert_true (TAKE (&fixture, VP8, 100, 2));

  /* Who is silent makes room, the one that is silent for longest first. */
  fixture.now += RTC_RECEIVER_IDLE / 2 + RTC_SECOND;
  g_assert_true (TAKE (&fixture, VP8, 2000, 1));
  g_assert_true (TAKE (&fixture, VP8, 100, 3));
  g_assert_false (fixture.packet.retransmitted);
  taken = 0;
  for (guint i = 0; i < 100000; i++) {
    taken += TAKE (&fixture, VP8, 3000 + i, 1);
    fixture.now += RTC_MSECOND;
  }
  g_assert_cmpuint (taken, <=, 9 * RTC_RECEIVER_MAX_SSRCS + 100);
  g_assert_cmpuint (taken, >, 0);
  tear_down (&fixture);
}

static void
test_padding (void)
{
  Fixture fixture;
  RtcReceiverStats stats;
  guint64 bytes;

  set_up (&fixture, 2, 0, 0);
  /* A track that never sends has no stream. */
  g_assert_false (TAKE (&fixture, VP8, 2, 19,.no_payload = TRUE,.padding = 100,.transport = 3));
  g_assert_true (TAKE (&fixture, VP8, 2, 20));
  g_assert_true (rtc_receiver_get_stats (fixture.receiver, VIDEO_LINE, &stats));
  bytes = stats.bytes_received;
  g_assert_true (TAKE (&fixture, VP8, 2, 21,.no_payload = TRUE,.padding = 100,.transport = 4));
  g_assert_cmpuint (fixture.packet.header.payload_size, ==, 0);
  g_assert_cmpint (fixture.transport, ==, 3);
  g_assert_true (rtc_receiver_get_stats (fixture.receiver, VIDEO_LINE, &stats));
  g_assert_cmpuint (stats.bytes_received, ==, bytes);
  /* The retransmission of one */
  g_assert_true (TAKE (&fixture, VP8_RTX, 9, 1,.no_payload = TRUE,.osn = 22));
  g_assert_cmpuint (fixture.packet.header.payload_size, ==, 0);
  g_assert_cmpuint (fixture.packet.header.sequence, ==, 21);
  /* It is not lost */
  g_assert_true (TAKE (&fixture, VP8, 2, 22,.padding = 7));
  g_assert_cmpint (fixture.packet.lost, ==, 0);
  tear_down (&fixture);
}

static void
test_malformed (void)
{
  Fixture fixture;
  gsize size;

  set_up (&fixture, 2, 0, 0);
  size = make_packet (fixture.data, &(Sent) { VP8, 2, 20, "v",.transport = 4 });
  for (gsize cut = 0; cut < size - 5; cut++) {
    g_autofree guint8 *exact = g_memdup2 (fixture.data, cut);

    g_assert_false (rtc_receiver_take (fixture.receiver, exact, cut, fixture.now, &fixture.packet,
            &fixture.transport));
    g_assert_cmpint (fixture.transport, ==, -1);
  }
  /* No sections at all */
  rtc_receiver_configure (fixture.receiver, NULL, 0);
  g_assert_false (TAKE (&fixture, VP8, 2, 20, "v",.transport = 4));
  tear_down (&fixture);
}

static void
test_capture_time (void)
{
  Fixture fixture;

  set_up (&fixture, 2, 0, 0);
  g_assert_true (TAKE (&fixture, VP8, 2, 20,.capture_size = 8));
  g_assert_cmphex (fixture.packet.capture_ntp, ==, G_GUINT64_CONSTANT (0x980000000));
  /* The sender's clock is half a second behind that of the capture. */
  g_assert_true (TAKE (&fixture, VP8, 2, 21,.capture_size = 16));
  g_assert_cmphex (fixture.packet.capture_ntp, ==, G_GUINT64_CONSTANT (0x900000000));
  g_assert_true (TAKE (&fixture, VP8, 2, 22,.capture_size = 9));
  g_assert_cmphex (fixture.packet.capture_ntp, ==, 0);
  g_assert_true (TAKE (&fixture, VP8, 2, 23));
  g_assert_cmphex (fixture.packet.capture_ntp, ==, 0);
  tear_down (&fixture);
}

static gint
lost_at (Fixture * fixture, guint16 sequence)
{
  g_assert_true (TAKE (fixture, VP8, 2, sequence));
  return fixture->packet.lost;
}

static void
test_lost (void)
{
  Fixture fixture;
  RtcReceiverStats stats;

  set_up (&fixture, 2, 0, 0);
  g_assert_cmpint (lost_at (&fixture, 65533), ==, 0);
  g_assert_cmpint (lost_at (&fixture, 65532), ==, 0);
  g_assert_cmpint (lost_at (&fixture, 65534), ==, 0);
  g_assert_cmpint (lost_at (&fixture, 2), ==, 3);
  g_assert_cmpint (lost_at (&fixture, 0), ==, -1);
  g_assert_cmpint (lost_at (&fixture, 0), ==, 0);
  g_assert_cmpint (lost_at (&fixture, 65535), ==, -1);
  g_assert_cmpint (lost_at (&fixture, 103), ==, 100);
  g_assert_cmpint (lost_at (&fixture, 1), ==, 0);
  g_assert_cmpint (lost_at (&fixture, 102), ==, -1);
  /* A new beginning, in both directions */
  g_assert_cmpint (lost_at (&fixture, 20000), ==, 0);
  g_assert_cmpint (lost_at (&fixture, 20001), ==, 0);
  g_assert_cmpint (lost_at (&fixture, 10000), ==, 0);
  g_assert_cmpint (lost_at (&fixture, 10001), ==, 0);
  g_assert_true (rtc_receiver_get_stats (fixture.receiver, VIDEO_LINE, &stats));
  g_assert_cmpint (stats.packets_lost, ==, 100);
  tear_down (&fixture);
}

static void
test_stats (void)
{
  Fixture fixture;
  RtcReceiverStats stats;

  set_up (&fixture, 2, 0, 0);
  g_assert_false (rtc_receiver_get_stats (fixture.receiver, VIDEO_LINE, &stats));
  g_assert_false (rtc_receiver_get_stats (fixture.receiver, 77, &stats));
  g_assert_true (TAKE (&fixture, VP8, 2, 20));
  fixture.now = 5 * RTC_SECOND;
  g_assert_true (TAKE (&fixture, H264_RTX, 9, 20,.osn = 3));
  g_assert_false (TAKE (&fixture, 50, 2, 20));
  g_assert_true (rtc_receiver_get_stats (fixture.receiver, VIDEO_LINE, &stats));
  g_assert_cmpuint (stats.m_line, ==, VIDEO_LINE);
  g_assert_cmpuint (stats.ssrc, ==, 2);
  g_assert_cmpuint (stats.rtx_ssrc, ==, 9);
  g_assert_cmpuint (stats.payload_type, ==, H264);
  g_assert_cmpuint (stats.packets_received, ==, 2);
  g_assert_cmpuint (stats.bytes_received, ==, 5 + 7);
  g_assert_cmpuint (stats.header_bytes_received, ==, 24);
  g_assert_cmpuint (stats.retransmitted_packets_received, ==, 1);
  g_assert_cmpuint (stats.retransmitted_bytes_received, ==, 7);
  g_assert_cmpint (stats.last_packet_received, ==, 5 * RTC_SECOND);
  g_assert_false (rtc_receiver_get_stats (fixture.receiver, AUDIO_LINE, &stats));
  tear_down (&fixture);
}

static void
test_reconfigured (void)
{
  Fixture fixture;
  RtcReceiverStats stats;

  set_up (&fixture, 3, 0, 0);
  g_assert_true (TAKE (&fixture, VP8, 2, 20, "v"));
  g_assert_true (TAKE (&fixture, VP8_RTX, 9, 1, "v",.osn = 20));
  g_assert_true (TAKE (&fixture, VP8, 3, 30, "w"));
  configure (&fixture, 3, 0, 0);
  g_assert_true (TAKE (&fixture, VP8, 2, 22));
  assert_packet (&fixture, VIDEO_LINE, VP8, 2, 22);
  g_assert_cmpint (fixture.packet.lost, ==, 1);
  g_assert_true (TAKE (&fixture, VP8_RTX, 9, 2,.osn = 20));
  g_assert_true (rtc_receiver_get_stats (fixture.receiver, VIDEO_LINE, &stats));
  g_assert_cmpuint (stats.packets_received, ==, 4);

  /* "w" is gone and came back: it is not known any more; nor is what the description says otherwise */
  configure (&fixture, 2, 0, 0);
  configure (&fixture, 3, 3, 0);
  g_assert_true (TAKE (&fixture, VP8, 3, 31));
  assert_packet (&fixture, VIDEO_LINE, VP8, 3, 31);
  g_assert_true (TAKE (&fixture, VP8, 4, 1, "w"));
  configure (&fixture, 3, 4, 0);
  g_assert_true (TAKE (&fixture, VP8, 4, 2));
  assert_packet (&fixture, VIDEO_LINE, VP8, 4, 2);
  tear_down (&fixture);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/receiver/by-payload-type", test_by_payload_type);
  g_test_add_func ("/receiver/by-mid", test_by_mid);
  g_test_add_func ("/receiver/by-description", test_by_description);
  g_test_add_func ("/receiver/moves", test_moves);
  g_test_add_func ("/receiver/retransmission", test_retransmission);
  g_test_add_func ("/receiver/repaired-rid", test_repaired_rid);
  g_test_add_func ("/receiver/changed-ssrc", test_changed_ssrc);
  g_test_add_func ("/receiver/bounded", test_bounded);
  g_test_add_func ("/receiver/padding", test_padding);
  g_test_add_func ("/receiver/malformed", test_malformed);
  g_test_add_func ("/receiver/capture-time", test_capture_time);
  g_test_add_func ("/receiver/lost", test_lost);
  g_test_add_func ("/receiver/stats", test_stats);
  g_test_add_func ("/receiver/reconfigured", test_reconfigured);
  return g_test_run ();
}
