/* gst-rtc: parts of messages become messages
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * As the parts of one message come one after the other, one buffer does for all channels: each part is read behind what is
 * there. A large message leaves with the buffer, a small one as a copy.
 */
#include "rtcdatachannelsprivate.h"

/* From this size on the buffer is given away. */
#define LARGE_MESSAGE (16 * 1024)

/* RFC 8832, section 5.1: the header and two texts */
#define MAX_DCEP_SIZE (12 + 2 * 65535)

/* Bytes behind what is there for one read() */
static void
make_room (RtcDataInbox * inbox)
{
  gsize needed = inbox->size + RTC_SCTP_READ_SIZE;

  if (inbox->capacity >= needed)
    return;
  inbox->capacity = CLAMP (2 * inbox->capacity, needed, RTC_DATA_MAX_MESSAGE_SIZE + RTC_SCTP_READ_SIZE);
  inbox->data = g_realloc (inbox->data, inbox->capacity);
}

static void
empty (RtcDataInbox * inbox)
{
  inbox->size = 0;
  inbox->is_begun = FALSE;
  if (inbox->capacity > RTC_SCTP_READ_SIZE) {
    g_clear_pointer (&inbox->data, g_free);
    inbox->capacity = 0;
  }
}

static GBytes *
take_message (RtcDataInbox * inbox)
{
  guint8 *data;

  if (inbox->size < LARGE_MESSAGE)
    return g_bytes_new (inbox->data, inbox->size);
  data = g_realloc (g_steal_pointer (&inbox->data), inbox->size);
  inbox->capacity = 0;
  return g_bytes_new_take (data, inbox->size);
}

/* What comes after our close() or the peer's reset is not for the application. */
static RtcDataChannel *
find_receiver (RtcDataChannels * self, guint16 stream)
{
  RtcDataChannel *channel = rtc_data_channels_find_stream (self, stream);

  return channel && channel->state == RTC_CHANNEL_OPEN ? channel : NULL;
}

static void
fail_receiver (RtcDataChannels * self, GError * error, RtcTime now)
{
  RtcDataChannel *channel = rtc_data_channels_find_stream (self, self->inbox.stream);

  if (channel)
    rtc_data_channels_fail (self, channel, error, now);
  else
    g_error_free (error);
}

/* RFC 8831, section 6.6: a message with another PPID closes its channel. */
static gboolean
is_known (guint32 ppid)
{
  return ppid == RTC_PPID_STRING || ppid == RTC_PPID_BINARY || ppid == RTC_PPID_STRING_EMPTY
      || ppid == RTC_PPID_BINARY_EMPTY;
}

static void
begin (RtcDataChannels * self, const RtcSctpPart * part, RtcTime now)
{
  RtcDataInbox *inbox = &self->inbox;

  inbox->is_begun = TRUE;
  inbox->stream = part->stream;
  inbox->ppid = part->ppid;
  inbox->limit = part->ppid == RTC_PPID_DCEP ? MAX_DCEP_SIZE : RTC_DATA_MAX_MESSAGE_SIZE;
  inbox->is_skipped = part->ppid != RTC_PPID_DCEP && !find_receiver (self, part->stream);
  if (!inbox->is_skipped && part->ppid != RTC_PPID_DCEP && !is_known (part->ppid)) {
    inbox->is_skipped = TRUE;
    fail_receiver (self, g_error_new (GST_RTC_ERROR, GST_RTC_ERROR_DATA,
            "The peer sent a message that is neither text nor binary: its payload protocol is %u", part->ppid), now);
  }
}

static void
deliver (RtcDataChannels * self, RtcTime now)
{
  RtcDataInbox *inbox = &self->inbox;
  RtcDataChannel *channel;
  RtcDataEvent *event;

  if (inbox->ppid == RTC_PPID_DCEP) {
    rtc_data_channels_on_dcep (self, inbox->stream, inbox->data, inbox->size, now);
    return;
  }
  /* It may have been closed while its message was on the way. */
  channel = find_receiver (self, inbox->stream);
  if (!channel)
    return;
  /* An empty message is sent as a byte that means nothing. */
  if (inbox->ppid == RTC_PPID_STRING_EMPTY || inbox->ppid == RTC_PPID_BINARY_EMPTY)
    inbox->size = 0;
  channel->is_confirmed = TRUE;
  channel->messages_received++;
  channel->bytes_received += inbox->size;
  event = rtc_data_channels_raise (self, RTC_DATA_MESSAGE, channel->handle);
  event->is_text = inbox->ppid == RTC_PPID_STRING || inbox->ppid == RTC_PPID_STRING_EMPTY;
  event->message = take_message (inbox);
}

static void
take_part (RtcDataChannels * self, const RtcSctpPart * part, RtcTime now)
{
  RtcDataInbox *inbox = &self->inbox;

  if (!inbox->is_begun)
    begin (self, part, now);
  if (!inbox->is_skipped && part->size > inbox->limit - inbox->size) {
    inbox->is_skipped = TRUE;
    inbox->size = 0;
    fail_receiver (self, g_error_new (GST_RTC_ERROR, GST_RTC_ERROR_DATA,
            "The peer sent a message of more than %" G_GSIZE_FORMAT " bytes, our max-message-size", inbox->limit), now);
  }
  if (!inbox->is_skipped)
    inbox->size += part->size;
  if (part->is_last) {
    if (!inbox->is_skipped && !part->is_cut)
      deliver (self, now);
    empty (inbox);
  }
}

/* What the association has is at most its window. */
void
rtc_data_channels_read (RtcDataChannels * self, RtcTime now)
{
  RtcSctpPart part;

  for (;;) {
    make_room (&self->inbox);
    if (!self->sctp->klass->read (self->sctp, self->inbox.data + self->inbox.size, &part))
      return;
    /* What happened before the part has an event already: its stream may be used again. */
    rtc_data_channels_take_events (self, now);
    take_part (self, &part, now);
  }
}
