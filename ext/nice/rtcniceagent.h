/* gst-rtc: a libnice agent as configured
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/core/peer/rtcice.h>
#include <nice/agent.h>

G_BEGIN_DECLS

/* The only ones of an agent; libnice counts from 1 */
#define RTC_NICE_STREAM 1
#define RTC_NICE_COMPONENT NICE_COMPONENT_TYPE_RTP

NiceAgent *rtc_nice_agent_new (const RtcIceConfig * config, GError ** error);
/* Its checks begin, or begin again: they may take their time */
void rtc_nice_agent_expect_checks (NiceAgent * agent);

G_END_DECLS
