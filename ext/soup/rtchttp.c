/* gst-rtc: the HTTP side of the signaling server: the page, and the way to the WebSockets
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The connections are accepted here and handed to libsoup, as libsoup 3.2 leaks the socket of every
 * connection that it accepts itself. The price is that it closes them after each response.
 */
#include "rtchttp.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>

#include "rtcaddress.h"
#include "rtcpage.h"

#define IDLE_SECONDS 30         /* a socket on which nothing arrives for so long is closed */
#define VISIT_SECONDS 10        /* from accepting a connection to the end of its response */
#define MAX_VISITS 256
#define BACKLOG 256             /* all viewers come at once when a stream comes back */
#define REST_SECONDS 1          /* before it accepts again: too many visits, or the descriptors are used up */

GST_DEBUG_CATEGORY_EXTERN (rtc_server_signaller_debug);
#define GST_CAT_DEFAULT rtc_server_signaller_debug

struct _RtcHttp
{
  SoupServer *server;
  GSocket *listener;
  GSource *accepting;           /* or the end of its rest */
  GHashTable *visits;           /* GSocket to Visit, owned */
  GTlsCertificate *certificate; /* NULL without TLS */
  gchar *host, *path, *allowed_origin;
  guint16 port;
  guint max_message_size;
  RtcHttpConnected connected;
  gpointer user_data;
};

/* A connection that is not a WebSocket (yet). Its timeout alone starts again with every byte. */
typedef struct
{
  RtcHttp *http;
  GSocketConnection *connection;        /* weak */
  GSocket *socket;
  GSource *deadline;
} Visit;

static void
on_disconnected (gpointer data, GObject * connection)
{
  Visit *visit = data;

  visit->connection = NULL;
  g_hash_table_remove (visit->http->visits, visit->socket);
}

static void
visit_free (gpointer data)
{
  Visit *visit = data;

  if (visit->connection != NULL)
    g_object_weak_unref (G_OBJECT (visit->connection), on_disconnected, visit);
  g_source_destroy (visit->deadline);
  g_source_unref (visit->deadline);
  g_object_unref (visit->socket);
  g_free (visit);
}

/* libsoup sees an end of file, and lets go of the connection */
static gboolean
on_visit_too_long (gpointer user_data)
{
  Visit *visit = user_data;

  g_socket_shutdown (visit->socket, TRUE, TRUE, NULL);
  return G_SOURCE_REMOVE;
}

static void
add_visit (RtcHttp * self, GSocketConnection * connection)
{
  Visit *visit = g_new0 (Visit, 1);

  visit->http = self;
  visit->connection = connection;
  visit->socket = g_object_ref (g_socket_connection_get_socket (connection));
  visit->deadline = g_timeout_source_new_seconds (VISIT_SECONDS);
  g_source_set_callback (visit->deadline, on_visit_too_long, visit, NULL);
  g_source_attach (visit->deadline, g_main_context_get_thread_default ());
  g_object_weak_ref (G_OBJECT (connection), on_disconnected, visit);
  g_hash_table_insert (self->visits, visit->socket, visit);
}

static void
answer_in_words (SoupServerMessage * message, guint status, const gchar * text)
{
  soup_server_message_set_status (message, status, NULL);
  soup_server_message_set_response (message, "text/plain; charset=utf-8", SOUP_MEMORY_COPY, text,
      strlen (text));
}

static void
add_headers (SoupServerMessage * message)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);

  soup_message_headers_replace (headers, "Connection", "close");
  soup_message_headers_replace (headers, "Cache-Control", "no-store");
  soup_message_headers_replace (headers, "X-Content-Type-Options", "nosniff");
  soup_message_headers_replace (headers, "Referrer-Policy", "no-referrer");
  soup_message_headers_replace (headers, "Content-Security-Policy",
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; "
      "media-src 'self' blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'");
}

static void
on_request (SoupServer * server, SoupServerMessage * message, const char *path, GHashTable * query,
    gpointer user_data)
{
  RtcHttp *self = user_data;
  const gchar *method = soup_server_message_get_method (message);
  const gchar *content_type;
  g_autoptr (GBytes) body = NULL;

  add_headers (message);
  if (method != SOUP_METHOD_GET && method != SOUP_METHOD_HEAD) {
    soup_message_headers_replace (soup_server_message_get_response_headers (message), "Allow", "GET, HEAD");
    answer_in_words (message, SOUP_STATUS_METHOD_NOT_ALLOWED, "Only GET and HEAD are served here.\n");
    return;
  }
  body = rtc_page_get (path, self->path, &content_type);
  if (body == NULL) {
    answer_in_words (message, SOUP_STATUS_NOT_FOUND, "There is no such page here. The stream is at /\n");
    return;
  }
  soup_server_message_set_status (message, SOUP_STATUS_OK, NULL);
  soup_server_message_set_response (message, content_type, SOUP_MEMORY_COPY, g_bytes_get_data (body, NULL),
      g_bytes_get_size (body));
}

/* The host names under which a browser can reach a server that only listens on this machine. A page of
 * another name got here by DNS rebinding. */
static gboolean
is_loopback_name (const gchar * host)
{
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (host);

  if (address != NULL)
    return g_inet_address_get_is_loopback (address);
  return g_ascii_strcasecmp (host, "localhost") == 0 || g_str_has_suffix (host, ".localhost");
}

/* Browsers send the origin of the page, other programs send none. Pages of other origins would watch the
 * stream with the eyes of whoever opened them, so only our own page may connect unless told otherwise. */
static gboolean
is_origin_allowed (RtcHttp * self, SoupServerMessage * message)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);
  const gchar *origin = soup_message_headers_get_one (headers, "Origin");
  const gchar *host = soup_message_headers_get_one (headers, "Host");
  const gchar *authority;
  g_autoptr (GUri) uri = NULL;

  if (origin == NULL || g_strcmp0 (self->allowed_origin, "*") == 0
      || (self->allowed_origin != NULL && g_ascii_strcasecmp (origin, self->allowed_origin) == 0))
    return TRUE;

  authority = strstr (origin, "://");
  uri = g_uri_parse (origin, G_URI_FLAGS_NONE, NULL);
  if (authority == NULL || uri == NULL || host == NULL || g_ascii_strcasecmp (authority + 3, host) != 0)
    return FALSE;
  return !is_loopback_name (self->host) || is_loopback_name (g_uri_get_host (uri));
}

/* Runs before the body is read: nobody needs one, and libsoup would keep all of it. libsoup also makes a
 * WebSocket of what only begins with our path, such as "/ws/", so what is asked for decides, not where. */
static void
on_headers (SoupServer * server, SoupServerMessage * message, const char *path, GHashTable * query,
    gpointer user_data)
{
  RtcHttp *self = user_data;
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);

  soup_message_body_set_accumulate (soup_server_message_get_request_body (message), FALSE);
  if (!soup_message_headers_header_contains (headers, "Upgrade", "websocket"))
    return;
  if (!g_str_equal (path, self->path)) {
    add_headers (message);
    answer_in_words (message, SOUP_STATUS_NOT_FOUND, "There is no WebSocket here: see the property path.\n");
  } else if (!is_origin_allowed (self, message)) {
    add_headers (message);
    answer_in_words (message, SOUP_STATUS_FORBIDDEN,
        "Pages of other origins may not connect: set allowed-origin to the origin of the page.\n");
  }
}

/* libsoup hands the address of a connection through, but not its socket */
static GQuark
socket_quark (void)
{
  return g_quark_from_static_string ("rtc-http-socket");
}

static void
on_websocket (SoupServer * server, SoupServerMessage * message, const char *path,
    SoupWebsocketConnection * websocket, gpointer user_data)
{
  RtcHttp *self = user_data;
  GSocket *socket = g_object_get_qdata (G_OBJECT (soup_server_message_get_remote_address (message)),
      socket_quark ());

  g_hash_table_remove (self->visits, socket);
  soup_websocket_connection_set_max_incoming_payload_size (websocket, self->max_message_size);
  self->connected (websocket, socket, self->user_data);
}

static void
take_connection (RtcHttp * self, GSocketConnection * connection)
{
  GSocket *socket = g_socket_connection_get_socket (connection);
  g_autoptr (GSocketAddress) local = g_socket_connection_get_local_address (connection, NULL);
  g_autoptr (GSocketAddress) remote = g_socket_connection_get_remote_address (connection, NULL);
  g_autoptr (GIOStream) stream = g_object_ref (G_IO_STREAM (connection));

  if (local == NULL || remote == NULL)  /* it has gone already */
    return;
  g_socket_set_timeout (socket, IDLE_SECONDS);
  g_socket_set_option (socket, IPPROTO_TCP, TCP_NODELAY, TRUE, NULL);
  add_visit (self, connection);
  g_object_set_qdata_full (G_OBJECT (remote), socket_quark (), g_object_ref (socket), g_object_unref);
  if (self->certificate != NULL) {
    g_object_unref (stream);
    stream = g_tls_server_connection_new (G_IO_STREAM (connection), self->certificate, NULL);
  }
  soup_server_accept_iostream (self->server, stream, local, remote, NULL);
}

/* source: (transfer full): in the place of the one before */
static void
wait_for (RtcHttp * self, GSource * source, GSourceFunc func)
{
  if (self->accepting != NULL) {
    g_source_destroy (self->accepting);
    g_source_unref (self->accepting);
  }
  self->accepting = source;
  g_source_set_callback (source, func, self, NULL);
  g_source_attach (source, g_main_context_get_thread_default ());
}

static gboolean on_incoming (GSocket * listener, GIOCondition condition, gpointer user_data);

static gboolean
accept_again (gpointer user_data)
{
  RtcHttp *self = user_data;

  wait_for (self, g_socket_create_source (self->listener, G_IO_IN, NULL), G_SOURCE_FUNC (on_incoming));
  return G_SOURCE_REMOVE;
}

static void
rest (RtcHttp * self, const gchar * reason)
{
  GST_WARNING ("No connection is taken for %d s: %s", REST_SECONDS, reason);
  wait_for (self, g_timeout_source_new_seconds (REST_SECONDS), accept_again);
}

/* Not a GSocketService: what cannot be accepted stays in the queue, and it would try again without end. */
static gboolean
on_incoming (GSocket * listener, GIOCondition condition, gpointer user_data)
{
  RtcHttp *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocket) socket = NULL;
  g_autoptr (GSocketConnection) connection = NULL;

  if (g_hash_table_size (self->visits) >= MAX_VISITS) {
    rest (self, "too many of them are not WebSockets");
    return G_SOURCE_REMOVE;
  }
  socket = g_socket_accept (listener, NULL, &error);
  if (socket != NULL) {
    connection = g_socket_connection_factory_create_connection (socket);
    take_connection (self, connection);
  } else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK)) {
    rest (self, error->message);
    return G_SOURCE_REMOVE;
  }
  return G_SOURCE_CONTINUE;
}

static gboolean
use_certificate (RtcHttp * self, const RtcHttpConfig * config, GError ** error)
{
  g_autoptr (GError) tls_error = NULL;
  const gchar *key = config->private_key != NULL ? config->private_key : config->certificate;

  if (config->certificate == NULL)
    return TRUE;

  self->certificate = g_tls_certificate_new_from_files (config->certificate, key, &tls_error);
  if (self->certificate == NULL) {
    g_set_error (error, GST_RTC_ERROR, GST_RTC_ERROR_FAILED, "Certificate %s with private key %s cannot be "
        "used: %s. Set certificate=… and private-key=… to PEM files that belong together",
        config->certificate, key, tls_error->message);
    return FALSE;
  }
  return TRUE;
}

static void
set_listen_error (const RtcHttpConfig * config, const GError * cause, GError ** error)
{
  if (g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE))
    g_set_error (error, GST_RTC_ERROR, GST_RTC_ERROR_FAILED,
        "Port %u on %s is taken: stop the program that holds it or set port=…", config->port, config->host);
  else if (g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED))
    g_set_error (error, GST_RTC_ERROR, GST_RTC_ERROR_FAILED,
        "Port %u on %s is not for normal users: set port=… to 1024 or more", config->port, config->host);
  else
    g_set_error (error, GST_RTC_ERROR, GST_RTC_ERROR_FAILED,
        "Cannot listen on %s, port %u: %s. Set host=… to an address of this machine", config->host,
        config->port, cause->message);
}

static gboolean
listen_to (RtcHttp * self, GSocketAddress * address, GError ** error)
{
  g_autoptr (GSocketAddress) effective = NULL;

  self->listener = g_socket_new (g_socket_address_get_family (address), G_SOCKET_TYPE_STREAM,
      G_SOCKET_PROTOCOL_TCP, error);
  if (self->listener == NULL)
    return FALSE;
  g_socket_set_blocking (self->listener, FALSE);
  g_socket_set_listen_backlog (self->listener, BACKLOG);
  if (!g_socket_bind (self->listener, address, TRUE, error) || !g_socket_listen (self->listener, error))
    return FALSE;
  effective = g_socket_get_local_address (self->listener, error);
  if (effective == NULL)
    return FALSE;
  self->port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (effective));
  accept_again (self);
  return TRUE;
}

static gboolean
listen_on (RtcHttp * self, const RtcHttpConfig * config, GError ** error)
{
  g_autoptr (GError) cause = NULL;
  g_autoptr (GSocketAddress) address = rtc_address_resolve (config->host, config->port, &cause);

  if (address != NULL && listen_to (self, address, &cause))
    return TRUE;
  set_listen_error (config, cause, error);
  return FALSE;
}

/**
 * rtc_http_new:
 * @config: how to listen
 * @connected: called for every new WebSocket
 * @user_data: for @connected
 * @error: return location, with words that say what to do
 *
 * Returns: (transfer full) (nullable): a server that works in the thread-default main context
 */
RtcHttp *
rtc_http_new (const RtcHttpConfig * config, RtcHttpConnected connected, gpointer user_data, GError ** error)
{
  g_autoptr (RtcHttp) self = g_new0 (RtcHttp, 1);

  self->server = soup_server_new (NULL, NULL);
  self->visits = g_hash_table_new_full (NULL, NULL, NULL, visit_free);
  self->host = g_strdup (config->host);
  self->path = g_strdup (config->path);
  self->allowed_origin = g_strdup (config->allowed_origin);
  self->max_message_size = config->max_message_size;
  self->connected = connected;
  self->user_data = user_data;

  /* Compression costs memory per viewer, and lets a small frame grow past the limit of its size */
  soup_server_remove_websocket_extension (self->server, SOUP_TYPE_WEBSOCKET_EXTENSION_DEFLATE);
  soup_server_add_early_handler (self->server, "/", on_headers, self, NULL);
  soup_server_add_handler (self->server, "/", on_request, self, NULL);
  soup_server_add_early_handler (self->server, self->path, on_headers, self, NULL);
  soup_server_add_websocket_handler (self->server, self->path, NULL, NULL, on_websocket, self, NULL);

  if (!use_certificate (self, config, error) || !listen_on (self, config, error))
    return NULL;
  return g_steal_pointer (&self);
}

/* Closes the port and every connection that is not a WebSocket */
void
rtc_http_free (RtcHttp * self)
{
  if (self->accepting != NULL) {
    g_source_destroy (self->accepting);
    g_source_unref (self->accepting);
  }
  if (self->listener != NULL)
    g_socket_close (self->listener, NULL);
  g_clear_object (&self->listener);
  g_hash_table_unref (self->visits);
  g_object_unref (self->server);
  g_clear_object (&self->certificate);
  g_free (self->host);
  g_free (self->path);
  g_free (self->allowed_origin);
  g_free (self);
}

guint16
rtc_http_get_port (RtcHttp * self)
{
  return self->port;
}

/**
 * rtc_http_get_address:
 * @self: a server
 *
 * Returns: (transfer full): the URL of the page, as another machine can open it if any can
 */
gchar *
rtc_http_get_address (RtcHttp * self)
{
  g_autofree gchar *host = rtc_address_to_open (self->host);

  return g_strdup_printf (strchr (host, ':') != NULL ? "%s://[%s]:%u/" : "%s://%s:%u/",
      self->certificate != NULL ? "https" : "http", host, self->port);
}
