/* gst-rtc: what the jitter buffers of one peer see
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "gstrtcjitter.h"

#include <string.h>

GST_DEBUG_CATEGORY_STATIC (rtc_jitter_debug);
#define GST_CAT_DEFAULT rtc_jitter_debug

/* One jitter buffer, and what it had counted when it was last looked at */
typedef struct
{
  GstElement *element;
  guint64 retransmissions, late, lost;
  GArray *missing;              /* of guint16: not yet asked for */
  guint n_nacks;
} Buffer;

struct _GstRtcJitter
{
  GstElement *rtpbin;           /* not owned */
  gulong handler;

  GMutex lock;                  /* a leaf */
  GHashTable *buffers;          /* SSRC → Buffer */
  gboolean asking;              /* what is missing is being taken */
  RtcLatency latency;
};

static void
free_buffer (gpointer data)
{
  Buffer *buffer = data;

  gst_object_unref (buffer->element);
  g_array_unref (buffer->missing);
  g_free (buffer);
}

static void
on_new_jitterbuffer (GstElement * rtpbin, GstElement * element, guint session, guint ssrc, gpointer user_data)
{
  GstRtcJitter *self = user_data;
  Buffer *buffer = g_new0 (Buffer, 1);

  /* Packets that seem due are asked for otherwise: those of a camera, whose frames differ in size, are not
   * due. */
  g_object_set (element, "rtx-next-seqnum", FALSE, NULL);
  buffer->element = gst_object_ref (element);
  buffer->missing = g_array_new (FALSE, FALSE, sizeof (guint16));
  g_mutex_lock (&self->lock);
  g_hash_table_insert (self->buffers, GUINT_TO_POINTER (ssrc), buffer);
  g_mutex_unlock (&self->lock);
}

GstRtcJitter *
gst_rtc_jitter_new (GstElement * rtpbin, guint latency, guint min, guint max)
{
  GstRtcJitter *self = g_new0 (GstRtcJitter, 1);

  GST_DEBUG_CATEGORY_INIT (rtc_jitter_debug, "rtcjitter", 0, "rtc: what the jitter buffers of one peer see");
  self->rtpbin = rtpbin;
  g_mutex_init (&self->lock);
  self->buffers = g_hash_table_new_full (NULL, NULL, NULL, free_buffer);
  rtc_latency_init (&self->latency, latency * RTC_MSECOND, min * RTC_MSECOND, max * RTC_MSECOND);
  self->handler = g_signal_connect (rtpbin, "new-jitterbuffer", G_CALLBACK (on_new_jitterbuffer), self);
  return self;
}

void
gst_rtc_jitter_free (GstRtcJitter * self)
{
  g_signal_handler_disconnect (self->rtpbin, self->handler);
  g_hash_table_unref (self->buffers);
  g_mutex_clear (&self->lock);
  g_free (self);
}

void
gst_rtc_jitter_forget (GstRtcJitter * self, guint32 ssrc)
{
  gpointer buffer = NULL;

  g_mutex_lock (&self->lock);
  g_hash_table_steal_extended (self->buffers, GUINT_TO_POINTER (ssrc), NULL, &buffer);
  g_mutex_unlock (&self->lock);
  if (buffer)
    free_buffer (buffer);
}

static guint64
get_counter (const GstStructure * stats, const gchar * name)
{
  guint64 value = 0;

  if (stats)
    gst_structure_get_uint64 (stats, name, &value);
  return value;
}

static void
add_buffer_to_sample (Buffer * buffer, RtcLatencySample * sample)
{
  g_autoptr (GstStructure) stats = NULL;
  guint64 retransmissions, late, lost;

  g_object_get (buffer->element, "stats", &stats, NULL);
  retransmissions = get_counter (stats, "rtx-count");
  late = get_counter (stats, "num-late");
  lost = get_counter (stats, "num-lost");
  sample->jitter = MAX (sample->jitter, (RtcTime) (get_counter (stats, "avg-jitter") / GST_USECOND));
  sample->round_trip_time = MAX (sample->round_trip_time,
      (RtcTime) (get_counter (stats, "rtx-rtt") / GST_USECOND));
  sample->retransmissions += retransmissions - buffer->retransmissions;
  /* What was sent again although it had come is late as well, but missing to nobody. */
  sample->late += MIN (late - buffer->late, lost - buffer->lost);
  buffer->retransmissions = retransmissions;
  buffer->late = late;
  buffer->lost = lost;
}

gboolean
gst_rtc_jitter_update (GstRtcJitter * self, RtcTime now)
{
  RtcLatencySample sample = { 0 };
  GHashTableIter iter;
  gpointer buffer;
  gboolean changed;
  guint latency;

  g_mutex_lock (&self->lock);
  g_hash_table_iter_init (&iter, self->buffers);
  while (g_hash_table_iter_next (&iter, NULL, &buffer))
    add_buffer_to_sample (buffer, &sample);
  changed = rtc_latency_on_sample (&self->latency, &sample, now);
  latency = self->latency.current / RTC_MSECOND;
  g_mutex_unlock (&self->lock);

  if (!changed)
    return FALSE;
  GST_INFO_OBJECT (self->rtpbin, "latency %u ms: jitter %" G_GINT64_FORMAT " us, round trip %" G_GINT64_FORMAT
      " us, %u retransmissions, %u late", latency, sample.jitter,
      sample.round_trip_time, sample.retransmissions, sample.late);
  g_object_set (self->rtpbin, "latency", latency, NULL);
  return TRUE;
}

guint
gst_rtc_jitter_get_latency (GstRtcJitter * self)
{
  guint latency;

  g_mutex_lock (&self->lock);
  latency = self->latency.current / RTC_MSECOND;
  g_mutex_unlock (&self->lock);
  return latency;
}

/* Asking again */

gboolean
gst_rtc_jitter_add_missing (GstRtcJitter * self, guint32 ssrc, guint16 sequence)
{
  gboolean is_first = FALSE;
  Buffer *buffer;

  g_mutex_lock (&self->lock);
  buffer = g_hash_table_lookup (self->buffers, GUINT_TO_POINTER (ssrc));
  if (buffer) {
    g_array_append_val (buffer->missing, sequence);
    is_first = !self->asking;
    self->asking = TRUE;
  }
  g_mutex_unlock (&self->lock);
  return is_first;
}

static guint
take (Buffer * buffer, guint16 * sequences, guint max)
{
  guint n = MIN (buffer->missing->len, max);

  if (n == 0)
    return 0;
  memcpy (sequences, buffer->missing->data, n * sizeof (guint16));
  g_array_remove_range (buffer->missing, 0, n);
  buffer->n_nacks++;
  return n;
}

guint
gst_rtc_jitter_take_missing (GstRtcJitter * self, guint32 * ssrc, guint16 * sequences, guint max)
{
  GHashTableIter iter;
  gpointer key, buffer;
  guint n = 0;

  g_mutex_lock (&self->lock);
  g_hash_table_iter_init (&iter, self->buffers);
  while (n == 0 && g_hash_table_iter_next (&iter, &key, &buffer)) {
    n = take (buffer, sequences, max);
    *ssrc = GPOINTER_TO_UINT (key);
  }
  self->asking = n > 0;
  g_mutex_unlock (&self->lock);
  return n;
}

/* Describing */

/* (transfer full) (nullable): what rtpsession knows of the peer's @ssrc */
static GstStructure *
get_source_stats (GstRtcJitter * self, guint32 ssrc)
{
  g_autoptr (GObject) session = NULL;
  GObject *source = NULL;
  GstStructure *stats = NULL;

  g_signal_emit_by_name (self->rtpbin, "get-internal-session", 0, &session);
  if (session)
    g_signal_emit_by_name (session, "get-source-by-ssrc", ssrc, &source);
  if (source)
    g_object_get (source, "stats", &stats, NULL);
  g_clear_object (&source);
  return stats;
}

static void
copy_uint (const GstStructure * stats, const gchar * from, GstStructure * entry, const gchar * to)
{
  guint value;

  if (gst_structure_get_uint (stats, from, &value))
    gst_structure_set (entry, to, G_TYPE_UINT, value, NULL);
}

static void
describe_source (const GstStructure * stats, guint clock_rate, GstStructure * entry)
{
  guint jitter;

  if (clock_rate > 0 && gst_structure_get_uint (stats, "jitter", &jitter))
    gst_structure_set (entry, "jitter", G_TYPE_DOUBLE, (gdouble) jitter / clock_rate, NULL);
  copy_uint (stats, "sent-pli-count", entry, "pliCount");
  copy_uint (stats, "sent-fir-count", entry, "firCount");
}

void
gst_rtc_jitter_describe (GstRtcJitter * self, guint32 ssrc, guint clock_rate, GstStructure * entry)
{
  g_autoptr (GstStructure) source = get_source_stats (self, ssrc);
  g_autoptr (GstStructure) stats = NULL;
  g_autoptr (GstElement) element = NULL;
  Buffer *buffer;

  if (source)
    describe_source (source, clock_rate, entry);
  g_mutex_lock (&self->lock);
  buffer = g_hash_table_lookup (self->buffers, GUINT_TO_POINTER (ssrc));
  if (buffer) {
    element = gst_object_ref (buffer->element);
    gst_structure_set (entry, "nackCount", G_TYPE_UINT, buffer->n_nacks, NULL);
  }
  g_mutex_unlock (&self->lock);
  if (!element)
    return;
  g_object_get (element, "stats", &stats, NULL);
  gst_structure_set (entry, "packetsDiscarded", G_TYPE_UINT64, get_counter (stats, "num-late"), NULL);
}
