/* gst-rtc: SRTP on libsrtp2
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/core/peer/rtcsrtp.h>

G_BEGIN_DECLS

RtcSrtp *rtc_srtp2_new (const RtcSrtpKeys * keys, GError ** error);
gboolean rtc_srtp2_supports (RtcSrtpProfile profile);

G_END_DECLS
