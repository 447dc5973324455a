/* gst-rtc: DTLS on OpenSSL
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/core/peer/rtcdtls.h>

G_BEGIN_DECLS

RtcDtls *rtc_openssl_new (const RtcDtlsConfig * config, GError ** error);
RtcCertificate *rtc_openssl_certificate_new (GError ** error);
const gchar *rtc_openssl_certificate_get_fingerprint (RtcCertificate * certificate);
void rtc_openssl_certificate_free (RtcCertificate * certificate);

G_END_DECLS
