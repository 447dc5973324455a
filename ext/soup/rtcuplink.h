/* gst-rtc: the connection to a signaling server elsewhere
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/rtc/gstrtc.h>

G_BEGIN_DECLS

/**
 * RtcUplinkTimes:
 * @first: longest wait before the first new try
 * @longest: longest wait before any
 * @refused: wait after the server has refused us
 * @answer: from the beginning of a try until we have joined
 *
 * All in microseconds.
 */
typedef struct
{
  gint64 first, longest, refused, answer;
} RtcUplinkTimes;

#define RTC_UPLINK_TIMES { G_USEC_PER_SEC / 2, 30 * G_USEC_PER_SEC, 30 * G_USEC_PER_SEC, 10 * G_USEC_PER_SEC }

/**
 * RtcUplinkEvents:
 * @opened: a WebSocket is there; to be answered by rtc_uplink_confirm() once we have joined
 * @message: the server has sent a text frame
 * @closed: the WebSocket that was there is gone
 * @check: about every second; @now is the monotonic time in microseconds
 * @failed: what is the matter and what to do, once for every outage
 *
 * Each may do anything, also free the uplink.
 */
typedef struct
{
  void (*opened) (gpointer user_data);
  void (*message) (const gchar * text, gsize size, gpointer user_data);
  void (*closed) (gpointer user_data);
  void (*check) (gint64 now, gpointer user_data);
  void (*failed) (const GError * error, gpointer user_data);
} RtcUplinkEvents;

/**
 * RtcUplinkConfig:
 * @uri: ws:// or wss://
 * @ca_certificate: (nullable): a PEM file with the certificates of those to trust, in the place of the
 *     system's
 * @times: how long to wait for what
 */
typedef struct
{
  const gchar *uri, *ca_certificate;
  RtcUplinkTimes times;
} RtcUplinkConfig;

typedef struct _RtcUplink RtcUplink;

RtcUplink *rtc_uplink_new (const RtcUplinkConfig * config, const RtcUplinkEvents * events, gpointer user_data,
    GError ** error);
void rtc_uplink_close (RtcUplink * self, const gchar * last_words);

void rtc_uplink_send (RtcUplink * self, const gchar * text);
void rtc_uplink_confirm (RtcUplink * self);
void rtc_uplink_refused (RtcUplink * self, const gchar * text);

G_END_DECLS
