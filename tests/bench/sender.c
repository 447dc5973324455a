/* gst-rtc: what the receivers are measured with: an rtcsink
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 *   bench-sender PORT CODEC              marked pictures and beeps (marks.h), encoded here as H264 or VP8
 *   bench-sender PORT FILE.mkv           the encoded streams of FILE
 *   bench-sender PORT … data             and a data channel that is always full
 *
 * Commands on stdin: "stats" prints {"event":"sent","packets":…,"again":…}, in all: again are the retransmissions.
 * The end ends it.
 */
#include "marks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SINK "rtcsink name=sink signaller::port=%s max-consumers=100 "
#define FROM_FILE "filesrc location=\"%s\" ! matroskademux name=d " \
    "d.video_0 ! queue ! h264parse ! sink. d.audio_0 ! queue ! opusparse ! sink."
#define DATA " fakesrc sizetype=fixed sizemax=16384 ! sink.data_bulk"
/* A moving pattern that costs 1.3 Mbit/s: several packets a frame */
#define MARKED "videotestsrc name=video is-live=true pattern=zone-plate kx2=20 ky2=20 kt=2 ! " \
    "video/x-raw,format=I420,width=640,height=360,framerate=30/1 ! queue ! sink. " \
    "audiotestsrc name=audio is-live=true wave=silence samplesperbuffer=480 ! " \
    "audio/x-raw,format=S16LE,rate=48000,channels=1 ! queue ! sink."

static GstElement *pipeline;

static gboolean
add_sent (GQuark id, const GValue * value, gpointer sum)
{
  const GstStructure *entry;
  guint64 packets = 0, again = 0;

  if (!GST_VALUE_HOLDS_STRUCTURE (value))
    return TRUE;
  entry = gst_value_get_structure (value);
  if (gst_structure_has_name (entry, "outbound-rtp")) {
    gst_structure_get_uint64 (entry, "packetsSent", &packets);
    gst_structure_get_uint64 (entry, "retransmittedPacketsSent", &again);
    ((guint64 *) sum)[0] += packets;
    ((guint64 *) sum)[1] += again;
  } else {
    gst_structure_foreach (entry, add_sent, sum);
  }
  return TRUE;
}

static void
print_sent (void)
{
  g_autoptr (GstElement) sink = gst_bin_get_by_name (GST_BIN (pipeline), "sink");
  g_autoptr (GstStructure) stats = NULL;
  guint64 sums[2] = { 0 };

  g_object_get (sink, "stats", &stats, NULL);
  gst_structure_foreach (stats, add_sent, sums);
  g_print ("{\"event\":\"sent\",\"packets\":%" G_GUINT64_FORMAT ",\"again\":%" G_GUINT64_FORMAT "}\n",
      sums[0], sums[1]);
}

static void
mark (const gchar * name, void (*probe) (GstPad *))
{
  g_autoptr (GstElement) source = gst_bin_get_by_name (GST_BIN (pipeline), name);
  g_autoptr (GstPad) pad = source ? gst_element_get_static_pad (source, "src") : NULL;

  if (pad)
    probe (pad);
}

static gchar *
describe (const gchar * port, const gchar * what, const gchar * data)
{
  g_autofree gchar *sink = g_strdup_printf (SINK, port);

  if (g_str_has_suffix (what, ".mkv"))
    return g_strdup_printf ("%s " FROM_FILE "%s", sink, what, data);
  return g_strdup_printf ("%s video-caps=video/x-%s " MARKED "%s", sink, !strcmp (what, "VP8") ? "vp8" : "h264", data);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autofree gchar *description = NULL;
  gchar line[64];

  gst_init (&argc, &argv);
  if (argc != 3 && (argc != 4 || strcmp (argv[3], "data"))) {
    g_printerr ("usage: %s PORT FILE.mkv|H264|VP8 [data]\n", argv[0]);
    return 2;
  }
  setvbuf (stdout, NULL, _IOLBF, 0);
  description = describe (argv[1], argv[2], argc == 4 ? DATA : "");
  pipeline = gst_parse_launch (description, &error);
  if (error) {
    g_printerr ("%s\n", error->message);
    return 1;
  }
  mark ("video", bench_marks_paint);
  mark ("audio", bench_marks_beep);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  while (fgets (line, sizeof line, stdin)) {
    if (g_str_has_prefix (line, "stats"))
      print_sent ();
  }
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
  return 0;
}
