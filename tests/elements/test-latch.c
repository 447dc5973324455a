/* gst-rtc: tests of holding back who takes packets until they are all there
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <gst/elements/gstrtclatch.h>

static gint64
time_pass (GstRtcLatch * latch)
{
  gint64 began = g_get_monotonic_time ();

  gst_rtc_latch_pass (latch);
  return g_get_monotonic_time () - began;
}

/* Who closed it may be waiting for us. */
static void
test_nobody_opens (void)
{
  GstRtcLatch *latch = gst_rtc_latch_new ();

  gst_rtc_latch_pass (latch);
  gst_rtc_latch_close (latch);
  g_assert_cmpint (time_pass (latch), >=, 2 * G_TIME_SPAN_MILLISECOND);
  /* once for all: a thousand packets do not wait a thousand times */
  {
    gint64 began = g_get_monotonic_time ();

    for (guint i = 0; i < 1000; i++)
      gst_rtc_latch_pass (latch);
    g_assert_cmpint (g_get_monotonic_time () - began, <, 2 * G_TIME_SPAN_SECOND);
  }
  gst_rtc_latch_close (latch);
  g_assert_cmpint (time_pass (latch), >=, 2 * G_TIME_SPAN_MILLISECOND);
  gst_rtc_latch_unref (latch);
}

typedef struct
{
  GstRtcLatch *latch;
  gint done;                    /* atomic */

} World;

static gpointer
pass_on_and_on (gpointer data)
{
  World *world = data;

  while (!g_atomic_int_get (&world->done))
    gst_rtc_latch_pass (world->latch);
  gst_rtc_latch_unref (world->latch);
  return NULL;
}

static void
test_threads (void)
{
  World world = {.latch = gst_rtc_latch_new () };
  GThread *threads[3];

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++) {
    gst_rtc_latch_ref (world.latch);
    threads[i] = g_thread_new ("passes", pass_on_and_on, &world);
  }
  for (guint i = 0; i < 200; i++) {
    gst_rtc_latch_close (world.latch);
    g_thread_yield ();
    gst_rtc_latch_open (world.latch);
  }
  gst_rtc_latch_close (world.latch);
  g_atomic_int_set (&world.done, TRUE);
  gst_rtc_latch_open (world.latch);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  gst_rtc_latch_unref (world.latch);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/latch/nobody-opens", test_nobody_opens);
  g_test_add_func ("/latch/threads", test_threads);
  return g_test_run ();
}
