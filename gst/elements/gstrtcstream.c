/* gst-rtc: what one m= section receives: one source pad, whatever the peer sends there
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 *   gate (SSRC 1, PT 96) ─┐
 *   gate (SSRC 1, PT 98)  ├─ the current one ▸ decoder ▸ spout
 *   gate (SSRC 2, PT 96) ─┘
 *
 * Gates are called by the threads of their jitter buffers. One of them at a time holds the lock, while its
 * packet passes through the decoder and downstream.
 */
#include "gstrtcstream.h"

#include <gst/core/base/rtckeyframe.h>
#include <gst/core/base/rtcrtp.h>
#include <gst/video/video.h>
#include "gstrtcdecoder.h"
#include "gstrtckeywish.h"

GST_DEBUG_CATEGORY_STATIC (rtc_stream_debug);
#define GST_CAT_DEFAULT rtc_stream_debug

/* An SSRC that was replaced may come back only when the other one is silent. */
#define SILENCE (1 * G_TIME_SPAN_SECOND)
#define STALE (5 * G_TIME_SPAN_SECOND)
#define MAX_RESTARTS 5
#define RESTARTS_PERIOD (10 * G_TIME_SPAN_SECOND)
/* Longer than any latency: what downstream takes this long for, it does not take. */
#define STUCK_MS 2000
#define FLUSH_PATIENCE (500 * G_TIME_SPAN_MILLISECOND)

typedef struct
{
  GstPad *pad;                  /* of the bin */
  guint32 ssrc;
  guint order;                  /* of its SSRC's appearance */
  const GstRtcCodec *codec;     /* NULL before caps */
  gint64 last_packet;
  guint16 n_padding;            /* packets of padding only, so far */
} Gate;

/* What a packet says of itself */
typedef struct
{
  guint16 sequence;
  gboolean is_padding, starts_key, ends_frame;
} Look;

struct _GstRtcStream
{
  GstBin parent;

  RtcMediaKind kind;
  GstRtcLatch *latch;
  GstRtcSpout *spout;
  GList *gates;                 /* of whoever adds and removes them */

  /* the lock, and what it guards */
  GMutex lock;
  Gate *current;
  GstElement *decoder;          /* of the bin */
  GstRtcMedia media;
  const GstRtcCodec *refused;   /* nothing can be done with it, and it has been said */
  GstRtcKeyWish key_wish;
  gint64 restarts[MAX_RESTARTS];
  gboolean finished;            /* nothing passes any more */

  GstRtcTally tally;

  /* atomic */
  gint broken;                  /* the decoder has posted an error */
  gint ending;
  gint busy_since;              /* in milliseconds, 0 while nothing passes */
};

G_DEFINE_TYPE_WITH_CODE (GstRtcStream, gst_rtc_stream, GST_TYPE_BIN,
    GST_DEBUG_CATEGORY_INIT (rtc_stream_debug, "rtcstream", 0, "rtc: what one m= section receives"));

static void
gst_rtc_stream_init (GstRtcStream * self)
{
  g_mutex_init (&self->lock);
  gst_rtc_tally_init (&self->tally);
}

static void
gst_rtc_stream_finalize (GObject * object)
{
  GstRtcStream *self = GST_RTC_STREAM (object);

  g_list_free_full (self->gates, g_free);
  gst_rtc_spout_free (self->spout);
  gst_rtc_latch_unref (self->latch);
  g_mutex_clear (&self->lock);
  gst_rtc_tally_clear (&self->tally);
  G_OBJECT_CLASS (gst_rtc_stream_parent_class)->finalize (object);
}

/* A peer's stream that cannot be decoded is no fault of the pipeline. */
static void
gst_rtc_stream_handle_message (GstBin * bin, GstMessage * message)
{
  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR) {
    g_autoptr (GError) error = NULL;
    g_autofree gchar *debug = NULL;

    gst_message_parse_error (message, &error, &debug);
    g_atomic_int_set (&GST_RTC_STREAM (bin)->broken, TRUE);
    gst_message_unref (message);
    message = gst_message_new_warning (GST_OBJECT (bin), error, debug);
  }
  GST_BIN_CLASS (gst_rtc_stream_parent_class)->handle_message (bin, message);
}

static void
gst_rtc_stream_class_init (GstRtcStreamClass * klass)
{
  G_OBJECT_CLASS (klass)->finalize = gst_rtc_stream_finalize;
  GST_BIN_CLASS (klass)->handle_message = gst_rtc_stream_handle_message;
  gst_element_class_set_static_metadata (GST_ELEMENT_CLASS (klass), "RTC stream", "Source/Network/WebRTC",
      "What one section of a session receives", "The gst-rtc developers");
}

GstRtcStream *
gst_rtc_stream_new (RtcMediaKind kind, const gchar * stream_id, guint group_id, GstRtcLatch * latch)
{
  GstRtcStream *self = g_object_new (GST_TYPE_RTC_STREAM, NULL);
  GstEvent *event = gst_event_new_stream_start (stream_id);

  self->kind = kind;
  self->latch = gst_rtc_latch_ref (latch);
  gst_event_set_group_id (event, group_id);
  self->spout = gst_rtc_spout_new (GST_ELEMENT (self), event);
  return self;
}

/* The decoder; all with the lock held, by the thread of a gate */

static void
drop_decoder (GstRtcStream * self)
{
  GstElement *decoder = g_steal_pointer (&self->decoder);

  if (!decoder)
    return;
  gst_element_set_locked_state (decoder, TRUE);
  gst_element_set_state (decoder, GST_STATE_NULL);
  if (self->current)
    gst_ghost_pad_set_target (GST_GHOST_PAD (self->current->pad), NULL);
  gst_rtc_spout_connect (self->spout, NULL);
  gst_bin_remove (GST_BIN (self), decoder);
}

static void
refuse (GstRtcStream * self, const GstRtcCodec * codec, const gchar * why)
{
  if (self->refused == codec)
    return;
  self->refused = codec;
  GST_ELEMENT_WARNING (self, STREAM, CODEC_NOT_FOUND, ("A peer's %s is dropped: %s", codec->name, why),
      (NULL));
}

static void
want_key (GstRtcStream * self)
{
  if (self->kind == RTC_MEDIA_VIDEO)
    gst_rtc_key_wish_begin (&self->key_wish, self->media != GST_RTC_MEDIA_RTP, g_get_monotonic_time ());
}

static GstRtcMedia
choose_media (GstRtcStream * self, GstCaps ** downstream)
{
  *downstream = gst_rtc_spout_query_caps (self->spout);
  return gst_rtc_decoder_choose_media (self->current->codec, *downstream);
}

static gboolean
attach_decoder (GstRtcStream * self, GstElement * decoder)
{
  g_autoptr (GstPad) in = gst_element_get_static_pad (decoder, "sink");
  g_autoptr (GstPad) out = gst_element_get_static_pad (decoder, "src");

  gst_bin_add (GST_BIN (self), decoder);
  self->decoder = decoder;
  return gst_rtc_spout_connect (self->spout, out)
      && gst_ghost_pad_set_target (GST_GHOST_PAD (self->current->pad), in)
      && gst_element_sync_state_with_parent (decoder);
}

static void
make_decoder (GstRtcStream * self)
{
  const GstRtcCodec *codec = self->current->codec;
  g_autoptr (GstCaps) downstream = NULL;
  g_autoptr (GError) error = NULL;
  GstElement *decoder;

  self->media = choose_media (self, &downstream);
  if (self->media == GST_RTC_MEDIA_NONE) {
    refuse (self, codec, "nothing that can be made of it is what is linked takes.");
    return;
  }
  decoder = gst_rtc_decoder_new (codec, self->media, downstream, GST_ELEMENT (self), &error);
  if (!decoder) {
    refuse (self, codec, error->message);
    return;
  }
  if (!attach_decoder (self, decoder)) {
    drop_decoder (self);
    refuse (self, codec, "its decoder does not start.");
    return;
  }
  GST_DEBUG_OBJECT (self, "%s of SSRC %u leaves %s", codec->name, self->current->ssrc,
      self->media == GST_RTC_MEDIA_RAW ? "decoded" : self->media == GST_RTC_MEDIA_ENCODED ?
          "encoded" : "as RTP");
  self->refused = NULL;
  gst_rtc_tally_set_decoded (&self->tally, self->media == GST_RTC_MEDIA_RAW, codec->clock_rate);
  want_key (self);
  gst_element_post_message (GST_ELEMENT (self), gst_message_new_latency (GST_OBJECT (self)));
}

static void
finish (GstRtcStream * self)
{
  g_autoptr (GstProxyPad) internal = NULL;

  if (self->finished)
    return;
  self->finished = TRUE;
  if (self->decoder && self->current) {
    internal = gst_proxy_pad_get_internal (GST_PROXY_PAD (self->current->pad));
    gst_pad_push_event (GST_PAD (internal), gst_event_new_eos ());
  }
  gst_rtc_spout_push_eos (self->spout);
}

static void
restart (GstRtcStream * self)
{
  gint64 now = g_get_monotonic_time ();
  guint i;

  drop_decoder (self);
  for (i = 0; i < MAX_RESTARTS; i++) {
    if (self->restarts[i] == 0 || now - self->restarts[i] > RESTARTS_PERIOD)
      break;
  }
  if (i < MAX_RESTARTS) {
    self->restarts[i] = now;
    return;
  }
  GST_ELEMENT_WARNING (self, STREAM, DECODE, ("A peer's %s has ended, as its decoder fails again and again.",
          self->current->codec->name), (NULL));
  finish (self);
}

static void
give_up (GstRtcStream * self)
{
  drop_decoder (self);
  refuse (self, self->current->codec, "what is linked does not take it.");
}

/* Downstream is another one: it may want it in another form, and from the beginning if it had nothing. */
static void
reconsider (GstRtcStream * self)
{
  gboolean unwanted = gst_rtc_spout_take (self->spout, GST_RTC_SPOUT_UNWANTED);
  g_autoptr (GstCaps) downstream = NULL;

  gst_rtc_spout_take (self->spout, GST_RTC_SPOUT_UNFIT);
  self->refused = NULL;
  if (self->decoder && (unwanted || choose_media (self, &downstream) != self->media))
    drop_decoder (self);
}

static gboolean
may_switch_to (GstRtcStream * self, Gate * gate)
{
  return !self->current || gate->ssrc == self->current->ssrc || gate->order > self->current->order
      || gate->last_packet - self->current->last_packet > SILENCE;
}

static void
switch_to (GstRtcStream * self, Gate * gate)
{
  drop_decoder (self);
  self->current = gate;
  gst_rtc_tally_set_ssrc (&self->tally, gate->ssrc);
}

/* Whether there is a decoder for what comes through @gate now */
static gboolean
prepare (GstRtcStream * self, Gate * gate)
{
  if (self->finished || !gate->codec)
    return FALSE;
  if (gate != self->current) {
    if (!may_switch_to (self, gate))
      return FALSE;
    switch_to (self, gate);
  }
  if (gst_rtc_spout_take (self->spout, GST_RTC_SPOUT_RECONSIDER))
    reconsider (self);
  if (g_atomic_int_compare_and_exchange (&self->broken, TRUE, FALSE))
    restart (self);
  if (gst_rtc_spout_take (self->spout, GST_RTC_SPOUT_UNFIT))
    give_up (self);
  if (gst_rtc_spout_take (self->spout, GST_RTC_SPOUT_NEEDS_KEY))
    gst_rtc_key_wish_make (&self->key_wish);
  if (self->finished || gst_rtc_spout_has (self->spout, GST_RTC_SPOUT_UNWANTED)
      || self->refused == gate->codec)
    return FALSE;
  if (!self->decoder)
    make_decoder (self);
  return self->decoder != NULL;
}

/* In through a gate */

static guint
get_ms (void)
{
  return MAX ((guint) (g_get_monotonic_time () / 1000), 1);
}

gboolean
gst_rtc_stream_is_stuck (GstRtcStream * self)
{
  guint since = g_atomic_int_get (&self->busy_since);

  return since > 0 && get_ms () - since > STUCK_MS;
}

/* Not all elements that fail say so. */
static void
pass (GstRtcStream * self, GstPad * pad, GstBuffer * buffer)
{
  GstFlowReturn flow;

  g_atomic_int_set (&self->busy_since, get_ms ());
  flow = gst_proxy_pad_chain_default (pad, GST_OBJECT (self), buffer);
  g_atomic_int_set (&self->busy_since, 0);
  if (flow == GST_FLOW_NOT_NEGOTIATED || flow == GST_FLOW_ERROR)
    g_atomic_int_set (&self->broken, TRUE);
}

static gboolean
look_at (GstRtcStream * self, Gate * gate, GstBuffer * buffer, Look * look)
{
  GstMapInfo map;
  RtcRtpHeader header;
  gboolean done;

  if (!gst_buffer_map (buffer, &map, GST_MAP_READ))
    return FALSE;
  done = rtc_rtp_read (map.data, map.size, &header);
  if (done) {
    look->sequence = header.sequence;
    look->is_padding = header.payload_size == 0;
    look->ends_frame = header.marker;
    look->starts_key = self->kind == RTC_MEDIA_VIDEO && gate->codec
        && rtc_key_frame_starts (gate->codec->encoding_name, map.data + header.payload_offset,
        header.payload_size);
  }
  gst_buffer_unmap (buffer, &map);
  return done;
}

/* Probes for bandwidth are padding only, in the same sequence as the media. The jitter buffer knows by them
 * that nothing is missing; depayloaders take them for media, and their absence for a loss: so they go, and
 * the others close up. */
static GstBuffer *
close_up (const Gate * gate, const Look * look, GstBuffer * buffer)
{
  guint8 sequence[2];

  if (gate->n_padding == 0)
    return buffer;
  GST_WRITE_UINT16_BE (sequence, look->sequence - gate->n_padding);
  buffer = gst_buffer_make_writable (buffer);
  gst_buffer_fill (buffer, 2, sequence, sizeof (sequence));
  return buffer;
}

/* Whether what @look is of is for the decoder */
static gboolean
admit (GstRtcStream * self, Gate * gate, const Look * look)
{
  gint64 now = g_get_monotonic_time ();

  gate->last_packet = now;
  if (look->is_padding) {
    gate->n_padding++;
    return FALSE;
  }
  if (!prepare (self, gate))
    return FALSE;
  if (gst_rtc_key_wish_check (&self->key_wish, look->starts_key || self->kind != RTC_MEDIA_VIDEO,
          look->ends_frame, gate->pad, now))
    return TRUE;
  if (look->ends_frame)
    gst_rtc_tally_on_drop (&self->tally);
  return FALSE;
}

static GstFlowReturn
gate_chain (GstPad * pad, GstObject * parent, GstBuffer * buffer)
{
  GstRtcStream *self = GST_RTC_STREAM (parent);
  Gate *gate;
  Look look;

  gst_rtc_latch_pass (self->latch);
  g_mutex_lock (&self->lock);
  gate = gst_pad_get_element_private (pad);
  if (gate && look_at (self, gate, buffer, &look) && admit (self, gate, &look)) {
    gst_rtc_tally_on_packet (&self->tally, GST_ELEMENT (self), GST_BUFFER_PTS (buffer), look.starts_key);
    pass (self, pad, close_up (gate, &look, buffer));
  } else {
    gst_buffer_unref (buffer);
  }
  g_mutex_unlock (&self->lock);
  return GST_FLOW_OK;
}

static void
note_caps (Gate * gate, GstEvent * event)
{
  GstCaps *caps;

  gst_event_parse_caps (event, &caps);
  gate->codec = gst_rtc_codec_from_caps (caps);
}

/* For H265, what the depayloaders of the other codecs do on their own */
static void
note_loss (GstRtcStream * self, Gate * gate, GstEvent * event)
{
  if (gate != self->current || !self->decoder || !gate->codec)
    return;
  if (g_str_equal (gate->codec->name, "H265"))
    want_key (self);
  if (self->kind == RTC_MEDIA_AUDIO && self->media == GST_RTC_MEDIA_RAW)
    gst_rtc_tally_on_loss (&self->tally, event);
}

/* Whether @event is for the decoder as well. What is sticky waits in the gate until there is one. */
static gboolean
note_event (GstRtcStream * self, Gate * gate, GstEvent * event)
{
  if (GST_EVENT_TYPE (event) == GST_EVENT_EOS) {
    if (gate == self->current && g_atomic_int_get (&self->ending))
      finish (self);
    return FALSE;
  }
  if (GST_EVENT_TYPE (event) == GST_EVENT_CAPS)
    note_caps (gate, event);
  else if (gst_event_has_name (event, "GstRTPPacketLost"))
    note_loss (self, gate, event);
  return GST_EVENT_IS_STICKY (event) || (gate == self->current && self->decoder && !self->finished);
}

static gboolean
gate_event (GstPad * pad, GstObject * parent, GstEvent * event)
{
  GstRtcStream *self = GST_RTC_STREAM (parent);
  Gate *gate;

  if (!GST_EVENT_IS_SERIALIZED (event))
    return gst_pad_event_default (pad, parent, event);
  g_mutex_lock (&self->lock);
  gate = gst_pad_get_element_private (pad);
  if (gate && note_event (self, gate, event))
    gst_pad_event_default (pad, parent, event);
  else
    gst_event_unref (event);
  g_mutex_unlock (&self->lock);
  return TRUE;
}

/* From the decoder: requests are paced here, and repeated until a key frame comes. */
static gboolean
gate_upstream_event (GstPad * internal, GstObject * parent, GstEvent * event)
{
  GstRtcStream *self = gst_pad_get_element_private (internal);

  if (gst_video_event_is_force_key_unit (event)) {
    gst_rtc_key_wish_make (&self->key_wish);
    gst_event_unref (event);
    return TRUE;
  }
  return gst_pad_event_default (internal, parent, event);
}

static guint
get_order (GstRtcStream * self, guint32 ssrc)
{
  guint order = 1;

  for (GList * l = self->gates; l; l = l->next) {
    Gate *gate = l->data;

    if (gate->ssrc == ssrc)
      return gate->order;
    order = MAX (order, gate->order + 1);
  }
  return order;
}

GstPad *
gst_rtc_stream_add_gate (GstRtcStream * self, guint32 ssrc)
{
  g_autoptr (GstProxyPad) internal = NULL;
  Gate *gate = g_new0 (Gate, 1);

  gate->ssrc = ssrc;
  gate->order = get_order (self, ssrc);
  gate->pad = gst_ghost_pad_new_no_target (NULL, GST_PAD_SINK);
  gst_pad_set_element_private (gate->pad, gate);
  gst_pad_set_chain_function (gate->pad, gate_chain);
  gst_pad_set_event_function (gate->pad, gate_event);
  internal = gst_proxy_pad_get_internal (GST_PROXY_PAD (gate->pad));
  gst_pad_set_element_private (GST_PAD (internal), self);
  gst_pad_set_event_function (GST_PAD (internal), gate_upstream_event);
  self->gates = g_list_append (self->gates, gate);
  gst_pad_set_active (gate->pad, TRUE);
  gst_element_add_pad (GST_ELEMENT (self), gate->pad);
  return gate->pad;
}

static void
remove_gate (GstRtcStream * self, Gate * gate)
{
  g_autoptr (GstPad) peer = gst_pad_get_peer (gate->pad);

  if (peer)
    gst_pad_unlink (peer, gate->pad);
  self->gates = g_list_remove (self->gates, gate);
  if (gate == self->current) {
    drop_decoder (self);
    self->current = NULL;
  }
  gst_pad_set_element_private (gate->pad, NULL);
  gst_element_remove_pad (GST_ELEMENT (self), gate->pad);
  g_free (gate);
}

GArray *
gst_rtc_stream_remove_gates (GstRtcStream * self, gboolean all)
{
  GArray *ssrcs = g_array_new (FALSE, FALSE, sizeof (guint32));
  gint64 now = g_get_monotonic_time ();

  if (all)
    g_mutex_lock (&self->lock);
  else if (!g_mutex_trylock (&self->lock))
    return ssrcs;
  for (GList * l = self->gates, *next; l; l = next) {
    Gate *gate = l->data;
    gboolean is_orphan;

    next = l->next;
    is_orphan = gate != self->current && !gst_pad_is_linked (gate->pad);
    if (!all && !is_orphan && (!self->current || gate->ssrc == self->current->ssrc
            || now - gate->last_packet < STALE))
      continue;
    if (!is_orphan)
      g_array_append_val (ssrcs, gate->ssrc);
    remove_gate (self, gate);
  }
  g_mutex_unlock (&self->lock);
  return ssrcs;
}

void
gst_rtc_stream_lock (GstRtcStream * self)
{
  g_mutex_lock (&self->lock);
}

void
gst_rtc_stream_unlock (GstRtcStream * self)
{
  g_mutex_unlock (&self->lock);
}

void
gst_rtc_stream_set_latency (GstRtcStream * self, guint latency)
{
  gst_rtc_spout_set_latency (self->spout, latency);
}

void
gst_rtc_stream_get_stats (GstRtcStream * self, GstRtcStreamStats * stats)
{
  gst_rtc_tally_read (&self->tally, &stats->in);
  gst_rtc_spout_read (self->spout, &stats->out);
}

/* The end */

void
gst_rtc_stream_expect_end (GstRtcStream * self)
{
  g_atomic_int_set (&self->ending, TRUE);
}

gboolean
gst_rtc_stream_wait_end (GstRtcStream * self, gint64 deadline)
{
  return gst_rtc_spout_wait_end (self->spout, deadline);
}

static void
finish_async (GstElement * element, gpointer user_data)
{
  GstRtcStream *self = GST_RTC_STREAM (element);

  g_mutex_lock (&self->lock);
  finish (self);
  g_mutex_unlock (&self->lock);
}

static void
push_eos_async (GstElement * element, gpointer user_data)
{
  gst_rtc_spout_push_eos (GST_RTC_STREAM (element)->spout);
}

/* EOS may block as well: behind the flush there is nothing left to wait for, but a sink that is PAUSED waits
 * with it. */
static void
flush (GstRtcStream * self)
{
  GST_INFO_OBJECT (self, "downstream blocks: flushing it");
  gst_rtc_spout_start_flush (self->spout);
  gst_rtc_stream_wait_end (self, g_get_monotonic_time () + FLUSH_PATIENCE);
  gst_rtc_spout_stop_flush (self->spout);
  gst_element_call_async (GST_ELEMENT (self), push_eos_async, NULL, NULL);
  if (!gst_rtc_stream_wait_end (self, g_get_monotonic_time () + FLUSH_PATIENCE / 2))
    gst_rtc_spout_start_flush (self->spout);
}

void
gst_rtc_stream_force_end (GstRtcStream * self, gint64 deadline)
{
  gst_rtc_stream_expect_end (self);
  gst_element_call_async (GST_ELEMENT (self), finish_async, NULL, NULL);
  if (!gst_rtc_stream_wait_end (self, deadline))
    flush (self);
}
