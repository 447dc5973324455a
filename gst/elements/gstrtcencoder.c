/* gst-rtc: encoders of the registry, set up for low latency
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "gstrtcencoder.h"

#include <string.h>

GST_DEBUG_CATEGORY_STATIC (rtc_encoder_debug);
#define GST_CAT_DEFAULT rtc_encoder_debug

/**
 * EncoderInfo:
 * @bitrate: the property that holds the target bitrate, in units of @bitrate_unit bit/s
 * @caps: (nullable): what its driver wants to see downstream
 * @large_settings: (nullable): for pictures of more than %LARGE pixels a second, which one thread may be too slow for
 *
 * A key frame comes when a viewer asks for one, so the regular ones are far between: they are
 * the largest bursts of a stream.
 *
 * H.264 is encoded in one slice, so by one thread, which takes 12 ms for a frame of 1080p here: libwebrtc takes a slice at which a key frame
 * goes on for its beginning, and where packets before it are lost shows green in their place until the next key frame. Four threads are
 * enough for 4K, and do not cut a frame into as many pieces as a large machine has cores.
 */
typedef struct
{
  const gchar *factory;
  const gchar *settings;
  const gchar *bitrate;
  guint bitrate_unit;
  const gchar *caps;
  const gchar *large_settings;
} EncoderInfo;

#define LARGE (1920 * 1080 * 60)

#define VA_SETTINGS "rate-control=cbr b-frames=0 key-int-max=1024 ref-frames=1 target-usage=6"
#define VAAPI_SETTINGS "rate-control=cbr max-bframes=0 keyframe-period=1024 refs=1 quality-level=6 tune=none"
#define NV_SETTINGS "rc-mode=cbr zerolatency=true bframes=0 b-adapt=false rc-lookahead=0 gop-size=3600 " \
    "preset=low-latency-hq repeat-sequence-header=true aud=false"
#define QSV_SETTINGS "rate-control=cbr low-latency=true b-frames=0 gop-size=3600 target-usage=6 ref-frames=1"
#define AMF_SETTINGS "usage=ultra-low-latency rate-control=cbr gop-size=3600 preset=speed b-frames=0"
#define MEDIA_FOUNDATION_SETTINGS "low-latency=true bframes=0 rc-mode=cbr gop-size=3600 quality-vs-speed=60"
#define V4L2_CONTROLS "extra-controls=controls,repeat_sequence_header=1,video_b_frames=0"
#define APPLE_SETTINGS "realtime=true allow-frame-reordering=false max-keyframe-interval=3600"
#define VPX_SETTINGS "deadline=1 lag-in-frames=0 end-usage=cbr error-resilient=default keyframe-max-dist=3600 " \
    "threads=4 auto-alt-ref=false min-quantizer=4 max-quantizer=56 undershoot=95 buffer-initial-size=300 " \
    "buffer-optimal-size=400 buffer-size=600 "

static const EncoderInfo encoders[] = {
  {"x264enc", "tune=zerolatency speed-preset=superfast bframes=0 key-int-max=3600 threads=1 sliced-threads=false "
        "rc-lookahead=0 sync-lookahead=0 mb-tree=false byte-stream=true aud=false vbv-buf-capacity=300", "bitrate", 1000, NULL,
      "threads=4 sliced-threads=true"},
  {"openh264enc", "usage-type=camera complexity=low rate-control=bitrate gop-size=3600 multi-thread=1 "
        "slice-mode=n-slices num-slices=1", "bitrate", 1, NULL, "multi-thread=4 slice-mode=auto"},
  {"vah264enc", VA_SETTINGS, "bitrate", 1000},
  {"vah264lpenc", VA_SETTINGS, "bitrate", 1000},
  {"vaapih264enc", VAAPI_SETTINGS, "bitrate", 1000},
  {"nvh264enc", NV_SETTINGS, "bitrate", 1000},
  {"nvcudah264enc", NV_SETTINGS, "bitrate", 1000},
  {"nvautogpuh264enc", NV_SETTINGS, "bitrate", 1000},
  {"nvv4l2h264enc", "control-rate=constant_bitrate insert-sps-pps=true idrinterval=3600 iframeinterval=3600 "
        "maxperf-enable=true num-B-Frames=0", "bitrate", 1},
  {"qsvh264enc", QSV_SETTINGS, "bitrate", 1000},
  {"amfh264enc", AMF_SETTINGS, "bitrate", 1000},
  {"mfh264enc", MEDIA_FOUNDATION_SETTINGS, "bitrate", 1000},
  {"vtenc_h264", APPLE_SETTINGS, "bitrate", 1000},
  {"vtenc_h264_hw", APPLE_SETTINGS, "bitrate", 1000},
  /* The encoder of the Raspberry Pi refuses to start without a level. */
  {"v4l2h264enc", V4L2_CONTROLS, NULL, 0, "video/x-h264,level=(string)4"},
  {"x265enc", "tune=zerolatency speed-preset=ultrafast key-int-max=3600 "
        "option-string=bframes=0:rc-lookahead=0:repeat-headers=1", "bitrate", 1000},
  {"vah265enc", VA_SETTINGS, "bitrate", 1000},
  {"vah265lpenc", VA_SETTINGS, "bitrate", 1000},
  {"vaapih265enc", VAAPI_SETTINGS, "bitrate", 1000},
  {"nvh265enc", NV_SETTINGS, "bitrate", 1000},
  {"nvcudah265enc", NV_SETTINGS, "bitrate", 1000},
  {"qsvh265enc", QSV_SETTINGS, "bitrate", 1000},
  {"amfh265enc", AMF_SETTINGS, "bitrate", 1000},
  {"vtenc_h265", APPLE_SETTINGS, "bitrate", 1000},
  {"v4l2h265enc", V4L2_CONTROLS, NULL, 0},
  /* In VP8's realtime mode libvpx chooses its speed so that a frame takes (16 - cpu-used)/16 of its time: 13 ms for one
   * of 720p here, where 8 took 51 ms. */
  {"vp8enc", VPX_SETTINGS "cpu-used=12", "target-bitrate", 1},
  {"vp9enc", VPX_SETTINGS "cpu-used=8 row-mt=true tile-columns=2 frame-parallel-decoding=false", "target-bitrate", 1},
  {"vaapivp8enc", VAAPI_SETTINGS, "bitrate", 1000},
  {"vaapivp9enc", VAAPI_SETTINGS, "bitrate", 1000},
  {"qsvvp9enc", QSV_SETTINGS, "bitrate", 1000},
  {"opusenc", "frame-size=20 bitrate=96000 inband-fec=true packet-loss-percentage=5 "
        "perfect-timestamp=false", NULL, 0},
};

/* They reach READY and fail at the first frame where their driver is missing. */
static const gchar *const unreliable[] = { "avenc_h264_omx", "avenc_h264_v4l2m2m", "avenc_hevc_v4l2m2m", NULL };

static void
init_debug (void)
{
  static gsize once;

  if (g_once_init_enter (&once)) {
    GST_DEBUG_CATEGORY_INIT (rtc_encoder_debug, "rtcencoder", 0, "rtc: choice of encoders");
    g_once_init_leave (&once, 1);
  }
}

static const EncoderInfo *
find_info (GstElement * encoder)
{
  GstElementFactory *factory = gst_element_get_factory (encoder);

  for (guint i = 0; factory && i < G_N_ELEMENTS (encoders); i++) {
    if (g_str_equal (GST_OBJECT_NAME (factory), encoders[i].factory))
      return &encoders[i];
  }
  return NULL;
}

gboolean
gst_rtc_caps_are_system_memory (const GstCaps * caps)
{
  GstCapsFeatures *features = gst_caps_get_features (caps, 0);

  for (guint i = 0; features && i < gst_caps_features_get_size (features); i++) {
    const gchar *feature = gst_caps_features_get_nth (features, i);

    if (g_str_has_prefix (feature, "memory:") && !g_str_equal (feature, GST_CAPS_FEATURE_MEMORY_SYSTEM_MEMORY))
      return FALSE;
  }
  return TRUE;
}

/* System memory is converted to what the encoder wants; other memory has to fit as it is. */
static GstCaps *
needed_sink_caps (const GstRtcCodec * codec, const GstCaps * input)
{
  if (gst_rtc_caps_are_system_memory (input))
    return gst_caps_from_string (codec->raw_caps);
  return gst_caps_copy (input);
}

static gint
compare_ranks (gconstpointer a, gconstpointer b)
{
  return gst_plugin_feature_rank_compare_func (a, b);
}

static GList *
list_factories (const GstRtcCodec * codec, const GstCaps * input)
{
  g_autoptr (GstCaps) made = gst_caps_from_string (codec->caps);
  g_autoptr (GstCaps) fed = needed_sink_caps (codec, input);
  GList *all, *makers, *fitting;

  all = gst_element_factory_list_get_elements (codec->kind == RTC_MEDIA_VIDEO ? GST_ELEMENT_FACTORY_TYPE_VIDEO_ENCODER
      : GST_ELEMENT_FACTORY_TYPE_AUDIO_ENCODER, GST_RANK_MARGINAL);
  makers = gst_element_factory_list_filter (all, made, GST_PAD_SRC, FALSE);
  fitting = gst_element_factory_list_filter (makers, fed, GST_PAD_SINK, FALSE);
  gst_plugin_feature_list_free (all);
  gst_plugin_feature_list_free (makers);
  return g_list_sort (fitting, compare_ranks);
}

GstElement *
gst_rtc_encoder_new (const GstRtcCodec * codec, const GstCaps * input)
{
  GList *factories = list_factories (codec, input);
  GstElement *encoder = NULL;

  init_debug ();
  for (GList * l = factories; l && !encoder; l = l->next) {
    if (g_strv_contains (unreliable, GST_OBJECT_NAME (l->data)))
      continue;
    encoder = gst_element_factory_create (l->data, NULL);
    if (encoder && gst_element_set_state (encoder, GST_STATE_READY) == GST_STATE_CHANGE_FAILURE) {
      GST_INFO ("%s does not work here", GST_OBJECT_NAME (l->data));
      gst_element_set_state (encoder, GST_STATE_NULL);
      gst_clear_object (&encoder);
    }
  }
  gst_plugin_feature_list_free (factories);

  if (encoder)
    GST_DEBUG_OBJECT (encoder, "chosen for %s", codec->name);
  return encoder;
}

gboolean
gst_rtc_encoder_is_available (const GstRtcCodec * codec, const GstCaps * input)
{
  GstElement *encoder = gst_rtc_encoder_new (codec, input);

  if (!encoder)
    return FALSE;
  gst_element_set_state (encoder, GST_STATE_NULL);
  gst_object_unref (encoder);
  return TRUE;
}

void
gst_rtc_apply_settings (GstElement * element, const gchar * settings)
{
  g_auto (GStrv) pairs = g_strsplit (settings, " ", -1);

  init_debug ();
  for (guint i = 0; pairs[i]; i++) {
    gchar *value = strchr (pairs[i], '=');

    if (!value)
      continue;
    *value++ = '\0';
    if (g_object_class_find_property (G_OBJECT_GET_CLASS (element), pairs[i]))
      gst_util_set_object_arg (G_OBJECT (element), pairs[i], value);
    else
      GST_DEBUG_OBJECT (element, "has no property %s", pairs[i]);
  }
}

static gboolean
is_large (const GstCaps * input)
{
  const GstStructure *s = gst_caps_get_structure (input, 0);
  gint width = 0, height = 0, n = 30, d = 1;

  gst_structure_get_int (s, "width", &width);
  gst_structure_get_int (s, "height", &height);
  gst_structure_get_fraction (s, "framerate", &n, &d);
  return (gint64) width * height * MAX (n, 1) / MAX (d, 1) > LARGE;
}

void
gst_rtc_encoder_set_up (GstElement * encoder, const GstCaps * input, guint bitrate)
{
  const EncoderInfo *info = find_info (encoder);

  if (!info) {
    GST_INFO_OBJECT (encoder, "no low-latency settings are known for it: set it up by the encoder-setup signal");
    return;
  }
  gst_rtc_apply_settings (encoder, info->settings);
  if (info->large_settings && is_large (input))
    gst_rtc_apply_settings (encoder, info->large_settings);
  gst_rtc_encoder_set_bitrate (encoder, bitrate);
}

/* V4L2 keeps its bitrate among the driver's controls. */
static void
set_v4l2_bitrate (GstElement * encoder, guint bitrate)
{
  GstStructure *controls = NULL;

  g_object_get (encoder, "extra-controls", &controls, NULL);
  if (!controls)
    controls = gst_structure_new_empty ("controls");
  gst_structure_set (controls, "video_bitrate", G_TYPE_INT, (gint) bitrate, NULL);
  g_object_set (encoder, "extra-controls", controls, NULL);
  gst_structure_free (controls);
}

gboolean
gst_rtc_encoder_set_bitrate (GstElement * encoder, guint bitrate)
{
  const EncoderInfo *info = find_info (encoder);
  g_autofree gchar *value = NULL;

  if (!info)
    return FALSE;
  if (g_str_has_prefix (info->factory, "v4l2")) {
    set_v4l2_bitrate (encoder, bitrate);
    return TRUE;
  }
  if (!info->bitrate || !g_object_class_find_property (G_OBJECT_GET_CLASS (encoder), info->bitrate))
    return FALSE;
  value = g_strdup_printf ("%u", MAX (bitrate / info->bitrate_unit, 1));
  gst_util_set_object_arg (G_OBJECT (encoder), info->bitrate, value);
  return TRUE;
}

const gchar *
gst_rtc_encoder_get_caps (GstElement * encoder)
{
  const EncoderInfo *info = find_info (encoder);

  return info ? info->caps : NULL;
}
