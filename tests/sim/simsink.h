/* gst-rtc: what a peer of ours receives, and what is said of it: stands where rtpbin does
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/core/peer/rtcpeer.h>

#include "simreceiver.h"

G_BEGIN_DECLS

#define SIM_MAX_STREAMS 8

typedef struct
{
  guint m_line;
  guint32 ssrc;
  SimReceiver receiver;
} SimStream;

/* One SSRC of one section is one stream; it stays when its section does not receive any more. */
typedef struct
{
  RtcPeer *peer;                /* NULL once it was stopped */
  GPtrArray *tracks;            /* of RtcNegotiatedTrack */
  SimStream streams[SIM_MAX_STREAMS];
  guint n_streams;
  SimTimer tick;
  RtcTime next_report;
  guint32 ssrc;
  gboolean no_nack;

  guint n_rtp, n_rtcp, n_flushes, n_retransmitted, n_nacks_sent, n_unread;
  gboolean flushed;
} SimSink;

/* Zeroed before */
void sim_sink_start (SimSink * sink, RtcPeer * peer);
void sim_sink_stop (SimSink * sink);
void sim_sink_clear (SimSink * sink);
/* After an exchange */
void sim_sink_update (SimSink * sink, GPtrArray * tracks);
/* The stream of that kind that came last, or NULL */
SimReceiver *sim_sink_get (SimSink * sink, RtcMediaKind kind);
void sim_sink_send_key_request (SimSink * sink, SimReceiver * receiver);

G_END_DECLS
