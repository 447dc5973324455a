/* gst-rtc: unit tests of the network threads and their pool
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <gst/loop/rtcpool.h>

#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <gio/gio.h>
#include <glib-unix.h>

static void
do_nothing (RtcLoop * loop, gpointer data)
{
}

/* Tasks */

typedef struct
{
  guint poster, number;
  guint *next;                  /* of each poster; the loop's */
} Numbered;

static void
check_number (RtcLoop * loop, gpointer data)
{
  Numbered *numbered = data;

  g_assert_true (rtc_loop_is_current (loop));
  g_assert_cmpuint (numbered->number, ==, numbered->next[numbered->poster]++);
  g_free (numbered);
}

typedef struct
{
  RtcLoop *loop;
  guint index;
  guint *next;
} Poster;

static gpointer
post_numbers (gpointer data)
{
  Poster *poster = data;

  for (guint i = 0; i < 2000; i++) {
    Numbered *numbered = g_new (Numbered, 1);

    *numbered = (Numbered) { poster->index, i, poster->next };
    rtc_loop_post (poster->loop, check_number, numbered);
  }
  return NULL;
}

/* Each thread's tasks in its order, all before the loop is gone */
static void
test_order (void)
{
  RtcLoop *loop = rtc_loop_new ("test", NULL);
  guint next[4] = { 0, };
  Poster posters[4];
  GThread *threads[4];

  for (guint i = 0; i < 4; i++) {
    posters[i] = (Poster) { loop, i, next };
    threads[i] = g_thread_new ("poster", post_numbers, &posters[i]);
  }
  for (guint i = 0; i < 4; i++)
    g_thread_join (threads[i]);
  rtc_loop_free (loop);
  for (guint i = 0; i < 4; i++)
    g_assert_cmpuint (next[i], ==, 2000);
}

static void
increment (RtcLoop * loop, gpointer data)
{
  (*(guint *) data)++;
}

static void
test_call (void)
{
  RtcLoop *loop = rtc_loop_new ("test", NULL);
  guint count = 0;

  g_assert_false (rtc_loop_is_current (loop));
  for (guint i = 0; i < 500; i++) {
    rtc_loop_post (loop, increment, &count);
    rtc_loop_call (loop, increment, &count);
    g_assert_cmpuint (count, ==, 2 * i + 2);
  }
  rtc_loop_free (loop);
}

static void
post_again (RtcLoop * loop, gpointer data)
{
  guint *left = data;

  if (--*left > 0)
    rtc_loop_post (loop, post_again, left);
}

/* What tasks post runs too, even if the loop is freed meanwhile */
static void
test_free_with_tasks (void)
{
  for (guint i = 0; i < 50; i++) {
    RtcLoop *loop = rtc_loop_new ("test", NULL);
    guint left = 20;

    rtc_loop_post (loop, post_again, &left);
    rtc_loop_free (loop);
    g_assert_cmpuint (left, ==, 0);
  }
}

/* Timers */

#define N_TIMERS 200

typedef struct
{
  RtcLoop *loop;
  RtcLoopMember *member;
  RtcTime when;
  struct TimerTest *test;
} TimerMember;

typedef struct TimerTest
{
  TimerMember members[N_TIMERS];
  RtcTime last;
  gint fired;                   /* atomic */
} TimerTest;

static void
on_timeout (gpointer data, RtcTime now)
{
  TimerMember *member = data;

  g_assert_cmpint (now, >=, member->when);
  g_assert_cmpint (g_get_monotonic_time (), >=, member->when);
  g_assert_cmpint (member->when, >=, member->test->last);
  member->test->last = member->when;
  rtc_loop_remove (member->loop, member->member);
  g_atomic_int_inc (&member->test->fired);
}

static const RtcLoopMemberFuncs timer_funcs = {.timeout = on_timeout };

static void
add_timers (RtcLoop * loop, gpointer data)
{
  TimerTest *test = data;
  RtcTime now = rtc_loop_get_now (loop);

  for (guint i = 0; i < N_TIMERS; i++) {
    TimerMember *member = &test->members[i];

    member->loop = loop;
    member->test = test;
    member->when = now + (i * 7919) % 50 * RTC_MSECOND + i % 3;
    member->member = rtc_loop_add (loop, NULL, &timer_funcs, member);
    /* set twice: the last one counts */
    rtc_loop_set_timeout (loop, member->member, now + 1);
    rtc_loop_set_timeout (loop, member->member, member->when);
  }
}

static gboolean
wait_for (gint * counter, gint value)
{
  for (guint i = 0; i < 20000 && g_atomic_int_get (counter) < value; i++)
    g_usleep (500);
  return g_atomic_int_get (counter) == value;
}

static void
test_timers (void)
{
  RtcLoop *loop = rtc_loop_new ("test", NULL);
  TimerTest *test = g_new0 (TimerTest, 1);

  rtc_loop_call (loop, add_timers, test);
  g_assert_true (wait_for (&test->fired, N_TIMERS));
  rtc_loop_free (loop);
  g_free (test);
}

/* Members with a context */

typedef struct
{
  RtcLoop *loop;
  RtcLoopMember *member;
  GMainContext *context;
  gint fd;
  gint dispatched, woken, timeouts;     /* atomic */
  gint remove_in;               /* 1: before, 2: a source, 3: dispatched, 4: timeout */
  gint removed;
} Member;

static void
remove_member (Member * self)
{
  rtc_loop_remove (self->loop, self->member);
  close (self->fd);
  self->fd = -1;
  g_atomic_int_set (&self->removed, TRUE);
}

static void
member_before (gpointer data, RtcTime now)
{
  Member *self = data;

  g_assert_false (self->removed);
  if (self->remove_in == 1)
    remove_member (self);
}

static gboolean
member_woken (gint fd, GIOCondition condition, gpointer data)
{
  Member *self = data;
  guint64 count;

  g_assert_cmpint (read (fd, &count, sizeof count), ==, sizeof count);
  g_atomic_int_inc (&self->woken);
  if (self->remove_in == 2) {
    remove_member (self);
    return G_SOURCE_REMOVE;
  }
  return G_SOURCE_CONTINUE;
}

static void
member_dispatched (gpointer data, RtcTime now)
{
  Member *self = data;

  g_assert_false (self->removed);
  g_atomic_int_inc (&self->dispatched);
  if (self->remove_in == 3)
    remove_member (self);
}

static void
member_timeout (gpointer data, RtcTime now)
{
  Member *self = data;

  g_assert_false (self->removed);
  g_atomic_int_inc (&self->timeouts);
  if (self->remove_in == 4)
    remove_member (self);
  else
    rtc_loop_set_timeout (self->loop, self->member, now);
}

static const RtcLoopMemberFuncs member_funcs = { member_before, member_dispatched, member_timeout };

static void
watch (Member * self)
{
  GSource *source;

  source = g_unix_fd_source_new (self->fd, G_IO_IN);
  g_source_set_callback (source, G_SOURCE_FUNC (member_woken), self, NULL);
  g_source_attach (source, self->context);
  g_source_unref (source);
}

static void
add_member (RtcLoop * loop, gpointer data)
{
  Member *self = data;

  self->fd = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
  g_assert_cmpint (self->fd, >=, 0);
  self->loop = loop;
  self->context = g_main_context_new ();
  watch (self);
  self->member = rtc_loop_add (loop, self->context, &member_funcs, self);
}

static void
drop_member (RtcLoop * loop, gpointer data)
{
  Member *self = data;

  if (!self->removed)
    remove_member (self);
  g_main_context_unref (self->context);
}

static void
wake (Member * self)
{
  const guint64 one = 1;

  g_assert_cmpint (write (self->fd, &one, sizeof one), ==, sizeof one);
}

/* GLib may have had it dispatched already, to begin with. */
static void
wake_on_loop (RtcLoop * loop, gpointer data)
{
  Member *self = data;

  if (!self->removed)
    wake (self);
}

static void
set_due (RtcLoop * loop, gpointer data)
{
  Member *self = data;

  rtc_loop_set_timeout (loop, self->member, rtc_loop_get_now (loop));
}

static void
test_remove_in_callbacks (void)
{
  RtcLoop *loop = rtc_loop_new ("test", NULL);

  for (guint i = 0; i < 40; i++) {
    Member self = {.remove_in = 1 + i % 4 };

    rtc_loop_call (loop, add_member, &self);
    rtc_loop_call (loop, self.remove_in == 4 ? set_due : wake_on_loop, &self);
    g_assert_true (wait_for (&self.removed, TRUE));
    rtc_loop_call (loop, do_nothing, NULL);
    g_assert_cmpint (self.dispatched, <=, self.remove_in == 1 ? 0 : 1);
    rtc_loop_call (loop, drop_member, &self);
  }
  rtc_loop_free (loop);
}

/* A wake-up of one of a thousand is work for that one only. */
static void
test_thousand_members (void)
{
  RtcLoop *loop = rtc_loop_new ("test", NULL);
  Member *members = g_new0 (Member, 1000);

  for (guint i = 0; i < 1000; i++)
    rtc_loop_call (loop, add_member, &members[i]);
  for (guint i = 0; i < 3; i++)
    rtc_loop_call (loop, do_nothing, NULL);
  for (guint i = 0; i < 1000; i++)
    g_atomic_int_set (&members[i].dispatched, 0);
  for (guint i = 0; i < 100; i++) {
    wake (&members[i * 7]);
    g_assert_true (wait_for (&members[i * 7].woken, 1));
  }
  rtc_loop_call (loop, do_nothing, NULL);
  /* GLib wakes a context up once more after it has dispatched a source. */
  for (guint i = 0; i < 1000; i++)
    g_assert_cmpint (g_atomic_int_get (&members[i].dispatched), <=, i % 7 == 0 && i / 7 < 100 ? 2 : 0);
  for (guint i = 0; i < 1000; i++)
    rtc_loop_call (loop, drop_member, &members[i]);
  rtc_loop_free (loop);
  g_free (members);
}

/* A member that is always due leaves the others their turns. */
static void
test_always_due (void)
{
  RtcLoop *loop = rtc_loop_new ("test", NULL);
  Member busy = { 0, }, other = { 0, };

  rtc_loop_call (loop, add_member, &busy);
  rtc_loop_call (loop, add_member, &other);
  rtc_loop_call (loop, set_due, &busy);
  for (guint i = 1; i <= 50; i++) {
    wake (&other);
    g_assert_true (wait_for (&other.woken, i));
  }
  g_assert_cmpint (g_atomic_int_get (&busy.timeouts), >, 10);
  rtc_loop_call (loop, drop_member, &busy);
  rtc_loop_call (loop, drop_member, &other);
  rtc_loop_free (loop);
}

typedef struct
{
  Member *old, *new;
} Succession;

static void
succeed (RtcLoop * loop, gpointer data)
{
  Succession *succession = data;
  gint fd = succession->old->fd;

  drop_member (loop, succession->old);
  add_member (loop, succession->new);
  /* the kernel gives the lowest free number */
  g_assert_cmpint (succession->new->fd, ==, fd);
}

/* A new member whose descriptor has the number of one that has just gone hears of it. */
static void
test_number_of_another (void)
{
  RtcLoop *loop = rtc_loop_new ("test", NULL);
  Member members[20] = { 0, };

  rtc_loop_call (loop, add_member, &members[0]);
  for (guint i = 1; i < G_N_ELEMENTS (members); i++) {
    Succession succession = { &members[i - 1], &members[i] };

    rtc_loop_call (loop, succeed, &succession);
    rtc_loop_call (loop, do_nothing, NULL);
    wake (&members[i]);
    g_assert_true (wait_for (&members[i].woken, 1));
  }
  rtc_loop_call (loop, drop_member, &members[G_N_ELEMENTS (members) - 1]);
  rtc_loop_free (loop);
}

/* The pool */

static gpointer
give_back_later (gpointer data)
{
  g_usleep (20000);
  rtc_pool_give_back (data, 0);
  rtc_pool_give_back (data, 1);
  return NULL;
}

static void
test_pool (void)
{
  RtcPool *pool = rtc_pool_new ("test", 3, NULL);
  guint taken[3] = { 0, };
  GThread *thread;

  g_assert_cmpuint (rtc_pool_get_n_loops (pool), ==, 3);
  g_assert_true (rtc_pool_wait_idle (pool, 0));
  for (guint i = 0; i < 9; i++)
    taken[rtc_pool_take (pool)]++;
  for (guint i = 0; i < 3; i++)
    g_assert_cmpuint (taken[i], ==, 3);
  /* the one with the fewest is next */
  rtc_pool_give_back (pool, 2);
  g_assert_cmpuint (rtc_pool_take (pool), ==, 2);
  for (guint i = 0; i < 3; i++)
    for (guint j = 0; j < (i < 2 ? 2 : 3); j++)
      rtc_pool_give_back (pool, i);
  g_assert_false (rtc_pool_wait_idle (pool, 5 * RTC_MSECOND));
  thread = g_thread_new ("giver", give_back_later, pool);
  g_assert_true (rtc_pool_wait_idle (pool, 20 * RTC_SECOND));
  g_thread_join (thread);
  rtc_pool_free (pool);
}

static void
test_default_pool (void)
{
  RtcPool *pool = rtc_pool_new ("test", 0, NULL);
  guint n = rtc_pool_get_n_loops (pool);

  g_assert_cmpuint (n, >=, 1);
  g_assert_cmpuint (n, <=, 4);
  for (guint i = 0; i < n; i++)
    rtc_loop_call (rtc_pool_get_loop (pool, i), do_nothing, NULL);
  rtc_pool_free (pool);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/loop/order", test_order);
  g_test_add_func ("/loop/call", test_call);
  g_test_add_func ("/loop/free-with-tasks", test_free_with_tasks);
  g_test_add_func ("/loop/timers", test_timers);
  g_test_add_func ("/loop/remove-in-callbacks", test_remove_in_callbacks);
  g_test_add_func ("/loop/thousand-members", test_thousand_members);
  g_test_add_func ("/loop/always-due", test_always_due);
  g_test_add_func ("/loop/number-of-another", test_number_of_another);
  g_test_add_func ("/loop/pool", test_pool);
  g_test_add_func ("/loop/default-pool", test_default_pool);
  return g_test_run ();
}
