/* gst-rtc: a double of SRTP: a tag that depends on key and position, and replay windows
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "simbackends.h"

#include <gst/core/base/rtcrtp.h>
#include <gst/gst.h>

#define TAG_SIZE 16
#define INDEX_SIZE 4
#define WINDOW 64

/* RFC 3711, section 3.3: where a stream is, kept apart for each SSRC */
typedef struct
{
  gboolean started;
  gint64 highest;
  guint64 seen;                 /* bit n: highest - n was */
} Position;

typedef struct
{
  RtcSrtp srtp;
  guint64 local, remote;
  GHashTable *sent, *received;  /* Position by SSRC */
  guint32 next_index;
  Position rtcp;
} SimSrtp;

static Position *
position_of (GHashTable * positions, guint32 ssrc)
{
  Position *position = g_hash_table_lookup (positions, GUINT_TO_POINTER (ssrc));

  if (!position) {
    position = g_new0 (Position, 1);
    g_hash_table_insert (positions, GUINT_TO_POINTER (ssrc), position);
  }
  return position;
}

static gboolean
is_replayed (const Position * position, gint64 index)
{
  gint64 age = position->highest - index;

  return position->started && age >= 0 && (age >= WINDOW || (position->seen >> age) & 1);
}

static void
note (Position * position, gint64 index)
{
  gint64 ahead = index - position->highest;

  if (!position->started || ahead >= WINDOW)
    position->seen = 1;
  else if (ahead > 0)
    position->seen = position->seen << ahead | 1;
  else
    position->seen |= G_GUINT64_CONSTANT (1) << -ahead;
  position->highest = position->started ? MAX (index, position->highest) : index;
  position->started = TRUE;
}

static void
write_tag (guint64 key, guint64 index, guint8 * data, gsize size)
{
  guint64 sum = sim_sum (key ^ index * G_GUINT64_CONSTANT (0xd6e8feb86659fd93), data, size);

  GST_WRITE_UINT64_BE (data + size, sum);
  GST_WRITE_UINT64_BE (data + size + 8, ~sum * 3);
}

static gboolean
check_tag (guint64 key, guint64 index, const guint8 * data, gsize size)
{
  guint64 sum = sim_sum (key ^ index * G_GUINT64_CONSTANT (0xd6e8feb86659fd93), data, size);

  return GST_READ_UINT64_BE (data + size) == sum && GST_READ_UINT64_BE (data + size + 8) == ~sum * 3;
}

static gboolean
protect_rtp (RtcSrtp * srtp, guint8 * data, gsize * size)
{
  SimSrtp *self = (SimSrtp *) srtp;
  RtcRtpHeader header;
  Position *position;
  gint64 index;

  /* what a peer of ours sends is well-formed */
  g_assert_true (rtc_rtp_read (data, *size, &header));
  position = position_of (self->sent, header.ssrc);
  index = position->started ? rtc_sequence_unwrap (position->highest, header.sequence) : header.sequence;
  /* RFC 3711, section 3.3.1: never a sequence number twice under one key */
  g_assert_false (is_replayed (position, index));
  note (position, index);
  write_tag (self->local, index, data, *size);
  *size += TAG_SIZE;
  return TRUE;
}

static gboolean
unprotect_rtp (RtcSrtp * srtp, guint8 * data, gsize * size)
{
  SimSrtp *self = (SimSrtp *) srtp;
  RtcRtpHeader header;
  Position *position;
  gint64 index;

  if (*size < TAG_SIZE || !rtc_rtp_read (data, *size - TAG_SIZE, &header))
    return FALSE;
  position = position_of (self->received, header.ssrc);
  index = position->started ? rtc_sequence_unwrap (position->highest, header.sequence) : header.sequence;
  if (is_replayed (position, index) || !check_tag (self->remote, index, data, *size - TAG_SIZE))
    return FALSE;
  note (position, index);
  *size -= TAG_SIZE;
  return TRUE;
}

static gboolean
protect_rtcp (RtcSrtp * srtp, guint8 * data, gsize * size)
{
  SimSrtp *self = (SimSrtp *) srtp;

  GST_WRITE_UINT32_BE (data + *size, self->next_index);
  *size += INDEX_SIZE;
  write_tag (~self->local, self->next_index++, data, *size);
  *size += TAG_SIZE;
  return TRUE;
}

static gboolean
unprotect_rtcp (RtcSrtp * srtp, guint8 * data, gsize * size)
{
  SimSrtp *self = (SimSrtp *) srtp;
  gsize clear = *size - TAG_SIZE - INDEX_SIZE;
  gint64 index;

  if (*size < 8 + TAG_SIZE + INDEX_SIZE)
    return FALSE;
  index = GST_READ_UINT32_BE (data + clear);
  if (is_replayed (&self->rtcp, index) || !check_tag (~self->remote, index, data, clear + INDEX_SIZE))
    return FALSE;
  note (&self->rtcp, index);
  *size = clear;
  return TRUE;
}

static void
srtp_free (RtcSrtp * srtp)
{
  SimSrtp *self = (SimSrtp *) srtp;

  g_hash_table_unref (self->sent);
  g_hash_table_unref (self->received);
  sim->live.srtp--;
  g_free (self);
}

static const RtcSrtpClass srtp_class = {
  protect_rtp, protect_rtcp, unprotect_rtp, unprotect_rtcp, srtp_free,
};

RtcSrtp *
sim_srtp_new (const RtcSrtpKeys * keys, GError ** error)
{
  SimSrtp *self = g_new0 (SimSrtp, 1);

  self->srtp.klass = &srtp_class;
  self->local = sim_sum (keys->profile, keys->local, keys->size);
  self->remote = sim_sum (keys->profile, keys->remote, keys->size);
  self->sent = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  self->received = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  sim->live.srtp++;
  return &self->srtp;
}

gboolean
sim_srtp_supports (RtcSrtpProfile profile)
{
  return profile != RTC_SRTP_AEAD_AES_256_GCM;
}
