/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-text-function.h"

/* A function for the queries of the index, which knows of which phrases a row has some. So a query
 * can have each row that has one word, and say of it whether it has the others as well: SQLite does
 * the same, but does not come back before it has found one.
 */

/* Where in a row a token stands: the column, and the number of the token in it. */
typedef struct
{
  int column;
  int offset;
} Place;

static int
compare_places (const Place *one,
                const Place *other)
{
  return one->column != other->column ? one->column - other->column : one->offset - other->offset;
}

/* Appends those places of a phrase that are right behind one of @before, if there is any such
 * condition. Both come in order.
 */
static int
append_places (const Fts5ExtensionApi *api,
               Fts5Context            *fts,
               int                     phrase,
               GArray                 *before,
               GArray                 *places)
{
  Fts5PhraseIter iter;
  Place at = { -1, 0 };
  guint i = 0;
  int code = api->xPhraseFirst (fts, phrase, &iter, &at.column, &at.offset);

  for (; code == SQLITE_OK && at.column >= 0;
       api->xPhraseNext (fts, &iter, &at.column, &at.offset))
    {
      const Place wanted = { at.column, at.offset - 1 };

      while (before != NULL && i < before->len &&
             compare_places (&g_array_index (before, Place, i), &wanted) < 0)
        i++;
      if (before == NULL ||
          (i < before->len && compare_places (&g_array_index (before, Place, i), &wanted) == 0))
        g_array_append_val (places, at);
    }

  return code;
}

static int
sort_places (gconstpointer one,
             gconstpointer other)
{
  return compare_places (one, other);
}

/* Finds where a token stands. @places has where the one before it does, and then this. */
static int
find_token (const Fts5ExtensionApi *api,
            Fts5Context            *fts,
            const HwTextToken      *token,
            GArray                **places)
{
  g_autoptr(GArray) before = g_steal_pointer (places);
  int code = SQLITE_OK;

  *places = g_array_new (FALSE, FALSE, sizeof (Place));
  for (guint i = 0; code == SQLITE_OK && i < token->n_phrases; i++)
    code = append_places (api, fts, token->first + i, token->is_joined ? before : NULL, *places);
  if (token->n_phrases > 1)
    g_array_sort (*places, sort_places);

  return code;
}

/* Whether a row has a token, wherever it stands. */
static int
has_token (const Fts5ExtensionApi *api,
           Fts5Context            *fts,
           const HwTextToken      *token,
           gboolean               *has_it)
{
  int code = SQLITE_OK;

  *has_it = FALSE;
  for (guint i = 0; code == SQLITE_OK && !*has_it && i < token->n_phrases; i++)
    {
      Fts5PhraseIter iter;
      int column = -1, offset = 0;

      code = api->xPhraseFirst (fts, token->first + i, &iter, &column, &offset);
      *has_it = column >= 0;
    }

  return code;
}

static void
has_words (const Fts5ExtensionApi *api,
           Fts5Context            *fts,
           sqlite3_context        *context,
           int                     n_values,
           sqlite3_value         **values)
{
  const HwTextToken *tokens = n_values == 1 ? sqlite3_value_blob (values[0]) : NULL;
  guint n_tokens = tokens != NULL ? (guint) sqlite3_value_bytes (values[0]) / sizeof *tokens : 0;
  g_autoptr(GArray) places = NULL;
  gboolean has_all = TRUE;
  int code = SQLITE_OK;

  for (guint i = 0; code == SQLITE_OK && has_all && i < n_tokens; i++)
    if (tokens[i].is_joined || (i + 1 < n_tokens && tokens[i + 1].is_joined))
      {
        code = find_token (api, fts, &tokens[i], &places);
        has_all = places->len > 0;
      }
    else
      {
        code = has_token (api, fts, &tokens[i], &has_all);
      }

  if (code == SQLITE_OK)
    sqlite3_result_int (context, has_all ? 1 : 0);
  else
    sqlite3_result_error_code (context, code);
}

/**
 * hw_text_function_get_api:
 * @handle: a connection
 * @api: (out): what the index offers
 *
 * Gets by what functions are added. That is asked in SQL, of no table: nothing is read for it.
 *
 * Returns: a code of SQLite's
 */
int
hw_text_function_get_api (sqlite3   *handle,
                          fts5_api **api)
{
  sqlite3_stmt *statement = NULL;
  int code = sqlite3_prepare_v2 (handle, "SELECT fts5 (?1)", -1, &statement, NULL);

  *api = NULL;
  if (code != SQLITE_OK)
    return code;

  sqlite3_bind_pointer (statement, 1, (void *) api, "fts5_api_ptr", NULL);
  sqlite3_step (statement);
  code = sqlite3_finalize (statement);

  return code == SQLITE_OK && *api == NULL ? SQLITE_ERROR : code;
}

/**
 * hw_text_function_add:
 * @handle: a connection
 *
 * Has a connection know %HW_TEXT_FUNCTION.
 *
 * Returns: a code of SQLite's
 */
int
hw_text_function_add (sqlite3 *handle)
{
  fts5_api *api;
  int code = hw_text_function_get_api (handle, &api);

  if (code != SQLITE_OK)
    return code;

  return api->xCreateFunction (api, HW_TEXT_FUNCTION, NULL, has_words, NULL);
}
