/* gst-rtc: two peers of ours, each of which may send and receive
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "simcall.h"

static SimSender *
make_peer (SimCall * call, const SimCallConfig * config, guint who)
{
  SimSenderConfig peer = {.certificate = call->certificate,.receives = !config->deaf[who],
    .no_transport_cc = config->no_transport_cc,.data_channels = config->data_channels[who]
  };

  for (guint i = 0; i < config->n_sources[who]; i++)
    peer.sources[i] = call->sources[who][i];
  return sim_sender_new (&peer);
}

SimCall *
sim_call_new (const SimCallConfig * config)
{
  SimCall *call = g_new0 (SimCall, 1);

  call->certificate = sim_certificate_new (NULL);
  for (guint who = 0; who < 2; who++) {
    for (guint i = 0; i < 4; i++) {
      call->sources[who][i] = sim_source_new (i % 2 ? RTC_MEDIA_AUDIO : RTC_MEDIA_VIDEO);
      sim_source_start (call->sources[who][i]);
    }
    call->peers[who] = make_peer (call, config, who);
  }
  sim_party_pair (&call->peers[0]->party, &call->peers[1]->party);
  return call;
}

void
sim_call_connect (SimCall * call, guint by)
{
  sim_sender_offer (call->peers[by]);
  for (guint who = 0; who < 2; who++)
    g_assert_true (sim_run_until (sim_sender_is_connected, call->peers[who], 10 * RTC_SECOND));
}

void
sim_call_set_link (SimCall * call, const SimLink * link)
{
  for (guint who = 0; who < 2; who++)
    sim_sender_get_endpoint (call->peers[who])->out = *link;
}

void
sim_call_send (SimCall * call, guint who, guint n, guint without)
{
  SimSource *sources[4] = { NULL, };

  for (guint i = 0; i < n; i++)
    if (!(without & 1 << i))
      sources[i] = call->sources[who][i];
  sim_sender_set_sources (call->peers[who], sources, n);
}

SimReceiver *
sim_call_get (SimCall * call, guint who, RtcMediaKind kind, guint nth)
{
  SimSink *sink = &call->peers[who]->sink;

  for (guint i = 0; i < sink->n_streams; i++)
    if (sink->streams[i].receiver.kind == kind && nth-- == 0)
      return &sink->streams[i].receiver;
  return NULL;
}

void
sim_call_free (SimCall * call)
{
  for (guint who = 0; who < 2; who++)
    sim_sender_end (call->peers[who]);
  for (guint who = 0; who < 2; who++) {
    g_assert_true (sim_run_until (sim_sender_is_closed, call->peers[who], RTC_SECOND));
    sim_sender_free (call->peers[who]);
  }
  for (guint i = 0; i < 8; i++)
    sim_source_free (call->sources[i / 4][i % 4]);
  sim_certificate_free (call->certificate);
  g_free (call);
}
