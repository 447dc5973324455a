/* gst-rtc: echo cancellation, noise suppression and gain control for calls
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * GStreamer's webrtcdsp finds its webrtcechoprobe by name when it starts, so the far end lives as long as the
 * element, whether somebody is heard or not.
 */
#include "gstrtcvoice.h"

/* What both elements of webrtcdsp take, and Opus needs no resampling of */
#define VOICE_CAPS "audio/x-raw,format=S16LE,layout=interleaved,rate=48000,channels=1"

GType
gst_rtc_audio_processing_get_type (void)
{
  static const GFlagsValue values[] = {
    {GST_RTC_AUDIO_PROCESSING_ECHO_CANCELLATION, "Echo cancellation", "echo-cancellation"},
    {GST_RTC_AUDIO_PROCESSING_NOISE_SUPPRESSION, "Noise suppression", "noise-suppression"},
    {GST_RTC_AUDIO_PROCESSING_GAIN_CONTROL, "Automatic gain control", "gain-control"},
    {0, NULL, NULL}
  };
  static gsize type;

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_flags_register_static ("GstRtcAudioProcessing", values));
  return type;
}

/* element: (transfer floating) (nullable) */
static GstElement *
wrap (GstElement * element)
{
  const gchar *description = "audioconvert name=first ! audioresample ! capsfilter name=last caps=\"" VOICE_CAPS "\"";
  g_autoptr (GstElement) last = NULL;
  g_autoptr (GstPad) sink = NULL, src = NULL;
  GstElement *bin;

  if (!element)
    return NULL;
  bin = gst_parse_bin_from_description (description, FALSE, NULL);
  if (!bin) {
    gst_object_unref (element);
    return NULL;
  }
  gst_bin_add (GST_BIN (bin), element);
  last = gst_bin_get_by_name (GST_BIN (bin), "last");
  gst_element_link (last, element);
  sink = gst_bin_find_unlinked_pad (GST_BIN (bin), GST_PAD_SINK);
  src = gst_element_get_static_pad (element, "src");
  gst_element_add_pad (bin, gst_ghost_pad_new ("sink", sink));
  gst_element_add_pad (bin, gst_ghost_pad_new ("src", src));
  return bin;
}

GstElement *
gst_rtc_voice_new_far_end (const gchar * name)
{
  return wrap (gst_element_factory_make ("webrtcechoprobe", name));
}

GstElement *
gst_rtc_voice_new_near_end (GstRtcAudioProcessing processing, const gchar * far_end)
{
  GstElement *processor = gst_element_factory_make ("webrtcdsp", NULL);
  gboolean cancel = far_end && processing & GST_RTC_AUDIO_PROCESSING_ECHO_CANCELLATION;

  if (!processor)
    return NULL;
  /* How long sound takes from here to the loudspeaker and back is not known. */
  g_object_set (processor, "echo-cancel", cancel, "delay-agnostic", TRUE, "extended-filter", TRUE,
      "noise-suppression", !!(processing & GST_RTC_AUDIO_PROCESSING_NOISE_SUPPRESSION),
      "gain-control", !!(processing & GST_RTC_AUDIO_PROCESSING_GAIN_CONTROL), NULL);
  if (cancel)
    g_object_set (processor, "probe", far_end, NULL);
  return wrap (processor);
}
