/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-clock.h"
#include "hw-runner.h"

G_BEGIN_DECLS

/**
 * HwWorkFunction:
 * @run: the attempt, to report to
 * @parameters: what to do, an `a{sv}` that the task type accepted
 * @cancellable: heeded soon, however long the work takes
 * @error: return location for a #GError whose message is a sentence for a person:
 *   what failed, and what to do now
 *
 * The work of an attempt, on a thread of its own.
 *
 * Returns: (transfer full) (nullable): what came out, an `a{sv}`, if anything did
 */
typedef GVariant *(*HwWorkFunction) (HwRun        *run,
                                     GVariant     *parameters,
                                     GCancellable *cancellable,
                                     GError      **error);

#define HW_TYPE_IN_PROCESS_RUNNER (hw_in_process_runner_get_type ())
G_DECLARE_FINAL_TYPE (HwInProcessRunner, hw_in_process_runner, HW, IN_PROCESS_RUNNER, GObject)

HwInProcessRunner *hw_in_process_runner_new (HwClock *clock,
                                             guint n_threads);

void               hw_in_process_runner_set_output_root (HwInProcessRunner *self,
                                                         const char        *output_root);
void               hw_in_process_runner_add (HwInProcessRunner *self,
                                             const char        *name,
                                             HwWorkFunction     function);
void               hw_in_process_runner_add_instant (HwInProcessRunner *self,
                                                     const char        *name,
                                                     HwWorkFunction     function);

G_END_DECLS
