/* gst-rtc: what every element with peers is: a signaller, peers, network threads
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Threads and locks, for this and everything beside it:
 *
 *   application ── STATE_LOCK ──▶ waits for the control thread, and by it for the loops
 *   control thread ──▶ may wait for loops and, removing a branch, for a streaming thread
 *   loops, streaming threads ──▶ wait for none of the others
 *
 * So the control thread never takes an element's STATE_LOCK but those of branches, which nobody holds while
 * he waits; and no lock of ours (object lock, GstRtcInput's, GstRtcSessions') is held while anything outside
 * its file is called, except `running` for reading, which only the end of an element waits for.
 */
#include "gstrtcbase.h"

#include <sys/resource.h>

#include "gstrtcbackends.h"
#include "gstrtcsettings.h"

GST_DEBUG_CATEGORY_STATIC (rtc_base_debug);
#define GST_CAT_DEFAULT rtc_base_debug

/* Of every session together. A peer says goodbye at once; its sockets follow. */
#define STOP_TIMEOUT (5 * RTC_SECOND)

/* Its WebSocket, what wakes its context up, and a socket for every address of a machine with a few */
#define DESCRIPTORS_OF_VIEWER 8
#define DESCRIPTORS_BESIDE 256

enum
{
  PROP_0,
  PROP_SIGNALLER,
  PROP_STATS,
  PROP_META,
  PROP_DATA_CHANNELS,
  PROP_SETTINGS,                /* and on */
};

enum
{
  SIGNAL_CONSUMER_REQUESTED,
  SIGNAL_CONSUMER_ADDED,
  SIGNAL_CONSUMER_REMOVED,
  SIGNAL_GET_SESSIONS,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

typedef struct
{
  /* under the object lock */
  GstRtcSettings settings;
  GstStructure *meta;
  GstElement *signaller;        /* owned by the bin */

  GstRtcData *data;             /* set once */

  GRWLock running;              /* for reading: keeps what follows where it is */
  RtcPool *pool;
  RtcControl *control;
  GstRtcSessions *sessions;
} GstRtcBasePrivate;

static void gst_rtc_base_child_proxy_init (gpointer iface, gpointer data);

G_DEFINE_ABSTRACT_TYPE_WITH_CODE (GstRtcBase, gst_rtc_base, GST_TYPE_BIN, G_ADD_PRIVATE (GstRtcBase);
    G_IMPLEMENT_INTERFACE (GST_TYPE_CHILD_PROXY, gst_rtc_base_child_proxy_init);
    GST_DEBUG_CATEGORY_INIT (rtc_base_debug, "rtcbase", 0, "rtc: life of an element with peers"));

#define PRIVATE(self) ((GstRtcBasePrivate *) gst_rtc_base_get_instance_private (self))

gboolean
gst_rtc_accumulate_until_true (GSignalInvocationHint * hint, GValue * accumulated, const GValue * value,
    gpointer user_data)
{
  g_value_copy (value, accumulated);
  return !g_value_get_boolean (value);
}

static gboolean
accumulate_while_true (GSignalInvocationHint * hint, GValue * accumulated, const GValue * value, gpointer user_data)
{
  g_value_copy (value, accumulated);
  return g_value_get_boolean (value);
}

/* The child proxy: "signaller::port", "video_0::msid" */

static GObject *(*find_child_of_bin) (GstChildProxy * proxy, const gchar * name);

static GstElement *
ref_signaller (GstRtcBase * self)
{
  GstElement *signaller;

  GST_OBJECT_LOCK (self);
  signaller = PRIVATE (self)->signaller;
  if (signaller)
    gst_object_ref (signaller);
  GST_OBJECT_UNLOCK (self);
  return signaller;
}

/* A pad before the part inside that has its name */
static GObject *
get_child_by_name (GstChildProxy * proxy, const gchar * name)
{
  GstPad *pad;

  if (g_str_equal (name, "signaller"))
    return (GObject *) ref_signaller (GST_RTC_BASE (proxy));
  pad = gst_element_get_static_pad (GST_ELEMENT (proxy), name);
  if (pad)
    return G_OBJECT (pad);
  return find_child_of_bin ? find_child_of_bin (proxy, name) : NULL;
}

static void
gst_rtc_base_child_proxy_init (gpointer iface, gpointer data)
{
  GstChildProxyInterface *proxy = iface;

  find_child_of_bin = proxy->get_child_by_name;
  proxy->get_child_by_name = get_child_by_name;
}

/* What the sessions say, on the control thread */

static GPtrArray *
get_inputs (gpointer user_data)
{
  GstRtcBaseClass *klass = GST_RTC_BASE_GET_CLASS (user_data);

  return klass->get_inputs ? klass->get_inputs (user_data) : g_ptr_array_new ();
}

static gboolean
on_prepare (const gchar * id, RtcPeerConfig * peer, gpointer user_data)
{
  GstRtcData *data = PRIVATE (user_data)->data;

  peer->data_channels = gst_rtc_data_is_offered (data);
  return gst_rtc_data_wants_session (data, id);
}

static void
on_started (GstRtcConsumer * consumer, gpointer user_data)
{
  gst_rtc_data_started (PRIVATE (user_data)->data, gst_rtc_consumer_get_id (consumer),
      gst_rtc_consumer_get_session (consumer));
}

static void
on_dropped (const gchar * id, gpointer user_data)
{
  gst_rtc_data_dropped (PRIVATE (user_data)->data, id);
}

static void
on_negotiated (GstRtcConsumer * consumer, GPtrArray * tracks, gpointer user_data)
{
  GstRtcBaseClass *klass = GST_RTC_BASE_GET_CLASS (user_data);

  if (klass->negotiated)
    klass->negotiated (user_data, consumer, tracks);
}

static void
on_describe (const gchar * id, const gchar * mid, GstStructure * entry, gpointer user_data)
{
  GstRtcBaseClass *klass = GST_RTC_BASE_GET_CLASS (user_data);

  if (klass->describe)
    klass->describe (user_data, id, mid, entry);
}

static gboolean
on_requested (const gchar * id, gpointer user_data)
{
  gboolean accepted = TRUE;

  g_signal_emit (user_data, signals[SIGNAL_CONSUMER_REQUESTED], 0, id, &accepted);
  return accepted;
}

static void
on_added (const gchar * id, gpointer user_data)
{
  GstRtcBaseClass *klass = GST_RTC_BASE_GET_CLASS (user_data);

  gst_rtc_data_added (PRIVATE (user_data)->data, id, PRIVATE (user_data)->control);
  if (klass->added)
    klass->added (user_data, id);
  g_signal_emit (user_data, signals[SIGNAL_CONSUMER_ADDED], 0, id);
  gst_element_post_message (user_data, gst_message_new_element (user_data,
          gst_structure_new ("rtc-consumer-added", "peer-id", G_TYPE_STRING, id, NULL)));
}

static void
on_removed (const gchar * id, const GError * reason, gpointer user_data)
{
  GstRtcBaseClass *klass = GST_RTC_BASE_GET_CLASS (user_data);

  gst_rtc_data_removed (PRIVATE (user_data)->data, id, reason);
  if (klass->removed)
    klass->removed (user_data, id);
  g_signal_emit (user_data, signals[SIGNAL_CONSUMER_REMOVED], 0, id, reason);
  gst_element_post_message (user_data, gst_message_new_element (user_data,
          gst_structure_new ("rtc-consumer-removed", "peer-id", G_TYPE_STRING, id,
              "reason", G_TYPE_ERROR, reason, NULL)));
}

static void
on_failed (const GError * error, gpointer user_data)
{
  GST_ELEMENT_WARNING (user_data, RESOURCE, FAILED, ("%s", error->message), ("Running sessions go on."));
}

static const GstRtcSessionsFuncs sessions_funcs = {
  .get_inputs = get_inputs,
  .requested = on_requested,
  .added = on_added,
  .prepare = on_prepare,
  .started = on_started,
  .dropped = on_dropped,
  .negotiated = on_negotiated,
  .removed = on_removed,
  .failed = on_failed,
  .describe = on_describe,
};

/* Start and stop */

static GstRtcSessions *
new_sessions (GstRtcBase * self, GError ** error)
{
  GstRtcBasePrivate *priv = PRIVATE (self);
  g_auto (GStrv) ice_servers = NULL;
  GstRtcSessions *sessions = NULL;
  GstRtcSessionsConfig config = {
    .pool = priv->pool,
    .control = priv->control,
    .peer.backends = gst_rtc_backends_get (),
    .peer.certificate = gst_rtc_backends_get_certificate (error),
    .peer.ntp_offset = g_get_real_time () - g_get_monotonic_time (),
  };

  if (!config.peer.certificate)
    return NULL;
  if (GST_RTC_BASE_GET_CLASS (self)->configure)
    GST_RTC_BASE_GET_CLASS (self)->configure (self, &config.peer);
  GST_OBJECT_LOCK (self);
  if (!priv->signaller) {
    g_set_error_literal (error, GST_RTC_ERROR, GST_RTC_ERROR_SIGNALLING, "there is no signaller: "
        "set the property signaller, for example to rtcserversignaller");
  } else if (gst_rtc_settings_check (&priv->settings, error)) {
    ice_servers = gst_rtc_settings_get_ice_servers (&priv->settings);
    config.signaller = GST_RTC_SIGNALLER (priv->signaller);
    config.ice_servers = (const gchar * const *) ice_servers;
    config.max_consumers = priv->settings.max_consumers;
    gst_rtc_settings_apply (&priv->settings, &config.peer);
    sessions = gst_rtc_sessions_new (&config, &sessions_funcs, self);
  }
  GST_OBJECT_UNLOCK (self);
  for (guint i = 0; i < G_N_ELEMENTS (config.peer.receive); i++)
    g_clear_pointer (&config.peer.receive[i].codecs, g_ptr_array_unref);
  return sessions;
}

typedef struct
{
  GstRtcSessions *sessions;
  GError **error;
  gboolean done;
} StartCall;

static void
start_sessions (gpointer data, gpointer user_data)
{
  StartCall *call = data;

  call->done = gst_rtc_sessions_start (call->sessions, call->error);
}

static void
stop_sessions (gpointer data, gpointer user_data)
{
  gst_rtc_sessions_stop (data);
}

static void
tell_stopped (gpointer data, gpointer user_data)
{
  if (GST_RTC_BASE_GET_CLASS (data)->stopped)
    GST_RTC_BASE_GET_CLASS (data)->stopped (data);
}

static void
do_nothing (gpointer data, gpointer user_data)
{
}

/* Returns: whether every loop and every thread is free of sessions. If one hangs, it is better to lose some
 * memory than to crash or to wait for ever. */
static gboolean
end_sessions (GstRtcBase * self)
{
  GstRtcBasePrivate *priv = PRIVATE (self);
  gboolean idle;

  if (priv->sessions)
    rtc_control_call (priv->control, stop_sessions, priv->sessions, NULL);
  idle = rtc_pool_wait_idle (priv->pool, STOP_TIMEOUT);
  /* What the last sessions posted has run when one more call has. */
  rtc_control_call (priv->control, do_nothing, NULL, NULL);
  if (!idle)
    GST_ERROR_OBJECT (self, "sessions did not end in time: their memory and threads stay");
  return idle;
}

static void
tear_down (GstRtcBase * self, gboolean idle)
{
  GstRtcBasePrivate *priv = PRIVATE (self);
  GstRtcSessions *sessions;
  RtcControl *control;
  RtcPool *pool;

  g_rw_lock_writer_lock (&priv->running);
  sessions = g_steal_pointer (&priv->sessions);
  control = g_steal_pointer (&priv->control);
  pool = g_steal_pointer (&priv->pool);
  g_rw_lock_writer_unlock (&priv->running);

  if (!idle)
    return;
  if (control)
    rtc_control_free (control);
  if (sessions)
    gst_rtc_sessions_free (sessions);
  if (pool)
    rtc_pool_free (pool);
}

/* The usual soft limit of 1024 is there for select(), and servers are expected to raise it. */
static void
raise_descriptor_limit (GstRtcBase * self)
{
  guint max_consumers = PRIVATE (self)->settings.max_consumers;
  rlim_t needed = DESCRIPTORS_BESIDE + (rlim_t) max_consumers * DESCRIPTORS_OF_VIEWER;
  struct rlimit limit;

  if (getrlimit (RLIMIT_NOFILE, &limit) != 0)
    return;
  if (max_consumers == 0 || limit.rlim_cur < needed) {
    limit.rlim_cur = limit.rlim_max;
    setrlimit (RLIMIT_NOFILE, &limit);
  }
  if (limit.rlim_cur < needed)
    GST_WARNING_OBJECT (self, "%u peers (max-consumers) may need %" G_GUINT64_FORMAT " file descriptors, but "
        "this process may open %" G_GUINT64_FORMAT ": raise the hard limit (ulimit -n) or lower max-consumers",
        max_consumers, (guint64) needed, (guint64) limit.rlim_cur);
}

static gboolean
start (GstRtcBase * self)
{
  GstRtcBasePrivate *priv = PRIVATE (self);
  g_autoptr (GError) error = NULL;
  StartCall call = { NULL, &error, FALSE };
  GstRtcSessions *sessions = NULL;

  raise_descriptor_limit (self);
  priv->pool = rtc_pool_new (GST_OBJECT_NAME (self), priv->settings.loop_threads, &error);
  if (priv->pool) {
    priv->control = rtc_control_new (GST_OBJECT_NAME (self));
    sessions = new_sessions (self, &error);
  }
  if (sessions) {
    g_rw_lock_writer_lock (&priv->running);
    priv->sessions = sessions;
    g_rw_lock_writer_unlock (&priv->running);
    if (GST_RTC_BASE_GET_CLASS (self)->started)
      GST_RTC_BASE_GET_CLASS (self)->started (self);
    call.sessions = sessions;
    rtc_control_call (priv->control, start_sessions, &call, NULL);
    if (call.done)
      return TRUE;
    rtc_control_call (priv->control, tell_stopped, self, NULL);
  }
  GST_ELEMENT_ERROR (self, RESOURCE, FAILED, ("%s", error ? error->message : "Signaling does not start."), (NULL));
  tear_down (self, TRUE);
  return FALSE;
}

static gboolean
is_on_own_thread (GstRtcBase * self)
{
  RtcControl *control = PRIVATE (self)->control;

  if (!control || !rtc_control_is_current (control))
    return FALSE;
  GST_ERROR_OBJECT (self, "a handler of its own signals cannot stop an element: do it on another thread, "
      "for example by g_idle_add()");
  return TRUE;
}

static GstStateChangeReturn
gst_rtc_base_change_state (GstElement * element, GstStateChange transition)
{
  GstRtcBase *self = GST_RTC_BASE (element);
  GstElementClass *parent_class = GST_ELEMENT_CLASS (gst_rtc_base_parent_class);
  GstStateChangeReturn result;
  gboolean idle = TRUE;

  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED) {
    if (!start (self))
      return GST_STATE_CHANGE_FAILURE;
  } else if (transition == GST_STATE_CHANGE_PAUSED_TO_READY) {
    if (is_on_own_thread (self))
      return GST_STATE_CHANGE_FAILURE;
    idle = end_sessions (self);
  }

  result = parent_class->change_state (element, transition);

  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED && result == GST_STATE_CHANGE_FAILURE)
    idle = end_sessions (self);
  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY || (transition == GST_STATE_CHANGE_READY_TO_PAUSED
          && result == GST_STATE_CHANGE_FAILURE)) {
    rtc_control_call (PRIVATE (self)->control, tell_stopped, self, NULL);
    tear_down (self, idle);
  }
  return result;
}

GstStateChangeReturn
gst_rtc_base_make_live (GstStateChange transition, GstStateChangeReturn result)
{
  if (result == GST_STATE_CHANGE_SUCCESS && (transition == GST_STATE_CHANGE_READY_TO_PAUSED
          || transition == GST_STATE_CHANGE_PLAYING_TO_PAUSED))
    return GST_STATE_CHANGE_NO_PREROLL;
  return result;
}

/* Pads: those of media are the subclass's */

static GstPad *
gst_rtc_base_request_new_pad (GstElement * element, GstPadTemplate * pad_template, const gchar * asked,
    const GstCaps * caps)
{
  return gst_rtc_data_pads_request (gst_rtc_data_get_pads (PRIVATE (GST_RTC_BASE (element))->data), pad_template, asked);
}

static void
gst_rtc_base_release_pad (GstElement * element, GstPad * pad)
{
  gst_rtc_data_pads_release (gst_rtc_data_get_pads (PRIVATE (GST_RTC_BASE (element))->data), pad);
}

/* The object */

static void
set_signaller (GstRtcBase * self, GstElement * signaller)
{
  GstRtcBasePrivate *priv = PRIVATE (self);
  GstElement *old;

  if (signaller && !GST_IS_RTC_SIGNALLER (signaller)) {
    g_warning ("%s is no signaller", GST_ELEMENT_NAME (signaller));
    return;
  }
  GST_OBJECT_LOCK (self);
  old = priv->signaller;
  priv->signaller = signaller;
  GST_OBJECT_UNLOCK (self);
  if (old) {
    gst_element_set_state (old, GST_STATE_NULL);
    gst_bin_remove (GST_BIN (self), old);
  }
  /* One that belongs to another bin would vanish with that. */
  if (signaller && !gst_bin_add (GST_BIN (self), signaller)) {
    GST_OBJECT_LOCK (self);
    priv->signaller = NULL;
    GST_OBJECT_UNLOCK (self);
  }
}

static GstStructure *
get_stats (GstRtcBase * self)
{
  GstRtcBasePrivate *priv = PRIVATE (self);
  GstStructure *stats = NULL;

  g_rw_lock_reader_lock (&priv->running);
  if (priv->sessions)
    stats = gst_rtc_sessions_get_stats (priv->sessions);
  g_rw_lock_reader_unlock (&priv->running);
  return stats ? stats : gst_structure_new_empty ("application/x-rtc-consumers");
}

static GStrv
gst_rtc_base_get_sessions (GstRtcBase * self)
{
  GstRtcBasePrivate *priv = PRIVATE (self);
  GStrv ids = NULL;

  g_rw_lock_reader_lock (&priv->running);
  if (priv->sessions)
    ids = gst_rtc_sessions_get_ids (priv->sessions);
  g_rw_lock_reader_unlock (&priv->running);
  return ids ? ids : g_new0 (gchar *, 1);
}

static void
gst_rtc_base_set_property (GObject * object, guint id, const GValue * value, GParamSpec * spec)
{
  GstRtcBase *self = GST_RTC_BASE (object);
  GstRtcBasePrivate *priv = PRIVATE (self);

  if (id == PROP_SIGNALLER) {
    set_signaller (self, g_value_get_object (value));
    return;
  }
  if (id == PROP_DATA_CHANNELS) {
    gst_rtc_data_set_enabled (priv->data, g_value_get_boolean (value));
    return;
  }
  GST_OBJECT_LOCK (self);
  if (id == PROP_META) {
    g_clear_pointer (&priv->meta, gst_structure_free);
    priv->meta = g_value_dup_boxed (value);
  } else if (id < PROP_SETTINGS || !gst_rtc_settings_set (&priv->settings, id - PROP_SETTINGS, value)) {
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
  }
  GST_OBJECT_UNLOCK (self);
}

static void
gst_rtc_base_get_property (GObject * object, guint id, GValue * value, GParamSpec * spec)
{
  GstRtcBase *self = GST_RTC_BASE (object);
  GstRtcBasePrivate *priv = PRIVATE (self);

  if (id == PROP_SIGNALLER) {
    g_value_take_object (value, ref_signaller (self));
    return;
  }
  if (id == PROP_STATS) {
    g_value_take_boxed (value, get_stats (self));
    return;
  }
  if (id == PROP_DATA_CHANNELS) {
    g_value_set_boolean (value, gst_rtc_data_get_enabled (priv->data));
    return;
  }
  GST_OBJECT_LOCK (self);
  if (id == PROP_META)
    g_value_set_boxed (value, priv->meta);
  else if (id < PROP_SETTINGS || !gst_rtc_settings_get (&priv->settings, id - PROP_SETTINGS, value))
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
  GST_OBJECT_UNLOCK (self);
}

static void
gst_rtc_base_finalize (GObject * object)
{
  GstRtcBasePrivate *priv = PRIVATE (GST_RTC_BASE (object));

  gst_rtc_data_free (priv->data);
  gst_rtc_settings_clear (&priv->settings);
  g_clear_pointer (&priv->meta, gst_structure_free);
  g_rw_lock_clear (&priv->running);
  G_OBJECT_CLASS (gst_rtc_base_parent_class)->finalize (object);
}

static gboolean
accept_consumer (GstRtcBase * self, const gchar * peer_id)
{
  return TRUE;
}

static void
install_signals (GType type)
{
  /**
   * GstRtcBase::consumer-requested:
   * @peer_id: who wants to come in
   *
   * On the control thread of the element, as the following: a handler must not stop the element, and delays
   * other peers for as long as it takes.
   *
   * Returns: %FALSE to turn the peer away. Without a handler everybody may come in.
   */
  signals[SIGNAL_CONSUMER_REQUESTED] = g_signal_new_class_handler ("consumer-requested", type, G_SIGNAL_RUN_LAST,
      G_CALLBACK (accept_consumer), accumulate_while_true, NULL, NULL, G_TYPE_BOOLEAN, 1, G_TYPE_STRING);
  /**
   * GstRtcBase::consumer-added:
   * @peer_id: who came in. Its connection has yet to be made: see `stats`.
   */
  signals[SIGNAL_CONSUMER_ADDED] = g_signal_new ("consumer-added", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
      G_TYPE_NONE, 1, G_TYPE_STRING);
  /**
   * GstRtcBase::consumer-removed:
   * @peer_id: who is gone
   * @reason: why, in the domain %GST_RTC_ERROR
   */
  signals[SIGNAL_CONSUMER_REMOVED] = g_signal_new ("consumer-removed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
      G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_ERROR);
  /**
   * GstRtcBase::get-sessions:
   *
   * Returns: (transfer full): the ids of all peers
   */
  signals[SIGNAL_GET_SESSIONS] = g_signal_new_class_handler ("get-sessions", type,
      G_SIGNAL_RUN_LAST | G_SIGNAL_ACTION, G_CALLBACK (gst_rtc_base_get_sessions), NULL, NULL, NULL, G_TYPE_STRV, 0);
}

static void
gst_rtc_base_class_init (GstRtcBaseClass * klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;

  object_class->set_property = gst_rtc_base_set_property;
  object_class->get_property = gst_rtc_base_get_property;
  object_class->finalize = gst_rtc_base_finalize;
  GST_ELEMENT_CLASS (klass)->change_state = gst_rtc_base_change_state;
  GST_ELEMENT_CLASS (klass)->request_new_pad = gst_rtc_base_request_new_pad;
  GST_ELEMENT_CLASS (klass)->release_pad = gst_rtc_base_release_pad;

  g_object_class_install_property (object_class, PROP_SIGNALLER, g_param_spec_object ("signaller", "Signaller",
          "Carries the negotiation with peers: an element that implements GstRtcSignaller, "
          "\"rtcserversignaller port=9000\" in gst-launch-1.0. Its properties are children: signaller::port=9000",
          GST_TYPE_ELEMENT, flags | GST_PARAM_MUTABLE_READY));
  g_object_class_install_property (object_class, PROP_STATS, g_param_spec_boxed ("stats", "Statistics",
          "One structure by peer, consumer-0 and so on, with its peer-id and the structures and names of W3C "
          "webrtc-stats: outbound-rtp, remote-inbound-rtp, inbound-rtp, data-channel, codec, transport, candidate-pair", GST_TYPE_STRUCTURE,
          G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
  g_object_class_install_property (object_class, PROP_META, g_param_spec_boxed ("meta", "Metadata",
          "Free-form description of this stream, for signallers that pass it on", GST_TYPE_STRUCTURE, flags));
  gst_rtc_data_install (object_class, PROP_DATA_CHANNELS);
  gst_rtc_settings_install (object_class, PROP_SETTINGS);
  install_signals (G_TYPE_FROM_CLASS (klass));
  gst_type_mark_as_plugin_api (GST_TYPE_RTC_BASE, 0);
  gst_type_mark_as_plugin_api (GST_TYPE_RTC_ICE_TRANSPORT_POLICY, 0);
}

static void
gst_rtc_base_init (GstRtcBase * self)
{
  GstRtcBasePrivate *priv = PRIVATE (self);

  g_rw_lock_init (&priv->running);
  priv->data = gst_rtc_data_new (GST_ELEMENT (self));
  gst_rtc_settings_init (&priv->settings);
  set_signaller (self, gst_element_factory_make ("rtcserversignaller", NULL));
}

RtcPool *
gst_rtc_base_get_pool (GstRtcBase * self)
{
  return PRIVATE (self)->pool;
}

RtcControl *
gst_rtc_base_get_control (GstRtcBase * self)
{
  return PRIVATE (self)->control;
}

GstRtcData *
gst_rtc_base_get_data (GstRtcBase * self)
{
  return PRIVATE (self)->data;
}

void
gst_rtc_base_update (GstRtcBase * self)
{
  GstRtcBasePrivate *priv = PRIVATE (self);

  g_rw_lock_reader_lock (&priv->running);
  if (priv->sessions)
    gst_rtc_sessions_update (priv->sessions);
  g_rw_lock_reader_unlock (&priv->running);
}
