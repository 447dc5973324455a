/* gst-rtc: the certificate of OpenSSL's DTLS, and what all its peers share
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/core/peer/rtcdtls.h>
#include <openssl/ssl.h>

G_BEGIN_DECLS

SSL_CTX *rtc_openssl_certificate_get_context (RtcCertificate * certificate);
gboolean rtc_openssl_fingerprint_matches (X509 * certificate, const gchar * fingerprint);
void rtc_openssl_set_error (GError ** error, GstRtcError code, const gchar * what);

G_END_DECLS
