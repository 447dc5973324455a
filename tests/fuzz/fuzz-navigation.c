/* gst-rtc: fuzz target for the messages of remote control
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "gst/core/base/rtcnavigation.h"

#include <math.h>
#include <string.h>

#include "fuzz.h"

static void
check_event (const RtcNavigation * event)
{
  g_assert (event->kind <= RTC_NAVIGATION_TOUCH_FRAME);
  g_assert (event->x >= 0 && event->x <= 1 && event->y >= 0 && event->y <= 1);
  g_assert (event->pressure >= 0 && event->pressure <= 1);
  g_assert (fabs (event->delta_x) <= RTC_NAVIGATION_MAX_SCROLL && fabs (event->delta_y) <= RTC_NAVIGATION_MAX_SCROLL);
  g_assert (event->button <= RTC_NAVIGATION_MAX_BUTTON);
  g_assert (memchr (event->key, '\0', sizeof event->key));
  g_assert (g_utf8_validate (event->key, -1, NULL));
}

int
LLVMFuzzerTestOneInput (const uint8_t * data, size_t size)
{
  g_autoptr (GError) error = NULL;
  RtcNavigation event;

  if (rtc_navigation_read ((const gchar *) data, size, &event, &error))
    check_event (&event);
  else
    g_assert (error);
  return 0;
}
