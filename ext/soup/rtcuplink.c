/* gst-rtc: the connection to a signaling server elsewhere
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One attempt or WebSocket at a time, and a wait between them. libsoup works in a context of its own
 * (see rtcinnercontext.h), so that closing need not leave anything under way.
 */
#include "rtcuplink.h"

#include <libsoup/soup.h>

#include "rtcbackoff.h"
#include "rtcconnection.h"
#include "rtcinnercontext.h"
#include "rtcwords.h"

#define MAX_MESSAGE_SIZE (1024 * 1024)
#define STABLE_TIME (10 * G_USEC_PER_SEC)       /* a server that throws us out sooner is not there yet */

typedef enum
{
  OUTAGE_NONE = 0,
  OUTAGE_CONNECTION = 1 << 0,   /* has been reported */
  OUTAGE_REFUSED = 1 << 1,      /* the same */
} Outage;

struct _RtcUplink
{
  RtcUplinkEvents events;
  gpointer user_data;
  gchar *uri, *shown_uri, *host;
  RtcUplinkTimes times;
  RtcBackoff backoff;
  guint outage;                 /* of Outage */

  RtcInnerContext *context;     /* NULL once closed */
  SoupSession *session;
  GSource *check, *retry;       /* retry: NULL unless it waits */
  GCancellable *attempt;        /* NULL unless it connects */
  gboolean is_attempting;       /* also while an attempt that was cancelled has not ended */
  gint64 began;                 /* the attempt, or the connection */
  gint64 confirmed;             /* 0 until we have joined */
  GSocket *socket;              /* of the attempt */
  gchar *tls_words;
  RtcConnection *connection;    /* NULL unless there is a WebSocket */
};

static RtcUplink *
uplink_ref (RtcUplink * self)
{
  return g_rc_box_acquire (self);
}

static void
uplink_clear (gpointer data)
{
  RtcUplink *self = data;

  g_free (self->uri);
  g_free (self->shown_uri);
  g_free (self->host);
  g_free (self->tls_words);
}

static void
uplink_unref (RtcUplink * self)
{
  g_rc_box_release_full (self, uplink_clear);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RtcUplink, uplink_unref)

/* Events may attach whatever they like to the thread-default context: not to ours */
static GMainContext *
leave_for_event (RtcUplink * self)
{
  GMainContext *outer = g_main_context_ref (rtc_inner_context_get_outer (self->context));

  g_main_context_push_thread_default (outer);
  return outer;
}

static void
return_from_event (GMainContext * outer)
{
  g_main_context_pop_thread_default (outer);
  g_main_context_unref (outer);
}

static void connect_now (RtcUplink * self);

static gboolean
on_retry (gpointer user_data)
{
  RtcUplink *self = user_data;

  g_clear_pointer (&self->retry, g_source_unref);
  connect_now (self);
  return G_SOURCE_REMOVE;
}

static void
retry_after (RtcUplink * self, gint64 delay)
{
  if (self->retry != NULL)
    return;
  self->retry = g_timeout_source_new (delay / 1000);
  g_source_set_callback (self->retry, on_retry, self, NULL);
  g_source_attach (self->retry, g_main_context_get_thread_default ());
}

/* Once per outage: to be called last, as the event may free us */
static void
report (RtcUplink * self, Outage kind, const gchar * text)
{
  g_autoptr (GError) error = g_error_new_literal (GST_RTC_ERROR, GST_RTC_ERROR_SIGNALLING, text);
  GMainContext *outer;

  if (self->outage & kind)
    return;
  self->outage |= kind;
  outer = leave_for_event (self);
  self->events.failed (error, self->user_data);
  return_from_event (outer);
}

static void
fail (RtcUplink * self, const gchar * words)
{
  g_autofree gchar *text = g_strdup_printf ("The signaling server %s cannot be reached: %s. "
      "It is tried again until it answers", self->shown_uri, words);

  retry_after (self, rtc_backoff_next (&self->backoff, g_random_double ()));
  report (self, OUTAGE_CONNECTION, text);
}

/* Returns: whether we are still there after the event */
static gboolean
drop_connection (RtcUplink * self)
{
  GMainContext *outer;

  if (self->connection == NULL)
    return TRUE;
  rtc_connection_abort (self->connection, NULL);
  g_clear_pointer (&self->connection, rtc_connection_unref);
  outer = leave_for_event (self);
  self->events.closed (self->user_data);
  return_from_event (outer);
  return self->context != NULL;
}

static void
break_connection (RtcUplink * self, const gchar * words)
{
  g_autoptr (RtcUplink) guard = uplink_ref (self);
  gboolean was_stable = self->confirmed != 0 && g_get_monotonic_time () - self->confirmed > STABLE_TIME;
  gboolean was_confirmed = self->confirmed != 0;
  g_autofree gchar *text = g_strdup_printf ("The connection to the signaling server %s broke: %s. "
      "Running sessions go on, and it is tried again until it answers", self->shown_uri, words);

  if (!drop_connection (self))
    return;
  if (was_stable)
    rtc_backoff_reset (&self->backoff);
  self->confirmed = 0;
  if (was_confirmed) {
    retry_after (self, rtc_backoff_next (&self->backoff, g_random_double ()));
    report (self, OUTAGE_CONNECTION, text);
  } else {
    fail (self, words);
  }
}

/* While we log in, it is no connection yet */
static const gchar *
words_for_close (RtcUplink * self)
{
  return self->confirmed != 0 ? "the server has closed it" : "it closes the connection";
}

static void
on_message (RtcConnection * connection, const gchar * text, gsize size, gpointer user_data)
{
  g_autoptr (RtcUplink) self = uplink_ref (user_data);
  GMainContext *outer = leave_for_event (self);

  self->events.message (text, size, self->user_data);
  return_from_event (outer);
}

/* What a server says that cannot be understood is ignored */
static void
on_fault (RtcConnection * connection, const GError * fault, gpointer user_data)
{
}

static void
on_closed (RtcConnection * connection, gpointer user_data)
{
  break_connection (user_data, words_for_close (user_data));
}

static const RtcConnectionEvents connection_events = {
  .message = on_message,
  .fault = on_fault,
  .closed = on_closed,
};

static gboolean
on_check (gpointer user_data)
{
  g_autoptr (RtcUplink) self = uplink_ref (user_data);
  g_autoptr (GError) error = NULL;
  gint64 now = g_get_monotonic_time ();
  gboolean is_late = self->confirmed == 0 && now - self->began > self->times.answer;
  GMainContext *outer;

  if (self->attempt != NULL && is_late)
    g_cancellable_cancel (self->attempt);
  if (self->connection != NULL && !rtc_connection_check (self->connection, now, &error))
    break_connection (self, error->message);
  else if (self->connection != NULL && is_late)
    break_connection (self, "it does not answer the login");
  if (self->context == NULL)
    return G_SOURCE_REMOVE;

  outer = leave_for_event (self);
  self->events.check (now, self->user_data);
  return_from_event (outer);
  return G_SOURCE_CONTINUE;
}

static void
open_connection (RtcUplink * self, SoupWebsocketConnection * websocket)
{
  RtcClient *client;
  GMainContext *outer;

  soup_websocket_connection_set_max_incoming_payload_size (websocket, MAX_MESSAGE_SIZE);
  self->connection = rtc_connection_new (websocket, self->socket, &connection_events, self);
  client = rtc_connection_get_client (self->connection);
  client->is_logged_in = client->has_purpose = TRUE;    /* those deadlines are the server's */
  outer = leave_for_event (self);
  self->events.opened (self->user_data);
  return_from_event (outer);
}

static void
end_attempt (RtcUplink * self, const GError * error, guint http_status)
{
  g_autofree gchar *words = NULL;

  if (self->tls_words != NULL)
    words = g_steal_pointer (&self->tls_words);
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    words = g_strdup ("it does not answer");
  else
    words = rtc_words_for_failure (error, http_status);
  fail (self, words);
}

static void
on_connected (GObject * object, GAsyncResult * result, gpointer user_data)
{
  g_autoptr (RtcUplink) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (SoupWebsocketConnection) websocket =
      soup_session_websocket_connect_finish (SOUP_SESSION (object), result, &error);
  SoupMessage *message = soup_session_get_async_result_message (SOUP_SESSION (object), result);
  guint status = message != NULL ? soup_message_get_status (message) : 0;

  self->is_attempting = FALSE;
  g_clear_object (&self->attempt);
  if (self->context == NULL) {
    if (websocket != NULL)
      g_io_stream_close (soup_websocket_connection_get_io_stream (websocket), NULL, NULL);
  } else if (websocket != NULL && self->socket != NULL) {
    open_connection (self, websocket);
  } else {
    end_attempt (self, error, status);
  }
  g_clear_object (&self->socket);
}

static void
on_network_event (SoupMessage * message, GSocketClientEvent event, GIOStream * stream, gpointer user_data)
{
  RtcUplink *self = user_data;

  if ((event == G_SOCKET_CLIENT_CONNECTING || event == G_SOCKET_CLIENT_CONNECTED)
      && G_IS_SOCKET_CONNECTION (stream))
    g_set_object (&self->socket, g_socket_connection_get_socket (G_SOCKET_CONNECTION (stream)));
}

static gboolean
on_certificate (SoupMessage * message, GTlsCertificate * certificate, GTlsCertificateFlags errors,
    gpointer user_data)
{
  RtcUplink *self = user_data;

  g_free (self->tls_words);
  self->tls_words = rtc_words_for_certificate (errors, self->host);
  return FALSE;
}

static void
uplink_unref_closure (gpointer data, GClosure * closure)
{
  uplink_unref (data);
}

static void
connect_now (RtcUplink * self)
{
  g_autoptr (SoupMessage) message = soup_message_new (SOUP_METHOD_GET, self->uri);

  self->began = g_get_monotonic_time ();
  self->confirmed = 0;
  g_clear_pointer (&self->tls_words, g_free);
  self->attempt = g_cancellable_new ();
  self->is_attempting = TRUE;
  g_signal_connect_data (message, "network-event", G_CALLBACK (on_network_event), uplink_ref (self),
      uplink_unref_closure, 0);
  g_signal_connect_data (message, "accept-certificate", G_CALLBACK (on_certificate), uplink_ref (self),
      uplink_unref_closure, 0);
  soup_session_websocket_connect_async (self->session, message, NULL, NULL, G_PRIORITY_DEFAULT, self->attempt,
      on_connected, uplink_ref (self));
}

static gboolean
read_uri (RtcUplink * self, const gchar * text, GError ** error)
{
  g_autoptr (GUri) uri = g_uri_parse (text != NULL ? text : "", SOUP_HTTP_URI_FLAGS, NULL);
  const gchar *scheme = uri != NULL ? g_uri_get_scheme (uri) : NULL;
  const gchar *host = uri != NULL ? g_uri_get_host (uri) : NULL;

  if ((g_strcmp0 (scheme, "ws") != 0 && g_strcmp0 (scheme, "wss") != 0) || host == NULL || *host == '\0') {
    g_set_error (error, GST_RTC_ERROR, GST_RTC_ERROR_FAILED, "uri=%s is no address of a signaling server: "
        "set uri=… to one like ws://localhost:8080/ws or wss://example.org/ws", text != NULL ? text : "");
    return FALSE;
  }
  self->uri = g_strdup (text);
  self->host = g_strdup (host);
  self->shown_uri = g_uri_to_string_partial (uri, G_URI_HIDE_USERINFO | G_URI_HIDE_QUERY);
  return TRUE;
}

static GTlsDatabase *
read_authorities (const gchar * path, GError ** error)
{
  g_autoptr (GError) cause = NULL;
  g_autolist (GTlsCertificate) certificates = g_tls_certificate_list_new_from_file (path, &cause);
  g_autoptr (GTlsDatabase) database = NULL;

  if (certificates != NULL)
    database = g_tls_file_database_new (path, &cause);
  if (database == NULL)
    g_set_error (error, GST_RTC_ERROR, GST_RTC_ERROR_FAILED, "ca-certificate=%s cannot be used: %s. "
        "Set it to a PEM file with the certificates to trust", path,
        cause != NULL ? cause->message : "it holds no certificate");
  return g_steal_pointer (&database);
}

static SoupSession *
make_session (const gchar * ca_certificate, GError ** error)
{
  g_autoptr (SoupSession) session = soup_session_new ();
  g_autoptr (GTlsDatabase) database = NULL;

  soup_session_remove_feature_by_type (session, SOUP_TYPE_WEBSOCKET_EXTENSION_MANAGER);
  soup_session_set_user_agent (session, "gst-rtc");
  if (ca_certificate == NULL)
    return g_steal_pointer (&session);

  database = read_authorities (ca_certificate, error);
  if (database == NULL)
    return NULL;
  soup_session_set_tls_database (session, database);
  return g_steal_pointer (&session);
}

/**
 * rtc_uplink_new:
 * @config: (transfer none): where to, and how
 * @events: what to call, in the thread-default main context of now
 * @user_data: for @events
 * @error: return location, with words that say what to do
 *
 * Begins to connect, and does so until it is closed. What can only be wrong in @config is an error here.
 *
 * Returns: (transfer full) (nullable): to be closed by rtc_uplink_close()
 */
RtcUplink *
rtc_uplink_new (const RtcUplinkConfig * config, const RtcUplinkEvents * events, gpointer user_data,
    GError ** error)
{
  g_autoptr (RtcUplink) self = g_rc_box_new0 (RtcUplink);
  GMainContext *entered;

  if (!read_uri (self, config->uri, error))
    return NULL;
  self->events = *events;
  self->user_data = user_data;
  self->times = config->times;
  self->backoff = (RtcBackoff) {.first = config->times.first,.longest = config->times.longest };

  self->context = rtc_inner_context_new ();
  entered = rtc_inner_context_enter (self->context);
  self->session = make_session (config->ca_certificate, error);
  if (self->session != NULL) {
    self->check = g_timeout_source_new_seconds (1);
    g_source_set_callback (self->check, on_check, self, NULL);
    g_source_attach (self->check, g_main_context_get_thread_default ());
    connect_now (self);
  }
  rtc_inner_context_leave (entered);
  if (self->session == NULL)
    g_clear_pointer (&self->context, rtc_inner_context_free);
  return self->context != NULL ? g_steal_pointer (&self) : NULL;
}

static void
clear_source (GSource ** source)
{
  if (*source == NULL)
    return;
  g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

/**
 * rtc_uplink_close:
 * @self: (transfer full): an uplink
 * @last_words: (nullable): a message for the server
 *
 * Closes every socket before it returns. No event follows.
 */
void
rtc_uplink_close (RtcUplink * self, const gchar * last_words)
{
  RtcInnerContext *context = g_steal_pointer (&self->context);
  GMainContext *entered = rtc_inner_context_enter (context);

  clear_source (&self->check);
  clear_source (&self->retry);
  if (self->connection != NULL)
    rtc_connection_abort (self->connection, last_words);
  g_clear_pointer (&self->connection, rtc_connection_unref);
  if (self->attempt != NULL)
    g_cancellable_cancel (self->attempt);
  while (self->is_attempting)
    rtc_inner_context_run (context, TRUE);
  soup_session_abort (self->session);
  rtc_inner_context_run (context, FALSE);
  g_clear_object (&self->session);
  rtc_inner_context_leave (entered);
  rtc_inner_context_free (context);
  uplink_unref (self);
}

/* Does nothing unless there is a WebSocket */
void
rtc_uplink_send (RtcUplink * self, const gchar * text)
{
  GMainContext *entered;

  if (self->connection == NULL)
    return;
  entered = rtc_inner_context_enter (self->context);
  rtc_connection_send (self->connection, text);
  rtc_inner_context_leave (entered);
}

/* We have joined: the outage is over */
void
rtc_uplink_confirm (RtcUplink * self)
{
  self->outage = OUTAGE_NONE;
  self->confirmed = g_get_monotonic_time ();
}

/* The server does not want us: it is asked again, but slowly. To be called last, as the event may free us. */
void
rtc_uplink_refused (RtcUplink * self, const gchar * text)
{
  g_autoptr (RtcUplink) guard = uplink_ref (self);
  g_autofree gchar *words = g_strdup_printf ("The signaling server %s refuses us: %s. It is asked again "
      "every %d s", self->shown_uri, text, (gint) (self->times.refused / G_USEC_PER_SEC));
  GMainContext *entered = rtc_inner_context_enter (self->context);

  if (drop_connection (self)) {
    retry_after (self, self->times.refused);
    report (self, OUTAGE_REFUSED, words);
  }
  rtc_inner_context_leave (entered);
}
