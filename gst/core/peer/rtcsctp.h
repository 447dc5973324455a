/* gst-rtc: what a peer needs of an SCTP library (RFC 9260, RFC 8261)
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One association. Knows no socket, thread or clock: packets (the payload of one DTLS message each) go in with receive()
 * and come out of next_packet(); messages go in with send() and come out of read().
 */
#pragma once

#include <gst/core/base/rtctime.h>
#include <gst/rtc/gstrtc.h>

G_BEGIN_DECLS

typedef enum
{
  RTC_SCTP_NEW,
  RTC_SCTP_CONNECTING,
  RTC_SCTP_CONNECTED,
  RTC_SCTP_CLOSED,              /* the peer shut down or aborted, or close() was called */
  RTC_SCTP_FAILED,              /* no answer, or too many retransmissions */
} RtcSctpState;

/* The largest that read() returns at a time */
#define RTC_SCTP_READ_SIZE 65536

typedef struct _RtcSctp RtcSctp;

/**
 * RtcSctpConfig:
 * @local_port: a=sctp-port of our description
 * @remote_port: of the peer's
 * @mtu: bytes of the largest packet: what DTLS takes as one record within the path's MTU
 * @n_streams: how many the association should have each way (RFC 8831, section 6.2: 65535 at most); the library may have fewer
 * @send_buffer: bytes that wait for transmission or acknowledgement at most; what limits throughput to
 *     send_buffer / round-trip time
 * @receive_buffer: the window offered to the peer
 * @wake: (nullable): called on any thread, also from within calls on other associations, and under a lock of the
 *     library's: there may be something in next_packet(), read() or next_event(). It must only post.
 */
typedef struct
{
  guint16 local_port, remote_port;
  guint mtu;
  guint n_streams;
  gsize send_buffer, receive_buffer;
  void (*wake) (gpointer user_data);
  gpointer user_data;
} RtcSctpConfig;

/**
 * RtcSctpSend:
 * @stream: 0 to 65534
 * @ppid: payload protocol identifier, host order
 * @ordered: within its stream
 * @max_retransmits: -1 for no limit (RFC 3758); at most one of the two
 * @max_lifetime: milliseconds, -1 for no limit
 */
typedef struct
{
  guint16 stream;
  guint32 ppid;
  gboolean ordered;
  gint max_retransmits, max_lifetime;
} RtcSctpSend;

/**
 * RtcSctpPart:
 * @stream: it came on
 * @ppid: of its message, host order
 * @size: bytes of this part
 * @is_last: its message is complete. The parts of one message come one after the other.
 * @is_cut: with @is_last, and a @size of 0: the peer has given up the rest of the message (partial reliability). What came of
 *     it is to be forgotten.
 */
typedef struct
{
  guint16 stream;
  guint32 ppid;
  gsize size;
  gboolean is_last;
  gboolean is_cut;
} RtcSctpPart;

typedef enum
{
  RTC_SCTP_EVENT_STATE,         /* get_state() is another one */
  RTC_SCTP_EVENT_WRITABLE,      /* send() took less than all, and has room now */
  RTC_SCTP_EVENT_RESET,         /* stream: the peer has reset its outgoing stream (RFC 6525): nothing more comes on it */
  RTC_SCTP_EVENT_RESET_DONE,    /* stream: our reset_stream() was carried out, or refused for good */
} RtcSctpEventKind;

typedef struct
{
  RtcSctpEventKind kind;
  guint16 stream;
} RtcSctpEvent;

typedef struct
{
  /* Sends INIT; both sides do (RFC 8841, section 10.3). */
  void (*start) (RtcSctp * sctp, RtcTime now);
  /* One packet. What is wrong with it is in nothing but the state. */
  void (*receive) (RtcSctp * sctp, const guint8 * data, gsize size, RtcTime now);
  /* (nullable): the next packet to send, valid until the next call of this function or of free() */
  const guint8 *(*next_packet) (RtcSctp * sctp, gsize * size);
  gboolean (*next_event) (RtcSctp * sctp, RtcSctpEvent * event);
  RtcSctpState (*get_state) (RtcSctp * sctp);
  /* after FAILED; GST_RTC_ERROR_DATA in words */
  const GError *(*get_error) (RtcSctp * sctp);
  /**
   * Parts of one message, the last with @is_last; other messages must not come in between. Returns how many bytes were taken: fewer
   * than @size if the buffer is full: the rest goes on after RTC_SCTP_EVENT_WRITABLE. -1: not connected, or no such stream.
   * A @size of 0 does not exist in SCTP.
   */
  gssize (*send) (RtcSctp * sctp, const RtcSctpSend * how, const guint8 * data, gsize size, gboolean is_last, RtcTime now);
  /* Bytes that are in the send buffer: not sent, or not acknowledged */
  gsize (*get_buffered) (RtcSctp * sctp);
  /* data: has room for RTC_SCTP_READ_SIZE. FALSE: nothing is there. What is not read stays in the window, and stops the peer when it is full. */
  gboolean (*read) (RtcSctp * sctp, guint8 * data, RtcSctpPart * part);
  /* Resets our outgoing stream once what was sent on it has arrived (RFC 6525); RTC_SCTP_EVENT_RESET_DONE follows, and
   * until then nothing can be sent on it. FALSE: not connected, or the peer cannot reset streams. */
  gboolean (*reset_stream) (RtcSctp * sctp, guint16 stream, RtcTime now);
  /* How many streams we may send on, after CONNECTED */
  guint (*get_n_streams) (RtcSctp * sctp);
  /* smoothed round-trip time in microseconds and congestion window in bytes, for the stats; 0 before there are any */
  void (*get_path) (RtcSctp * sctp, RtcTime * round_trip_time, guint * congestion_window);
  RtcTime (*get_timeout) (RtcSctp * sctp);
  void (*on_timeout) (RtcSctp * sctp, RtcTime now);
  /* ABORT; the packet that says so is in next_packet() */
  void (*close) (RtcSctp * sctp);
  /* wake is not called after this has returned */
  void (*free) (RtcSctp * sctp);
} RtcSctpClass;

struct _RtcSctp
{
  const RtcSctpClass *klass;
};

typedef RtcSctp *(*RtcSctpNew) (const RtcSctpConfig * config, GError ** error);

G_END_DECLS
