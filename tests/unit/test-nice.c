/* gst-rtc: tests of ICE on libnice
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Two agents in this process, on loopback, each with a main context that the test iterates by hand.
 */
#include <ext/nice/rtcnice.h>

#include <string.h>
#include <sys/socket.h>
#include <netinet/in.h>

#define SECOND G_USEC_PER_SEC

static const gchar *const loopback[] = { "127.0.0.1", NULL };

typedef struct
{
  RtcIce *ice;
  GMainContext *context;
  GPtrArray *candidates;        /* of gchar, not yet told to the other one */
  GString *received;
  guint n_received, n_connected, n_failed, n_gathered, n_closed, n_paths;
  gboolean frozen;
  gboolean controlling;
} Agent;

static void
on_receive (gpointer user_data, const guint8 * data, gsize size)
{
  Agent *agent = user_data;

  g_string_append_len (agent->received, (const gchar *) data, size);
  agent->n_received++;
}

static void
agent_init_full (Agent * agent, RtcIceConfig * config)
{
  g_autoptr (GError) error = NULL;

  memset (agent, 0, sizeof *agent);
  config->context = agent->context = g_main_context_new ();
  agent->ice = rtc_nice_new (config, &error);
  g_assert_no_error (error);
  agent->ice->receive = on_receive;
  agent->ice->receive_data = agent;
  agent->candidates = g_ptr_array_new_with_free_func (g_free);
  agent->received = g_string_new (NULL);
}

static void
agent_init (Agent * agent, gboolean controlling)
{
  RtcIceConfig config = { .addresses = loopback };

  agent_init_full (agent, &config);
  agent->controlling = controlling;
}

static void
agent_drain (Agent * agent)
{
  RtcIceEvent event;

  while (agent->ice->klass->next_event (agent->ice, &event)) {
    switch (event.kind) {
      case RTC_ICE_EVENT_CANDIDATE:
        g_assert_true (g_str_has_prefix (event.text, "candidate:"));
        g_ptr_array_add (agent->candidates, event.text);
        break;
      case RTC_ICE_EVENT_GATHERING_DONE:
        agent->n_gathered++;
        break;
      case RTC_ICE_EVENT_CONNECTED:
        agent->n_connected++;
        break;
      case RTC_ICE_EVENT_PATH_CHANGED:
        agent->n_paths++;
        break;
      case RTC_ICE_EVENT_FAILED:
        agent->n_failed++;
        break;
      case RTC_ICE_EVENT_CLOSED:
        agent->n_closed++;
        break;
      default:
        break;
    }
  }
}

static void
agent_run (Agent * agent)
{
  if (agent->frozen)
    return;
  while (g_main_context_iteration (agent->context, FALSE));
  agent_drain (agent);
}

static void
agent_clear (Agent * agent)
{
  gint64 deadline = g_get_monotonic_time () + 5 * SECOND;

  agent->frozen = FALSE;
  agent->ice->klass->close (agent->ice);
  agent->ice->klass->close (agent->ice);
  while (agent->n_closed == 0 && g_get_monotonic_time () < deadline) {
    agent_run (agent);
    g_usleep (100);
  }
  g_assert_cmpuint (agent->n_closed, ==, 1);
  g_assert_false (g_main_context_iteration (agent->context, FALSE));
  agent->ice->klass->free (agent->ice);
  g_main_context_unref (agent->context);
  g_ptr_array_unref (agent->candidates);
  g_string_free (agent->received, TRUE);
}

static void
tell_credentials (Agent * from, Agent * to)
{
  const gchar *ufrag, *pwd;
  g_autoptr (GError) error = NULL;

  from->ice->klass->get_credentials (from->ice, &ufrag, &pwd);
  to->ice->klass->set_remote (to->ice, ufrag, pwd, &error);
  g_assert_no_error (error);
}

static void
tell_candidates (Agent * from, Agent * to)
{
  guint i;

  for (i = 0; i < from->candidates->len; i++) {
    g_autoptr (GError) error = NULL;

    to->ice->klass->add_candidate (to->ice, from->candidates->pdata[i], &error);
    g_assert_no_error (error);
  }
  g_ptr_array_set_size (from->candidates, 0);
}

static void
start_gathering (Agent * agent)
{
  g_autoptr (GError) error = NULL;

  agent->ice->klass->gather (agent->ice, agent->controlling, &error);
  g_assert_no_error (error);
  agent_drain (agent);
}

typedef gboolean (*Condition) (Agent * a, Agent * b);

static gboolean
both_connected (Agent * a, Agent * b)
{
  return a->n_connected > 0 && b->n_connected > 0;
}

static gboolean
both_received (Agent * a, Agent * b)
{
  return a->n_received > 0 && b->n_received > 0;
}

static gboolean
any_failed (Agent * a, Agent * b)
{
  return a->n_failed > 0 || b->n_failed > 0;
}

static gboolean
run_until (Agent * a, Agent * b, Condition condition, gint64 us)
{
  gint64 deadline = g_get_monotonic_time () + us;

  while (!condition (a, b) && g_get_monotonic_time () < deadline) {
    agent_run (a);
    agent_run (b);
    g_usleep (100);
  }
  return condition (a, b);
}

static void
start_pair (Agent * a, Agent * b)
{
  tell_credentials (a, b);
  tell_credentials (b, a);
  start_gathering (a);
  start_gathering (b);
  tell_candidates (a, b);
  tell_candidates (b, a);
}

static void
exchange (Agent * a, Agent * b)
{
  g_string_truncate (a->received, 0);
  g_string_truncate (b->received, 0);
  a->n_received = b->n_received = 0;
  g_assert_true (a->ice->klass->send (a->ice, (const guint8 *) "from a", 6));
  g_assert_true (b->ice->klass->send (b->ice, (const guint8 *) "from b", 6));
  g_assert_true (run_until (a, b, both_received, SECOND));
  g_assert_cmpstr (a->received->str, ==, "from b");
  g_assert_cmpstr (b->received->str, ==, "from a");
}

static void
test_connects (void)
{
  gint64 began = g_get_monotonic_time ();
  RtcIcePair pair;
  Agent a, b;

  agent_init (&a, TRUE);
  agent_init (&b, FALSE);
  g_assert_false (a.ice->klass->send (a.ice, (const guint8 *) "early", 5));
  g_assert_false (a.ice->klass->get_pair (a.ice, &pair));
  start_pair (&a, &b);
  g_assert_true (run_until (&a, &b, both_connected, 2 * SECOND));
  g_test_message ("connected after %.1f ms", (g_get_monotonic_time () - began) / 1000.0);
  g_assert_cmpuint (a.n_gathered, ==, 1);
  exchange (&a, &b);

  g_assert_true (a.ice->klass->get_pair (a.ice, &pair));
  g_assert_true (g_str_has_prefix (pair.local_address, "127.0.0.1:"));
  g_assert_cmpstr (pair.protocol, ==, "udp");
  g_assert_cmpstr (pair.local_type, ==, "host");
  g_assert_cmpuint (a.n_failed + b.n_failed, ==, 0);
  agent_clear (&a);
  agent_clear (&b);
}

static gint
compare_times (gconstpointer a, gconstpointer b)
{
  return *(const gint64 *) a < *(const gint64 *) b ? -1 : 1;
}

static void
test_connects_quickly (void)
{
  gint64 times[9];
  guint i;

  for (i = 0; i < G_N_ELEMENTS (times); i++) {
    gint64 began = g_get_monotonic_time ();
    Agent a, b;

    agent_init (&a, TRUE);
    agent_init (&b, FALSE);
    start_pair (&a, &b);
    g_assert_true (run_until (&a, &b, both_connected, 2 * SECOND));
    times[i] = g_get_monotonic_time () - began;
    agent_clear (&a);
    agent_clear (&b);
  }
  qsort (times, G_N_ELEMENTS (times), sizeof times[0], compare_times);
  g_test_message ("connected after %.1f ms (median), %.1f ms (worst)", times[4] / 1000.0, times[8] / 1000.0);
  g_assert_cmpint (times[4], <, 100 * 1000);
}

/* Also as most viewers do it: candidates first, one side's only, or all of them names */
static void
test_orders (gconstpointer data)
{
  const gchar *order = data;
  Agent a, b;

  agent_init (&a, TRUE);
  agent_init (&b, FALSE);
  start_gathering (&a);
  start_gathering (&b);
  if (strcmp (order, "candidates-first") == 0) {
    tell_candidates (&a, &b);
    tell_candidates (&b, &a);
    agent_run (&a);
    agent_run (&b);
    tell_credentials (&a, &b);
    tell_credentials (&b, &a);
  } else {
    g_autoptr (GError) error = NULL;

    tell_credentials (&a, &b);
    tell_credentials (&b, &a);
    tell_candidates (&a, &b);
    if (strcmp (order, "names") == 0)
      a.ice->klass->add_candidate (a.ice, "candidate:1 1 udp 2113937151 "
          "0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9.local 51000 typ host generation 0 ufrag abcd",
          &error);
    g_assert_no_error (error);
    a.ice->klass->end_of_candidates (a.ice);
  }
  g_assert_true (run_until (&a, &b, both_connected, 2 * SECOND));
  exchange (&a, &b);
  agent_clear (&a);
  agent_clear (&b);
}

/* The other side's checks come before its credentials */
static void
test_late_answer (void)
{
  Agent a, b;

  agent_init (&a, TRUE);
  agent_init (&b, FALSE);
  start_gathering (&a);
  start_gathering (&b);
  tell_credentials (&a, &b);
  tell_candidates (&a, &b);
  run_until (&a, &b, both_connected, SECOND / 10);
  g_assert_cmpuint (a.n_connected + b.n_connected, ==, 0);
  tell_credentials (&b, &a);
  g_assert_true (run_until (&a, &b, both_connected, 2 * SECOND));
  exchange (&a, &b);
  agent_clear (&a);
  agent_clear (&b);
}

static gboolean
both_restarted (Agent * a, Agent * b)
{
  return a->n_paths > 0 && b->n_paths > 0;
}

static void
restart (Agent * agent)
{
  const gchar *ufrag, *pwd;
  g_autofree gchar *old_ufrag = NULL, *old_pwd = NULL;

  agent->ice->klass->get_credentials (agent->ice, &ufrag, &pwd);
  old_ufrag = g_strdup (ufrag);
  old_pwd = g_strdup (pwd);
  agent->n_paths = 0;
  g_assert_true (agent->ice->klass->restart (agent->ice, NULL));
  agent_drain (agent);
  agent->ice->klass->get_credentials (agent->ice, &ufrag, &pwd);
  g_assert_cmpstr (ufrag, !=, old_ufrag);
  g_assert_cmpstr (pwd, !=, old_pwd);
}

/* One side offers to restart, the other one follows a while later; packets pass all the time */
static void
restart_both (Agent * a, Agent * b)
{
  guint n_gathered = a->n_gathered;

  restart (a);
  g_assert_cmpuint (a->candidates->len, ==, 1);
  g_assert_cmpuint (a->n_gathered, ==, n_gathered + 1);
  exchange (a, b);
  run_until (a, b, any_failed, SECOND / 5);
  exchange (a, b);
  restart (b);
  tell_credentials (a, b);
  tell_candidates (a, b);
  exchange (a, b);
  run_until (a, b, any_failed, SECOND / 20);
  tell_credentials (b, a);
  tell_candidates (b, a);
  exchange (a, b);
  g_assert_true (run_until (a, b, both_restarted, 2 * SECOND));
  exchange (a, b);
}

static void
test_restart (void)
{
  Agent a, b;

  agent_init (&a, TRUE);
  agent_init (&b, FALSE);
  start_pair (&a, &b);
  g_assert_true (run_until (&a, &b, both_connected, 2 * SECOND));
  exchange (&a, &b);
  for (guint i = 0; i < 3; i++) {
    restart_both (&a, &b);
    restart_both (&b, &a);
  }
  g_assert_cmpuint (a.n_connected + b.n_connected, ==, 2);
  g_assert_cmpuint (a.n_failed + b.n_failed, ==, 0);
  agent_clear (&a);
  agent_clear (&b);
}

/* Consent is asked for with the new credentials from then on. */
static void
test_restart_lasts (void)
{
  Agent a, b;

  agent_init (&a, TRUE);
  agent_init (&b, FALSE);
  start_pair (&a, &b);
  g_assert_true (run_until (&a, &b, both_connected, 2 * SECOND));
  restart_both (&a, &b);
  g_assert_false (run_until (&a, &b, any_failed, 40 * SECOND));
  exchange (&a, &b);
  agent_clear (&a);
  agent_clear (&b);
}

/* The other side does not follow. */
static void
test_restart_fails (void)
{
  gint64 began = g_get_monotonic_time ();
  Agent a, b;

  agent_init (&a, TRUE);
  agent_init (&b, FALSE);
  start_pair (&a, &b);
  g_assert_true (run_until (&a, &b, both_connected, 2 * SECOND));
  restart (&a);
  g_assert_true (run_until (&a, &b, any_failed, 40 * SECOND));
  g_test_message ("failed after %.1f s", (g_get_monotonic_time () - began) / (gdouble) SECOND);
  agent_clear (&a);
  agent_clear (&b);
}

static gssize
send_on_path (const RtcIcePath * path, gconstpointer data, gsize size)
{
  return sendto (path->fd, data, size, 0, (const struct sockaddr *) path->remote, path->remote_size);
}

static void
test_path (void)
{
  RtcIcePath path;
  Agent a, b;

  agent_init (&a, TRUE);
  agent_init (&b, FALSE);
  g_assert_false (a.ice->klass->get_path (a.ice, &path));
  start_pair (&a, &b);
  g_assert_true (run_until (&a, &b, both_connected, 2 * SECOND));
  g_assert_true (a.ice->klass->get_path (a.ice, &path));
  g_assert_cmpint (path.fd, >=, 0);
  g_assert_cmpint (send_on_path (&path, "direct", 6), ==, 6);
  b.ice->klass->send (b.ice, (const guint8 *) "back", 4);
  g_assert_true (run_until (&a, &b, both_received, SECOND));
  g_assert_cmpstr (b.received->str, ==, "direct");
  a.ice->klass->close (a.ice);
  g_assert_false (a.ice->klass->get_path (a.ice, &path));
  g_assert_false (a.ice->klass->send (a.ice, (const guint8 *) "late", 4));
  agent_clear (&a);
  agent_clear (&b);
}

static void
test_wrong_password (void)
{
  const gchar *ufrag, *pwd;
  g_autofree gchar *wrong = NULL;
  Agent a, b;

  agent_init (&a, TRUE);
  agent_init (&b, FALSE);
  a.ice->klass->get_credentials (a.ice, &ufrag, &pwd);
  wrong = g_strdup (pwd);
  wrong[0] = wrong[0] == 'x' ? 'y' : 'x';
  g_assert_true (b.ice->klass->set_remote (b.ice, ufrag, wrong, NULL));
  b.ice->klass->get_credentials (b.ice, &ufrag, &pwd);
  g_free (wrong);
  wrong = g_strdup (pwd);
  wrong[0] = wrong[0] == 'x' ? 'y' : 'x';
  g_assert_true (a.ice->klass->set_remote (a.ice, ufrag, wrong, NULL));
  start_gathering (&a);
  start_gathering (&b);
  tell_candidates (&a, &b);
  tell_candidates (&b, &a);
  g_assert_false (run_until (&a, &b, both_connected, SECOND / 2));
  g_assert_cmpuint (a.n_connected + b.n_connected, ==, 0);
  agent_clear (&a);
  agent_clear (&b);
}

static void
test_refused_credentials (void)
{
  const gchar *pwd = "0123456789012345678901";
  g_autoptr (GError) error = NULL;
  g_autofree gchar *long_pwd = g_strnfill (257, 'x');
  Agent a;

  agent_init (&a, TRUE);
  g_assert_false (a.ice->klass->set_remote (a.ice, "abc", pwd, &error));
  g_assert_error (error, GST_RTC_ERROR, GST_RTC_ERROR_DESCRIPTION);
  g_clear_error (&error);
  g_assert_false (a.ice->klass->set_remote (a.ice, "abcd", "short", &error));
  g_assert_error (error, GST_RTC_ERROR, GST_RTC_ERROR_DESCRIPTION);
  g_clear_error (&error);
  g_assert_false (a.ice->klass->set_remote (a.ice, "abcd", long_pwd, &error));
  g_assert_error (error, GST_RTC_ERROR, GST_RTC_ERROR_DESCRIPTION);
  g_clear_error (&error);
  g_assert_false (a.ice->klass->set_remote (a.ice, NULL, NULL, &error));
  g_assert_error (error, GST_RTC_ERROR, GST_RTC_ERROR_DESCRIPTION);
  g_assert_true (a.ice->klass->set_remote (a.ice, "abcd", pwd, NULL));
  agent_clear (&a);
}

static guint
count_fds (void)
{
  g_autoptr (GDir) dir = g_dir_open ("/proc/self/fd", 0, NULL);
  guint n = 0;

  while (g_dir_read_name (dir))
    n++;
  return n;
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

/* Connected, half gathered, just made: nothing stays, and nothing has a thread */
static void
test_leaves_nothing (void)
{
  guint i, fds = 0, threads = count_threads ();

  for (i = 0; i < 200; i++) {
    Agent a, b;

    agent_init (&a, TRUE);
    agent_init (&b, FALSE);
    if (i % 4 == 0)
      start_pair (&a, &b);
    else if (i % 4 == 1)
      start_gathering (&a);
    if (i % 8 == 0)
      g_assert_true (run_until (&a, &b, both_connected, 2 * SECOND));
    g_assert_cmpuint (count_threads (), ==, threads);
    agent_clear (&a);
    agent_clear (&b);
    if (i == 8)
      fds = count_fds ();
  }
  g_assert_cmpuint (count_fds (), ==, fds);
}

static guint16
port_of (const gchar * candidate)
{
  g_auto (GStrv) fields = g_strsplit (candidate, " ", -1);

  return atoi (fields[5]);
}

static void
test_port_range (void)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  RtcIceConfig config = { .addresses = loopback, .min_port = 42400, .max_port = 42401 };
  g_autoptr (GError) error = NULL;
  Agent agents[3];
  guint i;

  for (i = 0; i < 3; i++)
    agent_init_full (&agents[i], &config);
  for (i = 0; i < 2; i++) {
    start_gathering (&agents[i]);
    g_assert_cmpuint (agents[i].candidates->len, ==, 1);
    g_assert_cmpuint (port_of (agents[i].candidates->pdata[0]), >=, 42400);
    g_assert_cmpuint (port_of (agents[i].candidates->pdata[0]), <=, 42401);
  }
  g_assert_false (agents[2].ice->klass->gather (agents[2].ice, FALSE, &error));
  g_assert_error (error, GST_RTC_ERROR, GST_RTC_ERROR_ICE);
  for (i = 0; i < 3; i++)
    agent_clear (&agents[i]);

  g_clear_error (&error);
  config.context = context;
  config.min_port = 5000;
  config.max_port = 4000;
  g_assert_null (rtc_nice_new (&config, &error));
  g_assert_error (error, GST_RTC_ERROR, GST_RTC_ERROR_FAILED);
}

static GSocket *
bind_socket (guint16 * port)
{
  g_autoptr (GInetAddress) address = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) any_port = g_inet_socket_address_new (address, 0), bound = NULL;
  GSocket *socket = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_UDP, NULL);

  g_assert_true (g_socket_bind (socket, any_port, FALSE, NULL));
  bound = g_socket_get_local_address (socket, NULL);
  *port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
  return socket;
}

/* A STUN server and TURN servers that never answer hold up neither candidates, nor checks, nor closing */
static void
test_dead_servers (void)
{
  guint16 port;
  g_autoptr (GSocket) dead = bind_socket (&port);
  g_autofree gchar *stun = g_strdup_printf ("127.0.0.1:%u", port);
  g_autofree gchar *turn = g_strdup_printf ("turn://user:p%%40ss@127.0.0.1:%u", port);
  g_autofree gchar *turn_tcp = g_strdup_printf ("turn://user:pass@127.0.0.1:%u?transport=tcp", port);
  const gchar *const turns[] = { turn, turn_tcp, "turns://user:pass@127.0.0.1", NULL };
  RtcIceConfig config = { .stun_server = stun, .turn_servers = turns, .addresses = loopback };
  gint64 began = g_get_monotonic_time ();
  Agent a, b;

  agent_init_full (&a, &config);
  a.controlling = TRUE;
  agent_init_full (&b, &config);
  start_pair (&a, &b);
  g_assert_true (run_until (&a, &b, both_connected, 2 * SECOND));
  g_test_message ("connected after %.1f ms", (g_get_monotonic_time () - began) / 1000.0);
  /* the servers are still waited for */
  g_assert_cmpuint (a.n_gathered, ==, 0);
  exchange (&a, &b);
  began = g_get_monotonic_time ();
  agent_clear (&a);
  agent_clear (&b);
  g_assert_cmpint (g_get_monotonic_time () - began, <, SECOND);
}

static gboolean
both_gathered (Agent * a, Agent * b)
{
  return a->n_gathered > 0 && b->n_gathered > 0;
}

static void
test_gathering_ends (void)
{
  guint16 port;
  g_autoptr (GSocket) dead = bind_socket (&port);
  g_autofree gchar *stun = g_strdup_printf ("127.0.0.1:%u", port);
  RtcIceConfig config = { .addresses = loopback, .stun_server = stun };
  Agent a, b;

  agent_init_full (&a, &config);
  agent_init_full (&b, &config);
  start_gathering (&a);
  start_gathering (&b);
  g_assert_true (run_until (&a, &b, both_gathered, 3 * SECOND));
  run_until (&a, &b, any_failed, 3 * SECOND);
  g_assert_cmpuint (a.n_gathered, ==, 1);
  agent_clear (&a);
  agent_clear (&b);
}

static void
test_relay_only (void)
{
  RtcIceConfig config = { .addresses = loopback, .policy = GST_RTC_ICE_TRANSPORT_POLICY_RELAY };
  Agent a;
  guint i;

  agent_init_full (&a, &config);
  start_gathering (&a);
  for (i = 0; i < 20; i++) {
    agent_run (&a);
    g_usleep (1000);
  }
  g_assert_cmpuint (a.candidates->len, ==, 0);
  agent_clear (&a);
}

static void
test_all_addresses (void)
{
  RtcIceConfig config = { 0, };
  Agent a;
  guint i;

  agent_init_full (&a, &config);
  start_gathering (&a);
  g_assert_cmpuint (a.candidates->len, >, 0);
  for (i = 0; i < a.candidates->len; i++) {
    g_test_message ("%s", (gchar *) a.candidates->pdata[i]);
    g_assert_null (strstr (a.candidates->pdata[i], " fe80:"));
    g_assert_null (strstr (a.candidates->pdata[i], " TCP "));
  }
  agent_clear (&a);
}

static void
test_bad_config (void)
{
  const gchar *const bad_addresses[] = { "127.0.0.1", "eth0", NULL };
  const gchar *const bad_turn[] = { "turn://127.0.0.1", NULL };
  g_autoptr (GMainContext) context = g_main_context_new ();
  RtcIceConfig config = { .context = context, .addresses = bad_addresses };
  g_autoptr (GError) error = NULL;

  g_assert_null (rtc_nice_new (&config, &error));
  g_assert_error (error, GST_RTC_ERROR, GST_RTC_ERROR_FAILED);
  g_assert_nonnull (strstr (error->message, "eth0"));
  g_clear_error (&error);
  config.addresses = loopback;
  config.stun_server = ":3478";
  g_assert_null (rtc_nice_new (&config, &error));
  g_assert_error (error, GST_RTC_ERROR, GST_RTC_ERROR_FAILED);
  g_clear_error (&error);
  config.stun_server = NULL;
  config.turn_servers = bad_turn;
  g_assert_null (rtc_nice_new (&config, &error));
  g_assert_error (error, GST_RTC_ERROR, GST_RTC_ERROR_FAILED);
}

static void
test_limit_of_candidates (void)
{
  g_autoptr (GError) error = NULL;
  Agent a;
  guint i;

  agent_init (&a, TRUE);
  for (i = 0; i < 100; i++) {
    g_autofree gchar *text = g_strdup_printf ("candidate:1 1 udp 1 127.0.0.1 %u typ host", 40000 + i);

    g_assert_true (a.ice->klass->add_candidate (a.ice, text, NULL));
    /* the next description of a peer has them all again */
    g_assert_true (a.ice->klass->add_candidate (a.ice, text, NULL));
  }
  g_assert_false (a.ice->klass->add_candidate (a.ice, "candidate:1 1 udp 1 127.0.0.1 9 typ host", &error));
  g_assert_error (error, GST_RTC_ERROR, GST_RTC_ERROR_LIMIT);
  agent_clear (&a);
}

/* From somewhere else and from the peer's own socket */
static void
test_garbage (void)
{
  guint16 port;
  g_autoptr (GSocket) other = bind_socket (&port);
  g_autoptr (GRand) rand = g_rand_new_with_seed (3);
  struct sockaddr_in target = { .sin_family = AF_INET };
  RtcIcePath path;
  guint round, i;
  Agent a, b;

  agent_init (&a, TRUE);
  agent_init (&b, FALSE);
  tell_credentials (&a, &b);
  tell_credentials (&b, &a);
  start_gathering (&a);
  start_gathering (&b);
  target.sin_port = htons (port_of (b.candidates->pdata[0]));
  target.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  tell_candidates (&a, &b);
  tell_candidates (&b, &a);
  for (round = 0; round < 600; round++) {
    guint8 data[1500];
    gsize size = g_rand_int_range (rand, 0, round % 10 ? 100 : sizeof data);

    for (i = 0; i < size; i++)
      data[i] = g_rand_int (rand);
    if (round & 1 && size >= 20) {      /* almost STUN */
      data[0] = 0;
      data[1] = 1;
      GST_WRITE_UINT16_BE (data + 2, round & 2 ? size - 20 : g_rand_int (rand));
      GST_WRITE_UINT32_BE (data + 4, 0x2112a442);
    }
    sendto (g_socket_get_fd (other), data, size, 0, (struct sockaddr *) &target, sizeof target);
    if (round > 300 && a.ice->klass->get_path (a.ice, &path))
      send_on_path (&path, data, size);
    agent_run (&a);
    agent_run (&b);
  }
  g_assert_true (run_until (&a, &b, both_connected, 2 * SECOND));
  agent_run (&b);
  exchange (&a, &b);
  g_assert_cmpuint (a.n_failed + b.n_failed, ==, 0);
  agent_clear (&a);
  agent_clear (&b);
}

/* RFC 7675: without answers to its checks a side stops sending within 30 s */
static void
test_consent_expires (void)
{
  gint64 began;
  Agent a, b;

  agent_init (&a, TRUE);
  agent_init (&b, FALSE);
  start_pair (&a, &b);
  g_assert_true (run_until (&a, &b, both_connected, 2 * SECOND));
  run_until (&a, &b, any_failed, 12 * SECOND);
  g_assert_cmpuint (a.n_failed + b.n_failed, ==, 0);
  b.frozen = TRUE;
  began = g_get_monotonic_time ();
  g_assert_true (run_until (&a, &b, any_failed, 30 * SECOND));
  g_test_message ("noticed after %.1f s", (g_get_monotonic_time () - began) / 1e6);
  g_assert_false (a.ice->klass->send (a.ice, (const guint8 *) "gone", 4));
  agent_clear (&a);
  agent_clear (&b);
}

/* Nobody at the only candidate: a failure once there will be no further one, and not before */
static void
test_nobody_there (void)
{
  guint16 port;
  g_autoptr (GSocket) nobody = bind_socket (&port);
  g_autofree gchar *text = g_strdup_printf ("candidate:1 1 udp 1000 127.0.0.1 %u typ host", port);
  Agent a, b;

  agent_init (&a, TRUE);
  agent_init (&b, FALSE);
  tell_credentials (&b, &a);
  start_gathering (&a);
  g_assert_true (a.ice->klass->add_candidate (a.ice, text, NULL));
  g_assert_false (run_until (&a, &b, any_failed, 12 * SECOND));
  a.ice->klass->end_of_candidates (a.ice);
  g_assert_true (run_until (&a, &b, any_failed, 10 * SECOND));
  agent_clear (&a);
  agent_clear (&b);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/nice/connects", test_connects);
  g_test_add_func ("/nice/connects-quickly", test_connects_quickly);
  g_test_add_data_func ("/nice/order/candidates-first", "candidates-first", test_orders);
  g_test_add_data_func ("/nice/order/one-side", "one-side", test_orders);
  g_test_add_data_func ("/nice/order/names", "names", test_orders);
  g_test_add_func ("/nice/order/late-answer", test_late_answer);
  g_test_add_func ("/nice/path", test_path);
  g_test_add_func ("/nice/restart", test_restart);
  g_test_add_func ("/nice/wrong-password", test_wrong_password);
  g_test_add_func ("/nice/refused-credentials", test_refused_credentials);
  g_test_add_func ("/nice/leaves-nothing", test_leaves_nothing);
  g_test_add_func ("/nice/port-range", test_port_range);
  g_test_add_func ("/nice/dead-servers", test_dead_servers);
  g_test_add_func ("/nice/relay-only", test_relay_only);
  g_test_add_func ("/nice/all-addresses", test_all_addresses);
  g_test_add_func ("/nice/bad-config", test_bad_config);
  g_test_add_func ("/nice/limit-of-candidates", test_limit_of_candidates);
  g_test_add_func ("/nice/garbage", test_garbage);
  /* tens of seconds of real time: libnice has its own clock */
  if (g_test_slow ()) {
    g_test_add_func ("/nice/gathering-ends", test_gathering_ends);
    g_test_add_func ("/nice/consent-expires", test_consent_expires);
    g_test_add_func ("/nice/nobody-there", test_nobody_there);
    g_test_add_func ("/nice/restart-lasts", test_restart_lasts);
    g_test_add_func ("/nice/restart-fails", test_restart_fails);
  }
  return g_test_run ();
}
