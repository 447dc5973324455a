/* gst-rtc: the texts that ICE is configured and fed with
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "rtcnicetext.h"

#include <gio/gio.h>
#include <string.h>

#define DEFAULT_PORT 3478       /* RFC 8489, RFC 8656 */

/* RFC 8839, section 5.1 */
#define MAX_FOUNDATION_LENGTH 32
#define N_FIXED_FIELDS 8        /* up to "typ" and the type */

static gboolean
malformed_server (GError ** error, const gchar * kind, const gchar * problem)
{
  /* without the text itself: it may hold a password */
  g_set_error (error, GST_RTC_ERROR, GST_RTC_ERROR_FAILED, "ICE: malformed %s server: %s", kind, problem);
  return FALSE;
}

static gboolean
take_transport (RtcNiceServer * server, const gchar * query)
{
  if (!query || g_ascii_strcasecmp (query, "transport=udp") == 0)
    return TRUE;
  server->tcp = g_ascii_strcasecmp (query, "transport=tcp") == 0;
  return server->tcp;
}

/**
 * rtc_nice_parse_stun_server:
 * @text: "host:port" or "stun://host:port"; the port may be left out
 */
gboolean
rtc_nice_parse_stun_server (const gchar * text, RtcNiceServer * server, GError ** error)
{
  g_autofree gchar *uri = NULL;
  gint port = -1;

  memset (server, 0, sizeof *server);
  uri = g_str_has_prefix (text, "stun://") ? g_strdup (text) : g_strconcat ("stun://", text, NULL);
  if (!g_uri_split_network (uri, G_URI_FLAGS_NONE, NULL, &server->host, &port, NULL) || !server->host ||
      !*server->host) {
    g_clear_pointer (&server->host, g_free);
    return malformed_server (error, "STUN", "it must be host:port");
  }
  if (port == 0)
    return malformed_server (error, "STUN", "the port is 0");
  server->port = port < 0 ? DEFAULT_PORT : port;
  return TRUE;
}

/**
 * rtc_nice_parse_turn_server:
 * @uri: "turn://user:password@host:port?transport=udp|tcp" or "turns:…", its parts percent-encoded;
 *     port and transport may be left out
 * @server: to be cleared by the caller, also after an error
 */
gboolean
rtc_nice_parse_turn_server (const gchar * uri, RtcNiceServer * server, GError ** error)
{
  g_autofree gchar *scheme = NULL, *query = NULL;
  gint port = -1;

  memset (server, 0, sizeof *server);
  if (!g_uri_split_with_user (uri, G_URI_FLAGS_HAS_PASSWORD, &scheme, &server->user, &server->password, NULL,
          &server->host, &port, NULL, &query, NULL, NULL))
    return malformed_server (error, "TURN", "it must be turn://user:password@host:port?transport=udp|tcp");

  if (g_strcmp0 (scheme, "turn") != 0 && g_strcmp0 (scheme, "turns") != 0)
    return malformed_server (error, "TURN", "the scheme is neither turn nor turns");
  server->tls = strcmp (scheme, "turns") == 0;
  if (!server->host || !*server->host)
    return malformed_server (error, "TURN", "the host is missing");
  if (!server->user || !*server->user)
    return malformed_server (error, "TURN", "the user is missing");
  if (!server->password)
    return malformed_server (error, "TURN", "the password is missing");
  if (port == 0)
    return malformed_server (error, "TURN", "the port is 0");
  if (!take_transport (server, query))
    return malformed_server (error, "TURN", "the transport is neither udp nor tcp");
  server->port = port < 0 ? DEFAULT_PORT : port;
  return TRUE;
}

void
rtc_nice_server_clear (RtcNiceServer * server)
{
  g_clear_pointer (&server->host, g_free);
  g_clear_pointer (&server->user, g_free);
  g_clear_pointer (&server->password, g_free);
}

static RtcNiceCandidateKind
malformed_candidate (GError ** error, const gchar * part)
{
  g_set_error (error, GST_RTC_ERROR, GST_RTC_ERROR_CANDIDATE, "ICE: malformed candidate: %s", part);
  return RTC_NICE_CANDIDATE_MALFORMED;
}

static gboolean
is_foundation (const gchar * text)
{
  gsize length = strspn (text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");

  return length >= 1 && length <= MAX_FOUNDATION_LENGTH && text[length] == '\0';
}

static gboolean
is_name (const gchar * text)
{
  gsize length = strspn (text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._");

  /* digits and dots alone are an address gone wrong */
  return length >= 1 && length <= 253 && text[length] == '\0' && strspn (text, "0123456789.") < length;
}

static gboolean
is_known_type (const gchar * text)
{
  const gchar *const types[] = { "host", "srflx", "prflx", "relay", NULL };

  return g_strv_contains (types, text);
}

static GPtrArray *
split_fields (const gchar * text, gchar ** buffer)
{
  GPtrArray *fields = g_ptr_array_new ();
  gchar *field, *rest = *buffer = g_strdup (text);

  while ((field = strsep (&rest, " \t\r\n"))) {
    if (*field)
      g_ptr_array_add (fields, field);
  }
  return fields;
}

static const gchar *
find_malformed_part (gchar ** fields)
{
  if (!is_foundation (fields[0]))
    return "the foundation";
  if (!g_ascii_string_to_unsigned (fields[1], 10, 1, 256, NULL, NULL))
    return "the component";
  if (!g_ascii_string_to_unsigned (fields[3], 10, 0, G_MAXUINT32, NULL, NULL))
    return "the priority";
  if (!g_ascii_string_to_unsigned (fields[5], 10, 0, G_MAXUINT16, NULL, NULL))
    return "the port";
  if (strcmp (fields[6], "typ") != 0)
    return "the type";
  return NULL;
}

/**
 * rtc_nice_parse_candidate:
 * @text: "candidate:…", with or without "a=" (RFC 8839, section 5.1)
 * @line: (out): for libnice, if it is usable: the fixed fields alone. The related address matters to nobody
 *     here, and libnice wants each of the extensions to be a pair.
 * @error: (out): if it is malformed
 */
RtcNiceCandidateKind
rtc_nice_parse_candidate (const gchar * text, gchar ** line, GError ** error)
{
  g_autoptr (GPtrArray) array = NULL;
  g_autoptr (GInetAddress) address = NULL;
  g_autofree gchar *buffer = NULL;
  const gchar *part;
  gchar **fields;

  if (g_str_has_prefix (text, "a="))
    text += strlen ("a=");
  if (!g_str_has_prefix (text, "candidate:"))
    return malformed_candidate (error, "it does not begin with candidate:");
  array = split_fields (text + strlen ("candidate:"), &buffer);
  if (array->len < N_FIXED_FIELDS)
    return malformed_candidate (error, "too few fields");

  fields = (gchar **) array->pdata;
  if ((part = find_malformed_part (fields)))
    return malformed_candidate (error, part);
  address = g_inet_address_new_from_string (fields[4]);
  if (!address && !is_name (fields[4]))
    return malformed_candidate (error, "the address");

  /* RTCP is muxed; ICE-TCP is off; RFC 8839, section 5.1: unknown types and transports are no errors */
  if (strcmp (fields[1], "1") != 0 || g_ascii_strcasecmp (fields[2], "udp") != 0 ||
      strcmp (fields[5], "0") == 0 || !is_known_type (fields[7]))
    return RTC_NICE_CANDIDATE_IGNORED;
  if (!address)
    return RTC_NICE_CANDIDATE_NAMED;
  if (g_inet_address_get_is_any (address) || g_inet_address_get_is_multicast (address))
    return RTC_NICE_CANDIDATE_IGNORED;

  *line = g_strdup_printf ("a=candidate:%s 1 UDP %s %s %s typ %s", fields[0], fields[3], fields[4], fields[5],
      fields[7]);
  return RTC_NICE_CANDIDATE_USABLE;
}
