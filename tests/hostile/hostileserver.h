/* gst-rtc: the server under attack, as the tests see it
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Everything here is called on the test's own thread.
 */
#pragma once

#include <gst/loop/rtccontrol.h>
#include <gst/rtc/gstrtc.h>

G_BEGIN_DECLS

typedef struct _HostileServer HostileServer;

typedef struct
{
  guint n_files, n_threads;
  guint64 heap;                 /* bytes in use */
} HostileMeasure;

HostileServer *hostile_server_new (void);
/* Fails the test if the server did not end well: leaks, with LeakSanitizer */
void hostile_server_free (HostileServer * self);

guint16 hostile_server_play (HostileServer * self);
void hostile_server_stop (HostileServer * self);
HostileMeasure hostile_server_measure (HostileServer * self);
/* forced: key units that the encoders were asked for, since the beginning */
void hostile_server_get_encoders (HostileServer * self, gint * alive, gint * made, gint * forced);
guint64 hostile_server_sum (HostileServer * self, const gchar * field, const gchar * name);

gint hostile_server_get_pid (HostileServer * self);
/* Waits for its "removed". (nullable) (transfer none): NULL if the time is over */
const GError *hostile_server_wait_removed (HostileServer * self, const gchar * name, RtcTime timeout);
/* No "removed" so far, and an "added" */
gboolean hostile_server_has (HostileServer * self, const gchar * name);
/* Of those that came so far, how many are here */
guint hostile_server_count (HostileServer * self);

/* Whatever the tests wait for: asked on @control every other millisecond */
typedef gboolean (*HostilePredicate) (gpointer data);
gboolean hostile_wait (RtcControl * control, HostilePredicate predicate, gpointer data, RtcTime timeout);

G_END_DECLS
