/* gst-rtc: walks through the chunks of an SCTP packet, and the parameters of a chunk (RFC 9260, section 3.2)
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* The common header, in front of the chunks */
#define RTC_USRSCTP_HEADER_SIZE 12
/* Type or flags, length: of chunks, parameters and error causes alike */
#define RTC_USRSCTP_ITEM_HEADER_SIZE 4

enum
{
  RTC_USRSCTP_DATA = 0,
  RTC_USRSCTP_INIT = 1,
  RTC_USRSCTP_INIT_ACK = 2,
  RTC_USRSCTP_SACK = 3,
  RTC_USRSCTP_HEARTBEAT = 4,
  RTC_USRSCTP_HEARTBEAT_ACK = 5,
  RTC_USRSCTP_ABORT = 6,
  RTC_USRSCTP_SHUTDOWN = 7,
  RTC_USRSCTP_SHUTDOWN_ACK = 8,
  RTC_USRSCTP_ERROR = 9,
  RTC_USRSCTP_COOKIE_ECHO = 10,
  RTC_USRSCTP_COOKIE_ACK = 11,
  RTC_USRSCTP_SHUTDOWN_COMPLETE = 14,
  RTC_USRSCTP_RE_CONFIG = 0x82,         /* RFC 6525 */
  RTC_USRSCTP_PAD = 0x84,               /* RFC 4820 */
  RTC_USRSCTP_FORWARD_TSN = 0xc0,       /* RFC 3758 */
};

typedef struct
{
  const guint8 *at;
  gsize left;
} RtcUsrsctpItems;

static inline RtcUsrsctpItems
rtc_usrsctp_items (const guint8 * data, gsize size, gsize header)
{
  header = MIN (header, size);
  return (RtcUsrsctpItems) { data + header, size - header };
}

/* (nullable): the next chunk or parameter, whole; what is left is no such thing if it is not 0 then.
 * size: with its header, without the padding */
static inline const guint8 *
rtc_usrsctp_items_next (RtcUsrsctpItems * items, gsize * size)
{
  const guint8 *item = items->at;
  gsize padded;

  if (items->left < RTC_USRSCTP_ITEM_HEADER_SIZE)
    return NULL;
  *size = GST_READ_UINT16_BE (item + 2);
  if (*size < RTC_USRSCTP_ITEM_HEADER_SIZE || *size > items->left)
    return NULL;
  padded = MIN ((*size + 3) & ~(gsize) 3, items->left);
  items->at += padded;
  items->left -= padded;
  return item;
}

G_END_DECLS
