/* gst-rtc: two peers of ours, each of which may send and receive
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "simsender.h"

G_BEGIN_DECLS

typedef struct
{
  RtcCertificate *certificate;
  SimSource *sources[2][4];     /* by peer: video, audio, video, audio */
  SimSender *peers[2];
} SimCall;

/**
 * SimCallConfig:
 * @n_sources: what each of them sends from the beginning: so many of its sources
 * @deaf: it receives nothing
 */
typedef struct
{
  guint n_sources[2];
  gboolean deaf[2];
  gboolean data_channels[2];
  gboolean no_transport_cc;
} SimCallConfig;

/* Sources run; nothing is offered yet */
SimCall *sim_call_new (const SimCallConfig * config);
/* by: who offers */
void sim_call_connect (SimCall * call, guint by);
/* Both ways */
void sim_call_set_link (SimCall * call, const SimLink * link);
/* Sends the first n of its sources, but for those of the bit set @without */
void sim_call_send (SimCall * call, guint who, guint n, guint without);
/* What @who has got of a source of the other one's, or NULL */
SimReceiver *sim_call_get (SimCall * call, guint who, RtcMediaKind kind, guint nth);
/* Ends whoever has not ended, and waits until all is closed */
void sim_call_free (SimCall * call);

G_END_DECLS
