/* gst-rtc: the files of the viewer page
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

GBytes *rtc_page_get (const gchar * path, const gchar * websocket_path, const gchar ** content_type);

G_END_DECLS
