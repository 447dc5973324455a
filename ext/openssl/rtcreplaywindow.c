/* gst-rtc: which packets of a source have come (RFC 3711, section 3.3)
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "rtcreplaywindow.h"

#define CYCLE 0x10000
#define HALF_CYCLE 0x8000
/* RFC 3711, section 9.2: the last packet of a key */
#define MAX_INDEX ((G_GUINT64_CONSTANT (1) << 48) - 1)

/* Section 3.3.1. Before the first roll-over there is no earlier cycle that a number could be of. */
static guint64
estimate (guint64 highest, guint16 sequence)
{
  gint step = sequence - (gint) (highest % CYCLE);

  if (step < -HALF_CYCLE)
    step += CYCLE;
  else if (step > HALF_CYCLE && highest >= CYCLE)
    step -= CYCLE;
  return highest + step;
}

static guint64
get_bit (guint64 index)
{
  return G_GUINT64_CONSTANT (1) << index % 64;
}

static gsize
get_word (guint64 index)
{
  return index % RTC_REPLAY_WINDOW_SIZE / 64;
}

/**
 * rtc_replay_window_check:
 * @index: (out): what the packet is authenticated with
 *
 * Returns: FALSE: it came already, or so late that nobody knows
 */
gboolean
rtc_replay_window_check (const RtcReplayWindow * window, guint16 sequence, guint64 * index)
{
  *index = estimate (window->highest, sequence);
  if (*index > window->highest)
    return *index <= MAX_INDEX;
  return window->highest - *index < RTC_REPLAY_WINDOW_SIZE && !(window->seen[get_word (*index)] & get_bit (*index));
}

/**
 * rtc_replay_window_accept:
 * @index: of a packet that has passed the check, and was found to be authentic
 */
void
rtc_replay_window_accept (RtcReplayWindow * window, guint64 index)
{
  if (index > window->highest) {
    guint64 first = MAX (window->highest + 1, index - MIN (index, RTC_REPLAY_WINDOW_SIZE - 1));

    for (guint64 skipped = first; skipped < index; skipped++)
      window->seen[get_word (skipped)] &= ~get_bit (skipped);
    window->highest = index;
  }
  window->seen[get_word (index)] |= get_bit (index);
}
