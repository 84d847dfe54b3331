/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-change.h"
#include "hw-db-statement.h"

G_BEGIN_DECLS

/**
 * HwKeyedTasks:
 * @first_task: the number of the first task
 * @n_tasks: how many there are, one after the other; 0 for none
 *
 * What a request of some key has added.
 */
typedef struct
{
  guint64 first_task;
  guint64 n_tasks;
} HwKeyedTasks;

gboolean hw_key_rows_find (HwDb           *db,
                           const HwChange *change,
                           HwKeyedTasks   *tasks,
                           GError        **error);
gboolean hw_key_rows_insert (HwDb               *db,
                             const HwChange     *change,
                             const HwKeyedTasks *tasks,
                             GError            **error);
gboolean hw_key_rows_expire (HwDb    *db,
                             gint64   now,
                             guint    limit,
                             guint   *n_rows,
                             GError **error);

G_END_DECLS
