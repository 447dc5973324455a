/* gst-rtc: tests of DTLS on OpenSSL
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <ext/openssl/rtcopenssl.h>
#include <ext/openssl/rtccertificate.h>
#include <ext/openssl/rtcdatagrambio.h>

#include <malloc.h>
#include <string.h>

#define MTU 1200
#define SMALL_MTU 256

static const RtcSrtpProfile all_profiles[] = { RTC_SRTP_AEAD_AES_128_GCM, RTC_SRTP_AEAD_AES_256_GCM,
  RTC_SRTP_AES128_CM_HMAC_SHA1_80
};

/* Called for the n-th datagram of a pair; how often it arrives */
typedef guint (*Network) (guint n);

typedef struct
{
  RtcCertificate *certificates[2];
  RtcDtls *ends[2];             /* client, server */
  guint mtu;
  guint n_datagrams;
  gboolean reversed;            /* the datagrams of one flight arrive last first */
  Network network;
} Pair;

static guint
every_one (guint n)
{
  return 1;
}

static guint
twice (guint n)
{
  return 2;
}

static void
pair_init (Pair * pair, guint mtu, const RtcSrtpProfile * client_profiles, guint n_client_profiles,
    const RtcSrtpProfile * server_profiles, guint n_server_profiles)
{
  g_autoptr (GError) error = NULL;
  guint i;

  memset (pair, 0, sizeof *pair);
  pair->mtu = mtu;
  pair->network = every_one;
  for (i = 0; i < 2; i++) {
    RtcDtlsConfig config = { .client = i == 0, .mtu = mtu };

    config.certificate = pair->certificates[i] = rtc_openssl_certificate_new (&error);
    g_assert_no_error (error);
    config.profiles = i == 0 ? client_profiles : server_profiles;
    config.n_profiles = i == 0 ? n_client_profiles : n_server_profiles;
    pair->ends[i] = rtc_openssl_new (&config, &error);
    g_assert_no_error (error);
  }
}

static void
pair_init_default (Pair * pair, guint mtu)
{
  pair_init (pair, mtu, all_profiles, 3, all_profiles, 3);
}

static void
pair_clear (Pair * pair)
{
  guint i;

  for (i = 0; i < 2; i++) {
    if (pair->ends[i])
      pair->ends[i]->klass->free (pair->ends[i]);
    rtc_openssl_certificate_free (pair->certificates[i]);
  }
}

static RtcDtlsState
state_of (RtcDtls * end)
{
  return end->klass->get_state (end);
}

static gboolean
carry_flight (Pair * pair, guint from)
{
  RtcDtls *sender = pair->ends[from], *receiver = pair->ends[1 - from];
  GQueue flight = G_QUEUE_INIT;
  GBytes *datagram;
  gboolean any = FALSE;

  while ((datagram = sender->klass->next_datagram (sender))) {
    guint times = pair->network (pair->n_datagrams++);

    g_assert_cmpuint (g_bytes_get_size (datagram), <=, pair->mtu);
    while (times-- > 0)
      g_queue_push_tail (&flight, g_bytes_ref (datagram));
    g_bytes_unref (datagram);
    any = TRUE;
  }
  while ((datagram = pair->reversed ? g_queue_pop_tail (&flight) : g_queue_pop_head (&flight))) {
    gsize size;
    const guint8 *data = g_bytes_get_data (datagram, &size);

    receiver->klass->receive (receiver, data, size, g_get_monotonic_time ());
    g_bytes_unref (datagram);
  }
  return any;
}

static void
carry (Pair * pair)
{
  gboolean any;

  do {
    any = carry_flight (pair, 0);
    any |= carry_flight (pair, 1);
  } while (any);
}

static gboolean
is_connected (Pair * pair)
{
  return state_of (pair->ends[0]) == RTC_DTLS_CONNECTED && state_of (pair->ends[1]) == RTC_DTLS_CONNECTED;
}

static void
run_timers (Pair * pair)
{
  RtcTime next = MIN (pair->ends[0]->klass->get_timeout (pair->ends[0]),
      pair->ends[1]->klass->get_timeout (pair->ends[1]));
  RtcTime now = g_get_monotonic_time ();
  guint i;

  g_assert_cmpint (next, !=, RTC_TIME_NEVER);
  if (next > now)
    g_usleep (next - now);
  for (i = 0; i < 2; i++)
    pair->ends[i]->klass->on_timeout (pair->ends[i], g_get_monotonic_time ());
}

static void
connect_pair (Pair * pair)
{
  RtcTime deadline = g_get_monotonic_time () + 10 * RTC_SECOND;
  guint i;

  for (i = 0; i < 2; i++)
    pair->ends[i]->klass->start (pair->ends[i], g_get_monotonic_time ());
  carry (pair);
  while (!is_connected (pair) && g_get_monotonic_time () < deadline) {
    run_timers (pair);
    carry (pair);
  }
  for (i = 0; i < 2; i++) {
    const GError *error = pair->ends[i]->klass->get_error (pair->ends[i]);

    g_assert_no_error (error);
    g_assert_cmpint (state_of (pair->ends[i]), ==, RTC_DTLS_CONNECTED);
    g_assert_cmpint (pair->ends[i]->klass->get_timeout (pair->ends[i]), ==, RTC_TIME_NEVER);
  }
}

static void
assert_keys_cross (Pair * pair, RtcSrtpProfile profile)
{
  RtcSrtpKeys client, server;

  memset (&client, 0, sizeof client);
  memset (&server, 0, sizeof server);
  g_assert_true (pair->ends[0]->klass->export_keys (pair->ends[0], &client));
  g_assert_true (pair->ends[1]->klass->export_keys (pair->ends[1], &server));
  g_assert_cmpint (client.profile, ==, profile);
  g_assert_cmpint (server.profile, ==, profile);
  g_assert_cmpmem (client.local, client.size, server.remote, server.size);
  g_assert_cmpmem (client.remote, client.size, server.local, server.size);
  g_assert_cmpint (memcmp (client.local, client.remote, client.size), !=, 0);
}

static void
assert_talks (Pair * pair, guint from, const gchar * text)
{
  RtcDtls *sender = pair->ends[from], *receiver = pair->ends[1 - from];
  GBytes *message;

  g_assert_true (sender->klass->send (sender, (const guint8 *) text, strlen (text)));
  carry (pair);
  message = receiver->klass->next_message (receiver);
  g_assert_nonnull (message);
  g_assert_cmpmem (g_bytes_get_data (message, NULL), g_bytes_get_size (message), text, strlen (text));
  g_assert_null (receiver->klass->next_message (receiver));
  g_bytes_unref (message);
}

static void
test_connects (void)
{
  const gchar *version, *cipher;
  RtcSrtpKeys keys;
  Pair pair;

  pair_init_default (&pair, MTU);
  g_assert_cmpint (state_of (pair.ends[0]), ==, RTC_DTLS_NEW);
  g_assert_false (pair.ends[0]->klass->send (pair.ends[0], (guint8 *) "early", 5));
  g_assert_false (pair.ends[0]->klass->export_keys (pair.ends[0], &keys));
  connect_pair (&pair);
  assert_keys_cross (&pair, RTC_SRTP_AEAD_AES_128_GCM);
  pair.ends[0]->klass->get_cipher (pair.ends[0], &version, &cipher);
  g_assert_cmpstr (version, ==, "DTLS 1.2");
  g_assert_cmpstr (cipher, ==, "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256");
  assert_talks (&pair, 0, "ping");
  assert_talks (&pair, 1, "pong");
  pair_clear (&pair);
}

static void
test_each_profile (void)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS (all_profiles); i++) {
    Pair pair;

    pair_init (&pair, MTU, all_profiles, 3, &all_profiles[i], 1);
    connect_pair (&pair);
    assert_keys_cross (&pair, all_profiles[i]);
    pair_clear (&pair);
  }
}

static void
test_server_prefers (void)
{
  const RtcSrtpProfile backwards[] = { RTC_SRTP_AES128_CM_HMAC_SHA1_80, RTC_SRTP_AEAD_AES_256_GCM,
    RTC_SRTP_AEAD_AES_128_GCM
  };
  Pair pair;

  pair_init (&pair, MTU, backwards, 3, all_profiles, 3);
  connect_pair (&pair);
  assert_keys_cross (&pair, RTC_SRTP_AEAD_AES_128_GCM);
  pair_clear (&pair);

  pair_init (&pair, MTU, all_profiles, 3, backwards, 3);
  connect_pair (&pair);
  assert_keys_cross (&pair, RTC_SRTP_AES128_CM_HMAC_SHA1_80);
  pair_clear (&pair);
}

static void
test_no_common_profile (void)
{
  RtcSrtpKeys keys;
  Pair pair;

  pair_init (&pair, MTU, &all_profiles[0], 1, &all_profiles[2], 1);
  connect_pair (&pair);
  g_assert_false (pair.ends[0]->klass->export_keys (pair.ends[0], &keys));
  g_assert_false (pair.ends[1]->klass->export_keys (pair.ends[1], &keys));
  pair_clear (&pair);
}

static void
test_fragments (void)
{
  Pair pair;

  pair_init_default (&pair, SMALL_MTU);
  connect_pair (&pair);
  g_assert_cmpuint (pair.n_datagrams, >=, 8);
  assert_talks (&pair, 0, "through small datagrams");
  pair_clear (&pair);
}

static void
test_reordered_and_repeated (void)
{
  guint i;

  for (i = 0; i < 4; i++) {
    Pair pair;

    pair_init_default (&pair, i & 1 ? SMALL_MTU : MTU);
    pair.reversed = TRUE;
    pair.network = i & 2 ? twice : every_one;
    connect_pair (&pair);
    assert_talks (&pair, 1, "all the same");
    pair_clear (&pair);
  }
}

static guint lost;

static guint
without_lost (guint n)
{
  return n == lost ? 0 : 1;
}

/* Whichever datagram is lost, one retransmission of 100 ms heals it */
static void
test_loss (void)
{
  guint n_datagrams = 1;

  for (lost = 0; lost < n_datagrams; lost++) {
    gint64 began = g_get_monotonic_time ();
    Pair pair;

    pair_init_default (&pair, MTU);
    pair.network = without_lost;
    connect_pair (&pair);
    if (lost == 0)
      n_datagrams = pair.n_datagrams - 1;
    g_assert_cmpint (g_get_monotonic_time () - began, <, RTC_SECOND);
    pair_clear (&pair);
  }
}

static guint
none (guint n)
{
  return 0;
}

static void
test_backs_off (void)
{
  Pair pair;
  RtcTime last, gap;
  RtcDtls *client;
  guint i;

  pair_init_default (&pair, MTU);
  pair.network = none;
  client = pair.ends[0];
  last = g_get_monotonic_time ();
  client->klass->start (client, last);
  for (i = 0; i < 3; i++) {
    gap = client->klass->get_timeout (client) - last;
    g_assert_cmpint (gap, <=, (100 << i) * RTC_MSECOND);
    g_assert_cmpint (gap, >=, (50 << i) * RTC_MSECOND);
    client->klass->on_timeout (client, last);   /* too early: nothing */
    carry (&pair);
    run_timers (&pair);
    g_assert_cmpuint (pair.n_datagrams, ==, i + 1);
    last = g_get_monotonic_time ();
  }
  g_assert_cmpint (state_of (client), ==, RTC_DTLS_CONNECTING);
  pair_clear (&pair);
}

/* Both ends of a handshake of which the client is OpenSSL itself, for what ours would never do.
 * Returns: datagrams of the first flight */
static guint
run_foreign_client (SSL * ssl, BIO * bio, RtcDtls * server, guint rounds)
{
  GBytes *datagram;
  guint i, n_first_flight = 0;
  gsize size;

  for (i = 0; i < rounds; i++) {
    SSL_do_handshake (ssl);
    while ((datagram = rtc_datagram_bio_pop (bio))) {
      const guint8 *data = g_bytes_get_data (datagram, &size);

      n_first_flight += i == 0;
      server->klass->receive (server, data, size, 0);
      g_bytes_unref (datagram);
    }
    while ((datagram = server->klass->next_datagram (server))) {
      const guint8 *data = g_bytes_get_data (datagram, &size);

      rtc_datagram_bio_set_input (bio, data, size);
      SSL_do_handshake (ssl);
      rtc_datagram_bio_set_input (bio, NULL, 0);
      g_bytes_unref (datagram);
    }
  }
  return n_first_flight;
}

/* A ClientHello as large as browsers send since they added post-quantum key shares, in fragments */
static void
test_large_client_hello (void)
{
  g_autoptr (GByteArray) protocols = g_byte_array_new ();
  SSL *ssl;
  BIO *bio;
  Pair pair;
  guint i;

  pair_init_default (&pair, MTU);
  for (i = 0; i < 30; i++) {
    guint8 protocol[64] = { 63, };

    memset (protocol + 1, 'a' + i % 26, 63);
    g_byte_array_append (protocols, protocol, sizeof protocol);
  }
  ssl = SSL_new (rtc_openssl_certificate_get_context (pair.certificates[0]));
  bio = rtc_datagram_bio_new (MTU);
  SSL_set_bio (ssl, bio, bio);
  SSL_set_connect_state (ssl);
  SSL_set_mtu (ssl, 600);
  SSL_set_alpn_protos (ssl, protocols->data, protocols->len);

  g_assert_cmpuint (run_foreign_client (ssl, bio, pair.ends[1], 10), >=, 4);
  g_assert_cmpint (state_of (pair.ends[1]), ==, RTC_DTLS_CONNECTED);
  SSL_free (ssl);
  pair_clear (&pair);
}

static void
test_needs_certificate (void)
{
  SSL_CTX *context = SSL_CTX_new (DTLS_client_method ());
  SSL *ssl = SSL_new (context);
  BIO *bio = rtc_datagram_bio_new (MTU);
  Pair pair;

  pair_init_default (&pair, MTU);
  SSL_set_bio (ssl, bio, bio);
  SSL_set_connect_state (ssl);
  SSL_set_options (ssl, SSL_OP_NO_QUERY_MTU);
  SSL_set_mtu (ssl, MTU);
  run_foreign_client (ssl, bio, pair.ends[1], 5);
  g_assert_cmpint (state_of (pair.ends[1]), ==, RTC_DTLS_FAILED);
  g_assert_error (pair.ends[1]->klass->get_error (pair.ends[1]), GST_RTC_ERROR, GST_RTC_ERROR_DTLS);
  g_test_message ("%s", pair.ends[1]->klass->get_error (pair.ends[1])->message);
  SSL_free (ssl);
  SSL_CTX_free (context);
  pair_clear (&pair);
}

static void
test_garbage (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);
  Pair pair;
  guint round, i;

  pair_init_default (&pair, MTU);
  pair.ends[0]->klass->start (pair.ends[0], 0);
  pair.ends[1]->klass->start (pair.ends[1], 0);
  for (round = 0; round < 500; round++) {
    gsize size = g_rand_int_range (rand, 0, 200);
    g_autofree guint8 *data = g_malloc (size + 1);

    for (i = 0; i < size; i++)
      data[i] = g_rand_int (rand);
    pair.ends[round & 1]->klass->receive (pair.ends[round & 1], data, size, 0);
  }
  connect_pair (&pair);
  for (round = 0; round < 500; round++) {
    gsize size = g_rand_int_range (rand, 13, 200);
    g_autofree guint8 *data = g_malloc (size);

    for (i = 0; i < size; i++)
      data[i] = g_rand_int (rand);
    data[0] = 20 + round % 5;
    data[1] = 0xfe;
    data[2] = 0xfd;
    data[3] = 0;
    data[4] = round & 1;
    pair.ends[round & 1]->klass->receive (pair.ends[round & 1], data, size, 0);
  }
  assert_talks (&pair, 0, "still there");
  assert_talks (&pair, 1, "me too");
  pair_clear (&pair);
}

/* Records whose content nobody has authenticated: they are dropped (RFC 6347, section 4.1.2.7). */
static void
receive_forgery (RtcDtls * end, guint8 type, guint8 version, guint16 epoch, const guint8 * body, guint16 size)
{
  g_autofree guint8 *record = g_malloc0 (13 + size);
  const GError *error;

  record[0] = type;
  record[1] = 254;
  record[2] = version;
  GST_WRITE_UINT16_BE (record + 3, epoch);
  record[10] = size;            /* a sequence number that is not always the same */
  GST_WRITE_UINT16_BE (record + 11, size);
  memcpy (record + 13, body, size);
  end->klass->receive (end, record, 13 + size, g_get_monotonic_time ());
  error = end->klass->get_error (end);
  if (error || state_of (end) != RTC_DTLS_CONNECTED)
    g_error ("type %u, version %u, epoch %u, %u bytes: %s", type, version, epoch, size, error ? error->message : "closed");
}

static void
test_forgeries (void)
{
  static const guint8 bodies[][64] = {
    {1, 0},                     /* close_notify */
    {2, 40},                    /* handshake_failure */
    {1},                        /* ChangeCipherSpec */
    {1, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff},     /* a ClientHello of 16 MB */
    {1, 0, 0, 1, 0, 0, 0xff, 0xff, 0xff, 0, 0, 1},
    {20, 0, 0, 0, 0, 7},        /* an empty Finished */
  };
  static const guint8 nothing[G_MAXUINT16 - 64];
  static const guint16 large[] = { 1000, 16384, 16384 + 24, 16384 + 256, 16384 + 2048, 18500, sizeof nothing };
  Pair pair;

  pair_init_default (&pair, MTU);
  connect_pair (&pair);
  for (guint type = 20; type < 27; type++) {
    for (guint i = 0; i < 2 * 2 * 3; i++) {
      RtcDtls *end = pair.ends[i % 2];
      guint8 version = i / 2 % 2 ? 255 : 253;
      guint epoch = i / 4;

      for (guint size = 0; size <= sizeof bodies[0]; size++)
        for (guint body = 0; body < G_N_ELEMENTS (bodies); body++)
          receive_forgery (end, type, version, epoch, bodies[body], size);
      for (guint k = 0; k < G_N_ELEMENTS (large); k++)
        receive_forgery (end, type, version, epoch, nothing, large[k]);
    }
  }
  carry (&pair);
  assert_talks (&pair, 0, "still there");
  assert_talks (&pair, 1, "me too");
  pair_clear (&pair);
}

/* Every datagram of the handshake is first seen cut short, which must not disturb the whole one */
static void
test_truncated (void)
{
  GBytes *datagram;
  Pair pair;
  guint round, from;

  pair_init_default (&pair, MTU);
  pair.ends[0]->klass->start (pair.ends[0], 0);
  pair.ends[1]->klass->start (pair.ends[1], 0);
  for (round = 0; round < 10; round++) {
    for (from = 0; from < 2; from++) {
      while ((datagram = pair.ends[from]->klass->next_datagram (pair.ends[from]))) {
        RtcDtls *receiver = pair.ends[1 - from];
        gsize size, cut;
        const guint8 *data = g_bytes_get_data (datagram, &size);

        for (cut = 0; cut <= MIN (size, 60); cut++) {
          g_autofree guint8 *exact = g_memdup2 (data, cut);

          receiver->klass->receive (receiver, exact, MIN (cut, 25), 0);
        }
        receiver->klass->receive (receiver, data, size, 0);
        g_bytes_unref (datagram);
      }
    }
  }
  g_assert_true (is_connected (&pair));
  pair_clear (&pair);
}

static void
test_fingerprint (void)
{
  Pair pair;
  RtcDtls *client;
  const gchar *right;
  g_autofree gchar *lower = NULL, *wrong = NULL, *cut = NULL, *longer = NULL;

  pair_init_default (&pair, MTU);
  client = pair.ends[0];
  right = rtc_openssl_certificate_get_fingerprint (pair.certificates[1]);
  g_assert_cmpuint (strlen (right), ==, strlen ("sha-256 ") + 32 * 3 - 1);
  g_assert_false (client->klass->check_fingerprint (client, right));
  connect_pair (&pair);

  lower = g_ascii_strdown (right, -1);
  memcpy (lower, "SHA-256", 7);
  wrong = g_strdup (right);
  wrong[strlen (wrong) - 1] = wrong[strlen (wrong) - 1] == '0' ? '1' : '0';
  cut = g_strndup (right, strlen (right) - 3);
  longer = g_strconcat (right, ":00", NULL);
  g_assert_true (client->klass->check_fingerprint (client, right));
  g_assert_true (client->klass->check_fingerprint (client, lower));
  g_assert_false (client->klass->check_fingerprint (client, wrong));
  g_assert_false (client->klass->check_fingerprint (client, cut));
  g_assert_false (client->klass->check_fingerprint (client, longer));
  g_assert_false (client->klass->check_fingerprint (client, ""));
  g_assert_false (client->klass->check_fingerprint (client, "sha-256"));
  g_assert_false (client->klass->check_fingerprint (client, "sha-256 "));
  g_assert_false (client->klass->check_fingerprint (client,
          rtc_openssl_certificate_get_fingerprint (pair.certificates[0])));
  pair_clear (&pair);
}

static void
test_fingerprint_hashes (void)
{
  const struct
  {
    const gchar *name;
    const EVP_MD *hash;
    gboolean taken;
  } hashes[] = {
    {"sha-1", EVP_sha1 (), FALSE},
    {"md5", EVP_md5 (), FALSE},
    {"sha-256", EVP_sha256 (), TRUE},
    {"sha-384", EVP_sha384 (), TRUE},
    {"sha-512", EVP_sha512 (), TRUE},
  };
  Pair pair;
  guint i, j;

  pair_init_default (&pair, MTU);
  connect_pair (&pair);
  for (i = 0; i < G_N_ELEMENTS (hashes); i++) {
    X509 *certificate = SSL_CTX_get0_certificate (rtc_openssl_certificate_get_context (pair.certificates[0]));
    g_autoptr (GString) text = g_string_new (hashes[i].name);
    guint8 digest[EVP_MAX_MD_SIZE];
    unsigned int size;

    X509_digest (certificate, hashes[i].hash, digest, &size);
    for (j = 0; j < size; j++)
      g_string_append_printf (text, "%c%02X", j ? ':' : ' ', digest[j]);
    g_assert_cmpint (pair.ends[1]->klass->check_fingerprint (pair.ends[1], text->str), ==, hashes[i].taken);
  }
  pair_clear (&pair);
}

static void
test_close (gconstpointer data)
{
  guint closing = GPOINTER_TO_UINT (data);
  Pair pair;

  pair_init_default (&pair, MTU);
  connect_pair (&pair);
  pair.ends[closing]->klass->close (pair.ends[closing]);
  g_assert_cmpint (state_of (pair.ends[closing]), ==, RTC_DTLS_CLOSED);
  carry (&pair);
  g_assert_cmpint (state_of (pair.ends[1 - closing]), ==, RTC_DTLS_CLOSED);
  g_assert_false (pair.ends[1 - closing]->klass->send (pair.ends[1 - closing], (guint8 *) "late", 4));
  pair.ends[0]->klass->close (pair.ends[0]);
  pair.ends[1]->klass->close (pair.ends[1]);
  pair_clear (&pair);
}

/* After a message the record buffers stay for a moment, which comes to an end; then messages pass as before. */
static void
test_rest_after_messages (void)
{
  RtcTime release;
  RtcDtls *end;
  Pair pair;

  pair_init_default (&pair, MTU);
  connect_pair (&pair);
  end = pair.ends[1];
  for (guint i = 0; i < 2; i++) {
    assert_talks (&pair, 0, "one");
    assert_talks (&pair, 1, "two");
    assert_talks (&pair, 0, "three");
    release = end->klass->get_timeout (end);
    g_assert_cmpint (release, !=, RTC_TIME_NEVER);
    end->klass->on_timeout (end, release - 1);
    g_assert_cmpint (end->klass->get_timeout (end), ==, release);
    end->klass->on_timeout (end, release);
    g_assert_cmpint (end->klass->get_timeout (end), ==, RTC_TIME_NEVER);
    g_assert_cmpint (state_of (end), ==, RTC_DTLS_CONNECTED);
  }
  pair_clear (&pair);
}

static void
test_close_early (void)
{
  Pair pair;

  pair_init_default (&pair, MTU);
  pair.ends[0]->klass->start (pair.ends[0], 0);
  pair.ends[0]->klass->close (pair.ends[0]);
  g_assert_cmpint (state_of (pair.ends[0]), ==, RTC_DTLS_CLOSED);
  g_assert_cmpint (pair.ends[0]->klass->get_timeout (pair.ends[0]), ==, RTC_TIME_NEVER);
  pair_clear (&pair);
}

/* A client without a cipher of ours is refused with words that say so, and told by an alert */
static void
test_error_in_words (void)
{
  SSL_CTX *context = SSL_CTX_new (DTLS_client_method ());
  SSL *ssl;
  BIO *bio = rtc_datagram_bio_new (MTU);
  const GError *error;
  Pair pair;

  pair_init_default (&pair, MTU);
  SSL_CTX_set_cipher_list (context, "AES128-GCM-SHA256");
  ssl = SSL_new (context);
  SSL_set_bio (ssl, bio, bio);
  SSL_set_connect_state (ssl);
  SSL_set_options (ssl, SSL_OP_NO_QUERY_MTU);
  SSL_set_mtu (ssl, MTU);
  g_assert_cmpuint (run_foreign_client (ssl, bio, pair.ends[1], 1), ==, 1);
  error = pair.ends[1]->klass->get_error (pair.ends[1]);
  g_assert_error (error, GST_RTC_ERROR, GST_RTC_ERROR_DTLS);
  g_assert_nonnull (strstr (error->message, "no shared cipher"));
  g_assert_cmpint (SSL_get_error (ssl, SSL_do_handshake (ssl)), ==, SSL_ERROR_SSL);
  SSL_free (ssl);
  SSL_CTX_free (context);
  pair_clear (&pair);
}

static void
test_messages (void)
{
  guint8 message[MTU + 1];
  guint largest = 0, size;
  GBytes *received;
  Pair pair;

  memset (message, 'x', sizeof message);
  pair_init_default (&pair, MTU);
  connect_pair (&pair);
  for (size = MTU + 1; size > 0 && largest == 0; size--) {
    if (pair.ends[0]->klass->send (pair.ends[0], message, size))
      largest = size;
  }
  g_assert_cmpuint (largest, >, MTU - 64);
  carry (&pair);                /* asserts the MTU */
  received = pair.ends[1]->klass->next_message (pair.ends[1]);
  g_assert_cmpuint (g_bytes_get_size (received), ==, largest);
  g_bytes_unref (received);

  /* an owner that never takes its messages */
  for (size = 0; size < 1000; size++) {
    g_assert_true (pair.ends[0]->klass->send (pair.ends[0], message, 100));
    carry (&pair);
  }
  for (size = 0; (received = pair.ends[1]->klass->next_message (pair.ends[1])); size++)
    g_bytes_unref (received);
  g_assert_cmpuint (size, ==, 256);
  pair_clear (&pair);
}

static void
test_cost (void)
{
  const guint n = 50;
  RtcCertificate *certificate = rtc_openssl_certificate_new (NULL);
  RtcDtls *servers[50];
  Pair pair = { .mtu = MTU, .network = every_one };
  gint64 began = g_get_monotonic_time ();
  size_t before = 0, after;
  guint i, j;

  for (i = 0; i < n; i++) {
    for (j = 0; j < 2; j++) {
      RtcDtlsConfig config = { certificate, j == 0, all_profiles, 3, MTU };

      pair.ends[j] = rtc_openssl_new (&config, NULL);
    }
    connect_pair (&pair);
    pair.ends[0]->klass->free (pair.ends[0]);
    servers[i] = pair.ends[1];
    if (i == 9)
      before = mallinfo2 ().uordblks;
  }
  after = mallinfo2 ().uordblks;
  g_test_message ("%.2f ms for a handshake, both ends", (g_get_monotonic_time () - began) / 1000.0 / n);
  g_test_message ("%.1f kB a connected server", (after - before) / 1000.0 / (n - 10));
  for (i = 0; i < n; i++)
    servers[i]->klass->free (servers[i]);
  rtc_openssl_certificate_free (certificate);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/openssl/connects", test_connects);
  g_test_add_func ("/openssl/each-profile", test_each_profile);
  g_test_add_func ("/openssl/server-prefers", test_server_prefers);
  g_test_add_func ("/openssl/no-common-profile", test_no_common_profile);
  g_test_add_func ("/openssl/fragments", test_fragments);
  g_test_add_func ("/openssl/reordered-and-repeated", test_reordered_and_repeated);
  g_test_add_func ("/openssl/loss", test_loss);
  g_test_add_func ("/openssl/backs-off", test_backs_off);
  g_test_add_func ("/openssl/large-client-hello", test_large_client_hello);
  g_test_add_func ("/openssl/needs-certificate", test_needs_certificate);
  g_test_add_func ("/openssl/garbage", test_garbage);
  g_test_add_func ("/openssl/forgeries", test_forgeries);
  g_test_add_func ("/openssl/truncated", test_truncated);
  g_test_add_func ("/openssl/fingerprint", test_fingerprint);
  g_test_add_func ("/openssl/fingerprint-hashes", test_fingerprint_hashes);
  g_test_add_data_func ("/openssl/close/client", GUINT_TO_POINTER (0), test_close);
  g_test_add_data_func ("/openssl/close/server", GUINT_TO_POINTER (1), test_close);
  g_test_add_func ("/openssl/rest-after-messages", test_rest_after_messages);
  g_test_add_func ("/openssl/close/early", test_close_early);
  g_test_add_func ("/openssl/error-in-words", test_error_in_words);
  g_test_add_func ("/openssl/messages", test_messages);
  g_test_add_func ("/openssl/cost", test_cost);
  return g_test_run ();
}
