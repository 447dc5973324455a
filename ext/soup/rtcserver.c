/* gst-rtc: the signaling server: one HTTP port and the hub behind it
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "rtcserver.h"

#include "rtciceserver.h"

/* For this and all that is behind it */
GST_DEBUG_CATEGORY (rtc_server_signaller_debug);

struct _RtcServer
{
  RtcHttp *http;
  RtcHub *hub;
};

static GPtrArray *
read_ice_servers (const gchar * const *uris, GError ** error)
{
  g_autoptr (GPtrArray) servers = g_ptr_array_new_with_free_func ((GDestroyNotify) rtc_ice_server_free);

  for (; uris != NULL && *uris != NULL; uris++) {
    RtcIceServer *server = rtc_ice_server_new (*uris, error);

    if (server == NULL)
      return NULL;
    g_ptr_array_add (servers, server);
  }
  return g_steal_pointer (&servers);
}

static void
on_connected (SoupWebsocketConnection * websocket, GSocket * socket, gpointer user_data)
{
  rtc_hub_add (((RtcServer *) user_data)->hub, websocket, socket);
}

static gboolean
check_config (const RtcServerConfig * config, GError ** error)
{
  if (config->http.path[0] == '/')
    return TRUE;

  g_set_error (error, GST_RTC_ERROR, GST_RTC_ERROR_FAILED, "path=%s must begin with a slash",
      config->http.path);
  return FALSE;
}

/**
 * rtc_server_new:
 * @config: (transfer none): what it is like
 * @error: return location, with words that say what to do
 *
 * Returns: (transfer full) (nullable): a server that works in the thread-default main context
 */
RtcServer *
rtc_server_new (const RtcServerConfig * config, GError ** error)
{
  g_autoptr (RtcServer) self = g_new0 (RtcServer, 1);
  g_autoptr (GPtrArray) servers = read_ice_servers (config->ice_servers, error);
  RtcHubConfig hub = config->hub;

  GST_DEBUG_CATEGORY_INIT (rtc_server_signaller_debug, "rtcserversignaller", 0, "Signaling server");
  if (servers == NULL || !check_config (config, error))
    return NULL;
  self->http = rtc_http_new (&config->http, on_connected, self, error);
  if (self->http == NULL)
    return NULL;
  hub.ice_servers = servers;
  self->hub = rtc_hub_new (&hub);
  return g_steal_pointer (&self);
}

void
rtc_server_free (RtcServer * self)
{
  g_clear_pointer (&self->http, rtc_http_free);
  g_clear_pointer (&self->hub, rtc_hub_free);
  g_free (self);
}

RtcHub *
rtc_server_get_hub (RtcServer * self)
{
  return self->hub;
}

guint16
rtc_server_get_port (RtcServer * self)
{
  return rtc_http_get_port (self->http);
}

/* Returns: (transfer full): the URL of the page, as another machine can open it if any can */
gchar *
rtc_server_get_address (RtcServer * self)
{
  return rtc_http_get_address (self->http);
}
