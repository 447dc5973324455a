/* gst-rtc: tests of offer and answer with those who publish
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "negotiationfixture.h"

/* What one section of a publisher comes to; codecs as list_codecs() writes them */
typedef struct
{
  const gchar *codecs, *msid;
  guint32 ssrc, rtx_ssrc;
  guint feedback;               /* of the first codec */
  RtcExtensionMap ids;
  gboolean rsize;
} Line;

typedef struct
{
  const gchar *file;
  Line lines[2];
} Golden;

static const Golden goldens[] = {
  {"aiortc-answer-publish.sdp", {
            {"opus 96/0, PCMU 0/0",
                "9d6b66f0-47ed-4267-9c3e-0b5051a431fe f2d869f8-7a7a-43e9-8299-c402a0cc46bd",
                1511100776, 0, 0x00, {{1, 0, 0, 0, 0, 0, 0}}, FALSE},
            {"VP8 97/98, H264 99/100 42e01f, H264 101/102 42001f",
                "9d6b66f0-47ed-4267-9c3e-0b5051a431fe 66b36082-795d-4bd9-9c0e-a7b3f88eb5af",
                951999074, 1082658592, 0x0b, {{1, 2, 0, 0, 0, 0, 0}}, FALSE}}},
  {"aiortc-offer-publish.sdp", {
            {"opus 96/0, PCMU 0/0",
                "95a60261-445a-4dd1-9089-7da2337f8882 2c57c9e0-f97f-4ab3-8e2d-57d95cc2b5aa",
                2685813259, 0, 0x00, {{1, 0, 0, 0, 0, 0, 0}}, FALSE},
            {"VP8 97/98, H264 101/102 42e01f, H264 99/100 42001f",
                "95a60261-445a-4dd1-9089-7da2337f8882 bc52e35b-9a8d-494f-bb1d-a5f915930ffc",
                17582854, 2014658192, 0x0b, {{1, 2, 0, 0, 0, 0, 0}}, FALSE}}},
  {"chromium-answer-publish.sdp", {
            {"opus 96/0, PCMU 0/0",
                "b12a5c80-98c0-4891-b3c7-59a126c69503 041c1492-b353-43b4-bac9-faf7d0d7bcc0",
                1923546174, 0, 0x10, {{1, 2, 3, 0, 5, 0, 0}}, TRUE},
            {"VP8 97/98, H264 99/100 42e01f, H264 101/102 42001f, H264 105/106 42e01f, VP9 107/108",
                "b12a5c80-98c0-4891-b3c7-59a126c69503 71f3473b-d61e-4eee-9c72-7b9d6dd0c108",
                1700574932, 2857904169, 0x1f, {{1, 2, 3, 0, 5, 6, 7}}, TRUE}}},
  {"chromium-offer-publish.sdp", {
            {"opus 111/0, PCMU 0/0",
                "b12a5c80-98c0-4891-b3c7-59a126c69503 181ad4c6-4250-4d10-8c3f-36d3ccccd8b0",
                1787305273, 0, 0x10, {{4, 2, 3, 0, 0, 0, 0}}, TRUE},
            {"VP8 96/97, H264 108/109 42e01f, H264 102/103 42001f, H264 114/115 42e01f, VP9 98/99, "
                  "H264 104/107 42001f, H264 116/117 4d001f, H264 39/40 4d001f",
                "b12a5c80-98c0-4891-b3c7-59a126c69503 99ddd2a2-367d-49a5-ab7d-ba398a804762",
                3187062747, 814690325, 0x1f, {{4, 2, 3, 0, 0, 10, 11}}, TRUE}}},
  {"firefox-answer-publish.sdp", {
            {"opus 96/0, PCMU 0/0",
                "{d921eab3-8810-4fec-97b6-7ff7b4975630} {0e3ce1b6-f5d6-4d6b-8fe9-7d0392f2d2a1}",
                3445609309, 0, 0x10, {{1, 0, 3, 0, 0, 0, 0}}, FALSE},
            {"VP8 97/98, VP9 107/108",
                "{d921eab3-8810-4fec-97b6-7ff7b4975630} {76d4f41d-ab3d-4796-8b88-38efc0e52d9f}",
                1140282728, 4036792146, 0x1f, {{1, 2, 3, 0, 0, 0, 0}}, TRUE}}},
  {"firefox-offer-publish.sdp", {
            {"opus 109/0, PCMU 0/0",
                "{d921eab3-8810-4fec-97b6-7ff7b4975630} {376e47f8-9e88-4852-9826-653cd673e7b3}",
                2365857707, 0, 0x10, {{3, 0, 7, 0, 0, 0, 0}}, FALSE},
            {"VP8 120/124, VP9 121/125",
                "{d921eab3-8810-4fec-97b6-7ff7b4975630} {5ffbddbc-189c-4a4b-8d4f-4361fdd6066b}",
                4054137630, 501363880, 0x1f, {{3, 4, 7, 0, 0, 0, 0}}, TRUE}}},
  {"pion-answer-publish.sdp", {
            {"opus 96/0, PCMU 0/0",
                "pion audio",
                2311803181, 0, 0x10, {{0, 0, 3, 0, 0, 0, 0}}, TRUE},
            {"VP8 97/0, H264 99/0 42e01f, H264 101/0 42001f, H264 103/0 64001f, H264 105/0 42e01f, "
                  "VP9 107/0",
                "pion video",
                2441406131, 0, 0x1f, {{0, 0, 3, 0, 0, 0, 0}}, TRUE}}},
  {"pion-offer-publish.sdp", {
            {"opus 111/0, PCMU 0/0",
                "pion audio",
                4081514417, 0, 0x10, {{0, 0, 1, 0, 0, 0, 0}}, TRUE},
            {"VP8 96/97, H264 125/107 42e01f, H264 102/121 42001f, H264 123/118 64001f, "
                  "H264 108/109 42e01f, VP9 98/99, H264 127/120 42001f",
                "pion video",
                2084579766, 0, 0x1f, {{0, 0, 1, 0, 0, 0, 0}}, TRUE}}},
  {"safari-answer-publish.sdp", {
            {"opus 96/0, PCMU 0/0",
                "7C1B0E52-9D34-4A61-B0F7-2E6A91D8C3F5 E2F40A17-5B68-4C9D-8A3E-61D7B05F92C4",
                1840293756, 0, 0x10, {{1, 2, 3, 0, 0, 0, 0}}, TRUE},
            {"VP8 97/98, H264 99/100 42e01f, H264 105/106 42e01f, VP9 107/108",
                "7C1B0E52-9D34-4A61-B0F7-2E6A91D8C3F5 91AC6D3B-0F27-4E85-BD14-A8C2573E6F09",
                3019284756, 2093847561, 0x1f, {{1, 2, 3, 0, 0, 6, 7}}, TRUE}}},
  {"safari-offer-publish.sdp", {
            {"opus 111/0, PCMU 0/0",
                "7C1B0E52-9D34-4A61-B0F7-2E6A91D8C3F5 E2F40A17-5B68-4C9D-8A3E-61D7B05F92C4",
                1840293756, 0, 0x10, {{4, 2, 3, 0, 0, 0, 0}}, TRUE},
            {"VP8 106/107, H264 98/99 42e01f, H264 102/103 42e01f, VP9 108/109, H264 96/97 640c1f, "
                  "H264 100/101 640c1f",
                "7C1B0E52-9D34-4A61-B0F7-2E6A91D8C3F5 91AC6D3B-0F27-4E85-BD14-A8C2573E6F09",
                3019284756, 2093847561, 0x1f, {{4, 2, 3, 0, 0, 10, 11}}, TRUE}}},
};

static gchar *
list_codecs (GPtrArray * codecs)
{
  GString *list = g_string_new (NULL);

  for (guint i = 0; codecs && i < codecs->len; i++) {
    const RtcCodec *codec = g_ptr_array_index (codecs, i);
    g_autofree gchar *profile = rtc_codec_get_parameter (codec, "profile-level-id");

    g_string_append_printf (list, "%s%s %u/%u%s%s", i ? ", " : "", codec->name, codec->payload_type,
        codec->rtx_payload_type == NONE ? 0 : codec->rtx_payload_type, profile ? " " : "",
        profile ? profile : "");
  }
  return g_string_free (list, FALSE);
}

static void
assert_codecs (GPtrArray * codecs, const gchar * expected)
{
  g_autofree gchar *list = list_codecs (codecs);

  g_assert_cmpstr (list, ==, expected);
}

static void
assert_receives (const RtcNegotiation * negotiation, guint m_line, RtcMediaKind kind, const Line * line)
{
  const RtcNegotiatedTrack *track = get_track (negotiation, m_line);

  g_assert_cmpint (track->kind, ==, kind);
  g_assert_cmpint (track->track, ==, -1);
  g_assert_cmpint (track->direction, ==, RTC_DIRECTION_RECVONLY);
  g_assert_null (track->codec);
  assert_codecs (track->receive_codecs, line->codecs);
  g_assert_cmphex (((RtcCodec *) track->receive_codecs->pdata[0])->feedback, ==, line->feedback);
  g_assert_cmpstr (track->msid, ==, line->msid);
  g_assert_cmpuint (track->remote_ssrc, ==, line->ssrc);
  g_assert_cmpuint (track->remote_rtx_ssrc, ==, line->rtx_ssrc);
  g_assert_cmpmem (&track->extensions, sizeof track->extensions, &line->ids, sizeof line->ids);
  g_assert_cmpint (track->rtcp_rsize, ==, line->rsize);
}

static void
assert_publisher (const RtcNegotiation * negotiation, const Golden * golden)
{
  assert_receives (negotiation, 0, RTC_MEDIA_AUDIO, &golden->lines[0]);
  assert_receives (negotiation, 1, RTC_MEDIA_VIDEO, &golden->lines[1]);
  g_assert_cmpuint (rtc_negotiation_get_tracks (negotiation)->len, ==, 2);
  g_assert_false (rtc_negotiation_is_needed (negotiation));
}

/* An answer says what we take, with the numbers of the offer */
static void
assert_answered (const RtcDescription * description, const Golden * golden)
{
  for (guint i = 0; i < 2; i++) {
    const RtcMediaSection *section = get_section (description, i);

    g_assert_cmpint (section->direction, ==, RTC_DIRECTION_RECVONLY);
    g_assert_false (section->rejected);
    g_assert_cmpuint (section->ssrc, ==, 0);
    g_assert_null (section->msid);
    g_assert_cmpmem (&section->extensions, sizeof section->extensions, &golden->lines[i].ids,
        sizeof golden->lines[i].ids);
    assert_codecs (section->codecs, golden->lines[i].codecs);
  }
}

static void
test_publishers (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (goldens); i++) {
    g_autoptr (RtcNegotiation) fresh = fixture_receiver ();
    g_autoptr (RtcNegotiation) pending = offer (fresh, NULL), stable = NULL;
    g_autoptr (RtcDescription) description = NULL;
    g_autofree gchar *sdp = fixture_load (goldens[i].file);

    g_test_message ("%s", goldens[i].file);
    if (strstr (goldens[i].file, "answer")) {
      stable = take_answer (pending, sdp);
    } else {
      stable = answer (fresh, sdp, &description);
      assert_answered (description, &goldens[i]);
    }
    assert_publisher (stable, &goldens[i]);
  }
}

/* The offer that the publishers were asked to answer */
static void
test_own_offer (void)
{
  g_autoptr (RtcNegotiation) fresh = fixture_receiver (), pending = NULL;
  g_autofree gchar *expected = fixture_load ("gst-rtc-offer-receive.sdp"), *sdp = NULL;

  g_assert_true (rtc_negotiation_is_needed (fresh));
  pending = rtc_negotiation_create_offer (fresh, NULL, &sdp, NULL);
  g_assert_cmpstr (sdp, ==, expected);
}

/* Whoever answers without a=simulcast gets one stream (RFC 8853 section 5.3.2) */
static void
test_simulcast (void)
{
  static const gchar *const files[] = { "chromium-offer-simulcast.sdp", "firefox-offer-simulcast.sdp" };

  for (guint i = 0; i < G_N_ELEMENTS (files); i++) {
    g_autoptr (RtcNegotiation) fresh = fixture_receiver (), stable = NULL;
    g_autofree gchar *sdp = fixture_load (files[i]), *text = NULL;

    g_assert_nonnull (strstr (sdp, "a=simulcast:send"));
    stable = rtc_negotiation_set_offer (fresh, sdp, NULL, &text, NULL);
    g_assert_nonnull (stable);
    g_assert_null (strstr (text, "a=simulcast"));
    g_assert_null (strstr (text, "a=rid"));
    g_assert_cmpint (get_track (stable, 0)->direction, ==, RTC_DIRECTION_RECVONLY);
    /* the first of those that it names, or none */
    g_assert_cmpuint (get_track (stable, 0)->remote_ssrc, ==, i == 0 ? 0 : 1569028649);
    g_assert_cmpuint (get_track (stable, 0)->remote_rtx_ssrc, ==, i == 0 ? 0 : 545215708);
  }
}

/* A call: each section goes both ways */
static void
test_both_ways (void)
{
  g_autoptr (RtcNegotiation) fresh = fixture_both_of (fixture_video (), fixture_audio (), 1);
  g_autoptr (RtcDescription) ours = NULL, answered = NULL;
  g_autofree gchar *sdp = fixture_load ("chromium-offer-sendrecv.sdp");
  g_autoptr (RtcNegotiation) pending = offer (fresh, &ours), stable = answer (fresh, sdp, &answered);
  const RtcNegotiatedTrack *video = get_track (stable, 1), *audio = get_track (stable, 0);

  g_assert_cmpuint (ours->sections->len, ==, 2);
  g_assert_cmpint (get_section (ours, 0)->direction, ==, RTC_DIRECTION_SENDRECV);
  g_assert_cmpint (get_section (ours, 1)->direction, ==, RTC_DIRECTION_SENDRECV);
  /* what is sent first, and what is only received after it; none twice */
  assert_codecs (get_section (ours, 0)->codecs,
      "H264 96/97 42e01f, VP8 98/99, H264 100/101 42001f, H264 102/103 64001f, H264 104/105 42e01f, "
      "VP9 106/107");
  assert_codecs (get_section (ours, 1)->codecs, "opus 108/35, PCMU 0/36");
  g_assert_cmpstr (get_codec (get_section (ours, 1), 0)->fmtp, ==, "minptime=10;useinbandfec=1;stereo=1");
  g_assert_cmpuint (get_section (ours, 0)->ssrc, ==, 1001);
  g_assert_cmpuint (get_section (ours, 0)->extensions.id[RTC_EXTENSION_PLAYOUT_DELAY], ==, 4);
  g_assert_cmpuint (get_section (ours, 0)->extensions.id[RTC_EXTENSION_RID], ==, 6);
  g_assert_cmpuint (get_section (ours, 1)->extensions.id[RTC_EXTENSION_RID], ==, 0);

  g_assert_cmpint (video->track, ==, 0);
  g_assert_cmpint (video->direction, ==, RTC_DIRECTION_SENDRECV);
  g_assert_cmpstr (video->codec->name, ==, "H264");
  g_assert_cmpuint (video->codec->payload_type, ==, 108);
  g_assert_cmpuint (video->receive_codecs->len, >, 4);
  g_assert_nonnull (video->msid);
  g_assert_cmpint (audio->track, ==, 1);
  g_assert_cmpstr (audio->codec->name, ==, "opus");
  g_assert_cmpint (get_section (answered, 1)->direction, ==, RTC_DIRECTION_SENDRECV);
  g_assert_cmpuint (get_codec (get_section (answered, 1), 0)->payload_type, ==, 108);
  g_assert_cmpuint (get_section (answered, 1)->ssrc, ==, 1001);
}

/* What can only be received, or only be sent, of the same section */
static void
test_codecs_of_one_way (void)
{
  RtcTrackSpec *track = rtc_track_spec_new (RTC_MEDIA_VIDEO, "s t");
  g_autoptr (RtcNegotiation) fresh = NULL, pending = NULL, a = NULL, b = NULL;
  g_autofree gchar *chromium = fixture_load ("chromium-offer-sendrecv.sdp"), *pion = NULL;
  g_autoptr (RtcDescription) ours = NULL, answered = NULL;

  track->ssrc = 1;
  g_ptr_array_add (track->codecs, rtc_codec_new (RTC_MEDIA_VIDEO, "AV1", 90000, 0, NULL));
  fresh = fixture_both_of (track, NULL, 1);
  pending = offer (fresh, &ours);
  g_assert_cmpuint (get_section (ours, 0)->codecs->len, ==, 7);
  /* the first one is what a peer would send */
  g_assert_cmpstr (get_codec (get_section (ours, 0), 0)->name, ==, "VP8");
  g_assert_cmpstr (get_codec (get_section (ours, 0), 6)->name, ==, "AV1");

  a = answer (fresh, chromium, &answered);
  g_assert_cmpint (get_track (a, 1)->direction, ==, RTC_DIRECTION_SENDRECV);
  g_assert_cmpstr (get_track (a, 1)->codec->name, ==, "AV1");
  for (guint i = 0; i < get_track (a, 1)->receive_codecs->len; i++)
    g_assert_cmpstr (((RtcCodec *) get_track (a, 1)->receive_codecs->pdata[i])->name, !=, "AV1");

  /* no AV1 there: the track is not sent, the peer's is received */
  pion = fixture_replace (chromium, " AV1/90000", " AV9/90000");
  b = answer (fresh, pion, NULL);
  g_assert_cmpint (get_track (b, 1)->direction, ==, RTC_DIRECTION_RECVONLY);
  g_assert_null (get_track (b, 1)->codec);
  g_assert_true (rtc_negotiation_is_needed (b));
}

/* Our offer was a number, the peer's answer has others: each sends with those that the other one declared */
static void
test_own_payload_types (void)
{
  g_autoptr (RtcNegotiation) fresh = fixture_receiver ();
  g_autoptr (RtcNegotiation) pending = offer (fresh, NULL), stable = NULL;
  const gchar *sdp = "v=0\no=- 1 1 IN IP4 0.0.0.0\ns=-\nt=0 0\na=group:BUNDLE 0 1\n"
      "a=ice-ufrag:abcd\na=ice-pwd:0123456789012345678901\na=setup:active\n"
      "a=fingerprint:" FIXTURE_FINGERPRINT "\n"
      "m=audio 0 UDP/TLS/RTP/SAVPF 0\na=mid:0\n"
      "m=video 9 UDP/TLS/RTP/SAVPF 40 41 99\na=mid:1\na=rtcp-mux\na=sendonly\n"
      "a=rtpmap:40 VP8/90000\na=rtpmap:41 rtx/90000\na=fmtp:41 apt=40\na=rtpmap:99 H264/90000\n"
      "a=fmtp:99 profile-level-id=640032\n";

  stable = take_answer (pending, sdp);
  /* 99 is H.264, whatever the peer says of its profile */
  assert_codecs (get_track (stable, 1)->receive_codecs, "VP8 97/98, H264 99/0 42e01f");
  g_assert_cmpint (get_track (stable, 0)->direction, ==, RTC_DIRECTION_INACTIVE);
  g_assert_null (get_track (stable, 0)->receive_codecs);
}

/* The peer's profiles and packetization modes stay as it offered them (RFC 6184 section 8.2.2) */
static void
test_h264 (void)
{
  g_autoptr (RtcNegotiation) fresh = fixture_receiver (), stable = NULL;
  g_autoptr (RtcDescription) description = NULL;
  const gchar *sdp = "v=0\no=- 1 1 IN IP4 0.0.0.0\ns=-\nt=0 0\na=group:BUNDLE 0\n"
      "a=ice-ufrag:abcd\na=ice-pwd:0123456789012345678901\na=setup:actpass\n"
      "a=fingerprint:" FIXTURE_FINGERPRINT "\n"
      "m=video 9 UDP/TLS/RTP/SAVPF 40 41 42 43 44 45 46\na=mid:0\na=rtcp-mux\na=sendonly\n"
      "a=rtpmap:40 H264/90000\na=fmtp:40 profile-level-id=4d0028\n"
      "a=rtpmap:41 H264/90000\n"
      "a=fmtp:41 packetization-mode=1;profile-level-id=640c28;level-asymmetry-allowed=1\n"
      "a=rtpmap:42 H264/90000\na=fmtp:42 packetization-mode=2;profile-level-id=42e01f\n"
      "a=rtpmap:43 H264/90000\na=fmtp:43 packetization-mode=1;profile-level-id=f4001f\n"
      "a=rtpmap:44 H264/90000\na=fmtp:44 packetization-mode=1;profile-level-id=42e015\n"
      "a=rtpmap:45 H264/90000\na=rtpmap:46 H264/90000\na=fmtp:46 profile-level-id=hello\n";

  stable = answer (fresh, sdp, &description);
  assert_codecs (get_track (stable, 0)->receive_codecs,
      "H264 44/0 42e015, H264 45/0 42e01f, H264 40/0 4d001f, H264 41/0 640c1f");
  g_assert_cmpstr (get_codec (get_section (description, 0), 0)->fmtp, ==,
      "packetization-mode=1;profile-level-id=42e015");
  g_assert_cmpstr (get_codec (get_section (description, 0), 2)->fmtp, ==, "profile-level-id=4d001f");
  g_assert_cmpstr (get_codec (get_section (description, 0), 3)->fmtp, ==,
      "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=640c1f");
}

/* Sections beyond what we would offer, and fewer */
static void
test_numbers (void)
{
  g_autoptr (RtcNegotiation) two = fixture_both_of (fixture_video (), NULL, 2);
  g_autoptr (RtcNegotiation) none = fixture_both_of (NULL, NULL, 0);
  g_autoptr (RtcNegotiation) pending = NULL, stable = NULL, again = NULL;
  g_autoptr (RtcDescription) ours = NULL, later = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree gchar *text = NULL, *sdp = fixture_load ("chromium-offer-publish.sdp");

  pending = offer (two, &ours);
  g_assert_cmpuint (ours->sections->len, ==, 4);
  for (guint i = 0; i < 4; i++) {
    g_assert_cmpint (get_section (ours, i)->kind, ==, i == 1 || i == 2 ? RTC_MEDIA_AUDIO : RTC_MEDIA_VIDEO);
    g_assert_cmpint (get_section (ours, i)->direction, ==,
        i ? RTC_DIRECTION_RECVONLY : RTC_DIRECTION_SENDRECV);
  }
  g_assert_null (rtc_negotiation_create_offer (none, NULL, &text, &error));
  g_assert_error (error, GST_RTC_ERROR, GST_RTC_ERROR_DESCRIPTION);
  stable = answer (none, sdp, NULL);
  g_assert_cmpint (get_track (stable, 0)->direction, ==, RTC_DIRECTION_RECVONLY);
  g_assert_cmpint (get_track (stable, 1)->direction, ==, RTC_DIRECTION_RECVONLY);

  again = answer (two, sdp, NULL);
  rtc_negotiation_unref (pending);
  pending = offer (again, &later);
  g_assert_cmpuint (later->sections->len, ==, 4);
  /* the camera's section was offered as sendonly: ours goes into one of its own */
  g_assert_cmpint (get_section (later, 1)->direction, ==, RTC_DIRECTION_RECVONLY);
  g_assert_cmpint (get_section (later, 2)->direction, ==, RTC_DIRECTION_SENDRECV);
}

static void
test_faults (void)
{
  g_autoptr (RtcNegotiation) receiver = fixture_receiver (), pending = offer (receiver, NULL);
  g_autofree gchar *watcher = fixture_load ("chromium-offer-recvonly.sdp");
  g_autofree gchar *publisher = fixture_load ("aiortc-offer-publish.sdp");
  g_autofree gchar *answered = fixture_load ("chromium-answer-publish.sdp");
  g_autofree gchar *no_video = fixture_replace (publisher, "H264/90000", "H999/90000");
  g_autofree gchar *no_vp8 = fixture_replace (no_video, "VP8/90000", "VP1/90000");
  g_autofree gchar *no_pcmu = fixture_replace (no_vp8, "PCMU/8000", "PCMW/8000");
  g_autofree gchar *nothing = fixture_replace (no_pcmu, "opus/48000", "sopus/48000");
  g_autofree gchar *no_mux = fixture_replace (answered, "a=rtcp-mux", "a=x-rtcp-mux");
  g_autoptr (RtcNegotiation) stable = NULL;

  refuse_offer (receiver, watcher, GST_RTC_ERROR_DESCRIPTION, "to publish, offer sendonly or sendrecv");
  refuse_offer (receiver, nothing, GST_RTC_ERROR_NO_COMMON_CODEC, "there is audio opus");
  refuse_answer (pending, no_mux, GST_RTC_ERROR_DESCRIPTION, "no a=rtcp-mux");
  /* one of both kinds is enough */
  stable = answer (receiver, no_vp8, NULL);
  g_assert_cmpint (get_track (stable, 0)->direction, ==, RTC_DIRECTION_RECVONLY);
  g_assert_cmpint (get_track (stable, 1)->direction, ==, RTC_DIRECTION_INACTIVE);
}

static void
test_sources (void)
{
  static const struct
  {
    const gchar *lines, *msid;
    guint32 ssrc, rtx_ssrc;
  } sources[] = {
    {"", NULL, 0, 0},
    {"a=ssrc:5 cname:x\r\n", NULL, 5, 0},
    {"a=ssrc:5 cname:x\r\na=ssrc:5 msid:s t\r\n", "s t", 5, 0},
    {"a=msid:- t\r\na=ssrc:5 msid:s u\r\n", "- t", 5, 0},
    {"a=ssrc:6 cname:x\r\na=ssrc:5 cname:x\r\na=ssrc-group:FID 5 6\r\n", NULL, 5, 6},
    {"a=ssrc-group:SIM 1 2\r\na=ssrc-group:FID 1 3\r\na=ssrc-group:FID 2 4\r\na=ssrc:1 cname:x\r\n",
          NULL, 1, 3},
    {"a=ssrc:nonsense\r\na=ssrc-group:FID 5\r\n", NULL, 0, 0},
  };
  const gchar *head = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n"
      "a=ice-ufrag:abcd\r\na=ice-pwd:0123456789012345678901\r\na=setup:actpass\r\n"
      "a=fingerprint:" FIXTURE_FINGERPRINT "\r\n"
      "m=video 9 UDP/TLS/RTP/SAVPF 40\r\na=rtcp-mux\r\na=sendonly\r\na=rtpmap:40 VP8/90000\r\n";

  for (guint i = 0; i < G_N_ELEMENTS (sources); i++) {
    g_autoptr (RtcNegotiation) fresh = fixture_receiver ();
    g_autofree gchar *sdp = g_strconcat (head, sources[i].lines, NULL);
    g_autoptr (RtcNegotiation) stable = answer (fresh, sdp, NULL);

    g_assert_cmpstr (get_track (stable, 0)->msid, ==, sources[i].msid);
    g_assert_cmpuint (get_track (stable, 0)->remote_ssrc, ==, sources[i].ssrc);
    g_assert_cmpuint (get_track (stable, 0)->remote_rtx_ssrc, ==, sources[i].rtx_ssrc);
  }
}

static void
test_without_retransmission (void)
{
  g_autoptr (GPtrArray) tracks = g_ptr_array_new (), video = fixture_receivable (RTC_MEDIA_VIDEO);
  RtcLocalTransport transport = fixture_transport;
  g_autoptr (RtcNegotiation) fresh = NULL, pending = NULL, stable = NULL;
  g_autoptr (RtcDescription) ours = NULL;
  g_autofree gchar *sdp = fixture_load ("chromium-offer-publish.sdp");

  transport.retransmission = FALSE;
  transport.extensions = 0;
  transport.receive[RTC_MEDIA_VIDEO] = (RtcReceiveSpec) { video, 1 };
  fresh = rtc_negotiation_new (tracks, &transport);
  pending = offer (fresh, &ours);
  assert_codecs (get_section (ours, 0)->codecs,
      "VP8 96/0, H264 97/0 42e01f, H264 98/0 42001f, H264 99/0 64001f, H264 100/0 42e01f, VP9 101/0");
  g_assert_cmphex (get_codec (get_section (ours, 0), 0)->feedback, ==, 0x0f);
  stable = answer (fresh, sdp, NULL);
  g_assert_cmpint (get_track (stable, 0)->direction, ==, RTC_DIRECTION_INACTIVE);
  g_assert_cmpint (get_track (stable, 1)->direction, ==, RTC_DIRECTION_RECVONLY);
  assert_codecs (get_track (stable, 1)->receive_codecs,
      "VP8 96/0, H264 108/0 42e01f, H264 102/0 42001f, H264 114/0 42e01f, VP9 98/0, H264 104/0 42001f, "
      "H264 116/0 4d001f, H264 39/0 4d001f");
  for (guint i = 0; i < RTC_N_EXTENSIONS; i++)
    g_assert_cmpuint (get_track (stable, 1)->extensions.id[i], ==, 0);
}

static void
test_copy (void)
{
  g_autoptr (RtcNegotiation) fresh = fixture_both_of (fixture_video (), NULL, 0), stable = NULL;
  g_autofree gchar *sdp = fixture_load ("firefox-offer-sendrecv.sdp");
  RtcNegotiatedTrack *copy;

  stable = answer (fresh, sdp, NULL);
  copy = rtc_negotiated_track_copy (get_track (stable, 1));
  rtc_negotiation_unref (g_steal_pointer (&stable));
  g_assert_cmpstr (copy->mid, ==, "1");
  g_assert_cmpstr (copy->codec->name, ==, "VP8");
  assert_codecs (copy->receive_codecs, "VP8 120/124, VP9 121/125");
  g_assert_nonnull (copy->msid);
  rtc_negotiated_track_free (copy);
  rtc_negotiated_track_free (NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/negotiation-receive/publishers", test_publishers);
  g_test_add_func ("/negotiation-receive/own-offer", test_own_offer);
  g_test_add_func ("/negotiation-receive/simulcast", test_simulcast);
  g_test_add_func ("/negotiation-receive/both-ways", test_both_ways);
  g_test_add_func ("/negotiation-receive/codecs-of-one-way", test_codecs_of_one_way);
  g_test_add_func ("/negotiation-receive/own-payload-types", test_own_payload_types);
  g_test_add_func ("/negotiation-receive/h264", test_h264);
  g_test_add_func ("/negotiation-receive/numbers", test_numbers);
  g_test_add_func ("/negotiation-receive/faults", test_faults);
  g_test_add_func ("/negotiation-receive/sources", test_sources);
  g_test_add_func ("/negotiation-receive/without-retransmission", test_without_retransmission);
  g_test_add_func ("/negotiation-receive/copy", test_copy);
  return g_test_run ();
}
