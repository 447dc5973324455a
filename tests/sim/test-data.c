/* gst-rtc: scenarios: data channels in the sessions of peers
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "simcall.h"

#define CHANNEL 7

static const SimCallConfig data_only = {.deaf = { TRUE, TRUE },.data_channels = { TRUE, TRUE } };

/* Returns: the handle at the other end */
static guint
open_channel (SimCall * call, guint who, guint channel, const gchar * label)
{
  RtcDataEvent opened, incoming;
  guint handle;

  sim_sender_create_channel (call->peers[who], channel, label);
  sim_sender_take (call->peers[1 - who], RTC_DATA_INCOMING, &incoming);
  g_assert_cmpstr (incoming.spec->label, ==, label);
  g_assert_cmpuint (incoming.channel, >=, RTC_DATA_REMOTE);
  handle = incoming.channel;
  rtc_data_event_clear (&incoming);
  sim_sender_take (call->peers[who], RTC_DATA_OPEN, &opened);
  g_assert_cmpuint (opened.channel, ==, channel);
  rtc_data_event_clear (&opened);
  return handle;
}

static void
assert_says (SimCall * call, guint who, guint from, guint to, const gchar * text)
{
  RtcDataEvent sent, message;

  sim_sender_send_text (call->peers[who], from, text);
  sim_sender_take (call->peers[who], RTC_DATA_SENT, &sent);
  g_assert_cmpuint (sent.size, ==, strlen (text));
  sim_sender_take (call->peers[1 - who], RTC_DATA_MESSAGE, &message);
  g_assert_true (message.is_text);
  g_assert_cmpuint (message.channel, ==, to);
  g_assert_cmpmem (g_bytes_get_data (message.message, NULL), g_bytes_get_size (message.message), text, strlen (text));
  rtc_data_event_clear (&sent);
  rtc_data_event_clear (&message);
}

static void
assert_closed (SimSender * sender, guint channel, gint code)
{
  RtcDataEvent closed;

  sim_sender_take (sender, RTC_DATA_CLOSED, &closed);
  g_assert_cmpuint (closed.channel, ==, channel);
  if (code < 0)
    g_assert_no_error (closed.error);
  else
    g_assert_error (closed.error, GST_RTC_ERROR, code);
  rtc_data_event_clear (&closed);
}

/* Whoever offers and whoever creates it; the session has nothing but data */
static void
test_data_only (void)
{
  for (guint i = 0; i < 4; i++) {
    SimCall *call = sim_call_new (&data_only);
    guint who = i / 2, other;
    RtcDataEvent closing;

    sim_call_connect (call, i % 2);
    other = open_channel (call, who, CHANNEL, "data");
    assert_says (call, who, CHANNEL, other, "to and");
    assert_says (call, 1 - who, other, CHANNEL, "fro");
    sim_sender_close_channel (call->peers[who], CHANNEL);
    sim_sender_take (call->peers[1 - who], RTC_DATA_CLOSING, &closing);
    rtc_data_event_clear (&closing);
    assert_closed (call->peers[1 - who], other, -1);
    assert_closed (call->peers[who], CHANNEL, -1);
    sim_call_free (call);
  }
}

/* What is created and sent before anybody has offered waits */
static void
test_before_connecting (void)
{
  SimCall *call = sim_call_new (&data_only);
  RtcDataEvent event;

  sim_sender_create_channel (call->peers[0], CHANNEL, "early");
  sim_sender_send_text (call->peers[0], CHANNEL, "first");
  sim_call_connect (call, 1);
  sim_sender_take (call->peers[1], RTC_DATA_INCOMING, &event);
  rtc_data_event_clear (&event);
  sim_sender_take (call->peers[1], RTC_DATA_MESSAGE, &event);
  g_assert_cmpmem (g_bytes_get_data (event.message, NULL), g_bytes_get_size (event.message), "first", 5);
  rtc_data_event_clear (&event);
  sim_call_free (call);
}

/* A session of media: the first channel is a new offer, and running tracks do not notice. */
static void
test_later (void)
{
  SimCall *call = sim_call_new (&(SimCallConfig) {.n_sources = { 2, 2 },.data_channels = { FALSE, TRUE } });
  SimReceiver *video;
  guint other;

  sim_call_connect (call, 1);
  sim_run (RTC_SECOND);
  video = sim_call_get (call, 1, RTC_MEDIA_VIDEO, 0);
  g_assert_nonnull (video);
  other = open_channel (call, 0, CHANNEL, "later");
  assert_says (call, 0, CHANNEL, other, "hello");
  sim_run (RTC_SECOND);
  g_assert_cmpuint (video->packets, ==, video->highest - video->first + 1);
  g_assert_cmpuint (call->peers[0]->n_connected, ==, 1);
  sim_call_free (call);
}

/* The other side wants none: the channel says so, and media goes on. */
static void
test_refused (void)
{
  SimCall *call = sim_call_new (&(SimCallConfig) {.n_sources = { 2, 2 } });
  SimReceiver *video;
  guint64 before;
  guint other;

  sim_sender_create_channel (call->peers[0], CHANNEL, "unwanted");
  sim_call_connect (call, 0);
  assert_closed (call->peers[0], CHANNEL, GST_RTC_ERROR_DATA);
  sim_sender_create_channel (call->peers[0], CHANNEL + 1, "again");
  assert_closed (call->peers[0], CHANNEL + 1, GST_RTC_ERROR_DATA);
  sim_run (RTC_SECOND);
  video = sim_call_get (call, 1, RTC_MEDIA_VIDEO, 0);
  before = video->packets;
  sim_run (RTC_SECOND);
  g_assert_cmpuint (video->packets, >, before + 100);

  /* until it offers some itself */
  other = open_channel (call, 1, CHANNEL, "wanted");
  assert_says (call, 1, CHANNEL, other, "after all");
  sim_call_free (call);
}

/* Neither loss nor a change of the path loses a message. */
static void
test_loss (void)
{
  SimCall *call = sim_call_new (&data_only);
  const SimLink link = {.delay = 20 * RTC_MSECOND,.loss = 0.05 };
  guint other;

  sim_call_connect (call, 0);
  other = open_channel (call, 0, CHANNEL, "lossy");
  sim_call_set_link (call, &link);
  for (guint i = 0; i < 200; i++) {
    g_autofree gchar *text = g_strdup_printf ("message %u", i);

    sim_sender_send_text (call->peers[0], CHANNEL, text);
  }
  sim_run (30 * RTC_SECOND);
  for (guint i = 0; i < 200; i++) {
    g_autofree gchar *text = g_strdup_printf ("message %u", i);
    RtcDataEvent event;

    sim_sender_take (call->peers[1], RTC_DATA_MESSAGE, &event);
    g_assert_cmpuint (event.channel, ==, other);
    g_assert_cmpmem (g_bytes_get_data (event.message, NULL), g_bytes_get_size (event.message), text, strlen (text));
    rtc_data_event_clear (&event);
  }
  sim_call_free (call);
}

/* Every channel is told, at both ends, before the session's end is. */
static void
test_end (void)
{
  SimCall *call = sim_call_new (&data_only);
  guint other;

  sim_call_connect (call, 0);
  other = open_channel (call, 1, CHANNEL, "short");
  sim_sender_end (call->peers[0]);
  assert_closed (call->peers[0], other, GST_RTC_ERROR_LEFT);
  /* by the ABORT, which comes before DTLS's close_notify */
  assert_closed (call->peers[1], CHANNEL, GST_RTC_ERROR_DATA);
  sim_call_free (call);
}

int
main (int argc, char **argv)
{
  sim_init (&argc, &argv);
  sim_add ("/data/data-only", test_data_only);
  sim_add ("/data/before-connecting", test_before_connecting);
  sim_add ("/data/later", test_later);
  sim_add ("/data/refused", test_refused);
  sim_add ("/data/loss", test_loss);
  sim_add ("/data/end", test_end);
  return g_test_run ();
}
