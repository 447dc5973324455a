/* gst-rtc: two sets of data channels over two ends of an association in memory
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "gst/core/peer/rtcdatachannels.h"
#include "fakesctp.h"

#include <string.h>

/* Ends: the first is the DTLS client. sent: (element-type guint gsize): what SENT told, by channel */
typedef struct
{
  FakeSctp *sctp[2];
  RtcDataChannels *ends[2];
  GHashTable *sent[2];
  RtcTime now;
} Pair;

static inline Pair *
pair_new_unconnected (void)
{
  Pair *pair = g_new0 (Pair, 1);

  fake_sctp_pair_new (pair->sctp);
  for (guint i = 0; i < 2; i++) {
    pair->ends[i] = rtc_data_channels_new ();
    pair->sent[i] = g_hash_table_new (NULL, NULL);
  }
  return pair;
}

static inline void
pair_connect (Pair * pair, guint64 max_message_size)
{
  for (guint i = 0; i < 2; i++)
    rtc_data_channels_start (pair->ends[i], &pair->sctp[i]->sctp, i == 0, max_message_size, pair->now);
  fake_sctp_pair_connect (pair->sctp);
  for (guint i = 0; i < 2; i++)
    rtc_data_channels_update (pair->ends[i], pair->now);
}

static inline Pair *
pair_new (void)
{
  Pair *pair = pair_new_unconnected ();

  pair_connect (pair, 0);
  return pair;
}

static inline void
pair_free (Pair * pair)
{
  for (guint i = 0; i < 2; i++) {
    rtc_data_channels_free (pair->ends[i]);
    g_hash_table_unref (pair->sent[i]);
  }
  fake_sctp_pair_free (pair->sctp);
  g_free (pair);
}

/* At most @max bytes go each way. */
static inline gboolean
pair_step (Pair * pair, gsize max)
{
  gboolean any = FALSE;

  pair->now += RTC_MSECOND;
  for (guint i = 0; i < 2; i++)
    any |= fake_sctp_deliver (pair->sctp[i], max);
  for (guint i = 0; i < 2; i++)
    rtc_data_channels_update (pair->ends[i], pair->now);
  return any;
}

static inline void
pair_run (Pair * pair)
{
  pair_step (pair, 0);
  while (pair_step (pair, G_MAXSIZE));
}

static inline gsize
pair_get_sent (Pair * pair, guint end, guint channel)
{
  return GPOINTER_TO_SIZE (g_hash_table_lookup (pair->sent[end], GUINT_TO_POINTER (channel)));
}

/* The next event but SENT, which is counted; FALSE: there is none */
static inline gboolean
pair_take (Pair * pair, guint end, RtcDataEvent * event)
{
  while (rtc_data_channels_next_event (pair->ends[end], event)) {
    if (event->kind != RTC_DATA_SENT)
      return TRUE;
    g_assert_cmpuint (event->size, >, 0);
    g_hash_table_insert (pair->sent[end], GUINT_TO_POINTER (event->channel),
        GSIZE_TO_POINTER (pair_get_sent (pair, end, event->channel) + event->size));
  }
  return FALSE;
}

static inline void
expect_none (Pair * pair, guint end)
{
  RtcDataEvent event;

  g_assert_false (pair_take (pair, end, &event));
}

static inline RtcDataEvent
take_event (Pair * pair, guint end, RtcDataEventKind kind, guint channel)
{
  RtcDataEvent event;

  g_assert_true (pair_take (pair, end, &event));
  g_assert_cmpint (event.kind, ==, kind);
  g_assert_cmpuint (event.channel, ==, channel);
  return event;
}

static inline void
expect (Pair * pair, guint end, RtcDataEventKind kind, guint channel)
{
  RtcDataEvent event = take_event (pair, end, kind, channel);

  rtc_data_event_clear (&event);
}

static inline void
expect_open (Pair * pair, guint end, guint channel, gint id)
{
  g_assert_cmpint (take_event (pair, end, RTC_DATA_OPEN, channel).id, ==, id);
}

static inline void
expect_closed (Pair * pair, guint end, guint channel)
{
  g_assert_no_error (take_event (pair, end, RTC_DATA_CLOSED, channel).error);
}

static inline void
expect_failed (Pair * pair, guint end, guint channel)
{
  RtcDataEvent event = take_event (pair, end, RTC_DATA_CLOSED, channel);

  g_assert_error (event.error, GST_RTC_ERROR, GST_RTC_ERROR_DATA);
  rtc_data_event_clear (&event);
}

static inline void
expect_message (Pair * pair, guint end, guint channel, const gchar * text)
{
  RtcDataEvent event = take_event (pair, end, RTC_DATA_MESSAGE, channel);

  g_assert_true (event.is_text);
  g_assert_cmpmem (g_bytes_get_data (event.message, NULL), g_bytes_get_size (event.message), text, strlen (text));
  rtc_data_event_clear (&event);
}

static inline void
create (Pair * pair, guint end, guint channel)
{
  g_autoptr (RtcDataChannelSpec) spec = rtc_data_channel_spec_new ("label");

  rtc_data_channels_create (pair->ends[end], channel, spec, pair->now);
}

static inline void
create_negotiated (Pair * pair, guint end, guint channel, gint id)
{
  g_autoptr (RtcDataChannelSpec) spec = rtc_data_channel_spec_new (NULL);

  spec->negotiated = TRUE;
  spec->id = id;
  rtc_data_channels_create (pair->ends[end], channel, spec, pair->now);
}

static inline void
send_text (Pair * pair, guint end, guint channel, const gchar * text)
{
  g_autoptr (GBytes) message = g_bytes_new (text, strlen (text));

  rtc_data_channels_send (pair->ends[end], channel, TRUE, message, pair->now);
}

static inline void
send_zeros (Pair * pair, guint end, guint channel, gsize size)
{
  g_autoptr (GBytes) message = g_bytes_new_take (g_malloc0 (size), size);

  rtc_data_channels_send (pair->ends[end], channel, FALSE, message, pair->now);
}

static inline void
close_channel (Pair * pair, guint end, guint channel)
{
  rtc_data_channels_close (pair->ends[end], channel, pair->now);
}

static inline void
update (Pair * pair, guint end)
{
  rtc_data_channels_update (pair->ends[end], pair->now);
}

/* A channel between both, its events taken; the handle on the other end is RTC_DATA_REMOTE if it is the first from there */
static inline void
open_channel (Pair * pair, guint end, guint channel, guint remote)
{
  create (pair, end, channel);
  pair_run (pair);
  expect (pair, end, RTC_DATA_OPEN, channel);
  expect (pair, !end, RTC_DATA_INCOMING, remote);
}
