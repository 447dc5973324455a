/* gst-rtc: tests of the addresses of STUN and TURN servers
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <ext/soup/rtciceserver.h>

static void
assert_server (const gchar * uri, const gchar * url, const gchar * username, const gchar * credential)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RtcIceServer) server = rtc_ice_server_new (uri, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (server->url, ==, url);
  g_assert_cmpstr (server->username, ==, username);
  g_assert_cmpstr (server->credential, ==, credential);
}

static void
test_forms (void)
{
  assert_server ("stun://stun.example.org:3478", "stun:stun.example.org:3478", NULL, NULL);
  assert_server ("stun:stun.example.org", "stun:stun.example.org", NULL, NULL);
  assert_server ("STUN://192.0.2.1", "stun:192.0.2.1", NULL, NULL);
  assert_server ("turn://u:p@192.0.2.1:3478?transport=tcp", "turn:192.0.2.1:3478?transport=tcp", "u", "p");
  assert_server ("turns:u:p@turn.example.org", "turns:turn.example.org", "u", "p");
  assert_server ("turn://u:p@[2001:db8::1]:3478", "turn:[2001:db8::1]:3478", "u", "p");
  assert_server ("turn://1700000000%3Auser:a%2Fb%40c@h", "turn:h", "1700000000:user", "a/b@c");
  assert_server ("turn://u:p@ss:word@h:1", "turn:h:1", "u", "p@ss:word");
}

static void
test_refused (void)
{
  const gchar *bad[] = { "", "stun", "stun:", "stun://", "http://example.org", "stun://h:port",
    "stun://h:3478/x", "stun://h?transport=udp", "turn://h", "turn://u@h", "turn://u:p@h?transport=sctp",
    "turn://u:%zz@h", "stun://h\n", "stun://[::1"
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_null (rtc_ice_server_new (bad[i], &error));
    g_assert_error (error, GST_RTC_ERROR, GST_RTC_ERROR_FAILED);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/iceserver/forms", test_forms);
  g_test_add_func ("/iceserver/refused", test_refused);
  return g_test_run ();
}
