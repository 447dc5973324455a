/* gst-rtc: tests of lip-sync by the time of capture
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <gst/core/base/rtcrtcp.h>
#include <gst/core/peer/rtcpeercapture.h>

#define NTP(seconds) ((guint64) (seconds) << 32)
#define LSR(ntp) ((guint32) ((ntp) >> 16))

static void
write_report (GstByteWriter * writer, guint32 ssrc, guint64 ntp, guint32 timestamp, const RtcReportBlock * blocks,
    guint n)
{
  const RtcSenderInfo info = { ntp, timestamp, 7, 8 };

  rtc_rtcp_write_sr (writer, ssrc, &info, blocks, n);
  rtc_rtcp_write_cname (writer, ssrc, "a name");
}

static void
read_report (GstByteWriter * writer, guint which, RtcRtcpPacket * packet)
{
  RtcRtcpReader reader;

  rtc_rtcp_reader_init (&reader, writer->parent.data, gst_byte_writer_get_pos (writer));
  do
    g_assert_true (rtc_rtcp_reader_next (&reader, packet));
  while ((packet->kind != RTC_RTCP_SR && packet->kind != RTC_RTCP_RR) || which-- > 0);
}

static void
show (RtcCaptures * captures, GstByteWriter * writer)
{
  rtc_captures_show (captures, (guint8 *) writer->parent.data, gst_byte_writer_get_pos (writer));
}

static guint32
restored (const RtcCaptures * captures, guint32 ssrc, guint32 lsr, guint32 * delay)
{
  const RtcReportBlock blocks[] = { {.ssrc = 555,.last_sr = 1234,.delay_since_last_sr = 77 },
    {.ssrc = ssrc,.last_sr = lsr,.delay_since_last_sr = 99 }
  };
  GstByteWriter writer;
  RtcRtcpPacket packet;
  RtcReportBlock block;

  gst_byte_writer_init (&writer);
  rtc_rtcp_write_rr (&writer, 1, blocks, 2);
  rtc_captures_restore (captures, (guint8 *) writer.parent.data, gst_byte_writer_get_pos (&writer));
  read_report (&writer, 0, &packet);
  rtc_rtcp_report_block (&packet, 0, &block);
  g_assert_cmpuint (block.last_sr, ==, 1234);
  g_assert_cmpuint (block.delay_since_last_sr, ==, 77);
  rtc_rtcp_report_block (&packet, 1, &block);
  gst_byte_writer_reset (&writer);
  *delay = block.delay_since_last_sr;
  return block.last_sr;
}

static void
test_show (void)
{
  RtcCaptures captures = { 0, };
  GstByteWriter writer;
  RtcRtcpPacket packet;

  rtc_captures_note (&captures, 20, 4000, NTP (900));
  rtc_captures_note (&captures, 20, 5000, NTP (1000));
  gst_byte_writer_init (&writer);
  write_report (&writer, 10, NTP (2000), 111, NULL, 0);
  write_report (&writer, 20, NTP (2001), 222, NULL, 0);
  show (&captures, &writer);
  read_report (&writer, 0, &packet);
  g_assert_cmpuint (packet.info.ntp, ==, NTP (2000));
  g_assert_cmpuint (packet.info.rtp_timestamp, ==, 111);
  read_report (&writer, 1, &packet);
  g_assert_cmpuint (packet.info.ntp, ==, NTP (1000));
  g_assert_cmpuint (packet.info.rtp_timestamp, ==, 5000);
  g_assert_cmpuint (packet.info.packets, ==, 7);
  g_assert_cmpuint (packet.info.octets, ==, 8);
  gst_byte_writer_reset (&writer);
}

static void
test_restore (void)
{
  RtcCaptures captures = { 0, };
  guint32 delay;

  for (guint i = 0; i < 10; i++) {
    GstByteWriter writer;

    rtc_captures_note (&captures, 20, i, NTP (1000 + i));
    gst_byte_writer_init (&writer);
    write_report (&writer, 20, NTP (2000 + 3 * i), 222, NULL, 0);
    show (&captures, &writer);
    gst_byte_writer_reset (&writer);
    g_assert_cmpuint (restored (&captures, 20, LSR (NTP (1000 + i)), &delay), ==, LSR (NTP (2000 + 3 * i)));
    g_assert_cmpuint (delay, ==, 99);
    if (i > 0)
      g_assert_cmpuint (restored (&captures, 20, LSR (NTP (999 + i)), &delay), ==, LSR (NTP (1997 + 3 * i)));
  }
  /* none had come by then; one that nobody was shown */
  g_assert_cmpuint (restored (&captures, 20, 0, &delay), ==, 0);
  g_assert_cmpuint (delay, ==, 99);
  g_assert_cmpuint (restored (&captures, 20, LSR (NTP (5000)), &delay), ==, 0);
  g_assert_cmpuint (delay, ==, 0);
  /* without times of capture nothing changes */
  g_assert_cmpuint (restored (&captures, 30, LSR (NTP (5000)), &delay), ==, LSR (NTP (5000)));
}

/* Those that went on stay; there are only so many */
static void
test_many (void)
{
  RtcCaptures captures = { 0, };
  GstByteWriter writer;
  RtcRtcpPacket packet;

  for (guint i = 0; i < 1000; i++) {
    rtc_captures_note (&captures, 20, i, NTP (1000));
    rtc_captures_note (&captures, 100 + i, i, NTP (1000));
  }
  g_assert_cmpuint (captures.n, ==, RTC_CAPTURES_MAX);
  gst_byte_writer_init (&writer);
  write_report (&writer, 20, NTP (2000), 222, NULL, 0);
  show (&captures, &writer);
  read_report (&writer, 0, &packet);
  g_assert_cmpuint (packet.info.rtp_timestamp, ==, 999);
  gst_byte_writer_reset (&writer);
}

/* Cut anywhere, and with lengths and counts that are not true */
static void
test_garbage (void)
{
  const RtcReportBlock block = {.ssrc = 20,.last_sr = 1 }, blocks[] = { block, block, block };
  RtcCaptures captures = { 0, };
  GstByteWriter writer;
  guint size;

  rtc_captures_note (&captures, 20, 1, NTP (1));
  gst_byte_writer_init (&writer);
  write_report (&writer, 20, NTP (2000), 222, blocks, 3);
  write_report (&writer, 20, NTP (2001), 222, blocks, 3);
  size = gst_byte_writer_get_pos (&writer);
  for (guint cut = 0; cut <= size; cut++)
    for (guint change = 0; change < 4; change++) {
      g_autofree guint8 *copy = g_memdup2 (writer.parent.data, cut);

      for (guint i = 0; i < change && cut > 0; i++)
        copy[g_test_rand_int_range (0, cut)] = g_test_rand_int_range (0, 256);
      rtc_captures_show (&captures, copy, cut);
      rtc_captures_restore (&captures, copy, cut);
    }
  gst_byte_writer_reset (&writer);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/peercapture/show", test_show);
  g_test_add_func ("/peercapture/restore", test_restore);
  g_test_add_func ("/peercapture/many", test_many);
  g_test_add_func ("/peercapture/garbage", test_garbage);
  return g_test_run ();
}
