/* gst-rtc: the sink pads of an element, and what is sent from them
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "gstrtcinputs.h"

#include "gstrtcencoder.h"
#include "gstrtcoutlet.h"
#include "gstrtcsinkpad.h"

#include <string.h>

/* bit/s; the same as other WebRTC elements have */
#define DEFAULT_MIN_BITRATE 1000
#define DEFAULT_START_BITRATE 2048000
#define DEFAULT_MAX_BITRATE 8192000
/* Longer than a page takes to reload */
#define LINGER 5000

/* Of a GstRtcInput: the element in front of it */
#define FILTER "rtc-filter"

enum
{
  VIDEO_CAPS,
  AUDIO_CAPS,
  MIN_BITRATE,
  START_BITRATE,
  MAX_BITRATE,
  N_PROPERTIES
};

struct _GstRtcInputs
{
  GstRtcBase *element;          /* not owned: it owns us */
  GstElement *(*make_filter) (GstRtcBase * element, RtcMediaKind kind);

  /* under the element's object lock */
  GstCaps *video_caps, *audio_caps;
  guint min_bitrate, start_bitrate, max_bitrate;
  guint n_video, n_audio;       /* to number the pads with */
};

/* What the inputs ask for */

static gpointer
open_outlet (GstRtcInput * input, GstRtcBranch * branch, const GstRtcCodec * codec, gboolean forceable,
    gpointer user_data)
{
  return gst_rtc_outlet_new (gst_rtc_base_get_pool (user_data), gst_rtc_base_get_control (user_data), branch, codec,
      forceable);
}

static void
push_frame (gpointer outlet, RtcFrame * frame)
{
  gst_rtc_outlet_push (outlet, frame);
}

static void
close_outlet (gpointer outlet)
{
  gst_rtc_outlet_free (outlet);
}

static void
on_input_changed (GstRtcInput * input, gpointer user_data)
{
  gst_rtc_base_update (user_data);
}

static void
on_set_up (GstRtcInput * input, GstElement * element, gboolean encoder, gpointer user_data)
{
  gboolean handled;

  g_signal_emit_by_name (user_data, encoder ? "encoder-setup" : "payloader-setup", GST_ELEMENT_NAME (input), element,
      &handled);
}

static const GstRtcInputFuncs input_funcs = { open_outlet, push_frame, close_outlet, on_input_changed, on_set_up };

static guint
get_bitrate (GstRtcInputs * self)
{
  return CLAMP (self->start_bitrate, MIN (self->min_bitrate, self->max_bitrate), self->max_bitrate);
}

static void
start_input (GstRtcInputs * self, GstRtcInput * input)
{
  gboolean video = gst_rtc_input_get_kind (input) == RTC_MEDIA_VIDEO;
  g_autoptr (GstCaps) allowed = NULL;
  GstRtcInputConfig config = {
    .context = rtc_control_get_context (gst_rtc_base_get_control (self->element)),
    .linger = LINGER,
    .funcs = &input_funcs,
    .user_data = self->element,
  };

  GST_OBJECT_LOCK (self->element);
  allowed = gst_caps_ref (video ? self->video_caps : self->audio_caps);
  config.bitrate = get_bitrate (self);
  GST_OBJECT_UNLOCK (self->element);
  config.allowed = allowed;
  gst_rtc_input_start (input, &config);
}

GPtrArray *
gst_rtc_inputs_list (GstRtcInputs * self)
{
  GPtrArray *inputs = g_ptr_array_new_with_free_func (gst_object_unref);

  GST_OBJECT_LOCK (self->element);
  for (GList * l = GST_ELEMENT (self->element)->sinkpads; l; l = l->next) {
    if (GST_IS_RTC_SINK_PAD (l->data))
      g_ptr_array_add (inputs, gst_object_ref (gst_rtc_sink_pad_get_input (l->data)));
  }
  GST_OBJECT_UNLOCK (self->element);
  return inputs;
}

void
gst_rtc_inputs_started (GstRtcInputs * self)
{
  g_autoptr (GPtrArray) inputs = gst_rtc_inputs_list (self);

  for (guint i = 0; i < inputs->len; i++)
    start_input (self, inputs->pdata[i]);
}

void
gst_rtc_inputs_stopped (GstRtcInputs * self)
{
  g_autoptr (GPtrArray) inputs = gst_rtc_inputs_list (self);

  for (guint i = 0; i < inputs->len; i++)
    gst_rtc_input_stop (inputs->pdata[i]);
}

/* Pads */

static gchar *
name_pad (GstRtcInputs * self, const gchar * asked, RtcMediaKind kind)
{
  guint *next = kind == RTC_MEDIA_VIDEO ? &self->n_video : &self->n_audio;
  const gchar *prefix = kind == RTC_MEDIA_VIDEO ? "video_" : "audio_";
  gchar *name;
  guint64 number;

  GST_OBJECT_LOCK (self->element);
  if (asked && g_str_has_prefix (asked, prefix)
      && g_ascii_string_to_unsigned (asked + strlen (prefix), 10, 0, G_MAXUINT - 1, &number, NULL))
    *next = MAX (*next, number + 1);
  else
    number = (*next)++;
  name = g_strdup_printf ("%s%u", prefix, (guint) number);
  GST_OBJECT_UNLOCK (self->element);
  return name;
}

/* (transfer full): where what comes into a pad goes; its filter, if it has one, stays with the input */
static GstPad *
add_filter (GstRtcInputs * self, GstRtcInput * input)
{
  GstElement *filter = self->make_filter ? self->make_filter (self->element, gst_rtc_input_get_kind (input)) : NULL;

  if (!filter)
    return gst_element_get_static_pad (GST_ELEMENT (input), "sink");
  g_object_set_data_full (G_OBJECT (input), FILTER, gst_object_ref (filter), gst_object_unref);
  gst_bin_add (GST_BIN (self->element), filter);
  gst_element_link_pads_full (filter, "src", GST_ELEMENT (input), "sink", GST_PAD_LINK_CHECK_NOTHING);
  gst_element_sync_state_with_parent (filter);
  return gst_element_get_static_pad (filter, "sink");
}

static void
remove_filter (GstRtcInputs * self, GstRtcInput * input)
{
  GstElement *filter = g_object_get_data (G_OBJECT (input), FILTER);

  if (!filter)
    return;
  gst_element_set_locked_state (filter, TRUE);
  gst_bin_remove (GST_BIN (self->element), filter);
}

GstPad *
gst_rtc_inputs_request_pad (GstRtcInputs * self, GstPadTemplate * pad_template, const gchar * asked)
{
  GstElement *element = GST_ELEMENT (self->element);
  RtcMediaKind kind = g_str_has_prefix (GST_PAD_TEMPLATE_NAME_TEMPLATE (pad_template), "video") ? RTC_MEDIA_VIDEO :
      RTC_MEDIA_AUDIO;
  g_autofree gchar *name = name_pad (self, asked, kind);
  GstRtcInput *input = gst_rtc_input_new (kind, name);
  g_autoptr (GstPad) target = NULL;
  GstPad *pad;

  if (!gst_bin_add (GST_BIN (element), GST_ELEMENT (input)))
    return NULL;
  target = add_filter (self, input);
  pad = gst_rtc_sink_pad_new (name, pad_template, input, target, GST_OBJECT_NAME (element));
  if (gst_rtc_base_get_control (self->element))
    start_input (self, input);
  gst_element_sync_state_with_parent (GST_ELEMENT (input));
  gst_pad_set_active (pad, TRUE);
  gst_element_add_pad (element, pad);
  gst_rtc_base_update (self->element);
  gst_child_proxy_child_added (GST_CHILD_PROXY (element), G_OBJECT (pad), name);
  return pad;
}

/* The input first: while it waits for its clock, nobody gets hold of the pad. */
static void
end_input (gpointer data, gpointer user_data)
{
  GstElement *input = GST_ELEMENT (gst_rtc_sink_pad_get_input (data));
  GstElement *filter = g_object_get_data (G_OBJECT (input), FILTER);

  gst_element_set_state (input, GST_STATE_NULL);
  if (filter)
    gst_element_set_state (filter, GST_STATE_NULL);
  gst_pad_set_active (data, FALSE);
  gst_rtc_input_stop (GST_RTC_INPUT (input));
}

/* Sessions still hold outlets of the input: it ends where they live. Its name is free at once. */
void
gst_rtc_inputs_release_pad (GstRtcInputs * self, GstPad * pad)
{
  GstElement *element = GST_ELEMENT (self->element);
  RtcControl *control = gst_rtc_base_get_control (self->element);
  GstElement *input = GST_ELEMENT (gst_rtc_sink_pad_get_input (GST_RTC_SINK_PAD (pad)));

  gst_element_set_locked_state (input, TRUE);
  gst_child_proxy_child_removed (GST_CHILD_PROXY (element), G_OBJECT (pad), GST_PAD_NAME (pad));
  gst_object_ref (pad);
  gst_element_remove_pad (element, pad);
  remove_filter (self, GST_RTC_INPUT (input));
  gst_bin_remove (GST_BIN (element), input);
  gst_rtc_base_update (self->element);
  if (control) {
    rtc_control_post (control, end_input, pad, NULL, gst_object_unref);
  } else {
    end_input (pad, NULL);
    gst_object_unref (pad);
  }
}

/* Properties */

static void
update_bitrate (GstRtcInputs * self)
{
  g_autoptr (GPtrArray) inputs = gst_rtc_inputs_list (self);
  guint bitrate;

  GST_OBJECT_LOCK (self->element);
  bitrate = get_bitrate (self);
  GST_OBJECT_UNLOCK (self->element);
  for (guint i = 0; i < inputs->len; i++)
    gst_rtc_input_set_bitrate (inputs->pdata[i], bitrate);
}

static guint *
find_bitrate (GstRtcInputs * self, guint index)
{
  switch (index) {
    case MIN_BITRATE:
      return &self->min_bitrate;
    case START_BITRATE:
      return &self->start_bitrate;
    case MAX_BITRATE:
      return &self->max_bitrate;
    default:
      return NULL;
  }
}

gboolean
gst_rtc_inputs_set_property (GstRtcInputs * self, guint index, const GValue * value)
{
  guint *bitrate = find_bitrate (self, index);

  if (index >= N_PROPERTIES)
    return FALSE;
  GST_OBJECT_LOCK (self->element);
  if (bitrate)
    *bitrate = g_value_get_uint (value);
  else if (gst_value_get_caps (value))
    gst_caps_replace (index == VIDEO_CAPS ? &self->video_caps : &self->audio_caps, g_value_get_boxed (value));
  GST_OBJECT_UNLOCK (self->element);
  if (bitrate)
    update_bitrate (self);
  return TRUE;
}

gboolean
gst_rtc_inputs_get_property (GstRtcInputs * self, guint index, GValue * value)
{
  guint *bitrate = find_bitrate (self, index);

  if (index >= N_PROPERTIES)
    return FALSE;
  GST_OBJECT_LOCK (self->element);
  if (bitrate)
    g_value_set_uint (value, *bitrate);
  else
    gst_value_set_caps (value, index == VIDEO_CAPS ? self->video_caps : self->audio_caps);
  GST_OBJECT_UNLOCK (self->element);
  return TRUE;
}

static void
install_properties (GObjectClass * klass, guint first)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;

  g_object_class_install_property (klass, first + VIDEO_CAPS, g_param_spec_boxed ("video-caps", "Video codecs",
          "Which video codecs viewers are offered, as caps: \"video/x-vp8;video/x-h264\". All by default",
          GST_TYPE_CAPS, flags | GST_PARAM_MUTABLE_READY));
  g_object_class_install_property (klass, first + AUDIO_CAPS, g_param_spec_boxed ("audio-caps", "Audio codecs",
          "Which audio codecs viewers are offered, as caps: \"audio/x-opus\". All by default",
          GST_TYPE_CAPS, flags | GST_PARAM_MUTABLE_READY));
  g_object_class_install_property (klass, first + MIN_BITRATE, g_param_spec_uint ("min-bitrate", "Minimum bitrate",
          "Lowest that start-bitrate may be, in bit/s; "
          "the bitrate does not follow the network", 1, G_MAXINT, DEFAULT_MIN_BITRATE,
          flags | GST_PARAM_MUTABLE_PLAYING));
  g_object_class_install_property (klass, first + START_BITRATE, g_param_spec_uint ("start-bitrate", "Bitrate",
          "Bitrate of each video encoder, in bit/s, within min-bitrate and max-bitrate", 1, G_MAXINT,
          DEFAULT_START_BITRATE, flags | GST_PARAM_MUTABLE_PLAYING));
  g_object_class_install_property (klass, first + MAX_BITRATE, g_param_spec_uint ("max-bitrate", "Maximum bitrate",
          "Highest that start-bitrate may be, in bit/s; "
          "the bitrate does not follow the network", 1, G_MAXINT, DEFAULT_MAX_BITRATE,
          flags | GST_PARAM_MUTABLE_PLAYING));
}

static void
install_signals (GType type)
{
  /**
   * GstRtcInputs::encoder-setup:
   * @pad: name of the pad that its media comes from
   * @encoder: an encoder in READY, with low-latency settings where it is a known one: change what you like
   *
   * On the control thread of the element. `b-frames` have to stay off, and streams in byte order.
   *
   * Returns: %TRUE to keep other handlers from being called
   */
  g_signal_new ("encoder-setup", type, G_SIGNAL_RUN_LAST, 0,
      gst_rtc_accumulate_until_true, NULL, NULL, G_TYPE_BOOLEAN, 2, G_TYPE_STRING, GST_TYPE_ELEMENT);
  /**
   * GstRtcInputs::payloader-setup:
   * @pad: name of the pad that its media comes from
   * @payloader: a payloader with our settings: change what you like. Payload types and SSRCs do not matter.
   *
   * On the control thread of the element or, for encoded media, on a streaming thread.
   *
   * Returns: %TRUE to keep other handlers from being called
   */
  g_signal_new ("payloader-setup", type, G_SIGNAL_RUN_LAST, 0,
      gst_rtc_accumulate_until_true, NULL, NULL, G_TYPE_BOOLEAN, 2, G_TYPE_STRING, GST_TYPE_ELEMENT);
}

static void
add_pad_template (GstElementClass * klass, const gchar * name, RtcMediaKind kind)
{
  g_autoptr (GstCaps) caps = gst_rtc_codecs_get_sink_caps (kind);

  gst_element_class_add_pad_template (klass, gst_pad_template_new_with_gtype (name, GST_PAD_SINK, GST_PAD_REQUEST,
          caps, GST_TYPE_RTC_SINK_PAD));
}

guint
gst_rtc_inputs_install (GstElementClass * klass, guint first)
{
  install_properties (G_OBJECT_CLASS (klass), first);
  install_signals (G_TYPE_FROM_CLASS (klass));
  add_pad_template (klass, "video_%u", RTC_MEDIA_VIDEO);
  add_pad_template (klass, "audio_%u", RTC_MEDIA_AUDIO);
  return first + N_PROPERTIES;
}

GstRtcInputs *
gst_rtc_inputs_new (GstRtcBase * element, GstElement * (*make_filter) (GstRtcBase * element, RtcMediaKind kind))
{
  GstRtcInputs *self = g_new0 (GstRtcInputs, 1);

  self->element = element;
  self->make_filter = make_filter;
  self->video_caps = gst_rtc_codecs_get_caps (RTC_MEDIA_VIDEO);
  self->audio_caps = gst_rtc_codecs_get_caps (RTC_MEDIA_AUDIO);
  self->min_bitrate = DEFAULT_MIN_BITRATE;
  self->start_bitrate = DEFAULT_START_BITRATE;
  self->max_bitrate = DEFAULT_MAX_BITRATE;
  return self;
}

void
gst_rtc_inputs_free (GstRtcInputs * self)
{
  gst_caps_unref (self->video_caps);
  gst_caps_unref (self->audio_caps);
  g_free (self);
}
