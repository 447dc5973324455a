/* gst-rtc: ICE on libnice
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/core/peer/rtcice.h>

G_BEGIN_DECLS

/* From the last answer to a consent check to the failure, at most; RFC 7675, section 5.1 allows 30 s */
#define RTC_NICE_CONSENT_EXPIRY (24 * G_USEC_PER_SEC)

RtcIce *rtc_nice_new (const RtcIceConfig * config, GError ** error);

G_END_DECLS
