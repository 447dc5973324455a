/* gst-rtc: a peer's counters as a GstStructure with the names of W3C webrtc-stats
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "gstrtcstats.h"

#include <string.h>

#define TRANSPORT_ID "T"
#define PAIR_ID "CP"
#define LOCAL_ID "CL"
#define REMOTE_ID "CR"

static GstStructure *
new_entry (const gchar * type, const gchar * id, gint64 unix_time)
{
  return gst_structure_new (type, "type", G_TYPE_STRING, type, "id", G_TYPE_STRING, id,
      "timestamp", G_TYPE_DOUBLE, unix_time / 1000.0, NULL);
}

/* entry: (transfer full) */
static void
add_entry (GstStructure * report, const gchar * id, GstStructure * entry)
{
  gst_structure_set (report, id, GST_TYPE_STRUCTURE, entry, NULL);
  gst_structure_free (entry);
}

static const gchar *
kind_name (RtcMediaKind kind)
{
  return kind == RTC_MEDIA_VIDEO ? "video" : "audio";
}

/* Ids are numbered, as GLib keeps the name of a field for ever, and the viewer may choose the mid. */
static void
add_codec (GstStructure * report, const gchar * id, const RtcCodec * codec, gint64 unix_time)
{
  g_autofree gchar *mime = g_strdup_printf ("%s/%s", kind_name (codec->kind), codec->name);
  GstStructure *entry = new_entry ("codec", id, unix_time);

  gst_structure_set (entry, "mimeType", G_TYPE_STRING, mime, "clockRate", G_TYPE_UINT, codec->clock_rate,
      "payloadType", G_TYPE_UINT, codec->payload_type, "transportId", G_TYPE_STRING, TRANSPORT_ID, NULL);
  if (codec->channels > 0)
    gst_structure_set (entry, "channels", G_TYPE_UINT, codec->channels, NULL);
  if (codec->fmtp)
    gst_structure_set (entry, "sdpFmtpLine", G_TYPE_STRING, codec->fmtp, NULL);
  add_entry (report, id, entry);
}

static void
set_stream (GstStructure * entry, const RtcTrackStats * track, guint index)
{
  g_autofree gchar *codec_id = g_strdup_printf ("COT-%u", index);

  gst_structure_set (entry, "ssrc", G_TYPE_UINT, track->ssrc, "kind", G_TYPE_STRING, kind_name (track->kind),
      "transportId", G_TYPE_STRING, TRANSPORT_ID, "codecId", G_TYPE_STRING, codec_id, NULL);
}

/* (transfer full): to be added as @id */
static GstStructure *
describe_inbound (GstStructure * report, const RtcReceivedStats * track, const gchar * id, guint index, gint64 unix_time)
{
  g_autofree gchar *codec_id = g_strdup_printf ("CIT-%u", index);
  const RtcReceiverStats *received = &track->received;
  GstStructure *entry = new_entry ("inbound-rtp", id, unix_time);

  gst_structure_set (entry, "ssrc", G_TYPE_UINT, received->ssrc, "kind", G_TYPE_STRING, kind_name (track->kind),
      "transportId", G_TYPE_STRING, TRANSPORT_ID, "mid", G_TYPE_STRING, track->mid,
      "packetsReceived", G_TYPE_UINT64, received->packets_received,
      "packetsLost", G_TYPE_INT64, received->packets_lost,
      "bytesReceived", G_TYPE_UINT64, received->bytes_received,
      "headerBytesReceived", G_TYPE_UINT64, received->header_bytes_received,
      "retransmittedPacketsReceived", G_TYPE_UINT64, received->retransmitted_packets_received,
      "retransmittedBytesReceived", G_TYPE_UINT64, received->retransmitted_bytes_received, NULL);
  if (received->rtx_ssrc)
    gst_structure_set (entry, "rtxSsrc", G_TYPE_UINT, received->rtx_ssrc, NULL);
  if (track->codec) {
    gst_structure_set (entry, "codecId", G_TYPE_STRING, codec_id, NULL);
    add_codec (report, codec_id, track->codec, unix_time);
  }
  return entry;
}

static void
add_outbound (GstStructure * report, const RtcTrackStats * track, guint index, gint64 unix_time)
{
  g_autofree gchar *id = g_strdup_printf ("OT-%u", index);
  g_autofree gchar *remote_id = g_strdup_printf ("RI-%u", index);
  GstStructure *entry = new_entry ("outbound-rtp", id, unix_time);
  const RtcSendStats *sent = &track->sent;

  set_stream (entry, track, index);
  gst_structure_set (entry, "mid", G_TYPE_STRING, track->mid,
      "remoteId", G_TYPE_STRING, remote_id,
      "packetsSent", G_TYPE_UINT64, sent->packets_sent,
      "bytesSent", G_TYPE_UINT64, sent->bytes_sent,
      "headerBytesSent", G_TYPE_UINT64, sent->header_bytes_sent,
      "retransmittedPacketsSent", G_TYPE_UINT64, sent->retransmitted_packets_sent,
      "retransmittedBytesSent", G_TYPE_UINT64, sent->retransmitted_bytes_sent,
      "nackCount", G_TYPE_UINT64, sent->nack_count, "active", G_TYPE_BOOLEAN, TRUE, NULL);
  if (track->rtx_ssrc)
    gst_structure_set (entry, "rtxSsrc", G_TYPE_UINT, track->rtx_ssrc, NULL);
  if (track->kind == RTC_MEDIA_VIDEO)
    gst_structure_set (entry, "framesSent", G_TYPE_UINT64, sent->frames_sent,
        "keyFramesSent", G_TYPE_UINT64, sent->key_frames_sent,
        "framesDropped", G_TYPE_UINT64, sent->frames_dropped,
        "pliCount", G_TYPE_UINT64, sent->pli_count, "firCount", G_TYPE_UINT64, sent->fir_count, NULL);
  add_entry (report, id, entry);
}

static void
add_remote_inbound (GstStructure * report, const RtcTrackStats * track, guint index, gint64 unix_time)
{
  g_autofree gchar *id = g_strdup_printf ("RI-%u", index);
  g_autofree gchar *local_id = g_strdup_printf ("OT-%u", index);
  GstStructure *entry = new_entry ("remote-inbound-rtp", id, unix_time);

  set_stream (entry, track, index);
  gst_structure_set (entry, "localId", G_TYPE_STRING, local_id,
      "packetsLost", G_TYPE_INT64, track->remote_packets_lost,
      "fractionLost", G_TYPE_DOUBLE, track->remote_fraction_lost,
      "jitter", G_TYPE_DOUBLE, track->remote_jitter,
      "roundTripTimeMeasurements", G_TYPE_UINT64, track->round_trip_time_measurements, NULL);
  if (track->round_trip_time_measurements > 0)
    gst_structure_set (entry, "roundTripTime", G_TYPE_DOUBLE, track->round_trip_time, NULL);
  add_entry (report, id, entry);
}

static void
add_transport (GstStructure * report, const RtcPeerStats * stats, gint64 unix_time)
{
  GstStructure *entry = new_entry ("transport", TRANSPORT_ID, unix_time);

  gst_structure_set (entry, "packetsSent", G_TYPE_UINT64, stats->packets_sent,
      "bytesSent", G_TYPE_UINT64, stats->bytes_sent,
      "packetsReceived", G_TYPE_UINT64, stats->packets_received,
      "bytesReceived", G_TYPE_UINT64, stats->bytes_received,
      "dtlsState", G_TYPE_STRING, stats->connected ? "connected" : "connecting",
      "dtlsRole", G_TYPE_STRING, stats->dtls_client ? "client" : "server",
      "iceState", G_TYPE_STRING, stats->has_pair ? "connected" : "checking", NULL);
  if (stats->dtls_version)
    gst_structure_set (entry, "tlsVersion", G_TYPE_STRING, stats->dtls_version, NULL);
  if (stats->dtls_cipher)
    gst_structure_set (entry, "dtlsCipher", G_TYPE_STRING, stats->dtls_cipher, NULL);
  if (stats->srtp_cipher)
    gst_structure_set (entry, "srtpCipher", G_TYPE_STRING, stats->srtp_cipher, NULL);
  if (stats->has_pair)
    gst_structure_set (entry, "selectedCandidatePairId", G_TYPE_STRING, PAIR_ID, NULL);
  add_entry (report, TRANSPORT_ID, entry);
}

/* "192.0.2.1:5000", "[2001:db8::1]:5000" */
static void
add_candidate (GstStructure * report, const gchar * type, const gchar * id, const gchar * candidate_type,
    const gchar * address, const gchar * protocol, gint64 unix_time)
{
  GstStructure *entry = new_entry (type, id, unix_time);
  const gchar *colon = strrchr (address, ':');
  g_autofree gchar *host = g_strndup (address, colon ? (gsize) (colon - address) : strlen (address));

  gst_structure_set (entry, "candidateType", G_TYPE_STRING, candidate_type, "address", G_TYPE_STRING, host,
      "port", G_TYPE_INT, colon ? atoi (colon + 1) : 0, "protocol", G_TYPE_STRING, protocol,
      "transportId", G_TYPE_STRING, TRANSPORT_ID, NULL);
  add_entry (report, id, entry);
}

static gdouble
newest_round_trip_time (const RtcPeerStats * stats)
{
  for (guint i = 0; i < stats->tracks->len; i++) {
    const RtcTrackStats *track = stats->tracks->pdata[i];

    if (track->round_trip_time_measurements > 0)
      return track->round_trip_time;
  }
  return 0;
}

static void
add_pair (GstStructure * report, const RtcPeerStats * stats, gint64 unix_time)
{
  GstStructure *entry = new_entry ("candidate-pair", PAIR_ID, unix_time);
  gdouble round_trip_time = newest_round_trip_time (stats);

  gst_structure_set (entry, "localCandidateId", G_TYPE_STRING, LOCAL_ID,
      "remoteCandidateId", G_TYPE_STRING, REMOTE_ID, "transportId", G_TYPE_STRING, TRANSPORT_ID,
      "state", G_TYPE_STRING, "succeeded", "nominated", G_TYPE_BOOLEAN, TRUE,
      "packetsSent", G_TYPE_UINT64, stats->packets_sent, "bytesSent", G_TYPE_UINT64, stats->bytes_sent,
      "packetsReceived", G_TYPE_UINT64, stats->packets_received,
      "bytesReceived", G_TYPE_UINT64, stats->bytes_received, NULL);
  if (round_trip_time > 0)
    gst_structure_set (entry, "currentRoundTripTime", G_TYPE_DOUBLE, round_trip_time, NULL);
  if (stats->feedback.remb_bitrate > 0)
    gst_structure_set (entry, "availableOutgoingBitrate", G_TYPE_DOUBLE,
        (gdouble) stats->feedback.remb_bitrate, NULL);
  add_entry (report, PAIR_ID, entry);
  add_candidate (report, "local-candidate", LOCAL_ID, stats->pair.local_type, stats->pair.local_address,
      stats->pair.protocol, unix_time);
  add_candidate (report, "remote-candidate", REMOTE_ID, stats->pair.remote_type, stats->pair.remote_address,
      stats->pair.protocol, unix_time);
}

static void
add_sent (GstStructure * report, const RtcTrackStats * track, guint index, gint64 unix_time)
{
  g_autofree gchar *codec_id = g_strdup_printf ("COT-%u", index);

  if (!track->codec || !track->mid)
    return;
  add_codec (report, codec_id, track->codec, unix_time);
  add_outbound (report, track, index, unix_time);
  add_remote_inbound (report, track, index, unix_time);
}

static void
add_channel (GstStructure * report, const RtcDataChannelStats * channel, guint index, gint64 unix_time)
{
  g_autofree gchar *id = g_strdup_printf ("D-%u", index);
  GstStructure *entry = new_entry ("data-channel", id, unix_time);
  const RtcDataChannelSpec *spec = channel->spec;

  gst_structure_set (entry, "label", G_TYPE_STRING, spec->label ? spec->label : "",
      "protocol", G_TYPE_STRING, spec->protocol ? spec->protocol : "",
      "state", G_TYPE_STRING, channel->is_open ? "open" : "connecting",
      "messagesSent", G_TYPE_UINT64, channel->messages_sent, "bytesSent", G_TYPE_UINT64, channel->bytes_sent,
      "messagesReceived", G_TYPE_UINT64, channel->messages_received,
      "bytesReceived", G_TYPE_UINT64, channel->bytes_received, NULL);
  if (spec->id >= 0)
    gst_structure_set (entry, "dataChannelIdentifier", G_TYPE_INT, spec->id, NULL);
  add_entry (report, id, entry);
}

GstStructure *
gst_rtc_stats_new (const gchar * id, const RtcPeerStats * stats, gint64 unix_time,
    void (*describe) (const gchar * id, const gchar * mid, GstStructure * entry, gpointer user_data), gpointer user_data)
{
  GstStructure *report = gst_structure_new ("application/x-rtc-stats", "peer-id", G_TYPE_STRING, id,
      "connected", G_TYPE_BOOLEAN, stats->connected,
      "connected-after", G_TYPE_DOUBLE, stats->connected_after / (gdouble) RTC_SECOND, NULL);

  add_transport (report, stats, unix_time);
  if (stats->has_pair)
    add_pair (report, stats, unix_time);
  for (guint i = 0; i < stats->tracks->len; i++)
    add_sent (report, stats->tracks->pdata[i], i, unix_time);
  for (guint i = 0; i < stats->received->len; i++) {
    const RtcReceivedStats *received = stats->received->pdata[i];
    g_autofree gchar *entry_id = g_strdup_printf ("IT-%u", i);
    GstStructure *entry = describe_inbound (report, received, entry_id, i, unix_time);

    if (describe)
      describe (id, received->mid, entry, user_data);
    add_entry (report, entry_id, entry);
  }
  for (guint i = 0; stats->channels && i < stats->channels->len; i++)
    add_channel (report, stats->channels->pdata[i], i, unix_time);
  return report;
}
