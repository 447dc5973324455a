/* gst-rtc: pictures that carry the time, a flash and a beep each second
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * page/publish.html paints the same.
 */
#pragma once

#include <gst/video/video.h>

G_BEGIN_DECLS

#define BENCH_WIDTH 640
#define BENCH_HEIGHT 360
/* Of the milliseconds of the wall clock that a picture carries: 17 minutes */
#define BENCH_TIME_BITS 20
#define BENCH_NO_TIME G_MAXUINT
#define BENCH_MARK_LENGTH (100 * GST_MSECOND)

/* Probes for the source pads of raw I420 of the size above and of 48 kHz S16LE mono: what leaves is marked by its
 * timestamp. */
void bench_marks_paint (GstPad * pad);
void bench_marks_beep (GstPad * pad);

/* Milliseconds since the picture left its source, or BENCH_NO_TIME: it carries no time */
guint bench_marks_get_age_ms (const GstVideoFrame * frame);
gboolean bench_marks_is_flash (const GstVideoFrame * frame);
/* Where the sound begins, or -1 */
gssize bench_marks_find_sound (const gint16 * samples, gsize n);

G_END_DECLS
