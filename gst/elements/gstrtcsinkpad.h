/* gst-rtc: a pad of rtcsink: one track of every viewer
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "gstrtcinput.h"

G_BEGIN_DECLS

#define GST_TYPE_RTC_SINK_PAD (gst_rtc_sink_pad_get_type ())
G_DECLARE_FINAL_TYPE (GstRtcSinkPad, gst_rtc_sink_pad, GST, RTC_SINK_PAD, GstGhostPad)

/* (transfer floating); target: the way to @input; stream: the msid until another is set */
GstPad *gst_rtc_sink_pad_new (const gchar * name, GstPadTemplate * pad_template, GstRtcInput * input, GstPad * target,
    const gchar * stream);
/* (transfer none): lives in the sink's bin, as long as the pad is on the sink */
GstRtcInput *gst_rtc_sink_pad_get_input (GstRtcSinkPad * pad);

G_END_DECLS
