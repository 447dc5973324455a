/* gst-rtc: one end of data channels, of ours or of webrtcbin, for measuring
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 *   bench-datapeer --kind rtcsink|rtcsrc|webrtcbin --port N [--create bulk,probe] [--channels N] …
 *
 * Serves whoever logs in at ws://127.0.0.1:PORT/ws, in the project's signaling. Tells on stdout, in JSON lines: "ready" when so many
 * channels are open. Commands on stdin:
 *
 *   flood SIZE       keeps the channels "bulk" full of messages of so many bytes, until "rest"
 *   probe SIZE MS    sends a message with the time each MS on the channels "probe"
 *   each SIZE MS     the same on all channels, one after the other in those MS
 *   rest             sends nothing more
 *   start            forgets what was counted
 *   stop             prints what was counted since
 *   (end)            leaves
 *
 * A page cannot be asked: what it has received is in the text messages that it sends (page/data.html).
 */
#include <gst/rtc/gstrtc.h>
#include "webrtcserver.h"

#include <json-glib/json-glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What is sent is kept between these: enough for 400 Mbit/s and 100 ms, so that nobody waits for the application. */
#define LOW_WATER (2 * 1024 * 1024)
#define HIGH_WATER (6 * 1024 * 1024)
#define SPREAD_MS 20            /* timer of "each" */

static struct
{
  gchar *kind, *properties, *create, *origin;
  gint port, channels, peers;
} options = {.port = 18110,.channels = 1,.peers = 1 };

static const GOptionEntry entries[] = {
  {"kind", 'k', 0, G_OPTION_ARG_STRING, &options.kind, "rtcsink, rtcsrc or webrtcbin", "KIND"},
  {"port", 'p', 0, G_OPTION_ARG_INT, &options.port, "of the WebSocket", "N"},
  {"create", 'c', 0, G_OPTION_ARG_STRING, &options.create, "channels to open to each peer", "LABEL,…"},
  {"channels", 'n', 0, G_OPTION_ARG_INT, &options.channels, "how many there will be in all", "N"},
  {"peers", 'm', 0, G_OPTION_ARG_INT, &options.peers, "how many may come (ours)", "N"},
  {"properties", 's', 0, G_OPTION_ARG_STRING, &options.properties, "more of them (ours): \"a=1 …\"", "PROPERTIES"},
  {"origin", 'o', 0, G_OPTION_ARG_STRING, &options.origin, "of the page that may come", "URL"},
  {NULL}
};

typedef struct
{
  GObject *object;              /* GstRtcDataChannel or GstWebRTCDataChannel: both are used alike */
  gchar *label;
  gboolean is_open;
} Channel;

static GstElement *pipeline;
static GMainLoop *main_loop;
static GPtrArray *channels;     /* of Channel, which stay; with the lock */
static GMutex lock;
static guint n_open, next_in_turn, due, timer;
static GBytes *message;         /* that is sent all the time, or NULL */
static gsize timed_size;
static guint timed_interval;

/* Under the lock too */
static struct
{
  gint64 begun;
  guint64 bytes, messages, told;        /* told: by the page */
  GArray *ages;                 /* of gint64, µs */
} counted;

/* Telling */

static void
print_event (JsonBuilder * builder)
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

static gint
compare_ages (gconstpointer a, gconstpointer b)
{
  gint64 left = *(gint64 *) a, right = *(gint64 *) b;

  return left < right ? -1 : left > right;
}

static gdouble
get_age_ms (gdouble quantile)
{
  return counted.ages->len ? g_array_index (counted.ages, gint64, (guint) (quantile * (counted.ages->len - 1))) / 1e3 : 0;
}

static void
print_counts (void)
{
  JsonBuilder *event = new_event ("counts");

  g_mutex_lock (&lock);
  g_array_sort (counted.ages, compare_ages);
  add_number (event, "seconds", (g_get_monotonic_time () - counted.begun) / 1e6);
  add_number (event, "bytes", counted.bytes);
  add_number (event, "messages", counted.messages);
  add_number (event, "told", counted.told);
  add_number (event, "open", n_open);
  add_number (event, "aged", counted.ages->len);
  add_number (event, "age_ms", get_age_ms (0.5));
  add_number (event, "age_p99_ms", get_age_ms (0.99));
  add_number (event, "age_max_ms", get_age_ms (1));
  g_mutex_unlock (&lock);
  print_event (event);
}

static void
restart_counts (void)
{
  g_mutex_lock (&lock);
  counted.begun = g_get_monotonic_time ();
  counted.bytes = counted.messages = counted.told = 0;
  g_array_set_size (counted.ages, 0);
  g_mutex_unlock (&lock);
}

/* Channels */

static gboolean
is_ours (GObject * channel)
{
  return GST_IS_RTC_DATA_CHANNEL (channel);
}

static void
send_message (GObject * channel, GBytes * bytes)
{
  if (is_ours (channel))
    gst_rtc_data_channel_send_data (GST_RTC_DATA_CHANNEL (channel), bytes, NULL);
  else
    gst_webrtc_data_channel_send_data (GST_WEBRTC_DATA_CHANNEL (channel), bytes);
}

static guint64
get_buffered (Channel * channel)
{
  guint64 buffered;

  g_object_get (channel->object, "buffered-amount", &buffered, NULL);
  return buffered;
}

/* Under the lock, so that two threads do not fill at once. A channel that has closed takes no more, and says so later. */
static void
fill (Channel * channel)
{
  guint64 room = HIGH_WATER - MIN (get_buffered (channel), HIGH_WATER);

  for (; message && channel->is_open && room >= g_bytes_get_size (message); room -= g_bytes_get_size (message))
    send_message (channel->object, message);
}

static gboolean
fill_again (gpointer data)
{
  g_mutex_lock (&lock);
  fill (data);
  g_mutex_unlock (&lock);
  return G_SOURCE_REMOVE;
}

/* From webrtcbin it comes with locks held. */
static void
on_low (GObject * object, Channel * channel)
{
  if (is_ours (object))
    fill_again (channel);
  else
    g_idle_add_full (G_PRIORITY_HIGH, fill_again, channel, NULL);
}

static void
on_data (GObject * object, GBytes * data, Channel * channel)
{
  gint64 sent, now = g_get_monotonic_time ();
  gsize size;
  const guint8 *bytes = g_bytes_get_data (data, &size);

  g_mutex_lock (&lock);
  counted.bytes += size;
  counted.messages++;
  if (size >= sizeof sent && strcmp (channel->label, "bulk")) {
    memcpy (&sent, bytes, sizeof sent);
    sent = now - sent;
    g_array_append_val (counted.ages, sent);
  }
  g_mutex_unlock (&lock);
}

static void
on_string (GObject * object, const gchar * text, Channel * channel)
{
  g_mutex_lock (&lock);
  counted.told += strtoull (text, NULL, 10);
  g_mutex_unlock (&lock);
}

static void
on_open (GObject * object, Channel * channel)
{
  gboolean are_all;

  g_mutex_lock (&lock);
  are_all = !channel->is_open && ++n_open == (guint) options.channels;
  channel->is_open = TRUE;
  g_mutex_unlock (&lock);
  if (are_all)
    print_event (new_event ("ready"));
}

static void
on_closed (GObject * object, Channel * channel)
{
  g_mutex_lock (&lock);
  n_open -= channel->is_open;
  channel->is_open = FALSE;
  g_mutex_unlock (&lock);
}

/* object: (transfer full) */
static Channel *
add_channel (GObject * object)
{
  Channel *channel = g_new0 (Channel, 1);

  channel->object = object;
  g_object_get (object, "label", &channel->label, NULL);
  g_object_set (object, "buffered-amount-low-threshold", (guint64) LOW_WATER, NULL);
  g_signal_connect (object, "on-open", G_CALLBACK (on_open), channel);
  g_signal_connect (object, "on-close", G_CALLBACK (on_closed), channel);
  g_signal_connect (object, "on-message-data", G_CALLBACK (on_data), channel);
  g_signal_connect (object, "on-message-string", G_CALLBACK (on_string), channel);
  g_signal_connect (object, "on-buffered-amount-low", G_CALLBACK (on_low), channel);
  g_mutex_lock (&lock);
  g_ptr_array_add (channels, channel);
  g_mutex_unlock (&lock);
  return channel;
}

/* webrtcbin */

/* A channel of the peer's is open by now, and may have said so already. */
static void
on_webrtc_channel (GstElement * webrtc, GObject * object, gpointer data)
{
  Channel *channel = add_channel (g_object_ref (object));
  GstWebRTCDataChannelState state;

  g_object_get (object, "ready-state", &state, NULL);
  if (state == GST_WEBRTC_DATA_CHANNEL_STATE_OPEN)
    on_open (object, channel);
}

static void
start_webrtc (BenchPeer * peer)
{
  g_auto (GStrv) labels = g_strsplit (options.create, ",", -1);

  g_signal_connect (peer->webrtc, "on-data-channel", G_CALLBACK (on_webrtc_channel), NULL);
  gst_bin_add (GST_BIN (pipeline), peer->webrtc);
  gst_element_set_state (peer->webrtc, GST_STATE_READY);
  for (guint i = 0; labels[i]; i++) {
    GObject *object = NULL;

    g_signal_emit_by_name (peer->webrtc, "create-data-channel", labels[i], NULL, &object);
    add_channel (object);
  }
  gst_element_sync_state_with_parent (peer->webrtc);
}

static void
stop_webrtc (BenchPeer * peer)
{
  gst_element_set_locked_state (peer->webrtc, TRUE);
  gst_element_set_state (peer->webrtc, GST_STATE_NULL);
  gst_bin_remove (GST_BIN (pipeline), peer->webrtc);
}

static const BenchPeerFuncs offering_funcs = { start_webrtc, stop_webrtc, FALSE };
static const BenchPeerFuncs answering_funcs = { start_webrtc, stop_webrtc, TRUE };

/* Ours */

static void
on_rtc_channel (GstElement * element, const gchar * peer_id, GObject * object, gpointer data)
{
  add_channel (g_object_ref (object));
}

static void
on_consumer (GstElement * element, const gchar * peer_id, gpointer data)
{
  g_auto (GStrv) labels = g_strsplit (options.create, ",", -1);

  for (guint i = 0; labels[i]; i++) {
    GObject *object = NULL;

    g_signal_emit_by_name (element, "create-data-channel", peer_id, labels[i], NULL, &object);
    if (object)
      add_channel (object);
  }
}

static gboolean
add_ours (GError ** error)
{
  g_autofree gchar *description = g_strdup_printf ("%s name=rtc data-channels=true max-consumers=%d signaller::port=%d %s",
      options.kind, options.peers, options.port, options.properties);
  GstElement *element = gst_parse_launch (description, error);

  if (!element)
    return FALSE;
  gst_bin_add (GST_BIN (pipeline), element);
  if (options.origin)
    gst_child_proxy_set (GST_CHILD_PROXY (element), "signaller::allowed-origin", options.origin, NULL);
  g_signal_connect (element, "on-data-channel", G_CALLBACK (on_rtc_channel), NULL);
  g_signal_connect (element, "consumer-added", G_CALLBACK (on_consumer), NULL);
  return TRUE;
}

/* Sending in time */

static void
send_time (Channel * channel)
{
  guint8 *data = g_malloc0 (timed_size);
  g_autoptr (GBytes) bytes = g_bytes_new_take (data, timed_size);
  gint64 now = g_get_monotonic_time ();

  memcpy (data, &now, sizeof now);
  send_message (channel->object, bytes);
}

static gboolean
probe (gpointer data)
{
  g_mutex_lock (&lock);
  for (guint i = 0; i < channels->len; i++) {
    Channel *channel = channels->pdata[i];

    if (channel->is_open && !strcmp (channel->label, "probe"))
      send_time (channel);
  }
  g_mutex_unlock (&lock);
  return G_SOURCE_CONTINUE;
}

static gboolean
send_in_turn (gpointer data)
{
  g_mutex_lock (&lock);
  for (due += channels->len * SPREAD_MS; due >= timed_interval; due -= timed_interval) {
    Channel *channel = channels->pdata[next_in_turn++ % channels->len];

    if (channel->is_open)
      send_time (channel);
  }
  g_mutex_unlock (&lock);
  return G_SOURCE_CONTINUE;
}

static void
begin_flood (gsize size)
{
  g_mutex_lock (&lock);
  g_clear_pointer (&message, g_bytes_unref);
  message = g_bytes_new_take (g_malloc0 (size), size);
  for (guint i = 0; i < channels->len; i++) {
    Channel *channel = channels->pdata[i];

    if (!strcmp (channel->label, "bulk"))
      fill (channel);
  }
  g_mutex_unlock (&lock);
}

static void
begin_timed (guint size, guint interval, gboolean in_turn)
{
  timed_size = MAX (size, sizeof (gint64));
  timed_interval = interval;
  timer = in_turn ? g_timeout_add (SPREAD_MS, send_in_turn, NULL) : g_timeout_add (interval, probe, NULL);
}

static void
rest (void)
{
  g_mutex_lock (&lock);
  g_clear_pointer (&message, g_bytes_unref);
  g_mutex_unlock (&lock);
  if (timer)
    g_source_remove (timer);
  timer = 0;
}

/* Life */

static gboolean
on_command (GIOChannel * input, GIOCondition condition, gpointer data)
{
  g_autofree gchar *line = NULL;
  guint size = 0, interval = 0;

  if (g_io_channel_read_line (input, &line, NULL, NULL, NULL) != G_IO_STATUS_NORMAL) {
    g_main_loop_quit (main_loop);
    return G_SOURCE_REMOVE;
  }
  if (sscanf (line, "flood %u", &size) == 1)
    begin_flood (size);
  else if (sscanf (line, "probe %u %u", &size, &interval) == 2)
    begin_timed (size, interval, FALSE);
  else if (sscanf (line, "each %u %u", &size, &interval) == 2)
    begin_timed (size, interval, TRUE);
  else if (g_str_has_prefix (line, "rest"))
    rest ();
  else if (g_str_has_prefix (line, "start"))
    restart_counts ();
  else if (g_str_has_prefix (line, "stop"))
    print_counts ();
  return G_SOURCE_CONTINUE;
}

static gboolean
on_bus (GstBus * bus, GstMessage * bus_message, gpointer data)
{
  g_autoptr (GError) error = NULL;

  if (GST_MESSAGE_TYPE (bus_message) == GST_MESSAGE_ERROR)
    gst_message_parse_error (bus_message, &error, NULL);
  else if (GST_MESSAGE_TYPE (bus_message) == GST_MESSAGE_WARNING)
    gst_message_parse_warning (bus_message, &error, NULL);
  if (error)
    g_printerr ("%s\n", error->message);
  return G_SOURCE_CONTINUE;
}

static gboolean
start (GError ** error)
{
  gboolean serves = !strcmp (options.kind, "webrtcbin");
  g_autoptr (GstBus) bus = NULL;

  pipeline = gst_pipeline_new (NULL);
  if (!serves && !add_ours (error))
    return FALSE;
  bus = gst_element_get_bus (pipeline);
  gst_bus_add_watch (bus, on_bus, NULL);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  return !serves || bench_webrtc_serve (options.port, *options.create ? &offering_funcs : &answering_funcs, error);
}

int
main (int argc, char **argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new ("- one end of data channels");
  g_autoptr (GIOChannel) commands = g_io_channel_unix_new (0);
  g_autoptr (GError) error = NULL;

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error) || !options.kind) {
    g_printerr ("%s\n", error ? error->message : "--kind is missing");
    return 2;
  }
  options.create = options.create ? options.create : "";
  options.properties = options.properties ? options.properties : "";
  setvbuf (stdout, NULL, _IOLBF, 0);
  gst_init (NULL, NULL);
  channels = g_ptr_array_new ();
  counted.ages = g_array_new (FALSE, FALSE, sizeof (gint64));
  main_loop = g_main_loop_new (NULL, FALSE);
  if (!start (&error)) {
    g_printerr ("%s\n", error->message);
    return 1;
  }
  g_io_add_watch (commands, G_IO_IN | G_IO_HUP, on_command, NULL);
  g_main_loop_run (main_loop);
  rest ();
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
  return 0;
}
