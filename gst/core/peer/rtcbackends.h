/* gst-rtc: the libraries under a peer, as one value
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "rtcdtls.h"
#include "rtcice.h"
#include "rtcsctp.h"
#include "rtcsrtp.h"

G_BEGIN_DECLS

/**
 * RtcBackends:
 *
 * Filled in once, in elements/, with the real libraries; in tests, with doubles.
 */
typedef struct
{
  RtcIceNew ice_new;
  RtcDtlsNew dtls_new;
  RtcSrtpNew srtp_new;
  RtcSrtpSupports srtp_supports;
  RtcCertificateNew certificate_new;
  RtcCertificateGetFingerprint certificate_get_fingerprint;
  RtcCertificateFree certificate_free;
  RtcSctpNew sctp_new;          /* (nullable): no data channels */
} RtcBackends;

G_END_DECLS
