/* gst-rtc: tasks for a session, from anywhere to its loop
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "rtcsessionprivate.h"

typedef enum
{
  TASK_CREATE_OFFER,
  TASK_SET_REMOTE_DESCRIPTION,
  TASK_ADD_CANDIDATE,
  TASK_END,
  TASK_SET_SOURCE,
  TASK_SET_TRACKS,
  TASK_RESTART_ICE,
  TASK_SET_MEDIA_SINK,
  TASK_SEND_RTCP,
  TASK_SET_DATA_SINK,
  TASK_CREATE_CHANNEL,
  TASK_SEND_DATA,
  TASK_CLOSE_CHANNEL,
  TASK_PAUSE_DATA,
  TASK_WAKE,
} TaskKind;

typedef struct
{
  RtcSession *session;
  TaskKind kind;
  GstRtcSdpType type;
  gchar *text;
  GError *reason;
  guint track;
  RtcSource *source;
  GPtrArray *tracks;            /* of RtcTrackSpec */
  const RtcMediaSink *sink;
  gpointer sink_data;
  GDestroyNotify sink_destroy;
  const RtcDataSink *data_sink;
  GBytes *bytes;
  guint channel;
  RtcDataChannelSpec *channel_spec;
  gboolean flag;
} Task;

static void
free_task (Task * task)
{
  rtc_session_unref (task->session);
  g_free (task->text);
  g_clear_error (&task->reason);
  g_clear_pointer (&task->tracks, g_ptr_array_unref);
  g_clear_pointer (&task->bytes, g_bytes_unref);
  g_clear_pointer (&task->channel_spec, rtc_data_channel_spec_free);
  if (task->sink_destroy)       /* it has not become the session's */
    task->sink_destroy (task->sink_data);
  g_free (task);
}

static void
set_tracks (RtcSession * session, GPtrArray * tracks, RtcTime now)
{
  if (session->ended)
    return;
  /* first: no source's frames reach a track that has ended */
  for (guint i = 0; i < session->n_tracks; i++)
    if (i >= tracks->len || !tracks->pdata[i])
      rtc_session_change_source (session, i, NULL, now);
  rtc_peer_set_tracks (session->peer, tracks, now);
  rtc_session_grow_tracks (session);
}

static void
set_media_sink (RtcSession * session, Task * task)
{
  if (session->ended)
    return;
  rtc_session_replace_sink (session, task->sink, task->sink_data, g_steal_pointer (&task->sink_destroy));
}

static void
set_data_sink (RtcSession * session, Task * task)
{
  if (session->ended)
    return;
  rtc_session_replace_data_sink (session, task->data_sink, task->sink_data, g_steal_pointer (&task->sink_destroy));
}

static void
send_rtcp (RtcSession * session, GBytes * rtcp, RtcTime now)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (rtcp, &size);

  rtc_peer_send_rtcp (session->peer, data, size, now);
}

static void
carry_out (RtcSession * session, Task * task, RtcTime now)
{
  switch (task->kind) {
    case TASK_CREATE_OFFER:
      rtc_peer_create_offer (session->peer, now);
      break;
    case TASK_SET_REMOTE_DESCRIPTION:
      rtc_peer_set_remote_description (session->peer, task->type, task->text, now);
      break;
    case TASK_ADD_CANDIDATE:
      rtc_peer_add_candidate (session->peer, task->text, now);
      break;
    case TASK_END:
      rtc_peer_end (session->peer, task->reason, now);
      break;
    case TASK_SET_SOURCE:
      rtc_session_change_source (session, task->track, task->source, now);
      break;
    case TASK_SET_TRACKS:
      set_tracks (session, task->tracks, now);
      break;
    case TASK_RESTART_ICE:
      rtc_peer_restart_ice (session->peer, now);
      break;
    case TASK_SET_MEDIA_SINK:
      set_media_sink (session, task);
      break;
    case TASK_SEND_RTCP:
      send_rtcp (session, task->bytes, now);
      break;
    case TASK_SET_DATA_SINK:
      set_data_sink (session, task);
      break;
    case TASK_CREATE_CHANNEL:
      rtc_peer_create_channel (session->peer, task->channel, task->channel_spec, now);
      break;
    case TASK_SEND_DATA:
      rtc_peer_send_data (session->peer, task->channel, task->flag, task->bytes, now);
      break;
    case TASK_CLOSE_CHANNEL:
      rtc_peer_close_channel (session->peer, task->channel, now);
      break;
    case TASK_PAUSE_DATA:
      rtc_peer_pause_data (session->peer, task->flag, now);
      break;
    case TASK_WAKE:
      rtc_peer_on_woken (session->peer, now);
      break;
  }
}

static void
run_task (RtcLoop * loop, gpointer data)
{
  Task *task = data;
  RtcSession *session = task->session;
  RtcTime now = rtc_loop_get_now (loop);

  if (task->kind == TASK_WAKE)
    g_atomic_int_set (&session->woken, FALSE);
  if (session->peer) {
    carry_out (session, task, now);
    rtc_session_finish (session, now);
    if (session->peer)
      rtc_loop_touch (loop, session->member);
  }
  free_task (task);
}

static Task *
new_task (RtcSession * session, TaskKind kind)
{
  Task *task = g_new0 (Task, 1);

  task->session = rtc_session_ref (session);
  task->kind = kind;
  return task;
}

static void
post_task (Task * task)
{
  rtc_loop_post (task->session->loop, run_task, task);
}

void
rtc_session_create_offer (RtcSession * session)
{
  post_task (new_task (session, TASK_CREATE_OFFER));
}

void
rtc_session_set_remote_description (RtcSession * session, GstRtcSdpType type, const gchar * sdp)
{
  Task *task = new_task (session, TASK_SET_REMOTE_DESCRIPTION);

  task->type = type;
  task->text = g_strdup (sdp);
  post_task (task);
}

void
rtc_session_add_candidate (RtcSession * session, const gchar * candidate)
{
  Task *task = new_task (session, TASK_ADD_CANDIDATE);

  task->text = g_strdup (candidate);
  post_task (task);
}

void
rtc_session_end (RtcSession * session, const GError * reason)
{
  Task *task = new_task (session, TASK_END);

  task->reason = reason ? g_error_copy (reason) : NULL;
  post_task (task);
}

void
rtc_session_set_source (RtcSession * session, guint track, RtcSource * source)
{
  Task *task = new_task (session, TASK_SET_SOURCE);

  task->track = track;
  task->source = source;
  post_task (task);
}

void
rtc_session_set_tracks (RtcSession * session, GPtrArray * tracks)
{
  Task *task = new_task (session, TASK_SET_TRACKS);

  task->tracks = rtc_session_copy_specs (tracks);
  post_task (task);
}

void
rtc_session_restart_ice (RtcSession * session)
{
  post_task (new_task (session, TASK_RESTART_ICE));
}

void
rtc_session_set_media_sink (RtcSession * session, const RtcMediaSink * sink, gpointer user_data,
    GDestroyNotify destroy)
{
  Task *task = new_task (session, TASK_SET_MEDIA_SINK);

  task->sink = sink;
  task->sink_data = user_data;
  task->sink_destroy = destroy;
  post_task (task);
}

void
rtc_session_send_rtcp (RtcSession * session, GBytes * rtcp)
{
  Task *task = new_task (session, TASK_SEND_RTCP);

  task->bytes = rtcp;
  post_task (task);
}

/* Data channels */

void
rtc_session_set_data_sink (RtcSession * session, const RtcDataSink * sink, gpointer user_data, GDestroyNotify destroy)
{
  Task *task = new_task (session, TASK_SET_DATA_SINK);

  task->data_sink = sink;
  task->sink_data = user_data;
  task->sink_destroy = destroy;
  post_task (task);
}

guint
rtc_session_create_channel (RtcSession * session, const RtcDataChannelSpec * spec)
{
  Task *task = new_task (session, TASK_CREATE_CHANNEL);
  guint channel = g_atomic_int_add (&session->n_channels, 1);

  task->channel = channel;
  task->channel_spec = rtc_data_channel_spec_copy (spec);
  post_task (task);
  return channel;
}

void
rtc_session_send_data (RtcSession * session, guint channel, gboolean is_text, GBytes * message)
{
  Task *task = new_task (session, TASK_SEND_DATA);

  task->channel = channel;
  task->flag = is_text;
  task->bytes = g_bytes_ref (message);
  post_task (task);
}

void
rtc_session_close_channel (RtcSession * session, guint channel)
{
  Task *task = new_task (session, TASK_CLOSE_CHANNEL);

  task->channel = channel;
  post_task (task);
}

void
rtc_session_pause_data (RtcSession * session, gboolean is_paused)
{
  Task *task = new_task (session, TASK_PAUSE_DATA);

  task->flag = is_paused;
  post_task (task);
}

/* On any thread, under a lock of the SCTP library's: only posts */
void
rtc_session_wake (gpointer data)
{
  RtcSession *session = data;

  if (g_atomic_int_compare_and_exchange (&session->woken, FALSE, TRUE))
    post_task (new_task (session, TASK_WAKE));
}
