/* gst-rtc: which bytes of an SCTP association are on their way (RFC 9260, sections 3.3.1 and 3.3.4)
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * usrsctp does not tell how much its send buffer holds. The packets do: DATA chunks say what leaves, SACK chunks what
 * has arrived.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * RtcUsrsctpFlight:
 * @sizes: a ring of user bytes, one for each TSN from @first_tsn on
 * @capacity: of the ring, a power of two
 *
 * All zero at first.
 */
typedef struct
{
  guint16 *sizes;
  guint capacity, head, count;
  guint32 first_tsn;
  gboolean has_begun;
} RtcUsrsctpFlight;

void rtc_usrsctp_flight_clear (RtcUsrsctpFlight * flight);
/* Frees what an empty one does not need */
void rtc_usrsctp_flight_trim (RtcUsrsctpFlight * flight);
void rtc_usrsctp_flight_sent (RtcUsrsctpFlight * flight, const guint8 * packet, gsize size);
/* Returns how many bytes of user data a received packet acknowledges for the first time */
gsize rtc_usrsctp_flight_acknowledged (RtcUsrsctpFlight * flight, const guint8 * packet, gsize size);

static inline gboolean
rtc_usrsctp_flight_is_empty (const RtcUsrsctpFlight * flight)
{
  return flight->count == 0;
}

G_END_DECLS
