/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-run.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * HwControl:
 * @HW_CONTROL_STOP: end soon: ask the work to stop, force it when the time is up
 * @HW_CONTROL_KILL: end now
 * @HW_CONTROL_PAUSE: stand still; done when it does
 * @HW_CONTROL_RESUME: go on
 * @HW_CONTROL_LEAVE: we go: what can go on without us goes on, and is adopted by those
 *   who come after us; what cannot ends. Nothing more is told of it
 *
 * What can be asked of an attempt that runs.
 */
typedef enum
{
  HW_CONTROL_STOP,
  HW_CONTROL_KILL,
  HW_CONTROL_PAUSE,
  HW_CONTROL_RESUME,
  HW_CONTROL_LEAVE,
} HwControl;

#define HW_TYPE_RUNNER (hw_runner_get_type ())
G_DECLARE_INTERFACE (HwRunner, hw_runner, HW, RUNNER, GObject)

/**
 * HwRunnerInterface:
 * @start_async: begins the work of an attempt; done when it has begun. Its end
 *   is told by hw_run_finish()
 * @adopt_async: finds the work of an attempt that a former daemon began. Fails
 *   with %HW_ERROR_NOT_STARTED if it never began, with %HW_ERROR_INTERRUPTED if
 *   it went down; leaves nothing of it running in either case
 * @control_async: asks something of the work of an attempt; done when the asking
 *   is done, not when the work has ended. Fails with %HW_ERROR_WRONG_STATE if this kind of
 *   work cannot do that
 * @settle: (nullable): hears that the store has what became of an attempt
 *
 * Carries out attempts. A runner never moves a task between states: its run
 * ends, and the queue draws the conclusion. All calls and answers are in the
 * main context.
 */
struct _HwRunnerInterface
{
  GTypeInterface parent_iface;

  void (*start_async) (HwRunner           *self,
                       HwRun              *run,
                       GCancellable       *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer            user_data);
  gboolean (*start_finish) (HwRunner     *self,
                            GAsyncResult *result,
                            GError      **error);
  void (*adopt_async) (HwRunner           *self,
                       HwRun              *run,
                       GCancellable       *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer            user_data);
  gboolean (*adopt_finish) (HwRunner     *self,
                            GAsyncResult *result,
                            GError      **error);
  void (*control_async) (HwRunner           *self,
                         HwRun              *run,
                         HwControl           verb,
                         gint64              deadline,
                         GCancellable       *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer            user_data);
  gboolean (*control_finish) (HwRunner     *self,
                              GAsyncResult *result,
                              GError      **error);
  void (*settle) (HwRunner *self,
                  HwRun    *run);
};

void     hw_runner_start_async (HwRunner           *self,
                                HwRun              *run,
                                GCancellable       *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer            user_data);
gboolean hw_runner_start_finish (HwRunner     *self,
                                 GAsyncResult *result,
                                 GError      **error);
void     hw_runner_adopt_async (HwRunner           *self,
                                HwRun              *run,
                                GCancellable       *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer            user_data);
gboolean hw_runner_adopt_finish (HwRunner     *self,
                                 GAsyncResult *result,
                                 GError      **error);
void     hw_runner_control_async (HwRunner           *self,
                                  HwRun              *run,
                                  HwControl           verb,
                                  gint64              deadline,
                                  GCancellable       *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer            user_data);
gboolean hw_runner_control_finish (HwRunner     *self,
                                   GAsyncResult *result,
                                   GError      **error);
void     hw_runner_settle (HwRunner *self,
                           HwRun    *run);

G_END_DECLS
