/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-task-news.h"

#include <glib-object.h>

G_BEGIN_DECLS

/**
 * HW_NOTIFIER_MAX_SINGLE:
 *
 * How many failed tasks have a notification each. More of them would cover the screen, and
 * nobody reads the fourth before the first.
 */
#define HW_NOTIFIER_MAX_SINGLE 3

/**
 * HW_NOTIFIER_MAX_IDS:
 *
 * How many tasks of one notification are known by their number; of more only the count is.
 * It is also what the daemon retries at once.
 */
#define HW_NOTIFIER_MAX_IDS 1000

/**
 * HW_NOTIFIER_NEVER:
 *
 * The deadline of a notifier that has nothing to do.
 */
#define HW_NOTIFIER_NEVER G_MAXINT64

/**
 * HwNotifierSlot:
 * @HW_NOTIFIER_SLOT_COMPLETED: tasks that completed
 * @HW_NOTIFIER_SLOT_FAILED_MANY: tasks that failed, too many for one each
 * @HW_NOTIFIER_SLOT_FAILED_FIRST: the first of %HW_NOTIFIER_MAX_SINGLE, each for one task that
 *   failed
 *
 * A place where one notification can be at a time: a new one in the same place replaces it.
 */
typedef enum
{
  HW_NOTIFIER_SLOT_COMPLETED,
  HW_NOTIFIER_SLOT_FAILED_MANY,
  HW_NOTIFIER_SLOT_FAILED_FIRST,
} HwNotifierSlot;

#define HW_N_NOTIFIER_SLOTS (HW_NOTIFIER_SLOT_FAILED_FIRST + HW_NOTIFIER_MAX_SINGLE)

/**
 * HwNotifierWants:
 * @HW_NOTIFIER_WANTS_ALL: all tasks
 * @HW_NOTIFIER_WANTS_FAILURES: tasks that failed
 * @HW_NOTIFIER_WANTS_NONE: none
 *
 * Of which tasks somebody wants to be told.
 */
typedef enum
{
  HW_NOTIFIER_WANTS_ALL,
  HW_NOTIFIER_WANTS_FAILURES,
  HW_NOTIFIER_WANTS_NONE,
} HwNotifierWants;

/**
 * HwNotifierGroup:
 * @n_tasks: how many tasks; 0 if there is no notification
 * @ids: (element-type guint64): their numbers in the order in which they ended, but for
 *   those that are too many
 *
 * The tasks that one notification is about.
 */
typedef struct
{
  guint64 n_tasks;
  GArray *ids;
} HwNotifierGroup;

#define HW_TYPE_NOTIFIER (hw_notifier_get_type ())
G_DECLARE_FINAL_TYPE (HwNotifier, hw_notifier, HW, NOTIFIER, GObject)

HwNotifier            *hw_notifier_new (gint64 minimum_duration,
                                        HwNotifierWants wants);

void                   hw_notifier_take_news (HwNotifier       *self,
                                              const HwTaskNews *news,
                                              gint64            now);
void                   hw_notifier_forget (HwNotifier *self,
                                           guint       slot);

gint64                 hw_notifier_get_deadline (HwNotifier *self);
void                   hw_notifier_advance (HwNotifier *self,
                                            gint64      now);

const HwNotifierGroup *hw_notifier_get_group (HwNotifier *self,
                                              guint       slot);

G_END_DECLS
