/* gst-rtc: a stream as the messages of data channels
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/base/gstbasesink.h>
#include "gstrtcdatareader.h"

G_BEGIN_DECLS

/**
 * GstRtcDataWriter:
 *
 * What is behind a sink pad of messages: a channel to each peer, and a message on each of them for every buffer. Blocks until there is a
 * peer, and while too much waits for any of them; a peer that takes nothing for long loses its channel. EOS closes the channels and
 * waits until everything has arrived.
 */
#define GST_TYPE_RTC_DATA_WRITER (gst_rtc_data_writer_get_type ())
G_DECLARE_FINAL_TYPE (GstRtcDataWriter, gst_rtc_data_writer, GST, RTC_DATA_WRITER, GstBaseSink)

/**
 * gst_rtc_data_writer_new:
 * @name: of its pad, for messages
 * @label: of its channels, unless caps say otherwise
 * @find_reader: (transfer full) (nullable): who takes what comes back on a channel; on the network thread
 *
 * Returns: (transfer floating):
 */
GstRtcDataWriter *gst_rtc_data_writer_new (const gchar * name, const gchar * label,
    GstRtcDataReader * (*find_reader) (gpointer user_data, GstRtcDataLine * line), gpointer user_data);

/* From any thread */
void gst_rtc_data_writer_add_peer (GstRtcDataWriter * writer, GstRtcDataPeer * peer);
void gst_rtc_data_writer_remove_peer (GstRtcDataWriter * writer, GstRtcDataPeer * peer);

G_END_DECLS
