/* gst-rtc: the checksum of SCTP packets (RFC 9260, section 6.8), quickly
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * DTLS protects the packets already, but RFC 8261 wants their checksum right. usrsctp's own took 38 % of the time of an
 * association, as Debian builds the library without optimization.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* size: at least that of the header */
void rtc_usrsctp_checksum_set (guint8 * packet, gsize size);
gboolean rtc_usrsctp_checksum_is_right (const guint8 * packet, gsize size);

G_END_DECLS
