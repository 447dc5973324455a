/* gst-rtc: tests of what a peer can make data channels hold, and of what they leave behind
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "datachannelsfixture.h"
#include "gst/core/peer/rtcdatachannelsprivate.h"

#define REMOTE RTC_DATA_REMOTE

static void
assert_nothing_left (Pair * pair)
{
  for (guint end = 0; end < 2; end++) {
    const RtcDataChannels *channels = pair->ends[end];

    g_assert_cmpuint (g_hash_table_size (channels->by_handle), ==, 0);
    g_assert_cmpuint (g_hash_table_size (channels->by_stream), ==, 0);
    g_assert_cmpuint (g_hash_table_size (channels->resetting), ==, 0);
    g_assert_cmpuint (g_hash_table_size (channels->resets), ==, 0);
    g_assert_cmpuint (g_sequence_get_length (channels->sender.turns), ==, 0);
    g_assert_cmpuint (channels->n_remote, ==, 0);
    g_assert_cmpuint (channels->remote_text, ==, 0);
    g_assert_cmpuint (channels->inbox.capacity, <=, RTC_SCTP_READ_SIZE);
    g_assert_null (channels->sender.current);
  }
}

static void
test_many_lives (void)
{
  Pair *pair = pair_new ();
  RtcDataEvent event;

  for (guint i = 0; i < 2000; i++) {
    guint end = i % 2, channel = i / 2, remote = REMOTE + i / 2;

    open_channel (pair, end, channel, remote);
    send_zeros (pair, end, channel, i * 100);
    if (i % 3 > 0)
      close_channel (pair, end, channel);
    if (i % 3 < 2)
      close_channel (pair, !end, remote);
    pair_run (pair);
    for (guint side = 0; side < 2; side++) {
      while (pair_take (pair, side, &event))
        rtc_data_event_clear (&event);
    }
    assert_nothing_left (pair);
  }
  pair_free (pair);
}

/* Choosing a stream takes no longer with many channels, nor where none is left. */
static void
test_all_streams (void)
{
  Pair *pair = pair_new ();
  RtcDataEvent event;
  guint n_open = 0, n_failed = 0;

  for (guint channel = 0; channel < 100000; channel++)
    create (pair, 0, channel);
  while (pair_take (pair, 0, &event)) {
    n_open += event.kind == RTC_DATA_OPEN;
    n_failed += event.kind == RTC_DATA_CLOSED;
    rtc_data_event_clear (&event);
  }
  g_assert_cmpuint (n_open, ==, 32768);
  g_assert_cmpuint (n_failed, ==, 100000 - 32768);
  pair_free (pair);
}

/* A peer that opens channels without end holds no more than those that are allowed. */
static void
test_flood_of_opens (void)
{
  g_autofree gchar *open = g_malloc0 (12 + 2 * 60000);
  Pair *pair = pair_new ();
  RtcDataEvent event;
  guint incoming = 0;

  memcpy (open, "\3\0\0\0\0\0\0\0\xea\x60\xea\x60", 12);
  memset (open + 12, 'x', 2 * 60000);
  for (guint stream = 1; stream < 200; stream += 2) {
    fake_sctp_inject (pair->sctp[0], stream, RTC_PPID_DCEP, open, 60000, FALSE);
    fake_sctp_inject (pair->sctp[0], stream, RTC_PPID_DCEP, open + 60000, 60012, TRUE);
    update (pair, 0);
  }
  while (pair_take (pair, 0, &event)) {
    g_assert_cmpint (event.kind, ==, RTC_DATA_INCOMING);
    rtc_data_event_clear (&event);
    incoming++;
  }
  /* 1 MB of labels and protocols */
  g_assert_cmpuint (incoming, ==, 1024 * 1024 / 120000);
  pair_run (pair);
  g_assert_cmpuint (pair->sctp[0]->resets, ==, 100 - incoming);
  pair_free (pair);
}

/* Neither do those that are refused while our resets are not answered. */
static void
test_flood_of_refused (void)
{
  Pair *pair = pair_new ();
  RtcDataEvent event;

  for (guint round = 0; round < 3; round++) {
    for (guint stream = 0; stream < 65535; stream++)
      fake_sctp_inject (pair->sctp[0], stream, RTC_PPID_DCEP, "\4", 1, TRUE);
    update (pair, 0);
  }
  g_assert_cmpuint (g_hash_table_size (pair->ends[0]->resetting), ==, 65535);
  g_assert_cmpuint (pair->sctp[0]->sent->len, ==, 65535);
  g_assert_false (pair_take (pair, 0, &event));
  pair_run (pair);
  assert_nothing_left (pair);
  pair_free (pair);
}

static void
test_flood_of_resets_in_a_pause (void)
{
  Pair *pair = pair_new ();

  rtc_data_channels_pause (pair->ends[0], TRUE, 0);
  for (guint i = 0; i < 500000; i++) {
    fake_sctp_inject_event (pair->sctp[0], RTC_SCTP_EVENT_RESET, i % 1000);
    if (i % 1000 == 0)
      update (pair, 0);
  }
  g_assert_cmpuint (g_hash_table_size (pair->ends[0]->resets), <=, 1000);
  rtc_data_channels_pause (pair->ends[0], FALSE, 0);
  assert_nothing_left (pair);
  pair_free (pair);
}

static void
test_message_above_our_limit (void)
{
  g_autofree guint8 *part = g_malloc0 (RTC_SCTP_READ_SIZE);
  Pair *pair = pair_new ();

  open_channel (pair, 0, 1, REMOTE);
  open_channel (pair, 0, 2, REMOTE + 1);
  for (guint i = 0; i < RTC_DATA_MAX_MESSAGE_SIZE / RTC_SCTP_READ_SIZE; i++) {
    fake_sctp_inject (pair->sctp[1], 0, RTC_PPID_BINARY, part, RTC_SCTP_READ_SIZE, FALSE);
    update (pair, 1);
    g_assert_cmpuint (pair->ends[1]->inbox.capacity, <=, RTC_DATA_MAX_MESSAGE_SIZE + RTC_SCTP_READ_SIZE);
  }
  expect_none (pair, 1);
  for (guint i = 0; i < 10; i++)
    fake_sctp_inject (pair->sctp[1], 0, RTC_PPID_BINARY, part, RTC_SCTP_READ_SIZE, i == 9);
  send_text (pair, 0, 2, "others go on");
  pair_run (pair);
  expect_failed (pair, 1, REMOTE);
  expect_message (pair, 1, REMOTE + 1, "others go on");
  expect_none (pair, 1);
  expect (pair, 0, RTC_DATA_CLOSING, 1);
  expect_closed (pair, 0, 1);
  g_assert_cmpuint (pair->ends[1]->inbox.capacity, <=, RTC_SCTP_READ_SIZE);
  pair_free (pair);
}

static void
test_endless_dcep (void)
{
  g_autofree guint8 *part = g_malloc0 (RTC_SCTP_READ_SIZE);
  Pair *pair = pair_new ();

  part[0] = 3;
  for (guint i = 0; i < 100; i++)
    fake_sctp_inject (pair->sctp[1], 2, RTC_PPID_DCEP, part, RTC_SCTP_READ_SIZE, i == 99);
  pair_run (pair);
  expect_none (pair, 1);
  g_assert_cmpuint (pair->ends[1]->inbox.capacity, <=, RTC_SCTP_READ_SIZE);
  open_channel (pair, 0, 1, REMOTE);
  pair_free (pair);
}

/* What is not for a channel is not even put together. */
static void
test_endless_message_for_nobody (void)
{
  g_autofree guint8 *part = g_malloc0 (RTC_SCTP_READ_SIZE);
  Pair *pair = pair_new ();

  for (guint i = 0; i < 1000; i++) {
    fake_sctp_inject (pair->sctp[0], 5, RTC_PPID_BINARY, part, RTC_SCTP_READ_SIZE, FALSE);
    update (pair, 0);
    g_assert_cmpuint (pair->ends[0]->inbox.capacity, <=, RTC_SCTP_READ_SIZE);
  }
  pair_free (pair);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/data-channel-limits/many-lives", test_many_lives);
  g_test_add_func ("/data-channel-limits/all-streams", test_all_streams);
  g_test_add_func ("/data-channel-limits/flood-of-opens", test_flood_of_opens);
  g_test_add_func ("/data-channel-limits/flood-of-refused", test_flood_of_refused);
  g_test_add_func ("/data-channel-limits/flood-of-resets-in-a-pause", test_flood_of_resets_in_a_pause);
  g_test_add_func ("/data-channel-limits/message-above-our-limit", test_message_above_our_limit);
  g_test_add_func ("/data-channel-limits/endless-dcep", test_endless_dcep);
  g_test_add_func ("/data-channel-limits/endless-message-for-nobody", test_endless_message_for_nobody);
  return g_test_run ();
}
