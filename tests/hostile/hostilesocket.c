/* gst-rtc: a WebSocket client with bad manners
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "hostilesocket.h"

#include <errno.h>
#include <glib-unix.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define OPCODE_TEXT 1
#define OPCODE_CLOSE 8
#define OPCODE_PING 9
#define OPCODE_PONG 10
#define MAX_FRAME (1 << 20)

struct _HostileSocket
{
  gint fd;
  GSource *source;
  GByteArray *input;
  const HostileSocketEvents *events;
  gpointer user_data;
};

gboolean
hostile_socket_send (HostileSocket * self, const void *data, gsize size)
{
  const guint8 *bytes = data;

  while (size > 0) {
    gssize sent = send (self->fd, bytes, size, MSG_NOSIGNAL);

    if (sent <= 0)
      return FALSE;
    bytes += sent;
    size -= sent;
  }
  return TRUE;
}

gboolean
hostile_socket_send_frame (HostileSocket * self, guint8 opcode, const void *data, gsize size)
{
  /* The mask is 0: it leaves the bytes as they are. */
  guint8 header[14] = { 0x80 | opcode };
  guint length = 2;

  if (size < 126) {
    header[1] = 0x80 | size;
  } else {
    guint n = size <= G_MAXUINT16 ? 2 : 8;

    header[1] = 0x80 | (n == 2 ? 126 : 127);
    for (guint i = 0; i < n; i++)
      header[2 + i] = (guint64) size >> 8 * (n - 1 - i);
    length += n;
  }
  return hostile_socket_send (self, header, length + 4) && hostile_socket_send (self, data, size);
}

gboolean
hostile_socket_send_text (HostileSocket * self, const gchar * text)
{
  return hostile_socket_send_frame (self, OPCODE_TEXT, text, strlen (text));
}

/* Returns: bytes of the first frame in the input, 0 if it is not complete */
static gsize
parse_frame (HostileSocket * self, guint8 * opcode, gsize * offset)
{
  const guint8 *data = self->input->data;
  gsize length = self->input->len, size, extra;

  if (length < 2)
    return 0;
  *opcode = data[0] & 0x0f;
  size = data[1] & 0x7f;
  extra = size == 126 ? 2 : size == 127 ? 8 : 0;
  if (length < 2 + extra)
    return 0;
  if (extra) {
    size = 0;
    for (gsize i = 0; i < extra; i++)
      size = size << 8 | data[2 + i];
  }
  g_assert_cmpuint (size, <=, MAX_FRAME);
  *offset = 2 + extra;
  return length < *offset + size ? 0 : *offset + size;
}

/* FALSE: the user has freed us or the server has said goodbye */
static gboolean
handle_frame (HostileSocket * self, guint8 opcode, const guint8 * data, gsize size)
{
  GSource *source = g_source_ref (self->source);
  gboolean alive;

  if (opcode == OPCODE_TEXT)
    self->events->text ((const gchar *) data, size, self->user_data);
  else if (opcode == OPCODE_PING)
    hostile_socket_send_frame (self, OPCODE_PONG, data, size);
  alive = !g_source_is_destroyed (source) && opcode != OPCODE_CLOSE;
  g_source_unref (source);
  return alive;
}

/* FALSE as above */
static gboolean
handle_input (HostileSocket * self)
{
  guint8 opcode;
  gsize offset, size;

  while ((size = parse_frame (self, &opcode, &offset)) > 0) {
    g_autofree guint8 *frame = g_memdup2 (self->input->data, size);

    g_byte_array_remove_range (self->input, 0, size);
    if (!handle_frame (self, opcode, frame + offset, size - offset))
      return opcode != OPCODE_CLOSE;
  }
  return TRUE;
}

static gboolean
on_readable (gint fd, GIOCondition condition, gpointer user_data)
{
  HostileSocket *self = user_data;
  g_autoptr (GSource) source = g_source_ref (self->source);
  guint8 data[4096];
  gssize size = recv (fd, data, sizeof data, MSG_DONTWAIT);

  if (size < 0 && (errno == EAGAIN || errno == EINTR))
    return G_SOURCE_CONTINUE;
  if (size > 0) {
    g_byte_array_append (self->input, data, size);
    if (handle_input (self))
      return G_SOURCE_CONTINUE;
  }
  if (!g_source_is_destroyed (source)) {
    g_source_destroy (source);
    self->events->closed (self->user_data);
  }
  return G_SOURCE_REMOVE;
}

static gint
connect_to (guint16 port)
{
  struct sockaddr_in address = {.sin_family = AF_INET,.sin_port = g_htons (port) };
  struct timeval limit = {.tv_sec = 5 };
  gint fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

  address.sin_addr.s_addr = g_htonl (INADDR_LOOPBACK);
  setsockopt (fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  setsockopt (fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  if (connect (fd, (struct sockaddr *) &address, sizeof address) == 0)
    return fd;
  close (fd);
  return -1;
}

static gboolean
shake_hands (HostileSocket * self, guint16 port)
{
  g_autofree gchar *request = g_strdup_printf ("GET /ws HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nUpgrade: websocket\r\n"
      "Connection: Upgrade\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n", port);
  gchar answer[2048];
  gsize size = 0;

  if (!hostile_socket_send (self, request, strlen (request)))
    return FALSE;
  /* byte by byte: what follows the header is the first frame */
  while (size < sizeof answer - 1) {
    if (recv (self->fd, answer + size, 1, 0) != 1)
      return FALSE;
    answer[++size] = '\0';
    if (g_str_has_suffix (answer, "\r\n\r\n"))
      return g_str_has_prefix (answer, "HTTP/1.1 101 ");
  }
  return FALSE;
}

HostileSocket *
hostile_socket_open (GMainContext * context, guint16 port, const HostileSocketEvents * events, gpointer user_data)
{
  HostileSocket *self = g_new0 (HostileSocket, 1);

  self->fd = connect_to (port);
  if (self->fd < 0 || !shake_hands (self, port)) {
    if (self->fd >= 0)
      close (self->fd);
    g_free (self);
    return NULL;
  }
  self->input = g_byte_array_new ();
  self->events = events;
  self->user_data = user_data;
  self->source = g_unix_fd_source_new (self->fd, G_IO_IN | G_IO_HUP | G_IO_ERR);
  g_source_set_callback (self->source, G_SOURCE_FUNC (on_readable), self, NULL);
  g_source_attach (self->source, context);
  return self;
}

void
hostile_socket_stop_reading (HostileSocket * self)
{
  g_source_destroy (self->source);
}

void
hostile_socket_free (HostileSocket * self, gboolean polite)
{
  struct linger reset = {.l_onoff = 1,.l_linger = 0 };

  g_source_destroy (self->source);
  g_source_unref (self->source);
  if (polite)
    hostile_socket_send_frame (self, OPCODE_CLOSE, "\x03\xe8", 2);
  else
    setsockopt (self->fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  close (self->fd);
  g_byte_array_unref (self->input);
  g_free (self);
}
