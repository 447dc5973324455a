/* gst-rtc: errors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "gstrtcerror.h"

G_DEFINE_QUARK (gst-rtc-error-quark, gst_rtc_error)
