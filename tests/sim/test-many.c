/* gst-rtc: scenarios: many peers, and their ends at any moment
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "simstage.h"

static void
start_sources (SimStage * stage)
{
  sim_source_start (stage->video);
  sim_source_start (stage->audio);
}

static void
test_thousand_peers (void)
{
  SimStage *stage = sim_stage_new ();

  stage->video->packet_size = 200;
  start_sources (stage);
  for (guint i = 0; i < 1000; i++)
    sim_sender_offer (sim_stage_join (stage));
  sim_run (RTC_SECOND);
  for (guint i = 0; i < 1000; i++) {
    SimViewer *viewer = sim_stage_get_viewer (stage, i);
    SimReception reception;

    g_assert_true (((SimSender *) stage->senders->pdata[i])->connected);
    sim_receiver_judge (sim_viewer_get_receiver (viewer, RTC_MEDIA_VIDEO), 200 * RTC_MSECOND,
        sim->now - 100 * RTC_MSECOND, &reception);
    g_assert_cmpuint (reception.frames, >, 20);
    g_assert_cmpuint (reception.incomplete + reception.broken, ==, 0);
  }
  g_assert_cmpuint (stage->video->forced, <=, 2);
  sim_stage_free (stage);
}

/* Ended by us, left or vanished, after anything from nothing to a minute; the doubles are counted at the end. */
static void
test_ended_in_the_middle (void)
{
  const SimLink link = {.delay = 3 * RTC_MSECOND,.jitter = 5 * RTC_MSECOND,.loss = 0.1 };
  SimStage *stage = sim_stage_new ();

  start_sources (stage);
  for (guint i = 0; i < 400; i++) {
    SimSender *sender = sim_stage_join (stage);
    SimViewer *viewer = sim_stage_get_viewer (stage, stage->viewers->len - 1);
    RtcTime age = sim_random_below (i % 10 ? 40 * RTC_MSECOND : 3 * RTC_SECOND);

    sim_stage_set_link (stage, stage->senders->len - 1, &link);
    viewer->late_answer = i % 7 == 0;
    if (i % 5)
      sim_sender_offer (sender);
    else
      sim_viewer_offer (viewer);
    sim_run (age);
    switch (i % 3) {
      case 0:
        sim_sender_end (sender);
        break;
      case 1:
        sim_viewer_close (viewer);
        break;
      default:
        sim_viewer_vanish (viewer);
    }
    sim_stage_sweep (stage);
  }
  sim_run (61 * RTC_SECOND);
  for (guint i = 0; i < stage->senders->len; i++)
    g_assert_true (sim_sender_is_closed (stage->senders->pdata[i]));
  g_assert_cmpuint (stage->video->subscribers->len, ==, 0);
  g_assert_cmpuint (stage->audio->subscribers->len, ==, 0);
  sim_stage_free (stage);
}

/* Twice as long is not twice the doubles: what vanished is gone 30 s later */
static void
test_connect_and_vanish (void)
{
  SimStage *stage = sim_stage_new ();
  SimLive most = { 0, };

  stage->video->delta_packets = 1;
  stage->video->key_packets = 2;
  start_sources (stage);
  for (guint i = 0; i < 1000; i++) {
    SimSender *sender = sim_stage_join_connected (stage);

    sim_run (50 * RTC_MSECOND);
    sim_viewer_vanish (sim_stage_get_viewer (stage, stage->viewers->len - 1));
    g_assert_false (sender->ended);
    sim_run (450 * RTC_MSECOND);
    sim_stage_sweep (stage);
    most.ice = MAX (most.ice, sim->live.ice);
  }
  /* two a second, for up to 30 s and a bit, both sides */
  g_assert_cmpint (most.ice, <, 150);
  sim_run (40 * RTC_SECOND);
  for (guint i = 0; i < stage->senders->len; i++)
    sim_assert_ended ((SimSender *) stage->senders->pdata[i], GST_RTC_ERROR_CONSENT, "vanished");
  sim_stage_sweep (stage);
  sim_run (RTC_SECOND);
  g_assert_cmpint (sim->live.ice, ==, 0);
  g_assert_cmpint (sim->live.dtls, ==, 0);
  g_assert_cmpint (sim->live.srtp, ==, 0);
  g_assert_cmpint (sim->live.endpoints, ==, 0);
  sim_stage_free (stage);
}

int
main (int argc, char **argv)
{
  sim_init (&argc, &argv);
  sim_add ("/sim/many/thousand-peers", test_thousand_peers);
  sim_add ("/sim/many/ended-in-the-middle", test_ended_in_the_middle);
  sim_add ("/sim/many/connect-and-vanish", test_connect_and_vanish);
  return g_test_run ();
}
