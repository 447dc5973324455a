/* gst-rtc: what a viewer's mouse, keyboard and fingers do, as text messages of a data channel
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "rtcnavigation.h"

#include <math.h>
#include <string.h>

#define MAX_SIZE 256
#define MAX_WORDS 8

/* The arguments of an event, by a letter each */
static const struct
{
  const gchar *name;
  RtcNavigationKind kind;
  const gchar *arguments;
} events[] = {
  {"mouse-move", RTC_NAVIGATION_MOUSE_MOVE, "xy"},
  {"mouse-down", RTC_NAVIGATION_MOUSE_DOWN, "bxy"},
  {"mouse-up", RTC_NAVIGATION_MOUSE_UP, "bxy"},
  {"mouse-scroll", RTC_NAVIGATION_MOUSE_SCROLL, "xyXY"},
  {"key-down", RTC_NAVIGATION_KEY_DOWN, "k"},
  {"key-up", RTC_NAVIGATION_KEY_UP, "k"},
  {"touch-down", RTC_NAVIGATION_TOUCH_DOWN, "txyp"},
  {"touch-motion", RTC_NAVIGATION_TOUCH_MOTION, "txyp"},
  {"touch-up", RTC_NAVIGATION_TOUCH_UP, "txy"},
  {"touch-frame", RTC_NAVIGATION_TOUCH_FRAME, ""},
};

static gboolean
fail (GError ** error, const gchar * what)
{
  g_set_error (error, GST_RTC_ERROR, GST_RTC_ERROR_DATA, "a remote control message has %s", what);
  return FALSE;
}

/* Plain decimals only: strtod() takes "inf", "nan" and "0x1" as well. */
static gboolean
read_decimal (const gchar * word, gdouble min, gdouble max, gdouble * value)
{
  gchar *end;

  if (word[strspn (word, "+-.0123456789eE")] != '\0')
    return FALSE;
  *value = g_ascii_strtod (word, &end);
  return end != word && *end == '\0' && isfinite (*value) && *value >= min && *value <= max;
}

static gboolean
read_number (const gchar * word, guint64 min, guint64 max, guint * value)
{
  guint64 number;

  if (!g_ascii_string_to_unsigned (word, 10, min, max, &number, NULL))
    return FALSE;
  *value = number;
  return TRUE;
}

static gboolean
read_key (const gchar * word, RtcNavigation * event)
{
  gsize size = strlen (word);

  if (size == 0 || size > RTC_NAVIGATION_MAX_KEY)
    return FALSE;
  memcpy (event->key, word, size + 1);
  return TRUE;
}

static gboolean
read_argument (gchar letter, const gchar * word, RtcNavigation * event)
{
  switch (letter) {
    case 'x':
      return read_decimal (word, 0, 1, &event->x);
    case 'y':
      return read_decimal (word, 0, 1, &event->y);
    case 'X':
      return read_decimal (word, -RTC_NAVIGATION_MAX_SCROLL, RTC_NAVIGATION_MAX_SCROLL, &event->delta_x);
    case 'Y':
      return read_decimal (word, -RTC_NAVIGATION_MAX_SCROLL, RTC_NAVIGATION_MAX_SCROLL, &event->delta_y);
    case 'p':
      return read_decimal (word, 0, 1, &event->pressure);
    case 'b':
      return read_number (word, 1, RTC_NAVIGATION_MAX_BUTTON, &event->button);
    case 't':
      return read_number (word, 0, G_MAXUINT32, &event->touch);
    case 'k':
      return read_key (word, event);
    default:
      g_assert_not_reached ();
  }
}

static gboolean
read_words (gchar ** words, guint n_words, RtcNavigation * event, GError ** error)
{
  const gchar *arguments = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (events) && !arguments; i++) {
    if (g_str_equal (words[0], events[i].name)) {
      event->kind = events[i].kind;
      arguments = events[i].arguments;
    }
  }
  if (!arguments)
    return fail (error, "an unknown name");
  if (n_words > strlen (arguments) + 1 && g_str_has_prefix (words[n_words - 1], "mods=")) {
    if (!read_number (words[--n_words] + strlen ("mods="), 0, G_MAXUINT32, &event->modifiers))
      return fail (error, "modifiers that are no number");
  }
  if (n_words != strlen (arguments) + 1)
    return fail (error, "too few or too many words");
  for (guint i = 0; arguments[i]; i++) {
    if (!read_argument (arguments[i], words[i + 1], event))
      return fail (error, "a value that is malformed or out of range");
  }
  return TRUE;
}

gboolean
rtc_navigation_read (const gchar * text, gsize size, RtcNavigation * event, GError ** error)
{
  gchar copy[MAX_SIZE + 1];
  gchar *words[MAX_WORDS];
  guint n_words = 0;

  *event = (RtcNavigation) { 0 };
  if (size == 0 || size > MAX_SIZE)
    return fail (error, "no text, or too much");
  if (!g_utf8_validate (text, size, NULL))      /* nor 0 bytes */
    return fail (error, "bytes that are no UTF-8");
  memcpy (copy, text, size);
  copy[size] = '\0';
  for (gchar * rest = copy; rest;) {
    gchar *space = strchr (rest, ' ');

    if (n_words == MAX_WORDS)
      return fail (error, "too few or too many words");
    words[n_words++] = rest;
    if (space)
      *space++ = '\0';
    rest = space;
  }
  return read_words (words, n_words, event, error);
}
