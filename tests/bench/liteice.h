/* gst-rtc: ICE for load clients, that only answers checks
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One socket, one host candidate, no timers: the server's checks decide (as with a lite agent, RFC 8445,
 * section 2.5). Its RTP can be taken out of the hands of the peer, so that hundreds of viewers cost less than
 * the server that is to be measured.
 */
#pragma once

#include <gst/core/peer/rtcice.h>
#include <gst/core/base/rtctime.h>

G_BEGIN_DECLS

/* Takes each RTP or RTCP packet as it came, protected */
typedef void (*BenchIceTake) (gpointer user_data, const guint8 * data, gsize size, RtcTime now);

/* config: one address, nothing else is looked at */
RtcIce *bench_ice_new (const RtcIceConfig * config, GError ** error);
/* From now on nobody waits for the socket: what comes waits for bench_ice_drain(), and RTP goes to take.
 * While the context is dispatched, or before. */
void bench_ice_divert (RtcIce * ice, BenchIceTake take, gpointer user_data);
void bench_ice_drain (RtcIce * ice);
/* *pointer, if not NULL, becomes NULL when the ICE is freed */
void bench_ice_set_pointer (RtcIce * ice, RtcIce ** pointer);
/* Answers no check any more */
void bench_ice_mute (RtcIce * ice);

G_END_DECLS
