/* gst-rtc: rtcsrc in a C program: a branch for each track that comes, until it goes
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * cc embed-receive.c -o embed-receive $(pkg-config --cflags --libs gstreamer-1.0)
 * ./embed-receive [PORT [VIDEO-SINK [AUDIO-SINK]]]
 */
#include <glib-unix.h>
#include <gst/gst.h>

static gchar *branches[2];      /* for sound and pictures: what a pad is linked to */

static void
on_pad_added (GstElement * rtc, GstPad * pad, GstElement * pipeline)
{
  gboolean is_video = g_str_has_prefix (GST_PAD_NAME (pad), "video");
  GstElement *branch = gst_parse_bin_from_description (branches[is_video], TRUE, NULL);
  g_autoptr (GstPad) sink = gst_element_get_static_pad (branch, "sink");
  g_autofree gchar *peer = NULL;

  gst_bin_add (GST_BIN (pipeline), branch);
  gst_element_sync_state_with_parent (branch);
  gst_pad_link (pad, sink);
  g_object_set_data (G_OBJECT (pad), "branch", branch);
  g_object_get (pad, "peer-id", &peer, NULL);
  g_print ("%s sends %s\n", peer, is_video ? "video" : "audio");
}

static gboolean
remove_branch (gpointer data)
{
  GstElement *branch = data;
  g_autoptr (GstObject) pipeline = gst_element_get_parent (branch);

  gst_element_set_state (branch, GST_STATE_NULL);
  gst_bin_remove (GST_BIN (pipeline), branch);
  return G_SOURCE_REMOVE;
}

/* Its thread has other things to do than to wait for a sink. */
static void
on_pad_removed (GstElement * rtc, GstPad * pad, gpointer user_data)
{
  g_idle_add (remove_branch, g_object_get_data (G_OBJECT (pad), "branch"));
}

static void
on_consumer_removed (GstElement * rtc, const gchar * peer, const GError * reason, gpointer user_data)
{
  g_print ("%s is gone: %s\n", peer, reason->message);
}

static void
on_error (GstBus * bus, GstMessage * message, GMainLoop * loop)
{
  g_autoptr (GError) error = NULL;

  gst_message_parse_error (message, &error, NULL);
  g_printerr ("%s\n", error->message);
  g_main_loop_quit (loop);
}

static void
on_latency (GstBus * bus, GstMessage * message, GstBin * pipeline)
{
  gst_bin_recalculate_latency (pipeline);
}

static gboolean
on_interrupt (gpointer loop)
{
  g_main_loop_quit (loop);
  return G_SOURCE_CONTINUE;
}

int
main (int argc, char **argv)
{
  g_autoptr (GMainLoop) loop = NULL;
  g_autoptr (GstElement) pipeline = NULL;
  g_autoptr (GstBus) bus = NULL;
  GstElement *rtc;
  const gchar *port;

  gst_init (&argc, &argv);
  port = argc > 1 ? argv[1] : "8080";
  branches[TRUE] = g_strdup_printf ("videoconvert ! %s", argc > 2 ? argv[2] : "autovideosink");
  branches[FALSE] = g_strdup_printf ("audioconvert ! audioresample ! %s", argc > 3 ? argv[3] : "autoaudiosink");

  pipeline = gst_pipeline_new (NULL);
  rtc = gst_element_factory_make ("rtcsrc", NULL);
  if (!rtc) {
    g_printerr ("There is no rtcsrc: is GST_PLUGIN_PATH set?\n");
    return 1;
  }
  gst_child_proxy_set (GST_CHILD_PROXY (rtc), "signaller::port", (guint) g_ascii_strtoull (port, NULL, 10), NULL);
  g_signal_connect (rtc, "pad-added", G_CALLBACK (on_pad_added), pipeline);
  g_signal_connect (rtc, "pad-removed", G_CALLBACK (on_pad_removed), NULL);
  g_signal_connect (rtc, "consumer-removed", G_CALLBACK (on_consumer_removed), NULL);
  gst_bin_add (GST_BIN (pipeline), rtc);

  loop = g_main_loop_new (NULL, FALSE);
  bus = gst_element_get_bus (pipeline);
  gst_bus_add_signal_watch (bus);
  g_signal_connect (bus, "message::error", G_CALLBACK (on_error), loop);
  g_signal_connect (bus, "message::latency", G_CALLBACK (on_latency), pipeline);
  g_unix_signal_add (SIGINT, on_interrupt, loop);

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  g_print ("Open http://127.0.0.1:%s in a browser. Ctrl-C ends.\n", port);
  g_main_loop_run (loop);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  g_free (branches[TRUE]);
  g_free (branches[FALSE]);
  return 0;
}
