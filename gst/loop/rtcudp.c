/* gst-rtc: one peer's packets into its socket with one call
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "rtcudp.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <string.h>
#include <sys/socket.h>

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103         /* linux/udp.h, since 4.18 */
#endif

/* What one IPv4 datagram can carry, the bound on a message before it is cut into segments */
#define MAX_MESSAGE_SIZE (65535 - 20 - 8)

/* With what the kernel adds to each packet: some 5 ms at 1 Gbit/s. What waits in it is late, so no more. */
#define RECEIVE_BUFFER (1024 * 1024)

typedef union
{
  struct cmsghdr header;        /* for its alignment */
  guint8 space[CMSG_SPACE (sizeof (guint16))];
} SegmentControl;

typedef struct
{
  struct mmsghdr messages[RTC_BATCH_MAX_PACKETS];
  struct iovec parts[RTC_BATCH_MAX_PACKETS];
  SegmentControl controls[RTC_BATCH_MAX_PACKETS];
  guint8 packets[RTC_BATCH_MAX_PACKETS];        /* by message */
  guint n;
} Messages;

/* Process-wide: the kernel either knows UDP_SEGMENT or does not */
static gint segmentation_works = TRUE;

/* All segments of a message have one size, but for the last, which may be shorter. */
static guint
run_length (const RtcBatch * batch, guint first)
{
  guint16 size = batch->sizes[first];
  gsize total = size;
  guint i;

  for (i = first + 1; i < batch->n_packets; i++) {
    total += batch->sizes[i];
    if (batch->sizes[i] > size || total > MAX_MESSAGE_SIZE)
      break;
    if (batch->sizes[i] < size)
      return i + 1 - first;
  }
  return i - first;
}

static void
add_segment_size (struct msghdr *message, SegmentControl * control, guint16 size)
{
  struct cmsghdr *header;

  message->msg_control = control;
  message->msg_controllen = sizeof control->space;
  header = CMSG_FIRSTHDR (message);
  header->cmsg_level = IPPROTO_UDP;
  header->cmsg_type = UDP_SEGMENT;
  header->cmsg_len = CMSG_LEN (sizeof size);
  memcpy (CMSG_DATA (header), &size, sizeof size);
}

static void
add_message (Messages * out, const RtcBatch * batch, guint first, guint n_packets, gsize offset, gsize size)
{
  struct msghdr *message = &out->messages[out->n].msg_hdr;

  out->parts[out->n] = (struct iovec) { (void *) (batch->data + offset), size };
  message->msg_iov = &out->parts[out->n];
  message->msg_iovlen = 1;
  message->msg_control = NULL;
  message->msg_controllen = 0;
  message->msg_flags = 0;
  if (n_packets > 1)
    add_segment_size (message, &out->controls[out->n], batch->sizes[first]);
  out->packets[out->n] = n_packets;
  out->n++;
}

static guint
send_from (gint fd, const guint8 * address, guint address_size, const RtcBatch * batch, guint first,
    gsize offset, gboolean segmented)
{
  Messages out;
  guint sent = 0;
  gint n;

  out.n = 0;
  for (guint i = first; i < batch->n_packets;) {
    guint n_packets = segmented ? run_length (batch, i) : 1;
    gsize size = 0;

    for (guint j = i; j < i + n_packets; j++)
      size += batch->sizes[j];
    out.messages[out.n].msg_hdr.msg_name = (void *) address;
    out.messages[out.n].msg_hdr.msg_namelen = address_size;
    add_message (&out, batch, i, n_packets, offset, size);
    offset += size;
    i += n_packets;
  }
  do
    n = sendmmsg (fd, out.messages, out.n, MSG_DONTWAIT | MSG_NOSIGNAL);
  while (n < 0 && errno == EINTR);
  for (gint i = 0; i < n; i++)
    sent += out.packets[i];
  return sent;
}

static gboolean
is_segmentation_error (gint error)
{
  /* EIO: a device without checksum offload; EINVAL: a segment above the path's MTU, or an old kernel */
  return error == EIO || error == EINVAL || error == EOPNOTSUPP || error == ENOPROTOOPT || error == EMSGSIZE;
}

/* The kernel's default holds a hundred packets, fewer than a window of data channels or a key frame brings while the loop is busy
 * with another peer. It costs what is in it. Where the kernel's limit (net.core.rmem_max) is lower, that counts. */
void
rtc_udp_grow_buffer (gint fd)
{
  const int wanted = RECEIVE_BUFFER;
  int size = 0;
  socklen_t size_size = sizeof size;

  if (getsockopt (fd, SOL_SOCKET, SO_RCVBUF, &size, &size_size) == 0 && size < wanted)
    (void) setsockopt (fd, SOL_SOCKET, SO_RCVBUF, &wanted, sizeof wanted);
}

guint
rtc_udp_send (gint fd, const guint8 * address, guint address_size, const RtcBatch * batch)
{
  gboolean segmented = g_atomic_int_get (&segmentation_works);
  guint sent = 0;
  gsize offset = 0;

  /* sendmmsg() stops at the first message that fails and says why only if that is the first of all. */
  while (sent < batch->n_packets) {
    guint n = send_from (fd, address, address_size, batch, sent, offset, segmented);

    for (guint i = 0; i < n; i++)
      offset += batch->sizes[sent + i];
    sent += n;
    if (n > 0)
      continue;
    if (!segmented || !is_segmentation_error (errno))
      break;
    if (errno == EOPNOTSUPP || errno == ENOPROTOOPT)
      g_atomic_int_set (&segmentation_works, FALSE);
    segmented = FALSE;
  }
  return sent;
}
