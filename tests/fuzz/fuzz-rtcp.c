/* gst-rtc: fuzz target for RTCP
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "gst/core/base/rtcrtcp.h"

#include "fuzz.h"

typedef struct
{
  guint statuses;
  guint16 next;
} Twcc;

static void
on_nack (guint16 sequence, gpointer user_data)
{
  g_array_append_val ((GArray *) user_data, sequence);
}

static void
on_twcc (guint16 sequence, gboolean received, gint32 delta_us, gpointer user_data)
{
  Twcc *twcc = user_data;

  g_assert (twcc->statuses++ == 0 || sequence == twcc->next);
  g_assert (received || delta_us == 0);
  twcc->next = sequence + 1;
}

/* What was read can be written, and reads as the same again. */
static void
check_reports (const RtcRtcpPacket * packet)
{
  g_autofree guint8 *data = NULL;
  RtcReportBlock blocks[31] = { 0, }, block;
  RtcRtcpReader reader;
  RtcRtcpPacket again;
  GstByteWriter writer;
  guint size;

  for (guint i = 0; i < packet->count; i++)
    rtc_rtcp_report_block (packet, i, &blocks[i]);
  gst_byte_writer_init (&writer);
  if (packet->kind == RTC_RTCP_SR)
    rtc_rtcp_write_sr (&writer, packet->sender, &packet->info, blocks, packet->count);
  else
    rtc_rtcp_write_rr (&writer, packet->sender, blocks, packet->count);
  size = gst_byte_writer_get_size (&writer);
  data = gst_byte_writer_reset_and_get_data (&writer);

  rtc_rtcp_reader_init (&reader, data, size);
  g_assert (rtc_rtcp_reader_next (&reader, &again));
  g_assert (again.kind == packet->kind && again.sender == packet->sender && again.count == packet->count);
  for (guint i = 0; i < again.count; i++) {
    rtc_rtcp_report_block (&again, i, &block);
    g_assert (block.ssrc == blocks[i].ssrc && block.packets_lost == blocks[i].packets_lost);
    g_assert (block.delay_since_last_sr == blocks[i].delay_since_last_sr);
  }
}

static void
check_nack (const RtcRtcpPacket * packet)
{
  g_autoptr (GArray) lost = g_array_new (FALSE, FALSE, sizeof (guint16));
  g_autofree guint8 *data = NULL;
  GstByteWriter writer;
  RtcRtcpReader reader;
  RtcRtcpPacket again;
  guint size;

  rtc_rtcp_nack_foreach (packet, on_nack, lost);
  g_assert (lost->len > 0);

  gst_byte_writer_init (&writer);
  rtc_rtcp_write_nack (&writer, packet->sender, packet->media, (guint16 *) lost->data, lost->len);
  size = gst_byte_writer_get_size (&writer);
  data = gst_byte_writer_reset_and_get_data (&writer);
  rtc_rtcp_reader_init (&reader, data, size);
  g_assert (rtc_rtcp_reader_next (&reader, &again) && again.kind == RTC_RTCP_NACK);
}

/* What is written in answer is an XR without a reference time. */
static void
check_reference_time (const RtcRtcpPacket * packet)
{
  const RtcReferenceDelay delay = { packet->sender, packet->reference_ntp >> 16, 1 };
  g_autofree guint8 *data = NULL;
  GstByteWriter writer;
  RtcRtcpReader reader;
  RtcRtcpPacket answer;
  guint size;

  gst_byte_writer_init (&writer);
  rtc_rtcp_write_reference_delays (&writer, packet->sender, &delay, 1);
  size = gst_byte_writer_get_size (&writer);
  data = gst_byte_writer_reset_and_get_data (&writer);
  rtc_rtcp_reader_init (&reader, data, size);
  g_assert (rtc_rtcp_reader_next (&reader, &answer) && answer.kind == RTC_RTCP_XR);
  g_assert (answer.sender == packet->sender && answer.reference_ntp == 0);
}

static void
check_packet (const RtcRtcpPacket * packet)
{
  Twcc twcc = { 0, };

  switch (packet->kind) {
    case RTC_RTCP_SR:
    case RTC_RTCP_RR:
      check_reports (packet);
      break;
    case RTC_RTCP_BYE:
    case RTC_RTCP_FIR:
    case RTC_RTCP_REMB:
      for (guint i = 0; i < packet->count; i++)
        rtc_rtcp_ssrc (packet, i);
      break;
    case RTC_RTCP_NACK:
      check_nack (packet);
      break;
    case RTC_RTCP_XR:
      check_reference_time (packet);
      break;
    case RTC_RTCP_TWCC:
      g_assert (rtc_rtcp_twcc_foreach (packet, on_twcc, &twcc) || twcc.statuses == 0);
      rtc_rtcp_twcc_reference (packet);
      rtc_rtcp_twcc_feedback_count (packet);
      break;
    default:
      break;
  }
}

int
LLVMFuzzerTestOneInput (const uint8_t * data, size_t size)
{
  RtcRtcpReader reader;
  RtcRtcpPacket packet;

  rtc_rtcp_reader_init (&reader, data, size);
  while (rtc_rtcp_reader_next (&reader, &packet)) {
    g_assert (packet.body >= data && packet.body + packet.body_size <= data + size);
    check_packet (&packet);
  }
  g_assert (!rtc_rtcp_reader_next (&reader, &packet));
  return 0;
}
