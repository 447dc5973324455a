/* gst-rtc: transport-wide feedback, packet by packet
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * draft-holmer-rmcat-transport-wide-cc-extensions-01, section 3.1.
 */
#include "rtcrtcp.h"
#include "rtcrtcptypes.h"

/* Receivers report far less; more than half of the number space could not be unwrapped. */
#define MAX_STATUSES 0x8000

/* The symbols of the packet status chunks, one after the other */
typedef struct
{
  GstByteReader reader;
  guint16 chunk;
  guint left;                   /* symbols of @chunk still to come */
} Symbols;

static gboolean
next_chunk (Symbols * symbols)
{
  if (!gst_byte_reader_get_uint16_be (&symbols->reader, &symbols->chunk))
    return FALSE;
  if (!(symbols->chunk & 0x8000))
    symbols->left = symbols->chunk & 0x1fff;
  else
    symbols->left = symbols->chunk & 0x4000 ? 7 : 14;
  return TRUE;
}

static gboolean
next_symbol (Symbols * symbols, guint * symbol)
{
  while (symbols->left == 0) {
    if (!next_chunk (symbols))
      return FALSE;
  }
  symbols->left--;
  if (!(symbols->chunk & 0x8000))
    *symbol = (symbols->chunk >> 13) & 3;
  else if (symbols->chunk & 0x4000)
    *symbol = (symbols->chunk >> (2 * symbols->left)) & 3;
  else
    *symbol = (symbols->chunk >> symbols->left) & 1;
  return *symbol != RTC_RTCP_TWCC_RESERVED;
}

/* Leaves @deltas at the deltas, which begin behind the last chunk, and checks that there are enough. */
static gboolean
find_deltas (const RtcRtcpPacket * packet, guint n_statuses, GstByteReader * deltas)
{
  Symbols symbols = { 0, };
  gsize deltas_size = 0;
  guint symbol;

  gst_byte_reader_init (&symbols.reader, packet->body, packet->body_size);
  gst_byte_reader_skip_unchecked (&symbols.reader, RTC_RTCP_TWCC_HEADER_SIZE);
  for (guint i = 0; i < n_statuses; i++) {
    if (!next_symbol (&symbols, &symbol))
      return FALSE;
    deltas_size += symbol;      /* which is the size of its delta */
  }
  *deltas = symbols.reader;
  return gst_byte_reader_get_remaining (deltas) >= deltas_size;
}

static gint32
next_delta_us (GstByteReader * deltas, guint symbol)
{
  if (symbol == RTC_RTCP_TWCC_SMALL_DELTA)
    return gst_byte_reader_get_uint8_unchecked (deltas) * RTC_RTCP_TWCC_DELTA_UNIT;
  return gst_byte_reader_get_int16_be_unchecked (deltas) * RTC_RTCP_TWCC_DELTA_UNIT;
}

/**
 * rtc_rtcp_twcc_foreach:
 * @packet: a TWCC
 * @func: (scope call): called for each reported packet, in sequence
 *
 * Returns: %FALSE if the feedback is malformed; @func was not called then
 */
gboolean
rtc_rtcp_twcc_foreach (const RtcRtcpPacket * packet, RtcTwccFunc func, gpointer user_data)
{
  Symbols symbols = { 0, };
  GstByteReader deltas;
  guint16 sequence, n_statuses;
  guint symbol;

  g_assert (packet->kind == RTC_RTCP_TWCC);

  sequence = GST_READ_UINT16_BE (packet->body);
  n_statuses = GST_READ_UINT16_BE (packet->body + 2);
  if (n_statuses > MAX_STATUSES || !find_deltas (packet, n_statuses, &deltas))
    return FALSE;

  gst_byte_reader_init (&symbols.reader, packet->body, packet->body_size);
  gst_byte_reader_skip_unchecked (&symbols.reader, RTC_RTCP_TWCC_HEADER_SIZE);
  for (guint i = 0; i < n_statuses && next_symbol (&symbols, &symbol); i++, sequence++) {
    gboolean received = symbol != RTC_RTCP_TWCC_NOT_RECEIVED;

    func (sequence, received, received ? next_delta_us (&deltas, symbol) : 0, user_data);
  }
  return TRUE;
}

/**
 * rtc_rtcp_twcc_reference:
 * @packet: a TWCC
 *
 * Returns: the receiver's time that the first delta counts from, in microseconds since an
 * arbitrary moment; a multiple of 64 ms in 24 signed bits, so it wraps after 12 days
 */
RtcTime
rtc_rtcp_twcc_reference (const RtcRtcpPacket * packet)
{
  guint32 reference;

  g_assert (packet->kind == RTC_RTCP_TWCC);

  reference = GST_READ_UINT24_BE (packet->body + 4);
  return (reference & 0x800000 ? (RtcTime) reference - 0x1000000 : (RtcTime) reference)
      * RTC_RTCP_TWCC_REFERENCE_UNIT;
}

/**
 * rtc_rtcp_twcc_feedback_count:
 * @packet: a TWCC
 *
 * Returns: its own number, one more than in the feedback before it (modulo 256): a gap means lost feedback
 */
guint8
rtc_rtcp_twcc_feedback_count (const RtcRtcpPacket * packet)
{
  g_assert (packet->kind == RTC_RTCP_TWCC);

  return packet->body[7];
}
