/* gst-rtc: what is wrong with a connection, in words
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "rtcwords.h"

/**
 * rtc_words_for_certificate:
 * @errors: what GIO found
 * @host: of the server
 *
 * Returns: (transfer full): what is wrong with the server's certificate, and what to do
 */
gchar *
rtc_words_for_certificate (GTlsCertificateFlags errors, const gchar * host)
{
  if (errors & G_TLS_CERTIFICATE_UNKNOWN_CA)
    return g_strdup ("its certificate is signed by nobody whom this machine trusts: set ca-certificate=… "
        "to a PEM file with the certificate of who signed it");
  if (errors & G_TLS_CERTIFICATE_BAD_IDENTITY)
    return g_strdup_printf ("its certificate is not for \"%s\": set uri=… to the name that the certificate "
        "is for", host);
  if (errors & G_TLS_CERTIFICATE_EXPIRED)
    return g_strdup ("its certificate has expired: renew it there");
  if (errors & G_TLS_CERTIFICATE_NOT_ACTIVATED)
    return g_strdup ("its certificate is not valid yet: is the clock of this machine right?");
  if (errors & G_TLS_CERTIFICATE_REVOKED)
    return g_strdup ("its certificate has been revoked: replace it there");
  return g_strdup ("its certificate is too weak or malformed: replace it there");
}

static gchar *
words_for_status (guint status)
{
  switch (status) {
    case SOUP_STATUS_UNAUTHORIZED:
    case SOUP_STATUS_FORBIDDEN:
      return g_strdup_printf ("it does not let us in (HTTP %u)", status);
    case SOUP_STATUS_NOT_FOUND:
      return g_strdup_printf ("there is no WebSocket at this path (HTTP %u): set uri=… to the right one, "
          "such as ws://host:8080/ws", status);
    default:
      return g_strdup_printf ("it answers with HTTP status %u: is it a signaling server?", status);
  }
}

/**
 * rtc_words_for_failure:
 * @error: why there is no WebSocket
 * @http_status: what the server answered, 0 if it did not
 *
 * Returns: (transfer full): why, and what to do
 */
gchar *
rtc_words_for_failure (const GError * error, guint http_status)
{
  if (http_status != 0)
    return words_for_status (http_status);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED))
    return g_strdup ("nobody listens there: is gst-rtc-server running, and are host and port of uri=… "
        "right?");
  if (error->domain == G_RESOLVER_ERROR)
    return g_strdup_printf ("its name cannot be resolved (%s): is uri=… right?", error->message);
  if (error->domain == G_TLS_ERROR)
    return g_strdup_printf ("no TLS with it (%s): does it speak wss, or should uri=… begin with ws://?",
        error->message);
  return g_strdup (error->message);
}
