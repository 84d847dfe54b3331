/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-memory-store.h"

#include "hw-error.h"
#include "hw-memory-tables-private.h"

#define EPOCH 4711

/* A write that waits for its turn, and then for its answer. */
typedef struct
{
  HwMemoryStoreVerb verb;
  GTask *gtask;       /* (owned) */
  GPtrArray *changes; /* (owned) (nullable), or levels */
  GArray *task_ids;   /* (owned) (nullable) */
  char *node;         /* (owned) (nullable) */
  gint64 at;
  HwStoreLimits limits;

  gboolean has_more;
  GPtrArray *events; /* (owned) (nullable) */
  GError *error;     /* (owned) (nullable) */
} Write;

/* A read, which was done when it was asked for, and waits for its answer. */
typedef struct
{
  GTask *gtask;  /* (owned) */
  gpointer page; /* (owned) (nullable) */
  GDestroyNotify free_page;
  GError *error; /* (owned) (nullable) */
} Read;

/**
 * HwMemoryStore:
 *
 * A store that forgets everything when it is dropped, and is otherwise as strict as
 * one on a disk: preconditions hold, a request is carried out as a whole or not at
 * all, what waits together is written together and told before anyone is answered.
 *
 * A test can make it slow, let it fail, and look into it.
 */
struct _HwMemoryStore
{
  GObject parent_instance;

  HwMemoryTables *tables; /* (owned) */
  guint64 start;
  gboolean was_closed;
  guint page_limit;

  GQueue writes;  /* (element-type Write) (owned) */
  GQueue answers; /* (element-type Write) (owned) */
  GQueue reads;   /* (element-type Read) (owned) */
  guint turn_id;

  HwMemoryStoreHold hold;
  guint n_calls[HW_N_MEMORY_STORE_VERBS];
  guint n_failures[HW_N_MEMORY_STORE_VERBS];
};

static void hw_memory_store_iface_init (HwStoreInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (HwMemoryStore, hw_memory_store, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (HW_TYPE_STORE, hw_memory_store_iface_init))

static void
write_free (Write *write)
{
  g_clear_object (&write->gtask);
  g_clear_pointer (&write->changes, g_ptr_array_unref);
  g_clear_pointer (&write->task_ids, g_array_unref);
  g_clear_pointer (&write->node, g_free);
  g_clear_pointer (&write->events, g_ptr_array_unref);
  g_clear_error (&write->error);
  g_free (write);
}

static gboolean
hw_memory_store_must_fail (HwMemoryStore    *self,
                           HwMemoryStoreVerb verb,
                           GError          **error)
{
  if (self->n_failures[verb] == 0)
    return FALSE;

  self->n_failures[verb]--;
  g_set_error_literal (error, HW_ERROR, HW_ERROR_FAILED, "The disk is full.");

  return TRUE;
}

static void
hw_memory_store_answer_reads (HwMemoryStore *self)
{
  GQueue reads = self->reads;
  Read *read;

  g_queue_init (&self->reads);
  while ((read = g_queue_pop_head (&reads)) != NULL)
    {
      if (read->error != NULL)
        g_task_return_error (read->gtask, read->error);
      else
        g_task_return_pointer (read->gtask, read->page, read->free_page);
      g_object_unref (read->gtask);
      g_free (read);
    }
}

static void
hw_memory_store_answer_writes (HwMemoryStore *self)
{
  GQueue answers = self->answers;
  Write *write;

  g_queue_init (&self->answers);
  while ((write = g_queue_pop_head (&answers)) != NULL)
    {
      if (write->error != NULL)
        g_task_return_error (write->gtask, g_steal_pointer (&write->error));
      else if (write->verb == HW_MEMORY_STORE_FORGET)
        g_task_return_int (write->gtask, write->has_more);
      else
        g_task_return_pointer (write->gtask, g_steal_pointer (&write->events),
                               (GDestroyNotify) g_ptr_array_unref);
      write_free (write);
    }
}

/* All that waits is one transaction, as with group commit, and told at once. */
static void
hw_memory_store_carry_out_writes (HwMemoryStore *self)
{
  g_autoptr(GPtrArray) events = g_ptr_array_new ();
  Write *write;

  while ((write = g_queue_pop_head (&self->writes)) != NULL)
    {
      gboolean is_replay = FALSE;

      g_queue_push_tail (&self->answers, write);
      if (hw_memory_store_must_fail (self, write->verb, &write->error))
        continue;

      if (write->verb == HW_MEMORY_STORE_COMMIT)
        write->events = hw_memory_tables_commit (self->tables, write->changes, &is_replay,
                                                 &write->error);
      else if (write->verb == HW_MEMORY_STORE_KEEP_LEVELS)
        write->events = hw_memory_tables_keep_levels (self->tables, write->changes);
      else if (write->verb == HW_MEMORY_STORE_FORGET)
        write->events = hw_memory_tables_trim (self->tables, &write->limits, write->at,
                                               &write->has_more);
      else
        write->events = hw_memory_tables_claim (self->tables, write->task_ids, write->node,
                                                write->at);
      for (guint i = 0; !is_replay && write->events != NULL && i < write->events->len; i++)
        g_ptr_array_add (events, g_ptr_array_index (write->events, i));
    }

  if (events->len > 0)
    hw_store_emit_committed (HW_STORE (self), events);
}

static gboolean
on_turn (gpointer user_data)
{
  g_autoptr(HwMemoryStore) self = g_object_ref (HW_MEMORY_STORE (user_data));

  self->turn_id = 0;
  if ((self->hold & HW_MEMORY_STORE_HOLD_READS) == 0)
    hw_memory_store_answer_reads (self);
  if ((self->hold & HW_MEMORY_STORE_HOLD_WRITES) == 0)
    hw_memory_store_carry_out_writes (self);
  if ((self->hold & HW_MEMORY_STORE_HOLD_ANSWERS) == 0)
    hw_memory_store_answer_writes (self);

  return G_SOURCE_REMOVE;
}

static void
hw_memory_store_take_turn (HwMemoryStore *self)
{
  if (self->turn_id == 0)
    self->turn_id = g_idle_add_full (G_PRIORITY_DEFAULT, on_turn, self, NULL);
}

static guint64
hw_memory_store_get_epoch (HwStore *store)
{
  return EPOCH;
}

static guint64
hw_memory_store_get_start (HwStore *store)
{
  return HW_MEMORY_STORE (store)->start;
}

static gboolean
hw_memory_store_was_closed (HwStore *store)
{
  return HW_MEMORY_STORE (store)->was_closed;
}

static Write *
hw_memory_store_add_write (HwMemoryStore      *self,
                           HwMemoryStoreVerb   verb,
                           GCancellable       *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer            user_data)
{
  Write *write = g_new0 (Write, 1);

  write->verb = verb;
  write->gtask = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (write->gtask, hw_memory_store_add_write);
  g_queue_push_tail (&self->writes, write);
  self->n_calls[verb]++;
  hw_memory_store_take_turn (self);

  return write;
}

static void
hw_memory_store_commit_async (HwStore            *store,
                              GPtrArray          *changes,
                              GCancellable       *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer            user_data)
{
  Write *write = hw_memory_store_add_write (HW_MEMORY_STORE (store), HW_MEMORY_STORE_COMMIT,
                                            cancellable, callback, user_data);

  write->changes = g_ptr_array_ref (changes);
}

static void
hw_memory_store_claim_async (HwStore            *store,
                             GArray             *task_ids,
                             const char         *node,
                             gint64              at,
                             GCancellable       *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer            user_data)
{
  Write *write = hw_memory_store_add_write (HW_MEMORY_STORE (store), HW_MEMORY_STORE_CLAIM,
                                            cancellable, callback, user_data);

  write->task_ids = g_array_copy (task_ids);
  write->node = g_strdup (node);
  write->at = at;
}

static void
hw_memory_store_forget_async (HwStore             *store,
                              const HwStoreLimits *limits,
                              gint64               now,
                              GCancellable        *cancellable,
                              GAsyncReadyCallback  callback,
                              gpointer             user_data)
{
  Write *write = hw_memory_store_add_write (HW_MEMORY_STORE (store), HW_MEMORY_STORE_FORGET,
                                            cancellable, callback, user_data);

  write->limits = *limits;
  write->at = now;
}

static gboolean
hw_memory_store_forget_finish (HwStore      *store,
                               GAsyncResult *result,
                               gboolean     *has_more,
                               GError      **error)
{
  gssize answer;

  g_return_val_if_fail (g_task_is_valid (result, store), FALSE);

  answer = g_task_propagate_int (G_TASK (result), error);
  *has_more = answer > 0;

  return answer >= 0;
}

static void
hw_memory_store_keep_levels_async (HwStore            *store,
                                   GPtrArray          *levels,
                                   GCancellable       *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer            user_data)
{
  Write *write = hw_memory_store_add_write (HW_MEMORY_STORE (store), HW_MEMORY_STORE_KEEP_LEVELS,
                                            cancellable, callback, user_data);

  write->changes = g_ptr_array_ref (levels);
}

static gboolean
hw_memory_store_keep_levels_finish (HwStore      *store,
                                    GAsyncResult *result,
                                    GError      **error)
{
  g_autoptr(GPtrArray) events = NULL;

  g_return_val_if_fail (g_task_is_valid (result, store), FALSE);

  events = g_task_propagate_pointer (G_TASK (result), error);

  return events != NULL;
}

static Read *
hw_memory_store_add_read (HwMemoryStore      *self,
                          HwMemoryStoreVerb   verb,
                          GCancellable       *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer            user_data)
{
  Read *read = g_new0 (Read, 1);

  read->gtask = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (read->gtask, hw_memory_store_add_read);
  g_queue_push_tail (&self->reads, read);
  self->n_calls[verb]++;
  hw_memory_store_must_fail (self, verb, &read->error);
  hw_memory_store_take_turn (self);

  return read;
}

/* @page is (transfer full). */
static void
read_take_tasks (Read       *read,
                 HwTaskPage *page)
{
  if (read->error != NULL)
    {
      hw_task_page_free (page);
      return;
    }

  read->page = page;
  read->free_page = (GDestroyNotify) hw_task_page_free;
}

static void
hw_memory_store_list_candidates_async (HwStore            *store,
                                       guint               limit,
                                       GCancellable       *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer            user_data)
{
  HwMemoryStore *self = HW_MEMORY_STORE (store);

  read_take_tasks (hw_memory_store_add_read (self, HW_MEMORY_STORE_LIST_CANDIDATES, cancellable,
                                             callback, user_data),
                   hw_memory_tables_list_candidates (self->tables, limit));
}

static void
hw_memory_store_list_open_async (HwStore            *store,
                                 GCancellable       *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer            user_data)
{
  HwMemoryStore *self = HW_MEMORY_STORE (store);
  const HwTaskFilter processing = { .has_state = TRUE, .state = HW_TASK_STATE_PROCESSING };
  HwTaskPage *page = hw_memory_tables_list (self->tables, &processing);

  hw_memory_tables_count (self->tables, &page->counts);
  read_take_tasks (hw_memory_store_add_read (self, HW_MEMORY_STORE_LIST_OPEN, cancellable,
                                             callback, user_data),
                   page);
}

static void
hw_memory_store_survey_async (HwStore            *store,
                              GCancellable       *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer            user_data)
{
  HwMemoryStore *self = HW_MEMORY_STORE (store);
  Read *read = hw_memory_store_add_read (self, HW_MEMORY_STORE_SURVEY, cancellable, callback,
                                         user_data);

  if (read->error != NULL)
    return;

  read->page = hw_memory_tables_survey (self->tables);
  read->free_page = (GDestroyNotify) hw_store_survey_free;
}

static void
hw_memory_store_list_expired_async (HwStore             *store,
                                    const HwStoreLimits *limits,
                                    gint64               now,
                                    GCancellable        *cancellable,
                                    GAsyncReadyCallback  callback,
                                    gpointer             user_data)
{
  HwMemoryStore *self = HW_MEMORY_STORE (store);

  read_take_tasks (hw_memory_store_add_read (self, HW_MEMORY_STORE_LIST_EXPIRED, cancellable,
                                             callback, user_data),
                   hw_memory_tables_list_expired (self->tables, limits, now));
}

static void
hw_memory_store_list_async (HwStore            *store,
                            const HwTaskFilter *filter,
                            GCancellable       *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer            user_data)
{
  HwMemoryStore *self = HW_MEMORY_STORE (store);

  read_take_tasks (hw_memory_store_add_read (self, HW_MEMORY_STORE_LIST, cancellable, callback,
                                             user_data),
                   hw_memory_tables_list (self->tables, filter));
}

static void
hw_memory_store_get_task_async (HwStore            *store,
                                guint64             task_id,
                                GCancellable       *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer            user_data)
{
  HwMemoryStore *self = HW_MEMORY_STORE (store);
  Read *read = hw_memory_store_add_read (self, HW_MEMORY_STORE_GET_TASK, cancellable, callback,
                                         user_data);
  HwTask *task = hw_memory_tables_lookup (self->tables, task_id);

  if (read->error != NULL)
    return;

  if (task == NULL)
    {
      read->error = g_error_new (HW_ERROR, HW_ERROR_NOT_FOUND, "There is no such task.");
      return;
    }

  read->page = hw_task_copy (task);
  read->free_page = g_object_unref;
}

static void
hw_memory_store_read_events_async (HwStore            *store,
                                   const HwEventQuery *query,
                                   GCancellable       *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer            user_data)
{
  HwMemoryStore *self = HW_MEMORY_STORE (store);
  Read *read = hw_memory_store_add_read (self, HW_MEMORY_STORE_READ_EVENTS, cancellable, callback,
                                         user_data);
  HwEventQuery wanted = *query;

  if (read->error != NULL)
    return;

  wanted.limit = MIN (query->limit, self->page_limit);
  read->page = hw_memory_tables_read (self->tables, &wanted);
  read->free_page = (GDestroyNotify) hw_event_page_free;
}

static gpointer
hw_memory_store_finish (HwStore      *store,
                        GAsyncResult *result,
                        GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, store), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

static GPtrArray *
hw_memory_store_write_finish (HwStore      *store,
                              GAsyncResult *result,
                              GError      **error)
{
  return hw_memory_store_finish (store, result, error);
}

static HwStoreSurvey *
hw_memory_store_survey_finish (HwStore      *store,
                               GAsyncResult *result,
                               GError      **error)
{
  return hw_memory_store_finish (store, result, error);
}

static HwTaskPage *
hw_memory_store_list_finish (HwStore      *store,
                             GAsyncResult *result,
                             GError      **error)
{
  return hw_memory_store_finish (store, result, error);
}

static HwTask *
hw_memory_store_get_task_finish (HwStore      *store,
                                 GAsyncResult *result,
                                 GError      **error)
{
  return hw_memory_store_finish (store, result, error);
}

static HwEventPage *
hw_memory_store_read_events_finish (HwStore      *store,
                                    GAsyncResult *result,
                                    GError      **error)
{
  return hw_memory_store_finish (store, result, error);
}

static void
hw_memory_store_iface_init (HwStoreInterface *iface)
{
  iface->get_epoch = hw_memory_store_get_epoch;
  iface->get_start = hw_memory_store_get_start;
  iface->was_closed = hw_memory_store_was_closed;
  iface->commit_async = hw_memory_store_commit_async;
  iface->commit_finish = hw_memory_store_write_finish;
  iface->claim_async = hw_memory_store_claim_async;
  iface->claim_finish = hw_memory_store_write_finish;
  iface->list_candidates_async = hw_memory_store_list_candidates_async;
  iface->list_open_async = hw_memory_store_list_open_async;
  iface->list_async = hw_memory_store_list_async;
  iface->list_expired_async = hw_memory_store_list_expired_async;
  iface->keep_levels_async = hw_memory_store_keep_levels_async;
  iface->keep_levels_finish = hw_memory_store_keep_levels_finish;
  iface->forget_async = hw_memory_store_forget_async;
  iface->forget_finish = hw_memory_store_forget_finish;
  iface->survey_async = hw_memory_store_survey_async;
  iface->survey_finish = hw_memory_store_survey_finish;
  iface->list_finish = hw_memory_store_list_finish;
  iface->get_task_async = hw_memory_store_get_task_async;
  iface->get_task_finish = hw_memory_store_get_task_finish;
  iface->read_events_async = hw_memory_store_read_events_async;
  iface->read_events_finish = hw_memory_store_read_events_finish;
}

static void
hw_memory_store_finalize (GObject *object)
{
  HwMemoryStore *self = HW_MEMORY_STORE (object);

  /* A request holds the store until it is answered, so none is left. */
  g_clear_handle_id (&self->turn_id, g_source_remove);
  g_clear_pointer (&self->tables, hw_memory_tables_free);

  G_OBJECT_CLASS (hw_memory_store_parent_class)->finalize (object);
}

static void
hw_memory_store_class_init (HwMemoryStoreClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = hw_memory_store_finalize;
}

static void
hw_memory_store_init (HwMemoryStore *self)
{
  self->tables = hw_memory_tables_new (EPOCH);
  self->start = 1;
  self->page_limit = G_MAXUINT;
  g_queue_init (&self->writes);
  g_queue_init (&self->answers);
  g_queue_init (&self->reads);
}

HwMemoryStore *
hw_memory_store_new (void)
{
  return g_object_new (HW_TYPE_MEMORY_STORE, NULL);
}

/**
 * hw_memory_store_restart:
 * @self: a store
 *
 * Counts one more start of a daemon.
 */
void
hw_memory_store_restart (HwMemoryStore *self)
{
  g_return_if_fail (HW_IS_MEMORY_STORE (self));

  self->start++;
}

/**
 * hw_memory_store_set_was_closed:
 * @self: a store
 * @was_closed: whether somebody ended the daemon before
 *
 * Says that the daemon before this one did not die.
 */
void
hw_memory_store_set_was_closed (HwMemoryStore *self,
                                gboolean       was_closed)
{
  g_return_if_fail (HW_IS_MEMORY_STORE (self));

  self->was_closed = was_closed;
}

/**
 * hw_memory_store_hold:
 * @self: a store
 * @what: what to hold back until hw_memory_store_release()
 *
 * Makes the store slow.
 */
void
hw_memory_store_hold (HwMemoryStore    *self,
                      HwMemoryStoreHold what)
{
  g_return_if_fail (HW_IS_MEMORY_STORE (self));

  self->hold = what;
}

void
hw_memory_store_release (HwMemoryStore *self)
{
  g_return_if_fail (HW_IS_MEMORY_STORE (self));

  self->hold = 0;
  hw_memory_store_take_turn (self);
}

/**
 * hw_memory_store_fail_next:
 * @self: a store
 * @verb: what
 * @n_times: how many times
 *
 * Has something fail.
 */
void
hw_memory_store_fail_next (HwMemoryStore    *self,
                           HwMemoryStoreVerb verb,
                           guint             n_times)
{
  g_return_if_fail (HW_IS_MEMORY_STORE (self));

  self->n_failures[verb] = n_times;
}

/**
 * hw_memory_store_set_page_limit:
 * @self: a store
 * @limit: how many events a page has at most, however many are asked for
 *
 * Makes pages of events short, as those of a store are whose events are large.
 */
void
hw_memory_store_set_page_limit (HwMemoryStore *self,
                                guint          limit)
{
  g_return_if_fail (HW_IS_MEMORY_STORE (self));

  self->page_limit = limit;
}

guint
hw_memory_store_get_n_calls (HwMemoryStore    *self,
                             HwMemoryStoreVerb verb)
{
  g_return_val_if_fail (HW_IS_MEMORY_STORE (self), 0);

  return self->n_calls[verb];
}

/**
 * hw_memory_store_get_tables:
 * @self: a store
 *
 * Gets what is on its disk.
 *
 * Returns: (transfer none): the tables
 */
HwMemoryTables *
hw_memory_store_get_tables (HwMemoryStore *self)
{
  g_return_val_if_fail (HW_IS_MEMORY_STORE (self), NULL);

  return self->tables;
}
