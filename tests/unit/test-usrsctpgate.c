/* gst-rtc: tests of what usrsctp gets to see, of the checksums, and of the count of what is on its way
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <ext/usrsctp/rtcusrsctpchecksum.h>
#include <ext/usrsctp/rtcusrsctpchunks.h>
#include <ext/usrsctp/rtcusrsctpflight.h>
#include <ext/usrsctp/rtcusrsctpgate.h>

#include <string.h>

#define LOCAL 5000
#define REMOTE 5001
#define MAX_SIZE 2000

typedef struct
{
  guint8 data[MAX_SIZE];
  gsize size;
} Packet;

static void
packet_init (Packet * packet)
{
  memset (packet->data, 0, sizeof (packet->data));
  GST_WRITE_UINT16_BE (packet->data, REMOTE);
  GST_WRITE_UINT16_BE (packet->data + 2, LOCAL);
  packet->size = RTC_USRSCTP_HEADER_SIZE;
}

/* Returns: the chunk's body, which is zero */
static guint8 *
add_chunk (Packet * packet, guint8 type, gsize size)
{
  guint8 *chunk = packet->data + packet->size;

  chunk[0] = type;
  GST_WRITE_UINT16_BE (chunk + 2, size);
  packet->size += (size + 3) & ~3u;
  return chunk + RTC_USRSCTP_ITEM_HEADER_SIZE;
}

static void
set_item (guint8 * item, guint type, guint size)
{
  GST_WRITE_UINT16_BE (item, type);
  GST_WRITE_UINT16_BE (item + 2, size);
}

static gboolean
passes (Packet * packet)
{
  rtc_usrsctp_checksum_set (packet->data, packet->size);
  return rtc_usrsctp_gate_lets_in (packet->data, packet->size, REMOTE, LOCAL);
}

/* A single chunk, with one parameter if item_size is not 0 */
static gboolean
chunk_passes (guint8 type, gsize size, gsize item_at, guint item_type, guint item_size)
{
  Packet packet;
  guint8 *body;

  packet_init (&packet);
  body = add_chunk (&packet, type, size);
  if (item_at > 0)
    set_item (body - RTC_USRSCTP_ITEM_HEADER_SIZE + item_at, item_type, item_size);
  return passes (&packet);
}

static void
test_common (void)
{
  Packet packet;
  gsize i;

  packet_init (&packet);
  g_assert_false (passes (&packet));
  add_chunk (&packet, RTC_USRSCTP_DATA, 20);
  add_chunk (&packet, RTC_USRSCTP_SACK, 16);
  g_assert_true (passes (&packet));
  g_assert_false (rtc_usrsctp_gate_lets_in (packet.data, packet.size, LOCAL, REMOTE));
  g_assert_false (rtc_usrsctp_gate_lets_in (packet.data, packet.size, REMOTE, LOCAL + 1));
  for (i = 0; i < packet.size; i++) {
    g_assert_false (rtc_usrsctp_gate_lets_in (packet.data, i, REMOTE, LOCAL));
    packet.data[i] ^= 0x10;
    g_assert_false (rtc_usrsctp_gate_lets_in (packet.data, packet.size, REMOTE, LOCAL));
    packet.data[i] ^= 0x10;
  }
  g_assert_true (rtc_usrsctp_gate_lets_in (packet.data, packet.size, REMOTE, LOCAL));
  /* a header of nothing behind the last */
  packet.size += 4;
  g_assert_false (passes (&packet));
  packet.size -= 2;
  g_assert_false (passes (&packet));
}

static void
test_chunks (void)
{
  const guint8 foreign[] = { 12, 13, 15, 16, 0x40, 0x80, 0x81, 0xc1, 0xc2, 0xff };
  Packet packet;
  guint i;

  g_assert_true (chunk_passes (RTC_USRSCTP_DATA, 17, 0, 0, 0));
  g_assert_false (chunk_passes (RTC_USRSCTP_DATA, 16, 0, 0, 0));
  g_assert_true (chunk_passes (RTC_USRSCTP_SHUTDOWN, 8, 0, 0, 0));
  g_assert_false (chunk_passes (RTC_USRSCTP_SHUTDOWN, 4, 0, 0, 0));
  g_assert_true (chunk_passes (RTC_USRSCTP_COOKIE_ACK, 4, 0, 0, 0));
  g_assert_true (chunk_passes (RTC_USRSCTP_FORWARD_TSN, 12, 0, 0, 0));
  g_assert_false (chunk_passes (RTC_USRSCTP_FORWARD_TSN, 10, 0, 0, 0));
  g_assert_true (chunk_passes (RTC_USRSCTP_ABORT, 4, 0, 0, 0));
  for (i = 0; i < G_N_ELEMENTS (foreign); i++)
    g_assert_false (chunk_passes (foreign[i], 40, 0, 0, 0));

  /* gaps and duplicates fill a SACK */
  packet_init (&packet);
  GST_WRITE_UINT32_BE (add_chunk (&packet, RTC_USRSCTP_SACK, 28) + 8, 2 << 16 | 1);
  g_assert_true (passes (&packet));
  GST_WRITE_UINT32_BE (packet.data + packet.size - 16, 2 << 16 | 2);
  g_assert_false (passes (&packet));
}

static void
test_parameters (void)
{
  Packet packet;

  g_assert_true (chunk_passes (RTC_USRSCTP_INIT, 20, 0, 0, 0));
  g_assert_true (chunk_passes (RTC_USRSCTP_INIT, 28, 20, 0x8008, 8));
  g_assert_true (chunk_passes (RTC_USRSCTP_INIT, 26, 20, 0x8008, 6));
  g_assert_false (chunk_passes (RTC_USRSCTP_INIT, 24, 20, 0x8008, 0));
  g_assert_false (chunk_passes (RTC_USRSCTP_INIT, 24, 20, 0x8008, 3));
  g_assert_false (chunk_passes (RTC_USRSCTP_INIT, 24, 20, 0x8008, 5));
  g_assert_false (chunk_passes (RTC_USRSCTP_INIT, 28, 20, 5, 8));
  g_assert_false (chunk_passes (RTC_USRSCTP_INIT_ACK, 24, 20, 7, 0));
  g_assert_true (chunk_passes (RTC_USRSCTP_HEARTBEAT, 44, 4, 1, 40));
  g_assert_false (chunk_passes (RTC_USRSCTP_HEARTBEAT, 44, 4, 1, 400));
  g_assert_false (chunk_passes (RTC_USRSCTP_ERROR, 8, 4, 1, 0));
  g_assert_true (chunk_passes (RTC_USRSCTP_RE_CONFIG, 22, 4, 13, 18));
  g_assert_false (chunk_passes (RTC_USRSCTP_RE_CONFIG, 16, 4, 13, 12));
  g_assert_false (chunk_passes (RTC_USRSCTP_RE_CONFIG, 16, 4, 99, 12));

  /* INIT comes alone, a cookie first */
  packet_init (&packet);
  add_chunk (&packet, RTC_USRSCTP_INIT, 20);
  add_chunk (&packet, RTC_USRSCTP_DATA, 20);
  g_assert_false (passes (&packet));
  packet_init (&packet);
  add_chunk (&packet, RTC_USRSCTP_COOKIE_ECHO, 100);
  add_chunk (&packet, RTC_USRSCTP_DATA, 20);
  g_assert_true (passes (&packet));
  packet_init (&packet);
  add_chunk (&packet, RTC_USRSCTP_DATA, 20);
  add_chunk (&packet, RTC_USRSCTP_COOKIE_ECHO, 100);
  g_assert_false (passes (&packet));
}

/* The values of RFC 3720, appendix B.4, where the packet's own four bytes are 0 */
static void
test_checksum (void)
{
  guint8 packet[32] = { 0, };
  guint i;

  rtc_usrsctp_checksum_set (packet, sizeof (packet));
  g_assert_cmphex (GST_READ_UINT32_LE (packet + 8), ==, 0x8a9136aa);
  for (i = RTC_USRSCTP_HEADER_SIZE; i <= sizeof (packet); i++) {
    rtc_usrsctp_checksum_set (packet, i);
    g_assert_true (rtc_usrsctp_checksum_is_right (packet, i));
    packet[i - 1] ^= 1;
    g_assert_false (rtc_usrsctp_checksum_is_right (packet, i));
    packet[i - 1] ^= 1;
  }
}

static void
send_tsn (RtcUsrsctpFlight * flight, guint32 tsn, gsize size)
{
  Packet packet;

  packet_init (&packet);
  GST_WRITE_UINT32_BE (add_chunk (&packet, RTC_USRSCTP_DATA, 16 + size), tsn);
  rtc_usrsctp_flight_sent (flight, packet.data, packet.size);
}

static gsize
acknowledge (RtcUsrsctpFlight * flight, guint32 tsn)
{
  Packet packet;

  packet_init (&packet);
  GST_WRITE_UINT32_BE (add_chunk (&packet, RTC_USRSCTP_SACK, 16), tsn);
  return rtc_usrsctp_flight_acknowledged (flight, packet.data, packet.size);
}

static void
test_flight (void)
{
  const guint32 first = 0xffffff80;
  RtcUsrsctpFlight flight = { NULL, };
  guint32 i;

  g_assert_cmpuint (acknowledge (&flight, 5), ==, 0);
  for (i = 0; i < 300; i++)
    send_tsn (&flight, first + i, 1 + i);
  g_assert_cmpuint (acknowledge (&flight, first - 1), ==, 0);
  g_assert_cmpuint (acknowledge (&flight, first + 3), ==, 1 + 2 + 3 + 4);
  g_assert_cmpuint (acknowledge (&flight, first + 3), ==, 0);
  /* sent again, and never sent */
  send_tsn (&flight, first + 5, 6);
  send_tsn (&flight, first + 1, 2);
  g_assert_cmpuint (acknowledge (&flight, first + 1000000), ==, 0);
  g_assert_cmpuint (acknowledge (&flight, first + 299), ==, 300 * 301 / 2 - 10);
  g_assert_true (rtc_usrsctp_flight_is_empty (&flight));
  rtc_usrsctp_flight_trim (&flight);

  /* some numbers were given up before they were sent */
  send_tsn (&flight, first + 310, 100);
  g_assert_cmpuint (acknowledge (&flight, first + 305), ==, 0);
  g_assert_false (rtc_usrsctp_flight_is_empty (&flight));
  g_assert_cmpuint (acknowledge (&flight, first + 312), ==, 100);
  send_tsn (&flight, first + 313, 7);
  g_assert_cmpuint (acknowledge (&flight, first + 313), ==, 7);
  rtc_usrsctp_flight_clear (&flight);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/usrsctpgate/common", test_common);
  g_test_add_func ("/usrsctpgate/chunks", test_chunks);
  g_test_add_func ("/usrsctpgate/parameters", test_parameters);
  g_test_add_func ("/usrsctpgate/checksum", test_checksum);
  g_test_add_func ("/usrsctpgate/flight", test_flight);
  return g_test_run ();
}
