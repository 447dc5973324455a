/* gst-rtc: the Data Channel Establishment Protocol as bytes (RFC 8832)
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "rtcdcep.h"

#include <gst/base/gstbytereader.h>
#include <gst/base/gstbytewriter.h>
#include <string.h>

/* RFC 8832, section 8.2.1 */
#define MESSAGE_ACK 0x02
#define MESSAGE_OPEN 0x03

/* RFC 8832, section 8.2.2: one of three, and a bit */
#define TYPE_RELIABLE 0x00
#define TYPE_REXMIT 0x01
#define TYPE_TIMED 0x02
#define TYPE_UNORDERED 0x80

#define OPEN_HEADER_SIZE 12
#define MAX_TEXT_SIZE G_MAXUINT16

/* RFC 8831, section 6.4 */
#define PRIORITY_NORMAL 256

RtcDataChannelSpec *
rtc_data_channel_spec_new (const gchar * label)
{
  RtcDataChannelSpec *spec = g_new0 (RtcDataChannelSpec, 1);

  spec->label = g_strdup (label);
  spec->id = -1;
  spec->ordered = TRUE;
  spec->max_retransmits = spec->max_packet_lifetime = -1;
  spec->priority = PRIORITY_NORMAL;
  return spec;
}

RtcDataChannelSpec *
rtc_data_channel_spec_copy (const RtcDataChannelSpec * spec)
{
  RtcDataChannelSpec *copy = g_memdup2 (spec, sizeof *spec);

  copy->label = g_strdup (spec->label);
  copy->protocol = g_strdup (spec->protocol);
  return copy;
}

void
rtc_data_channel_spec_free (RtcDataChannelSpec * spec)
{
  g_free (spec->label);
  g_free (spec->protocol);
  g_free (spec);
}

static guint8
get_channel_type (const RtcDataChannelSpec * spec, guint32 * parameter)
{
  guint8 order = spec->ordered ? 0 : TYPE_UNORDERED;

  *parameter = 0;
  if (spec->max_retransmits >= 0) {
    *parameter = spec->max_retransmits;
    return TYPE_REXMIT | order;
  }
  if (spec->max_packet_lifetime >= 0) {
    *parameter = spec->max_packet_lifetime;
    return TYPE_TIMED | order;
  }
  return TYPE_RELIABLE | order;
}

/**
 * rtc_dcep_write_open:
 * @spec: of the channel to open; its texts have at most 65535 bytes each
 *
 * Returns: (transfer full): DATA_CHANNEL_OPEN, without the id: that is the stream it is sent on
 */
GBytes *
rtc_dcep_write_open (const RtcDataChannelSpec * spec)
{
  const gchar *label = spec->label ? spec->label : "", *protocol = spec->protocol ? spec->protocol : "";
  gsize label_size = strlen (label), protocol_size = strlen (protocol);
  gsize size = OPEN_HEADER_SIZE + label_size + protocol_size;
  GstByteWriter writer;
  guint32 parameter;

  g_assert (label_size <= MAX_TEXT_SIZE && protocol_size <= MAX_TEXT_SIZE);

  gst_byte_writer_init_with_size (&writer, size, FALSE);
  gst_byte_writer_put_uint8_unchecked (&writer, MESSAGE_OPEN);
  gst_byte_writer_put_uint8_unchecked (&writer, get_channel_type (spec, &parameter));
  gst_byte_writer_put_uint16_be_unchecked (&writer, spec->priority);
  gst_byte_writer_put_uint32_be_unchecked (&writer, parameter);
  gst_byte_writer_put_uint16_be_unchecked (&writer, label_size);
  gst_byte_writer_put_uint16_be_unchecked (&writer, protocol_size);
  gst_byte_writer_put_data_unchecked (&writer, (const guint8 *) label, label_size);
  gst_byte_writer_put_data_unchecked (&writer, (const guint8 *) protocol, protocol_size);
  return g_bytes_new_take (gst_byte_writer_reset_and_get_data (&writer), size);
}

GBytes *
rtc_dcep_write_ack (void)
{
  static const guint8 ack = MESSAGE_ACK;

  return g_bytes_new_static (&ack, 1);
}

static gboolean
set_channel_type (RtcDataChannelSpec * spec, guint8 type, guint32 parameter, GError ** error)
{
  gint limit = MIN (parameter, G_MAXINT);

  spec->ordered = !(type & TYPE_UNORDERED);
  switch (type & ~TYPE_UNORDERED) {
    case TYPE_RELIABLE:
      return TRUE;
    case TYPE_REXMIT:
      spec->max_retransmits = limit;
      return TRUE;
    case TYPE_TIMED:
      spec->max_packet_lifetime = limit;
      return TRUE;
    default:
      g_set_error (error, GST_RTC_ERROR, GST_RTC_ERROR_DATA,
          "The peer opens a data channel of the type 0x%02x, which RFC 8832 does not know", type);
      return FALSE;
  }
}

static gboolean
read_text (GstByteReader * reader, guint16 size, gchar ** text)
{
  const guint8 *data;

  if (!gst_byte_reader_get_data (reader, size, &data))
    return FALSE;
  *text = g_utf8_make_valid ((const gchar *) data, size);
  return TRUE;
}

/* What follows the protocol is nobody's: as browsers do, it is let pass. */
static RtcDataChannelSpec *
read_open (GstByteReader * reader, GError ** error)
{
  g_autoptr (RtcDataChannelSpec) spec = rtc_data_channel_spec_new (NULL);
  guint16 label_size, protocol_size;
  guint32 parameter;
  guint8 type;

  if (!gst_byte_reader_get_uint8 (reader, &type) || !gst_byte_reader_get_uint16_be (reader, &spec->priority)
      || !gst_byte_reader_get_uint32_be (reader, &parameter) || !gst_byte_reader_get_uint16_be (reader, &label_size)
      || !gst_byte_reader_get_uint16_be (reader, &protocol_size)
      || !read_text (reader, label_size, &spec->label) || !read_text (reader, protocol_size, &spec->protocol)) {
    g_set_error (error, GST_RTC_ERROR, GST_RTC_ERROR_DATA,
        "The peer's DATA_CHANNEL_OPEN is shorter (%u bytes) than its lengths say", reader->size);
    return NULL;
  }
  if (!set_channel_type (spec, type, parameter, error))
    return NULL;
  return g_steal_pointer (&spec);
}

/**
 * rtc_dcep_read:
 * @data: (array length=size): a message with #RTC_PPID_DCEP
 * @kind: (out): what it is; undefined on failure
 * @spec: (out) (nullable) (transfer full): of the channel, without its id; %NULL unless it is an #RTC_DCEP_OPEN
 *
 * Returns: whether @data is a DCEP message whose every length holds
 */
gboolean
rtc_dcep_read (const guint8 * data, gsize size, RtcDcepKind * kind, RtcDataChannelSpec ** spec, GError ** error)
{
  GstByteReader reader;
  guint8 type = 0;

  *spec = NULL;
  gst_byte_reader_init (&reader, data, MIN (size, G_MAXINT32));
  if (!gst_byte_reader_get_uint8 (&reader, &type) || (type != MESSAGE_OPEN && type != MESSAGE_ACK)) {
    g_set_error (error, GST_RTC_ERROR, GST_RTC_ERROR_DATA,
        "The peer sent a DCEP message of %" G_GSIZE_FORMAT " bytes and type 0x%02x, which RFC 8832 does not know",
        size, type);
    return FALSE;
  }
  if (type == MESSAGE_ACK) {
    *kind = RTC_DCEP_ACK;
    return TRUE;
  }
  *kind = RTC_DCEP_OPEN;
  return (*spec = read_open (&reader, error)) != NULL;
}
