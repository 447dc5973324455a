/* gst-rtc: what a data channel is, as a structure, as caps and as a file
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "gstrtcdataspec.h"

#include <string.h>

#define FILE_PROTOCOL "file?"

static gboolean
fail (GError ** error, const gchar * what)
{
  g_set_error (error, GST_RTC_ERROR, GST_RTC_ERROR_DATA, "a data channel with this cannot be: %s", what);
  return FALSE;
}

static gboolean
read_text (const GstStructure * options, const gchar * field, gchar ** text, GError ** error)
{
  const gchar *value = gst_structure_get_string (options, field);

  if (!value)
    return !gst_structure_has_field (options, field) || fail (error, "label and protocol have to be strings");
  if (strlen (value) > G_MAXUINT16 || !g_utf8_validate (value, -1, NULL))
    return fail (error, "label and protocol have to be UTF-8 of at most 65535 bytes");
  g_free (*text);
  *text = g_strdup (value);
  return TRUE;
}

static gboolean
read_int (const GstStructure * options, const gchar * field, gint max, gint * number, GError ** error)
{
  if (!gst_structure_has_field (options, field))
    return TRUE;
  if (!gst_structure_get_int (options, field, number) || *number < -1 || *number > max) {
    g_autofree gchar *what = g_strdup_printf ("%s has to be an integer from 0 to %d, or -1", field, max);

    return fail (error, what);
  }
  return TRUE;
}

static gboolean
read_boolean (const GstStructure * options, const gchar * field, gboolean * value, GError ** error)
{
  return !gst_structure_has_field (options, field) || gst_structure_get_boolean (options, field, value)
      || fail (error, "ordered and negotiated have to be booleans");
}

/* As an enumeration, its nick or its number */
static gboolean
read_priority (const GstStructure * options, guint16 * priority, GError ** error)
{
  g_autoptr (GEnumClass) klass = g_type_class_ref (GST_TYPE_RTC_PRIORITY);
  const GEnumValue *found = NULL;
  gint number;

  if (!gst_structure_has_field (options, "priority"))
    return TRUE;
  if (gst_structure_get_string (options, "priority"))
    found = g_enum_get_value_by_nick (klass, gst_structure_get_string (options, "priority"));
  else if (gst_structure_get_enum (options, "priority", GST_TYPE_RTC_PRIORITY, &number)
      || gst_structure_get_int (options, "priority", &number))
    found = g_enum_get_value (klass, number);
  if (!found)
    return fail (error, "priority has to be very-low, low, medium or high");
  *priority = found->value;
  return TRUE;
}

static gboolean
check (RtcDataChannelSpec * spec, GError ** error)
{
  if (spec->max_retransmits >= 0 && spec->max_packet_lifetime >= 0)
    return fail (error, "of max-retransmits and max-packet-lifetime only one may be set");
  if (spec->negotiated && spec->id < 0)
    return fail (error, "one that is negotiated needs an id, the same on both sides");
  if (!spec->negotiated)
    spec->id = -1;
  return TRUE;
}

RtcDataChannelSpec *
gst_rtc_data_spec_new (const GstStructure * options, const gchar * label, GError ** error)
{
  g_autoptr (RtcDataChannelSpec) spec = rtc_data_channel_spec_new (label);

  if (!options)
    return g_steal_pointer (&spec);
  if (!read_text (options, "label", &spec->label, error) || !read_text (options, "protocol", &spec->protocol, error)
      || !read_boolean (options, "ordered", &spec->ordered, error)
      || !read_boolean (options, "negotiated", &spec->negotiated, error)
      || !read_int (options, "max-retransmits", G_MAXUINT16, &spec->max_retransmits, error)
      || !read_int (options, "max-packet-lifetime", G_MAXUINT16, &spec->max_packet_lifetime, error)
      || !read_int (options, "id", G_MAXUINT16 - 1, &spec->id, error)
      || !read_priority (options, &spec->priority, error) || !check (spec, error))
    return NULL;
  return g_steal_pointer (&spec);
}

GstCaps *
gst_rtc_data_spec_get_caps (const RtcDataChannelSpec * spec)
{
  GstCaps *caps = gst_caps_new_simple (GST_RTC_DATA_CAPS, "label", G_TYPE_STRING, spec->label ? spec->label : "",
      "protocol", G_TYPE_STRING, spec->protocol ? spec->protocol : "", "ordered", G_TYPE_BOOLEAN, spec->ordered,
      "negotiated", G_TYPE_BOOLEAN, spec->negotiated, "priority", GST_TYPE_RTC_PRIORITY,
      gst_rtc_data_spec_get_priority (spec), NULL);

  if (spec->id >= 0)
    gst_caps_set_simple (caps, "id", G_TYPE_INT, spec->id, NULL);
  if (spec->max_retransmits >= 0)
    gst_caps_set_simple (caps, "max-retransmits", G_TYPE_INT, spec->max_retransmits, NULL);
  if (spec->max_packet_lifetime >= 0)
    gst_caps_set_simple (caps, "max-packet-lifetime", G_TYPE_INT, spec->max_packet_lifetime, NULL);
  return caps;
}

GstRtcPriority
gst_rtc_data_spec_get_priority (const RtcDataChannelSpec * spec)
{
  if (spec->priority <= GST_RTC_PRIORITY_VERY_LOW)
    return GST_RTC_PRIORITY_VERY_LOW;
  if (spec->priority <= GST_RTC_PRIORITY_LOW)
    return GST_RTC_PRIORITY_LOW;
  if (spec->priority <= GST_RTC_PRIORITY_MEDIUM)
    return GST_RTC_PRIORITY_MEDIUM;
  return GST_RTC_PRIORITY_HIGH;
}

gchar *
gst_rtc_data_file_protocol (const gchar * name, guint64 size)
{
  g_autofree gchar *escaped = g_uri_escape_string (name, NULL, FALSE);

  return g_strdup_printf (FILE_PROTOCOL "name=%s&size=%" G_GUINT64_FORMAT, escaped, size);
}

gboolean
gst_rtc_data_file_size (const gchar * protocol, guint64 * size)
{
  g_autoptr (GHashTable) parameters = NULL;
  const gchar *text;

  if (!protocol || !g_str_has_prefix (protocol, FILE_PROTOCOL))
    return FALSE;
  parameters = g_uri_parse_params (protocol + strlen (FILE_PROTOCOL), -1, "&", G_URI_PARAMS_NONE, NULL);
  text = parameters ? g_hash_table_lookup (parameters, "size") : NULL;
  return text && g_ascii_string_to_unsigned (text, 10, 0, G_MAXINT64, size, NULL);
}
