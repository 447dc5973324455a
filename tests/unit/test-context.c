/* gst-rtc: unit tests of main contexts in an epoll set
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Without a loop: the epoll set is the test's, and time is what it says.
 */
#include <gst/loop/rtccontext.h>

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <glib-unix.h>

typedef struct
{
  GMainContext *main;
  RtcContext *context;
  gint epoll;
} Fixture;

static void
set_up (Fixture * f, gconstpointer data)
{
  f->main = g_main_context_new ();
  f->epoll = epoll_create1 (EPOLL_CLOEXEC);
  f->context = rtc_context_new (f->main, f->epoll, f);
}

static void
tear_down (Fixture * f, gconstpointer data)
{
  struct epoll_event event;

  rtc_context_free (f->context);
  g_assert_cmpint (epoll_wait (f->epoll, &event, 1, 0), ==, 0);
  close (f->epoll);
  g_main_context_unref (f->main);
}

/* One round as the loop does it. Returns: when it wants to run next */
static RtcTime
iterate (Fixture * f, RtcTime now)
{
  struct epoll_event events[16];
  gint n = epoll_wait (f->epoll, events, G_N_ELEMENTS (events), 0);

  for (gint i = 0; i < n; i++) {
    RtcContextFd *fd = events[i].data.ptr;

    g_assert_true (rtc_context_get_owner (fd->context) == f);
    fd->revents |= events[i].events;
  }
  rtc_context_dispatch (f->context);
  return rtc_context_prepare (f->context, now);
}

/* Until nothing is left to do at once */
static RtcTime
settle (Fixture * f, RtcTime now)
{
  RtcTime next = rtc_context_prepare (f->context, now);

  for (guint i = 0; i < 5; i++)
    next = iterate (f, now);
  return next;
}

static gboolean
count (gpointer data)
{
  (*(guint *) data)++;
  return G_SOURCE_CONTINUE;
}

static GSource *
attach (Fixture * f, GSource * source, GSourceFunc func, gpointer data)
{
  g_source_set_callback (source, func, data, NULL);
  g_source_attach (source, f->main);
  return source;
}

static void
drop (GSource * source)
{
  g_source_destroy (source);
  g_source_unref (source);
}

static void
test_nothing (Fixture * f, gconstpointer data)
{
  g_assert_cmpint (settle (f, 1000), ==, RTC_TIME_NEVER);
}

static void
test_timeouts (Fixture * f, gconstpointer data)
{
  guint fast = 0, slow = 0;
  GSource *a = attach (f, g_timeout_source_new (20), count, &fast);
  GSource *b = attach (f, g_timeout_source_new (10000), count, &slow);
  RtcTime next = settle (f, 5 * RTC_SECOND);

  g_assert_cmpint (next, >, 5 * RTC_SECOND);
  g_assert_cmpint (next, <=, 5 * RTC_SECOND + 20 * RTC_MSECOND);
  g_usleep (25000);
  settle (f, 5 * RTC_SECOND);
  g_assert_cmpuint (fast, ==, 1);
  g_assert_cmpuint (slow, ==, 0);
  drop (a);
  next = settle (f, 5 * RTC_SECOND);
  g_assert_cmpint (next, >, 6 * RTC_SECOND);
  drop (b);
  g_assert_cmpint (settle (f, 5 * RTC_SECOND), ==, RTC_TIME_NEVER);
}

static void
test_idle (Fixture * f, gconstpointer data)
{
  guint n = 0;
  GSource *idle = attach (f, g_idle_source_new (), count, &n);

  /* due at once */
  g_assert_cmpint (rtc_context_prepare (f->context, 7000), ==, 7000);
  iterate (f, 7000);
  g_assert_cmpuint (n, ==, 1);
  drop (idle);
  g_assert_cmpint (settle (f, 7000), ==, RTC_TIME_NEVER);
}

/* Descriptors */

typedef struct
{
  Fixture *fixture;
  gint fd;
  guint seen;
  GIOCondition condition;
  gboolean renew;               /* closes its descriptor and makes another one with the same number */
  GSource *source;
} Watch;

static void watch (Watch * self, GIOCondition condition);

static gboolean
on_event (gint fd, GIOCondition condition, gpointer data)
{
  Watch *self = data;
  guint64 value;

  self->seen++;
  self->condition = condition;
  if (condition & G_IO_IN)
    g_assert_cmpint (read (fd, &value, sizeof value), >=, 0);
  if (!self->renew)
    return G_SOURCE_CONTINUE;
  g_source_unref (self->source);
  close (fd);
  watch (self, G_IO_IN);
  g_assert_cmpint (self->fd, ==, fd);
  return G_SOURCE_REMOVE;
}

static void
watch_fd (Watch * self, GIOCondition condition)
{
  self->source = g_unix_fd_source_new (self->fd, condition);
  attach (self->fixture, self->source, G_SOURCE_FUNC (on_event), self);
}

static void
watch (Watch * self, GIOCondition condition)
{
  self->fd = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
  watch_fd (self, condition);
}

static void
signal_fd (gint fd)
{
  const guint64 one = 1;

  g_assert_cmpint (write (fd, &one, sizeof one), ==, sizeof one);
}

static void
unwatch (Watch * self)
{
  drop (self->source);
  close (self->fd);
}

static void
test_come_and_go (Fixture * f, gconstpointer data)
{
  Watch watches[8] = { 0, };

  for (guint i = 0; i < 8; i++) {
    watches[i].fixture = f;
    watch (&watches[i], G_IO_IN);
    settle (f, 0);
    signal_fd (watches[i].fd);
    settle (f, 0);
    g_assert_cmpuint (watches[i].seen, ==, 1);
  }
  for (guint i = 0; i < 8; i += 2)
    unwatch (&watches[i]);
  settle (f, 0);
  for (guint i = 1; i < 8; i += 2) {
    signal_fd (watches[i].fd);
    settle (f, 0);
    g_assert_cmpuint (watches[i].seen, ==, 2);
  }
  for (guint i = 1; i < 8; i += 2)
    unwatch (&watches[i]);
  g_assert_cmpint (settle (f, 0), ==, RTC_TIME_NEVER);
}

/* Closed and made again with the same number in one dispatch: epoll has lost it, GLib asks for the same as before */
static void
test_number_reused (Fixture * f, gconstpointer data)
{
  Watch self = {.fixture = f,.renew = TRUE };

  watch (&self, G_IO_IN);
  for (guint i = 1; i <= 10; i++) {
    settle (f, 0);
    signal_fd (self.fd);
    settle (f, 0);
    g_assert_cmpuint (self.seen, ==, i);
  }
  unwatch (&self);
}

static void
test_two_on_one (Fixture * f, gconstpointer data)
{
  gint fds[2];
  Watch reader = {.fixture = f }, writer = {.fixture = f };

  g_assert_true (g_unix_open_pipe (fds, FD_CLOEXEC, NULL));
  /* the end that is written to: one waits for room, the other for an error */
  reader.fd = writer.fd = fds[1];
  watch_fd (&reader, G_IO_ERR);
  watch_fd (&writer, G_IO_OUT);
  settle (f, 0);
  g_assert_cmpuint (writer.seen, >, 0);
  g_assert_cmpuint (reader.seen, ==, 0);
  drop (writer.source);
  close (fds[0]);
  settle (f, 0);
  g_assert_cmpuint (reader.seen, >, 0);
  g_assert_true (reader.condition & G_IO_ERR);
  unwatch (&reader);
}

static void
test_hang_up (Fixture * f, gconstpointer data)
{
  gint fds[2];
  Watch self = {.fixture = f };

  g_assert_true (g_unix_open_pipe (fds, FD_CLOEXEC, NULL));
  self.fd = fds[0];
  watch_fd (&self, G_IO_HUP);
  settle (f, 0);
  g_assert_cmpuint (self.seen, ==, 0);
  close (fds[1]);
  settle (f, 0);
  g_assert_cmpuint (self.seen, >, 0);
  g_assert_true (self.condition & G_IO_HUP);
  unwatch (&self);
}

/* After it left, nothing of it is heard, though its descriptors are still there and ready */
static void
test_leave (Fixture * f, gconstpointer data)
{
  struct epoll_event event;
  Watch self = {.fixture = f };

  watch (&self, G_IO_IN);
  settle (f, 0);
  signal_fd (self.fd);
  rtc_context_leave (f->context);
  g_assert_cmpint (epoll_wait (f->epoll, &event, 1, 0), ==, 0);
  unwatch (&self);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add ("/context/" name, Fixture, NULL, set_up, func, tear_down)
  ADD ("nothing", test_nothing);
  ADD ("timeouts", test_timeouts);
  ADD ("idle", test_idle);
  ADD ("come-and-go", test_come_and_go);
  ADD ("number-reused", test_number_reused);
  ADD ("two-on-one", test_two_on_one);
  ADD ("hang-up", test_hang_up);
  ADD ("leave", test_leave);
  return g_test_run ();
}
