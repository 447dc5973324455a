/* gst-rtc: what is behind a pad of a receiver: RTP, encoded or decoded media, counted or looked at
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * LIKE_RTCSRC has the settings of gstrtccodecs.c and gstrtcdecoder.c: what is compared is the receiving alone.
 */
#include "branch.h"

#include "watch.h"

#include <string.h>

#define SYNC_POINTS " automatic-request-sync-points=true " \
    "automatic-request-sync-point-flags=discard-input+corrupt-output min-force-key-unit-interval=300000000"
#define SINK " ! fakesink name=sink async=false enable-last-sample=false "
#define WATCH " ! queue name=queue max-size-time=0 max-size-bytes=0 max-size-buffers=0" \
    SINK "sync=true signal-handoffs=true"

typedef struct
{
  const gchar *encoding;
  gboolean video;
  const gchar *depayloader, *decoder;   /* like rtcsrc */
  const gchar *plain_depayloader, *plain_decoder;
} Codec;

static const Codec codecs[] = {
  {"H264", TRUE,
        "rtph264depay request-keyframe=true wait-for-keyframe=true ! h264parse ! video/x-h264,alignment=au",
        " ! avdec_h264 thread-type=slice max-threads=4 output-corrupt=false" SYNC_POINTS,
      "rtph264depay ! h264parse", " ! avdec_h264"},
  {"VP8", TRUE, "rtpvp8depay request-keyframe=true wait-for-keyframe=true", " ! vp8dec threads=2" SYNC_POINTS,
      "rtpvp8depay", " ! vp8dec"},
  {"OPUS", FALSE, "rtpopusdepay", " ! opusdec use-inband-fec=true plc=true", "rtpopusdepay", " ! opusdec"},
};

static gint n_branches, n_flowing;
static guint64 n_buffers;       /* atomic */

gboolean
bench_media_from_name (const gchar * name, BenchMedia * media)
{
  static const gchar *const names[] = { "rtp", "encoded", "raw", "watched" };

  for (guint i = 0; name && i < G_N_ELEMENTS (names); i++) {
    if (!strcmp (name, names[i])) {
      *media = i;
      return TRUE;
    }
  }
  return FALSE;
}

static const Codec *
find_codec (GstPad * pad)
{
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (pad);
  const gchar *encoding = gst_structure_get_string (gst_caps_get_structure (caps, 0), "encoding-name");

  for (guint i = 0; i < G_N_ELEMENTS (codecs); i++) {
    if (!g_ascii_strcasecmp (codecs[i].encoding, encoding))
      return &codecs[i];
  }
  g_error ("no decoder for %s", encoding);
}

static gchar *
describe_decoding (GstPad * pad, BenchMedia media, gboolean plain, gboolean * video)
{
  const Codec *codec = find_codec (pad);

  *video = codec->video;
  if (media == BENCH_RTP)
    return g_strdup ("capsfilter caps=application/x-rtp");
  return g_strconcat (plain ? codec->plain_depayloader : codec->depayloader,
      media == BENCH_ENCODED ? NULL : plain ? codec->plain_decoder : codec->decoder, NULL);
}

/* rtcsrc gives what is asked for. */
static gchar *
describe_caps (GstPad * pad, BenchMedia media, gboolean * video)
{
  static const gchar *const caps[][2] = {
    [BENCH_RTP] = {"application/x-rtp", "application/x-rtp"},
    [BENCH_ENCODED] = {"audio/x-opus", "\"video/x-h264;video/x-vp8\""},
    [BENCH_RAW] = {"audio/x-raw", "video/x-raw"},
    [BENCH_WATCHED] = {"audio/x-raw", "video/x-raw"},
  };

  *video = g_str_has_prefix (GST_PAD_NAME (pad), "video");
  return g_strdup_printf ("capsfilter caps=%s", caps[media][*video]);
}

static GstPadProbeReturn
count (GstPad * pad, GstPadProbeInfo * info, gpointer flowing)
{
  guint n = 1;

  if (info->type & GST_PAD_PROBE_TYPE_BUFFER_LIST)
    n = gst_buffer_list_length (GST_PAD_PROBE_INFO_BUFFER_LIST (info));
  __atomic_add_fetch (&n_buffers, n, __ATOMIC_RELAXED);
  if (!*(gboolean *) flowing) {
    *(gboolean *) flowing = TRUE;
    g_atomic_int_inc (&n_flowing);
  }
  return GST_PAD_PROBE_OK;
}

static GstElement *
make_branch (GstPad * pad, BenchMedia media, BenchDecoding decoding, gboolean * video)
{
  g_autofree gchar *first = decoding == BENCH_DECODES_ITSELF ? describe_caps (pad, media, video) :
      describe_decoding (pad, media, decoding == BENCH_PLAIN, video);
  g_autofree gchar *description = g_strconcat (first,
      media != BENCH_WATCHED ? SINK "sync=false" : *video ? WATCH :
      " ! audioconvert ! audioresample ! audio/x-raw,format=S16LE,rate=48000,channels=1" WATCH, NULL);
  g_autoptr (GError) error = NULL;
  GstElement *branch = gst_parse_bin_from_description (description, TRUE, &error);

  if (error)
    g_error ("%s: %s", description, error->message);
  return branch;
}

static void
watch (GstElement * branch, GstElement * sink, gboolean video)
{
  g_autoptr (GstElement) queue = gst_bin_get_by_name (GST_BIN (branch), "queue");
  g_autoptr (GstPad) early = gst_element_get_static_pad (queue, "sink");

  if (video)
    bench_watch_video (early, sink);
  else
    bench_watch_audio (early, sink);
}

void
bench_branch_add (GstBin * pipeline, GstPad * pad, BenchMedia media, BenchDecoding decoding)
{
  gboolean video, *flowing = g_new0 (gboolean, 1);
  GstElement *branch = make_branch (pad, media, decoding, &video);
  g_autoptr (GstElement) sink = gst_bin_get_by_name (GST_BIN (branch), "sink");
  g_autoptr (GstPad) in = gst_element_get_static_pad (branch, "sink");
  g_autoptr (GstPad) end = gst_element_get_static_pad (sink, "sink");

  gst_pad_add_probe (end, GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST, count, flowing, NULL);
  if (media == BENCH_WATCHED)
    watch (branch, sink, video);
  g_object_set_data_full (G_OBJECT (branch), "flowing", flowing, g_free);
  g_object_set_data_full (G_OBJECT (pad), "branch", gst_object_ref (branch), gst_object_unref);
  g_atomic_int_inc (&n_branches);
  gst_bin_add (pipeline, branch);
  gst_element_sync_state_with_parent (branch);
  gst_pad_link (pad, in);
}

void
bench_branch_remove (GstBin * pipeline, GstPad * pad)
{
  g_autoptr (GstElement) branch = g_object_steal_data (G_OBJECT (pad), "branch");

  if (!branch)
    return;
  gst_element_set_locked_state (branch, TRUE);
  gst_element_set_state (branch, GST_STATE_NULL);
  gst_bin_remove (pipeline, branch);
  if (*(gboolean *) g_object_get_data (G_OBJECT (branch), "flowing"))
    g_atomic_int_add (&n_flowing, -1);
  g_atomic_int_add (&n_branches, -1);
}

guint
bench_branch_count_flowing (void)
{
  return g_atomic_int_get (&n_flowing);
}

guint
bench_branch_count (void)
{
  return g_atomic_int_get (&n_branches);
}

guint64
bench_branch_count_buffers (void)
{
  return __atomic_load_n (&n_buffers, __ATOMIC_RELAXED);
}
