/* gst-rtc: a camera, a microphone
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Stands where loop/rtcsource.c does, with one branch: a feed, its subscribers, and
 * the joining of their key frame requests.
 */
#pragma once

#include <gst/core/rtp/rtcfeed.h>
#include <gst/core/rtp/rtckeyrequests.h>
#include <gst/core/sdp/rtccodec.h>

#include "simworld.h"

G_BEGIN_DECLS

/* What each packet's payload begins with, so that a viewer knows what it should have got */
typedef struct
{
  guint32 frame;
  guint16 index, n_packets;
  gboolean key;
  RtcTime capture_time;
} SimPayload;

#define SIM_PAYLOAD_HEADER_SIZE 17

/* FALSE: not what a source of ours wrote */
gboolean sim_payload_read (const guint8 * data, gsize size, SimPayload * payload);

typedef void (*SimFramesFunc) (gpointer data, gpointer source);

/**
 * SimSource:
 * @forceable: makes key frames when asked
 * @gop: a key frame is made this often, 0 for never
 *
 * Settings may be changed until it is started.
 */
typedef struct
{
  RtcMediaKind kind;
  guint clock_rate;
  RtcTime interval;
  guint delta_packets, key_packets;
  gsize packet_size;
  gboolean forceable;
  RtcTime gop;

  RtcFeed *feed;
  guint32 timestamp_offset;
  RtcTime began, last_key;
  guint32 frames;
  gboolean key_wanted;
  guint forced;                 /* key frames made because somebody asked */
  guint key_frames;
  RtcKeyRequests requests;
  GPtrArray *subscribers;       /* of Subscriber */
  SimTimer tick, request;
} SimSource;

SimSource *sim_source_new (RtcMediaKind kind);
void sim_source_free (SimSource * source);
void sim_source_start (SimSource * source);
void sim_source_stop (SimSource * source);
void sim_source_subscribe (SimSource * source, SimFramesFunc func, gpointer data);
void sim_source_unsubscribe (SimSource * source, gpointer data);
RtcTime sim_source_get_replay (const SimSource * source);
void sim_source_want_key (SimSource * source);

G_END_DECLS
