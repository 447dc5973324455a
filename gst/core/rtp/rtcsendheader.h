/* gst-rtc: the RTP header and header extensions of what a peer is sent
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Laid out once, so that a packet costs one copy and a few stores, and so that all packets of a frame have
 * headers of one size, as UDP_SEGMENT wants it.
 */
#pragma once

#include "../base/rtctime.h"
#include "../sdp/rtcextension.h"

G_BEGIN_DECLS

/* 12 fixed, 4 before the extensions, 28 for the extensions with a MID of up to 7 characters, 12 more
 * for one of up to 16, which is what the one-byte form can carry (RFC 8285, section 4.2) */
#define RTC_SEND_HEADER_MAX_SIZE (12 + 4 + 28 + 12)

typedef struct
{
  guint8 bytes[RTC_SEND_HEADER_MAX_SIZE];
  guint8 size;
  /* Where what changes from packet to packet is written, 0 for an extension that is not there */
  guint8 abs_send_time, transport_cc, abs_capture_time;
} RtcSendHeader;

/**
 * rtc_send_header_init:
 * @mid: (nullable): left out if longer than 16 characters
 * @extensions: those that are used; ids beyond 1 to 14 are not
 */
void rtc_send_header_init (RtcSendHeader * header, const RtcExtensionMap * extensions, const gchar * mid);
/**
 * rtc_send_header_add_capture:
 * @min_playout_delay: in milliseconds, as @max_playout_delay; -1 for not sent
 *
 * Adds what only some frames carry: abs-capture-time and playout-delay.
 */
void rtc_send_header_add_capture (RtcSendHeader * header, const RtcExtensionMap * extensions,
    gint min_playout_delay, gint max_playout_delay);

/**
 * RtcSendHeaderValues:
 * @send_time: 24 bits of abs-send-time: seconds, 6.18 fixed point
 * @capture_ntp: of abs-capture-time
 */
typedef struct
{
  gboolean marker;
  guint8 payload_type;
  guint16 sequence;
  guint32 timestamp;
  guint32 ssrc;
  guint32 send_time;
  guint16 transport_sequence;
  guint64 capture_ntp;
} RtcSendHeaderValues;

/* Returns: bytes written, at most RTC_SEND_HEADER_MAX_SIZE */
gsize rtc_send_header_write (const RtcSendHeader * header, const RtcSendHeaderValues * values, guint8 * out);

G_END_DECLS
