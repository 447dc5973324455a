/* gst-rtc: many incoming streams in one process, of rtcsrc or of webrtcbin, for measuring
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 *   bench-receiver --kind rtcsrc|webrtcbin --port N [--peers N] [--media rtp|encoded|raw|watched] …
 *
 * Serves whoever publishes at ws://127.0.0.1:PORT/ws, in the project's signaling. Tells on stdout, in JSON
 * lines: "ready" when two streams of each of the peers flow, "empty" when the last has left. Commands on stdin:
 *
 *   start     forget what was counted
 *   stop      print what was counted since
 *   heap      print what the process holds: heap, descriptors, threads
 *   (end)     leave
 */
#include "branch.h"
#include "watch.h"
#include "webrtcserver.h"

#include <malloc.h>
#include <stdio.h>
#include <string.h>

#define LOOK_INTERVAL_MS 20
#define H264_CAPS "application/x-rtp,media=video,encoding-name=H264,payload=96,clock-rate=90000," \
    "packetization-mode=(string)1,level-asymmetry-allowed=(string)1,profile-level-id=(string)42e01f"
#define VP8_CAPS "application/x-rtp,media=video,encoding-name=VP8,payload=96,clock-rate=90000"
#define OPUS_CAPS "application/x-rtp,media=audio,encoding-name=OPUS,payload=111,clock-rate=48000," \
    "encoding-params=(string)2,minptime=(string)10,useinbandfec=(string)1"

static struct
{
  gchar *kind, *media_name, *codec, *properties, *origin;
  gint port, peers;
  gboolean nack, plain, data;
} options = {.port = 18110,.peers = 1 };

static const GOptionEntry entries[] = {
  {"kind", 'k', 0, G_OPTION_ARG_STRING, &options.kind, "rtcsrc or webrtcbin", "KIND"},
  {"port", 'p', 0, G_OPTION_ARG_INT, &options.port, "of the WebSocket", "N"},
  {"peers", 'n', 0, G_OPTION_ARG_INT, &options.peers, "how many will publish", "N"},
  {"media", 'm', 0, G_OPTION_ARG_STRING, &options.media_name, "how far it is decoded", "MEDIA"},
  {"codec", 'c', 0, G_OPTION_ARG_STRING, &options.codec, "H264 (default) or VP8", "NAME"},
  {"properties", 's', 0, G_OPTION_ARG_STRING, &options.properties, "more of them: \"latency=20 …\"",
      "PROPERTIES"},
  {"origin", 'o', 0, G_OPTION_ARG_STRING, &options.origin, "of the page that may publish", "URL"},
  {"plain", 'd', 0, G_OPTION_ARG_NONE, &options.plain, "webrtcbin: decode with default settings", NULL},
  {"data", 'b', 0, G_OPTION_ARG_NONE, &options.data, "rtcsrc: take the data channel \"bulk\" too", NULL},
  {"nack", 'r', 0, G_OPTION_ARG_NONE, &options.nack, "webrtcbin: ask for lost packets", NULL},
  {NULL}
};

static GstElement *pipeline;
static GMainLoop *main_loop;
static BenchMedia media = BENCH_WATCHED;
static gboolean ready;
static gint64 begun;
static gint data_messages;      /* of the data channel; atomic */
static gint data_size;          /* of one of them; atomic */

/* What was counted when the window began */
static struct
{
  guint64 buffers;
  gint64 pushed, lost, late, again, again_good;
  gint64 concealed;             /* samples */
} at_start, at_stop;

/* Telling */

static void
print_json (JsonBuilder * builder)
{
  g_autoptr (JsonNode) root = NULL;
  g_autofree gchar *text = NULL;

  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  text = json_to_string (root, FALSE);
  g_print ("%s\n", text);
  g_object_unref (builder);
}

static JsonBuilder *
new_event (const gchar * name)
{
  JsonBuilder *builder = json_builder_new ();

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "event");
  json_builder_add_string_value (builder, name);
  return builder;
}

static void
add_number (JsonBuilder * builder, const gchar * name, gdouble value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_double_value (builder, value);
}

static gint64
get_count (const GstStructure * stats, const gchar * name)
{
  const GValue *value = gst_structure_get_value (stats, name);
  GValue number = G_VALUE_INIT;

  if (!value)
    return 0;
  g_value_init (&number, G_TYPE_INT64);
  g_value_transform (value, &number);
  return g_value_get_int64 (&number);
}

static void
add_jitter_buffer (const GValue * item, gpointer sums)
{
  typeof (at_start) *sum = sums;
  g_autoptr (GstStructure) stats = NULL;

  g_object_get (g_value_get_object (item), "stats", &stats, NULL);
  sum->pushed += get_count (stats, "num-pushed");
  sum->lost += get_count (stats, "num-lost");
  sum->late += get_count (stats, "num-late");
  sum->again += get_count (stats, "rtx-count");
  sum->again_good += get_count (stats, "rtx-success-count");
}

static void
add_opus_decoder (const GValue * item, gpointer sums)
{
  g_autoptr (GstStructure) stats = NULL;

  g_object_get (g_value_get_object (item), "stats", &stats, NULL);
  ((typeof (at_start) *) sums)->concealed += get_count (stats, "plc-num-samples");
}

static void
for_all (const gchar * factory, GstIteratorForeachFunction func, gpointer data)
{
  GstIterator *all = gst_bin_iterate_all_by_element_factory_name (GST_BIN (pipeline), factory);

  while (gst_iterator_foreach (all, func, data) == GST_ITERATOR_RESYNC)
    gst_iterator_resync (all);
  gst_iterator_free (all);
}

static void
take_counts (gpointer counts, gsize size)
{
  typeof (at_start) *sum = counts;

  memset (sum, 0, size);
  sum->buffers = bench_branch_count_buffers ();
  for_all ("rtpjitterbuffer", add_jitter_buffer, sum);
  for_all ("opusdec", add_opus_decoder, sum);
}

static void
print_counts (void)
{
  JsonBuilder *event = new_event ("counts");

  take_counts (&at_stop, sizeof at_stop);
  add_number (event, "seconds", (g_get_monotonic_time () - begun) / 1e6);
  add_number (event, "flowing", bench_branch_count_flowing ());
  add_number (event, "buffers", at_stop.buffers - at_start.buffers);
  add_number (event, "packets", at_stop.pushed - at_start.pushed);
  add_number (event, "lost", at_stop.lost - at_start.lost);
  add_number (event, "late", at_stop.late - at_start.late);
  add_number (event, "again", at_stop.again - at_start.again);
  add_number (event, "again_good", at_stop.again_good - at_start.again_good);
  add_number (event, "data", (gdouble) g_atomic_int_get (&data_messages) * g_atomic_int_get (&data_size));
  add_number (event, "concealed", (at_stop.concealed - at_start.concealed) / 960.0);
  bench_watch_describe (event);
  print_json (event);
}

static guint
count_entries (const gchar * path)
{
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  guint n = 0;

  while (folder && g_dir_read_name (folder))
    n++;
  return n;
}

static void
print_heap (void)
{
  struct mallinfo2 heap = mallinfo2 ();
  JsonBuilder *event = new_event ("heap");

  add_number (event, "heap", heap.uordblks + heap.hblkhd);
  add_number (event, "descriptors", count_entries ("/proc/self/fd"));
  add_number (event, "threads", count_entries ("/proc/self/task"));
  add_number (event, "elements", GST_BIN_NUMCHILDREN (pipeline));
  print_json (event);
}

static gboolean
look (gpointer data)
{
  gboolean flowing = bench_branch_count_flowing () >= 2 * (guint) options.peers;

  if (flowing && !ready)
    print_json (new_event ("ready"));
  else if (ready && bench_branch_count () == 0)
    print_json (new_event ("empty"));
  else
    return G_SOURCE_CONTINUE;
  ready = flowing;
  return G_SOURCE_CONTINUE;
}

static gboolean
on_command (GIOChannel * channel, GIOCondition condition, gpointer data)
{
  g_autofree gchar *line = NULL;

  if (g_io_channel_read_line (channel, &line, NULL, NULL, NULL) != G_IO_STATUS_NORMAL) {
    g_main_loop_quit (main_loop);
    return G_SOURCE_REMOVE;
  }
  if (g_str_has_prefix (line, "start")) {
    take_counts (&at_start, sizeof at_start);
    g_atomic_int_set (&data_messages, 0);
    bench_watch_restart ();
    begun = g_get_monotonic_time ();
  } else if (g_str_has_prefix (line, "stop")) {
    print_counts ();
  } else if (g_str_has_prefix (line, "heap")) {
    print_heap ();
  }
  return G_SOURCE_CONTINUE;
}

/* webrtcbin */

static void
on_webrtc_pad (GstElement * webrtc, GstPad * pad, gpointer data)
{
  if (GST_PAD_IS_SRC (pad))
    bench_branch_add (GST_BIN (pipeline), pad, media, options.plain ? BENCH_PLAIN : BENCH_LIKE_RTCSRC);
}

static void
add_transceiver (GstElement * webrtc, const gchar * text)
{
  g_autoptr (GstCaps) caps = gst_caps_from_string (text);
  g_autoptr (GstWebRTCRTPTransceiver) transceiver = NULL;

  g_signal_emit_by_name (webrtc, "add-transceiver", GST_WEBRTC_RTP_TRANSCEIVER_DIRECTION_RECVONLY, caps,
      &transceiver);
  g_object_set (transceiver, "do-nack", options.nack, NULL);
}

static void
set_property (GstElement * element, const gchar * text)
{
  g_auto (GStrv) parts = g_strsplit (text, "=", 2);

  gst_util_set_object_arg (G_OBJECT (element), parts[0], parts[1]);
}

static void
start_publisher (BenchPeer * peer)
{
  g_auto (GStrv) properties = g_strsplit (options.properties, " ", -1);

  for (guint i = 0; properties[i] && *properties[i]; i++)
    set_property (peer->webrtc, properties[i]);
  g_signal_connect (peer->webrtc, "pad-added", G_CALLBACK (on_webrtc_pad), NULL);
  gst_bin_add (GST_BIN (pipeline), peer->webrtc);
  add_transceiver (peer->webrtc, strcmp (options.codec, "VP8") ? H264_CAPS : VP8_CAPS);
  add_transceiver (peer->webrtc, OPUS_CAPS);
  gst_element_sync_state_with_parent (peer->webrtc);
}

static void
remove_branch (const GValue * item, gpointer data)
{
  bench_branch_remove (GST_BIN (pipeline), g_value_get_object (item));
}

static void
stop_publisher (BenchPeer * peer)
{
  g_autoptr (GstElement) webrtc = gst_object_ref (peer->webrtc);
  GstIterator *pads;

  gst_element_set_locked_state (webrtc, TRUE);
  pads = gst_element_iterate_src_pads (webrtc);
  gst_element_set_state (webrtc, GST_STATE_NULL);
  gst_iterator_resync (pads);
  gst_iterator_foreach (pads, remove_branch, NULL);
  gst_iterator_free (pads);
  gst_bin_remove (GST_BIN (pipeline), webrtc);
}

static const BenchPeerFuncs publisher_funcs = { start_publisher, stop_publisher };

/* rtcsrc */

static void
on_rtc_pad (GstElement * source, GstPad * pad, gpointer data)
{
  bench_branch_add (GST_BIN (pipeline), pad, media, BENCH_DECODES_ITSELF);
}

static void
on_rtc_pad_removed (GstElement * source, GstPad * pad, gpointer data)
{
  bench_branch_remove (GST_BIN (pipeline), pad);
}

static GstPadProbeReturn
on_message (GstPad * pad, GstPadProbeInfo * info, gpointer data)
{
  g_atomic_int_set (&data_size, gst_buffer_get_size (GST_PAD_PROBE_INFO_BUFFER (info)));
  g_atomic_int_inc (&data_messages);
  return GST_PAD_PROBE_OK;
}

static void
take_data (GstElement * source)
{
  GstElement *sink = gst_element_factory_make ("fakesink", NULL);
  g_autoptr (GstPad) pad = gst_element_get_static_pad (sink, "sink");

  g_object_set (sink, "sync", FALSE, "async", FALSE, NULL);
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, on_message, NULL, NULL);
  gst_bin_add (GST_BIN (pipeline), sink);
  gst_element_link_pads (source, "data_bulk", sink, "sink");
}

static gboolean
add_rtc_source (GError ** error)
{
  g_autofree gchar *description = g_strdup_printf ("rtcsrc name=source max-consumers=%d signaller::port=%d "
      "video-codecs=\"<%s>\" audio-codecs=\"<opus>\" %s", options.peers, options.port, options.codec,
      options.properties);
  g_autoptr (GstElement) bin = gst_parse_bin_from_description (description, FALSE, error);
  g_autoptr (GstElement) source = NULL;

  if (!bin)
    return FALSE;
  gst_object_ref_sink (bin);
  source = gst_bin_get_by_name (GST_BIN (bin), "source");
  gst_bin_remove (GST_BIN (bin), source);
  gst_bin_add (GST_BIN (pipeline), source);
  if (options.origin)
    gst_child_proxy_set (GST_CHILD_PROXY (source), "signaller::allowed-origin", options.origin, NULL);
  if (options.data)
    take_data (source);
  g_signal_connect (source, "pad-added", G_CALLBACK (on_rtc_pad), NULL);
  g_signal_connect (source, "pad-removed", G_CALLBACK (on_rtc_pad_removed), NULL);
  return TRUE;
}

/* Life */

static gboolean
on_bus (GstBus * bus, GstMessage * message, gpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree gchar *debug = NULL;
  JsonBuilder *event;

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_LATENCY)
    gst_bin_recalculate_latency (GST_BIN (pipeline));
  if (GST_MESSAGE_TYPE (message) != GST_MESSAGE_ERROR)
    return G_SOURCE_CONTINUE;
  gst_message_parse_error (message, &error, &debug);
  event = new_event ("error");
  json_builder_set_member_name (event, "message");
  json_builder_add_string_value (event, error->message);
  print_json (event);
  g_printerr ("%s: %s\n", error->message, debug);
  return G_SOURCE_CONTINUE;
}

static gboolean
start (GError ** error)
{
  g_autoptr (GstBus) bus = NULL;

  pipeline = gst_pipeline_new (NULL);
  bus = gst_element_get_bus (pipeline);
  gst_bus_add_watch (bus, on_bus, NULL);
  if (strcmp (options.kind, "rtcsrc") == 0 && !add_rtc_source (error))
    return FALSE;
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  return !strcmp (options.kind, "rtcsrc") || bench_webrtc_serve (options.port, &publisher_funcs, error);
}

int
main (int argc, char **argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new ("- many incoming streams");
  g_autoptr (GIOChannel) commands = g_io_channel_unix_new (0);
  g_autoptr (GError) error = NULL;

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error) || !options.kind
      || (options.media_name && !bench_media_from_name (options.media_name, &media))) {
    g_printerr ("%s\n", error ? error->message : "--kind is missing, or there is no such --media");
    return 2;
  }
  options.codec = options.codec ? options.codec : "H264";
  options.properties = options.properties ? options.properties : "";
  setvbuf (stdout, NULL, _IOLBF, 0);
  gst_init (NULL, NULL);
  main_loop = g_main_loop_new (NULL, FALSE);
  if (!start (&error)) {
    g_printerr ("%s\n", error->message);
    return 1;
  }
  g_io_add_watch (commands, G_IO_IN | G_IO_HUP, on_command, NULL);
  g_timeout_add (LOOK_INTERVAL_MS, look, NULL);
  g_main_loop_run (main_loop);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
  return 0;
}
