/* gst-rtc: what a peer needs of an ICE library (RFC 8445)
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One agent with one stream and one component. It lives on one loop: every
 * call, and everything it does by itself, happens on that loop's thread, driven by the
 * main context it was made with. It never calls back out of a call into it, except @receive,
 * and that only while the context is dispatched: whatever else happens waits in the event queue.
 */
#pragma once

#include <gst/rtc/gstrtc.h>
#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _RtcIce RtcIce;

/**
 * RtcIceConfig:
 * @context: the main context that drives the agent; the loop iterates it
 * @stun_server: (nullable): "host:port"
 * @turn_servers: (nullable): NULL-terminated "turn://user:pass@host:port?transport=udp|tcp"
 * @policy: which candidates may be used
 * @min_port: with @max_port the range of local UDP ports, 0 for any
 * @addresses: (nullable): NULL-terminated local addresses to gather on; all but loopback if NULL
 *     (loopback too if it is the only one, or if it is named here)
 */
typedef struct
{
  GMainContext *context;
  const gchar *stun_server;
  const gchar *const *turn_servers;
  GstRtcIceTransportPolicy policy;
  guint16 min_port, max_port;
  const gchar *const *addresses;
} RtcIceConfig;

typedef enum
{
  RTC_ICE_EVENT_CANDIDATE,      /* text: "candidate:…" */
  RTC_ICE_EVENT_GATHERING_DONE,
  RTC_ICE_EVENT_CONNECTED,      /* a pair is selected: packets can be sent */
  RTC_ICE_EVENT_PATH_CHANGED,   /* another pair is selected */
  RTC_ICE_EVENT_FAILED,         /* no pair worked, or the consent expired */
  RTC_ICE_EVENT_CLOSED,         /* after close(): every socket is gone, free() may be called */
} RtcIceEventKind;

typedef struct
{
  RtcIceEventKind kind;
  gchar *text;                  /* owned by the receiver */
} RtcIceEvent;

/* RFC 8445 names of the selected pair; for the stats */
typedef struct
{
  gchar local_type[8], remote_type[8];  /* host, srflx, prflx, relay */
  gchar local_address[64], remote_address[64];  /* "192.0.2.1:5000" */
  gchar protocol[4];            /* udp, tcp */
} RtcIcePair;

/**
 * RtcIcePath:
 * @fd: a UDP socket that reaches @remote directly, or -1: use send() (TURN, TCP)
 */
typedef struct
{
  gint fd;
  guint8 remote[128];           /* struct sockaddr */
  guint remote_size;
} RtcIcePath;

typedef void (*RtcIceReceive) (gpointer user_data, const guint8 * data, gsize size);

typedef struct
{
  /* valid from creation on */
  void (*get_credentials) (RtcIce * ice, const gchar ** ufrag, const gchar ** pwd);
  /* controlling: our role (RFC 8445, section 6.1.1), for good */
  gboolean (*gather) (RtcIce * ice, gboolean controlling, GError ** error);
  /* New local credentials and a new gathering (RFC 8445, section 9): the selected pair stays until another one is found.
   * @set_remote and new candidates of the peer's follow. */
  gboolean (*restart) (RtcIce * ice, GError ** error);
  /* before or after candidates were added */
  gboolean (*set_remote) (RtcIce * ice, const gchar * ufrag, const gchar * pwd, GError ** error);
  /* GST_RTC_ERROR_CANDIDATE; names that cannot be resolved here (".local") are skipped silently */
  gboolean (*add_candidate) (RtcIce * ice, const gchar * candidate, GError ** error);
  void (*end_of_candidates) (RtcIce * ice);
  /* FALSE: the datagram was not taken (socket full, not connected) */
  gboolean (*send) (RtcIce * ice, const guint8 * data, gsize size);
  /* FALSE before CONNECTED */
  gboolean (*get_path) (RtcIce * ice, RtcIcePath * path);
  gboolean (*get_pair) (RtcIce * ice, RtcIcePair * pair);
  gboolean (*next_event) (RtcIce * ice, RtcIceEvent * event);
  void (*close) (RtcIce * ice);
  /* only after RTC_ICE_EVENT_CLOSED */
  void (*free) (RtcIce * ice);
} RtcIceClass;

struct _RtcIce
{
  const RtcIceClass *klass;
  RtcIceReceive receive;
  gpointer receive_data;
};

/* sets receive and receive_data right after */
typedef RtcIce *(*RtcIceNew) (const RtcIceConfig * config, GError ** error);

G_END_DECLS
