/* gst-rtc: rtc:// and rtcs:// addresses
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/**
 * gst_rtc_uri_make_signaller:
 * @uri: `rtc://host[:port][/path][?room=…&name=…&token=…]`; `rtcs` for TLS. The path is `/ws` if it has none.
 * @error: GST_URI_ERROR: not such an address, or there is no rtcwebsocketsignaller
 *
 * Returns: (transfer floating) (nullable): the signaller that leads there
 */
GstElement *gst_rtc_uri_make_signaller (const gchar * uri, GError ** error);

G_END_DECLS
