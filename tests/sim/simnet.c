/* gst-rtc: a network between doubles of sockets
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "simnet.h"

#include <string.h>

#define DEFAULT_DELAY (1 * RTC_MSECOND)
#define OVERTAKEN_BY (8 * RTC_MSECOND)

typedef struct
{
  guint32 from, to;
  gsize size;
  guint8 data[];
} Datagram;

static void
take_address (SimEndpoint * endpoint)
{
  endpoint->address = ++sim->next_address;
  g_hash_table_insert (sim->endpoints, GUINT_TO_POINTER (endpoint->address), endpoint);
}

SimEndpoint *
sim_endpoint_new (void (*receive) (gpointer data, guint32 from, const guint8 * bytes, gsize size), gpointer data)
{
  SimEndpoint *endpoint = g_new0 (SimEndpoint, 1);

  endpoint->out = (SimLink) {.delay = DEFAULT_DELAY,.queue = 200000 };
  endpoint->receive = receive;
  endpoint->data = data;
  take_address (endpoint);
  sim->live.endpoints++;
  return endpoint;
}

void
sim_endpoint_free (SimEndpoint * endpoint)
{
  g_hash_table_remove (sim->endpoints, GUINT_TO_POINTER (endpoint->address));
  sim->live.endpoints--;
  g_free (endpoint);
}

void
sim_endpoint_move (SimEndpoint * endpoint)
{
  g_hash_table_remove (sim->endpoints, GUINT_TO_POINTER (endpoint->address));
  take_address (endpoint);
}

static void
deliver (gpointer data)
{
  Datagram *datagram = data;
  SimEndpoint *to = g_hash_table_lookup (sim->endpoints, GUINT_TO_POINTER (datagram->to));

  if (to && !to->cut)
    to->receive (to->data, datagram->from, datagram->data, datagram->size);
}

static RtcTime
departure (SimEndpoint * endpoint, gsize size)
{
  RtcTime begin = MAX (sim->now, endpoint->busy_until);

  if (endpoint->out.rate == 0)
    return sim->now;
  endpoint->busy_until = begin + (RtcTime) (size * 8 * RTC_SECOND / endpoint->out.rate);
  return endpoint->busy_until;
}

static RtcTime
arrival (SimEndpoint * endpoint, RtcTime left)
{
  RtcTime when = left + endpoint->out.delay + sim_random_below (endpoint->out.jitter + 1);

  if (endpoint->out.reorder > 0 && sim_chance (endpoint->out.reorder))
    return when + OVERTAKEN_BY;
  endpoint->last_arrival = MAX (when, endpoint->last_arrival);
  return endpoint->last_arrival;
}

static gboolean
is_full (const SimEndpoint * endpoint, gsize size)
{
  RtcTime wait = MAX (endpoint->busy_until - sim->now, 0);

  return endpoint->out.rate > 0 && wait * endpoint->out.rate / (8 * RTC_SECOND) + size > endpoint->out.queue;
}

gboolean
sim_endpoint_send (SimEndpoint * endpoint, guint32 to, const guint8 * data, gsize size)
{
  Datagram *datagram;
  RtcTime left;

  if (is_full (endpoint, size)) {
    endpoint->refused++;
    return FALSE;
  }
  endpoint->sent++;
  left = departure (endpoint, size);
  if (endpoint->cut || (endpoint->out.loss > 0 && sim_chance (endpoint->out.loss))) {
    endpoint->lost++;
    return TRUE;
  }
  datagram = g_malloc (sizeof *datagram + size);
  datagram->from = endpoint->address;
  datagram->to = to;
  datagram->size = size;
  memcpy (datagram->data, data, size);
  if (endpoint->filter && !endpoint->filter (endpoint, datagram->data, size, endpoint->filter_data))
    g_free (datagram);
  else
    sim_later (arrival (endpoint, left) - sim->now, deliver, datagram, g_free);
  return TRUE;
}

void
sim_inject (SimEndpoint * endpoint, guint32 from, const guint8 * data, gsize size)
{
  /* a copy of exactly that size, so that a sanitizer sees a read beyond it */
  g_autofree guint8 *copy = g_memdup2 (data, size);

  endpoint->receive (endpoint->data, from, copy, size);
}
