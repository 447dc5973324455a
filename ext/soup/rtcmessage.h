/* gst-rtc: the messages of the WebSocket signaling, as JSON text and as structs
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * docs/signaling.md describes every message.
 */
#pragma once

#include <gst/rtc/gstrtc.h>

#include "rtciceserver.h"

G_BEGIN_DECLS

#define RTC_MESSAGE_MAX_NAME 128        /* bytes of a name, a room or a mid */
#define RTC_MESSAGE_MAX_INSTANCE 64     /* bytes */
#define RTC_MESSAGE_MAX_TEXT 256        /* characters */
#define RTC_MESSAGE_DEFAULT_ROOM "default"

typedef enum
{
  RTC_MESSAGE_FROM_CLIENT,
  RTC_MESSAGE_FROM_SERVER,
} RtcMessageSender;

typedef enum
{
  RTC_MESSAGE_LOGIN,
  RTC_MESSAGE_JOIN,             /* from a client */
  RTC_MESSAGE_JOINED,           /* from a server */
  RTC_MESSAGE_DESCRIPTION,      /* "offer" and "answer" on the wire */
  RTC_MESSAGE_CANDIDATE,
  RTC_MESSAGE_LEAVE,
  RTC_MESSAGE_ERROR,
} RtcMessageType;

/**
 * RtcMessage:
 * @type: says which of the other members are set
 * @name: (nullable): from a client: whom it is for, or the name it wants; from a server: who has sent it,
 *     or the name we got; never empty
 * @room: (nullable): of LOGIN, JOIN and JOINED; never empty
 * @token: (nullable): of LOGIN
 * @instance: (nullable): of LOGIN, JOINED and an offer: which life of the one that is named
 * @is_viewer: of LOGIN
 * @success: of LOGIN from a server
 * @members: of JOINED; never %NULL there
 * @sdp_type: of DESCRIPTION
 * @sdp: of DESCRIPTION
 * @candidate: of CANDIDATE: "" if there will be no more
 * @sdp_mid: (nullable): of CANDIDATE
 * @sdp_m_line_index: of CANDIDATE, -1 if absent
 * @is_lost: of LEAVE: it may come back, and its media may go on
 * @text: (nullable): of LEAVE, ERROR and a refused LOGIN: the words of its "message" member, in one line
 *
 * What has been received.
 */
typedef struct
{
  RtcMessageType type;
  gchar *name, *room, *token, *instance;
  gboolean is_viewer, success;
  GStrv members;
  GstRtcSdpType sdp_type;
  gchar *sdp;
  gchar *candidate, *sdp_mid;
  gint sdp_m_line_index;
  gboolean is_lost;
  gchar *text;
} RtcMessage;

RtcMessage *rtc_message_parse (RtcMessageSender sender, const gchar * text, gsize size, GError ** error);
void rtc_message_free (RtcMessage * message);
gboolean rtc_message_is_name (const gchar * text);
gchar *rtc_message_make_line (const gchar * text);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RtcMessage, rtc_message_free)

/* Every string is UTF-8, every name may be NULL; the result is owned by the caller. From both sides: */
gchar *rtc_message_write_description (const gchar * name, GstRtcSdpType type, const gchar * sdp,
    const gchar * instance);
gchar *rtc_message_write_candidate (const gchar * name, const gchar * candidate, const gchar * sdp_mid,
    gint sdp_m_line_index);
gchar *rtc_message_write_leave (const gchar * name, const gchar * text);

/* From a server */
gchar *rtc_message_write_logged_in (const gchar * name, const gchar * room, GPtrArray * ice_servers);
gchar *rtc_message_write_login_refused (const gchar * text);
gchar *rtc_message_write_joined (const gchar * room, const gchar * const *members);
gchar *rtc_message_write_introduction (const gchar * room, const gchar * name, const gchar * instance);
gchar *rtc_message_write_lost (const gchar * name, const gchar * text);
gchar *rtc_message_write_error (const gchar * text, const gchar * name);

/* From a client */
gchar *rtc_message_write_login (const RtcMessage * login);
gchar *rtc_message_write_join (const gchar * room);

G_END_DECLS
