/* gst-rtc: a virtual clock, seeded randomness and what waits for its time
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One world per scenario, made and destroyed around it by sim_main(). Nothing in it
 * depends on anything but the seed.
 */
#pragma once

#include <gst/core/base/rtctime.h>

G_BEGIN_DECLS

typedef void (*SimFunc) (gpointer data);

/* To be embedded in what waits; a zeroed one waits for nothing */
typedef struct
{
  RtcTime when;
  guint64 order;                /* of two that are due at once the one set first comes first */
  guint place;                  /* in the heap, counted from 1 */
  SimFunc func;
  gpointer data;
} SimTimer;

/* What a scenario has to give back: counted by the doubles */
typedef struct
{
  gint ice, dtls, srtp, certificates, endpoints, parties;
} SimLive;

typedef struct
{
  guint64 seed;
  guint64 random;
  RtcTime now;
  guint64 order;
  GPtrArray *timers;            /* of SimTimer: a binary heap */
  GHashTable *endpoints;        /* SimEndpoint by address */
  GHashTable *parties;          /* SimParty by id */
  guint32 next_address, next_party;
  RtcTime signaling_delay;
  SimLive live;
} SimWorld;

/* The scenario's: the constructors of the doubles have no argument to hand it in */
extern SimWorld *sim;

/* Unix time of the world's clock */
#define SIM_NTP_OFFSET (G_GINT64_CONSTANT (1700000000) * RTC_SECOND)

guint64 sim_random (void);
/* [0, limit) */
guint64 sim_random_below (guint64 limit);
gboolean sim_chance (gdouble probability);
void sim_fill_random (guint8 * data, gsize size);

/* Also moves one that is set */
void sim_set (SimTimer * timer, RtcTime when, SimFunc func, gpointer data);
void sim_unset (SimTimer * timer);
/* once; data: destroyed after func, or with the world */
void sim_later (RtcTime delay, SimFunc func, gpointer data, GDestroyNotify destroy);

void sim_run (RtcTime duration);
/* Until condition is TRUE, looked at after each event. Returns: FALSE if the time was over first */
gboolean sim_run_until (gboolean (*condition) (gpointer data), gpointer data, RtcTime at_most);

typedef void (*SimScenario) (void);
void sim_add (const gchar * path, SimScenario scenario);
/* main() of a program of scenarios: takes --seed N, and tells the seed of one that fails */
void sim_init (int *argc, char ***argv);

G_END_DECLS
