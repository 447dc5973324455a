/* gst-rtc: the fixed pool of network threads
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "rtcloop.h"

G_BEGIN_DECLS

typedef struct _RtcPool RtcPool;

/* n_loops: 0 for as many as cores, at most 4 */
RtcPool *rtc_pool_new (const gchar * name, guint n_loops, GError ** error);
/* Everything that lives on it is gone by then: rtc_pool_wait_idle() */
void rtc_pool_free (RtcPool * pool);
guint rtc_pool_get_n_loops (const RtcPool * pool);
RtcLoop *rtc_pool_get_loop (const RtcPool * pool, guint index);
/* The index of the loop with the fewest peers; counts one more there. From any thread. */
guint rtc_pool_take (RtcPool * pool);
void rtc_pool_give_back (RtcPool * pool, guint index);
/* Waits until everything taken was given back. FALSE: the time was over first. */
gboolean rtc_pool_wait_idle (RtcPool * pool, RtcTime timeout);

G_END_DECLS
