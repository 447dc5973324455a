/* gst-rtc: a main context inside of another one
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * RtcInnerContext:
 *
 * What a library has under way in the inner context runs whenever the outer one does. And only that can be
 * run until it has ended, when everything must be closed at once: the outer context may hold anything.
 */
typedef struct _RtcInnerContext RtcInnerContext;

RtcInnerContext *rtc_inner_context_new (void);
void rtc_inner_context_free (RtcInnerContext * self);

GMainContext *rtc_inner_context_enter (RtcInnerContext * self);
void rtc_inner_context_leave (GMainContext * entered);
GMainContext *rtc_inner_context_get_outer (RtcInnerContext * self);
void rtc_inner_context_run (RtcInnerContext * self, gboolean may_block);

G_END_DECLS
