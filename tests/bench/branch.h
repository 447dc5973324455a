/* gst-rtc: what is behind a pad of a receiver: RTP, encoded or decoded media, counted or looked at
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/gst.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

typedef enum
{
  BENCH_RTP,
  BENCH_ENCODED,
  BENCH_RAW,
  BENCH_WATCHED,                /* raw, in time with the clock, and looked at: bench_watch_describe() */
} BenchMedia;

typedef enum
{
  BENCH_DECODES_ITSELF,         /* the receiver gives what it is asked for */
  BENCH_LIKE_RTCSRC,            /* it gives RTP: elements with the settings that rtcsrc gives its own */
  BENCH_PLAIN,                  /* it gives RTP: the elements as decodebin would use them */
} BenchDecoding;

/* TRUE and *media, or FALSE: there is no such name */
gboolean bench_media_from_name (const gchar * name, BenchMedia * media);
/* Into pipeline, linked behind pad. Any thread. */
void bench_branch_add (GstBin * pipeline, GstPad * pad, BenchMedia media, BenchDecoding decoding);
/* Takes it out again: nothing flows on the pad any more. */
void bench_branch_remove (GstBin * pipeline, GstPad * pad);
/* How many of the branches have got something; there are, and buffers that all of them got */
guint bench_branch_count_flowing (void);
guint bench_branch_count (void);
guint64 bench_branch_count_buffers (void);

G_END_DECLS
