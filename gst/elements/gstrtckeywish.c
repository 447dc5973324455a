/* gst-rtc: a decoder that wants a key frame
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "gstrtckeywish.h"

#include <gst/video/video.h>

/* A key frame takes a round trip, and more while a bandwidth estimate is low. */
#define REQUEST_INTERVAL (400 * G_TIME_SPAN_MILLISECOND)
#define PATIENCE (3 * G_TIME_SPAN_SECOND)

void
gst_rtc_key_wish_make (GstRtcKeyWish * wish)
{
  g_atomic_int_set (&wish->wanted, TRUE);
}

void
gst_rtc_key_wish_begin (GstRtcKeyWish * wish, gboolean hold_back, gint64 now)
{
  wish->holds_back = hold_back;
  wish->since = now;
  gst_rtc_key_wish_make (wish);
}

static void
ask (GstRtcKeyWish * wish, GstPad * pad, gint64 now)
{
  if (now - wish->last_request < REQUEST_INTERVAL)
    return;
  wish->last_request = now;
  GST_DEBUG_OBJECT (pad, "asking for a key frame");
  gst_pad_push_event (pad, gst_video_event_new_upstream_force_key_unit (GST_CLOCK_TIME_NONE, FALSE,
          wish->n_requests++));
}

gboolean
gst_rtc_key_wish_check (GstRtcKeyWish * wish, gboolean starts_key, gboolean ends_frame, GstPad * pad,
    gint64 now)
{
  if (!g_atomic_int_get (&wish->wanted))
    return TRUE;
  if (starts_key) {
    g_atomic_int_set (&wish->wanted, FALSE);
    wish->holds_back = FALSE;
    return TRUE;
  }
  if (ends_frame)
    ask (wish, pad, now);
  if (wish->holds_back && now - wish->since > PATIENCE)
    wish->holds_back = FALSE;
  return !wish->holds_back;
}
