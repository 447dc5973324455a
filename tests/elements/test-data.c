/* gst-rtc: data channels between two elements, over loopback, with the real libraries: as objects
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <gst/gst.h>
#include <gst/video/video.h>
#include "testcall.h"

#include <string.h>

#define PATIENCE (20 * G_TIME_SPAN_SECOND)
#define SINK "rtcsink name=rtc data-channels=true"
#define SRC "rtcsrc name=rtc data-channels=true"

/* One side's channels, and what they say in order. What it says is told on the element's control thread. */
typedef struct
{
  GstElement *element;
  GMutex lock;
  GCond cond;
  GstRtcDataChannel *channel;   /* the last one */
  GString *log;
  guint64 bytes;
  guint n_channels;
  gulong handler;
} Side;

static void
note (Side * side, const gchar * format, ...) G_GNUC_PRINTF (2, 3);

static void
note (Side * side, const gchar * format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  g_mutex_lock (&side->lock);
  g_string_append_vprintf (side->log, format, arguments);
  g_cond_broadcast (&side->cond);
  g_mutex_unlock (&side->lock);
  va_end (arguments);
}

static void
on_open (GstRtcDataChannel * channel, Side * side)
{
  note (side, "open;");
}

static void
on_close (GstRtcDataChannel * channel, Side * side)
{
  note (side, "close;");
}

static void
on_error (GstRtcDataChannel * channel, const GError * error, Side * side)
{
  g_test_message ("%s", error->message);
  note (side, "error;");
}

static void
on_string (GstRtcDataChannel * channel, const gchar * text, Side * side)
{
  note (side, "\"%s\";", text);
}

/* Long ones are counted only. */
static void
on_data (GstRtcDataChannel * channel, GBytes * data, Side * side)
{
  gsize size = g_bytes_get_size (data);

  g_mutex_lock (&side->lock);
  side->bytes += size;
  g_cond_broadcast (&side->cond);
  g_mutex_unlock (&side->lock);
  if (size < 1000)
    note (side, "%d bytes;", (gint) size);
}

static void
on_low (GstRtcDataChannel * channel, Side * side)
{
  note (side, "low;");
}

/* channel: (transfer full) */
static void
watch (Side * side, GstRtcDataChannel * channel)
{
  GstRtcDataChannel *old;

  g_signal_connect (channel, "on-open", G_CALLBACK (on_open), side);
  g_signal_connect (channel, "on-close", G_CALLBACK (on_close), side);
  g_signal_connect (channel, "on-error", G_CALLBACK (on_error), side);
  g_signal_connect (channel, "on-message-string", G_CALLBACK (on_string), side);
  g_signal_connect (channel, "on-message-data", G_CALLBACK (on_data), side);
  g_mutex_lock (&side->lock);
  old = side->channel;
  side->channel = channel;
  side->n_channels++;
  g_cond_broadcast (&side->cond);
  g_mutex_unlock (&side->lock);
  g_clear_object (&old);
}

static void
on_data_channel (GstElement * element, const gchar * peer_id, GstRtcDataChannel * channel, Side * side)
{
  watch (side, g_object_ref (channel));
}

static Side *
side_new (TestSide * test)
{
  Side *side = g_new0 (Side, 1);

  side->element = test_side_get_element (test);
  g_mutex_init (&side->lock);
  g_cond_init (&side->cond);
  side->log = g_string_new (NULL);
  side->handler = g_signal_connect (side->element, "on-data-channel", G_CALLBACK (on_data_channel), side);
  return side;
}

/* After the call has ended */
static void
side_free (Side * side)
{
  g_clear_object (&side->channel);
  g_string_free (side->log, TRUE);
  g_mutex_clear (&side->lock);
  g_cond_clear (&side->cond);
  g_free (side);
}

static void
wait_log (Side * side, const gchar * log)
{
  gint64 end = g_get_monotonic_time () + PATIENCE;

  g_mutex_lock (&side->lock);
  while (strcmp (side->log->str, log) != 0) {
    if (!g_cond_wait_until (&side->cond, &side->lock, end))
      g_error ("what happened is not %s but %s", log, side->log->str);
  }
  g_mutex_unlock (&side->lock);
}

static void
wait_bytes (Side * side, guint64 bytes)
{
  gint64 end = g_get_monotonic_time () + PATIENCE;

  g_mutex_lock (&side->lock);
  while (side->bytes < bytes) {
    if (!g_cond_wait_until (&side->cond, &side->lock, end))
      g_error ("%" G_GUINT64_FORMAT " bytes have come, not %" G_GUINT64_FORMAT, side->bytes, bytes);
  }
  g_assert_cmpuint (side->bytes, ==, bytes);
  g_mutex_unlock (&side->lock);
}

/* Returns: (transfer full) */
static GstRtcDataChannel *
create (Side * side, const gchar * peer, const gchar * label, const gchar * options)
{
  g_autoptr (GstStructure) structure = options ? gst_structure_from_string (options, NULL) : NULL;
  GstRtcDataChannel *channel = NULL;

  g_assert_true (!options || structure);
  g_signal_emit_by_name (side->element, "create-data-channel", peer, label, structure, &channel);
  return channel;
}

/* Signals of a channel that was made on this thread may come before somebody listens to them. */
static void
wait_state (GstRtcDataChannel * channel, GstRtcDataChannelState goal)
{
  gint64 end = g_get_monotonic_time () + PATIENCE;
  GstRtcDataChannelState state;

  while (g_object_get (channel, "ready-state", &state, NULL), state != goal) {
    g_assert_cmpint (g_get_monotonic_time (), <, end);
    g_usleep (G_TIME_SPAN_MILLISECOND);
  }
}

/* (transfer full): from now on only what follows is in the log */
static void
watch_open (Side * side, GstRtcDataChannel * channel)
{
  wait_state (channel, GST_RTC_DATA_CHANNEL_STATE_OPEN);
  watch (side, channel);
  g_mutex_lock (&side->lock);
  g_string_truncate (side->log, 0);
  g_mutex_unlock (&side->lock);
}

typedef struct
{
  TestCall *call;
  Side *left, *right;
} Stage;

static Stage
stage_new (const gchar * left, const gchar * right)
{
  Stage stage = { test_call_new (left, right, NULL) };

  stage.left = side_new (stage.call->left);
  stage.right = side_new (stage.call->right);
  return stage;
}

static void
stage_end (Stage * stage)
{
  test_call_free (stage->call);
  side_free (stage->left);
  side_free (stage->right);
}

static void
on_consumer_added (GstElement * element, const gchar * peer_id, Side * side)
{
  watch (side, create (side, peer_id, "chat", NULL));
}

/* With a channel from the left that was made before there was a session */
static Stage
stage_new_connected (void)
{
  Stage stage = stage_new (SINK, SRC);

  g_signal_connect (stage.left->element, "consumer-added", G_CALLBACK (on_consumer_added), stage.left);
  test_call_connect (stage.call);
  wait_log (stage.left, "open;");
  wait_log (stage.right, "open;");
  return stage;
}

static void
send_text (Side * side, const gchar * text)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (gst_rtc_data_channel_send_string (side->channel, text, &error));
  g_assert_no_error (error);
}

static void
send_zeros (Side * side, gsize size)
{
  g_autofree guint8 *zeros = g_malloc0 (size);
  g_autoptr (GBytes) data = g_bytes_new (zeros, size);
  g_autoptr (GError) error = NULL;

  g_assert_true (gst_rtc_data_channel_send_data (side->channel, data, &error));
  g_assert_no_error (error);
}

static void
assert_closed (GstRtcDataChannel * channel)
{
  g_autoptr (GError) error = NULL;
  GstRtcDataChannelState state;

  g_object_get (channel, "ready-state", &state, NULL);
  g_assert_cmpint (state, ==, GST_RTC_DATA_CHANNEL_STATE_CLOSED);
  g_assert_false (gst_rtc_data_channel_send_string (channel, "hello", &error));
  g_assert_error (error, GST_RTC_ERROR, GST_RTC_ERROR_DATA);
  gst_rtc_data_channel_close (channel);
}

/* Objects */

static void
test_before_connecting (void)
{
  Stage stage = stage_new (SINK, SRC);

  g_signal_connect (stage.left->element, "consumer-added", G_CALLBACK (on_consumer_added), stage.left);
  test_call_connect (stage.call);
  wait_log (stage.right, "open;");
  send_text (stage.left, "hello");
  send_text (stage.left, "");
  send_zeros (stage.left, 3);
  wait_log (stage.right, "open;\"hello\";\"\";3 bytes;");
  send_zeros (stage.right, 0);
  send_text (stage.right, "grüß dich");
  wait_log (stage.left, "open;0 bytes;\"grüß dich\";");
  stage_end (&stage);
}

/* What is sent while it is connecting waits. */
static void
on_consumer_added_send (GstElement * element, const gchar * peer_id, Side * side)
{
  on_consumer_added (element, peer_id, side);
  send_text (side, "early");
  send_text (side, "bird");
}

static void
test_sent_early (void)
{
  Stage stage = stage_new (SINK, SRC);

  g_signal_connect (stage.left->element, "consumer-added", G_CALLBACK (on_consumer_added_send), stage.left);
  test_call_connect (stage.call);
  wait_log (stage.right, "open;\"early\";\"bird\";");
  stage_end (&stage);
}

static void
test_after_connecting (void)
{
  Stage stage = stage_new_connected ();

  watch_open (stage.right, create (stage.right, "left", "more", "options, protocol=p"));
  wait_log (stage.left, "open;open;");
  send_text (stage.right, "hello");
  wait_log (stage.left, "open;open;\"hello\";");
  stage_end (&stage);
}

/* A session of media that had no data channels gets them. */
static void
test_added_to_media (void)
{
  Stage stage = stage_new ("rtcsink name=rtc videotestsrc is-live=true ! video/x-raw,width=320,height=240 ! rtc.",
      "rtcsrc name=rtc data-channels=true");
  g_auto (TestOutput) seen = { NULL, };

  test_call_connect (stage.call);
  seen = test_side_wait (stage.call->right, "video_", 0, 5);
  watch_open (stage.left, create (stage.left, "right", "late", NULL));
  wait_log (stage.right, "open;");
  send_text (stage.right, "hello");
  wait_log (stage.left, "\"hello\";");
  stage_end (&stage);
}

static void
assert_options (GstRtcDataChannel * channel)
{
  g_autofree gchar *label = NULL, *protocol = NULL, *peer_id = NULL;
  gboolean ordered, negotiated;
  gint id, retransmits, lifetime;
  GstRtcPriority priority;

  g_object_get (channel, "label", &label, "protocol", &protocol, "ordered", &ordered, "negotiated", &negotiated, "id", &id,
      "max-retransmits", &retransmits, "max-packet-lifetime", &lifetime, "priority", &priority, "peer-id", &peer_id, NULL);
  g_assert_cmpstr (label, ==, "game");
  g_assert_cmpstr (protocol, ==, "moves");
  g_assert_cmpstr (peer_id, ==, "left");
  g_assert_false (ordered);
  g_assert_false (negotiated);
  g_assert_cmpint (id, >=, 0);
  g_assert_cmpint (retransmits, ==, 2);
  g_assert_cmpint (lifetime, ==, -1);
  g_assert_cmpint (priority, ==, GST_RTC_PRIORITY_HIGH);
}

static void
test_options (void)
{
  Stage stage = stage_new_connected ();

  watch_open (stage.left, create (stage.left, "right", "game",
          "options, protocol=moves, ordered=false, max-retransmits=2, priority=high"));
  wait_log (stage.right, "open;open;");
  assert_options (stage.right->channel);
  send_text (stage.left, "e4");
  wait_log (stage.right, "open;open;\"e4\";");
  stage_end (&stage);
}

static void
test_wrong_options (void)
{
  static const gchar *const options[] = {
    "o, max-retransmits=2, max-packet-lifetime=2", "o, negotiated=true", "o, ordered=maybe", "o, priority=urgent",
    "o, id=70000", "o, max-retransmits=-2", "o, protocol=5",
  };
  Stage stage = stage_new_connected ();

  for (guint i = 0; i < G_N_ELEMENTS (options); i++) {
    if (create (stage.left, "right", "x", options[i]))
      g_error ("a channel with \"%s\"", options[i]);
  }
  g_assert_null (create (stage.left, "nobody", "x", NULL));
  stage_end (&stage);
}

static void
test_negotiated (void)
{
  Stage stage = stage_new_connected ();
  GstRtcDataChannel *taken;

  watch_open (stage.left, create (stage.left, "right", "both", "options, negotiated=true, id=100"));
  watch_open (stage.right, create (stage.right, "left", "sides", "options, negotiated=true, id=100"));
  send_text (stage.left, "hello");
  wait_log (stage.right, "\"hello\";");
  send_text (stage.right, "you too");
  wait_log (stage.left, "\"you too\";");
  taken = create (stage.left, "right", "taken", "options, negotiated=true, id=100");
  wait_state (taken, GST_RTC_DATA_CHANNEL_STATE_CLOSED);
  assert_closed (taken);
  g_object_unref (taken);
  stage_end (&stage);
}

static void
test_low_threshold (void)
{
  Stage stage = stage_new_connected ();
  guint64 buffered;

  g_signal_connect (stage.left->channel, "on-buffered-amount-low", G_CALLBACK (on_low), stage.left);
  g_object_set (stage.left->channel, "buffered-amount-low-threshold", G_GUINT64_CONSTANT (100000), NULL);
  for (guint i = 0; i < 200; i++)
    send_zeros (stage.left, 50000);
  wait_log (stage.left, "open;low;");
  wait_bytes (stage.right, 200 * 50000);
  g_object_get (stage.left->channel, "buffered-amount", &buffered, NULL);
  g_assert_cmpuint (buffered, <=, 100000);
  stage_end (&stage);
}

/* 256 kB are what everybody takes here; it arrives as one. */
static void
test_large (void)
{
  Stage stage = stage_new_connected ();

  send_zeros (stage.left, 256 * 1024);
  send_zeros (stage.right, 4 * 1024 * 1024);
  wait_bytes (stage.right, 256 * 1024);
  wait_bytes (stage.left, 4 * 1024 * 1024);
  stage_end (&stage);
}

static void
test_too_large (void)
{
  Stage stage = stage_new_connected ();
  const gsize size = 16 * 1024 * 1024 + 1;
  g_autofree guint8 *zeros = g_malloc0 (size);
  g_autoptr (GBytes) data = g_bytes_new_static (zeros, size);
  g_autoptr (GError) error = NULL;

  g_assert_false (gst_rtc_data_channel_send_data (stage.left->channel, data, &error));
  g_assert_error (error, GST_RTC_ERROR, GST_RTC_ERROR_DATA);
  g_assert_nonnull (strstr (error->message, "16777216"));
  send_text (stage.left, "goes on");
  wait_log (stage.right, "open;\"goes on\";");
  stage_end (&stage);
}

static void
test_closed_by_opener (void)
{
  Stage stage = stage_new_connected ();

  for (guint i = 0; i < 100; i++)
    send_zeros (stage.left, 16000);
  send_text (stage.left, "bye");
  gst_rtc_data_channel_close (stage.left->channel);
  wait_log (stage.right, "open;\"bye\";close;");
  wait_bytes (stage.right, 100 * 16000);
  wait_log (stage.left, "open;close;");
  assert_closed (stage.left->channel);
  assert_closed (stage.right->channel);
  stage_end (&stage);
}

static void
test_closed_by_other (void)
{
  Stage stage = stage_new_connected ();

  send_text (stage.right, "bye");
  gst_rtc_data_channel_close (stage.right->channel);
  wait_log (stage.left, "open;\"bye\";close;");
  wait_log (stage.right, "open;close;");
  assert_closed (stage.left->channel);
  watch_open (stage.right, create (stage.right, "left", "again", NULL));
  stage_end (&stage);
}

/* A channel of an element that takes none */
static void
test_refused (void)
{
  Stage stage = stage_new (SINK, "rtcbin name=rtc audiotestsrc is-live=true ! rtc.");

  g_signal_connect (stage.left->element, "consumer-added", G_CALLBACK (on_consumer_added), stage.left);
  test_call_connect (stage.call);
  wait_log (stage.left, "error;close;");
  assert_closed (stage.left->channel);
  g_assert_cmpuint (stage.right->n_channels, ==, 0);
  stage_end (&stage);
}

/* Statistics */

static const GstStructure *
find_entry (const GstStructure * report, const gchar * type)
{
  for (gint i = 0; i < gst_structure_n_fields (report); i++) {
    const GValue *value = gst_structure_get_value (report, gst_structure_nth_field_name (report, i));

    if (GST_VALUE_HOLDS_STRUCTURE (value) && gst_structure_has_name (gst_value_get_structure (value), type))
      return gst_value_get_structure (value);
  }
  return NULL;
}

static void
test_stats (void)
{
  Stage stage = stage_new_connected ();
  g_autoptr (GstStructure) stats = NULL;
  const GstStructure *entry;
  guint64 messages, bytes;

  send_text (stage.left, "12345");
  wait_log (stage.right, "open;\"12345\";");
  g_object_get (stage.right->element, "stats", &stats, NULL);
  entry = find_entry (gst_value_get_structure (gst_structure_get_value (stats, "consumer-0")), "data-channel");
  g_assert_nonnull (entry);
  g_assert_cmpstr (gst_structure_get_string (entry, "label"), ==, "chat");
  g_assert_cmpstr (gst_structure_get_string (entry, "state"), ==, "open");
  g_assert_true (gst_structure_get_uint64 (entry, "messagesReceived", &messages));
  g_assert_true (gst_structure_get_uint64 (entry, "bytesReceived", &bytes));
  g_assert_cmpuint (messages, ==, 1);
  g_assert_cmpuint (bytes, ==, 5);
  g_assert_true (gst_structure_has_field (entry, "dataChannelIdentifier"));
  stage_end (&stage);
}

/* The end of things */

static void
test_hung_up (void)
{
  Stage stage = stage_new_connected ();

  test_call_hang_up (stage.call);
  wait_log (stage.left, "open;error;close;");
  wait_log (stage.right, "open;error;close;");
  assert_closed (stage.left->channel);
  stage_end (&stage);
}

static void
test_outlives_element (void)
{
  Stage stage = stage_new_connected ();
  g_autoptr (GstRtcDataChannel) channel = g_object_ref (stage.left->channel);

  for (guint i = 0; i < 100; i++)
    send_zeros (stage.left, 100000);
  stage_end (&stage);
  assert_closed (channel);
}

static void
drop_on_data (GstRtcDataChannel * channel, GBytes * data, Side * side)
{
  GstRtcDataChannel *own;

  g_mutex_lock (&side->lock);
  own = g_steal_pointer (&side->channel);
  g_mutex_unlock (&side->lock);
  if (!own)
    return;
  gst_rtc_data_channel_close (own);
  g_object_unref (own);
}

static void
test_dropped_in_callback (void)
{
  Stage stage = stage_new_connected ();
  g_autoptr (GBytes) data = g_bytes_new_take (g_malloc0 (16000), 16000);

  g_signal_connect (stage.right->channel, "on-message-data", G_CALLBACK (drop_on_data), stage.right);
  while (gst_rtc_data_channel_send_data (stage.left->channel, data, NULL))
    g_usleep (100);
  wait_log (stage.right, "open;close;");
  wait_log (stage.left, "open;close;");
  stage_end (&stage);
}

static gpointer
send_until_closed (gpointer user_data)
{
  GstRtcDataChannel *channel = user_data;
  guint64 buffered = 0;

  while (gst_rtc_data_channel_send_string (channel, "0123456789", NULL)) {
    g_object_get (channel, "buffered-amount", &buffered, NULL);
    if (buffered > 1000000)
      g_usleep (1000);
  }
  g_object_unref (channel);
  return NULL;
}

/* Other threads send while the element is stopped, and have the last references. */
static void
test_dropped_on_other_threads (void)
{
  Stage stage = stage_new_connected ();
  GThread *threads[3];

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("sender", send_until_closed, g_object_ref (stage.left->channel));
  g_mutex_lock (&stage.right->lock);
  while (stage.right->log->len < 1000)
    g_cond_wait (&stage.right->cond, &stage.right->lock);
  g_mutex_unlock (&stage.right->lock);
  stage_end (&stage);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
}

/* A handler that does not return keeps the peer waiting, and memory bounded. */

static void
block_on_data (GstRtcDataChannel * channel, GBytes * data, GMutex * gate)
{
  g_mutex_lock (gate);
  g_mutex_unlock (gate);
}

static guint64
get_buffered (GstRtcDataChannel * channel)
{
  guint64 buffered;

  g_object_get (channel, "buffered-amount", &buffered, NULL);
  return buffered;
}

static void
test_slow_handler (void)
{
  Stage stage = stage_new_connected ();
  const gsize size = 100000, n = 150;
  guint64 buffered, last = G_MAXUINT64;
  GMutex gate;

  g_mutex_init (&gate);
  g_mutex_lock (&gate);
  g_signal_connect (stage.right->channel, "on-message-data", G_CALLBACK (block_on_data), &gate);
  for (gsize i = 0; i < n; i++)
    send_zeros (stage.left, size);
  /* until nothing moves any more */
  while ((buffered = get_buffered (stage.left->channel)) != last || buffered == n * size) {
    last = buffered;
    g_usleep (200 * G_TIME_SPAN_MILLISECOND);
  }
  g_assert_cmpuint (buffered, >, n * size / 4);
  g_mutex_unlock (&gate);
  wait_bytes (stage.right, n * size);
  stage_end (&stage);
  g_mutex_clear (&gate);
}

/* Remote control */

typedef struct
{
  GMutex lock;
  GCond cond;
  GString *log;
} Events;

static GstPadProbeReturn
on_upstream_event (GstPad * pad, GstPadProbeInfo * info, gpointer user_data)
{
  Events *events = user_data;
  GstEvent *event = GST_PAD_PROBE_INFO_EVENT (info);
  const gchar *key;
  gdouble x, y;
  gint button;

  if (GST_EVENT_TYPE (event) != GST_EVENT_NAVIGATION)
    return GST_PAD_PROBE_OK;
  g_mutex_lock (&events->lock);
  switch (gst_navigation_event_get_type (event)) {
    case GST_NAVIGATION_EVENT_MOUSE_MOVE:
      gst_navigation_event_parse_mouse_move_event (event, &x, &y);
      g_string_append_printf (events->log, "move %g %g;", x, y);
      break;
    case GST_NAVIGATION_EVENT_MOUSE_BUTTON_PRESS:
      gst_navigation_event_parse_mouse_button_event (event, &button, &x, &y);
      g_string_append_printf (events->log, "button %d %g %g;", button, x, y);
      break;
    case GST_NAVIGATION_EVENT_KEY_PRESS:
      gst_navigation_event_parse_key_event (event, &key);
      g_string_append_printf (events->log, "key %s;", key);
      break;
    default:
      g_string_append (events->log, "something else;");
      break;
  }
  g_cond_broadcast (&events->cond);
  g_mutex_unlock (&events->lock);
  return GST_PAD_PROBE_OK;
}

static void
test_navigation (void)
{
  Stage stage = stage_new ("rtcsink name=rtc enable-data-channel-navigation=true videotestsrc is-live=true name=v ! "
      "video/x-raw,width=320,height=240 ! videoconvert ! rtc.", "rtcsrc name=rtc data-channels=true");
  g_autoptr (GstElement) source = gst_bin_get_by_name (GST_BIN (test_side_get_pipeline (stage.call->left)), "v");
  g_autoptr (GstPad) pad = gst_element_get_static_pad (source, "src");
  gint64 end = g_get_monotonic_time () + PATIENCE;
  Events events = { .log = g_string_new (NULL) };
  g_autofree gchar *label = NULL, *protocol = NULL;

  g_mutex_init (&events.lock);
  g_cond_init (&events.cond);
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_EVENT_UPSTREAM, on_upstream_event, &events, NULL);
  test_call_connect (stage.call);
  wait_log (stage.right, "open;");
  g_object_get (stage.right->channel, "label", &label, "protocol", &protocol, NULL);
  g_assert_cmpstr (label, ==, "input");
  g_assert_cmpstr (protocol, ==, "navigation");
  send_text (stage.right, "mouse-move 0.25 0.5");
  send_text (stage.right, "nonsense");
  send_text (stage.right, "mouse-down 1 1 0 mods=1");
  send_text (stage.right, "key-down Return");
  g_mutex_lock (&events.lock);
  while (strcmp (events.log->str, "move 80 120;button 1 320 0;key Return;") != 0) {
    if (!g_cond_wait_until (&events.cond, &events.lock, end))
      g_error ("upstream came %s", events.log->str);
  }
  g_mutex_unlock (&events.lock);
  stage_end (&stage);
  g_string_free (events.log, TRUE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gst_init (&argc, &argv);
  g_test_add_func ("/data/before-connecting", test_before_connecting);
  g_test_add_func ("/data/sent-early", test_sent_early);
  g_test_add_func ("/data/after-connecting", test_after_connecting);
  g_test_add_func ("/data/added-to-media", test_added_to_media);
  g_test_add_func ("/data/options", test_options);
  g_test_add_func ("/data/wrong-options", test_wrong_options);
  g_test_add_func ("/data/negotiated", test_negotiated);
  g_test_add_func ("/data/low-threshold", test_low_threshold);
  g_test_add_func ("/data/large", test_large);
  g_test_add_func ("/data/too-large", test_too_large);
  g_test_add_func ("/data/closed-by-opener", test_closed_by_opener);
  g_test_add_func ("/data/closed-by-other", test_closed_by_other);
  g_test_add_func ("/data/refused", test_refused);
  g_test_add_func ("/data/stats", test_stats);
  g_test_add_func ("/data/hung-up", test_hung_up);
  g_test_add_func ("/data/outlives-element", test_outlives_element);
  g_test_add_func ("/data/dropped-in-callback", test_dropped_in_callback);
  g_test_add_func ("/data/dropped-on-other-threads", test_dropped_on_other_threads);
  g_test_add_func ("/data/slow-handler", test_slow_handler);
  g_test_add_func ("/data/navigation", test_navigation);
  return g_test_run ();
}
