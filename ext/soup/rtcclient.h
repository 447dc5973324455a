/* gst-rtc: what a signaling server knows about one client, and what it lets the client do
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * No socket and no clock: time comes as `now`, in microseconds on any monotonic clock.
 */
#pragma once

#include <gst/rtc/gstrtc.h>

G_BEGIN_DECLS

#define RTC_CLIENT_LOGIN_TIME (10 * G_USEC_PER_SEC)     /* from connecting to the login */
#define RTC_CLIENT_IDLE_TIME (60 * G_USEC_PER_SEC)      /* without a purpose; it may try again meanwhile */
#define RTC_CLIENT_PING_INTERVAL 8      /* seconds */
#define RTC_CLIENT_SILENCE (20 * G_USEC_PER_SEC)        /* without any sign of life, then it is gone */
#define RTC_CLIENT_MAX_PENDING (1024 * 1024)    /* bytes that a client which does not read may keep queued */

/* What may arrive without becoming a message: pings and pongs, for which there is a rate, and the beginning
 * of a message, which libsoup 3.2 keeps without a limit if it comes in fragments (RFC 6455, section 5.4) */
#define RTC_CLIENT_CONTROL_RATE 4096    /* bytes per second */

/* Burst and refill per second. A browser sends one description and some twenty candidates at once;
 * a program that offers hundreds of sections still fits. */
#define RTC_CLIENT_MESSAGE_BURST 300
#define RTC_CLIENT_MESSAGE_RATE 50
/* What is passed on to other clients, in bytes: so that none can fill what another has not read yet */
#define RTC_CLIENT_FORWARD_BURST (512 * 1024)
#define RTC_CLIENT_FORWARD_RATE (64 * 1024)
/* For each member it has to do with, on top: all viewers come at once when a camera comes back */
#define RTC_CLIENT_CONTACT_MESSAGES 50
#define RTC_CLIENT_CONTACT_BYTES (32 * 1024)
#define RTC_CLIENT_FAULT_BURST 10
#define RTC_CLIENT_FAULT_RATE 1

typedef struct
{
  gint64 level, updated;        /* millionths of a unit; microseconds */
} RtcClientBucket;

/**
 * RtcClient:
 * @is_logged_in: whether it has a name
 * @has_purpose: whether there is a reason to keep it: a session, or a room to wait in
 * @n_contacts: other clients it has to do with
 * @connected: when it connected
 * @served: when it was last found to have a purpose, or connected
 * @heard: when it last gave a sign of life
 * @pending: bytes sent to it that its socket has not taken yet, at most
 * @accounted: of the bytes received from it, those that were messages or pings
 */
typedef struct
{
  gboolean is_logged_in, has_purpose;
  guint n_contacts;
  gint64 connected, served, heard;
  gsize pending;
  guint64 accounted;
  RtcClientBucket messages, faults, forwarded;
} RtcClient;

void rtc_client_init (RtcClient * client, gint64 now);
void rtc_client_set_contacts (RtcClient * client, guint n_contacts);
gboolean rtc_client_heard (RtcClient * client, gint64 now, GError ** error);
gboolean rtc_client_fault (RtcClient * client, gint64 now, GError ** error);
gboolean rtc_client_forward (RtcClient * client, gsize size, gint64 now, GError ** error);
gboolean rtc_client_sending (RtcClient * client, gsize size, gboolean is_drained, GError ** error);
gboolean rtc_client_check_received (RtcClient * client, guint64 received, guint64 limit, GError ** error);
gboolean rtc_client_check (RtcClient * client, gint64 now, GError ** error);

G_END_DECLS
