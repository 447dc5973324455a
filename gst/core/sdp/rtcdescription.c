/* gst-rtc: a session description as a value (RFC 8866, RFC 8829)
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "rtcdescription.h"

RtcCandidate *
rtc_candidate_new (const gchar * candidate, const gchar * mid, guint m_line)
{
  RtcCandidate *self = g_new0 (RtcCandidate, 1);

  self->candidate = g_strdup (candidate);
  self->mid = g_strdup (mid);
  self->m_line = m_line;
  return self;
}

void
rtc_candidate_free (RtcCandidate * candidate)
{
  if (!candidate)
    return;
  g_free (candidate->candidate);
  g_free (candidate->mid);
  g_free (candidate);
}

RtcMediaSection *
rtc_media_section_new (void)
{
  RtcMediaSection *section = g_new0 (RtcMediaSection, 1);

  section->direction = RTC_DIRECTION_SENDRECV;
  section->codecs = g_ptr_array_new_with_free_func ((GDestroyNotify) rtc_codec_free);
  return section;
}

void
rtc_media_section_free (RtcMediaSection * section)
{
  if (!section)
    return;
  g_free (section->mid);
  g_ptr_array_unref (section->codecs);
  g_free (section->ice_ufrag);
  g_free (section->ice_pwd);
  g_free (section->fingerprint);
  g_free (section->msid);
  g_free (section->cname);
  g_free (section->media);
  g_free (section->protocol);
  g_free (section->formats);
  g_free (section);
}

RtcDescription *
rtc_description_new (void)
{
  RtcDescription *description = g_new0 (RtcDescription, 1);

  description->bundle = g_ptr_array_new_with_free_func (g_free);
  description->sections = g_ptr_array_new_with_free_func ((GDestroyNotify) rtc_media_section_free);
  description->candidates = g_ptr_array_new_with_free_func ((GDestroyNotify) rtc_candidate_free);
  return description;
}

void
rtc_description_free (RtcDescription * description)
{
  if (!description)
    return;
  g_ptr_array_unref (description->bundle);
  g_ptr_array_unref (description->sections);
  g_ptr_array_unref (description->candidates);
  g_free (description);
}
