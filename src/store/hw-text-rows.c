/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-text-rows.h"

#include <string.h>

/* What tasks can be found by: an index of their words, without the texts, which are in
 * the tasks' rows. It takes as long to put a task there as to add it, so that is done
 * later, for many at once: tasks up to a number that the database notes are in the index,
 * and those above it are put there before anybody searches.
 *
 * An entry is taken out by the very texts that it was made of. Whoever changes what they
 * are must make the index anew.
 */

/* The texts by which a task is found. No hidden parameter is among them. */
enum
{
  TEXT_TITLE,
  TEXT_TYPE,
  TEXT_PARAMETERS,
  TEXT_ERROR,
  N_TEXTS,
};

#define TEXTS "title, type, parameters, error"

/* Bytes of each text that count: a task with a long list of files is found by the first. */
#define MAX_TEXT_LENGTH (16 * 1024)

struct _HwTaskTexts
{
  char *texts[N_TEXTS]; /* (owned) (nullable) */
};

void
hw_task_texts_free (HwTaskTexts *self)
{
  for (guint i = 0; i < N_TEXTS; i++)
    g_free (self->texts[i]);
  g_free (self);
}

static void
append_words (GString    *words,
              const char *text)
{
  gsize length = strnlen (text, MAX_TEXT_LENGTH - words->len);
  const char *end;

  if (words->len > 0)
    g_string_append_c (words, ' ');
  g_utf8_validate (text, (gssize) length, &end);
  g_string_append_len (words, text, end - text);
}

/* The texts in a value, at any depth. */
static void
append_texts (GString  *words,
              GVariant *value)
{
  if (words->len >= MAX_TEXT_LENGTH - 1)
    return;

  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    {
      append_words (words, g_variant_get_string (value, NULL));
      return;
    }

  if (!g_variant_is_container (value))
    return;

  for (gsize i = 0; i < g_variant_n_children (value); i++)
    {
      g_autoptr(GVariant) child = g_variant_get_child_value (value, i);

      append_texts (words, child);
    }
}

static char *
dup_parameters (HwDbStatement *row,
                int            column)
{
  g_autoptr(GVariant) parameters = NULL;
  GString *words = NULL;
  GVariantIter iter;
  GVariant *value;

  /* What cannot be read is found by nothing; whoever reads the task is told. */
  if (!hw_db_statement_get_variant (row, column, G_VARIANT_TYPE_VARDICT, &parameters, NULL) ||
      parameters == NULL)
    return NULL;

  words = g_string_new (NULL);
  g_variant_iter_init (&iter, parameters);
  while (g_variant_iter_loop (&iter, "{sv}", NULL, &value))
    append_texts (words, value);

  return g_string_free (words, FALSE);
}

static char *
dup_text (HwDbStatement *row,
          int            column)
{
  const char *text = hw_db_statement_get_string (row, column);
  g_autoptr(GString) words = NULL;

  if (text == NULL)
    return NULL;

  words = g_string_new (NULL);
  append_words (words, text);

  return g_strdup (words->str);
}

/* Reads the texts that begin at @column of a row. */
static HwTaskTexts *
read_texts (HwDbStatement *row,
            int            column)
{
  HwTaskTexts *self = g_new0 (HwTaskTexts, 1);

  for (int i = 0; i < N_TEXTS; i++)
    self->texts[i] = i == TEXT_PARAMETERS ? dup_parameters (row, column + i)
                                          : dup_text (row, column + i);

  return self;
}

/* Puts an entry in, or takes it out, as @sql says. */
static gboolean
write_entry (HwDb              *db,
             const char        *sql,
             guint64            task_id,
             const HwTaskTexts *texts,
             GError           **error)
{
  g_autoptr(HwDbStatement) statement = hw_db_prepare (db, sql, error);

  if (statement == NULL)
    return FALSE;

  hw_db_statement_bind_uint64 (statement, 1, task_id);
  for (int i = 0; i < N_TEXTS; i++)
    hw_db_statement_bind_string (statement, 2 + i, texts->texts[i]);

  return hw_db_statement_run (statement, error);
}

static gboolean
insert_entry (HwDb              *db,
              guint64            task_id,
              const HwTaskTexts *texts,
              GError           **error)
{
  return write_entry (db, "INSERT INTO texts (rowid, " TEXTS ") VALUES (?, ?, ?, ?, ?)", task_id,
                      texts, error);
}

static gboolean
delete_entry (HwDb              *db,
              guint64            task_id,
              const HwTaskTexts *texts,
              GError           **error)
{
  return write_entry (db, "INSERT INTO texts (texts, rowid, " TEXTS ")"
                      " VALUES ('delete', ?, ?, ?, ?, ?)", task_id, texts, error);
}

/**
 * hw_text_rows_read:
 * @db: a connection, in a transaction
 * @task_id: a task
 * @texts: (out) (nullable): by what it can be found, %NULL if it is not there
 * @error: return location for an error
 *
 * Reads the texts of a task that is about to change.
 *
 * Returns: whether that worked
 */
gboolean
hw_text_rows_read (HwDb         *db,
                   guint64       task_id,
                   HwTaskTexts **texts,
                   GError      **error)
{
  g_autoptr(HwDbStatement) statement = NULL;
  gboolean has_row = FALSE;

  g_return_val_if_fail (db != NULL && texts != NULL, FALSE);

  *texts = NULL;
  statement = hw_db_prepare (db, "SELECT " TEXTS " FROM tasks WHERE id = ?", error);
  if (statement == NULL)
    return FALSE;

  hw_db_statement_bind_uint64 (statement, 1, task_id);
  if (!hw_db_statement_step (statement, &has_row, error))
    return FALSE;

  if (has_row)
    *texts = read_texts (statement, 0);

  return TRUE;
}

/**
 * hw_text_rows_replace:
 * @db: a connection, in a transaction
 * @task_id: a task whose entry is in the index
 * @old: the texts that it was made of
 * @error: return location for an error
 *
 * Has a task that has changed be found by what it says now.
 *
 * Returns: whether that worked
 */
gboolean
hw_text_rows_replace (HwDb              *db,
                      guint64            task_id,
                      const HwTaskTexts *old,
                      GError           **error)
{
  g_autoptr(HwTaskTexts) texts = NULL;

  return hw_text_rows_read (db, task_id, &texts, error) &&
         delete_entry (db, task_id, old, error) &&
         (texts == NULL || insert_entry (db, task_id, texts, error));
}

/* Reads the tasks after one in the order of their numbers, and does something to the
 * entry of each.
 */
static gboolean
for_each_task (HwDb *db,
               guint64 after,
               guint64 last,
               guint limit,
               gboolean ( *function )(HwDb *, guint64, const HwTaskTexts *, GError **),
               guint *n_rows,
               guint64 *reached,
               GError **error)
{
  g_autoptr(HwDbStatement) statement = NULL;

  *n_rows = 0;
  statement = hw_db_prepare (db, "SELECT id, " TEXTS " FROM tasks WHERE id > ? AND id <= ?"
                             " ORDER BY id LIMIT ?", error);
  if (statement == NULL)
    return FALSE;

  hw_db_statement_bind_uint64 (statement, 1, after);
  hw_db_statement_bind_uint64 (statement, 2, last);
  hw_db_statement_bind_uint64 (statement, 3, limit);
  while (TRUE)
    {
      g_autoptr(HwTaskTexts) texts = NULL;
      gboolean has_row = FALSE;

      if (!hw_db_statement_step (statement, &has_row, error))
        return FALSE;
      if (!has_row)
        return TRUE;

      *reached = hw_db_statement_get_uint64 (statement, 0);
      texts = read_texts (statement, 1);
      if (!function (db, *reached, texts, error))
        return FALSE;
      (*n_rows)++;
    }
}

/**
 * hw_text_rows_delete:
 * @db: a connection, in a transaction
 * @first_task: the first task
 * @last_task: the last task
 * @error: return location for an error
 *
 * Takes tasks that are in the index, and about to go, out of it.
 *
 * Returns: whether that worked
 */
gboolean
hw_text_rows_delete (HwDb    *db,
                     guint64  first_task,
                     guint64  last_task,
                     GError **error)
{
  guint64 reached;
  guint n_rows;

  g_return_val_if_fail (db != NULL && first_task > 0, FALSE);

  return for_each_task (db, first_task - 1, last_task, G_MAXINT, delete_entry, &n_rows, &reached,
                        error);
}

/**
 * hw_text_rows_catch_up:
 * @db: a connection, in a transaction
 * @last_indexed: (inout): the number up to which tasks are in the index
 * @last_task: the highest number that a task ever got
 * @limit: how many to put there at most
 * @error: return location for an error
 *
 * Puts tasks into the index that are not there yet.
 *
 * Returns: whether that worked
 */
gboolean
hw_text_rows_catch_up (HwDb    *db,
                       guint64 *last_indexed,
                       guint64  last_task,
                       guint    limit,
                       GError **error)
{
  guint n_rows;

  g_return_val_if_fail (db != NULL && last_indexed != NULL, FALSE);

  if (!for_each_task (db, *last_indexed, last_task, limit, insert_entry, &n_rows, last_indexed,
                      error))
    return FALSE;

  /* There may be none left above. */
  if (n_rows < limit)
    *last_indexed = last_task;

  return TRUE;
}
