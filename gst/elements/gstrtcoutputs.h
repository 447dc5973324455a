/* gst-rtc: the source pads of an element, and what peers send to it
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "gstrtcbase.h"

G_BEGIN_DECLS

/**
 * GstRtcOutputs:
 *
 * A #GstRtcReceiver for each peer that sends, sometimes pads for its tracks, and the properties that go with them. Its
 * element is a #GstRtcBase.
 */
typedef struct _GstRtcOutputs GstRtcOutputs;

GstRtcOutputs *gst_rtc_outputs_new (GstRtcBase * element);
void gst_rtc_outputs_free (GstRtcOutputs * outputs);

/* far_end: (nullable): an element of the same bin with pads `sink` and `src` of raw audio: the first track of sound that is there
 * goes through it */
void gst_rtc_outputs_set_far_end (GstRtcOutputs * outputs, GstElement * far_end);

/* video, audio: names of the pad templates. Properties have ids from @first on. Returns: the id behind the last */
guint gst_rtc_outputs_install (GstElementClass * klass, guint first, const gchar * video, const gchar * audio);
/* FALSE: not one of these properties. index: property id less @first */
gboolean gst_rtc_outputs_set_property (GstRtcOutputs * outputs, guint index, const GValue * value);
gboolean gst_rtc_outputs_get_property (GstRtcOutputs * outputs, guint index, GValue * value);

/* As GstElementClass.send_event, from any thread: EOS ends all that peers send. FALSE: it is not taken, nor its reference */
gboolean gst_rtc_outputs_send_event (GstRtcOutputs * outputs, GstEvent * event);

/* As the functions of GstRtcBaseClass */
void gst_rtc_outputs_configure (GstRtcOutputs * outputs, RtcPeerConfig * peer);
void gst_rtc_outputs_negotiated (GstRtcOutputs * outputs, GstRtcConsumer * consumer, GPtrArray * tracks);
void gst_rtc_outputs_removed (GstRtcOutputs * outputs, const gchar * peer_id);
void gst_rtc_outputs_describe (GstRtcOutputs * outputs, const gchar * peer_id, const gchar * mid, GstStructure * entry);

G_END_DECLS
