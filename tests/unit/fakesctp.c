/* gst-rtc: two SCTP associations that are joined in memory
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "fakesctp.h"

#include <string.h>

/* bytes: (nullable): NULL is a reset */
typedef struct
{
  RtcSctpPart part;
  GBytes *bytes;
  gsize taken;
} Item;

static void
item_free (Item * item)
{
  g_clear_pointer (&item->bytes, g_bytes_unref);
  g_free (item);
}

static void
add_event (FakeSctp * self, RtcSctpEventKind kind, guint16 stream)
{
  RtcSctpEvent *event = g_new (RtcSctpEvent, 1);

  *event = (RtcSctpEvent) { kind, stream };
  g_queue_push_tail (&self->events, event);
}

static void
set_state (FakeSctp * self, RtcSctpState state)
{
  self->state = state;
  add_event (self, RTC_SCTP_EVENT_STATE, 0);
}

static void
start (RtcSctp * sctp, RtcTime now)
{
  FakeSctp *self = (FakeSctp *) sctp;

  g_assert (self->state == RTC_SCTP_NEW);
  set_state (self, RTC_SCTP_CONNECTING);
}

static gboolean
next_event (RtcSctp * sctp, RtcSctpEvent * event)
{
  RtcSctpEvent *next = g_queue_pop_head (&((FakeSctp *) sctp)->events);

  if (!next)
    return FALSE;
  *event = *next;
  g_free (next);
  return TRUE;
}

static RtcSctpState
get_state (RtcSctp * sctp)
{
  return ((FakeSctp *) sctp)->state;
}

static const GError *
get_error (RtcSctp * sctp)
{
  return ((FakeSctp *) sctp)->error;
}

static void
check_message (FakeSctp * self, const RtcSctpSend * how)
{
  g_assert (!g_hash_table_contains (self->resetting, GUINT_TO_POINTER (how->stream)));
  if (self->is_mid_message)
    g_assert (memcmp (&self->how, how, sizeof *how) == 0);
  self->how = *how;
}

static gssize
send (RtcSctp * sctp, const RtcSctpSend * how, const guint8 * data, gsize size, gboolean is_last, RtcTime now)
{
  FakeSctp *self = (FakeSctp *) sctp;
  gsize taken = MIN (size, self->send_buffer - self->buffered);
  Item *item;

  if (self->state != RTC_SCTP_CONNECTED || how->stream >= self->n_streams || how->stream == self->broken_stream)
    return -1;
  g_assert (size > 0);
  check_message (self, how);
  self->wants_room = taken < size;
  if (taken == 0)
    return 0;

  is_last = is_last && taken == size;
  item = g_new0 (Item, 1);
  item->part = (RtcSctpPart) {.stream = how->stream,.ppid = how->ppid,.size = taken,.is_last = is_last };
  item->bytes = g_bytes_new (data, taken);
  g_queue_push_tail (&self->wire, item);
  self->buffered += taken;
  self->max_buffered = MAX (self->max_buffered, self->buffered);
  self->message_size += taken;
  self->is_mid_message = !is_last;
  if (is_last) {
    FakeSent sent = { *how, self->message_size };

    g_array_append_val (self->sent, sent);
    self->message_size = 0;
  }
  return taken;
}

static gsize
get_buffered (RtcSctp * sctp)
{
  return ((FakeSctp *) sctp)->buffered;
}

static gboolean
read_part (RtcSctp * sctp, guint8 * data, RtcSctpPart * part)
{
  FakeSctp *self = (FakeSctp *) sctp;
  Item *item = g_queue_pop_head (&self->inbox);

  if (!item)
    return FALSE;
  *part = item->part;
  if (part->size > 0)
    memcpy (data, g_bytes_get_data (item->bytes, NULL), part->size);
  self->unread -= part->size;
  item_free (item);
  return TRUE;
}

static gboolean
reset_stream (RtcSctp * sctp, guint16 stream, RtcTime now)
{
  FakeSctp *self = (FakeSctp *) sctp;
  FakeSent sent = { {.stream = stream }, 0 };
  Item *item;

  if (self->state != RTC_SCTP_CONNECTED || stream >= self->n_streams || self->cannot_reset)
    return FALSE;
  g_assert (!self->is_mid_message || self->how.stream != stream);
  g_assert (g_hash_table_add (self->resetting, GUINT_TO_POINTER (stream)));
  item = g_new0 (Item, 1);
  item->part.stream = stream;
  g_queue_push_tail (&self->wire, item);
  g_array_append_val (self->sent, sent);
  return TRUE;
}

static guint
get_n_streams (RtcSctp * sctp)
{
  return ((FakeSctp *) sctp)->n_streams;
}

static void
get_path (RtcSctp * sctp, RtcTime * round_trip_time, guint * congestion_window)
{
  FakeSctp *self = (FakeSctp *) sctp;

  *round_trip_time = self->round_trip_time;
  *congestion_window = self->congestion_window;
}

static const RtcSctpClass fake_class = {
  .start = start,
  .next_event = next_event,
  .get_state = get_state,
  .get_error = get_error,
  .send = send,
  .get_buffered = get_buffered,
  .read = read_part,
  .reset_stream = reset_stream,
  .get_n_streams = get_n_streams,
  .get_path = get_path,
};

static FakeSctp *
fake_sctp_new (void)
{
  FakeSctp *self = g_new0 (FakeSctp, 1);

  self->sctp.klass = &fake_class;
  self->send_buffer = self->window = 1024 * 1024;
  self->n_streams = 65535;
  self->broken_stream = -1;
  self->congestion_window = 64 * 1024;
  self->round_trip_time = 20 * RTC_MSECOND;
  self->sent = g_array_new (FALSE, FALSE, sizeof (FakeSent));
  self->resetting = g_hash_table_new (NULL, NULL);
  return self;
}

void
fake_sctp_pair_new (FakeSctp * ends[2])
{
  ends[0] = fake_sctp_new ();
  ends[1] = fake_sctp_new ();
  ends[0]->peer = ends[1];
  ends[1]->peer = ends[0];
}

void
fake_sctp_pair_free (FakeSctp * ends[2])
{
  for (guint i = 0; i < 2; i++) {
    g_queue_clear_full (&ends[i]->wire, (GDestroyNotify) item_free);
    g_queue_clear_full (&ends[i]->inbox, (GDestroyNotify) item_free);
    g_queue_clear_full (&ends[i]->events, g_free);
    g_hash_table_unref (ends[i]->resetting);
    g_array_unref (ends[i]->sent);
    g_clear_error (&ends[i]->error);
    g_free (ends[i]);
  }
}

void
fake_sctp_pair_connect (FakeSctp * ends[2])
{
  for (guint i = 0; i < 2; i++) {
    g_assert (ends[i]->state == RTC_SCTP_CONNECTING);
    set_state (ends[i], RTC_SCTP_CONNECTED);
  }
}

void
fake_sctp_end (FakeSctp * self, GError * error)
{
  self->error = error;
  set_state (self, error ? RTC_SCTP_FAILED : RTC_SCTP_CLOSED);
}

void
fake_sctp_inject_event (FakeSctp * self, RtcSctpEventKind kind, guint16 stream)
{
  if (kind == RTC_SCTP_EVENT_RESET_DONE)
    g_hash_table_remove (self->resetting, GUINT_TO_POINTER (stream));
  add_event (self, kind, stream);
}

static void
deliver_reset (FakeSctp * self, guint16 stream)
{
  self->resets++;
  fake_sctp_inject_event (self, RTC_SCTP_EVENT_RESET_DONE, stream);
  add_event (self->peer, RTC_SCTP_EVENT_RESET, stream);
}

void
fake_sctp_inject (FakeSctp * self, guint16 stream, guint32 ppid, gconstpointer data, gsize size, gboolean is_last)
{
  Item *item = g_new0 (Item, 1);

  g_assert (size <= RTC_SCTP_READ_SIZE);
  /* SCTP has no empty messages. */
  item->part = (RtcSctpPart) {.stream = stream,.ppid = ppid,.size = size,.is_last = is_last,.is_cut = is_last && size == 0 };
  item->bytes = g_bytes_new (data, size);
  g_queue_push_tail (&self->inbox, item);
  self->unread += size;
}

/* As much of the item as goes at once; TRUE: all of it has gone */
static gboolean
deliver_item (FakeSctp * self, Item * item, gsize max, gsize * moved)
{
  gsize left = item->part.size - item->taken, room = self->peer->window - MIN (self->peer->window, self->peer->unread);
  gsize size = MIN (MIN (left, max), MIN (room, RTC_SCTP_READ_SIZE));

  if (size == 0)
    return FALSE;
  fake_sctp_inject (self->peer, item->part.stream, item->part.ppid,
      (const guint8 *) g_bytes_get_data (item->bytes, NULL) + item->taken, size, item->part.is_last && size == left);
  item->taken += size;
  *moved += size;
  self->buffered -= size;
  if (self->wants_room) {
    self->wants_room = FALSE;
    add_event (self, RTC_SCTP_EVENT_WRITABLE, 0);
  }
  return size == left;
}

gboolean
fake_sctp_deliver (FakeSctp * self, gsize max)
{
  gboolean any_reset = FALSE;
  gsize moved = 0, before;
  Item *item;

  while ((item = g_queue_peek_head (&self->wire))) {
    before = moved;
    if (!item->bytes) {
      deliver_reset (self, item->part.stream);
      any_reset = TRUE;
    } else if (!deliver_item (self, item, max - moved, &moved)) {
      if (moved == before)
        break;
      continue;
    }
    item_free (g_queue_pop_head (&self->wire));
  }
  return moved > 0 || any_reset;
}
