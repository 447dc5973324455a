/* gst-rtc: what a publisher may do that means no good
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * After each, a publisher that plays on has to be seen and heard again.
 */
#pragma once

#include "hostilepublisher.h"
#include "hostilestage.h"

G_BEGIN_DECLS

typedef struct
{
  const gchar *name;
  void (*attack) (HostilePublisher * publisher);
} HostileAttack;

extern const HostileAttack hostile_attacks[];
extern const guint hostile_n_attacks;

/* Before any attack: at whom, and who must not notice */
void hostile_attacks_aim (HostileStage * stage, HostilePublisher * good);
/* Random bytes, the same in each run */
void hostile_fill (HostilePublisher * publisher, guint8 * data, gsize size);

G_END_DECLS
