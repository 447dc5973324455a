/* gst-rtc: who is in which room of a signaling server, and who begins with whom
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Names, rooms and introductions; no socket, no clock, no JSON.
 */
#pragma once

#include <gst/rtc/gstrtc.h>

G_BEGIN_DECLS

/**
 * RtcMemberPresence:
 * @RTC_MEMBER_AWAY: it has left: only who calls it by name finds it
 * @RTC_MEMBER_LOGGED_IN: it waits for others to begin, as the simplest clients do
 * @RTC_MEMBER_JOINED: it begins with those that come later, unless it is a viewer
 */
typedef enum
{
  RTC_MEMBER_AWAY,
  RTC_MEMBER_LOGGED_IN,
  RTC_MEMBER_JOINED,
} RtcMemberPresence;

typedef struct _RtcMember RtcMember;

/**
 * RtcMember:
 * @name: unique
 * @room: (nullable): never %NULL, but for a member that is in every room
 * @instance: (nullable): which life of its program it is; only that program and we know
 * @public_instance: (nullable): what others know of @instance
 * @is_viewer: viewers do not see each other, and never begin
 * @presence: see there
 * @arrival: who came first has the smaller one
 * @contacts: (element-type RtcMember): whom it has to do with: a set, mutual
 * @session, @owner: for the user
 */
struct _RtcMember
{
  gchar *name, *room, *instance, *public_instance;
  gboolean is_viewer;
  RtcMemberPresence presence;
  guint64 arrival;
  GHashTable *contacts;
  guint session;
  gpointer owner;
};

/**
 * RtcIntroduction:
 * @begins: the one that offers
 * @with: to whom
 */
typedef struct
{
  RtcMember *begins, *with;
} RtcIntroduction;

typedef struct _RtcMembers RtcMembers;

RtcMembers *rtc_members_new (void);
void rtc_members_free (RtcMembers * self);

RtcMember *rtc_members_add (RtcMembers * self, const gchar * name, const gchar * room, const gchar * instance,
    gpointer owner);
RtcMember *rtc_members_add_everywhere (RtcMembers * self, const gchar * name);
void rtc_members_remove (RtcMembers * self, RtcMember * member);
void rtc_members_move (RtcMembers * self, RtcMember * member, const gchar * room);

RtcMember *rtc_members_find (RtcMembers * self, const gchar * name);
guint rtc_members_count (RtcMembers * self, const gchar * room);
gboolean rtc_member_sees (const RtcMember * member, const RtcMember * other);
GStrv rtc_members_list (RtcMembers * self, const RtcMember * member);

GArray *rtc_members_introduce (RtcMembers * self, RtcMember * newcomer);
void rtc_member_meet (RtcMember * a, RtcMember * b);
gboolean rtc_member_part (RtcMember * a, RtcMember * b);
gboolean rtc_member_knows (const RtcMember * member, const RtcMember * other);
GPtrArray *rtc_member_get_contacts (const RtcMember * member);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RtcMembers, rtc_members_free)

G_END_DECLS
