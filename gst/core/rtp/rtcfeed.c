/* gst-rtc: the recent frames of one source, as one loop sees them
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "rtcfeed.h"
#include "rtcrate.h"

#define INITIAL_CAPACITY 64     /* two seconds at 30 frames per second; a power of two */

typedef struct
{
  RtcFrame *frame;
  RtcTime arrived;
} Entry;

struct _RtcFeed
{
  guint clock_rate;
  RtcTime max_age;
  gsize max_bytes;

  Entry *entries;               /* the frame of a number is at number & mask */
  guint64 mask;
  guint64 first, next;
  gsize bytes;

  gboolean has_key;
  guint64 key;
  guint32 key_timestamp;

  RtcRate rate;
};

static Entry *
entry_of (const RtcFeed * feed, guint64 number)
{
  return &feed->entries[number & feed->mask];
}

/* With the bookkeeping, or a source of one-byte frames would hold memory without a bound */
static gsize
cost_of (const RtcFrame * frame)
{
  return sizeof (Entry) + sizeof (RtcFrame) + frame->n_packets * sizeof (RtcFramePacket) + frame->size;
}

static void
grow (RtcFeed * feed)
{
  guint64 mask = feed->mask * 2 + 1;
  Entry *entries = g_new (Entry, mask + 1);

  for (guint64 number = feed->first; number != feed->next; number++)
    entries[number & mask] = *entry_of (feed, number);
  g_free (feed->entries);
  feed->entries = entries;
  feed->mask = mask;
}

static void
forget_oldest (RtcFeed * feed)
{
  RtcFrame *frame = entry_of (feed, feed->first)->frame;

  if (feed->has_key && feed->key == feed->first)
    feed->has_key = FALSE;
  feed->bytes -= cost_of (frame);
  feed->first++;
  rtc_frame_unref (frame);
}

static gboolean
oldest_has_to_go (const RtcFeed * feed, RtcTime now)
{
  if (feed->first + 1 == feed->next)
    return FALSE;
  if (feed->bytes > feed->max_bytes)
    return TRUE;
  if (feed->has_key && feed->first >= feed->key)
    return FALSE;
  return now - entry_of (feed, feed->first)->arrived > feed->max_age;
}

static void
note_key_frame (RtcFeed * feed, const RtcFrame * frame, guint64 number)
{
  if (feed->has_key && feed->key_timestamp == frame->timestamp)
    return;
  feed->has_key = TRUE;
  feed->key = number;
  feed->key_timestamp = frame->timestamp;
}

RtcFeed *
rtc_feed_new (guint clock_rate, RtcTime max_age, gsize max_bytes)
{
  RtcFeed *feed = g_new0 (RtcFeed, 1);

  feed->clock_rate = clock_rate;
  feed->max_age = max_age;
  feed->max_bytes = max_bytes;
  feed->mask = INITIAL_CAPACITY - 1;
  feed->entries = g_new (Entry, INITIAL_CAPACITY);
  return feed;
}

void
rtc_feed_free (RtcFeed * feed)
{
  while (feed->first != feed->next)
    forget_oldest (feed);
  g_free (feed->entries);
  g_free (feed);
}

void
rtc_feed_push (RtcFeed * feed, RtcFrame * frame, RtcTime now)
{
  if (feed->next - feed->first > feed->mask)
    grow (feed);

  *entry_of (feed, feed->next) = (Entry) {.frame = rtc_frame_ref (frame),.arrived = now };
  feed->bytes += cost_of (frame);
  if (frame->key)
    note_key_frame (feed, frame, feed->next);
  feed->next++;
  rtc_rate_add (&feed->rate, frame->size, now);

  while (oldest_has_to_go (feed, now))
    forget_oldest (feed);
}

guint
rtc_feed_get_clock_rate (const RtcFeed * feed)
{
  return feed->clock_rate;
}

guint64
rtc_feed_get_first (const RtcFeed * feed)
{
  return feed->first;
}

guint64
rtc_feed_get_next (const RtcFeed * feed)
{
  return feed->next;
}

const RtcFrame *
rtc_feed_get_frame (const RtcFeed * feed, guint64 number)
{
  if (number < feed->first || number >= feed->next)
    return NULL;
  return entry_of (feed, number)->frame;
}

RtcTime
rtc_feed_get_arrival (const RtcFeed * feed, guint64 number)
{
  g_assert (number >= feed->first && number < feed->next);
  return entry_of (feed, number)->arrived;
}

gboolean
rtc_feed_get_key_frame (const RtcFeed * feed, guint64 * number, RtcTime * arrived)
{
  if (!feed->has_key)
    return FALSE;
  if (number)
    *number = feed->key;
  if (arrived)
    *arrived = entry_of (feed, feed->key)->arrived;
  return TRUE;
}

guint64
rtc_feed_get_bitrate (const RtcFeed * feed)
{
  return rtc_rate_get (&feed->rate);
}
