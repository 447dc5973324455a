/* gst-rtc: a peer's signaling
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "rtcpeerprivate.h"

#define GST_CAT_DEFAULT rtc_peer_debug

/* A page answers at once; one that does not know offers in the middle of a session never does. */
#define ANSWER_TIMEOUT (10 * RTC_SECOND)

static void
raise_description (RtcPeer * peer, GstRtcSdpType type, gchar * sdp)
{
  RtcPeerEffect *effect = rtc_peer_raise (peer, RTC_PEER_DESCRIPTION);

  effect->type = type;
  effect->text = sdp;
  peer->described = TRUE;
}

static gboolean
gather (RtcPeer * peer, gboolean controlling, RtcTime now, GError ** error)
{
  if (peer->gathering || peer->candidates->len > 0)
    return TRUE;
  peer->gathering = TRUE;
  if (!peer->ice->klass->gather (peer->ice, controlling, error))
    return FALSE;
  rtc_peer_drain_ice (peer, now);
  return TRUE;
}

static void
add_candidate (RtcPeer * peer, const gchar * candidate)
{
  g_autoptr (GError) error = NULL;

  if (peer->ice->klass->add_candidate (peer->ice, candidate, &error))
    return;
  if (g_error_matches (error, GST_RTC_ERROR, GST_RTC_ERROR_CANDIDATE))
    GST_INFO ("%s: ignored a candidate: %s", peer->cname, error->message);
  else
    rtc_peer_fail (peer, g_steal_pointer (&error));
}

/* The one DTLS association lasts as long as the peer does; another fingerprint would ask for another one (RFC 8842,
 * section 5.1). */
static gboolean
keep_fingerprint (RtcPeer * peer, const gchar * fingerprint)
{
  if (!peer->remote_fingerprint)
    peer->remote_fingerprint = g_strdup (fingerprint);
  if (fingerprint && g_ascii_strcasecmp (peer->remote_fingerprint, fingerprint) == 0)
    return TRUE;
  rtc_peer_fail (peer, g_error_new_literal (GST_RTC_ERROR, GST_RTC_ERROR_DESCRIPTION,
          "The peer's description has another fingerprint than before: a new certificate needs a new session"));
  return FALSE;
}

static void
apply_remote_transport (RtcPeer * peer, RtcTime now)
{
  GPtrArray *candidates = rtc_negotiation_get_remote_candidates (peer->negotiation);
  RtcRemoteTransport remote;
  GError *error = NULL;

  if (!rtc_negotiation_get_remote_transport (peer->negotiation, &remote)
      || !keep_fingerprint (peer, remote.fingerprint))
    return;
  if (g_strcmp0 (peer->remote_ufrag, remote.ice_ufrag) != 0) {
    g_free (peer->remote_ufrag);
    peer->remote_ufrag = g_strdup (remote.ice_ufrag);
    if (!peer->ice->klass->set_remote (peer->ice, remote.ice_ufrag, remote.ice_pwd, &error)) {
      rtc_peer_fail (peer, error);
      return;
    }
  }
  for (guint i = 0; i < candidates->len && !peer->failure; i++)
    add_candidate (peer, ((RtcCandidate *) candidates->pdata[i])->candidate);
  if (rtc_negotiation_get_end_of_candidates (peer->negotiation))
    peer->ice->klass->end_of_candidates (peer->ice);
  if (!peer->dtls)
    rtc_peer_start_dtls (peer, remote.dtls_client, now);
}

/* next: (transfer full) (nullable): NULL with error. A pointer to it, as a call's arguments are evaluated in any order. */
static gboolean
swap_negotiation (RtcPeer * peer, RtcNegotiation * next, GError ** error)
{
  if (!next) {
    rtc_peer_fail (peer, g_steal_pointer (error));
    return FALSE;
  }
  rtc_negotiation_unref (peer->negotiation);
  peer->negotiation = next;
  return TRUE;
}

/* New credentials of ours (RFC 8445, section 9), for the next description */
static gboolean
restart_ice (RtcPeer * peer, RtcTime now, GError ** error)
{
  const gchar *ufrag, *pwd;

  peer->restart_wanted = FALSE;
  g_ptr_array_set_size (peer->candidates, 0);
  peer->gathering = TRUE;
  peer->described = FALSE;
  /* whatever the peer's next description says is for the new session, though it may be the same */
  g_clear_pointer (&peer->remote_ufrag, g_free);
  if (!peer->ice->klass->restart (peer->ice, error))
    return FALSE;
  peer->ice->klass->get_credentials (peer->ice, &ufrag, &pwd);
  swap_negotiation (peer, rtc_negotiation_restart_ice (peer->negotiation, ufrag, pwd), NULL);
  rtc_peer_drain_ice (peer, now);
  return TRUE;
}

/* Our offers */

static gboolean
is_offer_open (const RtcPeer * peer)
{
  if (peer->exchanged)
    return peer->answer_by != RTC_TIME_NEVER;
  return rtc_negotiation_get_state (peer->negotiation) == RTC_SIGNALING_HAVE_LOCAL_OFFER;
}

static gboolean
begin_ice (RtcPeer * peer, RtcTime now, GError ** error)
{
  return gather (peer, TRUE, now, error) && (!peer->restart_wanted || restart_ice (peer, now, error));
}

static void
make_offer (RtcPeer * peer, RtcTime now)
{
  GError *error = NULL;
  gchar *sdp = NULL;

  peer->offer_asked = peer->offer_wanted = FALSE;
  if (!begin_ice (peer, now, &error)) {
    rtc_peer_fail (peer, error);
    return;
  }
  if (!swap_negotiation (peer,
          rtc_negotiation_create_offer (peer->negotiation, peer->candidates, &sdp, &error), &error))
    return;
  if (peer->exchanged)
    peer->answer_by = now + ANSWER_TIMEOUT;
  raise_description (peer, GST_RTC_SDP_TYPE_OFFER, sdp);
}

void
rtc_peer_offer_if_due (RtcPeer * peer, RtcTime now)
{
  if (!(peer->offer_asked || peer->offer_wanted) || !peer->connected || peer->ended || peer->failure
      || is_offer_open (peer))
    return;
  if (peer->offer_asked || peer->restart_wanted || rtc_negotiation_is_needed (peer->negotiation))
    make_offer (peer, now);
  peer->offer_wanted = FALSE;
}

/* An answer that comes after all is still taken, unless something else has been offered by then. */
void
rtc_peer_give_up_offer (RtcPeer * peer)
{
  GST_WARNING ("%s: the peer has not answered an offer for %d s: the session goes on as it was", peer->cname,
      (gint) (ANSWER_TIMEOUT / RTC_SECOND));
  peer->answer_by = RTC_TIME_NEVER;
}

void
rtc_peer_create_offer (RtcPeer * peer, RtcTime now)
{
  if (peer->ended)
    return;
  if (is_offer_open (peer))
    peer->offer_asked = TRUE;
  else
    make_offer (peer, now);
  rtc_peer_settle (peer, now);
}

void
rtc_peer_set_tracks (RtcPeer * peer, GPtrArray * tracks, RtcTime now)
{
  if (peer->ended)
    return;
  rtc_peer_take_specs (peer, tracks);
  swap_negotiation (peer, rtc_negotiation_set_tracks (peer->negotiation, peer->specs), NULL);
  /* before the first offer there is nothing to be said anew; one that is open is about the old ones */
  peer->offer_wanted = peer->exchanged || is_offer_open (peer);
  rtc_peer_update_pacer (peer, now);
  rtc_peer_offer_if_due (peer, now);
  rtc_peer_settle (peer, now);
}

void
rtc_peer_restart_ice (RtcPeer * peer, RtcTime now)
{
  if (peer->ended || !peer->exchanged)
    return;
  peer->restart_wanted = peer->offer_wanted = TRUE;
  rtc_peer_offer_if_due (peer, now);
  rtc_peer_settle (peer, now);
}

void
rtc_peer_create_channel (RtcPeer * peer, guint channel, const RtcDataChannelSpec * spec, RtcTime now)
{
  RtcRemoteData data;

  rtc_data_channels_create (peer->data.channels, channel, spec, now);
  if (peer->ended || rtc_negotiation_get_data (peer->negotiation, &data))
    return;
  peer->data.is_wanted = TRUE;
  swap_negotiation (peer, rtc_negotiation_enable_data (peer->negotiation), NULL);
  peer->offer_wanted = peer->exchanged || is_offer_open (peer);
  rtc_peer_offer_if_due (peer, now);
  rtc_peer_settle (peer, now);
}

/* The peer's descriptions */

/* What has to be known of an offer before it is answered */
typedef struct
{
  gboolean lite;
  gchar *ufrag;                 /* (nullable): one transport, so the first says it for all */
} OfferedIce;

static void
read_offered_ice (const gchar * sdp, OfferedIce * ice)
{
  g_autoptr (RtcDescription) description = rtc_description_read (sdp, -1, NULL);

  *ice = (OfferedIce) { FALSE, NULL };
  if (!description)
    return;
  ice->lite = description->ice_lite;
  for (guint i = 0; i < description->sections->len && !ice->ufrag; i++) {
    const RtcMediaSection *section = description->sections->pdata[i];

    if (!section->rejected)
      ice->ufrag = g_strdup (section->ice_ufrag);
  }
}

/* RFC 8839, section 4.4.1.1.1: other credentials of the peer's ask for other ones of ours. */
static gboolean
follow_offered_ice (RtcPeer * peer, const gchar * sdp, RtcTime now, GError ** error)
{
  OfferedIce ice;
  g_autofree gchar *ufrag = NULL;

  read_offered_ice (sdp, &ice);
  ufrag = ice.ufrag;
  /* RFC 8445, section 6.1.1: who offers controls, but a lite agent never does. */
  if (!gather (peer, ice.lite, now, error))
    return FALSE;
  if (!peer->remote_ufrag || !ufrag || g_str_equal (ufrag, peer->remote_ufrag))
    return TRUE;
  return restart_ice (peer, now, error);
}

static gboolean
take_offer (RtcPeer * peer, const gchar * sdp, RtcTime now)
{
  gboolean unanswered = rtc_negotiation_get_state (peer->negotiation) == RTC_SIGNALING_HAVE_LOCAL_OFFER;
  GError *error = NULL;
  gchar *answer = NULL;

  if (peer->exchanged && peer->impolite && is_offer_open (peer)) {
    GST_INFO ("%s: ignored an offer that has crossed ours", peer->cname);
    return FALSE;
  }
  if (!follow_offered_ice (peer, sdp, now, &error)) {
    rtc_peer_fail (peer, error);
    return FALSE;
  }
  if (!swap_negotiation (peer,
          rtc_negotiation_set_offer (peer->negotiation, sdp, peer->candidates, &answer, &error), &error))
    return FALSE;
  raise_description (peer, GST_RTC_SDP_TYPE_ANSWER, answer);
  /* What ours said, which is rolled back, is to be said again. Of two first offers the peer's is all it wants. */
  if (unanswered && peer->exchanged)
    peer->offer_wanted = TRUE;
  return TRUE;
}

static gboolean
take_answer (RtcPeer * peer, const gchar * sdp)
{
  RtcRemoteData data;
  GError *error = NULL;

  /* The answer to an offer that the peer's own offer has overtaken: nothing to be done with it. */
  if (rtc_negotiation_get_state (peer->negotiation) != RTC_SIGNALING_HAVE_LOCAL_OFFER) {
    GST_INFO ("%s: ignored an answer, as no offer is open", peer->cname);
    return FALSE;
  }
  if (!swap_negotiation (peer, rtc_negotiation_set_answer (peer->negotiation, sdp, &error), &error))
    return FALSE;
  if (!peer->exchanged)
    peer->impolite = TRUE;
  /* what the answer leaves to be offered is not refused */
  if (peer->data.is_wanted && !rtc_negotiation_get_data (peer->negotiation, &data)
      && !rtc_negotiation_is_needed (peer->negotiation))
    rtc_peer_refuse_data (peer);
  return TRUE;
}

void
rtc_peer_set_remote_description (RtcPeer * peer, GstRtcSdpType type, const gchar * sdp, RtcTime now)
{
  gboolean taken;

  if (peer->ended)
    return;
  taken = type == GST_RTC_SDP_TYPE_OFFER ? take_offer (peer, sdp, now) : take_answer (peer, sdp);
  if (taken) {
    peer->exchanged = TRUE;
    peer->answer_by = RTC_TIME_NEVER;
    rtc_peer_update_tracks (peer, now);
    rtc_peer_update_inlet (peer);
    rtc_peer_update_data (peer, now);
    rtc_peer_raise (peer, RTC_PEER_NEGOTIATED);
    apply_remote_transport (peer, now);
    rtc_peer_offer_if_due (peer, now);
  }
  rtc_peer_settle (peer, now);
}

void
rtc_peer_add_candidate (RtcPeer * peer, const gchar * candidate, RtcTime now)
{
  if (peer->ended)
    return;
  if (!candidate || !*candidate)
    peer->ice->klass->end_of_candidates (peer->ice);
  else
    add_candidate (peer, candidate);
  rtc_peer_settle (peer, now);
}

GPtrArray *
rtc_peer_get_tracks (const RtcPeer * peer)
{
  return rtc_negotiation_get_tracks (peer->negotiation);
}

