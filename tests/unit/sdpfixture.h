/* gst-rtc: what the tests of descriptions and negotiations share
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The files in data/sdp are as their programs wrote them (Chromium 156, Firefox 153, Pion 3, aiortc), but for
 * Safari's, which follow its format by hand. The answers are to data/sdp/gst-rtc-offer.sdp, which is what
 * fixture_negotiation () offers; the answers of those that publish are to gst-rtc-offer-receive.sdp, which is
 * what fixture_receiver () offers; those with data channels, with media or alone, to gst-rtc-offer-media-data.sdp and
 * gst-rtc-offer-data.sdp.
 */
#pragma once

#include <gst/core/sdp/rtcnegotiation.h>
#include <string.h>

#define FIXTURE_FINGERPRINT "sha-256 01:23:45:67:89:AB:CD:EF:01:23:45:67:89:AB:CD:EF" \
  ":01:23:45:67:89:AB:CD:EF:01:23:45:67:89:AB:CD:EF"
#define FIXTURE_H264_OF(mode, profile) \
  "level-asymmetry-allowed=1;packetization-mode=" mode ";profile-level-id=" profile
#define FIXTURE_H264 FIXTURE_H264_OF ("1", "42e01f")

static const RtcLocalTransport fixture_transport = {
  .ice_ufrag = "Ufra",
  .ice_pwd = "abcdefghijklmnopqrstuv",
  .fingerprint = FIXTURE_FINGERPRINT,
  .session_id = G_GUINT64_CONSTANT (4611686018427387904),
  .cname = "gst-rtc",
  .retransmission = TRUE,
  .extensions = (1 << RTC_N_EXTENSIONS) - 1,
  .max_message_size = 262144,
};

static inline gchar *
fixture_load (const gchar * name)
{
  g_autofree gchar *path = g_build_filename (SDP_DATA, name, NULL);
  g_autoptr (GError) error = NULL;
  gchar *sdp;

  g_file_get_contents (path, &sdp, NULL, &error);
  g_assert_no_error (error);
  return sdp;
}

static inline gchar *
fixture_replace (const gchar * text, const gchar * what, const gchar * with)
{
  GString *result = g_string_new (text);

  g_assert_cmpuint (g_string_replace (result, what, with, 0), >, 0);
  return g_string_free (result, FALSE);
}

static inline gchar *
fixture_cut (const gchar * text, const gchar * at)
{
  g_auto (GStrv) parts = g_strsplit (text, at, 2);

  g_assert_nonnull (parts[1]);
  return g_strdup (parts[0]);
}

static inline RtcTrackSpec *
fixture_video (void)
{
  RtcTrackSpec *track = rtc_track_spec_new (RTC_MEDIA_VIDEO, "stream video");

  g_ptr_array_add (track->codecs, rtc_codec_new (RTC_MEDIA_VIDEO, "H264", 90000, 0, FIXTURE_H264));
  g_ptr_array_add (track->codecs, rtc_codec_new (RTC_MEDIA_VIDEO, "VP8", 90000, 0, NULL));
  track->ssrc = 1001;
  track->rtx_ssrc = 1002;
  return track;
}

static inline RtcTrackSpec *
fixture_audio (void)
{
  RtcTrackSpec *track = rtc_track_spec_new (RTC_MEDIA_AUDIO, "stream audio");

  g_ptr_array_add (track->codecs, rtc_codec_new (RTC_MEDIA_AUDIO, "opus", 48000, 2,
      "minptime=10;useinbandfec=1"));
  g_ptr_array_add (track->codecs, rtc_codec_new (RTC_MEDIA_AUDIO, "PCMU", 8000, 0, NULL));
  track->ssrc = 2001;
  return track;
}

/* Takes the tracks */
static inline RtcNegotiation *
fixture_negotiation_of (RtcTrackSpec * first, RtcTrackSpec * second)
{
  g_autoptr (GPtrArray) tracks = g_ptr_array_new_with_free_func ((GDestroyNotify) rtc_track_spec_free);

  g_ptr_array_add (tracks, first);
  if (second)
    g_ptr_array_add (tracks, second);
  return rtc_negotiation_new (tracks, &fixture_transport);
}

static inline RtcNegotiation *
fixture_negotiation (void)
{
  return fixture_negotiation_of (fixture_video (), fixture_audio ());
}

static inline GPtrArray *
fixture_receivable (RtcMediaKind kind)
{
  static const struct
  {
    RtcMediaKind kind;
    const gchar *name;
    guint clock_rate, channels;
    const gchar *fmtp;
  } codecs[] = {
    {RTC_MEDIA_AUDIO, "opus", 48000, 2, "minptime=10;useinbandfec=1;stereo=1"},
    {RTC_MEDIA_AUDIO, "PCMU", 8000, 0, NULL},
    {RTC_MEDIA_VIDEO, "VP8", 90000, 0, NULL},
    {RTC_MEDIA_VIDEO, "H264", 90000, 0, FIXTURE_H264_OF ("1", "42e01f")},
    {RTC_MEDIA_VIDEO, "H264", 90000, 0, FIXTURE_H264_OF ("1", "42001f")},
    {RTC_MEDIA_VIDEO, "H264", 90000, 0, FIXTURE_H264_OF ("1", "64001f")},
    {RTC_MEDIA_VIDEO, "H264", 90000, 0, FIXTURE_H264_OF ("0", "42e01f")},
    {RTC_MEDIA_VIDEO, "VP9", 90000, 0, "profile-id=0"},
  };
  GPtrArray *list = g_ptr_array_new_with_free_func ((GDestroyNotify) rtc_codec_free);

  for (guint i = 0; i < G_N_ELEMENTS (codecs); i++) {
    if (codecs[i].kind == kind)
      g_ptr_array_add (list, rtc_codec_new (kind, codecs[i].name, codecs[i].clock_rate, codecs[i].channels,
              codecs[i].fmtp));
  }
  return list;
}

/* Takes the tracks. Receives both kinds; offers @n_offered sections of each. */
static inline RtcNegotiation *
fixture_both_of (RtcTrackSpec * first, RtcTrackSpec * second, guint n_offered)
{
  g_autoptr (GPtrArray) tracks = g_ptr_array_new_with_free_func ((GDestroyNotify) rtc_track_spec_free);
  g_autoptr (GPtrArray) audio = fixture_receivable (RTC_MEDIA_AUDIO);
  g_autoptr (GPtrArray) video = fixture_receivable (RTC_MEDIA_VIDEO);
  RtcLocalTransport transport = fixture_transport;

  transport.receive[RTC_MEDIA_AUDIO] = (RtcReceiveSpec) { audio, n_offered };
  transport.receive[RTC_MEDIA_VIDEO] = (RtcReceiveSpec) { video, n_offered };
  if (first)
    g_ptr_array_add (tracks, first);
  if (second)
    g_ptr_array_add (tracks, second);
  return rtc_negotiation_new (tracks, &transport);
}

static inline RtcNegotiation *
fixture_receiver (void)
{
  return fixture_both_of (NULL, NULL, 1);
}
