/* gst-rtc: what a peer receives, on its way to the media sink
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "rtcpeerprivate.h"

void
rtc_peer_inlet_init (RtcPeer * peer)
{
  peer->inlet.receiver = rtc_receiver_new ();
  peer->inlet.arrivals = rtc_arrivals_new ();
  peer->inlet.ssrc = rtc_peer_choose_ssrc (peer);
}

void
rtc_peer_inlet_clear (RtcPeer * peer)
{
  rtc_receiver_free (peer->inlet.receiver);
  rtc_arrivals_free (peer->inlet.arrivals);
}

/* What was negotiated */

static guint
join_feedback (const RtcNegotiatedTrack * track)
{
  guint feedback = 0;

  for (guint i = 0; i < track->receive_codecs->len; i++)
    feedback |= ((const RtcCodec *) track->receive_codecs->pdata[i])->feedback;
  /* there is nothing to tell of packets without numbers */
  if (track->extensions.id[RTC_EXTENSION_TRANSPORT_CC] == 0)
    feedback &= ~RTC_FEEDBACK_TRANSPORT_CC;
  return feedback;
}

void
rtc_peer_update_inlet (RtcPeer * peer)
{
  RtcPeerInlet *inlet = &peer->inlet;
  GPtrArray *tracks = rtc_negotiation_get_tracks (peer->negotiation);
  g_autofree RtcReceiveSection *sections = g_new0 (RtcReceiveSection, tracks->len);
  guint feedback = 0;

  inlet->n_sections = 0;
  inlet->reduced_size = TRUE;
  for (guint i = 0; i < tracks->len; i++) {
    const RtcNegotiatedTrack *track = tracks->pdata[i];

    if (!track->receive_codecs)
      continue;
    sections[inlet->n_sections++] = (RtcReceiveSection) {
      track->m_line, track->mid, track->receive_codecs, track->extensions,
      track->remote_ssrc, track->remote_rtx_ssrc
    };
    feedback |= join_feedback (track);
    inlet->reduced_size &= track->rtcp_rsize;
  }
  inlet->was_open |= inlet->n_sections > 0;
  inlet->transport_cc = (feedback & RTC_FEEDBACK_TRANSPORT_CC) != 0;
  inlet->remb = !inlet->transport_cc && (feedback & RTC_FEEDBACK_REMB);
  rtc_receiver_configure (inlet->receiver, sections, inlet->n_sections);
}

/* Sources */

static gboolean
is_known_source (const RtcPeer * peer, guint32 ssrc)
{
  for (guint i = 0; i < peer->inlet.n_sources; i++)
    if (peer->inlet.sources[i] == ssrc)
      return TRUE;
  return FALSE;
}

/* FALSE: one too many */
gboolean
rtc_peer_may_be_source (const RtcPeer * peer, guint32 ssrc)
{
  return peer->inlet.n_sources < RTC_PEER_MAX_SOURCES || is_known_source (peer, ssrc);
}

/* Once a packet of it was found to be the peer's */
void
rtc_peer_learn_source (RtcPeer * peer, guint32 ssrc)
{
  if (!is_known_source (peer, ssrc))
    peer->inlet.sources[peer->inlet.n_sources++] = ssrc;
}

/* Packets */

void
rtc_peer_set_media_sink (RtcPeer * peer, const RtcMediaSink * sink, gpointer user_data)
{
  peer->inlet.sink = peer->ended ? NULL : sink;
  peer->inlet.sink_data = user_data;
  peer->inlet.delivered = FALSE;
}

/* data: authenticated and decrypted; the receiver may change it */
void
rtc_peer_receive_rtp (RtcPeer * peer, guint8 * data, gsize size, RtcTime now)
{
  RtcPeerInlet *inlet = &peer->inlet;
  RtcReceivedPacket packet;
  gint transport_sequence;
  gboolean taken = rtc_receiver_take (inlet->receiver, data, size, now, &packet, &transport_sequence);

  if (inlet->transport_cc || inlet->remb)
    rtc_arrivals_on_packet (inlet->arrivals, inlet->transport_cc ? transport_sequence : -1, size,
        taken ? packet.lost : 0, now);
  if (!taken)
    return;
  inlet->media_ssrc = packet.header.ssrc;
  if (packet.capture_ntp != 0 && !packet.retransmitted)
    rtc_captures_note (&inlet->captures, packet.header.ssrc, packet.header.timestamp, packet.capture_ntp);
  if (inlet->sink) {
    inlet->sink->rtp (inlet->sink_data, &packet, now);
    inlet->delivered = TRUE;
  }
}

/* data: authenticated and decrypted; changed for the sink */
void
rtc_peer_deliver_rtcp (RtcPeer * peer, guint8 * data, gsize size, RtcTime now)
{
  RtcPeerInlet *inlet = &peer->inlet;

  if (!inlet->sink || !inlet->sink->rtcp)
    return;
  rtc_captures_show (&inlet->captures, data, size);
  inlet->sink->rtcp (inlet->sink_data, data, size, now);
  inlet->delivered = TRUE;
}

void
rtc_peer_flush_inlet (RtcPeer * peer, RtcTime now)
{
  RtcPeerInlet *inlet = &peer->inlet;

  if (inlet->delivered && inlet->sink && inlet->sink->flush)
    inlet->sink->flush (inlet->sink_data, now);
  inlet->delivered = FALSE;
}

/* When rtc_peer_send_feedback() has something to send */
RtcTime
rtc_peer_get_feedback_time (const RtcPeer * peer)
{
  const RtcPeerInlet *inlet = &peer->inlet;

  if (!peer->connected || peer->ended || inlet->media_ssrc == 0 || !(inlet->transport_cc || inlet->remb))
    return RTC_TIME_NEVER;
  return rtc_arrivals_get_timeout (inlet->arrivals);
}
