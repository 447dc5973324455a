/* gst-rtc: tests of codecs as SDP describes them
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <gst/core/sdp/rtccodec.h>
#include <gst/core/sdp/rtcextension.h>

typedef struct
{
  const gchar *name;
  const gchar *ours, *theirs;
  gboolean match;
} Case;

#define PM1 "packetization-mode=1;profile-level-id="

static const Case cases[] = {
  {"H264", PM1 "42e01f", PM1 "42e01f", TRUE},
  {"h264", PM1 "42E01F", "profile-level-id=42e034; Packetization-Mode=1", TRUE},
  /* the same profile in other words (RFC 6184, table 5) */
  {"H264", PM1 "42c01f", PM1 "42e01f", TRUE},
  {"H264", PM1 "4d801f", PM1 "42e01f", TRUE},
  {"H264", PM1 "58c01f", PM1 "42e01f", TRUE},
  {"H264", PM1 "42001f", PM1 "42e01f", FALSE},
  {"H264", PM1 "4d001f", PM1 "42e01f", FALSE},
  {"H264", PM1 "64001f", PM1 "640c1f", FALSE},
  {"H264", PM1 "640028", PM1 "64001f", TRUE},
  {"H264", PM1 "f4001f", PM1 "f4001f", TRUE},
  {"H264", PM1 "f4001f", PM1 "7a001f", FALSE},
  {"H264", PM1 "42e01f", "packetization-mode=0;profile-level-id=42e01f", FALSE},
  {"H264", PM1 "42e01f", "profile-level-id=42e01f", FALSE},
  {"H264", PM1 "42e01f", "packetization-mode=1", TRUE},
  {"H264", PM1 "42e01f", PM1 "nonsense", FALSE},
  {"H264", PM1 "42e01f", PM1, FALSE},
  {"H264", PM1 "42e01f",
      "packetization-mode=18446744073709551617;profile-level-id=42e01f", FALSE},
  {"H264", NULL, NULL, TRUE},
  {"H265", "profile-id=1", "level-id=93;profile-id=1;tier-flag=0;tx-mode=SRST", TRUE},
  {"H265", "profile-id=1", "profile-id=2", FALSE},
  {"H265", "tier-flag=1", "tier-flag=0", FALSE},
  {"VP9", NULL, "profile-id=0", TRUE},
  {"VP9", NULL, "profile-id=2", FALSE},
  {"AV1", NULL, "level-idx=5;profile=0;tier=0", TRUE},
  {"VP8", NULL, "max-fs=12288;max-fr=60", TRUE},
};

static void
test_matches (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (RtcCodec) ours = rtc_codec_new (RTC_MEDIA_VIDEO, cases[i].name, 90000, 0, cases[i].ours);
    g_autoptr (RtcCodec) theirs = rtc_codec_new (RTC_MEDIA_VIDEO, cases[i].name, 90000, 0, cases[i].theirs);

    if (rtc_codec_matches (ours, theirs) != cases[i].match)
      g_error ("case %u: %s, %s and %s", i, cases[i].name, cases[i].ours, cases[i].theirs);
  }
}

static void
test_name_rate_channels (void)
{
  g_autoptr (RtcCodec) opus = rtc_codec_new (RTC_MEDIA_AUDIO, "opus", 48000, 2, "minptime=10");
  g_autoptr (RtcCodec) upper = rtc_codec_new (RTC_MEDIA_AUDIO, "OPUS", 48000, 2, NULL);
  g_autoptr (RtcCodec) mono = rtc_codec_new (RTC_MEDIA_AUDIO, "opus", 48000, 0, NULL);
  g_autoptr (RtcCodec) slow = rtc_codec_new (RTC_MEDIA_AUDIO, "opus", 16000, 2, NULL);
  g_autoptr (RtcCodec) pcmu = rtc_codec_new (RTC_MEDIA_AUDIO, "PCMU", 8000, 0, NULL);
  g_autoptr (RtcCodec) pcmu_1 = rtc_codec_new (RTC_MEDIA_AUDIO, "PCMU", 8000, 1, NULL);
  g_autoptr (RtcCodec) video = rtc_codec_new (RTC_MEDIA_VIDEO, "opus", 48000, 2, NULL);

  g_assert_true (rtc_codec_matches (opus, upper));
  g_assert_false (rtc_codec_matches (opus, mono));
  g_assert_false (rtc_codec_matches (opus, slow));
  g_assert_false (rtc_codec_matches (opus, video));
  g_assert_true (rtc_codec_matches (pcmu, pcmu_1));
}

static void
test_parameter (void)
{
  g_autoptr (RtcCodec) codec = rtc_codec_new (RTC_MEDIA_VIDEO, "X", 90000, 0,
      " a=1; Bee = no;bee=2 ;;c;d=;e=x=y");
  g_autoptr (RtcCodec) none = rtc_codec_new (RTC_MEDIA_VIDEO, "X", 90000, 0, NULL);
  g_autofree gchar *a = rtc_codec_get_parameter (codec, "A");
  g_autofree gchar *bee = rtc_codec_get_parameter (codec, "BEE");
  g_autofree gchar *d = rtc_codec_get_parameter (codec, "d");
  g_autofree gchar *e = rtc_codec_get_parameter (codec, "e");

  g_assert_cmpstr (a, ==, "1");
  g_assert_cmpstr (bee, ==, "2");
  g_assert_cmpstr (d, ==, "");
  g_assert_cmpstr (e, ==, "x=y");
  g_assert_null (rtc_codec_get_parameter (codec, "c"));
  g_assert_null (rtc_codec_get_parameter (codec, "be"));
  g_assert_null (rtc_codec_get_parameter (none, "a"));
}

static void
assert_answer (const gchar * ours, const gchar * offered, const gchar * expected)
{
  g_autoptr (RtcCodec) our_codec = rtc_codec_new (RTC_MEDIA_VIDEO, "H264", 90000, 0, ours);
  g_autoptr (RtcCodec) their_codec = rtc_codec_new (RTC_MEDIA_VIDEO, "H264", 90000, 0, offered);
  g_autofree gchar *fmtp = rtc_codec_get_answer_fmtp (our_codec, their_codec);

  g_assert_cmpstr (fmtp, ==, expected);
}

static void
test_answer_fmtp (void)
{
  /* each side has its own level */
  assert_answer ("packetization-mode=1;profile-level-id=42e028;level-asymmetry-allowed=1",
      "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f",
      "packetization-mode=1;profile-level-id=42e028;level-asymmetry-allowed=1");
  assert_answer (PM1 "42e028",
      "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f",
      "packetization-mode=1;profile-level-id=42e028;level-asymmetry-allowed=1");
  /* the lower of both */
  assert_answer ("level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e028",
      PM1 "42e01f", PM1 "42e01f");
  assert_answer ("level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f",
      PM1 "42e028", PM1 "42e01f");
  /* the profile and the mode of the offer */
  assert_answer (PM1 "64001f", "profile-level-id=4d0028", "profile-level-id=4d001f");
  assert_answer ("profile-level-id=64001f", PM1 "42e015;level-asymmetry-allowed=1",
      "packetization-mode=1;profile-level-id=42e01f;level-asymmetry-allowed=1");
}

static void
assert_receives (const gchar * ours, const gchar * theirs, gboolean expected)
{
  g_autoptr (RtcCodec) our_codec = rtc_codec_new (RTC_MEDIA_VIDEO, "H264", 90000, 0, ours);
  g_autoptr (RtcCodec) their_codec = rtc_codec_new (RTC_MEDIA_VIDEO, "H264", 90000, 0, theirs);

  g_assert_cmpint (rtc_codec_receives (our_codec, their_codec), ==, expected);
}

/* Who receives may take more than what is sent in return */
static void
test_receives (void)
{
  g_autoptr (RtcCodec) vp9 = rtc_codec_new (RTC_MEDIA_VIDEO, "VP9", 90000, 0, "profile-id=0");
  g_autoptr (RtcCodec) vp9_2 = rtc_codec_new (RTC_MEDIA_VIDEO, "VP9", 90000, 0, "profile-id=2");

  assert_receives (PM1 "42e01f", PM1 "42e028", TRUE);
  assert_receives (PM1 "42e01f", "profile-level-id=42e01f", TRUE);
  assert_receives ("profile-level-id=42e01f", PM1 "42e01f", TRUE);
  assert_receives (PM1 "42e01f", "packetization-mode=2;profile-level-id=42e01f", FALSE);
  assert_receives (PM1 "64001f", PM1 "42e01f", TRUE);
  assert_receives (PM1 "64001f", PM1 "4d001f", TRUE);
  assert_receives (PM1 "64001f", PM1 "640c1f", TRUE);
  assert_receives (PM1 "640c1f", PM1 "64001f", FALSE);
  assert_receives (PM1 "42e01f", PM1 "4d001f", FALSE);
  assert_receives (PM1 "64001f", PM1 "42001f", FALSE);
  assert_receives (PM1 "f4001f", PM1 "42e01f", FALSE);
  assert_receives (PM1 "hello", PM1 "hello", FALSE);
  assert_receives (PM1 "42e01f", PM1 "hello", FALSE);
  g_assert_true (rtc_codec_receives (vp9, vp9));
  g_assert_false (rtc_codec_receives (vp9, vp9_2));
  g_assert_true (rtc_codec_has_same_encoding (vp9, vp9_2));
}

static void
test_copy (void)
{
  g_autoptr (RtcCodec) codec = rtc_codec_new (RTC_MEDIA_AUDIO, "opus", 48000, 2, "minptime=10");
  g_autoptr (RtcCodec) copy = NULL;

  g_assert_cmpuint (codec->payload_type, ==, RTC_PAYLOAD_TYPE_NONE);
  g_assert_cmpuint (codec->rtx_payload_type, ==, RTC_PAYLOAD_TYPE_NONE);
  codec->payload_type = 111;
  codec->feedback = RTC_FEEDBACK_TRANSPORT_CC;
  copy = rtc_codec_copy (codec);
  g_assert_cmpstr (copy->name, ==, "opus");
  g_assert_cmpstr (copy->fmtp, ==, "minptime=10");
  g_assert_true (copy->fmtp != codec->fmtp);
  g_assert_cmpuint (copy->payload_type, ==, 111);
  g_assert_cmpuint (copy->feedback, ==, RTC_FEEDBACK_TRANSPORT_CC);
  rtc_codec_free (NULL);
}

static void
test_extensions (void)
{
  RtcExtension extension;

  for (guint i = 0; i < RTC_N_EXTENSIONS; i++) {
    g_assert_true (rtc_extension_from_uri (rtc_extension_get_uri (i), &extension));
    g_assert_cmpint (extension, ==, i);
  }
  g_assert_false (rtc_extension_from_uri ("urn:3gpp:video-orientation", &extension));
  g_assert_false (rtc_extension_from_uri ("", &extension));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/codec/matches", test_matches);
  g_test_add_func ("/codec/name-rate-channels", test_name_rate_channels);
  g_test_add_func ("/codec/parameter", test_parameter);
  g_test_add_func ("/codec/answer-fmtp", test_answer_fmtp);
  g_test_add_func ("/codec/receives", test_receives);
  g_test_add_func ("/codec/copy", test_copy);
  g_test_add_func ("/codec/extensions", test_extensions);
  return g_test_run ();
}
