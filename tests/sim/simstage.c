/* gst-rtc: a camera with its peers and their viewers
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "simstage.h"

SimStage *
sim_stage_new (void)
{
  SimStage *stage = g_new0 (SimStage, 1);

  stage->certificate = sim_certificate_new (NULL);
  stage->video = sim_source_new (RTC_MEDIA_VIDEO);
  stage->audio = sim_source_new (RTC_MEDIA_AUDIO);
  stage->senders = g_ptr_array_new ();
  stage->viewers = g_ptr_array_new ();
  return stage;
}

static gboolean
all_closed (gpointer data)
{
  SimStage *stage = data;

  for (guint i = 0; i < stage->senders->len; i++)
    if (!sim_sender_is_closed (stage->senders->pdata[i]))
      return FALSE;
  return TRUE;
}

void
sim_stage_free (SimStage * stage)
{
  for (guint i = 0; i < stage->senders->len; i++)
    sim_sender_end (stage->senders->pdata[i]);
  g_assert_true (sim_run_until (all_closed, stage, RTC_SECOND));
  for (guint i = 0; i < stage->viewers->len; i++)
    sim_viewer_free (stage->viewers->pdata[i]);
  for (guint i = 0; i < stage->senders->len; i++)
    sim_sender_free (stage->senders->pdata[i]);
  /* the viewers' agents close */
  sim_run (RTC_SECOND);
  sim_source_free (stage->video);
  sim_source_free (stage->audio);
  sim_certificate_free (stage->certificate);
  g_ptr_array_unref (stage->senders);
  g_ptr_array_unref (stage->viewers);
  g_free (stage);
}

SimSender *
sim_stage_add (SimStage * stage, const SimSenderConfig * config)
{
  SimSenderConfig with_certificate = *config;
  SimViewer *viewer = sim_viewer_new ();
  SimSender *sender;

  with_certificate.certificate = stage->certificate;
  sender = sim_sender_new (&with_certificate);
  sim_party_pair (&sender->party, &viewer->party);
  g_ptr_array_add (stage->senders, sender);
  g_ptr_array_add (stage->viewers, viewer);
  return sender;
}

SimSender *
sim_stage_join (SimStage * stage)
{
  const SimSenderConfig config = {.sources = { stage->video, stage->audio } };

  return sim_stage_add (stage, &config);
}

SimSender *
sim_stage_join_connected (SimStage * stage)
{
  SimSender *sender = sim_stage_join (stage);

  sim_sender_offer (sender);
  g_assert_true (sim_run_until (sim_sender_is_connected, sender, RTC_SECOND));
  return sender;
}

SimViewer *
sim_stage_get_viewer (SimStage * stage, guint index)
{
  return stage->viewers->pdata[index];
}

void
sim_stage_set_link (SimStage * stage, guint index, const SimLink * link)
{
  sim_sender_get_endpoint (stage->senders->pdata[index])->out = *link;
  sim_viewer_get_endpoint (stage->viewers->pdata[index])->out = *link;
}

void
sim_stage_sweep (SimStage * stage)
{
  for (guint i = stage->senders->len; i-- > 0;) {
    if (!sim_sender_is_closed (stage->senders->pdata[i]))
      continue;
    sim_viewer_free (stage->viewers->pdata[i]);
    sim_sender_free (stage->senders->pdata[i]);
    g_ptr_array_remove_index_fast (stage->senders, i);
    g_ptr_array_remove_index_fast (stage->viewers, i);
  }
}
