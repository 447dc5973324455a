/* gst-rtc: one peer of an element
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "gstrtcconsumer.h"

#include "gstrtcoutlet.h"

GST_DEBUG_CATEGORY_STATIC (rtc_consumer_debug);
#define GST_CAT_DEFAULT rtc_consumer_debug

/* Of a peer that trickles before we are ready; a session has limits of its own. */
#define MAX_EARLY_CANDIDATES 100

struct _GstRtcConsumer
{
  gint ref_count;
  gchar *id, *cname;
  GstRtcSignaller *signaller;
  const GstRtcConsumerFuncs *funcs;
  gpointer user_data;
  RtcTime created;
  gboolean is_over, is_offering;

  gchar *early_offer;
  GPtrArray *early_candidates;  /* of gchar * */

  RtcSession *session;          /* NULL before the start */
  GArray *slots;                /* of Slot, by track */
};

/* A track of the session: an index that was used once is not used again, as SRTP takes no sequence number of an SSRC twice. */
typedef struct
{
  GstRtcInput *input;           /* NULL once it is gone */
  gpointer outlet;              /* what it was given by the input; NULL while it sends nothing */
} Slot;

#define SLOT(self, track) (&g_array_index ((self)->slots, Slot, track))

static void
init_debug (void)
{
  static gsize once;

  if (g_once_init_enter (&once)) {
    GST_DEBUG_CATEGORY_INIT (rtc_consumer_debug, "rtcconsumer", 0, "rtc: viewers");
    g_once_init_leave (&once, 1);
  }
}

static void
clear_slot (gpointer slot)
{
  gst_clear_object (&((Slot *) slot)->input);
}

GstRtcConsumer *
gst_rtc_consumer_new (const gchar * id, GstRtcSignaller * signaller, const GstRtcConsumerFuncs * funcs,
    gpointer user_data)
{
  GstRtcConsumer *self = g_new0 (GstRtcConsumer, 1);

  init_debug ();
  self->ref_count = 1;
  self->id = g_strdup (id);
  self->signaller = gst_object_ref (signaller);
  self->cname = g_strdup_printf ("%08x%08x", g_random_int (), g_random_int ());
  self->funcs = funcs;
  self->user_data = user_data;
  self->created = g_get_monotonic_time ();
  self->early_candidates = g_ptr_array_new_with_free_func (g_free);
  self->slots = g_array_new (FALSE, TRUE, sizeof (Slot));
  g_array_set_clear_func (self->slots, clear_slot);
  return self;
}

GstRtcConsumer *
gst_rtc_consumer_ref (GstRtcConsumer * self)
{
  g_atomic_int_inc (&self->ref_count);
  return self;
}

void
gst_rtc_consumer_unref (GstRtcConsumer * self)
{
  if (!g_atomic_int_dec_and_test (&self->ref_count))
    return;
  g_clear_pointer (&self->session, rtc_session_unref);
  g_array_unref (self->slots);
  g_ptr_array_unref (self->early_candidates);
  gst_object_unref (self->signaller);
  g_free (self->early_offer);
  g_free (self->cname);
  g_free (self->id);
  g_free (self);
}

const gchar *
gst_rtc_consumer_get_id (GstRtcConsumer * self)
{
  return self->id;
}

const gchar *
gst_rtc_consumer_get_cname (GstRtcConsumer * self)
{
  return self->cname;
}

RtcSession *
gst_rtc_consumer_get_session (GstRtcConsumer * self)
{
  return self->session;
}

RtcTime
gst_rtc_consumer_get_created (GstRtcConsumer * self)
{
  return self->created;
}

void
gst_rtc_consumer_description (GstRtcConsumer * self, GstRtcSdpType type, const gchar * sdp)
{
  self->is_offering = FALSE;
  if (self->session) {
    rtc_session_set_remote_description (self->session, type, sdp);
  } else if (type == GST_RTC_SDP_TYPE_OFFER) {
    g_free (self->early_offer);
    self->early_offer = g_strdup (sdp);
  } else {
    GST_INFO ("%s answers what it was not offered", self->id);
  }
}

void
gst_rtc_consumer_candidate (GstRtcConsumer * self, const gchar * candidate)
{
  if (self->session)
    rtc_session_add_candidate (self->session, candidate);
  else if (self->early_candidates->len < MAX_EARLY_CANDIDATES)
    g_ptr_array_add (self->early_candidates, g_strdup (candidate));
}

static void
on_description (RtcSession * session, GstRtcSdpType type, const gchar * sdp, gpointer user_data)
{
  GstRtcConsumer *self = user_data;

  if (!self->is_over)
    gst_rtc_signaller_send_description (self->signaller, self->id, type, sdp);
}

static void
on_candidate (RtcSession * session, const gchar * candidate, const gchar * mid, guint m_line, gpointer user_data)
{
  GstRtcConsumer *self = user_data;

  if (!self->is_over)
    gst_rtc_signaller_send_candidate (self->signaller, self->id, candidate, mid, m_line);
}

/* codec: (nullable) */
static void
set_track (GstRtcConsumer * self, guint track, const RtcCodec * codec)
{
  Slot *slot = SLOT (self, track);
  gpointer old = slot->outlet;
  gpointer outlet = slot->input && codec ? gst_rtc_input_acquire (slot->input, codec) : NULL;

  if (outlet != old)
    rtc_session_set_source (self->session, track, outlet ? gst_rtc_outlet_get_source (outlet) : NULL);
  slot->outlet = outlet;
  if (old)
    gst_rtc_input_release (slot->input, old);
}

static const RtcCodec *
find_codec (GPtrArray * tracks, guint track)
{
  for (guint i = 0; i < tracks->len; i++) {
    const RtcNegotiatedTrack *negotiated = tracks->pdata[i];

    if (negotiated->track == (gint) track)
      return negotiated->codec;
  }
  return NULL;
}

static void
on_negotiated (RtcSession * session, GPtrArray * tracks, gpointer user_data)
{
  GstRtcConsumer *self = user_data;

  for (guint i = 0; !self->is_over && i < self->slots->len; i++) {
    const RtcCodec *codec = find_codec (tracks, i);

    GST_DEBUG ("%s takes %s of track %u", self->id, codec ? codec->name : "nothing", i);
    set_track (self, i, codec);
  }
  if (!self->is_over)
    self->funcs->negotiated (self, tracks, self->user_data);
}

static void
on_connected (RtcSession * session, gpointer user_data)
{
  GstRtcConsumer *self = user_data;

  GST_INFO ("%s is connected after %" G_GINT64_FORMAT " ms", self->id,
      (g_get_monotonic_time () - self->created) / RTC_MSECOND);
}

static void
release_track (Slot * slot)
{
  if (slot->outlet)
    gst_rtc_input_release (slot->input, slot->outlet);
  slot->outlet = NULL;
}

static void
release_tracks (GstRtcConsumer * self)
{
  for (guint i = 0; i < self->slots->len; i++)
    release_track (SLOT (self, i));
}

static void
on_ended (RtcSession * session, const GError * reason, gpointer user_data)
{
  GstRtcConsumer *self = user_data;

  if (self->is_over)
    return;
  self->is_over = TRUE;
  release_tracks (self);
  self->funcs->ended (self, reason, self->user_data);
}

static const RtcSessionEvents session_events = { on_description, on_candidate, on_negotiated, on_connected, on_ended };

static void
add_slot (GstRtcConsumer * self, GstRtcInput * input)
{
  const Slot slot = { gst_object_ref (input), NULL };

  g_array_append_val (self->slots, slot);
}

RtcSession *
gst_rtc_consumer_start (GstRtcConsumer * self, RtcPool * pool, RtcControl * control, const RtcPeerConfig * config,
    GPtrArray * inputs)
{
  RtcPeerConfig own = *config;

  g_return_val_if_fail (!self->session && !self->is_over, NULL);

  own.cname = self->cname;
  for (guint i = 0; i < inputs->len; i++)
    add_slot (self, inputs->pdata[i]);
  self->session = rtc_session_new (pool, control, &own, &session_events, gst_rtc_consumer_ref (self),
      (GDestroyNotify) gst_rtc_consumer_unref);
  self->funcs->started (self, self->user_data);
  self->is_offering = !self->early_offer;
  if (self->early_offer)
    rtc_session_set_remote_description (self->session, GST_RTC_SDP_TYPE_OFFER, self->early_offer);
  else
    rtc_session_create_offer (self->session);
  for (guint i = 0; i < self->early_candidates->len; i++)
    rtc_session_add_candidate (self->session, self->early_candidates->pdata[i]);
  return self->session;
}

/* Inputs that are gone leave their slots */
static gboolean
drop_inputs (GstRtcConsumer * self, GPtrArray * inputs)
{
  gboolean changed = FALSE;

  for (guint i = 0; i < self->slots->len; i++) {
    Slot *slot = SLOT (self, i);

    if (!slot->input || g_ptr_array_find (inputs, slot->input, NULL))
      continue;
    set_track (self, i, NULL);
    gst_clear_object (&slot->input);
    changed = TRUE;
  }
  return changed;
}

static gboolean
has_input (GstRtcConsumer * self, GstRtcInput * input)
{
  for (guint i = 0; i < self->slots->len; i++) {
    if (SLOT (self, i)->input == input)
      return TRUE;
  }
  return FALSE;
}

static void
free_spec (gpointer spec)
{
  if (spec)
    rtc_track_spec_free (spec);
}

void
gst_rtc_consumer_update (GstRtcConsumer * self, GPtrArray * inputs, GPtrArray * tracks)
{
  gboolean changed = drop_inputs (self, inputs);
  g_autoptr (GPtrArray) specs = g_ptr_array_new_with_free_func (free_spec);

  for (guint i = 0; i < inputs->len; i++) {
    if (has_input (self, inputs->pdata[i]))
      continue;
    add_slot (self, inputs->pdata[i]);
    changed = TRUE;
  }
  if (!changed)
    return;
  for (guint i = 0; i < self->slots->len; i++) {
    guint index;
    gboolean used = g_ptr_array_find (inputs, SLOT (self, i)->input, &index);

    g_ptr_array_add (specs, used ? rtc_track_spec_copy (tracks->pdata[index]) : NULL);
  }
  rtc_session_set_tracks (self->session, specs);
}

gboolean
gst_rtc_consumer_is_offering (GstRtcConsumer * self)
{
  return self->is_offering;
}

void
gst_rtc_consumer_end (GstRtcConsumer * self, const GError * reason)
{
  if (self->is_over)
    return;
  self->is_over = TRUE;
  release_tracks (self);
  if (self->session)
    rtc_session_end (self->session, reason);
}
