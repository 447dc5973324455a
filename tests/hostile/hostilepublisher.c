/* gst-rtc: a publisher of our own core that sends what it likes
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "hostilepublisher.h"

#include <gst/core/base/rtcrtcp.h>
#include <gst/core/sdp/rtcdescription.h>
#include <gst/gst.h>

#include <string.h>
#include <sys/socket.h>

#define SOON (20 * RTC_SECOND)
#define FRAME_TIME (20 * RTC_MSECOND)
#define MAX_PACKET 1480

typedef struct
{
  const gchar *codec;
  guint ticks;                  /* of its RTP clock, for a frame */
  const gchar *pipeline;
  GPtrArray *frames;            /* of GPtrArray of GBytes: payloads */
} Clip;

#define VIDEO "videotestsrc num-buffers=5 pattern=ball ! video/x-raw,framerate=50/1,"
#define OUT " ! appsink name=out sync=false"

static Clip clips[HOSTILE_N_CLIPS] = {
  [HOSTILE_VP8] = {"VP8", 1800, VIDEO "width=160,height=120 ! vp8enc deadline=1 ! rtpvp8pay" OUT},
  [HOSTILE_VP8_LARGE] = {"VP8", 1800, VIDEO "width=320,height=240 ! vp8enc deadline=1 ! rtpvp8pay" OUT},
  [HOSTILE_H264] = {"H264", 1800, VIDEO "width=160,height=120,format=I420 ! x264enc tune=zerolatency "
        "speed-preset=ultrafast ! video/x-h264,profile=baseline ! rtph264pay config-interval=-1" OUT},
  [HOSTILE_OPUS] = {"opus", 960, "audiotestsrc num-buffers=50 samplesperbuffer=960 ! audio/x-raw,rate=48000,channels=2 ! "
        "opusenc ! rtpopuspay" OUT},
};

static GMutex lock;
static GPtrArray *publishers;   /* of HostilePublisher */
static GThread *player;
static gint playing;            /* atomic */
/* a=rtpmap and a=fmtp lines of retransmissions as the element offers them, the same to all */
static gchar *offered_rtx;
static gchar *offered_rtx_types;

/* Clips */

static void
add_packet (Clip * clip, GstSample * sample, gint64 * timestamp)
{
  GstMapInfo map;
  RtcRtpHeader header;

  g_assert_true (gst_buffer_map (gst_sample_get_buffer (sample), &map, GST_MAP_READ));
  g_assert_true (rtc_rtp_read (map.data, map.size, &header));
  if (*timestamp != header.timestamp)
    g_ptr_array_add (clip->frames, g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref));
  *timestamp = header.timestamp;
  g_ptr_array_add (clip->frames->pdata[clip->frames->len - 1],
      g_bytes_new (map.data + header.payload_offset, header.payload_size));
  gst_buffer_unmap (gst_sample_get_buffer (sample), &map);
}

static void
make_clip (Clip * clip)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GstElement) pipeline = gst_parse_launch (clip->pipeline, &error);
  g_autoptr (GstElement) out = NULL;
  GstSample *sample = NULL;
  gint64 timestamp = -1;

  g_assert_no_error (error);
  out = gst_bin_get_by_name (GST_BIN (pipeline), "out");
  clip->frames = g_ptr_array_new_with_free_func ((GDestroyNotify) g_ptr_array_unref);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  for (;;) {
    g_signal_emit_by_name (out, "pull-sample", &sample);
    if (!sample)
      break;
    add_packet (clip, sample, &timestamp);
    gst_sample_unref (sample);
  }
  g_assert_cmpuint (clip->frames->len, >=, 5);
  gst_element_set_state (pipeline, GST_STATE_NULL);
}

/* Sending */

typedef struct
{
  HostilePublisher *publisher;
  const void *data;
  gsize size;
  gboolean rtcp;
} Packet;

static void
send_protected (RtcLoop * loop, gpointer data)
{
  const Packet *packet = data;
  HostileViewer *viewer = packet->publisher->viewer;
  guint8 protected[MAX_PACKET + RTC_SRTP_MAX_OVERHEAD];
  gsize size = packet->size;
  RtcIcePath path;

  if (!viewer->srtp || !viewer->ice || viewer->ended || !viewer->ice->klass->get_path (viewer->ice, &path))
    return;
  memcpy (protected, packet->data, size);
  if (packet->rtcp ? viewer->srtp->klass->protect_rtcp (viewer->srtp, protected, &size)
      : viewer->srtp->klass->protect_rtp (viewer->srtp, protected, &size))
    sendto (path.fd, protected, size, MSG_DONTWAIT, (struct sockaddr *) path.remote, path.remote_size);
}

static void
protect_and_send (HostilePublisher * self, const void *data, gsize size, gboolean rtcp)
{
  Packet packet = { self, data, size, rtcp };

  g_assert_cmpuint (size, <=, MAX_PACKET);
  rtc_loop_call (self->viewer->world->loop, send_protected, &packet);
}

void
hostile_publisher_send_raw (HostilePublisher * self, const void *packet, gsize size)
{
  protect_and_send (self, packet, size, FALSE);
}

void
hostile_publisher_send_rtcp (HostilePublisher * self, const void *packet, gsize size)
{
  protect_and_send (self, packet, size, TRUE);
}

void
hostile_publisher_send (HostilePublisher * self, const HostileRtp * header, const void *payload, gsize size)
{
  guint8 packet[MAX_PACKET];

  g_assert_cmpuint (RTC_RTP_HEADER_SIZE + size, <=, sizeof packet);
  packet[0] = 0x80;
  packet[1] = header->payload_type | (header->marker ? 0x80 : 0);
  GST_WRITE_UINT16_BE (packet + 2, header->sequence);
  GST_WRITE_UINT32_BE (packet + 4, header->timestamp);
  GST_WRITE_UINT32_BE (packet + 8, header->ssrc);
  memcpy (packet + RTC_RTP_HEADER_SIZE, payload, size);
  hostile_publisher_send_raw (self, packet, RTC_RTP_HEADER_SIZE + size);
}

HostileRtp
hostile_publisher_next (HostilePublisher * self, RtcMediaKind kind)
{
  HostileTrack *track = &self->tracks[kind];

  return (HostileRtp) { self->types[track->clip], FALSE, track->sequence++, track->timestamp, track->ssrc };
}

/* Playing */

static void
send_frame (HostilePublisher * self, RtcMediaKind kind)
{
  HostileTrack *track = &self->tracks[kind];
  const Clip *clip = &clips[track->clip];
  GPtrArray *payloads = clip->frames->pdata[track->frame];

  track->timestamp += clip->ticks;
  track->frame = (track->frame + 1) % clip->frames->len;
  for (guint i = 0; i < payloads->len; i++) {
    HostileRtp header = hostile_publisher_next (self, kind);
    gsize size;
    gconstpointer payload = g_bytes_get_data (payloads->pdata[i], &size);

    header.marker = kind == RTC_MEDIA_VIDEO && i + 1 == payloads->len;
    hostile_publisher_send (self, &header, payload, size);
  }
}

static gpointer
play (gpointer data)
{
  gint64 next = g_get_monotonic_time ();

  while (g_atomic_int_get (&playing)) {
    gint64 now = g_get_monotonic_time ();

    if (now < next)
      g_usleep (next - now);
    next = MAX (next, now - 5 * FRAME_TIME) + FRAME_TIME;
    g_mutex_lock (&lock);
    for (guint i = 0; i < publishers->len; i++) {
      HostilePublisher *publisher = publishers->pdata[i];

      for (guint kind = 0; kind < 2; kind++)
        if (publisher->tracks[kind].playing)
          send_frame (publisher, kind);
    }
    g_mutex_unlock (&lock);
  }
  return NULL;
}

void
hostile_publishers_lock (void)
{
  g_mutex_lock (&lock);
}

void
hostile_publishers_unlock (void)
{
  g_mutex_unlock (&lock);
}

void
hostile_publisher_play (HostilePublisher * self, RtcMediaKind kind, gboolean plays)
{
  g_mutex_lock (&lock);
  self->tracks[kind].playing = plays;
  g_mutex_unlock (&lock);
}

void
hostile_publisher_change (HostilePublisher * self, HostileClip clip)
{
  g_mutex_lock (&lock);
  self->tracks[RTC_MEDIA_VIDEO].clip = clip;
  self->tracks[RTC_MEDIA_VIDEO].frame = 0;
  g_mutex_unlock (&lock);
}

static RtcTrackSpec *
make_track (RtcMediaKind kind, GPtrArray * codecs)
{
  RtcTrackSpec *spec = rtc_track_spec_new (kind, "stream track");

  for (guint i = 0; i < codecs->len; i++)
    g_ptr_array_add (spec->codecs, rtc_codec_copy (codecs->pdata[i]));
  return spec;
}

void
hostile_publishers_init (HostileWorld * world)
{
  for (guint i = 0; i < HOSTILE_N_CLIPS; i++)
    make_clip (&clips[i]);
  g_ptr_array_set_free_func (world->tracks, (GDestroyNotify) rtc_track_spec_free);
  for (guint kind = 0; kind < 2; kind++)
    g_ptr_array_add (world->tracks, make_track (kind, world->receive[kind].codecs));
  publishers = g_ptr_array_new ();
  g_atomic_int_set (&playing, TRUE);
  player = g_thread_new ("player", play, NULL);
}

void
hostile_publishers_deinit (void)
{
  g_atomic_int_set (&playing, FALSE);
  g_thread_join (player);
  g_assert_cmpuint (publishers->len, ==, 0);
  g_ptr_array_unref (publishers);
  for (guint i = 0; i < HOSTILE_N_CLIPS; i++)
    g_ptr_array_unref (clips[i].frames);
  g_clear_pointer (&offered_rtx, g_free);
  g_clear_pointer (&offered_rtx_types, g_free);
}

/* Retransmissions: our sessions do not ask for them, but the answer may. */

static void
learn_rtx (const gchar * offer)
{
  g_auto (GStrv) lines = g_strsplit (strstr (offer, "m=video"), "\r\n", -1);
  g_autoptr (GString) rtx = g_string_new (NULL), types = g_string_new (NULL);

  for (guint i = 0; lines[i] && (i == 0 || !g_str_has_prefix (lines[i], "m=")); i++) {
    if (g_str_has_prefix (lines[i], "a=rtpmap:") && strstr (lines[i], " rtx/"))
      g_string_append_printf (types, " %.*s", (gint) strcspn (lines[i] + 9, " "), lines[i] + 9);
    if ((g_str_has_prefix (lines[i], "a=rtpmap:") && strstr (lines[i], " rtx/")) || strstr (lines[i], " apt="))
      g_string_append_printf (rtx, "%s\r\n", lines[i]);
  }
  offered_rtx = g_string_free (g_steal_pointer (&rtx), FALSE);
  offered_rtx_types = g_string_free (g_steal_pointer (&types), FALSE);
}

static gchar *
with_rtx (gchar * sdp)
{
  g_autoptr (GString) text = g_string_new (NULL);
  const gchar *video = strstr (sdp, "m=video"), *end = video ? strstr (video, "\r\n") : NULL;
  const gchar *next = end ? strstr (end, "\r\nm=") : NULL;

  if (!offered_rtx || !end)
    return sdp;
  g_string_append_len (text, sdp, end - sdp);
  g_string_append (text, offered_rtx_types);
  g_string_append_len (text, end, next ? next + 2 - end : (gssize) strlen (end));
  g_string_append (text, offered_rtx);
  if (next)
    g_string_append (text, next + 2);
  g_free (sdp);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* Feedback of the element, on the loop */

static void
ignore_rtp (gpointer user_data, const RtcReceivedPacket * packet, RtcTime now)
{
}

static void
on_rtcp (gpointer user_data, const guint8 * data, gsize size, RtcTime now)
{
  HostilePublisher *self = user_data;
  RtcRtcpReader reader;
  RtcRtcpPacket packet;

  rtc_rtcp_reader_init (&reader, data, size);
  while (rtc_rtcp_reader_next (&reader, &packet)) {
    if (packet.kind == RTC_RTCP_RR || packet.kind == RTC_RTCP_SR)
      g_atomic_int_inc (&self->n_reports);
    else if (packet.kind == RTC_RTCP_PLI || packet.kind == RTC_RTCP_NACK)
      g_atomic_int_inc (&self->n_requests);
    if (packet.sender != 0)
      g_atomic_int_set (&self->feedback_ssrc, packet.sender);
  }
}

static const RtcMediaSink feedback_sink = { ignore_rtp, on_rtcp, NULL };

/* Life, on the test's thread */

static void
learn_section (HostilePublisher * self, const RtcMediaSection * section)
{
  HostileTrack *track = &self->tracks[section->kind];

  self->extensions = section->extensions;
  self->mids[section->kind] = g_strdup (section->mid);
  for (guint i = 0; i < section->codecs->len; i++) {
    const RtcCodec *codec = section->codecs->pdata[i];

    for (guint clip = 0; clip < HOSTILE_N_CLIPS; clip++) {
      if (g_ascii_strcasecmp (codec->name, clips[clip].codec) == 0 && self->types[clip] == 0) {
        self->types[clip] = codec->payload_type;
        self->rtx_types[clip] = codec->rtx_payload_type;
      }
    }
  }
  track->ssrc = section->ssrc ? section->ssrc : g_rand_int (self->rand);
  track->rtx_ssrc = g_rand_int (self->rand);
  track->sequence = g_rand_int_range (self->rand, 0, 0x7000);
  track->timestamp = g_rand_int (self->rand);
}

static void
read_descriptions (gpointer data, gpointer user_data)
{
  HostilePublisher *self = data;
  g_autoptr (RtcDescription) description = rtc_description_read (self->viewer->description, -1, NULL);

  g_assert_nonnull (description);
  if (!offered_rtx)
    learn_rtx (self->viewer->offer);
  for (guint i = 0; i < description->sections->len; i++) {
    const RtcMediaSection *section = description->sections->pdata[i];

    if (!section->is_application && !section->unknown && !self->mids[section->kind])
      learn_section (self, section);
  }
  if (self->viewer->session)
    rtc_session_set_media_sink (self->viewer->session, &feedback_sink, self, NULL);
}

HostilePublisher *
hostile_publisher_start (HostileWorld * world, const gchar * name, gchar * (*edit) (gchar * sdp))
{
  const HostileHabits habits = {.edit = edit ? edit : with_rtx,.max_dtls = -1 };
  HostilePublisher *self = g_new0 (HostilePublisher, 1);
  g_autoptr (JsonNode) node = json_node_init_string (json_node_alloc (), name);
  g_autofree gchar *quoted = json_to_string (node, FALSE);

  self->rand = g_rand_new_with_seed (g_str_hash (name));
  self->viewer = hostile_viewer_new (world, NULL, &habits);
  self->viewer->name = g_strdup (name);
  hostile_viewer_say (self->viewer, "{\"type\":\"login\",\"name\":%s}", quoted);
  return self;
}

void
hostile_publisher_connect (HostilePublisher * self, gboolean plays)
{
  g_assert_true (hostile_viewer_wait (self->viewer, hostile_is_connected, SOON));
  rtc_control_call (self->viewer->world->control, read_descriptions, self, NULL);
  self->tracks[RTC_MEDIA_VIDEO].clip = HOSTILE_VP8;
  self->tracks[RTC_MEDIA_AUDIO].clip = HOSTILE_OPUS;
  g_mutex_lock (&lock);
  self->tracks[0].playing = self->tracks[1].playing = plays;
  g_ptr_array_add (publishers, self);
  g_mutex_unlock (&lock);
}

HostilePublisher *
hostile_publisher_new (HostileWorld * world, const gchar * name, gchar * (*edit) (gchar * sdp), gboolean plays)
{
  HostilePublisher *self = hostile_publisher_start (world, name, edit);

  hostile_publisher_connect (self, plays);
  return self;
}

static void
detach_sink (gpointer data, gpointer user_data)
{
  HostilePublisher *self = data;

  if (self->viewer->session)
    rtc_session_set_media_sink (self->viewer->session, NULL, NULL, NULL);
}

static void
do_nothing (RtcLoop * loop, gpointer data)
{
}

void
hostile_publisher_free (HostilePublisher * self, HostileEnd end)
{
  RtcControl *control = self->viewer->world->control;
  RtcLoop *loop = self->viewer->world->loop;

  g_mutex_lock (&lock);
  g_ptr_array_remove (publishers, self);
  g_mutex_unlock (&lock);
  rtc_control_call (control, detach_sink, self, NULL);
  rtc_loop_call (loop, do_nothing, NULL);
  hostile_viewer_free (self->viewer, end);
  g_rand_free (self->rand);
  g_free (self->mids[0]);
  g_free (self->mids[1]);
  g_free (self);
}
