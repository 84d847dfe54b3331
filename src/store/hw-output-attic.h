/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-output-folder.h"

G_BEGIN_DECLS

/* In the folder of an attempt that has ended without its shim. */
#define HW_OUTPUT_ENDED "output-ended"

/**
 * HwOutputFound:
 * @epoch: the database's number
 * @task_id: a task that has a folder
 * @attempt: an attempt of it that printed something and of which nobody wrote down that it
 *   has ended, or 0: the task itself, which comes before its attempts
 *
 * Something that only the database knows more of.
 */
typedef struct
{
  guint64 epoch;
  guint64 task_id;
  guint64 attempt;
} HwOutputFound;

void     hw_output_attic_set_has_ended (HwOutputFolder *folder);
void     hw_output_attic_pack (HwOutputFolder *folder,
                               GCancellable   *cancellable);
guint64  hw_output_attic_measure (HwOutputFolder *folder);
gboolean hw_output_attic_remove (HwOutputFolder *folder);

guint64  hw_output_attic_prune (const char   *root,
                                guint64       total,
                                GArray       *found,
                                GCancellable *cancellable);

G_END_DECLS
