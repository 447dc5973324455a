/* gst-rtc: the packets that one peer sends in one go
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One per loop, used for one peer after the other. Packets lie one
 * behind the other so that a run of equal sizes is one UDP_SEGMENT send.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define RTC_BATCH_MAX_PACKETS 64        /* UDP_MAX_SEGMENTS of older kernels */
#define RTC_BATCH_MAX_PACKET_SIZE 1500

typedef struct
{
  guint n_packets;
  gsize used;
  guint16 sizes[RTC_BATCH_MAX_PACKETS];
  guint8 data[RTC_BATCH_MAX_PACKETS * RTC_BATCH_MAX_PACKET_SIZE];
} RtcBatch;

static inline gboolean
rtc_batch_is_full (const RtcBatch * batch)
{
  return batch->n_packets == RTC_BATCH_MAX_PACKETS;
}

/* Where the next packet goes: RTC_BATCH_MAX_PACKET_SIZE bytes. Not to be called on a full batch. */
static inline guint8 *
rtc_batch_next (RtcBatch * batch)
{
  return batch->data + batch->used;
}

static inline void
rtc_batch_commit (RtcBatch * batch, gsize size)
{
  batch->sizes[batch->n_packets++] = size;
  batch->used += size;
}

static inline void
rtc_batch_clear (RtcBatch * batch)
{
  batch->n_packets = 0;
  batch->used = 0;
}

G_END_DECLS
