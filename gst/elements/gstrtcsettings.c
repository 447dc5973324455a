/* gst-rtc: the network properties of an element with peers
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "gstrtcsettings.h"

#include <string.h>

#define SETUP_TIMEOUT (15 * RTC_SECOND)

/* Enough for a large room; each peer may cost its bitrate upstream. */
#define DEFAULT_MAX_CONSUMERS 2000
/* Of the playout-delay extension: 12 bits of 10 ms */
#define MAX_PLAYOUT_DELAY 40950

enum
{
  STUN_SERVER,
  TURN_SERVERS,
  ICE_TRANSPORT_POLICY,
  ICE_ADDRESSES,
  MIN_RTP_PORT,
  MAX_RTP_PORT,
  DO_RETRANSMISSION,
  MIN_PLAYOUT_DELAY,
  MAX_PLAYOUT_DELAY_MS,
  MAX_CONSUMERS,
  LOOP_THREADS,
  N_SETTINGS
};

void
gst_rtc_settings_init (GstRtcSettings * settings)
{
  *settings = (GstRtcSettings) {
    .do_retransmission = TRUE,
    .max_rtp_port = 65535,
    .min_playout_delay = -1,
    .max_playout_delay = -1,
    .max_consumers = DEFAULT_MAX_CONSUMERS,
  };
}

void
gst_rtc_settings_clear (GstRtcSettings * settings)
{
  g_clear_pointer (&settings->stun_server, g_free);
  g_clear_pointer (&settings->turn_servers, g_strfreev);
  g_clear_pointer (&settings->ice_addresses, g_strfreev);
}

GParamSpec *
gst_rtc_strings_spec (const gchar * name, const gchar * nick, const gchar * blurb, GParamFlags flags)
{
  return gst_param_spec_array (name, nick, blurb, g_param_spec_string ("item", NULL, NULL, NULL, G_PARAM_READWRITE
          | G_PARAM_STATIC_STRINGS), flags);
}

guint
gst_rtc_settings_install (GObjectClass * klass, guint first)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY;
  GParamSpec *specs[N_SETTINGS] = {
    [STUN_SERVER] = g_param_spec_string ("stun-server", "STUN server",
        "Tells us and the peers their public addresses: stun://host:port. None by default: enough on one network",
        NULL, flags),
    [TURN_SERVERS] = gst_rtc_strings_spec ("turn-servers", "TURN servers",
        "Relays for peers that cannot be reached directly: < turn://user:password@host:port, … >, "
        "turns:// for TLS, ?transport=tcp for TCP", flags),
    [ICE_TRANSPORT_POLICY] = g_param_spec_enum ("ice-transport-policy", "ICE transport policy",
        "Which ways to a peer may be used: any, or only relays, which hides our addresses",
        GST_TYPE_RTC_ICE_TRANSPORT_POLICY, GST_RTC_ICE_TRANSPORT_POLICY_ALL, flags),
    [ICE_ADDRESSES] = gst_rtc_strings_spec ("ice-addresses", "ICE addresses",
        "Local addresses to be reached at, < 192.0.2.1, 127.0.0.1, … >. All of this machine but loopback if empty",
        flags),
    [MIN_RTP_PORT] = g_param_spec_uint ("min-rtp-port", "Lowest UDP port",
        "Lowest local UDP port for media, 0 for any: what a firewall has to let through", 0, 65535, 0, flags),
    [MAX_RTP_PORT] = g_param_spec_uint ("max-rtp-port", "Highest UDP port",
        "Highest local UDP port for media, with min-rtp-port; each peer needs one per local address", 0, 65535, 65535,
        flags),
    [DO_RETRANSMISSION] = g_param_spec_boolean ("do-retransmission", "Retransmission",
        "Send lost packets again when a peer asks for them, and ask for those that are missing (NACK and RTX, "
        "RFC 4585 and 4588)", TRUE, flags),
    [MIN_PLAYOUT_DELAY] = g_param_spec_int ("min-playout-delay", "Minimum playout delay",
        "Asks peers to show frames at least this long after they were captured, in milliseconds, in steps of 10; "
        "0 for as soon as possible, -1 leaves it to the peer", -1, MAX_PLAYOUT_DELAY, -1, flags),
    [MAX_PLAYOUT_DELAY_MS] = g_param_spec_int ("max-playout-delay", "Maximum playout delay",
        "Asks peers to show frames at most this long after they were captured, in milliseconds, in steps of 10; "
        "-1 leaves it to the peer", -1, MAX_PLAYOUT_DELAY, -1, flags),
    [MAX_CONSUMERS] = g_param_spec_uint ("max-consumers", "Maximum of peers",
        "How many peers may be here at once, 0 for no limit", 0, G_MAXUINT, DEFAULT_MAX_CONSUMERS, flags),
    [LOOP_THREADS] = g_param_spec_uint ("loop-threads", "Network threads",
        "How many threads share the peers, 0 for as many as there are cores, at most 4", 0, 64, 0, flags),
  };

  for (guint i = 0; i < N_SETTINGS; i++)
    g_object_class_install_property (klass, first + i, specs[i]);
  return first + N_SETTINGS;
}

void
gst_rtc_strings_set (gchar *** strings, const GValue * array)
{
  GPtrArray *copy = g_ptr_array_new ();

  for (guint i = 0; i < gst_value_array_get_size (array); i++)
    g_ptr_array_add (copy, g_value_dup_string (gst_value_array_get_value (array, i)));
  g_ptr_array_add (copy, NULL);
  g_strfreev (*strings);
  *strings = (gchar **) g_ptr_array_free (copy, FALSE);
}

void
gst_rtc_strings_get (gchar ** strings, GValue * array)
{
  for (guint i = 0; strings && strings[i]; i++) {
    GValue item = G_VALUE_INIT;

    g_value_init (&item, G_TYPE_STRING);
    g_value_set_string (&item, strings[i]);
    gst_value_array_append_and_take_value (array, &item);
  }
}

gboolean
gst_rtc_settings_set (GstRtcSettings * settings, guint index, const GValue * value)
{
  switch (index) {
    case STUN_SERVER:
      g_free (settings->stun_server);
      settings->stun_server = g_value_dup_string (value);
      return TRUE;
    case TURN_SERVERS:
      gst_rtc_strings_set (&settings->turn_servers, value);
      return TRUE;
    case ICE_TRANSPORT_POLICY:
      settings->ice_transport_policy = g_value_get_enum (value);
      return TRUE;
    case ICE_ADDRESSES:
      gst_rtc_strings_set (&settings->ice_addresses, value);
      return TRUE;
    case MIN_RTP_PORT:
      settings->min_rtp_port = g_value_get_uint (value);
      return TRUE;
    case MAX_RTP_PORT:
      settings->max_rtp_port = g_value_get_uint (value);
      return TRUE;
    case DO_RETRANSMISSION:
      settings->do_retransmission = g_value_get_boolean (value);
      return TRUE;
    case MIN_PLAYOUT_DELAY:
      settings->min_playout_delay = g_value_get_int (value);
      return TRUE;
    case MAX_PLAYOUT_DELAY_MS:
      settings->max_playout_delay = g_value_get_int (value);
      return TRUE;
    case MAX_CONSUMERS:
      settings->max_consumers = g_value_get_uint (value);
      return TRUE;
    case LOOP_THREADS:
      settings->loop_threads = g_value_get_uint (value);
      return TRUE;
    default:
      return FALSE;
  }
}

gboolean
gst_rtc_settings_get (const GstRtcSettings * settings, guint index, GValue * value)
{
  switch (index) {
    case STUN_SERVER:
      g_value_set_string (value, settings->stun_server);
      return TRUE;
    case TURN_SERVERS:
      gst_rtc_strings_get (settings->turn_servers, value);
      return TRUE;
    case ICE_TRANSPORT_POLICY:
      g_value_set_enum (value, settings->ice_transport_policy);
      return TRUE;
    case ICE_ADDRESSES:
      gst_rtc_strings_get (settings->ice_addresses, value);
      return TRUE;
    case MIN_RTP_PORT:
      g_value_set_uint (value, settings->min_rtp_port);
      return TRUE;
    case MAX_RTP_PORT:
      g_value_set_uint (value, settings->max_rtp_port);
      return TRUE;
    case DO_RETRANSMISSION:
      g_value_set_boolean (value, settings->do_retransmission);
      return TRUE;
    case MIN_PLAYOUT_DELAY:
      g_value_set_int (value, settings->min_playout_delay);
      return TRUE;
    case MAX_PLAYOUT_DELAY_MS:
      g_value_set_int (value, settings->max_playout_delay);
      return TRUE;
    case MAX_CONSUMERS:
      g_value_set_uint (value, settings->max_consumers);
      return TRUE;
    case LOOP_THREADS:
      g_value_set_uint (value, settings->loop_threads);
      return TRUE;
    default:
      return FALSE;
  }
}

gboolean
gst_rtc_settings_check (const GstRtcSettings * settings, GError ** error)
{
  const gchar *fault = NULL;

  if (settings->stun_server && *settings->stun_server && !g_str_has_prefix (settings->stun_server, "stun:"))
    fault = "stun-server has to look like stun://host:port";
  else if (settings->min_rtp_port > settings->max_rtp_port)
    fault = "min-rtp-port is above max-rtp-port";
  else if (settings->max_playout_delay >= 0 && settings->min_playout_delay > settings->max_playout_delay)
    fault = "min-playout-delay is above max-playout-delay";
  for (guint i = 0; settings->turn_servers && settings->turn_servers[i]; i++) {
    if (!g_str_has_prefix (settings->turn_servers[i], "turn:")
        && !g_str_has_prefix (settings->turn_servers[i], "turns:"))
      fault = "turn-servers have to look like turn://user:password@host:port";
  }
  if (fault)
    g_set_error_literal (error, GST_RTC_ERROR, GST_RTC_ERROR_FAILED, fault);
  return fault == NULL;
}

static const gchar *
strip_scheme (const gchar * stun_server)
{
  const gchar *address;

  if (!stun_server || !*stun_server)
    return NULL;
  address = stun_server + strlen ("stun:");
  return g_str_has_prefix (address, "//") ? address + 2 : address;
}

void
gst_rtc_settings_apply (const GstRtcSettings * settings, RtcPeerConfig * peer)
{
  gboolean any_address = !settings->ice_addresses || !settings->ice_addresses[0];
  gboolean any_port = settings->min_rtp_port == 0 && settings->max_rtp_port == 65535;

  peer->ice.stun_server = strip_scheme (settings->stun_server);
  peer->ice.turn_servers = (const gchar * const *) settings->turn_servers;
  peer->ice.addresses = any_address ? NULL : (const gchar * const *) settings->ice_addresses;
  peer->ice.policy = settings->ice_transport_policy;
  peer->ice.min_port = any_port ? 0 : MAX (settings->min_rtp_port, 1);
  peer->ice.max_port = any_port ? 0 : settings->max_rtp_port;
  peer->retransmission = settings->do_retransmission;
  peer->extensions = (1 << RTC_N_EXTENSIONS) - 1;
  peer->min_playout_delay = settings->min_playout_delay;
  peer->max_playout_delay = settings->max_playout_delay;
  if (settings->min_playout_delay < 0 && settings->max_playout_delay < 0)
    peer->extensions &= ~(1u << RTC_EXTENSION_PLAYOUT_DELAY);
  else if (settings->max_playout_delay < 0)
    peer->max_playout_delay = MAX_PLAYOUT_DELAY;
  else if (settings->min_playout_delay < 0)
    peer->min_playout_delay = 0;
  peer->setup_timeout = SETUP_TIMEOUT;
}

GStrv
gst_rtc_settings_get_ice_servers (const GstRtcSettings * settings)
{
  GStrvBuilder *builder = g_strv_builder_new ();
  GStrv servers;

  if (settings->stun_server && *settings->stun_server)
    g_strv_builder_add (builder, settings->stun_server);
  if (settings->turn_servers)
    g_strv_builder_addv (builder, (const gchar **) settings->turn_servers);
  servers = g_strv_builder_end (builder);
  g_strv_builder_unref (builder);
  return servers;
}
