/* gst-rtc: a signaller within the process, for tests
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/rtc/gstrtc.h>

G_BEGIN_DECLS

#define TEST_TYPE_SIGNALLER (test_signaller_get_type ())
G_DECLARE_FINAL_TYPE (TestSignaller, test_signaller, TEST, SIGNALLER, GstElement)

/* What the element tells the peer; on the element's control thread */
typedef struct
{
  void (*description) (gpointer peer, GstRtcSdpType type, const gchar * sdp);
  void (*candidate) (gpointer peer, const gchar * candidate);
  void (*ended) (gpointer peer, const GError * reason);
} TestPeerFuncs;

TestSignaller *test_signaller_new (void);
/* Until remove() has returned */
void test_signaller_add (TestSignaller * self, const gchar * id, const TestPeerFuncs * funcs, gpointer peer);
void test_signaller_remove (TestSignaller * self, const gchar * id);
guint test_signaller_get_n_starts (TestSignaller * self);

G_END_DECLS
