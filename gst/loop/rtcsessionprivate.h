/* gst-rtc: the state of a session, shared by the files that make it up
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "rtcsession.h"

G_BEGIN_DECLS

typedef struct
{
  RtcSource *source;            /* of the subscription */
  RtcSubscription *subscription;
  RtcFeed *feed;
} RtcSessionTrack;

struct _RtcSession
{
  gint ref_count;
  RtcPool *pool;
  guint loop_index;
  RtcLoop *loop;
  RtcControl *control;
  const RtcSessionEvents *events;

  /* the control thread's own */
  gpointer user_data;
  GDestroyNotify destroy;

  /* the loop's own */
  GMainContext *context;
  RtcPeer *peer;                /* NULL before the start and after the end */
  RtcLoopMember *member;
  RtcSessionTrack *tracks;                /* one for each of the peer's */
  guint n_tracks;
  gpointer sink_data;           /* of the media sink */
  GDestroyNotify sink_destroy;
  const RtcDataSink *data_sink; /* (nullable) */
  gpointer data_sink_data;
  GDestroyNotify data_sink_destroy;
  RtcIcePath path;
  gboolean ended;               /* the peer still closes its sockets, but sends nothing any more */

  /* atomic */
  gint n_channels;              /* made by rtc_session_create_channel() */
  gint woken;                   /* a task for it is on its way */
};

/* Each file calls only those before it: send, data ← session ← tasks. All of it happens on the loop. */

/* rtcsessionsend.c */
void rtc_session_find_path (RtcSession * session);
void rtc_session_write_track (RtcSession * session, guint track, RtcTime now);
void rtc_session_write_data (RtcSession * session, RtcTime now);

/* rtcsessiondata.c */
void rtc_session_drain_data_events (RtcSession * session);
void rtc_session_replace_data_sink (RtcSession * session, const RtcDataSink * sink, gpointer user_data, GDestroyNotify destroy);

/* rtcsession.c */
GPtrArray *rtc_session_copy_specs (GPtrArray * tracks);
void rtc_session_grow_tracks (RtcSession * session);
void rtc_session_replace_sink (RtcSession * session, const RtcMediaSink * sink, gpointer user_data, GDestroyNotify destroy);
void rtc_session_change_source (RtcSession * session, guint track, RtcSource * source, RtcTime now);
void rtc_session_finish (RtcSession * session, RtcTime now);

/* rtcsessiontasks.c */
void rtc_session_wake (gpointer session);

G_END_DECLS
