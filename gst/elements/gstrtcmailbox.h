/* gst-rtc: what the loops tell the control thread, in order
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/loop/rtccontrol.h>

G_BEGIN_DECLS

/**
 * GstRtcMailbox:
 *
 * rtc_control_post() for what comes often: many letters wake the control thread once, and whoever writes them hears when too
 * much lies there. Thread-safe.
 */
typedef struct _GstRtcMailbox GstRtcMailbox;

/* full: told when more than @limit lies there, and when it is less than half of that again; on any thread, not after
 * gst_rtc_mailbox_end() */
GstRtcMailbox *gst_rtc_mailbox_new (RtcControl * control, gsize limit, void (*full) (gpointer user_data, gboolean is_full),
    gpointer user_data);
GstRtcMailbox *gst_rtc_mailbox_ref (GstRtcMailbox * mailbox);
void gst_rtc_mailbox_unref (GstRtcMailbox * mailbox);

/* func runs on the control thread. destroy: of @data, also if func does not run: after the end. weight: towards the limit */
void gst_rtc_mailbox_post (GstRtcMailbox * mailbox, GFunc func, gpointer data, gpointer user_data, GDestroyNotify destroy,
    gsize weight);
/* Control thread only: runs what lies there, and takes no more */
void gst_rtc_mailbox_end (GstRtcMailbox * mailbox);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstRtcMailbox, gst_rtc_mailbox_unref)

G_END_DECLS
