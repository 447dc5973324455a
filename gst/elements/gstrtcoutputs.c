/* gst-rtc: the source pads of an element, and what peers send to it
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A receiver is made on the control thread when an exchange says that its peer will send, and ends there with the peer. Its
 * pads come on streaming threads, with the first packet of a track.
 */
#include "gstrtcoutputs.h"

#include "gstrtccodecs.h"
#include "gstrtcreceiver.h"
#include "gstrtcsettings.h"
#include "gstrtcsrcpad.h"

/* Milliseconds: low enough to talk, enough for the jitter of a wireless network */
#define DEFAULT_LATENCY 60
#define DEFAULT_MIN_LATENCY 20
#define DEFAULT_MAX_LATENCY 500
#define LARGEST_LATENCY 10000

/* How long after its first pad a peer's other tracks may take before players go on without them */
#define NO_MORE_PADS_MS 1500

enum
{
  LATENCY,
  MIN_LATENCY,
  MAX_LATENCY,
  VIDEO_CODECS,
  AUDIO_CODECS,
  N_PROPERTIES
};

typedef struct
{
  GstRtcOutputs *outputs;       /* not owned */
  gchar *peer_id;
  RtcSession *session;
  GstRtcReceiver *receiver;
  guint n_sections;             /* that receive; control thread */
  guint n_pads;                 /* atomic */
  GSource *no_more_pads;        /* control thread */
} Output;

struct _GstRtcOutputs
{
  GstRtcBase *element;          /* not owned: it owns us */
  gchar *templates[2];          /* by RtcMediaKind */

  /* under the element's object lock */
  guint latency, min_latency, max_latency;
  gchar **codecs[2];            /* by RtcMediaKind; NULL for all */
  guint n_pads[2];              /* to number the pads with */
  GstElement *far_end;          /* not owned: the element's child */
  GstPad *far_end_user;         /* not owned: the receiver's pad in front of it */

  GMutex lock;                  /* of the table: the control thread changes it, and alone reads it without */
  GHashTable *peers;            /* id → Output */
};

/* Pads, on streaming threads */

static gchar *
name_pad (GstRtcOutputs * self, RtcMediaKind kind)
{
  gchar *name;

  GST_OBJECT_LOCK (self->element);
  name = g_strdup_printf ("%.*s%u", (gint) strcspn (self->templates[kind], "%"), self->templates[kind],
      self->n_pads[kind]++);
  GST_OBJECT_UNLOCK (self->element);
  return name;
}

/* Returns: (transfer full): what the outer pad shows: @pad, or what is behind the far end that it goes through */
static GstPad *
pass_far_end (GstRtcOutputs * self, GstPad * pad, RtcMediaKind kind)
{
  g_autoptr (GstPad) sink = NULL;
  GstElement *far_end = NULL;

  GST_OBJECT_LOCK (self->element);
  if (kind == RTC_MEDIA_AUDIO && self->far_end && !self->far_end_user) {
    far_end = self->far_end;
    self->far_end_user = pad;
  }
  GST_OBJECT_UNLOCK (self->element);
  if (!far_end)
    return gst_object_ref (pad);
  sink = gst_element_get_static_pad (far_end, "sink");
  gst_pad_link_full (pad, sink, GST_PAD_LINK_CHECK_NOTHING);
  gst_element_sync_state_with_parent (far_end);
  return gst_element_get_static_pad (far_end, "src");
}

/* The next track begins with a fresh one, as it has seen an EOS. */
static void
leave_far_end (GstRtcOutputs * self, GstPad * pad)
{
  g_autoptr (GstPad) sink = NULL;

  if (self->far_end_user != pad)
    return;
  sink = gst_element_get_static_pad (self->far_end, "sink");
  gst_element_set_state (self->far_end, GST_STATE_READY);
  gst_pad_unlink (pad, sink);
  GST_OBJECT_LOCK (self->element);
  self->far_end_user = NULL;
  GST_OBJECT_UNLOCK (self->element);
}

static void check_no_more_pads (gpointer data, gpointer user_data);

typedef struct
{
  GstRtcOutputs *outputs;
  gchar *peer_id;
} PadNews;

static void
free_pad_news (gpointer data)
{
  g_free (((PadNews *) data)->peer_id);
  g_free (data);
}

static void
on_pad_added (GstRtcReceiver * receiver, GstPad * pad, RtcMediaKind kind, const gchar * mid, const gchar * msid,
    gpointer user_data)
{
  Output *output = user_data;
  GstRtcOutputs *self = output->outputs;
  g_autofree gchar *name = name_pad (self, kind);
  GstElement *element = GST_ELEMENT (self->element);
  g_autoptr (GstPad) target = pass_far_end (self, pad, kind);
  GstPad *outer = gst_rtc_src_pad_new (name, gst_element_get_pad_template (element, self->templates[kind]), target,
      output->peer_id, mid, msid);
  PadNews *news = g_new0 (PadNews, 1);

  g_object_set_data_full (G_OBJECT (pad), "rtc-outer-pad", gst_object_ref (outer), gst_object_unref);
  gst_element_add_pad (element, outer);
  gst_child_proxy_child_added (GST_CHILD_PROXY (element), G_OBJECT (outer), name);
  g_atomic_int_inc (&output->n_pads);
  news->outputs = self;
  news->peer_id = g_strdup (output->peer_id);
  rtc_control_post (gst_rtc_base_get_control (self->element), check_no_more_pads, news, NULL, free_pad_news);
}

static void
on_pad_removed (GstRtcReceiver * receiver, GstPad * pad, gpointer user_data)
{
  Output *output = user_data;
  GstElement *element = GST_ELEMENT (output->outputs->element);
  g_autoptr (GstPad) outer = g_object_steal_data (G_OBJECT (pad), "rtc-outer-pad");

  if (!outer)
    return;
  gst_child_proxy_child_removed (GST_CHILD_PROXY (element), G_OBJECT (outer), GST_PAD_NAME (outer));
  gst_pad_set_active (outer, FALSE);
  gst_element_remove_pad (element, outer);
  leave_far_end (output->outputs, pad);
}

/* For players, which wait until they know all streams */

static gboolean
tell_no_more_pads (gpointer data)
{
  Output *output = data;

  g_clear_pointer (&output->no_more_pads, g_source_unref);
  gst_element_no_more_pads (GST_ELEMENT (output->outputs->element));
  return G_SOURCE_REMOVE;
}

static void
stop_waiting_for_pads (Output * output)
{
  if (!output->no_more_pads)
    return;
  g_source_destroy (output->no_more_pads);
  g_clear_pointer (&output->no_more_pads, g_source_unref);
}

static void
check_no_more_pads (gpointer data, gpointer user_data)
{
  PadNews *news = data;
  Output *output = g_hash_table_lookup (news->outputs->peers, news->peer_id);

  if (!output)
    return;
  if ((guint) g_atomic_int_get (&output->n_pads) >= output->n_sections) {
    stop_waiting_for_pads (output);
    gst_element_no_more_pads (GST_ELEMENT (news->outputs->element));
  } else if (!output->no_more_pads) {
    output->no_more_pads = g_timeout_source_new (NO_MORE_PADS_MS);
    g_source_set_callback (output->no_more_pads, tell_no_more_pads, output, NULL);
    g_source_attach (output->no_more_pads, rtc_control_get_context (gst_rtc_base_get_control (news->outputs->element)));
  }
}

/* Receivers, on the control thread */

static void
send_rtcp (GstRtcReceiver * receiver, GBytes * rtcp, gpointer user_data)
{
  rtc_session_send_rtcp (((Output *) user_data)->session, rtcp);
}

static const GstRtcReceiverFuncs receiver_funcs = { on_pad_added, on_pad_removed, send_rtcp };

static GstRtcReceiver *
new_receiver (GstRtcOutputs * self, Output * output, GstRtcConsumer * consumer)
{
  GstRtcReceiverConfig config = {
    .cname = gst_rtc_consumer_get_cname (consumer),
    .funcs = &receiver_funcs,
    .user_data = output,
  };
  GstRtcReceiver *receiver;

  g_object_get (self->element, "do-retransmission", &config.do_retransmission, NULL);
  GST_OBJECT_LOCK (self->element);
  config.latency = CLAMP (self->latency, self->min_latency, MAX (self->min_latency, self->max_latency));
  config.min_latency = self->min_latency;
  config.max_latency = MAX (self->min_latency, self->max_latency);
  GST_OBJECT_UNLOCK (self->element);

  receiver = gst_rtc_receiver_new (NULL, &config);
  gst_bin_add (GST_BIN (self->element), gst_object_ref (GST_ELEMENT (receiver)));
  gst_element_sync_state_with_parent (GST_ELEMENT (receiver));
  return receiver;
}

static Output *
add_output (GstRtcOutputs * self, GstRtcConsumer * consumer)
{
  Output *output = g_new0 (Output, 1);

  output->outputs = self;
  output->peer_id = g_strdup (gst_rtc_consumer_get_id (consumer));
  output->session = rtc_session_ref (gst_rtc_consumer_get_session (consumer));
  output->receiver = new_receiver (self, output, consumer);
  g_mutex_lock (&self->lock);
  g_hash_table_insert (self->peers, output->peer_id, output);
  g_mutex_unlock (&self->lock);
  return output;
}

static guint
count_receiving (GPtrArray * tracks)
{
  guint n = 0;

  for (guint i = 0; i < tracks->len; i++)
    n += ((RtcNegotiatedTrack *) tracks->pdata[i])->receive_codecs != NULL;
  return n;
}

void
gst_rtc_outputs_negotiated (GstRtcOutputs * self, GstRtcConsumer * consumer, GPtrArray * tracks)
{
  Output *output = g_hash_table_lookup (self->peers, gst_rtc_consumer_get_id (consumer));
  guint n_sections = count_receiving (tracks);
  gboolean is_new = !output;

  if (!output && n_sections == 0)
    return;
  if (!output)
    output = add_output (self, consumer);
  output->n_sections = n_sections;
  gst_rtc_receiver_update (output->receiver, tracks);
  if (is_new)
    rtc_session_set_media_sink (output->session, &gst_rtc_receiver_media_sink,
        gst_object_ref (output->receiver), gst_object_unref);
}

/* The receiver is in nobody's state change by now: see GstRtcBase. */
static void
free_output (gpointer data)
{
  Output *output = data;
  GstElement *receiver = GST_ELEMENT (output->receiver);

  stop_waiting_for_pads (output);
  gst_rtc_receiver_end (output->receiver);
  gst_element_set_locked_state (receiver, TRUE);
  gst_element_set_state (receiver, GST_STATE_NULL);
  gst_bin_remove (GST_BIN (output->outputs->element), receiver);
  gst_object_unref (receiver);
  rtc_session_unref (output->session);
  g_free (output->peer_id);
  g_free (output);
}

void
gst_rtc_outputs_removed (GstRtcOutputs * self, const gchar * peer_id)
{
  Output *output = g_hash_table_lookup (self->peers, peer_id);

  if (!output)
    return;
  g_mutex_lock (&self->lock);
  g_hash_table_steal (self->peers, peer_id);
  g_mutex_unlock (&self->lock);
  free_output (output);
}

/* The peers stay, but nothing of what they send comes any more. */
static void
end_receivers (gpointer data, gpointer user_data)
{
  GstRtcOutputs *self = data;
  GHashTableIter iter;
  gpointer output;

  g_hash_table_iter_init (&iter, self->peers);
  while (g_hash_table_iter_next (&iter, NULL, &output))
    gst_rtc_receiver_end (((Output *) output)->receiver);
}

gboolean
gst_rtc_outputs_send_event (GstRtcOutputs * self, GstEvent * event)
{
  RtcControl *control = gst_rtc_base_get_control (self->element);

  if (GST_EVENT_TYPE (event) != GST_EVENT_EOS || !control)
    return FALSE;
  rtc_control_post (control, end_receivers, self, NULL, NULL);
  gst_event_unref (event);
  return TRUE;
}

/* From any thread: the receiver is kept while it is asked */
void
gst_rtc_outputs_describe (GstRtcOutputs * self, const gchar * peer_id, const gchar * mid, GstStructure * entry)
{
  GstRtcReceiver *receiver = NULL;
  Output *output;

  g_mutex_lock (&self->lock);
  output = g_hash_table_lookup (self->peers, peer_id);
  if (output)
    receiver = gst_object_ref (output->receiver);
  g_mutex_unlock (&self->lock);
  if (!receiver)
    return;
  gst_rtc_receiver_describe (receiver, mid, entry);
  gst_object_unref (receiver);
}

void
gst_rtc_outputs_configure (GstRtcOutputs * self, RtcPeerConfig * peer)
{
  for (guint kind = 0; kind < G_N_ELEMENTS (self->codecs); kind++) {
    g_auto (GStrv) names = NULL;
    g_autoptr (GPtrArray) codecs = NULL;

    GST_OBJECT_LOCK (self->element);
    names = g_strdupv (self->codecs[kind]);
    GST_OBJECT_UNLOCK (self->element);
    codecs = gst_rtc_codecs_get_receivable (kind, (const gchar * const *) names);
    if (codecs->len == 0)
      continue;
    peer->receive[kind].codecs = g_steal_pointer (&codecs);
    peer->receive[kind].n_offered = 1;
  }
}

/* Properties */

static guint *
find_latency (GstRtcOutputs * self, guint index)
{
  switch (index) {
    case LATENCY:
      return &self->latency;
    case MIN_LATENCY:
      return &self->min_latency;
    case MAX_LATENCY:
      return &self->max_latency;
    default:
      return NULL;
  }
}

gboolean
gst_rtc_outputs_set_property (GstRtcOutputs * self, guint index, const GValue * value)
{
  guint *latency = find_latency (self, index);

  if (index >= N_PROPERTIES)
    return FALSE;
  GST_OBJECT_LOCK (self->element);
  if (latency)
    *latency = g_value_get_uint (value);
  else
    gst_rtc_strings_set (&self->codecs[index == VIDEO_CODECS ? RTC_MEDIA_VIDEO : RTC_MEDIA_AUDIO], value);
  GST_OBJECT_UNLOCK (self->element);
  return TRUE;
}

/* (transfer full): what is received while the property is unset */
static GStrv
list_default_codecs (RtcMediaKind kind)
{
  g_autoptr (GPtrArray) codecs = gst_rtc_codecs_get_receivable (kind, NULL);
  GStrvBuilder *builder = g_strv_builder_new ();
  const gchar *last = NULL;
  GStrv names;

  for (guint i = 0; i < codecs->len; i++) {
    const gchar *name = ((RtcCodec *) codecs->pdata[i])->name;

    if (g_strcmp0 (name, last) != 0)
      g_strv_builder_add (builder, name);
    last = name;
  }
  names = g_strv_builder_end (builder);
  g_strv_builder_unref (builder);
  return names;
}

gboolean
gst_rtc_outputs_get_property (GstRtcOutputs * self, guint index, GValue * value)
{
  guint *latency = find_latency (self, index);
  RtcMediaKind kind = index == VIDEO_CODECS ? RTC_MEDIA_VIDEO : RTC_MEDIA_AUDIO;
  g_auto (GStrv) names = NULL;

  if (index >= N_PROPERTIES)
    return FALSE;
  GST_OBJECT_LOCK (self->element);
  if (latency)
    g_value_set_uint (value, *latency);
  else
    names = g_strdupv (self->codecs[kind]);
  GST_OBJECT_UNLOCK (self->element);
  if (latency)
    return TRUE;
  if (!names)
    names = list_default_codecs (kind);
  gst_rtc_strings_get (names, value);
  return TRUE;
}

static void
add_pad_template (GstElementClass * klass, const gchar * name, RtcMediaKind kind)
{
  g_autoptr (GstCaps) caps = gst_rtc_codecs_get_src_caps (kind);

  gst_element_class_add_pad_template (klass, gst_pad_template_new_with_gtype (name, GST_PAD_SRC, GST_PAD_SOMETIMES,
          caps, GST_TYPE_RTC_SRC_PAD));
}

guint
gst_rtc_outputs_install (GstElementClass * klass, guint first, const gchar * video, const gchar * audio)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY;

  g_object_class_install_property (object_class, first + LATENCY, g_param_spec_uint ("latency", "Latency",
          "What is received waits this long for late packets, in milliseconds: the value to begin with, which then "
          "follows the network within min-latency and max-latency", 0, LARGEST_LATENCY, DEFAULT_LATENCY, flags));
  g_object_class_install_property (object_class, first + MIN_LATENCY, g_param_spec_uint ("min-latency",
          "Minimum latency", "The least that latency may become, in milliseconds", 0, LARGEST_LATENCY,
          DEFAULT_MIN_LATENCY, flags));
  g_object_class_install_property (object_class, first + MAX_LATENCY, g_param_spec_uint ("max-latency",
          "Maximum latency", "The most that latency may become, in milliseconds; the same as min-latency fixes it", 0,
          LARGEST_LATENCY, DEFAULT_MAX_LATENCY, flags));
  g_object_class_install_property (object_class, first + VIDEO_CODECS, gst_rtc_strings_spec ("video-codecs",
          "Video codecs", "Which video codecs peers may send, the best first: < VP8, H264, VP9, H265 >. "
          "All that there is a decoder for by default; an empty array takes no video", flags));
  g_object_class_install_property (object_class, first + AUDIO_CODECS, gst_rtc_strings_spec ("audio-codecs",
          "Audio codecs", "Which audio codecs peers may send, the best first: < OPUS, PCMU, PCMA >. "
          "All that there is a decoder for by default; an empty array takes no sound", flags));
  add_pad_template (klass, video, RTC_MEDIA_VIDEO);
  add_pad_template (klass, audio, RTC_MEDIA_AUDIO);
  return first + N_PROPERTIES;
}

/* The templates are those that were installed */
static const gchar *
find_template (GstRtcBase * element, const gchar * prefix)
{
  GList *templates = gst_element_class_get_pad_template_list (GST_ELEMENT_GET_CLASS (element));

  for (GList * l = templates; l; l = l->next) {
    if (GST_PAD_TEMPLATE_DIRECTION (l->data) == GST_PAD_SRC
        && g_str_has_prefix (GST_PAD_TEMPLATE_NAME_TEMPLATE (l->data), prefix))
      return GST_PAD_TEMPLATE_NAME_TEMPLATE (l->data);
  }
  g_assert_not_reached ();
}

void
gst_rtc_outputs_set_far_end (GstRtcOutputs * self, GstElement * far_end)
{
  GST_OBJECT_LOCK (self->element);
  self->far_end = far_end;
  GST_OBJECT_UNLOCK (self->element);
}

GstRtcOutputs *
gst_rtc_outputs_new (GstRtcBase * element)
{
  GstRtcOutputs *self = g_new0 (GstRtcOutputs, 1);

  self->element = element;
  self->latency = DEFAULT_LATENCY;
  self->min_latency = DEFAULT_MIN_LATENCY;
  self->max_latency = DEFAULT_MAX_LATENCY;
  self->templates[RTC_MEDIA_VIDEO] = g_strdup (find_template (element, "video"));
  self->templates[RTC_MEDIA_AUDIO] = g_strdup (find_template (element, "audio"));
  g_mutex_init (&self->lock);
  self->peers = g_hash_table_new (g_str_hash, g_str_equal);
  return self;
}

void
gst_rtc_outputs_free (GstRtcOutputs * self)
{
  for (guint i = 0; i < G_N_ELEMENTS (self->codecs); i++) {
    g_strfreev (self->codecs[i]);
    g_free (self->templates[i]);
  }
  g_hash_table_unref (self->peers);
  g_mutex_clear (&self->lock);
  g_free (self);
}
