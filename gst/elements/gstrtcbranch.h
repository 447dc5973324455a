/* gst-rtc: the way of one codec from an input to its peers
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/core/rtp/rtcframe.h>
#include "gstrtccodecs.h"

G_BEGIN_DECLS

#define GST_TYPE_RTC_BRANCH (gst_rtc_branch_get_type ())
G_DECLARE_FINAL_TYPE (GstRtcBranch, gst_rtc_branch, GST, RTC_BRANCH, GstBin)

/* What comes in: decides what has to happen to it */
typedef enum
{
  GST_RTC_MEDIA_NONE,           /* not known yet */
  GST_RTC_MEDIA_RAW,
  GST_RTC_MEDIA_ENCODED,
  GST_RTC_MEDIA_RTP,
} GstRtcMedia;

/**
 * GstRtcBranchFuncs:
 * @frame: frame is (transfer full)
 * @described: what the stream really is, for SDP: codec is (transfer full); not for raw media
 * @set_up: an encoder or payloader was made and has our settings; it is in READY or NULL
 *
 * @frame and @described are called on the streaming thread, @set_up by gst_rtc_branch_new().
 */
typedef struct
{
  void (*frame) (GstRtcBranch * branch, RtcFrame * frame, gpointer user_data);
  void (*described) (GstRtcBranch * branch, RtcCodec * codec, gpointer user_data);
  void (*set_up) (GstRtcBranch * branch, GstElement * element, gboolean encoder, gpointer user_data);
} GstRtcBranchFuncs;

/**
 * GstRtcBranchConfig:
 * @caps: of the input, fixed
 * @live: rather drop raw media than let it wait for the encoder
 * @bitrate: of the encoder, in bit/s
 * @funcs: static
 */
typedef struct
{
  const GstRtcCodec *codec;
  GstRtcMedia media;
  const GstCaps *caps;
  gboolean live;
  guint bitrate;
  const GstRtcBranchFuncs *funcs;
  gpointer user_data;
} GstRtcBranchConfig;

/* (transfer floating) (nullable): a bin with a sink pad. GST_CORE_ERROR_MISSING_PLUGIN: element messages about it
 * have been posted by @reporter. */
GstElement *gst_rtc_branch_new (const GstRtcBranchConfig * config, GstElement * reporter, GError ** error);

/* From any thread but the loops' */
void gst_rtc_branch_request_key (GstRtcBranch * branch);
gboolean gst_rtc_branch_query_latency (GstRtcBranch * branch, gboolean * live, GstClockTime * min,
    GstClockTime * max);
void gst_rtc_branch_set_bitrate (GstRtcBranch * branch, guint bitrate);
/* (transfer none) (nullable) */
GstElement *gst_rtc_branch_get_encoder (GstRtcBranch * branch);

/* Never NONE */
GstRtcMedia gst_rtc_media_from_caps (const GstCaps * caps);

G_END_DECLS
