/* gst-rtc: what is wrong with a connection, in words
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

gchar *rtc_words_for_certificate (GTlsCertificateFlags errors, const gchar * host);
gchar *rtc_words_for_failure (const GError * error, guint http_status);

G_END_DECLS
