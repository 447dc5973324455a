/* gst-rtc: the side of a stream that downstream sees
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "gstrtcspout.h"

#include <gst/core/rtp/rtcfreezes.h>
#include <gst/video/video.h>

struct _GstRtcSpout
{
  GstPad *src;                  /* of the element */

  /* atomic */
  gint flags;                   /* GstRtcSpoutFlags */
  gint connected;
  gint latency;

  GMutex lock;                  /* a leaf */
  GCond ended_cond;
  gboolean ended;               /* EOS has left */
  GstEvent *stream_start;       /* NULL once it has left */
  GstEvent *flushed_segment;    /* what a flush took away: who ends a file downstream still wants one */
  GstClockTime last_pts;        /* the highest that has left */
  GstClockTime floor;           /* what left before this decoder; NONE once it is past that */
  GstRtcSpoutCounts counts;
  RtcFreezes freezes;
};

static void
set_flag (GstRtcSpout * self, GstRtcSpoutFlags flag)
{
  g_atomic_int_or (&self->flags, flag);
}

gboolean
gst_rtc_spout_has (GstRtcSpout * self, GstRtcSpoutFlags flag)
{
  return (g_atomic_int_get (&self->flags) & flag) != 0;
}

gboolean
gst_rtc_spout_take (GstRtcSpout * self, GstRtcSpoutFlags flag)
{
  return (g_atomic_int_and (&self->flags, ~flag) & flag) != 0;
}

/* From the decoder */

static GstRtcSpout *
get_spout (GstPad * internal)
{
  return gst_pad_get_element_private (internal);
}

/* What downstream returns never gets back to the jitter buffer, which would stop. */
static GstFlowReturn
swallow (GstRtcSpout * self, GstFlowReturn flow)
{
  if (flow == GST_FLOW_NOT_LINKED || flow == GST_FLOW_EOS)
    set_flag (self, GST_RTC_SPOUT_UNWANTED);
  else if (flow == GST_FLOW_NOT_NEGOTIATED)
    set_flag (self, GST_RTC_SPOUT_UNFIT);
  return GST_FLOW_OK;
}

/* Each jitter buffer estimates the sender's clock by itself, beginning with how late its first packet was: what a new SSRC
 * begins with may lie some milliseconds before what has left of the old one. buffer: (transfer full) */
static GstBuffer *
keep_order (GstRtcSpout * self, GstBuffer * buffer)
{
  GstClockTime floor = GST_CLOCK_TIME_NONE;

  if (!GST_BUFFER_PTS_IS_VALID (buffer))
    return buffer;
  g_mutex_lock (&self->lock);
  if (GST_CLOCK_TIME_IS_VALID (self->floor) && GST_BUFFER_PTS (buffer) < self->floor)
    floor = self->floor;
  else
    self->floor = GST_CLOCK_TIME_NONE;
  g_mutex_unlock (&self->lock);
  if (GST_CLOCK_TIME_IS_VALID (floor)) {
    buffer = gst_buffer_make_writable (buffer);
    GST_BUFFER_PTS (buffer) = floor;
  }
  return buffer;
}

static void
count (GstRtcSpout * self, GstBuffer * buffer)
{
  g_mutex_lock (&self->lock);
  if (GST_BUFFER_PTS_IS_VALID (buffer)
      && (!GST_CLOCK_TIME_IS_VALID (self->last_pts) || GST_BUFFER_PTS (buffer) > self->last_pts))
    self->last_pts = GST_BUFFER_PTS (buffer);
  self->counts.buffers++;
  if (GST_BUFFER_DURATION_IS_VALID (buffer))
    self->counts.duration += GST_BUFFER_DURATION (buffer);
  if (self->counts.width > 0 && GST_BUFFER_PTS_IS_VALID (buffer))
    rtc_freezes_on_picture (&self->freezes, GST_BUFFER_PTS (buffer) / GST_USECOND);
  g_mutex_unlock (&self->lock);
}

static GstFlowReturn
out_chain (GstPad * internal, GstObject * parent, GstBuffer * buffer)
{
  GstRtcSpout *self = get_spout (internal);

  buffer = keep_order (self, buffer);
  count (self, buffer);
  return swallow (self, gst_pad_push (self->src, buffer));
}

static GstFlowReturn
out_chain_list (GstPad * internal, GstObject * parent, GstBufferList * list)
{
  GstRtcSpout *self = get_spout (internal);

  return swallow (self, gst_pad_push_list (self->src, list));
}

static void
push_stream_start (GstRtcSpout * self)
{
  GstEvent *event;

  g_mutex_lock (&self->lock);
  event = g_steal_pointer (&self->stream_start);
  g_mutex_unlock (&self->lock);
  if (event)
    gst_pad_push_event (self->src, event);
}

/* All that matters: depayloaders differ in the position that they begin with. */
static gboolean
is_known_segment (GstRtcSpout * self, GstEvent * event)
{
  g_autoptr (GstEvent) last = gst_pad_get_sticky_event (self->src, GST_EVENT_SEGMENT, 0);
  const GstSegment *old, *new;

  if (!last)
    return FALSE;
  gst_event_parse_segment (last, &old);
  gst_event_parse_segment (event, &new);
  return old->format == new->format && old->rate == new->rate && old->start == new->start
      && old->base == new->base
      && old->offset == new->offset && old->time == new->time;
}

static void
note_size (GstRtcSpout * self, GstEvent * event)
{
  GstCaps *caps;
  GstStructure *s;
  gint width, height;

  gst_event_parse_caps (event, &caps);
  s = gst_caps_get_structure (caps, 0);
  if (!gst_structure_get_int (s, "width", &width) || !gst_structure_get_int (s, "height", &height))
    return;
  g_mutex_lock (&self->lock);
  self->counts.width = width;
  self->counts.height = height;
  g_mutex_unlock (&self->lock);
}

/* Downstream sees one stream, however many decoders begin and end. */
static gboolean
out_event (GstPad * internal, GstObject * parent, GstEvent * event)
{
  GstRtcSpout *self = get_spout (internal);

  switch (GST_EVENT_TYPE (event)) {
    case GST_EVENT_STREAM_START:
      push_stream_start (self);
      gst_event_unref (event);
      return TRUE;
    case GST_EVENT_EOS:
      gst_event_unref (event);
      return TRUE;
    case GST_EVENT_SEGMENT:
      if (is_known_segment (self, event)) {
        gst_event_unref (event);
        return TRUE;
      }
      break;
    case GST_EVENT_CAPS:
      note_size (self, event);
      break;
    default:
      break;
  }
  gst_pad_push_event (self->src, event);
  return TRUE;
}

/* From downstream */

static gboolean
src_event (GstPad * pad, GstObject * parent, GstEvent * event)
{
  GstRtcSpout *self = gst_pad_get_element_private (pad);

  if (GST_EVENT_TYPE (event) == GST_EVENT_RECONFIGURE)
    set_flag (self, GST_RTC_SPOUT_RECONSIDER);
  if (gst_video_event_is_force_key_unit (event))
    set_flag (self, GST_RTC_SPOUT_NEEDS_KEY);
  return gst_pad_event_default (pad, parent, event);
}

static gboolean
src_query (GstPad * pad, GstObject * parent, GstQuery * query)
{
  GstRtcSpout *self = gst_pad_get_element_private (pad);

  if (GST_QUERY_TYPE (query) == GST_QUERY_LATENCY && !g_atomic_int_get (&self->connected)) {
    gst_query_set_latency (query, TRUE, g_atomic_int_get (&self->latency) * GST_MSECOND, GST_CLOCK_TIME_NONE);
    return TRUE;
  }
  return gst_pad_query_default (pad, parent, query);
}

GstRtcSpout *
gst_rtc_spout_new (GstElement * element, GstEvent * stream_start)
{
  GstRtcSpout *self = g_new0 (GstRtcSpout, 1);
  g_autoptr (GstProxyPad) internal = NULL;

  g_mutex_init (&self->lock);
  g_cond_init (&self->ended_cond);
  self->stream_start = stream_start;
  self->last_pts = self->floor = GST_CLOCK_TIME_NONE;
  self->src = gst_ghost_pad_new_no_target ("src", GST_PAD_SRC);
  gst_pad_set_element_private (self->src, self);
  gst_pad_set_event_function (self->src, src_event);
  gst_pad_set_query_function (self->src, src_query);
  internal = gst_proxy_pad_get_internal (GST_PROXY_PAD (self->src));
  gst_pad_set_element_private (GST_PAD (internal), self);
  gst_pad_set_chain_function (GST_PAD (internal), out_chain);
  gst_pad_set_chain_list_function (GST_PAD (internal), out_chain_list);
  gst_pad_set_event_function (GST_PAD (internal), out_event);
  gst_element_add_pad (element, self->src);
  return self;
}

void
gst_rtc_spout_free (GstRtcSpout * self)
{
  gst_clear_event (&self->stream_start);
  gst_clear_event (&self->flushed_segment);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->ended_cond);
  g_free (self);
}

gboolean
gst_rtc_spout_connect (GstRtcSpout * self, GstPad * decoder)
{
  gboolean done;

  g_mutex_lock (&self->lock);
  self->floor = self->last_pts;
  g_mutex_unlock (&self->lock);
  done = gst_ghost_pad_set_target (GST_GHOST_PAD (self->src), decoder);
  g_atomic_int_set (&self->connected, decoder && done);
  return done;
}

GstCaps *
gst_rtc_spout_query_caps (GstRtcSpout * self)
{
  return gst_pad_peer_query_caps (self->src, NULL);
}

void
gst_rtc_spout_set_latency (GstRtcSpout * self, guint latency)
{
  g_atomic_int_set (&self->latency, latency);
}

void
gst_rtc_spout_read (GstRtcSpout * self, GstRtcSpoutCounts * counts)
{
  g_mutex_lock (&self->lock);
  *counts = self->counts;
  counts->freezes = self->freezes.count;
  counts->freezes_duration = self->freezes.duration;
  g_mutex_unlock (&self->lock);
}

/* The end */

void
gst_rtc_spout_push_eos (GstRtcSpout * self)
{
  GstEvent *segment;

  g_mutex_lock (&self->lock);
  segment = g_steal_pointer (&self->flushed_segment);
  g_mutex_unlock (&self->lock);
  push_stream_start (self);
  if (segment)
    gst_pad_push_event (self->src, segment);
  gst_pad_push_event (self->src, gst_event_new_eos ());
  g_mutex_lock (&self->lock);
  self->ended = TRUE;
  g_cond_broadcast (&self->ended_cond);
  g_mutex_unlock (&self->lock);
}

gboolean
gst_rtc_spout_wait_end (GstRtcSpout * self, gint64 deadline)
{
  gboolean ended;

  g_mutex_lock (&self->lock);
  while (!self->ended && g_cond_wait_until (&self->ended_cond, &self->lock, deadline));
  ended = self->ended;
  g_mutex_unlock (&self->lock);
  return ended;
}

void
gst_rtc_spout_start_flush (GstRtcSpout * self)
{
  GstEvent *segment = gst_pad_get_sticky_event (self->src, GST_EVENT_SEGMENT, 0);

  g_mutex_lock (&self->lock);
  g_clear_pointer (&self->flushed_segment, gst_event_unref);
  self->flushed_segment = segment;
  g_mutex_unlock (&self->lock);
  gst_pad_push_event (self->src, gst_event_new_flush_start ());
}

void
gst_rtc_spout_stop_flush (GstRtcSpout * self)
{
  gst_pad_push_event (self->src, gst_event_new_flush_stop (FALSE));
  g_mutex_lock (&self->lock);
  self->ended = FALSE;
  g_mutex_unlock (&self->lock);
}
