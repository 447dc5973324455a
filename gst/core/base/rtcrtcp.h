/* gst-rtc: RTCP, from bytes to structs and back
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * RFC 3550 (SR, RR, SDES, BYE), RFC 4585 (NACK, PLI, reduced size RFC 5506),
 * RFC 5104 (FIR), REMB (draft-alvestrand-rmcat-remb-03), transport-wide
 * feedback (draft-holmer-rmcat-transport-wide-cc-extensions-01), the round trip of receivers
 * (RFC 3611, sections 4.4 and 4.5).
 */
#pragma once

#include <gst/base/gstbytereader.h>
#include <gst/base/gstbytewriter.h>

#include "rtctime.h"

G_BEGIN_DECLS

typedef enum
{
  RTC_RTCP_SR,
  RTC_RTCP_RR,
  RTC_RTCP_SDES,
  RTC_RTCP_BYE,
  RTC_RTCP_NACK,
  RTC_RTCP_PLI,
  RTC_RTCP_FIR,
  RTC_RTCP_REMB,
  RTC_RTCP_TWCC,
  RTC_RTCP_XR,
  RTC_RTCP_OTHER,
} RtcRtcpKind;

/**
 * RtcReportBlock:
 * @ssrc: the source that the block is about
 * @fraction_lost: packets lost since the last report, in 1/256
 * @packets_lost: cumulative, may be negative (RFC 3550, section 6.4.1)
 * @highest_sequence: extended highest sequence number received
 * @jitter: in units of the source's clock rate
 * @last_sr: middle 32 bits of the NTP time of the last SR, 0 for none
 * @delay_since_last_sr: in 1/65536 s
 */
typedef struct
{
  guint32 ssrc;
  guint8 fraction_lost;
  gint32 packets_lost;
  guint32 highest_sequence;
  guint32 jitter;
  guint32 last_sr;
  guint32 delay_since_last_sr;
} RtcReportBlock;

typedef struct
{
  guint64 ntp;
  guint32 rtp_timestamp;
  guint32 packets;
  guint32 octets;
} RtcSenderInfo;

/**
 * RtcReferenceDelay:
 * @ssrc: who sent the Receiver Reference Time Report
 * @last_reference: middle 32 bits of its NTP time
 * @delay: since it came, in 1/65536 s
 */
typedef struct
{
  guint32 ssrc;
  guint32 last_reference;
  guint32 delay;
} RtcReferenceDelay;

/**
 * RtcRtcpPacket:
 * @kind: what it is; unknown but well-formed packets are %RTC_RTCP_OTHER
 * @sender: SSRC of its sender, 0 if it names none
 * @media: SSRC it is about, for feedback (0 for FIR and REMB, which carry theirs in @body)
 * @info: of an SR
 * @count: report blocks of an SR or RR, chunks of an SDES, SSRCs of a BYE, FIR or REMB
 * @bitrate: of a REMB, in bit/s, %G_MAXUINT64 if it says more
 * @reference_ntp: of an XR, the NTP time of its Receiver Reference Time Report, 0 without one
 * @body: the part that the accessors below read
 *
 * One packet of a compound, valid as long as the datagram.
 */
typedef struct
{
  RtcRtcpKind kind;
  guint32 sender;
  guint32 media;
  RtcSenderInfo info;
  guint count;
  guint64 bitrate;
  guint64 reference_ntp;
  const guint8 *body;
  gsize body_size;
} RtcRtcpPacket;

typedef struct
{
  GstByteReader reader;
} RtcRtcpReader;

void rtc_rtcp_reader_init (RtcRtcpReader * reader, const guint8 * data, gsize size);
gboolean rtc_rtcp_reader_next (RtcRtcpReader * reader, RtcRtcpPacket * packet);

/* index < packet->count */
void rtc_rtcp_report_block (const RtcRtcpPacket * packet, guint index, RtcReportBlock * block);
guint32 rtc_rtcp_ssrc (const RtcRtcpPacket * packet, guint index);

typedef void (*RtcNackFunc) (guint16 sequence, gpointer user_data);
void rtc_rtcp_nack_foreach (const RtcRtcpPacket * packet, RtcNackFunc func, gpointer user_data);

/**
 * RtcTwccFunc:
 * @sequence: transport-wide sequence number
 * @received: whether it arrived
 * @delta_us: if it arrived, the time since the previous one that did (for the first, since
 *   rtc_rtcp_twcc_reference()), in microseconds
 */
typedef void (*RtcTwccFunc) (guint16 sequence, gboolean received, gint32 delta_us, gpointer user_data);
gboolean rtc_rtcp_twcc_foreach (const RtcRtcpPacket * packet, RtcTwccFunc func, gpointer user_data);
RtcTime rtc_rtcp_twcc_reference (const RtcRtcpPacket * packet);
guint8 rtc_rtcp_twcc_feedback_count (const RtcRtcpPacket * packet);

/* Each appends one packet; a datagram is whatever was written one after the other. */
void rtc_rtcp_write_sr (GstByteWriter * writer, guint32 ssrc, const RtcSenderInfo * info,
    const RtcReportBlock * blocks, guint n_blocks);
void rtc_rtcp_write_rr (GstByteWriter * writer, guint32 ssrc, const RtcReportBlock * blocks, guint n_blocks);
void rtc_rtcp_write_cname (GstByteWriter * writer, guint32 ssrc, const gchar * cname);
void rtc_rtcp_write_bye (GstByteWriter * writer, const guint32 * ssrcs, guint n_ssrcs);
void rtc_rtcp_write_nack (GstByteWriter * writer, guint32 sender, guint32 media,
    const guint16 * sequences, guint n);
void rtc_rtcp_write_pli (GstByteWriter * writer, guint32 sender, guint32 media);
void rtc_rtcp_write_fir (GstByteWriter * writer, guint32 sender, guint32 media, guint8 command);
void rtc_rtcp_write_remb (GstByteWriter * writer, guint32 sender, guint64 bitrate, const guint32 * ssrcs,
    guint n);
void rtc_rtcp_write_reference_delays (GstByteWriter * writer, guint32 sender, const RtcReferenceDelay * delays,
    guint n);

#define RTC_RTCP_TWCC_MAX_STATUSES 4096

/**
 * RtcTwccReport:
 * @feedback_count: one more than in the packet before (modulo 256)
 * @first: transport-wide sequence number of the first status
 * @n: statuses; more than %RTC_RTCP_TWCC_MAX_STATUSES are left
 * @arrivals: ring: when the packet with sequence number s came is at s & @mask; %RTC_TIME_NEVER if it did
 *     not. Not negative
 */
typedef struct
{
  guint8 feedback_count;
  guint16 first;
  guint n;
  const RtcTime *arrivals;
  guint16 mask;
} RtcTwccReport;

guint rtc_rtcp_write_twcc (GstByteWriter * writer, guint32 sender, guint32 media, const RtcTwccReport * report,
    gsize max_size);

G_END_DECLS
