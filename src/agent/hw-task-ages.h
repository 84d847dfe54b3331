/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * HW_TASK_AGES_MAX:
 *
 * How many young tasks are known one by one. A person does not add more within seconds; when
 * a program does, the rest have the time of the last that is known.
 */
#define HW_TASK_AGES_MAX 4096

typedef struct _HwTaskAges HwTaskAges;

HwTaskAges *hw_task_ages_new (gint64 minimum);
void        hw_task_ages_free (HwTaskAges *self);

void        hw_task_ages_add (HwTaskAges *self,
                              guint64     id,
                              gint64      at);
void        hw_task_ages_clear (HwTaskAges *self);

gboolean    hw_task_ages_is_young (HwTaskAges *self,
                                   guint64     id,
                                   gint64      now);
guint       hw_task_ages_get_n_known (HwTaskAges *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HwTaskAges, hw_task_ages_free)

G_END_DECLS
