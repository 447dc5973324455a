/* gst-rtc: a peer in numbers
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "rtcpeerprivate.h"

static void
track_stats_free (RtcTrackStats * stats)
{
  g_free (stats->mid);
  rtc_codec_free (stats->codec);
  g_free (stats);
}

static RtcTrackStats *
track_stats_new (const RtcPeerTrack * track, guint index)
{
  RtcTrackStats *stats = g_new0 (RtcTrackStats, 1);

  stats->track = index;
  stats->kind = track->spec->kind;
  stats->mid = g_strdup (track->mid);
  stats->codec = rtc_codec_copy (track->codec);
  stats->ssrc = track->spec->ssrc;
  stats->rtx_ssrc = track->codec->rtx_payload_type == RTC_PAYLOAD_TYPE_NONE ? 0 : track->spec->rtx_ssrc;
  stats->sent = *rtc_send_stream_get_stats (track->stream);
  stats->remote_packets_lost = track->remote_packets_lost;
  stats->remote_fraction_lost = track->remote_fraction_lost;
  stats->remote_jitter = track->remote_jitter;
  stats->round_trip_time = track->round_trip_time;
  stats->round_trip_time_measurements = track->round_trip_time_measurements;
  return stats;
}

static void
received_stats_free (RtcReceivedStats * stats)
{
  g_free (stats->mid);
  rtc_codec_free (stats->codec);
  g_free (stats);
}

static RtcCodec *
find_codec (GPtrArray * codecs, guint8 payload_type)
{
  for (guint i = 0; i < codecs->len; i++) {
    const RtcCodec *codec = codecs->pdata[i];

    if (codec->payload_type == payload_type)
      return rtc_codec_copy (codec);
  }
  return NULL;
}

static GPtrArray *
get_received (RtcPeer * peer)
{
  GPtrArray *received = g_ptr_array_new_with_free_func ((GDestroyNotify) received_stats_free);
  GPtrArray *tracks = rtc_negotiation_get_tracks (peer->negotiation);

  for (guint i = 0; i < tracks->len; i++) {
    const RtcNegotiatedTrack *track = tracks->pdata[i];
    RtcReceiverStats totals;
    RtcReceivedStats *stats;

    if (!track->receive_codecs || !rtc_receiver_get_stats (peer->inlet.receiver, track->m_line, &totals))
      continue;
    stats = g_new (RtcReceivedStats, 1);
    *stats = (RtcReceivedStats) {
      track->kind, g_strdup (track->mid), find_codec (track->receive_codecs, totals.payload_type), totals
    };
    g_ptr_array_add (received, stats);
  }
  return received;
}

/* IANA, "DTLS-SRTP Protection Profiles" */
static const gchar *
srtp_cipher_name (RtcSrtpProfile profile)
{
  switch (profile) {
    case RTC_SRTP_AEAD_AES_128_GCM:
      return "SRTP_AEAD_AES_128_GCM";
    case RTC_SRTP_AEAD_AES_256_GCM:
      return "SRTP_AEAD_AES_256_GCM";
    default:
      return "SRTP_AES128_CM_HMAC_SHA1_80";
  }
}

RtcPeerStats *
rtc_peer_get_stats (RtcPeer * peer, RtcTime now)
{
  RtcPeerStats *stats = g_new0 (RtcPeerStats, 1);

  stats->connected = peer->connected;
  stats->connected_after = peer->connected_after;
  stats->packets_sent = peer->packets_sent;
  stats->bytes_sent = peer->bytes_sent;
  stats->packets_received = peer->packets_received;
  stats->bytes_received = peer->bytes_received;
  stats->has_pair = peer->ice->klass->get_pair (peer->ice, &stats->pair);
  stats->dtls_client = peer->dtls_client;
  stats->feedback = *rtc_feedback_get_stats (peer->feedback);
  if (peer->connected) {
    const gchar *version, *cipher;

    peer->dtls->klass->get_cipher (peer->dtls, &version, &cipher);
    stats->dtls_version = g_strdup (version);
    stats->dtls_cipher = g_strdup (cipher);
    stats->srtp_cipher = srtp_cipher_name (peer->srtp_profile);
  }
  stats->tracks = g_ptr_array_new_with_free_func ((GDestroyNotify) track_stats_free);
  for (guint i = 0; i < peer->specs->len; i++)
    if (peer->tracks[i].codec)
      g_ptr_array_add (stats->tracks, track_stats_new (&peer->tracks[i], i));
  stats->received = get_received (peer);
  if (peer->data.sctp)
    stats->channels = rtc_data_channels_get_stats (peer->data.channels);
  return stats;
}

void
rtc_peer_stats_free (RtcPeerStats * stats)
{
  g_free (stats->dtls_version);
  g_free (stats->dtls_cipher);
  g_ptr_array_unref (stats->tracks);
  g_ptr_array_unref (stats->received);
  g_clear_pointer (&stats->channels, g_ptr_array_unref);
  g_free (stats);
}
