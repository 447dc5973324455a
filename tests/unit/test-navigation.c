/* gst-rtc: tests of the messages of remote control
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "gst/core/base/rtcnavigation.h"

#include <string.h>

static RtcNavigation
read_event (const gchar * text)
{
  g_autoptr (GError) error = NULL;
  RtcNavigation event;

  if (!rtc_navigation_read (text, strlen (text), &event, &error))
    g_error ("%s: %s", text, error->message);
  return event;
}

static void
test_mouse (void)
{
  RtcNavigation event = read_event ("mouse-move 0.25 1");

  g_assert_cmpint (event.kind, ==, RTC_NAVIGATION_MOUSE_MOVE);
  g_assert_cmpfloat (event.x, ==, 0.25);
  g_assert_cmpfloat (event.y, ==, 1);
  g_assert_cmpuint (event.modifiers, ==, 0);

  event = read_event ("mouse-down 3 0 .5 mods=5");
  g_assert_cmpint (event.kind, ==, RTC_NAVIGATION_MOUSE_DOWN);
  g_assert_cmpuint (event.button, ==, 3);
  g_assert_cmpfloat (event.y, ==, 0.5);
  g_assert_cmpuint (event.modifiers, ==, 5);

  event = read_event ("mouse-up 1 1e-3 0.5");
  g_assert_cmpint (event.kind, ==, RTC_NAVIGATION_MOUSE_UP);
  g_assert_cmpfloat (event.x, ==, 0.001);

  event = read_event ("mouse-scroll 0.5 0.5 -3 120.5");
  g_assert_cmpint (event.kind, ==, RTC_NAVIGATION_MOUSE_SCROLL);
  g_assert_cmpfloat (event.delta_x, ==, -3);
  g_assert_cmpfloat (event.delta_y, ==, 120.5);
}

static void
test_keys (void)
{
  RtcNavigation event = read_event ("key-down Return");

  g_assert_cmpint (event.kind, ==, RTC_NAVIGATION_KEY_DOWN);
  g_assert_cmpstr (event.key, ==, "Return");
  event = read_event ("key-up ä mods=4294967295");
  g_assert_cmpint (event.kind, ==, RTC_NAVIGATION_KEY_UP);
  g_assert_cmpstr (event.key, ==, "ä");
  g_assert_cmpuint (event.modifiers, ==, G_MAXUINT32);
  /* a key, not the modifiers: it has to have one */
  event = read_event ("key-down mods=1");
  g_assert_cmpstr (event.key, ==, "mods=1");
}

static void
test_touch (void)
{
  RtcNavigation event = read_event ("touch-down 7 0.5 0.25 0.75");

  g_assert_cmpint (event.kind, ==, RTC_NAVIGATION_TOUCH_DOWN);
  g_assert_cmpuint (event.touch, ==, 7);
  g_assert_cmpfloat (event.y, ==, 0.25);
  g_assert_cmpfloat (event.pressure, ==, 0.75);
  g_assert_cmpint (read_event ("touch-motion 0 0 0 0").kind, ==, RTC_NAVIGATION_TOUCH_MOTION);
  g_assert_cmpint (read_event ("touch-up 4294967295 1 1").kind, ==, RTC_NAVIGATION_TOUCH_UP);
  g_assert_cmpint (read_event ("touch-frame").kind, ==, RTC_NAVIGATION_TOUCH_FRAME);
  g_assert_cmpuint (read_event ("touch-frame mods=2").modifiers, ==, 2);
}

static void
test_refused (void)
{
  static const gchar *const texts[] = {
    "", " ", "mouse", "mouse-move", "mouse-move 1", "mouse-move 1 1 1", "mouse-move 1 1 ", " mouse-move 1 1",
    "mouse-move  1 1", "mouse-move 1.01 1", "mouse-move -0.1 1", "mouse-move nan 1", "mouse-move inf 1", "mouse-move 0x0 1",
    "mouse-move 1 1 mods=", "mouse-move 1 1 mods=-1", "mouse-move 1 1 mods=4294967296", "mouse-move mods=1 1",
    "mouse-move 1e999 0", "mouse-move e 0", "mouse-down 0 1 1", "mouse-down 32 1 1", "mouse-down 1.5 1 1",
    "mouse-scroll 0 0 10001 0", "mouse-scroll 0 0 0 -1e300", "key-down", "key-down ", "key-up a b",
    "key-down 123456789012345678901234567890123", "touch-down 1 0 0", "touch-down 4294967296 0 0 0", "touch-up -1 0 0",
    "touch-frame 1", "1 2 3 4 5 6 7 8 9", "mouse-move 1\t1", "key-down \xff",
  };
  RtcNavigation event;

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_autoptr (GError) error = NULL;

    if (rtc_navigation_read (texts[i], strlen (texts[i]), &event, &error))
      g_error ("\"%s\" is taken", texts[i]);
    g_assert_error (error, GST_RTC_ERROR, GST_RTC_ERROR_DATA);
  }
}

static void
test_size (void)
{
  g_autofree gchar *large = g_strnfill (1000, 'a');
  RtcNavigation event;

  g_assert_false (rtc_navigation_read (large, 1000, &event, NULL));
  g_assert_false (rtc_navigation_read ("key-down a\0b", 12, &event, NULL));
  g_assert_true (rtc_navigation_read ("key-down abc", 11, &event, NULL));
  g_assert_cmpstr (event.key, ==, "ab");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/navigation/mouse", test_mouse);
  g_test_add_func ("/navigation/keys", test_keys);
  g_test_add_func ("/navigation/touch", test_touch);
  g_test_add_func ("/navigation/refused", test_refused);
  g_test_add_func ("/navigation/size", test_size);
  return g_test_run ();
}
