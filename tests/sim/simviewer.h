/* gst-rtc: a browser on the virtual network, as far as a peer of ours can tell
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/core/sdp/rtcnegotiation.h>

#include "simbackends.h"
#include "simparty.h"
#include "simreceiver.h"

G_BEGIN_DECLS

#define SIM_MAX_RECEIVERS 4

typedef struct
{
  SimParty party;
  RtcCertificate *certificate;
  RtcNegotiation *negotiation;
  RtcIce *ice;
  RtcDtls *dtls;
  RtcSrtp *srtp;
  SimTimer dtls_timer, tick;
  gboolean gathers, client, connected, left;
  RtcTime connected_at;
  SimReceiver receivers[SIM_MAX_RECEIVERS];
  guint n_receivers;

  /* how it behaves */
  gboolean answers_passive;     /* as a DTLS server */
  gboolean no_answer;           /* hears offers, says nothing */
  gboolean no_dtls;             /* stalls in the handshake */
  gboolean no_nack, no_reports;
  gboolean late_answer;         /* its candidates and checks go before its answer */
  gchar *wrong_fingerprint;     /* (nullable): of its description */
  const gchar *direction;       /* (nullable): instead of recvonly, in its offers */
  gboolean sends_transport_cc, sends_remb;
  guint64 remb;

  /* what it saw */
  guint n_offers, n_answers, n_candidates;
  guint64 n_rtp, n_rtcp, n_forged, n_rtp_before_keys, n_nacks_sent;
  gboolean bye;
  guint32 last_sr;              /* of the last report block */
  GArray *delays;               /* of RtcReferenceDelay: answers to reference times it told */
  gchar *candidate_before;      /* (nullable) */
  guint32 ssrc;                 /* its own */
  guint transport_base;         /* first transport-wide number not yet told */
  gint64 transport_highest;
  GHashTable *arrivals;         /* RtcTime by transport-wide number */
  guint8 feedback_count;
  RtcTime next_report, next_feedback;
} SimViewer;

SimViewer *sim_viewer_new (void);
/* Leaves politely if it has not left */
void sim_viewer_free (SimViewer * viewer);
void sim_viewer_offer (SimViewer * viewer);
/* It also sends video and audio, from the next description on: what it sends is the scenario's */
void sim_viewer_publish (SimViewer * viewer);
/* What it sends of that kind, as negotiated; NULL before */
const RtcNegotiatedTrack *sim_viewer_get_sent (SimViewer * viewer, RtcMediaKind kind);
/* Protected; also what a scenario made up */
void sim_viewer_send_rtp (SimViewer * viewer, const guint8 * data, gsize size);
/* close_notify */
void sim_viewer_close (SimViewer * viewer);
/* As if its machine were switched off */
void sim_viewer_vanish (SimViewer * viewer);
void sim_viewer_send_key_request (SimViewer * viewer, gboolean fir);
/* Protected; also what a scenario made up */
void sim_viewer_send_rtcp (SimViewer * viewer, const guint8 * data, gsize size);
SimReceiver *sim_viewer_get_receiver (SimViewer * viewer, RtcMediaKind kind);
SimEndpoint *sim_viewer_get_endpoint (SimViewer * viewer);
gboolean sim_viewer_is_connected (gpointer viewer);

G_END_DECLS
