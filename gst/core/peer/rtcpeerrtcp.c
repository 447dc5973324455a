/* gst-rtc: a peer's RTCP
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "rtcpeerprivate.h"

#include <string.h>

#define GST_CAT_DEFAULT rtc_peer_debug

/* RFC 4585, section 3.5: 1 s for video of some Mbit/s stays far below 5 % of the bandwidth */
#define REPORT_INTERVAL (1 * RTC_SECOND)
/* One datagram, within any path's MTU */
#define MAX_RTCP_SIZE 1200
/* What GStreamer's RTP sessions fill at most */
#define MAX_SINK_RTCP_SIZE 1400
/* A few bytes of run-length chunks can report on some 30,000 packets: one such report a datagram is
 * what congestion control needs, and more would be work that somebody hostile hands out. */
#define MAX_TRANSPORT_FEEDBACKS 1

static RtcPeerTrack *
find_track (RtcPeer * peer, guint32 ssrc, guint * index)
{
  for (guint i = 0; i < peer->specs->len; i++) {
    RtcPeerTrack *track = &peer->tracks[i];

    if (track->codec && track->spec->ssrc == ssrc) {
      if (index)
        *index = i;
      return track;
    }
  }
  return NULL;
}

/* RFC 3550, section 6.4.1: now less the time the peer held our report less when we sent it */
static void
measure_round_trip (RtcPeer * peer, RtcPeerTrack * track, const RtcReportBlock * block, RtcTime now)
{
  guint32 arrived = rtc_time_to_short_ntp (rtc_time_to_ntp (now + peer->ntp_offset));
  gint32 trip = arrived - block->delay_since_last_sr - block->last_sr;

  if (block->last_sr == 0 || trip < 0)
    return;
  track->round_trip_time = trip / 65536.0;
  track->round_trip_time_measurements++;
}

static void
on_report_blocks (RtcPeer * peer, const RtcRtcpPacket * packet, RtcTime now)
{
  for (guint i = 0; i < packet->count; i++) {
    RtcReportBlock block;
    RtcPeerTrack *track;

    rtc_rtcp_report_block (packet, i, &block);
    track = find_track (peer, block.ssrc, NULL);
    if (!track)
      continue;
    track->remote_packets_lost = block.packets_lost;
    track->remote_fraction_lost = block.fraction_lost / 256.0;
    track->remote_jitter = (gdouble) block.jitter / track->codec->clock_rate;
    measure_round_trip (peer, track, &block, now);
  }
}

static void
on_key_request (RtcPeer * peer, guint32 ssrc, gboolean fir, RtcTime now)
{
  guint index;
  RtcPeerTrack *track = find_track (peer, ssrc, &index);

  if (track && rtc_send_stream_on_key_request (track->stream, fir, now))
    rtc_peer_raise_key_wish (peer, index);
}

/* The last of each receiver counts; a browser has one for audio and one for video. */
static void
on_reference_time (RtcPeer * peer, guint32 ssrc, guint64 ntp, RtcTime now)
{
  guint i = 0;

  while (i < peer->n_references && peer->references[i].ssrc != ssrc)
    i++;
  if (ntp == 0 || i == RTC_PEER_MAX_REFERENCES)
    return;
  peer->references[i] = (RtcPeerReference) { ssrc, ntp, now };
  peer->n_references = MAX (peer->n_references, i + 1);
}

static void
on_packet (RtcPeer * peer, const RtcRtcpPacket * packet, RtcTime now)
{
  RtcPeerTrack *track;

  switch (packet->kind) {
    case RTC_RTCP_SR:
    case RTC_RTCP_RR:
      on_report_blocks (peer, packet, now);
      break;
    case RTC_RTCP_NACK:
      track = find_track (peer, packet->media, NULL);
      if (track)
        rtc_send_stream_on_nack (track->stream, packet, now);
      break;
    case RTC_RTCP_PLI:
      on_key_request (peer, packet->media, FALSE, now);
      break;
    case RTC_RTCP_FIR:
      for (guint i = 0; i < packet->count; i++)
        on_key_request (peer, rtc_rtcp_ssrc (packet, i), TRUE, now);
      break;
    case RTC_RTCP_BYE:
      /* One that only ever reports can take leave of nothing but the session (RFC 3550, section 6.6). One that has sent
       * may mean its last stream: Firefox says so after the exchange that ends it. */
      if (!peer->inlet.was_open)
        rtc_peer_fail (peer, g_error_new_literal (GST_RTC_ERROR, GST_RTC_ERROR_LEFT, "The peer said goodbye"));
      break;
    case RTC_RTCP_REMB:
    case RTC_RTCP_TWCC:
      rtc_feedback_on_rtcp (peer->feedback, packet, now);
      break;
    case RTC_RTCP_XR:
      on_reference_time (peer, packet->sender, packet->reference_ntp, now);
      break;
    default:
      break;
  }
}

void
rtc_peer_receive_rtcp (RtcPeer * peer, const guint8 * data, gsize size, RtcTime now)
{
  RtcRtcpReader reader;
  RtcRtcpPacket packet;
  guint n_feedbacks = 0;

  rtc_rtcp_reader_init (&reader, data, size);
  while (rtc_rtcp_reader_next (&reader, &packet)) {
    if (packet.kind == RTC_RTCP_TWCC && ++n_feedbacks > MAX_TRANSPORT_FEEDBACKS)
      continue;
    on_packet (peer, &packet, now);
  }
}

/* packet: has room for RTC_SRTP_MAX_OVERHEAD more */
static void
send_protected (RtcPeer * peer, guint8 * packet, gsize size)
{
  if (peer->srtp->klass->protect_rtcp (peer->srtp, packet, &size))
    rtc_peer_send_datagram (peer, packet, size);
}

/* The writer's bytes as one datagram: RTCP of a peer always fits one, as it has some sixteen tracks at most. */
static void
send_written (RtcPeer * peer, GstByteWriter * writer)
{
  guint8 packet[MAX_RTCP_SIZE + RTC_SRTP_MAX_OVERHEAD];
  gsize size = gst_byte_writer_get_pos (writer);

  if (size == 0 || size > MAX_RTCP_SIZE)
    return;
  memcpy (packet, writer->parent.data, size);
  send_protected (peer, packet, size);
}

void
rtc_peer_send_rtcp (RtcPeer * peer, const guint8 * data, gsize size, RtcTime now)
{
  guint8 packet[MAX_SINK_RTCP_SIZE + RTC_SRTP_MAX_OVERHEAD];

  if (!peer->connected || peer->ended || size == 0 || size > MAX_SINK_RTCP_SIZE)
    return;
  memcpy (packet, data, size);
  rtc_captures_restore (&peer->inlet.captures, packet, size);
  send_protected (peer, packet, size);
}

/* RFC 3611, section 4.5: from it a peer that sends nothing learns the round trip, and then our clock. Each is
 * answered once. */
static void
write_reference_delays (RtcPeer * peer, GstByteWriter * writer, guint32 ssrc, RtcTime now)
{
  RtcReferenceDelay delays[RTC_PEER_MAX_REFERENCES];

  for (guint i = 0; i < peer->n_references; i++) {
    const RtcPeerReference *reference = &peer->references[i];

    delays[i].ssrc = reference->ssrc;
    delays[i].last_reference = rtc_time_to_short_ntp (reference->ntp);
    delays[i].delay = (now - reference->arrived) * 65536 / RTC_SECOND;
  }
  rtc_rtcp_write_reference_delays (writer, ssrc, delays, peer->n_references);
  peer->n_references = 0;
}

void
rtc_peer_send_reports (RtcPeer * peer, RtcTime now)
{
  GstByteWriter writer;

  gst_byte_writer_init_with_size (&writer, 512, FALSE);
  for (guint i = 0; i < peer->specs->len; i++) {
    RtcPeerTrack *track = &peer->tracks[i];
    RtcSenderInfo info;

    if (track->codec && rtc_send_stream_get_sender_info (track->stream, &info, now)) {
      rtc_rtcp_write_sr (&writer, track->spec->ssrc, &info, NULL, 0);
      rtc_rtcp_write_cname (&writer, track->spec->ssrc, peer->cname);
      write_reference_delays (peer, &writer, track->spec->ssrc, now);
    }
  }
  send_written (peer, &writer);
  gst_byte_writer_reset (&writer);
  rtc_peer_update_pacer (peer, now);

  /* RFC 3550, section 6.3.1: half to one and a half, so that peers do not fall into step */
  peer->rtcp_at = now + REPORT_INTERVAL / 2 + rtc_peer_random (peer) % REPORT_INTERVAL;
}

/* On what has come, for the peer's congestion control. What does not fit is due again at once. */
void
rtc_peer_send_feedback (RtcPeer * peer, RtcTime now)
{
  RtcPeerInlet *inlet = &peer->inlet;
  GstByteWriter writer;
  guint begin;

  gst_byte_writer_init_with_size (&writer, MAX_RTCP_SIZE, FALSE);
  if (!inlet->reduced_size) {
    rtc_rtcp_write_rr (&writer, inlet->ssrc, NULL, 0);
    rtc_rtcp_write_cname (&writer, inlet->ssrc, peer->cname);
  }
  begin = gst_byte_writer_get_pos (&writer);
  rtc_arrivals_write (inlet->arrivals, &writer, inlet->ssrc, inlet->media_ssrc, inlet->remb, MAX_RTCP_SIZE - begin,
      now);
  if (gst_byte_writer_get_pos (&writer) > begin)
    send_written (peer, &writer);
  gst_byte_writer_reset (&writer);
}

void
rtc_peer_send_bye (RtcPeer * peer)
{
  GstByteWriter writer;
  guint32 ssrcs[31];            /* SC is 5 bits */
  guint n = 0;

  for (guint i = 0; i < peer->specs->len && n < G_N_ELEMENTS (ssrcs); i++)
    if (peer->tracks[i].stream)
      ssrcs[n++] = peer->tracks[i].spec->ssrc;
  if (n == 0)
    return;
  gst_byte_writer_init_with_size (&writer, 256, FALSE);
  /* RFC 3550, section 6.1: a compound begins with a report */
  rtc_rtcp_write_rr (&writer, ssrcs[0], NULL, 0);
  rtc_rtcp_write_cname (&writer, ssrcs[0], peer->cname);
  rtc_rtcp_write_bye (&writer, ssrcs, n);
  send_written (peer, &writer);
  gst_byte_writer_reset (&writer);
}
