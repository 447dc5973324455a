/* gst-rtc: tests of the rooms of a signaling server, with clients in the same main context
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <ext/soup/rtcserver.h>

#include "websocketfixture.h"

/* SHA-256 of "1", the first half */
#define PUBLIC_1 "6b86b273ff34fce19d6b804eff5a3f57"

typedef struct
{
  RtcServer *server;
  guint port;
} Fixture;

static void
start (Fixture * fixture, RtcHubConfig hub)
{
  const RtcServerConfig config = {
    .http = {.host = "127.0.0.1",.path = "/ws",.max_message_size = 128 * 1024},
    .hub = hub,
  };
  g_autoptr (GError) error = NULL;

  fixture->server = rtc_server_new (&config, &error);
  g_assert_no_error (error);
  fixture->port = rtc_server_get_port (fixture->server);
}

static void
set_up (Fixture * fixture, gconstpointer user_data)
{
  start (fixture, (RtcHubConfig) { NULL });
}

static void
set_up_limited (Fixture * fixture, gconstpointer user_data)
{
  start (fixture, (RtcHubConfig) {.max_clients = 3,.max_room = 2});
}

static void
set_up_with_token (Fixture * fixture, gconstpointer user_data)
{
  start (fixture, (RtcHubConfig) {.token = "sesame"});
}

static void
tear_down (Fixture * fixture, gconstpointer user_data)
{
  g_clear_pointer (&fixture->server, rtc_server_free);
  while (g_main_context_iteration (NULL, FALSE));
}

/* In the room "r" at once. more: other members, from a comma on. others: whom it finds there */
static Client *
come (Fixture * fixture, const gchar * name, const gchar * more, const gchar * others)
{
  Client *client = client_new (fixture->port);

  client_say (client, "{'type':'login','name':'%s','room':'r'%s}", name, more);
  client_hears (client, "{'type':'login','success':true,'name':'%s','room':'r','iceServers':[]}", name);
  client_hears (client, "{'type':'joined','room':'r','members':[%s]}", others);
  return client;
}

/* The oldest clients: a login, and a call by name */
static Client *
log_in (Fixture * fixture, const gchar * name)
{
  Client *client = client_new (fixture->port);

  client_say (client, "{'type':'login','name':'%s'}", name);
  client_hears (client, "{'type':'login','success':true,'name':'%s','iceServers':[]}", name);
  return client;
}

static void
assert_quiet (Client * client)
{
  client_sync (client);
  g_assert_true (g_queue_is_empty (&client->received));
}

static void
test_oldest_clients (Fixture * fixture, gconstpointer user_data)
{
  g_autoptr (Client) a = log_in (fixture, "userA");
  g_autoptr (Client) b = log_in (fixture, "userB");
  g_autoptr (Client) c = log_in (fixture, "userC");

  client_say (a, "{'type':'offer','offer':{'type':'offer','sdp':'v=0'},'name':'userB'}");
  client_hears (b, "{'type':'offer','offer':{'type':'offer','sdp':'v=0'},'name':'userA'}");
  client_say (b, "{'type':'answer','answer':{'type':'answer','sdp':'v=1'},'name':'userA'}");
  client_hears (a, "{'type':'answer','answer':{'type':'answer','sdp':'v=1'},'name':'userB'}");
  client_say (b, "{'type':'candidate','candidate':{'candidate':'candidate:1','sdpMid':'0','sdpMLineIndex':0},"
      "'name':'userA'}");
  client_hears (a, "{'type':'candidate','candidate':{'candidate':'candidate:1','sdpMid':'0',"
      "'sdpMLineIndex':0},'name':'userB'}");
  client_say (a, "{'type':'leave','name':'userB'}");
  client_hears (b, "{'type':'leave','name':'userA'}");
  client_say (a, "{'type':'leave'}");
  client_sync (a);

  /* And again: it can be called after it has left */
  client_say (b, "{'type':'offer','offer':{'sdp':'v=2'},'name':'userA'}");
  client_hears (a, "{'type':'offer','offer':{'type':'offer','sdp':'v=2'},'name':'userB'}");
  client_say (a, "{'type':'leave','message':'bye'}");
  client_hears (b, "{'type':'leave','name':'userA','message':'bye'}");
  assert_quiet (a);
  assert_quiet (b);
  assert_quiet (c);
}

static void
test_who_begins (Fixture * fixture, gconstpointer user_data)
{
  g_autoptr (Client) a = come (fixture, "a", ",'instance':'1'", "");
  g_autoptr (Client) v = come (fixture, "v", ",'role':'viewer'", "\"a\"");
  g_autoptr (Client) w = NULL;
  g_autoptr (Client) b = NULL;

  client_hears (a, "{'type':'joined','room':'r','name':'v'}");
  w = come (fixture, "w", ",'role':'viewer'", "\"a\"");
  client_hears (a, "{'type':'joined','room':'r','name':'w'}");
  b = client_new (fixture->port);
  client_say (b, "{'type':'login','name':'b'}");
  client_hears (b, "{'type':'login','success':true,'name':'b','iceServers':[]}");
  client_say (b, "{'type':'join','room':'r'}");
  WAIT_FOR (g_queue_get_length (&b->received) == 3);
  client_sync (v);
  client_hears (a, "{'type':'joined','room':'r','name':'b'}");
  assert_quiet (v);
  assert_quiet (w);

  client_say (a, "{'type':'offer','offer':{'sdp':'v=0'},'name':'b'}");
  client_say (w, "{'type':'offer','offer':{'sdp':'v=0'},'name':'v'}");
  client_hears (w, "{'type':'error','message':'There is nobody named \\'v\\' here','name':'v'}");
  WAIT_FOR (g_queue_get_length (&b->received) == 4);
  g_free (g_queue_pop_head (&b->received));
  g_free (g_queue_pop_head (&b->received));
  g_free (g_queue_pop_head (&b->received));
  client_hears (b, "{'type':'offer','offer':{'type':'offer','sdp':'v=0'},'name':'a',"
      "'instance':'" PUBLIC_1 "'}");
}

static void
test_viewer_is_there_first (Fixture * fixture, gconstpointer user_data)
{
  g_autoptr (Client) v = come (fixture, "v", ",'role':'viewer','instance':'1'", "");
  g_autoptr (Client) simple = client_new (fixture->port);
  g_autoptr (Client) a = NULL;

  a = come (fixture, "a", "", "\"v\"");
  client_hears (a, "{'type':'joined','room':'r','name':'v','instance':'" PUBLIC_1 "'}");
  client_say (a, "{'type':'join','room':'default'}");
  client_hears (v, "{'type':'leave','name':'a'}");
  client_hears (a, "{'type':'joined','room':'default','members':[]}");

  /* Login alone waits in the default room for who begins */
  client_say (simple, "{'type':'login','name':'s'}");
  client_hears (simple, "{'type':'login','success':true,'name':'s','iceServers':[]}");
  client_hears (a, "{'type':'joined','room':'default','name':'s'}");
  client_say (simple, "{'type':'join'}");
  client_hears (simple, "{'type':'joined','room':'default','members':['a']}");
  assert_quiet (a);
}

static void
test_leaving (Fixture * fixture, gconstpointer user_data)
{
  g_autoptr (Client) a = come (fixture, "a", "", "");
  Client *b = come (fixture, "b", ",'instance':'1'", "\"a\"");

  client_hears (a, "{'type':'joined','room':'r','name':'b','instance':'" PUBLIC_1 "'}");
  client_say (b, "{'type':'leave','message':'later'}");
  client_hears (a, "{'type':'leave','name':'b','message':'later'}");
  client_say (b, "{'type':'join','room':'r'}");
  client_hears (b, "{'type':'joined','room':'r','members':['a']}");
  client_hears (a, "{'type':'joined','room':'r','name':'b','instance':'" PUBLIC_1 "'}");
  client_free (b);
  client_hears (a, "{'type':'leave','name':'b','lost':true}");
  client_say (a, "{'type':'candidate','candidate':{'candidate':''},'name':'b'}");
  client_hears (a, "{'type':'error','message':'There is nobody named \\'b\\' here','name':'b'}");
  b = come (fixture, "b", ",'instance':'1'", "\"a\"");
  client_hears (a, "{'type':'joined','room':'r','name':'b','instance':'" PUBLIC_1 "'}");
  client_free (b);
}

static void
test_take_over (Fixture * fixture, gconstpointer user_data)
{
  g_autoptr (Client) a = come (fixture, "a", "", "");
  g_autoptr (Client) b = come (fixture, "b", ",'instance':'1'", "\"a\"");
  g_autoptr (Client) same = NULL;
  g_autoptr (Client) other = client_new (fixture->port);

  client_hears (a, "{'type':'joined','room':'r','name':'b','instance':'" PUBLIC_1 "'}");
  client_say (other, "{'type':'login','name':'b'}");
  client_hears (other, "{'type':'login','success':false,'message':'The name \\'b\\' is taken: choose "
      "another, or none'}");
  client_say (other, "{'type':'login','name':'b','instance':'" PUBLIC_1 "'}");
  client_hears (other, "{'type':'login','success':false,'message':'The name \\'b\\' is taken: choose "
      "another, or none'}");
  client_say (other, "{'type':'login','name':'a','instance':'1'}");
  client_hears (other, "{'type':'login','success':false,'message':'The name \\'a\\' is taken: choose "
      "another, or none'}");

  same = come (fixture, "b", ",'instance':'1'", "\"a\"");
  client_is_closed (b, SOUP_WEBSOCKET_CLOSE_POLICY_VIOLATION);
  client_hears (a, "{'type':'leave','name':'b','lost':true}");
  client_hears (a, "{'type':'joined','room':'r','name':'b','instance':'" PUBLIC_1 "'}");
}

static void
test_names (Fixture * fixture, gconstpointer user_data)
{
  g_autofree gchar *longest = g_strnfill (128, '[');
  const gchar *names[] = { "K\303\274che \360\237\230\200",
    "\327\251\327\234\327\225\327\235 \342\200\256abc",
    "a\\\"b\\\\", "</b>; DROP {}", longest, ".", "null"
  };
  g_autoptr (Client) a = come (fixture, "a", "", "");

  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autoptr (Client) b = come (fixture, names[i], "", "\"a\"");

    client_hears (a, "{'type':'joined','room':'r','name':'%s'}", names[i]);
    client_say (a, "{'type':'offer','offer':{'sdp':'v=0'},'name':'%s'}", names[i]);
    client_hears (b, "{'type':'offer','offer':{'type':'offer','sdp':'v=0'},'name':'a'}");
    client_say (b, "{'type':'leave','name':'a'}");
    client_hears (a, "{'type':'leave','name':'%s'}", names[i]);
  }
}

static void
test_without_a_target (Fixture * fixture, gconstpointer user_data)
{
  g_autoptr (Client) a = come (fixture, "a", "", "");
  g_autoptr (Client) b = come (fixture, "b", "", "\"a\"");
  g_autoptr (Client) c = NULL;

  client_hears (a, "{'type':'joined','room':'r','name':'b'}");
  client_say (b, "{'type':'answer','answer':{'sdp':'v=0'}}");
  client_hears (a, "{'type':'answer','answer':{'type':'answer','sdp':'v=0'},'name':'b'}");
  c = come (fixture, "c", ",'role':'viewer'", "\"a\",\"b\"");
  client_say (c, "{'type':'answer','answer':{'sdp':'v=0'}}");
  client_hears (c, "{'type':'error','message':'Say whom it is for: \\'name\\' is missing'}");
}

static void
test_limits (Fixture * fixture, gconstpointer user_data)
{
  g_autoptr (Client) a = come (fixture, "a", "", "");
  g_autoptr (Client) b = come (fixture, "b", "", "\"a\"");
  g_autoptr (Client) c = log_in (fixture, "c");
  g_autoptr (Client) d = client_new (fixture->port);

  client_hears (d, "{'type':'error','message':'Too many clients'}");
  WAIT_FOR (d->is_closed);
  client_say (c, "{'type':'join','room':'r'}");
  client_hears (c, "{'type':'error','message':'The room \\'r\\' is full'}");
  client_say (c, "{'type':'join','room':'q'}");
  client_hears (c, "{'type':'joined','room':'q','members':[]}");
}

static void
test_token (Fixture * fixture, gconstpointer user_data)
{
  g_autoptr (Client) none = client_new (fixture->port);
  g_autoptr (Client) wrong = client_new (fixture->port);
  g_autoptr (Client) right = NULL;

  client_say (none, "{'type':'login'}");
  client_hears (none, "{'type':'login','success':false,'message':'This server wants a token'}");
  client_is_closed (none, SOUP_WEBSOCKET_CLOSE_POLICY_VIOLATION);
  client_say (wrong, "{'type':'login','token':'sesam'}");
  client_hears (wrong, "{'type':'login','success':false,'message':'The token is wrong'}");
  client_is_closed (wrong, SOUP_WEBSOCKET_CLOSE_POLICY_VIOLATION);
  right = come (fixture, "a", ",'token':'sesame'", "");
}

static void
test_flood_of_one (Fixture * fixture, gconstpointer user_data)
{
  g_autoptr (Client) a = come (fixture, "a", "", "");
  g_autoptr (Client) b = come (fixture, "b", "", "\"a\"");
  g_autofree gchar *sdp = g_strnfill (100 * 1024, 'x');
  guint n = 0;

  client_hears (a, "{'type':'joined','room':'r','name':'b'}");
  for (guint i = 0; i < 50; i++)
    client_say (b, "{'type':'offer','offer':{'sdp':'%s'},'name':'a'}", sdp);
  client_is_closed (b, SOUP_WEBSOCKET_CLOSE_POLICY_VIOLATION);
  WAIT_FOR (g_str_has_prefix (g_queue_peek_tail (&a->received), "{\"type\":\"leave\""));
  for (gchar * text; (text = g_queue_pop_head (&a->received)) != NULL; n++)
    g_free (text);
  g_assert_cmpint (n, <, 10);
  assert_quiet (a);
}

/* A camera, when all its viewers come at once */
static void
test_many_viewers (Fixture * fixture, gconstpointer user_data)
{
  g_autoptr (Client) camera = come (fixture, "camera", "", "");
  g_autoptr (GPtrArray) viewers = g_ptr_array_new_with_free_func ((GDestroyNotify) client_free);

  for (guint i = 0; i < 40; i++) {
    g_autofree gchar *name = g_strdup_printf ("v%u", i);

    g_ptr_array_add (viewers, come (fixture, name, ",'role':'viewer'", "\"camera\""));
    client_hears (camera, "{'type':'joined','room':'r','name':'%s'}", name);
  }
  for (guint i = 0; i < 40; i++) {
    for (guint j = 0; j < 20; j++)
      client_say (camera, "{'type':'candidate','candidate':{'candidate':'candidate:%u'},'name':'v%u'}", j, i);
  }
  for (guint i = 0; i < 40; i++) {
    Client *viewer = g_ptr_array_index (viewers, i);

    WAIT_FOR (g_queue_get_length (&viewer->received) == 20);
  }
  assert_quiet (camera);
}

static void
test_goodbye (Fixture * fixture, gconstpointer user_data)
{
  g_autoptr (Client) a = come (fixture, "a", "", "");

  g_clear_pointer (&fixture->server, rtc_server_free);
  client_hears (a, "{'type':'leave','lost':true,'message':'The signaling server stops'}");
  client_is_closed (a, SOUP_WEBSOCKET_CLOSE_GOING_AWAY);
}

static void
add (const gchar * path, void (*prepare) (Fixture *, gconstpointer), void (*test) (Fixture *, gconstpointer))
{
  g_test_add (path, Fixture, NULL, prepare, test, tear_down);
}

int
main (int argc, char **argv)
{
  g_setenv ("GIO_USE_PROXY_RESOLVER", "dummy", TRUE);
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  add ("/hub/oldest-clients", set_up, test_oldest_clients);
  add ("/hub/who-begins", set_up, test_who_begins);
  add ("/hub/viewer-is-there-first", set_up, test_viewer_is_there_first);
  add ("/hub/leaving", set_up, test_leaving);
  add ("/hub/take-over", set_up, test_take_over);
  add ("/hub/names", set_up, test_names);
  add ("/hub/without-a-target", set_up, test_without_a_target);
  add ("/hub/limits", set_up_limited, test_limits);
  add ("/hub/token", set_up_with_token, test_token);
  add ("/hub/flood-of-one", set_up, test_flood_of_one);
  add ("/hub/many-viewers", set_up, test_many_viewers);
  add ("/hub/goodbye", set_up, test_goodbye);
  return g_test_run ();
}
