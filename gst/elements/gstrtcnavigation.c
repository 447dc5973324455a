/* gst-rtc: remote control: what viewers do with mouse, keyboard and fingers goes upstream
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "gstrtcnavigation.h"

#include <gst/core/base/rtcnavigation.h>
#include <gst/video/video.h>

#include <string.h>

#include "gstrtcsinkpad.h"

GST_DEBUG_CATEGORY_STATIC (rtc_navigation_debug);
#define GST_CAT_DEFAULT rtc_navigation_debug

#define LABEL "input"
#define PROTOCOL "navigation"

struct _GstRtcNavigation
{
  GstRtcBase *element;          /* not owned: it owns us */
  gint is_enabled;              /* atomic */
};

GstRtcNavigation *
gst_rtc_navigation_new (GstRtcBase * element)
{
  static gsize once;
  GstRtcNavigation *self = g_new0 (GstRtcNavigation, 1);

  if (g_once_init_enter (&once)) {
    GST_DEBUG_CATEGORY_INIT (rtc_navigation_debug, "rtcnavigation", 0, "rtc: remote control");
    g_once_init_leave (&once, 1);
  }
  self->element = element;
  return self;
}

void
gst_rtc_navigation_free (GstRtcNavigation * self)
{
  g_free (self);
}

void
gst_rtc_navigation_install (GObjectClass * klass, guint property)
{
  g_object_class_install_property (klass, property, g_param_spec_boolean ("enable-data-channel-navigation",
          "Remote control", "Peers may control the source of the video: what they do with mouse, keyboard and fingers in the page "
          "goes upstream as navigation events. Counts for peers that come from then on", FALSE,
          G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING));
}

void
gst_rtc_navigation_set_enabled (GstRtcNavigation * self, gboolean is_enabled)
{
  g_atomic_int_set (&self->is_enabled, is_enabled);
}

gboolean
gst_rtc_navigation_get_enabled (GstRtcNavigation * self)
{
  return g_atomic_int_get (&self->is_enabled);
}

/* (transfer full) */
static GstEvent *
make_event (const RtcNavigation * what, gdouble width, gdouble height)
{
  gdouble x = what->x * width, y = what->y * height;
  GstNavigationModifierType mods = what->modifiers & GST_NAVIGATION_MODIFIER_MASK;

  switch (what->kind) {
    case RTC_NAVIGATION_MOUSE_MOVE:
      return gst_navigation_event_new_mouse_move (x, y, mods);
    case RTC_NAVIGATION_MOUSE_DOWN:
      return gst_navigation_event_new_mouse_button_press (what->button, x, y, mods);
    case RTC_NAVIGATION_MOUSE_UP:
      return gst_navigation_event_new_mouse_button_release (what->button, x, y, mods);
    case RTC_NAVIGATION_MOUSE_SCROLL:
      return gst_navigation_event_new_mouse_scroll (x, y, what->delta_x, what->delta_y, mods);
    case RTC_NAVIGATION_KEY_DOWN:
      return gst_navigation_event_new_key_press (what->key, mods);
    case RTC_NAVIGATION_KEY_UP:
      return gst_navigation_event_new_key_release (what->key, mods);
    case RTC_NAVIGATION_TOUCH_DOWN:
      return gst_navigation_event_new_touch_down (what->touch, x, y, what->pressure, mods);
    case RTC_NAVIGATION_TOUCH_MOTION:
      return gst_navigation_event_new_touch_motion (what->touch, x, y, what->pressure, mods);
    case RTC_NAVIGATION_TOUCH_UP:
      return gst_navigation_event_new_touch_up (what->touch, x, y, mods);
    case RTC_NAVIGATION_TOUCH_FRAME:
      return gst_navigation_event_new_touch_frame (mods);
    default:
      g_assert_not_reached ();
  }
}

static gboolean
has_position (const RtcNavigation * what)
{
  return what->kind != RTC_NAVIGATION_KEY_DOWN && what->kind != RTC_NAVIGATION_KEY_UP
      && what->kind != RTC_NAVIGATION_TOUCH_FRAME;
}

/* Caps of RTP do not say how large the picture is: there is no telling where a mouse is on it. */
static void
send_event (GstPad * pad, const RtcNavigation * what)
{
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (pad);
  const GstStructure *structure = caps ? gst_caps_get_structure (caps, 0) : NULL;
  gint width = 0, height = 0;

  if (structure) {
    gst_structure_get_int (structure, "width", &width);
    gst_structure_get_int (structure, "height", &height);
  }
  if (has_position (what) && (width <= 0 || height <= 0))
    GST_DEBUG_OBJECT (pad, "there is no size in %" GST_PTR_FORMAT, caps);
  else
    gst_pad_push_event (pad, make_event (what, width, height));
}

/* (transfer full) (element-type GstPad) */
static GPtrArray *
list_video_pads (GstRtcNavigation * self)
{
  GPtrArray *pads = g_ptr_array_new_with_free_func (gst_object_unref);

  GST_OBJECT_LOCK (self->element);
  for (GList * l = GST_ELEMENT (self->element)->sinkpads; l; l = l->next) {
    if (GST_IS_RTC_SINK_PAD (l->data) && gst_rtc_input_get_kind (gst_rtc_sink_pad_get_input (l->data)) == RTC_MEDIA_VIDEO)
      g_ptr_array_add (pads, gst_object_ref (l->data));
  }
  GST_OBJECT_UNLOCK (self->element);
  return pads;
}

/* Control thread. Who was allowed to when it came in may be so no more. */
static void
on_text (GstRtcDataChannel * channel, const gchar * text, GstRtcNavigation * self)
{
  g_autoptr (GPtrArray) pads = NULL;
  g_autoptr (GError) error = NULL;
  RtcNavigation what;

  if (!gst_rtc_navigation_get_enabled (self))
    return;
  if (!rtc_navigation_read (text, strlen (text), &what, &error)) {
    GST_DEBUG_OBJECT (self->element, "%s", error->message);
    return;
  }
  pads = list_video_pads (self);
  for (guint i = 0; i < pads->len; i++)
    send_event (pads->pdata[i], &what);
}

void
gst_rtc_navigation_added (GstRtcNavigation * self, const gchar * peer_id)
{
  g_autoptr (RtcDataChannelSpec) spec = NULL;
  g_autoptr (GstRtcDataChannel) channel = NULL;

  if (!gst_rtc_navigation_get_enabled (self))
    return;
  spec = rtc_data_channel_spec_new (LABEL);
  spec->protocol = g_strdup (PROTOCOL);
  channel = gst_rtc_data_create_channel (gst_rtc_base_get_data (self->element), peer_id, spec, NULL);
  if (channel)
    g_signal_connect (channel, "on-message-string", G_CALLBACK (on_text), self);
}
