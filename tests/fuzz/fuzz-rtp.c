/* gst-rtc: fuzz target for RTP headers, their extensions and the detection of key frames
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "gst/core/base/rtckeyframe.h"
#include "gst/core/base/rtcrtp.h"

#include "fuzz.h"

static void
check_key_frames (const guint8 * payload, gsize size)
{
  static const gchar *const codecs[] = { "H264", "H265", "VP8", "VP9", "OPUS" };

  for (guint i = 0; i < G_N_ELEMENTS (codecs); i++) {
    gboolean starts = rtc_key_frame_starts (codecs[i], payload, size);

    g_assert (starts == rtc_key_frame_starts (codecs[i], payload, size));
  }
}

static void
check_extensions (const guint8 * data, const RtcRtpHeader * header)
{
  const guint8 *begin = data + header->extension_offset, *end = begin + header->extension_size;

  for (guint id = 0; id <= G_MAXUINT8; id++) {
    gsize size = 0;
    const guint8 *element = rtc_rtp_find_extension (data, header, id, &size);

    g_assert (element == NULL || (id > 0 && element > begin && element + size <= end));
  }
}

int
LLVMFuzzerTestOneInput (const uint8_t * data, size_t size)
{
  RtcRtpHeader header;

  if (rtc_rtp_read (data, size, &header)) {
    g_assert (header.extension_offset + header.extension_size <= header.payload_offset);
    g_assert (header.payload_offset + header.payload_size + header.padding_size == size);
    g_assert (rtc_packet_kind (data, size) == RTC_PACKET_RTP
        || rtc_packet_kind (data, size) == RTC_PACKET_RTCP);
    check_extensions (data, &header);
    check_key_frames (data + header.payload_offset, header.payload_size);
  }
  check_key_frames (data, size);
  return 0;
}
