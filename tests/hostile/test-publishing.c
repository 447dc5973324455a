/* gst-rtc: whatever a peer publishes, to rtcsrc or rtcbin, hurts at most its own streams
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A good publisher plays all the time and must not notice. What the hostile ones do is authenticated: they have real
 * sessions. After each attack they play on as if nothing had been, and their pads have to give pictures and sound again.
 */
#include "hostileattacks.h"

#include <string.h>

/* The good one plays a picture each 20 ms. A test machine may be busy; what this finds is a thread that is held up. */
#define LONGEST_GAP (3 * RTC_SECOND)
#define LONGEST_GAP_SANITIZED (15 * RTC_SECOND)

static HostileStage *stage;
static HostileWorld *world;
static HostilePublisher *good, *vanished;
static gint64 good_lost;        /* as it was in the beginning: rtpsession counts the packets of probation twice */

static void
check_good (void)
{
  RtcTime gap;

  hostile_stage_wait_buffers (stage, "good", RTC_MEDIA_VIDEO, 2);
  hostile_stage_wait_buffers (stage, "good", RTC_MEDIA_AUDIO, 2);
  g_assert_cmpint (hostile_stage_get_packets_lost (stage, "good"), ==, good_lost);
  g_assert_cmpuint (hostile_stage_count_pads (stage, "good"), ==, 2);
  gap = hostile_stage_take_longest_gap (stage, "good");
  g_test_message ("the good one had to wait %.1f ms", gap / 1000.0);
  g_assert_cmpint (gap, <, hostile_is_sanitized ()? LONGEST_GAP_SANITIZED : LONGEST_GAP);
}

static void
expect_media (HostilePublisher * publisher, const gchar * name)
{
  hostile_stage_wait_buffers (stage, name, RTC_MEDIA_VIDEO, 6);
  hostile_stage_wait_buffers (stage, name, RTC_MEDIA_AUDIO, 4);
}

static void
bid_farewell (HostilePublisher * publisher, const gchar * name)
{
  hostile_publisher_free (publisher, HOSTILE_LEAVE);
  g_assert_cmpint (hostile_stage_wait_gone (stage, name), ==, GST_RTC_ERROR_LEFT);
}

static void
carry_out (HostilePublisher * publisher, const HostileAttack * attack)
{
  expect_media (publisher, publisher->viewer->name);
  attack->attack (publisher);
  check_good ();
  expect_media (publisher, publisher->viewer->name);
  g_assert_true (hostile_stage_has (stage, publisher->viewer->name));
}

static void
test_attack (gconstpointer data)
{
  const HostileAttack *attack = data;
  HostilePublisher *publisher = hostile_publisher_new (world, attack->name, NULL, TRUE);
  gint64 begin = g_get_monotonic_time ();

  carry_out (publisher, attack);
  bid_farewell (publisher, attack->name);
  check_good ();
  g_test_message ("%s: %.1f s", attack->name, (g_get_monotonic_time () - begin) / 1e6);
}

/* One after the other in one session */
static void
test_all_attacks (void)
{
  HostilePublisher *publisher = hostile_publisher_new (world, "all", NULL, TRUE);

  for (guint i = 0; i < hostile_n_attacks; i++) {
    g_test_message ("%s", hostile_attacks[i].name);
    carry_out (publisher, &hostile_attacks[i]);
  }
  bid_farewell (publisher, "all");
  check_good ();
}

/* A decoder that needs to be made again for each is given up in the end, but nothing else. */
static void
test_parameter_sets (void)
{
  HostilePublisher *publisher = hostile_publisher_new (world, "parameter-sets", NULL, TRUE);

  expect_media (publisher, "parameter-sets");
  hostile_publisher_change (publisher, HOSTILE_H264);
  for (guint i = 0; i < 200; i++) {
    guint8 payload[100];
    HostileRtp header;

    hostile_publishers_lock ();
    header = hostile_publisher_next (publisher, RTC_MEDIA_VIDEO);
    header.marker = i % 2;
    hostile_fill (publisher, payload, sizeof payload);
    /* SPS, PPS, alone and in aggregates whose sizes lie */
    payload[0] = 0x60 | (i % 3 ? 7 + i % 2 : 24 + i % 4);
    if (i % 3 == 0)
      GST_WRITE_UINT16_BE (payload + 1, i % 120);
    payload[3] = i % 3 == 0 ? 0x67 : payload[3];
    hostile_publisher_send (publisher, &header, payload, sizeof payload);
    publisher->tracks[RTC_MEDIA_VIDEO].timestamp += i % 2 ? 90 : 0;
    hostile_publishers_unlock ();
    g_usleep (RTC_MSECOND);
  }
  hostile_stage_wait_buffers (stage, "parameter-sets", RTC_MEDIA_AUDIO, 20);
  g_assert_cmpuint (hostile_stage_count_pads (stage, "parameter-sets"), ==, 2);
  bid_farewell (publisher, "parameter-sets");
  check_good ();
}

/* Signaling */

static gchar *
with (gchar * sdp, const gchar * from, const gchar * to)
{
  GString *text = g_string_new (sdp);

  g_assert_cmpuint (g_string_replace (text, from, to, 0), >, 0);
  g_free (sdp);
  return g_string_free (text, FALSE);
}

static gchar *
no_media (gchar * sdp)
{
  *strstr (sdp, "m=") = '\0';
  return sdp;
}

static gchar *
one_section (gchar * sdp)
{
  *strstr (strstr (sdp, "m=") + 1, "m=") = '\0';
  return sdp;
}

static gchar *
one_more_section (gchar * sdp)
{
  gchar *more = g_strconcat (sdp, strstr (sdp, "m="), NULL);

  g_free (sdp);
  return more;
}

static gchar *
other_kinds (gchar * sdp)
{
  return with (with (with (sdp, "m=audio", "m=x"), "m=video", "m=audio"), "m=x", "m=video");
}

static gchar *
other_mids (gchar * sdp)
{
  return with (sdp, "a=mid:", "a=mid:x");
}

static gchar *
no_fingerprint (gchar * sdp)
{
  return with (sdp, "a=fingerprint", "a=x-fingerprint");
}

static gchar *
no_ice (gchar * sdp)
{
  return with (sdp, "a=ice-ufrag", "a=x-ice-ufrag");
}

static gchar *
wants_it_all (gchar * sdp)
{
  return with (sdp, "a=sendonly", "a=recvonly");
}

static gchar *
foreign_codecs (gchar * sdp)
{
  return with (with (with (sdp, " VP8/", " VP7/"), " H264/", " H269/"), " opus/", " tropus/");
}

static gchar *
nonsense (gchar * sdp)
{
  g_free (sdp);
  return g_strdup ("v=0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\na=rtpmap:96 \r\n");
}

static const struct
{
  const gchar *name;
  gchar *(*edit) (gchar * sdp);
  gint reason;                  /* a GstRtcError, -1: it stays, but nothing comes of it */
} misfits[] = {
  {"no-media", no_media, GST_RTC_ERROR_DESCRIPTION},
  {"one-section", one_section, GST_RTC_ERROR_DESCRIPTION},
  {"one-more-section", one_more_section, GST_RTC_ERROR_DESCRIPTION},
  {"other-kinds", other_kinds, GST_RTC_ERROR_DESCRIPTION},
  {"other-mids", other_mids, GST_RTC_ERROR_DESCRIPTION},
  {"no-fingerprint", no_fingerprint, GST_RTC_ERROR_DESCRIPTION},
  {"no-ice", no_ice, GST_RTC_ERROR_DESCRIPTION},
  {"wants-it-all", wants_it_all, -1},
  {"foreign-codecs", foreign_codecs, GST_RTC_ERROR_NO_COMMON_CODEC},
  {"nonsense", nonsense, GST_RTC_ERROR_DESCRIPTION},
};

static gboolean
is_described (gpointer viewer)
{
  return ((HostileViewer *) viewer)->description != NULL;
}

static void
test_misfits (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (misfits); i++) {
    HostilePublisher *publisher = hostile_publisher_start (world, misfits[i].name, misfits[i].edit);
    GstRtcError reason;

    g_assert_true (hostile_viewer_wait (publisher->viewer, is_described, 20 * RTC_SECOND));
    if (misfits[i].reason < 0)
      g_assert_true (hostile_viewer_wait (publisher->viewer, hostile_is_connected, 20 * RTC_SECOND));
    else
      g_assert_true (hostile_viewer_wait (publisher->viewer, hostile_is_left, 20 * RTC_SECOND));
    hostile_publisher_free (publisher, HOSTILE_LEAVE);
    g_assert_cmpuint (hostile_stage_count_pads (stage, misfits[i].name), ==, 0);
    reason = hostile_stage_wait_gone (stage, misfits[i].name);
    g_assert_cmpint (reason, ==, misfits[i].reason < 0 ? GST_RTC_ERROR_LEFT : misfits[i].reason);
  }
  check_good ();
}

/* As if signaling delivered each message two times */
static void
test_twice (void)
{
  HostilePublisher *publisher = hostile_publisher_start (world, "twice", NULL);
  HostileViewer *viewer = publisher->viewer;

  hostile_viewer_say (viewer, "{\"type\":\"login\",\"name\":\"twice\"}");
  g_assert_true (hostile_viewer_wait (viewer, is_described, 20 * RTC_SECOND));
  hostile_viewer_describe (viewer, "answer", viewer->description);
  for (guint i = 0; i < 2; i++)
    hostile_viewer_propose (viewer, "candidate:9 1 UDP 1 127.0.0.1 9 typ host");
  for (guint i = 0; i < 2; i++)
    hostile_viewer_propose (viewer, "");
  hostile_publisher_connect (publisher, TRUE);
  expect_media (publisher, "twice");
  hostile_viewer_describe (viewer, "answer", viewer->description);
  for (guint i = 0; i < 2; i++)
    hostile_viewer_describe (viewer, "offer", viewer->description);
  expect_media (publisher, "twice");
  g_assert_cmpuint (hostile_stage_count_pads (stage, "twice"), ==, 2);
  for (guint i = 0; i < 2; i++)
    hostile_viewer_say (viewer, "{\"type\":\"leave\"}");
  g_assert_cmpint (hostile_stage_wait_gone (stage, "twice"), ==, GST_RTC_ERROR_LEFT);
  hostile_publisher_free (publisher, HOSTILE_LEAVE);
  check_good ();
}

/* One after the other, then all at once; tracks that run do not notice */
static void
test_reoffers (void)
{
  HostilePublisher *publisher = hostile_publisher_new (world, "reoffers", NULL, TRUE);
  guint n = publisher->viewer->n_answers;

  expect_media (publisher, "reoffers");
  for (guint i = 0; i < 50; i++)
    hostile_viewer_offer (publisher->viewer);
  hostile_stage_wait_buffers (stage, "reoffers", RTC_MEDIA_VIDEO, 20);
  g_test_message ("%u offers were answered", publisher->viewer->n_answers - n);
  g_assert_cmpuint (publisher->viewer->n_answers, >, n);
  for (guint i = 0; i < 100; i++)
    hostile_viewer_describe (publisher->viewer, "offer", publisher->viewer->description);
  hostile_stage_wait_buffers (stage, "reoffers", RTC_MEDIA_AUDIO, 20);
  g_assert_cmpuint (hostile_stage_count_pads (stage, "reoffers"), ==, 2);
  bid_farewell (publisher, "reoffers");
  check_good ();
}

#define LONG "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static const gchar *const names[] = {
  "\"quoted\" and 'so'", "\xf0\x9f\x8e\xa5 \xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d", LONG LONG, "%s%n%d",
  "../../etc", "<b>&amp;</b>", " ", "\\", "a,b;c=(string)d", "consumer-0", "{ }", "good ",
};

static void
test_names (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    HostilePublisher *publisher = hostile_publisher_new (world, names[i], NULL, TRUE);

    hostile_stage_wait_buffers (stage, names[i], RTC_MEDIA_VIDEO, 1);
    hostile_stage_wait_buffers (stage, names[i], RTC_MEDIA_AUDIO, 1);
    g_assert_cmpint (hostile_stage_get_packets_lost (stage, names[i]), <=, 0);
    g_assert_cmpint (hostile_stage_get_packets_lost (stage, names[i]), >, -10);
    bid_farewell (publisher, names[i]);
  }
  check_good ();
}

/* Coming and going */

/* No pad for what never comes; players are told that none is to be waited for. */
static void
test_silent_track (void)
{
  HostilePublisher *publisher = hostile_publisher_new (world, "silent", NULL, FALSE);
  guint n = hostile_stage_get_n_no_more_pads (stage);
  gint64 end = g_get_monotonic_time () + 20 * RTC_SECOND;

  hostile_publisher_play (publisher, RTC_MEDIA_AUDIO, TRUE);
  hostile_stage_wait_buffers (stage, "silent", RTC_MEDIA_AUDIO, 10);
  while (hostile_stage_get_n_no_more_pads (stage) == n) {
    g_assert_cmpint (g_get_monotonic_time (), <, end);
    g_usleep (10 * RTC_MSECOND);
  }
  g_assert_cmpuint (hostile_stage_count_pads (stage, "silent"), ==, 1);
  g_assert_true (hostile_stage_has (stage, "silent"));
  bid_farewell (publisher, "silent");
  publisher = hostile_publisher_new (world, "mute", NULL, FALSE);
  bid_farewell (publisher, "mute");
  check_good ();
}

#define N_AT_ONCE 10
#define N_ROUNDS 10
#define N_WARMING 3
#define HEAP_TOLERANCE (1024 * 1024)

static void
publish_and_leave (guint round)
{
  HostilePublisher *publishers[N_AT_ONCE];
  gchar *cycle_names[N_AT_ONCE];

  for (guint i = 0; i < N_AT_ONCE; i++) {
    cycle_names[i] = g_strdup_printf ("cycle-%u-%u", round, i);
    publishers[i] = hostile_publisher_start (world, cycle_names[i], NULL);
  }
  for (guint i = 0; i < N_AT_ONCE; i++)
    hostile_publisher_connect (publishers[i], TRUE);
  for (guint i = 0; i < N_AT_ONCE; i++)
    hostile_stage_wait_buffers (stage, cycle_names[i], RTC_MEDIA_VIDEO, 1);
  for (guint i = 0; i < N_AT_ONCE; i++)
    hostile_publisher_free (publishers[i], HOSTILE_LEAVE);
  for (guint i = 0; i < N_AT_ONCE; i++) {
    hostile_stage_wait_gone (stage, cycle_names[i]);
    g_free (cycle_names[i]);
  }
}

/* Sockets, threads of pools and what waits to be freed take a moment longer. */
static HostileLoad
settle (const HostileLoad * baseline)
{
  gint64 end = g_get_monotonic_time () + 20 * RTC_SECOND;
  HostileLoad load;

  do {
    g_usleep (100 * RTC_MSECOND);
    load = hostile_load_measure ();
  } while (baseline && g_get_monotonic_time () < end && (load.n_files > baseline->n_files
          || load.n_threads > baseline->n_threads || load.heap > baseline->heap + HEAP_TOLERANCE));
  g_test_message ("%u files, %u threads, %" G_GUINT64_FORMAT " bytes", load.n_files, load.n_threads, load.heap);
  return load;
}

static void
test_cycles (void)
{
  HostileLoad baseline, load;

  for (guint i = 0; i < N_WARMING; i++)
    publish_and_leave (i);
  g_usleep (500 * RTC_MSECOND);
  baseline = settle (NULL);
  for (guint i = 0; i < N_ROUNDS; i++)
    publish_and_leave (N_WARMING + i);
  load = settle (&baseline);
  g_assert_cmpuint (load.n_files, <=, baseline.n_files);
  g_assert_cmpuint (load.n_threads, <=, baseline.n_threads);
  g_assert_cmpuint (load.heap, <=, baseline.heap + HEAP_TOLERANCE);
  check_good ();
}

/* It vanishes before all other tests; consent expires while they run. */
static void
test_vanish (void)
{
  HostilePublisher *publisher = hostile_publisher_new (world, "vanishing", NULL, TRUE);

  expect_media (publisher, "vanishing");
  hostile_viewer_mute (publisher->viewer);
  vanished = publisher;
}

static void
test_vanished (void)
{
  g_assert_cmpint (hostile_stage_wait_gone (stage, "vanishing"), ==, GST_RTC_ERROR_CONSENT);
  hostile_publisher_free (vanished, HOSTILE_VANISH);
  check_good ();
}

static void
open_world (const gchar * element)
{
  stage = hostile_stage_new (element);
  world = hostile_world_new (FALSE, hostile_stage_get_port (stage));
  hostile_publishers_init (world);
  good = hostile_publisher_new (world, "good", NULL, TRUE);
  hostile_attacks_aim (stage, good);
  expect_media (good, "good");
  good_lost = hostile_stage_get_packets_lost (stage, "good");
  g_assert_cmpint (good_lost, <=, 0);
  check_good ();
}

static void
close_world (void)
{
  bid_farewell (good, "good");
  hostile_publishers_deinit ();
  hostile_world_free (world);
  hostile_stage_free (stage);
}

static void
test_open (gconstpointer element)
{
  open_world (element);
}

static void
test_close (void)
{
  check_good ();
  close_world ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gst_init (&argc, &argv);
  g_test_add_data_func ("/publishing/rtcsrc/open", "rtcsrc", test_open);
  g_test_add_func ("/publishing/rtcsrc/vanish", test_vanish);
  for (guint i = 0; i < hostile_n_attacks; i++) {
    g_autofree gchar *path = g_strdup_printf ("/publishing/rtcsrc/%s", hostile_attacks[i].name);

    g_test_add_data_func (path, &hostile_attacks[i], test_attack);
  }
  g_test_add_func ("/publishing/rtcsrc/parameter-sets", test_parameter_sets);
  g_test_add_func ("/publishing/rtcsrc/misfits", test_misfits);
  g_test_add_func ("/publishing/rtcsrc/reoffers", test_reoffers);
  g_test_add_func ("/publishing/rtcsrc/twice", test_twice);
  g_test_add_func ("/publishing/rtcsrc/names", test_names);
  g_test_add_func ("/publishing/rtcsrc/silent-track", test_silent_track);
  g_test_add_func ("/publishing/rtcsrc/cycles", test_cycles);
  g_test_add_func ("/publishing/rtcsrc/vanished", test_vanished);
  g_test_add_func ("/publishing/rtcsrc/close", test_close);
  g_test_add_data_func ("/publishing/rtcbin/open", "rtcbin", test_open);
  g_test_add_func ("/publishing/rtcbin/all", test_all_attacks);
  g_test_add_func ("/publishing/rtcbin/close", test_close);
  return g_test_run ();
}
