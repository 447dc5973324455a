/* gst-rtc: the sink pads of an element, and what is sent from them
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "gstrtcbase.h"

G_BEGIN_DECLS

/**
 * GstRtcInputs:
 *
 * Request pads `video_%u` and `audio_%u` with a #GstRtcInput behind each, and the properties and signals that go with
 * them. Its element is a #GstRtcBase.
 */
typedef struct _GstRtcInputs GstRtcInputs;

/* make_filter: (nullable): (transfer floating) (nullable): what the media of a new pad goes through first, with pads `sink`
 * and `src` */
GstRtcInputs *gst_rtc_inputs_new (GstRtcBase * element, GstElement * (*make_filter) (GstRtcBase * element,
        RtcMediaKind kind));
void gst_rtc_inputs_free (GstRtcInputs * inputs);

/* Pad templates, signals, and properties with ids from @first on. Returns: the id behind the last */
guint gst_rtc_inputs_install (GstElementClass * klass, guint first);
/* FALSE: not one of these properties. index: property id less @first */
gboolean gst_rtc_inputs_set_property (GstRtcInputs * inputs, guint index, const GValue * value);
gboolean gst_rtc_inputs_get_property (GstRtcInputs * inputs, guint index, GValue * value);

GstPad *gst_rtc_inputs_request_pad (GstRtcInputs * inputs, GstPadTemplate * pad_template, const gchar * asked);
void gst_rtc_inputs_release_pad (GstRtcInputs * inputs, GstPad * pad);

/* As the element's */
void gst_rtc_inputs_started (GstRtcInputs * inputs);
void gst_rtc_inputs_stopped (GstRtcInputs * inputs);
/* (transfer full) (element-type GstRtcInput): in the order of the pads; from any thread */
GPtrArray *gst_rtc_inputs_list (GstRtcInputs * inputs);

G_END_DECLS
