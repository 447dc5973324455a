/* gst-rtc: unit tests of sending a batch of packets
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <gst/loop/rtcudp.h>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

typedef struct
{
  gint sender, receiver;
  struct sockaddr_storage to;
  socklen_t to_size;
  RtcBatch batch;
} Fixture;

static gint
bound_socket (gint family)
{
  struct sockaddr_in v4 = {.sin_family = AF_INET,.sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  struct sockaddr_in6 v6 = {.sin6_family = AF_INET6,.sin6_addr = IN6ADDR_LOOPBACK_INIT };
  gint fd = socket (family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  gint size = 1 << 20;

  g_assert_cmpint (fd, >=, 0);
  setsockopt (fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
  if (bind (fd, family == AF_INET ? (struct sockaddr *) &v4 : (struct sockaddr *) &v6,
          family == AF_INET ? sizeof v4 : sizeof v6) == 0)
    return fd;
  close (fd);
  return -1;
}

static void
set_up_family (Fixture * f, gint family)
{
  f->receiver = bound_socket (family);
  f->sender = bound_socket (family);
  f->to_size = sizeof f->to;
  if (f->receiver >= 0)
    g_assert_cmpint (getsockname (f->receiver, (struct sockaddr *) &f->to, &f->to_size), ==, 0);
  rtc_batch_clear (&f->batch);
}

static void
set_up (Fixture * f, gconstpointer data)
{
  set_up_family (f, AF_INET);
}

static void
tear_down (Fixture * f, gconstpointer data)
{
  close (f->sender);
  close (f->receiver);
}

static void
add (Fixture * f, gsize size)
{
  guint8 number = f->batch.n_packets;

  memset (rtc_batch_next (&f->batch), number, size);
  rtc_batch_commit (&f->batch, size);
}

static guint
send_batch (Fixture * f)
{
  return rtc_udp_send (f->sender, (const guint8 *) &f->to, f->to_size, &f->batch);
}

/* The first n of the batch, in order and whole, and nothing else */
static void
assert_received (Fixture * f, guint n)
{
  guint8 data[RTC_BATCH_MAX_PACKET_SIZE + 1];

  for (guint i = 0; i < n; i++) {
    g_assert_cmpint (recv (f->receiver, data, sizeof data, 0), ==, f->batch.sizes[i]);
    for (guint j = 0; j < f->batch.sizes[i]; j++)
      g_assert_cmpuint (data[j], ==, i);
  }
  g_assert_cmpint (recv (f->receiver, data, sizeof data, 0), <, 0);
}

static void
assert_all_arrive (Fixture * f)
{
  g_assert_cmpuint (send_batch (f), ==, f->batch.n_packets);
  assert_received (f, f->batch.n_packets);
}

static void
test_empty (Fixture * f, gconstpointer data)
{
  assert_all_arrive (f);
}

static void
test_one (Fixture * f, gconstpointer data)
{
  add (f, 1200);
  assert_all_arrive (f);
}

static void
test_equal (Fixture * f, gconstpointer data)
{
  for (guint i = 0; i < 20; i++)
    add (f, 1200);
  assert_all_arrive (f);
}

static void
test_shorter_last (Fixture * f, gconstpointer data)
{
  for (guint i = 0; i < 9; i++)
    add (f, 1200);
  add (f, 77);
  assert_all_arrive (f);
}

static void
test_several_runs (Fixture * f, gconstpointer data)
{
  for (guint run = 0; run < 5; run++) {
    for (guint i = 0; i < 3; i++)
      add (f, 1000 + run);
    add (f, 500);
  }
  assert_all_arrive (f);
}

static void
test_different (Fixture * f, gconstpointer data)
{
  for (guint i = 0; i < 30; i++)
    add (f, 100 + (i * 733) % 1200);
  assert_all_arrive (f);
}

/* More bytes than one message can have */
static void
test_full_batch (Fixture * f, gconstpointer data)
{
  while (!rtc_batch_is_full (&f->batch))
    add (f, 1300);
  assert_all_arrive (f);
}

static void
test_ipv6 (Fixture * f, gconstpointer data)
{
  tear_down (f, NULL);
  set_up_family (f, AF_INET6);
  if (f->receiver < 0) {
    g_test_skip ("no IPv6 loop-back address");
    return;
  }
  for (guint i = 0; i < 10; i++)
    add (f, 1200);
  add (f, 100);
  assert_all_arrive (f);
}

/* A socket without a checksum refuses segmentation: the packets go one by one */
static void
test_segmentation_refused (Fixture * f, gconstpointer data)
{
  gint one = 1;

  g_assert_cmpint (setsockopt (f->sender, SOL_SOCKET, SO_NO_CHECK, &one, sizeof one), ==, 0);
  for (guint i = 0; i < 10; i++)
    add (f, 1200);
  add (f, 300);
  assert_all_arrive (f);
}

/* Full: what was taken is counted, and is what arrives; later it goes on. Never blocks. */
static void
test_full_socket (Fixture * f, gconstpointer data)
{
  gint pair[2], small = 4608;
  guint taken, again;

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, pair), ==, 0);
  g_assert_cmpint (setsockopt (pair[0], SOL_SOCKET, SO_SNDBUF, &small, sizeof small), ==, 0);
  /* growing, as segmentation is nothing that it knows */
  for (guint i = 0; i < 64; i++)
    add (f, 1000 + i);
  /* a Unix socket stands for one whose buffer is full: loop-back delivers too fast to fill a UDP one */
  taken = rtc_udp_send (pair[0], NULL, 0, &f->batch);
  g_assert_cmpuint (taken, <, 64);
  again = rtc_udp_send (pair[0], NULL, 0, &f->batch);
  g_assert_cmpuint (again, ==, 0);
  {
    guint8 bytes[RTC_BATCH_MAX_PACKET_SIZE];
    guint n = 0;

    while (recv (pair[1], bytes, sizeof bytes, MSG_DONTWAIT) > 0)
      g_assert_cmpuint (bytes[0], ==, n++);
    g_assert_cmpuint (n, ==, taken);
  }
  close (pair[0]);
  close (pair[1]);
}

/* Nobody listens: the ICMP answer to an earlier send is not the failure of this one for good */
static void
test_unreachable (Fixture * f, gconstpointer data)
{
  close (f->receiver);
  for (guint i = 0; i < 5; i++)
    add (f, 1200);
  for (guint i = 0; i < 10; i++)
    g_assert_cmpuint (send_batch (f), ==, 5);
  f->receiver = bound_socket (AF_INET);
}

static void
test_closed_socket (Fixture * f, gconstpointer data)
{
  add (f, 1200);
  add (f, 1200);
  g_assert_cmpuint (rtc_udp_send (-1, (const guint8 *) &f->to, f->to_size, &f->batch), ==, 0);
}

static void
test_grow_buffer (Fixture * f, gconstpointer data)
{
  gint before, after;
  socklen_t size = sizeof before;

  getsockopt (f->receiver, SOL_SOCKET, SO_RCVBUF, &before, &size);
  rtc_udp_grow_buffer (f->receiver);
  getsockopt (f->receiver, SOL_SOCKET, SO_RCVBUF, &after, &size);
  g_assert_cmpint (after, >=, before);
  rtc_udp_grow_buffer (-1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add ("/udp/" name, Fixture, NULL, set_up, func, tear_down)
  ADD ("empty", test_empty);
  ADD ("one", test_one);
  ADD ("equal", test_equal);
  ADD ("shorter-last", test_shorter_last);
  ADD ("several-runs", test_several_runs);
  ADD ("different", test_different);
  ADD ("full-batch", test_full_batch);
  ADD ("ipv6", test_ipv6);
  ADD ("segmentation-refused", test_segmentation_refused);
  ADD ("full-socket", test_full_socket);
  ADD ("unreachable", test_unreachable);
  ADD ("closed-socket", test_closed_socket);
  ADD ("grow-buffer", test_grow_buffer);
  return g_test_run ();
}
