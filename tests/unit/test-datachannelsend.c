/* gst-rtc: tests of whose message is next, how much the association is given, and what is counted
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "datachannelsfixture.h"

#define REMOTE RTC_DATA_REMOTE
#define WINDOW (64 * 1024)

/* What is handed over beyond the window */
#define AHEAD (WINDOW / 8)

/* How many messages on @stream are among those that were handed over from @first on, and how many after @last of them */
static guint
count_sent (Pair * pair, guint first, guint16 stream)
{
  guint n = 0;

  for (guint i = first; i < pair->sctp[0]->sent->len; i++)
    n += g_array_index (pair->sctp[0]->sent, FakeSent, i).how.stream == stream;
  return n;
}

static gsize
get_buffered (Pair * pair, guint channel)
{
  g_autoptr (GPtrArray) all = rtc_data_channels_get_stats (pair->ends[0]);
  gsize buffered = 0;

  /* The first channel has the id 0, and so on. */
  for (guint i = 0; i < all->len; i++) {
    const RtcDataChannelStats *stats = g_ptr_array_index (all, i);

    if (stats->spec->id == (gint) (channel - 1) * 2)
      buffered += stats->buffered;
  }
  return buffered;
}

static Pair *
pair_new_with_channels (guint n, const guint16 * priorities)
{
  Pair *pair = pair_new ();

  for (guint i = 0; i < n; i++) {
    g_autoptr (RtcDataChannelSpec) spec = rtc_data_channel_spec_new ("label");

    spec->priority = priorities ? priorities[i] : 256;
    rtc_data_channels_create (pair->ends[0], i + 1, spec, pair->now);
  }
  pair_run (pair);
  for (guint i = 0; i < n; i++) {
    expect (pair, 0, RTC_DATA_OPEN, i + 1);
    expect (pair, 1, RTC_DATA_INCOMING, REMOTE + i);
  }
  return pair;
}

static void
test_small_message_passes_bulk (void)
{
  Pair *pair = pair_new_with_channels (2, NULL);
  guint handed_over;

  for (guint i = 0; i < 500; i++)
    send_zeros (pair, 0, 1, 16384);
  for (guint i = 0; i < 50; i++)
    pair_step (pair, 4096);
  handed_over = count_sent (pair, 0, 0);
  send_text (pair, 0, 2, "quick");
  for (guint i = 0; count_sent (pair, 0, 2) < 2; i++) {
    pair_step (pair, 4096);
    g_assert_cmpuint (i, <, 10);
  }
  /* The one that had begun is finished before. */
  g_assert_cmpuint (count_sent (pair, 0, 0), <=, handed_over + 1);
  pair_free (pair);
}

static void
test_small_message_passes_many (void)
{
  Pair *pair = pair_new_with_channels (100, NULL);
  guint before;

  for (guint channel = 1; channel < 100; channel++)
    for (guint i = 0; i < 20; i++)
      send_zeros (pair, 0, channel, 16384);
  for (guint i = 0; i < 50; i++)
    pair_step (pair, 4096);
  before = pair->sctp[0]->sent->len;
  send_text (pair, 0, 100, "quick");
  while (count_sent (pair, 0, 198) < 2)
    pair_step (pair, 4096);
  /* The one that had begun, and one whose turn ends as early */
  g_assert_cmpuint (pair->sctp[0]->sent->len - before, <=, 3);
  pair_free (pair);
}

static void
test_shares_by_priority (void)
{
  const guint16 priorities[] = { 128, 256, 512, 1024, 0, 65535 };
  const guint shares[] = { 1, 2, 4, 8, 2, 8 };
  Pair *pair = pair_new_with_channels (G_N_ELEMENTS (priorities), priorities);
  guint first, n;

  for (guint channel = 1; channel <= G_N_ELEMENTS (priorities); channel++)
    for (guint i = 0; i < 300; i++)
      send_zeros (pair, 0, channel, 4000);
  first = pair->sctp[0]->sent->len;
  while (pair->sctp[0]->sent->len < first + 500)
    pair_step (pair, 20000);
  for (guint i = 0; i < G_N_ELEMENTS (priorities); i++) {
    n = count_sent (pair, first, 2 * i);
    g_assert_cmpuint (n, >=, 500 * shares[i] / 25 - 3);
    g_assert_cmpuint (n, <=, 500 * shares[i] / 25 + 3);
  }
  pair_free (pair);
}

/* Sizes do not matter for the shares, only bytes. */
static void
test_shares_are_of_bytes (void)
{
  Pair *pair = pair_new_with_channels (2, NULL);
  guint first = pair->sctp[0]->sent->len, large;

  for (guint i = 0; i < 3000; i++)
    send_zeros (pair, 0, 1, 1000);
  for (guint i = 0; i < 60; i++)
    send_zeros (pair, 0, 2, 50000);
  while (count_sent (pair, first, 2) < 30)
    pair_step (pair, 20000);
  large = 30 * 50000 / 1000;
  g_assert_cmpuint (count_sent (pair, first, 0), >=, large * 9 / 10);
  g_assert_cmpuint (count_sent (pair, first, 0), <=, large * 11 / 10);
  pair_free (pair);
}

/* Who has sent much before does not pay for it when others come. */
static void
test_no_debt_after_a_rest (void)
{
  Pair *pair = pair_new_with_channels (2, NULL);
  guint first;

  for (guint i = 0; i < 100; i++)
    send_zeros (pair, 0, 1, 100000);
  pair_run (pair);
  first = pair->sctp[0]->sent->len;
  for (guint i = 0; i < 100; i++) {
    send_zeros (pair, 0, 1, 10000);
    send_zeros (pair, 0, 2, 10000);
  }
  while (pair->sctp[0]->sent->len < first + 100)
    pair_step (pair, 20000);
  g_assert_cmpuint (count_sent (pair, first, 0), >=, 40);
  g_assert_cmpuint (count_sent (pair, first, 2), >=, 40);
  pair_free (pair);
}

static void
test_association_is_given_little (void)
{
  Pair *pair = pair_new_with_channels (1, NULL);

  for (guint i = 0; i < 300; i++)
    send_zeros (pair, 0, 1, 100000);
  while (pair_step (pair, 10000))
    /* The window can always be filled. */
    g_assert_true (pair->sctp[0]->buffered >= WINDOW || get_buffered (pair, 1) == 0);
  g_assert_cmpuint (pair->sctp[0]->max_buffered, <=, WINDOW + AHEAD);

  /* A wide path takes more, but not all. */
  pair->sctp[0]->congestion_window = 900000;
  for (guint i = 0; i < 300; i++)
    send_zeros (pair, 0, 1, 100000);
  pair_run (pair);
  g_assert_cmpuint (pair->sctp[0]->max_buffered, <=, 900000 + 64 * 1024);
  pair_free (pair);
}

static void
test_full_send_buffer (void)
{
  Pair *pair = pair_new_with_channels (2, NULL);
  gsize received = 0;
  RtcDataEvent event;

  pair->sctp[0]->send_buffer = 10000;
  for (guint i = 0; i < 20; i++) {
    send_zeros (pair, 0, 1, 33333);
    send_zeros (pair, 0, 2, 777);
  }
  while (pair_step (pair, 1500));
  g_assert_cmpuint (pair->sctp[0]->max_buffered, <=, 10000);
  while (pair_take (pair, 1, &event)) {
    received += g_bytes_get_size (event.message);
    rtc_data_event_clear (&event);
  }
  g_assert_cmpuint (received, ==, 20 * (33333 + 777));
  pair_free (pair);
}

static void
test_limit_of_the_peer (void)
{
  Pair *pair = pair_new_unconnected ();

  g_assert_cmpuint (rtc_data_channels_get_max_message_size (pair->ends[0]), ==, 0);
  pair_connect (pair, 65536);
  g_assert_cmpuint (rtc_data_channels_get_max_message_size (pair->ends[0]), ==, 65536);
  open_channel (pair, 0, 1, REMOTE);
  open_channel (pair, 0, 2, REMOTE + 1);
  send_zeros (pair, 0, 1, 65536);
  send_zeros (pair, 0, 1, 65537);
  send_zeros (pair, 0, 1, 10);
  send_text (pair, 0, 2, "others go on");
  pair_run (pair);
  expect_failed (pair, 0, 1);
  /* It was closed before the last one. */
  g_assert_cmpuint (pair_get_sent (pair, 0, 1), ==, 65536 + 65537);
  expect (pair, 1, RTC_DATA_MESSAGE, REMOTE);
  expect_message (pair, 1, REMOTE + 1, "others go on");
  expect (pair, 1, RTC_DATA_CLOSING, REMOTE);
  expect_closed (pair, 1, REMOTE);
  expect_none (pair, 0);
  expect_none (pair, 1);
  pair_free (pair);

  pair = pair_new ();
  g_assert_cmpuint (rtc_data_channels_get_max_message_size (pair->ends[0]), ==, G_MAXUINT64);
  pair_free (pair);
}

static void
test_refused_by_the_association (void)
{
  Pair *pair = pair_new_with_channels (2, NULL);

  pair->sctp[0]->broken_stream = 0;
  send_zeros (pair, 0, 1, 1000);
  send_text (pair, 0, 2, "others go on");
  pair_run (pair);
  expect_failed (pair, 0, 1);
  g_assert_cmpuint (pair_get_sent (pair, 0, 1), ==, 1000);
  expect (pair, 1, RTC_DATA_CLOSING, REMOTE);
  expect_closed (pair, 1, REMOTE);
  expect_message (pair, 1, REMOTE + 1, "others go on");

  /* If all of it is gone, that is what is told. */
  pair->sctp[0]->state = RTC_SCTP_FAILED;
  pair->sctp[0]->error = g_error_new_literal (GST_RTC_ERROR, GST_RTC_ERROR_DATA, "No answer");
  send_text (pair, 0, 2, "too late");
  expect_none (pair, 0);
  update (pair, 0);
  expect_failed (pair, 0, 2);
  pair_free (pair);
}

static void
test_lifetime (void)
{
  Pair *pair = pair_new ();
  g_autoptr (RtcDataChannelSpec) spec = rtc_data_channel_spec_new ("label");
  const FakeSent *sent;

  spec->max_packet_lifetime = 100;
  rtc_data_channels_create (pair->ends[0], 1, spec, pair->now);
  pair_run (pair);
  expect (pair, 0, RTC_DATA_OPEN, 1);
  expect (pair, 1, RTC_DATA_INCOMING, REMOTE);
  for (guint i = 0; i < 3; i++)
    send_zeros (pair, 0, 1, 50000);
  send_text (pair, 0, 1, "in time");
  pair->now += 60 * RTC_MSECOND;
  send_text (pair, 0, 1, "young");
  fake_sctp_deliver (pair->sctp[0], G_MAXSIZE);
  pair->now += 45 * RTC_MSECOND;
  update (pair, 0);
  pair_run (pair);
  expect_none (pair, 0);
  expect (pair, 1, RTC_DATA_MESSAGE, REMOTE);
  /* This one had begun. */
  expect (pair, 1, RTC_DATA_MESSAGE, REMOTE);
  expect_message (pair, 1, REMOTE, "young");
  expect_none (pair, 1);
  g_assert_cmpuint (pair_get_sent (pair, 0, 1), ==, 3 * 50000 + strlen ("in time" "young"));
  sent = &g_array_index (pair->sctp[0]->sent, FakeSent, pair->sctp[0]->sent->len - 1);
  g_assert_cmpint (sent->how.max_lifetime, ==, 55);
  g_assert_cmpint (sent[-1].how.max_lifetime, ==, 100);
  pair_free (pair);
}

/* A lifetime is not used up by waiting for the association. */
static void
test_lifetime_before_the_association (void)
{
  Pair *pair = pair_new_unconnected ();
  g_autoptr (RtcDataChannelSpec) spec = rtc_data_channel_spec_new ("label");

  spec->max_packet_lifetime = 100;
  rtc_data_channels_create (pair->ends[0], 1, spec, pair->now);
  send_text (pair, 0, 1, "early");
  pair->now += RTC_SECOND;
  pair_connect (pair, 0);
  pair_run (pair);
  expect (pair, 1, RTC_DATA_INCOMING, REMOTE);
  expect_message (pair, 1, REMOTE, "early");
  pair_free (pair);
}

/* A channel's life by chance: what was sent, and what is still buffered, are told to the byte. */
typedef struct
{
  gsize total;
  gboolean is_closed;
} Account;

#define N_ACCOUNTS 8

static void
check_accounts (Pair * pair, Account * accounts)
{
  RtcDataEvent event;

  while (pair_take (pair, 0, &event)) {
    if (event.kind == RTC_DATA_CLOSED)
      accounts[event.channel - 1].is_closed = TRUE;
    rtc_data_event_clear (&event);
  }
  for (guint i = 0; i < N_ACCOUNTS; i++) {
    gsize sent = pair_get_sent (pair, 0, i + 1);

    if (accounts[i].is_closed)
      g_assert_cmpuint (sent, ==, accounts[i].total);
    else
      g_assert_cmpuint (sent + get_buffered (pair, i + 1), ==, accounts[i].total);
  }
}

static void
do_something (Pair * pair, GRand * random, Account * accounts)
{
  guint channel = g_rand_int_range (random, 1, N_ACCOUNTS + 1), what = g_rand_int_range (random, 0, 100);
  gsize size = g_rand_int_range (random, 0, 4) ? g_rand_int_range (random, 0, 3000) : g_rand_int_range (random, 0, 200000);

  if (what < 60) {
    if (!accounts[channel - 1].is_closed)
      accounts[channel - 1].total += size;
    send_zeros (pair, 0, channel, size);
  } else if (what < 61) {
    close_channel (pair, 0, channel);
  } else if (what < 62) {
    close_channel (pair, 1, REMOTE + channel - 1);
  } else {
    pair->sctp[0]->congestion_window = g_rand_int_range (random, 1200, 200000);
    pair_step (pair, g_rand_int_range (random, 0, 100000));
  }
}

static void
test_accounts (void)
{
  const GError reason = { GST_RTC_ERROR, GST_RTC_ERROR_LEFT, (gchar *) "The end" };

  for (guint seed = 1; seed <= 40; seed++) {
    g_autoptr (GRand) random = g_rand_new_with_seed (seed);
    Pair *pair = pair_new_with_channels (N_ACCOUNTS, NULL);
    Account accounts[N_ACCOUNTS] = { {0}, };

    g_test_message ("seed %u", seed);
    pair->sctp[0]->send_buffer = g_rand_int_range (random, 5000, 300000);
    for (guint i = 0; i < 300; i++) {
      do_something (pair, random, accounts);
      check_accounts (pair, accounts);
    }
    if (seed % 2)
      pair_run (pair);
    rtc_data_channels_end (pair->ends[0], &reason);
    check_accounts (pair, accounts);
    for (guint i = 0; i < N_ACCOUNTS; i++)
      g_assert_true (accounts[i].is_closed);
    pair_free (pair);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/data-channel-send/small-message-passes-bulk", test_small_message_passes_bulk);
  g_test_add_func ("/data-channel-send/small-message-passes-many", test_small_message_passes_many);
  g_test_add_func ("/data-channel-send/shares-by-priority", test_shares_by_priority);
  g_test_add_func ("/data-channel-send/shares-are-of-bytes", test_shares_are_of_bytes);
  g_test_add_func ("/data-channel-send/no-debt-after-a-rest", test_no_debt_after_a_rest);
  g_test_add_func ("/data-channel-send/association-is-given-little", test_association_is_given_little);
  g_test_add_func ("/data-channel-send/full-send-buffer", test_full_send_buffer);
  g_test_add_func ("/data-channel-send/limit-of-the-peer", test_limit_of_the_peer);
  g_test_add_func ("/data-channel-send/refused-by-the-association", test_refused_by_the_association);
  g_test_add_func ("/data-channel-send/lifetime", test_lifetime);
  g_test_add_func ("/data-channel-send/lifetime-before-the-association", test_lifetime_before_the_association);
  g_test_add_func ("/data-channel-send/accounts", test_accounts);
  return g_test_run ();
}
