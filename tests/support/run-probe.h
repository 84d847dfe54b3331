/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-runner.h"

#include "tests/support/wait.h"

#include <string.h>
#include <unistd.h>

/* What stands for the number of the database. Programs are ended by the mark that it is
 * a part of, so tests that run at the same time must not share it.
 */
#define PROBE_EPOCH ((guint64) getpid ())
#define PROBE_TASK_ID 7
#define PROBE_ATTEMPT 1

/* One attempt, and all that it told. */
typedef struct
{
  HwRun *run; /* (owned) */

  gboolean is_starting; /* the runner is being asked */
  gboolean is_started;
  GError *start_error; /* (owned) (nullable) */

  GArray *levels;      /* (owned) (element-type HwRunLevel) */
  GPtrArray *messages; /* (owned) (element-type utf8) */

  /* The outcome, once it is finished. */
  gboolean is_finished;
  HwResult result;
  char *error;         /* (owned) (nullable) */
  GVariant *value;     /* (owned) (nullable) */
  int exit_code;
  char *signal;        /* (owned) (nullable) */
  guint64 output_size;
} RunProbe;

static inline void
on_probe_run_changed (HwRun    *run,
                      RunProbe *self)
{
  g_autoptr(GPtrArray) messages = hw_run_take_messages (run);
  HwRunLevel level;

  g_ptr_array_extend_and_steal (self->messages, g_steal_pointer (&messages));
  if (hw_run_take_progress (run, &level))
    g_array_append_val (self->levels, level);
}

static inline void
on_probe_run_finished (HwRun     *run,
                       HwOutcome *outcome,
                       RunProbe  *self)
{
  /* What a runner promises: it is told once, and after the start, unless that took it. */
  g_assert_true (self->is_started || self->is_starting);
  g_assert_false (self->is_finished);

  self->is_finished = TRUE;
  self->result = outcome->result;
  self->error = g_strdup (outcome->error);
  self->value = outcome->value != NULL ? g_variant_ref (outcome->value) : NULL;
  self->exit_code = outcome->exit_code;
  self->signal = g_strdup (outcome->signal);
  self->output_size = outcome->output_size;
}

/* @run is (transfer full). */
static inline RunProbe *
run_probe_new_for_run (HwRun *run)
{
  RunProbe *self = g_new0 (RunProbe, 1);

  self->run = run;
  self->levels = g_array_new (FALSE, FALSE, sizeof (HwRunLevel));
  self->messages = g_ptr_array_new_with_free_func (g_free);
  g_signal_connect (self->run, "changed", G_CALLBACK (on_probe_run_changed), self);
  g_signal_connect (self->run, "finished", G_CALLBACK (on_probe_run_finished), self);

  return self;
}

/* Makes the first attempt at a task of @type with @parameters, written in GVariant's way. */
static inline RunProbe *
run_probe_new (HwTaskType *type,
               const char *parameters)
{
  g_autoptr(GVariant) sent = NULL;
  g_autoptr(GVariant) checked = NULL;
  g_autoptr(GError) error = NULL;

  sent = g_variant_parse (G_VARIANT_TYPE_VARDICT, parameters, NULL, NULL, &error);
  g_assert_no_error (error);
  checked = hw_task_type_check_parameters (type, sent, &error);
  g_assert_no_error (error);

  return run_probe_new_for_run (hw_run_new (PROBE_EPOCH, PROBE_TASK_ID, PROBE_ATTEMPT,
                                            type, checked));
}

static inline void
run_probe_free (RunProbe *self)
{
  g_signal_handlers_disconnect_by_data (self->run, self);
  g_clear_object (&self->run);
  g_clear_error (&self->start_error);
  g_clear_pointer (&self->levels, g_array_unref);
  g_clear_pointer (&self->messages, g_ptr_array_unref);
  g_clear_pointer (&self->error, g_free);
  g_clear_pointer (&self->value, g_variant_unref);
  g_clear_pointer (&self->signal, g_free);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RunProbe, run_probe_free)

static inline void
on_probe_started (GObject      *source,
                  GAsyncResult *result,
                  gpointer      user_data)
{
  RunProbe *self = user_data;

  self->is_started = hw_runner_start_finish (HW_RUNNER (source), result, &self->start_error);
}

/* Begins the attempt and does not wait for anything. */
static inline void
run_probe_start (RunProbe     *self,
                 HwRunner     *runner,
                 GCancellable *cancellable)
{
  self->is_starting = TRUE;
  hw_runner_start_async (runner, self->run, cancellable, on_probe_started, self);
  self->is_starting = FALSE;
}

static inline void
on_probe_result (GObject      *source,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  GAsyncResult **result_out = user_data;

  *result_out = g_object_ref (result);
}

static inline void
run_probe_control (RunProbe *self,
                   HwRunner *runner,
                   HwControl verb,
                   gint64    deadline)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;

  hw_runner_control_async (runner, self->run, verb, deadline, NULL, on_probe_result, &result);
  wait_until (result != NULL);

  g_assert_true (hw_runner_control_finish (runner, result, &error));
  g_assert_no_error (error);
}

/* Asks something that the runner refuses, and gives why. */
static inline GError *
run_probe_fail_control (RunProbe *self,
                        HwRunner *runner,
                        HwControl verb)
{
  g_autoptr(GAsyncResult) result = NULL;
  GError *error = NULL;

  hw_runner_control_async (runner, self->run, verb, G_MAXINT64, NULL, on_probe_result, &result);
  wait_until (result != NULL);
  g_assert_false (hw_runner_control_finish (runner, result, &error));

  return error;
}

/* Makes another probe of the same attempt. */
static inline RunProbe *
run_probe_new_again (RunProbe *self)
{
  return run_probe_new_for_run (hw_run_new (hw_run_get_epoch (self->run),
                                            hw_run_get_task_id (self->run),
                                            hw_run_get_attempt (self->run),
                                            hw_run_get_task_type (self->run),
                                            hw_run_get_parameters (self->run)));
}

/* Has another runner adopt the attempt. */
static inline RunProbe *
run_probe_adopt_again (RunProbe *self,
                       HwRunner *runner)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;
  RunProbe *again = run_probe_new_again (self);

  /* Its end may be told in the same turn of the main context. */
  again->is_started = TRUE;
  hw_runner_adopt_async (runner, again->run, NULL, on_probe_result, &result);
  wait_until (result != NULL);
  hw_runner_adopt_finish (runner, result, &error);
  g_assert_no_error (error);

  return again;
}

/* Tries to adopt the attempt, and gives why that failed. */
static inline GError *
run_probe_adopt (RunProbe *self,
                 HwRunner *runner)
{
  g_autoptr(GAsyncResult) result = NULL;
  GError *error = NULL;

  hw_runner_adopt_async (runner, self->run, NULL, on_probe_result, &result);
  wait_until (result != NULL);

  g_assert_false (hw_runner_adopt_finish (runner, result, &error));

  return error;
}

static inline HwTaskType *
make_task_type (const char *name,
                const char *data)
{
  g_autoptr(GError) error = NULL;
  HwTaskType *type = hw_task_type_new_from_data (name, data, strlen (data), &error);

  g_assert_no_error (error);

  return type;
}

/* Reads a type that comes with the daemon. */
static inline HwTaskType *
load_task_type (const char *name)
{
  g_autofree char *file = g_strconcat (name, ".task", NULL);
  g_autofree char *path = g_build_filename (g_getenv ("HEADWAY_SOURCE_ROOT"), "data", "task-types",
                                            file, NULL);
  g_autofree char *data = NULL;
  g_autoptr(GError) error = NULL;

  g_file_get_contents (path, &data, NULL, &error);
  g_assert_no_error (error);

  return make_task_type (name, data);
}
