/* gst-rtc: the signaling server: one HTTP port and the hub behind it
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "rtchttp.h"
#include "rtchub.h"

G_BEGIN_DECLS

#define RTC_SERVER_HOST "127.0.0.1"
#define RTC_SERVER_PORT 8080
#define RTC_SERVER_PATH "/ws"
#define RTC_SERVER_MAX_MESSAGE_SIZE (128 * 1024)

/**
 * RtcServerConfig:
 * @http: how to listen
 * @hub: who meets whom; its ice_servers are set from the following
 * @ice_servers: (array zero-terminated=1) (nullable): as rtc_ice_server_new() takes them
 */
typedef struct
{
  RtcHttpConfig http;
  RtcHubConfig hub;
  const gchar *const *ice_servers;
} RtcServerConfig;

typedef struct _RtcServer RtcServer;

RtcServer *rtc_server_new (const RtcServerConfig * config, GError ** error);
void rtc_server_free (RtcServer * server);

RtcHub *rtc_server_get_hub (RtcServer * server);
guint16 rtc_server_get_port (RtcServer * server);
gchar *rtc_server_get_address (RtcServer * server);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RtcServer, rtc_server_free)

G_END_DECLS
