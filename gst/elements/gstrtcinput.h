/* gst-rtc: one stream of media on its way in
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/core/sdp/rtcnegotiation.h>
#include "gstrtcbranch.h"

G_BEGIN_DECLS

#define GST_TYPE_RTC_INPUT (gst_rtc_input_get_type ())
G_DECLARE_FINAL_TYPE (GstRtcInput, gst_rtc_input, GST, RTC_INPUT, GstBin)

/**
 * GstRtcInputFuncs:
 * @open: makes the outlet that the frames of one codec go to. @forceable: key frames come when asked for,
 *     by gst_rtc_branch_request_key(). Streaming or control thread.
 * @push: a frame (transfer full); on one streaming thread at a time
 * @close: after the last push
 * @changed: gst_rtc_input_get_track_spec() has news; streaming thread
 * @set_up: an encoder or payloader was made and has our settings
 */
typedef struct
{
  gpointer (*open) (GstRtcInput * input, GstRtcBranch * branch, const GstRtcCodec * codec, gboolean forceable,
      gpointer user_data);
  void (*push) (gpointer outlet, RtcFrame * frame);
  void (*close) (gpointer outlet);
  void (*changed) (GstRtcInput * input, gpointer user_data);
  void (*set_up) (GstRtcInput * input, GstElement * element, gboolean encoder, gpointer user_data);
} GstRtcInputFuncs;

/**
 * GstRtcInputConfig:
 * @context: of the control thread, where branches are made and removed
 * @allowed: (nullable): codecs that may be sent, as caps
 * @bitrate: of a video encoder, in bit/s
 * @linger: for how long an encoder runs on after its last viewer, in milliseconds
 * @funcs: static
 */
typedef struct
{
  GMainContext *context;
  GstCaps *allowed;
  guint bitrate;
  guint linger;
  const GstRtcInputFuncs *funcs;
  gpointer user_data;
} GstRtcInputConfig;

/* (transfer floating) */
GstRtcInput *gst_rtc_input_new (RtcMediaKind kind, const gchar * name);
RtcMediaKind gst_rtc_input_get_kind (GstRtcInput * input);

/* Before data flows; config is copied */
void gst_rtc_input_start (GstRtcInput * input, const GstRtcInputConfig * config);
/* After data has stopped: closes every outlet. Ready to be started again. */
void gst_rtc_input_stop (GstRtcInput * input);

/* "stream track"; from any thread */
void gst_rtc_input_set_msid (GstRtcInput * input, const gchar * msid);
/* (transfer full) (nullable): what can be sent, the best codec first; NULL until it is known. From any thread. */
RtcTrackSpec *gst_rtc_input_get_track_spec (GstRtcInput * input);
/* From any thread */
void gst_rtc_input_set_bitrate (GstRtcInput * input, guint bitrate);

/**
 * gst_rtc_input_acquire:
 *
 * Control thread only. One viewer more of @codec: its encoder starts with the first.
 *
 * Returns: (nullable): the outlet; %NULL, and a message on the bus, if its branch could not be made
 */
gpointer gst_rtc_input_acquire (GstRtcInput * input, const RtcCodec * codec);
/* Control thread only. No-op if the input was stopped in between. */
void gst_rtc_input_release (GstRtcInput * input, gpointer outlet);
/* How many encoders run */
guint gst_rtc_input_get_n_encoders (GstRtcInput * input);

G_END_DECLS
