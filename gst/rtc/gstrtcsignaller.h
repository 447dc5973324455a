/* gst-rtc: the interface between an element and its signaling
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/rtc/gstrtcenums.h>
#include <gst/rtc/gstrtcerror.h>

G_BEGIN_DECLS

#define GST_TYPE_RTC_SIGNALLER (gst_rtc_signaller_get_type ())
G_DECLARE_INTERFACE (GstRtcSignaller, gst_rtc_signaller, GST, RTC_SIGNALLER, GstElement)

/**
 * GstRtcSignallerInterface:
 * @start: begins to listen or to connect
 * @stop: ends everything; nothing may be emitted after it has returned
 * @send_description: carries one of our descriptions to the peer
 * @send_candidate: carries one of our candidates to the peer
 * @end_session: tells the peer that its session has ended
 *
 * What a #GstElement must do to carry signaling. A session is one peer; its
 * id is the peer's name, chosen by the signaller and unique while it lives.
 *
 * All methods are called on the control thread of the element that owns the
 * signaller. The main context of that thread is the thread-default one from
 * before @start until after @stop: whatever is attached to it there runs
 * without locks. What a signaller calls to reach the element, from
 * gst_rtc_signaller_session_requested() on, may be called on any thread.
 */
struct _GstRtcSignallerInterface
{
  GTypeInterface parent;

  gboolean (*start)            (GstRtcSignaller *self, const gchar *const *ice_servers, GError **error);
  void     (*stop)             (GstRtcSignaller *self);
  void     (*send_description) (GstRtcSignaller *self, const gchar *session_id, GstRtcSdpType type,
                                const gchar *sdp);
  void     (*send_candidate)   (GstRtcSignaller *self, const gchar *session_id, const gchar *candidate,
                                const gchar *sdp_mid, guint sdp_m_line_index);
  void     (*end_session)      (GstRtcSignaller *self, const gchar *session_id, const GError *reason);

  /*< private >*/
  gpointer _gst_reserved[GST_PADDING];
};

/* From the element to the signaller */
gboolean gst_rtc_signaller_start (GstRtcSignaller *self, const gchar *const *ice_servers, GError **error);
void gst_rtc_signaller_stop (GstRtcSignaller *self);
void gst_rtc_signaller_send_description (GstRtcSignaller *self, const gchar *session_id, GstRtcSdpType type,
    const gchar *sdp);
void gst_rtc_signaller_send_candidate (GstRtcSignaller *self, const gchar *session_id, const gchar *candidate,
    const gchar *sdp_mid, guint sdp_m_line_index);
void gst_rtc_signaller_end_session (GstRtcSignaller *self, const gchar *session_id, const GError *reason);

/* From the signaller to the element */
void gst_rtc_signaller_session_requested (GstRtcSignaller *self, const gchar *session_id, const gchar *offer);
void gst_rtc_signaller_session_ended (GstRtcSignaller *self, const gchar *session_id, const GError *reason);
void gst_rtc_signaller_description (GstRtcSignaller *self, const gchar *session_id, GstRtcSdpType type,
    const gchar *sdp);
void gst_rtc_signaller_candidate (GstRtcSignaller *self, const gchar *session_id, const gchar *candidate,
    const gchar *sdp_mid, gint sdp_m_line_index);
void gst_rtc_signaller_error (GstRtcSignaller *self, const GError *error);

G_END_DECLS
