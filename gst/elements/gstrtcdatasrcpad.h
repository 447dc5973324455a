/* gst-rtc: a pad that the messages of a data channel come out of
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "gstrtcdatareader.h"

G_BEGIN_DECLS

#define GST_TYPE_RTC_DATA_SRC_PAD (gst_rtc_data_src_pad_get_type ())
G_DECLARE_FINAL_TYPE (GstRtcDataSrcPad, gst_rtc_data_src_pad, GST, RTC_DATA_SRC_PAD, GstGhostPad)

/* (transfer floating): a ghost of the reader's pad */
GstPad *gst_rtc_data_src_pad_new (const gchar * name, GstPadTemplate * pad_template, GstRtcDataReader * reader);

G_END_DECLS
