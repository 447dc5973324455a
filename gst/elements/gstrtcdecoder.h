/* gst-rtc: from the packets of one stream to what downstream takes
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "gstrtcbranch.h"

G_BEGIN_DECLS

#define GST_TYPE_RTC_DECODER (gst_rtc_decoder_get_type ())
G_DECLARE_FINAL_TYPE (GstRtcDecoder, gst_rtc_decoder, GST, RTC_DECODER, GstBin)

/* What of @codec fits downstream's caps: rather raw than encoded than RTP. NONE: nothing. */
GstRtcMedia gst_rtc_decoder_choose_media (const GstRtcCodec * codec, const GstCaps * downstream);

/**
 * gst_rtc_decoder_new:
 * @media: what leaves
 * @downstream: what is taken there
 * @reporter: posts messages about missing elements
 *
 * Returns: (transfer floating) (nullable): a bin with a sink pad for RTP, with caps and in order, and a
 * source pad.
 *     On GST_CORE_ERROR_MISSING_PLUGIN, @error's message names the Debian package.
 */
GstElement *gst_rtc_decoder_new (const GstRtcCodec * codec, GstRtcMedia media, const GstCaps * downstream,
    GstElement * reporter, GError ** error);
/* Whether some decoder is installed */
gboolean gst_rtc_decoder_is_available (const GstRtcCodec * codec);

G_END_DECLS
