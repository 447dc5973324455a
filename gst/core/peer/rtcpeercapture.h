/* gst-rtc: lip-sync by the time of capture
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A sender report says which time of the sender's clock a timestamp stands for. Where packets carry the time of
 * their capture (abs-capture-time), that is the better answer: it also holds where a mixer or a slow encoder is in
 * between. So whoever reads the reports for lip-sync is shown ones that say it, and what it reports back is made to
 * name the true ones again, by which the sender measures the round trip (RFC 3550, section 6.4.1).
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define RTC_CAPTURES_MAX 8
/* A report that was shown may be answered after the next ones have come. */
#define RTC_CAPTURE_MAX_REPORTS 4

/* As LSR says it: the middle 32 bits of an NTP time */
typedef struct
{
  guint32 shown, true_one;
} RtcCaptureReport;

typedef struct
{
  guint32 ssrc;
  guint32 timestamp;
  guint64 ntp;                  /* of its capture */
  guint64 order;                /* of the last packet */
  RtcCaptureReport reports[RTC_CAPTURE_MAX_REPORTS];    /* the newest first */
  guint n_reports;
} RtcCapture;

/* Zeroed: nothing is known. The SSRC that was silent for longest gives way. */
typedef struct
{
  RtcCapture captures[RTC_CAPTURES_MAX];
  guint n;
  guint64 order;
} RtcCaptures;

void rtc_captures_note (RtcCaptures * captures, guint32 ssrc, guint32 timestamp, guint64 ntp);
/* A compound of the peer's, to be shown: sender reports of SSRCs with times of capture say those */
void rtc_captures_show (RtcCaptures * captures, guint8 * rtcp, gsize size);
/* A compound for the peer: report blocks name the reports as they came */
void rtc_captures_restore (const RtcCaptures * captures, guint8 * rtcp, gsize size);

G_END_DECLS
