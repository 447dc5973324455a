/* gst-rtc: the way of one codec from an input to its peers
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 *   raw      queue ! convert ! encoder ! parser ! payloader ! tap
 *   encoded                              parser ! payloader ! tap
 *   RTP                                                       tap
 *
 * Encoded media stays on the thread that it comes on; raw media gets one of its own for the encoder.
 */
#include "gstrtcbranch.h"

#include <gst/pbutils/pbutils.h>
#include "gstrtcencoder.h"
#include "gstrtctap.h"

GST_DEBUG_CATEGORY_STATIC (rtc_branch_debug);
#define GST_CAT_DEFAULT rtc_branch_debug

/* Header included: leaves room for tunnels on the way, and keeps the segments of a GSO send equal. */
#define PAYLOADER_MTU "mtu=1200"
#define VIDEO_QUEUE "max-size-buffers=3 max-size-bytes=0 max-size-time=0"
#define AUDIO_QUEUE "max-size-buffers=0 max-size-bytes=0 max-size-time=200000000"

struct _GstRtcBranch
{
  GstBin parent;

  const GstRtcCodec *codec;
  GstRtcMedia media;
  const GstRtcBranchFuncs *funcs;
  gpointer user_data;

  /* owned by the bin */
  GstElement *first, *last;
  GstElement *encoder, *payloader, *tap;
};

G_DEFINE_TYPE_WITH_CODE (GstRtcBranch, gst_rtc_branch, GST_TYPE_BIN,
    GST_DEBUG_CATEGORY_INIT (rtc_branch_debug, "rtcbranch", 0, "rtc: from an input to its peers"));

static void
gst_rtc_branch_class_init (GstRtcBranchClass * klass)
{
  gst_element_class_set_static_metadata (GST_ELEMENT_CLASS (klass), "RTC branch", "Sink/Network/WebRTC",
      "Encodes and payloads one codec", "The gst-rtc developers");
}

/* Branches come and go; what ends the stream is the input's anchor. */
static void
gst_rtc_branch_init (GstRtcBranch * self)
{
  gst_bin_set_suppressed_flags (GST_BIN (self), GST_ELEMENT_FLAG_SINK);
}

GstRtcMedia
gst_rtc_media_from_caps (const GstCaps * caps)
{
  const GstStructure *s = gst_caps_get_structure (caps, 0);

  if (gst_structure_has_name (s, "application/x-rtp"))
    return GST_RTC_MEDIA_RTP;
  if (gst_structure_has_name (s, "video/x-raw") || gst_structure_has_name (s, "audio/x-raw"))
    return GST_RTC_MEDIA_RAW;
  return GST_RTC_MEDIA_ENCODED;
}

static void
on_tap_frame (GstRtcTap * tap, RtcFrame * frame, gpointer user_data)
{
  GstRtcBranch *self = user_data;

  self->funcs->frame (self, frame, self->user_data);
}

/* A payloader may tell its caps while it is being told: only the pad before it knows them by then. */
static GstCaps *
get_stream_caps (GstElement * payloader)
{
  g_autoptr (GstPad) sink = gst_element_get_static_pad (payloader, "sink");
  g_autoptr (GstPad) src = gst_pad_get_peer (sink);

  return src ? gst_pad_get_current_caps (src) : NULL;
}

static void
on_tap_caps (GstRtcTap * tap, GstCaps * caps, gpointer user_data)
{
  GstRtcBranch *self = user_data;
  g_autoptr (GstCaps) stream_caps = NULL;
  g_autofree gchar *fault = NULL;

  if (self->media == GST_RTC_MEDIA_RAW)
    return;
  if (self->payloader)
    stream_caps = get_stream_caps (self->payloader);
  fault = gst_rtc_codec_find_fault (self->codec, stream_caps);
  if (fault)
    GST_ELEMENT_WARNING (self, STREAM, FORMAT, ("Viewers may see nothing: %s.", fault), (NULL));
  self->funcs->described (self, gst_rtc_codec_describe (self->codec, caps, stream_caps), self->user_data);
}

static void
on_tap_reordered (GstRtcTap * tap, gpointer user_data)
{
  GstRtcBranch *self = user_data;

  GST_ELEMENT_WARNING (self, STREAM, FORMAT, ("The %s stream has B-frames: browsers show them in the wrong order.",
          self->codec->name), ("To fix it, %s.", self->codec->encoder_hint));
}

static const GstRtcTapFuncs tap_funcs = { on_tap_frame, on_tap_caps, on_tap_reordered };

/* Building */

/* element: (transfer floating) */
static gboolean
append (GstRtcBranch * self, GstElement * element)
{
  gst_bin_add (GST_BIN (self), element);
  if (self->last && !gst_element_link (self->last, element))
    return FALSE;
  if (!self->first)
    self->first = element;
  self->last = element;
  return TRUE;
}

static GstElement *
append_new (GstRtcBranch * self, const gchar * factory, const gchar * settings, GstElement * reporter,
    GError ** error)
{
  GstElement *element = gst_element_factory_make (factory, NULL);

  if (!element) {
    gst_element_post_message (reporter, gst_missing_element_message_new (reporter, factory));
    g_set_error (error, GST_CORE_ERROR, GST_CORE_ERROR_MISSING_PLUGIN, "The element %s is missing.", factory);
    return NULL;
  }
  if (settings)
    gst_rtc_apply_settings (element, settings);
  if (!append (self, element)) {
    g_set_error (error, GST_CORE_ERROR, GST_CORE_ERROR_NEGOTIATION, "%s does not fit here.", factory);
    return NULL;
  }
  return element;
}

/* caps: (transfer full) */
static gboolean
append_filter (GstRtcBranch * self, GstCaps * caps, GstElement * reporter, GError ** error)
{
  GstElement *filter = append_new (self, "capsfilter", NULL, reporter, error);

  if (filter)
    g_object_set (filter, "caps", caps, NULL);
  gst_caps_unref (caps);
  return filter != NULL;
}

static gboolean
append_converters (GstRtcBranch * self, const GstRtcBranchConfig * config, GstElement * reporter, GError ** error)
{
  gboolean video = config->codec->kind == RTC_MEDIA_VIDEO;
  GstElement *queue = append_new (self, "queue", video ? VIDEO_QUEUE : AUDIO_QUEUE, reporter, error);

  if (!queue)
    return FALSE;
  g_object_set (queue, "silent", TRUE, NULL);
  if (config->live)
    gst_util_set_object_arg (G_OBJECT (queue), "leaky", "downstream");
  if (!gst_rtc_caps_are_system_memory (config->caps))
    return TRUE;
  if (!append_new (self, video ? "videoconvert" : "audioconvert", NULL, reporter, error))
    return FALSE;
  if (!video && !append_new (self, "audioresample", NULL, reporter, error))
    return FALSE;
  return append_filter (self, gst_caps_from_string (config->codec->raw_caps), reporter, error);
}

static gboolean
append_encoder (GstRtcBranch * self, const GstRtcBranchConfig * config, GstElement * reporter, GError ** error)
{
  GstCaps *caps = gst_caps_from_string (config->codec->encoder_caps);
  const gchar *needed;

  self->encoder = gst_rtc_encoder_new (config->codec, config->caps);
  if (!self->encoder) {
    gst_caps_unref (caps);
    g_set_error (error, GST_CORE_ERROR, GST_CORE_ERROR_MISSING_PLUGIN, "No %s encoder works here.",
        config->codec->name);
    return FALSE;
  }
  gst_rtc_encoder_set_up (self->encoder, config->caps, config->bitrate);
  needed = gst_rtc_encoder_get_caps (self->encoder);
  if (needed) {
    g_autoptr (GstCaps) needed_caps = gst_caps_from_string (needed);

    gst_caps_take (&caps, gst_caps_intersect_full (caps, needed_caps, GST_CAPS_INTERSECT_FIRST));
  }
  if (!append (self, self->encoder)) {
    gst_caps_unref (caps);
    g_set_error (error, GST_CORE_ERROR, GST_CORE_ERROR_NEGOTIATION, "%s does not take what comes in.",
        GST_ELEMENT_NAME (self->encoder));
    return FALSE;
  }
  /* Not before the bin owns it: bindings would take and drop the floating reference. */
  self->funcs->set_up (self, self->encoder, TRUE, self->user_data);
  return append_filter (self, caps, reporter, error);
}

static gboolean
append_payloader (GstRtcBranch * self, GstElement * reporter, GError ** error)
{
  const GstRtcCodec *codec = self->codec;

  if (codec->parser && !append_new (self, codec->parser, NULL, reporter, error))
    return FALSE;
  if (codec->parsed_caps && !append_filter (self, gst_caps_from_string (codec->parsed_caps), reporter, error))
    return FALSE;
  self->payloader = append_new (self, codec->payloader, PAYLOADER_MTU, reporter, error);
  if (!self->payloader)
    return FALSE;
  if (codec->payloader_settings)
    gst_rtc_apply_settings (self->payloader, codec->payloader_settings);
  self->funcs->set_up (self, self->payloader, FALSE, self->user_data);
  return TRUE;
}

static gboolean
build (GstRtcBranch * self, const GstRtcBranchConfig * config, GstElement * reporter, GError ** error)
{
  gboolean whole_frames = config->media != GST_RTC_MEDIA_RTP && config->codec->kind == RTC_MEDIA_VIDEO;
  g_autoptr (GstPad) pad = NULL;

  if (config->media == GST_RTC_MEDIA_RAW && (!append_converters (self, config, reporter, error)
          || !append_encoder (self, config, reporter, error)))
    return FALSE;
  if (config->media != GST_RTC_MEDIA_RTP && !append_payloader (self, reporter, error))
    return FALSE;
  self->tap = gst_rtc_tap_new (config->codec, whole_frames, &tap_funcs, self);
  if (!append (self, self->tap)) {
    g_set_error (error, GST_CORE_ERROR, GST_CORE_ERROR_NEGOTIATION, "The payloader makes no RTP.");
    return FALSE;
  }
  pad = gst_element_get_static_pad (self->first, "sink");
  return gst_element_add_pad (GST_ELEMENT (self), gst_ghost_pad_new ("sink", pad));
}

GstElement *
gst_rtc_branch_new (const GstRtcBranchConfig * config, GstElement * reporter, GError ** error)
{
  GstRtcBranch *self = g_object_new (GST_TYPE_RTC_BRANCH, NULL);

  self->codec = config->codec;
  self->media = config->media;
  self->funcs = config->funcs;
  self->user_data = config->user_data;
  if (build (self, config, reporter, error))
    return GST_ELEMENT (self);

  gst_element_set_state (GST_ELEMENT (self), GST_STATE_NULL);
  g_object_ref_sink (self);
  g_object_unref (self);
  return NULL;
}

void
gst_rtc_branch_request_key (GstRtcBranch * self)
{
  gst_rtc_tap_request_key (GST_RTC_TAP (self->tap));
}

gboolean
gst_rtc_branch_query_latency (GstRtcBranch * self, gboolean * live, GstClockTime * min, GstClockTime * max)
{
  return gst_rtc_tap_query_latency (GST_RTC_TAP (self->tap), live, min, max);
}

void
gst_rtc_branch_set_bitrate (GstRtcBranch * self, guint bitrate)
{
  if (self->encoder && !gst_rtc_encoder_set_bitrate (self->encoder, bitrate))
    GST_DEBUG_OBJECT (self, "the bitrate of %s cannot be changed", GST_ELEMENT_NAME (self->encoder));
}

GstElement *
gst_rtc_branch_get_encoder (GstRtcBranch * self)
{
  return self->encoder;
}
