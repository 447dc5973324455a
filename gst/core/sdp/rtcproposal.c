/* gst-rtc: a description of ours
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "rtcnegotiationprivate.h"

static void
proposal_clear (RtcProposal * proposal)
{
  rtc_local_side_unref (proposal->side);
  rtc_description_free (proposal->description);
  g_array_unref (proposal->tracks);
}

RtcProposal *
rtc_proposal_new (const RtcLocalSide * side)
{
  RtcProposal *proposal = g_atomic_rc_box_new0 (RtcProposal);

  proposal->side = rtc_local_side_ref ((RtcLocalSide *) side);
  proposal->description = rtc_description_new ();
  proposal->tracks = g_array_new (FALSE, FALSE, sizeof (gint));
  return proposal;
}

RtcProposal *
rtc_proposal_ref (RtcProposal * proposal)
{
  return g_atomic_rc_box_acquire (proposal);
}

void
rtc_proposal_unref (RtcProposal * proposal)
{
  g_atomic_rc_box_release_full (proposal, (GDestroyNotify) proposal_clear);
}

void
rtc_proposal_add_section (RtcProposal * proposal, RtcMediaSection * section, gint track)
{
  g_ptr_array_add (proposal->description->sections, section);
  g_array_append_val (proposal->tracks, track);
}

void
rtc_proposal_add_candidates (RtcProposal * proposal, GPtrArray * candidates, const gchar * mid, guint m_line)
{
  for (guint i = 0; candidates && i < candidates->len; i++) {
    const RtcCandidate *candidate = g_ptr_array_index (candidates, i);

    g_ptr_array_add (proposal->description->candidates,
        rtc_candidate_new (candidate->candidate, mid, m_line));
  }
}

void
rtc_proposal_set_transport (const RtcProposal * proposal, RtcMediaSection * section, RtcSetup setup)
{
  section->ice_ufrag = g_strdup (proposal->side->ice_ufrag);
  section->ice_pwd = g_strdup (proposal->side->ice_pwd);
  section->fingerprint = g_strdup (proposal->side->fingerprint);
  section->setup = setup;
  section->rtcp_mux = TRUE;
}

static gboolean
has_rtx (const RtcMediaSection * section)
{
  for (guint i = 0; i < section->codecs->len; i++) {
    const RtcCodec *codec = g_ptr_array_index (section->codecs, i);

    if (codec->rtx_payload_type != RTC_PAYLOAD_TYPE_NONE)
      return TRUE;
  }
  return FALSE;
}

void
rtc_proposal_set_sources (const RtcProposal * proposal, RtcMediaSection * section, gint index)
{
  const RtcTrackSpec *track = rtc_local_side_get_track (proposal->side, index, section->kind);

  if (!(section->direction & RTC_DIRECTION_SENDONLY))
    return;
  section->msid = g_strdup (track->msid);
  section->cname = g_strdup (proposal->side->cname);
  section->ssrc = track->ssrc;
  /* Chromium refuses a section for sound that names a second SSRC; that of its retransmissions is known by their payload type. */
  if (section->kind == RTC_MEDIA_VIDEO && has_rtx (section))
    section->rtx_ssrc = track->rtx_ssrc;
}
