/* gst-rtc: fuzz target for DCEP
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "gst/core/base/rtcdcep.h"

#include <string.h>

#include "fuzz.h"

/* What was read can be written, and reads as the same again. */
static void
check_open (const RtcDataChannelSpec * spec)
{
  g_autoptr (RtcDataChannelSpec) again = NULL;
  g_autoptr (GBytes) open = NULL;
  RtcDcepKind kind;

  g_assert (g_utf8_validate (spec->label, -1, NULL) && g_utf8_validate (spec->protocol, -1, NULL));
  g_assert (spec->id == -1 && !spec->negotiated);
  g_assert (spec->max_retransmits == -1 || spec->max_packet_lifetime == -1);
  /* Text that was made UTF-8 may be longer than one can be sent. */
  if (strlen (spec->label) > 65535 || strlen (spec->protocol) > 65535)
    return;

  open = rtc_dcep_write_open (spec);
  g_assert (rtc_dcep_read (g_bytes_get_data (open, NULL), g_bytes_get_size (open), &kind, &again, NULL));
  g_assert (kind == RTC_DCEP_OPEN);
  g_assert (strcmp (again->label, spec->label) == 0 && strcmp (again->protocol, spec->protocol) == 0);
  g_assert (again->ordered == spec->ordered && again->priority == spec->priority);
  g_assert (again->max_retransmits == spec->max_retransmits);
  g_assert (again->max_packet_lifetime == spec->max_packet_lifetime);
}

int
LLVMFuzzerTestOneInput (const uint8_t * data, size_t size)
{
  g_autoptr (RtcDataChannelSpec) spec = NULL;
  g_autoptr (GError) error = NULL;
  RtcDcepKind kind;

  if (!rtc_dcep_read (data, size, &kind, &spec, &error)) {
    g_assert (error && !spec);
    return 0;
  }
  g_assert (!error && (spec != NULL) == (kind == RTC_DCEP_OPEN));
  if (spec)
    check_open (spec);
  return 0;
}
