/* gst-rtc: the plugin
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <gst/gst.h>
#include <ext/soup/gstrtcserversignaller.h>
#include <ext/soup/gstrtcwebsocketsignaller.h>
#include "gstrtcbin.h"
#include "gstrtcsink.h"
#include "gstrtcsrc.h"

static gboolean
plugin_init (GstPlugin * plugin)
{
  gboolean registered = GST_ELEMENT_REGISTER (rtcserversignaller, plugin);

  registered &= GST_ELEMENT_REGISTER (rtcwebsocketsignaller, plugin);
  registered &= GST_ELEMENT_REGISTER (rtcsink, plugin);
  registered &= GST_ELEMENT_REGISTER (rtcsrc, plugin);
  return GST_ELEMENT_REGISTER (rtcbin, plugin) && registered;
}

GST_PLUGIN_DEFINE (GST_VERSION_MAJOR, GST_VERSION_MINOR, rtc,
    "WebRTC between pipelines and web browsers or other peers", plugin_init, VERSION, "LGPL", "gst-rtc",
    "https://gst-rtc.example/")
