/* gst-rtc: tests of the program gst-rtc-server
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <ext/soup/gstrtcwebsocketsignaller.h>
#include <signal.h>

#include "websocketfixture.h"

typedef struct
{
  GSubprocess *process;
  GDataInputStream *output;
  guint port;
} Server;

static GSubprocess *
spawn (const gchar * option, const gchar * value)
{
  g_autofree gchar *both = g_strconcat (option, "=", value, NULL);
  g_autoptr (GError) error = NULL;
  GSubprocess *process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE,
      &error, RTC_SERVER, value != NULL ? both : option, NULL);

  g_assert_no_error (error);
  return process;
}

static void
server_init (Server * server, const gchar * option, const gchar * value)
{
  const gchar *argv[] = { RTC_SERVER, "--port=0", option, value, NULL };
  g_autofree gchar *line = NULL;

  server->process = g_subprocess_newv (argv, G_SUBPROCESS_FLAGS_STDOUT_PIPE, NULL);
  server->output = g_data_input_stream_new (g_subprocess_get_stdout_pipe (server->process));
  line = g_data_input_stream_read_line (server->output, NULL, NULL, NULL);
  g_assert_nonnull (line);
  g_assert_true (g_str_has_prefix (line, "Listening: open http://127.0.0.1:"));
  server->port = g_ascii_strtoull (strrchr (line, ':') + 1, NULL, 10);
}

static void
server_clear (Server * server)
{
  g_subprocess_force_exit (server->process);
  g_subprocess_wait (server->process, NULL, NULL);
  g_object_unref (server->output);
  g_object_unref (server->process);
}

static void
ends_with (const gchar * option, const gchar * value, gint status, const gchar * text)
{
  g_autoptr (GSubprocess) process = spawn (option, value);
  g_autofree gchar *output = NULL;
  g_autofree gchar *errors = NULL;

  g_assert_true (g_subprocess_communicate_utf8 (process, NULL, NULL, &output, &errors, NULL));
  g_assert_cmpint (g_subprocess_get_exit_status (process), ==, status);
  g_assert_nonnull (strstr (status == 0 ? output : errors, text));
}

static void
test_options (void)
{
  Server server;
  g_autofree gchar *port = NULL;
  g_autofree gchar *taken = NULL;

  server_init (&server, NULL, NULL);
  port = g_strdup_printf ("%u", server.port);
  taken = g_strdup_printf ("gst-rtc-server: Port %u on 127.0.0.1 is taken: ", server.port);
  ends_with ("--port", port, 1, taken);
  server_clear (&server);

  ends_with ("--help", NULL, 0, "--room-limit=NUMBER");
  ends_with ("--version", NULL, 0, "gst-rtc-server 0");
  ends_with ("--port", "70000", 1, "gst-rtc-server: --port must be 0 to 65535");
  ends_with ("--nonsense", NULL, 1, "gst-rtc-server: Unknown option --nonsense");
  ends_with ("argument", NULL, 1, "gst-rtc-server: there are no arguments but options");
  ends_with ("--private-key", "key.pem", 1, "gst-rtc-server: --private-key is of no use");
  ends_with ("--certificate", "/nonexistent.pem", 1, "gst-rtc-server: Certificate /nonexistent.pem");
  ends_with ("--turn-server", "turn://host", 1, "gst-rtc-server: \"turn://host\" is no STUN or TURN server");
  ends_with ("--host", "192.0.2.7", 1, "gst-rtc-server: Cannot listen on 192.0.2.7");
}

static void
test_ice_servers (void)
{
  Server server;
  Client *client;

  server_init (&server, "--stun-server=stun://192.0.2.1:3478", "--turn-server=turn://u:p@192.0.2.2:3478");
  client = client_new (server.port);
  client_say (client, "{'type':'login','name':'a'}");
  client_hears (client, "{'type':'login','success':true,'name':'a','iceServers':["
      "{'urls':'stun:192.0.2.1:3478'},{'urls':'turn:192.0.2.2:3478','username':'u','credential':'p'}]}");
  client_free (client);
  server_clear (&server);
}

static void
ends_by (gint number)
{
  Server server;
  Client *client;

  server_init (&server, NULL, NULL);
  client = client_new (server.port);
  client_say (client, "{'type':'login','name':'a'}");
  client_hears (client, "{'type':'login','success':true,'name':'a','iceServers':[]}");
  g_subprocess_send_signal (server.process, number);
  client_hears (client, "{'type':'leave','lost':true,'message':'The signaling server stops'}");
  client_is_closed (client, SOUP_WEBSOCKET_CLOSE_GOING_AWAY);
  g_assert_true (g_subprocess_wait_check (server.process, NULL, NULL));
  client_free (client);
  server_clear (&server);
}

static void
test_signals (void)
{
  ends_by (SIGINT);
  ends_by (SIGTERM);
}

static void
on_error (GstRtcSignaller * signaller, const GError * error, gboolean * has_failed)
{
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, "no sign of life"));
  *has_failed = TRUE;
}

/* A server that hangs, with its sockets open: only the missing pongs tell. Takes as long as that. */
static void
test_hangs (void)
{
  g_autoptr (GstRtcSignaller) signaller =
      gst_object_ref_sink (g_object_new (GST_TYPE_RTC_WEBSOCKET_SIGNALLER, NULL));
  g_autofree gchar *uri = NULL;
  gboolean is_joined = FALSE, has_failed = FALSE;
  Server server;

  server_init (&server, NULL, NULL);
  uri = g_strdup_printf ("ws://127.0.0.1:%u/ws", server.port);
  g_object_set (signaller, "uri", uri, NULL);
  g_signal_connect (signaller, "error", G_CALLBACK (on_error), &has_failed);
  g_assert_true (gst_rtc_signaller_start (signaller, NULL, NULL));
  while (!is_joined) {
    g_main_context_iteration (NULL, TRUE);
    g_object_get (signaller, "joined", &is_joined, NULL);
  }
  let_pass (25000);
  g_assert_false (has_failed);
  g_subprocess_send_signal (server.process, SIGSTOP);
  WAIT_FOR (has_failed);
  g_subprocess_send_signal (server.process, SIGCONT);
  gst_rtc_signaller_stop (signaller);
  server_clear (&server);
}

/* As tests/lib/asan does for us, where it is that one that runs us */
static void
set_sanitizer_options (void)
{
  const gchar *options = g_getenv ("ASAN_OPTIONS");
  g_autofree gchar *more = g_strconcat (options != NULL ? options : "", ":fast_unwind_on_malloc=0", NULL);

  if (options != NULL)
    g_setenv ("ASAN_OPTIONS", more, TRUE);
}

int
main (int argc, char **argv)
{
  set_sanitizer_options ();
  g_setenv ("GIO_USE_PROXY_RESOLVER", "dummy", TRUE);
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rtcserver/options", test_options);
  g_test_add_func ("/rtcserver/ice-servers", test_ice_servers);
  g_test_add_func ("/rtcserver/signals", test_signals);
  if (g_test_slow ())
    g_test_add_func ("/rtcserver/hangs", test_hangs);
  return g_test_run ();
}
