/* gst-rtc: two SCTP associations that are joined in memory
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What one end sends waits until the test delivers it; nothing is lost. Asserts what a peer may not do to an association: parts of two
 * messages mixed, a message on a stream that is being reset.
 */
#pragma once

#include "gst/core/peer/rtcsctp.h"

typedef struct _FakeSctp FakeSctp;

/* A message that was handed over, or with ppid 0 the reset of its stream */
typedef struct
{
  RtcSctpSend how;
  gsize size;
} FakeSent;

/**
 * FakeSctp:
 * @send_buffer: bytes
 * @window: bytes that wait to be read at most
 * @max_buffered: the most that there was of @buffered
 * @sent: (element-type FakeSent): in order
 * @resets: how many streams have been reset
 * @cannot_reset: reset_stream() is refused
 * @broken_stream: send() is refused on it, -1 for none
 */
struct _FakeSctp
{
  RtcSctp sctp;
  FakeSctp *peer;
  RtcSctpState state;
  GError *error;
  gsize send_buffer, window;
  guint n_streams, congestion_window;
  RtcTime round_trip_time;
  gsize buffered, max_buffered, unread;
  GArray *sent;
  guint resets;
  gboolean cannot_reset;
  gint broken_stream;

  /*< private >*/
  GQueue wire, inbox, events;
  GHashTable *resetting;
  gsize message_size;
  RtcSctpSend how;
  gboolean is_mid_message, wants_room;
};

/* 65535 streams, buffers and windows of 1 MB, a congestion window of 64 kB and 20 ms; not connected */
void fake_sctp_pair_new (FakeSctp * ends[2]);
void fake_sctp_pair_free (FakeSctp * ends[2]);
void fake_sctp_pair_connect (FakeSctp * ends[2]);
/* error: (nullable) (transfer full): FAILED, else CLOSED */
void fake_sctp_end (FakeSctp * self, GError * error);

/* At most @max bytes of what @self sent reach the other end. Returns whether anything did, a reset included. */
gboolean fake_sctp_deliver (FakeSctp * self, gsize max);
/* What a peer could send: a part of a message. A last one of no bytes is that the rest was given up. */
void fake_sctp_inject (FakeSctp * self, guint16 stream, guint32 ppid, gconstpointer data, gsize size, gboolean is_last);
void fake_sctp_inject_event (FakeSctp * self, RtcSctpEventKind kind, guint16 stream);
