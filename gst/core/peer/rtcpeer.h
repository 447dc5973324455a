/* gst-rtc: one peer: negotiation, ICE, DTLS, SRTP, RTCP and its streams
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Knows no clock, thread or socket. What happens outside comes in by calls
 * that carry `now`; what is to happen outside waits as effects that the
 * caller drains after each call. Only packets leave directly, through the ICE vtable.
 */
#pragma once

#include <gst/core/rtp/rtcfeedback.h>
#include <gst/core/rtp/rtcreceiver.h>
#include <gst/core/rtp/rtcsendstream.h>
#include <gst/core/sdp/rtcnegotiation.h>
#include "rtcbackends.h"
#include "rtcdatachannels.h"

G_BEGIN_DECLS

/**
 * RtcPeerConfig:
 * @backends: the libraries; outlives the peer
 * @certificate: of the process; outlives the peer
 * @ice: its context drives the peer's ICE agent
 * @tracks: (element-type RtcTrackSpec): what it sends, one m= section each; SSRCs of 0 are chosen by the peer
 * @receive: by #RtcMediaKind: what it receives
 * @cname: (nullable): our canonical name (RFC 7022), which the receiving side's reports carry as well; chosen if %NULL
 * @retransmission: RTX (RFC 4588)
 * @extensions: bit set of 1 << RtcExtension that may be negotiated
 * @min_playout_delay: milliseconds, -1 for none; with @max_playout_delay
 * @ntp_offset: microseconds to add to `now` for Unix time
 * @setup_timeout: how long until the peer must be connected
 * @data_channels: an m=application section is offered and taken; else there is one as soon as a channel is created here
 * @wake: (nullable): called with @wake_data on any thread: rtc_peer_on_woken() is due. It must only post.
 * @seed: randomness for SSRCs, sequence numbers, ids
 *
 * Everything else is copied.
 */
typedef struct
{
  const RtcBackends *backends;
  RtcCertificate *certificate;
  RtcIceConfig ice;
  GPtrArray *tracks;
  RtcReceiveSpec receive[2];
  const gchar *cname;
  gboolean retransmission;
  guint extensions;
  gint min_playout_delay, max_playout_delay;
  gint64 ntp_offset;
  RtcTime setup_timeout;
  gboolean data_channels;
  void (*wake) (gpointer wake_data);
  gpointer wake_data;
  guint64 seed;
} RtcPeerConfig;

/**
 * RtcMediaSink:
 * @rtp: one packet, decrypted, of a section that receives
 * @rtcp: (nullable): a compound, decrypted: what it says of the peer's own streams is for the sink, the rest the peer has read.
 *     Its sender reports are about times of capture where packets carry those (abs-capture-time).
 * @flush: (nullable): that was all of one dispatch: what was gathered may go on
 *
 * Where received media goes. Called only while the ICE context is dispatched, but for flush, which follows it. Must not block, nor
 * call the peer.
 */
typedef struct
{
  void (*rtp) (gpointer user_data, const RtcReceivedPacket * packet, RtcTime now);
  void (*rtcp) (gpointer user_data, const guint8 * data, gsize size, RtcTime now);
  void (*flush) (gpointer user_data, RtcTime now);
} RtcMediaSink;

typedef enum
{
  RTC_PEER_DESCRIPTION,         /* type, text: send it to the peer */
  RTC_PEER_CANDIDATE,           /* text, mid, m_line: send it to the peer; text "" ends them */
  RTC_PEER_NEGOTIATED,          /* rtc_peer_get_tracks() has news: an exchange has completed */
  RTC_PEER_CONNECTED,           /* the peer is who it said it is: media flows */
  RTC_PEER_PATH,                /* rtc_peer_get_ice()'s path is another one */
  RTC_PEER_WANTS_KEY,           /* track: its source should make a key frame */
  RTC_PEER_ENDED,               /* error: why; nothing else happens but CLOSED */
  RTC_PEER_CLOSED,              /* nothing is left: rtc_peer_free() */
} RtcPeerEffectKind;

typedef struct
{
  RtcPeerEffectKind kind;
  GstRtcSdpType type;
  gchar *text;
  gchar *mid;
  guint m_line;
  guint track;
  GError *error;
} RtcPeerEffect;

void rtc_peer_effect_clear (RtcPeerEffect * effect);

typedef struct _RtcPeer RtcPeer;

RtcPeer *rtc_peer_new (const RtcPeerConfig * config, RtcTime now, GError ** error);
/* only after CLOSED */
void rtc_peer_free (RtcPeer * peer);

gboolean rtc_peer_next_effect (RtcPeer * peer, RtcPeerEffect * effect);
RtcTime rtc_peer_get_timeout (const RtcPeer * peer);
void rtc_peer_on_timeout (RtcPeer * peer, RtcTime now);
/* Call after the ICE context was dispatched; datagrams have come in by then through RtcIce.receive */
void rtc_peer_on_dispatched (RtcPeer * peer, RtcTime now);
/* The time that datagrams received during a dispatch are said to arrive at */
void rtc_peer_before_dispatch (RtcPeer * peer, RtcTime now);

/**
 * Signaling. An error that is the peer's fault ends the peer: watch for RTC_PEER_ENDED.
 *
 * Perfect negotiation (W3C webrtc, section 10.7): who made the first offer is the impolite one. Where offers cross later, it
 * ignores the peer's; the other one rolls its own back, answers, and offers again. An offer after the first one that is
 * not answered within 10 s is given up, and the session goes on as it was.
 */
/* The first offer, or another one as soon as none is open and the peer is connected */
void rtc_peer_create_offer (RtcPeer * peer, RtcTime now);
/* Other tracks: as in rtc_negotiation_set_tracks(). Offers them once connected, as soon as no offer is open. */
void rtc_peer_set_tracks (RtcPeer * peer, GPtrArray * tracks, RtcTime now);
/* New ICE credentials and an offer with them; media goes on over the old pair until the new one is there */
void rtc_peer_restart_ice (RtcPeer * peer, RtcTime now);
void rtc_peer_set_remote_description (RtcPeer * peer, GstRtcSdpType type, const gchar * sdp, RtcTime now);
/* candidate: "candidate:…"; "" or NULL: there are no more */
void rtc_peer_add_candidate (RtcPeer * peer, const gchar * candidate, RtcTime now);
/* reason: (nullable): GST_RTC_ERROR_LEFT if NULL */
void rtc_peer_end (RtcPeer * peer, const GError * reason, RtcTime now);

/* (element-type RtcNegotiatedTrack): as in rtc_negotiation_get_tracks() */
GPtrArray *rtc_peer_get_tracks (const RtcPeer * peer);

/* sink: (nullable): static; packets without a sink are dropped */
void rtc_peer_set_media_sink (RtcPeer * peer, const RtcMediaSink * sink, gpointer user_data);
/* A plain RTCP compound of the receiving side: reports, NACK, PLI; at most 1400 bytes */
void rtc_peer_send_rtcp (RtcPeer * peer, const guint8 * data, gsize size, RtcTime now);

/**
 * rtc_peer_set_feed:
 * @track: which of the tracks; without effect for one that has ended
 * @feed: (nullable): what it sends from now on; the owner takes it away before it frees it
 * @replay: see rtc_send_stream_start()
 */
void rtc_peer_set_feed (RtcPeer * peer, guint track, RtcFeed * feed, RtcTime replay, RtcTime now);

/**
 * rtc_peer_write:
 * @batch: empty
 *
 * Fills @batch with protected packets of @track that may leave now. A full batch means that there may be more.
 */
void rtc_peer_write (RtcPeer * peer, guint track, RtcBatch * batch, RtcTime now);
/* Packets of @track could not be sent: it goes on at the next key frame. */
void rtc_peer_drop (RtcPeer * peer, guint track, RtcTime now);
guint rtc_peer_get_n_tracks (const RtcPeer * peer);
/* @track has something that waits for the pacer or for retransmission */
gboolean rtc_peer_has_more (const RtcPeer * peer, guint track);
RtcIce *rtc_peer_get_ice (RtcPeer * peer);

/**
 * Data channels: the calls of rtcdatachannels.h, from the first description to the end. What they bring waits in
 * rtc_peer_next_data_event(), which the owner drains after each call as it drains the effects.
 */
/* An offer with an m=application section follows if the session has none */
void rtc_peer_create_channel (RtcPeer * peer, guint channel, const RtcDataChannelSpec * spec, RtcTime now);
void rtc_peer_send_data (RtcPeer * peer, guint channel, gboolean is_text, GBytes * message, RtcTime now);
void rtc_peer_close_channel (RtcPeer * peer, guint channel, RtcTime now);
void rtc_peer_pause_data (RtcPeer * peer, gboolean is_paused, RtcTime now);
gboolean rtc_peer_next_data_event (RtcPeer * peer, RtcDataEvent * event);
/* As rtc_data_channels_get_max_message_size() */
guint64 rtc_peer_get_max_message_size (const RtcPeer * peer);
void rtc_peer_on_woken (RtcPeer * peer, RtcTime now);
/* As rtc_peer_write(), for the packets of data channels; after each call that may have made some. What does not leave is lost. */
void rtc_peer_write_data (RtcPeer * peer, RtcBatch * batch, RtcTime now);

/* One track's part of the stats: ours, and what the peer reports of it (RTCRemoteInboundRtpStreamStats) */
typedef struct
{
  guint track;
  RtcMediaKind kind;
  gchar *mid;
  RtcCodec *codec;
  guint32 ssrc, rtx_ssrc;
  RtcSendStats sent;
  gint64 remote_packets_lost;
  gdouble remote_fraction_lost;
  gdouble remote_jitter;        /* seconds */
  gdouble round_trip_time;      /* seconds, 0 before the first report */
  guint64 round_trip_time_measurements;
} RtcTrackStats;

/* What came for one section */
typedef struct
{
  RtcMediaKind kind;
  gchar *mid;
  RtcCodec *codec;              /* (nullable): of the last packet's payload type */
  RtcReceiverStats received;
} RtcReceivedStats;

typedef struct
{
  gboolean connected;
  RtcTime connected_after;      /* from creation to DTLS up */
  guint64 packets_sent, bytes_sent, packets_received, bytes_received;
  gboolean has_pair;
  RtcIcePair pair;
  gchar *dtls_version, *dtls_cipher;    /* (nullable) */
  const gchar *srtp_cipher;             /* (nullable) IANA name */
  gboolean dtls_client;
  RtcFeedbackStats feedback;
  GPtrArray *tracks;            /* of RtcTrackStats: what we send */
  GPtrArray *received;          /* of RtcReceivedStats */
  GPtrArray *channels;          /* of RtcDataChannelStats; (nullable): no association */
} RtcPeerStats;

RtcPeerStats *rtc_peer_get_stats (RtcPeer * peer, RtcTime now);
void rtc_peer_stats_free (RtcPeerStats * stats);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RtcPeerStats, rtc_peer_stats_free)

G_END_DECLS
