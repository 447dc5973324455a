/* gst-rtc: a peer's data channels: an SCTP association over its DTLS (RFC 8261, RFC 8841)
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "rtcpeerprivate.h"

#include <string.h>

#define GST_CAT_DEFAULT rtc_peer_debug

/* What a DTLS 1.2 record adds to its payload: the header, GCM's explicit nonce and its tag (RFC 6347, RFC 5288) */
#define DTLS_OVERHEAD (13 + 8 + 16)

/* RFC 8831, section 6.2 recommends as many as there can be */
#define N_STREAMS 65535

/* The bandwidth-delay product of 100 Mbit/s at 100 ms, and as much again, as what is lost is held until it is repeated */
#define BUFFER_SIZE (2560 * 1024)

void
rtc_peer_data_init (RtcPeer * peer, const RtcPeerConfig * config)
{
  peer->data.channels = rtc_data_channels_new ();
  peer->data.is_wanted = config->data_channels;
  peer->data.wake = config->wake;
  peer->data.wake_data = config->wake_data;
}

void
rtc_peer_data_clear (RtcPeer * peer)
{
  rtc_data_channels_free (peer->data.channels);
  if (peer->data.sctp)
    peer->data.sctp->klass->free (peer->data.sctp);
}

static void
start_data (RtcPeer * peer, const RtcRemoteData * remote, RtcTime now)
{
  RtcSctpConfig config = {
    .local_port = RTC_SCTP_PORT,
    .remote_port = remote->port,
    .mtu = RTC_PEER_DTLS_MTU - DTLS_OVERHEAD,
    .n_streams = N_STREAMS,
    .send_buffer = BUFFER_SIZE,
    .receive_buffer = BUFFER_SIZE,
    .wake = peer->data.wake,
    .user_data = peer->data.wake_data,
  };
  GError *error = NULL;

  peer->data.sctp = peer->backends->sctp_new (&config, &error);
  if (!peer->data.sctp) {
    GST_WARNING ("%s: no data channels: %s", peer->cname, error->message);
    rtc_data_channels_end (peer->data.channels, error);
    peer->data.failed = TRUE;
    g_error_free (error);
    return;
  }
  rtc_data_channels_start (peer->data.channels, peer->data.sctp, peer->dtls_client, remote->max_message_size, now);
}

/* RFC 8841, section 11.4: a section that is closed ends the association, and with it every channel. */
static void
stop_data (RtcPeer * peer)
{
  g_autoptr (GError) error = g_error_new_literal (GST_RTC_ERROR, GST_RTC_ERROR_DATA,
      "The peer has closed the m=application section: data channels need a new session");

  rtc_data_channels_end (peer->data.channels, error);
  peer->data.sctp->klass->close (peer->data.sctp);
  peer->data.failed = TRUE;
}

void
rtc_peer_update_data (RtcPeer * peer, RtcTime now)
{
  RtcRemoteData remote;
  gboolean is_wanted = rtc_negotiation_get_data (peer->negotiation, &remote);

  if (peer->data.failed || !peer->connected || !peer->backends->sctp_new || is_wanted == (peer->data.sctp != NULL))
    return;
  if (is_wanted)
    start_data (peer, &remote, now);
  else
    stop_data (peer);
}

void
rtc_peer_receive_data (RtcPeer * peer, const guint8 * data, gsize size, RtcTime now)
{
  if (!peer->data.sctp)
    return;                     /* RFC 9260: the peer repeats its INIT */
  peer->data.sctp->klass->receive (peer->data.sctp, data, size, now);
  rtc_data_channels_update (peer->data.channels, now);
}

RtcTime
rtc_peer_get_data_timeout (const RtcPeer * peer)
{
  return peer->data.sctp ? peer->data.sctp->klass->get_timeout (peer->data.sctp) : RTC_TIME_NEVER;
}

void
rtc_peer_on_data_timeout (RtcPeer * peer, RtcTime now)
{
  peer->data.sctp->klass->on_timeout (peer->data.sctp, now);
  rtc_data_channels_update (peer->data.channels, now);
}

void
rtc_peer_on_woken (RtcPeer * peer, RtcTime now)
{
  if (peer->data.sctp && !peer->ended)
    rtc_data_channels_update (peer->data.channels, now);
}

/* TRUE: a packet is encrypted, and the DTLS library has it as a datagram. One that it does not take is lost, as on any network. */
gboolean
rtc_peer_protect_data (RtcPeer * peer)
{
  const guint8 *packet;
  gsize size;

  if (!peer->data.sctp)
    return FALSE;
  while ((packet = peer->data.sctp->klass->next_packet (peer->data.sctp, &size)))
    if (peer->dtls->klass->send (peer->dtls, packet, size))
      return TRUE;
  return FALSE;
}

static void
write_datagram (RtcPeer * peer, RtcBatch * batch, GBytes * datagram)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (datagram, &size);

  if (size > RTC_BATCH_MAX_PACKET_SIZE)
    return;
  memcpy (rtc_batch_next (batch), data, size);
  rtc_batch_commit (batch, size);
  peer->packets_sent++;
  peer->bytes_sent += size;
}

void
rtc_peer_write_data (RtcPeer * peer, RtcBatch * batch, RtcTime now)
{
  GBytes *datagram;

  peer->now = now;
  if (!peer->connected || peer->ended)
    return;
  while (!rtc_batch_is_full (batch) && rtc_peer_protect_data (peer)) {
    while (!rtc_batch_is_full (batch) && (datagram = peer->dtls->klass->next_datagram (peer->dtls))) {
      write_datagram (peer, batch, datagram);
      g_bytes_unref (datagram);
    }
  }
}

/* What rtc_peer_protect_data() has now is that the association is aborted. */
void
rtc_peer_end_data (RtcPeer * peer)
{
  rtc_data_channels_end (peer->data.channels, peer->failure);
  if (peer->data.sctp)
    peer->data.sctp->klass->close (peer->data.sctp);
}

void
rtc_peer_refuse_data (RtcPeer * peer)
{
  g_autoptr (GError) error = g_error_new_literal (GST_RTC_ERROR, GST_RTC_ERROR_DATA,
      "The peer takes no data channels: it turned down the m=application section of our offer");

  rtc_data_channels_end (peer->data.channels, error);
}

/* For the owner */

void
rtc_peer_send_data (RtcPeer * peer, guint channel, gboolean is_text, GBytes * message, RtcTime now)
{
  rtc_data_channels_send (peer->data.channels, channel, is_text, message, now);
}

void
rtc_peer_close_channel (RtcPeer * peer, guint channel, RtcTime now)
{
  rtc_data_channels_close (peer->data.channels, channel, now);
}

void
rtc_peer_pause_data (RtcPeer * peer, gboolean is_paused, RtcTime now)
{
  rtc_data_channels_pause (peer->data.channels, is_paused, now);
}

gboolean
rtc_peer_next_data_event (RtcPeer * peer, RtcDataEvent * event)
{
  return rtc_data_channels_next_event (peer->data.channels, event);
}

guint64
rtc_peer_get_max_message_size (const RtcPeer * peer)
{
  return rtc_data_channels_get_max_message_size (peer->data.channels);
}
