/* gst-rtc: a receiver in a pipeline, and peers that send to it, without a network
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "receiverstage.h"

#include <gst/rtp/rtp.h>
#include <gst/video/video.h>
#include <math.h>
#include <string.h>

/* Work for the loop. NULL bytes: the end */
typedef struct
{
  gboolean rtcp;
  guint m_line;
  GBytes *bytes;
  gboolean retransmitted;
} Item;

static gpointer
run_loop (gpointer data)
{
  Stage *stage = data;

  for (;;) {
    Item *item = g_async_queue_pop (stage->queue);
    GBytes *bytes = item->bytes;
    gint64 now = g_get_monotonic_time ();
    gsize size;
    const guint8 *data = bytes ? g_bytes_get_data (bytes, &size) : NULL;

    if (data && item->rtcp) {
      gst_rtc_receiver_media_sink.rtcp (stage->receiver, data, size, now);
    } else if (data) {
      RtcReceivedPacket packet = {.m_line = item->m_line,.data = data,.size = size,.retransmitted =
            item->retransmitted };

      g_assert_true (rtc_rtp_read (data, size, &packet.header));
      gst_rtc_receiver_media_sink.rtp (stage->receiver, &packet, now);
      gst_rtc_receiver_media_sink.flush (stage->receiver, now);
    }
    g_assert_cmpint (g_get_monotonic_time () - now, <, 2 * G_TIME_SPAN_SECOND);
    g_clear_pointer (&bytes, g_bytes_unref);
    g_free (item);
    if (!data)
      return NULL;
  }
}

static void
queue_item (Stage * stage, gboolean rtcp, guint m_line, GBytes * bytes, gboolean retransmitted)
{
  Item *item = g_new0 (Item, 1);

  item->rtcp = rtcp;
  item->m_line = m_line;
  item->bytes = bytes;
  item->retransmitted = retransmitted;
  g_async_queue_push (stage->queue, item);
}

void
stage_deliver (Stage * stage, guint m_line, GBytes * bytes, gboolean retransmitted)
{
  queue_item (stage, FALSE, m_line, bytes, retransmitted);
}

void
stage_deliver_rtcp (Stage * stage, GBytes * bytes)
{
  queue_item (stage, TRUE, 0, bytes, FALSE);
}

/* What comes out */

static void
look_at_picture (Output * output, GstBuffer * buffer, GstCaps * caps)
{
  GstVideoInfo info;
  GstVideoFrame frame;
  guint64 sum[3] = { 0 };
  guint n;

  if (!gst_video_info_from_caps (&info, caps) || GST_VIDEO_INFO_FORMAT (&info) != GST_VIDEO_FORMAT_RGB)
    return;
  output->width = info.width;
  output->height = info.height;
  g_assert_true (gst_video_frame_map (&frame, &info, buffer, GST_MAP_READ));
  for (gint y = 0; y < info.height; y++) {
    const guint8 *plane = GST_VIDEO_FRAME_PLANE_DATA (&frame, 0);
    const guint8 *row = plane + y * GST_VIDEO_FRAME_PLANE_STRIDE (&frame, 0);

    for (gint x = 0; x < 3 * info.width; x++)
      sum[x % 3] += row[x];
  }
  gst_video_frame_unmap (&frame);
  n = info.width * info.height;
  output->red = sum[0] / n;
  output->green = sum[1] / n;
  output->blue = sum[2] / n;
}

static void
listen_to_sound (Output * output, GstBuffer * buffer)
{
  GstMapInfo map;
  const gint16 *samples;
  gint16 peak = 0;

  g_assert_true (gst_buffer_map (buffer, &map, GST_MAP_READ));
  samples = (const gint16 *) map.data;
  output->crossings = 0;
  output->samples += map.size / 2;
  for (gsize i = 0; i < map.size / 2; i++) {
    peak = MAX (peak, ABS (samples[i]));
    if (i > 0 && (samples[i] < 0) != (samples[i - 1] < 0))
      output->crossings++;
  }
  output->level = peak / 32768.0;
  gst_buffer_unmap (buffer, &map);
}

static Stage *
get_stage (GstElement * sink)
{
  return g_object_get_data (G_OBJECT (sink), "stage");
}

static Output *
get_output (GstElement * sink)
{
  return g_object_get_data (G_OBJECT (sink), "output");
}

static void
on_handoff (GstElement * sink, GstBuffer * buffer, GstPad * pad, gpointer user_data)
{
  Stage *stage = get_stage (sink);
  Output *output = get_output (sink);
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (pad);
  GstStructure *s = gst_caps_get_structure (caps, 0);

  g_mutex_lock (&stage->lock);
  output->buffers++;
  if (stage->on_buffer)
    stage->on_buffer (stage, output, buffer);
  g_free (output->media);
  output->media = g_strdup (gst_structure_get_name (s));
  g_free (output->format);
  output->format = g_strdup (gst_structure_get_string (s, gst_structure_has_field (s,
              "encoding-name") ? "encoding-name" : "stream-format"));
  if (GST_CLOCK_TIME_IS_VALID (output->last_pts) && GST_BUFFER_PTS (buffer) < output->last_pts)
    output->backwards++;
  output->last_pts = GST_BUFFER_PTS (buffer);
  output->delay = GST_CLOCK_DIFF (output->last_pts,
      gst_element_get_current_running_time (stage->pipeline)) / 1e9;
  if (gst_structure_has_name (s, "video/x-raw"))
    look_at_picture (output, buffer, caps);
  else if (gst_structure_has_name (s, "audio/x-raw"))
    listen_to_sound (output, buffer);
  g_cond_broadcast (&stage->cond);
  g_mutex_unlock (&stage->lock);
}

static GstPadProbeReturn
on_event (GstPad * pad, GstPadProbeInfo * info, gpointer user_data)
{
  Stage *stage = user_data;
  g_autoptr (GstElement) sink = gst_pad_get_parent_element (pad);
  Output *output = get_output (sink);

  g_mutex_lock (&stage->lock);
  switch (GST_EVENT_TYPE (info->data)) {
    case GST_EVENT_STREAM_START:
      output->stream_starts++;
      break;
    case GST_EVENT_CAPS:
      output->caps_events++;
      break;
    case GST_EVENT_SEGMENT:
      output->segments++;
      break;
    case GST_EVENT_EOS:
      output->eos++;
      break;
    default:
      break;
  }
  g_cond_broadcast (&stage->cond);
  g_mutex_unlock (&stage->lock);
  return GST_PAD_PROBE_OK;
}

static GstElement *
make_downstream (Stage * stage, RtcMediaKind kind, Output * output)
{
  static const gchar *const usual[] = {
    "audioconvert ! audio/x-raw,format=S16LE,channels=1 ! fakesink name=out",
    "videoconvert ! video/x-raw,format=RGB ! fakesink name=out"
  };
  g_autoptr (GError) error = NULL;
  g_autoptr (GstElement) sink = NULL;
  g_autoptr (GstPad) pad = NULL;
  GstElement *bin = gst_parse_bin_from_description (stage->downstream[kind] ?
      stage->downstream[kind] : usual[kind],
      TRUE, &error);

  g_assert_no_error (error);
  sink = gst_bin_get_by_name (GST_BIN (bin), "out");
  g_object_set (sink, "signal-handoffs", TRUE, "async", FALSE, "sync", stage->sync, NULL);
  g_object_set_data (G_OBJECT (sink), "stage", stage);
  g_object_set_data (G_OBJECT (sink), "output", output);
  g_signal_connect (sink, "handoff", G_CALLBACK (on_handoff), NULL);
  pad = gst_element_get_static_pad (sink, "sink");
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, on_event, stage, NULL);
  return bin;
}

static void
link_output (Stage * stage, RtcMediaKind kind, GstPad * pad)
{
  Output *output = &stage->outputs[kind];
  g_autoptr (GstPad) sink = NULL;

  output->sink = make_downstream (stage, kind, output);
  gst_bin_add (GST_BIN (stage->pipeline), output->sink);
  sink = gst_element_get_static_pad (output->sink, "sink");
  gst_element_sync_state_with_parent (output->sink);
  g_assert_cmpint (gst_pad_link (pad, sink), ==, GST_PAD_LINK_OK);
}

static void
on_pad_added (GstRtcReceiver * receiver, GstPad * pad, RtcMediaKind kind, const gchar * mid,
    const gchar * msid, gpointer user_data)
{
  Stage *stage = user_data;
  Output *output = &stage->outputs[kind];

  g_assert_cmpstr (mid, ==, kind == RTC_MEDIA_VIDEO ? "v" : "a");
  g_mutex_lock (&stage->lock);
  output->pad = pad;
  g_cond_broadcast (&stage->cond);
  g_mutex_unlock (&stage->lock);
  if (!stage->downstream[kind] || *stage->downstream[kind])
    link_output (stage, kind, pad);
}

void
stage_link (Stage * stage, RtcMediaKind kind, const gchar * downstream)
{
  stage->downstream[kind] = downstream;
  link_output (stage, kind, stage->outputs[kind].pad);
}

static void
on_pad_removed (GstRtcReceiver * receiver, GstPad * pad, gpointer user_data)
{
  Stage *stage = user_data;

  g_mutex_lock (&stage->lock);
  for (guint i = 0; i < 2; i++) {
    if (stage->outputs[i].pad == pad)
      stage->outputs[i].removed++;
  }
  g_mutex_unlock (&stage->lock);
}

/* RTCP */

static void
resend (Stage * stage, guint32 ssrc, guint16 sequence)
{
  for (guint i = 0; i < stage->n_senders; i++) {
    Sender *sender = stage->senders[i];

    if (sender->ssrc != ssrc || !sender->answers_nack)
      continue;
    for (guint k = 0; k < sender->lost->len; k++) {
      GBytes *bytes = sender->lost->pdata[k];

      if (GST_READ_UINT16_BE ((const guint8 *) g_bytes_get_data (bytes, NULL) + 2) == sequence)
        stage_deliver (stage, sender->m_line, g_bytes_ref (bytes), TRUE);
    }
  }
}

static void
read_nack (Stage * stage, GstRTCPPacket * packet)
{
  guint32 ssrc = gst_rtcp_packet_fb_get_media_ssrc (packet);
  const guint8 *fci = gst_rtcp_packet_fb_get_fci (packet);

  for (guint i = 0; i < gst_rtcp_packet_fb_get_fci_length (packet); i++, fci += 4) {
    guint16 first = GST_READ_UINT16_BE (fci), mask = GST_READ_UINT16_BE (fci + 2);

    for (guint k = 0; k <= 16; k++) {
      guint16 sequence = first + k;

      if (k > 0 && !(mask >> (k - 1) & 1))
        continue;
      g_array_append_val (stage->nacked, sequence);
      stage->nacks++;
      resend (stage, ssrc, sequence);
    }
  }
}

static void
read_rtcp_packet (Stage * stage, GstRTCPPacket * packet)
{
  switch (gst_rtcp_packet_get_type (packet)) {
    case GST_RTCP_TYPE_RR:
      stage->reports++;
      break;
    case GST_RTCP_TYPE_RTPFB:
      if (gst_rtcp_packet_fb_get_type (packet) == GST_RTCP_RTPFB_TYPE_NACK) {
        stage->nack_packets++;
        read_nack (stage, packet);
      }
      break;
    case GST_RTCP_TYPE_PSFB:
      if (gst_rtcp_packet_fb_get_type (packet) == GST_RTCP_PSFB_TYPE_PLI) {
        stage->plis++;
        for (guint i = 0; i < stage->n_senders; i++) {
          if (stage->senders[i]->ssrc == gst_rtcp_packet_fb_get_media_ssrc (packet))
            sender_force_key (stage->senders[i]);
        }
      }
      break;
    default:
      break;
  }
}

static void
on_rtcp (GstRtcReceiver * receiver, GBytes * rtcp, gpointer user_data)
{
  Stage *stage = user_data;
  g_autoptr (GstBuffer) buffer = gst_buffer_new_wrapped_bytes (rtcp);
  GstRTCPBuffer reader = GST_RTCP_BUFFER_INIT;
  GstRTCPPacket packet;
  gboolean more;

  g_assert_true (gst_rtcp_buffer_validate_reduced (buffer));
  g_mutex_lock (&stage->lock);
  if (stage->first_rtcp == 0)
    stage->first_rtcp = g_get_monotonic_time ();
  gst_rtcp_buffer_map (buffer, GST_MAP_READ, &reader);
  for (more = gst_rtcp_buffer_get_first_packet (&reader, &packet); more;
      more = gst_rtcp_packet_move_to_next (&packet))
    read_rtcp_packet (stage, &packet);
  gst_rtcp_buffer_unmap (&reader);
  g_cond_broadcast (&stage->cond);
  g_mutex_unlock (&stage->lock);
  g_bytes_unref (rtcp);
}

static const GstRtcReceiverFuncs funcs = { on_pad_added, on_pad_removed, on_rtcp };

/* The stage */

static void
add_codec (GPtrArray * codecs, RtcMediaKind kind, const gchar * name, guint rate, guint channels,
    const gchar * fmtp, guint8 pt)
{
  RtcCodec *codec = rtc_codec_new (kind, name, rate, channels, fmtp);

  codec->payload_type = pt;
  codec->feedback = kind == RTC_MEDIA_VIDEO ? RTC_FEEDBACK_NACK | RTC_FEEDBACK_PLI : RTC_FEEDBACK_NACK;
  g_ptr_array_add (codecs, codec);
}

static RtcNegotiatedTrack *
make_track (RtcMediaKind kind, gboolean receives)
{
  RtcNegotiatedTrack *track = g_new0 (RtcNegotiatedTrack, 1);

  track->track = -1;
  track->kind = kind;
  track->m_line = kind == RTC_MEDIA_VIDEO ? VIDEO_LINE : AUDIO_LINE;
  track->mid = g_strdup (kind == RTC_MEDIA_VIDEO ? "v" : "a");
  track->msid = g_strdup ("stream track");
  if (!receives)
    return track;
  track->receive_codecs = g_ptr_array_new_with_free_func ((GDestroyNotify) rtc_codec_free);
  if (kind == RTC_MEDIA_VIDEO) {
    add_codec (track->receive_codecs, kind, "VP8", 90000, 0, NULL, PT_VP8);
    add_codec (track->receive_codecs, kind, "H264", 90000, 0, "packetization-mode=1;profile-level-id=42e01f",
        PT_H264);
  } else {
    add_codec (track->receive_codecs, kind, "opus", 48000, 2, "minptime=10;useinbandfec=1", PT_OPUS);
  }
  return track;
}

void
stage_negotiate (Stage * stage, gboolean video, gboolean audio)
{
  g_autoptr (GPtrArray) tracks = g_ptr_array_new_with_free_func ((GDestroyNotify) rtc_negotiated_track_free);

  g_ptr_array_add (tracks, make_track (RTC_MEDIA_VIDEO, video));
  g_ptr_array_add (tracks, make_track (RTC_MEDIA_AUDIO, audio));
  gst_rtc_receiver_update (stage->receiver, tracks);
}

static Stage *
make_stage (guint latency, guint max_latency, gboolean retransmission)
{
  Stage *stage = g_new0 (Stage, 1);
  GstRtcReceiverConfig config = {
    .cname = "we",
    .latency = latency,
    .min_latency = latency,
    .max_latency = max_latency,
    .do_retransmission = retransmission,
    .funcs = &funcs,
    .user_data = stage,
  };

  g_mutex_init (&stage->lock);
  g_cond_init (&stage->cond);
  stage->nacked = g_array_new (FALSE, FALSE, sizeof (guint16));
  stage->outputs[0].last_pts = stage->outputs[1].last_pts = GST_CLOCK_TIME_NONE;
  stage->pipeline = gst_pipeline_new (NULL);
  stage->bus = gst_element_get_bus (stage->pipeline);
  stage->receiver = gst_object_ref_sink (gst_rtc_receiver_new (NULL, &config));
  gst_bin_add (GST_BIN (stage->pipeline), GST_ELEMENT (stage->receiver));
  stage->queue = g_async_queue_new ();
  stage->loop = g_thread_new ("loop", run_loop, stage);
  return stage;
}

Stage *
stage_new (guint latency, gboolean retransmission)
{
  return make_stage (latency, latency, retransmission);
}

Stage *
stage_new_adaptive (guint latency, guint max_latency)
{
  return make_stage (latency, max_latency, TRUE);
}

void
stage_start (Stage * stage)
{
  stage_negotiate (stage, TRUE, TRUE);
  gst_element_set_state (stage->pipeline, GST_STATE_PLAYING);
  g_assert_cmpint (gst_element_get_state (stage->pipeline, NULL, NULL, 5 * GST_SECOND), !=,
      GST_STATE_CHANGE_FAILURE);
}

static void
check_bus (Stage * stage)
{
  g_autoptr (GstMessage) message = gst_bus_pop_filtered (stage->bus, GST_MESSAGE_ERROR);

  if (message) {
    g_autoptr (GError) error = NULL;
    g_autofree gchar *debug = NULL;

    gst_message_parse_error (message, &error, &debug);
    g_error ("%s: %s (%s)", GST_OBJECT_NAME (message->src), error->message, debug);
  }
}

void
stage_free (Stage * stage)
{
  while (stage->n_senders > 0)
    sender_stop (stage->senders[stage->n_senders - 1]);
  gst_rtc_receiver_end (stage->receiver);
  queue_item (stage, FALSE, 0, NULL, FALSE);
  g_thread_join (stage->loop);
  gst_element_set_state (GST_ELEMENT (stage->receiver), GST_STATE_NULL);
  gst_bin_remove (GST_BIN (stage->pipeline), GST_ELEMENT (stage->receiver));
  check_bus (stage);
  gst_element_set_state (stage->pipeline, GST_STATE_NULL);
  g_object_add_weak_pointer (G_OBJECT (stage->receiver), (gpointer *) & stage->receiver);
  gst_object_unref (stage->receiver);
  gst_object_unref (stage->bus);
  gst_object_unref (stage->pipeline);
  /* the last tick may still hold it */
  for (guint i = 0; i < 100 && stage->receiver; i++)
    g_usleep (10000);
  g_assert_null (stage->receiver);

  g_async_queue_unref (stage->queue);
  for (guint i = 0; i < 2; i++) {
    g_free (stage->outputs[i].media);
    g_free (stage->outputs[i].format);
  }
  g_array_unref (stage->nacked);
  g_mutex_clear (&stage->lock);
  g_cond_clear (&stage->cond);
  g_free (stage);
}

void
stage_wait (Stage * stage, const guint * field, guint least)
{
  gint64 end = g_get_monotonic_time () + PATIENCE;

  g_mutex_lock (&stage->lock);
  while (*field < least)
    g_assert_true (g_cond_wait_until (&stage->cond, &stage->lock, end));
  g_mutex_unlock (&stage->lock);
}

guint
stage_read (Stage * stage, const guint * field)
{
  guint value;

  g_mutex_lock (&stage->lock);
  value = *field;
  g_mutex_unlock (&stage->lock);
  return value;
}

void
stage_wait_more (Stage * stage, const guint * field, guint more)
{
  stage_wait (stage, field, stage_read (stage, field) + more);
}

void
stage_wait_until (Stage * stage, gboolean (*condition) (Stage * stage))
{
  gint64 end = g_get_monotonic_time () + PATIENCE;

  g_mutex_lock (&stage->lock);
  while (!condition (stage))
    g_assert_true (g_cond_wait_until (&stage->cond, &stage->lock, end));
  g_mutex_unlock (&stage->lock);
}

void
stage_wait_warning (Stage * stage, const gchar * text)
{
  gint64 end = g_get_monotonic_time () + PATIENCE;

  while (g_get_monotonic_time () < end) {
    g_autoptr (GstMessage) message = gst_bus_timed_pop_filtered (stage->bus, GST_SECOND, GST_MESSAGE_WARNING);
    g_autoptr (GError) error = NULL;

    if (!message)
      continue;
    gst_message_parse_warning (message, &error, NULL);
    g_test_message ("warning: %s", error->message);
    if (strstr (error->message, text))
      return;
  }
  g_assert_not_reached ();
}

/* Senders */

/* By this time the packet that they follow is on its way. */
static void
send_probes (Sender * sender, const guint8 * packet)
{
  for (guint i = 0; i < sender->probes; i++) {
    guint8 *probe = g_malloc0 (212);

    memcpy (probe, packet, 12);
    probe[0] = 0xa0;
    probe[1] &= 0x7f;
    probe[211] = 200;
    sender->first_sequence++;
    GST_WRITE_UINT16_BE (probe + 2, GST_READ_UINT16_BE (packet + 2) + 1 + i);
    stage_deliver (sender->stage, sender->m_line, g_bytes_new_take (probe, 212), FALSE);
  }
}

static void
on_packet (GstElement * sink, GstBuffer * buffer, GstPad * pad, gpointer user_data)
{
  Sender *sender = user_data;
  Stage *stage = sender->stage;
  RtcRtpHeader header;
  g_autoptr (GBytes) bytes = NULL;
  gpointer data;
  gsize size;
  gboolean lost;

  gst_buffer_extract_dup (buffer, 0, -1, &data, &size);
  bytes = g_bytes_new_take (data, size);
  GST_WRITE_UINT16_BE ((guint8 *) data + 2,
      GST_READ_UINT16_BE ((guint8 *) data + 2) + sender->first_sequence);
  GST_WRITE_UINT32_BE ((guint8 *) data + 4,
      GST_READ_UINT32_BE ((guint8 *) data + 4) + sender->timestamp_offset);
  g_assert_true (rtc_rtp_read (data, size, &header));
  lost = sender->loss && sender->loss (sender, header.sequence, (guint8 *) data + header.payload_offset,
      header.payload_size);
  g_mutex_lock (&stage->lock);
  sender->packets++;
  sender->last_sequence = header.sequence;
  sender->last_timestamp = header.timestamp;
  sender->last_sent = g_get_monotonic_time ();
  if (lost)
    g_ptr_array_add (sender->lost, g_bytes_ref (bytes));
  g_cond_broadcast (&stage->cond);
  g_mutex_unlock (&stage->lock);
  if (!lost)
    stage_deliver (stage, sender->m_line, g_bytes_ref (bytes), FALSE);
  if (header.marker)
    send_probes (sender, data);
}

static Sender *
start_sender (Sender * sender, const gchar * source)
{
  Stage *stage = sender->stage;
  g_autofree gchar *description = g_strdup_printf (
      "%s mtu=1200 seqnum-offset=0 timestamp-offset=0 pt=%u ssrc=%u ! "
      "fakesink name=out signal-handoffs=true sync=false", source, sender->pt, sender->ssrc);
  g_autoptr (GError) error = NULL;
  g_autoptr (GstElement) sink = NULL;

  sender->answers_nack = TRUE;
  sender->lost = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  sender->pipeline = gst_parse_launch (description, &error);
  g_assert_no_error (error);
  sink = gst_bin_get_by_name (GST_BIN (sender->pipeline), "out");
  g_signal_connect (sink, "handoff", G_CALLBACK (on_packet), sender);
  g_mutex_lock (&stage->lock);
  stage->senders[stage->n_senders++] = sender;
  g_mutex_unlock (&stage->lock);
  gst_element_set_state (sender->pipeline, GST_STATE_PLAYING);
  return sender;
}

Sender *
sender_new (Stage * stage, const gchar * source, guint m_line, guint8 pt, guint32 ssrc, LossFunc loss)
{
  Sender *sender = g_new0 (Sender, 1);

  sender->stage = stage;
  sender->m_line = m_line;
  sender->pt = pt;
  sender->ssrc = ssrc;
  sender->loss = loss;
  return start_sender (sender, source);
}

Sender *
sender_replace (Sender * sender, const gchar * source, guint8 pt)
{
  Sender *next = g_new0 (Sender, 1);

  gst_element_set_state (sender->pipeline, GST_STATE_PAUSED);
  next->stage = sender->stage;
  next->m_line = sender->m_line;
  next->pt = pt;
  next->ssrc = sender->ssrc;
  gst_element_set_state (sender->pipeline, GST_STATE_NULL);
  next->first_sequence = sender->last_sequence + 1;
  next->timestamp_offset = sender->last_timestamp + (g_get_monotonic_time () - sender->last_sent) * 9 / 100;
  sender_stop (sender);
  return start_sender (next, source);
}

void
sender_stop (Sender * sender)
{
  Stage *stage = sender->stage;

  gst_element_set_state (sender->pipeline, GST_STATE_NULL);
  g_mutex_lock (&stage->lock);
  for (guint i = 0; i < stage->n_senders; i++) {
    if (stage->senders[i] == sender)
      stage->senders[i] = stage->senders[--stage->n_senders];
  }
  g_mutex_unlock (&stage->lock);
  gst_object_unref (sender->pipeline);
  g_ptr_array_unref (sender->lost);
  g_free (sender);
}

void
sender_force_key (Sender * sender)
{
  g_autoptr (GstElement) sink = gst_bin_get_by_name (GST_BIN (sender->pipeline), "out");
  g_autoptr (GstPad) pad = gst_element_get_static_pad (sink, "sink");

  gst_pad_push_event (pad, gst_video_event_new_upstream_force_key_unit (GST_CLOCK_TIME_NONE, TRUE, 0));
}

void
sender_report (Sender * sender, gint64 ntp, const gchar * cname)
{
  GstBuffer *buffer = gst_rtcp_buffer_new (1400);
  GstRTCPBuffer writer = GST_RTCP_BUFFER_INIT;
  GstRTCPPacket packet;
  gpointer data;
  gsize size;

  gst_rtcp_buffer_map (buffer, GST_MAP_READWRITE, &writer);
  g_assert_true (gst_rtcp_buffer_add_packet (&writer, GST_RTCP_TYPE_SR, &packet));
  gst_rtcp_packet_sr_set_sender_info (&packet, sender->ssrc, rtc_time_to_ntp (ntp), sender->last_timestamp, 0,
      0);
  g_assert_true (gst_rtcp_buffer_add_packet (&writer, GST_RTCP_TYPE_SDES, &packet));
  gst_rtcp_packet_sdes_add_item (&packet, sender->ssrc);
  gst_rtcp_packet_sdes_add_entry (&packet, GST_RTCP_SDES_CNAME, strlen (cname), (const guint8 *) cname);
  gst_rtcp_buffer_unmap (&writer);
  gst_buffer_extract_dup (buffer, 0, -1, &data, &size);
  gst_buffer_unref (buffer);
  stage_deliver_rtcp (sender->stage, g_bytes_new_take (data, size));
}

void
sender_say_goodbye (Sender * sender)
{
  guint8 *bye = g_malloc0 (16);

  GST_WRITE_UINT32_BE (bye, 0x80c90001);
  GST_WRITE_UINT32_BE (bye + 4, sender->ssrc);
  GST_WRITE_UINT32_BE (bye + 8, 0x81cb0001);
  GST_WRITE_UINT32_BE (bye + 12, sender->ssrc);
  stage_deliver_rtcp (sender->stage, g_bytes_new_take (bye, 16));
}
