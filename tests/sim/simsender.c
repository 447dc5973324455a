/* gst-rtc: a peer of ours on the virtual network
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "simsender.h"

#define SETUP_TIMEOUT (15 * RTC_SECOND)

/* as the loop: one for all */
static RtcBatch batch;

static void finish (SimSender * sender);

static void
unsubscribe (SimSender * sender, guint track)
{
  if (sender->subscribed[track])
    sim_source_unsubscribe (sender->sources[track], sender);
  sender->subscribed[track] = FALSE;
}

static guint
send_batch (SimSender * sender)
{
  RtcIce *ice = rtc_peer_get_ice (sender->peer);
  gsize offset = 0;

  for (guint i = 0; i < batch.n_packets; i++) {
    if (!ice->klass->send (ice, batch.data + offset, batch.sizes[i]))
      return i;
    offset += batch.sizes[i];
  }
  return batch.n_packets;
}

static void
write_track (SimSender * sender, guint track)
{
  gboolean full;

  do {
    rtc_batch_clear (&batch);
    rtc_peer_write (sender->peer, track, &batch, sim->now);
    full = rtc_batch_is_full (&batch);
    if (batch.n_packets > 0 && send_batch (sender) < batch.n_packets) {
      sender->n_drops++;
      rtc_peer_drop (sender->peer, track, sim->now);
      full = FALSE;
    }
  } while (full);
}

static void
on_frames (gpointer data, gpointer source)
{
  SimSender *sender = data;

  for (guint i = 0; i < sender->n_tracks; i++)
    if (sender->sources[i] == source)
      write_track (sender, i);
  finish (sender);
}

static void
subscribe (SimSender * sender)
{
  GPtrArray *tracks = rtc_peer_get_tracks (sender->peer);

  for (guint i = 0; i < tracks->len; i++) {
    const RtcNegotiatedTrack *track = tracks->pdata[i];
    SimSource *source = track->track >= 0 ? sender->sources[track->track] : NULL;

    if (!track->codec || !source || sender->subscribed[track->track])
      continue;
    sender->subscribed[track->track] = TRUE;
    sim_source_subscribe (source, on_frames, sender);
    rtc_peer_set_feed (sender->peer, track->track, source->feed, sim_source_get_replay (source), sim->now);
  }
}

static void
close_peer (SimSender * sender)
{
  sim_unset (&sender->timer);
  sim_unset (&sender->wake);
  rtc_peer_free (sender->peer);
  sender->peer = NULL;
}

static void
on_description (SimSender * sender, const RtcPeerEffect * effect)
{
  if (effect->type == GST_RTC_SDP_TYPE_OFFER)
    sender->n_offers++;
  else
    sender->n_answers++;
  g_free (sender->description);
  sender->description = g_strdup (effect->text);
  sim_party_tell_description (&sender->party, effect->type, effect->text);
}

static void
on_ended (SimSender * sender, RtcPeerEffect * effect)
{
  for (guint i = 0; i < sender->n_tracks; i++)
    unsubscribe (sender, i);
  sim_sink_stop (&sender->sink);
  sender->n_ended++;
  sender->ended = TRUE;
  sender->ended_at = sim->now;
  sender->reason = g_steal_pointer (&effect->error);
  g_assert_nonnull (sender->reason);
}

static void
on_effect (SimSender * sender, RtcPeerEffect * effect)
{
  /* the contract: nothing but CLOSED comes after ENDED */
  g_assert_false (sender->ended);
  switch (effect->kind) {
    case RTC_PEER_DESCRIPTION:
      on_description (sender, effect);
      break;
    case RTC_PEER_CANDIDATE:
      sender->n_candidates++;
      sim_party_tell_candidate (&sender->party, effect->text);
      break;
    case RTC_PEER_NEGOTIATED:
      sender->n_negotiated++;
      sim_sink_update (&sender->sink, rtc_peer_get_tracks (sender->peer));
      subscribe (sender);
      break;
    case RTC_PEER_CONNECTED:
      sender->n_connected++;
      sender->connected = TRUE;
      sender->connected_at = sim->now;
      break;
    case RTC_PEER_PATH:
      sender->n_paths++;
      break;
    case RTC_PEER_WANTS_KEY:
      sender->n_key_wishes++;
      if (sender->subscribed[effect->track])
        sim_source_want_key (sender->sources[effect->track]);
      break;
    case RTC_PEER_ENDED:
      on_ended (sender, effect);
      break;
    default:
      g_assert_not_reached ();
  }
}

static void
drain_data_events (SimSender * sender)
{
  RtcDataEvent event;

  while (rtc_peer_next_data_event (sender->peer, &event))
    g_queue_push_tail (&sender->data_events, g_memdup2 (&event, sizeof event));
}

static void
write_data (SimSender * sender)
{
  do {
    rtc_batch_clear (&batch);
    rtc_peer_write_data (sender->peer, &batch, sim->now);
  } while (batch.n_packets > 0 && send_batch (sender) == batch.n_packets);
}

/* FALSE: the peer is gone */
static gboolean
drain (SimSender * sender)
{
  RtcPeerEffect effect;

  drain_data_events (sender);

  while (rtc_peer_next_effect (sender->peer, &effect)) {
    if (effect.kind == RTC_PEER_CLOSED) {
      g_assert_true (sender->ended);
      close_peer (sender);
      return FALSE;
    }
    on_effect (sender, &effect);
    rtc_peer_effect_clear (&effect);
  }
  return TRUE;
}

static void
on_timer (gpointer data)
{
  SimSender *sender = data;

  sender->n_timeouts++;
  rtc_peer_on_timeout (sender->peer, sim->now);
  finish (sender);
}

static void
finish (SimSender * sender)
{
  if (!drain (sender))
    return;
  write_data (sender);
  for (guint i = 0; i < sender->n_tracks; i++)
    if (rtc_peer_has_more (sender->peer, i))
      write_track (sender, i);
  if (drain (sender))
    sim_set (&sender->timer, rtc_peer_get_timeout (sender->peer), on_timer, sender);
}

static void
on_woken (gpointer data)
{
  SimSender *sender = data;

  rtc_peer_on_woken (sender->peer, sim->now);
  finish (sender);
}

static void
wake (gpointer data)
{
  SimSender *sender = data;

  sim_set (&sender->wake, sim->now, on_woken, sender);
}

static void
before_dispatch (gpointer data, RtcTime now)
{
  rtc_peer_before_dispatch (((SimSender *) data)->peer, now);
}

static void
after_dispatch (gpointer data, RtcTime now)
{
  SimSender *sender = data;

  rtc_peer_on_dispatched (sender->peer, now);
  finish (sender);
}

static const SimIceOwner ice_owner = { before_dispatch, after_dispatch };

static void
hear_description (SimParty * party, GstRtcSdpType type, const gchar * sdp)
{
  SimSender *sender = (SimSender *) party;

  if (!sender->peer)
    return;
  rtc_peer_set_remote_description (sender->peer, type, sdp, sim->now);
  finish (sender);
}

static void
hear_candidate (SimParty * party, const gchar * candidate)
{
  SimSender *sender = (SimSender *) party;

  if (!sender->peer)
    return;
  rtc_peer_add_candidate (sender->peer, candidate, sim->now);
  finish (sender);
}

static const SimPartyFuncs party_funcs = { hear_description, hear_candidate };

/* Life */

static RtcCodec *
make_codec (RtcMediaKind kind, const gchar * video_codec)
{
  return kind == RTC_MEDIA_VIDEO ? rtc_codec_new (kind, video_codec ? video_codec : "VP8", 90000, 0, NULL)
      : rtc_codec_new (kind, "opus", 48000, 2, NULL);
}

RtcTrackSpec *
sim_track_spec_new (RtcMediaKind kind, const gchar * video_codec)
{
  RtcTrackSpec *spec = rtc_track_spec_new (kind, "stream track");

  g_ptr_array_add (spec->codecs, make_codec (kind, video_codec));
  return spec;
}

RtcReceiveSpec
sim_receive_spec (RtcMediaKind kind, const gchar * video_codec)
{
  RtcReceiveSpec spec = { g_ptr_array_new_with_free_func ((GDestroyNotify) rtc_codec_free), 1 };

  g_ptr_array_add (spec.codecs, make_codec (kind, video_codec));
  return spec;
}

static GPtrArray *
make_specs (SimSender * sender)
{
  GPtrArray *specs = g_ptr_array_new_with_free_func ((GDestroyNotify) rtc_track_spec_free);

  for (guint i = 0; i < sender->n_tracks; i++) {
    SimSource *source = sender->sources[i];

    g_ptr_array_add (specs, source ? sim_track_spec_new (source->kind, sender->video_codec) : NULL);
  }
  return specs;
}

static RtcPeer *
make_peer (SimSender * sender, const SimSenderConfig * config)
{
  g_autoptr (GPtrArray) specs = make_specs (sender);
  RtcPeerConfig peer = {
    .backends = &sim_backends,
    .certificate = config->certificate,
    .tracks = specs,
    .retransmission = !config->no_retransmission,
    .extensions = (1 << RTC_N_EXTENSIONS) - 1,
    .min_playout_delay = -1,
    .max_playout_delay = -1,
    .ntp_offset = SIM_NTP_OFFSET,
    .setup_timeout = config->setup_timeout ? config->setup_timeout : SETUP_TIMEOUT,
    .data_channels = config->data_channels,
    .wake = wake,
    .wake_data = sender,
    .seed = sim_random (),
  };
  RtcPeer *made;

  if (config->no_transport_cc)
    peer.extensions &= ~(1 << RTC_EXTENSION_TRANSPORT_CC);
  for (guint i = 0; config->receives && i < G_N_ELEMENTS (peer.receive); i++)
    peer.receive[i] = sim_receive_spec (i, config->video_codec);
  made = rtc_peer_new (&peer, sim->now, NULL);
  for (guint i = 0; config->receives && i < G_N_ELEMENTS (peer.receive); i++)
    g_ptr_array_unref (peer.receive[i].codecs);
  return made;
}

SimSender *
sim_sender_new (const SimSenderConfig * config)
{
  SimSender *sender = g_new0 (SimSender, 1);

  sim_party_init (&sender->party, &party_funcs);
  sender->created = sim->now;
  sender->video_codec = config->video_codec;
  for (; sender->n_tracks < SIM_MAX_TRACKS && config->sources[sender->n_tracks]; sender->n_tracks++)
    sender->sources[sender->n_tracks] = config->sources[sender->n_tracks];
  sender->peer = make_peer (sender, config);
  sim_ice_set_owner (rtc_peer_get_ice (sender->peer), &ice_owner, sender);
  if (config->receives)
    sim_sink_start (&sender->sink, sender->peer);
  finish (sender);
  return sender;
}

void
sim_sender_set_sources (SimSender * sender, SimSource * const *sources, guint n)
{
  g_autoptr (GPtrArray) specs = NULL;

  for (guint i = 0; i < sender->n_tracks; i++)
    if (i >= n || sources[i] != sender->sources[i]) {
      rtc_peer_set_feed (sender->peer, i, NULL, 0, sim->now);
      unsubscribe (sender, i);
    }
  memset (sender->sources, 0, sizeof sender->sources);
  memcpy (sender->sources, sources, n * sizeof *sources);
  sender->n_tracks = MAX (sender->n_tracks, n);
  specs = make_specs (sender);
  rtc_peer_set_tracks (sender->peer, specs, sim->now);
  finish (sender);
}

void
sim_sender_create_channel (SimSender * sender, guint channel, const gchar * label)
{
  g_autoptr (RtcDataChannelSpec) spec = rtc_data_channel_spec_new (label);

  rtc_peer_create_channel (sender->peer, channel, spec, sim->now);
  finish (sender);
}

void
sim_sender_send_text (SimSender * sender, guint channel, const gchar * text)
{
  g_autoptr (GBytes) message = g_bytes_new (text, strlen (text));

  rtc_peer_send_data (sender->peer, channel, TRUE, message, sim->now);
  finish (sender);
}

void
sim_sender_close_channel (SimSender * sender, guint channel)
{
  rtc_peer_close_channel (sender->peer, channel, sim->now);
  finish (sender);
}

static gboolean
has_data_event (gpointer sender)
{
  return !g_queue_is_empty (&((SimSender *) sender)->data_events);
}

void
sim_sender_take (SimSender * sender, RtcDataEventKind kind, RtcDataEvent * event)
{
  RtcDataEvent *next;

  g_assert_true (sim_run_until (has_data_event, sender, RTC_SECOND));
  next = g_queue_pop_head (&sender->data_events);
  g_assert_cmpint (next->kind, ==, kind);
  *event = *next;
  g_free (next);
}

void
sim_sender_restart_ice (SimSender * sender)
{
  rtc_peer_restart_ice (sender->peer, sim->now);
  finish (sender);
}

void
sim_sender_free (SimSender * sender)
{
  g_assert_null (sender->peer);
  g_assert_cmpint (sender->n_ended, ==, 1);
  g_assert_cmpint (sender->n_connected, <=, 1);
  while (has_data_event (sender)) {
    RtcDataEvent *event = g_queue_pop_head (&sender->data_events);

    rtc_data_event_clear (event);
    g_free (event);
  }
  sim_party_clear (&sender->party);
  sim_sink_clear (&sender->sink);
  g_clear_error (&sender->reason);
  g_free (sender->description);
  g_free (sender);
}

void
sim_sender_offer (SimSender * sender)
{
  rtc_peer_create_offer (sender->peer, sim->now);
  finish (sender);
}

void
sim_sender_end (SimSender * sender)
{
  if (!sender->peer)
    return;
  rtc_peer_end (sender->peer, NULL, sim->now);
  finish (sender);
}

SimEndpoint *
sim_sender_get_endpoint (SimSender * sender)
{
  return sim_ice_get_endpoint (rtc_peer_get_ice (sender->peer));
}

gboolean
sim_sender_is_connected (gpointer sender)
{
  return ((SimSender *) sender)->connected;
}

gboolean
sim_sender_is_ended (gpointer sender)
{
  return ((SimSender *) sender)->ended;
}

gboolean
sim_sender_is_closed (gpointer sender)
{
  return ((SimSender *) sender)->peer == NULL;
}
