/* gst-rtc: the RTP payloads of one frame, immutable and shared by all peers
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "../base/rtctime.h"

G_BEGIN_DECLS

/* What fits RTC_BATCH_MAX_PACKET_SIZE beside the largest header (56 bytes, rtcsendheader.h), the original
 * sequence number of a retransmission (2) and the growth by SRTP (24) */
#define RTC_FRAME_MAX_PAYLOAD 1418
#define RTC_FRAME_MAX_PACKETS 0x7fff    /* their index has 15 bits in rtcretransmission.h */

typedef struct
{
  guint32 offset;               /* in RtcFrame.payload */
  guint16 size;
  gboolean marker;
} RtcFramePacket;

/**
 * RtcFrame:
 * @timestamp: RTP timestamp as the source counts it; each peer adds an offset of its own
 * @capture_time: when the first sample was captured, on the core's clock
 * @key: a decoder can begin here
 * @n_packets: at least 1
 * @packets: (array length=n_packets): the packets in order
 * @payload: the bytes of all of them, one block
 * @size: bytes in @payload
 *
 * The packets of one frame or, from RTP input that comes packet by packet, of
 * a part of one. One allocation, made once for all peers; the count of
 * references is atomic because every loop holds one.
 */
typedef struct
{
  gint ref_count;
  guint32 timestamp;
  RtcTime capture_time;
  gboolean key;
  guint n_packets;
  const RtcFramePacket *packets;
  const guint8 *payload;
  gsize size;
} RtcFrame;

typedef struct
{
  const guint8 *data;
  gsize size;
  gboolean marker;
} RtcFramePart;

/**
 * rtc_frame_new:
 * @parts: (array length=n_parts): where to copy the payloads from, and their M bits
 *
 * Returns: (nullable): %NULL if there is no part or more than %RTC_FRAME_MAX_PACKETS, or if a part is
 * empty or larger than %RTC_FRAME_MAX_PAYLOAD: what comes from outside as RTP can be all of that
 */
RtcFrame *rtc_frame_new (guint32 timestamp, RtcTime capture_time, gboolean key, const RtcFramePart * parts,
    guint n_parts);
RtcFrame *rtc_frame_ref (RtcFrame * frame);
void rtc_frame_unref (RtcFrame * frame);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RtcFrame, rtc_frame_unref)

G_END_DECLS
