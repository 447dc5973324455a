/* gst-rtc: which packets usrsctp gets to see
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * usrsctp 0.9.5 believes some lengths: a parameter of no length in a second INIT keeps it busy for ever, with the lock that all
 * associations share. So a packet is shown to it if every length in it is right, and if there is nothing in it that WebRTC has
 * no use for (RFC 8831, section 5). What those who keep to RFC 9260 send passes.
 */
#include "rtcusrsctpgate.h"
#include "rtcusrsctpchecksum.h"
#include "rtcusrsctpchunks.h"

#define DATA_HEADER_SIZE 16
#define INIT_HEADER_SIZE 20
#define SACK_HEADER_SIZE 16
#define FORWARD_TSN_HEADER_SIZE 8
#define SHUTDOWN_SIZE 8

/* Addresses, which nobody has here */
#define PARAMETER_IPV4 5
#define PARAMETER_IPV6 6
#define PARAMETER_HOST_NAME 11

#define RESET_OUTGOING 13
#define RESET_INCOMING 14
#define RESET_TSN 15
#define RESET_RESPONSE 16
#define RESET_ADD_OUTGOING 17
#define RESET_ADD_INCOMING 18

/* RE-CONFIG has two at most (RFC 6525, section 3.1). */
#define MAX_RESETS 2

typedef gboolean (*ItemCheck) (guint type, gsize size);

/* Whether parameters, or causes of an error, fill the chunk behind its header */
static gboolean
check_items (const guint8 * chunk, gsize size, gsize header, ItemCheck check, guint max)
{
  RtcUsrsctpItems items = rtc_usrsctp_items (chunk, size, header);
  const guint8 *item;
  gsize item_size;
  guint n = 0;

  while ((item = rtc_usrsctp_items_next (&items, &item_size))) {
    if (n++ == max || (check && !check (GST_READ_UINT16_BE (item), item_size)))
      return FALSE;
  }
  return items.left == 0;
}

static gboolean
check_init_parameter (guint type, gsize size)
{
  return type != PARAMETER_IPV4 && type != PARAMETER_IPV6 && type != PARAMETER_HOST_NAME;
}

static gboolean
check_reset (guint type, gsize size)
{
  switch (type) {
    case RESET_OUTGOING:
      return size >= 16 && size % 2 == 0;
    case RESET_INCOMING:
      return size >= 8 && size % 2 == 0;
    case RESET_TSN:
      return size == 8;
    case RESET_RESPONSE:
      return size == 12 || size == 20;
    case RESET_ADD_OUTGOING:
    case RESET_ADD_INCOMING:
      return size == 12;
    default:
      return FALSE;
  }
}

static gboolean
check_sack (const guint8 * chunk, gsize size)
{
  return size >= SACK_HEADER_SIZE
      && size == SACK_HEADER_SIZE + 4 * ((gsize) GST_READ_UINT16_BE (chunk + 12) + GST_READ_UINT16_BE (chunk + 14));
}

/* is_alone: in its packet, of which it is the first */
static gboolean
check_chunk (const guint8 * chunk, gsize size, gboolean is_first, gboolean is_alone)
{
  switch (chunk[0]) {
    case RTC_USRSCTP_DATA:
      return size > DATA_HEADER_SIZE;
    case RTC_USRSCTP_INIT:
    case RTC_USRSCTP_INIT_ACK:
      return is_alone && size >= INIT_HEADER_SIZE
          && check_items (chunk, size, INIT_HEADER_SIZE, check_init_parameter, G_MAXUINT);
    case RTC_USRSCTP_SACK:
      return check_sack (chunk, size);
    case RTC_USRSCTP_HEARTBEAT:
    case RTC_USRSCTP_HEARTBEAT_ACK:
      return check_items (chunk, size, RTC_USRSCTP_ITEM_HEADER_SIZE, NULL, 1);
    case RTC_USRSCTP_ABORT:
    case RTC_USRSCTP_ERROR:
      return check_items (chunk, size, RTC_USRSCTP_ITEM_HEADER_SIZE, NULL, G_MAXUINT);
    case RTC_USRSCTP_SHUTDOWN:
      return size == SHUTDOWN_SIZE;
    case RTC_USRSCTP_COOKIE_ECHO:
      return is_first;
    case RTC_USRSCTP_SHUTDOWN_ACK:
    case RTC_USRSCTP_COOKIE_ACK:
    case RTC_USRSCTP_SHUTDOWN_COMPLETE:
      return size == RTC_USRSCTP_ITEM_HEADER_SIZE;
    case RTC_USRSCTP_RE_CONFIG:
      return check_items (chunk, size, RTC_USRSCTP_ITEM_HEADER_SIZE, check_reset, MAX_RESETS);
    case RTC_USRSCTP_FORWARD_TSN:
      return size >= FORWARD_TSN_HEADER_SIZE && size % 4 == 0;
    case RTC_USRSCTP_PAD:
      return TRUE;
    default:
      return FALSE;
  }
}

/**
 * rtc_usrsctp_gate_lets_in:
 * @source_port: of the peer
 * @destination_port: ours
 */
gboolean
rtc_usrsctp_gate_lets_in (const guint8 * packet, gsize size, guint16 source_port, guint16 destination_port)
{
  RtcUsrsctpItems chunks;
  const guint8 *chunk;
  gsize chunk_size;
  gboolean is_first = TRUE;

  if (size < RTC_USRSCTP_HEADER_SIZE + RTC_USRSCTP_ITEM_HEADER_SIZE || size > G_MAXUINT16
      || GST_READ_UINT16_BE (packet) != source_port || GST_READ_UINT16_BE (packet + 2) != destination_port
      || !rtc_usrsctp_checksum_is_right (packet, size))
    return FALSE;

  chunks = rtc_usrsctp_items (packet, size, RTC_USRSCTP_HEADER_SIZE);
  for (; (chunk = rtc_usrsctp_items_next (&chunks, &chunk_size)); is_first = FALSE) {
    if (!check_chunk (chunk, chunk_size, is_first, is_first && chunks.left == 0))
      return FALSE;
  }
  return chunks.left == 0;
}
