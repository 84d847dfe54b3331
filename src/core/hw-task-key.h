/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-task-spec.h"

G_BEGIN_DECLS

/* How long a key is known, in microseconds: whoever has not heard an answer asks again
 * within a week, or looks first. A store keeps it at least that long.
 */
#define HW_TASK_KEY_LIFETIME (7 * G_TIME_SPAN_DAY)

gboolean hw_task_key_check (const char *key,
                            GError    **error);
char    *hw_task_key_make_digest (GPtrArray *specs,
                                  gboolean   is_batch);

G_END_DECLS
