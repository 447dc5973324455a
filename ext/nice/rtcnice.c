/* gst-rtc: ICE on libnice
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One agent per peer, touched on its loop thread only. libnice starts its asynchronous
 * work on the thread-default main context, so every call into it is made with the peer's
 * context pushed. What it signals is queued: a signal can come out of any call.
 */
#include "rtcnice.h"
#include "rtcniceagent.h"
#include "rtcnicetext.h"

#include <string.h>

GST_DEBUG_CATEGORY (rtc_nice_debug);
#define GST_CAT_DEFAULT rtc_nice_debug

/* libnice 0.1.21: how long it waits for an answer, and how long a renewed pair waits for its first check, at most */
#define CONSENT_TIMEOUT (10 * G_USEC_PER_SEC)
#define CONSENT_CHECK_DELAY (4 * G_USEC_PER_SEC)
G_STATIC_ASSERT (RTC_NICE_CONSENT_EXPIRY == 2 * CONSENT_TIMEOUT + CONSENT_CHECK_DELAY);

/* No second go lasts longer without an answer, even on a loop that is late by a second */
#define CONSENT_RENEWAL (CONSENT_CHECK_DELAY + CONSENT_TIMEOUT + 1 * G_USEC_PER_SEC)

#define STREAM RTC_NICE_STREAM
#define COMPONENT RTC_NICE_COMPONENT

/* Of no use to a connected agent: it would tick for nothing */
#define IDLE_CONNECTED_MS 50

/* A server that is dead, or whose name cannot be resolved (libnice then never ends its gathering), must
 * not hold up a description that waits for all candidates. Later ones are still reported. */
#define GATHERING_MS 2500

/* libnice's own limit for pairs */
#define MAX_REMOTE_CANDIDATES 100
/* A name has at most 255 bytes, and what stands around it less than that */
#define MAX_CANDIDATE_LENGTH 1024

/* RFC 8839, section 5.4 */
#define MIN_UFRAG_LENGTH 4
#define MIN_PWD_LENGTH 22
#define MAX_CREDENTIAL_LENGTH 256

/* libnice answers no checks of the old session any more, so the peer's consent runs out (RFC 7675, section 5.1). */
#define RESTART_MS 30000

/* TURN allocations are given back with retransmissions; a dead server must not hold up the closing */
#define CLOSE_RETRANSMISSION_MS 100
#define CLOSE_RETRANSMISSIONS 1

typedef struct
{
  RtcIce parent;
  NiceAgent *agent;             /* NULL from close() on: libnice holds the last reference */
  GMainContext *context;
  gchar *ufrag, *pwd;
  GQueue events;                /* of RtcIceEvent */
  NiceAddress selected[2];      /* the pair that was reported: local, remote */
  GSource *gathering;           /* from gather() to GATHERING_DONE: its deadline */
  GSource *restarting;          /* from restart() to the next pair: its deadline */
  gboolean force_relay;
  gboolean gathering_begun;
  gint64 renewed;               /* when the consent was renewed last, 0 for never */
  gboolean connected;
  gboolean checks_failed;       /* every pair known so far */
  gboolean remote_complete;     /* no further remote candidates will come */
  gboolean remote_hidden;       /* some remote candidates are names: they show themselves by their checks */
  GHashTable *remote_candidates;        /* set of their texts: descriptions repeat what was trickled */
} RtcNice;

static void
push_event (RtcNice * self, RtcIceEventKind kind, gchar * text)
{
  RtcIceEvent *event = g_new0 (RtcIceEvent, 1);

  event->kind = kind;
  event->text = text;
  g_queue_push_tail (&self->events, event);
}

static void
free_event (RtcIceEvent * event)
{
  g_free (event->text);
  g_free (event);
}

static void
stop_timer (GSource ** timer)
{
  if (*timer) {
    g_source_destroy (*timer);
    g_clear_pointer (timer, g_source_unref);
  }
}

static void
start_timer (RtcNice * self, GSource ** timer, guint ms, GSourceFunc func)
{
  stop_timer (timer);
  *timer = g_timeout_source_new (ms);
  g_source_set_callback (*timer, func, self, NULL);
  g_source_attach (*timer, self->context);
}

/* RFC 8838: as long as candidates may come, checks that failed are no failure yet */
static void
report_failure (RtcNice * self)
{
  if (self->checks_failed && self->remote_complete && !self->remote_hidden)
    push_event (self, RTC_ICE_EVENT_FAILED, NULL);
}

static gboolean
get_selected (RtcNice * self, NiceCandidate ** local, NiceCandidate ** remote)
{
  return self->agent && self->connected &&
      nice_agent_get_selected_pair (self->agent, STREAM, COMPONENT, local, remote);
}

static void
report_selected (RtcNice * self)
{
  NiceCandidate *local, *remote;

  if (!nice_agent_get_selected_pair (self->agent, STREAM, COMPONENT, &local, &remote))
    return;
  if (self->connected && !self->restarting && nice_address_equal (&self->selected[0], &local->addr) &&
      nice_address_equal (&self->selected[1], &remote->addr))
    return;
  stop_timer (&self->restarting);
  self->selected[0] = local->addr;
  self->selected[1] = remote->addr;
  push_event (self, self->connected ? RTC_ICE_EVENT_PATH_CHANGED : RTC_ICE_EVENT_CONNECTED, NULL);
  self->connected = TRUE;
}

/* libnice sends a consent check every 4 to 6 s, none of them twice, and gives up CONSENT_TIMEOUT after the last answer: on a path
 * that loses 5 %, one lost datagram ends a session every few minutes. So the pair gets a second go. */
static gboolean
renew_consent (RtcNice * self)
{
  NiceCandidate *local, *remote;
  gint64 now = g_get_monotonic_time ();

  if (self->renewed && now - self->renewed < CONSENT_RENEWAL)
    return FALSE;
  if (!nice_agent_get_selected_pair (self->agent, STREAM, COMPONENT, &local, &remote))
    return FALSE;
  self->renewed = now;
  return nice_agent_set_selected_pair (self->agent, STREAM, COMPONENT, local->foundation, remote->foundation);
}

static void
on_state (NiceAgent * agent, guint stream, guint component, guint state, RtcNice * self)
{
  GST_LOG ("%p: %s", agent, nice_component_state_to_string (state));
  switch (state) {
    case NICE_COMPONENT_STATE_CONNECTED:
    case NICE_COMPONENT_STATE_READY:
      self->checks_failed = FALSE;
      g_object_set (agent, "idle-timeout", IDLE_CONNECTED_MS, NULL);
      report_selected (self);
      break;
    case NICE_COMPONENT_STATE_FAILED:
      if (self->restarting) {
        self->checks_failed = TRUE;
        report_failure (self);
      } else if (self->connected && renew_consent (self)) {
        GST_INFO ("%p: no answer to a consent check yet", agent);
      } else if (self->connected) {
        self->connected = FALSE;
        push_event (self, RTC_ICE_EVENT_FAILED, NULL);
      } else {
        self->checks_failed = TRUE;
        report_failure (self);
      }
      break;
    case NICE_COMPONENT_STATE_CONNECTING:
      self->checks_failed = FALSE;
      break;
    default:
      break;
  }
}

static void
on_selected (NiceAgent * agent, guint stream, guint component, NiceCandidate * local, NiceCandidate * remote,
    RtcNice * self)
{
  if (self->connected)
    report_selected (self);
}

static void
on_candidate (NiceAgent * agent, NiceCandidate * candidate, RtcNice * self)
{
  g_autofree gchar *line = nice_agent_generate_local_candidate_sdp (agent, candidate);

  push_event (self, RTC_ICE_EVENT_CANDIDATE, g_strdup (line + strlen ("a=")));
}

static void
report_gathering_done (RtcNice * self)
{
  if (self->gathering)
    push_event (self, RTC_ICE_EVENT_GATHERING_DONE, NULL);
  stop_timer (&self->gathering);
}

static void
on_gathering_done (NiceAgent * agent, guint stream, RtcNice * self)
{
  report_gathering_done (self);
}

static gboolean
on_gathering_deadline (gpointer self)
{
  report_gathering_done (self);
  return G_SOURCE_REMOVE;
}

static gboolean
on_restart_deadline (gpointer user_data)
{
  RtcNice *self = user_data;

  stop_timer (&self->restarting);
  push_event (self, RTC_ICE_EVENT_FAILED, NULL);
  return G_SOURCE_REMOVE;
}

static void
on_datagram (NiceAgent * agent, guint stream, guint component, guint size, gchar * data, gpointer user_data)
{
  RtcNice *self = user_data;

  if (self->agent && self->parent.receive)
    self->parent.receive (self->parent.receive_data, (const guint8 *) data, size);
}

/* libnice drops an agent's sockets when it disposes of it, just before this */
static void
on_agent_gone (gpointer data, GObject * agent)
{
  push_event (data, RTC_ICE_EVENT_CLOSED, NULL);
}

static void
on_closed (GObject * agent, GAsyncResult * result, gpointer unused)
{
  g_object_unref (agent);
}

static void
enter (RtcNice * self)
{
  g_main_context_push_thread_default (self->context);
}

static void
leave (RtcNice * self)
{
  g_main_context_pop_thread_default (self->context);
}

static void
get_credentials (RtcIce * ice, const gchar ** ufrag, const gchar ** pwd)
{
  RtcNice *self = (RtcNice *) ice;

  *ufrag = self->ufrag;
  *pwd = self->pwd;
}

static gboolean
gather (RtcIce * ice, gboolean controlling, GError ** error)
{
  RtcNice *self = (RtcNice *) ice;
  gboolean begun;

  if (!self->agent || self->gathering_begun)
    return TRUE;
  /* first: without servers it is over before the call returns */
  start_timer (self, &self->gathering, GATHERING_MS, on_gathering_deadline);
  enter (self);
  g_object_set (self->agent, "controlling-mode", controlling, NULL);    /* later it would only note the wish */
  begun = nice_agent_gather_candidates (self->agent, STREAM);
  leave (self);
  self->gathering_begun = begun;
  if (!begun) {
    stop_timer (&self->gathering);
    g_set_error (error, GST_RTC_ERROR, GST_RTC_ERROR_ICE,
        "ICE: no socket could be opened: no local address, or every port of the range is taken");
  }
  return begun;
}

/* libnice keeps the sockets and their candidates over a restart, and does not gather for a stream twice. */
static void
report_candidates_again (RtcNice * self)
{
  GSList *candidates = nice_agent_get_local_candidates (self->agent, STREAM, COMPONENT);

  for (GSList * item = candidates; item; item = item->next) {
    NiceCandidate *candidate = item->data;

    if (candidate->type != NICE_CANDIDATE_TYPE_PEER_REFLEXIVE
        && (!self->force_relay || candidate->type == NICE_CANDIDATE_TYPE_RELAYED))
      on_candidate (self->agent, candidate, self);
  }
  g_slist_free_full (candidates, (GDestroyNotify) nice_candidate_free);
  if (!self->gathering)
    push_event (self, RTC_ICE_EVENT_GATHERING_DONE, NULL);
}

static gboolean
restart (RtcIce * ice, GError ** error)
{
  RtcNice *self = (RtcNice *) ice;

  if (!self->agent)
    return TRUE;
  self->checks_failed = self->remote_complete = self->remote_hidden = FALSE;
  g_hash_table_remove_all (self->remote_candidates);
  if (self->connected)
    start_timer (self, &self->restarting, RESTART_MS, on_restart_deadline);
  enter (self);
  nice_agent_restart_stream (self->agent, STREAM);
  rtc_nice_agent_expect_checks (self->agent);
  g_clear_pointer (&self->ufrag, g_free);
  g_clear_pointer (&self->pwd, g_free);
  nice_agent_get_local_credentials (self->agent, STREAM, &self->ufrag, &self->pwd);
  report_candidates_again (self);
  leave (self);
  return TRUE;
}

static gboolean
is_credential (const gchar * text, gsize min_length)
{
  gsize length = text ? strlen (text) : 0;

  return length >= min_length && length <= MAX_CREDENTIAL_LENGTH;
}

static gboolean
set_remote (RtcIce * ice, const gchar * ufrag, const gchar * pwd, GError ** error)
{
  RtcNice *self = (RtcNice *) ice;

  if (!is_credential (ufrag, MIN_UFRAG_LENGTH) || !is_credential (pwd, MIN_PWD_LENGTH)) {
    g_set_error (error, GST_RTC_ERROR, GST_RTC_ERROR_DESCRIPTION,
        "ICE: ice-ufrag or ice-pwd is too short or too long");
    return FALSE;
  }
  if (!self->agent)
    return TRUE;

  enter (self);
  nice_agent_set_remote_credentials (self->agent, STREAM, ufrag, pwd);
  leave (self);
  return TRUE;
}

static gboolean
add_usable (RtcNice * self, const gchar * line, GError ** error)
{
  NiceCandidate *candidate;
  GSList list = { NULL, };

  if (!self->agent)
    return TRUE;
  candidate = nice_agent_parse_remote_candidate_sdp (self->agent, STREAM, line);
  if (!candidate) {
    g_set_error (error, GST_RTC_ERROR, GST_RTC_ERROR_CANDIDATE, "ICE: malformed candidate: the address");
    return FALSE;
  }
  list.data = candidate;
  enter (self);
  nice_agent_set_remote_candidates (self->agent, STREAM, COMPONENT, &list);
  leave (self);
  nice_candidate_free (candidate);
  return TRUE;
}

static gboolean
add_candidate (RtcIce * ice, const gchar * text, GError ** error)
{
  RtcNice *self = (RtcNice *) ice;
  g_autofree gchar *line = NULL;

  if (strlen (text) > MAX_CANDIDATE_LENGTH) {
    g_set_error (error, GST_RTC_ERROR, GST_RTC_ERROR_CANDIDATE, "ICE: malformed candidate: it is too long");
    return FALSE;
  }
  if (g_hash_table_contains (self->remote_candidates, text))
    return TRUE;
  if (g_hash_table_size (self->remote_candidates) == MAX_REMOTE_CANDIDATES) {
    g_set_error (error, GST_RTC_ERROR, GST_RTC_ERROR_LIMIT, "ICE: more than %u remote candidates",
        MAX_REMOTE_CANDIDATES);
    return FALSE;
  }
  g_hash_table_add (self->remote_candidates, g_strdup (text));

  switch (rtc_nice_parse_candidate (text, &line, error)) {
    case RTC_NICE_CANDIDATE_MALFORMED:
      return FALSE;
    case RTC_NICE_CANDIDATE_NAMED:
      /* it could only be looked up in the background; by then the peer's own check has shown its address */
      GST_INFO ("%p: a name instead of an address, to be found by the peer's checks: %s", self->agent, text);
      self->remote_hidden = TRUE;
      return TRUE;
    case RTC_NICE_CANDIDATE_IGNORED:
      return TRUE;
    case RTC_NICE_CANDIDATE_USABLE:
      break;
  }
  return add_usable (self, line, error);
}

static void
end_of_candidates (RtcIce * ice)
{
  RtcNice *self = (RtcNice *) ice;

  if (self->remote_complete)
    return;
  self->remote_complete = TRUE;
  if (self->agent && !self->remote_hidden)
    nice_agent_peer_candidate_gathering_done (self->agent, STREAM);
  report_failure (self);
}

static gboolean
send_datagram (RtcIce * ice, const guint8 * data, gsize size)
{
  RtcNice *self = (RtcNice *) ice;
  gint sent;

  if (!self->agent || !self->connected)
    return FALSE;
  enter (self);
  sent = nice_agent_send (self->agent, STREAM, COMPONENT, size, (const gchar *) data);
  leave (self);
  return sent == (gint) size;
}

static gboolean
get_path (RtcIce * ice, RtcIcePath * path)
{
  RtcNice *self = (RtcNice *) ice;
  NiceCandidate *local, *remote;
  g_autoptr (GSocket) socket = NULL;
  struct sockaddr_storage address;

  if (!get_selected (self, &local, &remote))
    return FALSE;

  G_STATIC_ASSERT (sizeof address <= sizeof path->remote);
  memset (&address, 0, sizeof address);
  nice_address_copy_to_sockaddr (&remote->addr, (struct sockaddr *) &address);
  memcpy (path->remote, &address, sizeof address);
  path->remote_size =
      address.ss_family == AF_INET6 ? sizeof (struct sockaddr_in6) : sizeof (struct sockaddr_in);

  /* NULL for a relayed local candidate and for TCP */
  socket = nice_agent_get_selected_socket (self->agent, STREAM, COMPONENT);
  path->fd = socket && remote->transport == NICE_CANDIDATE_TRANSPORT_UDP ? g_socket_get_fd (socket) : -1;
  return TRUE;
}

static void
format_address (const NiceAddress * address, gchar * text, gsize size)
{
  gchar host[NICE_ADDRESS_STRING_LEN];

  nice_address_to_string (address, host);
  g_snprintf (text, size, nice_address_ip_version (address) == 6 ? "[%s]:%u" : "%s:%u", host,
      nice_address_get_port (address));
}

static const gchar *
type_name (const NiceCandidate * candidate)
{
  switch (candidate->type) {
    case NICE_CANDIDATE_TYPE_SERVER_REFLEXIVE:
      return "srflx";
    case NICE_CANDIDATE_TYPE_PEER_REFLEXIVE:
      return "prflx";
    case NICE_CANDIDATE_TYPE_RELAYED:
      return "relay";
    default:
      return "host";
  }
}

static gboolean
get_pair (RtcIce * ice, RtcIcePair * pair)
{
  NiceCandidate *local, *remote;
  gboolean udp;

  if (!get_selected ((RtcNice *) ice, &local, &remote))
    return FALSE;
  udp = local->transport == NICE_CANDIDATE_TRANSPORT_UDP;
  g_strlcpy (pair->local_type, type_name (local), sizeof pair->local_type);
  g_strlcpy (pair->remote_type, type_name (remote), sizeof pair->remote_type);
  format_address (&local->addr, pair->local_address, sizeof pair->local_address);
  format_address (&remote->addr, pair->remote_address, sizeof pair->remote_address);
  g_strlcpy (pair->protocol, udp ? "udp" : "tcp", sizeof pair->protocol);
  return TRUE;
}

static gboolean
next_event (RtcIce * ice, RtcIceEvent * event)
{
  RtcNice *self = (RtcNice *) ice;
  RtcIceEvent *next = g_queue_pop_head (&self->events);

  if (!next)
    return FALSE;
  *event = *next;
  g_free (next);
  return TRUE;
}

static void
close_agent (RtcIce * ice)
{
  RtcNice *self = (RtcNice *) ice;
  NiceAgent *agent = g_steal_pointer (&self->agent);

  if (!agent)
    return;
  self->connected = FALSE;
  stop_timer (&self->gathering);
  stop_timer (&self->restarting);
  g_signal_handlers_disconnect_by_data (agent, self);
  g_object_weak_ref (G_OBJECT (agent), on_agent_gone, self);

  enter (self);
  nice_agent_attach_recv (agent, STREAM, COMPONENT, self->context, NULL, NULL);
  g_object_set (agent, "stun-initial-timeout", CLOSE_RETRANSMISSION_MS, "stun-max-retransmissions",
      CLOSE_RETRANSMISSIONS, NULL);
  nice_agent_close_async (agent, on_closed, NULL);
  leave (self);
}

static void
free_ice (RtcIce * ice)
{
  RtcNice *self = (RtcNice *) ice;

  g_assert (!self->agent);
  g_queue_clear_full (&self->events, (GDestroyNotify) free_event);
  g_hash_table_unref (self->remote_candidates);
  g_main_context_unref (self->context);
  g_free (self->ufrag);
  g_free (self->pwd);
  g_free (self);
}

static const RtcIceClass nice_class = {
  .get_credentials = get_credentials,
  .gather = gather,
  .restart = restart,
  .set_remote = set_remote,
  .add_candidate = add_candidate,
  .end_of_candidates = end_of_candidates,
  .send = send_datagram,
  .get_path = get_path,
  .get_pair = get_pair,
  .next_event = next_event,
  .close = close_agent,
  .free = free_ice,
};

static void
attach (RtcNice * self)
{
  g_signal_connect (self->agent, "component-state-changed", G_CALLBACK (on_state), self);
  g_signal_connect (self->agent, "new-selected-pair-full", G_CALLBACK (on_selected), self);
  g_signal_connect (self->agent, "new-candidate-full", G_CALLBACK (on_candidate), self);
  g_signal_connect (self->agent, "candidate-gathering-done", G_CALLBACK (on_gathering_done), self);
  nice_agent_attach_recv (self->agent, STREAM, COMPONENT, self->context, on_datagram, self);
}

static gpointer
init_debug (gpointer unused)
{
  GST_DEBUG_CATEGORY_INIT (rtc_nice_debug, "rtcnice", 0, "ICE on libnice");
  return NULL;
}

/**
 * rtc_nice_new:
 * @config: copied
 *
 * Returns: (transfer full) (nullable): an agent that has not begun to gather, or %NULL and
 * %GST_RTC_ERROR_FAILED if an address or a server is malformed
 */
RtcIce *
rtc_nice_new (const RtcIceConfig * config, GError ** error)
{
  static GOnce once = G_ONCE_INIT;
  RtcNice *self;
  NiceAgent *agent;

  g_once (&once, init_debug, NULL);
  g_main_context_push_thread_default (config->context);
  agent = rtc_nice_agent_new (config, error);
  if (!agent) {
    g_main_context_pop_thread_default (config->context);
    return NULL;
  }

  self = g_new0 (RtcNice, 1);
  self->parent.klass = &nice_class;
  self->context = g_main_context_ref (config->context);
  self->agent = agent;
  self->force_relay = config->policy == GST_RTC_ICE_TRANSPORT_POLICY_RELAY;
  g_queue_init (&self->events);
  self->remote_candidates = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  nice_agent_get_local_credentials (agent, STREAM, &self->ufrag, &self->pwd);
  attach (self);
  g_main_context_pop_thread_default (config->context);
  return &self->parent;
}
