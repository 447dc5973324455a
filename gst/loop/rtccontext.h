/* gst-rtc: a GMainContext whose file descriptors sit in an epoll set
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/core/base/rtctime.h>

G_BEGIN_DECLS

typedef struct _RtcContext RtcContext;

/* What the epoll set's data points to: one file descriptor of one context */
typedef struct
{
  RtcContext *context;
  gint fd;
  guint events;                 /* GIOCondition asked for */
  guint revents;                /* seen since the last dispatch */
} RtcContextFd;

/* Owned by the calling thread from here to free; owner: what the loop finds it by */
RtcContext *rtc_context_new (GMainContext * context, gint epoll, gpointer owner);
void rtc_context_free (RtcContext * context);
/* Takes its descriptors out of the epoll set, for good. At once where free() has to wait: the numbers of those that are
 * closed already may be another context's a moment later. */
void rtc_context_leave (RtcContext * context);
gpointer rtc_context_get_owner (const RtcContext * context);

/* Brings the epoll set up to date. Returns: when the context wants to run though no descriptor is ready */
RtcTime rtc_context_prepare (RtcContext * context, RtcTime now);
/* Runs what is ready: to be followed by prepare() */
void rtc_context_dispatch (RtcContext * context);

G_END_DECLS
