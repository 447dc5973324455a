/* gst-rtc: a session description as a value (RFC 8866, RFC 8829)
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/rtc/gstrtc.h>
#include "rtccodec.h"
#include "rtcextension.h"

G_BEGIN_DECLS

typedef enum
{
  RTC_DIRECTION_INACTIVE = 0,
  RTC_DIRECTION_SENDONLY = 1,
  RTC_DIRECTION_RECVONLY = 2,
  RTC_DIRECTION_SENDRECV = 3,
} RtcDirection;

/* a=setup (RFC 4145, RFC 8842) */
typedef enum
{
  RTC_SETUP_NONE,
  RTC_SETUP_ACTPASS,
  RTC_SETUP_ACTIVE,
  RTC_SETUP_PASSIVE,
} RtcSetup;

typedef struct
{
  gchar *candidate;             /* "candidate:…" without "a=" */
  gchar *mid;                   /* (nullable) */
  guint m_line;
} RtcCandidate;

RtcCandidate *rtc_candidate_new (const gchar * candidate, const gchar * mid, guint m_line);
void rtc_candidate_free (RtcCandidate * candidate);

/**
 * RtcMediaSection:
 *
 * One m= section. Attributes that SDP allows at session level too are copied down into every section by the
 * reader.
 */
typedef struct
{
  gboolean is_application;      /* of data channels over SCTP: kind and codecs mean nothing */
  gboolean unknown;             /* neither that nor audio or video: can only be rejected */
  RtcMediaKind kind;
  gchar *mid;                   /* (nullable) */
  gboolean rejected;            /* port 0 and not bundle-only */
  gboolean bundle_only;
  RtcDirection direction;
  GPtrArray *codecs;            /* of RtcCodec, in order of preference; rtx folded into rtx_payload_type */
  RtcExtensionMap extensions;
  guint extension_ids;          /* as read: bit set of 1 << id, also of extensions that we do not know */
  gboolean rtcp_mux;
  gboolean rtcp_rsize;
  gchar *ice_ufrag, *ice_pwd;   /* (nullable) */
  gchar *fingerprint;           /* (nullable) "sha-256 AB:CD:…" */
  RtcSetup setup;
  gchar *msid;                  /* (nullable) "stream track" */
  gchar *cname;                 /* (nullable) of the first a=ssrc */
  guint32 ssrc, rtx_ssrc;       /* 0 for none */
  gboolean end_of_candidates;
  guint sctp_port;              /* 0: not said */
  gboolean sctpmap;             /* written as before RFC 8841: "DTLS/SCTP 5000" with a=sctpmap */
  guint64 max_message_size;     /* as read also where it is not said; 0: any size */
  gchar *media;                 /* (nullable) as read: "video"; NULL stands for the name of kind */
  gchar *protocol;              /* "UDP/TLS/RTP/SAVPF" */
  gchar *formats;               /* (nullable) as read: "96 97"; written back where the section is rejected */
} RtcMediaSection;

typedef struct
{
  guint64 session_id;
  guint64 session_version;
  gboolean ice_lite;
  gboolean extmap_allow_mixed;  /* RFC 8285 section 6 */
  GPtrArray *bundle;            /* of gchar *: the mids of a=group:BUNDLE */
  GPtrArray *sections;          /* of RtcMediaSection */
  GPtrArray *candidates;        /* of RtcCandidate */
} RtcDescription;

RtcMediaSection *rtc_media_section_new (void);
void rtc_media_section_free (RtcMediaSection * section);
RtcDescription *rtc_description_new (void);
void rtc_description_free (RtcDescription * description);

/* GST_RTC_ERROR_DESCRIPTION, its message naming the line at fault; GST_RTC_ERROR_LIMIT above the limits in
 * the .c */
RtcDescription *rtc_description_read (const gchar * sdp, gssize size, GError ** error);
gchar *rtc_description_write (const RtcDescription * description);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RtcMediaSection, rtc_media_section_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RtcDescription, rtc_description_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RtcCandidate, rtc_candidate_free)

G_END_DECLS
