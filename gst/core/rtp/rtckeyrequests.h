/* gst-rtc: joins the key frame requests of all peers of one source
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "../base/rtctime.h"

G_BEGIN_DECLS

/**
 * RTC_KEY_REQUEST_INTERVAL:
 *
 * At most one request goes upstream in this time. A key frame weighs as much as some ten others and
 * everyone pays for it, so one viewer on a bad link costs all others at most a third of the bitrate of
 * a usual stream on top. Only the second request within the interval waits. A peer that joins within this
 * time of a key frame is given the replay of it (rtc_send_stream_start()) instead of a request: so
 * peers that join within any one second cause at most two key frames.
 *
 * It is also the time after which a request counts as lost and is repeated: several frames of the
 * slowest camera.
 */
#define RTC_KEY_REQUEST_INTERVAL RTC_SECOND

typedef struct
{
  RtcTime requested;            /* when the last request went upstream, RTC_TIME_NEVER for none */
  gboolean pending;             /* one more is wanted as soon as the interval is over */
  gboolean waiting;             /* requested, and no key frame seen since */
} RtcKeyRequests;

void rtc_key_requests_init (RtcKeyRequests * requests);
/* TRUE: ask upstream now. FALSE: a request is on its way, or comes at rtc_key_requests_next_timeout(). */
gboolean rtc_key_requests_want (RtcKeyRequests * requests, RtcTime now);
void rtc_key_requests_on_key_frame (RtcKeyRequests * requests, RtcTime now);
/* RTC_TIME_NEVER: nothing to do */
RtcTime rtc_key_requests_next_timeout (const RtcKeyRequests * requests);
/* TRUE: ask upstream now */
gboolean rtc_key_requests_on_timeout (RtcKeyRequests * requests, RtcTime now);

G_END_DECLS
