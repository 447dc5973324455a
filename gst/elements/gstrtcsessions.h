/* gst-rtc: the peers of an element
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "gstrtcconsumer.h"

G_BEGIN_DECLS

/**
 * GstRtcSessions:
 *
 * Answers the signaller's signals, decides who gets in, and knows who is there. Everything happens on
 * the control thread unless it says otherwise.
 */
typedef struct _GstRtcSessions GstRtcSessions;

/**
 * GstRtcSessionsFuncs:
 * @get_inputs: (transfer full) (element-type GstRtcInput): one track each
 * @prepare: sets what a session has beside media as @peer says it; returns whether it is worth it without media
 * @started: a peer has a session, before its first description
 * @dropped: it has it no more: another one follows, before anything has gone over it
 * @negotiated: (element-type RtcNegotiatedTrack): what a peer sends and takes has changed
 * @describe: (nullable): adds to the stats of what a peer sends in the section @mid; from any thread
 * @requested: whether the peer may come in
 * @added: it came in
 * @removed: it is gone; reason is in the domain GST_RTC_ERROR
 * @failed: signaling as a whole failed
 */
typedef struct
{
  GPtrArray *(*get_inputs) (gpointer user_data);
  gboolean (*requested) (const gchar * id, gpointer user_data);
  void (*added) (const gchar * id, gpointer user_data);
  gboolean (*prepare) (const gchar * id, RtcPeerConfig * peer, gpointer user_data);
  void (*started) (GstRtcConsumer * consumer, gpointer user_data);
  void (*dropped) (const gchar * id, gpointer user_data);
  void (*negotiated) (GstRtcConsumer * consumer, GPtrArray * tracks, gpointer user_data);
  void (*removed) (const gchar * id, const GError * reason, gpointer user_data);
  void (*failed) (const GError * error, gpointer user_data);
  void (*describe) (const gchar * id, const gchar * mid, GstStructure * entry, gpointer user_data);
} GstRtcSessionsFuncs;

/**
 * GstRtcSessionsConfig:
 * @peer: of every peer, but for its tracks, data channels and seed; what it points to is copied
 * @max_consumers: 0 for no limit
 * @ice_servers: (nullable): for the peers, by way of the signaller
 */
typedef struct
{
  RtcPool *pool;
  RtcControl *control;
  GstRtcSignaller *signaller;
  RtcPeerConfig peer;
  guint max_consumers;
  const gchar *const *ice_servers;
} GstRtcSessionsConfig;

/* From any thread. config: copied; funcs: static */
GstRtcSessions *gst_rtc_sessions_new (const GstRtcSessionsConfig * config, const GstRtcSessionsFuncs * funcs,
    gpointer user_data);
/* From any thread: after the control thread has ended */
void gst_rtc_sessions_free (GstRtcSessions * sessions);

gboolean gst_rtc_sessions_start (GstRtcSessions * sessions, GError ** error);
/* Ends every session, as far as this thread is concerned, and stops the signaller */
void gst_rtc_sessions_stop (GstRtcSessions * sessions);
/* From any thread, without waiting: the inputs are known, or changed */
void gst_rtc_sessions_update (GstRtcSessions * sessions);

/* From any thread but the loops' */
GStrv gst_rtc_sessions_get_ids (GstRtcSessions * sessions);
GstStructure *gst_rtc_sessions_get_stats (GstRtcSessions * sessions);

G_END_DECLS
