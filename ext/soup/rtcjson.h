/* gst-rtc: JSON that came from the network
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What json-glib should not see is refused before. All errors are GST_RTC_ERROR_SIGNALLING with words
 * for the sender.
 */
#pragma once

#include <gst/rtc/gstrtc.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

typedef enum
{
  RTC_JSON_OPTIONAL,
  RTC_JSON_REQUIRED,
} RtcJsonPresence;

void rtc_json_set_error (GError ** error, const gchar * format, ...) G_GNUC_PRINTF (2, 3);

JsonNode *rtc_json_read (const gchar * text, gsize size, GError ** error);
JsonNode *rtc_json_get_member (JsonObject * object, const gchar * name);
gboolean rtc_json_read_string (JsonObject * object, const gchar * name, RtcJsonPresence presence,
    gchar ** result, GError ** error);
gboolean rtc_json_read_name (JsonObject * object, const gchar * name, gsize max_size, gchar ** result,
    GError ** error);
gboolean rtc_json_read_names (JsonObject * object, const gchar * name, gsize max_size, GStrv * result,
    GError ** error);
gboolean rtc_json_read_boolean (JsonObject * object, const gchar * name, gboolean * result, GError ** error);
gboolean rtc_json_is_name (const gchar * text, gsize max_size);
JsonObject *rtc_json_read_object (JsonObject * object, const gchar * name, GError ** error);

G_END_DECLS
