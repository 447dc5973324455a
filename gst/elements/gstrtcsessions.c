/* gst-rtc: the peers of an element
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * `lock` protects the table of consumers against gst_rtc_sessions_get_ids() and _get_stats(); the control
 * thread, which alone changes it, reads it without. Nothing is called while it is held.
 */
#include "gstrtcsessions.h"

#include "gstrtcstats.h"

GST_DEBUG_CATEGORY_STATIC (rtc_sessions_debug);
#define GST_CAT_DEFAULT rtc_sessions_debug

/* What is left for a session that has waited long for its media */
#define MIN_SETUP_TIMEOUT (1 * RTC_SECOND)

typedef struct
{
  GstRtcSessions *sessions;
  GstRtcConsumer *consumer;
  RtcSession *session;          /* (not owned) NULL while it waits for media */
  GSource *deadline;            /* NULL once it does not */
} Entry;

struct _GstRtcSessions
{
  GstRtcSessionsConfig config;
  const GstRtcSessionsFuncs *funcs;
  gpointer user_data;
  gboolean running;
  gulong handlers[5];

  GMutex lock;
  GHashTable *entries;          /* id → Entry */
};

static void
free_entry (gpointer data)
{
  Entry *entry = data;

  if (entry->deadline) {
    g_source_destroy (entry->deadline);
    g_source_unref (entry->deadline);
  }
  gst_rtc_consumer_unref (entry->consumer);
  g_free (entry);
}

GstRtcSessions *
gst_rtc_sessions_new (const GstRtcSessionsConfig * config, const GstRtcSessionsFuncs * funcs, gpointer user_data)
{
  static gsize once;
  GstRtcSessions *self = g_new0 (GstRtcSessions, 1);
  RtcIceConfig *ice = &self->config.peer.ice;

  if (g_once_init_enter (&once)) {
    GST_DEBUG_CATEGORY_INIT (rtc_sessions_debug, "rtcsessions", 0, "rtc: the viewers of an element");
    g_once_init_leave (&once, 1);
  }
  self->config = *config;
  self->config.signaller = gst_object_ref (config->signaller);
  self->config.ice_servers = (const gchar * const *) g_strdupv ((gchar **) config->ice_servers);
  ice->stun_server = g_strdup (config->peer.ice.stun_server);
  ice->turn_servers = (const gchar * const *) g_strdupv ((gchar **) config->peer.ice.turn_servers);
  ice->addresses = (const gchar * const *) g_strdupv ((gchar **) config->peer.ice.addresses);
  for (guint i = 0; i < G_N_ELEMENTS (self->config.peer.receive); i++) {
    if (self->config.peer.receive[i].codecs)
      g_ptr_array_ref (self->config.peer.receive[i].codecs);
  }
  self->funcs = funcs;
  self->user_data = user_data;
  g_mutex_init (&self->lock);
  self->entries = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, free_entry);
  return self;
}

void
gst_rtc_sessions_free (GstRtcSessions * self)
{
  RtcIceConfig *ice = &self->config.peer.ice;

  gst_object_unref (self->config.signaller);
  g_strfreev ((gchar **) self->config.ice_servers);
  g_free ((gchar *) ice->stun_server);
  g_strfreev ((gchar **) ice->turn_servers);
  g_strfreev ((gchar **) ice->addresses);
  for (guint i = 0; i < G_N_ELEMENTS (self->config.peer.receive); i++)
    g_clear_pointer (&self->config.peer.receive[i].codecs, g_ptr_array_unref);
  g_hash_table_unref (self->entries);
  g_mutex_clear (&self->lock);
  g_free (self);
}

/* Coming and going */

/* Gone from the table first: an application that looks around in its handler sees it gone. */
static void
remove_consumer (GstRtcSessions * self, const gchar * id, const GError * reason, gboolean tell_peer)
{
  Entry *entry = g_hash_table_lookup (self->entries, id);
  g_autoptr (GstRtcConsumer) consumer = gst_rtc_consumer_ref (entry->consumer);
  g_autofree gchar *name = g_strdup (id);

  g_mutex_lock (&self->lock);
  g_hash_table_remove (self->entries, name);
  g_mutex_unlock (&self->lock);

  GST_INFO ("%s is gone: %s", name, reason->message);
  gst_rtc_consumer_end (consumer, reason);
  if (tell_peer)
    gst_rtc_signaller_end_session (self->config.signaller, name, reason);
  self->funcs->removed (name, reason, self->user_data);
}

static void
on_consumer_started (GstRtcConsumer * consumer, gpointer user_data)
{
  GstRtcSessions *self = user_data;

  self->funcs->started (consumer, self->user_data);
}

static void
on_consumer_negotiated (GstRtcConsumer * consumer, GPtrArray * tracks, gpointer user_data)
{
  GstRtcSessions *self = user_data;

  self->funcs->negotiated (consumer, tracks, self->user_data);
}

static void
on_consumer_ended (GstRtcConsumer * consumer, const GError * reason, gpointer user_data)
{
  GstRtcSessions *self = user_data;
  const gchar *id = gst_rtc_consumer_get_id (consumer);
  Entry *entry = g_hash_table_lookup (self->entries, id);

  if (entry && entry->consumer == consumer)
    remove_consumer (self, id, reason, TRUE);
}

static const GstRtcConsumerFuncs consumer_funcs = { on_consumer_started, on_consumer_negotiated, on_consumer_ended };

static gboolean
on_deadline (gpointer user_data)
{
  Entry *entry = user_data;
  g_autoptr (GError) error = g_error_new_literal (GST_RTC_ERROR, GST_RTC_ERROR_TIMEOUT,
      "no media came into the element in time: is the pipeline playing, are all of its pads linked?");

  remove_consumer (entry->sessions, gst_rtc_consumer_get_id (entry->consumer), error, TRUE);
  return G_SOURCE_REMOVE;
}

static void
arm_deadline (GstRtcSessions * self, Entry * entry)
{
  entry->deadline = g_timeout_source_new (self->config.peer.setup_timeout / RTC_MSECOND);
  g_source_set_callback (entry->deadline, on_deadline, entry, NULL);
  g_source_attach (entry->deadline, rtc_control_get_context (self->config.control));
}

static gboolean
receives (const GstRtcSessions * self)
{
  const RtcReceiveSpec *receive = self->config.peer.receive;

  return receive[RTC_MEDIA_AUDIO].codecs || receive[RTC_MEDIA_VIDEO].codecs;
}

/* (transfer full) (nullable) (element-type RtcTrackSpec): NULL until every input is known; empty if there is none */
static GPtrArray *
describe_inputs (GstRtcSessions * self, GPtrArray * inputs)
{
  g_autoptr (GPtrArray) tracks = g_ptr_array_new_with_free_func ((GDestroyNotify) rtc_track_spec_free);

  for (guint i = 0; i < inputs->len; i++) {
    RtcTrackSpec *spec = gst_rtc_input_get_track_spec (inputs->pdata[i]);

    if (!spec)
      return NULL;
    g_ptr_array_add (tracks, spec);
  }
  return g_steal_pointer (&tracks);
}

/* config: with what the session has beside media */
static void
start_entry (GstRtcSessions * self, Entry * entry, RtcPeerConfig config, GPtrArray * inputs, GPtrArray * tracks)
{
  RtcTime waited = g_get_monotonic_time () - gst_rtc_consumer_get_created (entry->consumer);
  RtcSession *session;

  if (entry->deadline) {
    g_source_destroy (entry->deadline);
    g_clear_pointer (&entry->deadline, g_source_unref);
  }
  config.tracks = tracks;
  config.seed = ((guint64) g_random_int () << 32) | g_random_int ();
  config.setup_timeout = MAX (config.setup_timeout - waited, MIN_SETUP_TIMEOUT);
  session = gst_rtc_consumer_start (entry->consumer, self->config.pool, self->config.control, &config, inputs);
  g_mutex_lock (&self->lock);
  entry->session = session;
  g_mutex_unlock (&self->lock);
}

static void
update_entry (GstRtcSessions * self, Entry * entry, GPtrArray * inputs, GPtrArray * tracks)
{
  RtcPeerConfig config = self->config.peer;
  gboolean is_enough = self->funcs->prepare (gst_rtc_consumer_get_id (entry->consumer), &config, self->user_data)
      || tracks->len > 0 || receives (self);

  if (is_enough && entry->session)
    gst_rtc_consumer_update (entry->consumer, inputs, tracks);
  else if (is_enough)
    start_entry (self, entry, config, inputs, tracks);
}

static void
update_sessions (gpointer data, gpointer user_data)
{
  GstRtcSessions *self = data;
  g_autoptr (GPtrArray) inputs = NULL, tracks = NULL;
  GHashTableIter iter;
  gpointer entry;

  if (!self->running)
    return;
  inputs = self->funcs->get_inputs (self->user_data);
  tracks = describe_inputs (self, inputs);
  if (!tracks)
    return;
  g_hash_table_iter_init (&iter, self->entries);
  while (g_hash_table_iter_next (&iter, NULL, &entry))
    update_entry (self, entry, inputs, tracks);
}

static gboolean
check_admission (GstRtcSessions * self, const gchar * id, GError ** error)
{
  if (self->config.max_consumers > 0 && g_hash_table_size (self->entries) >= self->config.max_consumers) {
    g_set_error (error, GST_RTC_ERROR, GST_RTC_ERROR_LIMIT, "no more than %u may be here at once (max-consumers)",
        self->config.max_consumers);
    return FALSE;
  }
  if (!self->funcs->requested (id, self->user_data)) {
    g_set_error_literal (error, GST_RTC_ERROR, GST_RTC_ERROR_REJECTED, "the application turns this peer away");
    return FALSE;
  }
  return TRUE;
}

/* (nullable): NULL if it may not come in. Whoever has the id already is replaced: the signaller
 * knows better than we do that it is gone. */
static Entry *
add_consumer (GstRtcSessions * self, const gchar * id)
{
  g_autoptr (GError) error = NULL;
  Entry *entry;

  if (g_hash_table_contains (self->entries, id)) {
    g_autoptr (GError) replaced = g_error_new_literal (GST_RTC_ERROR, GST_RTC_ERROR_LEFT, "came again");

    remove_consumer (self, id, replaced, FALSE);
  }
  if (!check_admission (self, id, &error)) {
    GST_INFO ("%s stays outside: %s", id, error->message);
    gst_rtc_signaller_end_session (self->config.signaller, id, error);
    return NULL;
  }

  entry = g_new0 (Entry, 1);
  entry->sessions = self;
  entry->consumer = gst_rtc_consumer_new (id, self->config.signaller, &consumer_funcs, self);
  arm_deadline (self, entry);
  g_mutex_lock (&self->lock);
  g_hash_table_insert (self->entries, g_strdup (id), entry);
  g_mutex_unlock (&self->lock);
  GST_INFO ("%s comes in", id);
  self->funcs->added (id, self->user_data);
  return entry;
}

/* What the signaller says, from whatever thread, to the control thread in order */

typedef enum
{
  MESSAGE_REQUESTED,
  MESSAGE_ENDED,
  MESSAGE_DESCRIPTION,
  MESSAGE_CANDIDATE,
  MESSAGE_ERROR,
} MessageKind;

typedef struct
{
  GstRtcSessions *sessions;
  MessageKind kind;
  gchar *id;
  GstRtcSdpType type;
  gchar *text;
  GError *error;
} Message;

static void
free_message (gpointer data)
{
  Message *message = data;

  g_free (message->id);
  g_free (message->text);
  g_clear_error (&message->error);
  g_free (message);
}

/* The viewer's offer has crossed ours, and wins. The session begins anew, as the one under way has gathered in the
 * controlling role, which is now the viewer's, and not every ICE agent resolves a conflict (RFC 8445, section 7.3.1.1). */
static void
begin_anew (GstRtcSessions * self, Entry * entry)
{
  g_autoptr (GError) crossed = g_error_new_literal (GST_RTC_ERROR, GST_RTC_ERROR_STOPPED, "offers have crossed");
  GstRtcConsumer *old = entry->consumer;
  GstRtcConsumer *new = gst_rtc_consumer_new (gst_rtc_consumer_get_id (old), self->config.signaller,
      &consumer_funcs, self);

  GST_INFO ("%s offers as well", gst_rtc_consumer_get_id (old));
  g_mutex_lock (&self->lock);
  entry->consumer = new;
  entry->session = NULL;
  g_mutex_unlock (&self->lock);
  self->funcs->dropped (gst_rtc_consumer_get_id (old), self->user_data);
  gst_rtc_consumer_end (old, crossed);
  gst_rtc_consumer_unref (old);
}

static void
take_description (GstRtcSessions * self, const Message * message)
{
  Entry *entry = g_hash_table_lookup (self->entries, message->id);

  if (!entry)                   /* has been turned away, or has gone while this was on its way */
    return;
  if (message->type == GST_RTC_SDP_TYPE_OFFER && gst_rtc_consumer_is_offering (entry->consumer))
    begin_anew (self, entry);
  gst_rtc_consumer_description (entry->consumer, message->type, message->text);
  update_sessions (self, NULL);
}

static void
take_requested (GstRtcSessions * self, const Message * message)
{
  Entry *entry = add_consumer (self, message->id);

  if (entry && message->text)
    gst_rtc_consumer_description (entry->consumer, message->type, message->text);
  if (entry)
    update_sessions (self, NULL);
}

static void
take_ended (GstRtcSessions * self, const Message * message)
{
  g_autoptr (GError) left = g_error_new_literal (GST_RTC_ERROR, GST_RTC_ERROR_LEFT, "left");

  if (g_hash_table_contains (self->entries, message->id))
    remove_consumer (self, message->id, message->error ? message->error : left, FALSE);
}

static void
take_message (gpointer data, gpointer user_data)
{
  Message *message = data;
  GstRtcSessions *self = message->sessions;
  Entry *entry;

  if (!self->running)
    return;
  switch (message->kind) {
    case MESSAGE_REQUESTED:
      take_requested (self, message);
      break;
    case MESSAGE_ENDED:
      take_ended (self, message);
      break;
    case MESSAGE_DESCRIPTION:
      take_description (self, message);
      break;
    case MESSAGE_CANDIDATE:
      entry = g_hash_table_lookup (self->entries, message->id);
      if (entry)
        gst_rtc_consumer_candidate (entry->consumer, message->text);
      break;
    case MESSAGE_ERROR:
      self->funcs->failed (message->error, self->user_data);
      break;
  }
}

static void
post_message (GstRtcSessions * self, MessageKind kind, const gchar * id, GstRtcSdpType type, const gchar * text,
    const GError * error)
{
  Message *message = g_new0 (Message, 1);

  message->sessions = self;
  message->kind = kind;
  message->id = g_strdup (id);
  message->type = type;
  message->text = g_strdup (text);
  message->error = error ? g_error_copy (error) : NULL;
  rtc_control_post (self->config.control, take_message, message, NULL, free_message);
}

static void
on_session_requested (GstRtcSignaller * signaller, const gchar * id, const gchar * offer, GstRtcSessions * self)
{
  post_message (self, MESSAGE_REQUESTED, id, GST_RTC_SDP_TYPE_OFFER, offer, NULL);
}

static void
on_session_ended (GstRtcSignaller * signaller, const gchar * id, const GError * reason, GstRtcSessions * self)
{
  post_message (self, MESSAGE_ENDED, id, 0, NULL, reason);
}

static void
on_description (GstRtcSignaller * signaller, const gchar * id, GstRtcSdpType type, const gchar * sdp,
    GstRtcSessions * self)
{
  post_message (self, MESSAGE_DESCRIPTION, id, type, sdp, NULL);
}

/* All media are bundled: which section a candidate names does not matter. */
static void
on_candidate (GstRtcSignaller * signaller, const gchar * id, const gchar * candidate, const gchar * mid,
    gint m_line, GstRtcSessions * self)
{
  post_message (self, MESSAGE_CANDIDATE, id, 0, candidate, NULL);
}

static void
on_error (GstRtcSignaller * signaller, const GError * error, GstRtcSessions * self)
{
  post_message (self, MESSAGE_ERROR, NULL, 0, NULL, error);
}

/* Life */

gboolean
gst_rtc_sessions_start (GstRtcSessions * self, GError ** error)
{
  GstRtcSignaller *signaller = self->config.signaller;

  self->handlers[0] = g_signal_connect (signaller, "session-requested", G_CALLBACK (on_session_requested), self);
  self->handlers[1] = g_signal_connect (signaller, "session-ended", G_CALLBACK (on_session_ended), self);
  self->handlers[2] = g_signal_connect (signaller, "description", G_CALLBACK (on_description), self);
  self->handlers[3] = g_signal_connect (signaller, "candidate", G_CALLBACK (on_candidate), self);
  self->handlers[4] = g_signal_connect (signaller, "error", G_CALLBACK (on_error), self);
  self->running = gst_rtc_signaller_start (signaller, self->config.ice_servers, error);
  if (!self->running)
    gst_rtc_sessions_stop (self);
  return self->running;
}

void
gst_rtc_sessions_stop (GstRtcSessions * self)
{
  g_autoptr (GError) stopped = g_error_new_literal (GST_RTC_ERROR, GST_RTC_ERROR_STOPPED, "the stream has ended");
  g_auto (GStrv) ids = gst_rtc_sessions_get_ids (self);

  for (guint i = 0; ids[i]; i++) {
    if (g_hash_table_contains (self->entries, ids[i]))
      remove_consumer (self, ids[i], stopped, TRUE);
  }
  for (guint i = 0; i < G_N_ELEMENTS (self->handlers); i++)
    g_clear_signal_handler (&self->handlers[i], self->config.signaller);
  if (self->running)
    gst_rtc_signaller_stop (self->config.signaller);
  self->running = FALSE;
}

void
gst_rtc_sessions_update (GstRtcSessions * self)
{
  rtc_control_post (self->config.control, update_sessions, self, NULL, NULL);
}

/* Looking */

GStrv
gst_rtc_sessions_get_ids (GstRtcSessions * self)
{
  GStrvBuilder *builder = g_strv_builder_new ();
  GHashTableIter iter;
  gpointer id;
  GStrv ids;

  g_mutex_lock (&self->lock);
  g_hash_table_iter_init (&iter, self->entries);
  while (g_hash_table_iter_next (&iter, &id, NULL))
    g_strv_builder_add (builder, id);
  g_mutex_unlock (&self->lock);
  ids = g_strv_builder_end (builder);
  g_strv_builder_unref (builder);
  return ids;
}

/* The loops answer one by one, after the lock is let go of. */
static void
ref_sessions (GstRtcSessions * self, GPtrArray * ids, GPtrArray * sessions)
{
  GHashTableIter iter;
  gpointer id, entry;

  g_mutex_lock (&self->lock);
  g_hash_table_iter_init (&iter, self->entries);
  while (g_hash_table_iter_next (&iter, &id, &entry)) {
    if (!((Entry *) entry)->session)
      continue;
    g_ptr_array_add (ids, g_strdup (id));
    g_ptr_array_add (sessions, rtc_session_ref (((Entry *) entry)->session));
  }
  g_mutex_unlock (&self->lock);
}

/* Fields are numbered: GLib keeps the name of a field for ever, and the id may be any text. */
GstStructure *
gst_rtc_sessions_get_stats (GstRtcSessions * self)
{
  g_autoptr (GPtrArray) ids = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) sessions = g_ptr_array_new_with_free_func ((GDestroyNotify) rtc_session_unref);
  GstStructure *all = gst_structure_new_empty ("application/x-rtc-consumers");

  ref_sessions (self, ids, sessions);
  for (guint i = 0; i < ids->len; i++) {
    g_autoptr (RtcPeerStats) stats = rtc_session_get_stats (sessions->pdata[i]);
    g_autofree gchar *field = g_strdup_printf ("consumer-%d", gst_structure_n_fields (all));
    GstStructure *report;

    if (!stats)
      continue;
    report = gst_rtc_stats_new (ids->pdata[i], stats, g_get_real_time (), self->funcs->describe, self->user_data);
    gst_structure_set (all, field, GST_TYPE_STRUCTURE, report, NULL);
    gst_structure_free (report);
  }
  return all;
}
