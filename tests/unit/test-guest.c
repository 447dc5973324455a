/* gst-rtc: tests of what a member of a room says and makes of what it hears
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <ext/soup/rtcguest.h>
#include <string.h>

#define SECOND G_USEC_PER_SEC

typedef struct
{
  RtcGuest *guest;
  GString *seen;                /* what it says and tells, one per line, with single quotes */
  gint64 now;
} Fixture;

static void
note (Fixture * fixture, const gchar * format, ...) G_GNUC_PRINTF (2, 3);

static void
note (Fixture * fixture, const gchar * format, ...)
{
  va_list args;

  va_start (args, format);
  g_string_append_vprintf (fixture->seen, format, args);
  va_end (args);
  g_strdelimit (fixture->seen->str, "\"", '\'');
  g_string_append_c (fixture->seen, '\n');
}

static void
on_send (const gchar * text, gpointer fixture)
{
  note (fixture, "> %s", text);
}

static void
on_joined (gpointer fixture)
{
  note (fixture, "joined");
}

static void
on_refused (const gchar * text, gpointer fixture)
{
  note (fixture, "refused: %s", text);
}

static void
on_begin (const gchar * name, const gchar * offer, gpointer fixture)
{
  note (fixture, "begin %s %s", name, offer != NULL ? offer : "-");
}

static void
on_description (const gchar * name, GstRtcSdpType type, const gchar * sdp, gpointer fixture)
{
  note (fixture, "description %s %s", name, sdp);
}

static void
on_candidate (const gchar * name, const gchar * candidate, const gchar * sdp_mid, gint sdp_m_line_index,
    gpointer fixture)
{
  note (fixture, "candidate %s %s", name, candidate);
}

static void
on_end (const gchar * name, const GError * reason, gpointer fixture)
{
  g_assert_error (reason, GST_RTC_ERROR, GST_RTC_ERROR_LEFT);
  note (fixture, "end %s: %s", name, reason->message);
}

static void
sees (Fixture * fixture, const gchar * expected)
{
  g_assert_cmpstr (fixture->seen->str, ==, expected);
  g_string_truncate (fixture->seen, 0);
}

static void
hear (Fixture * fixture, const gchar * text)
{
  g_autofree gchar *quoted = g_strdelimit (g_strdup (text), "'", '"');

  rtc_guest_received (fixture->guest, quoted, strlen (quoted), fixture->now);
}

static void
set_up (Fixture * fixture, gconstpointer user_data)
{
  const RtcGuestConfig config = {
    .name = "me",
    .room = "r",
    .instance = "1",
    .rejoin = {.first = SECOND,.longest = 60 * SECOND},
  };
  const RtcGuestEvents events = {
    .send = on_send,
    .joined = on_joined,
    .refused = on_refused,
    .session = {on_begin, on_description, on_candidate, on_end},
  };

  fixture->guest = rtc_guest_new (&config, &events, fixture);
  fixture->seen = g_string_new (NULL);
}

static void
tear_down (Fixture * fixture, gconstpointer user_data)
{
  rtc_guest_free (fixture->guest);
  g_string_free (fixture->seen, TRUE);
}

static void
open_connection (Fixture * fixture)
{
  rtc_guest_opened (fixture->guest);
  hear (fixture, "{'type':'login','success':true,'name':'me','room':'r'}");
  sees (fixture, "> {'type':'login','name':'me','room':'r','instance':'1'}\n");
}

static void
join (Fixture * fixture, const gchar * members)
{
  g_autofree gchar *text = g_strdup_printf ("{'type':'joined','room':'r','members':[%s]}", members);

  open_connection (fixture);
  hear (fixture, text);
}

static void
set_up_joined (Fixture * fixture, gconstpointer user_data)
{
  set_up (fixture, user_data);
  join (fixture, "");
  sees (fixture, "joined\n");
}

static void
end_session (Fixture * fixture, const gchar * name, GstRtcError code)
{
  g_autoptr (GError) reason = g_error_new_literal (GST_RTC_ERROR, code, "over");

  rtc_guest_end_session (fixture->guest, name, reason, fixture->now, 0.5);
}

/* A server that knows a login and a join, no more */
static void
test_plain_server (Fixture * fixture, gconstpointer user_data)
{
  rtc_guest_opened (fixture->guest);
  hear (fixture, "{'type':'joined','members':[]}");
  hear (fixture, "{'type':'login','success':true}");
  hear (fixture, "{'type':'joined'}");
  sees (fixture, "> {'type':'login','name':'me','room':'r','instance':'1'}\n"
      "> {'type':'join','room':'r'}\njoined\n");
}

static void
test_refused (Fixture * fixture, gconstpointer user_data)
{
  rtc_guest_opened (fixture->guest);
  hear (fixture, "{'type':'login','success':false,'message':'no\\nway'}");
  sees (fixture, "> {'type':'login','name':'me','room':'r','instance':'1'}\nrefused: no way\n");
}

static void
test_begins (Fixture * fixture, gconstpointer user_data)
{
  hear (fixture, "{'type':'joined','name':'x','instance':'a'}");
  sees (fixture, "begin x -\n");
  rtc_guest_send_description (fixture->guest, "x", GST_RTC_SDP_TYPE_OFFER, "v=0");
  rtc_guest_send_candidate (fixture->guest, "x", "candidate:1", "0", 0);
  hear (fixture, "{'type':'answer','answer':{'sdp':'v=1'},'name':'x'}");
  hear (fixture, "{'type':'candidate','candidate':{'candidate':'candidate:2'},'name':'x'}");
  sees (fixture, "> {'type':'offer','offer':{'type':'offer','sdp':'v=0'},'name':'x'}\n"
      "> {'type':'candidate','candidate':{'candidate':'candidate:1','sdpMid':'0','sdpMLineIndex':0},"
      "'name':'x'}\n"
      "description x v=1\ncandidate x candidate:2\n");

  /* Again, as the same, and as another */
  hear (fixture, "{'type':'joined','name':'x','instance':'a'}");
  sees (fixture, "");
  hear (fixture, "{'type':'joined','name':'x','instance':'b'}");
  sees (fixture, "end x: It has begun anew\nbegin x -\n");
  hear (fixture, "{'type':'leave','name':'x','message':'bye'}");
  hear (fixture, "{'type':'leave','name':'x'}");
  sees (fixture, "end x: bye\n");
  rtc_guest_send_candidate (fixture->guest, "x", "candidate:3", "0", 0);
  end_session (fixture, "x", GST_RTC_ERROR_LEFT);
  sees (fixture, "");
}

static void
test_is_called (Fixture * fixture, gconstpointer user_data)
{
  hear (fixture, "{'type':'answer','answer':{'sdp':'v=0'},'name':'x'}");
  hear (fixture, "{'type':'candidate','candidate':null,'name':'x'}");
  hear (fixture, "{'type':'offer','offer':{'sdp':'v=0'}}");
  sees (fixture, "");
  hear (fixture, "{'type':'offer','offer':{'sdp':'v=0'},'name':'x','instance':'a'}");
  hear (fixture, "{'type':'offer','offer':{'sdp':'v=1'},'name':'x','instance':'a'}");
  hear (fixture, "{'type':'offer','offer':{'sdp':'v=2'},'name':'x'}");
  hear (fixture, "{'type':'offer','offer':{'sdp':'v=3'},'name':'x','instance':'b'}");
  sees (fixture, "begin x v=0\ndescription x v=1\ndescription x v=2\n"
      "end x: It has begun anew\nbegin x v=3\n");
}

/* The server is away for a while; the peer is, too */
static void
test_outage (Fixture * fixture, gconstpointer user_data)
{
  hear (fixture, "{'type':'joined','name':'x','instance':'a'}");
  hear (fixture, "{'type':'joined','name':'y','instance':'a'}");
  sees (fixture, "begin x -\nbegin y -\n");
  rtc_guest_closed (fixture->guest);
  rtc_guest_send_candidate (fixture->guest, "x", "candidate:1", NULL, -1);
  rtc_guest_send_candidate (fixture->guest, "y", "candidate:2", NULL, -1);
  sees (fixture, "");
  join (fixture, "'x'");
  sees (fixture, "> {'type':'candidate','candidate':{'candidate':'candidate:1'},'name':'x'}\njoined\n");
  hear (fixture, "{'type':'joined','name':'y','instance':'a'}");
  sees (fixture, "> {'type':'candidate','candidate':{'candidate':'candidate:2'},'name':'y'}\n");

  hear (fixture, "{'type':'leave','name':'y','lost':true}");
  rtc_guest_send_candidate (fixture->guest, "y", "candidate:3", NULL, -1);
  hear (fixture, "{'type':'leave','lost':true}");
  sees (fixture, "");
  hear (fixture, "{'type':'leave','name':'y'}");
  hear (fixture, "{'type':'joined','name':'y','instance':'a'}");
  sees (fixture, "end y: The peer has left\nbegin y -\n");
}

static void
test_farewells (Fixture * fixture, gconstpointer user_data)
{
  hear (fixture, "{'type':'joined','name':'x','instance':'a'}");
  hear (fixture, "{'type':'joined','name':'y','instance':'a'}");
  hear (fixture, "{'type':'leave','name':'y','lost':true}");
  sees (fixture, "begin x -\nbegin y -\n");
  end_session (fixture, "y", GST_RTC_ERROR_STOPPED);
  rtc_guest_closed (fixture->guest);
  end_session (fixture, "x", GST_RTC_ERROR_STOPPED);
  join (fixture, "'x'");
  sees (fixture, "> {'type':'leave','name':'x'}\njoined\n");
  hear (fixture, "{'type':'joined','name':'y','instance':'a'}");
  sees (fixture, "> {'type':'leave','name':'y'}\nbegin y -\n");
  fixture->now += SECOND;
  rtc_guest_check (fixture->guest, fixture->now);
  sees (fixture, "> {'type':'join','room':'r'}\n");
}

static void
test_tries_again (Fixture * fixture, gconstpointer user_data)
{
  hear (fixture, "{'type':'joined','name':'x','instance':'a'}");
  end_session (fixture, "x", GST_RTC_ERROR_REJECTED);
  sees (fixture, "begin x -\n> {'type':'leave','name':'x','message':'over'}\n");
  rtc_guest_check (fixture->guest, fixture->now + 1000 * SECOND);
  sees (fixture, "");
  for (guint wait = 1; wait < 64; wait *= 2) {
    gint64 delay = SECOND + MIN (wait, 60) * SECOND / 2;

    hear (fixture, "{'type':'joined','name':'x','instance':'a'}");
    end_session (fixture, "x", GST_RTC_ERROR_ICE);
    sees (fixture, "begin x -\n> {'type':'leave','name':'x','message':'over'}\n");
    rtc_guest_check (fixture->guest, fixture->now + delay - 1);
    sees (fixture, "");
    fixture->now += delay;
    rtc_guest_check (fixture->guest, fixture->now);
    sees (fixture, "> {'type':'join','room':'r'}\n");
  }
}

static void
test_nonsense (Fixture * fixture, gconstpointer user_data)
{
  const gchar *texts[] = { "", "nonsense", "[]", "{'type':7}", "{'type':'join'}",
    "{'type':'joined','members':7}",
    "{'type':'joined','members':[7]}", "{'type':'leave','lost':'yes'}", "{'type':'login','success':false}",
    "{'type':'offer','offer':{},'name':'x'}", "{'type':'error','message':'no'}",
    "{'type':'leave','name':'who'}"
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    hear (fixture, texts[i]);
  sees (fixture, "");
}

static void
add (const gchar * path, void (*prepare) (Fixture *, gconstpointer), void (*test) (Fixture *, gconstpointer))
{
  g_test_add (path, Fixture, NULL, prepare, test, tear_down);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  add ("/guest/plain-server", set_up, test_plain_server);
  add ("/guest/refused", set_up, test_refused);
  add ("/guest/begins", set_up_joined, test_begins);
  add ("/guest/is-called", set_up_joined, test_is_called);
  add ("/guest/outage", set_up_joined, test_outage);
  add ("/guest/farewells", set_up_joined, test_farewells);
  add ("/guest/tries-again", set_up_joined, test_tries_again);
  add ("/guest/nonsense", set_up_joined, test_nonsense);
  return g_test_run ();
}
