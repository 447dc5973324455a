/* gst-rtc: looks at marked pictures and sound as a person would: how old, how fluent, how much in sync
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/gst.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* Looks at raw video (I420 or the like) and S16LE mono of 48 kHz. early: the pad where it leaves the receiver;
 * sink: a fakesink with signal-handoffs that follows the clock, where it is shown. One stream of each kind. */
void bench_watch_video (GstPad * early, GstElement * sink);
void bench_watch_audio (GstPad * early, GstElement * sink);
/* Forgets what was seen until now */
void bench_watch_restart (void);
/* Adds members to the open object */
void bench_watch_describe (JsonBuilder * builder);

G_END_DECLS
