/* gst-rtc: tests of the connection to a signaling server that does not do what it should
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <ext/soup/rtchttp.h>
#include <ext/soup/rtcuplink.h>

#include "websocketfixture.h"

#define MS (G_USEC_PER_SEC / 1000)

typedef void (*Serve) (SoupWebsocketConnection * websocket);

typedef struct
{
  RtcHttp *http;
  GSocketService *service;      /* of those that do not speak WebSocket */
  const gchar *answer;
  guint port, n_connections;
  GPtrArray *websockets;
  Serve serve;
  RtcUplink *uplink;
  guint n_opened, n_messages, n_closed;
  GString *errors;
  gboolean confirms;
} Fixture;

static void
on_opened (gpointer user_data)
{
  Fixture *fixture = user_data;

  fixture->n_opened++;
  if (fixture->confirms)
    rtc_uplink_confirm (fixture->uplink);
  rtc_uplink_send (fixture->uplink, "{\"type\":\"login\"}");
}

static void
on_message (const gchar * text, gsize size, gpointer user_data)
{
  ((Fixture *) user_data)->n_messages++;
}

static void
on_closed (gpointer user_data)
{
  ((Fixture *) user_data)->n_closed++;
}

static void
on_check (gint64 now, gpointer user_data)
{
}

static void
on_failed (const GError * error, gpointer user_data)
{
  g_string_append_printf (((Fixture *) user_data)->errors, "%s\n", error->message);
}

static const RtcUplinkEvents events = { on_opened, on_message, on_closed, on_check, on_failed };

static void
on_websocket (SoupWebsocketConnection * websocket, GSocket * socket, gpointer user_data)
{
  Fixture *fixture = user_data;

  fixture->n_connections++;
  g_ptr_array_add (fixture->websockets, g_object_ref (websocket));
  fixture->serve (websocket);
}

static gboolean
on_incoming (GSocketService * service, GSocketConnection * connection, GObject * source, gpointer user_data)
{
  Fixture *fixture = user_data;
  GOutputStream *output = g_io_stream_get_output_stream (G_IO_STREAM (connection));

  fixture->n_connections++;
  g_output_stream_write_all (output, fixture->answer, strlen (fixture->answer), NULL, NULL, NULL);
  g_io_stream_close (G_IO_STREAM (connection), NULL, NULL);
  return TRUE;
}

static void
serve_websockets (Fixture * fixture, Serve serve)
{
  const RtcHttpConfig config = {.host = "127.0.0.1",.path = "/ws",.max_message_size = 128 * 1024 };

  fixture->serve = serve;
  fixture->http = rtc_http_new (&config, on_websocket, fixture, NULL);
  fixture->port = rtc_http_get_port (fixture->http);
}

static void
serve_bytes (Fixture * fixture, const gchar * answer)
{
  fixture->answer = answer;
  fixture->service = g_socket_service_new ();
  fixture->port = g_socket_listener_add_any_inet_port (G_SOCKET_LISTENER (fixture->service), NULL, NULL);
  g_signal_connect (fixture->service, "incoming", G_CALLBACK (on_incoming), fixture);
}

static void
start (Fixture * fixture)
{
  g_autofree gchar *uri = g_strdup_printf ("ws://127.0.0.1:%u/ws", fixture->port);
  const RtcUplinkConfig config = {.uri = uri,.times = {10 * MS, 100 * MS, 300 * MS, 1500 * MS} };
  g_autoptr (GError) error = NULL;

  fixture->uplink = rtc_uplink_new (&config, &events, fixture, &error);
  g_assert_no_error (error);
}

static void
set_up (Fixture * fixture, gconstpointer user_data)
{
  fixture->errors = g_string_new (NULL);
  fixture->websockets = g_ptr_array_new_with_free_func (g_object_unref);
}

static void
tear_down (Fixture * fixture, gconstpointer user_data)
{
  rtc_uplink_close (fixture->uplink, NULL);
  if (fixture->service != NULL)
    g_socket_service_stop (fixture->service);
  if (fixture->service != NULL)
    g_socket_listener_close (G_SOCKET_LISTENER (fixture->service));
  let_pass (20);
  g_clear_pointer (&fixture->http, rtc_http_free);
  g_clear_object (&fixture->service);
  g_ptr_array_unref (fixture->websockets);
  g_string_free (fixture->errors, TRUE);
}

static void
assert_one_error (Fixture * fixture, const gchar * part)
{
  WAIT_FOR (fixture->errors->len > 0);
  g_test_message ("%s", fixture->errors->str);
  g_assert_nonnull (strstr (fixture->errors->str, part));
  WAIT_FOR (fixture->n_connections > 3);
  g_assert_true (strchr (fixture->errors->str, '\n') == fixture->errors->str + fixture->errors->len - 1);
}

static void
close_at_once (SoupWebsocketConnection * websocket)
{
  soup_websocket_connection_close (websocket, SOUP_WEBSOCKET_CLOSE_NORMAL, "no");
}

static void
test_closes_at_once (Fixture * fixture, gconstpointer user_data)
{
  serve_websockets (fixture, close_at_once);
  start (fixture);
  assert_one_error (fixture, "cannot be reached: it closes the connection");
  g_assert_cmpint (fixture->n_closed, >=, 3);
}

static void
talk_garbage (SoupWebsocketConnection * websocket)
{
  g_autofree gchar *long_text = g_strnfill (500 * 1024, '[');

  soup_websocket_connection_send_text (websocket, "garbage");
  soup_websocket_connection_send_binary (websocket, "\0\377", 2);
  soup_websocket_connection_send_text (websocket, long_text);
  soup_websocket_connection_send_text (websocket, "");
}

/* The texts come through, and are for the guest to judge */
static void
test_garbage (Fixture * fixture, gconstpointer user_data)
{
  serve_websockets (fixture, talk_garbage);
  start (fixture);
  WAIT_FOR (fixture->n_messages == 3);
  g_assert_cmpint (fixture->n_closed, ==, 0);
  assert_one_error (fixture, "it does not answer the login");
}

static void
talk_too_long (SoupWebsocketConnection * websocket)
{
  g_autofree gchar *text = g_strnfill (5 * 1024 * 1024, 'x');

  soup_websocket_connection_set_max_incoming_payload_size (websocket, 0);
  soup_websocket_connection_send_text (websocket, text);
}

static void
test_huge_frame (Fixture * fixture, gconstpointer user_data)
{
  serve_websockets (fixture, talk_too_long);
  start (fixture);
  assert_one_error (fixture, "cannot be reached: ");
  g_assert_cmpint (fixture->n_messages, ==, 0);
}

/* A message that never ends, 64 KiB at a time: libsoup has no limit for it */
static gboolean
write_fragment (gpointer websocket)
{
  static const guint8 header[] = { 0x00, 127, 0, 0, 0, 0, 0, 1, 0, 0 };
  GOutputStream *output;
  guint8 frame[sizeof header + 0x10000] = { 0 };

  if (soup_websocket_connection_get_state (websocket) != SOUP_WEBSOCKET_STATE_OPEN)
    return G_SOURCE_REMOVE;
  output = g_io_stream_get_output_stream (soup_websocket_connection_get_io_stream (websocket));
  memcpy (frame, header, sizeof header);
  frame[0] = g_object_get_data (websocket, "begun") == NULL ? 0x01 : 0x00;
  g_object_set_data (websocket, "begun", websocket);
  return g_output_stream_write_all (output, frame, sizeof frame, NULL, NULL, NULL);
}

static void
talk_without_end (SoupWebsocketConnection * websocket)
{
  g_timeout_add_full (G_PRIORITY_DEFAULT, 5, write_fragment, g_object_ref (websocket), g_object_unref);
}

static void
test_endless_fragments (Fixture * fixture, gconstpointer user_data)
{
  fixture->confirms = TRUE;
  serve_websockets (fixture, talk_without_end);
  start (fixture);
  WAIT_FOR (fixture->n_closed > 0);
  g_assert_nonnull (strstr (fixture->errors->str, "broke: The message is too long"));
}

static void
say_nothing (SoupWebsocketConnection * websocket)
{
}

static void
test_no_answer (Fixture * fixture, gconstpointer user_data)
{
  serve_websockets (fixture, say_nothing);
  start (fixture);
  WAIT_FOR (fixture->n_closed > 0);
  g_assert_nonnull (strstr (fixture->errors->str, "cannot be reached: it does not answer the login"));
}

static void
test_not_http (Fixture * fixture, gconstpointer user_data)
{
  serve_bytes (fixture, "220 mail.example.org ESMTP\r\n");
  start (fixture);
  assert_one_error (fixture, "cannot be reached: ");
}

static void
test_says_nothing_and_closes (Fixture * fixture, gconstpointer user_data)
{
  serve_bytes (fixture, "");
  start (fixture);
  assert_one_error (fixture, "cannot be reached: ");
}

static void
test_other_http (Fixture * fixture, gconstpointer user_data)
{
  serve_bytes (fixture, "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n");
  start (fixture);
  WAIT_FOR (fixture->errors->len > 0);
  g_assert_nonnull (strstr (fixture->errors->str, "it answers with HTTP status 500"));
}

static void
add (const gchar * path, void (*test) (Fixture *, gconstpointer))
{
  g_test_add (path, Fixture, NULL, set_up, test, tear_down);
}

int
main (int argc, char **argv)
{
  g_setenv ("GIO_USE_PROXY_RESOLVER", "dummy", TRUE);
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  add ("/uplink/closes-at-once", test_closes_at_once);
  add ("/uplink/garbage", test_garbage);
  add ("/uplink/huge-frame", test_huge_frame);
  add ("/uplink/endless-fragments", test_endless_fragments);
  add ("/uplink/no-answer", test_no_answer);
  add ("/uplink/not-http", test_not_http);
  add ("/uplink/says-nothing-and-closes", test_says_nothing_and_closes);
  add ("/uplink/other-http", test_other_http);
  return g_test_run ();
}
