/* gst-rtc: our offers (RFC 8829 section 5.2)
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "rtcnegotiationprivate.h"
#include "rtcpayloadtypes.h"

#define MAX_EXTENSION_ID 14     /* of the one-byte form (RFC 8285 section 4.2) */

typedef enum
{
  SLOT_CONTINUE,
  SLOT_REJECTED,                /* stays so */
  SLOT_FRESH,                   /* with a new mid: added, or in the place of a rejected one */
} SlotUse;

/* What the next offer does with one m= line */
typedef struct
{
  SlotUse use;
  RtcMediaKind kind;
  gint track;
  gboolean is_data;             /* the data channels: kind and track mean nothing */
} Slot;

typedef struct
{
  const RtcLocalSide *side;
  const RtcExchange *last;      /* (nullable) */
  RtcProposal *proposal;
  RtcPayloadTypes types;
  RtcExtensionMap extensions;   /* ids are the session's */
} Offer;

static const RtcMediaSection *
get_last_section (const RtcExchange * last, guint index)
{
  return g_ptr_array_index (last->local->description->sections, index);
}

static gboolean
is_closed (const RtcExchange * last, guint index)
{
  const RtcMediaSection *remote = g_ptr_array_index (last->remote->sections, index);

  return get_last_section (last, index)->rejected || remote->rejected;
}

/* A section of @kind without a track; -1 if there is none */
static gint
find_free (const RtcExchange * last, GArray * slots, RtcMediaKind kind, SlotUse use)
{
  for (guint i = 0; last && i < last->lines->len; i++) {
    const RtcLine *line = g_ptr_array_index (last->lines, i);
    const Slot *slot = &g_array_index (slots, Slot, i);

    if (slot->use == use && slot->kind == kind && slot->track < 0
        && rtc_media_section_is_rtp (get_last_section (last, i)) && (use == SLOT_REJECTED || !line->refused))
      return i;
  }
  return -1;
}

static gboolean
has_slot (GArray * slots, gint track)
{
  for (guint i = 0; i < slots->len; i++) {
    if (g_array_index (slots, Slot, i).track == track)
      return TRUE;
  }
  return FALSE;
}

/* In the place of a rejected one if there is one (RFC 8829 section 5.2.2) */
static void
add_slot (const RtcExchange * last, GArray * slots, RtcMediaKind kind, gint track)
{
  const Slot slot = { SLOT_FRESH, kind, track };
  gint index = find_free (last, slots, kind, SLOT_REJECTED);

  if (index >= 0)
    g_array_index (slots, Slot, index) = slot;
  else
    g_array_append_val (slots, slot);
}

static void
plan_tracks (const RtcLocalSide * side, const RtcExchange * last, GArray * slots)
{
  for (guint t = 0; t < side->tracks->len; t++) {
    const RtcTrackSpec *track = g_ptr_array_index (side->tracks, t);
    gint index;

    if (!track || has_slot (slots, t))
      continue;
    index = find_free (last, slots, track->kind, SLOT_CONTINUE);
    if (index >= 0)
      g_array_index (slots, Slot, index).track = t;
    else
      add_slot (last, slots, track->kind, t);
  }
}

/* In the place of one that we had to reject, if there is one: Firefox can answer no other */
static void
plan_data (const RtcLocalSide * side, const RtcExchange * last, GArray * slots)
{
  const Slot slot = {.use = SLOT_FRESH,.track = -1,.is_data = TRUE };

  if (!side->data_channels || (last && (last->data_line >= 0 || last->data_refused)))
    return;
  for (guint i = 0; i < slots->len; i++) {
    Slot *place = &g_array_index (slots, Slot, i);

    if (place->is_data && place->use == SLOT_REJECTED) {
      *place = slot;
      return;
    }
  }
  g_array_append_val (slots, slot);
}

static guint
count_slots (const RtcExchange * last, GArray * slots, RtcMediaKind kind)
{
  guint n = 0;

  for (guint i = 0; i < slots->len; i++) {
    const Slot *slot = &g_array_index (slots, Slot, i);
    gboolean is_rtp = slot->use == SLOT_FRESH || rtc_media_section_is_rtp (get_last_section (last, i));

    n += is_rtp && slot->use != SLOT_REJECTED && slot->kind == kind;
  }
  return n;
}

static GArray *
plan (const RtcLocalSide * side, const RtcExchange * last)
{
  GArray *slots = g_array_new (FALSE, FALSE, sizeof (Slot));

  for (guint i = 0; last && i < last->lines->len; i++) {
    const RtcLine *line = g_ptr_array_index (last->lines, i);
    const RtcMediaSection *section = get_last_section (last, i);
    Slot slot = { SLOT_CONTINUE, section->kind, -1, section->is_application };

    if (is_closed (last, i))
      slot.use = SLOT_REJECTED;
    if (rtc_local_side_get_track (side, line->track, slot.kind))
      slot.track = line->track;
    g_array_append_val (slots, slot);
  }
  plan_tracks (side, last, slots);
  for (RtcMediaKind kind = RTC_MEDIA_AUDIO; kind <= RTC_MEDIA_VIDEO; kind++) {
    guint n = count_slots (last, slots, kind);

    for (; rtc_local_side_receives (side, kind) && n < side->receive[kind].n_offered; n++)
      add_slot (last, slots, kind, -1);
  }
  plan_data (side, last, slots);
  return slots;
}

/* Those of the session so far, then those that mean nothing yet */
static RtcExtensionMap
choose_extension_ids (const RtcExchange * last)
{
  RtcExtensionMap map = { 0 };
  guint used = last ? last->extension_ids : 0;

  if (last)
    map = last->extensions;
  for (guint i = 0, id = 1; i < RTC_N_EXTENSIONS; i++) {
    for (; !map.id[i] && id <= MAX_EXTENSION_ID; id++) {
      if (!(used & (1u << id)))
        map.id[i] = id;
    }
  }
  return map;
}

static gboolean
offer_codecs (Offer * offer, RtcMediaSection * section, const RtcTrackSpec * track, GPtrArray * before,
    GError ** error)
{
  const RtcLocalSide *side = offer->side;
  RtcSectionCodecs codecs = {.before = before };
  gboolean receives = section->direction & RTC_DIRECTION_RECVONLY;
  gboolean rtx = side->retransmission && (receives || (section->kind == RTC_MEDIA_VIDEO && track->rtx_ssrc));

  g_ptr_array_unref (section->codecs);
  codecs.codecs = section->codecs = rtc_codecs_list (side, track, section->kind, before);
  for (guint i = 0; i < section->codecs->len; i++) {
    RtcCodec *codec = g_ptr_array_index (section->codecs, i);

    codec->feedback = rtc_local_side_get_feedback (side, section->kind, section->direction);
    /* Sound that is sent is sent again to who asks for RTX by itself: browsers have none for it. */
    if (section->kind == RTC_MEDIA_AUDIO && !receives)
      codec->feedback &= ~RTC_FEEDBACK_NACK;
    if (!rtc_payload_types_choose (&offer->types, &codecs, codec, rtx, error))
      return FALSE;
  }
  return TRUE;
}

/* @before: (nullable): the codecs this section had in the last exchange */
static gboolean
offer_section (Offer * offer, const Slot * slot, const gchar * mid, GPtrArray * before, GError ** error)
{
  const RtcLocalSide *side = offer->side;
  const RtcTrackSpec *track = rtc_local_side_get_track (side, slot->track, slot->kind);
  RtcMediaSection *section = rtc_media_section_new ();

  section->kind = slot->kind;
  section->mid = g_strdup (mid);
  section->direction = (track ? RTC_DIRECTION_SENDONLY : 0)
      | (rtc_local_side_receives (side, slot->kind) ? RTC_DIRECTION_RECVONLY : 0);
  section->rtcp_rsize = TRUE;
  section->extensions = rtc_local_side_filter_extensions (side, offer->extensions, section->kind,
      section->direction);
  rtc_proposal_add_section (offer->proposal, section, slot->track);
  if (!offer_codecs (offer, section, track, before, error))
    return FALSE;
  rtc_proposal_set_transport (offer->proposal, section, RTC_SETUP_ACTPASS);
  rtc_proposal_set_sources (offer->proposal, section, slot->track);
  return TRUE;
}

/* @before: (nullable): as it was in the last exchange */
static void
offer_data_section (Offer * offer, const gchar * mid, const RtcMediaSection * before)
{
  RtcMediaSection *section = rtc_media_section_new ();

  section->is_application = TRUE;
  section->mid = g_strdup (mid);
  if (before) {
    section->protocol = g_strdup (before->protocol);
    section->sctpmap = before->sctpmap;
  }
  rtc_data_describe (offer->side, section);
  rtc_proposal_add_section (offer->proposal, section, -1);
  rtc_proposal_set_transport (offer->proposal, section, RTC_SETUP_ACTPASS);
}

/* A section with nothing to send or receive goes on as it is */
static void
repeat_section (Offer * offer, const Slot * slot, guint index)
{
  const RtcMediaSection *before = get_last_section (offer->last, index);
  const RtcLine *line = g_ptr_array_index (offer->last->lines, index);
  RtcMediaSection *section = rtc_media_section_new ();

  section->kind = before->kind;
  section->is_application = before->is_application;
  section->unknown = before->unknown;
  section->media = g_strdup (before->media);
  section->protocol = g_strdup (before->protocol);
  section->formats = g_strdup (before->formats);
  section->sctpmap = before->sctpmap;
  section->sctp_port = before->sctp_port;
  section->mid = g_strdup (line->mid);
  section->direction = RTC_DIRECTION_INACTIVE;
  section->rejected = slot->use == SLOT_REJECTED;
  g_ptr_array_unref (section->codecs);
  section->codecs = rtc_codecs_copy (before->codecs);
  rtc_proposal_add_section (offer->proposal, section, slot->track);
  if (section->rejected)
    return;
  for (guint i = 0; i < section->codecs->len; i++)
    rtc_payload_types_add (&offer->types, g_ptr_array_index (section->codecs, i));
  rtc_proposal_set_transport (offer->proposal, section, RTC_SETUP_ACTPASS);
}

static gboolean
has_mid (const RtcDescription * description, const gchar * mid)
{
  for (guint i = 0; i < description->sections->len; i++) {
    const RtcMediaSection *section = g_ptr_array_index (description->sections, i);

    if (!g_strcmp0 (section->mid, mid))
      return TRUE;
  }
  return FALSE;
}

static gboolean
was_mid (const RtcExchange * last, const gchar * mid)
{
  for (guint i = 0; i < last->lines->len; i++) {
    const RtcLine *line = g_ptr_array_index (last->lines, i);

    if (g_str_equal (line->mid, mid))
      return TRUE;
  }
  return FALSE;
}

static gchar *
make_mid (const Offer * offer)
{
  const RtcDescription *description = offer->proposal->description;

  for (guint number = offer->last ? offer->last->lines->len : description->sections->len;; number++) {
    g_autofree gchar *mid = g_strdup_printf ("%u", number);

    if (!has_mid (description, mid) && !(offer->last && was_mid (offer->last, mid)))
      return g_steal_pointer (&mid);
  }
}

static gboolean
add_slots (Offer * offer, GArray * slots, GError ** error)
{
  for (guint i = 0; i < slots->len; i++) {
    const Slot *slot = &g_array_index (slots, Slot, i);
    gboolean used = slot->track >= 0 || rtc_local_side_receives (offer->side, slot->kind);

    if (slot->use == SLOT_FRESH) {
      g_autofree gchar *mid = make_mid (offer);

      if (slot->is_data)
        offer_data_section (offer, mid, NULL);
      else if (!offer_section (offer, slot, mid, NULL, error))
        return FALSE;
    } else if (slot->use == SLOT_CONTINUE && slot->is_data) {
      const RtcLine *line = g_ptr_array_index (offer->last->lines, i);

      offer_data_section (offer, line->mid, get_last_section (offer->last, i));
    } else if (slot->use == SLOT_CONTINUE && used) {
      const RtcLine *line = g_ptr_array_index (offer->last->lines, i);

      if (!offer_section (offer, slot, line->mid, get_last_section (offer->last, i)->codecs, error))
        return FALSE;
    } else {
      repeat_section (offer, slot, i);
    }
  }
  return TRUE;
}

static void
bundle (RtcProposal * proposal, GPtrArray * candidates)
{
  RtcDescription *description = proposal->description;

  for (guint i = 0; i < description->sections->len; i++) {
    const RtcMediaSection *section = g_ptr_array_index (description->sections, i);

    if (section->rejected)
      continue;
    if (description->bundle->len == 0)
      rtc_proposal_add_candidates (proposal, candidates, section->mid, i);
    g_ptr_array_add (description->bundle, g_strdup (section->mid));
  }
}

RtcProposal *
rtc_proposal_new_offer (const RtcLocalSide * side, const RtcExchange * last, GPtrArray * candidates,
    GError ** error)
{
  g_autoptr (RtcProposal) proposal = rtc_proposal_new (side);
  g_autoptr (GPtrArray) known = g_ptr_array_new ();
  g_autoptr (GArray) slots = plan (side, last);
  Offer offer = {.side = side,.last = last,.proposal = proposal,.types = {.codecs = known} };

  if (slots->len == 0) {
    g_set_error_literal (error, GST_RTC_ERROR, GST_RTC_ERROR_DESCRIPTION,
        "there is nothing to offer: neither a track to send, nor a section to receive, nor data channels");
    return NULL;
  }
  if (last) {
    rtc_payload_types_use (&offer.types, last->local->description);
    rtc_payload_types_use (&offer.types, last->remote);
  }
  offer.extensions = choose_extension_ids (last);
  if (!add_slots (&offer, slots, error))
    return NULL;
  proposal->description->extmap_allow_mixed = TRUE;
  bundle (proposal, candidates);
  return g_steal_pointer (&proposal);
}
