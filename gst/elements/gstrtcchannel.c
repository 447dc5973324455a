/* gst-rtc: a data channel of a session, for the application
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * An open line holds its channel, and the channel its line, which it lets go of when the line is closed: whoever has a reference from
 * then on has an object that knows nothing of a peer or an element any more.
 */
#include "gstrtcchannel.h"

#include <string.h>

#include "gstrtcdataspec.h"

/* What a message costs while it waits, beside its bytes */
#define MESSAGE_WEIGHT 256

struct _GstRtcChannel
{
  GstRtcDataChannel parent;
  GstRtcMailbox *mailbox;       /* set once */

  GMutex lock;                  /* a leaf */
  GstRtcDataLine *line;         /* NULL once it is closed */
  gsize sent;                   /* what the control thread has not heard of yet */
};

G_DEFINE_TYPE (GstRtcChannel, gst_rtc_channel, GST_TYPE_RTC_DATA_CHANNEL);

/* (transfer full) (nullable) */
static GstRtcDataLine *
ref_line (GstRtcChannel * self)
{
  GstRtcDataLine *line;

  g_mutex_lock (&self->lock);
  line = self->line ? gst_rtc_data_line_ref (self->line) : NULL;
  g_mutex_unlock (&self->lock);
  return line;
}

/* What happened, on its way to the control thread */

typedef enum
{
  EVENT_OPEN,
  EVENT_MESSAGE,
  EVENT_SENT,
  EVENT_CLOSING,
  EVENT_CLOSED,
} EventKind;

typedef struct
{
  GstRtcChannel *channel;
  EventKind kind;
  gint id;
  guint64 max_message_size;
  gboolean is_text;
  GBytes *message;
  GError *error;
} Event;

static void
free_event (gpointer data)
{
  Event *event = data;

  g_clear_pointer (&event->message, g_bytes_unref);
  g_clear_error (&event->error);
  g_object_unref (event->channel);
  g_free (event);
}

/* Whatever a peer calls text */
static void
tell_string (GstRtcDataChannel * channel, GBytes * message)
{
  gsize size;
  const gchar *data = g_bytes_get_data (message, &size);
  g_autofree gchar *text = g_utf8_make_valid (data ? data : "", size);

  gst_rtc_data_channel_message_string (channel, text);
}

static void
tell_sent (GstRtcChannel * self)
{
  gsize sent;

  g_mutex_lock (&self->lock);
  sent = self->sent;
  self->sent = 0;
  g_mutex_unlock (&self->lock);
  gst_rtc_data_channel_buffered (GST_RTC_DATA_CHANNEL (self), -(gint64) sent);
}

static void
tell_event (gpointer data, gpointer user_data)
{
  Event *event = data;
  GstRtcDataChannel *channel = GST_RTC_DATA_CHANNEL (event->channel);

  switch (event->kind) {
    case EVENT_OPEN:
      gst_rtc_data_channel_opened (channel, event->id, event->max_message_size);
      break;
    case EVENT_MESSAGE:
      if (event->is_text)
        tell_string (channel, event->message);
      else
        gst_rtc_data_channel_message_data (channel, event->message);
      break;
    case EVENT_SENT:
      tell_sent (event->channel);
      break;
    case EVENT_CLOSING:
      gst_rtc_data_channel_closing (channel);
      break;
    case EVENT_CLOSED:
      gst_rtc_data_channel_closed (channel, event->error);
      break;
  }
}

static Event *
new_event (GstRtcChannel * self, EventKind kind)
{
  Event *event = g_new0 (Event, 1);

  event->channel = g_object_ref (self);
  event->kind = kind;
  return event;
}

/* event: (transfer full) */
static void
post_event (GstRtcChannel * self, Event * event, gsize weight)
{
  gst_rtc_mailbox_post (self->mailbox, tell_event, event, NULL, free_event, weight);
}

/* From the line, on the network thread */

static void
on_open (gpointer user_data, GstRtcDataLine * line, guint64 max_message_size)
{
  Event *event = new_event (user_data, EVENT_OPEN);

  event->id = gst_rtc_data_line_get_spec (line)->id;
  event->max_message_size = max_message_size;
  post_event (user_data, event, 0);
}

static void
on_message (gpointer user_data, GstRtcDataLine * line, gboolean is_text, GBytes * message)
{
  Event *event = new_event (user_data, EVENT_MESSAGE);

  event->is_text = is_text;
  event->message = g_bytes_ref (message);
  post_event (user_data, event, g_bytes_get_size (message) + MESSAGE_WEIGHT);
}

static void
on_sent (gpointer user_data, GstRtcDataLine * line, gsize size)
{
  GstRtcChannel *self = user_data;
  gboolean is_first;

  g_mutex_lock (&self->lock);
  is_first = self->sent == 0;
  self->sent += size;
  g_mutex_unlock (&self->lock);
  if (is_first && size > 0)
    post_event (self, new_event (self, EVENT_SENT), 0);
}

static void
on_closing (gpointer user_data, GstRtcDataLine * line)
{
  post_event (user_data, new_event (user_data, EVENT_CLOSING), 0);
}

static void
on_closed (gpointer user_data, GstRtcDataLine * line, const GError * error)
{
  GstRtcChannel *self = user_data;
  Event *event = new_event (self, EVENT_CLOSED);
  GstRtcDataLine *own;

  event->error = error ? g_error_copy (error) : NULL;
  post_event (self, event, 0);
  g_mutex_lock (&self->lock);
  own = g_steal_pointer (&self->line);
  g_mutex_unlock (&self->lock);
  if (own)
    gst_rtc_data_line_unref (own);
}

static const GstRtcDataLineFuncs line_funcs = { on_open, on_message, on_sent, on_closing, on_closed };

/* From the application */

static gboolean
send_message (GstRtcChannel * self, gboolean is_text, GBytes * message, GError ** error)
{
  g_autoptr (GstRtcDataLine) line = ref_line (self);

  if (line && gst_rtc_data_line_send (line, is_text, message))
    return TRUE;
  g_set_error_literal (error, GST_RTC_ERROR, GST_RTC_ERROR_DATA,
      "the data channel has just been closed: nothing can be sent any more");
  return FALSE;
}

static gboolean
gst_rtc_channel_send_data (GstRtcDataChannel * channel, GBytes * data, GError ** error)
{
  return send_message (GST_RTC_CHANNEL (channel), FALSE, data, error);
}

static gboolean
gst_rtc_channel_send_string (GstRtcDataChannel * channel, const gchar * text, GError ** error)
{
  g_autoptr (GBytes) message = g_bytes_new (text, strlen (text));

  return send_message (GST_RTC_CHANNEL (channel), TRUE, message, error);
}

static void
gst_rtc_channel_close (GstRtcDataChannel * channel)
{
  g_autoptr (GstRtcDataLine) line = ref_line (GST_RTC_CHANNEL (channel));

  if (line)
    gst_rtc_data_line_close (line);
}

/* The object */

static void
gst_rtc_channel_finalize (GObject * object)
{
  GstRtcChannel *self = GST_RTC_CHANNEL (object);

  g_clear_pointer (&self->line, gst_rtc_data_line_unref);
  g_clear_pointer (&self->mailbox, gst_rtc_mailbox_unref);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (gst_rtc_channel_parent_class)->finalize (object);
}

static void
gst_rtc_channel_class_init (GstRtcChannelClass * klass)
{
  GstRtcDataChannelClass *channel_class = GST_RTC_DATA_CHANNEL_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = gst_rtc_channel_finalize;
  channel_class->send_data = gst_rtc_channel_send_data;
  channel_class->send_string = gst_rtc_channel_send_string;
  channel_class->close = gst_rtc_channel_close;
}

static void
gst_rtc_channel_init (GstRtcChannel * self)
{
  g_mutex_init (&self->lock);
}

static GstRtcChannel *
new_object (GstRtcDataPeer * peer, const RtcDataChannelSpec * spec)
{
  GstRtcChannel *self = g_object_new (GST_TYPE_RTC_CHANNEL, "peer-id", gst_rtc_data_peer_get_id (peer),
      "label", spec->label ? spec->label : "", "protocol", spec->protocol ? spec->protocol : "", "id", spec->id,
      "ordered", spec->ordered, "negotiated", spec->negotiated,
      "max-retransmits", MIN (spec->max_retransmits, G_MAXUINT16),
      "max-packet-lifetime", MIN (spec->max_packet_lifetime, G_MAXUINT16), "priority", gst_rtc_data_spec_get_priority (spec), NULL);

  self->mailbox = gst_rtc_mailbox_ref (gst_rtc_data_peer_get_mailbox (peer));
  return self;
}

GstRtcChannel *
gst_rtc_channel_new (GstRtcDataPeer * peer, const RtcDataChannelSpec * spec)
{
  GstRtcChannel *self = new_object (peer, spec);
  gboolean is_made;

  /* The line may be closed at once, on another thread. */
  g_mutex_lock (&self->lock);
  self->line = gst_rtc_data_peer_open (peer, spec, &line_funcs, g_object_ref (self), g_object_unref);
  is_made = self->line != NULL;
  g_mutex_unlock (&self->lock);
  if (!is_made)
    g_clear_object (&self);
  return self;
}

GstRtcChannel *
gst_rtc_channel_new_incoming (GstRtcDataLine * line)
{
  GstRtcChannel *self = new_object (gst_rtc_data_line_get_peer (line), gst_rtc_data_line_get_spec (line));

  self->line = gst_rtc_data_line_ref (line);
  gst_rtc_data_line_use (line, &line_funcs, g_object_ref (self), g_object_unref);
  return self;
}
