/* gst-rtc: rtcsink and viewers of our own core, over loopback, with the real libraries
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <gst/gst.h>
#include "testviewer.h"

#define PATIENCE (20 * G_TIME_SPAN_SECOND)
#define VIDEO "videotestsrc is-live=true ! video/x-raw,width=320,height=240,framerate=30/1 ! queue ! s. "
#define AUDIO "audiotestsrc is-live=true ! queue ! s. "

/* The sink on its stage, and what it has said */
typedef struct
{
  GstElement *pipeline, *sink;
  TestSignaller *signaller;
  GMutex lock;
  GCond cond;
  guint encoders, added, removed;
  gint reason;
  gboolean turn_away;
} Stage;

static gboolean
on_encoder (GstElement * sink, const gchar * pad, GstElement * encoder, Stage * stage)
{
  g_mutex_lock (&stage->lock);
  stage->encoders += g_str_has_prefix (pad, "video");
  g_mutex_unlock (&stage->lock);
  return FALSE;
}

static void
on_added (GstElement * sink, const gchar * id, Stage * stage)
{
  g_mutex_lock (&stage->lock);
  stage->added++;
  g_mutex_unlock (&stage->lock);
}

static void
on_removed (GstElement * sink, const gchar * id, const GError * reason, Stage * stage)
{
  g_mutex_lock (&stage->lock);
  stage->removed++;
  stage->reason = reason->code;
  g_cond_broadcast (&stage->cond);
  g_mutex_unlock (&stage->lock);
}

static gboolean
on_requested (GstElement * sink, const gchar * id, Stage * stage)
{
  return !stage->turn_away;
}

static Stage *
stage_new (const gchar * media, const gchar * properties)
{
  Stage *stage = g_new0 (Stage, 1);
  g_autofree gchar *description = g_strdup_printf ("rtcsink name=s ice-addresses=<\"127.0.0.1\"> %s %s",
      properties, media);
  g_autoptr (GError) error = NULL;

  g_mutex_init (&stage->lock);
  g_cond_init (&stage->cond);
  stage->pipeline = gst_parse_launch (description, &error);
  g_assert_no_error (error);
  stage->sink = gst_bin_get_by_name (GST_BIN (stage->pipeline), "s");
  stage->signaller = gst_object_ref_sink (test_signaller_new ());
  g_object_set (stage->sink, "signaller", stage->signaller, NULL);
  g_signal_connect (stage->sink, "encoder-setup", G_CALLBACK (on_encoder), stage);
  g_signal_connect (stage->sink, "consumer-added", G_CALLBACK (on_added), stage);
  g_signal_connect (stage->sink, "consumer-removed", G_CALLBACK (on_removed), stage);
  g_signal_connect (stage->sink, "consumer-requested", G_CALLBACK (on_requested), stage);
  g_assert_cmpint (gst_element_set_state (stage->pipeline, GST_STATE_PLAYING), !=, GST_STATE_CHANGE_FAILURE);
  return stage;
}

static void
stage_free (Stage * stage)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (stage->pipeline);

  g_assert_null (gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR));
  g_assert_cmpint (gst_element_set_state (stage->pipeline, GST_STATE_NULL), ==, GST_STATE_CHANGE_SUCCESS);
  g_assert_cmpuint (stage->added, ==, stage->removed);
  gst_object_unref (stage->sink);
  gst_object_unref (stage->pipeline);
  gst_object_unref (stage->signaller);
  g_mutex_clear (&stage->lock);
  g_cond_clear (&stage->cond);
  g_free (stage);
}

static void
stage_wait_removed (Stage * stage, guint n, GstRtcError reason)
{
  gint64 end = g_get_monotonic_time () + PATIENCE;

  g_mutex_lock (&stage->lock);
  while (stage->removed < n)
    g_assert_true (g_cond_wait_until (&stage->cond, &stage->lock, end));
  g_assert_cmpint (stage->reason, ==, reason);
  g_mutex_unlock (&stage->lock);
}

static guint64
get_count (const GstStructure * report, const gchar * type, const gchar * kind, const gchar * field)
{
  for (gint i = 0; i < gst_structure_n_fields (report); i++) {
    const GValue *value = gst_structure_get_value (report, gst_structure_nth_field_name (report, i));
    const GstStructure *entry = GST_VALUE_HOLDS_STRUCTURE (value) ? gst_value_get_structure (value) : NULL;
    guint64 count = 0;

    if (entry && gst_structure_has_name (entry, type)
        && (!kind || !g_strcmp0 (gst_structure_get_string (entry, "kind"), kind))) {
      g_assert_true (gst_structure_get_uint64 (entry, field, &count));
      return count;
    }
  }
  g_assert_not_reached ();
}

static void
check_stats (Stage * stage, TestViewer * viewer)
{
  g_autoptr (GstStructure) stats = NULL;
  const GstStructure *report;

  g_object_get (stage->sink, "stats", &stats, NULL);
  report = gst_value_get_structure (gst_structure_get_value (stats, "consumer-0"));
  g_assert_cmpstr (gst_structure_get_string (report, "peer-id"), ==, "alice");
  g_assert_cmpuint (get_count (report, "outbound-rtp", "video", "framesSent"), >=, test_viewer_get_frames (viewer));
  g_assert_cmpuint (get_count (report, "outbound-rtp", "audio", "packetsSent"), >, 0);
  g_assert_cmpuint (get_count (report, "transport", NULL, "packetsSent"), >, 0);
  g_assert_cmpuint (get_count (report, "candidate-pair", NULL, "bytesSent"), >, 0);
}

static void
test_one (gconstpointer codec)
{
  Stage *stage = stage_new (VIDEO AUDIO, "");
  TestViewer *viewer = test_viewer_new (stage->signaller, "alice", codec, TRUE);
  g_auto (GStrv) sessions = NULL;

  test_viewer_join (viewer);
  test_viewer_wait_frames (viewer, 20);
  test_viewer_wait_sound (viewer, 20);
  g_assert_true (test_viewer_began_with_key (viewer));
  g_assert_true (test_viewer_lost_nothing (viewer));
  g_assert_cmpuint (test_viewer_get_keys (viewer), <=, 2);
  g_signal_emit_by_name (stage->sink, "get-sessions", &sessions);
  g_assert_cmpstr (sessions[0], ==, "alice");
  check_stats (stage, viewer);

  test_viewer_leave (viewer);
  stage_wait_removed (stage, 1, GST_RTC_ERROR_LEFT);
  test_viewer_free (viewer);
  stage_free (stage);
}

/* One encoder by codec, however many look */
static void
test_many (void)
{
  Stage *stage = stage_new (VIDEO, "");
  TestViewer *viewers[6];

  for (guint i = 0; i < G_N_ELEMENTS (viewers); i++) {
    g_autofree gchar *id = g_strdup_printf ("viewer%u", i);

    viewers[i] = test_viewer_new (stage->signaller, id, i % 3 == 2 ? "VP8" : "H264", FALSE);
    test_viewer_join (viewers[i]);
  }
  for (guint i = 0; i < G_N_ELEMENTS (viewers); i++) {
    test_viewer_wait_frames (viewers[i], 15);
    g_assert_true (test_viewer_began_with_key (viewers[i]));
    g_assert_true (test_viewer_lost_nothing (viewers[i]));
  }
  g_assert_cmpuint (stage->encoders, ==, 2);
  g_assert_cmpuint (stage->added, ==, 6);
  for (guint i = 0; i < G_N_ELEMENTS (viewers); i++) {
    test_viewer_leave (viewers[i]);
    test_viewer_free (viewers[i]);
  }
  stage_wait_removed (stage, 6, GST_RTC_ERROR_LEFT);
  stage_free (stage);
}

/* The viewer offers, the sink answers */
static void
test_offer (void)
{
  Stage *stage = stage_new (VIDEO, "");
  TestViewer *viewer = test_viewer_new (stage->signaller, "bob", "VP8", FALSE);

  test_viewer_offer (viewer);
  test_viewer_wait_frames (viewer, 10);
  g_assert_true (test_viewer_began_with_key (viewer));
  test_viewer_free (viewer);
  stage_wait_removed (stage, 1, GST_RTC_ERROR_LEFT);
  stage_free (stage);
}

/* Who comes before the media waits for it. */
static void
test_early (void)
{
  Stage *stage = stage_new ("videotestsrc is-live=true ! video/x-raw,width=320,height=240,framerate=30/1 ! "
      "valve name=v drop=true drop-mode=forward-sticky-events ! identity drop-allocation=true name=i ! s.", "");
  TestViewer *viewer;

  gst_element_set_state (stage->pipeline, GST_STATE_PAUSED);
  viewer = test_viewer_new (stage->signaller, "early", "VP8", FALSE);
  test_viewer_join (viewer);
  g_usleep (100000);
  gst_element_set_state (stage->pipeline, GST_STATE_PLAYING);
  {
    g_autoptr (GstElement) valve = gst_bin_get_by_name (GST_BIN (stage->pipeline), "v");

    g_object_set (valve, "drop", FALSE, NULL);
  }
  test_viewer_wait_frames (viewer, 5);
  test_viewer_leave (viewer);
  test_viewer_free (viewer);
  stage_wait_removed (stage, 1, GST_RTC_ERROR_LEFT);
  stage_free (stage);
}

/* Encoded media with far key frames: the first picture is at once */
static void
test_encoded (void)
{
  Stage *stage = stage_new ("videotestsrc is-live=true ! video/x-raw,format=I420,width=320,height=240,framerate=30/1 ! "
      "x264enc tune=zerolatency speed-preset=ultrafast key-int-max=3000 ! video/x-h264,profile=constrained-baseline ! s.",
      "");
  TestViewer *viewers[2];

  for (guint i = 0; i < 2; i++) {
    viewers[i] = test_viewer_new (stage->signaller, i ? "second" : "first", "H264", FALSE);
    test_viewer_join (viewers[i]);
    test_viewer_wait_frames (viewers[i], 20);
    g_assert_true (test_viewer_began_with_key (viewers[i]));
  }
  g_assert_cmpuint (stage->encoders, ==, 0);
  for (guint i = 0; i < 2; i++) {
    test_viewer_leave (viewers[i]);
    test_viewer_free (viewers[i]);
  }
  stage_wait_removed (stage, 2, GST_RTC_ERROR_LEFT);
  stage_free (stage);
}

static void
test_turned_away (void)
{
  Stage *stage = stage_new (VIDEO, "");
  TestViewer *viewer = test_viewer_new (stage->signaller, "mallory", "VP8", FALSE);

  stage->turn_away = TRUE;
  test_viewer_join (viewer);
  test_viewer_wait_end (viewer, GST_RTC_ERROR_REJECTED);
  g_assert_cmpuint (stage->added, ==, 0);
  test_viewer_free (viewer);
  stage_free (stage);
}

static void
test_limit (void)
{
  Stage *stage = stage_new (VIDEO, "max-consumers=1");
  TestViewer *first = test_viewer_new (stage->signaller, "first", "VP8", FALSE);
  TestViewer *second = test_viewer_new (stage->signaller, "second", "VP8", FALSE);

  test_viewer_join (first);
  test_viewer_join (second);
  test_viewer_wait_end (second, GST_RTC_ERROR_LIMIT);
  test_viewer_wait_frames (first, 5);
  test_viewer_free (second);
  test_viewer_leave (first);
  test_viewer_free (first);
  stage_wait_removed (stage, 1, GST_RTC_ERROR_LEFT);
  stage_free (stage);
}

static void
test_no_common_codec (void)
{
  Stage *stage = stage_new (VIDEO, "video-caps=video/x-h264");
  TestViewer *viewer = test_viewer_new (stage->signaller, "firefox", "VP8", FALSE);

  test_viewer_offer (viewer);
  test_viewer_wait_end (viewer, GST_RTC_ERROR_NO_COMMON_CODEC);
  stage_wait_removed (stage, 1, GST_RTC_ERROR_NO_COMMON_CODEC);
  g_assert_cmpuint (stage->encoders, ==, 0);
  test_viewer_free (viewer);
  stage_free (stage);
}

/* PLAYING, NULL, PLAYING, with viewers attached */
static void
test_cycling (void)
{
  Stage *stage = stage_new (VIDEO AUDIO, "");

  for (guint i = 0; i < 10; i++) {
    TestViewer *viewer = test_viewer_new (stage->signaller, "again", i % 2 ? "VP8" : "H264", TRUE);

    test_viewer_join (viewer);
    if (i % 3)
      test_viewer_wait_frames (viewer, 3);
    g_assert_cmpint (gst_element_set_state (stage->pipeline, GST_STATE_NULL), ==, GST_STATE_CHANGE_SUCCESS);
    g_assert_cmpuint (stage->added, ==, stage->removed);
    test_viewer_free (viewer);
    g_assert_cmpint (gst_element_set_state (stage->pipeline, GST_STATE_PLAYING), !=, GST_STATE_CHANGE_FAILURE);
  }
  g_assert_cmpuint (test_signaller_get_n_starts (stage->signaller), ==, 11);
  stage_free (stage);
}

/* The same id again: the old session goes, the new one plays. */
static void
test_replaced (void)
{
  Stage *stage = stage_new (VIDEO, "");
  TestViewer *old = test_viewer_new (stage->signaller, "same", "VP8", FALSE);
  TestViewer *young;

  test_viewer_join (old);
  test_viewer_wait_frames (old, 3);
  young = test_viewer_new (stage->signaller, "same", "VP8", FALSE);
  test_viewer_join (young);
  test_viewer_wait_frames (young, 5);
  stage_wait_removed (stage, 1, GST_RTC_ERROR_LEFT);
  test_viewer_free (old);
  test_viewer_leave (young);
  stage_wait_removed (stage, 2, GST_RTC_ERROR_LEFT);
  test_viewer_free (young);
  stage_free (stage);
}

/* A viewer goes on over a change of size. */
static void
test_resolution (void)
{
  Stage *stage = stage_new ("videotestsrc is-live=true ! capsfilter name=f "
      "caps=video/x-raw,width=320,height=240,framerate=30/1 ! s.", "");
  TestViewer *viewer = test_viewer_new (stage->signaller, "alice", "VP8", FALSE);
  g_autoptr (GstElement) filter = gst_bin_get_by_name (GST_BIN (stage->pipeline), "f");
  guint frames;

  test_viewer_join (viewer);
  test_viewer_wait_frames (viewer, 5);
  gst_util_set_object_arg (G_OBJECT (filter), "caps", "video/x-raw,width=640,height=360,framerate=30/1");
  frames = test_viewer_get_frames (viewer);
  test_viewer_wait_frames (viewer, frames + 20);
  g_assert_true (test_viewer_lost_nothing (viewer));
  test_viewer_leave (viewer);
  test_viewer_free (viewer);
  stage_wait_removed (stage, 1, GST_RTC_ERROR_LEFT);
  stage_free (stage);
}

/* The pad of a stream that is being watched goes. */
static void
test_pad_released (void)
{
  Stage *stage = stage_new (VIDEO AUDIO, "");
  TestViewer *viewer = test_viewer_new (stage->signaller, "alice", "VP8", TRUE);
  GstPad *pad = gst_element_get_static_pad (stage->sink, "audio_0");
  GstPad *peer = gst_pad_get_peer (pad);
  g_autoptr (GstElement) queue = gst_pad_get_parent_element (peer);
  guint frames;

  test_viewer_join (viewer);
  test_viewer_wait_sound (viewer, 5);
  test_viewer_wait_frames (viewer, 5);
  {
    g_autoptr (GstPad) queue_sink = gst_element_get_static_pad (queue, "sink");
    g_autoptr (GstPad) source_pad = gst_pad_get_peer (queue_sink);
    g_autoptr (GstElement) source = gst_pad_get_parent_element (source_pad);

    gst_element_set_locked_state (source, TRUE);
    gst_element_set_state (source, GST_STATE_NULL);
  }
  gst_pad_unlink (peer, pad);
  gst_element_release_request_pad (stage->sink, pad);
  gst_object_unref (peer);
  gst_object_unref (pad);
  frames = test_viewer_get_frames (viewer);
  test_viewer_wait_frames (viewer, frames + 10);
  test_viewer_leave (viewer);
  test_viewer_free (viewer);
  stage_wait_removed (stage, 1, GST_RTC_ERROR_LEFT);
  stage_free (stage);
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  gst_init (&argc, &argv);
  g_log_set_always_fatal (G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL);
  test_viewers_init ();
  g_test_add_data_func ("/viewers/one/h264", "H264", test_one);
  g_test_add_data_func ("/viewers/one/vp8", "VP8", test_one);
  g_test_add_func ("/viewers/many", test_many);
  g_test_add_func ("/viewers/offer", test_offer);
  g_test_add_func ("/viewers/early", test_early);
  g_test_add_func ("/viewers/encoded", test_encoded);
  g_test_add_func ("/viewers/turned-away", test_turned_away);
  g_test_add_func ("/viewers/limit", test_limit);
  g_test_add_func ("/viewers/no-common-codec", test_no_common_codec);
  g_test_add_func ("/viewers/cycling", test_cycling);
  g_test_add_func ("/viewers/replaced", test_replaced);
  g_test_add_func ("/viewers/resolution", test_resolution);
  g_test_add_func ("/viewers/pad-released", test_pad_released);
  status = g_test_run ();
  test_viewers_deinit ();
  return status;
}
