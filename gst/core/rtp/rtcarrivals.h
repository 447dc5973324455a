/* gst-rtc: when packets came, for the sender's congestion control (transport-wide feedback, REMB)
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/base/gstbytewriter.h>
#include <gst/core/base/rtctime.h>

G_BEGIN_DECLS

/**
 * RtcArrivals:
 *
 * Collects arrivals by transport-wide sequence number and writes them as feedback
 * (draft-holmer-rmcat-transport-wide-cc-extensions-01) some ten to twenty times a second, as the rate asks
 * for. Fixed size.
 *
 * For peers without that extension it estimates a bitrate from what arrives and is lost, to be sent as REMB
 * once a second, and at once when it falls. In short: as long as nothing was lost it is the bound below. From
 * the first loss on it grows by 8 % a second while less than 2 % are lost, stays up to 10 %, and beyond that
 * falls by half the fraction lost, each half second. It does not grow above a bound of one and a half times
 * the received bitrate and 10 kbit/s, and falls from there if it was higher: a sender that needs little keeps
 * what it had, but what nobody has tried is not promised.
 */
typedef struct _RtcArrivals RtcArrivals;

RtcArrivals *rtc_arrivals_new (void);
void rtc_arrivals_free (RtcArrivals * arrivals);
/**
 * rtc_arrivals_on_packet:
 * @transport_sequence: -1 for none
 * @size: of the whole RTP packet
 * @lost: RtcReceivedPacket.lost, 0 for a packet that is dropped
 *
 * To be called for each packet that was authenticated, also for one that rtc_receiver_take() drops.
 */
void rtc_arrivals_on_packet (RtcArrivals * arrivals, gint transport_sequence, gsize size, gint lost,
    RtcTime now);
/* When rtc_arrivals_write() is due; RTC_TIME_NEVER if nothing has come since the last time */
RtcTime rtc_arrivals_get_timeout (const RtcArrivals * arrivals);
/**
 * rtc_arrivals_write:
 * @media_ssrc: an SSRC of the peer's
 * @remb: write a REMB where there are no transport-wide sequence numbers
 * @max_size: bytes that may be written: what does not fit waits for the next call
 *
 * Appends RTCP packets, without the report that a compound begins with (reduced size, RFC 5506).
 */
void rtc_arrivals_write (RtcArrivals * arrivals, GstByteWriter * writer, guint32 sender_ssrc, guint32 media_ssrc,
    gboolean remb, gsize max_size, RtcTime now);

G_END_DECLS
