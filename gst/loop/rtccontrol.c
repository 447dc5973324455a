/* gst-rtc: the control thread
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "rtccontrol.h"

struct _RtcControl
{
  GMainContext *context;
  GMainLoop *loop;
  GThread *thread;
};

typedef struct
{
  GFunc func;
  gpointer data, user_data;
  GDestroyNotify destroy_data;
  GMutex *done_lock;            /* of a call that waits; NULL for a post */
  GCond *done_cond;
  gboolean *done;
} Task;

static gpointer
run_thread (gpointer data)
{
  RtcControl *control = data;

  g_main_context_push_thread_default (control->context);
  g_main_loop_run (control->loop);
  g_main_context_pop_thread_default (control->context);
  return NULL;
}

static gboolean
run_task (gpointer data)
{
  Task *task = data;

  task->func (task->data, task->user_data);
  return G_SOURCE_REMOVE;
}

static void
free_task (gpointer data)
{
  Task *task = data;

  if (task->destroy_data)
    task->destroy_data (task->data);
  if (task->done) {
    g_mutex_lock (task->done_lock);
    *task->done = TRUE;
    g_cond_signal (task->done_cond);
    g_mutex_unlock (task->done_lock);
  }
  g_free (task);
}

static void
attach_task (RtcControl * control, Task * task)
{
  GSource *source = g_idle_source_new ();

  /* above GDK's and the idle default, level with sockets: signaling answers before it reads on */
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, run_task, task, free_task);
  g_source_attach (source, control->context);
  g_source_unref (source);
}

RtcControl *
rtc_control_new (const gchar * name)
{
  RtcControl *control = g_new0 (RtcControl, 1);

  control->context = g_main_context_new ();
  control->loop = g_main_loop_new (control->context, FALSE);
  control->thread = g_thread_new (name, run_thread, control);
  return control;
}

static void
quit_loop (gpointer data, gpointer user_data)
{
  g_main_loop_quit (data);
}

void
rtc_control_free (RtcControl * control)
{
  rtc_control_post (control, quit_loop, control->loop, NULL, NULL);
  g_thread_join (control->thread);
  g_main_loop_unref (control->loop);
  g_main_context_unref (control->context);
  g_free (control);
}

GMainContext *
rtc_control_get_context (RtcControl * control)
{
  return control->context;
}

gboolean
rtc_control_is_current (RtcControl * control)
{
  return g_thread_self () == control->thread;
}

void
rtc_control_post (RtcControl * control, GFunc func, gpointer data, gpointer user_data, GDestroyNotify destroy_data)
{
  Task *task = g_new0 (Task, 1);

  task->func = func;
  task->data = data;
  task->user_data = user_data;
  task->destroy_data = destroy_data;
  attach_task (control, task);
}

void
rtc_control_call (RtcControl * control, GFunc func, gpointer data, gpointer user_data)
{
  GMutex lock;
  GCond cond;
  gboolean done = FALSE;
  Task *task;

  if (rtc_control_is_current (control)) {
    func (data, user_data);
    return;
  }
  g_mutex_init (&lock);
  g_cond_init (&cond);
  task = g_new0 (Task, 1);
  *task = (Task) { func, data, user_data, NULL, &lock, &cond, &done };
  attach_task (control, task);
  g_mutex_lock (&lock);
  while (!done)
    g_cond_wait (&cond, &lock);
  g_mutex_unlock (&lock);
  g_mutex_clear (&lock);
  g_cond_clear (&cond);
}
