/* gst-rtc: scenarios: what viewers get, on good and bad paths
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "simstage.h"

#define LATE (200 * RTC_MSECOND)

static SimReceiver *
video_of (SimStage * stage, guint index)
{
  return sim_viewer_get_receiver (sim_stage_get_viewer (stage, index), RTC_MEDIA_VIDEO);
}

static SimReceiver *
audio_of (SimStage * stage, guint index)
{
  return sim_viewer_get_receiver (sim_stage_get_viewer (stage, index), RTC_MEDIA_AUDIO);
}

static void
start_sources (SimStage * stage)
{
  sim_source_start (stage->video);
  sim_source_start (stage->audio);
}

/* A path of 50 ms there and back */
static SimLink
path (gdouble loss)
{
  return (SimLink) {.delay = 25 * RTC_MSECOND,.jitter = 2 * RTC_MSECOND,.loss = loss,.queue = 400000 };
}

static void
test_clean_path (void)
{
  SimStage *stage = sim_stage_new ();
  SimLink link = path (0);
  SimReception video, audio;

  start_sources (stage);
  sim_stage_join (stage);
  sim_stage_set_link (stage, 0, &link);
  sim_sender_offer (stage->senders->pdata[0]);
  sim_run (10 * RTC_SECOND);
  sim_receiver_judge (video_of (stage, 0), LATE, sim->now - RTC_SECOND, &video);
  sim_receiver_judge (audio_of (stage, 0), LATE, sim->now - RTC_SECOND, &audio);
  g_assert_cmpuint (video.frames, >, 240);
  g_assert_cmpuint (video.incomplete + video.late + video.broken, ==, 0);
  g_assert_cmpuint (audio.frames, >, 430);
  g_assert_cmpuint (audio.incomplete + audio.late, ==, 0);
  g_assert_cmpuint (video.timestamps_back + audio.timestamps_back, ==, 0);
  g_assert_cmpint (video.median, <, 30 * RTC_MSECOND);
  g_assert_cmpuint (video_of (stage, 0)->rtx_packets, ==, 0);
  sim_stage_free (stage);
}

/* Every frame is there in time, thanks to NACK and RTX */
static void
test_loss (void)
{
  SimStage *stage = sim_stage_new ();
  SimLink link = path (0.05);
  SimReception video;

  start_sources (stage);
  sim_stage_join (stage);
  sim_stage_set_link (stage, 0, &link);
  sim_sender_offer (stage->senders->pdata[0]);
  sim_run (61 * RTC_SECOND);
  sim_receiver_judge (video_of (stage, 0), LATE, sim->now - RTC_SECOND, &video);
  g_test_message ("of %u frames at 5 %% loss: %u incomplete, %u later than %d ms, worst %d ms, median %d ms",
      video.frames, video.incomplete, video.late, (gint) (LATE / RTC_MSECOND), (gint) (video.worst / RTC_MSECOND),
      (gint) (video.median / RTC_MSECOND));
  g_assert_cmpuint (video.frames, >, 1700);
  g_assert_cmpuint (video.incomplete, ==, 0);
  g_assert_cmpuint (video.broken, ==, 0);
  /* lost, lost again as RTX or as NACK, and once more: some 5 % cubed of some 6 packets a frame */
  g_assert_cmpuint (video.late, <=, video.frames / 200);
  g_assert_cmpuint (video_of (stage, 0)->repeated, >, 100);
  sim_stage_free (stage);
}

/* Without RTX a NACK changes nothing but a counter: a sequence number is never used twice */
static void
test_no_retransmission (void)
{
  SimStage *stage = sim_stage_new ();
  const SimSenderConfig config = {.sources = { stage->video },.no_retransmission = TRUE };
  SimLink link = path (0.05);
  const guint16 numbers[] = { 0, 1, 2, 3 };
  SimReception video;
  GstByteWriter writer;
  SimViewer *viewer;

  start_sources (stage);
  sim_stage_add (stage, &config);
  viewer = sim_stage_get_viewer (stage, 0);
  sim_stage_set_link (stage, 0, &link);
  sim_sender_offer (stage->senders->pdata[0]);
  sim_run (2 * RTC_SECOND);
  for (guint i = 0; i < 100; i++) {
    gst_byte_writer_init_with_size (&writer, 64, FALSE);
    rtc_rtcp_write_nack (&writer, viewer->ssrc, video_of (stage, 0)->ssrc, numbers, G_N_ELEMENTS (numbers));
    sim_viewer_send_rtcp (viewer, writer.parent.data, gst_byte_writer_get_pos (&writer));
    gst_byte_writer_reset (&writer);
  }
  sim_run (2 * RTC_SECOND);
  sim_receiver_judge (video_of (stage, 0), LATE, sim->now - RTC_SECOND, &video);
  g_assert_cmpuint (video.incomplete, >, 0);
  g_assert_cmpuint (video_of (stage, 0)->duplicates, ==, 0);
  sim_stage_free (stage);
}

static void
test_starts_with_key_frame (void)
{
  SimStage *stage = sim_stage_new ();

  start_sources (stage);
  for (guint i = 0; i < 20; i++) {
    sim_sender_offer (sim_stage_join (stage));
    sim_run (333 * RTC_MSECOND);
  }
  sim_run (2 * RTC_SECOND);
  for (guint i = 0; i < 20; i++) {
    SimSender *sender = stage->senders->pdata[i];
    const SimReceivedFrame *first = sim_receiver_get_first_frame (video_of (stage, i));

    g_assert_nonnull (first);
    g_assert_true (first->key);
    g_assert_cmpuint (sim_stage_get_viewer (stage, i)->n_rtp_before_keys, ==, 0);
    g_assert_cmpint (first->first, >=, sender->connected_at);
    g_assert_cmpint (first->completed - sender->connected_at, <, 150 * RTC_MSECOND);
  }
  sim_stage_free (stage);
}

/* An RTSP camera: the group of pictures is replayed, however old, and seen at once */
static void
test_replay (void)
{
  SimStage *stage = sim_stage_new ();
  SimReceiver *video;
  const SimReceivedFrame *first;
  SimReception reception;
  SimSender *sender;

  stage->video->forceable = FALSE;
  stage->video->gop = 4 * RTC_SECOND;
  stage->video->delta_packets = 3;
  start_sources (stage);
  sim_run (3500 * RTC_MSECOND);
  sender = sim_stage_join_connected (stage);
  sim_run (2 * RTC_SECOND);
  video = video_of (stage, 0);
  first = sim_receiver_get_first_frame (video);
  g_assert_true (first->key);
  g_assert_cmpint (first->capture_time, <, sender->created - 3 * RTC_SECOND);
  g_assert_cmpint (first->completed - sender->connected_at, <, 150 * RTC_MSECOND);
  sim_receiver_judge (video, LATE, sim->now, &reception);
  g_assert_cmpuint (reception.broken, ==, 0);
  g_assert_cmpuint (reception.timestamps_back, ==, 0);
  /* caught up: what is captured now arrives now */
  sim_run (2 * RTC_SECOND);
  {
    const SimReceivedFrame *last = &g_array_index (video->frames, SimReceivedFrame, video->frames->len - 2);

    g_assert_cmpint (last->completed - last->capture_time, <, 40 * RTC_MSECOND);
  }
  sim_stage_free (stage);
}

static void
test_join_storm (void)
{
  SimStage *stage = sim_stage_new ();
  guint forced;

  start_sources (stage);
  sim_run (5 * RTC_SECOND);
  forced = stage->video->forced;
  for (guint i = 0; i < 50; i++) {
    sim_sender_offer (sim_stage_join (stage));
    sim_run (RTC_SECOND / 50);
  }
  sim_run (3 * RTC_SECOND);
  for (guint i = 0; i < 50; i++) {
    SimSender *sender = stage->senders->pdata[i];
    const SimReceivedFrame *first = sim_receiver_get_first_frame (video_of (stage, i));

    g_assert_true (first && first->key && first->completed);
    g_assert_cmpint (first->completed - sender->connected_at, <, 150 * RTC_MSECOND);
  }
  g_assert_cmpuint (stage->video->forced - forced, <=, 2);
  sim_stage_free (stage);
}

static void
test_key_request_storm (void)
{
  SimStage *stage = sim_stage_new ();
  guint forced;

  start_sources (stage);
  for (guint i = 0; i < 10; i++)
    sim_stage_join_connected (stage);
  sim_run (3 * RTC_SECOND);
  forced = stage->video->forced;
  for (guint i = 0; i < 1000; i++) {
    sim_viewer_send_key_request (sim_stage_get_viewer (stage, i % 10), i % 3 == 0);
    sim_run (10 * RTC_MSECOND);
  }
  g_test_message ("1000 requests in 10 s made %u key frames", stage->video->forced - forced);
  g_assert_cmpuint (stage->video->forced - forced, >=, 5);
  g_assert_cmpuint (stage->video->forced - forced, <=, 11);
  sim_stage_free (stage);
}

/* One whose link is slower than the stream gets whole key frames and what follows them; nobody else notices */
static void
test_slow_peer (void)
{
  SimStage *stage = sim_stage_new ();
  const SimLink slow = {.delay = 10 * RTC_MSECOND,.rate = 800000,.queue = 100000 };
  SimReception reception[3];
  SimSender *sender;

  stage->video->gop = 2 * RTC_SECOND;
  start_sources (stage);
  for (guint i = 0; i < 3; i++)
    sim_stage_join_connected (stage);
  sim_run (2 * RTC_SECOND);
  sender = stage->senders->pdata[1];
  sim_sender_get_endpoint (sender)->out = slow;
  sim_run (30 * RTC_SECOND);
  for (guint i = 0; i < 3; i++)
    sim_receiver_judge (video_of (stage, i), LATE, sim->now - 3 * RTC_SECOND, &reception[i]);
  g_assert_cmpuint (sender->n_drops, >, 0);
  g_assert_cmpuint (sender->n_drops, <, 200);
  g_assert_cmpuint (reception[1].frames, <, reception[0].frames / 2);
  g_assert_cmpuint (reception[1].frames, >, 30);
  for (guint i = 0; i < 3; i += 2) {
    g_assert_cmpuint (reception[i].incomplete + reception[i].late + reception[i].broken, ==, 0);
    g_assert_cmpint (reception[i].worst, <, 100 * RTC_MSECOND);
  }
  g_test_message ("the slow one: %u frames (of %u), %u incomplete, %u without their predecessor, worst %d ms",
      reception[1].frames, reception[0].frames, reception[1].incomplete, reception[1].broken,
      (gint) (reception[1].worst / RTC_MSECOND));
  {
    g_autoptr (RtcPeerStats) stats = rtc_peer_get_stats (sender->peer, sim->now);
    const RtcTrackStats *track = stats->tracks->pdata[0];

    g_assert_cmpuint (track->sent.frames_dropped, >, 100);
  }
  /* as soon as the path is good again the picture is */
  sim_sender_get_endpoint (sender)->out = (SimLink) {.delay = RTC_MSECOND,.queue = 200000 };
  sim_run (5 * RTC_SECOND);
  {
    SimReceiver *video = video_of (stage, 1);
    const SimReceivedFrame *last = &g_array_index (video->frames, SimReceivedFrame, video->frames->len - 2);

    g_assert_cmpint (last->completed - last->capture_time, <, 50 * RTC_MSECOND);
    g_assert_cmpint (last->capture_time, >, sim->now - RTC_SECOND);
  }
  sim_stage_free (stage);
}

/* Clocks */

static void
test_sender_reports (void)
{
  SimStage *stage = sim_stage_new ();
  SimReceiver *video, *audio;
  SimSender *sender;

  start_sources (stage);
  sender = sim_stage_join_connected (stage);
  sim_run (500 * RTC_MSECOND);
  video = video_of (stage, 0);
  audio = audio_of (stage, 0);
  /* the first one soon, for lip-sync */
  g_assert_cmpuint (video->n_reports, >=, 1);
  g_assert_cmpuint (audio->n_reports, >=, 1);
  video->sync_from = audio->sync_from = sender->connected_at;
  sim_run (60 * RTC_SECOND);
  g_assert_cmpuint (video->n_reports, >=, 40);
  g_assert_cmpfloat (video->worst_sync, <, 0.001);
  g_assert_cmpfloat (audio->worst_sync, <, 0.001);
  g_assert_cmpuint (video->packets - video->packets_reported, <, 400);
  sim_stage_free (stage);
}

static void
test_round_trip (void)
{
  SimStage *stage = sim_stage_new ();
  SimLink link = {.delay = 35 * RTC_MSECOND,.loss = 0.1 };
  SimSender *sender = sim_stage_join (stage);

  start_sources (stage);
  sim_stage_set_link (stage, 0, &link);
  sim_sender_offer (sender);
  sim_run (20 * RTC_SECOND);
  {
    g_autoptr (RtcPeerStats) stats = rtc_peer_get_stats (sender->peer, sim->now);

    for (guint i = 0; i < 2; i++) {
      const RtcTrackStats *track = stats->tracks->pdata[i];

      g_assert_cmpfloat_with_epsilon (track->round_trip_time, 0.070, 0.002);
      g_assert_cmpuint (track->round_trip_time_measurements, >, 10);
      g_assert_cmpfloat (track->remote_fraction_lost, >, 0.01);
      g_assert_cmpfloat (track->remote_fraction_lost, <, 0.3);
      g_assert_cmpint (track->remote_packets_lost, >, 20);
      g_assert_cmpfloat (track->remote_jitter, <, 0.05);
    }
  }
  sim_stage_free (stage);
}

static void
send_reference_time (SimViewer * viewer, guint32 ssrc, guint64 ntp)
{
  guint8 report[] = { 0x80, 207, 0, 4, 0, 0, 0, 0, 4, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0 };

  GST_WRITE_UINT32_BE (report + 4, ssrc);
  GST_WRITE_UINT64_BE (report + 12, ntp);
  sim_viewer_send_rtcp (viewer, report, sizeof report);
}

/* One that only receives learns the round trip by RFC 3611, section 4.5 */
static void
test_round_trip_of_viewer (void)
{
  const guint64 ntp = G_GUINT64_CONSTANT (0x123456789abcdef0);
  SimStage *stage = sim_stage_new ();
  SimLink link = {.delay = 35 * RTC_MSECOND };
  RtcReferenceDelay *delay;
  SimViewer *viewer;
  RtcTime sent;

  start_sources (stage);
  sim_stage_join (stage);
  viewer = sim_stage_get_viewer (stage, 0);
  sim_stage_set_link (stage, 0, &link);
  sim_sender_offer (stage->senders->pdata[0]);
  sim_run (3 * RTC_SECOND);
  g_assert_cmpuint (viewer->delays->len, ==, 0);

  send_reference_time (viewer, 7, 1);
  sim_run (RTC_MSECOND);
  send_reference_time (viewer, 7, ntp);
  for (sent = sim->now; viewer->delays->len == 0 && sim->now < sent + 2 * RTC_SECOND;)
    sim_run (RTC_MSECOND);
  g_assert_cmpuint (viewer->delays->len, ==, 1);
  delay = (RtcReferenceDelay *) viewer->delays->data;
  g_assert_cmpuint (delay->ssrc, ==, 7);
  g_assert_cmphex (delay->last_reference, ==, 0x56789abc);
  g_assert_cmpfloat_with_epsilon ((sim->now - sent) / 1e6 - delay->delay / 65536.0, 0.070, 0.002);

  /* Once each, and no more than four at a time */
  sim_run (3 * RTC_SECOND);
  g_assert_cmpuint (viewer->delays->len, ==, 1);
  for (guint i = 0; i < 100; i++)
    send_reference_time (viewer, i, ntp);
  sim_run (3 * RTC_SECOND);
  g_assert_cmpuint (viewer->delays->len, <=, 1 + 2 * 4);
  g_assert_cmpuint (viewer->delays->len, >=, 1 + 4);
  sim_stage_free (stage);
}

static void
test_feedback (void)
{
  SimStage *stage = sim_stage_new ();
  SimSender *sender = sim_stage_join (stage);
  SimViewer *viewer = sim_stage_get_viewer (stage, 0);
  SimLink link = path (0.02);
  guint64 packets;

  start_sources (stage);
  viewer->sends_transport_cc = viewer->sends_remb = TRUE;
  viewer->remb = 2500000;
  sim_stage_set_link (stage, 0, &link);
  sim_viewer_get_endpoint (viewer)->out.loss = 0;
  sim_sender_offer (sender);
  sim_run (20 * RTC_SECOND);
  {
    g_autoptr (RtcPeerStats) stats = rtc_peer_get_stats (sender->peer, sim->now);

    packets = video_of (stage, 0)->packets + video_of (stage, 0)->rtx_packets + audio_of (stage, 0)->packets;
    g_assert_cmpuint (stats->feedback.remb_bitrate, >=, 2499000);
    g_assert_cmpuint (stats->feedback.remb_bitrate, <=, 2501000);
    g_assert_cmpuint (stats->feedback.feedbacks, >, 150);
    g_assert_cmpuint (stats->feedback.packets_reported, >, packets * 95 / 100);
    g_assert_cmpuint (stats->feedback.packets_lost * 100, >, packets);
    g_assert_cmpuint (stats->feedback.packets_lost * 100, <, packets * 4);
    g_assert_cmpuint (stats->feedback.acked_bitrate, >, 1000000);
    g_assert_cmpint (ABS (stats->feedback.queue_delay), <, 5 * RTC_MSECOND);
  }
  sim_stage_free (stage);
}

/* What the first frame is sent with if the source counts from 0: the peer's random offset */
static guint32
probe_timestamp_offset (void)
{
  guint64 random = sim->random;
  SimStage *stage = sim_stage_new ();
  guint32 offset;

  stage->video->timestamp_offset = 0;
  start_sources (stage);
  sim_stage_join_connected (stage);
  sim_run (100 * RTC_MSECOND);
  offset = sim_receiver_get_first_frame (video_of (stage, 0))->timestamp;
  sim_stage_free (stage);
  sim->random = random;
  return offset;
}

/* RTP timestamps and 16-bit numbers wrap, in SRTP too */
static void
test_ten_minutes (void)
{
  guint32 offset = probe_timestamp_offset ();
  SimStage *stage = sim_stage_new ();
  SimLink link = path (0.01);
  SimReception video, audio;
  SimSender *sender;
  guint32 first, last;

  stage->video->packet_size = 120;
  stage->video->timestamp_offset = -offset - 90000 * 120;
  start_sources (stage);
  sender = sim_stage_join (stage);
  sim_stage_set_link (stage, 0, &link);
  sim_sender_offer (sender);
  sim_run (600 * RTC_SECOND);
  sim_receiver_judge (video_of (stage, 0), LATE, sim->now - RTC_SECOND, &video);
  sim_receiver_judge (audio_of (stage, 0), LATE, sim->now - RTC_SECOND, &audio);
  first = sim_receiver_get_first_frame (video_of (stage, 0))->timestamp;
  last = g_array_index (video_of (stage, 0)->frames, SimReceivedFrame, video.frames - 1).timestamp;
  g_test_message ("%u frames, %u late, worst %d ms; timestamps from %u to %u; %u SR", video.frames, video.late,
      (gint) (video.worst / RTC_MSECOND), first, last, video_of (stage, 0)->n_reports);
  g_assert_cmpuint (video.frames, >, 17900);
  g_assert_cmpuint (last, <, first);
  g_assert_cmpint (video_of (stage, 0)->highest - video_of (stage, 0)->first, >, 65536);
  g_assert_cmpuint (video.incomplete + video.broken, ==, 0);
  g_assert_cmpuint (video.timestamps_back + audio.timestamps_back, ==, 0);
  g_assert_cmpuint (video.late, <, 5);
  g_assert_cmpuint (sim_stage_get_viewer (stage, 0)->n_forged, ==, 0);
  g_assert_cmpfloat (video_of (stage, 0)->worst_sync, <, 2.0);
  g_assert_false (sender->ended);
  sim_stage_free (stage);
}

int
main (int argc, char **argv)
{
  sim_init (&argc, &argv);
  sim_add ("/sim/media/clean-path", test_clean_path);
  sim_add ("/sim/media/loss", test_loss);
  sim_add ("/sim/media/no-retransmission", test_no_retransmission);
  sim_add ("/sim/media/starts-with-key-frame", test_starts_with_key_frame);
  sim_add ("/sim/media/replay", test_replay);
  sim_add ("/sim/media/join-storm", test_join_storm);
  sim_add ("/sim/media/key-request-storm", test_key_request_storm);
  sim_add ("/sim/media/slow-peer", test_slow_peer);
  sim_add ("/sim/media/sender-reports", test_sender_reports);
  sim_add ("/sim/media/round-trip", test_round_trip);
  sim_add ("/sim/media/round-trip-of-viewer", test_round_trip_of_viewer);
  sim_add ("/sim/media/feedback", test_feedback);
  sim_add ("/sim/media/ten-minutes", test_ten_minutes);
  return g_test_run ();
}
