/* gst-rtc: the messages of a data channel as a stream
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/base/gstpushsrc.h>
#include "gstrtcdatapeer.h"

G_BEGIN_DECLS

/**
 * GstRtcDataReader:
 *
 * What is behind a source pad of messages: a live source with a buffer for each. While downstream does not take them, the peer is
 * made to wait.
 */
#define GST_TYPE_RTC_DATA_READER (gst_rtc_data_reader_get_type ())
G_DECLARE_FINAL_TYPE (GstRtcDataReader, gst_rtc_data_reader, GST, RTC_DATA_READER, GstPushSrc)

/* (transfer floating): name: of its pad, for messages; label: of the channels that it takes */
GstRtcDataReader *gst_rtc_data_reader_new (const gchar * name, const gchar * label);

/* From any thread */
void gst_rtc_data_reader_set_eos_on_close (GstRtcDataReader * reader, gboolean eos_on_close);
gboolean gst_rtc_data_reader_get_eos_on_close (GstRtcDataReader * reader);

/* On the network thread */
/* FALSE: it has another one, or has ended. is_own: nobody else uses the line */
gboolean gst_rtc_data_reader_take (GstRtcDataReader * reader, GstRtcDataLine * line, gboolean is_own);
/* For who uses a line that was taken: nothing happens if the reader has let go of it */
void gst_rtc_data_reader_push (GstRtcDataReader * reader, GstRtcDataLine * line, GBytes * message);
void gst_rtc_data_reader_close (GstRtcDataReader * reader, GstRtcDataLine * line, const GError * error);

G_END_DECLS
