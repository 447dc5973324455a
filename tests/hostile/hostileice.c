/* gst-rtc: a viewer's ICE with somebody in between
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "hostileice.h"

#include <ext/nice/rtcnice.h>

typedef struct
{
  RtcIce parent;
  RtcIce *inner;
  const HostileIceFuncs *funcs;
  gpointer user_data;
  gboolean full, mute;
} HostileIce;

#define INNER(ice) (((HostileIce *) ice)->inner)

static void
get_credentials (RtcIce * ice, const gchar ** ufrag, const gchar ** pwd)
{
  INNER (ice)->klass->get_credentials (INNER (ice), ufrag, pwd);
}

static gboolean
gather (RtcIce * ice, gboolean controlling, GError ** error)
{
  return INNER (ice)->klass->gather (INNER (ice), controlling, error);
}

static gboolean
restart (RtcIce * ice, GError ** error)
{
  return INNER (ice)->klass->restart (INNER (ice), error);
}

static gboolean
set_remote (RtcIce * ice, const gchar * ufrag, const gchar * pwd, GError ** error)
{
  return INNER (ice)->klass->set_remote (INNER (ice), ufrag, pwd, error);
}

static gboolean
add_candidate (RtcIce * ice, const gchar * candidate, GError ** error)
{
  return INNER (ice)->klass->add_candidate (INNER (ice), candidate, error);
}

static void
end_of_candidates (RtcIce * ice)
{
  INNER (ice)->klass->end_of_candidates (INNER (ice));
}

static gboolean
send_datagram (RtcIce * ice, const guint8 * data, gsize size)
{
  HostileIce *self = (HostileIce *) ice;

  if (self->mute || (self->user_data && !self->funcs->sent (self->user_data, data, size, g_get_monotonic_time ())))
    return TRUE;
  return self->inner->klass->send (self->inner, data, size);
}

static gboolean
get_path (RtcIce * ice, RtcIcePath * path)
{
  return INNER (ice)->klass->get_path (INNER (ice), path);
}

static gboolean
get_pair (RtcIce * ice, RtcIcePair * pair)
{
  return INNER (ice)->klass->get_pair (INNER (ice), pair);
}

static gboolean
next_event (RtcIce * ice, RtcIceEvent * event)
{
  return INNER (ice)->klass->next_event (INNER (ice), event);
}

static void
forget_user (HostileIce * self)
{
  gpointer user_data = g_steal_pointer (&self->user_data);

  if (user_data)
    self->funcs->closed (user_data);
}

static void
close_ice (RtcIce * ice)
{
  forget_user ((HostileIce *) ice);
  INNER (ice)->klass->close (INNER (ice));
}

static void
free_ice (RtcIce * ice)
{
  INNER (ice)->klass->free (INNER (ice));
  g_free (ice);
}

static const RtcIceClass hostile_class = {
  get_credentials, gather, restart, set_remote, add_candidate, end_of_candidates, send_datagram, get_path, get_pair,
  next_event, close_ice, free_ice,
};

static void
on_received (gpointer user_data, const guint8 * data, gsize size)
{
  HostileIce *self = user_data;

  if (!self->mute && (!self->user_data || self->funcs->received (self->user_data, data, size,
              g_get_monotonic_time ())))
    self->parent.receive (self->parent.receive_data, data, size);
}

RtcIce *
hostile_ice_new (const RtcIceConfig * config, gboolean full, const HostileIceFuncs * funcs, gpointer user_data,
    GError ** error)
{
  RtcIce *inner = (full ? rtc_nice_new : bench_ice_new) (config, error);
  HostileIce *self;

  if (!inner)
    return NULL;
  self = g_new0 (HostileIce, 1);
  self->parent.klass = &hostile_class;
  self->inner = inner;
  self->full = full;
  self->funcs = funcs;
  self->user_data = user_data;
  inner->receive = on_received;
  inner->receive_data = self;
  return &self->parent;
}

void
hostile_ice_mute (RtcIce * ice)
{
  HostileIce *self = (HostileIce *) ice;

  self->mute = TRUE;
  if (!self->full)
    bench_ice_mute (self->inner);
}

static void
ignore (gpointer user_data, const guint8 * data, gsize size, RtcTime now)
{
}

void
hostile_ice_stop_reading (RtcIce * ice)
{
  bench_ice_divert (INNER (ice), ignore, NULL);
}
