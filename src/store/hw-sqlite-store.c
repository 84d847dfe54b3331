/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-sqlite-store.h"

#include "hw-db-readers.h"
#include "hw-db-writer.h"
#include "hw-sqlite-opening.h"
#include "hw-sqlite-read.h"

/**
 * HwSqliteStore:
 *
 * A store in one SQLite file: one thread writes, two read, one copies the
 * write-ahead log. It joins them, and lives in the main context itself.
 *
 * An answer is given after the fold: whoever hears of a commit, or of what was read,
 * has heard of all events up to that point by #HwStore::committed.
 */
struct _HwSqliteStore
{
  GObject parent_instance;

  HwSqliteNumbers numbers; /* of which epoch and start are true later on, and the newest task
                            * that was told of, and the newest that we know to be found by its
                            * words */
  HwDbTimes times;         /* how long the writer's transactions took */
  HwDbWriter *writer;      /* (owned) */
  HwDbReaders *readers;    /* (owned) */
  gboolean was_closed;     /* by the daemon before us */
  GError *failure;         /* (owned) (nullable): why nothing can be written any more */
  gboolean is_closed;
};

static void hw_sqlite_store_iface_init (HwStoreInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (HwSqliteStore, hw_sqlite_store, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (HW_TYPE_STORE, hw_sqlite_store_iface_init))

typedef enum
{
  SIGNAL_FAILED,
  N_SIGNALS,
} HwSqliteStoreSignal;

static guint signals[N_SIGNALS];

/* Tasks that a search puts into the index at once before it reads, as others wait for it,
 * and how often: all there are, but for the time after an older database was brought up.
 */
#define MAX_TO_INDEX 5000
#define MAX_INDEX_ROUNDS 8

/* Queries are short: the second thread is there for the one that is not. */
#define N_READERS 2

static guint64
hw_sqlite_store_get_epoch (HwStore *store)
{
  return HW_SQLITE_STORE (store)->numbers.epoch;
}

static guint64
hw_sqlite_store_get_start (HwStore *store)
{
  return HW_SQLITE_STORE (store)->numbers.start;
}

static gboolean
hw_sqlite_store_was_closed (HwStore *store)
{
  return HW_SQLITE_STORE (store)->was_closed;
}

static void
on_committed (GPtrArray *events,
              gpointer   user_data)
{
  HwSqliteStore *self = user_data;

  for (guint i = 0; i < events->len; i++)
    {
      const HwEvent *event = g_ptr_array_index (events, i);

      if (hw_event_get_kind (event) == HW_EVENT_KIND_ADDED)
        self->numbers.last_task = hw_event_get_task_id (event);
    }
  hw_store_emit_committed (HW_STORE (self), events);
  hw_db_readers_set_told (self->readers,
                          hw_event_get_seq (g_ptr_array_index (events, events->len - 1)));
}

static void
on_failed (const GError *error,
           gpointer      user_data)
{
  HwSqliteStore *self = user_data;

  /* The first reason is the reason. */
  if (self->failure != NULL)
    return;

  self->failure = g_error_copy (error);
  g_signal_emit (self, signals[SIGNAL_FAILED], 0, error);
}

/* Answers a request that comes too late. */
static gboolean
return_error_if_closed (HwSqliteStore *self,
                        GTask         *gtask)
{
  if (!self->is_closed)
    return FALSE;

  g_task_return_new_error (gtask, HW_DB_ERROR, HW_DB_ERROR_CLOSED,
                           "The database is closed. Ask again when it is open.");

  return TRUE;
}

/* Takes @gtask, and @write. */
static void
hw_sqlite_store_write (HwSqliteStore *self,
                       GTask         *data,
                       HwSqliteWrite *write)
{
  g_autoptr(GTask) gtask = data;

  g_task_set_task_data (gtask, write, (GDestroyNotify) hw_sqlite_write_free);
  if (!return_error_if_closed (self, gtask))
    hw_db_writer_push (self->writer, g_steal_pointer (&gtask));
}

/* Takes @gtask, whose task data is the query. */
static void
hw_sqlite_store_read (HwSqliteStore *self,
                      GTask         *data,
                      HwDbReadFunc   function,
                      GDestroyNotify free_answer)
{
  g_autoptr(GTask) gtask = data;

  if (!return_error_if_closed (self, gtask))
    hw_db_readers_push (self->readers, g_steal_pointer (&gtask), function, free_answer);
}

static void
hw_sqlite_store_commit_async (HwStore            *store,
                              GPtrArray          *changes,
                              GCancellable       *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer            user_data)
{
  GTask *gtask = g_task_new (store, cancellable, callback, user_data);

  g_task_set_source_tag (gtask, hw_sqlite_store_commit_async);
  hw_sqlite_store_write (HW_SQLITE_STORE (store), gtask, hw_sqlite_write_new_commit (changes));
}

static void
hw_sqlite_store_claim_async (HwStore            *store,
                             GArray             *task_ids,
                             const char         *node,
                             gint64              at,
                             GCancellable       *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer            user_data)
{
  GTask *gtask = g_task_new (store, cancellable, callback, user_data);

  g_task_set_source_tag (gtask, hw_sqlite_store_claim_async);
  hw_sqlite_store_write (HW_SQLITE_STORE (store), gtask,
                         hw_sqlite_write_new_claim (task_ids, node, at));
}

static void
hw_sqlite_store_keep_levels_async (HwStore            *store,
                                   GPtrArray          *levels,
                                   GCancellable       *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer            user_data)
{
  GTask *gtask = g_task_new (store, cancellable, callback, user_data);

  g_task_set_source_tag (gtask, hw_sqlite_store_keep_levels_async);
  hw_sqlite_store_write (HW_SQLITE_STORE (store), gtask, hw_sqlite_write_new_levels (levels));
}

static gboolean
hw_sqlite_store_keep_levels_finish (HwStore      *store,
                                    GAsyncResult *result,
                                    GError      **error)
{
  g_autoptr(GPtrArray) events = NULL;

  g_return_val_if_fail (g_task_is_valid (result, store), FALSE);

  events = g_task_propagate_pointer (G_TASK (result), error);

  return events != NULL;
}

static void
hw_sqlite_store_forget_async (HwStore             *store,
                              const HwStoreLimits *limits,
                              gint64               now,
                              GCancellable        *cancellable,
                              GAsyncReadyCallback  callback,
                              gpointer             user_data)
{
  GTask *gtask = g_task_new (store, cancellable, callback, user_data);

  g_task_set_source_tag (gtask, hw_sqlite_store_forget_async);
  hw_sqlite_store_write (HW_SQLITE_STORE (store), gtask, hw_sqlite_write_new_forget (limits, now));
}

static gboolean
hw_sqlite_store_forget_finish (HwStore      *store,
                               GAsyncResult *result,
                               gboolean     *has_more,
                               GError      **error)
{
  const HwSqliteWrite *write = g_task_get_task_data (G_TASK (result));
  g_autoptr(GPtrArray) events = NULL;

  g_return_val_if_fail (g_task_is_valid (result, store), FALSE);

  *has_more = write->has_more;
  events = g_task_propagate_pointer (G_TASK (result), error);

  return events != NULL;
}

/* Ends each of the operations: all of their answers are pointers. */
static gpointer
hw_sqlite_store_finish (HwStore      *store,
                        GAsyncResult *result,
                        GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, store), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

static GPtrArray *
hw_sqlite_store_write_finish (HwStore      *store,
                              GAsyncResult *result,
                              GError      **error)
{
  return hw_sqlite_store_finish (store, result, error);
}

static void
hw_sqlite_store_list_candidates_async (HwStore            *store,
                                       guint               limit,
                                       GCancellable       *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer            user_data)
{
  GTask *gtask = g_task_new (store, cancellable, callback, user_data);

  g_task_set_source_tag (gtask, hw_sqlite_store_list_candidates_async);
  g_task_set_task_data (gtask, GUINT_TO_POINTER (limit), NULL);
  hw_sqlite_store_read (HW_SQLITE_STORE (store), gtask, hw_sqlite_read_candidates,
                        (GDestroyNotify) hw_task_page_free);
}

static void
hw_sqlite_store_list_expired_async (HwStore             *store,
                                    const HwStoreLimits *limits,
                                    gint64               now,
                                    GCancellable        *cancellable,
                                    GAsyncReadyCallback  callback,
                                    gpointer             user_data)
{
  HwSqliteExpiryQuery query = { .limits = *limits, .now = now };
  GTask *gtask = g_task_new (store, cancellable, callback, user_data);

  g_task_set_source_tag (gtask, hw_sqlite_store_list_expired_async);
  g_task_set_task_data (gtask, g_memdup2 (&query, sizeof (query)), g_free);
  hw_sqlite_store_read (HW_SQLITE_STORE (store), gtask, hw_sqlite_read_expired,
                        (GDestroyNotify) hw_task_page_free);
}

static void
hw_sqlite_store_list_open_async (HwStore            *store,
                                 GCancellable       *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer            user_data)
{
  GTask *gtask = g_task_new (store, cancellable, callback, user_data);

  g_task_set_source_tag (gtask, hw_sqlite_store_list_open_async);
  hw_sqlite_store_read (HW_SQLITE_STORE (store), gtask, hw_sqlite_read_open,
                        (GDestroyNotify) hw_task_page_free);
}

static void
hw_sqlite_store_survey_async (HwStore            *store,
                              GCancellable       *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer            user_data)
{
  GTask *gtask = g_task_new (store, cancellable, callback, user_data);

  g_task_set_source_tag (gtask, hw_sqlite_store_survey_async);
  hw_sqlite_store_read (HW_SQLITE_STORE (store), gtask, hw_sqlite_read_survey,
                        (GDestroyNotify) hw_store_survey_free);
}

static HwStoreSurvey *
hw_sqlite_store_survey_finish (HwStore      *store,
                               GAsyncResult *result,
                               GError      **error)
{
  HwSqliteStore *self = HW_SQLITE_STORE (store);
  HwStoreSurvey *survey = hw_sqlite_store_finish (store, result, error);

  if (survey == NULL)
    return NULL;

  hw_db_times_survey (&self->times, survey);
  if (self->failure != NULL)
    {
      g_clear_error (&survey->refusal);
      survey->refusal = g_error_copy (self->failure);
    }

  return survey;
}

/* A search that waits for the index. */
typedef struct
{
  GTask *gtask; /* (owned) */
  guint64 last_task; /* the newest that it is to find */
  guint n_rounds;
} Search;

static void hw_sqlite_store_index (HwSqliteStore *self,
                                   Search        *search);

static void
on_indexed (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  HwSqliteStore *self = HW_SQLITE_STORE (source);
  Search *search = user_data;
  GError *error = NULL;
  const HwSqliteWrite *write = g_task_get_task_data (G_TASK (result));
  g_autoptr(GPtrArray) events = g_task_propagate_pointer (G_TASK (result), &error);
  g_autoptr(GTask) gtask = NULL;

  if (events != NULL)
    self->numbers.last_indexed = MAX (self->numbers.last_indexed, write->last_indexed);

  if (events != NULL && self->numbers.last_indexed < search->last_task &&
      search->n_rounds < MAX_INDEX_ROUNDS)
    {
      hw_sqlite_store_index (self, search);
      return;
    }

  gtask = g_steal_pointer (&search->gtask);
  g_free (search);
  if (events == NULL)
    g_task_return_error (gtask, error);
  else
    hw_sqlite_store_read (self, g_steal_pointer (&gtask), hw_sqlite_read_list,
                          (GDestroyNotify) hw_task_page_free);
}

/* What was added just now is to be found as well. Takes @search. */
static void
hw_sqlite_store_index (HwSqliteStore *self,
                       Search        *search)
{
  GTask *indexing = g_task_new (self, NULL, on_indexed, search);

  search->n_rounds++;
  g_task_set_source_tag (indexing, hw_sqlite_store_index);
  hw_sqlite_store_write (self, indexing, hw_sqlite_write_new_index (MAX_TO_INDEX));
}

static void
hw_sqlite_store_list_async (HwStore            *store,
                            const HwTaskFilter *filter,
                            GCancellable       *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer            user_data)
{
  HwSqliteStore *self = HW_SQLITE_STORE (store);
  GTask *gtask = g_task_new (store, cancellable, callback, user_data);
  Search *search;

  g_task_set_source_tag (gtask, hw_sqlite_store_list_async);
  g_task_set_task_data (gtask, hw_task_filter_copy (filter),
                        (GDestroyNotify) hw_task_filter_free);

  if (filter->text == NULL || self->numbers.last_indexed >= self->numbers.last_task)
    {
      hw_sqlite_store_read (self, gtask, hw_sqlite_read_list, (GDestroyNotify) hw_task_page_free);
      return;
    }

  search = g_new0 (Search, 1);
  search->gtask = gtask;
  search->last_task = self->numbers.last_task;
  hw_sqlite_store_index (self, search);
}

static HwTaskPage *
hw_sqlite_store_list_finish (HwStore      *store,
                             GAsyncResult *result,
                             GError      **error)
{
  return hw_sqlite_store_finish (store, result, error);
}

static void
hw_sqlite_store_get_task_async (HwStore            *store,
                                guint64             task_id,
                                GCancellable       *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer            user_data)
{
  GTask *gtask = g_task_new (store, cancellable, callback, user_data);

  g_task_set_source_tag (gtask, hw_sqlite_store_get_task_async);
  g_task_set_task_data (gtask, g_memdup2 (&task_id, sizeof (task_id)), g_free);
  hw_sqlite_store_read (HW_SQLITE_STORE (store), gtask, hw_sqlite_read_task, g_object_unref);
}

static HwTask *
hw_sqlite_store_get_task_finish (HwStore      *store,
                                 GAsyncResult *result,
                                 GError      **error)
{
  return hw_sqlite_store_finish (store, result, error);
}

static void
hw_sqlite_store_read_events_async (HwStore            *store,
                                   const HwEventQuery *query,
                                   GCancellable       *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer            user_data)
{
  HwSqliteStore *self = HW_SQLITE_STORE (store);
  HwSqliteEventQuery wanted = { *query, self->numbers.epoch };
  GTask *gtask = g_task_new (store, cancellable, callback, user_data);

  g_task_set_source_tag (gtask, hw_sqlite_store_read_events_async);
  g_task_set_task_data (gtask, g_memdup2 (&wanted, sizeof (wanted)), g_free);
  hw_sqlite_store_read (self, gtask, hw_sqlite_read_events, (GDestroyNotify) hw_event_page_free);
}

static HwEventPage *
hw_sqlite_store_read_events_finish (HwStore      *store,
                                    GAsyncResult *result,
                                    GError      **error)
{
  return hw_sqlite_store_finish (store, result, error);
}

static void
hw_sqlite_store_iface_init (HwStoreInterface *iface)
{
  iface->get_epoch = hw_sqlite_store_get_epoch;
  iface->get_start = hw_sqlite_store_get_start;
  iface->was_closed = hw_sqlite_store_was_closed;
  iface->commit_async = hw_sqlite_store_commit_async;
  iface->commit_finish = hw_sqlite_store_write_finish;
  iface->claim_async = hw_sqlite_store_claim_async;
  iface->claim_finish = hw_sqlite_store_write_finish;
  iface->list_candidates_async = hw_sqlite_store_list_candidates_async;
  iface->list_open_async = hw_sqlite_store_list_open_async;
  iface->list_async = hw_sqlite_store_list_async;
  iface->list_expired_async = hw_sqlite_store_list_expired_async;
  iface->keep_levels_async = hw_sqlite_store_keep_levels_async;
  iface->keep_levels_finish = hw_sqlite_store_keep_levels_finish;
  iface->forget_async = hw_sqlite_store_forget_async;
  iface->forget_finish = hw_sqlite_store_forget_finish;
  iface->survey_async = hw_sqlite_store_survey_async;
  iface->survey_finish = hw_sqlite_store_survey_finish;
  iface->list_finish = hw_sqlite_store_list_finish;
  iface->get_task_async = hw_sqlite_store_get_task_async;
  iface->get_task_finish = hw_sqlite_store_get_task_finish;
  iface->read_events_async = hw_sqlite_store_read_events_async;
  iface->read_events_finish = hw_sqlite_store_read_events_finish;
}

static void
hw_sqlite_store_dispose (GObject *object)
{
  hw_sqlite_store_close (HW_SQLITE_STORE (object));

  G_OBJECT_CLASS (hw_sqlite_store_parent_class)->dispose (object);
}

static void
hw_sqlite_store_finalize (GObject *object)
{
  HwSqliteStore *self = HW_SQLITE_STORE (object);

  g_clear_pointer (&self->writer, hw_db_writer_free);
  g_clear_pointer (&self->readers, hw_db_readers_free);
  g_clear_error (&self->failure);

  G_OBJECT_CLASS (hw_sqlite_store_parent_class)->finalize (object);
}

static void
hw_sqlite_store_class_init (HwSqliteStoreClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = hw_sqlite_store_dispose;
  object_class->finalize = hw_sqlite_store_finalize;

  /**
   * HwSqliteStore::failed:
   * @self: the store
   * @error: a sentence
   *
   * The disk did not take what was written: from now on every change is answered with an
   * error; what was acknowledged before stands. Or the database was found to be damaged.
   * Close the store.
   */
  signals[SIGNAL_FAILED] = g_signal_new ("failed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST,
                                         0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_ERROR);
}

static void
hw_sqlite_store_init (HwSqliteStore *self)
{
  hw_db_times_init (&self->times);
}

/* Nothing is freed: an answer only has to be there. */
static void
forget_answer (gpointer answer)
{
}

static gpointer
read_check (HwDb    *db,
            guint64  seq,
            gpointer query,
            GError **error)
{
  return hw_db_check (db, error) ? query : NULL;
}

static void
on_checked (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  HwSqliteStore *self = HW_SQLITE_STORE (source);
  const char *path = g_task_get_task_data (G_TASK (result));
  g_autoptr(GError) error = NULL;

  if (g_task_propagate_pointer (G_TASK (result), &error) != NULL ||
      !g_error_matches (error, HW_DB_ERROR, HW_DB_ERROR_DAMAGED))
    return;

  g_prefix_error (&error, "In %s: ", path);
  hw_db_writer_abandon (self->writer);
  on_failed (error, self);
}

/* Reads all of the database, beside those who use it: whoever had it before died. */
static void
hw_sqlite_store_check (HwSqliteStore *self,
                       const char    *path)
{
  GTask *gtask = g_task_new (self, NULL, on_checked, NULL);

  g_task_set_source_tag (gtask, hw_sqlite_store_check);
  g_task_set_task_data (gtask, g_strdup (path), g_free);
  hw_sqlite_store_read (self, gtask, read_check, forget_answer);
}

static gboolean
hw_sqlite_store_open (HwSqliteStore *self,
                      const char    *path,
                      GError       **error)
{
  g_autoptr(GPtrArray) connections = g_ptr_array_new_with_free_func ((GDestroyNotify) hw_db_free);
  g_autoptr(HwHighWater) high_water = NULL;
  g_autoptr(HwDb) db = NULL;
  g_autoptr(HwDb) log_db = NULL;
  HwSqliteRest rest;

  db = hw_sqlite_opening_open (path, &self->numbers, &high_water, &rest, error);
  if (db == NULL)
    return FALSE;
  self->was_closed = !rest.has_log;

  log_db = hw_db_open (path, HW_DB_MODE_WRITE, error);
  if (log_db == NULL)
    return FALSE;

  for (guint i = 0; i < N_READERS; i++)
    {
      HwDb *connection = hw_db_open (path, HW_DB_MODE_READ, error);

      if (connection == NULL)
        return FALSE;
      g_ptr_array_add (connections, connection);
    }

  self->readers = hw_db_readers_new (connections, self->numbers.last_event);
  self->writer = hw_db_writer_new (g_steal_pointer (&db),
                                   hw_db_checkpointer_new (g_steal_pointer (&log_db)),
                                   g_steal_pointer (&high_water), &self->numbers, &self->times,
                                   on_committed, self);
  hw_db_writer_set_failed_function (self->writer, on_failed);
  if (rest.is_unchecked)
    hw_sqlite_store_check (self, path);

  return TRUE;
}

/**
 * hw_sqlite_store_new:
 * @path: the database's file
 * @error: return location for an error of %HW_DB_ERROR
 *
 * Opens a database, and makes it if there is none. It waits for the disk: it is for
 * the time before the main loop runs. Another file than a database of ours, or one of
 * a newer version, is refused and left as it is.
 *
 * Returns: (transfer full): a store, or %NULL
 */
HwStore *
hw_sqlite_store_new (const char *path,
                     GError    **error)
{
  g_autoptr(HwSqliteStore) self = NULL;

  g_return_val_if_fail (path != NULL, NULL);

  self = g_object_new (HW_TYPE_SQLITE_STORE, NULL);
  if (!hw_sqlite_store_open (self, path, error))
    return NULL;

  return HW_STORE (g_steal_pointer (&self));
}

/**
 * hw_sqlite_store_close:
 * @self: a store
 *
 * Writes what waits to be written, and ends the threads: it waits for the disk. All
 * requests have their answer when this returns; those that read may have got
 * %HW_DB_ERROR_CLOSED, as do all that come later.
 */
void
hw_sqlite_store_close (HwSqliteStore *self)
{
  g_return_if_fail (HW_IS_SQLITE_STORE (self));

  if (self->is_closed)
    return;

  self->is_closed = TRUE;
  if (self->writer != NULL)
    hw_db_writer_close (self->writer);
  if (self->readers != NULL)
    hw_db_readers_close (self->readers);
}
