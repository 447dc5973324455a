/* gst-rtc: tests of feedback on when packets came
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "gst/core/base/rtcrtcp.h"
#include "gst/core/rtp/rtcarrivals.h"

#define OURS 0x11223344
#define THEIRS 0xaabbccdd
#define ROOM 1200
#define N 65536
#define SIZE 1200

/* What the peer has read of our feedback, by transport-wide sequence number */
typedef struct
{
  RtcArrivals *arrivals;
  RtcTime now;
  RtcTime sent[N];              /* when it came here; RTC_TIME_NEVER: it did not */
  RtcTime told[N];              /* the same as the feedback says */
  gboolean reported[N];
  guint statuses, packets, bytes;
  guint8 count;
  guint64 bitrate;
  RtcTime clock;
  guint rembs;
} Fixture;

static Fixture *
fixture_new (void)
{
  Fixture *fixture = g_new0 (Fixture, 1);

  fixture->arrivals = rtc_arrivals_new ();
  fixture->now = 12345 * RTC_SECOND;
  for (guint i = 0; i < N; i++)
    fixture->sent[i] = fixture->told[i] = RTC_TIME_NEVER;
  return fixture;
}

static void
fixture_free (Fixture * fixture)
{
  rtc_arrivals_free (fixture->arrivals);
  g_free (fixture);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Fixture, fixture_free)

static void
on_status (guint16 sequence, gboolean received, gint32 delta_us, gpointer user_data)
{
  Fixture *fixture = user_data;

  fixture->statuses++;
  fixture->reported[sequence] = TRUE;
  if (!received)
    return;
  fixture->clock += delta_us;
  fixture->told[sequence] = fixture->clock;
}

static void
read_feedback (Fixture * fixture, const guint8 * data, gsize size)
{
  RtcRtcpReader reader;
  RtcRtcpPacket packet;

  rtc_rtcp_reader_init (&reader, data, size);
  while (rtc_rtcp_reader_next (&reader, &packet)) {
    g_assert_cmpuint (packet.sender, ==, OURS);
    if (packet.kind == RTC_RTCP_REMB) {
      g_assert_cmpuint (rtc_rtcp_ssrc (&packet, 0), ==, THEIRS);
      fixture->bitrate = packet.bitrate;
      fixture->rembs++;
      continue;
    }
    g_assert_cmpint (packet.kind, ==, RTC_RTCP_TWCC);
    g_assert_cmpuint (packet.media, ==, THEIRS);
    g_assert_cmpuint (rtc_rtcp_twcc_feedback_count (&packet), ==, fixture->count);
    fixture->clock = rtc_rtcp_twcc_reference (&packet);
    g_assert_true (rtc_rtcp_twcc_foreach (&packet, on_status, fixture));
    fixture->count++;
    fixture->packets++;
  }
  fixture->bytes += size;
}

static void
write_due (Fixture * fixture, gsize max_size)
{
  guint8 data[4096];
  GstByteWriter writer;

  gst_byte_writer_init_with_data (&writer, data, sizeof (data), FALSE);
  rtc_arrivals_write (fixture->arrivals, &writer, OURS, THEIRS, TRUE, max_size, fixture->now);
  g_assert_cmpuint (gst_byte_writer_get_pos (&writer), <=, max_size);
  read_feedback (fixture, data, gst_byte_writer_get_pos (&writer));
}

/* Lets time pass, writing whenever it is due */
static void
pass_until (Fixture * fixture, RtcTime until)
{
  RtcTime due;

  while ((due = rtc_arrivals_get_timeout (fixture->arrivals)) <= until) {
    fixture->now = MAX (fixture->now, due);
    write_due (fixture, ROOM);
  }
  fixture->now = until;
}

static void
pass (Fixture * fixture, RtcTime time)
{
  pass_until (fixture, fixture->now + time);
}

static void
receive (Fixture * fixture, guint16 sequence)
{
  rtc_arrivals_on_packet (fixture->arrivals, sequence, SIZE, 0, fixture->now);
  if (fixture->sent[sequence] == RTC_TIME_NEVER)
    fixture->sent[sequence] = fixture->now;
}

/* All that came was told, within a quarter of a millisecond */
static void
assert_all_told (const Fixture * fixture)
{
  const RtcTime round = (RtcTime) 0x1000000 * 64000;

  for (guint i = 0; i < N; i++) {
    if (fixture->sent[i] == RTC_TIME_NEVER) {
      g_assert_cmpint (fixture->told[i], ==, RTC_TIME_NEVER);
      continue;
    }
    g_assert_true (fixture->reported[i]);
    g_assert_cmpint (fixture->told[i], !=, RTC_TIME_NEVER);
    g_assert_cmpint (((fixture->sent[i] - fixture->told[i]) % round + round) % round, <, 250);
  }
}

static void
test_nothing (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();

  g_assert_cmpint (rtc_arrivals_get_timeout (fixture->arrivals), ==, RTC_TIME_NEVER);
  pass (fixture, RTC_SECOND);
  write_due (fixture, ROOM);
  g_assert_cmpuint (fixture->bytes, ==, 0);
}

static void
test_in_order (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();

  for (guint i = 0; i < 1000; i++) {
    receive (fixture, 65000 + i);
    pass (fixture, 5 * RTC_MSECOND);
  }
  pass (fixture, RTC_SECOND);
  assert_all_told (fixture);
  g_assert_cmpuint (fixture->statuses, ==, 1000);
  g_assert_cmpint (rtc_arrivals_get_timeout (fixture->arrivals), ==, RTC_TIME_NEVER);
}

static guint
feedbacks_per_second (RtcTime interval)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  guint16 sequence = 0;
  guint before;

  while (fixture->now < 12347 * RTC_SECOND) {
    receive (fixture, sequence++);
    pass (fixture, interval);
  }
  before = fixture->packets;
  while (fixture->now < 12348 * RTC_SECOND) {
    receive (fixture, sequence++);
    pass (fixture, interval);
  }
  return fixture->packets - before;
}

static void
test_interval (void)
{
  g_assert_cmpuint (feedbacks_per_second (200 * RTC_MSECOND), ==, 5);
  g_assert_cmpuint (feedbacks_per_second (90 * RTC_MSECOND), <=, 10);
  g_assert_cmpuint (feedbacks_per_second (10 * RTC_MSECOND), >=, 19);
  g_assert_cmpuint (feedbacks_per_second (RTC_MSECOND), <=, 21);
}

static void
test_loss_and_reordering (void)
{
  for (guint seed = 1; seed <= 20; seed++) {
    g_autoptr (Fixture) fixture = fixture_new ();
    g_autoptr (GRand) random = g_rand_new_with_seed (seed);
    guint16 first = g_rand_int (random), window[16];
    gdouble loss = g_rand_double_range (random, 0, 0.5);
    guint spread = g_rand_int_range (random, 1, G_N_ELEMENTS (window) + 1);

    for (guint sent = 0; sent < 3000; sent += spread) {
      for (guint i = 0; i < spread; i++)
        window[i] = first + sent + i;
      for (guint i = 0; i < spread; i++) {
        guint other = g_rand_int_range (random, i, spread);
        guint16 sequence = window[other];

        window[other] = window[i];
        if (g_rand_double (random) < loss)
          continue;
        receive (fixture, sequence);
        if (g_rand_int_range (random, 0, 50) == 0)
          receive (fixture, sequence);
        pass (fixture, g_rand_int_range (random, 0, 20) == 0 ? g_rand_int_range (random, 0, 300000)
            : g_rand_int_range (random, 0, 4000));
      }
    }
    pass (fixture, RTC_SECOND);
    g_test_message ("seed %u: %u packets, %u statuses, %u bytes", seed, fixture->packets, fixture->statuses,
        fixture->bytes);
    assert_all_told (fixture);
  }
}

/* Reported as lost, comes later: reported again */
static void
test_late (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();

  for (guint i = 0; i < 100; i++) {
    if (i != 50)
      receive (fixture, i);
    pass (fixture, 10 * RTC_MSECOND);
  }
  g_assert_true (fixture->reported[50]);
  receive (fixture, 50);
  pass (fixture, RTC_SECOND);
  assert_all_told (fixture);

  /* Too late to be of use, or once more */
  fixture->statuses = 0;
  for (guint i = 100; i < 600; i++)
    receive (fixture, i);
  pass (fixture, RTC_SECOND);
  fixture->statuses = 0;
  receive (fixture, 599);
  rtc_arrivals_on_packet (fixture->arrivals, 65535, SIZE, 0, fixture->now);
  pass (fixture, RTC_SECOND);
  g_assert_cmpuint (fixture->statuses, ==, 0);
}

static void
test_long_pause (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();

  receive (fixture, 7);
  fixture->now += 20 * RTC_SECOND;
  receive (fixture, 8);
  receive (fixture, 9);
  pass (fixture, RTC_SECOND);
  g_assert_cmpuint (fixture->packets, ==, 2);
  assert_all_told (fixture);
}

static void
test_max_size (void)
{
  for (gsize max_size = 0; max_size < 60; max_size++) {
    g_autoptr (Fixture) fixture = fixture_new ();

    for (guint i = 0; i < 100; i++) {
      receive (fixture, 3 * i);
      fixture->now += i % 5 * RTC_MSECOND;
    }
    for (guint i = 0; i < 400; i++) {
      fixture->now = MAX (fixture->now, rtc_arrivals_get_timeout (fixture->arrivals));
      g_assert_cmpint (fixture->now, <, RTC_TIME_NEVER);
      write_due (fixture, max_size);
      if (rtc_arrivals_get_timeout (fixture->arrivals) == RTC_TIME_NEVER)
        break;
    }
    if (max_size >= 28)
      assert_all_told (fixture);
    else if (max_size < 24)
      g_assert_cmpuint (fixture->bytes, ==, 0);
  }
}

/* Jumps cost no more than a packet; nothing waits that nobody will get */
static void
test_jumps (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  guint16 sequence = 0;
  guint bytes;

  receive (fixture, 0);
  receive (fixture, 30000);
  pass (fixture, RTC_SECOND);
  g_assert_cmpuint (fixture->bytes, <, 64);
  g_assert_cmpuint (fixture->statuses, <=, 2048);

  bytes = fixture->bytes;
  for (guint i = 0; i < 1000; i++) {
    rtc_arrivals_on_packet (fixture->arrivals, sequence, SIZE, 0, fixture->now);
    sequence += 30000;
    pass (fixture, RTC_MSECOND);
  }
  pass (fixture, RTC_SECOND);
  g_assert_cmpuint (fixture->bytes - bytes, <, 200 * 64);

  /* From far behind: a new beginning, told like any other */
  for (guint i = 0; i < 10; i++)
    rtc_arrivals_on_packet (fixture->arrivals, sequence - 30000 - 20000 + i, SIZE, 0, fixture->now);
  fixture->statuses = 0;
  pass (fixture, RTC_SECOND);
  g_assert_cmpuint (fixture->statuses, ==, 10);
}

/* One packet of each seven, 256 behind each time: the worst that reordering can ask for */
static void
test_hostile_reordering (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  guint16 sequence = 0;
  guint packets = 0;

  for (guint i = 0; i < 20000; i++) {
    rtc_arrivals_on_packet (fixture->arrivals, i % 2 ? sequence - 250 : (sequence += 2), SIZE, 0, fixture->now);
    packets++;
    pass (fixture, RTC_MSECOND);
  }
  g_assert_cmpuint (fixture->bytes, <, packets * 10);
}

/* @kbits of media for some seconds, with @lost of 100 packets lost */
static void
stream (Fixture * fixture, guint seconds, guint kbits, guint lost)
{
  guint n = MAX (1, kbits * 1000 / 8 / SIZE), missing = 0, count = 0;

  for (guint i = 0; i < seconds * n; i++) {
    pass (fixture, RTC_SECOND / n);
    if (count++ % 100 < lost) {
      missing++;
      continue;
    }
    rtc_arrivals_on_packet (fixture->arrivals, -1, SIZE, missing, fixture->now);
    missing = 0;
  }
}

static void
test_remb (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  guint64 before;

  stream (fixture, 5, 1000, 0);
  g_assert_cmpuint (fixture->bitrate, >, 1300000);
  g_assert_cmpuint (fixture->bitrate, <, 1800000);
  g_assert_cmpuint (fixture->rembs, ==, 4);

  /* Less is sent, nothing is lost: nothing is taken away */
  before = fixture->bitrate;
  stream (fixture, 10, 100, 0);
  g_assert_cmpuint (fixture->bitrate, ==, before);
  pass (fixture, 30 * RTC_SECOND);
  g_assert_cmpuint (fixture->rembs, <=, 15);

  /* A fifth is lost of a megabit: below what came within some seconds */
  stream (fixture, 5, 1000, 20);
  g_assert_cmpuint (fixture->bitrate, <, 800000);
  before = fixture->bitrate;
  stream (fixture, 5, 500, 5);
  g_assert_cmpuint (fixture->bitrate, >, before * 7 / 10);

  /* And up again, 8 % a second */
  before = fixture->bitrate;
  stream (fixture, 5, 1000, 0);
  g_assert_cmpuint (fixture->bitrate, >, before * 5 / 4);
  g_assert_cmpuint (fixture->bitrate, <, before * 3 / 2);
}

static void
test_remb_drops_at_once (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  guint rembs;

  stream (fixture, 4, 1000, 0);
  rembs = fixture->rembs;
  stream (fixture, 2, 1000, 30);
  g_assert_cmpuint (fixture->rembs - rembs, >=, 3);
}

static void
test_remb_gives_way (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();

  for (guint i = 0; i < 1000; i++) {
    receive (fixture, i);
    rtc_arrivals_on_packet (fixture->arrivals, -1, SIZE, 10, fixture->now);
    pass (fixture, 10 * RTC_MSECOND);
  }
  g_assert_cmpuint (fixture->rembs, ==, 0);
  stream (fixture, 10, 1000, 0);
  g_assert_cmpuint (fixture->rembs, >, 3);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/arrivals/nothing", test_nothing);
  g_test_add_func ("/arrivals/in-order", test_in_order);
  g_test_add_func ("/arrivals/interval", test_interval);
  g_test_add_func ("/arrivals/loss-and-reordering", test_loss_and_reordering);
  g_test_add_func ("/arrivals/late", test_late);
  g_test_add_func ("/arrivals/long-pause", test_long_pause);
  g_test_add_func ("/arrivals/max-size", test_max_size);
  g_test_add_func ("/arrivals/jumps", test_jumps);
  g_test_add_func ("/arrivals/hostile-reordering", test_hostile_reordering);
  g_test_add_func ("/arrivals/remb", test_remb);
  g_test_add_func ("/arrivals/remb-drops-at-once", test_remb_drops_at_once);
  g_test_add_func ("/arrivals/remb-gives-way", test_remb_gives_way);
  return g_test_run ();
}
