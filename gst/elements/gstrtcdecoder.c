/* gst-rtc: from the packets of one stream to what downstream takes
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 *   raw      depayloader ! parser ! decoder
 *   encoded  depayloader ! parser
 *   RTP      nothing in between
 */
#include "gstrtcdecoder.h"

#include <gst/core/base/rtcopus.h>
#include <gst/video/video.h>
#include <gst/pbutils/pbutils.h>
#include "gstrtcencoder.h"

GST_DEBUG_CATEGORY_STATIC (rtc_decoder_debug);
#define GST_CAT_DEFAULT rtc_decoder_debug

#define MIN_OPUS_GAP (2500 * GST_USECOND)

struct _GstRtcDecoder
{
  GstBin parent;

  /* owned by the bin */
  GstElement *first, *last;
};

G_DEFINE_TYPE_WITH_CODE (GstRtcDecoder, gst_rtc_decoder, GST_TYPE_BIN,
    GST_DEBUG_CATEGORY_INIT (rtc_decoder_debug, "rtcdecoder", 0,
        "rtc: from packets to what downstream takes"));

/**
 * DecoderInfo:
 *
 * Threads that work on different frames hold back as many frames: only threads within a frame are for live
 * media.
 */
typedef struct
{
  const gchar *factory;
  const gchar *settings;
} DecoderInfo;

static const DecoderInfo decoders[] = {
  {"avdec_h264", "thread-type=slice max-threads=4 output-corrupt=false"},
  {"avdec_h265", "thread-type=slice max-threads=4 output-corrupt=false"},
  {"avdec_vp8", "thread-type=slice max-threads=2"},
  {"avdec_vp9", "thread-type=slice max-threads=4"},
  {"vp8dec", "threads=2"},
  {"vp9dec", "threads=4"},
  {"nvh264dec", "max-display-delay=0"},
  {"nvh265dec", "max-display-delay=0"},
  {"nvh264sldec", "max-display-delay=0"},
  {"nvh265sldec", "max-display-delay=0"},
  {"vaapih264dec", "low-latency=true"},
  {"vaapih265dec", "low-latency=true"},
  {"opusdec", "use-inband-fec=true plc=true"},
  {"mulawdec", "plc=true"},
  {"alawdec", "plc=true"},
};

/* Decoders of any name: a stream that cannot be decoded wants a key frame, and no frame is late before the
 * sink says so. */
#define COMMON_SETTINGS "automatic-request-sync-points=true " \
    "automatic-request-sync-point-flags=discard-input+corrupt-output min-force-key-unit-interval=300000000"

#define OPUS_PACKET (20 * GST_MSECOND)

static void
gst_rtc_decoder_class_init (GstRtcDecoderClass * klass)
{
  gst_element_class_set_static_metadata (GST_ELEMENT_CLASS (klass), "RTC decoder", "Decoder/Network/WebRTC",
      "Depayloads and decodes one stream", "The gst-rtc developers");
}

static void
gst_rtc_decoder_init (GstRtcDecoder * self)
{
}

/* Choosing */

static GstCaps *
get_raw_caps (const GstRtcCodec * codec)
{
  return gst_caps_from_string (codec->kind == RTC_MEDIA_VIDEO ? "video/x-raw(ANY)" : "audio/x-raw(ANY)");
}

static gboolean
takes (const GstCaps * downstream, GstCaps * caps)
{
  gboolean yes = gst_caps_can_intersect (downstream, caps);

  gst_caps_unref (caps);
  return yes;
}

GstRtcMedia
gst_rtc_decoder_choose_media (const GstRtcCodec * codec, const GstCaps * downstream)
{
  if (gst_caps_is_any (downstream) || takes (downstream, get_raw_caps (codec)))
    return GST_RTC_MEDIA_RAW;
  if (takes (downstream, gst_caps_from_string (codec->caps)))
    return GST_RTC_MEDIA_ENCODED;
  if (takes (downstream, gst_caps_new_simple ("application/x-rtp", "media", G_TYPE_STRING,
              codec->kind == RTC_MEDIA_VIDEO ? "video" : "audio",
              "encoding-name", G_TYPE_STRING, codec->encoding_name, "clock-rate", G_TYPE_INT,
              codec->clock_rate, NULL)))
    return GST_RTC_MEDIA_RTP;
  return GST_RTC_MEDIA_NONE;
}

static gint
compare_ranks (gconstpointer a, gconstpointer b)
{
  return gst_plugin_feature_rank_compare_func (a, b);
}

/* Decoders of pictures with transparency say that they take nothing else. */
static GList *
list_factories (const GstRtcCodec * codec)
{
  g_autoptr (GstCaps) caps = gst_caps_from_string (codec->caps);
  GList *all = gst_element_factory_list_get_elements (codec->kind == RTC_MEDIA_VIDEO ?
      GST_ELEMENT_FACTORY_TYPE_DECODER | GST_ELEMENT_FACTORY_TYPE_MEDIA_VIDEO :
      GST_ELEMENT_FACTORY_TYPE_DECODER | GST_ELEMENT_FACTORY_TYPE_MEDIA_AUDIO, GST_RANK_MARGINAL);
  GList *fitting;

  gst_caps_set_simple (caps, "codec-alpha", G_TYPE_BOOLEAN, FALSE, NULL);
  fitting = gst_element_factory_list_filter (all, caps, GST_PAD_SINK, FALSE);
  gst_plugin_feature_list_free (all);
  return g_list_sort (fitting, compare_ranks);
}

gboolean
gst_rtc_decoder_is_available (const GstRtcCodec * codec)
{
  GList *factories = list_factories (codec);
  gboolean available = factories != NULL;

  gst_plugin_feature_list_free (factories);
  return available;
}

static void
apply_decoder_settings (GstElement * decoder)
{
  const gchar *factory = GST_OBJECT_NAME (gst_element_get_factory (decoder));

  gst_rtc_apply_settings (decoder, COMMON_SETTINGS);
  for (guint i = 0; i < G_N_ELEMENTS (decoders); i++) {
    if (g_str_equal (decoders[i].factory, factory))
      gst_rtc_apply_settings (decoder, decoders[i].settings);
  }
}

/* Returns: (transfer floating) (nullable): the decoder of the highest rank that works here, in the READY
 * state */
static GstElement *
make_decoder (const GstRtcCodec * codec, const GstCaps * downstream)
{
  GList *factories = list_factories (codec);
  GstElement *decoder = NULL;

  for (GList * l = factories; l && !decoder; l = l->next) {
    if (!gst_element_factory_can_src_any_caps (l->data, downstream))
      continue;
    decoder = gst_element_factory_create (l->data, NULL);
    if (!decoder)
      continue;
    apply_decoder_settings (decoder);
    if (gst_element_set_state (decoder, GST_STATE_READY) == GST_STATE_CHANGE_FAILURE) {
      GST_INFO ("%s does not work here", GST_OBJECT_NAME (l->data));
      gst_element_set_state (decoder, GST_STATE_NULL);
      gst_clear_object (&decoder);
    }
  }
  gst_plugin_feature_list_free (factories);
  return decoder;
}

/* Building */

/* element: (transfer floating) */
static gboolean
append (GstRtcDecoder * self, GstElement * element, GError ** error)
{
  gst_bin_add (GST_BIN (self), element);
  if (self->last && !gst_element_link (self->last, element)) {
    g_set_error (error, GST_CORE_ERROR, GST_CORE_ERROR_NEGOTIATION, "%s does not fit behind %s.",
        GST_ELEMENT_NAME (element), GST_ELEMENT_NAME (self->last));
    return FALSE;
  }
  if (!self->first)
    self->first = element;
  self->last = element;
  return TRUE;
}

static void
report_missing (const gchar * what, const gchar * package, GstElement * reporter, GstMessage * message,
    GError ** error)
{
  gst_element_post_message (reporter, message);
  g_set_error (error, GST_CORE_ERROR, GST_CORE_ERROR_MISSING_PLUGIN,
      "%s is missing: on Debian it is in the package %s.", what, package);
}

static gboolean
is_sound (GstBuffer * buffer)
{
  GstMapInfo map;
  gboolean sound;

  if (!gst_buffer_map (buffer, &map, GST_MAP_READ))
    return FALSE;
  sound = rtc_opus_is_sound (map.data, map.size);
  gst_buffer_unmap (buffer, &map);
  return sound;
}

/* opusdec, with FEC, stays with a packet that it cannot decode, and with a gap that is shorter than any frame. */
static GstPadProbeReturn
drop_unsound (GstPad * pad, GstPadProbeInfo * info, gpointer user_data)
{
  GstClockTime duration;

  if (info->type & GST_PAD_PROBE_TYPE_BUFFER)
    return is_sound (GST_PAD_PROBE_INFO_BUFFER (info)) ? GST_PAD_PROBE_OK : GST_PAD_PROBE_DROP;
  if (GST_EVENT_TYPE (GST_PAD_PROBE_INFO_EVENT (info)) != GST_EVENT_GAP)
    return GST_PAD_PROBE_OK;
  gst_event_parse_gap (GST_PAD_PROBE_INFO_EVENT (info), NULL, &duration);
  return duration >= MIN_OPUS_GAP ? GST_PAD_PROBE_OK : GST_PAD_PROBE_DROP;
}

static void
watch_soundness (GstElement * depayloader)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (depayloader, "src");

  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, drop_unsound, NULL, NULL);
}

static gboolean
append_depayloader (GstRtcDecoder * self, const GstRtcCodec * codec, GstElement * reporter, GError ** error)
{
  GstElement *depayloader = gst_element_factory_make (codec->depayloader, NULL);

  if (!depayloader) {
    report_missing (codec->depayloader, "gstreamer1.0-plugins-good", reporter,
        gst_missing_element_message_new (reporter, codec->depayloader), error);
    return FALSE;
  }
  if (codec->depayloader_settings)
    gst_rtc_apply_settings (depayloader, codec->depayloader_settings);
  if (g_str_equal (codec->encoding_name, "OPUS"))
    watch_soundness (depayloader);
  return append (self, depayloader, error);
}

/* Decoders live without it; muxers may not, and say so. */
static gboolean
append_parser (GstRtcDecoder * self, const GstRtcCodec * codec, GError ** error)
{
  GstElement *parser = codec->parser ? gst_element_factory_make (codec->parser, NULL) : NULL;

  return !parser || append (self, parser, error);
}

/* Browsers encode ITU-R BT.601 and do not say so, nor do RTP and VP8; GStreamer would take a large picture
 * for BT.709. */
static GstPadProbeReturn
add_colorimetry (GstPad * pad, GstPadProbeInfo * info, gpointer user_data)
{
  GstEvent *event = GST_PAD_PROBE_INFO_EVENT (info);
  g_autoptr (GstCaps) known = NULL;
  GstCaps *caps;

  if (GST_EVENT_TYPE (event) != GST_EVENT_CAPS)
    return GST_PAD_PROBE_OK;
  gst_event_parse_caps (event, &caps);
  if (gst_structure_has_field (gst_caps_get_structure (caps, 0), "colorimetry"))
    return GST_PAD_PROBE_OK;
  known = gst_caps_copy (caps);
  gst_caps_set_simple (known, "colorimetry", G_TYPE_STRING, GST_VIDEO_COLORIMETRY_BT601, NULL);
  gst_event_unref (event);
  GST_PAD_PROBE_INFO_DATA (info) = gst_event_new_caps (known);
  return GST_PAD_PROBE_OK;
}

/* With in-band FEC, opusdec keeps one packet back and says that this may take 120 ms, the longest there is.
 * Every sink of the pipeline would wait for it: the packets of browsers have 20 ms. */
static GstPadProbeReturn
answer_latency (GstPad * pad, GstPadProbeInfo * info, gpointer decoder)
{
  GstQuery *query = GST_PAD_PROBE_INFO_QUERY (info);
  g_autoptr (GstPad) sink = NULL;
  GstClockTime min, max;
  gboolean live;

  if (GST_QUERY_TYPE (query) != GST_QUERY_LATENCY)
    return GST_PAD_PROBE_OK;
  sink = gst_element_get_static_pad (decoder, "sink");
  if (!gst_pad_peer_query (sink, query))
    return GST_PAD_PROBE_DROP;
  gst_query_parse_latency (query, &live, &min, &max);
  gst_query_set_latency (query, live, min + OPUS_PACKET, max);
  return GST_PAD_PROBE_HANDLED;
}

static void
correct_decoder (GstElement * decoder, const GstRtcCodec * codec)
{
  g_autoptr (GstPad) sink = gst_element_get_static_pad (decoder, "sink");
  g_autoptr (GstPad) src = gst_element_get_static_pad (decoder, "src");

  if (codec->kind == RTC_MEDIA_VIDEO)
    gst_pad_add_probe (sink, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, add_colorimetry, NULL, NULL);
  if (g_str_equal (codec->encoding_name, "OPUS"))
    gst_pad_add_probe (src, GST_PAD_PROBE_TYPE_QUERY_UPSTREAM, answer_latency, decoder, NULL);
}

static gboolean
append_decoder (GstRtcDecoder * self, const GstRtcCodec * codec, const GstCaps * downstream,
    GstElement * reporter, GError ** error)
{
  GstElement *decoder = make_decoder (codec, downstream);
  g_autofree gchar *what = NULL;

  if (decoder) {
    GST_DEBUG_OBJECT (self, "decodes %s by %s", codec->name, GST_ELEMENT_NAME (decoder));
    correct_decoder (decoder, codec);
    return append (self, decoder, error);
  }
  what = g_strdup_printf ("A decoder for %s", codec->name);
  if (!gst_rtc_decoder_is_available (codec)) {
    g_autoptr (GstCaps) caps = gst_caps_from_string (codec->caps);

    report_missing (what, codec->decoder_package, reporter, gst_missing_decoder_message_new (reporter, caps),
        error);
  } else {
    g_set_error (error, GST_CORE_ERROR, GST_CORE_ERROR_NEGOTIATION,
        "No %s decoder here makes what downstream takes.",
        codec->name);
  }
  return FALSE;
}

static gboolean
build (GstRtcDecoder * self, const GstRtcCodec * codec, GstRtcMedia media, const GstCaps * downstream,
    GstElement * reporter, GError ** error)
{
  if (!append_depayloader (self, codec, reporter, error) || !append_parser (self, codec, error))
    return FALSE;
  return media == GST_RTC_MEDIA_ENCODED || append_decoder (self, codec, downstream, reporter, error);
}

static void
add_ghost (GstRtcDecoder * self, GstElement * element, const gchar * name)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (element, name);

  gst_element_add_pad (GST_ELEMENT (self), gst_ghost_pad_new (name, pad));
}

static GstFlowReturn
pass_on (GstPad * sink, GstObject * parent, GstBuffer * buffer)
{
  return gst_pad_push (gst_pad_get_element_private (sink), buffer);
}

/* Packets are many, and elements that do nothing cost something as well. */
static void
add_passage (GstRtcDecoder * self)
{
  GstPad *sink = gst_pad_new ("sink", GST_PAD_SINK), *src = gst_pad_new ("src", GST_PAD_SRC);

  gst_pad_set_element_private (sink, src);
  gst_pad_set_chain_function (sink, pass_on);
  GST_PAD_SET_PROXY_CAPS (sink);
  GST_PAD_SET_PROXY_ALLOCATION (sink);
  GST_PAD_SET_PROXY_CAPS (src);
  gst_element_add_pad (GST_ELEMENT (self), sink);
  gst_element_add_pad (GST_ELEMENT (self), src);
}

GstElement *
gst_rtc_decoder_new (const GstRtcCodec * codec, GstRtcMedia media, const GstCaps * downstream,
    GstElement * reporter, GError ** error)
{
  GstRtcDecoder *self = g_object_new (GST_TYPE_RTC_DECODER, NULL);

  if (media == GST_RTC_MEDIA_RTP) {
    add_passage (self);
    return GST_ELEMENT (self);
  }
  if (build (self, codec, media, downstream, reporter, error)) {
    add_ghost (self, self->first, "sink");
    add_ghost (self, self->last, "src");
    return GST_ELEMENT (self);
  }
  gst_element_set_state (GST_ELEMENT (self), GST_STATE_NULL);
  g_object_ref_sink (self);
  g_object_unref (self);
  return NULL;
}
