/* gst-rtc: the codecs that the elements can send and receive
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "gstrtccodecs.h"

#include <string.h>
#include "gstrtcdecoder.h"

/* 4:2:0 with 8 bits: what every browser decodes, of every codec */
#define VIDEO_RAW_CAPS "video/x-raw,format=(string){I420,NV12,YV12}"
#define H264_FMTP "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id="
#define OPUS_FMTP "minptime=10;useinbandfec=1;stereo=1;sprop-stereo=1"
/* What follows a loss cannot be decoded: rather hold the picture than show garbage, and ask for a key frame. */
#define KEY_FRAME_SETTINGS "request-keyframe=true wait-for-keyframe=true"

/* AV1 is missing: there is no RTP payloader for it in C. */
static const GstRtcCodec codecs[] = {
  {
        .kind = RTC_MEDIA_VIDEO,
        .name = "H264",
        .encoding_name = "H264",
        .clock_rate = 90000,
        .fmtp = H264_FMTP "42e01f",
        .caps = "video/x-h264",
        .raw_caps = VIDEO_RAW_CAPS,
        .encoder_caps = "video/x-h264,profile=constrained-baseline;video/x-h264,profile=baseline;"
            "video/x-h264,profile=main",
        .parser = "h264parse",
        .parsed_caps = "video/x-h264,alignment=au",
        .payloader = "rtph264pay",
        .payloader_settings = "config-interval=-1 aggregate-mode=zero-latency",
        .parser_package = "gstreamer1.0-plugins-bad",
        .encoder_package = "gstreamer1.0-plugins-ugly (x264enc)",
        .encoder_hint = "make the encoder's frames come in order: x264enc tune=zerolatency or bframes=0, "
            "other encoders b-frames=0 or profile constrained-baseline, a camera's profile Baseline",
        .depayloader = "rtph264depay",
        .depayloader_settings = KEY_FRAME_SETTINGS,
        .decoder_package = "gstreamer1.0-libav (avdec_h264)",
      },
  {
        .kind = RTC_MEDIA_VIDEO,
        .name = "VP8",
        .encoding_name = "VP8",
        .clock_rate = 90000,
        .caps = "video/x-vp8",
        .raw_caps = VIDEO_RAW_CAPS,
        .encoder_caps = "video/x-vp8",
        .payloader = "rtpvp8pay",
        .payloader_settings = "picture-id-mode=15-bit",
        .encoder_package = "gstreamer1.0-plugins-good (vp8enc)",
        .encoder_hint = "vp8enc auto-alt-ref=false",
        .depayloader = "rtpvp8depay",
        .depayloader_settings = KEY_FRAME_SETTINGS,
        .decoder_package = "gstreamer1.0-plugins-good (vp8dec)",
      },
  {
        .kind = RTC_MEDIA_VIDEO,
        .name = "VP9",
        .encoding_name = "VP9",
        .clock_rate = 90000,
        .fmtp = "profile-id=0",
        .caps = "video/x-vp9",
        .raw_caps = VIDEO_RAW_CAPS,
        .encoder_caps = "video/x-vp9,profile=(string)0",
        .parser = "vp9parse",
        .payloader = "rtpvp9pay",
        .payloader_settings = "picture-id-mode=15-bit",
        .parser_package = "gstreamer1.0-plugins-bad",
        .encoder_package = "gstreamer1.0-plugins-good (vp9enc)",
        .encoder_hint = "vp9enc auto-alt-ref=false lag-in-frames=0",
        .depayloader = "rtpvp9depay",
        .depayloader_settings = KEY_FRAME_SETTINGS,
        .decoder_package = "gstreamer1.0-plugins-good (vp9dec)",
      },
  {
        .kind = RTC_MEDIA_VIDEO,
        .name = "H265",
        .encoding_name = "H265",
        .clock_rate = 90000,
        .fmtp = "profile-id=1;tier-flag=0;level-id=93",
        .caps = "video/x-h265",
        .raw_caps = VIDEO_RAW_CAPS,
        .encoder_caps = "video/x-h265,profile=main",
        .parser = "h265parse",
        .parsed_caps = "video/x-h265,alignment=au",
        .payloader = "rtph265pay",
        .payloader_settings = "config-interval=-1 aggregate-mode=zero-latency",
        .parser_package = "gstreamer1.0-plugins-bad",
        .encoder_package = "gstreamer1.0-plugins-bad (x265enc)",
        .encoder_hint = "make the encoder's frames come in order: x265enc tune=zerolatency "
            "or option-string=bframes=0, other encoders b-frames=0",
        .depayloader = "rtph265depay",
        .decoder_package = "gstreamer1.0-libav (avdec_h265)",
      },
  {
        .kind = RTC_MEDIA_AUDIO,
        .name = "opus",
        .encoding_name = "OPUS",
        .clock_rate = 48000,
        .channels = 2,
        .fmtp = OPUS_FMTP,
        .caps = "audio/x-opus",
        .raw_caps = "audio/x-raw,rate=48000,channels=[1,2]",
        .encoder_caps = "audio/x-opus",
        .payloader = "rtpopuspay",
        .encoder_package = "gstreamer1.0-plugins-base (opusenc)",
        .depayloader = "rtpopusdepay",
        .decoder_package = "gstreamer1.0-plugins-base (opusdec)",
      },
  {
        .kind = RTC_MEDIA_AUDIO,
        .name = "PCMU",
        .encoding_name = "PCMU",
        .clock_rate = 8000,
        .caps = "audio/x-mulaw",
        .raw_caps = "audio/x-raw,rate=8000,channels=1",
        .encoder_caps = "audio/x-mulaw",
        .payloader = "rtppcmupay",
        .payloader_settings = "max-ptime=20000000",
        .encoder_package = "gstreamer1.0-plugins-good (mulawenc)",
        .depayloader = "rtppcmudepay",
        .decoder_package = "gstreamer1.0-plugins-good (mulawdec)",
      },
  {
        .kind = RTC_MEDIA_AUDIO,
        .name = "PCMA",
        .encoding_name = "PCMA",
        .clock_rate = 8000,
        .caps = "audio/x-alaw",
        .raw_caps = "audio/x-raw,rate=8000,channels=1",
        .encoder_caps = "audio/x-alaw",
        .payloader = "rtppcmapay",
        .payloader_settings = "max-ptime=20000000",
        .encoder_package = "gstreamer1.0-plugins-good (alawenc)",
        .depayloader = "rtppcmadepay",
        .decoder_package = "gstreamer1.0-plugins-good (alawdec)",
      },
};

const GstRtcCodec *
gst_rtc_codec_get (guint index)
{
  return index < G_N_ELEMENTS (codecs) ? &codecs[index] : NULL;
}

const GstRtcCodec *
gst_rtc_codec_from_name (const gchar * name)
{
  for (guint i = 0; i < G_N_ELEMENTS (codecs); i++) {
    if (g_ascii_strcasecmp (codecs[i].name, name) == 0)
      return &codecs[i];
  }
  return NULL;
}

static gboolean
is_rtp (const GstStructure * s)
{
  return gst_structure_has_name (s, "application/x-rtp");
}

const GstRtcCodec *
gst_rtc_codec_from_caps (const GstCaps * caps)
{
  const GstStructure *s = gst_caps_get_structure (caps, 0);

  if (is_rtp (s)) {
    const gchar *encoding_name = gst_structure_get_string (s, "encoding-name");

    return encoding_name ? gst_rtc_codec_from_name (encoding_name) : NULL;
  }
  for (guint i = 0; i < G_N_ELEMENTS (codecs); i++) {
    if (gst_structure_has_name (s, codecs[i].caps))
      return &codecs[i];
  }
  return NULL;
}

/* What upstream picks when it has a choice is the first that it can make: the raw formats that need
 * no conversion, and of H.264 the profile that has no B-frames. */
GstCaps *
gst_rtc_codecs_get_sink_caps (RtcMediaKind kind)
{
  static const gchar *const video =
      VIDEO_RAW_CAPS "; video/x-raw; video/x-raw(ANY);"
      "video/x-h264,profile=constrained-baseline,stream-format=byte-stream,alignment=au;"
      "video/x-h264,profile=constrained-baseline; video/x-h264;"
      "video/x-vp8; video/x-vp9;"
      "video/x-h265,profile=main; video/x-h265; application/x-rtp,media=video";
  static const gchar *const audio =
      "audio/x-raw,layout=interleaved,rate=48000,channels={2,1}; audio/x-raw,layout=interleaved; audio/x-raw;"
      "audio/x-opus,channel-mapping-family=0; audio/x-mulaw,rate=8000,channels=1;"
      "audio/x-alaw,rate=8000,channels=1; application/x-rtp,media=audio";

  return gst_caps_from_string (kind == RTC_MEDIA_VIDEO ? video : audio);
}

GstCaps *
gst_rtc_codecs_get_src_caps (RtcMediaKind kind)
{
  gboolean video = kind == RTC_MEDIA_VIDEO;
  GstCaps *caps = gst_caps_from_string (video ? "video/x-raw; video/x-raw(ANY)" : "audio/x-raw");

  gst_caps_append (caps, gst_rtc_codecs_get_caps (kind));
  gst_caps_append (caps, gst_caps_new_simple ("application/x-rtp", "media", G_TYPE_STRING, video ? "video" : "audio",
          NULL));
  return caps;
}

GstCaps *
gst_rtc_codecs_get_caps (RtcMediaKind kind)
{
  GstCaps *caps = gst_caps_new_empty ();

  for (guint i = 0; i < G_N_ELEMENTS (codecs); i++) {
    if (codecs[i].kind == kind)
      gst_caps_append (caps, gst_caps_from_string (codecs[i].caps));
  }
  return caps;
}

static const gchar *
get_string (const GstCaps * caps, const gchar * field)
{
  return caps && gst_caps_get_size (caps) > 0 ? gst_structure_get_string (gst_caps_get_structure (caps, 0), field) :
      NULL;
}

/* profile_idc, constraint flags and level_idc of the SPS: of rtph264pay's caps, of an RTSP camera's SDP, or
 * the first bytes of the first set in its sprop-parameter-sets (RFC 6184, section 8.1) */
static gchar *
h264_fmtp (const GstCaps * rtp_caps)
{
  const gchar *id = get_string (rtp_caps, "profile-level-id");
  const gchar *sets = get_string (rtp_caps, "sprop-parameter-sets");
  g_autofree guchar *sps = NULL;
  gsize size = 0;

  if (sets && *sets)
    sps = g_base64_decode (sets, &size);
  if (size >= 4 && (sps[0] & 0x1f) == 7)
    return g_strdup_printf (H264_FMTP "%02x%02x%02x", sps[1], sps[2], sps[3]);
  if (id && strlen (id) == 6)
    return g_strdup_printf (H264_FMTP "%s", id);
  return NULL;
}

/* general_profile_idc, general_tier_flag and general_level_idc, 30 times the level (RFC 7798, section 7.1) */
static gchar *
h265_fmtp (const GstCaps * stream_caps)
{
  const gchar *profile = get_string (stream_caps, "profile");
  const gchar *tier = get_string (stream_caps, "tier");
  const gchar *level = get_string (stream_caps, "level");

  if (!profile || !level)
    return NULL;
  return g_strdup_printf ("profile-id=%u;tier-flag=%u;level-id=%u", g_str_equal (profile, "main-10") ? 2 : 1,
      g_strcmp0 (tier, "high") == 0, (guint) (g_ascii_strtod (level, NULL) * 30 + 0.5));
}

static gchar *
vp9_fmtp (const GstCaps * stream_caps)
{
  const gchar *profile = get_string (stream_caps, "profile");

  return profile ? g_strdup_printf ("profile-id=%s", profile) : NULL;
}

RtcCodec *
gst_rtc_codec_describe (const GstRtcCodec * codec, const GstCaps * rtp_caps, const GstCaps * stream_caps)
{
  g_autofree gchar *fmtp = NULL;

  if (g_str_equal (codec->name, "H264"))
    fmtp = h264_fmtp (rtp_caps);
  else if (g_str_equal (codec->name, "H265"))
    fmtp = h265_fmtp (stream_caps);
  else if (g_str_equal (codec->name, "VP9"))
    fmtp = vp9_fmtp (stream_caps);
  return rtc_codec_new (codec->kind, codec->name, codec->clock_rate, codec->channels, fmtp ? fmtp : codec->fmtp);
}

gchar *
gst_rtc_codec_find_fault (const GstRtcCodec * codec, const GstCaps * stream_caps)
{
  static const gchar *const h264[] = { "constrained-baseline", "baseline", "main", "constrained-high",
    "progressive-high", "high", NULL
  };
  static const gchar *const h265[] = { "main", "main-still-picture", "main-10", NULL };
  static const gchar *const vp9[] = { "0", "2", NULL };
  const gchar *const *usable = NULL;
  const gchar *profile = get_string (stream_caps, "profile");

  if (g_str_equal (codec->name, "H264"))
    usable = h264;
  else if (g_str_equal (codec->name, "H265"))
    usable = h265;
  else if (g_str_equal (codec->name, "VP9"))
    usable = vp9;
  if (!usable || !profile || g_strv_contains (usable, profile))
    return NULL;
  return g_strdup_printf ("browsers do not decode %s profile %s: let the encoder make 4:2:0 with 8 bits, for example by "
      "\"videoconvert ! video/x-raw,format=I420\" before it and \"%s,profile=%s\" behind it", codec->name, profile,
      codec->caps, usable[0]);
}

/* Receiving */

static const gchar *const receivable_video[] = { "VP8", "H264", "VP9", "H265", NULL };
static const gchar *const receivable_audio[] = { "opus", "PCMU", "PCMA", NULL };

/* What browsers send. They do not mix packetization modes, and some know only the older one. */
static const gchar *const h264_profiles[] = {
  "packetization-mode=1;profile-level-id=42e01f", "packetization-mode=1;profile-level-id=42001f",
  "packetization-mode=1;profile-level-id=4d001f", "packetization-mode=1;profile-level-id=640c1f",
  "packetization-mode=0;profile-level-id=42e01f", "packetization-mode=0;profile-level-id=42001f", NULL
};
static const gchar *const vp9_profiles[] = { "profile-id=0", "profile-id=2", NULL };

static void
add_receivable (GPtrArray * list, const GstRtcCodec * codec, const gchar * fmtp)
{
  g_ptr_array_add (list, rtc_codec_new (codec->kind, codec->name, codec->clock_rate, codec->channels, fmtp));
}

static void
add_profiles (GPtrArray * list, const GstRtcCodec * codec)
{
  if (g_str_equal (codec->name, "H264")) {
    for (guint i = 0; h264_profiles[i]; i++) {
      g_autofree gchar *fmtp = g_strconcat ("level-asymmetry-allowed=1;", h264_profiles[i], NULL);

      add_receivable (list, codec, fmtp);
    }
  } else if (g_str_equal (codec->name, "VP9")) {
    for (guint i = 0; vp9_profiles[i]; i++)
      add_receivable (list, codec, vp9_profiles[i]);
  } else if (g_str_equal (codec->name, "opus")) {
    add_receivable (list, codec, "minptime=10;useinbandfec=1;stereo=1");
  } else {
    add_receivable (list, codec, codec->fmtp);
  }
}

static gboolean
factory_exists (const gchar * name)
{
  GstElementFactory *factory = gst_element_factory_find (name);

  if (factory)
    gst_object_unref (factory);
  return factory != NULL;
}

GPtrArray *
gst_rtc_codecs_get_receivable (RtcMediaKind kind, const gchar * const *names)
{
  GPtrArray *list = g_ptr_array_new_with_free_func ((GDestroyNotify) rtc_codec_free);
  gboolean chosen = names != NULL;

  if (!names)
    names = kind == RTC_MEDIA_VIDEO ? receivable_video : receivable_audio;
  for (; *names; names++) {
    const GstRtcCodec *codec = gst_rtc_codec_from_name (*names);

    if (codec && codec->kind == kind && factory_exists (codec->depayloader)
        && (chosen || gst_rtc_decoder_is_available (codec)))
      add_profiles (list, codec);
  }
  return list;
}
