/* gst-rtc: tests of the data channel that elements implement
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <gst/rtc/gstrtc.h>

#include <string.h>

#define TEST_TYPE_CHANNEL (test_channel_get_type ())
G_DECLARE_FINAL_TYPE (TestChannel, test_channel, TEST, CHANNEL, GstRtcDataChannel)

/* Notes what it is asked to do and what it says, in order */
struct _TestChannel
{
  GstRtcDataChannel parent;
  GString *log;
  gboolean is_broken;
};

G_DEFINE_TYPE (TestChannel, test_channel, GST_TYPE_RTC_DATA_CHANNEL);

static gboolean
send_anything (TestChannel * self, GError ** error)
{
  if (self->is_broken)
    g_set_error_literal (error, GST_RTC_ERROR, GST_RTC_ERROR_FAILED, "broken");
  return !self->is_broken;
}

static gboolean
test_channel_send_data (GstRtcDataChannel * channel, GBytes * data, GError ** error)
{
  TestChannel *self = TEST_CHANNEL (channel);

  g_string_append_printf (self->log, "send %d;", (gint) g_bytes_get_size (data));
  return send_anything (self, error);
}

static gboolean
test_channel_send_string (GstRtcDataChannel * channel, const gchar * text, GError ** error)
{
  TestChannel *self = TEST_CHANNEL (channel);

  g_string_append_printf (self->log, "send %s;", text);
  return send_anything (self, error);
}

static void
test_channel_close (GstRtcDataChannel * channel)
{
  g_string_append (TEST_CHANNEL (channel)->log, "close;");
}

static void
test_channel_finalize (GObject * object)
{
  g_string_free (TEST_CHANNEL (object)->log, TRUE);
  G_OBJECT_CLASS (test_channel_parent_class)->finalize (object);
}

static void
test_channel_class_init (TestChannelClass * klass)
{
  GstRtcDataChannelClass *channel_class = GST_RTC_DATA_CHANNEL_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = test_channel_finalize;
  channel_class->send_data = test_channel_send_data;
  channel_class->send_string = test_channel_send_string;
  channel_class->close = test_channel_close;
}

static GstRtcDataChannelState
get_state (TestChannel * self)
{
  GstRtcDataChannelState state;

  g_object_get (self, "ready-state", &state, NULL);
  return state;
}

static guint64
get_buffered (TestChannel * self)
{
  guint64 amount;

  g_object_get (self, "buffered-amount", &amount, NULL);
  return amount;
}

static void
on_state (TestChannel * self)
{
  g_string_append_printf (self->log, "state %d;", get_state (self));
}

static void
on_open (TestChannel * self)
{
  g_assert_cmpint (get_state (self), ==, GST_RTC_DATA_CHANNEL_STATE_OPEN);
  g_string_append (self->log, "open;");
}

static void
on_error (TestChannel * self, const GError * error)
{
  g_assert_cmpuint (error->domain, ==, GST_RTC_ERROR);
  g_string_append_printf (self->log, "error %d;", error->code);
}

static void
on_close (TestChannel * self)
{
  g_assert_cmpint (get_state (self), ==, GST_RTC_DATA_CHANNEL_STATE_CLOSED);
  g_string_append (self->log, "closed;");
}

static void
on_data (TestChannel * self, GBytes * data)
{
  g_string_append_printf (self->log, "data %d;", (gint) g_bytes_get_size (data));
}

static void
on_string (TestChannel * self, const gchar * text)
{
  g_string_append_printf (self->log, "string %s;", text);
}

static void
on_low (TestChannel * self)
{
  g_string_append_printf (self->log, "low %d;", (gint) get_buffered (self));
}

static void
test_channel_init (TestChannel * self)
{
  self->log = g_string_new (NULL);
  g_signal_connect (self, "notify::ready-state", G_CALLBACK (on_state), NULL);
  g_signal_connect (self, "on-open", G_CALLBACK (on_open), NULL);
  g_signal_connect (self, "on-error", G_CALLBACK (on_error), NULL);
  g_signal_connect (self, "on-close", G_CALLBACK (on_close), NULL);
  g_signal_connect (self, "on-message-data", G_CALLBACK (on_data), NULL);
  g_signal_connect (self, "on-message-string", G_CALLBACK (on_string), NULL);
  g_signal_connect (self, "on-buffered-amount-low", G_CALLBACK (on_low), NULL);
}

static GstRtcDataChannel *
new_channel (void)
{
  return g_object_new (TEST_TYPE_CHANNEL, "label", "test", NULL);
}

#define LOG(channel) (TEST_CHANNEL (channel)->log->str)

static void
assert_refused (GstRtcDataChannel * channel, gsize size, const gchar * word)
{
  g_autofree gchar *zeros = g_malloc0 (size);
  g_autoptr (GBytes) data = g_bytes_new (zeros, size);
  g_autoptr (GError) error = NULL;
  guint64 buffered = get_buffered (TEST_CHANNEL (channel));

  g_assert_false (gst_rtc_data_channel_send_data (channel, data, &error));
  g_assert_error (error, GST_RTC_ERROR, GST_RTC_ERROR_DATA);
  g_assert_nonnull (strstr (error->message, word));
  g_assert_cmpuint (get_buffered (TEST_CHANNEL (channel)), ==, buffered);
}

static void
assert_sent (GstRtcDataChannel * channel, gsize size)
{
  g_autofree gchar *zeros = g_malloc0 (size);
  g_autoptr (GBytes) data = g_bytes_new (zeros, size);
  g_autoptr (GError) error = NULL;

  g_assert_true (gst_rtc_data_channel_send_data (channel, data, &error));
  g_assert_no_error (error);
}

static void
test_properties (void)
{
  g_autoptr (GstRtcDataChannel) plain = new_channel ();
  g_autoptr (GstRtcDataChannel) channel = g_object_new (TEST_TYPE_CHANNEL, "peer-id", "ann", "label", "l", "protocol", "p",
      "id", 7, "ordered", FALSE, "max-retransmits", 3, "negotiated", TRUE, "priority", GST_RTC_PRIORITY_HIGH, NULL);
  g_autofree gchar *peer_id = NULL, *label = NULL, *protocol = NULL;
  gboolean ordered, negotiated;
  gint id, lifetime, retransmits;
  GstRtcPriority priority;

  g_object_get (channel, "peer-id", &peer_id, "label", &label, "protocol", &protocol, "id", &id, "ordered", &ordered,
      "max-packet-lifetime", &lifetime, "max-retransmits", &retransmits, "negotiated", &negotiated, "priority", &priority,
      NULL);
  g_assert_cmpstr (peer_id, ==, "ann");
  g_assert_cmpstr (label, ==, "l");
  g_assert_cmpstr (protocol, ==, "p");
  g_assert_cmpint (id, ==, 7);
  g_assert_false (ordered);
  g_assert_cmpint (lifetime, ==, -1);
  g_assert_cmpint (retransmits, ==, 3);
  g_assert_true (negotiated);
  g_assert_cmpint (priority, ==, GST_RTC_PRIORITY_HIGH);

  g_object_get (plain, "id", &id, "ordered", &ordered, "max-retransmits", &retransmits, "priority", &priority, NULL);
  g_assert_cmpint (id, ==, -1);
  g_assert_true (ordered);
  g_assert_cmpint (retransmits, ==, -1);
  g_assert_cmpint (priority, ==, GST_RTC_PRIORITY_LOW);
}

static void
test_life (void)
{
  g_autoptr (GstRtcDataChannel) channel = new_channel ();
  g_autoptr (GBytes) data = g_bytes_new_static ("abc", 3);
  gint id;

  g_assert_cmpint (get_state (TEST_CHANNEL (channel)), ==, GST_RTC_DATA_CHANNEL_STATE_CONNECTING);
  gst_rtc_data_channel_opened (channel, 4, 0);
  g_object_get (channel, "id", &id, NULL);
  g_assert_cmpint (id, ==, 4);
  gst_rtc_data_channel_message_data (channel, data);
  gst_rtc_data_channel_message_string (channel, "hello");
  g_assert_true (gst_rtc_data_channel_send_string (channel, "hi", NULL));
  gst_rtc_data_channel_close (channel);
  gst_rtc_data_channel_close (channel);
  gst_rtc_data_channel_message_string (channel, "late");
  gst_rtc_data_channel_closed (channel, NULL);
  gst_rtc_data_channel_closed (channel, NULL);
  g_assert_cmpstr (LOG (channel), ==, "state 1;open;data 3;string hello;send hi;state 2;close;state 3;closed;");
}

static void
test_closed_by_peer (void)
{
  g_autoptr (GstRtcDataChannel) channel = new_channel ();

  gst_rtc_data_channel_opened (channel, 0, 0);
  gst_rtc_data_channel_closing (channel);
  assert_refused (channel, 1, "closed");
  gst_rtc_data_channel_close (channel);
  gst_rtc_data_channel_closed (channel, NULL);
  g_assert_cmpstr (LOG (channel), ==, "state 1;open;state 2;state 3;closed;");
}

static void
test_closed_with_error (void)
{
  g_autoptr (GstRtcDataChannel) channel = new_channel ();
  g_autoptr (GError) error = g_error_new_literal (GST_RTC_ERROR, GST_RTC_ERROR_DATA, "id 4 is taken");

  gst_rtc_data_channel_closed (channel, error);
  gst_rtc_data_channel_opened (channel, 4, 0);
  g_assert_cmpstr (LOG (channel), ==, "state 3;error 14;closed;");
  g_assert_cmpint (get_state (TEST_CHANNEL (channel)), ==, GST_RTC_DATA_CHANNEL_STATE_CLOSED);
}

static void
test_closed_while_connecting (void)
{
  g_autoptr (GstRtcDataChannel) channel = new_channel ();

  gst_rtc_data_channel_close (channel);
  gst_rtc_data_channel_opened (channel, 0, 0);
  gst_rtc_data_channel_closed (channel, NULL);
  g_assert_cmpstr (LOG (channel), ==, "state 2;close;state 3;closed;");
}

static void
test_max_message_size (void)
{
  g_autoptr (GstRtcDataChannel) channel = new_channel ();

  assert_sent (channel, 2000);  /* before it is known */
  gst_rtc_data_channel_opened (channel, 0, 1000);
  assert_sent (channel, 1000);
  assert_refused (channel, 1001, "1000");
}

static void
test_buffered_amount (void)
{
  g_autoptr (GstRtcDataChannel) channel = new_channel ();
  guint64 threshold;

  g_object_set (channel, "buffered-amount-low-threshold", G_GUINT64_CONSTANT (100), NULL);
  g_object_get (channel, "buffered-amount-low-threshold", &threshold, NULL);
  g_assert_cmpuint (threshold, ==, 100);
  gst_rtc_data_channel_opened (channel, 0, 0);
  g_string_truncate (TEST_CHANNEL (channel)->log, 0);

  assert_sent (channel, 80);
  gst_rtc_data_channel_buffered (channel, -80); /* was not above */
  assert_sent (channel, 150);
  assert_sent (channel, 150);
  gst_rtc_data_channel_buffered (channel, -199);
  g_assert_cmpuint (get_buffered (TEST_CHANNEL (channel)), ==, 101);
  gst_rtc_data_channel_buffered (channel, -1);
  gst_rtc_data_channel_buffered (channel, -1);
  gst_rtc_data_channel_buffered (channel, -1000);
  g_assert_cmpuint (get_buffered (TEST_CHANNEL (channel)), ==, 0);
  g_assert_cmpstr (LOG (channel), ==, "send 80;send 150;send 150;low 100;");
}

/* What the element does not take is not buffered. */
static void
test_broken (void)
{
  g_autoptr (GstRtcDataChannel) channel = new_channel ();
  g_autoptr (GBytes) data = g_bytes_new_static ("abc", 3);
  g_autoptr (GError) error = NULL;

  gst_rtc_data_channel_opened (channel, 0, 0);
  TEST_CHANNEL (channel)->is_broken = TRUE;
  g_assert_false (gst_rtc_data_channel_send_string (channel, "abc", &error));
  g_assert_error (error, GST_RTC_ERROR, GST_RTC_ERROR_FAILED);
  g_assert_cmpuint (get_buffered (TEST_CHANNEL (channel)), ==, 0);
}

static void
test_actions (void)
{
  g_autoptr (GstRtcDataChannel) channel = new_channel ();
  g_autoptr (GBytes) data = g_bytes_new_static ("abc", 3);

  gst_rtc_data_channel_opened (channel, 0, 3);
  g_signal_emit_by_name (channel, "send-data", data);
  g_signal_emit_by_name (channel, "send-string", "abc");
  g_signal_emit_by_name (channel, "send-string", "abcd");
  g_signal_emit_by_name (channel, "close");
  g_signal_emit_by_name (channel, "send-data", data);
  g_assert_cmpstr (LOG (channel), ==, "state 1;open;send 3;send abc;error 14;state 2;close;error 14;");
}

/* Several threads send: nothing is lost count of */

#define N_THREADS 4
#define N_MESSAGES 5000

static gpointer
send_many (gpointer channel)
{
  for (guint i = 0; i < N_MESSAGES; i++)
    g_assert_true (gst_rtc_data_channel_send_string (channel, "abc", NULL));
  return NULL;
}

static gboolean
send_quietly (GstRtcDataChannel * channel, const gchar * text, GError ** error)
{
  return TRUE;
}

static void
test_threads (void)
{
  g_autoptr (GstRtcDataChannel) channel = new_channel ();
  GThread *threads[N_THREADS];

  gst_rtc_data_channel_opened (channel, 0, 0);
  GST_RTC_DATA_CHANNEL_GET_CLASS (channel)->send_string = send_quietly;
  g_object_set (channel, "buffered-amount-low-threshold", G_MAXUINT64, NULL);
  for (guint i = 0; i < N_THREADS; i++)
    threads[i] = g_thread_new (NULL, send_many, channel);
  for (guint i = 0; i < N_THREADS; i++)
    g_thread_join (threads[i]);
  g_assert_cmpuint (get_buffered (TEST_CHANNEL (channel)), ==, N_THREADS * N_MESSAGES * 3);
  GST_RTC_DATA_CHANNEL_GET_CLASS (channel)->send_string = test_channel_send_string;
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gst_init (&argc, &argv);
  g_test_add_func ("/datachannel/properties", test_properties);
  g_test_add_func ("/datachannel/life", test_life);
  g_test_add_func ("/datachannel/closed-by-peer", test_closed_by_peer);
  g_test_add_func ("/datachannel/closed-with-error", test_closed_with_error);
  g_test_add_func ("/datachannel/closed-while-connecting", test_closed_while_connecting);
  g_test_add_func ("/datachannel/max-message-size", test_max_message_size);
  g_test_add_func ("/datachannel/buffered-amount", test_buffered_amount);
  g_test_add_func ("/datachannel/broken", test_broken);
  g_test_add_func ("/datachannel/actions", test_actions);
  g_test_add_func ("/datachannel/threads", test_threads);
  return g_test_run ();
}
