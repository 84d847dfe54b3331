/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-outcome.h"
#include "hw-task-type.h"

G_BEGIN_DECLS

/**
 * HwRunLevel:
 * @done: how much is done, in @unit
 * @total: how much there is to do, or 0 if nobody knows
 * @unit: (nullable): what is counted, a static string
 * @is_share: whether nothing is counted: then @done of @total is only how much of the whole
 *
 * How far an attempt is.
 */
typedef struct
{
  guint64 done;
  guint64 total;
  const char *unit;
  gboolean is_share;
} HwRunLevel;

#define HW_TYPE_RUN (hw_run_get_type ())
G_DECLARE_FINAL_TYPE (HwRun, hw_run, HW, RUN, GObject)

HwRun      *hw_run_new (guint64 epoch,
                        guint64 task_id,
                        guint attempt,
                        HwTaskType *type,
                        GVariant   *parameters);

guint64     hw_run_get_epoch (HwRun *self);
guint64     hw_run_get_task_id (HwRun *self);
guint       hw_run_get_attempt (HwRun *self);
HwTaskType *hw_run_get_task_type (HwRun *self);
GVariant   *hw_run_get_parameters (HwRun *self);
char      **hw_run_list_secrets (HwRun *self);
void        hw_run_set_timeout (HwRun *self,
                                gint64 timeout);
gint64      hw_run_get_timeout (HwRun *self);
void        hw_run_set_canceled_by (HwRun      *self,
                                    const char *actor);
const char *hw_run_get_canceled_by (HwRun *self);

void        hw_run_set_progress (HwRun      *self,
                                 guint64     done,
                                 guint64     total,
                                 const char *unit);
void        hw_run_set_share (HwRun *self,
                              double share);
void        hw_run_send_message (HwRun      *self,
                                 const char *format,
                                 ...) G_GNUC_PRINTF (2, 3);
void        hw_run_set_stopping (HwRun *self);
void        hw_run_set_paused (HwRun   *self,
                               gboolean is_paused);
void        hw_run_set_containment (HwRun      *self,
                                    const char *containment);
void        hw_run_finish (HwRun     *self,
                           HwOutcome *outcome);

gboolean    hw_run_take_progress (HwRun      *self,
                                  HwRunLevel *level);
GPtrArray  *hw_run_take_messages (HwRun *self);
gboolean    hw_run_get_is_stopping (HwRun *self);
gboolean    hw_run_get_is_paused (HwRun *self);
const char *hw_run_get_containment (HwRun *self);

G_END_DECLS
