/* gst-rtc: what data channels bring to a session
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "rtcsessionprivate.h"

static void
tell_data_event (RtcSession * session, const RtcDataEvent * event)
{
  const RtcDataSink *sink = session->data_sink;
  gpointer user_data = session->data_sink_data;

  if (!sink)
    return;
  switch (event->kind) {
    case RTC_DATA_INCOMING:
      sink->incoming (user_data, event->channel, event->spec);
      sink->open (user_data, event->channel, event->spec->id, rtc_peer_get_max_message_size (session->peer));
      break;
    case RTC_DATA_OPEN:
      sink->open (user_data, event->channel, event->id, rtc_peer_get_max_message_size (session->peer));
      break;
    case RTC_DATA_MESSAGE:
      sink->message (user_data, event->channel, event->is_text, event->message);
      break;
    case RTC_DATA_SENT:
      sink->sent (user_data, event->channel, event->size);
      break;
    case RTC_DATA_CLOSING:
      sink->closing (user_data, event->channel);
      break;
    case RTC_DATA_CLOSED:
      sink->closed (user_data, event->channel, event->error);
      break;
  }
}

void
rtc_session_drain_data_events (RtcSession * session)
{
  RtcDataEvent event;

  while (rtc_peer_next_data_event (session->peer, &event)) {
    tell_data_event (session, &event);
    rtc_data_event_clear (&event);
  }
}

/* destroy: (nullable): of what the next sink works on */
void
rtc_session_replace_data_sink (RtcSession * session, const RtcDataSink * sink, gpointer user_data, GDestroyNotify destroy)
{
  GDestroyNotify old_destroy = session->data_sink_destroy;
  gpointer old_data = session->data_sink_data;

  session->data_sink = sink;
  session->data_sink_data = user_data;
  session->data_sink_destroy = destroy;
  if (old_destroy)
    old_destroy (old_data);
}
