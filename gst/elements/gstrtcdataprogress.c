/* gst-rtc: how far a transfer is, as messages on the bus
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "gstrtcdataprogress.h"

#define INTERVAL (200 * G_TIME_SPAN_MILLISECOND)

static gboolean
knows_total (const GstRtcDataProgress * self)
{
  return self->total != GST_CLOCK_TIME_NONE;
}

static gchar *
describe (const GstRtcDataProgress * self)
{
  if (!knows_total (self))
    return g_strdup_printf ("%" G_GUINT64_FORMAT " bytes", self->bytes);
  return g_strdup_printf ("%" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT " bytes, %u %%", self->bytes, self->total,
      self->total > 0 ? (guint) MIN (self->bytes * 100.0 / self->total, 100) : 100);
}

static void
post (GstRtcDataProgress * self, GstProgressType type, const gchar * fault)
{
  g_autoptr (GstObject) element = gst_object_get_parent (GST_OBJECT (self->owner));
  g_autofree gchar *amount = describe (self);
  g_autofree gchar *text = fault ? g_strdup_printf ("%s: %s", amount, fault) : NULL;
  GstMessage *message;
  GstStructure *structure;

  self->last = g_get_monotonic_time ();
  if (!element)
    return;
  message = gst_message_new_progress (element, type, self->code, text ? text : amount);
  structure = gst_message_writable_structure (message);
  gst_structure_set (structure, "bytes", G_TYPE_UINT64, self->bytes, NULL);
  if (knows_total (self))
    gst_structure_set (structure, "total", G_TYPE_UINT64, self->total, NULL);
  gst_element_post_message (GST_ELEMENT (element), message);
}

void
gst_rtc_data_progress_begin (GstRtcDataProgress * self, guint64 total)
{
  if (self->is_running)
    return;
  self->is_running = TRUE;
  self->bytes = 0;
  self->total = total;
  post (self, GST_PROGRESS_TYPE_START, NULL);
}

void
gst_rtc_data_progress_add (GstRtcDataProgress * self, gsize bytes)
{
  self->bytes += bytes;
  if (self->is_running && g_get_monotonic_time () - self->last >= INTERVAL)
    post (self, GST_PROGRESS_TYPE_CONTINUE, NULL);
}

void
gst_rtc_data_progress_end (GstRtcDataProgress * self, const gchar * fault)
{
  if (!self->is_running)
    return;
  self->is_running = FALSE;
  post (self, fault ? GST_PROGRESS_TYPE_ERROR : GST_PROGRESS_TYPE_COMPLETE, fault);
}
