/* gst-rtc: tests of the RTP view, the demultiplexer and the unwrapping of sequence numbers
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "gst/core/base/rtcrtp.h"

#include <string.h>

#define FIXED 0x80, 0x60, 0x03, 0xe8, 0x00, 0x01, 0x5f, 0x90, 0xaa, 0xbb, 0xcc, 0xdd
#define FIXED_WITH(first) first, 0xe0, 0x03, 0xe8, 0x00, 0x01, 0x5f, 0x90, 0xaa, 0xbb, 0xcc, 0xdd

static void
test_plain (void)
{
  const guint8 data[] = { FIXED, 'o', 'p', 'u', 's' };
  RtcRtpHeader header;

  g_assert_true (rtc_rtp_read (data, sizeof (data), &header));
  g_assert_false (header.marker);
  g_assert_cmpuint (header.payload_type, ==, 96);
  g_assert_cmpuint (header.sequence, ==, 1000);
  g_assert_cmpuint (header.timestamp, ==, 90000);
  g_assert_cmpuint (header.ssrc, ==, 0xaabbccdd);
  g_assert_cmpuint (header.extension_profile, ==, 0);
  g_assert_cmpuint (header.extension_size, ==, 0);
  g_assert_cmpuint (header.payload_offset, ==, 12);
  g_assert_cmpuint (header.payload_size, ==, 4);
  g_assert_cmpuint (header.padding_size, ==, 0);
}

static void
test_everything (void)
{
  /* P, X, two CSRCs, marker; five bytes of payload, three of padding */
  const guint8 data[] = { FIXED_WITH (0xb2), 0, 0, 0, 1, 0, 0, 0, 2, 0xbe, 0xde, 0, 1, 0x10, 0x33, 0, 0,
    1, 2, 3, 4, 5, 0, 0, 3
  };
  RtcRtpHeader header;

  g_assert_true (rtc_rtp_read (data, sizeof (data), &header));
  g_assert_true (header.marker);
  g_assert_cmpuint (header.payload_type, ==, 96);
  g_assert_cmphex (header.extension_profile, ==, 0xbede);
  g_assert_cmpuint (header.extension_offset, ==, 24);
  g_assert_cmpuint (header.extension_size, ==, 4);
  g_assert_cmpuint (header.payload_offset, ==, 28);
  g_assert_cmpuint (header.payload_size, ==, 5);
  g_assert_cmpuint (header.padding_size, ==, 3);
}

static void
test_padding (void)
{
  guint8 data[] = { FIXED_WITH (0xa0), 0, 0, 0, 4 };
  RtcRtpHeader header;

  /* A probe of padding alone is a packet. */
  g_assert_true (rtc_rtp_read (data, sizeof (data), &header));
  g_assert_cmpuint (header.payload_size, ==, 0);
  g_assert_cmpuint (header.padding_size, ==, 4);

  data[15] = 5;
  g_assert_false (rtc_rtp_read (data, sizeof (data), &header));
  data[15] = 0;
  g_assert_false (rtc_rtp_read (data, sizeof (data), &header));
  g_assert_false (rtc_rtp_read (data, 12, &header));
}

static void
test_malformed (void)
{
  const guint8 bad_version[] = { FIXED_WITH (0x40), 1, 2, 3, 4 };
  const guint8 csrcs_missing[] = { FIXED_WITH (0x82), 0, 0, 0, 1, 0, 0, 0 };
  const guint8 extension_too_long[] = { FIXED_WITH (0x90), 0xbe, 0xde, 0, 2, 0, 0, 0, 0 };
  RtcRtpHeader header;

  g_assert_false (rtc_rtp_read (bad_version, sizeof (bad_version), &header));
  g_assert_false (rtc_rtp_read (csrcs_missing, sizeof (csrcs_missing), &header));
  g_assert_false (rtc_rtp_read (extension_too_long, sizeof (extension_too_long), &header));
  g_assert_false (rtc_rtp_read (NULL, 0, &header));
}

static const guint8 *
find (const guint8 * data, gsize data_size, guint8 id, gsize * size)
{
  RtcRtpHeader header;

  *size = 99;
  g_assert_true (rtc_rtp_read (data, data_size, &header));
  return rtc_rtp_find_extension (data, &header, id, size);
}

static void
test_extension_one_byte (void)
{
  /* id 1 with 1 byte, id 2 with 3, two bytes of padding, id 5 with 16, padding to the end */
  guint8 data[12 + 4 + 28] = { FIXED_WITH (0x90), 0xbe, 0xde, 0, 7,
    0x10, 0xa1, 0x22, 0xb1, 0xb2, 0xb3, 0, 0, 0x5f
  };
  gsize size;

  g_assert_true (find (data, sizeof (data), 1, &size) == data + 17);
  g_assert_cmpuint (size, ==, 1);
  g_assert_true (find (data, sizeof (data), 2, &size) == data + 19);
  g_assert_cmpuint (size, ==, 3);
  g_assert_true (find (data, sizeof (data), 5, &size) == data + 25);
  g_assert_cmpuint (size, ==, 16);
  g_assert_null (find (data, sizeof (data), 3, &size));
  g_assert_null (find (data, sizeof (data), 0, &size));
  g_assert_cmpuint (size, ==, 99);
}

static void
test_extension_one_byte_stops (void)
{
  /* RFC 8285, section 4.2: id 15, and id 0 with a length, end the elements that count. */
  guint8 data[] = { FIXED_WITH (0x90), 0xbe, 0xde, 0, 2, 0x10, 0xa1, 0xf0, 0x01, 0x20, 0x30, 0x01, 0x00 };
  gsize size;

  g_assert_nonnull (find (data, sizeof (data), 1, &size));
  g_assert_null (find (data, sizeof (data), 15, &size));
  g_assert_null (find (data, sizeof (data), 2, &size));
  data[18] = 0x01;
  g_assert_nonnull (find (data, sizeof (data), 1, &size));
  g_assert_null (find (data, sizeof (data), 2, &size));

  /* The last element is longer than what is left. */
  data[18] = 0x27;
  g_assert_nonnull (find (data, sizeof (data), 1, &size));
  g_assert_null (find (data, sizeof (data), 2, &size));
  g_assert_cmpuint (size, ==, 99);
}

static void
test_extension_two_bytes (void)
{
  /* Any of the application bits; an empty element; id 15 as good as others; padding between */
  guint8 data[] = { FIXED_WITH (0x90), 0x10, 0x07, 0, 4,
    1, 0, 15, 2, 0xa1, 0xa2, 0, 0, 255, 3, 0xb1, 0xb2, 0xb3, 7, 200, 0
  };
  gsize size;

  g_assert_true (find (data, sizeof (data), 1, &size) == data + 18);
  g_assert_cmpuint (size, ==, 0);
  g_assert_true (find (data, sizeof (data), 15, &size) == data + 20);
  g_assert_cmpuint (size, ==, 2);
  g_assert_true (find (data, sizeof (data), 255, &size) == data + 26);
  g_assert_cmpuint (size, ==, 3);
  g_assert_null (find (data, sizeof (data), 7, &size));
  g_assert_null (find (data, sizeof (data), 0, &size));

  /* Neither form */
  data[12] = 0x11;
  g_assert_null (find (data, sizeof (data), 15, &size));
}

static void
test_extension_absent (void)
{
  const guint8 none[] = { FIXED, 0x10, 0xaa };
  const guint8 empty[] = { FIXED_WITH (0x90), 0xbe, 0xde, 0, 0, 0x10, 0xaa };
  gsize size;

  g_assert_null (find (none, sizeof (none), 1, &size));
  g_assert_null (find (empty, sizeof (empty), 1, &size));
}

static void
test_packet_kind (void)
{
  for (guint first = 0; first < 256; first++) {
    for (guint second = 0; second < 256; second++) {
      const guint8 data[] = { first, second };
      RtcPacketKind expected = RTC_PACKET_UNKNOWN;

      if (first < 4)
        expected = RTC_PACKET_STUN;
      else if (first >= 20 && first < 64)
        expected = RTC_PACKET_DTLS;
      else if (first >= 128 && first < 192)
        expected = (second & 0x7f) >= 64 && (second & 0x7f) < 96 ? RTC_PACKET_RTCP : RTC_PACKET_RTP;
      g_assert_cmpint (rtc_packet_kind (data, 2), ==, expected);
    }
  }
  g_assert_cmpint (rtc_packet_kind ((const guint8[]) { 0x80, 200 }, 2), ==, RTC_PACKET_RTCP);
  g_assert_cmpint (rtc_packet_kind ((const guint8[]) { 0x80, 96 | 0x80 }, 2), ==, RTC_PACKET_RTP);
  g_assert_cmpint (rtc_packet_kind ((const guint8[]) { 0x80 }, 1), ==, RTC_PACKET_UNKNOWN);
  g_assert_cmpint (rtc_packet_kind (NULL, 0), ==, RTC_PACKET_UNKNOWN);
}

static void
test_sequence_unwrap (void)
{
  gint64 last = 0;

  g_assert_cmpint (rtc_sequence_unwrap (0, 5), ==, 5);
  g_assert_cmpint (rtc_sequence_unwrap (65535, 0), ==, 65536);
  g_assert_cmpint (rtc_sequence_unwrap (65536, 65535), ==, 65535);
  g_assert_cmpint (rtc_sequence_unwrap (1000000, 1000001 & 0xffff), ==, 1000001);

  /* Before the first number there is nothing: never below 0. */
  g_assert_cmpint (rtc_sequence_unwrap (5, 65535), ==, 65535);
  g_assert_cmpint (rtc_sequence_unwrap (0, 40000), ==, 40000);

  for (gint64 number = 0; number < 1000000; number += 9973) {
    last = rtc_sequence_unwrap (last, number & 0xffff);
    g_assert_cmpint (last, ==, number);
    g_assert_cmpint (rtc_sequence_unwrap (last + 300, number & 0xffff), ==, number);
  }
}

/* Whatever the bytes, a header that is read describes its packet, and elements lie within it. */
static void
check_view (const guint8 * bytes, gsize size)
{
  g_autofree guint8 *exact = g_memdup2 (bytes, size);
  RtcRtpHeader header;

  if (!rtc_rtp_read (exact, size, &header))
    return;
  g_assert_cmpuint (header.payload_offset + header.payload_size + header.padding_size, ==, size);
  g_assert_cmpuint (header.extension_offset + header.extension_size, <=, header.payload_offset);
  for (guint id = 0; id < 256; id++) {
    gsize element_size;
    const guint8 *element = rtc_rtp_find_extension (exact, &header, id, &element_size);

    if (element)
      g_assert_true (element > exact && element + element_size <= exact + header.payload_offset);
  }
}

static void
test_mutations (void)
{
  const guint8 valid[] = { FIXED_WITH (0xb2), 0, 0, 0, 1, 0, 0, 0, 2, 0xbe, 0xde, 0, 2,
    0x10, 0x33, 0x22, 1, 2, 3, 0, 0, 1, 2, 3, 4, 5, 0, 0, 3
  };
  g_autoptr (GRand) random = g_rand_new_with_seed (8285);
  guint8 data[sizeof (valid)];

  for (gsize size = 0; size <= sizeof (valid); size++)
    check_view (valid, size);
  for (guint round = 0; round < 20000; round++) {
    memcpy (data, valid, sizeof (valid));
    if (round % 2)
      data[20] = 0x10, data[21] = 0x00;
    for (gint n = g_rand_int_range (random, 1, 5); n > 0; n--)
      data[g_rand_int_range (random, 0, sizeof (data))] = g_rand_int (random);
    check_view (data, g_rand_int_range (random, 0, sizeof (data) + 1));
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rtp/plain", test_plain);
  g_test_add_func ("/rtp/everything", test_everything);
  g_test_add_func ("/rtp/padding", test_padding);
  g_test_add_func ("/rtp/malformed", test_malformed);
  g_test_add_func ("/rtp/extension-one-byte", test_extension_one_byte);
  g_test_add_func ("/rtp/extension-one-byte-stops", test_extension_one_byte_stops);
  g_test_add_func ("/rtp/extension-two-bytes", test_extension_two_bytes);
  g_test_add_func ("/rtp/extension-absent", test_extension_absent);
  g_test_add_func ("/rtp/packet-kind", test_packet_kind);
  g_test_add_func ("/rtp/sequence-unwrap", test_sequence_unwrap);
  g_test_add_func ("/rtp/mutations", test_mutations);
  return g_test_run ();
}
