/* gst-rtc: AES-GCM RTP on OpenSSL
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/core/peer/rtcsrtp.h>

G_BEGIN_DECLS

RtcSrtp *rtc_openssl_srtp_new (const RtcSrtpKeys * keys, RtcSrtp * inner, GError ** error);

G_END_DECLS
