/* gst-rtc: writing a session description (RFC 8866, RFC 8829 section 5.2)
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "rtcdescription.h"

#include <string.h>

/* What the old form names beside the port; SCTP settles it by itself */
#define N_STREAMS 65535

static const struct
{
  guint flag;
  const gchar *text;
} feedback_names[] = {
  {RTC_FEEDBACK_REMB, "goog-remb"},
  {RTC_FEEDBACK_TRANSPORT_CC, "transport-cc"},
  {RTC_FEEDBACK_FIR, "ccm fir"},
  {RTC_FEEDBACK_NACK, "nack"},
  {RTC_FEEDBACK_PLI, "nack pli"},
  {RTC_FEEDBACK_RRTR, "rrtr"},
};

static const gchar *const direction_names[] = {
  [RTC_DIRECTION_INACTIVE] = "inactive",
  [RTC_DIRECTION_SENDONLY] = "sendonly",
  [RTC_DIRECTION_RECVONLY] = "recvonly",
  [RTC_DIRECTION_SENDRECV] = "sendrecv",
};

static const gchar *const setup_names[] = {
  [RTC_SETUP_NONE] = NULL,
  [RTC_SETUP_ACTPASS] = "actpass",
  [RTC_SETUP_ACTIVE] = "active",
  [RTC_SETUP_PASSIVE] = "passive",
};

static void G_GNUC_PRINTF (2, 3)
put (GString * sdp, const gchar * format, ...)
{
  gsize start = sdp->len;
  va_list args;

  va_start (args, format);
  g_string_append_vprintf (sdp, format, args);
  va_end (args);
  /* a msid or cname of the application's must not be able to add lines */
  for (gsize i = start; i < sdp->len; i++) {
    if (sdp->str[i] == '\r' || sdp->str[i] == '\n')
      sdp->str[i] = ' ';
  }
  g_string_append (sdp, "\r\n");
}

static void
put_text (GString * sdp, const gchar * attribute, const gchar * value)
{
  if (value)
    put (sdp, "a=%s:%s", attribute, value);
}

static void
put_flag (GString * sdp, const gchar * attribute, gboolean value)
{
  if (value)
    put (sdp, "a=%s", attribute);
}

static gchar *
get_formats (const RtcMediaSection * section)
{
  GString *formats;

  if ((section->rejected || section->unknown) && section->formats)
    return g_strdup (section->formats);
  if (section->is_application)
    return section->sctpmap ? g_strdup_printf ("%u", section->sctp_port) : g_strdup ("webrtc-datachannel");
  formats = g_string_new (NULL);
  for (guint i = 0; i < section->codecs->len; i++) {
    RtcCodec *codec = g_ptr_array_index (section->codecs, i);

    g_string_append_printf (formats, "%s%u", formats->len ? " " : "", codec->payload_type);
    if (codec->rtx_payload_type != RTC_PAYLOAD_TYPE_NONE)
      g_string_append_printf (formats, " %u", codec->rtx_payload_type);
  }
  /* an m= line must name one, and this one means nothing without an rtpmap */
  if (!formats->len)
    g_string_append (formats, "127");
  return g_string_free (formats, FALSE);
}

static void
put_media (GString * sdp, const RtcMediaSection * section)
{
  g_autofree gchar *formats = get_formats (section);
  const gchar *media = section->media, *protocol = section->protocol;

  if (!media)
    media = section->is_application ? "application" : section->kind == RTC_MEDIA_AUDIO ? "audio" : "video";
  if (!protocol)
    protocol = section->is_application ? "UDP/DTLS/SCTP" : "UDP/TLS/RTP/SAVPF";
  /* 9, the discard port, stands for "candidates will tell" (RFC 8840 section 4.1.1) */
  put (sdp, "m=%s %u %s %s", media, section->rejected || section->bundle_only ? 0 : 9, protocol, formats);
  put (sdp, "c=IN IP4 0.0.0.0");
}

static void
put_codec (GString * sdp, const RtcCodec * codec)
{
  if (codec->channels > 1)
    put (sdp, "a=rtpmap:%u %s/%u/%u", codec->payload_type, codec->name, codec->clock_rate, codec->channels);
  else
    put (sdp, "a=rtpmap:%u %s/%u", codec->payload_type, codec->name, codec->clock_rate);
  for (guint i = 0; i < G_N_ELEMENTS (feedback_names); i++) {
    if (codec->feedback & feedback_names[i].flag)
      put (sdp, "a=rtcp-fb:%u %s", codec->payload_type, feedback_names[i].text);
  }
  if (codec->fmtp && *codec->fmtp)
    put (sdp, "a=fmtp:%u %s", codec->payload_type, codec->fmtp);
  if (codec->rtx_payload_type != RTC_PAYLOAD_TYPE_NONE) {
    put (sdp, "a=rtpmap:%u rtx/%u", codec->rtx_payload_type, codec->clock_rate);
    put (sdp, "a=fmtp:%u apt=%u", codec->rtx_payload_type, codec->payload_type);
  }
}

static void
put_sources (GString * sdp, const RtcMediaSection * section)
{
  const gchar *cname = section->cname ? section->cname : "-";

  if (!section->ssrc)
    return;
  if (section->rtx_ssrc)
    put (sdp, "a=ssrc-group:FID %u %u", section->ssrc, section->rtx_ssrc);
  put (sdp, "a=ssrc:%u cname:%s", section->ssrc, cname);
  if (section->rtx_ssrc)
    put (sdp, "a=ssrc:%u cname:%s", section->rtx_ssrc, cname);
}

static void
put_rtp (GString * sdp, const RtcMediaSection * section)
{
  put (sdp, "a=%s", direction_names[section->direction]);
  for (guint i = 0; i < RTC_N_EXTENSIONS; i++) {
    if (section->extensions.id[i])
      put (sdp, "a=extmap:%u %s", section->extensions.id[i], rtc_extension_get_uri (i));
  }
  put_text (sdp, "msid", section->msid);
  put_flag (sdp, "rtcp-mux", section->rtcp_mux);
  put_flag (sdp, "rtcp-rsize", section->rtcp_rsize);
  for (guint i = 0; i < section->codecs->len; i++)
    put_codec (sdp, g_ptr_array_index (section->codecs, i));
  put_sources (sdp, section);
}

static void
put_data (GString * sdp, const RtcMediaSection * section)
{
  if (section->sctpmap)
    put (sdp, "a=sctpmap:%u webrtc-datachannel %u", section->sctp_port, N_STREAMS);
  else
    put (sdp, "a=sctp-port:%u", section->sctp_port);
  put (sdp, "a=max-message-size:%" G_GUINT64_FORMAT, section->max_message_size);
}

static void
put_candidates (GString * sdp, const RtcDescription * description, guint m_line)
{
  for (guint i = 0; i < description->candidates->len; i++) {
    RtcCandidate *candidate = g_ptr_array_index (description->candidates, i);

    if (candidate->m_line == m_line)
      put (sdp, "a=%s", candidate->candidate);
  }
}

/* In rejected sections too: aiortc refuses an answer that leaves it out there */
static void
put_transport (GString * sdp, const RtcMediaSection * section)
{
  put_text (sdp, "ice-ufrag", section->ice_ufrag);
  put_text (sdp, "ice-pwd", section->ice_pwd);
  if (section->ice_ufrag)
    put (sdp, "a=ice-options:trickle");
  put_text (sdp, "fingerprint", section->fingerprint);
  put_text (sdp, "setup", setup_names[section->setup]);
}

static void
put_section (GString * sdp, const RtcDescription * description, guint m_line)
{
  const RtcMediaSection *section = g_ptr_array_index (description->sections, m_line);

  put_media (sdp, section);
  put_text (sdp, "mid", section->mid);
  put_flag (sdp, "bundle-only", section->bundle_only);
  if (!section->is_application && !section->unknown && !section->rejected)
    put (sdp, "a=rtcp:9 IN IP4 0.0.0.0");
  put_transport (sdp, section);
  if (section->rejected || section->unknown) {
    put_flag (sdp, "inactive", !section->is_application && !section->unknown);
    return;
  }
  if (section->is_application)
    put_data (sdp, section);
  else
    put_rtp (sdp, section);
  put_candidates (sdp, description, m_line);
  put_flag (sdp, "end-of-candidates", section->end_of_candidates);
}

gchar *
rtc_description_write (const RtcDescription * description)
{
  GString *sdp = g_string_sized_new (4096);

  put (sdp, "v=0");
  put (sdp, "o=- %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT " IN IP4 127.0.0.1", description->session_id,
      description->session_version);
  put (sdp, "s=-");
  put (sdp, "t=0 0");
  if (description->bundle->len) {
    g_autoptr (GString) mids = g_string_new (NULL);

    for (guint i = 0; i < description->bundle->len; i++)
      g_string_append_printf (mids, " %s", (gchar *) g_ptr_array_index (description->bundle, i));
    put (sdp, "a=group:BUNDLE%s", mids->str);
  }
  put_flag (sdp, "extmap-allow-mixed", description->extmap_allow_mixed);
  put (sdp, "a=msid-semantic: WMS *");
  put_flag (sdp, "ice-lite", description->ice_lite);
  for (guint i = 0; i < description->sections->len; i++)
    put_section (sdp, description, i);
  return g_string_free (sdp, FALSE);
}
