/* gst-rtc: a codec as SDP describes it
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "rtccodec.h"

#include <stdlib.h>
#include <string.h>

#define H264_PROFILE_INVALID -1
#define H264_DEFAULT_PROFILE_LEVEL_ID "42e01f"
/* single NAL units and non-interleaved: 1 has all that 0 has (RFC 6184 section 6.3) */
#define H264_MAX_RECEIVED_MODE 1

typedef enum
{
  H264_CONSTRAINED_BASELINE,
  H264_BASELINE,
  H264_MAIN,
  H264_EXTENDED,
  H264_HIGH,
  H264_CONSTRAINED_HIGH,
  /* every other profile is known by its own first two bytes */
  H264_OTHER,
} H264Profile;

/* RFC 6184, table 5: the profile that profile_idc and the bits of profile-iop under a mask stand for */
static const struct
{
  guint8 idc, mask, value;
  H264Profile profile;
} h264_profiles[] = {
  {0x42, 0x4f, 0x40, H264_CONSTRAINED_BASELINE},
  {0x4d, 0x8f, 0x80, H264_CONSTRAINED_BASELINE},
  {0x58, 0xcf, 0xc0, H264_CONSTRAINED_BASELINE},
  {0x42, 0x4f, 0x00, H264_BASELINE},
  {0x58, 0xcf, 0x80, H264_BASELINE},
  {0x4d, 0xaf, 0x00, H264_MAIN},
  {0x58, 0xcf, 0x00, H264_EXTENDED},
  {0x64, 0xff, 0x00, H264_HIGH},
  {0x64, 0xff, 0x0c, H264_CONSTRAINED_HIGH},
};

/* Finds @key in @fmtp: the span of its value, or FALSE */
static gboolean
find_parameter (const gchar * fmtp, const gchar * key, const gchar ** value, gsize * size)
{
  gsize key_size = strlen (key);

  while (fmtp && *fmtp) {
    const gchar *end = strchrnul (fmtp, ';');

    while (fmtp < end && g_ascii_isspace (*fmtp))
      fmtp++;
    if ((gsize) (end - fmtp) > key_size && fmtp[key_size] == '='
        && !g_ascii_strncasecmp (fmtp, key, key_size)) {
      const gchar *last = end;

      *value = fmtp + key_size + 1;
      while (last > *value && g_ascii_isspace (last[-1]))
        last--;
      *size = last - *value;
      return TRUE;
    }
    fmtp = *end ? end + 1 : end;
  }
  return FALSE;
}

static guint
get_number (const RtcCodec * codec, const gchar * key, guint otherwise)
{
  g_autofree gchar *text = rtc_codec_get_parameter (codec, key);
  guint64 number;

  if (!text || !g_ascii_string_to_unsigned (text, 10, 0, G_MAXUINT, &number, NULL))
    return otherwise;
  return number;
}

static gboolean
get_h264_profile_level_id (const RtcCodec * codec, guint * id)
{
  g_autofree gchar *text = rtc_codec_get_parameter (codec, "profile-level-id");
  guint64 number;

  /* RFC 6184 would have Baseline level 1 here; whoever leaves it out means what RFC 7742 makes mandatory */
  if (!text)
    text = g_strdup (H264_DEFAULT_PROFILE_LEVEL_ID);
  if (!g_ascii_string_to_unsigned (text, 16, 0, 0xffffff, &number, NULL))
    return FALSE;
  *id = number;
  return TRUE;
}

static gint
get_h264_profile (const RtcCodec * codec)
{
  guint id, idc, iop;

  if (!get_h264_profile_level_id (codec, &id))
    return H264_PROFILE_INVALID;
  idc = id >> 16;
  iop = (id >> 8) & 0xff;
  for (guint i = 0; i < G_N_ELEMENTS (h264_profiles); i++) {
    if (h264_profiles[i].idc == idc && (iop & h264_profiles[i].mask) == h264_profiles[i].value)
      return h264_profiles[i].profile;
  }
  return H264_OTHER + (id >> 8);
}

/* RFC 6184, section 8.1, and H.264, annex A.2: which profiles a decoder of another one takes as well */
static gboolean
h264_decodes (gint ours, gint theirs)
{
  if (ours == H264_PROFILE_INVALID || ours == theirs)
    return ours != H264_PROFILE_INVALID;
  switch (theirs) {
    case H264_CONSTRAINED_BASELINE:
      return ours < H264_OTHER;
    case H264_MAIN:
    case H264_CONSTRAINED_HIGH:
      return ours == H264_HIGH;
    default:
      return FALSE;
  }
}

static gboolean
same_number (const RtcCodec * a, const RtcCodec * b, const gchar * key, guint otherwise)
{
  return get_number (a, key, otherwise) == get_number (b, key, otherwise);
}

static gboolean
parameters_match (const RtcCodec * ours, const RtcCodec * theirs)
{
  if (!g_ascii_strcasecmp (ours->name, "H264")) {
    gint profile = get_h264_profile (ours);

    return profile != H264_PROFILE_INVALID && profile == get_h264_profile (theirs)
        && same_number (ours, theirs, "packetization-mode", 0);
  }
  if (!g_ascii_strcasecmp (ours->name, "H265"))
    return same_number (ours, theirs, "profile-id", 1) && same_number (ours, theirs, "tier-flag", 0);
  if (!g_ascii_strcasecmp (ours->name, "VP9"))
    return same_number (ours, theirs, "profile-id", 0);
  if (!g_ascii_strcasecmp (ours->name, "AV1"))
    return same_number (ours, theirs, "profile", 0);
  return TRUE;
}

/* @fmtp with @key set to @value, or removed where that is NULL */
static gchar *
set_parameter (const gchar * fmtp, const gchar * key, const gchar * value)
{
  g_auto (GStrv) parameters = g_strsplit (fmtp ? fmtp : "", ";", -1);
  GString *result = g_string_new (NULL);
  const gchar *old;
  gsize size;

  for (guint i = 0; parameters[i]; i++) {
    const gchar *parameter = g_strstrip (parameters[i]);

    if (!*parameter || find_parameter (parameter, key, &old, &size))
      continue;
    g_string_append_printf (result, "%s%s", result->len ? ";" : "", parameter);
  }
  if (value)
    g_string_append_printf (result, "%s%s=%s", result->len ? ";" : "", key, value);
  return g_string_free (result, FALSE);
}

RtcCodec *
rtc_codec_new (RtcMediaKind kind, const gchar * name, guint clock_rate, guint channels, const gchar * fmtp)
{
  RtcCodec *codec = g_new0 (RtcCodec, 1);

  codec->kind = kind;
  codec->name = g_strdup (name);
  codec->clock_rate = clock_rate;
  codec->channels = channels;
  codec->fmtp = g_strdup (fmtp);
  codec->payload_type = RTC_PAYLOAD_TYPE_NONE;
  codec->rtx_payload_type = RTC_PAYLOAD_TYPE_NONE;
  return codec;
}

RtcCodec *
rtc_codec_copy (const RtcCodec * codec)
{
  RtcCodec *copy = g_memdup2 (codec, sizeof *codec);

  copy->name = g_strdup (codec->name);
  copy->fmtp = g_strdup (codec->fmtp);
  return copy;
}

void
rtc_codec_free (RtcCodec * codec)
{
  if (!codec)
    return;
  g_free (codec->name);
  g_free (codec->fmtp);
  g_free (codec);
}

GPtrArray *
rtc_codecs_copy (GPtrArray * codecs)
{
  GPtrArray *copy;

  if (!codecs)
    return NULL;
  copy = g_ptr_array_new_full (codecs->len, (GDestroyNotify) rtc_codec_free);
  for (guint i = 0; i < codecs->len; i++)
    g_ptr_array_add (copy, rtc_codec_copy (g_ptr_array_index (codecs, i)));
  return copy;
}

gboolean
rtc_codec_has_same_encoding (const RtcCodec * a, const RtcCodec * b)
{
  return a->kind == b->kind && a->clock_rate == b->clock_rate && !g_ascii_strcasecmp (a->name, b->name)
      && (a->kind != RTC_MEDIA_AUDIO || MAX (a->channels, 1) == MAX (b->channels, 1));
}

gboolean
rtc_codec_matches (const RtcCodec * ours, const RtcCodec * theirs)
{
  return rtc_codec_has_same_encoding (ours, theirs) && parameters_match (ours, theirs);
}

gboolean
rtc_codec_receives (const RtcCodec * ours, const RtcCodec * theirs)
{
  if (g_ascii_strcasecmp (ours->name, "H264"))
    return rtc_codec_matches (ours, theirs);
  return rtc_codec_has_same_encoding (ours, theirs)
      && h264_decodes (get_h264_profile (ours), get_h264_profile (theirs))
      && get_number (ours, "packetization-mode", 0) <= H264_MAX_RECEIVED_MODE
      && get_number (theirs, "packetization-mode", 0) <= H264_MAX_RECEIVED_MODE;
}

gchar *
rtc_codec_get_parameter (const RtcCodec * codec, const gchar * key)
{
  const gchar *value;
  gsize size;

  return find_parameter (codec->fmtp, key, &value, &size) ? g_strndup (value, size) : NULL;
}

/* Takes @fmtp */
static gchar *
replace_parameter (gchar * fmtp, const gchar * key, const gchar * value)
{
  gchar *result = set_parameter (fmtp, key, value);

  g_free (fmtp);
  return result;
}

/* "The parameters identifying a media format configuration MUST be used symmetrically", levels aside */
static gchar *
use_offered_h264 (const RtcCodec * ours, const RtcCodec * offered, gboolean asymmetric)
{
  g_autofree gchar *mode = rtc_codec_get_parameter (offered, "packetization-mode");
  gchar *fmtp = g_strdup (ours->fmtp);
  guint our_id, their_id, id;

  if (!same_number (ours, offered, "packetization-mode", 0))
    fmtp = replace_parameter (fmtp, "packetization-mode", mode);
  if (!get_h264_profile_level_id (ours, &our_id) || !get_h264_profile_level_id (offered, &their_id))
    return fmtp;
  id = our_id;
  if (get_h264_profile (ours) != get_h264_profile (offered))
    id = (their_id & 0xffff00) | (our_id & 0xff);
  if (!asymmetric && (their_id & 0xff) < (our_id & 0xff))
    id = (id & 0xffff00) | (their_id & 0xff);
  if (id != our_id) {
    g_autofree gchar *text = g_strdup_printf ("%06x", id);

    fmtp = replace_parameter (fmtp, "profile-level-id", text);
  }
  return fmtp;
}

gchar *
rtc_codec_get_answer_fmtp (const RtcCodec * ours, const RtcCodec * offered)
{
  gboolean asymmetric;
  gchar *fmtp;

  if (g_ascii_strcasecmp (ours->name, "H264"))
    return g_strdup (ours->fmtp);
  asymmetric = get_number (offered, "level-asymmetry-allowed", 0) == 1;
  fmtp = use_offered_h264 (ours, offered, asymmetric);
  if (asymmetric && get_number (ours, "level-asymmetry-allowed", 0) == 1)
    return fmtp;
  return replace_parameter (fmtp, "level-asymmetry-allowed", asymmetric ? "1" : NULL);
}

gboolean
rtc_codec_is_auxiliary (const RtcCodec * codec)
{
  static const gchar *const names[] = {
    "red", "ulpfec", "flexfec", "flexfec-03", "telephone-event", "CN", "rtx",
  };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    if (!g_ascii_strcasecmp (codec->name, names[i]))
      return TRUE;
  }
  return FALSE;
}
