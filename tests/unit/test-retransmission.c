/* gst-rtc: tests of retransmission by a send stream
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "sendfixture.h"

static void
test_answers_once (void)
{
  Fixture fixture;
  Packet packet, copy;
  guint16 wanted[4];

  setup (&fixture);
  start (&fixture, 0);
  push (&fixture, TRUE, 2 * PAYLOAD);
  g_assert_true (write_one (&fixture, &packet));

  /* Once; not what was not sent yet; not again within a round trip */
  wanted[0] = wanted[1] = packet.header.sequence;
  wanted[2] = packet.header.sequence + 1;
  wanted[3] = packet.header.sequence - 1;
  send_nack (&fixture, wanted, 4);
  g_assert_true (write_one (&fixture, &copy));
  g_assert_cmpuint (copy.header.ssrc, ==, RTX_SSRC);
  g_assert_cmpuint (copy.header.payload_type, ==, RTX_PT);
  g_assert_cmpuint (copy.header.sequence, ==, FIRST_RTX_SEQUENCE);
  g_assert_cmpuint (copy.header.timestamp, ==, packet.header.timestamp);
  g_assert_true (copy.header.marker == packet.header.marker);
  g_assert_cmpuint (read_16 (copy.data + copy.header.payload_offset), ==, packet.header.sequence);
  g_assert_cmpmem (copy.data + copy.header.payload_offset + 2, copy.header.payload_size - 2,
      packet.data + packet.header.payload_offset, packet.header.payload_size);
  g_assert_true (write_one (&fixture, &packet));
  g_assert_cmpuint (packet.header.ssrc, ==, SSRC);

  fixture.now += 10 * RTC_MSECOND;
  send_nack (&fixture, wanted, 1);
  g_assert_false (write_one (&fixture, &packet));
  fixture.now += 15 * RTC_MSECOND;
  send_nack (&fixture, wanted, 1);
  g_assert_true (rtc_send_stream_has_more (fixture.stream));
  g_assert_true (write_one (&fixture, &copy));
  g_assert_cmpuint (copy.header.sequence, ==, (guint16) (FIRST_RTX_SEQUENCE + 1));
  g_assert_cmpuint (rtc_send_stream_get_stats (fixture.stream)->retransmitted_packets_sent, ==, 2);
  g_assert_cmpuint (rtc_send_stream_get_stats (fixture.stream)->packets_sent, ==, 4);

  /* Another feed knows nothing of it */
  start (&fixture, 0);
  rtc_send_stream_start (fixture.stream, NULL, 0, fixture.now);
  fixture.now += RTC_SECOND;
  start (&fixture, 0);
  send_nack (&fixture, wanted, 1);
  g_assert_false (rtc_send_stream_has_more (fixture.stream));
  teardown (&fixture);
}

static void
test_without_rtx (void)
{
  RtcSendStreamConfig config = video_config;
  Fixture fixture;
  const guint16 wanted = FIRST_SEQUENCE;

  config.rtx_payload_type = RTC_PAYLOAD_TYPE_NONE;
  setup_with (&fixture, &config);
  start (&fixture, 0);
  push (&fixture, TRUE, PAYLOAD);
  g_assert_cmpuint (write_all (&fixture), ==, 1);
  send_nack (&fixture, &wanted, 1);
  g_assert_cmpuint (write_all (&fixture), ==, 0);
  g_assert_cmpuint (rtc_send_stream_get_stats (fixture.stream)->nack_count, ==, 1);
  teardown (&fixture);
}

/* Everything again and again: costs at most once more what the source sends */
static void
test_nack_flood (void)
{
  Fixture fixture;
  guint16 wanted[1000];
  guint64 repeated;

  setup (&fixture);
  start (&fixture, 0);
  for (guint i = 0; i < 300; i++, fixture.now += FRAME_INTERVAL) {
    push (&fixture, i == 0, 9 * PAYLOAD);
    write_all (&fixture);
    for (guint j = 0; j < G_N_ELEMENTS (wanted); j++)
      wanted[j] = FIRST_SEQUENCE + 9 * i - j;
    for (guint j = 0; j < 3; j++)
      send_nack (&fixture, wanted, G_N_ELEMENTS (wanted));
    write_all (&fixture);
  }
  repeated = rtc_send_stream_get_stats (fixture.stream)->retransmitted_bytes_sent;
  g_assert_cmpuint (repeated, >, 300 * 9 * PAYLOAD / 2);
  g_assert_cmpuint (repeated, <, 300 * 9 * PAYLOAD * 11 / 10);
  teardown (&fixture);
}

/* The other end: puts payloads back in order */
typedef struct
{
  GHashTable *payloads;         /* GBytes by unwrapped sequence number */
  gint64 highest;
} Receiver;

static void
receive (Receiver * receiver, const Packet * packet)
{
  const guint8 *payload = packet->data + packet->header.payload_offset;
  gsize size = packet->header.payload_size;
  guint16 sequence = packet->header.sequence;
  gint64 *number = g_new (gint64, 1);

  if (packet->header.ssrc == RTX_SSRC) {
    sequence = read_16 (payload);
    payload += 2;
    size -= 2;
  }
  *number = rtc_sequence_unwrap (receiver->highest, sequence);
  receiver->highest = MAX (receiver->highest, *number);
  g_hash_table_replace (receiver->payloads, number, g_bytes_new (payload, size));
}

static void
ask_for_missing (Receiver * receiver, Fixture * fixture)
{
  guint16 missing[200];
  guint n = 0;

  for (gint64 i = MAX (FIRST_SEQUENCE, receiver->highest - 500); i < receiver->highest; i++)
    if (!g_hash_table_contains (receiver->payloads, &i) && n < G_N_ELEMENTS (missing))
      missing[n++] = i;
  if (n > 0)
    send_nack (fixture, missing, n);
}

static void
assert_received_all (Receiver * receiver, guint n_frames, gsize size)
{
  gint64 number = FIRST_SEQUENCE;

  for (guint frame = 0; frame < n_frames; frame++) {
    for (gsize at = 0; at < size; number++) {
      gsize n;
      GBytes *bytes = g_hash_table_lookup (receiver->payloads, &number);
      const guint8 *payload;

      g_assert_nonnull (bytes);
      payload = g_bytes_get_data (bytes, &n);
      for (gsize i = 0; i < n; i++)
        g_assert_cmpuint (payload[i], ==, byte_at (frame, at + i));
      at += n;
    }
  }
}

static void
test_loss_is_repaired (void)
{
  const guint n_frames = 600, frame_size = 7 * PAYLOAD + 100;
  g_autoptr (GRand) random = g_rand_new_with_seed (20);
  Receiver receiver = {.highest = FIRST_SEQUENCE };
  Fixture fixture;
  RtcTime next_frame = START;
  guint lost = 0;

  receiver.payloads = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free,
      (GDestroyNotify) g_bytes_unref);
  setup (&fixture);
  start (&fixture, 0);
  for (guint ms = 0; ms < (n_frames + 30) * 1000 / 30; ms += 5) {
    Packet packet;

    fixture.now = START + ms * RTC_MSECOND;
    if (fixture.n_frames < n_frames && fixture.now >= next_frame) {
      push (&fixture, fixture.n_frames % 60 == 0, frame_size);
      next_frame += FRAME_INTERVAL;
    }
    rtc_pacer_set_source_bitrate (&fixture.pacer, rtc_feed_get_bitrate (fixture.feed), fixture.now);
    while (write_one (&fixture, &packet)) {
      /* The very last packet would be missed by nobody */
      if (g_rand_int_range (random, 0, 100) < 10 && !(fixture.n_frames == n_frames && packet.header.marker))
        lost++;
      else
        receive (&receiver, &packet);
    }
    ask_for_missing (&receiver, &fixture);
  }
  g_assert_cmpuint (lost, >, n_frames / 2);
  g_assert_cmpuint (rtc_send_stream_get_stats (fixture.stream)->frames_dropped, ==, 0);
  g_assert_cmpuint (rtc_send_stream_get_stats (fixture.stream)->retransmitted_packets_sent, >=, lost / 2);
  assert_received_all (&receiver, n_frames, frame_size);
  g_hash_table_unref (receiver.payloads);
  teardown (&fixture);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/retransmission/answers-once", test_answers_once);
  g_test_add_func ("/retransmission/without-rtx", test_without_rtx);
  g_test_add_func ("/retransmission/nack-flood", test_nack_flood);
  g_test_add_func ("/retransmission/loss-is-repaired", test_loss_is_repaired);
  return g_test_run ();
}
