/* gst-rtc: a pad of rtcsink: one track of every viewer
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "gstrtcsinkpad.h"

#include <string.h>

enum
{
  PROP_0,
  PROP_MSID,
};

struct _GstRtcSinkPad
{
  GstGhostPad parent;
  GstRtcInput *input;
  gchar *msid;                  /* under the object lock */
};

G_DEFINE_TYPE (GstRtcSinkPad, gst_rtc_sink_pad, GST_TYPE_GHOST_PAD);

static void
set_msid (GstRtcSinkPad * self, const gchar * msid)
{
  g_autofree gchar *stream_and_track = g_strdup_printf ("%s %s", msid, GST_PAD_NAME (self));

  GST_OBJECT_LOCK (self);
  g_free (self->msid);
  self->msid = g_strdup (msid);
  GST_OBJECT_UNLOCK (self);
  gst_rtc_input_set_msid (self->input, stream_and_track);
}

static void
gst_rtc_sink_pad_set_property (GObject * object, guint id, const GValue * value, GParamSpec * spec)
{
  const gchar *msid = g_value_get_string (value);

  /* RFC 8830: a token; a space would begin the track's id */
  if (msid && *msid && !strpbrk (msid, " \r\n\t"))
    set_msid (GST_RTC_SINK_PAD (object), msid);
  else
    g_warning ("msid has to be a word");
}

static void
gst_rtc_sink_pad_get_property (GObject * object, guint id, GValue * value, GParamSpec * spec)
{
  GstRtcSinkPad *self = GST_RTC_SINK_PAD (object);

  GST_OBJECT_LOCK (self);
  g_value_set_string (value, self->msid);
  GST_OBJECT_UNLOCK (self);
}

static void
gst_rtc_sink_pad_finalize (GObject * object)
{
  GstRtcSinkPad *self = GST_RTC_SINK_PAD (object);

  gst_clear_object (&self->input);
  g_free (self->msid);
  G_OBJECT_CLASS (gst_rtc_sink_pad_parent_class)->finalize (object);
}

static void
gst_rtc_sink_pad_class_init (GstRtcSinkPadClass * klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->set_property = gst_rtc_sink_pad_set_property;
  object_class->get_property = gst_rtc_sink_pad_get_property;
  object_class->finalize = gst_rtc_sink_pad_finalize;
  g_object_class_install_property (object_class, PROP_MSID, g_param_spec_string ("msid", "MediaStream id",
          "The MediaStream that viewers find this track in. Tracks of one stream are kept in sync; the element's name "
          "by default, so that all of them are", NULL, G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS));
}

static void
gst_rtc_sink_pad_init (GstRtcSinkPad * self)
{
}

GstPad *
gst_rtc_sink_pad_new (const gchar * name, GstPadTemplate * pad_template, GstRtcInput * input, GstPad * target,
    const gchar * stream)
{
  GstRtcSinkPad *self = g_object_new (GST_TYPE_RTC_SINK_PAD, "name", name, "direction", GST_PAD_SINK,
      "template", pad_template, NULL);

  self->input = gst_object_ref (input);
  set_msid (self, stream);
  gst_ghost_pad_set_target (GST_GHOST_PAD (self), target);
  return GST_PAD (self);
}

GstRtcInput *
gst_rtc_sink_pad_get_input (GstRtcSinkPad * self)
{
  return self->input;
}
