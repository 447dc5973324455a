/* gst-rtc: JSON that came from the network
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "rtcjson.h"

#include <string.h>

#define NOT_AN_OBJECT "The message is not a JSON object"
/* json-glib reads nested values recursively and without a limit. Every level costs an opening bracket,
 * so their number bounds the depth; no message of ours needs more than a few. */
#define MAX_BRACKETS 64
#define UTF16_ESCAPE 6          /* bytes of "\\uXXXX" */

void
rtc_json_set_error (GError ** error, const gchar * format, ...)
{
  va_list args;
  g_autofree gchar *text = NULL;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error_literal (error, GST_RTC_ERROR, GST_RTC_ERROR_SIGNALLING, text);
}

static gboolean
is_surrogate (guint unit, guint first, guint last)
{
  return unit >= first && unit <= last;
}

/* "\uXXXX", RFC 8259, section 7 */
static gboolean
read_utf16_escape (const gchar * escape, guint * unit)
{
  guint i;

  *unit = 0;
  if (escape[0] != '\\' || escape[1] != 'u')
    return FALSE;
  for (i = 2; i < UTF16_ESCAPE; i++) {
    if (!g_ascii_isxdigit (escape[i]))
      return FALSE;
    *unit = *unit << 4 | g_ascii_xdigit_value (escape[i]);
  }
  return TRUE;
}

/* json-glib takes octal and broken escapes, ends a string at an escaped NUL, and makes invalid UTF-8 of half
 * a surrogate pair. Returns the length of the escape, 0 if there is something wrong with it. */
static guint
check_escape (const gchar * escape)
{
  guint first, second;

  if (escape[1] != '\0' && strchr ("\"\\/bfnrt", escape[1]) != NULL)
    return 2;
  if (!read_utf16_escape (escape, &first) || first == 0 || is_surrogate (first, 0xdc00, 0xdfff))
    return 0;
  if (!is_surrogate (first, 0xd800, 0xdbff))
    return UTF16_ESCAPE;
  return read_utf16_escape (escape + UTF16_ESCAPE, &second) && is_surrogate (second, 0xdc00, 0xdfff) ?
      2 * UTF16_ESCAPE : 0;
}

/* json-glib also takes comments, single quotes and other things whose ends are easily mistaken */
static gboolean
is_structure (gchar c)
{
  return g_ascii_isalnum (c) || (c != '\0' && strchr ("{}[]:,+-. \t\r\n", c) != NULL);
}

typedef struct
{
  gboolean in_string;
  gboolean has_begun;           /* the value that is the whole text */
  guint depth, brackets;
} Scan;

/* One object or array, and nothing around it: json-glib 1.6 loses the first of two */
static gboolean
scan_structure (Scan * self, gchar c, GError ** error)
{
  gboolean opens = c == '{' || c == '[', closes = c == '}' || c == ']';

  if (!is_structure (c) || (self->depth == 0 && !g_ascii_isspace (c) && (!opens || self->has_begun))) {
    rtc_json_set_error (error, NOT_AN_OBJECT);
    return FALSE;
  }
  if (opens && ++self->brackets > MAX_BRACKETS) {
    rtc_json_set_error (error, "The message is nested too deeply");
    return FALSE;
  }
  self->has_begun |= opens;
  self->depth += opens;
  self->depth -= closes;
  return TRUE;
}

/* Whatever would be unsafe to hand to json-glib */
static gboolean
check_text (const gchar * text, GError ** error)
{
  Scan scan = { FALSE };

  while (*text != '\0') {
    guint size = scan.in_string && *text == '\\' ? check_escape (text) : 1;

    if (size == 0) {
      rtc_json_set_error (error, "A string holds an escape that is not allowed");
      return FALSE;
    }
    if (*text == '"' && scan.depth > 0)
      scan.in_string = !scan.in_string;
    else if (!scan.in_string && !scan_structure (&scan, *text, error))
      return FALSE;
    text += size;
  }
  return TRUE;
}

/**
 * rtc_json_read:
 * @text: what came from the network; need not be NUL-terminated
 * @size: bytes of @text; the caller limits it
 * @error: return location: %GST_RTC_ERROR_SIGNALLING with words for the sender
 *
 * Returns: (transfer full) (nullable): a JSON object
 */
JsonNode *
rtc_json_read (const gchar * text, gsize size, GError ** error)
{
  g_autofree gchar *copy = NULL;
  g_autoptr (JsonNode) root = NULL;
  g_autoptr (GError) json_error = NULL;

  if (!g_utf8_validate (text, size, NULL)) {
    rtc_json_set_error (error, "The message is not UTF-8 text");
    return NULL;
  }
  copy = g_strndup (text, size);
  if (!check_text (copy, error))
    return NULL;

  root = json_from_string (copy, &json_error);
  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root)) {
    rtc_json_set_error (error, NOT_AN_OBJECT);
    return NULL;
  }
  return g_steal_pointer (&root);
}

/* An absent member and null are the same */
JsonNode *
rtc_json_get_member (JsonObject * object, const gchar * name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node == NULL || JSON_NODE_HOLDS_NULL (node) ? NULL : node;
}

gboolean
rtc_json_read_string (JsonObject * object, const gchar * name, RtcJsonPresence presence, gchar ** result,
    GError ** error)
{
  JsonNode *node = rtc_json_get_member (object, name);

  if (node == NULL && presence == RTC_JSON_OPTIONAL)
    return TRUE;
  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_STRING) {
    rtc_json_set_error (error, "\"%s\" must be a string", name);
    return FALSE;
  }
  *result = json_node_dup_string (node);
  return TRUE;
}

static gboolean
has_control_character (const gchar * text)
{
  for (; *text != '\0'; text = g_utf8_next_char (text)) {
    if (g_unichar_iscntrl (g_utf8_get_char (text)))
      return TRUE;
  }
  return FALSE;
}

gboolean
rtc_json_is_name (const gchar * text, gsize max_size)
{
  return strlen (text) <= max_size && g_utf8_validate (text, -1, NULL) && !has_control_character (text);
}

static gboolean
check_name (const gchar * text, const gchar * what, gsize max_size, GError ** error)
{
  if (rtc_json_is_name (text, max_size))
    return TRUE;
  rtc_json_set_error (error, "\"%s\" must have at most %" G_GSIZE_FORMAT " bytes and no control characters",
      what, max_size);
  return FALSE;
}

/* An empty name counts as absent: forms send it so */
gboolean
rtc_json_read_name (JsonObject * object, const gchar * name, gsize max_size, gchar ** result, GError ** error)
{
  if (!rtc_json_read_string (object, name, RTC_JSON_OPTIONAL, result, error))
    return FALSE;
  if (*result == NULL)
    return TRUE;

  if (!check_name (*result, name, max_size, error))
    return FALSE;
  if (**result == '\0')
    g_clear_pointer (result, g_free);
  return TRUE;
}

/* An absent array is an empty one */
gboolean
rtc_json_read_names (JsonObject * object, const gchar * name, gsize max_size, GStrv * result, GError ** error)
{
  JsonNode *node = rtc_json_get_member (object, name);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  JsonArray *array = NULL;

  if (node != NULL && !JSON_NODE_HOLDS_ARRAY (node)) {
    rtc_json_set_error (error, "\"%s\" must be an array", name);
    return FALSE;
  }
  if (node != NULL)
    array = json_node_get_array (node);
  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++) {
    JsonNode *element = json_array_get_element (array, i);

    if (!JSON_NODE_HOLDS_VALUE (element) || json_node_get_value_type (element) != G_TYPE_STRING) {
      rtc_json_set_error (error, "\"%s\" must hold strings", name);
      return FALSE;
    }
    if (!check_name (json_node_get_string (element), name, max_size, error))
      return FALSE;
    g_strv_builder_add (builder, json_node_get_string (element));
  }
  *result = g_strv_builder_end (builder);
  return TRUE;
}

/* An absent boolean is FALSE */
gboolean
rtc_json_read_boolean (JsonObject * object, const gchar * name, gboolean * result, GError ** error)
{
  JsonNode *node = rtc_json_get_member (object, name);

  *result = FALSE;
  if (node == NULL)
    return TRUE;
  if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_BOOLEAN) {
    rtc_json_set_error (error, "\"%s\" must be true or false", name);
    return FALSE;
  }
  *result = json_node_get_boolean (node);
  return TRUE;
}

JsonObject *
rtc_json_read_object (JsonObject * object, const gchar * name, GError ** error)
{
  JsonNode *node = rtc_json_get_member (object, name);

  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node)) {
    rtc_json_set_error (error, "\"%s\" must be an object", name);
    return NULL;
  }
  return json_node_get_object (node);
}
