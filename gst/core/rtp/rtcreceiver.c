/* gst-rtc: which stream a received packet belongs to
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "rtcreceiver.h"

#include <gst/gst.h>
#include <string.h>

#define N_PAYLOAD_TYPES 128
#define RID_MAX_LENGTH 16
#define OSN_SIZE 2              /* RFC 4588, section 4: the original sequence number, before the payload */

/* On average one SSRC a second is let into a section, be it new or from another section, as many as fit at
 * once */
#define ADMISSION_INTERVAL RTC_SECOND
#define ADMISSION_BURST (RTC_RECEIVER_MAX_SSRCS * ADMISSION_INTERVAL)

/* RFC 3550, appendix A.1: a larger step, forth or back, is a sender that began anew */
#define MAX_DROPOUT 3000

/* Packets behind the newest one of which is known whether they came */
#define SEEN_BITS 64

typedef struct
{
  guint32 ssrc;
  gboolean repairs;             /* retransmissions, of @original if that is known */
  gboolean has_media;
  gboolean has_original;
  guint32 original;
  guint8 payload_type;          /* of its last packet, as it came */
  gchar rid[RID_MAX_LENGTH + 1];        /* its own, or the one that it repairs; "" if not known */
  RtcTime began, last_packet;
  gint64 highest;               /* sequence number, unwrapped */
  guint64 seen;                 /* bit i: highest - i came */
} Stream;

typedef struct
{
  gchar *mid;
  guint32 ssrc, rtx_ssrc;
  guint8 original_type[N_PAYLOAD_TYPES];        /* itself, or what it repairs, or RTC_PAYLOAD_TYPE_NONE */
  Stream streams[RTC_RECEIVER_MAX_SSRCS];
  guint n_streams;
  RtcTime admission;            /* when what was let in is paid off */
  gboolean has_stats;
  RtcReceiverStats stats;
} Section;

struct _RtcReceiver
{
  Section *sections;
  guint n_sections;
  RtcExtensionMap extensions;   /* in one bundle an id means the same everywhere (RFC 8843, section 10) */
};

/* --- Configuration --- */

static void
free_sections (Section * sections, guint n_sections)
{
  for (guint i = 0; i < n_sections; i++)
    g_free (sections[i].mid);
  g_free (sections);
}

static void
read_payload_types (Section * section, const GPtrArray * codecs)
{
  memset (section->original_type, RTC_PAYLOAD_TYPE_NONE, sizeof (section->original_type));
  for (guint i = 0; codecs && i < codecs->len; i++) {
    const RtcCodec *codec = g_ptr_array_index (codecs, i);

    if (codec->payload_type >= N_PAYLOAD_TYPES)
      continue;
    section->original_type[codec->payload_type] = codec->payload_type;
    if (codec->rtx_payload_type < N_PAYLOAD_TYPES)
      section->original_type[codec->rtx_payload_type] = codec->payload_type;
  }
}

static gboolean
is_repair_type (const Section * section, guint8 payload_type)
{
  return section->original_type[payload_type] != payload_type;
}

static gboolean
has_payload_type (const Section * section, guint8 payload_type)
{
  return section->original_type[payload_type] != RTC_PAYLOAD_TYPE_NONE;
}

static Section *
find_announced (const RtcReceiver * receiver, guint32 ssrc)
{
  for (guint i = 0; i < receiver->n_sections; i++) {
    Section *section = &receiver->sections[i];

    if (ssrc != 0 && (section->ssrc == ssrc || section->rtx_ssrc == ssrc))
      return section;
  }
  return NULL;
}

/* What the new description contradicts is forgotten, to be learnt anew from the next packet. */
static void
keep_streams (const RtcReceiver * receiver, Section * section, const Section * old)
{
  for (guint i = 0; i < old->n_streams; i++) {
    const Stream *stream = &old->streams[i];
    const Section *announced = find_announced (receiver, stream->ssrc);

    if (!has_payload_type (section, stream->payload_type)
        || is_repair_type (section, stream->payload_type) != stream->repairs
        || (announced != NULL && announced != section))
      continue;
    section->streams[section->n_streams] = *stream;
    section->streams[section->n_streams++].has_original = FALSE;
  }
}

static void
keep_section (const RtcReceiver * receiver, Section * section, const Section * old)
{
  guint m_line = section->stats.m_line;

  keep_streams (receiver, section, old);
  section->admission = old->admission;
  section->has_stats = old->has_stats;
  section->stats = old->stats;
  section->stats.m_line = m_line;
}

static gboolean
is_same_section (const Section * section, const Section * old)
{
  if (section->mid == NULL && old->mid == NULL)
    return section->stats.m_line == old->stats.m_line;
  return g_strcmp0 (section->mid, old->mid) == 0;
}

static void
merge_extensions (RtcExtensionMap * all, const RtcExtensionMap * extensions)
{
  for (guint i = 0; i < RTC_N_EXTENSIONS; i++) {
    if (all->id[i] == 0)
      all->id[i] = extensions->id[i];
  }
}

RtcReceiver *
rtc_receiver_new (void)
{
  return g_new0 (RtcReceiver, 1);
}

void
rtc_receiver_free (RtcReceiver * receiver)
{
  free_sections (receiver->sections, receiver->n_sections);
  g_free (receiver);
}

void
rtc_receiver_configure (RtcReceiver * receiver, const RtcReceiveSection * sections, guint n_sections)
{
  Section *old = receiver->sections;
  guint n_old = receiver->n_sections;

  *receiver = (RtcReceiver) {.sections = g_new0 (Section, n_sections),.n_sections = n_sections };
  for (guint i = 0; i < n_sections; i++) {
    Section *section = &receiver->sections[i];

    section->mid = g_strdup (sections[i].mid);
    section->ssrc = sections[i].ssrc;
    section->rtx_ssrc = sections[i].rtx_ssrc;
    section->stats.m_line = sections[i].m_line;
    read_payload_types (section, sections[i].codecs);
    merge_extensions (&receiver->extensions, &sections[i].extensions);
  }
  for (guint i = 0; i < n_sections; i++) {
    for (guint j = 0; j < n_old; j++) {
      if (is_same_section (&receiver->sections[i], &old[j])) {
        keep_section (receiver, &receiver->sections[i], &old[j]);
        break;
      }
    }
  }
  free_sections (old, n_old);
}

/* --- Header extensions --- */

static const guint8 *
find_extension (const RtcReceiver * receiver, RtcExtension extension, const guint8 * data,
    const RtcRtpHeader * header, gsize * size)
{
  guint8 id = receiver->extensions.id[extension];

  return id != 0 ? rtc_rtp_find_extension (data, header, id, size) : NULL;
}

static gint
read_transport_sequence (const RtcReceiver * receiver, const guint8 * data, const RtcRtpHeader * header)
{
  gsize size;
  const guint8 *value = find_extension (receiver, RTC_EXTENSION_TRANSPORT_CC, data, header, &size);

  return value && size == 2 ? GST_READ_UINT16_BE (value) : -1;
}

/* The second half, if there is one, is how far the sender's clock is ahead of the clock of capture (a mixer
 * has both). */
static guint64
read_capture_ntp (const RtcReceiver * receiver, const guint8 * data, const RtcRtpHeader * header)
{
  gsize size;
  const guint8 *value = find_extension (receiver, RTC_EXTENSION_ABS_CAPTURE_TIME, data, header, &size);

  if (!value || (size != 8 && size != 16))
    return 0;
  return GST_READ_UINT64_BE (value) + (size == 16 ? GST_READ_UINT64_BE (value + 8) : 0);
}

static void
read_rid (const RtcReceiver * receiver, Stream * stream, const guint8 * data, const RtcRtpHeader * header)
{
  gsize size;
  RtcExtension extension = stream->repairs ? RTC_EXTENSION_REPAIRED_RID : RTC_EXTENSION_RID;
  const guint8 *value = find_extension (receiver, extension, data, header, &size);

  if (!value || size == 0 || size > RID_MAX_LENGTH)
    return;
  memcpy (stream->rid, value, size);
  stream->rid[size] = '\0';
}

/* --- Which section, which stream (RFC 8843, section 9.2) --- */

static Section *
find_mid (const RtcReceiver * receiver, const guint8 * mid, gsize size)
{
  for (guint i = 0; i < receiver->n_sections; i++) {
    Section *section = &receiver->sections[i];

    if (section->mid && strlen (section->mid) == size && memcmp (section->mid, mid, size) == 0)
      return section;
  }
  return NULL;
}

static Section *
find_payload_type (const RtcReceiver * receiver, guint8 payload_type)
{
  Section *found = NULL;

  for (guint i = 0; i < receiver->n_sections; i++) {
    if (!has_payload_type (&receiver->sections[i], payload_type))
      continue;
    if (found)
      return NULL;
    found = &receiver->sections[i];
  }
  return found;
}

static Stream *
find_stream_of_section (Section * section, guint32 ssrc)
{
  for (guint i = 0; i < section->n_streams; i++) {
    if (section->streams[i].ssrc == ssrc)
      return &section->streams[i];
  }
  return NULL;
}

static Stream *
find_stream (const RtcReceiver * receiver, guint32 ssrc, Section ** section)
{
  for (guint i = 0; i < receiver->n_sections; i++) {
    Stream *stream = find_stream_of_section (&receiver->sections[i], ssrc);

    if (stream) {
      *section = &receiver->sections[i];
      return stream;
    }
  }
  return NULL;
}

static void
remove_stream (Section * section, Stream * stream)
{
  *stream = section->streams[--section->n_streams];
}

/* (nullable): where a stream may be put */
static Stream *
find_place (Section * section, RtcTime now)
{
  Stream *oldest = &section->streams[0];

  if (section->n_streams < RTC_RECEIVER_MAX_SSRCS)
    return &section->streams[section->n_streams];
  for (guint i = 1; i < section->n_streams; i++) {
    if (section->streams[i].last_packet < oldest->last_packet)
      oldest = &section->streams[i];
  }
  return now - oldest->last_packet >= RTC_RECEIVER_IDLE ? oldest : NULL;
}

static Stream *
admit_stream (Section * section, const RtcRtpHeader * header, RtcTime now)
{
  RtcTime admission = MAX (section->admission, now) + ADMISSION_INTERVAL;
  Stream *place = find_place (section, now);

  if (!place || admission - now > ADMISSION_BURST)
    return NULL;
  section->admission = admission;
  if (place == &section->streams[section->n_streams])
    section->n_streams++;
  *place = (Stream) {
    .ssrc = header->ssrc,
    .repairs = is_repair_type (section, header->payload_type),
    .began = now,
  };
  return place;
}

static gint64
distance_from_highest (const Stream * stream, guint16 sequence)
{
  return rtc_sequence_unwrap (stream->highest, sequence) - stream->highest;
}

/* An MID that came late says nothing of the present (RFC 7941, section 4.2.2). */
static gboolean
may_move (const Stream * stream, const RtcRtpHeader * header)
{
  gint64 distance = distance_from_highest (stream, header->sequence);

  return distance > 0 || distance < -MAX_DROPOUT;
}

/* (nullable): the stream that a packet is of, with its section */
static Stream *
find_or_admit (RtcReceiver * receiver, const guint8 * data, const RtcRtpHeader * header, RtcTime now,
    Section ** section)
{
  Section *wanted, *present = NULL;
  Stream *stream = find_stream (receiver, header->ssrc, &present), *admitted;
  gsize mid_size;
  const guint8 *mid = find_extension (receiver, RTC_EXTENSION_MID, data, header, &mid_size);

  if (mid)
    wanted = find_mid (receiver, mid, mid_size);
  else if (stream)
    wanted = present;
  else if (!(wanted = find_announced (receiver, header->ssrc)))
    wanted = find_payload_type (receiver, header->payload_type);
  if (!wanted || !has_payload_type (wanted, header->payload_type))
    return NULL;

  *section = wanted;
  if (stream && wanted == present)
    return stream->repairs == is_repair_type (wanted, header->payload_type) ? stream : NULL;
  if (stream && !may_move (stream, header))
    return NULL;
  admitted = admit_stream (wanted, header, now);
  if (admitted && stream)
    remove_stream (present, stream);
  return admitted;
}

/* --- Packets --- */

static void
note_restart (Stream * stream, guint16 sequence)
{
  /* One round up, so that what is behind the first packet is not negative; nothing behind it is missed. */
  stream->highest = 0x10000 + sequence;
  stream->seen = G_MAXUINT64;
}

/* Returns: by how many packets more are missing now */
static gint
note_sequence (Stream * stream, guint16 sequence)
{
  gint64 distance = distance_from_highest (stream, sequence);

  if (stream->seen == 0 || ABS (distance) > MAX_DROPOUT) {
    note_restart (stream, sequence);
    return 0;
  }
  if (distance > 0) {
    stream->seen = (distance < SEEN_BITS ? stream->seen << distance : 0) | 1;
    stream->highest += distance;
    return distance - 1;
  }
  if (-distance >= SEEN_BITS || stream->seen & (G_GUINT64_CONSTANT (1) << -distance))
    return 0;
  stream->seen |= G_GUINT64_CONSTANT (1) << -distance;
  return -1;
}

static gboolean
is_original (const Section * section, const Stream * repair, const Stream * stream)
{
  if (stream->repairs)
    return FALSE;
  if (section->rtx_ssrc == repair->ssrc && section->ssrc != 0)
    return section->ssrc == stream->ssrc;
  return repair->rid[0] == '\0' || g_str_equal (repair->rid, stream->rid);
}

/* (nullable): what @repair repeats. Where neither description nor RID tell, it is the youngest stream of the
 * section: the only one, or that of an SSRC that was changed. */
static Stream *
find_original (Section * section, Stream * repair)
{
  Stream *original = repair->has_original ? find_stream_of_section (section, repair->original) : NULL;

  if (original && !original->repairs)
    return original;
  original = NULL;
  for (guint i = 0; i < section->n_streams; i++) {
    Stream *stream = &section->streams[i];

    if (is_original (section, repair, stream) && (!original || stream->began > original->began))
      original = stream;
  }
  repair->has_original = original != NULL;
  repair->original = original ? original->ssrc : 0;
  return original;
}

/* RFC 4588, section 4: the header moves up over the original sequence number, which leaves the payload where
 * it is. */
static gboolean
unwrap (Section * section, Stream * repair, guint8 * data, RtcReceivedPacket * packet)
{
  RtcRtpHeader *header = &packet->header;
  Stream *original;

  if (header->payload_size < OSN_SIZE || !(original = find_original (section, repair)))
    return FALSE;

  header->sequence = GST_READ_UINT16_BE (data + header->payload_offset);
  header->payload_type = section->original_type[header->payload_type];
  header->ssrc = original->ssrc;
  header->payload_size -= OSN_SIZE;
  memmove (data + OSN_SIZE, data, header->payload_offset);
  data += OSN_SIZE;
  data[1] = header->marker << 7 | header->payload_type;
  GST_WRITE_UINT16_BE (data + 2, header->sequence);
  GST_WRITE_UINT32_BE (data + 8, header->ssrc);
  packet->data = data;
  packet->size -= OSN_SIZE;
  packet->retransmitted = TRUE;
  return TRUE;
}

static void
note_received (Section * section, const Stream * stream, const RtcRtpHeader * header, gsize size, RtcTime now)
{
  RtcReceiverStats *stats = &section->stats;

  section->has_stats = TRUE;
  stats->packets_received++;
  stats->bytes_received += header->payload_size;
  stats->header_bytes_received += size - header->payload_size;
  stats->last_packet_received = now;
  stats->payload_type = section->original_type[header->payload_type];
  if (stream->repairs) {
    stats->rtx_ssrc = stream->ssrc;
    stats->retransmitted_packets_received++;
    stats->retransmitted_bytes_received += header->payload_size;
  } else {
    stats->ssrc = stream->ssrc;
  }
}

gboolean
rtc_receiver_take (RtcReceiver * receiver, guint8 * data, gsize size, RtcTime now,
    RtcReceivedPacket * packet, gint * transport_sequence)
{
  RtcRtpHeader *header = &packet->header;
  Section *section;
  Stream *stream;
  gint lost;

  *transport_sequence = -1;
  *packet = (RtcReceivedPacket) {.data = data,.size = size };
  if (!rtc_rtp_read (data, size, header))
    return FALSE;
  *transport_sequence = read_transport_sequence (receiver, data, header);

  if (!(stream = find_or_admit (receiver, data, header, now, &section)))
    return FALSE;
  lost = note_sequence (stream, header->sequence);
  stream->last_packet = now;
  stream->payload_type = header->payload_type;
  read_rid (receiver, stream, data, header);
  note_received (section, stream, header, size, now);

  packet->m_line = section->stats.m_line;
  packet->capture_ntp = read_capture_ntp (receiver, data, header);
  if (stream->repairs)
    return unwrap (section, stream, data, packet);
  packet->lost = lost;
  section->stats.packets_lost += lost;
  stream->has_media |= header->payload_size > 0;
  return stream->has_media;
}

gboolean
rtc_receiver_get_stats (const RtcReceiver * receiver, guint m_line, RtcReceiverStats * stats)
{
  for (guint i = 0; i < receiver->n_sections; i++) {
    if (receiver->sections[i].stats.m_line != m_line)
      continue;
    *stats = receiver->sections[i].stats;
    return receiver->sections[i].has_stats;
  }
  return FALSE;
}
