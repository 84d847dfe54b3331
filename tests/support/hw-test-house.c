/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-test-house.h"

#include "hw-await.h"
#include "hw-story.h"
#include "tests/support/parsed-fields.h"

#include <string.h>

static const struct
{
  const char *name;
  const char *data;
} task_types[] = {
  { "demo",
    "[Task]\ntitle=Demo\nfunction=demo\non-interrupt=requeue\ntask-title=Demo of {steps}\n"
    "[Parameter steps]\ntype=integer\ntitle=Steps\ndefault=5\nminimum=1\n" },
  { "noop", "[Task]\ntitle=Nothing\nfunction=noop\non-interrupt=requeue\n" },
  { "fragile", "[Task]\ntitle=Fragile\nfunction=noop\non-interrupt=fail\n" },
  { "secret",
    "[Task]\ntitle=Secret\nfunction=noop\n"
    "[Parameter name]\ntype=string\ntitle=Name\nrequired=true\n"
    "[Parameter key]\ntype=string\ntitle=Key\nhidden=true\n" },
  { "command",
    "[Task]\ntitle=Command\nlocal-only=true\n[Command]\nargv={argv}\n"
    "[Parameter argv]\ntype=strings\ntitle=Program\nrequired=true\nmin-length=1\n"
    "allow-leading-dash=true\n" },
};

static void
hw_test_house_make_queue (HwTestHouse *self)
{
  self->runner = hw_fake_runner_new ();
  self->queue = hw_task_queue_new (HW_STORE (self->store), HW_OUTPUT (self->output),
                                   HW_CLOCK (self->clock), self->types, self->max_parallel);
  for (guint i = 0; i < HW_N_RUNNER_KINDS; i++)
    hw_task_queue_set_runner (self->queue, (HwRunnerKind) i, HW_RUNNER (self->runner));
}

/* Nothing may hold the queue, and nobody may still want to be woken. */
static void
hw_test_house_drop_queue (HwTestHouse *self)
{
  hw_task_queue_close (self->queue);
  hw_memory_store_release (self->store);
  hw_fake_runner_release_answers (self->runner);
  hw_await_quiet ();

  g_assert_finalize_object (g_steal_pointer (&self->queue));
  g_assert_finalize_object (g_steal_pointer (&self->runner));
  g_assert_cmpuint (hw_fake_clock_get_n_timers (self->clock), ==, 0);
}

/**
 * hw_test_house_new:
 * @max_parallel: how many tasks may run at once
 *
 * Builds a queue on fakes.
 *
 * Returns: (transfer full): a house
 */
HwTestHouse *
hw_test_house_new (guint max_parallel)
{
  HwTestHouse *self = g_new0 (HwTestHouse, 1);

  self->store = hw_memory_store_new ();
  self->clock = hw_fake_clock_new ();
  self->output = hw_fake_output_new ();
  self->types = hw_task_types_new ();
  self->max_parallel = max_parallel;
  for (guint i = 0; i < G_N_ELEMENTS (task_types); i++)
    hw_test_house_add_type (self, task_types[i].name, task_types[i].data);

  self->owner = hw_principal_new (HW_DOOR_TCP, "token:owner", TRUE);
  self->local = hw_principal_new (HW_DOOR_LOCAL, "uid:1000", TRUE);
  self->guest = hw_principal_new (HW_DOOR_TCP, "token:guest", FALSE);
  hw_test_house_make_queue (self);

  return self;
}

/**
 * hw_test_house_free:
 * @self: a house
 *
 * Takes a house down, and checks that nothing of it is left.
 */
void
hw_test_house_free (HwTestHouse *self)
{
  hw_test_house_drop_queue (self);
  g_assert_finalize_object (g_steal_pointer (&self->store));
  g_assert_finalize_object (g_steal_pointer (&self->clock));
  g_assert_finalize_object (g_steal_pointer (&self->output));
  g_assert_finalize_object (g_steal_pointer (&self->types));
  g_clear_pointer (&self->owner, hw_principal_unref);
  g_clear_pointer (&self->local, hw_principal_unref);
  g_clear_pointer (&self->guest, hw_principal_unref);
  g_free (self);
}

/**
 * hw_test_house_add_type:
 * @self: a house
 * @name: a task type's name
 * @data: its file
 *
 * Adds a task type.
 */
void
hw_test_house_add_type (HwTestHouse *self,
                        const char  *name,
                        const char  *data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(HwTaskType) type = hw_task_type_new_from_data (name, data, strlen (data), &error);

  g_assert_no_error (error);
  hw_task_types_add (self->types, type);
}

/**
 * hw_test_house_open:
 * @self: a house
 *
 * Opens the queue, and waits until all is quiet.
 */
void
hw_test_house_open (HwTestHouse *self)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;

  hw_task_queue_open_async (self->queue, NULL, hw_await_result, &result);
  hw_await_quiet ();
  g_assert_nonnull (result);
  hw_task_queue_open_finish (self->queue, result, &error);
  g_assert_no_error (error);
}

/**
 * hw_test_house_restart:
 * @self: a house
 *
 * Replaces the queue and its runner, as if the daemon had gone down and come back. The
 * new queue is not open.
 */
void
hw_test_house_restart (HwTestHouse *self)
{
  hw_test_house_drop_queue (self);
  hw_memory_store_restart (self->store);
  hw_test_house_make_queue (self);
}

static HwTask *
hw_test_house_submit_spec (HwTestHouse *self,
                           HwPrincipal *principal,
                           HwTaskSpec  *spec,
                           GError     **error)
{
  g_autoptr(GAsyncResult) result = NULL;

  hw_task_queue_submit_async (self->queue, principal, spec, NULL, hw_await_result, &result);
  hw_await_quiet ();
  g_assert_nonnull (result);

  return hw_task_queue_submit_finish (self->queue, result, error);
}

/**
 * hw_test_house_try_submit:
 * @self: a house
 * @principal: who asks
 * @type: (nullable): the task's type
 * @parameters: (nullable): its parameters, as text
 * @error: return location for an error
 *
 * Adds a task, and waits until all is quiet.
 *
 * Returns: (transfer full): the task as it was accepted, or %NULL
 */
HwTask *
hw_test_house_try_submit (HwTestHouse *self,
                          HwPrincipal *principal,
                          const char  *type,
                          const char  *parameters,
                          GError     **error)
{
  g_autoptr(HwTaskSpec) spec = hw_task_spec_new ();

  spec->type = g_strdup (type);
  if (parameters != NULL)
    spec->parameters = g_variant_parse (G_VARIANT_TYPE_VARDICT, parameters, NULL, NULL, NULL);

  return hw_test_house_submit_spec (self, principal, spec, error);
}

guint64
hw_test_house_submit (HwTestHouse *self,
                      const char  *type)
{
  return hw_test_house_submit_with_priority (self, type, 0);
}

/**
 * hw_test_house_submit_with_priority:
 * @self: a house
 * @type: a task type that needs no parameters
 * @priority: the higher, the sooner
 *
 * Adds a task of the owner's that is accepted, and waits until all is quiet.
 *
 * Returns: the task's number
 */
guint64
hw_test_house_submit_with_priority (HwTestHouse *self,
                                    const char  *type,
                                    int          priority)
{
  g_autoptr(HwTaskSpec) spec = hw_task_spec_new ();
  g_autoptr(GError) error = NULL;
  g_autoptr(HwTask) task = NULL;

  spec->type = g_strdup (type);
  spec->priority = priority;
  task = hw_test_house_submit_spec (self, self->owner, spec, &error);
  g_assert_no_error (error);

  return hw_task_get_id (task);
}

/**
 * hw_test_house_try_cancel:
 * @self: a house
 * @principal: who asks
 * @task_id: a task
 * @error: return location for an error
 *
 * Cancels a task, and waits until all is quiet.
 *
 * Returns: (transfer full): the task, or %NULL
 */
HwTask *
hw_test_house_try_cancel (HwTestHouse *self,
                          HwPrincipal *principal,
                          guint64      task_id,
                          GError     **error)
{
  g_autoptr(GAsyncResult) result = NULL;

  hw_task_queue_cancel_async (self->queue, principal, task_id, FALSE, NULL, hw_await_result, &result);
  hw_await_quiet ();
  g_assert_nonnull (result);

  return hw_task_queue_cancel_finish (self->queue, result, error);
}

/**
 * hw_test_house_succeed:
 * @self: a house
 * @task_id: a task that runs
 *
 * Ends a run well, and waits until all is quiet.
 */
void
hw_test_house_succeed (HwTestHouse *self,
                       guint64      task_id)
{
  hw_fake_runner_succeed (self->runner, task_id);
  hw_await_quiet ();
}

/**
 * hw_test_house_advance:
 * @self: a house
 * @span: microseconds
 *
 * Lets time go by, and waits until all is quiet.
 */
void
hw_test_house_advance (HwTestHouse *self,
                       gint64       span)
{
  hw_fake_clock_advance (self->clock, span);
  hw_await_quiet ();
}

/**
 * hw_test_house_commit:
 * @self: a house
 * @changes: (element-type HwChange): what to change
 *
 * Changes something at once, as another node would. Not all is quiet then.
 */
void
hw_test_house_commit (HwTestHouse *self,
                      GPtrArray   *changes)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) events = hw_memory_store_commit_now (self->store, changes, &error);

  g_assert_no_error (error);
}

/**
 * hw_test_house_add_many:
 * @self: a house
 * @n_tasks: how many
 *
 * Adds tasks of type `noop` that wait, all in one batch. Not all is quiet then.
 */
void
hw_test_house_add_many (HwTestHouse *self,
                        guint        n_tasks)
{
  g_autoptr(GPtrArray) changes = g_ptr_array_new_with_free_func ((GDestroyNotify) hw_change_unref);

  for (guint i = 0; i < n_tasks; i++)
    g_ptr_array_add (changes,
                     hw_change_new_add ("uid:1001", 1,
                                        parsed_fields ("@a{sv} {'state': <'Pending'>,"
                                                       " 'type': <'noop'>,"
                                                       " 'owner': <'uid:1001'>}")));
  hw_test_house_commit (self, changes);
}

/**
 * hw_test_house_change_state:
 * @self: a house
 * @task_id: a task
 * @from: the state that it is in
 * @to: the state that it shall have
 *
 * Changes a task's state at once, as another node would. Not all is quiet then.
 */
void
hw_test_house_change_state (HwTestHouse *self,
                            guint64      task_id,
                            HwTaskState  from,
                            HwTaskState  to)
{
  g_autoptr(GPtrArray) changes = g_ptr_array_new_with_free_func ((GDestroyNotify) hw_change_unref);
  HwTaskFields *fields = hw_task_fields_new ();

  hw_task_fields_set_state (fields, to);
  g_ptr_array_add (changes, hw_change_new_state (task_id, from, HW_CHANGE_ANY_ATTEMPT, "uid:1001",
                                                 1, fields));
  hw_test_house_commit (self, changes);
}

/**
 * hw_test_house_get:
 * @self: a house
 * @task_id: a task
 *
 * Gets a task by the queue, as its owner sees it.
 *
 * Returns: (transfer full): the task
 */
HwTask *
hw_test_house_get (HwTestHouse *self,
                   guint64      task_id)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;
  HwTask *task;

  hw_task_queue_get_task_async (self->queue, self->owner, task_id, NULL, hw_await_result,
                                &result);
  hw_await_quiet ();
  g_assert_nonnull (result);
  task = hw_task_queue_get_task_finish (self->queue, result, &error);
  g_assert_no_error (error);

  return task;
}

/**
 * hw_test_house_tell:
 * @self: a house
 * @task_id: a task
 *
 * Tells what is on disk of a task, as hw_story_tell() does.
 *
 * Returns: (transfer full): its story
 */
char *
hw_test_house_tell (HwTestHouse *self,
                    guint64      task_id)
{
  g_autoptr(GPtrArray) events = hw_memory_store_dup_events (self->store, task_id);

  return hw_story_tell (events);
}
