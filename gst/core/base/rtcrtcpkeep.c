/* gst-rtc: what known sources say of themselves in RTCP
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "rtcrtcpkeep.h"

#include "rtcrtcp.h"

#include <string.h>

/* body: checked by the reader: chunks of an SSRC and items, which end with a zero and padding */
static gboolean
knows_chunks (const RtcRtcpPacket * packet, RtcSourceFunc is_known, gpointer user_data)
{
  GstByteReader reader;
  guint32 ssrc;
  guint8 type, length;

  gst_byte_reader_init (&reader, packet->body, packet->body_size);
  for (guint i = 0; i < packet->count; i++) {
    if (!gst_byte_reader_get_uint32_be (&reader, &ssrc) || !is_known (ssrc, user_data))
      return FALSE;
    while (gst_byte_reader_get_uint8 (&reader, &type) && type != 0) {
      if (!gst_byte_reader_get_uint8 (&reader, &length) || !gst_byte_reader_skip (&reader, length))
        return FALSE;
    }
    if (!gst_byte_reader_skip (&reader, -gst_byte_reader_get_pos (&reader) & 3))
      return FALSE;
  }
  return TRUE;
}

static gboolean
is_kept (const RtcRtcpPacket * packet, RtcSourceFunc is_known, gpointer user_data)
{
  switch (packet->kind) {
    case RTC_RTCP_SR:
    case RTC_RTCP_RR:
      return is_known (packet->sender, user_data);
    case RTC_RTCP_SDES:
      return knows_chunks (packet, is_known, user_data);
    case RTC_RTCP_BYE:
      for (guint i = 0; i < packet->count; i++) {
        if (!is_known (rtc_rtcp_ssrc (packet, i), user_data))
          return FALSE;
      }
      return TRUE;
    default:
      return FALSE;
  }
}

gsize
rtc_rtcp_keep (guint8 * data, gsize size, RtcSourceFunc is_known, gpointer user_data)
{
  RtcRtcpReader reader;
  RtcRtcpPacket packet;
  gsize kept = 0, begin = 0, end;

  rtc_rtcp_reader_init (&reader, data, size);
  while (rtc_rtcp_reader_next (&reader, &packet)) {
    end = gst_byte_reader_get_pos (&reader.reader);
    if (is_kept (&packet, is_known, user_data)) {
      memmove (data + kept, data + begin, end - begin);
      kept += end - begin;
    }
    begin = end;
  }
  return kept;
}
