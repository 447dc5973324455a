/* gst-rtc: a codec as SDP describes it
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  RTC_MEDIA_AUDIO,
  RTC_MEDIA_VIDEO,
} RtcMediaKind;

#define RTC_PAYLOAD_TYPE_NONE 255

/* rtcp-fb of a codec (RFC 4585, 5104), bits of RtcCodec.feedback */
typedef enum
{
  RTC_FEEDBACK_NACK = 1 << 0,
  RTC_FEEDBACK_PLI = 1 << 1,
  RTC_FEEDBACK_FIR = 1 << 2,
  RTC_FEEDBACK_REMB = 1 << 3,
  RTC_FEEDBACK_TRANSPORT_CC = 1 << 4,
  RTC_FEEDBACK_RRTR = 1 << 5,   /* Receiver Reference Time Reports (RFC 3611), as libwebrtc says it */
} RtcFeedbackFlags;

/**
 * RtcCodec:
 * @kind: audio or video
 * @name: encoding name in the case SDP usually has it: `H264`, `VP8`, `opus`, `PCMU`; compared without case
 * @clock_rate: of its RTP timestamps, in Hz
 * @channels: 0 where SDP names none
 * @fmtp: its format parameters as SDP writes them, or %NULL
 * @payload_type: of the codec, or %RTC_PAYLOAD_TYPE_NONE while none is chosen
 * @rtx_payload_type: of its retransmissions (RFC 4588), or %RTC_PAYLOAD_TYPE_NONE
 * @feedback: #RtcFeedbackFlags
 */
typedef struct
{
  RtcMediaKind kind;
  gchar *name;
  guint clock_rate;
  guint channels;
  gchar *fmtp;
  guint8 payload_type;
  guint8 rtx_payload_type;
  guint feedback;
} RtcCodec;

RtcCodec *rtc_codec_new (RtcMediaKind kind, const gchar * name, guint clock_rate, guint channels,
    const gchar * fmtp);
RtcCodec *rtc_codec_copy (const RtcCodec * codec);
void rtc_codec_free (RtcCodec * codec);

/* (nullable) (element-type RtcCodec): copied with what is in it */
GPtrArray *rtc_codecs_copy (GPtrArray * codecs);

/**
 * rtc_codec_matches:
 *
 * Returns: whether a stream of @ours can be sent where @theirs was offered or answered: same name,
 * rate and channels, and compatible parameters (H.264: packetization-mode and profile, since levels may
 * differ by direction, RFC 6184 section 8.2.2; H.265: profile-id, tier-flag; VP9: profile-id; AV1: profile)
 */
gboolean rtc_codec_matches (const RtcCodec * ours, const RtcCodec * theirs);

/**
 * rtc_codec_has_same_encoding:
 *
 * Returns: whether kind, name, rate and channels are the same, whatever the parameters
 */
gboolean rtc_codec_has_same_encoding (const RtcCodec * a, const RtcCodec * b);

/**
 * rtc_codec_receives:
 *
 * Returns: whether who can receive @ours can receive @theirs: what matches, and of H.264 also the
 * packetization modes 0 and 1 alike, and the profiles that are subsets of @ours
 */
gboolean rtc_codec_receives (const RtcCodec * ours, const RtcCodec * theirs);

/**
 * rtc_codec_get_parameter:
 *
 * Returns: (transfer full) (nullable): the value of one `key=value` of @codec's fmtp, key compared
 * without case
 */
gchar *rtc_codec_get_parameter (const RtcCodec * codec, const gchar * key);

/**
 * rtc_codec_get_answer_fmtp:
 *
 * Returns: (transfer full) (nullable): what an answer says of @ours where @offered, which it matches or
 * receives, was offered: our own parameters; for H.264 the profile and the packetization mode of the offer,
 * with level-asymmetry-allowed if the offer has it, else with the lower of both levels (RFC 6184 section
 * 8.2.2)
 */
gchar *rtc_codec_get_answer_fmtp (const RtcCodec * ours, const RtcCodec * offered);

/**
 * rtc_codec_is_auxiliary:
 *
 * Returns: whether @codec carries no media of its own: red, FEC, DTMF, comfort noise
 */
gboolean rtc_codec_is_auxiliary (const RtcCodec * codec);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RtcCodec, rtc_codec_free)

G_END_DECLS
