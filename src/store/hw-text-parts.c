/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-text-parts.h"

#include "hw-db-private.h"
#include "hw-text-function.h"

#include <string.h>

/* A word, taken apart as the index does it: by the same tokenizer, as what is a sign and what a
 * letter to SQLite others may see otherwise.
 */

/* As the schema has it. */
#define TOKENIZER "unicode61"
static const char *const options[] = { "remove_diacritics", "2" };

static int
on_token (gpointer    user_data,
          int         flags,
          const char *token,
          int         size,
          int         start,
          int         end)
{
  g_ptr_array_add (user_data, g_strndup (token, (gsize) size));

  return SQLITE_OK;
}

static int
split (fts5_api   *api,
       const char *word,
       GPtrArray  *parts)
{
  fts5_tokenizer tokenizer;
  Fts5Tokenizer *instance = NULL;
  gpointer data;
  int code = api->xFindTokenizer (api, TOKENIZER, &data, &tokenizer);

  if (code == SQLITE_OK)
    code = tokenizer.xCreate (data, (const char **) options, G_N_ELEMENTS (options), &instance);
  if (code != SQLITE_OK)
    return code;

  code = tokenizer.xTokenize (instance, parts, FTS5_TOKENIZE_QUERY, word, (int) strlen (word),
                              on_token);
  tokenizer.xDelete (instance);

  return code;
}

/**
 * hw_text_parts_split:
 * @db: a connection
 * @word: a word, be it of several that are joined by signs
 * @error: return location for an error
 *
 * Takes a word apart. Each part is as the index has it, and is the same if it is taken apart again.
 *
 * Returns: (transfer full) (element-type utf8): the parts, none if all of it are signs, or %NULL
 */
GPtrArray *
hw_text_parts_split (HwDb       *db,
                     const char *word,
                     GError    **error)
{
  g_autoptr(GPtrArray) parts = g_ptr_array_new_with_free_func (g_free);
  fts5_api *api;
  int code;

  g_return_val_if_fail (db != NULL && word != NULL, NULL);

  code = hw_text_function_get_api (hw_db_get_handle (db), &api);
  if (code == SQLITE_OK)
    code = split (api, word, parts);
  if (code == SQLITE_OK)
    return g_steal_pointer (&parts);

  hw_db_set_error (db, code, error);

  return NULL;
}
