/* gst-rtc: unit tests of a source on its way to several loops
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <gst/loop/rtcsource.h>

#define N_LOOPS 2
#define N_FRAMES 300

typedef struct
{
  RtcSource *source;
  guint index;
  RtcSubscription *subscription;
  guint64 next;                 /* number of the frame that has to come */
  gint seen, gone;              /* atomic */
  gboolean leaves;              /* frees its subscription at its first frame */
} Subscriber;

static RtcFrame *
make_frame (guint32 number, gboolean key)
{
  guint8 bytes[4] = { number >> 24, number >> 16, number >> 8, number };
  const RtcFramePart part = { bytes, sizeof bytes, TRUE };

  return rtc_frame_new (number * 3000, g_get_monotonic_time (), key, &part, 1);
}

static void
on_frames (gpointer data, guint track, RtcTime now)
{
  Subscriber *self = data;
  RtcFeed *feed = rtc_subscription_get_feed (self->subscription);

  g_assert_cmpuint (track, ==, 3);
  for (; self->next < rtc_feed_get_next (feed); self->next++) {
    const RtcFrame *frame = rtc_feed_get_frame (feed, self->next);

    g_assert_nonnull (frame);
    g_assert_cmpuint (frame->timestamp, ==, self->next * 3000);
    g_atomic_int_inc (&self->seen);
  }
  if (self->leaves)
    g_clear_pointer (&self->subscription, rtc_subscription_free);
}

static void
on_gone (gpointer data, guint track, RtcTime now)
{
  Subscriber *self = data;

  g_clear_pointer (&self->subscription, rtc_subscription_free);
  g_atomic_int_inc (&self->gone);
}

static const RtcSubscriberFuncs funcs = { on_frames, on_gone };

static void
subscribe (RtcLoop * loop, gpointer data)
{
  Subscriber *self = data;

  self->subscription = rtc_source_subscribe (self->source, self->index, &funcs, self, 3);
  self->next = rtc_feed_get_next (rtc_subscription_get_feed (self->subscription));
}

static void
unsubscribe (RtcLoop * loop, gpointer data)
{
  Subscriber *self = data;

  g_clear_pointer (&self->subscription, rtc_subscription_free);
}

static void
do_nothing (RtcLoop * loop, gpointer data)
{
}

static void
count_request (gpointer data)
{
  g_atomic_int_inc ((gint *) data);
}

static RtcSource *
new_source (RtcPool * pool, gint * requests)
{
  const RtcSourceConfig config = {
    .clock_rate = 90000,.forceable = TRUE,
    .request_key = requests ? count_request : NULL,.user_data = requests,
  };

  return rtc_source_new (pool, &config);
}

static void
settle (RtcPool * pool)
{
  for (guint round = 0; round < 3; round++)
    for (guint i = 0; i < N_LOOPS; i++)
      rtc_loop_call (rtc_pool_get_loop (pool, i), do_nothing, NULL);
}

/* Each subscriber of each loop sees every frame in order */
static void
test_order (void)
{
  RtcPool *pool = rtc_pool_new ("test", N_LOOPS, NULL);
  RtcSource *source = new_source (pool, NULL);
  Subscriber subscribers[6] = { 0, };

  for (guint i = 0; i < 6; i++) {
    subscribers[i] = (Subscriber) {.source = source,.index = i % N_LOOPS,.leaves = i == 2 };
    rtc_loop_call (rtc_pool_get_loop (pool, i % N_LOOPS), subscribe, &subscribers[i]);
  }
  for (guint i = 0; i < N_FRAMES; i++)
    rtc_source_push (source, make_frame (i, i % 30 == 0));
  settle (pool);
  for (guint i = 0; i < 6; i++) {
    gint seen = g_atomic_int_get (&subscribers[i].seen);

    if (i == 2)
      g_assert_cmpint (seen, >=, 1);
    else
      g_assert_cmpint (seen, ==, N_FRAMES);
  }
  for (guint i = 0; i < 6; i += 3) {
    rtc_loop_call (rtc_pool_get_loop (pool, i % N_LOOPS), unsubscribe, &subscribers[i]);
    g_assert_cmpint (subscribers[i].gone, ==, 0);
  }
  rtc_source_free (source);
  rtc_pool_free (pool);
  for (guint i = 0; i < 6; i++)
    g_assert_cmpint (subscribers[i].gone, ==, i % 3 != 0 && i != 2);
}

/* Freed with frames in every mailbox: they are dropped or delivered, and nobody hears anything after gone */
static void
test_free_under_way (void)
{
  for (guint round = 0; round < 30; round++) {
    RtcPool *pool = rtc_pool_new ("test", N_LOOPS, NULL);
    gint requests = 0;
    RtcSource *source = new_source (pool, &requests);
    Subscriber subscribers[4] = { 0, };

    for (guint i = 0; i < 4; i++) {
      subscribers[i] = (Subscriber) {.source = source,.index = i % N_LOOPS };
      rtc_loop_call (rtc_pool_get_loop (pool, i % N_LOOPS), subscribe, &subscribers[i]);
    }
    for (guint i = 0; i < 50; i++)
      rtc_source_push (source, make_frame (i, FALSE));
    rtc_source_free (source);
    for (guint i = 0; i < 4; i++) {
      g_assert_cmpint (subscribers[i].gone, ==, 1);
      g_assert_null (subscribers[i].subscription);
    }
    rtc_pool_free (pool);
  }
}

/* Key frame requests */

static void
want_key (RtcLoop * loop, gpointer data)
{
  rtc_subscription_want_key (((Subscriber *) data)->subscription);
}

static void
test_requests_are_joined (void)
{
  RtcPool *pool = rtc_pool_new ("test", N_LOOPS, NULL);
  gint requests = 0;
  RtcSource *source = new_source (pool, &requests);
  Subscriber subscribers[50] = { 0, };

  for (guint i = 0; i < 50; i++) {
    subscribers[i] = (Subscriber) {.source = source,.index = i % N_LOOPS };
    rtc_loop_call (rtc_pool_get_loop (pool, i % N_LOOPS), subscribe, &subscribers[i]);
    rtc_loop_post (rtc_pool_get_loop (pool, i % N_LOOPS), want_key, &subscribers[i]);
  }
  settle (pool);
  g_assert_cmpint (g_atomic_int_get (&requests), ==, 1);
  rtc_source_push (source, make_frame (0, TRUE));
  settle (pool);
  /* the next one has to wait for the interval's end, and then comes by itself */
  rtc_loop_call (rtc_pool_get_loop (pool, 0), want_key, &subscribers[0]);
  rtc_loop_call (rtc_pool_get_loop (pool, 1), want_key, &subscribers[1]);
  settle (pool);
  g_assert_cmpint (g_atomic_int_get (&requests), ==, 1);
  for (guint i = 0; i < 4000 && g_atomic_int_get (&requests) < 2; i++)
    g_usleep (1000);
  g_assert_cmpint (g_atomic_int_get (&requests), ==, 2);
  rtc_source_free (source);
  rtc_pool_free (pool);
}

static void
test_no_way_to_ask (void)
{
  RtcPool *pool = rtc_pool_new ("test", N_LOOPS, NULL);
  RtcSource *source = new_source (pool, NULL);
  Subscriber self = {.source = source };

  rtc_loop_call (rtc_pool_get_loop (pool, 0), subscribe, &self);
  rtc_loop_call (rtc_pool_get_loop (pool, 0), want_key, &self);
  settle (pool);
  rtc_source_free (source);
  g_assert_cmpint (self.gone, ==, 1);
  rtc_pool_free (pool);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/source/order", test_order);
  g_test_add_func ("/source/free-under-way", test_free_under_way);
  g_test_add_func ("/source/requests-are-joined", test_requests_are_joined);
  g_test_add_func ("/source/no-way-to-ask", test_no_way_to_ask);
  return g_test_run ();
}
