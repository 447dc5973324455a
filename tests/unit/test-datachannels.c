/* gst-rtc: tests of how data channels open, carry messages and close
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "datachannelsfixture.h"

#define REMOTE RTC_DATA_REMOTE

static const FakeSent *
get_sent (Pair * pair, guint end, guint number)
{
  g_assert_cmpuint (number, <, pair->sctp[end]->sent->len);
  return &g_array_index (pair->sctp[end]->sent, FakeSent, number);
}

/* Opening */

static void
test_open (void)
{
  Pair *pair = pair_new ();
  g_autoptr (RtcDataChannelSpec) spec = rtc_data_channel_spec_new ("größer");
  RtcDataEvent event;

  spec->protocol = g_strdup ("protocol");
  spec->ordered = FALSE;
  spec->max_packet_lifetime = 300;
  spec->priority = 1024;
  /* which is not for channels that are announced */
  spec->id = 7;
  rtc_data_channels_create (pair->ends[0], 1, spec, 0);
  expect_open (pair, 0, 1, 0);
  pair_run (pair);
  event = take_event (pair, 1, RTC_DATA_INCOMING, REMOTE);
  g_assert_cmpstr (event.spec->label, ==, "größer");
  g_assert_cmpstr (event.spec->protocol, ==, "protocol");
  g_assert_cmpint (event.spec->id, ==, 0);
  g_assert_false (event.spec->ordered);
  g_assert_cmpint (event.spec->max_packet_lifetime, ==, 300);
  g_assert_cmpint (event.spec->max_retransmits, ==, -1);
  g_assert_cmpint (event.spec->priority, ==, 1024);
  rtc_data_event_clear (&event);

  send_text (pair, 0, 1, "from the client");
  send_text (pair, 1, REMOTE, "from the server");
  pair_run (pair);
  expect_message (pair, 1, REMOTE, "from the client");
  expect_message (pair, 0, 1, "from the server");
  expect_none (pair, 0);
  expect_none (pair, 1);
  pair_free (pair);
}

static void
test_ids_by_role (void)
{
  Pair *pair = pair_new ();

  for (guint channel = 1; channel <= 3; channel++) {
    create (pair, 0, channel);
    create (pair, 1, channel);
  }
  pair_run (pair);
  for (guint end = 0; end < 2; end++) {
    for (guint channel = 1; channel <= 3; channel++)
      expect_open (pair, end, channel, 2 * (channel - 1) + end);
    for (guint i = 0; i < 3; i++)
      expect (pair, end, RTC_DATA_INCOMING, REMOTE + i);
    expect_none (pair, end);
  }
  pair_free (pair);
}

/* Some peers share the streams otherwise: ours are the others then. */
static void
test_other_half (void)
{
  Pair *pair = pair_new ();

  fake_sctp_inject (pair->sctp[0], 0, RTC_PPID_DCEP, "\3\0\0\0\0\0\0\0\0\0\0\0", 12, TRUE);
  update (pair, 0);
  expect (pair, 0, RTC_DATA_INCOMING, REMOTE);
  create (pair, 0, 1);
  create (pair, 0, 2);
  expect_open (pair, 0, 1, 1);
  expect_open (pair, 0, 2, 3);
  pair_free (pair);
}

static void
test_before_the_association (void)
{
  Pair *pair = pair_new_unconnected ();

  create (pair, 0, 1);
  send_text (pair, 0, 1, "early");
  create (pair, 0, 2);
  create (pair, 0, 3);
  close_channel (pair, 0, 3);
  expect_closed (pair, 0, 3);
  create (pair, 0, 4);
  send_text (pair, 0, 4, "last words");
  close_channel (pair, 0, 4);
  send_text (pair, 0, 4, "too late");
  expect_none (pair, 0);

  pair_connect (pair, 0);
  expect_open (pair, 0, 1, 0);
  expect_open (pair, 0, 2, 2);
  pair_run (pair);
  expect (pair, 1, RTC_DATA_INCOMING, REMOTE);
  expect (pair, 1, RTC_DATA_INCOMING, REMOTE + 1);
  expect (pair, 1, RTC_DATA_INCOMING, REMOTE + 2);
  expect_message (pair, 1, REMOTE, "early");
  expect_message (pair, 1, REMOTE + 2, "last words");
  expect (pair, 1, RTC_DATA_CLOSING, REMOTE + 2);
  expect_closed (pair, 1, REMOTE + 2);
  expect_closed (pair, 0, 4);
  expect_none (pair, 0);
  expect_none (pair, 1);
  g_assert_cmpuint (pair_get_sent (pair, 0, 4), ==, strlen ("last words" "too late"));
  pair_free (pair);
}

/* RFC 8832, section 6: the peer must have the OPEN before anything that may overtake it. */
static void
test_ordered_until_confirmed (void)
{
  Pair *pair = pair_new ();
  g_autoptr (RtcDataChannelSpec) spec = rtc_data_channel_spec_new ("label");

  spec->ordered = FALSE;
  spec->max_retransmits = 3;
  rtc_data_channels_create (pair->ends[0], 1, spec, 0);
  send_text (pair, 0, 1, "at once");
  pair_run (pair);
  send_text (pair, 0, 1, "confirmed");
  pair_run (pair);
  g_assert_cmpuint (get_sent (pair, 0, 0)->how.ppid, ==, RTC_PPID_DCEP);
  g_assert_true (get_sent (pair, 0, 0)->how.ordered);
  g_assert_cmpint (get_sent (pair, 0, 0)->how.max_retransmits, ==, -1);
  g_assert_true (get_sent (pair, 0, 1)->how.ordered);
  g_assert_cmpint (get_sent (pair, 0, 1)->how.max_retransmits, ==, 3);
  g_assert_false (get_sent (pair, 0, 2)->how.ordered);
  g_assert_true (get_sent (pair, 1, 0)->how.ordered);
  g_assert_cmpint (get_sent (pair, 1, 0)->how.max_retransmits, ==, -1);
  pair_free (pair);
}

static void
test_negotiated (void)
{
  Pair *pair = pair_new_unconnected ();

  create_negotiated (pair, 0, 1, 0);
  create_negotiated (pair, 1, 1, 0);
  create (pair, 0, 2);
  pair_connect (pair, 0);
  create_negotiated (pair, 0, 3, 65533);
  expect_open (pair, 0, 1, 0);
  expect_open (pair, 0, 2, 2);
  expect_open (pair, 0, 3, 65533);
  expect_open (pair, 1, 1, 0);
  send_text (pair, 0, 1, "hello");
  pair_run (pair);
  expect (pair, 1, RTC_DATA_INCOMING, REMOTE);
  expect_message (pair, 1, 1, "hello");
  expect_none (pair, 1);
  for (guint i = 0; i < pair->sctp[0]->sent->len; i++)
    g_assert_true (get_sent (pair, 0, i)->how.stream == 2 || get_sent (pair, 0, i)->how.ppid != RTC_PPID_DCEP);
  pair_free (pair);
}

static void
test_bad_ids (void)
{
  Pair *pair = pair_new_unconnected ();
  const gint out_of_range[] = { -1, -2, 65535, 100000, G_MAXINT };

  pair->sctp[0]->n_streams = 16;
  for (guint i = 0; i < G_N_ELEMENTS (out_of_range); i++) {
    create_negotiated (pair, 0, 10 + i, out_of_range[i]);
    expect_failed (pair, 0, 10 + i);
  }
  create_negotiated (pair, 0, 1, 4);
  create_negotiated (pair, 0, 2, 4);
  expect_failed (pair, 0, 2);
  create_negotiated (pair, 0, 3, 16);
  pair_connect (pair, 0);
  expect_open (pair, 0, 1, 4);
  expect_failed (pair, 0, 3);
  create_negotiated (pair, 0, 4, 4);
  expect_failed (pair, 0, 4);
  create_negotiated (pair, 0, 5, 17);
  expect_failed (pair, 0, 5);
  expect_none (pair, 0);
  pair_free (pair);
}

static void
test_bad_specs (void)
{
  Pair *pair = pair_new ();
  RtcDataChannelSpec *spec = rtc_data_channel_spec_new ("label");

  spec->max_retransmits = spec->max_packet_lifetime = 1;
  rtc_data_channels_create (pair->ends[0], 1, spec, 0);
  expect_failed (pair, 0, 1);
  rtc_data_channel_spec_free (spec);

  spec = rtc_data_channel_spec_new ("no UTF-8: \xff");
  rtc_data_channels_create (pair->ends[0], 2, spec, 0);
  expect_failed (pair, 0, 2);
  rtc_data_channel_spec_free (spec);

  spec = rtc_data_channel_spec_new (NULL);
  spec->label = g_strnfill (65536, 'x');
  rtc_data_channels_create (pair->ends[0], 3, spec, 0);
  expect_failed (pair, 0, 3);
  rtc_data_channel_spec_free (spec);
  g_assert_cmpuint (pair->sctp[0]->sent->len, ==, 0);
  pair_free (pair);
}

static void
test_more_than_streams (void)
{
  Pair *pair = pair_new_unconnected ();

  pair->sctp[0]->n_streams = pair->sctp[1]->n_streams = 5;
  for (guint channel = 1; channel <= 4; channel++)
    create (pair, 0, channel);
  pair_connect (pair, 0);
  expect_open (pair, 0, 1, 0);
  expect_open (pair, 0, 2, 2);
  expect_open (pair, 0, 3, 4);
  expect_failed (pair, 0, 4);
  pair_run (pair);
  create (pair, 0, 5);
  expect_failed (pair, 0, 5);
  close_channel (pair, 0, 2);
  pair_run (pair);
  expect_closed (pair, 0, 2);
  create (pair, 0, 6);
  expect_open (pair, 0, 6, 2);
  pair_free (pair);
}

static void
test_no_way_back (void)
{
  Pair *pair = pair_new_unconnected ();

  pair->sctp[0]->n_streams = 4;
  pair_connect (pair, 0);
  fake_sctp_inject (pair->sctp[0], 5, RTC_PPID_DCEP, "\3\0\0\0\0\0\0\0\0\0\0\0", 12, TRUE);
  update (pair, 0);
  expect_none (pair, 0);
  fake_sctp_inject (pair->sctp[0], 3, RTC_PPID_DCEP, "\3\0\0\0\0\0\0\0\0\0\0\0", 12, TRUE);
  update (pair, 0);
  expect (pair, 0, RTC_DATA_INCOMING, REMOTE);
  pair_free (pair);
}

static void
test_many (void)
{
  const guint n = 1024;
  Pair *pair = pair_new ();

  for (guint channel = 0; channel <= n; channel++)
    create (pair, 0, channel);
  pair_run (pair);
  for (guint channel = 0; channel <= n; channel++)
    expect_open (pair, 0, channel, 2 * channel);
  for (guint i = 0; i < n; i++)
    expect (pair, 1, RTC_DATA_INCOMING, REMOTE + i);
  /* The peer takes no more, which resets the stream. */
  expect_none (pair, 1);
  expect (pair, 0, RTC_DATA_CLOSING, n);
  expect_closed (pair, 0, n);
  for (guint channel = 0; channel < n; channel++)
    send_text (pair, 0, channel, "hello");
  pair_run (pair);
  for (guint i = 0; i < n; i++)
    expect_message (pair, 1, REMOTE + i, "hello");

  /* One leaves, and its place can be taken. */
  close_channel (pair, 0, 5);
  pair_run (pair);
  expect_closed (pair, 0, 5);
  expect (pair, 1, RTC_DATA_CLOSING, REMOTE + 5);
  expect_closed (pair, 1, REMOTE + 5);
  create (pair, 0, n + 1);
  pair_run (pair);
  expect_open (pair, 0, n + 1, 10);
  expect (pair, 1, RTC_DATA_INCOMING, REMOTE + n);
  expect_none (pair, 0);
  expect_none (pair, 1);
  pair_free (pair);
}

/* Messages */

static void
test_kinds_of_messages (void)
{
  Pair *pair = pair_new ();
  const RtcPpid ppids[] = { RTC_PPID_STRING, RTC_PPID_BINARY, RTC_PPID_STRING_EMPTY, RTC_PPID_BINARY_EMPTY };
  const gsize sizes[] = { 1, 1, 0, 0 };

  open_channel (pair, 0, 1, REMOTE);
  send_text (pair, 0, 1, "x");
  send_zeros (pair, 0, 1, 1);
  send_text (pair, 0, 1, "");
  send_zeros (pair, 0, 1, 0);
  pair_run (pair);
  for (guint i = 0; i < G_N_ELEMENTS (ppids); i++) {
    RtcDataEvent event = take_event (pair, 1, RTC_DATA_MESSAGE, REMOTE);

    g_assert_cmpuint (get_sent (pair, 0, i + 1)->how.ppid, ==, ppids[i]);
    g_assert_cmpuint (get_sent (pair, 0, i + 1)->size, ==, 1);
    g_assert_cmpint (event.is_text, ==, i % 2 == 0);
    g_assert_cmpuint (g_bytes_get_size (event.message), ==, sizes[i]);
    rtc_data_event_clear (&event);
  }
  expect_none (pair, 0);
  g_assert_cmpuint (pair_get_sent (pair, 0, 1), ==, 2);
  pair_free (pair);
}

static void
test_large_messages (void)
{
  const gsize sizes[] = { 16383, 16384, 65536, 65537, 300000, RTC_DATA_MAX_MESSAGE_SIZE };
  Pair *pair = pair_new ();

  open_channel (pair, 0, 1, REMOTE);
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++) {
    guint8 *data = g_malloc (sizes[i]);
    g_autoptr (GBytes) message = g_bytes_new_take (data, sizes[i]);
    RtcDataEvent event;

    for (gsize at = 0; at < sizes[i]; at++)
      data[at] = (at * 2654435761u) >> 24;
    rtc_data_channels_send (pair->ends[0], 1, FALSE, message, pair->now);
    while (pair_step (pair, 100000));
    event = take_event (pair, 1, RTC_DATA_MESSAGE, REMOTE);
    g_assert_true (g_bytes_equal (event.message, message));
    rtc_data_event_clear (&event);
  }
  expect_none (pair, 1);
  pair_free (pair);
}

static void
test_message_given_up (void)
{
  Pair *pair = pair_new ();

  open_channel (pair, 0, 1, REMOTE);
  fake_sctp_inject (pair->sctp[1], 0, RTC_PPID_STRING, "half of", 7, FALSE);
  fake_sctp_inject (pair->sctp[1], 0, RTC_PPID_STRING, "", 0, TRUE);
  fake_sctp_inject (pair->sctp[1], 0, RTC_PPID_STRING, "whole", 5, TRUE);
  update (pair, 1);
  expect_message (pair, 1, REMOTE, "whole");
  expect_none (pair, 1);
  pair_free (pair);
}

static void
test_unknown_ppid (void)
{
  Pair *pair = pair_new ();

  open_channel (pair, 0, 1, REMOTE);
  fake_sctp_inject (pair->sctp[1], 0, 99, "xyz", 3, TRUE);
  pair_run (pair);
  expect_failed (pair, 1, REMOTE);
  expect (pair, 0, RTC_DATA_CLOSING, 1);
  expect_closed (pair, 0, 1);
  pair_free (pair);
}

static void
test_no_channel (void)
{
  g_autoptr (GBytes) message = g_bytes_new_static ("x", 1);
  Pair *pair = pair_new ();

  fake_sctp_inject (pair->sctp[0], 9, RTC_PPID_STRING, "to nobody", 9, TRUE);
  fake_sctp_inject (pair->sctp[0], 9, 99, "to nobody", 9, TRUE);
  fake_sctp_inject (pair->sctp[0], 9, RTC_PPID_DCEP, "\2", 1, TRUE);
  fake_sctp_inject_event (pair->sctp[0], RTC_SCTP_EVENT_RESET, 9);
  fake_sctp_inject_event (pair->sctp[0], RTC_SCTP_EVENT_RESET_DONE, 9);
  pair_run (pair);
  expect_none (pair, 0);
  g_assert_cmpuint (pair->sctp[0]->sent->len, ==, 0);

  rtc_data_channels_send (pair->ends[0], 77, TRUE, message, 0);
  close_channel (pair, 0, 77);
  pair_run (pair);
  expect_none (pair, 0);
  pair_free (pair);
}

static void
test_malformed_dcep (void)
{
  Pair *pair = pair_new ();

  /* A label of 65535 bytes, of which there are none */
  fake_sctp_inject (pair->sctp[1], 2, RTC_PPID_DCEP, "\3\0\0\0\0\0\0\0\xff\xff\0\0", 12, TRUE);
  pair_run (pair);
  expect_none (pair, 1);
  g_assert_cmpuint (pair->sctp[1]->resets, ==, 1);

  open_channel (pair, 0, 1, REMOTE);
  fake_sctp_inject (pair->sctp[1], 0, RTC_PPID_DCEP, "\7", 1, TRUE);
  pair_run (pair);
  expect_failed (pair, 1, REMOTE);
  expect (pair, 0, RTC_DATA_CLOSING, 1);
  expect_closed (pair, 0, 1);
  pair_free (pair);
}

static void
test_open_of_a_stream_in_use (void)
{
  Pair *pair = pair_new ();

  open_channel (pair, 0, 1, REMOTE);
  fake_sctp_inject (pair->sctp[1], 0, RTC_PPID_DCEP, "\3\0\0\0\0\0\0\0\0\0\0\0", 12, TRUE);
  pair_run (pair);
  expect_failed (pair, 1, REMOTE);
  expect_none (pair, 1);
  expect (pair, 0, RTC_DATA_CLOSING, 1);
  expect_closed (pair, 0, 1);
  pair_free (pair);
}

/* Closing */

static void
test_close (void)
{
  Pair *pair = pair_new ();

  open_channel (pair, 0, 1, REMOTE);
  for (guint i = 0; i < 100; i++)
    send_zeros (pair, 0, 1, 10000);
  send_text (pair, 0, 1, "last");
  close_channel (pair, 0, 1);
  close_channel (pair, 0, 1);
  pair_run (pair);
  for (guint i = 0; i < 100; i++)
    expect (pair, 1, RTC_DATA_MESSAGE, REMOTE);
  expect_message (pair, 1, REMOTE, "last");
  expect (pair, 1, RTC_DATA_CLOSING, REMOTE);
  expect_closed (pair, 1, REMOTE);
  expect_closed (pair, 0, 1);
  expect_none (pair, 0);
  expect_none (pair, 1);
  g_assert_cmpuint (pair_get_sent (pair, 0, 1), ==, 100 * 10000 + 4);
  g_assert_cmpuint (pair->sctp[0]->resets, ==, 1);
  g_assert_cmpuint (pair->sctp[1]->resets, ==, 1);
  pair_free (pair);
}

static void
test_close_from_both (void)
{
  Pair *pair = pair_new ();

  open_channel (pair, 0, 1, REMOTE);
  close_channel (pair, 0, 1);
  close_channel (pair, 1, REMOTE);
  pair_run (pair);
  expect_closed (pair, 0, 1);
  expect_closed (pair, 1, REMOTE);
  expect_none (pair, 0);
  expect_none (pair, 1);
  pair_free (pair);
}

static void
test_id_is_free_after_both_resets (void)
{
  Pair *pair = pair_new ();

  open_channel (pair, 0, 1, REMOTE);
  close_channel (pair, 0, 1);
  fake_sctp_deliver (pair->sctp[0], G_MAXSIZE);
  update (pair, 0);
  /* Ours is done. */
  expect_none (pair, 0);
  create (pair, 0, 2);
  expect_open (pair, 0, 2, 2);
  create_negotiated (pair, 0, 3, 0);
  expect_failed (pair, 0, 3);
  pair_run (pair);
  expect_closed (pair, 0, 1);
  create (pair, 0, 4);
  expect_open (pair, 0, 4, 0);
  pair_run (pair);
  expect (pair, 1, RTC_DATA_CLOSING, REMOTE);
  expect_closed (pair, 1, REMOTE);
  expect (pair, 1, RTC_DATA_INCOMING, REMOTE + 1);
  expect (pair, 1, RTC_DATA_INCOMING, REMOTE + 2);
  pair_free (pair);
}

/* What the peer's OPEN overtakes: the news that our reset was done, its own reset, or both */
static void
check_reuse (gboolean reset_first, gboolean done_first)
{
  Pair *pair = pair_new ();
  const FakeSent *last;

  open_channel (pair, 0, 1, REMOTE);
  close_channel (pair, 1, REMOTE);
  if (reset_first) {
    fake_sctp_inject_event (pair->sctp[1], RTC_SCTP_EVENT_RESET, 0);
    update (pair, 1);
  } else {
    fake_sctp_inject_event (pair->sctp[1], RTC_SCTP_EVENT_RESET, 0);
  }
  if (done_first)
    fake_sctp_inject_event (pair->sctp[1], RTC_SCTP_EVENT_RESET_DONE, 0);
  fake_sctp_inject (pair->sctp[1], 0, RTC_PPID_DCEP, "\3\0\0\0\0\0\0\0\0\0\0\0", 12, TRUE);
  update (pair, 1);
  expect_closed (pair, 1, REMOTE);
  expect (pair, 1, RTC_DATA_INCOMING, REMOTE + 1);
  send_text (pair, 1, REMOTE + 1, "new");

  /* Nothing goes on a stream that is being reset, which the association in memory asserts. */
  if (!done_first) {
    fake_sctp_inject_event (pair->sctp[1], RTC_SCTP_EVENT_RESET_DONE, 0);
    update (pair, 1);
  }
  expect_none (pair, 1);
  last = get_sent (pair, 1, pair->sctp[1]->sent->len - 1);
  g_assert_cmpuint (last->how.ppid, ==, RTC_PPID_STRING);
  g_assert_cmpuint (last[-1].how.ppid, ==, RTC_PPID_DCEP);
  pair_free (pair);
}

static void
test_reuse (void)
{
  check_reuse (FALSE, FALSE);
  check_reuse (FALSE, TRUE);
  check_reuse (TRUE, FALSE);
  check_reuse (TRUE, TRUE);
}

static void
test_peer_closes_in_the_middle (void)
{
  Pair *pair = pair_new ();

  open_channel (pair, 0, 1, REMOTE);
  open_channel (pair, 0, 2, REMOTE + 1);
  /* One message has begun, the others have not. */
  for (guint i = 0; i < 4; i++)
    send_zeros (pair, 0, 1, 500000);
  close_channel (pair, 1, REMOTE);
  send_text (pair, 0, 2, "others go on");
  pair_run (pair);
  expect (pair, 0, RTC_DATA_CLOSING, 1);
  send_text (pair, 0, 1, "too late");
  expect_closed (pair, 0, 1);
  expect_message (pair, 1, REMOTE + 1, "others go on");
  expect_closed (pair, 1, REMOTE);
  expect_none (pair, 0);
  g_assert_cmpuint (pair_get_sent (pair, 0, 1), ==, 4 * 500000);
  pair_free (pair);
}

static void
test_send_after_close (void)
{
  Pair *pair = pair_new ();
  guint sent;

  open_channel (pair, 0, 1, REMOTE);
  sent = pair->sctp[0]->sent->len;
  close_channel (pair, 0, 1);
  send_text (pair, 0, 1, "too late");
  pair_run (pair);
  expect_closed (pair, 0, 1);
  g_assert_cmpuint (pair_get_sent (pair, 0, 1), ==, 8);
  send_text (pair, 0, 1, "much too late");
  close_channel (pair, 0, 1);
  pair_run (pair);
  expect_none (pair, 0);
  /* the reset */
  g_assert_cmpuint (pair->sctp[0]->sent->len, ==, sent + 1);
  pair_free (pair);
}

static void
test_peer_without_resets (void)
{
  Pair *pair = pair_new ();

  pair->sctp[0]->cannot_reset = TRUE;
  open_channel (pair, 0, 1, REMOTE);
  close_channel (pair, 0, 1);
  expect_closed (pair, 0, 1);
  create (pair, 0, 2);
  expect_open (pair, 0, 2, 2);
  pair_free (pair);
}

/* One that has all, but does not reset its own stream, which is not used again then */
static void
test_peer_never_closes (void)
{
  Pair *pair = pair_new ();

  open_channel (pair, 0, 1, REMOTE);
  send_text (pair, 0, 1, "last");
  close_channel (pair, 0, 1);
  pair->now += 60 * RTC_SECOND;
  update (pair, 0);
  expect_none (pair, 0);
  fake_sctp_deliver (pair->sctp[0], G_MAXSIZE);
  update (pair, 0);
  pair->now += 4 * RTC_SECOND;
  update (pair, 0);
  expect_none (pair, 0);
  pair->now += RTC_SECOND;
  update (pair, 0);
  expect_closed (pair, 0, 1);
  create (pair, 0, 2);
  expect_open (pair, 0, 2, 2);

  /* Later than never */
  pair_run (pair);
  expect_none (pair, 0);
  create (pair, 0, 3);
  expect_open (pair, 0, 3, 0);
  pair_free (pair);
}

/* The association */

static void
check_association_end (GError * error, gint code)
{
  Pair *pair = pair_new ();
  RtcDataEvent event;

  open_channel (pair, 0, 1, REMOTE);
  open_channel (pair, 0, 2, REMOTE + 1);
  open_channel (pair, 0, 3, REMOTE + 2);
  for (guint i = 0; i < 4; i++)
    send_zeros (pair, 0, 1, 500000);
  /* Its reset is done, the other side's is not: what was sent has arrived. */
  close_channel (pair, 0, 2);
  fake_sctp_inject_event (pair->sctp[0], RTC_SCTP_EVENT_RESET_DONE, 2);
  fake_sctp_inject (pair->sctp[0], 4, RTC_PPID_STRING, "on the way", 10, TRUE);
  fake_sctp_end (pair->sctp[0], error);
  update (pair, 0);
  expect_message (pair, 0, 3, "on the way");
  while (pair_take (pair, 0, &event)) {
    g_assert_cmpint (event.kind, ==, RTC_DATA_CLOSED);
    if (event.channel == 2)
      g_assert_no_error (event.error);
    else
      g_assert_error (event.error, GST_RTC_ERROR, code);
    rtc_data_event_clear (&event);
  }
  g_assert_cmpuint (pair_get_sent (pair, 0, 1), ==, 4 * 500000);

  create (pair, 0, 4);
  event = take_event (pair, 0, RTC_DATA_CLOSED, 4);
  g_assert_error (event.error, GST_RTC_ERROR, code);
  rtc_data_event_clear (&event);
  send_text (pair, 0, 1, "too late");
  update (pair, 0);
  rtc_data_channels_pause (pair->ends[0], TRUE, 0);
  expect_none (pair, 0);
  pair_free (pair);
}

static void
test_association_ends (void)
{
  check_association_end (NULL, GST_RTC_ERROR_DATA);
  check_association_end (g_error_new_literal (GST_RTC_ERROR, GST_RTC_ERROR_TIMEOUT, "No answer"), GST_RTC_ERROR_TIMEOUT);
}

static void
test_peer_ends (void)
{
  g_autoptr (GError) reason = g_error_new_literal (GST_RTC_ERROR, GST_RTC_ERROR_LEFT, "Bye");
  Pair *pair = pair_new_unconnected ();
  RtcDataEvent event;

  create (pair, 0, 1);
  send_text (pair, 0, 1, "never sent");
  rtc_data_channels_end (pair->ends[0], reason);
  event = take_event (pair, 0, RTC_DATA_CLOSED, 1);
  g_assert_error (event.error, GST_RTC_ERROR, GST_RTC_ERROR_LEFT);
  rtc_data_event_clear (&event);
  g_assert_cmpuint (pair_get_sent (pair, 0, 1), ==, strlen ("never sent"));

  /* A later description takes data channels after all. */
  pair_connect (pair, 0);
  open_channel (pair, 0, 2, REMOTE);
  pair_free (pair);
}

static void
test_freed_in_the_middle (void)
{
  Pair *pair = pair_new ();

  open_channel (pair, 0, 1, REMOTE);
  open_channel (pair, 1, 1, REMOTE);
  for (guint i = 0; i < 10; i++)
    send_zeros (pair, 0, 1, 300000);
  close_channel (pair, 1, 1);
  pair_step (pair, 100000);
  create (pair, 0, 2);
  pair_free (pair);
}

static void
test_pause (void)
{
  Pair *pair = pair_new ();

  open_channel (pair, 0, 1, REMOTE);
  rtc_data_channels_pause (pair->ends[1], TRUE, pair->now);
  for (guint i = 0; i < 30; i++)
    send_zeros (pair, 0, 1, 100000);
  close_channel (pair, 0, 1);
  pair_run (pair);
  /* The window is full, and what is on the way is limited. */
  expect_none (pair, 0);
  expect_none (pair, 1);
  g_assert_cmpuint (pair->sctp[1]->unread, ==, pair->sctp[1]->window);
  g_assert_cmpuint (pair_get_sent (pair, 0, 1), <, pair->sctp[1]->window + 200000);

  /* The other direction goes on. */
  send_text (pair, 1, REMOTE, "not heard by who has closed");
  rtc_data_channels_pause (pair->ends[1], FALSE, pair->now);
  pair_run (pair);
  for (guint i = 0; i < 30; i++)
    expect (pair, 1, RTC_DATA_MESSAGE, REMOTE);
  expect (pair, 1, RTC_DATA_CLOSING, REMOTE);
  expect_closed (pair, 1, REMOTE);
  expect_closed (pair, 0, 1);
  pair_free (pair);
}

/* The peer's reset says nothing before what it sent is read. */
static void
test_pause_before_a_reset (void)
{
  Pair *pair = pair_new ();

  open_channel (pair, 0, 1, REMOTE);
  rtc_data_channels_pause (pair->ends[1], TRUE, pair->now);
  send_text (pair, 0, 1, "unread");
  close_channel (pair, 0, 1);
  pair_run (pair);
  expect_none (pair, 0);
  expect_none (pair, 1);
  rtc_data_channels_pause (pair->ends[1], FALSE, pair->now);
  pair_run (pair);
  expect_message (pair, 1, REMOTE, "unread");
  expect (pair, 1, RTC_DATA_CLOSING, REMOTE);
  expect_closed (pair, 1, REMOTE);
  expect_closed (pair, 0, 1);
  pair_free (pair);
}

/* Two lives of a stream end in a pause. */
static void
test_pause_over_two_lives (void)
{
  Pair *pair = pair_new ();

  open_channel (pair, 0, 1, REMOTE);
  close_channel (pair, 1, REMOTE);
  rtc_data_channels_pause (pair->ends[1], TRUE, pair->now);
  fake_sctp_inject_event (pair->sctp[1], RTC_SCTP_EVENT_RESET_DONE, 0);
  fake_sctp_inject_event (pair->sctp[1], RTC_SCTP_EVENT_RESET, 0);
  fake_sctp_inject (pair->sctp[1], 0, RTC_PPID_DCEP, "\3\0\0\0\0\0\0\0\0\0\0\0", 12, TRUE);
  fake_sctp_inject (pair->sctp[1], 0, RTC_PPID_STRING, "second", 6, TRUE);
  fake_sctp_inject_event (pair->sctp[1], RTC_SCTP_EVENT_RESET, 0);
  update (pair, 1);
  expect_none (pair, 1);
  rtc_data_channels_pause (pair->ends[1], FALSE, pair->now);
  expect_closed (pair, 1, REMOTE);
  expect (pair, 1, RTC_DATA_INCOMING, REMOTE + 1);
  expect_message (pair, 1, REMOTE + 1, "second");
  expect (pair, 1, RTC_DATA_CLOSING, REMOTE + 1);
  pair_free (pair);
}

static void
test_stats (void)
{
  Pair *pair = pair_new ();
  g_autoptr (GPtrArray) all = NULL;
  const RtcDataChannelStats *stats;

  open_channel (pair, 0, 1, REMOTE);
  send_text (pair, 0, 1, "12345");
  send_text (pair, 1, REMOTE, "123");
  send_text (pair, 1, REMOTE, "");
  pair_run (pair);
  send_zeros (pair, 0, 1, 1000000);
  all = rtc_data_channels_get_stats (pair->ends[0]);
  g_assert_cmpuint (all->len, ==, 1);
  stats = g_ptr_array_index (all, 0);
  g_assert_cmpstr (stats->spec->label, ==, "label");
  g_assert_cmpint (stats->spec->id, ==, 0);
  g_assert_true (stats->is_open);
  g_assert_cmpuint (stats->messages_sent, ==, 1);
  g_assert_cmpuint (stats->messages_received, ==, 2);
  g_assert_cmpuint (stats->bytes_received, ==, 3);
  g_assert_cmpuint (stats->bytes_sent, >, 5);
  g_assert_cmpuint (stats->bytes_sent + stats->buffered, ==, 1000005);
  pair_free (pair);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/data-channels/open", test_open);
  g_test_add_func ("/data-channels/ids-by-role", test_ids_by_role);
  g_test_add_func ("/data-channels/other-half", test_other_half);
  g_test_add_func ("/data-channels/before-the-association", test_before_the_association);
  g_test_add_func ("/data-channels/ordered-until-confirmed", test_ordered_until_confirmed);
  g_test_add_func ("/data-channels/negotiated", test_negotiated);
  g_test_add_func ("/data-channels/bad-ids", test_bad_ids);
  g_test_add_func ("/data-channels/bad-specs", test_bad_specs);
  g_test_add_func ("/data-channels/more-than-streams", test_more_than_streams);
  g_test_add_func ("/data-channels/no-way-back", test_no_way_back);
  g_test_add_func ("/data-channels/many", test_many);
  g_test_add_func ("/data-channels/kinds-of-messages", test_kinds_of_messages);
  g_test_add_func ("/data-channels/large-messages", test_large_messages);
  g_test_add_func ("/data-channels/message-given-up", test_message_given_up);
  g_test_add_func ("/data-channels/unknown-ppid", test_unknown_ppid);
  g_test_add_func ("/data-channels/no-channel", test_no_channel);
  g_test_add_func ("/data-channels/malformed-dcep", test_malformed_dcep);
  g_test_add_func ("/data-channels/open-of-a-stream-in-use", test_open_of_a_stream_in_use);
  g_test_add_func ("/data-channels/close", test_close);
  g_test_add_func ("/data-channels/close-from-both", test_close_from_both);
  g_test_add_func ("/data-channels/id-is-free-after-both-resets", test_id_is_free_after_both_resets);
  g_test_add_func ("/data-channels/reuse", test_reuse);
  g_test_add_func ("/data-channels/peer-closes-in-the-middle", test_peer_closes_in_the_middle);
  g_test_add_func ("/data-channels/send-after-close", test_send_after_close);
  g_test_add_func ("/data-channels/peer-without-resets", test_peer_without_resets);
  g_test_add_func ("/data-channels/peer-never-closes", test_peer_never_closes);
  g_test_add_func ("/data-channels/association-ends", test_association_ends);
  g_test_add_func ("/data-channels/peer-ends", test_peer_ends);
  g_test_add_func ("/data-channels/freed-in-the-middle", test_freed_in_the_middle);
  g_test_add_func ("/data-channels/pause", test_pause);
  g_test_add_func ("/data-channels/pause-before-a-reset", test_pause_before_a_reset);
  g_test_add_func ("/data-channels/pause-over-two-lives", test_pause_over_two_lives);
  g_test_add_func ("/data-channels/stats", test_stats);
  return g_test_run ();
}
