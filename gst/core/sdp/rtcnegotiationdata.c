/* gst-rtc: the m=application section of data channels (RFC 8841)
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A session has one SCTP association, and so one such section. Once agreed on it keeps its place.
 */
#include "rtcnegotiationprivate.h"

static gboolean
is_offered (const RtcDescription * offer, gint index)
{
  const RtcMediaSection *section;

  if (index < 0)
    return FALSE;
  section = g_ptr_array_index (offer->sections, index);
  return section->is_application && !section->rejected;
}

gint
rtc_data_find_section (const RtcLocalSide * side, const RtcExchange * last, const RtcDescription * offer)
{
  if (!side->data_channels)
    return -1;
  if (last && is_offered (offer, last->data_line))
    return last->data_line;
  for (guint i = 0; i < offer->sections->len; i++) {
    if (is_offered (offer, i))
      return i;
  }
  return -1;
}

void
rtc_data_describe (const RtcLocalSide * side, RtcMediaSection * section)
{
  section->sctp_port = RTC_SCTP_PORT;
  section->max_message_size = side->max_message_size;
}

gboolean
rtc_data_check (GPtrArray * lines, const RtcDescription * remote, GError ** error)
{
  for (guint i = 0; i < lines->len; i++) {
    const RtcLine *line = g_ptr_array_index (lines, i);
    const RtcMediaSection *section = g_ptr_array_index (remote->sections, i);

    if (!line->is_data || section->sctp_port)
      continue;
    g_set_error (error, GST_RTC_ERROR, GST_RTC_ERROR_DESCRIPTION,
        "section \"%s\" of the description has no a=sctp-port: data channels need the port of SCTP (RFC 8841)",
        line->mid);
    return FALSE;
  }
  return TRUE;
}

static gint
find_line (GPtrArray * lines)
{
  for (guint i = 0; i < lines->len; i++) {
    const RtcLine *line = g_ptr_array_index (lines, i);

    if (line->is_data)
      return i;
  }
  return -1;
}

static gboolean
is_described (const RtcDescription * local)
{
  for (guint i = 0; i < local->sections->len; i++) {
    if (is_offered (local, i))
      return TRUE;
  }
  return FALSE;
}

/* Rejected is what the peer does not answer, and what it closes. What we had to reject may still come. */
void
rtc_data_set_exchange (RtcExchange * exchange, const RtcExchange * last)
{
  gboolean was_refused = last && (last->data_refused || last->data_line >= 0);

  exchange->data_line = find_line (exchange->lines);
  exchange->data_refused = exchange->data_line < 0
      && (was_refused || is_described (exchange->local->description));
}
