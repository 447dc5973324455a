/* gst-rtc: tests of send streams
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "sendfixture.h"

static void
test_begins_at_key_frame (void)
{
  Fixture fixture;
  Packet packet;

  setup (&fixture);
  g_assert_false (rtc_send_stream_wants_key (fixture.stream));
  g_assert_false (write_one (&fixture, &packet));

  push (&fixture, FALSE, 100);
  start (&fixture, RTC_SECOND);
  g_assert_true (rtc_send_stream_wants_key (fixture.stream));
  push (&fixture, FALSE, 100);
  g_assert_false (write_one (&fixture, &packet));
  g_assert_false (rtc_send_stream_has_more (fixture.stream));

  push (&fixture, TRUE, PAYLOAD + 1);
  g_assert_true (rtc_send_stream_has_more (fixture.stream));
  g_assert_false (rtc_send_stream_wants_key (fixture.stream));
  g_assert_true (write_one (&fixture, &packet));
  g_assert_cmpuint (packet.header.ssrc, ==, SSRC);
  g_assert_cmpuint (packet.header.payload_type, ==, PT);
  g_assert_cmpuint (packet.header.sequence, ==, FIRST_SEQUENCE);
  g_assert_cmpuint (packet.header.timestamp, ==, 1000 + 2 * FRAME_TICKS + OFFSET);
  g_assert_cmpuint (packet.header.payload_size, ==, PAYLOAD);
  g_assert_cmpuint (packet.header.payload_offset, ==, RTC_RTP_HEADER_SIZE);
  g_assert_false (packet.header.marker);
  g_assert_cmpuint (packet.data[RTC_RTP_HEADER_SIZE + 5], ==, byte_at (2, 5));

  g_assert_true (write_one (&fixture, &packet));
  g_assert_cmpuint (packet.header.sequence, ==, FIRST_SEQUENCE + 1);
  g_assert_true (packet.header.marker);
  g_assert_cmpuint (packet.data[RTC_RTP_HEADER_SIZE], ==, byte_at (2, PAYLOAD));
  g_assert_false (write_one (&fixture, &packet));
  g_assert_cmpuint (rtc_send_stream_get_stats (fixture.stream)->frames_sent, ==, 1);
  g_assert_cmpuint (rtc_send_stream_get_stats (fixture.stream)->key_frames_sent, ==, 1);
  g_assert_cmpuint (rtc_send_stream_get_stats (fixture.stream)->frames_dropped, ==, 0);
  g_assert_cmpuint (rtc_send_stream_get_stats (fixture.stream)->bytes_sent, ==, PAYLOAD + 1);

  rtc_send_stream_start (fixture.stream, NULL, 0, fixture.now);
  push (&fixture, TRUE, 100);
  g_assert_false (rtc_send_stream_has_more (fixture.stream));
  g_assert_false (write_one (&fixture, &packet));
  teardown (&fixture);
}

static void
assert_extensions (Fixture * fixture, const Packet * packet, guint16 transport_sequence)
{
  guint64 send_time = rtc_time_to_ntp (fixture->now + NTP_OFFSET) >> 14 & 0xffffff;

  g_assert_cmphex (packet->header.extension_profile, ==, 0xbede);
  g_assert_cmphex (extension (packet, ID_MID, 7), ==, 0x766964656f5f30);        /* "video_0" */
  g_assert_cmphex (extension (packet, ID_SEND, 3), ==, send_time);
  g_assert_cmphex (extension (packet, ID_TWCC, 2), ==, transport_sequence);
}

static void
test_header_extensions (void)
{
  RtcSendStreamConfig config = video_config;
  Fixture fixture;
  Packet packet;
  RtcTime captured;

  config.extensions = (RtcExtensionMap) { { ID_MID, ID_SEND, ID_TWCC, ID_DELAY, ID_CAPTURE } };
  config.mid = "video_0";
  config.min_playout_delay = 100;
  config.max_playout_delay = 1000000;
  setup_with (&fixture, &config);
  fixture.transport_sequence = 65535;
  start (&fixture, 0);

  captured = fixture.now;
  push (&fixture, TRUE, 3 * PAYLOAD);
  for (guint i = 0; i < 3; i++) {
    fixture.now += 1234;
    g_assert_true (write_one (&fixture, &packet));
    g_assert_cmpuint (packet.header.payload_offset, ==, 12 + 4 + 28);
    assert_extensions (&fixture, &packet, 65535 + i);
    g_assert_cmphex (extension (&packet, ID_DELAY, 3), ==, 10 << 12 | 4095);
    g_assert_cmphex (extension (&packet, ID_CAPTURE, 8), ==, rtc_time_to_ntp (captured + NTP_OFFSET));
  }

  /* Other frames carry the time of their capture once a second */
  for (guint i = 1; i < 91; i++) {
    fixture.now = captured + i * RTC_SECOND / 30;
    push (&fixture, FALSE, 2 * PAYLOAD);
    for (guint j = 0; j < 2; j++) {
      g_assert_true (write_one (&fixture, &packet));
      assert_extensions (&fixture, &packet, 2 + 2 * (i - 1) + j);
      g_assert_true (has_extension (&packet, ID_CAPTURE) == (i % 30 == 0));
      g_assert_true (has_extension (&packet, ID_DELAY) == (i % 30 == 0));
    }
  }
  teardown (&fixture);
}

static void
test_unusual_extensions (void)
{
  static const gchar *const mids[] = { NULL, "", "0", "0123456", "01234567", "0123456789abcdef",
    "0123456789abcdefg" };
  Fixture fixture;
  Packet packet;

  for (guint i = 0; i < G_N_ELEMENTS (mids); i++) {
    RtcSendStreamConfig config = video_config;
    gsize length = mids[i] ? strlen (mids[i]) : 0, size;
    const guint8 *mid;

    config.extensions = (RtcExtensionMap) { { ID_MID, 15, 0, ID_DELAY, ID_CAPTURE } };
    config.mid = mids[i];
    setup_with (&fixture, &config);
    start (&fixture, 0);
    push (&fixture, TRUE, PAYLOAD);
    g_assert_true (write_one (&fixture, &packet));
    mid = rtc_rtp_find_extension (packet.data, &packet.header, ID_MID, &size);
    if (length > 0 && length <= 16)
      g_assert_cmpmem (mid, size, mids[i], length);
    else
      g_assert_null (mid);
    g_assert_false (has_extension (&packet, 15));
    g_assert_false (has_extension (&packet, ID_DELAY));
    extension (&packet, ID_CAPTURE, 8);
    g_assert_cmpuint (packet.header.payload_offset % 4, ==, 0);
    g_assert_cmpuint (fixture.transport_sequence, ==, 0);
    teardown (&fixture);
  }
}

static void
test_largest_packet_fits (void)
{
  static const guint8 bytes[RTC_FRAME_MAX_PAYLOAD] = { 0, };
  const RtcFramePart part = { bytes, sizeof (bytes), TRUE };
  RtcSendStreamConfig config = video_config;
  Fixture fixture;
  Packet packet;
  g_autoptr (RtcFrame) frame = rtc_frame_new (0, START, TRUE, &part, 1);
  const guint16 sequence = FIRST_SEQUENCE;

  config.extensions = (RtcExtensionMap) { { ID_MID, ID_SEND, ID_TWCC, ID_DELAY, ID_CAPTURE } };
  config.mid = "0123456789abcdef";
  config.min_playout_delay = config.max_playout_delay = 0;
  setup_with (&fixture, &config);
  start (&fixture, 0);
  rtc_feed_push (fixture.feed, frame, fixture.now);
  g_assert_true (write_one (&fixture, &packet));
  send_nack (&fixture, &sequence, 1);
  g_assert_true (write_one (&fixture, &packet));
  g_assert_cmpuint (packet.header.ssrc, ==, RTX_SSRC);
  g_assert_cmpuint (packet.size + 24, <=, RTC_BATCH_MAX_PACKET_SIZE);
  teardown (&fixture);
}

static void
test_replay_is_squeezed (void)
{
  Fixture fixture;
  Packet packet;
  guint32 last = 0, edge;

  setup (&fixture);
  push_group (&fixture, 60, 500);
  edge = 1000 + 59 * FRAME_TICKS + OFFSET;
  start (&fixture, RTC_TIME_NEVER);
  g_assert_false (rtc_send_stream_wants_key (fixture.stream));
  for (guint i = 0; i < 60;) {
    if (!write_one (&fixture, &packet)) {
      g_assert_true (rtc_send_stream_has_more (fixture.stream));
      fixture.now = rtc_pacer_next_time (&fixture.pacer, fixture.now);
      continue;
    }
    g_assert_cmpuint (packet.data[packet.header.payload_offset + 1], ==, byte_at (i, 1));
    g_assert_cmpint ((gint32) (edge - packet.header.timestamp), <=, CLOCK_RATE * 60 / 1000);
    if (i > 0)
      g_assert_cmpint ((gint32) (packet.header.timestamp - last), >, 0);
    last = packet.header.timestamp;
    i++;
  }
  g_assert_cmpuint (last, ==, edge);
  push (&fixture, FALSE, 500);
  g_assert_true (write_one (&fixture, &packet));
  g_assert_cmpuint (packet.header.timestamp, ==, edge + FRAME_TICKS);
  g_assert_cmpuint (rtc_send_stream_get_stats (fixture.stream)->frames_dropped, ==, 0);
  teardown (&fixture);
}

static void
test_replay_only_if_young (void)
{
  Fixture fixture;
  Packet packet;

  setup (&fixture);
  push_group (&fixture, 15, 100);
  start (&fixture, 400 * RTC_MSECOND);
  g_assert_true (rtc_send_stream_wants_key (fixture.stream));
  g_assert_false (write_one (&fixture, &packet));
  start (&fixture, 600 * RTC_MSECOND);
  g_assert_false (rtc_send_stream_wants_key (fixture.stream));
  g_assert_cmpuint (write_all (&fixture), ==, 15);
  teardown (&fixture);
}

/* Capture times are told anew where timestamps bend, or a receiver would interpolate them wrongly */
static void
test_replay_tells_capture_times (void)
{
  RtcSendStreamConfig config = video_config;
  Fixture fixture;
  Packet packet;

  config.extensions.id[RTC_EXTENSION_ABS_CAPTURE_TIME] = ID_CAPTURE;
  setup_with (&fixture, &config);
  push_group (&fixture, 10, 100);
  start (&fixture, RTC_SECOND);
  for (guint i = 0; i < 10; i++) {
    g_assert_true (write_one (&fixture, &packet));
    g_assert_cmphex (extension (&packet, ID_CAPTURE, 8), ==,
        rtc_time_to_ntp (START + i * FRAME_INTERVAL + NTP_OFFSET));
  }
  push (&fixture, FALSE, 100);
  g_assert_true (write_one (&fixture, &packet));
  g_assert_false (has_extension (&packet, ID_CAPTURE));
  teardown (&fixture);
}

static void
test_key_frame_is_paced (void)
{
  Fixture fixture;
  Packet packet;
  guint n = 0, instalments = 0;

  setup (&fixture);
  start (&fixture, 0);
  push (&fixture, TRUE, 60000);
  while (rtc_send_stream_has_more (fixture.stream)) {
    guint burst = 0;

    while (write_one (&fixture, &packet))
      burst++;
    g_assert_cmpuint (burst, <=, 13);
    n += burst;
    instalments++;
    fixture.now = MAX (fixture.now, rtc_pacer_next_time (&fixture.pacer, fixture.now));
  }
  g_assert_cmpuint (n, ==, 50);
  g_assert_cmpuint (instalments, >, 5);
  g_assert_cmpint (fixture.now - START, <=, 60 * RTC_MSECOND);
  teardown (&fixture);
}

static void
test_drop_and_resume (void)
{
  Fixture fixture;
  Packet packet;
  const RtcSendStats *stats;

  setup (&fixture);
  stats = rtc_send_stream_get_stats (fixture.stream);
  start (&fixture, 0);
  push (&fixture, TRUE, 3 * PAYLOAD);
  g_assert_true (write_one (&fixture, &packet));
  rtc_send_stream_drop (fixture.stream, fixture.now);
  g_assert_true (rtc_send_stream_wants_key (fixture.stream));
  g_assert_false (write_one (&fixture, &packet));
  push (&fixture, FALSE, PAYLOAD);
  push (&fixture, FALSE, PAYLOAD);
  g_assert_false (write_one (&fixture, &packet));
  rtc_send_stream_drop (fixture.stream, fixture.now);

  push (&fixture, TRUE, PAYLOAD);
  g_assert_false (rtc_send_stream_wants_key (fixture.stream));
  g_assert_true (write_one (&fixture, &packet));
  g_assert_cmpuint (packet.header.sequence, ==, FIRST_SEQUENCE + 1);
  g_assert_cmpuint (packet.header.timestamp, ==, 1000 + 3 * FRAME_TICKS + OFFSET);
  g_assert_cmpuint (stats->frames_dropped, ==, 3);
  g_assert_cmpuint (stats->key_frames_sent, ==, 2);

  /* Dropped with nothing left to send: the next frame is of no use all the same */
  rtc_send_stream_drop (fixture.stream, fixture.now);
  g_assert_true (rtc_send_stream_wants_key (fixture.stream));
  push (&fixture, FALSE, PAYLOAD);
  g_assert_false (write_one (&fixture, &packet));

  /* A key frame that is there already, and not begun, is where it goes on */
  push (&fixture, TRUE, PAYLOAD);
  rtc_send_stream_drop (fixture.stream, fixture.now);
  g_assert_false (rtc_send_stream_wants_key (fixture.stream));
  g_assert_true (write_one (&fixture, &packet));
  g_assert_cmpuint (stats->frames_dropped, ==, 4);
  teardown (&fixture);
}

static void
test_falls_out_of_feed (void)
{
  Fixture fixture;
  Packet packet;

  setup (&fixture);
  rtc_feed_free (fixture.feed);
  fixture.feed = rtc_feed_new (CLOCK_RATE, 100 * RTC_MSECOND, 10000);
  start (&fixture, 0);
  push (&fixture, TRUE, PAYLOAD);
  g_assert_cmpuint (write_all (&fixture), ==, 1);
  for (guint i = 0; i < 20; i++, fixture.now += FRAME_INTERVAL)
    push (&fixture, FALSE, PAYLOAD);
  g_assert_false (write_one (&fixture, &packet));
  g_assert_true (rtc_send_stream_wants_key (fixture.stream));
  g_assert_false (rtc_send_stream_has_more (fixture.stream));
  push (&fixture, TRUE, PAYLOAD);
  g_assert_true (write_one (&fixture, &packet));
  g_assert_cmpuint (packet.header.sequence, ==, FIRST_SEQUENCE + 1);
  g_assert_cmpuint (rtc_send_stream_get_stats (fixture.stream)->frames_dropped, ==, 20);
  teardown (&fixture);
}

static void
test_backlog_is_skipped (void)
{
  Fixture fixture;
  Packet packet;

  /* 200 ms behind: everything is sent */
  setup (&fixture);
  start (&fixture, 0);
  push (&fixture, TRUE, 100);
  g_assert_cmpuint (write_all (&fixture), ==, 1);
  for (guint i = 0; i < 6; i++, fixture.now += FRAME_INTERVAL)
    push (&fixture, FALSE, 100);
  push (&fixture, TRUE, 100);
  g_assert_cmpuint (write_all (&fixture), ==, 7);

  /* 333 ms behind a key frame: it goes on there, but finishes the frame it has begun */
  push (&fixture, FALSE, 2 * PAYLOAD);
  g_assert_true (write_one (&fixture, &packet));
  for (guint i = 0; i < 10; i++, fixture.now += FRAME_INTERVAL)
    push (&fixture, FALSE, 100);
  push (&fixture, TRUE, 100);
  fixture.now += RTC_MSECOND;
  g_assert_true (write_one (&fixture, &packet));
  g_assert_true (packet.header.marker);
  g_assert_cmpuint (packet.header.timestamp, ==, 1000 + 8 * FRAME_TICKS + OFFSET);
  g_assert_true (write_one (&fixture, &packet));
  g_assert_cmpuint (packet.header.timestamp, ==, 1000 + 19 * FRAME_TICKS + OFFSET);
  g_assert_false (write_one (&fixture, &packet));
  g_assert_cmpuint (rtc_send_stream_get_stats (fixture.stream)->frames_dropped, ==, 10);
  teardown (&fixture);
}

static void
test_key_requests (void)
{
  Fixture fixture;
  const RtcSendStats *stats;

  setup (&fixture);
  stats = rtc_send_stream_get_stats (fixture.stream);
  start (&fixture, 0);
  g_assert_false (rtc_send_stream_on_key_request (fixture.stream, FALSE, fixture.now));
  push (&fixture, TRUE, 30 * PAYLOAD);
  write_all (&fixture);
  g_assert_true (rtc_send_stream_has_more (fixture.stream));
  g_assert_false (rtc_send_stream_on_key_request (fixture.stream, TRUE, fixture.now));
  fixture.now += RTC_SECOND;
  while (write_all (&fixture))
    fixture.now += RTC_SECOND;
  g_assert_true (rtc_send_stream_on_key_request (fixture.stream, FALSE, fixture.now));
  g_assert_cmpuint (stats->pli_count, ==, 2);
  g_assert_cmpuint (stats->fir_count, ==, 1);
  teardown (&fixture);
}

static void
test_two_hours (void)
{
  const guint n = 2 * 60 * 60 * 30;
  RtcSendStreamConfig config = video_config;
  Fixture fixture;
  RtcSenderInfo info;

  config.extensions = (RtcExtensionMap) { { ID_MID, ID_SEND, ID_TWCC, ID_DELAY, ID_CAPTURE } };
  config.mid = "0";
  setup_with (&fixture, &config);
  fixture.timestamp = G_MAXUINT32 - 100 * FRAME_TICKS;
  start (&fixture, 0);
  for (guint i = 0; i < n; i++) {
    guint32 timestamp = fixture.timestamp + OFFSET;
    Packet packet;

    fixture.now = START + i * RTC_SECOND / 30;
    push (&fixture, i % 60 == 0, 20);
    g_assert_true (write_one (&fixture, &packet));
    g_assert_cmpuint (packet.header.sequence, ==, (guint16) (FIRST_SEQUENCE + i));
    g_assert_cmpuint (packet.header.timestamp, ==, timestamp);
    g_assert_cmpuint (packet.data[packet.header.payload_offset], ==, byte_at (i, 0));
    g_assert_cmpuint (extension (&packet, ID_TWCC, 2), ==, (guint16) i);
    g_assert_cmpuint (rtc_feed_get_next (fixture.feed) - rtc_feed_get_first (fixture.feed), <=, 92);
    if (i % 1000 == 999) {
      guint16 wanted = packet.header.sequence - 20;

      g_assert_true (rtc_send_stream_get_sender_info (fixture.stream, &info, fixture.now));
      g_assert_cmpuint (info.rtp_timestamp, ==, timestamp);
      send_nack (&fixture, &wanted, 1);
      g_assert_true (write_one (&fixture, &packet));
      g_assert_cmpuint (packet.header.timestamp, ==, timestamp - 20 * FRAME_TICKS);
      fixture.transport_sequence--;
    }
  }
  g_assert_cmpuint (rtc_send_stream_get_stats (fixture.stream)->frames_sent, ==, n);
  g_assert_cmpuint (info.packets, ==, n);
  g_assert_cmpuint (info.octets, ==, n * 20);
  teardown (&fixture);
}

static void
test_goes_on_with_other_feed (void)
{
  Fixture fixture;
  Packet packet;
  RtcFeed *old;

  setup (&fixture);
  start (&fixture, 0);
  push_group (&fixture, 10, 100);
  g_assert_cmpuint (write_all (&fixture), ==, 10);

  /* One second later by capture time */
  old = fixture.feed;
  fixture.feed = rtc_feed_new (CLOCK_RATE, RTC_SECOND, 1000000);
  fixture.now += RTC_SECOND - FRAME_INTERVAL;
  fixture.timestamp = 0x80000000;
  start (&fixture, 0);
  rtc_feed_free (old);
  push_group (&fixture, 10, 100);
  for (guint i = 0; i < 10; i++) {
    g_assert_true (write_one (&fixture, &packet));
    g_assert_cmpuint (packet.header.sequence, ==, (guint16) (FIRST_SEQUENCE + 10 + i));
    g_assert_cmpuint (packet.header.timestamp, ==, 1000 + (9 + i) * FRAME_TICKS + CLOCK_RATE + OFFSET);
  }

  /* The same feed once more, from a key frame that was sent already: still no timestamp twice, none
   * backwards */
  start (&fixture, RTC_TIME_NEVER);
  push (&fixture, FALSE, 100);
  for (guint i = 0; i < 11; i++) {
    guint32 last = packet.header.timestamp;

    g_assert_true (write_one (&fixture, &packet));
    g_assert_cmpint ((gint32) (packet.header.timestamp - last), >, 0);
  }
  g_assert_cmpuint (packet.header.timestamp, ==, 1000 + 19 * FRAME_TICKS + CLOCK_RATE + OFFSET);
  teardown (&fixture);
}

/* Timestamps follow capture times however often they have gone round meanwhile */
static void
test_goes_on_after_hours (void)
{
  static const guint hours[] = { 1, 7, 14, 30 * 24 };
  Fixture fixture;
  Packet packet;
  guint32 expected = 1000 + OFFSET;

  setup (&fixture);
  start (&fixture, 0);
  push (&fixture, TRUE, 100);
  g_assert_true (write_one (&fixture, &packet));
  for (guint i = 0; i < G_N_ELEMENTS (hours); i++) {
    rtc_send_stream_start (fixture.stream, NULL, 0, fixture.now);
    fixture.now += hours[i] * 3600 * RTC_SECOND;
    fixture.timestamp = i * 0x31415926;
    expected += hours[i] * 3600 * CLOCK_RATE;
    start (&fixture, 0);
    push (&fixture, TRUE, 100);
    g_assert_true (write_one (&fixture, &packet));
    g_assert_cmpuint (packet.header.timestamp, ==, expected);
    g_assert_cmpuint (packet.header.sequence, ==, (guint16) (FIRST_SEQUENCE + 1 + i));
  }
  teardown (&fixture);
}

static void
test_sender_info_is_live (void)
{
  Fixture fixture;
  Packet packet;
  RtcSenderInfo info;

  setup (&fixture);
  g_assert_false (rtc_send_stream_get_sender_info (fixture.stream, &info, fixture.now));
  push_group (&fixture, 60, 100);
  start (&fixture, RTC_TIME_NEVER);
  g_assert_true (write_one (&fixture, &packet));

  /* Although the key frame, 2 s old, went out last with a squeezed timestamp */
  g_assert_true (rtc_send_stream_get_sender_info (fixture.stream, &info, fixture.now));
  g_assert_cmphex (info.ntp, ==, rtc_time_to_ntp (fixture.now + NTP_OFFSET));
  g_assert_cmpint (ABS ((gint32) (info.rtp_timestamp - (1000 + 60 * FRAME_TICKS + OFFSET))), <=, 3);
  g_assert_cmpuint (info.packets, ==, 1);
  g_assert_cmpuint (info.octets, ==, 100);
  teardown (&fixture);
}

static void
test_parts_of_a_frame (void)
{
  Fixture fixture;
  Packet packet;

  /* RTP input packet by packet: parameter sets, slice, slice */
  setup (&fixture);
  push_group (&fixture, 1, 100);
  for (guint i = 0; i < 4; i++, fixture.timestamp -= FRAME_TICKS)
    push (&fixture, i < 2, 100);
  fixture.timestamp += FRAME_TICKS;
  push (&fixture, FALSE, 100);
  start (&fixture, RTC_SECOND);
  for (guint i = 0; i < 4; i++) {
    g_assert_true (write_one (&fixture, &packet));
    g_assert_cmpuint (packet.data[packet.header.payload_offset], ==, byte_at (1 + i, 0));
    g_assert_cmpuint (packet.header.timestamp, ==, 1000 + FRAME_TICKS + OFFSET);
  }
  g_assert_cmpuint (write_all (&fixture), ==, 1);
  g_assert_cmpuint (rtc_send_stream_get_stats (fixture.stream)->frames_sent, ==, 2);
  g_assert_cmpuint (rtc_send_stream_get_stats (fixture.stream)->key_frames_sent, ==, 1);
  teardown (&fixture);
}

static void
test_audio (void)
{
  RtcSendStreamConfig config = video_config;
  Fixture fixture;
  Packet packet;

  config.kind = RTC_MEDIA_AUDIO;
  setup_with (&fixture, &config);
  push_group (&fixture, 10, 100);
  start (&fixture, RTC_TIME_NEVER);
  g_assert_false (rtc_send_stream_wants_key (fixture.stream));
  g_assert_false (rtc_send_stream_has_more (fixture.stream));

  /* From the next frame on, whatever the pacer says */
  rtc_pacer_charge (&fixture.pacer, 100000, fixture.now);
  push (&fixture, FALSE, 100);
  g_assert_true (write_one (&fixture, &packet));
  g_assert_cmpuint (packet.data[packet.header.payload_offset], ==, byte_at (10, 0));
  g_assert_false (rtc_send_stream_on_key_request (fixture.stream, FALSE, fixture.now));

  push (&fixture, FALSE, 100);
  rtc_send_stream_drop (fixture.stream, fixture.now);
  g_assert_false (write_one (&fixture, &packet));
  g_assert_false (rtc_send_stream_wants_key (fixture.stream));
  push (&fixture, FALSE, 100);
  g_assert_cmpuint (write_all (&fixture), ==, 1);
  g_assert_cmpuint (rtc_send_stream_get_stats (fixture.stream)->frames_dropped, ==, 1);

  /* Old sound is of no use */
  push_group (&fixture, 100, 100);
  g_assert_true (write_one (&fixture, &packet));
  g_assert_cmpuint (packet.data[packet.header.payload_offset], ==, byte_at (112, 0));
  g_assert_false (write_one (&fixture, &packet));
  g_assert_cmpuint (rtc_send_stream_get_stats (fixture.stream)->key_frames_sent, ==, 0);
  teardown (&fixture);
}

/* RFC 3264, section 8.3.2: other numbers for the same stream; sequence numbers go on, as SRTP takes none twice */
static void
test_another_negotiation (void)
{
  RtcSendStreamConfig config = video_config;
  Fixture fixture;
  Packet before, packet;

  setup (&fixture);
  push (&fixture, TRUE, 100);
  start (&fixture, RTC_TIME_NEVER);
  g_assert_true (write_one (&fixture, &before));
  g_assert_cmpuint (before.header.payload_type, ==, PT);

  config.payload_type = PT + 10;
  config.extensions.id[RTC_EXTENSION_MID] = 5;
  config.mid = "video";
  config.ssrc = 0x33333333;
  config.first_sequence = 1;
  rtc_send_stream_configure (fixture.stream, &config);
  push (&fixture, FALSE, 100);
  g_assert_true (write_one (&fixture, &packet));
  g_assert_cmpuint (packet.header.payload_type, ==, PT + 10);
  g_assert_cmphex (packet.header.ssrc, ==, SSRC);
  g_assert_cmpuint (packet.header.sequence, ==, (guint16) (before.header.sequence + 1));
  g_assert_cmpuint (packet.header.timestamp - before.header.timestamp, ==, FRAME_TICKS);
  g_assert_nonnull (rtc_rtp_find_extension (packet.data, &packet.header, 5, &(gsize) { 0 }));
  teardown (&fixture);
}

/* Packets of nothing in front of the first frame, and only there; a copy of one is as empty */
static void
test_lead (void)
{
  RtcSendStreamConfig config = video_config;
  Fixture fixture;
  Packet lead[2], packet;
  guint16 wanted;

  config.lead = G_N_ELEMENTS (lead);
  setup_with (&fixture, &config);
  start (&fixture, 0);
  g_assert_cmpuint (write_all (&fixture), ==, 0);
  push (&fixture, TRUE, 2 * PAYLOAD);
  for (guint i = 0; i < G_N_ELEMENTS (lead); i++) {
    lead[i].size = rtc_send_stream_write (fixture.stream, &fixture.pacer, lead[i].data, fixture.now);
    g_assert_true (rtc_rtp_read (lead[i].data, lead[i].size, &lead[i].header));
    g_assert_cmpuint (lead[i].header.payload_size, ==, 0);
    g_assert_cmpuint (lead[i].header.padding_size, ==, 1);
    g_assert_false (lead[i].header.marker);
    g_assert_cmpuint (lead[i].header.payload_type, ==, PT);
    g_assert_cmpuint (lead[i].header.sequence, ==, FIRST_SEQUENCE + i);
  }
  g_assert_true (write_one (&fixture, &packet));
  g_assert_cmpuint (packet.header.payload_size, ==, PAYLOAD);
  g_assert_cmpuint (packet.header.sequence, ==, FIRST_SEQUENCE + 2);
  g_assert_cmpuint (packet.header.timestamp, ==, lead[0].header.timestamp);
  g_assert_true (write_one (&fixture, &packet));
  g_assert_true (packet.header.marker);

  wanted = lead[1].header.sequence;
  send_nack (&fixture, &wanted, 1);
  g_assert_true (write_one (&fixture, &packet));
  g_assert_cmpuint (packet.header.ssrc, ==, RTX_SSRC);
  g_assert_cmpuint (packet.header.payload_size, ==, 2);
  g_assert_cmpuint (read_16 (packet.data + packet.header.payload_offset), ==, wanted);
  g_assert_cmpuint (rtc_send_stream_get_stats (fixture.stream)->frames_sent, ==, 1);
  g_assert_cmpuint (rtc_send_stream_get_stats (fixture.stream)->bytes_sent, ==, 2 * PAYLOAD + 2);

  start (&fixture, RTC_TIME_NEVER);
  g_assert_true (write_one (&fixture, &packet));
  g_assert_cmpuint (packet.header.payload_size, ==, PAYLOAD);
  teardown (&fixture);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sendstream/begins-at-key-frame", test_begins_at_key_frame);
  g_test_add_func ("/sendstream/another-negotiation", test_another_negotiation);
  g_test_add_func ("/sendstream/lead", test_lead);
  g_test_add_func ("/sendstream/header-extensions", test_header_extensions);
  g_test_add_func ("/sendstream/unusual-extensions", test_unusual_extensions);
  g_test_add_func ("/sendstream/largest-packet-fits", test_largest_packet_fits);
  g_test_add_func ("/sendstream/replay-is-squeezed", test_replay_is_squeezed);
  g_test_add_func ("/sendstream/replay-only-if-young", test_replay_only_if_young);
  g_test_add_func ("/sendstream/replay-tells-capture-times", test_replay_tells_capture_times);
  g_test_add_func ("/sendstream/key-frame-is-paced", test_key_frame_is_paced);
  g_test_add_func ("/sendstream/drop-and-resume", test_drop_and_resume);
  g_test_add_func ("/sendstream/falls-out-of-feed", test_falls_out_of_feed);
  g_test_add_func ("/sendstream/backlog-is-skipped", test_backlog_is_skipped);
  g_test_add_func ("/sendstream/key-requests", test_key_requests);
  g_test_add_func ("/sendstream/two-hours", test_two_hours);
  g_test_add_func ("/sendstream/goes-on-with-other-feed", test_goes_on_with_other_feed);
  g_test_add_func ("/sendstream/goes-on-after-hours", test_goes_on_after_hours);
  g_test_add_func ("/sendstream/sender-info-is-live", test_sender_info_is_live);
  g_test_add_func ("/sendstream/parts-of-a-frame", test_parts_of_a_frame);
  g_test_add_func ("/sendstream/audio", test_audio);
  return g_test_run ();
}
