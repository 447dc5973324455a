/* gst-rtc: a viewer's ICE with somebody in between
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <tests/bench/liteice.h>

G_BEGIN_DECLS

/* FALSE: the datagram goes no further */
typedef gboolean (*HostileFilter) (gpointer user_data, const guint8 * data, gsize size, RtcTime now);

typedef struct
{
  HostileFilter received, sent;
  void (*closed) (gpointer user_data);  /* nothing is called any more */
} HostileIceFuncs;

/* As bench_ice_new() or, if that is asked for, with a full agent, which can control: as whoever offers has to.
 * Every datagram of the peer's but STUN is shown to funcs. */
RtcIce *hostile_ice_new (const RtcIceConfig * config, gboolean full, const HostileIceFuncs * funcs,
    gpointer user_data, GError ** error);
/* Takes nothing in or out any more, and answers no check, unless it is a full one */
void hostile_ice_mute (RtcIce * ice);
/* What comes stays in the socket; not of a full one. */
void hostile_ice_stop_reading (RtcIce * ice);

G_END_DECLS
