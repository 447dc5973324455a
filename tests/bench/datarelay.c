/* gst-rtc: a network between two peers: so long, and with so much loss
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 *   bench-datarelay DELAY-MS LOSS SEED
 *
 * Each line of stdin is "SIDE ADDRESS PORT", a candidate of the peer on side 0 or 1; the answer is the port of a socket that stands
 * for it: what comes to it goes there, after the delay, from a socket that stands for the other side. LOSS, 0 to 1, is the share
 * of encrypted DTLS records that is dropped each way, by a seeded generator: STUN and the handshake pass, so that every
 * connection begins alike. The end of stdin ends it, and prints on stderr what passed and what was dropped.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define MAX_RELAYS 32
#define MAX_PACKET 1600
#define N_BATCH 64
#define QUEUE_SIZE 65536        /* a power of 2: 600 Mbit/s for a second */
#define BUFFER (4 << 20)
#define DTLS_APPLICATION_DATA 23

typedef struct
{
  int fd, side;
  struct sockaddr_in address;
} Relay;

typedef struct
{
  int64_t due;
  const Relay *relay;
  uint16_t size;
  uint8_t data[MAX_PACKET];
} Packet;

/* What comes to the sockets of one side */
typedef struct
{
  Packet *packets;
  unsigned head, count;
  uint64_t random, passed, dropped, overflown;
} Queue;

static Relay relays[MAX_RELAYS];
static int n_relays;
static Queue queues[2];
static int64_t delay_ns;
static double loss;

static int64_t
get_time (void)
{
  struct timespec now;

  clock_gettime (CLOCK_MONOTONIC, &now);
  return now.tv_sec * INT64_C (1000000000) + now.tv_nsec;
}

/* xorshift64* */
static double
draw (uint64_t * state)
{
  *state ^= *state >> 12;
  *state ^= *state << 25;
  *state ^= *state >> 27;
  return (*state * UINT64_C (2685821657736338717) >> 11) * 0x1p-53;
}

static const Relay *
find_other (int side)
{
  for (int i = 0; i < n_relays; i++)
    if (relays[i].side != side)
      return &relays[i];
  return NULL;
}

static void
add_relay (int side, const char *address, int port)
{
  Relay *relay = &relays[n_relays];
  struct sockaddr_in own = {.sin_family = AF_INET };
  socklen_t size = sizeof own;
  const int buffer = BUFFER;

  *relay = (Relay) { socket (AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0), side, own };
  relay->address.sin_port = htons (port);
  inet_pton (AF_INET, address, &relay->address.sin_addr);
  own.sin_addr = relay->address.sin_addr;
  if (n_relays == MAX_RELAYS || bind (relay->fd, (struct sockaddr *) &own, sizeof own) != 0) {
    perror (address);
    exit (1);
  }
  setsockopt (relay->fd, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer);
  setsockopt (relay->fd, SOL_SOCKET, SO_SNDBUF, &buffer, sizeof buffer);
  getsockname (relay->fd, (struct sockaddr *) &own, &size);
  n_relays++;
  printf ("%d\n", ntohs (own.sin_port));
  fflush (stdout);
}

static void
take (const Relay * relay, const uint8_t * data, size_t size, int64_t now)
{
  Queue *queue = &queues[relay->side];
  Packet *packet = &queue->packets[(queue->head + queue->count) % QUEUE_SIZE];

  if (size > 0 && data[0] == DTLS_APPLICATION_DATA && draw (&queue->random) < loss) {
    queue->dropped++;
  } else if (queue->count == QUEUE_SIZE) {
    queue->overflown++;
  } else {
    packet->due = now + delay_ns;
    packet->relay = relay;
    packet->size = size;
    memcpy (packet->data, data, size);
    queue->count++;
    queue->passed++;
  }
}

static void
receive (const Relay * relay)
{
  static uint8_t data[N_BATCH][MAX_PACKET];
  struct mmsghdr messages[N_BATCH];
  struct iovec parts[N_BATCH];
  int n;

  do {
    memset (messages, 0, sizeof messages);
    for (int i = 0; i < N_BATCH; i++) {
      parts[i] = (struct iovec) { data[i], MAX_PACKET };
      messages[i].msg_hdr.msg_iov = &parts[i];
      messages[i].msg_hdr.msg_iovlen = 1;
    }
    n = recvmmsg (relay->fd, messages, N_BATCH, MSG_DONTWAIT, NULL);
    for (int i = 0; i < n; i++)
      take (relay, data[i], messages[i].msg_len, get_time ());
  } while (n == N_BATCH);
}

/* What is due of one side, as far as the socket takes it */
static void
forward (int side, int64_t now)
{
  Queue *queue = &queues[side];
  const Relay *from = find_other (side);
  struct mmsghdr messages[N_BATCH];
  struct iovec parts[N_BATCH];
  int n, sent;

  do {
    memset (messages, 0, sizeof messages);
    for (n = 0; n < N_BATCH && (unsigned) n < queue->count; n++) {
      Packet *packet = &queue->packets[(queue->head + n) % QUEUE_SIZE];

      if (packet->due > now)
        break;
      parts[n] = (struct iovec) { packet->data, packet->size };
      messages[n].msg_hdr.msg_name = (void *) &packet->relay->address;
      messages[n].msg_hdr.msg_namelen = sizeof packet->relay->address;
      messages[n].msg_hdr.msg_iov = &parts[n];
      messages[n].msg_hdr.msg_iovlen = 1;
    }
    if (n == 0)
      return;
    /* a peer that has closed its socket answers with errors: what was meant for it is lost */
    sent = from ? sendmmsg (from->fd, messages, n, 0) : n;
    sent = sent > 0 ? sent : 1;
    queue->head = (queue->head + sent) % QUEUE_SIZE;
    queue->count -= sent;
  } while (n == N_BATCH);
}

static int64_t
get_due (void)
{
  int64_t due = INT64_MAX;

  for (int side = 0; side < 2; side++)
    if (queues[side].count > 0 && queues[side].packets[queues[side].head].due < due)
      due = queues[side].packets[queues[side].head].due;
  return due;
}

/* 0: the end of stdin */
static int
run_once (void)
{
  struct pollfd polls[MAX_RELAYS + 1] = { {0, POLLIN, 0} };
  int64_t due = get_due (), left = due - get_time ();
  struct timespec wait;
  char address[64];
  int side, port, n = n_relays;

  left = left < 0 ? 0 : left;
  wait = (struct timespec) { left / 1000000000, left % 1000000000 };
  for (int i = 0; i < n; i++)
    polls[i + 1] = (struct pollfd) { relays[i].fd, POLLIN, 0 };
  ppoll (polls, n + 1, due == INT64_MAX ? NULL : &wait, NULL);
  for (int i = 0; i < n; i++)
    if (polls[i + 1].revents)
      receive (&relays[i]);
  for (side = 0; side < 2; side++)
    forward (side, get_time ());
  if (polls[0].revents) {
    if (scanf ("%d %63s %d", &side, address, &port) != 3)
      return 0;
    add_relay (side & 1, address, port);
  }
  return 1;
}

int
main (int argc, char **argv)
{
  if (argc != 4) {
    fprintf (stderr, "usage: %s DELAY-MS LOSS SEED\n", argv[0]);
    return 2;
  }
  setvbuf (stdin, NULL, _IONBF, 0);
  prctl (PR_SET_TIMERSLACK, 1000ul);    /* ns */
  delay_ns = atof (argv[1]) * 1e6;
  loss = atof (argv[2]);
  for (int side = 0; side < 2; side++) {
    queues[side].packets = calloc (QUEUE_SIZE, sizeof (Packet));
    queues[side].random = (strtoull (argv[3], NULL, 10) + 1) * UINT64_C (0x9e3779b97f4a7c15) ^ side;
  }
  while (run_once ());
  for (int side = 0; side < 2; side++)
    fprintf (stderr, "from side %d: %llu passed, %llu dropped, %llu overflown\n", side,
        (unsigned long long) queues[side].passed, (unsigned long long) queues[side].dropped,
        (unsigned long long) queues[side].overflown);
  return 0;
}
