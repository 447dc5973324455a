/* gst-rtc: a stream as the messages of data channels
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 *   streaming thread ── messages ──▶ ports, one for each peer ◀── what has left ── network threads
 */
#include "gstrtcdatawriter.h"

#include "gstrtcdataprogress.h"
#include "gstrtcdataspec.h"

GST_DEBUG_CATEGORY_STATIC (rtc_data_writer_debug);
#define GST_CAT_DEFAULT rtc_data_writer_debug

/* Bytes that wait for a peer, in front of what SCTP keeps */
#define HIGH_WATER (1024 * 1024)
/* How long a peer may take nothing, and how long after that it may take to close */
#define PATIENCE (10 * G_TIME_SPAN_SECOND)
#define PATIENCE_AT_END (60 * G_TIME_SPAN_SECOND)
/* Chromium loses what came on a channel that is closed again before its page, on a busy machine, has heard of it. */
#define SHORTEST_LIFE G_TIME_SPAN_SECOND

/* A peer's channel, as long as its line */
typedef struct
{
  GstRtcDataWriter *writer;     /* owned */

  /* under the writer's lock */
  GstRtcDataReader *reader;     /* (nullable): of what comes back */
  GstRtcDataLine *line;         /* NULL once it is closed or dropped */
  gboolean is_open, is_closing;
  guint64 max_message_size;     /* 0: no limit */
  gsize buffered;
  gint64 opened;
  gint64 last_news;             /* when it took something, or had nothing to take */
} Port;

struct _GstRtcDataWriter
{
  GstBaseSink parent;
  gchar *pad_name, *label;      /* set once */
  GstRtcDataReader *(*find_reader) (gpointer user_data, GstRtcDataLine * line);
  gpointer user_data;

  /* the streaming thread's own */
  gboolean is_text;
  guint64 total;                /* bytes that will come; GST_CLOCK_TIME_NONE */
  GstRtcDataProgress progress;

  GMutex lock;                  /* held while lines are used, but not closed */
  GCond cond;
  gboolean is_waiting, is_interrupted;  /* for room; by a change of state or a flush */
  gboolean is_begun, is_over;   /* channels are open from the first message to the end */
  GPtrArray *peers;             /* of GstRtcDataPeer */
  GPtrArray *ports;             /* of Port, with a line */
  RtcDataChannelSpec *spec;     /* of the channels; NULL: nobody has said */
  gchar *fault;                 /* why somebody does not have all of it; NULL */
};

G_DEFINE_TYPE_WITH_CODE (GstRtcDataWriter, gst_rtc_data_writer, GST_TYPE_BASE_SINK,
    GST_DEBUG_CATEGORY_INIT (rtc_data_writer_debug, "rtcdatawriter", 0, "rtc: streams as messages of data channels"));

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE ("sink", GST_PAD_SINK, GST_PAD_ALWAYS,
    GST_STATIC_CAPS_ANY);

static void
lock (GstRtcDataWriter * self)
{
  g_mutex_lock (&self->lock);
}

static void
unlock (GstRtcDataWriter * self)
{
  g_mutex_unlock (&self->lock);
}

/* Ports */

static void
port_free (gpointer data)
{
  Port *port = data;

  gst_clear_object (&port->reader);
  gst_object_unref (port->writer);
  g_free (port);
}

/* With the lock */
static void
set_fault (GstRtcDataWriter * self, const gchar * fault)
{
  g_free (self->fault);
  self->fault = g_strdup (fault);
}

/* (transfer full) (nullable): its line; it is no port of the writer's any more. With the lock */
static GstRtcDataLine *
strike_port (Port * port)
{
  g_ptr_array_remove (port->writer->ports, port);
  g_cond_signal (&port->writer->cond);
  return g_steal_pointer (&port->line);
}

/* (transfer full) (nullable) */
static GstRtcDataReader *
ref_reader (Port * port)
{
  GstRtcDataReader *reader;

  lock (port->writer);
  reader = port->reader ? gst_object_ref (port->reader) : NULL;
  unlock (port->writer);
  return reader;
}

static void
on_open (gpointer user_data, GstRtcDataLine * line, guint64 max_message_size)
{
  Port *port = user_data;
  GstRtcDataWriter *self = port->writer;
  GstRtcDataReader *reader = self->find_reader (self->user_data, line);

  lock (self);
  port->reader = reader;
  port->is_open = TRUE;
  port->max_message_size = max_message_size;
  port->opened = port->last_news = g_get_monotonic_time ();
  g_cond_signal (&self->cond);
  unlock (self);
}

static void
on_message (gpointer user_data, GstRtcDataLine * line, gboolean is_text, GBytes * message)
{
  g_autoptr (GstRtcDataReader) reader = ref_reader (user_data);

  if (reader)
    gst_rtc_data_reader_push (reader, line, message);
}

static void
on_sent (gpointer user_data, GstRtcDataLine * line, gsize size)
{
  Port *port = user_data;
  GstRtcDataWriter *self = port->writer;

  lock (self);
  port->buffered -= MIN (size, port->buffered);
  port->last_news = g_get_monotonic_time ();
  g_cond_signal (&self->cond);
  unlock (self);
}

static void
on_closing (gpointer user_data, GstRtcDataLine * line)
{
  Port *port = user_data;

  lock (port->writer);
  port->is_open = FALSE;
  g_cond_signal (&port->writer->cond);
  unlock (port->writer);
}

static void
on_closed (gpointer user_data, GstRtcDataLine * line, const GError * error)
{
  Port *port = user_data;
  GstRtcDataWriter *self = port->writer;
  g_autoptr (GstRtcDataReader) reader = ref_reader (port);
  g_autoptr (GstRtcDataLine) own = NULL;

  if (reader)
    gst_rtc_data_reader_close (reader, line, error);
  lock (self);
  if (port->line) {
    if (error || !port->is_closing)
      set_fault (self, error ? error->message : "the peer has closed the channel");
    own = strike_port (port);
  }
  unlock (self);
}

static const GstRtcDataLineFuncs line_funcs = { on_open, on_message, on_sent, on_closing, on_closed };

/* With the lock */
static void
open_port (GstRtcDataWriter * self, GstRtcDataPeer * peer)
{
  Port *port = g_new0 (Port, 1);
  GstRtcDataLine *line;

  port->writer = gst_object_ref (self);
  port->last_news = g_get_monotonic_time ();
  line = gst_rtc_data_peer_open (peer, self->spec, &line_funcs, port, port_free);
  if (!line)
    return;
  port->line = line;
  g_ptr_array_add (self->ports, port);
}

void
gst_rtc_data_writer_add_peer (GstRtcDataWriter * self, GstRtcDataPeer * peer)
{
  lock (self);
  g_ptr_array_add (self->peers, gst_rtc_data_peer_ref (peer));
  if (self->is_begun && !self->is_over)
    open_port (self, peer);
  unlock (self);
}

void
gst_rtc_data_writer_remove_peer (GstRtcDataWriter * self, GstRtcDataPeer * peer)
{
  lock (self);
  g_ptr_array_remove (self->peers, peer);
  unlock (self);
}

/* What the channels are. A file that is linked directly says so by itself. */

static gchar *
guess_protocol (GstRtcDataWriter * self, guint64 size)
{
  g_autoptr (GstQuery) query = gst_query_new_uri ();
  g_autofree gchar *uri = NULL, *path = NULL, *name = NULL;

  if (!gst_pad_peer_query (GST_BASE_SINK_PAD (self), query))
    return NULL;
  gst_query_parse_uri (query, &uri);
  path = uri ? g_filename_from_uri (uri, NULL, NULL) : NULL;
  if (!path)
    return NULL;
  name = g_path_get_basename (path);
  return g_utf8_validate (name, -1, NULL) ? gst_rtc_data_file_protocol (name, size) : NULL;
}

/* Other elements may pass on the query, and change the size. */
static gboolean
is_behind_source (GstRtcDataWriter * self)
{
  g_autoptr (GstPad) outer = gst_pad_get_peer (GST_BASE_SINK_PAD (self));
  g_autoptr (GstObject) ghost = outer ? gst_object_get_parent (GST_OBJECT (outer)) : NULL;
  g_autoptr (GstPad) pad = GST_IS_PAD (ghost) ? gst_pad_get_peer (GST_PAD (ghost)) : NULL;
  g_autoptr (GstElement) element = pad ? gst_pad_get_parent_element (pad) : NULL;

  return element && GST_OBJECT_FLAG_IS_SET (element, GST_ELEMENT_FLAG_SOURCE) && !GST_IS_BIN (element);
}

static guint64
find_total (GstRtcDataWriter * self, const gchar * protocol)
{
  guint64 size;
  gint64 duration;

  if (gst_rtc_data_file_size (protocol, &size))
    return size;
  if (is_behind_source (self) && gst_pad_peer_query_duration (GST_BASE_SINK_PAD (self), GST_FORMAT_BYTES, &duration)
      && duration >= 0)
    return duration;
  return GST_CLOCK_TIME_NONE;
}

/* On the streaming thread, before the first message */
static void
open_ports (GstRtcDataWriter * self)
{
  RtcDataChannelSpec *spec;

  if (self->is_begun)
    return;
  spec = self->spec ? self->spec : rtc_data_channel_spec_new (self->label);
  self->total = find_total (self, spec->protocol);
  if (!spec->protocol && self->total != GST_CLOCK_TIME_NONE)
    spec->protocol = guess_protocol (self, self->total);
  GST_INFO_OBJECT (self, "channels are \"%s\", protocol \"%s\"", spec->label, spec->protocol ? spec->protocol : "");
  lock (self);
  self->spec = spec;
  self->is_begun = TRUE;
  for (guint i = 0; i < self->peers->len; i++)
    open_port (self, self->peers->pdata[i]);
  unlock (self);
}

static gboolean
gst_rtc_data_writer_set_caps (GstBaseSink * sink, GstCaps * caps)
{
  GstRtcDataWriter *self = GST_RTC_DATA_WRITER (sink);
  const GstStructure *structure = gst_caps_get_structure (caps, 0);
  g_autoptr (GError) error = NULL;
  RtcDataChannelSpec *spec;

  self->is_text = gst_structure_has_name (structure, "text/x-raw")
      && g_strcmp0 (gst_structure_get_string (structure, "format"), "utf8") == 0;
  if (!gst_structure_has_name (structure, GST_RTC_DATA_CAPS) || self->is_begun)
    return TRUE;
  spec = gst_rtc_data_spec_new (structure, self->label, &error);
  if (!spec) {
    GST_ELEMENT_ERROR (self, STREAM, FORMAT, ("%s", error->message), ("%" GST_PTR_FORMAT, caps));
    return FALSE;
  }
  g_clear_pointer (&self->spec, rtc_data_channel_spec_free);
  self->spec = spec;
  return TRUE;
}

/* Waiting */

/* When the first of those that keep the rest waiting has to give way */
static gint64
find_deadline (GstRtcDataWriter * self, gint64 patience)
{
  gint64 deadline = G_MAXINT64;

  for (guint i = 0; i < self->ports->len; i++) {
    const Port *port = self->ports->pdata[i];

    if (port->is_closing || port->buffered > HIGH_WATER)
      deadline = MIN (deadline, port->last_news + patience);
    else if (port->is_open && self->is_over)
      deadline = MIN (deadline, port->opened + SHORTEST_LIFE);
  }
  return deadline;
}

/* (transfer full): lines of ports that are no more */
static GPtrArray *
strike_stalled (GstRtcDataWriter * self, gint64 patience)
{
  GPtrArray *lines = g_ptr_array_new_with_free_func ((GDestroyNotify) gst_rtc_data_line_unref);
  gint64 now = g_get_monotonic_time ();

  for (guint i = self->ports->len; i-- > 0;) {
    Port *port = self->ports->pdata[i];

    if ((port->is_closing || port->buffered > HIGH_WATER) && now >= port->last_news + patience)
      g_ptr_array_add (lines, strike_port (port));
  }
  return lines;
}

/* Without the lock. lines: (transfer full) */
static void
drop_lines (GstRtcDataWriter * self, GPtrArray * lines, const gchar * why)
{
  for (guint i = 0; i < lines->len; i++) {
    GST_ELEMENT_WARNING (self, RESOURCE, WRITE, ("%s does not get the rest of %s.",
            gst_rtc_data_peer_get_id (gst_rtc_data_line_get_peer (lines->pdata[i])), self->pad_name), ("%s", why));
    gst_rtc_data_line_close (lines->pdata[i]);
    lock (self);
    set_fault (self, why);
    unlock (self);
  }
  g_ptr_array_unref (lines);
}

/* Returns: whether a message may be sent */
static gboolean
has_room (GstRtcDataWriter * self)
{
  gboolean is_open = FALSE;

  for (guint i = 0; i < self->ports->len; i++) {
    const Port *port = self->ports->pdata[i];

    if (port->is_open && port->buffered > HIGH_WATER)
      return FALSE;
    is_open |= port->is_open;
  }
  return is_open;
}

/* At the end. A peer that is still connecting gets what it has missed: that there was something. */
static gboolean
is_all_closed (GstRtcDataWriter * self)
{
  gint64 now = g_get_monotonic_time ();

  for (guint i = 0; i < self->ports->len; i++) {
    Port *port = self->ports->pdata[i];

    if (port->is_open && !port->is_closing && now >= port->opened + SHORTEST_LIFE) {
      port->is_closing = TRUE;
      port->last_news = now;
      gst_rtc_data_line_close (port->line);
    }
  }
  return self->ports->len == 0;
}

/* Once the wait has been interrupted. Returns: how it goes on, which may be after a pause */
static GstFlowReturn
follow_state (GstRtcDataWriter * self)
{
  GstBaseSink *sink = GST_BASE_SINK (self);
  GstFlowReturn flow = GST_FLOW_OK;

  GST_BASE_SINK_PREROLL_LOCK (sink);
  if (GST_PAD_IS_FLUSHING (GST_BASE_SINK_PAD (sink)))
    flow = GST_FLOW_FLUSHING;
  else if (sink->need_preroll)
    flow = gst_base_sink_wait_preroll (sink);
  GST_BASE_SINK_PREROLL_UNLOCK (sink);
  return flow;
}

/* Called with the preroll lock, which is let go of: changes of state want it, and the wait has no end. */
static GstFlowReturn
wait_until (GstRtcDataWriter * self, gboolean (*is_so) (GstRtcDataWriter * self), gint64 patience)
{
  GstFlowReturn flow = GST_FLOW_OK;

  lock (self);
  self->is_waiting = TRUE;
  unlock (self);
  GST_BASE_SINK_PREROLL_UNLOCK (self);
  lock (self);
  while (flow == GST_FLOW_OK && (self->is_interrupted || !is_so (self))) {
    gint64 deadline = find_deadline (self, patience);

    if (self->is_interrupted) {
      self->is_interrupted = FALSE;
      unlock (self);
      flow = follow_state (self);
      lock (self);
    } else if (deadline == G_MAXINT64) {
      g_cond_wait (&self->cond, &self->lock);
    } else if (!g_cond_wait_until (&self->cond, &self->lock, deadline)) {
      GPtrArray *lines = strike_stalled (self, patience);

      unlock (self);
      drop_lines (self, lines, "It has taken nothing for too long.");
      lock (self);
    }
  }
  self->is_waiting = FALSE;
  unlock (self);
  GST_BASE_SINK_PREROLL_LOCK (self);
  return flow;
}

/* Messages */

static void
free_mapped (gpointer data)
{
  GstMapInfo *map = data;
  GstMemory *memory = map->memory;

  gst_memory_unmap (memory, map);
  gst_memory_unref (memory);
  g_free (map);
}

/* (transfer full) (nullable): without a copy if the buffer is in one piece */
static GBytes *
make_message (GstBuffer * buffer)
{
  GstMemory *memory = gst_buffer_get_size (buffer) > 0 ? gst_buffer_get_all_memory (buffer) : NULL;
  GstMapInfo *map;

  if (!memory)
    return g_bytes_new_static ("", 0);
  map = g_new (GstMapInfo, 1);
  if (gst_memory_map (memory, map, GST_MAP_READ))
    return g_bytes_new_with_free_func (map->data, map->size, free_mapped, map);
  gst_memory_unref (memory);
  g_free (map);
  return NULL;
}

static void
send_to_all (GstRtcDataWriter * self, GBytes * message)
{
  GPtrArray *lines = g_ptr_array_new_with_free_func ((GDestroyNotify) gst_rtc_data_line_unref);
  gsize size = g_bytes_get_size (message);
  gint64 now = g_get_monotonic_time ();

  lock (self);
  for (guint i = self->ports->len; i-- > 0;) {
    Port *port = self->ports->pdata[i];

    if (!port->is_open)
      continue;
    if (port->max_message_size > 0 && size > port->max_message_size) {
      g_ptr_array_add (lines, strike_port (port));
      continue;
    }
    if (port->buffered == 0)
      port->last_news = now;
    port->buffered += size;
    gst_rtc_data_line_send (port->line, self->is_text, message);
  }
  unlock (self);
  drop_lines (self, lines, "A buffer is larger than what this peer takes in one message: make them smaller, for example by "
      "filesrc blocksize=65536.");
}

static GstFlowReturn
gst_rtc_data_writer_render (GstBaseSink * sink, GstBuffer * buffer)
{
  GstRtcDataWriter *self = GST_RTC_DATA_WRITER (sink);
  g_autoptr (GBytes) message = make_message (buffer);
  GstFlowReturn flow;

  if (!message) {
    GST_ELEMENT_ERROR (self, RESOURCE, READ, ("A buffer cannot be read."), (NULL));
    return GST_FLOW_ERROR;
  }
  open_ports (self);
  flow = wait_until (self, has_room, PATIENCE);
  if (flow != GST_FLOW_OK)
    return flow;
  gst_rtc_data_progress_begin (&self->progress, self->total);
  send_to_all (self, message);
  gst_rtc_data_progress_add (&self->progress, g_bytes_get_size (message));
  return GST_FLOW_OK;
}

static GstFlowReturn
gst_rtc_data_writer_wait_event (GstBaseSink * sink, GstEvent * event)
{
  GstRtcDataWriter *self = GST_RTC_DATA_WRITER (sink);
  g_autofree gchar *fault = NULL;
  GstFlowReturn flow;

  if (GST_EVENT_TYPE (event) == GST_EVENT_EOS) {
    open_ports (self);
    lock (self);
    self->is_over = TRUE;
    unlock (self);
    flow = wait_until (self, is_all_closed, PATIENCE_AT_END);
    if (flow != GST_FLOW_OK)
      return flow;
    lock (self);
    fault = g_steal_pointer (&self->fault);
    unlock (self);
    gst_rtc_data_progress_end (&self->progress, fault);
  }
  return GST_BASE_SINK_CLASS (gst_rtc_data_writer_parent_class)->wait_event (sink, event);
}

/* States */

static gboolean
gst_rtc_data_writer_unlock (GstBaseSink * sink)
{
  GstRtcDataWriter *self = GST_RTC_DATA_WRITER (sink);

  lock (self);
  self->is_interrupted = TRUE;
  g_cond_signal (&self->cond);
  unlock (self);
  return TRUE;
}

/* With the preroll lock. Whoever waits may not have noticed yet. */
static gboolean
gst_rtc_data_writer_unlock_stop (GstBaseSink * sink)
{
  GstRtcDataWriter *self = GST_RTC_DATA_WRITER (sink);

  lock (self);
  if (!self->is_waiting)
    self->is_interrupted = FALSE;
  unlock (self);
  return TRUE;
}

static gboolean
gst_rtc_data_writer_start (GstBaseSink * sink)
{
  GstRtcDataWriter *self = GST_RTC_DATA_WRITER (sink);

  lock (self);
  self->is_begun = self->is_over = FALSE;
  unlock (self);
  return TRUE;
}

/* What was sent arrives, if its peer is still there. */
static gboolean
gst_rtc_data_writer_stop (GstBaseSink * sink)
{
  GstRtcDataWriter *self = GST_RTC_DATA_WRITER (sink);
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func ((GDestroyNotify) gst_rtc_data_line_unref);

  gst_rtc_data_progress_end (&self->progress, "the pad has been stopped");
  lock (self);
  self->is_over = TRUE;
  while (self->ports->len > 0)
    g_ptr_array_add (lines, strike_port (self->ports->pdata[self->ports->len - 1]));
  g_clear_pointer (&self->spec, rtc_data_channel_spec_free);
  g_clear_pointer (&self->fault, g_free);
  self->is_text = FALSE;
  unlock (self);
  for (guint i = 0; i < lines->len; i++)
    gst_rtc_data_line_close (lines->pdata[i]);
  return TRUE;
}

/* The object */

static void
gst_rtc_data_writer_finalize (GObject * object)
{
  GstRtcDataWriter *self = GST_RTC_DATA_WRITER (object);

  g_ptr_array_unref (self->peers);
  g_ptr_array_unref (self->ports);
  g_clear_pointer (&self->spec, rtc_data_channel_spec_free);
  g_free (self->fault);
  g_free (self->label);
  g_free (self->pad_name);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->cond);
  G_OBJECT_CLASS (gst_rtc_data_writer_parent_class)->finalize (object);
}

static void
gst_rtc_data_writer_class_init (GstRtcDataWriterClass * klass)
{
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstBaseSinkClass *sink_class = GST_BASE_SINK_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = gst_rtc_data_writer_finalize;
  sink_class->start = gst_rtc_data_writer_start;
  sink_class->stop = gst_rtc_data_writer_stop;
  sink_class->unlock = gst_rtc_data_writer_unlock;
  sink_class->unlock_stop = gst_rtc_data_writer_unlock_stop;
  sink_class->set_caps = gst_rtc_data_writer_set_caps;
  sink_class->render = gst_rtc_data_writer_render;
  sink_class->wait_event = gst_rtc_data_writer_wait_event;
  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_set_static_metadata (element_class, "RTC data writer", "Sink/Network/WebRTC",
      "Sends buffers as messages of data channels", "The gst-rtc developers");
}

/* Data is sent as it comes, and a pipeline of files only has nothing to preroll with. */
static void
gst_rtc_data_writer_init (GstRtcDataWriter * self)
{
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  self->peers = g_ptr_array_new_with_free_func ((GDestroyNotify) gst_rtc_data_peer_unref);
  self->ports = g_ptr_array_new ();
  gst_base_sink_set_sync (GST_BASE_SINK (self), FALSE);
  gst_base_sink_set_async_enabled (GST_BASE_SINK (self), FALSE);
  gst_base_sink_set_last_sample_enabled (GST_BASE_SINK (self), FALSE);
}

GstRtcDataWriter *
gst_rtc_data_writer_new (const gchar * name, const gchar * label,
    GstRtcDataReader * (*find_reader) (gpointer user_data, GstRtcDataLine * line), gpointer user_data)
{
  GstRtcDataWriter *self = g_object_new (GST_TYPE_RTC_DATA_WRITER, NULL);

  self->pad_name = g_strdup (name);
  self->label = g_strdup (label);
  self->find_reader = find_reader;
  self->user_data = user_data;
  self->progress.owner = GST_ELEMENT (self);
  self->progress.code = self->pad_name;
  return self;
}
