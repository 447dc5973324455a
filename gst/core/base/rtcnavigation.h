/* gst-rtc: what a viewer's mouse, keyboard and fingers do, as text messages of a data channel
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One message is one event, of words with a space between each:
 *
 *   mouse-move X Y                      key-down KEYNAME        touch-down ID X Y PRESSURE
 *   mouse-down BUTTON X Y               key-up KEYNAME          touch-motion ID X Y PRESSURE
 *   mouse-up BUTTON X Y                                         touch-up ID X Y
 *   mouse-scroll X Y DX DY                                      touch-frame
 *
 * X, Y and PRESSURE are from 0 to 1, of the picture's width and height. A last word `mods=N` says what is held down meanwhile, as bits of
 * GstNavigationModifierType.
 */
#pragma once

#include <gst/rtc/gstrtc.h>

G_BEGIN_DECLS

typedef enum
{
  RTC_NAVIGATION_MOUSE_MOVE,
  RTC_NAVIGATION_MOUSE_DOWN,
  RTC_NAVIGATION_MOUSE_UP,
  RTC_NAVIGATION_MOUSE_SCROLL,
  RTC_NAVIGATION_KEY_DOWN,
  RTC_NAVIGATION_KEY_UP,
  RTC_NAVIGATION_TOUCH_DOWN,
  RTC_NAVIGATION_TOUCH_MOTION,
  RTC_NAVIGATION_TOUCH_UP,
  RTC_NAVIGATION_TOUCH_FRAME,
} RtcNavigationKind;

#define RTC_NAVIGATION_MAX_KEY 32
#define RTC_NAVIGATION_MAX_BUTTON 31
/* Of DX and DY, in either direction */
#define RTC_NAVIGATION_MAX_SCROLL 10000

/* What its kind does not have is 0 */
typedef struct
{
  RtcNavigationKind kind;
  gdouble x, y;
  gdouble delta_x, delta_y;
  gdouble pressure;
  guint button;                 /* 1 to RTC_NAVIGATION_MAX_BUTTON */
  guint touch;                  /* which finger */
  gchar key[RTC_NAVIGATION_MAX_KEY + 1];        /* UTF-8 */
  guint modifiers;
} RtcNavigation;

/* GST_RTC_ERROR_DATA, saying what is wrong. text: need not end with a 0 byte */
gboolean rtc_navigation_read (const gchar * text, gsize size, RtcNavigation * event, GError ** error);

G_END_DECLS
