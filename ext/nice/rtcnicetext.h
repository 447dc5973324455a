/* gst-rtc: the texts that ICE is configured and fed with
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/rtc/gstrtc.h>

G_BEGIN_DECLS

/**
 * RtcNiceServer:
 * @host: a name or an address, without brackets
 * @user: (nullable): of a TURN server
 */
typedef struct
{
  gchar *host;
  guint16 port;
  gchar *user, *password;
  gboolean tcp, tls;
} RtcNiceServer;

typedef enum
{
  RTC_NICE_CANDIDATE_USABLE,
  RTC_NICE_CANDIDATE_IGNORED,   /* well-formed, but nothing that we could send to */
  RTC_NICE_CANDIDATE_NAMED,     /* a host name, such as one of mDNS */
  RTC_NICE_CANDIDATE_MALFORMED,
} RtcNiceCandidateKind;

gboolean rtc_nice_parse_stun_server (const gchar * text, RtcNiceServer * server, GError ** error);
gboolean rtc_nice_parse_turn_server (const gchar * uri, RtcNiceServer * server, GError ** error);
void rtc_nice_server_clear (RtcNiceServer * server);
RtcNiceCandidateKind rtc_nice_parse_candidate (const gchar * text, gchar ** line, GError ** error);

G_END_DECLS
