/* gst-rtc: is this an Opus packet?
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * rtc_opus_is_sound:
 * @payload: (array length=size): an RTP payload
 *
 * Returns: whether its frames fit together (RFC 6716, section 3.4, R1 to R7): any decoder takes it then. GStreamer's,
 * if it conceals losses by FEC, decodes each packet when the next one comes, and stays with one that it cannot.
 */
gboolean rtc_opus_is_sound (const guint8 * payload, gsize size);

G_END_DECLS
