/* gst-rtc: which data channels there are, and how they close
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A stream's next life may begin while the news of its last one's end is still under way: the peer has both resets before it
 * uses a stream again, so its OPEN is news of ours.
 */
#include "rtcdatachannelsprivate.h"

#include <string.h>

/* A peer that has all we sent, but does not reset its own stream, blocks that stream, not the application; usrsctp, for one, may put a
 * reset off until more data comes. */
#define PATIENCE (5 * RTC_SECOND)

/* The table */

RtcDataChannel *
rtc_data_channels_find (RtcDataChannels * self, guint handle)
{
  return g_hash_table_lookup (self->by_handle, GUINT_TO_POINTER (handle));
}

RtcDataChannel *
rtc_data_channels_find_stream (RtcDataChannels * self, guint stream)
{
  return g_hash_table_lookup (self->by_stream, GUINT_TO_POINTER (stream));
}

static gboolean
is_remote (const RtcDataChannel * channel)
{
  return channel->handle >= RTC_DATA_REMOTE;
}

gsize
rtc_data_channels_get_text_size (const RtcDataChannelSpec * spec)
{
  return (spec->label ? strlen (spec->label) : 0) + (spec->protocol ? strlen (spec->protocol) : 0);
}

void
rtc_data_channels_take_stream (RtcDataChannels * self, RtcDataChannel * channel, guint stream)
{
  channel->spec->id = stream;
  g_hash_table_insert (self->by_stream, GUINT_TO_POINTER (stream), channel);
}

RtcDataChannel *
rtc_data_channels_add (RtcDataChannels * self, guint handle, RtcDataChannelSpec * spec)
{
  RtcDataChannel *channel = g_new0 (RtcDataChannel, 1);

  channel->handle = handle;
  channel->spec = spec;
  g_hash_table_insert (self->by_handle, GUINT_TO_POINTER (handle), channel);
  if (is_remote (channel)) {
    self->n_remote++;
    self->remote_text += rtc_data_channels_get_text_size (spec);
  }
  return channel;
}

static void
leave_unanswered (RtcDataChannels * self, RtcDataChannel * channel)
{
  if (channel->unanswered.data)
    g_queue_unlink (&self->unanswered, &channel->unanswered);
  channel->unanswered.data = NULL;
}

/* error: (nullable) (transfer full): once; whatever is still buffered counts as sent, as it is not buffered any more */
static void
tell_closed (RtcDataChannels * self, RtcDataChannel * channel, GError * error)
{
  leave_unanswered (self, channel);
  if (channel->is_told) {
    g_clear_error (&error);
    return;
  }
  rtc_data_channels_raise_sent (self, channel->handle, channel->buffered);
  rtc_data_channels_raise (self, RTC_DATA_CLOSED, channel->handle)->error = error;
  channel->buffered = 0;
  channel->is_told = TRUE;
  g_hash_table_remove (self->by_handle, GUINT_TO_POINTER (channel->handle));
}

static void
note_free (RtcDataChannels * self, guint stream)
{
  if (stream % 2 == self->first_id)
    self->free_id = MIN (self->free_id, stream);
}

void
rtc_data_channels_remove (RtcDataChannels * self, RtcDataChannel * channel, GError * error)
{
  gint id = channel->spec->id;

  tell_closed (self, channel, error);
  rtc_data_channels_drop_all (self, channel);
  if (id >= 0) {
    g_hash_table_remove (self->by_stream, GINT_TO_POINTER (id));
    note_free (self, id);
  }
  if (is_remote (channel)) {
    self->n_remote--;
    self->remote_text -= rtc_data_channels_get_text_size (channel->spec);
  }
  rtc_data_channel_spec_free (channel->spec);
  g_free (channel);
}

/* Closing */

gboolean
rtc_data_channels_is_resetting (RtcDataChannels * self, guint stream)
{
  return g_hash_table_contains (self->resetting, GUINT_TO_POINTER (stream));
}

gboolean
rtc_data_channels_reset_stream (RtcDataChannels * self, guint stream, RtcTime now)
{
  if (!self->is_connected || !self->sctp->klass->reset_stream (self->sctp, stream, now))
    return FALSE;
  g_hash_table_add (self->resetting, GUINT_TO_POINTER (stream));
  return TRUE;
}

void
rtc_data_channels_proceed (RtcDataChannels * self, RtcDataChannel * channel, RtcTime now)
{
  if (channel->state != RTC_CHANNEL_CLOSING)
    return;
  if (!channel->reset_asked && g_queue_is_empty (&channel->messages)
      && !rtc_data_channels_is_resetting (self, channel->spec->id)) {
    channel->reset_asked = TRUE;
    /* Then there is nothing to wait for, and the stream is not used again. */
    if (!rtc_data_channels_reset_stream (self, channel->spec->id, now))
      tell_closed (self, channel, NULL);
  }
  if (channel->reset_done && channel->peer_reset)
    rtc_data_channels_remove (self, channel, NULL);
}

void
rtc_data_channels_begin_closing (RtcDataChannels * self, RtcDataChannel * channel, RtcTime now)
{
  channel->state = RTC_CHANNEL_CLOSING;
  rtc_data_channels_proceed (self, channel, now);
}

void
rtc_data_channels_fail (RtcDataChannels * self, RtcDataChannel * channel, GError * error, RtcTime now)
{
  if (channel->state == RTC_CHANNEL_WAITING) {
    rtc_data_channels_remove (self, channel, error);
    return;
  }
  tell_closed (self, channel, error);
  rtc_data_channels_drop (self, channel);
  rtc_data_channels_begin_closing (self, channel, now);
}

/* All that the peer sent before has been read. Who closes does not listen any more, so what we have not begun to send is dropped;
 * if we closed first, it was promised to go. */
static void
on_peer_reset (RtcDataChannels * self, RtcDataChannel * channel, RtcTime now)
{
  channel->peer_reset = TRUE;
  if (channel->state == RTC_CHANNEL_OPEN) {
    rtc_data_channels_raise (self, RTC_DATA_CLOSING, channel->handle);
    rtc_data_channels_drop (self, channel);
  }
  rtc_data_channels_begin_closing (self, channel, now);
}

static void
await_answer (RtcDataChannels * self, RtcDataChannel * channel, RtcTime now)
{
  if (channel->is_told || channel->peer_reset)
    return;
  channel->give_up_at = now + PATIENCE;
  channel->unanswered.data = channel;
  g_queue_push_tail_link (&self->unanswered, &channel->unanswered);
}

void
rtc_data_channels_on_reset_done (RtcDataChannels * self, guint16 stream, RtcTime now)
{
  RtcDataChannel *channel = rtc_data_channels_find_stream (self, stream);

  if (!g_hash_table_remove (self->resetting, GUINT_TO_POINTER (stream)))
    return;
  if (!channel) {
    note_free (self, stream);
    return;
  }
  if (channel->reset_asked) {
    channel->reset_done = TRUE;
    await_answer (self, channel, now);
  } else {
    rtc_data_channels_take_turn (self, channel);
  }
  rtc_data_channels_proceed (self, channel, now);
}

void
rtc_data_channels_give_up (RtcDataChannels * self, RtcTime now)
{
  RtcDataChannel *channel;

  while ((channel = g_queue_peek_head (&self->unanswered)) && now >= channel->give_up_at)
    tell_closed (self, channel, NULL);
}

/* More than twice cannot be: the second one is that of a channel whose OPEN is unread. */
void
rtc_data_channels_note_peer_reset (RtcDataChannels * self, guint16 stream)
{
  gpointer key = GUINT_TO_POINTER (stream);
  guint times = GPOINTER_TO_UINT (g_hash_table_lookup (self->resets, key));

  g_hash_table_insert (self->resets, key, GUINT_TO_POINTER (MIN (times + 1, 2)));
}

gboolean
rtc_data_channels_take_peer_reset (RtcDataChannels * self, guint16 stream)
{
  gpointer key = GUINT_TO_POINTER (stream);
  guint times = GPOINTER_TO_UINT (g_hash_table_lookup (self->resets, key));

  if (times > 1)
    g_hash_table_insert (self->resets, key, GUINT_TO_POINTER (times - 1));
  else
    g_hash_table_remove (self->resets, key);
  return times > 0;
}

void
rtc_data_channels_carry_out_resets (RtcDataChannels * self, RtcTime now)
{
  GHashTableIter iter;
  gpointer stream;

  g_hash_table_iter_init (&iter, self->resets);
  while (g_hash_table_iter_next (&iter, &stream, NULL)) {
    RtcDataChannel *channel = rtc_data_channels_find_stream (self, GPOINTER_TO_UINT (stream));

    g_hash_table_iter_remove (&iter);
    if (channel)
      on_peer_reset (self, channel, now);
  }
}
