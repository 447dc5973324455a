/* gst-rtc: what the files of the data channels share
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 *   rtcdatachannels.c        the association and the application
 *   rtcdatachannelopen.c     opening, from either side
 *   rtcdatachanneltable.c    handles and streams, and closing
 *   rtcdatachannelsend.c     whose message is next, and how much the association is given
 *   rtcdatachannelreceive.c  parts become messages
 */
#pragma once

#include "rtcdatachannels.h"

G_BEGIN_DECLS

/* Ids are 0 to 65534 (RFC 8832, section 5.1). */
#define RTC_DATA_MAX_STREAMS 65535

typedef enum
{
  RTC_CHANNEL_WAITING,          /* for the association */
  RTC_CHANNEL_OPEN,
  RTC_CHANNEL_CLOSING,          /* its messages, then our reset, then the peer's, in any order */
} RtcChannelState;

/**
 * RtcDataChannel:
 * @is_told: CLOSED was told, so that it has no handle any more: only its stream is waited for
 * @is_confirmed: the peer knows of it: messages may overtake its OPEN (RFC 8832, section 6)
 * @closes: close() came while it was waiting
 * @reset_asked: our stream's reset, which was carried out with @reset_done
 * @peer_reset: nothing more comes
 * @unanswered: in the list of those whose reset is done while the peer's is not there
 * @give_up_at: when it is not waited for any longer
 * @opened: when; messages from before begin to age then
 * @messages: (element-type RtcDataMessage): the head may have begun
 * @begun: bytes of the head that the association has
 * @buffered: bytes of all of them that SENT has not told
 * @start: its turn, in the sender's virtual time, which ends with @finish
 * @turn: (nullable): in the sender's order
 *
 * Lives as long as it has a handle or a stream.
 */
typedef struct
{
  guint handle;
  RtcDataChannelSpec *spec;
  RtcChannelState state;
  gboolean is_told, is_confirmed, closes;
  gboolean reset_asked, reset_done, peer_reset;
  GList unanswered;
  RtcTime opened, give_up_at;
  GQueue messages;
  gsize begun, buffered;
  guint64 start, finish;
  GSequenceIter *turn;
  guint64 messages_sent, bytes_sent, messages_received, bytes_received;
} RtcDataChannel;

/**
 * RtcDataSender:
 * @turns: (element-type RtcDataChannel): those that have messages, by when their turn ends
 * @virtual_now: the start of a turn that was taken, the latest of them
 * @latest: where the last of all turns ends
 * @current: (nullable): whose message has begun: nobody else's may come in between
 * @how: @current's message is sent
 * @is_blocked: the association's buffer is full
 */
typedef struct
{
  GSequence *turns;
  guint64 virtual_now, latest;
  RtcDataChannel *current;
  RtcSctpSend how;
  gboolean is_blocked;
} RtcDataSender;

/**
 * RtcDataInbox:
 * @data: (nullable): @size bytes of the message that comes; parts are read behind them
 * @limit: of @size
 * @is_begun: it is of @stream and @ppid
 * @is_skipped: nobody wants it
 */
typedef struct
{
  guint8 *data;
  gsize size, capacity, limit;
  guint16 stream;
  guint32 ppid;
  gboolean is_begun, is_skipped;
} RtcDataInbox;

/**
 * RtcDataChannels:
 * @sctp: (nullable): NULL before start() and after the end
 * @ended: (nullable): why
 * @by_handle: (element-type guint RtcDataChannel)
 * @by_stream: (element-type guint RtcDataChannel)
 * @resetting: (element-type guint): streams that our reset is under way for
 * @resets: (element-type guint guint): streams that the peer has reset, and how often, while something of them may be unread
 * @waiting: (element-type guint): handles, in the order of creation; some may be gone
 * @unanswered: (element-type RtcDataChannel): in the order of @give_up_at
 * @first_id: ours to open are this one and every second from there on
 * @free_id: none of those below it is free
 * @next_remote: handle of the next channel that the peer opens
 * @n_remote: how many of those there are, and @remote_text bytes of labels and protocols
 */
struct _RtcDataChannels
{
  RtcSctp *sctp;
  gboolean is_connected, is_paused;
  guint64 max_message_size;
  GError *ended;
  GHashTable *by_handle, *by_stream;
  GHashTable *resetting, *resets;
  GQueue waiting, unanswered, events;
  guint n_streams, first_id, free_id;
  guint next_remote, n_remote;
  gsize remote_text;
  RtcDataSender sender;
  RtcDataInbox inbox;
};

/* rtcdatachannels.c */
GError *rtc_data_error_new (const gchar * format, ...) G_GNUC_PRINTF (1, 2);
RtcDataEvent *rtc_data_channels_raise (RtcDataChannels * self, RtcDataEventKind kind, guint handle);
void rtc_data_channels_raise_sent (RtcDataChannels * self, guint handle, gsize size);
void rtc_data_channels_take_events (RtcDataChannels * self, RtcTime now);

/* rtcdatachanneltable.c */
/* (nullable) */
RtcDataChannel *rtc_data_channels_find (RtcDataChannels * self, guint handle);
RtcDataChannel *rtc_data_channels_find_stream (RtcDataChannels * self, guint stream);
/* spec: (transfer full) */
RtcDataChannel *rtc_data_channels_add (RtcDataChannels * self, guint handle, RtcDataChannelSpec * spec);
void rtc_data_channels_take_stream (RtcDataChannels * self, RtcDataChannel * channel, guint stream);
gsize rtc_data_channels_get_text_size (const RtcDataChannelSpec * spec);
/* error: (nullable) (transfer full): told with CLOSED, if that has not been told. The channel is gone. */
void rtc_data_channels_remove (RtcDataChannels * self, RtcDataChannel * channel, GError * error);
/* error: (transfer full): as above. The channel may be gone after each of these three. */
void rtc_data_channels_fail (RtcDataChannels * self, RtcDataChannel * channel, GError * error, RtcTime now);
void rtc_data_channels_begin_closing (RtcDataChannels * self, RtcDataChannel * channel, RtcTime now);
/* The next step of closing, if it is */
void rtc_data_channels_proceed (RtcDataChannels * self, RtcDataChannel * channel, RtcTime now);
gboolean rtc_data_channels_is_resetting (RtcDataChannels * self, guint stream);
/* FALSE: the association is not up, or the peer cannot reset streams */
gboolean rtc_data_channels_reset_stream (RtcDataChannels * self, guint stream, RtcTime now);
void rtc_data_channels_on_reset_done (RtcDataChannels * self, guint16 stream, RtcTime now);
void rtc_data_channels_note_peer_reset (RtcDataChannels * self, guint16 stream);
/* Whether there was one */
gboolean rtc_data_channels_take_peer_reset (RtcDataChannels * self, guint16 stream);
/* Tells CLOSED for channels that the peer does not close in return */
void rtc_data_channels_give_up (RtcDataChannels * self, RtcTime now);
/* All that came before them has been read. */
void rtc_data_channels_carry_out_resets (RtcDataChannels * self, RtcTime now);

/* rtcdatachannelopen.c */
/* It has waited for the association. */
void rtc_data_channels_open (RtcDataChannels * self, RtcDataChannel * channel, RtcTime now);
void rtc_data_channels_on_dcep (RtcDataChannels * self, guint16 stream, const guint8 * data, gsize size, RtcTime now);

/* rtcdatachannelsend.c */
void rtc_data_sender_init (RtcDataSender * sender);
void rtc_data_sender_clear (RtcDataSender * sender);
/* bytes: (transfer full); first: before those that wait */
void rtc_data_channel_queue (RtcDataChannel * channel, guint32 ppid, GBytes * bytes, gboolean first, RtcTime now);
/* Forgets what has not begun */
void rtc_data_channels_drop (RtcDataChannels * self, RtcDataChannel * channel);
/* Forgets all of it: the channel or the association is gone */
void rtc_data_channels_drop_all (RtcDataChannels * self, RtcDataChannel * channel);
/* It has messages, and may send them now */
void rtc_data_channels_take_turn (RtcDataChannels * self, RtcDataChannel * channel);
void rtc_data_channels_pump (RtcDataChannels * self, RtcTime now);

/* rtcdatachannelreceive.c */
void rtc_data_channels_read (RtcDataChannels * self, RtcTime now);

G_END_DECLS
