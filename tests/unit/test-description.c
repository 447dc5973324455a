/* gst-rtc: tests of reading and writing session descriptions
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "sdpfixture.h"

#define SESSION "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"
#define VIDEO SESSION "m=video 9 UDP/TLS/RTP/SAVPF 96\r\n"

static RtcDescription *
read_good (const gchar * sdp)
{
  g_autoptr (GError) error = NULL;
  RtcDescription *description = rtc_description_read (sdp, -1, &error);

  g_assert_no_error (error);
  return description;
}

static RtcMediaSection *
get_section (const RtcDescription * description, guint index)
{
  g_assert_cmpuint (index, <, description->sections->len);
  return g_ptr_array_index (description->sections, index);
}

static RtcCodec *
get_codec (const RtcMediaSection * section, guint index)
{
  g_assert_cmpuint (index, <, section->codecs->len);
  return g_ptr_array_index (section->codecs, index);
}

static void
test_chromium (void)
{
  g_autofree gchar *sdp = fixture_load ("chromium-offer-sendrecv.sdp");
  g_autoptr (RtcDescription) description = read_good (sdp);
  RtcMediaSection *audio = get_section (description, 0), *video = get_section (description, 1);
  RtcMediaSection *data = get_section (description, 2);
  RtcCodec *h264 = get_codec (video, 3);

  g_assert_cmpuint (description->session_version, ==, 2);
  g_assert_true (description->extmap_allow_mixed);
  g_assert_false (description->ice_lite);
  g_assert_cmpuint (description->bundle->len, ==, 3);
  g_assert_cmpuint (description->candidates->len, ==, 12);
  g_assert_cmpint (audio->kind, ==, RTC_MEDIA_AUDIO);
  g_assert_cmpstr (get_codec (audio, 0)->name, ==, "opus");
  g_assert_cmpuint (get_codec (audio, 0)->channels, ==, 2);
  g_assert_cmpuint (audio->codecs->len, ==, 8);
  g_assert_cmpint (video->kind, ==, RTC_MEDIA_VIDEO);
  g_assert_cmpint (video->direction, ==, RTC_DIRECTION_SENDRECV);
  g_assert_cmpint (video->setup, ==, RTC_SETUP_ACTPASS);
  g_assert_true (video->rtcp_mux && video->rtcp_rsize);
  g_assert_cmpuint (video->ssrc, !=, 0);
  g_assert_cmpuint (video->rtx_ssrc, !=, 0);
  g_assert_nonnull (video->cname);
  g_assert_nonnull (video->msid);
  g_assert_cmpuint (h264->payload_type, ==, 108);
  g_assert_cmpuint (h264->rtx_payload_type, ==, 109);
  g_assert_cmpuint (h264->feedback, ==, 0x1f);
  g_assert_true (data->is_application);
  g_assert_cmpuint (data->sctp_port, ==, 5000);
  g_assert_cmpuint (data->max_message_size, ==, 262144);
}

static void
test_session_level (void)
{
  g_autofree gchar *sdp = fixture_load ("firefox-answer.sdp");
  g_autoptr (RtcDescription) description = read_good (sdp);

  for (guint i = 0; i < 2; i++) {
    RtcMediaSection *section = get_section (description, i);

    g_assert_true (g_str_has_prefix (section->fingerprint, "sha-256 0B:53:D6:"));
    g_assert_cmpint (section->direction, ==, RTC_DIRECTION_RECVONLY);
  }
  rtc_description_free (g_steal_pointer (&description));

  description = read_good (SESSION "a=ice-ufrag:abcd\na=ice-pwd:0123456789012345678901\na=setup:passive\n"
      "a=sendonly\na=fingerprint:SHA-256 01:23:45:67:89:AB:CD:EF:01:23:45:67:89:AB:CD:EF"
      ":01:23:45:67:89:AB:CD:EF:01:23:45:67:89:ab:cd:ef\n"
      "a=extmap:3 urn:ietf:params:rtp-hdrext:sdes:mid\na=end-of-candidates\na=ice-lite\n"
      "m=audio 9 UDP/TLS/RTP/SAVPF 0\na=ice-ufrag:wxyz\na=recvonly\nm=audio 9 UDP/TLS/RTP/SAVPF 8\n");
  g_assert_true (description->ice_lite);
  g_assert_cmpstr (get_section (description, 0)->ice_ufrag, ==, "wxyz");
  g_assert_cmpstr (get_section (description, 1)->ice_ufrag, ==, "abcd");
  g_assert_cmpint (get_section (description, 0)->direction, ==, RTC_DIRECTION_RECVONLY);
  g_assert_cmpint (get_section (description, 1)->direction, ==, RTC_DIRECTION_SENDONLY);
  g_assert_cmpint (get_section (description, 1)->setup, ==, RTC_SETUP_PASSIVE);
  g_assert_cmpstr (get_section (description, 1)->fingerprint, ==, FIXTURE_FINGERPRINT);
  g_assert_cmpuint (get_section (description, 1)->extensions.id[RTC_EXTENSION_MID], ==, 3);
  g_assert_true (get_section (description, 1)->end_of_candidates);
  g_assert_cmpstr (get_codec (get_section (description, 0), 0)->name, ==, "PCMU");
  g_assert_cmpstr (get_codec (get_section (description, 1), 0)->name, ==, "PCMA");
}

static void
test_kinds_and_rejections (void)
{
  g_autoptr (RtcDescription) description = read_good (SESSION
      "m=video 0 UDP/TLS/RTP/SAVPF 96\na=bundle-only\nm=video 0 UDP/TLS/RTP/SAVPF 96\n"
      "m=text 9 UDP/TLS/RTP/SAVPF 96\nm=video 9 RTP/FOO 96\nm=application 9 UDP/BFCP *\n"
      "m=application 9 DTLS/SCTP 5000\nm=audio 9/2 RTP/AVP 0 0 0 999 x\n");

  g_assert_true (get_section (description, 0)->bundle_only && !get_section (description, 0)->rejected);
  g_assert_true (get_section (description, 1)->rejected);
  for (guint i = 2; i < 5; i++)
    g_assert_true (get_section (description, i)->unknown && !get_section (description, i)->is_application);
  g_assert_true (get_section (description, 5)->is_application);
  g_assert_false (get_section (description, 6)->unknown);
  g_assert_cmpuint (get_section (description, 6)->codecs->len, ==, 1);
  g_assert_cmpstr (get_section (description, 4)->formats, ==, "*");
}

/* RFC 8841, and the form before it */
static void
test_data_channels (void)
{
  static const struct
  {
    const gchar *media, *attributes;
    guint port;
    gboolean sctpmap;
    guint64 size;
  } sections[] = {
    {"UDP/DTLS/SCTP webrtc-datachannel", "a=sctp-port:5001\na=max-message-size:1000\n", 5001, FALSE, 1000},
    {"TCP/DTLS/SCTP webrtc-datachannel", "a=sctp-port:5001\n", 5001, FALSE, 65536},
    {"UDP/DTLS/SCTP webrtc-datachannel", "a=max-message-size:0\n", 0, FALSE, 0},
    {"UDP/DTLS/SCTP webrtc-datachannel", "a=sctp-port:1\na=sctp-port:2\na=max-message-size:3\na=max-message-size:4\n",
        1, FALSE, 3},
    {"UDP/DTLS/SCTP webrtc-datachannel", "a=sctp-port:65536\na=max-message-size:-1\n", 0, FALSE, 65536},
    {"UDP/DTLS/SCTP webrtc-datachannel", "a=max-message-size:18446744073709551615\n", 0, FALSE, G_MAXUINT64},
    {"DTLS/SCTP 5002", "a=sctpmap:5002 webrtc-datachannel 1024\n", 5002, TRUE, 65536},
    {"DTLS/SCTP 5002", "a=sctpmap:5002 other 1024\n", 0, FALSE, 65536},
    {"DTLS/SCTP 5002", "a=sctpmap:x webrtc-datachannel\n", 0, FALSE, 65536},
    /* a mixture counts as what stands in the m= line */
    {"UDP/DTLS/SCTP webrtc-datachannel", "a=sctpmap:5002 webrtc-datachannel 1024\n", 5002, FALSE, 65536},
  };

  for (guint i = 0; i < G_N_ELEMENTS (sections); i++) {
    g_autofree gchar *sdp = g_strconcat (SESSION "m=application 9 ", sections[i].media, "\n",
        sections[i].attributes, NULL);
    g_autoptr (RtcDescription) description = read_good (sdp);
    const RtcMediaSection *section = get_section (description, 0);

    g_test_message ("%s", sdp);
    g_assert_true (section->is_application);
    g_assert_cmpuint (section->sctp_port, ==, sections[i].port);
    g_assert_cmpint (section->sctpmap, ==, sections[i].sctpmap);
    g_assert_cmpuint (section->max_message_size, ==, sections[i].size);
  }
}

static void
test_other_application (void)
{
  g_autoptr (RtcDescription) description = read_good (SESSION "m=application 9 UDP/DTLS/SCTP bfcp\na=sctp-port:5000\n"
      "m=video 9 UDP/TLS/RTP/SAVPF 96\na=sctpmap:5000 webrtc-datachannel 1\n");

  g_assert_true (get_section (description, 0)->unknown && !get_section (description, 0)->is_application);
  g_assert_cmpuint (get_section (description, 1)->sctp_port, ==, 0);
}

/* The example of RFC 4588, section 8.6, and its parameters the other way round */
static void
test_rtx_time (void)
{
  g_autoptr (RtcDescription) description = read_good (SESSION "m=video 9 UDP/TLS/RTP/SAVPF 96 97 98 99\n"
      "a=rtpmap:96 VP8/90000\na=rtpmap:97 rtx/90000\na=fmtp:97 apt=96;rtx-time=3000\n"
      "a=rtpmap:98 VP9/90000\na=rtpmap:99 rtx/90000\na=fmtp:99 rtx-time=3000; apt=98\n");
  RtcMediaSection *section = get_section (description, 0);

  g_assert_cmpuint (get_codec (section, 0)->rtx_payload_type, ==, 97);
  g_assert_cmpuint (get_codec (section, 1)->rtx_payload_type, ==, 99);
}

static void
test_duplicates (void)
{
  g_autoptr (RtcDescription) description = read_good (VIDEO
      "a=ice-ufrag:abcd\na=ice-ufrag:efgh\na=setup:active\na=setup:passive\na=msid:a b\na=msid:c d\n"
      "a=rtpmap:96 VP8/90000\na=rtpmap:96 H264/90000\na=fmtp:96 x=1\na=fmtp:96 x=2\n"
      "a=extmap:1 urn:ietf:params:rtp-hdrext:sdes:mid\na=extmap:2 urn:ietf:params:rtp-hdrext:sdes:mid\n"
      "a=extmap:1 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time\n"
      "a=extmap:4/sendonly http://www.webrtc.org/experiments/rtp-hdrext/playout-delay\n"
      "a=extmap:15 http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time\n"
      "a=fingerprint:sha-1 00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33\n"
      "a=fingerprint:md5 nonsense\na=fingerprint:" FIXTURE_FINGERPRINT "\n"
      "a=ssrc:5 cname:one\na=ssrc:6 cname:two\na=ssrc-group:FID 9 10\na=ssrc-group:FID 5 6\n"
      "a=ssrc:7777777777 cname:x\n"
      "a=rtpmap:97 rtx/90000\na=rtcp-fb:* nack pli\na=sendonly\na=recvonly\n");
  RtcMediaSection *section = get_section (description, 0);

  g_assert_cmpstr (section->ice_ufrag, ==, "abcd");
  g_assert_cmpint (section->setup, ==, RTC_SETUP_ACTIVE);
  g_assert_cmpstr (section->msid, ==, "a b");
  g_assert_cmpuint (section->codecs->len, ==, 1);
  g_assert_cmpstr (get_codec (section, 0)->name, ==, "VP8");
  g_assert_cmpstr (get_codec (section, 0)->fmtp, ==, "x=1");
  g_assert_cmpuint (get_codec (section, 0)->feedback, ==, RTC_FEEDBACK_PLI);
  g_assert_cmpuint (section->extensions.id[RTC_EXTENSION_MID], ==, 1);
  g_assert_cmpuint (section->extensions.id[RTC_EXTENSION_ABS_SEND_TIME], ==, 0);
  g_assert_cmpuint (section->extensions.id[RTC_EXTENSION_PLAYOUT_DELAY], ==, 0);
  g_assert_cmpuint (section->extensions.id[RTC_EXTENSION_ABS_CAPTURE_TIME], ==, 0);
  g_assert_cmpstr (section->fingerprint, ==, FIXTURE_FINGERPRINT);
  g_assert_cmpuint (section->ssrc, ==, 5);
  g_assert_cmpuint (section->rtx_ssrc, ==, 6);
  g_assert_cmpstr (section->cname, ==, "one");
}

static void
test_candidates (void)
{
  g_autoptr (RtcDescription) description = read_good (VIDEO "a=candidate:1 1 udp 1 192.0.2.1 5 typ host\n"
      "a=mid:v\nm=audio 9 UDP/TLS/RTP/SAVPF 0\na=mid:a\na=candidate:2 1 udp 1 x.local 5 typ host \n");
  RtcCandidate *first = g_ptr_array_index (description->candidates, 0);
  RtcCandidate *second = g_ptr_array_index (description->candidates, 1);

  g_assert_cmpstr (first->candidate, ==, "candidate:1 1 udp 1 192.0.2.1 5 typ host");
  g_assert_cmpstr (first->mid, ==, "v");
  g_assert_cmpuint (first->m_line, ==, 0);
  g_assert_cmpstr (second->candidate, ==, "candidate:2 1 udp 1 x.local 5 typ host");
  g_assert_cmpstr (second->mid, ==, "a");
  g_assert_cmpuint (second->m_line, ==, 1);
}

typedef struct
{
  const gchar *sdp;
  GstRtcError code;
  const gchar *message;
} Fault;

static const Fault faults[] = {
  {"", GST_RTC_ERROR_DESCRIPTION, "empty"},
  {"{\"type\":\"offer\"}", GST_RTC_ERROR_DESCRIPTION, "line 1 of the description, \"{\"type\":\"offer\"}\""},
  {"v=0\nhello\n", GST_RTC_ERROR_DESCRIPTION, "line 2 of the description, \"hello\""},
  {"v=0\no=x\n", GST_RTC_ERROR_DESCRIPTION, "line 2"},
  {"v=0\no=- 99999999999999999999 1 IN IP4 0.0.0.0\n", GST_RTC_ERROR_DESCRIPTION, "line 2"},
  {SESSION "m=video\n", GST_RTC_ERROR_DESCRIPTION, "line 5"},
  {SESSION "m=video x UDP/TLS/RTP/SAVPF 96\n", GST_RTC_ERROR_DESCRIPTION, "line 5"},
  {SESSION "m=video 65536 UDP/TLS/RTP/SAVPF 96\n", GST_RTC_ERROR_DESCRIPTION, "line 5"},
  {SESSION "m=video -1 UDP/TLS/RTP/SAVPF 96\n", GST_RTC_ERROR_DESCRIPTION, "line 5"},
  {SESSION "m=video 9 UDP/TLS/RTP/SAVPF\n", GST_RTC_ERROR_DESCRIPTION, "line 5"},
  {VIDEO "a=mid:\n", GST_RTC_ERROR_DESCRIPTION, "mid cannot be empty"},
  {VIDEO "a=mid:0\na=mid:1\n", GST_RTC_ERROR_DESCRIPTION, "already has the mid \"0\""},
  {VIDEO "a=mid:0\nm=audio 9 UDP/TLS/RTP/SAVPF 0\na=mid:0\n", GST_RTC_ERROR_DESCRIPTION, "line 8"},
  {VIDEO "a=ice-ufrag:abc\n", GST_RTC_ERROR_DESCRIPTION, "4 to 256 characters"},
  {VIDEO "a=ice-pwd:short\n", GST_RTC_ERROR_DESCRIPTION, "22 to 256 characters"},
  {VIDEO "a=fingerprint:sha-256 01:23\n", GST_RTC_ERROR_DESCRIPTION, "32 bytes in hexadecimal"},
  {VIDEO "a=fingerprint:sha-256\n", GST_RTC_ERROR_DESCRIPTION, "32 bytes in hexadecimal"},
  {VIDEO "a=setup:holdconn\n", GST_RTC_ERROR_DESCRIPTION, "actpass, active or passive"},
  {VIDEO "a=rtpmap:96\n", GST_RTC_ERROR_DESCRIPTION, "a=rtpmap"},
  {VIDEO "a=rtpmap:128 VP8/90000\n", GST_RTC_ERROR_DESCRIPTION, "a=rtpmap"},
  {VIDEO "a=rtpmap:96 VP8/0\n", GST_RTC_ERROR_DESCRIPTION, "a=rtpmap"},
  {VIDEO "a=rtpmap:96 VP8/4294967296\n", GST_RTC_ERROR_DESCRIPTION, "a=rtpmap"},
  {VIDEO "a=rtpmap:96 /90000\n", GST_RTC_ERROR_DESCRIPTION, "a=rtpmap"},
  {VIDEO "a=rtpmap:96 opus/48000/256\n", GST_RTC_ERROR_DESCRIPTION, "a=rtpmap"},
  {VIDEO "a=extmap:0 urn:x\n", GST_RTC_ERROR_DESCRIPTION, "a=extmap"},
  {VIDEO "a=extmap:1\n", GST_RTC_ERROR_DESCRIPTION, "a=extmap"},
  {SESSION "a=candidate:1 1 udp 1 192.0.2.1 5 typ host\n", GST_RTC_ERROR_DESCRIPTION, "below the m= line"},
  {VIDEO "a=mid:0\rm=audio 9 UDP/TLS/RTP/SAVPF 0\n", GST_RTC_ERROR_DESCRIPTION, "control characters"},
  {"v=0\ns=\xff\xfe\n", GST_RTC_ERROR_DESCRIPTION, "UTF-8"},
};

static void
test_faults (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (faults); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_null (rtc_description_read (faults[i].sdp, -1, &error));
    g_assert_error (error, GST_RTC_ERROR, (gint) faults[i].code);
    if (!strstr (error->message, faults[i].message))
      g_error ("case %u: \"%s\" does not say \"%s\"", i, error->message, faults[i].message);
  }
}

static void
assert_limit (GString * sdp, const gchar * message)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (rtc_description_read (sdp->str, sdp->len, &error));
  g_assert_error (error, GST_RTC_ERROR, GST_RTC_ERROR_LIMIT);
  g_assert_nonnull (strstr (error->message, message));
}

static void
test_limits (void)
{
  g_autoptr (GString) candidates = g_string_new (VIDEO);
  g_autoptr (GString) sections = g_string_new (SESSION);
  g_autoptr (RtcDescription) good = NULL;

  for (guint i = 0; i < 256; i++)
    g_string_append_printf (candidates, "a=candidate:%u 1 udp 1 192.0.2.1 5 typ host\n", i);
  good = read_good (candidates->str);
  g_assert_cmpuint (good->candidates->len, ==, 256);
  g_string_append (candidates, "a=candidate:256 1 udp 1 192.0.2.1 5 typ host\n");
  assert_limit (candidates, "256 candidates");
  for (guint i = 257; i < 10000; i++)
    g_string_append_printf (candidates, "a=candidate:%u 1 udp 1 192.0.2.1 5 typ host\n", i);
  assert_limit (candidates, "65536");

  for (guint i = 0; i < 65; i++)
    g_string_append (sections, "m=audio 9 UDP/TLS/RTP/SAVPF 0\n");
  assert_limit (sections, "64 m= sections");
}

static void
test_zero_byte (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (rtc_description_read ("v=0\n\0a=mid:0\n", 13, &error));
  g_assert_error (error, GST_RTC_ERROR, GST_RTC_ERROR_DESCRIPTION);
}

/* Whatever is read is written so that it reads the same */
static void
assert_round_trip (const RtcDescription * description)
{
  g_autofree gchar *written = rtc_description_write (description);
  g_autoptr (RtcDescription) again = read_good (written);
  g_autofree gchar *twice = rtc_description_write (again);

  g_assert_cmpstr (written, ==, twice);
  g_assert_cmpuint (again->sections->len, ==, description->sections->len);
}

static void
test_files (void)
{
  g_autoptr (GDir) dir = g_dir_open (SDP_DATA, 0, NULL);
  const gchar *name;
  guint n = 0;

  while ((name = g_dir_read_name (dir))) {
    g_autofree gchar *sdp = NULL, *unix_lines = NULL;
    g_autoptr (RtcDescription) description = NULL, unix_description = NULL;
    gsize size;

    if (!g_str_has_suffix (name, ".sdp"))
      continue;
    sdp = fixture_load (name);
    size = strlen (sdp);
    description = read_good (sdp);
    assert_round_trip (description);
    unix_lines = fixture_replace (sdp, "\r\n", "\n");
    unix_description = read_good (unix_lines);
    g_assert_cmpuint (unix_description->sections->len, ==, description->sections->len);
    for (gsize cut = 0; cut < size; cut++) {
      g_autoptr (RtcDescription) part = rtc_description_read (sdp, cut, NULL);

      if (part && (sdp[cut] == '\r' || cut % 16 == 0))
        assert_round_trip (part);
    }
    n++;
  }
  g_assert_cmpuint (n, >=, 20);
}

static void
test_write_is_one_line (void)
{
  g_autoptr (RtcDescription) description = rtc_description_new ();
  g_autoptr (RtcDescription) again = NULL;
  g_autofree gchar *sdp = NULL;
  RtcMediaSection *section = rtc_media_section_new ();

  section->kind = RTC_MEDIA_VIDEO;
  section->msid = g_strdup ("stream\r\na=ice-lite\r\nm=audio 9 x 0");
  g_ptr_array_add (description->sections, section);
  sdp = rtc_description_write (description);
  again = read_good (sdp);
  g_assert_cmpuint (again->sections->len, ==, 1);
  g_assert_false (again->ice_lite);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/description/chromium", test_chromium);
  g_test_add_func ("/description/session-level", test_session_level);
  g_test_add_func ("/description/kinds-and-rejections", test_kinds_and_rejections);
  g_test_add_func ("/description/data-channels", test_data_channels);
  g_test_add_func ("/description/other-application", test_other_application);
  g_test_add_func ("/description/rtx-time", test_rtx_time);
  g_test_add_func ("/description/duplicates", test_duplicates);
  g_test_add_func ("/description/candidates", test_candidates);
  g_test_add_func ("/description/faults", test_faults);
  g_test_add_func ("/description/limits", test_limits);
  g_test_add_func ("/description/zero-byte", test_zero_byte);
  g_test_add_func ("/description/files", test_files);
  g_test_add_func ("/description/write-is-one-line", test_write_is_one_line);
  return g_test_run ();
}
