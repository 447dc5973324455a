/* gst-rtc: SCTP on usrsctp
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One association is one socket that connects; the other side connects too, and the two meet (RFC 9260, section 5.2.1).
 * Nobody listens. What the owner asks for happens on its thread under the lock of rtcusrsctptable; all that can come from
 * another thread is output(), when timers were due there.
 */
#include "rtcusrsctp.h"
#include "rtcusrsctpchecksum.h"
#include "rtcusrsctpgate.h"
#include "rtcusrsctpprivate.h"

#include <errno.h>
#include <string.h>

/* Between the grid points that an association is called at when nothing is under way: only heartbeats then */
#define IDLE_TICK (10 * RTC_USRSCTP_TICK)
/* So long after a packet there may be a delayed acknowledgement to send */
#define BUSY_TIME (60 * RTC_MSECOND)

/* So long a peer may owe an answer: twice as long as consent to send lasts without one (RFC 7675) */
#define MAX_SILENCE (60 * RTC_SECOND)

/* usrsctp has 104 bytes for each in each association, used or not: 6.8 MB for all there can be. So many, and either side
 * can open 1,024 channels. */
#define MAX_STREAMS 2048

#define MIN_BUFFER (16 * 1024)
#define MAX_BUFFER (64 * 1024 * 1024)
/* Of the send buffer, that must be free for a part of what does not fit: no crumbs */
#define ROOM(buffer) ((buffer) / 4)

/* Retransmissions of what is to arrive. A limit all the same, which makes usrsctp take the longer one of its two ways to handle an
 * acknowledgement: on the shorter one it forgets to restart the retransmission timer (RFC 9260, section 6.3.2, R3), and falls
 * back to a window of one packet about once in every timeout. */
#define NO_LIMIT G_MAXUINT32

/* Packets that wait for the owner; what comes above it is lost as on any network */
#define MAX_OUTPUT (8 * 1024 * 1024)

#define ENTRY_SELF(e) ((RtcUsrsctp *) ((guint8 *) (e) - G_STRUCT_OFFSET (RtcUsrsctp, entry)))

void
rtc_usrsctp_push_event (RtcUsrsctp * self, RtcSctpEventKind kind, guint16 stream)
{
  RtcSctpEvent event = { kind, stream };

  g_array_append_val (self->events, event);
}

void
rtc_usrsctp_set_state (RtcUsrsctp * self, RtcSctpState state)
{
  if (self->state == state)
    return;
  self->state = state;
  rtc_usrsctp_push_event (self, RTC_SCTP_EVENT_STATE, 0);
}

void
rtc_usrsctp_close_socket (RtcUsrsctp * self)
{
  if (self->socket)
    usrsctp_close (self->socket);
  self->socket = NULL;
  self->may_read = FALSE;
  self->buffered = 0;
  rtc_usrsctp_flight_clear (&self->flight);
}

void
rtc_usrsctp_fail (RtcUsrsctp * self, const gchar * message)
{
  if (!self->error)
    self->error = g_error_new_literal (GST_RTC_ERROR, GST_RTC_ERROR_DATA, message);
  rtc_usrsctp_close_socket (self);
  rtc_usrsctp_set_state (self, RTC_SCTP_FAILED);
}

static void
output (RtcUsrsctpEntry * entry, const guint8 * packet, gsize size, gboolean is_foreign)
{
  RtcUsrsctp *self = ENTRY_SELF (entry);
  guint32 prefix = (guint32) size;

  self->is_trimmed = FALSE;
  rtc_usrsctp_flight_sent (&self->flight, packet, size);
  if (self->output->len + size > MAX_OUTPUT)
    return;
  g_byte_array_append (self->output, (guint8 *) & prefix, sizeof (prefix));
  g_byte_array_append (self->output, packet, (guint) size);
  rtc_usrsctp_checksum_set (self->output->data + self->output->len - size, size);
  if (is_foreign && self->config.wake)
    self->config.wake (self->config.user_data);
}

static gboolean
is_waiting (RtcUsrsctp * self)
{
  return self->buffered > 0 || self->resets > 0;
}

/* Whether something may be due at the next point of the grid */
static gboolean
is_busy (RtcUsrsctp * self)
{
  return self->state == RTC_SCTP_CONNECTING || is_waiting (self) || self->now < self->busy_until;
}

static void
enter (RtcUsrsctp * self, RtcTime now)
{
  rtc_usrsctp_lock (&self->entry);
  rtc_usrsctp_advance (now);
  self->now = now;
}

/* After packets or timers */
static void
leave (RtcUsrsctp * self)
{
  /* With nothing on its way usrsctp would have sent what there is: what is left in the count was given up before it was
   * sent (partial reliability). */
  if (rtc_usrsctp_flight_is_empty (&self->flight))
    self->buffered = 0;
  if (self->is_full && self->socket && self->buffered + ROOM (self->config.send_buffer) <= self->config.send_buffer) {
    self->is_full = FALSE;
    rtc_usrsctp_push_event (self, RTC_SCTP_EVENT_WRITABLE, 0);
  }
  rtc_usrsctp_unlock ();
}

static void
association_start (RtcSctp * sctp, RtcTime now)
{
  RtcUsrsctp *self = (RtcUsrsctp *) sctp;
  struct sockaddr_conn peer = {
    .sconn_family = AF_CONN,
    .sconn_port = g_htons (self->config.remote_port),
    .sconn_addr = self->entry.address,
  };

  g_return_if_fail (self->state == RTC_SCTP_NEW);

  enter (self, now);
  rtc_usrsctp_set_state (self, RTC_SCTP_CONNECTING);
  if (usrsctp_connect (self->socket, (struct sockaddr *) &peer, sizeof (peer)) < 0 && errno != EINPROGRESS)
    rtc_usrsctp_fail (self, "The SCTP association could not be begun: usrsctp refuses to connect");
  leave (self);
}

static void
association_receive (RtcSctp * sctp, const guint8 * data, gsize size, RtcTime now)
{
  RtcUsrsctp *self = (RtcUsrsctp *) sctp;
  gsize acknowledged;

  /* Before the start there is nothing that could answer; the peer's INIT meets ours. */
  if (self->state == RTC_SCTP_NEW || !self->socket
      || !rtc_usrsctp_gate_lets_in (data, size, self->config.remote_port, self->config.local_port))
    return;

  enter (self, now);
  self->busy_until = now + BUSY_TIME;
  self->heard = now;
  acknowledged = rtc_usrsctp_flight_acknowledged (&self->flight, data, size);
  self->buffered -= MIN (self->buffered, acknowledged);
  usrsctp_conninput (self->entry.address, data, size, 0);
  self->may_read = TRUE;
  leave (self);
}

static const guint8 *
association_next_packet (RtcSctp * sctp, gsize * size)
{
  RtcUsrsctp *self = (RtcUsrsctp *) sctp;
  GByteArray *taken = self->taken;
  guint32 prefix;

  if (self->next_packet == taken->len) {
    g_byte_array_set_size (taken, 0);
    self->next_packet = 0;
    rtc_usrsctp_lock (&self->entry);
    self->taken = self->output;
    self->output = taken;
    rtc_usrsctp_unlock ();
    taken = self->taken;
  }
  if (taken->len == 0)
    return NULL;

  memcpy (&prefix, taken->data + self->next_packet, sizeof (prefix));
  *size = prefix;
  self->next_packet += sizeof (prefix) + prefix;
  return taken->data + self->next_packet - prefix;
}

static gboolean
association_next_event (RtcSctp * sctp, RtcSctpEvent * event)
{
  RtcUsrsctp *self = (RtcUsrsctp *) sctp;

  if (self->next_event == self->events->len) {
    g_array_set_size (self->events, 0);
    self->next_event = 0;
    if (self->may_read) {
      rtc_usrsctp_lock (&self->entry);
      rtc_usrsctp_read_notifications (self);
      rtc_usrsctp_unlock ();
    }
  }
  if (self->events->len == 0)
    return FALSE;
  *event = g_array_index (self->events, RtcSctpEvent, self->next_event++);
  return TRUE;
}

static RtcSctpState
association_get_state (RtcSctp * sctp)
{
  return ((RtcUsrsctp *) sctp)->state;
}

static const GError *
association_get_error (RtcSctp * sctp)
{
  return ((RtcUsrsctp *) sctp)->error;
}

/* Under the lock: -1, or how much was taken */
static gssize
send_part (RtcUsrsctp * self, const RtcSctpSend * how, const guint8 * data, gsize size, gboolean is_last)
{
  struct sctp_sendv_spa info = { .sendv_flags = SCTP_SEND_SNDINFO_VALID | SCTP_SEND_PRINFO_VALID };
  gssize n;

  info.sendv_sndinfo.snd_sid = how->stream;
  info.sendv_sndinfo.snd_ppid = g_htonl (how->ppid);
  if (!how->ordered)
    info.sendv_sndinfo.snd_flags |= SCTP_UNORDERED;
  if (is_last)
    info.sendv_sndinfo.snd_flags |= SCTP_EOR;
  /* A message on its own is acknowledged without delay (RFC 7053). */
  if (is_last && self->buffered == 0)
    info.sendv_sndinfo.snd_flags |= SCTP_SACK_IMMEDIATELY;
  if (how->max_lifetime >= 0 && how->max_retransmits < 0) {
    info.sendv_prinfo.pr_policy = SCTP_PR_SCTP_TTL;
    info.sendv_prinfo.pr_value = how->max_lifetime;
  } else {
    info.sendv_prinfo.pr_policy = SCTP_PR_SCTP_RTX;
    info.sendv_prinfo.pr_value = how->max_retransmits >= 0 ? (guint32) how->max_retransmits : NO_LIMIT;
  }

  n = usrsctp_sendv (self->socket, data, size, NULL, 0, &info, sizeof (info), SCTP_SENDV_SPA, 0);
  if (n < 0)
    return errno == EWOULDBLOCK ? 0 : -1;
  self->buffered += n;
  return n;
}

static gssize
association_send (RtcSctp * sctp, const RtcSctpSend * how, const guint8 * data, gsize size, gboolean is_last, RtcTime now)
{
  RtcUsrsctp *self = (RtcUsrsctp *) sctp;
  gsize room, part;
  gssize n = 0;

  g_return_val_if_fail (size > 0, -1);

  if (self->state != RTC_SCTP_CONNECTED || !self->socket || how->stream >= self->n_streams)
    return -1;

  enter (self, now);
  if (!is_waiting (self))
    self->heard = now;
  room = self->config.send_buffer - MIN (self->buffered, self->config.send_buffer);
  part = size <= room ? size : room >= ROOM (self->config.send_buffer) ? room : 0;
  if (part > 0)
    n = send_part (self, how, data, part, is_last && part == size);
  if (n >= 0 && (gsize) n < size)
    self->is_full = TRUE;
  rtc_usrsctp_unlock ();
  return n;
}

static gsize
association_get_buffered (RtcSctp * sctp)
{
  RtcUsrsctp *self = (RtcUsrsctp *) sctp;
  gsize buffered;

  rtc_usrsctp_lock (&self->entry);
  buffered = self->buffered;
  rtc_usrsctp_unlock ();
  return buffered;
}

static gboolean
association_reset_stream (RtcSctp * sctp, guint16 stream, RtcTime now)
{
  RtcUsrsctp *self = (RtcUsrsctp *) sctp;
  union
  {
    struct sctp_reset_streams streams;
    guint8 bytes[sizeof (struct sctp_reset_streams) + sizeof (guint16)];
  } reset = { .bytes = { 0, } };
  gboolean begun;

  if (self->state != RTC_SCTP_CONNECTED || !self->socket)
    return FALSE;

  reset.streams.srs_flags = SCTP_STREAM_RESET_OUTGOING;
  reset.streams.srs_number_streams = 1;
  memcpy (reset.streams.srs_stream_list, &stream, sizeof (stream));
  enter (self, now);
  if (!is_waiting (self))
    self->heard = now;
  begun = usrsctp_setsockopt (self->socket, IPPROTO_SCTP, SCTP_RESET_STREAMS, &reset, sizeof (reset.bytes)) == 0;
  if (begun)
    self->resets++;
  rtc_usrsctp_unlock ();
  return begun;
}

static guint
association_get_n_streams (RtcSctp * sctp)
{
  return ((RtcUsrsctp *) sctp)->n_streams;
}

static void
association_get_path (RtcSctp * sctp, RtcTime * round_trip_time, guint * congestion_window)
{
  RtcUsrsctp *self = (RtcUsrsctp *) sctp;
  struct sctp_status status = { 0, };
  socklen_t size = sizeof (status);

  rtc_usrsctp_lock (&self->entry);
  if (self->socket)
    usrsctp_getsockopt (self->socket, IPPROTO_SCTP, SCTP_STATUS, &status, &size);
  rtc_usrsctp_unlock ();
  *round_trip_time = status.sstat_primary.spinfo_srtt * RTC_MSECOND;
  *congestion_window = status.sstat_primary.spinfo_cwnd;
}

static RtcTime
association_get_timeout (RtcSctp * sctp)
{
  RtcUsrsctp *self = (RtcUsrsctp *) sctp;
  RtcTime tick;

  if (self->state == RTC_SCTP_NEW || !self->socket)
    return RTC_TIME_NEVER;
  rtc_usrsctp_lock (&self->entry);
  tick = is_busy (self) ? RTC_USRSCTP_TICK : IDLE_TICK;
  rtc_usrsctp_unlock ();
  return self->now - self->now % tick + tick;
}

/* Under the lock. A burst is over: its memory goes. */
static void
trim (RtcUsrsctp * self)
{
  if (self->is_trimmed || self->output->len > 0 || self->taken->len > 0)
    return;
  self->is_trimmed = TRUE;
  g_byte_array_unref (self->output);
  g_byte_array_unref (self->taken);
  self->output = g_byte_array_new ();
  self->taken = g_byte_array_new ();
  rtc_usrsctp_flight_trim (&self->flight);
}

static void
association_on_timeout (RtcSctp * sctp, RtcTime now)
{
  RtcUsrsctp *self = (RtcUsrsctp *) sctp;

  enter (self, now);
  self->may_read = self->socket != NULL;
  if (self->socket && is_waiting (self) && now - self->heard > MAX_SILENCE)
    rtc_usrsctp_fail (self, "The peer has not acknowledged what was sent to it for a minute");
  if (!is_busy (self))
    trim (self);
  leave (self);
}

static void
association_close (RtcSctp * sctp)
{
  RtcUsrsctp *self = (RtcUsrsctp *) sctp;

  if (!self->socket)
    return;
  rtc_usrsctp_lock (&self->entry);
  rtc_usrsctp_close_socket (self);
  rtc_usrsctp_unlock ();
  rtc_usrsctp_set_state (self, RTC_SCTP_CLOSED);
}

static void
association_free (RtcSctp * sctp)
{
  RtcUsrsctp *self = (RtcUsrsctp *) sctp;

  rtc_usrsctp_lock (&self->entry);
  rtc_usrsctp_close_socket (self);
  if (self->entry.address)
    rtc_usrsctp_remove (&self->entry);
  rtc_usrsctp_unlock ();
  g_array_unref (self->events);
  g_byte_array_unref (self->output);
  g_byte_array_unref (self->taken);
  g_clear_error (&self->error);
  g_free (self);
}

static const RtcSctpClass association_class = {
  .start = association_start,
  .receive = association_receive,
  .next_packet = association_next_packet,
  .next_event = association_next_event,
  .get_state = association_get_state,
  .get_error = association_get_error,
  .send = association_send,
  .get_buffered = association_get_buffered,
  .read = rtc_usrsctp_read,
  .reset_stream = association_reset_stream,
  .get_n_streams = association_get_n_streams,
  .get_path = association_get_path,
  .get_timeout = association_get_timeout,
  .on_timeout = association_on_timeout,
  .close = association_close,
  .free = association_free,
};

/**
 * rtc_usrsctp_new:
 * @config: copied. Buffers cost what is in them.
 *
 * Associations may live on different threads; each is called on one at a time.
 *
 * Returns: (transfer full) (nullable): an association that is not started, or %NULL and %GST_RTC_ERROR_FAILED
 */
RtcSctp *
rtc_usrsctp_new (const RtcSctpConfig * config, GError ** error)
{
  RtcUsrsctp *self = g_new0 (RtcUsrsctp, 1);

  self->parent.klass = &association_class;
  self->config = *config;
  self->config.n_streams = CLAMP (config->n_streams, 1, MAX_STREAMS);
  self->config.send_buffer = CLAMP (config->send_buffer, MIN_BUFFER, MAX_BUFFER);
  self->config.receive_buffer = CLAMP (config->receive_buffer, MIN_BUFFER, MAX_BUFFER);
  self->events = g_array_new (FALSE, FALSE, sizeof (RtcSctpEvent));
  self->output = g_byte_array_new ();
  self->taken = g_byte_array_new ();
  self->entry.output = output;

  rtc_usrsctp_lock (&self->entry);
  rtc_usrsctp_add (&self->entry);
  self->socket = rtc_usrsctp_socket_new (&self->config, self->entry.address);
  rtc_usrsctp_unlock ();
  if (!self->socket) {
    g_set_error (error, GST_RTC_ERROR, GST_RTC_ERROR_FAILED,
        "SCTP: usrsctp could not set up an association: %s", g_strerror (errno));
    association_free (&self->parent);
    return NULL;
  }
  return &self->parent;
}
