/* gst-rtc: the peer to compare with: one payloader, a tee, and a webrtcbin for each viewer
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 *   bench-webrtcbin FILE.mkv PORT
 *
 * Serves the H.264 and Opus of FILE in real time to whoever logs in at ws://127.0.0.1:PORT/ws, in the
 * project's signaling.
 */
#include "webrtcserver.h"

#include <stdlib.h>

typedef struct
{
  GstElement *queues[2];
  GstPad *tee_pads[2];
} Viewer;

static GstElement *pipeline;
static GstElement *tees[2];

static void
start_viewer (BenchPeer * peer)
{
  Viewer *viewer = peer->data = g_new0 (Viewer, 1);

  gst_bin_add (GST_BIN (pipeline), peer->webrtc);
  for (guint i = 0; i < 2; i++) {
    g_autoptr (GstPad) source = NULL, sink = NULL;
    GArray *transceivers = NULL;

    /* leaky: a viewer in its handshake would stall all others */
    viewer->queues[i] = gst_element_factory_make ("queue", NULL);
    gst_util_set_object_arg (G_OBJECT (viewer->queues[i]), "leaky", "downstream");
    gst_bin_add (GST_BIN (pipeline), viewer->queues[i]);
    source = gst_element_get_static_pad (viewer->queues[i], "src");
    sink = gst_element_request_pad_simple (peer->webrtc, "sink_%u");
    gst_pad_link (source, sink);
    g_signal_emit_by_name (peer->webrtc, "get-transceivers", &transceivers);
    g_object_set (g_array_index (transceivers, GObject *, i), "direction",
        GST_WEBRTC_RTP_TRANSCEIVER_DIRECTION_SENDONLY, NULL);
    g_array_unref (transceivers);
  }
  gst_element_sync_state_with_parent (peer->webrtc);
  for (guint i = 0; i < 2; i++) {
    g_autoptr (GstPad) in = gst_element_get_static_pad (viewer->queues[i], "sink");

    gst_element_sync_state_with_parent (viewer->queues[i]);
    viewer->tee_pads[i] = gst_element_request_pad_simple (tees[i], "src_%u");
    gst_pad_link (viewer->tee_pads[i], in);
  }
}

static void
stop_viewer (BenchPeer * peer)
{
  g_autofree Viewer *viewer = g_steal_pointer (&peer->data);

  for (guint i = 0; i < 2; i++) {
    gst_element_release_request_pad (tees[i], viewer->tee_pads[i]);
    gst_object_unref (viewer->tee_pads[i]);
    gst_element_set_state (viewer->queues[i], GST_STATE_NULL);
    gst_bin_remove (GST_BIN (pipeline), viewer->queues[i]);
  }
  gst_element_set_state (peer->webrtc, GST_STATE_NULL);
  gst_bin_remove (GST_BIN (pipeline), peer->webrtc);
}

static const BenchPeerFuncs viewer_funcs = { start_viewer, stop_viewer };

int
main (int argc, char **argv)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GError) error = NULL;
  g_autofree gchar *description = NULL;

  gst_init (&argc, &argv);
  if (argc != 3) {
    g_printerr ("usage: %s FILE.mkv PORT\n", argv[0]);
    return 2;
  }
  description = g_strdup_printf ("filesrc location=\"%s\" ! matroskademux name=d "
      "d.video_0 ! queue ! h264parse config-interval=-1 "
      "! rtph264pay pt=96 mtu=1200 config-interval=-1 aggregate-mode=zero-latency ! clocksync "
      "! tee name=video allow-not-linked=true "
      "d.audio_0 ! queue ! opusparse ! rtpopuspay pt=97 mtu=1200 ! clocksync "
      "! tee name=audio allow-not-linked=true", argv[1]);
  pipeline = gst_parse_launch (description, &error);
  if (!error) {
    tees[0] = gst_bin_get_by_name (GST_BIN (pipeline), "video");
    tees[1] = gst_bin_get_by_name (GST_BIN (pipeline), "audio");
    bench_webrtc_serve (atoi (argv[2]), &viewer_funcs, &error);
  }
  if (error) {
    g_printerr ("%s\n", error->message);
    return 1;
  }
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  g_main_loop_run (loop);
  return 0;
}
