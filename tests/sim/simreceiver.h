/* gst-rtc: one received stream of a viewer: gaps, retransmissions, frames, clocks
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/core/base/rtcrtcp.h>
#include <gst/core/sdp/rtcdescription.h>

#include "simsource.h"

G_BEGIN_DECLS

typedef struct
{
  gboolean seen, key;
  guint16 n_packets, n_received;
  guint64 received[2];          /* by index */
  guint32 timestamp;
  RtcTime capture_time, first, completed;
} SimReceivedFrame;

typedef struct
{
  RtcMediaKind kind;
  guint32 ssrc, rtx_ssrc;
  guint clock_rate;
  guint8 payload_type, rtx_payload_type;
  RtcExtensionMap extensions;

  gboolean started;
  gint64 first, highest;        /* unwrapped */
  guint64 packets, repeated, duplicates, rtx_packets;
  guint32 last_ssrc_timestamp;
  GHashTable *missing;          /* Gap by unwrapped number */
  GArray *frames;               /* of SimReceivedFrame, from first_frame on */
  guint32 first_frame;
  gdouble jitter;
  gint64 transit;

  /* the last SR */
  guint n_reports;
  guint64 ntp;
  guint32 rtp_timestamp, packets_reported;
  RtcTime reported_at;
  gint64 expected_before, received_before;      /* of our last report block */
  gdouble worst_sync;           /* seconds between where the SR puts a frame and its capture */
  RtcTime sync_from;            /* frames captured before are not looked at: a replay's */
} SimReceiver;

void sim_receiver_init (SimReceiver * self, const RtcMediaSection * section);
void sim_receiver_clear (SimReceiver * self);
/* One packet of ssrc or rtx_ssrc, already unprotected */
void sim_receiver_take (SimReceiver * self, const guint8 * data, gsize size);
void sim_receiver_take_report (SimReceiver * self, const RtcSenderInfo * info);
void sim_receiver_make_block (SimReceiver * self, RtcReportBlock * block);
/* Numbers to ask for now; each is asked for again after a while. Returns how many */
guint sim_receiver_get_nacks (SimReceiver * self, guint16 * numbers, guint max);

/* What a scenario asks */

typedef struct
{
  guint frames, complete, incomplete, late;     /* late: complete, but over the limit after their first packet could be there */
  guint broken;                 /* delta frames whose predecessor was not sent or not complete */
  RtcTime worst, median;        /* from capture to complete */
  guint64 timestamps_back;      /* times they did not grow */
} SimReception;

/* Of the frames captured before @until */
void sim_receiver_judge (SimReceiver * self, RtcTime limit, RtcTime until, SimReception * reception);
const SimReceivedFrame *sim_receiver_get_first_frame (SimReceiver * self);

G_END_DECLS
