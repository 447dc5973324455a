/* gst-rtc: tests of negotiations that go on: tracks come and go, sections are used again, ICE restarts
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Two negotiations that answer each other.
 */
#include "negotiationfixture.h"

/* Takes @description */
static gchar *
write_and_free (RtcDescription * description)
{
  gchar *sdp = rtc_description_write (description);

  rtc_description_free (description);
  return sdp;
}

/* @kinds: 'v' and 'a' for tracks, each with SSRCs of its own, '-' for one that has ended */
static GPtrArray *
make_tracks (const gchar * kinds)
{
  GPtrArray *tracks = g_ptr_array_new_with_free_func ((GDestroyNotify) rtc_track_spec_free);

  for (guint i = 0; kinds[i]; i++) {
    RtcTrackSpec *track = kinds[i] == 'v' ? fixture_video () : kinds[i] == 'a' ? fixture_audio () : NULL;

    if (track)
      track->ssrc += 10 * i;
    if (track && track->rtx_ssrc)
      track->rtx_ssrc += 10 * i;
    g_ptr_array_add (tracks, track);
  }
  return tracks;
}

static void
set_tracks (RtcNegotiation ** negotiation, const gchar * kinds)
{
  g_autoptr (GPtrArray) tracks = make_tracks (kinds);

  swap (negotiation, rtc_negotiation_set_tracks (*negotiation, tracks));
}

static RtcNegotiation *
make_sender (const gchar * kinds)
{
  g_autoptr (GPtrArray) tracks = make_tracks (kinds);

  return rtc_negotiation_new (tracks, &fixture_transport);
}

/* "0>0 1<- 2=1 3.-": m-line, direction (> sent, < received, = both, . none, x rejected) and track */
static void
assert_sections (const RtcNegotiation * negotiation, const RtcDescription * ours, const gchar * expected)
{
  GPtrArray *tracks = rtc_negotiation_get_tracks (negotiation);
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < tracks->len; i++) {
    const RtcNegotiatedTrack *track = g_ptr_array_index (tracks, i);

    g_string_append_printf (text, "%s%u%c", i ? " " : "", track->m_line, ".><="[track->direction]);
    if (ours && get_section (ours, track->m_line)->rejected)
      text->str[text->len - 1] = 'x';
    if (track->track < 0)
      g_string_append_c (text, '-');
    else
      g_string_append_printf (text, "%d", track->track);
    g_assert_cmpint (track->codec != NULL, ==, (track->direction & RTC_DIRECTION_SENDONLY) != 0);
    g_assert_cmpint (track->receive_codecs != NULL, ==, (track->direction & RTC_DIRECTION_RECVONLY) != 0);
  }
  g_assert_cmpstr (text->str, ==, expected);
}

/* A sender adds, ends and replaces tracks; the viewer answers */
static void
test_come_and_go (void)
{
  g_autoptr (RtcNegotiation) sender = make_sender ("v"), viewer = fixture_both_of (NULL, NULL, 0);
  g_autoptr (RtcDescription) first = NULL, added = NULL, ended = NULL, replaced = NULL;

  first = exchange (&sender, &viewer, NULL);
  assert_sections (sender, NULL, "0>0");
  assert_sections (viewer, NULL, "0<-");
  g_assert_false (rtc_negotiation_is_needed (sender) || rtc_negotiation_is_needed (viewer));

  set_tracks (&sender, "va");
  g_assert_true (rtc_negotiation_is_needed (sender));
  assert_sections (sender, NULL, "0>0");
  added = exchange (&sender, &viewer, NULL);
  assert_sections (sender, NULL, "0>0 1>1");
  g_assert_false (rtc_negotiation_is_needed (sender));

  set_tracks (&sender, "-a");
  g_assert_true (rtc_negotiation_is_needed (sender));
  ended = exchange (&sender, &viewer, NULL);
  g_assert_cmpint (get_section (ended, 0)->direction, ==, RTC_DIRECTION_INACTIVE);
  g_assert_false (get_section (ended, 0)->rejected);
  assert_sections (sender, NULL, "0.- 1>1");
  assert_sections (viewer, NULL, "0.- 1<-");
  g_assert_false (rtc_negotiation_is_needed (sender));

  set_tracks (&sender, "-av");
  replaced = exchange (&sender, &viewer, NULL);
  assert_sections (sender, NULL, "0>2 1>1");
  g_assert_cmpuint (replaced->sections->len, ==, 2);
  g_assert_cmpstr (get_section (replaced, 0)->mid, ==, get_section (first, 0)->mid);
  g_assert_cmpuint (get_section (replaced, 0)->ssrc, ==, 1021);
  g_assert_cmpuint (get_track (viewer, 0)->remote_ssrc, ==, 1021);
  g_assert_cmpuint (get_codec (get_section (replaced, 0), 0)->payload_type, ==,
      get_codec (get_section (first, 0), 0)->payload_type);
  g_assert_cmpmem (&get_section (replaced, 0)->extensions, sizeof (RtcExtensionMap),
      &get_section (first, 0)->extensions, sizeof (RtcExtensionMap));
}

/* In a call the section of an ended track still receives */
static void
test_call (void)
{
  g_autoptr (RtcNegotiation) a = fixture_both_of (fixture_video (), fixture_audio (), 1);
  g_autoptr (RtcNegotiation) b = fixture_both_of (fixture_video (), fixture_audio (), 1);
  g_autoptr (RtcDescription) description = NULL;

  exchange_quietly (&a, &b);
  assert_sections (a, NULL, "0=0 1=1");
  assert_sections (b, NULL, "0=0 1=1");
  g_assert_false (rtc_negotiation_is_needed (a) || rtc_negotiation_is_needed (b));
  set_tracks (&b, "-a");
  description = exchange (&b, &a, NULL);
  g_assert_cmpint (get_section (description, 0)->direction, ==, RTC_DIRECTION_RECVONLY);
  assert_sections (b, NULL, "0<- 1=1");
  assert_sections (a, NULL, "0>0 1=1");
  /* the other way around: a's offer, b's answer */
  set_tracks (&a, "va");
  exchange_quietly (&a, &b);
  assert_sections (a, NULL, "0>0 1=1");
  set_tracks (&b, "-av");
  exchange_quietly (&a, &b);
  assert_sections (b, NULL, "0=2 1=1");
  g_assert_false (rtc_negotiation_is_needed (b));
}

/* All media may end, and begin again: the transport goes on */
static void
test_nothing_for_a_while (void)
{
  g_autoptr (RtcNegotiation) sender = make_sender ("va"), viewer = fixture_both_of (NULL, NULL, 0);
  g_autoptr (RtcDescription) stopped = NULL;
  g_autofree gchar *sdp = NULL;
  RtcRemoteTransport remote;

  exchange_quietly (&sender, &viewer);
  set_tracks (&sender, "--");
  exchange_quietly (&sender, &viewer);
  assert_sections (sender, NULL, "0.- 1.-");
  set_tracks (&sender, "--v");
  stopped = exchange (&sender, &viewer, NULL);
  assert_sections (sender, NULL, "0>2 1.-");

  /* as a browser writes it when every transceiver was stopped */
  get_section (stopped, 0)->rejected = get_section (stopped, 1)->rejected = TRUE;
  g_ptr_array_set_size (stopped->bundle, 0);
  sdp = write_and_free (g_steal_pointer (&stopped));
  swap (&viewer, answer (viewer, sdp, &stopped));
  g_assert_true (get_section (stopped, 0)->rejected && get_section (stopped, 1)->rejected);
  assert_sections (viewer, stopped, "0x- 1x-");
  g_assert_true (rtc_negotiation_get_remote_transport (viewer, &remote));
  g_assert_cmpstr (remote.ice_ufrag, ==, "Ufra");
  g_assert_cmpstr (rtc_negotiation_get_transport_mid (viewer), ==, "0");
  swap (&viewer, offer (viewer, NULL));
}

static gchar *
reject (const gchar * sdp, guint index)
{
  RtcDescription *description = read_sdp (sdp);

  get_section (description, index)->rejected = TRUE;
  g_ptr_array_remove_index (description->bundle, index);
  return write_and_free (description);
}

/* RFC 8829 section 5.2.2: the place of a rejected section is used again, under another mid */
static void
test_recycle (void)
{
  g_autoptr (RtcNegotiation) sender = make_sender ("va"), viewer = fixture_both_of (NULL, NULL, 0);
  g_autoptr (RtcDescription) stuck = NULL, recycled = NULL, answered = NULL;
  g_autofree gchar *offered = NULL, *text = NULL, *rejected = NULL;

  swap (&sender, rtc_negotiation_create_offer (sender, NULL, &offered, NULL));
  swap (&viewer, rtc_negotiation_set_offer (viewer, offered, NULL, &text, NULL));
  rejected = reject (text, 1);
  swap (&sender, take_answer (sender, rejected));
  assert_sections (sender, NULL, "0>0 1.1");
  /* the peer has said no to this track */
  g_assert_false (rtc_negotiation_is_needed (sender));
  stuck = exchange (&sender, &viewer, NULL);
  g_assert_true (get_section (stuck, 1)->rejected);
  assert_sections (sender, stuck, "0>0 1x1");

  set_tracks (&sender, "v-va");
  recycled = exchange (&sender, &viewer, &answered);
  assert_sections (sender, NULL, "0>0 1>3 2>2");
  assert_sections (viewer, NULL, "0<- 1<- 2<-");
  g_assert_cmpuint (recycled->sections->len, ==, 3);
  g_assert_cmpstr (get_section (recycled, 1)->mid, ==, "2");
  g_assert_cmpstr (get_section (recycled, 2)->mid, ==, "3");
  g_assert_cmpstr (get_section (answered, 1)->mid, ==, "2");
  g_assert_cmpuint (get_track (viewer, 1)->remote_ssrc, ==, 2031);
  g_assert_false (rtc_negotiation_is_needed (sender));
}

/* The peer stops a section, and uses its place for another one, of another kind even */
static void
test_reused_by_peer (void)
{
  g_autoptr (RtcNegotiation) sender = make_sender ("va");
  const gchar *format = "v=0\no=- 1 1 IN IP4 0.0.0.0\ns=-\nt=0 0\na=group:BUNDLE %s\n"
      "a=ice-ufrag:abcd\na=ice-pwd:0123456789012345678901\na=setup:actpass\n"
      "a=fingerprint:" FIXTURE_FINGERPRINT "\n"
      "m=video 9 UDP/TLS/RTP/SAVPF 100\na=mid:v\na=rtcp-mux\na=rtpmap:100 VP8/90000\na=recvonly\n%s";
  const gchar *audio = "m=audio 9 UDP/TLS/RTP/SAVPF 0\na=mid:a\na=rtcp-mux\na=recvonly\n";
  const gchar *stopped = "m=audio 0 UDP/TLS/RTP/SAVPF 0\na=mid:a\na=inactive\n";
  const gchar *video = "m=video 9 UDP/TLS/RTP/SAVPF 100\na=mid:w\na=rtcp-mux\na=rtpmap:100 VP8/90000\n"
      "a=recvonly\n";
  g_autofree gchar *both = g_strdup_printf (format, "v a", audio);
  g_autofree gchar *one = g_strdup_printf (format, "v", stopped);
  g_autofree gchar *other = g_strdup_printf (format, "v w", video);
  g_autofree gchar *three = g_strdup_printf (format, "v w b", video), *back = NULL;
  g_autoptr (RtcDescription) description = NULL;

  swap (&sender, answer (sender, both, NULL));
  assert_sections (sender, NULL, "0>0 1>1");
  swap (&sender, answer (sender, one, NULL));
  assert_sections (sender, NULL, "0>0 1.1");
  g_assert_false (rtc_negotiation_is_needed (sender));
  set_tracks (&sender, "vav");
  swap (&sender, answer (sender, other, &description));
  assert_sections (sender, NULL, "0>0 1>2");
  g_assert_cmpstr (get_track (sender, 1)->mid, ==, "w");
  /* the audio has lost its place */
  g_assert_true (rtc_negotiation_is_needed (sender));
  back = g_strconcat (three, "m=audio 9 UDP/TLS/RTP/SAVPF 0\na=mid:b\na=rtcp-mux\na=recvonly\n", NULL);
  swap (&sender, answer (sender, back, NULL));
  assert_sections (sender, NULL, "0>0 1>2 2>1");
  g_assert_false (rtc_negotiation_is_needed (sender));
}

/* The peer holds a section, and takes it up again */
static void
test_hold (void)
{
  g_autoptr (RtcNegotiation) call = fixture_both_of (fixture_video (), fixture_audio (), 1);
  g_autofree gchar *sdp = fixture_load ("chromium-offer-sendrecv.sdp");
  g_autofree gchar *held = fixture_replace (sdp, "a=sendrecv", "a=inactive");
  g_autofree gchar *one_way = fixture_replace (sdp, "a=sendrecv", "a=sendonly");
  g_autoptr (RtcDescription) before = NULL, during = NULL, after = NULL;

  swap (&call, answer (call, sdp, &before));
  assert_sections (call, NULL, "0=1 1=0");
  swap (&call, answer (call, held, &during));
  assert_sections (call, NULL, "0.1 1.0");
  g_assert_false (rtc_negotiation_is_needed (call));
  g_assert_cmpuint (get_section (during, 1)->codecs->len, ==, get_section (before, 1)->codecs->len);
  g_assert_false (get_section (during, 1)->rejected);
  swap (&call, answer (call, one_way, NULL));
  assert_sections (call, NULL, "0<1 1<0");
  swap (&call, answer (call, sdp, &after));
  assert_sections (call, NULL, "0=1 1=0");
  for (guint i = 0; i < 2; i++) {
    const RtcMediaSection *a = get_section (before, i), *b = get_section (after, i);

    g_assert_cmpmem (&a->extensions, sizeof a->extensions, &b->extensions, sizeof b->extensions);
    for (guint j = 0; j < a->codecs->len; j++)
      g_assert_cmpuint (get_codec (a, j)->payload_type, ==, get_codec (b, j)->payload_type);
  }
}

/* A track that is added does not make a peer that sends change its codec */
static void
test_order_stays (void)
{
  g_autoptr (RtcNegotiation) call = fixture_both_of (NULL, NULL, 1);
  g_autofree gchar *sdp = fixture_load ("chromium-offer-sendrecv.sdp");
  g_autoptr (RtcDescription) before = NULL, after = NULL, again = NULL;

  swap (&call, answer (call, sdp, &before));
  assert_sections (call, NULL, "0<- 1<-");
  set_tracks (&call, "v");
  swap (&call, offer (call, &after));
  swap (&call, answer (call, sdp, &again));
  assert_sections (call, NULL, "0<- 1=0");
  g_assert_cmpint (get_section (after, 1)->direction, ==, RTC_DIRECTION_SENDRECV);
  for (guint i = 0; i < get_section (before, 1)->codecs->len; i++) {
    guint payload_type = get_codec (get_section (before, 1), i)->payload_type;

    g_assert_cmpuint (get_codec (get_section (after, 1), i)->payload_type, ==, payload_type);
    g_assert_cmpuint (get_codec (get_section (again, 1), i)->payload_type, ==, payload_type);
  }
  g_assert_cmpstr (get_codec (get_section (again, 1), 0)->name, ==, "VP8");
  g_assert_cmpstr (get_track (call, 1)->codec->name, ==, "H264");
}

/* A track goes where it is wanted; where the peer said that it only sends, it is not */
static void
test_refused_sections (void)
{
  g_autoptr (RtcNegotiation) call = fixture_both_of (NULL, NULL, 1);
  g_autofree gchar *sdp = fixture_load ("chromium-offer-publish.sdp");
  g_autoptr (RtcNegotiation) other = fixture_both_of (NULL, NULL, 0);
  g_autoptr (RtcDescription) first = NULL, second = NULL;

  swap (&call, answer (call, sdp, NULL));
  set_tracks (&call, "v");
  first = exchange (&call, &other, NULL);
  g_assert_cmpint (get_section (first, 1)->direction, ==, RTC_DIRECTION_RECVONLY);
  g_assert_cmpint (get_section (first, 2)->direction, ==, RTC_DIRECTION_SENDRECV);
  /* an answer to "recvonly" does not change what is known */
  set_tracks (&call, "vv");
  second = exchange (&call, &other, NULL);
  g_assert_cmpuint (second->sections->len, ==, 4);
  g_assert_cmpint (get_section (second, 1)->direction, ==, RTC_DIRECTION_RECVONLY);
  g_assert_cmpuint (get_section (second, 3)->ssrc, ==, 1011);
}

/* An offer of ours that is open keeps the tracks it was made with */
static void
test_pending (void)
{
  g_autoptr (RtcNegotiation) sender = make_sender ("v"), viewer = fixture_both_of (NULL, NULL, 0);
  g_autofree gchar *offered = NULL, *text = NULL;

  swap (&sender, rtc_negotiation_create_offer (sender, NULL, &offered, NULL));
  swap (&viewer, rtc_negotiation_set_offer (viewer, offered, NULL, &text, NULL));
  set_tracks (&sender, "-a");
  g_assert_cmpint (rtc_negotiation_get_state (sender), ==, RTC_SIGNALING_HAVE_LOCAL_OFFER);
  swap (&sender, take_answer (sender, text));
  assert_sections (sender, NULL, "0>0");
  g_assert_true (rtc_negotiation_is_needed (sender));
  exchange_quietly (&sender, &viewer);
  assert_sections (sender, NULL, "0.- 1>1");
  g_assert_false (rtc_negotiation_is_needed (sender));
}

/* What was in an offer that crossed the peer's is still due */
static void
test_rollback (void)
{
  g_autoptr (RtcNegotiation) a = fixture_both_of (fixture_video (), NULL, 0);
  g_autoptr (RtcNegotiation) b = fixture_both_of (NULL, NULL, 0);

  exchange_quietly (&a, &b);
  set_tracks (&a, "va");
  swap (&a, offer (a, NULL));
  set_tracks (&b, "v");
  exchange_quietly (&b, &a);
  g_assert_cmpint (rtc_negotiation_get_state (a), ==, RTC_SIGNALING_STABLE);
  g_assert_true (rtc_negotiation_is_needed (a));
  g_assert_false (rtc_negotiation_is_needed (b));
  exchange_quietly (&a, &b);
  g_assert_false (rtc_negotiation_is_needed (a));
  g_assert_cmpint (get_track (a, 1)->track, ==, 1);
}

static void
test_changed_track (void)
{
  g_autoptr (RtcNegotiation) sender = make_sender ("v"), viewer = fixture_both_of (NULL, NULL, 0);
  g_autoptr (GPtrArray) tracks = make_tracks ("v");
  g_autoptr (RtcDescription) description = NULL;
  RtcTrackSpec *track = g_ptr_array_index (tracks, 0);

  exchange_quietly (&sender, &viewer);
  swap (&sender, rtc_negotiation_set_tracks (sender, tracks));
  g_assert_false (rtc_negotiation_is_needed (sender));
  g_ptr_array_remove_index (track->codecs, 0);
  swap (&sender, rtc_negotiation_set_tracks (sender, tracks));
  g_assert_true (rtc_negotiation_is_needed (sender));
  description = exchange (&sender, &viewer, NULL);
  assert_sections (sender, NULL, "0>0");
  g_assert_cmpstr (get_track (sender, 0)->codec->name, ==, "VP8");
  g_assert_cmpuint (get_codec (get_section (description, 0), 0)->payload_type, ==, 98);
}

static void
test_restart_ice (void)
{
  g_autoptr (RtcNegotiation) a = make_sender ("v"), b = fixture_both_of (NULL, NULL, 0);
  g_autoptr (RtcDescription) description = NULL, answered = NULL;
  RtcRemoteTransport remote;

  exchange_quietly (&a, &b);
  swap (&a, rtc_negotiation_restart_ice (a, "Other", "vutsrqponmlkjihgfedcba"));
  g_assert_true (rtc_negotiation_is_needed (a));
  assert_sections (a, NULL, "0>0");
  swap (&b, rtc_negotiation_restart_ice (b, "Third", "0123456789012345678901"));
  description = exchange (&a, &b, &answered);
  g_assert_false (rtc_negotiation_is_needed (a) || rtc_negotiation_is_needed (b));
  g_assert_cmpstr (get_section (description, 0)->ice_ufrag, ==, "Other");
  g_assert_cmpstr (get_section (answered, 0)->ice_pwd, ==, "0123456789012345678901");
  g_assert_true (rtc_negotiation_get_remote_transport (b, &remote));
  g_assert_cmpstr (remote.ice_pwd, ==, "vutsrqponmlkjihgfedcba");
  assert_sections (a, NULL, "0>0");
}

/* An id means one thing for as long as the session lives, even if nobody uses it now; new ones avoid those
 * that the peer has for what we do not know */
static void
test_extension_ids (void)
{
  g_autoptr (RtcNegotiation) a = fixture_both_of (NULL, NULL, 1), audio = NULL;
  g_autofree gchar *sdp = fixture_load ("safari-offer-publish.sdp"), *stopped = NULL, *only_audio = NULL;
  g_autofree gchar *cut = fixture_cut (sdp, "m=video");
  g_autoptr (RtcDescription) description = NULL, again = NULL;

  swap (&a, answer (a, sdp, NULL));
  stopped = fixture_replace (sdp, "m=video 9", "m=video 0");
  swap (&a, answer (a, stopped, NULL));
  swap (&a, offer (a, &description));
  g_assert_cmpuint (get_section (description, 1)->extensions.id[RTC_EXTENSION_MID], ==, 4);
  g_assert_cmpuint (get_section (description, 1)->extensions.id[RTC_EXTENSION_RID], ==, 10);

  audio = fixture_both_of (NULL, NULL, 1);
  only_audio = fixture_replace (cut, "BUNDLE 0 1", "BUNDLE 0");
  swap (&audio, answer (audio, only_audio, NULL));
  swap (&audio, offer (audio, &again));
  g_assert_cmpuint (get_section (again, 1)->extensions.id[RTC_EXTENSION_MID], ==, 4);
  g_assert_cmpuint (get_section (again, 1)->extensions.id[RTC_EXTENSION_TRANSPORT_CC], ==, 3);
  for (guint i = 0; i < RTC_N_EXTENSIONS; i++) {
    guint id = get_section (again, 1)->extensions.id[i];

    g_assert_cmpuint (id, !=, 1);
    g_assert_cmpuint (id, <=, 14);
  }
  g_assert_cmpuint (get_section (again, 1)->extensions.id[RTC_EXTENSION_RID], >, 4);
}

/* A peer that gives one number two meanings in one BUNDLE group does not make us do so within a section */
static void
test_conflicting_payload_types (void)
{
  g_autoptr (RtcNegotiation) call = fixture_both_of (NULL, NULL, 1);
  g_autoptr (RtcDescription) description = NULL;
  gboolean used[128] = { FALSE };
  const gchar *sdp = "v=0\no=- 1 1 IN IP4 0.0.0.0\ns=-\nt=0 0\na=group:BUNDLE 0 1\n"
      "a=ice-ufrag:abcd\na=ice-pwd:0123456789012345678901\na=setup:actpass\n"
      "a=fingerprint:" FIXTURE_FINGERPRINT "\n"
      "m=video 9 UDP/TLS/RTP/SAVPF 96 97\na=mid:0\na=rtcp-mux\na=rtpmap:96 VP8/90000\n"
      "a=rtpmap:97 rtx/90000\na=fmtp:97 apt=96\n"
      "m=video 9 UDP/TLS/RTP/SAVPF 96\na=mid:1\na=rtcp-mux\na=rtpmap:96 VP9/90000\n";

  swap (&call, answer (call, sdp, NULL));
  swap (&call, offer (call, &description));
  g_assert_cmpstr (get_codec (get_section (description, 1), 0)->name, ==, "VP9");
  g_assert_cmpuint (get_codec (get_section (description, 1), 0)->payload_type, ==, 96);
  for (guint i = 0; i < get_section (description, 1)->codecs->len; i++) {
    const RtcCodec *codec = get_codec (get_section (description, 1), i);

    g_assert_false (used[codec->payload_type] || used[codec->rtx_payload_type]);
    used[codec->payload_type] = used[codec->rtx_payload_type] = TRUE;
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/negotiation-tracks/come-and-go", test_come_and_go);
  g_test_add_func ("/negotiation-tracks/call", test_call);
  g_test_add_func ("/negotiation-tracks/nothing-for-a-while", test_nothing_for_a_while);
  g_test_add_func ("/negotiation-tracks/recycle", test_recycle);
  g_test_add_func ("/negotiation-tracks/reused-by-peer", test_reused_by_peer);
  g_test_add_func ("/negotiation-tracks/hold", test_hold);
  g_test_add_func ("/negotiation-tracks/order-stays", test_order_stays);
  g_test_add_func ("/negotiation-tracks/refused-sections", test_refused_sections);
  g_test_add_func ("/negotiation-tracks/pending", test_pending);
  g_test_add_func ("/negotiation-tracks/rollback", test_rollback);
  g_test_add_func ("/negotiation-tracks/changed-track", test_changed_track);
  g_test_add_func ("/negotiation-tracks/restart-ice", test_restart_ice);
  g_test_add_func ("/negotiation-tracks/extension-ids", test_extension_ids);
  g_test_add_func ("/negotiation-tracks/conflicting-payload-types", test_conflicting_payload_types);
  return g_test_run ();
}
