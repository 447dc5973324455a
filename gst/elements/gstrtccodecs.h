/* gst-rtc: the codecs that the elements can send and receive
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/gst.h>
#include <gst/core/sdp/rtccodec.h>

G_BEGIN_DECLS

/**
 * GstRtcCodec:
 * @name: as SDP usually writes it
 * @encoding_name: as RTP caps write it, and rtc_key_frame_starts() reads it
 * @clock_rate: of its RTP timestamps, in Hz
 * @channels: as SDP writes them, 0 for none
 * @fmtp: (nullable): the format parameters of what our own encoders make
 * @caps: of the encoded stream
 * @raw_caps: what our encoders are fed with, where it lies in system memory
 * @encoder_caps: what our encoders have to make, the best first
 * @parser: (nullable): element factory
 * @parsed_caps: (nullable): what the parser has to make
 * @payloader: element factory
 * @payloader_settings: (nullable): "name=value …"
 * @parser_package: (nullable): the Debian package that has @parser
 * @encoder_package: the Debian package that has an encoder
 * @encoder_hint: (nullable): what to change in an encoder whose frames come out of order
 * @depayloader: element factory
 * @depayloader_settings: (nullable): "name=value …"
 * @decoder_package: the Debian package that has a decoder
 */
typedef struct
{
  RtcMediaKind kind;
  const gchar *name;
  const gchar *encoding_name;
  guint clock_rate;
  guint channels;
  const gchar *fmtp;
  const gchar *caps;
  const gchar *raw_caps;
  const gchar *encoder_caps;
  const gchar *parser;
  const gchar *parsed_caps;
  const gchar *payloader;
  const gchar *payloader_settings;
  const gchar *parser_package;
  const gchar *encoder_package;
  const gchar *encoder_hint;
  const gchar *depayloader;
  const gchar *depayloader_settings;
  const gchar *decoder_package;
} GstRtcCodec;

/* In order of preference; NULL behind the last */
const GstRtcCodec *gst_rtc_codec_get (guint index);
/* (nullable): by media type, or by the encoding-name of RTP caps */
const GstRtcCodec *gst_rtc_codec_from_caps (const GstCaps * caps);
/* by SDP name, compared without case */
const GstRtcCodec *gst_rtc_codec_from_name (const gchar * name);

/* (transfer full): what a sink of @kind takes: raw, encoded, RTP; the cheapest to send first */
GstCaps *gst_rtc_codecs_get_sink_caps (RtcMediaKind kind);
/* (transfer full): what a source of @kind can give: raw, encoded, RTP */
GstCaps *gst_rtc_codecs_get_src_caps (RtcMediaKind kind);
/* (transfer full): every codec's caps of @kind: what `video-caps` and `audio-caps` are until set */
GstCaps *gst_rtc_codecs_get_caps (RtcMediaKind kind);

/**
 * gst_rtc_codec_describe:
 * @rtp_caps: (nullable): as payloaded; %NULL for what our own encoders make
 * @stream_caps: (nullable): as parsed
 *
 * Returns: (transfer full): the codec for SDP, with the parameters of the real stream
 */
RtcCodec *gst_rtc_codec_describe (const GstRtcCodec * codec, const GstCaps * rtp_caps,
    const GstCaps * stream_caps);
/* (transfer full) (nullable): why viewers cannot be expected to show the stream, and what to do about it */
gchar *gst_rtc_codec_find_fault (const GstRtcCodec * codec, const GstCaps * stream_caps);

/**
 * gst_rtc_codecs_get_receivable:
 * @names: (nullable) (array zero-terminated=1): of codecs, as SDP writes them, in order of preference; %NULL for
 *     all. What is no codec of @kind is skipped.
 *
 * Returns: (transfer full) (element-type RtcCodec): what can be received: those with a depayloader and a decoder here, in
 *     each of their profiles, without payload types. Codecs asked for by name need no decoder, as they may leave encoded.
 */
GPtrArray *gst_rtc_codecs_get_receivable (RtcMediaKind kind, const gchar * const *names);

G_END_DECLS
