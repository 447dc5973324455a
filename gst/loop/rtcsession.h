/* gst-rtc: a peer on its loop, as the rest of the process sees it
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/core/peer/rtcpeer.h>
#include "rtccontrol.h"
#include "rtcpool.h"
#include "rtcsource.h"

G_BEGIN_DECLS

typedef struct _RtcSession RtcSession;

/**
 * RtcSessionEvents:
 * @description: send this to the peer
 * @candidate: send this to the peer; "" ends the candidates
 * @negotiated: (element-type RtcNegotiatedTrack): every m= section of audio and video after an exchange, to be answered with
 *     rtc_session_set_source() for the tracks that are sent, and rtc_session_set_media_sink() if something is received
 * @connected: the peer is up
 * @ended: the last event: why the peer went; sockets may take a moment longer (rtc_pool_wait_idle())
 *
 * All come on the control thread.
 */
typedef struct
{
  void (*description) (RtcSession * session, GstRtcSdpType type, const gchar * sdp, gpointer user_data);
  void (*candidate) (RtcSession * session, const gchar * candidate, const gchar * mid, guint m_line,
      gpointer user_data);
  void (*negotiated) (RtcSession * session, GPtrArray * tracks, gpointer user_data);
  void (*connected) (RtcSession * session, gpointer user_data);
  void (*ended) (RtcSession * session, const GError * reason, gpointer user_data);
} RtcSessionEvents;

/* config: copied; its ice.context is ignored: the session makes one. events: static.
 * user_data: destroyed, on the control thread, after `ended` */
RtcSession *rtc_session_new (RtcPool * pool, RtcControl * control, const RtcPeerConfig * config,
    const RtcSessionEvents * events, gpointer user_data, GDestroyNotify destroy);
void rtc_session_unref (RtcSession * session);
RtcSession *rtc_session_ref (RtcSession * session);

/* From any thread; in order; nothing happens once it has ended */
void rtc_session_create_offer (RtcSession * session);
void rtc_session_set_remote_description (RtcSession * session, GstRtcSdpType type, const gchar * sdp);
void rtc_session_add_candidate (RtcSession * session, const gchar * candidate);
/* reason: (nullable): GST_RTC_ERROR_LEFT if NULL */
void rtc_session_end (RtcSession * session, const GError * reason);
/* source: (nullable): NULL stops the track; the one that it sends already goes on untouched. The source outlives the session,
 * or is freed first (rtc_source_free()). */
void rtc_session_set_source (RtcSession * session, guint track, RtcSource * source);
/* tracks: (element-type RtcTrackSpec): copied; see rtc_peer_set_tracks() */
void rtc_session_set_tracks (RtcSession * session, GPtrArray * tracks);
void rtc_session_restart_ice (RtcSession * session);
/* sink: static, called on the loop. destroy: on the loop, once the sink is not called any more: another one, or the end */
void rtc_session_set_media_sink (RtcSession * session, const RtcMediaSink * sink, gpointer user_data,
    GDestroyNotify destroy);
/* rtcp: (transfer full): a plain compound of the receiving side */
void rtc_session_send_rtcp (RtcSession * session, GBytes * rtcp);

/**
 * RtcDataSink:
 *
 * What data channels bring, told on the loop as it comes (see #RtcDataEventKind): must not block, may call the functions below.
 * After @ended nothing is told any more.
 */
typedef struct
{
  void (*incoming) (gpointer user_data, guint channel, const RtcDataChannelSpec * spec);
  void (*open) (gpointer user_data, guint channel, gint id, guint64 max_message_size);
  void (*message) (gpointer user_data, guint channel, gboolean is_text, GBytes * message);
  void (*sent) (gpointer user_data, guint channel, gsize size);
  void (*closing) (gpointer user_data, guint channel);
  void (*closed) (gpointer user_data, guint channel, const GError * error);
} RtcDataSink;

/* sink: static; from before the first description on. destroy: on the loop, once the sink is not called any more */
void rtc_session_set_data_sink (RtcSession * session, const RtcDataSink * sink, gpointer user_data, GDestroyNotify destroy);

/* As in rtcdatachannels.h; from any thread, in order; nothing happens once it has ended */
/* Returns: the handle of the new channel; CLOSED comes for it even if the session has ended, unless it had before */
guint rtc_session_create_channel (RtcSession * session, const RtcDataChannelSpec * spec);
void rtc_session_send_data (RtcSession * session, guint channel, gboolean is_text, GBytes * message);
void rtc_session_close_channel (RtcSession * session, guint channel);
void rtc_session_pause_data (RtcSession * session, gboolean is_paused);

/* (transfer full) (nullable): NULL if it has ended. Waits for the loop: not from a loop. */
RtcPeerStats *rtc_session_get_stats (RtcSession * session);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RtcSession, rtc_session_unref)

G_END_DECLS
