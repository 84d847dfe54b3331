/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-cancellation.h"

#include "hw-attempt-files.h"
#include "hw-io.h"

#include <unistd.h>

/* That somebody canceled an attempt, written down for those who come after us: we may end
 * before the attempt does, and before it was even asked to.
 */

/* Owned by its #GTask. */
typedef struct
{
  char *output_root; /* (owned) */
  HwRun *run;        /* (owned) */
  gboolean is_now;
} Record;

static void
record_free (Record *record)
{
  g_clear_pointer (&record->output_root, g_free);
  g_clear_object (&record->run);
  g_free (record);
}

static void
record_in_thread (GTask        *gtask,
                  gpointer      source,
                  gpointer      task_data,
                  GCancellable *cancellable)
{
  const Record *record = task_data;
  GError *error = NULL;

  if (hw_attempt_files_write_canceled (record->output_root, record->run, record->is_now,
                                       &error))
    g_task_return_boolean (gtask, TRUE);
  else
    g_task_return_error (gtask, error);
}

/**
 * hw_cancellation_record_async:
 * @output_root: the folder of all attempts
 * @run: an attempt of which it is known who canceled it
 * @is_now: whether force is to be used at once
 * @callback: called when that is on disk
 * @user_data: data for @callback
 *
 * Writes down who canceled an attempt.
 */
void
hw_cancellation_record_async (const char         *output_root,
                              HwRun              *run,
                              gboolean            is_now,
                              GAsyncReadyCallback callback,
                              gpointer            user_data)
{
  g_autoptr(GTask) gtask = g_task_new (NULL, NULL, callback, user_data);
  Record *record = g_new0 (Record, 1);

  record->output_root = g_strdup (output_root);
  record->run = g_object_ref (run);
  record->is_now = is_now;
  g_task_set_source_tag (gtask, hw_cancellation_record_async);
  g_task_set_task_data (gtask, record, (GDestroyNotify) record_free);

  /* Those who look for attempts may have all threads for a while, and somebody waits. */
  g_task_set_priority (gtask, G_PRIORITY_HIGH);
  g_task_run_in_thread (gtask, record_in_thread);
}

/**
 * hw_cancellation_record_finish:
 * @result: what the callback was given
 * @error: return location for a #GError, or %NULL
 *
 * Ends hw_cancellation_record_async().
 *
 * Returns: %FALSE with a sentence for a person if it could not be written down
 */
gboolean
hw_cancellation_record_finish (GAsyncResult *result,
                               GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * hw_cancellation_learn:
 * @output_root: the folder of all attempts
 * @run: an attempt that a former daemon claimed
 *
 * Has the attempt know who canceled it, if somebody did. Blocks. Any thread.
 *
 * Returns: whether somebody wanted force to be used at once
 */
gboolean
hw_cancellation_learn (const char *output_root,
                       HwRun      *run)
{
  g_autofree char *folder = hw_attempt_files_build_folder (output_root, run);
  g_autofree char *actor = NULL;
  int folder_fd = hw_io_open_folder (folder);
  gboolean is_now = FALSE;

  if (folder_fd < 0)
    return FALSE;

  actor = hw_attempt_files_read_canceled (folder_fd, run, &is_now);
  close (folder_fd);
  if (actor != NULL)
    hw_run_set_canceled_by (run, actor);

  return actor != NULL && is_now;
}
