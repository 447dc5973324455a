/* gst-rtc: signaling between doubles: messages that take their time and keep their order
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/rtc/gstrtc.h>

#include "simworld.h"

G_BEGIN_DECLS

typedef struct _SimParty SimParty;

typedef struct
{
  void (*description) (SimParty * party, GstRtcSdpType type, const gchar * sdp);
  void (*candidate) (SimParty * party, const gchar * candidate);
} SimPartyFuncs;

/* First in what takes part */
struct _SimParty
{
  guint32 id;                   /* a message to one that is gone is lost */
  guint32 to;                   /* the other one */
  gboolean mute;                /* says nothing more */
  const SimPartyFuncs *funcs;
};

void sim_party_init (SimParty * party, const SimPartyFuncs * funcs);
void sim_party_clear (SimParty * party);
void sim_party_pair (SimParty * a, SimParty * b);
void sim_party_tell_description (SimParty * party, GstRtcSdpType type, const gchar * sdp);
void sim_party_tell_candidate (SimParty * party, const gchar * candidate);

G_END_DECLS
