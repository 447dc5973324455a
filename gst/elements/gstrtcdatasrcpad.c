/* gst-rtc: a pad that the messages of a data channel come out of
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "gstrtcdatasrcpad.h"

enum
{
  PROP_0,
  PROP_EOS_ON_CLOSE,
};

struct _GstRtcDataSrcPad
{
  GstGhostPad parent;
  GstRtcDataReader *reader;
};

G_DEFINE_TYPE (GstRtcDataSrcPad, gst_rtc_data_src_pad, GST_TYPE_GHOST_PAD);

static void
gst_rtc_data_src_pad_set_property (GObject * object, guint id, const GValue * value, GParamSpec * spec)
{
  if (id == PROP_EOS_ON_CLOSE)
    gst_rtc_data_reader_set_eos_on_close (GST_RTC_DATA_SRC_PAD (object)->reader, g_value_get_boolean (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
}

static void
gst_rtc_data_src_pad_get_property (GObject * object, guint id, GValue * value, GParamSpec * spec)
{
  if (id == PROP_EOS_ON_CLOSE)
    g_value_set_boolean (value, gst_rtc_data_reader_get_eos_on_close (GST_RTC_DATA_SRC_PAD (object)->reader));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
}

static void
gst_rtc_data_src_pad_finalize (GObject * object)
{
  gst_clear_object (&GST_RTC_DATA_SRC_PAD (object)->reader);
  G_OBJECT_CLASS (gst_rtc_data_src_pad_parent_class)->finalize (object);
}

static void
gst_rtc_data_src_pad_class_init (GstRtcDataSrcPadClass * klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->set_property = gst_rtc_data_src_pad_set_property;
  object_class->get_property = gst_rtc_data_src_pad_get_property;
  object_class->finalize = gst_rtc_data_src_pad_finalize;
  g_object_class_install_property (object_class, PROP_EOS_ON_CLOSE, g_param_spec_boolean ("eos-on-close", "EOS on close",
          "The pad gives EOS when its channel is closed; else it waits for the next channel of its label", TRUE,
          G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS));
}

static void
gst_rtc_data_src_pad_init (GstRtcDataSrcPad * self)
{
}

GstPad *
gst_rtc_data_src_pad_new (const gchar * name, GstPadTemplate * pad_template, GstRtcDataReader * reader)
{
  GstRtcDataSrcPad *self = g_object_new (GST_TYPE_RTC_DATA_SRC_PAD, "name", name, "direction", GST_PAD_SRC,
      "template", pad_template, NULL);
  g_autoptr (GstPad) target = gst_element_get_static_pad (GST_ELEMENT (reader), "src");

  self->reader = gst_object_ref (reader);
  gst_ghost_pad_set_target (GST_GHOST_PAD (self), target);
  return GST_PAD (self);
}
