/* gst-rtc: what an element is told of its sessions
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/rtc/gstrtc.h>

G_BEGIN_DECLS

/**
 * RtcSessionEvents:
 * @begin: a peer wants a session; @offer is %NULL if ours is awaited
 * @description: a peer has sent one in its session
 * @candidate: the same
 * @end: a peer's session is over
 *
 * Each may do anything, also free who calls it.
 */
typedef struct
{
  void (*begin) (const gchar * name, const gchar * offer, gpointer user_data);
  void (*description) (const gchar * name, GstRtcSdpType type, const gchar * sdp, gpointer user_data);
  void (*candidate) (const gchar * name, const gchar * candidate, const gchar * sdp_mid,
      gint sdp_m_line_index, gpointer user_data);
  void (*end) (const gchar * name, const GError * reason, gpointer user_data);
} RtcSessionEvents;

/* As signals of a GstRtcSignaller, the user_data */
extern const RtcSessionEvents rtc_session_events_as_signals;

G_END_DECLS
