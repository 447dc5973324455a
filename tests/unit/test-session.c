/* gst-rtc: two sessions over 127.0.0.1, with the real libraries
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <ext/nice/rtcnice.h>
#include <ext/openssl/rtcopenssl.h>
#include <ext/srtp/rtcsrtp2.h>
#include <gst/core/base/rtcrtp.h>
#include <gst/loop/rtcsession.h>

#include <dirent.h>
#include <string.h>

#define PATIENCE (20 * RTC_SECOND)

/* The viewer's side is listened to on the wire as well. On its loop, but for the counters. */
static struct
{
  RtcIce *ice;
  RtcIceReceive receive;
  gpointer receive_data;
  RtcSrtp *srtp;
  gint rtp, forged;             /* atomic */
} tap;

static void
tap_receive (gpointer data, const guint8 * bytes, gsize size)
{
  if (rtc_packet_kind (bytes, size) == RTC_PACKET_RTP) {
    g_autofree guint8 *copy = g_memdup2 (bytes, size);
    gsize clear_size = size;

    g_atomic_int_inc (tap.srtp->klass->unprotect_rtp (tap.srtp, copy, &clear_size) ? &tap.rtp : &tap.forged);
  }
  tap.receive (tap.receive_data, bytes, size);
}

static RtcIce *
tap_ice_new (const RtcIceConfig * config, GError ** error)
{
  return tap.ice = rtc_nice_new (config, error);
}

static RtcSrtp *
tap_srtp_new (const RtcSrtpKeys * keys, GError ** error)
{
  tap.srtp = rtc_srtp2_new (keys, NULL);
  tap.receive = tap.ice->receive;
  tap.receive_data = tap.ice->receive_data;
  tap.ice->receive = tap_receive;
  return rtc_srtp2_new (keys, error);
}

#define BACKENDS(ice, srtp) { ice, rtc_openssl_new, srtp, rtc_srtp2_supports, rtc_openssl_certificate_new, \
  rtc_openssl_certificate_get_fingerprint, rtc_openssl_certificate_free }

static RtcIce *
refuse_ice (const RtcIceConfig * config, GError ** error)
{
  g_set_error_literal (error, GST_RTC_ERROR, GST_RTC_ERROR_FAILED, "No agent today");
  return NULL;
}

static const RtcBackends plain = BACKENDS (rtc_nice_new, rtc_srtp2_new);
static const RtcBackends tapped = BACKENDS (tap_ice_new, tap_srtp_new);
static const RtcBackends refusing = BACKENDS (refuse_ice, rtc_srtp2_new);

/* One side; the control thread's but for what is atomic */
typedef struct _Side
{
  gboolean receives;
  RtcSession *session;
  struct _Side *other;
  RtcSource *source;
  gint connected, ended, destroyed, negotiated;         /* atomic */
  gint taken, first_taken, gaps, rtcp_taken, sink_destroyed;    /* atomic; the loop's */
  guint16 highest;              /* the loop's */
  gboolean unflushed;           /* the loop's */
  GError *reason;
} Side;

static void
on_description (RtcSession * session, GstRtcSdpType type, const gchar * sdp, gpointer data)
{
  Side *side = data;

  if (side->other)
    rtc_session_set_remote_description (side->other->session, type, sdp);
}

static void
on_candidate (RtcSession * session, const gchar * candidate, const gchar * mid, guint m_line, gpointer data)
{
  Side *side = data;

  g_assert_nonnull (mid);
  if (side->other)
    rtc_session_add_candidate (side->other->session, candidate);
}

static void
on_negotiated (RtcSession * session, GPtrArray * tracks, gpointer data)
{
  Side *side = data;
  const RtcNegotiatedTrack *track = tracks->pdata[0];

  g_atomic_int_inc (&side->negotiated);
  g_assert_true (side->receives == (track->receive_codecs != NULL));
  if (side->source && track->track >= 0) {
    g_assert_nonnull (track->codec);
    rtc_session_set_source (session, track->track, side->source);
  }
}

static void
on_rtp (gpointer user_data, const RtcReceivedPacket * packet, RtcTime now)
{
  Side *side = user_data;

  g_assert_false (g_atomic_int_get (&side->sink_destroyed));
  g_atomic_int_inc (&side->taken);
  if (packet->m_line == 0) {
    if (side->highest && packet->header.sequence != (guint16) (side->highest + 1))
      g_atomic_int_inc (&side->gaps);
    side->highest = packet->header.sequence;
    g_atomic_int_inc (&side->first_taken);
  }
  side->unflushed = TRUE;
}

static void
on_rtcp (gpointer user_data, const guint8 * data, gsize size, RtcTime now)
{
  Side *side = user_data;

  g_atomic_int_inc (&side->rtcp_taken);
  side->unflushed = TRUE;
}

static void
on_flush (gpointer user_data, RtcTime now)
{
  Side *side = user_data;

  g_assert_true (side->unflushed);
  side->unflushed = FALSE;
}

static const RtcMediaSink media_sink = { on_rtp, on_rtcp, on_flush };

static void
on_sink_destroyed (gpointer user_data)
{
  Side *side = user_data;

  g_assert_false (g_atomic_int_get (&side->sink_destroyed));
  g_atomic_int_set (&side->sink_destroyed, TRUE);
}

static void
on_connected (RtcSession * session, gpointer data)
{
  g_atomic_int_set (&((Side *) data)->connected, TRUE);
}

static void
on_ended (RtcSession * session, const GError * reason, gpointer data)
{
  Side *side = data;

  g_assert_nonnull (reason);
  g_assert_false (side->ended);
  side->reason = g_error_copy (reason);
  g_atomic_int_set (&side->ended, TRUE);
}

static void
on_destroy (gpointer data)
{
  Side *side = data;

  g_assert_true (side->ended);
  g_atomic_int_set (&side->destroyed, TRUE);
}

static const RtcSessionEvents events = { on_description, on_candidate, on_negotiated, on_connected, on_ended };

typedef struct
{
  RtcPool *pool;
  RtcControl *control;
  RtcCertificate *certificate;
  RtcSource *source;
  gint key_requests;
  guint frames;
  Side sender, viewer;
} Fixture;

static guint
count_entries (const gchar * path)
{
  DIR *dir = opendir (path);
  guint n = 0;

  while (readdir (dir))
    n++;
  closedir (dir);
  return n;
}

static void
request_key (gpointer data)
{
  g_atomic_int_inc ((gint *) data);
}

static void
set_up (Fixture * f, gconstpointer data)
{
  const RtcSourceConfig config = { 90000, TRUE, request_key, &f->key_requests };

  memset (&tap, 0, sizeof tap);
  f->pool = rtc_pool_new ("test", 2, NULL);
  f->control = rtc_control_new ("control");
  f->certificate = rtc_openssl_certificate_new (NULL);
  f->source = rtc_source_new (f->pool, &config);
  f->sender.source = f->source;
}

static void
clear_side (Side * side)
{
  g_clear_pointer (&side->session, rtc_session_unref);
  g_clear_error (&side->reason);
}

static void
tear_down (Fixture * f, gconstpointer data)
{
  g_assert_true (rtc_pool_wait_idle (f->pool, PATIENCE));
  clear_side (&f->sender);
  clear_side (&f->viewer);
  rtc_source_free (f->source);
  rtc_control_free (f->control);
  rtc_pool_free (f->pool);
  rtc_openssl_certificate_free (f->certificate);
  if (tap.srtp)
    tap.srtp->klass->free (tap.srtp);
  if (f->sender.ended)
    g_assert_true (f->sender.destroyed);
}

static RtcTrackSpec *
make_track (void)
{
  RtcTrackSpec *spec = rtc_track_spec_new (RTC_MEDIA_VIDEO, "stream track");

  g_ptr_array_add (spec->codecs, rtc_codec_new (RTC_MEDIA_VIDEO, "VP8", 90000, 0, NULL));
  return spec;
}

static void
start (Fixture * f, Side * side, Side * other, const RtcBackends * backends, gboolean receives, guint64 seed)
{
  static const gchar *const addresses[] = { "127.0.0.1", NULL };
  g_autoptr (GPtrArray) tracks = g_ptr_array_new_with_free_func ((GDestroyNotify) rtc_track_spec_free);
  g_autoptr (GPtrArray) codecs = g_ptr_array_new_with_free_func ((GDestroyNotify) rtc_codec_free);
  RtcPeerConfig config = {
    .backends = backends,.certificate = f->certificate,.tracks = tracks,.retransmission = TRUE,
    .ice.addresses = addresses,
    .extensions = (1 << RTC_N_EXTENSIONS) - 1,.min_playout_delay = -1,.max_playout_delay = -1,
    .setup_timeout = PATIENCE,.seed = seed,
  };

  g_ptr_array_add (codecs, rtc_codec_new (RTC_MEDIA_VIDEO, "VP8", 90000, 0, NULL));
  if (receives)
    config.receive[RTC_MEDIA_VIDEO] = (RtcReceiveSpec) { codecs, 1 };
  else
    g_ptr_array_add (tracks, make_track ());
  side->receives = receives;
  side->other = other;
  side->session = rtc_session_new (f->pool, f->control, &config, &events, side, on_destroy);
  if (receives)
    rtc_session_set_media_sink (side->session, &media_sink, side, on_sink_destroyed);
}

static gboolean
wait_for (gint * value, gint least)
{
  gint64 end = g_get_monotonic_time () + PATIENCE;

  while (g_atomic_int_get (value) < least && g_get_monotonic_time () < end)
    g_usleep (1000);
  return g_atomic_int_get (value) >= least;
}

/* The other side's session has to be there before anything is sent to it. */
static void
start_both (Fixture * f)
{
  start (f, &f->viewer, &f->sender, &tapped, TRUE, 2);
  start (f, &f->sender, &f->viewer, &plain, FALSE, 1);
}

static void
connect_both (Fixture * f)
{
  start_both (f);
  rtc_session_create_offer (f->sender.session);
  g_assert_true (wait_for (&f->sender.connected, TRUE));
  g_assert_true (wait_for (&f->viewer.connected, TRUE));
}

static void
push_frames (Fixture * f, guint n)
{
  static const guint8 bytes[1100] = { 1, 2, 3, };
  RtcFramePart parts[5];

  for (guint i = 0; i < 5; i++)
    parts[i] = (RtcFramePart) { bytes, i < 4 ? sizeof bytes : 200, i == 4 };
  for (guint i = 0; i < n; i++) {
    rtc_source_push (f->source, rtc_frame_new (f->frames++ * 3000, g_get_monotonic_time (), i == 0, parts, 5));
    g_usleep (2000);
  }
}

#define LEAD 3                  /* packets of padding in front of the first frame, which no sink gets */

static void
test_media (Fixture * f, gconstpointer data)
{
  connect_both (f);
  /* its first wish */
  g_assert_true (wait_for (&f->key_requests, 1));
  push_frames (f, 40);
  g_assert_true (wait_for (&tap.rtp, 200 + LEAD));
  g_assert_cmpint (g_atomic_int_get (&tap.forged), ==, 0);
  g_assert_true (wait_for (&f->viewer.taken, 200));
  g_assert_true (wait_for (&f->viewer.rtcp_taken, 1));
  {
    g_autoptr (RtcPeerStats) sent = rtc_session_get_stats (f->sender.session);
    g_autoptr (RtcPeerStats) received = rtc_session_get_stats (f->viewer.session);
    const RtcTrackStats *track = sent->tracks->pdata[0];
    const RtcReceivedStats *section = received->received->pdata[0];

    g_assert_true (sent->connected && sent->has_pair);
    g_assert_cmpuint (track->sent.packets_sent, ==, 200 + LEAD);
    g_assert_cmpuint (track->sent.key_frames_sent, ==, 1);
    g_assert_cmpuint (received->packets_received, >=, 200 + LEAD);
    g_assert_cmpuint (section->received.packets_received, ==, 200 + LEAD);
    g_assert_cmpstr (sent->srtp_cipher, ==, received->srtp_cipher);
    g_assert_true (g_str_has_prefix (sent->pair.local_address, "127.0.0.1"));
  }
  rtc_session_end (f->sender.session, NULL);
  g_assert_true (wait_for (&f->sender.ended, TRUE));
  g_assert_true (wait_for (&f->viewer.ended, TRUE));
  g_assert_error (f->viewer.reason, GST_RTC_ERROR, GST_RTC_ERROR_LEFT);
  g_assert_true (rtc_pool_wait_idle (f->pool, PATIENCE));
  g_assert_true (g_atomic_int_get (&f->viewer.sink_destroyed));
  g_assert_null (rtc_session_get_stats (f->sender.session));
}

/* Another sink, and none: each is destroyed once it is not called any more; also one that comes too late */
static void
test_sinks (Fixture * f, gconstpointer data)
{
  Side second = { 0, }, late = { 0, };

  connect_both (f);
  push_frames (f, 5);
  g_assert_true (wait_for (&f->viewer.taken, 25));
  rtc_session_set_media_sink (f->viewer.session, &media_sink, &second, on_sink_destroyed);
  g_assert_true (wait_for (&f->viewer.sink_destroyed, TRUE));
  push_frames (f, 5);
  g_assert_true (wait_for (&second.taken, 25));
  rtc_session_set_media_sink (f->viewer.session, NULL, NULL, NULL);
  g_assert_true (wait_for (&second.sink_destroyed, TRUE));
  push_frames (f, 5);
  rtc_session_end (f->viewer.session, NULL);
  g_assert_true (wait_for (&f->viewer.ended, TRUE));
  rtc_session_set_media_sink (f->viewer.session, &media_sink, &late, on_sink_destroyed);
  g_assert_true (wait_for (&late.sink_destroyed, TRUE));
  g_assert_true (wait_for (&f->sender.ended, TRUE));
  g_assert_cmpint (late.taken, ==, 0);
}

static GBytes *
make_nack (guint32 ssrc)
{
  const guint16 number = 12345;
  GstByteWriter writer;
  guint size;

  gst_byte_writer_init_with_size (&writer, 64, FALSE);
  rtc_rtcp_write_rr (&writer, 99, NULL, 0);
  rtc_rtcp_write_nack (&writer, 99, ssrc, &number, 1);
  size = gst_byte_writer_get_pos (&writer);
  return g_bytes_new_take (gst_byte_writer_reset_and_get_data (&writer), size);
}

static guint
count_nacks (Fixture * f)
{
  g_autoptr (RtcPeerStats) stats = rtc_session_get_stats (f->sender.session);

  return ((RtcTrackStats *) stats->tracks->pdata[0])->sent.nack_count;
}

static void
test_send_rtcp (Fixture * f, gconstpointer data)
{
  guint32 ssrc;

  start_both (f);
  rtc_session_send_rtcp (f->viewer.session, make_nack (1));     /* too early: of no effect */
  rtc_session_create_offer (f->sender.session);
  g_assert_true (wait_for (&f->sender.connected, TRUE));
  g_assert_true (wait_for (&f->viewer.connected, TRUE));
  {
    g_autoptr (RtcPeerStats) stats = rtc_session_get_stats (f->sender.session);

    ssrc = ((RtcTrackStats *) stats->tracks->pdata[0])->ssrc;
  }
  rtc_session_send_rtcp (f->viewer.session, make_nack (ssrc));
  for (guint i = 0; i < 1000 && count_nacks (f) == 0; i++)
    g_usleep (1000);
  g_assert_cmpuint (count_nacks (f), ==, 1);
  rtc_session_end (f->viewer.session, NULL);
  rtc_session_send_rtcp (f->viewer.session, make_nack (ssrc));
  g_assert_true (wait_for (&f->sender.ended, TRUE));
}

/* And waits for them, as a socket holds no more than some of them on a busy machine */
static void
deliver_frames (Fixture * f, guint n)
{
  for (guint i = 0; i < n; i += 5) {
    push_frames (f, 5);
    g_assert_true (wait_for (&f->viewer.first_taken, 5 * f->frames));
  }
}

/* A second track comes and goes, then ICE restarts: what runs goes on whole */
static void
test_changes (Fixture * f, gconstpointer data)
{
  g_autoptr (GPtrArray) tracks = g_ptr_array_new_with_free_func ((GDestroyNotify) rtc_track_spec_free);

  connect_both (f);
  deliver_frames (f, 10);
  g_ptr_array_add (tracks, make_track ());
  g_ptr_array_add (tracks, make_track ());
  rtc_session_set_tracks (f->sender.session, tracks);
  rtc_session_set_source (f->sender.session, 1, f->source);
  deliver_frames (f, 10);
  g_assert_true (wait_for (&f->sender.negotiated, 2));
  rtc_session_set_source (f->sender.session, 7, f->source);     /* no such track */
  deliver_frames (f, 10);
  g_clear_pointer ((RtcTrackSpec **) & tracks->pdata[1], rtc_track_spec_free);
  rtc_session_set_tracks (f->sender.session, tracks);
  deliver_frames (f, 10);
  g_assert_true (wait_for (&f->sender.negotiated, 3));
  rtc_session_restart_ice (f->viewer.session);
  deliver_frames (f, 50);
  g_assert_true (wait_for (&f->sender.negotiated, 4));
  g_assert_true (wait_for (&f->viewer.negotiated, 4));
  deliver_frames (f, 10);
  g_assert_cmpint (g_atomic_int_get (&f->viewer.gaps), ==, 0);
  g_assert_cmpint (g_atomic_int_get (&tap.forged), ==, 0);
  rtc_session_end (f->sender.session, NULL);
  g_assert_true (wait_for (&f->viewer.ended, TRUE));
}

static void
test_viewer_ends (Fixture * f, gconstpointer data)
{
  g_autoptr (GError) reason = g_error_new_literal (GST_RTC_ERROR, GST_RTC_ERROR_STOPPED, "Enough");

  connect_both (f);
  rtc_session_end (f->viewer.session, reason);
  g_assert_true (wait_for (&f->sender.ended, TRUE));
  g_assert_true (wait_for (&f->viewer.ended, TRUE));
  g_assert_error (f->viewer.reason, GST_RTC_ERROR, GST_RTC_ERROR_STOPPED);
  g_assert_error (f->sender.reason, GST_RTC_ERROR, GST_RTC_ERROR_LEFT);
  /* nothing happens any more, and nothing breaks */
  rtc_session_create_offer (f->viewer.session);
  rtc_session_add_candidate (f->viewer.session, "nonsense");
  rtc_session_set_source (f->sender.session, 0, f->source);
  rtc_session_end (f->viewer.session, NULL);
}

/* A task that was under way to a session when it ended: nothing may be left that frames could be sent to */
static void
test_source_after_end (Fixture * f, gconstpointer data)
{
  connect_both (f);
  rtc_session_end (f->sender.session, NULL);
  rtc_session_set_source (f->sender.session, 0, f->source);
  g_assert_true (wait_for (&f->sender.destroyed, TRUE));
  g_assert_true (wait_for (&f->viewer.destroyed, TRUE));
  g_assert_true (rtc_pool_wait_idle (f->pool, PATIENCE));
  clear_side (&f->sender);
  push_frames (f, 3);
}

/* The source goes first: the session lives on without it */
static void
test_source_goes (Fixture * f, gconstpointer data)
{
  const RtcSourceConfig config = { 90000, TRUE, request_key, &f->key_requests };
  RtcSource *first = f->source;

  connect_both (f);
  push_frames (f, 5);
  g_assert_true (wait_for (&tap.rtp, 25));
  f->source = rtc_source_new (f->pool, &config);
  rtc_source_free (first);
  rtc_session_set_source (f->sender.session, 0, f->source);
  push_frames (f, 5);
  g_assert_true (wait_for (&tap.rtp, 50));
  rtc_session_end (f->sender.session, NULL);
  g_assert_true (wait_for (&f->viewer.ended, TRUE));
}

static void
test_start_fails (Fixture * f, gconstpointer data)
{
  start (f, &f->sender, NULL, &refusing, FALSE, 1);
  rtc_session_create_offer (f->sender.session);
  g_assert_true (wait_for (&f->sender.destroyed, TRUE));
  g_assert_error (f->sender.reason, GST_RTC_ERROR, GST_RTC_ERROR_FAILED);
  g_assert_null (rtc_session_get_stats (f->sender.session));
}

/* Ended at any moment, from nothing on */
static void
test_end_at_any_moment (Fixture * f, gconstpointer data)
{
  for (guint i = 0; i < 20; i++) {
    Side *sides[] = { &f->sender, &f->viewer };

    memset (&f->viewer, 0, sizeof f->viewer);
    memset (&f->sender, 0, sizeof f->sender);
    f->sender.source = f->source;
    start (f, &f->viewer, &f->sender, &plain, TRUE, 2);
    start (f, &f->sender, &f->viewer, &plain, FALSE, 1);
    rtc_session_create_offer (f->sender.session);
    g_usleep (i * 3000);
    for (guint j = 0; j < 2; j++)
      rtc_session_end (sides[j]->session, NULL);
    for (guint j = 0; j < 2; j++)
      g_assert_true (wait_for (&sides[j]->destroyed, TRUE));
    g_assert_true (rtc_pool_wait_idle (f->pool, PATIENCE));
    for (guint j = 0; j < 2; j++)
      clear_side (sides[j]);
  }
}

/* Descriptors and threads are back where they were */
static void
test_nothing_is_left (void)
{
  guint fds = 0, threads = 0;

  for (guint i = 0; i < 3; i++) {
    Fixture f = { 0, };

    set_up (&f, NULL);
    connect_both (&f);
    push_frames (&f, 3);
    rtc_session_end (f.sender.session, NULL);
    g_assert_true (wait_for (&f.viewer.ended, TRUE));
    tear_down (&f, NULL);
    /* the first one opens what libraries keep */
    if (i == 0) {
      fds = count_entries ("/proc/self/fd");
      threads = count_entries ("/proc/self/task");
    }
  }
  g_assert_cmpuint (count_entries ("/proc/self/fd"), ==, fds);
  g_assert_cmpuint (count_entries ("/proc/self/task"), ==, threads);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add ("/session/" name, Fixture, NULL, set_up, func, tear_down)
  ADD ("media", test_media);
  ADD ("sinks", test_sinks);
  ADD ("send-rtcp", test_send_rtcp);
  ADD ("changes", test_changes);
  ADD ("viewer-ends", test_viewer_ends);
  ADD ("source-after-end", test_source_after_end);
  ADD ("source-goes", test_source_goes);
  ADD ("start-fails", test_start_fails);
  ADD ("end-at-any-moment", test_end_at_any_moment);
  g_test_add_func ("/session/nothing-is-left", test_nothing_is_left);
  return g_test_run ();
}
