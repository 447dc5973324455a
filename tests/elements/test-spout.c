/* gst-rtc: tests of what downstream sees of a stream
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <gst/check/gstharness.h>
#include <gst/elements/gstrtcspout.h>

typedef struct
{
  GstElement *bin;
  GstRtcSpout *spout;
  GstHarness *harness;
} Fixture;

static void
set_up (Fixture * f, gconstpointer data)
{
  g_autoptr (GstPad) src = NULL;

  f->bin = gst_object_ref_sink (gst_bin_new (NULL));
  f->spout = gst_rtc_spout_new (f->bin, gst_event_new_stream_start ("stream"));
  src = gst_element_get_static_pad (f->bin, "src");
  f->harness = gst_harness_new_with_element (f->bin, NULL, NULL);
  gst_harness_add_element_src_pad (f->harness, src);
  gst_element_set_state (f->bin, GST_STATE_PLAYING);
}

static void
tear_down (Fixture * f, gconstpointer data)
{
  gst_harness_teardown (f->harness);
  gst_element_set_state (f->bin, GST_STATE_NULL);
  gst_object_unref (f->bin);
  gst_rtc_spout_free (f->spout);
}

/* A decoder that has been put behind the pad. Returns: (transfer full): where its buffers go in */
static GstPad *
connect_decoder (Fixture * f)
{
  GstElement *decoder = gst_element_factory_make ("identity", NULL);
  g_autoptr (GstPad) src = gst_element_get_static_pad (decoder, "src");
  GstPad *sink = gst_element_get_static_pad (decoder, "sink");
  GstSegment segment;

  gst_bin_add (GST_BIN (f->bin), decoder);
  gst_element_set_state (decoder, GST_STATE_PLAYING);
  g_assert_true (gst_rtc_spout_connect (f->spout, src));
  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_pad_send_event (sink, gst_event_new_stream_start ("decoder"));
  gst_pad_send_event (sink, gst_event_new_segment (&segment));
  return sink;
}

/* Returns: with which time one of @pts leaves */
static GstClockTime
pass (Fixture * f, GstPad * sink, GstClockTime pts)
{
  GstBuffer *in = gst_buffer_new ();
  g_autoptr (GstBuffer) out = NULL;

  GST_BUFFER_PTS (in) = pts;
  g_assert_cmpint (gst_pad_chain (sink, in), ==, GST_FLOW_OK);
  out = gst_harness_pull (f->harness);
  return GST_BUFFER_PTS (out);
}

/* Another SSRC's jitter buffer may begin a little in the past of the one before; pictures that are out of order by themselves stay so. */
static void
test_order (Fixture * f, gconstpointer data)
{
  g_autoptr (GstPad) first = connect_decoder (f), second = NULL;

  g_assert_cmpuint (pass (f, first, 100), ==, 100);
  g_assert_cmpuint (pass (f, first, 300), ==, 300);
  g_assert_cmpuint (pass (f, first, 200), ==, 200);
  second = connect_decoder (f);
  g_assert_cmpuint (pass (f, second, 250), ==, 300);
  g_assert_cmpuint (pass (f, second, 290), ==, 300);
  g_assert_cmpuint (pass (f, second, 330), ==, 330);
  g_assert_cmpuint (pass (f, second, 310), ==, 310);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gst_init (&argc, &argv);
  g_test_add ("/spout/order", Fixture, NULL, set_up, test_order, tear_down);
  return g_test_run ();
}
