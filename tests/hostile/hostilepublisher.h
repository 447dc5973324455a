/* gst-rtc: a publisher of our own core that sends what it likes
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A viewer that also offers tracks, encoded beforehand. One thread plays all publishers: a frame of each track every
 * 20 ms. Whatever else a test sends is protected with the keys of the real session, so that the element has to read it.
 */
#pragma once

#include "hostileviewer.h"

G_BEGIN_DECLS

typedef enum
{
  HOSTILE_VP8,
  HOSTILE_VP8_LARGE,            /* the same codec, another size */
  HOSTILE_H264,
  HOSTILE_OPUS,
  HOSTILE_N_CLIPS,
} HostileClip;

/* How a stream goes on; the publisher's lock is held wherever these are touched */
typedef struct
{
  HostileClip clip;
  guint frame;                  /* of the clip, the next one */
  guint32 ssrc, rtx_ssrc;
  guint16 sequence;
  guint32 timestamp;
  gboolean playing;
} HostileTrack;

typedef struct
{
  HostileViewer *viewer;
  guint8 types[HOSTILE_N_CLIPS], rtx_types[HOSTILE_N_CLIPS];    /* payload types */
  RtcExtensionMap extensions;
  gchar *mids[2];               /* by RtcMediaKind */
  HostileTrack tracks[2];       /* by RtcMediaKind */
  GRand *rand;
  gint feedback_ssrc, n_reports, n_requests;   /* atomic: what the element says of itself, and asks for */
} HostilePublisher;

/* Encodes the clips, starts the thread, gives the world its tracks */
void hostile_publishers_init (HostileWorld * world);
void hostile_publishers_deinit (void);

/* Connects, then plays both tracks if @plays. name: any text; edit: (nullable): of its answer */
HostilePublisher *hostile_publisher_new (HostileWorld * world, const gchar * name, gchar * (*edit) (gchar * sdp),
    gboolean plays);
/* Without waiting for anything: to be followed by hostile_publisher_connect(), or freed */
HostilePublisher *hostile_publisher_start (HostileWorld * world, const gchar * name, gchar * (*edit) (gchar * sdp));
void hostile_publisher_connect (HostilePublisher * self, gboolean plays);
void hostile_publisher_free (HostilePublisher * self, HostileEnd end);

/* Holds up the thread that plays */
void hostile_publishers_lock (void);
void hostile_publishers_unlock (void);
void hostile_publisher_play (HostilePublisher * self, RtcMediaKind kind, gboolean plays);
/* Another clip, from its key frame on */
void hostile_publisher_change (HostilePublisher * self, HostileClip clip);

typedef struct
{
  guint8 payload_type;
  gboolean marker;
  guint16 sequence;
  guint32 timestamp, ssrc;
} HostileRtp;

/* With the lock held: the header that the track's next packet would have, which it uses up */
HostileRtp hostile_publisher_next (HostilePublisher * self, RtcMediaKind kind);
void hostile_publisher_send (HostilePublisher * self, const HostileRtp * header, const void *payload, gsize size);
/* A whole packet, as it is before it is protected; at most 1480 bytes */
void hostile_publisher_send_raw (HostilePublisher * self, const void *packet, gsize size);
/* A whole compound */
void hostile_publisher_send_rtcp (HostilePublisher * self, const void *packet, gsize size);

G_END_DECLS
