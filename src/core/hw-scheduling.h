/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * HwCandidate:
 * @task_id: the waiting task
 * @priority: the higher, the sooner
 *
 * What the decision has to know of a waiting task.
 */
typedef struct
{
  guint64 task_id;
  int priority;
} HwCandidate;

/**
 * HwLimits:
 * @max_parallel: how many tasks may run at once
 * @n_running: how many do, those just claimed included
 *
 * What limits how many may start.
 */
typedef struct
{
  guint max_parallel;
  guint n_running;
} HwLimits;

/**
 * HwWait:
 * @HW_WAIT_NONE: nothing: it may start now
 * @HW_WAIT_PLACE: for a place: as many run as may
 *
 * What a task waits for.
 */
typedef enum
{
  HW_WAIT_NONE,
  HW_WAIT_PLACE,
} HwWait;

int   hw_scheduling_compare (const HwCandidate *a,
                             const HwCandidate *b);
guint hw_scheduling_decide (const HwCandidate *candidates,
                            guint              n_candidates,
                            const HwLimits    *limits,
                            HwWait            *waits);

G_END_DECLS
