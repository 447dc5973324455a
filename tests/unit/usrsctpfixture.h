/* gst-rtc: two SCTP associations over a link in memory and in virtual time
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Timers follow the time that is handed in, but usrsctp asks the wall clock for round-trip times and lifetimes, and for how long ago
 * a packet was sent before it sends it again. So the tests have a wall clock of their own, which goes with theirs.
 */
#pragma once

#include <ext/usrsctp/rtcusrsctp.h>

#include <string.h>
#include <sys/time.h>

#define PORT 5000
#define MTU 1191
#define DELAY (20 * RTC_MSECOND)
#define BUFFER (256 * 1024)
#define BINARY 53

typedef struct
{
  RtcTime arrival;
  GBytes *bytes;
} Packet;

typedef struct
{
  guint16 stream;
  guint32 ppid;
  GByteArray *data;
  gboolean is_cut;
} Message;

typedef struct _Link Link;

typedef struct
{
  Link *link;
  RtcSctp *sctp;
  GQueue *incoming;             /* Packet */
  GPtrArray *messages;          /* Message */
  Message *current;
  GArray *resets, *resets_done; /* guint16 */
  guint states, writable, wakes;
  gboolean is_paused;           /* does not read */
  guint n_packets;              /* that it sent */
  gsize largest;
} Side;

/* (nullable): whether a packet is lost: the n-th from this side */
typedef gboolean (*LoseFunc) (Side * from, guint n, const guint8 * data, gsize size);

struct _Link
{
  Side sides[2];
  RtcTime begun;
  LoseFunc lose;
  GRand *rand;
};

static RtcTime clock_now = 1000 * RTC_SECOND;
/* It keeps going when the other begins again. */
static RtcTime wall_clock_offset = G_GINT64_CONSTANT (1700000000) * RTC_SECOND;

int gettimeofday (struct timeval *restrict tv, void *restrict tz);

int
gettimeofday (struct timeval *restrict tv, void *restrict tz)
{
  RtcTime wall_clock = clock_now + wall_clock_offset;

  tv->tv_sec = wall_clock / RTC_SECOND;
  tv->tv_usec = wall_clock % RTC_SECOND;
  return 0;
}

static const RtcSctpSend reliable = { 0, BINARY, TRUE, -1, -1 };

static void
packet_free (Packet * packet)
{
  g_bytes_unref (packet->bytes);
  g_free (packet);
}

static void
message_free (Message * message)
{
  g_byte_array_unref (message->data);
  g_free (message);
}

static void
on_wake (gpointer user_data)
{
  g_atomic_int_inc ((gint *) & ((Side *) user_data)->wakes);
}

static RtcSctpConfig
make_config (Side * side)
{
  return (RtcSctpConfig) {
    .local_port = PORT,.remote_port = PORT,.mtu = MTU,.n_streams = 16,.send_buffer = BUFFER,.receive_buffer = BUFFER,
    .wake = on_wake,.user_data = side,
  };
}

static void
side_init (Side * side, Link * link, const RtcSctpConfig * config)
{
  g_autoptr (GError) error = NULL;

  *side = (Side) { .link = link };
  side->sctp = rtc_usrsctp_new (config, &error);
  g_assert_no_error (error);
  side->incoming = g_queue_new ();
  side->messages = g_ptr_array_new_with_free_func ((GDestroyNotify) message_free);
  side->resets = g_array_new (FALSE, FALSE, sizeof (guint16));
  side->resets_done = g_array_new (FALSE, FALSE, sizeof (guint16));
}

static void
side_free_association (Side * side)
{
  if (side->sctp)
    side->sctp->klass->free (side->sctp);
  side->sctp = NULL;
}

static void
side_clear (Side * side)
{
  side_free_association (side);
  g_queue_free_full (side->incoming, (GDestroyNotify) packet_free);
  g_ptr_array_unref (side->messages);
  g_clear_pointer (&side->current, message_free);
  g_array_unref (side->resets);
  g_array_unref (side->resets_done);
}

static Link *
link_new_with (const RtcSctpConfig * changes)
{
  Link *link = g_new0 (Link, 1);
  guint i;

  for (i = 0; i < 2; i++) {
    RtcSctpConfig config = make_config (&link->sides[i]);

    if (changes) {
      config.n_streams = changes->n_streams;
      config.send_buffer = changes->send_buffer;
      config.receive_buffer = changes->receive_buffer;
    }
    side_init (&link->sides[i], link, &config);
  }
  link->begun = clock_now;
  link->rand = g_rand_new_with_seed (7);
  return link;
}

static void
link_free (Link * link)
{
  clock_now += RTC_SECOND;
  side_clear (&link->sides[0]);
  side_clear (&link->sides[1]);
  g_rand_free (link->rand);
  g_free (link);
}

static void
on_part (Side * side, const guint8 * data, const RtcSctpPart * part)
{
  g_assert_cmpuint (part->size, <=, RTC_SCTP_READ_SIZE);
  g_assert_true (part->size > 0 || part->is_cut);
  if (!side->current) {
    side->current = g_new0 (Message, 1);
    side->current->data = g_byte_array_new ();
    side->current->stream = part->stream;
    side->current->ppid = part->ppid;
  }
  g_assert_cmpuint (part->stream, ==, side->current->stream);
  g_assert_cmpuint (part->ppid, ==, side->current->ppid);
  g_byte_array_append (side->current->data, data, part->size);
  if (part->is_last) {
    side->current->is_cut = part->is_cut;
    g_ptr_array_add (side->messages, g_steal_pointer (&side->current));
  }
}

static void
on_event (Side * side, const RtcSctpEvent * event)
{
  switch (event->kind) {
    case RTC_SCTP_EVENT_STATE:
      side->states++;
      break;
    case RTC_SCTP_EVENT_WRITABLE:
      side->writable++;
      break;
    case RTC_SCTP_EVENT_RESET:
      g_array_append_val (side->resets, event->stream);
      break;
    case RTC_SCTP_EVENT_RESET_DONE:
      g_array_append_val (side->resets_done, event->stream);
      break;
  }
}

static void
side_read (Side * side)
{
  static guint8 data[RTC_SCTP_READ_SIZE];
  RtcSctpPart part;

  while (side->sctp->klass->read (side->sctp, data, &part))
    on_part (side, data, &part);
}

static void
side_send_packets (Side * side)
{
  Link *link = side->link;
  Side *other = side == &link->sides[0] ? &link->sides[1] : &link->sides[0];
  const guint8 *data;
  gsize size;

  while ((data = side->sctp->klass->next_packet (side->sctp, &size))) {
    Packet *packet;

    side->largest = MAX (side->largest, size);
    if (link->lose && link->lose (side, side->n_packets++, data, size))
      continue;
    packet = g_new0 (Packet, 1);
    packet->arrival = clock_now + DELAY;
    packet->bytes = g_bytes_new (data, size);
    g_queue_push_tail (other->incoming, packet);
  }
}

/* What an owner does after each call */
static void
side_update (Side * side)
{
  RtcSctpEvent event;

  if (!side->is_paused)
    side_read (side);
  while (side->sctp->klass->next_event (side->sctp, &event))
    on_event (side, &event);
  side_send_packets (side);
}

static RtcTime
side_get_next (Side * side)
{
  Packet *packet = g_queue_peek_head (side->incoming);
  RtcTime next;

  if (!side->sctp)
    return RTC_TIME_NEVER;
  next = side->sctp->klass->get_timeout (side->sctp);
  return packet ? MIN (next, packet->arrival) : next;
}

static void
side_step (Side * side)
{
  RtcTime now = clock_now;
  Packet *packet;

  while ((packet = g_queue_peek_head (side->incoming)) && packet->arrival <= now) {
    gsize size;
    const guint8 *data = g_bytes_get_data (packet->bytes, &size);

    side->sctp->klass->receive (side->sctp, data, size, now);
    packet_free (g_queue_pop_head (side->incoming));
    side_update (side);
  }
  if (side->sctp->klass->get_timeout (side->sctp) <= now)
    side->sctp->klass->on_timeout (side->sctp, now);
  side_update (side);
}

typedef gboolean (*Condition) (Link * link);

/* until: (nullable): or for so long. Returns whether it became true */
static gboolean
run (Link * link, Condition until, RtcTime duration)
{
  RtcTime end = clock_now + duration;
  guint i;

  for (;;) {
    RtcTime next;

    for (i = 0; i < 2; i++) {
      if (link->sides[i].sctp)
        side_step (&link->sides[i]);
    }
    if (until && until (link))
      return TRUE;
    next = MIN (side_get_next (&link->sides[0]), side_get_next (&link->sides[1]));
    if (MAX (next, clock_now) >= end) {
      clock_now = end;
      return FALSE;
    }
    clock_now = MAX (next, clock_now);
  }
}

static RtcSctpState
get_state (Side * side)
{
  return side->sctp->klass->get_state (side->sctp);
}

static void
start (Side * side)
{
  side->sctp->klass->start (side->sctp, clock_now);
}

static gboolean
are_connected (Link * link)
{
  return get_state (&link->sides[0]) == RTC_SCTP_CONNECTED && get_state (&link->sides[1]) == RTC_SCTP_CONNECTED;
}

static gboolean
is_quiet (Link * link)
{
  guint i;

  for (i = 0; i < 2; i++) {
    Side *side = &link->sides[i];

    if (!g_queue_is_empty (side->incoming) || side->sctp->klass->get_buffered (side->sctp) > 0)
      return FALSE;
  }
  return TRUE;
}

static Link *
connected_link_new_with (const RtcSctpConfig * changes)
{
  Link *link = link_new_with (changes);

  start (&link->sides[0]);
  start (&link->sides[1]);
  g_assert_true (run (link, are_connected, RTC_SECOND));
  return link;
}

static Link *
connected_link_new (void)
{
  return connected_link_new_with (NULL);
}

static gssize
send_bytes (Side * side, const RtcSctpSend * how, const void *data, gsize size, gboolean is_last)
{
  return side->sctp->klass->send (side->sctp, how, data, size, is_last, clock_now);
}

static void
send_text (Side * side, const RtcSctpSend * how, const gchar * text)
{
  g_assert_cmpint (send_bytes (side, how, text, strlen (text), TRUE), ==, strlen (text));
}

static Message *
get_message (Side * side, guint i)
{
  g_assert_cmpuint (i, <, side->messages->len);
  return g_ptr_array_index (side->messages, i);
}

static void
check_text (Side * side, guint i, const gchar * text)
{
  Message *message = get_message (side, i);

  g_assert_false (message->is_cut);
  g_assert_cmpmem (message->data->data, message->data->len, text, strlen (text));
}

static GByteArray *
make_bytes (gsize size)
{
  GByteArray *bytes = g_byte_array_sized_new (size);
  guint32 value = 1, i;

  g_byte_array_set_size (bytes, size);
  for (i = 0; i < size; i++)
    bytes->data[i] = (value = value * 1664525u + 1013904223u) >> 24;
  return bytes;
}

/* A large message that is on its way, as much of it as is taken at a time */
typedef struct
{
  RtcSctpSend how;
  GByteArray *bytes;
  gsize sent;
} Transfer;

static Transfer transfers[2];

static void
transfer_go_on (Side * side, Transfer * transfer)
{
  gssize n;

  while (transfer->sent < transfer->bytes->len) {
    gsize size = MIN (50000, transfer->bytes->len - transfer->sent);

    n = send_bytes (side, &transfer->how, transfer->bytes->data + transfer->sent, size,
        transfer->sent + size == transfer->bytes->len);
    g_assert_cmpint (n, >=, 0);
    transfer->sent += n;
    if ((gsize) n < size)
      return;
  }
}

static gboolean
go_on_until_through (Link * link)
{
  guint i, through = 0;

  for (i = 0; i < 2; i++) {
    Side *side = &link->sides[i];

    if (side->writable > 0) {
      side->writable = 0;
      transfer_go_on (side, &transfers[i]);
    }
    through += transfers[1 - i].bytes == NULL || side->messages->len > 0;
  }
  return through == 2 && is_quiet (link);
}

static void
check_transfer (Side * side, Transfer * transfer)
{
  Message *message = get_message (side, 0);

  g_assert_cmpuint (side->messages->len, ==, 1);
  g_assert_false (message->is_cut);
  g_assert_cmpmem (message->data->data, message->data->len, transfer->bytes->data, transfer->bytes->len);
  g_clear_pointer (&transfer->bytes, g_byte_array_unref);
  transfer->sent = 0;
}

static gboolean
lose_five_percent (Side * from, guint n, const guint8 * data, gsize size)
{
  return g_rand_int_range (from->link->rand, 0, 100) < 5;
}
