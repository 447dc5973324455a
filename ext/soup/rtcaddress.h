/* gst-rtc: addresses to listen on and to open
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

GSocketAddress *rtc_address_resolve (const gchar * host, guint16 port, GError ** error);
gchar *rtc_address_to_open (const gchar * host);

G_END_DECLS
