/* gst-rtc: offer and answer (RFC 3264, RFC 8829) as pure functions
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * An RtcNegotiation is an immutable value. Each step takes the old one and
 * the input and returns a new one, or an error and no change.
 */
#pragma once

#include "rtcdescription.h"

G_BEGIN_DECLS

/**
 * RtcTrackSpec:
 * @kind: audio or video
 * @codecs: (element-type RtcCodec): what we can send, in order of preference, without payload types: those
 *     are chosen here
 * @msid: "stream track"
 * @ssrc: of what we send
 * @rtx_ssrc: of its retransmissions
 *
 * One track that we send, in an m= section of its own. What we receive is no track of ours: see #RtcReceiveSpec.
 */
typedef struct
{
  RtcMediaKind kind;
  GPtrArray *codecs;
  gchar *msid;
  guint32 ssrc;
  guint32 rtx_ssrc;
} RtcTrackSpec;

/**
 * RtcReceiveSpec:
 * @codecs: (nullable) (element-type RtcCodec): what we can receive, in order of preference, without payload types;
 *     %NULL or empty: nothing of this kind
 * @n_offered: our offers have at least this many sections of this kind that can receive, with or without a track of
 *     ours in them. What the peer offers beyond them is received as well.
 *
 * What we take of one kind of media. A section sends if a track of ours is in it, and receives if there are codecs here.
 */
typedef struct
{
  GPtrArray *codecs;
  guint n_offered;
} RtcReceiveSpec;

RtcTrackSpec *rtc_track_spec_new (RtcMediaKind kind, const gchar * msid);
RtcTrackSpec *rtc_track_spec_copy (const RtcTrackSpec * spec);
void rtc_track_spec_free (RtcTrackSpec * spec);

/**
 * RtcLocalTransport:
 *
 * Our half of the one bundled transport.
 */
typedef struct
{
  const gchar *ice_ufrag, *ice_pwd;
  const gchar *fingerprint;     /* "sha-256 AB:CD:…" */
  guint64 session_id;           /* random, RFC 8829 section 5.2.1 */
  const gchar *cname;
  gboolean retransmission;      /* offer and accept RTX */
  guint extensions;             /* bit set of 1 << RtcExtension: what may be negotiated */
  RtcReceiveSpec receive[2];    /* by RtcMediaKind; copied */
  gboolean data_channels;       /* our offers have an m=application section (RFC 8841), and that of the peer's is taken */
  guint64 max_message_size;     /* a=max-message-size in it: what we take; 0 for any size */
} RtcLocalTransport;

typedef enum
{
  RTC_SIGNALING_STABLE,
  RTC_SIGNALING_HAVE_LOCAL_OFFER,
} RtcSignalingState;

/**
 * RtcNegotiatedTrack:
 * @track: which of our #RtcTrackSpec has its place here, or -1; it is sent if there is a @codec, else the peer has no
 *     use for it now
 * @m_line: index of its m= section
 * @kind: audio or video
 * @mid: its mid
 * @direction: as negotiated, seen from us
 * @codec: (nullable): what we send: ours, with the payload types and feedback as negotiated; %NULL when
 *     rejected or not sending
 * @receive_codecs: (nullable) (element-type RtcCodec): what the peer may send, with the payload types it sends them
 *     with (those of our description); %NULL when not receiving
 * @extensions: as negotiated
 * @rtcp_rsize: reduced-size RTCP may be sent
 * @msid: (nullable): "stream track" of what the peer sends
 * @remote_ssrc: of what the peer sends, 0 if its description names none
 * @remote_rtx_ssrc: of the peer's retransmissions, 0 for none
 *
 * What one m= section of audio or video has come to.
 */
typedef struct
{
  gint track;
  guint m_line;
  RtcMediaKind kind;
  gchar *mid;
  RtcDirection direction;
  RtcCodec *codec;
  GPtrArray *receive_codecs;
  RtcExtensionMap extensions;
  gboolean rtcp_rsize;
  gchar *msid;
  guint32 remote_ssrc, remote_rtx_ssrc;
} RtcNegotiatedTrack;

RtcNegotiatedTrack *rtc_negotiated_track_copy (const RtcNegotiatedTrack * track);
void rtc_negotiated_track_free (RtcNegotiatedTrack * track);

/**
 * RtcRemoteTransport:
 *
 * The peer's half of the bundled transport, valid as long as the negotiation.
 */
typedef struct
{
  const gchar *ice_ufrag, *ice_pwd;
  const gchar *fingerprint;
  gboolean ice_lite;
  gboolean dtls_client;         /* we must be the DTLS client (RFC 8842); else we are the server */
} RtcRemoteTransport;

/**
 * RtcRemoteData:
 * @port: the peer's a=sctp-port
 * @max_message_size: what the peer takes: 65536 if it does not say (RFC 8841, section 6.1), 0 for any size
 *
 * The peer's half of the data channels.
 */
typedef struct
{
  guint port;
  guint64 max_message_size;
} RtcRemoteData;

/* a=sctp-port of our descriptions */
#define RTC_SCTP_PORT 5000

typedef struct _RtcNegotiation RtcNegotiation;

/* tracks: (element-type RtcTrackSpec), copied; may be empty if something is received, or there are data channels */
RtcNegotiation *rtc_negotiation_new (GPtrArray * tracks, const RtcLocalTransport * local);
/* Other tracks from the next description on. tracks: (element-type RtcTrackSpec): each index keeps its section, %NULL
 * stands for a track that has ended; its section sends nothing until a new track of its kind takes it over. A
 * pending offer of ours is not affected. */
RtcNegotiation *rtc_negotiation_set_tracks (const RtcNegotiation * old, GPtrArray * tracks);
/* Other ICE credentials from the next description on: an ICE restart (RFC 8839, section 4.4.1.1.1) */
RtcNegotiation *rtc_negotiation_restart_ice (const RtcNegotiation * old, const gchar * ufrag, const gchar * pwd);
/* There are data channels to be had here: from the next description on it is as with data_channels, and as long as none have
 * been agreed on an offer is due, unless the peer has rejected them: that is asked once. Their section stays where it is. */
RtcNegotiation *rtc_negotiation_enable_data (const RtcNegotiation * old);
RtcNegotiation *rtc_negotiation_ref (RtcNegotiation * negotiation);
void rtc_negotiation_unref (RtcNegotiation * negotiation);

/* candidates: (element-type RtcCandidate) (nullable): those known by now, for peers that do not trickle
 * (RFC 8840) */
RtcNegotiation *rtc_negotiation_create_offer (const RtcNegotiation * old, GPtrArray * candidates,
    gchar ** sdp, GError ** error);
RtcNegotiation *rtc_negotiation_set_answer (const RtcNegotiation * old, const gchar * sdp, GError ** error);
/* A pending offer of ours is rolled back: the peer's offer wins (RFC 8829 section 4.1.8.2) */
RtcNegotiation *rtc_negotiation_set_offer (const RtcNegotiation * old, const gchar * sdp,
    GPtrArray * candidates, gchar ** answer, GError ** error);

/* Whether what we want to send differs from what the last exchange has, or ICE is to restart: an offer is due
 * (RFC 8829, section 4.1.9). %TRUE before the first exchange. */
gboolean rtc_negotiation_is_needed (const RtcNegotiation * negotiation);
RtcSignalingState rtc_negotiation_get_state (const RtcNegotiation * negotiation);
/* FALSE before the first exchange has completed */
gboolean rtc_negotiation_get_remote_transport (const RtcNegotiation * negotiation,
    RtcRemoteTransport * remote);
/* (element-type RtcCandidate): those of the peer's last description for component 1 of the transport */
GPtrArray *rtc_negotiation_get_remote_candidates (const RtcNegotiation * negotiation);
gboolean rtc_negotiation_get_end_of_candidates (const RtcNegotiation * negotiation);
/* (element-type RtcNegotiatedTrack): in m-line order; empty before the first exchange */
GPtrArray *rtc_negotiation_get_tracks (const RtcNegotiation * negotiation);
/* FALSE: the last exchange has no data channels */
gboolean rtc_negotiation_get_data (const RtcNegotiation * negotiation, RtcRemoteData * data);
/* The mid and m-line that carry the transport, for our candidates ("0", 0) */
const gchar *rtc_negotiation_get_transport_mid (const RtcNegotiation * negotiation);
guint rtc_negotiation_get_transport_m_line (const RtcNegotiation * negotiation);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RtcNegotiation, rtc_negotiation_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RtcTrackSpec, rtc_track_spec_free)

G_END_DECLS
