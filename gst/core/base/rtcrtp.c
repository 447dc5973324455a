/* gst-rtc: a view of an RTP packet
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "rtcrtp.h"

#include <gst/base/gstbytereader.h>

#define EXTENSION_ONE_BYTE 0xBEDE
#define EXTENSION_TWO_BYTES 0x1000
#define EXTENSION_TWO_BYTES_MASK 0xFFF0

/* RFC 8285, section 4.2 */
#define ONE_BYTE_ID_STOP 15

/* RFC 3550, section 5.1: the last byte counts the padding, itself included. */
static gboolean
read_padding (const guint8 * data, gsize size, RtcRtpHeader * header)
{
  guint8 padding;

  if (size == header->payload_offset)
    return FALSE;
  padding = data[size - 1];
  if (padding == 0 || padding > size - header->payload_offset)
    return FALSE;
  header->padding_size = padding;
  return TRUE;
}

static gboolean
read_extension (GstByteReader * reader, RtcRtpHeader * header)
{
  guint16 words;

  if (!gst_byte_reader_get_uint16_be (reader, &header->extension_profile)
      || !gst_byte_reader_get_uint16_be (reader, &words))
    return FALSE;
  header->extension_offset = gst_byte_reader_get_pos (reader);
  header->extension_size = words * 4;
  return gst_byte_reader_skip (reader, header->extension_size);
}

/**
 * rtc_rtp_read:
 * @data: (array length=size): a datagram
 * @header: (out caller-allocates): what it says; undefined on failure
 *
 * Returns: whether @data is an RTP packet whose every length holds
 */
gboolean
rtc_rtp_read (const guint8 * data, gsize size, RtcRtpHeader * header)
{
  GstByteReader reader;
  guint8 first, second;

  if (size < RTC_RTP_HEADER_SIZE || size > G_MAXINT32)
    return FALSE;

  gst_byte_reader_init (&reader, data, size);
  first = gst_byte_reader_get_uint8_unchecked (&reader);
  second = gst_byte_reader_get_uint8_unchecked (&reader);
  if (first >> 6 != 2)
    return FALSE;

  *header = (RtcRtpHeader) {
    .marker = second >> 7,
    .payload_type = second & 0x7f,
    .sequence = gst_byte_reader_get_uint16_be_unchecked (&reader),
  };
  header->timestamp = gst_byte_reader_get_uint32_be_unchecked (&reader);
  header->ssrc = gst_byte_reader_get_uint32_be_unchecked (&reader);

  if (!gst_byte_reader_skip (&reader, (first & 0x0f) * 4))
    return FALSE;
  if (first & 0x10 && !read_extension (&reader, header))
    return FALSE;
  header->payload_offset = gst_byte_reader_get_pos (&reader);
  if (first & 0x20 && !read_padding (data, size, header))
    return FALSE;
  header->payload_size = size - header->payload_offset - header->padding_size;
  return TRUE;
}

/* Reads the id and length of the next element; FALSE at the end of those that count. */
static gboolean
next_element (GstByteReader * reader, gboolean two_bytes, guint8 * id, guint8 * length)
{
  guint8 byte;

  /* A zero byte is padding, between elements as well as behind them. */
  do {
    if (!gst_byte_reader_get_uint8 (reader, &byte))
      return FALSE;
  } while (byte == 0);

  if (two_bytes) {
    *id = byte;
    return gst_byte_reader_get_uint8 (reader, length);
  }

  *id = byte >> 4;
  *length = (byte & 0x0f) + 1;
  return *id != 0 && *id != ONE_BYTE_ID_STOP;
}

/**
 * rtc_rtp_find_extension:
 * @data: the packet that @header was read from
 * @id: the negotiated id, 1 to 14 in the one-byte form, 1 to 255 in the two-byte form
 * @size: (out): bytes of the element; untouched if there is none. The two-byte form allows 0
 *
 * Returns: (nullable) (transfer none): the first element with that id, in @data
 */
const guint8 *
rtc_rtp_find_extension (const guint8 * data, const RtcRtpHeader * header, guint8 id, gsize * size)
{
  gboolean two_bytes = (header->extension_profile & EXTENSION_TWO_BYTES_MASK) == EXTENSION_TWO_BYTES;
  const guint8 *element;
  guint8 element_id, length;
  GstByteReader reader;

  if (!two_bytes && header->extension_profile != EXTENSION_ONE_BYTE)
    return NULL;

  gst_byte_reader_init (&reader, data + header->extension_offset, header->extension_size);
  while (next_element (&reader, two_bytes, &element_id, &length)) {
    element = reader.data + gst_byte_reader_get_pos (&reader);
    if (!gst_byte_reader_skip (&reader, length))
      return NULL;
    if (element_id == id) {
      *size = length;
      return element;
    }
  }
  return NULL;
}

/**
 * rtc_packet_kind:
 * @data: (array length=size): a datagram
 *
 * Looks at the first two bytes only: the kind says who shall read the
 * datagram, not that it is well formed.
 */
RtcPacketKind
rtc_packet_kind (const guint8 * data, gsize size)
{
  guint8 type;

  if (size < 2)
    return RTC_PACKET_UNKNOWN;
  if (data[0] <= 3)
    return RTC_PACKET_STUN;
  if (data[0] >= 20 && data[0] <= 63)
    return RTC_PACKET_DTLS;
  if (data[0] < 128 || data[0] > 191)
    return RTC_PACKET_UNKNOWN;

  /* RFC 5761, section 4: RTCP types 192 to 223 take the place of RTP payload types 64 to 95. */
  type = data[1] & 0x7f;
  return type >= 64 && type <= 95 ? RTC_PACKET_RTCP : RTC_PACKET_RTP;
}

gint64
rtc_sequence_unwrap (gint64 last, guint16 sequence)
{
  gint64 unwrapped = last + (gint16) (guint16) (sequence - (guint16) last);

  return unwrapped < 0 ? unwrapped + 0x10000 : unwrapped;
}
