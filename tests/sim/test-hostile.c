/* gst-rtc: scenarios: what others may send must not matter
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "simstage.h"

#include <gst/base/gstbytewriter.h>

#define MAX_KEPT 400

/* What went over the wire, to be sent again */
typedef struct
{
  GPtrArray *datagrams;         /* of GBytes */
} Recorder;

static gboolean
keep (SimEndpoint * endpoint, guint8 * data, gsize size, gpointer user_data)
{
  Recorder *recorder = user_data;

  if (recorder->datagrams->len < MAX_KEPT)
    g_ptr_array_add (recorder->datagrams, g_bytes_new (data, size));
  return TRUE;
}

static void
record (SimEndpoint * endpoint, Recorder * recorder)
{
  recorder->datagrams = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  endpoint->filter = keep;
  endpoint->filter_data = recorder;
}

static void
start_sources (SimStage * stage)
{
  sim_source_start (stage->video);
  sim_source_start (stage->audio);
}

static guint
count_kind (const Recorder * recorder, guint8 from, guint8 to)
{
  guint n = 0;

  for (guint i = 0; i < recorder->datagrams->len; i++) {
    const guint8 *data = g_bytes_get_data (recorder->datagrams->pdata[i], NULL);

    n += data[0] >= from && data[0] < to;
  }
  return n;
}

/* As it was, cut short, with bits turned, with something behind it */
static void
inject_mutations (SimEndpoint * to, guint32 from, GBytes * datagram)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (datagram, &size);
  g_autofree guint8 *copy = g_malloc (size + 16);

  for (gsize cut = 0; cut < size; cut += 1 + sim_random_below (7))
    sim_inject (to, from, data, cut);
  for (guint i = 0; i < 20; i++) {
    memcpy (copy, data, size);
    /* never the first byte alone: it stays what it is */
    copy[sim_random_below (size)] ^= 1 << sim_random_below (8);
    copy[sim_random_below (size)] ^= 1 + sim_random_below (255);
    if (!memcmp (copy, data, size))
      continue;
    sim_inject (to, from, copy, size);
  }
  memcpy (copy, data, size);
  sim_fill_random (copy + size, 16);
  sim_inject (to, from, copy, size + 1 + sim_random_below (16));
}

static void
inject_garbage (SimEndpoint * to, guint32 from)
{
  guint8 data[600];

  for (guint i = 0; i < 2000; i++) {
    gsize size = sim_random_below (i % 4 ? 64 : sizeof data);

    sim_fill_random (data, sizeof data);
    if (i % 3 == 0)
      data[0] = (guint8[]) { 0, 1, 20, 22, 63, 128, 129, 191 }[sim_random_below (8)];
    if (i % 3 == 0)
      data[1] = 200 + sim_random_below (8);
    sim_inject (to, from, data, size);
  }
}

typedef struct
{
  guint64 nacks, plis, firs, repeated, key_wishes, negotiated, paths, remb, feedbacks;
} Influence;

static Influence
influence_on (SimSender * sender)
{
  g_autoptr (RtcPeerStats) stats = rtc_peer_get_stats (sender->peer, sim->now);
  const RtcTrackStats *track = stats->tracks->pdata[0];

  return (Influence) {
    track->sent.nack_count, track->sent.pli_count, track->sent.fir_count, track->sent.retransmitted_packets_sent,
    sender->n_key_wishes, sender->n_negotiated, sender->n_paths,
    stats->feedback.remb_bitrate, stats->feedback.feedbacks,
  };
}

/* Recorded on a connection with all kinds of feedback, then thrown at it again */
static void
test_garbage_when_connected (void)
{
  SimStage *stage = sim_stage_new ();
  SimSender *sender = sim_stage_join (stage);
  SimViewer *viewer = sim_stage_get_viewer (stage, 0);
  SimEndpoint *ours = sim_sender_get_endpoint (sender), *theirs = sim_viewer_get_endpoint (viewer);
  Recorder recorder;
  Influence before, after;
  guint64 n_rtp;

  start_sources (stage);
  record (theirs, &recorder);
  viewer->sends_transport_cc = viewer->sends_remb = TRUE;
  viewer->remb = 1000000;
  ours->out.loss = 0.05;
  sim_sender_offer (sender);
  sim_run (RTC_SECOND);
  sim_viewer_send_key_request (viewer, FALSE);
  sim_viewer_send_key_request (viewer, TRUE);
  sim_run (RTC_SECOND);
  g_assert_cmpuint (count_kind (&recorder, 0, 4), >, 0);
  g_assert_cmpuint (count_kind (&recorder, 20, 64), >, 2);
  g_assert_cmpuint (count_kind (&recorder, 128, 192), >, 20);
  theirs->filter = NULL;

  before = influence_on (sender);
  for (guint i = 0; i < recorder.datagrams->len; i++) {
    gsize size;
    const guint8 *data = g_bytes_get_data (recorder.datagrams->pdata[i], &size);

    /* replayed as it was, by the viewer's address and by a stranger's; STUN would answer, rightly */
    if (data[0] >= 4) {
      sim_inject (ours, theirs->address, data, size);
      sim_inject (ours, 0x7fff, data, size);
    }
    inject_mutations (ours, theirs->address, recorder.datagrams->pdata[i]);
  }
  inject_garbage (ours, theirs->address);
  inject_garbage (ours, 0x7fff);
  after = influence_on (sender);
  g_assert_cmpuint (after.nacks, ==, before.nacks);
  g_assert_cmpuint (after.repeated, ==, before.repeated);
  g_assert_cmpuint (after.plis, ==, before.plis);
  g_assert_cmpuint (after.firs, ==, before.firs);
  g_assert_cmpuint (after.key_wishes, ==, before.key_wishes);
  g_assert_cmpuint (after.negotiated, ==, before.negotiated);
  g_assert_cmpuint (after.paths, ==, before.paths);
  g_assert_cmpuint (after.remb, ==, before.remb);
  g_assert_cmpuint (after.feedbacks, ==, before.feedbacks);

  g_assert_false (sender->ended);
  n_rtp = viewer->n_rtp;
  sim_run (RTC_SECOND);
  g_assert_cmpuint (viewer->n_rtp, >, n_rtp + 100);
  g_ptr_array_unref (recorder.datagrams);
  sim_stage_free (stage);
}

/* Garbage at every stage of the connection's life does not keep it from coming up. */
static void
test_garbage_while_connecting (void)
{
  Recorder recorder;

  for (guint round = 0; round < 40; round++) {
    SimStage *stage = sim_stage_new ();
    SimSender *sender = sim_stage_join (stage);
    SimEndpoint *ours = sim_sender_get_endpoint (sender);
    SimEndpoint *theirs = sim_viewer_get_endpoint (sim_stage_get_viewer (stage, 0));

    record (theirs, &recorder);
    sim_stage_get_viewer (stage, 0)->late_answer = round % 2;
    sim_sender_offer (sender);
    for (guint i = 0; i < 12; i++) {
      sim_run (RTC_MSECOND);
      for (guint j = 0; j < recorder.datagrams->len; j++)
        inject_mutations (ours, theirs->address, recorder.datagrams->pdata[j]);
      inject_garbage (ours, theirs->address);
    }
    g_assert_true (sim_run_until (sim_sender_is_connected, sender, 5 * RTC_SECOND));
    theirs->filter = NULL;
    g_ptr_array_unref (recorder.datagrams);
    sim_stage_free (stage);
  }
}

#define RTCP_BYE 203

/* RTCP that is well protected and still nonsense: what a viewer with a broken stack may send */
static void
test_nonsense_from_the_viewer (void)
{
  SimStage *stage = sim_stage_new ();
  SimSender *sender;
  SimViewer *viewer;
  guint8 data[1800];
  guint forced;

  start_sources (stage);
  sender = sim_stage_join_connected (stage);
  viewer = sim_stage_get_viewer (stage, 0);
  sim_run (RTC_SECOND);
  forced = stage->video->forced;
  for (guint i = 0; i < 5000; i++) {
    gsize size = 8 + sim_random_below (i % 50 ? 120 : sizeof data - 8);

    sim_fill_random (data, size);
    data[0] = 0x80 | (data[0] & 0x1f);
    do
      data[1] = 200 + sim_random_below (8);
    while (data[1] == RTCP_BYE);        /* which makes sense */
    data[2] = 0;
    data[3] = i % 2 ? size / 4 - 1 : data[3];
    /* half of them about our stream */
    if (i % 3 == 0 && size >= 12)
      GST_WRITE_UINT32_BE (data + 8, sim_viewer_get_receiver (viewer, RTC_MEDIA_VIDEO)->ssrc);
    sim_viewer_send_rtcp (viewer, data, size);
    sim_run (RTC_MSECOND);
  }
  g_assert_false (sender->ended);
  g_assert_cmpuint (stage->video->forced - forced, <=, 7);
  {
    guint64 n_rtp = viewer->n_rtp;

    sim_run (RTC_SECOND);
    g_assert_cmpuint (viewer->n_rtp, >, n_rtp + 100);
    g_assert_cmpuint (viewer->n_forged, ==, 0);
  }
  sim_stage_free (stage);
}

/* A NACK for everything, all the time, does not multiply the stream */
static void
test_nack_flood (void)
{
  SimStage *stage = sim_stage_new ();
  SimViewer *viewer;
  SimReceiver *video;
  guint64 packets;
  guint16 numbers[200];

  start_sources (stage);
  sim_stage_join_connected (stage);
  viewer = sim_stage_get_viewer (stage, 0);
  video = sim_viewer_get_receiver (viewer, RTC_MEDIA_VIDEO);
  sim_run (2 * RTC_SECOND);
  packets = video->packets;
  for (guint round = 0; round < 500; round++) {
    GstByteWriter writer;

    for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
      numbers[i] = video->highest - i;
    gst_byte_writer_init_with_size (&writer, 1500, FALSE);
    rtc_rtcp_write_nack (&writer, viewer->ssrc, video->ssrc, numbers, G_N_ELEMENTS (numbers));
    sim_viewer_send_rtcp (viewer, writer.parent.data, gst_byte_writer_get_pos (&writer));
    gst_byte_writer_reset (&writer);
    sim_run (10 * RTC_MSECOND);
  }
  g_test_message ("in 5 s: %u packets, %u repeated", (guint) (video->packets - packets), (guint) video->rtx_packets);
  g_assert_cmpuint (video->packets, >, packets + 500);
  g_assert_cmpuint (video->rtx_packets, <, 2 * (video->packets - packets));
  sim_stage_free (stage);
}

/* Signaling */

static void
test_thousands_of_candidates (void)
{
  SimStage *stage = sim_stage_new ();
  SimSender *sender = sim_stage_join (stage);

  sim_sender_offer (sender);
  for (guint i = 0; i < 5000 && sender->peer && !sender->ended; i++) {
    g_autofree gchar *text = sim_candidate_text (0x10000 + i);

    sender->party.funcs->candidate (&sender->party, text);
  }
  sim_assert_ended (sender, GST_RTC_ERROR_LIMIT, "candidates");
  sim_stage_free (stage);
}

/* Malformed ones are as many, and are nothing */
static void
test_wrong_candidates (void)
{
  static const gchar *const wrong[] = {
    "candidate:", "nonsense", "candidate:1 1 UDP 1 not-an-address 1 typ host", "candidate:1 1 UDP",
    "candidate:1 1 UDP 2130706431 4f7a.local 5000 typ host", "\xff\xfe", " ",
  };
  SimStage *stage = sim_stage_new ();
  SimSender *sender = sim_stage_join (stage);

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    sender->party.funcs->candidate (&sender->party, wrong[i]);
  sim_sender_offer (sender);
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    sender->party.funcs->candidate (&sender->party, wrong[i]);
  g_assert_true (sim_run_until (sim_sender_is_connected, sender, RTC_SECOND));
  sim_stage_free (stage);
}

static void
test_wrong_descriptions (void)
{
  static const struct
  {
    const gchar *sdp;
    GstRtcError code;
  } cases[] = {
    { "", GST_RTC_ERROR_DESCRIPTION },
    { "nonsense", GST_RTC_ERROR_DESCRIPTION },
    { "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n", GST_RTC_ERROR_DESCRIPTION },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    SimStage *stage = sim_stage_new ();
    SimSender *asked = sim_stage_join (stage), *asking = sim_stage_join (stage);

    asked->party.funcs->description (&asked->party, GST_RTC_SDP_TYPE_OFFER, cases[i].sdp);
    g_assert_true (asked->ended);
    g_assert_error (asked->reason, GST_RTC_ERROR, (gint) cases[i].code);
    sim_sender_offer (asking);
    asking->party.funcs->description (&asking->party, GST_RTC_SDP_TYPE_ANSWER, cases[i].sdp);
    g_assert_true (asking->ended);
    g_assert_error (asking->reason, GST_RTC_ERROR, (gint) cases[i].code);
    sim_run (10 * RTC_MSECOND);
    g_assert_true (sim_sender_is_closed (asked) && sim_sender_is_closed (asking));
    sim_stage_free (stage);
  }
}

/* A description that was mutated is applied or refused, and never the end of anything else */
static void
test_mutated_answers (void)
{
  SimStage *stage = sim_stage_new ();
  SimSender *probe = sim_stage_join (stage);
  g_autofree gchar *answer = NULL;

  sim_viewer_offer (sim_stage_get_viewer (stage, 0));
  sim_run (RTC_SECOND);
  answer = g_strdup (probe->description);
  for (guint round = 0; round < 600; round++) {
    g_autofree gchar *mutated = g_strdup (answer);
    SimSender *sender = sim_stage_join (stage);
    gsize size = strlen (mutated);

    sim_stage_get_viewer (stage, stage->viewers->len - 1)->no_answer = TRUE;
    for (guint i = 0; i < 1 + round % 8; i++)
      mutated[sim_random_below (size)] = ' ' + sim_random_below (94);
    if (round % 5 == 0)
      mutated[sim_random_below (size)] = '\0';
    if (round % 2)
      sim_sender_offer (sender);
    sender->party.funcs->description (&sender->party, round % 2 ? GST_RTC_SDP_TYPE_ANSWER : GST_RTC_SDP_TYPE_OFFER,
        mutated);
    sim_sender_end (sender);
    sim_run (5 * RTC_MSECOND);
    sim_stage_sweep (stage);
  }
  sim_stage_free (stage);
}

int
main (int argc, char **argv)
{
  sim_init (&argc, &argv);
  sim_add ("/sim/hostile/garbage-when-connected", test_garbage_when_connected);
  sim_add ("/sim/hostile/garbage-while-connecting", test_garbage_while_connecting);
  sim_add ("/sim/hostile/nonsense-from-the-viewer", test_nonsense_from_the_viewer);
  sim_add ("/sim/hostile/nack-flood", test_nack_flood);
  sim_add ("/sim/hostile/thousands-of-candidates", test_thousands_of_candidates);
  sim_add ("/sim/hostile/wrong-candidates", test_wrong_candidates);
  sim_add ("/sim/hostile/wrong-descriptions", test_wrong_descriptions);
  sim_add ("/sim/hostile/mutated-answers", test_mutated_answers);
  return g_test_run ();
}
