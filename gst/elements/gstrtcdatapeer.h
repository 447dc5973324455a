/* gst-rtc: the data channels of one peer
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/loop/rtcsession.h>
#include "gstrtcmailbox.h"

G_BEGIN_DECLS

/**
 * GstRtcDataPeer:
 *
 * Has a line for each channel, and knows to which session they belong, as soon as there is one: a peer that comes in may wait for media, and its
 * session begins anew when first offers cross. What is sent on a line that is not open yet waits here.
 */
typedef struct _GstRtcDataPeer GstRtcDataPeer;

/* One channel. Its references are thread-safe. */
typedef struct _GstRtcDataLine GstRtcDataLine;

/**
 * GstRtcDataLineFuncs:
 * @open: it is open; max_message_size: 0 for no limit
 * @message: a message has come
 * @sent: so many bytes were handed to the network
 * @closing: (nullable): the peer closes it
 * @closed: the last: error: (nullable): why, if neither side has closed it
 *
 * What uses a line: an object of the application's or a pad. On the network thread, for @closed on any: must not block.
 */
typedef struct
{
  void (*open) (gpointer user_data, GstRtcDataLine * line, guint64 max_message_size);
  void (*message) (gpointer user_data, GstRtcDataLine * line, gboolean is_text, GBytes * message);
  void (*sent) (gpointer user_data, GstRtcDataLine * line, gsize size);
  void (*closing) (gpointer user_data, GstRtcDataLine * line);
  void (*closed) (gpointer user_data, GstRtcDataLine * line, const GError * error);
} GstRtcDataLineFuncs;

/* incoming: the peer has opened a channel: gst_rtc_data_line_use() it; on the network thread */
GstRtcDataPeer *gst_rtc_data_peer_new (const gchar * id, RtcControl * control,
    void (*incoming) (gpointer user_data, GstRtcDataPeer * peer, GstRtcDataLine * line), gpointer user_data);
GstRtcDataPeer *gst_rtc_data_peer_ref (GstRtcDataPeer * peer);
void gst_rtc_data_peer_unref (GstRtcDataPeer * peer);
const gchar *gst_rtc_data_peer_get_id (GstRtcDataPeer * peer);
/* (transfer none): on the way to the control thread; the peer has to wait while it is full */
GstRtcMailbox *gst_rtc_data_peer_get_mailbox (GstRtcDataPeer * peer);
/* There are channels, or were: a session is worth it without media */
gboolean gst_rtc_data_peer_is_used (GstRtcDataPeer * peer);

/* Control thread only */
/* session: before its first description */
void gst_rtc_data_peer_attach (GstRtcDataPeer * peer, RtcSession * session);
/* Another session follows */
void gst_rtc_data_peer_detach (GstRtcDataPeer * peer);
/* Every line is closed, and what was told before has been heard */
void gst_rtc_data_peer_end (GstRtcDataPeer * peer, const GError * reason);

/**
 * gst_rtc_data_peer_open:
 * @spec: copied
 * @funcs: static
 * @destroy: (nullable): of @user_data, with the line
 *
 * From any thread. closed() comes in any case, unless it fails.
 *
 * Returns: (nullable): the caller's reference; %NULL if the peer has gone
 */
GstRtcDataLine *gst_rtc_data_peer_open (GstRtcDataPeer * peer, const RtcDataChannelSpec * spec,
    const GstRtcDataLineFuncs * funcs, gpointer user_data, GDestroyNotify destroy);

/* Who takes an incoming line: once, before anything else happens to it */
void gst_rtc_data_line_use (GstRtcDataLine * line, const GstRtcDataLineFuncs * funcs, gpointer user_data,
    GDestroyNotify destroy);
GstRtcDataLine *gst_rtc_data_line_ref (GstRtcDataLine * line);
void gst_rtc_data_line_unref (GstRtcDataLine * line);
/* (transfer none): its id is known from open() on */
const RtcDataChannelSpec *gst_rtc_data_line_get_spec (GstRtcDataLine * line);
GstRtcDataPeer *gst_rtc_data_line_get_peer (GstRtcDataLine * line);

/* From any thread */
/* FALSE: it is closed, or was told to */
gboolean gst_rtc_data_line_send (GstRtcDataLine * line, gboolean is_text, GBytes * message);
/* After what was sent; closed() follows */
void gst_rtc_data_line_close (GstRtcDataLine * line);
/* While a line is paused its peer is not read from */
void gst_rtc_data_line_pause (GstRtcDataLine * line, gboolean is_paused);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstRtcDataPeer, gst_rtc_data_peer_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstRtcDataLine, gst_rtc_data_line_unref)

G_END_DECLS
