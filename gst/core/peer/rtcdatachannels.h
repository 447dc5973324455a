/* gst-rtc: the data channels of one peer over an SCTP association (RFC 8831, RFC 8832)
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Channels are known by handles: numbers that are never used twice in a peer's life, while stream ids are. Handles below
 * RTC_DATA_REMOTE are chosen by who creates a channel here, those from there on by this module, for channels that the
 * peer opened.
 */
#pragma once

#include <gst/core/base/rtcdcep.h>
#include "rtcsctp.h"

G_BEGIN_DECLS

#define RTC_DATA_REMOTE 0x80000000u

/* What we accept, and say in a=max-message-size; what we send is limited by the peer's. */
#define RTC_DATA_MAX_MESSAGE_SIZE (16 * 1024 * 1024)

typedef enum
{
  RTC_DATA_INCOMING,            /* spec: the peer has opened a channel; it is open */
  RTC_DATA_OPEN,                /* id: a channel created here is open, by what its stream is: at once, as messages need not wait for the ACK */
  RTC_DATA_MESSAGE,             /* message, is_text: UTF-8 if the peer is honest */
  RTC_DATA_SENT,                /* size: so many bytes of what send() took are not buffered any more: handed to the network, or dropped
                                 * as the channel closes. Until CLOSED they add up to all bytes of all send() */
  RTC_DATA_CLOSING,             /* the peer closes it: nothing more may be sent, what has come is delivered */
  RTC_DATA_CLOSED,              /* error (nullable): why, if it was not by close() on either side; the handle is gone */
} RtcDataEventKind;

typedef struct
{
  RtcDataEventKind kind;
  guint channel;                /* handle */
  RtcDataChannelSpec *spec;
  gint id;
  GBytes *message;              /* may be empty */
  gboolean is_text;
  gsize size;
  GError *error;
} RtcDataEvent;

void rtc_data_event_clear (RtcDataEvent * event);

typedef struct _RtcDataChannels RtcDataChannels;

RtcDataChannels *rtc_data_channels_new (void);
/* Channels that are there are not told: take their events before. Does not free the association. */
void rtc_data_channels_free (RtcDataChannels * self);

/**
 * rtc_data_channels_start:
 * @sctp: (transfer none): the association, not started yet; it outlives this
 * @is_dtls_client: uses even stream ids for its own channels, the other side odd ones (RFC 8832, section 6)
 * @max_message_size: of the peer's description; 0 for no limit
 */
void rtc_data_channels_start (RtcDataChannels * self, RtcSctp * sctp, gboolean is_dtls_client, guint64 max_message_size, RtcTime now);
/* What the peer takes in one message, in bytes; 0 before the start, G_MAXUINT64 without a limit */
guint64 rtc_data_channels_get_max_message_size (const RtcDataChannels * self);
/* The association's state, events and messages have news: after each of its receive(), on_timeout() and wake(). */
void rtc_data_channels_update (RtcDataChannels * self, RtcTime now);
/* The peer ends: what has come is told, every channel is CLOSED with @reason, and nothing more is taken, until another start() */
void rtc_data_channels_end (RtcDataChannels * self, const GError * reason);
/* TRUE stops reading from the association: its window fills, and the peer stops */
void rtc_data_channels_pause (RtcDataChannels * self, gboolean is_paused, RtcTime now);

/* Before or after the start. What is wrong with @spec (its id taken or out of range, too many) comes as CLOSED with an error. */
void rtc_data_channels_create (RtcDataChannels * self, guint channel, const RtcDataChannelSpec * spec, RtcTime now);
/**
 * rtc_data_channels_send:
 * @message: kept until it is with the association; larger than the peer takes: the channel is CLOSED with GST_RTC_ERROR_DATA,
 *     as WHATWG's send() throws: check with rtc_data_channels_get_max_message_size() before
 *
 * Before the channel is open it waits. After close() it is ignored. Messages of channels with a higher priority go first; each channel has its
 * turn, so that a small message does not wait for all of a long queue of another channel.
 */
void rtc_data_channels_send (RtcDataChannels * self, guint channel, gboolean is_text, GBytes * message, RtcTime now);
/* What was sent before arrives first; CLOSED follows when the peer has closed its side too (RFC 8831, section 6.7), or has not for 5 s */
void rtc_data_channels_close (RtcDataChannels * self, guint channel, RtcTime now);

gboolean rtc_data_channels_next_event (RtcDataChannels * self, RtcDataEvent * event);

/* Of one channel, in the W3C's terms (RTCDataChannelStats) */
typedef struct
{
  RtcDataChannelSpec *spec;     /* its id as it is now */
  gboolean is_open;
  guint64 messages_sent, bytes_sent, messages_received, bytes_received;
  gsize buffered;               /* bytes of send() that are not with the network */
} RtcDataChannelStats;

/* (transfer full) (element-type RtcDataChannelStats) */
GPtrArray *rtc_data_channels_get_stats (RtcDataChannels * self);

G_END_DECLS
