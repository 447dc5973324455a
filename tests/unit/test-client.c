/* gst-rtc: tests of what a signaling server lets a client do
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <ext/soup/rtcclient.h>

#define START (1000 * G_USEC_PER_SEC)

static void
test_message_rate (void)
{
  RtcClient client;
  gint64 now = START;
  g_autoptr (GError) error = NULL;
  guint i;

  rtc_client_init (&client, now);
  for (i = 0; i < RTC_CLIENT_MESSAGE_BURST; i++)
    g_assert_true (rtc_client_heard (&client, now, NULL));
  g_assert_false (rtc_client_heard (&client, now, &error));
  g_assert_error (error, GST_RTC_ERROR, GST_RTC_ERROR_LIMIT);

  for (i = 0; i < 10 * RTC_CLIENT_MESSAGE_RATE; i++) {
    now += G_USEC_PER_SEC / RTC_CLIENT_MESSAGE_RATE;
    g_assert_true (rtc_client_heard (&client, now, NULL));
  }
}

static void
test_fault_rate (void)
{
  RtcClient client;
  g_autoptr (GError) error = NULL;
  guint i;

  rtc_client_init (&client, START);
  for (i = 0; i < RTC_CLIENT_FAULT_BURST; i++)
    g_assert_true (rtc_client_fault (&client, START, NULL));
  g_assert_false (rtc_client_fault (&client, START, &error));
  g_assert_error (error, GST_RTC_ERROR, GST_RTC_ERROR_LIMIT);
  g_assert_true (rtc_client_fault (&client, START + 2 * G_USEC_PER_SEC, NULL));

  /* A long silence saves up no more than the burst */
  for (i = 0; i < RTC_CLIENT_FAULT_BURST; i++)
    g_assert_true (rtc_client_fault (&client, START + 1000 * G_USEC_PER_SEC, NULL));
  g_assert_false (rtc_client_fault (&client, START + 1000 * G_USEC_PER_SEC, NULL));
}

static void
test_login_time (void)
{
  RtcClient client;
  g_autoptr (GError) error = NULL;

  rtc_client_init (&client, START);
  g_assert_true (rtc_client_check (&client, START + RTC_CLIENT_LOGIN_TIME, NULL));
  g_assert_false (rtc_client_check (&client, START + RTC_CLIENT_LOGIN_TIME + 1, &error));
  g_assert_error (error, GST_RTC_ERROR, GST_RTC_ERROR_TIMEOUT);
  client.is_logged_in = TRUE;
  g_assert_true (rtc_client_check (&client, START + RTC_CLIENT_LOGIN_TIME + 1, NULL));
}

static void
test_silence (void)
{
  RtcClient client;
  g_autoptr (GError) error = NULL;

  rtc_client_init (&client, START);
  client.is_logged_in = TRUE;
  g_assert_true (rtc_client_heard (&client, START + G_USEC_PER_SEC, NULL));
  g_assert_true (rtc_client_check (&client, START + G_USEC_PER_SEC + RTC_CLIENT_SILENCE, NULL));
  g_assert_false (rtc_client_check (&client, START + G_USEC_PER_SEC + RTC_CLIENT_SILENCE + 1, &error));
  g_assert_error (error, GST_RTC_ERROR, GST_RTC_ERROR_SIGNALLING);
  g_assert_cmpint (RTC_CLIENT_SILENCE, >, 2 * RTC_CLIENT_PING_INTERVAL * G_USEC_PER_SEC);
}

static void
test_idle_time (void)
{
  RtcClient client;
  gint64 ended = START + 10 * RTC_CLIENT_IDLE_TIME;
  g_autoptr (GError) error = NULL;

  rtc_client_init (&client, START);
  client.is_logged_in = TRUE;
  client.has_purpose = TRUE;
  client.heard = ended;
  g_assert_true (rtc_client_check (&client, ended, NULL));
  client.has_purpose = FALSE;
  client.heard = ended + RTC_CLIENT_IDLE_TIME;
  g_assert_true (rtc_client_check (&client, ended + RTC_CLIENT_IDLE_TIME, NULL));
  g_assert_false (rtc_client_check (&client, ended + RTC_CLIENT_IDLE_TIME + 1, &error));
  g_assert_error (error, GST_RTC_ERROR, GST_RTC_ERROR_TIMEOUT);
}

static void
test_slow_reader (void)
{
  RtcClient client;
  g_autoptr (GError) error = NULL;
  guint i;

  rtc_client_init (&client, START);
  for (i = 0; i < 5; i++)
    g_assert_true (rtc_client_sending (&client, RTC_CLIENT_MAX_PENDING, TRUE, NULL));
  g_assert_false (rtc_client_sending (&client, 1, FALSE, &error));
  g_assert_error (error, GST_RTC_ERROR, GST_RTC_ERROR_LIMIT);
}

static void
test_fragments (void)
{
  RtcClient client;
  g_autoptr (GError) error = NULL;
  guint64 received = 0;
  guint i;

  rtc_client_init (&client, START);
  for (i = 0; i < 10000; i++) {
    received += RTC_CLIENT_CONTROL_RATE;
    g_assert_true (rtc_client_check_received (&client, received, 100000, NULL));
  }
  g_assert_true (rtc_client_check_received (&client, received + 100000, 100000, NULL));
  received += 200000;
  g_assert_false (rtc_client_check_received (&client, received, 100000, &error));
  g_assert_error (error, GST_RTC_ERROR, GST_RTC_ERROR_LIMIT);
  client.accounted = received;
  g_assert_true (rtc_client_check_received (&client, received, 100000, NULL));
}

/* What it may pass on grows with those it has to do with, and not by meeting the same again */
static void
test_contacts (void)
{
  RtcClient client;
  g_autoptr (GError) error = NULL;
  guint n = 0;

  rtc_client_init (&client, START);
  g_assert_true (rtc_client_forward (&client, RTC_CLIENT_FORWARD_BURST, START, NULL));
  g_assert_false (rtc_client_forward (&client, 1, START, &error));
  g_assert_error (error, GST_RTC_ERROR, GST_RTC_ERROR_LIMIT);
  rtc_client_set_contacts (&client, 2);
  rtc_client_set_contacts (&client, 2);
  g_assert_true (rtc_client_forward (&client, 2 * RTC_CLIENT_CONTACT_BYTES, START, NULL));
  g_assert_false (rtc_client_forward (&client, 1, START, NULL));
  g_assert_true (rtc_client_forward (&client, RTC_CLIENT_FORWARD_RATE, START + G_USEC_PER_SEC, NULL));
  g_assert_false (rtc_client_forward (&client, RTC_CLIENT_FORWARD_BURST + 2 * RTC_CLIENT_CONTACT_BYTES + 1,
          START + 1000 * G_USEC_PER_SEC, NULL));

  while (rtc_client_heard (&client, START, NULL))
    n++;
  g_assert_cmpint (n, ==, RTC_CLIENT_MESSAGE_BURST + 2 * RTC_CLIENT_CONTACT_MESSAGES);
  g_assert_true (rtc_client_sending (&client, RTC_CLIENT_MAX_PENDING + 2 * RTC_CLIENT_CONTACT_BYTES, FALSE,
          NULL));
  g_assert_false (rtc_client_sending (&client, 1, FALSE, NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/client/message-rate", test_message_rate);
  g_test_add_func ("/client/fault-rate", test_fault_rate);
  g_test_add_func ("/client/login-time", test_login_time);
  g_test_add_func ("/client/silence", test_silence);
  g_test_add_func ("/client/idle-time", test_idle_time);
  g_test_add_func ("/client/slow-reader", test_slow_reader);
  g_test_add_func ("/client/fragments", test_fragments);
  g_test_add_func ("/client/contacts", test_contacts);
  return g_test_run ();
}
