/* gst-rtc: scenarios: what changes while media flows
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "simcall.h"
#include "simstage.h"

static const SimCallConfig talk = {.n_sources = { 2, 2 } };

/* Sections are the same seen from both sides, and nobody has an offer open. */
static void
assert_agreed (SimCall * call)
{
  GPtrArray *a = rtc_peer_get_tracks (call->peers[0]->peer), *b = rtc_peer_get_tracks (call->peers[1]->peer);

  g_assert_cmpuint (a->len, ==, b->len);
  for (guint i = 0; i < a->len; i++) {
    const RtcNegotiatedTrack *ours = a->pdata[i], *theirs = b->pdata[i];

    g_assert_cmpstr (ours->mid, ==, theirs->mid);
    g_assert_cmpint (ours->kind, ==, theirs->kind);
    g_assert_cmpint (ours->codec != NULL, ==, theirs->receive_codecs != NULL);
    g_assert_cmpint (ours->receive_codecs != NULL, ==, theirs->codec != NULL);
  }
}

static gboolean
is_sent (SimSender * sender, guint track)
{
  GPtrArray *tracks = rtc_peer_get_tracks (sender->peer);

  for (guint i = 0; i < tracks->len; i++) {
    const RtcNegotiatedTrack *negotiated = tracks->pdata[i];

    if (negotiated->track == (gint) track && negotiated->codec)
      return TRUE;
  }
  return FALSE;
}

static void
assert_sends (SimCall * call, guint who, guint tracks)
{
  for (guint i = 0; i < 4; i++)
    g_assert_cmpint (is_sent (call->peers[who], i), ==, (tracks >> i) & 1);
}

/* Nothing is missing of what has come since the stream began. */
static void
assert_whole (SimReceiver * receiver)
{
  g_assert_nonnull (receiver);
  g_assert_cmpuint (receiver->packets, ==, receiver->highest - receiver->first + 1);
  g_assert_cmpuint (receiver->duplicates, ==, 0);
}

static guint
count_new (SimReceiver * receiver, RtcTime duration)
{
  guint64 before = receiver->packets;

  sim_run (duration);
  return receiver->packets - before;
}

static void
test_add_and_remove (void)
{
  SimCall *call = sim_call_new (&talk);
  SimReceiver *video, *audio, *second;

  sim_call_connect (call, 0);
  sim_run (RTC_SECOND);
  video = sim_call_get (call, 1, RTC_MEDIA_VIDEO, 0);
  audio = sim_call_get (call, 1, RTC_MEDIA_AUDIO, 0);

  /* the one who answered first offers this time */
  sim_call_send (call, 1, 3, 0);
  sim_run (RTC_SECOND);
  assert_sends (call, 1, 7);
  assert_agreed (call);
  g_assert_nonnull (sim_call_get (call, 0, RTC_MEDIA_VIDEO, 1));

  sim_call_send (call, 0, 4, 0);
  sim_run (RTC_SECOND);
  assert_sends (call, 0, 15);
  assert_agreed (call);
  second = sim_call_get (call, 1, RTC_MEDIA_VIDEO, 1);
  g_assert_cmpuint (count_new (second, RTC_SECOND), >, 150);

  sim_call_send (call, 0, 4, 1 << 0);
  sim_run (RTC_SECOND);
  assert_sends (call, 0, 14);
  g_assert_cmpuint (count_new (video, RTC_SECOND), ==, 0);
  g_assert_cmpuint (count_new (audio, RTC_SECOND), >=, 49);
  g_assert_cmpuint (count_new (second, RTC_SECOND), >, 150);

  /* the same index again is another stream, as SRTP wants */
  sim_call_send (call, 0, 4, 0);
  sim_run (RTC_SECOND);
  assert_sends (call, 0, 15);
  assert_agreed (call);
  g_assert_nonnull (sim_call_get (call, 1, RTC_MEDIA_VIDEO, 2));
  g_assert_cmpuint (sim_call_get (call, 1, RTC_MEDIA_VIDEO, 2)->ssrc, !=, video->ssrc);
  for (guint i = 0; i < call->peers[1]->sink.n_streams; i++)
    assert_whole (&call->peers[1]->sink.streams[i].receiver);
  g_assert_cmpuint (call->peers[0]->n_connected, ==, 1);
  sim_call_free (call);
}

/* m= sections are used again: their number does not grow with each change. */
static void
test_sections_are_reused (void)
{
  SimCall *call = sim_call_new (&talk);
  SimReceiver *audio;

  sim_call_connect (call, 1);
  sim_run (RTC_SECOND);
  audio = sim_call_get (call, 1, RTC_MEDIA_AUDIO, 0);
  for (guint i = 0; i < 20; i++) {
    sim_call_send (call, i % 2, 4, i % 4 < 2 ? 1 << 2 : 0);
    sim_run (200 * RTC_MSECOND);
    assert_agreed (call);
  }
  g_assert_cmpuint (rtc_peer_get_tracks (call->peers[0]->peer)->len, <=, 4);
  assert_whole (audio);
  sim_call_free (call);
}

/* Both change what they send, at about the same time, and again before that is through */
static void
glare (guint round)
{
  SimCall *call = sim_call_new (&talk);
  guint expected[2] = { 3, 3 };
  SimReceiver *audio[2];

  sim->signaling_delay = (1 + sim_random_below (40)) * RTC_MSECOND;
  sim_call_connect (call, round % 2);
  sim_run (300 * RTC_MSECOND);
  for (guint who = 0; who < 2; who++)
    audio[who] = sim_call_get (call, who, RTC_MEDIA_AUDIO, 0);
  for (guint i = 0; i < 2 + sim_random_below (6); i++) {
    guint who = sim_random_below (2);
    guint n = 2 + sim_random_below (3), without = sim_random_below (2) << sim_random_below (4) & ~2;

    switch (sim_random_below (8)) {
      case 0:
        sim_sender_offer (call->peers[who]);
        break;
      case 1:
        sim_sender_restart_ice (call->peers[who]);
        break;
      default:
        expected[who] = ((1 << n) - 1) & ~without;
        sim_call_send (call, who, n, without);
    }
    sim_run (sim_random_below (60 * RTC_MSECOND));
  }
  /* the peer's answer, its offer, our answer, and ours, its answer */
  sim_run (2 * RTC_SECOND);
  for (guint who = 0; who < 2; who++) {
    g_assert_false (call->peers[who]->ended);
    assert_sends (call, who, expected[who]);
    assert_whole (audio[who]);
    g_assert_cmpuint (count_new (audio[who], 200 * RTC_MSECOND), >=, 9);
  }
  assert_agreed (call);
  sim_call_free (call);
}

static void
test_glare (void)
{
  for (guint round = 0; round < 200; round++)
    glare (round);
}

/* A viewer that pauses: what we send goes on with the number where it stopped. */
static void
test_direction (void)
{
  SimStage *stage = sim_stage_new ();
  SimSender *sender = sim_stage_join_connected (stage);
  SimViewer *viewer = sim_stage_get_viewer (stage, 0);
  SimReceiver *video;

  sim_source_start (stage->video);
  sim_source_start (stage->audio);
  sim_run (RTC_SECOND);
  video = sim_viewer_get_receiver (viewer, RTC_MEDIA_VIDEO);
  for (guint i = 0; i < 3; i++) {
    viewer->direction = "a=inactive";
    sim_viewer_offer (viewer);
    sim_run (100 * RTC_MSECOND);
    g_assert_false (is_sent (sender, 0));
    g_assert_cmpuint (count_new (video, RTC_SECOND), ==, 0);
    viewer->direction = NULL;
    sim_viewer_offer (viewer);
    sim_run (100 * RTC_MSECOND);
    g_assert_cmpuint (count_new (video, RTC_SECOND), >, 150);
    assert_whole (video);
  }
  sim_stage_free (stage);
}

static void
assert_flows (SimCall * call)
{
  for (guint who = 0; who < 2; who++) {
    SimReceiver *video = sim_call_get (call, who, RTC_MEDIA_VIDEO, 0);

    g_assert_cmpuint (count_new (video, RTC_SECOND), >, 150);
    assert_whole (video);
    g_assert_false (call->peers[who]->ended);
  }
}

static void
test_restart_ice (void)
{
  SimCall *call = sim_call_new (&talk);

  sim_call_connect (call, 0);
  sim_run (RTC_SECOND);
  for (guint i = 0; i < 6; i++) {
    guint paths[2] = { call->peers[0]->n_paths, call->peers[1]->n_paths };

    sim_sender_restart_ice (call->peers[i % 2]);
    /* also from both sides at once */
    if (i >= 4)
      sim_sender_restart_ice (call->peers[(i + 1) % 2]);
    assert_flows (call);
    for (guint who = 0; who < 2; who++)
      g_assert_cmpuint (call->peers[who]->n_paths, >, paths[who]);
  }
  /* consent is asked for with the new credentials */
  sim_run (90 * RTC_SECOND);
  assert_flows (call);
  sim_call_free (call);
}

/* One side's network is another one, and the old path is gone. */
static void
test_restart_on_another_network (void)
{
  SimCall *call = sim_call_new (&talk);

  sim_call_connect (call, 0);
  sim_run (RTC_SECOND);
  for (guint who = 0; who < 2; who++) {
    SimReceiver *there = sim_call_get (call, !who, RTC_MEDIA_VIDEO, 0);
    SimReceiver *here = sim_call_get (call, who, RTC_MEDIA_VIDEO, 0);

    /* before a consent check of its own tells the other side */
    sim_run (SIM_CONSENT_INTERVAL);
    sim_endpoint_move (sim_sender_get_endpoint (call->peers[who]));
    sim_run (10 * RTC_MSECOND);
    g_assert_cmpuint (count_new (here, 100 * RTC_MSECOND), ==, 0);
    sim_sender_restart_ice (call->peers[who]);
    sim_run (RTC_SECOND);
    g_assert_cmpuint (count_new (here, RTC_SECOND), >, 150);
    g_assert_cmpuint (count_new (there, RTC_SECOND), >, 150);
  }
  sim_call_free (call);
}

/* A viewer that answers with the credentials it had: it has not noticed that we restart */
static void
test_restart_unnoticed (void)
{
  SimStage *stage = sim_stage_new ();
  SimSender *sender = sim_stage_join_connected (stage);
  SimReceiver *video;

  sim_source_start (stage->video);
  sim_run (RTC_SECOND);
  sim_sender_restart_ice (sender);
  sim_run (RTC_SECOND);
  g_assert_cmpuint (sender->n_negotiated, ==, 2);
  video = sim_viewer_get_receiver (sim_stage_get_viewer (stage, 0), RTC_MEDIA_VIDEO);
  g_assert_cmpuint (count_new (video, RTC_SECOND), >, 150);
  sim_run (60 * RTC_SECOND);
  g_assert_false (sender->ended);
  assert_whole (video);
  sim_stage_free (stage);
}

/* An offer in the middle of the session that nobody answers: a page that does not know such */
static void
test_no_answer (void)
{
  SimCall *call = sim_call_new (&talk);

  for (guint who = 0; who < 2; who++) {
    guint before = who ? 7 : 3;

    if (who == 0)
      sim_call_connect (call, 0);
    sim_run (RTC_SECOND);
    call->peers[who]->party.mute = TRUE;
    sim_call_send (call, who, 3, 0);
    sim_run (20 * RTC_SECOND);
    assert_flows (call);
    assert_sends (call, who, 3);
    /* the other one's offer is taken meanwhile, and then ours is made again */
    call->peers[who]->party.mute = FALSE;
    sim_call_send (call, !who, 4, 0);
    sim_run (RTC_SECOND);
    assert_sends (call, !who, 15);
    assert_sends (call, who, 7);
    assert_agreed (call);
    sim_call_send (call, !who, before == 3 ? 2 : 3, 0);
    sim_run (RTC_SECOND);
  }
  assert_flows (call);
  sim_call_free (call);
}

/* The answer comes after we have given up. */
static void
test_late_answer (void)
{
  SimCall *call = sim_call_new (&talk);

  sim_call_connect (call, 0);
  sim_run (RTC_SECOND);
  sim->signaling_delay = 7 * RTC_SECOND;
  sim_call_send (call, 0, 3, 0);
  sim_run (20 * RTC_SECOND);
  assert_sends (call, 0, 7);
  assert_agreed (call);
  assert_flows (call);
  sim_call_free (call);
}

/* Asked for at any time, it is done when it can be */
static void
test_offers_wait (void)
{
  SimCall *call = sim_call_new (&talk);

  sim_call_send (call, 0, 1, 0);
  sim_sender_offer (call->peers[0]);
  sim_sender_offer (call->peers[0]);
  sim_call_send (call, 0, 4, 0);
  sim_call_send (call, 1, 4, 0);
  g_assert_cmpuint (call->peers[0]->n_offers, ==, 1);
  sim_run (RTC_SECOND);
  assert_sends (call, 0, 15);
  assert_sends (call, 1, 15);
  assert_agreed (call);
  sim_call_free (call);
}

static void
test_another_fingerprint (void)
{
  SimStage *stage = sim_stage_new ();
  SimSender *sender = sim_stage_join_connected (stage);
  SimViewer *viewer = sim_stage_get_viewer (stage, 0);

  viewer->wrong_fingerprint = g_strdup (sim_certificate_get_fingerprint (stage->certificate));
  sim_viewer_offer (viewer);
  g_assert_true (sim_run_until (sim_sender_is_ended, sender, RTC_SECOND));
  sim_assert_ended (sender, GST_RTC_ERROR_DESCRIPTION, "fingerprint");
  sim_stage_free (stage);
}

/* Descriptions that make no sense, from one that is connected */
static void
test_nonsense (void)
{
  for (guint round = 0; round < 300; round++) {
    SimCall *call = sim_call_new (&talk);
    g_autofree gchar *text = NULL;
    gsize size;

    sim_call_connect (call, round % 2);
    text = g_strdup (call->peers[1]->description);
    size = strlen (text);
    for (guint i = 0; i < 1 + round % 6; i++)
      text[sim_random_below (size)] = ' ' + sim_random_below (94);
    if (round % 3)
      sim_call_send (call, 0, 3, 0);
    call->peers[0]->party.funcs->description (&call->peers[0]->party,
        round % 3 == 1 ? GST_RTC_SDP_TYPE_ANSWER : GST_RTC_SDP_TYPE_OFFER, text);
    sim_run (50 * RTC_MSECOND);
    sim_call_free (call);
  }
}

int
main (int argc, char **argv)
{
  sim_init (&argc, &argv);
  sim_add ("/sim/renegotiate/add-and-remove", test_add_and_remove);
  sim_add ("/sim/renegotiate/sections-are-reused", test_sections_are_reused);
  sim_add ("/sim/renegotiate/glare", test_glare);
  sim_add ("/sim/renegotiate/direction", test_direction);
  sim_add ("/sim/renegotiate/restart-ice", test_restart_ice);
  sim_add ("/sim/renegotiate/restart-on-another-network", test_restart_on_another_network);
  sim_add ("/sim/renegotiate/restart-unnoticed", test_restart_unnoticed);
  sim_add ("/sim/renegotiate/no-answer", test_no_answer);
  sim_add ("/sim/renegotiate/late-answer", test_late_answer);
  sim_add ("/sim/renegotiate/offers-wait", test_offers_wait);
  sim_add ("/sim/renegotiate/another-fingerprint", test_another_fingerprint);
  sim_add ("/sim/renegotiate/nonsense", test_nonsense);
  return g_test_run ();
}
