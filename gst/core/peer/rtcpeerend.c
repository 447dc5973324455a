/* gst-rtc: the end of a peer
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Whatever goes wrong only notes a failure; rtc_peer_settle(), the last thing in every
 * entry, carries it out. So nothing is torn down under a caller's feet, and never from
 * within the ICE library's receive callback.
 */
#include "rtcpeerprivate.h"

static void
carry_out_end (RtcPeer * peer)
{
  if (peer->connected)
    rtc_peer_send_bye (peer);
  rtc_peer_end_data (peer);
  while (rtc_peer_protect_data (peer))
    rtc_peer_flush_dtls (peer);
  if (peer->dtls) {
    peer->dtls->klass->close (peer->dtls);
    rtc_peer_flush_dtls (peer);
  }
  peer->ended = TRUE;
  peer->deadline = peer->rtcp_at = RTC_TIME_NEVER;
  for (guint i = 0; i < peer->specs->len; i++)
    peer->tracks[i].feed = NULL;
  peer->inlet.sink = NULL;
  rtc_peer_raise (peer, RTC_PEER_ENDED)->error = g_steal_pointer (&peer->failure);
  peer->ice->klass->close (peer->ice);
}

void
rtc_peer_settle (RtcPeer * peer, RtcTime now)
{
  rtc_peer_drain_ice (peer, now);
  if (peer->failure && !peer->ended) {
    carry_out_end (peer);
    rtc_peer_drain_ice (peer, now);
  }
}

void
rtc_peer_end (RtcPeer * peer, const GError * reason, RtcTime now)
{
  rtc_peer_fail (peer, reason ? g_error_copy (reason)
      : g_error_new_literal (GST_RTC_ERROR, GST_RTC_ERROR_LEFT, "The peer left"));
  rtc_peer_settle (peer, now);
}
