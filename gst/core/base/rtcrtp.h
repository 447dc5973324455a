/* gst-rtc: a view of an RTP packet (RFC 3550, section 5; RFC 8285)
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define RTC_RTP_HEADER_SIZE 12

/**
 * RtcRtpHeader:
 * @marker: the M bit
 * @payload_type: 0 to 127
 * @sequence: sequence number
 * @timestamp: media timestamp, in units of the codec's clock rate
 * @ssrc: synchronisation source
 * @extension_profile: 0xBEDE (one-byte form), 0x1000-0x100F (two-byte form), anything else, or 0 for none
 * @extension_offset: where the extension elements begin in the packet
 * @extension_size: bytes of extension elements
 * @payload_offset: where the payload begins
 * @payload_size: bytes of payload, padding not counted
 * @padding_size: bytes of padding
 *
 * A checked view: every offset and size lies within the packet it was read from.
 */
typedef struct
{
  gboolean marker;
  guint8 payload_type;
  guint16 sequence;
  guint32 timestamp;
  guint32 ssrc;
  guint16 extension_profile;
  guint32 extension_offset;
  guint32 extension_size;
  guint32 payload_offset;
  guint32 payload_size;
  guint32 padding_size;
} RtcRtpHeader;

gboolean rtc_rtp_read (const guint8 * data, gsize size, RtcRtpHeader * header);
const guint8 *rtc_rtp_find_extension (const guint8 * data, const RtcRtpHeader * header, guint8 id,
    gsize * size);

/**
 * RtcPacketKind:
 *
 * What a datagram on a muxed transport is (RFC 7983, RFC 5761).
 */
typedef enum
{
  RTC_PACKET_UNKNOWN,
  RTC_PACKET_STUN,
  RTC_PACKET_DTLS,
  RTC_PACKET_RTP,
  RTC_PACKET_RTCP,
} RtcPacketKind;

RtcPacketKind rtc_packet_kind (const guint8 * data, gsize size);

/**
 * rtc_sequence_unwrap:
 * @last: the last unwrapped number
 * @sequence: a 16-bit number near it
 *
 * Returns: @sequence as the 64-bit number nearest to @last, never below 0
 */
gint64 rtc_sequence_unwrap (gint64 last, guint16 sequence);

G_END_DECLS
