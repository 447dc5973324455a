/* gst-rtc: RTCP's numbers, shared by its reader and its writers
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/base/gstbytewriter.h>

#include "rtctime.h"

enum
{
  RTC_RTCP_TYPE_SR = 200,
  RTC_RTCP_TYPE_RR = 201,
  RTC_RTCP_TYPE_SDES = 202,
  RTC_RTCP_TYPE_BYE = 203,
  RTC_RTCP_TYPE_RTPFB = 205,
  RTC_RTCP_TYPE_PSFB = 206,
  RTC_RTCP_TYPE_XR = 207,
};

enum
{
  RTC_RTCP_RTPFB_NACK = 1,
  RTC_RTCP_RTPFB_TWCC = 15,
};

enum
{
  RTC_RTCP_PSFB_PLI = 1,
  RTC_RTCP_PSFB_FIR = 4,
  RTC_RTCP_PSFB_APPLICATION = 15,
};

/* RFC 3611, section 4 */
enum
{
  RTC_RTCP_XR_REFERENCE_TIME = 4,
  RTC_RTCP_XR_REFERENCE_DELAYS = 5,
};

#define RTC_RTCP_SDES_CNAME 1
#define RTC_RTCP_REMB_IDENTIFIER 0x52454D42     /* "REMB" */
#define RTC_RTCP_MAX_COUNT 31
#define RTC_RTCP_SENDER_INFO_SIZE 20
#define RTC_RTCP_REPORT_BLOCK_SIZE 24
#define RTC_RTCP_FEEDBACK_HEADER_SIZE 8
#define RTC_RTCP_FIR_ENTRY_SIZE 8
#define RTC_RTCP_TWCC_HEADER_SIZE 8
#define RTC_RTCP_XR_BLOCK_HEADER_SIZE 4
#define RTC_RTCP_XR_DELAY_SIZE 12
#define RTC_RTCP_TWCC_REFERENCE_UNIT (64 * RTC_MSECOND)
#define RTC_RTCP_TWCC_DELTA_UNIT ((RtcTime) 250)

/* draft-holmer-rmcat-transport-wide-cc-extensions-01, section 3.1.1; the number is the size of the delta */
enum
{
  RTC_RTCP_TWCC_NOT_RECEIVED,
  RTC_RTCP_TWCC_SMALL_DELTA,
  RTC_RTCP_TWCC_LARGE_DELTA,
  RTC_RTCP_TWCC_RESERVED,
};

gboolean rtc_rtcp_begin_feedback (GstByteWriter * writer, guint8 type, guint format, guint32 sender,
    guint32 media, guint body_size);
