/* gst-rtc: tests of writing transport-wide feedback, against bytes computed by hand
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "gst/core/base/rtcrtcp.h"

#define SENDER 0x11223344
#define MEDIA 0xaabbccdd
#define HEADER(words) 0x8f, 205, 0, words, 0x11, 0x22, 0x33, 0x44, 0xaa, 0xbb, 0xcc, 0xdd
#define NO RTC_TIME_NEVER
#define MS RTC_MSECOND
#define RING 64

/* @arrivals: of @n packets from @first on; must come out as @expected, of the first @taken of them */
static void
assert_writes (guint16 first, const RtcTime * arrivals, guint n, gsize max_size, guint taken,
    const guint8 * expected, gsize expected_size)
{
  RtcTime ring[RING];
  guint8 data[256];
  GstByteWriter writer;
  RtcTwccReport report = {.feedback_count = 9,.first = first,.n = n,.arrivals = ring,.mask = RING - 1 };

  for (guint i = 0; i < n; i++)
    ring[(first + i) % RING] = arrivals[i];
  gst_byte_writer_init_with_data (&writer, data, sizeof (data), FALSE);
  g_assert_cmpuint (rtc_rtcp_write_twcc (&writer, SENDER, MEDIA, &report, max_size), ==, taken);
  g_assert_cmpmem (data, gst_byte_writer_get_pos (&writer), expected, expected_size);
}

#define BYTES(...) (const guint8[]) { __VA_ARGS__ }, sizeof ((const guint8[]) { __VA_ARGS__ })
#define TIMES(...) (const RtcTime[]) { __VA_ARGS__ }, G_N_ELEMENTS (((const RtcTime[]) { __VA_ARGS__ }))

static void
test_vectors (void)
{
  /* Small deltas and losses: one bit each. 129 ms is one of 250 us, four times, behind 2 x 64 ms. */
  assert_writes (65534, TIMES (129 * MS, NO, 130 * MS, 130 * MS), 200, 4,
      BYTES (HEADER (6), 0xff, 0xfe, 0, 4, 0, 0, 2, 9, 0xac, 0x00, 4, 4, 0, 0, 0, 0));
  /* Out of order by 10 ms, then later by more than 63.75 ms: two bits each */
  assert_writes (5, TIMES (20 * MS, 10 * MS, NO, 100 * MS), 200, 4,
      BYTES (HEADER (6), 0, 5, 0, 4, 0, 0, 0, 9, 0xd8, 0x80, 80, 0xff, 0xd8, 1, 0x68, 0));
  /* 63.75 ms is the largest of the small ones, from the reference on as well */
  assert_writes (5, TIMES (63750, 2 * 63750, 2 * 63750 + 64 * MS), 200, 3,
      BYTES (HEADER (6), 0, 5, 0, 3, 0, 0, 0, 9, 0xd6, 0x00, 255, 255, 1, 0, 0, 0));
}

static void
test_runs (void)
{
  RtcTime arrivals[30];

  for (guint i = 0; i < 30; i++)
    arrivals[i] = i < 20 || i == 29 ? 64 * MS : NO;
  /* 20 with small deltas, then one bit each for nine that are lost and one that is not */
  assert_writes (0, arrivals, 30, 200, 30,
      BYTES (HEADER (11), 0, 0, 0, 30, 0, 0, 1, 9, 0x20, 20, 0x80, 0x10,
          0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0));
}

static void
test_rounding_does_not_add_up (void)
{
  /* Steps of 0.3 ms: 0.25 ms, but now and then 0.5 */
  assert_writes (0, TIMES (0, 300, 600, 900, 1200, 1500), 200, 6,
      BYTES (HEADER (6), 0, 0, 0, 6, 0, 0, 0, 9, 0x20, 6, 0, 1, 1, 1, 1, 2));
}

static void
test_reference_wraps (void)
{
  /* 2^24 x 64 ms, and one */
  assert_writes (0, TIMES ((RtcTime) 0x1000001 * 64 * MS), 200, 1,
      BYTES (HEADER (5), 0, 0, 0, 1, 0, 0, 1, 9, 0x20, 1, 0, 0));
}

static void
test_split_by_delta (void)
{
  assert_writes (0, TIMES (0, NO, 8192 * MS, 8193 * MS), 200, 2,
      BYTES (HEADER (5), 0, 0, 0, 2, 0, 0, 0, 9, 0xa0, 0, 0, 0));
  assert_writes (0, TIMES (0, 32767 * 250), 200, 2,
      BYTES (HEADER (6), 0, 0, 0, 2, 0, 0, 0, 9, 0xd8, 0, 0, 0x7f, 0xff, 0, 0, 0));
}

static void
test_split_by_size (void)
{
  const RtcTime arrivals[] = { 0, 0, 0, 0, 0, 0, 0, 0 };

  assert_writes (0, arrivals, 8, 23, 0, BYTES ());
  assert_writes (0, arrivals, 8, 24, 2, BYTES (HEADER (5), 0, 0, 0, 2, 0, 0, 0, 9, 0x20, 2, 0, 0));
  assert_writes (0, arrivals, 8, 27, 2, BYTES (HEADER (5), 0, 0, 0, 2, 0, 0, 0, 9, 0x20, 2, 0, 0));
  assert_writes (0, arrivals, 8, 28, 6, BYTES (HEADER (6), 0, 0, 0, 6, 0, 0, 0, 9, 0x20, 6, 0, 0, 0, 0, 0, 0));
  assert_writes (0, TIMES (0, NO, 0, 0, 0, NO, 0, 0), 24, 3,
      BYTES (HEADER (5), 0, 0, 0, 3, 0, 0, 0, 9, 0xa8, 0, 0, 0));
}

static void
test_nothing (void)
{
  assert_writes (0, TIMES (NO, NO), 200, 0, BYTES ());
  assert_writes (0, NULL, 0, 200, 0, BYTES ());
}

static void
test_remb (void)
{
  const guint8 exact[] = { 0x8f, 206, 0, 5, 0x11, 0x22, 0x33, 0x44, 0, 0, 0, 0, 'R', 'E', 'M', 'B',
    1, 0x03, 0xff, 0xff, 0xaa, 0xbb, 0xcc, 0xdd
  };
  const guint8 rounded[] = { 0x8f, 206, 0, 4, 0x11, 0x22, 0x33, 0x44, 0, 0, 0, 0, 'R', 'E', 'M', 'B',
    0, 0xbb, 0xff, 0xff
  };
  guint8 data[64];
  GstByteWriter writer;

  gst_byte_writer_init_with_data (&writer, data, sizeof (data), FALSE);
  rtc_rtcp_write_remb (&writer, SENDER, 0x3ffff, (const guint32[]) { MEDIA }, 1);
  g_assert_cmpmem (data, gst_byte_writer_get_pos (&writer), exact, sizeof (exact));

  gst_byte_writer_set_pos (&writer, 0);
  rtc_rtcp_write_remb (&writer, SENDER, G_MAXUINT64, NULL, 0);
  g_assert_cmpmem (data, gst_byte_writer_get_pos (&writer), rounded, sizeof (rounded));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/twccwrite/vectors", test_vectors);
  g_test_add_func ("/twccwrite/runs", test_runs);
  g_test_add_func ("/twccwrite/rounding-does-not-add-up", test_rounding_does_not_add_up);
  g_test_add_func ("/twccwrite/reference-wraps", test_reference_wraps);
  g_test_add_func ("/twccwrite/split-by-delta", test_split_by_delta);
  g_test_add_func ("/twccwrite/split-by-size", test_split_by_size);
  g_test_add_func ("/twccwrite/nothing", test_nothing);
  g_test_add_func ("/twccwrite/remb", test_remb);
  return g_test_run ();
}
