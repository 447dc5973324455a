/* gst-rtc: what a peer sends
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "rtcpeerprivate.h"

#include <string.h>

/* A receiver that misses its very first packets does not know that there were any: it asks for another key frame, or, as H.264 does
 * not tell where a frame begins (RFC 6184), takes a later slice for the beginning: Chromium then shows green above it until the
 * next key frame. With packets of nothing in front it knows where the numbers begin, and asks for what is missing. */
#define LEAD_PACKETS 3

/* The tracks' specs */

static void
end_track (RtcPeerTrack * track)
{
  g_clear_pointer (&track->stream, rtc_send_stream_free);
  g_clear_pointer (&track->codec, rtc_codec_free);
  g_free (track->mid);
  memset (track, 0, sizeof *track);
}

/* A track that goes on keeps its SSRCs, and with them its numbers; another one at its index gets others, as SRTP takes
 * none of an SSRC's numbers twice. */
static void
take_spec (RtcPeer * peer, guint index, const RtcTrackSpec * wanted)
{
  RtcPeerTrack *track = &peer->tracks[index];
  RtcTrackSpec *spec = wanted ? rtc_track_spec_copy (wanted) : NULL;
  const RtcTrackSpec *old = track->spec;

  if (old && spec && old->kind == spec->kind) {
    spec->ssrc = old->ssrc;
    spec->rtx_ssrc = old->rtx_ssrc;
  } else {
    gboolean key_raised = track->key_raised;

    end_track (track);
    track->key_raised = key_raised;
  }
  if (spec && !spec->ssrc)
    spec->ssrc = rtc_peer_choose_ssrc (peer);
  if (spec && !spec->rtx_ssrc)
    spec->rtx_ssrc = rtc_peer_choose_ssrc (peer);
  rtc_track_spec_free (peer->specs->pdata[index]);
  peer->specs->pdata[index] = track->spec = spec;
}

/* specs: (element-type RtcTrackSpec): %NULL, or none at all, for an index whose track has ended */
void
rtc_peer_take_specs (RtcPeer * peer, GPtrArray * specs)
{
  guint n_old = peer->specs->len, n = MAX (n_old, specs->len);

  if (n == 0)
    return;
  g_ptr_array_set_size (peer->specs, n);
  peer->tracks = g_renew (RtcPeerTrack, peer->tracks, n);
  memset (peer->tracks + n_old, 0, (n - n_old) * sizeof *peer->tracks);
  for (guint i = 0; i < n; i++)
    take_spec (peer, i, i < specs->len ? specs->pdata[i] : NULL);
}

void
rtc_peer_clear_tracks (RtcPeer * peer)
{
  for (guint i = 0; i < peer->specs->len; i++)
    end_track (&peer->tracks[i]);
  g_clear_pointer (&peer->tracks, g_free);
  g_clear_pointer (&peer->specs, g_ptr_array_unref);
}

/* What was negotiated */

static void
configure_stream (RtcPeer * peer, RtcPeerTrack * track, const RtcNegotiatedTrack * negotiated)
{
  RtcSendStreamConfig config = {
    .kind = track->spec->kind,
    .ssrc = track->spec->ssrc,
    .rtx_ssrc = track->spec->rtx_ssrc,
    .payload_type = track->codec->payload_type,
    .rtx_payload_type = track->codec->rtx_payload_type,
    .clock_rate = track->codec->clock_rate,
    .first_sequence = rtc_peer_random (peer) & 0x7fff,
    .first_rtx_sequence = rtc_peer_random (peer) & 0x7fff,
    .timestamp_offset = rtc_peer_random (peer),
    .extensions = negotiated->extensions,
    .mid = negotiated->mid,
    .min_playout_delay = peer->min_playout_delay,
    .max_playout_delay = peer->max_playout_delay,
    .lead = track->spec->kind == RTC_MEDIA_VIDEO ? LEAD_PACKETS : 0,
    .ntp_offset = peer->ntp_offset,
  };

  if (track->stream)
    rtc_send_stream_configure (track->stream, &config);
  else
    track->stream = rtc_send_stream_new (&config, &peer->transport_sequence);
}

void
rtc_peer_check_key_wish (RtcPeer * peer, guint index)
{
  RtcPeerTrack *track = &peer->tracks[index];
  gboolean wants = rtc_send_stream_wants_key (track->stream);

  if (wants && !track->key_asked)
    rtc_peer_raise_key_wish (peer, index);
  track->key_asked = wants;
}

static void
start_track (RtcPeer * peer, guint index, RtcTime now)
{
  RtcPeerTrack *track = &peer->tracks[index];

  if (!peer->connected || !track->stream)
    return;
  rtc_send_stream_start (track->stream, track->codec ? track->feed : NULL, track->replay, now);
  rtc_peer_check_key_wish (peer, index);
}

static gboolean
is_same_codec (const RtcCodec * a, const RtcCodec * b)
{
  return a && b && a->payload_type == b->payload_type && a->rtx_payload_type == b->rtx_payload_type
      && a->clock_rate == b->clock_rate;
}

/* negotiated: (nullable): in no section */
static void
update_track (RtcPeer * peer, guint index, const RtcNegotiatedTrack * negotiated, RtcTime now)
{
  RtcPeerTrack *track = &peer->tracks[index];
  RtcCodec *codec = negotiated && negotiated->codec ? rtc_codec_copy (negotiated->codec) : NULL;
  gboolean starts = !track->codec;
  gboolean same = is_same_codec (track->codec, codec)
      && memcmp (&track->extensions, &negotiated->extensions, sizeof track->extensions) == 0
      && g_strcmp0 (track->mid, negotiated->mid) == 0;

  g_clear_pointer (&track->codec, rtc_codec_free);
  g_clear_pointer (&track->mid, g_free);
  track->codec = codec;
  if (negotiated) {
    track->mid = g_strdup (negotiated->mid);
    track->extensions = negotiated->extensions;
  }
  /* A stream that is not sent for a while stays: SRTP takes no sequence number of its SSRC twice. */
  if (!codec)
    start_track (peer, index, now);
  else if (!same)
    configure_stream (peer, track, negotiated);
  if (codec && starts && track->feed)
    start_track (peer, index, now);
}

static const RtcNegotiatedTrack *
find_negotiated (GPtrArray * negotiated, guint index)
{
  for (guint i = 0; i < negotiated->len; i++) {
    const RtcNegotiatedTrack *track = negotiated->pdata[i];

    if (track->track == (gint) index)
      return track;
  }
  return NULL;
}

void
rtc_peer_update_tracks (RtcPeer * peer, RtcTime now)
{
  GPtrArray *negotiated = rtc_negotiation_get_tracks (peer->negotiation);

  for (guint i = 0; i < peer->specs->len; i++)
    if (peer->tracks[i].spec)
      update_track (peer, i, find_negotiated (negotiated, i), now);
}

void
rtc_peer_start_tracks (RtcPeer * peer, RtcTime now)
{
  rtc_peer_update_pacer (peer, now);
  for (guint i = 0; i < peer->specs->len; i++)
    if (peer->tracks[i].feed)
      start_track (peer, i, now);
}

void
rtc_peer_update_pacer (RtcPeer * peer, RtcTime now)
{
  guint64 bitrate = 0;

  for (guint i = 0; i < peer->specs->len; i++)
    if (peer->tracks[i].feed && peer->tracks[i].spec->kind == RTC_MEDIA_VIDEO)
      bitrate += rtc_feed_get_bitrate (peer->tracks[i].feed);
  rtc_pacer_set_source_bitrate (&peer->pacer, bitrate, now);
}

void
rtc_peer_set_feed (RtcPeer * peer, guint index, RtcFeed * feed, RtcTime replay, RtcTime now)
{
  RtcPeerTrack *track = &peer->tracks[index];

  if (peer->ended || index >= peer->specs->len || !track->spec || track->feed == feed)
    return;
  track->feed = feed;
  track->replay = replay;
  rtc_peer_update_pacer (peer, now);
  start_track (peer, index, now);
}

void
rtc_peer_write (RtcPeer * peer, guint index, RtcBatch * batch, RtcTime now)
{
  RtcPeerTrack *track = &peer->tracks[index];

  peer->now = now;
  if (!peer->connected || peer->ended || !track->codec || !track->feed)
    return;
  while (!rtc_batch_is_full (batch)) {
    guint16 transport_sequence = peer->transport_sequence;
    guint8 *packet = rtc_batch_next (batch);
    gsize size = rtc_send_stream_write (track->stream, &peer->pacer, packet, now);

    if (size == 0)
      break;
    if (track->extensions.id[RTC_EXTENSION_TRANSPORT_CC] != 0)
      rtc_feedback_on_sent (peer->feedback, transport_sequence, size, now);
    if (peer->srtp->klass->protect_rtp (peer->srtp, packet, &size)) {
      rtc_batch_commit (batch, size);
      peer->packets_sent++;
      peer->bytes_sent += size;
    }
  }
  rtc_peer_check_key_wish (peer, index);
}

void
rtc_peer_drop (RtcPeer * peer, guint index, RtcTime now)
{
  if (peer->ended || !peer->tracks[index].codec)
    return;
  rtc_send_stream_drop (peer->tracks[index].stream, now);
  rtc_peer_check_key_wish (peer, index);
}

guint
rtc_peer_get_n_tracks (const RtcPeer * peer)
{
  return peer->specs->len;
}

gboolean
rtc_peer_has_more (const RtcPeer * peer, guint index)
{
  const RtcPeerTrack *track = &peer->tracks[index];

  return peer->connected && !peer->ended && track->codec && track->feed
      && rtc_send_stream_has_more (track->stream);
}

/* Whether any track waits for the pacer */
gboolean
rtc_peer_is_held (const RtcPeer * peer)
{
  for (guint i = 0; i < peer->specs->len; i++)
    if (rtc_peer_has_more (peer, i))
      return TRUE;
  return FALSE;
}
