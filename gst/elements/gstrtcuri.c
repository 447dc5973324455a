/* gst-rtc: rtc:// and rtcs:// addresses
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "gstrtcuri.h"

#define DEFAULT_PORT 8080
#define DEFAULT_TLS_PORT 443

/* (transfer full) (nullable): the signaller's ws:// or wss:// address */
static gchar *
make_websocket_uri (const GstUri * address)
{
  gboolean tls = g_strcmp0 (gst_uri_get_scheme (address), "rtcs") == 0;
  g_autofree gchar *path = gst_uri_get_path (address);
  g_autoptr (GstUri) result = NULL;
  guint port = gst_uri_get_port (address);

  if (!tls && g_strcmp0 (gst_uri_get_scheme (address), "rtc") != 0)
    return NULL;
  if (!gst_uri_get_host (address))
    return NULL;
  if (port == GST_URI_NO_PORT)
    port = tls ? DEFAULT_TLS_PORT : DEFAULT_PORT;
  result = gst_uri_new (tls ? "wss" : "ws", NULL, gst_uri_get_host (address), port,
      path && *path && !g_str_equal (path, "/") ? path : "/ws", NULL, NULL);
  return gst_uri_to_string (result);
}

static void
set_from_query (GstElement * signaller, const GstUri * address, const gchar * name)
{
  const gchar *value = gst_uri_get_query_value (address, name);

  if (value)
    g_object_set (signaller, name, value, NULL);
}

GstElement *
gst_rtc_uri_make_signaller (const gchar * uri, GError ** error)
{
  g_autoptr (GstUri) address = gst_uri_from_string (uri);
  g_autofree gchar *websocket_uri = address ? make_websocket_uri (address) : NULL;
  GstElement *signaller;

  if (!websocket_uri) {
    g_set_error (error, GST_URI_ERROR, GST_URI_ERROR_BAD_URI, "%s should look like rtc://host:port?room=name", uri);
    return NULL;
  }
  signaller = gst_element_factory_make ("rtcwebsocketsignaller", NULL);
  if (!signaller) {
    g_set_error_literal (error, GST_URI_ERROR, GST_URI_ERROR_UNSUPPORTED_PROTOCOL,
        "the element rtcwebsocketsignaller is missing: is the gst-rtc plugin installed whole?");
    return NULL;
  }
  g_object_set (signaller, "uri", websocket_uri, NULL);
  set_from_query (signaller, address, "room");
  set_from_query (signaller, address, "name");
  set_from_query (signaller, address, "token");
  return signaller;
}
