/* gst-rtc: what an element is told of its sessions
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "rtcsessionevents.h"

static void
on_begin (const gchar * name, const gchar * offer, gpointer self)
{
  gst_rtc_signaller_session_requested (self, name, offer);
}

static void
on_description (const gchar * name, GstRtcSdpType type, const gchar * sdp, gpointer self)
{
  gst_rtc_signaller_description (self, name, type, sdp);
}

static void
on_candidate (const gchar * name, const gchar * candidate, const gchar * sdp_mid, gint sdp_m_line_index,
    gpointer self)
{
  gst_rtc_signaller_candidate (self, name, candidate, sdp_mid, sdp_m_line_index);
}

static void
on_end (const gchar * name, const GError * reason, gpointer self)
{
  gst_rtc_signaller_session_ended (self, name, reason);
}

const RtcSessionEvents rtc_session_events_as_signals = {
  .begin = on_begin,
  .description = on_description,
  .candidate = on_candidate,
  .end = on_end,
};
