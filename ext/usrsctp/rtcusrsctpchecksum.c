/* gst-rtc: the checksum of SCTP packets (RFC 9260, section 6.8), quickly
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * CRC32c with the instruction that processors have for it, else as usrsctp computes it.
 */
#include "rtcusrsctpchecksum.h"
#include "rtcusrsctpchunks.h"

#include <string.h>
#include <usrsctp.h>

#define CHECKSUM_AT 8
#define CHECKSUM_SIZE 4

#if defined(__x86_64__) && defined(__GNUC__)
#define HAVE_INSTRUCTION 1
#include <nmmintrin.h>

static gboolean
has_instruction (void)
{
  return __builtin_cpu_supports ("sse4.2");
}

__attribute__((target ("sse4.2")))
static guint32
add (guint32 crc, const guint8 * data, gsize size)
{
  guint64 wide = crc, word;

  for (; size >= sizeof (word); data += sizeof (word), size -= sizeof (word)) {
    memcpy (&word, data, sizeof (word));
    wide = _mm_crc32_u64 (wide, word);
  }
  for (crc = (guint32) wide; size > 0; data++, size--)
    crc = _mm_crc32_u8 (crc, *data);
  return crc;
}

/* As if the checksum in the packet were 0 */
static guint32
compute_quickly (const guint8 * packet, gsize size)
{
  guint8 header[RTC_USRSCTP_HEADER_SIZE] = { 0, };
  guint32 crc;

  memcpy (header, packet, CHECKSUM_AT);
  crc = add (0xffffffff, header, sizeof (header));
  return ~add (crc, packet + sizeof (header), size - sizeof (header));
}
#endif

static guint32
compute (const guint8 * packet, gsize size)
{
  g_autofree guint8 *copy = NULL;
  guint32 network_order;

#ifdef HAVE_INSTRUCTION
  if (G_LIKELY (has_instruction ()))
    return compute_quickly (packet, size);
#endif
  copy = g_memdup2 (packet, size);
  memset (copy + CHECKSUM_AT, 0, CHECKSUM_SIZE);
  /* its bytes are as they are sent */
  network_order = usrsctp_crc32c (copy, size);
  return GST_READ_UINT32_LE (&network_order);
}

void
rtc_usrsctp_checksum_set (guint8 * packet, gsize size)
{
  GST_WRITE_UINT32_LE (packet + CHECKSUM_AT, compute (packet, size));
}

gboolean
rtc_usrsctp_checksum_is_right (const guint8 * packet, gsize size)
{
  return GST_READ_UINT32_LE (packet + CHECKSUM_AT) == compute (packet, size);
}
