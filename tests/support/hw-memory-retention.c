/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-memory-tables-private.h"

/* What has been kept for long enough. */

/* What goes in one page of what may go. */
#define EXPIRED_PER_PAGE 2

/* Drops those events of a task that is gone which are older than all others. */
void
hw_memory_tables_drop_events (HwMemoryTables *self,
                              guint64         task_id)
{
  for (guint i = self->events->len; i > 0; i--)
    {
      HwEvent *event = g_ptr_array_index (self->events, i - 1);

      if (hw_event_get_seq (event) < self->first_event && hw_event_get_task_id (event) == task_id)
        g_ptr_array_remove_index (self->events, i - 1);
    }
}

/**
 * hw_memory_tables_forget:
 * @self: the tables
 * @seq: the number of an event
 *
 * Forgets all events up to one, as retention does.
 */
void
hw_memory_tables_forget (HwMemoryTables *self,
                         guint64         seq)
{
  while (self->events->len > 0 && hw_event_get_seq (g_ptr_array_index (self->events, 0)) <= seq)
    g_ptr_array_remove_index (self->events, 0);
  self->first_event = MAX (self->first_event, seq + 1);
  self->has_holes = TRUE;
}

static gboolean
has_expired (HwTask              *task,
             const HwStoreLimits *limits,
             gint64               now)
{
  GVariant *ended_at = hw_task_get_field (task, HW_TASK_FIELD_ENDED_AT);

  return limits->max_age > 0 && ended_at != NULL &&
         g_variant_get_int64 (ended_at) <= now - limits->max_age;
}

/**
 * hw_memory_tables_list_expired:
 * @self: the tables
 * @limits: what is to be kept
 * @now: what time it is
 *
 * Lists what may go, two at most: or a round would never have several pages.
 *
 * Returns: (transfer full): the tasks, by number
 */
HwTaskPage *
hw_memory_tables_list_expired (HwMemoryTables      *self,
                               const HwStoreLimits *limits,
                               gint64               now)
{
  const HwTaskFilter all = { .limit = 0 };
  g_autoptr(HwTaskPage) tasks = hw_memory_tables_list (self, &all);
  g_autoptr(GHashTable) n_of_type = g_hash_table_new (g_str_hash, g_str_equal);
  HwTaskPage *page = hw_task_page_new ();

  for (guint i = 0; i < tasks->tasks->len; i++)
    {
      HwTask *task = g_ptr_array_index (tasks->tasks, i);
      const char *type = hw_task_get_string (task, HW_TASK_FIELD_TYPE);
      guint n_newer = GPOINTER_TO_UINT (g_hash_table_lookup (n_of_type, type));

      if (!hw_task_state_is_final (hw_task_get_state (task)))
        continue;

      g_hash_table_insert (n_of_type, (gpointer) type, GUINT_TO_POINTER (n_newer + 1));
      if (has_expired (task, limits, now) ||
          (limits->max_tasks > 0 && n_newer >= limits->max_tasks))
        g_ptr_array_insert (page->tasks, 0, g_object_ref (task));
    }

  if (page->tasks->len > EXPIRED_PER_PAGE)
    {
      g_ptr_array_set_size (page->tasks, EXPIRED_PER_PAGE);
      page->next = hw_task_get_id (g_ptr_array_index (page->tasks, EXPIRED_PER_PAGE - 1));
    }

  return page;
}

/**
 * hw_memory_tables_trim:
 * @self: the tables
 * @limits: what is to be kept
 * @now: what time it is
 * @has_more: (out): whether there is more to do
 *
 * Removes one event that is too old, unless its task is there.
 *
 * Returns: (transfer full): no events
 */
GPtrArray *
hw_memory_tables_trim (HwMemoryTables      *self,
                       const HwStoreLimits *limits,
                       gint64               now,
                       gboolean            *has_more)
{
  *has_more = FALSE;
  for (guint i = 0; i < self->events->len; i++)
    {
      HwEvent *event = g_ptr_array_index (self->events, i);
      guint64 seq = hw_event_get_seq (event);

      if (seq < self->first_event)
        continue;

      *has_more = (limits->max_age > 0 && hw_event_get_time (event) <= now - limits->max_age) ||
                  (limits->max_events > 0 && seq + limits->max_events <= self->head);
      if (!*has_more)
        break;

      self->first_event = seq + 1;
      if (hw_memory_tables_lookup (self, hw_event_get_task_id (event)) == NULL)
        g_ptr_array_remove_index (self->events, i);
      break;
    }

  return g_ptr_array_new_with_free_func ((GDestroyNotify) hw_event_unref);
}
