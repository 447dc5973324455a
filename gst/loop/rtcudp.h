/* gst-rtc: one peer's packets into its socket with one call
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/core/rtp/rtcbatch.h>

G_BEGIN_DECLS

/**
 * rtc_udp_send:
 * @fd: a UDP socket, not connected
 * @address: (array length=address_size): a struct sockaddr
 *
 * Sends every run of equally long packets as one UDP_SEGMENT message, all runs with one
 * sendmmsg(); packet by packet where the kernel or the device has no UDP_SEGMENT. Never blocks.
 *
 * Returns: how many packets were taken, from the first on
 */
guint rtc_udp_send (gint fd, const guint8 * address, guint address_size, const RtcBatch * batch);

/**
 * rtc_udp_grow_buffer:
 * @fd: a UDP socket
 *
 * Gives the socket room for what arrives while the loop is busy with others.
 */
void rtc_udp_grow_buffer (gint fd);

G_END_DECLS
