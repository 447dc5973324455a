/* gst-rtc: a viewer of our own core that can do as it pleases
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "hostileviewer.h"

#include "hostileice.h"

#include <gst/core/base/rtcrtcp.h>
#include <gst/core/sdp/rtcdescription.h>

#include <ext/openssl/rtcopenssl.h>
#include <ext/srtp/rtcsrtp2.h>

#include <string.h>
#include <sys/socket.h>

#define MAX_RECORDED 1000

static HostileViewer *receiving;        /* on the loop: whose datagram is being looked at */

static HostileViewer *
viewer_ref (HostileViewer * viewer)
{
  g_atomic_int_inc (&viewer->ref_count);
  return viewer;
}

static void
viewer_unref (gpointer data)
{
  HostileViewer *viewer = data;

  if (!g_atomic_int_dec_and_test (&viewer->ref_count))
    return;
  g_clear_pointer (&viewer->recorded, g_ptr_array_unref);
  g_free (viewer->offer);
  g_free (viewer->description);
  g_free (viewer->name);
  g_free (viewer);
}

/* Media, on the loop */

static void
keep (HostileViewer * viewer, const guint8 * data, gsize size)
{
  if (viewer->recorded && viewer->recorded->len < MAX_RECORDED)
    g_ptr_array_add (viewer->recorded, g_bytes_new (data, size));
}

static gboolean
on_received (gpointer user_data, const guint8 * data, gsize size, RtcTime now)
{
  receiving = user_data;
  receiving->media.datagrams[rtc_packet_kind (data, size)]++;
  keep (receiving, data, size);
  return TRUE;
}

static gboolean
on_sent (gpointer user_data, const guint8 * data, gsize size, RtcTime now)
{
  HostileViewer *viewer = user_data;

  if (rtc_packet_kind (data, size) == RTC_PACKET_DTLS && viewer->habits.max_dtls >= 0
      && viewer->n_dtls++ >= viewer->habits.max_dtls)
    return FALSE;
  keep (viewer, data, size);
  return TRUE;
}

static void
on_ice_closed (gpointer user_data)
{
  HostileViewer *viewer = user_data;

  viewer->ice = NULL;
  viewer->srtp = NULL;
  viewer_unref (viewer);
}

static const HostileIceFuncs ice_funcs = { on_received, on_sent, on_ice_closed };

static void
on_rtp (gpointer user_data, const RtcReceivedPacket * packet, RtcTime now)
{
  HostileViewer *viewer = user_data;
  HostileMedia *media = &viewer->media;
  RtcRtpHeader header = packet->header;
  gboolean video;
  gint64 *highest, sequence;

  video = header.payload_type == g_atomic_int_get (&viewer->video_type);
  highest = &viewer->highest[video];
  sequence = *highest < 0 ? header.sequence : rtc_sequence_unwrap (*highest, header.sequence);
  if (*highest >= 0 && sequence > *highest + 1)
    media->lost += sequence - *highest - 1;
  *highest = MAX (*highest, sequence);
  if (!video || !header.marker)
    return;
  media->frames++;
  media->video_ssrc = header.ssrc;
  if (media->last_frame)
    media->longest_gap = MAX (media->longest_gap, now - media->last_frame);
  media->last_frame = now;
}

static const RtcMediaSink media_sink = { on_rtp, NULL, NULL };

/* The one loop makes sessions in the order in which they were asked for. */
static GAsyncQueue *starting;   /* of HostileViewer */

static RtcIce *
ice_new (const RtcIceConfig * config, GError ** error)
{
  HostileViewer *viewer = g_async_queue_pop (starting);

  viewer->ice = hostile_ice_new (config, viewer->habits.controls, &ice_funcs, viewer_ref (viewer), error);
  if (viewer->habits.mute)
    hostile_ice_mute (viewer->ice);
  return viewer->ice;
}

/* The keys are ready while the server's last DTLS datagram is being received. */
static RtcSrtp *
srtp_new (const RtcSrtpKeys * keys, GError ** error)
{
  return receiving->srtp = rtc_srtp2_new (keys, error);
}

static void
on_sctp_closed (gpointer user_data)
{
  HostileViewer *viewer = user_data;

  viewer->sctp = NULL;
  viewer_unref (viewer);
}

/* So is the association. */
static RtcSctp *
sctp_new (const RtcSctpConfig * config, GError ** error)
{
  receiving->sctp = hostile_sctp_new (config, &receiving->habits.sctp, on_sctp_closed, viewer_ref (receiving));
  return &receiving->sctp->parent;
}

static const RtcBackends backends = {
  .ice_new = ice_new,
  .dtls_new = rtc_openssl_new,
  .srtp_new = srtp_new,
  .srtp_supports = rtc_srtp2_supports,
  .sctp_new = sctp_new,
  .certificate_new = rtc_openssl_certificate_new,
  .certificate_get_fingerprint = rtc_openssl_certificate_get_fingerprint,
  .certificate_free = rtc_openssl_certificate_free,
};

/* Signaling, on the control thread */

static gchar *
quote (const gchar * text)
{
  g_autoptr (JsonNode) node = json_node_init_string (json_node_alloc (), text);

  return json_to_string (node, FALSE);
}

static void
send_text (HostileViewer * viewer, const gchar * text)
{
  if (viewer->socket && !viewer->closed)
    hostile_socket_send_text (viewer->socket, text);
}

static void
send_description (HostileViewer * viewer, const gchar * type, const gchar * sdp)
{
  g_autofree gchar *quoted = quote (sdp);
  g_autofree gchar *text = g_strdup_printf ("{\"type\":\"%s\",\"%s\":{\"type\":\"%s\",\"sdp\":%s},\"name\":\"server\"}",
      type, type, type, quoted);

  send_text (viewer, text);
}

static void
send_candidate (HostileViewer * viewer, const gchar * candidate)
{
  g_autofree gchar *quoted = quote (candidate);
  g_autofree gchar *text = g_strdup_printf ("{\"type\":\"candidate\",\"candidate\":{\"candidate\":%s,"
      "\"sdpMid\":\"0\",\"sdpMLineIndex\":0},\"name\":\"server\"}", quoted);

  send_text (viewer, text);
}

/* Its ICE only answers checks. */
static gchar *
say_lite (const gchar * sdp)
{
  g_autoptr (GString) text = g_string_new (sdp);

  g_string_replace (text, "t=0 0\r\n", "t=0 0\r\na=ice-lite\r\n", 1);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
on_description (RtcSession * session, GstRtcSdpType type, const gchar * sdp, gpointer user_data)
{
  HostileViewer *viewer = user_data;

  g_free (viewer->description);
  viewer->description = say_lite (sdp);
  if (viewer->habits.edit)
    viewer->description = viewer->habits.edit (viewer->description);
  send_description (viewer, type == GST_RTC_SDP_TYPE_OFFER ? "offer" : "answer", viewer->description);
}

static void
on_candidate (RtcSession * session, const gchar * candidate, const gchar * mid, guint m_line, gpointer user_data)
{
  send_candidate (user_data, candidate);
}

static void
on_negotiated (RtcSession * session, GPtrArray * tracks, gpointer user_data)
{
}

static void
on_connected (RtcSession * session, gpointer user_data)
{
  ((HostileViewer *) user_data)->connected = TRUE;
}

static void
on_ended (RtcSession * session, const GError * reason, gpointer user_data)
{
  HostileViewer *viewer = user_data;

  viewer->ended = TRUE;
  g_clear_pointer (&viewer->session, rtc_session_unref);
}

static const RtcSessionEvents session_events = { on_description, on_candidate, on_negotiated, on_connected, on_ended };

static void
start_session (HostileViewer * viewer)
{
  static const gchar *const addresses[] = { "127.0.0.1", NULL };
  const RtcPeerConfig config = {
    .backends = &backends,
    .certificate = viewer->world->certificate,
    .ice.addresses = addresses,
    .tracks = viewer->world->tracks,
    .receive = { viewer->world->receive[0], viewer->world->receive[1] },
    .extensions = (1 << RTC_N_EXTENSIONS) - 1,
    .min_playout_delay = -1,
    .max_playout_delay = -1,
    .data_channels = viewer->habits.data != NULL,
    .setup_timeout = 120 * RTC_SECOND,
    .seed = (guint64) g_random_int () << 32 | g_random_int (),
  };

  if (g_once_init_enter (&starting))
    g_once_init_leave (&starting, g_async_queue_new ());
  g_async_queue_push (starting, viewer);
  viewer->session = rtc_session_new (viewer->world->pool, viewer->world->control, &config, &session_events,
      viewer_ref (viewer), viewer_unref);
  rtc_session_set_media_sink (viewer->session, &media_sink, viewer, NULL);
  if (viewer->habits.data)
    rtc_session_set_data_sink (viewer->session, viewer->habits.data, viewer->habits.data_user, NULL);
}

static void
learn_video_type (HostileViewer * viewer, const gchar * sdp)
{
  g_autoptr (RtcDescription) description = rtc_description_read (sdp, -1, NULL);

  for (guint i = 0; description && i < description->sections->len; i++) {
    const RtcMediaSection *section = description->sections->pdata[i];

    if (!section->is_application && section->kind == RTC_MEDIA_VIDEO && section->codecs->len > 0)
      g_atomic_int_set (&viewer->video_type, ((RtcCodec *) section->codecs->pdata[0])->payload_type);
  }
}

/* Browsers answer "active" to "actpass", our peers the opposite: take the offer for one that is passive. */
static void
answer_offer (gpointer data, gpointer user_data)
{
  HostileViewer *viewer = data;
  g_auto (GStrv) parts = g_strsplit (viewer->offer, "a=setup:actpass", -1);
  g_autofree gchar *passive = g_strjoinv ("a=setup:passive", parts);

  if (!viewer->session && !viewer->ended)
    start_session (viewer);
  if (viewer->session)
    rtc_session_set_remote_description (viewer->session, GST_RTC_SDP_TYPE_OFFER, passive);
}

static void
create_offer (gpointer data, gpointer user_data)
{
  HostileViewer *viewer = data;

  if (!viewer->session && !viewer->ended)
    start_session (viewer);
  if (viewer->session)
    rtc_session_create_offer (viewer->session);
}

static void
on_message (HostileViewer * viewer, JsonObject * message)
{
  const gchar *type = json_object_get_string_member_with_default (message, "type", "");

  if (!strcmp (type, "login")) {
    viewer->logged_in = json_object_get_boolean_member (message, "success");
    viewer->n_errors += !viewer->logged_in;
    if (viewer->habits.offers)
      create_offer (viewer, NULL);
  } else if (!strcmp (type, "offer")) {
    g_free (viewer->offer);
    viewer->offer = g_strdup (json_object_get_string_member (json_object_get_object_member (message, "offer"), "sdp"));
    viewer->n_offers++;
    learn_video_type (viewer, viewer->offer);
    if (!viewer->habits.ignores_offers && !viewer->habits.offers)
      answer_offer (viewer, NULL);
  } else if (!strcmp (type, "answer")) {
    const gchar *sdp = json_object_get_string_member (json_object_get_object_member (message, "answer"), "sdp");

    viewer->n_answers++;
    learn_video_type (viewer, sdp);
    if (viewer->session)
      rtc_session_set_remote_description (viewer->session, GST_RTC_SDP_TYPE_ANSWER, sdp);
  } else if (!strcmp (type, "leave")) {
    viewer->n_leaves++;
  } else if (!strcmp (type, "error")) {
    viewer->n_errors++;
  }
}

static void
on_text (const gchar * text, gsize size, gpointer user_data)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GError) error = NULL;

  json_parser_load_from_data (parser, text, size, &error);
  g_assert_no_error (error);
  on_message (user_data, json_node_get_object (json_parser_get_root (parser)));
}

static void
on_closed (gpointer user_data)
{
  ((HostileViewer *) user_data)->closed = TRUE;
}

static const HostileSocketEvents socket_events = { on_text, on_closed };

static void
say (gpointer data, gpointer user_data)
{
  send_text (data, user_data);
}

void
hostile_viewer_say (HostileViewer * viewer, const gchar * format, ...)
{
  va_list args;
  g_autofree gchar *text = NULL;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  rtc_control_call (viewer->world->control, say, viewer, text);
}

typedef struct
{
  HostileViewer *viewer;
  const gchar *type, *text;
} Saying;

static void
say_description (gpointer data, gpointer user_data)
{
  Saying *saying = data;

  send_description (saying->viewer, saying->type, saying->text);
}

void
hostile_viewer_describe (HostileViewer * viewer, const gchar * type, const gchar * sdp)
{
  Saying saying = { viewer, type, sdp };

  rtc_control_call (viewer->world->control, say_description, &saying, NULL);
}

static void
say_candidate (gpointer data, gpointer user_data)
{
  send_candidate (data, user_data);
}

void
hostile_viewer_propose (HostileViewer * viewer, const gchar * candidate)
{
  rtc_control_call (viewer->world->control, say_candidate, viewer, (gpointer) candidate);
}

void
hostile_viewer_offer (HostileViewer * viewer)
{
  rtc_control_call (viewer->world->control, create_offer, viewer, NULL);
}

void
hostile_viewer_answer (HostileViewer * viewer)
{
  rtc_control_call (viewer->world->control, answer_offer, viewer, NULL);
}

/* Waiting */

gboolean
hostile_viewer_wait (HostileViewer * viewer, HostilePredicate predicate, RtcTime timeout)
{
  return hostile_wait (viewer->world->control, predicate, viewer, timeout);
}

gboolean
hostile_is_logged_in (gpointer viewer)
{
  return ((HostileViewer *) viewer)->logged_in;
}

gboolean
hostile_is_offered (gpointer viewer)
{
  return ((HostileViewer *) viewer)->n_offers > 0;
}

gboolean
hostile_is_connected (gpointer viewer)
{
  return ((HostileViewer *) viewer)->connected;
}

gboolean
hostile_is_left (gpointer viewer)
{
  return ((HostileViewer *) viewer)->n_leaves > 0;
}

gboolean
hostile_is_closed (gpointer viewer)
{
  return ((HostileViewer *) viewer)->closed;
}

gboolean
hostile_is_refused (gpointer viewer)
{
  return ((HostileViewer *) viewer)->n_errors > 0;
}

/* Orders for the loop */

typedef struct
{
  HostileViewer *viewer;
  gconstpointer data;
  gsize size;
  gpointer result;
} Order;

static gpointer
order (HostileViewer * viewer, RtcLoopFunc func, gconstpointer data, gsize size, gpointer result)
{
  Order order = { viewer, data, size, result };

  rtc_loop_call (viewer->world->loop, func, &order);
  return order.result;
}

static void
read_media (RtcLoop * loop, gpointer data)
{
  Order *order = data;

  *(HostileMedia *) order->result = order->viewer->media;
}

HostileMedia
hostile_viewer_get_media (HostileViewer * viewer)
{
  HostileMedia media;

  order (viewer, read_media, NULL, 0, &media);
  return media;
}

gboolean
hostile_viewer_wait_frames (HostileViewer * viewer, guint n, RtcTime timeout)
{
  guint begin = hostile_viewer_get_media (viewer).frames;
  gint64 deadline = g_get_monotonic_time () + timeout;

  while (hostile_viewer_get_media (viewer).frames < begin + n) {
    if (g_get_monotonic_time () > deadline)
      return FALSE;
    g_usleep (2 * RTC_MSECOND);
  }
  return TRUE;
}

static void
read_path (RtcLoop * loop, gpointer data)
{
  Order *order = data;
  RtcIce *ice = order->viewer->ice;

  g_assert_true (ice && ice->klass->get_path (ice, order->result));
}

struct sockaddr_in
hostile_viewer_get_remote (HostileViewer * viewer)
{
  struct sockaddr_in address;
  RtcIcePath path;

  order (viewer, read_path, NULL, 0, &path);
  memcpy (&address, path.remote, sizeof address);
  return address;
}

static void
inject (RtcLoop * loop, gpointer data)
{
  Order *order = data;
  RtcIce *ice = order->viewer->ice;
  RtcIcePath path;

  if (ice && ice->klass->get_path (ice, &path))
    sendto (path.fd, order->data, order->size, MSG_DONTWAIT, (struct sockaddr *) path.remote, path.remote_size);
}

void
hostile_viewer_inject (HostileViewer * viewer, const void *data, gsize size)
{
  order (viewer, inject, data, size, NULL);
}

static void
protect_rtcp (RtcLoop * loop, gpointer data)
{
  Order *order = data;
  HostileViewer *viewer = order->viewer;
  gsize size = order->size;
  guint8 *packet = g_malloc (size + RTC_SRTP_MAX_OVERHEAD);

  memcpy (packet, order->data, size);
  if (viewer->srtp && viewer->srtp->klass->protect_rtcp (viewer->srtp, packet, &size))
    order->result = g_bytes_new (packet, size);
  g_free (packet);
}

GBytes *
hostile_viewer_send_rtcp (HostileViewer * viewer, const void *data, gsize size)
{
  GBytes *packet = order (viewer, protect_rtcp, data, size, NULL);

  if (packet)
    hostile_viewer_inject (viewer, g_bytes_get_data (packet, NULL), g_bytes_get_size (packet));
  return packet;
}

GBytes *
hostile_viewer_request_key (HostileViewer * viewer)
{
  GstByteWriter writer;
  GBytes *packet;

  gst_byte_writer_init (&writer);
  rtc_rtcp_write_pli (&writer, 1, hostile_viewer_get_media (viewer).video_ssrc);
  packet = hostile_viewer_send_rtcp (viewer, writer.parent.data, gst_byte_writer_get_pos (&writer));
  gst_byte_writer_reset (&writer);
  return packet;
}

static void
record (RtcLoop * loop, gpointer data)
{
  HostileViewer *viewer = ((Order *) data)->viewer;

  g_clear_pointer (&viewer->recorded, g_ptr_array_unref);
  viewer->recorded = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
}

void
hostile_viewer_record (HostileViewer * viewer)
{
  order (viewer, record, NULL, 0, NULL);
}

static void
read_recorded (RtcLoop * loop, gpointer data)
{
  Order *order = data;

  order->result = g_steal_pointer (&order->viewer->recorded);
}

GPtrArray *
hostile_viewer_get_recorded (HostileViewer * viewer)
{
  return order (viewer, read_recorded, NULL, 0, NULL);
}

static void
mute (RtcLoop * loop, gpointer data)
{
  RtcIce *ice = ((Order *) data)->viewer->ice;

  if (ice)
    hostile_ice_mute (ice);
}

void
hostile_viewer_mute (HostileViewer * viewer)
{
  order (viewer, mute, NULL, 0, NULL);
}

static void
stop_reading_media (RtcLoop * loop, gpointer data)
{
  hostile_ice_stop_reading (((Order *) data)->viewer->ice);
}

void
hostile_viewer_stop_reading_media (HostileViewer * viewer)
{
  order (viewer, stop_reading_media, NULL, 0, NULL);
}

static void
stop_reading_signaling (gpointer data, gpointer user_data)
{
  hostile_socket_stop_reading (((HostileViewer *) data)->socket);
}

void
hostile_viewer_stop_reading_signaling (HostileViewer * viewer)
{
  rtc_control_call (viewer->world->control, stop_reading_signaling, viewer, NULL);
}

/* Life */

static void
open_socket (gpointer data, gpointer user_data)
{
  HostileViewer *viewer = data;
  HostileWorld *world = viewer->world;
  g_autofree gchar *login = g_strdup_printf ("{\"type\":\"login\",\"name\":\"%s\"}", viewer->name);

  viewer->socket = hostile_socket_open (rtc_control_get_context (world->control), world->port, &socket_events, viewer);
  g_assert_nonnull (viewer->socket);
  if (viewer->name)
    send_text (viewer, login);
}

HostileViewer *
hostile_viewer_new (HostileWorld * world, const gchar * name, const HostileHabits * habits)
{
  HostileViewer *viewer = g_new0 (HostileViewer, 1);

  viewer->ref_count = 1;
  viewer->world = world;
  viewer->name = g_strdup (name);
  viewer->habits.max_dtls = -1;
  if (habits)
    viewer->habits = *habits;
  viewer->highest[0] = viewer->highest[1] = -1;
  rtc_control_call (world->control, open_socket, viewer, NULL);
  return viewer;
}

static void
end_viewer (gpointer data, gpointer user_data)
{
  HostileViewer *viewer = data;

  hostile_socket_free (viewer->socket, GPOINTER_TO_UINT (user_data) == HOSTILE_LEAVE);
  viewer->socket = NULL;
  if (viewer->session)
    rtc_session_end (viewer->session, NULL);
}

void
hostile_viewer_free (HostileViewer * viewer, HostileEnd end)
{
  if (end == HOSTILE_VANISH)
    hostile_viewer_mute (viewer);
  rtc_control_call (viewer->world->control, end_viewer, viewer, GUINT_TO_POINTER (end));
  viewer_unref (viewer);
}
