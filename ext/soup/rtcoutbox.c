/* gst-rtc: messages for peers that cannot be reached for a while
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "rtcoutbox.h"

#include <string.h>

/* All that can be kept; what is older goes first. One session has a description and some candidates. */
#define MAX_MESSAGES 1024
#define MAX_BYTES (1024 * 1024)

typedef struct
{
  gchar *name, *text;
} Letter;

struct _RtcOutbox
{
  GQueue letters;
  gsize size;                   /* bytes */
};

static void
letter_free (gpointer data)
{
  Letter *letter = data;

  g_free (letter->name);
  g_free (letter->text);
  g_free (letter);
}

RtcOutbox *
rtc_outbox_new (void)
{
  return g_new0 (RtcOutbox, 1);
}

void
rtc_outbox_free (RtcOutbox * self)
{
  g_queue_clear_full (&self->letters, letter_free);
  g_free (self);
}

/* link: NULL if there is none. Returns: (transfer full) (nullable): its text */
static gchar *
take_out (RtcOutbox * self, GList * link)
{
  Letter *letter;
  gchar *text;

  if (link == NULL)
    return NULL;
  letter = link->data;
  text = g_steal_pointer (&letter->text);
  self->size -= strlen (text);
  g_queue_delete_link (&self->letters, link);
  letter_free (letter);
  return text;
}

static GList *
find (RtcOutbox * self, const gchar * name)
{
  for (GList * link = self->letters.head; link != NULL; link = link->next) {
    if (g_str_equal (((Letter *) link->data)->name, name))
      return link;
  }
  return NULL;
}

/* text: (transfer full) */
void
rtc_outbox_add (RtcOutbox * self, const gchar * name, gchar * text)
{
  Letter *letter = g_new0 (Letter, 1);

  letter->name = g_strdup (name);
  letter->text = text;
  g_queue_push_tail (&self->letters, letter);
  self->size += strlen (text);
  while (self->letters.length > MAX_MESSAGES || self->size > MAX_BYTES)
    g_free (take_out (self, self->letters.head));
}

/* Returns: (transfer full) (nullable): the oldest for @name */
gchar *
rtc_outbox_take (RtcOutbox * self, const gchar * name)
{
  return take_out (self, find (self, name));
}

void
rtc_outbox_drop (RtcOutbox * self, const gchar * name)
{
  GList *link;

  while ((link = find (self, name)) != NULL)
    g_free (take_out (self, link));
}
