/* gst-rtc: DTLS on OpenSSL
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * OpenSSL reads the clock for its retransmissions itself, so a deadline
 * is what it says is left, counted from the `now` of the call.
 */
#include "rtcopenssl.h"
#include "rtccertificate.h"
#include "rtcdatagrambio.h"

#include <string.h>
#include <openssl/err.h>

/* RFC 6347, section 4.2.4.1 begins at 1 s, for the open Internet; ICE has just measured this path */
#define FIRST_RETRANSMISSION_US (100 * 1000u)
#define LAST_RETRANSMISSION_US (3 * 1000 * 1000u)

#define RECORD_HEADER_SIZE 13
#define MAX_RECORD_SIZE 16384

/* What every encrypted record holds (RFC 5288, RFC 7905): the explicit part of the nonce, and the tag */
#define GCM_OVERHEAD (8 + 16)
#define CHACHA_OVERHEAD 16

/* So long after a message from the peer the next may be near */
#define BUFFER_TIME (100 * RTC_MSECOND)

/* Messages that the peer's owner has not yet taken; more are lost, as on any datagram transport */
#define MAX_MESSAGES 256

#define EXPORTER_LABEL "EXTRACTOR-dtls_srtp"    /* RFC 5764, section 4.2 */

typedef struct
{
  RtcDtls parent;
  SSL *ssl;
  BIO *bio;                     /* of the SSL */
  gboolean client;
  RtcDtlsState state;
  GError *error;
  RtcTime deadline;
  RtcTime release_at;           /* when the record buffers go, or NEVER: after each use */
  gboolean has_buffers;
  GQueue messages;              /* of GBytes */
} RtcOpenssl;

static const struct
{
  RtcSrtpProfile profile;
  const gchar *name;
  gsize key_size, salt_size;
} srtp_profiles[] = {
  {RTC_SRTP_AEAD_AES_128_GCM, "SRTP_AEAD_AES_128_GCM", 16, 12},
  {RTC_SRTP_AEAD_AES_256_GCM, "SRTP_AEAD_AES_256_GCM", 32, 12},
  {RTC_SRTP_AES128_CM_HMAC_SHA1_80, "SRTP_AES128_CM_SHA1_80", 16, 14},
};

static unsigned int
next_retransmission (SSL * ssl, unsigned int last_us)
{
  return last_us == 0 ? FIRST_RETRANSMISSION_US : MIN (2 * last_us, LAST_RETRANSMISSION_US);
}

static void
update_deadline (RtcOpenssl * self, RtcTime now)
{
  struct timeval left;

  if ((self->state == RTC_DTLS_CONNECTING || self->state == RTC_DTLS_CONNECTED) &&
      DTLSv1_get_timeout (self->ssl, &left) > 0) {
    RtcTime us = left.tv_sec * RTC_SECOND + left.tv_usec;

    /* OpenSSL counts on the wall clock: a step backwards must not stop us */
    self->deadline = now + MIN (us, LAST_RETRANSMISSION_US);
  } else {
    self->deadline = RTC_TIME_NEVER;
  }
}

/* OpenSSL keeps 34 kB of record buffers, of which a connected peer needs nothing most of the time. While messages come one after
 * the other they stay: to make and free them would be a tenth of all that a message costs. */
static void
borrow_buffers (RtcOpenssl * self)
{
  ERR_clear_error ();
  if (!self->has_buffers)
    SSL_alloc_buffers (self->ssl);
  self->has_buffers = TRUE;
}

static void
return_buffers (RtcOpenssl * self)
{
  if (self->release_at != RTC_TIME_NEVER || !SSL_is_init_finished (self->ssl))
    return;
  SSL_free_buffers (self->ssl);
  self->has_buffers = FALSE;
}

static void
fail (RtcOpenssl * self, const gchar * what)
{
  self->state = RTC_DTLS_FAILED;
  rtc_openssl_set_error (&self->error, GST_RTC_ERROR_DTLS, what);
}

/* What a call that returned @result means for the connection */
static void
judge (RtcOpenssl * self, int result, const gchar * what)
{
  switch (SSL_get_error (self->ssl, result)) {
    case SSL_ERROR_NONE:
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
      break;
    case SSL_ERROR_ZERO_RETURN:
      /* RFC 5246, section 7.2.1: answered by one of ours */
      if (SSL_is_init_finished (self->ssl))
        SSL_shutdown (self->ssl);
      self->state = RTC_DTLS_CLOSED;
      break;
    default:
      fail (self, what);
      break;
  }
}

static void
read_messages (RtcOpenssl * self)
{
  guint8 message[MAX_RECORD_SIZE];
  int n;

  while ((n = SSL_read (self->ssl, message, sizeof message)) > 0) {
    if (g_queue_get_length (&self->messages) < MAX_MESSAGES)
      g_queue_push_tail (&self->messages, g_bytes_new (message, n));
  }
  judge (self, n, "the connection broke");
}

static void
advance (RtcOpenssl * self)
{
  borrow_buffers (self);
  if (self->state == RTC_DTLS_CONNECTING) {
    int result = SSL_do_handshake (self->ssl);

    if (result == 1)
      self->state = RTC_DTLS_CONNECTED;
    else
      judge (self, result, "the handshake failed");
  }
  if (self->state == RTC_DTLS_CONNECTED)
    read_messages (self);
  return_buffers (self);
}

static void
start (RtcDtls * dtls, RtcTime now)
{
  RtcOpenssl *self = (RtcOpenssl *) dtls;

  if (self->state != RTC_DTLS_NEW)
    return;
  self->state = RTC_DTLS_CONNECTING;
  if (self->client)
    advance (self);
  update_deadline (self, now);
}

/* Where in a datagram the first encrypted record begins that is too short for its cipher: OpenSSL (3.0.20) does not drop
 * it as RFC 6347, section 4.1.2.7 says, but ends the connection, so that anybody could with one forged datagram. */
static gsize
usable_size (RtcOpenssl * self, const guint8 * data, gsize size)
{
  const SSL_CIPHER *cipher = SSL_get_current_cipher (self->ssl);
  gboolean is_chacha = cipher && SSL_CIPHER_get_cipher_nid (cipher) == NID_chacha20_poly1305;
  gsize min_length = is_chacha ? CHACHA_OVERHEAD : GCM_OVERHEAD, offset = 0;

  while (offset + RECORD_HEADER_SIZE <= size) {
    guint16 epoch = GST_READ_UINT16_BE (data + offset + 3), length = GST_READ_UINT16_BE (data + offset + 11);

    if (epoch > 0 && length < min_length)
      return offset;
    offset += RECORD_HEADER_SIZE + length;
  }
  return size;
}

static void
receive (RtcDtls * dtls, const guint8 * data, gsize size, RtcTime now)
{
  RtcOpenssl *self = (RtcOpenssl *) dtls;

  /* RFC 7983, section 7 */
  if (size < RECORD_HEADER_SIZE || data[0] < 20 || data[0] > 63)
    return;
  if (self->state == RTC_DTLS_NEW && !self->client)
    self->state = RTC_DTLS_CONNECTING;
  if (self->state != RTC_DTLS_CONNECTING && self->state != RTC_DTLS_CONNECTED)
    return;
  size = usable_size (self, data, size);
  if (size == 0)
    return;

  rtc_datagram_bio_set_input (self->bio, data, size);
  advance (self);
  rtc_datagram_bio_set_input (self->bio, NULL, 0);
  if (!g_queue_is_empty (&self->messages))
    self->release_at = now + BUFFER_TIME;
  update_deadline (self, now);
}

static GBytes *
next_datagram (RtcDtls * dtls)
{
  return rtc_datagram_bio_pop (((RtcOpenssl *) dtls)->bio);
}

static RtcDtlsState
get_state (RtcDtls * dtls)
{
  return ((RtcOpenssl *) dtls)->state;
}

static const GError *
get_error (RtcDtls * dtls)
{
  return ((RtcOpenssl *) dtls)->error;
}

static gboolean
check_fingerprint (RtcDtls * dtls, const gchar * fingerprint)
{
  const X509 *certificate = SSL_get0_peer_certificate (((RtcOpenssl *) dtls)->ssl);

  return certificate && rtc_openssl_fingerprint_matches ((X509 *) certificate, fingerprint);
}

static gboolean
export_keys (RtcDtls * dtls, RtcSrtpKeys * keys)
{
  RtcOpenssl *self = (RtcOpenssl *) dtls;
  const SRTP_PROTECTION_PROFILE *chosen = SSL_get_selected_srtp_profile (self->ssl);
  guint8 material[2 * RTC_SRTP_MAX_KEY_SIZE];
  guint8 *client, *server;
  gsize key_size, salt_size;
  guint i;

  if (self->state != RTC_DTLS_CONNECTED || !chosen)
    return FALSE;
  for (i = 0; i < G_N_ELEMENTS (srtp_profiles) && srtp_profiles[i].profile != chosen->id; i++);
  if (i == G_N_ELEMENTS (srtp_profiles))
    return FALSE;

  key_size = srtp_profiles[i].key_size;
  salt_size = srtp_profiles[i].salt_size;
  if (SSL_export_keying_material (self->ssl, material, 2 * (key_size + salt_size), EXPORTER_LABEL,
          strlen (EXPORTER_LABEL), NULL, 0, 0) != 1)
    return FALSE;

  /* the client's key, the server's, the client's salt, the server's (RFC 5764, section 4.2) */
  client = self->client ? keys->local : keys->remote;
  server = self->client ? keys->remote : keys->local;
  memcpy (client, material, key_size);
  memcpy (server, material + key_size, key_size);
  memcpy (client + key_size, material + 2 * key_size, salt_size);
  memcpy (server + key_size, material + 2 * key_size + salt_size, salt_size);
  keys->profile = srtp_profiles[i].profile;
  keys->size = key_size + salt_size;
  OPENSSL_cleanse (material, sizeof material);
  return TRUE;
}

static void
get_cipher (RtcDtls * dtls, const gchar ** version, const gchar ** cipher)
{
  RtcOpenssl *self = (RtcOpenssl *) dtls;
  const SSL_CIPHER *current = SSL_get_current_cipher (self->ssl);

  *version = SSL_version (self->ssl) == DTLS1_2_VERSION ? "DTLS 1.2" : SSL_get_version (self->ssl);
  *cipher = current ? SSL_CIPHER_standard_name (current) : NULL;
}

static gboolean
send_message (RtcDtls * dtls, const guint8 * data, gsize size)
{
  RtcOpenssl *self = (RtcOpenssl *) dtls;
  gboolean sent;

  if (self->state != RTC_DTLS_CONNECTED || size == 0 || size > DTLS_get_data_mtu (self->ssl))
    return FALSE;
  borrow_buffers (self);
  sent = SSL_write (self->ssl, data, (int) size) == (int) size;
  return_buffers (self);
  return sent;
}

static GBytes *
next_message (RtcDtls * dtls)
{
  return g_queue_pop_head (&((RtcOpenssl *) dtls)->messages);
}

static RtcTime
get_timeout (RtcDtls * dtls)
{
  const RtcOpenssl *self = (RtcOpenssl *) dtls;

  return MIN (self->deadline, self->release_at);
}

static void
on_timeout (RtcDtls * dtls, RtcTime now)
{
  RtcOpenssl *self = (RtcOpenssl *) dtls;

  if (now >= self->release_at) {
    self->release_at = RTC_TIME_NEVER;
    return_buffers (self);
  }
  if (now < self->deadline)
    return;
  borrow_buffers (self);
  if (DTLSv1_handle_timeout (self->ssl) < 0)
    fail (self, "the peer does not answer");
  return_buffers (self);
  update_deadline (self, now);
}

static void
close_connection (RtcDtls * dtls)
{
  RtcOpenssl *self = (RtcOpenssl *) dtls;

  if (self->state == RTC_DTLS_CONNECTED) {
    borrow_buffers (self);
    SSL_shutdown (self->ssl);
    return_buffers (self);
  }
  if (self->state != RTC_DTLS_FAILED)
    self->state = RTC_DTLS_CLOSED;
  self->deadline = self->release_at = RTC_TIME_NEVER;
}

static void
free_dtls (RtcDtls * dtls)
{
  RtcOpenssl *self = (RtcOpenssl *) dtls;

  SSL_free (self->ssl);
  g_queue_clear_full (&self->messages, (GDestroyNotify) g_bytes_unref);
  g_clear_error (&self->error);
  g_free (self);
}

static const RtcDtlsClass openssl_class = {
  .start = start,
  .receive = receive,
  .next_datagram = next_datagram,
  .get_state = get_state,
  .get_error = get_error,
  .check_fingerprint = check_fingerprint,
  .export_keys = export_keys,
  .get_cipher = get_cipher,
  .send = send_message,
  .next_message = next_message,
  .get_timeout = get_timeout,
  .on_timeout = on_timeout,
  .close = close_connection,
  .free = free_dtls,
};

static gboolean
offer_srtp (SSL * ssl, const RtcDtlsConfig * config)
{
  g_autoptr (GString) names = g_string_new (NULL);
  guint i, j;

  if (config->n_profiles == 0)
    return TRUE;
  for (i = 0; i < config->n_profiles; i++) {
    for (j = 0; j < G_N_ELEMENTS (srtp_profiles); j++) {
      if (srtp_profiles[j].profile == config->profiles[i])
        g_string_append_printf (names, "%s%s", names->len ? ":" : "", srtp_profiles[j].name);
    }
  }
  /* 0 for success, in this function only */
  return SSL_set_tlsext_use_srtp (ssl, names->str) == 0;
}

static gboolean
set_up (RtcOpenssl * self, const RtcDtlsConfig * config)
{
  self->ssl = SSL_new (rtc_openssl_certificate_get_context (config->certificate));
  self->bio = self->ssl ? rtc_datagram_bio_new (config->mtu) : NULL;
  if (!self->bio)
    return FALSE;

  SSL_set_bio (self->ssl, self->bio, self->bio);
  DTLS_set_timer_cb (self->ssl, next_retransmission);
  if (self->client)
    SSL_set_connect_state (self->ssl);
  else
    SSL_set_accept_state (self->ssl);
  return SSL_set_mtu (self->ssl, config->mtu) && offer_srtp (self->ssl, config);
}

/**
 * rtc_openssl_new:
 *
 * Returns: (transfer full) (nullable): one end of a connection, or %NULL and
 * %GST_RTC_ERROR_FAILED
 */
RtcDtls *
rtc_openssl_new (const RtcDtlsConfig * config, GError ** error)
{
  RtcOpenssl *self = g_new0 (RtcOpenssl, 1);

  self->parent.klass = &openssl_class;
  self->client = config->client;
  self->deadline = self->release_at = RTC_TIME_NEVER;
  g_queue_init (&self->messages);

  ERR_clear_error ();
  if (!set_up (self, config)) {
    rtc_openssl_set_error (error, GST_RTC_ERROR_FAILED, "a connection could not be made");
    free_dtls (&self->parent);
    return NULL;
  }
  return &self->parent;
}
