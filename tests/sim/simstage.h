/* gst-rtc: a camera with its peers and their viewers
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "simsender.h"
#include "simviewer.h"

G_BEGIN_DECLS

typedef struct
{
  RtcCertificate *certificate;
  SimSource *video, *audio;
  GPtrArray *senders, *viewers; /* pairs, by index */
} SimStage;

/* Sources are made, not started */
SimStage *sim_stage_new (void);
/* Ends everybody, and waits until all is closed */
void sim_stage_free (SimStage * stage);
/* A peer that has not offered yet, and its viewer; owned by the stage */
SimSender *sim_stage_add (SimStage * stage, const SimSenderConfig * config);
SimSender *sim_stage_join (SimStage * stage);
SimSender *sim_stage_join_connected (SimStage * stage);
SimViewer *sim_stage_get_viewer (SimStage * stage, guint index);
/* Both ways */
void sim_stage_set_link (SimStage * stage, guint index, const SimLink * link);
/* Ended peers and their viewers go, as an element forgets them */
void sim_stage_sweep (SimStage * stage);

#define sim_assert_ended(sender, error_code, words) G_STMT_START { \
  g_assert_true ((sender)->ended); \
  g_assert_error ((sender)->reason, GST_RTC_ERROR, error_code); \
  g_assert_nonnull (strstr ((sender)->reason->message, words)); \
} G_STMT_END

G_END_DECLS
