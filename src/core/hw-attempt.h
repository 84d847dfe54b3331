/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-clock.h"
#include "hw-runner.h"
#include "hw-store.h"

G_BEGIN_DECLS

#define HW_TYPE_ATTEMPT (hw_attempt_get_type ())
G_DECLARE_FINAL_TYPE (HwAttempt, hw_attempt, HW, ATTEMPT, GObject)

HwAttempt *hw_attempt_new (HwStore    *store,
                           HwClock    *clock,
                           HwRunner   *runner,
                           HwTaskType *type,
                           HwTask     *task);

guint64    hw_attempt_get_task_id (HwAttempt *self);
HwTaskFields *hw_attempt_dup_level (HwAttempt *self);

void       hw_attempt_start (HwAttempt *self);
void       hw_attempt_adopt (HwAttempt *self);
void       hw_attempt_cancel_async (HwAttempt          *self,
                                    const char         *actor,
                                    gboolean            now,
                                    GAsyncReadyCallback callback,
                                    gpointer            user_data);
gboolean   hw_attempt_cancel_finish (HwAttempt    *self,
                                     GAsyncResult *result,
                                     GError      **error);
void       hw_attempt_set_paused_async (HwAttempt          *self,
                                        gboolean            is_paused,
                                        GAsyncReadyCallback callback,
                                        gpointer            user_data);
gboolean   hw_attempt_set_paused_finish (HwAttempt    *self,
                                         GAsyncResult *result,
                                         GError      **error);
void       hw_attempt_abandon (HwAttempt *self);

G_END_DECLS
