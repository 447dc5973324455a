/* gst-rtc: the one transport of a session (RFC 8843)
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "rtcnegotiationprivate.h"

static gboolean
is_bundled (const RtcDescription * description, const gchar * mid)
{
  return g_ptr_array_find_with_equal_func (description->bundle, mid, g_str_equal, NULL);
}

static gint
find_line (GPtrArray * lines, RtcLineState state)
{
  for (guint i = 0; i < lines->len; i++) {
    const RtcLine *line = g_ptr_array_index (lines, i);

    if (line->state >= state)
      return i;
  }
  return -1;
}

static gint
find_first_bundled (GPtrArray * lines, const RtcDescription * remote)
{
  for (guint b = 0; b < remote->bundle->len; b++) {
    for (guint i = 0; i < lines->len; i++) {
      const RtcLine *line = g_ptr_array_index (lines, i);

      if (line->state != RTC_LINE_REJECTED && g_str_equal (line->mid, g_ptr_array_index (remote->bundle, b)))
        return i;
    }
  }
  return -1;
}

/* The first section that is in the session and in the group, if something of use is in the group; else the
 * first of use alone */
static gint
find_transport_line (GPtrArray * lines, const RtcDescription * remote)
{
  RtcLineState use = find_line (lines, RTC_LINE_ACTIVE) >= 0 ? RTC_LINE_ACTIVE : RTC_LINE_IDLE;

  for (guint i = 0; i < lines->len; i++) {
    const RtcLine *line = g_ptr_array_index (lines, i);

    if (line->state >= use && is_bundled (remote, line->mid))
      return find_first_bundled (lines, remote);
  }
  return find_line (lines, use);
}

static void
reject (RtcLine * line)
{
  line->state = RTC_LINE_REJECTED;
  line->direction = RTC_DIRECTION_INACTIVE;
  line->is_data = FALSE;
  g_clear_pointer (&line->codecs, g_ptr_array_unref);
}

static gboolean
check_transport (const RtcMediaSection * section, const gchar * mid, GError ** error)
{
  const gchar *missing = NULL;

  if (!section->ice_ufrag || !section->ice_pwd)
    missing = "a=ice-ufrag and a=ice-pwd: it must use ICE (RFC 8839)";
  else if (!section->fingerprint)
    missing = "a=fingerprint with a SHA hash: it must use DTLS-SRTP (RFC 5763)";
  if (!missing)
    return TRUE;
  g_set_error (error, GST_RTC_ERROR, GST_RTC_ERROR_DESCRIPTION,
      "section \"%s\" of the description has no %s", mid, missing);
  return FALSE;
}

static gboolean
check_mux (GPtrArray * lines, const RtcDescription * remote, GError ** error)
{
  for (guint i = 0; i < lines->len; i++) {
    const RtcLine *line = g_ptr_array_index (lines, i);
    const RtcMediaSection *section = g_ptr_array_index (remote->sections, i);

    if (line->direction == RTC_DIRECTION_INACTIVE || section->rtcp_mux)
      continue;
    g_set_error (error, GST_RTC_ERROR, GST_RTC_ERROR_DESCRIPTION,
        "section \"%s\" of the description has no a=rtcp-mux: RTP and RTCP must share one port (RFC 8834)",
        line->mid);
    return FALSE;
  }
  return TRUE;
}

/* Sections outside of it are rejected */
gboolean
rtc_lines_choose_offered_transport (GPtrArray * lines, const RtcDescription * remote, gint * transport,
    GError ** error)
{
  gint chosen = find_transport_line (lines, remote);
  const RtcLine *transport_line;
  gboolean bundled;

  *transport = chosen;
  if (chosen < 0)
    return TRUE;
  transport_line = g_ptr_array_index (lines, chosen);
  bundled = is_bundled (remote, transport_line->mid);
  for (gint i = 0; i < (gint) lines->len; i++) {
    RtcLine *line = g_ptr_array_index (lines, i);

    if (i != chosen && !(bundled && is_bundled (remote, line->mid)))
      reject (line);
  }
  return check_transport (g_ptr_array_index (remote->sections, chosen), transport_line->mid, error)
      && check_mux (lines, remote, error) && rtc_data_check (lines, remote, error);
}

gboolean
rtc_lines_choose_answered_transport (GPtrArray * lines, const RtcDescription * answer, gint * transport,
    GError ** error)
{
  gint first = find_line (lines, RTC_LINE_IDLE);

  if (!rtc_lines_choose_offered_transport (lines, answer, transport, error))
    return FALSE;
  if (first != find_line (lines, RTC_LINE_IDLE)) {
    const RtcLine *line = g_ptr_array_index (lines, first);

    g_set_error (error, GST_RTC_ERROR, GST_RTC_ERROR_DESCRIPTION,
        "the answer takes section \"%s\" out of the BUNDLE group, but all media shares one transport here: "
        "keep it in, or reject it", line->mid);
    return FALSE;
  }
  return TRUE;
}
