/* gst-rtc: what a peer of ours receives, and what is said of it
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "simsink.h"

#define TICK (10 * RTC_MSECOND)
#define REPORT_INTERVAL (1 * RTC_SECOND)

static void
free_track (gpointer track)
{
  rtc_negotiated_track_free (track);
}

static const RtcNegotiatedTrack *
find_track (SimSink * sink, guint m_line)
{
  for (guint i = 0; i < sink->tracks->len; i++) {
    const RtcNegotiatedTrack *track = sink->tracks->pdata[i];

    if (track->m_line == m_line && track->receive_codecs)
      return track;
  }
  return NULL;
}

static SimStream *
find_stream (SimSink * sink, guint32 ssrc)
{
  for (guint i = 0; i < sink->n_streams; i++)
    if (sink->streams[i].ssrc == ssrc)
      return &sink->streams[i];
  return NULL;
}

static SimStream *
add_stream (SimSink * sink, const RtcReceivedPacket * packet)
{
  const RtcNegotiatedTrack *track = find_track (sink, packet->m_line);
  SimStream *stream = &sink->streams[sink->n_streams];
  RtcMediaSection section = { 0, };

  /* a packet of a section that does not receive is not let through */
  g_assert_nonnull (track);
  if (sink->n_streams == SIM_MAX_STREAMS)
    return NULL;
  section.kind = track->kind;
  section.ssrc = packet->header.ssrc;
  section.codecs = track->receive_codecs;
  stream->m_line = packet->m_line;
  stream->ssrc = packet->header.ssrc;
  sim_receiver_init (&stream->receiver, &section);
  sink->n_streams++;
  return stream;
}

static void
on_rtp (gpointer user_data, const RtcReceivedPacket * packet, RtcTime now)
{
  SimSink *sink = user_data;
  SimStream *stream = find_stream (sink, packet->header.ssrc);
  const guint8 *data = packet->data + packet->header.payload_offset;
  SimPayload payload;

  sink->n_rtp++;
  sink->n_retransmitted += packet->retransmitted;
  sink->flushed = FALSE;
  if (!sim_payload_read (data, packet->header.payload_size, &payload)) {
    sink->n_unread++;
    return;
  }
  if (!stream)
    stream = add_stream (sink, packet);
  if (!stream)
    return;
  g_assert_cmpuint (stream->m_line, ==, packet->m_line);
  sim_receiver_take (&stream->receiver, packet->data, packet->size);
}

static void
on_rtcp (gpointer user_data, const guint8 * data, gsize size, RtcTime now)
{
  SimSink *sink = user_data;
  RtcRtcpReader reader;
  RtcRtcpPacket packet;

  sink->n_rtcp++;
  sink->flushed = FALSE;
  rtc_rtcp_reader_init (&reader, data, size);
  while (rtc_rtcp_reader_next (&reader, &packet)) {
    SimStream *stream = find_stream (sink, packet.sender);

    if (packet.kind == RTC_RTCP_SR && stream)
      sim_receiver_take_report (&stream->receiver, &packet.info);
  }
}

static void
on_flush (gpointer user_data, RtcTime now)
{
  SimSink *sink = user_data;

  g_assert_false (sink->flushed);
  sink->flushed = TRUE;
  sink->n_flushes++;
}

static const RtcMediaSink media_sink = { on_rtp, on_rtcp, on_flush };

/* What it says */

static void
send_written (SimSink * sink, GstByteWriter * writer)
{
  if (gst_byte_writer_get_pos (writer) > 0)
    rtc_peer_send_rtcp (sink->peer, writer->parent.data, gst_byte_writer_get_pos (writer), sim->now);
  gst_byte_writer_reset (writer);
}

static void
write_report (SimSink * sink, GstByteWriter * writer)
{
  RtcReportBlock blocks[SIM_MAX_STREAMS];

  for (guint i = 0; i < sink->n_streams; i++)
    sim_receiver_make_block (&sink->streams[i].receiver, &blocks[i]);
  rtc_rtcp_write_rr (writer, sink->ssrc, blocks, sink->n_streams);
  rtc_rtcp_write_cname (writer, sink->ssrc, "sink");
}

static void
write_nacks (SimSink * sink, GstByteWriter * writer)
{
  guint16 numbers[64];

  for (guint i = 0; i < sink->n_streams; i++) {
    SimReceiver *receiver = &sink->streams[i].receiver;
    guint n = receiver->kind == RTC_MEDIA_VIDEO ? sim_receiver_get_nacks (receiver, numbers, 64) : 0;

    if (n > 0)
      rtc_rtcp_write_nack (writer, sink->ssrc, receiver->ssrc, numbers, n);
    sink->n_nacks_sent += n;
  }
}

static void
on_tick (gpointer data)
{
  SimSink *sink = data;
  GstByteWriter writer;

  sim_set (&sink->tick, sim->now + TICK, on_tick, sink);
  if (sink->n_streams == 0)
    return;
  gst_byte_writer_init_with_size (&writer, 1500, FALSE);
  if (sim->now >= sink->next_report) {
    sink->next_report = sim->now + REPORT_INTERVAL;
    write_report (sink, &writer);
  }
  if (!sink->no_nack)
    write_nacks (sink, &writer);
  send_written (sink, &writer);
}

void
sim_sink_send_key_request (SimSink * sink, SimReceiver * receiver)
{
  GstByteWriter writer;

  gst_byte_writer_init_with_size (&writer, 64, FALSE);
  rtc_rtcp_write_pli (&writer, sink->ssrc, receiver->ssrc);
  send_written (sink, &writer);
}

/* Life */

void
sim_sink_start (SimSink * sink, RtcPeer * peer)
{
  sink->peer = peer;
  sink->ssrc = sim_random () | 1;
  sink->flushed = TRUE;
  sink->tracks = g_ptr_array_new_with_free_func (free_track);
  rtc_peer_set_media_sink (peer, &media_sink, sink);
  sim_set (&sink->tick, sim->now + sim_random_below (TICK), on_tick, sink);
}

void
sim_sink_stop (SimSink * sink)
{
  sim_unset (&sink->tick);
  sink->peer = NULL;
}

void
sim_sink_clear (SimSink * sink)
{
  for (guint i = 0; i < sink->n_streams; i++)
    sim_receiver_clear (&sink->streams[i].receiver);
  g_clear_pointer (&sink->tracks, g_ptr_array_unref);
}

void
sim_sink_update (SimSink * sink, GPtrArray * tracks)
{
  if (!sink->tracks)
    return;
  g_ptr_array_set_size (sink->tracks, 0);
  for (guint i = 0; i < tracks->len; i++)
    g_ptr_array_add (sink->tracks, rtc_negotiated_track_copy (tracks->pdata[i]));
}

SimReceiver *
sim_sink_get (SimSink * sink, RtcMediaKind kind)
{
  for (guint i = sink->n_streams; i-- > 0;)
    if (sink->streams[i].receiver.kind == kind)
      return &sink->streams[i].receiver;
  return NULL;
}
