/* gst-rtc: holds back who takes packets until they are all there
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "gstrtclatch.h"

/* Much longer than a frame takes, and less than anybody notices */
#define PATIENCE (2 * G_TIME_SPAN_MILLISECOND)

struct _GstRtcLatch
{
  GMutex lock;                  /* a leaf */
  GCond opened;
  gint closed;                  /* atomic */
};

GstRtcLatch *
gst_rtc_latch_new (void)
{
  GstRtcLatch *latch = g_atomic_rc_box_new0 (GstRtcLatch);

  g_mutex_init (&latch->lock);
  g_cond_init (&latch->opened);
  return latch;
}

GstRtcLatch *
gst_rtc_latch_ref (GstRtcLatch * latch)
{
  return g_atomic_rc_box_acquire (latch);
}

static void
clear (gpointer data)
{
  GstRtcLatch *latch = data;

  g_mutex_clear (&latch->lock);
  g_cond_clear (&latch->opened);
}

void
gst_rtc_latch_unref (GstRtcLatch * latch)
{
  g_atomic_rc_box_release_full (latch, clear);
}

void
gst_rtc_latch_close (GstRtcLatch * latch)
{
  g_atomic_int_set (&latch->closed, TRUE);
}

void
gst_rtc_latch_open (GstRtcLatch * latch)
{
  g_mutex_lock (&latch->lock);
  g_atomic_int_set (&latch->closed, FALSE);
  g_cond_broadcast (&latch->opened);
  g_mutex_unlock (&latch->lock);
}

void
gst_rtc_latch_pass (GstRtcLatch * latch)
{
  gint64 deadline;

  if (!g_atomic_int_get (&latch->closed))
    return;
  deadline = g_get_monotonic_time () + PATIENCE;
  g_mutex_lock (&latch->lock);
  while (g_atomic_int_get (&latch->closed)) {
    if (!g_cond_wait_until (&latch->opened, &latch->lock, deadline))
      g_atomic_int_set (&latch->closed, FALSE); /* nor shall the next packet wait */
  }
  g_mutex_unlock (&latch->lock);
}
