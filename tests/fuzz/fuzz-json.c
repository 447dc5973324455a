/* gst-rtc: fuzz target: signaling messages from clients and servers
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <ext/soup/rtcguest.h>
#include <ext/soup/rtcmessage.h>
#include <string.h>

#include "fuzz.h"

static void
check_string (const gchar * text)
{
  g_assert_true (text == NULL || g_utf8_validate (text, -1, NULL));
}

static void
check_name (const gchar * name, gsize max_size)
{
  check_string (name);
  g_assert_true (name == NULL || (*name != '\0' && strlen (name) <= max_size));
}

static void
check_text (const gchar * text)
{
  check_string (text);
  g_assert_true (text == NULL || g_utf8_strlen (text, -1) <= RTC_MESSAGE_MAX_TEXT);
  g_assert_true (text == NULL || strchr (text, '\n') == NULL);
}

static void
check_message (const RtcMessage * message)
{
  check_name (message->name, RTC_MESSAGE_MAX_NAME);
  check_name (message->room, RTC_MESSAGE_MAX_NAME);
  check_name (message->sdp_mid, RTC_MESSAGE_MAX_NAME);
  check_name (message->instance, RTC_MESSAGE_MAX_INSTANCE);
  check_string (message->token);
  check_string (message->sdp);
  check_string (message->candidate);
  check_text (message->text);
  g_assert_true ((message->type == RTC_MESSAGE_DESCRIPTION) == (message->sdp != NULL));
  g_assert_true ((message->type == RTC_MESSAGE_CANDIDATE) == (message->candidate != NULL));
  g_assert_true ((message->type == RTC_MESSAGE_JOINED) == (message->members != NULL));
  for (guint i = 0; message->members != NULL && message->members[i] != NULL; i++)
    check_string (message->members[i]);
}

/* As it is passed on */
static gchar *
write_again (const RtcMessage * message, RtcMessageSender * sender)
{
  switch (message->type) {
    case RTC_MESSAGE_DESCRIPTION:
      return rtc_message_write_description (message->name, message->sdp_type, message->sdp,
          message->instance);
    case RTC_MESSAGE_CANDIDATE:
      return rtc_message_write_candidate (message->name, message->candidate, message->sdp_mid,
          message->sdp_m_line_index);
    case RTC_MESSAGE_LOGIN:
      *sender = RTC_MESSAGE_FROM_CLIENT;
      return rtc_message_write_login (message);
    case RTC_MESSAGE_JOINED:
      *sender = RTC_MESSAGE_FROM_SERVER;
      return rtc_message_write_joined (message->room, (const gchar * const *) message->members);
    case RTC_MESSAGE_LEAVE:
      *sender = RTC_MESSAGE_FROM_SERVER;
      return message->is_lost ? rtc_message_write_lost (message->name, message->text) :
          rtc_message_write_leave (message->name, message->text);
    default:
      return NULL;
  }
}

/* What is passed on must come out again as it went in */
static void
check_round_trip (const RtcMessage * message, RtcMessageSender sender)
{
  g_autofree gchar *text = write_again (message, &sender);
  g_autoptr (RtcMessage) copy = NULL;

  if (text == NULL)
    return;
  copy = rtc_message_parse (sender, text, strlen (text), NULL);
  g_assert_nonnull (copy);
  g_assert_cmpint (copy->type, ==, message->type);
  g_assert_cmpstr (copy->sdp, ==, message->sdp);
  g_assert_cmpstr (copy->candidate, ==, message->candidate);
  g_assert_cmpstr (copy->sdp_mid, ==, message->sdp_mid);
  g_assert_cmpint (copy->sdp_m_line_index, ==, message->sdp_m_line_index);
  g_assert_cmpint (copy->is_lost, ==, message->is_lost);
  g_assert_cmpstr (copy->token, ==, message->token);
  if (message->type != RTC_MESSAGE_JOINED)
    g_assert_cmpstr (copy->name, ==, message->name);
}

static void
parse (RtcMessageSender sender, const gchar * text, gsize size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RtcMessage) message = rtc_message_parse (sender, text, size, &error);

  g_assert_true ((message == NULL) == (error != NULL));
  if (error != NULL) {
    check_string (error->message);
  } else {
    check_message (message);
    check_round_trip (message, sender);
  }
}

static void
on_send (const gchar * text, gpointer user_data)
{
  g_autoptr (RtcMessage) message = rtc_message_parse (RTC_MESSAGE_FROM_CLIENT, text, strlen (text), NULL);

  g_assert_nonnull (message);
}

static void
on_joined (gpointer user_data)
{
}

static void
on_refused (const gchar * text, gpointer user_data)
{
  check_text (text);
}

static void
on_begin (const gchar * name, const gchar * offer, gpointer user_data)
{
  check_name (name, RTC_MESSAGE_MAX_NAME);
  check_string (offer);
  g_assert_true (g_hash_table_add (user_data, g_strdup (name)));
}

static void
on_description (const gchar * name, GstRtcSdpType type, const gchar * sdp, gpointer user_data)
{
  g_assert_true (g_hash_table_contains (user_data, name));
}

static void
on_candidate (const gchar * name, const gchar * candidate, const gchar * sdp_mid, gint sdp_m_line_index,
    gpointer user_data)
{
  g_assert_true (g_hash_table_contains (user_data, name));
}

static void
on_end (const gchar * name, const GError * reason, gpointer user_data)
{
  g_assert_true (g_hash_table_remove (user_data, name));
}

/* One message per line from a server, to a client that has just joined: every session begins once and ends
 * at most once */
static void
talk_to_guest (const gchar * text, gsize size)
{
  static const gchar login[] = "{\"type\":\"login\",\"success\":true,\"room\":\"r\"}";
  static const gchar joined[] = "{\"type\":\"joined\"}";
  const RtcGuestConfig config = {.name = "me",.instance = "1" };
  const RtcGuestEvents events = { on_send, on_joined, on_refused,
    {on_begin, on_description, on_candidate, on_end}
  };
  g_autoptr (GHashTable) sessions = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  RtcGuest *guest = rtc_guest_new (&config, &events, sessions);
  const gchar *end = text + size;

  rtc_guest_opened (guest);
  rtc_guest_received (guest, login, strlen (login), 0);
  rtc_guest_received (guest, joined, strlen (joined), 0);
  while (text < end) {
    const gchar *line_end = memchr (text, '\n', end - text);

    if (line_end == NULL)
      line_end = end;
    rtc_guest_received (guest, text, line_end - text, 0);
    text = line_end + 1;
  }
  rtc_guest_free (guest);
}

int
LLVMFuzzerTestOneInput (const uint8_t * data, size_t size)
{
  parse (RTC_MESSAGE_FROM_CLIENT, (const gchar *) data, size);
  parse (RTC_MESSAGE_FROM_SERVER, (const gchar *) data, size);
  talk_to_guest ((const gchar *) data, size);
  return 0;
}
