/* gst-rtc: the end of a branch: the source that peers are fed from
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "gstrtcoutlet.h"

struct _GstRtcOutlet
{
  RtcSource *source;
  RtcControl *control;
  GstRtcBranch *branch;
};

static void
request_key (gpointer data, gpointer user_data)
{
  gst_rtc_branch_request_key (data);
}

/* On a loop: what is upstream may take its time over the event. */
static void
on_request_key (gpointer user_data)
{
  GstRtcOutlet *outlet = user_data;

  rtc_control_post (outlet->control, request_key, gst_object_ref (outlet->branch), NULL, gst_object_unref);
}

GstRtcOutlet *
gst_rtc_outlet_new (RtcPool * pool, RtcControl * control, GstRtcBranch * branch, const GstRtcCodec * codec,
    gboolean forceable)
{
  GstRtcOutlet *outlet = g_new0 (GstRtcOutlet, 1);
  RtcSourceConfig config = {
    .clock_rate = codec->clock_rate,
    .forceable = forceable,
    .request_key = on_request_key,
    .user_data = outlet,
  };

  outlet->control = control;
  outlet->branch = gst_object_ref (branch);
  outlet->source = rtc_source_new (pool, &config);
  return outlet;
}

void
gst_rtc_outlet_free (GstRtcOutlet * outlet)
{
  rtc_source_free (outlet->source);
  gst_object_unref (outlet->branch);
  g_free (outlet);
}

void
gst_rtc_outlet_push (GstRtcOutlet * outlet, RtcFrame * frame)
{
  rtc_source_push (outlet->source, frame);
}

RtcSource *
gst_rtc_outlet_get_source (GstRtcOutlet * outlet)
{
  return outlet->source;
}
