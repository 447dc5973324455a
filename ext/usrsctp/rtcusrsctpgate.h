/* gst-rtc: which packets usrsctp gets to see
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

gboolean rtc_usrsctp_gate_lets_in (const guint8 * packet, gsize size, guint16 source_port, guint16 destination_port);

G_END_DECLS
