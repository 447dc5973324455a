/* gst-rtc: is this an Opus packet?
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "rtcopus.h"

#include <gst/base/gstbytereader.h>

#define MAX_FRAME 1275
#define MAX_DURATION 5760       /* 120 ms at 48 kHz */

/* RFC 6716, section 3.1, at 48 kHz */
static guint
get_frame_duration (guint8 toc)
{
  static const guint silk[] = { 480, 960, 1920, 2880 };
  guint config = toc >> 3;

  if (config < 12)
    return silk[config & 3];
  return config < 16 ? 480 << (config & 1) : 120 << (config & 3);
}

/* Section 3.2.1 */
static gboolean
read_length (GstByteReader * reader, guint * length)
{
  guint8 first, second;

  if (!gst_byte_reader_get_uint8 (reader, &first))
    return FALSE;
  *length = first;
  if (first < 252)
    return TRUE;
  if (!gst_byte_reader_get_uint8 (reader, &second))
    return FALSE;
  *length += second * 4;
  return TRUE;
}

/* Section 3.2.5: what is at the end */
static gboolean
read_padding (GstByteReader * reader, guint * padding)
{
  guint8 more;

  *padding = 0;
  do {
    if (!gst_byte_reader_get_uint8 (reader, &more))
      return FALSE;
    *padding += more == 255 ? 254 : more;
  } while (more == 255);
  return *padding <= gst_byte_reader_get_remaining (reader);
}

/* Any number of frames; each but the last has its length in front if they differ */
static gboolean
check_frames (guint8 toc, GstByteReader * reader)
{
  guint8 head;
  guint count, length, padding = 0, sum = 0, rest;

  if (!gst_byte_reader_get_uint8 (reader, &head))
    return FALSE;
  count = head & 0x3f;
  if (count == 0 || count * get_frame_duration (toc) > MAX_DURATION)
    return FALSE;
  if (head & 0x40 && !read_padding (reader, &padding))
    return FALSE;
  if (!(head & 0x80)) {
    rest = gst_byte_reader_get_remaining (reader) - padding;
    return rest % count == 0 && rest / count <= MAX_FRAME;
  }
  for (guint i = 0; i + 1 < count; i++) {
    if (!read_length (reader, &length))
      return FALSE;
    sum += length;
  }
  rest = gst_byte_reader_get_remaining (reader);
  return sum + padding <= rest && rest - sum - padding <= MAX_FRAME;
}

gboolean
rtc_opus_is_sound (const guint8 * payload, gsize size)
{
  GstByteReader reader;
  guint8 toc;
  guint length, rest;

  gst_byte_reader_init (&reader, payload, MIN (size, G_MAXUINT16));
  if (!gst_byte_reader_get_uint8 (&reader, &toc))
    return FALSE;
  rest = gst_byte_reader_get_remaining (&reader);
  switch (toc & 3) {
    case 0:
      return rest <= MAX_FRAME;
    case 1:
      return rest % 2 == 0 && rest / 2 <= MAX_FRAME;
    case 2:
      if (!read_length (&reader, &length))
        return FALSE;
      rest = gst_byte_reader_get_remaining (&reader);
      return length <= rest && rest - length <= MAX_FRAME;
    default:
      return check_frames (toc, &reader);
  }
}
