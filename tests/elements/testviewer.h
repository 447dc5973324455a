/* gst-rtc: a viewer within the process, on our own core, for tests
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "testsignaller.h"

G_BEGIN_DECLS

typedef struct _TestViewer TestViewer;

/* Network threads shared by all viewers */
void test_viewers_init (void);
void test_viewers_deinit (void);

/* video: (nullable): "H264", "VP8", the only codec that it takes; audio with it, or alone */
TestViewer *test_viewer_new (TestSignaller * signaller, const gchar * id, const gchar * video, gboolean audio);
void test_viewer_free (TestViewer * viewer);

/* Asks for the stream; the element offers */
void test_viewer_join (TestViewer * viewer);
/* Asks for the stream, and offers itself */
void test_viewer_offer (TestViewer * viewer);
void test_viewer_leave (TestViewer * viewer);

/* Wait, and fail the test if it takes too long */
void test_viewer_wait_frames (TestViewer * viewer, guint least);
void test_viewer_wait_sound (TestViewer * viewer, guint least);
/* Turned out by signaling */
void test_viewer_wait_end (TestViewer * viewer, GstRtcError reason);

guint test_viewer_get_frames (TestViewer * viewer);
guint test_viewer_get_keys (TestViewer * viewer);
/* The first packet of video began a key frame */
gboolean test_viewer_began_with_key (TestViewer * viewer);
/* Sequence numbers without a gap */
gboolean test_viewer_lost_nothing (TestViewer * viewer);

G_END_DECLS
