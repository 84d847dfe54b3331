/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-task-lists.h"

#include "hw-error.h"
#include "hw-store-limits-private.h"
#include "hw-text-function.h"
#include "hw-text-search.h"

/* How tasks are read: each list is a query that an index gives in order, so that a
 * page costs the same at any depth.
 */

/* How many messages a task has, which only its next attempt asks for: most tasks never
 * had one before.
 */
#define NO_COUNT "0"
#define COUNT_MESSAGES \
  "CASE attempt WHEN 0 THEN 0 ELSE (SELECT count(*) FROM events INDEXED BY events_by_task" \
  " WHERE events.task = tasks.id AND events.kind = 'message') END"

/* Begins a query: the task's number, its event's, @count, and the fields in order. */
static GString *
select_fields (const char *count)
{
  GString *sql = g_string_new ("SELECT id, seq, ");

  g_string_append (sql, count);
  for (guint i = 0; i < HW_N_TASK_FIELDS; i++)
    if (hw_task_field_is_stored ((HwTaskField) i))
      {
        g_string_append (sql, ", \"");
        g_string_append (sql, hw_task_field_get_name ((HwTaskField) i));
        g_string_append_c (sql, '"');
      }

  return sql;
}

/* Begins a query of the tasks' table alone. Which index it goes by is said, not left to
 * SQLite: it knows nothing of our numbers, and would sort all that wait, or look through
 * all tasks of the one owner there is.
 */
static GString *
begin_query (const char *count,
             const char *index)
{
  GString *sql = select_fields (count);

  g_string_append_printf (sql, " FROM tasks %s", index);

  return sql;
}

/* Reads the fields that are set. @size is what they take, more or less. */
static HwTaskFields *
read_fields (HwDbStatement *row,
             gsize         *size,
             GError       **error)
{
  g_autoptr(HwTaskFields) fields = hw_task_fields_new ();
  int column = 3;

  *size = 0;

  for (guint i = 0; i < HW_N_TASK_FIELDS; i++)
    {
      HwTaskField field = (HwTaskField) i;
      g_autoptr(GVariant) value = NULL;

      if (!hw_task_field_is_stored (field))
        continue;
      if (!hw_db_statement_get_variant (row, column++, hw_task_field_get_variant_type (field),
                                        &value, error))
        return NULL;
      if (value == NULL)
        continue;

      *size += g_variant_get_size (value);
      hw_task_fields_set_value (fields, field, value);
    }

  return g_steal_pointer (&fields);
}

/* Makes a task of a row. @size is what it takes, more or less. */
static HwTask *
read_row (HwDbStatement *row,
          gsize         *size,
          GError       **error)
{
  guint64 task_id = hw_db_statement_get_uint64 (row, 0);
  guint64 seq = hw_db_statement_get_uint64 (row, 1);
  g_autoptr(HwTaskFields) fields = read_fields (row, size, error);
  HwTaskState state;
  HwTask *task;

  if (fields == NULL)
    return NULL;

  if (!hw_task_fields_get_state (fields, &state))
    {
      g_set_error (error, HW_DB_ERROR, HW_DB_ERROR_DAMAGED,
                   "The database is damaged. Restore a backup (task %" G_GUINT64_FORMAT
                   " is in no known state).", task_id);
      return NULL;
    }

  task = hw_task_new (task_id, seq, g_steal_pointer (&fields));
  hw_task_set_message_count (task, (guint) hw_db_statement_get_uint64 (row, 2));

  return task;
}

/* Fills a page with up to @limit rows; one row more tells that there is a next
 * page.
 */
static HwTaskPage *
read_page (HwDbStatement *statement,
           guint          limit,
           gsize          max_bytes,
           GError       **error)
{
  g_autoptr(HwTaskPage) page = hw_task_page_new ();
  gsize total = 0;

  while (TRUE)
    {
      gboolean has_row = FALSE;
      HwTask *task;
      gsize size;

      if (!hw_db_statement_step (statement, &has_row, error))
        return NULL;
      if (!has_row)
        return g_steal_pointer (&page);

      if (page->tasks->len >= limit || total >= max_bytes)
        {
          if (page->tasks->len > 0)
            page->next = hw_task_get_id (g_ptr_array_index (page->tasks, page->tasks->len - 1));
          return g_steal_pointer (&page);
        }

      task = read_row (statement, &size, error);
      if (task == NULL)
        return NULL;

      g_ptr_array_add (page->tasks, task);
      total += size;
    }
}

/* An index, and what of a filter it goes by. */
typedef struct
{
  const char *index;
  const char *condition; /* (nullable) */
} Way;

/* Gets the index that leaves the fewest rows to look at. Most tasks are Completed, and
 * most belong to one owner.
 */
static Way
choose_way (const HwTaskFilter *filter)
{
  gboolean has_rare_state = filter->has_state && filter->state != HW_TASK_STATE_COMPLETED;

  if (filter->is_live)
    return (Way) { "INDEXED BY tasks_live", "state IN ('Pending', 'Processing')" }
  ;
  if (filter->type != NULL && !has_rare_state)
    return (Way) { "INDEXED BY tasks_by_type", "type = ?2" }
  ;
  if (filter->has_state)
    return (Way) { "INDEXED BY tasks_by_state", "state = ?1" }
  ;
  if (filter->owner != NULL)
    return (Way) { "INDEXED BY tasks_by_owner", "owner = ?3" }
  ;

  return (Way) { "NOT INDEXED", NULL };
}

/* Whether what a filter takes may be few among those that are looked at. A page of those that
 * live is all that there is of them, so it is never cut.
 */
static gboolean
is_cut (const HwTaskFilter *filter)
{
  guint n_conditions = 0;

  n_conditions += filter->has_state ? 1 : 0;
  n_conditions += filter->type != NULL ? 1 : 0;
  n_conditions += filter->owner != NULL ? 1 : 0;

  return filter->text != NULL || (n_conditions > 1 && !filter->is_live);
}

static void
append_conditions (GString            *sql,
                   const HwTaskFilter *filter,
                   const HwTextSearch *search)
{
  const char *conjunction = " WHERE ";

  const struct
  {
    gboolean is_set;
    const char *condition;
  } conditions[] = {
    { search->tokens != NULL, "has_all" },
    { filter->has_state, "state = ?1" },
    { filter->is_live, "state IN ('Pending', 'Processing')" },
    { filter->type != NULL, "type = ?2" },
    { filter->owner != NULL, "owner = ?3" },
    { filter->before != 0, "id < ?4" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (conditions); i++)
    if (conditions[i].is_set)
      {
        g_string_append (sql, conjunction);
        g_string_append (sql, conditions[i].condition);
        conjunction = " AND ";
      }
}

/* However many tasks there are, no more are looked at for one page: those that the rest of a
 * filter takes may be few among them.
 */
#define HITS_PER_PAGE 5000

/* Appends the newest tasks with some words, or those that an index gives. */
static void
append_hits (GString            *sql,
             const HwTaskFilter *filter,
             const HwTextSearch *search)
{
  const Way way = choose_way (filter);

  if (filter->text == NULL)
    g_string_append_printf (sql, "(SELECT id AS hit FROM tasks %s WHERE %s AND id < ?4"
                            " ORDER BY id DESC LIMIT " G_STRINGIFY (HITS_PER_PAGE) ")",
                            way.index, way.condition);
  else if (search->tokens == NULL)
    g_string_append (sql, "(SELECT rowid AS hit FROM texts WHERE texts MATCH ?6 AND rowid < ?4"
                     " ORDER BY rowid DESC LIMIT " G_STRINGIFY (HITS_PER_PAGE) ")");
  else
    g_string_append (sql, "(SELECT rowid AS hit, " HW_TEXT_FUNCTION " (texts, ?8) AS has_all"
                     " FROM texts WHERE texts MATCH ?6 AND rowid < ?4 AND rowid >= ?7"
                     " ORDER BY rowid DESC LIMIT " G_STRINGIFY (HITS_PER_PAGE) ")");
}

static char *
build_list (const HwTaskFilter *filter,
            const HwTextSearch *search)
{
  GString *sql;

  /* A cross join is carried out from left to right, so it needs not be sorted. */
  if (is_cut (filter))
    {
      sql = select_fields (NO_COUNT);
      g_string_append (sql, " FROM ");
      append_hits (sql, filter, search);
      g_string_append (sql, " CROSS JOIN tasks ON tasks.id = hit");
      append_conditions (sql, filter, search);
      g_string_append (sql, " LIMIT ?5");
    }
  else
    {
      sql = begin_query (NO_COUNT, choose_way (filter).index);
      append_conditions (sql, filter, search);
      g_string_append (sql, " ORDER BY id DESC LIMIT ?5");
    }

  return g_string_free (sql, FALSE);
}

/* Gets before which task a page begins. */
static guint64
get_bound (const HwTaskFilter *filter)
{
  return filter->before != 0 ? MIN (filter->before, (guint64) G_MAXINT64) : G_MAXINT64;
}

/* @search must outlive the use of the statement. */
static void
bind_filter (HwDbStatement      *statement,
             const HwTaskFilter *filter,
             const HwTextSearch *search)
{
  if (filter->has_state)
    hw_db_statement_bind_string (statement, 1, hw_task_state_to_string (filter->state));
  if (filter->type != NULL)
    hw_db_statement_bind_string (statement, 2, filter->type);
  if (filter->owner != NULL)
    hw_db_statement_bind_string (statement, 3, filter->owner);
  if (filter->before != 0 || is_cut (filter))
    hw_db_statement_bind_uint64 (statement, 4, get_bound (filter));
  if (filter->text != NULL)
    hw_db_statement_bind_string (statement, 6, search->query);
  if (search->tokens == NULL)
    return;

  hw_db_statement_bind_uint64 (statement, 7, search->first);
  hw_db_statement_bind_bytes (statement, 8, g_bytes_get_data (search->tokens, NULL),
                              g_bytes_get_size (search->tokens));
}

/* Says where the next page begins, if this one has ended for what it may cost. */
static gboolean
find_next_hits (HwDb               *db,
                const HwTaskFilter *filter,
                const HwTextSearch *search,
                HwTaskPage         *page,
                GError            **error)
{
  g_autoptr(GString) sql = g_string_new ("SELECT count(*), min(hit) FROM ");
  g_autoptr(HwDbStatement) statement = NULL;
  gboolean has_row = FALSE;

  if (search->tokens != NULL)
    {
      page->next = search->first;
      return TRUE;
    }

  append_hits (sql, filter, search);
  statement = hw_db_prepare (db, sql->str, error);
  if (statement == NULL)
    return FALSE;

  bind_filter (statement, filter, search);
  if (!hw_db_statement_step (statement, &has_row, error))
    return FALSE;

  if (has_row && hw_db_statement_get_uint64 (statement, 0) == HITS_PER_PAGE)
    page->next = hw_db_statement_get_uint64 (statement, 1);

  return TRUE;
}

/**
 * hw_task_lists_read:
 * @db: a connection, in a transaction
 * @filter: which tasks
 * @error: return location for an error
 *
 * Reads a page of tasks, newest first. One that was cut, as there were too many to look at, may
 * have none, and yet a next one.
 *
 * Returns: (transfer full): the page, with `seq` not set, or %NULL
 */
HwTaskPage *
hw_task_lists_read (HwDb               *db,
                    const HwTaskFilter *filter,
                    GError            **error)
{
  guint limit = MIN (filter->limit, HW_STORE_MAX_TASKS);
  g_auto(HwTextSearch) search = { NULL };
  g_autofree char *sql = NULL;
  g_autoptr(HwDbStatement) statement = NULL;
  g_autoptr(HwTaskPage) page = NULL;

  g_return_val_if_fail (db != NULL, NULL);

  if (filter->text != NULL &&
      !hw_text_search_plan (&search, db, filter->text, get_bound (filter), error))
    return NULL;

  sql = build_list (filter, &search);
  statement = hw_db_prepare (db, sql, error);
  if (statement == NULL)
    return NULL;

  bind_filter (statement, filter, &search);
  hw_db_statement_bind_uint64 (statement, 5, limit + 1);
  page = read_page (statement, limit, HW_STORE_MAX_PAGE_BYTES, error);
  if (page == NULL ||
      (is_cut (filter) && page->next == 0 && !find_next_hits (db, filter, &search, page, error)))
    return NULL;

  return g_steal_pointer (&page);
}

/**
 * hw_task_lists_read_candidates:
 * @db: a connection, in a transaction
 * @limit: how many at most
 * @error: return location for an error
 *
 * Reads the Pending tasks that come first: by priority, then by age.
 *
 * Returns: (transfer full): a page with `seq` not set, or %NULL; a `next` says that it
 *   was ended early, for its bytes
 */
HwTaskPage *
hw_task_lists_read_candidates (HwDb    *db,
                               guint    limit,
                               GError **error)
{
  g_autoptr(GString) sql = begin_query (COUNT_MESSAGES, "INDEXED BY tasks_waiting");
  g_autoptr(HwDbStatement) statement = NULL;

  g_return_val_if_fail (db != NULL, NULL);

  g_string_append (sql, " WHERE state = 'Pending' ORDER BY priority DESC, id LIMIT ?");
  limit = MIN (limit, HW_STORE_MAX_CANDIDATES);
  statement = hw_db_prepare (db, sql->str, error);
  if (statement == NULL)
    return NULL;

  hw_db_statement_bind_uint64 (statement, 1, limit);

  return read_page (statement, limit, HW_STORE_MAX_PAGE_BYTES, error);
}

static gboolean
read_counts (HwDb         *db,
             HwTaskCounts *counts,
             GError      **error)
{
  g_autoptr(HwDbStatement) statement = NULL;
  gboolean has_row = FALSE;

  statement = hw_db_prepare (db, "SELECT ever_added, n_pending, n_processing, n_completed, n_failed,"
                             " ever_completed, ever_failed, ever_canceled FROM meta", error);
  if (statement == NULL || !hw_db_statement_step (statement, &has_row, error))
    return FALSE;

  counts->ever.n_added = hw_db_statement_get_uint64 (statement, 0);
  counts->n_in_state[HW_TASK_STATE_PENDING] = hw_db_statement_get_uint64 (statement, 1);
  counts->n_in_state[HW_TASK_STATE_PROCESSING] = hw_db_statement_get_uint64 (statement, 2);
  counts->n_in_state[HW_TASK_STATE_COMPLETED] = hw_db_statement_get_uint64 (statement, 3);
  counts->n_in_state[HW_TASK_STATE_FAILED] = hw_db_statement_get_uint64 (statement, 4);
  counts->ever.n_completed = hw_db_statement_get_uint64 (statement, 5);
  counts->ever.n_failed = hw_db_statement_get_uint64 (statement, 6);
  counts->ever.n_canceled = hw_db_statement_get_uint64 (statement, 7);

  return TRUE;
}

/**
 * hw_task_lists_read_open:
 * @db: a connection, in a transaction
 * @error: return location for an error
 *
 * Reads all Processing tasks, the oldest first, and how many there are of all. There are
 * never more Processing tasks than may run at once.
 *
 * Returns: (transfer full): a page without a next one, with `seq` not set, or %NULL
 */
HwTaskPage *
hw_task_lists_read_open (HwDb    *db,
                         GError **error)
{
  g_autoptr(GString) sql = begin_query (COUNT_MESSAGES, "INDEXED BY tasks_by_state");
  g_autoptr(HwDbStatement) statement = NULL;
  g_autoptr(HwTaskPage) page = NULL;

  g_return_val_if_fail (db != NULL, NULL);

  g_string_append (sql, " WHERE state = 'Processing' ORDER BY id");
  statement = hw_db_prepare (db, sql->str, error);
  if (statement != NULL)
    page = read_page (statement, G_MAXUINT, G_MAXSIZE, error);
  if (page == NULL || !read_counts (db, &page->counts, error))
    return NULL;

  return g_steal_pointer (&page);
}

/**
 * hw_task_lists_read_survey:
 * @db: a connection, in a transaction
 * @survey: what is to be filled in
 * @error: return location for an error
 *
 * Reads how many tasks there are, and since when the oldest of those that wait does: the one with
 * the lowest number, which an index begins with.
 *
 * Returns: whether that worked
 */
gboolean
hw_task_lists_read_survey (HwDb          *db,
                           HwStoreSurvey *survey,
                           GError       **error)
{
  g_autoptr(HwDbStatement) statement = NULL;
  gboolean has_row = FALSE;

  g_return_val_if_fail (db != NULL && survey != NULL, FALSE);

  statement = hw_db_prepare (db, "SELECT created_at FROM tasks INDEXED BY tasks_by_state "
                             "WHERE state = 'Pending' ORDER BY id LIMIT 1", error);
  if (statement == NULL || !hw_db_statement_step (statement, &has_row, error))
    return FALSE;
  if (has_row)
    survey->oldest_waiting = (gint64) hw_db_statement_get_uint64 (statement, 0);

  return read_counts (db, &survey->counts, error);
}

/**
 * hw_task_lists_read_one:
 * @db: a connection
 * @task_id: the task's number
 * @error: return location for an error: %HW_ERROR_NOT_FOUND if there is no such task
 *
 * Reads one task.
 *
 * Returns: (transfer full): the task, or %NULL
 */
HwTask *
hw_task_lists_read_one (HwDb    *db,
                        guint64  task_id,
                        GError **error)
{
  g_autoptr(GString) sql = begin_query (NO_COUNT, "NOT INDEXED");
  g_autoptr(HwDbStatement) statement = NULL;
  gboolean has_row = FALSE;
  gsize size;

  g_return_val_if_fail (db != NULL, NULL);

  g_string_append (sql, " WHERE id = ?");
  statement = hw_db_prepare (db, sql->str, error);
  if (statement == NULL)
    return NULL;

  hw_db_statement_bind_uint64 (statement, 1, task_id);
  if (!hw_db_statement_step (statement, &has_row, error))
    return NULL;

  if (!has_row)
    {
      g_set_error (error, HW_ERROR, HW_ERROR_NOT_FOUND,
                   "There is no task %" G_GUINT64_FORMAT ". Look at the list of tasks "
                   "for the numbers there are.", task_id);
      return NULL;
    }

  return read_row (statement, &size, error);
}
