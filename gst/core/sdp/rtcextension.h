/* gst-rtc: the RTP header extensions that we know (RFC 8285)
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  RTC_EXTENSION_MID,                    /* RFC 9143 */
  RTC_EXTENSION_ABS_SEND_TIME,
  RTC_EXTENSION_TRANSPORT_CC,
  RTC_EXTENSION_PLAYOUT_DELAY,
  RTC_EXTENSION_ABS_CAPTURE_TIME,
  RTC_EXTENSION_RID,                    /* RFC 8852; of what we receive only */
  RTC_EXTENSION_REPAIRED_RID,           /* RFC 8852; of what we receive only */
  RTC_N_EXTENSIONS,
} RtcExtension;

/**
 * RtcExtensionMap:
 *
 * The negotiated id (1 to 14) of each extension, 0 for one that is not used. We write the one-byte form only.
 */
typedef struct
{
  guint8 id[RTC_N_EXTENSIONS];
} RtcExtensionMap;

const gchar *rtc_extension_get_uri (RtcExtension extension);
gboolean rtc_extension_from_uri (const gchar * uri, RtcExtension * extension);

G_END_DECLS
