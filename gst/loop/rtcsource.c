/* gst-rtc: one encoded stream on its way from a streaming thread to the peers of every loop
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 *   streaming thread ── rtc_source_push() ──▶ mailbox of each loop ──▶ that loop's feed ──▶ its subscriptions
 *
 * Every loop has a feed of its own, so nothing here is locked; the frames in them
 * are the same. Key frame requests of all loops meet on the first one.
 */
#include "rtcsource.h"

#include <gst/core/rtp/rtckeyrequests.h>

/* Retransmission: libwebrtc gives up a frame after some 200 ms; slow viewers ask later. */
#define HISTORY_AGE (1 * RTC_SECOND)
/* Ten seconds of 10 Mbit/s: enough for the group of pictures of a camera, bounded for one without key frames */
#define HISTORY_BYTES (12 * 1024 * 1024)
typedef struct
{
  RtcSource *source;
  RtcLoop *loop;
  RtcFeed *feed;
  GPtrArray *subscriptions;     /* of RtcSubscription */
  gboolean distributing;        /* distribute() is in the mailbox */
} Branch;

struct _RtcSubscription
{
  Branch *branch;
  guint index;                  /* in branch->subscriptions */
  const RtcSubscriberFuncs *funcs;
  gpointer user_data;
  guint track;
};

struct _RtcSource
{
  RtcPool *pool;
  RtcSourceConfig config;
  Branch *branches;             /* one by loop */

  /* the first loop's own */
  RtcKeyRequests requests;
  RtcLoopMember *timer;
};

typedef struct
{
  Branch *branch;
  RtcFrame *frame;
} FrameTask;

/* Key frame requests, on the first loop */

static void
update_timer (RtcSource * source)
{
  rtc_loop_set_timeout (source->branches[0].loop, source->timer,
      rtc_key_requests_next_timeout (&source->requests));
}

static void
want_key (RtcLoop * loop, gpointer data)
{
  RtcSource *source = data;

  if (rtc_key_requests_want (&source->requests, rtc_loop_get_now (loop)))
    source->config.request_key (source->config.user_data);
  update_timer (source);
}

static void
on_timeout (gpointer user_data, RtcTime now)
{
  RtcSource *source = user_data;

  if (rtc_key_requests_on_timeout (&source->requests, now))
    source->config.request_key (source->config.user_data);
  update_timer (source);
}

static const RtcLoopMemberFuncs timer_funcs = {.timeout = on_timeout };

void
rtc_subscription_want_key (RtcSubscription * subscription)
{
  RtcSource *source = subscription->branch->source;

  if (source->config.request_key)
    rtc_loop_post (source->branches[0].loop, want_key, source);
}

/* Frames */

static void
distribute (RtcLoop * loop, gpointer data)
{
  Branch *branch = data;

  branch->distributing = FALSE;
  /* Backwards: a subscription may free itself, and the last one then takes its place. */
  for (guint i = branch->subscriptions->len; i-- > 0;) {
    RtcSubscription *subscription = branch->subscriptions->pdata[i];

    subscription->funcs->frames (subscription->user_data, subscription->track, rtc_loop_get_now (loop));
  }
}

static void
take_frame (RtcLoop * loop, gpointer data)
{
  FrameTask *task = data;
  Branch *branch = task->branch;
  RtcSource *source = branch->source;
  RtcTime now = rtc_loop_get_now (loop);

  rtc_feed_push (branch->feed, task->frame, now);
  if (task->frame->key && branch == &source->branches[0]) {
    rtc_key_requests_on_key_frame (&source->requests, now);
    update_timer (source);
  }
  rtc_frame_unref (task->frame);
  g_free (task);
  /* At the mailbox's end, so that a loop that has fallen behind takes all that came before it sends. */
  if (!branch->distributing) {
    branch->distributing = TRUE;
    rtc_loop_post (loop, distribute, branch);
  }
}

void
rtc_source_push (RtcSource * source, RtcFrame * frame)
{
  for (guint i = 0; i < rtc_pool_get_n_loops (source->pool); i++) {
    FrameTask *task = g_new (FrameTask, 1);

    task->branch = &source->branches[i];
    task->frame = rtc_frame_ref (frame);
    rtc_loop_post (task->branch->loop, take_frame, task);
  }
  rtc_frame_unref (frame);
}

/* Subscriptions */

RtcSubscription *
rtc_source_subscribe (RtcSource * source, guint loop, const RtcSubscriberFuncs * funcs, gpointer user_data,
    guint track)
{
  RtcSubscription *subscription = g_new0 (RtcSubscription, 1);
  Branch *branch = &source->branches[loop];

  subscription->branch = branch;
  subscription->index = branch->subscriptions->len;
  subscription->funcs = funcs;
  subscription->user_data = user_data;
  subscription->track = track;
  g_ptr_array_add (branch->subscriptions, subscription);
  return subscription;
}

void
rtc_subscription_free (RtcSubscription * subscription)
{
  GPtrArray *all = subscription->branch->subscriptions;

  g_ptr_array_remove_index_fast (all, subscription->index);
  if (subscription->index < all->len)
    ((RtcSubscription *) all->pdata[subscription->index])->index = subscription->index;
  g_free (subscription);
}

RtcFeed *
rtc_subscription_get_feed (RtcSubscription * subscription)
{
  return subscription->branch->feed;
}

RtcTime
rtc_subscription_get_replay (RtcSubscription * subscription)
{
  /* One that can be forced is replayed only as long as the request limiter would withhold a new one. */
  return subscription->branch->source->config.forceable ? RTC_KEY_REQUEST_INTERVAL : RTC_TIME_NEVER;
}

/* Life */

static void
open_timer (RtcLoop * loop, gpointer data)
{
  RtcSource *source = data;

  source->timer = rtc_loop_add (loop, NULL, &timer_funcs, source);
}

static void
close_timer (RtcLoop * loop, gpointer data)
{
  RtcSource *source = data;

  rtc_loop_remove (loop, source->timer);
}

static void
empty_branch (RtcLoop * loop, gpointer data)
{
  Branch *branch = data;

  while (branch->subscriptions->len > 0) {
    RtcSubscription *last = branch->subscriptions->pdata[branch->subscriptions->len - 1];

    /* frees the subscription */
    last->funcs->gone (last->user_data, last->track, rtc_loop_get_now (loop));
  }
}

static void
do_nothing (RtcLoop * loop, gpointer data)
{
}

RtcSource *
rtc_source_new (RtcPool * pool, const RtcSourceConfig * config)
{
  RtcSource *source = g_new0 (RtcSource, 1);
  guint n = rtc_pool_get_n_loops (pool);

  source->pool = pool;
  source->config = *config;
  source->branches = g_new0 (Branch, n);
  rtc_key_requests_init (&source->requests);
  for (guint i = 0; i < n; i++) {
    Branch *branch = &source->branches[i];

    branch->source = source;
    branch->loop = rtc_pool_get_loop (pool, i);
    branch->feed = rtc_feed_new (config->clock_rate, HISTORY_AGE, HISTORY_BYTES);
    branch->subscriptions = g_ptr_array_new ();
  }
  rtc_loop_call (source->branches[0].loop, open_timer, source);
  return source;
}

void
rtc_source_free (RtcSource * source)
{
  guint n = rtc_pool_get_n_loops (source->pool);

  for (guint i = 0; i < n; i++)
    rtc_loop_call (source->branches[i].loop, empty_branch, &source->branches[i]);
  /* Distributions that were on their way by then have run when one more task has. */
  for (guint i = 0; i < n; i++)
    rtc_loop_call (source->branches[i].loop, do_nothing, NULL);
  /* The first loop's requests last: until now the other loops may have posted some. */
  rtc_loop_call (source->branches[0].loop, close_timer, source);
  for (guint i = 0; i < n; i++) {
    rtc_feed_free (source->branches[i].feed);
    g_ptr_array_unref (source->branches[i].subscriptions);
  }
  g_free (source->branches);
  g_free (source);
}
