/* gst-rtc: a camera, a microphone
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "simsource.h"

#include <gst/gst.h>
#include <string.h>

/* As loop/rtcsource.c */
#define HISTORY_AGE (1 * RTC_SECOND)
#define HISTORY_BYTES (12 * 1024 * 1024)
#define FORCEABLE_REPLAY (1 * RTC_SECOND)

#define MAGIC 'G'
#define MAX_PACKETS 128

typedef struct
{
  SimFramesFunc func;
  gpointer data;
} Subscriber;

SimSource *
sim_source_new (RtcMediaKind kind)
{
  SimSource *source = g_new0 (SimSource, 1);
  gboolean video = kind == RTC_MEDIA_VIDEO;

  source->kind = kind;
  source->clock_rate = video ? 90000 : 48000;
  source->interval = video ? RTC_SECOND / 30 : 20 * RTC_MSECOND;
  source->delta_packets = video ? 6 : 1;
  source->key_packets = video ? 40 : 1;
  source->packet_size = video ? 1100 : 120;
  source->forceable = TRUE;
  source->timestamp_offset = sim_random ();
  source->feed = rtc_feed_new (source->clock_rate, HISTORY_AGE, HISTORY_BYTES);
  source->subscribers = g_ptr_array_new_with_free_func (g_free);
  rtc_key_requests_init (&source->requests);
  return source;
}

void
sim_source_free (SimSource * source)
{
  g_assert_cmpint (source->subscribers->len, ==, 0);
  sim_unset (&source->tick);
  sim_unset (&source->request);
  rtc_feed_free (source->feed);
  g_ptr_array_unref (source->subscribers);
  g_free (source);
}

/* Frames */

static guint8
fill_byte (guint32 frame, guint index)
{
  return frame * 31 + index * 7 + 1;
}

static void
write_payload (guint8 * out, const SimPayload * payload, gsize size)
{
  out[0] = MAGIC;
  GST_WRITE_UINT32_BE (out + 1, payload->frame);
  out[5] = payload->index;
  out[6] = payload->n_packets;
  out[7] = payload->key;
  GST_WRITE_UINT64_BE (out + 8, payload->capture_time);
  out[16] = fill_byte (payload->frame, payload->index);
  memset (out + SIM_PAYLOAD_HEADER_SIZE, out[16], size - SIM_PAYLOAD_HEADER_SIZE);
}

gboolean
sim_payload_read (const guint8 * data, gsize size, SimPayload * payload)
{
  if (size < SIM_PAYLOAD_HEADER_SIZE || data[0] != MAGIC)
    return FALSE;
  payload->frame = GST_READ_UINT32_BE (data + 1);
  payload->index = data[5];
  payload->n_packets = data[6];
  payload->key = data[7];
  payload->capture_time = GST_READ_UINT64_BE (data + 8);
  for (gsize i = SIM_PAYLOAD_HEADER_SIZE - 1; i < size; i++)
    if (data[i] != fill_byte (payload->frame, payload->index))
      return FALSE;
  return payload->index < payload->n_packets && payload->n_packets <= MAX_PACKETS;
}

static RtcFrame *
make_frame (SimSource * source, gboolean key)
{
  guint n = key ? source->key_packets : source->delta_packets;
  guint32 elapsed = (sim->now - source->began) * source->clock_rate / RTC_SECOND;
  g_autofree guint8 *bytes = g_malloc (n * source->packet_size);
  RtcFramePart parts[MAX_PACKETS];

  for (guint i = 0; i < n; i++) {
    SimPayload payload = { source->frames, i, n, key, sim->now };

    parts[i].data = bytes + i * source->packet_size;
    /* the last one is shorter, as a payloader's is */
    parts[i].size = i + 1 < n ? source->packet_size : source->packet_size / 2;
    parts[i].marker = i + 1 == n;
    write_payload (bytes + i * source->packet_size, &payload, parts[i].size);
  }
  source->frames++;
  return rtc_frame_new (source->timestamp_offset + elapsed, sim->now, key, parts, n);
}

static void
update_request_timer (SimSource * source);

static void
on_request_timer (gpointer data)
{
  SimSource *source = data;

  if (rtc_key_requests_on_timeout (&source->requests, sim->now))
    source->key_wanted = TRUE;
  update_request_timer (source);
}

static void
update_request_timer (SimSource * source)
{
  sim_set (&source->request, rtc_key_requests_next_timeout (&source->requests), on_request_timer, source);
}

static gboolean
is_key_due (SimSource * source)
{
  if (source->kind == RTC_MEDIA_AUDIO || source->frames == 0)
    return TRUE;
  if (source->key_wanted && source->forceable) {
    source->forced++;
    return TRUE;
  }
  return source->gop > 0 && sim->now - source->last_key >= source->gop;
}

static void
on_tick (gpointer data)
{
  SimSource *source = data;
  gboolean key = is_key_due (source);
  g_autoptr (RtcFrame) frame = make_frame (source, key);

  sim_set (&source->tick, sim->now + source->interval, on_tick, source);
  rtc_feed_push (source->feed, frame, sim->now);
  if (key) {
    source->key_wanted = FALSE;
    source->key_frames++;
    source->last_key = sim->now;
    rtc_key_requests_on_key_frame (&source->requests, sim->now);
    update_request_timer (source);
  }
  for (guint i = source->subscribers->len; i-- > 0;) {
    Subscriber *subscriber = source->subscribers->pdata[i];

    subscriber->func (subscriber->data, source);
  }
}

void
sim_source_start (SimSource * source)
{
  source->began = sim->now;
  sim_set (&source->tick, sim->now, on_tick, source);
}

void
sim_source_stop (SimSource * source)
{
  sim_unset (&source->tick);
}

/* Subscribers */

void
sim_source_subscribe (SimSource * source, SimFramesFunc func, gpointer data)
{
  Subscriber *subscriber = g_new (Subscriber, 1);

  *subscriber = (Subscriber) { func, data };
  g_ptr_array_add (source->subscribers, subscriber);
}

void
sim_source_unsubscribe (SimSource * source, gpointer data)
{
  for (guint i = 0; i < source->subscribers->len; i++)
    if (((Subscriber *) source->subscribers->pdata[i])->data == data) {
      g_ptr_array_remove_index_fast (source->subscribers, i);
      return;
    }
}

RtcTime
sim_source_get_replay (const SimSource * source)
{
  return source->forceable ? FORCEABLE_REPLAY : RTC_TIME_NEVER;
}

void
sim_source_want_key (SimSource * source)
{
  if (source->kind == RTC_MEDIA_AUDIO)
    return;
  if (rtc_key_requests_want (&source->requests, sim->now))
    source->key_wanted = TRUE;
  update_request_timer (source);
}
