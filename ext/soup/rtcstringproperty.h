/* gst-rtc: properties that are strings with a default
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

GParamSpec *rtc_string_property_new (const gchar * name, const gchar * nick, const gchar * blurb,
    const gchar * default_value);
void rtc_string_property_set (gchar ** setting, const GValue * value, GParamSpec * spec);

G_END_DECLS
