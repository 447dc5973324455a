/* gst-rtc: tests of the signaller interface
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <gst/rtc/gstrtc.h>

#define TEST_TYPE_SIGNALLER (test_signaller_get_type ())
G_DECLARE_FINAL_TYPE (TestSignaller, test_signaller, TEST, SIGNALLER, GstElement)

struct _TestSignaller
{
  GstElement parent;
  GString *calls;
};

static void test_signaller_iface_init (GstRtcSignallerInterface * iface);

G_DEFINE_TYPE_WITH_CODE (TestSignaller, test_signaller, GST_TYPE_ELEMENT,
    G_IMPLEMENT_INTERFACE (GST_TYPE_RTC_SIGNALLER, test_signaller_iface_init));

static gboolean
test_signaller_start (GstRtcSignaller * self, const gchar * const *ice_servers, GError ** error)
{
  g_string_append_printf (TEST_SIGNALLER (self)->calls, "start %s;", ice_servers[0]);
  g_set_error_literal (error, GST_RTC_ERROR, GST_RTC_ERROR_FAILED, "no network");
  return FALSE;
}

static void
test_signaller_stop (GstRtcSignaller * self)
{
  g_string_append (TEST_SIGNALLER (self)->calls, "stop;");
}

static void
test_signaller_send_description (GstRtcSignaller * self, const gchar * session_id, GstRtcSdpType type,
    const gchar * sdp)
{
  g_string_append_printf (TEST_SIGNALLER (self)->calls, "description %s %d %s;", session_id, type, sdp);
}

static void
test_signaller_send_candidate (GstRtcSignaller * self, const gchar * session_id, const gchar * candidate,
    const gchar * sdp_mid, guint sdp_m_line_index)
{
  g_string_append_printf (TEST_SIGNALLER (self)->calls, "candidate %s %s %s %u;", session_id, candidate,
      sdp_mid, sdp_m_line_index);
}

static void
test_signaller_end_session (GstRtcSignaller * self, const gchar * session_id, const GError * reason)
{
  g_string_append_printf (TEST_SIGNALLER (self)->calls, "end %s %s;", session_id, reason->message);
}

static void
test_signaller_iface_init (GstRtcSignallerInterface * iface)
{
  iface->start = test_signaller_start;
  iface->stop = test_signaller_stop;
  iface->send_description = test_signaller_send_description;
  iface->send_candidate = test_signaller_send_candidate;
  iface->end_session = test_signaller_end_session;
}

static void
test_signaller_finalize (GObject * object)
{
  g_string_free (TEST_SIGNALLER (object)->calls, TRUE);
  G_OBJECT_CLASS (test_signaller_parent_class)->finalize (object);
}

static void
test_signaller_class_init (TestSignallerClass * klass)
{
  G_OBJECT_CLASS (klass)->finalize = test_signaller_finalize;
}

static void
test_signaller_init (TestSignaller * self)
{
  self->calls = g_string_new (NULL);
}

static void
test_element_to_signaller (void)
{
  g_autoptr (GstRtcSignaller) signaller = gst_object_ref_sink (g_object_new (TEST_TYPE_SIGNALLER, NULL));
  const gchar *ice_servers[] = { "stun://192.0.2.1:3478", NULL };
  g_autoptr (GError) error = NULL;

  g_assert_false (gst_rtc_signaller_start (signaller, ice_servers, &error));
  g_assert_error (error, GST_RTC_ERROR, GST_RTC_ERROR_FAILED);
  gst_rtc_signaller_send_description (signaller, "a", GST_RTC_SDP_TYPE_ANSWER, "v=0");
  gst_rtc_signaller_send_candidate (signaller, "a", "candidate:1", "m", 3);
  gst_rtc_signaller_end_session (signaller, "a", error);
  gst_rtc_signaller_stop (signaller);
  g_assert_cmpstr (TEST_SIGNALLER (signaller)->calls->str, ==, "start stun://192.0.2.1:3478;"
      "description a 1 v=0;candidate a candidate:1 m 3;end a no network;stop;");
}

static void
on_requested (GstRtcSignaller * signaller, const gchar * session_id, const gchar * offer, GString * seen)
{
  g_string_append_printf (seen, "requested %s %s;", session_id, offer ? offer : "none");
}

static void
on_ended (GstRtcSignaller * signaller, const gchar * session_id, const GError * reason, GString * seen)
{
  g_string_append_printf (seen, "ended %s %s;", session_id, reason->message);
}

static void
on_description (GstRtcSignaller * signaller, const gchar * session_id, GstRtcSdpType type, const gchar * sdp,
    GString * seen)
{
  g_string_append_printf (seen, "description %s %d %s;", session_id, type, sdp);
}

static void
on_candidate (GstRtcSignaller * signaller, const gchar * session_id, const gchar * candidate,
    const gchar * sdp_mid, gint sdp_m_line_index, GString * seen)
{
  g_assert_null (sdp_mid);
  g_string_append_printf (seen, "candidate %s %s %d;", session_id, candidate, sdp_m_line_index);
}

static void
on_error (GstRtcSignaller * signaller, const GError * error, GString * seen)
{
  g_string_append_printf (seen, "error %s;", error->message);
}

static void
test_signaller_to_element (void)
{
  g_autoptr (GstRtcSignaller) signaller = gst_object_ref_sink (g_object_new (TEST_TYPE_SIGNALLER, NULL));
  g_autoptr (GError) error = g_error_new_literal (GST_RTC_ERROR, GST_RTC_ERROR_LEFT, "gone");
  g_autoptr (GString) seen = g_string_new (NULL);

  g_signal_connect (signaller, "session-requested", G_CALLBACK (on_requested), seen);
  g_signal_connect (signaller, "session-ended", G_CALLBACK (on_ended), seen);
  g_signal_connect (signaller, "description", G_CALLBACK (on_description), seen);
  g_signal_connect (signaller, "candidate", G_CALLBACK (on_candidate), seen);
  g_signal_connect (signaller, "error", G_CALLBACK (on_error), seen);
  gst_rtc_signaller_session_requested (signaller, "a", NULL);
  gst_rtc_signaller_session_requested (signaller, "b", "v=0");
  gst_rtc_signaller_description (signaller, "a", GST_RTC_SDP_TYPE_OFFER, "v=0");
  gst_rtc_signaller_candidate (signaller, "a", "", NULL, -1);
  gst_rtc_signaller_session_ended (signaller, "a", error);
  gst_rtc_signaller_error (signaller, error);
  g_assert_cmpstr (seen->str, ==, "requested a none;requested b v=0;description a 0 v=0;candidate a  -1;ended a gone;error gone;");
}

static void
test_enums (void)
{
  g_autoptr (GEnumClass) types = g_type_class_ref (GST_TYPE_RTC_SDP_TYPE);
  g_autoptr (GEnumClass) policies = g_type_class_ref (GST_TYPE_RTC_ICE_TRANSPORT_POLICY);

  g_assert_cmpint (g_enum_get_value_by_nick (types, "answer")->value, ==, GST_RTC_SDP_TYPE_ANSWER);
  g_assert_cmpint (g_enum_get_value_by_nick (policies, "relay")->value, ==,
      GST_RTC_ICE_TRANSPORT_POLICY_RELAY);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/signaller/element-to-signaller", test_element_to_signaller);
  g_test_add_func ("/signaller/signaller-to-element", test_signaller_to_element);
  g_test_add_func ("/signaller/enums", test_enums);
  return g_test_run ();
}
