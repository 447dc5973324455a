/* gst-rtc: the pads of an element that are data channels
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "gstrtcdatawriter.h"

G_BEGIN_DECLS

/**
 * GstRtcDataPads:
 *
 * Request pads with a #GstRtcDataWriter or #GstRtcDataReader behind each. What follows the underscore of a pad's name is the label of its channels.
 */
typedef struct _GstRtcDataPads GstRtcDataPads;

GstRtcDataPads *gst_rtc_data_pads_new (GstElement * element);
void gst_rtc_data_pads_free (GstRtcDataPads * pads);

/* Pad templates, behind all others, so that media never finds them. sink, src: (nullable): such as "data_%s" */
void gst_rtc_data_pads_install (GstElementClass * klass, const gchar * sink, const gchar * src);
gboolean gst_rtc_data_pads_is_template (GstPadTemplate * pad_template);

/* asked: (nullable): without a name there is no label, and no pad */
GstPad *gst_rtc_data_pads_request (GstRtcDataPads * pads, GstPadTemplate * pad_template, const gchar * asked);
void gst_rtc_data_pads_release (GstRtcDataPads * pads, GstPad * pad);

/* From any thread */
gboolean gst_rtc_data_pads_is_empty (GstRtcDataPads * pads);
/* Source pads get an EOS */
void gst_rtc_data_pads_send_eos (GstRtcDataPads * pads);

/* Control thread only */
void gst_rtc_data_pads_add_peer (GstRtcDataPads * pads, GstRtcDataPeer * peer);
void gst_rtc_data_pads_remove_peer (GstRtcDataPads * pads, GstRtcDataPeer * peer);

/* On the network thread. FALSE: no pad wants this channel of the peer's */
gboolean gst_rtc_data_pads_take (GstRtcDataPads * pads, GstRtcDataLine * line);

G_END_DECLS
