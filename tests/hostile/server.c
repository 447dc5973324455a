/* gst-rtc: rtcsink with a live source, in a process of its own that can be measured
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Takes commands on stdin, one a line, and answers each with a line that begins with "=":
 *
 *   play              PLAYING; the port
 *   stop              NULL
 *   measure           file descriptors, threads, bytes of heap in use
 *   encoders          video encoders alive, video encoders made, forced key units they got
 *   sum FIELD ID      the field of a viewer's stats, added up over its entries
 *   (end)             leave
 *
 * In between it tells who comes and goes: "added ID", "removed ID CODE MESSAGE", "warning MESSAGE", "error MESSAGE".
 */
#include <gst/elements/gstrtcsink.h>
#include <gst/rtc/gstrtc.h>
#include <gst/video/video.h>

#include <ext/soup/gstrtcserversignaller.h>

#include <dirent.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>

/* Only with AddressSanitizer, which has a heap of its own */
extern size_t __sanitizer_get_current_allocated_bytes (void) __attribute__ ((weak));

#define PIPELINE "rtcsink name=sink ice-addresses=<127.0.0.1> signaller::port=0 " \
    "videotestsrc is-live=true pattern=ball ! video/x-raw,width=160,height=120,framerate=25/1 ! sink. " \
    "audiotestsrc is-live=true wave=ticks ! audio/x-raw,rate=48000 ! sink. "

static GstElement *pipeline, *sink;
static gint n_encoders, n_encoders_made, n_forced;

static void
on_added (GstElement * element, const gchar * id, gpointer user_data)
{
  g_print ("added %s\n", id);
}

static void
on_removed (GstElement * element, const gchar * id, const GError * reason, gpointer user_data)
{
  g_print ("removed %s %d %s\n", id, reason->domain == GST_RTC_ERROR ? reason->code : -1, reason->message);
}

static GstPadProbeReturn
watch_events (GstPad * pad, GstPadProbeInfo * info, gpointer user_data)
{
  if (gst_video_event_is_force_key_unit (GST_PAD_PROBE_INFO_EVENT (info)))
    g_atomic_int_inc (&n_forced);
  return GST_PAD_PROBE_OK;
}

static void
on_encoder_gone (gpointer user_data, GObject * encoder)
{
  g_atomic_int_add (&n_encoders, -1);
}

static gboolean
on_encoder (GstElement * element, const gchar * name, GstElement * encoder, gpointer user_data)
{
  g_autoptr (GstPad) input = gst_element_get_static_pad (encoder, "sink");
  g_autoptr (GstPad) output = gst_element_get_static_pad (encoder, "src");

  if (!g_str_has_prefix (name, "video"))
    return FALSE;
  g_atomic_int_inc (&n_encoders);
  g_atomic_int_inc (&n_encoders_made);
  g_object_weak_ref (G_OBJECT (encoder), on_encoder_gone, NULL);
  gst_pad_add_probe (input, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, watch_events, NULL, NULL);
  gst_pad_add_probe (output, GST_PAD_PROBE_TYPE_EVENT_UPSTREAM, watch_events, NULL, NULL);
  return FALSE;
}

static GstBusSyncReply
on_bus (GstBus * bus, GstMessage * message, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR) {
    gst_message_parse_error (message, &error, NULL);
    g_print ("error %s\n", error->message);
  } else if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_WARNING) {
    gst_message_parse_warning (message, &error, NULL);
    g_print ("warning %s\n", error->message);
  }
  gst_message_unref (message);
  return GST_BUS_DROP;
}

static void
play (void)
{
  guint port;

  if (gst_element_set_state (pipeline, GST_STATE_PLAYING) == GST_STATE_CHANGE_FAILURE) {
    g_print ("= 0\n");
    return;
  }
  gst_element_get_state (pipeline, NULL, NULL, GST_CLOCK_TIME_NONE);
  gst_child_proxy_get (GST_CHILD_PROXY (sink), "signaller::port", &port, NULL);
  g_print ("= %u\n", port);
}

static guint
count_files (const gchar * path)
{
  DIR *directory = opendir (path);
  guint n = 0;

  while (readdir (directory))
    n++;
  closedir (directory);
  return n;
}

static gsize
measure_heap (void)
{
  struct mallinfo2 info;

  if (__sanitizer_get_current_allocated_bytes)
    return __sanitizer_get_current_allocated_bytes ();
  malloc_trim (0);
  info = mallinfo2 ();
  return info.uordblks + info.hblkhd;
}

static gboolean
add_up (GQuark id, const GValue * value, gpointer user_data)
{
  const gchar *field = ((gpointer *) user_data)[0];
  guint64 *sum = ((gpointer *) user_data)[1], number;

  if (GST_VALUE_HOLDS_STRUCTURE (value) && gst_structure_get_uint64 (gst_value_get_structure (value), field, &number))
    *sum += number;
  return TRUE;
}

static const GstStructure *
find_report (const GstStructure * stats, const gchar * id)
{
  for (gint i = 0; i < gst_structure_n_fields (stats); i++) {
    const GValue *value = gst_structure_get_value (stats, gst_structure_nth_field_name (stats, i));
    const GstStructure *report = gst_value_get_structure (value);

    if (g_strcmp0 (gst_structure_get_string (report, "peer-id"), id) == 0)
      return report;
  }
  return NULL;
}

static guint64
sum_stats (const gchar * field, const gchar * id)
{
  g_autoptr (GstStructure) stats = NULL;
  const GstStructure *report;
  guint64 sum = 0;
  gconstpointer data[] = { field, &sum };

  g_object_get (sink, "stats", &stats, NULL);
  report = find_report (stats, id);
  if (report)
    gst_structure_foreach (report, add_up, data);
  return sum;
}

static void
obey (gchar * line)
{
  g_auto (GStrv) words = g_strsplit (g_strstrip (line), " ", 3);

  if (g_str_equal (line, "play")) {
    play ();
  } else if (g_str_equal (line, "stop")) {
    gst_element_set_state (pipeline, GST_STATE_NULL);
    g_print ("= stopped\n");
  } else if (g_str_equal (line, "measure")) {
    g_print ("= %u %u %" G_GSIZE_FORMAT "\n", count_files ("/proc/self/fd"), count_files ("/proc/self/task"),
        measure_heap ());
  } else if (g_str_equal (line, "encoders")) {
    g_print ("= %d %d %d\n", g_atomic_int_get (&n_encoders), g_atomic_int_get (&n_encoders_made),
        g_atomic_int_get (&n_forced));
  } else if (g_strv_length (words) == 3 && g_str_equal (words[0], "sum")) {
    g_print ("= %" G_GUINT64_FORMAT "\n", sum_stats (words[1], words[2]));
  } else {
    g_print ("= what?\n");
  }
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GstBus) bus = NULL;
  gchar line[256];

  /* A test that fails leaves nobody behind who would keep its output open. */
  prctl (PR_SET_PDEATHSIG, SIGKILL);
  setvbuf (stdout, NULL, _IOLBF, 0);
  gst_init (&argc, &argv);
  GST_ELEMENT_REGISTER (rtcserversignaller, NULL);
  GST_ELEMENT_REGISTER (rtcsink, NULL);
  pipeline = gst_parse_launch (PIPELINE, &error);
  g_assert_no_error (error);
  sink = gst_bin_get_by_name (GST_BIN (pipeline), "sink");
  bus = gst_element_get_bus (pipeline);
  gst_bus_set_sync_handler (bus, on_bus, NULL, NULL);
  g_signal_connect (sink, "consumer-added", G_CALLBACK (on_added), NULL);
  g_signal_connect (sink, "consumer-removed", G_CALLBACK (on_removed), NULL);
  g_signal_connect (sink, "encoder-setup", G_CALLBACK (on_encoder), NULL);

  while (fgets (line, sizeof line, stdin))
    obey (line);

  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (sink);
  gst_object_unref (pipeline);
  return 0;
}
