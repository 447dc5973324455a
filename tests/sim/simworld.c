/* gst-rtc: a virtual clock, seeded randomness and what waits for its time
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "simworld.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Not 0, so that what confuses a time with a duration is seen */
#define FIRST_NOW (1000 * RTC_SECOND)

SimWorld *sim;

static guint64 chosen_seed = 1;
static gchar last_words[256];

/* splitmix64 */
guint64
sim_random (void)
{
  guint64 z = (sim->random += G_GUINT64_CONSTANT (0x9e3779b97f4a7c15));

  z = (z ^ (z >> 30)) * G_GUINT64_CONSTANT (0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * G_GUINT64_CONSTANT (0x94d049bb133111eb);
  return z ^ (z >> 31);
}

guint64
sim_random_below (guint64 limit)
{
  return limit ? sim_random () % limit : 0;
}

gboolean
sim_chance (gdouble probability)
{
  return (sim_random () >> 11) * 0x1p-53 < probability;
}

void
sim_fill_random (guint8 * data, gsize size)
{
  for (gsize i = 0; i < size; i++)
    data[i] = sim_random ();
}

/* The heap */

static SimTimer *
timer_at (guint place)
{
  return sim->timers->pdata[place - 1];
}

static void
put (SimTimer * timer, guint place)
{
  sim->timers->pdata[place - 1] = timer;
  timer->place = place;
}

static gboolean
is_before (const SimTimer * a, const SimTimer * b)
{
  return a->when != b->when ? a->when < b->when : a->order < b->order;
}

static void
rise (SimTimer * timer, guint place)
{
  for (; place > 1 && is_before (timer, timer_at (place / 2)); place /= 2)
    put (timer_at (place / 2), place);
  put (timer, place);
}

static void
sink (SimTimer * timer, guint place)
{
  guint child;

  for (; (child = 2 * place) <= sim->timers->len; place = child) {
    if (child < sim->timers->len && is_before (timer_at (child + 1), timer_at (child)))
      child++;
    if (is_before (timer, timer_at (child)))
      break;
    put (timer_at (child), place);
  }
  put (timer, place);
}

void
sim_unset (SimTimer * timer)
{
  SimTimer *last;
  guint place = timer->place;

  if (!place)
    return;
  timer->place = 0;
  last = timer_at (sim->timers->len);
  g_ptr_array_set_size (sim->timers, sim->timers->len - 1);
  if (last == timer)
    return;
  rise (last, place);
  sink (last, last->place);
}

void
sim_set (SimTimer * timer, RtcTime when, SimFunc func, gpointer data)
{
  sim_unset (timer);
  if (when == RTC_TIME_NEVER)
    return;
  timer->when = MAX (when, sim->now);
  timer->order = sim->order++;
  timer->func = func;
  timer->data = data;
  g_ptr_array_add (sim->timers, timer);
  rise (timer, sim->timers->len);
}

typedef struct
{
  SimTimer timer;
  SimFunc func;
  gpointer data;
  GDestroyNotify destroy;
} Later;

static void
free_later (Later * later)
{
  if (later->destroy)
    later->destroy (later->data);
  g_free (later);
}

static void
run_later (gpointer data)
{
  Later *later = data;

  later->func (later->data);
  free_later (later);
}

void
sim_later (RtcTime delay, SimFunc func, gpointer data, GDestroyNotify destroy)
{
  Later *later = g_new0 (Later, 1);

  later->func = func;
  later->data = data;
  later->destroy = destroy;
  sim_set (&later->timer, sim->now + delay, run_later, later);
}

/* Time */

static gboolean
step (RtcTime end)
{
  SimTimer *timer = sim->timers->len ? timer_at (1) : NULL;

  if (!timer || timer->when > end)
    return FALSE;
  sim->now = timer->when;
  sim_unset (timer);
  timer->func (timer->data);
  return TRUE;
}

void
sim_run (RtcTime duration)
{
  RtcTime end = sim->now + duration;

  while (step (end));
  sim->now = end;
}

gboolean
sim_run_until (gboolean (*condition) (gpointer data), gpointer data, RtcTime at_most)
{
  RtcTime end = sim->now + at_most;

  while (!condition (data))
    if (!step (end)) {
      sim->now = end;
      return FALSE;
    }
  return TRUE;
}

/* Scenarios */

static void
world_new (guint64 seed)
{
  sim = g_new0 (SimWorld, 1);
  sim->seed = sim->random = seed;
  sim->now = FIRST_NOW;
  sim->timers = g_ptr_array_new ();
  sim->endpoints = g_hash_table_new (NULL, NULL);
  sim->parties = g_hash_table_new (NULL, NULL);
  sim->signaling_delay = 2 * RTC_MSECOND;
}

/* Of what is left only messages and datagrams on their way are fine. */
static void
world_free (void)
{
  while (sim->timers->len) {
    SimTimer *timer = timer_at (1);

    g_assert_true (timer->func == run_later);
    sim_unset (timer);
    free_later (timer->data);
  }
  g_assert_cmpint (sim->live.ice, ==, 0);
  g_assert_cmpint (sim->live.dtls, ==, 0);
  g_assert_cmpint (sim->live.srtp, ==, 0);
  g_assert_cmpint (sim->live.certificates, ==, 0);
  g_assert_cmpint (sim->live.endpoints, ==, 0);
  g_assert_cmpint (sim->live.parties, ==, 0);
  g_ptr_array_unref (sim->timers);
  g_hash_table_unref (sim->endpoints);
  g_hash_table_unref (sim->parties);
  g_clear_pointer (&sim, g_free);
}

static void
run_scenario (gconstpointer data)
{
  /* as a union: ISO C converts no object pointer to a function */
  union
  {
    gconstpointer data;
    SimScenario scenario;
  } given = { data };

  g_snprintf (last_words, sizeof last_words, "\n# %s failed with --seed %" G_GUINT64_FORMAT "\n", g_test_get_path (),
      chosen_seed);
  world_new (chosen_seed);
  given.scenario ();
  world_free ();
  last_words[0] = '\0';
}

void
sim_add (const gchar * path, SimScenario scenario)
{
  union
  {
    SimScenario scenario;
    gconstpointer data;
  } given = { scenario };

  g_test_add_data_func (path, given.data, run_scenario);
}

static void
on_abort (int number)
{
  if (write (STDERR_FILENO, last_words, strlen (last_words)) < 0)
    _exit (1);
  signal (number, SIG_DFL);
  raise (number);
}

void
sim_init (int *argc, char ***argv)
{
  for (int i = 1; i + 1 < *argc; i++) {
    if (strcmp ((*argv)[i], "--seed"))
      continue;
    chosen_seed = g_ascii_strtoull ((*argv)[i + 1], NULL, 0);
    memmove (&(*argv)[i], &(*argv)[i + 2], (*argc - i - 1) * sizeof (char *));
    *argc -= 2;
    break;
  }
  g_test_init (argc, argv, NULL);
  signal (SIGABRT, on_abort);
}
