/* gst-rtc: a WebSocket client with bad manners
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Small enough to do what libraries do not let one do: send broken frames, stop reading, go without a word.
 * Belongs to the thread of its main context.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _HostileSocket HostileSocket;

typedef struct
{
  void (*text) (const gchar * text, gsize size, gpointer user_data);
  void (*closed) (gpointer user_data);  /* by the server; never by the functions below */
} HostileSocketEvents;

/* Blocks for the handshake. (nullable): the server did not want it */
HostileSocket *hostile_socket_open (GMainContext * context, guint16 port, const HostileSocketEvents * events,
    gpointer user_data);
/* FALSE: the server has gone, or takes no more */
gboolean hostile_socket_send (HostileSocket * self, const void *data, gsize size);
/* opcode: RFC 6455, section 5.2 */
gboolean hostile_socket_send_frame (HostileSocket * self, guint8 opcode, const void *data, gsize size);
gboolean hostile_socket_send_text (HostileSocket * self, const gchar * text);
void hostile_socket_stop_reading (HostileSocket * self);
/* polite: with a close frame; otherwise the connection is reset */
void hostile_socket_free (HostileSocket * self, gboolean polite);

G_END_DECLS
