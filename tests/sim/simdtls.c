/* gst-rtc: a double of DTLS: four flights, repeated until answered, and close_notify
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 *   client                                server
 *     HELLO (two datagrams: random) ──────▶
 *     ◀────── CERTIFICATE (random, fingerprint, profile)
 *     FINISHED (fingerprint, sum) ────────▶ connected
 *     connected ◀────────── FINISHED (sum)
 */
#include "simbackends.h"

#include <ext/usrsctp/rtcusrsctp.h>

#include <gst/gst.h>

#define FIRST_TIMEOUT (50 * RTC_MSECOND)
#define LAST_TIMEOUT (2 * RTC_SECOND)
#define MAX_REPETITIONS 20

/* Content types of RFC 9147, and so between 20 and 63 (RFC 7983) */
#define TYPE_ALERT 21
#define TYPE_HANDSHAKE 22
#define TYPE_APPLICATION_DATA 23
#define HEADER_SIZE 4           /* content type, version, message */
#define SUM_SIZE 8

typedef enum
{
  MESSAGE_HELLO_1 = 1,
  MESSAGE_HELLO_2,
  MESSAGE_CERTIFICATE,
  MESSAGE_CLIENT_FINISHED,
  MESSAGE_SERVER_FINISHED,
  MESSAGE_CLOSE,
  MESSAGE_DATA,
} Message;

struct _RtcCertificate
{
  gchar fingerprint[8 + 32 * 3];
};

typedef struct
{
  RtcDtls dtls;
  RtcCertificate *certificate;
  gboolean client;
  RtcSrtpProfile profiles[4];
  guint n_profiles;

  RtcDtlsState state;
  GError *error;
  guint64 ours, theirs;         /* the two randoms */
  gboolean hello_1, hello_2;
  gchar *fingerprint;           /* the peer's */
  RtcSrtpProfile profile;

  GQueue out;                   /* of GBytes */
  GQueue messages;              /* of GBytes: application data of the peer's */
  GPtrArray *flight;            /* of GBytes: the last, to be repeated */
  RtcTime timeout, wait;
  guint repetitions;
} SimDtls;

/* Both sides have it once they have each other's random. */
static guint64
master (const SimDtls * self)
{
  guint64 client = self->client ? self->ours : self->theirs;
  guint64 server = self->client ? self->theirs : self->ours;

  return sim_sum (client, (const guint8 *) &server, sizeof server);
}

static GBytes *
new_message (guint type, Message message, guint64 key, const guint8 * body, gsize size)
{
  guint8 *data = g_malloc (HEADER_SIZE + size + SUM_SIZE);

  data[0] = type;
  data[1] = 0xfe;
  data[2] = 0xfd;
  data[3] = message;
  if (size)
    memcpy (data + HEADER_SIZE, body, size);
  GST_WRITE_UINT64_BE (data + HEADER_SIZE + size, sim_sum (key, data, HEADER_SIZE + size));
  return g_bytes_new_take (data, HEADER_SIZE + size + SUM_SIZE);
}

static void
send_flight (SimDtls * self)
{
  for (guint i = 0; i < self->flight->len; i++)
    g_queue_push_tail (&self->out, g_bytes_ref (self->flight->pdata[i]));
}

static void
new_flight (SimDtls * self, RtcTime now)
{
  g_ptr_array_set_size (self->flight, 0);
  self->wait = FIRST_TIMEOUT;
  self->timeout = now + self->wait;
  self->repetitions = 0;
}

static void
add_message (SimDtls * self, Message message, guint64 key, const guint8 * body, gsize size)
{
  g_ptr_array_add (self->flight, new_message (TYPE_HANDSHAKE, message, key, body, size));
}

static void
send_hello (SimDtls * self, RtcTime now)
{
  guint8 body[8 + 4];
  guint8 rest[900] = { 0, };    /* a post-quantum key share */

  new_flight (self, now);
  GST_WRITE_UINT64_BE (body, self->ours);
  for (guint i = 0; i < 4; i++)
    body[8 + i] = i < self->n_profiles ? self->profiles[i] : 0;
  add_message (self, MESSAGE_HELLO_1, 0, body, sizeof body);
  add_message (self, MESSAGE_HELLO_2, 0, rest, sizeof rest);
  send_flight (self);
}

static void
send_certificate (SimDtls * self, RtcTime now)
{
  guint8 body[8 + 1 + sizeof self->certificate->fingerprint] = { 0, };

  new_flight (self, now);
  GST_WRITE_UINT64_BE (body, self->ours);
  body[8] = self->profile;
  memcpy (body + 9, self->certificate->fingerprint, strlen (self->certificate->fingerprint));
  add_message (self, MESSAGE_CERTIFICATE, 0, body, sizeof body);
  send_flight (self);
}

static void
become_connected (SimDtls * self)
{
  self->state = RTC_DTLS_CONNECTED;
  self->timeout = RTC_TIME_NEVER;
}

static gboolean
choose_profile (SimDtls * self, const guint8 * offered)
{
  for (guint i = 0; i < self->n_profiles; i++)
    for (guint j = 0; j < 4; j++)
      if (self->profiles[i] == (RtcSrtpProfile) offered[j]) {
        self->profile = self->profiles[i];
        return TRUE;
      }
  return FALSE;
}

static void
on_hello (SimDtls * self, Message message, const guint8 * body, gsize size, RtcTime now)
{
  if (self->client || self->state == RTC_DTLS_CONNECTED)
    return;
  self->state = RTC_DTLS_CONNECTING;
  if (message == MESSAGE_HELLO_2) {
    self->hello_2 = TRUE;
  } else if (size == 12) {
    self->hello_1 = TRUE;
    self->theirs = GST_READ_UINT64_BE (body);
    choose_profile (self, body + 8);
  }
  if (self->hello_1 && self->hello_2 && self->flight->len == 0)
    send_certificate (self, now);
}

static void
on_certificate (SimDtls * self, const guint8 * body, gsize size, RtcTime now)
{
  guint8 ours[sizeof self->certificate->fingerprint] = { 0, };

  if (!self->client || self->fingerprint || size != 8 + 1 + sizeof self->certificate->fingerprint)
    return;
  self->theirs = GST_READ_UINT64_BE (body);
  self->profile = body[8];
  self->fingerprint = g_strndup ((const gchar *) body + 9, size - 9);
  new_flight (self, now);
  memcpy (ours, self->certificate->fingerprint, strlen (self->certificate->fingerprint));
  add_message (self, MESSAGE_CLIENT_FINISHED, master (self), ours, sizeof ours);
  send_flight (self);
}

static void
on_client_finished (SimDtls * self, const guint8 * body, gsize size, RtcTime now)
{
  if (self->client || !self->hello_1 || size != sizeof self->certificate->fingerprint)
    return;
  if (self->state == RTC_DTLS_CONNECTED) {
    /* the client missed it */
    send_flight (self);
    return;
  }
  self->fingerprint = g_strndup ((const gchar *) body, size);
  new_flight (self, now);
  add_message (self, MESSAGE_SERVER_FINISHED, master (self), NULL, 0);
  send_flight (self);
  become_connected (self);
}

static void
dtls_receive (RtcDtls * dtls, const guint8 * data, gsize size, RtcTime now)
{
  SimDtls *self = (SimDtls *) dtls;
  const guint8 *body = data + HEADER_SIZE;
  gboolean keyed;

  if (size < HEADER_SIZE + SUM_SIZE || data[1] != 0xfe || data[2] != 0xfd || self->state == RTC_DTLS_CLOSED)
    return;
  keyed = data[3] >= MESSAGE_CLIENT_FINISHED;
  if (GST_READ_UINT64_BE (data + size - SUM_SIZE) != sim_sum (keyed ? master (self) : 0, data, size - SUM_SIZE))
    return;
  size -= HEADER_SIZE + SUM_SIZE;
  if (data[3] == MESSAGE_HELLO_1 || data[3] == MESSAGE_HELLO_2)
    on_hello (self, data[3], body, size, now);
  else if (data[3] == MESSAGE_CERTIFICATE)
    on_certificate (self, body, size, now);
  else if (data[3] == MESSAGE_CLIENT_FINISHED)
    on_client_finished (self, body, size, now);
  else if (data[3] == MESSAGE_SERVER_FINISHED && self->client && self->fingerprint)
    become_connected (self);
  else if (data[3] == MESSAGE_DATA && self->state == RTC_DTLS_CONNECTED)
    g_queue_push_tail (&self->messages, g_bytes_new (body, size));
  else if (data[3] == MESSAGE_CLOSE && self->state == RTC_DTLS_CONNECTED)
    self->state = RTC_DTLS_CLOSED;
}

static void
dtls_start (RtcDtls * dtls, RtcTime now)
{
  SimDtls *self = (SimDtls *) dtls;

  g_assert_true (self->client);
  g_assert_cmpint (self->state, ==, RTC_DTLS_NEW);
  self->state = RTC_DTLS_CONNECTING;
  send_hello (self, now);
}

static GBytes *
next_datagram (RtcDtls * dtls)
{
  return g_queue_pop_head (&((SimDtls *) dtls)->out);
}

static RtcDtlsState
get_state (RtcDtls * dtls)
{
  return ((SimDtls *) dtls)->state;
}

static const GError *
get_error (RtcDtls * dtls)
{
  return ((SimDtls *) dtls)->error;
}

static gboolean
check_fingerprint (RtcDtls * dtls, const gchar * fingerprint)
{
  SimDtls *self = (SimDtls *) dtls;

  g_assert_cmpint (self->state, ==, RTC_DTLS_CONNECTED);
  return !g_ascii_strcasecmp (self->fingerprint, fingerprint);
}

static void
derive_key (const SimDtls * self, gboolean client, guint8 * key)
{
  for (guint i = 0; i < 3; i++)
    GST_WRITE_UINT64_BE (key + 8 * i, master (self) * (client ? 3 : 5) + i);
}

static gboolean
export_keys (RtcDtls * dtls, RtcSrtpKeys * keys)
{
  SimDtls *self = (SimDtls *) dtls;

  if (self->profile == 0)
    return FALSE;
  keys->profile = self->profile;
  keys->size = 24;
  derive_key (self, self->client, keys->local);
  derive_key (self, !self->client, keys->remote);
  return TRUE;
}

static void
get_cipher (RtcDtls * dtls, const gchar ** version, const gchar ** cipher)
{
  *version = "DTLS 1.2";
  *cipher = "SIMULATED";
}

static gboolean
dtls_send (RtcDtls * dtls, const guint8 * data, gsize size)
{
  SimDtls *self = (SimDtls *) dtls;

  if (self->state != RTC_DTLS_CONNECTED)
    return FALSE;
  g_queue_push_tail (&self->out, new_message (TYPE_APPLICATION_DATA, MESSAGE_DATA, master (self), data, size));
  return TRUE;
}

static GBytes *
next_message (RtcDtls * dtls)
{
  return g_queue_pop_head (&((SimDtls *) dtls)->messages);
}

static RtcTime
get_timeout (RtcDtls * dtls)
{
  return ((SimDtls *) dtls)->timeout;
}

static void
on_timeout (RtcDtls * dtls, RtcTime now)
{
  SimDtls *self = (SimDtls *) dtls;

  if (now < self->timeout)
    return;
  if (++self->repetitions > MAX_REPETITIONS) {
    self->state = RTC_DTLS_FAILED;
    self->timeout = RTC_TIME_NEVER;
    self->error = g_error_new_literal (GST_RTC_ERROR, GST_RTC_ERROR_DTLS, "The handshake was given up");
    return;
  }
  self->wait = MIN (self->wait * 2, LAST_TIMEOUT);
  self->timeout = now + self->wait;
  send_flight (self);
}

static void
dtls_close (RtcDtls * dtls)
{
  SimDtls *self = (SimDtls *) dtls;

  if (self->state == RTC_DTLS_CONNECTED)
    g_queue_push_tail (&self->out, new_message (TYPE_ALERT, MESSAGE_CLOSE, master (self), NULL, 0));
  self->state = RTC_DTLS_CLOSED;
  self->timeout = RTC_TIME_NEVER;
}

static void
dtls_free (RtcDtls * dtls)
{
  SimDtls *self = (SimDtls *) dtls;

  g_queue_clear_full (&self->out, (GDestroyNotify) g_bytes_unref);
  g_queue_clear_full (&self->messages, (GDestroyNotify) g_bytes_unref);
  g_ptr_array_unref (self->flight);
  g_clear_error (&self->error);
  g_free (self->fingerprint);
  sim->live.dtls--;
  g_free (self);
}

static const RtcDtlsClass dtls_class = {
  dtls_start, dtls_receive, next_datagram, get_state, get_error, check_fingerprint, export_keys, get_cipher,
  dtls_send, next_message, get_timeout, on_timeout, dtls_close, dtls_free,
};

RtcDtls *
sim_dtls_new (const RtcDtlsConfig * config, GError ** error)
{
  SimDtls *self = g_new0 (SimDtls, 1);

  self->dtls.klass = &dtls_class;
  self->certificate = config->certificate;
  self->client = config->client;
  self->n_profiles = MIN (config->n_profiles, G_N_ELEMENTS (self->profiles));
  memcpy (self->profiles, config->profiles, self->n_profiles * sizeof *self->profiles);
  self->ours = sim_random ();
  self->flight = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  self->timeout = RTC_TIME_NEVER;
  g_queue_init (&self->out);
  sim->live.dtls++;
  return &self->dtls;
}

RtcCertificate *
sim_certificate_new (GError ** error)
{
  RtcCertificate *certificate = g_new0 (RtcCertificate, 1);
  gchar *end = g_stpcpy (certificate->fingerprint, "sha-256 ");

  for (guint i = 0; i < 32; i++)
    end += g_snprintf (end, 4, i ? ":%02X" : "%02X", (guint) sim_random () & 255);
  sim->live.certificates++;
  return certificate;
}

const gchar *
sim_certificate_get_fingerprint (RtcCertificate * certificate)
{
  return certificate->fingerprint;
}

void
sim_certificate_free (RtcCertificate * certificate)
{
  sim->live.certificates--;
  g_free (certificate);
}

const RtcBackends sim_backends = {
  sim_ice_new, sim_dtls_new, sim_srtp_new, sim_srtp_supports,
  sim_certificate_new, sim_certificate_get_fingerprint, sim_certificate_free,
  .sctp_new = rtc_usrsctp_new,
};
