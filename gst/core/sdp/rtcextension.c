/* gst-rtc: the RTP header extensions that we know (RFC 8285)
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "rtcextension.h"

static const gchar *const uris[RTC_N_EXTENSIONS] = {
  [RTC_EXTENSION_MID] = "urn:ietf:params:rtp-hdrext:sdes:mid",
  [RTC_EXTENSION_ABS_SEND_TIME] = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",
  [RTC_EXTENSION_TRANSPORT_CC] = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01",
  [RTC_EXTENSION_PLAYOUT_DELAY] = "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay",
  [RTC_EXTENSION_ABS_CAPTURE_TIME] = "http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time",
  [RTC_EXTENSION_RID] = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id",
  [RTC_EXTENSION_REPAIRED_RID] = "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id",
};

const gchar *
rtc_extension_get_uri (RtcExtension extension)
{
  g_return_val_if_fail (extension < RTC_N_EXTENSIONS, NULL);
  return uris[extension];
}

gboolean
rtc_extension_from_uri (const gchar * uri, RtcExtension * extension)
{
  for (guint i = 0; i < RTC_N_EXTENSIONS; i++) {
    if (g_str_equal (uri, uris[i])) {
      *extension = i;
      return TRUE;
    }
  }
  return FALSE;
}
