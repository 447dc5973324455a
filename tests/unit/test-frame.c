/* gst-rtc: tests of the shared frame
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "gst/core/rtp/rtcframe.h"

static void
test_copies_payloads (void)
{
  guint8 first[] = { 1, 2, 3 }, second[] = { 4, 5 };
  const RtcFramePart parts[] = { {first, 3, FALSE}, {second, 2, TRUE} };
  g_autoptr (RtcFrame) frame = rtc_frame_new (90000, 17, TRUE, parts, 2);
  static const guint8 both[] = { 1, 2, 3, 4, 5 };

  first[0] = second[0] = 99;
  g_assert_cmpuint (frame->timestamp, ==, 90000);
  g_assert_cmpint (frame->capture_time, ==, 17);
  g_assert_true (frame->key);
  g_assert_cmpuint (frame->n_packets, ==, 2);
  g_assert_cmpmem (frame->payload, frame->size, both, sizeof (both));
  g_assert_cmpuint (frame->packets[0].offset, ==, 0);
  g_assert_cmpuint (frame->packets[0].size, ==, 3);
  g_assert_false (frame->packets[0].marker);
  g_assert_cmpuint (frame->packets[1].offset, ==, 3);
  g_assert_cmpuint (frame->packets[1].size, ==, 2);
  g_assert_true (frame->packets[1].marker);
}

static void
test_references (void)
{
  const RtcFramePart part = { (const guint8 *) "x", 1, TRUE };
  RtcFrame *frame = rtc_frame_new (0, 0, FALSE, &part, 1);

  g_assert_true (rtc_frame_ref (frame) == frame);
  rtc_frame_unref (frame);
  g_assert_cmpuint (frame->payload[0], ==, 'x');
  rtc_frame_unref (frame);
}

static void
test_refuses_unusable (void)
{
  static const guint8 large[RTC_FRAME_MAX_PAYLOAD + 1] = { 0, };
  g_autofree RtcFramePart *many = g_new (RtcFramePart, RTC_FRAME_MAX_PACKETS + 1);
  RtcFramePart parts[] = { {large, 1, FALSE}, {large, RTC_FRAME_MAX_PAYLOAD, TRUE} };
  RtcFrame *frame = rtc_frame_new (0, 0, FALSE, parts, 2);

  g_assert_nonnull (frame);
  rtc_frame_unref (frame);

  parts[1].size = RTC_FRAME_MAX_PAYLOAD + 1;
  g_assert_null (rtc_frame_new (0, 0, FALSE, parts, 2));
  parts[1].size = 0;
  g_assert_null (rtc_frame_new (0, 0, FALSE, parts, 2));
  g_assert_null (rtc_frame_new (0, 0, FALSE, parts, 0));

  for (guint i = 0; i <= RTC_FRAME_MAX_PACKETS; i++)
    many[i] = parts[0];
  g_assert_null (rtc_frame_new (0, 0, FALSE, many, RTC_FRAME_MAX_PACKETS + 1));
  frame = rtc_frame_new (0, 0, FALSE, many, RTC_FRAME_MAX_PACKETS);
  g_assert_cmpuint (frame->size, ==, RTC_FRAME_MAX_PACKETS);
  rtc_frame_unref (frame);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/frame/copies-payloads", test_copies_payloads);
  g_test_add_func ("/frame/references", test_references);
  g_test_add_func ("/frame/refuses-unusable", test_refuses_unusable);
  return g_test_run ();
}
