/* gst-rtc: remote control: what viewers do with mouse, keyboard and fingers goes upstream
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "gstrtcbase.h"

G_BEGIN_DECLS

/**
 * GstRtcNavigation:
 *
 * Opens a channel to each peer, and turns the messages that come back (see rtcnavigation.h) into navigation events on the video sink
 * pads, in pixels of what goes in there.
 */
typedef struct _GstRtcNavigation GstRtcNavigation;

GstRtcNavigation *gst_rtc_navigation_new (GstRtcBase * element);
void gst_rtc_navigation_free (GstRtcNavigation * navigation);

/* The property `enable-data-channel-navigation` as @property */
void gst_rtc_navigation_install (GObjectClass * klass, guint property);
/* From any thread */
void gst_rtc_navigation_set_enabled (GstRtcNavigation * navigation, gboolean is_enabled);
gboolean gst_rtc_navigation_get_enabled (GstRtcNavigation * navigation);

/* Control thread only: a peer came in */
void gst_rtc_navigation_added (GstRtcNavigation * navigation, const gchar * peer_id);

G_END_DECLS
