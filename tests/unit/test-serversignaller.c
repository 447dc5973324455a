/* gst-rtc: tests of the server signaller, with clients in the same main context
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <ext/soup/gstrtcserversignaller.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <libsoup/soup.h>
#include <string.h>

#define PATIENCE 10             /* seconds */
#define GOODBYE "{\"type\":\"leave\",\"name\":\"server\",\"message\":\"The stream has ended\"}"
#define LOGGED_IN "{\"type\":\"login\",\"success\":true,\"name\":\"%s\",\"iceServers\":[]}"

typedef struct
{
  GstRtcSignaller *signaller;
  GString *seen;                /* the signals, one per line */
  SoupSession *session;
  gchar *address;
} Fixture;

typedef struct
{
  SoupWebsocketConnection *websocket;
  GQueue received;              /* of gchar * */
  gboolean is_closed;
} Client;

static gboolean
on_deadline (gpointer user_data)
{
  g_error ("Nothing happened in time");
  return G_SOURCE_REMOVE;
}

#define WAIT_FOR(condition) G_STMT_START { \
  guint deadline = g_timeout_add_seconds (PATIENCE, on_deadline, NULL); \
  while (!(condition)) \
    g_main_context_iteration (NULL, TRUE); \
  g_source_remove (deadline); \
} G_STMT_END

static void
on_requested (GstRtcSignaller * signaller, const gchar * session_id, const gchar * offer, Fixture * fixture)
{
  g_string_append_printf (fixture->seen, "requested %s%s%s\n", session_id, offer != NULL ? " " : "",
      offer != NULL ? offer : "");
}

static void
on_ended (GstRtcSignaller * signaller, const gchar * session_id, const GError * reason, Fixture * fixture)
{
  g_assert_true (reason->domain == GST_RTC_ERROR);
  g_string_append_printf (fixture->seen, "ended %s %s\n", session_id,
      reason->code == GST_RTC_ERROR_LEFT ? "left" : reason->code == GST_RTC_ERROR_LIMIT ? "limit" : "?");
}

static void
on_description (GstRtcSignaller * signaller, const gchar * session_id, GstRtcSdpType type, const gchar * sdp,
    Fixture * fixture)
{
  g_string_append_printf (fixture->seen, "%s %s %s\n", type == GST_RTC_SDP_TYPE_OFFER ? "offer" : "answer",
      session_id, sdp);
}

static void
on_candidate (GstRtcSignaller * signaller, const gchar * session_id, const gchar * candidate,
    const gchar * sdp_mid, gint sdp_m_line_index, Fixture * fixture)
{
  g_string_append_printf (fixture->seen, "candidate %s \"%s\" %s %d\n", session_id, candidate, sdp_mid,
      sdp_m_line_index);
}

static void
start (Fixture * fixture)
{
  g_autoptr (GError) error = NULL;

  gst_rtc_signaller_start (fixture->signaller, NULL, &error);
  g_assert_no_error (error);
  g_free (fixture->address);
  g_object_get (fixture->signaller, "address", &fixture->address, NULL);
}

static GstRtcSignaller *
make_signaller (void)
{
  return gst_object_ref_sink (g_object_new (GST_TYPE_RTC_SERVER_SIGNALLER, "port", 0, NULL));
}

static void
set_up_stopped (Fixture * fixture, gconstpointer user_data)
{
  fixture->signaller = make_signaller ();
  fixture->seen = g_string_new (NULL);
  fixture->session = soup_session_new ();
  g_signal_connect (fixture->signaller, "session-requested", G_CALLBACK (on_requested), fixture);
  g_signal_connect (fixture->signaller, "session-ended", G_CALLBACK (on_ended), fixture);
  g_signal_connect (fixture->signaller, "description", G_CALLBACK (on_description), fixture);
  g_signal_connect (fixture->signaller, "candidate", G_CALLBACK (on_candidate), fixture);
}

static void
set_up (Fixture * fixture, gconstpointer user_data)
{
  set_up_stopped (fixture, user_data);
  start (fixture);
}

static void
tear_down (Fixture * fixture, gconstpointer user_data)
{
  gst_rtc_signaller_stop (fixture->signaller);
  soup_session_abort (fixture->session);
  while (g_main_context_iteration (NULL, FALSE));
  g_assert_finalize_object (fixture->signaller);
  g_object_unref (fixture->session);
  g_string_free (fixture->seen, TRUE);
  g_free (fixture->address);
}

static void
assert_seen (Fixture * fixture, const gchar * expected)
{
  WAIT_FOR (fixture->seen->len >= strlen (expected));
  g_assert_cmpstr (fixture->seen->str, ==, expected);
  g_string_truncate (fixture->seen, 0);
}

static void
on_client_message (SoupWebsocketConnection * websocket, gint type, GBytes * message, Client * client)
{
  gsize size;
  const gchar *text = g_bytes_get_data (message, &size);

  g_queue_push_tail (&client->received, g_strndup (text, size));
}

static void
on_client_closed (SoupWebsocketConnection * websocket, Client * client)
{
  client->is_closed = TRUE;
}

static void
on_client_connected (GObject * object, GAsyncResult * result, gpointer user_data)
{
  Client *client = user_data;
  g_autoptr (GError) error = NULL;

  client->websocket = soup_session_websocket_connect_finish (SOUP_SESSION (object), result, &error);
  if (client->websocket == NULL) {
    g_test_message ("No connection: %s", error->message);
    client->is_closed = TRUE;
    return;
  }
  g_signal_connect (client->websocket, "message", G_CALLBACK (on_client_message), client);
  g_signal_connect (client->websocket, "closed", G_CALLBACK (on_client_closed), client);
}

static SoupMessage *
make_request (Fixture * fixture, const gchar * method, const gchar * path)
{
  g_autofree gchar *url = g_strconcat (fixture->address, path, NULL);

  return soup_message_new (method, url);
}

static Client *
try_connect_to (Fixture * fixture, const gchar * path, const gchar * origin)
{
  Client *client = g_new0 (Client, 1);
  g_autoptr (SoupMessage) request = make_request (fixture, "GET", path);

  soup_session_websocket_connect_async (fixture->session, request, origin, NULL, G_PRIORITY_DEFAULT, NULL,
      on_client_connected, client);
  WAIT_FOR (client->websocket != NULL || client->is_closed);
  return client;
}

static Client *
try_connect (Fixture * fixture, const gchar * origin)
{
  return try_connect_to (fixture, "ws", origin);
}

static Client *
client_new (Fixture * fixture)
{
  Client *client = try_connect (fixture, NULL);

  g_assert_nonnull (client->websocket);
  return client;
}

static void
client_free (Client * client)
{
  if (client->websocket != NULL) {
    g_signal_handlers_disconnect_by_data (client->websocket, client);
    if (soup_websocket_connection_get_state (client->websocket) == SOUP_WEBSOCKET_STATE_OPEN)
      soup_websocket_connection_close (client->websocket, SOUP_WEBSOCKET_CLOSE_NORMAL, NULL);
    g_object_unref (client->websocket);
  }
  g_queue_clear_full (&client->received, g_free);
  g_free (client);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Client, client_free)

static void
client_send (Client * client, const gchar * text)
{
  soup_websocket_connection_send_text (client->websocket, text);
}

static void
assert_received (Client * client, const gchar * expected)
{
  g_autofree gchar *text = NULL;

  WAIT_FOR (!g_queue_is_empty (&client->received));
  text = g_queue_pop_head (&client->received);
  g_assert_cmpstr (text, ==, expected);
}

static void
assert_closed (Client * client, gushort code)
{
  WAIT_FOR (client->is_closed);
  g_assert_cmpint (soup_websocket_connection_get_close_code (client->websocket), ==, code);
}

static void
log_in (Client * client, const gchar * name)
{
  g_autofree gchar *request = g_strdup_printf ("{\"type\":\"login\",\"name\":\"%s\"}", name);
  g_autofree gchar *reply = g_strdup_printf (LOGGED_IN, name);

  client_send (client, request);
  assert_received (client, reply);
}

static void
test_simple_client (Fixture * fixture, gconstpointer user_data)
{
  g_autoptr (Client) client = client_new (fixture);
  g_autoptr (GError) reason = g_error_new_literal (GST_RTC_ERROR, GST_RTC_ERROR_TIMEOUT, "too slow");

  log_in (client, "userA");
  assert_seen (fixture, "requested userA\n");
  gst_rtc_signaller_send_description (fixture->signaller, "userA", GST_RTC_SDP_TYPE_OFFER, "v=0");
  gst_rtc_signaller_send_candidate (fixture->signaller, "userA", "candidate:1", "0", 0);
  assert_received (client,
      "{\"type\":\"offer\",\"offer\":{\"type\":\"offer\",\"sdp\":\"v=0\"},\"name\":\"server\"}");
  assert_received (client, "{\"type\":\"candidate\",\"candidate\":{\"candidate\":\"candidate:1\","
      "\"sdpMid\":\"0\",\"sdpMLineIndex\":0},\"name\":\"server\"}");

  client_send (client, "{\"type\":\"candidate\",\"candidate\":{\"candidate\":\"candidate:2\","
      "\"sdpMid\":\"0\",\"sdpMLineIndex\":0},\"name\":\"server\"}");
  client_send (client,
      "{\"type\":\"answer\",\"answer\":{\"type\":\"answer\",\"sdp\":\"v=1\"},\"name\":\"server\"}");
  client_send (client, "{\"type\":\"candidate\",\"candidate\":{\"candidate\":\"\"},\"name\":\"server\"}");
  assert_seen (fixture,
      "candidate userA \"candidate:2\" 0 0\nanswer userA v=1\ncandidate userA \"\" (null) -1\n");

  gst_rtc_signaller_end_session (fixture->signaller, "userA", reason);
  assert_received (client, "{\"type\":\"leave\",\"name\":\"server\",\"message\":\"too slow\"}");
  g_assert_cmpstr (fixture->seen->str, ==, "");
}

static void
test_client_offers (Fixture * fixture, gconstpointer user_data)
{
  g_autoptr (Client) client = client_new (fixture);
  const gchar *offer =
      "{\"type\":\"offer\",\"offer\":{\"type\":\"offer\",\"sdp\":\"v=0\"},\"name\":\"server\"}";

  client_send (client, offer);
  assert_received (client, "{\"type\":\"error\",\"message\":\"Log in first\"}");
  log_in (client, "userB");
  client_send (client, offer);
  assert_seen (fixture, "requested userB\noffer userB v=0\n");
  gst_rtc_signaller_send_description (fixture->signaller, "userB", GST_RTC_SDP_TYPE_ANSWER, "v=1");
  assert_received (client,
      "{\"type\":\"answer\",\"answer\":{\"type\":\"answer\",\"sdp\":\"v=1\"},\"name\":\"server\"}");

  client_send (client, "{\"type\":\"leave\"}");
  assert_seen (fixture, "ended userB left\n");
  client_send (client, "{\"type\":\"candidate\",\"candidate\":null}");
  client_send (client, offer);
  assert_seen (fixture, "requested userB v=0\n");
}

static void
test_names (Fixture * fixture, gconstpointer user_data)
{
  g_autoptr (Client) first = client_new (fixture);
  g_autoptr (Client) second = client_new (fixture);

  log_in (first, "K\303\274che </b> '; DROP");
  client_send (second, "{\"type\":\"login\",\"name\":\"K\\u00fcche </b> '; DROP\"}");
  assert_received (second, "{\"type\":\"login\",\"success\":false,\"message\":"
      "\"The name \\\"K\303\274che </b> '; DROP\\\" is taken: choose another, or none\"}");
  client_send (second, "{\"type\":\"login\",\"name\":\"server\"}");
  assert_received (second, "{\"type\":\"login\",\"success\":false,\"message\":"
      "\"The name \\\"server\\\" is taken: choose another, or none\"}");
  client_send (second, "{\"type\":\"login\"}");
  assert_received (second, "{\"type\":\"login\",\"success\":true,\"name\":\"viewer-1\",\"iceServers\":[]}");
  client_send (second, "{\"type\":\"login\",\"name\":\"again\"}");
  assert_received (second,
      "{\"type\":\"login\",\"success\":false,\"message\":\"Already logged in as \\\"viewer-1\\\"\"}");
  assert_seen (fixture, "requested K\303\274che </b> '; DROP\nrequested viewer-1\n");
}

static void
test_join (Fixture * fixture, gconstpointer user_data)
{
  g_autoptr (Client) client = client_new (fixture);

  client_send (client, "{\"type\":\"join\",\"room\":\"garage\"}");
  assert_received (client, "{\"type\":\"error\",\"message\":\"Log in first\"}");
  log_in (client, "a");
  client_send (client, "{\"type\":\"join\",\"room\":\"garage\"}");
  assert_received (client, "{\"type\":\"joined\",\"room\":\"garage\",\"members\":[\"server\"]}");
  client_send (client, "{\"type\":\"leave\"}");
  client_send (client, "{\"type\":\"join\"}");
  assert_received (client, "{\"type\":\"joined\",\"room\":\"default\",\"members\":[\"server\"]}");
  assert_seen (fixture, "requested a\nended a left\nrequested a\n");
}

static void
test_disconnect (Fixture * fixture, gconstpointer user_data)
{
  Client *polite = client_new (fixture);
  Client *rude = client_new (fixture);
  g_autoptr (Client) next = NULL;

  log_in (polite, "polite");
  client_free (polite);
  assert_seen (fixture, "requested polite\nended polite left\n");

  log_in (rude, "rude");
  g_io_stream_close (soup_websocket_connection_get_io_stream (rude->websocket), NULL, NULL);
  assert_seen (fixture, "requested rude\nended rude left\n");
  client_free (rude);

  next = client_new (fixture);
  log_in (next, "rude");
  assert_seen (fixture, "requested rude\n");
}

static void
test_faults (Fixture * fixture, gconstpointer user_data)
{
  g_autoptr (Client) client = client_new (fixture);
  g_autofree gchar *brackets = g_strnfill (60000, '[');

  client_send (client, "{\"type\":\"login\"");
  assert_received (client, "{\"type\":\"error\",\"message\":\"The message is not a JSON object\"}");
  client_send (client, "{\"type\":\"subscribe\"}");
  assert_received (client, "{\"type\":\"error\",\"message\":\"There is no message type \\\"subscribe\\\"\"}");
  client_send (client, "{\"type\":\"login\",\"name\":{}}");
  assert_received (client, "{\"type\":\"error\",\"message\":\"\\\"name\\\" must be a string\"}");
  client_send (client, brackets);
  assert_received (client, "{\"type\":\"error\",\"message\":\"The message is nested too deeply\"}");
  soup_websocket_connection_send_binary (client->websocket, "\0\1", 2);
  assert_received (client, "{\"type\":\"error\",\"message\":\"Messages must be text frames\"}");
  client_send (client, "{\"type\":\"login\",\"name\":\"a\",\"unknown\":[1,2]}");
  assert_received (client, "{\"type\":\"login\",\"success\":true,\"name\":\"a\",\"iceServers\":[]}");
}

static void
test_fault_flood (Fixture * fixture, gconstpointer user_data)
{
  g_autoptr (Client) client = client_new (fixture);
  guint i;

  log_in (client, "a");
  for (i = 0; i < 50; i++)
    client_send (client, "nonsense");
  assert_closed (client, SOUP_WEBSOCKET_CLOSE_POLICY_VIOLATION);
  assert_seen (fixture, "requested a\nended a limit\n");
}

static void
test_message_flood (Fixture * fixture, gconstpointer user_data)
{
  g_autoptr (Client) client = client_new (fixture);
  guint i;

  log_in (client, "a");
  client_send (client, "{\"type\":\"leave\"}");
  for (i = 0; i < 1000; i++)
    client_send (client, "{\"type\":\"candidate\",\"candidate\":null}");
  assert_closed (client, SOUP_WEBSOCKET_CLOSE_POLICY_VIOLATION);
  assert_seen (fixture, "requested a\nended a left\n");
}

static void
test_oversized (Fixture * fixture, gconstpointer user_data)
{
  g_autoptr (Client) client = client_new (fixture);
  g_autofree gchar *text = g_strnfill (200 * 1024, ' ');

  log_in (client, "a");
  client_send (client, text);
  WAIT_FOR (client->is_closed);
  assert_seen (fixture, "requested a\nended a left\n");
}

static void
test_endless_fragments (Fixture * fixture, gconstpointer user_data)
{
  /* 16 KiB, masked with zeros */
  static const guint8 header[] = { 0x00, 0x80 | 126, 0x40, 0x00, 0, 0, 0, 0 };
  g_autoptr (Client) client = client_new (fixture);
  GIOStream *stream = soup_websocket_connection_get_io_stream (client->websocket);
  GOutputStream *output = g_io_stream_get_output_stream (stream);
  guint8 frame[sizeof header + 0x4000] = { 0 };
  gint64 deadline = g_get_monotonic_time () + PATIENCE * G_USEC_PER_SEC;

  log_in (client, "a");
  assert_seen (fixture, "requested a\n");
  memcpy (frame, header, sizeof header);
  frame[0] = 0x01;              /* a text, to be continued */
  while (fixture->seen->len == 0 && g_get_monotonic_time () < deadline) {
    g_output_stream_write_all (output, frame, sizeof frame, NULL, NULL, NULL);
    frame[0] = 0x00;
    g_usleep (5000);
    while (g_main_context_iteration (NULL, FALSE));
  }
  assert_seen (fixture, "ended a limit\n");
}

/* A client in a main context of its own, which nobody runs once it has logged in */
static void
test_slow_reader (Fixture * fixture, gconstpointer user_data)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autofree gchar *sdp = g_strnfill (512 * 1024, 'x');
  g_autoptr (SoupSession) session = NULL;
  g_autoptr (SoupMessage) request = make_request (fixture, "GET", "ws");
  g_autoptr (Client) client = g_new0 (Client, 1);
  guint i;

  g_main_context_push_thread_default (context);
  session = soup_session_new ();
  soup_session_websocket_connect_async (session, request, NULL, NULL, G_PRIORITY_DEFAULT, NULL,
      on_client_connected, client);
  while (client->websocket == NULL) {
    g_main_context_iteration (context, FALSE);
    g_main_context_iteration (NULL, FALSE);
  }
  client_send (client, "{\"type\":\"login\",\"name\":\"a\"}");
  while (fixture->seen->len == 0) {
    g_main_context_iteration (context, FALSE);
    g_main_context_iteration (NULL, FALSE);
  }
  assert_seen (fixture, "requested a\n");

  for (i = 0; i < 100 && fixture->seen->len == 0; i++) {
    gst_rtc_signaller_send_description (fixture->signaller, "a", GST_RTC_SDP_TYPE_OFFER, sdp);
    while (g_main_context_iteration (NULL, FALSE));
  }
  assert_seen (fixture, "ended a limit\n");
  soup_session_abort (session);
  g_main_context_pop_thread_default (context);
}

typedef struct
{
  guint status;
  GBytes *body;
  gchar *csp, *cache, *content_type;
} Response;

static void
on_response (GObject * object, GAsyncResult * result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  ((Response *) user_data)->body = soup_session_send_and_read_finish (SOUP_SESSION (object), result, &error);
  g_assert_no_error (error);
}

static Response
request (Fixture * fixture, const gchar * method, const gchar * path)
{
  g_autoptr (SoupMessage) message = make_request (fixture, method, path);
  SoupMessageHeaders *headers = soup_message_get_response_headers (message);
  Response response = { 0 };

  soup_session_send_and_read_async (fixture->session, message, G_PRIORITY_DEFAULT, NULL, on_response,
      &response);
  WAIT_FOR (response.body != NULL);
  response.status = soup_message_get_status (message);
  response.csp = g_strdup (soup_message_headers_get_one (headers, "Content-Security-Policy"));
  response.cache = g_strdup (soup_message_headers_get_one (headers, "Cache-Control"));
  response.content_type = g_strdup (soup_message_headers_get_one (headers, "Content-Type"));
  return response;
}

static void
response_clear (Response * response)
{
  g_bytes_unref (response->body);
  g_free (response->csp);
  g_free (response->cache);
  g_free (response->content_type);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Response, response_clear)

static void
assert_body_has (const Response * response, const gchar * text)
{
  gsize size;
  const gchar *body = g_bytes_get_data (response->body, &size);

  g_assert_nonnull (g_strstr_len (body, size, text));
}

static void
test_page (Fixture * fixture, gconstpointer user_data)
{
  g_auto (Response) page = request (fixture, "GET", "");
  g_auto (Response) head = request (fixture, "HEAD", "");
  g_auto (Response) script = request (fixture, "GET", "viewer.js");
  g_auto (Response) missing = request (fixture, "GET", "../etc/passwd");
  g_auto (Response) posted = request (fixture, "POST", "");

  g_assert_cmpint (page.status, ==, SOUP_STATUS_OK);
  g_assert_cmpstr (page.content_type, ==, "text/html; charset=utf-8");
  g_assert_cmpstr (page.cache, ==, "no-store");
  g_assert_true (g_str_has_prefix (page.csp, "default-src 'none'; script-src 'self';"));
  assert_body_has (&page, "<meta name=\"rtc-websocket\" content=\"ws\">");
  g_assert_cmpint (head.status, ==, SOUP_STATUS_OK);
  g_assert_cmpint (g_bytes_get_size (head.body), ==, 0);
  g_assert_cmpstr (script.content_type, ==, "text/javascript; charset=utf-8");
  g_assert_cmpint (missing.status, ==, SOUP_STATUS_NOT_FOUND);
  assert_body_has (&missing, "There is no such page here");
  g_assert_cmpint (posted.status, ==, SOUP_STATUS_METHOD_NOT_ALLOWED);
}

static void
test_origins (Fixture * fixture, gconstpointer user_data)
{
  g_autofree gchar *own = g_strndup (fixture->address, strlen (fixture->address) - 1);
  g_autoptr (Client) same = try_connect (fixture, own);
  g_autoptr (Client) other = try_connect (fixture, "https://example.org");
  g_autoptr (Client) allowed = NULL;

  g_assert_nonnull (same->websocket);
  g_assert_null (other->websocket);

  gst_rtc_signaller_stop (fixture->signaller);
  g_object_set (fixture->signaller, "allowed-origin", "https://example.org", NULL);
  start (fixture);
  allowed = try_connect (fixture, "https://example.org");
  g_assert_nonnull (allowed->websocket);
}

/* libsoup takes them for the WebSocket too. */
static void
test_paths_beside (Fixture * fixture, gconstpointer user_data)
{
  const gchar *paths[] = { "ws/", "ws/x", "wsx", "ws;x", "" };

  for (guint i = 0; i < G_N_ELEMENTS (paths); i++) {
    g_autoptr (Client) other = try_connect_to (fixture, paths[i], "https://example.org");
    g_autoptr (Client) without = try_connect_to (fixture, paths[i], NULL);

    g_assert_null (other->websocket);
    g_assert_null (without->websocket);
  }
}

static void
test_ice_servers (Fixture * fixture, gconstpointer user_data)
{
  const gchar *servers[] = { "stun://192.0.2.1:3478", "turn://u:p@192.0.2.1:3478?transport=tcp", NULL };
  const gchar *wrong[] = { "stun://192.0.2.1:3478", "turn://192.0.2.1", NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (Client) client = NULL;

  g_assert_false (gst_rtc_signaller_start (fixture->signaller, wrong, &error));
  g_assert_cmpstr (error->message, ==, "\"turn://192.0.2.1\" is no STUN or TURN server: "
      "write stun://host:port or turn://user:password@host:port");
  g_assert_true (gst_rtc_signaller_start (fixture->signaller, servers, NULL));
  g_object_get (fixture->signaller, "address", &fixture->address, NULL);
  client = client_new (fixture);
  client_send (client, "{\"type\":\"login\",\"name\":\"a\"}");
  assert_received (client, "{\"type\":\"login\",\"success\":true,\"name\":\"a\",\"iceServers\":["
      "{\"urls\":\"stun:192.0.2.1:3478\"},"
      "{\"urls\":\"turn:192.0.2.1:3478?transport=tcp\",\"username\":\"u\",\"credential\":\"p\"}]}");
}

static void
test_listening_message (Fixture * fixture, gconstpointer user_data)
{
  g_autoptr (GstBus) bus = gst_bus_new ();
  g_autoptr (GstMessage) message = NULL;
  g_autofree gchar *expected = NULL;
  guint port;

  gst_element_set_bus (GST_ELEMENT (fixture->signaller), bus);
  start (fixture);
  g_object_get (fixture->signaller, "port", &port, NULL);
  g_assert_cmpint (port, !=, 0);
  expected = g_strdup_printf ("http://127.0.0.1:%u/", port);
  g_assert_cmpstr (fixture->address, ==, expected);
  message = gst_bus_pop_filtered (bus, GST_MESSAGE_ELEMENT);
  g_assert_true (gst_message_has_name (message, "rtc-listening"));
  g_assert_cmpstr (gst_structure_get_string (gst_message_get_structure (message), "url"), ==, expected);
  gst_element_set_bus (GST_ELEMENT (fixture->signaller), NULL);
  gst_rtc_signaller_stop (fixture->signaller);
  g_object_get (fixture->signaller, "port", &port, NULL);
  g_assert_cmpint (port, ==, 0);
}

static void
test_taken_port (Fixture * fixture, gconstpointer user_data)
{
  g_autoptr (GstRtcSignaller) second = make_signaller ();
  g_autoptr (GError) error = NULL;
  g_autofree gchar *expected = NULL;
  guint port;

  g_object_get (fixture->signaller, "port", &port, NULL);
  g_object_set (second, "port", port, NULL);
  g_assert_false (gst_rtc_signaller_start (second, NULL, &error));
  expected = g_strdup_printf ("Port %u on 127.0.0.1 is taken: stop the program that holds it or set port=…",
      port);
  g_assert_cmpstr (error->message, ==, expected);
}

static void
test_foreign_host (Fixture * fixture, gconstpointer user_data)
{
  g_autoptr (GError) error = NULL;

  g_object_set (fixture->signaller, "host", "192.0.2.77", NULL);
  g_assert_false (gst_rtc_signaller_start (fixture->signaller, NULL, &error));
  g_assert_true (g_str_has_prefix (error->message, "Cannot listen on 192.0.2.77, port 0: "));
  g_assert_true (g_str_has_suffix (error->message, ". Set host=… to an address of this machine"));
}

static guint
count_descriptors (void)
{
  g_autoptr (GDir) directory = g_dir_open ("/proc/self/fd", 0, NULL);
  guint count = 0;

  while (g_dir_read_name (directory) != NULL)
    count++;
  return count;
}

static GSocketConnection *
connect_silently (Fixture * fixture)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GError) error = NULL;
  GSocketConnection *connection;
  guint port;

  g_object_get (fixture->signaller, "port", &port, NULL);
  connection = g_socket_client_connect_to_host (client, "127.0.0.1", port, NULL, &error);
  g_assert_no_error (error);
  while (g_main_context_iteration (NULL, FALSE));
  return connection;
}

static void
test_many_visits (Fixture * fixture, gconstpointer user_data)
{
  guint before = count_descriptors ();
  g_autoptr (GPtrArray) visits = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (Client) client = NULL;

  while (visits->len < 300)
    g_ptr_array_add (visits, connect_silently (fixture));
  g_assert_cmpint (count_descriptors (), <, before + 2 * 300);
  g_ptr_array_set_size (visits, 0);
  client = client_new (fixture);
  log_in (client, "a");
  assert_seen (fixture, "requested a\n");
  WAIT_FOR (count_descriptors () < before + 10);
}

static gboolean
send_byte (gpointer connection)
{
  g_socket_send (g_socket_connection_get_socket (connection), "G", 1, NULL, NULL);
  return G_SOURCE_CONTINUE;
}

/* Takes as long as a visit may */
static void
test_slow_visit (Fixture * fixture, gconstpointer user_data)
{
  g_autoptr (GSocketConnection) connection = NULL;
  gint64 end = g_get_monotonic_time () + 2 * PATIENCE * G_USEC_PER_SEC;
  guint before = count_descriptors (), drip;

  connection = connect_silently (fixture);
  g_assert_cmpint (count_descriptors (), ==, before + 2);
  drip = g_timeout_add (500, send_byte, connection);
  while (count_descriptors () > before + 1 && g_get_monotonic_time () < end)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (drip);
  g_assert_cmpint (count_descriptors (), ==, before + 1);
}

static void
test_stop_with_clients (Fixture * fixture, gconstpointer user_data)
{
  guint before = count_descriptors (), i;
  Client *clients[5];

  for (i = 0; i < G_N_ELEMENTS (clients); i++) {
    clients[i] = client_new (fixture);
    if (i > 0)
      client_send (clients[i], "{\"type\":\"login\"}");
    if (i > 0)
      WAIT_FOR (!g_queue_is_empty (&clients[i]->received));
    g_queue_clear_full (&clients[i]->received, g_free);
  }
  g_string_truncate (fixture->seen, 0);
  gst_rtc_signaller_stop (fixture->signaller);
  /* The clients' ends, and no listening socket */
  g_assert_cmpint (count_descriptors (), <=, before - 1 + G_N_ELEMENTS (clients));

  for (i = 0; i < G_N_ELEMENTS (clients); i++) {
    assert_received (clients[i], GOODBYE);
    assert_closed (clients[i], SOUP_WEBSOCKET_CLOSE_GOING_AWAY);
    client_free (clients[i]);
  }
  g_assert_cmpstr (fixture->seen->str, ==, "");
}

static void
test_cycles (Fixture * fixture, gconstpointer user_data)
{
  guint i, port, after_first = 0;

  for (i = 0; i < 10; i++) {
    Client *client;

    start (fixture);
    g_object_get (fixture->signaller, "port", &port, NULL);
    g_object_set (fixture->signaller, "port", port, NULL);
    client = client_new (fixture);
    log_in (client, "a");
    gst_rtc_signaller_stop (fixture->signaller);
    assert_received (client, GOODBYE);
    WAIT_FOR (client->is_closed);
    client_free (client);
    while (g_main_context_iteration (NULL, FALSE));
    if (i == 0)
      after_first = count_descriptors ();
  }
  g_assert_cmpint (count_descriptors (), ==, after_first);
}

static gboolean
on_accept_certificate (SoupMessage * message, GTlsCertificate * certificate, GTlsCertificateFlags errors,
    gpointer user_data)
{
  return TRUE;
}

static gboolean
make_certificate (const gchar * certificate, const gchar * key)
{
  const gchar *argv[] = { "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
    "-nodes", "-subj", "/CN=localhost", "-days", "2", "-keyout", key, "-out", certificate, NULL
  };
  gint status;

  return g_spawn_sync (NULL, (gchar **) argv, NULL,
      G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, NULL, NULL,
      &status, NULL) && status == 0;
}

static void
test_tls (Fixture * fixture, gconstpointer user_data)
{
  g_autofree gchar *folder = g_dir_make_tmp ("gst-rtc-XXXXXX", NULL);
  g_autofree gchar *certificate = g_build_filename (folder, "certificate.pem", NULL);
  g_autofree gchar *key = g_build_filename (folder, "key.pem", NULL);
  g_autoptr (SoupMessage) request = NULL;
  g_autoptr (Client) client = g_new0 (Client, 1);

  if (make_certificate (certificate, key)) {
    g_object_set (fixture->signaller, "certificate", certificate, "private-key", key, NULL);
    start (fixture);
    g_assert_true (g_str_has_prefix (fixture->address, "https://127.0.0.1:"));
    request = make_request (fixture, "GET", "ws");
    g_signal_connect (request, "accept-certificate", G_CALLBACK (on_accept_certificate), NULL);
    soup_session_websocket_connect_async (fixture->session, request, NULL, NULL, G_PRIORITY_DEFAULT, NULL,
        on_client_connected, client);
    WAIT_FOR (client->websocket != NULL);
    log_in (client, "a");
    gst_rtc_signaller_stop (fixture->signaller);
    assert_received (client, GOODBYE);
  } else {
    g_test_skip ("needs the openssl program");
  }
  g_remove (certificate);
  g_remove (key);
  g_rmdir (folder);
}

static void
test_bad_certificate (Fixture * fixture, gconstpointer user_data)
{
  g_autoptr (GError) error = NULL;

  g_object_set (fixture->signaller, "certificate", "/nonexistent.pem", NULL);
  g_assert_false (gst_rtc_signaller_start (fixture->signaller, NULL, &error));
  g_assert_true (g_str_has_prefix (error->message, "Certificate /nonexistent.pem with private key "));
  g_assert_nonnull (strstr (error->message, "Set certificate=… and private-key=…"));
}

static void
add (const gchar * path, void (*prepare) (Fixture *, gconstpointer), void (*test) (Fixture *, gconstpointer))
{
  g_test_add (path, Fixture, NULL, prepare, test, tear_down);
}

int
main (int argc, char **argv)
{
  /* The clients of these tests must not ask a proxy of the environment */
  g_setenv ("GIO_USE_PROXY_RESOLVER", "dummy", TRUE);
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  add ("/serversignaller/simple-client", set_up, test_simple_client);
  add ("/serversignaller/client-offers", set_up, test_client_offers);
  add ("/serversignaller/names", set_up, test_names);
  add ("/serversignaller/join", set_up, test_join);
  add ("/serversignaller/disconnect", set_up, test_disconnect);
  add ("/serversignaller/faults", set_up, test_faults);
  add ("/serversignaller/fault-flood", set_up, test_fault_flood);
  add ("/serversignaller/message-flood", set_up, test_message_flood);
  add ("/serversignaller/oversized", set_up, test_oversized);
  add ("/serversignaller/endless-fragments", set_up, test_endless_fragments);
  add ("/serversignaller/slow-reader", set_up, test_slow_reader);
  add ("/serversignaller/page", set_up, test_page);
  add ("/serversignaller/origins", set_up, test_origins);
  add ("/serversignaller/paths-beside", set_up, test_paths_beside);
  add ("/serversignaller/ice-servers", set_up_stopped, test_ice_servers);
  add ("/serversignaller/listening-message", set_up_stopped, test_listening_message);
  add ("/serversignaller/taken-port", set_up, test_taken_port);
  add ("/serversignaller/foreign-host", set_up_stopped, test_foreign_host);
  add ("/serversignaller/many-visits", set_up, test_many_visits);
  if (g_test_slow ())
    add ("/serversignaller/slow-visit", set_up, test_slow_visit);
  add ("/serversignaller/stop-with-clients", set_up, test_stop_with_clients);
  add ("/serversignaller/cycles", set_up_stopped, test_cycles);
  add ("/serversignaller/tls", set_up_stopped, test_tls);
  add ("/serversignaller/bad-certificate", set_up_stopped, test_bad_certificate);
  return g_test_run ();
}
