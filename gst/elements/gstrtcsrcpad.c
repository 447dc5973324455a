/* gst-rtc: a pad that a track of a peer comes out of
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "gstrtcsrcpad.h"

enum
{
  PROP_0,
  PROP_MSID,
  PROP_MID,
  PROP_PEER_ID,
};

struct _GstRtcSrcPad
{
  GstGhostPad parent;
  gchar *msid, *mid, *peer_id;  /* set once */
};

G_DEFINE_TYPE (GstRtcSrcPad, gst_rtc_src_pad, GST_TYPE_GHOST_PAD);

static void
gst_rtc_src_pad_get_property (GObject * object, guint id, GValue * value, GParamSpec * spec)
{
  GstRtcSrcPad *self = GST_RTC_SRC_PAD (object);

  if (id == PROP_MSID)
    g_value_set_string (value, self->msid);
  else if (id == PROP_MID)
    g_value_set_string (value, self->mid);
  else if (id == PROP_PEER_ID)
    g_value_set_string (value, self->peer_id);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
}

static void
gst_rtc_src_pad_finalize (GObject * object)
{
  GstRtcSrcPad *self = GST_RTC_SRC_PAD (object);

  g_free (self->msid);
  g_free (self->mid);
  g_free (self->peer_id);
  G_OBJECT_CLASS (gst_rtc_src_pad_parent_class)->finalize (object);
}

static void
gst_rtc_src_pad_class_init (GstRtcSrcPadClass * klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->get_property = gst_rtc_src_pad_get_property;
  object_class->finalize = gst_rtc_src_pad_finalize;
  g_object_class_install_property (object_class, PROP_MSID, g_param_spec_string ("msid", "MediaStream id",
          "The MediaStream that the peer has this track in (RFC 8830): tracks of one stream belong together. "
          "NULL if it names none", NULL, flags));
  g_object_class_install_property (object_class, PROP_MID, g_param_spec_string ("mid", "Media id",
          "The m= section of the session description that this track is in (RFC 5888)", NULL, flags));
  g_object_class_install_property (object_class, PROP_PEER_ID, g_param_spec_string ("peer-id", "Peer id",
          "The peer that sends this track", NULL, flags));
}

static void
gst_rtc_src_pad_init (GstRtcSrcPad * self)
{
}

GstPad *
gst_rtc_src_pad_new (const gchar * name, GstPadTemplate * pad_template, GstPad * target, const gchar * peer_id,
    const gchar * mid, const gchar * msid)
{
  GstRtcSrcPad *self = g_object_new (GST_TYPE_RTC_SRC_PAD, "name", name, "direction", GST_PAD_SRC,
      "template", pad_template, NULL);

  self->peer_id = g_strdup (peer_id);
  self->mid = g_strdup (mid);
  self->msid = msid ? g_strndup (msid, strcspn (msid, " ")) : NULL;
  gst_ghost_pad_set_target (GST_GHOST_PAD (self), target);
  gst_pad_set_active (GST_PAD (self), TRUE);
  return GST_PAD (self);
}
