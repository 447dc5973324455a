/* gst-rtc: where received packets enter the pipeline
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "gstrtcinlet.h"

#include <gst/core/base/rtcrtcpkeep.h>
#include <gst/rtp/rtp.h>

GST_DEBUG_CATEGORY_STATIC (rtc_inlet_debug);
#define GST_CAT_DEFAULT rtc_inlet_debug

/* Longer than a network thread ever needs from the socket to here; a clock that jumped would be worse. */
#define MAX_LATENESS (200 * RTC_MSECOND)

/* Packets a second that may be missing: more than of any stream that can be shown */
#define MAX_MISSING 1000

/* What accept() said of a stream's last payload type */
typedef struct
{
  guint m_line;
  guint8 payload_type;
  gboolean accepted;
  gboolean has_highest;
  guint16 highest;              /* sequence number */
  gint generation;
} Stream;

struct _GstRtcInlet
{
  GstElement parent;

  const GstRtcInletFuncs *funcs;
  GstRtcLatch *latch;           /* closed while the packets of a dispatch go in */
  gpointer user_data;
  GstPad *rtp, *rtcp;

  gint playing, ended, generation;      /* atomic */

  /* of the network thread */
  GHashTable *streams;
  Stream *last;
  guint32 last_ssrc;
  RtcTime missing_since;
  gint n_missing;
  GstBufferList *gathered;
  /* from monotonic to running time, for the time of one dispatch */
  GstClockTimeDiff to_running_time;
  RtcTime earliest;             /* that a packet of it came */
  gboolean have_time, rtp_started, rtcp_started;
};

static GstStaticPadTemplate rtp_template = GST_STATIC_PAD_TEMPLATE ("rtp", GST_PAD_SRC, GST_PAD_ALWAYS,
    GST_STATIC_CAPS ("application/x-rtp"));
static GstStaticPadTemplate rtcp_template = GST_STATIC_PAD_TEMPLATE ("rtcp", GST_PAD_SRC, GST_PAD_ALWAYS,
    GST_STATIC_CAPS ("application/x-rtcp"));

G_DEFINE_TYPE_WITH_CODE (GstRtcInlet, gst_rtc_inlet, GST_TYPE_ELEMENT,
    GST_DEBUG_CATEGORY_INIT (rtc_inlet_debug, "rtcinlet", 0,
        "rtc: where received packets enter the pipeline"));

static gboolean
query_pad (GstPad * pad, GstObject * parent, GstQuery * query)
{
  if (GST_QUERY_TYPE (query) != GST_QUERY_LATENCY)
    return gst_pad_query_default (pad, parent, query);
  gst_query_set_latency (query, TRUE, 0, GST_CLOCK_TIME_NONE);
  return TRUE;
}

static GstPad *
add_pad (GstRtcInlet * self, GstStaticPadTemplate * template)
{
  GstPad *pad = gst_pad_new_from_static_template (template, template->name_template);

  gst_pad_set_query_function (pad, query_pad);
  gst_pad_use_fixed_caps (pad);
  gst_element_add_pad (GST_ELEMENT (self), pad);
  return pad;
}

static void
gst_rtc_inlet_init (GstRtcInlet * self)
{
  self->rtp = add_pad (self, &rtp_template);
  self->rtcp = add_pad (self, &rtcp_template);
  self->streams = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  GST_OBJECT_FLAG_SET (self, GST_ELEMENT_FLAG_SOURCE);
}

static void
gst_rtc_inlet_finalize (GObject * object)
{
  GstRtcInlet *self = GST_RTC_INLET (object);

  g_clear_pointer (&self->gathered, gst_buffer_list_unref);
  g_hash_table_unref (self->streams);
  gst_rtc_latch_unref (self->latch);
  G_OBJECT_CLASS (gst_rtc_inlet_parent_class)->finalize (object);
}

static GstStateChangeReturn
gst_rtc_inlet_change_state (GstElement * element, GstStateChange transition)
{
  GstRtcInlet *self = GST_RTC_INLET (element);
  GstStateChangeReturn ret;

  if (transition == GST_STATE_CHANGE_PLAYING_TO_PAUSED)
    g_atomic_int_set (&self->playing, FALSE);
  ret = GST_ELEMENT_CLASS (gst_rtc_inlet_parent_class)->change_state (element, transition);
  if (ret == GST_STATE_CHANGE_FAILURE)
    return ret;
  if (transition == GST_STATE_CHANGE_PAUSED_TO_PLAYING)
    g_atomic_int_set (&self->playing, TRUE);
  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED || transition == GST_STATE_CHANGE_PLAYING_TO_PAUSED)
    ret = GST_STATE_CHANGE_NO_PREROLL;
  return ret;
}

static void
gst_rtc_inlet_class_init (GstRtcInletClass * klass)
{
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = gst_rtc_inlet_finalize;
  element_class->change_state = gst_rtc_inlet_change_state;
  gst_element_class_add_static_pad_template (element_class, &rtp_template);
  gst_element_class_add_static_pad_template (element_class, &rtcp_template);
  gst_element_class_set_static_metadata (element_class, "RTC inlet", "Source/Network/WebRTC",
      "Lets the packets of one peer in", "The gst-rtc developers");
}

GstRtcInlet *
gst_rtc_inlet_new (const GstRtcInletFuncs * funcs, GstRtcLatch * latch, gpointer user_data)
{
  GstRtcInlet *self = g_object_new (GST_TYPE_RTC_INLET, "name", "inlet", NULL);

  self->funcs = funcs;
  self->latch = gst_rtc_latch_ref (latch);
  self->user_data = user_data;
  return self;
}

static void
push_first_events (GstRtcInlet * self, GstPad * pad, const gchar * caps_name)
{
  g_autofree gchar *id = gst_pad_create_stream_id (pad, GST_ELEMENT (self), GST_PAD_NAME (pad));
  g_autoptr (GstCaps) caps = gst_caps_new_empty_simple (caps_name);
  GstSegment segment;

  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_pad_push_event (pad, gst_event_new_stream_start (id));
  gst_pad_push_event (pad, gst_event_new_caps (caps));
  gst_pad_push_event (pad, gst_event_new_segment (&segment));
}

static gboolean
is_open (GstRtcInlet * self)
{
  return g_atomic_int_get (&self->playing) && !g_atomic_int_get (&self->ended);
}

/* Its element's clock and monotonic time are read together, once for each dispatch. */
static gboolean
read_clock (GstRtcInlet * self)
{
  g_autoptr (GstClock) clock = gst_element_get_clock (GST_ELEMENT (self));
  RtcTime now = g_get_monotonic_time ();

  if (!clock)
    return FALSE;
  self->to_running_time = GST_CLOCK_DIFF (gst_element_get_base_time (GST_ELEMENT (self)),
      gst_clock_get_time (clock)) - now * GST_USECOND;
  self->earliest = now - MAX_LATENESS;
  self->have_time = TRUE;
  return TRUE;
}

static GstClockTime
get_arrival (GstRtcInlet * self, RtcTime now)
{
  GstClockTimeDiff arrival;

  if (!self->have_time && !read_clock (self))
    return GST_CLOCK_TIME_NONE;
  arrival = MAX (now, self->earliest) * GST_USECOND + self->to_running_time;
  return MAX (arrival, 0);
}

static GstBuffer *
make_buffer (GstRtcInlet * self, const guint8 * data, gsize size, RtcTime now)
{
  GstBuffer *buffer = gst_buffer_new_memdup (data, size);

  GST_BUFFER_DTS (buffer) = get_arrival (self, now);
  return buffer;
}

static Stream *
find_stream (GstRtcInlet * self, guint32 ssrc)
{
  if (!self->last || self->last_ssrc != ssrc) {
    self->last = g_hash_table_lookup (self->streams, GUINT_TO_POINTER (ssrc));
    self->last_ssrc = ssrc;
  }
  if (!self->last) {
    self->last = g_new0 (Stream, 1);
    self->last->payload_type = RTC_PAYLOAD_TYPE_NONE;
    g_hash_table_insert (self->streams, GUINT_TO_POINTER (ssrc), self->last);
  }
  return self->last;
}

static gboolean
is_accepted (GstRtcInlet * self, const RtcReceivedPacket * packet)
{
  Stream *stream = find_stream (self, packet->header.ssrc);
  gint generation = g_atomic_int_get (&self->generation);

  if (stream->payload_type != packet->header.payload_type || stream->m_line != packet->m_line
      || stream->generation != generation) {
    stream->m_line = packet->m_line;
    stream->payload_type = packet->header.payload_type;
    stream->generation = generation;
    stream->accepted = self->funcs->accept (self, packet->header.ssrc, packet->m_line,
        packet->header.payload_type, self->user_data);
    GST_DEBUG_OBJECT (self, "SSRC %u of m-line %u with payload type %u: %s", packet->header.ssrc,
        packet->m_line, stream->payload_type, stream->accepted ? "accepted" : "refused");
  }
  return stream->accepted;
}

static gboolean
are_too_many (GstRtcInlet * self, gint missing, RtcTime now)
{
  if (now - self->missing_since > RTC_SECOND) {
    self->missing_since = now;
    self->n_missing = 0;
  }
  self->n_missing += missing;
  return self->n_missing > MAX_MISSING;
}

/* Of an accepted stream, the one that is_accepted() has found */
static gboolean
leaps (GstRtcInlet * self, const RtcReceivedPacket * packet, RtcTime now)
{
  Stream *stream = self->last;
  gint step = (gint16) (packet->header.sequence - stream->highest);

  if (stream->has_highest && step > 1 && are_too_many (self, step - 1, now)) {
    if (packet->retransmitted)
      return TRUE;
    GST_DEBUG_OBJECT (self, "SSRC %u leaps by %d packets", packet->header.ssrc, step);
    stream->has_highest = FALSE;
    stream->accepted = FALSE;
    self->n_missing = 0;
    self->funcs->leapt (self, packet->header.ssrc, self->user_data);
    return TRUE;
  }
  if (!stream->has_highest || step > 0)
    stream->highest = packet->header.sequence;
  stream->has_highest = TRUE;
  return FALSE;
}

void
gst_rtc_inlet_rtp (GstRtcInlet * self, const RtcReceivedPacket * packet, RtcTime now)
{
  GstBuffer *buffer;

  if (!is_open (self) || !is_accepted (self, packet) || leaps (self, packet, now))
    return;
  buffer = make_buffer (self, packet->data, packet->size, now);
  if (packet->retransmitted)
    GST_BUFFER_FLAG_SET (buffer, GST_RTP_BUFFER_FLAG_RETRANSMISSION);
  if (!self->gathered)
    self->gathered = gst_buffer_list_new ();
  gst_buffer_list_add (self->gathered, buffer);
}

static gboolean
is_accepted_ssrc (guint32 ssrc, gpointer user_data)
{
  const Stream *stream = g_hash_table_lookup (((GstRtcInlet *) user_data)->streams, GUINT_TO_POINTER (ssrc));

  return stream && stream->accepted;
}

/* A sender report alone makes a stream in rtpbin, with a jitter buffer and its threads, and whatever is
 * said in RTCP makes a participant. */
static GstBuffer *
make_rtcp_buffer (GstRtcInlet * self, const guint8 * data, gsize size, RtcTime now)
{
  GstBuffer *buffer = make_buffer (self, data, size, now);
  GstMapInfo map;

  gst_buffer_map (buffer, &map, GST_MAP_READWRITE);
  size = rtc_rtcp_keep (map.data, map.size, is_accepted_ssrc, self);
  gst_buffer_unmap (buffer, &map);
  if (size == 0)
    gst_clear_buffer (&buffer);
  else
    gst_buffer_set_size (buffer, size);
  return buffer;
}

void
gst_rtc_inlet_rtcp (GstRtcInlet * self, const guint8 * data, gsize size, RtcTime now)
{
  GstBuffer *buffer = is_open (self) ? make_rtcp_buffer (self, data, size, now) : NULL;

  if (!buffer)
    return;
  if (!self->rtcp_started) {
    push_first_events (self, self->rtcp, "application/x-rtcp");
    self->rtcp_started = TRUE;
  }
  gst_pad_push (self->rtcp, buffer);
}

/* One or two packets: with a thread that waits it would be no less. */
static void
push_gathered (GstRtcInlet * self, GstBufferList * gathered)
{
  gboolean worth_waiting = gst_buffer_list_length (gathered) > 2;

  if (worth_waiting)
    gst_rtc_latch_close (self->latch);
  gst_pad_push_list (self->rtp, gathered);
  if (worth_waiting)
    gst_rtc_latch_open (self->latch);
}

void
gst_rtc_inlet_flush (GstRtcInlet * self)
{
  GstBufferList *gathered = g_steal_pointer (&self->gathered);

  self->have_time = FALSE;
  if (!gathered)
    return;
  if (!is_open (self)) {
    gst_buffer_list_unref (gathered);
    return;
  }
  if (!self->rtp_started) {
    push_first_events (self, self->rtp, "application/x-rtp");
    self->rtp_started = TRUE;
  }
  push_gathered (self, gathered);
}

void
gst_rtc_inlet_reconsider (GstRtcInlet * self)
{
  g_atomic_int_inc (&self->generation);
}

void
gst_rtc_inlet_end (GstRtcInlet * self)
{
  if (!g_atomic_int_compare_and_exchange (&self->ended, FALSE, TRUE))
    return;
  gst_pad_push_event (self->rtp, gst_event_new_eos ());
  gst_pad_push_event (self->rtcp, gst_event_new_eos ());
}
