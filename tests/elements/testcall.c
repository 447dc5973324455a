/* gst-rtc: two pipelines with an element each that talk to each other, for tests
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "testcall.h"

#include <string.h>

#define PATIENCE (20 * G_TIME_SPAN_SECOND)

struct _TestSide
{
  const gchar *name;
  TestSide *other;
  GstElement *pipeline, *element;
  TestSignaller *signaller;
  gchar *filter;
  gboolean in_session;          /* the element has been told of the other one */

  GMutex lock;
  GCond cond;
  GPtrArray *outputs;           /* of Output */
};

typedef struct
{
  TestSide *side;
  TestOutput seen;
} Output;

static void
free_output (gpointer data)
{
  test_output_clear (&((Output *) data)->seen);
  g_free (data);
}

/* Content */

static gdouble
measure_luma (const GstMapInfo * map, const GstStructure * caps)
{
  gint width, height;
  guint64 sum = 0;

  gst_structure_get_int (caps, "width", &width);
  gst_structure_get_int (caps, "height", &height);
  g_assert_cmpuint (map->size, >=, (gsize) width * height);
  for (gint y = 0; y < height / 4; y++)
    for (gint x = 0; x < width / 16; x++)
      sum += map->data[y * ((width + 3) & ~3) + x];
  return sum / (gdouble) ((height / 4) * (width / 16));
}

/* The first channel of 16-bit samples */
static gdouble
measure_frequency (const GstMapInfo * map, const GstStructure * caps)
{
  const gint16 *samples = (const gint16 *) map->data;
  gint rate, channels;
  guint crossings = 0, n;

  gst_structure_get_int (caps, "rate", &rate);
  gst_structure_get_int (caps, "channels", &channels);
  n = map->size / 2 / channels;
  for (guint i = 1; i < n; i++)
    crossings += (samples[i * channels] >= 0) != (samples[(i - 1) * channels] >= 0);
  return crossings / 2.0 * rate / n;
}

static void
look (TestOutput * seen, GstBuffer * buffer, const GstStructure * caps)
{
  GstMapInfo map;

  if (!gst_structure_has_name (caps, "video/x-raw") && !gst_structure_has_name (caps, "audio/x-raw"))
    return;
  g_assert_true (gst_buffer_map (buffer, &map, GST_MAP_READ));
  if (gst_structure_has_name (caps, "video/x-raw"))
    seen->luma = measure_luma (&map, caps);
  else if (map.size >= 1000 && !g_strcmp0 (gst_structure_get_string (caps, "format"), "S16LE"))
    seen->frequency = measure_frequency (&map, caps);
  gst_buffer_unmap (buffer, &map);
}

static void
take_buffer (Output * output, GstPad * pad, GstBuffer * buffer)
{
  TestOutput *seen = &output->seen;
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (pad);

  g_free (seen->caps);
  seen->caps = gst_caps_to_string (caps);
  seen->n_buffers++;
  look (seen, buffer, gst_caps_get_structure (caps, 0));
}

static GstPadProbeReturn
on_data (GstPad * pad, GstPadProbeInfo * info, gpointer data)
{
  Output *output = data;
  TestSide *side = output->side;

  g_mutex_lock (&side->lock);
  if (info->type & GST_PAD_PROBE_TYPE_BUFFER)
    take_buffer (output, pad, GST_PAD_PROBE_INFO_BUFFER (info));
  else if (GST_EVENT_TYPE (GST_PAD_PROBE_INFO_EVENT (info)) == GST_EVENT_EOS)
    output->seen.eos = TRUE;
  else if (GST_EVENT_TYPE (GST_PAD_PROBE_INFO_EVENT (info)) == GST_EVENT_STREAM_START)
    output->seen.n_starts++;
  g_cond_broadcast (&side->cond);
  g_mutex_unlock (&side->lock);
  return GST_PAD_PROBE_OK;
}

static void
on_pad_added (GstElement * element, GstPad * pad, TestSide * side)
{
  Output *output;
  GstElement *filter, *sink;
  g_autoptr (GstPad) filter_pad = NULL, sink_pad = NULL;

  if (GST_PAD_IS_SINK (pad))
    return;
  output = g_new0 (Output, 1);
  output->side = side;
  output->seen.name = gst_pad_get_name (pad);
  g_mutex_lock (&side->lock);
  g_ptr_array_add (side->outputs, output);
  g_mutex_unlock (&side->lock);

  filter = gst_element_factory_make ("capsfilter", NULL);
  if (side->filter)
    gst_util_set_object_arg (G_OBJECT (filter), "caps", side->filter);
  sink = gst_element_factory_make ("fakesink", NULL);
  /* A last sample would keep the decoder's pool, and that its descriptors. */
  g_object_set (sink, "sync", FALSE, "async", FALSE, "enable-last-sample", FALSE, NULL);
  gst_bin_add_many (GST_BIN (side->pipeline), filter, sink, NULL);
  gst_element_link (filter, sink);
  filter_pad = gst_element_get_static_pad (filter, "sink");
  sink_pad = gst_element_get_static_pad (sink, "sink");
  gst_pad_add_probe (sink_pad, GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, on_data, output, NULL);
  gst_element_sync_state_with_parent (sink);
  gst_element_sync_state_with_parent (filter);
  g_assert_cmpint (gst_pad_link (pad, filter_pad), ==, GST_PAD_LINK_OK);
}

static Output *
find (TestSide * side, const gchar * prefix, guint index)
{
  for (guint i = 0; i < side->outputs->len; i++) {
    Output *output = side->outputs->pdata[i];

    if (g_str_has_prefix (output->seen.name, prefix) && index-- == 0)
      return output;
  }
  return NULL;
}

static void
on_pad_removed (GstElement * element, GstPad * pad, TestSide * side)
{
  Output *output;

  g_mutex_lock (&side->lock);
  output = find (side, GST_PAD_NAME (pad), 0);
  if (output)
    output->seen.removed = TRUE;
  g_cond_broadcast (&side->cond);
  g_mutex_unlock (&side->lock);
}

/* Signaling: what one side says, the other one hears */

static void
carry_description (gpointer data, GstRtcSdpType type, const gchar * sdp)
{
  TestSide *from = data, *to = from->other;

  if (!to->in_session && type == GST_RTC_SDP_TYPE_OFFER) {
    to->in_session = TRUE;
    gst_rtc_signaller_session_requested (GST_RTC_SIGNALLER (to->signaller), from->name, sdp);
  } else {
    gst_rtc_signaller_description (GST_RTC_SIGNALLER (to->signaller), from->name, type, sdp);
  }
}

static void
carry_candidate (gpointer data, const gchar * candidate)
{
  TestSide *from = data;

  gst_rtc_signaller_candidate (GST_RTC_SIGNALLER (from->other->signaller), from->name, candidate, NULL, -1);
}

static void
carry_end (gpointer data, const GError * reason)
{
  TestSide *from = data;
  g_autoptr (GError) left = g_error_new_literal (GST_RTC_ERROR, GST_RTC_ERROR_LEFT, reason ? reason->message : "left");

  gst_rtc_signaller_session_ended (GST_RTC_SIGNALLER (from->other->signaller), from->name, left);
}

static const TestPeerFuncs carrier = { carry_description, carry_candidate, carry_end };

/* A description of a single element gives that element. */
static GstElement *
make_pipeline (const gchar * description)
{
  g_autoptr (GError) error = NULL;
  GstElement *element = gst_parse_launch (description, &error), *pipeline;

  g_assert_no_error (error);
  if (GST_IS_PIPELINE (element))
    return element;
  pipeline = gst_pipeline_new (NULL);
  gst_bin_add (GST_BIN (pipeline), element);
  return pipeline;
}

static TestSide *
side_new (const gchar * name, const gchar * description, const gchar * filter)
{
  TestSide *side = g_new0 (TestSide, 1);

  side->name = name;
  side->filter = g_strdup (filter);
  side->pipeline = make_pipeline (description);
  side->element = gst_bin_get_by_name (GST_BIN (side->pipeline), "rtc");
  side->signaller = gst_object_ref_sink (test_signaller_new ());
  g_mutex_init (&side->lock);
  g_cond_init (&side->cond);
  side->outputs = g_ptr_array_new_with_free_func (free_output);
  gst_util_set_object_arg (G_OBJECT (side->element), "ice-addresses", "<\"127.0.0.1\">");
  g_object_set (side->element, "signaller", side->signaller, NULL);
  g_signal_connect (side->element, "pad-added", G_CALLBACK (on_pad_added), side);
  g_signal_connect (side->element, "pad-removed", G_CALLBACK (on_pad_removed), side);
  return side;
}

static void
side_play (TestSide * side, TestSide * other)
{
  side->other = other;
  test_signaller_add (side->signaller, other->name, &carrier, side);
  g_assert_cmpint (gst_element_set_state (side->pipeline, GST_STATE_PLAYING), !=, GST_STATE_CHANGE_FAILURE);
}

static void
side_stop (TestSide * side)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (side->pipeline);
  g_autoptr (GstMessage) message = gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR);

  if (message)
    g_error ("%s: %" GST_PTR_FORMAT, side->name, gst_message_get_structure (message));
  g_assert_cmpint (gst_element_set_state (side->pipeline, GST_STATE_NULL), ==, GST_STATE_CHANGE_SUCCESS);
}

static void
side_free (TestSide * side)
{
  gst_object_unref (side->element);
  gst_object_unref (side->pipeline);
  gst_object_unref (side->signaller);
  g_ptr_array_unref (side->outputs);
  g_mutex_clear (&side->lock);
  g_cond_clear (&side->cond);
  g_free (side->filter);
  g_free (side);
}

TestCall *
test_call_new (const gchar * left, const gchar * right, const gchar * filter)
{
  TestCall *call = g_new0 (TestCall, 1);

  call->left = side_new ("left", left, NULL);
  call->right = side_new ("right", right, filter);
  side_play (call->left, call->right);
  side_play (call->right, call->left);
  return call;
}

void
test_call_free (TestCall * call)
{
  side_stop (call->left);
  side_stop (call->right);
  side_free (call->left);
  side_free (call->right);
  g_free (call);
}

void
test_call_connect (TestCall * call)
{
  call->left->in_session = TRUE;
  call->right->in_session = FALSE;
  gst_rtc_signaller_session_requested (GST_RTC_SIGNALLER (call->left->signaller), "right", NULL);
}

void
test_call_hang_up (TestCall * call)
{
  carry_end (call->left, NULL);
  carry_end (call->right, NULL);
}

GstElement *
test_side_get_element (TestSide * side)
{
  return side->element;
}

GstElement *
test_side_get_pipeline (TestSide * side)
{
  return side->pipeline;
}

guint
test_side_count (TestSide * side)
{
  guint n;

  g_mutex_lock (&side->lock);
  n = side->outputs->len;
  g_mutex_unlock (&side->lock);
  return n;
}

void
test_output_clear (TestOutput * output)
{
  g_free (output->name);
  g_free (output->caps);
}

static TestOutput
copy_seen (const TestOutput * seen)
{
  TestOutput copy = *seen;

  copy.name = g_strdup (seen->name);
  copy.caps = g_strdup (seen->caps);
  return copy;
}

TestOutput
test_side_wait (TestSide * side, const gchar * prefix, guint index, guint n)
{
  gint64 end = g_get_monotonic_time () + PATIENCE;
  TestOutput seen;
  Output *output;
  guint goal;

  g_mutex_lock (&side->lock);
  output = find (side, prefix, index);
  goal = (output ? output->seen.n_buffers : 0) + n;
  while (!(output = find (side, prefix, index)) || output->seen.n_buffers < goal) {
    if (!g_cond_wait_until (&side->cond, &side->lock, end))
      g_error ("%s: %s number %u gave %u buffers in time, not %u", side->name, prefix, index,
          output ? output->seen.n_buffers : 0, goal);
  }
  seen = copy_seen (&output->seen);
  g_mutex_unlock (&side->lock);
  return seen;
}

void
test_side_wait_eos (TestSide * side, const gchar * prefix, guint index)
{
  gint64 end = g_get_monotonic_time () + PATIENCE;
  Output *output;

  g_mutex_lock (&side->lock);
  while (!(output = find (side, prefix, index)) || !output->seen.eos || !output->seen.removed) {
    if (!g_cond_wait_until (&side->cond, &side->lock, end))
      g_error ("%s: %s number %u has %s EOS and is %s there", side->name, prefix, index,
          output && output->seen.eos ? "an" : "no", output && output->seen.removed ? "not" : "still");
  }
  g_mutex_unlock (&side->lock);
}

gint64
test_side_get_packets_lost (TestSide * side)
{
  g_autoptr (GstStructure) stats = NULL;
  const GstStructure *peer;
  gint64 lost = 0, sum = 0;

  g_object_get (side->element, "stats", &stats, NULL);
  g_assert_true (gst_structure_has_field (stats, "consumer-0"));
  peer = gst_value_get_structure (gst_structure_get_value (stats, "consumer-0"));
  for (gint i = 0; i < gst_structure_n_fields (peer); i++) {
    const GValue *value = gst_structure_get_value (peer, gst_structure_nth_field_name (peer, i));
    const GstStructure *entry = GST_VALUE_HOLDS_STRUCTURE (value) ? gst_value_get_structure (value) : NULL;

    if (entry && gst_structure_has_name (entry, "inbound-rtp") && gst_structure_get_int64 (entry, "packetsLost", &lost))
      sum += lost;
  }
  return sum;
}
