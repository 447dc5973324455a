/* gst-rtc: what a peer sends comes out of the receiver, whatever happens to it on the way
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "receiverstage.h"

#include <gst/elements/gstrtccodecs.h>
#include <string.h>

static gboolean
shows_red (Stage * stage)
{
  const Output *video = &stage->outputs[RTC_MEDIA_VIDEO];

  return video->red > 200 && video->green < 60 && video->blue < 60;
}

static gboolean
shows_blue (Stage * stage)
{
  const Output *video = &stage->outputs[RTC_MEDIA_VIDEO];

  return video->red < 60 && video->green < 60 && video->blue > 200;
}

/* 440 Hz: a block of 10 ms has 8 or 9 crossings; opus may begin with another size */
static gboolean
sounds (Stage * stage)
{
  const Output *audio = &stage->outputs[RTC_MEDIA_AUDIO];

  return audio->buffers > 20 && audio->level > 0.5 && audio->crossings >= 7 && audio->crossings <= 10;
}

static void
check_continuous (const Output * output)
{
  g_assert_cmpuint (output->stream_starts, ==, 1);
  g_assert_cmpuint (output->segments, ==, 1);
  g_assert_cmpuint (output->eos, ==, 0);
  g_assert_cmpuint (output->backwards, ==, 0);
}

static void
test_media (void)
{
  Stage *stage = stage_new (40, TRUE);
  gint64 begin;

  stage_start (stage);
  begin = g_get_monotonic_time ();
  sender_new (stage, VIDEO ("red", SMALL) H264, VIDEO_LINE, PT_H264, 1, NULL);
  sender_new (stage, OPUS, AUDIO_LINE, PT_OPUS, 2, NULL);
  stage_wait_until (stage, shows_red);
  stage_wait_until (stage, sounds);
  stage_wait (stage, &stage->reports, 2);
  g_test_message ("first RTCP after %" G_GINT64_FORMAT " ms", (stage->first_rtcp - begin) / 1000);
  check_continuous (&stage->outputs[RTC_MEDIA_VIDEO]);
  check_continuous (&stage->outputs[RTC_MEDIA_AUDIO]);
  g_assert_cmpuint (stage->nacks, ==, 0);
  g_assert_cmpuint (stage->plis, ==, 0);
  stage_free (stage);
}

static Output *
video_of (Stage * stage)
{
  return &stage->outputs[RTC_MEDIA_VIDEO];
}

static Output *
audio_of (Stage * stage)
{
  return &stage->outputs[RTC_MEDIA_AUDIO];
}

/* What leaves is what downstream takes */

static void
check_form (const gchar * downstream, const gchar * media, const gchar * format)
{
  Stage *stage = stage_new (20, TRUE);

  stage->downstream[RTC_MEDIA_VIDEO] = downstream;
  stage_start (stage);
  sender_new (stage, VIDEO ("red", SMALL) H264, VIDEO_LINE, PT_H264, 1, NULL);
  stage_wait (stage, &video_of (stage)->buffers, 5);
  g_assert_cmpstr (video_of (stage)->media, ==, media);
  if (format)
    g_assert_cmpstr (video_of (stage)->format, ==, format);
  check_continuous (video_of (stage));
  stage_free (stage);
}

static void
test_forms (void)
{
  check_form ("fakesink name=out", "video/x-raw", NULL);
  check_form ("capsfilter caps=video/x-h264,stream-format=avc ! fakesink name=out", "video/x-h264", "avc");
  check_form ("capsfilter caps=video/x-h264,stream-format=byte-stream,alignment=nal ! fakesink name=out",
      "video/x-h264", "byte-stream");
  check_form ("capsfilter caps=application/x-rtp ! fakesink name=out", "application/x-rtp", "H264");
}

static void
test_unfit_form (void)
{
  Stage *stage = stage_new (20, TRUE);

  stage->downstream[RTC_MEDIA_VIDEO] = "capsfilter caps=video/x-vp9 ! fakesink name=out";
  stage_start (stage);
  sender_new (stage, VIDEO ("red", SMALL) H264, VIDEO_LINE, PT_H264, 1, NULL);
  sender_new (stage, OPUS, AUDIO_LINE, PT_OPUS, 2, NULL);
  stage_wait_warning (stage, "H264");
  stage_wait_until (stage, sounds);
  g_assert_cmpuint (video_of (stage)->buffers, ==, 0);
  stage_free (stage);
}

/* The peer changes what it sends */

static void
test_other_codec (void)
{
  Stage *stage = stage_new (40, TRUE);
  Sender *sender;

  stage_start (stage);
  sender = sender_new (stage, VIDEO ("red", SMALL) H264, VIDEO_LINE, PT_H264, 1, NULL);
  stage_wait_until (stage, shows_red);
  sender = sender_replace (sender, VIDEO ("blue", SMALL) VP8, PT_VP8);
  stage_wait_until (stage, shows_blue);
  sender_replace (sender, VIDEO ("red", SMALL) H264, PT_H264);
  stage_wait_until (stage, shows_red);
  check_continuous (video_of (stage));
  stage_free (stage);
}

static gboolean
is_replaced_ssrc_gone (Stage * stage)
{
  GstIterator *iter = gst_bin_iterate_all_by_element_factory_name (GST_BIN (stage->receiver),
      "rtpjitterbuffer");
  guint n = 0;
  GValue value = G_VALUE_INIT;

  while (gst_iterator_next (iter, &value) == GST_ITERATOR_OK) {
    n++;
    g_value_reset (&value);
  }
  g_value_unset (&value);
  gst_iterator_free (iter);
  return n == 1;
}

static void
test_other_ssrc (void)
{
  Stage *stage = stage_new (40, TRUE);
  Sender *sender;

  stage_start (stage);
  sender = sender_new (stage, VIDEO ("red", SMALL) VP8, VIDEO_LINE, PT_VP8, 1, NULL);
  stage_wait_until (stage, shows_red);
  sender_stop (sender);
  sender_new (stage, VIDEO ("blue", SMALL) VP8, VIDEO_LINE, PT_VP8, 3, NULL);
  stage_wait_until (stage, shows_blue);
  stage_wait_until (stage, is_replaced_ssrc_gone);
  check_continuous (video_of (stage));
  stage_free (stage);
}

/* What says that it leaves may come back, and another one may come in its place. */
static void
test_goodbye (void)
{
  Stage *stage = stage_new (40, TRUE);
  Sender *sender;

  stage_start (stage);
  sender = sender_new (stage, VIDEO ("red", SMALL) VP8, VIDEO_LINE, PT_VP8, 1, NULL);
  stage_wait_until (stage, shows_red);
  sender_say_goodbye (sender);
  stage_wait_more (stage, &video_of (stage)->buffers, 100);
  g_assert_cmpuint (stage->plis, ==, 0);
  sender_say_goodbye (sender);
  sender_stop (sender);
  sender_new (stage, VIDEO ("blue", SMALL) VP8, VIDEO_LINE, PT_VP8, 3, NULL);
  stage_wait_until (stage, shows_blue);
  stage_wait_more (stage, &video_of (stage)->buffers, 30);
  check_continuous (video_of (stage));
  stage_free (stage);
}

static gboolean
is_large (Stage * stage)
{
  return video_of (stage)->width == 320 && shows_blue (stage);
}

static void
check_other_size (const gchar * small, const gchar * large, guint8 pt)
{
  Stage *stage = stage_new (40, TRUE);
  Sender *sender;

  stage_start (stage);
  sender = sender_new (stage, small, VIDEO_LINE, pt, 1, NULL);
  stage_wait_until (stage, shows_red);
  sender_replace (sender, large, pt);
  stage_wait_until (stage, is_large);
  check_continuous (video_of (stage));
  g_assert_cmpuint (stage->plis, ==, 0);
  stage_free (stage);
}

static void
test_other_size (void)
{
  check_other_size (VIDEO ("red", SMALL) H264, VIDEO ("blue", "width=320,height=240") H264, PT_H264);
  check_other_size (VIDEO ("red", SMALL) VP8, VIDEO ("blue", "width=320,height=240") VP8, PT_VP8);
}

/* Loss */

static gboolean
lose_some (Sender * sender, guint16 sequence, const guint8 * payload, gsize size)
{
  return sequence % 13 == 12;
}

static void
test_nack (void)
{
  Stage *stage = stage_new (200, TRUE);
  Sender *sender;

  stage_start (stage);
  sender = sender_new (stage, VIDEO ("red", SMALL) VP8, VIDEO_LINE, PT_VP8, 1, lose_some);
  stage_wait (stage, &sender->packets, 60);
  stage_wait (stage, &stage->nacks, 4);
  stage_wait (stage, &video_of (stage)->buffers, 60);
  for (guint i = 0; i < stage->nacked->len; i++)
    g_assert_cmpuint (g_array_index (stage->nacked, guint16, i) % 13, ==, 12);
  g_assert_cmpuint (stage->plis, ==, 0);
  check_continuous (video_of (stage));
  stage_free (stage);
}

static gboolean
lose_first (Sender * sender, guint16 sequence, const guint8 * payload, gsize size)
{
  return sequence == 0;
}

static gboolean
lose_one_late (Sender * sender, guint16 sequence, const guint8 * payload, gsize size)
{
  return sequence == 20;
}

/* lost: of a key frame, or of what follows one; nobody sends it again */
static void
check_pli (const gchar * source, guint8 pt, LossFunc loss)
{
  Stage *stage = stage_new (40, FALSE);
  Sender *sender;

  stage_start (stage);
  sender = sender_new (stage, source, VIDEO_LINE, pt, 1, loss);
  sender->answers_nack = FALSE;
  stage_wait (stage, &stage->plis, 1);
  stage_wait (stage, &video_of (stage)->buffers, 40);
  stage_wait_until (stage, shows_red);
  g_assert_cmpuint (stage->plis, <=, 2);
  g_assert_cmpuint (stage->nacks, ==, 0);
  check_continuous (video_of (stage));
  stage_free (stage);
}

static void
test_pli (void)
{
  check_pli (VIDEO ("red", SMALL) VP8, PT_VP8, lose_first);
  check_pli (VIDEO ("red", SMALL) VP8, PT_VP8, lose_one_late);
  check_pli (VIDEO ("red", SMALL) H264, PT_H264, lose_one_late);
}

/* Probes for bandwidth in the sequence of the media */
static void
check_probes (const gchar * source, guint8 pt, guint m_line)
{
  Stage *stage = stage_new (100, TRUE);
  Sender *sender;

  stage_start (stage);
  sender = sender_new (stage, source, m_line, pt, 1, NULL);
  sender->probes = 2;
  stage_wait (stage, &stage->outputs[m_line == VIDEO_LINE ? RTC_MEDIA_VIDEO : RTC_MEDIA_AUDIO].buffers, 60);
  g_assert_cmpuint (stage->plis + stage->nacks, ==, 0);
  check_continuous (m_line == VIDEO_LINE ? video_of (stage) : audio_of (stage));
  stage_free (stage);
}

static void
test_probes (void)
{
  check_probes (VIDEO ("red", SMALL) VP8, PT_VP8, VIDEO_LINE);
  check_probes (VIDEO ("red", SMALL) H264, PT_H264, VIDEO_LINE);
  check_probes (OPUS, PT_OPUS, AUDIO_LINE);
}

static gboolean
lose_sound (Sender * sender, guint16 sequence, const guint8 * payload, gsize size)
{
  return sequence > 20 && sequence % 10 == 5;
}

/* Lost sound is made up: as many samples come out as went in */
static void
test_concealment (void)
{
  Stage *stage = stage_new (40, FALSE);
  Sender *sender;
  GstClockTime first, last;
  guint first_samples, samples;

  stage_start (stage);
  sender = sender_new (stage, OPUS, AUDIO_LINE, PT_OPUS, 2, lose_sound);
  stage_wait (stage, &audio_of (stage)->buffers, 20);
  g_mutex_lock (&stage->lock);
  first = audio_of (stage)->last_pts;
  first_samples = audio_of (stage)->samples;
  g_mutex_unlock (&stage->lock);
  stage_wait (stage, &sender->packets, 120);
  stage_wait (stage, &audio_of (stage)->buffers, 300);
  g_mutex_lock (&stage->lock);
  last = audio_of (stage)->last_pts;
  samples = audio_of (stage)->samples - first_samples;
  g_mutex_unlock (&stage->lock);
  g_test_message ("%.3f s with %.3f s of sound", (last - first) / 1e9, samples / 48000.0);
  /* a tenth was lost */
  g_assert_cmpfloat (samples / 48000.0, >, (last - first) / 1e9 * 0.95);
  g_assert_true (sounds (stage));
  stage_free (stage);
}

/* Downstream */

static void
test_unlinked (void)
{
  Stage *stage = stage_new (40, TRUE);

  stage->downstream[RTC_MEDIA_VIDEO] = "";
  stage_start (stage);
  sender_new (stage, VIDEO ("red", SMALL) VP8, VIDEO_LINE, PT_VP8, 1, NULL);
  sender_new (stage, OPUS, AUDIO_LINE, PT_OPUS, 2, NULL);
  stage_wait_until (stage, sounds);
  stage_wait (stage, &audio_of (stage)->buffers, 100);
  g_assert_cmpuint (stage->plis, ==, 0);
  stage_link (stage, RTC_MEDIA_VIDEO, NULL);
  stage_wait_until (stage, shows_red);
  g_assert_cmpuint (stage->plis, ==, 1);
  stage_free (stage);
}

static GstPadProbeReturn
block (GstPad * pad, GstPadProbeInfo * info, gpointer user_data)
{
  g_atomic_int_set ((gint *) user_data, TRUE);
  return GST_PAD_PROBE_OK;
}

/* Nothing moves behind one pad: the other one goes on, and the end does not wait for it. */
static void
test_blocked (void)
{
  Stage *stage = stage_new (40, TRUE);
  gint blocked = FALSE;
  gint64 begin;
  gulong probe;
  guint heard;

  stage_start (stage);
  sender_new (stage, VIDEO ("red", SMALL) VP8, VIDEO_LINE, PT_VP8, 1, NULL);
  sender_new (stage, OPUS, AUDIO_LINE, PT_OPUS, 2, NULL);
  stage_wait_until (stage, shows_red);
  probe = gst_pad_add_probe (video_of (stage)->pad, GST_PAD_PROBE_TYPE_BLOCK_DOWNSTREAM, block, &blocked,
      NULL);
  while (!g_atomic_int_get (&blocked))
    g_usleep (1000);
  g_mutex_lock (&stage->lock);
  heard = audio_of (stage)->buffers;
  g_mutex_unlock (&stage->lock);
  stage_wait (stage, &audio_of (stage)->buffers, heard + 400);
  gst_pad_remove_probe (video_of (stage)->pad, probe);
  stage_wait_more (stage, &video_of (stage)->buffers, 60);

  g_atomic_int_set (&blocked, FALSE);
  gst_pad_add_probe (video_of (stage)->pad, GST_PAD_PROBE_TYPE_BLOCK_DOWNSTREAM, block, &blocked, NULL);
  while (!g_atomic_int_get (&blocked))
    g_usleep (1000);
  begin = g_get_monotonic_time ();
  gst_rtc_receiver_end (stage->receiver);
  g_assert_cmpint (g_get_monotonic_time () - begin, <, 3 * G_TIME_SPAN_SECOND);
  g_assert_cmpuint (audio_of (stage)->eos, ==, 1);
  g_assert_cmpuint (video_of (stage)->removed, ==, 1);
  stage_free (stage);
}

/* Ends */

static void
test_end (void)
{
  Stage *stage = stage_new (40, TRUE);
  gint64 begin;

  stage_start (stage);
  sender_new (stage, VIDEO ("red", SMALL) H264, VIDEO_LINE, PT_H264, 1, NULL);
  sender_new (stage, OPUS, AUDIO_LINE, PT_OPUS, 2, NULL);
  stage_wait_until (stage, shows_red);
  stage_wait_until (stage, sounds);

  stage_negotiate (stage, FALSE, TRUE);
  g_assert_cmpuint (video_of (stage)->eos, ==, 1);
  g_assert_cmpuint (video_of (stage)->removed, ==, 1);
  g_assert_cmpuint (audio_of (stage)->eos, ==, 0);
  stage_wait_more (stage, &audio_of (stage)->buffers, 20);
  stage_negotiate (stage, TRUE, TRUE);
  stage_wait (stage, &video_of (stage)->stream_starts, 2);

  begin = g_get_monotonic_time ();
  gst_rtc_receiver_end (stage->receiver);
  g_assert_cmpint (g_get_monotonic_time () - begin, <, G_TIME_SPAN_SECOND);
  g_assert_cmpuint (video_of (stage)->eos, ==, 2);
  g_assert_cmpuint (video_of (stage)->removed, ==, 2);
  g_assert_cmpuint (audio_of (stage)->eos, ==, 1);
  g_assert_cmpuint (audio_of (stage)->removed, ==, 1);
  stage_free (stage);
}

static guint
count_threads (void)
{
  g_autoptr (GDir) dir = g_dir_open ("/proc/self/task", 0, NULL);
  guint n = 0;

  while (g_dir_read_name (dir))
    n++;
  return n;
}

static void
live_and_die (guint buffers)
{
  Stage *stage = stage_new (10, TRUE);

  stage_start (stage);
  sender_new (stage, OPUS, AUDIO_LINE, PT_OPUS, 2, NULL);
  stage_wait (stage, &audio_of (stage)->buffers, buffers);
  stage_free (stage);
}

static void
test_cycles (void)
{
  guint before;
  gint kept = g_thread_pool_get_max_unused_threads ();

  /* the first one starts the threads of the process: the system clock's */
  live_and_die (1);
  g_thread_pool_set_max_unused_threads (0);
  g_usleep (G_USEC_PER_SEC / 5);
  before = count_threads ();
  for (guint i = 0; i < 50; i++)
    live_and_die (i % 3);
  for (guint i = 0; i < 100 && count_threads () > before; i++)
    g_usleep (20000);
  g_assert_cmpuint (count_threads (), <=, before);
  g_thread_pool_set_max_unused_threads (kept);
}

/* Time */

static GstClockTime
query_latency (Stage * stage)
{
  g_autoptr (GstQuery) query = gst_query_new_latency ();
  GstClockTime min, max;
  gboolean live;

  g_assert_true (gst_pad_query (video_of (stage)->pad, query));
  gst_query_parse_latency (query, &live, &min, &max);
  g_assert_true (live);
  return min;
}

/* A sink that waits for the clock, and longer than the jitter buffer alone asks for, holds up the jitter
 * buffer's thread: nothing gets lost by that. */
static void
test_waiting_sink (void)
{
  Stage *stage = stage_new (100, TRUE);

  stage->sync = TRUE;
  stage->downstream[RTC_MEDIA_VIDEO] =
      "videoconvert ! video/x-raw,format=RGB ! fakesink name=out processing-deadline=100000000";
  stage_start (stage);
  sender_new (stage, VIDEO ("red", SMALL) VP8, VIDEO_LINE, PT_VP8, 1, NULL);
  stage_wait (stage, &video_of (stage)->buffers, 3);
  g_assert_cmpuint (query_latency (stage), ==, 100 * GST_MSECOND);
  gst_bin_recalculate_latency (GST_BIN (stage->pipeline));
  stage_wait (stage, &video_of (stage)->buffers, 60);
  g_assert_cmpfloat (video_of (stage)->delay, >, 0.1);
  g_assert_cmpuint (stage->nacks + stage->plis, ==, 0);
  check_continuous (video_of (stage));
  stage_free (stage);
}

static gboolean
hold_up (Sender * sender, guint16 sequence, const guint8 * payload, gsize size)
{
  g_usleep (sequence % 4 == 0 ? 90000 : 0);
  return FALSE;
}

static gboolean
has_more_latency (Stage * stage)
{
  return query_latency (stage) > 20 * GST_MSECOND;
}

static void
test_adapts (void)
{
  Stage *stage = stage_new_adaptive (20, 300);

  stage_start (stage);
  sender_new (stage, VIDEO ("red", SMALL) VP8, VIDEO_LINE, PT_VP8, 1, hold_up);
  stage_wait (stage, &video_of (stage)->buffers, 3);
  g_assert_cmpuint (query_latency (stage), ==, 20 * GST_MSECOND);
  stage_wait_until (stage, has_more_latency);
  g_assert_cmpuint (query_latency (stage), <=, 300 * GST_MSECOND);
  stage_free (stage);
}

/* Lip-sync */

static void
send_reports (Stage * stage, Sender * video, Sender * audio, gint64 ahead)
{
  g_mutex_lock (&stage->lock);
  sender_report (video, video->last_sent - ahead, "peer");
  sender_report (audio, audio->last_sent, "peer");
  g_mutex_unlock (&stage->lock);
}

/* The peer says that its pictures are 100 ms older than the sound that came with them: the sound waits. */
static void
test_sync (void)
{
  Stage *stage = stage_new (40, TRUE);
  Sender *video, *audio;
  gdouble skew;

  stage_start (stage);
  video = sender_new (stage, VIDEO ("red", SMALL) VP8, VIDEO_LINE, PT_VP8, 1, NULL);
  audio = sender_new (stage, OPUS, AUDIO_LINE, PT_OPUS, 2, NULL);
  stage_wait (stage, &video_of (stage)->buffers, 10);
  stage_wait (stage, &audio_of (stage)->buffers, 30);
  send_reports (stage, video, audio, 100000);
  stage_wait_more (stage, &video_of (stage)->buffers, 5);
  stage_wait_more (stage, &audio_of (stage)->buffers, 10);
  g_mutex_lock (&stage->lock);
  skew = video_of (stage)->delay - audio_of (stage)->delay;
  g_mutex_unlock (&stage->lock);
  g_test_message ("delays %.3f %.3f", video_of (stage)->delay, audio_of (stage)->delay);
  g_assert_cmpfloat_with_epsilon (skew, 0.1, 0.04);
  stage_free (stage);
}

/* Faults */

static void
break_decoder (Stage * stage, const gchar * factory)
{
  GstIterator *iter = gst_bin_iterate_all_by_element_factory_name (GST_BIN (stage->receiver), factory);
  GValue value = G_VALUE_INIT;

  if (gst_iterator_next (iter, &value) == GST_ITERATOR_OK) {
    GST_ELEMENT_ERROR (g_value_get_object (&value), STREAM, DECODE, ("It broke."), (NULL));
    g_value_unset (&value);
  }
  gst_iterator_free (iter);
}

static void
test_broken_decoder (void)
{
  Stage *stage = stage_new (20, TRUE);

  stage_start (stage);
  sender_new (stage, VIDEO ("red", SMALL) VP8, VIDEO_LINE, PT_VP8, 1, NULL);
  sender_new (stage, OPUS, AUDIO_LINE, PT_OPUS, 2, NULL);
  stage_wait_until (stage, shows_red);
  break_decoder (stage, "vp8dec");
  stage_wait_warning (stage, "It broke.");
  stage_wait (stage, &stage->plis, 1);
  stage_wait_more (stage, &video_of (stage)->buffers, 10);
  check_continuous (video_of (stage));
  while (stage_read (stage, &video_of (stage)->eos) == 0) {
    break_decoder (stage, "vp8dec");
    g_usleep (20000);
  }
  stage_wait_warning (stage, "again and again");
  g_assert_cmpuint (video_of (stage)->removed, ==, 0);
  stage_wait_more (stage, &audio_of (stage)->buffers, 20);
  stage_free (stage);
}

static GBytes *
make_packet (guint8 pt, guint16 sequence, guint32 ssrc)
{
  guint8 *packet = g_malloc0 (100);

  packet[0] = 0x80;
  packet[1] = pt;
  GST_WRITE_UINT16_BE (packet + 2, sequence);
  GST_WRITE_UINT32_BE (packet + 8, ssrc);
  return g_bytes_new_take (packet, 100);
}

/* Every third packet of very many is missing, at a time of its own */
static void
test_nack_flood (void)
{
  Stage *stage = stage_new (200, TRUE);
  gint64 begin = g_get_monotonic_time ();
  guint sent, asked;
  gint64 elapsed;

  stage_start (stage);
  for (guint i = 0; i < 3000; i++) {
    GBytes *packet = make_packet (PT_VP8, i + i / 2, 1);

    GST_WRITE_UINT32_BE ((guint8 *) g_bytes_get_data (packet, NULL) + 4, (g_get_monotonic_time () - begin) * 9 / 100);
    stage_deliver (stage, VIDEO_LINE, packet, FALSE);
    g_usleep (600);
  }
  sent = stage_read (stage, &stage->nack_packets);
  asked = stage_read (stage, &stage->nacks);
  elapsed = g_get_monotonic_time () - begin;
  g_test_message ("%u NACKs for %u packets in %.3f s", sent, asked, elapsed / 1e6);
  g_assert_cmpuint (asked, >, 100);
  g_assert_cmpint (sent, <=, elapsed / (2 * G_TIME_SPAN_MILLISECOND));
  stage_free (stage);
}

/* Payload types and sections that nobody negotiated, garbage in a known one, RTCP that is none */
static void
test_strangers (void)
{
  Stage *stage = stage_new (20, TRUE);

  stage_start (stage);
  for (guint i = 0; i < 20; i++) {
    stage_deliver (stage, VIDEO_LINE, make_packet (120, i, 1), FALSE);
    stage_deliver (stage, 7, make_packet (PT_VP8, i, 10), FALSE);
    stage_deliver (stage, AUDIO_LINE, make_packet (PT_VP8, i, 11), FALSE);
    stage_deliver (stage, VIDEO_LINE, make_packet (PT_H264, i, 12), FALSE);
    stage_deliver_rtcp (stage, make_packet (PT_VP8, i, 1));
  }
  g_usleep (100000);
  sender_new (stage, VIDEO ("red", SMALL) VP8, VIDEO_LINE, PT_VP8, 1, NULL);
  stage_wait_until (stage, shows_red);
  stage_free (stage);
}

static void
remove_decoders (const gchar * caps_name)
{
  g_autoptr (GstCaps) caps = gst_caps_new_empty_simple (caps_name);
  GList *all = gst_element_factory_list_get_elements (GST_ELEMENT_FACTORY_TYPE_DECODER, GST_RANK_NONE);
  GList *fitting = gst_element_factory_list_filter (all, caps, GST_PAD_SINK, FALSE);

  for (GList * l = fitting; l; l = l->next)
    gst_registry_remove_feature (gst_registry_get (), l->data);
  gst_plugin_feature_list_free (all);
  gst_plugin_feature_list_free (fitting);
}

static gboolean
lists (const gchar * name, const gchar * const *names)
{
  g_autoptr (GPtrArray) codecs = gst_rtc_codecs_get_receivable (RTC_MEDIA_VIDEO, names);

  for (guint i = 0; i < codecs->len; i++) {
    if (g_str_equal (((RtcCodec *) codecs->pdata[i])->name, name))
      return TRUE;
  }
  return FALSE;
}

static void
test_missing_decoder (void)
{
  const gchar *const h264[] = { "h264", NULL };
  Stage *stage;

  g_assert_true (lists ("H264", NULL));
  remove_decoders ("video/x-h264");
  g_assert_false (lists ("H264", NULL));
  g_assert_true (lists ("H264", h264));
  g_assert_true (lists ("VP8", NULL));
  g_assert_false (lists ("VP8", h264));

  stage = stage_new (20, TRUE);
  stage_start (stage);
  sender_new (stage, VIDEO ("red", SMALL) H264, VIDEO_LINE, PT_H264, 1, NULL);
  sender_new (stage, OPUS, AUDIO_LINE, PT_OPUS, 2, NULL);
  stage_wait_warning (stage, "gstreamer1.0-libav");
  stage_wait_until (stage, sounds);
  stage_free (stage);
}

static void
test_stats (void)
{
  Stage *stage = stage_new (60, TRUE);
  g_autoptr (GstStructure) entry = gst_structure_new_empty ("inbound-rtp");
  Sender *sender;
  guint64 emitted, decoded;
  gdouble delay, target, jitter;
  guint sent, nacks, keys, dropped, freezes;

  stage_start (stage);
  sender = sender_new (stage, VIDEO ("red", SMALL) VP8, VIDEO_LINE, PT_VP8, 1, lose_some);
  stage_wait (stage, &sender->packets, 40);
  stage_wait (stage, &video_of (stage)->buffers, 30);
  stage_wait (stage, &stage->nacks, 2);
  sent = stage->nack_packets;
  gst_rtc_receiver_describe (stage->receiver, "v", entry);
  g_assert_true (gst_structure_get (entry, "jitterBufferEmittedCount", G_TYPE_UINT64, &emitted,
      "framesDecoded",
          G_TYPE_UINT64, &decoded, "jitterBufferDelay", G_TYPE_DOUBLE, &delay, "jitterBufferTargetDelay",
              G_TYPE_DOUBLE,
          &target, "jitter", G_TYPE_DOUBLE, &jitter, "nackCount", G_TYPE_UINT, &nacks, NULL));
  g_assert_cmpuint (decoded, >=, 30);
  g_assert_cmpuint (emitted, >=, decoded);
  g_assert_cmpfloat (delay, <, emitted * 0.1);
  g_assert_cmpfloat_with_epsilon (target, emitted * 0.06, 0.001);
  g_assert_cmpfloat (jitter, <, 0.1);
  g_assert_cmpuint (nacks, >=, sent);
  g_assert_cmpuint (nacks, <=, stage->nack_packets + 1);
  g_assert_true (gst_structure_get (entry, "keyFramesDecoded", G_TYPE_UINT, &keys, "framesDropped",
          G_TYPE_UINT, &dropped, "freezeCount", G_TYPE_UINT, &freezes, NULL));
  g_assert_cmpuint (keys, ==, 1);
  g_assert_cmpuint (dropped, ==, 0);
  g_assert_false (gst_structure_has_field (entry, "concealedSamples"));
  stage_free (stage);
}

/* A tenth of the sound gets lost, and nobody sends it again. */
static void
test_sound_stats (void)
{
  Stage *stage = stage_new (20, FALSE);
  g_autoptr (GstStructure) entry = gst_structure_new_empty ("inbound-rtp");
  guint64 samples, concealed, events;

  stage_start (stage);
  sender_new (stage, OPUS, AUDIO_LINE, PT_OPUS, 2, lose_sound);
  stage_wait (stage, &audio_of (stage)->buffers, 150);
  gst_rtc_receiver_describe (stage->receiver, "a", entry);
  g_assert_true (gst_structure_get (entry, "totalSamplesReceived", G_TYPE_UINT64, &samples,
          "concealedSamples", G_TYPE_UINT64, &concealed, "concealmentEvents", G_TYPE_UINT64, &events, NULL));
  g_test_message ("%" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT " samples, %" G_GUINT64_FORMAT " times",
      concealed, samples, events);
  g_assert_cmpuint (samples, >=, 140 * 480);
  g_assert_cmpuint (events, >=, 8);
  g_assert_cmpuint (concealed, >=, events * 400);
  g_assert_cmpuint (concealed, <=, events * 560);
  g_assert_false (gst_structure_has_field (entry, "freezeCount"));
  stage_free (stage);
}

/* One second of nothing */
static gboolean
lose_much (Sender * sender, guint16 sequence, const guint8 * payload, gsize size)
{
  return sequence >= 30 && sequence < 60;
}

static void
test_freeze_stats (void)
{
  Stage *stage = stage_new (20, FALSE);
  g_autoptr (GstStructure) entry = gst_structure_new_empty ("inbound-rtp");
  guint keys, freezes;
  gdouble duration;

  stage_start (stage);
  sender_new (stage, VIDEO ("red", SMALL) VP8, VIDEO_LINE, PT_VP8, 1, lose_much);
  stage_wait (stage, &video_of (stage)->buffers, 60);
  gst_rtc_receiver_describe (stage->receiver, "v", entry);
  g_assert_true (gst_structure_get (entry, "keyFramesDecoded", G_TYPE_UINT, &keys, "freezeCount", G_TYPE_UINT,
          &freezes, "totalFreezesDuration", G_TYPE_DOUBLE, &duration, NULL));
  g_test_message ("%u freezes in %.3f s, %u key frames", freezes, duration, keys);
  g_assert_cmpuint (keys, ==, 2);
  g_assert_cmpuint (freezes, >=, 1);
  g_assert_cmpfloat (duration, >, 0.9);
  stage_free (stage);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/receiver/media", test_media);
  g_test_add_func ("/receiver/forms", test_forms);
  g_test_add_func ("/receiver/unfit-form", test_unfit_form);
  g_test_add_func ("/receiver/other-codec", test_other_codec);
  g_test_add_func ("/receiver/other-ssrc", test_other_ssrc);
  g_test_add_func ("/receiver/goodbye", test_goodbye);
  g_test_add_func ("/receiver/other-size", test_other_size);
  g_test_add_func ("/receiver/nack", test_nack);
  g_test_add_func ("/receiver/pli", test_pli);
  g_test_add_func ("/receiver/probes", test_probes);
  g_test_add_func ("/receiver/concealment", test_concealment);
  g_test_add_func ("/receiver/unlinked", test_unlinked);
  g_test_add_func ("/receiver/blocked", test_blocked);
  g_test_add_func ("/receiver/end", test_end);
  g_test_add_func ("/receiver/cycles", test_cycles);
  g_test_add_func ("/receiver/waiting-sink", test_waiting_sink);
  g_test_add_func ("/receiver/adapts", test_adapts);
  g_test_add_func ("/receiver/sync", test_sync);
  g_test_add_func ("/receiver/broken-decoder", test_broken_decoder);
  g_test_add_func ("/receiver/nack-flood", test_nack_flood);
  g_test_add_func ("/receiver/strangers", test_strangers);
  g_test_add_func ("/receiver/stats", test_stats);
  g_test_add_func ("/receiver/sound-stats", test_sound_stats);
  g_test_add_func ("/receiver/freeze-stats", test_freeze_stats);
  /* the last one: what it takes away does not come back */
  g_test_add_func ("/receiver/missing-decoder", test_missing_decoder);
  return g_test_run ();
}
