/* gst-rtc: a webrtcbin for each client of a WebSocket, in the project's signaling
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#define GST_USE_UNSTABLE_API
#include <gst/gst.h>
#include <gst/webrtc/webrtc.h>
#include <libsoup/soup.h>

G_BEGIN_DECLS

typedef struct
{
  gint ref_count;               /* promises and callbacks outlive the socket */
  SoupWebsocketConnection *socket;      /* NULL once it is closed */
  GstElement *webrtc;           /* NULL before the login and after the end */
  gpointer data;                /* of the functions below */
} BenchPeer;

/**
 * BenchPeerFuncs:
 * @start: adds peer->webrtc to a pipeline, with its transceivers, sink pads or data channels
 * @stop: takes it out, stopped
 * @answers: waits for the peer's offer; else it offers when it runs
 */
typedef struct
{
  void (*start) (BenchPeer * peer);
  void (*stop) (BenchPeer * peer);
  gboolean answers;
} BenchPeerFuncs;

/* Serves ws://127.0.0.1:port/ws in the default main context. funcs: static */
gboolean bench_webrtc_serve (guint port, const BenchPeerFuncs * funcs, GError ** error);

G_END_DECLS
