/* gst-rtc: the members of a signaling server: their connections and limits
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "rtchubprivate.h"

#include "rtctoken.h"

#define MAX_IDLE 512            /* connections without a purpose */
#define CLOSE_TRY_AGAIN_LATER 1013      /* IANA, WebSocket close codes */

GST_DEBUG_CATEGORY_EXTERN (rtc_server_signaller_debug);
#define GST_CAT_DEFAULT rtc_server_signaller_debug

static void
refuse_message (RtcHub * self, RtcConnection * connection, const GError * fault)
{
  g_autofree gchar *reply = rtc_message_write_error (fault->message, NULL);

  rtc_hub_refuse (self, connection, reply, fault);
}

static void
on_fault (RtcConnection * connection, const GError * fault, gpointer user_data)
{
  if (rtc_connection_is_open (connection))
    refuse_message (user_data, connection, fault);
}

static void
on_message (RtcConnection * connection, const gchar * text, gsize size, gpointer user_data)
{
  RtcHub *self = user_data;
  g_autoptr (RtcMessage) message = NULL;
  g_autoptr (GError) error = NULL;

  if (!rtc_connection_is_open (connection))
    return;
  if (!rtc_client_heard (rtc_connection_get_client (connection), g_get_monotonic_time (), &error)) {
    rtc_hub_turn_out (self, connection, SOUP_WEBSOCKET_CLOSE_POLICY_VIOLATION, error);
    return;
  }
  message = rtc_message_parse (RTC_MESSAGE_FROM_CLIENT, text, size, &error);
  if (message != NULL && rtc_hub_get_member (self, connection) == NULL && message->type != RTC_MESSAGE_LOGIN)
    g_set_error_literal (&error, GST_RTC_ERROR, GST_RTC_ERROR_SIGNALLING, "Log in first");
  if (error != NULL)
    refuse_message (self, connection, error);
  else
    rtc_hub_handle (self, connection, message);
}

static void
on_closed (RtcConnection * connection, gpointer user_data)
{
  RtcHub *self = user_data;
  g_autoptr (GError) reason = g_error_new_literal (GST_RTC_ERROR, GST_RTC_ERROR_LEFT,
      "The viewer has closed the connection");
  RtcMember *member = rtc_hub_get_member (self, connection);

  g_hash_table_steal (self->connections, connection);
  rtc_hub_remove_member (self, member, reason);
  rtc_connection_unref (connection);
}

static const RtcConnectionEvents connection_events = {
  .message = on_message,
  .fault = on_fault,
  .closed = on_closed,
};

static GPtrArray *
ref_connections (RtcHub * self)
{
  GPtrArray *connections = g_ptr_array_new_with_free_func ((GDestroyNotify) rtc_connection_unref);
  GHashTableIter iter;
  gpointer connection;

  g_hash_table_iter_init (&iter, self->connections);
  while (g_hash_table_iter_next (&iter, &connection, NULL))
    g_ptr_array_add (connections, rtc_connection_ref (connection));
  return connections;
}

/* Turning one out may free the hub, and its timer with it */
static gboolean
check_connections (gpointer user_data)
{
  RtcHub *self = user_data;
  g_autoptr (GSource) check = g_source_ref (self->check);
  g_autoptr (GPtrArray) connections = ref_connections (self);
  gint64 now = g_get_monotonic_time ();

  for (guint i = 0; i < connections->len && !g_source_is_destroyed (check); i++) {
    RtcConnection *connection = g_ptr_array_index (connections, i);
    g_autoptr (GError) error = NULL;

    if (rtc_connection_is_open (connection) && !rtc_connection_check (connection, now, &error))
      rtc_hub_turn_out (self, connection, SOUP_WEBSOCKET_CLOSE_POLICY_VIOLATION, error);
  }
  return G_SOURCE_CONTINUE;
}

/**
 * rtc_hub_new:
 * @config: (transfer none): what it is like
 *
 * Returns: (transfer full): a hub that works in the thread-default main context
 */
RtcHub *
rtc_hub_new (const RtcHubConfig * config)
{
  RtcHub *self = g_new0 (RtcHub, 1);

  self->members = rtc_members_new ();
  if (config->local != NULL) {
    self->local = rtc_members_add_everywhere (self->members, config->local_name);
    self->events = *config->local;
    self->user_data = config->user_data;
  }
  self->token = g_strdup (config->token);
  self->instance = rtc_token_new ();
  self->max_clients = config->max_clients;
  self->max_room = config->max_room;
  self->ice_servers = g_ptr_array_ref (config->ice_servers);
  self->connections = g_hash_table_new_full (NULL, NULL, (GDestroyNotify) rtc_connection_unref, NULL);
  self->check = g_timeout_source_new_seconds (1);
  g_source_set_callback (self->check, check_connections, self, NULL);
  g_source_attach (self->check, g_main_context_get_thread_default ());
  return self;
}

/* Says goodbye to every client; tells the local member nothing */
void
rtc_hub_free (RtcHub * self)
{
  g_autofree gchar *goodbye = self->local != NULL ?
      rtc_message_write_leave (self->local->name, "The stream has ended") :
      rtc_message_write_lost (NULL, "The signaling server stops");
  GHashTableIter iter;
  gpointer connection;

  g_hash_table_iter_init (&iter, self->connections);
  while (g_hash_table_iter_next (&iter, &connection, NULL))
    rtc_connection_abort (connection, goodbye);

  g_source_destroy (self->check);
  g_source_unref (self->check);
  rtc_members_free (self->members);
  g_hash_table_unref (self->connections);
  g_ptr_array_unref (self->ice_servers);
  g_free (self->token);
  g_free (self->instance);
  g_free (self);
}

static guint
count_idle (RtcHub * self)
{
  GHashTableIter iter;
  gpointer connection;
  guint n_idle = 0;

  g_hash_table_iter_init (&iter, self->connections);
  while (g_hash_table_iter_next (&iter, &connection, NULL))
    n_idle += !rtc_connection_get_client (connection)->has_purpose;
  return n_idle;
}

static void
send_away (RtcConnection * connection, const gchar * text)
{
  g_autofree gchar *message = rtc_message_write_error (text, NULL);

  rtc_hub_send (connection, message);
  rtc_connection_close (connection, CLOSE_TRY_AGAIN_LATER, text);
}

/**
 * rtc_hub_add:
 * @self: a hub
 * @websocket: a new client's connection
 * @socket: the socket of @websocket
 */
void
rtc_hub_add (RtcHub * self, SoupWebsocketConnection * websocket, GSocket * socket)
{
  guint n_idle = count_idle (self), n_clients = g_hash_table_size (self->connections);
  RtcConnection *connection = rtc_connection_new (websocket, socket, &connection_events, self);

  g_hash_table_insert (self->connections, connection, NULL);
  if (n_idle >= MAX_IDLE)
    send_away (connection, "Too many connections without a session");
  else if (self->max_clients != 0 && n_clients >= self->max_clients)
    send_away (connection, "Too many clients");
}

static RtcMember *
find_session (RtcHub * self, const gchar * name)
{
  RtcMember *member = rtc_members_find (self->members, name);

  return member != NULL && rtc_member_knows (member, self->local) ? member : NULL;
}

/* The sessions of the local member do not outlive a socket, so each is a new life. Only told to programs
 * that have such lives themselves. */
static gchar *
make_session_instance (RtcHub * self, const RtcMember * member)
{
  return member->instance != NULL ? g_strdup_printf ("%s-%u", self->instance, member->session) : NULL;
}

void
rtc_hub_send_description (RtcHub * self, const gchar * name, GstRtcSdpType type, const gchar * sdp)
{
  RtcMember *member = find_session (self, name);
  g_autofree gchar *instance = NULL;
  g_autofree gchar *text = NULL;

  if (member == NULL)
    return;
  if (type == GST_RTC_SDP_TYPE_OFFER)
    instance = make_session_instance (self, member);
  text = rtc_message_write_description (self->local->name, type, sdp, instance);
  rtc_hub_send (member->owner, text);
}

void
rtc_hub_send_candidate (RtcHub * self, const gchar * name, const gchar * candidate, const gchar * sdp_mid,
    guint sdp_m_line_index)
{
  RtcMember *member = find_session (self, name);
  g_autofree gchar *text = NULL;

  if (member == NULL)
    return;
  text = rtc_message_write_candidate (self->local->name, candidate, sdp_mid, sdp_m_line_index);
  rtc_hub_send (member->owner, text);
}

void
rtc_hub_end_session (RtcHub * self, const gchar * name, const GError * reason)
{
  RtcMember *member = find_session (self, name);
  g_autofree gchar *text = NULL;

  if (member == NULL)
    return;
  rtc_hub_part (self, member, self->local);
  text = rtc_message_write_leave (self->local->name, reason != NULL ? reason->message : NULL);
  rtc_hub_send (member->owner, text);
}
