/* gst-rtc: AES-GCM RTP on OpenSSL
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * AES-GCM falls with the first nonce that is used twice (RFC 7714, section 8.4). The nonce is made of
 * SSRC and packet index, so each source's index that is sent only ever goes up, and no source is ever
 * forgotten. What is received changes nothing here before it is found to be authentic.
 */
#include "rtcopensslsrtp.h"
#include "rtcreplaywindow.h"

#include <string.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>

/* Sources of one peer and direction: media and retransmission of each track */
#define MAX_SOURCES 64

/* The largest UDP payload */
#define MAX_PACKET_SIZE 65507

#define HEADER_SIZE 12
#define HAS_EXTENSION 0x10
#define CSRC_COUNT_MASK 0x0f

/* RFC 7714, section 12 */
#define MAX_KEY_SIZE 32
#define SALT_SIZE 12
#define NONCE_SIZE 12
#define TAG_SIZE 16

/* RFC 3711, section 4.3.2 */
#define LABEL_KEY 0
#define LABEL_SALT 2
#define LABEL_OFFSET 7
#define COUNTER_SIZE 16

/* Of a session, in one direction */
typedef struct
{
  EVP_CIPHER_CTX *cipher;       /* has the key */
  guint8 salt[SALT_SIZE];
} Keys;

typedef struct
{
  guint32 ssrc;
  guint32 rollovers;
  guint16 highest;
} Source;

typedef struct
{
  guint32 ssrc;
  RtcReplayWindow window;
} RemoteSource;

typedef struct
{
  RtcSrtp parent;
  RtcSrtp *inner;
  Keys local, remote;
  Source sources[MAX_SOURCES];
  guint n_sources;
  guint latest;                 /* where to look first: packets come in bursts */
  GArray *remote_sources;       /* of RemoteSource: those that something authentic has come of */
} OpensslSrtp;

/* As RFC 3711 does it, section 4.3.3, with a shorter salt (RFC 7714, section 11) */
static gboolean
derive (const EVP_CIPHER * counter_mode, const guint8 * key, const guint8 * salt, guint8 label, guint8 * out,
    gsize size)
{
  const guint8 zeros[MAX_KEY_SIZE] = { 0, };
  guint8 counter[COUNTER_SIZE] = { 0, };
  EVP_CIPHER_CTX *cipher = EVP_CIPHER_CTX_new ();
  gboolean derived;
  gint written;

  memcpy (counter, salt, SALT_SIZE);
  counter[LABEL_OFFSET] ^= label;
  derived = cipher && EVP_EncryptInit_ex (cipher, counter_mode, NULL, key, counter)
      && EVP_EncryptUpdate (cipher, out, &written, zeros, size);
  EVP_CIPHER_CTX_free (cipher);
  return derived;
}

static gboolean
set_keys (Keys * keys, RtcSrtpProfile profile, const guint8 * master, gsize size, gboolean encrypts)
{
  gboolean large = profile == RTC_SRTP_AEAD_AES_256_GCM;
  const EVP_CIPHER *counter_mode = large ? EVP_aes_256_ctr () : EVP_aes_128_ctr ();
  const EVP_CIPHER *gcm = large ? EVP_aes_256_gcm () : EVP_aes_128_gcm ();
  const guint8 *salt = master + size;
  guint8 key[MAX_KEY_SIZE];
  gboolean set;

  keys->cipher = EVP_CIPHER_CTX_new ();
  set = keys->cipher && derive (counter_mode, master, salt, LABEL_KEY, key, size)
      && derive (counter_mode, master, salt, LABEL_SALT, keys->salt, SALT_SIZE)
      && EVP_CipherInit_ex (keys->cipher, gcm, NULL, key, NULL, encrypts);
  OPENSSL_cleanse (key, sizeof key);
  return set;
}

static void
clear_keys (Keys * keys)
{
  /* clears the key */
  EVP_CIPHER_CTX_free (keys->cipher);
  OPENSSL_cleanse (keys->salt, sizeof keys->salt);
}

/* Fixed header, CSRCs and extension; 0 if the packet ends before */
static gsize
header_size (const guint8 * data, gsize size)
{
  gsize needed = HEADER_SIZE;

  if (size < needed)
    return 0;
  needed += 4 * (data[0] & CSRC_COUNT_MASK);
  if (data[0] & HAS_EXTENSION) {
    if (size < needed + 4)
      return 0;
    needed += 4 + 4 * GST_READ_UINT16_BE (data + needed + 2);
  }
  return size < needed ? 0 : needed;
}

/* RFC 7714, section 8.1. index: roll-over counter and sequence number */
static void
write_nonce (const Keys * keys, guint32 ssrc, guint64 index, guint8 * nonce)
{
  guint i;

  GST_WRITE_UINT16_BE (nonce, 0);
  GST_WRITE_UINT32_BE (nonce + 2, ssrc);
  GST_WRITE_UINT32_BE (nonce + 6, index >> 16);
  GST_WRITE_UINT16_BE (nonce + 10, index & 0xffff);
  for (i = 0; i < NONCE_SIZE; i++)
    nonce[i] ^= keys->salt[i];
}

/* Sending */

static Source *
find_source (OpensslSrtp * self, guint32 ssrc)
{
  guint i;

  if (self->latest < self->n_sources && self->sources[self->latest].ssrc == ssrc)
    return &self->sources[self->latest];
  for (i = 0; i < self->n_sources; i++) {
    if (self->sources[i].ssrc == ssrc) {
      self->latest = i;
      return &self->sources[i];
    }
  }
  return NULL;
}

/* The receiver's estimate (RFC 3711, section 3.3.1), which has to come out the same here.
 * Returns: FALSE for an index that was passed already */
static gboolean
advance (Source * source, guint16 sequence)
{
  if (sequence > source->highest) {
    /* further ahead than that it is taken for one of before the roll-over */
    if (source->highest < 0x8000 && sequence - source->highest > 0x8000)
      return FALSE;
  } else {
    if (source->highest < 0x8000 || source->highest - 0x8000 <= sequence || source->rollovers == G_MAXUINT32)
      return FALSE;
    source->rollovers++;
  }
  source->highest = sequence;
  return TRUE;
}

/* Returns: (nullable): the packet's source, with the index of the packet */
static const Source *
take_index (OpensslSrtp * self, guint32 ssrc, guint16 sequence)
{
  Source *source = find_source (self, ssrc);

  if (source)
    return advance (source, sequence) ? source : NULL;
  if (self->n_sources == MAX_SOURCES)
    return NULL;
  self->latest = self->n_sources++;
  source = &self->sources[self->latest];
  *source = (Source) { .ssrc = ssrc, .highest = sequence };
  return source;
}

static gboolean
encrypt (EVP_CIPHER_CTX * cipher, const guint8 * nonce, guint8 * data, gsize header, gsize size)
{
  gint written;

  if (EVP_EncryptInit_ex (cipher, NULL, NULL, NULL, nonce)
      && EVP_EncryptUpdate (cipher, NULL, &written, data, header)
      && EVP_EncryptUpdate (cipher, data + header, &written, data + header, size - header)
      && EVP_EncryptFinal_ex (cipher, data + size, &written)
      && EVP_CIPHER_CTX_ctrl (cipher, EVP_CTRL_AEAD_GET_TAG, TAG_SIZE, data + size))
    return TRUE;
  /* or DTLS takes it for its own */
  ERR_clear_error ();
  return FALSE;
}

static gboolean
protect_rtp (RtcSrtp * srtp, guint8 * data, gsize * size)
{
  OpensslSrtp *self = (OpensslSrtp *) srtp;
  gsize header = *size > MAX_PACKET_SIZE ? 0 : header_size (data, *size);
  guint8 nonce[NONCE_SIZE];
  const Source *source;
  guint64 index;

  if (header == 0)
    return FALSE;
  source = take_index (self, GST_READ_UINT32_BE (data + 8), GST_READ_UINT16_BE (data + 2));
  if (!source)
    return FALSE;
  index = (guint64) source->rollovers << 16 | source->highest;
  write_nonce (&self->local, source->ssrc, index, nonce);
  if (!encrypt (self->local.cipher, nonce, data, header, *size))
    return FALSE;
  *size += TAG_SIZE;
  return TRUE;
}

/* Receiving */

static RemoteSource *
find_remote_source (OpensslSrtp * self, guint32 ssrc)
{
  for (guint i = 0; i < self->remote_sources->len; i++) {
    RemoteSource *source = &g_array_index (self->remote_sources, RemoteSource, i);

    if (source->ssrc == ssrc)
      return source;
  }
  return NULL;
}

static void
accept (OpensslSrtp * self, RemoteSource * source, guint32 ssrc, guint64 index)
{
  RemoteSource first = {.ssrc = ssrc };

  rtc_replay_window_accept (source ? &source->window : &first.window, index);
  if (!source)
    g_array_append_val (self->remote_sources, first);
}

/* size: without the tag, which is behind it */
static gboolean
decrypt (EVP_CIPHER_CTX * cipher, const guint8 * nonce, guint8 * data, gsize header, gsize size)
{
  gint written;

  if (EVP_DecryptInit_ex (cipher, NULL, NULL, NULL, nonce)
      && EVP_CIPHER_CTX_ctrl (cipher, EVP_CTRL_AEAD_SET_TAG, TAG_SIZE, data + size)
      && EVP_DecryptUpdate (cipher, NULL, &written, data, header)
      && EVP_DecryptUpdate (cipher, data + header, &written, data + header, size - header)
      && EVP_DecryptFinal_ex (cipher, data + size, &written) > 0)
    return TRUE;
  ERR_clear_error ();
  return FALSE;
}

static gboolean
unprotect_rtp (RtcSrtp * srtp, guint8 * data, gsize * size)
{
  static const RtcReplayWindow empty;
  OpensslSrtp *self = (OpensslSrtp *) srtp;
  gsize header = *size > MAX_PACKET_SIZE ? 0 : header_size (data, *size);
  guint8 nonce[NONCE_SIZE];
  RemoteSource *source;
  guint64 index;
  guint32 ssrc;

  if (header == 0 || *size - header < TAG_SIZE)
    return FALSE;
  ssrc = GST_READ_UINT32_BE (data + 8);
  source = find_remote_source (self, ssrc);
  if (!source && self->remote_sources->len == MAX_SOURCES)
    return FALSE;
  if (!rtc_replay_window_check (source ? &source->window : &empty, GST_READ_UINT16_BE (data + 2), &index))
    return FALSE;
  write_nonce (&self->remote, ssrc, index, nonce);
  if (!decrypt (self->remote.cipher, nonce, data, header, *size - TAG_SIZE))
    return FALSE;
  accept (self, source, ssrc, index);
  *size -= TAG_SIZE;
  return TRUE;
}

/* The rest */

static gboolean
protect_rtcp (RtcSrtp * srtp, guint8 * data, gsize * size)
{
  RtcSrtp *inner = ((OpensslSrtp *) srtp)->inner;

  return inner->klass->protect_rtcp (inner, data, size);
}

static gboolean
unprotect_rtcp (RtcSrtp * srtp, guint8 * data, gsize * size)
{
  RtcSrtp *inner = ((OpensslSrtp *) srtp)->inner;

  return inner->klass->unprotect_rtcp (inner, data, size);
}

static void
free_srtp (RtcSrtp * srtp)
{
  OpensslSrtp *self = (OpensslSrtp *) srtp;

  self->inner->klass->free (self->inner);
  clear_keys (&self->local);
  clear_keys (&self->remote);
  g_array_unref (self->remote_sources);
  g_free (self);
}

static const RtcSrtpClass openssl_srtp_class = {
  .protect_rtp = protect_rtp,
  .protect_rtcp = protect_rtcp,
  .unprotect_rtp = unprotect_rtp,
  .unprotect_rtcp = unprotect_rtcp,
  .free = free_srtp,
};

/* Of the master key, 0 for a profile that is left to others */
static gsize
key_size (RtcSrtpProfile profile)
{
  switch (profile) {
    case RTC_SRTP_AEAD_AES_128_GCM:
      return 16;
    case RTC_SRTP_AEAD_AES_256_GCM:
      return 32;
    default:
      return 0;
  }
}

/**
 * rtc_openssl_srtp_new:
 * @keys: what DTLS agreed on; copied
 * @inner: (transfer full): of the same keys, for RTCP
 *
 * Protects and unprotects RTP with AES-GCM. A packet to send whose sequence number
 * is not ahead of its source's last one is refused, and so is the 65th source of
 * either direction. The profiles without AES-GCM are @inner's alone.
 *
 * Returns: (transfer full) (nullable): both directions of a peer, or %NULL and
 * %GST_RTC_ERROR_FAILED, in which case @inner is freed
 */
RtcSrtp *
rtc_openssl_srtp_new (const RtcSrtpKeys * keys, RtcSrtp * inner, GError ** error)
{
  gsize size = key_size (keys->profile);
  OpensslSrtp *self;

  if (size == 0)
    return inner;

  self = g_new0 (OpensslSrtp, 1);
  self->parent.klass = &openssl_srtp_class;
  self->inner = inner;
  self->remote_sources = g_array_new (FALSE, FALSE, sizeof (RemoteSource));
  if (keys->size != size + SALT_SIZE || !set_keys (&self->local, keys->profile, keys->local, size, TRUE)
      || !set_keys (&self->remote, keys->profile, keys->remote, size, FALSE)) {
    g_set_error (error, GST_RTC_ERROR, GST_RTC_ERROR_FAILED,
        "SRTP: OpenSSL does not take %" G_GSIZE_FORMAT " bytes of key and salt for profile 0x%04x",
        keys->size, keys->profile);
    ERR_clear_error ();
    free_srtp (&self->parent);
    return NULL;
  }
  return &self->parent;
}
