/* gst-rtc: whatever a viewer says, it hurts at most itself
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "hostileviewer.h"

#include <string.h>

#define SOON (10 * RTC_SECOND)
#define BINARY_FRAME 2
#define TEXT_FRAME 1

static HostileWorld *world;

static HostileViewer *
new_viewer (const gchar * name)
{
  const HostileHabits habits = {.ignores_offers = TRUE,.max_dtls = -1 };
  HostileViewer *viewer = hostile_viewer_new (world, name, &habits);

  if (name)
    g_assert_true (hostile_viewer_wait (viewer, hostile_is_offered, SOON));
  return viewer;
}

static void
expect_removed (const gchar * name, GstRtcError code)
{
  const GError *reason = hostile_server_wait_removed (world->server, name, SOON);

  g_assert_error (reason, GST_RTC_ERROR, (gint) code);
}

/* It behaves from now on, and is served. */
static void
expect_served (HostileViewer * viewer)
{
  hostile_viewer_answer (viewer);
  g_assert_true (hostile_viewer_wait (viewer, hostile_is_connected, SOON));
  g_assert_true (hostile_viewer_wait_frames (viewer, 2, SOON));
}

static void
bid_farewell (HostileViewer * viewer)
{
  g_autofree gchar *name = g_strdup (viewer->name);

  hostile_viewer_free (viewer, HOSTILE_LEAVE);
  expect_removed (name, GST_RTC_ERROR_LEFT);
  hostile_world_check (world);
}

/* JSON */

static const gchar *const nonsense[] = {
  "", "{", "}", "[]", "null", "17", "\"login\"", "{\"type\":\"login\"", "{\"type\":}", "{}", "{\"type\":5}",
  "{\"type\":null}", "{\"type\":[\"login\"]}", "{\"type\":\"\"}", "{\"type\":\"hack\"}", "{\"type\":\"LOGIN\"}",
  "{\"type\":\"login\",\"name\":{}}", "{\"type\":\"login\",\"name\":\"a\\u0000b\"}", "{\"type\":\"login\"}",
  "{\"type\":\"offer\"}", "{\"type\":\"offer\",\"offer\":\"v=0\"}", "{\"type\":\"offer\",\"offer\":[]}",
  "{\"type\":\"offer\",\"offer\":{\"type\":\"answer\",\"sdp\":\"v=0\"}}",
  "{\"type\":\"offer\",\"offer\":{\"type\":\"offer\",\"sdp\":7}}", "{\"type\":\"answer\",\"answer\":{}}",
  "{\"type\":\"candidate\",\"candidate\":[]}", "{\"type\":\"candidate\",\"candidate\":7}",
  "{\"type\":\"candidate\",\"candidate\":{\"candidate\":{}}}",
  "{\"type\":\"candidate\",\"candidate\":{\"candidate\":\"candidate:1\",\"sdpMLineIndex\":1e300}}",
  "{\"type\":\"candidate\",\"candidate\":{\"candidate\":\"candidate:1\",\"sdpMLineIndex\":\"0\"}}",
  "\xff\xfe{\"type\":\"login\"}", "{\"type\":\"\xc3\x28\"}",
  "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
};

/* What is told apart by libsoup (not UTF-8 in a text frame) closes the socket, the rest is answered with an error. */
static gboolean
is_told_off (gpointer data)
{
  return hostile_is_refused (data) || hostile_is_closed (data);
}

static void
test_nonsense (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (nonsense); i++) {
    g_autofree gchar *name = g_strdup_printf ("nonsense-%u", i);
    HostileViewer *viewer = new_viewer (name);

    hostile_viewer_say (viewer, "%s", nonsense[i]);
    if (!hostile_viewer_wait (viewer, is_told_off, SOON))
      g_error ("no answer to %s", nonsense[i]);
    if (!viewer->closed && i % 8 == 0)
      expect_served (viewer);
    bid_farewell (viewer);
  }
}

static const gchar *const premature[] = {
  "{\"type\":\"candidate\",\"candidate\":{\"candidate\":\"candidate:1 1 UDP 1 127.0.0.1 9 typ host\"}}",
  "{\"type\":\"candidate\",\"candidate\":null}",
  "{\"type\":\"offer\",\"offer\":{\"type\":\"offer\",\"sdp\":\"v=0\"}}",
  "{\"type\":\"answer\",\"answer\":{\"type\":\"answer\",\"sdp\":\"v=0\"}}",
  "{\"type\":\"join\",\"room\":\"garage\"}",
  "{\"type\":\"leave\"}",
};

static void
test_before_login (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (premature); i++) {
    HostileViewer *viewer = new_viewer (NULL);

    viewer->name = g_strdup_printf ("premature-%u", i);
    hostile_viewer_say (viewer, "%s", premature[i]);
    g_assert_true (hostile_viewer_wait (viewer, hostile_is_refused, SOON));
    hostile_viewer_say (viewer, "{\"type\":\"login\",\"name\":\"%s\"}", viewer->name);
    g_assert_true (hostile_viewer_wait (viewer, hostile_is_offered, SOON));
    if (i == 0)
      expect_served (viewer);
    bid_farewell (viewer);
  }
}

static void
test_stolen_name (void)
{
  HostileViewer *thief = hostile_viewer_new (world, "good", NULL);

  g_assert_true (hostile_viewer_wait (thief, hostile_is_refused, SOON));
  g_assert_false (thief->logged_in);
  hostile_viewer_free (thief, HOSTILE_LEAVE);
  hostile_world_check (world);
}

static void
send_frame (gpointer data, gpointer user_data)
{
  hostile_socket_send_frame (data, BINARY_FRAME, "{\"type\":\"login\"}", 16);
}

static void
send_large (gpointer data, gpointer user_data)
{
  g_autofree gchar *text = g_strnfill (1 << 20, 'x');

  hostile_socket_send_frame (data, TEXT_FRAME, text, 1 << 20);
}

static void
send_promise (gpointer data, gpointer user_data)
{
  static const guint8 header[] = { 0x81, 0xff, 0x3f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0 };

  hostile_socket_send (data, header, sizeof header);
}

static void
send_reserved (gpointer data, gpointer user_data)
{
  static const guint8 frames[] = { 0xff, 0x80, 0, 0, 0, 0, 0x83, 0x00, 0x8b, 0x01 };

  hostile_socket_send (data, frames, sizeof frames);
}

static const struct
{
  const gchar *name;
  GFunc send;
  gboolean closed;
} frames[] = {
  {"binary", send_frame, FALSE},
  {"oversized", send_large, TRUE},
  {"promised", send_promise, TRUE},
  {"reserved", send_reserved, TRUE},
};

static void
test_frames (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (frames); i++) {
    HostileViewer *viewer = new_viewer (frames[i].name);

    rtc_control_call (world->control, frames[i].send, viewer->socket, NULL);
    g_assert_true (hostile_viewer_wait (viewer, frames[i].closed ? hostile_is_closed : hostile_is_refused, SOON));
    if (!frames[i].closed)
      expect_served (viewer);
    bid_farewell (viewer);
  }
}

static void
test_flood_of_faults (void)
{
  HostileViewer *viewer = new_viewer ("faulty");

  for (guint i = 0; i < 100; i++)
    hostile_viewer_say (viewer, "{\"type\":\"hack\"}");
  expect_removed ("faulty", GST_RTC_ERROR_LIMIT);
  g_assert_true (hostile_viewer_wait (viewer, hostile_is_closed, SOON));
  hostile_viewer_free (viewer, HOSTILE_LEAVE);
  hostile_world_check (world);
}

/* Candidates */

static void
test_flood_of_candidates (void)
{
  HostileViewer *viewer = new_viewer ("talkative");

  for (guint i = 0; i < 5000; i++) {
    g_autofree gchar *candidate = g_strdup_printf ("candidate:%u 1 UDP %u 127.0.%u.%u %u typ host", i, 1000000 + i,
        i / 250, i % 250 + 1, 10000 + i);

    hostile_viewer_propose (viewer, candidate);
  }
  expect_removed ("talkative", GST_RTC_ERROR_LIMIT);
  hostile_viewer_free (viewer, HOSTILE_LEAVE);
  hostile_world_check (world);
}

static const gchar *const bad_candidates[] = {
  "x", "candidate:", "candidate:1", "candidate:1 1 UDP 99999999999999999999 127.0.0.1 9 typ host",
  "candidate:1 1 UDP 1 127.0.0.1 99999 typ host", "candidate:1 1 UDP 1 127.0.0.1 9 typ hostile",
  "candidate:1 2 UDP 1 127.0.0.1 9 typ host", "candidate:1 1 TCP 1 127.0.0.1 9 typ host tcptype passive",
  "candidate:1 1 UDP 1 0.0.0.0 0 typ host", "candidate:1 1 UDP 1 255.255.255.255 9 typ host",
  "candidate:1 1 UDP 1 224.0.0.1 9 typ host", "candidate:1 1 UDP 1 :: 9 typ host",
  "candidate:1 1 UDP 1 0b1c1a5e-0c1d-4b7c-9f4a-000000000000.local 9 typ host",
  "candidate:1 1 UDP 1 an.address.that.is.none 9 typ host",
  "candidate:\r\nm=video 9 x 1", "candidate:1 1 UDP 1 127.0.0.1 9 typ srflx raddr x rport y",
};

static void
test_bad_candidates (void)
{
  HostileViewer *viewer = new_viewer ("misled");

  for (guint i = 0; i < G_N_ELEMENTS (bad_candidates); i++)
    hostile_viewer_propose (viewer, bad_candidates[i]);
  expect_served (viewer);
  for (guint i = 0; i < G_N_ELEMENTS (bad_candidates); i++)
    hostile_viewer_propose (viewer, bad_candidates[i]);
  hostile_viewer_propose (viewer, "");
  hostile_viewer_propose (viewer, "candidate:1 1 UDP 1 127.0.0.1 9 typ host");
  g_assert_true (hostile_viewer_wait_frames (viewer, 5, SOON));
  bid_farewell (viewer);
}

/* Descriptions */

static gchar *
without (gchar * sdp, const gchar * prefix)
{
  g_auto (GStrv) lines = g_strsplit (sdp, "\r\n", -1);
  GString *rest = g_string_new (NULL);

  for (guint i = 0; lines[i] && *lines[i]; i++)
    if (!g_str_has_prefix (lines[i], prefix))
      g_string_append_printf (rest, "%s\r\n", lines[i]);
  g_free (sdp);
  return g_string_free (rest, FALSE);
}

static gchar *
with (gchar * sdp, const gchar * from, const gchar * to)
{
  g_auto (GStrv) parts = g_strsplit (sdp, from, -1);
  gchar *changed = g_strjoinv (to, parts);

  g_assert_cmpuint (g_strv_length (parts), >, 1);
  g_free (sdp);
  return changed;
}

static gchar *
no_media (gchar * sdp)
{
  *strstr (sdp, "m=") = '\0';
  return without (sdp, "a=group");
}

static gchar *
one_section (gchar * sdp)
{
  *strstr (strstr (sdp, "m=") + 1, "m=") = '\0';
  return sdp;
}

static gchar *
no_fingerprint (gchar * sdp)
{
  return without (sdp, "a=fingerprint");
}

static gchar *
bad_fingerprint (gchar * sdp)
{
  return with (sdp, "a=fingerprint:sha-256 ", "a=fingerprint:sha-256 XY:");
}

static gchar *
no_ufrag (gchar * sdp)
{
  return without (sdp, "a=ice-ufrag");
}

static gchar *
short_password (gchar * sdp)
{
  return with (without (sdp, "a=ice-pwd"), "a=ice-ufrag:", "a=ice-pwd:x\r\na=ice-ufrag:");
}

static gchar *
no_mux (gchar * sdp)
{
  return without (sdp, "a=rtcp-mux");
}

static gchar *
other_media (gchar * sdp)
{
  return with (sdp, "m=video", "m=audio");
}

static gchar *
no_codecs (gchar * sdp)
{
  return with (with (with (sdp, "H264/", "X264/"), "VP8/", "XP8/"), "opus/", "0pus/");
}

static gchar *
plain_rtp (gchar * sdp)
{
  return with (sdp, "UDP/TLS/RTP/SAVPF", "RTP/AVP");
}

static gchar *
garbage (gchar * sdp)
{
  g_free (sdp);
  return g_strdup ("garbage\n\n\n==== m= a= \r\r\r");
}

static gchar *
truncated (gchar * sdp)
{
  strstr (sdp, "a=ice-pwd:")[15] = '\0';
  return sdp;
}

static gchar *
many_sections (gchar * sdp)
{
  GString *longer = g_string_new (sdp);

  for (guint i = 0; i < 1000; i++)
    g_string_append (longer, "m=video 9 UDP/TLS/RTP/SAVPF 96\r\n");
  g_free (sdp);
  return g_string_free (longer, FALSE);
}

static gchar *
many_candidates (gchar * sdp)
{
  GString *longer = g_string_new (sdp);

  for (guint i = 0; i < 1000; i++)
    g_string_append_printf (longer, "a=candidate:%u 1 UDP %u 127.0.0.1 %u typ host\r\n", i, i + 1, 10000 + i);
  g_free (sdp);
  return g_string_free (longer, FALSE);
}

static gchar *
endless_line (gchar * sdp)
{
  g_autofree gchar *filler = g_strnfill (100000, 'x');

  return with (sdp, "s=", filler);
}

static const struct
{
  const gchar *name;
  gchar *(*edit) (gchar * sdp);
  GstRtcError answer, offer;    /* how the viewer ends */
} descriptions[] = {
  {"no-media", no_media, GST_RTC_ERROR_DESCRIPTION, GST_RTC_ERROR_DESCRIPTION},
  {"one-section", one_section, GST_RTC_ERROR_DESCRIPTION, GST_RTC_ERROR_LEFT},
  {"no-fingerprint", no_fingerprint, GST_RTC_ERROR_DESCRIPTION, GST_RTC_ERROR_DESCRIPTION},
  {"bad-fingerprint", bad_fingerprint, GST_RTC_ERROR_DESCRIPTION, GST_RTC_ERROR_DESCRIPTION},
  {"no-ufrag", no_ufrag, GST_RTC_ERROR_DESCRIPTION, GST_RTC_ERROR_DESCRIPTION},
  {"short-password", short_password, GST_RTC_ERROR_DESCRIPTION, GST_RTC_ERROR_DESCRIPTION},
  {"no-mux", no_mux, GST_RTC_ERROR_DESCRIPTION, GST_RTC_ERROR_DESCRIPTION},
  {"other-media", other_media, GST_RTC_ERROR_DESCRIPTION, GST_RTC_ERROR_LEFT},
  {"no-codecs", no_codecs, GST_RTC_ERROR_NO_COMMON_CODEC, GST_RTC_ERROR_NO_COMMON_CODEC},
  /* RFC 8829, section 5.1.2: taken for what it should be */
  {"plain-rtp", plain_rtp, GST_RTC_ERROR_LEFT, GST_RTC_ERROR_LEFT},
  {"garbage", garbage, GST_RTC_ERROR_DESCRIPTION, GST_RTC_ERROR_DESCRIPTION},
  {"truncated", truncated, GST_RTC_ERROR_DESCRIPTION, GST_RTC_ERROR_DESCRIPTION},
  {"many-sections", many_sections, GST_RTC_ERROR_LIMIT, GST_RTC_ERROR_LIMIT},
  {"many-candidates", many_candidates, GST_RTC_ERROR_LIMIT, GST_RTC_ERROR_LIMIT},
  {"endless-line", endless_line, GST_RTC_ERROR_LIMIT, GST_RTC_ERROR_LIMIT},
};

/* LEFT stands for: it may be served. */
static void
check_description (guint i, gboolean offers)
{
  const HostileHabits habits = {.offers = offers,.edit = descriptions[i].edit,.max_dtls = -1 };
  g_autofree gchar *name = g_strconcat (offers ? "offer-" : "answer-", descriptions[i].name, NULL);
  GstRtcError expected = offers ? descriptions[i].offer : descriptions[i].answer;
  HostileViewer *viewer = hostile_viewer_new (world, name, &habits);

  g_test_message ("%s", name);
  if (expected != GST_RTC_ERROR_LEFT) {
    expect_removed (name, expected);
    g_assert_true (hostile_viewer_wait (viewer, hostile_is_left, SOON));
    g_assert_false (viewer->closed);
  }
  hostile_viewer_free (viewer, HOSTILE_LEAVE);
  expect_removed (name, expected);
  hostile_world_check (world);
}

static void
test_answers (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (descriptions); i++)
    check_description (i, FALSE);
}

static void
test_offers (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (descriptions); i++)
    check_description (i, TRUE);
}

/* Well-formed, and at the wrong time */

static void
test_answer_twice (void)
{
  HostileViewer *viewer = new_viewer ("twice");

  expect_served (viewer);
  hostile_viewer_describe (viewer, "answer", viewer->description);
  hostile_viewer_describe (viewer, "answer", viewer->description);
  hostile_viewer_describe (viewer, "answer", "garbage");
  g_assert_true (hostile_viewer_wait_frames (viewer, 5, SOON));
  g_assert_cmpuint (viewer->n_leaves, ==, 0);
  bid_farewell (viewer);
}

static gboolean
is_answered (gpointer data)
{
  return ((HostileViewer *) data)->n_answers > 0;
}

static void
test_glare (void)
{
  const HostileHabits habits = {.ignores_offers = TRUE,.controls = TRUE,.max_dtls = -1 };
  HostileViewer *viewer = hostile_viewer_new (world, "glaring", &habits);

  g_assert_true (hostile_viewer_wait (viewer, hostile_is_offered, SOON));
  hostile_viewer_offer (viewer);
  g_assert_true (hostile_viewer_wait (viewer, hostile_is_connected, SOON));
  g_assert_cmpuint (viewer->n_answers, ==, 1);
  g_assert_true (hostile_viewer_wait_frames (viewer, 2, SOON));
  bid_farewell (viewer);
}

static void
test_offer_first (void)
{
  const HostileHabits habits = {.offers = TRUE,.controls = TRUE,.max_dtls = -1 };
  HostileViewer *viewer = hostile_viewer_new (world, "eager", &habits);

  g_assert_true (hostile_viewer_wait (viewer, hostile_is_connected, SOON));
  g_assert_true (hostile_viewer_wait_frames (viewer, 2, SOON));
  bid_farewell (viewer);
}

static void
test_offer_again (void)
{
  HostileViewer *viewer = new_viewer ("again");
  guint lost;

  expect_served (viewer);
  lost = hostile_viewer_get_media (viewer).lost;
  hostile_viewer_offer (viewer);
  g_assert_true (hostile_viewer_wait (viewer, is_answered, SOON));
  g_assert_true (hostile_viewer_wait_frames (viewer, 5, SOON));
  g_assert_cmpuint (hostile_viewer_get_media (viewer).lost, ==, lost);
  g_assert_cmpuint (viewer->n_leaves, ==, 0);
  /* Nothing of a bad one is taken over, and its sender is not kept either. */
  hostile_viewer_describe (viewer, "offer", "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n");
  expect_removed ("again", GST_RTC_ERROR_DESCRIPTION);
  hostile_viewer_free (viewer, HOSTILE_LEAVE);
  hostile_world_check (world);
}

static void
test_after_leaving (void)
{
  HostileViewer *viewer = new_viewer ("gone");

  hostile_viewer_say (viewer, "{\"type\":\"leave\"}");
  expect_removed ("gone", GST_RTC_ERROR_LEFT);
  hostile_viewer_describe (viewer, "answer", "garbage");
  hostile_viewer_propose (viewer, "garbage");
  hostile_viewer_say (viewer, "{\"type\":\"leave\"}");
  hostile_viewer_say (viewer, "{\"type\":\"hack\"}");
  g_assert_true (hostile_viewer_wait (viewer, hostile_is_refused, SOON));
  g_assert_false (hostile_server_has (world->server, "gone"));
  hostile_viewer_free (viewer, HOSTILE_LEAVE);
  hostile_world_check (world);
}

int
main (int argc, char **argv)
{
  gint status;

  g_test_init (&argc, &argv, NULL);
  gst_init (NULL, NULL);
  world = hostile_world_new (TRUE, 0);
  g_test_add_func ("/signaling/nonsense", test_nonsense);
  g_test_add_func ("/signaling/before-login", test_before_login);
  g_test_add_func ("/signaling/stolen-name", test_stolen_name);
  g_test_add_func ("/signaling/frames", test_frames);
  g_test_add_func ("/signaling/flood-of-faults", test_flood_of_faults);
  g_test_add_func ("/signaling/flood-of-candidates", test_flood_of_candidates);
  g_test_add_func ("/signaling/bad-candidates", test_bad_candidates);
  g_test_add_func ("/signaling/answers", test_answers);
  g_test_add_func ("/signaling/offers", test_offers);
  g_test_add_func ("/signaling/answer-twice", test_answer_twice);
  g_test_add_func ("/signaling/glare", test_glare);
  g_test_add_func ("/signaling/offer-first", test_offer_first);
  g_test_add_func ("/signaling/offer-again", test_offer_again);
  g_test_add_func ("/signaling/after-leaving", test_after_leaving);
  status = g_test_run ();
  hostile_world_free (world);
  return status;
}
