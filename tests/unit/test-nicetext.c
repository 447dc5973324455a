/* gst-rtc: tests of what is read for libnice: servers and candidates
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <ext/nice/rtcnicetext.h>

#include <string.h>

static void
test_turn_uris (void)
{
  const struct
  {
    const gchar *uri, *problem;
  } bad[] = {
    {"", "scheme"},
    {"nonsense", "scheme"},
    {"http://u:p@h", "scheme"},
    {"turn://u:p@", "host"},
    {"turn://h:3478", "user"},
    {"turn://u@h:3478", "password"},
    {"turn://u:p@h:0", "port"},
    {"turn://u:p@h:99999", "turn://"},
    {"turn://u:p%zz@h", "turn://"},
    {"turn://u:p@h?transport=sctp", "transport"},
    {"turn://u:p@h?foo=bar", "transport"},
  };
  RtcNiceServer server;
  guint i;

  for (i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_false (rtc_nice_parse_turn_server (bad[i].uri, &server, &error));
    g_assert_error (error, GST_RTC_ERROR, GST_RTC_ERROR_FAILED);
    if (!strstr (error->message, bad[i].problem))
      g_error ("%s: %s", bad[i].uri, error->message);
    rtc_nice_server_clear (&server);
  }

  g_assert_true (rtc_nice_parse_turn_server ("turn://us%3Aer:p%40ss%2f@[2001:db8::1]:5349?transport=tcp",
          &server, NULL));
  g_assert_cmpstr (server.user, ==, "us:er");
  g_assert_cmpstr (server.password, ==, "p@ss/");
  g_assert_cmpstr (server.host, ==, "2001:db8::1");
  g_assert_cmpuint (server.port, ==, 5349);
  g_assert_true (server.tcp);
  g_assert_false (server.tls);
  rtc_nice_server_clear (&server);
  g_assert_true (rtc_nice_parse_turn_server ("turns://u:p@turn.example.org", &server, NULL));
  g_assert_true (server.tls);
  g_assert_false (server.tcp);
  g_assert_cmpuint (server.port, ==, 3478);
  rtc_nice_server_clear (&server);
}

static void
test_stun_servers (void)
{
  const gchar *const bad[] = { "", ":3478", "host:0", "host:123456", "host:port", NULL };
  RtcNiceServer server;
  guint i;

  for (i = 0; bad[i]; i++) {
    g_assert_false (rtc_nice_parse_stun_server (bad[i], &server, NULL));
    rtc_nice_server_clear (&server);
  }
  g_assert_true (rtc_nice_parse_stun_server ("stun.example.org:19302", &server, NULL));
  g_assert_cmpstr (server.host, ==, "stun.example.org");
  g_assert_cmpuint (server.port, ==, 19302);
  rtc_nice_server_clear (&server);
  g_assert_true (rtc_nice_parse_stun_server ("stun://192.0.2.1", &server, NULL));
  g_assert_cmpstr (server.host, ==, "192.0.2.1");
  g_assert_cmpuint (server.port, ==, 3478);
  rtc_nice_server_clear (&server);
}

static void
test_candidates (void)
{
  const struct
  {
    const gchar *text;
    RtcNiceCandidateKind kind;
    const gchar *problem;
  } cases[] = {
    {"candidate:842163049 1 udp 1677729535 203.0.113.5 46154 typ srflx raddr 10.0.0.17 rport 46154 "
          "generation 0 ufrag EEtu network-id 3 network-cost 10", RTC_NICE_CANDIDATE_USABLE, NULL},
    {"a=candidate:0 1 UDP 2122252543 2001:db8::7 60000 typ host", RTC_NICE_CANDIDATE_USABLE, NULL},
    {"candidate:1 1 udp 1 192.0.2.1 5000 typ relay raddr 0.0.0.0 odd", RTC_NICE_CANDIDATE_USABLE, NULL},
    {"candidate:1  1 udp 1 192.0.2.1 5000 typ host\r\n", RTC_NICE_CANDIDATE_USABLE, NULL},
    {"candidate:1 1 udp 1 0a1b2c3d-4e5f.local 5000 typ host", RTC_NICE_CANDIDATE_NAMED, NULL},
    {"candidate:1 1 udp 1 host.example.org 5000 typ host", RTC_NICE_CANDIDATE_NAMED, NULL},
    {"candidate:1 1 tcp 1 192.0.2.1 9 typ host tcptype active", RTC_NICE_CANDIDATE_IGNORED, NULL},
    {"candidate:1 1 tcp 1 192.0.2.1 9 typ host", RTC_NICE_CANDIDATE_IGNORED, NULL},
    {"candidate:1 2 udp 1 192.0.2.1 5001 typ host", RTC_NICE_CANDIDATE_IGNORED, NULL},
    {"candidate:1 1 quic 1 192.0.2.1 5001 typ host", RTC_NICE_CANDIDATE_IGNORED, NULL},
    {"candidate:1 1 udp 1 192.0.2.1 5001 typ teleport", RTC_NICE_CANDIDATE_IGNORED, NULL},
    {"candidate:1 1 udp 1 192.0.2.1 0 typ host", RTC_NICE_CANDIDATE_IGNORED, NULL},
    {"candidate:1 1 udp 1 0.0.0.0 5000 typ host", RTC_NICE_CANDIDATE_IGNORED, NULL},
    {"candidate:1 1 udp 1 224.0.0.1 5000 typ host", RTC_NICE_CANDIDATE_IGNORED, NULL},
    {"", RTC_NICE_CANDIDATE_MALFORMED, "candidate:"},
    {"candidate:", RTC_NICE_CANDIDATE_MALFORMED, "too few"},
    {"candidate:1 1 udp 1 192.0.2.1 5000", RTC_NICE_CANDIDATE_MALFORMED, "too few"},
    {"candidate:1 1 udp 1 192.0.2.1 5000 typ", RTC_NICE_CANDIDATE_MALFORMED, "too few"},
    {"candidate:a;b 1 udp 1 192.0.2.1 5000 typ host", RTC_NICE_CANDIDATE_MALFORMED, "foundation"},
    {"candidate:123456789012345678901234567890123 1 udp 1 192.0.2.1 5000 typ host",
        RTC_NICE_CANDIDATE_MALFORMED, "foundation"},
    {"candidate:1 0 udp 1 192.0.2.1 5000 typ host", RTC_NICE_CANDIDATE_MALFORMED, "component"},
    {"candidate:1 one udp 1 192.0.2.1 5000 typ host", RTC_NICE_CANDIDATE_MALFORMED, "component"},
    {"candidate:1 1 udp -1 192.0.2.1 5000 typ host", RTC_NICE_CANDIDATE_MALFORMED, "priority"},
    {"candidate:1 1 udp 99999999999 192.0.2.1 5000 typ host", RTC_NICE_CANDIDATE_MALFORMED, "priority"},
    {"candidate:1 1 udp 1 192.0.2 5000 typ host", RTC_NICE_CANDIDATE_MALFORMED, "address"},
    {"candidate:1 1 udp 1 2001:db8::zz 5000 typ host", RTC_NICE_CANDIDATE_MALFORMED, "address"},
    {"candidate:1 1 udp 1 192.0.2.1 65536 typ host", RTC_NICE_CANDIDATE_MALFORMED, "port"},
    {"candidate:1 1 udp 1 192.0.2.1 5000 type host", RTC_NICE_CANDIDATE_MALFORMED, "type"},
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;
    g_autofree gchar *line = NULL;

    g_test_message ("%s", cases[i].text);
    g_assert_cmpint (rtc_nice_parse_candidate (cases[i].text, &line, &error), ==, cases[i].kind);
    g_assert_cmpint (line != NULL, ==, cases[i].kind == RTC_NICE_CANDIDATE_USABLE);
    if (cases[i].problem) {
      g_assert_error (error, GST_RTC_ERROR, GST_RTC_ERROR_CANDIDATE);
      g_assert_nonnull (strstr (error->message, cases[i].problem));
    }
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/nicetext/turn-uris", test_turn_uris);
  g_test_add_func ("/nicetext/stun-servers", test_stun_servers);
  g_test_add_func ("/nicetext/candidates", test_candidates);
  return g_test_run ();
}
