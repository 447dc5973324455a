/* gst-rtc: which number stands for which codec in a session
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "rtcpayloadtypes.h"

static void
use (RtcPayloadTypes * types, guint payload_type)
{
  if (payload_type < RTC_N_PAYLOAD_TYPES)
    types->used[payload_type] = TRUE;
}

void
rtc_payload_types_use (RtcPayloadTypes * types, const RtcDescription * description)
{
  for (guint i = 0; i < description->sections->len; i++) {
    const RtcMediaSection *section = g_ptr_array_index (description->sections, i);

    for (guint j = 0; j < section->codecs->len; j++) {
      const RtcCodec *codec = g_ptr_array_index (section->codecs, j);

      use (types, codec->payload_type);
      use (types, codec->rtx_payload_type);
    }
  }
}

/* From @first on, of 96 to 127 and 35 to 63 (RFC 8829 section 5.2.1 by way of RFC 5761 section 4) */
static guint8
take_payload_type (RtcPayloadTypes * types, guint first)
{
  for (guint i = 0; i < RTC_N_PAYLOAD_TYPES; i++) {
    guint payload_type = (first + i) % RTC_N_PAYLOAD_TYPES;

    if ((payload_type >= 96 || (payload_type >= 35 && payload_type <= 63)) && !types->used[payload_type]) {
      types->used[payload_type] = TRUE;
      return payload_type;
    }
  }
  return RTC_PAYLOAD_TYPE_NONE;
}

static guint8
get_static_payload_type (const RtcCodec * codec)
{
  if (codec->kind != RTC_MEDIA_AUDIO || codec->clock_rate != 8000 || codec->channels > 1)
    return RTC_PAYLOAD_TYPE_NONE;
  if (!g_ascii_strcasecmp (codec->name, "PCMU"))
    return 0;
  if (!g_ascii_strcasecmp (codec->name, "PCMA"))
    return 8;
  return RTC_PAYLOAD_TYPE_NONE;
}

/* Whether @payload_type stands for something other than @codec in @codecs */
static gboolean
is_taken (GPtrArray * codecs, const RtcCodec * codec, guint8 payload_type)
{
  for (guint i = 0; codecs && i < codecs->len; i++) {
    const RtcCodec *other = g_ptr_array_index (codecs, i);

    if (other != codec && payload_type != RTC_PAYLOAD_TYPE_NONE
        && (other->payload_type == payload_type || other->rtx_payload_type == payload_type))
      return TRUE;
  }
  return FALSE;
}

static gboolean
fits (const RtcSectionCodecs * section, const RtcCodec * codec, guint8 payload_type)
{
  return !is_taken (section->before, NULL, payload_type) && !is_taken (section->codecs, codec, payload_type);
}

/* In one BUNDLE group a payload type means the same everywhere (RFC 8843 section 9.1), so equal codecs share
 * theirs, unless a peer gave that another meaning in this section */
static const RtcCodec *
find_known (const RtcPayloadTypes * types, const RtcSectionCodecs * section, const RtcCodec * codec)
{
  for (guint i = 0; section->before && i < section->before->len; i++) {
    if (rtc_codec_matches (codec, g_ptr_array_index (section->before, i)))
      return g_ptr_array_index (section->before, i);
  }
  for (guint i = 0; i < types->codecs->len; i++) {
    const RtcCodec *known = g_ptr_array_index (types->codecs, i);

    if (rtc_codec_matches (codec, known) && !g_strcmp0 (codec->fmtp, known->fmtp)
        && fits (section, codec, known->payload_type) && fits (section, codec, known->rtx_payload_type))
      return known;
  }
  return NULL;
}

static guint8
choose_new (RtcPayloadTypes * types, const RtcSectionCodecs * section, const RtcCodec * codec)
{
  guint8 payload_type = get_static_payload_type (codec);

  if (payload_type != RTC_PAYLOAD_TYPE_NONE && fits (section, codec, payload_type))
    return payload_type;
  return take_payload_type (types, 96);
}

void
rtc_payload_types_add (RtcPayloadTypes * types, RtcCodec * codec)
{
  g_ptr_array_add (types->codecs, codec);
}

gboolean
rtc_payload_types_choose (RtcPayloadTypes * types, const RtcSectionCodecs * section, RtcCodec * codec,
    gboolean rtx, GError ** error)
{
  const RtcCodec *known = find_known (types, section, codec);

  codec->payload_type = known ? known->payload_type : choose_new (types, section, codec);
  codec->rtx_payload_type = known && rtx ? known->rtx_payload_type : RTC_PAYLOAD_TYPE_NONE;
  if (codec->payload_type == RTC_PAYLOAD_TYPE_NONE) {
    g_set_error_literal (error, GST_RTC_ERROR, GST_RTC_ERROR_LIMIT,
        "there are more codecs than payload types for them: "
        "offer fewer codecs, or the same ones for all tracks");
    return FALSE;
  }
  /* The usual range is short: retransmissions of sound, which few peers know, leave it to the rest. */
  if (rtx && codec->rtx_payload_type == RTC_PAYLOAD_TYPE_NONE)
    codec->rtx_payload_type = take_payload_type (types, codec->kind == RTC_MEDIA_AUDIO ? 35 : 96);
  rtc_payload_types_add (types, codec);
  return TRUE;
}

