/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-memory-store.h"

#include "hw-memory-tables-private.h"

/* What a test sees and does behind the back of whoever uses a store. */

/**
 * hw_memory_store_forget:
 * @self: a store
 * @seq: the number of an event
 *
 * Forgets all events up to one, as retention does.
 */
void
hw_memory_store_forget (HwMemoryStore *self,
                        guint64        seq)
{
  g_return_if_fail (HW_IS_MEMORY_STORE (self));

  hw_memory_tables_forget (hw_memory_store_get_tables (self), seq);
}

guint64
hw_memory_store_get_head (HwMemoryStore *self)
{
  g_autoptr(HwEventPage) page = NULL;

  g_return_val_if_fail (HW_IS_MEMORY_STORE (self), 0);

  page = hw_memory_tables_read (hw_memory_store_get_tables (self),
                                &(HwEventQuery) { .after = G_MAXUINT64 });

  return page->head;
}

/**
 * hw_memory_store_peek_task:
 * @self: a store
 * @task_id: a task
 *
 * Looks at a task as it is on disk.
 *
 * Returns: (transfer none) (nullable): the task
 */
HwTask *
hw_memory_store_peek_task (HwMemoryStore *self,
                           guint64        task_id)
{
  g_return_val_if_fail (HW_IS_MEMORY_STORE (self), NULL);

  return hw_memory_tables_lookup (hw_memory_store_get_tables (self), task_id);
}

/**
 * hw_memory_store_dup_events:
 * @self: a store
 * @task_id: a task, or 0 for all
 *
 * Gets the events that are on disk.
 *
 * Returns: (transfer full) (element-type HwEvent): the events
 */
GPtrArray *
hw_memory_store_dup_events (HwMemoryStore *self,
                            guint64        task_id)
{
  g_autoptr(HwEventPage) page = NULL;

  g_return_val_if_fail (HW_IS_MEMORY_STORE (self), NULL);

  page = hw_memory_tables_read (hw_memory_store_get_tables (self),
                                &(HwEventQuery) { .task_id = task_id, .limit = G_MAXUINT });

  return g_ptr_array_ref (page->events);
}

/**
 * hw_memory_store_commit_now:
 * @self: a store
 * @changes: (element-type HwChange): what to change
 * @error: return location for an error
 *
 * Carries out changes at once, and tells of them: as if another node had made them.
 *
 * Returns: (transfer full) (element-type HwEvent): their events, or %NULL
 */
GPtrArray *
hw_memory_store_commit_now (HwMemoryStore *self,
                            GPtrArray     *changes,
                            GError       **error)
{
  g_autoptr(GPtrArray) events = NULL;
  gboolean is_replay;

  g_return_val_if_fail (HW_IS_MEMORY_STORE (self), NULL);

  events = hw_memory_tables_commit (hw_memory_store_get_tables (self), changes, &is_replay, error);
  if (events != NULL)
    hw_store_emit_committed (HW_STORE (self), events);

  return g_steal_pointer (&events);
}

/**
 * hw_memory_store_set_refusal:
 * @self: a store
 * @refusal: (transfer full) (nullable): why it takes no new task, as it says of itself
 *
 * Has the store say so, whatever it does.
 */
void
hw_memory_store_set_refusal (HwMemoryStore *self,
                             GError        *refusal)
{
  g_return_if_fail (HW_IS_MEMORY_STORE (self));

  hw_memory_tables_set_refusal (hw_memory_store_get_tables (self), refusal);
}
