/* gst-rtc: does this RTP payload start a key frame?
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * rtc_key_frame_starts:
 * @encoding_name: `H264` (RFC 6184), `H265` (RFC 7798), `VP8` (RFC 7741), `VP9` (RFC 9628); upper case
 * @payload: (array length=size): an RTP payload
 *
 * Returns: whether a decoder that knows nothing can begin with this packet: for
 * H.264 and H.265 the parameter sets or the first slice of an IDR, for VP8 and VP9 the
 * start of a key frame. Always %TRUE for other encodings.
 */
gboolean rtc_key_frame_starts (const gchar * encoding_name, const guint8 * payload, gsize size);

G_END_DECLS
