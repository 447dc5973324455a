/* gst-rtc: what leaves a peer: effects, datagrams, and its failure
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "rtcpeerprivate.h"

/* splitmix64: enough for numbers that only have to differ */
guint64
rtc_peer_random (RtcPeer * peer)
{
  guint64 z = (peer->random += G_GUINT64_CONSTANT (0x9e3779b97f4a7c15));

  z = (z ^ (z >> 30)) * G_GUINT64_CONSTANT (0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * G_GUINT64_CONSTANT (0x94d049bb133111eb);
  return z ^ (z >> 31);
}

guint32
rtc_peer_choose_ssrc (RtcPeer * peer)
{
  guint32 ssrc;

  do
    ssrc = rtc_peer_random (peer);
  while (ssrc == 0);
  return ssrc;
}

RtcPeerEffect *
rtc_peer_raise (RtcPeer * peer, RtcPeerEffectKind kind)
{
  RtcPeerEffect *effect = g_new0 (RtcPeerEffect, 1);

  effect->kind = kind;
  g_queue_push_tail (&peer->effects, effect);
  return effect;
}

/* Once until it is taken: a datagram holds a hundred PLIs, and each would be a task for another loop */
void
rtc_peer_raise_key_wish (RtcPeer * peer, guint track)
{
  if (peer->tracks[track].key_raised)
    return;
  peer->tracks[track].key_raised = TRUE;
  rtc_peer_raise (peer, RTC_PEER_WANTS_KEY)->track = track;
}

/* The first failure is the reason; what follows from it is not. error: (transfer full) */
void
rtc_peer_fail (RtcPeer * peer, GError * error)
{
  if (peer->ended || peer->failure)
    g_error_free (error);
  else
    peer->failure = error;
}

gboolean
rtc_peer_next_effect (RtcPeer * peer, RtcPeerEffect * effect)
{
  RtcPeerEffect *next = g_queue_pop_head (&peer->effects);

  if (!next)
    return FALSE;
  *effect = *next;
  g_free (next);
  if (effect->kind == RTC_PEER_WANTS_KEY)
    peer->tracks[effect->track].key_raised = FALSE;
  return TRUE;
}

void
rtc_peer_effect_clear (RtcPeerEffect * effect)
{
  g_clear_pointer (&effect->text, g_free);
  g_clear_pointer (&effect->mid, g_free);
  g_clear_error (&effect->error);
}

gboolean
rtc_peer_send_datagram (RtcPeer * peer, const guint8 * data, gsize size)
{
  if (!peer->ice->klass->send (peer->ice, data, size))
    return FALSE;
  peer->packets_sent++;
  peer->bytes_sent += size;
  return TRUE;
}
