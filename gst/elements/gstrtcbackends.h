/* gst-rtc: the one place that names the libraries under the peers
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/core/peer/rtcbackends.h>

G_BEGIN_DECLS

const RtcBackends *gst_rtc_backends_get (void);
/* (transfer none): of the process, made with the first call */
RtcCertificate *gst_rtc_backends_get_certificate (GError ** error);

G_END_DECLS
