/* gst-rtc: an element that receives, in this process, and what comes out of it
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "hostilestage.h"

#include <gst/elements/gstrtcbin.h>
#include <gst/elements/gstrtcsink.h>
#include <gst/elements/gstrtcsrc.h>

#include <ext/soup/gstrtcserversignaller.h>

#include <malloc.h>
#include <string.h>

#define PATIENCE (30 * G_TIME_SPAN_SECOND)

/* Only with AddressSanitizer, which has a heap of its own */
extern size_t __sanitizer_get_current_allocated_bytes (void) __attribute__ ((weak));

#define SETTINGS "name=rtc max-consumers=0 loop-threads=1 ice-addresses=<127.0.0.1> signaller::port=0 "

typedef struct
{
  HostileStage *stage;
  gchar *name, *peer;
  RtcMediaKind kind;
  guint n_buffers;
  gint width;
  gint64 last, longest_gap;
  gboolean eos, removed;
} Pad;

struct _HostileStage
{
  GstElement *pipeline, *element;

  GMutex lock;
  GCond changed;
  GPtrArray *pads;              /* of Pad */
  GHashTable *here;             /* set of names */
  GHashTable *reasons;          /* name → GstRtcError, of those removed */
  guint n_no_more_pads, n_warnings;
};

static void
free_pad (gpointer data)
{
  Pad *pad = data;

  g_free (pad->name);
  g_free (pad->peer);
  g_free (pad);
}

/* What comes */

static void
take_buffer (Pad * pad, GstPad * gst_pad)
{
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (gst_pad);
  gint64 now = g_get_monotonic_time ();

  gst_structure_get_int (gst_caps_get_structure (caps, 0), "width", &pad->width);
  pad->n_buffers++;
  if (pad->last > 0)
    pad->longest_gap = MAX (pad->longest_gap, now - pad->last);
  pad->last = now;
}

static GstPadProbeReturn
on_data (GstPad * gst_pad, GstPadProbeInfo * info, gpointer data)
{
  Pad *pad = data;
  HostileStage *self = pad->stage;

  g_mutex_lock (&self->lock);
  if (info->type & GST_PAD_PROBE_TYPE_BUFFER)
    take_buffer (pad, gst_pad);
  else if (GST_EVENT_TYPE (GST_PAD_PROBE_INFO_EVENT (info)) == GST_EVENT_EOS)
    pad->eos = TRUE;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
  return GST_PAD_PROBE_OK;
}

static void
on_pad_added (GstElement * element, GstPad * gst_pad, HostileStage * self)
{
  Pad *pad;
  GstElement *sink;
  g_autoptr (GstPad) sink_pad = NULL;

  if (GST_PAD_IS_SINK (gst_pad))
    return;
  pad = g_new0 (Pad, 1);
  pad->stage = self;
  pad->name = gst_pad_get_name (gst_pad);
  pad->kind = g_str_has_prefix (pad->name, "video") ? RTC_MEDIA_VIDEO : RTC_MEDIA_AUDIO;
  g_object_get (gst_pad, "peer-id", &pad->peer, NULL);
  g_mutex_lock (&self->lock);
  g_ptr_array_add (self->pads, pad);
  g_mutex_unlock (&self->lock);

  sink = gst_element_factory_make ("fakesink", NULL);
  g_object_set (sink, "sync", FALSE, "async", FALSE, "enable-last-sample", FALSE, NULL);
  gst_bin_add (GST_BIN (self->pipeline), sink);
  sink_pad = gst_element_get_static_pad (sink, "sink");
  gst_pad_add_probe (sink_pad, GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, on_data, pad, NULL);
  gst_element_sync_state_with_parent (sink);
  g_object_set_data (G_OBJECT (gst_pad), "hostile-sink", sink);
  g_assert_cmpint (gst_pad_link (gst_pad, sink_pad), ==, GST_PAD_LINK_OK);
}

static void
on_pad_removed (GstElement * element, GstPad * gst_pad, HostileStage * self)
{
  GstElement *sink = g_object_get_data (G_OBJECT (gst_pad), "hostile-sink");

  if (!sink)
    return;
  gst_element_set_locked_state (sink, TRUE);
  gst_element_set_state (sink, GST_STATE_NULL);
  gst_bin_remove (GST_BIN (self->pipeline), sink);
  g_mutex_lock (&self->lock);
  for (guint i = 0; i < self->pads->len; i++) {
    Pad *pad = self->pads->pdata[i];

    pad->removed |= g_str_equal (pad->name, GST_PAD_NAME (gst_pad));
  }
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

static void
on_no_more_pads (GstElement * element, HostileStage * self)
{
  g_mutex_lock (&self->lock);
  self->n_no_more_pads++;
  g_mutex_unlock (&self->lock);
}

static void
on_added (GstElement * element, const gchar * id, HostileStage * self)
{
  g_mutex_lock (&self->lock);
  g_hash_table_add (self->here, g_strdup (id));
  g_hash_table_remove (self->reasons, id);
  g_mutex_unlock (&self->lock);
}

static void
on_removed (GstElement * element, const gchar * id, const GError * reason, HostileStage * self)
{
  g_assert_true (reason->domain == GST_RTC_ERROR);
  g_mutex_lock (&self->lock);
  g_hash_table_remove (self->here, id);
  g_hash_table_insert (self->reasons, g_strdup (id), GINT_TO_POINTER (reason->code));
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
  g_test_message ("%s is gone: %s", id, reason->message);
}

static GstBusSyncReply
on_bus (GstBus * bus, GstMessage * message, gpointer user_data)
{
  HostileStage *self = user_data;

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR)
    g_error ("%" GST_PTR_FORMAT, gst_message_get_structure (message));
  g_mutex_lock (&self->lock);
  self->n_warnings += GST_MESSAGE_TYPE (message) == GST_MESSAGE_WARNING;
  g_mutex_unlock (&self->lock);
  gst_message_unref (message);
  return GST_BUS_DROP;
}

/* Life */

static void
connect_signals (HostileStage * self)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (self->pipeline);

  gst_bus_set_sync_handler (bus, on_bus, self, NULL);
  g_signal_connect (self->element, "pad-added", G_CALLBACK (on_pad_added), self);
  g_signal_connect (self->element, "pad-removed", G_CALLBACK (on_pad_removed), self);
  g_signal_connect (self->element, "no-more-pads", G_CALLBACK (on_no_more_pads), self);
  g_signal_connect (self->element, "consumer-added", G_CALLBACK (on_added), self);
  g_signal_connect (self->element, "consumer-removed", G_CALLBACK (on_removed), self);
}

/* A description of a single element gives that element. */
static GstElement *
make_pipeline (const gchar * description)
{
  g_autoptr (GError) error = NULL;
  GstElement *element = gst_parse_launch (description, &error), *pipeline;

  g_assert_no_error (error);
  if (GST_IS_PIPELINE (element))
    return element;
  pipeline = gst_pipeline_new (NULL);
  gst_bin_add (GST_BIN (pipeline), element);
  return pipeline;
}

HostileStage *
hostile_stage_new (const gchar * element)
{
  HostileStage *self = g_new0 (HostileStage, 1);
  g_autofree gchar *description = g_strdup_printf ("%s " SETTINGS "%s", element,
      g_str_equal (element, "rtcbin") ? "audiotestsrc is-live=true ! audio/x-raw,rate=48000 ! rtc." : "");

  GST_ELEMENT_REGISTER (rtcserversignaller, NULL);
  GST_ELEMENT_REGISTER (rtcsink, NULL);
  GST_ELEMENT_REGISTER (rtcsrc, NULL);
  GST_ELEMENT_REGISTER (rtcbin, NULL);
  self->pipeline = make_pipeline (description);
  self->element = gst_bin_get_by_name (GST_BIN (self->pipeline), "rtc");
  self->pads = g_ptr_array_new_with_free_func (free_pad);
  self->here = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->reasons = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  connect_signals (self);
  g_assert_cmpint (gst_element_set_state (self->pipeline, GST_STATE_PLAYING), !=, GST_STATE_CHANGE_FAILURE);
  gst_element_get_state (self->pipeline, NULL, NULL, GST_CLOCK_TIME_NONE);
  return self;
}

void
hostile_stage_free (HostileStage * self)
{
  g_assert_cmpint (gst_element_set_state (self->pipeline, GST_STATE_NULL), ==, GST_STATE_CHANGE_SUCCESS);
  gst_object_unref (self->element);
  gst_object_unref (self->pipeline);
  g_ptr_array_unref (self->pads);
  g_hash_table_unref (self->here);
  g_hash_table_unref (self->reasons);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->changed);
  g_free (self);
}

guint16
hostile_stage_get_port (HostileStage * self)
{
  guint port;

  gst_child_proxy_get (GST_CHILD_PROXY (self->element), "signaller::port", &port, NULL);
  return port;
}

GstElement *
hostile_stage_get_element (HostileStage * self)
{
  return self->element;
}

/* Looking; those that find or count want the lock */

static Pad *
find (HostileStage * self, const gchar * peer, RtcMediaKind kind)
{
  for (guint i = self->pads->len; i-- > 0;) {
    Pad *pad = self->pads->pdata[i];

    if (pad->kind == kind && g_str_equal (pad->peer, peer))
      return pad;
  }
  return NULL;
}

void
hostile_stage_wait_buffers (HostileStage * self, const gchar * peer, RtcMediaKind kind, guint n)
{
  gint64 end = g_get_monotonic_time () + PATIENCE;
  Pad *pad;
  guint goal;

  g_mutex_lock (&self->lock);
  pad = find (self, peer, kind);
  goal = (pad ? pad->n_buffers : 0) + n;
  while (!(pad = find (self, peer, kind)) || pad->n_buffers < goal) {
    if (!g_cond_wait_until (&self->changed, &self->lock, end))
      g_error ("%s's %s: %u buffers came in time, not %u%s", peer, kind == RTC_MEDIA_VIDEO ? "video" : "audio",
          pad ? pad->n_buffers : 0, goal, pad ? pad->eos ? ", but EOS" : "" : ", there is no pad");
  }
  g_mutex_unlock (&self->lock);
}

gint
hostile_stage_get_width (HostileStage * self, const gchar * peer)
{
  Pad *pad;
  gint width;

  g_mutex_lock (&self->lock);
  pad = find (self, peer, RTC_MEDIA_VIDEO);
  width = pad ? pad->width : -1;
  g_mutex_unlock (&self->lock);
  return width;
}

guint
hostile_stage_count_pads (HostileStage * self, const gchar * peer)
{
  guint n = 0;

  g_mutex_lock (&self->lock);
  for (guint i = 0; i < self->pads->len; i++)
    n += g_str_equal (((Pad *) self->pads->pdata[i])->peer, peer);
  g_mutex_unlock (&self->lock);
  return n;
}

RtcTime
hostile_stage_take_longest_gap (HostileStage * self, const gchar * peer)
{
  Pad *pad;
  RtcTime gap = 0;

  g_mutex_lock (&self->lock);
  pad = find (self, peer, RTC_MEDIA_VIDEO);
  if (pad) {
    gap = pad->longest_gap;
    pad->longest_gap = 0;
  }
  g_mutex_unlock (&self->lock);
  return gap;
}

static gboolean
is_gone (HostileStage * self, const gchar * peer)
{
  if (!g_hash_table_contains (self->reasons, peer) || g_hash_table_contains (self->here, peer))
    return FALSE;
  for (guint i = 0; i < self->pads->len; i++) {
    const Pad *pad = self->pads->pdata[i];

    if (g_str_equal (pad->peer, peer) && (!pad->eos || !pad->removed))
      return FALSE;
  }
  return TRUE;
}

static void
forget (HostileStage * self, const gchar * peer)
{
  for (guint i = self->pads->len; i-- > 0;)
    if (g_str_equal (((Pad *) self->pads->pdata[i])->peer, peer))
      g_ptr_array_remove_index (self->pads, i);
}

GstRtcError
hostile_stage_wait_gone (HostileStage * self, const gchar * peer)
{
  gint64 end = g_get_monotonic_time () + PATIENCE + 30 * G_TIME_SPAN_SECOND;
  GstRtcError reason;

  g_mutex_lock (&self->lock);
  while (!is_gone (self, peer)) {
    if (!g_cond_wait_until (&self->changed, &self->lock, end))
      g_error ("%s is %s here, or its pads are, or have no EOS", peer,
          g_hash_table_contains (self->here, peer) ? "still" : "no more");
  }
  reason = GPOINTER_TO_INT (g_hash_table_lookup (self->reasons, peer));
  g_hash_table_remove (self->reasons, peer);
  forget (self, peer);
  g_mutex_unlock (&self->lock);
  return reason;
}

gboolean
hostile_stage_has (HostileStage * self, const gchar * peer)
{
  gboolean has;

  g_mutex_lock (&self->lock);
  has = g_hash_table_contains (self->here, peer);
  g_mutex_unlock (&self->lock);
  return has;
}

guint
hostile_stage_get_n_no_more_pads (HostileStage * self)
{
  guint n;

  g_mutex_lock (&self->lock);
  n = self->n_no_more_pads;
  g_mutex_unlock (&self->lock);
  return n;
}

guint
hostile_stage_get_n_warnings (HostileStage * self)
{
  guint n;

  g_mutex_lock (&self->lock);
  n = self->n_warnings;
  g_mutex_unlock (&self->lock);
  return n;
}

static gint64
sum_lost (const GstStructure * report)
{
  gint64 sum = 0, lost;

  for (gint i = 0; i < gst_structure_n_fields (report); i++) {
    const GValue *value = gst_structure_get_value (report, gst_structure_nth_field_name (report, i));
    const GstStructure *entry = GST_VALUE_HOLDS_STRUCTURE (value) ? gst_value_get_structure (value) : NULL;

    if (entry && gst_structure_has_name (entry, "inbound-rtp") && gst_structure_get_int64 (entry, "packetsLost", &lost))
      sum += lost;
  }
  return sum;
}

gint64
hostile_stage_get_packets_lost (HostileStage * self, const gchar * peer)
{
  g_autoptr (GstStructure) stats = NULL;

  g_object_get (self->element, "stats", &stats, NULL);
  for (gint i = 0; i < gst_structure_n_fields (stats); i++) {
    const GstStructure *report = gst_value_get_structure (gst_structure_get_value (stats,
            gst_structure_nth_field_name (stats, i)));

    if (g_strcmp0 (gst_structure_get_string (report, "peer-id"), peer) == 0)
      return sum_lost (report);
  }
  return -1;
}

/* The process */

static guint
count_entries (const gchar * path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  guint n = 0;

  while (g_dir_read_name (dir))
    n++;
  return n;
}

static guint64
measure_heap (void)
{
  struct mallinfo2 info;

  if (__sanitizer_get_current_allocated_bytes)
    return __sanitizer_get_current_allocated_bytes ();
  malloc_trim (0);
  info = mallinfo2 ();
  return info.uordblks + info.hblkhd;
}

HostileLoad
hostile_load_measure (void)
{
  return (HostileLoad) { count_entries ("/proc/self/fd"), count_entries ("/proc/self/task"), measure_heap () };
}
