/* gst-rtc: the address of a STUN or TURN server
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "rtciceserver.h"

#include <string.h>

static const gchar *const schemes[] = { "stun", "stuns", "turn", "turns" };

static const gchar *
read_scheme (const gchar * uri, const gchar ** rest)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS (schemes); i++) {
    gsize size = strlen (schemes[i]);

    if (g_ascii_strncasecmp (uri, schemes[i], size) == 0 && uri[size] == ':') {
      *rest = uri + size + 1;
      return schemes[i];
    }
  }
  return NULL;
}

/* The last '@' ends the credentials, as an unescaped password may hold one */
static gboolean
read_credentials (RtcIceServer * self, const gchar ** rest)
{
  const gchar *at = strrchr (*rest, '@');
  const gchar *colon;

  if (at == NULL)
    return TRUE;

  colon = memchr (*rest, ':', at - *rest);
  if (colon == NULL)
    return FALSE;

  self->username = g_uri_unescape_segment (*rest, colon, NULL);
  self->credential = g_uri_unescape_segment (colon + 1, at, NULL);
  *rest = at + 1;
  return self->username != NULL && self->credential != NULL;
}

#define ADDRESS "^([A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+\\])(:[0-9]{1,5})?"

/* As strict as browsers, which refuse the whole list of servers for one that is wrong: TURN needs
 * credentials, and only TURN has a transport */
static gboolean
is_valid (const RtcIceServer * self, gboolean is_turn, const gchar * address)
{
  const gchar *pattern = is_turn ? ADDRESS "(\\?transport=(udp|tcp))?$" : ADDRESS "$";

  return (!is_turn || self->username != NULL)
      && g_regex_match_simple (pattern, address, G_REGEX_DOLLAR_ENDONLY, 0);
}

/**
 * rtc_ice_server_new:
 * @uri: "stun://host:port", "turn(s)://user:password@host:port?transport=udp|tcp", or either without "//";
 *     user and password may be percent-encoded
 * @error: return location
 *
 * Returns: (transfer full) (nullable): the server, or %NULL if @uri is none
 */
RtcIceServer *
rtc_ice_server_new (const gchar * uri, GError ** error)
{
  g_autoptr (RtcIceServer) self = g_new0 (RtcIceServer, 1);
  const gchar *rest = NULL;
  const gchar *scheme = read_scheme (uri, &rest);

  if (scheme != NULL && g_str_has_prefix (rest, "//"))
    rest += 2;

  if (scheme == NULL || !read_credentials (self, &rest)
      || !is_valid (self, g_str_has_prefix (scheme, "turn"), rest)) {
    g_set_error (error, GST_RTC_ERROR, GST_RTC_ERROR_FAILED, "\"%s\" is no STUN or TURN server: "
        "write stun://host:port or turn://user:password@host:port", uri);
    return NULL;
  }
  self->url = g_strconcat (scheme, ":", rest, NULL);
  return g_steal_pointer (&self);
}

void
rtc_ice_server_free (RtcIceServer * self)
{
  g_free (self->url);
  g_free (self->username);
  g_free (self->credential);
  g_free (self);
}
