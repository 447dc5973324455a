/* gst-rtc: tests of key frame detection
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "gst/core/base/rtckeyframe.h"

#include <string.h>

typedef struct
{
  const gchar *what;
  gboolean key;
  gsize size;
  guint8 payload[24];
} Case;

/* *INDENT-OFF* */
#define BYTES(...) sizeof ((const guint8[]) { __VA_ARGS__ }), { __VA_ARGS__ }

static const Case h264_cases[] = {
  {"SPS", TRUE, BYTES (0x67, 0x42, 0xe0, 0x1f)},
  {"PPS", TRUE, BYTES (0x68, 0xce, 0x38, 0x80)},
  {"first slice of an IDR", TRUE, BYTES (0x65, 0x88, 0x84)},
  {"second slice of an IDR", FALSE, BYTES (0x65, 0x08, 0x84)},
  {"IDR without a slice", FALSE, BYTES (0x65)},
  {"other slice", FALSE, BYTES (0x41, 0x9a, 0x00)},
  {"SEI", FALSE, BYTES (0x06, 0x05, 0x01)},
  {"access unit delimiter", FALSE, BYTES (0x09, 0xf0)},
  {"STAP-A: SPS, PPS", TRUE, BYTES (0x78, 0, 2, 0x67, 0x42, 0, 2, 0x68, 0xce)},
  {"STAP-A: delimiter, SEI, IDR", TRUE, BYTES (0x78, 0, 2, 0x09, 0xf0, 0, 1, 0x06, 0, 2, 0x65, 0x88)},
  {"STAP-A: PPS, other slice", FALSE, BYTES (0x78, 0, 2, 0x68, 0xce, 0, 2, 0x41, 0x9a)},
  {"STAP-A: second size lies", FALSE, BYTES (0x78, 0, 2, 0x09, 0xf0, 0, 9, 0x67, 0x42)},
  {"STAP-A: empty unit", FALSE, BYTES (0x78, 0, 0, 0, 2, 0x67, 0x42)},
  {"STAP-A: nothing", FALSE, BYTES (0x78)},
  {"STAP-A: half a size", FALSE, BYTES (0x78, 0)},
  {"FU-A: start of IDR", TRUE, BYTES (0x7c, 0x85, 0x88)},
  {"FU-A: start of a later slice of an IDR", FALSE, BYTES (0x7c, 0x85, 0x08)},
  {"FU-A: middle of IDR", FALSE, BYTES (0x7c, 0x05, 0x88)},
  {"FU-A: end of IDR", FALSE, BYTES (0x7c, 0x45, 0x88)},
  {"FU-A: start of SPS", TRUE, BYTES (0x7c, 0x87, 0x42)},
  {"FU-A: start of other slice", FALSE, BYTES (0x5c, 0x81, 0x9a)},
  {"FU-A: no header", FALSE, BYTES (0x7c)},
};

static const Case h265_cases[] = {
  {"VPS", TRUE, BYTES (0x40, 0x01, 0x0c)},
  {"SPS", TRUE, BYTES (0x42, 0x01, 0x01)},
  {"PPS", TRUE, BYTES (0x44, 0x01, 0xc0)},
  {"IDR_W_RADL", TRUE, BYTES (0x26, 0x01, 0xaf)},
  {"IDR_N_LP", TRUE, BYTES (0x28, 0x01, 0xaf)},
  {"CRA", TRUE, BYTES (0x2a, 0x01, 0xaf)},
  {"BLA_W_LP", TRUE, BYTES (0x20, 0x01, 0xaf)},
  {"second slice of an IDR", FALSE, BYTES (0x26, 0x01, 0x2f)},
  {"IDR without a slice", FALSE, BYTES (0x26, 0x01)},
  {"TRAIL_R", FALSE, BYTES (0x02, 0x01, 0xd0)},
  {"half a header", FALSE, BYTES (0x42)},
  {"AP: delimiter, VPS", TRUE, BYTES (0x60, 0x01, 0, 3, 0x46, 0x01, 0x50, 0, 3, 0x40, 0x01, 0x0c)},
  {"AP: IDR", TRUE, BYTES (0x60, 0x01, 0, 3, 0x26, 0x01, 0xaf)},
  {"AP: PPS, TRAIL_R", FALSE, BYTES (0x60, 0x01, 0, 3, 0x44, 0x01, 0xc0, 0, 3, 0x02, 0x01, 0xd0)},
  {"AP: unit too short", FALSE, BYTES (0x60, 0x01, 0, 1, 0x40, 0, 3, 0x40, 0x01, 0x0c)},
  {"AP: size lies", FALSE, BYTES (0x60, 0x01, 0xff, 0xff, 0x40, 0x01, 0x0c)},
  {"FU: start of IDR", TRUE, BYTES (0x62, 0x01, 0x93, 0xaf)},
  {"FU: middle of IDR", FALSE, BYTES (0x62, 0x01, 0x13, 0xaf)},
  {"FU: start of TRAIL_R", FALSE, BYTES (0x62, 0x01, 0x81, 0xd0)},
  {"FU: start of SPS", TRUE, BYTES (0x62, 0x01, 0xa1, 0x01)},
  {"FU: no header", FALSE, BYTES (0x62, 0x01)},
};

static const Case vp8_cases[] = {
  {"key frame, one byte of descriptor", TRUE, BYTES (0x10, 0x50, 0x01, 0x00)},
  {"delta frame", FALSE, BYTES (0x10, 0x51, 0x01, 0x00)},
  {"not the start of a partition", FALSE, BYTES (0x00, 0x50)},
  {"start of the second partition", FALSE, BYTES (0x11, 0x50)},
  {"7-bit picture id", TRUE, BYTES (0x90, 0x80, 0x11, 0x50)},
  {"7-bit picture id, delta", FALSE, BYTES (0x90, 0x80, 0x10, 0x51)},
  {"15-bit picture id", TRUE, BYTES (0x90, 0x80, 0x91, 0x11, 0x50)},
  {"TL0PICIDX", TRUE, BYTES (0x90, 0x40, 0x11, 0x50)},
  {"TID alone", TRUE, BYTES (0x90, 0x20, 0x11, 0x50)},
  {"KEYIDX alone", TRUE, BYTES (0x90, 0x10, 0x11, 0x50)},
  {"all extensions", TRUE, BYTES (0x90, 0xf0, 0x91, 0x11, 0x11, 0x11, 0x50)},
  {"all extensions, delta", FALSE, BYTES (0x90, 0xf0, 0x90, 0x10, 0x10, 0x10, 0x51)},
  {"non-reference bit", TRUE, BYTES (0x30, 0x50)},
  {"no frame", FALSE, BYTES (0x90, 0xf0, 0x91, 0x11, 0x11, 0x11)},
  {"half a picture id", FALSE, BYTES (0x90, 0x80, 0x91)},
  {"no extension byte", FALSE, BYTES (0x90)},
};

static const Case vp9_cases[] = {
  {"key frame, one byte of descriptor", TRUE, BYTES (0x08, 0x82)},
  {"not the beginning", FALSE, BYTES (0x00, 0x82)},
  {"predicted", FALSE, BYTES (0x48, 0x82)},
  {"7-bit picture id", TRUE, BYTES (0x88, 0x11, 0x82)},
  {"15-bit picture id, scalability structure", TRUE, BYTES (0x8a, 0x81, 0x02, 0x18, 2, 0x80, 1, 0xe0, 0x82)},
  {"layers, not flexible", TRUE, BYTES (0xa8, 0x11, 0x00, 0x07, 0x82)},
  {"layers, flexible", TRUE, BYTES (0xb8, 0x11, 0x00, 0x82)},
  {"temporal layer, switching up", TRUE, BYTES (0xb8, 0x11, 0x30, 0x82)},
  {"upper spatial layer", FALSE, BYTES (0xb8, 0x11, 0x03, 0x82)},
  {"flexible, predicted", FALSE, BYTES (0xf8, 0x11, 0x00, 0x02, 0x82)},
  {"no TL0PICIDX", FALSE, BYTES (0xa8, 0x11, 0x00)},
  {"no frame", FALSE, BYTES (0xa8, 0x11, 0x00, 0x07)},
  {"half a picture id", FALSE, BYTES (0x88, 0x81)},
};
/* *INDENT-ON* */

static void
check (const gchar * encoding_name, const Case * cases, guint n_cases)
{
  g_assert_false (rtc_key_frame_starts (encoding_name, NULL, 0));
  for (guint i = 0; i < n_cases; i++) {
    g_autofree guint8 *exact = g_memdup2 (cases[i].payload, cases[i].size);
    gboolean key = rtc_key_frame_starts (encoding_name, exact, cases[i].size);

    if (key != cases[i].key)
      g_error ("%s, %s: %s", encoding_name, cases[i].what, key ? "taken for a key frame" : "not recognised");
  }
}

static void
test_h264 (void)
{
  check ("H264", h264_cases, G_N_ELEMENTS (h264_cases));
}

static void
test_h265 (void)
{
  check ("H265", h265_cases, G_N_ELEMENTS (h265_cases));
}

static void
test_vp8 (void)
{
  check ("VP8", vp8_cases, G_N_ELEMENTS (vp8_cases));
}

static void
test_vp9 (void)
{
  check ("VP9", vp9_cases, G_N_ELEMENTS (vp9_cases));
}

static void
test_others (void)
{
  g_assert_true (rtc_key_frame_starts ("OPUS", (const guint8[]) { 0 }, 1));
  g_assert_true (rtc_key_frame_starts ("PCMU", NULL, 0));
}

static void
mutate (GRand * random, const gchar * encoding_name, const Case * cases, guint n_cases)
{
  for (guint round = 0; round < 5000; round++) {
    const Case *origin = &cases[g_rand_int_range (random, 0, n_cases)];
    gsize size = g_rand_int_range (random, 1, origin->size + 1);
    g_autofree guint8 *data = g_memdup2 (origin->payload, size);

    data[g_rand_int_range (random, 0, size)] = g_rand_int (random);
    rtc_key_frame_starts (encoding_name, data, size);
  }
}

static void
test_mutations (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (6184);

  mutate (random, "H264", h264_cases, G_N_ELEMENTS (h264_cases));
  mutate (random, "H265", h265_cases, G_N_ELEMENTS (h265_cases));
  mutate (random, "VP8", vp8_cases, G_N_ELEMENTS (vp8_cases));
  mutate (random, "VP9", vp9_cases, G_N_ELEMENTS (vp9_cases));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/keyframe/h264", test_h264);
  g_test_add_func ("/keyframe/h265", test_h265);
  g_test_add_func ("/keyframe/vp8", test_vp8);
  g_test_add_func ("/keyframe/vp9", test_vp9);
  g_test_add_func ("/keyframe/others", test_others);
  g_test_add_func ("/keyframe/mutations", test_mutations);
  return g_test_run ();
}
