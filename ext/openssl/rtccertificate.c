/* gst-rtc: the certificate of OpenSSL's DTLS, and what all its peers share
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "rtccertificate.h"
#include "rtcopenssl.h"

#include <string.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/x509.h>

#define DAY (24 * 60 * 60)
/* A clock that is behind must not find the certificate not yet valid */
#define VALID_FROM (-DAY)
#define VALID_UNTIL (60 * DAY)

/* RFC 8827, section 6.5 wants the first; the RSA ones are for servers with an RSA certificate */
#define CIPHERS "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:" \
  "ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-RSA-CHACHA20-POLY1305"
#define CURVES "X25519:P-256:P-384"

struct _RtcCertificate
{
  SSL_CTX *context;
  gchar *fingerprint;
};

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EVP_PKEY, EVP_PKEY_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (X509, X509_free)

/**
 * rtc_openssl_set_error:
 * @what: what could not be done
 *
 * Sets @error to @what and the reasons that OpenSSL has queued, and empties that queue.
 */
void
rtc_openssl_set_error (GError ** error, GstRtcError code, const gchar * what)
{
  g_autoptr (GString) reasons = g_string_new (NULL);
  unsigned long reason;

  while ((reason = ERR_get_error ())) {
    const gchar *text = ERR_reason_error_string (reason);

    g_string_append (reasons, reasons->len ? ", " : ": ");
    if (text)
      g_string_append (reasons, text);
    else
      g_string_append_printf (reasons, "OpenSSL error %lx", reason);
  }
  g_set_error (error, GST_RTC_ERROR, code, "DTLS: %s%s", what, reasons->str);
}

static gchar *
format_fingerprint (X509 * certificate, const EVP_MD * hash, const gchar * hash_name)
{
  GString *text;
  guint8 digest[EVP_MAX_MD_SIZE];
  unsigned int size, i;

  if (!X509_digest (certificate, hash, digest, &size))
    return NULL;
  text = g_string_new (hash_name);
  for (i = 0; i < size; i++)
    g_string_append_printf (text, "%c%02X", i == 0 ? ' ' : ':', digest[i]);
  return g_string_free (text, FALSE);
}

/**
 * rtc_openssl_fingerprint_matches:
 * @fingerprint: value of an a=fingerprint: (RFC 8122, section 5)
 *
 * SHA-1 and MD5 do not count: RFC 8122 wants at least SHA-256.
 */
gboolean
rtc_openssl_fingerprint_matches (X509 * certificate, const gchar * fingerprint)
{
  const struct
  {
    const gchar *name;
    const EVP_MD *hash;
  } hashes[] = {
    {"sha-256", EVP_sha256 ()},
    {"sha-384", EVP_sha384 ()},
    {"sha-512", EVP_sha512 ()},
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (hashes); i++) {
    gsize length = strlen (hashes[i].name);

    if (g_ascii_strncasecmp (fingerprint, hashes[i].name, length) == 0 && fingerprint[length] == ' ') {
      g_autofree gchar *real = format_fingerprint (certificate, hashes[i].hash, hashes[i].name);

      return real && g_ascii_strcasecmp (real, fingerprint) == 0;
    }
  }
  return FALSE;
}

static gboolean
set_random_identity (X509 * certificate)
{
  guint8 random[16];
  gchar name[2 * sizeof random + 1];
  BIGNUM *serial;
  X509_NAME *subject = X509_get_subject_name (certificate);
  gboolean done;
  guint i;

  if (RAND_bytes (random, sizeof random) != 1)
    return FALSE;
  for (i = 0; i < sizeof random; i++)
    g_snprintf (name + 2 * i, 3, "%02x", random[i]);

  random[0] &= 0x7f;            /* RFC 5280, section 4.1.2.2: positive */
  serial = BN_bin2bn (random, 8, NULL);
  done = serial && BN_to_ASN1_INTEGER (serial, X509_get_serialNumber (certificate)) &&
      X509_NAME_add_entry_by_txt (subject, "CN", MBSTRING_ASC, (guint8 *) name + 16, -1, -1, 0) &&
      X509_set_issuer_name (certificate, subject);
  BN_free (serial);
  return done;
}

static X509 *
make_self_signed (EVP_PKEY * key)
{
  g_autoptr (X509) certificate = X509_new ();

  if (!certificate || !X509_set_version (certificate, X509_VERSION_3) || !set_random_identity (certificate) ||
      !X509_gmtime_adj (X509_getm_notBefore (certificate), VALID_FROM) ||
      !X509_gmtime_adj (X509_getm_notAfter (certificate), VALID_UNTIL) ||
      !X509_set_pubkey (certificate, key) || !X509_sign (certificate, key, EVP_sha256 ()))
    return NULL;
  return g_steal_pointer (&certificate);
}

/* Any: it is the fingerprint that counts, and the description that has it may come later */
static int
accept_certificate (X509_STORE_CTX * store, void *unused)
{
  return 1;
}

static SSL_CTX *
make_context (EVP_PKEY * key, X509 * certificate)
{
  SSL_CTX *context = SSL_CTX_new (DTLS_method ());

  if (!context)
    return NULL;

  SSL_CTX_set_options (context, SSL_OP_NO_QUERY_MTU | SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION |
      SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_mode (context, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_session_cache_mode (context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_verify (context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
  SSL_CTX_set_cert_verify_callback (context, accept_certificate, NULL);
  if (SSL_CTX_set_min_proto_version (context, DTLS1_2_VERSION) &&
      SSL_CTX_set_cipher_list (context, CIPHERS) && SSL_CTX_set1_curves_list (context, CURVES) &&
      SSL_CTX_use_certificate (context, certificate) && SSL_CTX_use_PrivateKey (context, key) &&
      SSL_CTX_check_private_key (context))
    return context;

  SSL_CTX_free (context);
  return NULL;
}

/**
 * rtc_openssl_certificate_new:
 *
 * Makes an ECDSA P-256 key and a self-signed certificate without anything that
 * identifies this machine. Takes less than a millisecond.
 *
 * Returns: (nullable): one for all peers of a process, or %NULL and %GST_RTC_ERROR_FAILED
 */
RtcCertificate *
rtc_openssl_certificate_new (GError ** error)
{
  g_autoptr (EVP_PKEY) key = NULL;
  g_autoptr (X509) certificate = NULL;
  SSL_CTX *context = NULL;
  RtcCertificate *self;

  ERR_clear_error ();
  key = EVP_EC_gen ("P-256");
  certificate = key ? make_self_signed (key) : NULL;
  context = certificate ? make_context (key, certificate) : NULL;
  if (!context) {
    rtc_openssl_set_error (error, GST_RTC_ERROR_FAILED, "a certificate could not be made");
    return NULL;
  }

  self = g_new0 (RtcCertificate, 1);
  self->context = context;
  self->fingerprint = format_fingerprint (certificate, EVP_sha256 (), "sha-256");
  return self;
}

/**
 * rtc_openssl_certificate_get_fingerprint:
 *
 * Returns: (transfer none): "sha-256 AB:CD:…"
 */
const gchar *
rtc_openssl_certificate_get_fingerprint (RtcCertificate * certificate)
{
  return certificate->fingerprint;
}

/**
 * rtc_openssl_certificate_get_context:
 *
 * Returns: (transfer none): settings, key and certificate of every peer
 */
SSL_CTX *
rtc_openssl_certificate_get_context (RtcCertificate * certificate)
{
  return certificate->context;
}

/**
 * rtc_openssl_certificate_free:
 *
 * Peers that are still there keep what they need.
 */
void
rtc_openssl_certificate_free (RtcCertificate * certificate)
{
  SSL_CTX_free (certificate->context);
  g_free (certificate->fingerprint);
  g_free (certificate);
}
