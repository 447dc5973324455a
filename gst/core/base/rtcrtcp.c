/* gst-rtc: RTCP, from bytes to structs
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "rtcrtcp.h"
#include "rtcrtcptypes.h"

/* The header of one packet; @reader then holds its body, padding cut off. */
typedef struct
{
  guint8 count;
  guint8 type;
  GstByteReader reader;
} Header;

/* RFC 3550, section 6.4.1: the last byte counts the padding, itself included, a multiple of 4. */
static gboolean
strip_padding (const guint8 * body, guint * size)
{
  guint8 padding;

  if (*size == 0)
    return FALSE;
  padding = body[*size - 1];
  if (padding == 0 || padding % 4 != 0 || padding > *size)
    return FALSE;
  *size -= padding;
  return TRUE;
}

static gboolean
read_header (GstByteReader * reader, Header * header)
{
  const guint8 *body;
  guint8 first;
  guint16 words;
  guint size;

  if (!gst_byte_reader_get_uint8 (reader, &first) || first >> 6 != 2
      || !gst_byte_reader_get_uint8 (reader, &header->type)
      || !gst_byte_reader_get_uint16_be (reader, &words))
    return FALSE;
  size = words * 4;
  if (!gst_byte_reader_get_data (reader, size, &body))
    return FALSE;
  if (first & 0x20 && !strip_padding (body, &size))
    return FALSE;

  header->count = first & 0x1f;
  gst_byte_reader_init (&header->reader, body, size);
  return TRUE;
}

static void
set_body (RtcRtcpPacket * packet, GstByteReader * reader)
{
  packet->body_size = gst_byte_reader_get_remaining (reader);
  packet->body = reader->data + gst_byte_reader_get_pos (reader);
}

static gboolean
read_report (Header * header, RtcRtcpPacket * packet)
{
  GstByteReader *reader = &header->reader;

  if (!gst_byte_reader_get_uint32_be (reader, &packet->sender))
    return FALSE;
  if (packet->kind == RTC_RTCP_SR) {
    if (gst_byte_reader_get_remaining (reader) < RTC_RTCP_SENDER_INFO_SIZE)
      return FALSE;
    packet->info.ntp = gst_byte_reader_get_uint64_be_unchecked (reader);
    packet->info.rtp_timestamp = gst_byte_reader_get_uint32_be_unchecked (reader);
    packet->info.packets = gst_byte_reader_get_uint32_be_unchecked (reader);
    packet->info.octets = gst_byte_reader_get_uint32_be_unchecked (reader);
  }
  packet->count = header->count;
  set_body (packet, reader);
  return packet->body_size >= packet->count * (gsize) RTC_RTCP_REPORT_BLOCK_SIZE;
}

/* RFC 3550, section 6.5: items, then one zero byte or more up to the next 32-bit boundary */
static gboolean
skip_sdes_chunk (GstByteReader * reader)
{
  guint8 type, length;

  if (!gst_byte_reader_skip (reader, 4))
    return FALSE;
  while (gst_byte_reader_get_uint8 (reader, &type)) {
    if (type == 0)
      return gst_byte_reader_skip (reader, -gst_byte_reader_get_pos (reader) & 3);
    if (!gst_byte_reader_get_uint8 (reader, &length) || !gst_byte_reader_skip (reader, length))
      return FALSE;
  }
  return FALSE;
}

static gboolean
read_sdes (Header * header, RtcRtcpPacket * packet)
{
  GstByteReader *reader = &header->reader;

  packet->count = header->count;
  set_body (packet, reader);
  if (packet->count > 0 && !gst_byte_reader_peek_uint32_be (reader, &packet->sender))
    return FALSE;
  for (guint i = 0; i < packet->count; i++) {
    if (!skip_sdes_chunk (reader))
      return FALSE;
  }
  return TRUE;
}

static gboolean
read_bye (Header * header, RtcRtcpPacket * packet)
{
  GstByteReader *reader = &header->reader;
  guint8 reason;

  packet->count = header->count;
  set_body (packet, reader);
  if (packet->count > 0 && !gst_byte_reader_peek_uint32_be (reader, &packet->sender))
    return FALSE;
  if (!gst_byte_reader_skip (reader, packet->count * 4))
    return FALSE;
  return !gst_byte_reader_get_uint8 (reader, &reason) || gst_byte_reader_skip (reader, reason);
}

/* draft-alvestrand-rmcat-remb-03, section 2.2: the unique identifier is behind us */
static gboolean
read_remb (GstByteReader * reader, RtcRtcpPacket * packet)
{
  guint32 word, mantissa;
  guint exponent;

  if (!gst_byte_reader_get_uint32_be (reader, &word))
    return FALSE;
  exponent = (word >> 18) & 0x3f;
  mantissa = word & 0x3ffff;

  packet->kind = RTC_RTCP_REMB;
  packet->media = 0;
  packet->count = word >> 24;
  packet->bitrate = mantissa > G_MAXUINT64 >> exponent ? G_MAXUINT64 : (guint64) mantissa << exponent;
  set_body (packet, reader);
  return packet->body_size >= packet->count * (gsize) 4;
}

static gboolean
read_payload_feedback (guint format, GstByteReader * reader, RtcRtcpPacket * packet)
{
  guint32 identifier;

  switch (format) {
    case RTC_RTCP_PSFB_PLI:
      packet->kind = RTC_RTCP_PLI;
      return TRUE;
    case RTC_RTCP_PSFB_FIR:
      packet->kind = RTC_RTCP_FIR;
      packet->media = 0;
      packet->count = packet->body_size / RTC_RTCP_FIR_ENTRY_SIZE;
      return packet->count > 0 && packet->body_size % RTC_RTCP_FIR_ENTRY_SIZE == 0;
    case RTC_RTCP_PSFB_APPLICATION:
      if (gst_byte_reader_get_uint32_be (reader, &identifier) && identifier == RTC_RTCP_REMB_IDENTIFIER)
        return read_remb (reader, packet);
      return TRUE;
    default:
      return TRUE;
  }
}

static gboolean
read_feedback (Header * header, RtcRtcpPacket * packet)
{
  GstByteReader *reader = &header->reader;

  if (gst_byte_reader_get_remaining (reader) < RTC_RTCP_FEEDBACK_HEADER_SIZE)
    return FALSE;
  packet->sender = gst_byte_reader_get_uint32_be_unchecked (reader);
  packet->media = gst_byte_reader_get_uint32_be_unchecked (reader);
  set_body (packet, reader);

  if (header->type == RTC_RTCP_TYPE_PSFB)
    return read_payload_feedback (header->count, reader, packet);
  if (header->count == RTC_RTCP_RTPFB_NACK) {
    packet->kind = RTC_RTCP_NACK;
    return packet->body_size > 0;
  }
  if (header->count == RTC_RTCP_RTPFB_TWCC) {
    packet->kind = RTC_RTCP_TWCC;
    return packet->body_size >= RTC_RTCP_TWCC_HEADER_SIZE;
  }
  return TRUE;
}

/* RFC 3611, section 3: the block's length is that of its contents, in words */
static gboolean
read_extended_block (GstByteReader * reader, RtcRtcpPacket * packet)
{
  GstByteReader contents;
  guint16 words;
  guint8 type;

  if (!gst_byte_reader_get_uint8 (reader, &type) || !gst_byte_reader_skip (reader, 1)
      || !gst_byte_reader_get_uint16_be (reader, &words)
      || !gst_byte_reader_get_sub_reader (reader, &contents, words * 4))
    return FALSE;
  if (type != RTC_RTCP_XR_REFERENCE_TIME)
    return TRUE;
  return words == 2 && gst_byte_reader_get_uint64_be (&contents, &packet->reference_ntp);
}

static gboolean
read_extended_report (Header * header, RtcRtcpPacket * packet)
{
  GstByteReader *reader = &header->reader;

  if (!gst_byte_reader_get_uint32_be (reader, &packet->sender))
    return FALSE;
  set_body (packet, reader);
  while (gst_byte_reader_get_remaining (reader) > 0) {
    if (!read_extended_block (reader, packet))
      return FALSE;
  }
  return TRUE;
}

static gboolean
read_packet (Header * header, RtcRtcpPacket * packet)
{
  switch (header->type) {
    case RTC_RTCP_TYPE_SR:
      packet->kind = RTC_RTCP_SR;
      return read_report (header, packet);
    case RTC_RTCP_TYPE_RR:
      packet->kind = RTC_RTCP_RR;
      return read_report (header, packet);
    case RTC_RTCP_TYPE_SDES:
      packet->kind = RTC_RTCP_SDES;
      return read_sdes (header, packet);
    case RTC_RTCP_TYPE_BYE:
      packet->kind = RTC_RTCP_BYE;
      return read_bye (header, packet);
    case RTC_RTCP_TYPE_RTPFB:
    case RTC_RTCP_TYPE_PSFB:
      return read_feedback (header, packet);
    case RTC_RTCP_TYPE_XR:
      packet->kind = RTC_RTCP_XR;
      return read_extended_report (header, packet);
    default:
      set_body (packet, &header->reader);
      gst_byte_reader_peek_uint32_be (&header->reader, &packet->sender);
      return TRUE;
  }
}

/**
 * rtc_rtcp_reader_init:
 * @reader: (out caller-allocates): walks over the packets of a datagram; needs no clearing
 * @data: (array length=size): a datagram, compound or reduced-size; must outlive @reader and its packets
 */
void
rtc_rtcp_reader_init (RtcRtcpReader * reader, const guint8 * data, gsize size)
{
  gst_byte_reader_init (&reader->reader, data, MIN (size, G_MAXINT32));
}

/**
 * rtc_rtcp_reader_next:
 * @packet: (out caller-allocates): the next packet; undefined at the end
 *
 * A malformed packet ends the datagram: behind a length that lies nothing can
 * be trusted. What came before it stands.
 *
 * Returns: %FALSE at the end, or at the first malformed packet
 */
gboolean
rtc_rtcp_reader_next (RtcRtcpReader * reader, RtcRtcpPacket * packet)
{
  Header header;

  *packet = (RtcRtcpPacket) { .kind = RTC_RTCP_OTHER };
  if (read_header (&reader->reader, &header) && read_packet (&header, packet))
    return TRUE;

  gst_byte_reader_set_pos (&reader->reader, gst_byte_reader_get_size (&reader->reader));
  return FALSE;
}

/**
 * rtc_rtcp_report_block:
 * @packet: an SR or RR
 * @index: less than its count
 * @block: (out caller-allocates): the block
 */
void
rtc_rtcp_report_block (const RtcRtcpPacket * packet, guint index, RtcReportBlock * block)
{
  GstByteReader reader;
  guint32 lost;

  g_assert (packet->kind == RTC_RTCP_SR || packet->kind == RTC_RTCP_RR);
  g_assert (index < packet->count);

  gst_byte_reader_init (&reader, packet->body + index * RTC_RTCP_REPORT_BLOCK_SIZE,
      RTC_RTCP_REPORT_BLOCK_SIZE);
  block->ssrc = gst_byte_reader_get_uint32_be_unchecked (&reader);
  block->fraction_lost = gst_byte_reader_get_uint8_unchecked (&reader);
  lost = gst_byte_reader_get_uint24_be_unchecked (&reader);
  block->packets_lost = lost & 0x800000 ? (gint32) lost - 0x1000000 : (gint32) lost;
  block->highest_sequence = gst_byte_reader_get_uint32_be_unchecked (&reader);
  block->jitter = gst_byte_reader_get_uint32_be_unchecked (&reader);
  block->last_sr = gst_byte_reader_get_uint32_be_unchecked (&reader);
  block->delay_since_last_sr = gst_byte_reader_get_uint32_be_unchecked (&reader);
}

/**
 * rtc_rtcp_ssrc:
 * @packet: a BYE, FIR or REMB
 * @index: less than its count
 *
 * Returns: that one of the SSRCs it is about
 */
guint32
rtc_rtcp_ssrc (const RtcRtcpPacket * packet, guint index)
{
  gsize stride = packet->kind == RTC_RTCP_FIR ? RTC_RTCP_FIR_ENTRY_SIZE : 4;

  g_assert (packet->kind == RTC_RTCP_BYE || packet->kind == RTC_RTCP_FIR || packet->kind == RTC_RTCP_REMB);
  g_assert (index < packet->count);

  return GST_READ_UINT32_BE (packet->body + index * stride);
}

/**
 * rtc_rtcp_nack_foreach:
 * @packet: a NACK
 * @func: (scope call): called for each lost sequence number, in the order of the packet
 */
void
rtc_rtcp_nack_foreach (const RtcRtcpPacket * packet, RtcNackFunc func, gpointer user_data)
{
  GstByteReader reader;
  guint16 first, following;

  g_assert (packet->kind == RTC_RTCP_NACK);

  gst_byte_reader_init (&reader, packet->body, packet->body_size);
  while (gst_byte_reader_get_uint16_be (&reader, &first)
      && gst_byte_reader_get_uint16_be (&reader, &following)) {
    func (first, user_data);
    for (guint i = 0; i < 16; i++) {
      if (following & (1 << i))
        func (first + 1 + i, user_data);
    }
  }
}
