/* gst-rtc: the server under attack, as the tests see it
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "hostileserver.h"

#include <gio/gio.h>
#include <stdio.h>
#include <string.h>

#define REPLY_TIMEOUT (60 * RTC_SECOND)
#define POLL_INTERVAL (2 * RTC_MSECOND)

struct _HostileServer
{
  GSubprocess *process;
  GOutputStream *input;
  GDataInputStream *output;
  GThread *reader;

  GMutex lock;
  GCond changed;
  gchar *reply;
  gboolean is_over;
  GHashTable *here;             /* set of names */
  GHashTable *reasons;          /* name to GError, of those removed */
};

/* What it says */

static void
on_removed (HostileServer * self, const gchar * line)
{
  g_auto (GStrv) words = g_strsplit (line, " ", 3);

  g_assert_cmpuint (g_strv_length (words), ==, 3);
  g_hash_table_remove (self->here, words[0]);
  g_hash_table_insert (self->reasons, g_strdup (words[0]), g_error_new_literal (GST_RTC_ERROR, atoi (words[1]),
          words[2]));
}

static void
on_line (HostileServer * self, const gchar * line)
{
  g_mutex_lock (&self->lock);
  if (g_str_has_prefix (line, "= ")) {
    g_free (self->reply);
    self->reply = g_strdup (line + strlen ("= "));
  } else if (g_str_has_prefix (line, "added ")) {
    g_hash_table_add (self->here, g_strdup (line + strlen ("added ")));
  } else if (g_str_has_prefix (line, "removed ")) {
    on_removed (self, line + strlen ("removed "));
  } else {
    g_printerr ("# server: %s\n", line);
    /* A viewer's fault never is one of the pipeline. */
    g_assert_false (g_str_has_prefix (line, "error "));
  }
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

static gpointer
read_lines (gpointer data)
{
  HostileServer *self = data;
  gchar *line;

  while ((line = g_data_input_stream_read_line (self->output, NULL, NULL, NULL))) {
    on_line (self, line);
    g_free (line);
  }
  g_mutex_lock (&self->lock);
  self->is_over = TRUE;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
  return NULL;
}

/* (transfer full) */
static gchar *
command (HostileServer * self, const gchar * text)
{
  g_autofree gchar *line = g_strconcat (text, "\n", NULL);
  gint64 deadline = g_get_monotonic_time () + REPLY_TIMEOUT;
  gchar *reply;

  g_assert_true (g_output_stream_write_all (self->input, line, strlen (line), NULL, NULL, NULL));
  g_mutex_lock (&self->lock);
  while (!self->reply && !self->is_over)
    if (!g_cond_wait_until (&self->changed, &self->lock, deadline))
      break;
  reply = g_steal_pointer (&self->reply);
  g_mutex_unlock (&self->lock);
  if (!reply)
    g_error ("the server did not answer to \"%s\"", text);
  return reply;
}

HostileServer *
hostile_server_new (void)
{
  HostileServer *self = g_new0 (HostileServer, 1);
  g_autofree gchar *program = g_test_build_filename (G_TEST_BUILT, "hostile-server", NULL);
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDIN_PIPE
      | G_SUBPROCESS_FLAGS_STDOUT_PIPE);
  g_autoptr (GError) error = NULL;

  /* What waits in the cache of a thread counts as in use: some 100 kB that come by and by. */
  g_subprocess_launcher_setenv (launcher, "GLIBC_TUNABLES", "glibc.malloc.tcache_count=0", TRUE);
  self->process = g_subprocess_launcher_spawn (launcher, &error, program, NULL);
  g_assert_no_error (error);
  self->input = g_subprocess_get_stdin_pipe (self->process);
  self->output = g_data_input_stream_new (g_subprocess_get_stdout_pipe (self->process));
  self->here = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->reasons = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_error_free);
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  self->reader = g_thread_new ("server", read_lines, self);
  return self;
}

void
hostile_server_free (HostileServer * self)
{
  g_output_stream_close (self->input, NULL, NULL);
  g_subprocess_wait (self->process, NULL, NULL);
  g_assert_true (g_subprocess_get_if_exited (self->process));
  g_assert_cmpint (g_subprocess_get_exit_status (self->process), ==, 0);
  g_thread_join (self->reader);
  g_object_unref (self->output);
  g_object_unref (self->process);
  g_hash_table_unref (self->here);
  g_hash_table_unref (self->reasons);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->changed);
  g_free (self->reply);
  g_free (self);
}

guint16
hostile_server_play (HostileServer * self)
{
  g_autofree gchar *reply = command (self, "play");

  g_assert_cmpint (atoi (reply), >, 0);
  return atoi (reply);
}

void
hostile_server_stop (HostileServer * self)
{
  g_free (command (self, "stop"));
}

HostileMeasure
hostile_server_measure (HostileServer * self)
{
  g_autofree gchar *reply = command (self, "measure");
  HostileMeasure measure;

  g_assert_cmpint (sscanf (reply, "%u %u %" G_GUINT64_FORMAT, &measure.n_files, &measure.n_threads, &measure.heap),
      ==, 3);
  return measure;
}

void
hostile_server_get_encoders (HostileServer * self, gint * alive, gint * made, gint * forced)
{
  g_autofree gchar *reply = command (self, "encoders");

  g_assert_cmpint (sscanf (reply, "%d %d %d", alive, made, forced), ==, 3);
}

guint64
hostile_server_sum (HostileServer * self, const gchar * field, const gchar * name)
{
  g_autofree gchar *text = g_strdup_printf ("sum %s %s", field, name);
  g_autofree gchar *reply = command (self, text);

  return g_ascii_strtoull (reply, NULL, 10);
}

gint
hostile_server_get_pid (HostileServer * self)
{
  return atoi (g_subprocess_get_identifier (self->process));
}

const GError *
hostile_server_wait_removed (HostileServer * self, const gchar * name, RtcTime timeout)
{
  gint64 deadline = g_get_monotonic_time () + timeout;
  const GError *reason;

  g_mutex_lock (&self->lock);
  while (!(reason = g_hash_table_lookup (self->reasons, name)) && !self->is_over)
    if (!g_cond_wait_until (&self->changed, &self->lock, deadline))
      break;
  g_mutex_unlock (&self->lock);
  return reason;
}

gboolean
hostile_server_has (HostileServer * self, const gchar * name)
{
  gboolean has;

  g_mutex_lock (&self->lock);
  has = g_hash_table_contains (self->here, name);
  g_mutex_unlock (&self->lock);
  return has;
}

guint
hostile_server_count (HostileServer * self)
{
  guint n;

  g_mutex_lock (&self->lock);
  n = g_hash_table_size (self->here);
  g_mutex_unlock (&self->lock);
  return n;
}

typedef struct
{
  HostilePredicate predicate;
  gpointer data;
  gboolean result;
} Question;

static void
ask (gpointer data, gpointer user_data)
{
  Question *question = data;

  question->result = question->predicate (question->data);
}

gboolean
hostile_wait (RtcControl * control, HostilePredicate predicate, gpointer data, RtcTime timeout)
{
  gint64 deadline = g_get_monotonic_time () + timeout;
  Question question = { predicate, data, FALSE };

  for (;;) {
    rtc_control_call (control, ask, &question, NULL);
    if (question.result || g_get_monotonic_time () >= deadline)
      return question.result;
    g_usleep (POLL_INTERVAL);
  }
}
