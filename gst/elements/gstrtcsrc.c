/* gst-rtc: media from peers
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/**
 * SECTION:element-rtcsrc
 * @title: rtcsrc
 *
 * Gives what a WebRTC peer sends: a web browser's camera, microphone or screen, or another pipeline's media. Each track of
 * the peer has a pad, `video_%u` or `audio_%u`, which comes with its first packet and leaves with EOS. A pad gives raw
 * media, unless what it is linked to takes encoded media or RTP only. Late and lost packets are waited for, asked for
 * again and concealed; sound and picture are in sync.
 *
 * A bare `rtcsrc` serves a page at http://localhost:8080 that publishes camera and microphone to it. It takes one peer
 * at a time (#GstRtcSrc:max-consumers).
 *
 * A requested pad `data_` and a label gives the messages of the first data channel with that label, a buffer for each, in caps
 * `application/x-data-channel` with the channel's fields (or `text/x-raw,format=utf8` where only that is taken downstream). It ends
 * with the channel, unless its property `eos-on-close` is off: then the next one of its label follows. While downstream does not
 * take them, the peer has to wait. A file whose protocol says how large it is is checked.
 *
 * `rtc://host:port?room=name` (`rtcs://` with TLS) is the address of a room on a signaling server, or of the page of an
 * `rtcsink` elsewhere, for `playbin`, `uridecodebin` and their like.
 *
 * ## Examples
 * |[
 * gst-launch-1.0 rtcsrc ! videoconvert ! autovideosink
 * ]| A browser's camera on this screen
 * |[
 * gst-launch-1.0 rtcsrc name=s s. ! videoconvert ! autovideosink s. ! audioconvert ! audioresample ! autoaudiosink
 * ]| Picture and sound
 * |[
 * gst-launch-1.0 playbin uri=rtc://camera.local:8080
 * ]| What an rtcsink elsewhere shows
 * |[
 * gst-launch-1.0 rtcsrc name=s s.data_file ! filesink location=received
 * ]| A file that a browser's page sends
 */
#include "gstrtcsrc.h"

#include "gstrtcoutputs.h"
#include "gstrtcuri.h"

GST_DEBUG_CATEGORY_STATIC (rtc_src_debug);
#define GST_CAT_DEFAULT rtc_src_debug

#define PROP_OUTPUTS 1          /* and on */

/* Who links its pads by name does not expect a second peer's. */
#define DEFAULT_MAX_CONSUMERS 1

struct _GstRtcSrc
{
  GstRtcBase parent;
  GstRtcOutputs *outputs;
  gchar *uri;                   /* under the object lock */
};

static void gst_rtc_src_uri_handler_init (gpointer iface, gpointer data);

G_DEFINE_TYPE_WITH_CODE (GstRtcSrc, gst_rtc_src, GST_TYPE_RTC_BASE,
    G_IMPLEMENT_INTERFACE (GST_TYPE_URI_HANDLER, gst_rtc_src_uri_handler_init);
    GST_DEBUG_CATEGORY_INIT (rtc_src_debug, "rtcsrc", 0, "rtc: media from peers"));
GST_ELEMENT_REGISTER_DEFINE (rtcsrc, "rtcsrc", GST_RANK_PRIMARY, GST_TYPE_RTC_SRC);

static void
gst_rtc_src_configure (GstRtcBase * base, RtcPeerConfig * peer)
{
  gst_rtc_outputs_configure (GST_RTC_SRC (base)->outputs, peer);
}

static void
gst_rtc_src_negotiated (GstRtcBase * base, GstRtcConsumer * consumer, GPtrArray * tracks)
{
  gst_rtc_outputs_negotiated (GST_RTC_SRC (base)->outputs, consumer, tracks);
}

static void
gst_rtc_src_removed (GstRtcBase * base, const gchar * peer_id)
{
  gst_rtc_outputs_removed (GST_RTC_SRC (base)->outputs, peer_id);
}

static void
gst_rtc_src_describe (GstRtcBase * base, const gchar * peer_id, const gchar * mid, GstStructure * entry)
{
  gst_rtc_outputs_describe (GST_RTC_SRC (base)->outputs, peer_id, mid, entry);
}

static gboolean
gst_rtc_src_send_event (GstElement * element, GstEvent * event)
{
  if (GST_EVENT_TYPE (event) == GST_EVENT_EOS)
    gst_rtc_data_pads_send_eos (gst_rtc_data_get_pads (gst_rtc_base_get_data (GST_RTC_BASE (element))));
  return gst_rtc_outputs_send_event (GST_RTC_SRC (element)->outputs, event)
      || GST_ELEMENT_CLASS (gst_rtc_src_parent_class)->send_event (element, event);
}

static GstStateChangeReturn
gst_rtc_src_change_state (GstElement * element, GstStateChange transition)
{
  GstStateChangeReturn result = GST_ELEMENT_CLASS (gst_rtc_src_parent_class)->change_state (element, transition);

  return gst_rtc_base_make_live (transition, result);
}

/* The URI handler */

static GstURIType
get_uri_type (GType type)
{
  return GST_URI_SRC;
}

static const gchar *const *
get_protocols (GType type)
{
  static const gchar *const protocols[] = { "rtc", "rtcs", NULL };

  return protocols;
}

static gchar *
get_uri (GstURIHandler * handler)
{
  GstRtcSrc *self = GST_RTC_SRC (handler);
  gchar *uri;

  GST_OBJECT_LOCK (self);
  uri = g_strdup (self->uri);
  GST_OBJECT_UNLOCK (self);
  return uri;
}

static gboolean
set_uri (GstURIHandler * handler, const gchar * uri, GError ** error)
{
  GstRtcSrc *self = GST_RTC_SRC (handler);
  GstElement *signaller = gst_rtc_uri_make_signaller (uri, error);

  if (!signaller)
    return FALSE;
  g_object_set (self, "signaller", signaller, NULL);
  GST_OBJECT_LOCK (self);
  g_free (self->uri);
  self->uri = g_strdup (uri);
  GST_OBJECT_UNLOCK (self);
  return TRUE;
}

static void
gst_rtc_src_uri_handler_init (gpointer iface, gpointer data)
{
  GstURIHandlerInterface *handler = iface;

  handler->get_type = get_uri_type;
  handler->get_protocols = get_protocols;
  handler->get_uri = get_uri;
  handler->set_uri = set_uri;
}

/* The object */

static void
gst_rtc_src_set_property (GObject * object, guint id, const GValue * value, GParamSpec * spec)
{
  if (!gst_rtc_outputs_set_property (GST_RTC_SRC (object)->outputs, id - PROP_OUTPUTS, value))
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
}

static void
gst_rtc_src_get_property (GObject * object, guint id, GValue * value, GParamSpec * spec)
{
  if (!gst_rtc_outputs_get_property (GST_RTC_SRC (object)->outputs, id - PROP_OUTPUTS, value))
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
}

static void
gst_rtc_src_finalize (GObject * object)
{
  GstRtcSrc *self = GST_RTC_SRC (object);

  gst_rtc_outputs_free (self->outputs);
  g_free (self->uri);
  G_OBJECT_CLASS (gst_rtc_src_parent_class)->finalize (object);
}

static void
gst_rtc_src_class_init (GstRtcSrcClass * klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstRtcBaseClass *base_class = GST_RTC_BASE_CLASS (klass);

  object_class->set_property = gst_rtc_src_set_property;
  object_class->get_property = gst_rtc_src_get_property;
  object_class->finalize = gst_rtc_src_finalize;
  element_class->send_event = gst_rtc_src_send_event;
  element_class->change_state = gst_rtc_src_change_state;
  base_class->configure = gst_rtc_src_configure;
  base_class->negotiated = gst_rtc_src_negotiated;
  base_class->removed = gst_rtc_src_removed;
  base_class->describe = gst_rtc_src_describe;

  gst_rtc_outputs_install (element_class, PROP_OUTPUTS, "video_%u", "audio_%u");
  gst_rtc_data_pads_install (element_class, NULL, "data_%s");
  gst_element_class_set_static_metadata (element_class, "WebRTC source", "Source/Network/WebRTC",
      "Gives the camera, microphone or screen of a web browser, or what another WebRTC peer sends: a pad for each track, "
      "raw, encoded or RTP as it is linked, with a page to publish from at http://localhost:8080",
      "The gst-rtc developers");
}

static void
gst_rtc_src_init (GstRtcSrc * self)
{
  self->outputs = gst_rtc_outputs_new (GST_RTC_BASE (self));
  g_object_set (self, "max-consumers", DEFAULT_MAX_CONSUMERS, NULL);
  GST_OBJECT_FLAG_SET (self, GST_ELEMENT_FLAG_SOURCE);
}
