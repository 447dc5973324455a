/* gst-rtc: a WebSocket client that says what a test wants, in the test's main context
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gio/gio.h>
#include <libsoup/soup.h>
#include <string.h>

#define PATIENCE 60             /* seconds */

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

static inline gboolean
set_flag (gpointer flag)
{
  *(gboolean *) flag = TRUE;
  return G_SOURCE_REMOVE;
}

/* For what must not happen */
static inline void
let_pass (guint milliseconds)
{
  gboolean is_over = FALSE;

  g_timeout_add (milliseconds, set_flag, &is_over);
  WAIT_FOR (is_over);
}

typedef struct
{
  SoupSession *session;
  SoupWebsocketConnection *websocket;   /* NULL if there is no connection */
  GQueue received;              /* of gchar * */
  gboolean is_closed;
} Client;

static inline void
on_client_message (SoupWebsocketConnection * websocket, gint type, GBytes * message, Client * client)
{
  gsize size;
  const gchar *text = g_bytes_get_data (message, &size);

  g_queue_push_tail (&client->received, g_strndup (text, size));
}

static inline void
on_client_closed (SoupWebsocketConnection * websocket, Client * client)
{
  client->is_closed = TRUE;
}

static inline void
on_client_connected (GObject * object, GAsyncResult * result, gpointer user_data)
{
  Client *client = user_data;

  client->websocket = soup_session_websocket_connect_finish (SOUP_SESSION (object), result, NULL);
  if (client->websocket == NULL) {
    client->is_closed = TRUE;
    return;
  }
  g_signal_connect (client->websocket, "message", G_CALLBACK (on_client_message), client);
  g_signal_connect (client->websocket, "closed", G_CALLBACK (on_client_closed), client);
}

static inline Client *
client_new (guint port)
{
  Client *client = g_new0 (Client, 1);
  g_autofree gchar *url = g_strdup_printf ("ws://127.0.0.1:%u/ws", port);
  g_autoptr (SoupMessage) request = soup_message_new ("GET", url);

  client->session = soup_session_new ();
  soup_session_websocket_connect_async (client->session, request, NULL, NULL, G_PRIORITY_DEFAULT, NULL,
      on_client_connected, client);
  WAIT_FOR (client->websocket != NULL || client->is_closed);
  g_assert_nonnull (client->websocket);
  return client;
}

/* Without a word */
static inline void
client_free (Client * client)
{
  if (client->websocket != NULL) {
    g_signal_handlers_disconnect_by_data (client->websocket, client);
    g_io_stream_close (soup_websocket_connection_get_io_stream (client->websocket), NULL, NULL);
    g_object_unref (client->websocket);
  }
  soup_session_abort (client->session);
  g_object_unref (client->session);
  g_queue_clear_full (&client->received, g_free);
  g_free (client);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Client, client_free)

/* Single quotes stand for double ones */
static inline gchar *
quote (const gchar * format, va_list args)
{
  return g_strdelimit (g_strdup_vprintf (format, args), "'", '"');
}

static inline void client_say (Client * client, const gchar * format, ...) G_GNUC_PRINTF (2, 3);

static inline void
client_say (Client * client, const gchar * format, ...)
{
  va_list args;
  g_autofree gchar *text = NULL;

  va_start (args, format);
  text = quote (format, args);
  va_end (args);
  soup_websocket_connection_send_text (client->websocket, text);
}

static inline void client_hears (Client * client, const gchar * format, ...) G_GNUC_PRINTF (2, 3);

static inline void
client_hears (Client * client, const gchar * format, ...)
{
  va_list args;
  g_autofree gchar *expected = NULL;
  g_autofree gchar *text = NULL;

  va_start (args, format);
  expected = quote (format, args);
  va_end (args);
  WAIT_FOR (!g_queue_is_empty (&client->received));
  text = g_queue_pop_head (&client->received);
  g_assert_cmpstr (text, ==, expected);
}

/* What has been sent before has been handled: a message of an unknown type is answered in order */
static inline void
client_sync (Client * client)
{
  client_say (client, "{'type':'sync'}");
  client_hears (client, "{'type':'error','message':'There is no message type \\'sync\\''}");
}

static inline void
client_is_closed (Client * client, gushort code)
{
  WAIT_FOR (client->is_closed);
  g_assert_cmpint (soup_websocket_connection_get_close_code (client->websocket), ==, code);
}

static inline guint
count_in (const gchar * folder)
{
  g_autoptr (GDir) directory = g_dir_open (folder, 0, NULL);
  guint count = 0;

  while (g_dir_read_name (directory) != NULL)
    count++;
  return count;
}
