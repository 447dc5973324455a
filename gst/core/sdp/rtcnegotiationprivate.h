/* gst-rtc: what the files of the negotiation share
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "rtcnegotiation.h"

G_BEGIN_DECLS

/* What we want of a session: it changes with our tracks and at an ICE restart only. In a reference-counted
 * box. */
typedef struct
{
  GPtrArray *tracks;            /* of RtcTrackSpec; NULL for one that has ended */
  gchar *ice_ufrag, *ice_pwd, *fingerprint, *cname;
  guint64 session_id;
  gboolean retransmission;
  guint extensions;
  RtcReceiveSpec receive[2];
  gboolean data_channels;       /* are offered and taken */
  gboolean data_wanted;         /* and missed where there are none */
  guint64 max_message_size;
} RtcLocalSide;

/* A description of ours, and which track each of its sections stands for. In a reference-counted box. */
typedef struct
{
  RtcLocalSide *side;           /* that it describes */
  RtcDescription *description;
  GArray *tracks;               /* of gint; -1 for a section without one of ours */
} RtcProposal;

typedef enum
{
  RTC_LINE_REJECTED,            /* port 0 */
  RTC_LINE_IDLE,                /* in the session, but there is nothing to send or receive: inactive */
  RTC_LINE_ACTIVE,              /* with codecs in common, though it may be on hold; or that of the data channels */
} RtcLineState;

/* What one m= section comes to, while offer and answer are compared */
typedef struct
{
  RtcLineState state;
  gint track;                   /* stays with the section, even while nothing is sent there; -1 for none */
  gboolean refused;             /* as far as is known, the peer does not want to receive there */
  gchar *mid;
  RtcDirection direction;       /* seen from us */
  GPtrArray *codecs;            /* (nullable) of RtcCodec: what our answer has */
  GPtrArray *send;              /* (nullable) of RtcCodec: in common, in our order, with the peer's numbers */
  GPtrArray *receive;           /* (nullable) of RtcCodec: in common, with the numbers of our description */
  RtcExtensionMap extensions;
  gboolean rtcp_rsize;
  gboolean is_data;             /* the data channels: neither track nor direction nor codecs */
} RtcLine;

/* A completed exchange. In a reference-counted box. */
typedef struct
{
  RtcProposal *local;
  RtcDescription *remote;
  GPtrArray *lines;             /* of RtcLine */
  GPtrArray *tracks;            /* of RtcNegotiatedTrack */
  GPtrArray *candidates;        /* of RtcCandidate, borrowed from remote */
  RtcExtensionMap extensions;   /* ids that have had a meaning in this session keep it, used or not */
  guint extension_ids;          /* bit set of 1 << id: those, and those of extensions that we do not know */
  gint transport_line;
  gchar *transport_mid;
  gchar *ice_ufrag, *ice_pwd, *fingerprint;     /* the peer's */
  gboolean ice_lite, end_of_candidates, dtls_client;
  gint data_line;               /* of the data channels; -1 for none */
  gboolean data_refused;        /* the peer has rejected them */
} RtcExchange;

/* rtcnegotiationside.c: what we want */
RtcLocalSide *rtc_local_side_new (GPtrArray * tracks, const RtcLocalTransport * local);
RtcLocalSide *rtc_local_side_set_tracks (const RtcLocalSide * side, GPtrArray * tracks);
RtcLocalSide *rtc_local_side_set_ice (const RtcLocalSide * side, const gchar * ufrag, const gchar * pwd);
RtcLocalSide *rtc_local_side_want_data (const RtcLocalSide * side);
RtcLocalSide *rtc_local_side_ref (RtcLocalSide * side);
void rtc_local_side_unref (RtcLocalSide * side);
/* (nullable): NULL if it has ended, is of another kind, or index is -1 */
const RtcTrackSpec *rtc_local_side_get_track (const RtcLocalSide * side, gint index, RtcMediaKind kind);
gboolean rtc_local_side_is_same_track (const RtcLocalSide * side, const RtcLocalSide * other, guint index);
/* Data channels and nothing else */
gboolean rtc_local_side_is_data_only (const RtcLocalSide * side);
gboolean rtc_local_side_receives (const RtcLocalSide * side, RtcMediaKind kind);
guint rtc_local_side_get_feedback (const RtcLocalSide * side, RtcMediaKind kind, RtcDirection direction);
/* Of extensions, what fits a section of this kind and direction */
RtcExtensionMap rtc_local_side_filter_extensions (const RtcLocalSide * side, RtcExtensionMap extensions,
    RtcMediaKind kind, RtcDirection direction);

/* rtcnegotiationcodecs.c: lists of codecs. What is returned is new, never NULL, and of RtcCodec. */
/* What our offer has, with payload types, feedback and RTX to be set. track: (nullable). before: (nullable):
 * the codecs of the section until now: their order stays, and what can be received of them. */
GPtrArray *rtc_codecs_list (const RtcLocalSide * side, const RtcTrackSpec * track, RtcMediaKind kind,
    GPtrArray * before);
void rtc_codecs_keep_order (GPtrArray * list, GPtrArray * before);
/* offered: (nullable): our section that theirs answers; NULL if theirs is the offer */
GPtrArray *rtc_codecs_match_sent (const RtcLocalSide * side, const RtcTrackSpec * track,
    const RtcMediaSection * offered, const RtcMediaSection * theirs);
GPtrArray *rtc_codecs_match_answered (const RtcLocalSide * side, const RtcMediaSection * offered,
    const RtcMediaSection * theirs);
GPtrArray *rtc_codecs_match_offered (const RtcLocalSide * side, const RtcMediaSection * theirs);
GPtrArray *rtc_codecs_join (GPtrArray * send, GPtrArray * receive);

/* rtcnegotiationmatch.c: comparing. last: (nullable) */
GPtrArray *rtc_lines_match_answer (const RtcProposal * offer, const RtcExchange * last,
    const RtcDescription * answer, GError ** error);
GPtrArray *rtc_lines_match_offer (const RtcLocalSide * side, const RtcExchange * last,
    const RtcDescription * offer, GError ** error);

/* rtcnegotiationdata.c: the m=application section, of which a session has one */
/* In an offer of the peer's; -1 for none that we take */
gint rtc_data_find_section (const RtcLocalSide * side, const RtcExchange * last, const RtcDescription * offer);
void rtc_data_describe (const RtcLocalSide * side, RtcMediaSection * section);
gboolean rtc_data_check (GPtrArray * lines, const RtcDescription * remote, GError ** error);
/* exchange: with everything else set */
void rtc_data_set_exchange (RtcExchange * exchange, const RtcExchange * last);

/* rtcnegotiationtransport.c: there is one transport. line: -1 if every section was rejected */
gboolean rtc_lines_choose_offered_transport (GPtrArray * lines, const RtcDescription * offer, gint * line,
    GError ** error);
gboolean rtc_lines_choose_answered_transport (GPtrArray * lines, const RtcDescription * answer, gint * line,
    GError ** error);

/* rtcproposal.c, rtcnegotiationoffer.c, rtcnegotiationanswer.c: writing */
RtcProposal *rtc_proposal_new (const RtcLocalSide * side);
RtcProposal *rtc_proposal_ref (RtcProposal * proposal);
void rtc_proposal_unref (RtcProposal * proposal);
/* Takes section */
void rtc_proposal_add_section (RtcProposal * proposal, RtcMediaSection * section, gint track);
void rtc_proposal_add_candidates (RtcProposal * proposal, GPtrArray * candidates, const gchar * mid,
    guint m_line);
void rtc_proposal_set_transport (const RtcProposal * proposal, RtcMediaSection * section, RtcSetup setup);
/* Its SSRCs and names, if the section sends */
void rtc_proposal_set_sources (const RtcProposal * proposal, RtcMediaSection * section, gint track);
RtcProposal *rtc_proposal_new_offer (const RtcLocalSide * side, const RtcExchange * last,
    GPtrArray * candidates, GError ** error);
RtcProposal *rtc_proposal_new_answer (const RtcLocalSide * side, const RtcDescription * offer,
    GPtrArray * lines, gint transport_line, gboolean dtls_client, GPtrArray * candidates);

static inline gboolean
rtc_media_section_is_rtp (const RtcMediaSection * section)
{
  return !section->is_application && !section->unknown;
}

static inline RtcDirection
rtc_direction_reverse (RtcDirection direction)
{
  return (direction & RTC_DIRECTION_SENDONLY ? RTC_DIRECTION_RECVONLY : RTC_DIRECTION_INACTIVE)
      | (direction & RTC_DIRECTION_RECVONLY ? RTC_DIRECTION_SENDONLY : RTC_DIRECTION_INACTIVE);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RtcProposal, rtc_proposal_unref)

G_END_DECLS
