/* gst-rtc: a network between doubles of sockets
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "simworld.h"

G_BEGIN_DECLS

/**
 * SimLink:
 * @delay: of every datagram
 * @jitter: at most this much more, datagrams keep their order
 * @loss: probability
 * @reorder: probability of being overtaken
 * @rate: bit/s, 0 for any
 * @queue: bytes that wait for @rate before the socket is full
 *
 * The way out of an endpoint.
 */
typedef struct
{
  RtcTime delay, jitter;
  gdouble loss, reorder;
  guint64 rate;
  gsize queue;
} SimLink;

typedef struct _SimEndpoint SimEndpoint;

/* FALSE: the datagram is dropped. It may be changed, but for its size. */
typedef gboolean (*SimFilter) (SimEndpoint * endpoint, guint8 * data, gsize size, gpointer user_data);

struct _SimEndpoint
{
  guint32 address;
  SimLink out;
  RtcTime busy_until, last_arrival;
  gboolean cut;                 /* the cable: nothing comes, nothing goes */
  SimFilter filter;             /* (nullable): of what goes out */
  gpointer filter_data;
  void (*receive) (gpointer data, guint32 from, const guint8 * bytes, gsize size);
  gpointer data;
  guint64 sent, lost, refused;
};

SimEndpoint *sim_endpoint_new (void (*receive) (gpointer data, guint32 from, const guint8 * bytes, gsize size),
    gpointer data);
void sim_endpoint_free (SimEndpoint * endpoint);
/* As a NAT does that forgot: what comes to the old address is lost */
void sim_endpoint_move (SimEndpoint * endpoint);
/* FALSE: the socket is full */
gboolean sim_endpoint_send (SimEndpoint * endpoint, guint32 to, const guint8 * data, gsize size);
/* From nowhere, at once, as if @from had sent it */
void sim_inject (SimEndpoint * endpoint, guint32 from, const guint8 * data, gsize size);

G_END_DECLS
