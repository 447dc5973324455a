/* gst-rtc: addresses to listen on and to open
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "rtcaddress.h"

#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>

/**
 * rtc_address_resolve:
 * @host: an address or a name of this machine
 * @port: a port
 * @error: return location
 *
 * May wait for DNS if @host is a name other than "localhost".
 *
 * Returns: (transfer full) (nullable): what to listen on
 */
GSocketAddress *
rtc_address_resolve (const gchar * host, guint16 port, GError ** error)
{
  g_autoptr (GSocketConnectable) connectable = NULL;
  g_autoptr (GSocketAddressEnumerator) addresses = NULL;

  /* Not what DNS says first, which may be ::1 */
  if (g_ascii_strcasecmp (host, "localhost") == 0)
    host = "127.0.0.1";
  connectable = g_network_address_new (host, port);
  addresses = g_socket_connectable_enumerate (connectable);
  return g_socket_address_enumerator_next (addresses, NULL, error);
}

static gboolean
is_reachable (const struct ifaddrs *interface, gint family)
{
  return interface->ifa_addr != NULL && interface->ifa_addr->sa_family == family
      && (interface->ifa_flags & IFF_UP) && !(interface->ifa_flags & IFF_LOOPBACK);
}

static gchar *
find_own_address (void)
{
  struct ifaddrs *interfaces, *i;
  gchar *result = NULL;

  if (getifaddrs (&interfaces) != 0)
    return NULL;
  for (i = interfaces; i != NULL && result == NULL; i = i->ifa_next) {
    g_autoptr (GSocketAddress) address = NULL;

    if (!is_reachable (i, AF_INET))
      continue;
    address = g_socket_address_new_from_native (i->ifa_addr, sizeof (struct sockaddr_in));
    result = g_inet_address_to_string (g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (address)));
  }
  freeifaddrs (interfaces);
  return result;
}

/**
 * rtc_address_to_open:
 * @host: what a server listens on
 *
 * Returns: (transfer full): what to type into a browser for it: an address of this machine if @host
 *     stands for all of them
 */
gchar *
rtc_address_to_open (const gchar * host)
{
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (host);
  gchar *own = NULL;

  if (address != NULL && g_inet_address_get_is_any (address))
    own = find_own_address ();
  else
    own = g_strdup (host);
  return own != NULL ? own : g_strdup ("localhost");
}
