/* gst-rtc: a socket of usrsctp as WebRTC wants it (RFC 8261, RFC 8831)
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "rtcusrsctpprivate.h"
#include "rtcusrsctpchunks.h"

/* What usrsctp takes for a path's MTU */
#define MIN_PATH_MTU 512

static gboolean
set_option (struct socket *socket, int option, gconstpointer value, gsize size)
{
  return usrsctp_setsockopt (socket, IPPROTO_SCTP, option, value, size) == 0;
}

static gboolean
subscribe (struct socket *socket, guint16 type)
{
  const struct sctp_event event = { .se_assoc_id = SCTP_FUTURE_ASSOC, .se_type = type, .se_on = 1 };

  return set_option (socket, SCTP_EVENT, &event, sizeof (event));
}

/* The size of packets is what the owner says: usrsctp knows nothing of the path. */
static gboolean
set_path (struct socket *socket, const RtcSctpConfig * config)
{
  struct sctp_paddrparams path = {
    .spp_flags = SPP_PMTUD_DISABLE | SPP_HB_ENABLE,
    .spp_pathmtu = MAX (config->mtu - RTC_USRSCTP_HEADER_SIZE, MIN_PATH_MTU),
  };

  path.spp_address.ss_family = AF_CONN;
  return set_option (socket, SCTP_PEER_ADDR_PARAMS, &path, sizeof (path));
}

static gboolean
set_buffers (struct socket *socket, const RtcSctpConfig * config)
{
  const int send_buffer = config->send_buffer, receive_buffer = config->receive_buffer;
  /* A message that is larger comes in parts before it is complete. */
  const guint32 partial_delivery = receive_buffer / 2;

  return usrsctp_setsockopt (socket, SOL_SOCKET, SO_SNDBUF, &send_buffer, sizeof (send_buffer)) == 0
      && usrsctp_setsockopt (socket, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof (receive_buffer)) == 0
      && set_option (socket, SCTP_PARTIAL_DELIVERY_POINT, &partial_delivery, sizeof (partial_delivery));
}

static gboolean
set_up (struct socket *socket, const RtcSctpConfig * config, gpointer address)
{
  const int on = 1;
  /* closing aborts: there is no one left who could wait for the peer */
  const struct linger linger = {.l_onoff = 1,.l_linger = 0 };
  const struct sctp_initmsg init = {
    .sinit_num_ostreams = config->n_streams,
    .sinit_max_instreams = config->n_streams,
  };
  const struct sctp_assoc_value resets = { SCTP_FUTURE_ASSOC, SCTP_ENABLE_RESET_STREAM_REQ };
  struct sockaddr_conn local = {
    .sconn_family = AF_CONN,
    .sconn_port = g_htons (config->local_port),
    .sconn_addr = address,
  };

  return usrsctp_set_non_blocking (socket, 1) == 0
      && usrsctp_setsockopt (socket, SOL_SOCKET, SO_LINGER, &linger, sizeof (linger)) == 0
      && set_option (socket, SCTP_NODELAY, &on, sizeof (on))
      && set_option (socket, SCTP_EXPLICIT_EOR, &on, sizeof (on))
      && set_option (socket, SCTP_RECVRCVINFO, &on, sizeof (on))
      && set_option (socket, SCTP_INITMSG, &init, sizeof (init))
      && set_option (socket, SCTP_ENABLE_STREAM_RESET, &resets, sizeof (resets))
      && subscribe (socket, SCTP_ASSOC_CHANGE)
      && subscribe (socket, SCTP_STREAM_RESET_EVENT)
      && subscribe (socket, SCTP_PARTIAL_DELIVERY_EVENT)
      && set_buffers (socket, config) && set_path (socket, config)
      && usrsctp_bind (socket, (struct sockaddr *) &local, sizeof (local)) == 0;
}

struct socket *
rtc_usrsctp_socket_new (const RtcSctpConfig * config, gpointer address)
{
  struct socket *socket = usrsctp_socket (AF_CONN, SOCK_STREAM, IPPROTO_SCTP, NULL, NULL, 0, NULL);

  if (socket && !set_up (socket, config, address)) {
    usrsctp_close (socket);
    socket = NULL;
  }
  return socket;
}
