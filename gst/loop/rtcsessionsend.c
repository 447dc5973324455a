/* gst-rtc: what leaves a session: the packets of its tracks and data channels
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "rtcsessionprivate.h"

#include "rtcudp.h"

void
rtc_session_find_path (RtcSession * session)
{
  RtcIce *ice = rtc_peer_get_ice (session->peer);

  if (!ice->klass->get_path (ice, &session->path))
    session->path.fd = -1;
  else if (session->path.fd >= 0)
    rtc_udp_grow_buffer (session->path.fd);
}

static guint
send_batch (RtcSession * session, const RtcBatch * batch)
{
  RtcIce *ice = rtc_peer_get_ice (session->peer);
  gsize offset = 0;
  guint i;

  if (session->path.fd >= 0)
    return rtc_udp_send (session->path.fd, session->path.remote, session->path.remote_size, batch);
  for (i = 0; i < batch->n_packets; i++) {
    if (!ice->klass->send (ice, batch->data + offset, batch->sizes[i]))
      break;
    offset += batch->sizes[i];
  }
  /* libnice may wait for the relay's socket to become writable */
  rtc_loop_touch (session->loop, session->member);
  return i;
}

void
rtc_session_write_track (RtcSession * session, guint track, RtcTime now)
{
  RtcBatch *batch = rtc_loop_get_batch (session->loop);
  gboolean full;

  do {
    rtc_batch_clear (batch);
    rtc_peer_write (session->peer, track, batch, now);
    full = rtc_batch_is_full (batch);
    if (batch->n_packets > 0 && send_batch (session, batch) < batch->n_packets) {
      /* its socket is full: this peer loses the rest up to the next key frame, nobody else notices */
      rtc_peer_drop (session->peer, track, now);
      full = FALSE;
    }
  } while (full);
}

/* A full socket loses the rest: SCTP repeats it, and takes it for the congestion that it is. */
void
rtc_session_write_data (RtcSession * session, RtcTime now)
{
  RtcBatch *batch = rtc_loop_get_batch (session->loop);
  gboolean full;

  do {
    rtc_batch_clear (batch);
    rtc_peer_write_data (session->peer, batch, now);
    full = rtc_batch_is_full (batch);
    if (batch->n_packets > 0 && send_batch (session, batch) < batch->n_packets)
      full = FALSE;
  } while (full);
}
