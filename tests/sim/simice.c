/* gst-rtc: a double of ICE: checks with credentials, consent, another path, failure
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "simbackends.h"

#include <gst/core/base/rtcrtp.h>
#include <stdio.h>

#define CHECK_INTERVAL (50 * RTC_MSECOND)
#define FAIL_AFTER (10 * RTC_SECOND)
#define CHECKS_AT_ONCE 20
#define GATHER_TIME (2 * RTC_MSECOND)
#define CLOSE_TIME (1 * RTC_MSECOND)
#define PORT 5000
#define MAX_CANDIDATES 100      /* as ext/nice */

#define STUN_HEADER_SIZE 20
#define STUN_REQUEST 0x0001
#define STUN_RESPONSE 0x0101
#define STUN_COOKIE 0x2112A442
#define UFRAG_SIZE 8
#define CHECK_SIZE (STUN_HEADER_SIZE + 2 * UFRAG_SIZE + 8)

typedef struct
{
  guint32 address;
  guint64 transaction;          /* of the check that waits for its answer, 0 for none */
  gboolean known;               /* a check with our credentials came from there, or an answer */
} Candidate;

typedef struct
{
  RtcIce ice;
  SimEndpoint *endpoint;
  const SimIceOwner *owner;
  gpointer owner_data;
  GQueue events;                /* of RtcIceEvent */

  gchar ufrag[UFRAG_SIZE + 1], pwd[25];
  gchar *remote_ufrag, *remote_pwd;
  GArray *candidates;           /* of Candidate */
  gboolean gathering, gathered, complete, closing;
  gboolean restarting;          /* packets go on over the selected pair; another one is to be found */
  gint selected;                /* in candidates, -1 for none */
  RtcTime started, consent;     /* first check; last answer */
  guint64 timed_transaction;
  RtcTime check_sent, round_trip;
  guint next_check;
  SimTimer tick, busy;          /* checks and consent; gathering and closing */
} SimIce;

static void
raise_event (SimIce * self, RtcIceEventKind kind, gchar * text)
{
  RtcIceEvent *event = g_new (RtcIceEvent, 1);

  event->kind = kind;
  event->text = text;
  g_queue_push_tail (&self->events, event);
}

static void
enter (SimIce * self)
{
  if (self->owner)
    self->owner->before (self->owner_data, sim->now);
}

/* The agent may be gone afterwards. */
static void
leave (SimIce * self)
{
  if (self->owner)
    self->owner->after (self->owner_data, sim->now);
}

/* Checks */

static guint64
pwd_key (const gchar * pwd)
{
  return sim_sum (7, (const guint8 *) pwd, strlen (pwd));
}

static void
send_stun (SimIce * self, guint32 to, guint type, guint64 transaction, const gchar * for_whom, const gchar * from_whom,
    const gchar * pwd)
{
  guint8 data[CHECK_SIZE] = { 0, };

  GST_WRITE_UINT16_BE (data, type);
  GST_WRITE_UINT16_BE (data + 2, CHECK_SIZE - STUN_HEADER_SIZE);
  GST_WRITE_UINT32_BE (data + 4, STUN_COOKIE);
  GST_WRITE_UINT64_BE (data + 8, transaction);
  memcpy (data + STUN_HEADER_SIZE, for_whom, MIN (strlen (for_whom), UFRAG_SIZE));
  memcpy (data + STUN_HEADER_SIZE + UFRAG_SIZE, from_whom, MIN (strlen (from_whom), UFRAG_SIZE));
  GST_WRITE_UINT64_BE (data + CHECK_SIZE - 8, sim_sum (pwd_key (pwd), data, CHECK_SIZE - 8));
  sim_endpoint_send (self->endpoint, to, data, sizeof data);
}

static void
check (SimIce * self, Candidate * candidate)
{
  if (candidate->transaction == 0) {
    candidate->transaction = sim_random () | 1;
    self->check_sent = sim->now;
    self->timed_transaction = candidate->transaction;
  }
  send_stun (self, candidate->address, STUN_REQUEST, candidate->transaction, self->remote_ufrag, self->ufrag,
      self->remote_pwd);
}

static void
check_all (SimIce * self)
{
  for (guint i = 0; i < MIN (self->candidates->len, CHECKS_AT_ONCE); i++) {
    guint index = self->next_check++ % self->candidates->len;

    check (self, &g_array_index (self->candidates, Candidate, index));
  }
}

static void
on_tick (gpointer data)
{
  SimIce *self = data;
  RtcTime next = sim->now + CHECK_INTERVAL;

  enter (self);
  if (self->selected < 0 || self->restarting) {
    if (self->complete && sim->now - self->started >= FAIL_AFTER) {
      raise_event (self, RTC_ICE_EVENT_FAILED, NULL);
      next = RTC_TIME_NEVER;
    } else {
      check_all (self);
    }
  } else if (sim->now - self->consent >= SIM_CONSENT_EXPIRY) {
    raise_event (self, RTC_ICE_EVENT_FAILED, NULL);
    next = RTC_TIME_NEVER;
  } else {
    check (self, &g_array_index (self->candidates, Candidate, self->selected));
    next = MIN (sim->now + SIM_CONSENT_INTERVAL, self->consent + SIM_CONSENT_EXPIRY);
  }
  sim_set (&self->tick, next, on_tick, self);
  leave (self);
}

static void
start_checks (SimIce * self)
{
  if (!self->remote_ufrag || !self->gathered || self->candidates->len == 0 || self->closing)
    return;
  if (self->selected >= 0 && !self->restarting)
    return;
  if (self->started == 0)
    self->started = sim->now;
  sim_set (&self->tick, sim->now, on_tick, self);
}

static Candidate *
find_candidate (SimIce * self, guint32 address)
{
  for (guint i = 0; i < self->candidates->len; i++)
    if (g_array_index (self->candidates, Candidate, i).address == address)
      return &g_array_index (self->candidates, Candidate, i);
  return NULL;
}

static Candidate *
learn_candidate (SimIce * self, guint32 address)
{
  Candidate candidate = {.address = address };

  g_array_append_val (self->candidates, candidate);
  return &g_array_index (self->candidates, Candidate, self->candidates->len - 1);
}

static void
select_candidate (SimIce * self, gint index)
{
  gint before = self->selected;
  gboolean restarted = self->restarting;

  self->selected = index;
  self->restarting = FALSE;
  if (before != index || restarted)
    raise_event (self, before < 0 ? RTC_ICE_EVENT_CONNECTED : RTC_ICE_EVENT_PATH_CHANGED, NULL);
  if (before < 0 || restarted)
    sim_set (&self->tick, sim->now + SIM_CONSENT_INTERVAL, on_tick, self);
}

static void
on_request (SimIce * self, guint32 from, guint64 transaction)
{
  Candidate *candidate = find_candidate (self, from);

  if (!candidate)
    candidate = learn_candidate (self, from);
  send_stun (self, from, STUN_RESPONSE, transaction, self->ufrag, self->ufrag, self->pwd);
  if (!candidate->known && self->remote_ufrag && self->gathered)
    check (self, candidate);
  candidate->known = TRUE;
}

static void
on_response (SimIce * self, guint32 from, guint64 transaction)
{
  Candidate *candidate = find_candidate (self, from);

  if (!candidate || candidate->transaction != transaction)
    return;
  candidate->known = TRUE;
  self->consent = sim->now;
  candidate->transaction = 0;
  if (transaction == self->timed_transaction)
    self->round_trip = sim->now - self->check_sent;
  select_candidate (self, candidate - &g_array_index (self->candidates, Candidate, 0));
}

static void
receive_stun (SimIce * self, guint32 from, const guint8 * data, gsize size)
{
  guint64 sum;

  if (size != CHECK_SIZE || GST_READ_UINT32_BE (data + 4) != STUN_COOKIE)
    return;
  sum = GST_READ_UINT64_BE (data + CHECK_SIZE - 8);
  if (GST_READ_UINT16_BE (data) == STUN_REQUEST) {
    if (!memcmp (data + STUN_HEADER_SIZE, self->ufrag, UFRAG_SIZE)
        && sum == sim_sum (pwd_key (self->pwd), data, CHECK_SIZE - 8))
      on_request (self, from, GST_READ_UINT64_BE (data + 8));
  } else if (self->remote_pwd && sum == sim_sum (pwd_key (self->remote_pwd), data, CHECK_SIZE - 8)) {
    on_response (self, from, GST_READ_UINT64_BE (data + 8));
  }
}

static void
on_datagram (gpointer data, guint32 from, const guint8 * bytes, gsize size)
{
  SimIce *self = data;

  enter (self);
  if (size > 0 && bytes[0] < 4) {
    receive_stun (self, from, bytes, size);
  } else {
    Candidate *candidate = find_candidate (self, from);

    if (candidate && candidate->known && self->ice.receive)
      self->ice.receive (self->ice.receive_data, bytes, size);
  }
  leave (self);
}

/* The vtable */

static void
get_credentials (RtcIce * ice, const gchar ** ufrag, const gchar ** pwd)
{
  SimIce *self = (SimIce *) ice;

  *ufrag = self->ufrag;
  *pwd = self->pwd;
}

gchar *
sim_candidate_text (guint32 address)
{
  return g_strdup_printf ("candidate:%u 1 UDP 2130706431 10.%u.%u.%u %u typ host", address, address >> 16 & 255,
      address >> 8 & 255, address & 255, PORT);
}

static void
on_gathered (gpointer data)
{
  SimIce *self = data;

  enter (self);
  self->gathered = TRUE;
  raise_event (self, RTC_ICE_EVENT_CANDIDATE, sim_candidate_text (self->endpoint->address));
  raise_event (self, RTC_ICE_EVENT_GATHERING_DONE, NULL);
  start_checks (self);
  leave (self);
}

static gboolean
gather (RtcIce * ice, gboolean controlling, GError ** error)
{
  SimIce *self = (SimIce *) ice;

  g_assert_false (self->gathering);
  self->gathering = TRUE;
  sim_set (&self->busy, sim->now + GATHER_TIME, on_gathered, self);
  return TRUE;
}

static void
choose_credentials (SimIce * self)
{
  g_snprintf (self->ufrag, sizeof self->ufrag, "%08x", (guint32) sim_random ());
  g_snprintf (self->pwd, sizeof self->pwd, "%016" G_GINT64_MODIFIER "x%08x", sim_random (), (guint32) sim_random ());
}

/* As libnice: checks of the old session are not answered any more. */
static gboolean
restart (RtcIce * ice, GError ** error)
{
  SimIce *self = (SimIce *) ice;

  choose_credentials (self);
  g_clear_pointer (&self->remote_ufrag, g_free);
  g_clear_pointer (&self->remote_pwd, g_free);
  for (guint i = 0; i < self->candidates->len; i++)
    g_array_index (self->candidates, Candidate, i).transaction = 0;
  self->restarting = self->selected >= 0;
  self->complete = FALSE;
  self->started = 0;
  sim_unset (&self->tick);
  sim_set (&self->busy, sim->now + GATHER_TIME, on_gathered, self);
  return TRUE;
}

static gboolean
set_remote (RtcIce * ice, const gchar * ufrag, const gchar * pwd, GError ** error)
{
  SimIce *self = (SimIce *) ice;

  g_free (self->remote_ufrag);
  g_free (self->remote_pwd);
  self->remote_ufrag = g_strdup (ufrag);
  self->remote_pwd = g_strdup (pwd);
  start_checks (self);
  return TRUE;
}

static gboolean
add_candidate (RtcIce * ice, const gchar * text, GError ** error)
{
  SimIce *self = (SimIce *) ice;
  guint part[4];
  guint32 address;

  if (sscanf (text, "candidate:%*s %*u %*s %*u %u.%u.%u.%u", &part[0], &part[1], &part[2], &part[3]) != 4) {
    g_set_error (error, GST_RTC_ERROR, GST_RTC_ERROR_CANDIDATE, "This is no candidate: %.60s", text);
    return FALSE;
  }
  if (self->candidates->len >= MAX_CANDIDATES) {
    g_set_error_literal (error, GST_RTC_ERROR, GST_RTC_ERROR_LIMIT, "The peer sent too many candidates");
    return FALSE;
  }
  address = (part[1] & 255) << 16 | (part[2] & 255) << 8 | (part[3] & 255);
  if (!find_candidate (self, address))
    learn_candidate (self, address);
  start_checks (self);
  return TRUE;
}

static void
end_of_candidates (RtcIce * ice)
{
  ((SimIce *) ice)->complete = TRUE;
}

static gboolean
ice_send (RtcIce * ice, const guint8 * data, gsize size)
{
  SimIce *self = (SimIce *) ice;

  if (self->selected < 0 || self->closing)
    return FALSE;
  return sim_endpoint_send (self->endpoint, sim_ice_get_remote_address (ice), data, size);
}

static gboolean
get_path (RtcIce * ice, RtcIcePath * path)
{
  path->fd = -1;
  return ((SimIce *) ice)->selected >= 0;
}

static gboolean
get_pair (RtcIce * ice, RtcIcePair * pair)
{
  SimIce *self = (SimIce *) ice;

  if (self->selected < 0)
    return FALSE;
  *pair = (RtcIcePair) { "host", "host", "", "", "udp" };
  return TRUE;
}

static gboolean
next_event (RtcIce * ice, RtcIceEvent * event)
{
  RtcIceEvent *next = g_queue_pop_head (&((SimIce *) ice)->events);

  if (!next)
    return FALSE;
  *event = *next;
  g_free (next);
  return TRUE;
}

static void
on_closed (gpointer data)
{
  SimIce *self = data;

  enter (self);
  raise_event (self, RTC_ICE_EVENT_CLOSED, NULL);
  leave (self);
}

static void
ice_close (RtcIce * ice)
{
  SimIce *self = (SimIce *) ice;

  g_assert_false (self->closing);
  self->closing = TRUE;
  sim_unset (&self->tick);
  sim_set (&self->busy, sim->now + CLOSE_TIME, on_closed, self);
}

static void
ice_free (RtcIce * ice)
{
  SimIce *self = (SimIce *) ice;
  RtcIceEvent event;

  g_assert_true (self->closing);
  sim_unset (&self->tick);
  sim_unset (&self->busy);
  while (next_event (ice, &event))
    g_free (event.text);
  sim_endpoint_free (self->endpoint);
  g_array_unref (self->candidates);
  g_free (self->remote_ufrag);
  g_free (self->remote_pwd);
  sim->live.ice--;
  g_free (self);
}

static const RtcIceClass ice_class = {
  get_credentials, gather, restart, set_remote, add_candidate, end_of_candidates, ice_send, get_path, get_pair,
  next_event, ice_close, ice_free,
};

RtcIce *
sim_ice_new (const RtcIceConfig * config, GError ** error)
{
  SimIce *self = g_new0 (SimIce, 1);

  self->ice.klass = &ice_class;
  self->endpoint = sim_endpoint_new (on_datagram, self);
  self->candidates = g_array_new (FALSE, FALSE, sizeof (Candidate));
  self->selected = -1;
  g_queue_init (&self->events);
  choose_credentials (self);
  sim->live.ice++;
  return &self->ice;
}

void
sim_ice_set_owner (RtcIce * ice, const SimIceOwner * owner, gpointer data)
{
  SimIce *self = (SimIce *) ice;

  self->owner = owner;
  self->owner_data = data;
}

SimEndpoint *
sim_ice_get_endpoint (RtcIce * ice)
{
  return ((SimIce *) ice)->endpoint;
}

guint32
sim_ice_get_remote_address (RtcIce * ice)
{
  SimIce *self = (SimIce *) ice;

  return self->selected < 0 ? 0 : g_array_index (self->candidates, Candidate, self->selected).address;
}

void
sim_ice_move (RtcIce * ice)
{
  SimIce *self = (SimIce *) ice;

  g_assert_cmpint (self->selected, >=, 0);
  sim_endpoint_move (self->endpoint);
  check (self, &g_array_index (self->candidates, Candidate, self->selected));
}
