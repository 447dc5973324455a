/* gst-rtc: tests of which packets of a source have come
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What test-opensslsrtp.c cannot reach with packets, or not by name
 */
#include <ext/openssl/rtcreplaywindow.h>

#define REFUSED G_MAXUINT64

/* Returns: the index */
static guint64
take (RtcReplayWindow * window, guint16 sequence)
{
  guint64 index;

  if (!rtc_replay_window_check (window, sequence, &index))
    return REFUSED;
  rtc_replay_window_accept (window, index);
  return index;
}

static void
test_first (void)
{
  for (guint first = 0; first <= G_MAXUINT16; first++) {
    RtcReplayWindow window = { 0 };

    g_assert_cmpuint (take (&window, first), ==, first);
    g_assert_cmpuint (take (&window, first), ==, REFUSED);
    g_assert_cmpuint (take (&window, first + 1), ==, first == G_MAXUINT16 ? 0x10000 : first + 1);
  }
}

static void
test_edge (void)
{
  RtcReplayWindow window = { 0 };

  g_assert_cmpuint (take (&window, 5000), ==, 5000);
  g_assert_cmpuint (take (&window, 5000 - RTC_REPLAY_WINDOW_SIZE), ==, REFUSED);
  g_assert_cmpuint (take (&window, 5001 - RTC_REPLAY_WINDOW_SIZE), ==, 5001 - RTC_REPLAY_WINDOW_SIZE);
  g_assert_cmpuint (take (&window, 5001 - RTC_REPLAY_WINDOW_SIZE), ==, REFUSED);
  /* a step of the window's whole size: what was seen is of other packets */
  g_assert_cmpuint (take (&window, 5000 + RTC_REPLAY_WINDOW_SIZE), ==, 5000 + RTC_REPLAY_WINDOW_SIZE);
  g_assert_cmpuint (take (&window, 5000), ==, REFUSED);
  for (guint i = 5001; i < 5000 + RTC_REPLAY_WINDOW_SIZE; i++)
    g_assert_cmpuint (take (&window, i), ==, i);
}

static void
test_cycles (void)
{
  RtcReplayWindow window = { 0 };

  g_assert_cmpuint (take (&window, 0x7000), ==, 0x7000);
  g_assert_cmpuint (take (&window, 0xf000), ==, 0xf000);        /* half a cycle ahead */
  g_assert_cmpuint (take (&window, 0x7000), ==, REFUSED);       /* half a cycle behind */
  g_assert_cmpuint (take (&window, 0x6fff), ==, 0x16fff);       /* or one less ahead */
  g_assert_cmpuint (take (&window, 0xeffe), ==, 0x1effe);
  g_assert_cmpuint (take (&window, 10), ==, 0x2000a);
  g_assert_cmpuint (take (&window, 0xfff0), ==, 0x1fff0);
  g_assert_cmpuint (take (&window, 0xfff0), ==, REFUSED);
  g_assert_cmpuint (take (&window, 11), ==, 0x2000b);
}

/* RFC 3711, section 9.2: then the key is used up */
static void
test_last (void)
{
  const guint64 last = (G_GUINT64_CONSTANT (1) << 48) - 1;
  RtcReplayWindow window = {.highest = last - 2 };

  g_assert_cmpuint (take (&window, 0xffff), ==, last);
  g_assert_cmpuint (take (&window, 0), ==, REFUSED);
  g_assert_cmpuint (take (&window, 0xfffe), ==, last - 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/replaywindow/first", test_first);
  g_test_add_func ("/replaywindow/edge", test_edge);
  g_test_add_func ("/replaywindow/cycles", test_cycles);
  g_test_add_func ("/replaywindow/last", test_last);
  return g_test_run ();
}
