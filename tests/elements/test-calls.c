/* gst-rtc: rtcsink, rtcsrc and rtcbin with each other, over loopback, with the real libraries
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <gst/gst.h>
#include "testcall.h"

#include <string.h>

#define PICTURE(pattern) "videotestsrc is-live=true pattern=" pattern " ! video/x-raw,width=320,height=240,framerate=30/1 ! "
#define TONE(frequency) "audiotestsrc is-live=true freq=" frequency " ! audio/x-raw,rate=48000,channels=1 ! "
#define SINK "rtcsink name=rtc " PICTURE ("white") "rtc. " TONE ("440") "rtc. "
#define BIN(pattern, frequency) "rtcbin name=rtc " PICTURE (pattern) "rtc. " TONE (frequency) "rtc. "

static void
assert_white (TestSide * side, const gchar * prefix, guint index)
{
  g_auto (TestOutput) seen = test_side_wait (side, prefix, index, 10);

  g_assert_nonnull (strstr (seen.caps, "video/x-raw"));
  g_assert_cmpfloat (seen.luma, >, 225);
}

static void
assert_black (TestSide * side, const gchar * prefix, guint index)
{
  g_auto (TestOutput) seen = test_side_wait (side, prefix, index, 10);

  g_assert_cmpfloat (seen.luma, <, 25);
}

static void
assert_tone (TestSide * side, const gchar * prefix, guint index, gdouble frequency)
{
  g_auto (TestOutput) seen = test_side_wait (side, prefix, index, 30);

  g_assert_nonnull (strstr (seen.caps, "audio/x-raw"));
  g_assert_cmpfloat (ABS (seen.frequency - frequency), <, 60);  /* 20 ms hold whole waves of 50 Hz */
}

static void
test_sink_to_src (void)
{
  TestCall *call = test_call_new (SINK, "rtcsrc name=rtc", NULL);

  test_call_connect (call);
  assert_white (call->right, "video_", 0);
  assert_tone (call->right, "audio_", 0, 440);
  test_call_hang_up (call);
  test_side_wait_eos (call->right, "video_", 0);
  test_side_wait_eos (call->right, "audio_", 0);
  test_call_free (call);
}

static void
test_src_offers (void)
{
  TestCall *call = test_call_new ("rtcsrc name=rtc", SINK, NULL);

  test_call_connect (call);
  assert_white (call->left, "video_", 0);
  assert_tone (call->left, "audio_", 0, 440);
  test_call_free (call);
}

static void
test_encoded (void)
{
  TestCall *call = test_call_new ("rtcsink name=rtc video-caps=video/x-vp8 " PICTURE ("white") "rtc. ", "rtcsrc name=rtc",
      "video/x-vp8");
  g_auto (TestOutput) seen = { NULL, };

  test_call_connect (call);
  seen = test_side_wait (call->right, "video_", 0, 20);
  g_assert_true (g_str_has_prefix (seen.caps, "video/x-vp8"));
  test_call_free (call);
}

static void
test_rtp (void)
{
  TestCall *call = test_call_new ("rtcsink name=rtc " TONE ("440") "rtc. ", "rtcsrc name=rtc", "application/x-rtp");
  g_auto (TestOutput) seen = { NULL, };

  test_call_connect (call);
  seen = test_side_wait (call->right, "audio_", 0, 20);
  g_assert_nonnull (strstr (seen.caps, "encoding-name=(string)OPUS"));
  test_call_free (call);
}

static void
test_both_ways (void)
{
  TestCall *call = test_call_new (BIN ("white", "440"), BIN ("black", "1000"), NULL);

  test_call_connect (call);
  assert_white (call->right, "video_src_", 0);
  assert_tone (call->right, "audio_src_", 0, 440);
  assert_black (call->left, "video_src_", 0);
  assert_tone (call->left, "audio_src_", 0, 1000);
  g_assert_cmpuint (test_side_count (call->left), ==, 2);
  g_assert_cmpuint (test_side_count (call->right), ==, 2);
  test_call_free (call);
}

/* A camera with talk-back */
static void
test_one_way_of_video (void)
{
  TestCall *call = test_call_new ("rtcbin name=rtc video-codecs=<> " PICTURE ("white") "rtc. " TONE ("440") "rtc. ",
      BIN ("black", "1000"), NULL);

  test_call_connect (call);
  assert_white (call->right, "video_src_", 0);
  assert_tone (call->left, "audio_src_", 0, 1000);
  g_assert_cmpuint (test_side_count (call->left), ==, 1);
  test_call_free (call);
}

/* Renegotiation: what comes and goes beside a running track does not touch it */

static GstElement *
add_track (TestSide * side, const gchar * description, const gchar * name)
{
  g_autoptr (GError) error = NULL;
  GstElement *source = gst_parse_bin_from_description (description, TRUE, &error);

  g_assert_no_error (error);
  gst_bin_add (GST_BIN (test_side_get_pipeline (side)), source);
  g_assert_true (gst_element_link_pads (source, "src", test_side_get_element (side), name));
  gst_element_sync_state_with_parent (source);
  return source;
}

static void
remove_track (TestSide * side, GstElement * source)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (source, "src");
  g_autoptr (GstPad) peer = gst_pad_get_peer (pad);

  gst_element_set_locked_state (source, TRUE);
  gst_element_set_state (source, GST_STATE_NULL);
  gst_element_release_request_pad (test_side_get_element (side), peer);
  gst_bin_remove (GST_BIN (test_side_get_pipeline (side)), source);
}

/* It goes on as the one stream that it was, and nothing of it is missing. */
static void
assert_untouched (TestSide * side, const gchar * prefix)
{
  g_auto (TestOutput) seen = test_side_wait (side, prefix, 0, 30);

  g_assert_false (seen.eos);
  g_assert_cmpuint (seen.n_starts, ==, 1);
  g_assert_cmpint (test_side_get_packets_lost (side), ==, 0);
}

static void
test_add_and_remove (gconstpointer offerer)
{
  gboolean left = GPOINTER_TO_INT (offerer);
  TestCall *call = test_call_new (BIN ("white", "440"), BIN ("black", "1000"), NULL);
  TestSide *sender = left ? call->left : call->right, *receiver = left ? call->right : call->left;
  GstElement *source;

  test_call_connect (call);
  assert_tone (receiver, "audio_src_", 0, left ? 440 : 1000);
  source = add_track (sender, PICTURE ("white") "identity", "video_%u");
  assert_white (receiver, "video_src_", 1);
  remove_track (sender, source);
  test_side_wait_eos (receiver, "video_src_", 1);
  source = add_track (sender, PICTURE ("black") "identity", "video_%u");
  assert_black (receiver, "video_src_", 2);
  remove_track (sender, source);
  assert_untouched (receiver, "audio_src_");
  assert_untouched (sender, "audio_src_");
  test_call_free (call);
}

static void
test_glare (void)
{
  TestCall *call = test_call_new (BIN ("white", "440"), BIN ("black", "1000"), NULL);

  test_call_connect (call);
  assert_tone (call->left, "audio_src_", 0, 1000);
  assert_tone (call->right, "audio_src_", 0, 440);
  for (guint i = 1; i <= 5; i++) {
    add_track (call->left, TONE ("600") "identity", "audio_%u");
    add_track (call->right, TONE ("800") "identity", "audio_%u");
    assert_tone (call->left, "audio_src_", i, 800);
    assert_tone (call->right, "audio_src_", i, 600);
  }
  assert_untouched (call->left, "audio_src_");
  assert_untouched (call->right, "audio_src_");
  test_call_free (call);
}

static void
test_audio_processing (void)
{
  g_autoptr (GstElementFactory) dsp = gst_element_factory_find ("webrtcdsp");
  TestCall *call;

  if (!dsp) {
    g_test_skip ("GStreamer's webrtcdsp is not installed");
    return;
  }
  call = test_call_new ("rtcbin name=rtc audio-processing=echo-cancellation+gain-control " TONE ("440") "rtc. ",
      BIN ("black", "1000"), NULL);
  test_call_connect (call);
  assert_tone (call->left, "audio_src_", 0, 1000);
  assert_tone (call->right, "audio_src_", 0, 440);
  test_call_hang_up (call);
  test_side_wait_eos (call->left, "audio_src_", 0);
  test_call_connect (call);
  assert_tone (call->left, "audio_src_", 1, 1000);
  test_call_free (call);
}

/* Coming and going, with one pipeline and with many */

static guint
count_entries (const gchar * path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  guint n = 0;

  while (g_dir_read_name (dir))
    n++;
  return n;
}

/* Sockets take a moment longer than the session. */
static void
wait_count (const gchar * path, guint most)
{
  gint64 end = g_get_monotonic_time () + 10 * G_TIME_SPAN_SECOND;

  while (count_entries (path) > most) {
    g_assert_cmpint (g_get_monotonic_time (), <, end);
    g_usleep (20 * G_TIME_SPAN_MILLISECOND);
  }
}

static void
test_again_and_again (void)
{
  TestCall *call = test_call_new (SINK, "rtcsrc name=rtc", NULL);
  guint threads = 0, descriptors = 0;

  for (guint i = 0; i < 12; i++) {
    test_call_connect (call);
    assert_white (call->right, "video_", i);
    assert_tone (call->right, "audio_", i, 440);
    test_call_hang_up (call);
    test_side_wait_eos (call->right, "video_", i);
    test_side_wait_eos (call->right, "audio_", i);
    if (i == 3) {
      threads = count_entries ("/proc/self/task");
      descriptors = count_entries ("/proc/self/fd");
    }
  }
  wait_count ("/proc/self/task", threads);
  wait_count ("/proc/self/fd", descriptors);
  test_call_free (call);
}

static void
test_stop_at_any_time (void)
{
  for (guint i = 0; i < 10; i++) {
    TestCall *call = test_call_new (BIN ("white", "440"), BIN ("black", "1000"), NULL);

    test_call_connect (call);
    g_usleep (i * 40 * G_TIME_SPAN_MILLISECOND);
    test_call_free (call);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gst_init (&argc, &argv);
  g_test_add_func ("/calls/sink-to-src", test_sink_to_src);
  g_test_add_func ("/calls/src-offers", test_src_offers);
  g_test_add_func ("/calls/encoded", test_encoded);
  g_test_add_func ("/calls/rtp", test_rtp);
  g_test_add_func ("/calls/both-ways", test_both_ways);
  g_test_add_func ("/calls/one-way-of-video", test_one_way_of_video);
  g_test_add_data_func ("/calls/add-and-remove/offerer", GINT_TO_POINTER (TRUE), test_add_and_remove);
  g_test_add_data_func ("/calls/add-and-remove/answerer", GINT_TO_POINTER (FALSE), test_add_and_remove);
  g_test_add_func ("/calls/glare", test_glare);
  g_test_add_func ("/calls/audio-processing", test_audio_processing);
  g_test_add_func ("/calls/again-and-again", test_again_and_again);
  g_test_add_func ("/calls/stop-at-any-time", test_stop_at_any_time);
  return g_test_run ();
}
