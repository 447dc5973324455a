/* gst-rtc: signaling between doubles
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "simparty.h"

typedef struct
{
  guint32 to;
  gboolean is_candidate;
  GstRtcSdpType type;
  gchar *text;
} Message;

void
sim_party_init (SimParty * party, const SimPartyFuncs * funcs)
{
  party->id = ++sim->next_party;
  party->funcs = funcs;
  g_hash_table_insert (sim->parties, GUINT_TO_POINTER (party->id), party);
  sim->live.parties++;
}

void
sim_party_clear (SimParty * party)
{
  g_hash_table_remove (sim->parties, GUINT_TO_POINTER (party->id));
  sim->live.parties--;
}

void
sim_party_pair (SimParty * a, SimParty * b)
{
  a->to = b->id;
  b->to = a->id;
}

static void
free_message (gpointer data)
{
  Message *message = data;

  g_free (message->text);
  g_free (message);
}

static void
deliver (gpointer data)
{
  Message *message = data;
  SimParty *to = g_hash_table_lookup (sim->parties, GUINT_TO_POINTER (message->to));

  if (!to)
    return;
  if (message->is_candidate)
    to->funcs->candidate (to, message->text);
  else
    to->funcs->description (to, message->type, message->text);
}

static void
tell (SimParty * party, gboolean is_candidate, GstRtcSdpType type, const gchar * text)
{
  Message *message;

  if (party->mute)
    return;
  message = g_new (Message, 1);
  *message = (Message) { party->to, is_candidate, type, g_strdup (text) };
  sim_later (sim->signaling_delay, deliver, message, free_message);
}

void
sim_party_tell_description (SimParty * party, GstRtcSdpType type, const gchar * sdp)
{
  tell (party, FALSE, type, sdp);
}

void
sim_party_tell_candidate (SimParty * party, const gchar * candidate)
{
  tell (party, TRUE, 0, candidate);
}
