/* gst-rtc: the end of a branch: the source that peers are fed from
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/loop/rtccontrol.h>
#include <gst/loop/rtcsource.h>
#include "gstrtcbranch.h"

G_BEGIN_DECLS

typedef struct _GstRtcOutlet GstRtcOutlet;

/* Key frame requests of the peers go to @branch by way of @control. */
GstRtcOutlet *gst_rtc_outlet_new (RtcPool * pool, RtcControl * control, GstRtcBranch * branch,
    const GstRtcCodec * codec, gboolean forceable);
void gst_rtc_outlet_free (GstRtcOutlet * outlet);
/* frame: (transfer full) */
void gst_rtc_outlet_push (GstRtcOutlet * outlet, RtcFrame * frame);
RtcSource *gst_rtc_outlet_get_source (GstRtcOutlet * outlet);

G_END_DECLS
