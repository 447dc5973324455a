/* gst-rtc: one peer of an element
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/loop/rtcsession.h>
#include "gstrtcinput.h"

G_BEGIN_DECLS

/**
 * GstRtcConsumer:
 *
 * Waits until the inputs are known, and is a session from then on: between the signaller, which knows it by its
 * id, the inputs whose outlets it holds, and whoever takes what it sends. Control thread only, but for the references.
 */
typedef struct _GstRtcConsumer GstRtcConsumer;

/**
 * GstRtcConsumerFuncs:
 * @started: there is a session, before its first description
 * @negotiated: (element-type RtcNegotiatedTrack): an exchange has completed; what we send has been taken care of
 * @ended: why the session ended by itself
 *
 * None is called after gst_rtc_consumer_end().
 */
typedef struct
{
  void (*started) (GstRtcConsumer * consumer, gpointer user_data);
  void (*negotiated) (GstRtcConsumer * consumer, GPtrArray * tracks, gpointer user_data);
  void (*ended) (GstRtcConsumer * consumer, const GError * reason, gpointer user_data);
} GstRtcConsumerFuncs;

/* funcs: static */
GstRtcConsumer *gst_rtc_consumer_new (const gchar * id, GstRtcSignaller * signaller, const GstRtcConsumerFuncs * funcs,
    gpointer user_data);
GstRtcConsumer *gst_rtc_consumer_ref (GstRtcConsumer * consumer);
void gst_rtc_consumer_unref (GstRtcConsumer * consumer);

const gchar *gst_rtc_consumer_get_id (GstRtcConsumer * consumer);
/* Our canonical name towards it (RFC 7022) */
const gchar *gst_rtc_consumer_get_cname (GstRtcConsumer * consumer);
/* (transfer none) (nullable): NULL before the start */
RtcSession *gst_rtc_consumer_get_session (GstRtcConsumer * consumer);
/* When it came, on the monotonic clock */
RtcTime gst_rtc_consumer_get_created (GstRtcConsumer * consumer);
/* Kept until gst_rtc_consumer_start() if they come earlier; without a description of the peer's we offer */
void gst_rtc_consumer_description (GstRtcConsumer * consumer, GstRtcSdpType type, const gchar * sdp);
void gst_rtc_consumer_candidate (GstRtcConsumer * consumer, const gchar * candidate);

/**
 * gst_rtc_consumer_start:
 * @config: its tracks are those of @inputs; the cname is the consumer's
 * @inputs: (element-type GstRtcInput): one by track
 *
 * Returns: (transfer none): the session, valid as long as @consumer
 */
RtcSession *gst_rtc_consumer_start (GstRtcConsumer * consumer, RtcPool * pool, RtcControl * control,
    const RtcPeerConfig * config, GPtrArray * inputs);
/* After the start: other inputs, each with its track; negotiates if they differ from those it has */
void gst_rtc_consumer_update (GstRtcConsumer * consumer, GPtrArray * inputs, GPtrArray * tracks);
/* Our offer is out, and nothing has come back */
gboolean gst_rtc_consumer_is_offering (GstRtcConsumer * consumer);
/* Nothing is heard of it any more; its sockets take a moment longer */
void gst_rtc_consumer_end (GstRtcConsumer * consumer, const GError * reason);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstRtcConsumer, gst_rtc_consumer_unref)

G_END_DECLS
