/* gst-rtc: how fast one peer's packets leave
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A token bucket over all video of a peer. A usual frame fits the bucket and leaves at
 * once; a key frame drains it and goes on at the pacing rate. Audio and retransmissions
 * are charged but never held.
 */
#pragma once

#include "../base/rtctime.h"

G_BEGIN_DECLS

typedef struct
{
  guint64 rate;                 /* bit/s */
  gsize burst;                  /* bytes */
  gint64 tokens;                /* bytes; negative after audio or a last packet that overdrew */
  RtcTime updated;
} RtcPacer;

void rtc_pacer_init (RtcPacer * pacer, RtcTime now);
/* source_bitrate: what the peer's sources send now; the pacing rate is a multiple of it, with a floor
 * (constants in the .c) */
void rtc_pacer_set_source_bitrate (RtcPacer * pacer, guint64 source_bitrate, RtcTime now);
gboolean rtc_pacer_may_send (RtcPacer * pacer, RtcTime now);
void rtc_pacer_charge (RtcPacer * pacer, gsize bytes, RtcTime now);
/* When something held can go on: in steps coarse enough to batch */
RtcTime rtc_pacer_next_time (const RtcPacer * pacer, RtcTime now);

G_END_DECLS
