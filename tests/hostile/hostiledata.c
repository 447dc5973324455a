/* gst-rtc: a peer whose data channels do as they please
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "hostiledata.h"

#define PATIENCE (20 * RTC_SECOND)

/* On the loop */

static void
on_incoming (gpointer user_data, guint channel, const RtcDataChannelSpec * spec)
{
  ((HostileData *) user_data)->news.n_incoming++;
}

static void
on_open (gpointer user_data, guint channel, gint id, guint64 max_message_size)
{
  ((HostileData *) user_data)->news.n_open++;
}

static void
on_message (gpointer user_data, guint channel, gboolean is_text, GBytes * message)
{
  HostileNews *news = &((HostileData *) user_data)->news;
  gint64 now = g_get_monotonic_time ();
  gsize size;
  const guint8 *data = g_bytes_get_data (message, &size);

  if (size != sizeof (guint32)) {
    news->n_others++;
    return;
  }
  news->n_wrong += GST_READ_UINT32_BE (data) != news->n_messages;
  news->n_messages++;
  if (news->last)
    news->longest_gap = MAX (news->longest_gap, now - news->last);
  news->last = now;
}

static void
on_sent (gpointer user_data, guint channel, gsize size)
{
}

static void
on_closing (gpointer user_data, guint channel)
{
}

static void
on_failed (gpointer user_data, guint channel, const GError * error)
{
  ((HostileData *) user_data)->news.n_failed += error != NULL;
}

static const RtcDataSink data_sink = { on_incoming, on_open, on_message, on_sent, on_closing, on_failed };

/* Life */

HostileData *
hostile_data_start (HostileWorld * world, const gchar * name, const HostileSctpHabits * sctp)
{
  HostileData *self = g_new0 (HostileData, 1);
  HostileHabits habits = {.max_dtls = -1,.data = &data_sink,.data_user = self };

  if (sctp)
    habits.sctp = *sctp;
  self->viewer = hostile_viewer_new (world, name, &habits);
  return self;
}

static void
take_session (gpointer data, gpointer user_data)
{
  HostileData *self = data;

  if (self->viewer->session)
    self->session = rtc_session_ref (self->viewer->session);
}

void
hostile_data_connect (HostileData * self)
{
  g_assert_true (hostile_viewer_wait (self->viewer, hostile_is_connected, PATIENCE));
  rtc_control_call (self->viewer->world->control, take_session, self, NULL);
  g_assert_nonnull (self->session);
}

static void
detach_sink (gpointer data, gpointer user_data)
{
  HostileData *self = data;

  if (self->viewer->session)
    rtc_session_set_data_sink (self->viewer->session, NULL, NULL, NULL);
}

static void
do_nothing (RtcLoop * loop, gpointer data)
{
}

void
hostile_data_free (HostileData * self, HostileEnd end)
{
  HostileWorld *world = self->viewer->world;

  rtc_control_call (world->control, detach_sink, self, NULL);
  rtc_loop_call (world->loop, do_nothing, NULL);
  g_clear_pointer (&self->session, rtc_session_unref);
  hostile_viewer_free (self->viewer, end);
  g_free (self);
}

/* By the book */

guint
hostile_data_open (HostileData * self, const gchar * label)
{
  g_autoptr (RtcDataChannelSpec) spec = rtc_data_channel_spec_new (label);

  return rtc_session_create_channel (self->session, spec);
}

void
hostile_data_count (HostileData * self, guint channel)
{
  guint32 number = GUINT32_TO_BE (self->n_sent++);
  g_autoptr (GBytes) message = g_bytes_new (&number, sizeof number);

  rtc_session_send_data (self->session, channel, FALSE, message);
}

typedef struct
{
  HostileData *data;
  HostileNews news;
} Look;

static void
read_news (RtcLoop * loop, gpointer data)
{
  ((Look *) data)->news = ((Look *) data)->data->news;
}

HostileNews
hostile_data_get_news (HostileData * self)
{
  Look look = {.data = self };

  rtc_loop_call (self->viewer->world->loop, read_news, &look);
  return look.news;
}

void
hostile_data_wait (HostileData * self, gsize field, guint at_least)
{
  gint64 end = g_get_monotonic_time () + PATIENCE;

  for (;;) {
    HostileNews news = hostile_data_get_news (self);
    guint value = G_STRUCT_MEMBER (guint, &news, field);

    if (value >= at_least)
      return;
    if (g_get_monotonic_time () > end)
      g_error ("%s: %u, not %u, with %u incoming, %u open, %u failed, %u and %u messages", self->viewer->name, value,
          at_least, news.n_incoming, news.n_open, news.n_failed, news.n_messages, news.n_others);
    g_usleep (2 * RTC_MSECOND);
  }
}

static void
take_gap (RtcLoop * loop, gpointer data)
{
  Look *look = data;

  look->news = look->data->news;
  look->data->news.longest_gap = 0;
}

RtcTime
hostile_data_take_longest_gap (HostileData * self)
{
  Look look = {.data = self };

  rtc_loop_call (self->viewer->world->loop, take_gap, &look);
  return look.news.longest_gap;
}

/* Past the book. An association that is gone takes nothing. */

typedef struct
{
  HostileData *data;
  RtcSctpSend how;
  gconstpointer bytes;
  gsize size;
  gboolean flag;
  GByteArray *packet;
  void (*edit) (guint8 * packet, gsize size);
  gssize result;
  GPtrArray *seen;
} Order;

static void
say_some (RtcLoop * loop, gpointer data)
{
  Order *order = data;
  HostileSctp *sctp = order->data->viewer->sctp;

  order->result = -1;
  if (!sctp)
    return;
  order->result = sctp->parent.klass->send (&sctp->parent, &order->how, order->bytes, order->size, order->flag,
      rtc_loop_get_now (loop));
  sctp->config.wake (sctp->config.user_data);
}

gboolean
hostile_data_say (HostileData * self, guint16 stream, guint32 ppid, gconstpointer data, gsize size, gboolean is_last)
{
  Order order = { self, {stream, ppid, TRUE, -1, -1}, data, size, is_last };
  gint64 end = g_get_monotonic_time () + PATIENCE;

  for (;;) {
    rtc_loop_call (self->viewer->world->loop, say_some, &order);
    if (order.result < 0)
      return FALSE;
    order.bytes = (const guint8 *) order.bytes + order.result;
    order.size -= order.result;
    if (order.size == 0)
      return TRUE;
    g_assert_cmpint (g_get_monotonic_time (), <, end);
    g_usleep (RTC_MSECOND);
  }
}

static void
inject (RtcLoop * loop, gpointer data)
{
  Order *order = data;
  HostileSctp *sctp = order->data->viewer->sctp;

  if (sctp)
    hostile_sctp_inject (sctp, order->packet, order->flag);
  else
    g_byte_array_unref (order->packet);
}

void
hostile_data_inject (HostileData * self, GByteArray * packet, gboolean checksum)
{
  Order order = {.data = self,.packet = packet,.flag = checksum };

  rtc_loop_call (self->viewer->world->loop, inject, &order);
}

static void
begin_packet (RtcLoop * loop, gpointer data)
{
  Order *order = data;
  HostileSctp *sctp = order->data->viewer->sctp;

  g_assert_nonnull (sctp);
  order->packet = hostile_sctp_begin_packet (sctp);
}

GByteArray *
hostile_data_begin_packet (HostileData * self)
{
  Order order = {.data = self };

  rtc_loop_call (self->viewer->world->loop, begin_packet, &order);
  return order.packet;
}

static gpointer
ref_packet (gconstpointer packet, gpointer user_data)
{
  return g_bytes_ref ((GBytes *) packet);
}

static void
copy_seen (RtcLoop * loop, gpointer data)
{
  Order *order = data;
  HostileSctp *sctp = order->data->viewer->sctp;

  g_assert_nonnull (sctp);
  order->seen = g_ptr_array_copy (sctp->seen, ref_packet, NULL);
}

GPtrArray *
hostile_data_get_seen (HostileData * self)
{
  Order order = {.data = self };

  rtc_loop_call (self->viewer->world->loop, copy_seen, &order);
  return order.seen;
}

static void
set_edit (RtcLoop * loop, gpointer data)
{
  Order *order = data;

  if (order->data->viewer->sctp)
    order->data->viewer->sctp->edit = order->edit;
}

void
hostile_data_edit (HostileData * self, void (*edit) (guint8 * packet, gsize size))
{
  Order order = {.data = self,.edit = edit };

  rtc_loop_call (self->viewer->world->loop, set_edit, &order);
}

static void
read_resets (RtcLoop * loop, gpointer data)
{
  Order *order = data;
  HostileSctp *sctp = order->data->viewer->sctp;

  order->result = sctp ? sctp->n_resets : 0;
}

guint
hostile_data_count_resets (HostileData * self)
{
  Order order = {.data = self };

  rtc_loop_call (self->viewer->world->loop, read_resets, &order);
  return order.result;
}
