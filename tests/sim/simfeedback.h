/* gst-rtc: congestion feedback as receivers write it: our core only reads it
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/base/gstbytewriter.h>

#include "simworld.h"

G_BEGIN_DECLS

void sim_write_remb (GstByteWriter * writer, guint32 sender, guint32 media, guint64 bitrate);
/* arrivals: (array length=n): when the packets from number @base on came, 0 for not at all; the first did */
void sim_write_twcc (GstByteWriter * writer, guint32 sender, guint32 media, guint16 base, const RtcTime * arrivals,
    guint n, guint8 count);

G_END_DECLS
