/* gst-rtc: the media of one peer on its way in
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/core/peer/rtcpeer.h>
#include <gst/gst.h>

G_BEGIN_DECLS

#define GST_TYPE_RTC_RECEIVER (gst_rtc_receiver_get_type ())
G_DECLARE_FINAL_TYPE (GstRtcReceiver, gst_rtc_receiver, GST, RTC_RECEIVER, GstBin)

/**
 * GstRtcReceiverFuncs:
 * @pad_added: the first packet of a section is here. @pad is a source pad of the receiver, which asks
 *     downstream for what it takes (raw, encoded, RTP) when this returns, and again whenever something else
 *     is linked. Streaming thread.
 * @pad_removed: after EOS has left @pad: gst_rtc_receiver_update() or gst_rtc_receiver_end(), on the thread
 *     that calls them
 * @send_rtcp: rtcp is (transfer full): a plain compound: reports, NACK, PLI. Any thread; must not block.
 */
typedef struct
{
  void (*pad_added) (GstRtcReceiver * receiver, GstPad * pad, RtcMediaKind kind, const gchar * mid,
      const gchar * msid, gpointer user_data);
  void (*pad_removed) (GstRtcReceiver * receiver, GstPad * pad, gpointer user_data);
  void (*send_rtcp) (GstRtcReceiver * receiver, GBytes * rtcp, gpointer user_data);
} GstRtcReceiverFuncs;

/**
 * GstRtcReceiverConfig:
 * @cname: of the peer config
 * @latency: of the jitter buffer in the beginning, in milliseconds
 * @min_latency: with @max_latency: the limits within which it follows the network, in milliseconds
 * @do_retransmission: ask for lost packets (NACK)
 * @funcs: static
 */
typedef struct
{
  const gchar *cname;
  guint latency, min_latency, max_latency;
  gboolean do_retransmission;
  const GstRtcReceiverFuncs *funcs;
  gpointer user_data;
} GstRtcReceiverConfig;

/**
 * gst_rtc_receiver_new:
 * @config: copied, but for its user_data, which lives until gst_rtc_receiver_end() has returned
 *
 * An rtpbin, fed by gst_rtc_receiver_media_sink on the session's loop, and behind each stream a depayloader
 * and a decoder as far as downstream wants them. Add it to a bin and sync its state, then hand it to the
 * session.
 *
 * Threads: one for RTCP, two for the jitter buffer of each SSRC, one of GStreamer's pool while packets are asked for
 * again, and what decoders start. A new SSRC costs
 * the session's loop 0.2 ms, at its second packet, 0.5 ms at most (30 receivers with two SSRCs each, two
 * cores); its decoder is made by the thread of its jitter buffer.
 *
 * Returns: (transfer floating)
 */
GstRtcReceiver *gst_rtc_receiver_new (const gchar * name, const GstRtcReceiverConfig * config);
/* For rtc_session_set_media_sink() with a reference of the receiver */
extern const RtcMediaSink gst_rtc_receiver_media_sink;
/* tracks: (element-type RtcNegotiatedTrack): control thread, after each exchange. Running streams go on;
 * sections that do not receive any more end their pads with EOS. */
void gst_rtc_receiver_update (GstRtcReceiver * receiver, GPtrArray * tracks);
/* Control thread: no packet goes in any more; every pad leaves, with EOS as far as downstream takes it within
 * a moment. After that the receiver may be set to NULL and removed. */
void gst_rtc_receiver_end (GstRtcReceiver * receiver);
/* Adds what the jitter buffers and sessions of rtpbin know to W3C inbound-rtp entries: fields of @entry by
 * mid */
void gst_rtc_receiver_describe (GstRtcReceiver * receiver, const gchar * mid, GstStructure * entry);

G_END_DECLS
