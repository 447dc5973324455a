/* gst-rtc: a signaller that is a client of a signaling server elsewhere
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/rtc/gstrtc.h>

#include "rtcuplink.h"

G_BEGIN_DECLS

#define GST_TYPE_RTC_WEBSOCKET_SIGNALLER (gst_rtc_websocket_signaller_get_type ())
G_DECLARE_FINAL_TYPE (GstRtcWebsocketSignaller, gst_rtc_websocket_signaller, GST, RTC_WEBSOCKET_SIGNALLER,
    GstElement)

/**
 * GstRtcRole:
 * @GST_RTC_ROLE_MEMBER: begins with those that come later, and meets everybody
 * @GST_RTC_ROLE_VIEWER: waits for offers, and meets no other viewer
 */
typedef enum
{
  GST_RTC_ROLE_MEMBER,
  GST_RTC_ROLE_VIEWER,
} GstRtcRole;

/* For tests: to be called before it is started */
void gst_rtc_websocket_signaller_set_times (GstRtcWebsocketSignaller * self, const RtcUplinkTimes * times);

GST_ELEMENT_REGISTER_DECLARE (rtcwebsocketsignaller);

G_END_DECLS
