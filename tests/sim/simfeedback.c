/* gst-rtc: congestion feedback as receivers write it
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "simfeedback.h"

#include <gst/gst.h>

#define TWCC_TICK 250
#define TWCC_REFERENCE (64 * RTC_MSECOND)
#define SYMBOLS_PER_CHUNK 7

static guint
begin (GstByteWriter * writer, guint8 format, guint8 type, guint32 sender, guint32 media)
{
  guint start = gst_byte_writer_get_pos (writer);

  gst_byte_writer_put_uint8 (writer, 0x80 | format);
  gst_byte_writer_put_uint8 (writer, type);
  gst_byte_writer_put_uint16_be (writer, 0);
  gst_byte_writer_put_uint32_be (writer, sender);
  gst_byte_writer_put_uint32_be (writer, media);
  return start;
}

static void
end (GstByteWriter * writer, guint start)
{
  guint8 *length;

  while (gst_byte_writer_get_pos (writer) % 4)
    gst_byte_writer_put_uint8 (writer, 0);
  length = (guint8 *) writer->parent.data + start + 2;
  GST_WRITE_UINT16_BE (length, (gst_byte_writer_get_pos (writer) - start) / 4 - 1);
}

void
sim_write_remb (GstByteWriter * writer, guint32 sender, guint32 media, guint64 bitrate)
{
  guint start = begin (writer, 15, 206, sender, 0);
  guint exponent = 0;

  while (bitrate >> exponent >= 1 << 18)
    exponent++;
  gst_byte_writer_put_uint32_be (writer, 0x52454D42);
  gst_byte_writer_put_uint32_be (writer, 1u << 24 | exponent << 18 | (guint32) (bitrate >> exponent));
  gst_byte_writer_put_uint32_be (writer, media);
  end (writer, start);
}

static guint16
chunk_at (const RtcTime * arrivals, guint n, guint first)
{
  guint16 chunk = 0xc000;

  /* 2 for a large delta, which any fits */
  for (guint i = 0; i < SYMBOLS_PER_CHUNK; i++)
    if (first + i < n && arrivals[first + i])
      chunk |= 2 << (2 * (SYMBOLS_PER_CHUNK - 1 - i));
  return chunk;
}

void
sim_write_twcc (GstByteWriter * writer, guint32 sender, guint32 media, guint16 base, const RtcTime * arrivals,
    guint n, guint8 count)
{
  guint start = begin (writer, 15, 205, sender, media);
  gint64 reference = arrivals[0] / TWCC_REFERENCE;
  gint64 last = reference * TWCC_REFERENCE / TWCC_TICK;

  gst_byte_writer_put_uint16_be (writer, base);
  gst_byte_writer_put_uint16_be (writer, n);
  gst_byte_writer_put_uint24_be (writer, reference & 0x7fffff);
  gst_byte_writer_put_uint8 (writer, count);
  for (guint i = 0; i < n; i += SYMBOLS_PER_CHUNK)
    gst_byte_writer_put_uint16_be (writer, chunk_at (arrivals, n, i));
  for (guint i = 0; i < n; i++) {
    gint64 at = arrivals[i] / TWCC_TICK;

    if (!arrivals[i])
      continue;
    gst_byte_writer_put_int16_be (writer, at - last);
    last = at;
  }
  end (writer, start);
}
