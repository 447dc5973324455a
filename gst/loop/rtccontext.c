/* gst-rtc: a GMainContext whose file descriptors sit in an epoll set
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * GLib asks each iteration which descriptors to poll, so the set is
 * compared with the last one after every touch of the context.
 */
#include "rtccontext.h"

#include <errno.h>
#include <sys/epoll.h>

struct _RtcContext
{
  GMainContext *context;
  gint epoll;
  gpointer owner;
  gint priority;                /* as prepare() left it, for query and check */
  GArray *polled;               /* of GPollFD: what GLib asked for last */
  GPtrArray *fds;               /* of RtcContextFd, in the order of the distinct descriptors in polled */
};

RtcContext *
rtc_context_new (GMainContext * context, gint epoll, gpointer owner)
{
  RtcContext *self = g_new0 (RtcContext, 1);

  self->context = g_main_context_ref (context);
  self->epoll = epoll;
  self->owner = owner;
  self->polled = g_array_new (FALSE, TRUE, sizeof (GPollFD));
  self->fds = g_ptr_array_new_with_free_func (g_free);
  g_main_context_acquire (context);
  return self;
}

static void
unregister (RtcContext * self, RtcContextFd * fd)
{
  /* It may be closed already, and then has left the set by itself. */
  epoll_ctl (self->epoll, EPOLL_CTL_DEL, fd->fd, NULL);
}

void
rtc_context_leave (RtcContext * self)
{
  for (guint i = 0; i < self->fds->len; i++)
    unregister (self, self->fds->pdata[i]);
  g_ptr_array_set_size (self->fds, 0);
}

void
rtc_context_free (RtcContext * self)
{
  rtc_context_leave (self);
  g_ptr_array_unref (self->fds);
  g_array_unref (self->polled);
  g_main_context_release (self->context);
  g_main_context_unref (self->context);
  g_free (self);
}

gpointer
rtc_context_get_owner (const RtcContext * self)
{
  return self->owner;
}

/* GIOCondition has poll(2)'s values, and so have the epoll events. */
static void
register_fd (RtcContext * self, RtcContextFd * fd)
{
  struct epoll_event event = {.events = fd->events,.data.ptr = fd };

  /* A descriptor that was closed and made again with the same number in one dispatch has left
   * the set unseen, hence no comparison with what was asked for before. */
  if (epoll_ctl (self->epoll, EPOLL_CTL_MOD, fd->fd, &event) < 0 && errno == ENOENT)
    epoll_ctl (self->epoll, EPOLL_CTL_ADD, fd->fd, &event);
}

static RtcContextFd *
find_fd (GPtrArray * fds, gint number)
{
  for (guint i = 0; i < fds->len; i++) {
    RtcContextFd *fd = fds->pdata[i];

    if (fd->fd == number)
      return fd;
  }
  return NULL;
}

static gboolean
is_polled (RtcContext * self, gint number)
{
  for (guint i = 0; i < self->polled->len; i++)
    if (g_array_index (self->polled, GPollFD, i).fd == number)
      return TRUE;
  return FALSE;
}

static void
update_epoll (RtcContext * self)
{
  for (guint i = self->fds->len; i-- > 0;) {
    RtcContextFd *fd = self->fds->pdata[i];

    fd->events = fd->revents = 0;
    if (!is_polled (self, fd->fd)) {
      unregister (self, fd);
      g_ptr_array_remove_index_fast (self->fds, i);
    }
  }
  for (guint i = 0; i < self->polled->len; i++) {
    const GPollFD *polled = &g_array_index (self->polled, GPollFD, i);
    RtcContextFd *fd = find_fd (self->fds, polled->fd);

    if (!fd) {
      fd = g_new0 (RtcContextFd, 1);
      fd->context = self;
      fd->fd = polled->fd;
      g_ptr_array_add (self->fds, fd);
    }
    fd->events |= polled->events;
  }
  for (guint i = 0; i < self->fds->len; i++)
    register_fd (self, self->fds->pdata[i]);
}

static gint
query (RtcContext * self)
{
  gint timeout, n;

  for (;;) {
    n = g_main_context_query (self->context, self->priority, &timeout,
        (GPollFD *) self->polled->data, self->polled->len);
    if (n == (gint) self->polled->len)
      return timeout;
    if (n < (gint) self->polled->len) {
      g_array_set_size (self->polled, n);
      return timeout;
    }
    g_array_set_size (self->polled, n);
  }
}

RtcTime
rtc_context_prepare (RtcContext * self, RtcTime now)
{
  gint timeout;

  g_main_context_prepare (self->context, &self->priority);
  timeout = query (self);
  update_epoll (self);
  return timeout < 0 ? RTC_TIME_NEVER : now + timeout * RTC_MSECOND;
}

void
rtc_context_dispatch (RtcContext * self)
{
  for (guint i = 0; i < self->polled->len; i++) {
    GPollFD *polled = &g_array_index (self->polled, GPollFD, i);
    RtcContextFd *fd = find_fd (self->fds, polled->fd);

    polled->revents = fd->revents & (polled->events | G_IO_ERR | G_IO_HUP | G_IO_NVAL);
  }
  if (g_main_context_check (self->context, self->priority, (GPollFD *) self->polled->data, self->polled->len))
    g_main_context_dispatch (self->context);
}
