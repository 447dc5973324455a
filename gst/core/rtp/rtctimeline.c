/* gst-rtc: the RTP timestamps of what one peer is sent
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "rtctimeline.h"

/* A replayed group spans at most this: two frame intervals, so that the receiver shows the last
 * picture at once and takes the live frames that follow for what they are. A group of 2 s at 30 frames
 * per second gets a frame a millisecond. */
#define MAX_REPLAY_SPAN (60 * RTC_MSECOND)

/* Frames stay apart: at 120 frames per second and 90 kHz five ticks. Groups longer than 7.5 s span
 * more than above. */
#define MAX_SHIFT 7

/* Timestamps that far before the last one are not late but have gone round while the stream stood still */
#define MAX_BEHIND (60 * RTC_SECOND)

static gint64
to_ticks (const RtcTimeline * timeline, RtcTime time)
{
  return time * timeline->clock_rate / RTC_SECOND;
}

void
rtc_timeline_init (RtcTimeline * timeline, guint clock_rate, guint32 offset)
{
  *timeline = (RtcTimeline) {.clock_rate = clock_rate,.offset = offset,.anchored = TRUE };
}

void
rtc_timeline_start (RtcTimeline * timeline, gboolean new_source)
{
  if (new_source && timeline->has_sent)
    timeline->anchored = FALSE;
  timeline->joining = TRUE;
  timeline->replaying = FALSE;
  timeline->has_source = FALSE;
}

void
rtc_timeline_replay (RtcTimeline * timeline, guint32 oldest, guint32 newest)
{
  gint64 span = MAX (0, (gint32) (newest - oldest));

  timeline->replaying = TRUE;
  timeline->edge = newest;
  timeline->shift = 0;
  while (timeline->shift < MAX_SHIFT && span >> timeline->shift > to_ticks (timeline, MAX_REPLAY_SPAN))
    timeline->shift++;
}

static guint32
squeeze (const RtcTimeline * timeline, guint32 source, guint32 live)
{
  gint32 before_edge = (gint32) (timeline->edge - source);

  if (!timeline->replaying || before_edge <= 0)
    return live;
  return timeline->edge + timeline->offset - (before_edge >> timeline->shift);
}

/* While joining, timestamps rise from frame to frame whatever the source did before; then they are the
 * source's business */
static guint32
join (RtcTimeline * timeline, guint32 source, guint32 live)
{
  guint32 timestamp = squeeze (timeline, source, live);
  gint32 behind = (gint32) (timeline->sent - timestamp);

  if (timeline->has_sent && behind >= 0 && behind < to_ticks (timeline, MAX_BEHIND))
    return timeline->sent + 1;
  if (!timeline->replaying || (gint32) (source - timeline->edge) > 0)
    timeline->joining = FALSE;
  return timestamp;
}

guint32
rtc_timeline_next (RtcTimeline * timeline, guint32 source, RtcTime capture_time)
{
  guint32 live;

  if (timeline->has_source && timeline->source == source)
    return timeline->sent;

  if (!timeline->anchored && rtc_timeline_at (timeline, capture_time, &live)) {
    timeline->offset = live - source;
    timeline->anchored = TRUE;
  }

  live = source + timeline->offset;
  timeline->sent = timeline->joining ? join (timeline, source, live) : live;
  timeline->live = live;
  timeline->source = source;
  timeline->capture_time = capture_time;
  timeline->has_sent = timeline->has_source = TRUE;
  return timeline->sent;
}

gboolean
rtc_timeline_is_squeezed (const RtcTimeline * timeline)
{
  return timeline->sent != timeline->live;
}

gboolean
rtc_timeline_at (const RtcTimeline * timeline, RtcTime when, guint32 * timestamp)
{
  if (!timeline->has_sent)
    return FALSE;
  *timestamp = timeline->live + (guint32) to_ticks (timeline, when - timeline->capture_time);
  return TRUE;
}

