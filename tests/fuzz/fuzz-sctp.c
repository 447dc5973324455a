/* gst-rtc: fuzz target for packets into an SCTP association
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The first byte says how far an association between two honest sides has come. Then records follow: what to do, how many bytes
 * (two, the high one first), bytes. Tags, sequence numbers and checksums differ from run to run, so the records of
 * chunks count them from where the association stands, and get the header that it wants.
 */
#include <ext/usrsctp/rtcusrsctp.h>

#include <string.h>

#include "fuzz.h"

#define PORT 5000
#define MTU 1200
#define BUFFER 65536
#define HEADER 12
#define STREAMS 8

/* An input of so many bytes may be answered with so many packets. */
#define MAX_ANSWERS 4096

enum
{
  STAGE_NEW,
  STAGE_CONNECTING,
  STAGE_COOKIE,
  STAGE_CONNECTED,
  STAGE_SENDING,
  STAGE_RECEIVING,
  STAGE_RESETTING,
  STAGE_CLOSED,
  N_STAGES
};

enum
{
  RECORD_RAW,                   /* the whole packet */
  RECORD_CHUNKS,                /* right header, sequence numbers from where they are */
  RECORD_CHUNKS_AS_THEY_ARE,    /* right header */
  RECORD_MUTATED,               /* the peer's next packet, with the bytes XORed over it */
  RECORD_HONEST,                /* both sides go on for so many milliseconds */
  RECORD_SEND,                  /* as a message of the target */
  N_RECORDS
};

typedef struct
{
  RtcSctp *sctp;
  guint32 tag, tsn;             /* of its INIT; the TSN goes up with its DATA */
  gsize in_message;
} Side;

typedef struct
{
  Side target, peer;
  GQueue to_target, to_peer;    /* GBytes */
  RtcTime now;
  guint answers;
} Fuzz;

static RtcTime clock_now = RTC_SECOND;

static guint32
crc32c (const guint8 * data, gsize size)
{
  guint32 crc = 0xffffffff;

  for (gsize i = 0; i < size; i++) {
    crc ^= data[i];
    for (guint bit = 0; bit < 8; bit++)
      crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78 : 0);
  }
  return ~crc;
}

static void
set_checksum (guint8 * packet, gsize size)
{
  GST_WRITE_UINT32_LE (packet + 8, 0);
  GST_WRITE_UINT32_LE (packet + 8, crc32c (packet, size));
}

/* What an INIT, INIT ACK or DATA at the front of an own packet tells */
static void
learn (Side * side, const guint8 * packet, gsize size)
{
  if (size >= HEADER + 20 && (packet[HEADER] == 1 || packet[HEADER] == 2)) {
    side->tag = GST_READ_UINT32_BE (packet + HEADER + 4);
    side->tsn = GST_READ_UINT32_BE (packet + HEADER + 16);
  } else if (size >= HEADER + 16 && packet[HEADER] == 0) {
    side->tsn = GST_READ_UINT32_BE (packet + HEADER + 4) + 1;
  }
}

static void
collect (Side * side, GQueue * queue, guint * n)
{
  const guint8 *packet;
  gsize size;

  while ((packet = side->sctp->klass->next_packet (side->sctp, &size))) {
    g_assert (size > HEADER && size <= MTU);
    learn (side, packet, size);
    g_queue_push_tail (queue, g_bytes_new (packet, size));
    (*n)++;
  }
}

static void
take_messages (Side * side)
{
  static guint8 data[RTC_SCTP_READ_SIZE];
  RtcSctpEvent event;
  RtcSctpPart part;

  while (side->sctp->klass->read (side->sctp, data, &part)) {
    g_assert (part.size <= sizeof (data) && (part.size > 0 || part.is_cut));
    g_assert (!part.is_cut || (part.is_last && side->in_message > 0));
    side->in_message = part.is_last ? 0 : side->in_message + part.size;
  }
  while (side->sctp->klass->next_event (side->sctp, &event))
    g_assert (event.kind <= RTC_SCTP_EVENT_RESET_DONE);
}

static void
update (Fuzz * fuzz)
{
  guint ignored = 0;

  take_messages (&fuzz->target);
  take_messages (&fuzz->peer);
  collect (&fuzz->target, &fuzz->to_peer, &fuzz->answers);
  collect (&fuzz->peer, &fuzz->to_target, &ignored);
  g_assert (fuzz->target.sctp->klass->get_buffered (fuzz->target.sctp) <= 2 * BUFFER);
}

static void
deliver (Fuzz * fuzz, Side * to, GQueue * queue)
{
  GBytes *bytes = g_queue_pop_head (queue);
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);

  to->sctp->klass->receive (to->sctp, data, size, fuzz->now);
  g_bytes_unref (bytes);
  update (fuzz);
}

static void
go_on (Fuzz * fuzz, guint milliseconds)
{
  RtcTime end = fuzz->now + milliseconds * RTC_MSECOND;
  guint packets = 0;

  update (fuzz);
  for (;;) {
    while (packets++ < 2000 && !g_queue_is_empty (&fuzz->to_target))
      deliver (fuzz, &fuzz->target, &fuzz->to_target);
    while (packets++ < 2000 && !g_queue_is_empty (&fuzz->to_peer))
      deliver (fuzz, &fuzz->peer, &fuzz->to_peer);
    if (!g_queue_is_empty (&fuzz->to_target) && packets < 2000)
      continue;
    if (fuzz->now >= end)
      return;
    fuzz->now += 10 * RTC_MSECOND;
    fuzz->target.sctp->klass->on_timeout (fuzz->target.sctp, fuzz->now);
    fuzz->peer.sctp->klass->on_timeout (fuzz->peer.sctp, fuzz->now);
    update (fuzz);
  }
}

static void
send_message (Fuzz * fuzz, Side * side, const guint8 * data, gsize size)
{
  const RtcSctpSend how = { data[0] % STREAMS, data[0], data[0] & 1, data[0] & 2 ? 0 : -1, -1 };
  gssize n = side->sctp->klass->send (side->sctp, &how, data, size, TRUE, fuzz->now);

  g_assert (n <= (gssize) size);
}

static void
prepare (Fuzz * fuzz, guint stage)
{
  static const guint8 bytes[20000] = { 4, };

  if (stage == STAGE_NEW)
    return;
  fuzz->target.sctp->klass->start (fuzz->target.sctp, fuzz->now);
  fuzz->peer.sctp->klass->start (fuzz->peer.sctp, fuzz->now);
  update (fuzz);
  if (stage == STAGE_CONNECTING)
    return;
  deliver (fuzz, &fuzz->target, &fuzz->to_target);
  deliver (fuzz, &fuzz->peer, &fuzz->to_peer);
  if (stage == STAGE_COOKIE)
    return;
  go_on (fuzz, 10);
  g_assert (fuzz->target.sctp->klass->get_state (fuzz->target.sctp) == RTC_SCTP_CONNECTED);
  if (stage == STAGE_SENDING || stage == STAGE_RESETTING)
    send_message (fuzz, &fuzz->target, bytes, sizeof (bytes));
  if (stage == STAGE_RECEIVING)
    send_message (fuzz, &fuzz->peer, bytes, sizeof (bytes));
  if (stage == STAGE_RESETTING)
    fuzz->target.sctp->klass->reset_stream (fuzz->target.sctp, 4, fuzz->now);
  if (stage == STAGE_CLOSED)
    fuzz->target.sctp->klass->close (fuzz->target.sctp);
  update (fuzz);
}

static void
count_from_here (Fuzz * fuzz, guint8 * chunk, gsize size)
{
  guint32 value;

  if (size < 8)
    return;
  value = GST_READ_UINT32_BE (chunk + 4);
  switch (chunk[0]) {
    case 0:                    /* DATA */
    case 0xc0:                 /* FORWARD TSN */
      GST_WRITE_UINT32_BE (chunk + 4, value + fuzz->peer.tsn);
      break;
    case 3:                    /* SACK */
    case 7:                    /* SHUTDOWN */
      GST_WRITE_UINT32_BE (chunk + 4, value + fuzz->target.tsn - 1);
      break;
    case 0x82:                 /* RE-CONFIG: its first numbers are the initial TSNs of the sides */
      if (size >= 12)
        GST_WRITE_UINT32_BE (chunk + 8, GST_READ_UINT32_BE (chunk + 8) + fuzz->peer.tsn);
      if (size >= 20)
        GST_WRITE_UINT32_BE (chunk + 16, GST_READ_UINT32_BE (chunk + 16) + fuzz->peer.tsn - 1);
      break;
    default:
      break;
  }
}

static void
receive_chunks (Fuzz * fuzz, const guint8 * data, gsize size, gboolean counts)
{
  g_autofree guint8 *packet = g_malloc (HEADER + size);
  gsize at = HEADER, length;

  GST_WRITE_UINT16_BE (packet, PORT);
  GST_WRITE_UINT16_BE (packet + 2, PORT);
  /* an INIT has none */
  GST_WRITE_UINT32_BE (packet + 4, size > 0 && data[0] == 1 ? 0 : fuzz->target.tag);
  if (size > 0)
    memcpy (packet + HEADER, data, size);
  for (; counts && at + 4 <= HEADER + size; at += length) {
    length = (GST_READ_UINT16_BE (packet + at + 2) + 3) & ~3u;
    if (length < 4)
      break;
    count_from_here (fuzz, packet + at, MIN (length, HEADER + size - at));
  }
  set_checksum (packet, HEADER + size);
  fuzz->target.sctp->klass->receive (fuzz->target.sctp, packet, HEADER + size, fuzz->now);
}

static void
receive_mutated (Fuzz * fuzz, const guint8 * data, gsize size)
{
  g_autoptr (GBytes) bytes = g_queue_pop_head (&fuzz->to_target);
  g_autofree guint8 *packet = NULL;
  gsize packet_size;

  if (!bytes)
    return;
  packet = g_bytes_unref_to_data (g_steal_pointer (&bytes), &packet_size);
  for (gsize i = 0; i < size && i + HEADER < packet_size; i++)
    packet[HEADER + i] ^= data[i];
  set_checksum (packet, packet_size);
  fuzz->target.sctp->klass->receive (fuzz->target.sctp, packet, packet_size, fuzz->now);
}

static void
do_record (Fuzz * fuzz, guint kind, const guint8 * data, gsize size)
{
  switch (kind) {
    case RECORD_RAW:
      fuzz->target.sctp->klass->receive (fuzz->target.sctp, data, size, fuzz->now);
      break;
    case RECORD_CHUNKS:
    case RECORD_CHUNKS_AS_THEY_ARE:
      receive_chunks (fuzz, data, size, kind == RECORD_CHUNKS);
      break;
    case RECORD_MUTATED:
      receive_mutated (fuzz, data, size);
      break;
    case RECORD_HONEST:
      go_on (fuzz, MIN (size, 500));
      break;
    case RECORD_SEND:
      if (size > 0)
        send_message (fuzz, &fuzz->target, data, size);
      break;
  }
  update (fuzz);
}

static void
side_init (Side * side)
{
  const RtcSctpConfig config = {
    .local_port = PORT,.remote_port = PORT,.mtu = MTU,.n_streams = STREAMS,.send_buffer = BUFFER,.receive_buffer = BUFFER,
  };

  side->sctp = rtc_usrsctp_new (&config, NULL);
  g_assert (side->sctp);
}

int
LLVMFuzzerTestOneInput (const uint8_t * data, size_t size)
{
  Fuzz fuzz = { .now = clock_now };
  const uint8_t *end = data + size;

  if (size == 0)
    return 0;
  g_queue_init (&fuzz.to_target);
  g_queue_init (&fuzz.to_peer);
  side_init (&fuzz.target);
  side_init (&fuzz.peer);
  prepare (&fuzz, *data++ % N_STAGES);
  while (end - data >= 3) {
    guint kind = data[0] % N_RECORDS;
    gsize length = MIN (GST_READ_UINT16_BE (data + 1), end - data - 3);
    /* of its exact size, for ASan */
    g_autofree guint8 *bytes = length > 0 ? g_memdup2 (data + 3, length) : NULL;

    do_record (&fuzz, kind, bytes, length);
    data += 3 + length;
  }
  go_on (&fuzz, 100);
  g_assert (fuzz.answers < MAX_ANSWERS + size);
  fuzz.target.sctp->klass->free (fuzz.target.sctp);
  fuzz.peer.sctp->klass->free (fuzz.peer.sctp);
  g_queue_clear_full (&fuzz.to_target, (GDestroyNotify) g_bytes_unref);
  g_queue_clear_full (&fuzz.to_peer, (GDestroyNotify) g_bytes_unref);
  clock_now = fuzz.now + RTC_SECOND;
  return 0;
}
