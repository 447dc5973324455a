/* gst-rtc: a pad that a track of a peer comes out of
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

#define GST_TYPE_RTC_SRC_PAD (gst_rtc_src_pad_get_type ())
G_DECLARE_FINAL_TYPE (GstRtcSrcPad, gst_rtc_src_pad, GST, RTC_SRC_PAD, GstGhostPad)

/* (transfer floating): an active ghost of @target. msid: (nullable): "stream track" */
GstPad *gst_rtc_src_pad_new (const gchar * name, GstPadTemplate * pad_template, GstPad * target, const gchar * peer_id,
    const gchar * mid, const gchar * msid);

G_END_DECLS
