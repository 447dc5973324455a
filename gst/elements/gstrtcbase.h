/* gst-rtc: what every element with peers is: a signaller, peers, network threads
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "gstrtcdata.h"
#include "gstrtcsessions.h"

G_BEGIN_DECLS

#define GST_TYPE_RTC_BASE (gst_rtc_base_get_type ())
G_DECLARE_DERIVABLE_TYPE (GstRtcBase, gst_rtc_base, GST, RTC_BASE, GstBin)

/**
 * GstRtcBaseClass:
 * @get_inputs: (nullable) (transfer full) (element-type GstRtcInput): what goes to the peers; control thread
 * @configure: (nullable): sets what is received of peers, in @peer's receive, whose arrays it leaves to the caller; before started
 * @added: (nullable): a peer came in; control thread
 * @negotiated: (nullable): (element-type RtcNegotiatedTrack): what a peer sends and takes has changed; control thread
 * @removed: (nullable): a peer is gone; control thread
 * @describe: (nullable): adds to the stats of what a peer sends in the section @mid; any thread
 * @started: (nullable): pool and control are there, no data flows yet
 * @stopped: (nullable): on the control thread: no data flows, no session is left
 */
struct _GstRtcBaseClass
{
  GstBinClass parent_class;

  GPtrArray *(*get_inputs) (GstRtcBase * self);
  void (*configure) (GstRtcBase * self, RtcPeerConfig * peer);
  void (*added) (GstRtcBase * self, const gchar * peer_id);
  void (*negotiated) (GstRtcBase * self, GstRtcConsumer * consumer, GPtrArray * tracks);
  void (*removed) (GstRtcBase * self, const gchar * peer_id);
  void (*describe) (GstRtcBase * self, const gchar * peer_id, const gchar * mid, GstStructure * entry);
  void (*started) (GstRtcBase * self);
  void (*stopped) (GstRtcBase * self);
};

/* What a running element runs on. NULL while it is stopped. */
RtcPool *gst_rtc_base_get_pool (GstRtcBase * self);
RtcControl *gst_rtc_base_get_control (GstRtcBase * self);

/* Its data channels; its pads are requested from and released to this class */
GstRtcData *gst_rtc_base_get_data (GstRtcBase * self);

/* From any thread, without waiting: the inputs are known, or changed */
void gst_rtc_base_update (GstRtcBase * self);

/* What a state change of a live source returns: it makes no data in PAUSED */
GstStateChangeReturn gst_rtc_base_make_live (GstStateChange transition, GstStateChangeReturn result);

/* Shared by signals of the kind "TRUE stops the others" */
gboolean gst_rtc_accumulate_until_true (GSignalInvocationHint * hint, GValue * accumulated, const GValue * value,
    gpointer user_data);

G_END_DECLS
