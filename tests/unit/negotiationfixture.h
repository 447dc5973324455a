/* gst-rtc: what the tests of negotiations share
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "sdpfixture.h"

#define NONE RTC_PAYLOAD_TYPE_NONE

static inline RtcNegotiatedTrack *
get_track (const RtcNegotiation * negotiation, guint m_line)
{
  GPtrArray *tracks = rtc_negotiation_get_tracks (negotiation);

  for (guint i = 0; i < tracks->len; i++) {
    RtcNegotiatedTrack *track = g_ptr_array_index (tracks, i);

    if (track->m_line == m_line)
      return track;
  }
  g_error ("nothing was negotiated for m= section %u", m_line);
}

static inline RtcMediaSection *
get_section (const RtcDescription * description, guint index)
{
  g_assert_cmpuint (index, <, description->sections->len);
  return g_ptr_array_index (description->sections, index);
}

static inline RtcCodec *
get_codec (const RtcMediaSection * section, guint index)
{
  g_assert_cmpuint (index, <, section->codecs->len);
  return g_ptr_array_index (section->codecs, index);
}

static inline RtcDescription *
read_sdp (const gchar * sdp)
{
  g_autoptr (GError) error = NULL;
  RtcDescription *description = rtc_description_read (sdp, -1, &error);

  g_assert_no_error (error);
  return description;
}

static inline RtcNegotiation *
offer (const RtcNegotiation * old, RtcDescription ** description)
{
  g_autofree gchar *sdp = NULL;
  g_autoptr (GError) error = NULL;
  RtcNegotiation *next = rtc_negotiation_create_offer (old, NULL, &sdp, &error);

  g_assert_no_error (error);
  g_assert_cmpint (rtc_negotiation_get_state (next), ==, RTC_SIGNALING_HAVE_LOCAL_OFFER);
  if (description)
    *description = read_sdp (sdp);
  return next;
}

static inline RtcNegotiation *
take_answer (const RtcNegotiation * old, const gchar * sdp)
{
  g_autoptr (GError) error = NULL;
  RtcNegotiation *next = rtc_negotiation_set_answer (old, sdp, &error);

  g_assert_no_error (error);
  g_assert_cmpint (rtc_negotiation_get_state (next), ==, RTC_SIGNALING_STABLE);
  return next;
}

static inline RtcNegotiation *
answer (const RtcNegotiation * old, const gchar * sdp, RtcDescription ** description)
{
  g_autofree gchar *text = NULL;
  g_autoptr (GError) error = NULL;
  RtcNegotiation *next = rtc_negotiation_set_offer (old, sdp, NULL, &text, &error);

  g_assert_no_error (error);
  if (description)
    *description = read_sdp (text);
  return next;
}

static inline void
refuse_answer (const RtcNegotiation * old, const gchar * sdp, GstRtcError code, const gchar * message)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (rtc_negotiation_set_answer (old, sdp, &error));
  g_assert_error (error, GST_RTC_ERROR, (gint) code);
  if (!strstr (error->message, message))
    g_error ("\"%s\" does not say \"%s\"", error->message, message);
}

static inline void
refuse_offer (const RtcNegotiation * old, const gchar * sdp, GstRtcError code, const gchar * message)
{
  g_autoptr (GError) error = NULL;
  g_autofree gchar *text = NULL;

  g_assert_null (rtc_negotiation_set_offer (old, sdp, NULL, &text, &error));
  g_assert_null (text);
  g_assert_error (error, GST_RTC_ERROR, (gint) code);
  if (!strstr (error->message, message))
    g_error ("\"%s\" does not say \"%s\"", error->message, message);
}

static inline void
swap (RtcNegotiation ** negotiation, RtcNegotiation * next)
{
  rtc_negotiation_unref (*negotiation);
  *negotiation = next;
}

/* Returns: (transfer full): the offer */
static inline RtcDescription *
exchange (RtcNegotiation ** from, RtcNegotiation ** to, RtcDescription ** answered)
{
  g_autoptr (GError) error = NULL;
  g_autofree gchar *offer_sdp = NULL, *answer_sdp = NULL;

  swap (from, rtc_negotiation_create_offer (*from, NULL, &offer_sdp, &error));
  g_assert_no_error (error);
  swap (to, rtc_negotiation_set_offer (*to, offer_sdp, NULL, &answer_sdp, &error));
  g_assert_no_error (error);
  swap (from, rtc_negotiation_set_answer (*from, answer_sdp, &error));
  g_assert_no_error (error);
  if (answered)
    *answered = read_sdp (answer_sdp);
  return read_sdp (offer_sdp);
}

static inline void
exchange_quietly (RtcNegotiation ** from, RtcNegotiation ** to)
{
  rtc_description_free (exchange (from, to, NULL));
}
