/* gst-rtc: the members of a signaling server: whom they have to do with, and their end
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "rtchubprivate.h"

GST_DEBUG_CATEGORY_EXTERN (rtc_server_signaller_debug);
#define GST_CAT_DEFAULT rtc_server_signaller_debug

RtcMember *
rtc_hub_get_member (RtcHub * self, RtcConnection * connection)
{
  return g_hash_table_lookup (self->connections, connection);
}

void
rtc_hub_set_member (RtcHub * self, RtcConnection * connection, RtcMember * member)
{
  g_hash_table_insert (self->connections, rtc_connection_ref (connection), member);
}

void
rtc_hub_send (RtcConnection * connection, const gchar * text)
{
  GST_LOG ("Sending %s", text);
  rtc_connection_send (connection, text);
}

/* What a connection may do follows from whom it has to do with */
void
rtc_hub_update_purpose (RtcHub * self, RtcMember * member)
{
  RtcClient *client;

  if (member == self->local)
    return;
  client = rtc_connection_get_client (member->owner);
  client->has_purpose = self->local == NULL || rtc_member_knows (member, self->local);
  rtc_client_set_contacts (client, self->local == NULL ? g_hash_table_size (member->contacts) : 0);
}

gboolean
rtc_hub_part (RtcHub * self, RtcMember * a, RtcMember * b)
{
  gboolean knew = rtc_member_part (a, b);

  rtc_hub_update_purpose (self, a);
  rtc_hub_update_purpose (self, b);
  return knew;
}

/* Parts a member from everybody: each other client gets @farewell. Returns: whether the local one was among
 * them, and must be told */
gboolean
rtc_hub_part_from_all (RtcHub * self, RtcMember * member, const gchar * farewell)
{
  g_autoptr (GPtrArray) contacts = rtc_member_get_contacts (member);
  gboolean knew_local = FALSE;

  for (guint i = 0; i < contacts->len; i++) {
    RtcMember *contact = g_ptr_array_index (contacts, i);

    if (contact == self->local)
      knew_local = TRUE;
    else
      rtc_hub_send (contact->owner, farewell);
    rtc_hub_part (self, member, contact);
  }
  return knew_local;
}

void
rtc_hub_remove_member (RtcHub * self, RtcMember * member, const GError * reason)
{
  g_autofree gchar *name = NULL;
  g_autofree gchar *farewell = NULL;
  gboolean knew_local;

  if (member == NULL)
    return;

  GST_INFO ("%s is gone: %s", member->name, reason->message);
  name = g_strdup (member->name);
  farewell = rtc_message_write_lost (name, NULL);
  knew_local = rtc_hub_part_from_all (self, member, farewell);
  rtc_members_remove (self->members, member);
  if (knew_local)
    self->events.end (name, reason, self->user_data);
}

/* Takes the member away; its connection stays */
void
rtc_hub_end_member (RtcHub * self, RtcConnection * connection, const GError * reason)
{
  RtcMember *member = rtc_hub_get_member (self, connection);

  rtc_hub_set_member (self, connection, NULL);
  rtc_hub_remove_member (self, member, reason);
}

void
rtc_hub_turn_out (RtcHub * self, RtcConnection * connection, gushort code, const GError * reason)
{
  g_autofree gchar *text = rtc_message_write_error (reason->message, NULL);

  GST_INFO ("Closing a connection: %s", reason->message);
  rtc_hub_send (connection, text);
  rtc_connection_close (connection, code, reason->message);
  rtc_hub_end_member (self, connection, reason);
}

void
rtc_hub_refuse (RtcHub * self, RtcConnection * connection, const gchar * reply, const GError * fault)
{
  g_autoptr (GError) error = NULL;

  GST_DEBUG ("Refused a message: %s", fault->message);
  if (rtc_client_fault (rtc_connection_get_client (connection), g_get_monotonic_time (), &error))
    rtc_hub_send (connection, reply);
  else
    rtc_hub_turn_out (self, connection, SOUP_WEBSOCKET_CLOSE_POLICY_VIOLATION, error);
}
