/* gst-rtc: the RTP header and header extensions of what a peer is sent
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "rtcsendheader.h"

#include <string.h>

#define FIXED_SIZE 12
#define ELEMENTS (FIXED_SIZE + 4)       /* after the profile and the length of the extension */
#define ONE_BYTE_PROFILE 0xbede
#define MAX_ELEMENT_SIZE 16
#define MAX_ID 14

#define MAX_PLAYOUT_DELAY (4095 * 10)   /* 12 bits of 10 ms */

/* Not GST_WRITE_*: fields lie at odd addresses, and those macros store to them as if they were aligned */
static void
put_16 (guint8 * out, guint16 value)
{
  value = GUINT16_TO_BE (value);
  memcpy (out, &value, sizeof (value));
}

static void
put_24 (guint8 * out, guint32 value)
{
  value = GUINT32_TO_BE (value << 8);
  memcpy (out, &value, 3);
}

static void
put_32 (guint8 * out, guint32 value)
{
  value = GUINT32_TO_BE (value);
  memcpy (out, &value, sizeof (value));
}

static void
put_64 (guint8 * out, guint64 value)
{
  value = GUINT64_TO_BE (value);
  memcpy (out, &value, sizeof (value));
}

/* The elements so far, without padding: RFC 8285 has 0 bytes fill up a word, and a template may get
 * more elements */
static guint8
end_of_elements (const RtcSendHeader * header)
{
  guint8 at = ELEMENTS;

  while (at < header->size && header->bytes[at] != 0)
    at += 1 + (header->bytes[at] & 0x0f) + 1;
  return MIN (at, MAX (header->size, ELEMENTS));
}

static guint8
add_element (RtcSendHeader * header, guint8 id, const void *value, guint size)
{
  guint8 at = end_of_elements (header);
  guint words;

  if (id == 0 || id > MAX_ID || size == 0 || size > MAX_ELEMENT_SIZE)
    return 0;

  header->bytes[at] = id << 4 | (size - 1);
  memcpy (header->bytes + at + 1, value, size);
  words = (at + 1 + size - ELEMENTS + 3) / 4;
  header->size = ELEMENTS + 4 * words;

  header->bytes[0] |= 0x10;
  put_16 (header->bytes + FIXED_SIZE, ONE_BYTE_PROFILE);
  put_16 (header->bytes + FIXED_SIZE + 2, words);
  return at + 1;
}

void
rtc_send_header_init (RtcSendHeader * header, const RtcExtensionMap * extensions, const gchar * mid)
{
  static const guint8 later[3] = { 0, };

  *header = (RtcSendHeader) {.bytes = {0x80},.size = FIXED_SIZE };
  if (mid)
    add_element (header, extensions->id[RTC_EXTENSION_MID], mid, MIN (strlen (mid), MAX_ELEMENT_SIZE + 1));
  header->abs_send_time = add_element (header, extensions->id[RTC_EXTENSION_ABS_SEND_TIME], later, 3);
  header->transport_cc = add_element (header, extensions->id[RTC_EXTENSION_TRANSPORT_CC], later, 2);
}

void
rtc_send_header_add_capture (RtcSendHeader * header, const RtcExtensionMap * extensions,
    gint min_playout_delay, gint max_playout_delay)
{
  static const guint8 later[8] = { 0, };

  if (min_playout_delay >= 0 && max_playout_delay >= min_playout_delay) {
    guint min = MIN (min_playout_delay, MAX_PLAYOUT_DELAY) / 10;
    guint max = MIN (max_playout_delay, MAX_PLAYOUT_DELAY) / 10;
    guint8 delays[3];

    put_24 (delays, min << 12 | max);
    add_element (header, extensions->id[RTC_EXTENSION_PLAYOUT_DELAY], delays, 3);
  }
  header->abs_capture_time = add_element (header, extensions->id[RTC_EXTENSION_ABS_CAPTURE_TIME], later, 8);
}

gsize
rtc_send_header_write (const RtcSendHeader * header, const RtcSendHeaderValues * values, guint8 * out)
{
  memcpy (out, header->bytes, header->size);
  out[1] = (values->marker ? 0x80 : 0) | values->payload_type;
  put_16 (out + 2, values->sequence);
  put_32 (out + 4, values->timestamp);
  put_32 (out + 8, values->ssrc);

  if (header->abs_send_time)
    put_24 (out + header->abs_send_time, values->send_time);
  if (header->transport_cc)
    put_16 (out + header->transport_cc, values->transport_sequence);
  if (header->abs_capture_time)
    put_64 (out + header->abs_capture_time, values->capture_ntp);
  return header->size;
}
