/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-output-folder.h"

G_BEGIN_DECLS

/* In the folder of an attempt that has ended without its shim. */
#define HW_OUTPUT_ENDED "output-ended"

void     hw_output_attic_set_has_ended (HwOutputFolder *folder);
void     hw_output_attic_pack (HwOutputFolder *folder,
                               GCancellable   *cancellable);
guint64  hw_output_attic_measure (HwOutputFolder *folder);
gboolean hw_output_attic_remove (HwOutputFolder *folder);

guint64  hw_output_attic_prune (const char   *root,
                                guint64       total,
                                GCancellable *cancellable);

G_END_DECLS
