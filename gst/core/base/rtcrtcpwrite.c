/* gst-rtc: RTCP, from structs to bytes
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Each function appends one packet, whole, or nothing if the writer is of
 * fixed size and full.
 */
#include "rtcrtcp.h"
#include "rtcrtcptypes.h"

#include <string.h>

#define NACK_ENTRY_SIZE 4
#define NACK_MAX_ENTRIES 256
#define REMB_MAX_MANTISSA 0x3ffff

/* @size: of the body, a multiple of 4; what is put next must be exactly that long */
static gboolean
begin_packet (GstByteWriter * writer, guint8 type, guint count, guint size)
{
  g_assert (count <= RTC_RTCP_MAX_COUNT && size % 4 == 0);

  if (!gst_byte_writer_ensure_free_space (writer, 4 + size))
    return FALSE;
  gst_byte_writer_put_uint8_unchecked (writer, 2 << 6 | count);
  gst_byte_writer_put_uint8_unchecked (writer, type);
  gst_byte_writer_put_uint16_be_unchecked (writer, size / 4);
  return TRUE;
}

/* @body_size: of what follows the two SSRCs, a multiple of 4; what is put next must be exactly that long */
gboolean
rtc_rtcp_begin_feedback (GstByteWriter * writer, guint8 type, guint format, guint32 sender, guint32 media,
    guint body_size)
{
  if (!begin_packet (writer, type, format, RTC_RTCP_FEEDBACK_HEADER_SIZE + body_size))
    return FALSE;
  gst_byte_writer_put_uint32_be_unchecked (writer, sender);
  gst_byte_writer_put_uint32_be_unchecked (writer, media);
  return TRUE;
}

static void
put_blocks (GstByteWriter * writer, const RtcReportBlock * blocks, guint n_blocks)
{
  for (guint i = 0; i < n_blocks; i++) {
    gint32 lost = CLAMP (blocks[i].packets_lost, -0x800000, 0x7fffff);

    gst_byte_writer_put_uint32_be_unchecked (writer, blocks[i].ssrc);
    gst_byte_writer_put_uint8_unchecked (writer, blocks[i].fraction_lost);
    gst_byte_writer_put_uint24_be_unchecked (writer, lost & 0xffffff);
    gst_byte_writer_put_uint32_be_unchecked (writer, blocks[i].highest_sequence);
    gst_byte_writer_put_uint32_be_unchecked (writer, blocks[i].jitter);
    gst_byte_writer_put_uint32_be_unchecked (writer, blocks[i].last_sr);
    gst_byte_writer_put_uint32_be_unchecked (writer, blocks[i].delay_since_last_sr);
  }
}

/**
 * rtc_rtcp_write_sr:
 * @ssrc: of the sender
 * @info: what it sent
 * @blocks: (array length=n_blocks) (nullable): what it received; blocks beyond 31 follow in an RR
 */
void
rtc_rtcp_write_sr (GstByteWriter * writer, guint32 ssrc, const RtcSenderInfo * info,
    const RtcReportBlock * blocks, guint n_blocks)
{
  guint n = MIN (n_blocks, RTC_RTCP_MAX_COUNT);

  if (!begin_packet (writer, RTC_RTCP_TYPE_SR, n,
          4 + RTC_RTCP_SENDER_INFO_SIZE + n * RTC_RTCP_REPORT_BLOCK_SIZE))
    return;
  gst_byte_writer_put_uint32_be_unchecked (writer, ssrc);
  gst_byte_writer_put_uint64_be_unchecked (writer, info->ntp);
  gst_byte_writer_put_uint32_be_unchecked (writer, info->rtp_timestamp);
  gst_byte_writer_put_uint32_be_unchecked (writer, info->packets);
  gst_byte_writer_put_uint32_be_unchecked (writer, info->octets);
  put_blocks (writer, blocks, n);
  if (n_blocks > n)
    rtc_rtcp_write_rr (writer, ssrc, blocks + n, n_blocks - n);
}

/**
 * rtc_rtcp_write_rr:
 * @ssrc: of the receiver
 * @blocks: (array length=n_blocks) (nullable): what it received; blocks beyond 31 follow in another RR
 */
void
rtc_rtcp_write_rr (GstByteWriter * writer, guint32 ssrc, const RtcReportBlock * blocks, guint n_blocks)
{
  do {
    guint n = MIN (n_blocks, RTC_RTCP_MAX_COUNT);

    if (!begin_packet (writer, RTC_RTCP_TYPE_RR, n, 4 + n * RTC_RTCP_REPORT_BLOCK_SIZE))
      return;
    gst_byte_writer_put_uint32_be_unchecked (writer, ssrc);
    put_blocks (writer, blocks, n);
    n_blocks -= n;
    if (n_blocks > 0)
      blocks += n;
  } while (n_blocks > 0);
}

/**
 * rtc_rtcp_write_cname:
 * @ssrc: whose name it is
 * @cname: at most 255 bytes
 *
 * Appends an SDES with the CNAME, which every compound begins with behind its SR or RR.
 */
void
rtc_rtcp_write_cname (GstByteWriter * writer, guint32 ssrc, const gchar * cname)
{
  gsize length = strlen (cname);
  guint size, terminator;

  g_assert (length <= G_MAXUINT8);

  /* At least one zero byte ends the chunk. */
  size = GST_ROUND_UP_4 (4 + 2 + length + 1);
  terminator = size - (4 + 2 + length);
  if (!begin_packet (writer, RTC_RTCP_TYPE_SDES, 1, size))
    return;
  gst_byte_writer_put_uint32_be_unchecked (writer, ssrc);
  gst_byte_writer_put_uint8_unchecked (writer, RTC_RTCP_SDES_CNAME);
  gst_byte_writer_put_uint8_unchecked (writer, length);
  gst_byte_writer_put_data_unchecked (writer, (const guint8 *) cname, length);
  gst_byte_writer_fill_unchecked (writer, 0, terminator);
}

/**
 * rtc_rtcp_write_bye:
 * @ssrcs: (array length=n_ssrcs): who leaves; SSRCs beyond 31 follow in another BYE
 */
void
rtc_rtcp_write_bye (GstByteWriter * writer, const guint32 * ssrcs, guint n_ssrcs)
{
  while (n_ssrcs > 0) {
    guint n = MIN (n_ssrcs, RTC_RTCP_MAX_COUNT);

    if (!begin_packet (writer, RTC_RTCP_TYPE_BYE, n, n * 4))
      return;
    for (guint i = 0; i < n; i++)
      gst_byte_writer_put_uint32_be_unchecked (writer, ssrcs[i]);
    ssrcs += n;
    n_ssrcs -= n;
  }
}

/* RFC 4585, section 6.2.1: a lost packet and a bit for each of the 16 behind it. Returns how many it took. */
static guint
fill_nack_entry (const guint16 * sequences, guint n, guint16 * following)
{
  guint used = 1;

  *following = 0;
  while (used < n) {
    guint16 distance = sequences[used] - sequences[0];

    if (distance > 16)
      break;
    if (distance > 0)
      *following |= 1 << (distance - 1);
    used++;
  }
  return used;
}

/**
 * rtc_rtcp_write_nack:
 * @sequences: (array length=n): what is missing; the packet is smallest if they are in order
 */
void
rtc_rtcp_write_nack (GstByteWriter * writer, guint32 sender, guint32 media,
    const guint16 * sequences, guint n)
{
  while (n > 0) {
    guint n_entries = 0, covered = 0;
    guint16 following;

    while (covered < n && n_entries < NACK_MAX_ENTRIES) {
      covered += fill_nack_entry (sequences + covered, n - covered, &following);
      n_entries++;
    }
    if (!rtc_rtcp_begin_feedback (writer, RTC_RTCP_TYPE_RTPFB, RTC_RTCP_RTPFB_NACK, sender, media,
            n_entries * NACK_ENTRY_SIZE))
      return;
    for (guint i = 0; i < n_entries; i++) {
      guint used = fill_nack_entry (sequences, n, &following);

      gst_byte_writer_put_uint16_be_unchecked (writer, sequences[0]);
      gst_byte_writer_put_uint16_be_unchecked (writer, following);
      sequences += used;
      n -= used;
    }
  }
}

/**
 * rtc_rtcp_write_pli:
 * @media: the SSRC whose picture is lost
 */
void
rtc_rtcp_write_pli (GstByteWriter * writer, guint32 sender, guint32 media)
{
  rtc_rtcp_begin_feedback (writer, RTC_RTCP_TYPE_PSFB, RTC_RTCP_PSFB_PLI, sender, media, 0);
}

/**
 * rtc_rtcp_write_fir:
 * @media: the SSRC that shall send a key frame
 * @command: one more for each new request, the same for a repetition (RFC 5104, section 4.3.1.1)
 */
void
rtc_rtcp_write_fir (GstByteWriter * writer, guint32 sender, guint32 media, guint8 command)
{
  if (!rtc_rtcp_begin_feedback (writer, RTC_RTCP_TYPE_PSFB, RTC_RTCP_PSFB_FIR, sender, 0,
          RTC_RTCP_FIR_ENTRY_SIZE))
    return;
  gst_byte_writer_put_uint32_be_unchecked (writer, media);
  gst_byte_writer_put_uint8_unchecked (writer, command);
  gst_byte_writer_put_uint24_be_unchecked (writer, 0);
}

/**
 * rtc_rtcp_write_remb:
 * @bitrate: in bit/s; rounded down to 18 significant bits
 * @ssrcs: (array length=n): what it is about, 255 at most
 *
 * Receiver Estimated Maximum Bitrate (draft-alvestrand-rmcat-remb-03, section 2.2)
 */
void
rtc_rtcp_write_remb (GstByteWriter * writer, guint32 sender, guint64 bitrate, const guint32 * ssrcs, guint n)
{
  guint exponent = 0;

  g_assert (n <= G_MAXUINT8);

  while (bitrate >> exponent > REMB_MAX_MANTISSA)
    exponent++;
  if (!rtc_rtcp_begin_feedback (writer, RTC_RTCP_TYPE_PSFB, RTC_RTCP_PSFB_APPLICATION, sender, 0, 8 + n * 4))
    return;
  gst_byte_writer_put_uint32_be_unchecked (writer, RTC_RTCP_REMB_IDENTIFIER);
  gst_byte_writer_put_uint8_unchecked (writer, n);
  gst_byte_writer_put_uint24_be_unchecked (writer, exponent << 18 | (guint) (bitrate >> exponent));
  for (guint i = 0; i < n; i++)
    gst_byte_writer_put_uint32_be_unchecked (writer, ssrcs[i]);
}

/**
 * rtc_rtcp_write_reference_delays:
 * @sender: who answers
 * @delays: (array length=n): one for each receiver that told its time, 31 at most
 *
 * Appends an XR with a DLRR block (RFC 3611, section 4.5), nothing without delays.
 */
void
rtc_rtcp_write_reference_delays (GstByteWriter * writer, guint32 sender, const RtcReferenceDelay * delays,
    guint n)
{
  guint size = n * RTC_RTCP_XR_DELAY_SIZE;

  g_assert (n <= RTC_RTCP_MAX_COUNT);

  if (n == 0 || !begin_packet (writer, RTC_RTCP_TYPE_XR, 0, 4 + RTC_RTCP_XR_BLOCK_HEADER_SIZE + size))
    return;
  gst_byte_writer_put_uint32_be_unchecked (writer, sender);
  gst_byte_writer_put_uint8_unchecked (writer, RTC_RTCP_XR_REFERENCE_DELAYS);
  gst_byte_writer_put_uint8_unchecked (writer, 0);
  gst_byte_writer_put_uint16_be_unchecked (writer, size / 4);
  for (guint i = 0; i < n; i++) {
    gst_byte_writer_put_uint32_be_unchecked (writer, delays[i].ssrc);
    gst_byte_writer_put_uint32_be_unchecked (writer, delays[i].last_reference);
    gst_byte_writer_put_uint32_be_unchecked (writer, delays[i].delay);
  }
}
