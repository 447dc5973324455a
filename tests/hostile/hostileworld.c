/* gst-rtc: a server, and a good viewer of it that must not notice anything
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "hostileviewer.h"

#include <ext/openssl/rtcopenssl.h>

/* The stream has a frame each 40 ms. Test machines are busy, but nothing that blocks a thread of the server for
 * a time-out, the shortest of which is 1 s, gets through. With AddressSanitizer a second alone may be lost. */
#define LONGEST_GAP (900 * RTC_MSECOND)
#define LONGEST_GAP_SANITIZED (4 * RTC_SECOND)
extern size_t __sanitizer_get_current_allocated_bytes (void) __attribute__ ((weak));
#define CONNECT_TIMEOUT (10 * RTC_SECOND)

gboolean
hostile_is_sanitized (void)
{
  return __sanitizer_get_current_allocated_bytes != NULL;
}

static void
make_receive (RtcReceiveSpec * receive)
{
  for (guint i = 0; i < 2; i++)
    receive[i] = (RtcReceiveSpec) { g_ptr_array_new_with_free_func ((GDestroyNotify) rtc_codec_free), 1 };
  g_ptr_array_add (receive[RTC_MEDIA_VIDEO].codecs, rtc_codec_new (RTC_MEDIA_VIDEO, "H264", 90000, 0,
          "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f"));
  g_ptr_array_add (receive[RTC_MEDIA_VIDEO].codecs, rtc_codec_new (RTC_MEDIA_VIDEO, "VP8", 90000, 0, NULL));
  g_ptr_array_add (receive[RTC_MEDIA_AUDIO].codecs, rtc_codec_new (RTC_MEDIA_AUDIO, "opus", 48000, 2, NULL));
}

HostileWorld *
hostile_world_new (gboolean server, guint16 port)
{
  HostileWorld *world = g_new0 (HostileWorld, 1);
  g_autoptr (GError) error = NULL;

  if (server) {
    world->server = hostile_server_new ();
    port = hostile_server_play (world->server);
  }
  world->port = port;
  world->tracks = g_ptr_array_new ();
  make_receive (world->receive);
  world->certificate = rtc_openssl_certificate_new (&error);
  g_assert_no_error (error);
  world->pool = rtc_pool_new ("viewers", 1, &error);
  g_assert_no_error (error);
  world->loop = rtc_pool_get_loop (world->pool, 0);
  world->control = rtc_control_new ("control");
  if (server) {
    world->good = hostile_viewer_new (world, "good", NULL);
    g_assert_true (hostile_viewer_wait_frames (world->good, 5, CONNECT_TIMEOUT));
  }
  return world;
}

static void
do_nothing (gpointer data, gpointer user_data)
{
}

void
hostile_world_free (HostileWorld * world)
{
  if (world->good)
    hostile_viewer_free (world->good, HOSTILE_LEAVE);
  g_assert_true (rtc_pool_wait_idle (world->pool, 5 * RTC_SECOND));
  rtc_control_call (world->control, do_nothing, NULL, NULL);
  rtc_control_free (world->control);
  rtc_pool_free (world->pool);
  rtc_openssl_certificate_free (world->certificate);
  g_ptr_array_unref (world->tracks);
  for (guint i = 0; i < 2; i++)
    g_ptr_array_unref (world->receive[i].codecs);
  if (world->server)
    hostile_server_free (world->server);
  g_free (world);
}

void
hostile_world_check (HostileWorld * world)
{
  HostileMedia media;

  g_assert_true (hostile_viewer_wait_frames (world->good, 2, CONNECT_TIMEOUT));
  media = hostile_viewer_get_media (world->good);
  g_assert_cmpuint (media.lost, ==, 0);
  g_assert_cmpint (media.longest_gap, <, hostile_is_sanitized ()? LONGEST_GAP_SANITIZED : LONGEST_GAP);
  g_assert_cmpuint (world->good->n_leaves, ==, 0);
  g_assert_true (hostile_server_has (world->server, "good"));
}
