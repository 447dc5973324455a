/* gst-rtc: the process-wide part of usrsctp: its lock, its clock and who is meant by a packet
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * usrsctp is one global for all associations of a process. Every call into it is made between
 * rtc_usrsctp_lock() and rtc_usrsctp_unlock().
 */
#pragma once

#include <gst/core/base/rtctime.h>
#include <gst/rtc/gstrtc.h>

G_BEGIN_DECLS

/* Its timers run on a grid that all associations share, so that the loops wake up for all of them at once. */
#define RTC_USRSCTP_TICK (10 * RTC_MSECOND)

/**
 * RtcUsrsctpEntry:
 * @address: (nullable): what usrsctp calls its AF_CONN address: a number, never a pointer
 * @output: a packet to send. Called under the lock, and on the thread of another association when that one was the
 *     first to notice that timers are due (@is_foreign). It must not call into usrsctp.
 *
 * The first member of an association.
 */
typedef struct _RtcUsrsctpEntry RtcUsrsctpEntry;
struct _RtcUsrsctpEntry
{
  gpointer address;
  void (*output) (RtcUsrsctpEntry * entry, const guint8 * packet, gsize size, gboolean is_foreign);
};

/* caller: whose output() is not foreign until the lock is given back. The first call starts the library. */
void rtc_usrsctp_lock (RtcUsrsctpEntry * caller);
void rtc_usrsctp_unlock (void);

/* Under the lock: */

void rtc_usrsctp_add (RtcUsrsctpEntry * entry);
void rtc_usrsctp_remove (RtcUsrsctpEntry * entry);
/* Before anything that starts a timer, or that a timer may have a say in */
void rtc_usrsctp_advance (RtcTime now);
/* What is too large for the stack */
guint8 *rtc_usrsctp_get_scratch (gsize * size);

G_END_DECLS
