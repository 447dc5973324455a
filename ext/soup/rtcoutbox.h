/* gst-rtc: messages for peers that cannot be reached for a while
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _RtcOutbox RtcOutbox;

RtcOutbox *rtc_outbox_new (void);
void rtc_outbox_free (RtcOutbox * self);

void rtc_outbox_add (RtcOutbox * self, const gchar * name, gchar * text);
gchar *rtc_outbox_take (RtcOutbox * self, const gchar * name);
void rtc_outbox_drop (RtcOutbox * self, const gchar * name);

G_END_DECLS
