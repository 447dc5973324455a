/* gst-rtc: tests of what is kept of RTCP
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "gst/core/base/rtcrtcpkeep.h"

#include "gst/core/base/rtcrtcp.h"

#include <string.h>

#define KNOWN 1
#define ALSO_KNOWN 2
#define STRANGER 9

static gboolean
is_known (guint32 ssrc, gpointer user_data)
{
  return ssrc == KNOWN || ssrc == ALSO_KNOWN;
}

static void
add_report (GstByteWriter * writer, guint32 ssrc)
{
  const RtcSenderInfo info = { 1, 2, 3, 4 };

  rtc_rtcp_write_sr (writer, ssrc, &info, NULL, 0);
  rtc_rtcp_write_cname (writer, ssrc, "name");
}

/* Takes the writers' bytes */
static void
assert_kept (GstByteWriter * all, GstByteWriter * kept)
{
  gsize size = gst_byte_writer_get_size (all), kept_size = gst_byte_writer_get_size (kept);
  g_autofree guint8 *data = gst_byte_writer_reset_and_get_data (all);
  g_autofree guint8 *expected = gst_byte_writer_reset_and_get_data (kept);

  g_assert_cmpmem (data, rtc_rtcp_keep (data, size, is_known, NULL), expected, kept_size);
}

static void
test_reports (void)
{
  GstByteWriter all, kept;

  gst_byte_writer_init (&all);
  gst_byte_writer_init (&kept);
  add_report (&all, STRANGER);
  add_report (&all, KNOWN);
  rtc_rtcp_write_rr (&all, STRANGER, NULL, 0);
  add_report (&all, STRANGER);
  rtc_rtcp_write_rr (&all, ALSO_KNOWN, NULL, 0);
  rtc_rtcp_write_pli (&all, STRANGER, KNOWN);
  rtc_rtcp_write_pli (&all, KNOWN, STRANGER);
  add_report (&kept, KNOWN);
  rtc_rtcp_write_rr (&kept, ALSO_KNOWN, NULL, 0);
  assert_kept (&all, &kept);
  /* Nothing, of nothing and of strangers */
  add_report (&all, STRANGER);
  assert_kept (&all, &kept);
  assert_kept (&all, &kept);
}

static void
test_goodbyes (void)
{
  static const guint32 known[] = { KNOWN, ALSO_KNOWN }, mixed[] = { KNOWN, STRANGER };
  GstByteWriter all, kept;

  gst_byte_writer_init (&all);
  gst_byte_writer_init (&kept);
  rtc_rtcp_write_bye (&all, mixed, 2);
  rtc_rtcp_write_bye (&all, known, 2);
  rtc_rtcp_write_bye (&kept, known, 2);
  assert_kept (&all, &kept);
}

static void
test_chunks (void)
{
  static const guint8 known[] = { 0x82, 202, 0, 6, 0, 0, 0, KNOWN, 1, 3, 'a', 'b', 'c', 0, 0, 0, 0, 0, 0, ALSO_KNOWN, 1,
    1, 'a', 0, 0, 0, 0, 0 };
  guint8 data[sizeof known];

  memcpy (data, known, sizeof data);
  g_assert_cmpuint (rtc_rtcp_keep (data, 24, is_known, NULL), ==, 0);
  memcpy (data, known, sizeof data);
  data[3] = 5;
  g_assert_cmpuint (rtc_rtcp_keep (data, 24, is_known, NULL), ==, 24);
  g_assert_cmpmem (data + 4, 20, known + 4, 20);
  data[4] = STRANGER;
  g_assert_cmpuint (rtc_rtcp_keep (data, 24, is_known, NULL), ==, 0);
  memcpy (data, known, sizeof data);
  data[3] = 5;
  data[19] = STRANGER;
  g_assert_cmpuint (rtc_rtcp_keep (data, 24, is_known, NULL), ==, 0);
}

static void
test_malformed_ends (void)
{
  GstByteWriter writer;
  g_autofree guint8 *data = NULL;
  gsize size, whole;

  gst_byte_writer_init (&writer);
  rtc_rtcp_write_rr (&writer, KNOWN, NULL, 0);
  whole = gst_byte_writer_get_size (&writer);
  rtc_rtcp_write_rr (&writer, KNOWN, NULL, 0);
  size = gst_byte_writer_get_size (&writer);
  data = gst_byte_writer_reset_and_get_data (&writer);
  for (gsize cut = whole; cut < size; cut++)
    g_assert_cmpuint (rtc_rtcp_keep (data, cut, is_known, NULL), ==, whole);
  g_assert_cmpuint (rtc_rtcp_keep (data, size, is_known, NULL), ==, size);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rtcpkeep/reports", test_reports);
  g_test_add_func ("/rtcpkeep/goodbyes", test_goodbyes);
  g_test_add_func ("/rtcpkeep/chunks", test_chunks);
  g_test_add_func ("/rtcpkeep/malformed-ends", test_malformed_ends);
  return g_test_run ();
}
