/* gst-rtc: a viewer of our own core that can do as it pleases
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Signaling happens on the world's control thread, media on its one loop; the functions are for the test's own thread.
 */
#pragma once

#include <gst/core/base/rtcrtp.h>
#include <gst/loop/rtcsession.h>
#include <json-glib/json-glib.h>
#include <netinet/in.h>

#include "hostilesctp.h"
#include "hostileserver.h"
#include "hostilesocket.h"

G_BEGIN_DECLS

typedef struct _HostileViewer HostileViewer;

/* What all viewers of a test share */
typedef struct
{
  HostileServer *server;        /* (nullable): NULL in a process that only watches */
  guint16 port;
  RtcPool *pool;
  RtcLoop *loop;
  RtcControl *control;
  RtcCertificate *certificate;
  GPtrArray *tracks;            /* none: viewers only receive */
  RtcReceiveSpec receive[2];
  HostileViewer *good;          /* watches all the time */
} HostileWorld;

/* server: FALSE to watch port, TRUE for a server of its own, with its good viewer connected */
HostileWorld *hostile_world_new (gboolean server, guint16 port);
void hostile_world_free (HostileWorld * world);
/* The good viewer is still there, has got frames since the last call, all of them, and never waited long. */
void hostile_world_check (HostileWorld * world);
/* This program is some ten times slower than it should be. */
gboolean hostile_is_sanitized (void);

/**
 * HostileHabits:
 * @ignores_offers: the test answers, or nobody
 * @offers: by itself, as soon as it has logged in
 * @controls: has a full ICE agent, as those have to that offer
 * @edit: (nullable): what becomes of its descriptions on the way to the server: (transfer full) both ways
 * @mute: answers no ICE check
 * @max_dtls: DTLS datagrams that it sends, -1 for any number
 * @data: (nullable): it takes part in data channels, and is told of them with @data_user on the loop
 * @sctp: of its association, with @data
 */
typedef struct
{
  gboolean ignores_offers, offers, controls;
  gchar *(*edit) (gchar * sdp);
  gboolean mute;
  gint max_dtls;
  const RtcDataSink *data;
  gpointer data_user;
  HostileSctpHabits sctp;
} HostileHabits;

typedef struct
{
  guint datagrams[RTC_PACKET_RTCP + 1]; /* by RtcPacketKind; STUN is not counted */
  guint frames, lost;
  RtcTime last_frame, longest_gap;
  guint32 video_ssrc;
} HostileMedia;

typedef enum
{
  HOSTILE_LEAVE,                /* BYE, close_notify, a closed WebSocket */
  HOSTILE_VANISH,               /* its media stops without a word, its WebSocket is reset */
} HostileEnd;

struct _HostileViewer
{
  gint ref_count;
  HostileWorld *world;
  gchar *name;
  HostileHabits habits;

  /* the control thread's */
  HostileSocket *socket;
  RtcSession *session;
  gchar *offer;                 /* of the server, the latest */
  gchar *description;           /* ours, the latest, as it was sent */
  guint n_offers, n_answers, n_errors, n_leaves;
  gboolean logged_in, closed, connected, ended;

  /* the loop's */
  RtcIce *ice;
  RtcSrtp *srtp;
  HostileSctp *sctp;            /* (nullable) */
  gint n_dtls;
  gint64 highest[2];            /* audio, video: unwrapped sequence numbers */
  HostileMedia media;
  GPtrArray *recorded;          /* of GBytes: what went both ways, NULL if that is not kept */

  gint video_type;              /* atomic */
};

/* name: of its login; NULL to leave that to the test */
HostileViewer *hostile_viewer_new (HostileWorld * world, const gchar * name, const HostileHabits * habits);
void hostile_viewer_free (HostileViewer * viewer, HostileEnd end);

void hostile_viewer_say (HostileViewer * viewer, const gchar * format, ...) G_GNUC_PRINTF (2, 3);
/* type: "offer" or "answer" */
void hostile_viewer_describe (HostileViewer * viewer, const gchar * type, const gchar * sdp);
void hostile_viewer_propose (HostileViewer * viewer, const gchar * candidate);
/* A new offer in its session */
void hostile_viewer_offer (HostileViewer * viewer);
/* Its session takes part as if the server's latest offer had just come */
void hostile_viewer_answer (HostileViewer * viewer);

gboolean hostile_viewer_wait (HostileViewer * viewer, HostilePredicate predicate, RtcTime timeout);
gboolean hostile_is_logged_in (gpointer viewer);
gboolean hostile_is_offered (gpointer viewer);
gboolean hostile_is_connected (gpointer viewer);
gboolean hostile_is_left (gpointer viewer);
gboolean hostile_is_closed (gpointer viewer);
gboolean hostile_is_refused (gpointer viewer);

HostileMedia hostile_viewer_get_media (HostileViewer * viewer);
/* Waits for n more frames. FALSE: they did not come */
gboolean hostile_viewer_wait_frames (HostileViewer * viewer, guint n, RtcTime timeout);
/* Where the server receives what this viewer sends */
struct sockaddr_in hostile_viewer_get_remote (HostileViewer * viewer);
/* From the socket that is connected to the server */
void hostile_viewer_inject (HostileViewer * viewer, const void *data, gsize size);
/* Protects the RTCP, sends it. (transfer full): as it was sent */
GBytes *hostile_viewer_send_rtcp (HostileViewer * viewer, const void *data, gsize size);
/* A PLI. (transfer full): as it was sent */
GBytes *hostile_viewer_request_key (HostileViewer * viewer);
void hostile_viewer_record (HostileViewer * viewer);
/* (transfer full) (element-type GBytes): what it sent and received since, STUN excepted */
GPtrArray *hostile_viewer_get_recorded (HostileViewer * viewer);
void hostile_viewer_mute (HostileViewer * viewer);
void hostile_viewer_stop_reading_media (HostileViewer * viewer);
void hostile_viewer_stop_reading_signaling (HostileViewer * viewer);

G_END_DECLS
