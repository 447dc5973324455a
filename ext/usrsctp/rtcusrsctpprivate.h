/* gst-rtc: an association on usrsctp, for the files that it is made of
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/core/peer/rtcsctp.h>
#include <usrsctp.h>

#include "rtcusrsctpflight.h"
#include "rtcusrsctptable.h"

G_BEGIN_DECLS

typedef struct
{
  RtcSctp parent;
  RtcUsrsctpEntry entry;
  RtcSctpConfig config;
  struct socket *socket;        /* (nullable): closed */

  RtcSctpState state;
  GError *error;
  guint n_streams;
  GArray *events;               /* RtcSctpEvent */
  guint next_event;
  RtcTime now;                  /* of the last call */
  RtcTime busy_until;
  RtcTime heard;                /* from the peer, or begun to wait for it */
  guint resets;                 /* reset_stream() that were not answered */
  gboolean may_read;            /* the socket was not seen empty since something happened */
  gboolean is_cut;              /* read() has to say so */
  gboolean in_message;          /* read() has given parts of a message, and not the last */
  RtcSctpPart part;             /* the last that read() gave */
  gboolean is_full;             /* send() took less than all */

  /* Packets as size and bytes, one after the other. The owner takes what was output at once, so that what it
   * was given stays where it is while another thread adds more. */
  GByteArray *taken;
  guint next_packet;

  /* of the lock */
  GByteArray *output;
  gboolean is_trimmed;
  RtcUsrsctpFlight flight;
  gsize buffered;
} RtcUsrsctp;

void rtc_usrsctp_push_event (RtcUsrsctp * self, RtcSctpEventKind kind, guint16 stream);
void rtc_usrsctp_set_state (RtcUsrsctp * self, RtcSctpState state);
/* Under the lock. Tells the peer if it was there. */
void rtc_usrsctp_close_socket (RtcUsrsctp * self);
/* Under the lock */
void rtc_usrsctp_fail (RtcUsrsctp * self, const gchar * message);

/* rtcusrsctpsocket.c. Under the lock: (nullable): bound, and not connected */
struct socket *rtc_usrsctp_socket_new (const RtcSctpConfig * config, gpointer address);

/* rtcusrsctpread.c */
gboolean rtc_usrsctp_read (RtcSctp * sctp, guint8 * data, RtcSctpPart * part);
/* Under the lock: what is in front of data that nobody reads, until there is an event */
void rtc_usrsctp_read_notifications (RtcUsrsctp * self);

G_END_DECLS
