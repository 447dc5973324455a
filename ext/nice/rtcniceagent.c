/* gst-rtc: a libnice agent as configured
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "rtcniceagent.h"
#include "rtcnicetext.h"

#include <nice/interfaces.h>
#include <string.h>

GST_DEBUG_CATEGORY_EXTERN (rtc_nice_debug);
#define GST_CAT_DEFAULT rtc_nice_debug

/* Ta of RFC 8445, section 14.2: at least 5 ms. libnice looks for work at each tick and not in between,
 * so most of the time to connect is this. */
#define PACING_MS 5

/* How long an agent without checks under way goes on ticking, and then calls it a failure if no pair was
 * nominated: time for a slow controlling peer. */
#define IDLE_MS 5000

static gboolean
add_address (NiceAgent * agent, const gchar * text)
{
  NiceAddress address;

  nice_address_init (&address);
  if (!nice_address_set_from_string (&address, text))
    return FALSE;
  return nice_agent_add_local_address (agent, &address);
}

static gboolean
add_named_addresses (NiceAgent * agent, const gchar * const *addresses, GError ** error)
{
  for (; *addresses; addresses++) {
    if (!add_address (agent, *addresses)) {
      g_set_error (error, GST_RTC_ERROR, GST_RTC_ERROR_FAILED, "ICE: not a local address: %s", *addresses);
      return FALSE;
    }
  }
  return TRUE;
}

/* An IPv6 link-local address: its zone means nothing to a peer (RFC 8445, section 5.1.1.1) */
static gboolean
is_zoned (const gchar * text)
{
  return g_ascii_strncasecmp (text, "fe80:", strlen ("fe80:")) == 0;
}

/* Left to itself, libnice takes all but loopback, and fails where there is nothing else */
static void
add_all_addresses (NiceAgent * agent)
{
  GList *addresses = nice_interfaces_get_local_ips (FALSE), *item;

  if (!addresses)
    addresses = nice_interfaces_get_local_ips (TRUE);
  for (item = addresses; item; item = item->next) {
    if (!is_zoned (item->data))
      add_address (agent, item->data);
  }
  g_list_free_full (addresses, g_free);
}

static gboolean
use_stun_server (NiceAgent * agent, const gchar * text, GError ** error)
{
  RtcNiceServer server;
  gboolean used = rtc_nice_parse_stun_server (text, &server, error);

  /* libnice looks up a name in the background, on the agent's context */
  if (used)
    g_object_set (agent, "stun-server", server.host, "stun-server-port", (guint) server.port, NULL);
  rtc_nice_server_clear (&server);
  return used;
}

static gboolean
use_turn_server (NiceAgent * agent, const gchar * uri, GError ** error)
{
  RtcNiceServer server;
  gboolean parsed = rtc_nice_parse_turn_server (uri, &server, error);

  if (parsed && server.tls)
    GST_WARNING ("TURN over TLS is not supported: %s is left out", server.host);
  else if (parsed)
    nice_agent_set_relay_info (agent, RTC_NICE_STREAM, RTC_NICE_COMPONENT, server.host, server.port,
        server.user, server.password, server.tcp ? NICE_RELAY_TYPE_TURN_TCP : NICE_RELAY_TYPE_TURN_UDP);
  rtc_nice_server_clear (&server);
  return parsed;
}

static gboolean
use_servers (NiceAgent * agent, const RtcIceConfig * config, GError ** error)
{
  const gchar *const *uri;
  guint n = 0;

  if (config->stun_server && !use_stun_server (agent, config->stun_server, error))
    return FALSE;
  for (uri = config->turn_servers; uri && *uri; uri++) {
    if (n++ == NICE_CANDIDATE_MAX_TURN_SERVERS) {
      GST_WARNING ("only the first %u TURN servers are used", NICE_CANDIDATE_MAX_TURN_SERVERS);
      break;
    }
    if (!use_turn_server (agent, *uri, error))
      return FALSE;
  }
  return TRUE;
}

void
rtc_nice_agent_expect_checks (NiceAgent * agent)
{
  g_object_set (agent, "idle-timeout", IDLE_MS, NULL);
}

static NiceAgent *
make_agent (const RtcIceConfig * config)
{
  NiceAgent *agent = nice_agent_new_full (config->context, NICE_COMPATIBILITY_RFC5245,
      NICE_AGENT_OPTION_ICE_TRICKLE | NICE_AGENT_OPTION_CONSENT_FRESHNESS);

  g_object_set (agent, "ice-tcp", FALSE, "upnp", FALSE,
      "stun-pacing-timer", PACING_MS, "keepalive-conncheck", TRUE,
      "force-relay", config->policy == GST_RTC_ICE_TRANSPORT_POLICY_RELAY, NULL);
  rtc_nice_agent_expect_checks (agent);
  if (nice_agent_add_stream (agent, 1) != RTC_NICE_STREAM)
    g_assert_not_reached ();
  return agent;
}

static gboolean
use_port_range (NiceAgent * agent, const RtcIceConfig * config, GError ** error)
{
  guint min_port = MAX (config->min_port, 1), max_port = config->max_port ? config->max_port : G_MAXUINT16;

  if (min_port > max_port) {
    g_set_error (error, GST_RTC_ERROR, GST_RTC_ERROR_FAILED, "ICE: the range of ports %u to %u is empty",
        min_port, max_port);
    return FALSE;
  }
  if (config->min_port || config->max_port)
    nice_agent_set_port_range (agent, RTC_NICE_STREAM, RTC_NICE_COMPONENT, min_port, max_port);
  return TRUE;
}

static gboolean
set_up (NiceAgent * agent, const RtcIceConfig * config, GError ** error)
{
  if (!use_port_range (agent, config, error))
    return FALSE;
  if (!config->addresses)
    add_all_addresses (agent);
  else if (!add_named_addresses (agent, config->addresses, error))
    return FALSE;
  return use_servers (agent, config, error);
}

/**
 * rtc_nice_agent_new:
 *
 * The main context of @config must be the thread-default one.
 *
 * Returns: (transfer full) (nullable): an agent with its stream, addresses and servers, or %NULL and
 * %GST_RTC_ERROR_FAILED if an address or a server is malformed
 */
NiceAgent *
rtc_nice_agent_new (const RtcIceConfig * config, GError ** error)
{
  NiceAgent *agent = make_agent (config);

  if (!set_up (agent, config, error))
    g_clear_object (&agent);
  return agent;
}
