/* gst-rtc: what known sources say of themselves in RTCP
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef gboolean (*RtcSourceFunc) (guint32 ssrc, gpointer user_data);

/**
 * rtc_rtcp_keep:
 * @data: (array length=size): a datagram; those of its packets that are kept move to its beginning
 * @is_known: (scope call): whether an SSRC may be told of
 *
 * Keeps reports, descriptions and goodbyes, unless an SSRC that is not known says them: an RTP session takes each for a
 * new participant, and a datagram has room for fifty. Feedback is not for who sends nothing: rtpsession (1.22) even leaks some
 * of it. What is malformed goes, and all behind it.
 *
 * Returns: how many bytes are left
 */
gsize rtc_rtcp_keep (guint8 * data, gsize size, RtcSourceFunc is_known, gpointer user_data);

G_END_DECLS
