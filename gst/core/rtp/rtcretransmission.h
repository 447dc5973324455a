/* gst-rtc: which packets one peer was sent, and which of them it wants again
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Only numbers: the payloads stay in the feed. What a peer can ask for is bounded three times: the queue, one
 * repetition in a round trip, and a budget of bytes, or a flood of requests would make a flood of packets.
 */
#pragma once

#include "../base/rtctime.h"
#include "../sdp/rtccodec.h"

G_BEGIN_DECLS

/* A packet of a frame that has no place in any: padding */
#define RTC_SENT_PADDING 0x7fff

/* 12 bytes, as every stream of every peer has up to 1024 of them */
typedef struct
{
  guint32 timestamp;            /* as sent */
  guint32 frame;                /* its number in the feed, lower half */
  guint16 packet:15;            /* index in the frame */
  guint16 with_capture:1;       /* sent with the larger header */
  guint16 repeated;             /* when it was asked for last: milliseconds, lower half; 0: not yet */
} RtcSentPacket;

typedef struct
{
  RtcSentPacket *sent;          /* ring by sequence number */
  guint capacity;               /* a power of two, as all rings here */
  guint n_sent;
  guint16 next_sequence;

  guint16 *wanted;              /* queue of sequence numbers */
  guint max_wanted;
  guint first_wanted, n_wanted;

  RtcTime second;               /* when the present budget began */
  gsize spent;
} RtcRetransmission;

void rtc_retransmission_init (RtcRetransmission * retransmission, RtcMediaKind kind, guint16 first_sequence);
void rtc_retransmission_clear (RtcRetransmission * retransmission);
/* What was sent so far cannot be repeated any more */
void rtc_retransmission_forget (RtcRetransmission * retransmission);

/* Returns: the sequence number of the packet that is now sent */
guint16 rtc_retransmission_note_sent (RtcRetransmission * retransmission, const RtcSentPacket * packet);
/* Queues it unless it is unknown, asked for a moment ago, or too many are waiting */
void rtc_retransmission_want (RtcRetransmission * retransmission, guint16 sequence, RtcTime now);
/* (nullable): takes the next one from the queue */
const RtcSentPacket *rtc_retransmission_take (RtcRetransmission * retransmission, guint16 * sequence);
/* FALSE: the budget does not allow it; bitrate: of the source */
gboolean rtc_retransmission_spend (RtcRetransmission * retransmission, gsize bytes, guint64 bitrate,
    RtcTime now);

G_END_DECLS
