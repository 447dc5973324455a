/* gst-rtc: media on its way in, from caps to frames, without any network
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <gst/check/gstharness.h>
#include <gst/elements/gstrtcencoder.h>
#include <gst/elements/gstrtcinput.h>
#include <gst/gst.h>
#include <string.h>

#define PATIENCE (20 * G_TIME_SPAN_SECOND)
#define LINGER 300

/* What an outlet has seen */
typedef struct
{
  const GstRtcCodec *codec;
  GstRtcBranch *branch;
  gboolean forceable;
  guint frames, keys;
  gboolean first_is_key;
  guint most_packets;
  RtcTime newest_capture;
} Outlet;

static struct
{
  GMutex lock;
  GCond cond;
  guint opened, closed, changed, encoders, payloaders;
  Outlet last;
} seen;

static gpointer
open_outlet (GstRtcInput * input, GstRtcBranch * branch, const GstRtcCodec * codec, gboolean forceable,
    gpointer user_data)
{
  Outlet *outlet = g_new0 (Outlet, 1);

  outlet->codec = codec;
  outlet->branch = branch;
  outlet->forceable = forceable;
  g_mutex_lock (&seen.lock);
  seen.opened++;
  seen.last = *outlet;
  g_mutex_unlock (&seen.lock);
  return outlet;
}

static void
push_frame (gpointer data, RtcFrame * frame)
{
  Outlet *outlet = data;

  if (outlet->frames++ == 0)
    outlet->first_is_key = frame->key;
  outlet->keys += frame->key;
  outlet->most_packets = MAX (outlet->most_packets, frame->n_packets);
  outlet->newest_capture = frame->capture_time;
  for (guint i = 0; i < frame->n_packets; i++)
    g_assert_cmpuint (frame->packets[i].size, <=, 1188);
  rtc_frame_unref (frame);
  g_mutex_lock (&seen.lock);
  seen.last = *outlet;
  g_cond_broadcast (&seen.cond);
  g_mutex_unlock (&seen.lock);
}

static void
close_outlet (gpointer data)
{
  g_mutex_lock (&seen.lock);
  seen.closed++;
  g_cond_broadcast (&seen.cond);
  g_mutex_unlock (&seen.lock);
  g_free (data);
}

static void
on_changed (GstRtcInput * input, gpointer user_data)
{
  g_mutex_lock (&seen.lock);
  seen.changed++;
  g_cond_broadcast (&seen.cond);
  g_mutex_unlock (&seen.lock);
}

static void
on_set_up (GstRtcInput * input, GstElement * element, gboolean encoder, gpointer user_data)
{
  g_atomic_int_inc (encoder ? &seen.encoders : &seen.payloaders);
}

static const GstRtcInputFuncs funcs = { open_outlet, push_frame, close_outlet, on_changed, on_set_up };

static void
forget (void)
{
  seen.opened = seen.closed = seen.changed = seen.encoders = seen.payloaders = 0;
  seen.last = (Outlet) { NULL };
}

/* field: of seen */
static void
wait_for (const guint * field, guint least)
{
  gint64 end = g_get_monotonic_time () + PATIENCE;

  g_mutex_lock (&seen.lock);
  while (*field < least)
    g_assert_true (g_cond_wait_until (&seen.cond, &seen.lock, end));
  g_mutex_unlock (&seen.lock);
}

/* The stage: a pipeline that ends in an input */

typedef struct
{
  GstElement *pipeline;
  GstRtcInput *input;
  GstBus *bus;
} Stage;

static Stage
stage_new (const gchar * upstream, RtcMediaKind kind, const gchar * allowed)
{
  Stage stage = { NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (GstCaps) allowed_caps = allowed ? gst_caps_from_string (allowed) : NULL;
  g_autoptr (GstElement) last = NULL;
  g_autofree gchar *description = g_strdup_printf ("%s ! identity name=last silent=true", upstream);
  GstRtcInputConfig config = {
    .context = g_main_context_default (),
    .allowed = allowed_caps,
    .bitrate = 500000,
    .linger = LINGER,
    .funcs = &funcs,
  };

  forget ();
  stage.pipeline = gst_parse_launch (description, &error);
  g_assert_no_error (error);
  stage.bus = gst_element_get_bus (stage.pipeline);
  stage.input = gst_rtc_input_new (kind, "input");
  gst_rtc_input_set_msid (stage.input, "a b");
  gst_rtc_input_start (stage.input, &config);
  gst_bin_add (GST_BIN (stage.pipeline), GST_ELEMENT (stage.input));
  last = gst_bin_get_by_name (GST_BIN (stage.pipeline), "last");
  g_assert_true (gst_element_link (last, GST_ELEMENT (stage.input)));
  return stage;
}

static void
stage_play (Stage * stage)
{
  g_assert_cmpint (gst_element_set_state (stage->pipeline, GST_STATE_PLAYING), !=, GST_STATE_CHANGE_FAILURE);
}

static void
stage_free (Stage * stage)
{
  gst_element_set_state (stage->pipeline, GST_STATE_NULL);
  gst_rtc_input_stop (stage->input);
  g_assert_cmpuint (seen.opened, ==, seen.closed);
  gst_object_unref (stage->bus);
  gst_object_unref (stage->pipeline);
}

static GstMessage *
stage_wait (Stage * stage, GstMessageType types)
{
  GstMessage *message = gst_bus_timed_pop_filtered (stage->bus, PATIENCE * 1000, types);

  g_assert_nonnull (message);
  return message;
}

static gpointer
acquire (Stage * stage, const gchar * codec_name)
{
  const GstRtcCodec *codec = gst_rtc_codec_from_name (codec_name);
  g_autoptr (RtcCodec) negotiated = gst_rtc_codec_describe (codec, NULL, NULL);
  gpointer outlet = gst_rtc_input_acquire (stage->input, negotiated);

  g_assert_nonnull (outlet);
  return outlet;
}

static gchar *
codec_names (Stage * stage)
{
  g_autoptr (RtcTrackSpec) spec = gst_rtc_input_get_track_spec (stage->input);
  GString *names = g_string_new (NULL);

  g_assert_nonnull (spec);
  for (guint i = 0; i < spec->codecs->len; i++)
    g_string_append_printf (names, "%s%s", i ? " " : "", ((RtcCodec *) spec->codecs->pdata[i])->name);
  return g_string_free (names, FALSE);
}

static gchar *
first_fmtp (Stage * stage)
{
  g_autoptr (RtcTrackSpec) spec = gst_rtc_input_get_track_spec (stage->input);

  g_assert_nonnull (spec);
  return g_strdup (((RtcCodec *) spec->codecs->pdata[0])->fmtp);
}

#define VIDEO "videotestsrc is-live=true ! video/x-raw,format=I420,width=320,height=240,framerate=30/1"

static void
test_raw_video (gconstpointer codec_name)
{
  Stage stage = stage_new (VIDEO, RTC_MEDIA_VIDEO, NULL);
  g_autofree gchar *names = NULL;

  stage_play (&stage);
  wait_for (&seen.changed, 1);
  names = codec_names (&stage);
  g_assert_cmpstr (names, ==, "H264 VP8 VP9 H265");
  g_assert_cmpuint (gst_rtc_input_get_n_encoders (stage.input), ==, 0);
  g_assert_cmpuint (seen.opened, ==, 0);

  acquire (&stage, codec_name);
  wait_for (&seen.last.frames, 10);
  g_assert_true (seen.last.first_is_key);
  g_assert_true (seen.last.forceable);
  g_assert_cmpuint (seen.last.keys, ==, 1);
  g_assert_cmpint (g_get_monotonic_time () - seen.last.newest_capture, <, 2 * G_TIME_SPAN_SECOND);
  g_assert_cmpint (g_get_monotonic_time () - seen.last.newest_capture, >=, 0);
  stage_free (&stage);
}

static void
test_raw_audio (gconstpointer codec_name)
{
  Stage stage = stage_new ("audiotestsrc is-live=true ! audio/x-raw,rate=44100,channels=2", RTC_MEDIA_AUDIO, NULL);

  stage_play (&stage);
  wait_for (&seen.changed, 1);
  acquire (&stage, codec_name);
  wait_for (&seen.last.frames, 10);
  g_assert_cmpuint (seen.last.keys, ==, seen.last.frames);
  g_assert_cmpuint (seen.last.most_packets, ==, 1);
  stage_free (&stage);
}

/* Two viewers of one codec share its encoder; it ends a while after the last of them. */
static void
test_on_demand (void)
{
  Stage stage = stage_new (VIDEO, RTC_MEDIA_VIDEO, NULL);
  gpointer first, second, other;

  stage_play (&stage);
  wait_for (&seen.changed, 1);
  first = acquire (&stage, "VP8");
  second = acquire (&stage, "VP8");
  g_assert_true (first == second);
  other = acquire (&stage, "H264");
  g_assert_cmpuint (gst_rtc_input_get_n_encoders (stage.input), ==, 2);
  g_assert_cmpuint (seen.encoders, ==, 2);
  g_assert_cmpuint (seen.payloaders, ==, 2);
  wait_for (&seen.last.frames, 5);

  gst_rtc_input_release (stage.input, first);
  gst_rtc_input_release (stage.input, other);
  while (gst_rtc_input_get_n_encoders (stage.input) > 1)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (seen.closed, ==, 1);

  /* who comes back in time finds the encoder running */
  gst_rtc_input_release (stage.input, second);
  g_assert_true (acquire (&stage, "VP8") == first);
  g_usleep (LINGER * 1500);
  while (g_main_context_iteration (NULL, FALSE));
  g_assert_cmpuint (gst_rtc_input_get_n_encoders (stage.input), ==, 1);
  stage_free (&stage);
}

/* Branches come and go under a source that pushes as fast as it can. */
static void
test_churn (void)
{
  Stage stage = stage_new ("videotestsrc is-live=true ! video/x-raw,width=64,height=64,framerate=500/1",
      RTC_MEDIA_VIDEO, NULL);

  stage_play (&stage);
  wait_for (&seen.changed, 1);
  for (guint i = 0; i < 25; i++) {
    gpointer outlet = acquire (&stage, i % 2 ? "VP8" : "H264");

    g_usleep (5000);
    gst_rtc_input_release (stage.input, outlet);
    if (i % 5 == 4) {
      while (gst_rtc_input_get_n_encoders (stage.input) > 0)
        g_main_context_iteration (NULL, TRUE);
    }
  }
  g_assert_null (gst_bus_pop_filtered (stage.bus, GST_MESSAGE_ERROR));
  stage_free (&stage);
}

static void
test_force_key (void)
{
  Stage stage = stage_new (VIDEO, RTC_MEDIA_VIDEO, NULL);

  stage_play (&stage);
  wait_for (&seen.changed, 1);
  acquire (&stage, "H264");
  wait_for (&seen.last.frames, 5);
  g_assert_cmpuint (seen.last.keys, ==, 1);
  gst_rtc_branch_request_key (seen.last.branch);
  wait_for (&seen.last.keys, 2);
  stage_free (&stage);
}

static void
test_encoded (gconstpointer data)
{
  const gchar *const *test = data;
  Stage stage = stage_new (test[0], RTC_MEDIA_VIDEO, NULL);
  g_autofree gchar *names = NULL;
  g_autofree gchar *fmtp = NULL;

  stage_play (&stage);
  wait_for (&seen.last.frames, 10);
  wait_for (&seen.changed, 1);
  names = codec_names (&stage);
  fmtp = first_fmtp (&stage);
  g_assert_cmpstr (names, ==, test[1]);
  if (test[2])
    g_assert_true (g_str_has_prefix (fmtp, test[2]));
  /* packet by packet, a delimiter may come before what a decoder begins with */
  g_assert_true (seen.last.first_is_key || strstr (test[0], "pay mtu"));
  g_assert_cmpuint (seen.last.keys, >=, 1);
  g_assert_false (seen.last.forceable);
  g_assert_cmpuint (seen.encoders, ==, 0);
  stage_free (&stage);
}

#define X264 "x264enc tune=zerolatency speed-preset=ultrafast key-int-max=5"
#define H264_FMTP "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id="

static const gchar *const encoded_byte_stream[] = { VIDEO " ! " X264 " ! video/x-h264,profile=constrained-baseline",
  "H264", H264_FMTP "42c0"
};
static const gchar *const encoded_avc[] = { VIDEO " ! x264enc tune=zerolatency speed-preset=veryfast "
      "key-int-max=5 ! video/x-h264,stream-format=avc,profile=high", "H264", H264_FMTP "6400"
};
static const gchar *const encoded_vp8[] = { VIDEO " ! vp8enc deadline=1 keyframe-max-dist=5", "VP8", NULL };
static const gchar *const encoded_vp9[] = { VIDEO " ! vp9enc deadline=1 cpu-used=8", "VP9", "profile-id=0" };
static const gchar *const encoded_h265[] = { VIDEO " ! x265enc tune=zerolatency speed-preset=ultrafast", "H265",
  "profile-id=1;tier-flag=0;level-id="
};
static const gchar *const rtp_h264[] = { VIDEO " ! x264enc tune=zerolatency speed-preset=veryfast key-int-max=5 ! "
      "video/x-h264,profile=main ! rtph264pay mtu=1200", "H264", H264_FMTP "4d"
};
static const gchar *const rtp_vp8[] = { VIDEO " ! vp8enc deadline=1 ! rtpvp8pay mtu=1200", "VP8", NULL };

/* An encoder that may choose is led to the profile without B-frames. */
static void
test_preferred_profile (void)
{
  Stage stage = stage_new (VIDEO " ! x264enc speed-preset=ultrafast rc-lookahead=1 sync-lookahead=0", RTC_MEDIA_VIDEO, NULL);
  g_autofree gchar *fmtp = NULL;

  stage_play (&stage);
  wait_for (&seen.changed, 1);
  fmtp = first_fmtp (&stage);
  g_assert_true (g_str_has_prefix (fmtp, H264_FMTP "42c0"));
  stage_free (&stage);
}

/* Packet by packet, one key frame is one key. */
static void
test_rtp_keys (void)
{
  Stage stage = stage_new (VIDEO " ! " X264 " ! video/x-h264,profile=baseline ! rtph264pay mtu=300 config-interval=-1 "
      "aggregate-mode=none ! rtpjitterbuffer latency=0", RTC_MEDIA_VIDEO, NULL);

  stage_play (&stage);
  wait_for (&seen.last.keys, 4);
  /* a key frame every 5 frames, of many packets each */
  g_assert_cmpuint (seen.last.frames, >=, 20);
  g_assert_cmpuint (seen.last.most_packets, ==, 1);
  stage_free (&stage);
}

static void
test_b_frames (void)
{
  Stage stage = stage_new (VIDEO " ! x264enc bframes=2 b-adapt=false speed-preset=ultrafast rc-lookahead=2 "
      "sync-lookahead=0 ! video/x-h264,profile=main", RTC_MEDIA_VIDEO, NULL);
  GstMessage *message;
  g_autoptr (GError) error = NULL;
  g_autofree gchar *debug = NULL;

  stage_play (&stage);
  message = stage_wait (&stage, GST_MESSAGE_WARNING);
  gst_message_parse_warning (message, &error, &debug);
  g_assert_nonnull (strstr (error->message, "B-frames"));
  g_assert_nonnull (strstr (debug, "bframes=0"));
  gst_message_unref (message);
  stage_free (&stage);
}

static void
test_unusable_profile (void)
{
  Stage stage = stage_new ("videotestsrc is-live=true ! video/x-raw,format=Y444,width=320,height=240 ! " X264
      " ! video/x-h264,profile=high-4:4:4",
      RTC_MEDIA_VIDEO, NULL);
  GstMessage *message;
  g_autoptr (GError) error = NULL;

  stage_play (&stage);
  message = stage_wait (&stage, GST_MESSAGE_WARNING);
  gst_message_parse_warning (message, &error, NULL);
  g_assert_nonnull (strstr (error->message, "high-4:4:4"));
  g_assert_nonnull (strstr (error->message, "format=I420"));
  gst_message_unref (message);
  stage_free (&stage);
}

static void
test_eos (void)
{
  Stage stage = stage_new ("videotestsrc is-live=true num-buffers=15 ! video/x-raw,width=64,height=64,framerate=30/1",
      RTC_MEDIA_VIDEO, NULL);

  stage_play (&stage);
  wait_for (&seen.changed, 1);
  acquire (&stage, "VP8");
  gst_message_unref (stage_wait (&stage, GST_MESSAGE_EOS));
  stage_free (&stage);
}

/* A file of one second takes one; a live source sets its own pace. */
static void
test_pacing (void)
{
  Stage stage = stage_new ("videotestsrc num-buffers=30 ! video/x-raw,width=64,height=64,framerate=30/1",
      RTC_MEDIA_VIDEO, NULL);
  gint64 begin = g_get_monotonic_time ();

  stage_play (&stage);
  gst_message_unref (stage_wait (&stage, GST_MESSAGE_EOS));
  g_assert_cmpint (g_get_monotonic_time () - begin, >, 850 * G_TIME_SPAN_MILLISECOND);
  stage_free (&stage);
}

static gboolean
is_paced (Stage * stage)
{
  g_autoptr (GstElement) clocksync = gst_bin_get_by_name (GST_BIN (stage->input), "pace");
  gboolean sync;

  g_object_get (clocksync, "sync", &sync, NULL);
  return sync;
}

static void
test_live (void)
{
  Stage live = stage_new (VIDEO, RTC_MEDIA_VIDEO, NULL);

  stage_play (&live);
  wait_for (&seen.changed, 1);
  acquire (&live, "VP8");
  wait_for (&seen.last.frames, 1);
  g_assert_false (is_paced (&live));
  stage_free (&live);
}

static void
test_caps_change (void)
{
  Stage stage = stage_new ("videotestsrc is-live=true ! capsfilter name=f caps=video/x-raw,width=320,height=240,framerate=30/1",
      RTC_MEDIA_VIDEO, NULL);
  g_autoptr (GstElement) filter = gst_bin_get_by_name (GST_BIN (stage.pipeline), "f");
  guint frames;

  stage_play (&stage);
  wait_for (&seen.changed, 1);
  acquire (&stage, "H264");
  wait_for (&seen.last.frames, 3);
  gst_util_set_object_arg (G_OBJECT (filter), "caps", "video/x-raw,width=640,height=360,framerate=30/1");
  wait_for (&seen.last.keys, 2);
  frames = seen.last.frames;
  wait_for (&seen.last.frames, frames + 5);
  g_assert_null (gst_bus_pop_filtered (stage.bus, GST_MESSAGE_ERROR));
  stage_free (&stage);
}

static void
test_type_change (void)
{
  GstHarness *harness;
  GstRtcInputConfig config = {.context = g_main_context_default (),.linger = LINGER,.funcs = &funcs };
  GstRtcInput *input = gst_rtc_input_new (RTC_MEDIA_VIDEO, "input");
  g_autoptr (GstBus) bus = gst_bus_new ();
  GstMessage *message;

  forget ();
  gst_rtc_input_start (input, &config);
  gst_element_set_bus (GST_ELEMENT (gst_object_ref_sink (input)), bus);
  harness = gst_harness_new_with_element (GST_ELEMENT (input), "sink", NULL);
  gst_harness_set_src_caps_str (harness, "video/x-raw,format=I420,width=64,height=64,framerate=30/1");
  g_assert_null (gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR));
  gst_harness_set_src_caps_str (harness, "video/x-vp8,width=64,height=64");
  g_assert_cmpint (gst_harness_push (harness, gst_buffer_new_and_alloc (64)), ==, GST_FLOW_NOT_NEGOTIATED);
  message = gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR);
  g_assert_nonnull (message);
  gst_message_unref (message);
  gst_element_set_state (GST_ELEMENT (input), GST_STATE_NULL);
  gst_element_set_bus (GST_ELEMENT (input), NULL);
  gst_harness_teardown (harness);
  gst_object_unref (input);
}

static void
set_rank (const gchar * factory, guint rank)
{
  GstPluginFeature *feature = gst_registry_lookup_feature (gst_registry_get (), factory);

  if (feature) {
    gst_plugin_feature_set_rank (feature, rank);
    gst_object_unref (feature);
  }
}

static void
test_no_encoder (void)
{
  static const gchar *const opus[] = { "opusenc", "avenc_opus" };
  Stage stage = stage_new ("audiotestsrc is-live=true", RTC_MEDIA_AUDIO, "audio/x-opus");
  GstMessage *message;
  g_autoptr (GError) error = NULL;
  g_autofree gchar *debug = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (opus); i++)
    set_rank (opus[i], GST_RANK_NONE);
  stage_play (&stage);
  message = stage_wait (&stage, GST_MESSAGE_ELEMENT);
  g_assert_true (gst_message_has_name (message, "missing-plugin"));
  gst_message_unref (message);
  message = stage_wait (&stage, GST_MESSAGE_ERROR);
  gst_message_parse_error (message, &error, &debug);
  g_assert_error (error, GST_CORE_ERROR, GST_CORE_ERROR_MISSING_PLUGIN);
  g_assert_nonnull (strstr (debug, "gstreamer1.0-plugins-base"));
  gst_message_unref (message);
  stage_free (&stage);
  set_rank ("opusenc", GST_RANK_PRIMARY);
}

/* A codec without an encoder is not offered, the others are. */
static void
test_encoder_ranks (void)
{
  Stage stage = stage_new (VIDEO, RTC_MEDIA_VIDEO, "video/x-h264;video/x-vp8;video/x-vp9");
  g_autofree gchar *names = NULL;
  g_autoptr (GstCaps) caps = gst_caps_from_string ("video/x-raw,format=I420");
  g_autoptr (GstElement) encoder = NULL;

  set_rank ("vp9enc", GST_RANK_NONE);
  set_rank ("openh264enc", GST_RANK_PRIMARY + 10);
  encoder = gst_object_ref_sink (gst_rtc_encoder_new (gst_rtc_codec_from_name ("H264"), caps));
  g_assert_cmpstr (GST_OBJECT_NAME (gst_element_get_factory (encoder)), ==, "openh264enc");
  gst_element_set_state (encoder, GST_STATE_NULL);
  stage_play (&stage);
  wait_for (&seen.changed, 1);
  names = codec_names (&stage);
  g_assert_cmpstr (names, ==, "H264 VP8");
  acquire (&stage, "H264");
  wait_for (&seen.last.frames, 5);
  stage_free (&stage);
  set_rank ("vp9enc", GST_RANK_PRIMARY);
  set_rank ("openh264enc", GST_RANK_MARGINAL);
}

static void
test_not_allowed (void)
{
  Stage stage = stage_new (VIDEO " ! vp8enc deadline=1", RTC_MEDIA_VIDEO, "video/x-h264");

  stage_play (&stage);
  gst_message_unref (stage_wait (&stage, GST_MESSAGE_ERROR));
  stage_free (&stage);
}

static void
test_latency (void)
{
  Stage stage = stage_new (VIDEO, RTC_MEDIA_VIDEO, NULL);
  g_autoptr (GstQuery) query = gst_query_new_latency ();
  GstClockTime bare, encoding;
  gboolean live;

  stage_play (&stage);
  wait_for (&seen.changed, 1);
  g_assert_true (gst_element_query (GST_ELEMENT (stage.input), query));
  gst_query_parse_latency (query, &live, &bare, NULL);
  g_assert_true (live);
  /* a live source hands out a frame when it is over */
  g_assert_cmpuint (bare, >=, GST_SECOND / 30);
  acquire (&stage, "VP8");
  wait_for (&seen.last.frames, 3);
  g_assert_true (gst_element_query (GST_ELEMENT (stage.input), query));
  gst_query_parse_latency (query, &live, &encoding, NULL);
  g_assert_cmpuint (encoding, >=, bare);
  stage_free (&stage);
}

static void
test_low_latency (void)
{
  g_autoptr (GstCaps) caps = gst_caps_from_string ("video/x-raw,format=I420");
  g_autoptr (GstElement) encoder = gst_object_ref_sink (gst_rtc_encoder_new (gst_rtc_codec_from_name ("H264"), caps));
  guint bitrate, bframes;

  gst_rtc_encoder_set_up (encoder, caps, 1500000);
  g_object_get (encoder, "bitrate", &bitrate, "bframes", &bframes, NULL);
  g_assert_cmpuint (bitrate, ==, 1500);
  g_assert_cmpuint (bframes, ==, 0);
  gst_element_set_state (encoder, GST_STATE_NULL);
}

static guint
count_slices (GstBuffer * buffer)
{
  GstMapInfo map;
  guint n = 0;

  g_assert_true (gst_buffer_map (buffer, &map, GST_MAP_READ));
  for (gsize i = 0; i + 3 < map.size; i++) {
    if (map.data[i] == 0 && map.data[i + 1] == 0 && map.data[i + 2] == 1) {
      guint type = map.data[i + 3] & 0x1f;

      n += type == 1 || type == 5;
    }
  }
  gst_buffer_unmap (buffer, &map);
  return n;
}

/* What begins with a second slice is taken for a key frame by browsers that have lost the first one. */
static void
test_one_slice (void)
{
  const gchar *raw = "video/x-raw,format=I420,width=1280,height=720,framerate=30/1";
  g_autoptr (GstCaps) caps = gst_caps_from_string (raw);
  g_autoptr (GstElement) encoder = gst_object_ref_sink (gst_rtc_encoder_new (gst_rtc_codec_from_name ("H264"), caps));
  GstHarness *harness;

  gst_rtc_encoder_set_up (encoder, caps, 1500000);
  harness = gst_harness_new_with_element (encoder, "sink", "src");
  gst_harness_set_caps_str (harness, raw, "video/x-h264,stream-format=byte-stream,alignment=au");
  for (guint i = 0; i < 3; i++) {
    GstBuffer *picture = gst_harness_create_buffer (harness, 1280 * 720 * 3 / 2);
    g_autoptr (GstBuffer) coded = NULL;

    gst_buffer_memset (picture, 0, 16 + 50 * i, -1);
    GST_BUFFER_PTS (picture) = i * GST_SECOND / 30;
    g_assert_cmpint (gst_harness_push (harness, picture), ==, GST_FLOW_OK);
    coded = gst_harness_pull (harness);
    g_assert_cmpuint (count_slices (coded), ==, 1);
  }
  gst_harness_teardown (harness);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gst_init (&argc, &argv);
  /* Warnings of GLib are fatal to a test; some encoders log by them. */
  g_log_set_always_fatal (G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL);
  g_test_add_data_func ("/input/raw/h264", "H264", test_raw_video);
  g_test_add_data_func ("/input/raw/vp8", "VP8", test_raw_video);
  g_test_add_data_func ("/input/raw/vp9", "VP9", test_raw_video);
  g_test_add_data_func ("/input/raw/h265", "H265", test_raw_video);
  g_test_add_data_func ("/input/raw/opus", "opus", test_raw_audio);
  g_test_add_data_func ("/input/raw/pcmu", "PCMU", test_raw_audio);
  g_test_add_data_func ("/input/raw/pcma", "PCMA", test_raw_audio);
  g_test_add_func ("/input/on-demand", test_on_demand);
  g_test_add_func ("/input/churn", test_churn);
  g_test_add_func ("/input/force-key", test_force_key);
  g_test_add_data_func ("/input/encoded/byte-stream", encoded_byte_stream, test_encoded);
  g_test_add_data_func ("/input/encoded/avc", encoded_avc, test_encoded);
  g_test_add_data_func ("/input/encoded/vp8", encoded_vp8, test_encoded);
  g_test_add_data_func ("/input/encoded/vp9", encoded_vp9, test_encoded);
  g_test_add_data_func ("/input/encoded/h265", encoded_h265, test_encoded);
  g_test_add_data_func ("/input/rtp/h264", rtp_h264, test_encoded);
  g_test_add_data_func ("/input/rtp/vp8", rtp_vp8, test_encoded);
  g_test_add_func ("/input/rtp/keys", test_rtp_keys);
  g_test_add_func ("/input/preferred-profile", test_preferred_profile);
  g_test_add_func ("/input/b-frames", test_b_frames);
  g_test_add_func ("/input/unusable-profile", test_unusable_profile);
  g_test_add_func ("/input/eos", test_eos);
  g_test_add_func ("/input/pacing", test_pacing);
  g_test_add_func ("/input/live", test_live);
  g_test_add_func ("/input/caps-change", test_caps_change);
  g_test_add_func ("/input/type-change", test_type_change);
  g_test_add_func ("/input/no-encoder", test_no_encoder);
  g_test_add_func ("/input/encoder-ranks", test_encoder_ranks);
  g_test_add_func ("/input/not-allowed", test_not_allowed);
  g_test_add_func ("/input/latency", test_latency);
  g_test_add_func ("/input/low-latency", test_low_latency);
  g_test_add_func ("/input/one-slice", test_one_slice);
  return g_test_run ();
}
