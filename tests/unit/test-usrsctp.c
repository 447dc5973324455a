/* gst-rtc: tests of SCTP on usrsctp
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "usrsctpfixture.h"

#include <malloc.h>

static void
test_connect (void)
{
  Link *link = link_new_with (NULL);
  Side *late = &link->sides[1];
  RtcSctpEvent event;

  g_assert_cmpint (get_state (late), ==, RTC_SCTP_NEW);
  g_assert_cmpint (late->sctp->klass->get_timeout (late->sctp), ==, RTC_TIME_NEVER);
  g_assert_false (late->sctp->klass->next_event (late->sctp, &event));
  g_assert_cmpint (send_bytes (late, &reliable, "no", 2, TRUE), ==, -1);

  /* the first INIT comes before the start: what is heard then must not be refused */
  start (&link->sides[0]);
  run (link, NULL, 100 * RTC_MSECOND);
  g_assert_cmpint (get_state (&link->sides[0]), ==, RTC_SCTP_CONNECTING);
  start (late);
  g_assert_true (run (link, are_connected, 200 * RTC_MSECOND));
  g_assert_cmpuint (late->states, ==, 2);
  g_assert_cmpuint (late->sctp->klass->get_n_streams (late->sctp), ==, 16);
  link_free (link);
}

static void
test_simultaneous (void)
{
  Link *link = connected_link_new ();

  g_assert_cmpint (clock_now - link->begun, <=, 4 * DELAY);
  send_text (&link->sides[0], &reliable, "here");
  send_text (&link->sides[1], &reliable, "there");
  g_assert_true (run (link, is_quiet, RTC_SECOND));
  check_text (&link->sides[1], 0, "here");
  check_text (&link->sides[0], 0, "there");
  link_free (link);
}

static gboolean
lose_first_four (Side * from, guint n, const guint8 * data, gsize size)
{
  return n < 4;
}

static void
test_connect_with_loss (void)
{
  Link *link = link_new_with (NULL);

  link->lose = lose_first_four;
  start (&link->sides[0]);
  start (&link->sides[1]);
  g_assert_true (run (link, are_connected, 20 * RTC_SECOND));
  link_free (link);
}

static gboolean
has_failed (Link * link)
{
  return get_state (&link->sides[0]) == RTC_SCTP_FAILED;
}

static void
test_no_answer (void)
{
  Link *link = link_new_with (NULL);
  Side *side = &link->sides[0];

  start (side);
  g_assert_true (run (link, has_failed, 60 * RTC_SECOND));
  g_assert_error (side->sctp->klass->get_error (side->sctp), GST_RTC_ERROR, GST_RTC_ERROR_DATA);
  g_assert_cmpint (clock_now - link->begun, >, 20 * RTC_SECOND);
  g_assert_cmpint (side->sctp->klass->get_timeout (side->sctp), ==, RTC_TIME_NEVER);
  g_assert_cmpuint (side->states, ==, 2);
  link_free (link);
}

static gboolean
lose_all (Side * from, guint n, const guint8 * data, gsize size)
{
  return TRUE;
}

/* ICE ends a peer after half a minute: an outage that it survives must not end the association. */
static void
test_outage (void)
{
  Link *link = connected_link_new ();

  link->lose = lose_all;
  send_text (&link->sides[0], &reliable, "hello");
  run (link, NULL, 30 * RTC_SECOND);
  g_assert_true (are_connected (link));
  g_assert_cmpuint (link->sides[0].sctp->klass->get_buffered (link->sides[0].sctp), ==, 5);

  link->lose = NULL;
  g_assert_true (run (link, is_quiet, 4 * RTC_SECOND));
  check_text (&link->sides[1], 0, "hello");

  link->lose = lose_all;
  send_text (&link->sides[0], &reliable, "hello?");
  g_assert_true (run (link, has_failed, 120 * RTC_SECOND));
  g_assert_error (link->sides[0].sctp->klass->get_error (link->sides[0].sctp), GST_RTC_ERROR, GST_RTC_ERROR_DATA);
  link_free (link);
}

static gboolean
lose_next_of_first (Side * from, guint n, const guint8 * data, gsize size)
{
  if (from != &from->link->sides[0])
    return FALSE;
  from->link->lose = NULL;
  return TRUE;
}

static void
test_order (void)
{
  const RtcSctpSend other_stream = { 3, 51, TRUE, -1, -1 }, unordered = { 0, 51, FALSE, -1, -1 };
  Link *link = connected_link_new ();

  link->lose = lose_next_of_first;
  send_text (&link->sides[0], &reliable, "one");
  run (link, NULL, RTC_MSECOND);
  send_text (&link->sides[0], &reliable, "two");
  send_text (&link->sides[0], &other_stream, "three");
  send_text (&link->sides[0], &unordered, "four");
  g_assert_true (run (link, is_quiet, RTC_SECOND));

  /* only what is ordered after it waits for the lost one */
  g_assert_cmpuint (link->sides[1].messages->len, ==, 4);
  check_text (&link->sides[1], 0, "three");
  check_text (&link->sides[1], 1, "four");
  check_text (&link->sides[1], 2, "one");
  check_text (&link->sides[1], 3, "two");
  g_assert_cmpuint (get_message (&link->sides[1], 0)->stream, ==, 3);
  g_assert_cmpuint (get_message (&link->sides[1], 0)->ppid, ==, 51);
  g_assert_cmpuint (get_message (&link->sides[1], 2)->ppid, ==, BINARY);
  link_free (link);
}

static void
test_large (gconstpointer data)
{
  const RtcSctpConfig config = {.n_streams = 16,.send_buffer = 128 * 1024,.receive_buffer = 256 * 1024 };
  Link *link = connected_link_new_with (&config);
  guint i;

  link->lose = (LoseFunc) data;
  for (i = 0; i < 2; i++) {
    transfers[i] = (Transfer) { { 5, BINARY, i == 0, -1, -1 }, make_bytes (1024 * 1024 + 7 * i), 0 };
    transfer_go_on (&link->sides[i], &transfers[i]);
    g_assert_cmpuint (transfers[i].sent, <=, config.send_buffer);
    g_assert_cmpuint (link->sides[i].sctp->klass->get_buffered (link->sides[i].sctp), ==, transfers[i].sent);
  }
  g_assert_true (run (link, go_on_until_through, 600 * RTC_SECOND));
  for (i = 0; i < 2; i++) {
    check_transfer (&link->sides[1 - i], &transfers[i]);
    /* as large as they may be, and no larger */
    g_assert_cmpuint (link->sides[i].largest, <=, MTU);
    g_assert_cmpuint (link->sides[i].largest, >, MTU - 4);
  }
  link_free (link);
}

/* Each message on its own, and all of them at once */
static void
test_many_with_loss (void)
{
  enum { N = 400 };
  Link *link = connected_link_new ();
  guint i;

  link->lose = lose_five_percent;
  for (i = 0; i < N; i++) {
    const RtcSctpSend how = { i % 16, i, TRUE, -1, -1 };
    guint8 data[500];

    memset (data, i, sizeof (data));
    g_assert_cmpint (send_bytes (&link->sides[0], &how, data, 1 + i, TRUE), ==, 1 + i);
  }
  g_assert_true (run (link, is_quiet, 60 * RTC_SECOND));
  g_assert_cmpuint (link->sides[1].messages->len, ==, N);
  for (i = 0; i < N; i++) {
    Message *message = get_message (&link->sides[1], i);

    g_assert_cmpuint (message->data->len, ==, 1 + message->ppid);
    g_assert_cmpuint (message->stream, ==, message->ppid % 16);
  }
  link_free (link);
}

static void
test_unreliable (gconstpointer data)
{
  const gboolean by_lifetime = GPOINTER_TO_INT (data);
  const RtcSctpSend how = { 2, BINARY, TRUE, by_lifetime ? -1 : 0, by_lifetime ? 0 : -1 };
  Link *link = connected_link_new ();

  link->lose = lose_next_of_first;
  send_text (&link->sides[0], &how, "lost");
  run (link, NULL, RTC_MSECOND);
  send_text (&link->sides[0], &how, "next");
  g_assert_true (run (link, is_quiet, 2 * RTC_SECOND));
  g_assert_cmpuint (link->sides[1].messages->len, ==, 1);
  check_text (&link->sides[1], 0, "next");
  link_free (link);
}

static gboolean
lose_sixtieth (Side * from, guint n, const guint8 * data, gsize size)
{
  return from == &from->link->sides[0] && n == 60;
}

/* Half of it was read when the rest is given up. */
static void
test_cut (void)
{
  const RtcSctpConfig config = {.n_streams = 16,.send_buffer = BUFFER,.receive_buffer = 64 * 1024 };
  const RtcSctpSend how = { 2, BINARY, TRUE, 0, -1 };
  g_autoptr (GByteArray) bytes = make_bytes (150000);
  Link *link = connected_link_new_with (&config);
  Message *message;

  link->lose = lose_sixtieth;
  g_assert_cmpint (send_bytes (&link->sides[0], &how, bytes->data, bytes->len, TRUE), ==, bytes->len);
  send_text (&link->sides[0], &reliable, "after");
  g_assert_true (run (link, is_quiet, 5 * RTC_SECOND));
  g_assert_cmpuint (link->sides[1].messages->len, ==, 2);
  message = get_message (&link->sides[1], 0);
  g_assert_true (message->is_cut);
  g_assert_cmpuint (message->stream, ==, 2);
  g_assert_cmpuint (message->data->len, >, 0);
  g_assert_cmpuint (message->data->len, <, bytes->len);
  check_text (&link->sides[1], 1, "after");
  link_free (link);
}

static void
test_back_pressure (void)
{
  Link *link = connected_link_new ();
  Side *sender = &link->sides[0], *reader = &link->sides[1];
  gsize taken;

  reader->is_paused = TRUE;
  transfers[0] = (Transfer) { reliable, make_bytes (4 * BUFFER), 0 };
  transfer_go_on (sender, &transfers[0]);
  g_assert_false (run (link, go_on_until_through, 20 * RTC_SECOND));
  taken = transfers[0].sent;
  g_assert_cmpuint (taken, >, BUFFER);
  g_assert_cmpuint (taken, <=, 2 * BUFFER);
  g_assert_cmpuint (sender->sctp->klass->get_buffered (sender->sctp), >, BUFFER / 2);
  g_assert_false (run (link, go_on_until_through, 300 * RTC_SECOND));
  g_assert_true (are_connected (link));
  g_assert_cmpuint (transfers[0].sent, ==, taken);

  reader->is_paused = FALSE;
  g_assert_true (run (link, go_on_until_through, 60 * RTC_SECOND));
  check_transfer (reader, &transfers[0]);
  link_free (link);
}

static gboolean
send_without_end (Link * link)
{
  static const guint8 message[4096];

  while (send_bytes (&link->sides[0], &reliable, message, sizeof (message), TRUE) == sizeof (message));
  return FALSE;
}

/* A path that loses nothing carries a full window in each round trip, for as long as it takes. */
static void
test_window (void)
{
  const RtcTime duration = 10 * RTC_SECOND;
  Link *link = connected_link_new ();

  run (link, send_without_end, duration);
  g_assert_cmpuint (link->sides[1].messages->len * 4096, >, duration / (2 * DELAY) * (BUFFER / 4 * 3));
  link_free (link);
}

static gboolean
are_reset (Link * link)
{
  return link->sides[0].resets->len + link->sides[1].resets->len == 2
      && link->sides[0].resets_done->len + link->sides[1].resets_done->len == 2;
}

static void
test_reset (void)
{
  const RtcSctpSend how = { 4, BINARY, TRUE, -1, -1 };
  Link *link = connected_link_new ();
  guint i, round;

  link->lose = lose_five_percent;
  for (round = 0; round < 20; round++) {
    for (i = 0; i < 2; i++) {
      Side *side = &link->sides[i];

      g_array_set_size (side->resets, 0);
      g_array_set_size (side->resets_done, 0);
      g_ptr_array_set_size (side->messages, 0);
      send_text (side, &how, "first");
      send_text (side, &how, "last");
      g_assert_true (side->sctp->klass->reset_stream (side->sctp, 4, clock_now));
    }
    g_assert_true (run (link, are_reset, 30 * RTC_SECOND));
    for (i = 0; i < 2; i++) {
      Side *side = &link->sides[i];

      g_assert_cmpuint (side->messages->len, ==, 2);
      check_text (side, 1, "last");
      g_assert_cmpuint (side->resets->len, ==, 1);
      g_assert_cmpuint (g_array_index (side->resets, guint16, 0), ==, 4);
      g_assert_cmpuint (g_array_index (side->resets_done, guint16, 0), ==, 4);
    }
  }
  link_free (link);
}

static gboolean
all_are_reset (Link * link)
{
  return link->sides[0].resets_done->len == 1024 && link->sides[1].resets->len == 1024;
}

static void
test_many_streams (void)
{
  const RtcSctpConfig config = {.n_streams = 1024,.send_buffer = BUFFER,.receive_buffer = BUFFER };
  Link *link = connected_link_new_with (&config);
  Side *side = &link->sides[0];
  RtcSctpSend how = reliable;
  guint i;

  g_assert_cmpuint (side->sctp->klass->get_n_streams (side->sctp), ==, 1024);
  for (i = 0; i < 1024; i++) {
    how.stream = i;
    send_text (side, &how, "hi");
  }
  how.stream = 1024;
  g_assert_cmpint (send_bytes (side, &how, "hi", 2, TRUE), ==, -1);
  how.stream = 65535;
  g_assert_cmpint (send_bytes (side, &how, "hi", 2, TRUE), ==, -1);
  g_assert_true (run (link, is_quiet, 10 * RTC_SECOND));
  g_assert_cmpuint (link->sides[1].messages->len, ==, 1024);

  for (i = 0; i < 1024; i++)
    g_assert_true (side->sctp->klass->reset_stream (side->sctp, i, clock_now));
  g_assert_true (run (link, all_are_reset, 10 * RTC_SECOND));
  link_free (link);
}

static gboolean
second_is_closed (Link * link)
{
  return get_state (&link->sides[1]) == RTC_SCTP_CLOSED;
}

static void
test_close (void)
{
  Link *link = connected_link_new ();
  Side *side = &link->sides[0];

  send_text (&link->sides[1], &reliable, "hi");
  side->sctp->klass->close (side->sctp);
  g_assert_cmpint (get_state (side), ==, RTC_SCTP_CLOSED);
  g_assert_cmpint (send_bytes (side, &reliable, "hi", 2, TRUE), ==, -1);
  g_assert_false (side->sctp->klass->reset_stream (side->sctp, 1, clock_now));
  g_assert_true (run (link, second_is_closed, 100 * RTC_MSECOND));
  g_assert_null (link->sides[1].sctp->klass->get_error (link->sides[1].sctp));
  run (link, NULL, 10 * RTC_SECOND);
  g_assert_cmpuint (side->states, ==, 3);
  g_assert_cmpuint (link->sides[1].states, ==, 3);
  link_free (link);
}

static gboolean
first_has_sent (Link * link)
{
  return link->sides[0].n_packets >= 2;
}

static gboolean
lose_nothing (Side * from, guint n, const guint8 * data, gsize size)
{
  return FALSE;
}

static void
make_and_free_all (void)
{
  Link *link;
  guint i;

  /* half open: after INIT, after INIT ACK, after COOKIE ECHO */
  for (i = 0; i < 6; i++) {
    link = link_new_with (NULL);
    link->lose = lose_nothing;
    if (i > 0)
      start (&link->sides[0]);
    if (i > 1)
      start (&link->sides[1]);
    run (link, i < 3 ? first_has_sent : NULL, (i - 1) * DELAY + RTC_MSECOND);
    link_free (link);
  }

  /* in the middle of transfers, with data that nobody has read */
  link = connected_link_new ();
  link->sides[1].is_paused = TRUE;
  transfers[0] = (Transfer) { reliable, make_bytes (2 * BUFFER), 0 };
  transfer_go_on (&link->sides[0], &transfers[0]);
  run (link, NULL, 100 * RTC_MSECOND);
  link->sides[0].sctp->klass->reset_stream (link->sides[0].sctp, 3, clock_now);
  side_free_association (&link->sides[0]);
  /* what is on the way meets nobody */
  run (link, NULL, RTC_SECOND);
  g_clear_pointer (&transfers[0].bytes, g_byte_array_unref);
  link_free (link);
}

static void
test_free (void)
{
  gsize before, after;
  guint i;

  for (i = 0; i < 20; i++)
    make_and_free_all ();
  before = mallinfo2 ().uordblks;
  for (i = 0; i < 50; i++)
    make_and_free_all ();
  after = mallinfo2 ().uordblks;
  /* 350 pairs: nothing that each would leave */
  g_assert_cmpint ((gssize) after - (gssize) before, <, 350 * 16);
}

static guint32
crc32c (const guint8 * data, gsize size)
{
  guint32 crc = 0xffffffff;
  gsize i;
  guint bit;

  for (i = 0; i < size; i++) {
    crc ^= data[i];
    for (bit = 0; bit < 8; bit++)
      crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78 : 0);
  }
  return ~crc;
}

static void
set_checksum (guint8 * data, gsize size)
{
  guint32 crc;

  GST_WRITE_UINT32_LE (data + 8, 0);
  crc = crc32c (data, size);
  GST_WRITE_UINT32_LE (data + 8, crc);
}

/* Not answered, or by less than it was: a SHUTDOWN ACK out of the blue is (RFC 9260, section 8.4). */
static void
receive_bad (Side * side, const guint8 * data, gsize size)
{
  gsize answer_size;

  side->sctp->klass->receive (side->sctp, data, size, clock_now);
  if (side->sctp->klass->next_packet (side->sctp, &answer_size)) {
    g_assert_cmpuint (answer_size, <=, size);
    g_assert_null (side->sctp->klass->next_packet (side->sctp, &answer_size));
  }
}

static void
receive_garbage (Side * side)
{
  GRand *rand = side->link->rand;
  guint8 data[2000];
  guint i, j;

  for (i = 0; i < 500; i++) {
    gsize size = g_rand_int_range (rand, 0, i < 250 ? 40 : sizeof (data));

    for (j = 0; j < size; j++)
      data[j] = g_rand_int (rand);
    receive_bad (side, data, size);
    /* for it, and intact */
    if (size >= 16) {
      GST_WRITE_UINT16_BE (data, PORT);
      GST_WRITE_UINT16_BE (data + 2, PORT);
      set_checksum (data, size);
      receive_bad (side, data, size);
    }
  }
}

/* What is wrong in the common header of a DATA packet is not heard and not answered. */
static void
receive_misaddressed (Side * side, const guint8 * good, gsize size)
{
  const guint at[] = { 0, 2, 4, 8 };
  guint8 data[MTU];
  guint i;

  for (i = 0; i < G_N_ELEMENTS (at); i++) {
    memcpy (data, good, size);
    data[at[i]] ^= 0x40;
    if (at[i] != 8)
      set_checksum (data, size);
    receive_bad (side, data, size);
  }
  for (i = 0; i < size; i++)
    receive_bad (side, good, i);
}

static void
test_garbage (void)
{
  Link *link = link_new_with (NULL);
  Side *side = &link->sides[1];
  const guint8 *data;
  gsize size;

  receive_garbage (side);
  start (&link->sides[0]);
  start (side);
  side_update (side);
  receive_garbage (side);
  g_assert_true (run (link, are_connected, RTC_SECOND));

  send_text (&link->sides[0], &reliable, "good");
  data = link->sides[0].sctp->klass->next_packet (link->sides[0].sctp, &size);
  g_assert_nonnull (data);
  receive_misaddressed (side, data, size);
  receive_garbage (side);
  side_read (side);
  g_assert_cmpuint (side->messages->len, ==, 0);
  side->sctp->klass->receive (side->sctp, data, size, clock_now);
  side_read (side);
  check_text (side, 0, "good");

  side->sctp->klass->close (side->sctp);
  while (side->sctp->klass->next_packet (side->sctp, &size));
  receive_garbage (side);
  link_free (link);
}

/* Nothing to do: ten times a second, at the same instants for all */
static void
test_grid (void)
{
  Link *link = connected_link_new ();
  Side *side = &link->sides[0];
  guint calls = 0;
  RtcTime end;

  run (link, NULL, RTC_SECOND);
  for (end = clock_now + 10 * RTC_SECOND; clock_now < end; calls++) {
    clock_now = side->sctp->klass->get_timeout (side->sctp);
    g_assert_cmpint (clock_now % (100 * RTC_MSECOND), ==, 0);
    side->sctp->klass->on_timeout (side->sctp, clock_now);
  }
  g_assert_cmpuint (calls, <=, 101);

  send_text (side, &reliable, "hi");
  g_assert_cmpint (side->sctp->klass->get_timeout (side->sctp), ==, clock_now + 10 * RTC_MSECOND);
  link_free (link);
}

/* Whoever is called first after a tick drives the timers of all, and wakes those for whom something came of it. */
static void
test_wake (void)
{
  Link *link = connected_link_new (), *other = connected_link_new ();
  Side *side = &link->sides[0];
  guint wakes;
  gsize size;

  send_text (side, &reliable, "lost");
  while (side->sctp->klass->next_packet (side->sctp, &size));
  wakes = side->wakes;
  g_assert_cmpuint (wakes, ==, 0);
  run (other, NULL, RTC_SECOND);
  g_assert_cmpuint (side->wakes, >, wakes);
  
  g_assert_true (run (link, is_quiet, RTC_SECOND));
  check_text (&link->sides[1], 0, "lost");
  link_free (other);
  link_free (link);
}

/* A clock that begins again */
static void
test_other_clock (void)
{
  Link *link;
  RtcTime before = clock_now;

  clock_now = 5 * RTC_SECOND;
  wall_clock_offset += before;
  link = link_new_with (NULL);
  link->lose = lose_first_four;
  start (&link->sides[0]);
  start (&link->sides[1]);
  g_assert_true (run (link, are_connected, 20 * RTC_SECOND));
  link_free (link);
  /* and a long time in which nobody was there */
  clock_now += 3600 * RTC_SECOND;
  link_free (connected_link_new ());
}

static void
test_stats (void)
{
  Link *link = connected_link_new ();
  RtcTime round_trip_time;
  guint window;

  link->sides[0].sctp->klass->get_path (link->sides[0].sctp, &round_trip_time, &window);
  g_assert_cmpint (round_trip_time, >=, 0);
  g_assert_cmpuint (window, >=, 4 * MTU);
  link->sides[0].sctp->klass->close (link->sides[0].sctp);
  link->sides[0].sctp->klass->get_path (link->sides[0].sctp, &round_trip_time, &window);
  g_assert_cmpuint (window, ==, 0);
  link_free (link);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/usrsctp/connect", test_connect);
  g_test_add_func ("/usrsctp/simultaneous", test_simultaneous);
  g_test_add_func ("/usrsctp/connect-with-loss", test_connect_with_loss);
  g_test_add_func ("/usrsctp/no-answer", test_no_answer);
  g_test_add_func ("/usrsctp/outage", test_outage);
  g_test_add_func ("/usrsctp/order", test_order);
  g_test_add_data_func ("/usrsctp/large", NULL, test_large);
  g_test_add_data_func ("/usrsctp/large-with-loss", lose_five_percent, test_large);
  g_test_add_func ("/usrsctp/many-with-loss", test_many_with_loss);
  g_test_add_data_func ("/usrsctp/retransmits", GINT_TO_POINTER (FALSE), test_unreliable);
  g_test_add_data_func ("/usrsctp/lifetime", GINT_TO_POINTER (TRUE), test_unreliable);
  g_test_add_func ("/usrsctp/cut", test_cut);
  g_test_add_func ("/usrsctp/back-pressure", test_back_pressure);
  g_test_add_func ("/usrsctp/window", test_window);
  g_test_add_func ("/usrsctp/reset", test_reset);
  g_test_add_func ("/usrsctp/many-streams", test_many_streams);
  g_test_add_func ("/usrsctp/close", test_close);
  g_test_add_func ("/usrsctp/free", test_free);
  g_test_add_func ("/usrsctp/garbage", test_garbage);
  g_test_add_func ("/usrsctp/grid", test_grid);
  g_test_add_func ("/usrsctp/wake", test_wake);
  g_test_add_func ("/usrsctp/other-clock", test_other_clock);
  g_test_add_func ("/usrsctp/stats", test_stats);
  return g_test_run ();
}
