/* gst-rtc: what a peer needs of a DTLS library (RFC 5764, RFC 8827)
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Knows no socket and no clock: datagrams go in with receive() and come out of
 * next_datagram(), one record flight's datagrams each within the MTU.
 */
#pragma once

#include <gst/core/base/rtctime.h>
#include "rtcsrtp.h"

G_BEGIN_DECLS

/* The process's key and certificate: ECDSA P-256, self-signed, made once */
typedef struct _RtcCertificate RtcCertificate;

typedef enum
{
  RTC_DTLS_NEW,
  RTC_DTLS_CONNECTING,
  RTC_DTLS_CONNECTED,
  RTC_DTLS_CLOSED,              /* close_notify came, or close() was called */
  RTC_DTLS_FAILED,
} RtcDtlsState;

typedef struct _RtcDtls RtcDtls;

/**
 * RtcDtlsConfig:
 * @client: we send the ClientHello (a=setup:active)
 * @profiles: (array length=n_profiles): DTLS-SRTP profiles in order of preference; the server chooses
 * @mtu: bytes of the largest datagram to send
 */
typedef struct
{
  RtcCertificate *certificate;
  gboolean client;
  const RtcSrtpProfile *profiles;
  guint n_profiles;
  guint mtu;
} RtcDtlsConfig;

typedef struct
{
  /* The client's first flight; nothing for a server */
  void (*start) (RtcDtls * dtls, RtcTime now);
  /* One datagram; its outcome is in the state and in next_datagram(). Garbage is ignored, as RFC 9147 section 4.5.2 asks. */
  void (*receive) (RtcDtls * dtls, const guint8 * data, gsize size, RtcTime now);
  /* (transfer full) (nullable) */
  GBytes *(*next_datagram) (RtcDtls * dtls);
  RtcDtlsState (*get_state) (RtcDtls * dtls);
  /* after FAILED; GST_RTC_ERROR_DTLS in words */
  const GError *(*get_error) (RtcDtls * dtls);
  /* after CONNECTED: does the peer's certificate have this "sha-256 AB:CD:…" fingerprint? hash names without case */
  gboolean (*check_fingerprint) (RtcDtls * dtls, const gchar * fingerprint);
  /* after CONNECTED: FALSE if no profile was agreed on */
  gboolean (*export_keys) (RtcDtls * dtls, RtcSrtpKeys * keys);
  /* e.g. "DTLS 1.2", "TLS_ECDHE_…": for the stats */
  void (*get_cipher) (RtcDtls * dtls, const gchar ** version, const gchar ** cipher);
  /* application data, for SCTP */
  gboolean (*send) (RtcDtls * dtls, const guint8 * data, gsize size);
  GBytes *(*next_message) (RtcDtls * dtls);
  RtcTime (*get_timeout) (RtcDtls * dtls);
  void (*on_timeout) (RtcDtls * dtls, RtcTime now);
  /* queues close_notify */
  void (*close) (RtcDtls * dtls);
  void (*free) (RtcDtls * dtls);
} RtcDtlsClass;

struct _RtcDtls
{
  const RtcDtlsClass *klass;
};

typedef RtcDtls *(*RtcDtlsNew) (const RtcDtlsConfig * config, GError ** error);
typedef RtcCertificate *(*RtcCertificateNew) (GError ** error);
/* "sha-256 AB:CD:…", owned by the certificate */
typedef const gchar *(*RtcCertificateGetFingerprint) (RtcCertificate * certificate);
typedef void (*RtcCertificateFree) (RtcCertificate * certificate);

G_END_DECLS
