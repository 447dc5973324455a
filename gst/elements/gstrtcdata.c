/* gst-rtc: the data channels of an element
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "gstrtcdata.h"

#include "gstrtcbase.h"
#include "gstrtcchannel.h"
#include "gstrtcdataspec.h"

struct _GstRtcData
{
  GstElement *element;          /* not owned: it owns us */
  GstRtcDataPads *pads;
  gint is_enabled;              /* atomic */

  GMutex lock;                  /* a leaf, of the table: the control thread changes it, and alone reads it without */
  GHashTable *peers;            /* id → GstRtcDataPeer */
};

GstRtcData *
gst_rtc_data_new (GstElement * element)
{
  GstRtcData *self = g_new0 (GstRtcData, 1);

  self->element = element;
  self->pads = gst_rtc_data_pads_new (element);
  g_mutex_init (&self->lock);
  self->peers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) gst_rtc_data_peer_unref);
  return self;
}

void
gst_rtc_data_free (GstRtcData * self)
{
  gst_rtc_data_pads_free (self->pads);
  g_hash_table_unref (self->peers);
  g_mutex_clear (&self->lock);
  g_free (self);
}

void
gst_rtc_data_set_enabled (GstRtcData * self, gboolean is_enabled)
{
  g_atomic_int_set (&self->is_enabled, is_enabled);
}

gboolean
gst_rtc_data_get_enabled (GstRtcData * self)
{
  return g_atomic_int_get (&self->is_enabled);
}

GstRtcDataPads *
gst_rtc_data_get_pads (GstRtcData * self)
{
  return self->pads;
}

gboolean
gst_rtc_data_is_offered (GstRtcData * self)
{
  return gst_rtc_data_get_enabled (self) || !gst_rtc_data_pads_is_empty (self->pads);
}

/* Channels that a peer opens */

static void
tell_incoming (gpointer data, gpointer user_data)
{
  GstRtcDataChannel *channel = data;
  g_autofree gchar *peer_id = NULL;

  g_object_get (channel, "peer-id", &peer_id, NULL);
  g_signal_emit_by_name (user_data, "on-data-channel", peer_id, channel);
}

/* On the network thread */
static void
on_incoming (gpointer user_data, GstRtcDataPeer * peer, GstRtcDataLine * line)
{
  GstRtcData *self = user_data;

  if (!gst_rtc_data_pads_take (self->pads, line))
    gst_rtc_mailbox_post (gst_rtc_data_peer_get_mailbox (peer), tell_incoming, gst_rtc_channel_new_incoming (line),
        self->element, g_object_unref, 0);
}

/* Peers */

void
gst_rtc_data_added (GstRtcData * self, const gchar * peer_id, RtcControl * control)
{
  GstRtcDataPeer *peer = gst_rtc_data_peer_new (peer_id, control, on_incoming, self);

  g_mutex_lock (&self->lock);
  g_hash_table_insert (self->peers, g_strdup (peer_id), peer);
  g_mutex_unlock (&self->lock);
  gst_rtc_data_pads_add_peer (self->pads, peer);
}

void
gst_rtc_data_started (GstRtcData * self, const gchar * peer_id, RtcSession * session)
{
  GstRtcDataPeer *peer = g_hash_table_lookup (self->peers, peer_id);

  if (peer)
    gst_rtc_data_peer_attach (peer, session);
}

void
gst_rtc_data_dropped (GstRtcData * self, const gchar * peer_id)
{
  GstRtcDataPeer *peer = g_hash_table_lookup (self->peers, peer_id);

  if (peer)
    gst_rtc_data_peer_detach (peer);
}

void
gst_rtc_data_removed (GstRtcData * self, const gchar * peer_id, const GError * reason)
{
  g_autoptr (GstRtcDataPeer) peer = g_hash_table_lookup (self->peers, peer_id);

  if (!peer)
    return;
  gst_rtc_data_peer_ref (peer);
  g_mutex_lock (&self->lock);
  g_hash_table_remove (self->peers, peer_id);
  g_mutex_unlock (&self->lock);
  gst_rtc_data_pads_remove_peer (self->pads, peer);
  gst_rtc_data_peer_end (peer, reason);
}

/* (transfer full) (nullable) */
static GstRtcDataPeer *
ref_peer (GstRtcData * self, const gchar * peer_id)
{
  GstRtcDataPeer *peer;

  g_mutex_lock (&self->lock);
  peer = g_hash_table_lookup (self->peers, peer_id);
  if (peer)
    gst_rtc_data_peer_ref (peer);
  g_mutex_unlock (&self->lock);
  return peer;
}

gboolean
gst_rtc_data_wants_session (GstRtcData * self, const gchar * peer_id)
{
  g_autoptr (GstRtcDataPeer) peer = ref_peer (self, peer_id);

  return gst_rtc_data_is_offered (self) || (peer && gst_rtc_data_peer_is_used (peer));
}

/* Channels of the application */

GstRtcDataChannel *
gst_rtc_data_create_channel (GstRtcData * self, const gchar * peer_id, const RtcDataChannelSpec * spec, GError ** error)
{
  g_autoptr (GstRtcDataPeer) peer = ref_peer (self, peer_id);
  GstRtcChannel *channel = peer ? gst_rtc_channel_new (peer, spec) : NULL;

  if (!channel) {
    g_set_error (error, GST_RTC_ERROR, GST_RTC_ERROR_DATA, "there is no peer \"%s\" to open a data channel to", peer_id);
    return NULL;
  }
  gst_rtc_base_update (GST_RTC_BASE (self->element));
  return GST_RTC_DATA_CHANNEL (channel);
}

/* An action tells its caller nothing but that it failed: the reason is on the bus. */
static GstRtcDataChannel *
action_create (GstElement * element, const gchar * peer_id, const gchar * label, const GstStructure * options)
{
  GstRtcData *self = gst_rtc_base_get_data (GST_RTC_BASE (element));
  g_autoptr (GError) error = NULL;
  g_autoptr (RtcDataChannelSpec) spec = NULL;
  GstRtcDataChannel *channel = NULL;

  g_return_val_if_fail (peer_id != NULL, NULL);

  spec = gst_rtc_data_spec_new (options, label ? label : "", &error);
  if (spec)
    channel = gst_rtc_data_create_channel (self, peer_id, spec, &error);
  if (!channel)
    GST_ELEMENT_WARNING (element, RESOURCE, SETTINGS, ("%s", error->message), ("create-data-channel has made no channel."));
  return channel;
}

static void
install_signals (GType type)
{
  /**
   * GstRtcBase::create-data-channel:
   * @peer_id: a peer, from `consumer-added` on
   * @label: what the channel is called
   * @options: (nullable): fields that are named as the properties of #GstRtcDataChannel: protocol, ordered, max-retransmits,
   *     max-packet-lifetime, priority, negotiated with id
   *
   * Opens a data channel to a peer, which need not be connected yet.
   *
   * Returns: (transfer full) (nullable): a #GstRtcDataChannel; %NULL, and a warning on the bus, if there is no such peer or an
   * option is wrong
   */
  g_signal_new_class_handler ("create-data-channel", type, G_SIGNAL_RUN_LAST | G_SIGNAL_ACTION, G_CALLBACK (action_create),
      NULL, NULL, NULL, GST_TYPE_RTC_DATA_CHANNEL, 3, G_TYPE_STRING, G_TYPE_STRING, GST_TYPE_STRUCTURE);
  /**
   * GstRtcBase::on-data-channel:
   * @peer_id: who has opened it
   * @channel: a #GstRtcDataChannel, open from its `on-open` on
   *
   * A peer has opened a channel that no pad takes. Connect to the signals of the channel here: what comes next is its first message.
   */
  g_signal_new ("on-data-channel", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2, G_TYPE_STRING,
      GST_TYPE_RTC_DATA_CHANNEL);
}

void
gst_rtc_data_install (GObjectClass * klass, guint property)
{
  install_signals (G_TYPE_FROM_CLASS (klass));
  g_object_class_install_property (klass, property, g_param_spec_boolean ("data-channels", "Data channels",
          "Peers may open data channels, which come by the signal on-data-channel; a session needs no media then. Pads for data, "
          "create-data-channel and enable-data-channel-navigation imply it. Counts for peers that come from then on", FALSE,
          G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING));
}
