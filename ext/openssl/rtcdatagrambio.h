/* gst-rtc: an OpenSSL BIO that keeps datagrams apart
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib.h>
#include <openssl/bio.h>

G_BEGIN_DECLS

BIO *rtc_datagram_bio_new (guint mtu);
void rtc_datagram_bio_set_input (BIO * bio, const guint8 * data, gsize size);
GBytes *rtc_datagram_bio_pop (BIO * bio);

G_END_DECLS
