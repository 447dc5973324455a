/* gst-rtc: the fixed pool of network threads
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "rtcpool.h"

#define MAX_DEFAULT_LOOPS 4

struct _RtcPool
{
  guint n_loops;
  RtcLoop **loops;
  GMutex lock;                  /* of taken; a leaf: nothing else is locked under it */
  GCond idle;
  guint *taken;                 /* peers by loop */
};

RtcPool *
rtc_pool_new (const gchar * name, guint n_loops, GError ** error)
{
  RtcPool *pool = g_new0 (RtcPool, 1);

  if (n_loops == 0)
    n_loops = CLAMP (g_get_num_processors (), 1, MAX_DEFAULT_LOOPS);
  g_mutex_init (&pool->lock);
  g_cond_init (&pool->idle);
  pool->loops = g_new0 (RtcLoop *, n_loops);
  pool->taken = g_new0 (guint, n_loops);
  for (; pool->n_loops < n_loops; pool->n_loops++) {
    g_autofree gchar *loop_name = g_strdup_printf ("%s-%u", name, pool->n_loops);

    pool->loops[pool->n_loops] = rtc_loop_new (loop_name, error);
    if (!pool->loops[pool->n_loops]) {
      rtc_pool_free (pool);
      return NULL;
    }
  }
  return pool;
}

void
rtc_pool_free (RtcPool * pool)
{
  for (guint i = 0; i < pool->n_loops; i++)
    rtc_loop_free (pool->loops[i]);
  g_mutex_clear (&pool->lock);
  g_cond_clear (&pool->idle);
  g_free (pool->loops);
  g_free (pool->taken);
  g_free (pool);
}

guint
rtc_pool_get_n_loops (const RtcPool * pool)
{
  return pool->n_loops;
}

RtcLoop *
rtc_pool_get_loop (const RtcPool * pool, guint index)
{
  return pool->loops[index];
}

guint
rtc_pool_take (RtcPool * pool)
{
  guint least = 0;

  g_mutex_lock (&pool->lock);
  for (guint i = 1; i < pool->n_loops; i++)
    if (pool->taken[i] < pool->taken[least])
      least = i;
  pool->taken[least]++;
  g_mutex_unlock (&pool->lock);
  return least;
}

static gboolean
is_idle (const RtcPool * pool)
{
  for (guint i = 0; i < pool->n_loops; i++)
    if (pool->taken[i] > 0)
      return FALSE;
  return TRUE;
}

void
rtc_pool_give_back (RtcPool * pool, guint index)
{
  g_mutex_lock (&pool->lock);
  pool->taken[index]--;
  if (is_idle (pool))
    g_cond_broadcast (&pool->idle);
  g_mutex_unlock (&pool->lock);
}

gboolean
rtc_pool_wait_idle (RtcPool * pool, RtcTime timeout)
{
  gint64 end = g_get_monotonic_time () + timeout;
  gboolean idle;

  g_mutex_lock (&pool->lock);
  while (!(idle = is_idle (pool)))
    if (!g_cond_wait_until (&pool->idle, &pool->lock, end))
      break;
  g_mutex_unlock (&pool->lock);
  return idle;
}
