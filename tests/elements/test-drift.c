/* gst-rtc: pictures and sound stay together for ten minutes of virtual time, whatever the sender's clock does
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The pipeline's clock is the test's. What leaves is RTP, the timestamps of which tell when it was captured.
 */
#include "receiverstage.h"

#include <gst/check/gsttestclock.h>
#include <string.h>

#define DURATION (600 * GST_SECOND)
#define MINUTE (60 * GST_SECOND)
/* By then the first reports have come. */
#define SETTLED (15 * GST_SECOND)
#define LATENCY 80
/* A gap is given up by then, and later where a track waits for the other one. */
#define GAP_PATIENCE ((LATENCY + 100) * GST_MSECOND)
/* How many packets the threads of the jitter buffer may be behind the clock */
#define MAX_LAG 20
#define NETWORK_DELAY (25 * GST_MSECOND)
#define MAX_SKEW (40 * GST_MSECOND)

/* What the network and the sender are like */
typedef struct
{
  gint ppm;                     /* by which the sender's clock is faster */
  gint audio_ppm;               /* by which its sound card is faster than that */
  GstClockTime jitter;          /* at most */
  gdouble loss;                 /* the inlet lets a thousand be missing in one second, of real time */
  GstClockTime video_held_back; /* from its capture to its sending */
} Conditions;

typedef struct
{
  guint rate, interval;         /* of its clock in Hz; of its packets in ticks of it */
  gint ppm;
  guint32 ssrc, first_timestamp;
  guint16 first_sequence;
  guint8 pt;
  guint m_line;
} Track;

typedef struct
{
  GstClockTime arrival;
  guint track;
  guint index;                  /* of the packet, or of the one that a report is about */
  gboolean report;
} Event;

/* What has left, by index of the packet */
typedef struct
{
  GstClockTime *pts;
  GstClockTime *arrival;
  guint n;
  guint delivered;
  gint emitted;                 /* atomic */
  gint last_index;              /* delivered */
  GstClockTime gap_until;
} Result;

typedef struct
{
  Stage *stage;
  GstTestClock *clock;
  const Conditions *conditions;
  GRand *rand;
  Track tracks[2];              /* by RtcMediaKind */
  Result results[2];
} World;

/* The sender */

static void
make_tracks (World * world)
{
  Track *video = &world->tracks[RTC_MEDIA_VIDEO], *audio = &world->tracks[RTC_MEDIA_AUDIO];

  *video = (Track) {.rate = 90000,.interval = 3000,.ssrc = 1,.pt = PT_VP8,.m_line = VIDEO_LINE };
  *audio = (Track) {.rate = 48000,.interval = 960,.ssrc = 2,.pt = PT_OPUS,.m_line = AUDIO_LINE,
    .ppm = world->conditions->audio_ppm
  };
  for (guint i = 0; i < 2; i++) {
    Track *track = &world->tracks[i];
    Result *result = &world->results[i];

    track->first_timestamp = g_rand_int (world->rand);
    track->first_sequence = g_rand_int (world->rand);
    result->n = gst_util_uint64_scale (DURATION, track->rate, track->interval * GST_SECOND);
    result->pts = g_new (GstClockTime, result->n);
    result->arrival = g_new (GstClockTime, result->n);
    memset (result->pts, 0xff, result->n * sizeof (GstClockTime));
    memset (result->arrival, 0xff, result->n * sizeof (GstClockTime));
    result->last_index = -1;
  }
}

/* By the sender's clock, which is 0 when ours is */
static GstClockTime
get_sender_capture (const Track * track, guint index)
{
  GstClockTime exact = gst_util_uint64_scale (GST_SECOND, (guint64) index * track->interval, track->rate);

  return exact / (1 + track->ppm * 1e-6);
}

/* By our clock */
static GstClockTime
get_capture (const World * world, const Track * track, guint index)
{
  return get_sender_capture (track, index) / (1 + world->conditions->ppm * 1e-6);
}

static GstClockTime
get_network_delay (const World * world)
{
  return NETWORK_DELAY + g_rand_double (world->rand) * world->conditions->jitter;
}

static GBytes *
make_packet (const Track * track, guint index)
{
  guint8 *packet = g_malloc0 (32);

  packet[0] = 0x80;
  packet[1] = 0x80 | track->pt;
  GST_WRITE_UINT16_BE (packet + 2, (guint16) (track->first_sequence + index));
  GST_WRITE_UINT32_BE (packet + 4, track->first_timestamp + index * track->interval);
  GST_WRITE_UINT32_BE (packet + 8, track->ssrc);
  return g_bytes_new_take (packet, 32);
}

static GBytes *
make_report (const Track * track, guint index)
{
  GstClockTime capture = 1000 * GST_SECOND + get_sender_capture (track, index);
  guint8 *report = g_malloc0 (28 + 20);

  report[0] = 0x80;
  report[1] = 200;
  report[3] = 6;
  GST_WRITE_UINT32_BE (report + 4, track->ssrc);
  GST_WRITE_UINT64_BE (report + 8, rtc_time_to_ntp (capture / GST_USECOND));
  GST_WRITE_UINT32_BE (report + 16, track->first_timestamp + index * track->interval);
  report[28] = 0x81;
  report[29] = 202;
  report[31] = 4;
  GST_WRITE_UINT32_BE (report + 32, track->ssrc);
  report[36] = 1;
  report[37] = 6;
  memcpy (report + 38, "sender", 6);
  return g_bytes_new_take (report, 48);
}

/* The network */

static void
add_event (GArray * events, GstClockTime arrival, guint track, guint index, gboolean report)
{
  Event event = {.arrival = arrival,.track = track,.index = index,.report = report };

  g_array_append_val (events, event);
}

/* Packets of one track do not overtake each other. */
static void
send_track (World * world, guint kind, GArray * events)
{
  const Track *track = &world->tracks[kind];
  GstClockTime held_back = kind == RTC_MEDIA_VIDEO ? world->conditions->video_held_back : 0;
  GstClockTime last = 0, next_report = g_rand_double (world->rand) * 3 * GST_SECOND;

  for (guint i = 0; i < world->results[kind].n; i++) {
    GstClockTime sent = get_capture (world, track, i) + held_back;

    GstClockTime arrival = sent + get_network_delay (world);

    last = MAX (last, arrival);
    if (i == 0 || g_rand_double (world->rand) >= world->conditions->loss)
      add_event (events, last, kind, i, FALSE);
    if (sent < next_report)
      continue;
    add_event (events, sent + get_network_delay (world), kind, i, TRUE);
    next_report = sent + g_rand_double_range (world->rand, 1, 5) * GST_SECOND;
  }
}

static gint
compare_events (gconstpointer a, gconstpointer b)
{
  const Event *first = a, *second = b;

  return first->arrival < second->arrival ? -1 : first->arrival > second->arrival;
}

/* The receiver */

static void
on_buffer (Stage * stage, Output * output, GstBuffer * buffer)
{
  World *world = stage->user_data;
  guint kind = output - stage->outputs;
  const Track *track = &world->tracks[kind];
  guint8 header[12];
  guint index;

  gst_buffer_extract (buffer, 0, header, sizeof (header));
  index = (GST_READ_UINT32_BE (header + 4) - track->first_timestamp) / track->interval;
  g_assert_cmpuint (index, <, world->results[kind].n);
  world->results[kind].pts[index] = GST_BUFFER_PTS (buffer);
  g_atomic_int_inc (&world->results[kind].emitted);
}

/* Wakes whoever waits for what is past. */
static void
wake (World * world)
{
  GstClockID id;

  while ((id = gst_test_clock_process_next_clock_id (world->clock)))
    gst_clock_id_unref (id);
}

/* What has come in order has left, but for @lag packets, and what is behind a gap once that is given up. */
static void
settle (World * world, Result * result, guint lag)
{
  gint64 end = g_get_monotonic_time () + PATIENCE;
  GstClockTime now = gst_clock_get_time (GST_CLOCK (world->clock));

  wake (world);
  while (now >= result->gap_until && (guint) g_atomic_int_get (&result->emitted) + lag < result->delivered) {
    g_assert_cmpint (g_get_monotonic_time (), <, end);
    g_thread_yield ();
    wake (world);
  }
}

static void
deliver (World * world, const Event * event)
{
  const Track *track = &world->tracks[event->track];
  Result *result = &world->results[event->track];
  g_autoptr (GBytes) bytes = (event->report ? make_report : make_packet) (track, event->index);
  RtcReceivedPacket packet = {.m_line = track->m_line };
  RtcTime now = g_get_monotonic_time ();

  packet.data = g_bytes_get_data (bytes, &packet.size);
  if (event->report) {
    gst_rtc_receiver_media_sink.rtcp (world->stage->receiver, packet.data, packet.size, now);
  } else {
    g_assert_true (rtc_rtp_read (packet.data, packet.size, &packet.header));
    if (result->last_index < 0 || (gint) event->index != result->last_index + 1)
      result->gap_until = event->arrival + GAP_PATIENCE + world->conditions->video_held_back;
    result->last_index = event->index;
    result->arrival[event->index] = event->arrival;
    result->delivered++;
    gst_rtc_receiver_media_sink.rtp (world->stage->receiver, &packet, now);
  }
  gst_rtc_receiver_media_sink.flush (world->stage->receiver, now);
}

static void
run (World * world)
{
  g_autoptr (GArray) events = g_array_new (FALSE, FALSE, sizeof (Event));

  for (guint kind = 0; kind < 2; kind++)
    send_track (world, kind, events);
  g_array_sort (events, compare_events);
  for (guint i = 0; i < events->len; i++) {
    const Event *event = &g_array_index (events, Event, i);

    gst_test_clock_set_time (world->clock, event->arrival);
    settle (world, &world->results[event->track], event->report ? 0 : MAX_LAG);
    deliver (world, event);
  }
  gst_test_clock_advance_time (world->clock, GST_SECOND);
  for (guint kind = 0; kind < 2; kind++)
    settle (world, &world->results[kind], 0);
}

/* What came of it */

/* pts: (out): when the sound that was captured with a picture is heard, as the packet before says */
static gboolean
find_sound (const World * world, GstClockTime sender_capture, GstClockTime * pts)
{
  const Track *audio = &world->tracks[RTC_MEDIA_AUDIO];
  guint index = sender_capture * (1 + audio->ppm * 1e-6) * audio->rate / audio->interval / GST_SECOND;

  if (index >= world->results[RTC_MEDIA_AUDIO].n)
    return FALSE;
  *pts = world->results[RTC_MEDIA_AUDIO].pts[index];
  if (!GST_CLOCK_TIME_IS_VALID (*pts))
    return FALSE;
  *pts += sender_capture - get_sender_capture (audio, index);
  return TRUE;
}

static gint
compare_times (gconstpointer a, gconstpointer b)
{
  const GstClockTime *first = a, *second = b;

  return *first < *second ? -1 : *first > *second;
}

/* The 95th percentile of those whose capture lies in that time */
static GstClockTime
get_skew (const World * world, GstClockTime begin, GstClockTime end)
{
  const Track *video = &world->tracks[RTC_MEDIA_VIDEO];
  const Result *result = &world->results[RTC_MEDIA_VIDEO];
  g_autoptr (GArray) skews = g_array_new (FALSE, FALSE, sizeof (GstClockTime));

  for (guint i = 0; i < result->n; i++) {
    GstClockTime capture = get_sender_capture (video, i), sound, skew;

    if (capture < begin || capture >= end || !GST_CLOCK_TIME_IS_VALID (result->pts[i])
        || !find_sound (world, capture, &sound))
      continue;
    skew = ABS (GST_CLOCK_DIFF (sound, result->pts[i]));
    g_array_append_val (skews, skew);
  }
  g_assert_cmpuint (skews->len, >, (end - begin) / GST_SECOND * 25);
  g_array_sort (skews, compare_times);
  return g_array_index (skews, GstClockTime, skews->len * 95 / 100);
}

/* From arrival to running time, on average, in milliseconds */
static gdouble
get_delay (const World * world, RtcMediaKind kind, GstClockTime begin, GstClockTime end)
{
  const Result *result = &world->results[kind];
  gdouble sum = 0;
  guint n = 0;

  for (guint i = 0; i < result->n; i++) {
    if (!GST_CLOCK_TIME_IS_VALID (result->pts[i]) || result->arrival[i] < begin || result->arrival[i] >= end)
      continue;
    sum += GST_CLOCK_DIFF (result->arrival[i], result->pts[i]) / 1e6;
    n++;
  }
  g_assert_cmpuint (n, >, 0);
  return sum / n;
}

static void
check (const World * world)
{
  GstClockTime skew = get_skew (world, SETTLED, DURATION);
  GstClockTime last_skew = get_skew (world, DURATION - MINUTE, DURATION);

  g_test_message ("skew %.1f ms, in the last minute %.1f ms", skew / 1e6, last_skew / 1e6);
  g_assert_cmpuint (skew, <=, MAX_SKEW);
  g_assert_cmpuint (last_skew, <=, MAX_SKEW);
  for (guint kind = 0; kind < 2; kind++) {
    const Result *result = &world->results[kind];
    gdouble first = get_delay (world, kind, SETTLED, SETTLED + MINUTE);
    gdouble last = get_delay (world, kind, DURATION - MINUTE, DURATION);

    g_test_message ("%s: %u of %u packets left; from arrival to running time %.1f ms, in the last minute "
        "%.1f ms", kind == RTC_MEDIA_VIDEO ? "video" : "audio", result->emitted, result->n, first, last);
    g_assert_cmpfloat_with_epsilon (first, last, 5);
    g_assert_cmpuint (result->emitted, ==, result->delivered);
  }
}

static void
check_conditions (gconstpointer data)
{
  World world = {.conditions = data,.rand = g_rand_new_with_seed (7) };

  world.clock = GST_TEST_CLOCK (gst_test_clock_new ());
  make_tracks (&world);
  world.stage = stage_new (LATENCY, TRUE);
  world.stage->user_data = &world;
  world.stage->on_buffer = on_buffer;
  world.stage->downstream[RTC_MEDIA_VIDEO] = world.stage->downstream[RTC_MEDIA_AUDIO] =
      "capsfilter caps=application/x-rtp ! fakesink name=out";
  gst_pipeline_use_clock (GST_PIPELINE (world.stage->pipeline), GST_CLOCK (world.clock));
  stage_start (world.stage);
  run (&world);
  check (&world);
  stage_free (world.stage);
  for (guint kind = 0; kind < 2; kind++) {
    g_free (world.results[kind].pts);
    g_free (world.results[kind].arrival);
  }
  gst_object_unref (world.clock);
  g_rand_free (world.rand);
}

static const Conditions exact = {.ppm = 0,.jitter = 30 * GST_MSECOND,.loss = 0.01 };
static const Conditions fast = {.ppm = 200,.jitter = 30 * GST_MSECOND,.loss = 0.01 };
static const Conditions slow = {.ppm = -200,.jitter = 30 * GST_MSECOND,.loss = 0.01 };
static const Conditions card = {.audio_ppm = 200,.jitter = 30 * GST_MSECOND,.loss = 0.01 };
static const Conditions held_back = {.ppm = 200,.jitter = 30 * GST_MSECOND,.loss = 0.01,
  .video_held_back = 300 * GST_MSECOND
};

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/drift/none", &exact, check_conditions);
  g_test_add_data_func ("/drift/fast", &fast, check_conditions);
  g_test_add_data_func ("/drift/slow", &slow, check_conditions);
  g_test_add_data_func ("/drift/sound-card", &card, check_conditions);
  g_test_add_data_func ("/drift/held-back", &held_back, check_conditions);
  return g_test_run ();
}
