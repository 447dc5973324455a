/* gst-rtc: the data channels of an element
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/rtc/gstrtc.h>
#include "gstrtcdatapads.h"

G_BEGIN_DECLS

/**
 * GstRtcData:
 *
 * The channels of each peer: those of the pads, and those of the application, by the signals `create-data-channel` and `on-data-channel`.
 */
typedef struct _GstRtcData GstRtcData;

/* element: a GstRtcBase */
GstRtcData *gst_rtc_data_new (GstElement * element);
void gst_rtc_data_free (GstRtcData * data);

/* Signals, and the property `data-channels` as @property */
void gst_rtc_data_install (GObjectClass * klass, guint property);
/* From any thread */
void gst_rtc_data_set_enabled (GstRtcData * data, gboolean is_enabled);
gboolean gst_rtc_data_get_enabled (GstRtcData * data);
GstRtcDataPads *gst_rtc_data_get_pads (GstRtcData * data);
/* Peers may open channels: it is enabled, or there are pads */
gboolean gst_rtc_data_is_offered (GstRtcData * data);

/* Control thread only */
void gst_rtc_data_added (GstRtcData * data, const gchar * peer_id, RtcControl * control);
/* There is a session, before its first description; the last one is not listened to any more */
void gst_rtc_data_started (GstRtcData * data, const gchar * peer_id, RtcSession * session);
void gst_rtc_data_dropped (GstRtcData * data, const gchar * peer_id);
void gst_rtc_data_removed (GstRtcData * data, const gchar * peer_id, const GError * reason);
/* It is worth a session without media */
gboolean gst_rtc_data_wants_session (GstRtcData * data, const gchar * peer_id);

/* (transfer full) (nullable): GST_RTC_ERROR_DATA; from any thread */
GstRtcDataChannel *gst_rtc_data_create_channel (GstRtcData * data, const gchar * peer_id, const RtcDataChannelSpec * spec,
    GError ** error);

G_END_DECLS
