/* gst-rtc: whose message is next, and how much of it the association is given
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Fair queueing: each message of a channel takes a piece of virtual time, as long as its size by the channel's weight, that
 * begins where the channel's last one ended, but not in the past. The one that ends first is next. So channels share by weight,
 * and a small message on a channel that was quiet passes all that others have queued; only a message that has begun must be
 * finished, as SCTP takes the parts of one without another's in between.
 *
 * What the association has is out of our hands: all that is in it is sent before anything that is not. So it is given what it may
 * have in flight, which is its congestion window, and little more, so that it can always send when it may: it is filled again after
 * each acknowledgement.
 */
#include "rtcdatachannelsprivate.h"

/* Beyond what is in flight: an eighth of it, which the path takes in an eighth of a round-trip time; within these bytes */
#define AHEAD_SHARE 8
#define MIN_AHEAD (8 * 1024)
#define MAX_AHEAD (64 * 1024)

/* RFC 8831, section 6.4; 0 is what says nothing */
#define MIN_WEIGHT 128
#define NORMAL_WEIGHT 256
#define MAX_WEIGHT 1024

/* What a message costs beyond its bytes: headers on the wire */
#define MESSAGE_COST 64

typedef struct
{
  GBytes *bytes;
  guint32 ppid;
  RtcTime queued;
} RtcDataMessage;

static void
message_free (RtcDataMessage * message)
{
  g_bytes_unref (message->bytes);
  g_free (message);
}

/* The application knows of no byte in an empty message, and of no DCEP. */
static gboolean
is_counted (const RtcDataMessage * message)
{
  return message->ppid == RTC_PPID_STRING || message->ppid == RTC_PPID_BINARY;
}

static guint
get_weight (const RtcDataChannel * channel)
{
  guint priority = channel->spec->priority;

  return priority == 0 ? NORMAL_WEIGHT : CLAMP (priority, MIN_WEIGHT, MAX_WEIGHT);
}

void
rtc_data_sender_init (RtcDataSender * sender)
{
  sender->turns = g_sequence_new (NULL);
}

void
rtc_data_sender_clear (RtcDataSender * sender)
{
  g_sequence_free (sender->turns);
}

/* Order */

static gint
compare_turns (gconstpointer a, gconstpointer b, gpointer user_data)
{
  const RtcDataChannel *left = a, *right = b;

  return left->finish < right->finish ? -1 : left->finish > right->finish;
}

static guint64
get_cost (const RtcDataChannel * channel)
{
  const RtcDataMessage *message = g_queue_peek_head ((GQueue *) &channel->messages);
  guint64 size = g_bytes_get_size (message->bytes) + MESSAGE_COST;

  return size * MAX_WEIGHT / get_weight (channel);
}

void
rtc_data_channels_take_turn (RtcDataChannels * self, RtcDataChannel * channel)
{
  RtcDataSender *sender = &self->sender;

  if (channel->turn || channel == sender->current || channel->state == RTC_CHANNEL_WAITING
      || g_queue_is_empty (&channel->messages)
      || g_hash_table_contains (self->resetting, GINT_TO_POINTER (channel->spec->id)))
    return;
  /* After a rest nobody is in debt. */
  if (!sender->current && g_sequence_is_empty (sender->turns))
    sender->virtual_now = sender->latest;
  channel->start = MAX (sender->virtual_now, channel->finish);
  channel->finish = channel->start + get_cost (channel);
  sender->latest = MAX (sender->latest, channel->finish);
  channel->turn = g_sequence_insert_sorted (sender->turns, channel, compare_turns, NULL);
}

static void
leave_turn (RtcDataChannel * channel)
{
  if (channel->turn)
    g_sequence_remove (channel->turn);
  channel->turn = NULL;
}

/* One channel's queue */

void
rtc_data_channel_queue (RtcDataChannel * channel, guint32 ppid, GBytes * bytes, gboolean first, RtcTime now)
{
  RtcDataMessage *message = g_new (RtcDataMessage, 1);

  *message = (RtcDataMessage) { bytes, ppid, now };
  if (is_counted (message))
    channel->buffered += g_bytes_get_size (bytes);
  if (first)
    g_queue_push_head (&channel->messages, message);
  else
    g_queue_push_tail (&channel->messages, message);
}

static void
tell_sent (RtcDataChannels * self, RtcDataChannel * channel, gsize size)
{
  /* CLOSED has told all of it. */
  if (channel->is_told)
    return;
  channel->buffered -= size;
  rtc_data_channels_raise_sent (self, channel->handle, size);
}

static void
pop_message (RtcDataChannel * channel)
{
  message_free (g_queue_pop_head (&channel->messages));
  channel->begun = 0;
}

static void
drop_head (RtcDataChannels * self, RtcDataChannel * channel)
{
  RtcDataMessage *message = g_queue_peek_head (&channel->messages);

  if (is_counted (message))
    tell_sent (self, channel, g_bytes_get_size (message->bytes) - channel->begun);
  pop_message (channel);
}

void
rtc_data_channels_drop_all (RtcDataChannels * self, RtcDataChannel * channel)
{
  leave_turn (channel);
  if (self->sender.current == channel)
    self->sender.current = NULL;
  while (!g_queue_is_empty (&channel->messages))
    drop_head (self, channel);
}

void
rtc_data_channels_drop (RtcDataChannels * self, RtcDataChannel * channel)
{
  RtcDataMessage *begun = self->sender.current == channel ? g_queue_pop_head (&channel->messages) : NULL;
  gsize begun_size = channel->begun;

  channel->begun = 0;
  leave_turn (channel);
  while (!g_queue_is_empty (&channel->messages))
    drop_head (self, channel);
  if (begun)
    g_queue_push_head (&channel->messages, begun);
  channel->begun = begun_size;
}

/* Handing over */

/* A lifetime begins when the application sends, or when it could first have been sent. */
static gint
get_lifetime_left (const RtcDataChannel * channel, const RtcDataMessage * message, RtcTime now)
{
  RtcTime waited = now - MAX (message->queued, channel->opened);

  return MAX (channel->spec->max_packet_lifetime - waited / RTC_MSECOND, -1);
}

static void
begin_message (RtcDataChannels * self, RtcDataChannel * channel, const RtcDataMessage * message, gint lifetime)
{
  const RtcDataChannelSpec *spec = channel->spec;
  RtcDataSender *sender = &self->sender;
  gboolean is_dcep = message->ppid == RTC_PPID_DCEP;

  leave_turn (channel);
  sender->virtual_now = MAX (sender->virtual_now, channel->start);
  sender->current = channel;
  sender->how = (RtcSctpSend) {
    .stream = spec->id,
    .ppid = message->ppid,
    .ordered = is_dcep || spec->ordered || !channel->is_confirmed,
    .max_retransmits = is_dcep ? -1 : spec->max_retransmits,
    .max_lifetime = is_dcep ? -1 : lifetime,
  };
}

static void
go_on (RtcDataChannels * self, RtcDataChannel * channel, RtcTime now)
{
  if (g_queue_is_empty (&channel->messages))
    rtc_data_channels_proceed (self, channel, now);
  else
    rtc_data_channels_take_turn (self, channel);
}

/* Makes the message whose turn it is the current one, unless it is too old or too large. */
static void
try_next (RtcDataChannels * self, RtcDataChannel * channel, RtcTime now)
{
  const RtcDataMessage *message = g_queue_peek_head (&channel->messages);
  gsize size = g_bytes_get_size (message->bytes);
  gint lifetime = -1;

  if (message->ppid != RTC_PPID_DCEP && channel->spec->max_packet_lifetime >= 0) {
    lifetime = get_lifetime_left (channel, message, now);
    if (lifetime < 0) {
      leave_turn (channel);
      drop_head (self, channel);
      go_on (self, channel, now);
      return;
    }
  }
  if (is_counted (message) && size > self->max_message_size) {
    rtc_data_channels_fail (self, channel, g_error_new (GST_RTC_ERROR, GST_RTC_ERROR_DATA,
            "A message of %" G_GSIZE_FORMAT " bytes is larger than the peer takes: send at most %" G_GUINT64_FORMAT
            " bytes at a time", size, self->max_message_size), now);
    return;
  }
  begin_message (self, channel, message, lifetime);
}

static void
finish_message (RtcDataChannels * self, RtcDataChannel * channel, RtcTime now)
{
  const RtcDataMessage *message = g_queue_peek_head (&channel->messages);

  if (message->ppid != RTC_PPID_DCEP)
    channel->messages_sent++;
  pop_message (channel);
  self->sender.current = NULL;
  go_on (self, channel, now);
}

static void
refuse (RtcDataChannels * self, RtcDataChannel * channel, RtcTime now)
{
  guint stream = channel->spec->id;

  rtc_data_channels_drop_all (self, channel);
  rtc_data_channels_fail (self, channel, g_error_new (GST_RTC_ERROR, GST_RTC_ERROR_DATA,
          "The SCTP association does not take a message on stream %u", stream), now);
}

/* room: bytes that the association may be given; no piece of a message is smaller than @min_piece, as each ends in a small packet.
 * FALSE: no more may be given now */
static gboolean
hand_over (RtcDataChannels * self, RtcDataChannel * channel, gsize * room, gsize min_piece, RtcTime now)
{
  const RtcDataMessage *message = g_queue_peek_head (&channel->messages);
  gsize size, left, piece;
  const guint8 *data = g_bytes_get_data (message->bytes, &size);
  gssize taken;

  left = size - channel->begun;
  piece = MIN (left, *room);
  if (piece < MIN (left, min_piece))
    return FALSE;
  taken = self->sctp->klass->send (self->sctp, &self->sender.how, data + channel->begun, piece, piece == left, now);
  if (taken < 0) {
    /* If all of the association is gone, update() will see to it. */
    if (self->sctp->klass->get_state (self->sctp) != RTC_SCTP_CONNECTED)
      return FALSE;
    refuse (self, channel, now);
    return TRUE;
  }

  channel->begun += taken;
  *room -= taken;
  if (is_counted (message)) {
    channel->bytes_sent += taken;
    tell_sent (self, channel, taken);
  }
  if ((gsize) taken < left) {
    self->sender.is_blocked = (gsize) taken < piece;
    return FALSE;
  }
  finish_message (self, channel, now);
  return TRUE;
}

static gsize
get_room (RtcDataChannels * self, gsize * ahead)
{
  gsize limit, buffered = self->sctp->klass->get_buffered (self->sctp);
  RtcTime round_trip_time;
  guint window;

  self->sctp->klass->get_path (self->sctp, &round_trip_time, &window);
  *ahead = CLAMP (window / AHEAD_SHARE, MIN_AHEAD, MAX_AHEAD);
  limit = window + *ahead;
  return limit > buffered ? limit - buffered : 0;
}

void
rtc_data_channels_pump (RtcDataChannels * self, RtcTime now)
{
  RtcDataSender *sender = &self->sender;
  gsize room, ahead;

  if (!self->is_connected || sender->is_blocked || (!sender->current && g_sequence_is_empty (sender->turns)))
    return;
  room = get_room (self, &ahead);
  for (;;) {
    if (sender->current) {
      if (!hand_over (self, sender->current, &room, ahead / 2, now))
        return;
    } else if (!g_sequence_is_empty (sender->turns)) {
      try_next (self, g_sequence_get (g_sequence_get_begin_iter (sender->turns)), now);
    } else {
      return;
    }
  }
}
