/* gst-rtc: fuzz target for data channels: whatever an association can bring, and whatever an application can do meanwhile
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The input is a sequence of steps of three bytes (what, which stream or channel, how much); a part of DCEP is followed by its bytes.
 */
#include "gst/core/peer/rtcdatachannels.h"
#include "tests/unit/fakesctp.h"

#include "fuzz.h"

/* Of this side; each is used once */
#define N_CHANNELS 64
#define MAX_STEPS 2000
#define MAX_REMOTE 4096

/* sent, told: bytes of send(), and of SENT */
typedef struct
{
  gboolean is_used, exists, is_open, is_closing;
  gsize sent, told;
} Channel;

typedef struct
{
  FakeSctp *sctp[2];
  RtcDataChannels *channels;
  Channel local[N_CHANNELS], remote[MAX_REMOTE];
  gboolean is_connected, is_paused, is_mid_message;
  guint16 stream;
  guint32 ppid;
  RtcTime now;
  const guint8 *data;
  gsize size;
} Fuzz;

static Channel *
find_channel (Fuzz * fuzz, guint handle)
{
  if (handle < N_CHANNELS)
    return &fuzz->local[handle];
  g_assert (handle >= RTC_DATA_REMOTE && handle - RTC_DATA_REMOTE < MAX_REMOTE);
  return &fuzz->remote[handle - RTC_DATA_REMOTE];
}

static void
check_event (Fuzz * fuzz, const RtcDataEvent * event)
{
  Channel *channel = find_channel (fuzz, event->channel);

  g_assert (channel->exists || event->kind == RTC_DATA_INCOMING || event->kind == RTC_DATA_CLOSED);
  switch (event->kind) {
    case RTC_DATA_INCOMING:
      g_assert (!channel->exists && event->channel >= RTC_DATA_REMOTE && event->spec);
      channel->exists = channel->is_open = TRUE;
      break;
    case RTC_DATA_OPEN:
      g_assert (!channel->is_open && event->id >= 0 && event->id < 65535);
      channel->is_open = TRUE;
      break;
    case RTC_DATA_MESSAGE:
      g_assert (channel->is_open && !channel->is_closing && event->message);
      g_assert (g_bytes_get_size (event->message) <= RTC_DATA_MAX_MESSAGE_SIZE);
      break;
    case RTC_DATA_SENT:
      channel->told += event->size;
      g_assert (event->size > 0 && channel->told <= channel->sent);
      break;
    case RTC_DATA_CLOSING:
      g_assert (channel->is_open && !channel->is_closing);
      channel->is_closing = TRUE;
      break;
    case RTC_DATA_CLOSED:
      g_assert (channel->told == channel->sent);
      *channel = (Channel) {.is_used = TRUE };
      break;
  }
}

static void
take_events (Fuzz * fuzz)
{
  RtcDataEvent event;

  while (rtc_data_channels_next_event (fuzz->channels, &event)) {
    check_event (fuzz, &event);
    rtc_data_event_clear (&event);
  }
}

static guint32
get_ppid (guint which)
{
  const guint32 ppids[] = { RTC_PPID_DCEP, RTC_PPID_STRING, RTC_PPID_BINARY, RTC_PPID_STRING_EMPTY,
    RTC_PPID_BINARY_EMPTY, 0, 52, RTC_PPID_DCEP
  };

  return ppids[which % G_N_ELEMENTS (ppids)];
}

/* The parts of one message come one after the other. */
static void
inject_part (Fuzz * fuzz, guint8 what, guint8 which, guint8 amount)
{
  static const guint8 zeros[RTC_SCTP_READ_SIZE];
  gsize size = amount < 200 ? amount : (amount - 199) * (gsize) 1000;
  const guint8 *bytes = zeros;

  if (!fuzz->is_mid_message) {
    fuzz->stream = which < 250 ? which % 32 : 65534 - which % 5;
    fuzz->ppid = get_ppid (what >> 4);
  }
  if (fuzz->ppid == RTC_PPID_DCEP) {
    size = MIN (size, fuzz->size);
    bytes = fuzz->data;
    fuzz->data += size;
    fuzz->size -= size;
  }
  fuzz->is_mid_message = what & 1;
  fake_sctp_inject (fuzz->sctp[0], fuzz->stream, fuzz->ppid, bytes, size, !fuzz->is_mid_message);
}

static void
create (Fuzz * fuzz, guint handle, guint8 amount)
{
  g_autoptr (RtcDataChannelSpec) spec = rtc_data_channel_spec_new ("label");

  if (fuzz->local[handle].is_used)
    return;
  spec->negotiated = amount & 1;
  spec->id = amount >> 3;
  spec->ordered = amount & 2;
  spec->max_packet_lifetime = amount & 4 ? 20 : -1;
  spec->priority = amount;
  fuzz->local[handle].is_used = fuzz->local[handle].exists = TRUE;
  rtc_data_channels_create (fuzz->channels, handle, spec, fuzz->now);
}

static void
send (Fuzz * fuzz, guint handle, guint8 amount)
{
  gsize size = amount < 200 ? amount : (amount - 199) * (gsize) 3000;
  g_autoptr (GBytes) message = g_bytes_new_take (g_malloc0 (size), size);

  if (find_channel (fuzz, handle)->exists)
    find_channel (fuzz, handle)->sent += size;
  rtc_data_channels_send (fuzz->channels, handle, amount & 1, message, fuzz->now);
}

static void
connect (Fuzz * fuzz, guint8 amount)
{
  if (fuzz->is_connected)
    return;
  fuzz->is_connected = TRUE;
  rtc_data_channels_start (fuzz->channels, &fuzz->sctp[0]->sctp, amount & 1, amount & 2 ? 0 : 65536, fuzz->now);
  fuzz->sctp[1]->sctp.klass->start (&fuzz->sctp[1]->sctp, fuzz->now);
  fuzz->sctp[0]->n_streams = amount & 4 ? 65535 : 20;
  fuzz->sctp[0]->cannot_reset = amount & 8;
  fuzz->sctp[0]->send_buffer = 1000 + amount * 1000;
  fake_sctp_pair_connect (fuzz->sctp);
}

static void
step (Fuzz * fuzz, guint8 what, guint8 which, guint8 amount)
{
  guint handle = which & 0x80 ? RTC_DATA_REMOTE + (which & 0x7f) : which % N_CHANNELS;

  switch (what % 16) {
    case 8:
      fake_sctp_inject_event (fuzz->sctp[0], RTC_SCTP_EVENT_RESET, which % 32);
      break;
    case 9:
      fake_sctp_inject_event (fuzz->sctp[0], RTC_SCTP_EVENT_RESET_DONE, which % 32);
      break;
    case 10:
      create (fuzz, which % N_CHANNELS, amount);
      break;
    case 11:
      send (fuzz, handle, amount);
      break;
    case 12:
      rtc_data_channels_close (fuzz->channels, handle, fuzz->now);
      break;
    case 13:
      fuzz->is_paused = amount & 1;
      rtc_data_channels_pause (fuzz->channels, fuzz->is_paused, fuzz->now);
      break;
    case 14:
      fuzz->now += amount * RTC_MSECOND;
      fake_sctp_deliver (fuzz->sctp[0], which * 1000);
      break;
    case 15:
      connect (fuzz, amount);
      break;
    default:
      inject_part (fuzz, what, which, amount);
      return;
  }
  rtc_data_channels_update (fuzz->channels, fuzz->now);
}

int
LLVMFuzzerTestOneInput (const uint8_t * data, size_t size)
{
  const GError reason = { GST_RTC_ERROR, GST_RTC_ERROR_LEFT, (gchar *) "The end" };
  Fuzz *fuzz = g_new0 (Fuzz, 1);

  fake_sctp_pair_new (fuzz->sctp);
  fuzz->channels = rtc_data_channels_new ();
  fuzz->data = data;
  fuzz->size = size;
  for (guint i = 0; i < MAX_STEPS && fuzz->size >= 3; i++) {
    fuzz->data += 3;
    fuzz->size -= 3;
    step (fuzz, fuzz->data[-3], fuzz->data[-2], fuzz->data[-1]);
    take_events (fuzz);
  }

  rtc_data_channels_end (fuzz->channels, &reason);
  take_events (fuzz);
  for (guint i = 0; i < N_CHANNELS; i++)
    g_assert (!fuzz->local[i].exists);
  for (guint i = 0; i < MAX_REMOTE; i++)
    g_assert (!fuzz->remote[i].exists);
  rtc_data_channels_free (fuzz->channels);
  fake_sctp_pair_free (fuzz->sctp);
  g_free (fuzz);
  return 0;
}
