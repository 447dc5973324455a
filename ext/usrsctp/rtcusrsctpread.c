/* gst-rtc: what comes out of a socket of usrsctp: parts of messages, and notifications between them
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "rtcusrsctpprivate.h"

#include <errno.h>
#include <string.h>

/* code: the socket's error; 0 for an orderly end */
static void
on_lost (RtcUsrsctp * self, int code)
{
  if (code == ECONNREFUSED) {
    rtc_usrsctp_fail (self, "The peer refuses data channels: check a=sctp-port of both descriptions");
  } else if (code == ECONNRESET || code == 0) {
    rtc_usrsctp_close_socket (self);
    rtc_usrsctp_set_state (self, RTC_SCTP_CLOSED);
  } else if (self->state == RTC_SCTP_CONNECTING) {
    rtc_usrsctp_fail (self, "The peer did not answer on the SCTP port of its description");
  } else {
    rtc_usrsctp_fail (self, "The peer broke the rules of SCTP");
  }
}

static void
on_change (RtcUsrsctp * self, const struct sctp_assoc_change *change)
{
  socklen_t size = sizeof (int);
  int code = ECONNABORTED;

  switch (change->sac_state) {
    case SCTP_COMM_UP:
      self->n_streams = change->sac_outbound_streams;
      rtc_usrsctp_set_state (self, RTC_SCTP_CONNECTED);
      break;
    case SCTP_RESTART:
      rtc_usrsctp_fail (self, "The peer began a new SCTP association over the old one");
      break;
    case SCTP_SHUTDOWN_COMP:
      rtc_usrsctp_close_socket (self);
      rtc_usrsctp_set_state (self, RTC_SCTP_CLOSED);
      break;
    default:
      /* Did the peer abort, or was it given up? Only the socket's error tells. */
      usrsctp_getsockopt (self->socket, SOL_SOCKET, SO_ERROR, &code, &size);
      on_lost (self, code);
      break;
  }
}

static void
push_resets (RtcUsrsctp * self, RtcSctpEventKind kind, const guint16 * streams, guint n)
{
  guint i;

  /* an empty list means all */
  for (i = 0; i < (n > 0 ? n : self->n_streams); i++)
    rtc_usrsctp_push_event (self, kind, n > 0 ? streams[i] : i);
  if (kind == RTC_SCTP_EVENT_RESET_DONE)
    self->resets -= MIN (self->resets, i);
}

static void
on_reset (RtcUsrsctp * self, const struct sctp_stream_reset_event *reset)
{
  guint n = (reset->strreset_length - sizeof (*reset)) / sizeof (guint16);

  if (reset->strreset_flags & SCTP_STREAM_RESET_OUTGOING_SSN)
    push_resets (self, RTC_SCTP_EVENT_RESET_DONE, reset->strreset_stream_list, n);
  else if (!(reset->strreset_flags & (SCTP_STREAM_RESET_DENIED | SCTP_STREAM_RESET_FAILED)))
    push_resets (self, RTC_SCTP_EVENT_RESET, reset->strreset_stream_list, n);
}

/* data: aligned for it */
static void
on_notification (RtcUsrsctp * self, const guint8 * data, gsize size)
{
  const union sctp_notification *notification = (const union sctp_notification *) data;

  if (size < sizeof (notification->sn_header) || size < notification->sn_header.sn_length)
    return;
  switch (notification->sn_header.sn_type) {
    case SCTP_ASSOC_CHANGE:
      if (size >= sizeof (notification->sn_assoc_change))
        on_change (self, &notification->sn_assoc_change);
      break;
    case SCTP_STREAM_RESET_EVENT:
      if (size >= sizeof (notification->sn_strreset_event))
        on_reset (self, &notification->sn_strreset_event);
      break;
    case SCTP_PARTIAL_DELIVERY_EVENT:
      self->is_cut = self->in_message;
      break;
    default:
      break;
  }
}

/* What is next in the socket: bytes, 0 if there is nothing. flags: MSG_PEEK goes in; MSG_NOTIFICATION and MSG_EOR come out */
static gsize
receive_next (RtcUsrsctp * self, guint8 * data, gsize size, struct sctp_rcvinfo *info, int *flags)
{
  socklen_t info_size = sizeof (*info);
  unsigned int info_type = 0;
  gssize n;

  if (!self->may_read || !self->socket)
    return 0;
  n = usrsctp_recvv (self->socket, data, size, NULL, NULL, info, &info_size, &info_type, flags);
  if (n > 0)
    return n;
  self->may_read = FALSE;
  /* The end, if there was no room for its notification */
  if (n < 0 && errno != EWOULDBLOCK && errno != ENOTCONN)
    on_lost (self, errno);
  else if (n == 0 && self->state == RTC_SCTP_CONNECTED)
    on_lost (self, 0);
  return 0;
}

void
rtc_usrsctp_read_notifications (RtcUsrsctp * self)
{
  struct sctp_rcvinfo info;
  gsize scratch_size, size;
  guint8 *scratch = rtc_usrsctp_get_scratch (&scratch_size);
  int flags;

  while (self->events->len == 0) {
    flags = MSG_PEEK;
    if (receive_next (self, scratch, sizeof (struct sctp_tlv), &info, &flags) == 0 || !(flags & MSG_NOTIFICATION))
      return;
    flags = 0;
    size = receive_next (self, scratch, scratch_size, &info, &flags);
    on_notification (self, scratch, size);
  }
}

/* Under the lock */
static gboolean
read_part (RtcUsrsctp * self, guint8 * data, RtcSctpPart * part)
{
  struct sctp_rcvinfo info;
  gsize scratch_size, size;
  guint8 *scratch = rtc_usrsctp_get_scratch (&scratch_size);
  int flags;

  for (;;) {
    flags = 0;
    size = receive_next (self, data, RTC_SCTP_READ_SIZE, &info, &flags);
    if (size == 0)
      return FALSE;
    if (!(flags & MSG_NOTIFICATION))
      break;
    /* which is aligned */
    memcpy (scratch, data, MIN (size, scratch_size));
    on_notification (self, scratch, MIN (size, scratch_size));
    if (self->is_cut)
      return FALSE;
  }
  *part = (RtcSctpPart) { info.rcv_sid, g_ntohl (info.rcv_ppid), size, (flags & MSG_EOR) != 0, FALSE };
  return TRUE;
}

gboolean
rtc_usrsctp_read (RtcSctp * sctp, guint8 * data, RtcSctpPart * part)
{
  RtcUsrsctp *self = (RtcUsrsctp *) sctp;
  gboolean found = FALSE;

  if (self->may_read && !self->is_cut) {
    rtc_usrsctp_lock (&self->entry);
    found = read_part (self, data, part);
    rtc_usrsctp_unlock ();
  }
  if (!found && self->is_cut) {
    *part = self->part;
    part->size = 0;
    part->is_last = part->is_cut = found = TRUE;
    self->is_cut = FALSE;
  }
  if (found) {
    self->in_message = !part->is_last;
    self->part = *part;
  }
  return found;
}
