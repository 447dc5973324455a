/* gst-rtc: the control thread: signaling, the application's signals, changes of the pipeline
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/core/base/rtctime.h>

G_BEGIN_DECLS

/**
 * RtcControl:
 *
 * One thread per element that runs a main context of its own. Here may block
 * what must block neither streaming nor network threads.
 */
typedef struct _RtcControl RtcControl;

RtcControl *rtc_control_new (const gchar * name);
/* Ends the thread after everything posted so far has run. Not from the thread itself. */
void rtc_control_free (RtcControl * control);
GMainContext *rtc_control_get_context (RtcControl * control);
gboolean rtc_control_is_current (RtcControl * control);
/* From any thread, in order. destroy is called even if the control ends before func could run. */
void rtc_control_post (RtcControl * control, GFunc func, gpointer data, gpointer user_data, GDestroyNotify destroy_data);
/* Waits until func has run; runs it at once on the thread itself. */
void rtc_control_call (RtcControl * control, GFunc func, gpointer data, gpointer user_data);

G_END_DECLS
