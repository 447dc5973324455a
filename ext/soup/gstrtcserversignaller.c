/* gst-rtc: a signaller that serves its own page and WebSockets
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/**
 * SECTION:element-rtcserversignaller
 * @title: rtcserversignaller
 *
 * One HTTP port inside the process: at `/` a page that plays the stream, at `/ws` a WebSocket that
 * speaks the JSON of docs/signaling.md. It is the default signaller of rtcsink and has no use of its own.
 *
 * It listens on this machine only, until #GstRtcServerSignaller:host says otherwise, and only its own
 * page may connect from a browser, until #GstRtcServerSignaller:allowed-origin names another. When it
 * listens, it posts an element message `rtc-listening` with the field `url`.
 *
 * ## Example
 * |[
 * gst-launch-1.0 videotestsrc ! rtcsink signaller="rtcserversignaller host=0.0.0.0 port=9000"
 * ]|
 */
#include "gstrtcserversignaller.h"

#include "rtcserver.h"
#include "rtcstringproperty.h"

#define DEFAULT_HOST RTC_SERVER_HOST
#define DEFAULT_PORT RTC_SERVER_PORT
#define DEFAULT_PATH RTC_SERVER_PATH
#define DEFAULT_PEER_NAME "server"
#define MIN_MAX_MESSAGE_SIZE 1024
#define MAX_MAX_MESSAGE_SIZE (16 * 1024 * 1024)

GST_DEBUG_CATEGORY_EXTERN (rtc_server_signaller_debug);
#define GST_CAT_DEFAULT rtc_server_signaller_debug

enum
{
  PROP_0,
  PROP_HOST,
  PROP_PORT,
  PROP_PATH,
  PROP_CERTIFICATE,
  PROP_PRIVATE_KEY,
  PROP_TOKEN,
  PROP_PEER_NAME,
  PROP_ALLOWED_ORIGIN,
  PROP_MAX_MESSAGE_SIZE,
  PROP_ADDRESS,
  N_PROPERTIES
};

static GParamSpec *properties[N_PROPERTIES];

/* Under the object lock, copied when the server starts */
typedef struct
{
  gchar *host, *path, *certificate, *private_key, *token, *peer_name, *allowed_origin;
  guint port, max_message_size;
} Settings;

struct _GstRtcServerSignaller
{
  GstElement parent;

  Settings settings;
  gchar *address;               /* under the object lock; NULL while stopped */
  guint listening_port;         /* under the object lock; 0 while stopped */

  RtcServer *server;            /* NULL while stopped */
};

static void gst_rtc_server_signaller_iface_init (GstRtcSignallerInterface * iface);

G_DEFINE_TYPE_WITH_CODE (GstRtcServerSignaller, gst_rtc_server_signaller, GST_TYPE_ELEMENT,
    G_IMPLEMENT_INTERFACE (GST_TYPE_RTC_SIGNALLER, gst_rtc_server_signaller_iface_init));
GST_ELEMENT_REGISTER_DEFINE (rtcserversignaller, "rtcserversignaller", GST_RANK_NONE,
    GST_TYPE_RTC_SERVER_SIGNALLER);

static void
settings_copy (Settings * copy, const Settings * settings)
{
  *copy = *settings;
  copy->host = g_strdup (settings->host);
  copy->path = g_strdup (settings->path);
  copy->certificate = g_strdup (settings->certificate);
  copy->private_key = g_strdup (settings->private_key);
  copy->token = g_strdup (settings->token);
  copy->peer_name = g_strdup (settings->peer_name);
  copy->allowed_origin = g_strdup (settings->allowed_origin);
}

static void
settings_clear (Settings * settings)
{
  g_free (settings->host);
  g_free (settings->path);
  g_free (settings->certificate);
  g_free (settings->private_key);
  g_free (settings->token);
  g_free (settings->peer_name);
  g_free (settings->allowed_origin);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Settings, settings_clear)

static RtcServer *
listen_with (GstRtcServerSignaller * self, const Settings * settings, const gchar * const *ice_servers,
    GError ** error)
{
  RtcServerConfig config = {
    .http = {
        .host = settings->host,
        .port = settings->port,
        .path = settings->path,
        .certificate = settings->certificate,
        .private_key = settings->private_key,
        .allowed_origin = settings->allowed_origin,
        .max_message_size = settings->max_message_size,
      },
    .hub = {
        .token = settings->token,
        .local_name = settings->peer_name,
        .local = &rtc_session_events_as_signals,
        .user_data = self,
      },
    .ice_servers = ice_servers,
  };

  return rtc_server_new (&config, error);
}

static void
announce (GstRtcServerSignaller * self)
{
  g_autofree gchar *address = rtc_server_get_address (self->server);

  GST_OBJECT_LOCK (self);
  self->address = g_strdup (address);
  self->listening_port = rtc_server_get_port (self->server);
  GST_OBJECT_UNLOCK (self);

  GST_INFO_OBJECT (self, "Listening: open %s", address);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PORT]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ADDRESS]);
  gst_element_post_message (GST_ELEMENT (self), gst_message_new_element (GST_OBJECT (self),
          gst_structure_new ("rtc-listening", "url", G_TYPE_STRING, address, NULL)));
}

static gboolean
gst_rtc_server_signaller_start (GstRtcSignaller * signaller, const gchar * const *ice_servers,
    GError ** error)
{
  GstRtcServerSignaller *self = GST_RTC_SERVER_SIGNALLER (signaller);
  g_auto (Settings) settings = { NULL };

  g_return_val_if_fail (self->server == NULL, FALSE);

  GST_OBJECT_LOCK (self);
  settings_copy (&settings, &self->settings);
  GST_OBJECT_UNLOCK (self);

  self->server = listen_with (self, &settings, ice_servers, error);
  if (self->server == NULL)
    return FALSE;
  announce (self);
  return TRUE;
}

static void
gst_rtc_server_signaller_stop (GstRtcSignaller * signaller)
{
  GstRtcServerSignaller *self = GST_RTC_SERVER_SIGNALLER (signaller);

  g_clear_pointer (&self->server, rtc_server_free);
  GST_OBJECT_LOCK (self);
  g_clear_pointer (&self->address, g_free);
  self->listening_port = 0;
  GST_OBJECT_UNLOCK (self);
}

static void
gst_rtc_server_signaller_send_description (GstRtcSignaller * signaller, const gchar * session_id,
    GstRtcSdpType type, const gchar * sdp)
{
  GstRtcServerSignaller *self = GST_RTC_SERVER_SIGNALLER (signaller);

  if (self->server != NULL)
    rtc_hub_send_description (rtc_server_get_hub (self->server), session_id, type, sdp);
}

static void
gst_rtc_server_signaller_send_candidate (GstRtcSignaller * signaller, const gchar * session_id,
    const gchar * candidate, const gchar * sdp_mid, guint sdp_m_line_index)
{
  GstRtcServerSignaller *self = GST_RTC_SERVER_SIGNALLER (signaller);

  if (self->server != NULL)
    rtc_hub_send_candidate (rtc_server_get_hub (self->server), session_id, candidate, sdp_mid,
        sdp_m_line_index);
}

static void
gst_rtc_server_signaller_end_session (GstRtcSignaller * signaller, const gchar * session_id,
    const GError * reason)
{
  GstRtcServerSignaller *self = GST_RTC_SERVER_SIGNALLER (signaller);

  if (self->server != NULL)
    rtc_hub_end_session (rtc_server_get_hub (self->server), session_id, reason);
}

static void
gst_rtc_server_signaller_iface_init (GstRtcSignallerInterface * iface)
{
  iface->start = gst_rtc_server_signaller_start;
  iface->stop = gst_rtc_server_signaller_stop;
  iface->send_description = gst_rtc_server_signaller_send_description;
  iface->send_candidate = gst_rtc_server_signaller_send_candidate;
  iface->end_session = gst_rtc_server_signaller_end_session;
}

static gchar **
get_string_setting (Settings * settings, guint property)
{
  switch (property) {
    case PROP_HOST:
      return &settings->host;
    case PROP_PATH:
      return &settings->path;
    case PROP_CERTIFICATE:
      return &settings->certificate;
    case PROP_PRIVATE_KEY:
      return &settings->private_key;
    case PROP_TOKEN:
      return &settings->token;
    case PROP_PEER_NAME:
      return &settings->peer_name;
    case PROP_ALLOWED_ORIGIN:
      return &settings->allowed_origin;
    default:
      return NULL;
  }
}

static void
gst_rtc_server_signaller_set_property (GObject * object, guint id, const GValue * value, GParamSpec * pspec)
{
  GstRtcServerSignaller *self = GST_RTC_SERVER_SIGNALLER (object);
  gchar **string = get_string_setting (&self->settings, id);

  GST_OBJECT_LOCK (self);
  if (string != NULL)
    rtc_string_property_set (string, value, pspec);
  else if (id == PROP_PORT)
    self->settings.port = g_value_get_uint (value);
  else if (id == PROP_MAX_MESSAGE_SIZE)
    self->settings.max_message_size = g_value_get_uint (value);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  GST_OBJECT_UNLOCK (self);
}

static void
gst_rtc_server_signaller_get_property (GObject * object, guint id, GValue * value, GParamSpec * pspec)
{
  GstRtcServerSignaller *self = GST_RTC_SERVER_SIGNALLER (object);
  gchar **string = get_string_setting (&self->settings, id);

  GST_OBJECT_LOCK (self);
  if (string != NULL)
    g_value_set_string (value, *string);
  else if (id == PROP_PORT)
    g_value_set_uint (value, self->listening_port != 0 ? self->listening_port : self->settings.port);
  else if (id == PROP_MAX_MESSAGE_SIZE)
    g_value_set_uint (value, self->settings.max_message_size);
  else if (id == PROP_ADDRESS)
    g_value_set_string (value, self->address);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  GST_OBJECT_UNLOCK (self);
}

static void
gst_rtc_server_signaller_dispose (GObject * object)
{
  gst_rtc_server_signaller_stop (GST_RTC_SIGNALLER (object));
  G_OBJECT_CLASS (gst_rtc_server_signaller_parent_class)->dispose (object);
}

static void
gst_rtc_server_signaller_finalize (GObject * object)
{
  settings_clear (&GST_RTC_SERVER_SIGNALLER (object)->settings);
  G_OBJECT_CLASS (gst_rtc_server_signaller_parent_class)->finalize (object);
}

static void
describe_properties (void)
{
  properties[PROP_HOST] = rtc_string_property_new ("host", "Host",
      "Address to listen on: 127.0.0.1 for this machine only, 0.0.0.0 for everybody", DEFAULT_HOST);
  properties[PROP_PATH] = rtc_string_property_new ("path", "Path", "Path of the WebSocket", DEFAULT_PATH);
  properties[PROP_CERTIFICATE] = rtc_string_property_new ("certificate", "Certificate",
      "PEM file with the certificate chain: serve https and wss", NULL);
  properties[PROP_PRIVATE_KEY] = rtc_string_property_new ("private-key", "Private key",
      "PEM file with the private key of the certificate, if that file does not hold it", NULL);
  properties[PROP_TOKEN] = rtc_string_property_new ("token", "Token",
      "Secret that every client must send with its login; NULL lets everybody in who reaches the port", NULL);
  properties[PROP_PEER_NAME] = rtc_string_property_new ("peer-name", "Peer name", "Our own name towards clients",
      DEFAULT_PEER_NAME);
  properties[PROP_ALLOWED_ORIGIN] = rtc_string_property_new ("allowed-origin", "Allowed origin",
      "Another web origin whose pages may connect, such as https://example.org, or * for any", NULL);
  properties[PROP_PORT] = g_param_spec_uint ("port", "Port",
      "Port to listen on; 0 takes a free one, which can be read here then", 0, G_MAXUINT16, DEFAULT_PORT,
      G_PARAM_READWRITE | G_PARAM_CONSTRUCT | G_PARAM_STATIC_STRINGS);
  properties[PROP_MAX_MESSAGE_SIZE] = g_param_spec_uint ("max-message-size", "Maximum message size",
      "Largest message that a client may send, in bytes", MIN_MAX_MESSAGE_SIZE, MAX_MAX_MESSAGE_SIZE,
      RTC_SERVER_MAX_MESSAGE_SIZE, G_PARAM_READWRITE | G_PARAM_CONSTRUCT | G_PARAM_STATIC_STRINGS);
  properties[PROP_ADDRESS] = g_param_spec_string ("address", "Address",
      "URL of the page, to be opened in a browser; NULL while not listening", NULL,
      G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
}

static void
gst_rtc_server_signaller_class_init (GstRtcServerSignallerClass * klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->set_property = gst_rtc_server_signaller_set_property;
  object_class->get_property = gst_rtc_server_signaller_get_property;
  object_class->dispose = gst_rtc_server_signaller_dispose;
  object_class->finalize = gst_rtc_server_signaller_finalize;
  describe_properties ();
  g_object_class_install_properties (object_class, N_PROPERTIES, properties);
  gst_element_class_set_static_metadata (GST_ELEMENT_CLASS (klass), "WebRTC signaling server", "Network",
      "Serves a viewer page and its WebSocket signaling on one HTTP port", "The gst-rtc developers");
}

static void
gst_rtc_server_signaller_init (GstRtcServerSignaller * self)
{
}
