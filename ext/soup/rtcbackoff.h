/* gst-rtc: how long to wait before the next try
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * RtcBackoff:
 * @first: the longest wait before the first try, in microseconds
 * @longest: the longest wait before any, in microseconds
 * @tries: so far, without a success
 *
 * Exponential back-off with full jitter: when a server comes back, its clients do not come all at once.
 */
typedef struct
{
  gint64 first, longest;
  guint tries;
} RtcBackoff;

gint64 rtc_backoff_next (RtcBackoff * self, gdouble chance);
void rtc_backoff_reset (RtcBackoff * self);

G_END_DECLS
