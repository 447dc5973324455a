/* gst-rtc: the public API
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/rtc/gstrtcdatachannel.h>
#include <gst/rtc/gstrtcenums.h>
#include <gst/rtc/gstrtcerror.h>
#include <gst/rtc/gstrtcsignaller.h>
