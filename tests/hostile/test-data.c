/* gst-rtc: whatever a peer does with data channels hurts at most its own
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A good peer counts over an echo all the time, and must not notice. What the hostile ones do is within DTLS: they have real
 * sessions.
 */
#include "hostiledata.h"
#include "hostilestage.h"

#include <string.h>

/* The good one counts each 10 ms. A test machine may be busy; what this finds is a thread that is held up. */
#define COUNT_INTERVAL (10 * RTC_MSECOND)
#define LONGEST_GAP (3 * RTC_SECOND)
#define LONGEST_GAP_SANITIZED (15 * RTC_SECOND)
#define PATIENCE (20 * RTC_SECOND)

#define PPID_DCEP 50
#define PPID_BINARY 53

/* Streams that the core's own channels do not get to, and the last that usrsctp has */
#define FIRST_STREAM 100
#define LAST_STREAM 2047

static HostileStage *stage;
static HostileWorld *world;
static HostileData *good;
static GThread *counter;
static gint counting;           /* atomic */

/* What the element's channels bring: atomic */
static gint n_channels, n_data;

static GRand *rand_;

/* The element */

static void
on_data (GstRtcDataChannel * channel, GBytes * data, gpointer user_data)
{
  g_atomic_int_inc (&n_data);
}

static void
on_echo (GstRtcDataChannel * channel, GBytes * data, gpointer user_data)
{
  gst_rtc_data_channel_send_data (channel, data, NULL);
}

static void
on_data_channel (GstElement * element, const gchar * peer_id, GstRtcDataChannel * channel, gpointer user_data)
{
  g_autofree gchar *label = NULL;

  g_object_get (channel, "label", &label, NULL);
  g_atomic_int_inc (&n_channels);
  g_signal_connect (channel, "on-message-data", g_str_equal (label, "echo") ? G_CALLBACK (on_echo) : G_CALLBACK (on_data), NULL);
}

static void
wait_atomic (gint * value, gint at_least)
{
  gint64 end = g_get_monotonic_time () + PATIENCE;

  while (g_atomic_int_get (value) < at_least) {
    if (g_get_monotonic_time () > end)
      g_error ("%d, not %d", g_atomic_int_get (value), at_least);
    g_usleep (2 * RTC_MSECOND);
  }
}

/* The good one */

static gpointer
count (gpointer data)
{
  guint channel = GPOINTER_TO_UINT (data);

  while (g_atomic_int_get (&counting)) {
    hostile_data_count (good, channel);
    g_usleep (COUNT_INTERVAL);
  }
  return NULL;
}

static void
check_good (void)
{
  HostileNews news = hostile_data_get_news (good);
  RtcTime gap;

  HOSTILE_DATA_WAIT (good, n_messages, news.n_messages + 5);
  news = hostile_data_get_news (good);
  gap = hostile_data_take_longest_gap (good);
  g_test_message ("the good one had to wait %.1f ms", gap / 1000.0);
  g_assert_cmpuint (news.n_wrong, ==, 0);
  g_assert_cmpuint (news.n_failed, ==, 0);
  g_assert_cmpint (gap, <, hostile_is_sanitized ()? LONGEST_GAP_SANITIZED : LONGEST_GAP);
  g_assert_true (hostile_stage_has (stage, "good"));
}

/* The hostile ones */

static HostileData *
meet (const gchar * name)
{
  HostileData *data = hostile_data_start (world, name, NULL);

  hostile_data_connect (data);
  return data;
}

/* Its association does as before */
static void
expect_echo (HostileData * data)
{
  guint n = hostile_data_get_news (data).n_messages, channel = hostile_data_open (data, "echo");

  for (guint i = 0; i < 5; i++)
    hostile_data_count (data, channel);
  HOSTILE_DATA_WAIT (data, n_messages, n + 5);
  g_assert_cmpuint (hostile_data_get_news (data).n_wrong, ==, 0);
}

static void
bid_farewell (HostileData * data)
{
  g_autofree gchar *name = g_strdup (data->viewer->name);

  g_assert_true (hostile_stage_has (stage, name));
  hostile_data_free (data, HOSTILE_LEAVE);
  g_assert_cmpint (hostile_stage_wait_gone (stage, name), ==, GST_RTC_ERROR_LEFT);
  check_good ();
}

static void
wait_resets (HostileData * data, guint at_least)
{
  gint64 end = g_get_monotonic_time () + PATIENCE;

  while (hostile_data_count_resets (data) < at_least) {
    if (g_get_monotonic_time () > end)
      g_error ("%u streams were reset, not %u", hostile_data_count_resets (data), at_least);
    g_usleep (2 * RTC_MSECOND);
  }
}

/* DATA_CHANNEL_OPEN, reliable and ordered. label_size, protocol_size: what it says; label: what is there */
static GByteArray *
make_open (guint8 type, guint16 label_size, guint16 protocol_size, const gchar * label)
{
  GByteArray *open = g_byte_array_new ();
  guint8 header[12] = { 3, type, };

  GST_WRITE_UINT16_BE (header + 8, label_size);
  GST_WRITE_UINT16_BE (header + 10, protocol_size);
  g_byte_array_append (open, header, sizeof header);
  return g_byte_array_append (open, (const guint8 *) label, strlen (label));
}

static void
open_on (HostileData * data, guint16 stream, const gchar * label)
{
  g_autoptr (GByteArray) open = make_open (0, strlen (label), 0, label);

  if (!hostile_data_say (data, stream, PPID_DCEP, open->data, open->len, TRUE))
    g_error ("%s: nothing can be sent on stream %u", data->viewer->name, stream);
}

static void
append_random (GByteArray * packet, guint size)
{
  for (guint i = 0; i < size; i++) {
    guint8 byte = g_rand_int (rand_);

    g_byte_array_append (packet, &byte, 1);
  }
}

static GByteArray *
copy_packet (GBytes * packet, gsize size)
{
  return g_byte_array_append (g_byte_array_new (), g_bytes_get_data (packet, NULL), size);
}

/* Packets */

static void
test_garbage (void)
{
  HostileData *data = meet ("garbage");

  expect_echo (data);
  for (guint i = 0; i < 1000; i++) {
    GByteArray *packet = i % 2 ? hostile_data_begin_packet (data) : g_byte_array_new ();

    append_random (packet, g_rand_int_range (rand_, 1, 1100));
    hostile_data_inject (data, packet, FALSE);
  }
  expect_echo (data);
  bid_farewell (data);
}

/* With the right tag and checksum: the association may end by that, but nothing else. */
static void
test_chunks (void)
{
  static const guint8 types[] = { 0, 1, 2, 3, 4, 5, 9, 10, 11, 0x82, 0x84, 0xc0, 0xc1, 0x80, 0x0f, 0x40, 6, 7, 8, 14 };
  HostileData *data = meet ("chunks");
  g_autoptr (GByteArray) header = NULL;

  expect_echo (data);
  header = hostile_data_begin_packet (data);
  for (guint i = 0; i < 100 * G_N_ELEMENTS (types); i++) {
    GByteArray *packet = g_byte_array_append (g_byte_array_new (), header->data, header->len);
    guint8 chunk[4] = { types[i / 100], g_rand_int (rand_), };
    guint size = g_rand_int (rand_) % 10 * 4;

    GST_WRITE_UINT16_BE (chunk + 2, i % 3 ? size + 4 : g_rand_int (rand_) % 60);
    g_byte_array_append (packet, chunk, sizeof chunk);
    append_random (packet, size);
    hostile_data_inject (data, packet, TRUE);
  }
  bid_farewell (data);
}

static void
test_truncated (void)
{
  HostileData *data = meet ("truncated");
  g_autoptr (GPtrArray) seen = NULL;

  expect_echo (data);
  seen = hostile_data_get_seen (data);
  for (guint i = 0; i < seen->len; i++) {
    gsize size = g_bytes_get_size (seen->pdata[i]);

    for (gsize cut = 1; cut < size; cut += 1 + cut / 16)
      hostile_data_inject (data, copy_packet (seen->pdata[i], size - cut), TRUE);
  }
  expect_echo (data);
  bid_farewell (data);
}

static void
send_with_tag (HostileData * data, GByteArray * packet, guint32 tag)
{
  GST_WRITE_UINT32_BE (packet->data + 4, tag);
  hostile_data_inject (data, packet, TRUE);
}

/* What it has sent again, and what ends an association */
static void
test_tags (void)
{
  static const guint8 endings[][8] = { {6, 0, 0, 4}, {6, 1, 0, 4}, {7, 0, 0, 8}, {8, 0, 0, 4}, {14, 0, 0, 4}, {14, 1, 0, 4} };
  HostileData *data = meet ("tags");
  g_autoptr (GPtrArray) seen = NULL;

  expect_echo (data);
  seen = hostile_data_get_seen (data);
  for (guint i = 0; i < seen->len; i++)
    for (guint32 tag = 1; tag != 0; tag <<= 1)
      send_with_tag (data, copy_packet (seen->pdata[i], g_bytes_get_size (seen->pdata[i])), tag);
  for (guint i = 0; i < 20 * G_N_ELEMENTS (endings); i++) {
    const guint8 *ending = endings[i % G_N_ELEMENTS (endings)];

    send_with_tag (data, g_byte_array_append (hostile_data_begin_packet (data), ending, ending[3]), g_rand_int (rand_));
  }
  expect_echo (data);
  bid_farewell (data);
}

/* It may end its own. */
static void
test_abort (void)
{
  static const guint8 abort_chunk[] = { 6, 0, 0, 4 };
  HostileData *data = meet ("abort");

  expect_echo (data);
  hostile_data_inject (data, g_byte_array_append (hostile_data_begin_packet (data), abort_chunk, sizeof abort_chunk), TRUE);
  check_good ();
  bid_farewell (data);
}

/* Channels */

static void
test_dcep (void)
{
  static const guint8 unknown[] = { 7, 0, 0, 0 };
  HostileData *data = meet ("dcep");
  GByteArray *lies[] = {
    make_open (0, 100, 0, "short"), make_open (0, 0, 100, "short"), make_open (0, 65535, 65535, "short"),
    make_open (0, 5, 65535, "short"), make_open (0x7f, 5, 0, "short"), make_open (0x03, 5, 0, "short"),
    g_byte_array_set_size (make_open (0, 5, 0, ""), 11), g_byte_array_set_size (make_open (0, 0, 0, ""), 1),
    g_byte_array_append (g_byte_array_new (), unknown, sizeof unknown),
  };
  gint before;

  expect_echo (data);
  before = g_atomic_int_get (&n_channels);
  for (guint i = 0; i < G_N_ELEMENTS (lies); i++) {
    g_assert_true (hostile_data_say (data, FIRST_STREAM + i, PPID_DCEP, lies[i]->data, lies[i]->len, TRUE));
    g_byte_array_unref (lies[i]);
  }
  wait_resets (data, G_N_ELEMENTS (lies));
  g_assert_cmpint (g_atomic_int_get (&n_channels), ==, before);
  expect_echo (data);
  bid_farewell (data);
}

/* A stream that there is not instead of the one that the library lets it use */
static void
leave_range (guint8 * packet, gsize size)
{
  gsize at = 12;

  for (; at + 16 <= size; at += (GST_READ_UINT16_BE (packet + at + 2) + 3) & ~3)
    if (packet[at] == 0 && GST_READ_UINT16_BE (packet + at + 8) == FIRST_STREAM + 100)
      GST_WRITE_UINT16_BE (packet + at + 8, 65535);
}

static void
test_ids (void)
{
  HostileData *data = meet ("ids");
  gint before;

  expect_echo (data);
  before = g_atomic_int_get (&n_channels);
  /* twice, and messages of a kind that there is not: the channel goes */
  open_on (data, FIRST_STREAM, "twice");
  open_on (data, FIRST_STREAM, "twice");
  open_on (data, FIRST_STREAM + 1, "kind");
  g_assert_true (hostile_data_say (data, FIRST_STREAM + 1, 99, "what", 4, TRUE));
  wait_resets (data, 2);
  g_assert_cmpint (g_atomic_int_get (&n_channels), ==, before + 2);
  /* the last one, and messages where no channel is */
  open_on (data, LAST_STREAM, "last");
  for (guint i = 0; i < 100; i++)
    g_assert_true (hostile_data_say (data, FIRST_STREAM + 2 + i % 10, PPID_BINARY, "nowhere", 7, TRUE));
  wait_atomic (&n_channels, before + 3);
  expect_echo (data);
  hostile_data_edit (data, leave_range);
  open_on (data, FIRST_STREAM + 100, "beyond");
  expect_echo (data);
  g_assert_cmpint (g_atomic_int_get (&n_channels), ==, before + 5);
  bid_farewell (data);
}

#define MAX_MESSAGE_SIZE (16 * 1024 * 1024)

static void
test_too_large (void)
{
  HostileData *data = meet ("too-large");
  gsize part = 64 * 1024;
  g_autofree guint8 *zeros = g_malloc0 (part);
  gint before;

  expect_echo (data);
  before = g_atomic_int_get (&n_data);
  open_on (data, FIRST_STREAM, "sink");
  for (gsize sent = 0; sent <= MAX_MESSAGE_SIZE; sent += part)
    g_assert_true (hostile_data_say (data, FIRST_STREAM, PPID_BINARY, zeros, part, sent == MAX_MESSAGE_SIZE));
  wait_resets (data, 1);
  g_assert_cmpint (g_atomic_int_get (&n_data), ==, before);
  expect_echo (data);
  bid_farewell (data);
}

#define MAX_REMOTE 1024

static void
test_endless (void)
{
  HostileData *data = meet ("endless");
  gint before;

  expect_echo (data);
  before = g_atomic_int_get (&n_channels) - 1;
  for (guint i = 0; i < MAX_REMOTE + 499; i++)
    open_on (data, FIRST_STREAM + i, "one more of those channels without end");
  wait_resets (data, 500);
  g_assert_cmpint (g_atomic_int_get (&n_channels), ==, before + MAX_REMOTE);
  bid_farewell (data);
}

#define N_TINY 50000

static void
test_tiny (void)
{
  HostileData *data = meet ("tiny");
  gint before = g_atomic_int_get (&n_data);

  expect_echo (data);
  open_on (data, FIRST_STREAM, "sink");
  for (guint i = 0; i < N_TINY; i++)
    g_assert_true (hostile_data_say (data, FIRST_STREAM, PPID_BINARY, "x", 1, TRUE));
  wait_atomic (&n_data, before + N_TINY);
  expect_echo (data);
  bid_farewell (data);
}

/* What is answered each time */
static void
test_heartbeats (void)
{
  HostileData *data = meet ("heartbeats");
  guint8 chunk[1000] = { 4, 0, sizeof chunk >> 8, sizeof chunk & 255, 0, 1, (sizeof chunk - 4) >> 8, (sizeof chunk - 4) & 255 };

  expect_echo (data);
  for (guint i = 0; i < 10000; i++)
    hostile_data_inject (data, g_byte_array_append (hostile_data_begin_packet (data), chunk, sizeof chunk), TRUE);
  expect_echo (data);
  bid_farewell (data);
}

/* Coming and going */

#define N_AT_ONCE 8
#define N_ROUNDS 6
#define N_WARMING 3
#define HEAP_TOLERANCE (1024 * 1024)

/* Sockets, threads of pools and what waits to be freed take a moment longer. */
static HostileLoad
settle (const HostileLoad * baseline)
{
  gint64 end = g_get_monotonic_time () + PATIENCE;
  HostileLoad load;

  do {
    g_usleep (100 * RTC_MSECOND);
    load = hostile_load_measure ();
  } while (baseline && g_get_monotonic_time () < end && (load.n_files > baseline->n_files
          || load.n_threads > baseline->n_threads || load.heap > baseline->heap + HEAP_TOLERANCE));
  g_test_message ("%u files, %u threads, %" G_GUINT64_FORMAT " bytes", load.n_files, load.n_threads, load.heap);
  return load;
}

/* Half of them stop in the middle of the association's handshake, half in the middle of a message. */
static void
come_and_go (guint round)
{
  HostileData *peers[N_AT_ONCE];
  gchar *names[N_AT_ONCE];
  g_autofree guint8 *zeros = g_malloc0 (100000);

  for (guint i = 0; i < N_AT_ONCE; i++) {
    const HostileSctpHabits habits = {.max_packets = i % 2 ? 1 + i / 2 % 3 : 0 };

    names[i] = g_strdup_printf ("cycle-%u-%u", round, i);
    peers[i] = hostile_data_start (world, names[i], &habits);
  }
  for (guint i = 0; i < N_AT_ONCE; i++)
    hostile_data_connect (peers[i]);
  for (guint i = 0; i < N_AT_ONCE; i += 2) {
    expect_echo (peers[i]);
    open_on (peers[i], FIRST_STREAM, "sink");
    hostile_data_say (peers[i], FIRST_STREAM, PPID_BINARY, zeros, 100000, FALSE);
  }
  for (guint i = 0; i < N_AT_ONCE; i++)
    hostile_data_free (peers[i], i / 2 % 2 ? HOSTILE_LEAVE : HOSTILE_VANISH);
  for (guint i = 0; i < N_AT_ONCE; i++) {
    hostile_stage_wait_gone (stage, names[i]);
    g_free (names[i]);
  }
}

static void
test_cycles (void)
{
  HostileLoad baseline, load;

  for (guint i = 0; i < N_WARMING; i++)
    come_and_go (i);
  g_usleep (500 * RTC_MSECOND);
  baseline = settle (NULL);
  for (guint i = 0; i < N_ROUNDS; i++)
    come_and_go (N_WARMING + i);
  load = settle (&baseline);
  g_assert_cmpuint (load.n_files, <=, baseline.n_files);
  g_assert_cmpuint (load.n_threads, <=, baseline.n_threads);
  g_assert_cmpuint (load.heap, <=, baseline.heap + HEAP_TOLERANCE);
  check_good ();
}

static void
open_world (const gchar * element)
{
  stage = hostile_stage_new (element);
  g_signal_connect (hostile_stage_get_element (stage), "on-data-channel", G_CALLBACK (on_data_channel), NULL);
  world = hostile_world_new (FALSE, hostile_stage_get_port (stage));
}

static void
meet_good (void)
{
  good = meet ("good");
  g_atomic_int_set (&counting, TRUE);
  counter = g_thread_new ("counter", count, GUINT_TO_POINTER (hostile_data_open (good, "echo")));
  check_good ();
}

static void
close_world (void)
{
  check_good ();
  g_atomic_int_set (&counting, FALSE);
  g_thread_join (counter);
  hostile_data_free (good, HOSTILE_LEAVE);
  g_assert_cmpint (hostile_stage_wait_gone (stage, "good"), ==, GST_RTC_ERROR_LEFT);
  hostile_world_free (world);
  hostile_stage_free (stage);
}

static void
test_open (void)
{
  open_world ("rtcbin data-channels=true");
  meet_good ();
}

/* A pad that sends to all */

#define BUFFER_SIZE 16384
#define N_BUFFERS 1500
#define SOURCE "fakesrc name=source num-buffers=" G_STRINGIFY (N_BUFFERS) " sizetype=fixed filltype=zero" \
    " sizemax=" G_STRINGIFY (BUFFER_SIZE) " ! rtc.data_bulk "
/* SCTP's buffers on both sides, the pad's, and as much again */
#define MAX_WAITING (16 * 1024 * 1024)
G_STATIC_ASSERT (N_BUFFERS * BUFFER_SIZE > MAX_WAITING);

static GstPadProbeReturn
count_buffer (GstPad * pad, GstPadProbeInfo * info, gpointer n)
{
  g_atomic_int_inc ((gint *) n);
  return GST_PAD_PROBE_OK;
}

/* In the writer's bin behind the pad: what it has let pass */
static void
watch_source (gint * n_buffers)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (hostile_stage_get_element (stage), "data_bulk");
  g_autoptr (GstPad) source = gst_pad_get_peer (pad);

  gst_pad_add_probe (source, GST_PAD_PROBE_TYPE_BUFFER, count_buffer, n_buffers, NULL);
}

/* Returns: how many buffers came until the pad blocks */
static gint
wait_blocked (gint * n_buffers)
{
  gint64 end = g_get_monotonic_time () + PATIENCE;
  gint n, last = 0;

  wait_atomic (n_buffers, 1);
  while ((n = g_atomic_int_get (n_buffers)) != last) {
    g_assert_cmpint (g_get_monotonic_time (), <, end);
    last = n;
    g_usleep (500 * RTC_MSECOND);
  }
  return n;
}

/* The pad waits for who does not read, and the rest of the element goes on, until that one is given up. */
static void
test_never_reads (void)
{
  const HostileSctpHabits habits = {.reads_nothing = TRUE };
  gint n_buffers = 0, n_blocked;
  HostileLoad before, load;
  HostileData *data;

  open_world (SOURCE "rtcsink data-channels=true");
  watch_source (&n_buffers);
  before = hostile_load_measure ();
  data = hostile_data_start (world, "never-reads", &habits);
  hostile_data_connect (data);
  n_blocked = wait_blocked (&n_buffers);
  load = hostile_load_measure ();
  g_test_message ("blocked after %d buffers, with %" G_GUINT64_FORMAT " bytes more", n_blocked, load.heap - before.heap);
  g_assert_cmpint (n_blocked * BUFFER_SIZE, <, MAX_WAITING);
  g_assert_cmpuint (load.heap, <, before.heap + MAX_WAITING);
  meet_good ();
  g_assert_cmpuint (hostile_data_get_news (good).n_others, ==, 0);
  g_assert_cmpuint (hostile_stage_get_n_warnings (stage), ==, 0);
  HOSTILE_DATA_WAIT (good, n_others, N_BUFFERS - n_blocked);
  g_assert_cmpuint (hostile_stage_get_n_warnings (stage), ==, 1);
  g_assert_true (hostile_stage_has (stage, "never-reads"));
  bid_farewell (data);
  close_world ();
}

int
main (int argc, char **argv)
{
  gint status;

  g_test_init (&argc, &argv, NULL);
  gst_init (&argc, &argv);
  rand_ = g_rand_new_with_seed (1);
  g_test_add_func ("/data/open", test_open);
  g_test_add_func ("/data/garbage", test_garbage);
  g_test_add_func ("/data/chunks", test_chunks);
  g_test_add_func ("/data/truncated", test_truncated);
  g_test_add_func ("/data/tags", test_tags);
  g_test_add_func ("/data/abort", test_abort);
  g_test_add_func ("/data/dcep", test_dcep);
  g_test_add_func ("/data/ids", test_ids);
  g_test_add_func ("/data/too-large", test_too_large);
  g_test_add_func ("/data/endless", test_endless);
  g_test_add_func ("/data/tiny", test_tiny);
  g_test_add_func ("/data/heartbeats", test_heartbeats);
  g_test_add_func ("/data/cycles", test_cycles);
  g_test_add_func ("/data/close", close_world);
  g_test_add_func ("/data/never-reads", test_never_reads);
  status = g_test_run ();
  g_rand_free (rand_);
  return status;
}
