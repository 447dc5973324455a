/* gst-rtc: descriptions from the network, as answer and as offer
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <gst/core/sdp/rtcnegotiation.h>

#include "fuzz.h"

static RtcTrackSpec *
make_track (RtcMediaKind kind, guint32 ssrc)
{
  RtcTrackSpec *track = rtc_track_spec_new (kind, "stream track");

  track->ssrc = ssrc;
  if (kind == RTC_MEDIA_VIDEO) {
    track->rtx_ssrc = ssrc + 1;
    g_ptr_array_add (track->codecs, rtc_codec_new (kind, "H264", 90000, 0,
            "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f"));
    g_ptr_array_add (track->codecs, rtc_codec_new (kind, "VP8", 90000, 0, NULL));
  } else {
    g_ptr_array_add (track->codecs, rtc_codec_new (kind, "opus", 48000, 2, "minptime=10;useinbandfec=1"));
    g_ptr_array_add (track->codecs, rtc_codec_new (kind, "PCMU", 8000, 0, NULL));
  }
  return track;
}

/* NULL, where a track has ended, in the place of a '-' */
static GPtrArray *
make_tracks (const gchar * kinds)
{
  GPtrArray *tracks = g_ptr_array_new_with_free_func ((GDestroyNotify) rtc_track_spec_free);

  for (guint i = 0; kinds[i]; i++)
    g_ptr_array_add (tracks, kinds[i] == '-' ? NULL
        : make_track (kinds[i] == 'v' ? RTC_MEDIA_VIDEO : RTC_MEDIA_AUDIO, 1000 * i + 1001));
  return tracks;
}

static void
add_codec (GPtrArray * codecs, RtcMediaKind kind, const gchar * name, const gchar * fmtp)
{
  g_ptr_array_add (codecs, rtc_codec_new (kind, name, kind == RTC_MEDIA_VIDEO ? 90000 : 48000,
          kind == RTC_MEDIA_VIDEO ? 0 : 2, fmtp));
}

static RtcNegotiation *
make_negotiation (const gchar * kinds, gboolean receives, gboolean data_channels)
{
  RtcLocalTransport transport = {
    .ice_ufrag = "Ufra",
    .ice_pwd = "abcdefghijklmnopqrstuv",
    .fingerprint = "sha-256 01:23:45:67:89:AB:CD:EF:01:23:45:67:89:AB:CD:EF"
        ":01:23:45:67:89:AB:CD:EF:01:23:45:67:89:AB:CD:EF",
    .session_id = 1,
    .cname = "cname",
    .retransmission = TRUE,
    .extensions = (1 << RTC_N_EXTENSIONS) - 1,
    .data_channels = data_channels,
    .max_message_size = 262144,
  };
  g_autoptr (GPtrArray) tracks = make_tracks (kinds);
  g_autoptr (GPtrArray) audio = g_ptr_array_new_with_free_func ((GDestroyNotify) rtc_codec_free);
  g_autoptr (GPtrArray) video = g_ptr_array_new_with_free_func ((GDestroyNotify) rtc_codec_free);

  add_codec (audio, RTC_MEDIA_AUDIO, "opus", "useinbandfec=1;stereo=1");
  add_codec (video, RTC_MEDIA_VIDEO, "VP8", NULL);
  add_codec (video, RTC_MEDIA_VIDEO, "H264", "packetization-mode=1;profile-level-id=64001f");
  add_codec (video, RTC_MEDIA_VIDEO, "H264", "packetization-mode=0;profile-level-id=42e01f");
  if (receives) {
    transport.receive[RTC_MEDIA_AUDIO] = (RtcReceiveSpec) { audio, 1 };
    transport.receive[RTC_MEDIA_VIDEO] = (RtcReceiveSpec) { video, 2 };
  }
  return rtc_negotiation_new (tracks, &transport);
}

static void
check_read (const RtcDescription * description)
{
  g_autofree gchar *sdp = rtc_description_write (description);
  g_autoptr (RtcDescription) again = rtc_description_read (sdp, -1, NULL);

  g_assert_true (!again || again->sections->len == description->sections->len);
}

/* What is written can be read, and says the same when it is written again */
static void
check_written (const gchar * sdp)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RtcDescription) description = rtc_description_read (sdp, -1, &error);
  g_autofree gchar *again = NULL;

  /* ours may have grown over the reader's size limit, by our attributes in each of many sections */
  if (g_error_matches (error, GST_RTC_ERROR, GST_RTC_ERROR_LIMIT))
    return;
  g_assert_no_error (error);
  again = rtc_description_write (description);
  g_assert_cmpstr (sdp, ==, again);
}

static void
check_track (const RtcNegotiatedTrack * track)
{
  g_assert_nonnull (track->mid);
  g_assert_true ((track->codec != NULL) == ((track->direction & RTC_DIRECTION_SENDONLY) != 0));
  g_assert_true ((track->receive_codecs != NULL) == ((track->direction & RTC_DIRECTION_RECVONLY) != 0));
  g_assert_true (!track->codec || track->track >= 0);
  g_assert_true (!track->receive_codecs || track->receive_codecs->len > 0);
}

/* Somebody like us can take what we offer, and we what they answer */
static void
check_next (const RtcNegotiation * negotiation)
{
  g_autoptr (GError) error = NULL;
  g_autofree gchar *offer = NULL, *answer = NULL;
  g_autoptr (RtcNegotiation) pending = rtc_negotiation_create_offer (negotiation, NULL, &offer, &error);
  g_autoptr (RtcNegotiation) other = make_negotiation ("va", TRUE, TRUE), answering = NULL, next = NULL;

  if (!pending) {
    g_assert_nonnull (error);
    return;
  }
  check_written (offer);
  answering = rtc_negotiation_set_offer (other, offer, NULL, &answer, NULL);
  if (!answering)
    return;
  check_written (answer);
  next = rtc_negotiation_set_answer (pending, answer, &error);
  if (!g_error_matches (error, GST_RTC_ERROR, GST_RTC_ERROR_LIMIT))
    g_assert_no_error (error);
}

static void
check_stable (const RtcNegotiation * negotiation)
{
  GPtrArray *tracks = rtc_negotiation_get_tracks (negotiation);
  g_autoptr (GPtrArray) changed = make_tracks ("-vaav");
  g_autoptr (RtcNegotiation) other = NULL;
  RtcRemoteTransport remote;
  RtcRemoteData data;

  g_assert_true (rtc_negotiation_get_remote_transport (negotiation, &remote));
  g_assert_nonnull (remote.ice_ufrag);
  g_assert_nonnull (remote.ice_pwd);
  g_assert_nonnull (remote.fingerprint);
  g_assert_nonnull (rtc_negotiation_get_transport_mid (negotiation));
  for (guint i = 0; i < tracks->len; i++)
    check_track (g_ptr_array_index (tracks, i));
  g_assert_true (!rtc_negotiation_get_data (negotiation, &data) || data.port > 0);
  check_next (negotiation);
  other = rtc_negotiation_set_tracks (negotiation, changed);
  g_assert_true (rtc_negotiation_is_needed (other));
  check_next (other);
}

/* The same offer again, by a peer that has said all of it before, and after our tracks have changed */
static void
check_again (const RtcNegotiation * negotiation, const gchar * sdp)
{
  g_autoptr (GPtrArray) changed = make_tracks ("-av");
  g_autoptr (RtcNegotiation) other = rtc_negotiation_set_tracks (negotiation, changed);
  g_autoptr (RtcNegotiation) enabled = rtc_negotiation_enable_data (other);
  g_autoptr (RtcNegotiation) restarted = rtc_negotiation_restart_ice (enabled, "Other",
      "zyxwvutsrqponmlkjihgfe");
  g_autoptr (RtcNegotiation) again = NULL, later = NULL;
  g_autofree gchar *answer = NULL, *later_answer = NULL;
  g_autoptr (GError) error = NULL;

  again = rtc_negotiation_set_offer (negotiation, sdp, NULL, &answer, NULL);
  g_assert_nonnull (again);
  check_written (answer);
  /* another track may want a section that nobody looked at before, and that is at fault */
  later = rtc_negotiation_set_offer (restarted, sdp, NULL, &later_answer, &error);
  if (!later) {
    g_assert_nonnull (error);
    return;
  }
  check_written (later_answer);
  check_stable (later);
}

static void
check (const RtcNegotiation * fresh, const gchar * sdp)
{
  g_autofree gchar *offer = NULL, *answer = NULL;
  g_autoptr (RtcNegotiation) pending = rtc_negotiation_create_offer (fresh, NULL, &offer, NULL);
  g_autoptr (RtcNegotiation) answered = rtc_negotiation_set_answer (pending, sdp, NULL);
  g_autoptr (RtcNegotiation) answering = rtc_negotiation_set_offer (pending, sdp, NULL, &answer, NULL);

  if (answered)
    check_stable (answered);
  if (answering) {
    check_written (answer);
    check_stable (answering);
    check_again (answering, sdp);
  }
}

int
LLVMFuzzerTestOneInput (const uint8_t * data, size_t size)
{
  g_autofree gchar *sdp = g_strndup ((const gchar *) data, size);
  g_autoptr (RtcDescription) description = rtc_description_read ((const gchar *) data, size, NULL);
  /* a byte more or less turns them on or off */
  gboolean data_channels = size & 1;
  g_autoptr (RtcNegotiation) sender = make_negotiation ("va", FALSE, data_channels);
  g_autoptr (RtcNegotiation) receiver = make_negotiation ("", TRUE, data_channels);
  g_autoptr (RtcNegotiation) caller = make_negotiation ("va", TRUE, data_channels);
  g_autoptr (RtcNegotiation) data_only = make_negotiation ("", FALSE, TRUE);

  if (description)
    check_read (description);
  check (sender, sdp);
  check (receiver, sdp);
  check (caller, sdp);
  check (data_only, sdp);
  return 0;
}
