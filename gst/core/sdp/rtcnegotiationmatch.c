/* gst-rtc: what two descriptions have in common (RFC 3264, RFC 8829 section 5.10)
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "rtcnegotiationprivate.h"

#include <string.h>

/* The one-byte form of a header extension carries no more (RFC 8285 section 4.2) */
#define MAX_MID_SIZE 16

static void
line_free (RtcLine * line)
{
  g_free (line->mid);
  g_clear_pointer (&line->codecs, g_ptr_array_unref);
  g_clear_pointer (&line->send, g_ptr_array_unref);
  g_clear_pointer (&line->receive, g_ptr_array_unref);
  g_free (line);
}

static GPtrArray *
lines_new (guint n)
{
  GPtrArray *lines = g_ptr_array_new_full (n, (GDestroyNotify) line_free);

  for (guint i = 0; i < n; i++) {
    RtcLine *line = g_new0 (RtcLine, 1);

    line->track = -1;
    g_ptr_array_add (lines, line);
  }
  return lines;
}

/* Only what both sides gave the same id: an answer may not change the offer's */
static RtcExtensionMap
match_extensions (const RtcExtensionMap * offered, const RtcExtensionMap * answered)
{
  RtcExtensionMap map = { 0 };

  for (guint i = 0; i < RTC_N_EXTENSIONS; i++) {
    if (offered->id[i] == answered->id[i])
      map.id[i] = offered->id[i];
  }
  return map;
}

static void
drop_transport_cc (GPtrArray * codecs)
{
  for (guint i = 0; codecs && i < codecs->len; i++) {
    RtcCodec *codec = g_ptr_array_index (codecs, i);

    codec->feedback &= ~RTC_FEEDBACK_TRANSPORT_CC;
  }
}

static void
set_extensions (RtcLine * line, RtcExtensionMap map)
{
  line->extensions = map;
  if (strlen (line->mid) > MAX_MID_SIZE)
    line->extensions.id[RTC_EXTENSION_MID] = 0;
  if (line->extensions.id[RTC_EXTENSION_TRANSPORT_CC])
    return;
  drop_transport_cc (line->codecs);
  drop_transport_cc (line->send);
  drop_transport_cc (line->receive);
}

/* Nothing is sent or received without a codec for it */
static void
set_direction (RtcLine * line, RtcDirection direction)
{
  if (line->send->len == 0)
    direction &= ~RTC_DIRECTION_SENDONLY;
  if (line->receive->len == 0)
    direction &= ~RTC_DIRECTION_RECVONLY;
  line->direction = direction;
}

static void
append_codec (GString * list, const RtcCodec * codec)
{
  g_autofree gchar *profile = g_ascii_strcasecmp (codec->name, "H264") ? NULL
      : rtc_codec_get_parameter (codec, "profile-level-id");

  g_string_append_printf (list, "%s%s %s", list->len ? ", " : "",
      codec->kind == RTC_MEDIA_AUDIO ? "audio" : "video", codec->name);
  if (profile)
    g_string_append_printf (list, " (profile-level-id %s)", profile);
}

static void
append_codecs (GString * list, GPtrArray * codecs)
{
  for (guint i = 0; codecs && i < codecs->len; i++)
    append_codec (list, g_ptr_array_index (codecs, i));
}

static GString *
list_ours (const RtcLocalSide * side)
{
  GString *list = g_string_new (NULL);

  for (guint i = 0; i < side->tracks->len; i++) {
    const RtcTrackSpec *track = g_ptr_array_index (side->tracks, i);

    if (track)
      append_codecs (list, track->codecs);
  }
  for (guint i = 0; i < G_N_ELEMENTS (side->receive); i++)
    append_codecs (list, side->receive[i].codecs);
  return list;
}

static GString *
list_theirs (const RtcDescription * description)
{
  GString *list = g_string_new (NULL);

  for (guint i = 0; i < description->sections->len; i++) {
    const RtcMediaSection *section = g_ptr_array_index (description->sections, i);

    for (guint j = 0; !section->rejected && j < section->codecs->len; j++) {
      if (!rtc_codec_is_auxiliary (g_ptr_array_index (section->codecs, j)))
        append_codec (list, g_ptr_array_index (section->codecs, j));
    }
  }
  return list;
}

static void
set_no_common_codec (const RtcLocalSide * side, const RtcDescription * remote, GError ** error)
{
  g_autoptr (GString) ours = list_ours (side);
  g_autoptr (GString) theirs = list_theirs (remote);

  g_set_error (error, GST_RTC_ERROR, GST_RTC_ERROR_NO_COMMON_CODEC,
      "no codec in common: there is %s here, and the peer has %s", ours->len ? ours->str : "nothing",
      theirs->len ? theirs->str : "rejected everything");
}

static gboolean
is_answer_to (const RtcMediaSection * answer, const RtcMediaSection * offer)
{
  if (answer->rejected || offer->unknown)
    return TRUE;
  if (offer->is_application)
    return answer->is_application;
  return rtc_media_section_is_rtp (answer) && answer->kind == offer->kind;
}

static gboolean
check_answer_shape (const RtcDescription * offer, const RtcDescription * answer, GError ** error)
{
  if (answer->sections->len != offer->sections->len) {
    g_set_error (error, GST_RTC_ERROR, GST_RTC_ERROR_DESCRIPTION,
        "the answer has %u m= sections where the offer has %u: answer each one, with port 0 to reject it",
        answer->sections->len, offer->sections->len);
    return FALSE;
  }
  for (guint i = 0; i < offer->sections->len; i++) {
    const RtcMediaSection *ours = g_ptr_array_index (offer->sections, i);
    const RtcMediaSection *theirs = g_ptr_array_index (answer->sections, i);

    if (!is_answer_to (theirs, ours)) {
      g_set_error (error, GST_RTC_ERROR, GST_RTC_ERROR_DESCRIPTION,
          "m= section %u of the answer is \"%s %s\" where the offer has %s: keep the order of the offer", i,
          theirs->media, theirs->protocol, ours->is_application ? "application"
          : ours->kind == RTC_MEDIA_AUDIO ? "audio" : "video");
      return FALSE;
    }
    if (theirs->mid && g_strcmp0 (theirs->mid, ours->mid)) {
      g_set_error (error, GST_RTC_ERROR, GST_RTC_ERROR_DESCRIPTION,
          "m= section %u of the answer has the mid \"%s\" where the offer has \"%s\": an answer repeats them",
          i, theirs->mid, ours->mid ? ours->mid : "");
      return FALSE;
    }
  }
  return TRUE;
}

/* "sendonly" is all that "recvonly" can be answered with, so that says nothing */
static gboolean
is_refused (const RtcExchange * last, const RtcMediaSection * ours, const RtcMediaSection * theirs,
    guint index)
{
  const RtcLine *before = last && index < last->lines->len ? g_ptr_array_index (last->lines, index) : NULL;

  if (ours->direction & RTC_DIRECTION_SENDONLY)
    return !(theirs->direction & RTC_DIRECTION_RECVONLY);
  return before && before->refused && g_str_equal (before->mid, ours->mid);
}

static void
set_data (RtcLine * line)
{
  line->state = RTC_LINE_ACTIVE;
  line->is_data = TRUE;
}

static void
match_answer_section (const RtcLocalSide * side, const RtcMediaSection * ours, const RtcMediaSection * theirs,
    RtcLine * line)
{
  const RtcTrackSpec *track = rtc_local_side_get_track (side, line->track, ours->kind);

  line->mid = g_strdup (ours->mid);
  if (ours->rejected || theirs->rejected || ours->unknown)
    return;
  if (ours->is_application) {
    set_data (line);
    return;
  }
  if (!track && !rtc_local_side_receives (side, ours->kind)) {
    line->state = RTC_LINE_IDLE;
    return;
  }
  line->send = track ? rtc_codecs_match_sent (side, track, ours, theirs) : g_ptr_array_new ();
  line->receive = rtc_codecs_match_answered (side, ours, theirs);
  if (line->send->len + line->receive->len == 0)
    return;
  line->state = RTC_LINE_ACTIVE;
  line->rtcp_rsize = theirs->rtcp_rsize;
  set_direction (line, ours->direction & rtc_direction_reverse (theirs->direction));
  set_extensions (line, match_extensions (&ours->extensions, &theirs->extensions));
}

static gboolean
has_active (GPtrArray * lines)
{
  for (guint i = 0; i < lines->len; i++) {
    const RtcLine *line = g_ptr_array_index (lines, i);

    if (line->state == RTC_LINE_ACTIVE)
      return TRUE;
  }
  return FALSE;
}

static void
set_no_answer (const RtcLocalSide * side, const RtcDescription * answer, GError ** error)
{
  if (!rtc_local_side_is_data_only (side))
    set_no_common_codec (side, answer, error);
  else
    g_set_error_literal (error, GST_RTC_ERROR, GST_RTC_ERROR_DATA,
        "the peer has rejected the data channels, and there is nothing else here: it must take the "
        "m=application section");
}

/* Later exchanges may leave nothing: whoever ends all its media may still offer new media */
GPtrArray *
rtc_lines_match_answer (const RtcProposal * offer, const RtcExchange * last, const RtcDescription * answer,
    GError ** error)
{
  const RtcDescription *description = offer->description;
  g_autoptr (GPtrArray) lines = NULL;

  if (!check_answer_shape (description, answer, error))
    return NULL;
  lines = lines_new (answer->sections->len);
  for (guint i = 0; i < lines->len; i++) {
    RtcLine *line = g_ptr_array_index (lines, i);

    const RtcMediaSection *ours = g_ptr_array_index (description->sections, i);
    const RtcMediaSection *theirs = g_ptr_array_index (answer->sections, i);

    line->track = g_array_index (offer->tracks, gint, i);
    line->refused = is_refused (last, ours, theirs, i);
    match_answer_section (offer->side, ours, theirs, line);
  }
  if (!last && !has_active (lines)) {
    set_no_answer (offer->side, answer, error);
    return NULL;
  }
  return g_steal_pointer (&lines);
}

static gboolean
wants (const RtcTrackSpec * track, const RtcMediaSection * section)
{
  return rtc_media_section_is_rtp (section) && !section->rejected && section->kind == track->kind
      && section->direction & RTC_DIRECTION_RECVONLY;
}

static gboolean
is_publishing (const RtcLocalSide * side, const RtcMediaSection * section)
{
  return rtc_media_section_is_rtp (section) && !section->rejected
      && section->direction & RTC_DIRECTION_SENDONLY && rtc_local_side_receives (side, section->kind);
}

static gboolean
is_taken (GPtrArray * lines, gint track)
{
  for (guint i = 0; i < lines->len; i++) {
    const RtcLine *line = g_ptr_array_index (lines, i);

    if (line->track == track)
      return TRUE;
  }
  return FALSE;
}

static gboolean
can_send (const RtcLocalSide * side, gint index, const RtcMediaSection * section)
{
  const RtcTrackSpec *track = rtc_local_side_get_track (side, index, section->kind);
  g_autoptr (GPtrArray) codecs = NULL;

  if (!track || !wants (track, section))
    return FALSE;
  codecs = rtc_codecs_match_sent (side, track, NULL, section);
  return codecs->len > 0;
}

static gint
find_free_track (const RtcLocalSide * side, GPtrArray * lines, const RtcMediaSection * section)
{
  for (guint t = 0; t < side->tracks->len; t++) {
    if (!is_taken (lines, t) && can_send (side, t, section))
      return t;
  }
  return -1;
}

/* A section with nothing to send or receive stays in the session as inactive, so that the peer can use it
 * later */
static void
idle (const RtcMediaSection * section, RtcLine * line)
{
  for (guint i = 0; i < section->codecs->len; i++) {
    RtcCodec *codec = g_ptr_array_index (section->codecs, i);

    if (rtc_codec_is_auxiliary (codec))
      continue;
    line->state = RTC_LINE_IDLE;
    codec = rtc_codec_copy (codec);
    codec->rtx_payload_type = RTC_PAYLOAD_TYPE_NONE;
    codec->feedback = 0;
    g_ptr_array_add (line->codecs, codec);
    return;
  }
}

/* @before: (nullable): the codecs this section had in the last exchange */
static void
match_offered_section (const RtcLocalSide * side, const RtcMediaSection * section, GPtrArray * before,
    RtcLine * line)
{
  const RtcTrackSpec *track = rtc_local_side_get_track (side, line->track, section->kind);

  if (section->rejected || !rtc_media_section_is_rtp (section))
    return;
  line->send = track ? rtc_codecs_match_sent (side, track, NULL, section) : g_ptr_array_new ();
  line->receive = rtc_codecs_match_offered (side, section);
  line->codecs = rtc_codecs_join (line->send, line->receive);
  rtc_codecs_keep_order (line->codecs, before);
  if (line->codecs->len == 0) {
    idle (section, line);
    return;
  }
  line->state = RTC_LINE_ACTIVE;
  line->rtcp_rsize = section->rtcp_rsize;
  set_direction (line, rtc_direction_reverse (section->direction));
  set_extensions (line, rtc_local_side_filter_extensions (side, section->extensions, section->kind,
          line->direction));
}

/* JSEP has a random mid generated where the peer gives none (RFC 8829 section 5.10); ours are predictable */
static gchar *
get_mid (const RtcDescription * offer, guint index)
{
  const RtcMediaSection *section = g_ptr_array_index (offer->sections, index);
  guint number = index;
  gboolean taken = TRUE;
  gchar *mid = NULL;

  if (section->mid)
    return g_strdup (section->mid);
  for (; taken; number += offer->sections->len) {
    g_free (mid);
    mid = g_strdup_printf ("%u", number);
    taken = FALSE;
    for (guint i = 0; i < offer->sections->len; i++) {
      const RtcMediaSection *other = g_ptr_array_index (offer->sections, i);

      taken |= g_strcmp0 (other->mid, mid) == 0;
    }
  }
  return mid;
}

/* What this section was in the last exchange, if it still is the same one: others reuse its place with
 * another mid (RFC 8829 section 5.2.2) */
static const RtcLine *
get_old_line (const RtcExchange * last, const RtcDescription * offer, guint index)
{
  const RtcMediaSection *section = g_ptr_array_index (offer->sections, index);
  const RtcLine *before;

  if (!last || index >= last->lines->len)
    return NULL;
  before = g_ptr_array_index (last->lines, index);
  return section->mid && !g_str_equal (before->mid, section->mid) ? NULL : before;
}

static gint
get_old_track (const RtcLocalSide * side, const RtcExchange * last, const RtcDescription * offer, guint index)
{
  const RtcMediaSection *section = g_ptr_array_index (offer->sections, index);
  const RtcLine *before = get_old_line (last, offer, index);

  return before && rtc_media_section_is_rtp (section)
      && rtc_local_side_get_track (side, before->track, section->kind) ? before->track : -1;
}

static GPtrArray *
get_old_codecs (const RtcExchange * last, const RtcDescription * offer, guint index)
{
  const RtcMediaSection *before;

  if (!get_old_line (last, offer, index))
    return NULL;
  before = g_ptr_array_index (last->local->description->sections, index);
  return before->codecs;
}

/* A track stays in its section, also while the peer does not want it there, unless the peer wants it
 * elsewhere */
static void
place_tracks (const RtcLocalSide * side, const RtcExchange * last, const RtcDescription * offer,
    GPtrArray * lines)
{
  for (guint i = 0; i < lines->len; i++) {
    RtcLine *line = g_ptr_array_index (lines, i);
    gint track = get_old_track (side, last, offer, i);

    if (can_send (side, track, g_ptr_array_index (offer->sections, i)))
      line->track = track;
  }
  for (guint i = 0; i < lines->len; i++) {
    RtcLine *line = g_ptr_array_index (lines, i);

    if (line->track < 0)
      line->track = find_free_track (side, lines, g_ptr_array_index (offer->sections, i));
  }
  for (guint i = 0; i < lines->len; i++) {
    RtcLine *line = g_ptr_array_index (lines, i);
    gint track = get_old_track (side, last, offer, i);

    if (line->track < 0 && track >= 0 && !is_taken (lines, track))
      line->track = track;
  }
}

static void
set_no_section (const RtcLocalSide * side, gboolean has_data, GError ** error)
{
  const gchar *advice = "";

  if (side->data_channels)
    advice = ", or a data channel,";
  else if (has_data)
    advice = ", or allow data channels here,";
  g_set_error (error, GST_RTC_ERROR, GST_RTC_ERROR_DESCRIPTION, "the offer has no audio or video section%s: "
      "add transceivers (direction recvonly to watch)%s before offering",
      side->data_channels ? " and none for data channels" : "", advice);
}

static gboolean
check_offer (const RtcLocalSide * side, const RtcExchange * last, const RtcDescription * offer, GError ** error)
{
  guint n_rtp = 0, n_data = 0;

  for (guint i = 0; i < offer->sections->len; i++) {
    const RtcMediaSection *section = g_ptr_array_index (offer->sections, i);

    n_rtp += rtc_media_section_is_rtp (section) && !section->rejected;
    n_data += section->is_application && !section->rejected;
  }
  if (!last && n_rtp == 0 && !(side->data_channels && n_data > 0)) {
    set_no_section (side, n_data > 0, error);
    return FALSE;
  }
  if (last && offer->sections->len < last->lines->len) {
    g_set_error (error, GST_RTC_ERROR, GST_RTC_ERROR_DESCRIPTION,
        "the offer has %u m= sections where the session has %u: sections may be added, but never removed",
        offer->sections->len, last->lines->len);
    return FALSE;
  }
  return TRUE;
}

static gboolean
is_wanted (const RtcLocalSide * side, const RtcMediaSection * section)
{
  for (guint i = 0; i < side->tracks->len; i++) {
    const RtcTrackSpec *track = g_ptr_array_index (side->tracks, i);

    if (track && wants (track, section))
      return TRUE;
  }
  return is_publishing (side, section);
}

static void
set_no_match (const RtcLocalSide * side, const RtcDescription * offer, GError ** error)
{
  gboolean receives = rtc_local_side_receives (side, RTC_MEDIA_AUDIO)
      || rtc_local_side_receives (side, RTC_MEDIA_VIDEO);

  if (rtc_local_side_is_data_only (side)) {
    g_set_error_literal (error, GST_RTC_ERROR, GST_RTC_ERROR_DESCRIPTION,
        "the offer has no section for data channels, and there is nothing else here: "
        "create a data channel before offering");
    return;
  }
  for (guint i = 0; i < offer->sections->len; i++) {
    if (is_wanted (side, g_ptr_array_index (offer->sections, i))) {
      set_no_common_codec (side, offer, error);
      return;
    }
  }
  g_set_error (error, GST_RTC_ERROR, GST_RTC_ERROR_DESCRIPTION,
      "the offer has no section that fits a track here by kind and direction: to %s, offer %s or sendrecv",
      receives ? "publish" : "watch", receives ? "sendonly" : "recvonly");
}

static gboolean
is_of_use (GPtrArray * lines)
{
  for (guint i = 0; i < lines->len; i++) {
    const RtcLine *line = g_ptr_array_index (lines, i);

    if (line->direction != RTC_DIRECTION_INACTIVE || line->is_data)
      return TRUE;
  }
  return FALSE;
}

GPtrArray *
rtc_lines_match_offer (const RtcLocalSide * side, const RtcExchange * last, const RtcDescription * offer,
    GError ** error)
{
  g_autoptr (GPtrArray) lines = NULL;
  gint data;

  if (!check_offer (side, last, offer, error))
    return NULL;
  data = rtc_data_find_section (side, last, offer);
  lines = lines_new (offer->sections->len);
  place_tracks (side, last, offer, lines);
  for (guint i = 0; i < lines->len; i++) {
    RtcLine *line = g_ptr_array_index (lines, i);

    const RtcMediaSection *section = g_ptr_array_index (offer->sections, i);

    line->mid = get_mid (offer, i);
    line->refused = !(section->direction & RTC_DIRECTION_RECVONLY);
    if ((gint) i == data)
      set_data (line);
    else
      match_offered_section (side, section, get_old_codecs (last, offer, i), line);
  }
  if (!last && !is_of_use (lines)) {
    set_no_match (side, offer, error);
    return NULL;
  }
  return g_steal_pointer (&lines);
}
