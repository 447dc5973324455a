/* gst-rtc: many viewers in one process, for measuring a server
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Peers of our own core that take video and audio and decode nothing. Speaks the project's signaling
 * and tells on stdout, in JSON lines, how each viewer got on. Commands on stdin:
 *
 * After its first complete key frame, which it has decrypted, a viewer counts packets by their clear
 * headers only (the first viewer goes on decrypting), and its socket is looked into every 2 ms instead of
 * being waited for: so the server's sends never pay for waking this process, and hundreds of viewers take
 * less of their core than the server of its own.
 *
 *   start     forget what was counted
 *   stop      print what was counted since
 *   (end)     leave
 */
#include "liteice.h"

#include <gst/core/base/rtckeyframe.h>
#include <gst/core/base/rtcrtp.h>
#include <gst/loop/rtcsession.h>

#include <ext/nice/rtcnice.h>
#include <ext/openssl/rtcopenssl.h>
#include <ext/srtp/rtcsrtp2.h>

#include <json-glib/json-glib.h>
#include <libsoup/soup.h>
#include <stdio.h>
#include <string.h>

typedef enum
{
  VIEWER_GOOD,
  VIEWER_STALLS_IN_ICE,         /* answers, and its candidates lead nowhere */
  VIEWER_STALLS_IN_DTLS,        /* ICE connects; it never says hello */
} ViewerMode;

#define DRAIN_INTERVAL (2 * RTC_MSECOND)

typedef struct
{
  guint index;
  SoupWebsocketConnection *socket;
  RtcSession *session;
  RtcIce *ice;                  /* the loop's; NULL on libnice and after the end */
  guint8 video_type;
  gchar *video_encoding;

  /* microseconds from login, 0 for not yet; the loop's from here on */
  RtcTime begun, connected, first_packet, first_key_frame;
  gboolean in_key_frame, diverted, ready;
  guint32 key_timestamp;

  guint64 packets, bytes, lost, video_frames, verified;
  gint64 highest[2];            /* audio, video: unwrapped sequence numbers */
  GArray *delays;               /* of gint64: arrival less timestamp, microseconds, by frame */
} Viewer;

static struct
{
  gchar *url;
  gint count, rate;
  gchar *mode_name, *ice_name, *srtp_name, *address;
} options = {.count = 1,.rate = 20 };

static const GOptionEntry entries[] = {
  {"url", 'u', 0, G_OPTION_ARG_STRING, &options.url, "WebSocket URL of the server", "URL"},
  {"count", 'n', 0, G_OPTION_ARG_INT, &options.count, "how many viewers", "N"},
  {"rate", 'r', 0, G_OPTION_ARG_INT, &options.rate, "viewers that join per second", "N"},
  {"ice", 'i', 0, G_OPTION_ARG_STRING, &options.ice_name,
      "lite (default), or nice: a full agent, at more cost", "NAME"},
  {"srtp", 's', 0, G_OPTION_ARG_STRING, &options.srtp_name, "gcm or sha1 only", "NAME"},
  {"address", 'a', 0, G_OPTION_ARG_STRING, &options.address, "local address (127.0.0.1)", "IP"},
  {"mode", 'm', 0, G_OPTION_ARG_STRING, &options.mode_name, "good, ice (stalls there) or dtls (stalls there)",
      "MODE"},
  {NULL}
};

static ViewerMode mode;
static RtcPool *pool;
static RtcControl *control;
static RtcCertificate *certificate;
static SoupSession *http;
static GPtrArray *viewers;
static GPtrArray *tracks;       /* none: viewers only receive */
static RtcReceiveSpec receive[2];
static guint n_ready, n_ended;

static void
print_json (JsonBuilder * builder)
{
  g_autoptr (JsonNode) root = json_builder_get_root (builder);
  g_autofree gchar *text = json_to_string (root, FALSE);

  g_print ("%s\n", text);
  g_object_unref (builder);
}

static JsonBuilder *
new_event (const gchar * name)
{
  JsonBuilder *builder = json_builder_new ();

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "event");
  json_builder_add_string_value (builder, name);
  return builder;
}

static void
add_number (JsonBuilder * builder, const gchar * name, gdouble value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_double_value (builder, value);
}

static void
send_message (Viewer * viewer, JsonBuilder * builder)
{
  g_autoptr (JsonNode) root = json_builder_get_root (builder);
  g_autofree gchar *text = json_to_string (root, FALSE);

  if (viewer->socket && soup_websocket_connection_get_state (viewer->socket) == SOUP_WEBSOCKET_STATE_OPEN)
    soup_websocket_connection_send_text (viewer->socket, text);
  g_object_unref (builder);
}

/* Media, on the loop */

/* The loop's report of the key frame may overtake the session's of the connection. */
static void
print_ready (gpointer data, gpointer user_data)
{
  Viewer *viewer = data;
  JsonBuilder *event;

  if (!viewer->connected || !viewer->first_key_frame || viewer->ready)
    return;
  viewer->ready = TRUE;
  event = new_event ("viewer");
  add_number (event, "dtls_ms", viewer->connected / 1000.0);
  add_number (event, "first_packet_ms", viewer->first_packet / 1000.0);
  add_number (event, "first_key_frame_ms", viewer->first_key_frame / 1000.0);
  json_builder_end_object (event);
  print_json (event);
  if (++n_ready == (guint) options.count)
    g_print ("{\"event\":\"ready\"}\n");
}

/* A key frame is complete when its first packet, its last, and all between have come. */
static void
watch_key_frame (Viewer * viewer, const RtcRtpHeader * header, const guint8 * payload, gboolean in_order,
    RtcTime now)
{
  if (viewer->first_key_frame)
    return;
  if (!viewer->in_key_frame && rtc_key_frame_starts (viewer->video_encoding, payload, header->payload_size)) {
    viewer->in_key_frame = TRUE;
    viewer->key_timestamp = header->timestamp;
  } else if (viewer->in_key_frame && (!in_order || header->timestamp != viewer->key_timestamp)) {
    viewer->in_key_frame = FALSE;
  }
  if (viewer->in_key_frame && header->marker) {
    viewer->first_key_frame = now - viewer->begun;
    rtc_control_post (control, print_ready, viewer, NULL, NULL);
  }
}

/* header: of a packet whose payload may still be protected */
static gboolean
count_packet (Viewer * viewer, const RtcRtpHeader * header, gsize size, RtcTime now)
{
  gboolean video = header->payload_type == viewer->video_type;
  gint64 *highest = &viewer->highest[video];
  /* Retransmissions have sequence numbers of their own; nobody here asks for any. */
  gint64 sequence = *highest < 0 ? header->sequence : rtc_sequence_unwrap (*highest, header->sequence);
  gboolean in_order = *highest < 0 || sequence == *highest + 1;

  if (!in_order && sequence > *highest)
    viewer->lost += sequence - *highest - 1;
  *highest = MAX (*highest, sequence);
  viewer->packets++;
  viewer->bytes += size;
  if (video && header->marker) {
    gint64 delay = now - (gint64) header->timestamp * 100 / 9;

    viewer->video_frames++;
    g_array_append_val (viewer->delays, delay);
  }
  return in_order;
}

static void
take_protected (gpointer user_data, const guint8 * data, gsize size, RtcTime now)
{
  Viewer *viewer = user_data;
  RtcRtpHeader header;

  if (!rtc_rtp_read (data, size, &header))
    return;
  count_packet (viewer, &header, size, now);
  if (viewer->index == 0)
    viewer->ice->receive (viewer->ice->receive_data, data, size);
}

static void
on_rtp (gpointer user_data, const RtcReceivedPacket * packet, RtcTime now)
{
  Viewer *viewer = user_data;
  const RtcRtpHeader *header = &packet->header;
  gboolean in_order;

  viewer->verified++;
  if (viewer->diverted)
    return;
  in_order = count_packet (viewer, header, packet->size, now);
  if (!viewer->first_packet)
    viewer->first_packet = now - viewer->begun;
  if (header->payload_type == viewer->video_type)
    watch_key_frame (viewer, header, packet->data + header->payload_offset, in_order, now);
  if (viewer->first_key_frame && viewer->ice) {
    viewer->diverted = TRUE;
    bench_ice_divert (viewer->ice, take_protected, viewer);
  }
}

static const RtcMediaSink media_sink = { on_rtp, NULL, NULL };

/* Signaling, on the control thread */

static void
on_description (RtcSession * session, GstRtcSdpType type, const gchar * sdp, gpointer user_data)
{
  JsonBuilder *builder = json_builder_new ();

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "type");
  json_builder_add_string_value (builder, "answer");
  json_builder_set_member_name (builder, "answer");
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "type");
  json_builder_add_string_value (builder, "answer");
  json_builder_set_member_name (builder, "sdp");
  json_builder_add_string_value (builder, sdp);
  json_builder_end_object (builder);
  json_builder_set_member_name (builder, "name");
  json_builder_add_string_value (builder, "server");
  json_builder_end_object (builder);
  send_message (user_data, builder);
}

static void
on_candidate (RtcSession * session, const gchar * candidate, const gchar * mid, guint m_line,
    gpointer user_data)
{
  JsonBuilder *builder;

  if (!*candidate)
    return;
  builder = json_builder_new ();
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "type");
  json_builder_add_string_value (builder, "candidate");
  json_builder_set_member_name (builder, "candidate");
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "candidate");
  json_builder_add_string_value (builder, candidate);
  json_builder_set_member_name (builder, "sdpMid");
  json_builder_add_string_value (builder, mid ? mid : "0");
  json_builder_set_member_name (builder, "sdpMLineIndex");
  json_builder_add_int_value (builder, m_line);
  json_builder_end_object (builder);
  json_builder_set_member_name (builder, "name");
  json_builder_add_string_value (builder, "server");
  json_builder_end_object (builder);
  send_message (user_data, builder);
}

static void
on_negotiated (RtcSession * session, GPtrArray * tracks, gpointer user_data)
{
}

static void
on_connected (RtcSession * session, gpointer user_data)
{
  Viewer *viewer = user_data;

  viewer->connected = g_get_monotonic_time () - viewer->begun;
  print_ready (viewer, NULL);
}

static void
on_ended (RtcSession * session, const GError * reason, gpointer user_data)
{
  Viewer *viewer = user_data;
  JsonBuilder *event = new_event ("ended");

  json_builder_set_member_name (event, "reason");
  json_builder_add_string_value (event, reason ? reason->message : "");
  json_builder_end_object (event);
  print_json (event);
  g_clear_pointer (&viewer->session, rtc_session_unref);
  n_ended++;
}

static const RtcSessionEvents session_events = {
  on_description, on_candidate, on_negotiated, on_connected, on_ended,
};

/* A handshake that never begins */

static void
do_nothing (void)
{
}

static gboolean
return_false (void)
{
  return FALSE;
}

static RtcDtls *
mute_dtls_new (const RtcDtlsConfig * config, GError ** error)
{
  static RtcDtlsClass klass;
  RtcDtls *dtls = rtc_openssl_new (config, error);

  if (dtls) {
    klass = *dtls->klass;
    klass.start = (gpointer) do_nothing;
    klass.receive = (gpointer) do_nothing;
    klass.next_datagram = (gpointer) return_false;
    dtls->klass = &klass;
  }
  return dtls;
}

/* The one loop makes sessions in the order in which they were asked for. */
static GAsyncQueue *starting;   /* of Viewer */

static RtcIce *
lite_ice_new (const RtcIceConfig * config, GError ** error)
{
  Viewer *viewer = g_async_queue_pop (starting);

  viewer->ice = bench_ice_new (config, error);
  if (viewer->ice)
    bench_ice_set_pointer (viewer->ice, &viewer->ice);
  if (viewer->ice && mode == VIEWER_STALLS_IN_ICE)
    bench_ice_mute (viewer->ice);
  return viewer->ice;
}

static gboolean
supports_srtp (RtcSrtpProfile profile)
{
  gboolean sha1 = profile == RTC_SRTP_AES128_CM_HMAC_SHA1_80;

  return rtc_srtp2_supports (profile) && (!options.srtp_name || sha1 == !strcmp (options.srtp_name, "sha1"));
}

static RtcBackends backends = {
  .ice_new = lite_ice_new,
  .dtls_new = rtc_openssl_new,
  .srtp_new = rtc_srtp2_new,
  .srtp_supports = supports_srtp,
  .certificate_new = rtc_openssl_certificate_new,
  .certificate_get_fingerprint = rtc_openssl_certificate_get_fingerprint,
  .certificate_free = rtc_openssl_certificate_free,
};

static void
learn_codecs (Viewer * viewer, const gchar * sdp)
{
  g_autoptr (RtcDescription) description = rtc_description_read (sdp, -1, NULL);

  for (guint i = 0; description && i < description->sections->len; i++) {
    const RtcMediaSection *section = description->sections->pdata[i];

    if (!section->is_application && section->kind == RTC_MEDIA_VIDEO && section->codecs->len > 0) {
      const RtcCodec *codec = section->codecs->pdata[0];

      viewer->video_type = codec->payload_type;
      viewer->video_encoding = g_ascii_strup (codec->name, -1);
      return;
    }
  }
}

static gchar *
replace (const gchar * text, const gchar * from, const gchar * to)
{
  g_auto (GStrv) parts = g_strsplit (text, from, -1);

  return g_strjoinv (to, parts);
}

static void
on_offer (Viewer * viewer, const gchar * sdp)
{
  const gchar *const addresses[] = { options.address ? options.address : "127.0.0.1", NULL };
  /* Browsers answer "active" to "actpass", our peers the opposite: take the offer for one that is passive. */
  g_autofree gchar *passive = replace (sdp, "a=setup:actpass", "a=setup:passive");
  RtcPeerConfig config = {
    .backends = &backends,
    .certificate = certificate,
    .ice.addresses = addresses,
    .tracks = tracks,
    .receive = { receive[0], receive[1] },
    .extensions = (1 << RTC_N_EXTENSIONS) - 1,
    .min_playout_delay = -1,
    .max_playout_delay = -1,
    .setup_timeout = 60 * RTC_SECOND,
    .seed = g_get_monotonic_time () * 1000 + viewer->index,
  };

  if (viewer->session)
    return;
  learn_codecs (viewer, sdp);
  g_async_queue_push (starting, viewer);
  viewer->session = rtc_session_new (pool, control, &config, &session_events, viewer, NULL);
  rtc_session_set_media_sink (viewer->session, &media_sink, viewer, NULL);
  rtc_session_set_remote_description (viewer->session, GST_RTC_SDP_TYPE_OFFER, passive);
}

static void
on_message (SoupWebsocketConnection * socket, gint type, GBytes * message, gpointer user_data)
{
  Viewer *viewer = user_data;
  g_autoptr (JsonParser) parser = json_parser_new ();
  gsize size;
  const gchar *text = g_bytes_get_data (message, &size);
  JsonObject *object;
  const gchar *kind;

  if (!json_parser_load_from_data (parser, text, size, NULL))
    return;
  object = json_node_get_object (json_parser_get_root (parser));
  kind = json_object_get_string_member_with_default (object, "type", "");
  if (!strcmp (kind, "offer")) {
    on_offer (viewer, json_object_get_string_member (json_object_get_object_member (object, "offer"), "sdp"));
  } else if (!strcmp (kind, "candidate") && viewer->session) {
    JsonObject *candidate = json_object_get_object_member (object, "candidate");

    rtc_session_add_candidate (viewer->session,
        json_object_get_string_member_with_default (candidate, "candidate", ""));
  }
}

static void
on_open (GObject * source, GAsyncResult * result, gpointer user_data)
{
  Viewer *viewer = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree gchar *login = g_strdup_printf ("{\"type\":\"login\",\"name\":\"viewer-%d-%u\"}",
      (gint) getpid (), viewer->index);

  viewer->socket = soup_session_websocket_connect_finish (http, result, &error);
  if (!viewer->socket) {
    g_printerr ("viewer %u: %s\n", viewer->index, error->message);
    return;
  }
  g_signal_connect (viewer->socket, "message", G_CALLBACK (on_message), viewer);
  viewer->begun = g_get_monotonic_time ();
  soup_websocket_connection_send_text (viewer->socket, login);
}

static gboolean
open_viewer (gpointer user_data)
{
  g_autoptr (SoupMessage) message = soup_message_new (SOUP_METHOD_GET, options.url);
  Viewer *viewer = g_new0 (Viewer, 1);

  viewer->index = viewers->len;
  viewer->highest[0] = viewer->highest[1] = -1;
  viewer->delays = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_ptr_array_add (viewers, viewer);
  soup_session_websocket_connect_async (http, message, NULL, NULL, G_PRIORITY_DEFAULT, NULL, on_open, viewer);
  return viewers->len < (guint) options.count ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

/* Counting */

static void
forget_counts (RtcLoop * loop, gpointer data)
{
  for (guint i = 0; i < viewers->len; i++) {
    Viewer *viewer = viewers->pdata[i];

    viewer->packets = viewer->bytes = viewer->lost = viewer->video_frames = viewer->verified = 0;
    g_array_set_size (viewer->delays, 0);
  }
}

static gint
compare_delays (gconstpointer a, gconstpointer b)
{
  gint64 x = *(const gint64 *) a, y = *(const gint64 *) b;

  return (x > y) - (x < y);
}

/* Against the best of each viewer: the clocks of timestamps and arrivals have no common zero. */
static GArray *
collect_delays (void)
{
  GArray *all = g_array_new (FALSE, FALSE, sizeof (gint64));

  for (guint i = 0; i < viewers->len; i++) {
    Viewer *viewer = viewers->pdata[i];
    gint64 best = G_MAXINT64;

    for (guint j = 0; j < viewer->delays->len; j++)
      best = MIN (best, g_array_index (viewer->delays, gint64, j));
    for (guint j = 0; j < viewer->delays->len; j++) {
      gint64 delay = g_array_index (viewer->delays, gint64, j) - best;

      g_array_append_val (all, delay);
    }
  }
  g_array_sort (all, compare_delays);
  return all;
}

static gdouble
quantile_ms (GArray * sorted, gdouble q)
{
  return sorted->len ? g_array_index (sorted, gint64, (guint) (q * (sorted->len - 1))) / 1000.0 : 0;
}

static void
print_counts (RtcLoop * loop, gpointer data)
{
  JsonBuilder *event = new_event ("counts");
  guint64 packets = 0, bytes = 0, lost = 0, frames = 0;
  GArray *delays = collect_delays ();
  const Viewer *first = viewers->pdata[0];

  for (guint i = 0; i < viewers->len; i++) {
    Viewer *viewer = viewers->pdata[i];

    packets += viewer->packets;
    bytes += viewer->bytes;
    lost += viewer->lost;
    frames += viewer->video_frames;
  }
  add_number (event, "packets", packets);
  add_number (event, "bytes", bytes);
  add_number (event, "lost", lost);
  add_number (event, "video_frames", frames);
  add_number (event, "frame_delay_ms_median", quantile_ms (delays, 0.5));
  add_number (event, "frame_delay_ms_p95", quantile_ms (delays, 0.95));
  add_number (event, "ended", n_ended);
  /* of the first viewer: everything that came was the server's */
  add_number (event, "verified", (gdouble) first->verified / MAX (first->packets, 1));
  json_builder_end_object (event);
  print_json (event);
  g_array_unref (delays);
}

/* Looking instead of waiting */

static RtcLoopMember *drain;

static void
drain_sockets (gpointer user_data, RtcTime now)
{
  for (guint i = 0; i < viewers->len; i++) {
    Viewer *viewer = viewers->pdata[i];

    if (viewer->diverted && viewer->ice)
      bench_ice_drain (viewer->ice);
  }
  rtc_loop_set_timeout (rtc_pool_get_loop (pool, 0), drain, g_get_monotonic_time () + DRAIN_INTERVAL);
}

static const RtcLoopMemberFuncs drain_funcs = {.timeout = drain_sockets };

static void
start_drain (RtcLoop * loop, gpointer data)
{
  drain = rtc_loop_add (loop, NULL, &drain_funcs, NULL);
  rtc_loop_set_timeout (loop, drain, rtc_loop_get_now (loop));
}

static void
obey_commands (void)
{
  gchar line[64];

  while (fgets (line, sizeof line, stdin)) {
    RtcLoop *loop = rtc_pool_get_loop (pool, 0);

    if (g_str_has_prefix (line, "start"))
      rtc_loop_call (loop, forget_counts, NULL);
    else if (g_str_has_prefix (line, "stop"))
      rtc_loop_call (loop, print_counts, NULL);
  }
}

/* Life */

static void
make_receive (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (receive); i++)
    receive[i] = (RtcReceiveSpec) { g_ptr_array_new_with_free_func ((GDestroyNotify) rtc_codec_free), 1 };
  g_ptr_array_add (receive[RTC_MEDIA_VIDEO].codecs, rtc_codec_new (RTC_MEDIA_VIDEO, "H264", 90000, 0,
          "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f"));
  g_ptr_array_add (receive[RTC_MEDIA_VIDEO].codecs, rtc_codec_new (RTC_MEDIA_VIDEO, "H264", 90000, 0,
          "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42001f"));
  g_ptr_array_add (receive[RTC_MEDIA_VIDEO].codecs, rtc_codec_new (RTC_MEDIA_VIDEO, "VP8", 90000, 0, NULL));
  g_ptr_array_add (receive[RTC_MEDIA_AUDIO].codecs, rtc_codec_new (RTC_MEDIA_AUDIO, "opus", 48000, 2, NULL));
}

static void
begin (gpointer data, gpointer user_data)
{
  GSource *timer = g_timeout_source_new (1000 / MAX (options.rate, 1));

  http = g_object_new (SOUP_TYPE_SESSION, "max-conns", options.count + 1, "max-conns-per-host",
      options.count + 1, NULL);
  g_source_set_callback (timer, open_viewer, NULL, NULL);
  g_source_attach (timer, rtc_control_get_context (control));
  g_source_unref (timer);
}

static void
leave (gpointer data, gpointer user_data)
{
  for (guint i = 0; i < viewers->len; i++) {
    Viewer *viewer = viewers->pdata[i];

    if (viewer->session)
      rtc_session_end (viewer->session, NULL);
    if (viewer->socket)
      soup_websocket_connection_close (viewer->socket, SOUP_WEBSOCKET_CLOSE_GOING_AWAY, NULL);
  }
}

int
main (int argc, char **argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new ("- many viewers of one server");
  g_autoptr (GError) error = NULL;

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error) || !options.url) {
    g_printerr ("%s\n", error ? error->message : "--url is missing");
    return 2;
  }
  setvbuf (stdout, NULL, _IOLBF, 0);
  gst_init (NULL, NULL);
  if (options.mode_name && !strcmp (options.mode_name, "ice"))
    mode = VIEWER_STALLS_IN_ICE;
  else if (options.mode_name && !strcmp (options.mode_name, "dtls"))
    mode = VIEWER_STALLS_IN_DTLS;
  if (mode == VIEWER_STALLS_IN_DTLS)
    backends.dtls_new = mute_dtls_new;
  if (options.ice_name && !strcmp (options.ice_name, "nice"))
    backends.ice_new = rtc_nice_new;
  starting = g_async_queue_new ();
  viewers = g_ptr_array_sized_new (options.count);
  tracks = g_ptr_array_new ();
  make_receive ();
  certificate = rtc_openssl_certificate_new (&error);
  pool = rtc_pool_new ("viewers", 1, &error);
  g_assert_no_error (error);
  control = rtc_control_new ("control");

  rtc_loop_call (rtc_pool_get_loop (pool, 0), start_drain, NULL);
  rtc_control_call (control, begin, NULL, NULL);
  obey_commands ();
  rtc_control_call (control, leave, NULL, NULL);
  rtc_pool_wait_idle (pool, 5 * RTC_SECOND);
  return 0;
}
