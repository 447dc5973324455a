/* gst-rtc: tests of SCTP on usrsctp with associations on several threads
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <ext/usrsctp/rtcusrsctp.h>

#include <string.h>

#define N_PARTIES 4
#define N_ROUNDS 3
#define MESSAGE_SIZE (512 * 1024)
#define PART_SIZE 16384

/* One association on a thread of its own. 0 and 1 talk to each other, as do 2 and 3. */
typedef struct _Party Party;
struct _Party
{
  Party *peer;
  GAsyncQueue *inbox;           /* GBytes: packets, and an empty one to wake up */
  RtcSctp *sctp;
  gsize sent, received;
  guint8 value;                 /* of every byte that it sends */
  gint *n_through;              /* atomic, of all */
};

static void
on_wake (gpointer user_data)
{
  g_async_queue_push (((Party *) user_data)->inbox, g_bytes_new_static ("", 0));
}

static void
go_on_sending (Party * self, RtcTime now)
{
  const RtcSctpSend how = { 1, 53, TRUE, -1, -1 };
  guint8 part[PART_SIZE];

  memset (part, self->value, sizeof (part));
  while (self->sent < MESSAGE_SIZE) {
    gssize n = self->sctp->klass->send (self->sctp, &how, part, PART_SIZE - self->sent % PART_SIZE,
        self->sent + PART_SIZE >= MESSAGE_SIZE, now);

    g_assert_cmpint (n, >=, 0);
    if (n == 0)
      return;
    self->sent += n;
  }
}

static void
read_all (Party * self)
{
  g_autofree guint8 *data = g_malloc (RTC_SCTP_READ_SIZE);
  RtcSctpPart part;
  gsize i;

  while (self->sctp->klass->read (self->sctp, data, &part)) {
    for (i = 0; i < part.size; i++)
      g_assert_cmpuint (data[i], ==, self->peer->value);
    self->received += part.size;
    if (self->received == MESSAGE_SIZE) {
      g_assert_true (part.is_last);
      g_atomic_int_inc (self->n_through);
    }
  }
}

static void
update (Party * self, RtcTime now)
{
  const guint8 *packet;
  RtcSctpEvent event;
  gsize size;

  read_all (self);
  while (self->sctp->klass->next_event (self->sctp, &event)) {
    if (self->sctp->klass->get_state (self->sctp) == RTC_SCTP_CONNECTED)
      go_on_sending (self, now);
  }
  while ((packet = self->sctp->klass->next_packet (self->sctp, &size)))
    g_async_queue_push (self->peer->inbox, g_bytes_new (packet, size));
}

static void
wait_for_packets (Party * self)
{
  RtcTime timeout = self->sctp->klass->get_timeout (self->sctp) - g_get_monotonic_time ();
  GBytes *bytes = timeout > 0 ? g_async_queue_timeout_pop (self->inbox, timeout) : NULL;

  for (; bytes; bytes = g_async_queue_try_pop (self->inbox)) {
    gsize size;
    const guint8 *data = g_bytes_get_data (bytes, &size);

    self->sctp->klass->receive (self->sctp, data, size, g_get_monotonic_time ());
    g_bytes_unref (bytes);
  }
}

static gpointer
live (gpointer user_data)
{
  Party *self = user_data;
  const RtcSctpConfig config = {
    .local_port = 5000,.remote_port = 5000,.mtu = 1200,.n_streams = 16,.send_buffer = 128 * 1024,.receive_buffer = 128 * 1024,
    .wake = on_wake,.user_data = self,
  };

  self->sctp = rtc_usrsctp_new (&config, NULL);
  g_assert_nonnull (self->sctp);
  self->sctp->klass->start (self->sctp, g_get_monotonic_time ());
  update (self, g_get_monotonic_time ());
  while (g_atomic_int_get (self->n_through) < N_PARTIES) {
    RtcTime now;

    wait_for_packets (self);
    now = g_get_monotonic_time ();
    if (self->sctp->klass->get_timeout (self->sctp) <= now)
      self->sctp->klass->on_timeout (self->sctp, now);
    update (self, now);
  }
  self->sctp->klass->free (self->sctp);
  return NULL;
}

static void
run_round (void)
{
  Party parties[N_PARTIES] = { 0, };
  GThread *threads[N_PARTIES];
  gint n_through = 0;
  guint i;

  for (i = 0; i < N_PARTIES; i++) {
    parties[i].inbox = g_async_queue_new_full ((GDestroyNotify) g_bytes_unref);
    parties[i].value = 0x11 * (i + 1);
    parties[i].peer = &parties[i ^ 1];
    parties[i].n_through = &n_through;
  }
  for (i = 0; i < N_PARTIES; i++)
    threads[i] = g_thread_new ("party", live, &parties[i]);
  for (i = 0; i < N_PARTIES; i++)
    g_thread_join (threads[i]);
  for (i = 0; i < N_PARTIES; i++)
    g_async_queue_unref (parties[i].inbox);
}

/* They come, transfer and go at the same time, with one library under them. */
static void
test_parallel (void)
{
  guint i;

  for (i = 0; i < N_ROUNDS; i++)
    run_round ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/usrsctpthreads/parallel", test_parallel);
  return g_test_run ();
}
