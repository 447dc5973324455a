/* gst-rtc: what a signaling server knows about one client, and what it lets the client do
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "rtcclient.h"

static void
bucket_init (RtcClientBucket * bucket, gint64 burst, gint64 now)
{
  bucket->level = burst * G_USEC_PER_SEC;
  bucket->updated = now;
}

static gboolean
bucket_take (RtcClientBucket * bucket, gint64 amount, gint64 burst, gint64 rate, gint64 now)
{
  gint64 full = burst * G_USEC_PER_SEC;
  gint64 time_to_full = full / rate + 1;
  gint64 elapsed = MIN (now - bucket->updated, time_to_full);

  bucket->level = MIN (bucket->level + elapsed * rate, full);
  bucket->updated = now;
  if (bucket->level < amount * G_USEC_PER_SEC)
    return FALSE;

  bucket->level -= amount * G_USEC_PER_SEC;
  return TRUE;
}

void
rtc_client_init (RtcClient * self, gint64 now)
{
  *self = (RtcClient) {.connected = now,.served = now,.heard = now };
  bucket_init (&self->messages, RTC_CLIENT_MESSAGE_BURST, now);
  bucket_init (&self->faults, RTC_CLIENT_FAULT_BURST, now);
  bucket_init (&self->forwarded, RTC_CLIENT_FORWARD_BURST, now);
}

/**
 * rtc_client_set_contacts:
 * @self: a client
 * @n_contacts: with how many others it has to do now: each one more is a message or two more at once
 */
void
rtc_client_set_contacts (RtcClient * self, guint n_contacts)
{
  gint64 added = n_contacts > self->n_contacts ? n_contacts - self->n_contacts : 0;

  self->messages.level += added * RTC_CLIENT_CONTACT_MESSAGES * G_USEC_PER_SEC;
  self->forwarded.level += added * RTC_CLIENT_CONTACT_BYTES * G_USEC_PER_SEC;
  self->n_contacts = n_contacts;
}

static gint64
get_message_burst (RtcClient * self)
{
  return RTC_CLIENT_MESSAGE_BURST + (gint64) self->n_contacts * RTC_CLIENT_CONTACT_MESSAGES;
}

/**
 * rtc_client_heard:
 * @self: a client
 * @now: the time
 * @error: return location
 *
 * To be called for every message of the client, before it is read.
 *
 * Returns: %FALSE if the client sends too much and must be turned out
 */
gboolean
rtc_client_heard (RtcClient * self, gint64 now, GError ** error)
{
  self->heard = now;
  if (bucket_take (&self->messages, 1, get_message_burst (self), RTC_CLIENT_MESSAGE_RATE, now))
    return TRUE;

  g_set_error (error, GST_RTC_ERROR, GST_RTC_ERROR_LIMIT, "More than %d messages per second",
      RTC_CLIENT_MESSAGE_RATE);
  return FALSE;
}

/**
 * rtc_client_fault:
 * @self: a client
 * @now: the time
 * @error: return location
 *
 * To be called for every message of the client that is answered with an error.
 *
 * Returns: %FALSE if there were too many and the client must be turned out
 */
gboolean
rtc_client_fault (RtcClient * self, gint64 now, GError ** error)
{
  if (bucket_take (&self->faults, 1, RTC_CLIENT_FAULT_BURST, RTC_CLIENT_FAULT_RATE, now))
    return TRUE;

  g_set_error_literal (error, GST_RTC_ERROR, GST_RTC_ERROR_LIMIT, "Too many wrong messages");
  return FALSE;
}

/**
 * rtc_client_forward:
 * @self: a client
 * @size: bytes of a message for another client
 * @now: the time
 * @error: return location
 *
 * Returns: %FALSE if the client floods others and must be turned out
 */
gboolean
rtc_client_forward (RtcClient * self, gsize size, gint64 now, GError ** error)
{
  gint64 burst = RTC_CLIENT_FORWARD_BURST + (gint64) self->n_contacts * RTC_CLIENT_CONTACT_BYTES;

  if (bucket_take (&self->forwarded, size, burst, RTC_CLIENT_FORWARD_RATE, now))
    return TRUE;

  g_set_error (error, GST_RTC_ERROR, GST_RTC_ERROR_LIMIT, "More than %d KiB per second for others",
      RTC_CLIENT_FORWARD_RATE / 1024);
  return FALSE;
}

/**
 * rtc_client_sending:
 * @self: a client
 * @size: bytes about to be sent
 * @is_drained: whether the socket would take more right now, so that nothing is queued before it
 * @error: return location
 *
 * Returns: %FALSE if the client does not read and must be turned out
 */
gboolean
rtc_client_sending (RtcClient * self, gsize size, gboolean is_drained, GError ** error)
{
  self->pending = is_drained ? size : self->pending + size;
  if (self->pending <= RTC_CLIENT_MAX_PENDING + (gsize) self->n_contacts * RTC_CLIENT_CONTACT_BYTES)
    return TRUE;

  g_set_error_literal (error, GST_RTC_ERROR, GST_RTC_ERROR_LIMIT, "The client does not read its messages");
  return FALSE;
}

/**
 * rtc_client_check_received:
 * @self: a client; its accounted is set to the bytes received whenever a message is complete
 * @received: bytes received so far
 * @limit: bytes that may be on the way to a complete message
 * @error: return location
 *
 * To be called every second or so.
 *
 * Returns: %FALSE if the client sends endless fragments and must be turned out
 */
gboolean
rtc_client_check_received (RtcClient * self, guint64 received, guint64 limit, GError ** error)
{
  guint64 unfinished = received - self->accounted;

  if (unfinished > limit) {
    g_set_error_literal (error, GST_RTC_ERROR, GST_RTC_ERROR_LIMIT, "The message is too long");
    return FALSE;
  }
  self->accounted += MIN (unfinished, RTC_CLIENT_CONTROL_RATE);
  return TRUE;
}

/**
 * rtc_client_check:
 * @self: a client
 * @now: the time
 * @error: return location
 *
 * To be called every second or so.
 *
 * Returns: %FALSE if the client has vanished, has not logged in or has no purpose, and must be turned out
 */
gboolean
rtc_client_check (RtcClient * self, gint64 now, GError ** error)
{
  if (now - self->heard > RTC_CLIENT_SILENCE) {
    g_set_error_literal (error, GST_RTC_ERROR, GST_RTC_ERROR_SIGNALLING, "There is no sign of life");
    return FALSE;
  }
  if (!self->is_logged_in && now - self->connected > RTC_CLIENT_LOGIN_TIME) {
    g_set_error_literal (error, GST_RTC_ERROR, GST_RTC_ERROR_TIMEOUT, "No login in time");
    return FALSE;
  }
  if (self->has_purpose)
    self->served = now;
  if (now - self->served > RTC_CLIENT_IDLE_TIME) {
    g_set_error_literal (error, GST_RTC_ERROR, GST_RTC_ERROR_TIMEOUT, "No session for a minute");
    return FALSE;
  }
  return TRUE;
}
