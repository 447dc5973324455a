/* gst-rtc: which codecs two sides have in common (RFC 3264 sections 5.1 and 6.1)
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Each side names the payload types it receives, so what we send has the peer's, and what we receive ours. An
 * answer repeats the offer's: where we answer, both are the same.
 */
#include "rtcnegotiationprivate.h"

static GPtrArray *
codecs_new (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) rtc_codec_free);
}

/* Prefers the one with @payload_type, if there are several */
static RtcCodec *
find_match (const RtcCodec * codec, GPtrArray * codecs, guint8 payload_type)
{
  RtcCodec *match = NULL;

  for (guint i = 0; codecs && i < codecs->len; i++) {
    RtcCodec *other = g_ptr_array_index (codecs, i);

    if (!rtc_codec_matches (codec, other))
      continue;
    if (other->payload_type == payload_type)
      return other;
    if (!match)
      match = other;
  }
  return match;
}

static RtcCodec *
find_payload_type (GPtrArray * codecs, guint8 payload_type)
{
  for (guint i = 0; i < codecs->len; i++) {
    RtcCodec *codec = g_ptr_array_index (codecs, i);

    if (codec->payload_type == payload_type)
      return codec;
  }
  return NULL;
}

static void
add_unless_listed (GPtrArray * list, const RtcCodec * codec)
{
  if (!find_match (codec, list, RTC_PAYLOAD_TYPE_NONE))
    g_ptr_array_add (list, rtc_codec_copy (codec));
}

/* Format parameters are mostly about what one receives; of H.264 the level is about both ways, unless said
 * otherwise */
static void
add_both (GPtrArray * list, const RtcCodec * sent, const RtcCodec * received)
{
  RtcCodec *codec;

  if (find_match (received, list, RTC_PAYLOAD_TYPE_NONE))
    return;
  codec = rtc_codec_copy (received);
  g_free (codec->fmtp);
  codec->fmtp = rtc_codec_get_answer_fmtp (received, sent);
  g_ptr_array_add (list, codec);
}

static gboolean
is_receivable (const RtcLocalSide * side, const RtcCodec * codec)
{
  GPtrArray *received = side->receive[codec->kind].codecs;

  for (guint i = 0; received && i < received->len; i++) {
    if (rtc_codec_receives (g_ptr_array_index (received, i), codec))
      return TRUE;
  }
  return FALSE;
}

/* A peer sends the first codec of ours that it has, so those that can only be sent come last */
static GPtrArray *
list_ours (const RtcLocalSide * side, const RtcTrackSpec * track, RtcMediaKind kind)
{
  GPtrArray *list = codecs_new ();
  GPtrArray *sent = track ? track->codecs : NULL, *received = side->receive[kind].codecs;

  for (guint i = 0; sent && i < sent->len; i++) {
    const RtcCodec *codec = find_match (g_ptr_array_index (sent, i), received, RTC_PAYLOAD_TYPE_NONE);

    if (codec)
      add_both (list, g_ptr_array_index (sent, i), codec);
  }
  for (guint i = 0; received && i < received->len; i++)
    add_unless_listed (list, g_ptr_array_index (received, i));
  for (guint i = 0; sent && i < sent->len; i++)
    add_unless_listed (list, g_ptr_array_index (sent, i));
  return list;
}

GPtrArray *
rtc_codecs_list (const RtcLocalSide * side, const RtcTrackSpec * track, RtcMediaKind kind, GPtrArray * before)
{
  GPtrArray *list = list_ours (side, track, kind);

  for (guint i = 0; before && i < before->len; i++) {
    const RtcCodec *codec = g_ptr_array_index (before, i);

    if (codec->kind == kind && is_receivable (side, codec))
      add_unless_listed (list, codec);
  }
  rtc_codecs_keep_order (list, before);
  return list;
}

/* "In the same order as in the most recent answer" (RFC 8829 section 5.2.2): who sends goes on as before */
void
rtc_codecs_keep_order (GPtrArray * list, GPtrArray * before)
{
  guint n_kept = 0;

  for (guint i = 0; before && i < before->len; i++) {
    RtcCodec *codec = find_match (g_ptr_array_index (before, i), list, RTC_PAYLOAD_TYPE_NONE);
    guint index;

    if (!codec || !g_ptr_array_find (list, codec, &index) || index < n_kept)
      continue;
    g_ptr_array_insert (list, n_kept++, g_ptr_array_steal_index (list, index));
  }
}

GPtrArray *
rtc_codecs_match_sent (const RtcLocalSide * side, const RtcTrackSpec * track, const RtcMediaSection * offered,
    const RtcMediaSection * theirs)
{
  GPtrArray *common = codecs_new ();
  guint feedback = rtc_local_side_get_feedback (side, track->kind, RTC_DIRECTION_SENDONLY);
  gboolean rtx = side->retransmission && track->rtx_ssrc;

  for (guint i = 0; i < track->codecs->len; i++) {
    const RtcCodec *codec = g_ptr_array_index (track->codecs, i);
    const RtcCodec *ours = offered ? find_match (codec, offered->codecs, RTC_PAYLOAD_TYPE_NONE) : codec;
    const RtcCodec *match = ours ? find_match (codec, theirs->codecs, ours->payload_type) : NULL;
    RtcCodec *result;

    if (!match)
      continue;
    result = rtc_codec_copy (codec);
    result->payload_type = match->payload_type;
    result->rtx_payload_type = rtx ? match->rtx_payload_type : RTC_PAYLOAD_TYPE_NONE;
    result->feedback = match->feedback & feedback;
    /* Sent again under its own number, a packet would be encrypted twice with one nonce (RFC 7714, section 8). */
    if (result->rtx_payload_type == RTC_PAYLOAD_TYPE_NONE && track->kind == RTC_MEDIA_AUDIO)
      result->feedback &= ~RTC_FEEDBACK_NACK;
    g_ptr_array_add (common, result);
  }
  return common;
}

/* What a number of ours was answered with: parameters that differ do no harm to who receives */
static const RtcCodec *
find_answer (const RtcCodec * ours, GPtrArray * theirs)
{
  const RtcCodec *same = find_payload_type (theirs, ours->payload_type);

  if (same && rtc_codec_has_same_encoding (ours, same))
    return same;
  return find_match (ours, theirs, ours->payload_type);
}

GPtrArray *
rtc_codecs_match_answered (const RtcLocalSide * side, const RtcMediaSection * offered,
    const RtcMediaSection * theirs)
{
  GPtrArray *common = codecs_new ();

  for (guint i = 0; i < offered->codecs->len; i++) {
    const RtcCodec *ours = g_ptr_array_index (offered->codecs, i);
    const RtcCodec *match = find_answer (ours, theirs->codecs);
    RtcCodec *result;

    if (!match || !is_receivable (side, ours))
      continue;
    result = rtc_codec_copy (ours);
    if (match->rtx_payload_type == RTC_PAYLOAD_TYPE_NONE)
      result->rtx_payload_type = RTC_PAYLOAD_TYPE_NONE;
    result->feedback &= match->feedback
        & rtc_local_side_get_feedback (side, offered->kind, RTC_DIRECTION_RECVONLY);
    g_ptr_array_add (common, result);
  }
  return common;
}

static RtcCodec *
answer_offered (const RtcLocalSide * side, const RtcCodec * ours, const RtcCodec * theirs)
{
  RtcCodec *result = rtc_codec_copy (ours);

  g_free (result->fmtp);
  result->fmtp = rtc_codec_get_answer_fmtp (ours, theirs);
  result->payload_type = theirs->payload_type;
  if (side->retransmission)
    result->rtx_payload_type = theirs->rtx_payload_type;
  result->feedback = theirs->feedback
      & rtc_local_side_get_feedback (side, theirs->kind, RTC_DIRECTION_RECVONLY);
  return result;
}

static void
answer_all (const RtcLocalSide * side, const RtcMediaSection * theirs, GPtrArray * common,
    gboolean (*fits) (const RtcCodec * ours, const RtcCodec * theirs))
{
  GPtrArray *received = side->receive[theirs->kind].codecs;

  for (guint i = 0; received && i < received->len; i++) {
    const RtcCodec *ours = g_ptr_array_index (received, i);

    for (guint j = 0; j < theirs->codecs->len; j++) {
      const RtcCodec *codec = g_ptr_array_index (theirs->codecs, j);

      if (fits (ours, codec) && !find_payload_type (common, codec->payload_type))
        g_ptr_array_add (common, answer_offered (side, ours, codec));
    }
  }
}

GPtrArray *
rtc_codecs_match_offered (const RtcLocalSide * side, const RtcMediaSection * theirs)
{
  GPtrArray *common = codecs_new ();

  answer_all (side, theirs, common, rtc_codec_matches);
  answer_all (side, theirs, common, rtc_codec_receives);
  return common;
}

/* In the order of rtc_codecs_list() */
GPtrArray *
rtc_codecs_join (GPtrArray * send, GPtrArray * receive)
{
  GPtrArray *list = codecs_new ();

  for (guint i = 0; i < send->len; i++) {
    const RtcCodec *sent = g_ptr_array_index (send, i);
    const RtcCodec *received = find_payload_type (receive, sent->payload_type);
    RtcCodec *both;

    if (!received || find_payload_type (list, sent->payload_type))
      continue;
    both = rtc_codec_copy (received);
    both->feedback |= sent->feedback;
    g_ptr_array_add (list, both);
  }
  for (guint i = 0; i < receive->len + send->len; i++) {
    const RtcCodec *codec = i < receive->len ? receive->pdata[i] : send->pdata[i - receive->len];

    if (!find_payload_type (list, codec->payload_type))
      g_ptr_array_add (list, rtc_codec_copy (codec));
  }
  return list;
}
