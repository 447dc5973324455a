/* gst-rtc: an SCTP association with somebody in between
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "hostilesctp.h"

#include <ext/usrsctp/rtcusrsctp.h>
#include <ext/usrsctp/rtcusrsctpchecksum.h>

#include <gst/gst.h>

#define HEADER_SIZE 12
#define TAG_AT 4
#define MAX_SEEN 64

#define SELF(sctp) ((HostileSctp *) (sctp))
#define INNER(sctp) (SELF (sctp)->inner)
#define CALL(sctp, func, ...) (INNER (sctp)->klass->func (INNER (sctp), ##__VA_ARGS__))

/* Its own packets */

static void
keep (HostileSctp * self, GBytes * packet)
{
  guint32 tag = GST_READ_UINT32_BE ((const guint8 *) g_bytes_get_data (packet, NULL) + TAG_AT);

  if (tag != 0)
    self->tag = tag;
  if (self->seen->len == MAX_SEEN)
    g_ptr_array_remove_index (self->seen, 0);
  g_ptr_array_add (self->seen, g_bytes_ref (packet));
}

/* (nullable) */
static GBytes *
take_own (HostileSctp * self)
{
  gsize size;
  const guint8 *data = CALL (self, next_packet, &size);
  guint8 *copy;

  if (!data)
    return NULL;
  copy = g_memdup2 (data, size);
  if (self->edit) {
    self->edit (copy, size);
    rtc_usrsctp_checksum_set (copy, size);
  }
  return g_bytes_new_take (copy, size);
}

static const guint8 *
next_packet (RtcSctp * sctp, gsize * size)
{
  HostileSctp *self = SELF (sctp);

  g_clear_pointer (&self->current, g_bytes_unref);
  if ((self->current = g_queue_pop_head (&self->injected)))
    return g_bytes_get_data (self->current, size);
  while ((self->current = take_own (self))) {
    keep (self, self->current);
    if (self->habits.max_packets == 0 || self->n_packets < self->habits.max_packets) {
      self->n_packets++;
      return g_bytes_get_data (self->current, size);
    }
    g_clear_pointer (&self->current, g_bytes_unref);
  }
  return NULL;
}

GByteArray *
hostile_sctp_begin_packet (HostileSctp * self)
{
  GByteArray *packet = g_byte_array_new ();

  g_byte_array_set_size (packet, HEADER_SIZE);
  GST_WRITE_UINT16_BE (packet->data, self->config.local_port);
  GST_WRITE_UINT16_BE (packet->data + 2, self->config.remote_port);
  GST_WRITE_UINT32_BE (packet->data + TAG_AT, self->tag);
  GST_WRITE_UINT32_BE (packet->data + 8, 0);
  return packet;
}

void
hostile_sctp_inject (HostileSctp * self, GByteArray * packet, gboolean checksum)
{
  if (checksum && packet->len >= HEADER_SIZE)
    rtc_usrsctp_checksum_set (packet->data, packet->len);
  g_queue_push_tail (&self->injected, g_byte_array_free_to_bytes (packet));
  self->config.wake (self->config.user_data);
}

/* What comes */

static gboolean
next_event (RtcSctp * sctp, RtcSctpEvent * event)
{
  if (!CALL (sctp, next_event, event))
    return FALSE;
  SELF (sctp)->n_resets += event->kind == RTC_SCTP_EVENT_RESET;
  return TRUE;
}

static gboolean
read_part (RtcSctp * sctp, guint8 * data, RtcSctpPart * part)
{
  return !SELF (sctp)->habits.reads_nothing && CALL (sctp, read, data, part);
}

/* As it is */

static void
start (RtcSctp * sctp, RtcTime now)
{
  CALL (sctp, start, now);
}

static void
receive (RtcSctp * sctp, const guint8 * data, gsize size, RtcTime now)
{
  CALL (sctp, receive, data, size, now);
}

static RtcSctpState
get_state (RtcSctp * sctp)
{
  return CALL (sctp, get_state);
}

static const GError *
get_error (RtcSctp * sctp)
{
  return CALL (sctp, get_error);
}

static gssize
send_part (RtcSctp * sctp, const RtcSctpSend * how, const guint8 * data, gsize size, gboolean is_last, RtcTime now)
{
  return CALL (sctp, send, how, data, size, is_last, now);
}

static gsize
get_buffered (RtcSctp * sctp)
{
  return CALL (sctp, get_buffered);
}

static gboolean
reset_stream (RtcSctp * sctp, guint16 stream, RtcTime now)
{
  return CALL (sctp, reset_stream, stream, now);
}

static guint
get_n_streams (RtcSctp * sctp)
{
  return CALL (sctp, get_n_streams);
}

static void
get_path (RtcSctp * sctp, RtcTime * round_trip_time, guint * congestion_window)
{
  CALL (sctp, get_path, round_trip_time, congestion_window);
}

static RtcTime
get_timeout (RtcSctp * sctp)
{
  return CALL (sctp, get_timeout);
}

static void
on_timeout (RtcSctp * sctp, RtcTime now)
{
  CALL (sctp, on_timeout, now);
}

static void
close_association (RtcSctp * sctp)
{
  CALL (sctp, close);
}

static void
free_association (RtcSctp * sctp)
{
  HostileSctp *self = SELF (sctp);

  CALL (sctp, free);
  self->closed (self->user_data);
  g_queue_clear_full (&self->injected, (GDestroyNotify) g_bytes_unref);
  g_clear_pointer (&self->current, g_bytes_unref);
  g_ptr_array_unref (self->seen);
  g_free (self);
}

static const RtcSctpClass hostile_class = {
  .start = start,
  .receive = receive,
  .next_packet = next_packet,
  .next_event = next_event,
  .get_state = get_state,
  .get_error = get_error,
  .send = send_part,
  .get_buffered = get_buffered,
  .read = read_part,
  .reset_stream = reset_stream,
  .get_n_streams = get_n_streams,
  .get_path = get_path,
  .get_timeout = get_timeout,
  .on_timeout = on_timeout,
  .close = close_association,
  .free = free_association,
};

HostileSctp *
hostile_sctp_new (const RtcSctpConfig * config, const HostileSctpHabits * habits, void (*closed) (gpointer user_data),
    gpointer user_data)
{
  HostileSctp *self = g_new0 (HostileSctp, 1);
  GError *error = NULL;

  self->parent.klass = &hostile_class;
  self->inner = rtc_usrsctp_new (config, &error);
  g_assert_no_error (error);
  self->habits = *habits;
  self->config = *config;
  self->closed = closed;
  self->user_data = user_data;
  g_queue_init (&self->injected);
  self->seen = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  return self;
}
