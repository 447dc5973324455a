/* gst-rtc: the media of one peer on its way in
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 *   network thread ▸ inlet ─▶ rtpbin ─▶ stream (one per section) ─▶ pad
 *                               ├─ RTCP ▸ funcs.send_rtcp
 *                               └─ what is missing ▸ NACK ▸ funcs.send_rtcp
 */
#include "gstrtcreceiver.h"

#include <gst/core/base/rtcrtcp.h>
#include <stdio.h>
#include <string.h>
#include "gstrtcinlet.h"
#include "gstrtcjitter.h"
#include "gstrtcstream.h"

GST_DEBUG_CATEGORY_STATIC (rtc_receiver_debug);
#define GST_CAT_DEFAULT rtc_receiver_debug

#define TICK GST_SECOND
/* rtpsession counts bandwidth to pace feedback: at 5 % of what it guesses, a key frame request
 * waits longer than the jitter buffer does. Reports have an interval of their own (trr-int, RFC 4585, section 3.4). */
#define RTCP_BANDWIDTH 20000.0
#define REPORT_INTERVAL GST_SECOND
/* A jitter buffer asks for one packet after the other: those of a burst fit in one NACK, and no peer can make more than
 * 500 a second. */
#define NACK_INTERVAL (2 * G_TIME_SPAN_MILLISECOND)
/* In one compound, which a report and a CNAME precede: at most 4 bytes each */
#define MAX_NACKED 200
/* What end() allows for the jitter buffer's EOS, beyond its latency */
#define DRAIN_PATIENCE (250 * G_TIME_SPAN_MILLISECOND)
/* And then for what downstream does not take: it is flushed, and a flush makes a filesink begin its file anew. An encoder
 * that is late must have had the time to take one more picture. */
#define END_PATIENCE (2 * G_TIME_SPAN_SECOND)

typedef struct
{
  GstRtcStream *stream;         /* owned */
  RtcNegotiatedTrack *track;
  GstPad *pad;                  /* owned; the receiver's */
  gboolean stuck;               /* under the lock */
} Section;

struct _GstRtcReceiver
{
  GstBin parent;

  const GstRtcReceiverFuncs *funcs;
  gpointer user_data;
  guint group_id;
  GstRtcInlet *inlet;           /* of the bin */
  GstElement *rtpbin;           /* of the bin */
  GstRtcLatch *latch;           /* between the inlet and the threads behind rtpbin */
  GstRtcJitter *jitter;
  GObject *session;             /* owned; RTPSession */
  gchar *cname;
  GstPad *feedback;             /* owned */
  GstClockID tick;

  GMutex growing;               /* while a stream is added or removed; before the lock */
  GMutex lock;                  /* a leaf */
  GHashTable *m_lines;          /* SSRC → m-line + 1 */
  GHashTable *leapt;            /* set of SSRCs that begin anew at the next tick */
  GPtrArray *tracks;            /* of RtcNegotiatedTrack */
  GHashTable *sections;         /* mid → Section */
  gboolean ended;
};

G_DEFINE_TYPE_WITH_CODE (GstRtcReceiver, gst_rtc_receiver, GST_TYPE_BIN,
    GST_DEBUG_CATEGORY_INIT (rtc_receiver_debug, "rtcreceiver", 0,
        "rtc: the media of one peer on its way in"));

/* The description; with the lock held */

static const RtcNegotiatedTrack *
find_track (GstRtcReceiver * self, guint m_line)
{
  for (guint i = 0; i < self->tracks->len; i++) {
    const RtcNegotiatedTrack *track = self->tracks->pdata[i];

    if (track->m_line == m_line && track->receive_codecs)
      return track;
  }
  return NULL;
}

static const RtcNegotiatedTrack *
find_track_of_ssrc (GstRtcReceiver * self, guint32 ssrc)
{
  guint m_line = GPOINTER_TO_UINT (g_hash_table_lookup (self->m_lines, GUINT_TO_POINTER (ssrc)));

  return m_line > 0 ? find_track (self, m_line - 1) : NULL;
}

static const RtcCodec *
find_codec (const RtcNegotiatedTrack * track, guint payload_type)
{
  for (guint i = 0; track && track->receive_codecs && i < track->receive_codecs->len; i++) {
    const RtcCodec *codec = track->receive_codecs->pdata[i];

    if (codec->payload_type == payload_type)
      return codec;
  }
  return NULL;
}

static gboolean
is_stuck (GstRtcReceiver * self, const RtcNegotiatedTrack * track)
{
  const Section *section = g_hash_table_lookup (self->sections, track->mid);

  return section && section->stuck;
}

/* What the demultiplexer does not know would be an error there, which ends the stream: it stays outside. */
static gboolean
on_accept (GstRtcInlet * inlet, guint32 ssrc, guint m_line, guint8 payload_type, gpointer user_data)
{
  GstRtcReceiver *self = user_data;
  const RtcNegotiatedTrack *track;
  const RtcCodec *codec;
  gboolean known;

  g_mutex_lock (&self->lock);
  track = find_track (self, m_line);
  codec = find_codec (track, payload_type);
  known = codec && gst_rtc_codec_from_name (codec->name) && !is_stuck (self, track)
      && !g_hash_table_contains (self->leapt, GUINT_TO_POINTER (ssrc));
  if (known)
    g_hash_table_insert (self->m_lines, GUINT_TO_POINTER (ssrc), GUINT_TO_POINTER (m_line + 1));
  g_mutex_unlock (&self->lock);
  return known;
}

static void
on_leapt (GstRtcInlet * inlet, guint32 ssrc, gpointer user_data)
{
  GstRtcReceiver *self = user_data;

  g_mutex_lock (&self->lock);
  g_hash_table_add (self->leapt, GUINT_TO_POINTER (ssrc));
  g_mutex_unlock (&self->lock);
}

static const GstRtcInletFuncs inlet_funcs = { on_accept, on_leapt };

static void
add_parameters (GstCaps * caps, const RtcCodec * codec)
{
  g_auto (GStrv) parameters = g_strsplit (codec->fmtp ? codec->fmtp : "", ";", -1);

  for (guint i = 0; parameters[i]; i++) {
    g_auto (GStrv) pair = g_strsplit (g_strstrip (parameters[i]), "=", 2);
    g_autofree gchar *key = pair[0] ? g_ascii_strdown (pair[0], -1) : NULL;

    if (key && *key && pair[1] && g_ascii_isalpha (*key) && !strpbrk (key, " \t/:,;")
        && g_utf8_validate (pair[1], -1, NULL))
      gst_caps_set_simple (caps, key, G_TYPE_STRING, pair[1], NULL);
  }
}

static GstCaps *
make_caps (const RtcCodec * codec)
{
  const GstRtcCodec *known = gst_rtc_codec_from_name (codec->name);
  GstCaps *caps = gst_caps_new_empty_simple ("application/x-rtp");

  add_parameters (caps, codec);
  gst_caps_set_simple (caps, "media", G_TYPE_STRING, codec->kind == RTC_MEDIA_VIDEO ? "video" : "audio",
      "encoding-name", G_TYPE_STRING, known ? known->encoding_name : codec->name,
      "clock-rate", G_TYPE_INT, (gint) codec->clock_rate, "payload", G_TYPE_INT, (gint) codec->payload_type,
          NULL);
  if (codec->channels > 0) {
    g_autofree gchar *channels = g_strdup_printf ("%u", codec->channels);

    gst_caps_set_simple (caps, "encoding-params", G_TYPE_STRING, channels, "channels", G_TYPE_INT,
        (gint) codec->channels, NULL);
  }
  if (codec->feedback & RTC_FEEDBACK_NACK)
    gst_caps_set_simple (caps, "rtcp-fb-nack", G_TYPE_BOOLEAN, TRUE, NULL);
  if (codec->feedback & RTC_FEEDBACK_PLI)
    gst_caps_set_simple (caps, "rtcp-fb-nack-pli", G_TYPE_BOOLEAN, TRUE, NULL);
  if (codec->feedback & RTC_FEEDBACK_FIR)
    gst_caps_set_simple (caps, "rtcp-fb-ccm-fir", G_TYPE_BOOLEAN, TRUE, NULL);
  return caps;
}

/* In one transport a payload type means the same in every section (RFC 8843, section 10.1.2). */
static GstCaps *
on_request_pt_map (GstElement * rtpbin, guint session, guint payload_type, gpointer user_data)
{
  GstRtcReceiver *self = user_data;
  GstCaps *caps = NULL;

  g_mutex_lock (&self->lock);
  for (guint i = 0; i < self->tracks->len && !caps; i++) {
    const RtcCodec *codec = find_codec (self->tracks->pdata[i], payload_type);

    if (codec)
      caps = make_caps (codec);
  }
  g_mutex_unlock (&self->lock);
  return caps;
}

/* Streams */

static void
free_section (gpointer data)
{
  Section *section = data;

  gst_clear_object (&section->stream);
  gst_clear_object (&section->pad);
  g_clear_pointer (&section->track, rtc_negotiated_track_free);
  g_free (section);
}

static gchar *
make_stream_id (GstRtcReceiver * self, const RtcNegotiatedTrack * track)
{
  return g_strdup_printf ("%s/%s/%s", GST_OBJECT_NAME (self), track->mid, track->msid ? track->msid : "-");
}

/* Leaves the stream locked */
static Section *
add_section (GstRtcReceiver * self, const RtcNegotiatedTrack * track)
{
  g_autofree gchar *id = make_stream_id (self, track);
  g_autofree gchar *name = g_strdup_printf ("src_%s", track->mid);
  g_autoptr (GstPad) src = NULL;
  Section *section = g_new0 (Section, 1);

  section->track = rtc_negotiated_track_copy (track);
  section->stream = gst_object_ref_sink (gst_rtc_stream_new (track->kind, id, self->group_id, self->latch));
  gst_rtc_stream_lock (section->stream);
  gst_rtc_stream_set_latency (section->stream, gst_rtc_jitter_get_latency (self->jitter));
  gst_bin_add (GST_BIN (self), GST_ELEMENT (section->stream));
  src = gst_element_get_static_pad (GST_ELEMENT (section->stream), "src");
  section->pad = gst_object_ref_sink (gst_ghost_pad_new (name, src));
  gst_pad_set_active (section->pad, TRUE);
  gst_element_add_pad (GST_ELEMENT (self), section->pad);
  gst_element_sync_state_with_parent (GST_ELEMENT (section->stream));

  g_mutex_lock (&self->lock);
  g_hash_table_insert (self->sections, section->track->mid, section);
  g_mutex_unlock (&self->lock);
  return section;
}

/* Returns: (transfer full) (nullable) */
static RtcNegotiatedTrack *
copy_track_of_ssrc (GstRtcReceiver * self, guint32 ssrc)
{
  const RtcNegotiatedTrack *track;
  RtcNegotiatedTrack *copy = NULL;

  g_mutex_lock (&self->lock);
  track = find_track_of_ssrc (self, ssrc);
  if (track && !self->ended)
    copy = rtc_negotiated_track_copy (track);
  g_mutex_unlock (&self->lock);
  return copy;
}

/* Returns: (nullable): the section of @ssrc, with a new gate for @pad */
static Section *
add_stream (GstRtcReceiver * self, GstPad * pad, guint32 ssrc, gboolean * is_new)
{
  RtcNegotiatedTrack *track = copy_track_of_ssrc (self, ssrc);
  Section *section;

  if (!track)
    return NULL;
  section = g_hash_table_lookup (self->sections, track->mid);
  *is_new = !section;
  if (*is_new)
    section = add_section (self, track);
  if (gst_pad_link (pad, gst_rtc_stream_add_gate (section->stream, ssrc)) != GST_PAD_LINK_OK)
    GST_WARNING_OBJECT (self, "%s cannot be linked", GST_PAD_NAME (pad));
  rtc_negotiated_track_free (track);
  return section;
}

/* The thread of a jitter buffer. What is linked behind a new pad is asked only once the application has had
 * its chance. */
static void
on_pad_added (GstElement * rtpbin, GstPad * pad, gpointer user_data)
{
  GstRtcReceiver *self = user_data;
  g_autoptr (GstRtcStream) stream = NULL;
  gboolean is_new = FALSE;
  Section *section;
  guint ssrc;

  if (sscanf (GST_PAD_NAME (pad), "recv_rtp_src_0_%u_", &ssrc) != 1)
    return;
  g_mutex_lock (&self->growing);
  section = add_stream (self, pad, ssrc, &is_new);
  g_mutex_unlock (&self->growing);
  if (!section || !is_new)
    return;
  /* Locked since it was made, so that nobody removes it here. */
  self->funcs->pad_added (self, section->pad, section->track->kind, section->track->mid, section->track->msid,
      self->user_data);
  stream = gst_object_ref (section->stream);
  gst_rtc_stream_unlock (stream);
}

static void
clear_ssrcs (GstRtcReceiver * self, GArray * ssrcs)
{
  for (guint i = 0; i < ssrcs->len; i++) {
    guint32 ssrc = g_array_index (ssrcs, guint32, i);

    gst_rtc_jitter_forget (self->jitter, ssrc);
    g_signal_emit_by_name (self->rtpbin, "clear-ssrc", 0, ssrc);
  }
  g_array_unref (ssrcs);
}

/* After its EOS. section: no more in the table */
static void
remove_section (GstRtcReceiver * self, Section * section)
{
  GstElement *stream = GST_ELEMENT (section->stream);

  gst_pad_set_active (section->pad, FALSE);
  clear_ssrcs (self, gst_rtc_stream_remove_gates (section->stream, TRUE));
  self->funcs->pad_removed (self, section->pad, self->user_data);
  gst_element_set_locked_state (stream, TRUE);
  gst_element_set_state (stream, GST_STATE_NULL);
  gst_element_remove_pad (GST_ELEMENT (self), section->pad);
  gst_bin_remove (GST_BIN (self), stream);
  free_section (section);
}

/* Feedback */

static GstFlowReturn
feedback_chain (GstPad * pad, GstObject * parent, GstBuffer * buffer)
{
  GstRtcReceiver *self = gst_pad_get_element_private (pad);
  gpointer data;
  gsize size;

  gst_buffer_extract_dup (buffer, 0, -1, &data, &size);
  gst_buffer_unref (buffer);
  self->funcs->send_rtcp (self, g_bytes_new_take (data, size), self->user_data);
  return GST_FLOW_OK;
}

static gboolean
feedback_event (GstPad * pad, GstObject * parent, GstEvent * event)
{
  gst_event_unref (event);
  return TRUE;
}

/* No element of the bin: the bin orders its elements by their links, and this one leads back to where it
 * begins. */
static void
add_feedback (GstRtcReceiver * self)
{
  g_autoptr (GstPad) src = gst_element_request_pad_simple (self->rtpbin, "send_rtcp_src_0");

  self->feedback = gst_object_ref_sink (gst_pad_new ("feedback", GST_PAD_SINK));
  gst_pad_set_element_private (self->feedback, self);
  gst_pad_set_chain_function (self->feedback, feedback_chain);
  gst_pad_set_event_function (self->feedback, feedback_event);
  gst_pad_set_active (self->feedback, TRUE);
  gst_pad_link_full (src, self->feedback, GST_PAD_LINK_CHECK_NOTHING);
}

/* NACK. rtpsession would send it, but as long as it holds one back, it walks its table of sources without its lock
 * (schedule_remaining_nacks()), and a new SSRC that comes just then is a critical. So it never gets to know of any. */

static void
send_nack (GstRtcReceiver * self, guint32 ssrc, const guint16 * sequences, guint n)
{
  GstByteWriter writer;
  guint32 sender;
  gsize size;

  g_object_get (self->session, "internal-ssrc", &sender, NULL);
  gst_byte_writer_init (&writer);
  rtc_rtcp_write_rr (&writer, sender, NULL, 0);
  rtc_rtcp_write_cname (&writer, sender, self->cname);
  rtc_rtcp_write_nack (&writer, sender, ssrc, sequences, n);
  size = gst_byte_writer_get_pos (&writer);

  /* end() deactivates the pad and waits for this lock. */
  GST_PAD_STREAM_LOCK (self->feedback);
  if (gst_pad_is_active (self->feedback))
    self->funcs->send_rtcp (self, g_bytes_new (writer.parent.data, size), self->user_data);
  GST_PAD_STREAM_UNLOCK (self->feedback);
  gst_byte_writer_reset (&writer);
}

static void
send_nacks (GstElement * element, gpointer user_data)
{
  GstRtcReceiver *self = GST_RTC_RECEIVER (element);
  guint16 sequences[MAX_NACKED];
  guint32 ssrc;
  guint n;

  do {
    g_usleep (NACK_INTERVAL);
    n = gst_rtc_jitter_take_missing (self->jitter, &ssrc, sequences, G_N_ELEMENTS (sequences));
    if (n > 0)
      send_nack (self, ssrc, sequences, n);
  } while (n > 0);
}

/* The thread of a jitter buffer, which must go on: another one sends, one at a time. */
static GstPadProbeReturn
on_request (GstPad * pad, GstPadProbeInfo * info, gpointer user_data)
{
  GstRtcReceiver *self = user_data;
  GstEvent *event = GST_PAD_PROBE_INFO_EVENT (info);
  guint ssrc, sequence;

  if (!gst_event_has_name (event, "GstRTPRetransmissionRequest"))
    return GST_PAD_PROBE_OK;
  if (gst_structure_get (gst_event_get_structure (event), "ssrc", G_TYPE_UINT, &ssrc, "seqnum", G_TYPE_UINT, &sequence,
          NULL) && gst_rtc_jitter_add_missing (self->jitter, ssrc, sequence))
    gst_element_call_async (GST_ELEMENT (self), send_nacks, NULL, NULL);
  return GST_PAD_PROBE_DROP;
}

/* Once a second */

/* A jitter buffer has no limit: what nobody takes stays outside. */
static void
review_stuck (GstRtcReceiver * self, Section * section)
{
  gboolean stuck = gst_rtc_stream_is_stuck (section->stream);

  if (stuck == section->stuck)
    return;
  g_mutex_lock (&self->lock);
  section->stuck = stuck;
  g_mutex_unlock (&self->lock);
  GST_WARNING_OBJECT (section->pad, stuck ? "what is linked takes nothing: dropping packets" : "goes on");
  gst_rtc_inlet_reconsider (self->inlet);
}

/* (transfer full) (element-type guint32): SSRCs that have been replaced */
static GArray *
review_streams (GstRtcReceiver * self)
{
  GArray *all = g_array_new (FALSE, FALSE, sizeof (guint32));
  guint latency = gst_rtc_jitter_get_latency (self->jitter);
  GHashTableIter iter;
  gpointer section;

  g_hash_table_iter_init (&iter, self->sections);
  while (g_hash_table_iter_next (&iter, NULL, &section)) {
    GstRtcStream *stream = ((Section *) section)->stream;
    g_autoptr (GArray) ssrcs = gst_rtc_stream_remove_gates (stream, FALSE);

    g_array_append_vals (all, ssrcs->data, ssrcs->len);
    gst_rtc_stream_set_latency (stream, latency);
    review_stuck (self, section);
  }
  return all;
}

/* With a jitter buffer that has missed nothing */
static void
begin_anew (GstRtcReceiver * self)
{
  g_autoptr (GArray) ssrcs = g_array_new (FALSE, FALSE, sizeof (guint32));
  GHashTableIter iter;
  gpointer key;

  g_mutex_lock (&self->lock);
  g_hash_table_iter_init (&iter, self->leapt);
  while (g_hash_table_iter_next (&iter, &key, NULL)) {
    guint32 ssrc = GPOINTER_TO_UINT (key);

    g_array_append_val (ssrcs, ssrc);
  }
  g_mutex_unlock (&self->lock);
  if (ssrcs->len == 0)
    return;
  clear_ssrcs (self, g_array_ref (ssrcs));
  g_mutex_lock (&self->lock);
  for (guint i = 0; i < ssrcs->len; i++)
    g_hash_table_remove (self->leapt, GUINT_TO_POINTER (g_array_index (ssrcs, guint32, i)));
  g_mutex_unlock (&self->lock);
  gst_rtc_inlet_reconsider (self->inlet);
}

static void
on_tick (GstElement * element, gpointer user_data)
{
  GstRtcReceiver *self = GST_RTC_RECEIVER (element);
  gboolean changed = FALSE;
  GArray *replaced = NULL;

  g_mutex_lock (&self->growing);
  if (!self->ended) {
    changed = gst_rtc_jitter_update (self->jitter, g_get_monotonic_time ());
    replaced = review_streams (self);
  }
  g_mutex_unlock (&self->growing);
  /* Joins the threads of jitter buffers, which may just be growing another stream. */
  if (replaced) {
    clear_ssrcs (self, replaced);
    begin_anew (self);
  }
  if (changed)
    gst_element_post_message (element, gst_message_new_latency (GST_OBJECT (self)));
}

static gboolean
on_clock (GstClock * clock, GstClockTime time, GstClockID id, gpointer user_data)
{
  g_autoptr (GstElement) element = g_weak_ref_get (user_data);

  if (element)
    gst_element_call_async (element, on_tick, NULL, NULL);
  return TRUE;
}

static void
free_weak_ref (gpointer data)
{
  g_weak_ref_clear (data);
  g_free (data);
}

static void
start_ticking (GstRtcReceiver * self)
{
  g_autoptr (GstClock) clock = gst_system_clock_obtain ();
  GWeakRef *ref = g_new (GWeakRef, 1);

  g_weak_ref_init (ref, self);
  self->tick = gst_clock_new_periodic_id (clock, gst_clock_get_time (clock) + TICK, TICK);
  gst_clock_id_wait_async (self->tick, on_clock, ref, free_weak_ref);
}

static void
stop_ticking (GstRtcReceiver * self)
{
  if (!self->tick)
    return;
  gst_clock_id_unschedule (self->tick);
  g_clear_pointer (&self->tick, gst_clock_id_unref);
}

/* Object */

static void
gst_rtc_receiver_init (GstRtcReceiver * self)
{
  g_mutex_init (&self->growing);
  g_mutex_init (&self->lock);
  self->group_id = gst_util_group_id_next ();
  self->latch = gst_rtc_latch_new ();
  self->m_lines = g_hash_table_new (NULL, NULL);
  self->leapt = g_hash_table_new (NULL, NULL);
  self->tracks = g_ptr_array_new_with_free_func ((GDestroyNotify) rtc_negotiated_track_free);
  self->sections = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, free_section);
}

static void
gst_rtc_receiver_dispose (GObject * object)
{
  GstRtcReceiver *self = GST_RTC_RECEIVER (object);

  stop_ticking (self);
  g_clear_pointer (&self->jitter, gst_rtc_jitter_free);
  if (self->feedback)
    gst_pad_set_active (self->feedback, FALSE);
  gst_clear_object (&self->feedback);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (gst_rtc_receiver_parent_class)->dispose (object);
}

static void
gst_rtc_receiver_finalize (GObject * object)
{
  GstRtcReceiver *self = GST_RTC_RECEIVER (object);

  g_hash_table_unref (self->sections);
  g_hash_table_unref (self->m_lines);
  g_hash_table_unref (self->leapt);
  g_ptr_array_unref (self->tracks);
  g_free (self->cname);
  g_mutex_clear (&self->growing);
  g_mutex_clear (&self->lock);
  gst_rtc_latch_unref (self->latch);
  G_OBJECT_CLASS (gst_rtc_receiver_parent_class)->finalize (object);
}

/* Whatever a peer sends ends at most its own streams. */
static void
gst_rtc_receiver_handle_message (GstBin * bin, GstMessage * message)
{
  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR) {
    g_autoptr (GError) error = NULL;
    g_autofree gchar *debug = NULL;

    gst_message_parse_error (message, &error, &debug);
    gst_message_unref (message);
    message = gst_message_new_warning (GST_OBJECT (bin), error, debug);
  }
  GST_BIN_CLASS (gst_rtc_receiver_parent_class)->handle_message (bin, message);
}

static void
gst_rtc_receiver_class_init (GstRtcReceiverClass * klass)
{
  G_OBJECT_CLASS (klass)->dispose = gst_rtc_receiver_dispose;
  G_OBJECT_CLASS (klass)->finalize = gst_rtc_receiver_finalize;
  GST_BIN_CLASS (klass)->handle_message = gst_rtc_receiver_handle_message;
  gst_element_class_set_static_metadata (GST_ELEMENT_CLASS (klass), "RTC receiver", "Source/Network/WebRTC",
      "What one peer sends", "The gst-rtc developers");
}

/* No drop-on-latency: a sink that waits for the clock has more latency than the jitter buffer, which then
 * drops all the time. What piles up has another limit: see review_stuck(). */
static void
add_rtpbin (GstRtcReceiver * self, const GstRtcReceiverConfig * config)
{
  g_autoptr (GstStructure) sdes = gst_structure_new ("application/x-rtp-source-sdes", "cname", G_TYPE_STRING,
      config->cname, NULL);

  self->rtpbin = gst_element_factory_make ("rtpbin", NULL);
  gst_util_set_object_arg (G_OBJECT (self->rtpbin), "rtp-profile", "savpf");
  gst_util_set_object_arg (G_OBJECT (self->rtpbin), "buffer-mode", "slave");
  g_object_set (self->rtpbin, "latency", config->latency, "do-lost", TRUE, "do-retransmission",
      config->do_retransmission, "ntp-sync", FALSE, "sdes", sdes, NULL);
  self->jitter = gst_rtc_jitter_new (self->rtpbin, config->latency, config->min_latency, config->max_latency);
  g_signal_connect (self->rtpbin, "request-pt-map", G_CALLBACK (on_request_pt_map), self);
  g_signal_connect (self->rtpbin, "pad-added", G_CALLBACK (on_pad_added), self);
  gst_bin_add (GST_BIN (self), self->rtpbin);
}

static void
set_up_session (GstRtcReceiver * self)
{
  g_autoptr (GstElement) session = NULL;
  g_autoptr (GstPad) src = NULL;

  g_signal_emit_by_name (self->rtpbin, "get-session", 0, &session);
  g_object_get (session, "internal-session", &self->session, NULL);
  src = gst_element_get_static_pad (session, "recv_rtp_src");
  gst_pad_add_probe (src, GST_PAD_PROBE_TYPE_EVENT_UPSTREAM, on_request, self, NULL);
  g_object_set (session, "rtcp-min-interval", (guint64) REPORT_INTERVAL, "rtcp-fraction", RTCP_BANDWIDTH,
      NULL);
}

GstRtcReceiver *
gst_rtc_receiver_new (const gchar * name, const GstRtcReceiverConfig * config)
{
  GstRtcReceiver *self = g_object_new (GST_TYPE_RTC_RECEIVER, "name", name, NULL);

  self->funcs = config->funcs;
  self->user_data = config->user_data;
  self->cname = g_strdup (config->cname);
  add_rtpbin (self, config);
  self->inlet = gst_rtc_inlet_new (&inlet_funcs, self->latch, self);
  gst_bin_add (GST_BIN (self), GST_ELEMENT (self->inlet));
  gst_element_link_pads (GST_ELEMENT (self->inlet), "rtp", self->rtpbin, "recv_rtp_sink_0");
  gst_element_link_pads (GST_ELEMENT (self->inlet), "rtcp", self->rtpbin, "recv_rtcp_sink_0");
  add_feedback (self);
  set_up_session (self);
  start_ticking (self);
  return self;
}

/* The network thread */

static void
sink_rtp (gpointer user_data, const RtcReceivedPacket * packet, RtcTime now)
{
  gst_rtc_inlet_rtp (GST_RTC_RECEIVER (user_data)->inlet, packet, now);
}

static void
sink_rtcp (gpointer user_data, const guint8 * data, gsize size, RtcTime now)
{
  gst_rtc_inlet_rtcp (GST_RTC_RECEIVER (user_data)->inlet, data, size, now);
}

static void
sink_flush (gpointer user_data, RtcTime now)
{
  gst_rtc_inlet_flush (GST_RTC_RECEIVER (user_data)->inlet);
}

const RtcMediaSink gst_rtc_receiver_media_sink = { sink_rtp, sink_rtcp, sink_flush };

/* The control thread */

static gboolean
is_received (GstRtcReceiver * self, const gchar * mid)
{
  for (guint i = 0; i < self->tracks->len; i++) {
    const RtcNegotiatedTrack *track = self->tracks->pdata[i];

    if (track->receive_codecs && g_strcmp0 (track->mid, mid) == 0)
      return TRUE;
  }
  return FALSE;
}

/* (transfer container) (element-type Section): takes them out of the table */
static GPtrArray *
take_sections (GstRtcReceiver * self, gboolean all)
{
  GPtrArray *taken = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer mid, section;

  g_mutex_lock (&self->lock);
  g_hash_table_iter_init (&iter, self->sections);
  while (g_hash_table_iter_next (&iter, &mid, &section)) {
    if (all || !is_received (self, mid)) {
      g_hash_table_iter_steal (&iter);
      g_ptr_array_add (taken, section);
    }
  }
  g_mutex_unlock (&self->lock);
  return taken;
}

static gint64
get_end_deadline (GstRtcReceiver * self)
{
  return g_get_monotonic_time () + gst_rtc_jitter_get_latency (self->jitter) * G_TIME_SPAN_MILLISECOND
      + DRAIN_PATIENCE;
}

void
gst_rtc_receiver_update (GstRtcReceiver * self, GPtrArray * tracks)
{
  GPtrArray *copies = g_ptr_array_new_with_free_func ((GDestroyNotify) rtc_negotiated_track_free);
  g_autoptr (GPtrArray) gone = NULL;

  for (guint i = 0; i < tracks->len; i++)
    g_ptr_array_add (copies, rtc_negotiated_track_copy (tracks->pdata[i]));
  g_mutex_lock (&self->lock);
  g_ptr_array_unref (self->tracks);
  self->tracks = copies;
  g_mutex_unlock (&self->lock);
  gst_rtc_inlet_reconsider (self->inlet);
  g_signal_emit_by_name (self->rtpbin, "clear-pt-map");

  g_mutex_lock (&self->growing);
  gone = take_sections (self, FALSE);
  g_mutex_unlock (&self->growing);
  for (guint i = 0; i < gone->len; i++) {
    Section *section = gone->pdata[i];

    gst_rtc_stream_force_end (section->stream, g_get_monotonic_time () + END_PATIENCE);
    remove_section (self, section);
  }
}

static void
end_streams (GstRtcReceiver * self, GPtrArray * sections)
{
  gint64 deadline = get_end_deadline (self);

  for (guint i = 0; i < sections->len; i++)
    gst_rtc_stream_expect_end (((Section *) sections->pdata[i])->stream);
  gst_rtc_inlet_end (self->inlet);
  for (guint i = 0; i < sections->len; i++) {
    GstRtcStream *stream = ((Section *) sections->pdata[i])->stream;

    if (!gst_rtc_stream_wait_end (stream, deadline))
      gst_rtc_stream_force_end (stream, g_get_monotonic_time () + END_PATIENCE);
  }
}

void
gst_rtc_receiver_end (GstRtcReceiver * self)
{
  g_autoptr (GPtrArray) sections = NULL;

  g_mutex_lock (&self->growing);
  if (self->ended) {
    g_mutex_unlock (&self->growing);
    return;
  }
  g_mutex_lock (&self->lock);
  self->ended = TRUE;
  g_mutex_unlock (&self->lock);
  sections = take_sections (self, TRUE);
  g_mutex_unlock (&self->growing);

  stop_ticking (self);
  end_streams (self, sections);
  /* waits for what is on its way there */
  gst_pad_set_active (self->feedback, FALSE);
  for (guint i = 0; i < sections->len; i++)
    remove_section (self, sections->pdata[i]);
}

/* What the sink is given, and not what it makes of it */
static void
describe_video (const GstRtcStreamStats * stats, GstStructure * entry)
{
  gst_structure_set (entry, "framesDecoded", G_TYPE_UINT64, stats->out.buffers,
      "keyFramesDecoded", G_TYPE_UINT, stats->in.keys, "framesDropped", G_TYPE_UINT, stats->in.dropped,
      "frameWidth", G_TYPE_UINT, stats->out.width, "frameHeight", G_TYPE_UINT, stats->out.height,
      "freezeCount", G_TYPE_UINT, stats->out.freezes,
      "totalFreezesDuration", G_TYPE_DOUBLE, (gdouble) stats->out.freezes_duration / RTC_SECOND, NULL);
}

static guint64
to_samples (GstClockTime duration, guint clock_rate)
{
  return gst_util_uint64_scale_round (duration, clock_rate, GST_SECOND);
}

static void
describe_audio (const GstRtcStreamStats * stats, GstStructure * entry)
{
  gst_structure_set (entry,
      "totalSamplesReceived", G_TYPE_UINT64, to_samples (stats->out.duration, stats->in.clock_rate),
      "concealedSamples", G_TYPE_UINT64, to_samples (stats->in.concealed, stats->in.clock_rate),
      "concealmentEvents", G_TYPE_UINT64, stats->in.concealments, NULL);
}

void
gst_rtc_receiver_describe (GstRtcReceiver * self, const gchar * mid, GstStructure * entry)
{
  GstRtcStreamStats stats = { 0 };
  guint latency = gst_rtc_jitter_get_latency (self->jitter);
  Section *section;

  g_mutex_lock (&self->lock);
  section = g_hash_table_lookup (self->sections, mid);
  if (section)
    gst_rtc_stream_get_stats (section->stream, &stats);
  g_mutex_unlock (&self->lock);
  if (stats.in.ssrc == 0)
    return;

  gst_rtc_jitter_describe (self->jitter, stats.in.ssrc, stats.in.clock_rate, entry);
  gst_structure_set (entry, "jitterBufferDelay", G_TYPE_DOUBLE, (gdouble) stats.in.delay / GST_SECOND,
      "jitterBufferTargetDelay", G_TYPE_DOUBLE, latency / 1000.0 * stats.in.emitted,
      "jitterBufferEmittedCount", G_TYPE_UINT64, stats.in.emitted, NULL);
  if (!stats.in.decoded)
    return;
  if (stats.out.width > 0)
    describe_video (&stats, entry);
  else
    describe_audio (&stats, entry);
}
