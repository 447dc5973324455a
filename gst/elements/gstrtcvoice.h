/* gst-rtc: echo cancellation, noise suppression and gain control for calls
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

typedef enum
{
  GST_RTC_AUDIO_PROCESSING_ECHO_CANCELLATION = 1 << 0,
  GST_RTC_AUDIO_PROCESSING_NOISE_SUPPRESSION = 1 << 1,
  GST_RTC_AUDIO_PROCESSING_GAIN_CONTROL = 1 << 2,
} GstRtcAudioProcessing;

#define GST_TYPE_RTC_AUDIO_PROCESSING (gst_rtc_audio_processing_get_type ())
GType gst_rtc_audio_processing_get_type (void);

/**
 * gst_rtc_voice_new_far_end:
 * @name: unique in this process
 *
 * What is heard here goes through it on its way to the loudspeaker, so that its echo is known.
 *
 * Returns: (transfer floating) (nullable): with pads `sink` and `src` of raw audio; %NULL if GStreamer's webrtcdsp is not installed
 */
GstElement *gst_rtc_voice_new_far_end (const gchar * name);

/**
 * gst_rtc_voice_new_near_end:
 * @processing: what to do
 * @far_end: (nullable): the name of the far end, which has to exist by then, for echo cancellation
 *
 * What the microphone gives goes through it.
 *
 * Returns: (transfer floating) (nullable): with pads `sink` and `src` of raw audio; %NULL if GStreamer's webrtcdsp is not installed
 */
GstElement *gst_rtc_voice_new_near_end (GstRtcAudioProcessing processing, const gchar * far_end);

G_END_DECLS
