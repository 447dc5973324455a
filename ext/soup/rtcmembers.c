/* gst-rtc: who is in which room of a signaling server, and who begins with whom
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "rtcmembers.h"

#define PUBLIC_INSTANCE_LENGTH 32

struct _RtcMembers
{
  GHashTable *names;            /* name to RtcMember, owned */
  GHashTable *rooms;            /* name to a set of RtcMember */
  RtcMember *everywhere;        /* NULL if there is none */
  guint64 n_arrivals;
};

static void
member_free (gpointer data)
{
  RtcMember *member = data;

  g_hash_table_unref (member->contacts);
  g_free (member->name);
  g_free (member->room);
  g_free (member->instance);
  g_free (member->public_instance);
  g_free (member);
}

RtcMembers *
rtc_members_new (void)
{
  RtcMembers *self = g_new0 (RtcMembers, 1);

  self->names = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, member_free);
  self->rooms = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_hash_table_unref);
  return self;
}

void
rtc_members_free (RtcMembers * self)
{
  g_hash_table_unref (self->rooms);
  g_hash_table_unref (self->names);
  g_free (self);
}

/* Who knows the instance can take the name over, so others only learn what it maps to */
static gchar *
make_public_instance (const gchar * instance)
{
  gchar *text = g_compute_checksum_for_string (G_CHECKSUM_SHA256, instance, -1);

  text[PUBLIC_INSTANCE_LENGTH] = '\0';
  return text;
}

static RtcMember *
add_member (RtcMembers * self, const gchar * name)
{
  RtcMember *member = g_new0 (RtcMember, 1);

  member->name = g_strdup (name);
  member->arrival = ++self->n_arrivals;
  member->contacts = g_hash_table_new (NULL, NULL);
  g_hash_table_insert (self->names, member->name, member);
  return member;
}

static void
enter (RtcMembers * self, RtcMember * member, const gchar * room)
{
  GHashTable *inside = g_hash_table_lookup (self->rooms, room);

  if (inside == NULL) {
    inside = g_hash_table_new (NULL, NULL);
    g_hash_table_insert (self->rooms, g_strdup (room), inside);
  }
  g_hash_table_add (inside, member);
  member->room = g_strdup (room);
}

static void
leave (RtcMembers * self, RtcMember * member)
{
  GHashTable *inside;

  if (member->room == NULL)
    return;
  inside = g_hash_table_lookup (self->rooms, member->room);
  g_hash_table_remove (inside, member);
  if (g_hash_table_size (inside) == 0)
    g_hash_table_remove (self->rooms, member->room);
  g_clear_pointer (&member->room, g_free);
}

/**
 * rtc_members_add:
 * @self: the members
 * @name: a name that nobody has
 * @room: a room
 * @instance: (nullable): see #RtcMember
 * @owner: for the caller
 *
 * Returns: (transfer none): a member that has logged in and knows nobody yet
 */
RtcMember *
rtc_members_add (RtcMembers * self, const gchar * name, const gchar * room, const gchar * instance,
    gpointer owner)
{
  RtcMember *member = add_member (self, name);

  member->presence = RTC_MEMBER_LOGGED_IN;
  member->owner = owner;
  member->instance = g_strdup (instance);
  if (instance != NULL)
    member->public_instance = make_public_instance (instance);
  enter (self, member, room);
  return member;
}

/* One that is in every room and begins with everybody; there can be one such */
RtcMember *
rtc_members_add_everywhere (RtcMembers * self, const gchar * name)
{
  g_assert (self->everywhere == NULL);
  self->everywhere = add_member (self, name);
  self->everywhere->presence = RTC_MEMBER_JOINED;
  return self->everywhere;
}

/* Frees it; parts it from everybody */
void
rtc_members_remove (RtcMembers * self, RtcMember * member)
{
  GHashTableIter iter;
  gpointer contact;

  g_hash_table_iter_init (&iter, member->contacts);
  while (g_hash_table_iter_next (&iter, &contact, NULL))
    g_hash_table_remove (((RtcMember *) contact)->contacts, member);
  leave (self, member);
  if (self->everywhere == member)
    self->everywhere = NULL;
  g_hash_table_remove (self->names, member->name);
}

void
rtc_members_move (RtcMembers * self, RtcMember * member, const gchar * room)
{
  leave (self, member);
  enter (self, member, room);
}

RtcMember *
rtc_members_find (RtcMembers * self, const gchar * name)
{
  return g_hash_table_lookup (self->names, name);
}

guint
rtc_members_count (RtcMembers * self, const gchar * room)
{
  GHashTable *inside = g_hash_table_lookup (self->rooms, room);

  return inside != NULL ? g_hash_table_size (inside) : 0;
}

/* Whether one can call the other by its name */
gboolean
rtc_member_sees (const RtcMember * member, const RtcMember * other)
{
  gboolean is_near = member->room == NULL || other->room == NULL || g_str_equal (member->room, other->room);

  return member != other && is_near && !(member->is_viewer && other->is_viewer);
}

static gint
compare_arrivals (gconstpointer a, gconstpointer b)
{
  const RtcMember *first = *(RtcMember * const *) a, *second = *(RtcMember * const *) b;

  return first->arrival < second->arrival ? -1 : first->arrival > second->arrival;
}

/* Those that may have to do with @member, in the order in which they came */
static GPtrArray *
find_present (RtcMembers * self, const RtcMember * member)
{
  GHashTable *inside = member->room != NULL ? g_hash_table_lookup (self->rooms, member->room) : NULL;
  GPtrArray *present = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer other;

  if (self->everywhere != NULL && rtc_member_sees (member, self->everywhere))
    g_ptr_array_add (present, self->everywhere);
  if (inside == NULL)
    return present;
  g_hash_table_iter_init (&iter, inside);
  while (g_hash_table_iter_next (&iter, &other, NULL)) {
    if (rtc_member_sees (member, other) && ((RtcMember *) other)->presence != RTC_MEMBER_AWAY)
      g_ptr_array_add (present, other);
  }
  g_ptr_array_sort (present, compare_arrivals);
  return present;
}

/**
 * rtc_members_list:
 * @self: the members
 * @member: one of them
 *
 * Returns: (transfer full): the names of those that @member may expect a session with
 */
GStrv
rtc_members_list (RtcMembers * self, const RtcMember * member)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_autoptr (GPtrArray) present = find_present (self, member);

  for (guint i = 0; i < present->len; i++)
    g_strv_builder_add (builder, ((RtcMember *) g_ptr_array_index (present, i))->name);
  return g_strv_builder_end (builder);
}

static gboolean
may_begin (const RtcMember * member)
{
  return member->presence == RTC_MEMBER_JOINED && !member->is_viewer;
}

static void
introduce (RtcMember * newcomer, RtcMember * other, GArray * introductions)
{
  RtcIntroduction introduction = { other, newcomer };

  if (rtc_member_knows (newcomer, other))
    return;
  if (!may_begin (other))
    introduction = (RtcIntroduction) {newcomer, other};
  if (!may_begin (introduction.begins))
    return;
  rtc_member_meet (other, newcomer);
  g_array_append_val (introductions, introduction);
}

/**
 * rtc_members_introduce:
 * @self: the members
 * @newcomer: one that has just come, come back, or become more present
 *
 * Who was there first begins; a viewer, or who has only logged in, never does. Those that already have to
 * do with each other are not introduced again.
 *
 * Returns: (transfer full) (element-type RtcIntroduction): who must be told
 */
GArray *
rtc_members_introduce (RtcMembers * self, RtcMember * newcomer)
{
  GArray *introductions = g_array_new (FALSE, FALSE, sizeof (RtcIntroduction));
  g_autoptr (GPtrArray) present = find_present (self, newcomer);

  for (guint i = 0; i < present->len; i++)
    introduce (newcomer, g_ptr_array_index (present, i), introductions);
  return introductions;
}

void
rtc_member_meet (RtcMember * a, RtcMember * b)
{
  g_hash_table_add (a->contacts, b);
  g_hash_table_add (b->contacts, a);
}

/* Returns: whether they had to do with each other */
gboolean
rtc_member_part (RtcMember * a, RtcMember * b)
{
  g_hash_table_remove (a->contacts, b);
  return g_hash_table_remove (b->contacts, a);
}

gboolean
rtc_member_knows (const RtcMember * member, const RtcMember * other)
{
  return g_hash_table_contains (member->contacts, other);
}

/* Returns: (transfer container): in an order of no meaning */
GPtrArray *
rtc_member_get_contacts (const RtcMember * member)
{
  GPtrArray *contacts = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer contact;

  g_hash_table_iter_init (&iter, member->contacts);
  while (g_hash_table_iter_next (&iter, &contact, NULL))
    g_ptr_array_add (contacts, contact);
  return contacts;
}
