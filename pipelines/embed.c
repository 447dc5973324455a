/* gst-rtc: rtcsink in a C program
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * cc embed.c -o embed $(pkg-config --cflags --libs gstreamer-1.0) && ./embed [PORT]
 */
#include <glib-unix.h>
#include <gst/gst.h>

static void
on_consumer_added (GstElement * sink, const gchar * viewer, gpointer user_data)
{
  g_print ("%s watches\n", viewer);
}

static void
on_consumer_removed (GstElement * sink, const gchar * viewer, const GError * reason, gpointer user_data)
{
  g_print ("%s is gone: %s\n", viewer, reason->message);
}

static void
on_error (GstBus * bus, GstMessage * message, GMainLoop * loop)
{
  g_autoptr (GError) error = NULL;

  gst_message_parse_error (message, &error, NULL);
  g_printerr ("%s\n", error->message);
  g_main_loop_quit (loop);
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
  g_autoptr (GstElement) sink = NULL;
  g_autoptr (GstBus) bus = NULL;
  g_autoptr (GError) error = NULL;
  const gchar *port;

  gst_init (&argc, &argv);
  port = argc > 1 ? argv[1] : "8080";
  pipeline = gst_parse_launch ("videotestsrc is-live=true ! timeoverlay ! rtcsink name=sink", &error);
  if (!pipeline || error) {
    g_printerr ("%s\n", error->message);
    return 1;
  }

  sink = gst_bin_get_by_name (GST_BIN (pipeline), "sink");
  gst_child_proxy_set (GST_CHILD_PROXY (sink), "signaller::port", (guint) g_ascii_strtoull (port, NULL, 10), NULL);
  g_signal_connect (sink, "consumer-added", G_CALLBACK (on_consumer_added), NULL);
  g_signal_connect (sink, "consumer-removed", G_CALLBACK (on_consumer_removed), NULL);

  loop = g_main_loop_new (NULL, FALSE);
  bus = gst_element_get_bus (pipeline);
  gst_bus_add_signal_watch (bus);
  g_signal_connect (bus, "message::error", G_CALLBACK (on_error), loop);
  g_unix_signal_add (SIGINT, on_interrupt, loop);

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  g_print ("Open http://127.0.0.1:%s in a browser. Ctrl-C ends.\n", port);
  g_main_loop_run (loop);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  return 0;
}
