/* gst-rtc: lip-sync by the time of capture
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "rtcpeercapture.h"

#include <gst/gst.h>
#include <string.h>

#include <gst/core/base/rtcrtcptypes.h>

#define HEADER_SIZE 4
#define SSRC_SIZE 4
#define SR_NTP_OFFSET (HEADER_SIZE + SSRC_SIZE)
#define SR_TIMESTAMP_OFFSET (SR_NTP_OFFSET + 8)
#define SR_SIZE (HEADER_SIZE + SSRC_SIZE + RTC_RTCP_SENDER_INFO_SIZE)
#define RR_SIZE (HEADER_SIZE + SSRC_SIZE)
#define BLOCK_LSR_OFFSET 16
#define BLOCK_DLSR_OFFSET 20

static RtcCapture *
find (const RtcCaptures * captures, guint32 ssrc)
{
  for (guint i = 0; i < captures->n; i++)
    if (captures->captures[i].ssrc == ssrc)
      return (RtcCapture *) & captures->captures[i];
  return NULL;
}

static RtcCapture *
add (RtcCaptures * captures, guint32 ssrc)
{
  RtcCapture *place = &captures->captures[0];

  if (captures->n < RTC_CAPTURES_MAX) {
    place = &captures->captures[captures->n++];
  } else {
    for (guint i = 1; i < RTC_CAPTURES_MAX; i++)
      if (captures->captures[i].order < place->order)
        place = &captures->captures[i];
  }
  *place = (RtcCapture) {.ssrc = ssrc };
  return place;
}

void
rtc_captures_note (RtcCaptures * captures, guint32 ssrc, guint32 timestamp, guint64 ntp)
{
  RtcCapture *capture = find (captures, ssrc);

  if (!capture)
    capture = add (captures, ssrc);
  capture->timestamp = timestamp;
  capture->ntp = ntp;
  capture->order = ++captures->order;
}

/* The packets of a compound, each whole; 0 behind the last */
static gsize
get_packet_size (const guint8 * packet, gsize left)
{
  gsize size = left >= HEADER_SIZE ? (GST_READ_UINT16_BE (packet + 2) + 1) * 4 : 0;

  return size <= left ? size : 0;
}

static void
remember_report (RtcCapture * capture, guint32 shown, guint32 true_one)
{
  memmove (capture->reports + 1, capture->reports, (RTC_CAPTURE_MAX_REPORTS - 1) * sizeof *capture->reports);
  capture->reports[0] = (RtcCaptureReport) { shown, true_one };
  capture->n_reports = MIN (capture->n_reports + 1, RTC_CAPTURE_MAX_REPORTS);
}

static void
show_report (RtcCaptures * captures, guint8 * packet, gsize size)
{
  RtcCapture *capture;
  guint64 ntp;

  if (packet[1] != RTC_RTCP_TYPE_SR || size < SR_SIZE)
    return;
  capture = find (captures, GST_READ_UINT32_BE (packet + HEADER_SIZE));
  if (!capture)
    return;
  ntp = GST_READ_UINT64_BE (packet + SR_NTP_OFFSET);
  remember_report (capture, (guint32) (capture->ntp >> 16), (guint32) (ntp >> 16));
  GST_WRITE_UINT64_BE (packet + SR_NTP_OFFSET, capture->ntp);
  GST_WRITE_UINT32_BE (packet + SR_TIMESTAMP_OFFSET, capture->timestamp);
}

void
rtc_captures_show (RtcCaptures * captures, guint8 * rtcp, gsize size)
{
  gsize n;

  for (; captures->n > 0 && (n = get_packet_size (rtcp, size)) > 0; rtcp += n, size -= n)
    show_report (captures, rtcp, n);
}

static void
restore_block (const RtcCaptures * captures, guint8 * block)
{
  const RtcCapture *capture = find (captures, GST_READ_UINT32_BE (block));
  guint32 lsr = GST_READ_UINT32_BE (block + BLOCK_LSR_OFFSET);

  if (!capture || capture->n_reports == 0 || lsr == 0)
    return;
  for (guint i = 0; i < capture->n_reports; i++)
    if (capture->reports[i].shown == lsr) {
      GST_WRITE_UINT32_BE (block + BLOCK_LSR_OFFSET, capture->reports[i].true_one);
      return;
    }
  /* better none than a round trip from nowhere */
  GST_WRITE_UINT32_BE (block + BLOCK_LSR_OFFSET, 0);
  GST_WRITE_UINT32_BE (block + BLOCK_DLSR_OFFSET, 0);
}

static void
restore_blocks (const RtcCaptures * captures, guint8 * packet, gsize size)
{
  guint count = packet[0] & RTC_RTCP_MAX_COUNT;
  gsize offset;

  if (packet[1] == RTC_RTCP_TYPE_SR)
    offset = SR_SIZE;
  else if (packet[1] == RTC_RTCP_TYPE_RR)
    offset = RR_SIZE;
  else
    return;
  for (; count > 0 && offset + RTC_RTCP_REPORT_BLOCK_SIZE <= size; count--) {
    restore_block (captures, packet + offset);
    offset += RTC_RTCP_REPORT_BLOCK_SIZE;
  }
}

void
rtc_captures_restore (const RtcCaptures * captures, guint8 * rtcp, gsize size)
{
  gsize n;

  for (; captures->n > 0 && (n = get_packet_size (rtcp, size)) > 0; rtcp += n, size -= n)
    restore_blocks (captures, rtcp, n);
}
