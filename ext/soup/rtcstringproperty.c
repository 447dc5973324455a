/* gst-rtc: properties that are strings with a default
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "rtcstringproperty.h"

/**
 * rtc_string_property_new:
 * @default_value: (nullable): what %NULL stands for as well
 *
 * Returns: (transfer floating): a property that can be read and written, and is written when its object is made
 */
GParamSpec *
rtc_string_property_new (const gchar * name, const gchar * nick, const gchar * blurb, const gchar * default_value)
{
  return g_param_spec_string (name, nick, blurb, default_value,
      G_PARAM_READWRITE | G_PARAM_CONSTRUCT | G_PARAM_STATIC_STRINGS);
}

/**
 * rtc_string_property_set:
 * @setting: (inout): where the property is kept
 * @spec: made by rtc_string_property_new()
 */
void
rtc_string_property_set (gchar ** setting, const GValue * value, GParamSpec * spec)
{
  const gchar *string = g_value_get_string (value);

  g_free (*setting);
  *setting = g_strdup (string != NULL ? string : G_PARAM_SPEC_STRING (spec)->default_value);
}
