/* gst-rtc: criticals of GStreamer that tests must live with
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib.h>
#include <string.h>

/* In rtpsession of GStreamer 1.22 the RTCP thread walks its table of sources while the first packets add to it, about once in
 * fifty sessions: that report says less, and GLib complains. Everything else stays fatal. */
static void
known_criticals_log (const gchar * domain, GLogLevelFlags level, const gchar * message, gpointer user_data)
{
  g_test_message ("%s: %s", domain ? domain : "", message);
  if (level & (G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING)
      && !(strstr (message, "g_hash_table_foreach: assertion") && strstr (message, "hash_table->version")))
    g_error ("%s: %s", domain ? domain : "", message);
}

/* After g_test_init(), which makes all of them fatal before any handler is asked */
static inline void
known_criticals_install (void)
{
  g_log_set_always_fatal (G_LOG_FATAL_MASK);
  g_log_set_default_handler (known_criticals_log, NULL);
}
