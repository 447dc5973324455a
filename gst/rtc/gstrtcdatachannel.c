/* gst-rtc: a data channel as an application sees it
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/**
 * SECTION:gstrtcdatachannel
 * @title: GstRtcDataChannel
 * @short_description: messages to and from one peer
 *
 * The W3C's RTCDataChannel. An element with peers makes one when an application calls its action signal
 * `create-data-channel`, and hands one out by its signal `on-data-channel` when a peer opens it. Messages are text or bytes;
 * each arrives as the one message that it was sent as.
 *
 * Whatever is sent while the channel is connecting waits until it is open. Sending never blocks: who sends much
 * watches #GstRtcDataChannel:buffered-amount and goes on after #GstRtcDataChannel::on-buffered-amount-low.
 *
 * Signals come on a thread of the element, one after the other, in the order in which things happened: handlers have to return
 * soon, and may call anything here. An open channel lives as long as its peer's session, with or without a reference of the
 * application's; one that is closed stays usable, and closed, for as long as the application has a reference.
 */
#include "gstrtcdatachannel.h"

#include <string.h>

typedef struct
{
  /* set once */
  gchar *peer_id, *label, *protocol;
  gboolean ordered, negotiated;
  gint max_packet_lifetime, max_retransmits;
  GstRtcPriority priority;

  GMutex lock;                  /* a leaf */
  gint id;
  GstRtcDataChannelState state;
  guint64 buffered, low_threshold;
  guint64 max_message_size;     /* 0: no limit, or not known yet */
} GstRtcDataChannelPrivate;

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (GstRtcDataChannel, gst_rtc_data_channel, G_TYPE_OBJECT);

#define PRIVATE(self) ((GstRtcDataChannelPrivate *) gst_rtc_data_channel_get_instance_private (self))

enum
{
  PROP_0,
  PROP_PEER_ID,
  PROP_LABEL,
  PROP_PROTOCOL,
  PROP_ID,
  PROP_ORDERED,
  PROP_MAX_PACKET_LIFETIME,
  PROP_MAX_RETRANSMITS,
  PROP_NEGOTIATED,
  PROP_PRIORITY,
  PROP_READY_STATE,
  PROP_BUFFERED_AMOUNT,
  PROP_BUFFERED_AMOUNT_LOW_THRESHOLD,
  N_PROPERTIES
};

static GParamSpec *properties[N_PROPERTIES];

enum
{
  SIGNAL_ON_OPEN,
  SIGNAL_ON_CLOSE,
  SIGNAL_ON_ERROR,
  SIGNAL_ON_MESSAGE_DATA,
  SIGNAL_ON_MESSAGE_STRING,
  SIGNAL_ON_BUFFERED_AMOUNT_LOW,
  SIGNAL_SEND_DATA,
  SIGNAL_SEND_STRING,
  SIGNAL_CLOSE,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static GstRtcDataChannelState
get_state (GstRtcDataChannel * self)
{
  GstRtcDataChannelPrivate *priv = PRIVATE (self);
  GstRtcDataChannelState state;

  g_mutex_lock (&priv->lock);
  state = priv->state;
  g_mutex_unlock (&priv->lock);
  return state;
}

/* FALSE: it was that far already */
static gboolean
advance (GstRtcDataChannel * self, GstRtcDataChannelState state)
{
  GstRtcDataChannelPrivate *priv = PRIVATE (self);
  gboolean is_news;

  g_mutex_lock (&priv->lock);
  is_news = priv->state < state;
  if (is_news)
    priv->state = state;
  g_mutex_unlock (&priv->lock);
  if (is_news)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_READY_STATE]);
  return is_news;
}

/* Sending */

/* What is sent counts as buffered at once, on the thread that sends it. */
static gboolean
begin_to_send (GstRtcDataChannel * self, gsize size, GError ** error)
{
  GstRtcDataChannelPrivate *priv = PRIVATE (self);
  gboolean is_fit = FALSE;

  g_mutex_lock (&priv->lock);
  if (priv->state >= GST_RTC_DATA_CHANNEL_STATE_CLOSING) {
    g_set_error (error, GST_RTC_ERROR, GST_RTC_ERROR_DATA, "the data channel \"%s\" is closed: nothing can be sent any more",
        priv->label);
  } else if (priv->max_message_size > 0 && size > priv->max_message_size) {
    g_set_error (error, GST_RTC_ERROR, GST_RTC_ERROR_DATA, "a message of %" G_GSIZE_FORMAT " bytes is too large: the peer "
        "takes %" G_GUINT64_FORMAT " at most: send it in parts", size, priv->max_message_size);
  } else {
    priv->buffered += size;
    is_fit = TRUE;
  }
  g_mutex_unlock (&priv->lock);
  return is_fit;
}

static gboolean
end_sending (GstRtcDataChannel * self, gsize size, gboolean is_sent)
{
  GstRtcDataChannelPrivate *priv = PRIVATE (self);

  if (!is_sent) {
    g_mutex_lock (&priv->lock);
    priv->buffered -= MIN (size, priv->buffered);
    g_mutex_unlock (&priv->lock);
  }
  return is_sent;
}

/**
 * gst_rtc_data_channel_send_data:
 * @self: a data channel
 * @data: the message; may be empty
 * @error: return location
 *
 * Puts a message of bytes into the queue.
 *
 * Returns: %FALSE with %GST_RTC_ERROR_DATA if the channel is closing or closed, or the message is larger than the peer takes
 */
gboolean
gst_rtc_data_channel_send_data (GstRtcDataChannel * self, GBytes * data, GError ** error)
{
  gsize size;

  g_return_val_if_fail (GST_IS_RTC_DATA_CHANNEL (self), FALSE);
  g_return_val_if_fail (data != NULL, FALSE);

  size = g_bytes_get_size (data);
  return begin_to_send (self, size, error)
      && end_sending (self, size, GST_RTC_DATA_CHANNEL_GET_CLASS (self)->send_data (self, data, error));
}

/**
 * gst_rtc_data_channel_send_string:
 * @self: a data channel
 * @text: the message, in UTF-8; may be empty
 * @error: return location
 *
 * Puts a message of text into the queue.
 *
 * Returns: %FALSE with %GST_RTC_ERROR_DATA if the channel is closing or closed, or the message is larger than the peer takes
 */
gboolean
gst_rtc_data_channel_send_string (GstRtcDataChannel * self, const gchar * text, GError ** error)
{
  gsize size;

  g_return_val_if_fail (GST_IS_RTC_DATA_CHANNEL (self), FALSE);
  g_return_val_if_fail (text != NULL, FALSE);

  size = strlen (text);
  return begin_to_send (self, size, error)
      && end_sending (self, size, GST_RTC_DATA_CHANNEL_GET_CLASS (self)->send_string (self, text, error));
}

/**
 * gst_rtc_data_channel_close:
 * @self: a data channel
 *
 * Begins to close the channel: what was sent before still arrives, what the peer sends does not any more.
 * #GstRtcDataChannel::on-close follows. Does nothing if it is closing or closed.
 */
void
gst_rtc_data_channel_close (GstRtcDataChannel * self)
{
  g_return_if_fail (GST_IS_RTC_DATA_CHANNEL (self));

  if (advance (self, GST_RTC_DATA_CHANNEL_STATE_CLOSING))
    GST_RTC_DATA_CHANNEL_GET_CLASS (self)->close (self);
}

/* The actions: who calls a signal is told by a signal. */

static void
report (GstRtcDataChannel * self, const GError * error)
{
  if (error)
    g_signal_emit (self, signals[SIGNAL_ON_ERROR], 0, error);
}

static void
action_send_data (GstRtcDataChannel * self, GBytes * data)
{
  g_autoptr (GError) error = NULL;

  g_return_if_fail (data != NULL);

  gst_rtc_data_channel_send_data (self, data, &error);
  report (self, error);
}

static void
action_send_string (GstRtcDataChannel * self, const gchar * text)
{
  g_autoptr (GError) error = NULL;

  g_return_if_fail (text != NULL);

  gst_rtc_data_channel_send_string (self, text, &error);
  report (self, error);
}

/* From the element */

/**
 * gst_rtc_data_channel_opened:
 * @self: a data channel
 * @id: its SCTP stream
 * @max_message_size: what the peer takes in one message, in bytes; 0 for any size
 *
 * For elements: the channel is open. Emits #GstRtcDataChannel::on-open, unless it has been closed in between.
 */
void
gst_rtc_data_channel_opened (GstRtcDataChannel * self, gint id, guint64 max_message_size)
{
  GstRtcDataChannelPrivate *priv;

  g_return_if_fail (GST_IS_RTC_DATA_CHANNEL (self));

  priv = PRIVATE (self);
  g_mutex_lock (&priv->lock);
  priv->id = id;
  priv->max_message_size = max_message_size;
  g_mutex_unlock (&priv->lock);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ID]);
  if (advance (self, GST_RTC_DATA_CHANNEL_STATE_OPEN))
    g_signal_emit (self, signals[SIGNAL_ON_OPEN], 0);
}

/**
 * gst_rtc_data_channel_message_data:
 * @self: a data channel
 * @data: what came
 *
 * For elements: a message of bytes has come. Emits #GstRtcDataChannel::on-message-data, unless the channel is closing.
 */
void
gst_rtc_data_channel_message_data (GstRtcDataChannel * self, GBytes * data)
{
  g_return_if_fail (GST_IS_RTC_DATA_CHANNEL (self));
  g_return_if_fail (data != NULL);

  if (get_state (self) < GST_RTC_DATA_CHANNEL_STATE_CLOSING)
    g_signal_emit (self, signals[SIGNAL_ON_MESSAGE_DATA], 0, data);
}

/**
 * gst_rtc_data_channel_message_string:
 * @self: a data channel
 * @text: what came, in UTF-8
 *
 * For elements: a message of text has come. Emits #GstRtcDataChannel::on-message-string, unless the channel is closing.
 */
void
gst_rtc_data_channel_message_string (GstRtcDataChannel * self, const gchar * text)
{
  g_return_if_fail (GST_IS_RTC_DATA_CHANNEL (self));
  g_return_if_fail (text != NULL);

  if (get_state (self) < GST_RTC_DATA_CHANNEL_STATE_CLOSING)
    g_signal_emit (self, signals[SIGNAL_ON_MESSAGE_STRING], 0, text);
}

/**
 * gst_rtc_data_channel_buffered:
 * @self: a data channel
 * @change: bytes that are buffered more than before; negative for those that have been handed to the network
 *
 * For elements: what was sent has left. Emits #GstRtcDataChannel::on-buffered-amount-low when the amount falls
 * to the threshold or below. What is sent need not be added here.
 */
void
gst_rtc_data_channel_buffered (GstRtcDataChannel * self, gint64 change)
{
  GstRtcDataChannelPrivate *priv;
  gboolean was_high, is_low;

  g_return_if_fail (GST_IS_RTC_DATA_CHANNEL (self));

  priv = PRIVATE (self);
  g_mutex_lock (&priv->lock);
  was_high = priv->buffered > priv->low_threshold;
  if (change >= 0)
    priv->buffered += change;
  else
    priv->buffered -= MIN ((guint64) -change, priv->buffered);
  is_low = priv->buffered <= priv->low_threshold;
  g_mutex_unlock (&priv->lock);
  if (change != 0)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_BUFFERED_AMOUNT]);
  if (was_high && is_low)
    g_signal_emit (self, signals[SIGNAL_ON_BUFFERED_AMOUNT_LOW], 0);
}

/**
 * gst_rtc_data_channel_closing:
 * @self: a data channel
 *
 * For elements: the peer closes the channel.
 */
void
gst_rtc_data_channel_closing (GstRtcDataChannel * self)
{
  g_return_if_fail (GST_IS_RTC_DATA_CHANNEL (self));

  advance (self, GST_RTC_DATA_CHANNEL_STATE_CLOSING);
}

/**
 * gst_rtc_data_channel_closed:
 * @self: a data channel
 * @error: (nullable): why, if it was not closed by either side
 *
 * For elements: the channel is closed. Emits #GstRtcDataChannel::on-error if there is an @error, and then
 * #GstRtcDataChannel::on-close, both once at most.
 */
void
gst_rtc_data_channel_closed (GstRtcDataChannel * self, const GError * error)
{
  g_return_if_fail (GST_IS_RTC_DATA_CHANNEL (self));

  if (!advance (self, GST_RTC_DATA_CHANNEL_STATE_CLOSED))
    return;
  report (self, error);
  g_signal_emit (self, signals[SIGNAL_ON_CLOSE], 0);
}

/* The object */

static void
set_low_threshold (GstRtcDataChannelPrivate * priv, guint64 threshold)
{
  g_mutex_lock (&priv->lock);
  priv->low_threshold = threshold;
  g_mutex_unlock (&priv->lock);
}

static void
gst_rtc_data_channel_set_property (GObject * object, guint id, const GValue * value, GParamSpec * spec)
{
  GstRtcDataChannelPrivate *priv = PRIVATE (GST_RTC_DATA_CHANNEL (object));

  switch (id) {
    case PROP_PEER_ID:
      priv->peer_id = g_value_dup_string (value);
      break;
    case PROP_LABEL:
      priv->label = g_value_dup_string (value);
      break;
    case PROP_PROTOCOL:
      priv->protocol = g_value_dup_string (value);
      break;
    case PROP_ID:
      priv->id = g_value_get_int (value);
      break;
    case PROP_ORDERED:
      priv->ordered = g_value_get_boolean (value);
      break;
    case PROP_MAX_PACKET_LIFETIME:
      priv->max_packet_lifetime = g_value_get_int (value);
      break;
    case PROP_MAX_RETRANSMITS:
      priv->max_retransmits = g_value_get_int (value);
      break;
    case PROP_NEGOTIATED:
      priv->negotiated = g_value_get_boolean (value);
      break;
    case PROP_PRIORITY:
      priv->priority = g_value_get_enum (value);
      break;
    case PROP_BUFFERED_AMOUNT_LOW_THRESHOLD:
      set_low_threshold (priv, g_value_get_uint64 (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
  }
}

static void
gst_rtc_data_channel_get_property (GObject * object, guint id, GValue * value, GParamSpec * spec)
{
  GstRtcDataChannelPrivate *priv = PRIVATE (GST_RTC_DATA_CHANNEL (object));

  g_mutex_lock (&priv->lock);
  switch (id) {
    case PROP_PEER_ID:
      g_value_set_string (value, priv->peer_id);
      break;
    case PROP_LABEL:
      g_value_set_string (value, priv->label);
      break;
    case PROP_PROTOCOL:
      g_value_set_string (value, priv->protocol);
      break;
    case PROP_ID:
      g_value_set_int (value, priv->id);
      break;
    case PROP_ORDERED:
      g_value_set_boolean (value, priv->ordered);
      break;
    case PROP_MAX_PACKET_LIFETIME:
      g_value_set_int (value, priv->max_packet_lifetime);
      break;
    case PROP_MAX_RETRANSMITS:
      g_value_set_int (value, priv->max_retransmits);
      break;
    case PROP_NEGOTIATED:
      g_value_set_boolean (value, priv->negotiated);
      break;
    case PROP_PRIORITY:
      g_value_set_enum (value, priv->priority);
      break;
    case PROP_READY_STATE:
      g_value_set_enum (value, priv->state);
      break;
    case PROP_BUFFERED_AMOUNT:
      g_value_set_uint64 (value, priv->buffered);
      break;
    case PROP_BUFFERED_AMOUNT_LOW_THRESHOLD:
      g_value_set_uint64 (value, priv->low_threshold);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
  }
  g_mutex_unlock (&priv->lock);
}

static void
gst_rtc_data_channel_finalize (GObject * object)
{
  GstRtcDataChannelPrivate *priv = PRIVATE (GST_RTC_DATA_CHANNEL (object));

  g_free (priv->peer_id);
  g_free (priv->label);
  g_free (priv->protocol);
  g_mutex_clear (&priv->lock);
  G_OBJECT_CLASS (gst_rtc_data_channel_parent_class)->finalize (object);
}

static void
create_properties (void)
{
  const GParamFlags once = G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS;
  const GParamFlags changing = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  properties[PROP_PEER_ID] = g_param_spec_string ("peer-id", "Peer id", "The peer at the other end", NULL, once);
  properties[PROP_LABEL] = g_param_spec_string ("label", "Label",
      "What the channel is called; several of a peer may have the same", "", once);
  properties[PROP_PROTOCOL] = g_param_spec_string ("protocol", "Protocol", "What the messages are, as the two sides agree on",
      "", once);
  properties[PROP_ID] = g_param_spec_int ("id", "Id", "Its SCTP stream; -1 until it has one", -1, 65534, -1, once);
  properties[PROP_ORDERED] = g_param_spec_boolean ("ordered", "Ordered", "Messages arrive in the order they were sent in",
      TRUE, once);
  properties[PROP_MAX_PACKET_LIFETIME] = g_param_spec_int ("max-packet-lifetime", "Maximum lifetime",
      "For how long a message is sent again if it gets lost, in milliseconds; -1 for ever", -1, 65535, -1, once);
  properties[PROP_MAX_RETRANSMITS] = g_param_spec_int ("max-retransmits", "Maximum retransmissions",
      "How often a message is sent again if it gets lost; -1 for as often as it takes", -1, 65535, -1, once);
  properties[PROP_NEGOTIATED] = g_param_spec_boolean ("negotiated", "Negotiated",
      "Both sides have created it with the same id; else the peer was told of it by the channel itself", FALSE, once);
  properties[PROP_PRIORITY] = g_param_spec_enum ("priority", "Priority",
      "Messages of a higher one go first where they compete", GST_TYPE_RTC_PRIORITY, GST_RTC_PRIORITY_LOW, once);
  properties[PROP_READY_STATE] = g_param_spec_enum ("ready-state", "Ready state", "How far it is",
      GST_TYPE_RTC_DATA_CHANNEL_STATE, GST_RTC_DATA_CHANNEL_STATE_CONNECTING, changing);
  properties[PROP_BUFFERED_AMOUNT] = g_param_spec_uint64 ("buffered-amount", "Buffered amount",
      "Bytes that were sent and have not been handed to the network yet", 0, G_MAXUINT64, 0, changing);
  properties[PROP_BUFFERED_AMOUNT_LOW_THRESHOLD] = g_param_spec_uint64 ("buffered-amount-low-threshold", "Low threshold",
      "on-buffered-amount-low is emitted when buffered-amount falls to this many bytes", 0, G_MAXUINT64, 0,
      G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
}

static void
create_signals (GType type)
{
  /**
   * GstRtcDataChannel::on-open:
   * @self: the channel
   *
   * Messages go both ways from now on.
   */
  signals[SIGNAL_ON_OPEN] = g_signal_new ("on-open", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);

  /**
   * GstRtcDataChannel::on-close:
   * @self: the channel
   *
   * It is closed, by whichever side or as the peer has gone. The last signal.
   */
  signals[SIGNAL_ON_CLOSE] = g_signal_new ("on-close", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);

  /**
   * GstRtcDataChannel::on-error:
   * @self: the channel
   * @error: why, in the domain %GST_RTC_ERROR
   *
   * It could not be opened, or has broken: #GstRtcDataChannel::on-close follows. Or what one of the action signals should send
   * was refused: the channel is as it was, and the signal comes on the thread that called the action.
   */
  signals[SIGNAL_ON_ERROR] = g_signal_new ("on-error", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
      G_TYPE_NONE, 1, G_TYPE_ERROR);

  /**
   * GstRtcDataChannel::on-message-data:
   * @self: the channel
   * @data: the message
   *
   * The peer has sent bytes. While handlers take their time the peer is made to wait.
   */
  signals[SIGNAL_ON_MESSAGE_DATA] = g_signal_new ("on-message-data", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
      G_TYPE_NONE, 1, G_TYPE_BYTES);

  /**
   * GstRtcDataChannel::on-message-string:
   * @self: the channel
   * @text: the message
   *
   * The peer has sent text.
   */
  signals[SIGNAL_ON_MESSAGE_STRING] = g_signal_new ("on-message-string", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
      G_TYPE_NONE, 1, G_TYPE_STRING);

  /**
   * GstRtcDataChannel::on-buffered-amount-low:
   * @self: the channel
   *
   * #GstRtcDataChannel:buffered-amount has fallen to #GstRtcDataChannel:buffered-amount-low-threshold, or below.
   */
  signals[SIGNAL_ON_BUFFERED_AMOUNT_LOW] = g_signal_new ("on-buffered-amount-low", type, G_SIGNAL_RUN_LAST, 0,
      NULL, NULL, NULL, G_TYPE_NONE, 0);

  /**
   * GstRtcDataChannel::send-data:
   * @self: the channel
   * @data: a message
   *
   * As gst_rtc_data_channel_send_data(); what is refused comes as #GstRtcDataChannel::on-error.
   */
  signals[SIGNAL_SEND_DATA] = g_signal_new_class_handler ("send-data", type, G_SIGNAL_RUN_LAST | G_SIGNAL_ACTION,
      G_CALLBACK (action_send_data), NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_BYTES);

  /**
   * GstRtcDataChannel::send-string:
   * @self: the channel
   * @text: a message
   *
   * As gst_rtc_data_channel_send_string(); what is refused comes as #GstRtcDataChannel::on-error.
   */
  signals[SIGNAL_SEND_STRING] = g_signal_new_class_handler ("send-string", type, G_SIGNAL_RUN_LAST | G_SIGNAL_ACTION,
      G_CALLBACK (action_send_string), NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);

  /**
   * GstRtcDataChannel::close:
   * @self: the channel
   *
   * As gst_rtc_data_channel_close().
   */
  signals[SIGNAL_CLOSE] = g_signal_new_class_handler ("close", type, G_SIGNAL_RUN_LAST | G_SIGNAL_ACTION,
      G_CALLBACK (gst_rtc_data_channel_close), NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
gst_rtc_data_channel_class_init (GstRtcDataChannelClass * klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->set_property = gst_rtc_data_channel_set_property;
  object_class->get_property = gst_rtc_data_channel_get_property;
  object_class->finalize = gst_rtc_data_channel_finalize;
  create_properties ();
  g_object_class_install_properties (object_class, N_PROPERTIES, properties);
  create_signals (G_TYPE_FROM_CLASS (klass));
}

static void
gst_rtc_data_channel_init (GstRtcDataChannel * self)
{
  g_mutex_init (&PRIVATE (self)->lock);
}
