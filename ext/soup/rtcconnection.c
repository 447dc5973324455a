/* gst-rtc: one WebSocket, of the signaling server or of its client
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "rtcconnection.h"

#include <netinet/in.h>
#include <linux/tcp.h>
#include <string.h>
#include <sys/socket.h>

#define OPCODE_TEXT 0x1         /* RFC 6455, section 5.2 */
#define OPCODE_CLOSE 0x8
#define FINAL_FRAME 0x80
#define LENGTH_16_BITS 126
#define MASKED 0x80

struct _RtcConnection
{
  SoupWebsocketConnection *websocket;   /* NULL once aborted */
  GSocket *socket;
  RtcClient client;
  GError *failure;              /* found while sending, for the next check */
  const RtcConnectionEvents *events;
  gpointer user_data;
};

static GPollableOutputStream *
get_output (RtcConnection * self)
{
  GIOStream *stream = soup_websocket_connection_get_io_stream (self->websocket);

  return G_POLLABLE_OUTPUT_STREAM (g_io_stream_get_output_stream (stream));
}

static guint64
get_received (RtcConnection * self)
{
  struct tcp_info info = { 0 };
  socklen_t size = sizeof info;

  getsockopt (g_socket_get_fd (self->socket), IPPROTO_TCP, TCP_INFO, &info, &size);
  return info.tcpi_bytes_received;
}

static void
on_message (SoupWebsocketConnection * websocket, gint type, GBytes * message, gpointer user_data)
{
  g_autoptr (RtcConnection) self = rtc_connection_ref (user_data);
  g_autoptr (GError) error = NULL;
  gsize size;
  const gchar *text = g_bytes_get_data (message, &size);

  self->client.accounted = get_received (self);
  self->client.heard = g_get_monotonic_time ();
  if (type == SOUP_WEBSOCKET_DATA_TEXT) {
    self->events->message (self, text, size, self->user_data);
  } else {
    g_set_error_literal (&error, GST_RTC_ERROR, GST_RTC_ERROR_SIGNALLING, "Messages must be text frames");
    self->events->fault (self, error, self->user_data);
  }
}

static void
on_pong (SoupWebsocketConnection * websocket, GBytes * message, gpointer user_data)
{
  RtcConnection *self = user_data;

  self->client.heard = g_get_monotonic_time ();
}

static void
on_closed (SoupWebsocketConnection * websocket, gpointer user_data)
{
  g_autoptr (RtcConnection) self = rtc_connection_ref (user_data);

  self->events->closed (self, self->user_data);
}

/**
 * rtc_connection_new:
 * @websocket: an open connection
 * @socket: its socket
 * @events: (transfer none): what to call; must outlive the connection
 * @user_data: for @events
 *
 * Returns: (transfer full): the connection
 */
RtcConnection *
rtc_connection_new (SoupWebsocketConnection * websocket, GSocket * socket, const RtcConnectionEvents * events,
    gpointer user_data)
{
  RtcConnection *self = g_rc_box_new0 (RtcConnection);

  self->websocket = g_object_ref (websocket);
  self->socket = g_object_ref (socket);
  self->events = events;
  self->user_data = user_data;
  rtc_client_init (&self->client, g_get_monotonic_time ());

  soup_websocket_connection_set_keepalive_interval (websocket, RTC_CLIENT_PING_INTERVAL);
  g_signal_connect (websocket, "message", G_CALLBACK (on_message), self);
  g_signal_connect (websocket, "pong", G_CALLBACK (on_pong), self);
  g_signal_connect (websocket, "closed", G_CALLBACK (on_closed), self);
  return self;
}

RtcConnection *
rtc_connection_ref (RtcConnection * self)
{
  return g_rc_box_acquire (self);
}

static void
rtc_connection_clear (gpointer data)
{
  RtcConnection *self = data;

  rtc_connection_abort (self, NULL);
  g_clear_error (&self->failure);
}

void
rtc_connection_unref (RtcConnection * self)
{
  g_rc_box_release_full (self, rtc_connection_clear);
}

RtcClient *
rtc_connection_get_client (RtcConnection * self)
{
  return &self->client;
}

gboolean
rtc_connection_is_open (RtcConnection * self)
{
  return self->websocket != NULL
      && soup_websocket_connection_get_state (self->websocket) == SOUP_WEBSOCKET_STATE_OPEN;
}

/**
 * rtc_connection_check:
 * @self: an open connection
 * @now: the time
 * @error: return location
 *
 * To be called every second or so.
 *
 * Returns: %FALSE if the connection must be closed
 */
gboolean
rtc_connection_check (RtcConnection * self, gint64 now, GError ** error)
{
  guint64 message_size = soup_websocket_connection_get_max_incoming_payload_size (self->websocket);

  if (self->failure != NULL) {
    g_propagate_error (error, g_error_copy (self->failure));
    return FALSE;
  }

  /* One message may be complete but not read yet, and another begun */
  return rtc_client_check (&self->client, now, error)
      && rtc_client_check_received (&self->client, get_received (self), 3 * message_size, error);
}

/**
 * rtc_connection_send:
 * @self: a connection
 * @text: a message
 *
 * Queues @text; does nothing if @self is not open. If the other side does not read what it is sent, the
 * next check says so, so that who sends need not expect anybody to vanish meanwhile.
 */
void
rtc_connection_send (RtcConnection * self, const gchar * text)
{
  gboolean is_drained;

  if (self->failure != NULL || !rtc_connection_is_open (self))
    return;

  is_drained = g_pollable_output_stream_is_writable (get_output (self));
  if (rtc_client_sending (&self->client, strlen (text), is_drained, &self->failure))
    soup_websocket_connection_send_text (self->websocket, text);
}

/* Begins to close; events.closed follows within a few seconds. @reason: at most 123 bytes */
void
rtc_connection_close (RtcConnection * self, gushort code, const gchar * reason)
{
  if (rtc_connection_is_open (self))
    soup_websocket_connection_close (self->websocket, code, reason);
}

/* What a client sends is masked (RFC 6455, section 5.3) */
static void
append_frame (RtcConnection * self, GByteArray * bytes, guint8 opcode, gconstpointer payload, guint16 size)
{
  gboolean is_masked =
      soup_websocket_connection_get_connection_type (self->websocket) == SOUP_WEBSOCKET_CONNECTION_CLIENT;
  guint8 header[4] = { FINAL_FRAME | opcode, size, size >> 8, size & 0xff };
  guint32 random = g_random_int ();
  const guint8 *key = (const guint8 *) &random;
  guint begin;

  if (size >= LENGTH_16_BITS)
    header[1] = LENGTH_16_BITS;
  if (is_masked)
    header[1] |= MASKED;
  g_byte_array_append (bytes, header, size < LENGTH_16_BITS ? 2 : 4);
  if (is_masked)
    g_byte_array_append (bytes, key, sizeof random);
  begin = bytes->len;
  g_byte_array_append (bytes, payload, size);
  for (guint i = 0; is_masked && i < size; i++)
    bytes->data[begin + i] ^= key[i % sizeof random];
}

/* libsoup writes only while the main context runs, which nobody does before the socket is closed */
static void
write_last_words (RtcConnection * self, const gchar * text)
{
  static const guint8 going_away[2] = { SOUP_WEBSOCKET_CLOSE_GOING_AWAY >> 8,
    SOUP_WEBSOCKET_CLOSE_GOING_AWAY & 0xff
  };
  GPollableOutputStream *output = get_output (self);
  g_autoptr (GByteArray) bytes = NULL;

  if (!rtc_connection_is_open (self) || !g_pollable_output_stream_is_writable (output))
    return;

  bytes = g_byte_array_new ();
  append_frame (self, bytes, OPCODE_TEXT, text, strlen (text));
  append_frame (self, bytes, OPCODE_CLOSE, going_away, sizeof going_away);
  g_pollable_output_stream_write_nonblocking (output, bytes->data, bytes->len, NULL, NULL);
}

/**
 * rtc_connection_abort:
 * @self: a connection
 * @last_words: (nullable): a message of less than 64 KiB
 *
 * Closes the socket at once. No event follows.
 */
void
rtc_connection_abort (RtcConnection * self, const gchar * last_words)
{
  if (self->websocket == NULL)
    return;

  g_signal_handlers_disconnect_by_data (self->websocket, self);
  if (last_words != NULL)
    write_last_words (self, last_words);
  g_socket_close (self->socket, NULL);
  g_clear_object (&self->websocket);
  g_clear_object (&self->socket);
}
