/* gst-rtc: pictures that carry the time, a flash and a beep each second
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The time is a row of black and white blocks along the upper edge, each a macroblock of its own: no encoder of
 * any use gets them wrong. Below the middle all is dark, and white in a flash.
 */
#include "marks.h"

#include <math.h>
#include <string.h>

#define BLOCK 16
#define CHECK_BITS 4
/* What is older is no time, but damage that looks like one */
#define MAX_AGE_MS 20000
#define BITS (BENCH_TIME_BITS + CHECK_BITS)
#define BLACK 16
#define WHITE 235
#define RATE 48000
#define TONE_HZ 1000
#define LOUD 1500               /* of 32767; our beep has 16000, that of Firefox 3000 */

static guint
get_now_ms (void)
{
  return g_get_real_time () / 1000 & ((1 << BENCH_TIME_BITS) - 1);
}

/* Neither all black nor all white is right. */
static guint
get_check (guint time)
{
  guint sum = 5;

  for (; time; time >>= CHECK_BITS)
    sum += time;
  return sum & ((1 << CHECK_BITS) - 1);
}

static gboolean
is_marked (GstClockTime time)
{
  return time % GST_SECOND < BENCH_MARK_LENGTH;
}

static void
fill (GstVideoFrame * frame, guint x, guint y, guint width, guint height, guint8 value)
{
  guint stride = GST_VIDEO_FRAME_PLANE_STRIDE (frame, 0);
  guint8 *luma = GST_VIDEO_FRAME_PLANE_DATA (frame, 0);

  for (guint i = 0; i < height; i++)
    memset (luma + (y + i) * stride + x, value, width);
}

static GstPadProbeReturn
paint (GstPad * pad, GstPadProbeInfo * info, gpointer data)
{
  GstBuffer *buffer = info->data = gst_buffer_make_writable (GST_PAD_PROBE_INFO_BUFFER (info));
  guint time = get_now_ms (), code = time << CHECK_BITS | get_check (time);
  GstVideoFrame frame;
  GstVideoInfo format;

  gst_video_info_set_format (&format, GST_VIDEO_FORMAT_I420, BENCH_WIDTH, BENCH_HEIGHT);
  if (!gst_video_frame_map (&frame, &format, buffer, GST_MAP_READWRITE))
    return GST_PAD_PROBE_OK;
  for (guint i = 0; i < BITS; i++)
    fill (&frame, i * BLOCK, 0, BLOCK, BLOCK, code >> (BITS - 1 - i) & 1 ? WHITE : BLACK);
  fill (&frame, 0, BENCH_HEIGHT / 2, BENCH_WIDTH, BENCH_HEIGHT / 2,
      is_marked (GST_BUFFER_PTS (buffer)) ? WHITE : BLACK);
  gst_video_frame_unmap (&frame);
  return GST_PAD_PROBE_OK;
}

void
bench_marks_paint (GstPad * pad)
{
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, paint, NULL, NULL);
}

static GstPadProbeReturn
beep (GstPad * pad, GstPadProbeInfo * info, gpointer data)
{
  GstBuffer *buffer = info->data = gst_buffer_make_writable (GST_PAD_PROBE_INFO_BUFFER (info));
  guint64 first = gst_util_uint64_scale_round (GST_BUFFER_PTS (buffer), RATE, GST_SECOND);
  GstMapInfo map;
  gint16 *samples;

  if (!gst_buffer_map (buffer, &map, GST_MAP_READWRITE))
    return GST_PAD_PROBE_OK;
  samples = (gint16 *) map.data;
  for (gsize i = 0; i < map.size / 2; i++) {
    GstClockTime time = gst_util_uint64_scale (first + i, GST_SECOND, RATE);

    samples[i] = is_marked (time) ? 16000 * cos (2 * G_PI * TONE_HZ * (first + i) / RATE) : 0;
  }
  gst_buffer_unmap (buffer, &map);
  return GST_PAD_PROBE_OK;
}

void
bench_marks_beep (GstPad * pad)
{
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, beep, NULL, NULL);
}

/* x, y: in the picture as it was painted, whatever size it has now */
static gboolean
is_white (const GstVideoFrame * frame, guint x, guint y)
{
  guint stride = GST_VIDEO_FRAME_PLANE_STRIDE (frame, 0);
  const guint8 *luma = GST_VIDEO_FRAME_PLANE_DATA (frame, 0);
  guint width = GST_VIDEO_FRAME_WIDTH (frame), height = GST_VIDEO_FRAME_HEIGHT (frame);

  return luma[y * height / BENCH_HEIGHT * stride + x * width / BENCH_WIDTH] > (BLACK + WHITE) / 2;
}

guint
bench_marks_get_age_ms (const GstVideoFrame * frame)
{
  guint code = 0, time, age;

  for (guint i = 0; i < BITS; i++)
    code = code << 1 | is_white (frame, i * BLOCK + BLOCK / 2, BLOCK / 2);
  time = code >> CHECK_BITS;
  if ((code & ((1 << CHECK_BITS) - 1)) != get_check (time))
    return BENCH_NO_TIME;
  age = (get_now_ms () - time) & ((1 << BENCH_TIME_BITS) - 1);
  return age < MAX_AGE_MS ? age : BENCH_NO_TIME;
}

gboolean
bench_marks_is_flash (const GstVideoFrame * frame)
{
  guint white = 0;

  for (guint i = 1; i < 8; i++)
    white += is_white (frame, i * BENCH_WIDTH / 8, BENCH_HEIGHT * 3 / 4);
  return white > 3;
}

gssize
bench_marks_find_sound (const gint16 * samples, gsize n)
{
  for (gsize i = 0; i < n; i++) {
    if (ABS (samples[i]) > LOUD)
      return i;
  }
  return -1;
}
