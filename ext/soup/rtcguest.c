/* gst-rtc: a member of a room on a signaling server elsewhere
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A session lives from the first word of a peer to the last, however often the connection to the server
 * breaks. Whoever tells of a session does so last, or holds a reference.
 */
#include "rtcguest.h"

#include <string.h>

#include "rtcmessage.h"
#include "rtcoutbox.h"

#define STABLE_TIME (60 * G_USEC_PER_SEC)       /* a session that lives so long was no failure */
#define MAX_FAREWELLS 1024

GST_DEBUG_CATEGORY_EXTERN (rtc_websocket_signaller_debug);
#define GST_CAT_DEFAULT rtc_websocket_signaller_debug

typedef enum
{
  OFFLINE,
  LOGGING_IN,
  JOINING,
  JOINED,
} State;

/* instance: NULL if the peer has not told. is_gone: the server does not know it at the moment. */
typedef struct
{
  gchar *instance;
  gboolean is_gone;
  gint64 began;
} Session;

struct _RtcGuest
{
  RtcGuestEvents events;
  gpointer user_data;
  gchar *name, *room, *token, *instance;
  gboolean is_viewer;
  State state;
  gboolean is_closed;
  GHashTable *sessions;         /* name to Session */
  GHashTable *farewells;        /* names of those that have not been told that their session is over */
  RtcOutbox *outbox;            /* what could not be sent yet */
  RtcBackoff rejoin;
  gint64 rejoin_at;             /* G_MAXINT64 for never */
};

static void
session_free (gpointer data)
{
  Session *session = data;

  g_free (session->instance);
  g_free (session);
}

static void
guest_clear (gpointer data)
{
  RtcGuest *self = data;

  g_hash_table_unref (self->sessions);
  g_hash_table_unref (self->farewells);
  rtc_outbox_free (self->outbox);
  g_free (self->name);
  g_free (self->room);
  g_free (self->token);
  g_free (self->instance);
}

static void
guest_unref (RtcGuest * self)
{
  g_rc_box_release_full (self, guest_clear);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RtcGuest, guest_unref)

static void
send (RtcGuest * self, gchar * text)
{
  GST_LOG ("Sending %s", text);
  self->events.send (text, self->user_data);
  g_free (text);
}

/* To one peer: later, if it cannot be now. text: (transfer full) */
static void
say (RtcGuest * self, const gchar * name, gchar * text)
{
  Session *session = g_hash_table_lookup (self->sessions, name);

  if (session == NULL)
    g_free (text);
  else if (self->state == JOINED && !session->is_gone)
    send (self, text);
  else
    rtc_outbox_add (self->outbox, name, text);
}

static void
say_pending (RtcGuest * self, const gchar * name)
{
  gchar *text;

  while ((text = rtc_outbox_take (self->outbox, name)) != NULL)
    send (self, text);
}

static void
note_back (RtcGuest * self, const gchar * name, Session * session)
{
  session->is_gone = FALSE;
  if (self->state == JOINED)
    say_pending (self, name);
}

static void
forget (RtcGuest * self, const gchar * name)
{
  g_hash_table_remove (self->sessions, name);
  rtc_outbox_drop (self->outbox, name);
}

/* Returns: whether we are still there after the event */
static gboolean
end (RtcGuest * self, const gchar * name, const gchar * text)
{
  g_autoptr (GError) reason = g_error_new_literal (GST_RTC_ERROR, GST_RTC_ERROR_LEFT, text);

  forget (self, name);
  self->events.session.end (name, reason, self->user_data);
  return !self->is_closed;
}

/* A new session, in the place of one that another life of the peer left behind */
static void
begin (RtcGuest * self, const RtcMessage * message, gint64 now)
{
  g_autoptr (RtcGuest) guard = g_rc_box_acquire (self);
  Session *session;

  if (g_hash_table_contains (self->sessions, message->name)
      && !end (self, message->name, "It has begun anew"))
    return;
  if (message->sdp != NULL)
    g_hash_table_remove (self->farewells, message->name);
  else if (g_hash_table_remove (self->farewells, message->name))
    send (self, rtc_message_write_leave (message->name, NULL));
  session = g_new0 (Session, 1);
  session->instance = g_strdup (message->instance);
  session->began = now;
  g_hash_table_insert (self->sessions, g_strdup (message->name), session);
  self->events.session.begin (message->name, message->sdp, self->user_data);
}

static gboolean
is_same_life (const Session * session, const gchar * instance)
{
  return session->instance != NULL && g_strcmp0 (session->instance, instance) == 0;
}

static void
on_login (RtcGuest * self, const RtcMessage * message)
{
  if (self->state != LOGGING_IN)
    return;
  if (!message->success) {
    self->events.refused (message->text != NULL ? message->text : "it does not say why", self->user_data);
    return;
  }
  if (message->name != NULL) {
    g_free (self->name);
    self->name = g_strdup (message->name);
  }
  GST_INFO ("Logged in as %s", self->name);
  self->state = JOINING;
  /* Servers that take the room of a login say so */
  if (message->room == NULL)
    send (self, rtc_message_write_join (self->room));
}

/* Tells those that came to be unreachable and are back what they have missed */
static void
say_farewells (RtcGuest * self, const gchar * const *members, gint64 now)
{
  for (; *members != NULL; members++) {
    if (!g_hash_table_remove (self->farewells, *members))
      continue;
    send (self, rtc_message_write_leave (*members, NULL));
    self->rejoin_at = MIN (self->rejoin_at, now + self->rejoin.first);
  }
}

static void
on_members (RtcGuest * self, const RtcMessage * message, gint64 now)
{
  const gchar *const *members = (const gchar * const *) message->members;
  GHashTableIter iter;
  gpointer name, session;

  if (self->state == OFFLINE || self->state == LOGGING_IN)
    return;
  GST_INFO ("Joined room %s with %u others", GST_STR_NULL (message->room), g_strv_length (message->members));
  self->state = JOINED;
  g_hash_table_iter_init (&iter, self->sessions);
  while (g_hash_table_iter_next (&iter, &name, &session)) {
    if (g_strv_contains (members, name))
      note_back (self, name, session);
    else
      ((Session *) session)->is_gone = TRUE;
  }
  say_farewells (self, members, now);
  self->events.joined (self->user_data);
}

/* The list of members, or a member that awaits our offer */
static void
on_joined (RtcGuest * self, const RtcMessage * message, gint64 now)
{
  Session *session = message->name != NULL ? g_hash_table_lookup (self->sessions, message->name) : NULL;

  if (message->name == NULL)
    on_members (self, message, now);
  else if (session != NULL && is_same_life (session, message->instance))
    note_back (self, message->name, session);
  else
    begin (self, message, now);
}

static void
on_description (RtcGuest * self, const RtcMessage * message, gint64 now)
{
  Session *session = g_hash_table_lookup (self->sessions, message->name);
  gboolean is_offer = message->sdp_type == GST_RTC_SDP_TYPE_OFFER;

  if (session != NULL && session->instance == NULL)
    session->instance = g_strdup (message->instance);
  if (session == NULL || (message->instance != NULL && !is_same_life (session, message->instance))) {
    if (is_offer)
      begin (self, message, now);
    return;
  }
  note_back (self, message->name, session);
  self->events.session.description (message->name, message->sdp_type, message->sdp, self->user_data);
}

static void
on_candidate (RtcGuest * self, const RtcMessage * message)
{
  Session *session = g_hash_table_lookup (self->sessions, message->name);

  if (session == NULL)
    return;
  note_back (self, message->name, session);
  self->events.session.candidate (message->name, message->candidate, message->sdp_mid,
      message->sdp_m_line_index, self->user_data);
}

/* Without a name it is the server that goes */
static void
on_leave (RtcGuest * self, const RtcMessage * message)
{
  Session *session = message->name != NULL ? g_hash_table_lookup (self->sessions, message->name) : NULL;

  if (session == NULL)
    return;
  if (message->is_lost)
    session->is_gone = TRUE;
  else
    end (self, message->name, message->text != NULL ? message->text : "The peer has left");
}

static void
on_error (RtcGuest * self, const RtcMessage * message)
{
  Session *session = message->name != NULL ? g_hash_table_lookup (self->sessions, message->name) : NULL;

  GST_WARNING ("The server says: %s", GST_STR_NULL (message->text));
  if (session != NULL)
    session->is_gone = TRUE;
  if (self->state == LOGGING_IN || self->state == JOINING)
    self->events.refused (message->text != NULL ? message->text : "it does not say why", self->user_data);
}

static void
handle (RtcGuest * self, const RtcMessage * message, gint64 now)
{
  gboolean is_from_peer = message->name != NULL;

  switch (message->type) {
    case RTC_MESSAGE_LOGIN:
      on_login (self, message);
      break;
    case RTC_MESSAGE_JOINED:
      on_joined (self, message, now);
      break;
    case RTC_MESSAGE_DESCRIPTION:
      if (is_from_peer)
        on_description (self, message, now);
      break;
    case RTC_MESSAGE_CANDIDATE:
      if (is_from_peer)
        on_candidate (self, message);
      break;
    case RTC_MESSAGE_LEAVE:
      on_leave (self, message);
      break;
    case RTC_MESSAGE_ERROR:
      on_error (self, message);
      break;
    case RTC_MESSAGE_JOIN:
      g_assert_not_reached ();
  }
}

/**
 * rtc_guest_new:
 * @config: (transfer none): who it is
 * @events: (transfer none): what to call
 * @user_data: for @events
 *
 * Returns: (transfer full): a guest that is not connected
 */
RtcGuest *
rtc_guest_new (const RtcGuestConfig * config, const RtcGuestEvents * events, gpointer user_data)
{
  RtcGuest *self = g_rc_box_new0 (RtcGuest);

  self->events = *events;
  self->user_data = user_data;
  self->name = g_strdup (config->name);
  self->room = g_strdup (config->room != NULL ? config->room : RTC_MESSAGE_DEFAULT_ROOM);
  self->token = g_strdup (config->token);
  self->instance = g_strdup (config->instance);
  self->is_viewer = config->is_viewer;
  self->sessions = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, session_free);
  self->farewells = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->outbox = rtc_outbox_new ();
  self->rejoin = config->rejoin;
  self->rejoin_at = G_MAXINT64;
  return self;
}

/* No event follows */
void
rtc_guest_free (RtcGuest * self)
{
  self->is_closed = TRUE;
  guest_unref (self);
}

/* There is a connection to the server */
void
rtc_guest_opened (RtcGuest * self)
{
  const RtcMessage login = {
    .name = self->name,
    .room = self->room,
    .token = self->token,
    .instance = self->instance,
    .is_viewer = self->is_viewer,
  };
  g_autofree gchar *text = NULL;

  self->state = LOGGING_IN;
  text = rtc_message_write_login (&login);
  self->events.send (text, self->user_data);
}

/* There is none any more */
void
rtc_guest_closed (RtcGuest * self)
{
  self->state = OFFLINE;
}

/* What cannot be understood is ignored */
void
rtc_guest_received (RtcGuest * self, const gchar * text, gsize size, gint64 now)
{
  g_autoptr (RtcGuest) guard = g_rc_box_acquire (self);
  g_autoptr (GError) error = NULL;
  g_autoptr (RtcMessage) message = rtc_message_parse (RTC_MESSAGE_FROM_SERVER, text, size, &error);

  if (message != NULL)
    handle (self, message, now);
  else
    GST_WARNING ("The server has sent something strange: %s", error->message);
}

/* To be called every second or so. A join introduces us again to those that have nothing to do with us. */
void
rtc_guest_check (RtcGuest * self, gint64 now)
{
  if (self->state != JOINED || now < self->rejoin_at)
    return;
  self->rejoin_at = G_MAXINT64;
  send (self, rtc_message_write_join (self->room));
}

void
rtc_guest_send_description (RtcGuest * self, const gchar * name, GstRtcSdpType type, const gchar * sdp)
{
  say (self, name, rtc_message_write_description (name, type, sdp, NULL));
}

void
rtc_guest_send_candidate (RtcGuest * self, const gchar * name, const gchar * candidate, const gchar * sdp_mid,
    gint sdp_m_line_index)
{
  say (self, name, rtc_message_write_candidate (name, candidate, sdp_mid, sdp_m_line_index));
}

/* The network failed, not the peer: another session may do better */
static gboolean
is_worth_another_try (const GError * reason)
{
  static const gint codes[] = { GST_RTC_ERROR_ICE, GST_RTC_ERROR_CONSENT, GST_RTC_ERROR_DTLS,
    GST_RTC_ERROR_TIMEOUT
  };

  for (guint i = 0; i < G_N_ELEMENTS (codes); i++) {
    if (g_error_matches (reason, GST_RTC_ERROR, codes[i]))
      return TRUE;
  }
  return FALSE;
}

/**
 * rtc_guest_end_session:
 * @self: a guest
 * @name: whose session is over on our side
 * @reason: (nullable): why
 * @now: the time
 * @chance: a random number, 0 or more and less than 1
 */
void
rtc_guest_end_session (RtcGuest * self, const gchar * name, const GError * reason, gint64 now, gdouble chance)
{
  Session *session = g_hash_table_lookup (self->sessions, name);

  if (session == NULL)
    return;
  if (self->state == JOINED && !session->is_gone)
    send (self, rtc_message_write_leave (name, reason != NULL ? reason->message : NULL));
  else if (g_hash_table_size (self->farewells) < MAX_FAREWELLS)
    g_hash_table_add (self->farewells, g_strdup (name));
  if (now - session->began > STABLE_TIME)
    rtc_backoff_reset (&self->rejoin);
  if (is_worth_another_try (reason))
    self->rejoin_at = now + self->rejoin.first + rtc_backoff_next (&self->rejoin, chance);
  forget (self, name);
}
