/* gst-rtc: whatever comes to a UDP port of the server, from whomever, hurts at most its sender
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "hostileviewer.h"

#include <gst/gst.h>

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define SOON (10 * RTC_SECOND)
#define SEED 20240607
#define MAX_SIZE 1500

static HostileWorld *world;

static HostileViewer *
new_viewer (const gchar * name, const HostileHabits * habits)
{
  HostileViewer *viewer = hostile_viewer_new (world, name, habits);

  g_assert_true (hostile_viewer_wait (viewer, hostile_is_connected, SOON));
  g_assert_true (hostile_viewer_wait_frames (viewer, 2, SOON));
  return viewer;
}

static void
expect_removed (const gchar * name, GstRtcError code)
{
  const GError *reason = hostile_server_wait_removed (world->server, name, SOON);

  g_assert_error (reason, GST_RTC_ERROR, (gint) code);
}

static void
bid_farewell (HostileViewer * viewer)
{
  g_autofree gchar *name = g_strdup (viewer->name);

  hostile_viewer_free (viewer, HOSTILE_LEAVE);
  expect_removed (name, GST_RTC_ERROR_LEFT);
  hostile_world_check (world);
}

/* What it was shown is what somebody else sent: it has noticed nothing. */
static void
expect_undisturbed (HostileViewer * viewer)
{
  if (!hostile_viewer_wait_frames (viewer, 3, SOON)) {
    const GError *reason = hostile_server_wait_removed (world->server, viewer->name, 0);

    g_error ("%s gets no frames: %s", viewer->name, reason ? reason->message : "but it is still here");
  }
  g_assert_cmpuint (hostile_viewer_get_media (viewer).lost, ==, 0);
  g_assert_true (hostile_server_has (world->server, viewer->name));
  hostile_world_check (world);
}

/* Who sends */

typedef struct
{
  gint fd;                      /* of a socket that the server does not know, or -1 */
  HostileViewer *viewer;        /* otherwise: from its own socket */
} Sender;

static Sender
new_foreigner (HostileViewer * victim)
{
  struct sockaddr_in address = hostile_viewer_get_remote (victim);
  Sender sender = { socket (AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), NULL };

  g_assert_cmpint (connect (sender.fd, (struct sockaddr *) &address, sizeof address), ==, 0);
  return sender;
}

static void
throw (const Sender * sender, const void *data, gsize size)
{
  if (sender->fd >= 0)
    send (sender->fd, data, size, MSG_DONTWAIT);
  else
    hostile_viewer_inject (sender->viewer, data, size);
  /* Slowly enough for the server's socket to take all of it: what is dropped there tests nothing. */
  g_usleep (100);
}

/* Garbage */

static void
throw_noise (const Sender * sender, GRand * rand)
{
  /* One for each kind that RFC 7983 tells apart, and those between */
  static const guint8 first[] = { 0, 1, 3, 4, 15, 16, 19, 20, 21, 22, 23, 24, 63, 64, 79, 80, 127, 128, 129, 144, 191, 192,
    255
  };
  guint8 data[MAX_SIZE];

  for (guint i = 0; i < 20 * G_N_ELEMENTS (first); i++) {
    gsize size = i < G_N_ELEMENTS (first) ? i : (gsize) g_rand_int_range (rand, 1, sizeof data);

    for (guint j = 0; j < size; j++)
      data[j] = g_rand_int (rand);
    data[0] = first[i % G_N_ELEMENTS (first)];
    if (data[0] >= 128 && data[0] < 192 && i % 2)
      data[1] = 200 + i % 8;    /* RTCP */
    throw (sender, data, size);
  }
}

typedef struct
{
  guint8 data[MAX_SIZE];
  guint size;
} Stun;

static void
stun_begin (Stun * stun, guint16 type, GRand * rand)
{
  GST_WRITE_UINT16_BE (stun->data, type);
  GST_WRITE_UINT16_BE (stun->data + 2, 0);
  GST_WRITE_UINT32_BE (stun->data + 4, 0x2112A442);
  for (guint i = 8; i < 20; i++)
    stun->data[i] = g_rand_int (rand);
  stun->size = 20;
}

static void
stun_add (Stun * stun, guint16 type, const void *value, guint size)
{
  guint8 *attribute = stun->data + stun->size;

  GST_WRITE_UINT16_BE (attribute, type);
  GST_WRITE_UINT16_BE (attribute + 2, size);
  memset (attribute + 4, 0, GST_ROUND_UP_4 (size));
  memcpy (attribute + 4, value, size);
  stun->size += 4 + GST_ROUND_UP_4 (size);
  GST_WRITE_UINT16_BE (stun->data + 2, stun->size - 20);
}

/* RFC 8489, section 14.7: without it, nobody looks any further */
static void
stun_end (Stun * stun)
{
  guint8 value[4] = { 0 };
  guint32 crc = ~0u;

  stun_add (stun, 0x8028, value, 4);
  for (gsize i = 0; i < stun->size - 8; i++) {
    crc ^= stun->data[i];
    for (guint bit = 0; bit < 8; bit++)
      crc = (crc >> 1) ^ (0xEDB88320 & -(crc & 1));
  }
  GST_WRITE_UINT32_BE (stun->data + stun->size - 4, ~crc ^ 0x5354554e);
}

static gchar *
find_ufrag (const gchar * sdp)
{
  const gchar *ufrag = strstr (sdp, "a=ice-ufrag:") + strlen ("a=ice-ufrag:");

  return g_strndup (ufrag, strcspn (ufrag, "\r\n"));
}

/* Names that are right, and integrity that is not */
static void
throw_stun (const Sender * sender, HostileViewer * victim, GRand * rand)
{
  static const guint16 types[] = { 0x0001, 0x0011, 0x0101, 0x0111, 0x0003, 0x0103, 0x0113, 0x0fff, 0x3fff };
  static const guint8 long_name[700] = "x", error_487[4] = { 0, 0, 4, 87 }, integrity[20] = "forged";
  g_autofree gchar *ours = find_ufrag (victim->description), *theirs = find_ufrag (victim->offer);
  g_autofree gchar *name = g_strconcat (theirs, ":", ours, NULL);

  for (guint i = 0; i < 10 * G_N_ELEMENTS (types); i++) {
    Stun stun;

    stun_begin (&stun, types[i % G_N_ELEMENTS (types)], rand);
    if (i % 3 == 0)
      stun_add (&stun, 0x0006, long_name, g_rand_int_range (rand, 0, sizeof long_name));
    else
      stun_add (&stun, 0x0006, name, strlen (name));
    if (i % 4 == 0)
      stun_add (&stun, 0x0009, error_487, sizeof error_487);
    if (i % 2 == 0)
      stun_add (&stun, 0x0025, "", 0);  /* USE-CANDIDATE */
    stun_add (&stun, i % 2 ? 0x8029 : 0x802A, integrity, 8);    /* ICE-CONTROLLED, -CONTROLLING */
    if (i % 5)
      stun_add (&stun, 0x0008, integrity, i % 7 ? 20 : 19);
    if (i % 11 == 0)
      GST_WRITE_UINT16_BE (stun.data + 22, 0xffff);     /* an attribute that is longer than the message */
    stun_end (&stun);
    throw (sender, stun.data, stun.size);
    throw (sender, stun.data, g_rand_int_range (rand, 1, stun.size));
  }
}

/* type, version, epoch, sequence number, length: RFC 6347, section 4.1 */
static void
throw_dtls (const Sender * sender, GRand * rand)
{
  static const struct
  {
    guint8 size, data[32];
  } bodies[] = {
    {2, {1, 0}},                /* close_notify */
    {2, {2, 40}},               /* handshake_failure */
    {2, {2, 80}},
    {12, {0}},                  /* HelloRequest */
    {12, {1, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff}},       /* a ClientHello of 16 MB */
    {13, {1, 0, 0, 1, 0, 0, 0xff, 0xff, 0xff, 0, 0, 1, 0}},
    {12, {20, 0, 0, 0, 0, 7}},
    {1, {1}},
    {0, {0}},
  };

  for (guint type = 20; type < 27; type++) {
    for (guint i = 0; i < 3 * G_N_ELEMENTS (bodies); i++) {
      guint8 record[13 + 32] = { type, 254, i % 5 ? 253 : 255, 0, i % 3, 0, 0, 0, 0, i };
      guint size = bodies[i / 3].size;

      GST_WRITE_UINT16_BE (record + 11, i % 7 == 6 ? 0xffff : size);
      memcpy (record + 13, bodies[i / 3].data, size);
      throw (sender, record, 13 + size);
    }
  }
}

static void
throw_everything (const Sender * sender, HostileViewer * victim)
{
  GRand *rand = g_rand_new_with_seed (SEED);

  throw_noise (sender, rand);
  throw_stun (sender, victim, rand);
  throw_dtls (sender, rand);
  g_rand_free (rand);
}

static void
test_garbage_of_strangers (void)
{
  HostileViewer *viewer = new_viewer ("shot-at", NULL);
  Sender stranger = new_foreigner (viewer), other = new_foreigner (world->good);

  throw_everything (&stranger, viewer);
  throw_everything (&other, world->good);
  close (stranger.fd);
  close (other.fd);
  expect_undisturbed (viewer);
  bid_farewell (viewer);
}

static void
test_garbage_of_its_own (void)
{
  HostileViewer *viewer = new_viewer ("noisy", NULL);
  const Sender sender = { -1, viewer };

  throw_everything (&sender, viewer);
  expect_undisturbed (viewer);
  /* It did get there. */
  g_assert_cmpuint (hostile_server_sum (world->server, "packetsReceived", viewer->name), >, 300);
  bid_farewell (viewer);
}

static gboolean
has_sent_hello (gpointer viewer)
{
  return ((HostileViewer *) viewer)->n_dtls > 0;
}

static void
test_garbage_in_the_handshake (void)
{
  const HostileHabits habits = {.max_dtls = 1 };
  HostileViewer *viewer = hostile_viewer_new (world, "half-way", &habits);
  const Sender sender = { -1, viewer };

  g_assert_true (hostile_viewer_wait (viewer, has_sent_hello, SOON));
  throw_everything (&sender, viewer);
  g_usleep (100 * RTC_MSECOND);
  g_assert_cmpuint (hostile_viewer_get_media (viewer).datagrams[RTC_PACKET_RTP], ==, 0);
  hostile_viewer_free (viewer, HOSTILE_LEAVE);
  g_assert_nonnull (hostile_server_wait_removed (world->server, "half-way", SOON));
  hostile_world_check (world);
}

/* What was right once */

#define MIN_RECORDED 10

static void
throw_again (const Sender * sender, GPtrArray * datagrams, GRand * rand)
{
  for (guint i = 0; i < datagrams->len; i++) {
    gsize size;
    const guint8 *data = g_bytes_get_data (datagrams->pdata[i], &size);
    g_autofree guint8 *copy = g_memdup2 (data, size);

    throw (sender, data, size);
    throw (sender, data, g_rand_int_range (rand, 0, size));
    copy[g_rand_int_range (rand, 0, size)] ^= 1 << g_rand_int_range (rand, 0, 8);
    throw (sender, copy, size);
  }
}

static GPtrArray *
live_a_life (const gchar * name, HostileViewer ** viewer)
{
  const HostileHabits habits = {.ignores_offers = TRUE,.max_dtls = -1 };

  *viewer = hostile_viewer_new (world, name, &habits);
  g_assert_true (hostile_viewer_wait (*viewer, hostile_is_offered, SOON));
  hostile_viewer_record (*viewer);
  hostile_viewer_answer (*viewer);
  /* each of them at least one datagram */
  g_assert_true (hostile_viewer_wait_frames (*viewer, MIN_RECORDED, SOON));
  return hostile_viewer_get_recorded (*viewer);
}

static void
test_replay (void)
{
  HostileViewer *viewer, *other = new_viewer ("other", NULL);
  g_autoptr (GPtrArray) datagrams = live_a_life ("parrot", &viewer);
  Sender stranger = new_foreigner (viewer), own = { -1, viewer }, from_other = { -1, other };
  GRand *rand = g_rand_new_with_seed (SEED);

  g_assert_cmpuint (datagrams->len, >=, MIN_RECORDED);
  throw_again (&stranger, datagrams, rand);
  throw_again (&own, datagrams, rand);
  throw_again (&from_other, datagrams, rand);
  g_rand_free (rand);
  close (stranger.fd);
  expect_undisturbed (viewer);
  expect_undisturbed (other);
  hostile_viewer_free (other, HOSTILE_LEAVE);
  bid_farewell (viewer);
}

static gboolean
wait_for_sum (const gchar * field, const gchar * name, guint64 sum)
{
  for (guint i = 0; i < 500; i++) {
    if (hostile_server_sum (world->server, field, name) == sum)
      return TRUE;
    g_usleep (2 * RTC_MSECOND);
  }
  return FALSE;
}

static void
test_replayed_rtcp (void)
{
  HostileViewer *viewer = new_viewer ("insistent", NULL);
  Sender stranger = new_foreigner (viewer), own = { -1, viewer };
  g_autoptr (GBytes) datagram = NULL, again = NULL;

  datagram = hostile_viewer_request_key (viewer);
  g_assert_nonnull (datagram);
  g_assert_true (wait_for_sum ("pliCount", viewer->name, 1));
  for (guint i = 0; i < 100; i++) {
    throw (&own, g_bytes_get_data (datagram, NULL), g_bytes_get_size (datagram));
    throw (&stranger, g_bytes_get_data (datagram, NULL), g_bytes_get_size (datagram));
  }
  /* A new one is taken after all of them, and only that. */
  again = hostile_viewer_request_key (viewer);
  g_assert_true (wait_for_sum ("pliCount", viewer->name, 2));
  close (stranger.fd);
  expect_undisturbed (viewer);
  bid_farewell (viewer);
}

/* Authenticated garbage: whoever sends it may suffer from it, nobody else. */

static void
send_rtcp (HostileViewer * viewer, const void *data, gsize size)
{
  GBytes *datagram = hostile_viewer_send_rtcp (viewer, data, size);

  g_clear_pointer (&datagram, g_bytes_unref);
  g_usleep (100);
}

static void
send_corpus (HostileViewer * viewer, GRand * rand)
{
  g_autofree gchar *path = g_test_build_filename (G_TEST_DIST, "..", "fuzz", "corpus", "rtcp", NULL);
  g_autoptr (GDir) directory = g_dir_open (path, 0, NULL);
  guint32 ssrc = hostile_viewer_get_media (viewer).video_ssrc;
  const gchar *name;

  g_assert_nonnull (directory);
  while ((name = g_dir_read_name (directory))) {
    g_autofree gchar *file = g_build_filename (path, name, NULL), *data = NULL;
    gsize size;

    g_assert_true (g_file_get_contents (file, &data, &size, NULL));
    if (size < 8 || size > MAX_SIZE - 100)
      continue;
    send_rtcp (viewer, data, size);
    if (size >= 12) {
      GST_WRITE_UINT32_BE (data + 8, ssrc);
      send_rtcp (viewer, data, size);
    }
    for (guint i = 0; i < 5; i++) {
      data[g_rand_int_range (rand, 0, size)] = g_rand_int (rand);
      send_rtcp (viewer, data, size);
    }
  }
}

/* All packets of the last minutes again, and again */
static void
send_nacks (HostileViewer * viewer)
{
  guint8 nack[12 + 4 * 250] = { 0x81, 205, 0, sizeof nack / 4 - 1, 0, 0, 0, 1 };

  GST_WRITE_UINT32_BE (nack + 8, hostile_viewer_get_media (viewer).video_ssrc);
  for (guint round = 0; round < 100; round++) {
    for (guint i = 0; i < 250; i++)
      GST_WRITE_UINT32_BE (nack + 12 + 4 * i, (round * 17 * 250 + i * 17) << 16 | 0xffff);
    send_rtcp (viewer, nack, sizeof nack);
  }
}

static void
test_authenticated_garbage (void)
{
  HostileViewer *viewer = new_viewer ("licensed", NULL);
  GRand *rand = g_rand_new_with_seed (SEED);

  send_nacks (viewer);
  send_corpus (viewer, rand);
  g_rand_free (rand);
  hostile_world_check (world);
  hostile_viewer_free (viewer, HOSTILE_LEAVE);
  g_assert_nonnull (hostile_server_wait_removed (world->server, "licensed", SOON));
  hostile_world_check (world);
}

/* Whose certificate is not the one that was announced */

static gchar *
forge_fingerprint (gchar * sdp)
{
  gchar *digits = sdp;

  while ((digits = strstr (digits, "a=fingerprint:sha-256 "))) {
    digits += strlen ("a=fingerprint:sha-256 ");
    digits[0] = digits[0] == '0' ? '1' : '0';
  }
  return sdp;
}

static void
check_fingerprint (const gchar * name, gboolean offers)
{
  const HostileHabits habits = {.offers = offers,.controls = offers,.edit = forge_fingerprint,.max_dtls = -1 };
  HostileViewer *viewer = hostile_viewer_new (world, name, &habits);
  HostileMedia media;

  expect_removed (name, GST_RTC_ERROR_FINGERPRINT);
  g_assert_true (hostile_viewer_wait (viewer, hostile_is_left, SOON));
  /* On its side all was well: the handshake is complete. */
  g_assert_true (hostile_viewer_wait (viewer, hostile_is_connected, SOON));
  g_usleep (100 * RTC_MSECOND);
  media = hostile_viewer_get_media (viewer);
  g_assert_cmpuint (media.datagrams[RTC_PACKET_DTLS], >, 0);
  g_assert_cmpuint (media.datagrams[RTC_PACKET_RTP], ==, 0);
  g_assert_cmpuint (media.datagrams[RTC_PACKET_RTCP], ==, 0);
  hostile_viewer_free (viewer, HOSTILE_LEAVE);
  hostile_world_check (world);
}

static void
test_fingerprint (void)
{
  check_fingerprint ("impostor", FALSE);
  check_fingerprint ("offering-impostor", TRUE);
}

int
main (int argc, char **argv)
{
  gint status;

  g_test_init (&argc, &argv, NULL);
  gst_init (NULL, NULL);
  world = hostile_world_new (TRUE, 0);
  g_test_add_func ("/transport/fingerprint", test_fingerprint);
  g_test_add_func ("/transport/garbage-of-strangers", test_garbage_of_strangers);
  g_test_add_func ("/transport/garbage-of-its-own", test_garbage_of_its_own);
  g_test_add_func ("/transport/garbage-in-the-handshake", test_garbage_in_the_handshake);
  g_test_add_func ("/transport/replay", test_replay);
  g_test_add_func ("/transport/replayed-rtcp", test_replayed_rtcp);
  g_test_add_func ("/transport/authenticated-garbage", test_authenticated_garbage);
  status = g_test_run ();
  hostile_world_free (world);
  return status;
}
