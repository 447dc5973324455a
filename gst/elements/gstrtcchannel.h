/* gst-rtc: a data channel of a session, for the application
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/rtc/gstrtc.h>
#include "gstrtcdatapeer.h"

G_BEGIN_DECLS

#define GST_TYPE_RTC_CHANNEL (gst_rtc_channel_get_type ())
G_DECLARE_FINAL_TYPE (GstRtcChannel, gst_rtc_channel, GST, RTC_CHANNEL, GstRtcDataChannel)

/* (transfer full) (nullable): NULL if the peer has gone. From any thread. */
GstRtcChannel *gst_rtc_channel_new (GstRtcDataPeer * peer, const RtcDataChannelSpec * spec);
/* (transfer full): takes a line that the peer has opened, on the network thread */
GstRtcChannel *gst_rtc_channel_new_incoming (GstRtcDataLine * line);

G_END_DECLS
