/* gst-rtc: tests of DCEP as bytes
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "gst/core/base/rtcdcep.h"

#include <string.h>

static const guint8 open_example[] = {
  0x03, 0x81, 0x02, 0x00, 0x00, 0x00, 0x00, 0x05, 0x00, 0x04, 0x00, 0x03,
  'c', 'h', 'a', 't', 'i', 'r', 'c',
};

static RtcDataChannelSpec *
read_open (gconstpointer data, gsize size)
{
  g_autofree guint8 *exact = g_memdup2 (data, size);
  RtcDataChannelSpec *spec;
  GError *error = NULL;
  RtcDcepKind kind;

  rtc_dcep_read (exact, size, &kind, &spec, &error);
  g_assert_no_error (error);
  g_assert_cmpint (kind, ==, RTC_DCEP_OPEN);
  return spec;
}

static void
assert_malformed (gconstpointer data, gsize size)
{
  g_autofree guint8 *exact = g_memdup2 (data, size);
  g_autoptr (GError) error = NULL;
  RtcDataChannelSpec *spec;
  RtcDcepKind kind;

  g_assert_false (rtc_dcep_read (exact, size, &kind, &spec, &error));
  g_assert_error (error, GST_RTC_ERROR, GST_RTC_ERROR_DATA);
  g_assert_null (spec);
}

static void
test_write (void)
{
  g_autoptr (RtcDataChannelSpec) spec = rtc_data_channel_spec_new ("chat");
  g_autoptr (GBytes) open = NULL, ack = rtc_dcep_write_ack ();

  spec->protocol = g_strdup ("irc");
  spec->ordered = FALSE;
  spec->max_retransmits = 5;
  spec->priority = 512;
  open = rtc_dcep_write_open (spec);
  g_assert_cmpmem (g_bytes_get_data (open, NULL), g_bytes_get_size (open), open_example, sizeof open_example);
  g_assert_cmpmem (g_bytes_get_data (ack, NULL), g_bytes_get_size (ack), "\x02", 1);
}

static void
test_read (void)
{
  g_autoptr (RtcDataChannelSpec) spec = read_open (open_example, sizeof open_example);
  RtcDataChannelSpec *none;
  RtcDcepKind kind;

  g_assert_cmpstr (spec->label, ==, "chat");
  g_assert_cmpstr (spec->protocol, ==, "irc");
  g_assert_false (spec->ordered);
  g_assert_false (spec->negotiated);
  g_assert_cmpint (spec->max_retransmits, ==, 5);
  g_assert_cmpint (spec->max_packet_lifetime, ==, -1);
  g_assert_cmpint (spec->priority, ==, 512);
  g_assert_cmpint (spec->id, ==, -1);

  g_assert_true (rtc_dcep_read ((const guint8 *) "\x02", 1, &kind, &none, NULL));
  g_assert_cmpint (kind, ==, RTC_DCEP_ACK);
  g_assert_null (none);
}

static void
check_round_trip (const gchar * label, gboolean ordered, gint retransmits, gint lifetime)
{
  g_autoptr (RtcDataChannelSpec) spec = rtc_data_channel_spec_new (label), copy = NULL, again = NULL;
  g_autoptr (GBytes) open = NULL;

  spec->ordered = ordered;
  spec->max_retransmits = retransmits;
  spec->max_packet_lifetime = lifetime;
  copy = rtc_data_channel_spec_copy (spec);
  open = rtc_dcep_write_open (copy);
  again = read_open (g_bytes_get_data (open, NULL), g_bytes_get_size (open));
  g_assert_cmpstr (again->label, ==, label ? label : "");
  g_assert_cmpstr (again->protocol, ==, "");
  g_assert_cmpint (again->ordered, ==, ordered);
  g_assert_cmpint (again->max_retransmits, ==, retransmits);
  g_assert_cmpint (again->max_packet_lifetime, ==, lifetime);
  g_assert_cmpint (again->priority, ==, 256);
}

static void
test_round_trips (void)
{
  g_autofree gchar *longest = g_strnfill (65535, 'x');

  check_round_trip (NULL, TRUE, -1, -1);
  check_round_trip ("größer", FALSE, -1, -1);
  check_round_trip ("a", TRUE, 0, -1);
  check_round_trip ("b", FALSE, G_MAXINT, -1);
  check_round_trip ("c", TRUE, -1, 0);
  check_round_trip ("d", FALSE, -1, 65535);
  check_round_trip (longest, TRUE, -1, -1);
}

static void
test_lying_lengths (void)
{
  guint8 data[sizeof open_example + 4];

  for (gsize size = 0; size < sizeof open_example; size++)
    assert_malformed (open_example, size);

  memcpy (data, open_example, sizeof open_example);
  data[9]++;
  assert_malformed (data, sizeof open_example);
  data[8] = data[9] = data[10] = data[11] = 0xff;
  assert_malformed (data, sizeof open_example);
}

static void
test_trailing_bytes (void)
{
  guint8 data[sizeof open_example + 4] = { 0, };
  g_autoptr (RtcDataChannelSpec) spec = NULL;

  memcpy (data, open_example, sizeof open_example);
  spec = read_open (data, sizeof data);
  g_assert_cmpstr (spec->protocol, ==, "irc");
}

static void
test_unknown (void)
{
  guint8 data[sizeof open_example];

  assert_malformed ("\x00", 1);
  assert_malformed ("\x01", 1);
  assert_malformed ("\x04", 1);
  memcpy (data, open_example, sizeof data);
  for (guint type = 0; type < 256; type++) {
    data[1] = type;
    if ((type & 0x7f) > 2)
      assert_malformed (data, sizeof data);
    else
      rtc_data_channel_spec_free (read_open (data, sizeof data));
  }
}

static void
test_limits_of_numbers (void)
{
  guint8 data[sizeof open_example];
  g_autoptr (RtcDataChannelSpec) spec = NULL;

  memcpy (data, open_example, sizeof data);
  memset (data + 4, 0xff, 4);
  spec = read_open (data, sizeof data);
  g_assert_cmpint (spec->max_retransmits, ==, G_MAXINT);
}

static void
test_label_made_utf8 (void)
{
  guint8 data[sizeof open_example];
  g_autoptr (RtcDataChannelSpec) spec = NULL;

  memcpy (data, open_example, sizeof data);
  data[12] = 0xff;
  data[14] = 0;
  spec = read_open (data, sizeof data);
  g_assert_true (g_utf8_validate (spec->label, -1, NULL));
  g_assert_cmpstr (spec->label, ==, "\xef\xbf\xbdh\xef\xbf\xbdt");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/dcep/write", test_write);
  g_test_add_func ("/dcep/read", test_read);
  g_test_add_func ("/dcep/round-trips", test_round_trips);
  g_test_add_func ("/dcep/lying-lengths", test_lying_lengths);
  g_test_add_func ("/dcep/trailing-bytes", test_trailing_bytes);
  g_test_add_func ("/dcep/unknown", test_unknown);
  g_test_add_func ("/dcep/limits-of-numbers", test_limits_of_numbers);
  g_test_add_func ("/dcep/label-made-utf8", test_label_made_utf8);
  return g_test_run ();
}
