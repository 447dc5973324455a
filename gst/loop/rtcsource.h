/* gst-rtc: one encoded stream on its way from a streaming thread to the peers of every loop
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/core/rtp/rtcfeed.h>
#include "rtcpool.h"

G_BEGIN_DECLS

typedef struct _RtcSource RtcSource;

/**
 * RtcSourceConfig:
 * @clock_rate: of the frames' timestamps
 * @forceable: key frames come when asked for (an encoder of ours); otherwise new peers begin with
 *     the last key frame, however old, and what followed
 * @request_key: (nullable): asks upstream for a key frame; called on a loop, must not block
 */
typedef struct
{
  guint clock_rate;
  gboolean forceable;
  void (*request_key) (gpointer user_data);
  gpointer user_data;
} RtcSourceConfig;

RtcSource *rtc_source_new (RtcPool * pool, const RtcSourceConfig * config);
/* request_key is not called any more once this has returned; peers that still send it stop doing so.
 * From any thread but a loop's. */
void rtc_source_free (RtcSource * source);
/* From one streaming thread at a time: never waits for a peer. frame: (transfer full) */
void rtc_source_push (RtcSource * source, RtcFrame * frame);

/* What follows is called on a loop's thread only. */

/**
 * RtcSubscription:
 *
 * One track of one peer that sends the source.
 */
typedef struct _RtcSubscription RtcSubscription;

typedef struct
{
  void (*frames) (gpointer user_data, guint track, RtcTime now);        /* there is something new in the feed */
  void (*gone) (gpointer user_data, guint track, RtcTime now);  /* the source ends, and with it the subscription */
} RtcSubscriberFuncs;

RtcSubscription *rtc_source_subscribe (RtcSource * source, guint loop, const RtcSubscriberFuncs * funcs,
    gpointer user_data, guint track);
void rtc_subscription_free (RtcSubscription * subscription);
RtcFeed *rtc_subscription_get_feed (RtcSubscription * subscription);
/* How old a key frame may be for a peer to begin with it */
RtcTime rtc_subscription_get_replay (RtcSubscription * subscription);
void rtc_subscription_want_key (RtcSubscription * subscription);

G_END_DECLS
