/* gst-rtc: tests of telling Opus packets from others
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "gst/core/base/rtcopus.h"

#include <string.h>

typedef struct
{
  const gchar *what;
  gboolean sound;
  gsize size, more;             /* more: zeros behind */
  guint8 payload[8];
} Case;

/* *INDENT-OFF* */
#define BYTES(more, ...) sizeof ((const guint8[]) { __VA_ARGS__ }), more, { __VA_ARGS__ }

static const Case cases[] = {
  {"nothing", FALSE, 0, 0, { 0 }},
  {"a frame of nothing", TRUE, BYTES (0, 0xf8)},
  {"a frame", TRUE, BYTES (1275, 0xf8)},
  {"a frame that is too long", FALSE, BYTES (1276, 0xf8)},
  {"two of the same length", TRUE, BYTES (200, 0xf9)},
  {"two of the same length, which differs", FALSE, BYTES (201, 0xf9)},
  {"two of the same length, too long", FALSE, BYTES (2552, 0xf9)},
  {"two", TRUE, BYTES (20, 0xfa, 10)},
  {"two, the first a long one", TRUE, BYTES (256 + 4, 0xfa, 252, 1)},
  {"two, the first too long", FALSE, BYTES (9, 0xfa, 10)},
  {"two, half a length", FALSE, BYTES (0, 0xfa, 252)},
  {"two, no length", FALSE, BYTES (0, 0xfa)},
  {"two, the second too long", FALSE, BYTES (1286, 0xfa, 10)},
  {"none", FALSE, BYTES (10, 0xfb, 0)},
  {"no count", FALSE, BYTES (0, 0xfb)},
  {"120 ms", TRUE, BYTES (60, 0xfb, 6)},
  {"more than 120 ms", FALSE, BYTES (70, 0xfb, 7)},
  {"120 ms of 2.5 ms", TRUE, BYTES (48, 0xe3, 48)},
  {"120 ms of 60 ms", TRUE, BYTES (48, 0x1b, 2)},
  {"180 ms of 60 ms", FALSE, BYTES (48, 0x1b, 3)},
  {"three of one length, which differs", FALSE, BYTES (31, 0xfb, 3)},
  {"three", TRUE, BYTES (30, 0xfb, 0x83, 10, 10)},
  {"three, lengths beyond the end", FALSE, BYTES (19, 0xfb, 0x83, 10, 10)},
  {"three, a length is missing", FALSE, BYTES (0, 0xfb, 0x83, 10)},
  {"three, the last too long", FALSE, BYTES (1276, 0xfb, 0x83, 0, 0)},
  {"padding", TRUE, BYTES (30 + 7, 0xfb, 0x43, 7)},
  {"long padding", TRUE, BYTES (30 + 255, 0xfb, 0x43, 255, 1)},
  {"padding beyond the end", FALSE, BYTES (6, 0xfb, 0x41, 7)},
  {"padding without end", FALSE, BYTES (0, 0xfb, 0x41, 255)},
  {"padding and lengths", FALSE, BYTES (29 - 3, 0xfb, 0xc3, 7, 10, 10)},
};
/* *INDENT-ON* */

static void
test_cases (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    const Case *one = &cases[i];
    g_autofree guint8 *exact = g_malloc0 (one->size + one->more);

    if (one->size > 0)
      memcpy (exact, one->payload, one->size);
    if (rtc_opus_is_sound (exact, one->size + one->more) != one->sound)
      g_error ("%s: %s", one->what, one->sound ? "is sound" : "is not sound");
  }
}

static void
test_noise (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (6716);

  for (guint round = 0; round < 20000; round++) {
    gsize size = g_rand_int_range (random, 0, 200);
    g_autofree guint8 *exact = g_malloc (size);

    for (gsize i = 0; i < size; i++)
      exact[i] = g_rand_int (random);
    rtc_opus_is_sound (exact, size);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/opus/cases", test_cases);
  g_test_add_func ("/opus/noise", test_noise);
  return g_test_run ();
}
