/* gst-rtc: tests of offer and answer, with what browsers and others really write
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "negotiationfixture.h"

typedef struct
{
  gint track;
  const gchar *codec;
  guint payload_type, rtx;
  guint feedback;
  RtcExtensionMap ids;
  gboolean rsize;
} Line;

typedef struct
{
  const gchar *file;
  guint n_candidates;
  gboolean end_of_candidates;
  Line lines[3];
} Golden;

static const Golden answers[] = {
  {"chromium-answer.sdp", 4, FALSE, {{0, "H264", 96, 97, 0x1f, {{1, 2, 3, 4, 5}}, TRUE},
          {1, "opus", 100, NONE, 0x10, {{1, 2, 3, 0, 5}}, TRUE}}},
  {"chromium-answer-trickle.sdp", 0, FALSE, {{0, "H264", 96, 97, 0x1f, {{1, 2, 3, 4, 5}}, TRUE},
          {1, "opus", 100, NONE, 0x10, {{1, 2, 3, 0, 5}}, TRUE}}},
  /* no H.264, and candidates that are mDNS names */
  {"firefox-answer.sdp", 4, TRUE, {{0, "VP8", 98, 99, 0x1f, {{1, 2, 3, 4, 0}}, TRUE},
          {1, "opus", 100, NONE, 0x10, {{1, 0, 3, 0, 0}}, FALSE}}},
  {"firefox-answer-trickle.sdp", 0, FALSE, {{0, "VP8", 98, 99, 0x1f, {{1, 2, 3, 4, 0}}, TRUE},
          {1, "opus", 100, NONE, 0x10, {{1, 0, 3, 0, 0}}, FALSE}}},
  {"safari-answer.sdp", 2, FALSE, {{0, "H264", 96, 97, 0x1f, {{1, 2, 3, 4, 0}}, TRUE},
          {1, "opus", 100, NONE, 0x10, {{1, 2, 3, 0, 0}}, TRUE}}},
  {"pion-answer.sdp", 2, TRUE, {{0, "H264", 96, 97, 0x1f, {{0, 0, 3, 0, 0}}, TRUE},
          {1, "opus", 100, NONE, 0x10, {{0, 0, 3, 0, 0}}, TRUE}}},
  {"aiortc-answer.sdp", 2, TRUE, {{0, "H264", 96, 97, 0x0b, {{1, 2, 0, 0, 0}}, FALSE},
          {1, "opus", 100, NONE, 0, {{1, 0, 0, 0, 0}}, FALSE}}},
};

static const Golden offers[] = {
  {"chromium-offer-recvonly.sdp", 4, FALSE, {{1, "opus", 111, NONE, 0x10, {{4, 2, 3, 0, 0}}, TRUE},
          {0, "H264", 108, 109, 0x1f, {{4, 2, 3, 5, 0}}, TRUE}}},
  {"chromium-offer-sendrecv.sdp", 4, FALSE, {{1, "opus", 111, NONE, 0x10, {{4, 2, 3, 0, 0}}, TRUE},
          {0, "H264", 108, 109, 0x1f, {{4, 2, 3, 5, 0}}, TRUE}, {-1, NULL}}},
  /* port 0 and bundle-only from the second section on */
  {"chromium-offer-max-bundle.sdp", 4, FALSE, {{1, "opus", 111, NONE, 0x10, {{4, 2, 3, 0, 0}}, TRUE},
          {0, "H264", 108, 109, 0x1f, {{4, 2, 3, 5, 0}}, TRUE}}},
  /* eight candidates, but four are for a second component */
  {"firefox-offer-recvonly.sdp", 4, TRUE, {{1, "opus", 109, NONE, 0x10, {{3, 0, 7, 0, 0}}, FALSE},
          {0, "VP8", 120, 124, 0x1f, {{3, 4, 7, 6, 0}}, TRUE}}},
  {"firefox-offer-sendrecv.sdp", 4, TRUE, {{1, "opus", 109, NONE, 0x10, {{3, 0, 7, 0, 0}}, FALSE},
          {0, "VP8", 120, 124, 0x1f, {{3, 4, 7, 6, 0}}, TRUE}, {-1, NULL}}},
  {"firefox-offer-max-bundle.sdp", 4, TRUE, {{1, "opus", 109, NONE, 0x10, {{3, 0, 7, 0, 0}}, FALSE},
          {0, "VP8", 120, 124, 0x1f, {{3, 4, 7, 6, 0}}, TRUE}}},
  {"safari-offer-recvonly.sdp", 0, FALSE, {{1, "opus", 111, NONE, 0x10, {{4, 2, 3, 0, 0}}, TRUE},
          {0, "H264", 98, 99, 0x1f, {{4, 2, 3, 5, 0}}, TRUE}}},
  {"safari-offer-sendrecv.sdp", 0, FALSE, {{1, "opus", 111, NONE, 0x10, {{4, 2, 3, 0, 0}}, TRUE},
          {0, "H264", 98, 99, 0x1f, {{4, 2, 3, 5, 0}}, TRUE}}},
  {"pion-offer-recvonly.sdp", 2, TRUE, {{0, "H264", 125, 107, 0x1f, {{0, 0, 1, 0, 0}}, TRUE},
          {1, "opus", 111, NONE, 0x10, {{0, 0, 1, 0, 0}}, TRUE}}},
  {"pion-offer-sendrecv.sdp", 2, TRUE, {{0, "H264", 125, 107, 0x1f, {{0, 0, 1, 0, 0}}, TRUE},
          {1, "opus", 111, NONE, 0x10, {{0, 0, 1, 0, 0}}, TRUE}}},
  {"aiortc-offer-recvonly.sdp", 2, TRUE, {{1, "opus", 96, NONE, 0, {{1, 0, 0, 0, 0}}, FALSE},
          {0, "H264", 101, 102, 0x0b, {{1, 2, 0, 0, 0}}, FALSE}}},
  {"aiortc-offer-sendrecv.sdp", 2, TRUE, {{1, "opus", 96, NONE, 0, {{1, 0, 0, 0, 0}}, FALSE},
          {0, "H264", 101, 102, 0x0b, {{1, 2, 0, 0, 0}}, FALSE}, {-1, NULL}}},
};

static void
assert_golden (const RtcNegotiation * negotiation, const Golden * golden)
{
  RtcRemoteTransport remote;
  guint n = rtc_negotiation_get_tracks (negotiation)->len;

  g_test_message ("%s", golden->file);
  g_assert_true (rtc_negotiation_get_remote_transport (negotiation, &remote));
  g_assert_nonnull (remote.ice_ufrag);
  g_assert_nonnull (remote.ice_pwd);
  g_assert_true (g_str_has_prefix (remote.fingerprint, "sha-256 "));
  g_assert_false (remote.dtls_client);
  g_assert_false (remote.ice_lite);
  g_assert_cmpstr (rtc_negotiation_get_transport_mid (negotiation), ==, "0");
  g_assert_cmpuint (rtc_negotiation_get_transport_m_line (negotiation), ==, 0);
  g_assert_cmpuint (rtc_negotiation_get_remote_candidates (negotiation)->len, ==, golden->n_candidates);
  g_assert_cmpint (rtc_negotiation_get_end_of_candidates (negotiation), ==, golden->end_of_candidates);
  for (guint i = 0; i < n; i++) {
    const Line *line = &golden->lines[i];
    const RtcNegotiatedTrack *track = get_track (negotiation, i);
    g_autofree gchar *mid = g_strdup_printf ("%u", i);

    g_assert_cmpint (track->track, ==, line->track);
    g_assert_cmpstr (track->mid, ==, mid);
    if (!line->codec) {
      g_assert_null (track->codec);
      g_assert_cmpint (track->direction, ==, RTC_DIRECTION_INACTIVE);
      continue;
    }
    g_assert_cmpint (track->direction, ==, RTC_DIRECTION_SENDONLY);
    g_assert_cmpstr (track->codec->name, ==, line->codec);
    g_assert_cmpuint (track->codec->payload_type, ==, line->payload_type);
    g_assert_cmpuint (track->codec->rtx_payload_type, ==, line->rtx);
    g_assert_cmphex (track->codec->feedback, ==, line->feedback);
    g_assert_cmpmem (&track->extensions, sizeof track->extensions, &line->ids, sizeof line->ids);
    g_assert_cmpint (track->rtcp_rsize, ==, line->rsize);
  }
}

static void
test_answers (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (answers); i++) {
    g_autoptr (RtcNegotiation) fresh = fixture_negotiation ();
    g_autoptr (RtcNegotiation) pending = offer (fresh, NULL);
    g_autofree gchar *sdp = fixture_load (answers[i].file);
    g_autoptr (RtcNegotiation) stable = take_answer (pending, sdp);

    assert_golden (stable, &answers[i]);
    g_assert_cmpuint (rtc_negotiation_get_tracks (stable)->len, ==, 2);
  }
}

static void
test_offers (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (offers); i++) {
    g_autoptr (RtcNegotiation) fresh = fixture_negotiation ();
    g_autofree gchar *sdp = fixture_load (offers[i].file);
    g_autoptr (RtcDescription) description = NULL;
    g_autoptr (RtcNegotiation) stable = answer (fresh, sdp, &description);
    RtcMediaSection *video = get_section (description, offers[i].lines[0].track == 0 ? 0 : 1);

    assert_golden (stable, &offers[i]);
    g_assert_cmpuint (description->bundle->len, ==, 2);
    g_assert_cmpint (video->setup, ==, RTC_SETUP_PASSIVE);
    g_assert_cmpint (video->direction, ==, RTC_DIRECTION_SENDONLY);
    g_assert_cmpuint (video->ssrc, ==, 1001);
    g_assert_cmpuint (video->rtx_ssrc, ==, 1002);
    g_assert_cmpstr (video->msid, ==, "stream video");
    g_assert_true (video->rtcp_mux);
    if (description->sections->len > 2) {
      g_assert_true (get_section (description, 2)->is_application && get_section (description, 2)->rejected);
      /* aiortc insists */
      g_assert_nonnull (get_section (description, 2)->ice_ufrag);
    }
  }
}

/* The offer that browsers and others were asked to answer */
static void
test_own_offer (void)
{
  g_autoptr (RtcNegotiation) fresh = fixture_negotiation ();
  g_autoptr (RtcNegotiation) pending = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree gchar *expected = fixture_load ("gst-rtc-offer.sdp"), *sdp = NULL;
  RtcRemoteTransport remote;

  pending = rtc_negotiation_create_offer (fresh, NULL, &sdp, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (sdp, ==, expected);
  g_assert_cmpint (rtc_negotiation_get_state (fresh), ==, RTC_SIGNALING_STABLE);
  g_assert_cmpint (rtc_negotiation_get_state (pending), ==, RTC_SIGNALING_HAVE_LOCAL_OFFER);
  g_assert_false (rtc_negotiation_get_remote_transport (pending, &remote));
  g_assert_cmpuint (rtc_negotiation_get_tracks (pending)->len, ==, 0);
  g_assert_cmpuint (rtc_negotiation_get_remote_candidates (pending)->len, ==, 0);
  g_assert_false (rtc_negotiation_get_end_of_candidates (pending));
  g_assert_cmpstr (rtc_negotiation_get_transport_mid (pending), ==, "0");
}

static void
test_own_candidates (void)
{
  g_autoptr (RtcNegotiation) fresh = fixture_negotiation ();
  g_autoptr (RtcNegotiation) pending = NULL, stable = NULL;
  g_autoptr (GPtrArray) candidates = g_ptr_array_new_with_free_func ((GDestroyNotify) rtc_candidate_free);
  g_autofree gchar *sdp = NULL, *answer_sdp = NULL, *theirs = fixture_load ("chromium-offer-recvonly.sdp");
  g_autoptr (RtcDescription) ours = NULL, answered = NULL;

  g_ptr_array_add (candidates, rtc_candidate_new ("candidate:1 1 udp 1 192.0.2.1 5 typ host", "0", 0));
  pending = rtc_negotiation_create_offer (fresh, candidates, &sdp, NULL);
  ours = read_sdp (sdp);
  g_assert_cmpuint (ours->candidates->len, ==, 1);
  stable = rtc_negotiation_set_offer (fresh, theirs, candidates, &answer_sdp, NULL);
  answered = read_sdp (answer_sdp);
  g_assert_cmpuint (answered->candidates->len, ==, 1);
}

static void
test_without_retransmission (void)
{
  RtcLocalTransport transport = fixture_transport;
  g_autoptr (GPtrArray) tracks = g_ptr_array_new_with_free_func ((GDestroyNotify) rtc_track_spec_free);
  g_autoptr (RtcNegotiation) fresh = NULL, pending = NULL, stable = NULL;
  g_autoptr (RtcDescription) ours = NULL, answered = NULL;
  g_autofree gchar *theirs = fixture_load ("chromium-offer-recvonly.sdp");

  transport.retransmission = FALSE;
  transport.extensions = 1 << RTC_EXTENSION_MID;
  g_ptr_array_add (tracks, fixture_video ());
  fresh = rtc_negotiation_new (tracks, &transport);
  pending = offer (fresh, &ours);
  g_assert_cmpuint (get_codec (get_section (ours, 0), 0)->rtx_payload_type, ==, NONE);
  g_assert_cmphex (get_codec (get_section (ours, 0), 0)->feedback, ==, 0x2f);
  g_assert_cmpuint (get_section (ours, 0)->rtx_ssrc, ==, 0);
  g_assert_cmpuint (get_section (ours, 0)->ssrc, ==, 1001);
  stable = answer (fresh, theirs, &answered);
  g_assert_cmpuint (get_codec (get_section (answered, 1), 0)->rtx_payload_type, ==, NONE);
  g_assert_cmpuint (get_section (answered, 1)->rtx_ssrc, ==, 0);
  g_assert_cmpuint (get_section (answered, 1)->extensions.id[RTC_EXTENSION_MID], ==, 4);
  g_assert_cmpuint (get_section (answered, 1)->extensions.id[RTC_EXTENSION_TRANSPORT_CC], ==, 0);
  g_assert_cmphex (get_track (stable, 1)->codec->feedback, ==, 0x0f);
  /* the audio that nobody sends stays as inactive */
  g_assert_cmpint (get_track (stable, 0)->track, ==, -1);
  g_assert_cmpint (get_section (answered, 0)->direction, ==, RTC_DIRECTION_INACTIVE);
  g_assert_false (get_section (answered, 0)->rejected);
  g_assert_cmpuint (answered->bundle->len, ==, 2);
}

/* Equal codecs share payload types; different ones never do */
static void
test_payload_types (void)
{
  g_autoptr (RtcNegotiation) fresh = NULL, pending = NULL, too_many = NULL;
  g_autoptr (RtcDescription) ours = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree gchar *sdp = NULL;
  RtcTrackSpec *many = fixture_video (), *audio = fixture_audio ();

  fresh = fixture_negotiation_of (fixture_video (), fixture_video ());
  pending = offer (fresh, &ours);
  for (guint i = 0; i < 2; i++) {
    g_assert_cmpuint (get_codec (get_section (ours, 0), i)->payload_type, ==,
        get_codec (get_section (ours, 1), i)->payload_type);
    g_assert_cmpuint (get_codec (get_section (ours, 0), i)->rtx_payload_type, ==,
        get_codec (get_section (ours, 1), i)->rtx_payload_type);
  }
  rtc_description_free (g_steal_pointer (&ours));
  rtc_negotiation_unref (g_steal_pointer (&pending));
  rtc_negotiation_unref (g_steal_pointer (&fresh));

  for (guint i = 0; i < 16; i++) {
    g_autofree gchar *name = g_strdup_printf ("X%u", i);

    g_ptr_array_add (many->codecs, rtc_codec_new (RTC_MEDIA_VIDEO, name, 90000, 0, NULL));
  }
  g_ptr_array_add (audio->codecs, rtc_codec_new (RTC_MEDIA_AUDIO, "PCMA", 8000, 1, NULL));
  fresh = fixture_negotiation_of (many, audio);
  pending = offer (fresh, &ours);
  for (guint i = 0, previous = 95; i < 18; i++) {
    guint payload_type = get_codec (get_section (ours, 0), i)->payload_type;

    g_assert_cmpuint (payload_type, ==, previous == 126 ? 35 : previous + (i ? 2 : 1));
    previous = payload_type;
  }
  g_assert_cmpuint (get_codec (get_section (ours, 1), 1)->payload_type, ==, 0);
  g_assert_cmpuint (get_codec (get_section (ours, 1), 2)->payload_type, ==, 8);

  many = fixture_video ();
  for (guint i = 0; i < 60; i++) {
    g_autofree gchar *name = g_strdup_printf ("X%u", i);

    g_ptr_array_add (many->codecs, rtc_codec_new (RTC_MEDIA_VIDEO, name, 90000, 0, NULL));
  }
  too_many = fixture_negotiation_of (many, NULL);
  g_assert_null (rtc_negotiation_create_offer (too_many, NULL, &sdp, &error));
  g_assert_error (error, GST_RTC_ERROR, GST_RTC_ERROR_LIMIT);
}

static void
test_setup (void)
{
  g_autoptr (RtcNegotiation) fresh = fixture_negotiation ();
  g_autoptr (RtcNegotiation) pending = offer (fresh, NULL);
  g_autofree gchar *theirs = fixture_load ("chromium-answer.sdp");
  g_autofree gchar *passive = fixture_replace (theirs, "a=setup:active", "a=setup:passive");
  g_autofree gchar *actpass = fixture_replace (theirs, "a=setup:active", "a=setup:actpass");
  g_autofree gchar *offered = fixture_load ("chromium-offer-recvonly.sdp");
  g_autofree gchar *offered_passive = fixture_replace (offered, "a=setup:actpass", "a=setup:passive");
  g_autofree gchar *offered_active = fixture_replace (offered, "a=setup:actpass", "a=setup:active");
  g_autoptr (RtcNegotiation) a = take_answer (pending, passive);
  g_autoptr (RtcDescription) description = NULL, active_description = NULL, again_description = NULL;
  g_autoptr (RtcNegotiation) b = answer (fresh, offered_passive, &description);
  g_autoptr (RtcNegotiation) c = answer (fresh, offered_active, &active_description);
  g_autoptr (RtcNegotiation) again = NULL;
  RtcRemoteTransport remote;

  rtc_negotiation_get_remote_transport (a, &remote);
  g_assert_true (remote.dtls_client);
  refuse_answer (pending, actpass, GST_RTC_ERROR_DESCRIPTION, "active or passive");
  rtc_negotiation_get_remote_transport (b, &remote);
  g_assert_true (remote.dtls_client);
  g_assert_cmpint (get_section (description, 0)->setup, ==, RTC_SETUP_ACTIVE);
  rtc_negotiation_get_remote_transport (c, &remote);
  g_assert_false (remote.dtls_client);
  g_assert_cmpint (get_section (active_description, 0)->setup, ==, RTC_SETUP_PASSIVE);

  /* the association, and so the roles, go on */
  again = answer (b, offered, &again_description);
  rtc_negotiation_get_remote_transport (again, &remote);
  g_assert_true (remote.dtls_client);
  g_assert_cmpint (get_section (again_description, 0)->setup, ==, RTC_SETUP_ACTIVE);
}

static void
test_rejected_track (void)
{
  g_autoptr (RtcNegotiation) fresh = fixture_negotiation ();
  g_autoptr (RtcNegotiation) pending = offer (fresh, NULL);
  g_autofree gchar *theirs = fixture_load ("chromium-answer.sdp");
  g_autofree gchar *no_audio = fixture_replace (theirs, "m=audio 9", "m=audio 0");
  g_autofree gchar *no_video = fixture_replace (theirs, "m=video 42610", "m=video 0");
  g_autofree gchar *nothing = fixture_replace (no_audio, "m=video 42610", "m=video 0");
  g_autofree gchar *bundled_audio = fixture_replace (no_video, "BUNDLE 0 1", "BUNDLE 1");
  g_autofree gchar *inactive = fixture_replace (theirs, "a=recvonly", "a=inactive");
  g_autoptr (RtcNegotiation) a = take_answer (pending, no_audio), b = NULL, c = NULL, re_offer = NULL;
  g_autoptr (RtcDescription) description = NULL;

  g_assert_nonnull (get_track (a, 0)->codec);
  g_assert_null (get_track (a, 1)->codec);
  g_assert_cmpint (get_track (a, 1)->track, ==, 1);
  g_assert_cmpint (get_track (a, 1)->direction, ==, RTC_DIRECTION_INACTIVE);

  b = take_answer (pending, bundled_audio);
  g_assert_null (get_track (b, 0)->codec);
  g_assert_cmpstr (get_track (b, 1)->codec->name, ==, "opus");
  g_assert_cmpstr (rtc_negotiation_get_transport_mid (b), ==, "1");
  g_assert_cmpuint (rtc_negotiation_get_transport_m_line (b), ==, 1);
  re_offer = offer (b, &description);
  g_assert_true (get_section (description, 0)->rejected);
  g_assert_cmpuint (description->bundle->len, ==, 1);

  c = take_answer (pending, inactive);
  g_assert_null (get_track (c, 0)->codec);
  g_assert_cmpint (get_track (c, 0)->direction, ==, RTC_DIRECTION_INACTIVE);
  refuse_answer (pending, nothing, GST_RTC_ERROR_NO_COMMON_CODEC, "the peer has rejected everything");
}

static void
test_no_common_codec (void)
{
  RtcTrackSpec *track = rtc_track_spec_new (RTC_MEDIA_VIDEO, "a b");
  g_autoptr (RtcNegotiation) fresh = NULL;
  g_autofree gchar *theirs = fixture_load ("firefox-offer-recvonly.sdp");

  track->ssrc = 1;
  g_ptr_array_add (track->codecs, rtc_codec_new (RTC_MEDIA_VIDEO, "H264", 90000, 0, FIXTURE_H264));
  fresh = fixture_negotiation_of (track, NULL);
  refuse_offer (fresh, theirs, GST_RTC_ERROR_NO_COMMON_CODEC,
      "there is video H264 (profile-level-id 42e01f) here, and the peer has audio opus");
  refuse_offer (fresh, theirs, GST_RTC_ERROR_NO_COMMON_CODEC, "video VP8, video VP9, video AV1");
}

static void
test_answer_shape (void)
{
  g_autoptr (RtcNegotiation) fresh = fixture_negotiation ();
  g_autoptr (RtcNegotiation) pending = offer (fresh, NULL);
  g_autofree gchar *theirs = fixture_load ("chromium-answer.sdp");
  g_autofree gchar *mid = fixture_replace (theirs, "a=mid:1", "a=mid:x");
  g_autofree gchar *kind = fixture_replace (theirs, "m=video 42610", "m=audio 42610");
  g_autofree gchar *protocol = fixture_replace (theirs, "m=audio 9 UDP/TLS/RTP/SAVPF", "m=audio 9 FOO");
  g_autofree gchar *longer = g_strconcat (theirs, "m=audio 0 UDP/TLS/RTP/SAVPF 0\r\n", NULL);
  g_autofree gchar *shorter = fixture_cut (theirs, "m=audio");
  g_autoptr (RtcNegotiation) stable = NULL;

  refuse_answer (fresh, theirs, GST_RTC_ERROR_DESCRIPTION, "no offer waits");
  refuse_answer (pending, mid, GST_RTC_ERROR_DESCRIPTION, "mid \"x\" where the offer has \"1\"");
  refuse_answer (pending, kind, GST_RTC_ERROR_DESCRIPTION, "section 0 of the answer is \"audio");
  refuse_answer (pending, protocol, GST_RTC_ERROR_DESCRIPTION, "section 1 of the answer is \"audio FOO\"");
  refuse_answer (pending, longer, GST_RTC_ERROR_DESCRIPTION, "3 m= sections where the offer has 2");
  refuse_answer (pending, shorter, GST_RTC_ERROR_DESCRIPTION, "1 m= sections where the offer has 2");
  refuse_answer (pending, "nonsense", GST_RTC_ERROR_DESCRIPTION, "line 1");
  stable = take_answer (pending, theirs);
  refuse_answer (stable, theirs, GST_RTC_ERROR_DESCRIPTION, "no offer waits");
}

static void
test_unbundled (void)
{
  g_autoptr (RtcNegotiation) fresh = fixture_negotiation ();
  g_autoptr (RtcNegotiation) pending = offer (fresh, NULL);
  g_autofree gchar *theirs = fixture_load ("chromium-answer.sdp");
  g_autofree gchar *second = fixture_replace (theirs, "BUNDLE 0 1", "BUNDLE 0");
  g_autofree gchar *first = fixture_replace (theirs, "BUNDLE 0 1", "BUNDLE 1");
  g_autofree gchar *none = fixture_replace (theirs, "a=group:BUNDLE 0 1\r\n", "");
  g_autofree gchar *offered = fixture_load ("chromium-offer-recvonly.sdp");
  g_autofree gchar *offered_none = fixture_replace (offered, "a=group:BUNDLE 0 1\r\n", "");
  g_autoptr (RtcNegotiation) a = take_answer (pending, second), b = take_answer (pending, none), c = NULL;
  g_autoptr (RtcDescription) description = NULL;

  g_assert_nonnull (get_track (a, 0)->codec);
  g_assert_null (get_track (a, 1)->codec);
  g_assert_nonnull (get_track (b, 0)->codec);
  g_assert_null (get_track (b, 1)->codec);
  refuse_answer (pending, first, GST_RTC_ERROR_DESCRIPTION, "takes section \"0\" out of the BUNDLE group");

  c = answer (fresh, offered_none, &description);
  g_assert_nonnull (get_track (c, 0)->codec);
  g_assert_null (get_track (c, 1)->codec);
  g_assert_true (get_section (description, 1)->rejected);
  g_assert_cmpuint (description->bundle->len, ==, 0);
}

typedef struct
{
  const gchar *what, *with, *message;
} Change;

static void
test_transport_faults (void)
{
  static const Change changes[] = {
    {"a=ice-ufrag", "a=x-ice-ufrag", "no a=ice-ufrag"},
    {"a=ice-pwd", "a=x-ice-pwd", "no a=ice-ufrag and a=ice-pwd"},
    {"a=fingerprint:sha-256", "a=fingerprint:md5", "no a=fingerprint"},
    {"a=rtcp-mux", "a=x-rtcp-mux", "no a=rtcp-mux"},
  };
  g_autoptr (RtcNegotiation) fresh = fixture_negotiation ();
  g_autoptr (RtcNegotiation) pending = offer (fresh, NULL);
  g_autofree gchar *answered = fixture_load ("chromium-answer.sdp");
  g_autofree gchar *offered = fixture_load ("chromium-offer-recvonly.sdp");

  for (guint i = 0; i < G_N_ELEMENTS (changes); i++) {
    g_autofree gchar *bad_answer = fixture_replace (answered, changes[i].what, changes[i].with);
    g_autofree gchar *bad_offer = fixture_replace (offered, changes[i].what, changes[i].with);

    refuse_answer (pending, bad_answer, GST_RTC_ERROR_DESCRIPTION, changes[i].message);
    refuse_offer (fresh, bad_offer, GST_RTC_ERROR_DESCRIPTION, changes[i].message);
  }
}

static void
test_offer_faults (void)
{
  g_autoptr (RtcNegotiation) fresh = fixture_negotiation ();
  g_autofree gchar *offered = fixture_load ("chromium-offer-recvonly.sdp");
  g_autofree gchar *sendonly = fixture_replace (offered, "a=recvonly", "a=sendonly");
  g_autofree gchar *protocol = fixture_replace (offered, "UDP/TLS/RTP/SAVPF", "QUIC");
  g_autofree gchar *shorter = fixture_cut (offered, "m=video");
  g_autoptr (RtcNegotiation) stable = answer (fresh, offered, NULL);

  refuse_offer (fresh, "v=0\r\n", GST_RTC_ERROR_DESCRIPTION, "no audio or video section");
  refuse_offer (fresh, "v=0\r\nm=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n",
      GST_RTC_ERROR_DESCRIPTION, "no audio or video section");
  refuse_offer (fresh, protocol, GST_RTC_ERROR_DESCRIPTION, "no audio or video section");
  refuse_offer (fresh, sendonly, GST_RTC_ERROR_DESCRIPTION, "offer recvonly or sendrecv");
  refuse_offer (stable, shorter, GST_RTC_ERROR_DESCRIPTION, "1 m= sections where the session has 2");
}

/* Sections that nobody here can use, in front of those that somebody can */
static void
test_unmatched_sections (void)
{
  g_autoptr (RtcNegotiation) fresh = fixture_negotiation_of (fixture_video (), NULL);
  g_autoptr (RtcDescription) description = NULL, again = NULL;
  g_autoptr (RtcNegotiation) stable = NULL, pending = NULL;
  const gchar *sdp = "v=0\no=- 1 1 IN IP4 0.0.0.0\ns=-\nt=0 0\na=group:BUNDLE d a s v w\n"
      "a=ice-ufrag:abcd\na=ice-pwd:0123456789012345678901\na=setup:actpass\n"
      "a=fingerprint:" FIXTURE_FINGERPRINT "\n"
      "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\na=mid:d\n"
      "m=audio 9 UDP/TLS/RTP/SAVPF 111 13\na=mid:a\na=rtcp-mux\na=rtpmap:111 opus/48000/2\n"
      "m=video 9 UDP/TLS/RTP/SAVPF 100\na=mid:s\na=rtcp-mux\na=rtpmap:100 VP8/90000\na=sendonly\n"
      "m=video 9 UDP/TLS/RTP/SAVPF 100\na=mid:v\na=rtcp-mux\na=rtpmap:100 VP8/90000\na=recvonly\n"
      "m=video 9 UDP/TLS/RTP/SAVPF 100\na=mid:w\na=rtcp-mux\na=rtpmap:100 VP8/90000\na=recvonly\n"
      "m=image 9 udptl t38\na=mid:i\n";

  stable = answer (fresh, sdp, &description);
  g_assert_cmpuint (description->sections->len, ==, 6);
  g_assert_true (get_section (description, 0)->rejected && get_section (description, 0)->is_application);
  for (guint i = 1; i < 5; i++) {
    g_assert_false (get_section (description, i)->rejected);
    g_assert_cmpint (get_section (description, i)->direction, ==,
        i == 3 ? RTC_DIRECTION_SENDONLY : RTC_DIRECTION_INACTIVE);
    g_assert_cmpint (get_track (stable, i)->track, ==, i == 3 ? 0 : -1);
  }
  g_assert_true (get_section (description, 5)->rejected && get_section (description, 5)->unknown);
  g_assert_cmpstr (get_section (description, 5)->protocol, ==, "udptl");
  g_assert_cmpstr (rtc_negotiation_get_transport_mid (stable), ==, "a");
  g_assert_cmpuint (rtc_negotiation_get_transport_m_line (stable), ==, 1);
  g_assert_cmpuint (description->bundle->len, ==, 4);
  g_assert_cmpstr (g_ptr_array_index (description->bundle, 0), ==, "a");
  g_assert_cmpuint (get_section (description, 1)->codecs->len, ==, 1);

  /* our own offer after that keeps everything where it is */
  pending = offer (stable, &again);
  g_assert_cmpuint (again->sections->len, ==, 6);
  g_assert_cmpstr (get_section (again, 3)->mid, ==, "v");
  g_assert_cmpint (get_section (again, 3)->direction, ==, RTC_DIRECTION_SENDONLY);
  g_assert_cmpint (get_section (again, 3)->setup, ==, RTC_SETUP_ACTPASS);
  g_assert_true (get_section (again, 0)->rejected && get_section (again, 5)->rejected);
  g_assert_cmpint (get_section (again, 1)->direction, ==, RTC_DIRECTION_INACTIVE);
}

static void
test_missing_mids (void)
{
  g_autoptr (RtcNegotiation) fresh = fixture_negotiation ();
  g_autoptr (RtcNegotiation) pending = offer (fresh, NULL), a = NULL, b = NULL, re_offer = NULL;
  g_autofree gchar *answered = fixture_load ("chromium-answer.sdp");
  g_autofree gchar *no_mid = fixture_replace (answered, "a=mid:", "a=x-mid:");
  g_autofree gchar *offered = fixture_load ("chromium-offer-recvonly.sdp");
  g_autofree gchar *offer_no_mid = fixture_replace (offered, "a=mid:", "a=x-mid:");
  g_autofree gchar *one_mid = fixture_replace (offer_no_mid, "a=x-mid:1", "a=mid:0");
  g_autoptr (RtcDescription) description = NULL, again = NULL;

  a = take_answer (pending, no_mid);
  g_assert_cmpstr (get_track (a, 0)->mid, ==, "0");
  b = answer (fresh, one_mid, &description);
  g_assert_cmpuint (description->sections->len, ==, 2);
  g_assert_cmpstr (get_track (b, 0)->mid, ==, "2");
  g_assert_cmpstr (get_track (b, 1)->mid, ==, "0");
  re_offer = offer (b, &again);
  g_assert_cmpstr (get_section (again, 0)->mid, ==, "2");
}

/* Payload types, ids, mids and the order survive; the version grows */
static void
test_re_offer (void)
{
  g_autoptr (RtcNegotiation) fresh = fixture_negotiation ();
  g_autoptr (RtcDescription) first = NULL, second = NULL, third = NULL;
  g_autofree gchar *offered = fixture_load ("firefox-offer-recvonly.sdp");
  g_autoptr (RtcNegotiation) stable = answer (fresh, offered, &first);
  g_autoptr (RtcNegotiation) pending = offer (stable, &second), stable_again = NULL;
  RtcMediaSection *audio = get_section (second, 0), *video = get_section (second, 1);

  g_assert_cmpuint (second->session_id, ==, first->session_id);
  g_assert_cmpuint (second->session_version, ==, first->session_version + 1);
  g_assert_cmpint (audio->kind, ==, RTC_MEDIA_AUDIO);
  g_assert_cmpstr (audio->mid, ==, "0");
  g_assert_cmpuint (get_codec (audio, 0)->payload_type, ==, 109);
  g_assert_cmpuint (get_codec (video, 0)->payload_type, ==, 120);
  g_assert_cmpuint (get_codec (video, 0)->rtx_payload_type, ==, 124);
  /* H264 was not in it: a number that means nothing yet */
  g_assert_cmpuint (get_codec (video, 1)->payload_type, ==, 96);
  g_assert_cmpuint (get_codec (video, 1)->rtx_payload_type, ==, 97);
  g_assert_cmpuint (video->extensions.id[RTC_EXTENSION_MID], ==, 3);
  g_assert_cmpuint (video->extensions.id[RTC_EXTENSION_TRANSPORT_CC], ==, 7);

  /* what was agreed on stays valid until the answer */
  g_assert_cmpuint (rtc_negotiation_get_tracks (pending)->len, ==, 2);
  stable_again = answer (pending, offered, &third);
  g_assert_cmpint (rtc_negotiation_get_state (stable_again), ==, RTC_SIGNALING_STABLE);
  g_assert_cmpuint (third->session_version, ==, 3);
}

static void
test_glare (void)
{
  g_autoptr (RtcNegotiation) fresh = fixture_negotiation ();
  g_autoptr (RtcNegotiation) pending = offer (fresh, NULL);
  g_autofree gchar *offered = fixture_load ("chromium-offer-recvonly.sdp");
  g_autofree gchar *late = fixture_load ("chromium-answer.sdp");
  g_autoptr (RtcNegotiation) stable = answer (pending, offered, NULL);

  g_assert_cmpint (rtc_negotiation_get_state (stable), ==, RTC_SIGNALING_STABLE);
  g_assert_cmpint (rtc_negotiation_get_state (pending), ==, RTC_SIGNALING_HAVE_LOCAL_OFFER);
  g_assert_cmpuint (get_track (stable, 1)->codec->payload_type, ==, 108);
  refuse_answer (stable, late, GST_RTC_ERROR_DESCRIPTION, "no offer waits");
}

/* Swapping sections of a kind in the peer's offer does not swap our tracks */
static void
test_tracks_stay (void)
{
  g_autoptr (RtcNegotiation) fresh = fixture_negotiation_of (fixture_video (), fixture_video ());
  g_autoptr (RtcNegotiation) first = NULL, second = NULL;
  const gchar *format = "v=0\no=- 1 1 IN IP4 0.0.0.0\ns=-\nt=0 0\na=group:BUNDLE 0 1\n"
      "a=ice-ufrag:abcd\na=ice-pwd:0123456789012345678901\na=setup:actpass\n"
      "a=fingerprint:" FIXTURE_FINGERPRINT "\n"
      "m=video 9 UDP/TLS/RTP/SAVPF 100\na=mid:0\na=rtcp-mux\na=rtpmap:100 VP8/90000\na=%s\n"
      "m=video 9 UDP/TLS/RTP/SAVPF 100\na=mid:1\na=rtcp-mux\na=rtpmap:100 VP8/90000\na=recvonly\n";
  g_autofree gchar *before = g_strdup_printf (format, "inactive");
  g_autofree gchar *after = g_strdup_printf (format, "recvonly");

  first = answer (fresh, before, NULL);
  g_assert_cmpint (get_track (first, 0)->track, ==, -1);
  g_assert_cmpint (get_track (first, 1)->track, ==, 0);
  second = answer (first, after, NULL);
  g_assert_cmpint (get_track (second, 0)->track, ==, 1);
  g_assert_cmpint (get_track (second, 1)->track, ==, 0);
}

static void
test_answer_may_not_change_ids (void)
{
  g_autoptr (RtcNegotiation) fresh = fixture_negotiation ();
  g_autoptr (RtcNegotiation) pending = offer (fresh, NULL);
  g_autofree gchar *theirs = fixture_load ("chromium-answer.sdp");
  g_autofree gchar *other = fixture_replace (theirs, "a=extmap:3 ", "a=extmap:9 ");
  g_autoptr (RtcNegotiation) stable = take_answer (pending, other);

  g_assert_cmpuint (get_track (stable, 0)->extensions.id[RTC_EXTENSION_TRANSPORT_CC], ==, 0);
  g_assert_cmphex (get_track (stable, 0)->codec->feedback, ==, 0x0f);
}

/* A peer that gives one id two meanings in one BUNDLE group does not make us do so */
static void
test_conflicting_ids (void)
{
  g_autoptr (RtcNegotiation) fresh = fixture_negotiation ();
  g_autofree gchar *offered = fixture_load ("safari-offer-recvonly.sdp");
  g_autofree gchar *audio = fixture_cut (offered, "m=video");
  g_autofree gchar *video = g_strdup (offered + strlen (audio));
  g_autofree gchar *no_mid = fixture_replace (audio, "a=extmap:4 ", "a=extmap:15 ");
  g_autofree gchar *shifted = fixture_replace (no_mid, "a=extmap:2 ", "a=extmap:4 ");
  g_autofree gchar *sdp = g_strconcat (shifted, video, NULL);
  g_autoptr (RtcNegotiation) stable = answer (fresh, sdp, NULL);
  g_autoptr (RtcDescription) description = NULL;
  g_autoptr (RtcNegotiation) pending = offer (stable, &description);

  g_assert_cmpuint (rtc_negotiation_get_tracks (pending)->len, ==, 2);
  g_assert_cmpuint (get_track (stable, 0)->extensions.id[RTC_EXTENSION_ABS_SEND_TIME], ==, 4);
  g_assert_cmpuint (get_track (stable, 1)->extensions.id[RTC_EXTENSION_MID], ==, 4);
  for (guint i = 0; i < 2; i++) {
    const RtcMediaSection *section = get_section (description, i);

    g_assert_cmpuint (section->extensions.id[RTC_EXTENSION_MID], ==, 4);
    g_assert_cmpuint (section->extensions.id[RTC_EXTENSION_ABS_SEND_TIME], ==, 2);
  }
}

/* Every prefix of an answer and an offer: an error or a negotiation, and old ones stay */
static void
test_truncations (void)
{
  static const gchar *const files[] = {
    "chromium-answer.sdp", "aiortc-answer.sdp", "firefox-offer-sendrecv.sdp",
  };

  for (guint i = 0; i < G_N_ELEMENTS (files); i++) {
    g_autoptr (RtcNegotiation) fresh = fixture_negotiation ();
    g_autoptr (RtcNegotiation) pending = offer (fresh, NULL);
    g_autofree gchar *sdp = fixture_load (files[i]);

    for (gsize cut = strlen (sdp); cut > 0; cut--) {
      g_autoptr (GError) answer_error = NULL, offer_error = NULL;
      g_autoptr (RtcNegotiation) a = NULL, b = NULL;
      g_autofree gchar *text = NULL;

      sdp[cut] = '\0';
      a = rtc_negotiation_set_answer (pending, sdp, &answer_error);
      b = rtc_negotiation_set_offer (pending, sdp, NULL, &text, &offer_error);
      g_assert_true (a ? !answer_error : answer_error && answer_error->domain == GST_RTC_ERROR);
      g_assert_true (b ? !offer_error : offer_error && offer_error->domain == GST_RTC_ERROR);
      g_assert_cmpint (b != NULL, ==, text != NULL);
      g_assert_cmpint (rtc_negotiation_get_state (pending), ==, RTC_SIGNALING_HAVE_LOCAL_OFFER);
    }
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/negotiation/answers", test_answers);
  g_test_add_func ("/negotiation/offers", test_offers);
  g_test_add_func ("/negotiation/own-offer", test_own_offer);
  g_test_add_func ("/negotiation/own-candidates", test_own_candidates);
  g_test_add_func ("/negotiation/without-retransmission", test_without_retransmission);
  g_test_add_func ("/negotiation/payload-types", test_payload_types);
  g_test_add_func ("/negotiation/setup", test_setup);
  g_test_add_func ("/negotiation/rejected-track", test_rejected_track);
  g_test_add_func ("/negotiation/no-common-codec", test_no_common_codec);
  g_test_add_func ("/negotiation/answer-shape", test_answer_shape);
  g_test_add_func ("/negotiation/unbundled", test_unbundled);
  g_test_add_func ("/negotiation/transport-faults", test_transport_faults);
  g_test_add_func ("/negotiation/offer-faults", test_offer_faults);
  g_test_add_func ("/negotiation/unmatched-sections", test_unmatched_sections);
  g_test_add_func ("/negotiation/missing-mids", test_missing_mids);
  g_test_add_func ("/negotiation/re-offer", test_re_offer);
  g_test_add_func ("/negotiation/glare", test_glare);
  g_test_add_func ("/negotiation/tracks-stay", test_tracks_stay);
  g_test_add_func ("/negotiation/answer-may-not-change-ids", test_answer_may_not_change_ids);
  g_test_add_func ("/negotiation/conflicting-ids", test_conflicting_ids);
  g_test_add_func ("/negotiation/truncations", test_truncations);
  return g_test_run ();
}
