/* gst-rtc: an OpenSSL BIO that keeps datagrams apart
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * OpenSSL hands one datagram to each write and expects one from each read. A
 * memory BIO would glue them together, into more than the MTU.
 */
#include "rtcdatagrambio.h"

#include <string.h>

/* A flight is a dozen datagrams at the smallest MTU; whoever never takes them gets no more than this */
#define MAX_OUTPUT 64

typedef struct
{
  GQueue output;                /* of GBytes */
  const guint8 *input;          /* borrowed for one call; NULL: nothing to read */
  gsize input_size;
  guint mtu;
} DatagramBio;

static int
write_datagram (BIO * bio, const char *data, int size)
{
  DatagramBio *self = BIO_get_data (bio);

  BIO_clear_retry_flags (bio);
  if (size <= 0)
    return 0;
  /* what does not fit is lost, as on any network */
  if (g_queue_get_length (&self->output) < MAX_OUTPUT)
    g_queue_push_tail (&self->output, g_bytes_new (data, size));
  return size;
}

static int
read_datagram (BIO * bio, char *data, int size)
{
  DatagramBio *self = BIO_get_data (bio);
  int n;

  BIO_clear_retry_flags (bio);
  if (!self->input) {
    BIO_set_retry_read (bio);
    return -1;
  }
  /* the rest of a datagram too large for the reader is lost, as with recv() */
  n = MIN (size, (int) self->input_size);
  memcpy (data, self->input, n);
  self->input = NULL;
  return n;
}

static long
control (BIO * bio, int command, long number, void *pointer)
{
  DatagramBio *self = BIO_get_data (bio);

  switch (command) {
    case BIO_CTRL_FLUSH:
      return 1;
    case BIO_CTRL_PENDING:
      return self->input ? (long) self->input_size : 0;
    case BIO_CTRL_DGRAM_QUERY_MTU:
    case BIO_CTRL_DGRAM_GET_FALLBACK_MTU:
      return self->mtu;
    default:
      return 0;
  }
}

static int
create (BIO * bio)
{
  DatagramBio *self = g_new0 (DatagramBio, 1);

  g_queue_init (&self->output);
  BIO_set_data (bio, self);
  BIO_set_init (bio, 1);
  return 1;
}

static int
destroy (BIO * bio)
{
  DatagramBio *self = BIO_get_data (bio);

  g_queue_clear_full (&self->output, (GDestroyNotify) g_bytes_unref);
  g_free (self);
  BIO_set_data (bio, NULL);
  return 1;
}

static gpointer
make_method (gpointer unused)
{
  BIO_METHOD *method = BIO_meth_new (BIO_get_new_index () | BIO_TYPE_SOURCE_SINK, "datagrams of a peer");

  if (method) {
    BIO_meth_set_write (method, write_datagram);
    BIO_meth_set_read (method, read_datagram);
    BIO_meth_set_ctrl (method, control);
    BIO_meth_set_create (method, create);
    BIO_meth_set_destroy (method, destroy);
  }
  return method;
}

/**
 * rtc_datagram_bio_new:
 * @mtu: bytes of the largest datagram to send
 *
 * Returns: (nullable): to be freed with BIO_free(), or %NULL if memory ran out
 */
BIO *
rtc_datagram_bio_new (guint mtu)
{
  static GOnce once = G_ONCE_INIT;
  const BIO_METHOD *method = g_once (&once, make_method, NULL);
  BIO *bio = method ? BIO_new (method) : NULL;

  if (bio)
    ((DatagramBio *) BIO_get_data (bio))->mtu = mtu;
  return bio;
}

/**
 * rtc_datagram_bio_set_input:
 * @data: (nullable): the datagram that the next read gets; borrowed until this is called with %NULL
 */
void
rtc_datagram_bio_set_input (BIO * bio, const guint8 * data, gsize size)
{
  DatagramBio *self = BIO_get_data (bio);

  self->input = data;
  self->input_size = size;
}

/**
 * rtc_datagram_bio_pop:
 *
 * Returns: (transfer full) (nullable): the next datagram that was written
 */
GBytes *
rtc_datagram_bio_pop (BIO * bio)
{
  DatagramBio *self = BIO_get_data (bio);

  return g_queue_pop_head (&self->output);
}
