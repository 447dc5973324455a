/* gst-rtc: where RTP leaves the pipeline
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Copies the packets of a frame into one buffer that it keeps, and from there into one RtcFrame: the
 * one allocation that all peers share. It never waits: not for the clock, not for a peer.
 */
#include "gstrtctap.h"

#include <gst/video/video.h>
#include <gst/core/base/rtckeyframe.h>
#include <gst/core/base/rtcrtp.h>

GST_DEBUG_CATEGORY_STATIC (rtc_tap_debug);
#define GST_CAT_DEFAULT rtc_tap_debug

/* A frame beyond this never gets its marker: 16 MB are two hundred times a key frame of 1080p. */
#define MAX_FRAME_SIZE (16 * 1024 * 1024)

typedef struct
{
  gsize offset;
  gsize size;
  gboolean marker;
} Packet;

struct _GstRtcTap
{
  GstBaseSink parent;

  const GstRtcCodec *codec;     /* NULL: an anchor */
  gboolean whole_frames;
  const GstRtcTapFuncs *funcs;
  gpointer user_data;
  guint key_requests;           /* atomic */

  /* Only the streaming thread, from here on */
  GByteArray *bytes;
  GArray *packets;
  GArray *parts;
  gboolean key;
  guint32 timestamp;
  RtcTime capture_time;

  gboolean has_timestamp;
  guint32 last_timestamp;
  gboolean has_key_timestamp;
  guint32 key_timestamp;
  gboolean told_reordered;
  gboolean told_malformed;
};

G_DEFINE_TYPE_WITH_CODE (GstRtcTap, gst_rtc_tap, GST_TYPE_BASE_SINK,
    GST_DEBUG_CATEGORY_INIT (rtc_tap_debug, "rtctap", 0, "rtc: where RTP leaves the pipeline"));

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE ("sink", GST_PAD_SINK, GST_PAD_ALWAYS,
    GST_STATIC_CAPS_ANY);

/* When the samples were captured, on the monotonic clock: their running time, as far from now as it is on
 * the pipeline's clock. */
static RtcTime
get_capture_time (GstRtcTap * self, GstBuffer * buffer)
{
  GstSegment *segment = &GST_BASE_SINK (self)->segment;
  RtcTime now = g_get_monotonic_time ();
  GstClockTime running_time, clock_now;
  GstClock *clock;

  if (!GST_BUFFER_PTS_IS_VALID (buffer) || segment->format != GST_FORMAT_TIME)
    return now;
  running_time = gst_segment_to_running_time (segment, GST_FORMAT_TIME, GST_BUFFER_PTS (buffer));
  clock = gst_element_get_clock (GST_ELEMENT (self));
  if (!clock || !GST_CLOCK_TIME_IS_VALID (running_time)) {
    gst_clear_object (&clock);
    return now;
  }
  clock_now = gst_clock_get_time (clock);
  gst_object_unref (clock);
  return now - GST_CLOCK_DIFF (gst_element_get_base_time (GST_ELEMENT (self)) + running_time,
      clock_now) / GST_USECOND;
}

static void
drop_frame (GstRtcTap * self)
{
  g_byte_array_set_size (self->bytes, 0);
  g_array_set_size (self->packets, 0);
  self->key = FALSE;
}

/* What follows has timestamps of its own. */
static void
forget_stream (GstRtcTap * self)
{
  drop_frame (self);
  self->has_timestamp = self->has_key_timestamp = FALSE;
}

/* Every packet of a key frame that comes packet by packet may look like the start of one: only the first is. */
static gboolean
is_first_of_key_frame (GstRtcTap * self)
{
  if (!self->key || (self->has_key_timestamp && self->key_timestamp == self->timestamp))
    return FALSE;
  self->has_key_timestamp = TRUE;
  self->key_timestamp = self->timestamp;
  return TRUE;
}

static void
refuse_frame (GstRtcTap * self)
{
  gsize largest = 0;

  for (guint i = 0; i < self->packets->len; i++)
    largest = MAX (largest, g_array_index (self->packets, Packet, i).size);
  if (!self->told_malformed)
    GST_ELEMENT_WARNING (self, STREAM, FORMAT, ("RTP packets with %" G_GSIZE_FORMAT " bytes of payload are too large "
            "for the way to a browser.", largest), ("Set mtu=1200 on the payloader, or put a depayloader such as "
            "rtph264depay before the sink and let it payload anew."));
  self->told_malformed = TRUE;
}

static void
push_frame (GstRtcTap * self)
{
  RtcFrame *frame;
  gboolean key;

  if (self->packets->len == 0)
    return;

  g_array_set_size (self->parts, 0);
  for (guint i = 0; i < self->packets->len; i++) {
    const Packet *packet = &g_array_index (self->packets, Packet, i);
    RtcFramePart part = { self->bytes->data + packet->offset, packet->size, packet->marker };

    g_array_append_val (self->parts, part);
  }
  key = self->codec->kind == RTC_MEDIA_AUDIO || is_first_of_key_frame (self);
  frame = rtc_frame_new (self->timestamp, self->capture_time, key, (const RtcFramePart *) self->parts->data,
      self->parts->len);
  if (frame)
    self->funcs->frame (self, frame, self->user_data);
  else
    refuse_frame (self);
  drop_frame (self);
}

static void
watch_order (GstRtcTap * self, guint32 timestamp)
{
  gint32 step = (gint32) (timestamp - self->last_timestamp);
  const gint32 second = self->codec->clock_rate;

  /* More than a second back is a stream that began anew. */
  if (self->has_timestamp && step < 0 && step > -second && !self->told_reordered) {
    self->told_reordered = TRUE;
    if (self->codec->kind == RTC_MEDIA_VIDEO)
      self->funcs->reordered (self, self->user_data);
  }
  self->has_timestamp = TRUE;
  self->last_timestamp = timestamp;
}

static void
begin_frame (GstRtcTap * self, guint32 timestamp, GstBuffer * buffer)
{
  watch_order (self, timestamp);
  self->timestamp = timestamp;
  self->capture_time = get_capture_time (self, buffer);
}

static void
ignore_packet (GstRtcTap * self, const gchar * why)
{
  if (!self->told_malformed)
    GST_WARNING_OBJECT (self, "%s; this is said once", why);
  self->told_malformed = TRUE;
}

/* A packet goes behind the others; its header is read there, and cut off. */
static void
add_packet (GstRtcTap * self, GstBuffer * buffer)
{
  gsize offset = self->bytes->len;
  gsize size = gst_buffer_get_size (buffer);
  RtcRtpHeader header;
  Packet packet;

  if (size == 0 || size > G_MAXUINT16) {
    ignore_packet (self, "a packet of impossible size");
    return;
  }
  g_byte_array_set_size (self->bytes, offset + size);
  gst_buffer_extract (buffer, 0, self->bytes->data + offset, size);
  if (!rtc_rtp_read (self->bytes->data + offset, size, &header) || header.payload_size == 0) {
    g_byte_array_set_size (self->bytes, offset);
    ignore_packet (self, "not RTP, or without a payload");
    return;
  }

  if (self->packets->len == 0) {
    begin_frame (self, header.timestamp, buffer);
  } else if (header.timestamp != self->timestamp) {
    /* No marker came for the previous frame. */
    g_byte_array_set_size (self->bytes, offset);
    push_frame (self);
    add_packet (self, buffer);
    return;
  }

  packet.offset = offset + header.payload_offset;
  packet.size = header.payload_size;
  packet.marker = header.marker;
  g_array_append_val (self->packets, packet);
  if (self->codec->kind == RTC_MEDIA_VIDEO && !self->key)
    self->key = rtc_key_frame_starts (self->codec->encoding_name, self->bytes->data + packet.offset, packet.size);

  if (self->whole_frames && packet.marker)
    push_frame (self);
  else if (self->bytes->len > MAX_FRAME_SIZE)
    drop_frame (self);
}

static GstFlowReturn
gst_rtc_tap_render (GstBaseSink * sink, GstBuffer * buffer)
{
  GstRtcTap *self = GST_RTC_TAP (sink);

  if (self->codec) {
    add_packet (self, buffer);
    if (!self->whole_frames)
      push_frame (self);
  }
  return GST_FLOW_OK;
}

static GstFlowReturn
gst_rtc_tap_render_list (GstBaseSink * sink, GstBufferList * list)
{
  GstRtcTap *self = GST_RTC_TAP (sink);

  if (self->codec) {
    for (guint i = 0; i < gst_buffer_list_length (list); i++)
      add_packet (self, gst_buffer_list_get (list, i));
    if (!self->whole_frames)
      push_frame (self);
  }
  return GST_FLOW_OK;
}

static gboolean
gst_rtc_tap_event (GstBaseSink * sink, GstEvent * event)
{
  GstRtcTap *self = GST_RTC_TAP (sink);

  if (self->codec && GST_EVENT_TYPE (event) == GST_EVENT_EOS)
    push_frame (self);
  else if (GST_EVENT_TYPE (event) == GST_EVENT_FLUSH_STOP)
    forget_stream (self);
  return GST_BASE_SINK_CLASS (gst_rtc_tap_parent_class)->event (sink, event);
}

static gboolean
gst_rtc_tap_set_caps (GstBaseSink * sink, GstCaps * caps)
{
  GstRtcTap *self = GST_RTC_TAP (sink);

  self->told_reordered = FALSE;
  if (self->codec)
    self->funcs->caps (self, caps, self->user_data);
  return TRUE;
}

/* An anchor must not keep upstream from handing padded or offset planes to the encoders beside it. */
static gboolean
gst_rtc_tap_propose_allocation (GstBaseSink * sink, GstQuery * query)
{
  gst_query_add_allocation_meta (query, GST_VIDEO_META_API_TYPE, NULL);
  return TRUE;
}

static gboolean
gst_rtc_tap_start (GstBaseSink * sink)
{
  GstRtcTap *self = GST_RTC_TAP (sink);

  forget_stream (self);
  self->told_reordered = self->told_malformed = FALSE;
  return TRUE;
}

static void
gst_rtc_tap_finalize (GObject * object)
{
  GstRtcTap *self = GST_RTC_TAP (object);

  g_byte_array_unref (self->bytes);
  g_array_unref (self->packets);
  g_array_unref (self->parts);
  G_OBJECT_CLASS (gst_rtc_tap_parent_class)->finalize (object);
}

static void
gst_rtc_tap_class_init (GstRtcTapClass * klass)
{
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstBaseSinkClass *sink_class = GST_BASE_SINK_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = gst_rtc_tap_finalize;
  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_set_static_metadata (element_class, "RTC tap", "Sink/Network",
      "Hands RTP packets to the peers of an rtc element", "The gst-rtc developers");
  sink_class->render = gst_rtc_tap_render;
  sink_class->render_list = gst_rtc_tap_render_list;
  sink_class->event = gst_rtc_tap_event;
  sink_class->set_caps = gst_rtc_tap_set_caps;
  sink_class->propose_allocation = gst_rtc_tap_propose_allocation;
  sink_class->start = gst_rtc_tap_start;
}

static void
gst_rtc_tap_init (GstRtcTap * self)
{
  GstBaseSink *sink = GST_BASE_SINK (self);

  gst_base_sink_set_sync (sink, FALSE);
  gst_base_sink_set_async_enabled (sink, FALSE);
  gst_base_sink_set_last_sample_enabled (sink, FALSE);
  gst_base_sink_set_qos_enabled (sink, FALSE);
  self->bytes = g_byte_array_new ();
  self->packets = g_array_new (FALSE, FALSE, sizeof (Packet));
  self->parts = g_array_new (FALSE, FALSE, sizeof (RtcFramePart));
}

GstElement *
gst_rtc_tap_new_anchor (void)
{
  return g_object_new (GST_TYPE_RTC_TAP, "name", "anchor", NULL);
}

GstElement *
gst_rtc_tap_new (const GstRtcCodec * codec, gboolean whole_frames, const GstRtcTapFuncs * funcs, gpointer user_data)
{
  GstRtcTap *self = g_object_new (GST_TYPE_RTC_TAP, "name", "tap", NULL);

  self->codec = codec;
  self->whole_frames = whole_frames;
  self->funcs = funcs;
  self->user_data = user_data;
  return GST_ELEMENT (self);
}

void
gst_rtc_tap_request_key (GstRtcTap * self)
{
  guint count = g_atomic_int_add (&self->key_requests, 1);

  GST_DEBUG_OBJECT (self, "asking upstream for a key frame");
  gst_pad_push_event (GST_BASE_SINK_PAD (self),
      gst_video_event_new_upstream_force_key_unit (GST_CLOCK_TIME_NONE, TRUE, count));
}

gboolean
gst_rtc_tap_query_latency (GstRtcTap * self, gboolean * live, GstClockTime * min, GstClockTime * max)
{
  g_autoptr (GstQuery) query = gst_query_new_latency ();

  if (!gst_pad_peer_query (GST_BASE_SINK_PAD (self), query))
    return FALSE;
  gst_query_parse_latency (query, live, min, max);
  return TRUE;
}
