/* gst-rtc: what the loops tell the control thread, in order
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "gstrtcmailbox.h"

typedef struct
{
  GFunc func;
  gpointer data, user_data;
  GDestroyNotify destroy;
  gsize weight;
} Letter;

struct _GstRtcMailbox
{
  gint ref_count;
  gsize limit;

  GMutex lock;                  /* a leaf, but for the control's */
  RtcControl *control;          /* NULL after the end */
  GQueue letters;               /* of Letter */
  gsize weight;
  gboolean is_posted;           /* the control thread will look */
  gboolean is_full;
  void (*full) (gpointer user_data, gboolean is_full);
  gpointer user_data;
};

static void
free_letter (gpointer data)
{
  Letter *letter = data;

  if (letter->destroy)
    letter->destroy (letter->data);
  g_free (letter);
}

GstRtcMailbox *
gst_rtc_mailbox_new (RtcControl * control, gsize limit, void (*full) (gpointer user_data, gboolean is_full),
    gpointer user_data)
{
  GstRtcMailbox *self = g_new0 (GstRtcMailbox, 1);

  self->ref_count = 1;
  self->limit = limit;
  g_mutex_init (&self->lock);
  self->control = control;
  g_queue_init (&self->letters);
  self->full = full;
  self->user_data = user_data;
  return self;
}

GstRtcMailbox *
gst_rtc_mailbox_ref (GstRtcMailbox * self)
{
  g_atomic_int_inc (&self->ref_count);
  return self;
}

void
gst_rtc_mailbox_unref (GstRtcMailbox * self)
{
  if (!g_atomic_int_dec_and_test (&self->ref_count))
    return;
  g_queue_clear_full (&self->letters, free_letter);
  g_mutex_clear (&self->lock);
  g_free (self);
}

/* Returns: whether somebody has to be told, after the lock is let go of */
static gboolean
weigh (GstRtcMailbox * self, gssize change)
{
  gboolean was_full = self->is_full;

  self->weight += change;
  if (self->weight > self->limit)
    self->is_full = TRUE;
  else if (self->weight <= self->limit / 2)
    self->is_full = FALSE;
  return self->control && self->is_full != was_full;
}

/* (nullable): one by one: a handler may end the mailbox */
static Letter *
take_letter (GstRtcMailbox * self)
{
  gboolean is_news = FALSE;
  Letter *letter;

  g_mutex_lock (&self->lock);
  letter = g_queue_pop_head (&self->letters);
  if (letter)
    is_news = weigh (self, -(gssize) letter->weight);
  else
    self->is_posted = FALSE;
  g_mutex_unlock (&self->lock);
  if (is_news)
    self->full (self->user_data, FALSE);
  return letter;
}

static void
read_letters (gpointer data, gpointer user_data)
{
  GstRtcMailbox *self = data;
  Letter *letter;

  while ((letter = take_letter (self))) {
    letter->func (letter->data, letter->user_data);
    free_letter (letter);
  }
}

static void
unref_mailbox (gpointer data)
{
  gst_rtc_mailbox_unref (data);
}

void
gst_rtc_mailbox_post (GstRtcMailbox * self, GFunc func, gpointer data, gpointer user_data, GDestroyNotify destroy,
    gsize weight)
{
  Letter *letter = g_new (Letter, 1);
  gboolean is_taken, is_news = FALSE;

  *letter = (Letter) { func, data, user_data, destroy, weight };
  g_mutex_lock (&self->lock);
  is_taken = self->control != NULL;
  if (is_taken) {
    g_queue_push_tail (&self->letters, letter);
    is_news = weigh (self, weight);
    if (!self->is_posted)
      rtc_control_post (self->control, read_letters, gst_rtc_mailbox_ref (self), NULL, unref_mailbox);
    self->is_posted = TRUE;
  }
  g_mutex_unlock (&self->lock);
  if (!is_taken)
    free_letter (letter);
  if (is_news)
    self->full (self->user_data, TRUE);
}

void
gst_rtc_mailbox_end (GstRtcMailbox * self)
{
  read_letters (self, NULL);
  g_mutex_lock (&self->lock);
  self->control = NULL;
  g_mutex_unlock (&self->lock);
  read_letters (self, NULL);    /* what came in between */
}
