/* gst-rtc: the network properties of an element with peers
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "gstrtcsessions.h"

G_BEGIN_DECLS

/* Under the element's object lock */
typedef struct
{
  gchar *stun_server;
  gchar **turn_servers;
  gchar **ice_addresses;
  GstRtcIceTransportPolicy ice_transport_policy;
  guint min_rtp_port, max_rtp_port;
  gboolean do_retransmission;
  gint min_playout_delay, max_playout_delay;
  guint max_consumers;
  guint loop_threads;
} GstRtcSettings;

/* A property of type GstValueArray of strings, "< a, b >" in gst-launch-1.0, kept as a NULL-terminated array */
GParamSpec *gst_rtc_strings_spec (const gchar * name, const gchar * nick, const gchar * blurb, GParamFlags flags);
void gst_rtc_strings_set (gchar *** strings, const GValue * array);
void gst_rtc_strings_get (gchar ** strings, GValue * array);

void gst_rtc_settings_init (GstRtcSettings * settings);
void gst_rtc_settings_clear (GstRtcSettings * settings);

/* Property ids from @first on, up to gst_rtc_settings_install()'s result */
guint gst_rtc_settings_install (GObjectClass * klass, guint first);
/* FALSE: not one of these properties. index: property id less @first */
gboolean gst_rtc_settings_set (GstRtcSettings * settings, guint index, const GValue * value);
gboolean gst_rtc_settings_get (const GstRtcSettings * settings, guint index, GValue * value);

/* GST_RTC_ERROR_FAILED, naming the property at fault */
gboolean gst_rtc_settings_check (const GstRtcSettings * settings, GError ** error);
/* peer: strings are borrowed from @settings */
void gst_rtc_settings_apply (const GstRtcSettings * settings, RtcPeerConfig * peer);
/* (transfer full): every STUN and TURN server, for the peers */
GStrv gst_rtc_settings_get_ice_servers (const GstRtcSettings * settings);

G_END_DECLS
