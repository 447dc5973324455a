/* gst-rtc: what a fuzz target exports (the interface of libFuzzer)
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Must return 0, keep no state between calls, and abort on whatever a caller may rely on not to happen. */
int LLVMFuzzerTestOneInput (const uint8_t * data, size_t size);
