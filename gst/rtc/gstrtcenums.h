/* gst-rtc: enumerations shared by the elements, the core and the signallers
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/**
 * GstRtcSdpType:
 * @GST_RTC_SDP_TYPE_OFFER: a complete offer
 * @GST_RTC_SDP_TYPE_ANSWER: the final answer to an offer
 *
 * The W3C's RTCSdpType, as far as this project speaks it.
 */
typedef enum
{
  GST_RTC_SDP_TYPE_OFFER,
  GST_RTC_SDP_TYPE_ANSWER,
} GstRtcSdpType;

/**
 * GstRtcIceTransportPolicy:
 * @GST_RTC_ICE_TRANSPORT_POLICY_ALL: any candidate
 * @GST_RTC_ICE_TRANSPORT_POLICY_RELAY: only candidates of TURN servers
 *
 * The W3C's RTCIceTransportPolicy.
 */
typedef enum
{
  GST_RTC_ICE_TRANSPORT_POLICY_ALL,
  GST_RTC_ICE_TRANSPORT_POLICY_RELAY,
} GstRtcIceTransportPolicy;

#define GST_TYPE_RTC_SDP_TYPE (gst_rtc_sdp_type_get_type ())
GType gst_rtc_sdp_type_get_type (void);

#define GST_TYPE_RTC_ICE_TRANSPORT_POLICY (gst_rtc_ice_transport_policy_get_type ())
GType gst_rtc_ice_transport_policy_get_type (void);

G_END_DECLS
