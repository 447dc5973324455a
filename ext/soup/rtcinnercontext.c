/* gst-rtc: a main context inside of another one
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "rtcinnercontext.h"

#include <string.h>

#define MAX_DESCRIPTORS 64      /* a connection has a handful */

typedef struct
{
  GSource parent;
  GMainContext *inner;
  GPollFD fds[MAX_DESCRIPTORS];
  gpointer tags[MAX_DESCRIPTORS];
  gint n_fds;
  gint priority;
} InnerSource;

struct _RtcInnerContext
{
  GMainContext *inner, *outer;
  GSource *source;
};

static gboolean
are_same (const InnerSource * self, const GPollFD * fds, gint n_fds)
{
  if (n_fds != self->n_fds)
    return FALSE;
  for (gint i = 0; i < n_fds; i++) {
    if (fds[i].fd != self->fds[i].fd || fds[i].events != self->fds[i].events)
      return FALSE;
  }
  return TRUE;
}

/* Only when they change, as adding one wakes the outer context up */
static void
watch (InnerSource * self, const GPollFD * fds, gint n_fds)
{
  if (are_same (self, fds, n_fds))
    return;
  for (gint i = 0; i < self->n_fds; i++)
    g_source_remove_unix_fd (&self->parent, self->tags[i]);
  memcpy (self->fds, fds, n_fds * sizeof *fds);
  self->n_fds = n_fds;
  for (gint i = 0; i < n_fds; i++)
    self->tags[i] = g_source_add_unix_fd (&self->parent, fds[i].fd, fds[i].events);
}

static gboolean
inner_source_prepare (GSource * source, gint * timeout)
{
  InnerSource *self = (InnerSource *) source;
  GPollFD fds[MAX_DESCRIPTORS];
  gint n_fds;
  gboolean is_ready = g_main_context_prepare (self->inner, &self->priority);

  n_fds = g_main_context_query (self->inner, self->priority, timeout, fds, MAX_DESCRIPTORS);
  watch (self, fds, MIN (n_fds, MAX_DESCRIPTORS));
  return is_ready;
}

static gboolean
inner_source_check (GSource * source)
{
  InnerSource *self = (InnerSource *) source;

  for (gint i = 0; i < self->n_fds; i++)
    self->fds[i].revents = g_source_query_unix_fd (source, self->tags[i]);
  return g_main_context_check (self->inner, self->priority, self->fds, self->n_fds);
}

static gboolean
inner_source_dispatch (GSource * source, GSourceFunc callback, gpointer user_data)
{
  g_autoptr (GMainContext) inner = g_main_context_ref (((InnerSource *) source)->inner);

  g_main_context_push_thread_default (inner);
  g_main_context_iteration (inner, FALSE);
  g_main_context_pop_thread_default (inner);
  return G_SOURCE_CONTINUE;
}

static GSourceFuncs inner_source_funcs = {
  .prepare = inner_source_prepare,
  .check = inner_source_check,
  .dispatch = inner_source_dispatch,
};

/* Returns: (transfer full): one inside of the thread-default main context, for this thread only */
RtcInnerContext *
rtc_inner_context_new (void)
{
  RtcInnerContext *self = g_new0 (RtcInnerContext, 1);

  self->inner = g_main_context_new ();
  /* What other threads attach wakes the owner up */
  g_main_context_acquire (self->inner);
  self->outer = g_main_context_ref_thread_default ();
  self->source = g_source_new (&inner_source_funcs, sizeof (InnerSource));
  ((InnerSource *) self->source)->inner = self->inner;
  g_source_set_static_name (self->source, "inner context");
  g_source_attach (self->source, self->outer);
  return self;
}

void
rtc_inner_context_free (RtcInnerContext * self)
{
  g_source_destroy (self->source);
  g_source_unref (self->source);
  g_main_context_release (self->inner);
  g_main_context_unref (self->inner);
  g_main_context_unref (self->outer);
  g_free (self);
}

/* What is begun between this and rtc_inner_context_leave() is under way in the inner context. In between, the
 * inner context may be freed. Returns: (transfer full): for rtc_inner_context_leave() */
GMainContext *
rtc_inner_context_enter (RtcInnerContext * self)
{
  g_main_context_push_thread_default (self->inner);
  return g_main_context_ref (self->inner);
}

void
rtc_inner_context_leave (GMainContext * entered)
{
  g_main_context_pop_thread_default (entered);
  g_main_context_unref (entered);
}

GMainContext *
rtc_inner_context_get_outer (RtcInnerContext * self)
{
  return self->outer;
}

/* To be called between enter and leave */
void
rtc_inner_context_run (RtcInnerContext * self, gboolean may_block)
{
  g_main_context_iteration (self->inner, may_block);
}
