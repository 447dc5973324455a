/* gst-rtc: a peer's transport: ICE, and DTLS over it
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "rtcpeerprivate.h"

#include <string.h>

#define GST_CAT_DEFAULT rtc_peer_debug

/* A post-quantum ClientHello is 2 or 3 datagrams; a few repetitions more are bounded memory. */
#define MAX_EARLY_DATAGRAMS 8
/* Above what any path's MTU lets through: whatever is longer is no packet of a WebRTC peer */
#define MAX_SRTP_SIZE 2048
/* RFC 3550, section 6.2: receivers need the first report soon, for lip-sync */
#define FIRST_REPORT (100 * RTC_MSECOND)

static const RtcSrtpProfile srtp_profiles[] = {
  RTC_SRTP_AEAD_AES_128_GCM, RTC_SRTP_AEAD_AES_256_GCM, RTC_SRTP_AES128_CM_HMAC_SHA1_80,
};

/* DTLS */

void
rtc_peer_flush_dtls (RtcPeer * peer)
{
  GBytes *datagram;

  if (!peer->dtls || !peer->ice_connected)
    return;
  while ((datagram = peer->dtls->klass->next_datagram (peer->dtls))) {
    gsize size;
    const guint8 *data = g_bytes_get_data (datagram, &size);

    /* What is not taken is lost like any datagram: DTLS repeats it. */
    rtc_peer_send_datagram (peer, data, size);
    g_bytes_unref (datagram);
  }
}

static gboolean
become_connected (RtcPeer * peer, RtcTime now, GError ** error)
{
  RtcDtls *dtls = peer->dtls;
  RtcSrtpKeys keys;

  /* RFC 8827, section 6.5: nothing is accepted or sent before this */
  if (!dtls->klass->check_fingerprint (dtls, peer->remote_fingerprint)) {
    g_set_error_literal (error, GST_RTC_ERROR, GST_RTC_ERROR_FINGERPRINT,
        "The peer's certificate does not have the fingerprint of its description: "
        "somebody sits in between, or the signaling mixed up two peers");
    return FALSE;
  }
  if (!dtls->klass->export_keys (dtls, &keys)) {
    g_set_error_literal (error, GST_RTC_ERROR, GST_RTC_ERROR_DTLS,
        "The peer agreed to no SRTP protection profile that this machine has");
    return FALSE;
  }
  peer->srtp = peer->backends->srtp_new (&keys, error);
  peer->srtp_profile = keys.profile;
  memset (&keys, 0, sizeof keys);
  if (!peer->srtp)
    return FALSE;

  peer->connected = TRUE;
  peer->connected_after = now - peer->created;
  peer->deadline = RTC_TIME_NEVER;
  peer->rtcp_at = now + FIRST_REPORT;
  rtc_peer_raise (peer, RTC_PEER_CONNECTED);
  rtc_peer_start_tracks (peer, now);
  rtc_peer_update_data (peer, now);
  return TRUE;
}

void
rtc_peer_check_dtls (RtcPeer * peer, RtcTime now)
{
  GError *error = NULL;
  GBytes *message;

  rtc_peer_flush_dtls (peer);
  switch (peer->dtls->klass->get_state (peer->dtls)) {
    case RTC_DTLS_CONNECTED:
      if (!peer->connected && !become_connected (peer, now, &error))
        rtc_peer_fail (peer, error);
      break;
    case RTC_DTLS_CLOSED:
      rtc_peer_fail (peer, g_error_new_literal (GST_RTC_ERROR, GST_RTC_ERROR_LEFT, "The peer closed the connection"));
      break;
    case RTC_DTLS_FAILED:
      rtc_peer_fail (peer, g_error_copy (peer->dtls->klass->get_error (peer->dtls)));
      break;
    default:
      break;
  }
  while ((message = peer->dtls->klass->next_message (peer->dtls))) {
    gsize size;
    const guint8 *data = g_bytes_get_data (message, &size);

    rtc_peer_receive_data (peer, data, size, now);
    g_bytes_unref (message);
  }
}

static void
receive_dtls (RtcPeer * peer, const guint8 * data, gsize size, RtcTime now)
{
  if (!peer->dtls) {
    if (peer->early.length < MAX_EARLY_DATAGRAMS)
      g_queue_push_tail (&peer->early, g_bytes_new (data, size));
    return;
  }
  peer->dtls->klass->receive (peer->dtls, data, size, now);
  rtc_peer_check_dtls (peer, now);
}

void
rtc_peer_start_dtls (RtcPeer * peer, gboolean client, RtcTime now)
{
  RtcDtlsConfig config = {
    .certificate = peer->certificate,
    .client = client,
    .mtu = RTC_PEER_DTLS_MTU,
  };
  RtcSrtpProfile profiles[G_N_ELEMENTS (srtp_profiles)];
  GError *error = NULL;
  GBytes *datagram;

  for (guint i = 0; i < G_N_ELEMENTS (srtp_profiles); i++)
    if (peer->backends->srtp_supports (srtp_profiles[i]))
      profiles[config.n_profiles++] = srtp_profiles[i];
  config.profiles = profiles;
  peer->dtls_client = client;
  peer->dtls = peer->backends->dtls_new (&config, &error);
  if (!peer->dtls) {
    rtc_peer_fail (peer, error);
    return;
  }
  if (client && peer->ice_connected)
    peer->dtls->klass->start (peer->dtls, now);
  while ((datagram = g_queue_pop_head (&peer->early))) {
    gsize size;
    const guint8 *data = g_bytes_get_data (datagram, &size);

    receive_dtls (peer, data, size, now);
    g_bytes_unref (datagram);
  }
}

/* SRTP */

/* What an SRTP library finds its state of a stream by */
static guint32
get_source (RtcPacketKind kind, const guint8 * data)
{
  return GST_READ_UINT32_BE (data + (kind == RTC_PACKET_RTCP ? 4 : 8));
}

static gboolean
unprotect (RtcPeer * peer, RtcPacketKind kind, guint8 * data, gsize * size)
{
  const RtcSrtpClass *klass = peer->srtp->klass;
  guint32 source = get_source (kind, data);

  if (!rtc_peer_may_be_source (peer, source)
      || !(kind == RTC_PACKET_RTCP ? klass->unprotect_rtcp : klass->unprotect_rtp) (peer->srtp, data, size)) {
    GST_LOG ("%s: dropped a forged or replayed packet", peer->cname);
    return FALSE;
  }
  rtc_peer_learn_source (peer, source);
  return TRUE;
}

static void
receive_srtp (RtcPeer * peer, RtcPacketKind kind, const guint8 * data, gsize size, RtcTime now)
{
  guint8 clear[MAX_SRTP_SIZE];

  if (!peer->srtp || size > sizeof clear || size < RTC_RTP_HEADER_SIZE)
    return;
  if (kind == RTC_PACKET_RTP && peer->inlet.n_sections == 0)
    return;
  memcpy (clear, data, size);
  if (!unprotect (peer, kind, clear, &size))
    return;
  if (kind == RTC_PACKET_RTP) {
    rtc_peer_receive_rtp (peer, clear, size, now);
  } else {
    rtc_peer_receive_rtcp (peer, clear, size, now);
    rtc_peer_deliver_rtcp (peer, clear, size, now);
  }
}

/* ICE */

void
rtc_peer_receive (gpointer user_data, const guint8 * data, gsize size)
{
  RtcPeer *peer = user_data;
  RtcPacketKind kind = rtc_packet_kind (data, size);
  RtcTime now = peer->now;

  if (peer->ended || peer->failure)
    return;
  peer->packets_received++;
  peer->bytes_received += size;
  switch (kind) {
    case RTC_PACKET_DTLS:
      receive_dtls (peer, data, size, now);
      break;
    case RTC_PACKET_RTP:
    case RTC_PACKET_RTCP:
      receive_srtp (peer, kind, data, size, now);
      break;
    default:
      break;
  }
}

static void
on_ice_failed (RtcPeer * peer)
{
  if (peer->ice_connected)
    rtc_peer_fail (peer, g_error_new_literal (GST_RTC_ERROR, GST_RTC_ERROR_CONSENT,
            "The peer vanished: it answered no consent check (RFC 7675)"));
  else
    rtc_peer_fail (peer, g_error_new (GST_RTC_ERROR, GST_RTC_ERROR_ICE,
            "No candidate pair worked between our %u candidates and the peer's: a firewall or NAT is in "
            "between; set stun-server, or turn-servers to relay", peer->candidates->len));
}

static void
on_ice_connected (RtcPeer * peer, RtcTime now)
{
  if (peer->ice_connected)
    return;
  peer->ice_connected = TRUE;
  if (!peer->dtls)
    return;
  if (peer->dtls_client && peer->dtls->klass->get_state (peer->dtls) == RTC_DTLS_NEW)
    peer->dtls->klass->start (peer->dtls, now);
  rtc_peer_check_dtls (peer, now);
}

static void
raise_candidate (RtcPeer * peer, const gchar * candidate)
{
  RtcPeerEffect *effect = rtc_peer_raise (peer, RTC_PEER_CANDIDATE);

  effect->text = g_strdup (candidate);
  effect->mid = g_strdup (rtc_negotiation_get_transport_mid (peer->negotiation));
  effect->m_line = rtc_negotiation_get_transport_m_line (peer->negotiation);
}

static void
on_local_candidate (RtcPeer * peer, const gchar * candidate)
{
  g_ptr_array_add (peer->candidates, rtc_candidate_new (candidate, NULL, 0));
  /* Those found before our description are in it. */
  if (peer->described)
    raise_candidate (peer, candidate);
}

void
rtc_peer_drain_ice (RtcPeer * peer, RtcTime now)
{
  RtcIceEvent event;

  while (peer->ice->klass->next_event (peer->ice, &event)) {
    if (event.kind == RTC_ICE_EVENT_CLOSED) {
      rtc_peer_raise (peer, RTC_PEER_CLOSED);
    } else if (!peer->ended) {
      switch (event.kind) {
        case RTC_ICE_EVENT_CANDIDATE:
          on_local_candidate (peer, event.text);
          break;
        case RTC_ICE_EVENT_GATHERING_DONE:
          peer->gathering = FALSE;
          if (peer->described)
            raise_candidate (peer, "");
          break;
        case RTC_ICE_EVENT_CONNECTED:
          on_ice_connected (peer, now);
          rtc_peer_raise (peer, RTC_PEER_PATH);
          break;
        case RTC_ICE_EVENT_PATH_CHANGED:
          rtc_peer_raise (peer, RTC_PEER_PATH);
          break;
        case RTC_ICE_EVENT_FAILED:
          on_ice_failed (peer);
          break;
        default:
          break;
      }
    }
    g_free (event.text);
  }
}

