/* gst-rtc: which bytes of an SCTP association are on their way (RFC 9260, sections 3.3.1 and 3.3.4)
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "rtcusrsctpflight.h"

#include "rtcusrsctpchunks.h"

#define DATA_HEADER_SIZE 16
#define SACK_MIN_SIZE 16

#define MIN_CAPACITY 64
#define MAX_SKIPPED 65536

static void
grow (RtcUsrsctpFlight * flight)
{
  guint capacity = MAX (2 * flight->capacity, MIN_CAPACITY), i;
  guint16 *sizes = g_new (guint16, capacity);

  for (i = 0; i < flight->count; i++)
    sizes[i] = flight->sizes[(flight->head + i) & (flight->capacity - 1)];
  g_free (flight->sizes);
  flight->sizes = sizes;
  flight->capacity = capacity;
  flight->head = 0;
}

void
rtc_usrsctp_flight_clear (RtcUsrsctpFlight * flight)
{
  g_free (flight->sizes);
  *flight = (RtcUsrsctpFlight) { NULL, };
}

void
rtc_usrsctp_flight_trim (RtcUsrsctpFlight * flight)
{
  if (flight->count > 0)
    return;
  g_clear_pointer (&flight->sizes, g_free);
  flight->capacity = flight->head = 0;
}

static void
append (RtcUsrsctpFlight * flight, guint16 size)
{
  if (flight->count == flight->capacity)
    grow (flight);
  flight->sizes[(flight->head + flight->count++) & (flight->capacity - 1)] = size;
}

static void
add (RtcUsrsctpFlight * flight, guint32 tsn, guint16 size)
{
  guint32 skipped;

  if (!flight->has_begun) {
    flight->first_tsn = tsn;
    flight->has_begun = TRUE;
  }
  /* Numbers are used up by what is given up before it was sent. Numbers from before: sent again */
  skipped = tsn - (flight->first_tsn + flight->count);
  if (skipped > MAX_SKIPPED)
    return;
  for (; skipped > 0; skipped--)
    append (flight, 0);
  append (flight, size);
}

void
rtc_usrsctp_flight_sent (RtcUsrsctpFlight * flight, const guint8 * packet, gsize size)
{
  RtcUsrsctpItems chunks = rtc_usrsctp_items (packet, size, RTC_USRSCTP_HEADER_SIZE);
  const guint8 *chunk;
  gsize chunk_size;

  while ((chunk = rtc_usrsctp_items_next (&chunks, &chunk_size))) {
    if (chunk[0] == RTC_USRSCTP_DATA && chunk_size >= DATA_HEADER_SIZE)
      add (flight, GST_READ_UINT32_BE (chunk + RTC_USRSCTP_ITEM_HEADER_SIZE), (guint16) (chunk_size - DATA_HEADER_SIZE));
  }
}

static gsize
take (RtcUsrsctpFlight * flight, guint32 cumulative_tsn)
{
  guint32 n = cumulative_tsn - flight->first_tsn + 1;
  gsize bytes = 0;

  /* an old one, or nonsense */
  if (n > flight->count + MAX_SKIPPED)
    return 0;
  flight->first_tsn = cumulative_tsn + 1;
  for (; n > 0 && flight->count > 0; n--) {
    bytes += flight->sizes[flight->head];
    flight->head = (flight->head + 1) & (flight->capacity - 1);
    flight->count--;
  }
  return bytes;
}

gsize
rtc_usrsctp_flight_acknowledged (RtcUsrsctpFlight * flight, const guint8 * packet, gsize size)
{
  RtcUsrsctpItems chunks = rtc_usrsctp_items (packet, size, RTC_USRSCTP_HEADER_SIZE);
  gsize bytes = 0, chunk_size;
  const guint8 *chunk;

  if (flight->count == 0)
    return 0;
  while ((chunk = rtc_usrsctp_items_next (&chunks, &chunk_size))) {
    if (chunk[0] == RTC_USRSCTP_SACK && chunk_size >= SACK_MIN_SIZE)
      bytes += take (flight, GST_READ_UINT32_BE (chunk + RTC_USRSCTP_ITEM_HEADER_SIZE));
  }
  return bytes;
}
