/* gst-rtc: which packets one peer was sent, and which of them it wants again
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "rtcretransmission.h"

G_STATIC_ASSERT (sizeof (RtcSentPacket) == 12);

/* One second at 10 Mbit/s; of Opus, two to three seconds at 20 ms a packet. Receivers give up earlier. */
#define VIDEO_CAPACITY 1024
#define AUDIO_CAPACITY 128

/* A link that was away for 200 ms at 10 Mbit/s loses 200 packets, and asks for all of them at once */
#define VIDEO_MAX_WANTED 256
#define AUDIO_MAX_WANTED 16

/* A request repeated within this time crossed the answer on its way: the shortest time after which
 * libwebrtc asks again */
#define MIN_REPEAT_MS 20

/* Everything once more, at most; and one key frame in any case */
#define MIN_BUDGET 65536

static guint16
to_ms (RtcTime now)
{
  guint16 ms = now / RTC_MSECOND;

  return ms ? ms : 1;
}

static RtcSentPacket *
find (const RtcRetransmission * retransmission, guint16 sequence)
{
  guint16 ago = retransmission->next_sequence - sequence;

  if (ago == 0 || ago > retransmission->n_sent)
    return NULL;
  return &retransmission->sent[sequence & (retransmission->capacity - 1)];
}

void
rtc_retransmission_init (RtcRetransmission * retransmission, RtcMediaKind kind, guint16 first_sequence)
{
  gboolean video = kind == RTC_MEDIA_VIDEO;

  *retransmission = (RtcRetransmission) {
    .capacity = video ? VIDEO_CAPACITY : AUDIO_CAPACITY,
    .max_wanted = video ? VIDEO_MAX_WANTED : AUDIO_MAX_WANTED,
    .next_sequence = first_sequence,
  };
  retransmission->sent = g_new (RtcSentPacket, retransmission->capacity);
  retransmission->wanted = g_new (guint16, retransmission->max_wanted);
}

void
rtc_retransmission_clear (RtcRetransmission * retransmission)
{
  g_clear_pointer (&retransmission->sent, g_free);
  g_clear_pointer (&retransmission->wanted, g_free);
}

void
rtc_retransmission_forget (RtcRetransmission * retransmission)
{
  retransmission->n_sent = 0;
  retransmission->n_wanted = 0;
}

guint16
rtc_retransmission_note_sent (RtcRetransmission * retransmission, const RtcSentPacket * packet)
{
  guint16 sequence = retransmission->next_sequence++;

  retransmission->sent[sequence & (retransmission->capacity - 1)] = *packet;
  if (retransmission->n_sent < retransmission->capacity)
    retransmission->n_sent++;
  return sequence;
}

void
rtc_retransmission_want (RtcRetransmission * retransmission, guint16 sequence, RtcTime now)
{
  RtcSentPacket *packet = find (retransmission, sequence);
  guint at = retransmission->first_wanted + retransmission->n_wanted;

  if (packet == NULL || retransmission->n_wanted == retransmission->max_wanted)
    return;
  if (packet->repeated && (guint16) (to_ms (now) - packet->repeated) < MIN_REPEAT_MS)
    return;

  packet->repeated = to_ms (now);
  retransmission->wanted[at & (retransmission->max_wanted - 1)] = sequence;
  retransmission->n_wanted++;
}

const RtcSentPacket *
rtc_retransmission_take (RtcRetransmission * retransmission, guint16 * sequence)
{
  while (retransmission->n_wanted > 0) {
    const RtcSentPacket *packet;

    *sequence = retransmission->wanted[retransmission->first_wanted++ & (retransmission->max_wanted - 1)];
    retransmission->n_wanted--;
    packet = find (retransmission, *sequence);
    if (packet)
      return packet;
  }
  return NULL;
}

gboolean
rtc_retransmission_spend (RtcRetransmission * retransmission, gsize bytes, guint64 bitrate, RtcTime now)
{
  gsize budget = MAX (MIN_BUDGET, bitrate / 8);

  if (now - retransmission->second >= RTC_SECOND) {
    retransmission->second = now;
    retransmission->spent = 0;
  }
  if (retransmission->spent + bytes > budget)
    return FALSE;
  retransmission->spent += bytes;
  return TRUE;
}
