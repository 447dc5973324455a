/* gst-rtc: how far a transfer is, as messages on the bus
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/**
 * GstRtcDataProgress:
 *
 * GST_MESSAGE_PROGRESS from the element that @owner is a part of, with the name of a pad as its code, and the fields `bytes` and, where
 * it is known, `total` in its structure. Streaming thread only.
 */
typedef struct
{
  GstElement *owner;            /* not owned */
  const gchar *code;
  guint64 bytes, total;         /* total: GST_CLOCK_TIME_NONE if it is not known */
  gint64 last;                  /* when a message was posted, on the monotonic clock */
  gboolean is_running;
} GstRtcDataProgress;

/* Does nothing if it is running */
void gst_rtc_data_progress_begin (GstRtcDataProgress * progress, guint64 total);
void gst_rtc_data_progress_add (GstRtcDataProgress * progress, gsize bytes);
/* fault: (nullable): why it is not complete. Does nothing if it is not running */
void gst_rtc_data_progress_end (GstRtcDataProgress * progress, const gchar * fault);

G_END_DECLS
