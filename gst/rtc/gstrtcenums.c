/* gst-rtc: GTypes of the enumerations
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "gstrtcenums.h"

GType
gst_rtc_sdp_type_get_type (void)
{
  static const GEnumValue values[] = {
    {GST_RTC_SDP_TYPE_OFFER, "A complete offer", "offer"},
    {GST_RTC_SDP_TYPE_ANSWER, "The final answer to an offer", "answer"},
    {0, NULL, NULL}
  };
  static GType type;

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_enum_register_static ("GstRtcSdpType", values));
  return type;
}

GType
gst_rtc_ice_transport_policy_get_type (void)
{
  static const GEnumValue values[] = {
    {GST_RTC_ICE_TRANSPORT_POLICY_ALL, "Any candidate", "all"},
    {GST_RTC_ICE_TRANSPORT_POLICY_RELAY, "Only candidates of TURN servers", "relay"},
    {0, NULL, NULL}
  };
  static GType type;

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_enum_register_static ("GstRtcIceTransportPolicy", values));
  return type;
}

GType
gst_rtc_data_channel_state_get_type (void)
{
  static const GEnumValue values[] = {
    {GST_RTC_DATA_CHANNEL_STATE_CONNECTING, "Not up yet", "connecting"},
    {GST_RTC_DATA_CHANNEL_STATE_OPEN, "Messages go both ways", "open"},
    {GST_RTC_DATA_CHANNEL_STATE_CLOSING, "One side closes it", "closing"},
    {GST_RTC_DATA_CHANNEL_STATE_CLOSED, "Closed, or could not be opened", "closed"},
    {0, NULL, NULL}
  };
  static GType type;

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_enum_register_static ("GstRtcDataChannelState", values));
  return type;
}

GType
gst_rtc_priority_get_type (void)
{
  static const GEnumValue values[] = {
    {GST_RTC_PRIORITY_VERY_LOW, "Below normal", "very-low"},
    {GST_RTC_PRIORITY_LOW, "Normal", "low"},
    {GST_RTC_PRIORITY_MEDIUM, "High", "medium"},
    {GST_RTC_PRIORITY_HIGH, "Extra high", "high"},
    {0, NULL, NULL}
  };
  static GType type;

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_enum_register_static ("GstRtcPriority", values));
  return type;
}
