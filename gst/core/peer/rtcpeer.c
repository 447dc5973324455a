/* gst-rtc: the state machine of a peer
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 *   new ── description from the peer ──▶ negotiated ── ICE CONNECTED ──▶ DTLS ── fingerprint right ──▶ connected
 *    │                                      │                              │                              │
 *    └──────────── deadline, peer's fault, end() ──────────▶ ended ── ICE CLOSED ──▶ closed ◀─────────────┘
 */
#include "rtcpeerprivate.h"

GST_DEBUG_CATEGORY (rtc_peer_debug);
#define GST_CAT_DEFAULT rtc_peer_debug

/* Feedback that is due waits for the next packet, which wakes us anyway, but not longer. */
#define FEEDBACK_PATIENCE (20 * RTC_MSECOND)

/* Time */

static RtcTime
get_feedback_deadline (const RtcPeer * peer)
{
  RtcTime due = rtc_peer_get_feedback_time (peer);

  return due == RTC_TIME_NEVER ? due : due + FEEDBACK_PATIENCE;
}

RtcTime
rtc_peer_get_timeout (const RtcPeer * peer)
{
  RtcTime when = MIN (MIN (peer->deadline, peer->rtcp_at), MIN (peer->answer_by, get_feedback_deadline (peer)));

  if (peer->ended)
    return RTC_TIME_NEVER;
  if (peer->dtls && peer->ice_connected)
    when = MIN (when, peer->dtls->klass->get_timeout (peer->dtls));
  when = MIN (when, rtc_peer_get_data_timeout (peer));
  if (rtc_peer_is_held (peer))
    when = MIN (when, rtc_pacer_next_time (&peer->pacer, peer->now));
  return when;
}

static const gchar *
describe_lateness (const RtcPeer * peer)
{
  if (!peer->dtls)
    return "its answer never came: does the signaling reach it?";
  if (!peer->ice_connected)
    return "no candidate pair worked: a firewall or NAT is in between; set stun-server or turn-servers";
  return "the DTLS handshake did not finish: the path loses packets, or the peer stalled";
}

void
rtc_peer_on_timeout (RtcPeer * peer, RtcTime now)
{
  peer->now = now;
  if (peer->ended)
    return;
  if (now >= peer->deadline)
    rtc_peer_fail (peer, g_error_new (GST_RTC_ERROR, GST_RTC_ERROR_TIMEOUT,
            "The peer was not connected after %.0f s: %s", (now - peer->created) / (gdouble) RTC_SECOND,
            describe_lateness (peer)));
  if (peer->dtls && now >= peer->dtls->klass->get_timeout (peer->dtls)) {
    peer->dtls->klass->on_timeout (peer->dtls, now);
    rtc_peer_check_dtls (peer, now);
  }
  if (now >= rtc_peer_get_data_timeout (peer))
    rtc_peer_on_data_timeout (peer, now);
  if (now >= peer->rtcp_at)
    rtc_peer_send_reports (peer, now);
  if (now >= rtc_peer_get_feedback_time (peer))
    rtc_peer_send_feedback (peer, now);
  if (now >= peer->answer_by)
    rtc_peer_give_up_offer (peer);
  rtc_peer_offer_if_due (peer, now);
  rtc_peer_settle (peer, now);
}

void
rtc_peer_before_dispatch (RtcPeer * peer, RtcTime now)
{
  peer->now = now;
}

void
rtc_peer_on_dispatched (RtcPeer * peer, RtcTime now)
{
  rtc_peer_flush_inlet (peer, now);
  if (now >= rtc_peer_get_feedback_time (peer))
    rtc_peer_send_feedback (peer, now);
  rtc_peer_offer_if_due (peer, now);
  rtc_peer_settle (peer, now);
}

/* Life */

RtcIce *
rtc_peer_get_ice (RtcPeer * peer)
{
  return peer->ice;
}

static RtcNegotiation *
new_negotiation (RtcPeer * peer, const RtcPeerConfig * config)
{
  RtcLocalTransport local = {
    .fingerprint = peer->backends->certificate_get_fingerprint (peer->certificate),
    /* RFC 8829, section 5.2.1: 63 bits */
    .session_id = rtc_peer_random (peer) >> 1,
    .cname = peer->cname,
    .retransmission = peer->retransmission,
    .extensions = config->extensions,
    .receive = { config->receive[0], config->receive[1] },
    .data_channels = config->data_channels,
    .max_message_size = RTC_DATA_MAX_MESSAGE_SIZE,
  };

  peer->ice->klass->get_credentials (peer->ice, &local.ice_ufrag, &local.ice_pwd);
  return rtc_negotiation_new (peer->specs, &local);
}

RtcPeer *
rtc_peer_new (const RtcPeerConfig * config, RtcTime now, GError ** error)
{
  RtcIce *ice = config->backends->ice_new (&config->ice, error);
  static gsize once = 0;
  RtcPeer *peer;

  if (g_once_init_enter (&once)) {
    GST_DEBUG_CATEGORY_INIT (rtc_peer_debug, "rtcpeer", 0, "WebRTC peer");
    g_once_init_leave (&once, 1);
  }
  if (!ice)
    return NULL;

  peer = g_new0 (RtcPeer, 1);
  peer->backends = config->backends;
  peer->certificate = config->certificate;
  peer->retransmission = config->retransmission;
  peer->min_playout_delay = config->min_playout_delay;
  peer->max_playout_delay = config->max_playout_delay;
  peer->ntp_offset = config->ntp_offset;
  peer->random = config->seed;
  peer->cname = config->cname ? g_strdup (config->cname)
      : g_strdup_printf ("%016" G_GINT64_MODIFIER "x", rtc_peer_random (peer));
  peer->ice = ice;
  ice->receive = rtc_peer_receive;
  ice->receive_data = peer;
  peer->specs = g_ptr_array_new_with_free_func ((GDestroyNotify) rtc_track_spec_free);
  rtc_peer_take_specs (peer, config->tracks);
  rtc_peer_inlet_init (peer);
  rtc_peer_data_init (peer, config);
  peer->candidates = g_ptr_array_new_with_free_func ((GDestroyNotify) rtc_candidate_free);
  peer->feedback = rtc_feedback_new ();
  rtc_pacer_init (&peer->pacer, now);
  g_queue_init (&peer->early);
  g_queue_init (&peer->effects);
  peer->created = peer->now = now;
  peer->deadline = now + config->setup_timeout;
  peer->rtcp_at = peer->answer_by = RTC_TIME_NEVER;
  peer->negotiation = new_negotiation (peer, config);
  return peer;
}

void
rtc_peer_free (RtcPeer * peer)
{
  RtcPeerEffect effect;

  peer->ice->klass->free (peer->ice);
  if (peer->dtls)
    peer->dtls->klass->free (peer->dtls);
  if (peer->srtp)
    peer->srtp->klass->free (peer->srtp);
  while (rtc_peer_next_effect (peer, &effect))
    rtc_peer_effect_clear (&effect);
  g_queue_clear_full (&peer->early, (GDestroyNotify) g_bytes_unref);
  rtc_peer_clear_tracks (peer);
  rtc_peer_inlet_clear (peer);
  rtc_peer_data_clear (peer);
  g_ptr_array_unref (peer->candidates);
  rtc_negotiation_unref (peer->negotiation);
  rtc_feedback_free (peer->feedback);
  g_clear_error (&peer->failure);
  g_free (peer->remote_ufrag);
  g_free (peer->remote_fingerprint);
  g_free (peer->cname);
  g_free (peer);
}
