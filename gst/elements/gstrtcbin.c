/* gst-rtc: media to and from peers
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/**
 * SECTION:element-rtcbin
 * @title: rtcbin
 *
 * Sends to and receives from WebRTC peers in one session each: a call, or a camera with talk-back. What goes into its request
 * pads `video_%u` and `audio_%u` goes to every peer, as with `rtcsink`; what a peer sends comes out of its pads
 * `video_src_%u` and `audio_src_%u`, as with `rtcsrc`. Pads may come and go while it runs: sessions are renegotiated, and
 * running tracks do not notice.
 *
 * A bare `rtcbin` serves a page at http://localhost:8080 that plays what it sends and has buttons to send camera and
 * microphone. `video-codecs="<>"` takes no video: a camera with talk-back.
 *
 * Pads `data_` and a label send messages as those of `rtcsink` do, pads `data_src_` and a label give them as those of `rtcsrc` do; what a
 * peer sends back on a channel of such a sink pad comes out of the source pad of its label.
 *
 * #GstRtcBin:audio-processing keeps the echo of a loudspeaker and noise out of what a microphone gives.
 *
 * ## Examples
 * |[
 * gst-launch-1.0 rtcbin name=call v4l2src ! videoconvert ! call. autoaudiosrc ! audioconvert ! call. \
 *     call.video_src_0 ! videoconvert ! autovideosink  call.audio_src_0 ! audioconvert ! audioresample ! autoaudiosink
 * ]| A call with a browser
 * |[
 * gst-launch-1.0 rtcbin name=b fdsrc do-timestamp=true ! text/x-raw,format=utf8 ! b.data_chat  b.data_src_chat ! fdsink
 * ]| Chat in a terminal
 */
#include "gstrtcbin.h"

#include "gstrtcinputs.h"
#include "gstrtcnavigation.h"
#include "gstrtcoutputs.h"
#include "gstrtcsinkpad.h"
#include "gstrtcvoice.h"

GST_DEBUG_CATEGORY_STATIC (rtc_bin_debug);
#define GST_CAT_DEFAULT rtc_bin_debug

#define PROP_AUDIO_PROCESSING 1
#define PROP_NAVIGATION 2
#define PROP_INPUTS 3           /* and on; the outputs' follow */

struct _GstRtcBin
{
  GstRtcBase parent;
  GstRtcInputs *inputs;
  GstRtcNavigation *navigation;
  GstRtcOutputs *outputs;
  GstRtcAudioProcessing audio_processing;       /* under the object lock */
  gchar *far_end_name;          /* NULL while there is no far end */
};

static guint prop_outputs;

G_DEFINE_TYPE_WITH_CODE (GstRtcBin, gst_rtc_bin, GST_TYPE_RTC_BASE,
    GST_DEBUG_CATEGORY_INIT (rtc_bin_debug, "rtcbin", 0, "rtc: media to and from peers"));
GST_ELEMENT_REGISTER_DEFINE (rtcbin, "rtcbin", GST_RANK_NONE, GST_TYPE_RTC_BIN);

static GPtrArray *
gst_rtc_bin_get_inputs (GstRtcBase * base)
{
  return gst_rtc_inputs_list (GST_RTC_BIN (base)->inputs);
}

static void
gst_rtc_bin_configure (GstRtcBase * base, RtcPeerConfig * peer)
{
  gst_rtc_outputs_configure (GST_RTC_BIN (base)->outputs, peer);
}

static void
gst_rtc_bin_negotiated (GstRtcBase * base, GstRtcConsumer * consumer, GPtrArray * tracks)
{
  gst_rtc_outputs_negotiated (GST_RTC_BIN (base)->outputs, consumer, tracks);
}

static void
gst_rtc_bin_removed (GstRtcBase * base, const gchar * peer_id)
{
  gst_rtc_outputs_removed (GST_RTC_BIN (base)->outputs, peer_id);
}

static void
gst_rtc_bin_describe (GstRtcBase * base, const gchar * peer_id, const gchar * mid, GstStructure * entry)
{
  gst_rtc_outputs_describe (GST_RTC_BIN (base)->outputs, peer_id, mid, entry);
}

static void
gst_rtc_bin_added (GstRtcBase * base, const gchar * peer_id)
{
  gst_rtc_navigation_added (GST_RTC_BIN (base)->navigation, peer_id);
}

static void
gst_rtc_bin_started (GstRtcBase * base)
{
  gst_rtc_inputs_started (GST_RTC_BIN (base)->inputs);
}

static void
gst_rtc_bin_stopped (GstRtcBase * base)
{
  gst_rtc_inputs_stopped (GST_RTC_BIN (base)->inputs);
}

/* Audio processing. The far end's name is a key of the whole process. */

static void
add_far_end (GstRtcBin * self)
{
  g_autofree gchar *name = g_strdup_printf ("%s-far-end-%p", GST_OBJECT_NAME (self), self);
  GstElement *far_end;

  if (self->far_end_name)
    return;
  far_end = gst_rtc_voice_new_far_end (name);
  if (!far_end)
    return;
  gst_bin_add (GST_BIN (self), far_end);
  gst_element_sync_state_with_parent (far_end);
  gst_rtc_outputs_set_far_end (self->outputs, far_end);
  self->far_end_name = g_steal_pointer (&name);
}

static GstElement *
make_near_end (GstRtcBase * base, RtcMediaKind kind)
{
  GstRtcBin *self = GST_RTC_BIN (base);
  GstRtcAudioProcessing processing;
  GstElement *near_end;

  GST_OBJECT_LOCK (self);
  processing = self->audio_processing;
  GST_OBJECT_UNLOCK (self);
  if (kind != RTC_MEDIA_AUDIO || !processing)
    return NULL;
  if (processing & GST_RTC_AUDIO_PROCESSING_ECHO_CANCELLATION)
    add_far_end (self);
  near_end = gst_rtc_voice_new_near_end (processing, self->far_end_name);
  if (!near_end)
    GST_ELEMENT_WARNING (self, CORE, MISSING_PLUGIN, ("audio-processing needs the elements webrtcdsp and webrtcechoprobe: "
            "install GStreamer's webrtcdsp plugin (Debian: gstreamer1.0-plugins-bad). Sound goes unprocessed."), (NULL));
  return near_end;
}

static GstPad *
gst_rtc_bin_request_new_pad (GstElement * element, GstPadTemplate * pad_template, const gchar * asked,
    const GstCaps * caps)
{
  if (gst_rtc_data_pads_is_template (pad_template))
    return GST_ELEMENT_CLASS (gst_rtc_bin_parent_class)->request_new_pad (element, pad_template, asked, caps);
  return gst_rtc_inputs_request_pad (GST_RTC_BIN (element)->inputs, pad_template, asked);
}

static void
gst_rtc_bin_release_pad (GstElement * element, GstPad * pad)
{
  if (GST_IS_RTC_SINK_PAD (pad))
    gst_rtc_inputs_release_pad (GST_RTC_BIN (element)->inputs, pad);
  else
    GST_ELEMENT_CLASS (gst_rtc_bin_parent_class)->release_pad (element, pad);
}

static gboolean
gst_rtc_bin_send_event (GstElement * element, GstEvent * event)
{
  if (GST_EVENT_TYPE (event) == GST_EVENT_EOS)
    gst_rtc_data_pads_send_eos (gst_rtc_data_get_pads (gst_rtc_base_get_data (GST_RTC_BASE (element))));
  return gst_rtc_outputs_send_event (GST_RTC_BIN (element)->outputs, event)
      || GST_ELEMENT_CLASS (gst_rtc_bin_parent_class)->send_event (element, event);
}

static GstStateChangeReturn
gst_rtc_bin_change_state (GstElement * element, GstStateChange transition)
{
  GstStateChangeReturn result = GST_ELEMENT_CLASS (gst_rtc_bin_parent_class)->change_state (element, transition);

  return gst_rtc_base_make_live (transition, result);
}

static void
gst_rtc_bin_set_property (GObject * object, guint id, const GValue * value, GParamSpec * spec)
{
  GstRtcBin *self = GST_RTC_BIN (object);

  if (id == PROP_AUDIO_PROCESSING) {
    GST_OBJECT_LOCK (self);
    self->audio_processing = g_value_get_flags (value);
    GST_OBJECT_UNLOCK (self);
    return;
  }
  if (id == PROP_NAVIGATION) {
    gst_rtc_navigation_set_enabled (self->navigation, g_value_get_boolean (value));
    return;
  }
  if (!gst_rtc_inputs_set_property (self->inputs, id - PROP_INPUTS, value)
      && !gst_rtc_outputs_set_property (self->outputs, id - prop_outputs, value))
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
}

static void
gst_rtc_bin_get_property (GObject * object, guint id, GValue * value, GParamSpec * spec)
{
  GstRtcBin *self = GST_RTC_BIN (object);

  if (id == PROP_AUDIO_PROCESSING) {
    GST_OBJECT_LOCK (self);
    g_value_set_flags (value, self->audio_processing);
    GST_OBJECT_UNLOCK (self);
    return;
  }
  if (id == PROP_NAVIGATION) {
    g_value_set_boolean (value, gst_rtc_navigation_get_enabled (self->navigation));
    return;
  }
  if (!gst_rtc_inputs_get_property (self->inputs, id - PROP_INPUTS, value)
      && !gst_rtc_outputs_get_property (self->outputs, id - prop_outputs, value))
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
}

static void
gst_rtc_bin_finalize (GObject * object)
{
  GstRtcBin *self = GST_RTC_BIN (object);

  gst_rtc_inputs_free (self->inputs);
  gst_rtc_outputs_free (self->outputs);
  gst_rtc_navigation_free (self->navigation);
  g_free (self->far_end_name);
  G_OBJECT_CLASS (gst_rtc_bin_parent_class)->finalize (object);
}

static void
gst_rtc_bin_class_init (GstRtcBinClass * klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstRtcBaseClass *base_class = GST_RTC_BASE_CLASS (klass);

  object_class->set_property = gst_rtc_bin_set_property;
  object_class->get_property = gst_rtc_bin_get_property;
  object_class->finalize = gst_rtc_bin_finalize;
  element_class->request_new_pad = gst_rtc_bin_request_new_pad;
  element_class->release_pad = gst_rtc_bin_release_pad;
  element_class->send_event = gst_rtc_bin_send_event;
  element_class->change_state = gst_rtc_bin_change_state;
  base_class->get_inputs = gst_rtc_bin_get_inputs;
  base_class->configure = gst_rtc_bin_configure;
  base_class->negotiated = gst_rtc_bin_negotiated;
  base_class->removed = gst_rtc_bin_removed;
  base_class->describe = gst_rtc_bin_describe;
  base_class->added = gst_rtc_bin_added;
  base_class->started = gst_rtc_bin_started;
  base_class->stopped = gst_rtc_bin_stopped;

  g_object_class_install_property (object_class, PROP_AUDIO_PROCESSING, g_param_spec_flags ("audio-processing",
          "Audio processing", "What to do with raw sound that is sent, by GStreamer's webrtcdsp: "
          "echo-cancellation+noise-suppression+gain-control. Counts for audio pads requested from then on, which take raw "
          "sound only. The echo is that of the first peer's first track: of several, mix them, and put elements of your own",
          GST_TYPE_RTC_AUDIO_PROCESSING, 0, G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY));
  gst_rtc_navigation_install (object_class, PROP_NAVIGATION);
  prop_outputs = gst_rtc_inputs_install (element_class, PROP_INPUTS);
  gst_rtc_outputs_install (element_class, prop_outputs, "video_src_%u", "audio_src_%u");
  gst_rtc_data_pads_install (element_class, "data_%s", "data_src_%s");
  gst_element_class_set_static_metadata (element_class, "WebRTC call", "Source/Sink/Network/WebRTC",
      "Sends audio and video to web browsers and other WebRTC peers and gives what they send, in one session each, with a "
      "page to call it from at http://localhost:8080", "The gst-rtc developers");
  gst_type_mark_as_plugin_api (GST_TYPE_RTC_AUDIO_PROCESSING, 0);
}

static void
gst_rtc_bin_init (GstRtcBin * self)
{
  self->navigation = gst_rtc_navigation_new (GST_RTC_BASE (self));
  self->inputs = gst_rtc_inputs_new (GST_RTC_BASE (self), make_near_end);
  self->outputs = gst_rtc_outputs_new (GST_RTC_BASE (self));
}
