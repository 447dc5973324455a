/* gst-rtc: the RTP payloads of one frame, immutable and shared by all peers
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "rtcframe.h"

#include <string.h>

static gboolean
parts_are_usable (const RtcFramePart * parts, guint n_parts, gsize * size)
{
  if (n_parts == 0 || n_parts > RTC_FRAME_MAX_PACKETS)
    return FALSE;

  *size = 0;
  for (guint i = 0; i < n_parts; i++) {
    if (parts[i].size == 0 || parts[i].size > RTC_FRAME_MAX_PAYLOAD)
      return FALSE;
    *size += parts[i].size;
  }
  return TRUE;
}

RtcFrame *
rtc_frame_new (guint32 timestamp, RtcTime capture_time, gboolean key, const RtcFramePart * parts,
    guint n_parts)
{
  gsize size, offset = 0;
  RtcFrame *frame;
  RtcFramePacket *packets;
  guint8 *payload;

  if (!parts_are_usable (parts, n_parts, &size))
    return NULL;

  frame = g_malloc (sizeof (RtcFrame) + n_parts * sizeof (RtcFramePacket) + size);
  packets = (RtcFramePacket *) (frame + 1);
  payload = (guint8 *) (packets + n_parts);

  for (guint i = 0; i < n_parts; i++) {
    packets[i] = (RtcFramePacket) {.offset = offset,.size = parts[i].size,.marker = parts[i].marker };
    memcpy (payload + offset, parts[i].data, parts[i].size);
    offset += parts[i].size;
  }

  *frame = (RtcFrame) {
    .ref_count = 1,
    .timestamp = timestamp,
    .capture_time = capture_time,
    .key = key,
    .n_packets = n_parts,
    .packets = packets,
    .payload = payload,
    .size = size,
  };
  return frame;
}

RtcFrame *
rtc_frame_ref (RtcFrame * frame)
{
  g_atomic_int_inc (&frame->ref_count);
  return frame;
}

void
rtc_frame_unref (RtcFrame * frame)
{
  if (g_atomic_int_dec_and_test (&frame->ref_count))
    g_free (frame);
}
