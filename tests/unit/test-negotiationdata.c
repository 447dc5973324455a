/* gst-rtc: tests of the m=application section in offer and answer
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "negotiationfixture.h"

#define MESSAGE_SIZE 262144

#define SESSION "v=0\no=- 1 1 IN IP4 0.0.0.0\ns=-\nt=0 0\na=ice-ufrag:abcd\na=ice-pwd:0123456789012345678901\n" \
  "a=setup:actpass\na=fingerprint:" FIXTURE_FINGERPRINT "\n"
#define APPLICATION(mid) "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\na=mid:" mid "\na=sctp-port:5000\n"
#define H264(mid) "m=video 9 UDP/TLS/RTP/SAVPF 100\na=mid:" mid "\na=rtcp-mux\na=recvonly\n" \
  "a=rtpmap:100 H264/90000\na=fmtp:100 packetization-mode=1;profile-level-id=42e01f\n"
#define AV1(mid) "m=video 9 UDP/TLS/RTP/SAVPF 101\na=mid:" mid "\na=rtcp-mux\na=recvonly\na=rtpmap:101 AV1/90000\n"

/* Takes the tracks; data channels are on */
static RtcNegotiation *
make_negotiation (RtcTrackSpec * first, RtcTrackSpec * second)
{
  g_autoptr (GPtrArray) tracks = g_ptr_array_new_with_free_func ((GDestroyNotify) rtc_track_spec_free);
  RtcLocalTransport transport = fixture_transport;

  transport.data_channels = TRUE;
  if (first)
    g_ptr_array_add (tracks, first);
  if (second)
    g_ptr_array_add (tracks, second);
  return rtc_negotiation_new (tracks, &transport);
}

static RtcNegotiation *
make_data_only (void)
{
  return make_negotiation (NULL, NULL);
}

static void
assert_data (const RtcNegotiation * negotiation, guint port, guint64 size)
{
  RtcRemoteData data;

  g_assert_true (rtc_negotiation_get_data (negotiation, &data));
  g_assert_cmpuint (data.port, ==, port);
  g_assert_cmpuint (data.max_message_size, ==, size);
}

static void
assert_no_data (const RtcNegotiation * negotiation)
{
  RtcRemoteData data;

  g_assert_false (rtc_negotiation_get_data (negotiation, &data));
}

/* "0a 1v 2d! 3?": mid and kind (data, unknown), rejected */
static void
assert_sections (const RtcDescription * description, const gchar * expected)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < description->sections->len; i++) {
    const RtcMediaSection *section = get_section (description, i);
    gchar kind = section->unknown ? '?' : section->is_application ? 'd' : "av"[section->kind];

    g_string_append_printf (text, "%s%s%c%s", i ? " " : "", section->mid, kind, section->rejected ? "!" : "");
    g_assert_cmpint (section->rejected, ==,
        !g_ptr_array_find_with_equal_func (description->bundle, section->mid, g_str_equal, NULL));
    if (section->is_application && !section->rejected) {
      g_assert_cmpuint (section->sctp_port, ==, RTC_SCTP_PORT);
      g_assert_cmpuint (section->max_message_size, ==, MESSAGE_SIZE);
      g_assert_nonnull (section->ice_ufrag);
      g_assert_nonnull (section->fingerprint);
    }
  }
  g_assert_cmpstr (text->str, ==, expected);
}

static gchar *
answer_text (const RtcNegotiation * old, const gchar * sdp, RtcNegotiation ** next)
{
  g_autoptr (GError) error = NULL;
  gchar *text = NULL;

  *next = rtc_negotiation_set_offer (old, sdp, NULL, &text, &error);
  g_assert_no_error (error);
  return text;
}

static void
assert_contains (const gchar * text, const gchar * part)
{
  if (!strstr (text, part))
    g_error ("\"%s\" is not in %s", part, text);
}

/* The offers that browsers and others were asked to answer */
static void
test_own_offers (void)
{
  g_autoptr (RtcNegotiation) media = make_negotiation (fixture_video (), fixture_audio ()), data = make_data_only ();
  g_autofree gchar *media_expected = fixture_load ("gst-rtc-offer-media-data.sdp"), *media_sdp = NULL;
  g_autofree gchar *data_expected = fixture_load ("gst-rtc-offer-data.sdp"), *data_sdp = NULL;
  g_autoptr (RtcNegotiation) media_pending = rtc_negotiation_create_offer (media, NULL, &media_sdp, NULL);
  g_autoptr (RtcNegotiation) data_pending = rtc_negotiation_create_offer (data, NULL, &data_sdp, NULL);

  g_assert_cmpstr (media_sdp, ==, media_expected);
  g_assert_cmpstr (data_sdp, ==, data_expected);
  assert_no_data (media_pending);
  assert_no_data (data_pending);
  g_assert_cmpstr (rtc_negotiation_get_transport_mid (data_pending), ==, "0");
  g_assert_cmpuint (rtc_negotiation_get_transport_m_line (data_pending), ==, 0);
}

/* What others offer, and the line that is said in return */
static void
test_offers (void)
{
  static const struct
  {
    const gchar *file;
    guint64 size;
    const gchar *line, *port;
  } offers[] = {
    {"chromium-offer-sendrecv.sdp", 262144, "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n",
        "a=sctp-port:5000\r\na=max-message-size:262144\r\n"},
    {"firefox-offer-sendrecv.sdp", 1073741823, "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n",
        "a=sctp-port:5000\r\na=max-message-size:262144\r\n"},
    {"aiortc-offer-sendrecv.sdp", 65536, "m=application 9 DTLS/SCTP 5000\r\n",
        "a=sctpmap:5000 webrtc-datachannel 65535\r\na=max-message-size:262144\r\n"},
  };

  for (guint i = 0; i < G_N_ELEMENTS (offers); i++) {
    g_autoptr (RtcNegotiation) fresh = make_negotiation (fixture_video (), fixture_audio ()), stable = NULL;
    g_autoptr (RtcNegotiation) again = NULL, off = fixture_negotiation (), without = NULL;
    g_autofree gchar *sdp = fixture_load (offers[i].file), *text = answer_text (fresh, sdp, &stable);
    g_autofree gchar *re_offer = NULL;
    g_autoptr (RtcDescription) description = read_sdp (text);

    g_test_message ("%s", offers[i].file);
    assert_sections (description, "0a 1v 2d");
    assert_contains (text, offers[i].line);
    assert_contains (text, offers[i].port);
    g_assert_cmpint (get_section (description, 2)->setup, ==, RTC_SETUP_PASSIVE);
    assert_data (stable, 5000, offers[i].size);
    g_assert_nonnull (get_track (stable, 0)->codec);
    g_assert_nonnull (get_track (stable, 1)->codec);
    g_assert_cmpuint (rtc_negotiation_get_tracks (stable)->len, ==, 2);
    g_assert_cmpuint (rtc_negotiation_get_transport_m_line (stable), ==, 0);

    again = rtc_negotiation_create_offer (stable, NULL, &re_offer, NULL);
    assert_contains (re_offer, offers[i].line);
    assert_contains (re_offer, offers[i].port);
    assert_data (again, 5000, offers[i].size);
    without = answer (off, sdp, NULL);
    assert_no_data (without);
  }
}

/* What others answered to our offers with tracks and data channels, and with data channels alone */
static void
test_answers (void)
{
  static const struct
  {
    const gchar *program;
    guint64 size;
    guint n_candidates;
  } answers[] = {
    {"chromium", 262144, 2}, {"firefox", 1073741823, 4}, {"pion", 65536, 2}, {"aiortc", 65536, 2},
  };

  for (guint i = 0; i < G_N_ELEMENTS (answers); i++) {
    g_autofree gchar *both = g_strconcat (answers[i].program, "-answer-media-data.sdp", NULL);
    g_autofree gchar *alone = g_strconcat (answers[i].program, "-answer-data.sdp", NULL);
    g_autofree gchar *both_sdp = fixture_load (both), *alone_sdp = fixture_load (alone);
    g_autoptr (RtcNegotiation) media = make_negotiation (fixture_video (), fixture_audio ());
    g_autoptr (RtcNegotiation) media_pending = offer (media, NULL);
    g_autoptr (RtcNegotiation) media_stable = take_answer (media_pending, both_sdp);
    g_autoptr (RtcNegotiation) data = make_data_only (), data_pending = offer (data, NULL);
    g_autoptr (RtcNegotiation) data_stable = take_answer (data_pending, alone_sdp);
    RtcRemoteTransport remote;

    g_test_message ("%s", answers[i].program);
    assert_data (media_stable, 5000, answers[i].size);
    g_assert_nonnull (get_track (media_stable, 0)->codec);
    g_assert_nonnull (get_track (media_stable, 1)->codec);

    assert_data (data_stable, 5000, answers[i].size);
    g_assert_cmpuint (rtc_negotiation_get_tracks (data_stable)->len, ==, 0);
    g_assert_true (rtc_negotiation_get_remote_transport (data_stable, &remote));
    g_assert_true (g_str_has_prefix (remote.fingerprint, "sha-256 "));
    g_assert_false (remote.dtls_client);
    g_assert_cmpstr (rtc_negotiation_get_transport_mid (data_stable), ==, "0");
    g_assert_cmpuint (rtc_negotiation_get_transport_m_line (data_stable), ==, 0);
    g_assert_cmpuint (rtc_negotiation_get_remote_candidates (data_stable)->len, ==, answers[i].n_candidates);
    g_assert_false (rtc_negotiation_is_needed (data_stable));
  }
}

/* What others offer who want data channels alone */
static void
test_offers_alone (void)
{
  static const struct
  {
    const gchar *file, *mid;
    guint64 size;
    guint n_candidates;
    gboolean end_of_candidates;
  } offers[] = {
    {"chromium-offer-data.sdp", "0", 262144, 2, FALSE},
    {"firefox-offer-data.sdp", "0", 1073741823, 4, TRUE},
    {"pion-offer-data.sdp", "0", 65536, 2, TRUE},
    {"aiortc-offer-data.sdp", "0", 65536, 2, TRUE},
  };

  for (guint i = 0; i < G_N_ELEMENTS (offers); i++) {
    g_autofree gchar *sdp = fixture_load (offers[i].file);
    g_autoptr (RtcNegotiation) data = make_data_only (), media = make_negotiation (fixture_video (), NULL);
    g_autoptr (RtcDescription) data_answer = NULL, media_answer = NULL;
    g_autoptr (RtcNegotiation) a = answer (data, sdp, &data_answer), b = answer (media, sdp, &media_answer);
    g_autoptr (RtcNegotiation) off = fixture_negotiation ();
    g_autofree gchar *expected = g_strconcat (offers[i].mid, "d", NULL);
    RtcRemoteTransport remote;

    g_test_message ("%s", offers[i].file);
    assert_sections (data_answer, expected);
    assert_sections (media_answer, expected);
    assert_data (a, 5000, offers[i].size);
    assert_data (b, 5000, offers[i].size);
    g_assert_true (rtc_negotiation_get_remote_transport (a, &remote));
    g_assert_nonnull (remote.ice_ufrag);
    g_assert_nonnull (remote.ice_pwd);
    g_assert_cmpstr (rtc_negotiation_get_transport_mid (a), ==, offers[i].mid);
    g_assert_cmpuint (rtc_negotiation_get_transport_m_line (a), ==, 0);
    g_assert_cmpuint (rtc_negotiation_get_remote_candidates (a)->len, ==, offers[i].n_candidates);
    g_assert_cmpint (rtc_negotiation_get_end_of_candidates (a), ==, offers[i].end_of_candidates);
    g_assert_false (rtc_negotiation_is_needed (a));
    /* the track has found no place, and is offered next */
    g_assert_true (rtc_negotiation_is_needed (b));
    refuse_offer (off, sdp, GST_RTC_ERROR_DESCRIPTION, "or allow data channels here");
  }
}

/* A session of ours with data channels alone, which gets a track later */
static void
test_data_only (void)
{
  g_autoptr (RtcNegotiation) caller = make_data_only (), callee = make_data_only ();
  g_autoptr (RtcDescription) first = NULL, first_answer = NULL, second = NULL, third = NULL;
  g_autoptr (GPtrArray) tracks = g_ptr_array_new_with_free_func ((GDestroyNotify) rtc_track_spec_free);
  RtcRemoteTransport remote;

  g_assert_true (rtc_negotiation_is_needed (caller));
  first = exchange (&caller, &callee, &first_answer);
  assert_sections (first, "0d");
  assert_sections (first_answer, "0d");
  assert_data (caller, RTC_SCTP_PORT, MESSAGE_SIZE);
  assert_data (callee, RTC_SCTP_PORT, MESSAGE_SIZE);
  rtc_negotiation_get_remote_transport (caller, &remote);
  g_assert_true (remote.dtls_client);
  rtc_negotiation_get_remote_transport (callee, &remote);
  g_assert_false (remote.dtls_client);
  g_assert_cmpstr (remote.fingerprint, ==, FIXTURE_FINGERPRINT);
  g_assert_cmpstr (rtc_negotiation_get_transport_mid (callee), ==, "0");
  g_assert_false (rtc_negotiation_is_needed (caller) || rtc_negotiation_is_needed (callee));

  g_ptr_array_add (tracks, fixture_video ());
  swap (&callee, rtc_negotiation_set_tracks (callee, tracks));
  g_assert_true (rtc_negotiation_is_needed (callee));
  second = exchange (&callee, &caller, NULL);
  assert_sections (second, "0d 1v");
  assert_data (caller, RTC_SCTP_PORT, MESSAGE_SIZE);
  g_assert_cmpuint (rtc_negotiation_get_transport_m_line (callee), ==, 0);
  /* whoever receives nothing has no use for it, but the section stays */
  third = exchange (&caller, &callee, NULL);
  assert_sections (third, "0d 1v");
  g_assert_cmpint (get_section (third, 1)->direction, ==, RTC_DIRECTION_INACTIVE);
}

static void
test_candidates (void)
{
  g_autoptr (RtcNegotiation) fresh = make_data_only (), pending = NULL, answering = NULL;
  g_autoptr (GPtrArray) candidates = g_ptr_array_new_with_free_func ((GDestroyNotify) rtc_candidate_free);
  g_autofree gchar *sdp = NULL, *answer_sdp = NULL, *ended = NULL;
  g_autoptr (RtcNegotiation) stable = NULL;

  g_ptr_array_add (candidates, rtc_candidate_new ("candidate:1 1 udp 1 192.0.2.1 5 typ host", NULL, 0));
  pending = rtc_negotiation_create_offer (fresh, candidates, &sdp, NULL);
  g_assert_cmpstr (rtc_negotiation_get_transport_mid (pending), ==, "0");
  answering = rtc_negotiation_set_offer (fresh, sdp, candidates, &answer_sdp, NULL);
  g_assert_cmpuint (rtc_negotiation_get_remote_candidates (answering)->len, ==, 1);
  g_assert_false (rtc_negotiation_get_end_of_candidates (answering));
  ended = g_strconcat (answer_sdp, "a=end-of-candidates\r\n", NULL);
  stable = take_answer (pending, ended);
  g_assert_cmpuint (rtc_negotiation_get_remote_candidates (stable)->len, ==, 1);
  g_assert_true (rtc_negotiation_get_end_of_candidates (stable));
}

static void
test_restart (void)
{
  g_autoptr (RtcNegotiation) caller = make_data_only (), callee = make_data_only ();
  g_autoptr (RtcDescription) description = NULL;
  RtcRemoteTransport remote;

  exchange_quietly (&caller, &callee);
  swap (&caller, rtc_negotiation_restart_ice (caller, "Other", "zyxwvutsrqponmlkjihgfe"));
  g_assert_true (rtc_negotiation_is_needed (caller));
  description = exchange (&caller, &callee, NULL);
  g_assert_cmpstr (get_section (description, 0)->ice_ufrag, ==, "Other");
  rtc_negotiation_get_remote_transport (callee, &remote);
  g_assert_cmpstr (remote.ice_ufrag, ==, "Other");
  assert_data (caller, RTC_SCTP_PORT, MESSAGE_SIZE);
}

static void
test_fingerprint_and_credentials (void)
{
  static const gchar *const changes[][3] = {
    {"a=ice-ufrag", "a=x-ice-ufrag", "no a=ice-ufrag"}, {"a=fingerprint", "a=x-fingerprint", "no a=fingerprint"},
  };
  g_autoptr (RtcNegotiation) fresh = make_data_only (), pending = offer (fresh, NULL);
  g_autofree gchar *sdp = g_strdup (SESSION "a=group:BUNDLE 0\n" APPLICATION ("0"));

  for (guint i = 0; i < G_N_ELEMENTS (changes); i++) {
    g_autofree gchar *bad = fixture_replace (sdp, changes[i][0], changes[i][1]);

    refuse_offer (fresh, bad, GST_RTC_ERROR_DESCRIPTION, changes[i][2]);
    refuse_answer (pending, bad, GST_RTC_ERROR_DESCRIPTION, changes[i][2]);
  }
}

/* A peer that does not want data channels is asked once */
static void
test_rejected_by_peer (void)
{
  g_autoptr (RtcNegotiation) caller = make_negotiation (fixture_video (), NULL);
  g_autoptr (RtcNegotiation) viewer = fixture_both_of (NULL, NULL, 0), alone = make_data_only ();
  g_autoptr (RtcNegotiation) alone_pending = offer (alone, NULL);
  g_autoptr (RtcDescription) first = NULL, second = NULL, third = NULL;

  swap (&caller, rtc_negotiation_enable_data (caller));
  first = exchange (&caller, &viewer, &second);
  assert_sections (first, "0v 1d");
  assert_sections (second, "0v 1d!");
  assert_no_data (caller);
  assert_no_data (viewer);
  g_assert_nonnull (get_track (caller, 0)->codec);
  for (guint i = 0; i < 3; i++) {
    g_autoptr (RtcDescription) again = NULL;

    g_assert_false (rtc_negotiation_is_needed (caller));
    again = i == 1 ? exchange (&viewer, &caller, NULL) : exchange (&caller, &viewer, NULL);
    assert_sections (again, "0v 1d!");
  }

  /* it changes its mind */
  swap (&viewer, rtc_negotiation_enable_data (viewer));
  g_assert_true (rtc_negotiation_is_needed (viewer));
  third = exchange (&viewer, &caller, NULL);
  g_assert_cmpuint (third->sections->len, ==, 2);
  assert_data (caller, RTC_SCTP_PORT, MESSAGE_SIZE);
  assert_data (viewer, RTC_SCTP_PORT, MESSAGE_SIZE);

  refuse_answer (alone_pending, SESSION "m=application 0 UDP/DTLS/SCTP webrtc-datachannel\na=mid:0\n",
      GST_RTC_ERROR_DATA, "has rejected the data channels");
}

/* Ours was off when the peer offered one */
static void
test_rejected_by_us (void)
{
  g_autoptr (RtcNegotiation) sender = fixture_negotiation_of (fixture_video (), NULL);
  g_autoptr (RtcNegotiation) viewer = fixture_both_of (NULL, NULL, 1);
  g_autoptr (RtcDescription) first = NULL, first_answer = NULL, second = NULL, third = NULL;

  swap (&viewer, rtc_negotiation_enable_data (viewer));
  first = exchange (&viewer, &sender, &first_answer);
  assert_sections (first, "0a 1v 2d");
  assert_sections (first_answer, "0a 1v 2d!");
  g_assert_false (rtc_negotiation_is_needed (sender));
  exchange_quietly (&sender, &viewer);

  swap (&sender, rtc_negotiation_enable_data (sender));
  g_assert_true (rtc_negotiation_is_needed (sender));
  second = exchange (&sender, &viewer, NULL);
  g_assert_cmpuint (second->sections->len, ==, 3);
  g_assert_cmpstr (get_section (second, 2)->mid, ==, "3");
  g_assert_true (get_section (second, 2)->is_application && !get_section (second, 2)->rejected);
  assert_data (viewer, RTC_SCTP_PORT, MESSAGE_SIZE);
  assert_data (sender, RTC_SCTP_PORT, MESSAGE_SIZE);
  third = exchange (&viewer, &sender, NULL);
  g_assert_cmpstr (get_section (third, 2)->mid, ==, "3");
}

/* A peer that has agreed on data channels ends them */
static void
test_closed_by_peer (void)
{
  g_autoptr (RtcNegotiation) fresh = make_data_only (), stable = NULL, closed = NULL, pending = NULL;
  g_autoptr (RtcDescription) description = NULL, again = NULL;
  g_autofree gchar *sdp = g_strdup (SESSION "a=group:BUNDLE 0\n" APPLICATION ("0"));
  g_autofree gchar *close = fixture_replace (sdp, "m=application 9", "m=application 0");

  swap (&fresh, rtc_negotiation_enable_data (fresh));
  stable = answer (fresh, sdp, NULL);
  assert_data (stable, 5000, 65536);
  closed = answer (stable, close, &description);
  assert_sections (description, "0d!");
  assert_no_data (closed);
  g_assert_false (rtc_negotiation_is_needed (closed));
  /* the transport goes on */
  g_assert_cmpstr (rtc_negotiation_get_transport_mid (closed), ==, "0");
  pending = offer (closed, &again);
  assert_sections (again, "0d!");
}

static void
test_enable (void)
{
  g_autoptr (RtcNegotiation) sender = fixture_negotiation_of (fixture_video (), NULL);
  g_autoptr (RtcNegotiation) viewer = fixture_both_of (NULL, NULL, 0), enabled = NULL, pending = NULL;
  g_autoptr (RtcDescription) first = NULL, second = NULL, third = NULL, fourth = NULL;
  g_autoptr (GPtrArray) tracks = g_ptr_array_new_with_free_func ((GDestroyNotify) rtc_track_spec_free);

  /* before the first exchange */
  g_ptr_array_add (tracks, fixture_video ());
  enabled = rtc_negotiation_enable_data (sender);
  pending = offer (enabled, &first);
  assert_sections (first, "0v 1d");
  assert_no_data (pending);

  exchange_quietly (&sender, &viewer);
  g_assert_false (rtc_negotiation_is_needed (sender));
  swap (&sender, rtc_negotiation_enable_data (sender));
  swap (&viewer, rtc_negotiation_enable_data (viewer));
  g_assert_true (rtc_negotiation_is_needed (sender));
  g_assert_true (rtc_negotiation_is_needed (viewer));
  assert_no_data (sender);
  swap (&sender, rtc_negotiation_set_tracks (sender, tracks));
  g_assert_true (rtc_negotiation_is_needed (sender));
  second = exchange (&sender, &viewer, &third);
  g_assert_cmpstr (get_section (second, 1)->mid, ==, get_section (third, 1)->mid);
  g_assert_true (get_section (second, 1)->is_application);
  g_assert_false (get_section (third, 1)->rejected);
  assert_data (sender, RTC_SCTP_PORT, MESSAGE_SIZE);
  assert_data (viewer, RTC_SCTP_PORT, MESSAGE_SIZE);
  g_assert_false (rtc_negotiation_is_needed (sender) || rtc_negotiation_is_needed (viewer));

  /* again changes nothing */
  swap (&viewer, rtc_negotiation_enable_data (viewer));
  g_assert_false (rtc_negotiation_is_needed (viewer));
  fourth = exchange (&viewer, &sender, NULL);
  g_assert_cmpuint (fourth->sections->len, ==, 2);
  g_assert_cmpstr (get_section (fourth, 1)->mid, ==, get_section (second, 1)->mid);
  assert_data (viewer, RTC_SCTP_PORT, MESSAGE_SIZE);
}

/* An offer that waits for its answer does not change any more; the next one has them */
static void
test_enable_while_pending (void)
{
  g_autoptr (RtcNegotiation) sender = fixture_negotiation (), pending = offer (sender, NULL), stable = NULL;
  g_autoptr (RtcNegotiation) next = NULL;
  g_autoptr (RtcDescription) description = NULL;
  g_autofree gchar *theirs = fixture_load ("chromium-answer.sdp");

  swap (&pending, rtc_negotiation_enable_data (pending));
  stable = take_answer (pending, theirs);
  assert_no_data (stable);
  g_assert_true (rtc_negotiation_is_needed (stable));
  next = offer (stable, &description);
  assert_sections (description, "0v 1a 2d");
}

/* A peer that offers none is not asked for some unless there are channels to open */
static void
test_not_offered (void)
{
  g_autoptr (RtcNegotiation) fresh = make_negotiation (fixture_video (), fixture_audio ()), stable = NULL;
  g_autoptr (RtcNegotiation) wanted = NULL, pending = NULL;
  g_autoptr (RtcDescription) description = NULL;
  g_autofree gchar *sdp = fixture_load ("chromium-offer-recvonly.sdp");

  stable = answer (fresh, sdp, NULL);
  assert_no_data (stable);
  g_assert_false (rtc_negotiation_is_needed (stable));
  wanted = rtc_negotiation_enable_data (stable);
  g_assert_true (rtc_negotiation_is_needed (wanted));
  pending = offer (wanted, &description);
  assert_sections (description, "0a 1v 2d");
}

static void
test_glare (void)
{
  g_autoptr (RtcNegotiation) fresh = make_negotiation (fixture_video (), fixture_audio ()), pending = NULL;
  g_autofree gchar *without = fixture_load ("chromium-offer-recvonly.sdp");
  g_autofree gchar *with = fixture_load ("chromium-offer-sendrecv.sdp");
  g_autoptr (RtcNegotiation) a = NULL, b = NULL, next = NULL;
  g_autoptr (RtcDescription) ours = NULL, again = NULL;

  swap (&fresh, rtc_negotiation_enable_data (fresh));
  pending = offer (fresh, &ours);
  assert_sections (ours, "0v 1a 2d");
  a = answer (pending, without, NULL);
  assert_no_data (a);
  /* nobody has refused them */
  g_assert_true (rtc_negotiation_is_needed (a));
  next = offer (a, &again);
  assert_sections (again, "0a 1v 2d");

  b = answer (pending, with, NULL);
  assert_data (b, 5000, 262144);
  g_assert_false (rtc_negotiation_is_needed (b));
  g_assert_cmpint (rtc_negotiation_get_state (b), ==, RTC_SIGNALING_STABLE);
}

static void
test_second_section (void)
{
  g_autoptr (RtcNegotiation) fresh = make_data_only (), first = NULL, second = NULL, third = NULL;
  g_autoptr (RtcDescription) first_answer = NULL, second_answer = NULL, third_answer = NULL;
  /* nobody looks at the second one */
  const gchar *two = SESSION "a=group:BUNDLE x y\n" APPLICATION ("x")
      "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\na=mid:y\n";
  const gchar *rejected_first = SESSION "a=group:BUNDLE y\n"
      "m=application 0 UDP/DTLS/SCTP webrtc-datachannel\na=mid:x\n" APPLICATION ("y");
  const gchar *both = SESSION "a=group:BUNDLE z y\n" APPLICATION ("z") APPLICATION ("y");

  first = answer (fresh, two, &first_answer);
  assert_sections (first_answer, "xd yd!");
  assert_data (first, 5000, 65536);
  second = answer (fresh, rejected_first, &second_answer);
  assert_sections (second_answer, "xd! yd");
  g_assert_cmpuint (rtc_negotiation_get_transport_m_line (second), ==, 1);
  g_assert_cmpstr (rtc_negotiation_get_transport_mid (second), ==, "y");
  /* the one there is stays */
  third = answer (second, both, &third_answer);
  assert_sections (third_answer, "zd! yd");
  assert_data (third, 5000, 65536);
}

/* Ours stays 5000, whatever the peer's is */
static void
test_old_form (void)
{
  g_autoptr (RtcNegotiation) fresh = make_data_only (), pending = offer (fresh, NULL), stable = NULL, answered = NULL;
  const gchar *offered = SESSION "m=application 9 DTLS/SCTP 5002\na=mid:0\n"
      "a=sctpmap:5002 webrtc-datachannel 1024\n";
  g_autofree gchar *active = fixture_replace (offered, "actpass", "active");
  g_autofree gchar *text = answer_text (fresh, offered, &stable), *again = NULL;

  assert_contains (text, "m=application 9 DTLS/SCTP 5000\r\n");
  assert_contains (text, "a=sctpmap:5000 webrtc-datachannel 65535\r\n");
  g_assert_null (strstr (text, "a=sctp-port"));
  assert_data (stable, 5002, 65536);
  answered = take_answer (pending, active);
  assert_data (answered, 5002, 65536);

  /* rejected later, it still is of that form */
  swap (&pending, offer (stable, NULL));
  swap (&stable, take_answer (pending, SESSION "m=application 0 DTLS/SCTP 5002\na=mid:0\n"));
  swap (&pending, rtc_negotiation_create_offer (stable, NULL, &again, NULL));
  assert_contains (again, "m=application 0 DTLS/SCTP 5000\r\n");
}

static void
test_sizes (void)
{
  static const struct
  {
    const gchar *line;
    guint64 size;
  } sizes[] = {
    {"", 65536}, {"a=max-message-size:0\n", 0}, {"a=max-message-size:1\n", 1}, {"a=max-message-size:x\n", 65536},
    {"a=max-message-size:18446744073709551615\n", G_MAXUINT64},
  };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++) {
    g_autoptr (RtcNegotiation) fresh = make_data_only (), pending = offer (fresh, NULL);
    g_autofree gchar *sdp = g_strconcat (SESSION "a=group:BUNDLE 0\n" APPLICATION ("0"), sizes[i].line, NULL);
    g_autofree gchar *active = fixture_replace (sdp, "actpass", "active");
    g_autoptr (RtcNegotiation) a = answer (fresh, sdp, NULL), b = take_answer (pending, active);

    assert_data (a, 5000, sizes[i].size);
    assert_data (b, 5000, sizes[i].size);
  }
}

static void
test_port_faults (void)
{
  static const gchar *const lines[] = {
    "", "a=sctp-port:0\n", "a=sctp-port:70000\n", "a=sctp-port:\n", "a=sctpmap:0 webrtc-datachannel 1\n",
  };
  g_autoptr (RtcNegotiation) fresh = make_negotiation (fixture_video (), NULL), pending = offer (fresh, NULL);
  g_autoptr (RtcNegotiation) off = fixture_negotiation_of (fixture_video (), NULL);

  for (guint i = 0; i < G_N_ELEMENTS (lines); i++) {
    g_autofree gchar *sdp = g_strconcat (SESSION "a=group:BUNDLE 0 1\n" H264 ("0")
        "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\na=mid:1\n", lines[i], NULL);
    g_autofree gchar *active = fixture_replace (sdp, "actpass", "active");
    g_autoptr (RtcNegotiation) unconcerned = answer (off, sdp, NULL);

    refuse_offer (fresh, sdp, GST_RTC_ERROR_DESCRIPTION, "section \"1\" of the description has no a=sctp-port");
    refuse_answer (pending, active, GST_RTC_ERROR_DESCRIPTION, "no a=sctp-port");
    g_assert_nonnull (get_track (unconcerned, 0)->codec);
  }
}

/* Data channels alone are reason enough for a session */
static void
test_no_common_codec (void)
{
  g_autoptr (RtcNegotiation) fresh = make_negotiation (fixture_video (), NULL), pending = offer (fresh, NULL);
  const gchar *both = SESSION "a=group:BUNDLE 0 1\n" AV1 ("0") APPLICATION ("1");
  const gchar *media = SESSION "a=group:BUNDLE 0\n" AV1 ("0") "m=application 0 UDP/DTLS/SCTP webrtc-datachannel\na=mid:1\n";
  const gchar *rejected = SESSION "a=group:BUNDLE 1\nm=video 0 UDP/TLS/RTP/SAVPF 100\na=mid:0\n" APPLICATION ("1");
  g_autofree gchar *active = fixture_replace (both, "actpass", "active");
  g_autofree gchar *active_media = fixture_replace (media, "actpass", "active");
  g_autofree gchar *active_rejected = fixture_replace (rejected, "actpass", "active");
  g_autoptr (RtcNegotiation) a = NULL, b = NULL, c = NULL;
  g_autoptr (RtcDescription) description = NULL;

  a = answer (fresh, both, &description);
  assert_sections (description, "0v 1d");
  g_assert_null (get_track (a, 0)->codec);
  assert_data (a, 5000, 65536);
  refuse_offer (fresh, media, GST_RTC_ERROR_NO_COMMON_CODEC, "the peer has video AV1");

  b = take_answer (pending, active_rejected);
  g_assert_null (get_track (b, 0)->codec);
  assert_data (b, 5000, 65536);
  g_assert_cmpstr (rtc_negotiation_get_transport_mid (b), ==, "1");
  g_assert_cmpuint (rtc_negotiation_get_transport_m_line (b), ==, 1);
  c = take_answer (pending, active);
  g_assert_null (get_track (c, 0)->codec);
  assert_data (c, 5000, 65536);
  refuse_answer (pending, active_media, GST_RTC_ERROR_NO_COMMON_CODEC, "no codec in common");
}

/* There is one transport, and data channels do not get another one */
static void
test_unbundled (void)
{
  g_autoptr (RtcNegotiation) fresh = make_negotiation (fixture_video (), NULL), pending = NULL, a = NULL, b = NULL;
  g_autoptr (RtcDescription) description = NULL;
  const gchar *sdp = SESSION "a=group:BUNDLE 0\n" H264 ("0") APPLICATION ("1");
  g_autofree gchar *active = fixture_replace (sdp, "actpass", "active");

  swap (&fresh, rtc_negotiation_enable_data (fresh));
  pending = offer (fresh, NULL);
  a = answer (fresh, sdp, &description);
  assert_sections (description, "0v 1d!");
  assert_no_data (a);
  g_assert_true (rtc_negotiation_is_needed (a));
  b = take_answer (pending, active);
  assert_no_data (b);
  g_assert_nonnull (get_track (b, 0)->codec);
  g_assert_false (rtc_negotiation_is_needed (b));
}

static void
test_faults (void)
{
  g_autoptr (RtcNegotiation) data = make_data_only (), pending = offer (data, NULL), nothing = NULL;
  g_autoptr (GPtrArray) no_tracks = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;
  g_autofree gchar *sdp = NULL;

  refuse_offer (data, SESSION H264 ("0"), GST_RTC_ERROR_DESCRIPTION, "create a data channel before offering");
  refuse_offer (data, SESSION, GST_RTC_ERROR_DESCRIPTION, "and none for data channels");
  refuse_offer (data, SESSION "m=application 9 UDP/DTLS/SCTP bfcp\na=sctp-port:5000\n", GST_RTC_ERROR_DESCRIPTION,
      "and none for data channels");
  refuse_answer (pending, SESSION H264 ("0"), GST_RTC_ERROR_DESCRIPTION,
      "section 0 of the answer is \"video UDP/TLS/RTP/SAVPF\" where the offer has application");
  refuse_answer (pending, SESSION "m=application 9 UDP/BFCP *\na=mid:0\n", GST_RTC_ERROR_DESCRIPTION,
      "where the offer has application");
  nothing = rtc_negotiation_new (no_tracks, &fixture_transport);
  g_assert_null (rtc_negotiation_create_offer (nothing, NULL, &sdp, &error));
  g_assert_error (error, GST_RTC_ERROR, GST_RTC_ERROR_DESCRIPTION);
}

/* A place in which data channels have been is used for video, and the other way round */
static void
test_recycled (void)
{
  g_autoptr (RtcNegotiation) fresh = make_negotiation (fixture_video (), NULL), first = NULL, second = NULL, third = NULL;
  g_autoptr (RtcDescription) description = NULL, again = NULL;

  first = answer (fresh, SESSION "a=group:BUNDLE 0 1\n" H264 ("0") APPLICATION ("1"), NULL);
  second = answer (first, SESSION "a=group:BUNDLE a b\n" APPLICATION ("a") H264 ("b"), &description);
  assert_sections (description, "ad bv");
  assert_data (second, 5000, 65536);
  g_assert_cmpint (get_track (second, 1)->track, ==, 0);
  third = offer (second, &again);
  assert_sections (again, "ad bv");
}

/* A peer makes data channels of the section of a track, which then has none */
static void
test_track_displaced (void)
{
  g_autoptr (RtcNegotiation) fresh = make_negotiation (fixture_audio (), NULL), first = NULL, second = NULL;
  g_autoptr (RtcNegotiation) pending = NULL;
  g_autoptr (RtcDescription) description = NULL;

  first = answer (fresh, SESSION "a=group:BUNDLE 0\nm=audio 9 UDP/TLS/RTP/SAVPF 0\na=mid:0\na=rtcp-mux\n", NULL);
  g_assert_cmpint (get_track (first, 0)->track, ==, 0);
  second = answer (first, SESSION "a=group:BUNDLE 0\n" APPLICATION ("0"), NULL);
  assert_data (second, 5000, 65536);
  g_assert_true (rtc_negotiation_is_needed (second));
  pending = offer (second, &description);
  assert_sections (description, "0d 1a");
}

/* Every prefix of an offer: an error or a negotiation, with data channels or without */
static void
test_truncations (void)
{
  static const gchar *const files[] = { "chromium-offer-sendrecv.sdp", "aiortc-offer-sendrecv.sdp" };

  for (guint i = 0; i < G_N_ELEMENTS (files); i++) {
    g_autoptr (RtcNegotiation) fresh = make_data_only (), pending = offer (fresh, NULL);
    g_autofree gchar *sdp = fixture_load (files[i]), *media = fixture_cut (sdp, "m=application");

    for (gsize cut = strlen (sdp); cut > strlen (media); cut--) {
      g_autoptr (GError) error = NULL;
      g_autoptr (RtcNegotiation) next = NULL;
      g_autofree gchar *text = NULL;

      sdp[cut] = '\0';
      next = rtc_negotiation_set_offer (pending, sdp, NULL, &text, &error);
      g_assert_true (next ? !error : error && error->domain == GST_RTC_ERROR);
      g_assert_cmpint (next != NULL, ==, text != NULL);
    }
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/negotiationdata/own-offers", test_own_offers);
  g_test_add_func ("/negotiationdata/offers", test_offers);
  g_test_add_func ("/negotiationdata/answers", test_answers);
  g_test_add_func ("/negotiationdata/offers-alone", test_offers_alone);
  g_test_add_func ("/negotiationdata/data-only", test_data_only);
  g_test_add_func ("/negotiationdata/candidates", test_candidates);
  g_test_add_func ("/negotiationdata/restart", test_restart);
  g_test_add_func ("/negotiationdata/fingerprint-and-credentials", test_fingerprint_and_credentials);
  g_test_add_func ("/negotiationdata/rejected-by-peer", test_rejected_by_peer);
  g_test_add_func ("/negotiationdata/rejected-by-us", test_rejected_by_us);
  g_test_add_func ("/negotiationdata/closed-by-peer", test_closed_by_peer);
  g_test_add_func ("/negotiationdata/enable", test_enable);
  g_test_add_func ("/negotiationdata/enable-while-pending", test_enable_while_pending);
  g_test_add_func ("/negotiationdata/not-offered", test_not_offered);
  g_test_add_func ("/negotiationdata/glare", test_glare);
  g_test_add_func ("/negotiationdata/second-section", test_second_section);
  g_test_add_func ("/negotiationdata/old-form", test_old_form);
  g_test_add_func ("/negotiationdata/sizes", test_sizes);
  g_test_add_func ("/negotiationdata/port-faults", test_port_faults);
  g_test_add_func ("/negotiationdata/no-common-codec", test_no_common_codec);
  g_test_add_func ("/negotiationdata/unbundled", test_unbundled);
  g_test_add_func ("/negotiationdata/faults", test_faults);
  g_test_add_func ("/negotiationdata/recycled", test_recycled);
  g_test_add_func ("/negotiationdata/track-displaced", test_track_displaced);
  g_test_add_func ("/negotiationdata/truncations", test_truncations);
  return g_test_run ();
}
