/* gst-rtc: what a data channel is, as a structure, as caps and as a file
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/gst.h>
#include <gst/core/base/rtcdcep.h>

G_BEGIN_DECLS

#define GST_RTC_DATA_CAPS "application/x-data-channel"

/**
 * gst_rtc_data_spec_new:
 * @options: (nullable): fields as the properties of #GstRtcDataChannel: label, protocol, ordered, max-retransmits,
 *     max-packet-lifetime, priority, negotiated, id
 * @label: where @options has none
 *
 * Returns: (nullable): %NULL with GST_RTC_ERROR_DATA, naming the field at fault
 */
RtcDataChannelSpec *gst_rtc_data_spec_new (const GstStructure * options, const gchar * label, GError ** error);
/* (transfer full) */
GstCaps *gst_rtc_data_spec_get_caps (const RtcDataChannelSpec * spec);
/* DCEP allows any number; those between two of ours count as the higher one */
GstRtcPriority gst_rtc_data_spec_get_priority (const RtcDataChannelSpec * spec);

/* (transfer full): a channel's protocol that says which file goes over it: "file?name=…&size=…" */
gchar *gst_rtc_data_file_protocol (const gchar * name, guint64 size);
/* FALSE: it does not say how large a file it is */
gboolean gst_rtc_data_file_size (const gchar * protocol, guint64 * size);

G_END_DECLS
