/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-attempt-bench.h"

#include "hw-await.h"
#include "hw-story.h"
#include "tests/support/parsed-fields.h"

#include <string.h>

#define TASK_ID G_GUINT64_CONSTANT (1)

static void
on_attempt_level (HwAttempt      *attempt,
                  HwTaskFields   *fields,
                  HwAttemptBench *self)
{
  gint64 now = hw_clock_get_monotonic_time (HW_CLOCK (self->clock));

  g_ptr_array_add (self->levels, hw_task_fields_dup_visible (fields));
  g_array_append_val (self->level_times, now);
}

/* Leaves task 1 in the store, Processing. */
static void
hw_attempt_bench_make_task (HwAttemptBench *self)
{
  g_autoptr(GPtrArray) changes = g_ptr_array_new_with_free_func ((GDestroyNotify) hw_change_unref);
  g_autoptr(GPtrArray) events = NULL;
  g_autoptr(GArray) task_ids = g_array_new (FALSE, FALSE, sizeof (guint64));
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GPtrArray) claimed = NULL;
  guint64 task_id = TASK_ID;

  g_ptr_array_add (changes,
                   hw_change_new_add ("uid:1000", 1, parsed_fields (
                                        "@a{sv} {'type': <'noop'>, 'state': <'Pending'>,"
                                        " 'owner': <'uid:1000'>, 'parameters': <{'name': <'n'>}>,"
                                        " 'hidden_parameters': <{'key': <'s3cret'>}>}")));
  events = hw_memory_store_commit_now (self->store, changes, NULL);
  g_assert_nonnull (events);

  g_array_append_val (task_ids, task_id);
  hw_store_claim_async (HW_STORE (self->store), task_ids, "queue", 2, NULL, hw_await_result,
                        &result);
  hw_await_quiet ();
  claimed = hw_store_claim_finish (HW_STORE (self->store), result, NULL);
  g_assert_cmpuint (claimed->len, ==, 1);
}

/**
 * hw_attempt_bench_set_up:
 * @self: a bench
 * @type_data: the file of the task's type
 *
 * Makes an attempt that was not started.
 */
void
hw_attempt_bench_set_up (HwAttemptBench *self,
                         const char     *type_data)
{
  g_autoptr(HwTaskType) type = hw_task_type_new_from_data ("noop", type_data, strlen (type_data),
                                                           NULL);

  g_assert_nonnull (type);
  self->store = hw_memory_store_new ();
  self->clock = hw_fake_clock_new ();
  self->runner = hw_fake_runner_new ();
  self->levels = g_ptr_array_new_with_free_func ((GDestroyNotify) g_variant_unref);
  self->level_times = g_array_new (FALSE, FALSE, sizeof (gint64));
  hw_attempt_bench_make_task (self);

  self->attempt = hw_attempt_new (HW_STORE (self->store), HW_CLOCK (self->clock),
                                  HW_RUNNER (self->runner), type,
                                  hw_attempt_bench_peek_task (self));
  g_signal_connect (self->attempt, "level", G_CALLBACK (on_attempt_level), self);
}

/* Nothing may hold the attempt, and nobody may still want to be woken. */
void
hw_attempt_bench_tear_down (HwAttemptBench *self)
{
  hw_await_quiet ();

  g_assert_finalize_object (g_steal_pointer (&self->attempt));
  g_assert_cmpuint (hw_fake_clock_get_n_timers (self->clock), ==, 0);
  g_assert_finalize_object (g_steal_pointer (&self->runner));
  g_assert_finalize_object (g_steal_pointer (&self->store));
  g_assert_finalize_object (g_steal_pointer (&self->clock));
  g_clear_pointer (&self->levels, g_ptr_array_unref);
  g_clear_pointer (&self->level_times, g_array_unref);
}

void
hw_attempt_bench_start (HwAttemptBench *self)
{
  hw_attempt_start (self->attempt);
  hw_await_quiet ();
}

HwRun *
hw_attempt_bench_get_run (HwAttemptBench *self)
{
  return hw_fake_runner_get_run (self->runner, TASK_ID);
}

/**
 * hw_attempt_bench_finish:
 * @self: a bench
 * @outcome: (transfer full): how the run ends
 *
 * Ends the run, and waits until all is quiet.
 */
void
hw_attempt_bench_finish (HwAttemptBench *self,
                         HwOutcome      *outcome)
{
  hw_fake_runner_finish (self->runner, TASK_ID, outcome);
  hw_await_quiet ();
}

/**
 * hw_attempt_bench_tell:
 * @self: a bench
 *
 * Tells what was written down since the attempt began.
 *
 * Returns: (transfer full): the story
 */
char *
hw_attempt_bench_tell (HwAttemptBench *self)
{
  g_autoptr(GPtrArray) events = hw_memory_store_dup_events (self->store, TASK_ID);

  /* That it was added, and claimed. */
  g_ptr_array_remove_range (events, 0, 2);

  return hw_story_tell (events);
}

HwTask *
hw_attempt_bench_peek_task (HwAttemptBench *self)
{
  return hw_memory_store_peek_task (self->store, TASK_ID);
}

/**
 * hw_attempt_bench_print_newest_level:
 * @self: a bench
 *
 * Prints what was told last of how far the attempt is.
 *
 * Returns: (transfer full): the fields in their order, or an empty text
 */
char *
hw_attempt_bench_print_newest_level (HwAttemptBench *self)
{
  g_autoptr(GVariant) fields = NULL;
  GVariantDict dict;
  GVariantBuilder sorted;

  if (self->levels->len == 0)
    return g_strdup ("");

  g_variant_dict_init (&dict, g_ptr_array_index (self->levels, self->levels->len - 1));
  g_variant_builder_init (&sorted, G_VARIANT_TYPE_VARDICT);
  for (guint i = 0; i < HW_N_TASK_FIELDS; i++)
    {
      const char *name = hw_task_field_get_name ((HwTaskField) i);
      g_autoptr(GVariant) value = g_variant_dict_lookup_value (&dict, name, NULL);

      if (value != NULL)
        g_variant_builder_add (&sorted, "{sv}", name, value);
    }
  g_variant_dict_clear (&dict);
  fields = g_variant_ref_sink (g_variant_builder_end (&sorted));

  return g_variant_print (fields, FALSE);
}
