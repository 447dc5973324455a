/* gst-rtc: a peer of ours on the virtual network
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Stands where loop/rtcsession.c does.
 */
#pragma once

#include <gst/core/peer/rtcpeer.h>

#include "simbackends.h"
#include "simparty.h"
#include "simsink.h"
#include "simsource.h"

G_BEGIN_DECLS

#define SIM_MAX_TRACKS 4

typedef struct
{
  SimParty party;
  RtcPeer *peer;                /* NULL once it is closed */
  SimTimer timer;
  SimSource *sources[SIM_MAX_TRACKS];   /* by track; NULL for one that only receives */
  guint n_tracks;
  gboolean subscribed[SIM_MAX_TRACKS];
  const gchar *video_codec;
  SimSink sink;                 /* what it receives */

  /* what it said */
  gboolean connected, ended;
  GError *reason;
  RtcTime created, connected_at, ended_at;
  guint n_offers, n_answers, n_candidates, n_negotiated, n_connected, n_ended, n_key_wishes, n_paths, n_drops;
  guint n_timeouts;
  gchar *description;           /* the last */

  SimTimer wake;
  GQueue data_events;           /* of RtcDataEvent: not taken yet */
} SimSender;

/**
 * SimSenderConfig:
 * @sources: one track each; the first NULL ends them
 * @receives: audio and video, and offers a section of each
 * @no_transport_cc: takes no transport-wide sequence numbers: what it says of the path is REMB
 */
typedef struct
{
  RtcCertificate *certificate;
  SimSource *sources[SIM_MAX_TRACKS];
  gboolean receives;
  gboolean no_transport_cc;
  gboolean data_channels;       /* of the peer's; its own may come at any time */
  RtcTime setup_timeout;        /* 0 for 15 s */
  gboolean no_retransmission;
  const gchar *video_codec;     /* NULL for VP8 */
} SimSenderConfig;

SimSender *sim_sender_new (const SimSenderConfig * config);
/* Only once it is closed */
void sim_sender_free (SimSender * sender);
void sim_sender_offer (SimSender * sender);
void sim_sender_end (SimSender * sender);
/* Other sources: NULL ends a track */
void sim_sender_set_sources (SimSender * sender, SimSource * const *sources, guint n);
void sim_sender_restart_ice (SimSender * sender);
SimEndpoint *sim_sender_get_endpoint (SimSender * sender);

void sim_sender_create_channel (SimSender * sender, guint channel, const gchar * label);
void sim_sender_send_text (SimSender * sender, guint channel, const gchar * text);
void sim_sender_close_channel (SimSender * sender, guint channel);
/* The next event of data channels is of that kind, and comes within a second: to be cleared */
void sim_sender_take (SimSender * sender, RtcDataEventKind kind, RtcDataEvent * event);

/* Conditions for sim_run_until() */
gboolean sim_sender_is_connected (gpointer sender);
gboolean sim_sender_is_ended (gpointer sender);
gboolean sim_sender_is_closed (gpointer sender);

/* (transfer full): of both kinds: VP8 and Opus, as they are offered here */
RtcTrackSpec *sim_track_spec_new (RtcMediaKind kind, const gchar * video_codec);
/* Its codecs are to be unreferenced */
RtcReceiveSpec sim_receive_spec (RtcMediaKind kind, const gchar * video_codec);

G_END_DECLS
