/* gst-rtc: the Data Channel Establishment Protocol as bytes (RFC 8832)
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/rtc/gstrtc.h>

G_BEGIN_DECLS

/* Payload protocol identifiers (RFC 8831, section 8) */
typedef enum
{
  RTC_PPID_DCEP = 50,
  RTC_PPID_STRING = 51,
  RTC_PPID_BINARY = 53,
  RTC_PPID_STRING_EMPTY = 56,
  RTC_PPID_BINARY_EMPTY = 57,
} RtcPpid;

/**
 * RtcDataChannelSpec:
 * @label: (nullable): UTF-8, at most 65535 bytes; %NULL stands for ""
 * @protocol: (nullable): as @label: a subprotocol (RFC 8831, section 6.4)
 * @id: its SCTP stream, 0 to 65534, for a @negotiated one; as in the W3C's terms it is chosen for others, when the association is up
 * @negotiated: both sides create it with the same @id, and nothing announces it
 * @ordered: messages arrive in order
 * @max_retransmits: -1 for no limit; at most one of the two is set
 * @max_packet_lifetime: milliseconds, -1 for no limit
 * @priority: RFC 8831, section 6.4: 128 below normal, 256 normal, 512 high, 1024 extra high
 *
 * What both sides of a channel know of it.
 */
typedef struct
{
  gchar *label, *protocol;
  gint id;
  gboolean negotiated;
  gboolean ordered;
  gint max_retransmits, max_packet_lifetime;
  guint16 priority;
} RtcDataChannelSpec;

/* An ordered, reliable one */
RtcDataChannelSpec *rtc_data_channel_spec_new (const gchar * label);
RtcDataChannelSpec *rtc_data_channel_spec_copy (const RtcDataChannelSpec * spec);
void rtc_data_channel_spec_free (RtcDataChannelSpec * spec);

/* (transfer full): DATA_CHANNEL_OPEN for @spec, whose id is not in it */
GBytes *rtc_dcep_write_open (const RtcDataChannelSpec * spec);
/* (transfer full): DATA_CHANNEL_ACK */
GBytes *rtc_dcep_write_ack (void);

typedef enum
{
  RTC_DCEP_OPEN,
  RTC_DCEP_ACK,
} RtcDcepKind;

/* spec: (out) (nullable) (transfer full): with RTC_DCEP_OPEN. GST_RTC_ERROR_DATA, saying what is wrong. A label that is no UTF-8 is made such. */
gboolean rtc_dcep_read (const guint8 * data, gsize size, RtcDcepKind * kind, RtcDataChannelSpec ** spec, GError ** error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RtcDataChannelSpec, rtc_data_channel_spec_free)

G_END_DECLS
