/* gst-rtc: the messages of a data channel as a stream
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 *   network thread ── items ──▶ streaming thread, which waits for them
 */
#include "gstrtcdatareader.h"

#include "gstrtcdataprogress.h"
#include "gstrtcdataspec.h"

GST_DEBUG_CATEGORY_STATIC (rtc_data_reader_debug);
#define GST_CAT_DEFAULT rtc_data_reader_debug

/* Bytes that wait for downstream; half of that, and the peer is read from again */
#define HIGH_WATER (1024 * 1024)
/* What a message costs while it waits, beside its bytes */
#define MESSAGE_WEIGHT 256
/* Channels that wait for the one in front of them: a peer may open the next before the last is closed */
#define MAX_SOURCES 16

typedef enum
{
  ITEM_BEGIN,
  ITEM_MESSAGE,                 /* message */
  ITEM_END,                     /* error: it was closed */
} ItemKind;

typedef struct
{
  ItemKind kind;
  GBytes *message;
  GError *error;
} Item;

/* A channel that was taken */
typedef struct
{
  RtcDataChannelSpec *spec;
  GstRtcDataLine *line;         /* NULL once it is closed */
  gboolean is_own, is_paused;
  GQueue items;                 /* of Item */
  gsize weight;
} Source;

struct _GstRtcDataReader
{
  GstPushSrc parent;
  gchar *label;                 /* set once */
  gchar *pad_name;
  gint eos_on_close;            /* atomic */

  /* the streaming thread's own */
  GstRtcDataProgress progress;
  guint64 expected;             /* bytes that the channel's protocol speaks of; GST_CLOCK_TIME_NONE */

  GMutex lock;                  /* held while a line is told to pause */
  GCond cond;
  gboolean is_started, is_flushing;
  gboolean is_over;             /* a channel was closed, and EOS follows */
  GQueue sources;               /* of Source: the first is read, the others wait */
};

G_DEFINE_TYPE_WITH_CODE (GstRtcDataReader, gst_rtc_data_reader, GST_TYPE_PUSH_SRC,
    GST_DEBUG_CATEGORY_INIT (rtc_data_reader_debug, "rtcdatareader", 0, "rtc: messages of data channels as streams"));

static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE ("src", GST_PAD_SRC, GST_PAD_ALWAYS,
    GST_STATIC_CAPS (GST_RTC_DATA_CAPS "; text/x-raw, format=utf8"));

static void
lock (GstRtcDataReader * self)
{
  g_mutex_lock (&self->lock);
}

static void
unlock (GstRtcDataReader * self)
{
  g_mutex_unlock (&self->lock);
}

/* Sources and their items, with the lock */

static void
free_item (gpointer data)
{
  Item *item = data;

  g_clear_pointer (&item->message, g_bytes_unref);
  g_clear_error (&item->error);
  g_free (item);
}

static gsize
get_weight (const Item * item)
{
  return item->message ? g_bytes_get_size (item->message) + MESSAGE_WEIGHT : 0;
}

/* item: (transfer full) its content */
static void
push_item (Source * source, const Item * item)
{
  g_queue_push_tail (&source->items, g_memdup2 (item, sizeof *item));
  source->weight += get_weight (item);
}

static Source *
source_new (GstRtcDataLine * line, gboolean is_own)
{
  const Item item = { ITEM_BEGIN };
  Source *source = g_new0 (Source, 1);

  source->spec = rtc_data_channel_spec_copy (gst_rtc_data_line_get_spec (line));
  source->line = gst_rtc_data_line_ref (line);
  source->is_own = is_own;
  push_item (source, &item);
  return source;
}

/* Without the lock */
static void
source_free (gpointer data)
{
  Source *source = data;

  if (source->line && source->is_own)
    gst_rtc_data_line_close (source->line);
  else if (source->line)
    gst_rtc_data_line_pause (source->line, FALSE);
  g_clear_pointer (&source->line, gst_rtc_data_line_unref);
  g_queue_clear_full (&source->items, free_item);
  rtc_data_channel_spec_free (source->spec);
  g_free (source);
}

static Source *
find_source (GstRtcDataReader * self, GstRtcDataLine * line)
{
  for (GList * l = self->sources.head; l; l = l->next) {
    if (((Source *) l->data)->line == line)
      return l->data;
  }
  return NULL;
}

/* Only the one that is read: who waits for it must not stop it. */
static void
pause_first (GstRtcDataReader * self)
{
  Source *source = g_queue_peek_head (&self->sources);
  gboolean is_paused;

  if (!source)
    return;
  is_paused = source->weight > (source->is_paused ? HIGH_WATER / 2 : HIGH_WATER);
  if (is_paused != source->is_paused && source->line)
    gst_rtc_data_line_pause (source->line, is_paused);
  source->is_paused = is_paused;
}

/* From the network thread */

static void
on_open (gpointer user_data, GstRtcDataLine * line, guint64 max_message_size)
{
}

static void
on_message (gpointer user_data, GstRtcDataLine * line, gboolean is_text, GBytes * message)
{
  gst_rtc_data_reader_push (user_data, line, message);
}

static void
on_sent (gpointer user_data, GstRtcDataLine * line, gsize size)
{
}

static void
on_closed (gpointer user_data, GstRtcDataLine * line, const GError * error)
{
  gst_rtc_data_reader_close (user_data, line, error);
}

static const GstRtcDataLineFuncs line_funcs = { on_open, on_message, on_sent, NULL, on_closed };

static gboolean
wants (GstRtcDataReader * self, GstRtcDataLine * line)
{
  const gchar *label = gst_rtc_data_line_get_spec (line)->label;
  guint most = g_atomic_int_get (&self->eos_on_close) ? 1 : MAX_SOURCES;

  return self->is_started && !self->is_over && self->sources.length < most && g_str_equal (label ? label : "", self->label);
}

gboolean
gst_rtc_data_reader_take (GstRtcDataReader * self, GstRtcDataLine * line, gboolean is_own)
{
  gboolean is_taken;

  lock (self);
  is_taken = wants (self, line);
  if (is_taken)
    g_queue_push_tail (&self->sources, source_new (line, is_own));
  g_cond_signal (&self->cond);
  unlock (self);
  if (is_taken && is_own)
    gst_rtc_data_line_use (line, &line_funcs, gst_object_ref (self), gst_object_unref);
  return is_taken;
}

void
gst_rtc_data_reader_push (GstRtcDataReader * self, GstRtcDataLine * line, GBytes * message)
{
  Source *source, *dropped = NULL;

  lock (self);
  source = find_source (self, line);
  if (source) {
    const Item item = { ITEM_MESSAGE, g_bytes_ref (message) };

    push_item (source, &item);
    if (source == g_queue_peek_head (&self->sources))
      pause_first (self);
    else if (source->weight > HIGH_WATER)
      dropped = source;
    g_cond_signal (&self->cond);
  }
  if (dropped)
    g_queue_remove (&self->sources, dropped);
  unlock (self);
  if (dropped) {
    GST_WARNING_OBJECT (self, "%s: a channel that has to wait for another one sends too much", self->pad_name);
    source_free (dropped);
  }
}

void
gst_rtc_data_reader_close (GstRtcDataReader * self, GstRtcDataLine * line, const GError * error)
{
  GstRtcDataLine *own = NULL;
  Source *source;

  lock (self);
  source = find_source (self, line);
  if (source) {
    const Item item = { ITEM_END, NULL, error ? g_error_copy (error) : NULL };

    self->is_over = g_atomic_int_get (&self->eos_on_close);
    own = g_steal_pointer (&source->line);
    push_item (source, &item);
    g_cond_signal (&self->cond);
  }
  unlock (self);
  if (own)
    gst_rtc_data_line_unref (own);
}

/* On the streaming thread */

static gboolean
has_item (GstRtcDataReader * self)
{
  Source *source = g_queue_peek_head (&self->sources);

  return source && !g_queue_is_empty (&source->items);
}

/* (transfer full) (nullable): NULL while flushing. spec: (transfer full): of the channel with ITEM_BEGIN */
static Item *
wait_for_item (GstRtcDataReader * self, RtcDataChannelSpec ** spec)
{
  Source *source, *done = NULL;
  Item *item = NULL;

  lock (self);
  while (!self->is_flushing && !has_item (self))
    g_cond_wait (&self->cond, &self->lock);
  if (!self->is_flushing) {
    source = g_queue_peek_head (&self->sources);
    item = g_queue_pop_head (&source->items);
    source->weight -= get_weight (item);
    if (item->kind == ITEM_BEGIN)
      *spec = rtc_data_channel_spec_copy (source->spec);
    if (item->kind == ITEM_END)
      done = g_queue_pop_head (&self->sources);
    pause_first (self);
  }
  unlock (self);
  if (done)
    source_free (done);
  return item;
}

/* Text only if downstream takes nothing else: what a channel carries is not known before */
static gboolean
begin (GstRtcDataReader * self, const RtcDataChannelSpec * spec)
{
  g_autoptr (GstCaps) caps = gst_rtc_data_spec_get_caps (spec);
  g_autoptr (GstCaps) taken = gst_pad_get_allowed_caps (GST_BASE_SRC_PAD (self));

  GST_INFO_OBJECT (self, "channel %d of %" GST_PTR_FORMAT, spec->id, caps);
  if (!gst_rtc_data_file_size (spec->protocol, &self->expected))
    self->expected = GST_CLOCK_TIME_NONE;
  gst_rtc_data_progress_begin (&self->progress, self->expected);
  if (taken && !gst_caps_can_intersect (taken, caps))
    gst_caps_take (&caps, gst_caps_new_simple ("text/x-raw", "format", G_TYPE_STRING, "utf8", NULL));
  return gst_base_src_set_caps (GST_BASE_SRC (self), caps);
}

static void
end (GstRtcDataReader * self, const GError * error)
{
  g_autofree gchar *fault = error ? g_strdup (error->message) : NULL;

  if (!fault && self->expected != GST_CLOCK_TIME_NONE && self->progress.bytes != self->expected)
    fault = g_strdup_printf ("it should have been %" G_GUINT64_FORMAT " bytes: send it again", self->expected);
  if (fault && self->progress.is_running)
    GST_ELEMENT_WARNING (self, RESOURCE, READ, ("What came in %s is not whole.", self->pad_name), ("%s", fault));
  gst_rtc_data_progress_end (&self->progress, fault);
}

static GstBuffer *
make_buffer (GstRtcDataReader * self, GBytes * message)
{
  gsize size = g_bytes_get_size (message);

  gst_rtc_data_progress_add (&self->progress, size);
  return size > 0 ? gst_buffer_new_wrapped_bytes (message) : gst_buffer_new ();
}

static GstFlowReturn
gst_rtc_data_reader_create (GstPushSrc * src, GstBuffer ** buffer)
{
  GstRtcDataReader *self = GST_RTC_DATA_READER (src);
  GstFlowReturn flow = GST_FLOW_OK;

  *buffer = NULL;
  while (!*buffer && flow == GST_FLOW_OK) {
    g_autoptr (RtcDataChannelSpec) spec = NULL;
    Item *item = wait_for_item (self, &spec);

    if (!item)
      return GST_FLOW_FLUSHING;
    if (item->kind == ITEM_MESSAGE) {
      *buffer = make_buffer (self, item->message);
    } else if (item->kind == ITEM_BEGIN) {
      flow = begin (self, spec) ? GST_FLOW_OK : GST_FLOW_NOT_NEGOTIATED;
    } else {
      end (self, item->error);
      flow = g_atomic_int_get (&self->eos_on_close) ? GST_FLOW_EOS : GST_FLOW_OK;
    }
    free_item (item);
  }
  return flow;
}

/* Caps come with a channel. */
static gboolean
gst_rtc_data_reader_negotiate (GstBaseSrc * src)
{
  return TRUE;
}

static void
set_flushing (GstRtcDataReader * self, gboolean is_flushing)
{
  lock (self);
  self->is_flushing = is_flushing;
  g_cond_signal (&self->cond);
  unlock (self);
}

static gboolean
gst_rtc_data_reader_unlock (GstBaseSrc * src)
{
  set_flushing (GST_RTC_DATA_READER (src), TRUE);
  return TRUE;
}

static gboolean
gst_rtc_data_reader_unlock_stop (GstBaseSrc * src)
{
  set_flushing (GST_RTC_DATA_READER (src), FALSE);
  return TRUE;
}

static gboolean
gst_rtc_data_reader_start (GstBaseSrc * src)
{
  GstRtcDataReader *self = GST_RTC_DATA_READER (src);

  self->progress.is_running = FALSE;
  lock (self);
  self->is_started = TRUE;
  self->is_over = FALSE;
  unlock (self);
  return TRUE;
}

/* Nobody reads it any more: its peer should not go on. */
static gboolean
gst_rtc_data_reader_stop (GstBaseSrc * src)
{
  GstRtcDataReader *self = GST_RTC_DATA_READER (src);
  GQueue sources;

  gst_rtc_data_progress_end (&self->progress, "the pad has been stopped");
  lock (self);
  self->is_started = FALSE;
  sources = self->sources;
  g_queue_init (&self->sources);
  unlock (self);
  g_queue_clear_full (&sources, source_free);
  return TRUE;
}

/* The object */

static void
gst_rtc_data_reader_finalize (GObject * object)
{
  GstRtcDataReader *self = GST_RTC_DATA_READER (object);

  g_free (self->label);
  g_free (self->pad_name);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->cond);
  G_OBJECT_CLASS (gst_rtc_data_reader_parent_class)->finalize (object);
}

static void
gst_rtc_data_reader_class_init (GstRtcDataReaderClass * klass)
{
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstBaseSrcClass *src_class = GST_BASE_SRC_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = gst_rtc_data_reader_finalize;
  src_class->start = gst_rtc_data_reader_start;
  src_class->stop = gst_rtc_data_reader_stop;
  src_class->unlock = gst_rtc_data_reader_unlock;
  src_class->unlock_stop = gst_rtc_data_reader_unlock_stop;
  src_class->negotiate = gst_rtc_data_reader_negotiate;
  GST_PUSH_SRC_CLASS (klass)->create = gst_rtc_data_reader_create;
  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_set_static_metadata (element_class, "RTC data reader", "Source/Network/WebRTC",
      "Gives the messages of a data channel", "The gst-rtc developers");
}

static void
gst_rtc_data_reader_init (GstRtcDataReader * self)
{
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  g_queue_init (&self->sources);
  self->eos_on_close = TRUE;
  gst_base_src_set_live (GST_BASE_SRC (self), TRUE);
  gst_base_src_set_format (GST_BASE_SRC (self), GST_FORMAT_TIME);
  gst_base_src_set_do_timestamp (GST_BASE_SRC (self), TRUE);
}

GstRtcDataReader *
gst_rtc_data_reader_new (const gchar * name, const gchar * label)
{
  GstRtcDataReader *self = g_object_new (GST_TYPE_RTC_DATA_READER, NULL);

  self->pad_name = g_strdup (name);
  self->label = g_strdup (label);
  self->progress.owner = GST_ELEMENT (self);
  self->progress.code = self->pad_name;
  return self;
}

void
gst_rtc_data_reader_set_eos_on_close (GstRtcDataReader * self, gboolean eos_on_close)
{
  g_atomic_int_set (&self->eos_on_close, eos_on_close);
}

gboolean
gst_rtc_data_reader_get_eos_on_close (GstRtcDataReader * self)
{
  return g_atomic_int_get (&self->eos_on_close);
}
