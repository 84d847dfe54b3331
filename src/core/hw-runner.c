/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-runner.h"

/**
 * HwRunner:
 *
 * What carries out attempts: see #HwRunnerInterface.
 */
G_DEFINE_INTERFACE (HwRunner, hw_runner, G_TYPE_OBJECT)

static void
hw_runner_default_init (HwRunnerInterface *iface)
{
}

/**
 * hw_runner_start_async:
 * @self: a runner
 * @run: the attempt
 * @cancellable: (nullable): a #GCancellable
 * @callback: what to call when the work has begun
 * @user_data: data for @callback
 *
 * Begins the work of an attempt.
 *
 * If hw_runner_start_finish() gives %TRUE, the run's end is told by
 * #HwRun::finished, never before @callback, unless the work is over before this returns;
 * that it could not be begun is such an end, too. If it gives an error, nothing was begun, nothing will be, and
 * the run does not finish. Cancelling is heeded until the work begins; from then
 * on, hw_runner_control_async() ends it.
 */
void
hw_runner_start_async (HwRunner           *self,
                       HwRun              *run,
                       GCancellable       *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer            user_data)
{
  g_return_if_fail (HW_IS_RUNNER (self));
  g_return_if_fail (HW_IS_RUN (run));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  HW_RUNNER_GET_IFACE (self)->start_async (self, run, cancellable, callback, user_data);
}

/**
 * hw_runner_start_finish:
 * @self: a runner
 * @result: what the callback was given
 * @error: return location for a #GError, or %NULL
 *
 * Ends hw_runner_start_async().
 *
 * Returns: %TRUE if the run's end will be told
 */
gboolean
hw_runner_start_finish (HwRunner     *self,
                        GAsyncResult *result,
                        GError      **error)
{
  g_return_val_if_fail (HW_IS_RUNNER (self), FALSE);
  g_return_val_if_fail (G_IS_ASYNC_RESULT (result), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return HW_RUNNER_GET_IFACE (self)->start_finish (self, result, error);
}

/**
 * hw_runner_adopt_async:
 * @self: a runner
 * @run: the attempt
 * @cancellable: (nullable): a #GCancellable
 * @callback: what to call when it is known what became of the attempt
 * @user_data: data for @callback
 *
 * Finds the work of an attempt that a former daemon claimed.
 *
 * If hw_runner_adopt_finish() gives %TRUE, the work goes on or has left something, and its
 * end is told by #HwRun::finished: %HW_RESULT_INTERRUPTED if it went down. Otherwise nothing
 * of it runs any more, and there is nothing else to say of it.
 */
void
hw_runner_adopt_async (HwRunner           *self,
                       HwRun              *run,
                       GCancellable       *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer            user_data)
{
  g_return_if_fail (HW_IS_RUNNER (self));
  g_return_if_fail (HW_IS_RUN (run));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  HW_RUNNER_GET_IFACE (self)->adopt_async (self, run, cancellable, callback, user_data);
}

/**
 * hw_runner_adopt_finish:
 * @self: a runner
 * @result: what the callback was given
 * @error: return location for a #GError, or %NULL
 *
 * Ends hw_runner_adopt_async().
 *
 * Returns: %TRUE if the end will be told; else %FALSE, with %HW_ERROR_NOT_STARTED if
 *   it never began, %HW_ERROR_INTERRUPTED if it went down
 */
gboolean
hw_runner_adopt_finish (HwRunner     *self,
                        GAsyncResult *result,
                        GError      **error)
{
  g_return_val_if_fail (HW_IS_RUNNER (self), FALSE);
  g_return_val_if_fail (G_IS_ASYNC_RESULT (result), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return HW_RUNNER_GET_IFACE (self)->adopt_finish (self, result, error);
}

/**
 * hw_runner_control_async:
 * @self: a runner
 * @run: an attempt that this runner started
 * @verb: what to ask of its work
 * @deadline: for %HW_CONTROL_STOP: when to use force, in the monotonic time of
 *   the #HwClock
 * @cancellable: (nullable): a #GCancellable
 * @callback: what to call when the work was asked
 * @user_data: data for @callback
 *
 * Asks something of an attempt's work. It may be asked at any time after
 * hw_runner_start_async(); to ask it of work that has ended does nothing.
 */
void
hw_runner_control_async (HwRunner           *self,
                         HwRun              *run,
                         HwControl           verb,
                         gint64              deadline,
                         GCancellable       *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer            user_data)
{
  g_return_if_fail (HW_IS_RUNNER (self));
  g_return_if_fail (HW_IS_RUN (run));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  HW_RUNNER_GET_IFACE (self)->control_async (self, run, verb, deadline,
                                             cancellable, callback, user_data);
}

/**
 * hw_runner_control_finish:
 * @self: a runner
 * @result: what the callback was given
 * @error: return location for a #GError, or %NULL
 *
 * Ends hw_runner_control_async().
 *
 * Returns: %TRUE if the work was asked, or has ended
 */
gboolean
hw_runner_control_finish (HwRunner     *self,
                          GAsyncResult *result,
                          GError      **error)
{
  g_return_val_if_fail (HW_IS_RUNNER (self), FALSE);
  g_return_val_if_fail (G_IS_ASYNC_RESULT (result), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return HW_RUNNER_GET_IFACE (self)->control_finish (self, result, error);
}

/**
 * hw_runner_settle:
 * @self: a runner
 * @run: an attempt that has ended, or of which nothing began
 *
 * Tells the runner that the store has what became of an attempt, so what the runner has written
 * down of that is of no use any more.
 */
void
hw_runner_settle (HwRunner *self,
                  HwRun    *run)
{
  g_return_if_fail (HW_IS_RUNNER (self));
  g_return_if_fail (HW_IS_RUN (run));

  if (HW_RUNNER_GET_IFACE (self)->settle != NULL)
    HW_RUNNER_GET_IFACE (self)->settle (self, run);
}
