/* gst-rtc: a receiver in a pipeline, and peers that send to it, without a network
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/elements/gstrtcreceiver.h>
#include <gst/gst.h>

G_BEGIN_DECLS

/* Where the media of one section ends */
typedef struct
{
  GstElement *sink;             /* of the pipeline */
  gdouble delay;                /* of the last buffer: from its running time to now, in seconds */
  GstPad *pad;                  /* the receiver's; only to compare */
  gchar *media;                 /* name of the last caps */
  gchar *format;                /* its stream-format or encoding-name */
  gint width, height;
  guint buffers;
  guint8 red, green, blue;      /* average of the last picture */
  gdouble level;                /* of the last block of audio, 0 to 1 */
  guint samples;                /* in all */
  guint crossings;              /* of its zero line, in the last second of audio */
  GstClockTime last_pts;        /* running time */
  guint backwards;              /* timestamps that did not grow */
  guint stream_starts, caps_events, segments, eos, removed;
} Output;

typedef struct _Stage Stage;
struct _Stage
{
  GstElement *pipeline;
  GstRtcReceiver *receiver;
  GstBus *bus;
  gboolean sync;                /* set before the first packet */
  const gchar *downstream[2];   /* by RtcMediaKind: what is linked, "" for nothing, NULL for the usual */
  /* (nullable): for what else is to be known of a buffer that has come out; with the stage locked */
  void (*on_buffer) (Stage * stage, Output * output, GstBuffer * buffer);
  gpointer user_data;

  GMutex lock;
  GCond cond;
  Output outputs[2];            /* by RtcMediaKind */
  guint reports, nacks, plis;   /* in RTCP that came out */
  guint nack_packets;
  GArray *nacked;               /* of guint16 */
  gint64 first_rtcp;
  struct _Sender *senders[4];
  guint n_senders;

  GThread *loop;
  GAsyncQueue *queue;
};

typedef struct _Sender Sender;
/* Returns: whether the packet gets lost. Sequence numbers begin at 0. */
typedef gboolean (*LossFunc) (Sender * sender, guint16 sequence, const guint8 * payload, gsize size);

struct _Sender
{
  Stage *stage;
  GstElement *pipeline;
  guint m_line;
  guint32 ssrc;
  guint8 pt;
  LossFunc loss;                /* set before it starts */
  gboolean answers_nack;
  guint probes;                 /* packets of padding only behind each frame */
  GPtrArray *lost;              /* of GBytes */
  guint16 first_sequence;       /* added to what the payloader makes */
  guint32 timestamp_offset;
  /* what SRs are made from */
  guint16 last_sequence;
  guint32 last_timestamp;
  gint64 last_sent;
  guint packets;
};

enum { PT_VP8 = 96, PT_H264 = 97, PT_OPUS = 111 };
#define VIDEO_LINE 0
#define AUDIO_LINE 1
#define PATIENCE (20 * G_TIME_SPAN_SECOND)

Stage *stage_new (guint latency, gboolean retransmission);
Stage *stage_new_adaptive (guint latency, guint max_latency);
void stage_start (Stage * stage);
/* end(), NULL, everything freed; no ERROR was on the bus */
void stage_free (Stage * stage);
/* video, audio: whether these sections receive */
void stage_negotiate (Stage * stage, gboolean video, gboolean audio);
/* What on_pad_added does, later */
void stage_link (Stage * stage, RtcMediaKind kind, const gchar * downstream);
guint stage_read (Stage * stage, const guint * field);
void stage_wait (Stage * stage, const guint * field, guint least);
/* until field has grown by that much */
void stage_wait_more (Stage * stage, const guint * field, guint more);
/* Checks until condition holds; with the stage locked */
void stage_wait_until (Stage * stage, gboolean (*condition) (Stage * stage));
/* On the loop, after what was sent so far. bytes: (transfer full) */
void stage_deliver (Stage * stage, guint m_line, GBytes * bytes, gboolean retransmitted);
void stage_deliver_rtcp (Stage * stage, GBytes * bytes);
/* A warning that contains text; any other message is skipped */
void stage_wait_warning (Stage * stage, const gchar * text);

/* source: "videotestsrc pattern=red ! … ! payloader", its src pad makes RTP; runs at once */
Sender *sender_new (Stage * stage, const gchar * source, guint m_line, guint8 pt, guint32 ssrc,
    LossFunc loss);
/* Another encoder on the same SSRC: sequence numbers and timestamps go on */
Sender *sender_replace (Sender * sender, const gchar * source, guint8 pt);
void sender_stop (Sender * sender);
void sender_force_key (Sender * sender);
/* An SR of the last packet: ntp of its capture, in microseconds */
void sender_report (Sender * sender, gint64 ntp, const gchar * cname);

/* The SSRC says that it leaves */
void sender_say_goodbye (Sender * sender);

#define VIDEO(pattern, size) \
    "videotestsrc is-live=true pattern=" pattern " ! video/x-raw,framerate=30/1," size
#define SMALL "width=160,height=120"
#define H264 " ! x264enc tune=zerolatency speed-preset=ultrafast key-int-max=300 ! " \
    "rtph264pay config-interval=-1"
#define VP8 " ! vp8enc deadline=1 keyframe-max-dist=300 ! rtpvp8pay"
#define OPUS "audiotestsrc is-live=true samplesperbuffer=480 freq=440 ! audio/x-raw,rate=48000 ! " \
    "opusenc frame-size=10 inband-fec=true packet-loss-percentage=20 ! rtpopuspay"

G_END_DECLS
