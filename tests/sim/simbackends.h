/* gst-rtc: doubles of the libraries under a peer, on the virtual network
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <string.h>

#include <gst/core/peer/rtcbackends.h>

#include "simnet.h"

G_BEGIN_DECLS

extern const RtcBackends sim_backends;

/* A keyed sum: not secret, but no accident and no mutation gets past it */
static inline guint64
sim_sum (guint64 key, const guint8 * data, gsize size)
{
  guint64 sum = key ^ (size * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15));
  gsize i;

  for (i = 0; i + 8 <= size; i += 8) {
    guint64 word;

    memcpy (&word, data + i, 8);
    sum = (sum ^ word) * G_GUINT64_CONSTANT (0xff51afd7ed558ccd);
    sum ^= sum >> 32;
  }
  for (; i < size; i++)
    sum = (sum ^ data[i]) * G_GUINT64_CONSTANT (0x100000001b3);
  sum ^= sum >> 33;
  sum *= G_GUINT64_CONSTANT (0xc4ceb9fe1a85ec53);
  return sum ^ (sum >> 29);
}

/* ICE */

#define SIM_CONSENT_INTERVAL (5 * RTC_SECOND)
#define SIM_CONSENT_EXPIRY (30 * RTC_SECOND)

/* What the loop does around the dispatch of a context */
typedef struct
{
  void (*before) (gpointer data, RtcTime now);
  void (*after) (gpointer data, RtcTime now);   /* may free the agent */
} SimIceOwner;

RtcIce *sim_ice_new (const RtcIceConfig * config, GError ** error);
void sim_ice_set_owner (RtcIce * ice, const SimIceOwner * owner, gpointer data);
SimEndpoint *sim_ice_get_endpoint (RtcIce * ice);
guint32 sim_ice_get_remote_address (RtcIce * ice);
/* Its address changes; it tells the peer by a check, as after a change of the network */
void sim_ice_move (RtcIce * ice);
gchar *sim_candidate_text (guint32 address);

/* DTLS */

RtcDtls *sim_dtls_new (const RtcDtlsConfig * config, GError ** error);
RtcCertificate *sim_certificate_new (GError ** error);
const gchar *sim_certificate_get_fingerprint (RtcCertificate * certificate);
void sim_certificate_free (RtcCertificate * certificate);

/* SRTP */

RtcSrtp *sim_srtp_new (const RtcSrtpKeys * keys, GError ** error);
gboolean sim_srtp_supports (RtcSrtpProfile profile);

G_END_DECLS
