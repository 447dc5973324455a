/* gst-rtc: a network thread
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "rtcloop.h"

#include "rtccontext.h"
#include "rtctimerheap.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <gst/rtc/gstrtc.h>

#define MAX_EVENTS 256

typedef struct
{
  RtcLoopFunc func;
  gpointer data;
} Task;

struct _RtcLoop
{
  GThread *thread;
  gint epoll, wakeup;

  GMutex lock;                  /* of the next two; never held while anything runs */
  GArray *mailbox;              /* of Task */
  gboolean quit;

  /* the thread's own */
  GArray *tasks;                /* of Task: the mailbox under way; the two are swapped */
  RtcTimerHeap timers;
  GPtrArray *ready;             /* of RtcLoopMember: a descriptor of theirs is */
  GPtrArray *removed;           /* of RtcLoopMember: freed when no event of this round can name them any more */
  RtcTime now;
  RtcBatch batch;
};

struct _RtcLoopMember
{
  RtcTimer timer;               /* first: the heap hands it back; due at the earlier of the next two */
  RtcTime timeout;
  RtcTime context_due;
  RtcContext *context;
  const RtcLoopMemberFuncs *funcs;
  gpointer user_data;
  gboolean ready, removed;
};

/* Members */

static void
set_timer (RtcLoop * loop, RtcLoopMember * member)
{
  if (!member->removed)
    rtc_timer_heap_set (&loop->timers, &member->timer, MIN (member->timeout, member->context_due));
}

RtcLoopMember *
rtc_loop_add (RtcLoop * loop, GMainContext * context, const RtcLoopMemberFuncs * funcs, gpointer user_data)
{
  RtcLoopMember *member = g_new0 (RtcLoopMember, 1);

  member->timer = RTC_TIMER_INIT;
  member->timeout = member->context_due = RTC_TIME_NEVER;
  member->funcs = funcs;
  member->user_data = user_data;
  if (context) {
    member->context = rtc_context_new (context, loop->epoll, member);
    rtc_loop_touch (loop, member);
  }
  return member;
}

void
rtc_loop_remove (RtcLoop * loop, RtcLoopMember * member)
{
  rtc_timer_heap_set (&loop->timers, &member->timer, RTC_TIME_NEVER);
  if (member->context)
    rtc_context_leave (member->context);
  member->removed = TRUE;
  g_ptr_array_add (loop->removed, member);
}

static void
free_member (gpointer data)
{
  RtcLoopMember *member = data;

  g_clear_pointer (&member->context, rtc_context_free);
  g_free (member);
}

void
rtc_loop_set_timeout (RtcLoop * loop, RtcLoopMember * member, RtcTime when)
{
  member->timeout = when;
  set_timer (loop, member);
}

void
rtc_loop_touch (RtcLoop * loop, RtcLoopMember * member)
{
  if (!member->context || member->removed)
    return;
  member->context_due = rtc_context_prepare (member->context, loop->now);
  set_timer (loop, member);
}

static void
dispatch_member (RtcLoop * loop, RtcLoopMember * member)
{
  if (member->removed)
    return;
  if (member->funcs->before_dispatch)
    member->funcs->before_dispatch (member->user_data, loop->now);
  if (member->removed)
    return;
  rtc_context_dispatch (member->context);
  if (member->funcs->dispatched && !member->removed)
    member->funcs->dispatched (member->user_data, loop->now);
  rtc_loop_touch (loop, member);
}

/* One round */

static void
run_tasks (RtcLoop * loop)
{
  GArray *tasks;

  g_mutex_lock (&loop->lock);
  tasks = loop->mailbox;
  loop->mailbox = loop->tasks;
  loop->tasks = tasks;
  g_mutex_unlock (&loop->lock);

  for (guint i = 0; i < tasks->len; i++) {
    const Task *task = &g_array_index (tasks, Task, i);

    task->func (loop, task->data);
  }
  g_array_set_size (tasks, 0);
}

static void
run_ready (RtcLoop * loop)
{
  for (guint i = 0; i < loop->ready->len; i++) {
    RtcLoopMember *member = loop->ready->pdata[i];

    member->ready = FALSE;
    dispatch_member (loop, member);
  }
  g_ptr_array_set_size (loop->ready, 0);
}

static void
run_timer (RtcLoop * loop, RtcLoopMember * member)
{
  if (member->context_due <= loop->now) {
    member->context_due = RTC_TIME_NEVER;
    dispatch_member (loop, member);
  }
  if (!member->removed && member->timeout <= loop->now) {
    member->timeout = RTC_TIME_NEVER;
    member->funcs->timeout (member->user_data, loop->now);
    rtc_loop_touch (loop, member);
  }
  set_timer (loop, member);
}

static void
run_timers (RtcLoop * loop)
{
  RtcTimer *timer;
  /* A member that is always due must not starve the sockets. */
  guint left = loop->timers.timers->len;

  while (left-- > 0 && (timer = rtc_timer_heap_peek (&loop->timers)) && timer->when <= loop->now)
    run_timer (loop, (RtcLoopMember *) timer);
}

/* Returns: FALSE once the loop was told to end and has nothing left to do; idle: it may sleep */
static gboolean
goes_on (RtcLoop * loop, gboolean * idle)
{
  gboolean quit;

  g_mutex_lock (&loop->lock);
  *idle = loop->mailbox->len == 0;
  quit = loop->quit;
  g_mutex_unlock (&loop->lock);
  return !quit || !*idle;
}

/* A wait to the microsecond if the kernel has it (5.11) and a container's seccomp filter lets it through, else a
 * longer one to the millisecond: to fail each time would be to spin, and deaf. */
static gint
wait_on_epoll (RtcLoop * loop, struct epoll_event *events, const struct timespec *timeout)
{
  gint n = epoll_pwait2 (loop->epoll, events, MAX_EVENTS, timeout, NULL);

  if (n >= 0 || (errno != ENOSYS && errno != EPERM))
    return n;
  return epoll_wait (loop->epoll, events, MAX_EVENTS,
      timeout ? MIN (timeout->tv_sec, 3600) * 1000 + (timeout->tv_nsec + 999999) / 1000000 : -1);
}

static gint
wait_for_events (RtcLoop * loop, struct epoll_event *events, gboolean sleep)
{
  RtcTimer *next = rtc_timer_heap_peek (&loop->timers);
  RtcTime wait = next ? MAX (next->when - g_get_monotonic_time (), 0) : RTC_TIME_NEVER;
  struct timespec timeout = { 0, 0 };

  if (sleep && next) {
    timeout.tv_sec = wait / RTC_SECOND;
    timeout.tv_nsec = (wait % RTC_SECOND) * 1000;
  }
  return wait_on_epoll (loop, events, sleep && !next ? NULL : &timeout);
}

static void
collect_ready (RtcLoop * loop, const struct epoll_event *event)
{
  RtcContextFd *fd = event->data.ptr;
  RtcLoopMember *member;
  guint64 count;

  if (!fd) {
    if (read (loop->wakeup, &count, sizeof count) < 0)
      g_assert (errno == EAGAIN);
    return;
  }
  fd->revents |= event->events;
  member = rtc_context_get_owner (fd->context);
  if (!member->ready) {
    member->ready = TRUE;
    g_ptr_array_add (loop->ready, member);
  }
}

static gpointer
run_thread (gpointer data)
{
  RtcLoop *loop = data;
  struct epoll_event events[MAX_EVENTS];
  gboolean idle;

  while (goes_on (loop, &idle)) {
    gint n = wait_for_events (loop, events, idle);

    loop->now = g_get_monotonic_time ();
    for (gint i = 0; i < n; i++)
      collect_ready (loop, &events[i]);
    /* Sockets first: what tasks touch may not invalidate what epoll has just said. */
    run_ready (loop);
    run_tasks (loop);
    loop->now = g_get_monotonic_time ();
    run_timers (loop);
    g_ptr_array_set_size (loop->removed, 0);
  }
  return NULL;
}

/* From outside */

static void
wake_up (RtcLoop * loop)
{
  const guint64 one = 1;

  while (write (loop->wakeup, &one, sizeof one) < 0 && errno == EINTR);
}

void
rtc_loop_post (RtcLoop * loop, RtcLoopFunc func, gpointer data)
{
  const Task task = { func, data };
  gboolean first;

  g_mutex_lock (&loop->lock);
  first = loop->mailbox->len == 0;
  g_array_append_val (loop->mailbox, task);
  g_mutex_unlock (&loop->lock);
  /* The loop looks into its mailbox before it sleeps. */
  if (first && !rtc_loop_is_current (loop))
    wake_up (loop);
}

typedef struct
{
  RtcLoopFunc func;
  gpointer data;
  GMutex lock;
  GCond cond;
  gboolean done;
} Call;

static void
run_call (RtcLoop * loop, gpointer data)
{
  Call *call = data;

  call->func (loop, call->data);
  g_mutex_lock (&call->lock);
  call->done = TRUE;
  g_cond_signal (&call->cond);
  g_mutex_unlock (&call->lock);
}

void
rtc_loop_call (RtcLoop * loop, RtcLoopFunc func, gpointer data)
{
  Call call = {.func = func,.data = data };

  g_mutex_init (&call.lock);
  g_cond_init (&call.cond);
  rtc_loop_post (loop, run_call, &call);
  g_mutex_lock (&call.lock);
  while (!call.done)
    g_cond_wait (&call.cond, &call.lock);
  g_mutex_unlock (&call.lock);
  g_mutex_clear (&call.lock);
  g_cond_clear (&call.cond);
}

gboolean
rtc_loop_is_current (const RtcLoop * loop)
{
  return g_thread_self () == loop->thread;
}

RtcTime
rtc_loop_get_now (const RtcLoop * loop)
{
  return loop->now;
}

RtcBatch *
rtc_loop_get_batch (RtcLoop * loop)
{
  return &loop->batch;
}

static gboolean
open_descriptors (RtcLoop * loop, GError ** error)
{
  struct epoll_event event = {.events = EPOLLIN };

  loop->epoll = epoll_create1 (EPOLL_CLOEXEC);
  loop->wakeup = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (loop->epoll >= 0 && loop->wakeup >= 0
      && epoll_ctl (loop->epoll, EPOLL_CTL_ADD, loop->wakeup, &event) == 0)
    return TRUE;
  g_set_error (error, GST_RTC_ERROR, GST_RTC_ERROR_FAILED,
      "Could not make a network thread's descriptors: %s; raise the limit (ulimit -n)", g_strerror (errno));
  return FALSE;
}

static void
destroy (RtcLoop * loop)
{
  if (loop->epoll >= 0)
    close (loop->epoll);
  if (loop->wakeup >= 0)
    close (loop->wakeup);
  g_array_unref (loop->mailbox);
  g_array_unref (loop->tasks);
  g_ptr_array_unref (loop->ready);
  g_ptr_array_unref (loop->removed);
  rtc_timer_heap_clear (&loop->timers);
  g_mutex_clear (&loop->lock);
  g_free (loop);
}

RtcLoop *
rtc_loop_new (const gchar * name, GError ** error)
{
  RtcLoop *loop = g_new0 (RtcLoop, 1);

  g_mutex_init (&loop->lock);
  loop->mailbox = g_array_new (FALSE, FALSE, sizeof (Task));
  loop->tasks = g_array_new (FALSE, FALSE, sizeof (Task));
  loop->ready = g_ptr_array_new ();
  loop->removed = g_ptr_array_new_with_free_func (free_member);
  rtc_timer_heap_init (&loop->timers);
  loop->now = g_get_monotonic_time ();
  if (!open_descriptors (loop, error)) {
    destroy (loop);
    return NULL;
  }
  loop->thread = g_thread_new (name, run_thread, loop);
  return loop;
}

void
rtc_loop_free (RtcLoop * loop)
{
  g_mutex_lock (&loop->lock);
  loop->quit = TRUE;
  g_mutex_unlock (&loop->lock);
  wake_up (loop);
  g_thread_join (loop->thread);
  g_assert (!rtc_timer_heap_peek (&loop->timers));
  destroy (loop);
}
