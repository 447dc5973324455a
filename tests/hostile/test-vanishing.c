/* gst-rtc: viewers that stop, in every way, are gone in time, and nobody else notices
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * All of them stop at once: this is as long as the longest of the time-outs.
 */
#include "hostileviewer.h"

#include <ext/nice/rtcnice.h>
#include <ext/soup/rtcclient.h>
#include <gst/elements/gstrtcsettings.h>

#include <signal.h>
#include <string.h>
#include <sys/prctl.h>

#define SOON (10 * RTC_SECOND)

/* What a busy machine may be late by. With it, too, every limit is below the 30 s of RFC 7675. */
#define LATE (5 * RTC_SECOND)
/* The silence of a client is looked for every second. */
#define SILENCE_LIMIT (RTC_CLIENT_SILENCE + RTC_SECOND + LATE)
#define CONSENT_LIMIT (RTC_NICE_CONSENT_EXPIRY + LATE)
G_STATIC_ASSERT (SILENCE_LIMIT < 30 * RTC_SECOND && CONSENT_LIMIT < 30 * RTC_SECOND);

static HostileWorld *world;

/* A viewer in a process of its own: `test-vanishing watch PORT NAME` */

static int
watch (guint16 port, const gchar * name)
{
  HostileViewer *viewer;

  /* A test that fails leaves nobody behind, stopped or not, who would keep its output open. */
  prctl (PR_SET_PDEATHSIG, SIGKILL);
  world = hostile_world_new (FALSE, port);
  viewer = hostile_viewer_new (world, name, NULL);
  if (!hostile_viewer_wait_frames (viewer, 5, SOON))
    return 1;
  g_print ("watching\n");
  /* until killed */
  for (;;)
    g_usleep (G_USEC_PER_SEC);
}

static GSubprocess *
start_watcher (const gchar * name)
{
  g_autofree gchar *port = g_strdup_printf ("%u", world->port);
  g_autoptr (GError) error = NULL;
  GSubprocess *process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error, "/proc/self/exe", "watch", port,
      name, NULL);
  gchar byte;

  g_assert_no_error (error);
  g_assert_cmpint (g_input_stream_read (g_subprocess_get_stdout_pipe (process), &byte, 1, NULL, NULL), ==, 1);
  return process;
}

static void
end_watcher (GSubprocess * process)
{
  g_subprocess_force_exit (process);
  g_subprocess_wait (process, NULL, NULL);
  g_object_unref (process);
}

typedef struct
{
  const gchar *name;
  HostileHabits habits;
  void (*stop) (HostileViewer * viewer);        /* once it is connected */
  RtcTime limit;                /* 0: the time that setting up may take */
  guint reasons;                /* set of 1 << GstRtcError */
  HostileViewer *viewer;
} Case;

#define ON(error) (1u << GST_RTC_ERROR_##error)

static Case cases[] = {
  {"never-answers", {.ignores_offers = TRUE,.max_dtls = -1}, NULL, 0, ON (TIMEOUT)},
  {"stalls-in-ice", {.mute = TRUE,.max_dtls = -1}, NULL, 0, ON (TIMEOUT) | ON (ICE)},
  {"stalls-before-dtls", {.max_dtls = 0}, NULL, 0, ON (TIMEOUT)},
  {"stalls-in-dtls", {.max_dtls = 1}, NULL, 0, ON (TIMEOUT)},
  {"hears-nothing", {.max_dtls = -1}, hostile_viewer_stop_reading_media, CONSENT_LIMIT, ON (CONSENT)},
  {"mute", {.max_dtls = -1}, hostile_viewer_mute, CONSENT_LIMIT, ON (CONSENT)},
  {"reads-nothing", {.max_dtls = -1}, hostile_viewer_stop_reading_signaling, SILENCE_LIMIT, ON (SIGNALLING)},
};

static RtcTime
get_setup_limit (void)
{
  RtcPeerConfig config = { NULL, };
  GstRtcSettings settings;

  gst_rtc_settings_init (&settings);
  gst_rtc_settings_apply (&settings, &config);
  gst_rtc_settings_clear (&settings);
  return config.setup_timeout + LATE;
}

static void
start_case (Case * one)
{
  one->viewer = hostile_viewer_new (world, one->name, &one->habits);
  if (!one->stop)
    return;
  g_assert_true (hostile_viewer_wait_frames (one->viewer, 2, SOON));
  one->stop (one->viewer);
}

/* limit: from @stopped on */
static void
expect_gone (const gchar * name, RtcTime stopped, RtcTime limit, guint reasons)
{
  const GError *reason = hostile_server_wait_removed (world->server, name, stopped + limit - g_get_monotonic_time ());

  if (!reason)
    g_error ("%s is still here", name);
  g_test_message ("%s, %.1f s: %s", name, (g_get_monotonic_time () - stopped) / 1e6, reason->message);
  g_assert_true (reason->domain == GST_RTC_ERROR);
  g_assert_cmphex (1u << reason->code & reasons, !=, 0);
}

/* A process that is stopped: the kernel still takes its packets, both ways, until its buffers are full.
 * One that is killed: the kernel closes its WebSocket, so that no time-out is waited for. */
static void
test_all (void)
{
  const RtcTime setup_limit = get_setup_limit ();
  GSubprocess *frozen = start_watcher ("frozen"), *killed = start_watcher ("killed");
  RtcTime begin;

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    start_case (&cases[i]);
  begin = g_get_monotonic_time ();
  g_subprocess_send_signal (frozen, SIGSTOP);
  g_subprocess_send_signal (killed, SIGKILL);
  expect_gone ("killed", begin, SOON, ON (LEFT));
  hostile_world_check (world);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    expect_gone (cases[i].name, begin, cases[i].limit ? cases[i].limit : setup_limit, cases[i].reasons);
    hostile_viewer_free (cases[i].viewer, HOSTILE_VANISH);
    hostile_world_check (world);
  }
  expect_gone ("frozen", begin, MAX (SILENCE_LIMIT, CONSENT_LIMIT), ON (CONSENT) | ON (SIGNALLING));
  g_subprocess_send_signal (frozen, SIGCONT);
  end_watcher (frozen);
  end_watcher (killed);
  g_assert_cmpuint (hostile_server_count (world->server), ==, 1);
  hostile_world_check (world);
}

int
main (int argc, char **argv)
{
  gint status;

  if (argc == 4 && !strcmp (argv[1], "watch")) {
    gst_init (NULL, NULL);
    return watch (atoi (argv[2]), argv[3]);
  }
  g_test_init (&argc, &argv, NULL);
  gst_init (NULL, NULL);
  world = hostile_world_new (TRUE, 0);
  g_test_add_func ("/vanishing/all", test_all);
  status = g_test_run ();
  hostile_world_free (world);
  return status;
}
