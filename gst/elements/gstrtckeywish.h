/* gst-rtc: a decoder that wants a key frame
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/**
 * GstRtcKeyWish:
 *
 * Asks the peer until a key frame comes, at most every 400 ms. Times are those of g_get_monotonic_time(). All
 * zero: no wish.
 */
typedef struct
{
  gint wanted;                  /* atomic */
  /* of whoever holds the stream's lock */
  gboolean holds_back;
  gint64 since, last_request;
  guint n_requests;
} GstRtcKeyWish;

/* From any thread */
void gst_rtc_key_wish_make (GstRtcKeyWish * wish);
/* As gst_rtc_key_wish_make(), and what comes until then is of no use. That ends after some seconds: a stream
 * that refreshes itself without key frames is shown all the same. */
void gst_rtc_key_wish_begin (GstRtcKeyWish * wish, gboolean hold_back, gint64 now);
/**
 * gst_rtc_key_wish_check:
 * @starts_key: a packet of a key frame has come, else one of anything
 * @ends_frame: it is the last one of its frame: that may have begun with other things, such as an access unit
 *     delimiter, and is only now known to be no key frame
 * @pad: the sink pad it came through: requests leave there
 *
 * Returns: whether the packet is of use
 */
gboolean gst_rtc_key_wish_check (GstRtcKeyWish * wish, gboolean starts_key, gboolean ends_frame,
    GstPad * pad, gint64 now);

G_END_DECLS
