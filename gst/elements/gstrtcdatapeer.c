/* gst-rtc: the data channels of one peer
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * `lock` of the peer protects it and its lines. It is held while a session is told something, which only posts, so that the order is
 * that of the calls; it is not held while a line's funcs are called: a line that has just been closed may be told one more
 * thing by a thread that came before.
 */
#include "gstrtcdatapeer.h"

/* Bytes of messages that wait for handlers of the application's */
#define MAILBOX_LIMIT (1024 * 1024)

/* What a session knows us by; a session that was detached is not listened to any more */
typedef struct
{
  GstRtcDataPeer *peer;
} Attachment;

struct _GstRtcDataPeer
{
  gint ref_count;
  gchar *id;
  GstRtcMailbox *mailbox;
  void (*incoming) (gpointer user_data, GstRtcDataPeer * peer, GstRtcDataLine * line);
  gpointer user_data;

  GMutex lock;
  RtcSession *session;          /* (nullable) */
  Attachment *attachment;       /* of the session; not owned */
  GQueue lines;                 /* of GstRtcDataLine, all but the closed, as they were made */
  GHashTable *handles;          /* of the session's → GstRtcDataLine in lines */
  guint n_pauses;
  gboolean is_used, is_over;
};

typedef struct
{
  gboolean is_text;
  GBytes *message;
} Early;

struct _GstRtcDataLine
{
  gint ref_count;
  GstRtcDataPeer *peer;
  const GstRtcDataLineFuncs *funcs;
  gpointer user_data;
  GDestroyNotify destroy;

  /* under the peer's lock */
  RtcDataChannelSpec *spec;
  guint handle;                 /* if there is a session */
  gboolean is_open, is_closing, is_closed, is_paused;
  gboolean is_done;             /* the peer has closed it: all that it sent has come */
  GQueue early;                 /* of Early: before it is open */
  GList link;                   /* in the peer's lines */
};

static void
free_early (gpointer data)
{
  g_bytes_unref (((Early *) data)->message);
  g_free (data);
}

/* Lines, without lock */

static GstRtcDataLine *
line_new (GstRtcDataPeer * peer, const RtcDataChannelSpec * spec)
{
  GstRtcDataLine *line = g_new0 (GstRtcDataLine, 1);

  line->ref_count = 1;
  line->peer = gst_rtc_data_peer_ref (peer);
  line->spec = rtc_data_channel_spec_copy (spec);
  g_queue_init (&line->early);
  line->link.data = line;
  return line;
}

GstRtcDataLine *
gst_rtc_data_line_ref (GstRtcDataLine * line)
{
  g_atomic_int_inc (&line->ref_count);
  return line;
}

void
gst_rtc_data_line_unref (GstRtcDataLine * line)
{
  if (!g_atomic_int_dec_and_test (&line->ref_count))
    return;
  if (line->destroy)
    line->destroy (line->user_data);
  g_queue_clear_full (&line->early, free_early);
  rtc_data_channel_spec_free (line->spec);
  gst_rtc_data_peer_unref (line->peer);
  g_free (line);
}

void
gst_rtc_data_line_use (GstRtcDataLine * line, const GstRtcDataLineFuncs * funcs, gpointer user_data,
    GDestroyNotify destroy)
{
  line->funcs = funcs;
  line->user_data = user_data;
  line->destroy = destroy;
}

const RtcDataChannelSpec *
gst_rtc_data_line_get_spec (GstRtcDataLine * line)
{
  return line->spec;
}

GstRtcDataPeer *
gst_rtc_data_line_get_peer (GstRtcDataLine * line)
{
  return line->peer;
}

/* With the peer's lock */

static void
lock (GstRtcDataPeer * self)
{
  g_mutex_lock (&self->lock);
}

static void
unlock (GstRtcDataPeer * self)
{
  g_mutex_unlock (&self->lock);
}

static void
change_pauses (GstRtcDataPeer * self, gint change)
{
  gboolean was_paused = self->n_pauses > 0;

  self->n_pauses += change;
  if (self->session && was_paused != (self->n_pauses > 0))
    rtc_session_pause_data (self->session, !was_paused);
}

static void
add_line (GstRtcDataPeer * self, GstRtcDataLine * line)
{
  g_queue_push_tail_link (&self->lines, &gst_rtc_data_line_ref (line)->link);
}

static void
register_line (GstRtcDataPeer * self, GstRtcDataLine * line)
{
  line->handle = rtc_session_create_channel (self->session, line->spec);
  g_hash_table_insert (self->handles, GUINT_TO_POINTER (line->handle), line);
}

/* (transfer full): the reference that the peer had */
static GstRtcDataLine *
strike_line (GstRtcDataPeer * self, GstRtcDataLine * line)
{
  line->is_closed = TRUE;
  if (line->is_paused)
    change_pauses (self, -1);
  g_queue_clear_full (&line->early, free_early);
  if (g_hash_table_lookup (self->handles, GUINT_TO_POINTER (line->handle)) == line)
    g_hash_table_remove (self->handles, GUINT_TO_POINTER (line->handle));
  g_queue_unlink (&self->lines, &line->link);
  return line;
}

static void
flush_early (GstRtcDataPeer * self, GstRtcDataLine * line)
{
  Early *early;

  while ((early = g_queue_pop_head (&line->early))) {
    rtc_session_send_data (self->session, line->handle, early->is_text, early->message);
    free_early (early);
  }
  if (line->is_closing)
    rtc_session_close_channel (self->session, line->handle);
}

/* (transfer full) (nullable): NULL if it is not our session any more */
static GstRtcDataLine *
ref_line (Attachment * attachment, guint channel)
{
  GstRtcDataPeer *self = attachment->peer;
  GstRtcDataLine *line = NULL;

  lock (self);
  if (self->attachment == attachment)
    line = g_hash_table_lookup (self->handles, GUINT_TO_POINTER (channel));
  if (line)
    gst_rtc_data_line_ref (line);
  unlock (self);
  return line;
}

/* line: (transfer full). A peer that leaves as soon as it has closed its channels is no fault. */
static void
tell_closed (GstRtcDataLine * line, const GError * error)
{
  if (line->funcs)
    line->funcs->closed (line->user_data, line, line->is_done ? NULL : error);
  gst_rtc_data_line_unref (line);
}

/* From the session, on its loop */

static void
on_incoming (gpointer user_data, guint channel, const RtcDataChannelSpec * spec)
{
  Attachment *attachment = user_data;
  GstRtcDataPeer *self = attachment->peer;
  g_autoptr (GstRtcDataLine) line = NULL;

  lock (self);
  if (self->attachment == attachment) {
    line = line_new (self, spec);
    line->handle = channel;
    g_hash_table_insert (self->handles, GUINT_TO_POINTER (channel), line);
    add_line (self, line);
  }
  unlock (self);
  if (line)
    self->incoming (self->user_data, self, line);
}

static void
on_open (gpointer user_data, guint channel, gint id, guint64 max_message_size)
{
  g_autoptr (GstRtcDataLine) line = ref_line (user_data, channel);

  if (!line)
    return;
  lock (line->peer);
  line->spec->id = id;
  unlock (line->peer);
  if (line->funcs)
    line->funcs->open (line->user_data, line, max_message_size);
  lock (line->peer);
  line->is_open = TRUE;
  if (line->peer->session && !line->is_closed)
    flush_early (line->peer, line);
  unlock (line->peer);
}

static void
on_message (gpointer user_data, guint channel, gboolean is_text, GBytes * message)
{
  g_autoptr (GstRtcDataLine) line = ref_line (user_data, channel);

  if (line && line->funcs)
    line->funcs->message (line->user_data, line, is_text, message);
}

static void
on_sent (gpointer user_data, guint channel, gsize size)
{
  g_autoptr (GstRtcDataLine) line = ref_line (user_data, channel);

  if (line && line->funcs)
    line->funcs->sent (line->user_data, line, size);
}

static void
on_closing (gpointer user_data, guint channel)
{
  g_autoptr (GstRtcDataLine) line = ref_line (user_data, channel);

  if (!line)
    return;
  lock (line->peer);
  line->is_done = TRUE;
  unlock (line->peer);
  if (line->funcs && line->funcs->closing)
    line->funcs->closing (line->user_data, line);
}

static void
on_closed (gpointer user_data, guint channel, const GError * error)
{
  Attachment *attachment = user_data;
  GstRtcDataPeer *self = attachment->peer;
  GstRtcDataLine *line = NULL;

  lock (self);
  if (self->attachment == attachment)
    line = g_hash_table_lookup (self->handles, GUINT_TO_POINTER (channel));
  if (line)
    strike_line (self, line);
  unlock (self);
  if (line)
    tell_closed (line, error);
}

static const RtcDataSink data_sink = { on_incoming, on_open, on_message, on_sent, on_closing, on_closed };

/* (transfer full): all lines, not of the peer any more */
static GPtrArray *
strike_all (GstRtcDataPeer * self)
{
  GPtrArray *lines = g_ptr_array_new ();

  while (!g_queue_is_empty (&self->lines))
    g_ptr_array_add (lines, strike_line (self, g_queue_peek_head (&self->lines)));
  return lines;
}

/* lines: (transfer full) */
static void
tell_all_closed (GPtrArray * lines, const GError * reason)
{
  for (guint i = 0; i < lines->len; i++)
    tell_closed (lines->pdata[i], reason);
  g_ptr_array_unref (lines);
}

/* The session has ended. Its channels have been closed before, but for those that came too late. */
static void
free_attachment (gpointer data)
{
  Attachment *attachment = data;
  GstRtcDataPeer *self = attachment->peer;
  g_autoptr (GError) ended = g_error_new_literal (GST_RTC_ERROR, GST_RTC_ERROR_LEFT, "the session has ended");
  GPtrArray *lines = NULL;

  lock (self);
  if (self->attachment == attachment) {
    self->attachment = NULL;
    g_clear_pointer (&self->session, rtc_session_unref);
    self->is_over = TRUE;
    lines = strike_all (self);
  }
  unlock (self);
  if (lines)
    tell_all_closed (lines, ended);
  gst_rtc_data_peer_unref (self);
  g_free (attachment);
}

/* The peer */

static void
on_full (gpointer user_data, gboolean is_full)
{
  GstRtcDataPeer *self = user_data;

  lock (self);
  change_pauses (self, is_full ? 1 : -1);
  unlock (self);
}

GstRtcDataPeer *
gst_rtc_data_peer_new (const gchar * id, RtcControl * control,
    void (*incoming) (gpointer user_data, GstRtcDataPeer * peer, GstRtcDataLine * line), gpointer user_data)
{
  GstRtcDataPeer *self = g_new0 (GstRtcDataPeer, 1);

  self->ref_count = 1;
  self->id = g_strdup (id);
  self->incoming = incoming;
  self->user_data = user_data;
  g_mutex_init (&self->lock);
  self->mailbox = gst_rtc_mailbox_new (control, MAILBOX_LIMIT, on_full, self);
  g_queue_init (&self->lines);
  self->handles = g_hash_table_new (NULL, NULL);
  return self;
}

GstRtcDataPeer *
gst_rtc_data_peer_ref (GstRtcDataPeer * self)
{
  g_atomic_int_inc (&self->ref_count);
  return self;
}

void
gst_rtc_data_peer_unref (GstRtcDataPeer * self)
{
  if (!g_atomic_int_dec_and_test (&self->ref_count))
    return;
  g_clear_pointer (&self->session, rtc_session_unref);
  g_hash_table_unref (self->handles);
  gst_rtc_mailbox_unref (self->mailbox);
  g_mutex_clear (&self->lock);
  g_free (self->id);
  g_free (self);
}

const gchar *
gst_rtc_data_peer_get_id (GstRtcDataPeer * self)
{
  return self->id;
}

GstRtcMailbox *
gst_rtc_data_peer_get_mailbox (GstRtcDataPeer * self)
{
  return self->mailbox;
}

gboolean
gst_rtc_data_peer_is_used (GstRtcDataPeer * self)
{
  gboolean is_used;

  lock (self);
  is_used = self->is_used;
  unlock (self);
  return is_used;
}

void
gst_rtc_data_peer_attach (GstRtcDataPeer * self, RtcSession * session)
{
  Attachment *attachment = g_new (Attachment, 1);

  attachment->peer = gst_rtc_data_peer_ref (self);
  lock (self);
  self->session = rtc_session_ref (session);
  self->attachment = attachment;
  rtc_session_set_data_sink (session, &data_sink, attachment, free_attachment);
  for (GList * l = self->lines.head; l; l = l->next)
    register_line (self, l->data);
  unlock (self);
}

void
gst_rtc_data_peer_detach (GstRtcDataPeer * self)
{
  lock (self);
  g_clear_pointer (&self->session, rtc_session_unref);
  self->attachment = NULL;
  g_hash_table_remove_all (self->handles);
  unlock (self);
}

void
gst_rtc_data_peer_end (GstRtcDataPeer * self, const GError * reason)
{
  GPtrArray *lines;

  lock (self);
  self->is_over = TRUE;
  self->attachment = NULL;
  lines = strike_all (self);
  g_clear_pointer (&self->session, rtc_session_unref);
  unlock (self);
  tell_all_closed (lines, reason);
  gst_rtc_mailbox_end (self->mailbox);
}

GstRtcDataLine *
gst_rtc_data_peer_open (GstRtcDataPeer * self, const RtcDataChannelSpec * spec, const GstRtcDataLineFuncs * funcs,
    gpointer user_data, GDestroyNotify destroy)
{
  GstRtcDataLine *line = line_new (self, spec);
  gboolean is_over;

  gst_rtc_data_line_use (line, funcs, user_data, destroy);
  lock (self);
  is_over = self->is_over;
  if (!is_over) {
    self->is_used = TRUE;
    add_line (self, line);
    if (self->session)
      register_line (self, line);
  }
  unlock (self);
  if (!is_over)
    return line;
  gst_rtc_data_line_unref (line);
  return NULL;
}

/* A line's owner */

gboolean
gst_rtc_data_line_send (GstRtcDataLine * line, gboolean is_text, GBytes * message)
{
  GstRtcDataPeer *peer = line->peer;
  gboolean is_possible;

  lock (peer);
  is_possible = !line->is_closed && !line->is_closing;
  if (is_possible && line->is_open && peer->session) {
    rtc_session_send_data (peer->session, line->handle, is_text, message);
  } else if (is_possible) {
    Early *early = g_new (Early, 1);

    *early = (Early) { is_text, g_bytes_ref (message) };
    g_queue_push_tail (&line->early, early);
  }
  unlock (peer);
  return is_possible;
}

/* One that is not open yet and has nothing to send is not worth opening. */
void
gst_rtc_data_line_close (GstRtcDataLine * line)
{
  GstRtcDataPeer *peer = line->peer;
  gboolean is_done = FALSE;

  lock (peer);
  if (!line->is_closed && !line->is_closing) {
    line->is_closing = TRUE;
    is_done = !peer->session && g_queue_is_empty (&line->early);
    if (is_done)
      strike_line (peer, line);
    else if (peer->session && (line->is_open || g_queue_is_empty (&line->early)))
      rtc_session_close_channel (peer->session, line->handle);
  }
  unlock (peer);
  if (is_done)
    tell_closed (line, NULL);
}

void
gst_rtc_data_line_pause (GstRtcDataLine * line, gboolean is_paused)
{
  lock (line->peer);
  if (!line->is_closed && line->is_paused != is_paused) {
    line->is_paused = is_paused;
    change_pauses (line->peer, is_paused ? 1 : -1);
  }
  unlock (line->peer);
}
