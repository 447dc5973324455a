/* gst-rtc: holds back who takes packets until they are all there
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * GstRtcLatch:
 *
 * A jitter buffer wakes its thread for the first packet that it gets. If that thread has no core of its own, it
 * takes the network thread's, which has the rest of the frame at hand: the two change places for each packet,
 * and that costs more than all that is done with it. So the thread waits, packet in hand, while more come in,
 * and finds them all when it goes on.
 */
typedef struct _GstRtcLatch GstRtcLatch;

GstRtcLatch *gst_rtc_latch_new (void);
GstRtcLatch *gst_rtc_latch_ref (GstRtcLatch * latch);
void gst_rtc_latch_unref (GstRtcLatch * latch);
/* Of one thread */
void gst_rtc_latch_close (GstRtcLatch * latch);
void gst_rtc_latch_open (GstRtcLatch * latch);
/* Waits while it is closed, but never for long: who has closed it may itself have to wait for the one that stands here. */
void gst_rtc_latch_pass (GstRtcLatch * latch);

G_END_DECLS
