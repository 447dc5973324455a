/* gst-rtc: the members of a signaling server: how they meet and what is passed on
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "rtchubprivate.h"

#include <string.h>

#include "rtctoken.h"

GST_DEBUG_CATEGORY_EXTERN (rtc_server_signaller_debug);
#define GST_CAT_DEFAULT rtc_server_signaller_debug

static void
begin_local_session (RtcHub * self, RtcMember * member, const gchar * offer)
{
  rtc_member_meet (member, self->local);
  member->session = ++self->n_sessions;
  rtc_hub_update_purpose (self, member);
  self->events.begin (member->name, offer, self->user_data);
}

static void
refuse_login (RtcHub * self, RtcConnection * connection, const gchar * format, const gchar * name)
{
  g_autofree gchar *text = g_strdup_printf (format, name);
  g_autofree gchar *reply = rtc_message_write_login_refused (text);
  g_autoptr (GError) fault = g_error_new_literal (GST_RTC_ERROR, GST_RTC_ERROR_SIGNALLING, text);

  rtc_hub_refuse (self, connection, reply, fault);
}

/* Another try needs another connection, and is not worth it for who has to guess */
static void
refuse_token (RtcHub * self, RtcConnection * connection, gboolean is_missing)
{
  const gchar *text = is_missing ? "This server wants a token" : "The token is wrong";
  g_autofree gchar *reply = rtc_message_write_login_refused (text);

  GST_INFO ("Refused a login: %s", text);
  rtc_hub_send (connection, reply);
  rtc_connection_close (connection, SOUP_WEBSOCKET_CLOSE_POLICY_VIOLATION, text);
}

/* A name that nobody else will ask for again when the server comes back */
static gchar *
make_name (RtcHub * self)
{
  g_autofree gchar *name = NULL;

  do {
    g_free (name);
    name = self->local != NULL ? g_strdup_printf ("viewer-%u", ++self->n_named)
        : g_strdup_printf ("guest-%08x", g_random_int ());
  } while (rtc_members_find (self->members, name) != NULL);
  return g_steal_pointer (&name);
}

/* Tells everybody who is to begin with whom, the local member last */
static void
introduce (RtcHub * self, RtcMember * newcomer)
{
  g_autoptr (GArray) introductions = rtc_members_introduce (self->members, newcomer);
  gboolean to_local = FALSE;

  for (guint i = 0; i < introductions->len; i++) {
    const RtcIntroduction *introduction = &g_array_index (introductions, RtcIntroduction, i);
    RtcMember *begins = introduction->begins, *with = introduction->with;
    g_autofree gchar *text = rtc_message_write_introduction (newcomer->room, with->name,
        with->public_instance);

    rtc_hub_update_purpose (self, begins);
    rtc_hub_update_purpose (self, with);
    if (begins == self->local)
      to_local = TRUE;
    else
      rtc_hub_send (begins->owner, text);
  }
  if (to_local)
    begin_local_session (self, newcomer, NULL);
}

static void
send_joined (RtcHub * self, RtcMember * member, const gchar * room)
{
  g_auto (GStrv) names = rtc_members_list (self->members, member);
  g_autofree gchar *reply = rtc_message_write_joined (room, (const gchar * const *) names);

  rtc_hub_send (member->owner, reply);
}

static gboolean
is_full (RtcHub * self, const gchar * room)
{
  return self->max_room != 0 && rtc_members_count (self->members, room) >= self->max_room;
}

/* A client that comes back before its broken socket is noticed takes its own name over.
 * Returns: FALSE if the hub may be gone */
static gboolean
take_over (RtcHub * self, RtcMember * member)
{
  g_autoptr (GSource) check = g_source_ref (self->check);
  g_autoptr (RtcConnection) connection = rtc_connection_ref (member->owner);
  g_autoptr (GError) reason = g_error_new_literal (GST_RTC_ERROR, GST_RTC_ERROR_LEFT,
      "The same client has connected again");

  rtc_connection_close (connection, SOUP_WEBSOCKET_CLOSE_POLICY_VIOLATION, reason->message);
  rtc_hub_end_member (self, connection, reason);
  return !g_source_is_destroyed (check);
}

static void
log_in (RtcHub * self, RtcConnection * connection, RtcMessage * message)
{
  const gchar *room = message->room != NULL ? message->room : RTC_MESSAGE_DEFAULT_ROOM;
  g_autofree gchar *name = message->name != NULL ? g_strdup (message->name) : make_name (self);
  RtcMember *member = rtc_members_add (self->members, name, room, message->instance, connection);
  g_autofree gchar *reply = rtc_message_write_logged_in (name, message->room, self->ice_servers);

  GST_INFO ("%s has logged in", name);
  rtc_hub_set_member (self, connection, member);
  rtc_connection_get_client (connection)->is_logged_in = TRUE;
  member->is_viewer = message->is_viewer || self->local != NULL;
  rtc_hub_update_purpose (self, member);
  rtc_hub_send (connection, reply);
  if (message->room != NULL) {
    member->presence = RTC_MEMBER_JOINED;
    send_joined (self, member, room);
  }
  introduce (self, member);
}

static void
on_login (RtcHub * self, RtcConnection * connection, RtcMessage * message)
{
  RtcMember *member = rtc_hub_get_member (self, connection);
  RtcMember *holder = message->name != NULL ? rtc_members_find (self->members, message->name) : NULL;
  const gchar *room = message->room != NULL ? message->room : RTC_MESSAGE_DEFAULT_ROOM;

  if (!rtc_token_is_right (self->token, message->token)) {
    refuse_token (self, connection, message->token == NULL);
    return;
  }
  if (member != NULL) {
    refuse_login (self, connection, "Already logged in as \"%s\"", member->name);
    return;
  }
  if (holder != NULL && (holder->instance == NULL || g_strcmp0 (holder->instance, message->instance) != 0)) {
    refuse_login (self, connection, "The name \"%s\" is taken: choose another, or none", message->name);
    return;
  }
  if (holder == NULL && is_full (self, room)) {
    refuse_login (self, connection, "The room \"%s\" is full", room);
    return;
  }
  if (holder == NULL || take_over (self, holder))
    log_in (self, connection, message);
}

static void
on_join (RtcHub * self, RtcMember * member, RtcMessage * message)
{
  const gchar *room = message->room != NULL ? message->room : RTC_MESSAGE_DEFAULT_ROOM;
  gboolean moves = self->local == NULL && !g_str_equal (room, member->room);
  g_autofree gchar *farewell = rtc_message_write_leave (member->name, NULL);

  if (moves && is_full (self, room)) {
    g_autofree gchar *text = g_strdup_printf ("The room \"%s\" is full", room);
    g_autofree gchar *reply = rtc_message_write_error (text, NULL);

    rtc_hub_send (member->owner, reply);
    return;
  }
  if (moves) {
    rtc_hub_part_from_all (self, member, farewell);
    rtc_members_move (self->members, member, room);
  }
  member->presence = RTC_MEMBER_JOINED;
  send_joined (self, member, room);
  introduce (self, member);
}

/* The session begins with the offer of a client that had left it */
static void
pass_to_local (RtcHub * self, RtcMember * member, RtcMessage * message)
{
  gboolean knows = rtc_member_knows (member, self->local);
  gboolean is_description = message->type == RTC_MESSAGE_DESCRIPTION;

  if (!knows && is_description && message->sdp_type == GST_RTC_SDP_TYPE_OFFER)
    begin_local_session (self, member, message->sdp);
  else if (knows && is_description)
    self->events.description (member->name, message->sdp_type, message->sdp, self->user_data);
  else if (knows)
    self->events.candidate (member->name, message->candidate, message->sdp_mid, message->sdp_m_line_index,
        self->user_data);
}

/* Without a name, the only one there is to talk to */
static RtcMember *
find_target (RtcHub * self, RtcMember * member, const gchar * name)
{
  RtcMember *target = NULL;

  if (name == NULL && g_hash_table_size (member->contacts) == 1) {
    g_autoptr (GPtrArray) contacts = rtc_member_get_contacts (member);

    return g_ptr_array_index (contacts, 0);
  }
  if (name != NULL)
    target = rtc_members_find (self->members, name);
  return target != NULL && rtc_member_sees (member, target) ? target : NULL;
}

/* No fault: it may have left just now. A dozen candidates may still follow. */
static void
say_nobody (RtcMember * member, const gchar * name)
{
  g_autofree gchar *text = name != NULL ? g_strdup_printf ("There is nobody named \"%s\" here", name)
      : g_strdup ("Say whom it is for: \"name\" is missing");
  g_autofree gchar *reply = rtc_message_write_error (text, name);

  rtc_hub_send (member->owner, reply);
}

static gchar *
write_for_others (const RtcMember * member, const RtcMessage * message)
{
  if (message->type == RTC_MESSAGE_CANDIDATE)
    return rtc_message_write_candidate (member->name, message->candidate, message->sdp_mid,
        message->sdp_m_line_index);
  return rtc_message_write_description (member->name, message->sdp_type, message->sdp,
      message->sdp_type == GST_RTC_SDP_TYPE_OFFER ? member->public_instance : NULL);
}

static void
pass_on (RtcHub * self, RtcMember * member, RtcMessage * message)
{
  RtcMember *target = find_target (self, member, message->name);
  g_autofree gchar *text = NULL;
  g_autoptr (GError) error = NULL;

  if (target == NULL) {
    say_nobody (member, message->name);
    return;
  }
  if (message->type == RTC_MESSAGE_DESCRIPTION) {
    member->presence = MAX (member->presence, RTC_MEMBER_LOGGED_IN);
    rtc_member_meet (member, target);
    rtc_hub_update_purpose (self, member);
    rtc_hub_update_purpose (self, target);
  }
  text = write_for_others (member, message);
  if (rtc_client_forward (rtc_connection_get_client (member->owner), strlen (text), g_get_monotonic_time (),
          &error))
    rtc_hub_send (target->owner, text);
  else
    rtc_hub_turn_out (self, member->owner, SOUP_WEBSOCKET_CLOSE_POLICY_VIOLATION, error);
}

/* From one, if it is named, or from all */
static void
on_leave (RtcHub * self, RtcMember * member, RtcMessage * message)
{
  g_autofree gchar *farewell = rtc_message_write_leave (member->name, message->text);
  g_autoptr (GError) reason = g_error_new_literal (GST_RTC_ERROR, GST_RTC_ERROR_LEFT, "The viewer has left");
  RtcMember *target = message->name != NULL ? rtc_members_find (self->members, message->name) : NULL;

  if (message->name != NULL && self->local == NULL) {
    if (target != NULL && rtc_hub_part (self, member, target))
      rtc_hub_send (target->owner, farewell);
    return;
  }
  member->presence = RTC_MEMBER_AWAY;
  if (rtc_hub_part_from_all (self, member, farewell))
    self->events.end (member->name, reason, self->user_data);
}

/* What a member says, and the login of one that is to be */
void
rtc_hub_handle (RtcHub * self, RtcConnection * connection, RtcMessage * message)
{
  RtcMember *member = rtc_hub_get_member (self, connection);

  switch (message->type) {
    case RTC_MESSAGE_LOGIN:
      on_login (self, connection, message);
      break;
    case RTC_MESSAGE_JOIN:
      on_join (self, member, message);
      break;
    case RTC_MESSAGE_DESCRIPTION:
    case RTC_MESSAGE_CANDIDATE:
      if (self->local != NULL)
        pass_to_local (self, member, message);
      else
        pass_on (self, member, message);
      break;
    case RTC_MESSAGE_LEAVE:
      on_leave (self, member, message);
      break;
    case RTC_MESSAGE_ERROR:
      GST_WARNING ("%s reports: %s", member->name, GST_STR_NULL (message->text));
      break;
    case RTC_MESSAGE_JOINED:
      g_assert_not_reached ();
  }
}

