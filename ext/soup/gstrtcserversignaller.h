/* gst-rtc: a signaller that serves its own page and WebSockets
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/rtc/gstrtc.h>

G_BEGIN_DECLS

#define GST_TYPE_RTC_SERVER_SIGNALLER (gst_rtc_server_signaller_get_type ())
G_DECLARE_FINAL_TYPE (GstRtcServerSignaller, gst_rtc_server_signaller, GST, RTC_SERVER_SIGNALLER, GstElement)

GST_ELEMENT_REGISTER_DECLARE (rtcserversignaller);

G_END_DECLS
