/* gst-rtc: a signaller that is a client of a signaling server elsewhere
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/**
 * SECTION:element-rtcwebsocketsignaller
 * @title: rtcwebsocketsignaller
 *
 * Meets other pipelines and browsers in a room of a signaling server: a `gst-rtc-server` on a machine of its
 * own, or the `rtcserversignaller` of another pipeline. It is set as the `signaller` of rtcsink, rtcsrc or
 * rtcbin and has no use of its own. docs/signaling.md describes what it speaks.
 *
 * Its own name is what others see. Unless it is set (`name=camera1`), one is made up. Two members of a
 * server cannot have the same name.
 *
 * When the connection breaks, running sessions go on. It connects again, first within half a second and
 * then less and less often, down to every half a minute, with some chance so that not all clients of a
 * server that comes back do so at once. Once per outage it emits #GstRtcSignaller::error. A server that
 * refuses the name or the token is asked again every 30 s.
 *
 * ## Example
 * |[
 * gst-rtc-server --host=0.0.0.0
 * gst-launch-1.0 videotestsrc ! rtcsink \
 *     signaller="rtcwebsocketsignaller uri=ws://server:8080/ws room=garage name=camera1"
 * gst-launch-1.0 rtcsrc \
 *     signaller="rtcwebsocketsignaller uri=ws://server:8080/ws room=garage role=viewer" ! autovideosink
 * ]|
 */
#include "gstrtcwebsocketsignaller.h"

#include <string.h>

#include "rtcguest.h"
#include "rtcmessage.h"
#include "rtcstringproperty.h"
#include "rtctoken.h"

#define DEFAULT_URI "ws://127.0.0.1:8080/ws"
#define OWN_NAME_PREFIX "rtcwebsocketsignaller"
#define OWN_NAME_DIGITS 8

/* Before a session that failed is tried again: a peer that cannot be reached costs it an offer */
#define REJOIN_FIRST (2 * G_USEC_PER_SEC)
#define REJOIN_LONGEST (60 * G_USEC_PER_SEC)

GST_DEBUG_CATEGORY (rtc_websocket_signaller_debug);
#define GST_CAT_DEFAULT rtc_websocket_signaller_debug

enum
{
  PROP_0,
  PROP_URI,
  PROP_ROOM,
  PROP_TOKEN,
  PROP_CA_CERTIFICATE,
  PROP_ROLE,
  PROP_JOINED,
  N_PROPERTIES
};

static GParamSpec *properties[N_PROPERTIES];

/* Under the object lock, copied when it starts */
typedef struct
{
  gchar *uri, *room, *token, *ca_certificate;
  GstRtcRole role;
} Settings;

struct _GstRtcWebsocketSignaller
{
  GstElement parent;

  Settings settings;
  gboolean is_joined;           /* under the object lock */
  RtcUplinkTimes times;

  RtcUplink *uplink;            /* NULL while stopped */
  RtcGuest *guest;
};

static void gst_rtc_websocket_signaller_iface_init (GstRtcSignallerInterface * iface);

G_DEFINE_TYPE_WITH_CODE (GstRtcWebsocketSignaller, gst_rtc_websocket_signaller, GST_TYPE_ELEMENT,
    G_IMPLEMENT_INTERFACE (GST_TYPE_RTC_SIGNALLER, gst_rtc_websocket_signaller_iface_init);
    GST_DEBUG_CATEGORY_INIT (rtc_websocket_signaller_debug, "rtcwebsocketsignaller", 0, "Signaling client"));
GST_ELEMENT_REGISTER_DEFINE (rtcwebsocketsignaller, "rtcwebsocketsignaller", GST_RANK_NONE,
    GST_TYPE_RTC_WEBSOCKET_SIGNALLER);

static GType
gst_rtc_role_get_type (void)
{
  static const GEnumValue values[] = {
    {GST_RTC_ROLE_MEMBER, "Begins with those that come later, and meets everybody", "member"},
    {GST_RTC_ROLE_VIEWER, "Waits for offers, and meets no other viewer", "viewer"},
    {0, NULL, NULL}
  };
  static gsize type = 0;

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_enum_register_static ("GstRtcRole", values));
  return type;
}

static void
settings_copy (Settings * copy, const Settings * settings)
{
  *copy = *settings;
  copy->uri = g_strdup (settings->uri);
  copy->room = g_strdup (settings->room);
  copy->token = g_strdup (settings->token);
  copy->ca_certificate = g_strdup (settings->ca_certificate);
}

static void
settings_clear (Settings * settings)
{
  g_free (settings->uri);
  g_free (settings->room);
  g_free (settings->token);
  g_free (settings->ca_certificate);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Settings, settings_clear)

static void
set_joined (GstRtcWebsocketSignaller * self, gboolean is_joined)
{
  gboolean has_changed;

  GST_OBJECT_LOCK (self);
  has_changed = self->is_joined != is_joined;
  self->is_joined = is_joined;
  GST_OBJECT_UNLOCK (self);
  if (has_changed)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_JOINED]);
}

static void
on_opened (gpointer user_data)
{
  rtc_guest_opened (GST_RTC_WEBSOCKET_SIGNALLER (user_data)->guest);
}

static void
on_message (const gchar * text, gsize size, gpointer user_data)
{
  rtc_guest_received (GST_RTC_WEBSOCKET_SIGNALLER (user_data)->guest, text, size, g_get_monotonic_time ());
}

static void
on_closed (gpointer user_data)
{
  rtc_guest_closed (GST_RTC_WEBSOCKET_SIGNALLER (user_data)->guest);
  set_joined (user_data, FALSE);
}

static void
on_check (gint64 now, gpointer user_data)
{
  rtc_guest_check (GST_RTC_WEBSOCKET_SIGNALLER (user_data)->guest, now);
}

static void
on_failed (const GError * error, gpointer user_data)
{
  GST_WARNING_OBJECT (user_data, "%s", error->message);
  gst_rtc_signaller_error (user_data, error);
}

static const RtcUplinkEvents uplink_events = {
  .opened = on_opened,
  .message = on_message,
  .closed = on_closed,
  .check = on_check,
  .failed = on_failed,
};

static void
on_send (const gchar * text, gpointer user_data)
{
  rtc_uplink_send (GST_RTC_WEBSOCKET_SIGNALLER (user_data)->uplink, text);
}

static void
on_joined (gpointer user_data)
{
  rtc_uplink_confirm (GST_RTC_WEBSOCKET_SIGNALLER (user_data)->uplink);
  set_joined (user_data, TRUE);
}

static void
on_refused (const gchar * text, gpointer user_data)
{
  rtc_uplink_refused (GST_RTC_WEBSOCKET_SIGNALLER (user_data)->uplink, text);
}

/* A name that GStreamer has made up is the same on every machine */
static gchar *
choose_name (GstRtcWebsocketSignaller * self, const gchar * instance)
{
  g_autofree gchar *name = gst_object_get_name (GST_OBJECT (self));
  const gchar *rest = name;

  if (!g_str_has_prefix (name, OWN_NAME_PREFIX))
    return g_steal_pointer (&name);
  for (rest += strlen (OWN_NAME_PREFIX); g_ascii_isdigit (*rest); rest++);
  return *rest != '\0' ? g_steal_pointer (&name) :
      g_strdup_printf ("pipeline-%.*s", OWN_NAME_DIGITS, instance);
}

static gboolean
check_name (const gchar * property, const gchar * value, GError ** error)
{
  if (rtc_message_is_name (value))
    return TRUE;
  g_set_error (error, GST_RTC_ERROR, GST_RTC_ERROR_FAILED, "%s=… must have 1 to %d bytes of UTF-8 "
      "and no control characters", property, RTC_MESSAGE_MAX_NAME);
  return FALSE;
}

static void
make_guest (GstRtcWebsocketSignaller * self, const Settings * settings, const gchar * name,
    const gchar * instance)
{
  const RtcGuestConfig config = {
    .name = name,
    .room = settings->room,
    .token = settings->token,
    .instance = instance,
    .is_viewer = settings->role == GST_RTC_ROLE_VIEWER,
    .rejoin = {.first = REJOIN_FIRST,.longest = REJOIN_LONGEST},
  };
  const RtcGuestEvents events = {
    .send = on_send,
    .joined = on_joined,
    .refused = on_refused,
    .session = rtc_session_events_as_signals,
  };

  self->guest = rtc_guest_new (&config, &events, self);
}

/* The name is chosen and the instance made up for every start, as sessions do not outlive a stop */
static gboolean
gst_rtc_websocket_signaller_start (GstRtcSignaller * signaller, const gchar * const *ice_servers,
    GError ** error)
{
  GstRtcWebsocketSignaller *self = GST_RTC_WEBSOCKET_SIGNALLER (signaller);
  g_auto (Settings) settings = { NULL };
  g_autofree gchar *instance = rtc_token_new ();
  g_autofree gchar *name = choose_name (self, instance);
  RtcUplinkConfig config;

  g_return_val_if_fail (self->uplink == NULL, FALSE);

  GST_OBJECT_LOCK (self);
  settings_copy (&settings, &self->settings);
  GST_OBJECT_UNLOCK (self);

  if (!check_name ("name", name, error) || !check_name ("room", settings.room, error))
    return FALSE;
  config = (RtcUplinkConfig) {
    .uri = settings.uri,
    .ca_certificate = settings.ca_certificate,
    .times = self->times,
  };
  self->uplink = rtc_uplink_new (&config, &uplink_events, self, error);
  if (self->uplink == NULL)
    return FALSE;
  make_guest (self, &settings, name, instance);
  return TRUE;
}

static void
gst_rtc_websocket_signaller_stop (GstRtcSignaller * signaller)
{
  GstRtcWebsocketSignaller *self = GST_RTC_WEBSOCKET_SIGNALLER (signaller);
  RtcUplink *uplink = g_steal_pointer (&self->uplink);
  g_autofree gchar *farewell = rtc_message_write_leave (NULL, "The stream has ended");

  if (uplink == NULL)
    return;
  rtc_uplink_close (uplink, farewell);
  g_clear_pointer (&self->guest, rtc_guest_free);
  set_joined (self, FALSE);
}

static void
gst_rtc_websocket_signaller_send_description (GstRtcSignaller * signaller, const gchar * session_id,
    GstRtcSdpType type, const gchar * sdp)
{
  GstRtcWebsocketSignaller *self = GST_RTC_WEBSOCKET_SIGNALLER (signaller);

  if (self->guest != NULL)
    rtc_guest_send_description (self->guest, session_id, type, sdp);
}

static void
gst_rtc_websocket_signaller_send_candidate (GstRtcSignaller * signaller, const gchar * session_id,
    const gchar * candidate, const gchar * sdp_mid, guint sdp_m_line_index)
{
  GstRtcWebsocketSignaller *self = GST_RTC_WEBSOCKET_SIGNALLER (signaller);

  if (self->guest != NULL)
    rtc_guest_send_candidate (self->guest, session_id, candidate, sdp_mid, sdp_m_line_index);
}

static void
gst_rtc_websocket_signaller_end_session (GstRtcSignaller * signaller, const gchar * session_id,
    const GError * reason)
{
  GstRtcWebsocketSignaller *self = GST_RTC_WEBSOCKET_SIGNALLER (signaller);

  if (self->guest != NULL)
    rtc_guest_end_session (self->guest, session_id, reason, g_get_monotonic_time (), g_random_double ());
}

static void
gst_rtc_websocket_signaller_iface_init (GstRtcSignallerInterface * iface)
{
  iface->start = gst_rtc_websocket_signaller_start;
  iface->stop = gst_rtc_websocket_signaller_stop;
  iface->send_description = gst_rtc_websocket_signaller_send_description;
  iface->send_candidate = gst_rtc_websocket_signaller_send_candidate;
  iface->end_session = gst_rtc_websocket_signaller_end_session;
}

void
gst_rtc_websocket_signaller_set_times (GstRtcWebsocketSignaller * self, const RtcUplinkTimes * times)
{
  self->times = *times;
}

static gchar **
get_string_setting (Settings * settings, guint property)
{
  switch (property) {
    case PROP_URI:
      return &settings->uri;
    case PROP_ROOM:
      return &settings->room;
    case PROP_TOKEN:
      return &settings->token;
    case PROP_CA_CERTIFICATE:
      return &settings->ca_certificate;
    default:
      return NULL;
  }
}

static void
gst_rtc_websocket_signaller_set_property (GObject * object, guint id, const GValue * value,
    GParamSpec * pspec)
{
  GstRtcWebsocketSignaller *self = GST_RTC_WEBSOCKET_SIGNALLER (object);
  gchar **string = get_string_setting (&self->settings, id);

  GST_OBJECT_LOCK (self);
  if (string != NULL)
    rtc_string_property_set (string, value, pspec);
  else if (id == PROP_ROLE)
    self->settings.role = g_value_get_enum (value);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  GST_OBJECT_UNLOCK (self);
}

static void
gst_rtc_websocket_signaller_get_property (GObject * object, guint id, GValue * value, GParamSpec * pspec)
{
  GstRtcWebsocketSignaller *self = GST_RTC_WEBSOCKET_SIGNALLER (object);
  gchar **string = get_string_setting (&self->settings, id);

  GST_OBJECT_LOCK (self);
  if (string != NULL)
    g_value_set_string (value, *string);
  else if (id == PROP_ROLE)
    g_value_set_enum (value, self->settings.role);
  else if (id == PROP_JOINED)
    g_value_set_boolean (value, self->is_joined);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  GST_OBJECT_UNLOCK (self);
}

static void
gst_rtc_websocket_signaller_dispose (GObject * object)
{
  gst_rtc_websocket_signaller_stop (GST_RTC_SIGNALLER (object));
  G_OBJECT_CLASS (gst_rtc_websocket_signaller_parent_class)->dispose (object);
}

static void
gst_rtc_websocket_signaller_finalize (GObject * object)
{
  settings_clear (&GST_RTC_WEBSOCKET_SIGNALLER (object)->settings);
  G_OBJECT_CLASS (gst_rtc_websocket_signaller_parent_class)->finalize (object);
}

static void
describe_properties (void)
{
  properties[PROP_URI] = rtc_string_property_new ("uri", "URI",
      "WebSocket of the signaling server: ws://host:port/path, or wss:// with TLS", DEFAULT_URI);
  properties[PROP_ROOM] = rtc_string_property_new ("room", "Room", "Room of the server to meet others in",
      RTC_MESSAGE_DEFAULT_ROOM);
  properties[PROP_TOKEN] = rtc_string_property_new ("token", "Token",
      "Secret that the server wants with the login, if it does", NULL);
  properties[PROP_CA_CERTIFICATE] = rtc_string_property_new ("ca-certificate", "CA certificate",
      "PEM file with the certificates to trust, for a server whose certificate this machine does not know; "
      "NULL trusts those of the system", NULL);
  properties[PROP_ROLE] = g_param_spec_enum ("role", "Role",
      "What to be in the room: a viewer waits for offers and meets no other viewer. For receivers of a "
      "stream that browsers watch, too", gst_rtc_role_get_type (), GST_RTC_ROLE_MEMBER,
      G_PARAM_READWRITE | G_PARAM_CONSTRUCT | G_PARAM_STATIC_STRINGS);
  properties[PROP_JOINED] = g_param_spec_boolean ("joined", "Joined",
      "Whether we are in the room; FALSE while there is no connection to the server", FALSE,
      G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
}

static void
gst_rtc_websocket_signaller_class_init (GstRtcWebsocketSignallerClass * klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->set_property = gst_rtc_websocket_signaller_set_property;
  object_class->get_property = gst_rtc_websocket_signaller_get_property;
  object_class->dispose = gst_rtc_websocket_signaller_dispose;
  object_class->finalize = gst_rtc_websocket_signaller_finalize;
  describe_properties ();
  g_object_class_install_properties (object_class, N_PROPERTIES, properties);
  gst_element_class_set_static_metadata (GST_ELEMENT_CLASS (klass), "WebRTC signaling client", "Network",
      "Meets others in a room of a signaling server, under its own name (name=…)", "The gst-rtc developers");
}

static void
gst_rtc_websocket_signaller_init (GstRtcWebsocketSignaller * self)
{
  self->times = (RtcUplinkTimes) RTC_UPLINK_TIMES;
}
