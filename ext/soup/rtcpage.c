/* gst-rtc: the files of the viewer page
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "rtcpage.h"

#include <string.h>

#include "rtcpageresource.h"

#define PREFIX "/org/gst-rtc/page/"
#define WEBSOCKET_PATH "@WEBSOCKET@"

static const struct
{
  const gchar *path, *file, *content_type;
} files[] = {
  {"/", "index.html", "text/html; charset=utf-8"},
  {"/index.html", "index.html", "text/html; charset=utf-8"},
  {"/viewer.js", "viewer.js", "text/javascript; charset=utf-8"},
  {"/session.js", "session.js", "text/javascript; charset=utf-8"},
  {"/peer.js", "peer.js", "text/javascript; charset=utf-8"},
  {"/sdp.js", "sdp.js", "text/javascript; charset=utf-8"},
  {"/screens.js", "screens.js", "text/javascript; charset=utf-8"},
  {"/capture.js", "capture.js", "text/javascript; charset=utf-8"},
  {"/share.js", "share.js", "text/javascript; charset=utf-8"},
  {"/sampler.js", "sampler.js", "text/javascript; charset=utf-8"},
  {"/stats.js", "stats.js", "text/javascript; charset=utf-8"},
  {"/panels.js", "panels.js", "text/javascript; charset=utf-8"},
  {"/data.js", "data.js", "text/javascript; charset=utf-8"},
  {"/files.js", "files.js", "text/javascript; charset=utf-8"},
  {"/transfer.js", "transfer.js", "text/javascript; charset=utf-8"},
  {"/sha256.js", "sha256.js", "text/javascript; charset=utf-8"},
  {"/chat.js", "chat.js", "text/javascript; charset=utf-8"},
  {"/remote.js", "remote.js", "text/javascript; charset=utf-8"},
  {"/keys.js", "keys.js", "text/javascript; charset=utf-8"},
  {"/style.css", "style.css", "text/css; charset=utf-8"},
  {"/share.css", "share.css", "text/css; charset=utf-8"},
  {"/data.css", "data.css", "text/css; charset=utf-8"},
};

/* Relative, so that the page also works behind a proxy that serves it under a folder */
static GBytes *
insert_websocket_path (GBytes * html, const gchar * websocket_path)
{
  g_autofree gchar *text = g_strndup (g_bytes_get_data (html, NULL), g_bytes_get_size (html));
  g_auto (GStrv) parts = g_strsplit (text, WEBSOCKET_PATH, 2);
  g_autofree gchar *value = g_markup_escape_text (websocket_path + 1, -1);
  gchar *page = g_strjoinv (value, parts);

  return g_bytes_new_take (page, strlen (page));
}

/**
 * rtc_page_get:
 * @path: of an HTTP request
 * @websocket_path: where the page finds its WebSocket, begins with "/"
 * @content_type: (out): of the result
 *
 * Returns: (transfer full) (nullable): the file, or %NULL if the page has none of that path
 */
GBytes *
rtc_page_get (const gchar * path, const gchar * websocket_path, const gchar ** content_type)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS (files); i++) {
    g_autofree gchar *name = g_strconcat (PREFIX, files[i].file, NULL);
    g_autoptr (GBytes) data = NULL;

    if (!g_str_equal (path, files[i].path))
      continue;
    *content_type = files[i].content_type;
    data = g_resource_lookup_data (rtc_page_get_resource (), name, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
    return g_str_equal (files[i].file, "index.html") ? insert_websocket_path (data, websocket_path)
        : g_steal_pointer (&data);
  }
  return NULL;
}
