/* gst-rtc: joins the key frame requests of all peers of one source
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "rtckeyrequests.h"

static gboolean
ask (RtcKeyRequests * requests, RtcTime now)
{
  requests->requested = now;
  requests->pending = FALSE;
  requests->waiting = TRUE;
  return TRUE;
}

static gboolean
interval_is_over (const RtcKeyRequests * requests, RtcTime now)
{
  return requests->requested == RTC_TIME_NEVER || now - requests->requested >= RTC_KEY_REQUEST_INTERVAL;
}

void
rtc_key_requests_init (RtcKeyRequests * requests)
{
  *requests = (RtcKeyRequests) {.requested = RTC_TIME_NEVER };
}

gboolean
rtc_key_requests_want (RtcKeyRequests * requests, RtcTime now)
{
  if (interval_is_over (requests, now))
    return ask (requests, now);

  /* The key frame that is on its way serves this request too; one that has come already does not */
  if (!requests->waiting)
    requests->pending = TRUE;
  return FALSE;
}

void
rtc_key_requests_on_key_frame (RtcKeyRequests * requests, RtcTime now)
{
  requests->pending = FALSE;
  requests->waiting = FALSE;
}

RtcTime
rtc_key_requests_next_timeout (const RtcKeyRequests * requests)
{
  if (!requests->pending && !requests->waiting)
    return RTC_TIME_NEVER;
  return requests->requested + RTC_KEY_REQUEST_INTERVAL;
}

gboolean
rtc_key_requests_on_timeout (RtcKeyRequests * requests, RtcTime now)
{
  if (now < rtc_key_requests_next_timeout (requests))
    return FALSE;
  return ask (requests, now);
}
