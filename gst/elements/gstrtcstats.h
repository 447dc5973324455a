/* gst-rtc: a peer's counters as a GstStructure with the names of W3C webrtc-stats
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/gst.h>
#include <gst/core/peer/rtcpeer.h>

G_BEGIN_DECLS

/**
 * gst_rtc_stats_new:
 * @id: name of the result: the peer
 * @unix_time: microseconds since 1970
 * @describe: (nullable): adds to the entry of what the peer sends in the section @mid
 *
 * Returns: (transfer full): an RTCStatsReport: fields are ids, values are structures named by their W3C type
 *     (`outbound-rtp`, `remote-inbound-rtp`, `inbound-rtp`, `data-channel`, `codec`, `transport`, `candidate-pair`, `local-candidate`,
 *     `remote-candidate`) with the W3C's members. Times are in seconds, but `timestamp` in milliseconds.
 */
GstStructure *gst_rtc_stats_new (const gchar * id, const RtcPeerStats * stats, gint64 unix_time,
    void (*describe) (const gchar * id, const gchar * mid, GstStructure * entry, gpointer user_data), gpointer user_data);

G_END_DECLS
