/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-change.h"
#include "hw-principal.h"
#include "hw-task-field.h"
#include "hw-task-types.h"

G_BEGIN_DECLS

/**
 * HW_TASK_DEFAULT_TYPE:
 *
 * The task type of whoever names none.
 */
#define HW_TASK_DEFAULT_TYPE "demo"

/**
 * HwTaskSpec:
 * @type: (nullable): the task type's name, or %NULL for the default one
 * @title: (nullable): what to call the task, or %NULL to let the type say
 * @parameters: (nullable): an `a{sv}`, or %NULL for none
 * @priority: the higher, the sooner; 0 is usual
 * @key: (nullable): what the asker calls this request, so that it counts once
 * @timeout: how many seconds an attempt may take, or 0 to let the type say
 *
 * What somebody asks for.
 */
typedef struct
{
  char *type;
  char *title;
  GVariant *parameters;
  char *key;
  int priority;
  guint64 timeout;
} HwTaskSpec;

HwTaskSpec *hw_task_spec_new (void);
void        hw_task_spec_free (HwTaskSpec *self);

HwChange   *hw_task_spec_make_change (const HwTaskSpec  *self,
                                      HwTaskTypes       *types,
                                      const HwPrincipal *principal,
                                      gint64             at,
                                      GError           **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HwTaskSpec, hw_task_spec_free)

G_END_DECLS
