/* gst-rtc: what we want of a session
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "rtcnegotiationprivate.h"

RtcTrackSpec *
rtc_track_spec_new (RtcMediaKind kind, const gchar * msid)
{
  RtcTrackSpec *spec = g_new0 (RtcTrackSpec, 1);

  spec->kind = kind;
  spec->codecs = g_ptr_array_new_with_free_func ((GDestroyNotify) rtc_codec_free);
  spec->msid = g_strdup (msid);
  return spec;
}

RtcTrackSpec *
rtc_track_spec_copy (const RtcTrackSpec * spec)
{
  RtcTrackSpec *copy = g_memdup2 (spec, sizeof *spec);

  copy->codecs = rtc_codecs_copy (spec->codecs);
  copy->msid = g_strdup (spec->msid);
  return copy;
}

void
rtc_track_spec_free (RtcTrackSpec * spec)
{
  if (!spec)
    return;
  g_ptr_array_unref (spec->codecs);
  g_free (spec->msid);
  g_free (spec);
}

static GPtrArray *
copy_tracks (GPtrArray * tracks)
{
  GPtrArray *copy = g_ptr_array_new_with_free_func ((GDestroyNotify) rtc_track_spec_free);

  for (guint i = 0; i < tracks->len; i++) {
    const RtcTrackSpec *track = g_ptr_array_index (tracks, i);

    g_ptr_array_add (copy, track ? rtc_track_spec_copy (track) : NULL);
  }
  return copy;
}

static RtcLocalSide *
side_new (GPtrArray * tracks, const gchar * ufrag, const gchar * pwd, const gchar * fingerprint,
    const gchar * cname, const RtcReceiveSpec receive[2])
{
  RtcLocalSide *side = g_atomic_rc_box_new0 (RtcLocalSide);

  side->tracks = copy_tracks (tracks);
  side->ice_ufrag = g_strdup (ufrag);
  side->ice_pwd = g_strdup (pwd);
  side->fingerprint = g_strdup (fingerprint);
  side->cname = g_strdup (cname);
  for (guint i = 0; i < G_N_ELEMENTS (side->receive); i++) {
    side->receive[i].codecs = rtc_codecs_copy (receive[i].codecs);
    side->receive[i].n_offered = receive[i].n_offered;
  }
  return side;
}

static RtcLocalSide *
side_copy (const RtcLocalSide * old, GPtrArray * tracks, const gchar * ufrag, const gchar * pwd)
{
  RtcLocalSide *side = side_new (tracks, ufrag, pwd, old->fingerprint, old->cname, old->receive);

  side->session_id = old->session_id;
  side->retransmission = old->retransmission;
  side->extensions = old->extensions;
  side->data_channels = old->data_channels;
  side->data_wanted = old->data_wanted;
  side->max_message_size = old->max_message_size;
  return side;
}

RtcLocalSide *
rtc_local_side_new (GPtrArray * tracks, const RtcLocalTransport * local)
{
  RtcLocalSide *side = side_new (tracks, local->ice_ufrag, local->ice_pwd, local->fingerprint, local->cname,
      local->receive);

  /* "the highest bit set to zero" (RFC 8829 section 5.2.1) */
  side->session_id = local->session_id & G_MAXINT64;
  side->retransmission = local->retransmission;
  side->extensions = local->extensions;
  side->data_channels = local->data_channels;
  side->max_message_size = local->max_message_size;
  return side;
}

RtcLocalSide *
rtc_local_side_set_tracks (const RtcLocalSide * side, GPtrArray * tracks)
{
  return side_copy (side, tracks, side->ice_ufrag, side->ice_pwd);
}

RtcLocalSide *
rtc_local_side_set_ice (const RtcLocalSide * side, const gchar * ufrag, const gchar * pwd)
{
  return side_copy (side, side->tracks, ufrag, pwd);
}

RtcLocalSide *
rtc_local_side_want_data (const RtcLocalSide * side)
{
  RtcLocalSide *next = side_copy (side, side->tracks, side->ice_ufrag, side->ice_pwd);

  next->data_channels = next->data_wanted = TRUE;
  return next;
}

static void
side_clear (RtcLocalSide * side)
{
  g_ptr_array_unref (side->tracks);
  g_free (side->ice_ufrag);
  g_free (side->ice_pwd);
  g_free (side->fingerprint);
  g_free (side->cname);
  for (guint i = 0; i < G_N_ELEMENTS (side->receive); i++)
    g_clear_pointer (&side->receive[i].codecs, g_ptr_array_unref);
}

RtcLocalSide *
rtc_local_side_ref (RtcLocalSide * side)
{
  return g_atomic_rc_box_acquire (side);
}

void
rtc_local_side_unref (RtcLocalSide * side)
{
  g_atomic_rc_box_release_full (side, (GDestroyNotify) side_clear);
}

const RtcTrackSpec *
rtc_local_side_get_track (const RtcLocalSide * side, gint index, RtcMediaKind kind)
{
  const RtcTrackSpec *track;

  if (index < 0 || (guint) index >= side->tracks->len)
    return NULL;
  track = g_ptr_array_index (side->tracks, index);
  return track && track->kind == kind ? track : NULL;
}

static gboolean
is_same_codec (const RtcCodec * a, const RtcCodec * b)
{
  return rtc_codec_has_same_encoding (a, b) && !g_strcmp0 (a->fmtp, b->fmtp);
}

gboolean
rtc_local_side_is_same_track (const RtcLocalSide * side, const RtcLocalSide * other, guint index)
{
  const RtcTrackSpec *a = index < side->tracks->len ? side->tracks->pdata[index] : NULL;
  const RtcTrackSpec *b = index < other->tracks->len ? other->tracks->pdata[index] : NULL;

  if (!a || !b)
    return a == b;
  if (a->kind != b->kind || a->ssrc != b->ssrc || a->rtx_ssrc != b->rtx_ssrc || g_strcmp0 (a->msid, b->msid)
      || a->codecs->len != b->codecs->len)
    return FALSE;
  for (guint i = 0; i < a->codecs->len; i++) {
    if (!is_same_codec (g_ptr_array_index (a->codecs, i), g_ptr_array_index (b->codecs, i)))
      return FALSE;
  }
  return TRUE;
}

gboolean
rtc_local_side_receives (const RtcLocalSide * side, RtcMediaKind kind)
{
  return side->receive[kind].codecs && side->receive[kind].codecs->len > 0;
}

gboolean
rtc_local_side_is_data_only (const RtcLocalSide * side)
{
  for (guint i = 0; i < side->tracks->len; i++) {
    if (g_ptr_array_index (side->tracks, i))
      return FALSE;
  }
  return side->data_channels && !rtc_local_side_receives (side, RTC_MEDIA_AUDIO)
      && !rtc_local_side_receives (side, RTC_MEDIA_VIDEO);
}

guint
rtc_local_side_get_feedback (const RtcLocalSide * side, RtcMediaKind kind, RtcDirection direction)
{
  guint feedback = 0;

  if (side->extensions & (1u << RTC_EXTENSION_TRANSPORT_CC))
    feedback |= RTC_FEEDBACK_TRANSPORT_CC;
  if (kind == RTC_MEDIA_AUDIO && side->retransmission)
    feedback |= RTC_FEEDBACK_NACK;
  if (kind == RTC_MEDIA_VIDEO)
    feedback |= RTC_FEEDBACK_NACK | RTC_FEEDBACK_PLI | RTC_FEEDBACK_FIR | RTC_FEEDBACK_REMB;
  /* whoever receives sends these reports, and we do not */
  if (kind == RTC_MEDIA_VIDEO && direction & RTC_DIRECTION_SENDONLY)
    feedback |= RTC_FEEDBACK_RRTR;
  return feedback;
}

static gboolean
fits (RtcExtension extension, RtcMediaKind kind, RtcDirection direction)
{
  switch (extension) {
    case RTC_EXTENSION_PLAYOUT_DELAY:
      return kind == RTC_MEDIA_VIDEO && direction & RTC_DIRECTION_SENDONLY;
    case RTC_EXTENSION_RID:
    case RTC_EXTENSION_REPAIRED_RID:
      return kind == RTC_MEDIA_VIDEO && direction & RTC_DIRECTION_RECVONLY;
    default:
      return TRUE;
  }
}

RtcExtensionMap
rtc_local_side_filter_extensions (const RtcLocalSide * side, RtcExtensionMap extensions, RtcMediaKind kind,
    RtcDirection direction)
{
  for (guint i = 0; i < RTC_N_EXTENSIONS; i++) {
    if (!(side->extensions & (1u << i)) || !fits (i, kind, direction))
      extensions.id[i] = 0;
  }
  return extensions;
}
