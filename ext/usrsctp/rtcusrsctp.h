/* gst-rtc: SCTP on usrsctp
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/core/peer/rtcsctp.h>

G_BEGIN_DECLS

RtcSctp *rtc_usrsctp_new (const RtcSctpConfig * config, GError ** error);

G_END_DECLS
