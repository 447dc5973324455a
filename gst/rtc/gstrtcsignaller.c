/* gst-rtc: the interface between an element and its signaling
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/**
 * SECTION:gstrtcsignaller
 * @title: GstRtcSignaller
 * @short_description: carries descriptions and candidates between an element and its peers
 *
 * A signaller is a #GstElement without pads that implements #GstRtcSignaller. Elements such as
 * `rtcsink` take one in their `signaller` property, start it, and talk to it by the methods of this
 * interface; it answers by signals:
 *
 * 1. the element calls gst_rtc_signaller_start();
 * 2. a peer turns up: the signaller calls gst_rtc_signaller_session_requested();
 * 3. both sides exchange descriptions and candidates, in any order and direction. Candidates may
 *    come before the description they belong to: the element keeps them;
 * 4. the session ends from either side, by gst_rtc_signaller_session_ended() or
 *    gst_rtc_signaller_end_session(), once: neither is answered by the other;
 * 5. the element calls gst_rtc_signaller_stop(), which ends every session without a signal.
 *
 * The signals may be emitted on any thread, so a handler must not touch state of another thread
 * without marshalling.
 */

#include "gstrtcsignaller.h"

G_DEFINE_INTERFACE (GstRtcSignaller, gst_rtc_signaller, GST_TYPE_ELEMENT)

enum
{
  SIGNAL_SESSION_REQUESTED,
  SIGNAL_SESSION_ENDED,
  SIGNAL_DESCRIPTION,
  SIGNAL_CANDIDATE,
  SIGNAL_ERROR,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
gst_rtc_signaller_default_init (GstRtcSignallerInterface * iface)
{
  /**
   * GstRtcSignaller::session-requested:
   * @self: the signaller
   * @session_id: the peer's name
   * @offer: (nullable): the peer's offer, as it came from the network; %NULL if ours is awaited
   *
   * A peer wants a session. It is the first signal of every session.
   */
  signals[SIGNAL_SESSION_REQUESTED] =
      g_signal_new ("session-requested", GST_TYPE_RTC_SIGNALLER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
      G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_STRING);

  /**
   * GstRtcSignaller::session-ended:
   * @self: the signaller
   * @session_id: the peer's name; it may be used again from now on
   * @reason: why, in the domain %GST_RTC_ERROR
   *
   * The peer has left, or the signaller has turned it out.
   */
  signals[SIGNAL_SESSION_ENDED] =
      g_signal_new ("session-ended", GST_TYPE_RTC_SIGNALLER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
      G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_ERROR);

  /**
   * GstRtcSignaller::description:
   * @self: the signaller
   * @session_id: the peer's name
   * @type: what the description is
   * @sdp: the peer's description, as it came from the network
   *
   * The peer has sent an offer or an answer.
   */
  signals[SIGNAL_DESCRIPTION] =
      g_signal_new ("description", GST_TYPE_RTC_SIGNALLER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
      G_TYPE_NONE, 3, G_TYPE_STRING, GST_TYPE_RTC_SDP_TYPE, G_TYPE_STRING);

  /**
   * GstRtcSignaller::candidate:
   * @self: the signaller
   * @session_id: the peer's name
   * @candidate: "candidate:…", or "" if there will be no more
   * @sdp_mid: (nullable): the mid of its media section
   * @sdp_m_line_index: the index of its media section, -1 if the peer gave none
   *
   * The peer has sent an ICE candidate, as it came from the network.
   */
  signals[SIGNAL_CANDIDATE] =
      g_signal_new ("candidate", GST_TYPE_RTC_SIGNALLER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
      G_TYPE_NONE, 4, G_TYPE_STRING, G_TYPE_STRING, G_TYPE_STRING, G_TYPE_INT);

  /**
   * GstRtcSignaller::error:
   * @self: the signaller
   * @error: what happened and what to do about it
   *
   * Signaling as a whole has failed, for example because a connection to a server broke. Running
   * sessions go on. The fault of a single peer ends that peer's session instead.
   */
  signals[SIGNAL_ERROR] =
      g_signal_new ("error", GST_TYPE_RTC_SIGNALLER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
      G_TYPE_NONE, 1, G_TYPE_ERROR);
}

/**
 * gst_rtc_signaller_start:
 * @self: a signaller that is not started
 * @ice_servers: (array zero-terminated=1) (nullable): STUN and TURN servers that peers should be told
 *     about, as "stun://host:port" or "turn(s)://user:password@host:port?transport=udp|tcp"
 * @error: return location
 *
 * Begins to listen or to connect. Whatever runs later runs in the main context that is the
 * thread-default one of the caller now.
 *
 * Returns: %FALSE with @error set if signaling is not possible, for example as the port is taken
 */
gboolean
gst_rtc_signaller_start (GstRtcSignaller * self, const gchar * const *ice_servers, GError ** error)
{
  g_return_val_if_fail (GST_IS_RTC_SIGNALLER (self), FALSE);

  return GST_RTC_SIGNALLER_GET_IFACE (self)->start (self, ice_servers, error);
}

/**
 * gst_rtc_signaller_stop:
 * @self: a signaller
 *
 * Ends every session and closes every socket before it returns; nothing is emitted from then on. To be
 * called on the thread that called gst_rtc_signaller_start(). Does nothing if @self is not started.
 */
void
gst_rtc_signaller_stop (GstRtcSignaller * self)
{
  g_return_if_fail (GST_IS_RTC_SIGNALLER (self));

  GST_RTC_SIGNALLER_GET_IFACE (self)->stop (self);
}

/**
 * gst_rtc_signaller_send_description:
 * @self: a started signaller
 * @session_id: the peer's name
 * @type: what the description is
 * @sdp: our description
 *
 * Carries one of our descriptions to the peer. A session that has already ended is no error.
 */
void
gst_rtc_signaller_send_description (GstRtcSignaller * self, const gchar * session_id, GstRtcSdpType type,
    const gchar * sdp)
{
  g_return_if_fail (GST_IS_RTC_SIGNALLER (self));
  g_return_if_fail (session_id != NULL && sdp != NULL);

  GST_RTC_SIGNALLER_GET_IFACE (self)->send_description (self, session_id, type, sdp);
}

/**
 * gst_rtc_signaller_send_candidate:
 * @self: a started signaller
 * @session_id: the peer's name
 * @candidate: "candidate:…", or "" if there will be no more
 * @sdp_mid: (nullable): the mid of its media section
 * @sdp_m_line_index: the index of its media section
 *
 * Carries one of our candidates to the peer. A session that has already ended is no error.
 */
void
gst_rtc_signaller_send_candidate (GstRtcSignaller * self, const gchar * session_id, const gchar * candidate,
    const gchar * sdp_mid, guint sdp_m_line_index)
{
  g_return_if_fail (GST_IS_RTC_SIGNALLER (self));
  g_return_if_fail (session_id != NULL && candidate != NULL);

  GST_RTC_SIGNALLER_GET_IFACE (self)->send_candidate (self, session_id, candidate, sdp_mid, sdp_m_line_index);
}

/**
 * gst_rtc_signaller_end_session:
 * @self: a started signaller
 * @session_id: the peer's name
 * @reason: (nullable): what the peer should be told
 *
 * Tells the peer that its session has ended; #GstRtcSignaller::session-ended does not follow. A session
 * that has already ended is no error.
 */
void
gst_rtc_signaller_end_session (GstRtcSignaller * self, const gchar * session_id, const GError * reason)
{
  g_return_if_fail (GST_IS_RTC_SIGNALLER (self));
  g_return_if_fail (session_id != NULL);

  GST_RTC_SIGNALLER_GET_IFACE (self)->end_session (self, session_id, reason);
}

/**
 * gst_rtc_signaller_session_requested:
 * @self: the calling signaller
 * @session_id: the peer's name, unique while the session lives
 * @offer: (nullable): the peer's offer; %NULL if ours is awaited
 *
 * Emits #GstRtcSignaller::session-requested, on any thread. Of two peers just one offers, the one that was there first, so
 * that first offers do not cross.
 */
void
gst_rtc_signaller_session_requested (GstRtcSignaller * self, const gchar * session_id, const gchar * offer)
{
  g_return_if_fail (GST_IS_RTC_SIGNALLER (self));
  g_return_if_fail (session_id != NULL);

  g_signal_emit (self, signals[SIGNAL_SESSION_REQUESTED], 0, session_id, offer);
}

/**
 * gst_rtc_signaller_session_ended:
 * @self: the calling signaller
 * @session_id: the peer's name
 * @reason: why
 *
 * Emits #GstRtcSignaller::session-ended, on any thread.
 */
void
gst_rtc_signaller_session_ended (GstRtcSignaller * self, const gchar * session_id, const GError * reason)
{
  g_return_if_fail (GST_IS_RTC_SIGNALLER (self));
  g_return_if_fail (session_id != NULL && reason != NULL);

  g_signal_emit (self, signals[SIGNAL_SESSION_ENDED], 0, session_id, reason);
}

/**
 * gst_rtc_signaller_description:
 * @self: the calling signaller
 * @session_id: the peer's name
 * @type: what the description is
 * @sdp: the peer's description; the element checks it
 *
 * Emits #GstRtcSignaller::description, on any thread.
 */
void
gst_rtc_signaller_description (GstRtcSignaller * self, const gchar * session_id, GstRtcSdpType type,
    const gchar * sdp)
{
  g_return_if_fail (GST_IS_RTC_SIGNALLER (self));
  g_return_if_fail (session_id != NULL && sdp != NULL);

  g_signal_emit (self, signals[SIGNAL_DESCRIPTION], 0, session_id, type, sdp);
}

/**
 * gst_rtc_signaller_candidate:
 * @self: the calling signaller
 * @session_id: the peer's name
 * @candidate: "candidate:…", or "" if there will be no more; the element checks it
 * @sdp_mid: (nullable): the mid of its media section
 * @sdp_m_line_index: the index of its media section, -1 if the peer gave none
 *
 * Emits #GstRtcSignaller::candidate, on any thread.
 */
void
gst_rtc_signaller_candidate (GstRtcSignaller * self, const gchar * session_id, const gchar * candidate,
    const gchar * sdp_mid, gint sdp_m_line_index)
{
  g_return_if_fail (GST_IS_RTC_SIGNALLER (self));
  g_return_if_fail (session_id != NULL && candidate != NULL);

  g_signal_emit (self, signals[SIGNAL_CANDIDATE], 0, session_id, candidate, sdp_mid, sdp_m_line_index);
}

/**
 * gst_rtc_signaller_error:
 * @self: the calling signaller
 * @error: what happened and what to do about it
 *
 * Emits #GstRtcSignaller::error, on any thread.
 */
void
gst_rtc_signaller_error (GstRtcSignaller * self, const GError * error)
{
  g_return_if_fail (GST_IS_RTC_SIGNALLER (self));
  g_return_if_fail (error != NULL);

  g_signal_emit (self, signals[SIGNAL_ERROR], 0, error);
}
