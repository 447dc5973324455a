/* gst-rtc: ICE for load clients, that only answers checks
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "liteice.h"

#include <gst/core/base/rtcrtp.h>

#include <arpa/inet.h>
#include <errno.h>
#include <glib-unix.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* RFC 8489 */
#define STUN_HEADER_SIZE 20
#define STUN_BINDING_REQUEST 0x0001
#define STUN_BINDING_RESPONSE 0x0101
#define STUN_COOKIE 0x2112A442
#define STUN_XOR_MAPPED_ADDRESS 0x0020
#define STUN_MESSAGE_INTEGRITY 0x0008
#define STUN_FINGERPRINT 0x8028
#define STUN_FINGERPRINT_XOR 0x5354554e
#define STUN_USE_CANDIDATE 0x0025
#define SHA1_SIZE 20

#define MAX_DATAGRAMS 64
#define MAX_DATAGRAM_SIZE 2048
/* Some seconds of the stream: what a paused reading thread misses is not the server's loss. */
#define RECEIVE_BUFFER (4 * 1024 * 1024)

typedef struct
{
  RtcIce parent;
  GMainContext *context;
  gint fd;
  GSource *source;
  gpointer tag;                 /* of fd in source */
  gchar ufrag[9], pwd[25];
  GQueue events;                /* of RtcIceEvent */
  struct sockaddr_in local, remote;
  gboolean connected, mute;
  BenchIceTake take;
  gpointer take_data;
  RtcIce **pointer;
} BenchIce;

typedef struct
{
  GSource parent;
  BenchIce *ice;
} SocketSource;

static void
push_event (BenchIce * self, RtcIceEventKind kind, gchar * text)
{
  RtcIceEvent *event = g_new0 (RtcIceEvent, 1);

  event->kind = kind;
  event->text = text;
  g_queue_push_tail (&self->events, event);
}

/* STUN */

static guint32
crc32 (const guint8 * data, gsize size)
{
  guint32 crc = ~0u;

  for (gsize i = 0; i < size; i++) {
    crc ^= data[i];
    for (guint bit = 0; bit < 8; bit++)
      crc = (crc >> 1) ^ (0xEDB88320 & -(crc & 1));
  }
  return ~crc;
}

static guint8 *
put_attribute (guint8 * message, guint * size, guint16 type, guint16 length)
{
  guint8 *attribute = message + *size;

  GST_WRITE_UINT16_BE (attribute, type);
  GST_WRITE_UINT16_BE (attribute + 2, length);
  *size += 4 + length;
  /* The length covers the attribute that is being written: what is hashed below includes it. */
  GST_WRITE_UINT16_BE (message + 2, *size - STUN_HEADER_SIZE);
  return attribute + 4;
}

static void
put_integrity (BenchIce * self, guint8 * message, guint * size)
{
  guint hashed = *size;
  guint8 *value = put_attribute (message, size, STUN_MESSAGE_INTEGRITY, SHA1_SIZE);
  GHmac *hmac = g_hmac_new (G_CHECKSUM_SHA1, (const guint8 *) self->pwd, strlen (self->pwd));
  gsize length = SHA1_SIZE;

  g_hmac_update (hmac, message, hashed);
  g_hmac_get_digest (hmac, value, &length);
  g_hmac_unref (hmac);
}

static gboolean
has_attribute (const guint8 * data, gsize size, guint16 type)
{
  for (gsize i = STUN_HEADER_SIZE; i + 4 <= size; i += 4 + ((GST_READ_UINT16_BE (data + i + 2) + 3) & ~3))
    if (GST_READ_UINT16_BE (data + i) == type)
      return TRUE;
  return FALSE;
}

static void
put_mapped_address (guint8 * message, guint * size, const struct sockaddr_in *from)
{
  guint8 *value = put_attribute (message, size, STUN_XOR_MAPPED_ADDRESS, 8);

  GST_WRITE_UINT16_BE (value, 1);
  GST_WRITE_UINT16_BE (value + 2, ntohs (from->sin_port) ^ (STUN_COOKIE >> 16));
  GST_WRITE_UINT32_BE (value + 4, ntohl (from->sin_addr.s_addr) ^ STUN_COOKIE);
}

static void
answer_check (BenchIce * self, const guint8 * request, const struct sockaddr_in *from)
{
  guint8 message[128];
  guint size = STUN_HEADER_SIZE, hashed;
  guint8 *value;

  memcpy (message, request, STUN_HEADER_SIZE);
  GST_WRITE_UINT16_BE (message, STUN_BINDING_RESPONSE);
  put_mapped_address (message, &size, from);
  put_integrity (self, message, &size);
  hashed = size;
  value = put_attribute (message, &size, STUN_FINGERPRINT, 4);
  GST_WRITE_UINT32_BE (value, crc32 (message, hashed) ^ STUN_FINGERPRINT_XOR);
  sendto (self->fd, message, size, MSG_DONTWAIT, (const struct sockaddr *) from, sizeof *from);
}

static void
receive_stun (BenchIce * self, const guint8 * data, gsize size, const struct sockaddr_in *from)
{
  if (self->mute || size < STUN_HEADER_SIZE || GST_READ_UINT16_BE (data) != STUN_BINDING_REQUEST)
    return;
  answer_check (self, data, from);
  if (!self->connected && has_attribute (data, size, STUN_USE_CANDIDATE)) {
    self->remote = *from;
    self->connected = TRUE;
    push_event (self, RTC_ICE_EVENT_CONNECTED, NULL);
  }
}

/* The socket */

static void
receive (BenchIce * self, const guint8 * data, gsize size, const struct sockaddr_in *from, RtcTime now)
{
  RtcPacketKind kind = rtc_packet_kind (data, size);

  if (kind == RTC_PACKET_STUN)
    receive_stun (self, data, size, from);
  else if (!self->take)
    self->parent.receive (self->parent.receive_data, data, size);
  else if (kind == RTC_PACKET_RTP)
    self->take (self->take_data, data, size, now);
}

static void
read_socket (BenchIce * self)
{
  /* one thread reads all sockets */
  static guint8 data[MAX_DATAGRAMS][MAX_DATAGRAM_SIZE];
  struct mmsghdr messages[MAX_DATAGRAMS];
  struct iovec parts[MAX_DATAGRAMS];
  struct sockaddr_in from[MAX_DATAGRAMS];
  gint n;

  memset (messages, 0, sizeof messages);
  for (guint i = 0; i < MAX_DATAGRAMS; i++) {
    parts[i] = (struct iovec) { data[i], MAX_DATAGRAM_SIZE };
    messages[i].msg_hdr.msg_iov = &parts[i];
    messages[i].msg_hdr.msg_iovlen = 1;
    messages[i].msg_hdr.msg_name = &from[i];
    messages[i].msg_hdr.msg_namelen = sizeof from[i];
  }
  do {
    RtcTime now;

    n = recvmmsg (self->fd, messages, MAX_DATAGRAMS, MSG_DONTWAIT, NULL);
    now = g_get_monotonic_time ();
    for (gint i = 0; i < n && self->fd >= 0; i++)
      receive (self, data[i], messages[i].msg_len, &from[i], now);
  } while (n == MAX_DATAGRAMS && self->fd >= 0);
}

static gboolean
dispatch_source (GSource * source, GSourceFunc callback, gpointer user_data)
{
  read_socket (((SocketSource *) source)->ice);
  return G_SOURCE_CONTINUE;
}

static gboolean
check_source (GSource * source)
{
  BenchIce *self = ((SocketSource *) source)->ice;

  return self->tag && g_source_query_unix_fd (source, self->tag);
}

static GSourceFuncs source_funcs = {.check = check_source,.dispatch = dispatch_source };

void
bench_ice_divert (RtcIce * ice, BenchIceTake take, gpointer user_data)
{
  BenchIce *self = (BenchIce *) ice;

  self->take = take;
  self->take_data = user_data;
  if (self->source && self->tag) {
    g_source_remove_unix_fd (self->source, self->tag);
    self->tag = NULL;
  }
}

void
bench_ice_drain (RtcIce * ice)
{
  BenchIce *self = (BenchIce *) ice;

  if (self->fd >= 0)
    read_socket (self);
}

void
bench_ice_set_pointer (RtcIce * ice, RtcIce ** pointer)
{
  ((BenchIce *) ice)->pointer = pointer;
}

void
bench_ice_mute (RtcIce * ice)
{
  ((BenchIce *) ice)->mute = TRUE;
}

/* What the peer calls */

static void
get_credentials (RtcIce * ice, const gchar ** ufrag, const gchar ** pwd)
{
  *ufrag = ((BenchIce *) ice)->ufrag;
  *pwd = ((BenchIce *) ice)->pwd;
}

static gboolean
gather (RtcIce * ice, gboolean controlling, GError ** error)
{
  BenchIce *self = (BenchIce *) ice;

  push_event (self, RTC_ICE_EVENT_CANDIDATE, g_strdup_printf ("candidate:1 1 UDP 2130706431 %s %u typ host",
          inet_ntoa (self->local.sin_addr), ntohs (self->local.sin_port)));
  push_event (self, RTC_ICE_EVENT_GATHERING_DONE, NULL);
  return TRUE;
}

static gboolean
restart (RtcIce * ice, GError ** error)
{
  g_set_error_literal (error, GST_RTC_ERROR, GST_RTC_ERROR_ICE, "A lite agent of the tests does not restart");
  return FALSE;
}

static gboolean
set_remote (RtcIce * ice, const gchar * ufrag, const gchar * pwd, GError ** error)
{
  return TRUE;
}

static gboolean
add_candidate (RtcIce * ice, const gchar * candidate, GError ** error)
{
  return TRUE;
}

static void
end_of_candidates (RtcIce * ice)
{
}

static gboolean
send_datagram (RtcIce * ice, const guint8 * data, gsize size)
{
  BenchIce *self = (BenchIce *) ice;

  return self->connected
      && sendto (self->fd, data, size, MSG_DONTWAIT, (const struct sockaddr *) &self->remote,
      sizeof self->remote) == (gssize) size;
}

static gboolean
get_path (RtcIce * ice, RtcIcePath * path)
{
  BenchIce *self = (BenchIce *) ice;

  path->fd = self->fd;
  path->remote_size = sizeof self->remote;
  memcpy (path->remote, &self->remote, sizeof self->remote);
  return self->connected;
}

static gboolean
get_pair (RtcIce * ice, RtcIcePair * pair)
{
  return FALSE;
}

static gboolean
next_event (RtcIce * ice, RtcIceEvent * event)
{
  RtcIceEvent *next = g_queue_pop_head (&((BenchIce *) ice)->events);

  if (!next)
    return FALSE;
  *event = *next;
  g_free (next);
  return TRUE;
}

static gboolean
report_closed (gpointer data)
{
  push_event (data, RTC_ICE_EVENT_CLOSED, NULL);
  return G_SOURCE_REMOVE;
}

static void
close_ice (RtcIce * ice)
{
  BenchIce *self = (BenchIce *) ice;
  GSource *idle;

  if (self->fd < 0)
    return;
  g_source_destroy (self->source);
  g_clear_pointer (&self->source, g_source_unref);
  close (self->fd);
  self->fd = -1;
  idle = g_idle_source_new ();
  g_source_set_callback (idle, report_closed, self, NULL);
  g_source_attach (idle, self->context);
  g_source_unref (idle);
}

static void
free_ice (RtcIce * ice)
{
  BenchIce *self = (BenchIce *) ice;
  RtcIceEvent event;

  while (next_event (ice, &event))
    g_free (event.text);
  if (self->pointer)
    *self->pointer = NULL;
  g_main_context_unref (self->context);
  g_free (self);
}

static const RtcIceClass bench_class = {
  get_credentials, gather, restart, set_remote, add_candidate, end_of_candidates, send_datagram, get_path, get_pair,
  next_event, close_ice, free_ice,
};

static gint
open_socket (struct sockaddr_in *local)
{
  gint fd = socket (AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), size = RECEIVE_BUFFER;
  socklen_t length = sizeof *local;

  if (fd < 0)
    return -1;
  /* beyond the system's limit only with privileges */
  if (setsockopt (fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size) < 0)
    setsockopt (fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
  if (bind (fd, (const struct sockaddr *) local, sizeof *local) == 0
      && getsockname (fd, (struct sockaddr *) local, &length) == 0)
    return fd;
  close (fd);
  return -1;
}

static void
attach_source (BenchIce * self)
{
  self->source = g_source_new (&source_funcs, sizeof (SocketSource));
  ((SocketSource *) self->source)->ice = self;
  self->tag = g_source_add_unix_fd (self->source, self->fd, G_IO_IN);
  g_source_attach (self->source, self->context);
}

RtcIce *
bench_ice_new (const RtcIceConfig * config, GError ** error)
{
  BenchIce *self;
  struct sockaddr_in local = {.sin_family = AF_INET };
  gint fd;

  inet_aton (config->addresses[0], &local.sin_addr);
  fd = open_socket (&local);
  if (fd < 0) {
    g_set_error (error, GST_RTC_ERROR, GST_RTC_ERROR_FAILED, "Could not open a socket: %s",
        g_strerror (errno));
    return NULL;
  }
  self = g_new0 (BenchIce, 1);
  self->parent.klass = &bench_class;
  self->context = g_main_context_ref (config->context);
  self->fd = fd;
  self->local = local;
  g_snprintf (self->ufrag, sizeof self->ufrag, "%08x", g_random_int ());
  g_snprintf (self->pwd, sizeof self->pwd, "%08x%08x%08x", g_random_int (), g_random_int (), g_random_int ());
  g_queue_init (&self->events);
  attach_source (self);
  return &self->parent;
}
