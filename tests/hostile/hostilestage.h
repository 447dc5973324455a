/* gst-rtc: an element that receives, in this process, and what comes out of it
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Whatever is waited for and does not come fails the test; so does an ERROR on the bus.
 */
#pragma once

#include <gst/core/base/rtctime.h>
#include <gst/core/sdp/rtccodec.h>
#include <gst/gst.h>
#include <gst/rtc/gstrtc.h>

G_BEGIN_DECLS

typedef struct _HostileStage HostileStage;

/* element: "rtcsrc" or "rtcbin", which is given sound to send; or one with its properties */
HostileStage *hostile_stage_new (const gchar * element);
void hostile_stage_free (HostileStage * self);
guint16 hostile_stage_get_port (HostileStage * self);
/* (transfer none) */
GstElement *hostile_stage_get_element (HostileStage * self);

/* Waits for @n buffers more from @peer's newest pad */
void hostile_stage_wait_buffers (HostileStage * self, const gchar * peer, RtcMediaKind kind, guint n);
/* Of its newest pad: the width of the pictures */
gint hostile_stage_get_width (HostileStage * self, const gchar * peer);
/* How many pads @peer has or had */
guint hostile_stage_count_pads (HostileStage * self, const gchar * peer);
/* The longest time between two pictures of @peer since the last call */
RtcTime hostile_stage_take_longest_gap (HostileStage * self, const gchar * peer);
/* Waits until @peer has been removed, and all of its pads, after EOS. What is known of it is forgotten. */
GstRtcError hostile_stage_wait_gone (HostileStage * self, const gchar * peer);
gboolean hostile_stage_has (HostileStage * self, const gchar * peer);
guint hostile_stage_get_n_no_more_pads (HostileStage * self);
guint hostile_stage_get_n_warnings (HostileStage * self);
/* What the stats say of all that @peer sends, -1: they know no such peer */
gint64 hostile_stage_get_packets_lost (HostileStage * self, const gchar * peer);

typedef struct
{
  guint n_files, n_threads;
  guint64 heap;                 /* bytes in use */
} HostileLoad;

/* Of the whole process */
HostileLoad hostile_load_measure (void);

G_END_DECLS
