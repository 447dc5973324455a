/* gst-rtc: tests of SRTP on libsrtp2
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <ext/srtp/rtcsrtp2.h>

#include <string.h>

#define HEADER_SIZE 12
#define MAX_SIZE 1500

static const RtcSrtpProfile all_profiles[] = { RTC_SRTP_AEAD_AES_128_GCM, RTC_SRTP_AEAD_AES_256_GCM,
  RTC_SRTP_AES128_CM_HMAC_SHA1_80
};

typedef struct
{
  RtcSrtp *here, *there;
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
pair_init (Pair * pair, RtcSrtpProfile profile)
{
  RtcSrtpKeys keys = { .profile = profile, .size = key_size (profile) };
  RtcSrtpKeys swapped = keys;
  g_autoptr (GError) error = NULL;
  guint i;

  for (i = 0; i < keys.size; i++) {
    keys.local[i] = swapped.remote[i] = i;
    keys.remote[i] = swapped.local[i] = 0xa0 + i;
  }
  pair->here = rtc_srtp2_new (&keys, &error);
  g_assert_no_error (error);
  pair->there = rtc_srtp2_new (&swapped, &error);
  g_assert_no_error (error);
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
  memset (packet, 0, HEADER_SIZE);
  packet[0] = 0x80;
  packet[1] = 96;
  GST_WRITE_UINT16_BE (packet + 2, sequence);
  GST_WRITE_UINT32_BE (packet + 4, 3000u * sequence);
  GST_WRITE_UINT32_BE (packet + 8, ssrc);
  memset (packet + HEADER_SIZE, 0xab, payload_size);
  return HEADER_SIZE + payload_size;
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
test_round_trip (gconstpointer data)
{
  RtcSrtpProfile profile = GPOINTER_TO_UINT (data);
  Pair pair;
  guint8 packet[MAX_SIZE], plain[MAX_SIZE];
  gsize payload_size, size, plain_size, growth;
  guint16 sequence = 0;

  g_assert_true (rtc_srtp2_supports (profile));
  pair_init (&pair, profile);
  for (payload_size = 0; payload_size <= 1200; payload_size += 100) {
    plain_size = size = make_rtp (packet, 1, sequence++, payload_size);
    memcpy (plain, packet, size);
    g_assert_true (pair.here->klass->protect_rtp (pair.here, packet, &size));
    growth = size - plain_size;
    g_assert_cmpuint (growth, ==, profile == RTC_SRTP_AES128_CM_HMAC_SHA1_80 ? 10 : 16);
    if (payload_size > 0)
      g_assert_cmpint (memcmp (packet + HEADER_SIZE, plain + HEADER_SIZE, payload_size), !=, 0);
    g_assert_true (pair.there->klass->unprotect_rtp (pair.there, packet, &size));
    g_assert_cmpmem (packet, size, plain, plain_size);
  }

  plain_size = size = make_rtcp (packet, 1);
  memcpy (plain, packet, size);
  g_assert_true (pair.there->klass->protect_rtcp (pair.there, packet, &size));
  g_assert_cmpuint (size - plain_size, <=, RTC_SRTP_MAX_OVERHEAD);
  g_assert_true (pair.here->klass->unprotect_rtcp (pair.here, packet, &size));
  g_assert_cmpmem (packet, size, plain, plain_size);
  pair_clear (&pair);
}

static void
test_forged (gconstpointer data)
{
  Pair pair;
  guint8 packet[MAX_SIZE], sent[MAX_SIZE];
  gsize size, sent_size, at;

  pair_init (&pair, GPOINTER_TO_UINT (data));
  sent_size = make_rtp (sent, 1, 7, 40);
  g_assert_true (pair.here->klass->protect_rtp (pair.here, sent, &sent_size));
  for (at = 0; at < sent_size; at++) {
    memcpy (packet, sent, sent_size);
    packet[at] ^= 0x10;
    size = sent_size;
    g_assert_false (pair.there->klass->unprotect_rtp (pair.there, packet, &size));
  }
  for (at = 0; at < sent_size; at++) {
    g_autofree guint8 *exact = g_memdup2 (sent, at);

    size = at;
    g_assert_false (pair.there->klass->unprotect_rtp (pair.there, exact, &size));
  }
  size = sent_size;
  g_assert_true (pair.there->klass->unprotect_rtp (pair.there, sent, &size));
  pair_clear (&pair);
}

static void
test_forged_rtcp (gconstpointer data)
{
  Pair pair;
  guint8 packet[MAX_SIZE], sent[MAX_SIZE];
  gsize size, sent_size, at;

  pair_init (&pair, GPOINTER_TO_UINT (data));
  sent_size = make_rtcp (sent, 1);
  g_assert_true (pair.here->klass->protect_rtcp (pair.here, sent, &sent_size));
  for (at = 0; at < sent_size; at++) {
    g_autofree guint8 *exact = g_memdup2 (sent, at);

    memcpy (packet, sent, sent_size);
    packet[at] ^= 0x10;
    size = sent_size;
    g_assert_false (pair.there->klass->unprotect_rtcp (pair.there, packet, &size));
    size = at;
    g_assert_false (pair.there->klass->unprotect_rtcp (pair.there, exact, &size));
  }
  memcpy (packet, sent, sent_size);
  size = sent_size;
  g_assert_true (pair.there->klass->unprotect_rtcp (pair.there, packet, &size));
  memcpy (packet, sent, sent_size);
  size = sent_size;
  g_assert_false (pair.there->klass->unprotect_rtcp (pair.there, packet, &size));
  pair_clear (&pair);
}

static void
test_noise (gconstpointer data)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (42);
  Pair pair;
  guint round, i;

  pair_init (&pair, GPOINTER_TO_UINT (data));
  for (round = 0; round < 2000; round++) {
    gsize size = g_rand_int_range (rand, 0, 100);
    g_autofree guint8 *packet = g_malloc (size + 1);

    for (i = 0; i < size; i++)
      packet[i] = g_rand_int (rand);
    if (size > 0)
      packet[0] = 0x80 | (packet[0] & 0x3f);
    if (round & 1)
      g_assert_false (pair.here->klass->unprotect_rtp (pair.here, packet, &size));
    else
      g_assert_false (pair.here->klass->unprotect_rtcp (pair.here, packet, &size));
  }
  pair_clear (&pair);
}

static void
test_replay (gconstpointer data)
{
  Pair pair;
  guint8 packet[MAX_SIZE], first[MAX_SIZE];
  gsize size, first_size;
  guint i;

  pair_init (&pair, GPOINTER_TO_UINT (data));
  first_size = make_rtp (first, 1, 0, 40);
  g_assert_true (pair.here->klass->protect_rtp (pair.here, first, &first_size));
  for (i = 1; i <= 1000; i++) {
    size = make_rtp (packet, 1, i, 40);
    g_assert_true (pair.here->klass->protect_rtp (pair.here, packet, &size));
    g_assert_true (pair.there->klass->unprotect_rtp (pair.there, packet, &size));
  }
  /* a thousand packets late is still in the window, once */
  memcpy (packet, first, first_size);
  size = first_size;
  g_assert_true (pair.there->klass->unprotect_rtp (pair.there, packet, &size));
  memcpy (packet, first, first_size);
  size = first_size;
  g_assert_false (pair.there->klass->unprotect_rtp (pair.there, packet, &size));
  pair_clear (&pair);
}

static void
test_sequence_rollover (gconstpointer data)
{
  Pair pair;
  guint8 packet[MAX_SIZE];
  guint32 i;

  pair_init (&pair, GPOINTER_TO_UINT (data));
  for (i = 0; i < 2 * 65536 + 100; i += 50) {
    gsize size = make_rtp (packet, 1, (guint16) i, 20);

    g_assert_true (pair.here->klass->protect_rtp (pair.here, packet, &size));
    g_assert_true (pair.there->klass->unprotect_rtp (pair.there, packet, &size));
    g_assert_cmpuint (GST_READ_UINT16_BE (packet + 2), ==, (guint16) i);
  }
  pair_clear (&pair);
}

/* Both ends use the same SSRC: each direction keeps its own keys */
static void
test_same_ssrc_both_ways (gconstpointer data)
{
  Pair pair;
  guint8 packet[MAX_SIZE];
  gsize size;
  guint i;

  pair_init (&pair, GPOINTER_TO_UINT (data));
  for (i = 0; i < 3; i++) {
    size = make_rtp (packet, 1, i, 40);
    g_assert_true (pair.here->klass->protect_rtp (pair.here, packet, &size));
    g_assert_true (pair.there->klass->unprotect_rtp (pair.there, packet, &size));
    size = make_rtp (packet, 1, i, 40);
    g_assert_true (pair.there->klass->protect_rtp (pair.there, packet, &size));
    g_assert_true (pair.here->klass->unprotect_rtp (pair.here, packet, &size));
  }
  pair_clear (&pair);
}

static void
test_limit_of_sources (void)
{
  Pair pair;
  guint8 packet[MAX_SIZE];
  guint32 ssrc;
  guint taken = 0;
  gsize size;

  pair_init (&pair, RTC_SRTP_AEAD_AES_128_GCM);
  for (ssrc = 1; ssrc <= 200; ssrc++) {
    size = make_rtp (packet, ssrc, 0, 40);
    g_assert_true (pair.here->klass->protect_rtp (pair.here, packet, &size));
    taken += pair.there->klass->unprotect_rtp (pair.there, packet, &size);
  }
  g_assert_cmpuint (taken, ==, 64);
  /* those that were there first go on */
  size = make_rtp (packet, 1, 1, 40);
  g_assert_true (pair.here->klass->protect_rtp (pair.here, packet, &size));
  g_assert_true (pair.there->klass->unprotect_rtp (pair.there, packet, &size));
  pair_clear (&pair);
}

static void
test_refused_sizes (void)
{
  RtcSrtpKeys keys = { .profile = RTC_SRTP_AEAD_AES_128_GCM, .size = 30 };
  g_autoptr (GError) error = NULL;
  guint8 packet[MAX_SIZE] = { 0x80, };
  Pair pair;
  gsize size;

  g_assert_null (rtc_srtp2_new (&keys, &error));
  g_assert_error (error, GST_RTC_ERROR, GST_RTC_ERROR_FAILED);
  g_clear_error (&error);
  keys.profile = 0x0002;
  g_assert_null (rtc_srtp2_new (&keys, &error));
  g_assert_error (error, GST_RTC_ERROR, GST_RTC_ERROR_FAILED);
  g_assert_false (rtc_srtp2_supports (0x0002));

  pair_init (&pair, RTC_SRTP_AEAD_AES_128_GCM);
  size = 11;
  g_assert_false (pair.here->klass->protect_rtp (pair.here, packet, &size));
  size = 7;
  g_assert_false (pair.here->klass->protect_rtcp (pair.here, packet, &size));
  size = G_MAXUINT32;
  g_assert_false (pair.here->klass->protect_rtp (pair.here, packet, &size));
  pair_clear (&pair);
}

static gsize
from_hex (const gchar * hex, guint8 * bytes)
{
  gsize n = strlen (hex) / 2, i;

  for (i = 0; i < n; i++)
    bytes[i] = g_ascii_xdigit_value (hex[2 * i]) << 4 | g_ascii_xdigit_value (hex[2 * i + 1]);
  return n;
}

static void
check_vector (RtcSrtpProfile profile, const gchar * key, const gchar * expected)
{
  RtcSrtpKeys keys = { .profile = profile };
  guint8 packet[MAX_SIZE], wanted[MAX_SIZE];
  gsize size, wanted_size = from_hex (expected, wanted);
  RtcSrtp *srtp;

  keys.size = from_hex (key, keys.local);
  srtp = rtc_srtp2_new (&keys, NULL);
  g_assert_nonnull (srtp);
  size = from_hex ("800f1234decafbadcafebabeabababababababababababababababab", packet);
  g_assert_true (srtp->klass->protect_rtp (srtp, packet, &size));
  g_assert_cmpmem (packet, size, wanted, wanted_size);
  srtp->klass->free (srtp);
}

/* Packets that other implementations of RFC 3711 and RFC 7714 test themselves with */
static void
test_vectors (void)
{
  check_vector (RTC_SRTP_AES128_CM_HMAC_SHA1_80,
      "e1f97a0d3e018be0d64fa32c06de41390ec675ad498afeebb6960b3aabe6",
      "800f1234decafbadcafebabe4e55dc4ce79978d88ca4d215949d2402b78d6acc99ea179b8dbb");
  check_vector (RTC_SRTP_AEAD_AES_128_GCM,
      "000102030405060708090a0b0c0d0e0fa0a1a2a3a4a5a6a7a8a9aaab",
      "800f1234decafbadcafebabec5002ede04cfdd2eb91159e0880aa06ed2976826f796b201df3131a127e8a392");
}

static void
test_cost (gconstpointer data)
{
  const guint n = 5000;
  Pair pair;
  guint8 packet[MAX_SIZE];
  gint64 began;
  gsize size;
  guint i;

  pair_init (&pair, GPOINTER_TO_UINT (data));
  began = g_get_monotonic_time ();
  for (i = 0; i < n; i++) {
    size = make_rtp (packet, 1, i, 1200 - HEADER_SIZE);
    g_assert_true (pair.here->klass->protect_rtp (pair.here, packet, &size));
  }
  g_test_message ("%.0f ns per packet of 1200 bytes", (g_get_monotonic_time () - began) * 1000.0 / n);

  began = g_get_monotonic_time ();
  for (i = 0; i < 20; i++) {
    pair_clear (&pair);
    pair_init (&pair, GPOINTER_TO_UINT (data));
  }
  g_test_message ("%.3f ms per peer made and freed", (g_get_monotonic_time () - began) / 1000.0 / 40);
  pair_clear (&pair);
}

int
main (int argc, char **argv)
{
  const struct
  {
    const gchar *name;
    GTestDataFunc func;
  } tests[] = {
    {"round-trip", test_round_trip},
    {"forged", test_forged},
    {"forged-rtcp", test_forged_rtcp},
    {"noise", test_noise},
    {"replay", test_replay},
    {"sequence-rollover", test_sequence_rollover},
    {"same-ssrc-both-ways", test_same_ssrc_both_ways},
    {"cost", test_cost},
  };
  guint i, j;

  g_test_init (&argc, &argv, NULL);
  for (i = 0; i < G_N_ELEMENTS (all_profiles); i++) {
    for (j = 0; j < G_N_ELEMENTS (tests); j++) {
      g_autofree gchar *path = g_strdup_printf ("/srtp2/%s/%04x", tests[j].name, all_profiles[i]);

      g_test_add_data_func (path, GUINT_TO_POINTER (all_profiles[i]), tests[j].func);
    }
  }
  g_test_add_func ("/srtp2/limit-of-sources", test_limit_of_sources);
  g_test_add_func ("/srtp2/refused-sizes", test_refused_sizes);
  g_test_add_func ("/srtp2/vectors", test_vectors);
  return g_test_run ();
}
