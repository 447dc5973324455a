/* gst-rtc: tests of the signaling messages
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <ext/soup/rtcmessage.h>
#include <string.h>

static RtcMessage *
parse (const gchar * text)
{
  g_autoptr (GError) error = NULL;
  RtcMessage *message = rtc_message_parse (RTC_MESSAGE_FROM_CLIENT, text, strlen (text), &error);

  g_assert_no_error (error);
  return message;
}

static void
assert_refused (const gchar * text, const gchar * reason)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (rtc_message_parse (RTC_MESSAGE_FROM_CLIENT, text, strlen (text), &error));
  g_assert_error (error, GST_RTC_ERROR, GST_RTC_ERROR_SIGNALLING);
  g_assert_cmpstr (error->message, ==, reason);
}

static void
test_login (void)
{
  g_autoptr (RtcMessage) named = parse ("{\"type\":\"login\",\"name\":\"userA\",\"age\":[1,{\"x\":null}]}");
  g_autoptr (RtcMessage) nameless = parse ("{\"type\":\"login\"}");
  g_autoptr (RtcMessage) empty = parse (" { \"name\" : \"\" , \"type\" : \"login\" } ");
  g_autoptr (RtcMessage) odd =
      parse ("{\"type\":\"login\",\"name\":\"K\\u00fcche \\ud83d\\ude00 <\\\"&'/\"}");

  g_assert_cmpint (named->type, ==, RTC_MESSAGE_LOGIN);
  g_assert_cmpstr (named->name, ==, "userA");
  g_assert_null (nameless->name);
  g_assert_null (empty->name);
  g_assert_cmpstr (odd->name, ==, "Küche 😀 <\"&'/");
}

static void
test_login_members (void)
{
  g_autofree gchar *long_instance = g_strnfill (65, 'x');
  g_autofree gchar *too_long = g_strdup_printf ("{\"type\":\"login\",\"instance\":\"%s\"}", long_instance);
  g_autoptr (RtcMessage) full = parse ("{\"type\":\"login\",\"name\":\"a\",\"room\":\"r\",\"token\":\"t\","
      "\"instance\":\"i\",\"role\":\"viewer\"}");
  g_autoptr (RtcMessage) bare = parse ("{\"type\":\"login\",\"room\":\"\",\"token\":null,\"role\":null}");
  g_autofree gchar *again = rtc_message_write_login (full);

  g_assert_cmpstr (full->room, ==, "r");
  g_assert_cmpstr (full->token, ==, "t");
  g_assert_cmpstr (full->instance, ==, "i");
  g_assert_true (full->is_viewer);
  g_assert_cmpstr (again, ==, "{\"type\":\"login\",\"name\":\"a\",\"room\":\"r\",\"token\":\"t\","
      "\"instance\":\"i\",\"role\":\"viewer\"}");
  g_assert_null (bare->room);
  g_assert_null (bare->token);
  g_assert_false (bare->is_viewer);
  assert_refused (too_long, "\"instance\" must have at most 64 bytes and no control characters");
  assert_refused ("{\"type\":\"login\",\"role\":\"king\"}", "\"role\" must be \"viewer\", or absent");
  assert_refused ("{\"type\":\"login\",\"role\":1}", "\"role\" must be a string");
  assert_refused ("{\"type\":\"joined\"}", "There is no message type \"joined\"");
}

static RtcMessage *
parse_from_server (const gchar * text)
{
  return rtc_message_parse (RTC_MESSAGE_FROM_SERVER, text, strlen (text), NULL);
}

static void
test_from_server (void)
{
  g_autoptr (RtcMessage) login = parse_from_server ("{\"type\":\"login\",\"success\":true,\"name\":\"a\"}");
  g_autoptr (RtcMessage) refused = parse_from_server ("{\"type\":\"login\",\"message\":\"n\\to\\n\"}");
  g_autoptr (RtcMessage) joined = parse_from_server ("{\"type\":\"joined\",\"members\":[\"a\",\"b\"]}");
  g_autoptr (RtcMessage) introduced =
      parse_from_server ("{\"type\":\"joined\",\"name\":\"a\",\"instance\":\"i\"}");
  g_autoptr (RtcMessage) lost = parse_from_server ("{\"type\":\"leave\",\"name\":\"a\",\"lost\":true}");

  g_assert_true (login->success);
  g_assert_false (refused->success);
  g_assert_cmpstr (refused->text, ==, "n o ");
  g_assert_cmpint (g_strv_length (joined->members), ==, 2);
  g_assert_cmpstr (joined->members[1], ==, "b");
  g_assert_cmpint (g_strv_length (introduced->members), ==, 0);
  g_assert_cmpstr (introduced->instance, ==, "i");
  g_assert_true (lost->is_lost);
  g_assert_null (parse_from_server ("{\"type\":\"join\"}"));
  g_assert_null (parse_from_server ("{\"type\":\"joined\",\"members\":{}}"));
  g_assert_null (parse_from_server ("{\"type\":\"joined\",\"members\":[\"a\",null]}"));
  g_assert_null (parse_from_server ("{\"type\":\"leave\",\"lost\":1}"));
}

/* Those outside of strings are what is nested */
static void
test_brackets_in_names (void)
{
  g_autofree gchar *name = g_strnfill (RTC_MESSAGE_MAX_NAME, '[');
  const gchar *members[] = { name, name, name, NULL };
  g_autofree gchar *text = rtc_message_write_joined (name, members);
  g_autoptr (RtcMessage) joined = parse_from_server (text);

  g_assert_nonnull (joined);
  g_assert_cmpstr (joined->members[2], ==, name);
}

static void
test_long_text (void)
{
  g_autofree gchar *text = g_strnfill (100000, 'x');
  g_autofree gchar *message = g_strdup_printf ("{\"type\":\"error\",\"message\":\"%s\"}", text);
  g_autoptr (RtcMessage) error = parse_from_server (message);

  g_assert_cmpint (strlen (error->text), ==, RTC_MESSAGE_MAX_TEXT);
}

static void
test_description (void)
{
  g_autoptr (RtcMessage) offer = parse ("{\"type\":\"offer\",\"name\":\"userB\","
      "\"offer\":{\"type\":\"offer\",\"sdp\":\"v=0\\r\\n\"}}");
  g_autoptr (RtcMessage) answer = parse ("{\"type\":\"answer\",\"answer\":{\"sdp\":\"v=0\"}}");

  g_assert_cmpint (offer->type, ==, RTC_MESSAGE_DESCRIPTION);
  g_assert_cmpint (offer->sdp_type, ==, GST_RTC_SDP_TYPE_OFFER);
  g_assert_cmpstr (offer->sdp, ==, "v=0\r\n");
  g_assert_cmpint (answer->sdp_type, ==, GST_RTC_SDP_TYPE_ANSWER);
  g_assert_cmpstr (answer->sdp, ==, "v=0");

  assert_refused ("{\"type\":\"offer\"}", "\"offer\" must be an object");
  assert_refused ("{\"type\":\"offer\",\"answer\":{\"sdp\":\"v=0\"}}", "\"offer\" must be an object");
  assert_refused ("{\"type\":\"offer\",\"offer\":\"v=0\"}", "\"offer\" must be an object");
  assert_refused ("{\"type\":\"offer\",\"offer\":{\"type\":\"offer\"}}", "\"sdp\" must be a string");
  assert_refused ("{\"type\":\"offer\",\"offer\":{\"sdp\":null}}", "\"sdp\" must be a string");
  assert_refused ("{\"type\":\"offer\",\"offer\":{\"type\":\"answer\",\"sdp\":\"v=0\"}}",
      "An \"offer\" must hold a description of that type");
}

static void
test_candidate (void)
{
  g_autoptr (RtcMessage) full = parse ("{\"type\":\"candidate\",\"candidate\":{\"candidate\":\"candidate:1\","
      "\"sdpMid\":\"audio0\",\"sdpMLineIndex\":2,\"usernameFragment\":\"x\"},\"name\":\"userB\"}");
  g_autoptr (RtcMessage) bare = parse ("{\"type\":\"candidate\",\"candidate\":{\"candidate\":\"candidate:1\","
      "\"sdpMid\":null,\"sdpMLineIndex\":null}}");
  g_autoptr (RtcMessage) end = parse ("{\"type\":\"candidate\",\"candidate\":{\"candidate\":\"\"}}");
  g_autoptr (RtcMessage) null = parse ("{\"type\":\"candidate\",\"candidate\":null}");

  g_assert_cmpstr (full->candidate, ==, "candidate:1");
  g_assert_cmpstr (full->sdp_mid, ==, "audio0");
  g_assert_cmpint (full->sdp_m_line_index, ==, 2);
  g_assert_null (bare->sdp_mid);
  g_assert_cmpint (bare->sdp_m_line_index, ==, -1);
  g_assert_cmpstr (end->candidate, ==, "");
  g_assert_cmpstr (null->candidate, ==, "");

  assert_refused ("{\"type\":\"candidate\",\"candidate\":\"candidate:1\"}",
      "\"candidate\" must be an object");
  assert_refused ("{\"type\":\"candidate\",\"candidate\":{\"candidate\":1}}",
      "\"candidate\" must be a string");
  assert_refused ("{\"type\":\"candidate\",\"candidate\":{\"sdpMLineIndex\":-1}}",
      "\"sdpMLineIndex\" must be a small number");
  assert_refused ("{\"type\":\"candidate\",\"candidate\":{\"sdpMLineIndex\":4294967296}}",
      "\"sdpMLineIndex\" must be a small number");
  assert_refused ("{\"type\":\"candidate\",\"candidate\":{\"sdpMLineIndex\":\"0\"}}",
      "\"sdpMLineIndex\" must be a small number");
}

static void
test_others (void)
{
  g_autoptr (RtcMessage) join = parse ("{\"type\":\"join\",\"room\":\"garage\"}");
  g_autoptr (RtcMessage) leave = parse ("{\"type\":\"leave\"}");
  g_autoptr (RtcMessage) error = parse ("{\"type\":\"error\",\"message\":\"no\"}");

  g_assert_cmpint (join->type, ==, RTC_MESSAGE_JOIN);
  g_assert_cmpstr (join->room, ==, "garage");
  g_assert_cmpint (leave->type, ==, RTC_MESSAGE_LEAVE);
  g_assert_cmpint (error->type, ==, RTC_MESSAGE_ERROR);
  g_assert_cmpstr (error->text, ==, "no");
}

static void
test_malformed (void)
{
  const gchar *not_objects[] = { "", " ", "{", "nonsense", "[]", "[{\"type\":\"login\"}]", "\"login\"",
    "null", "7", "{}{}", "{} {\"type\":\"login\"}", "7{}", "\"a\"{}", "{}]", "}{", "/**/{}", "{'a':1}",
    "x={}",
    "{\"type\":\"login\"", "{\"type\" \"login\"}", "{type:login}"
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (not_objects); i++)
    assert_refused (not_objects[i], "The message is not a JSON object");
  assert_refused ("{}", "\"type\" must be a string");
  assert_refused ("{\"type\":5}", "\"type\" must be a string");
  assert_refused ("{\"type\":\"login\",\"name\":5}", "\"name\" must be a string");
  assert_refused ("{\"type\":\"login\",\"name\":[\"a\"]}", "\"name\" must be a string");
  assert_refused ("{\"type\":\"subscribe\"}", "There is no message type \"subscribe\"");
  assert_refused ("{\"type\":\"login\",\"name\":\"a\\nb\"}",
      "\"name\" must have at most 128 bytes and no control characters");
  assert_refused ("{\"type\":\"login\",\"name\":\"\xff\"}", "The message is not UTF-8 text");
}

static void
test_escapes (void)
{
  const gchar *bad[] = { "\\u0000", "\\ud83d", "\\ud83dx", "\\ud83d\\n", "\\ude00\\ud83d", "\\u12g4", "\\377",
    "\\x"
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autofree gchar *text = g_strdup_printf ("{\"type\":\"login\",\"name\":\"%s\"}", bad[i]);

    assert_refused (text, "A string holds an escape that is not allowed");
  }
}

static void
test_nesting (void)
{
  g_autofree gchar *brackets = g_strnfill (100000, '[');
  g_autofree gchar *deep = g_strdup_printf ("{\"type\":\"login\",\"x\":%s", brackets);

  assert_refused (brackets, "The message is nested too deeply");
  assert_refused (deep, "The message is nested too deeply");
}

static void
test_long_type (void)
{
  g_autofree gchar *type = g_strnfill (5000, 'x');
  g_autofree gchar *text = g_strdup_printf ("{\"type\":\"%s\"}", type);

  assert_refused (text, "There is no message type \"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"");
}

static void
assert_text (gchar * text, const gchar * expected)
{
  g_assert_cmpstr (text, ==, expected);
  g_free (text);
}

static void
test_write (void)
{
  const gchar *members[] = { "camera1", NULL };
  g_autoptr (GPtrArray) servers = g_ptr_array_new_with_free_func ((GDestroyNotify) rtc_ice_server_free);

  g_ptr_array_add (servers, rtc_ice_server_new ("stun://192.0.2.1:3478", NULL));
  g_ptr_array_add (servers, rtc_ice_server_new ("turn://u:p@192.0.2.1", NULL));
  assert_text (rtc_message_write_logged_in ("userA", NULL, servers),
      "{\"type\":\"login\",\"success\":true,\"name\":\"userA\","
      "\"iceServers\":[{\"urls\":\"stun:192.0.2.1:3478\"},"
      "{\"urls\":\"turn:192.0.2.1\",\"username\":\"u\",\"credential\":\"p\"}]}");
  assert_text (rtc_message_write_login_refused ("no"),
      "{\"type\":\"login\",\"success\":false,\"message\":\"no\"}");
  assert_text (rtc_message_write_joined ("garage", members),
      "{\"type\":\"joined\",\"room\":\"garage\",\"members\":[\"camera1\"]}");
  assert_text (rtc_message_write_description ("camera1", GST_RTC_SDP_TYPE_OFFER, "v=0\r\n\"<", NULL),
      "{\"type\":\"offer\",\"offer\":{\"type\":\"offer\",\"sdp\":\"v=0\\r\\n\\\"<\"},\"name\":\"camera1\"}");
  assert_text (rtc_message_write_candidate ("camera1", "candidate:1", "0", 0),
      "{\"type\":\"candidate\",\"candidate\":{\"candidate\":\"candidate:1\",\"sdpMid\":\"0\","
      "\"sdpMLineIndex\":0},\"name\":\"camera1\"}");
  assert_text (rtc_message_write_leave ("camera1", NULL), "{\"type\":\"leave\",\"name\":\"camera1\"}");
  assert_text (rtc_message_write_leave ("camera1", "bye"),
      "{\"type\":\"leave\",\"name\":\"camera1\",\"message\":\"bye\"}");
  assert_text (rtc_message_write_error ("no", NULL), "{\"type\":\"error\",\"message\":\"no\"}");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/message/login", test_login);
  g_test_add_func ("/message/login-members", test_login_members);
  g_test_add_func ("/message/from-server", test_from_server);
  g_test_add_func ("/message/brackets-in-names", test_brackets_in_names);
  g_test_add_func ("/message/long-text", test_long_text);
  g_test_add_func ("/message/description", test_description);
  g_test_add_func ("/message/candidate", test_candidate);
  g_test_add_func ("/message/others", test_others);
  g_test_add_func ("/message/malformed", test_malformed);
  g_test_add_func ("/message/escapes", test_escapes);
  g_test_add_func ("/message/nesting", test_nesting);
  g_test_add_func ("/message/long-type", test_long_type);
  g_test_add_func ("/message/write", test_write);
  return g_test_run ();
}
