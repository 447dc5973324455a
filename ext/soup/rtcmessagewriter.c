/* gst-rtc: writes the messages of the WebSocket signaling
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "rtcmessage.h"

#include <json-glib/json-glib.h>

static JsonBuilder *
begin (const gchar * type)
{
  JsonBuilder *builder = json_builder_new_immutable ();

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "type");
  json_builder_add_string_value (builder, type);
  return builder;
}

static void
add_string (JsonBuilder * builder, const gchar * name, const gchar * value)
{
  if (value == NULL)
    return;
  json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, value);
}

static gchar *
end (JsonBuilder * builder)
{
  g_autoptr (JsonNode) root = NULL;

  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  return json_to_string (root, FALSE);
}

/* @room: (nullable): the room that the login named. @ice_servers: (element-type RtcIceServer) */
gchar *
rtc_message_write_logged_in (const gchar * name, const gchar * room, GPtrArray * ice_servers)
{
  g_autoptr (JsonBuilder) builder = begin ("login");
  guint i;

  json_builder_set_member_name (builder, "success");
  json_builder_add_boolean_value (builder, TRUE);
  add_string (builder, "name", name);
  add_string (builder, "room", room);
  json_builder_set_member_name (builder, "iceServers");
  json_builder_begin_array (builder);
  for (i = 0; i < ice_servers->len; i++) {
    const RtcIceServer *server = g_ptr_array_index (ice_servers, i);

    json_builder_begin_object (builder);
    add_string (builder, "urls", server->url);
    add_string (builder, "username", server->username);
    add_string (builder, "credential", server->credential);
    json_builder_end_object (builder);
  }
  json_builder_end_array (builder);
  return end (builder);
}

gchar *
rtc_message_write_login_refused (const gchar * text)
{
  g_autoptr (JsonBuilder) builder = begin ("login");

  json_builder_set_member_name (builder, "success");
  json_builder_add_boolean_value (builder, FALSE);
  add_string (builder, "message", text);
  return end (builder);
}

gchar *
rtc_message_write_joined (const gchar * room, const gchar * const *members)
{
  g_autoptr (JsonBuilder) builder = begin ("joined");

  add_string (builder, "room", room);
  json_builder_set_member_name (builder, "members");
  json_builder_begin_array (builder);
  for (; *members != NULL; members++)
    json_builder_add_string_value (builder, *members);
  json_builder_end_array (builder);
  return end (builder);
}

/* Tells a member that it should offer to @name */
gchar *
rtc_message_write_introduction (const gchar * room, const gchar * name, const gchar * instance)
{
  g_autoptr (JsonBuilder) builder = begin ("joined");

  add_string (builder, "room", room);
  add_string (builder, "name", name);
  add_string (builder, "instance", instance);
  return end (builder);
}

gchar *
rtc_message_write_description (const gchar * name, GstRtcSdpType type, const gchar * sdp,
    const gchar * instance)
{
  const gchar *type_name = type == GST_RTC_SDP_TYPE_OFFER ? "offer" : "answer";
  g_autoptr (JsonBuilder) builder = begin (type_name);

  json_builder_set_member_name (builder, type_name);
  json_builder_begin_object (builder);
  add_string (builder, "type", type_name);
  add_string (builder, "sdp", sdp);
  json_builder_end_object (builder);
  add_string (builder, "name", name);
  add_string (builder, "instance", instance);
  return end (builder);
}

gchar *
rtc_message_write_candidate (const gchar * name, const gchar * candidate, const gchar * sdp_mid,
    gint sdp_m_line_index)
{
  g_autoptr (JsonBuilder) builder = begin ("candidate");

  json_builder_set_member_name (builder, "candidate");
  json_builder_begin_object (builder);
  add_string (builder, "candidate", candidate);
  add_string (builder, "sdpMid", sdp_mid);
  if (sdp_m_line_index >= 0) {
    json_builder_set_member_name (builder, "sdpMLineIndex");
    json_builder_add_int_value (builder, sdp_m_line_index);
  }
  json_builder_end_object (builder);
  add_string (builder, "name", name);
  return end (builder);
}

/* @text: (nullable): why */
gchar *
rtc_message_write_leave (const gchar * name, const gchar * text)
{
  g_autoptr (JsonBuilder) builder = begin ("leave");

  add_string (builder, "name", name);
  add_string (builder, "message", text);
  return end (builder);
}

/* The socket of @name broke; its media may go on. Without a name: the server itself goes */
gchar *
rtc_message_write_lost (const gchar * name, const gchar * text)
{
  g_autoptr (JsonBuilder) builder = begin ("leave");

  add_string (builder, "name", name);
  json_builder_set_member_name (builder, "lost");
  json_builder_add_boolean_value (builder, TRUE);
  add_string (builder, "message", text);
  return end (builder);
}

/* @name: (nullable): whom the message that cannot be delivered was for */
gchar *
rtc_message_write_error (const gchar * text, const gchar * name)
{
  g_autoptr (JsonBuilder) builder = begin ("error");

  add_string (builder, "message", text);
  add_string (builder, "name", name);
  return end (builder);
}

/* @login: only what a login of a client has is written */
gchar *
rtc_message_write_login (const RtcMessage * login)
{
  g_autoptr (JsonBuilder) builder = begin ("login");

  add_string (builder, "name", login->name);
  add_string (builder, "room", login->room);
  add_string (builder, "token", login->token);
  add_string (builder, "instance", login->instance);
  add_string (builder, "role", login->is_viewer ? "viewer" : NULL);
  return end (builder);
}

gchar *
rtc_message_write_join (const gchar * room)
{
  g_autoptr (JsonBuilder) builder = begin ("join");

  add_string (builder, "room", room);
  return end (builder);
}
