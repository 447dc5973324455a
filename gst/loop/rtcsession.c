/* gst-rtc: a peer on its loop, as the rest of the process sees it
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 *   control thread ── tasks ──▶ loop: RtcPeer ── effects ──▶ events ──▶ control thread
 */
#include "rtcsessionprivate.h"

#include <string.h>

RtcSession *
rtc_session_ref (RtcSession * session)
{
  g_atomic_int_inc (&session->ref_count);
  return session;
}

void
rtc_session_unref (RtcSession * session)
{
  if (g_atomic_int_dec_and_test (&session->ref_count))
    g_free (session);
}

/* Events, from the loop to the control thread */

typedef struct
{
  RtcSession *session;
  RtcPeerEffect effect;
  GPtrArray *tracks;            /* of RtcNegotiatedTrack; with NEGOTIATED */
} Event;

static void
free_event (gpointer data)
{
  Event *event = data;

  rtc_peer_effect_clear (&event->effect);
  g_clear_pointer (&event->tracks, g_ptr_array_unref);
  rtc_session_unref (event->session);
  g_free (event);
}

static void
deliver_event (gpointer data, gpointer user_data)
{
  Event *event = data;
  RtcSession *session = event->session;
  const RtcSessionEvents *events = session->events;
  RtcPeerEffect *effect = &event->effect;

  switch (effect->kind) {
    case RTC_PEER_DESCRIPTION:
      events->description (session, effect->type, effect->text, session->user_data);
      break;
    case RTC_PEER_CANDIDATE:
      events->candidate (session, effect->text, effect->mid, effect->m_line, session->user_data);
      break;
    case RTC_PEER_NEGOTIATED:
      events->negotiated (session, event->tracks, session->user_data);
      break;
    case RTC_PEER_CONNECTED:
      events->connected (session, session->user_data);
      break;
    case RTC_PEER_ENDED:
      events->ended (session, effect->error, session->user_data);
      if (session->destroy)
        session->destroy (session->user_data);
      session->user_data = NULL;
      break;
    default:
      g_assert_not_reached ();
  }
}

/* effect: (transfer full) */
static void
post_event (RtcSession * session, const RtcPeerEffect * effect, GPtrArray * tracks)
{
  Event *event = g_new0 (Event, 1);

  event->session = rtc_session_ref (session);
  event->effect = *effect;
  event->tracks = tracks;
  rtc_control_post (session->control, deliver_event, event, NULL, free_event);
}

static GPtrArray *
copy_negotiated (RtcPeer * peer)
{
  GPtrArray *tracks = rtc_peer_get_tracks (peer);
  GPtrArray *copies = g_ptr_array_new_with_free_func ((GDestroyNotify) rtc_negotiated_track_free);

  for (guint i = 0; i < tracks->len; i++)
    g_ptr_array_add (copies, rtc_negotiated_track_copy (tracks->pdata[i]));
  return copies;
}

/* On the loop */

static void
unsubscribe (RtcSession * session, guint track)
{
  g_clear_pointer (&session->tracks[track].subscription, rtc_subscription_free);
  session->tracks[track].source = NULL;
  session->tracks[track].feed = NULL;
}

/* destroy: (nullable): of what the next sink works on */
void
rtc_session_replace_sink (RtcSession * session, const RtcMediaSink * sink, gpointer user_data, GDestroyNotify destroy)
{
  GDestroyNotify old_destroy = session->sink_destroy;
  gpointer old_data = session->sink_data;

  rtc_peer_set_media_sink (session->peer, sink, user_data);
  session->sink_data = user_data;
  session->sink_destroy = destroy;
  if (old_destroy)
    old_destroy (old_data);
}

static void
stop_media (RtcSession * session)
{
  for (guint i = 0; i < session->n_tracks; i++)
    unsubscribe (session, i);
  rtc_session_replace_sink (session, NULL, NULL, NULL);
  rtc_session_drain_data_events (session);
  rtc_session_replace_data_sink (session, NULL, NULL, NULL);
  session->path.fd = -1;
  session->ended = TRUE;
}

static void
let_go (RtcSession * session)
{
  rtc_loop_remove (session->loop, session->member);
  g_clear_pointer (&session->peer, rtc_peer_free);
  g_clear_pointer (&session->tracks, g_free);
  g_clear_pointer (&session->context, g_main_context_unref);
  rtc_pool_give_back (session->pool, session->loop_index);
  rtc_session_unref (session);
}

static void
want_key (RtcSession * session, guint track)
{
  if (session->tracks[track].subscription)
    rtc_subscription_want_key (session->tracks[track].subscription);
}

/* FALSE: the session is gone */
static gboolean
drain_effects (RtcSession * session)
{
  RtcPeerEffect effect;

  while (rtc_peer_next_effect (session->peer, &effect)) {
    switch (effect.kind) {
      case RTC_PEER_CLOSED:
        let_go (session);
        return FALSE;
      case RTC_PEER_PATH:
        rtc_session_find_path (session);
        break;
      case RTC_PEER_WANTS_KEY:
        want_key (session, effect.track);
        break;
      case RTC_PEER_NEGOTIATED:
        post_event (session, &effect, copy_negotiated (session->peer));
        break;
      case RTC_PEER_ENDED:
        stop_media (session);
        post_event (session, &effect, NULL);
        break;
      default:
        post_event (session, &effect, NULL);
    }
  }
  return TRUE;
}

/* The end of every entry into the peer */
void
rtc_session_finish (RtcSession * session, RtcTime now)
{
  rtc_session_drain_data_events (session);
  /* first: the packets below want the path */
  if (!drain_effects (session))
    return;
  rtc_session_write_data (session, now);
  for (guint i = 0; i < rtc_peer_get_n_tracks (session->peer); i++)
    if (rtc_peer_has_more (session->peer, i))
      rtc_session_write_track (session, i, now);
  if (drain_effects (session))
    rtc_loop_set_timeout (session->loop, session->member, rtc_peer_get_timeout (session->peer));
}

static void
on_frames (gpointer user_data, guint track, RtcTime now)
{
  RtcSession *session = user_data;

  rtc_session_write_track (session, track, now);
  if (drain_effects (session))
    rtc_loop_set_timeout (session->loop, session->member, rtc_peer_get_timeout (session->peer));
}

static void
on_source_gone (gpointer user_data, guint track, RtcTime now)
{
  RtcSession *session = user_data;

  rtc_peer_set_feed (session->peer, track, NULL, 0, now);
  unsubscribe (session, track);
}

static const RtcSubscriberFuncs subscriber_funcs = { on_frames, on_source_gone };

void
rtc_session_change_source (RtcSession * session, guint track, RtcSource * source, RtcTime now)
{
  RtcSessionTrack *slot;

  if (track >= session->n_tracks)
    return;
  slot = &session->tracks[track];
  if (source && slot->source == source)
    return;                     /* it goes on: no key frame is needed */
  rtc_peer_set_feed (session->peer, track, NULL, 0, now);
  unsubscribe (session, track);
  if (!source || session->ended)
    return;
  slot->source = source;
  slot->subscription = rtc_source_subscribe (source, session->loop_index, &subscriber_funcs, session, track);
  slot->feed = rtc_subscription_get_feed (slot->subscription);
  rtc_peer_set_feed (session->peer, track, slot->feed, rtc_subscription_get_replay (slot->subscription), now);
}

void
rtc_session_grow_tracks (RtcSession * session)
{
  guint n = rtc_peer_get_n_tracks (session->peer);

  if (n == session->n_tracks)
    return;
  session->tracks = g_renew (RtcSessionTrack, session->tracks, n);
  memset (session->tracks + session->n_tracks, 0, (n - session->n_tracks) * sizeof *session->tracks);
  session->n_tracks = n;
}

static void
before_dispatch (gpointer user_data, RtcTime now)
{
  RtcSession *session = user_data;

  rtc_peer_before_dispatch (session->peer, now);
}

static void
on_dispatched (gpointer user_data, RtcTime now)
{
  RtcSession *session = user_data;

  rtc_peer_on_dispatched (session->peer, now);
  rtc_session_finish (session, now);
}

static void
on_timeout (gpointer user_data, RtcTime now)
{
  RtcSession *session = user_data;

  rtc_peer_on_timeout (session->peer, now);
  rtc_session_finish (session, now);
}

static const RtcLoopMemberFuncs member_funcs = { before_dispatch, on_dispatched, on_timeout };

/* Stats */

typedef struct
{
  RtcSession *session;
  RtcPeerStats *stats;
} StatsCall;

static void
take_stats (RtcLoop * loop, gpointer data)
{
  StatsCall *call = data;

  if (call->session->peer)
    call->stats = rtc_peer_get_stats (call->session->peer, rtc_loop_get_now (loop));
}

RtcPeerStats *
rtc_session_get_stats (RtcSession * session)
{
  StatsCall call = { session, NULL };

  rtc_loop_call (session->loop, take_stats, &call);
  return call.stats;
}

/* The start. The agent has to be made on the thread that runs it. */

typedef struct
{
  RtcSession *session;
  RtcPeerConfig config;
} Start;

static GPtrArray *
copy_codecs (GPtrArray * codecs)
{
  GPtrArray *copies = g_ptr_array_new_with_free_func ((GDestroyNotify) rtc_codec_free);

  for (guint i = 0; codecs && i < codecs->len; i++)
    g_ptr_array_add (copies, rtc_codec_copy (codecs->pdata[i]));
  return copies;
}

GPtrArray *
rtc_session_copy_specs (GPtrArray * tracks)
{
  GPtrArray *copies = g_ptr_array_new_with_free_func ((GDestroyNotify) rtc_track_spec_free);

  for (guint i = 0; i < tracks->len; i++)
    g_ptr_array_add (copies, tracks->pdata[i] ? rtc_track_spec_copy (tracks->pdata[i]) : NULL);
  return copies;
}

static RtcPeerConfig
copy_config (const RtcPeerConfig * config)
{
  RtcPeerConfig copy = *config;

  copy.ice.stun_server = g_strdup (config->ice.stun_server);
  copy.ice.turn_servers = (const gchar * const *) g_strdupv ((gchar **) config->ice.turn_servers);
  copy.ice.addresses = (const gchar * const *) g_strdupv ((gchar **) config->ice.addresses);
  copy.tracks = rtc_session_copy_specs (config->tracks);
  copy.cname = g_strdup (config->cname);
  for (guint i = 0; i < G_N_ELEMENTS (copy.receive); i++)
    copy.receive[i].codecs = copy_codecs (config->receive[i].codecs);
  return copy;
}

static void
free_start (Start * start)
{
  g_free ((gchar *) start->config.ice.stun_server);
  g_strfreev ((gchar **) start->config.ice.turn_servers);
  g_strfreev ((gchar **) start->config.ice.addresses);
  g_ptr_array_unref (start->config.tracks);
  g_free ((gchar *) start->config.cname);
  for (guint i = 0; i < G_N_ELEMENTS (start->config.receive); i++)
    g_ptr_array_unref (start->config.receive[i].codecs);
  rtc_session_unref (start->session);
  g_free (start);
}

static void
fail_start (RtcSession * session, GError * error)
{
  RtcPeerEffect effect = {.kind = RTC_PEER_ENDED,.error = error };

  post_event (session, &effect, NULL);
  rtc_pool_give_back (session->pool, session->loop_index);
  rtc_session_unref (session);
}

static void
run_start (RtcLoop * loop, gpointer data)
{
  Start *start = data;
  RtcSession *session = start->session;
  GMainContext *context = g_main_context_new ();
  GError *error = NULL;

  start->config.ice.context = context;
  start->config.wake = rtc_session_wake;
  start->config.wake_data = session;
  session->peer = rtc_peer_new (&start->config, rtc_loop_get_now (loop), &error);
  if (session->peer) {
    session->context = context;
    rtc_session_grow_tracks (session);
    session->path.fd = -1;
    session->member = rtc_loop_add (loop, context, &member_funcs, session);
    rtc_session_finish (session, rtc_loop_get_now (loop));
  } else {
    g_main_context_unref (context);
    fail_start (session, error);
  }
  free_start (start);
}

RtcSession *
rtc_session_new (RtcPool * pool, RtcControl * control, const RtcPeerConfig * config,
    const RtcSessionEvents * events, gpointer user_data, GDestroyNotify destroy)
{
  RtcSession *session = g_new0 (RtcSession, 1);
  Start *start = g_new0 (Start, 1);

  session->ref_count = 2;       /* the caller's, and the loop's until it lets go */
  session->pool = pool;
  session->loop_index = rtc_pool_take (pool);
  session->loop = rtc_pool_get_loop (pool, session->loop_index);
  session->control = control;
  session->events = events;
  session->user_data = user_data;
  session->destroy = destroy;
  start->session = rtc_session_ref (session);
  start->config = copy_config (config);
  rtc_loop_post (session->loop, run_start, start);
  return session;
}
