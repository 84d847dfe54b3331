/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-command-template-private.h"
#include "hw-task-type.h"
#include "hw-template-private.h"

G_BEGIN_DECLS

/**
 * HwTaskType:
 *
 * How to run a kind of task, and which parameters it takes: what a `.task` file
 * says. Whoever has a door to this type can run it with any parameters that pass
 * hw_task_type_check_parameters(), and nothing else.
 *
 * Immutable once made, so any thread may use it.
 */
struct _HwTaskType
{
  GObject parent_instance;

  GRefString *name;           /* (owned) (not nullable) */
  char *title;                /* (owned) (not nullable) */
  char *description;          /* (owned) (nullable) */
  char *function;             /* (owned) (nullable): of the in-process runner */
  HwCommandTemplate *command; /* (owned) (nullable): or else this */
  HwTemplate *task_title;     /* (owned) (nullable) */
  GRefString *title_line;     /* (owned) (not nullable): or else this, of all tasks */
  GPtrArray *parameters;      /* (owned) (element-type HwParameter) */
  gboolean has_hidden;        /* whether some of them are shown to nobody */
  GVariant *defaults;         /* (owned) (nullable): all values, if none has to be sent */

  HwOnInterrupt on_interrupt;
  gboolean is_local_only;
  guint timeout;              /* in seconds, or 0 */
  guint stop_timeout;         /* in seconds */
  guint output_limit;         /* in MiB */
};

void hw_task_type_prepare (HwTaskType *self);

G_END_DECLS
