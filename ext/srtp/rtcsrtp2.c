/* gst-rtc: SRTP on libsrtp2
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Two libsrtp sessions, one per direction. In a single one a remote source that
 * takes the SSRC of one of ours would make libsrtp look up the other
 * direction's keys.
 */
#include "rtcsrtp2.h"

#include <string.h>
#include <srtp2/srtp.h>

/* Packets that may come late and still be told from a replay (RFC 3711, section 3.3.2) */
#define REPLAY_WINDOW 1024

/* libsrtp keeps state for each source that it has authenticated a packet of, for ever */
#define MAX_REMOTE_SOURCES 64

/* The largest UDP payload; libsrtp counts in int */
#define MAX_PACKET_SIZE 65507

#define RTP_SSRC_OFFSET 8
#define RTP_MIN_SIZE 12
#define RTCP_SSRC_OFFSET 4
#define RTCP_MIN_SIZE 8

typedef struct
{
  RtcSrtp parent;
  srtp_t sender;
  srtp_t receiver;
  guint32 remote_sources[MAX_REMOTE_SOURCES];
  guint n_remote_sources;
} RtcSrtp2;

typedef srtp_err_status_t (*Transform) (srtp_t session, void *packet, int *size);

static const gchar *
describe (srtp_err_status_t status)
{
  switch (status) {
    case srtp_err_status_bad_param:
      return "unsupported parameter";
    case srtp_err_status_alloc_fail:
      return "out of memory";
    case srtp_err_status_init_fail:
      return "the library did not initialize";
    case srtp_err_status_cipher_fail:
      return "the cipher failed";
    case srtp_err_status_auth_fail:
      return "authentication failed";
    case srtp_err_status_algo_fail:
      return "a self-test of an algorithm failed";
    case srtp_err_status_no_such_op:
      return "the algorithm is not built in";
    default:
      return "unexpected failure";
  }
}

/* Who comes second in a process is told bad_param: GStreamer's own srtp plugin, for example, was there before. */
static gpointer
init_once (gpointer unused)
{
  srtp_err_status_t status = srtp_init ();

  return GINT_TO_POINTER (status == srtp_err_status_bad_param ? srtp_err_status_ok : status);
}

static srtp_err_status_t
init_library (void)
{
  static GOnce once = G_ONCE_INIT;

  return (srtp_err_status_t) GPOINTER_TO_INT (g_once (&once, init_once, NULL));
}

/* Master key and master salt (RFC 5764, section 4.1.2; RFC 7714, section 14.2), 0 for an unknown profile */
static gsize
key_size (RtcSrtpProfile profile)
{
  switch (profile) {
    case RTC_SRTP_AEAD_AES_128_GCM:
      return 16 + 12;
    case RTC_SRTP_AEAD_AES_256_GCM:
      return 32 + 12;
    case RTC_SRTP_AES128_CM_HMAC_SHA1_80:
      return 16 + 14;
  }
  return 0;
}

static srtp_err_status_t
new_session (RtcSrtpProfile profile, srtp_ssrc_type_t direction, const guint8 * key, srtp_t * session)
{
  srtp_policy_t policy = { 0, };
  srtp_err_status_t status;

  /* both sides number the profiles as IANA does */
  status = srtp_crypto_policy_set_from_profile_for_rtp (&policy.rtp, (srtp_profile_t) profile);
  if (status == srtp_err_status_ok)
    status = srtp_crypto_policy_set_from_profile_for_rtcp (&policy.rtcp, (srtp_profile_t) profile);
  if (status != srtp_err_status_ok)
    return status;

  policy.ssrc.type = direction;
  policy.key = (guint8 *) key;
  policy.window_size = REPLAY_WINDOW;
  return srtp_create (session, &policy);
}

static gboolean
protect (srtp_t session, Transform transform, guint8 * data, gsize * size, gsize min_size)
{
  int length = (int) *size;

  if (*size < min_size || *size > MAX_PACKET_SIZE)
    return FALSE;
  if (transform (session, data, &length) != srtp_err_status_ok)
    return FALSE;
  *size = length;
  return TRUE;
}

static gboolean
is_known_source (RtcSrtp2 * self, guint32 ssrc)
{
  guint i;

  for (i = 0; i < self->n_remote_sources; i++) {
    if (self->remote_sources[i] == ssrc)
      return TRUE;
  }
  return FALSE;
}

static gboolean
unprotect (RtcSrtp2 * self, Transform transform, guint8 * data, gsize * size, gsize min_size,
    guint ssrc_offset)
{
  int length = (int) *size;
  gboolean known;
  guint32 ssrc;

  if (*size < min_size || *size > MAX_PACKET_SIZE)
    return FALSE;

  ssrc = GST_READ_UINT32_BE (data + ssrc_offset);
  known = is_known_source (self, ssrc);
  if (!known && self->n_remote_sources == MAX_REMOTE_SOURCES)
    return FALSE;
  if (transform (self->receiver, data, &length) != srtp_err_status_ok)
    return FALSE;
  if (!known)
    self->remote_sources[self->n_remote_sources++] = ssrc;
  *size = length;
  return TRUE;
}

static gboolean
protect_rtp (RtcSrtp * srtp, guint8 * data, gsize * size)
{
  return protect (((RtcSrtp2 *) srtp)->sender, srtp_protect, data, size, RTP_MIN_SIZE);
}

static gboolean
protect_rtcp (RtcSrtp * srtp, guint8 * data, gsize * size)
{
  return protect (((RtcSrtp2 *) srtp)->sender, srtp_protect_rtcp, data, size, RTCP_MIN_SIZE);
}

static gboolean
unprotect_rtp (RtcSrtp * srtp, guint8 * data, gsize * size)
{
  return unprotect ((RtcSrtp2 *) srtp, srtp_unprotect, data, size, RTP_MIN_SIZE, RTP_SSRC_OFFSET);
}

static gboolean
unprotect_rtcp (RtcSrtp * srtp, guint8 * data, gsize * size)
{
  return unprotect ((RtcSrtp2 *) srtp, srtp_unprotect_rtcp, data, size, RTCP_MIN_SIZE, RTCP_SSRC_OFFSET);
}

static void
free_srtp (RtcSrtp * srtp)
{
  RtcSrtp2 *self = (RtcSrtp2 *) srtp;

  /* clears the session keys */
  if (self->sender)
    srtp_dealloc (self->sender);
  if (self->receiver)
    srtp_dealloc (self->receiver);
  g_free (self);
}

static const RtcSrtpClass srtp2_class = {
  .protect_rtp = protect_rtp,
  .protect_rtcp = protect_rtcp,
  .unprotect_rtp = unprotect_rtp,
  .unprotect_rtcp = unprotect_rtcp,
  .free = free_srtp,
};

/**
 * rtc_srtp2_new:
 * @keys: what DTLS agreed on; copied
 *
 * Returns: (transfer full) (nullable): both directions of a peer, or %NULL and
 * %GST_RTC_ERROR_FAILED
 */
RtcSrtp *
rtc_srtp2_new (const RtcSrtpKeys * keys, GError ** error)
{
  RtcSrtp2 *self;
  srtp_err_status_t status;

  if (key_size (keys->profile) == 0 || keys->size != key_size (keys->profile)) {
    g_set_error (error, GST_RTC_ERROR, GST_RTC_ERROR_FAILED,
        "SRTP: profile 0x%04x does not take %" G_GSIZE_FORMAT " bytes of key and salt", keys->profile,
        keys->size);
    return NULL;
  }

  self = g_new0 (RtcSrtp2, 1);
  self->parent.klass = &srtp2_class;
  status = init_library ();
  if (status == srtp_err_status_ok)
    status = new_session (keys->profile, ssrc_any_outbound, keys->local, &self->sender);
  if (status == srtp_err_status_ok)
    status = new_session (keys->profile, ssrc_any_inbound, keys->remote, &self->receiver);
  if (status != srtp_err_status_ok) {
    g_set_error (error, GST_RTC_ERROR, GST_RTC_ERROR_FAILED, "SRTP: libsrtp2: %s", describe (status));
    free_srtp (&self->parent);
    return NULL;
  }
  return &self->parent;
}

static gboolean
try_profile (RtcSrtpProfile profile)
{
  RtcSrtpKeys keys = { .profile = profile, .size = key_size (profile) };
  guint8 packet[RTP_MIN_SIZE + 1 + RTC_SRTP_MAX_OVERHEAD] = { 0x80, };
  gsize size = RTP_MIN_SIZE + 1;
  RtcSrtp *srtp = rtc_srtp2_new (&keys, NULL);
  gboolean works;

  if (!srtp)
    return FALSE;
  /* the same key both ways, so it can read what it wrote */
  works = protect_rtp (srtp, packet, &size) && unprotect_rtp (srtp, packet, &size);
  free_srtp (srtp);
  return works;
}

static gpointer
try_profiles (gpointer unused)
{
  const RtcSrtpProfile profiles[] = { RTC_SRTP_AEAD_AES_128_GCM, RTC_SRTP_AEAD_AES_256_GCM,
    RTC_SRTP_AES128_CM_HMAC_SHA1_80
  };
  guint supported = 0, i;

  for (i = 0; i < G_N_ELEMENTS (profiles); i++) {
    if (try_profile (profiles[i]))
      supported |= 1u << profiles[i];
  }
  return GUINT_TO_POINTER (supported);
}

/**
 * rtc_srtp2_supports:
 *
 * libsrtp2 is built with or without AES-GCM, and its crypto library may refuse
 * a cipher at run time (FIPS), so this tries: once per process.
 *
 * Returns: whether packets can be protected with @profile
 */
gboolean
rtc_srtp2_supports (RtcSrtpProfile profile)
{
  static GOnce once = G_ONCE_INIT;
  guint supported = GPOINTER_TO_UINT (g_once (&once, try_profiles, NULL));

  return key_size (profile) > 0 && (supported >> profile & 1);
}
