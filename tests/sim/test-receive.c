/* gst-rtc: scenarios: what a peer of ours receives
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "simcall.h"
#include "simstage.h"

#include <gst/gst.h>

#define LATE (250 * RTC_MSECOND)

static SimReception
judge (SimReceiver * receiver, RtcTime until)
{
  SimReception reception;

  g_assert_nonnull (receiver);
  sim_receiver_judge (receiver, LATE, until, &reception);
  g_assert_cmpuint (reception.timestamps_back, ==, 0);
  return reception;
}

static void
assert_all_came (SimReceiver * receiver, guint least)
{
  SimReception reception = judge (receiver, sim->now - LATE);

  g_assert_cmpuint (reception.frames, >=, least);
  g_assert_cmpuint (reception.incomplete, ==, 0);
  g_assert_cmpuint (reception.broken, ==, 0);
  g_assert_cmpuint (reception.late, ==, 0);
}

static void
test_publisher (void)
{
  const SimCallConfig config = {.n_sources = { 2, 0 },.deaf = { TRUE, FALSE } };
  SimCall *call = sim_call_new (&config);
  SimSink *sink = &call->peers[1]->sink;

  sim_call_connect (call, 0);
  sim_run (10 * RTC_SECOND);
  assert_all_came (sim_call_get (call, 1, RTC_MEDIA_VIDEO, 0), 290);
  assert_all_came (sim_call_get (call, 1, RTC_MEDIA_AUDIO, 0), 480);
  g_assert_cmpuint (sink->n_streams, ==, 2);
  g_assert_cmpuint (sink->n_unread, ==, 0);
  g_assert_cmpuint (sink->n_flushes, >, 500);
  g_assert_true (sink->flushed);
  {
    g_autoptr (RtcPeerStats) sent = rtc_peer_get_stats (call->peers[0]->peer, sim->now);
    g_autoptr (RtcPeerStats) received = rtc_peer_get_stats (call->peers[1]->peer, sim->now);
    const RtcTrackStats *track = sent->tracks->pdata[0];
    const RtcReceivedStats *section = received->received->pdata[0];

    g_assert_cmpuint (received->received->len, ==, 2);
    g_assert_cmpint (section->kind, ==, RTC_MEDIA_VIDEO);
    g_assert_cmpstr (section->codec->name, ==, "VP8");
    g_assert_cmpuint (section->received.ssrc, ==, track->ssrc);
    g_assert_cmpuint (section->received.packets_received, >=, track->sent.packets_sent - 10);
    g_assert_cmpuint (sent->received->len, ==, 0);
    /* its sink's reports reach the sender, and so does its own feedback */
    g_assert_cmpuint (track->round_trip_time_measurements, >, 5);
    g_assert_cmpint (track->remote_packets_lost, ==, 0);
    g_assert_cmpuint (sent->feedback.feedbacks, >, 90);
    g_assert_cmpuint (sent->feedback.packets_reported, >, 1900);
    g_assert_cmpuint (sent->feedback.packets_lost, ==, 0);
  }
  sim_call_free (call);
}

static guint64
count_reported (SimCall * call)
{
  g_autoptr (RtcPeerStats) sent = rtc_peer_get_stats (call->peers[0]->peer, sim->now);

  return sent->feedback.packets_reported;
}

/* Feedback goes out when packets come; where no more come, it does not wait for them. */
static void
test_feedback_wakes_nobody (void)
{
  const SimCallConfig config = {.n_sources = { 2, 0 },.deaf = { TRUE, FALSE } };
  SimCall *call = sim_call_new (&config);
  guint64 reported;
  guint n_timeouts;

  sim_call_connect (call, 0);
  sim_run (2 * RTC_SECOND);
  reported = count_reported (call);
  n_timeouts = call->peers[1]->n_timeouts;
  sim_run (5 * RTC_SECOND);
  g_test_message ("%u timeouts", call->peers[1]->n_timeouts - n_timeouts);
  g_assert_cmpuint (call->peers[1]->n_timeouts - n_timeouts, <, 25);
  g_assert_cmpuint (count_reported (call) - reported, >, 900);

  for (guint i = 0; i < 2; i++)
    sim_source_stop (call->sources[0][i]);
  sim_run (200 * RTC_MSECOND);
  reported = count_reported (call);
  sim_run (5 * RTC_SECOND);
  g_assert_cmpuint (count_reported (call), ==, reported);
  {
    g_autoptr (RtcPeerStats) received = rtc_peer_get_stats (call->peers[1]->peer, sim->now);
    guint64 packets = 0;

    for (guint i = 0; i < 2; i++)
      packets += ((const RtcReceivedStats *) received->received->pdata[i])->received.packets_received;
    g_assert_cmpuint (reported, ==, packets);
  }
  sim_call_free (call);
}

static void
test_loss (void)
{
  const SimCallConfig config = {.n_sources = { 2, 0 },.deaf = { TRUE, FALSE } };
  const SimLink link = {.delay = 25 * RTC_MSECOND,.jitter = 5 * RTC_MSECOND,.loss = 0.05,.reorder = 0.01 };
  SimCall *call = sim_call_new (&config);
  SimSink *sink = &call->peers[1]->sink;
  SimReception video;

  sim_call_connect (call, 0);
  sim_call_set_link (call, &link);
  sim_run (60 * RTC_SECOND);
  video = judge (sim_call_get (call, 1, RTC_MEDIA_VIDEO, 0), sim->now - RTC_SECOND);
  g_test_message ("%u frames, %u incomplete, %u late, %u packets repeated", video.frames, video.incomplete,
      video.late, sink->n_retransmitted);
  g_assert_cmpuint (video.frames, >, 1700);
  g_assert_cmpuint (video.incomplete, <, video.frames / 200);
  g_assert_cmpuint (sink->n_retransmitted, >, 500);
  g_assert_cmpuint (sink->n_streams, ==, 2);
  {
    g_autoptr (RtcPeerStats) sent = rtc_peer_get_stats (call->peers[0]->peer, sim->now);
    g_autoptr (RtcPeerStats) received = rtc_peer_get_stats (call->peers[1]->peer, sim->now);
    const RtcReceivedStats *section = received->received->pdata[0];
    gdouble lost = sent->feedback.packets_lost / (gdouble) sent->feedback.packets_reported;

    g_test_message ("feedback tells of %.1f %% loss", 100 * lost);
    g_assert_cmpfloat (lost, >, 0.03);
    g_assert_cmpfloat (lost, <, 0.08);
    g_assert_cmpuint (section->received.retransmitted_packets_received, ==, sink->n_retransmitted);
  }
  sim_call_free (call);
}

static void
test_remb (void)
{
  const SimCallConfig config = {.n_sources = { 2, 0 },.deaf = { TRUE, FALSE },.no_transport_cc = TRUE };
  SimCall *call = sim_call_new (&config);

  sim_call_connect (call, 0);
  sim_run (10 * RTC_SECOND);
  {
    g_autoptr (RtcPeerStats) sent = rtc_peer_get_stats (call->peers[0]->peer, sim->now);

    g_assert_cmpuint (sent->feedback.feedbacks, ==, 0);
    g_assert_cmpuint (sent->feedback.remb_bitrate, >, 500000);
  }
  sim_call_free (call);
}

/* Both ways in the same sections, whoever offers */
static void
test_both_ways (void)
{
  const SimCallConfig config = {.n_sources = { 2, 2 } };

  for (guint by = 0; by < 2; by++) {
    SimCall *call = sim_call_new (&config);

    sim_call_connect (call, by);
    sim_run (5 * RTC_SECOND);
    for (guint who = 0; who < 2; who++) {
      GPtrArray *tracks = rtc_peer_get_tracks (call->peers[who]->peer);

      g_assert_cmpuint (tracks->len, ==, 2);
      for (guint i = 0; i < 2; i++)
        g_assert_cmpint (((RtcNegotiatedTrack *) tracks->pdata[i])->direction, ==, RTC_DIRECTION_SENDRECV);
      assert_all_came (sim_call_get (call, who, RTC_MEDIA_VIDEO, 0), 140);
      assert_all_came (sim_call_get (call, who, RTC_MEDIA_AUDIO, 0), 230);
      g_assert_cmpuint (call->peers[who]->n_negotiated, ==, 1);
    }
    sim_call_free (call);
  }
}

static void
test_key_request (void)
{
  const SimCallConfig config = {.n_sources = { 1, 0 },.deaf = { TRUE, FALSE } };
  SimCall *call = sim_call_new (&config);
  guint forced;

  sim_call_connect (call, 0);
  sim_run (3 * RTC_SECOND);
  forced = call->sources[0][0]->forced;
  sim_sink_send_key_request (&call->peers[1]->sink, sim_call_get (call, 1, RTC_MEDIA_VIDEO, 0));
  sim_run (RTC_SECOND);
  g_assert_cmpuint (call->sources[0][0]->forced, ==, forced + 1);
  sim_call_free (call);
}

static void
say_goodbye (SimSender * sender, guint32 ssrc)
{
  GstByteWriter writer;

  gst_byte_writer_init_with_size (&writer, 64, FALSE);
  rtc_rtcp_write_rr (&writer, ssrc, NULL, 0);
  rtc_rtcp_write_bye (&writer, &ssrc, 1);
  rtc_peer_send_rtcp (sender->peer, writer.parent.data, gst_byte_writer_get_pos (&writer), sim->now);
  gst_byte_writer_reset (&writer);
}

/* Of a stream that ends, it says nothing of the peer; from one that only reports it is the end. */
static void
test_goodbye (void)
{
  const SimCallConfig config = {.n_sources = { 1, 0 },.deaf = { TRUE, FALSE } };
  SimCall *call = sim_call_new (&config);
  guint n_rtcp;

  sim_call_connect (call, 0);
  sim_run (RTC_SECOND);
  n_rtcp = call->peers[1]->sink.n_rtcp;
  say_goodbye (call->peers[0], 77);
  sim_run (10 * RTC_MSECOND);
  g_assert_cmpuint (call->peers[1]->sink.n_rtcp, >, n_rtcp);
  g_assert_false (call->peers[1]->ended);
  say_goodbye (call->peers[1], 78);
  sim_run (10 * RTC_MSECOND);
  sim_assert_ended (call->peers[0], GST_RTC_ERROR_LEFT, "goodbye");
  sim_call_free (call);
}

/* Firefox says it of its last stream, after the exchange that ends it. */
static void
test_goodbye_to_the_last (void)
{
  const SimCallConfig config = {.n_sources = { 1, 0 },.deaf = { TRUE, FALSE } };
  SimCall *call = sim_call_new (&config);

  sim_call_connect (call, 0);
  sim_run (RTC_SECOND);
  sim_call_send (call, 0, 1, 1 << 0);
  sim_run (RTC_SECOND);
  say_goodbye (call->peers[0], 77);
  sim_run (RTC_SECOND);
  g_assert_false (call->peers[1]->ended);
  sim_call_free (call);
}

/* From the remote side: well protected, and what a broken or hostile stack may send */

typedef struct
{
  SimStage *stage;
  SimSender *receiver;
  SimViewer *publisher;
  guint16 sequence;
  guint32 frame;
} Broadcast;

static void
broadcast_begin (Broadcast * b)
{
  const SimSenderConfig config = {.receives = TRUE };

  *b = (Broadcast) {.stage = sim_stage_new () };
  b->receiver = sim_stage_add (b->stage, &config);
  b->publisher = sim_stage_get_viewer (b->stage, 0);
  sim_viewer_publish (b->publisher);
  sim_viewer_offer (b->publisher);
  g_assert_true (sim_run_until (sim_viewer_is_connected, b->publisher, RTC_SECOND));
  g_assert_true (sim_run_until (sim_sender_is_connected, b->receiver, RTC_SECOND));
}

static gsize
write_packet (Broadcast * b, guint8 * packet, guint8 payload_type, guint32 ssrc)
{
  /* magic, frame, index, packets, key, capture time, fill */
  guint8 fill = b->frame * 31 + 1;

  memset (packet, 0, 12 + SIM_PAYLOAD_HEADER_SIZE);
  packet[0] = 0x80;
  packet[1] = 0x80 | payload_type;
  GST_WRITE_UINT16_BE (packet + 2, b->sequence++);
  GST_WRITE_UINT32_BE (packet + 4, b->frame * 3000);
  GST_WRITE_UINT32_BE (packet + 8, ssrc);
  packet[12] = 'G';
  GST_WRITE_UINT32_BE (packet + 13, b->frame);
  packet[18] = 1;
  packet[19] = 1;
  GST_WRITE_UINT64_BE (packet + 20, sim->now);
  packet[28] = fill;
  b->frame++;
  return 12 + SIM_PAYLOAD_HEADER_SIZE;
}

static void
broadcast_send (Broadcast * b, guint n, guint32 ssrc)
{
  guint8 type = sim_viewer_get_sent (b->publisher, RTC_MEDIA_VIDEO)->codec->payload_type;
  guint8 packet[64];

  for (guint i = 0; i < n; i++) {
    sim_viewer_send_rtp (b->publisher, packet, write_packet (b, packet, type, ssrc));
    sim_run (5 * RTC_MSECOND);
  }
}

/* As a sender that begins anew: its section is known by the payload type */
static void
test_ssrc_change (void)
{
  Broadcast b;
  SimSink *sink;

  broadcast_begin (&b);
  sink = &b.receiver->sink;
  for (guint i = 0; i < 5; i++) {
    broadcast_send (&b, 300, 1000 + i);
    g_assert_cmpuint (sink->n_streams, ==, i + 1);
    g_assert_cmpuint (sink->streams[i].ssrc, ==, 1000 + i);
    g_assert_cmpuint (sink->streams[i].receiver.packets, ==, 300);
  }
  sim_stage_free (b.stage);
}

/* As write_packet(), with abs-capture-time */
static void
send_captured (Broadcast * b, guint32 ssrc, guint64 ntp)
{
  const RtcNegotiatedTrack *track = sim_viewer_get_sent (b->publisher, RTC_MEDIA_VIDEO);
  guint8 packet[96], *extension = packet + 12;
  gsize size = write_packet (b, packet, track->codec->payload_type, ssrc);

  memmove (packet + 28, packet + 12, size - 12);
  memset (extension, 0, 16);
  packet[0] |= 0x10;
  GST_WRITE_UINT16_BE (extension, 0xbede);
  GST_WRITE_UINT16_BE (extension + 2, 3);
  extension[4] = track->extensions.id[RTC_EXTENSION_ABS_CAPTURE_TIME] << 4 | 7;
  g_assert_cmpuint (extension[4], >, 15);
  GST_WRITE_UINT64_BE (extension + 5, ntp);
  sim_viewer_send_rtp (b->publisher, packet, size + 16);
}

static void
send_report (Broadcast * b, guint32 ssrc, guint64 ntp, guint32 timestamp)
{
  const RtcSenderInfo info = { ntp, timestamp, 1, 1 };
  GstByteWriter writer;

  gst_byte_writer_init_with_size (&writer, 64, FALSE);
  rtc_rtcp_write_sr (&writer, ssrc, &info, NULL, 0);
  sim_viewer_send_rtcp (b->publisher, writer.parent.data, gst_byte_writer_get_pos (&writer));
  gst_byte_writer_reset (&writer);
}

/* The sink's clock is that of the captures, and the sender's round trip is its own */
static void
test_capture_time (void)
{
  const guint64 second = G_GUINT64_CONSTANT (1) << 32;
  Broadcast b;
  SimReceiver *video;

  broadcast_begin (&b);
  broadcast_send (&b, 10, 1000);
  send_report (&b, 1000, 500 * second, 77);
  sim_run (20 * RTC_MSECOND);
  video = sim_sink_get (&b.receiver->sink, RTC_MEDIA_VIDEO);
  g_assert_cmpuint (video->ntp, ==, 500 * second);
  for (guint i = 0; i < 5; i++) {
    guint64 sent = (600 + i) * second, captured = (300 + i) * second;

    send_captured (&b, 1000, captured);
    send_report (&b, 1000, sent, 78);
    sim_run (20 * RTC_MSECOND);
    g_assert_cmpuint (video->ntp, ==, captured);
    g_assert_cmpuint (video->rtp_timestamp, ==, (b.frame - 1) * 3000);
    sim_run (RTC_SECOND + 100 * RTC_MSECOND);
    g_assert_cmpuint (b.publisher->last_sr, ==, (guint32) (sent >> 16));
  }
  sim_stage_free (b.stage);
}

static void
send_nonsense (Broadcast * b, guint i)
{
  RtcMediaKind kind = i % 4 == 1 ? RTC_MEDIA_VIDEO : RTC_MEDIA_AUDIO;
  guint8 data[1600];
  RtcRtpHeader header;
  gsize size = 12 + sim_random_below (i % 20 ? 100 : 1400);

  sim_fill_random (data, sizeof data);
  data[0] = i % 3 ? 0x80 : 0x80 | (data[0] & 0x3f);
  /* half of them for a section that there is, half of those from an SSRC that there is */
  if (i % 2)
    data[1] = sim_viewer_get_sent (b->publisher, kind)->codec->payload_type;
  if ((data[1] & 0x7f) >= 64 && (data[1] & 0x7f) < 96)
    data[1] ^= 0x40;
  GST_WRITE_UINT32_BE (data + 8, 0x10000 + i);
  if (i % 8 == 1) {
    GST_WRITE_UINT16_BE (data + 2, b->sequence++);
    GST_WRITE_UINT32_BE (data + 8, 1000);
  }
  /* SRTP of no library has anything else in it */
  if (rtc_rtp_read (data, size, &header))
    sim_viewer_send_rtp (b->publisher, data, size);
}

static void
test_nonsense (void)
{
  Broadcast b;
  guint unread;

  broadcast_begin (&b);
  broadcast_send (&b, 100, 1000);
  for (guint i = 0; i < 20000; i++) {
    send_nonsense (&b, i);
    if (i % 16 == 0)
      sim_run (RTC_MSECOND);
  }
  g_assert_false (b.receiver->ended);
  g_test_message ("%u packets let through", b.receiver->sink.n_unread);
  /* some are good RTP that just means nothing; from 20,000 SSRCs there are only a few */
  unread = b.receiver->sink.n_unread;
  g_assert_cmpuint (unread, <, 6000);
  g_assert_cmpuint (b.receiver->sink.n_streams, ==, 1);
  sim_stage_free (b.stage);
}

/* What was sent goes on although others have sent from more SSRCs than anybody has */
static void
test_many_ssrcs (void)
{
  Broadcast b;
  guint64 packets;

  broadcast_begin (&b);
  broadcast_send (&b, 100, 1000);
  for (guint i = 0; i < 3000; i++)
    broadcast_send (&b, 1, 100000 + i);
  packets = b.receiver->sink.streams[0].receiver.packets;
  broadcast_send (&b, 100, 1000);
  g_assert_cmpuint (b.receiver->sink.streams[0].receiver.packets, ==, packets + 100);
  g_assert_cmpuint (b.receiver->sink.n_rtp, <, 700);
  sim_stage_free (b.stage);
}

/* Nobody listens: packets are dropped, and the sender still learns how they came */
static void
test_no_sink (void)
{
  const SimCallConfig config = {.n_sources = { 1, 0 },.deaf = { TRUE, FALSE } };
  SimCall *call = sim_call_new (&config);

  sim_call_connect (call, 0);
  rtc_peer_set_media_sink (call->peers[1]->peer, NULL, NULL);
  sim_run (5 * RTC_SECOND);
  g_assert_cmpuint (call->peers[1]->sink.n_rtp, <, 50);
  {
    g_autoptr (RtcPeerStats) sent = rtc_peer_get_stats (call->peers[0]->peer, sim->now);

    g_assert_cmpuint (sent->feedback.packets_reported, >, 500);
  }
  sim_call_free (call);
}

int
main (int argc, char **argv)
{
  sim_init (&argc, &argv);
  sim_add ("/sim/receive/publisher", test_publisher);
  sim_add ("/sim/receive/feedback-wakes-nobody", test_feedback_wakes_nobody);
  sim_add ("/sim/receive/loss", test_loss);
  sim_add ("/sim/receive/remb", test_remb);
  sim_add ("/sim/receive/both-ways", test_both_ways);
  sim_add ("/sim/receive/key-request", test_key_request);
  sim_add ("/sim/receive/goodbye", test_goodbye);
  sim_add ("/sim/receive/goodbye-to-the-last", test_goodbye_to_the_last);
  sim_add ("/sim/receive/ssrc-change", test_ssrc_change);
  sim_add ("/sim/receive/capture-time", test_capture_time);
  sim_add ("/sim/receive/nonsense", test_nonsense);
  sim_add ("/sim/receive/many-ssrcs", test_many_ssrcs);
  sim_add ("/sim/receive/no-sink", test_no_sink);
  return g_test_run ();
}
