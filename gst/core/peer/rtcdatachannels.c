/* gst-rtc: the data channels of one peer
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 *   create() ── association up ──▶ OPEN ── close(), the peer's reset, a failure ──▶ CLOSING ── both resets ──▶ its stream is free
 *   the peer's DCEP OPEN ───────────▲
 *
 * A failure tells CLOSED at once, else it comes with the last step.
 */
#include "rtcdatachannelsprivate.h"

#include <string.h>

#define MAX_TEXT_SIZE 65535

GError *
rtc_data_error_new (const gchar * format, ...)
{
  va_list args;
  GError *error;

  va_start (args, format);
  error = g_error_new_valist (GST_RTC_ERROR, GST_RTC_ERROR_DATA, format, args);
  va_end (args);
  return error;
}

/* Events */

RtcDataEvent *
rtc_data_channels_raise (RtcDataChannels * self, RtcDataEventKind kind, guint handle)
{
  RtcDataEvent *event = g_new0 (RtcDataEvent, 1);

  event->kind = kind;
  event->channel = handle;
  g_queue_push_tail (&self->events, event);
  return event;
}

void
rtc_data_channels_raise_sent (RtcDataChannels * self, guint handle, gsize size)
{
  RtcDataEvent *last = g_queue_peek_tail (&self->events);

  if (size == 0)
    return;
  if (last && last->kind == RTC_DATA_SENT && last->channel == handle)
    last->size += size;
  else
    rtc_data_channels_raise (self, RTC_DATA_SENT, handle)->size = size;
}

gboolean
rtc_data_channels_next_event (RtcDataChannels * self, RtcDataEvent * event)
{
  RtcDataEvent *next = g_queue_pop_head (&self->events);

  if (!next)
    return FALSE;
  *event = *next;
  g_free (next);
  return TRUE;
}

void
rtc_data_event_clear (RtcDataEvent * event)
{
  g_clear_pointer (&event->spec, rtc_data_channel_spec_free);
  g_clear_pointer (&event->message, g_bytes_unref);
  g_clear_error (&event->error);
}

static void
event_free (RtcDataEvent * event)
{
  rtc_data_event_clear (event);
  g_free (event);
}

/* The association */

static void
on_connected (RtcDataChannels * self, RtcTime now)
{
  self->is_connected = TRUE;
  self->n_streams = MIN (self->sctp->klass->get_n_streams (self->sctp), RTC_DATA_MAX_STREAMS);
  while (!g_queue_is_empty (&self->waiting)) {
    RtcDataChannel *channel = rtc_data_channels_find (self, GPOINTER_TO_UINT (g_queue_pop_head (&self->waiting)));

    if (channel)
      rtc_data_channels_open (self, channel, now);
  }
}

static void
on_state (RtcDataChannels * self, RtcTime now)
{
  if (!self->is_connected && self->sctp->klass->get_state (self->sctp) == RTC_SCTP_CONNECTED)
    on_connected (self, now);
}

void
rtc_data_channels_take_events (RtcDataChannels * self, RtcTime now)
{
  RtcSctpEvent event;

  while (self->sctp->klass->next_event (self->sctp, &event)) {
    if (event.kind == RTC_SCTP_EVENT_STATE)
      on_state (self, now);
    else if (event.kind == RTC_SCTP_EVENT_WRITABLE)
      self->sender.is_blocked = FALSE;
    else if (event.kind == RTC_SCTP_EVENT_RESET)
      rtc_data_channels_note_peer_reset (self, event.stream);
    else if (event.kind == RTC_SCTP_EVENT_RESET_DONE)
      rtc_data_channels_on_reset_done (self, event.stream, now);
  }
}

RtcDataChannels *
rtc_data_channels_new (void)
{
  RtcDataChannels *self = g_new0 (RtcDataChannels, 1);

  self->by_handle = g_hash_table_new (NULL, NULL);
  self->by_stream = g_hash_table_new (NULL, NULL);
  self->resetting = g_hash_table_new (NULL, NULL);
  self->resets = g_hash_table_new (NULL, NULL);
  self->next_remote = RTC_DATA_REMOTE;
  g_queue_init (&self->waiting);
  g_queue_init (&self->unanswered);
  g_queue_init (&self->events);
  rtc_data_sender_init (&self->sender);
  return self;
}

/* Closed by both sides as far as we are concerned: what we sent has arrived, or nothing more was to come */
static gboolean
is_as_good_as_closed (const RtcDataChannel * channel)
{
  return channel->peer_reset || channel->reset_done;
}

static void
remove_all (RtcDataChannels * self, GHashTable * table, const GError * reason)
{
  g_autoptr (GList) channels = g_hash_table_get_values (table);

  for (GList * item = channels; item; item = item->next)
    rtc_data_channels_remove (self, item->data, is_as_good_as_closed (item->data) ? NULL : g_error_copy (reason));
}

void
rtc_data_channels_end (RtcDataChannels * self, const GError * reason)
{
  if (self->sctp) {
    /* What has come is delivered, even if it was not wanted yet: it is no more than the window. */
    rtc_data_channels_read (self, 0);
    rtc_data_channels_take_events (self, 0);
    rtc_data_channels_carry_out_resets (self, 0);
  }
  self->sctp = NULL;
  self->is_connected = FALSE;
  self->sender.is_blocked = self->inbox.is_begun = FALSE;
  self->inbox.size = 0;
  remove_all (self, self->by_handle, reason);
  remove_all (self, self->by_stream, reason);
  g_hash_table_remove_all (self->resetting);
  g_hash_table_remove_all (self->resets);
  g_queue_clear (&self->waiting);
  if (!self->ended)
    self->ended = g_error_copy (reason);
}

void
rtc_data_channels_free (RtcDataChannels * self)
{
  g_autoptr (GError) reason = rtc_data_error_new ("The peer is gone");

  self->sctp = NULL;
  rtc_data_channels_end (self, reason);
  g_queue_clear_full (&self->events, (GDestroyNotify) event_free);
  g_hash_table_unref (self->by_handle);
  g_hash_table_unref (self->by_stream);
  g_hash_table_unref (self->resetting);
  g_hash_table_unref (self->resets);
  rtc_data_sender_clear (&self->sender);
  g_free (self->inbox.data);
  g_clear_error (&self->ended);
  g_free (self);
}

void
rtc_data_channels_start (RtcDataChannels * self, RtcSctp * sctp, gboolean is_dtls_client, guint64 max_message_size,
    RtcTime now)
{
  g_return_if_fail (!self->sctp);

  g_clear_error (&self->ended);
  self->sctp = sctp;
  self->first_id = self->free_id = is_dtls_client ? 0 : 1;
  self->max_message_size = max_message_size ? max_message_size : G_MAXUINT64;
  sctp->klass->start (sctp, now);
}

static void
on_association_end (RtcDataChannels * self, RtcSctpState state)
{
  const GError *failure = state == RTC_SCTP_FAILED ? self->sctp->klass->get_error (self->sctp) : NULL;
  g_autoptr (GError) reason = failure ? g_error_copy (failure)
      : rtc_data_error_new ("The SCTP association is over: the peer has shut it down");

  rtc_data_channels_end (self, reason);
}

void
rtc_data_channels_update (RtcDataChannels * self, RtcTime now)
{
  RtcSctpState state;

  if (!self->sctp)
    return;
  rtc_data_channels_take_events (self, now);
  if (!self->is_paused) {
    rtc_data_channels_read (self, now);
    rtc_data_channels_take_events (self, now);
    rtc_data_channels_carry_out_resets (self, now);
  }
  rtc_data_channels_give_up (self, now);
  state = self->sctp->klass->get_state (self->sctp);
  if (state == RTC_SCTP_CLOSED || state == RTC_SCTP_FAILED)
    on_association_end (self, state);
  else
    rtc_data_channels_pump (self, now);
}

void
rtc_data_channels_pause (RtcDataChannels * self, gboolean is_paused, RtcTime now)
{
  self->is_paused = is_paused;
  rtc_data_channels_update (self, now);
}

guint64
rtc_data_channels_get_max_message_size (const RtcDataChannels * self)
{
  return self->max_message_size;
}

/* For the application */

static gboolean
check_spec (RtcDataChannels * self, const RtcDataChannelSpec * spec, GError ** error)
{
  const gchar *label = spec->label ? spec->label : "", *protocol = spec->protocol ? spec->protocol : "";
  GError *problem = NULL;

  if (self->ended)
    problem = g_error_copy (self->ended);
  else if (g_hash_table_size (self->by_handle) >= RTC_DATA_MAX_STREAMS)
    problem = rtc_data_error_new ("There cannot be more than %u data channels: close one before", RTC_DATA_MAX_STREAMS);
  else if (strlen (label) > MAX_TEXT_SIZE || strlen (protocol) > MAX_TEXT_SIZE)
    problem = rtc_data_error_new ("The label or the protocol is too long: at most %u bytes each", MAX_TEXT_SIZE);
  else if (!g_utf8_validate (label, -1, NULL) || !g_utf8_validate (protocol, -1, NULL))
    problem = rtc_data_error_new ("The label or the protocol is not UTF-8");
  else if (spec->max_retransmits >= 0 && spec->max_packet_lifetime >= 0)
    problem = rtc_data_error_new ("max-retransmits and max-packet-lifetime are both set: choose one");
  else if (spec->negotiated && (spec->id < 0 || spec->id >= RTC_DATA_MAX_STREAMS))
    problem = rtc_data_error_new ("The id %d is out of range: a negotiated channel needs one from 0 to %u", spec->id,
        RTC_DATA_MAX_STREAMS - 1);
  else if (spec->negotiated && rtc_data_channels_find_stream (self, spec->id))
    problem = rtc_data_error_new ("The id %d is in use: choose another, or wait until its channel is closed", spec->id);
  if (!problem)
    return TRUE;
  g_propagate_error (error, problem);
  return FALSE;
}

void
rtc_data_channels_create (RtcDataChannels * self, guint handle, const RtcDataChannelSpec * spec, RtcTime now)
{
  RtcDataChannel *channel;
  GError *error = NULL;

  g_return_if_fail (handle < RTC_DATA_REMOTE && !rtc_data_channels_find (self, handle));

  if (!check_spec (self, spec, &error)) {
    rtc_data_channels_raise (self, RTC_DATA_CLOSED, handle)->error = error;
    return;
  }
  channel = rtc_data_channels_add (self, handle, rtc_data_channel_spec_copy (spec));
  channel->spec->id = -1;
  if (spec->negotiated)
    rtc_data_channels_take_stream (self, channel, spec->id);
  if (self->is_connected) {
    rtc_data_channels_open (self, channel, now);
    rtc_data_channels_pump (self, now);
  } else {
    g_queue_push_tail (&self->waiting, GUINT_TO_POINTER (handle));
  }
}

void
rtc_data_channels_send (RtcDataChannels * self, guint handle, gboolean is_text, GBytes * message, RtcTime now)
{
  static const guint8 nothing = 0;
  RtcDataChannel *channel = rtc_data_channels_find (self, handle);
  gsize size = g_bytes_get_size (message);

  if (!channel)
    return;
  if (channel->closes || channel->state == RTC_CHANNEL_CLOSING) {
    rtc_data_channels_raise_sent (self, handle, size);
    return;
  }
  /* SCTP has no empty messages (RFC 8831, section 6.6). */
  if (size == 0)
    rtc_data_channel_queue (channel, is_text ? RTC_PPID_STRING_EMPTY : RTC_PPID_BINARY_EMPTY,
        g_bytes_new_static (&nothing, 1), FALSE, now);
  else
    rtc_data_channel_queue (channel, is_text ? RTC_PPID_STRING : RTC_PPID_BINARY, g_bytes_ref (message), FALSE, now);
  rtc_data_channels_take_turn (self, channel);
  rtc_data_channels_pump (self, now);
}

void
rtc_data_channels_close (RtcDataChannels * self, guint handle, RtcTime now)
{
  RtcDataChannel *channel = rtc_data_channels_find (self, handle);

  if (!channel)
    return;
  if (channel->state == RTC_CHANNEL_OPEN)
    rtc_data_channels_begin_closing (self, channel, now);
  else if (channel->state == RTC_CHANNEL_WAITING && g_queue_is_empty (&channel->messages))
    rtc_data_channels_remove (self, channel, NULL);
  else
    channel->closes = TRUE;
}

static void
channel_stats_free (RtcDataChannelStats * stats)
{
  rtc_data_channel_spec_free (stats->spec);
  g_free (stats);
}

GPtrArray *
rtc_data_channels_get_stats (RtcDataChannels * self)
{
  GPtrArray *all = g_ptr_array_new_with_free_func ((GDestroyNotify) channel_stats_free);
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->by_handle);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    const RtcDataChannel *channel = value;
    RtcDataChannelStats *stats = g_new (RtcDataChannelStats, 1);

    *stats = (RtcDataChannelStats) {
      .spec = rtc_data_channel_spec_copy (channel->spec),
      .is_open = channel->state == RTC_CHANNEL_OPEN,
      .messages_sent = channel->messages_sent,
      .bytes_sent = channel->bytes_sent,
      .messages_received = channel->messages_received,
      .bytes_received = channel->bytes_received,
      .buffered = channel->buffered,
    };
    g_ptr_array_add (all, stats);
  }
  return all;
}
