/* gst-rtc: how long to wait before the next try
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "rtcbackoff.h"

/**
 * rtc_backoff_next:
 * @self: a back-off
 * @chance: a random number, 0 or more and less than 1
 *
 * Returns: how long to wait before the next try, in microseconds
 */
gint64
rtc_backoff_next (RtcBackoff * self, gdouble chance)
{
  gint64 limit = self->first;

  for (guint i = 0; i < self->tries && limit < self->longest; i++)
    limit *= 2;
  self->tries++;
  return MIN (limit, self->longest) * chance;
}

void
rtc_backoff_reset (RtcBackoff * self)
{
  self->tries = 0;
}
