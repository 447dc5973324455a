/* gst-rtc: time as the core sees it
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * RtcTime:
 *
 * Microseconds of a monotonic clock (g_get_monotonic_time() in the loop,
 * anything in a test). The core never reads a clock: time comes in as `now`.
 */
typedef gint64 RtcTime;

#define RTC_TIME_NEVER G_MAXINT64
#define RTC_MSECOND ((RtcTime) 1000)
#define RTC_SECOND ((RtcTime) 1000000)

/**
 * rtc_time_to_ntp:
 * @unix_us: microseconds since 1970
 *
 * Returns: the 64-bit NTP timestamp (RFC 3550, section 4): seconds since 1900
 * in the upper half, their fraction in the lower
 */
static inline guint64
rtc_time_to_ntp (gint64 unix_us)
{
  const guint64 seconds_1900_to_1970 = 2208988800u;
  guint64 seconds = unix_us / RTC_SECOND;
  guint64 fraction = unix_us % RTC_SECOND;

  return ((seconds + seconds_1900_to_1970) << 32) | ((fraction << 32) / RTC_SECOND);
}

/**
 * rtc_time_to_short_ntp:
 * @ntp: a 64-bit NTP timestamp
 *
 * Returns: its middle 32 bits, as LSR and DLSR use them (1/65536 s)
 */
static inline guint32
rtc_time_to_short_ntp (guint64 ntp)
{
  return (guint32) (ntp >> 16);
}

G_END_DECLS
