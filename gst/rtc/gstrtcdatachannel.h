/* gst-rtc: a data channel as an application sees it
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/rtc/gstrtcenums.h>
#include <gst/rtc/gstrtcerror.h>

G_BEGIN_DECLS

#define GST_TYPE_RTC_DATA_CHANNEL (gst_rtc_data_channel_get_type ())
G_DECLARE_DERIVABLE_TYPE (GstRtcDataChannel, gst_rtc_data_channel, GST, RTC_DATA_CHANNEL, GObject)

/**
 * GstRtcDataChannelClass:
 * @send_data: puts a message into the queue; any thread, never blocks
 * @send_string: the same for text
 * @close: begins to close; any thread
 *
 * What an element implements.
 */
struct _GstRtcDataChannelClass
{
  GObjectClass parent_class;

  gboolean (*send_data)   (GstRtcDataChannel *self, GBytes *data, GError **error);
  gboolean (*send_string) (GstRtcDataChannel *self, const gchar *text, GError **error);
  void     (*close)       (GstRtcDataChannel *self);

  /*< private >*/
  gpointer _gst_reserved[GST_PADDING];
};

/* For applications: any thread */
gboolean gst_rtc_data_channel_send_data (GstRtcDataChannel *self, GBytes *data, GError **error);
gboolean gst_rtc_data_channel_send_string (GstRtcDataChannel *self, const gchar *text, GError **error);
void gst_rtc_data_channel_close (GstRtcDataChannel *self);

/* For elements: each changes the properties and emits the signal, on the calling thread */
void gst_rtc_data_channel_opened (GstRtcDataChannel *self, gint id, guint64 max_message_size);
void gst_rtc_data_channel_message_data (GstRtcDataChannel *self, GBytes *data);
void gst_rtc_data_channel_message_string (GstRtcDataChannel *self, const gchar *text);
void gst_rtc_data_channel_buffered (GstRtcDataChannel *self, gint64 change);
void gst_rtc_data_channel_closing (GstRtcDataChannel *self);
void gst_rtc_data_channel_closed (GstRtcDataChannel *self, const GError *error);

G_END_DECLS
