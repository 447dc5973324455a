/* gst-rtc: tests of AES-GCM RTP on OpenSSL, against libsrtp2
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <ext/openssl/rtcopensslsrtp.h>
#include <ext/srtp/rtcsrtp2.h>

#include <malloc.h>
#include <string.h>

#define HEADER_SIZE 12
#define TAG_SIZE 16
#define MAX_SIZE 1600
#define MAX_SOURCES 64

#define PADDING 0x20
#define EXTENSION 0x10

typedef struct
{
  RtcSrtp *here;                /* OpenSSL around libsrtp2 */
  RtcSrtp *there;               /* libsrtp2 */
} Pair;

static gsize
key_size (RtcSrtpProfile profile)
{
  switch (profile) {
    case RTC_SRTP_AEAD_AES_128_GCM:
      return 28;
    case RTC_SRTP_AEAD_AES_256_GCM:
      return 44;
    default:
      return 30;
  }
}

static void
make_keys (RtcSrtpProfile profile, RtcSrtpKeys * here, RtcSrtpKeys * there)
{
  guint i;

  *here = *there = (RtcSrtpKeys) { .profile = profile, .size = key_size (profile) };
  for (i = 0; i < here->size; i++) {
    here->local[i] = there->remote[i] = 7 * i;
    here->remote[i] = there->local[i] = 0xa0 + 3 * i;
  }
}

static RtcSrtp *
wrapped_new (const RtcSrtpKeys * keys)
{
  g_autoptr (GError) error = NULL;
  RtcSrtp *inner = rtc_srtp2_new (keys, &error), *srtp;

  g_assert_no_error (error);
  srtp = rtc_openssl_srtp_new (keys, inner, &error);
  g_assert_no_error (error);
  return srtp;
}

static void
pair_init (Pair * pair, RtcSrtpProfile profile)
{
  RtcSrtpKeys here, there;

  make_keys (profile, &here, &there);
  pair->here = wrapped_new (&here);
  pair->there = rtc_srtp2_new (&there, NULL);
  g_assert_nonnull (pair->there);
}

static void
pair_clear (Pair * pair)
{
  pair->here->klass->free (pair->here);
  pair->there->klass->free (pair->there);
}

static gsize
make_rtp (guint8 * packet, guint32 ssrc, guint16 sequence, gsize payload_size)
{
  gsize i;

  memset (packet, 0, HEADER_SIZE);
  packet[0] = 0x80;
  packet[1] = 96;
  GST_WRITE_UINT16_BE (packet + 2, sequence);
  GST_WRITE_UINT32_BE (packet + 4, 3000u * sequence);
  GST_WRITE_UINT32_BE (packet + 8, ssrc);
  for (i = 0; i < payload_size; i++)
    packet[HEADER_SIZE + i] = 5 * i + sequence;
  return HEADER_SIZE + payload_size;
}

/* words: of the extension's content, -1 for no extension */
static gsize
make_rtp_with (guint8 * packet, guint16 sequence, guint csrcs, gint words, gboolean padded,
    gsize payload_size)
{
  gsize size = make_rtp (packet, 1, sequence, 0);

  packet[0] |= csrcs;
  memset (packet + size, 0xc5, 4 * csrcs);
  size += 4 * csrcs;
  if (words >= 0) {
    packet[0] |= EXTENSION;
    GST_WRITE_UINT16_BE (packet + size, 0xbede);
    GST_WRITE_UINT16_BE (packet + size + 2, words);
    memset (packet + size + 4, 0x10, 4 * words);
    size += 4 + 4 * words;
  }
  memset (packet + size, 0xab, payload_size);
  size += payload_size;
  if (padded) {
    packet[0] |= PADDING;
    memset (packet + size, 0, 4);
    packet[size + 3] = 4;
    size += 4;
  }
  return size;
}

static gboolean
send_rtp (Pair * pair, guint32 ssrc, guint16 sequence)
{
  guint8 packet[MAX_SIZE];
  gsize size = make_rtp (packet, ssrc, sequence, 20);

  return pair->here->klass->protect_rtp (pair->here, packet, &size);
}

static void
check_direction (RtcSrtp * from, RtcSrtp * to, guint8 * packet, gsize size, gsize clear_size)
{
  guint8 plain[MAX_SIZE];
  gsize plain_size = size;

  memcpy (plain, packet, size);
  g_assert_true (from->klass->protect_rtp (from, packet, &size));
  g_assert_cmpuint (size, ==, plain_size + TAG_SIZE);
  g_assert_cmpmem (packet, clear_size, plain, clear_size);
  if (plain_size >= clear_size + 8)
    g_assert_cmpint (memcmp (packet + clear_size, plain + clear_size, plain_size - clear_size), !=, 0);
  g_assert_true (to->klass->unprotect_rtp (to, packet, &size));
  g_assert_cmpmem (packet, size, plain, plain_size);
}

/* From here to there, and back */
static void
check_crossing (Pair * pair, guint8 * packet, gsize size, gsize clear_size)
{
  check_direction (pair->here, pair->there, packet, size, clear_size);
  check_direction (pair->there, pair->here, packet, size, clear_size);
}

static void
test_sizes (gconstpointer data)
{
  Pair pair;
  guint8 packet[MAX_SIZE];
  gsize payload_size;

  pair_init (&pair, GPOINTER_TO_UINT (data));
  for (payload_size = 0; payload_size <= 1400; payload_size++)
    check_crossing (&pair, packet, make_rtp (packet, 1, payload_size, payload_size), HEADER_SIZE);
  pair_clear (&pair);
}

static void
test_headers (gconstpointer data)
{
  const gsize payload_sizes[] = { 0, 1, 15, 16, 17, 1000 };
  Pair pair;
  guint8 packet[MAX_SIZE];
  guint16 sequence = 0;
  guint csrcs, padded, i;
  gint words;

  pair_init (&pair, GPOINTER_TO_UINT (data));
  for (csrcs = 0; csrcs <= 15; csrcs++)
    for (words = -1; words <= 6; words++)
      for (padded = 0; padded <= 1; padded++)
        for (i = 0; i < G_N_ELEMENTS (payload_sizes); i++) {
          gsize size = make_rtp_with (packet, sequence++, csrcs, words, padded, payload_sizes[i]);

          check_crossing (&pair, packet, size, HEADER_SIZE + 4 * csrcs + 4 * (words + 1));
        }
  pair_clear (&pair);
}

static gboolean
deliver (RtcSrtp * to, const guint8 * sent, gsize sent_size)
{
  g_autofree guint8 *packet = g_memdup2 (sent, sent_size);
  gsize size = sent_size;
  gboolean taken = to->klass->unprotect_rtp (to, packet, &size);

  g_assert_cmpuint (size, ==, taken ? sent_size - TAG_SIZE : sent_size);
  return taken;
}

/* What is in the clear is authenticated all the same */
static void
check_forged (RtcSrtp * from, RtcSrtp * to)
{
  guint8 sent[MAX_SIZE];
  gsize sent_size = make_rtp_with (sent, 7, 2, 2, FALSE, 30), at;

  g_assert_true (from->klass->protect_rtp (from, sent, &sent_size));
  for (at = 0; at < 8 * sent_size; at++) {
    sent[at / 8] ^= 1 << at % 8;
    g_assert_false (deliver (to, sent, sent_size));
    sent[at / 8] ^= 1 << at % 8;
  }
  for (at = 0; at < sent_size; at++)
    g_assert_false (deliver (to, sent, at));
  g_assert_true (deliver (to, sent, sent_size));
  g_assert_false (deliver (to, sent, sent_size));
}

static void
test_forged (gconstpointer data)
{
  Pair pair;

  pair_init (&pair, GPOINTER_TO_UINT (data));
  check_forged (pair.here, pair.there);
  check_forged (pair.there, pair.here);
  pair_clear (&pair);
}

/* Among much that is wrong, what is right gets through, and nothing is kept of the rest. */
static void
test_noise (gconstpointer data)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (42);
  guint8 packet[MAX_SIZE];
  guint round;
  Pair pair;

  pair_init (&pair, GPOINTER_TO_UINT (data));
  for (round = 0; round < 20000; round++) {
    gsize size = g_rand_int_range (rand, 0, 100);

    for (gsize i = 0; i < size; i++)
      packet[i] = g_rand_int (rand);
    if (size > 0)
      packet[0] = 0x80 | (packet[0] & 0x3f);
    g_assert_false (deliver (pair.here, packet, size));
    if (round % 100 == 0)
      check_crossing (&pair, packet, make_rtp (packet, 1, round / 100, 20), HEADER_SIZE);
  }
  pair_clear (&pair);
}

/* In whatever order, however often and however damaged packets come: both receivers decide the same. */

#define N_ROUNDS 1500
#define N_SENT N_ROUNDS

typedef struct
{
  guint8 data[HEADER_SIZE + 20 + TAG_SIZE];
  gsize size;
} Sent;

/* Mostly the next one, sometimes as far ahead as one may leap, or further, which the sender refuses */
static guint
choose_step (GRand * rand)
{
  switch (g_rand_int_range (rand, 0, 400)) {
    case 0:
      return g_rand_int_range (rand, 0x7ff0, 0x8010);
    case 1:
      return g_rand_int_range (rand, 1, 0x8000);
    case 2:
    case 3:
      return g_rand_int_range (rand, 1, 2000);
    default:
      return g_rand_int_range (rand, 1, 4);
  }
}

/* How many of the packets sent since */
static guint
choose_age (GRand * rand)
{
  switch (g_rand_int_range (rand, 0, 20)) {
    case 0:
      return g_rand_int_range (rand, 0, N_SENT);
    case 1:
      return g_rand_int_range (rand, 400, 700);
    case 2:
    case 3:
    case 4:
      return g_rand_int_range (rand, 0, 30);
    default:
      return 0;
  }
}

static guint
check_agreement (RtcSrtpProfile profile, guint16 first, guint32 seed)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  g_autofree Sent *sent = g_new0 (Sent, N_SENT);
  guint32 position = first;
  guint n = 0, age, refused = 0;
  RtcSrtpKeys here, there;
  RtcSrtp *reference;
  Pair pair;

  pair_init (&pair, profile);
  make_keys (profile, &here, &there);
  reference = rtc_srtp2_new (&here, NULL);
  for (guint round = 0; round < N_ROUNDS; round++) {
    Sent *next = &sent[n], copies[2];
    gboolean taken[2];

    next->size = make_rtp (next->data, 1, position, 20);
    position += choose_step (rand);
    if (!pair.there->klass->protect_rtp (pair.there, next->data, &next->size))
      continue;
    n++;
    age = choose_age (rand);
    copies[0] = sent[n - 1 - MIN (age, n - 1)];
    if (g_rand_int_range (rand, 0, 10) == 0)
      copies[0].data[g_rand_int_range (rand, 0, copies[0].size)] ^= 1 << g_rand_int_range (rand, 0, 8);
    copies[1] = copies[0];
    taken[0] = pair.here->klass->unprotect_rtp (pair.here, copies[0].data, &copies[0].size);
    taken[1] = reference->klass->unprotect_rtp (reference, copies[1].data, &copies[1].size);
    g_assert_cmpint (taken[0], ==, taken[1]);
    if (taken[0])
      g_assert_cmpmem (copies[0].data, copies[0].size, copies[1].data, copies[1].size);
    else
      refused++;
  }
  reference->klass->free (reference);
  pair_clear (&pair);
  return refused;
}

static void
test_agreement (gconstpointer data)
{
  const guint16 firsts[] = { 0, 1, 1023, 1024, 0x7fff, 0x8000, 0x8001, 0xff00, 0xffff };

  guint refused = 0, n = 0;

  for (guint i = 0; i < G_N_ELEMENTS (firsts); i++) {
    for (guint seed = 0; seed < 12; seed++, n += N_ROUNDS)
      refused += check_agreement (GPOINTER_TO_UINT (data), firsts[i], 100 * i + seed);
  }
  g_test_message ("%u of %u refused", refused, n);
  g_assert_cmpuint (refused, >, n / 5);
  g_assert_cmpuint (refused, <, n / 2);
}

/* Packets of both sides of a roll-over, each once, however they are mixed up */
static void
test_reordered_rollover (gconstpointer data)
{
  const guint n = 1000;
  g_autoptr (GRand) rand = g_rand_new_with_seed (5);
  g_autofree Sent *sent = g_new0 (Sent, n);
  Pair pair;

  pair_init (&pair, GPOINTER_TO_UINT (data));
  for (guint i = 0; i < n; i++) {
    sent[i].size = make_rtp (sent[i].data, 1, 65536 - n / 2 + i, 20);
    g_assert_true (pair.there->klass->protect_rtp (pair.there, sent[i].data, &sent[i].size));
  }
  g_assert_true (deliver (pair.here, sent[0].data, sent[0].size));
  for (guint i = n - 1; i > 1; i--) {
    guint j = g_rand_int_range (rand, 1, i + 1);
    Sent other = sent[j];

    sent[j] = sent[i];
    sent[i] = other;
  }
  for (guint i = 1; i < n; i++)
    g_assert_true (deliver (pair.here, sent[i].data, sent[i].size));
  for (guint i = 0; i < n; i++)
    g_assert_false (deliver (pair.here, sent[i].data, sent[i].size));
  pair_clear (&pair);
}

static void
test_many_sources (gconstpointer data)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (3);
  guint32 ssrcs[40];
  guint16 sequences[G_N_ELEMENTS (ssrcs)];
  Pair pair;
  guint8 packet[MAX_SIZE];
  guint round, i;

  pair_init (&pair, GPOINTER_TO_UINT (data));
  for (i = 0; i < G_N_ELEMENTS (ssrcs); i++) {
    ssrcs[i] = g_rand_int (rand);
    sequences[i] = g_rand_int (rand) & 0x7fff;
  }
  ssrcs[0] = 0;
  for (round = 0; round < 20000; round++) {
    i = g_rand_int_range (rand, 0, G_N_ELEMENTS (ssrcs));
    sequences[i] += g_rand_int_range (rand, 1, 1000);
    check_crossing (&pair, packet, make_rtp (packet, ssrcs[i], sequences[i], 30), HEADER_SIZE);
  }
  pair_clear (&pair);
}

static void
check_rollovers (RtcSrtpProfile profile, guint32 first, guint step)
{
  Pair pair;
  guint8 packet[MAX_SIZE];
  guint32 i;

  pair_init (&pair, profile);
  for (i = first; i < first + 4 * 65536; i += step)
    check_crossing (&pair, packet, make_rtp (packet, 1, (guint16) i, 20), HEADER_SIZE);
  pair_clear (&pair);
}

static void
test_rollovers (gconstpointer data)
{
  RtcSrtpProfile profile = GPOINTER_TO_UINT (data);

  check_rollovers (profile, 0, 13);
  check_rollovers (profile, 0x7fff, 16);
  check_rollovers (profile, 0x8000, 4096);
  check_rollovers (profile, 65535, 1);
  check_rollovers (profile, 65000, 32767);
}

/* A second packet with the same nonce would give away the key of the authentication. */
static void
test_no_nonce_twice (gconstpointer data)
{
  Pair pair;

  pair_init (&pair, GPOINTER_TO_UINT (data));
  g_assert_true (send_rtp (&pair, 1, 10));
  g_assert_false (send_rtp (&pair, 1, 10));
  g_assert_false (send_rtp (&pair, 1, 9));
  g_assert_false (send_rtp (&pair, 1, 65535));  /* of before */
  g_assert_true (send_rtp (&pair, 1, 12));
  g_assert_false (send_rtp (&pair, 1, 11));
  g_assert_true (send_rtp (&pair, 1, 12 + 0x8000));
  g_assert_false (send_rtp (&pair, 1, 12));     /* half a cycle back, by RFC 3711 */
  g_assert_true (send_rtp (&pair, 1, 11));      /* one more is ahead */
  g_assert_false (send_rtp (&pair, 1, 11));
  g_assert_false (send_rtp (&pair, 1, 12 + 0x8000));
  g_assert_true (send_rtp (&pair, 1, 12));      /* in this cycle not yet used */
  g_assert_true (send_rtp (&pair, 2, 12));
  g_assert_false (send_rtp (&pair, 2, 12));
  pair_clear (&pair);
}

/* In whatever order: what is protected has an index of its own, and the other side agrees on it. */
static void
test_any_order (gconstpointer data)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (11);
  g_autoptr (GHashTable) tags = g_hash_table_new_full (g_bytes_hash, g_bytes_equal,
      (GDestroyNotify) g_bytes_unref, NULL);
  guint8 packet[MAX_SIZE];
  guint round, refused = 0;
  Pair pair;

  pair_init (&pair, GPOINTER_TO_UINT (data));
  for (round = 0; round < 5000; round++) {
    gsize size = make_rtp (packet, 1, g_rand_int (rand), 0);

    /* the rest of the packet the same: an equal tag is an equal nonce */
    GST_WRITE_UINT32_BE (packet + 4, 0);
    if (!pair.here->klass->protect_rtp (pair.here, packet, &size)) {
      g_assert_cmpuint (size, ==, HEADER_SIZE);
      refused++;
      continue;
    }
    g_assert_true (g_hash_table_add (tags, g_bytes_new (packet + HEADER_SIZE, TAG_SIZE)));
    g_assert_true (pair.there->klass->unprotect_rtp (pair.there, packet, &size));
  }
  g_assert_cmpuint (refused, >, 1000);
  g_assert_cmpuint (refused, <, 4000);
  pair_clear (&pair);
}

static void
test_table_full (gconstpointer data)
{
  Pair pair;
  guint32 ssrc;

  pair_init (&pair, GPOINTER_TO_UINT (data));
  for (ssrc = 0; ssrc < MAX_SOURCES; ssrc++)
    g_assert_true (send_rtp (&pair, ssrc, 0));
  g_assert_false (send_rtp (&pair, ssrc, 0));
  g_assert_false (send_rtp (&pair, ssrc, 1));
  for (ssrc = 0; ssrc < MAX_SOURCES; ssrc++) {
    g_assert_true (send_rtp (&pair, ssrc, 1));
    g_assert_false (send_rtp (&pair, ssrc, 0));
  }
  pair_clear (&pair);
}

static gboolean
receive_rtp (Pair * pair, guint32 ssrc, guint16 sequence, gboolean forged)
{
  guint8 packet[MAX_SIZE];
  gsize size = make_rtp (packet, ssrc, sequence, 20);

  g_assert_true (pair->there->klass->protect_rtp (pair->there, packet, &size));
  packet[size - 1] ^= forged;
  return deliver (pair->here, packet, size);
}

/* Only by what is authentic */
static void
test_remote_table_full (gconstpointer data)
{
  Pair pair;
  guint32 ssrc;

  pair_init (&pair, GPOINTER_TO_UINT (data));
  for (ssrc = 1000; ssrc < 1000 + 2 * MAX_SOURCES; ssrc++)
    g_assert_false (receive_rtp (&pair, ssrc, 0, TRUE));
  for (ssrc = 0; ssrc < MAX_SOURCES; ssrc++)
    g_assert_true (receive_rtp (&pair, ssrc, 0, FALSE));
  g_assert_false (receive_rtp (&pair, ssrc, 0, FALSE));
  for (ssrc = 0; ssrc < MAX_SOURCES; ssrc++)
    g_assert_true (receive_rtp (&pair, ssrc, 1, FALSE));
  pair_clear (&pair);
}

static void
test_truncated (gconstpointer data)
{
  Pair pair;
  guint8 packet[MAX_SIZE];
  gsize header = make_rtp_with (packet, 1, 3, 2, FALSE, 0), size;

  pair_init (&pair, GPOINTER_TO_UINT (data));
  for (size = 0; size < header; size++) {
    g_autofree guint8 *exact = g_memdup2 (packet, size);
    gsize got = size;

    g_assert_false (pair.here->klass->protect_rtp (pair.here, exact, &got));
    g_assert_cmpuint (got, ==, size);
  }
  size = G_MAXUINT32;
  g_assert_false (pair.here->klass->protect_rtp (pair.here, packet, &size));
  /* none of them took the sequence number */
  check_crossing (&pair, packet, header, header);
  pair_clear (&pair);
}

/* A receiver report without blocks */
static gsize
make_rtcp (guint8 * packet, guint32 ssrc)
{
  const guint8 header[] = { 0x80, 201, 0, 1 };

  memcpy (packet, header, 4);
  GST_WRITE_UINT32_BE (packet + 4, ssrc);
  return 8;
}

static void
test_inner (gconstpointer data)
{
  Pair pair;
  guint8 packet[MAX_SIZE], plain[MAX_SIZE];
  gsize size, plain_size;
  guint i;

  pair_init (&pair, GPOINTER_TO_UINT (data));
  for (i = 0; i < 10; i++) {
    check_crossing (&pair, packet, make_rtp (packet, 1, i, 40), HEADER_SIZE);

    plain_size = size = make_rtcp (packet, 1);
    memcpy (plain, packet, size);
    g_assert_true (pair.here->klass->protect_rtcp (pair.here, packet, &size));
    g_assert_true (pair.there->klass->unprotect_rtcp (pair.there, packet, &size));
    g_assert_cmpmem (packet, size, plain, plain_size);

    g_assert_true (pair.there->klass->protect_rtcp (pair.there, packet, &size));
    g_assert_true (pair.here->klass->unprotect_rtcp (pair.here, packet, &size));
    g_assert_cmpmem (packet, size, plain, plain_size);
  }
  pair_clear (&pair);
}

static void
report_receiving (Pair * pair, RtcSrtp * receiver, const gchar * name)
{
  const guint n = 5000;
  guint8 packet[MAX_SIZE];
  gint64 taken = 0;

  for (guint i = 0; i < n; i++) {
    gsize size = make_rtp (packet, 1, i, 1200 - HEADER_SIZE);

    g_assert_true (pair->there->klass->protect_rtp (pair->there, packet, &size));
    taken -= g_get_monotonic_time ();
    g_assert_true (receiver->klass->unprotect_rtp (receiver, packet, &size));
    taken += g_get_monotonic_time ();
  }
  g_test_message ("%.0f ns to unprotect one by %s", taken * 1000.0 / n, name);
}

static void
test_cost (gconstpointer data)
{
  const guint n = 5000, n_peers = 100;
  RtcSrtpKeys keys, unused;
  g_autofree RtcSrtp **peers = g_new0 (RtcSrtp *, n_peers);
  guint8 packet[MAX_SIZE];
  gsize size, before;
  gint64 began;
  Pair pair;
  guint i;

  pair_init (&pair, GPOINTER_TO_UINT (data));
  began = g_get_monotonic_time ();
  for (i = 0; i < n; i++) {
    size = make_rtp (packet, 1, i, 1200 - HEADER_SIZE);
    g_assert_true (pair.here->klass->protect_rtp (pair.here, packet, &size));
  }
  g_test_message ("%.0f ns to protect a packet of 1200 bytes", (g_get_monotonic_time () - began) * 1000.0 / n);
  report_receiving (&pair, pair.here, "OpenSSL");
  pair_clear (&pair);
  pair_init (&pair, GPOINTER_TO_UINT (data));
  make_keys (GPOINTER_TO_UINT (data), &keys, &unused);
  peers[0] = rtc_srtp2_new (&keys, NULL);
  report_receiving (&pair, peers[0], "libsrtp2");
  peers[0]->klass->free (peers[0]);
  pair_clear (&pair);

  make_keys (GPOINTER_TO_UINT (data), &keys, &unused);
  for (i = 0; i < n_peers; i++)
    peers[i] = rtc_srtp2_new (&keys, NULL);
  before = mallinfo2 ().uordblks;
  for (i = 0; i < n_peers; i++)
    peers[i] = rtc_openssl_srtp_new (&keys, peers[i], NULL);
  g_test_message ("%" G_GSIZE_FORMAT " bytes per peer", (mallinfo2 ().uordblks - before) / n_peers);
  for (i = 0; i < n_peers; i++)
    peers[i]->klass->free (peers[i]);
}

static gsize
from_hex (const gchar * hex, guint8 * bytes)
{
  gsize n = strlen (hex) / 2, i;

  for (i = 0; i < n; i++)
    bytes[i] = g_ascii_xdigit_value (hex[2 * i]) << 4 | g_ascii_xdigit_value (hex[2 * i + 1]);
  return n;
}

/* A packet that other implementations of RFC 7714 test themselves with */
static void
test_vector (void)
{
  RtcSrtpKeys keys = { .profile = RTC_SRTP_AEAD_AES_128_GCM };
  guint8 packet[MAX_SIZE], wanted[MAX_SIZE];
  gsize size, wanted_size;
  RtcSrtp *srtp;

  keys.size = from_hex ("000102030405060708090a0b0c0d0e0fa0a1a2a3a4a5a6a7a8a9aaab", keys.local);
  srtp = wrapped_new (&keys);
  size = from_hex ("800f1234decafbadcafebabeabababababababababababababababab", packet);
  wanted_size = from_hex ("800f1234decafbadcafebabe"
      "c5002ede04cfdd2eb91159e0880aa06ed2976826f796b201df3131a127e8a392", wanted);
  g_assert_true (srtp->klass->protect_rtp (srtp, packet, &size));
  g_assert_cmpmem (packet, size, wanted, wanted_size);
  srtp->klass->free (srtp);

  memcpy (keys.remote, keys.local, keys.size);
  srtp = wrapped_new (&keys);
  g_assert_true (srtp->klass->unprotect_rtp (srtp, packet, &size));
  wanted_size = from_hex ("800f1234decafbadcafebabeabababababababababababababababab", wanted);
  g_assert_cmpmem (packet, size, wanted, wanted_size);
  srtp->klass->free (srtp);
}

static void
test_other_profiles (void)
{
  RtcSrtpKeys keys, unused;
  g_autoptr (GError) error = NULL;
  RtcSrtp *inner;

  make_keys (RTC_SRTP_AES128_CM_HMAC_SHA1_80, &keys, &unused);
  inner = rtc_srtp2_new (&keys, NULL);
  g_assert_true (rtc_openssl_srtp_new (&keys, inner, &error) == inner);
  g_assert_no_error (error);
  inner->klass->free (inner);
}

static void
test_refused_keys (void)
{
  RtcSrtpKeys keys, unused;
  g_autoptr (GError) error = NULL;
  RtcSrtp *inner;

  make_keys (RTC_SRTP_AEAD_AES_128_GCM, &keys, &unused);
  inner = rtc_srtp2_new (&keys, NULL);
  keys.size = 30;
  g_assert_null (rtc_openssl_srtp_new (&keys, inner, &error));
  g_assert_error (error, GST_RTC_ERROR, GST_RTC_ERROR_FAILED);
}

int
main (int argc, char **argv)
{
  const struct
  {
    const gchar *name;
    GTestDataFunc func;
  } tests[] = {
    {"sizes", test_sizes},
    {"headers", test_headers},
    {"forged", test_forged},
    {"noise", test_noise},
    {"agreement", test_agreement},
    {"reordered-rollover", test_reordered_rollover},
    {"many-sources", test_many_sources},
    {"rollovers", test_rollovers},
    {"no-nonce-twice", test_no_nonce_twice},
    {"any-order", test_any_order},
    {"table-full", test_table_full},
    {"remote-table-full", test_remote_table_full},
    {"truncated", test_truncated},
    {"inner", test_inner},
    {"cost", test_cost},
  };
  const RtcSrtpProfile profiles[] = { RTC_SRTP_AEAD_AES_128_GCM, RTC_SRTP_AEAD_AES_256_GCM };
  guint i, j;

  g_test_init (&argc, &argv, NULL);
  for (i = 0; i < G_N_ELEMENTS (profiles); i++) {
    for (j = 0; j < G_N_ELEMENTS (tests); j++) {
      g_autofree gchar *path = g_strdup_printf ("/opensslsrtp/%s/%04x", tests[j].name, profiles[i]);

      g_test_add_data_func (path, GUINT_TO_POINTER (profiles[i]), tests[j].func);
    }
  }
  g_test_add_func ("/opensslsrtp/vector", test_vector);
  g_test_add_func ("/opensslsrtp/other-profiles", test_other_profiles);
  g_test_add_func ("/opensslsrtp/refused-keys", test_refused_keys);
  return g_test_run ();
}
