/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-error.h"
#include "hw-runner.h"

G_BEGIN_DECLS

#define HW_TYPE_FAKE_RUNNER (hw_fake_runner_get_type ())
G_DECLARE_FINAL_TYPE (HwFakeRunner, hw_fake_runner, HW, FAKE_RUNNER, GObject)

HwFakeRunner *hw_fake_runner_new (void);

char         *hw_fake_runner_take_calls (HwFakeRunner *self);
guint         hw_fake_runner_get_n_settled (HwFakeRunner *self);
guint         hw_fake_runner_get_n_running (HwFakeRunner *self);
HwRun        *hw_fake_runner_get_run (HwFakeRunner *self,
                                      guint64       task_id);
gint64        hw_fake_runner_get_deadline (HwFakeRunner *self);

void          hw_fake_runner_finish (HwFakeRunner *self,
                                     guint64       task_id,
                                     HwOutcome    *outcome);
void          hw_fake_runner_succeed (HwFakeRunner *self,
                                      guint64       task_id);

void          hw_fake_runner_hold_answers (HwFakeRunner *self);
void          hw_fake_runner_release_answers (HwFakeRunner *self);
void          hw_fake_runner_fail_start (HwFakeRunner *self,
                                         const char   *sentence);
void          hw_fake_runner_fail_control (HwFakeRunner *self,
                                           const char   *sentence);
void          hw_fake_runner_set_adopt_error (HwFakeRunner *self,
                                              HwError       code);
void          hw_fake_runner_set_canceled_by (HwFakeRunner *self,
                                              const char   *actor);

G_END_DECLS
