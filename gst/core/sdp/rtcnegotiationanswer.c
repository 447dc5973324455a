/* gst-rtc: our answers (RFC 8829 section 5.3)
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "rtcnegotiationprivate.h"

/* The codecs as an answer names them: ours, but for what RFC 6184 has depend on the offer */
static void
answer_codecs (RtcMediaSection * section, GPtrArray * codecs, const RtcMediaSection * offered)
{
  g_ptr_array_unref (section->codecs);
  section->codecs = rtc_codecs_copy (codecs);
  for (guint i = 0; i < section->codecs->len; i++) {
    RtcCodec *codec = g_ptr_array_index (section->codecs, i);

    for (guint j = 0; j < offered->codecs->len; j++) {
      const RtcCodec *theirs = g_ptr_array_index (offered->codecs, j);
      gchar *fmtp;

      if (theirs->payload_type != codec->payload_type)
        continue;
      fmtp = rtc_codec_get_answer_fmtp (codec, theirs);
      g_free (codec->fmtp);
      codec->fmtp = fmtp;
    }
  }
}

static RtcMediaSection *
answer_section (const RtcProposal * proposal, const RtcMediaSection * offered, const RtcLine * line,
    RtcSetup setup)
{
  RtcMediaSection *section = rtc_media_section_new ();

  section->kind = offered->kind;
  section->is_application = offered->is_application;
  section->unknown = offered->unknown;
  section->media = g_strdup (offered->media);
  section->protocol = g_strdup (offered->protocol);
  section->formats = g_strdup (offered->formats);
  section->mid = g_strdup (offered->mid);
  section->direction = line->direction;
  section->rejected = line->state == RTC_LINE_REJECTED;
  rtc_proposal_set_transport (proposal, section, setup);
  if (section->rejected)
    return section;
  if (line->is_data) {
    section->sctpmap = offered->sctpmap;
    rtc_data_describe (proposal->side, section);
    return section;
  }
  section->extensions = line->extensions;
  section->rtcp_rsize = line->rtcp_rsize;
  section->rtcp_mux = offered->rtcp_mux;
  answer_codecs (section, line->codecs, offered);
  rtc_proposal_set_sources (proposal, section, line->track);
  return section;
}

/* In the offer's order, so that the first one is the transport's (RFC 8843 section 7.3.1) */
static void
bundle (RtcDescription * description, const RtcDescription * offer, GPtrArray * lines)
{
  for (guint b = 0; b < offer->bundle->len; b++) {
    const gchar *mid = g_ptr_array_index (offer->bundle, b);

    for (guint i = 0; i < lines->len; i++) {
      const RtcLine *line = g_ptr_array_index (lines, i);
      RtcMediaSection *section = g_ptr_array_index (description->sections, i);

      if (line->state == RTC_LINE_REJECTED || !g_str_equal (line->mid, mid)
          || g_ptr_array_find_with_equal_func (description->bundle, mid, g_str_equal, NULL))
        continue;
      g_ptr_array_add (description->bundle, g_strdup (mid));
      /* a group cannot name a section without one */
      if (!section->mid)
        section->mid = g_strdup (mid);
    }
  }
}

RtcProposal *
rtc_proposal_new_answer (const RtcLocalSide * side, const RtcDescription * offer, GPtrArray * lines,
    gint transport_line, gboolean dtls_client, GPtrArray * candidates)
{
  RtcProposal *proposal = rtc_proposal_new (side);
  RtcDescription *description = proposal->description;
  RtcSetup setup = dtls_client ? RTC_SETUP_ACTIVE : RTC_SETUP_PASSIVE;

  for (guint i = 0; i < lines->len; i++) {
    const RtcLine *line = g_ptr_array_index (lines, i);
    const RtcMediaSection *offered = g_ptr_array_index (offer->sections, i);

    rtc_proposal_add_section (proposal, answer_section (proposal, offered, line, setup), line->track);
  }
  bundle (description, offer, lines);
  description->extmap_allow_mixed = offer->extmap_allow_mixed;
  if (transport_line >= 0) {
    const RtcLine *transport = g_ptr_array_index (lines, transport_line);

    rtc_proposal_add_candidates (proposal, candidates, transport->mid, transport_line);
  }
  return proposal;
}
