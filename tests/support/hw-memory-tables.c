/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-memory-tables-private.h"

#include "hw-error.h"
#include "hw-scheduling.h"
#include "hw-task-key.h"
#include "hw-task-private.h"

#include <string.h>

/* What a request with a key came to. */
typedef struct
{
  char *digest;      /* (owned) */
  gint64 at;
  GPtrArray *events; /* (owned) (element-type HwEvent) */
} Keyed;

static void
keyed_free (Keyed *keyed)
{
  g_free (keyed->digest);
  g_ptr_array_unref (keyed->events);
  g_free (keyed);
}

/* What one request changes, before it counts. */
typedef struct
{
  HwMemoryTables *tables;
  guint64 last_task;
  guint64 head;
  GHashTable *tasks;   /* (owned) task id → HwTask (owned) */
  GHashTable *removed; /* (owned) task ids */
  GPtrArray *events;   /* (owned) (element-type HwEvent) */
} Transaction;

static void
transaction_clear (Transaction *self)
{
  g_clear_pointer (&self->tasks, g_hash_table_unref);
  g_clear_pointer (&self->removed, g_hash_table_unref);
  g_clear_pointer (&self->events, g_ptr_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Transaction, transaction_clear)

static GHashTable *
tasks_new (void)
{
  return g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_object_unref);
}

static GPtrArray *
events_new (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) hw_event_unref);
}

/* @task is (transfer full). */
static void
put_task (GHashTable *tasks,
          HwTask     *task)
{
  guint64 task_id = hw_task_get_id (task);

  g_hash_table_replace (tasks, g_memdup2 (&task_id, sizeof (task_id)), task);
}

static void
transaction_begin (Transaction    *self,
                   HwMemoryTables *tables)
{
  self->tables = tables;
  self->last_task = tables->last_task;
  self->head = tables->head;
  self->tasks = tasks_new ();
  self->removed = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  self->events = events_new ();
}

/* An event that is read holds nothing that nobody may see. */
static HwEvent *
event_strip (HwEvent *event)
{
  const HwEventOrigin origin = {
    .epoch = hw_event_get_epoch (event),
    .task_id = hw_event_get_task_id (event),
    .last_task_id = hw_event_get_last_task_id (event),
    .attempt = hw_event_get_attempt (event),
    .type = hw_event_get_task_type (event),
    .group = hw_event_get_group (event),
    .owner = hw_event_get_owner (event),
    .actor = hw_event_get_actor (event),
    .at = hw_event_get_time (event),
  };

  return hw_event_new (hw_event_get_kind (event), &origin, hw_event_get_seq (event),
                       hw_event_get_fields (event) != NULL
                       ? hw_task_fields_ref (hw_event_get_fields (event)) : NULL);
}

/* Makes everything count. Gives the events. */
static GPtrArray *
transaction_commit (Transaction *self)
{
  HwMemoryTables *tables = self->tables;
  GHashTableIter iter;
  gpointer task;
  gpointer task_id;

  g_hash_table_iter_init (&iter, self->tasks);
  while (g_hash_table_iter_next (&iter, NULL, &task))
    put_task (tables->tasks, g_object_ref (task));
  g_hash_table_iter_init (&iter, self->removed);
  while (g_hash_table_iter_next (&iter, &task_id, NULL))
    {
      g_hash_table_remove (tables->tasks, task_id);
      hw_memory_tables_drop_events (tables, *(guint64 *) task_id);
    }

  for (guint i = 0; i < self->events->len; i++)
    {
      hw_ever_counts_take (&tables->ever, g_ptr_array_index (self->events, i));
      g_ptr_array_add (tables->events, event_strip (g_ptr_array_index (self->events, i)));
    }
  tables->last_task = self->last_task;
  tables->head = self->head;

  return g_ptr_array_ref (self->events);
}

/* Gets a task to be changed: its copy of this transaction. */
static HwTask *
transaction_get_task (Transaction *self,
                      guint64      task_id)
{
  HwTask *task = g_hash_table_lookup (self->tasks, &task_id);

  if (g_hash_table_contains (self->removed, &task_id))
    return NULL;
  if (task != NULL)
    return task;

  task = g_hash_table_lookup (self->tables->tasks, &task_id);
  if (task == NULL)
    return NULL;

  task = hw_task_copy (task);
  put_task (self->tasks, task);

  return task;
}

/* Tells of a change of @task, and makes it. */
static void
transaction_change (Transaction  *self,
                    HwTask       *task,
                    HwEventKind   kind,
                    guint         attempt,
                    const char   *actor,
                    gint64        at,
                    HwTaskFields *fields)
{
  const HwEventOrigin origin = {
    .epoch = self->tables->epoch,
    .task_id = hw_task_get_id (task),
    .attempt = attempt,
    .type = hw_task_get_string (task, HW_TASK_FIELD_TYPE),
    .group = hw_task_get_string (task, HW_TASK_FIELD_GROUP),
    .owner = hw_task_get_string (task, HW_TASK_FIELD_OWNER),
    .actor = actor,
    .at = at,
  };
  HwEvent *event = hw_event_new (kind, &origin, ++self->head, fields);

  hw_task_apply (task, event);
  g_ptr_array_add (self->events, event);
}

static void
transaction_claim (Transaction *self,
                   HwTask      *task,
                   const char  *node,
                   gint64       at)
{
  guint attempt = hw_task_get_attempt (task) + 1;
  HwTaskFields *fields = hw_task_fields_new ();

  hw_task_fields_set_state (fields, HW_TASK_STATE_PROCESSING);
  hw_task_fields_set_number (fields, HW_TASK_FIELD_ATTEMPT, attempt);
  hw_task_fields_set_number (fields, HW_TASK_FIELD_STARTED_AT, at);
  transaction_change (self, task, HW_EVENT_KIND_STATE, attempt, node, at, fields);
}

static void
transaction_add (Transaction    *self,
                 const HwChange *change)
{
  HwTask *task = hw_task_new (++self->last_task, 0, hw_task_fields_ref (change->fields));

  put_task (self->tasks, task);
  transaction_change (self, task, HW_EVENT_KIND_ADDED, hw_task_get_attempt (task),
                      change->actor, change->at,
                      hw_task_fields_ref (change->fields));
  if (change->node != NULL)
    transaction_claim (self, task, change->node, change->at);
}

/* Whether the state that a change sets ever follows the one that it needs. */
static gboolean
check_transition (const HwChange *change,
                  GError        **error)
{
  HwTaskState to;

  if (hw_task_fields_get_state (change->fields, &to) &&
      hw_task_state_get_transition (change->from, to) != HW_TRANSITION_NONE)
    return TRUE;

  g_set_error (error, HW_ERROR, HW_ERROR_WRONG_STATE,
               "Task %" G_GUINT64_FORMAT " cannot become %s while it is %s.", change->task_id,
               hw_task_fields_get_string (change->fields, HW_TASK_FIELD_STATE),
               hw_task_state_to_string (change->from));

  return FALSE;
}

static gboolean
are_alike (HwTask *a,
           HwTask *b)
{
  static const HwTaskField fields[] = {
    HW_TASK_FIELD_TYPE, HW_TASK_FIELD_GROUP, HW_TASK_FIELD_OWNER,
  };

  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    if (g_strcmp0 (hw_task_get_string (a, fields[i]), hw_task_get_string (b, fields[i])) != 0)
      return FALSE;

  return TRUE;
}

/* A task that goes counts as one that is there no more in this transaction. */
static gboolean
transaction_remove (Transaction    *self,
                    const HwChange *change,
                    GError        **error)
{
  HwTask *first = NULL;
  HwEventOrigin origin = { .epoch = self->tables->epoch, .task_id = change->task_id,
                           .last_task_id = change->last_task_id, .actor = change->actor,
                           .at = change->at };

  for (guint64 id = change->task_id; id <= change->last_task_id; id++)
    {
      HwTask *task = transaction_get_task (self, id);

      if (task == NULL)
        continue;
      if (first == NULL)
        first = task;
      if (!hw_task_state_is_final (hw_task_get_state (task)) || !are_alike (first, task))
        first = NULL;
      if (first == NULL)
        break;
      g_hash_table_add (self->removed, g_memdup2 (&id, sizeof (id)));
    }

  if (first == NULL)
    {
      g_set_error_literal (error, HW_ERROR, HW_ERROR_CONFLICT, "A task changed meanwhile.");
      return FALSE;
    }

  origin.type = hw_task_get_string (first, HW_TASK_FIELD_TYPE);
  origin.group = hw_task_get_string (first, HW_TASK_FIELD_GROUP);
  origin.owner = hw_task_get_string (first, HW_TASK_FIELD_OWNER);
  origin.attempt = hw_task_get_attempt (first);
  g_ptr_array_add (self->events,
                   hw_event_new (HW_EVENT_KIND_REMOVED, &origin, ++self->head, NULL));

  return TRUE;
}

static gboolean
transaction_carry_out (Transaction    *self,
                       const HwChange *change,
                       GError        **error)
{
  gboolean is_state = change->kind == HW_CHANGE_KIND_STATE;
  HwTask *task;

  if (change->kind == HW_CHANGE_KIND_ADD)
    {
      transaction_add (self, change);
      return TRUE;
    }

  if (change->kind == HW_CHANGE_KIND_REMOVE)
    return transaction_remove (self, change, error);

  if (is_state && !check_transition (change, error))
    return FALSE;

  task = transaction_get_task (self, change->task_id);
  if (task == NULL || hw_task_get_state (task) != change->from ||
      (change->attempt != HW_CHANGE_ANY_ATTEMPT &&
       change->attempt != hw_task_get_attempt (task)))
    {
      g_set_error (error, HW_ERROR, HW_ERROR_CONFLICT,
                   "Task %" G_GUINT64_FORMAT " changed meanwhile. Look at it again.",
                   change->task_id);
      return FALSE;
    }

  transaction_change (self, task, is_state ? HW_EVENT_KIND_STATE : HW_EVENT_KIND_MESSAGE,
                      hw_task_get_attempt (task), change->actor, change->at,
                      hw_task_fields_ref (change->fields));

  return TRUE;
}

HwMemoryTables *
hw_memory_tables_new (guint64 epoch)
{
  HwMemoryTables *self = g_new0 (HwMemoryTables, 1);

  self->epoch = epoch;
  self->first_event = 1;
  self->tasks = tasks_new ();
  self->events = events_new ();
  self->keys = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                      (GDestroyNotify) keyed_free);

  return self;
}

void
hw_memory_tables_free (HwMemoryTables *self)
{
  g_clear_pointer (&self->tasks, g_hash_table_unref);
  g_clear_pointer (&self->events, g_ptr_array_unref);
  g_clear_pointer (&self->keys, g_hash_table_unref);
  g_clear_error (&self->refusal);
  g_free (self);
}

static GPtrArray *
carry_out (HwMemoryTables *self,
           GPtrArray      *changes,
           GError        **error)
{
  g_auto(Transaction) transaction = { NULL };

  transaction_begin (&transaction, self);
  for (guint i = 0; i < changes->len; i++)
    if (!transaction_carry_out (&transaction, g_ptr_array_index (changes, i), error))
      return NULL;

  return transaction_commit (&transaction);
}

/**
 * hw_memory_tables_commit:
 * @self: the tables
 * @changes: (element-type HwChange): what to change
 * @is_replay: (out): whether the events are those of a former request of the same key
 * @error: return location for an error: %HW_ERROR_CONFLICT, %HW_ERROR_WRONG_STATE
 *
 * Carries out all changes, or none.
 *
 * Returns: (transfer full) (element-type HwEvent): their events, or %NULL
 */
GPtrArray *
hw_memory_tables_commit (HwMemoryTables *self,
                         GPtrArray      *changes,
                         gboolean       *is_replay,
                         GError        **error)
{
  const HwChange *first = g_ptr_array_index (changes, 0);
  g_autofree char *name = NULL;
  GPtrArray *events;
  Keyed *keyed;

  *is_replay = FALSE;
  if (first->key == NULL)
    return carry_out (self, changes, error);

  name = g_strdup_printf ("%s\n%s", first->actor, first->key);
  keyed = g_hash_table_lookup (self->keys, name);
  if (keyed != NULL && keyed->at > first->at - HW_TASK_KEY_LIFETIME)
    {
      *is_replay = TRUE;
      if (g_str_equal (keyed->digest, first->digest))
        return g_ptr_array_ref (keyed->events);

      g_set_error_literal (error, HW_ERROR, HW_ERROR_CONFLICT, "The key is another request's.");
      return NULL;
    }

  events = carry_out (self, changes, error);
  if (events == NULL)
    return NULL;

  keyed = g_new0 (Keyed, 1);
  keyed->digest = g_strdup (first->digest);
  keyed->at = first->at;
  keyed->events = g_ptr_array_ref (events);
  g_hash_table_replace (self->keys, g_steal_pointer (&name), keyed);

  return events;
}

/**
 * hw_memory_tables_claim:
 * @self: the tables
 * @task_ids: (element-type guint64): the tasks to begin
 * @node: whose they are from then on
 * @at: when
 *
 * Begins those of the tasks that are Pending.
 *
 * Returns: (transfer full) (element-type HwEvent): the events of those
 */
GPtrArray *
hw_memory_tables_claim (HwMemoryTables *self,
                        GArray         *task_ids,
                        const char     *node,
                        gint64          at)
{
  g_auto(Transaction) transaction = { NULL };

  transaction_begin (&transaction, self);
  for (guint i = 0; i < task_ids->len; i++)
    {
      HwTask *task = transaction_get_task (&transaction, g_array_index (task_ids, guint64, i));

      if (task != NULL && hw_task_get_state (task) == HW_TASK_STATE_PENDING)
        transaction_claim (&transaction, task, node, at);
    }

  return transaction_commit (&transaction);
}

void
hw_memory_tables_count (HwMemoryTables *self,
                        HwTaskCounts   *counts)
{
  GHashTableIter iter;
  gpointer task;

  *counts = (HwTaskCounts) { .ever = self->ever };
  g_hash_table_iter_init (&iter, self->tasks);
  while (g_hash_table_iter_next (&iter, NULL, &task))
    counts->n_in_state[hw_task_get_state (HW_TASK (task))]++;
}

/**
 * hw_memory_tables_keep_levels:
 * @self: the tables
 * @levels: (element-type HwEvent): how far tasks are
 *
 * Writes down those of tasks that are at these attempts.
 *
 * Returns: (transfer full) (element-type HwEvent): no events
 */
GPtrArray *
hw_memory_tables_keep_levels (HwMemoryTables *self,
                              GPtrArray      *levels)
{
  for (guint i = 0; i < levels->len; i++)
    {
      HwEvent *level = g_ptr_array_index (levels, i);
      HwTask *task = hw_memory_tables_lookup (self, hw_event_get_task_id (level));

      if (task != NULL && hw_task_get_state (task) == HW_TASK_STATE_PROCESSING &&
          hw_task_get_attempt (task) == hw_event_get_attempt (level))
        {
          HwTask *changed = hw_task_copy (task);

          hw_task_apply (changed, level);
          put_task (self->tasks, changed);
        }
    }

  return events_new ();
}

/**
 * hw_memory_tables_lookup:
 * @self: the tables
 * @task_id: a task
 *
 * Looks a task up.
 *
 * Returns: (transfer none) (nullable): the task, which changes
 */
HwTask *
hw_memory_tables_lookup (HwMemoryTables *self,
                         guint64         task_id)
{
  return g_hash_table_lookup (self->tasks, &task_id);
}

static gboolean
filter_takes (const HwTaskFilter *filter,
              HwTask             *task)
{
  if (filter->has_state && hw_task_get_state (task) != filter->state)
    return FALSE;

  if (filter->is_live && hw_task_state_is_final (hw_task_get_state (task)))
    return FALSE;

  if (filter->type != NULL &&
      g_strcmp0 (filter->type, hw_task_get_string (task, HW_TASK_FIELD_TYPE)) != 0)
    return FALSE;

  if (filter->owner != NULL &&
      g_strcmp0 (filter->owner, hw_task_get_string (task, HW_TASK_FIELD_OWNER)) != 0)
    return FALSE;

  if (filter->text != NULL &&
      strstr (hw_task_get_string (task, HW_TASK_FIELD_TITLE), filter->text) == NULL)
    return FALSE;

  return filter->before == 0 || hw_task_get_id (task) < filter->before;
}

/* Copies of the tasks that @filter takes, in the order of @compare. */
static HwTaskPage *
make_page (HwMemoryTables     *self,
           const HwTaskFilter *filter,
           GCompareFunc        compare)
{
  HwTaskPage *page = hw_task_page_new ();
  GHashTableIter iter;
  gpointer task;

  g_hash_table_iter_init (&iter, self->tasks);
  while (g_hash_table_iter_next (&iter, NULL, &task))
    if (filter_takes (filter, task))
      g_ptr_array_add (page->tasks, hw_task_copy (task));
  g_ptr_array_sort (page->tasks, compare);

  if (filter->limit > 0 && page->tasks->len > filter->limit)
    {
      g_ptr_array_set_size (page->tasks, (int) filter->limit);
      page->next = hw_task_get_id (g_ptr_array_index (page->tasks, filter->limit - 1));
    }
  page->seq = self->head;

  return page;
}

static int
compare_newest_first (gconstpointer a,
                      gconstpointer b)
{
  guint64 first = hw_task_get_id (*(HwTask **) a);
  guint64 second = hw_task_get_id (*(HwTask **) b);

  return first > second ? -1 : first < second;
}

static int
compare_by_schedule (gconstpointer a,
                     gconstpointer b)
{
  HwTask *first = *(HwTask **) a;
  HwTask *second = *(HwTask **) b;

  return hw_scheduling_compare (&(HwCandidate) { hw_task_get_id (first),
                                                 hw_task_get_priority (first) },
                                &(HwCandidate) { hw_task_get_id (second),
                                                 hw_task_get_priority (second) });
}

/**
 * hw_memory_tables_list:
 * @self: the tables
 * @filter: which tasks
 *
 * Lists tasks, newest first.
 *
 * Returns: (transfer full): copies
 */
HwTaskPage *
hw_memory_tables_list (HwMemoryTables     *self,
                       const HwTaskFilter *filter)
{
  return make_page (self, filter, compare_newest_first);
}

/**
 * hw_memory_tables_list_candidates:
 * @self: the tables
 * @limit: how many at most
 *
 * Lists the Pending tasks that come first.
 *
 * Returns: (transfer full): copies
 */
HwTaskPage *
hw_memory_tables_list_candidates (HwMemoryTables *self,
                                  guint           limit)
{
  const HwTaskFilter filter = {
    .has_state = TRUE, .state = HW_TASK_STATE_PENDING, .limit = limit
  };

  return make_page (self, &filter, compare_by_schedule);
}

/**
 * hw_memory_tables_read:
 * @self: the tables
 * @query: which ones
 *
 * Reads events.
 *
 * Returns: (transfer full): a page of them
 */
HwEventPage *
hw_memory_tables_read (HwMemoryTables     *self,
                       const HwEventQuery *query)
{
  HwEventPage *page = hw_event_page_new ();
  gsize enough = query->n_bytes != 0 ? query->n_bytes : G_MAXSIZE;
  gsize total = 0;

  page->head = self->head;
  for (guint i = 0;
       i < self->events->len && page->events->len < query->limit && total < enough;
       i++)
    {
      HwEvent *event = g_ptr_array_index (self->events, i);

      if (hw_event_get_seq (event) <= query->after ||
          (query->task_id != 0 && hw_event_get_task_id (event) != query->task_id))
        continue;

      g_ptr_array_add (page->events, hw_event_ref (event));
      if (hw_event_get_changes (event) != NULL)
        total += g_variant_get_size (hw_event_get_changes (event));
    }

  if (page->events->len > 0 && (page->events->len == query->limit || total >= enough))
    page->head = hw_event_get_seq (g_ptr_array_index (page->events, page->events->len - 1));
  if (self->head > 0)
    page->oldest = hw_memory_tables_lookup (self, query->task_id) != NULL && !self->has_holes
                     ? 1 : self->first_event;

  return page;
}
