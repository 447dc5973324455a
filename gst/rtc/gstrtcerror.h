/* gst-rtc: errors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/**
 * GST_RTC_ERROR:
 *
 * The domain of every error that a peer, a signaller or a backend reports.
 * The message of such an error says what happened and what to do about it.
 */
#define GST_RTC_ERROR (gst_rtc_error_quark ())
GQuark gst_rtc_error_quark (void);

/**
 * GstRtcError:
 * @GST_RTC_ERROR_FAILED: something of this machine failed (memory, entropy, a library)
 * @GST_RTC_ERROR_SIGNALLING: a signaling message could not be understood, or the signaling transport failed
 * @GST_RTC_ERROR_DESCRIPTION: a session description is malformed or does not fit the session (RFC 8829)
 * @GST_RTC_ERROR_NO_COMMON_CODEC: the peer takes none of the codecs that can be sent
 * @GST_RTC_ERROR_CANDIDATE: a candidate is malformed
 * @GST_RTC_ERROR_ICE: no candidate pair worked (RFC 8445)
 * @GST_RTC_ERROR_CONSENT: the peer vanished: its consent to receive expired (RFC 7675)
 * @GST_RTC_ERROR_DTLS: the DTLS handshake failed (RFC 5764)
 * @GST_RTC_ERROR_FINGERPRINT: the peer's certificate is not the one its description announced (RFC 8122)
 * @GST_RTC_ERROR_TIMEOUT: the connection was not up before its deadline
 * @GST_RTC_ERROR_LIMIT: a limit was exceeded: peers, candidates, message size or rate
 * @GST_RTC_ERROR_REJECTED: the application turned the peer away
 * @GST_RTC_ERROR_LEFT: the peer left by itself: signaling closed, DTLS close_notify or RTCP BYE
 * @GST_RTC_ERROR_STOPPED: the element was stopped
 * @GST_RTC_ERROR_DATA: a data channel or its association failed: a malformed message, one that is too large, an id that is taken (RFC 8831)
 *
 * Why a peer's session ended, or a call was refused.
 */
typedef enum
{
  GST_RTC_ERROR_FAILED,
  GST_RTC_ERROR_SIGNALLING,
  GST_RTC_ERROR_DESCRIPTION,
  GST_RTC_ERROR_NO_COMMON_CODEC,
  GST_RTC_ERROR_CANDIDATE,
  GST_RTC_ERROR_ICE,
  GST_RTC_ERROR_CONSENT,
  GST_RTC_ERROR_DTLS,
  GST_RTC_ERROR_FINGERPRINT,
  GST_RTC_ERROR_TIMEOUT,
  GST_RTC_ERROR_LIMIT,
  GST_RTC_ERROR_REJECTED,
  GST_RTC_ERROR_LEFT,
  GST_RTC_ERROR_STOPPED,
  GST_RTC_ERROR_DATA,
} GstRtcError;

G_END_DECLS
