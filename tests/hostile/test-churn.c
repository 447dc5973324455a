/* gst-rtc: viewers that come and go by the thousand leave nothing behind
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "hostileviewer.h"

#include <string.h>

#define SOON (20 * RTC_SECOND)
#define N_CYCLES 1000
#define N_CYCLES_SANITIZED 300
#define N_AT_ONCE 20
#define N_JOINING 50
#define N_JOINING_SANITIZED 15  /* more, and the viewers themselves are too slow for the server */
#define N_RESTARTS 10
/* Bytes that may stay of each viewer: caches grow in steps, and the frames kept for late viewers differ. GnuTLS keeps
 * 192 bytes of each network thread there ever was (gnutls_rnd() in libnice). */
#define HEAP_TOLERANCE 200
#define RESTART_TOLERANCE (10 * 1024)

static HostileWorld *world;

/* How far a viewer gets before it vanishes */
typedef enum
{
  BEFORE_LOGIN,
  AT_LOGIN,
  BEFORE_ANSWER,
  IN_ICE,
  IN_DTLS,
  AT_ANSWER,
  CONNECTED,
  WATCHING,
  LEAVING,                      /* the only one that says goodbye */
  N_STAGES,
} Stage;

static gboolean
is_answering (gpointer viewer)
{
  return ((HostileViewer *) viewer)->description != NULL;
}

static gboolean
is_shaking_hands (gpointer viewer)
{
  return g_atomic_int_get (&((HostileViewer *) viewer)->n_dtls) > 0;
}

static gboolean
is_anything (gpointer viewer)
{
  return TRUE;
}

static const struct
{
  HostileHabits habits;
  HostilePredicate reached;
} stages[N_STAGES] = {
  [BEFORE_LOGIN] = {{.max_dtls = -1}, is_anything},
  [AT_LOGIN] = {{.max_dtls = -1}, is_anything},
  [BEFORE_ANSWER] = {{.ignores_offers = TRUE,.max_dtls = -1}, hostile_is_offered},
  [IN_ICE] = {{.mute = TRUE,.max_dtls = -1}, is_answering},
  [IN_DTLS] = {{.max_dtls = 1}, is_shaking_hands},
  [AT_ANSWER] = {{.max_dtls = -1}, is_answering},
  [CONNECTED] = {{.max_dtls = -1}, hostile_is_connected},
  [WATCHING] = {{.max_dtls = -1}, hostile_is_connected},
  [LEAVING] = {{.max_dtls = -1}, hostile_is_connected},
};

static void
run_cycles (guint n)
{
  static guint n_viewers;
  HostileViewer *viewers[N_AT_ONCE];

  for (guint done = 0; done < n; done += N_AT_ONCE) {
    for (guint i = 0; i < N_AT_ONCE; i++) {
      g_autofree gchar *name = g_strdup_printf ("cycle-%u", n_viewers);
      Stage stage = n_viewers++ % N_STAGES;

      viewers[i] = hostile_viewer_new (world, stage == BEFORE_LOGIN ? NULL : name, &stages[stage].habits);
    }
    for (guint i = 0; i < N_AT_ONCE; i++) {
      Stage stage = (n_viewers - N_AT_ONCE + i) % N_STAGES;

      g_assert_true (hostile_viewer_wait (viewers[i], stages[stage].reached, SOON));
      if (stage == WATCHING)
        g_assert_true (hostile_viewer_wait_frames (viewers[i], 1, SOON));
      hostile_viewer_free (viewers[i], stage == LEAVING ? HOSTILE_LEAVE : HOSTILE_VANISH);
    }
  }
}

static gboolean
is_alone (gpointer data)
{
  return hostile_server_count (world->server) == 1;
}

/* The server keeps all frames since the last key frame, for those who come later, and some older ones: it has
 * the fewest some time after a new one. */
static guint64
measure_heap (void)
{
  GBytes *packet = hostile_viewer_request_key (world->good);
  guint64 heap = G_MAXUINT64;

  g_assert_nonnull (packet);
  g_bytes_unref (packet);
  for (guint i = 0; i < 30; i++) {
    g_usleep (50 * RTC_MSECOND);
    heap = MIN (heap, hostile_server_measure (world->server).heap);
  }
  return heap;
}

/* Threads of pools (GIO's resolver, GStreamer's) go when they were idle for some time. */
static HostileMeasure
settle (const HostileMeasure * baseline)
{
  gint64 deadline = g_get_monotonic_time () + SOON;
  HostileMeasure measure;
  guint64 heap;

  g_assert_true (hostile_wait (world->control, is_alone, NULL, SOON));
  heap = measure_heap ();
  do {
    g_usleep (200 * RTC_MSECOND);
    measure = hostile_server_measure (world->server);
  } while (baseline && (measure.n_files != baseline->n_files || measure.n_threads != baseline->n_threads)
      && g_get_monotonic_time () < deadline);
  measure.heap = heap;
  g_test_message ("%u files, %u threads, %" G_GUINT64_FORMAT " bytes", measure.n_files, measure.n_threads, measure.heap);
  return measure;
}

static void
expect_baseline (const HostileMeasure * measure, const HostileMeasure * baseline)
{
  g_assert_cmpuint (measure->n_files, ==, baseline->n_files);
  g_assert_cmpuint (measure->n_threads, ==, baseline->n_threads);
}

/* HOSTILE_CYCLES: for a soak */
static guint
get_n_cycles (void)
{
  const gchar *wanted = g_getenv ("HOSTILE_CYCLES");

  if (wanted)
    return MAX (g_ascii_strtoull (wanted, NULL, 10), 2);
  return hostile_is_sanitized ()? N_CYCLES_SANITIZED : N_CYCLES;
}

static void
test_cycles (void)
{
  const guint n = get_n_cycles ();
  HostileMeasure baseline, half, whole;
  RtcTime begin;

  run_cycles (5 * N_AT_ONCE);
  baseline = settle (NULL);
  begin = g_get_monotonic_time ();
  run_cycles (n / 2);
  half = settle (&baseline);
  run_cycles (n / 2);
  g_test_message ("a cycle takes %.1f ms", (g_get_monotonic_time () - begin) / 1000.0 / n);
  whole = settle (&baseline);

  expect_baseline (&half, &baseline);
  expect_baseline (&whole, &baseline);
  g_assert_cmpuint (whole.heap, <, half.heap + n / 2 * HEAP_TOLERANCE);
  g_assert_cmpuint (whole.heap, <, baseline.heap + 2 * n * HEAP_TOLERANCE);
  hostile_world_check (world);
}

/* Joining */

static void
expect_media (HostileViewer * viewer)
{
  HostileMedia media = hostile_viewer_get_media (viewer);

  if (media.frames >= 2 || hostile_viewer_wait_frames (viewer, 2, SOON))
    return;
  media = hostile_viewer_get_media (viewer);
  g_error ("%s has %u frames of %u packets, %s, %u offers, %u leaves", viewer->name, media.frames,
      media.datagrams[RTC_PACKET_RTP], viewer->connected ? "connected" : "not connected", viewer->n_offers,
      viewer->n_leaves);
}

static void
join_all (HostileViewer ** viewers, guint n, const gchar * prefix)
{
  for (guint i = 0; i < n; i++) {
    g_autofree gchar *name = g_strdup_printf ("%s-%u", prefix, i);

    viewers[i] = hostile_viewer_new (world, name, NULL);
  }
  for (guint i = 0; i < n; i++)
    expect_media (viewers[i]);
}

static void
check_joining (const gchar * prefix)
{
  const guint n = hostile_is_sanitized ()? N_JOINING_SANITIZED : N_JOINING;
  HostileViewer *viewers[N_JOINING];
  gint alive, made, forced, forced_before;
  RtcTime begin = g_get_monotonic_time (), taken;

  hostile_server_get_encoders (world->server, &alive, &made, &forced_before);
  join_all (viewers, n, prefix);
  hostile_server_get_encoders (world->server, &alive, &made, &forced);
  taken = g_get_monotonic_time () - begin;
  g_test_message ("%d forced key frames in %.1f s", forced - forced_before, taken / (gdouble) RTC_SECOND);
  g_assert_cmpint (alive, ==, 1);
  /* With a sanitizer they do not come at once, and there may be one a second. */
  g_assert_cmpint (forced - forced_before, <=, 2 + taken / RTC_SECOND);
  for (guint i = 0; i < n; i++)
    hostile_viewer_free (viewers[i], HOSTILE_LEAVE);
}

static void
test_joining (void)
{
  check_joining ("joining");
  hostile_world_check (world);
}

/* Restarts */

static void
test_restarts (void)
{
  HostileMeasure baseline = { 0 }, measure;
  HostileViewer *viewers[4];

  hostile_viewer_free (g_steal_pointer (&world->good), HOSTILE_LEAVE);
  for (guint i = 0; i < N_RESTARTS; i++) {
    g_autofree gchar *prefix = g_strdup_printf ("restart-%u", i);

    hostile_server_stop (world->server);
    world->port = hostile_server_play (world->server);
    join_all (viewers, G_N_ELEMENTS (viewers), prefix);
    hostile_server_stop (world->server);
    measure = hostile_server_measure (world->server);
    g_test_message ("%u files, %u threads, %" G_GUINT64_FORMAT " bytes", measure.n_files, measure.n_threads,
        measure.heap);
    for (guint j = 0; j < G_N_ELEMENTS (viewers); j++) {
      g_assert_true (hostile_viewer_wait (viewers[j], hostile_is_left, SOON));
      g_assert_true (hostile_viewer_wait (viewers[j], hostile_is_closed, SOON));
      hostile_viewer_free (viewers[j], HOSTILE_LEAVE);
    }
    if (i == 0)
      baseline = measure;
    expect_baseline (&measure, &baseline);
  }
  g_assert_cmpuint (measure.heap, <, baseline.heap + N_RESTARTS * RESTART_TOLERANCE);
}

/* The first ones after a start: there is no encoder yet. */
static void
test_joining_a_fresh_stream (void)
{
  world->port = hostile_server_play (world->server);
  check_joining ("early");
}

int
main (int argc, char **argv)
{
  gint status;

  g_test_init (&argc, &argv, NULL);
  gst_init (NULL, NULL);
  world = hostile_world_new (TRUE, 0);
  g_test_add_func ("/churn/joining", test_joining);
  g_test_add_func ("/churn/cycles", test_cycles);
  g_test_add_func ("/churn/restarts", test_restarts);
  g_test_add_func ("/churn/joining-a-fresh-stream", test_joining_a_fresh_stream);
  status = g_test_run ();
  hostile_world_free (world);
  return status;
}
