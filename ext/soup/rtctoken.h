/* gst-rtc: the secrets of signaling
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

gboolean rtc_token_is_right (const gchar * expected, const gchar * token);
gchar *rtc_token_new (void);

G_END_DECLS
