/* gst-rtc: which stream a received packet belongs to
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/core/base/rtcrtp.h>
#include <gst/core/base/rtctime.h>
#include <gst/core/sdp/rtccodec.h>
#include <gst/core/sdp/rtcextension.h>

G_BEGIN_DECLS

/* Media streams and retransmissions of one section that are told apart at a time. One more takes the place of
 * the one that was silent for longest, if that is idle. */
#define RTC_RECEIVER_MAX_SSRCS 8
#define RTC_RECEIVER_IDLE (10 * RTC_SECOND)

/**
 * RtcReceiver:
 *
 * Tells the streams of one bundled transport apart (RFC 8843, section 9.2): by SSRC where it is known, by the
 * MID or RID extension, by the description's SSRCs, by a payload type that only one section has. Unwraps
 * retransmissions (RFC 4588). Remembers a bounded number of SSRCs.
 */
typedef struct _RtcReceiver RtcReceiver;

/**
 * RtcReceiveSection:
 * @mid: (nullable): its mid
 * @codecs: (element-type RtcCodec): what may come, with payload types
 * @ssrc: as the peer's description names it, 0 if it does not
 * @rtx_ssrc: of its retransmissions, 0 if not named
 *
 * An m= section that receives.
 */
typedef struct
{
  guint m_line;
  const gchar *mid;
  GPtrArray *codecs;
  RtcExtensionMap extensions;
  guint32 ssrc, rtx_ssrc;
} RtcReceiveSection;

/**
 * RtcReceivedPacket:
 * @m_line: of the section it belongs to
 * @data: the packet as it was first sent: one with the payload type, SSRC and sequence number of the media
 * @retransmitted: it came by way of RTX
 * @header: of @data
 * @capture_ntp: NTP time of its capture by the sender's clock (abs-capture-time), 0 if it does not say
 * @lost: by how many the packets missing on their first way are more since it came: a gap in front of it, or
 *     -1 if it is one that was missing; for rtc_arrivals_on_packet()
 */
typedef struct
{
  guint m_line;
  const guint8 *data;
  gsize size;
  gboolean retransmitted;
  RtcRtpHeader header;
  guint64 capture_ntp;
  gint lost;
} RtcReceivedPacket;

/* Totals of one section; names as in RTCInboundRtpStreamStats where it has them */
typedef struct
{
  guint m_line;
  guint32 ssrc, rtx_ssrc;       /* of the last packets */
  guint8 payload_type;          /* of the last packet */
  guint64 packets_received, bytes_received, header_bytes_received;
  guint64 retransmitted_packets_received, retransmitted_bytes_received;
  gint64 packets_lost;          /* on their first way; may have come as retransmissions */
  RtcTime last_packet_received;
} RtcReceiverStats;

RtcReceiver *rtc_receiver_new (void);
void rtc_receiver_free (RtcReceiver * receiver);
/* After each exchange: copied; streams of sections that still receive go on */
void rtc_receiver_configure (RtcReceiver * receiver, const RtcReceiveSection * sections, guint n_sections);

/**
 * rtc_receiver_take:
 * @data: an authenticated RTP packet; an RTX is unwrapped in place
 * @transport_sequence: (out): its transport-wide sequence number, -1 if it has none; also where %FALSE is
 *     returned
 *
 * Returns: %FALSE if it is to be dropped: an RTX without a packet in it, malformed, of nobody, of one SSRC
 *     too many, or padding only before any media. Padding only behind media, as probes for bandwidth are, is
 *     a packet with a payload of no bytes: its sequence number would be missed.
 */
gboolean rtc_receiver_take (RtcReceiver * receiver, guint8 * data, gsize size, RtcTime now,
    RtcReceivedPacket * packet, gint * transport_sequence);
/* FALSE: nothing has come for that section */
gboolean rtc_receiver_get_stats (const RtcReceiver * receiver, guint m_line, RtcReceiverStats * stats);

G_END_DECLS
