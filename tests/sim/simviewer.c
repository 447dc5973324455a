/* gst-rtc: a browser on the virtual network, as far as a peer of ours can tell
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "simviewer.h"

#include <gst/core/base/rtcrtp.h>
#include <gst/gst.h>

#include "simfeedback.h"
#include "simsender.h"

#define TICK (10 * RTC_MSECOND)
#define REPORT_INTERVAL (1 * RTC_SECOND)
#define FEEDBACK_INTERVAL (100 * RTC_MSECOND)
#define MAX_REPORTED 200

static void watch_dtls (SimViewer * viewer);

/* DTLS */

static void
flush_dtls (SimViewer * viewer)
{
  GBytes *datagram;

  while ((datagram = viewer->dtls->klass->next_datagram (viewer->dtls))) {
    gsize size;
    const guint8 *data = g_bytes_get_data (datagram, &size);

    if (!viewer->no_dtls)
      viewer->ice->klass->send (viewer->ice, data, size);
    g_bytes_unref (datagram);
  }
}

static void
become_connected (SimViewer * viewer)
{
  RtcRemoteTransport remote;
  RtcSrtpKeys keys;

  g_assert_true (rtc_negotiation_get_remote_transport (viewer->negotiation, &remote));
  g_assert_true (viewer->dtls->klass->check_fingerprint (viewer->dtls, remote.fingerprint));
  g_assert_true (viewer->dtls->klass->export_keys (viewer->dtls, &keys));
  viewer->srtp = sim_srtp_new (&keys, NULL);
  viewer->connected = TRUE;
  viewer->connected_at = sim->now;
  viewer->next_report = sim->now + REPORT_INTERVAL / 4;
}

static void
on_dtls_timer (gpointer data)
{
  SimViewer *viewer = data;

  viewer->dtls->klass->on_timeout (viewer->dtls, sim->now);
  watch_dtls (viewer);
}

static void
watch_dtls (SimViewer * viewer)
{
  RtcDtlsState state = viewer->dtls->klass->get_state (viewer->dtls);

  flush_dtls (viewer);
  if (state == RTC_DTLS_CONNECTED && !viewer->connected && !viewer->no_dtls)
    become_connected (viewer);
  else if (state == RTC_DTLS_CLOSED)
    viewer->left = TRUE;
  sim_set (&viewer->dtls_timer, viewer->dtls->klass->get_timeout (viewer->dtls), on_dtls_timer, viewer);
}

/* What comes */

static SimReceiver *
find_receiver (SimViewer * viewer, guint32 ssrc)
{
  for (guint i = 0; i < viewer->n_receivers; i++)
    if (viewer->receivers[i].ssrc == ssrc || (ssrc && viewer->receivers[i].rtx_ssrc == ssrc))
      return &viewer->receivers[i];
  return NULL;
}

static void
note_transport_number (SimViewer * viewer, const SimReceiver * receiver, const guint8 * data,
    const RtcRtpHeader * header)
{
  guint8 id = receiver->extensions.id[RTC_EXTENSION_TRANSPORT_CC];
  const guint8 *value;
  gsize size;
  gint64 number;

  value = id ? rtc_rtp_find_extension (data, header, id, &size) : NULL;
  if (!value)
    return;
  number = rtc_sequence_unwrap (viewer->transport_highest, GST_READ_UINT16_BE (value));
  viewer->transport_highest = MAX (viewer->transport_highest, number);
  g_hash_table_insert (viewer->arrivals, GUINT_TO_POINTER ((guint) number + 1), g_memdup2 (&sim->now,
          sizeof sim->now));
}

static void
receive_rtp (SimViewer * viewer, const guint8 * data, gsize size)
{
  g_autofree guint8 *clear = g_memdup2 (data, size);
  RtcRtpHeader header;
  SimReceiver *receiver;

  if (!viewer->srtp) {
    viewer->n_rtp_before_keys++;
    return;
  }
  if (!viewer->srtp->klass->unprotect_rtp (viewer->srtp, clear, &size)) {
    viewer->n_forged++;
    return;
  }
  viewer->n_rtp++;
  g_assert_true (rtc_rtp_read (clear, size, &header));
  receiver = find_receiver (viewer, header.ssrc);
  g_assert_nonnull (receiver);
  note_transport_number (viewer, receiver, clear, &header);
  sim_receiver_take (receiver, clear, size);
}

/* RFC 3611, section 4.5: one block, as our core writes it */
static void
take_reference_delays (SimViewer * viewer, const RtcRtcpPacket * packet)
{
  g_assert_cmpuint (GST_READ_UINT16_BE (packet->body + 2) * 4 + 4, ==, packet->body_size);
  for (const guint8 * data = packet->body + 4; data < packet->body + packet->body_size; data += 12) {
    RtcReferenceDelay delay = { GST_READ_UINT32_BE (data), GST_READ_UINT32_BE (data + 4),
      GST_READ_UINT32_BE (data + 8)
    };

    g_array_append_val (viewer->delays, delay);
  }
}

static void
take_block (SimViewer * viewer, const RtcRtcpPacket * packet)
{
  RtcReportBlock block;

  rtc_rtcp_report_block (packet, packet->count - 1, &block);
  viewer->last_sr = block.last_sr;
}

static void
receive_rtcp (SimViewer * viewer, const guint8 * data, gsize size)
{
  g_autofree guint8 *clear = g_memdup2 (data, size);
  RtcRtcpReader reader;
  RtcRtcpPacket packet;

  if (!viewer->srtp || !viewer->srtp->klass->unprotect_rtcp (viewer->srtp, clear, &size)) {
    viewer->n_forged++;
    return;
  }
  viewer->n_rtcp++;
  rtc_rtcp_reader_init (&reader, clear, size);
  while (rtc_rtcp_reader_next (&reader, &packet)) {
    SimReceiver *receiver = find_receiver (viewer, packet.sender);

    if (packet.kind == RTC_RTCP_RR && packet.count > 0)
      take_block (viewer, &packet);

    if (packet.kind == RTC_RTCP_SR && receiver)
      sim_receiver_take_report (receiver, &packet.info);
    else if (packet.kind == RTC_RTCP_BYE)
      viewer->bye = TRUE;
    else if (packet.kind == RTC_RTCP_XR)
      take_reference_delays (viewer, &packet);
  }
}

static void
receive (gpointer data, const guint8 * bytes, gsize size)
{
  SimViewer *viewer = data;

  if (viewer->left)
    return;
  switch (rtc_packet_kind (bytes, size)) {
    case RTC_PACKET_DTLS:
      if (!viewer->dtls)
        break;
      viewer->dtls->klass->receive (viewer->dtls, bytes, size, sim->now);
      watch_dtls (viewer);
      break;
    case RTC_PACKET_RTP:
      receive_rtp (viewer, bytes, size);
      break;
    case RTC_PACKET_RTCP:
      receive_rtcp (viewer, bytes, size);
      break;
    default:
      break;
  }
}

/* What it reports */

void
sim_viewer_send_rtcp (SimViewer * viewer, const guint8 * data, gsize size)
{
  g_autofree guint8 *packet = g_malloc (size + RTC_SRTP_MAX_OVERHEAD);

  g_assert_nonnull (viewer->srtp);
  memcpy (packet, data, size);
  g_assert_true (viewer->srtp->klass->protect_rtcp (viewer->srtp, packet, &size));
  viewer->ice->klass->send (viewer->ice, packet, size);
}

void
sim_viewer_send_rtp (SimViewer * viewer, const guint8 * data, gsize size)
{
  g_autofree guint8 *packet = g_malloc (size + RTC_SRTP_MAX_OVERHEAD);

  g_assert_nonnull (viewer->srtp);
  memcpy (packet, data, size);
  if (viewer->srtp->klass->protect_rtp (viewer->srtp, packet, &size))
    viewer->ice->klass->send (viewer->ice, packet, size);
}

static void
flush_writer (SimViewer * viewer, GstByteWriter * writer)
{
  if (gst_byte_writer_get_pos (writer) > 0)
    sim_viewer_send_rtcp (viewer, writer->parent.data, gst_byte_writer_get_pos (writer));
  gst_byte_writer_reset (writer);
}

static void
write_nacks (SimViewer * viewer, GstByteWriter * writer)
{
  guint16 numbers[64];

  for (guint i = 0; i < viewer->n_receivers; i++) {
    SimReceiver *receiver = &viewer->receivers[i];
    guint n = receiver->rtx_ssrc ? sim_receiver_get_nacks (receiver, numbers, G_N_ELEMENTS (numbers)) : 0;

    if (n == 0)
      continue;
    viewer->n_nacks_sent += n;
    rtc_rtcp_write_nack (writer, viewer->ssrc, receiver->ssrc, numbers, n);
  }
}

static void
write_report (SimViewer * viewer, GstByteWriter * writer)
{
  RtcReportBlock blocks[SIM_MAX_RECEIVERS];

  for (guint i = 0; i < viewer->n_receivers; i++)
    sim_receiver_make_block (&viewer->receivers[i], &blocks[i]);
  rtc_rtcp_write_rr (writer, viewer->ssrc, blocks, viewer->n_receivers);
  rtc_rtcp_write_cname (writer, viewer->ssrc, "viewer");
  if (viewer->sends_remb)
    sim_write_remb (writer, viewer->ssrc, viewer->receivers[0].ssrc, viewer->remb);
}

static gpointer
arrival_of (SimViewer * viewer, guint number)
{
  return g_hash_table_lookup (viewer->arrivals, GUINT_TO_POINTER (number + 1));
}

static void
write_transport_feedback (SimViewer * viewer, GstByteWriter * writer)
{
  RtcTime arrivals[MAX_REPORTED] = { 0, };
  guint end = viewer->transport_highest + 1;
  guint n;

  while (viewer->transport_base < end && !arrival_of (viewer, viewer->transport_base))
    viewer->transport_base++;
  n = MIN (end - viewer->transport_base, MAX_REPORTED);
  for (guint i = 0; i < n; i++) {
    RtcTime *arrival = arrival_of (viewer, viewer->transport_base + i);

    if (arrival)
      arrivals[i] = *arrival;
    g_hash_table_remove (viewer->arrivals, GUINT_TO_POINTER (viewer->transport_base + i + 1));
  }
  if (n > 0)
    sim_write_twcc (writer, viewer->ssrc, viewer->receivers[0].ssrc, viewer->transport_base, arrivals, n,
        viewer->feedback_count++);
  viewer->transport_base += n;
}

static void
on_tick (gpointer data)
{
  SimViewer *viewer = data;
  GstByteWriter writer;

  sim_set (&viewer->tick, sim->now + TICK, on_tick, viewer);
  if (!viewer->srtp || viewer->left)
    return;
  gst_byte_writer_init_with_size (&writer, 1500, FALSE);
  if (!viewer->no_reports && sim->now >= viewer->next_report) {
    viewer->next_report = sim->now + REPORT_INTERVAL;
    write_report (viewer, &writer);
  }
  if (!viewer->no_nack)
    write_nacks (viewer, &writer);
  if (viewer->sends_transport_cc && sim->now >= viewer->next_feedback) {
    viewer->next_feedback = sim->now + FEEDBACK_INTERVAL;
    write_transport_feedback (viewer, &writer);
  }
  flush_writer (viewer, &writer);
}

void
sim_viewer_send_key_request (SimViewer * viewer, gboolean fir)
{
  SimReceiver *receiver = sim_viewer_get_receiver (viewer, RTC_MEDIA_VIDEO);
  GstByteWriter writer;

  gst_byte_writer_init_with_size (&writer, 64, FALSE);
  if (fir)
    rtc_rtcp_write_fir (&writer, viewer->ssrc, receiver->ssrc, viewer->feedback_count++);
  else
    rtc_rtcp_write_pli (&writer, viewer->ssrc, receiver->ssrc);
  flush_writer (viewer, &writer);
}

/* Signaling */

static void
read_sections (SimViewer * viewer, const gchar * sdp)
{
  g_autoptr (RtcDescription) description = rtc_description_read (sdp, -1, NULL);

  g_assert_nonnull (description);
  for (guint i = 0; i < description->sections->len && viewer->n_receivers < SIM_MAX_RECEIVERS; i++) {
    const RtcMediaSection *section = description->sections->pdata[i];

    if (!section->rejected && section->ssrc && !find_receiver (viewer, section->ssrc))
      sim_receiver_init (&viewer->receivers[viewer->n_receivers++], section);
  }
}

static void
start_dtls (SimViewer * viewer, gboolean client)
{
  static const RtcSrtpProfile profiles[] = { RTC_SRTP_AES128_CM_HMAC_SHA1_80, RTC_SRTP_AEAD_AES_128_GCM };
  RtcDtlsConfig config = { viewer->certificate, client, profiles, G_N_ELEMENTS (profiles), 1200 };

  viewer->client = client;
  viewer->dtls = sim_dtls_new (&config, NULL);
}

static void
apply (SimViewer * viewer, RtcNegotiation * next, gboolean answered_by_us, const gchar * sdp)
{
  RtcRemoteTransport remote;
  GPtrArray *candidates;

  g_assert_nonnull (next);
  rtc_negotiation_unref (viewer->negotiation);
  viewer->negotiation = next;
  g_assert_true (rtc_negotiation_get_remote_transport (next, &remote));
  read_sections (viewer, sdp);
  if (!viewer->dtls)
    start_dtls (viewer, remote.dtls_client || (answered_by_us && !viewer->answers_passive));
  if (!viewer->gathers)
    viewer->ice->klass->gather (viewer->ice, FALSE, NULL);
  viewer->gathers = TRUE;
  viewer->ice->klass->set_remote (viewer->ice, remote.ice_ufrag, remote.ice_pwd, NULL);
  candidates = rtc_negotiation_get_remote_candidates (next);
  for (guint i = 0; i < candidates->len; i++)
    viewer->ice->klass->add_candidate (viewer->ice, ((RtcCandidate *) candidates->pdata[i])->candidate, NULL);
}

static gchar *
replace (gchar * text, const gchar * what, const gchar * by)
{
  g_autofree gchar *original = text;
  g_auto (GStrv) parts = g_strsplit (text, what, -1);

  return g_strjoinv (by, parts);
}

static gchar *
describe (SimViewer * viewer, gchar * sdp)
{
  if (viewer->wrong_fingerprint)
    sdp = replace (sdp, sim_certificate_get_fingerprint (viewer->certificate), viewer->wrong_fingerprint);
  if (viewer->direction)
    sdp = replace (sdp, "a=recvonly", viewer->direction);
  /* browsers answer so; our negotiation would rather be the server */
  return viewer->answers_passive ? sdp : replace (sdp, "a=setup:passive", "a=setup:active");
}

typedef struct
{
  guint32 viewer;
  gchar *sdp;
} LateAnswer;

static void
free_late_answer (gpointer data)
{
  g_free (((LateAnswer *) data)->sdp);
  g_free (data);
}

static void
tell_late_answer (gpointer data)
{
  LateAnswer *late = data;
  SimParty *party = g_hash_table_lookup (sim->parties, GUINT_TO_POINTER (late->viewer));

  if (party)
    sim_party_tell_description (party, GST_RTC_SDP_TYPE_ANSWER, late->sdp);
}

static void
tell_answer (SimViewer * viewer, const gchar * sdp)
{
  LateAnswer *late;

  if (!viewer->late_answer) {
    sim_party_tell_description (&viewer->party, GST_RTC_SDP_TYPE_ANSWER, sdp);
    return;
  }
  late = g_new (LateAnswer, 1);
  *late = (LateAnswer) { viewer->party.id, g_strdup (sdp) };
  sim_later (300 * RTC_MSECOND, tell_late_answer, late, free_late_answer);
}

static void
hear_description (SimParty * party, GstRtcSdpType type, const gchar * sdp)
{
  SimViewer *viewer = (SimViewer *) party;
  g_autofree gchar *answer = NULL;
  RtcNegotiation *next;

  if (type == GST_RTC_SDP_TYPE_OFFER)
    viewer->n_offers++;
  else
    viewer->n_answers++;
  if (viewer->no_answer || viewer->left)
    return;
  if (type == GST_RTC_SDP_TYPE_ANSWER) {
    apply (viewer, rtc_negotiation_set_answer (viewer->negotiation, sdp, NULL), FALSE, sdp);
    return;
  }
  /* as an impolite peer: its own offer stands */
  if (rtc_negotiation_get_state (viewer->negotiation) == RTC_SIGNALING_HAVE_LOCAL_OFFER)
    return;
  next = rtc_negotiation_set_offer (viewer->negotiation, sdp, NULL, &answer, NULL);
  g_assert_nonnull (next);
  answer = describe (viewer, answer);
  tell_answer (viewer, answer);
  apply (viewer, next, TRUE, sdp);
}

static void
hear_candidate (SimParty * party, const gchar * candidate)
{
  SimViewer *viewer = (SimViewer *) party;

  viewer->n_candidates++;
  if (viewer->left || viewer->no_answer)
    return;
  if (*candidate)
    g_assert_true (viewer->ice->klass->add_candidate (viewer->ice, candidate, NULL));
  else
    viewer->ice->klass->end_of_candidates (viewer->ice);
}

static const SimPartyFuncs party_funcs = { hear_description, hear_candidate };

void
sim_viewer_offer (SimViewer * viewer)
{
  g_autofree gchar *sdp = NULL;
  RtcNegotiation *next = rtc_negotiation_create_offer (viewer->negotiation, NULL, &sdp, NULL);

  g_assert_nonnull (next);
  rtc_negotiation_unref (viewer->negotiation);
  viewer->negotiation = next;
  sdp = describe (viewer, sdp);
  sim_party_tell_description (&viewer->party, GST_RTC_SDP_TYPE_OFFER, sdp);
}

/* ICE */

static void
before_dispatch (gpointer data, RtcTime now)
{
}

static void
on_ice_connected (SimViewer * viewer)
{
  if (!viewer->dtls)
    return;
  if (viewer->client && viewer->dtls->klass->get_state (viewer->dtls) == RTC_DTLS_NEW)
    viewer->dtls->klass->start (viewer->dtls, sim->now);
  watch_dtls (viewer);
}

static void
after_dispatch (gpointer data, RtcTime now)
{
  SimViewer *viewer = data;
  RtcIceEvent event;

  while (viewer->ice->klass->next_event (viewer->ice, &event)) {
    g_autofree gchar *text = event.text;

    if (event.kind == RTC_ICE_EVENT_CLOSED) {
      viewer->ice->klass->free (viewer->ice);
      g_free (viewer);
      return;
    }
    if (viewer->left)
      continue;
    if (event.kind == RTC_ICE_EVENT_CANDIDATE)
      sim_party_tell_candidate (&viewer->party, text);
    else if (event.kind == RTC_ICE_EVENT_GATHERING_DONE)
      sim_party_tell_candidate (&viewer->party, "");
    else if (event.kind == RTC_ICE_EVENT_CONNECTED)
      on_ice_connected (viewer);
    else if (event.kind == RTC_ICE_EVENT_FAILED)
      viewer->left = TRUE;
  }
}

static const SimIceOwner ice_owner = { before_dispatch, after_dispatch };

/* Life */

static RtcNegotiation *
new_negotiation (SimViewer * viewer)
{
  g_autoptr (GPtrArray) specs = g_ptr_array_new ();
  RtcLocalTransport local = {
    .fingerprint = sim_certificate_get_fingerprint (viewer->certificate),
    .session_id = sim_random () >> 1,
    .cname = "viewer",
    .retransmission = TRUE,
    .extensions = (1 << RTC_N_EXTENSIONS) - 1,
  };
  RtcNegotiation *negotiation;

  for (guint i = 0; i < G_N_ELEMENTS (local.receive); i++)
    local.receive[i] = sim_receive_spec (i, NULL);
  viewer->ice->klass->get_credentials (viewer->ice, &local.ice_ufrag, &local.ice_pwd);
  negotiation = rtc_negotiation_new (specs, &local);
  for (guint i = 0; i < G_N_ELEMENTS (local.receive); i++)
    g_ptr_array_unref (local.receive[i].codecs);
  return negotiation;
}

SimViewer *
sim_viewer_new (void)
{
  SimViewer *viewer = g_new0 (SimViewer, 1);

  sim_party_init (&viewer->party, &party_funcs);
  viewer->certificate = sim_certificate_new (NULL);
  viewer->ice = sim_ice_new (NULL, NULL);
  viewer->ice->receive = receive;
  viewer->ice->receive_data = viewer;
  sim_ice_set_owner (viewer->ice, &ice_owner, viewer);
  viewer->negotiation = new_negotiation (viewer);
  viewer->ssrc = sim_random () | 1;
  viewer->arrivals = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  viewer->delays = g_array_new (FALSE, FALSE, sizeof (RtcReferenceDelay));
  sim_set (&viewer->tick, sim->now + sim_random_below (TICK), on_tick, viewer);
  return viewer;
}

void
sim_viewer_publish (SimViewer * viewer)
{
  g_autoptr (GPtrArray) specs = g_ptr_array_new_with_free_func ((GDestroyNotify) rtc_track_spec_free);
  RtcNegotiation *next;

  for (guint kind = 0; kind < 2; kind++) {
    RtcTrackSpec *spec = sim_track_spec_new (kind, NULL);

    spec->ssrc = sim_random () | 1;
    spec->rtx_ssrc = sim_random () | 1;
    g_ptr_array_add (specs, spec);
  }
  next = rtc_negotiation_set_tracks (viewer->negotiation, specs);
  rtc_negotiation_unref (viewer->negotiation);
  viewer->negotiation = next;
}

const RtcNegotiatedTrack *
sim_viewer_get_sent (SimViewer * viewer, RtcMediaKind kind)
{
  GPtrArray *tracks = rtc_negotiation_get_tracks (viewer->negotiation);

  for (guint i = 0; i < tracks->len; i++) {
    const RtcNegotiatedTrack *track = tracks->pdata[i];

    if (track->kind == kind && track->codec)
      return track;
  }
  return NULL;
}

void
sim_viewer_close (SimViewer * viewer)
{
  if (viewer->left)
    return;
  if (viewer->dtls) {
    viewer->dtls->klass->close (viewer->dtls);
    watch_dtls (viewer);
  }
  viewer->left = TRUE;
  /* a closed browser answers no consent checks; its close_notify may be lost like any datagram */
  sim_viewer_get_endpoint (viewer)->cut = TRUE;
}

void
sim_viewer_vanish (SimViewer * viewer)
{
  sim_viewer_get_endpoint (viewer)->cut = TRUE;
  viewer->party.mute = TRUE;
  viewer->left = TRUE;
  sim_unset (&viewer->dtls_timer);
}

void
sim_viewer_free (SimViewer * viewer)
{
  sim_viewer_close (viewer);
  sim_unset (&viewer->tick);
  sim_unset (&viewer->dtls_timer);
  if (viewer->dtls)
    viewer->dtls->klass->free (viewer->dtls);
  if (viewer->srtp)
    viewer->srtp->klass->free (viewer->srtp);
  for (guint i = 0; i < viewer->n_receivers; i++)
    sim_receiver_clear (&viewer->receivers[i]);
  g_hash_table_unref (viewer->arrivals);
  g_array_unref (viewer->delays);
  rtc_negotiation_unref (viewer->negotiation);
  sim_certificate_free (viewer->certificate);
  sim_party_clear (&viewer->party);
  g_free (viewer->wrong_fingerprint);
  viewer->dtls = NULL;
  viewer->srtp = NULL;
  /* its memory goes once the agent is closed */
  viewer->ice->klass->close (viewer->ice);
}

SimReceiver *
sim_viewer_get_receiver (SimViewer * viewer, RtcMediaKind kind)
{
  for (guint i = 0; i < viewer->n_receivers; i++)
    if (viewer->receivers[i].kind == kind)
      return &viewer->receivers[i];
  return NULL;
}

SimEndpoint *
sim_viewer_get_endpoint (SimViewer * viewer)
{
  return sim_ice_get_endpoint (viewer->ice);
}

gboolean
sim_viewer_is_connected (gpointer viewer)
{
  return ((SimViewer *) viewer)->connected;
}
