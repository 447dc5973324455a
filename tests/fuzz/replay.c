/* gst-rtc: runs a fuzz target once over every file of its corpus, with any compiler
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <glib.h>
#include <string.h>

#include "fuzz.h"

static gboolean
replay_file (const gchar * path)
{
  g_autofree gchar *contents = NULL;
  g_autofree guint8 *exact = NULL;
  g_autoptr (GError) error = NULL;
  gsize size = 0;

  if (!g_file_get_contents (path, &contents, &size, &error)) {
    g_printerr ("%s\n", error->message);
    return FALSE;
  }

  /* g_file_get_contents() adds a NUL byte that would hide a read past the end. */
  exact = g_malloc (MAX (size, 1));
  memcpy (exact, contents, size);
  LLVMFuzzerTestOneInput (exact, size);
  return TRUE;
}

int
main (int argc, char **argv)
{
  g_autoptr (GDir) dir = NULL;
  g_autoptr (GError) error = NULL;
  const gchar *name;
  guint replayed = 0;

  if (argc != 2) {
    g_printerr ("usage: %s CORPUS-DIRECTORY\n", argv[0]);
    return 2;
  }
  if (!(dir = g_dir_open (argv[1], 0, &error))) {
    g_printerr ("%s\n", error->message);
    return 1;
  }

  g_log_set_always_fatal (G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL);
  while ((name = g_dir_read_name (dir))) {
    g_autofree gchar *path = g_build_filename (argv[1], name, NULL);

    if (!replay_file (path))
      return 1;
    replayed++;
  }

  g_print ("%u inputs replayed\n", replayed);
  return replayed > 0 ? 0 : 1;
}
