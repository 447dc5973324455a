/* gst-rtc: rtcsink as an application sees it, without viewers
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <gio/gio.h>
#include <gst/gst.h>
#include <string.h>
#include <sys/resource.h>

#define PATIENCE (20 * GST_SECOND)
/* Not "signaller::port=0": gst_parse_launch() of 1.22 leaks the child then. */
#define ANY_PORT "signaller=\"rtcserversignaller port=0\" "

static GstElement *
make_sink (void)
{
  GstElement *sink = gst_element_factory_make ("rtcsink", NULL);

  g_assert_nonnull (sink);
  gst_object_ref_sink (sink);
  gst_child_proxy_set (GST_CHILD_PROXY (sink), "signaller::port", 0, NULL);
  return sink;
}

static GstElement *
launch (const gchar * description)
{
  g_autoptr (GError) error = NULL;
  GstElement *pipeline = gst_parse_launch (description, &error);

  g_assert_no_error (error);
  return pipeline;
}

static GstMessage *
wait_message (GstElement * pipeline, GstMessageType types)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);
  GstMessage *message = gst_bus_timed_pop_filtered (bus, PATIENCE, types);

  g_assert_nonnull (message);
  return message;
}

static void
end (GstElement * pipeline)
{
  g_assert_cmpint (gst_element_set_state (pipeline, GST_STATE_NULL), ==, GST_STATE_CHANGE_SUCCESS);
  gst_object_unref (pipeline);
}

static void
test_pads (void)
{
  GstElement *sink = make_sink ();
  GstPad *video = gst_element_request_pad_simple (sink, "video_%u");
  GstPad *fifth = gst_element_request_pad_simple (sink, "video_5");
  GstPad *sixth = gst_element_request_pad_simple (sink, "video_%u");
  GstPad *audio = gst_element_request_pad_simple (sink, "audio_%u");
  g_autofree gchar *msid = NULL;

  g_assert_cmpstr (GST_PAD_NAME (video), ==, "video_0");
  g_assert_cmpstr (GST_PAD_NAME (fifth), ==, "video_5");
  g_assert_cmpstr (GST_PAD_NAME (sixth), ==, "video_6");
  g_assert_cmpstr (GST_PAD_NAME (audio), ==, "audio_0");
  g_object_get (audio, "msid", &msid, NULL);
  g_assert_cmpstr (msid, ==, GST_OBJECT_NAME (sink));
  g_object_set (audio, "msid", "other", NULL);
  g_clear_pointer (&msid, g_free);
  g_object_get (audio, "msid", &msid, NULL);
  g_assert_cmpstr (msid, ==, "other");

  gst_element_release_request_pad (sink, fifth);
  gst_object_unref (fifth);
  fifth = gst_element_request_pad_simple (sink, "video_5");
  g_assert_nonnull (fifth);
  g_assert_cmpint (g_list_length (sink->sinkpads), ==, 4);
  gst_object_unref (video);
  gst_object_unref (fifth);
  gst_object_unref (sixth);
  gst_object_unref (audio);
  gst_object_unref (sink);
}

static void
test_caps (void)
{
  static const struct
  {
    const gchar *pad, *caps;
    gboolean taken;
  } cases[] = {
    {"video_%u", "video/x-raw,format=BGRA,width=3,height=3", TRUE},
    {"video_%u", "video/x-raw(memory:DMABuf),format=NV12", TRUE},
    {"video_%u", "video/x-raw(memory:GLMemory),format=RGBA", TRUE},
    {"video_%u", "video/x-h264,stream-format=avc,alignment=au", TRUE},
    {"video_%u", "video/x-h265,stream-format=byte-stream", TRUE},
    {"video_%u", "video/x-vp8", TRUE},
    {"video_%u", "video/x-vp9,profile=(string)2", TRUE},
    {"video_%u", "application/x-rtp,media=video,encoding-name=H264", TRUE},
    {"video_%u", "application/x-rtp,media=audio,encoding-name=OPUS", FALSE},
    {"video_%u", "image/jpeg", FALSE},
    {"audio_%u", "audio/x-raw,format=F32LE,layout=non-interleaved,rate=96000,channels=6", TRUE},
    {"audio_%u", "audio/x-opus,channel-mapping-family=0", TRUE},
    {"audio_%u", "audio/x-mulaw,rate=8000,channels=1", TRUE},
    {"audio_%u", "audio/x-alaw,rate=8000,channels=1", TRUE},
    {"audio_%u", "audio/mpeg", FALSE},
  };
  GstElement *sink = make_sink ();

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    GstPad *pad = gst_element_request_pad_simple (sink, cases[i].pad);
    g_autoptr (GstCaps) caps = gst_caps_from_string (cases[i].caps);

    g_assert_cmpint (gst_pad_query_accept_caps (pad, caps), ==, cases[i].taken);
    gst_object_unref (pad);
  }
  gst_object_unref (sink);
}

/* Who may choose takes what needs no conversion. */
static void
test_preferred_caps (void)
{
  GstElement *pipeline = launch ("videotestsrc is-live=true num-buffers=2 name=v ! rtcsink name=s " ANY_PORT
      "audiotestsrc is-live=true num-buffers=2 name=a ! s.");
  g_autoptr (GstElement) video = gst_bin_get_by_name (GST_BIN (pipeline), "v");
  g_autoptr (GstElement) audio = gst_bin_get_by_name (GST_BIN (pipeline), "a");
  g_autoptr (GstPad) video_pad = gst_element_get_static_pad (video, "src");
  g_autoptr (GstPad) audio_pad = gst_element_get_static_pad (audio, "src");
  g_autoptr (GstCaps) video_caps = NULL, audio_caps = NULL;
  gint rate;

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  gst_message_unref (wait_message (pipeline, GST_MESSAGE_EOS));
  video_caps = gst_pad_get_current_caps (video_pad);
  audio_caps = gst_pad_get_current_caps (audio_pad);
  g_assert_cmpstr (gst_structure_get_string (gst_caps_get_structure (video_caps, 0), "format"), ==, "I420");
  g_assert_true (gst_structure_get_int (gst_caps_get_structure (audio_caps, 0), "rate", &rate));
  g_assert_cmpint (rate, ==, 48000);
  end (pipeline);
}

static void
test_properties (void)
{
  GstElement *sink = make_sink ();
  g_autofree gchar *stun = NULL;
  g_autoptr (GstStructure) stats = NULL;
  g_auto (GStrv) sessions = NULL;
  GValue turn = G_VALUE_INIT;
  gboolean retransmission;
  guint start;
  gint delay;

  g_object_get (sink, "do-retransmission", &retransmission, "start-bitrate", &start, "min-playout-delay", &delay,
      "stats", &stats, NULL);
  g_assert_true (retransmission);
  g_assert_cmpuint (start, ==, 2048000);
  g_assert_cmpint (delay, ==, -1);
  g_assert_cmpint (gst_structure_n_fields (stats), ==, 0);
  g_signal_emit_by_name (sink, "get-sessions", &sessions);
  g_assert_cmpuint (g_strv_length (sessions), ==, 0);

  gst_util_set_object_arg (G_OBJECT (sink), "stun-server", "stun://192.0.2.1:3478");
  gst_util_set_object_arg (G_OBJECT (sink), "turn-servers", "<\"turn://u:p@192.0.2.1:3478\", \"turns://u:p@192.0.2.2\">");
  gst_util_set_object_arg (G_OBJECT (sink), "ice-transport-policy", "relay");
  gst_util_set_object_arg (G_OBJECT (sink), "video-caps", "video/x-vp8");
  g_object_get (sink, "stun-server", &stun, NULL);
  g_assert_cmpstr (stun, ==, "stun://192.0.2.1:3478");
  g_value_init (&turn, GST_TYPE_ARRAY);
  g_object_get_property (G_OBJECT (sink), "turn-servers", &turn);
  g_assert_cmpuint (gst_value_array_get_size (&turn), ==, 2);
  g_assert_cmpstr (g_value_get_string (gst_value_array_get_value (&turn, 1)), ==, "turns://u:p@192.0.2.2");
  g_value_unset (&turn);
  gst_object_unref (sink);
}

static void
test_descriptor_limit (void)
{
  GstElement *sink = make_sink ();
  struct rlimit before, during, after;

  g_assert_cmpint (getrlimit (RLIMIT_NOFILE, &before), ==, 0);
  during = before;
  during.rlim_cur = 128;
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &during), ==, 0);
  g_assert_cmpint (gst_element_set_state (sink, GST_STATE_PLAYING), !=, GST_STATE_CHANGE_FAILURE);
  g_assert_cmpint (getrlimit (RLIMIT_NOFILE, &after), ==, 0);
  g_assert_cmpuint (after.rlim_cur, ==, before.rlim_max);
  end (sink);
  setrlimit (RLIMIT_NOFILE, &before);
}

static void
test_child_proxy (void)
{
  GstElement *pipeline = launch ("rtcsink name=s");
  g_autoptr (GstElement) signaller = NULL;
  guint port;

  gst_child_proxy_set (GST_CHILD_PROXY (pipeline), "signaller::port", 4711, NULL);
  gst_child_proxy_get (GST_CHILD_PROXY (pipeline), "signaller::port", &port, NULL);
  g_assert_cmpuint (port, ==, 4711);
  gst_object_unref (pipeline);
  pipeline = launch ("rtcsink name=s signaller=\"rtcserversignaller port=4712\"");
  gst_child_proxy_get (GST_CHILD_PROXY (pipeline), "signaller::port", &port, NULL);
  g_assert_cmpuint (port, ==, 4712);
  g_object_get (pipeline, "signaller", &signaller, NULL);
  g_assert_true (GST_OBJECT_PARENT (signaller) == GST_OBJECT (pipeline));
  gst_object_unref (pipeline);
}

static void
test_pad_properties (void)
{
  GstElement *pipeline = launch ("rtcsink name=s video_0::msid=other  videotestsrc ! s.video_0");
  g_autoptr (GstElement) sink = gst_bin_get_by_name (GST_BIN (pipeline), "s");
  g_autofree gchar *msid = NULL;

  gst_child_proxy_get (GST_CHILD_PROXY (sink), "video_0::msid", &msid, NULL);
  g_assert_cmpstr (msid, ==, "other");
  gst_object_unref (pipeline);
}

static guint
count_threads (void)
{
  g_autoptr (GDir) dir = g_dir_open ("/proc/self/task", 0, NULL);
  guint n = 0;

  while (g_dir_read_name (dir))
    n++;
  return n;
}

static guint
count_descriptors (void)
{
  g_autoptr (GDir) dir = g_dir_open ("/proc/self/fd", 0, NULL);
  guint n = 0;

  while (g_dir_read_name (dir))
    n++;
  return n;
}

static void
test_cycling (void)
{
  GstElement *pipeline = launch ("videotestsrc is-live=true ! rtcsink name=s " ANY_PORT
      "audiotestsrc is-live=true ! s.");
  guint threads = 0, descriptors = 0;

  for (guint i = 0; i < 10; i++) {
    g_assert_cmpint (gst_element_set_state (pipeline, GST_STATE_PLAYING), !=, GST_STATE_CHANGE_FAILURE);
    if (i % 2)
      g_usleep (30000);
    g_assert_cmpint (gst_element_set_state (pipeline, GST_STATE_NULL), ==, GST_STATE_CHANGE_SUCCESS);
    if (i == 2) {
      threads = count_threads ();
      descriptors = count_descriptors ();
    }
  }
  /* GStreamer's task pool may keep a thread for a moment. */
  g_assert_cmpuint (count_threads (), <=, threads + 2);
  g_assert_cmpuint (count_descriptors (), <=, descriptors);
  gst_object_unref (pipeline);
}

static void
test_taken_port (void)
{
  g_autoptr (GSocketListener) listener = g_socket_listener_new ();
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new_from_string ("127.0.0.1", 0);
  g_autoptr (GSocketAddress) taken = NULL;
  g_autofree gchar *description = NULL;
  g_autoptr (GError) error = NULL;
  GstElement *pipeline;
  GstMessage *message;

  g_socket_listener_add_address (listener, address, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL, &taken, &error);
  g_assert_no_error (error);
  description = g_strdup_printf ("videotestsrc is-live=true ! rtcsink signaller=\"rtcserversignaller port=%u\"",
      g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (taken)));
  pipeline = launch (description);
  g_assert_cmpint (gst_element_set_state (pipeline, GST_STATE_PLAYING), ==, GST_STATE_CHANGE_FAILURE);
  message = wait_message (pipeline, GST_MESSAGE_ERROR);
  gst_message_parse_error (message, &error, NULL);
  g_assert_nonnull (strstr (error->message, "taken"));
  gst_message_unref (message);

  g_socket_listener_close (listener);
  g_assert_cmpint (gst_element_set_state (pipeline, GST_STATE_NULL), ==, GST_STATE_CHANGE_SUCCESS);
  g_assert_cmpint (gst_element_set_state (pipeline, GST_STATE_PLAYING), !=, GST_STATE_CHANGE_FAILURE);
  end (pipeline);
}

static void
test_wrong_settings (gconstpointer data)
{
  g_autofree gchar *description = g_strconcat ("videotestsrc is-live=true ! rtcsink " ANY_PORT, data, NULL);
  GstElement *pipeline = launch (description);

  g_assert_cmpint (gst_element_set_state (pipeline, GST_STATE_PLAYING), ==, GST_STATE_CHANGE_FAILURE);
  gst_message_unref (wait_message (pipeline, GST_MESSAGE_ERROR));
  end (pipeline);
}

static void
test_eos (void)
{
  GstElement *pipeline = launch ("videotestsrc is-live=true num-buffers=10 ! rtcsink name=s " ANY_PORT
      "audiotestsrc is-live=true num-buffers=20 ! s.");

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  gst_message_unref (wait_message (pipeline, GST_MESSAGE_EOS));
  end (pipeline);
}

/* Nobody looks: nothing is encoded. */
static gboolean
count_setup (GstElement * sink, const gchar * pad, GstElement * element, guint * count)
{
  g_atomic_int_inc (count);
  return FALSE;
}

static void
test_idle (void)
{
  GstElement *pipeline = launch ("videotestsrc is-live=true num-buffers=10 ! rtcsink name=s " ANY_PORT);
  g_autoptr (GstElement) sink = gst_bin_get_by_name (GST_BIN (pipeline), "s");
  guint encoders = 0;

  g_signal_connect (sink, "encoder-setup", G_CALLBACK (count_setup), &encoders);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  gst_message_unref (wait_message (pipeline, GST_MESSAGE_EOS));
  g_assert_cmpuint (encoders, ==, 0);
  end (pipeline);
}

static void
test_pads_while_playing (void)
{
  GstElement *pipeline = launch ("videotestsrc is-live=true ! rtcsink name=s " ANY_PORT);
  g_autoptr (GstElement) sink = gst_bin_get_by_name (GST_BIN (pipeline), "s");

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  for (guint i = 0; i < 5; i++) {
    GstElement *source = gst_element_factory_make ("audiotestsrc", NULL);
    GstPad *pad;

    g_object_set (source, "is-live", TRUE, NULL);
    gst_bin_add (GST_BIN (pipeline), gst_object_ref (source));
    g_assert_true (gst_element_link (source, sink));
    gst_element_sync_state_with_parent (source);
    g_usleep (50000);
    pad = gst_element_get_static_pad (source, "src");
    gst_element_set_state (source, GST_STATE_NULL);
    {
      g_autoptr (GstPad) peer = gst_pad_get_peer (pad);

      gst_pad_unlink (pad, peer);
      gst_element_release_request_pad (sink, peer);
    }
    gst_object_unref (pad);
    gst_bin_remove (GST_BIN (pipeline), source);
    gst_object_unref (source);
  }
  end (pipeline);
}

static void
test_same_pad_again (void)
{
  GstElement *pipeline = launch ("videotestsrc is-live=true ! rtcsink name=s " ANY_PORT);
  g_autoptr (GstElement) sink = gst_bin_get_by_name (GST_BIN (pipeline), "s");

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  for (guint i = 0; i < 20; i++) {
    g_autoptr (GstPad) pad = gst_element_request_pad_simple (sink, "audio_7");

    g_assert_nonnull (pad);
    gst_element_release_request_pad (sink, pad);
  }
  end (pipeline);
}

/* The clock does not run yet, and the streaming thread waits for it. */
static void
test_pad_while_paused (void)
{
  GstElement *pipeline = launch ("videotestsrc ! rtcsink name=s " ANY_PORT);
  g_autoptr (GstElement) sink = gst_bin_get_by_name (GST_BIN (pipeline), "s");
  g_autoptr (GstPad) pad = gst_element_get_static_pad (sink, "video_0");

  gst_element_set_state (pipeline, GST_STATE_PAUSED);
  g_usleep (100000);
  gst_element_release_request_pad (sink, pad);
  end (pipeline);
}

static void
test_latency (void)
{
  GstElement *pipeline = launch ("videotestsrc is-live=true ! video/x-raw,framerate=10/1 ! rtcsink name=s "
      ANY_PORT);
  g_autoptr (GstElement) sink = gst_bin_get_by_name (GST_BIN (pipeline), "s");
  g_autoptr (GstQuery) query = gst_query_new_latency ();
  GstClockTime min;
  gboolean live;

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  gst_element_get_state (pipeline, NULL, NULL, PATIENCE);
  g_usleep (300000);
  g_assert_true (gst_element_query (sink, query));
  gst_query_parse_latency (query, &live, &min, NULL);
  g_assert_true (live);
  g_assert_cmpuint (min, >=, GST_SECOND / 10);
  end (pipeline);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gst_init (&argc, &argv);
  g_log_set_always_fatal (G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL);
  g_test_add_func ("/sink/pads", test_pads);
  g_test_add_func ("/sink/caps", test_caps);
  g_test_add_func ("/sink/preferred-caps", test_preferred_caps);
  g_test_add_func ("/sink/properties", test_properties);
  g_test_add_func ("/sink/descriptor-limit", test_descriptor_limit);
  g_test_add_func ("/sink/child-proxy", test_child_proxy);
  g_test_add_func ("/sink/pad-properties", test_pad_properties);
  g_test_add_func ("/sink/cycling", test_cycling);
  g_test_add_func ("/sink/taken-port", test_taken_port);
  g_test_add_data_func ("/sink/wrong/stun", "stun-server=192.0.2.1", test_wrong_settings);
  g_test_add_data_func ("/sink/wrong/ports", "min-rtp-port=9000 max-rtp-port=8000", test_wrong_settings);
  g_test_add_data_func ("/sink/wrong/delay", "min-playout-delay=100 max-playout-delay=50", test_wrong_settings);
  g_test_add_func ("/sink/eos", test_eos);
  g_test_add_func ("/sink/idle", test_idle);
  g_test_add_func ("/sink/pads-while-playing", test_pads_while_playing);
  g_test_add_func ("/sink/same-pad-again", test_same_pad_again);
  g_test_add_func ("/sink/pad-while-paused", test_pad_while_paused);
  g_test_add_func ("/sink/latency", test_latency);
  return g_test_run ();
}
