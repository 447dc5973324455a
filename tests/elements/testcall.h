/* gst-rtc: two pipelines with an element each that talk to each other, for tests
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "testsignaller.h"

G_BEGIN_DECLS

/* What came out of a pad */
typedef struct
{
  gchar *name;                  /* of the pad */
  gchar *caps;                  /* the last */
  guint n_buffers;
  guint n_starts;               /* stream-start events */
  gdouble luma;                 /* mean of the last picture's left upper part, 0 to 255 */
  gdouble frequency;            /* of the last sound: zero crossings a second, halved */
  gboolean eos, removed;
} TestOutput;

/* One side: a pipeline with an element named "rtc" whose pads end in sinks that look at what comes */
typedef struct _TestSide TestSide;

/* The two sides of a call, which know each other as "left" and "right" */
typedef struct
{
  TestSide *left, *right;
} TestCall;

/* left, right: pipelines for gst-launch; filter: (nullable): caps that the sinks on the right take */
TestCall *test_call_new (const gchar * left, const gchar * right, const gchar * filter);
void test_call_free (TestCall * call);
/* The left side was there first, and offers */
void test_call_connect (TestCall * call);
void test_call_hang_up (TestCall * call);

GstElement *test_side_get_element (TestSide * side);
GstElement *test_side_get_pipeline (TestSide * side);
/* How many pads there are or were */
guint test_side_count (TestSide * side);
/* Waits until there are @n buffers more of the @index-th pad whose name begins with @prefix, and returns a copy of what is
 * known of it */
TestOutput test_side_wait (TestSide * side, const gchar * prefix, guint index, guint n);
void test_side_wait_eos (TestSide * side, const gchar * prefix, guint index);
/* What the element's stats say, of all that it receives */
gint64 test_side_get_packets_lost (TestSide * side);
void test_output_clear (TestOutput * output);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TestOutput, test_output_clear)

G_END_DECLS
