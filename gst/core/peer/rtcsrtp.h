/* gst-rtc: what a peer needs of an SRTP library (RFC 3711, RFC 7714)
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/rtc/gstrtc.h>

G_BEGIN_DECLS

/* In our order of preference. Values: IANA's DTLS-SRTP protection profiles. */
typedef enum
{
  RTC_SRTP_AEAD_AES_128_GCM = 0x0007,
  RTC_SRTP_AEAD_AES_256_GCM = 0x0008,
  RTC_SRTP_AES128_CM_HMAC_SHA1_80 = 0x0001,
} RtcSrtpProfile;

/* The largest growth of a packet: an RTCP packet with its index word and a GCM tag */
#define RTC_SRTP_MAX_OVERHEAD 24
#define RTC_SRTP_MAX_KEY_SIZE (32 + 14)

/**
 * RtcSrtpKeys:
 * @local: master key and salt for what we send
 * @remote: for what we receive
 * @size: of each, key and salt together
 */
typedef struct
{
  RtcSrtpProfile profile;
  guint8 local[RTC_SRTP_MAX_KEY_SIZE];
  guint8 remote[RTC_SRTP_MAX_KEY_SIZE];
  gsize size;
} RtcSrtpKeys;

typedef struct _RtcSrtp RtcSrtp;

/* All four work in place; size in, size out; FALSE: the packet is to be dropped (forged, replayed, too long). */
typedef struct
{
  /* data has room for RTC_SRTP_MAX_OVERHEAD more bytes */
  gboolean (*protect_rtp) (RtcSrtp * srtp, guint8 * data, gsize * size);
  gboolean (*protect_rtcp) (RtcSrtp * srtp, guint8 * data, gsize * size);
  gboolean (*unprotect_rtp) (RtcSrtp * srtp, guint8 * data, gsize * size);
  gboolean (*unprotect_rtcp) (RtcSrtp * srtp, guint8 * data, gsize * size);
  void (*free) (RtcSrtp * srtp);
} RtcSrtpClass;

struct _RtcSrtp
{
  const RtcSrtpClass *klass;
};

typedef RtcSrtp *(*RtcSrtpNew) (const RtcSrtpKeys * keys, GError ** error);
/* Whether this machine's library can do it; asked once, answered by trying */
typedef gboolean (*RtcSrtpSupports) (RtcSrtpProfile profile);

G_END_DECLS
