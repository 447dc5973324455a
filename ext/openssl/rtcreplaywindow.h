/* gst-rtc: which packets of a source have come (RFC 3711, section 3.3)
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* How far behind the newest a packet may come */
#define RTC_REPLAY_WINDOW_SIZE 1024

/**
 * RtcReplayWindow:
 * @highest: of the indices that came: roll-over counter and sequence number
 * @seen: bit (i mod size): index i came, of the last ones
 *
 * All zeros before the first packet.
 */
typedef struct
{
  guint64 highest;
  guint64 seen[RTC_REPLAY_WINDOW_SIZE / 64];
} RtcReplayWindow;

gboolean rtc_replay_window_check (const RtcReplayWindow * window, guint16 sequence, guint64 * index);
void rtc_replay_window_accept (RtcReplayWindow * window, guint64 index);

G_END_DECLS
