/* gst-rtc: does this RTP payload start a key frame?
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "rtckeyframe.h"

#include <gst/base/gstbytereader.h>
#include <string.h>

/* Both in a slice header of H.264 (first_mb_in_slice is ue(v) 0) and of H.265
 * (first_slice_segment_in_pic_flag) a leading 1 bit means the first slice. */
#define FIRST_SLICE 0x80
#define FU_START 0x80

enum
{
  H264_IDR = 5,
  H264_SPS = 7,
  H264_PPS = 8,
  H264_STAP_A = 24,
  H264_FU_A = 28,
};

enum
{
  H265_IRAP_FIRST = 16,
  H265_IRAP_LAST = 23,
  H265_VPS = 32,
  H265_SPS = 33,
  H265_PPS = 34,
  H265_AP = 48,
  H265_FU = 49,
};

/* @slice: the first byte behind the NAL unit's header, 0 if there is none */
typedef gboolean (*NalFunc) (guint type, guint8 slice);

/* In an aggregate, parameter sets of the picture alone do not count: some
 * encoders repeat the PPS before every picture. */
static gboolean
h264_starts (guint type, guint8 slice)
{
  return type == H264_SPS || (type == H264_IDR && slice & FIRST_SLICE);
}

static gboolean
h265_starts (guint type, guint8 slice)
{
  if (type >= H265_IRAP_FIRST && type <= H265_IRAP_LAST)
    return (slice & FIRST_SLICE) != 0;
  return type == H265_VPS || type == H265_SPS;
}

static guint8
byte_at (const guint8 * payload, gsize size, gsize index)
{
  return index < size ? payload[index] : 0;
}

static guint
h264_type (guint8 header)
{
  return header & 0x1f;
}

static guint
h265_type (guint8 header)
{
  return (header >> 1) & 0x3f;
}

/* STAP-A (RFC 6184, section 5.7.1) and AP (RFC 7798, section 4.4.2): 16-bit sizes, each before its unit */
static gboolean
any_aggregated (const guint8 * units, gsize size, gsize header_size, guint (*type) (guint8), NalFunc starts)
{
  GstByteReader reader;
  const guint8 *unit;
  guint16 unit_size;

  gst_byte_reader_init (&reader, units, size);
  while (gst_byte_reader_get_uint16_be (&reader, &unit_size)) {
    if (unit_size < header_size || !gst_byte_reader_get_data (&reader, unit_size, &unit))
      return FALSE;
    if (starts (type (unit[0]), byte_at (unit, unit_size, header_size)))
      return TRUE;
  }
  return FALSE;
}

static gboolean
h264_key_frame_starts (const guint8 * payload, gsize size)
{
  guint type = h264_type (payload[0]);

  if (type == H264_STAP_A)
    return any_aggregated (payload + 1, size - 1, 1, h264_type, h264_starts);
  if (type == H264_FU_A) {
    guint8 fu = byte_at (payload, size, 1);

    return fu & FU_START && h264_starts (h264_type (fu), byte_at (payload, size, 2));
  }
  return type == H264_PPS || h264_starts (type, byte_at (payload, size, 1));
}

static gboolean
h265_key_frame_starts (const guint8 * payload, gsize size)
{
  guint type = h265_type (payload[0]);

  if (size < 2)
    return FALSE;
  if (type == H265_AP)
    return any_aggregated (payload + 2, size - 2, 2, h265_type, h265_starts);
  if (type == H265_FU) {
    guint8 fu = byte_at (payload, size, 2);

    return fu & FU_START && h265_starts (fu & 0x3f, byte_at (payload, size, 3));
  }
  return type == H265_PPS || h265_starts (type, byte_at (payload, size, 2));
}

/* VP8 and VP9 alike: 7 bits, or 15 if the first is set */
static gboolean
skip_picture_id (GstByteReader * reader)
{
  guint8 byte;

  return gst_byte_reader_get_uint8 (reader, &byte) && (!(byte & 0x80) || gst_byte_reader_skip (reader, 1));
}

/* RFC 7741, section 4.2: X|R|N|S|R|PID, then I|L|T|K|RSV if X */
static gboolean
vp8_key_frame_starts (const guint8 * payload, gsize size)
{
  guint8 first, extension = 0, frame;
  GstByteReader reader;

  gst_byte_reader_init (&reader, payload, size);
  first = gst_byte_reader_get_uint8_unchecked (&reader);
  if (!(first & 0x10) || first & 0x07)
    return FALSE;

  if (first & 0x80 && !gst_byte_reader_get_uint8 (&reader, &extension))
    return FALSE;
  if (extension & 0x80 && !skip_picture_id (&reader))
    return FALSE;
  if (extension & 0x40 && !gst_byte_reader_skip (&reader, 1))
    return FALSE;
  if (extension & 0x30 && !gst_byte_reader_skip (&reader, 1))
    return FALSE;

  /* Section 4.3: P is 0 in a key frame. */
  return gst_byte_reader_get_uint8 (&reader, &frame) && !(frame & 0x01);
}

/* RFC 9628, section 4.2: I|P|L|F|B|E|V|Z. Without inter-picture prediction (P) there are no P_DIFF bytes. */
static gboolean
vp9_key_frame_starts (const guint8 * payload, gsize size)
{
  guint8 first, layer;
  GstByteReader reader;

  gst_byte_reader_init (&reader, payload, size);
  first = gst_byte_reader_get_uint8_unchecked (&reader);
  if (first & 0x40 || !(first & 0x08))
    return FALSE;

  if (first & 0x80 && !skip_picture_id (&reader))
    return FALSE;
  if (first & 0x20) {
    /* TID|U|SID|D, then TL0PICIDX unless in flexible mode (F) */
    if (!gst_byte_reader_get_uint8 (&reader, &layer) || layer & 0x0e)
      return FALSE;
    if (!(first & 0x10) && !gst_byte_reader_skip (&reader, 1))
      return FALSE;
  }
  return gst_byte_reader_get_remaining (&reader) > 0;
}

gboolean
rtc_key_frame_starts (const gchar * encoding_name, const guint8 * payload, gsize size)
{
  static const struct
  {
    const gchar *encoding_name;
    gboolean (*starts) (const guint8 * payload, gsize size);
  } codecs[] = {
    {"H264", h264_key_frame_starts},
    {"H265", h265_key_frame_starts},
    {"VP8", vp8_key_frame_starts},
    {"VP9", vp9_key_frame_starts},
  };

  for (guint i = 0; i < G_N_ELEMENTS (codecs); i++) {
    if (strcmp (encoding_name, codecs[i].encoding_name) == 0)
      return size > 0 && codecs[i].starts (payload, size);
  }
  return TRUE;
}
