/* gst-rtc: the process-wide part of usrsctp: its lock, its clock and who is meant by a packet
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Started with the first association and never finished: usrsctp cannot be started twice. Its callbacks come with the
 * address of an association, also of one that is gone, so an address is a number that is looked up here. Numbers are
 * used again, the one that was left longest ago first: usrsctp keeps what it knows of an address, and taking one away
 * would set its iterator thread to work, which knows nothing of our lock. What is late for the association that had the
 * number before fails the verification tag.
 */
#include "rtcusrsctptable.h"

#include <usrsctp.h>

/* A clock that goes back by more is another one: tests have theirs. By less: another thread has read it later. */
#define CLOCK_SLACK RTC_SECOND

#define SCRATCH_SIZE 65536

static struct
{
  GMutex mutex;
  gboolean is_started;
  RtcUsrsctpEntry *caller;
  GPtrArray *entries;           /* (nullable element-type RtcUsrsctpEntry): at its address less one */
  GQueue free_addresses;
  RtcTime time;                 /* that usrsctp has heard of */
  guint8 *scratch;
} table;

static RtcUsrsctpEntry *
find (gpointer address)
{
  gsize number = GPOINTER_TO_SIZE (address);

  return number >= 1 && number <= table.entries->len ? g_ptr_array_index (table.entries, number - 1) : NULL;
}

static int
on_output (void *address, void *packet, size_t size, uint8_t tos, uint8_t set_df)
{
  RtcUsrsctpEntry *entry = find (address);

  if (entry)
    entry->output (entry, packet, size, entry != table.caller);
  return 0;
}

/* What is the same for all associations. Times are milliseconds. */
static void
configure (void)
{
  /* WebRTC uses none of these (RFC 8831, section 5): less code for a peer to reach */
  usrsctp_sysctl_set_sctp_ecn_enable (0);
  usrsctp_sysctl_set_sctp_auto_asconf (0);
  usrsctp_sysctl_set_sctp_asconf_enable (0);
  usrsctp_sysctl_set_sctp_auth_enable (0);
  usrsctp_sysctl_set_sctp_nrsack_enable (0);
  usrsctp_sysctl_set_sctp_pktdrop_enable (0);
  usrsctp_sysctl_set_sctp_pr_enable (1);
  usrsctp_sysctl_set_sctp_reconfig_enable (1);
  /* A packet that belongs to nothing is not answered. */
  usrsctp_sysctl_set_sctp_blackhole (2);
  /* Verification tags need no quarantine: every association has a DTLS connection of its own. */
  usrsctp_sysctl_set_sctp_vtag_time_wait (0);

  /* RTO: at least twice the 200 ms by which a peer may delay an acknowledgement (RFC 9260, section 6.2). At most what
   * a user waits for after an outage: whether the path is alive is up to ICE. */
  usrsctp_sysctl_set_sctp_rto_initial_default (1000);
  usrsctp_sysctl_set_sctp_rto_min_default (400);
  usrsctp_sysctl_set_sctp_rto_max_default (3000);
  usrsctp_sysctl_set_sctp_init_rto_max_default (3000);
  /* INIT for half a minute. For data the association sees to it itself: usrsctp also counts the probes of a window
   * that is closed because somebody does not read. */
  usrsctp_sysctl_set_sctp_init_rtx_max_default (10);
  usrsctp_sysctl_set_sctp_path_rtx_max_default (65535);
  usrsctp_sysctl_set_sctp_assoc_rtx_max_default (65535);
  usrsctp_sysctl_set_sctp_max_retran_chunk (0);
  /* Two ticks: what the peer has sent alone is off its books soon. */
  usrsctp_sysctl_set_sctp_delayed_sack_time_default (20);

  /* Ten packets, as TCP (RFC 6928) and libwebrtc: most messages leave in one go. So many may leave at once later too. */
  usrsctp_sysctl_set_sctp_initial_cwnd (10);
  usrsctp_sysctl_set_sctp_max_burst_default (10);
  /* The default of 512 would fill before the buffers do. */
  usrsctp_sysctl_set_sctp_max_chunks_on_queue (16384);
}

static void
start (void)
{
  /* the table of associations within an endpoint, which has one here */
  usrsctp_tunable_set_sctp_pcbtblsize (1);
  usrsctp_init_nothreads (0, on_output, NULL);
  /* rtcusrsctpchecksum does them. */
  usrsctp_enable_crc32c_offload ();
  configure ();
  table.entries = g_ptr_array_new ();
  table.scratch = g_malloc (SCRATCH_SIZE);
  table.is_started = TRUE;
}

void
rtc_usrsctp_lock (RtcUsrsctpEntry * caller)
{
  g_mutex_lock (&table.mutex);
  if (G_UNLIKELY (!table.is_started))
    start ();
  table.caller = caller;
}

void
rtc_usrsctp_unlock (void)
{
  table.caller = NULL;
  g_mutex_unlock (&table.mutex);
}

void
rtc_usrsctp_add (RtcUsrsctpEntry * entry)
{
  if (g_queue_is_empty (&table.free_addresses)) {
    g_ptr_array_add (table.entries, NULL);
    entry->address = GSIZE_TO_POINTER (table.entries->len);
    usrsctp_register_address (entry->address);
  } else {
    entry->address = g_queue_pop_head (&table.free_addresses);
  }
  g_ptr_array_index (table.entries, GPOINTER_TO_SIZE (entry->address) - 1) = entry;
}

void
rtc_usrsctp_remove (RtcUsrsctpEntry * entry)
{
  g_ptr_array_index (table.entries, GPOINTER_TO_SIZE (entry->address) - 1) = NULL;
  g_queue_push_tail (&table.free_addresses, entry->address);
  entry->address = NULL;
}

void
rtc_usrsctp_advance (RtcTime now)
{
  RtcTime tick = now - now % RTC_USRSCTP_TICK;
  RtcTime elapsed = tick - table.time;

  if (elapsed >= -CLOCK_SLACK && elapsed <= 0)
    return;
  table.time = tick;
  if (elapsed > 0)
    usrsctp_handle_timers ((guint32) MIN (elapsed / RTC_MSECOND, G_MAXINT32));
}

guint8 *
rtc_usrsctp_get_scratch (gsize * size)
{
  *size = SCRATCH_SIZE;
  return table.scratch;
}
