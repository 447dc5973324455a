/* gst-rtc: tests of the client signaller, with servers in the same main context
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <ext/soup/gstrtcwebsocketsignaller.h>
#include <ext/soup/rtcserver.h>
#include <glib/gstdio.h>

#include "websocketfixture.h"

#define MS (G_USEC_PER_SEC / 1000)

typedef struct
{
  GstRtcSignaller *signaller;
  GString *seen;                /* its signals, one per line */
  GString *errors;              /* the same */
} Peer;

typedef struct
{
  RtcServer *server;
  guint port;
  const gchar *token, *certificate, *key;
  Peer a, b;
} Fixture;

static void
on_requested (GstRtcSignaller * signaller, const gchar * name, const gchar * offer, Peer * peer)
{
  g_string_append_printf (peer->seen, "requested %s %s\n", name, offer != NULL ? offer : "-");
}

static void
on_ended (GstRtcSignaller * signaller, const gchar * name, const GError * reason, Peer * peer)
{
  g_assert_error (reason, GST_RTC_ERROR, GST_RTC_ERROR_LEFT);
  g_string_append_printf (peer->seen, "ended %s\n", name);
}

static void
on_description (GstRtcSignaller * signaller, const gchar * name, GstRtcSdpType type, const gchar * sdp,
    Peer * peer)
{
  g_string_append_printf (peer->seen, "%s %s %s\n", type == GST_RTC_SDP_TYPE_OFFER ? "offer" : "answer",
      name, sdp);
}

static void
on_candidate (GstRtcSignaller * signaller, const gchar * name, const gchar * candidate, const gchar * sdp_mid,
    gint sdp_m_line_index, Peer * peer)
{
  g_string_append_printf (peer->seen, "candidate %s %s\n", name, candidate);
}

static void
on_error (GstRtcSignaller * signaller, const GError * error, Peer * peer)
{
  g_assert_error (error, GST_RTC_ERROR, GST_RTC_ERROR_SIGNALLING);
  g_string_append_printf (peer->errors, "%s\n", error->message);
}

static void
peer_init (Peer * peer, const gchar * name)
{
  static const RtcUplinkTimes times = { 50 * MS, 400 * MS, 300 * MS, 1500 * MS };

  peer->signaller = gst_object_ref_sink (g_object_new (GST_TYPE_RTC_WEBSOCKET_SIGNALLER, "name", name, NULL));
  peer->seen = g_string_new (NULL);
  peer->errors = g_string_new (NULL);
  gst_rtc_websocket_signaller_set_times (GST_RTC_WEBSOCKET_SIGNALLER (peer->signaller), &times);
  g_signal_connect (peer->signaller, "session-requested", G_CALLBACK (on_requested), peer);
  g_signal_connect (peer->signaller, "session-ended", G_CALLBACK (on_ended), peer);
  g_signal_connect (peer->signaller, "description", G_CALLBACK (on_description), peer);
  g_signal_connect (peer->signaller, "candidate", G_CALLBACK (on_candidate), peer);
  g_signal_connect (peer->signaller, "error", G_CALLBACK (on_error), peer);
}

static void
peer_clear (Peer * peer)
{
  gst_rtc_signaller_stop (peer->signaller);
  g_assert_finalize_object (peer->signaller);
  g_string_free (peer->seen, TRUE);
  g_string_free (peer->errors, TRUE);
}

/* On the port it had before, if it had any */
static void
serve (Fixture * fixture)
{
  const RtcServerConfig config = {
    .http = {.host = "127.0.0.1",.port = fixture->port,.path = "/ws",.max_message_size = 128 * 1024,
        .certificate = fixture->certificate,.private_key = fixture->key},
    .hub = {.token = fixture->token},
  };
  g_autoptr (GError) error = NULL;

  fixture->server = rtc_server_new (&config, &error);
  g_assert_no_error (error);
  fixture->port = rtc_server_get_port (fixture->server);
}

static void
set_up (Fixture * fixture, gconstpointer user_data)
{
  peer_init (&fixture->a, "a");
  peer_init (&fixture->b, "b");
  serve (fixture);
}

static void
set_up_without_server (Fixture * fixture, gconstpointer user_data)
{
  set_up (fixture, user_data);
  g_clear_pointer (&fixture->server, rtc_server_free);
}

static void
tear_down (Fixture * fixture, gconstpointer user_data)
{
  peer_clear (&fixture->a);
  peer_clear (&fixture->b);
  g_clear_pointer (&fixture->server, rtc_server_free);
  while (g_main_context_iteration (NULL, FALSE));
}

static void
set_uri (Fixture * fixture, Peer * peer, const gchar * scheme)
{
  g_autofree gchar *uri = g_strdup_printf ("%s://127.0.0.1:%u/ws", scheme, fixture->port);

  g_object_set (peer->signaller, "uri", uri, NULL);
}

static void
start (Fixture * fixture, Peer * peer)
{
  g_autoptr (GError) error = NULL;

  set_uri (fixture, peer, fixture->certificate != NULL ? "wss" : "ws");
  gst_rtc_signaller_start (peer->signaller, NULL, &error);
  g_assert_no_error (error);
}

static gboolean
is_joined (Peer * peer)
{
  gboolean result;

  g_object_get (peer->signaller, "joined", &result, NULL);
  return result;
}

static void
sees (Peer * peer, const gchar * expected)
{
  WAIT_FOR (peer->seen->len >= strlen (expected));
  g_assert_cmpstr (peer->seen->str, ==, expected);
  g_string_truncate (peer->seen, 0);
}

static void
says_error (Peer * peer, const gchar * part)
{
  WAIT_FOR (peer->errors->len > 0);
  g_test_message ("%s", peer->errors->str);
  g_assert_nonnull (strstr (peer->errors->str, part));
  g_assert_true (strchr (peer->errors->str, '\n') == peer->errors->str + peer->errors->len - 1);
  g_string_truncate (peer->errors, 0);
}

/* The first offers to the second */
static void
talk (Peer * first, const gchar * first_name, Peer * second, const gchar * second_name)
{
  g_autofree gchar *requested = g_strdup_printf ("requested %s -\n", second_name);
  g_autofree gchar *offered = g_strdup_printf ("requested %s v=0\ncandidate %s candidate:1\n", first_name,
      first_name);
  g_autofree gchar *answered = g_strdup_printf ("answer %s v=1\ncandidate %s candidate:2\n", second_name,
      second_name);

  sees (first, requested);
  gst_rtc_signaller_send_description (first->signaller, second_name, GST_RTC_SDP_TYPE_OFFER, "v=0");
  gst_rtc_signaller_send_candidate (first->signaller, second_name, "candidate:1", "0", 0);
  sees (second, offered);
  gst_rtc_signaller_send_description (second->signaller, first_name, GST_RTC_SDP_TYPE_ANSWER, "v=1");
  gst_rtc_signaller_send_candidate (second->signaller, first_name, "candidate:2", "0", 0);
  sees (first, answered);
}

static void
meet (Fixture * fixture)
{
  start (fixture, &fixture->a);
  WAIT_FOR (is_joined (&fixture->a));
  start (fixture, &fixture->b);
  talk (&fixture->a, "a", &fixture->b, "b");
}

static void
test_meet (Fixture * fixture, gconstpointer user_data)
{
  meet (fixture);
  gst_rtc_signaller_stop (fixture->b.signaller);
  sees (&fixture->a, "ended b\n");
  start (fixture, &fixture->b);
  talk (&fixture->a, "a", &fixture->b, "b");
  gst_rtc_signaller_end_session (fixture->b.signaller, "a", NULL);
  sees (&fixture->a, "ended b\n");
  g_assert_cmpstr (fixture->a.errors->str, ==, "");
}

static void
test_viewer_is_there_first (Fixture * fixture, gconstpointer user_data)
{
  gst_util_set_object_arg (G_OBJECT (fixture->b.signaller), "role", "viewer");
  start (fixture, &fixture->b);
  WAIT_FOR (is_joined (&fixture->b));
  start (fixture, &fixture->a);
  talk (&fixture->a, "a", &fixture->b, "b");
}

static void
test_rooms (Fixture * fixture, gconstpointer user_data)
{
  g_object_set (fixture->b.signaller, "room", "elsewhere", NULL);
  start (fixture, &fixture->a);
  start (fixture, &fixture->b);
  WAIT_FOR (is_joined (&fixture->a) && is_joined (&fixture->b));
  let_pass (100);
  sees (&fixture->a, "");
  sees (&fixture->b, "");
}

static void
test_server_restarts (Fixture * fixture, gconstpointer user_data)
{
  meet (fixture);
  for (guint i = 0; i < 3; i++) {
    g_clear_pointer (&fixture->server, rtc_server_free);
    WAIT_FOR (!is_joined (&fixture->a) && !is_joined (&fixture->b));
    gst_rtc_signaller_send_candidate (fixture->a.signaller, "b", "candidate:3", "0", 0);
    let_pass (200);
    serve (fixture);
    sees (&fixture->b, "candidate a candidate:3\n");
    gst_rtc_signaller_send_candidate (fixture->b.signaller, "a", "candidate:4", "0", 0);
    sees (&fixture->a, "candidate b candidate:4\n");
    says_error (&fixture->a, "The connection to the signaling server ws://127.0.0.1:");
    says_error (&fixture->b, "Running sessions go on");
  }
}

static void
test_another_life (Fixture * fixture, gconstpointer user_data)
{
  meet (fixture);
  g_clear_pointer (&fixture->server, rtc_server_free);
  WAIT_FOR (!is_joined (&fixture->b));
  gst_rtc_signaller_stop (fixture->b.signaller);
  serve (fixture);
  WAIT_FOR (is_joined (&fixture->a));
  start (fixture, &fixture->b);
  sees (&fixture->a, "ended b\nrequested b -\n");
}

/* A peer whose socket breaks, not ours */
static void
test_lost_peer (Fixture * fixture, gconstpointer user_data)
{
  const gchar *login = "{'type':'login','name':'x','room':'default','instance':'%u'}";
  Client *x;

  start (fixture, &fixture->a);
  WAIT_FOR (is_joined (&fixture->a));
  x = client_new (fixture->port);
  client_say (x, login, 1);
  sees (&fixture->a, "requested x -\n");
  client_free (x);
  let_pass (100);
  x = client_new (fixture->port);
  client_say (x, login, 1);
  let_pass (100);
  sees (&fixture->a, "");
  client_free (x);
  x = client_new (fixture->port);
  client_say (x, login, 2);
  sees (&fixture->a, "ended x\nrequested x -\n");
  client_say (x, "{'type':'leave'}");
  sees (&fixture->a, "ended x\n");
  client_free (x);
}

static void
test_odd_names (Fixture * fixture, gconstpointer user_data)
{
  g_autofree gchar *longest = g_strnfill (128, '"');
  const gchar *names[] = { "K\303\274che \360\237\230\200", "\327\251\327\234 \342\200\256abc", "a\"b\\c'",
    longest, "rtcwebsocketsignallers"
  };

  start (fixture, &fixture->a);
  WAIT_FOR (is_joined (&fixture->a));
  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    g_object_set (fixture->b.signaller, "name", names[i], NULL);
    start (fixture, &fixture->b);
    talk (&fixture->a, "a", &fixture->b, names[i]);
    gst_rtc_signaller_stop (fixture->b.signaller);
    WAIT_FOR (g_str_has_prefix (fixture->a.seen->str, "ended "));
    g_string_truncate (fixture->a.seen, 0);
  }
}

static void
test_made_up_name (Fixture * fixture, gconstpointer user_data)
{
  g_object_set (fixture->b.signaller, "name", NULL, NULL);
  start (fixture, &fixture->a);
  WAIT_FOR (is_joined (&fixture->a));
  start (fixture, &fixture->b);
  WAIT_FOR (fixture->a.seen->len > 0);
  g_assert_true (g_regex_match_simple ("^requested pipeline-[0-9a-f]{8} -\n$", fixture->a.seen->str, 0, 0));
}

static void
test_bad_settings (Fixture * fixture, gconstpointer user_data)
{
  const struct
  {
    const gchar *property, *value, *text;
  } cases[] = {
    {"uri", "http://127.0.0.1/ws", "uri=http://127.0.0.1/ws is no address"},
    {"uri", "nonsense", "uri=nonsense is no address"},
    {"uri", "", "uri= is no address"},
    {"uri", "ws://", "uri=ws:// is no address"},
    {"uri", "ws://host:99999/ws", "is no address"},
    {"ca-certificate", "/nonexistent.pem", "ca-certificate=/nonexistent.pem cannot be used: "},
    {"ca-certificate", "/dev/null", "ca-certificate=/dev/null cannot be used: "},
    {"room", "", "room=… must have 1 to 128 bytes"},
    {"room", "a\nb", "room=… must have 1 to 128 bytes"},
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GstRtcSignaller) signaller =
        gst_object_ref_sink (g_object_new (GST_TYPE_RTC_WEBSOCKET_SIGNALLER, NULL));
    g_autoptr (GError) error = NULL;

    g_object_set (signaller, cases[i].property, cases[i].value, NULL);
    g_assert_false (gst_rtc_signaller_start (signaller, NULL, &error));
    g_assert_error (error, GST_RTC_ERROR, GST_RTC_ERROR_FAILED);
    g_assert_nonnull (strstr (error->message, cases[i].text));
    gst_rtc_signaller_stop (signaller);
  }
}

static void
test_nobody_listens (Fixture * fixture, gconstpointer user_data)
{
  start (fixture, &fixture->a);
  says_error (&fixture->a, "cannot be reached: nobody listens there");
  let_pass (300);
  g_assert_cmpstr (fixture->a.errors->str, ==, "");
  serve (fixture);
  WAIT_FOR (is_joined (&fixture->a));
}

static void
test_wrong_token (Fixture * fixture, gconstpointer user_data)
{
  fixture->token = "sesame";
  serve (fixture);
  start (fixture, &fixture->a);
  g_object_set (fixture->b.signaller, "token", "sesam", NULL);
  start (fixture, &fixture->b);
  says_error (&fixture->a, "refuses us: This server wants a token");
  says_error (&fixture->b, "refuses us: The token is wrong");
  let_pass (500);
  g_assert_cmpstr (fixture->a.errors->str, ==, "");
  gst_rtc_signaller_stop (fixture->b.signaller);
  g_object_set (fixture->b.signaller, "token", "sesame", NULL);
  start (fixture, &fixture->b);
  WAIT_FOR (is_joined (&fixture->b));
}

static void
test_taken_name (Fixture * fixture, gconstpointer user_data)
{
  g_object_set (fixture->b.signaller, "name", "a", NULL);
  start (fixture, &fixture->a);
  WAIT_FOR (is_joined (&fixture->a));
  start (fixture, &fixture->b);
  says_error (&fixture->b, "refuses us: The name \"a\" is taken");
  gst_rtc_signaller_stop (fixture->a.signaller);
  WAIT_FOR (is_joined (&fixture->b));
}

typedef struct
{
  gchar *folder, *certificate, *key;
} Pem;

static gboolean
make_certificate (Pem * pem, const gchar * alternative_name)
{
  g_autofree gchar *extension = g_strdup_printf ("subjectAltName=%s", alternative_name);
  gint status;

  pem->folder = g_dir_make_tmp ("gst-rtc-XXXXXX", NULL);
  pem->certificate = g_build_filename (pem->folder, "certificate.pem", NULL);
  pem->key = g_build_filename (pem->folder, "key.pem", NULL);
  const gchar *argv[] = { "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
    "-nodes", "-subj", "/CN=test", "-addext", extension, "-days", "2", "-keyout", pem->key, "-out",
    pem->certificate, NULL
  };

  return g_spawn_sync (NULL, (gchar **) argv, NULL,
      G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, NULL, NULL,
      &status, NULL) && status == 0;
}

static void
pem_clear (Pem * pem)
{
  g_remove (pem->certificate);
  g_remove (pem->key);
  g_rmdir (pem->folder);
  g_free (pem->certificate);
  g_free (pem->key);
  g_free (pem->folder);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Pem, pem_clear)

static void
test_certificates (Fixture * fixture, gconstpointer alternative_name)
{
  g_auto (Pem) pem = { NULL };
  gboolean is_ours = g_str_equal (alternative_name, "IP:127.0.0.1");
  const RtcUplinkTimes times = { 50 * MS, 400 * MS, 300 * MS, PATIENCE * G_USEC_PER_SEC };

  /* Reading the system's certificates takes its time with a leak checker */
  gst_rtc_websocket_signaller_set_times (GST_RTC_WEBSOCKET_SIGNALLER (fixture->a.signaller), &times);
  gst_rtc_websocket_signaller_set_times (GST_RTC_WEBSOCKET_SIGNALLER (fixture->b.signaller), &times);
  if (!make_certificate (&pem, alternative_name)) {
    g_test_skip ("needs the openssl program");
    return;
  }
  fixture->certificate = pem.certificate;
  fixture->key = pem.key;
  serve (fixture);
  start (fixture, &fixture->a);
  says_error (&fixture->a, "its certificate is signed by nobody whom this machine trusts: "
      "set ca-certificate=…");
  g_object_set (fixture->b.signaller, "ca-certificate", pem.certificate, NULL);
  start (fixture, &fixture->b);
  if (is_ours)
    WAIT_FOR (is_joined (&fixture->b));
  else
    says_error (&fixture->b, "its certificate is not for \"127.0.0.1\"");
  gst_rtc_signaller_stop (fixture->b.signaller);

  fixture->certificate = NULL;
  set_uri (fixture, &fixture->b, "ws");
  g_assert_true (gst_rtc_signaller_start (fixture->b.signaller, NULL, NULL));
  WAIT_FOR (fixture->b.errors->len > 0);
}

static void
test_no_tls_there (Fixture * fixture, gconstpointer user_data)
{
  set_uri (fixture, &fixture->a, "wss");
  g_assert_true (gst_rtc_signaller_start (fixture->a.signaller, NULL, NULL));
  says_error (&fixture->a, "cannot be reached: ");
}

static void
test_wrong_path (Fixture * fixture, gconstpointer user_data)
{
  g_autofree gchar *uri = g_strdup_printf ("ws://user:secret@127.0.0.1:%u/wrong", fixture->port);

  g_object_set (fixture->a.signaller, "uri", uri, NULL);
  g_assert_true (gst_rtc_signaller_start (fixture->a.signaller, NULL, NULL));
  WAIT_FOR (fixture->a.errors->len > 0);
  g_assert_null (strstr (fixture->a.errors->str, "secret"));
  says_error (&fixture->a, "there is no WebSocket at this path (HTTP 404)");
}

static void
stop_it (GstRtcSignaller * signaller)
{
  gst_rtc_signaller_stop (signaller);
}

static void
test_stop_in_a_signal (Fixture * fixture, gconstpointer user_data)
{
  start (fixture, &fixture->a);
  WAIT_FOR (is_joined (&fixture->a));
  g_signal_connect (fixture->a.signaller, "session-requested", G_CALLBACK (stop_it), NULL);
  start (fixture, &fixture->b);
  sees (&fixture->a, "requested b -\n");
  let_pass (100);
  g_clear_pointer (&fixture->server, rtc_server_free);
  g_signal_connect (fixture->b.signaller, "error", G_CALLBACK (stop_it), NULL);
  says_error (&fixture->b, "broke");
  start (fixture, &fixture->b);
  says_error (&fixture->b, "nobody listens there");
  let_pass (100);
}

/* threads: those that GLib keeps for a while are not counted twice */
static void
test_cycles (Fixture * fixture, gconstpointer user_data)
{
  guint files = 0, threads = 0;

  for (guint i = 0; i < 100; i++) {
    start (fixture, &fixture->a);
    start (fixture, &fixture->b);
    if (i % 3 == 0)
      WAIT_FOR (is_joined (&fixture->a) && is_joined (&fixture->b));
    else if (i % 3 == 1)
      let_pass (i % 10);
    gst_rtc_signaller_stop (fixture->a.signaller);
    gst_rtc_signaller_stop (fixture->b.signaller);
    let_pass (5);
    if (i == 9) {
      files = count_in ("/proc/self/fd");
      threads = count_in ("/proc/self/task");
    }
  }
  WAIT_FOR (count_in ("/proc/self/fd") <= files);
  g_assert_cmpint (count_in ("/proc/self/task"), <=, threads + 1);
}

static void
test_stop_closes_at_once (Fixture * fixture, gconstpointer user_data)
{
  g_autoptr (GSocketListener) silent = g_socket_listener_new ();
  guint before;

  fixture->port = g_socket_listener_add_any_inet_port (silent, NULL, NULL);
  start (fixture, &fixture->a);         /* GLib opens what it keeps */
  let_pass (100);
  gst_rtc_signaller_stop (fixture->a.signaller);
  before = count_in ("/proc/self/fd");
  start (fixture, &fixture->a);
  g_assert_cmpint (count_in ("/proc/self/fd"), >, before);
  gst_rtc_signaller_stop (fixture->a.signaller);
  g_assert_cmpint (count_in ("/proc/self/fd"), ==, before);
  start (fixture, &fixture->a);
  let_pass (100);
  gst_rtc_signaller_stop (fixture->a.signaller);
  g_assert_cmpint (count_in ("/proc/self/fd"), ==, before);
  start (fixture, &fixture->a);
  says_error (&fixture->a, "it does not answer");
}

static void
add (const gchar * path, gconstpointer data, void (*prepare) (Fixture *, gconstpointer),
    void (*test) (Fixture *, gconstpointer))
{
  g_test_add (path, Fixture, data, prepare, test, tear_down);
}

int
main (int argc, char **argv)
{
  g_setenv ("GIO_USE_PROXY_RESOLVER", "dummy", TRUE);
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  add ("/websocketsignaller/meet", NULL, set_up, test_meet);
  add ("/websocketsignaller/viewer-is-there-first", NULL, set_up, test_viewer_is_there_first);
  add ("/websocketsignaller/rooms", NULL, set_up, test_rooms);
  add ("/websocketsignaller/server-restarts", NULL, set_up, test_server_restarts);
  add ("/websocketsignaller/another-life", NULL, set_up, test_another_life);
  add ("/websocketsignaller/lost-peer", NULL, set_up, test_lost_peer);
  add ("/websocketsignaller/odd-names", NULL, set_up, test_odd_names);
  add ("/websocketsignaller/made-up-name", NULL, set_up, test_made_up_name);
  add ("/websocketsignaller/bad-settings", NULL, set_up, test_bad_settings);
  add ("/websocketsignaller/nobody-listens", NULL, set_up_without_server, test_nobody_listens);
  add ("/websocketsignaller/wrong-token", NULL, set_up_without_server, test_wrong_token);
  add ("/websocketsignaller/taken-name", NULL, set_up, test_taken_name);
  add ("/websocketsignaller/certificate/ours", "IP:127.0.0.1", set_up_without_server, test_certificates);
  add ("/websocketsignaller/certificate/other-host", "DNS:example.org", set_up_without_server,
      test_certificates);
  add ("/websocketsignaller/no-tls-there", NULL, set_up, test_no_tls_there);
  add ("/websocketsignaller/wrong-path", NULL, set_up, test_wrong_path);
  add ("/websocketsignaller/stop-in-a-signal", NULL, set_up, test_stop_in_a_signal);
  add ("/websocketsignaller/cycles", NULL, set_up, test_cycles);
  add ("/websocketsignaller/stop-closes-at-once", NULL, set_up_without_server, test_stop_closes_at_once);
  return g_test_run ();
}
