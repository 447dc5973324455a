/* gst-rtc: the pads of an element that are data channels
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "gstrtcdatapads.h"

#include "gstrtcdataspec.h"
#include "gstrtcdatasrcpad.h"

#include <string.h>

#define PREFIX "data_"

/* Of a pad: the element behind it */
#define INNER "rtc-inner"

struct _GstRtcDataPads
{
  GstElement *element;          /* not owned: it owns us */

  GMutex lock;                  /* held while writers and readers are told of peers and channels */
  GPtrArray *peers;             /* of GstRtcDataPeer */
  GPtrArray *writers;           /* of GstRtcDataWriter */
  GPtrArray *readers;           /* of GstRtcDataReader */
};

static void
lock (GstRtcDataPads * self)
{
  g_mutex_lock (&self->lock);
}

static void
unlock (GstRtcDataPads * self)
{
  g_mutex_unlock (&self->lock);
}

GstRtcDataPads *
gst_rtc_data_pads_new (GstElement * element)
{
  GstRtcDataPads *self = g_new0 (GstRtcDataPads, 1);

  self->element = element;
  g_mutex_init (&self->lock);
  self->peers = g_ptr_array_new_with_free_func ((GDestroyNotify) gst_rtc_data_peer_unref);
  self->writers = g_ptr_array_new_with_free_func (gst_object_unref);
  self->readers = g_ptr_array_new_with_free_func (gst_object_unref);
  return self;
}

void
gst_rtc_data_pads_free (GstRtcDataPads * self)
{
  g_ptr_array_unref (self->peers);
  g_ptr_array_unref (self->writers);
  g_ptr_array_unref (self->readers);
  g_mutex_clear (&self->lock);
  g_free (self);
}

void
gst_rtc_data_pads_install (GstElementClass * klass, const gchar * sink, const gchar * src)
{
  g_autoptr (GstCaps) any = gst_caps_new_any ();
  g_autoptr (GstCaps) messages = gst_caps_from_string (GST_RTC_DATA_CAPS "; text/x-raw, format=utf8");

  /* the longer name first: GStreamer takes the first that fits */
  if (src)
    gst_element_class_add_pad_template (klass, gst_pad_template_new_with_gtype (src, GST_PAD_SRC, GST_PAD_REQUEST,
            messages, GST_TYPE_RTC_DATA_SRC_PAD));
  if (sink)
    gst_element_class_add_pad_template (klass, gst_pad_template_new (sink, GST_PAD_SINK, GST_PAD_REQUEST, any));
  gst_type_mark_as_plugin_api (GST_TYPE_RTC_DATA_SRC_PAD, 0);
  gst_type_mark_as_plugin_api (GST_TYPE_RTC_PRIORITY, 0);
}

gboolean
gst_rtc_data_pads_is_template (GstPadTemplate * pad_template)
{
  return g_str_has_prefix (GST_PAD_TEMPLATE_NAME_TEMPLATE (pad_template), PREFIX);
}

gboolean
gst_rtc_data_pads_is_empty (GstRtcDataPads * self)
{
  gboolean is_empty;

  lock (self);
  is_empty = self->writers->len == 0 && self->readers->len == 0;
  unlock (self);
  return is_empty;
}

/* Channels, on network threads */

/* (transfer full) (nullable) */
static GstRtcDataReader *
find_reader (GstRtcDataPads * self, GstRtcDataLine * line, gboolean is_own)
{
  GstRtcDataReader *found = NULL;

  lock (self);
  for (guint i = 0; i < self->readers->len && !found; i++) {
    if (gst_rtc_data_reader_take (self->readers->pdata[i], line, is_own))
      found = gst_object_ref (self->readers->pdata[i]);
  }
  unlock (self);
  return found;
}

gboolean
gst_rtc_data_pads_take (GstRtcDataPads * self, GstRtcDataLine * line)
{
  g_autoptr (GstRtcDataReader) reader = find_reader (self, line, TRUE);

  return reader != NULL;
}

static GstRtcDataReader *
on_writer_open (gpointer user_data, GstRtcDataLine * line)
{
  return find_reader (user_data, line, FALSE);
}

/* Peers */

void
gst_rtc_data_pads_add_peer (GstRtcDataPads * self, GstRtcDataPeer * peer)
{
  lock (self);
  g_ptr_array_add (self->peers, gst_rtc_data_peer_ref (peer));
  for (guint i = 0; i < self->writers->len; i++)
    gst_rtc_data_writer_add_peer (self->writers->pdata[i], peer);
  unlock (self);
}

void
gst_rtc_data_pads_remove_peer (GstRtcDataPads * self, GstRtcDataPeer * peer)
{
  lock (self);
  for (guint i = 0; i < self->writers->len; i++)
    gst_rtc_data_writer_remove_peer (self->writers->pdata[i], peer);
  g_ptr_array_remove (self->peers, peer);
  unlock (self);
}

/* Pads */

/* (transfer none): the element behind a sink pad */
static GstElement *
add_writer (GstRtcDataPads * self, const gchar * name, const gchar * label)
{
  GstRtcDataWriter *writer = gst_rtc_data_writer_new (name, label, on_writer_open, self);

  gst_bin_add (GST_BIN (self->element), GST_ELEMENT (writer));
  lock (self);
  g_ptr_array_add (self->writers, gst_object_ref (writer));
  for (guint i = 0; i < self->peers->len; i++)
    gst_rtc_data_writer_add_peer (writer, self->peers->pdata[i]);
  unlock (self);
  return GST_ELEMENT (writer);
}

static GstElement *
add_reader (GstRtcDataPads * self, const gchar * name, const gchar * label)
{
  GstRtcDataReader *reader = gst_rtc_data_reader_new (name, label);

  gst_bin_add (GST_BIN (self->element), GST_ELEMENT (reader));
  lock (self);
  g_ptr_array_add (self->readers, gst_object_ref (reader));
  unlock (self);
  return GST_ELEMENT (reader);
}

static GstPad *
new_sink_pad (const gchar * name, GstPadTemplate * pad_template, GstElement * writer)
{
  g_autoptr (GstPad) target = gst_element_get_static_pad (writer, "sink");

  return gst_ghost_pad_new_from_template (name, target, pad_template);
}

static gboolean
is_taken (GstRtcDataPads * self, const gchar * name)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (self->element, name);

  return pad != NULL;
}

GstPad *
gst_rtc_data_pads_request (GstRtcDataPads * self, GstPadTemplate * pad_template, const gchar * asked)
{
  gboolean is_sink = GST_PAD_TEMPLATE_DIRECTION (pad_template) == GST_PAD_SINK;
  const gchar *pattern = GST_PAD_TEMPLATE_NAME_TEMPLATE (pad_template);
  gsize prefix = strcspn (pattern, "%");
  GstElement *inner;
  GstPad *pad;

  if (!asked || strncmp (asked, pattern, prefix) != 0 || is_taken (self, asked))
    return NULL;
  inner = is_sink ? add_writer (self, asked, asked + prefix) : add_reader (self, asked, asked + prefix);
  pad = is_sink ? new_sink_pad (asked, pad_template, inner)
      : gst_rtc_data_src_pad_new (asked, pad_template, GST_RTC_DATA_READER (inner));
  g_object_set_data_full (G_OBJECT (pad), INNER, gst_object_ref (inner), gst_object_unref);
  gst_pad_set_active (pad, TRUE);
  gst_element_add_pad (self->element, pad);
  gst_element_sync_state_with_parent (inner);
  gst_child_proxy_child_added (GST_CHILD_PROXY (self->element), G_OBJECT (pad), asked);
  return pad;
}

/* What is behind it first: a thread that waits there comes back. An element that is disposed of has let go of it already. */
void
gst_rtc_data_pads_release (GstRtcDataPads * self, GstPad * pad)
{
  g_autoptr (GstElement) inner = gst_object_ref (g_object_get_data (G_OBJECT (pad), INNER));

  lock (self);
  g_ptr_array_remove (GST_PAD_IS_SINK (pad) ? self->writers : self->readers, inner);
  unlock (self);
  gst_child_proxy_child_removed (GST_CHILD_PROXY (self->element), G_OBJECT (pad), GST_PAD_NAME (pad));
  gst_element_set_locked_state (inner, TRUE);
  gst_element_set_state (inner, GST_STATE_NULL);
  gst_pad_set_active (pad, FALSE);
  gst_element_remove_pad (self->element, pad);
  if (gst_object_has_as_parent (GST_OBJECT (inner), GST_OBJECT (self->element)))
    gst_bin_remove (GST_BIN (self->element), inner);
}

void
gst_rtc_data_pads_send_eos (GstRtcDataPads * self)
{
  g_autoptr (GPtrArray) readers = g_ptr_array_new_with_free_func (gst_object_unref);

  lock (self);
  for (guint i = 0; i < self->readers->len; i++)
    g_ptr_array_add (readers, gst_object_ref (self->readers->pdata[i]));
  unlock (self);
  for (guint i = 0; i < readers->len; i++)
    gst_element_send_event (readers->pdata[i], gst_event_new_eos ());
}
