/* gst-rtc: encoders of the registry, set up for low latency
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "gstrtccodecs.h"

G_BEGIN_DECLS

/**
 * gst_rtc_encoder_new:
 * @input: fixed raw caps: their memory is what the encoder has to take
 *
 * Returns: (transfer floating) (nullable): the encoder of the highest rank that works here, in the READY state
 */
GstElement *gst_rtc_encoder_new (const GstRtcCodec * codec, const GstCaps * input);
/* Whether gst_rtc_encoder_new() would make one */
gboolean gst_rtc_encoder_is_available (const GstRtcCodec * codec, const GstCaps * input);

/* Low-latency settings, as far as the encoder is known, and gst_rtc_encoder_set_bitrate(); input: as for gst_rtc_encoder_new() */
void gst_rtc_encoder_set_up (GstElement * encoder, const GstCaps * input, guint bitrate);
/* bitrate: in bit/s. FALSE: not known how to. */
gboolean gst_rtc_encoder_set_bitrate (GstElement * encoder, guint bitrate);
/* (nullable): caps that the encoder needs behind it beyond the codec's */
const gchar *gst_rtc_encoder_get_caps (GstElement * encoder);

/* Whether raw caps lie in system memory */
gboolean gst_rtc_caps_are_system_memory (const GstCaps * caps);
/* "name=value …", skipping the properties that the element does not have */
void gst_rtc_apply_settings (GstElement * element, const gchar * settings);

G_END_DECLS
