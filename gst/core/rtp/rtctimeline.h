/* gst-rtc: the RTP timestamps of what one peer is sent
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The source's timestamps plus an offset, with two exceptions after a start. Another source counts
 * from elsewhere: its offset is chosen so that timestamps go on by capture time. And a group of
 * pictures that is replayed has its timestamps squeezed to just before the live edge. A receiver plays
 * by timestamps: unsqueezed, it would show the whole group at its own pace and stay behind by its
 * length for good.
 */
#pragma once

#include "../base/rtctime.h"

G_BEGIN_DECLS

typedef struct
{
  guint clock_rate;
  guint32 offset;               /* from the source's timestamps to ours */
  gboolean anchored;            /* the offset is right for the present source */

  gboolean joining;             /* first frames after a start: replayed, or not beyond what was sent before */
  gboolean replaying;           /* edge and shift are valid */
  guint32 edge;                 /* source timestamp of the newest frame that is replayed */
  guint shift;                  /* distances from the edge are divided by 1 << shift */

  gboolean has_sent;            /* sent, live and capture_time are valid */
  gboolean has_source;          /* source is valid: something was sent since the start */
  guint32 source;               /* of the last frame: timestamp as the source counts it, */
  guint32 sent;                 /* as it was sent, */
  guint32 live;                 /* as it would have been sent without a replay */
  RtcTime capture_time;
} RtcTimeline;

void rtc_timeline_init (RtcTimeline * timeline, guint clock_rate, guint32 offset);
void rtc_timeline_start (RtcTimeline * timeline, gboolean new_source);
/* After a start: frames from @oldest to @newest, timestamps of the source, lie in the past */
void rtc_timeline_replay (RtcTimeline * timeline, guint32 oldest, guint32 newest);
/* Returns: the timestamp to send; the same for consecutive parts of one frame */
guint32 rtc_timeline_next (RtcTimeline * timeline, guint32 source, RtcTime capture_time);
/* The last frame's timestamp was not that of its capture time */
gboolean rtc_timeline_is_squeezed (const RtcTimeline * timeline);
/* FALSE before the first frame. timestamp: of something captured at @when, never squeezed */
gboolean rtc_timeline_at (const RtcTimeline * timeline, RtcTime when, guint32 * timestamp);

G_END_DECLS
