/* gst-rtc: reads the messages of the WebSocket signaling
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "rtcmessage.h"

#include <string.h>

#include "rtcjson.h"

#define MAX_M_LINE_INDEX 1023
#define MAX_TEXT_IN_ERROR 40
#define MAX_TOKEN 1024          /* bytes */

static gboolean
read_name (JsonObject * object, const gchar * name, gchar ** result, GError ** error)
{
  return rtc_json_read_name (object, name, RTC_MESSAGE_MAX_NAME, result, error);
}

static gboolean
read_instance (RtcMessage * self, JsonObject * object, GError ** error)
{
  return rtc_json_read_name (object, "instance", RTC_MESSAGE_MAX_INSTANCE, &self->instance, error);
}

/* What people write is for logs and pages: one line */
static gboolean
read_text (RtcMessage * self, JsonObject * object, GError ** error)
{
  g_autofree gchar *text = NULL;

  if (!rtc_json_read_string (object, "message", RTC_JSON_OPTIONAL, &text, error))
    return FALSE;
  if (text != NULL)
    self->text = rtc_message_make_line (text);
  return TRUE;
}

static gboolean
read_m_line_index (JsonObject * object, gint * result, GError ** error)
{
  JsonNode *node = rtc_json_get_member (object, "sdpMLineIndex");
  gint64 value;

  *result = -1;
  if (node == NULL)
    return TRUE;

  value = JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_INT64 ?
      json_node_get_int (node) : -1;
  if (value < 0 || value > MAX_M_LINE_INDEX) {
    rtc_json_set_error (error, "\"sdpMLineIndex\" must be a small number");
    return FALSE;
  }
  *result = value;
  return TRUE;
}

static gboolean
read_login (RtcMessage * self, JsonObject * object, GError ** error)
{
  g_autofree gchar *role = NULL;

  self->type = RTC_MESSAGE_LOGIN;
  if (!rtc_json_read_string (object, "role", RTC_JSON_OPTIONAL, &role, error)
      || !rtc_json_read_name (object, "token", MAX_TOKEN, &self->token, error)
      || !read_instance (self, object, error) || !read_name (object, "room", &self->room, error))
    return FALSE;
  if (role != NULL && !g_str_equal (role, "viewer")) {
    rtc_json_set_error (error, "\"role\" must be \"viewer\", or absent");
    return FALSE;
  }
  self->is_viewer = role != NULL;
  return TRUE;
}

static gboolean
read_login_reply (RtcMessage * self, JsonObject * object, GError ** error)
{
  self->type = RTC_MESSAGE_LOGIN;
  return rtc_json_read_boolean (object, "success", &self->success, error)
      && read_name (object, "room", &self->room, error) && read_text (self, object, error);
}

static gboolean
read_join (RtcMessage * self, JsonObject * object, GError ** error)
{
  self->type = RTC_MESSAGE_JOIN;
  return read_name (object, "room", &self->room, error);
}

static gboolean
read_joined (RtcMessage * self, JsonObject * object, GError ** error)
{
  self->type = RTC_MESSAGE_JOINED;
  return read_name (object, "room", &self->room, error) && read_instance (self, object, error)
      && rtc_json_read_names (object, "members", RTC_MESSAGE_MAX_NAME, &self->members, error);
}

static gboolean
read_description (RtcMessage * self, JsonObject * object, const gchar * type, GError ** error)
{
  JsonObject *description = rtc_json_read_object (object, type, error);
  g_autofree gchar *inner_type = NULL;

  self->type = RTC_MESSAGE_DESCRIPTION;
  if (description == NULL
      || !rtc_json_read_string (description, "type", RTC_JSON_OPTIONAL, &inner_type, error))
    return FALSE;
  if (inner_type != NULL && !g_str_equal (inner_type, type)) {
    rtc_json_set_error (error, "An \"%s\" must hold a description of that type", type);
    return FALSE;
  }
  return rtc_json_read_string (description, "sdp", RTC_JSON_REQUIRED, &self->sdp, error);
}

static gboolean
read_offer (RtcMessage * self, JsonObject * object, GError ** error)
{
  self->sdp_type = GST_RTC_SDP_TYPE_OFFER;
  return read_description (self, object, "offer", error) && read_instance (self, object, error);
}

static gboolean
read_answer (RtcMessage * self, JsonObject * object, GError ** error)
{
  self->sdp_type = GST_RTC_SDP_TYPE_ANSWER;
  return read_description (self, object, "answer", error);
}

static gboolean
read_candidate (RtcMessage * self, JsonObject * object, GError ** error)
{
  JsonObject *candidate;

  self->type = RTC_MESSAGE_CANDIDATE;
  if (rtc_json_get_member (object, "candidate") != NULL) {
    candidate = rtc_json_read_object (object, "candidate", error);
    if (candidate == NULL
        || !rtc_json_read_string (candidate, "candidate", RTC_JSON_OPTIONAL, &self->candidate, error)
        || !read_name (candidate, "sdpMid", &self->sdp_mid, error)
        || !read_m_line_index (candidate, &self->sdp_m_line_index, error))
      return FALSE;
  }
  /* The null that ends the onicecandidate events of a browser */
  if (self->candidate == NULL)
    self->candidate = g_strdup ("");
  return TRUE;
}

static gboolean
read_leave (RtcMessage * self, JsonObject * object, GError ** error)
{
  self->type = RTC_MESSAGE_LEAVE;
  return rtc_json_read_boolean (object, "lost", &self->is_lost, error) && read_text (self, object, error);
}

static gboolean
read_error (RtcMessage * self, JsonObject * object, GError ** error)
{
  self->type = RTC_MESSAGE_ERROR;
  return read_text (self, object, error);
}

typedef struct
{
  const gchar *type;
    gboolean (*read) (RtcMessage * self, JsonObject * object, GError ** error);
} Reader;

static const Reader from_client[] = {
  {"login", read_login},
  {"join", read_join},
  {"offer", read_offer},
  {"answer", read_answer},
  {"candidate", read_candidate},
  {"leave", read_leave},
  {"error", read_error},
  {NULL}
};

static const Reader from_server[] = {
  {"login", read_login_reply},
  {"joined", read_joined},
  {"offer", read_offer},
  {"answer", read_answer},
  {"candidate", read_candidate},
  {"leave", read_leave},
  {"error", read_error},
  {NULL}
};

static gboolean
read_message (RtcMessage * self, const Reader * readers, JsonObject * object, GError ** error)
{
  g_autofree gchar *type = NULL;

  if (!rtc_json_read_string (object, "type", RTC_JSON_REQUIRED, &type, error)
      || !read_name (object, "name", &self->name, error))
    return FALSE;

  for (; readers->type != NULL; readers++) {
    if (g_str_equal (type, readers->type))
      return readers->read (self, object, error);
  }
  if (g_utf8_strlen (type, -1) > MAX_TEXT_IN_ERROR)
    *g_utf8_offset_to_pointer (type, MAX_TEXT_IN_ERROR) = '\0';
  rtc_json_set_error (error, "There is no message type \"%s\"", type);
  return FALSE;
}

/**
 * rtc_message_parse:
 * @sender: who has sent it: clients and servers say different things
 * @text: what has been sent; need not be NUL-terminated
 * @size: bytes of @text; the caller limits it
 * @error: return location: %GST_RTC_ERROR_SIGNALLING with words for the sender
 *
 * Unknown members are ignored, unknown types are not.
 *
 * Returns: (transfer full) (nullable): the message
 */
RtcMessage *
rtc_message_parse (RtcMessageSender sender, const gchar * text, gsize size, GError ** error)
{
  g_autoptr (JsonNode) root = rtc_json_read (text, size, error);
  g_autoptr (RtcMessage) self = NULL;
  const Reader *readers = sender == RTC_MESSAGE_FROM_CLIENT ? from_client : from_server;

  if (root == NULL)
    return NULL;

  self = g_new0 (RtcMessage, 1);
  self->sdp_m_line_index = -1;
  return read_message (self, readers, json_node_get_object (root), error) ? g_steal_pointer (&self) : NULL;
}

void
rtc_message_free (RtcMessage * self)
{
  g_free (self->name);
  g_free (self->room);
  g_free (self->token);
  g_free (self->instance);
  g_strfreev (self->members);
  g_free (self->sdp);
  g_free (self->candidate);
  g_free (self->sdp_mid);
  g_free (self->text);
  g_free (self);
}

/* Whether @text can be a name or a room */
gboolean
rtc_message_is_name (const gchar * text)
{
  return *text != '\0' && rtc_json_is_name (text, RTC_MESSAGE_MAX_NAME);
}

/**
 * rtc_message_make_line:
 * @text: words that came from the network
 *
 * Returns: (transfer full): @text as one line of at most %RTC_MESSAGE_MAX_TEXT characters
 */
gchar *
rtc_message_make_line (const gchar * text)
{
  GString *line = g_string_new (NULL);

  for (guint n = 0; *text != '\0' && n < RTC_MESSAGE_MAX_TEXT; text = g_utf8_next_char (text), n++) {
    gunichar c = g_utf8_get_char (text);

    g_string_append_unichar (line, g_unichar_iscntrl (c) ? ' ' : c);
  }
  return g_string_free (line, FALSE);
}
