/* gst-rtc: how data channels open, from this side and from the peer's (RFC 8832)
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "rtcdatachannelsprivate.h"

/* How many channels the peer may open, and how long all of their labels and protocols may be */
#define MAX_REMOTE 1024
#define MAX_REMOTE_TEXT (1024 * 1024)

/* The lowest, as some peers have room for few. */
static gboolean
choose_stream (RtcDataChannels * self, RtcDataChannel * channel, GError ** error)
{
  for (; self->free_id < self->n_streams; self->free_id += 2) {
    if (!rtc_data_channels_find_stream (self, self->free_id) && !rtc_data_channels_is_resetting (self, self->free_id)) {
      rtc_data_channels_take_stream (self, channel, self->free_id);
      self->free_id += 2;
      return TRUE;
    }
  }
  g_propagate_error (error, rtc_data_error_new ("No data channel is left: the peer's SCTP takes %u streams, and those that are "
          "ours to open are in use: close one before", self->n_streams));
  return FALSE;
}

static gboolean
check_stream (RtcDataChannels * self, RtcDataChannel * channel, GError ** error)
{
  if (!channel->spec->negotiated)
    return choose_stream (self, channel, error);
  if ((guint) channel->spec->id < self->n_streams)
    return TRUE;
  g_propagate_error (error, rtc_data_error_new ("The id %d is out of range: the peer's SCTP takes %u streams, from 0 on",
          channel->spec->id, self->n_streams));
  return FALSE;
}

/* RFC 8832, section 6: messages follow at once, without waiting for the ACK. */
void
rtc_data_channels_open (RtcDataChannels * self, RtcDataChannel * channel, RtcTime now)
{
  GError *error = NULL;

  if (!check_stream (self, channel, &error)) {
    rtc_data_channels_fail (self, channel, error, now);
    return;
  }
  channel->state = channel->closes ? RTC_CHANNEL_CLOSING : RTC_CHANNEL_OPEN;
  channel->opened = now;
  channel->is_confirmed = channel->spec->negotiated;
  if (!channel->spec->negotiated)
    rtc_data_channel_queue (channel, RTC_PPID_DCEP, rtc_dcep_write_open (channel->spec), TRUE, now);
  if (!channel->closes)
    rtc_data_channels_raise (self, RTC_DATA_OPEN, channel->handle)->id = channel->spec->id;
  rtc_data_channels_take_turn (self, channel);
}

/* The peer's channels */

static GError *
check_open (RtcDataChannels * self, guint16 stream, const RtcDataChannelSpec * spec)
{
  if (stream >= self->n_streams)
    return rtc_data_error_new ("The peer opens a data channel on stream %u, on which there is no way back", stream);
  if (self->n_remote >= MAX_REMOTE || self->next_remote == 0)
    return rtc_data_error_new ("The peer opens more than %u data channels", MAX_REMOTE);
  if (self->remote_text + rtc_data_channels_get_text_size (spec) > MAX_REMOTE_TEXT)
    return rtc_data_error_new ("The labels of the peer's data channels have more than %u bytes", MAX_REMOTE_TEXT);
  return NULL;
}

/* error: (transfer full): closes the channel on the stream; without one there is nobody to tell. */
static void
refuse (RtcDataChannels * self, guint16 stream, GError * error, RtcTime now)
{
  RtcDataChannel *channel = rtc_data_channels_find_stream (self, stream);

  if (channel) {
    rtc_data_channels_fail (self, channel, error, now);
    return;
  }
  g_error_free (error);
  if (!rtc_data_channels_is_resetting (self, stream))
    rtc_data_channels_reset_stream (self, stream, now);
}

/* RFC 8832, section 6 shares the streams by the role in DTLS, but some go by that in ICE: they are let have their half. */
static void
leave_half (RtcDataChannels * self, guint16 stream)
{
  if (stream % 2 == self->first_id)
    self->first_id = self->free_id = 1 - self->first_id;
}

/* spec: (transfer full) */
static void
accept (RtcDataChannels * self, guint16 stream, RtcDataChannelSpec * spec, RtcTime now)
{
  RtcDataChannel *channel = rtc_data_channels_add (self, self->next_remote++, spec);

  rtc_data_channels_take_stream (self, channel, stream);
  leave_half (self, stream);
  channel->state = RTC_CHANNEL_OPEN;
  channel->opened = now;
  channel->is_confirmed = TRUE;
  rtc_data_channels_raise (self, RTC_DATA_INCOMING, channel->handle)->spec = rtc_data_channel_spec_copy (spec);
  rtc_data_channel_queue (channel, RTC_PPID_DCEP, rtc_dcep_write_ack (), FALSE, now);
  rtc_data_channels_take_turn (self, channel);
}

/* spec: (transfer full) */
static void
on_open (RtcDataChannels * self, guint16 stream, RtcDataChannelSpec * spec, RtcTime now)
{
  RtcDataChannel *last = rtc_data_channels_find_stream (self, stream);
  GError *error;

  if (last && last->reset_asked && (last->peer_reset || rtc_data_channels_take_peer_reset (self, stream))) {
    rtc_data_channels_remove (self, last, NULL);
    last = NULL;
  }
  error = last ? rtc_data_error_new ("The peer opened another data channel on stream %u while this one had it", stream)
      : check_open (self, stream, spec);
  if (error) {
    rtc_data_channel_spec_free (spec);
    refuse (self, stream, error, now);
  } else {
    accept (self, stream, spec, now);
  }
}

void
rtc_data_channels_on_dcep (RtcDataChannels * self, guint16 stream, const guint8 * data, gsize size, RtcTime now)
{
  RtcDataChannel *channel = rtc_data_channels_find_stream (self, stream);
  RtcDataChannelSpec *spec = NULL;
  GError *error = NULL;
  RtcDcepKind kind;

  if (!rtc_dcep_read (data, size, &kind, &spec, &error))
    refuse (self, stream, error, now);
  else if (kind == RTC_DCEP_OPEN)
    on_open (self, stream, spec, now);
  else if (channel)
    channel->is_confirmed = TRUE;
}
