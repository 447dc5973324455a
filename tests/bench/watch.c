/* gst-rtc: looks at marked pictures and sound as a person would: how old, how fluent, how much in sync
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "watch.h"

#include "marks.h"

/* Of freezeCount in W3C webrtc-stats: the mean of so many frames, and by how much a frame is later than that */
#define FREEZE_FRAMES 30
#define FREEZE_MARGIN_MS 150
/* Between frames as they are sent: intact ones may be so rare that their own mean says nothing */
#define NOMINAL_MS (1000.0 / 30)
#define RATE 48000
/* A flash or beep is a new one after so long */
#define PAUSE (500 * GST_MSECOND)
#define MAX_GAP (5 * GST_MSECOND)

/* When a flash or beep began: by timestamp, and when it was shown; both in running time */
typedef struct
{
  GstClockTime stamp, shown;
} Onset;

typedef struct
{
  GstClockTime last;            /* stamp at which it was seen last */
  GArray *onsets;
} Marks;

/* Of milliseconds */
typedef struct
{
  gdouble last, intervals[FREEZE_FRAMES];
  guint n_intervals, freezes;
  gdouble frozen, longest;
} Flow;

static struct
{
  GMutex lock;
  GArray *ages_early, *ages_shown;      /* of gdouble, milliseconds */
  guint frames, unreadable, corrupt;
  Flow any, intact;             /* frames; those whose time can be read */
  Marks flashes, beeps;
  guint64 samples;
  guint audio_gaps;
  gdouble audio_gap_ms;
  GstClockTime audio_end;
} seen;

static GstClockTime
get_running_time (GstPad * pad, GstClockTime stamp)
{
  g_autoptr (GstEvent) event = gst_pad_get_sticky_event (pad, GST_EVENT_SEGMENT, 0);
  const GstSegment *segment;

  if (!event)
    return GST_CLOCK_TIME_NONE;
  gst_event_parse_segment (event, &segment);
  return gst_segment_to_running_time (segment, GST_FORMAT_TIME, stamp);
}

static gboolean
map_frame (GstPad * pad, GstBuffer * buffer, GstVideoFrame * frame)
{
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (pad);
  GstVideoInfo info;

  return caps && gst_video_info_from_caps (&info, caps)
      && gst_video_frame_map (frame, &info, buffer, GST_MAP_READ);
}

static void
add_age (GArray * ages, guint age_ms)
{
  gdouble age = age_ms;

  g_array_append_val (ages, age);
}

static void
add_mark (Marks * marks, GstClockTime stamp, GstClockTime shown)
{
  Onset onset = { stamp, shown };

  if (!GST_CLOCK_TIME_IS_VALID (marks->last) || stamp > marks->last + PAUSE)
    g_array_append_val (marks->onsets, onset);
  marks->last = stamp;
}

static GstPadProbeReturn
on_early_frame (GstPad * pad, GstPadProbeInfo * info, gpointer data)
{
  GstVideoFrame frame;
  guint age;

  if (!map_frame (pad, GST_PAD_PROBE_INFO_BUFFER (info), &frame))
    return GST_PAD_PROBE_OK;
  age = bench_marks_get_age_ms (&frame);
  gst_video_frame_unmap (&frame);
  g_mutex_lock (&seen.lock);
  if (age != BENCH_NO_TIME)
    add_age (seen.ages_early, age);
  else
    seen.unreadable++;
  g_mutex_unlock (&seen.lock);
  return GST_PAD_PROBE_OK;
}

static gdouble
get_now (void)
{
  return g_get_monotonic_time () / 1000.0;
}

static gdouble
get_mean_interval (const Flow * flow)
{
  guint n = MIN (flow->n_intervals, FREEZE_FRAMES);
  gdouble mean = 0;

  if (n == 0 || flow == &seen.intact)
    return NOMINAL_MS;
  for (guint i = 0; i < n; i++)
    mean += flow->intervals[i] / n;
  return mean;
}

static void
count_freeze (Flow * flow, gdouble now)
{
  gdouble interval = now - flow->last, mean = get_mean_interval (flow);

  if (flow->last > 0) {
    if (interval > MAX (3 * mean, mean + FREEZE_MARGIN_MS)) {
      flow->freezes++;
      flow->frozen += interval;
    }
    flow->longest = MAX (flow->longest, interval);
    flow->intervals[flow->n_intervals++ % FREEZE_FRAMES] = interval;
  }
  flow->last = now;
}

/* A freeze that has not ended is one: the window's end ends it. */
static void
end_flow (Flow * flow)
{
  gdouble now = get_now ();

  if (now - flow->last > FREEZE_MARGIN_MS)
    count_freeze (flow, now);
}

/* The pictures of before the window still say what is usual. */
static void
forget_freezes (Flow * flow)
{
  flow->last = get_now ();
  flow->freezes = 0;
  flow->frozen = flow->longest = 0;
}

static void
on_frame (GstElement * sink, GstBuffer * buffer, GstPad * pad, gpointer data)
{
  GstClockTime shown = gst_element_get_current_running_time (sink);
  gdouble now = get_now ();
  guint age = BENCH_NO_TIME;
  gboolean flash = FALSE;
  GstVideoFrame frame;

  if (map_frame (pad, buffer, &frame)) {
    age = bench_marks_get_age_ms (&frame);
    flash = bench_marks_is_flash (&frame);
    gst_video_frame_unmap (&frame);
  }
  g_mutex_lock (&seen.lock);
  seen.frames++;
  seen.corrupt += GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_CORRUPTED);
  count_freeze (&seen.any, now);
  if (age != BENCH_NO_TIME) {
    count_freeze (&seen.intact, now);
    add_age (seen.ages_shown, age);
  }
  if (flash && age != BENCH_NO_TIME)
    add_mark (&seen.flashes, get_running_time (pad, GST_BUFFER_PTS (buffer)), shown);
  g_mutex_unlock (&seen.lock);
}

static void
on_sound (GstElement * sink, GstBuffer * buffer, GstPad * pad, gpointer data)
{
  GstClockTime shown = gst_element_get_current_running_time (sink);
  GstClockTime stamp = get_running_time (pad, GST_BUFFER_PTS (buffer)), offset;
  GstMapInfo map;
  gssize onset;

  if (!gst_buffer_map (buffer, &map, GST_MAP_READ))
    return;
  g_mutex_lock (&seen.lock);
  if (GST_CLOCK_TIME_IS_VALID (seen.audio_end) && stamp > seen.audio_end + MAX_GAP) {
    seen.audio_gaps++;
    seen.audio_gap_ms += (stamp - seen.audio_end) / (gdouble) GST_MSECOND;
  }
  seen.audio_end = stamp + gst_util_uint64_scale (map.size / 2, GST_SECOND, RATE);
  seen.samples += map.size / 2;
  onset = bench_marks_find_sound ((const gint16 *) map.data, map.size / 2);
  if (onset >= 0) {
    offset = gst_util_uint64_scale (onset, GST_SECOND, RATE);
    add_mark (&seen.beeps, stamp + offset, shown + offset);
  }
  g_mutex_unlock (&seen.lock);
  gst_buffer_unmap (buffer, &map);
}

static void
init (void)
{
  static gsize once;

  if (g_once_init_enter (&once)) {
    seen.ages_early = g_array_new (FALSE, FALSE, sizeof (gdouble));
    seen.ages_shown = g_array_new (FALSE, FALSE, sizeof (gdouble));
    seen.flashes.onsets = g_array_new (FALSE, FALSE, sizeof (Onset));
    seen.beeps.onsets = g_array_new (FALSE, FALSE, sizeof (Onset));
    seen.flashes.last = seen.beeps.last = seen.audio_end = GST_CLOCK_TIME_NONE;
    g_once_init_leave (&once, 1);
  }
}

void
bench_watch_video (GstPad * early, GstElement * sink)
{
  init ();
  gst_pad_add_probe (early, GST_PAD_PROBE_TYPE_BUFFER, on_early_frame, NULL, NULL);
  g_signal_connect (sink, "handoff", G_CALLBACK (on_frame), NULL);
}

void
bench_watch_audio (GstPad * early, GstElement * sink)
{
  init ();
  g_signal_connect (sink, "handoff", G_CALLBACK (on_sound), NULL);
}

void
bench_watch_restart (void)
{
  init ();
  g_mutex_lock (&seen.lock);
  g_array_set_size (seen.ages_early, 0);
  g_array_set_size (seen.ages_shown, 0);
  g_array_set_size (seen.flashes.onsets, 0);
  g_array_set_size (seen.beeps.onsets, 0);
  seen.frames = seen.unreadable = seen.corrupt = seen.audio_gaps = 0;
  seen.audio_gap_ms = 0;
  forget_freezes (&seen.any);
  forget_freezes (&seen.intact);
  seen.samples = 0;
  g_mutex_unlock (&seen.lock);
}

/* Telling */

static void
add_number (JsonBuilder * builder, const gchar * name, gdouble value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_double_value (builder, value);
}

static void
add_numbers (JsonBuilder * builder, const gchar * name, GArray * numbers)
{
  json_builder_set_member_name (builder, name);
  json_builder_begin_array (builder);
  for (guint i = 0; i < numbers->len; i++)
    json_builder_add_double_value (builder, g_array_index (numbers, gdouble, i));
  json_builder_end_array (builder);
}

/* Each flash with the beep that is nearest to it: milliseconds, positive if the picture is later than the sound */
static void
add_skews (JsonBuilder * builder, const gchar * name, gboolean shown)
{
  json_builder_set_member_name (builder, name);
  json_builder_begin_array (builder);
  for (guint i = 0; i < seen.flashes.onsets->len; i++) {
    const Onset *flash = &g_array_index (seen.flashes.onsets, Onset, i);
    GstClockTimeDiff best = G_MAXINT64;

    for (guint j = 0; j < seen.beeps.onsets->len; j++) {
      const Onset *beep = &g_array_index (seen.beeps.onsets, Onset, j);
      GstClockTimeDiff skew =
          shown ? GST_CLOCK_DIFF (beep->shown, flash->shown) : GST_CLOCK_DIFF (beep->stamp, flash->stamp);

      if (ABS (skew) < ABS (best))
        best = skew;
    }
    if (ABS (best) < (GstClockTimeDiff) PAUSE)
      json_builder_add_double_value (builder, best / (gdouble) GST_MSECOND);
  }
  json_builder_end_array (builder);
}

void
bench_watch_describe (JsonBuilder * builder)
{
  init ();
  g_mutex_lock (&seen.lock);
  end_flow (&seen.any);
  end_flow (&seen.intact);
  add_number (builder, "frames", seen.frames);
  add_number (builder, "unreadable", seen.unreadable);
  add_number (builder, "corrupt", seen.corrupt);
  add_number (builder, "freezes", seen.any.freezes);
  add_number (builder, "intact_freezes", seen.intact.freezes);
  add_number (builder, "intact_frozen_ms", seen.intact.frozen);
  add_number (builder, "intact_longest_ms", seen.intact.longest);
  add_number (builder, "samples", seen.samples);
  add_number (builder, "audio_gaps", seen.audio_gaps);
  add_number (builder, "audio_gap_ms", seen.audio_gap_ms);
  add_number (builder, "flashes", seen.flashes.onsets->len);
  add_number (builder, "beeps", seen.beeps.onsets->len);
  add_numbers (builder, "ages_early", seen.ages_early);
  add_numbers (builder, "ages_shown", seen.ages_shown);
  add_skews (builder, "skews", FALSE);
  add_skews (builder, "skews_shown", TRUE);
  g_mutex_unlock (&seen.lock);
}
