/* gst-rtc: what has come to one m= section, counted
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "gstrtctally.h"

void
gst_rtc_tally_init (GstRtcTally * tally)
{
  *tally = (GstRtcTally) {.last_pts = GST_CLOCK_TIME_NONE,.last_key = GST_CLOCK_TIME_NONE };
  g_mutex_init (&tally->lock);
}

void
gst_rtc_tally_clear (GstRtcTally * tally)
{
  g_mutex_clear (&tally->lock);
}

void
gst_rtc_tally_set_ssrc (GstRtcTally * tally, guint32 ssrc)
{
  g_mutex_lock (&tally->lock);
  tally->counts.ssrc = ssrc;
  g_mutex_unlock (&tally->lock);
}

void
gst_rtc_tally_set_decoded (GstRtcTally * tally, gboolean decoded, guint clock_rate)
{
  g_mutex_lock (&tally->lock);
  tally->counts.decoded = decoded;
  tally->counts.clock_rate = clock_rate;
  g_mutex_unlock (&tally->lock);
}

/* Timestamps say when the frame arrived, without the jitter. */
static GstClockTimeDiff
get_delay (GstElement * element, GstClockTime pts)
{
  GstClockTime now = gst_element_get_current_running_time (element);

  return GST_CLOCK_TIME_IS_VALID (now) && GST_CLOCK_TIME_IS_VALID (pts) ? GST_CLOCK_DIFF (pts, now) : 0;
}

/* A key frame may have several packets that begin one: parameter sets, slices. */
void
gst_rtc_tally_on_packet (GstRtcTally * tally, GstElement * element, GstClockTime pts,
    gboolean starts_key)
{
  gboolean is_new = pts != tally->last_pts;
  gboolean is_new_key = starts_key && pts != tally->last_key;
  GstClockTimeDiff delay;

  tally->losing = FALSE;
  if (!is_new && !is_new_key)
    return;
  delay = is_new ? get_delay (element, pts) : 0;
  tally->last_pts = pts;
  if (is_new_key)
    tally->last_key = pts;
  g_mutex_lock (&tally->lock);
  tally->counts.emitted += is_new;
  tally->counts.delay += MAX (delay, 0);
  tally->counts.keys += is_new_key;
  g_mutex_unlock (&tally->lock);
}

void
gst_rtc_tally_on_drop (GstRtcTally * tally)
{
  g_mutex_lock (&tally->lock);
  tally->counts.dropped++;
  g_mutex_unlock (&tally->lock);
}

void
gst_rtc_tally_on_loss (GstRtcTally * tally, GstEvent * event)
{
  GstClockTime duration = 0;

  gst_structure_get_clock_time (gst_event_get_structure (event), "duration", &duration);
  if (!GST_CLOCK_TIME_IS_VALID (duration))
    return;
  g_mutex_lock (&tally->lock);
  tally->counts.concealed += duration;
  tally->counts.concealments += !tally->losing;
  g_mutex_unlock (&tally->lock);
  tally->losing = TRUE;
}

void
gst_rtc_tally_read (GstRtcTally * tally, GstRtcTallyCounts * counts)
{
  g_mutex_lock (&tally->lock);
  *counts = tally->counts;
  g_mutex_unlock (&tally->lock);
}
