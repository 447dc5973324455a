/* gst-rtc: offer and answer (RFC 3264, RFC 8829) as pure functions
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A negotiation is three references: our side, the last completed exchange, and an offer of ours that
 * waits for its answer. A step makes a new set of them, so an error leaves everything as it was, and rolling
 * an offer back is leaving it out.
 */
#include "rtcnegotiationprivate.h"

#include <string.h>

struct _RtcNegotiation
{
  gatomicrefcount refs;
  RtcLocalSide *side;
  RtcExchange *exchange;        /* (nullable): before the first one has completed */
  RtcProposal *pending;         /* (nullable) */
  guint64 version;              /* of our next description */
  GPtrArray *nothing;           /* what the getters return before the first exchange */
};

RtcNegotiatedTrack *
rtc_negotiated_track_copy (const RtcNegotiatedTrack * track)
{
  RtcNegotiatedTrack *copy = g_memdup2 (track, sizeof *track);

  copy->mid = g_strdup (track->mid);
  copy->msid = g_strdup (track->msid);
  copy->codec = track->codec ? rtc_codec_copy (track->codec) : NULL;
  copy->receive_codecs = rtc_codecs_copy (track->receive_codecs);
  return copy;
}

void
rtc_negotiated_track_free (RtcNegotiatedTrack * track)
{
  if (!track)
    return;
  g_free (track->mid);
  g_free (track->msid);
  rtc_codec_free (track->codec);
  g_clear_pointer (&track->receive_codecs, g_ptr_array_unref);
  g_free (track);
}

static RtcNegotiatedTrack *
negotiated_track_new (const RtcLine * line, guint m_line, RtcMediaKind kind, const RtcMediaSection * remote)
{
  RtcNegotiatedTrack *track = g_new0 (RtcNegotiatedTrack, 1);

  track->track = line->track;
  track->m_line = m_line;
  track->kind = kind;
  track->mid = g_strdup (line->mid);
  track->direction = line->direction;
  track->extensions = line->extensions;
  track->rtcp_rsize = line->rtcp_rsize;
  if (line->direction & RTC_DIRECTION_SENDONLY)
    track->codec = rtc_codec_copy (g_ptr_array_index (line->send, 0));
  if (line->direction & RTC_DIRECTION_RECVONLY) {
    track->receive_codecs = rtc_codecs_copy (line->receive);
    track->msid = g_strdup (remote->msid);
    track->remote_ssrc = remote->ssrc;
    track->remote_rtx_ssrc = remote->rtx_ssrc;
  }
  return track;
}

/* RTCP shares the port of RTP, so what was gathered for a second component is of no use */
static gboolean
is_component_1 (const RtcCandidate * candidate)
{
  const gchar *component = strchr (candidate->candidate, ' ');

  return component && g_str_has_prefix (component, " 1 ");
}

static void
set_tracks (RtcExchange * exchange)
{
  const RtcDescription *local = exchange->local->description;

  exchange->tracks = g_ptr_array_new_with_free_func ((GDestroyNotify) rtc_negotiated_track_free);
  for (guint i = 0; i < exchange->lines->len; i++) {
    const RtcMediaSection *section = g_ptr_array_index (local->sections, i);

    if (rtc_media_section_is_rtp (section))
      g_ptr_array_add (exchange->tracks, negotiated_track_new (g_ptr_array_index (exchange->lines, i), i,
              section->kind, g_ptr_array_index (exchange->remote->sections, i)));
  }
}

static void
set_candidates (RtcExchange * exchange)
{
  GPtrArray *candidates = exchange->remote->candidates;

  exchange->candidates = g_ptr_array_new ();
  for (guint i = 0; i < candidates->len; i++) {
    RtcCandidate *candidate = g_ptr_array_index (candidates, i);

    if ((gint) candidate->m_line == exchange->transport_line && is_component_1 (candidate))
      g_ptr_array_add (exchange->candidates, candidate);
  }
}

/* Where all media was rejected, what there was goes on: somebody may offer media again */
static void
set_transport (RtcExchange * exchange, const RtcExchange * last)
{
  gboolean goes_on = exchange->transport_line < 0;
  const RtcMediaSection *section = goes_on ? NULL
      : g_ptr_array_index (exchange->remote->sections, exchange->transport_line);
  const RtcLine *line = goes_on ? NULL : g_ptr_array_index (exchange->lines, exchange->transport_line);

  if (goes_on)
    exchange->transport_line = last->transport_line;
  exchange->transport_mid = g_strdup (goes_on ? last->transport_mid : line->mid);
  exchange->ice_ufrag = g_strdup (goes_on ? last->ice_ufrag : section->ice_ufrag);
  exchange->ice_pwd = g_strdup (goes_on ? last->ice_pwd : section->ice_pwd);
  exchange->fingerprint = g_strdup (goes_on ? last->fingerprint : section->fingerprint);
  exchange->ice_lite = goes_on ? last->ice_lite : exchange->remote->ice_lite;
  exchange->end_of_candidates = goes_on ? last->end_of_candidates : section->end_of_candidates;
}

static void
learn_extensions (RtcExchange * exchange, GPtrArray * sections)
{
  RtcExtensionMap *known = &exchange->extensions;

  for (guint i = 0; i < RTC_N_EXTENSIONS; i++) {
    for (guint s = 0; s < sections->len; s++) {
      guint id = ((RtcMediaSection *) g_ptr_array_index (sections, s))->extensions.id[i];

      exchange->extension_ids |= 1u << id;
      /* a peer may give one id two meanings; we do not */
      if (id && !known->id[i] && !memchr (known->id, id, RTC_N_EXTENSIONS))
        known->id[i] = id;
    }
  }
  for (guint s = 0; s < sections->len; s++)
    exchange->extension_ids |= ((RtcMediaSection *) g_ptr_array_index (sections, s))->extension_ids;
}

static void
set_extensions (RtcExchange * exchange, const RtcExchange * last)
{
  if (last) {
    exchange->extensions = last->extensions;
    exchange->extension_ids = last->extension_ids;
  }
  learn_extensions (exchange, exchange->local->description->sections);
  learn_extensions (exchange, exchange->remote->sections);
}

/* Takes @local and @remote. @last: (nullable) */
static RtcExchange *
exchange_new (RtcProposal * local, RtcDescription * remote, GPtrArray * lines, gint transport_line,
    gboolean dtls_client, const RtcExchange * last)
{
  RtcExchange *exchange = g_atomic_rc_box_new0 (RtcExchange);

  exchange->local = local;
  exchange->remote = remote;
  exchange->lines = g_ptr_array_ref (lines);
  exchange->transport_line = transport_line;
  exchange->dtls_client = dtls_client;
  set_candidates (exchange);
  set_transport (exchange, last);
  set_extensions (exchange, last);
  set_tracks (exchange);
  rtc_data_set_exchange (exchange, last);
  return exchange;
}

static void
exchange_clear (RtcExchange * exchange)
{
  g_ptr_array_unref (exchange->candidates);
  g_ptr_array_unref (exchange->tracks);
  g_ptr_array_unref (exchange->lines);
  g_free (exchange->transport_mid);
  g_free (exchange->ice_ufrag);
  g_free (exchange->ice_pwd);
  g_free (exchange->fingerprint);
  rtc_description_free (exchange->remote);
  rtc_proposal_unref (exchange->local);
}

/* The next value, with the side of @old and neither exchange nor offer yet */
static RtcNegotiation *
negotiation_next (const RtcNegotiation * old, gboolean described)
{
  RtcNegotiation *next = g_new0 (RtcNegotiation, 1);

  g_atomic_ref_count_init (&next->refs);
  next->side = rtc_local_side_ref (old->side);
  next->nothing = g_ptr_array_ref (old->nothing);
  next->version = old->version + (described ? 1 : 0);
  return next;
}

RtcNegotiation *
rtc_negotiation_new (GPtrArray * tracks, const RtcLocalTransport * local)
{
  RtcNegotiation *self = g_new0 (RtcNegotiation, 1);

  g_atomic_ref_count_init (&self->refs);
  self->side = rtc_local_side_new (tracks, local);
  self->nothing = g_ptr_array_new ();
  self->version = 1;
  return self;
}

RtcNegotiation *
rtc_negotiation_ref (RtcNegotiation * negotiation)
{
  g_atomic_ref_count_inc (&negotiation->refs);
  return negotiation;
}

void
rtc_negotiation_unref (RtcNegotiation * negotiation)
{
  if (!g_atomic_ref_count_dec (&negotiation->refs))
    return;
  rtc_local_side_unref (negotiation->side);
  if (negotiation->exchange)
    g_atomic_rc_box_release_full (negotiation->exchange, (GDestroyNotify) exchange_clear);
  g_clear_pointer (&negotiation->pending, rtc_proposal_unref);
  g_ptr_array_unref (negotiation->nothing);
  g_free (negotiation);
}

static gchar *
write_proposal (const RtcNegotiation * negotiation, RtcProposal * proposal)
{
  proposal->description->session_id = negotiation->side->session_id;
  proposal->description->session_version = negotiation->version;
  return rtc_description_write (proposal->description);
}

RtcNegotiation *
rtc_negotiation_create_offer (const RtcNegotiation * old, GPtrArray * candidates, gchar ** sdp,
    GError ** error)
{
  RtcProposal *offer = rtc_proposal_new_offer (old->side, old->exchange, candidates, error);
  RtcNegotiation *next;

  if (!offer)
    return NULL;
  *sdp = write_proposal (old, offer);
  next = negotiation_next (old, TRUE);
  next->pending = offer;
  if (old->exchange)
    next->exchange = g_atomic_rc_box_acquire (old->exchange);
  return next;
}

/* The defaults are those of RFC 4145 section 4 */
static gboolean
read_answered_setup (const RtcMediaSection * section, gboolean * dtls_client, GError ** error)
{
  if (section->setup == RTC_SETUP_ACTPASS) {
    g_set_error_literal (error, GST_RTC_ERROR, GST_RTC_ERROR_DESCRIPTION,
        "the answer has a=setup:actpass: an answer must choose active or passive (RFC 8842)");
    return FALSE;
  }
  *dtls_client = section->setup != RTC_SETUP_ACTIVE;
  return TRUE;
}

/* We are the DTLS server where we may choose, since the server chooses the SRTP profile. Roles stay for as
 * long as the association does (RFC 8842 section 5.5). */
static gboolean
choose_dtls_client (const RtcExchange * last, const RtcMediaSection * section)
{
  if (section->setup == RTC_SETUP_ACTPASS && last && !g_strcmp0 (last->fingerprint, section->fingerprint))
    return last->dtls_client;
  return section->setup == RTC_SETUP_PASSIVE;
}

RtcNegotiation *
rtc_negotiation_set_answer (const RtcNegotiation * old, const gchar * sdp, GError ** error)
{
  g_autoptr (RtcDescription) answer = NULL;
  g_autoptr (GPtrArray) lines = NULL;
  RtcNegotiation *next;
  gint transport;
  gboolean dtls_client = old->exchange && old->exchange->dtls_client;

  if (!old->pending) {
    g_set_error_literal (error, GST_RTC_ERROR, GST_RTC_ERROR_DESCRIPTION,
        "an answer came, but no offer waits for one");
    return NULL;
  }
  answer = rtc_description_read (sdp, -1, error);
  if (!answer)
    return NULL;
  lines = rtc_lines_match_answer (old->pending, old->exchange, answer, error);
  if (!lines || !rtc_lines_choose_answered_transport (lines, answer, &transport, error))
    return NULL;
  if (transport >= 0
      && !read_answered_setup (g_ptr_array_index (answer->sections, transport), &dtls_client, error))
    return NULL;
  next = negotiation_next (old, FALSE);
  next->exchange = exchange_new (rtc_proposal_ref (old->pending), g_steal_pointer (&answer), lines, transport,
      dtls_client, old->exchange);
  return next;
}

RtcNegotiation *
rtc_negotiation_set_offer (const RtcNegotiation * old, const gchar * sdp, GPtrArray * candidates,
    gchar ** answer, GError ** error)
{
  g_autoptr (RtcDescription) offer = rtc_description_read (sdp, -1, error);
  g_autoptr (GPtrArray) lines = NULL;
  RtcProposal *proposal;
  RtcNegotiation *next;
  gint transport;
  gboolean dtls_client = old->exchange && old->exchange->dtls_client;

  if (!offer)
    return NULL;
  lines = rtc_lines_match_offer (old->side, old->exchange, offer, error);
  if (!lines || !rtc_lines_choose_offered_transport (lines, offer, &transport, error))
    return NULL;
  if (transport >= 0)
    dtls_client = choose_dtls_client (old->exchange, g_ptr_array_index (offer->sections, transport));
  proposal = rtc_proposal_new_answer (old->side, offer, lines, transport, dtls_client, candidates);
  *answer = write_proposal (old, proposal);
  next = negotiation_next (old, TRUE);
  next->exchange = exchange_new (proposal, g_steal_pointer (&offer), lines, transport, dtls_client,
      old->exchange);
  return next;
}

/* Takes @side */
static RtcNegotiation *
change_side (const RtcNegotiation * old, RtcLocalSide * side)
{
  RtcNegotiation *next = negotiation_next (old, FALSE);

  rtc_local_side_unref (next->side);
  next->side = side;
  if (old->exchange)
    next->exchange = g_atomic_rc_box_acquire (old->exchange);
  if (old->pending)
    next->pending = rtc_proposal_ref (old->pending);
  return next;
}

RtcNegotiation *
rtc_negotiation_set_tracks (const RtcNegotiation * old, GPtrArray * tracks)
{
  return change_side (old, rtc_local_side_set_tracks (old->side, tracks));
}

RtcNegotiation *
rtc_negotiation_restart_ice (const RtcNegotiation * old, const gchar * ufrag, const gchar * pwd)
{
  return change_side (old, rtc_local_side_set_ice (old->side, ufrag, pwd));
}

RtcNegotiation *
rtc_negotiation_enable_data (const RtcNegotiation * old)
{
  return change_side (old, rtc_local_side_want_data (old->side));
}

static gboolean
has_place (const RtcExchange * exchange, guint track, RtcMediaKind kind)
{
  for (guint i = 0; i < exchange->lines->len; i++) {
    const RtcLine *line = g_ptr_array_index (exchange->lines, i);
    const RtcMediaSection *section = g_ptr_array_index (exchange->local->description->sections, i);

    if (line->track == (gint) track && section->kind == kind)
      return TRUE;
  }
  return FALSE;
}

/* An ended track is of interest only where it is still sent */
static gboolean
has_ended (const RtcExchange * exchange, guint track)
{
  for (guint i = 0; i < exchange->lines->len; i++) {
    const RtcLine *line = g_ptr_array_index (exchange->lines, i);

    if (line->track == (gint) track && line->direction & RTC_DIRECTION_SENDONLY)
      return FALSE;
  }
  return TRUE;
}

gboolean
rtc_negotiation_is_needed (const RtcNegotiation * negotiation)
{
  const RtcExchange *exchange = negotiation->exchange;
  const RtcLocalSide *side = negotiation->side, *described = exchange ? exchange->local->side : NULL;

  if (!exchange || g_strcmp0 (side->ice_ufrag, described->ice_ufrag)
      || g_strcmp0 (side->ice_pwd, described->ice_pwd))
    return TRUE;
  if (side->data_wanted && exchange->data_line < 0 && !exchange->data_refused)
    return TRUE;
  for (guint i = 0; i < MAX (side->tracks->len, described->tracks->len); i++) {
    const RtcTrackSpec *track = i < side->tracks->len ? g_ptr_array_index (side->tracks, i) : NULL;

    if (track ? !has_place (exchange, i, track->kind) || !rtc_local_side_is_same_track (side, described, i)
        : !has_ended (exchange, i))
      return TRUE;
  }
  return FALSE;
}

RtcSignalingState
rtc_negotiation_get_state (const RtcNegotiation * negotiation)
{
  return negotiation->pending ? RTC_SIGNALING_HAVE_LOCAL_OFFER : RTC_SIGNALING_STABLE;
}

gboolean
rtc_negotiation_get_remote_transport (const RtcNegotiation * negotiation, RtcRemoteTransport * remote)
{
  const RtcExchange *exchange = negotiation->exchange;

  if (!exchange)
    return FALSE;
  remote->ice_ufrag = exchange->ice_ufrag;
  remote->ice_pwd = exchange->ice_pwd;
  remote->fingerprint = exchange->fingerprint;
  remote->ice_lite = exchange->ice_lite;
  remote->dtls_client = exchange->dtls_client;
  return TRUE;
}

GPtrArray *
rtc_negotiation_get_remote_candidates (const RtcNegotiation * negotiation)
{
  return negotiation->exchange ? negotiation->exchange->candidates : negotiation->nothing;
}

gboolean
rtc_negotiation_get_end_of_candidates (const RtcNegotiation * negotiation)
{
  return negotiation->exchange && negotiation->exchange->end_of_candidates;
}

GPtrArray *
rtc_negotiation_get_tracks (const RtcNegotiation * negotiation)
{
  return negotiation->exchange ? negotiation->exchange->tracks : negotiation->nothing;
}

gboolean
rtc_negotiation_get_data (const RtcNegotiation * negotiation, RtcRemoteData * data)
{
  const RtcExchange *exchange = negotiation->exchange;
  const RtcMediaSection *section;

  if (!exchange || exchange->data_line < 0)
    return FALSE;
  section = g_ptr_array_index (exchange->remote->sections, exchange->data_line);
  data->port = section->sctp_port;
  data->max_message_size = section->max_message_size;
  return TRUE;
}

const gchar *
rtc_negotiation_get_transport_mid (const RtcNegotiation * negotiation)
{
  if (negotiation->exchange)
    return negotiation->exchange->transport_mid;
  if (negotiation->pending) {
    RtcMediaSection *section = g_ptr_array_index (negotiation->pending->description->sections, 0);

    return section->mid;
  }
  return "0";
}

guint
rtc_negotiation_get_transport_m_line (const RtcNegotiation * negotiation)
{
  return negotiation->exchange ? negotiation->exchange->transport_line : 0;
}
