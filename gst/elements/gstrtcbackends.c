/* gst-rtc: the one place that names the libraries under the peers
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "gstrtcbackends.h"

#include <ext/nice/rtcnice.h>
#include <ext/openssl/rtcopenssl.h>
#include <ext/openssl/rtcopensslsrtp.h>
#include <ext/srtp/rtcsrtp2.h>
#include <ext/usrsctp/rtcusrsctp.h>

static RtcSrtp *
srtp_new (const RtcSrtpKeys * keys, GError ** error)
{
  RtcSrtp *srtp = rtc_srtp2_new (keys, error);

  return srtp ? rtc_openssl_srtp_new (keys, srtp, error) : NULL;
}

static const RtcBackends backends = {
  .ice_new = rtc_nice_new,
  .dtls_new = rtc_openssl_new,
  .srtp_new = srtp_new,
  .srtp_supports = rtc_srtp2_supports,
  .sctp_new = rtc_usrsctp_new,
  .certificate_new = rtc_openssl_certificate_new,
  .certificate_get_fingerprint = rtc_openssl_certificate_get_fingerprint,
  .certificate_free = rtc_openssl_certificate_free,
};

const RtcBackends *
gst_rtc_backends_get (void)
{
  return &backends;
}

/* Lives as long as the process: peers of every element may use it. */
RtcCertificate *
gst_rtc_backends_get_certificate (GError ** error)
{
  static GMutex mutex;
  static RtcCertificate *certificate;
  RtcCertificate *result;

  g_mutex_lock (&mutex);
  if (!certificate)
    certificate = backends.certificate_new (error);
  result = certificate;
  g_mutex_unlock (&mutex);
  return result;
}
