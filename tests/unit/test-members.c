/* gst-rtc: tests of who is in which room, and who begins with whom
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <ext/soup/rtcmembers.h>

static RtcMember *
join (RtcMembers * members, const gchar * name, const gchar * room, gboolean is_viewer)
{
  RtcMember *member = rtc_members_add (members, name, room, NULL, NULL);

  member->presence = RTC_MEMBER_JOINED;
  member->is_viewer = is_viewer;
  return member;
}

static gint
compare (gconstpointer a, gconstpointer b)
{
  return g_strcmp0 (*(const gchar * const *) a, *(const gchar * const *) b);
}

/* expected: "begins>with", sorted, one space between */
static void
introduces (RtcMembers * members, RtcMember * newcomer, const gchar * expected)
{
  g_autoptr (GArray) introductions = rtc_members_introduce (members, newcomer);
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);
  g_autofree gchar *text = NULL;

  for (guint i = 0; i < introductions->len; i++) {
    RtcIntroduction *introduction = &g_array_index (introductions, RtcIntroduction, i);

    g_assert_true (rtc_member_knows (introduction->begins, introduction->with));
    g_assert_true (rtc_member_knows (introduction->with, introduction->begins));
    g_ptr_array_add (texts, g_strdup_printf ("%s>%s", introduction->begins->name, introduction->with->name));
  }
  g_ptr_array_sort (texts, compare);
  g_ptr_array_add (texts, NULL);
  text = g_strjoinv (" ", (gchar **) texts->pdata);
  g_assert_cmpstr (text, ==, expected);
}

static void
test_who_begins (void)
{
  g_autoptr (RtcMembers) members = rtc_members_new ();
  RtcMember *a = join (members, "a", "r", FALSE), *v = join (members, "v", "r", TRUE);
  RtcMember *w, *b, *idle, *away;

  introduces (members, v, "a>v");
  introduces (members, v, "");
  w = join (members, "w", "r", TRUE);
  introduces (members, w, "a>w");
  idle = rtc_members_add (members, "idle", "r", NULL, NULL);
  introduces (members, idle, "a>idle");
  away = join (members, "away", "r", FALSE);
  away->presence = RTC_MEMBER_AWAY;
  b = join (members, "b", "r", FALSE);
  introduces (members, b, "a>b b>idle b>v b>w");
  away->presence = RTC_MEMBER_JOINED;
  introduces (members, away, "a>away away>idle away>v away>w b>away");
  join (members, "x", "q", FALSE);
  introduces (members, rtc_members_find (members, "x"), "");
  g_assert_true (rtc_member_part (a, b));
  g_assert_false (rtc_member_part (a, b));
  introduces (members, b, "a>b");
}

static void
test_everywhere (void)
{
  g_autoptr (RtcMembers) members = rtc_members_new ();
  RtcMember *local = rtc_members_add_everywhere (members, "server"), *v, *w;
  g_auto (GStrv) names = NULL;

  v = join (members, "v", "r", TRUE);
  introduces (members, v, "server>v");
  w = rtc_members_add (members, "w", "q", NULL, NULL);
  w->is_viewer = TRUE;
  introduces (members, w, "server>w");
  names = rtc_members_list (members, v);
  g_assert_cmpint (g_strv_length (names), ==, 1);
  g_assert_cmpstr (names[0], ==, "server");
  rtc_members_remove (members, v);
  g_assert_cmpint (g_hash_table_size (local->contacts), ==, 1);
}

static void
test_rooms (void)
{
  g_autoptr (RtcMembers) members = rtc_members_new ();
  RtcMember *a = join (members, "a", "r", FALSE), *b = join (members, "b", "r", FALSE);

  g_assert_cmpint (rtc_members_count (members, "r"), ==, 2);
  g_assert_true (rtc_member_sees (a, b));
  g_assert_false (rtc_member_sees (a, a));
  rtc_members_move (members, b, "q");
  g_assert_false (rtc_member_sees (a, b));
  g_assert_cmpint (rtc_members_count (members, "r"), ==, 1);
  rtc_members_remove (members, b);
  g_assert_cmpint (rtc_members_count (members, "q"), ==, 0);
  g_assert_null (rtc_members_find (members, "b"));
}

static void
test_instances (void)
{
  g_autoptr (RtcMembers) members = rtc_members_new ();
  RtcMember *a = rtc_members_add (members, "a", "r", "secret", NULL);
  RtcMember *b = rtc_members_add (members, "b", "r", "secret", NULL);
  RtcMember *c = rtc_members_add (members, "c", "r", "other", NULL);

  g_assert_cmpstr (a->public_instance, ==, b->public_instance);
  g_assert_cmpstr (a->public_instance, !=, c->public_instance);
  g_assert_cmpstr (a->public_instance, !=, "secret");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/members/who-begins", test_who_begins);
  g_test_add_func ("/members/everywhere", test_everywhere);
  g_test_add_func ("/members/rooms", test_rooms);
  g_test_add_func ("/members/instances", test_instances);
  return g_test_run ();
}
