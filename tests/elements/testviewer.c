/* gst-rtc: a viewer within the process, on our own core, for tests
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "testviewer.h"

#include <ext/nice/rtcnice.h>
#include <ext/openssl/rtcopenssl.h>
#include <ext/srtp/rtcsrtp2.h>
#include <gst/core/base/rtckeyframe.h>
#include <gst/core/base/rtcrtp.h>
#include <gst/loop/rtcsession.h>

#define PATIENCE (20 * G_TIME_SPAN_SECOND)

struct _TestViewer
{
  TestSignaller *signaller;
  gchar *id;
  RtcReceiveSpec receive[2];
  gboolean offers;              /* set before it joins */
  RtcSession *session;
  gboolean session_over;        /* under the lock */

  GMutex lock;
  GCond cond;
  guint8 video_type;
  gchar *video_encoding;
  guint packets, frames, keys, sounds, lost;
  gboolean began_with_key;
  gint64 highest;
  gint64 key_timestamp;
  gint end;                     /* GstRtcError, -1 for none */
};

static const RtcBackends backends = {
  .ice_new = rtc_nice_new,
  .dtls_new = rtc_openssl_new,
  .srtp_new = rtc_srtp2_new,
  .srtp_supports = rtc_srtp2_supports,
  .certificate_new = rtc_openssl_certificate_new,
  .certificate_get_fingerprint = rtc_openssl_certificate_get_fingerprint,
  .certificate_free = rtc_openssl_certificate_free,
};

static struct
{
  RtcPool *pool;
  RtcControl *control;
  RtcCertificate *certificate;
} shared;

void
test_viewers_init (void)
{
  shared.pool = rtc_pool_new ("viewers", 1, NULL);
  shared.control = rtc_control_new ("viewers");
  shared.certificate = rtc_openssl_certificate_new (NULL);
}

void
test_viewers_deinit (void)
{
  g_assert_true (rtc_pool_wait_idle (shared.pool, PATIENCE));
  rtc_control_free (shared.control);
  rtc_pool_free (shared.pool);
  rtc_openssl_certificate_free (shared.certificate);
}

/* Media, on the loop */

static void
on_rtp (gpointer user_data, const RtcReceivedPacket * packet, RtcTime now)
{
  TestViewer *self = user_data;
  RtcRtpHeader header = packet->header;
  gint64 sequence;
  gboolean key;

  g_mutex_lock (&self->lock);
  if (header.payload_type == self->video_type) {
    key = rtc_key_frame_starts (self->video_encoding, packet->data + header.payload_offset, header.payload_size);
    if (self->packets++ == 0)
      self->began_with_key = key;
    if (key && self->key_timestamp != header.timestamp) {
      self->keys++;
      self->key_timestamp = header.timestamp;
    }
    sequence = self->highest < 0 ? header.sequence : rtc_sequence_unwrap (self->highest, header.sequence);
    if (self->highest >= 0 && sequence != self->highest + 1)
      self->lost++;
    self->highest = sequence;
    self->frames += header.marker;
  } else {
    self->sounds++;
  }
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
}

static const RtcMediaSink media_sink = { on_rtp, NULL, NULL };

/* Signaling, on the viewers' control thread */

static void
learn_video (TestViewer * self, const gchar * sdp)
{
  g_autoptr (RtcDescription) description = rtc_description_read (sdp, -1, NULL);

  for (guint i = 0; description && i < description->sections->len; i++) {
    const RtcMediaSection *section = description->sections->pdata[i];

    if (section->kind == RTC_MEDIA_VIDEO && !section->rejected && section->codecs->len > 0) {
      const RtcCodec *codec = section->codecs->pdata[0];

      g_mutex_lock (&self->lock);
      self->video_type = codec->payload_type;
      g_free (self->video_encoding);
      self->video_encoding = g_ascii_strup (codec->name, -1);
      g_mutex_unlock (&self->lock);
    }
  }
}

static void
on_description (RtcSession * session, GstRtcSdpType type, const gchar * sdp, gpointer user_data)
{
  TestViewer *self = user_data;

  learn_video (self, sdp);
  gst_rtc_signaller_description (GST_RTC_SIGNALLER (self->signaller), self->id, type, sdp);
}

static void
on_candidate (RtcSession * session, const gchar * candidate, const gchar * mid, guint m_line, gpointer user_data)
{
  TestViewer *self = user_data;

  gst_rtc_signaller_candidate (GST_RTC_SIGNALLER (self->signaller), self->id, candidate, mid, m_line);
}

static void
on_negotiated (RtcSession * session, GPtrArray * tracks, gpointer user_data)
{
}

static void
on_connected (RtcSession * session, gpointer user_data)
{
}

static void
on_ended (RtcSession * session, const GError * reason, gpointer user_data)
{
  TestViewer *self = user_data;

  g_mutex_lock (&self->lock);
  self->session_over = TRUE;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
}

static const RtcSessionEvents events = { on_description, on_candidate, on_negotiated, on_connected, on_ended };

static void
open_session (TestViewer * self)
{
  static const gchar *const addresses[] = { "127.0.0.1", NULL };
  g_autoptr (GPtrArray) no_tracks = g_ptr_array_new ();
  const RtcPeerConfig config = {
    .backends = &backends,
    .certificate = shared.certificate,
    .ice.addresses = addresses,
    .tracks = no_tracks,
    .receive = { self->receive[0], self->receive[1] },
    .retransmission = TRUE,
    .extensions = (1 << RTC_N_EXTENSIONS) - 1,
    .min_playout_delay = -1,
    .max_playout_delay = -1,
    .setup_timeout = PATIENCE,
    .seed = g_random_int (),
  };

  if (self->session)
    return;
  self->session = rtc_session_new (shared.pool, shared.control, &config, &events, self, NULL);
  rtc_session_set_media_sink (self->session, &media_sink, self, NULL);
}

/* From the element's signaller */

static void
take_description (gpointer peer, GstRtcSdpType type, const gchar * sdp)
{
  TestViewer *self = peer;

  if (self->offers && type == GST_RTC_SDP_TYPE_OFFER)   /* it has crossed ours, which wins */
    return;
  open_session (self);
  rtc_session_set_remote_description (self->session, type, sdp);
}

static void
take_candidate (gpointer peer, const gchar * candidate)
{
  TestViewer *self = peer;

  if (self->session)
    rtc_session_add_candidate (self->session, candidate);
}

static void
take_end (gpointer peer, const GError * reason)
{
  TestViewer *self = peer;

  g_mutex_lock (&self->lock);
  self->end = reason->code;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
}

static const TestPeerFuncs peer_funcs = { take_description, take_candidate, take_end };

/* Life */

static void
receive (TestViewer * self, RtcMediaKind kind, const gchar * name, guint clock_rate, guint channels, const gchar * fmtp)
{
  RtcReceiveSpec *spec = &self->receive[kind];

  spec->codecs = g_ptr_array_new_with_free_func ((GDestroyNotify) rtc_codec_free);
  spec->n_offered = 1;
  g_ptr_array_add (spec->codecs, rtc_codec_new (kind, name, clock_rate, channels, fmtp));
}

TestViewer *
test_viewer_new (TestSignaller * signaller, const gchar * id, const gchar * video, gboolean audio)
{
  TestViewer *self = g_new0 (TestViewer, 1);

  self->signaller = gst_object_ref (signaller);
  self->id = g_strdup (id);
  self->highest = self->key_timestamp = self->end = -1;
  self->video_type = RTC_PAYLOAD_TYPE_NONE;
  if (video)
    receive (self, RTC_MEDIA_VIDEO, video, 90000, 0, g_str_equal (video, "H264") ?
        "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f" : NULL);
  if (audio)
    receive (self, RTC_MEDIA_AUDIO, "opus", 48000, 2, NULL);
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  test_signaller_add (signaller, id, &peer_funcs, self);
  return self;
}

void
test_viewer_free (TestViewer * self)
{
  gint64 end = g_get_monotonic_time () + PATIENCE;

  test_signaller_remove (self->signaller, self->id);
  if (self->session) {
    rtc_session_end (self->session, NULL);
    g_mutex_lock (&self->lock);
    while (!self->session_over)
      g_assert_true (g_cond_wait_until (&self->cond, &self->lock, end));
    g_mutex_unlock (&self->lock);
    rtc_session_unref (self->session);
  }
  gst_object_unref (self->signaller);
  for (guint i = 0; i < G_N_ELEMENTS (self->receive); i++)
    g_clear_pointer (&self->receive[i].codecs, g_ptr_array_unref);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->cond);
  g_free (self->video_encoding);
  g_free (self->id);
  g_free (self);
}

void
test_viewer_join (TestViewer * self)
{
  gst_rtc_signaller_session_requested (GST_RTC_SIGNALLER (self->signaller), self->id, NULL);
}

void
test_viewer_offer (TestViewer * self)
{
  self->offers = TRUE;
  open_session (self);
  test_viewer_join (self);
  rtc_session_create_offer (self->session);
}

void
test_viewer_leave (TestViewer * self)
{
  g_autoptr (GError) left = g_error_new_literal (GST_RTC_ERROR, GST_RTC_ERROR_LEFT, "page closed");

  gst_rtc_signaller_session_ended (GST_RTC_SIGNALLER (self->signaller), self->id, left);
}

static void
wait_count (TestViewer * self, const guint * count, guint least)
{
  gint64 end = g_get_monotonic_time () + PATIENCE;

  g_mutex_lock (&self->lock);
  while (*count < least)
    g_assert_true (g_cond_wait_until (&self->cond, &self->lock, end));
  g_mutex_unlock (&self->lock);
}

void
test_viewer_wait_frames (TestViewer * self, guint least)
{
  wait_count (self, &self->frames, least);
}

void
test_viewer_wait_sound (TestViewer * self, guint least)
{
  wait_count (self, &self->sounds, least);
}

void
test_viewer_wait_end (TestViewer * self, GstRtcError reason)
{
  gint64 end = g_get_monotonic_time () + PATIENCE;

  g_mutex_lock (&self->lock);
  while (self->end < 0)
    g_assert_true (g_cond_wait_until (&self->cond, &self->lock, end));
  g_assert_cmpint (self->end, ==, reason);
  g_mutex_unlock (&self->lock);
}

guint
test_viewer_get_frames (TestViewer * self)
{
  return self->frames;
}

guint
test_viewer_get_keys (TestViewer * self)
{
  return self->keys;
}

gboolean
test_viewer_began_with_key (TestViewer * self)
{
  return self->began_with_key;
}

gboolean
test_viewer_lost_nothing (TestViewer * self)
{
  return self->lost == 0;
}
