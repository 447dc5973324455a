/* gst-rtc: data channels between two elements, over loopback, with the real libraries: as pads
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <gst/gst.h>
#include <glib/gstdio.h>
#include "testcall.h"

#include <string.h>

#define PATIENCE (30 * G_TIME_SPAN_SECOND)
#define FILE_SIZE (5 * 1024 * 1024 + 123)

/* A folder with files of noise */

static gchar *folder;

static gchar *
get_path (const gchar * name)
{
  return g_build_filename (folder, name, NULL);
}

static gchar *
get_hash (const gchar * name)
{
  g_autofree gchar *path = get_path (name);
  g_autofree gchar *contents = NULL;
  g_autoptr (GError) error = NULL;
  gsize size;

  g_file_get_contents (path, &contents, &size, &error);
  g_assert_no_error (error);
  return g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guchar *) contents, size);
}

static void
make_file (const gchar * name, gsize size, guint32 seed)
{
  g_autofree gchar *path = get_path (name);
  g_autofree guint32 *noise = g_malloc (size + 4);
  g_autoptr (GRand) random = g_rand_new_with_seed (seed);

  for (gsize i = 0; i < size / 4 + 1; i++)
    noise[i] = g_rand_int (random);
  g_assert_true (g_file_set_contents (path, (const gchar *) noise, size, NULL));
}

static void
assert_same (const gchar * sent, const gchar * received)
{
  g_autofree gchar *hash = get_hash (sent), *other = get_hash (received);

  g_assert_cmpstr (hash, ==, other);
}

/* What the bus of a side says */
typedef struct
{
  GMutex lock;
  GCond cond;
  guint n_starts, n_continues, n_completes, n_faults;   /* of the transfer of one pad */
  guint64 bytes, total;
  gboolean is_warned, is_eos;
  gchar *error;
} Bus;

static void
look_at_progress (Bus * bus, GstMessage * message)
{
  const GstStructure *structure = gst_message_get_structure (message);
  g_autofree gchar *code = NULL, *text = NULL;
  GstProgressType type;

  gst_message_parse_progress (message, &type, &code, &text);
  g_assert_true (g_str_has_prefix (code, "data_"));
  g_assert_nonnull (strstr (text, "bytes"));
  bus->n_starts += type == GST_PROGRESS_TYPE_START;
  bus->n_continues += type == GST_PROGRESS_TYPE_CONTINUE;
  bus->n_completes += type == GST_PROGRESS_TYPE_COMPLETE;
  bus->n_faults += type == GST_PROGRESS_TYPE_ERROR;
  gst_structure_get_uint64 (structure, "bytes", &bus->bytes);
  gst_structure_get_uint64 (structure, "total", &bus->total);
}

static GstBusSyncReply
on_message (GstBus * gst_bus, GstMessage * message, gpointer user_data)
{
  Bus *bus = user_data;
  g_autoptr (GError) error = NULL;

  g_mutex_lock (&bus->lock);
  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_PROGRESS)
    look_at_progress (bus, message);
  bus->is_warned |= GST_MESSAGE_TYPE (message) == GST_MESSAGE_WARNING;
  bus->is_eos |= GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS && GST_IS_PIPELINE (GST_MESSAGE_SRC (message));
  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR) {
    gst_message_parse_error (message, &error, NULL);
    g_free (bus->error);
    bus->error = g_strdup (error->message);
  }
  g_cond_broadcast (&bus->cond);
  g_mutex_unlock (&bus->lock);
  gst_message_unref (message);
  return GST_BUS_DROP;
}

/* What came before is looked at as well. */
static Bus *
bus_new (TestSide * side)
{
  g_autoptr (GstBus) gst_bus = gst_element_get_bus (test_side_get_pipeline (side));
  Bus *bus = g_new0 (Bus, 1);
  GstMessage *message;

  g_mutex_init (&bus->lock);
  g_cond_init (&bus->cond);
  gst_bus_set_sync_handler (gst_bus, on_message, bus, NULL);
  while ((message = gst_bus_pop (gst_bus)))
    on_message (gst_bus, message, bus);
  return bus;
}

static void
bus_free (Bus * bus)
{
  g_free (bus->error);
  g_mutex_clear (&bus->lock);
  g_cond_clear (&bus->cond);
  g_free (bus);
}

static gboolean
is_eos (Bus * bus)
{
  return bus->is_eos;
}

static gboolean
is_failed (Bus * bus)
{
  return bus->error != NULL;
}

static void
wait_bus (Bus * bus, gboolean (*is_so) (Bus * bus))
{
  gint64 end = g_get_monotonic_time () + PATIENCE;

  g_mutex_lock (&bus->lock);
  while (!is_so (bus)) {
    if (bus->error)
      g_error ("%s", bus->error);
    if (!g_cond_wait_until (&bus->cond, &bus->lock, end))
      g_error ("it did not come in time, after %" G_GUINT64_FORMAT " bytes", bus->bytes);
  }
  g_mutex_unlock (&bus->lock);
}

static void
assert_whole (Bus * bus, guint64 size)
{
  g_assert_cmpuint (bus->n_starts, ==, 1);
  g_assert_cmpuint (bus->n_completes, ==, 1);
  g_assert_cmpuint (bus->n_faults, ==, 0);
  g_assert_cmpuint (bus->bytes, ==, size);
  g_assert_cmpuint (bus->total, ==, size);
}

/* Two sides and their buses. Pipelines say DIR for the folder. */
typedef struct
{
  TestCall *call;
  Bus *left, *right;
} Stage;

static Stage
stage_new (const gchar * left, const gchar * right)
{
  g_auto (GStrv) left_parts = g_strsplit (left, "DIR", -1), right_parts = g_strsplit (right, "DIR", -1);
  g_autofree gchar *left_pipeline = g_strjoinv (folder, left_parts), *right_pipeline = g_strjoinv (folder, right_parts);
  Stage stage = { test_call_new (left_pipeline, right_pipeline, NULL) };

  stage.left = bus_new (stage.call->left);
  stage.right = bus_new (stage.call->right);
  return stage;
}

static void
stage_end (Stage * stage)
{
  test_call_free (stage->call);
  bus_free (stage->left);
  bus_free (stage->right);
}

/* Both pipelines end by themselves. */
static void
stage_run (Stage * stage)
{
  test_call_connect (stage->call);
  wait_bus (stage->left, is_eos);
  wait_bus (stage->right, is_eos);
}

/* Files */

static void
test_file (void)
{
  Stage stage = stage_new ("filesrc location=DIR/a blocksize=16384 ! rtc.data_file rtcsink name=rtc",
      "rtcsrc name=rtc rtc.data_file ! filesink location=DIR/b");

  stage_run (&stage);
  assert_whole (stage.left, FILE_SIZE);
  assert_whole (stage.right, FILE_SIZE);
  stage_end (&stage);
  assert_same ("a", "b");
}

/* The receiver was there first. */
static void
test_file_is_fetched (void)
{
  Stage stage = stage_new ("rtcsrc name=rtc rtc.data_file ! filesink location=DIR/b",
      "filesrc location=DIR/a ! rtc.data_file rtcsink name=rtc");

  stage_run (&stage);
  stage_end (&stage);
  assert_same ("a", "b");
}

static void
test_empty_file (void)
{
  Stage stage;

  make_file ("empty", 0, 0);
  stage = stage_new ("rtcsink name=rtc data-channels=true filesrc location=DIR/empty ! rtc.data_file",
      "rtcsrc name=rtc rtc.data_file ! filesink location=DIR/b");
  wait_bus (stage.left, is_eos);        /* there is nobody to send nothing to */
  stage_end (&stage);
}

static void
test_two_files (void)
{
  Stage stage = stage_new ("rtcsink name=rtc filesrc location=DIR/a ! rtc.data_one filesrc location=DIR/c ! rtc.data_two",
      "rtcsrc name=rtc rtc.data_two ! filesink location=DIR/d rtc.data_one ! filesink location=DIR/b");

  stage_run (&stage);
  stage_end (&stage);
  assert_same ("a", "b");
  assert_same ("c", "d");
}

static void
test_both_ways (void)
{
  Stage stage = stage_new ("rtcbin name=rtc filesrc location=DIR/a ! rtc.data_ab rtc.data_src_cd ! filesink location=DIR/d",
      "rtcbin name=rtc filesrc location=DIR/c ! rtc.data_cd rtc.data_src_ab ! filesink location=DIR/b");

  stage_run (&stage);
  stage_end (&stage);
  assert_same ("a", "b");
  assert_same ("c", "d");
}

/* What the other side sends back on the channel of a sink pad comes out of the source pad of the same label. */

static void
send_back (GstRtcDataChannel * channel, GBytes * data, gpointer user_data)
{
  gst_rtc_data_channel_send_data (channel, data, NULL);
}

static void
on_channel_to_echo (GstElement * element, const gchar * peer_id, GstRtcDataChannel * channel, gpointer user_data)
{
  g_signal_connect (channel, "on-message-data", G_CALLBACK (send_back), NULL);
}

static void
on_handoff (GstElement * sink, GstBuffer * buffer, GstPad * pad, gint * bytes)
{
  g_atomic_int_add (bytes, gst_buffer_get_size (buffer));
}

static void
wait_int (gint * value, gint goal)
{
  gint64 end = g_get_monotonic_time () + PATIENCE;

  while (g_atomic_int_get (value) < goal) {
    g_assert_cmpint (g_get_monotonic_time (), <, end);
    g_usleep (G_TIME_SPAN_MILLISECOND);
  }
}

static void
test_echo (void)
{
  Stage stage = stage_new ("rtcbin name=rtc fakesrc sizetype=fixed sizemax=1000 ! rtc.data_echo "
      "rtc.data_src_echo ! fakesink name=f signal-handoffs=true", "rtcsrc name=rtc data-channels=true");
  g_autoptr (GstElement) sink = gst_bin_get_by_name (GST_BIN (test_side_get_pipeline (stage.call->left)), "f");
  gint bytes = 0;

  g_signal_connect (sink, "handoff", G_CALLBACK (on_handoff), &bytes);
  g_signal_connect (test_side_get_element (stage.call->right), "on-data-channel", G_CALLBACK (on_channel_to_echo), NULL);
  test_call_connect (stage.call);
  wait_int (&bytes, 1000000);
  stage_end (&stage);
}

static gboolean
is_complete (Bus * bus)
{
  return bus->n_completes > 0;
}

static void
test_beside_media (void)
{
  Stage stage = stage_new ("rtcsink name=rtc videotestsrc is-live=true pattern=white ! video/x-raw,width=320,height=240 ! rtc. "
      "filesrc location=DIR/a ! rtc.data_file", "rtcsrc name=rtc rtc.data_file ! filesink location=DIR/b");
  g_auto (TestOutput) seen = { NULL, };

  test_call_connect (stage.call);
  seen = test_side_wait (stage.call->right, "video_", 0, 10);
  g_assert_cmpfloat (seen.luma, >, 225);
  wait_bus (stage.right, is_complete);
  stage_end (&stage);
  assert_same ("a", "b");
}

/* Nobody is there: the pad waits, and lets go when the pipeline stops or the pad is released. */
static void
test_waits_for_a_peer (void)
{
  Stage stage = stage_new ("filesrc location=DIR/a ! rtc.data_file rtcsink name=rtc", "rtcsrc name=rtc rtc.data_x ! fakesink");
  GstElement *pipeline = test_side_get_pipeline (stage.call->left), *element = test_side_get_element (stage.call->left);
  g_autoptr (GstPad) pad = gst_element_get_static_pad (element, "data_file");
  g_autoptr (GstPad) peer = gst_pad_get_peer (pad);
  g_autoptr (GstElement) source = gst_pad_get_parent_element (peer);

  g_usleep (100 * G_TIME_SPAN_MILLISECOND);
  g_assert_false (stage.left->is_eos);
  gst_element_set_state (pipeline, GST_STATE_PAUSED);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  g_usleep (50 * G_TIME_SPAN_MILLISECOND);
  gst_element_set_state (pipeline, GST_STATE_READY);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  g_usleep (50 * G_TIME_SPAN_MILLISECOND);
  gst_element_release_request_pad (element, pad);
  gst_element_set_state (source, GST_STATE_NULL);
  gst_bin_remove (GST_BIN (pipeline), source);
  stage_end (&stage);
}

/* A reader that does not read: what is sent stops, and goes on with it. */

static GstPadProbeReturn
on_blocked (GstPad * pad, GstPadProbeInfo * info, gpointer user_data)
{
  g_atomic_int_set ((gint *) user_data, TRUE);
  return GST_PAD_PROBE_OK;
}

static gint64
get_position (TestSide * side, const gchar * name)
{
  g_autoptr (GstElement) element = gst_bin_get_by_name (GST_BIN (test_side_get_pipeline (side)), name);
  gint64 position = -1;

  gst_element_query_position (element, GST_FORMAT_BYTES, &position);
  return position;
}

static GstPadProbeReturn
note_buffer (GstPad * pad, GstPadProbeInfo * info, gpointer n_buffers)
{
  g_atomic_int_inc ((gint *) n_buffers);
  return GST_PAD_PROBE_OK;
}

/* Nobody is there: the pad waits, and every change of state comes through all the same. */
static void
test_states_while_waiting (void)
{
  Stage stage = stage_new ("filesrc location=DIR/a ! rtc.data_file rtcsink name=rtc", "rtcsrc name=rtc data-channels=true");
  GstElement *pipeline = test_side_get_pipeline (stage.call->left);
  g_autoptr (GstPad) pad = gst_element_get_static_pad (test_side_get_element (stage.call->left), "data_file");
  gint n_buffers = 0;

  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, note_buffer, &n_buffers, NULL);
  for (guint i = 0; i < 30; i++) {
    g_atomic_int_set (&n_buffers, 0);
    gst_element_set_state (pipeline, GST_STATE_READY);
    gst_element_set_state (pipeline, GST_STATE_PAUSED);
    while (g_atomic_int_get (&n_buffers) == 0)
      g_usleep (100);
    g_usleep (i * 100);         /* on its way to waiting, or there */
    gst_element_set_state (pipeline, GST_STATE_PLAYING);
    if (i % 2)
      gst_element_set_state (pipeline, GST_STATE_PAUSED);
    if (i % 4 == 3)
      gst_element_set_state (pipeline, GST_STATE_PLAYING);
  }
  stage_end (&stage);
}

static void
test_back_pressure (void)
{
  const gint64 size = 20 * 1024 * 1024;
  Stage stage;
  g_autoptr (GstPad) pad = NULL;
  gint64 position, last = -1, end = g_get_monotonic_time () + PATIENCE;
  gint blocked = FALSE;
  gulong probe;

  make_file ("large", size, 9);
  stage = stage_new ("filesrc name=f location=DIR/large blocksize=65536 ! rtc.data_file rtcsink name=rtc",
      "rtcsrc name=rtc rtc.data_file ! filesink location=DIR/b");
  pad = gst_element_get_static_pad (test_side_get_element (stage.call->right), "data_file");
  probe = gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BLOCK, on_blocked, &blocked, NULL);
  test_call_connect (stage.call);
  /* until nothing moves any more */
  while (!g_atomic_int_get (&blocked) || (position = get_position (stage.call->left, "f")) != last) {
    last = g_atomic_int_get (&blocked) ? position : -1;
    g_assert_cmpint (g_get_monotonic_time (), <, end);
    g_usleep (300 * G_TIME_SPAN_MILLISECOND);
  }
  g_assert_cmpint (last, >, 0);
  g_assert_cmpint (last, <, size * 2 / 3);
  gst_pad_remove_probe (pad, probe);
  wait_bus (stage.left, is_eos);
  wait_bus (stage.right, is_eos);
  stage_end (&stage);
  assert_same ("large", "b");
}

/* A channel that ends before its file does */
static void
test_cut_off (void)
{
  Stage stage = stage_new ("filesrc location=DIR/a num-buffers=10 ! rtc.data_file rtcsink name=rtc",
      "rtcsrc name=rtc rtc.data_file ! filesink location=DIR/b");

  stage_run (&stage);
  g_assert_cmpuint (stage.right->n_completes, ==, 0);
  g_assert_cmpuint (stage.right->n_faults, ==, 1);
  g_assert_cmpuint (stage.right->total, ==, FILE_SIZE);
  g_assert_true (stage.right->is_warned);
  stage_end (&stage);
}

/* Caps */

static GstPadProbeReturn
on_caps (GstPad * pad, GstPadProbeInfo * info, gpointer user_data)
{
  GstEvent *event = GST_PAD_PROBE_INFO_EVENT (info);
  GstCaps *caps;

  if (GST_EVENT_TYPE (event) == GST_EVENT_CAPS) {
    gst_event_parse_caps (event, &caps);
    g_atomic_pointer_set ((gpointer *) user_data, gst_caps_to_string (caps));
  }
  return GST_PAD_PROBE_OK;
}

static void
test_caps (void)
{
  Stage stage = stage_new ("filesrc location=DIR/c ! application/x-data-channel,label=other,protocol=p,ordered=false,"
      "max-retransmits=7,priority=high ! rtc.data_x rtcsink name=rtc", "rtcsrc name=rtc rtc.data_other ! fakesink");
  g_autoptr (GstPad) pad = gst_element_get_static_pad (test_side_get_element (stage.call->right), "data_other");
  gchar *text = NULL;
  g_autoptr (GstCaps) caps = NULL;
  const GstStructure *structure;
  gboolean ordered;
  gint retransmits;

  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, on_caps, &text, NULL);
  test_call_connect (stage.call);
  wait_bus (stage.right, is_eos);
  caps = gst_caps_from_string (text);
  structure = gst_caps_get_structure (caps, 0);
  g_assert_true (gst_structure_has_name (structure, "application/x-data-channel"));
  g_assert_cmpstr (gst_structure_get_string (structure, "label"), ==, "other");
  g_assert_cmpstr (gst_structure_get_string (structure, "protocol"), ==, "p");
  g_assert_true (gst_structure_get_boolean (structure, "ordered", &ordered));
  g_assert_true (gst_structure_get_int (structure, "max-retransmits", &retransmits));
  g_assert_false (ordered);
  g_assert_cmpint (retransmits, ==, 7);
  stage_end (&stage);
  g_free (text);
}

static void
test_wrong_caps (void)
{
  Stage stage = stage_new ("filesrc location=DIR/c ! application/x-data-channel,max-retransmits=1,max-packet-lifetime=1 ! "
      "rtc.data_x rtcsink name=rtc", "rtcsrc name=rtc rtc.data_x ! fakesink");

  wait_bus (stage.left, is_failed);
  g_assert_nonnull (strstr (stage.left->error, "max-retransmits"));
  stage_end (&stage);
}

/* Text goes as text */

static void
on_string (GstRtcDataChannel * channel, const gchar * text, gchar ** seen)
{
  g_atomic_pointer_set (seen, g_strdup (text));
}

static void
on_data_channel (GstElement * element, const gchar * peer_id, GstRtcDataChannel * channel, gchar ** seen)
{
  g_signal_connect (channel, "on-message-string", G_CALLBACK (on_string), seen);
}

static void
test_text (void)
{
  Stage stage;
  gchar *seen = NULL;
  gint64 end = g_get_monotonic_time () + PATIENCE;
  g_autofree gchar *path = get_path ("text");

  g_assert_true (g_file_set_contents (path, "hello", -1, NULL));
  stage = stage_new ("filesrc location=DIR/text ! text/x-raw,format=utf8 ! rtc.data_chat rtcsink name=rtc",
      "rtcsrc name=rtc data-channels=true");
  g_signal_connect (test_side_get_element (stage.call->right), "on-data-channel", G_CALLBACK (on_data_channel), &seen);
  test_call_connect (stage.call);
  wait_bus (stage.left, is_eos);
  while (!g_atomic_pointer_get (&seen)) {
    g_assert_cmpint (g_get_monotonic_time (), <, end);
    g_usleep (G_TIME_SPAN_MILLISECOND);
  }
  g_assert_cmpstr (seen, ==, "hello");
  stage_end (&stage);
  g_free (seen);
}

/* Templates: media does not find its way to them */

static void
assert_template (const gchar * factory, const gchar * caps, const gchar * name)
{
  g_autoptr (GstElement) element = gst_object_ref_sink (gst_element_factory_make (factory, NULL));
  g_autoptr (GstCaps) wanted = gst_caps_from_string (caps);
  g_autoptr (GstPadTemplate) source = gst_pad_template_new ("src", GST_PAD_SRC, GST_PAD_ALWAYS, wanted);
  GstPadTemplate *found = gst_element_get_compatible_pad_template (element, source);

  g_assert_nonnull (found);
  g_assert_cmpstr (GST_PAD_TEMPLATE_NAME_TEMPLATE (found), ==, name);
}

static void
test_templates (void)
{
  static const gchar *const factories[] = { "rtcsink", "rtcbin" };

  for (guint i = 0; i < G_N_ELEMENTS (factories); i++) {
    g_autoptr (GstElement) pipeline = NULL;
    g_autoptr (GstElement) element = gst_object_ref_sink (gst_element_factory_make (factories[i], NULL));
    g_autoptr (GstElement) source = NULL;
    g_autoptr (GstPad) pad = NULL, again = NULL, source_pad = NULL, linked = NULL;
    g_autofree gchar *description = g_strdup_printf ("appsrc name=source caps=image/x-nothing ! %s", factories[i]);
    g_autoptr (GError) error = NULL;

    assert_template (factories[i], "video/x-raw; image/jpeg; video/mpegts", "video_%u");
    assert_template (factories[i], "audio/x-raw", "audio_%u");
    assert_template (factories[i], "video/x-h264", "video_%u");
    assert_template (factories[i], "ANY", "video_%u");
    pipeline = gst_parse_launch (description, &error);
    g_assert_no_error (error);
    source = gst_bin_get_by_name (GST_BIN (pipeline), "source");
    source_pad = gst_element_get_static_pad (source, "src");
    linked = gst_pad_get_peer (source_pad);
    g_assert_true (g_str_has_prefix (GST_PAD_NAME (linked), "video_"));

    g_assert_null (gst_element_request_pad (element, gst_element_get_pad_template (element, "data_%s"), NULL, NULL));
    pad = gst_element_request_pad_simple (element, "data_some label");
    g_assert_nonnull (pad);
    g_assert_true (GST_PAD_IS_SINK (pad));
    gst_element_release_request_pad (element, pad);
    again = gst_element_request_pad_simple (element, "data_some label");
    g_assert_nonnull (again);
    gst_element_release_request_pad (element, again);
  }
}

static void
test_source_pads (void)
{
  g_autoptr (GstElement) src = gst_object_ref_sink (gst_element_factory_make ("rtcsrc", NULL));
  g_autoptr (GstElement) bin = gst_object_ref_sink (gst_element_factory_make ("rtcbin", NULL));
  g_autoptr (GstPad) pad = gst_element_request_pad_simple (src, "data_x");
  g_autoptr (GstPad) other = gst_element_request_pad_simple (bin, "data_src_x");
  gboolean eos_on_close;

  g_assert_true (GST_PAD_IS_SRC (pad));
  g_assert_true (GST_PAD_IS_SRC (other));
  gst_child_proxy_set (GST_CHILD_PROXY (src), "data_x::eos-on-close", FALSE, NULL);
  g_object_get (pad, "eos-on-close", &eos_on_close, NULL);
  g_assert_false (eos_on_close);
  gst_element_release_request_pad (src, pad);
  gst_element_release_request_pad (bin, other);
}

/* One channel after the other into one pad */

static void
test_next_channel (void)
{
  Stage stage = stage_new ("rtcsink name=rtc data-channels=true",
      "rtcsrc name=rtc rtc.data_x ! fakesink name=f signal-handoffs=true");
  g_autoptr (GstElement) sink = gst_bin_get_by_name (GST_BIN (test_side_get_pipeline (stage.call->right)), "f");
  gint bytes = 0;

  gst_child_proxy_set (GST_CHILD_PROXY (test_side_get_element (stage.call->right)), "data_x::eos-on-close", FALSE, NULL);
  g_signal_connect (sink, "handoff", G_CALLBACK (on_handoff), &bytes);
  test_call_connect (stage.call);
  for (gint i = 1; i <= 3; i++) {
    GstRtcDataChannel *channel = NULL;

    while (!channel) {
      g_auto (GStrv) ids = NULL;

      g_signal_emit_by_name (test_side_get_element (stage.call->left), "get-sessions", &ids);
      if (ids[0])
        g_signal_emit_by_name (test_side_get_element (stage.call->left), "create-data-channel", "right", "x", NULL, &channel);
      else
        g_usleep (G_TIME_SPAN_MILLISECOND);
    }
    g_assert_true (gst_rtc_data_channel_send_string (channel, "1234", NULL));
    gst_rtc_data_channel_close (channel);
    wait_int (&bytes, 4 * i);
    g_object_unref (channel);
  }
  g_assert_false (stage.right->is_eos);
  stage_end (&stage);
}

int
main (int argc, char **argv)
{
  g_autofree gchar *remove = NULL;
  gint result;

  g_test_init (&argc, &argv, NULL);
  gst_init (&argc, &argv);
  folder = g_dir_make_tmp ("gst-rtc-data-XXXXXX", NULL);
  make_file ("a", FILE_SIZE, 1);
  make_file ("c", 300000, 2);
  g_test_add_func ("/datapads/file", test_file);
  g_test_add_func ("/datapads/file-is-fetched", test_file_is_fetched);
  g_test_add_func ("/datapads/empty-file", test_empty_file);
  g_test_add_func ("/datapads/two-files", test_two_files);
  g_test_add_func ("/datapads/both-ways", test_both_ways);
  g_test_add_func ("/datapads/echo", test_echo);
  g_test_add_func ("/datapads/beside-media", test_beside_media);
  g_test_add_func ("/datapads/waits-for-a-peer", test_waits_for_a_peer);
  g_test_add_func ("/datapads/states-while-waiting", test_states_while_waiting);
  g_test_add_func ("/datapads/back-pressure", test_back_pressure);
  g_test_add_func ("/datapads/cut-off", test_cut_off);
  g_test_add_func ("/datapads/caps", test_caps);
  g_test_add_func ("/datapads/wrong-caps", test_wrong_caps);
  g_test_add_func ("/datapads/text", test_text);
  g_test_add_func ("/datapads/templates", test_templates);
  g_test_add_func ("/datapads/source-pads", test_source_pads);
  g_test_add_func ("/datapads/next-channel", test_next_channel);
  result = g_test_run ();
  remove = g_strdup_printf ("rm -r '%s'", folder);
  g_spawn_command_line_sync (remove, NULL, NULL, NULL, NULL);
  g_free (folder);
  return result;
}
