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

/**
 * GstRtcDataChannelState:
 * @GST_RTC_DATA_CHANNEL_STATE_CONNECTING: the connection, or the channel in it, is not up yet
 * @GST_RTC_DATA_CHANNEL_STATE_OPEN: messages go both ways
 * @GST_RTC_DATA_CHANNEL_STATE_CLOSING: one side closes it
 * @GST_RTC_DATA_CHANNEL_STATE_CLOSED: it is closed, or could not be opened
 *
 * The W3C's RTCDataChannelState.
 */
typedef enum
{
  GST_RTC_DATA_CHANNEL_STATE_CONNECTING,
  GST_RTC_DATA_CHANNEL_STATE_OPEN,
  GST_RTC_DATA_CHANNEL_STATE_CLOSING,
  GST_RTC_DATA_CHANNEL_STATE_CLOSED,
} GstRtcDataChannelState;

/**
 * GstRtcPriority:
 * @GST_RTC_PRIORITY_VERY_LOW: 128
 * @GST_RTC_PRIORITY_LOW: 256, the default
 * @GST_RTC_PRIORITY_MEDIUM: 512
 * @GST_RTC_PRIORITY_HIGH: 1024
 *
 * The W3C's RTCPriorityType, with the values that DCEP has for them (RFC 8831, section 6.4).
 */
typedef enum
{
  GST_RTC_PRIORITY_VERY_LOW = 128,
  GST_RTC_PRIORITY_LOW = 256,
  GST_RTC_PRIORITY_MEDIUM = 512,
  GST_RTC_PRIORITY_HIGH = 1024,
} GstRtcPriority;

#define GST_TYPE_RTC_SDP_TYPE (gst_rtc_sdp_type_get_type ())
GType gst_rtc_sdp_type_get_type (void);

#define GST_TYPE_RTC_ICE_TRANSPORT_POLICY (gst_rtc_ice_transport_policy_get_type ())
GType gst_rtc_ice_transport_policy_get_type (void);

#define GST_TYPE_RTC_DATA_CHANNEL_STATE (gst_rtc_data_channel_state_get_type ())
GType gst_rtc_data_channel_state_get_type (void);

#define GST_TYPE_RTC_PRIORITY (gst_rtc_priority_get_type ())
GType gst_rtc_priority_get_type (void);

G_END_DECLS
