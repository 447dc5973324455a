/* gst-rtc: media to any number of viewers
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/**
 * SECTION:element-rtcsink
 * @title: rtcsink
 *
 * Sends audio and video to any number of WebRTC peers, web browsers above all. What comes in may be raw,
 * encoded or RTP. Raw media is encoded once for each codec that some viewer negotiated, however many they are, and
 * not at all while nobody looks. Encoded media and RTP are sent as they are.
 *
 * A bare `rtcsink` serves a page that plays its stream at http://localhost:8080.
 *
 * What goes into a pad `data_` and a label is sent over a data channel of that label to every peer, a message for each buffer. The
 * pad blocks until there is a peer, and while too much waits for one of them; EOS closes the channels, and counts once everything
 * has arrived. Caps say what the channels are: `application/x-data-channel` with the fields label, protocol, ordered,
 * max-retransmits, max-packet-lifetime, priority, and negotiated with id. With `text/x-raw,format=utf8` messages are text; with any
 * other caps, or none, the channels are ordered and reliable, and messages are bytes. A file that is linked directly tells its name
 * and size by the protocol `file?name=…&size=…`. Such pads are found by their name only: media never goes there by itself.
 *
 * An application opens channels by the signal #GstRtcBase::create-data-channel and gets those of peers by
 * #GstRtcBase::on-data-channel. With #GstRtcSink:enable-data-channel-navigation viewers control the source of the video.
 *
 * ## Examples
 * |[
 * gst-launch-1.0 v4l2src ! videoconvert ! rtcsink
 * ]| A camera in every browser
 * |[
 * gst-launch-1.0 videotestsrc is-live=true ! rtcsink name=s audiotestsrc is-live=true ! s. s.signaller::port=9000
 * ]| Picture and sound on another port
 * |[
 * gst-launch-1.0 rtspsrc location=rtsp://camera/ ! rtph264depay ! rtcsink
 * ]| A camera that encodes by itself
 * |[
 * gst-launch-1.0 filesrc location=report.pdf blocksize=65536 ! s.data_file rtcsink name=s
 * ]| A file to the first browser that comes
 * |[
 * gst-launch-1.0 wpesrc location=https://example.org ! videoconvert ! rtcsink enable-data-channel-navigation=true
 * ]| A web page that viewers can click into
 */
#include "gstrtcsink.h"

#include "gstrtcinputs.h"
#include "gstrtcnavigation.h"
#include "gstrtcsinkpad.h"

GST_DEBUG_CATEGORY_STATIC (rtc_sink_debug);
#define GST_CAT_DEFAULT rtc_sink_debug

#define PROP_NAVIGATION 1
#define PROP_INPUTS 2           /* and on */

struct _GstRtcSink
{
  GstRtcBase parent;
  GstRtcInputs *inputs;
  GstRtcNavigation *navigation;
};

G_DEFINE_TYPE_WITH_CODE (GstRtcSink, gst_rtc_sink, GST_TYPE_RTC_BASE,
    GST_DEBUG_CATEGORY_INIT (rtc_sink_debug, "rtcsink", 0, "rtc: media to viewers"));
GST_ELEMENT_REGISTER_DEFINE (rtcsink, "rtcsink", GST_RANK_NONE, GST_TYPE_RTC_SINK);

static GPtrArray *
gst_rtc_sink_get_inputs (GstRtcBase * base)
{
  return gst_rtc_inputs_list (GST_RTC_SINK (base)->inputs);
}

static void
gst_rtc_sink_added (GstRtcBase * base, const gchar * peer_id)
{
  gst_rtc_navigation_added (GST_RTC_SINK (base)->navigation, peer_id);
}

static void
gst_rtc_sink_started (GstRtcBase * base)
{
  gst_rtc_inputs_started (GST_RTC_SINK (base)->inputs);
}

static void
gst_rtc_sink_stopped (GstRtcBase * base)
{
  gst_rtc_inputs_stopped (GST_RTC_SINK (base)->inputs);
}

static GstPad *
gst_rtc_sink_request_new_pad (GstElement * element, GstPadTemplate * pad_template, const gchar * asked,
    const GstCaps * caps)
{
  if (gst_rtc_data_pads_is_template (pad_template))
    return GST_ELEMENT_CLASS (gst_rtc_sink_parent_class)->request_new_pad (element, pad_template, asked, caps);
  return gst_rtc_inputs_request_pad (GST_RTC_SINK (element)->inputs, pad_template, asked);
}

static void
gst_rtc_sink_release_pad (GstElement * element, GstPad * pad)
{
  if (GST_IS_RTC_SINK_PAD (pad))
    gst_rtc_inputs_release_pad (GST_RTC_SINK (element)->inputs, pad);
  else
    GST_ELEMENT_CLASS (gst_rtc_sink_parent_class)->release_pad (element, pad);
}

static void
gst_rtc_sink_set_property (GObject * object, guint id, const GValue * value, GParamSpec * spec)
{
  if (id == PROP_NAVIGATION)
    gst_rtc_navigation_set_enabled (GST_RTC_SINK (object)->navigation, g_value_get_boolean (value));
  else if (!gst_rtc_inputs_set_property (GST_RTC_SINK (object)->inputs, id - PROP_INPUTS, value))
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
}

static void
gst_rtc_sink_get_property (GObject * object, guint id, GValue * value, GParamSpec * spec)
{
  if (id == PROP_NAVIGATION)
    g_value_set_boolean (value, gst_rtc_navigation_get_enabled (GST_RTC_SINK (object)->navigation));
  else if (!gst_rtc_inputs_get_property (GST_RTC_SINK (object)->inputs, id - PROP_INPUTS, value))
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
}

static void
gst_rtc_sink_finalize (GObject * object)
{
  gst_rtc_inputs_free (GST_RTC_SINK (object)->inputs);
  gst_rtc_navigation_free (GST_RTC_SINK (object)->navigation);
  G_OBJECT_CLASS (gst_rtc_sink_parent_class)->finalize (object);
}

static void
gst_rtc_sink_class_init (GstRtcSinkClass * klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstRtcBaseClass *base_class = GST_RTC_BASE_CLASS (klass);

  object_class->set_property = gst_rtc_sink_set_property;
  object_class->get_property = gst_rtc_sink_get_property;
  object_class->finalize = gst_rtc_sink_finalize;
  element_class->request_new_pad = gst_rtc_sink_request_new_pad;
  element_class->release_pad = gst_rtc_sink_release_pad;
  base_class->get_inputs = gst_rtc_sink_get_inputs;
  base_class->added = gst_rtc_sink_added;
  base_class->started = gst_rtc_sink_started;
  base_class->stopped = gst_rtc_sink_stopped;

  gst_rtc_navigation_install (object_class, PROP_NAVIGATION);
  gst_rtc_inputs_install (element_class, PROP_INPUTS);
  gst_rtc_data_pads_install (element_class, "data_%s", NULL);
  gst_element_class_set_static_metadata (element_class, "WebRTC sink", "Sink/Network/WebRTC",
      "Sends audio and video, raw, encoded or RTP, to any number of web browsers and other WebRTC peers: encoded once, "
      "with a page to watch it at http://localhost:8080", "The gst-rtc developers");
}

static void
gst_rtc_sink_init (GstRtcSink * self)
{
  self->navigation = gst_rtc_navigation_new (GST_RTC_BASE (self));
  self->inputs = gst_rtc_inputs_new (GST_RTC_BASE (self), NULL);
  GST_OBJECT_FLAG_SET (self, GST_ELEMENT_FLAG_SINK);
}
