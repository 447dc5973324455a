/* gst-rtc: the secrets of signaling
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "rtctoken.h"

#include <sys/random.h>

#define SECRET_SIZE 16          /* bytes */
#define DIGEST_SIZE 32          /* of SHA-256 */

static void
digest (const gchar * text, guint8 * result)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  gsize size = DIGEST_SIZE;

  g_checksum_update (checksum, (const guchar *) text, -1);
  g_checksum_get_digest (checksum, result, &size);
}

/**
 * rtc_token_is_right:
 * @expected: (nullable): if %NULL, any token is right, and none
 * @token: (nullable): what somebody sent
 *
 * The time it takes does not depend on how much of @token is right.
 */
gboolean
rtc_token_is_right (const gchar * expected, const gchar * token)
{
  guint8 a[DIGEST_SIZE], b[DIGEST_SIZE], difference = 0;

  if (expected == NULL)
    return TRUE;
  if (token == NULL)
    return FALSE;
  digest (expected, a);
  digest (token, b);
  for (guint i = 0; i < DIGEST_SIZE; i++)
    difference |= a[i] ^ b[i];
  return difference == 0;
}

/* Returns: (transfer full): a name that nobody can guess */
gchar *
rtc_token_new (void)
{
  guint8 secret[SECRET_SIZE];
  GString *text = g_string_new (NULL);

  if (getrandom (secret, sizeof secret, 0) != sizeof secret)
    g_error ("The system gives no random numbers");
  for (guint i = 0; i < SECRET_SIZE; i++)
    g_string_append_printf (text, "%02x", secret[i]);
  return g_string_free (text, FALSE);
}
