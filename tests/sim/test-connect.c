/* gst-rtc: scenarios: how a peer gets connected, or why not
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "simstage.h"

static void
assert_media_flows (SimStage * stage, guint index)
{
  SimViewer *viewer = sim_stage_get_viewer (stage, index);
  guint64 before = viewer->n_rtp;

  sim_run (RTC_SECOND);
  g_assert_cmpuint (viewer->n_rtp, >, before + 100);
  g_assert_cmpuint (viewer->n_forged, ==, 0);
  g_assert_cmpuint (viewer->n_rtp_before_keys, ==, 0);
}

static void
start_sources (SimStage * stage)
{
  sim_source_start (stage->video);
  sim_source_start (stage->audio);
}

static void
test_we_offer (void)
{
  SimStage *stage = sim_stage_new ();
  SimSender *sender = sim_stage_join (stage);

  start_sources (stage);
  sim_sender_offer (sender);
  g_assert_true (sim_run_until (sim_sender_is_connected, sender, 100 * RTC_MSECOND));
  assert_media_flows (stage, 0);
  g_assert_cmpuint (sender->n_offers, ==, 1);
  g_assert_cmpuint (sender->n_answers, ==, 0);
  g_assert_cmpuint (sender->n_negotiated, ==, 1);
  sim_stage_free (stage);
}

static void
test_viewer_offers (void)
{
  SimStage *stage = sim_stage_new ();
  SimSender *sender = sim_stage_join (stage);

  start_sources (stage);
  sim_viewer_offer (sim_stage_get_viewer (stage, 0));
  g_assert_true (sim_run_until (sim_sender_is_connected, sender, 100 * RTC_MSECOND));
  assert_media_flows (stage, 0);
  g_assert_cmpuint (sender->n_answers, ==, 1);
  g_assert_cmpuint (sender->n_offers, ==, 0);
  sim_stage_free (stage);
}

/* Two of our own, one as the DTLS client */
static void
test_two_of_ours (void)
{
  SimStage *stage = sim_stage_new ();
  const SimSenderConfig sends = {.certificate = stage->certificate,.sources = { stage->video, stage->audio } };
  const SimSenderConfig receives = {.certificate = stage->certificate,.receives = TRUE };
  SimSender *a = sim_sender_new (&sends), *b = sim_sender_new (&receives);

  start_sources (stage);
  sim_party_pair (&a->party, &b->party);
  sim_sender_offer (a);
  g_assert_true (sim_run_until (sim_sender_is_connected, a, RTC_SECOND));
  g_assert_true (sim_run_until (sim_sender_is_connected, b, RTC_SECOND));
  sim_run (RTC_SECOND);
  {
    g_autoptr (RtcPeerStats) ours = rtc_peer_get_stats (a->peer, sim->now);
    g_autoptr (RtcPeerStats) theirs = rtc_peer_get_stats (b->peer, sim->now);

    g_assert_cmpint (ours->dtls_client, !=, theirs->dtls_client);
    g_assert_cmpstr (ours->srtp_cipher, ==, "SRTP_AEAD_AES_128_GCM");
    g_assert_cmpuint (theirs->packets_received, >, 100);
    g_assert_cmpuint (theirs->tracks->len, ==, 0);
    g_assert_cmpuint (ours->tracks->len, ==, 2);
  }
  sim_sender_end (a);
  sim_run (RTC_SECOND);
  sim_assert_ended (b, GST_RTC_ERROR_LEFT, "closed the connection");
  sim_sender_free (a);
  sim_sender_free (b);
  sim_stage_free (stage);
}

/* The viewer's signaling is faster with candidates than with its answer, and its DTLS is there first of all. */
static void
test_answer_last (void)
{
  SimStage *stage = sim_stage_new ();
  SimSender *sender = sim_stage_join (stage);

  start_sources (stage);
  sim_stage_get_viewer (stage, 0)->late_answer = TRUE;
  sim_sender_offer (sender);
  sim_run (250 * RTC_MSECOND);
  g_assert_false (sender->connected);
  {
    g_autoptr (RtcPeerStats) stats = rtc_peer_get_stats (sender->peer, sim->now);

    g_assert_cmpuint (stats->packets_received, >, 0);
  }
  g_assert_true (sim_run_until (sim_sender_is_connected, sender, 200 * RTC_MSECOND));
  assert_media_flows (stage, 0);
  sim_stage_free (stage);
}

static void
test_candidate_first (void)
{
  SimStage *stage = sim_stage_new ();
  SimSender *sender = sim_stage_join (stage);
  g_autofree gchar *text = sim_candidate_text (sim_viewer_get_endpoint (sim_stage_get_viewer (stage, 0))->address);

  start_sources (stage);
  rtc_peer_add_candidate (sender->peer, text, sim->now);
  rtc_peer_add_candidate (sender->peer, "", sim->now);
  sim_viewer_offer (sim_stage_get_viewer (stage, 0));
  g_assert_true (sim_run_until (sim_sender_is_connected, sender, 100 * RTC_MSECOND));
  sim_stage_free (stage);
}

/* Both offer. Ours gives way, the answer to it comes late and means nothing. */
static void
test_glare (void)
{
  SimStage *stage = sim_stage_new ();
  SimSender *sender = sim_stage_join (stage);
  SimViewer *viewer = sim_stage_get_viewer (stage, 0);
  g_autofree gchar *stale = NULL;

  start_sources (stage);
  sim_sender_offer (sender);
  stale = g_strdup (sender->description);
  sim_viewer_offer (viewer);
  g_assert_true (sim_run_until (sim_sender_is_connected, sender, 200 * RTC_MSECOND));
  g_assert_cmpuint (sender->n_offers, ==, 1);
  g_assert_cmpuint (sender->n_answers, ==, 1);
  rtc_peer_set_remote_description (sender->peer, GST_RTC_SDP_TYPE_ANSWER, stale, sim->now);
  rtc_peer_set_remote_description (sender->peer, GST_RTC_SDP_TYPE_ANSWER, "nonsense", sim->now);
  assert_media_flows (stage, 0);
  g_assert_false (sender->ended);
  g_assert_cmpuint (sender->n_negotiated, ==, 1);
  sim_stage_free (stage);
}

static gboolean
count_media (SimEndpoint * endpoint, guint8 * data, gsize size, gpointer user_data)
{
  guint *n = user_data;

  if (size > 1 && data[0] >= 128 && data[0] < 192)
    (*n)++;
  return TRUE;
}

static void
test_wrong_fingerprint (void)
{
  SimStage *stage = sim_stage_new ();
  SimSender *sender = sim_stage_join (stage);
  SimViewer *viewer = sim_stage_get_viewer (stage, 0);
  guint n_media = 0;

  start_sources (stage);
  viewer->wrong_fingerprint = g_strdup (sim_certificate_get_fingerprint (stage->certificate));
  sim_sender_get_endpoint (sender)->filter = count_media;
  sim_sender_get_endpoint (sender)->filter_data = &n_media;
  sim_sender_offer (sender);
  g_assert_true (sim_run_until (sim_sender_is_closed, sender, RTC_SECOND));
  sim_run (RTC_SECOND);
  sim_assert_ended (sender, GST_RTC_ERROR_FINGERPRINT, "fingerprint");
  g_assert_false (sender->connected);
  g_assert_cmpuint (n_media, ==, 0);
  g_assert_cmpuint (viewer->n_rtp + viewer->n_rtcp + viewer->n_forged, ==, 0);
  sim_stage_free (stage);
}

/* Deadlines */

static void
assert_times_out (SimSender * sender, const gchar * words)
{
  g_assert_true (sim_run_until (sim_sender_is_ended, sender, 20 * RTC_SECOND));
  g_assert_cmpint (sender->ended_at - sender->created, >=, 15 * RTC_SECOND);
  g_assert_cmpint (sender->ended_at - sender->created, <=, 15 * RTC_SECOND + RTC_MSECOND);
  sim_assert_ended (sender, GST_RTC_ERROR_TIMEOUT, words);
  sim_assert_ended (sender, GST_RTC_ERROR_TIMEOUT, "15 s");
}

static void
test_no_answer (void)
{
  SimStage *stage = sim_stage_new ();
  SimSender *sender = sim_stage_join (stage);

  sim_stage_get_viewer (stage, 0)->no_answer = TRUE;
  sim_sender_offer (sender);
  assert_times_out (sender, "answer never came");
  sim_stage_free (stage);
}

/* Not even asked: no offer from either side */
static void
test_nobody_offers (void)
{
  SimStage *stage = sim_stage_new ();

  assert_times_out (sim_stage_join (stage), "answer never came");
  sim_stage_free (stage);
}

/* The firewall drops all: more candidates may still come, so it is the deadline that ends it */
static void
test_no_pair (void)
{
  SimStage *stage = sim_stage_new ();
  SimSender *sender = sim_stage_join (stage);

  sim_stage_get_viewer (stage, 0)->party.mute = FALSE;
  sim_sender_get_endpoint (sender)->cut = TRUE;
  sim_stage_get_viewer (stage, 0)->no_reports = TRUE;
  sim->signaling_delay = 6 * RTC_SECOND;
  sim_sender_offer (sender);
  assert_times_out (sender, "no candidate pair worked");
  sim_stage_free (stage);
}

/* All candidates are known and none works */
static void
test_ice_fails (void)
{
  SimStage *stage = sim_stage_new ();
  SimSender *sender = sim_stage_join (stage);

  sim_sender_get_endpoint (sender)->cut = TRUE;
  sim_sender_offer (sender);
  g_assert_true (sim_run_until (sim_sender_is_ended, sender, 14 * RTC_SECOND));
  sim_assert_ended (sender, GST_RTC_ERROR_ICE, "stun-server");
  sim_stage_free (stage);
}

static void
test_dtls_stalls (void)
{
  SimStage *stage = sim_stage_new ();
  SimSender *sender = sim_stage_join (stage);

  sim_stage_get_viewer (stage, 0)->no_dtls = TRUE;
  sim_sender_offer (sender);
  assert_times_out (sender, "DTLS");
  sim_stage_free (stage);
}

static void
test_dtls_over_loss (void)
{
  const SimLink link = {.delay = 20 * RTC_MSECOND,.jitter = 30 * RTC_MSECOND,.loss = 0.3,.reorder = 0.2 };

  for (guint i = 0; i < 50; i++) {
    SimStage *stage = sim_stage_new ();
    SimSender *sender = sim_stage_join (stage);

    sim_stage_set_link (stage, 0, &link);
    if (i % 2)
      sim_sender_offer (sender);
    else
      sim_viewer_offer (sim_stage_get_viewer (stage, 0));
    g_assert_true (sim_run_until (sim_sender_is_connected, sender, 14 * RTC_SECOND));
    sim_stage_free (stage);
  }
}

/* Ends */

static void
test_consent (void)
{
  SimStage *stage = sim_stage_new ();
  SimSender *sender = sim_stage_join_connected (stage);
  RtcTime vanished;

  start_sources (stage);
  sim_run (7 * RTC_SECOND);
  vanished = sim->now;
  sim_viewer_vanish (sim_stage_get_viewer (stage, 0));
  g_assert_true (sim_run_until (sim_sender_is_closed, sender, 60 * RTC_SECOND));
  sim_assert_ended (sender, GST_RTC_ERROR_CONSENT, "vanished");
  g_assert_cmpint (sender->ended_at - vanished, <=, 30 * RTC_SECOND);
  sim_stage_free (stage);
}

static void
test_close_notify (void)
{
  SimStage *stage = sim_stage_new ();
  SimSender *sender = sim_stage_join_connected (stage);
  RtcTime left;

  start_sources (stage);
  sim_run (RTC_SECOND);
  left = sim->now;
  sim_viewer_close (sim_stage_get_viewer (stage, 0));
  g_assert_true (sim_run_until (sim_sender_is_closed, sender, RTC_SECOND));
  sim_assert_ended (sender, GST_RTC_ERROR_LEFT, "closed the connection");
  g_assert_cmpint (sender->ended_at - left, <=, 10 * RTC_MSECOND);
  sim_stage_free (stage);
}

/* Ours is as polite: BYE, then close_notify */
static void
test_we_leave (void)
{
  SimStage *stage = sim_stage_new ();
  SimSender *sender = sim_stage_join_connected (stage);
  SimViewer *viewer = sim_stage_get_viewer (stage, 0);

  start_sources (stage);
  sim_run (RTC_SECOND);
  sim_sender_end (sender);
  sim_assert_ended (sender, GST_RTC_ERROR_LEFT, "left");
  sim_run (10 * RTC_MSECOND);
  g_assert_true (viewer->bye);
  g_assert_true (viewer->left);
  g_assert_true (sim_sender_is_closed (sender));
  sim_stage_free (stage);
}

static void
test_path_change (void)
{
  SimStage *stage = sim_stage_new ();
  SimSender *sender = sim_stage_join_connected (stage);
  SimViewer *viewer = sim_stage_get_viewer (stage, 0);

  start_sources (stage);
  assert_media_flows (stage, 0);
  g_assert_cmpuint (sender->n_paths, ==, 1);
  sim_ice_move (viewer->ice);
  sim_run (50 * RTC_MSECOND);
  g_assert_cmpuint (sender->n_paths, ==, 2);
  assert_media_flows (stage, 0);
  sim_run (60 * RTC_SECOND);
  assert_media_flows (stage, 0);
  g_assert_cmpuint (sender->n_connected, ==, 1);
  sim_stage_free (stage);
}

static void
test_no_common_codec (void)
{
  SimStage *stage = sim_stage_new ();
  const SimSenderConfig config = {.sources = { stage->video },.video_codec = "H265" };
  SimSender *sender = sim_stage_add (stage, &config);

  sim_viewer_offer (sim_stage_get_viewer (stage, 0));
  g_assert_true (sim_run_until (sim_sender_is_closed, sender, RTC_SECOND));
  sim_assert_ended (sender, GST_RTC_ERROR_NO_COMMON_CODEC, "H265");
  g_assert_cmpuint (sender->n_answers, ==, 0);
  sim_stage_free (stage);
}

int
main (int argc, char **argv)
{
  sim_init (&argc, &argv);
  sim_add ("/sim/connect/we-offer", test_we_offer);
  sim_add ("/sim/connect/viewer-offers", test_viewer_offers);
  sim_add ("/sim/connect/two-of-ours", test_two_of_ours);
  sim_add ("/sim/connect/answer-last", test_answer_last);
  sim_add ("/sim/connect/candidate-first", test_candidate_first);
  sim_add ("/sim/connect/glare", test_glare);
  sim_add ("/sim/connect/wrong-fingerprint", test_wrong_fingerprint);
  sim_add ("/sim/connect/no-answer", test_no_answer);
  sim_add ("/sim/connect/nobody-offers", test_nobody_offers);
  sim_add ("/sim/connect/no-pair", test_no_pair);
  sim_add ("/sim/connect/ice-fails", test_ice_fails);
  sim_add ("/sim/connect/dtls-stalls", test_dtls_stalls);
  sim_add ("/sim/connect/dtls-over-loss", test_dtls_over_loss);
  sim_add ("/sim/connect/consent", test_consent);
  sim_add ("/sim/connect/close-notify", test_close_notify);
  sim_add ("/sim/connect/we-leave", test_we_leave);
  sim_add ("/sim/connect/path-change", test_path_change);
  sim_add ("/sim/connect/no-common-codec", test_no_common_codec);
  return g_test_run ();
}
