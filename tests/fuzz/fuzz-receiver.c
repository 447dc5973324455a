/* gst-rtc: fuzz target for what tells received streams apart, and for the feedback on them
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The input is a sequence of packets: milliseconds that pass (1 byte), its size (1), the packet. A size of 0
 * is another exchange instead.
 */
#include "gst/core/base/rtcrtcp.h"
#include "gst/core/rtp/rtcarrivals.h"
#include "gst/core/rtp/rtcreceiver.h"

#include <string.h>

#include "fuzz.h"

#define N_SECTIONS 3
#define MAX_SIZE 1200

typedef struct
{
  RtcReceiver *receiver;
  RtcArrivals *arrivals;
  GPtrArray *audio, *video;
  RtcTime now;
  gsize written;
  guint packets;
  guint8 feedback_count;
} Fuzz;

static void
add_codec (GPtrArray * codecs, const gchar * name, guint8 payload_type, guint8 rtx)
{
  RtcCodec *codec = rtc_codec_new (RTC_MEDIA_VIDEO, name, 90000, 0, NULL);

  codec->payload_type = payload_type;
  codec->rtx_payload_type = rtx;
  g_ptr_array_add (codecs, codec);
}

/* Ids of the extensions: their number in RtcExtension and one. @ssrc: one that the description announces */
static void
configure (Fuzz * fuzz, guint32 ssrc)
{
  RtcReceiveSection sections[N_SECTIONS] = {
    {.m_line = 0,.mid = "0",.codecs = fuzz->audio },
    {.m_line = 1,.mid = "1",.codecs = fuzz->video,.ssrc = ssrc,.rtx_ssrc = ssrc ? ssrc + 1 : 0 },
    {.m_line = 2,.mid = ssrc % 2 ? NULL : "2",.codecs = fuzz->video },
  };

  for (guint i = 0; i < N_SECTIONS; i++) {
    for (guint id = 0; id < RTC_N_EXTENSIONS; id++)
      sections[i].extensions.id[id] = id + 1;
  }
  rtc_receiver_configure (fuzz->receiver, sections, ssrc % 5 == 4 ? 2 : N_SECTIONS);
}

static void
on_status (guint16 sequence, gboolean received, gint32 delta_us, gpointer user_data)
{
  gboolean *any = user_data;

  *any |= received;
}

/* Our own parser reads all that we write. */
static void
check_feedback (Fuzz * fuzz, const guint8 * data, gsize size)
{
  RtcRtcpReader reader;
  RtcRtcpPacket packet;
  gsize read = 0;

  rtc_rtcp_reader_init (&reader, data, size);
  while (rtc_rtcp_reader_next (&reader, &packet)) {
    gboolean any = FALSE;

    read += 4 * (GST_READ_UINT16_BE (data + read + 2) + 1);
    if (packet.kind == RTC_RTCP_REMB)
      continue;
    g_assert (packet.kind == RTC_RTCP_TWCC);
    g_assert (rtc_rtcp_twcc_feedback_count (&packet) == fuzz->feedback_count++);
    g_assert (rtc_rtcp_twcc_foreach (&packet, on_status, &any) && any);
  }
  g_assert (read == size);
}

static void
write_feedback (Fuzz * fuzz)
{
  guint8 data[MAX_SIZE];
  GstByteWriter writer;
  guint writes = 0;

  while (rtc_arrivals_get_timeout (fuzz->arrivals) <= fuzz->now) {
    gst_byte_writer_init_with_data (&writer, data, sizeof (data), FALSE);
    rtc_arrivals_write (fuzz->arrivals, &writer, 1, 2, TRUE, MAX_SIZE, fuzz->now);
    check_feedback (fuzz, data, gst_byte_writer_get_pos (&writer));
    fuzz->written += gst_byte_writer_get_pos (&writer);
    g_assert (++writes < 8);
  }
}

static void
take (Fuzz * fuzz, const guint8 * data, gsize size)
{
  g_autofree guint8 *exact = g_memdup2 (data, size);
  RtcReceivedPacket packet;
  RtcRtpHeader header;
  gint transport_sequence;
  gboolean taken;

  taken = rtc_receiver_take (fuzz->receiver, exact, size, fuzz->now, &packet, &transport_sequence);
  g_assert (transport_sequence >= -1 && transport_sequence <= G_MAXUINT16);
  rtc_arrivals_on_packet (fuzz->arrivals, transport_sequence, size, taken ? packet.lost : 0, fuzz->now);
  fuzz->packets++;
  if (!taken)
    return;

  g_assert (packet.m_line < N_SECTIONS);
  g_assert (packet.data >= exact && packet.data + packet.size == exact + size);
  g_assert (rtc_rtp_read (packet.data, packet.size, &header));
  g_assert (memcmp (&header, &packet.header, sizeof (header)) == 0);
  g_assert (header.payload_type == 111 || header.payload_type == 96 || header.payload_type == 102);
  g_assert (packet.lost >= -1 && packet.lost < 0x8000);
}

static void
run (Fuzz * fuzz, const guint8 * data, gsize size)
{
  while (size >= 2) {
    guint8 packet_size = data[1];

    fuzz->now += data[0] * RTC_MSECOND;
    data += 2;
    size -= 2;
    if (packet_size == 0)
      configure (fuzz, size > 0 ? data[0] : 0);
    packet_size = MIN (packet_size, size);
    if (packet_size > 0)
      take (fuzz, data, packet_size);
    write_feedback (fuzz);
    data += packet_size;
    size -= packet_size;
  }
}

int
LLVMFuzzerTestOneInput (const uint8_t * data, size_t size)
{
  Fuzz fuzz = {
    .receiver = rtc_receiver_new (),
    .arrivals = rtc_arrivals_new (),
    .audio = g_ptr_array_new_with_free_func ((GDestroyNotify) rtc_codec_free),
    .video = g_ptr_array_new_with_free_func ((GDestroyNotify) rtc_codec_free),
  };
  RtcReceiverStats stats;

  add_codec (fuzz.audio, "opus", 111, RTC_PAYLOAD_TYPE_NONE);
  add_codec (fuzz.video, "VP8", 96, 97);
  add_codec (fuzz.video, "H264", 102, 103);
  configure (&fuzz, 0);
  run (&fuzz, data, size);
  for (guint i = 0; i < N_SECTIONS; i++)
    g_assert (!rtc_receiver_get_stats (fuzz.receiver, i, &stats) || stats.m_line == i);
  /* No packet makes more than one feedback be written. */
  g_assert (fuzz.written <= fuzz.packets * (gsize) MAX_SIZE);

  rtc_receiver_free (fuzz.receiver);
  rtc_arrivals_free (fuzz.arrivals);
  g_ptr_array_unref (fuzz.audio);
  g_ptr_array_unref (fuzz.video);
  return 0;
}
