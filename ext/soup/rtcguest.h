/* gst-rtc: a member of a room on a signaling server elsewhere
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What it says and makes of what it hears. No socket and no clock: time comes as `now`, in microseconds.
 */
#pragma once

#include "rtcbackoff.h"
#include "rtcsessionevents.h"

G_BEGIN_DECLS

/**
 * RtcGuestConfig:
 * @name: who we are
 * @room: (nullable): where to
 * @token: (nullable): what the server wants
 * @instance: the life of our sessions
 * @is_viewer: whether to be one
 * @rejoin: the waits before a session that failed is tried again
 */
typedef struct
{
  const gchar *name, *room, *token, *instance;
  gboolean is_viewer;
  RtcBackoff rejoin;
} RtcGuestConfig;

/**
 * RtcGuestEvents:
 * @send: to the server; only while the connection is open
 * @joined: we are in the room
 * @refused: the server does not want us, for the reason @text; may free the guest
 * @session: of sessions
 */
typedef struct
{
  void (*send) (const gchar * text, gpointer user_data);
  void (*joined) (gpointer user_data);
  void (*refused) (const gchar * text, gpointer user_data);
  RtcSessionEvents session;
} RtcGuestEvents;

typedef struct _RtcGuest RtcGuest;

RtcGuest *rtc_guest_new (const RtcGuestConfig * config, const RtcGuestEvents * events, gpointer user_data);
void rtc_guest_free (RtcGuest * self);

void rtc_guest_opened (RtcGuest * self);
void rtc_guest_closed (RtcGuest * self);
void rtc_guest_received (RtcGuest * self, const gchar * text, gsize size, gint64 now);
void rtc_guest_check (RtcGuest * self, gint64 now);

void rtc_guest_send_description (RtcGuest * self, const gchar * name, GstRtcSdpType type, const gchar * sdp);
void rtc_guest_send_candidate (RtcGuest * self, const gchar * name, const gchar * candidate,
    const gchar * sdp_mid, gint sdp_m_line_index);
void rtc_guest_end_session (RtcGuest * self, const gchar * name, const GError * reason, gint64 now,
    gdouble chance);

G_END_DECLS
