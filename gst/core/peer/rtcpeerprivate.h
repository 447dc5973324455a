/* gst-rtc: the state of a peer, shared by the files that make it up
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/gst.h>
#include <gst/core/base/rtcrtp.h>
#include <gst/core/rtp/rtcarrivals.h>
#include "rtcpeer.h"
#include "rtcpeercapture.h"

G_BEGIN_DECLS

GST_DEBUG_CATEGORY_EXTERN (rtc_peer_debug);

/* Our CNAME, SSRCs and numbers are this peer's alone, so that viewers cannot tell each other apart by them. */
typedef struct
{
  RtcTrackSpec *spec;           /* owned by peer->specs; NULL: it has ended */
  RtcCodec *codec;              /* negotiated; NULL: not sent */
  gchar *mid;
  RtcExtensionMap extensions;
  RtcSendStream *stream;        /* from the first negotiation of a codec on */
  RtcFeed *feed;                /* not owned */
  RtcTime replay;
  gboolean key_asked;           /* WANTS_KEY was raised for the key frame that the stream waits for */
  gboolean key_raised;          /* WANTS_KEY is among the effects */

  /* the peer's last report block about it */
  gint64 remote_packets_lost;
  gdouble remote_fraction_lost, remote_jitter;
  gdouble round_trip_time;
  guint64 round_trip_time_measurements;
} RtcPeerTrack;

#define RTC_PEER_MAX_REFERENCES 4

/* An SRTP library keeps a stream for each SSRC it has seen, and finds it by looking at them all. A
 * browser has two for each track. */
#define RTC_PEER_MAX_SOURCES 256

/* A Receiver Reference Time Report that our next report answers */
typedef struct
{
  guint32 ssrc;
  guint64 ntp;
  RtcTime arrived;
} RtcPeerReference;

/* What comes in */
typedef struct
{
  RtcReceiver *receiver;
  RtcArrivals *arrivals;
  const RtcMediaSink *sink;     /* (nullable) */
  gpointer sink_data;
  gboolean delivered;           /* the sink was called since its last flush */
  guint n_sections;             /* that receive */
  gboolean was_open;            /* there have been such */
  gboolean transport_cc, remb;  /* the feedback that the peer takes */
  gboolean reduced_size;
  guint32 ssrc;                 /* ours in feedback */
  guint32 media_ssrc;           /* the peer's in the last packet */
  RtcCaptures captures;
  guint32 sources[RTC_PEER_MAX_SOURCES];
  guint n_sources;
} RtcPeerInlet;

/* IPv6's minimum of 1280 less 48 for its header and UDP's, less room for TURN's */
#define RTC_PEER_DTLS_MTU 1200

typedef struct
{
  RtcDataChannels *channels;
  RtcSctp *sctp;                /* once the peer is connected and both want data channels */
  gboolean is_wanted;           /* by us: the peer may refuse */
  gboolean failed;              /* there will be none any more */
  void (*wake) (gpointer wake_data);
  gpointer wake_data;
} RtcPeerData;

struct _RtcPeer
{
  const RtcBackends *backends;
  RtcCertificate *certificate;
  gboolean retransmission;
  gint min_playout_delay, max_playout_delay;
  gint64 ntp_offset;
  guint64 random;
  gchar *cname;

  RtcIce *ice;
  RtcDtls *dtls;                /* from the first negotiation on: its role comes from there */
  RtcSrtp *srtp;                /* from the moment the peer's fingerprint was found right */
  RtcSrtpProfile srtp_profile;
  gboolean dtls_client;

  GPtrArray *specs;             /* of RtcTrackSpec, NULL for one that has ended */
  RtcPeerTrack *tracks;         /* one for each of specs */
  RtcNegotiation *negotiation;
  gboolean exchanged;           /* a description of the peer's was taken */
  gboolean impolite;            /* the first exchange was ours */
  gboolean offer_asked;         /* as soon as none is open */
  gboolean offer_wanted;        /* so, if there is something new in it by then */
  gboolean restart_wanted;      /* of ICE, with the next offer */
  RtcTime answer_by;            /* until then nothing else is offered; NEVER: no re-offer is open */
  GPtrArray *candidates;        /* of RtcCandidate: ours of this ICE session, found so far */
  gchar *remote_ufrag;          /* the ICE session that candidates and checks belong to */
  gchar *remote_fingerprint;    /* of the one DTLS association */

  RtcPacer pacer;
  RtcFeedback *feedback;
  guint16 transport_sequence;
  RtcPeerReference references[RTC_PEER_MAX_REFERENCES];
  guint n_references;

  RtcPeerInlet inlet;
  RtcPeerData data;

  GQueue early;                 /* of GBytes: DTLS that came before we knew our role */
  GQueue effects;               /* of RtcPeerEffect */
  GError *failure;              /* the end that rtc_peer_settle() has yet to carry out */

  RtcTime now;                  /* the last that was handed in: datagrams of a dispatch arrive then */
  RtcTime created, deadline, rtcp_at, connected_after;
  gboolean gathering, ice_connected, connected, described, ended;

  guint64 packets_sent, bytes_sent, packets_received, bytes_received;
};

/* Each file calls only those before it: out ← media ← capture ← inlet ← rtcp ← data ← transport ← end ←
 * negotiation ← peer */

/* rtcpeerout.c */
guint64 rtc_peer_random (RtcPeer * peer);
guint32 rtc_peer_choose_ssrc (RtcPeer * peer);
RtcPeerEffect *rtc_peer_raise (RtcPeer * peer, RtcPeerEffectKind kind);
void rtc_peer_raise_key_wish (RtcPeer * peer, guint track);
void rtc_peer_fail (RtcPeer * peer, GError * error);
gboolean rtc_peer_send_datagram (RtcPeer * peer, const guint8 * data, gsize size);

/* rtcpeermedia.c */
void rtc_peer_take_specs (RtcPeer * peer, GPtrArray * specs);
void rtc_peer_clear_tracks (RtcPeer * peer);
void rtc_peer_update_tracks (RtcPeer * peer, RtcTime now);
void rtc_peer_start_tracks (RtcPeer * peer, RtcTime now);
void rtc_peer_update_pacer (RtcPeer * peer, RtcTime now);
void rtc_peer_check_key_wish (RtcPeer * peer, guint track);
gboolean rtc_peer_is_held (const RtcPeer * peer);

/* rtcpeerinlet.c */
void rtc_peer_inlet_init (RtcPeer * peer);
void rtc_peer_inlet_clear (RtcPeer * peer);
void rtc_peer_update_inlet (RtcPeer * peer);
gboolean rtc_peer_may_be_source (const RtcPeer * peer, guint32 ssrc);
void rtc_peer_learn_source (RtcPeer * peer, guint32 ssrc);
void rtc_peer_receive_rtp (RtcPeer * peer, guint8 * data, gsize size, RtcTime now);
void rtc_peer_deliver_rtcp (RtcPeer * peer, guint8 * data, gsize size, RtcTime now);
void rtc_peer_flush_inlet (RtcPeer * peer, RtcTime now);
RtcTime rtc_peer_get_feedback_time (const RtcPeer * peer);

/* rtcpeerrtcp.c */
void rtc_peer_receive_rtcp (RtcPeer * peer, const guint8 * data, gsize size, RtcTime now);
void rtc_peer_send_reports (RtcPeer * peer, RtcTime now);
void rtc_peer_send_feedback (RtcPeer * peer, RtcTime now);
void rtc_peer_send_bye (RtcPeer * peer);

/* rtcpeerdata.c */
void rtc_peer_data_init (RtcPeer * peer, const RtcPeerConfig * config);
void rtc_peer_data_clear (RtcPeer * peer);
void rtc_peer_update_data (RtcPeer * peer, RtcTime now);
void rtc_peer_receive_data (RtcPeer * peer, const guint8 * data, gsize size, RtcTime now);
RtcTime rtc_peer_get_data_timeout (const RtcPeer * peer);
void rtc_peer_on_data_timeout (RtcPeer * peer, RtcTime now);
gboolean rtc_peer_protect_data (RtcPeer * peer);
void rtc_peer_refuse_data (RtcPeer * peer);
void rtc_peer_end_data (RtcPeer * peer);

/* rtcpeertransport.c */
void rtc_peer_receive (gpointer peer, const guint8 * data, gsize size);
void rtc_peer_drain_ice (RtcPeer * peer, RtcTime now);
void rtc_peer_start_dtls (RtcPeer * peer, gboolean client, RtcTime now);
void rtc_peer_check_dtls (RtcPeer * peer, RtcTime now);
void rtc_peer_flush_dtls (RtcPeer * peer);

/* rtcpeerend.c */
void rtc_peer_settle (RtcPeer * peer, RtcTime now);

/* rtcpeernegotiation.c */
void rtc_peer_offer_if_due (RtcPeer * peer, RtcTime now);
void rtc_peer_give_up_offer (RtcPeer * peer);

G_END_DECLS
