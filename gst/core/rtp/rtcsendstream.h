/* gst-rtc: one source on its way to one peer
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A cursor over a feed, the peer's own header fields, and the map from its sequence
 * numbers back to the feed for retransmission. Never allocates after creation.
 */
#pragma once

#include "../sdp/rtccodec.h"
#include "../sdp/rtcextension.h"
#include "../base/rtcrtcp.h"
#include "rtcbatch.h"
#include "rtcfeed.h"
#include "rtcpacer.h"

G_BEGIN_DECLS

/**
 * RtcSendStreamConfig:
 * @kind: video waits for key frames and the pacer, audio for neither
 * @first_sequence: below 0x8000, so that SRTP's rollover counter starts unambiguously (RFC 3711,
 *     section 3.3.1); @first_rtx_sequence too
 * @timestamp_offset: added to the timestamps of the first source
 * @mid: (nullable): for the MID extension; copied
 * @min_playout_delay: in milliseconds, with @max_playout_delay for the playout-delay extension; -1 for
 *     not sent
 * @lead: packets of nothing but padding in front of the first frame
 * @ntp_offset: microseconds from the core's clock to the Unix epoch, for abs-capture-time,
 *     abs-send-time and SR
 */
typedef struct
{
  RtcMediaKind kind;
  guint32 ssrc, rtx_ssrc;
  guint8 payload_type, rtx_payload_type;
  guint clock_rate;
  guint16 first_sequence, first_rtx_sequence;
  guint32 timestamp_offset;
  RtcExtensionMap extensions;
  const gchar *mid;
  gint min_playout_delay, max_playout_delay;
  guint lead;
  gint64 ntp_offset;
} RtcSendStreamConfig;

/* Counters with the names of W3C webrtc-stats' RTCOutboundRtpStreamStats */
typedef struct
{
  guint64 packets_sent, bytes_sent, header_bytes_sent;
  guint64 retransmitted_packets_sent, retransmitted_bytes_sent;
  guint64 frames_sent, key_frames_sent;
  guint64 nack_count, pli_count, fir_count;
  guint64 frames_dropped;       /* ours: skipped because the peer was too slow */
} RtcSendStats;

typedef struct _RtcSendStream RtcSendStream;

/* config: copied. transport_sequence: the next one, shared by all streams of the peer; counts up with
 * each packet that carries it, which is every packet if the extension is negotiated and none otherwise */
RtcSendStream *rtc_send_stream_new (const RtcSendStreamConfig * config, guint16 * transport_sequence);
void rtc_send_stream_free (RtcSendStream * stream);

/**
 * rtc_send_stream_configure:
 * @config: its SSRCs and first sequence numbers mean nothing: sequence numbers go on, as SRTP wants
 *
 * What a later negotiation changed: payload types, extensions, clock rate (RFC 3264, section 8.3.2). What was sent by
 * then is not retransmitted any more.
 */
void rtc_send_stream_configure (RtcSendStream * stream, const RtcSendStreamConfig * config);

/**
 * rtc_send_stream_start:
 * @feed: (not owned) (nullable): outlives the stream or is replaced; NULL stops
 * @replay: how old the feed's key frame may be to begin with it (RTC_TIME_NEVER: any age, for input
 *     that cannot be forced)
 *
 * Begins at the feed's key frame if that is young enough, replaying what followed with timestamps
 * squeezed so that it shows at once; otherwise waits for the next key frame and wants one. Audio
 * begins with the next frame that comes. Sequence numbers and timestamps go on over a change of feed;
 * what was sent from the old one cannot be retransmitted.
 */
void rtc_send_stream_start (RtcSendStream * stream, RtcFeed * feed, RtcTime replay, RtcTime now);

/* TRUE from the time a key frame is needed until one is reached; the caller asks the source once per
 * rising edge */
gboolean rtc_send_stream_wants_key (const RtcSendStream * stream);

/**
 * rtc_send_stream_write:
 * @out: RTC_BATCH_MAX_PACKET_SIZE bytes
 *
 * Writes the next packet, a retransmission before anything new. The sequence number counts as used.
 * Returns: its size before protection, or 0: nothing left, or the pacer holds it
 */
gsize rtc_send_stream_write (RtcSendStream * stream, RtcPacer * pacer, guint8 * out, RtcTime now);
/* Something is left that waits for the pacer */
gboolean rtc_send_stream_has_more (const RtcSendStream * stream);

/* The peer could not take packets (its socket is full): skip to the next key frame, audio to the next
 * frame that comes. */
void rtc_send_stream_drop (RtcSendStream * stream, RtcTime now);

/* RTCP. A NACK about this stream's ssrc; only counted unless RTX is negotiated: SRTP refuses a
 * sequence number used twice. */
void rtc_send_stream_on_nack (RtcSendStream * stream, const RtcRtcpPacket * packet, RtcTime now);
/* PLI or FIR: TRUE if the source has to be asked for a key frame; FALSE if one is already on its way
 * or wanted */
gboolean rtc_send_stream_on_key_request (RtcSendStream * stream, gboolean fir, RtcTime now);
/* FALSE before the first packet */
gboolean rtc_send_stream_get_sender_info (const RtcSendStream * stream, RtcSenderInfo * info, RtcTime now);

const RtcSendStats *rtc_send_stream_get_stats (const RtcSendStream * stream);

G_END_DECLS
