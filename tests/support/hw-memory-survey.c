/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-memory-tables-private.h"

/* How a store in memory is. */

/**
 * hw_memory_tables_survey:
 * @self: the tables
 *
 * Tells how many tasks there are, how many events there were, what waits for the longest time, and
 * why nothing is taken, if a test said so.
 *
 * Returns: (transfer full): how it is
 */
HwStoreSurvey *
hw_memory_tables_survey (HwMemoryTables *self)
{
  const HwTaskFilter waiting = { .has_state = TRUE, .state = HW_TASK_STATE_PENDING };
  g_autoptr(HwTaskPage) page = hw_memory_tables_list (self, &waiting);
  HwStoreSurvey *survey = hw_store_survey_new ();

  hw_memory_tables_count (self, &survey->counts);
  survey->head = page->seq;
  if (page->tasks->len > 0)
    {
      survey->oldest_waiting =
        hw_task_fields_get_number (hw_task_get_fields (g_ptr_array_index (page->tasks,
                                                                          page->tasks->len - 1)),
                                   HW_TASK_FIELD_CREATED_AT);
    }
  if (self->refusal != NULL)
    survey->refusal = g_error_copy (self->refusal);

  return survey;
}

/**
 * hw_memory_tables_set_refusal:
 * @self: the tables
 * @refusal: (transfer full) (nullable): why no new task is taken
 *
 * Has them say so.
 */
void
hw_memory_tables_set_refusal (HwMemoryTables *self,
                              GError         *refusal)
{
  g_clear_error (&self->refusal);
  self->refusal = refusal;
}
