/* gst-rtc: which number stands for which codec in a session
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "rtcdescription.h"

G_BEGIN_DECLS

#define RTC_N_PAYLOAD_TYPES 128

/**
 * RtcPayloadTypes:
 *
 * The numbers that have a meaning in a session already, and may not get another (RFC 3264 section 8.3.2)
 */
typedef struct
{
  gboolean used[RTC_N_PAYLOAD_TYPES];
  GPtrArray *codecs;            /* of RtcCodec, borrowed: those of the description that is being made */
} RtcPayloadTypes;

/* What a section has, and what it had until now (nullable): its own numbers come first */
typedef struct
{
  GPtrArray *codecs, *before;
} RtcSectionCodecs;

void rtc_payload_types_use (RtcPayloadTypes * types, const RtcDescription * description);
/* A codec that has its numbers */
void rtc_payload_types_add (RtcPayloadTypes * types, RtcCodec * codec);
/* Chooses those of codec, which stays borrowed. GST_RTC_ERROR_LIMIT if none is left. */
gboolean rtc_payload_types_choose (RtcPayloadTypes * types, const RtcSectionCodecs * section,
    RtcCodec * codec, gboolean rtx, GError ** error);

G_END_DECLS
