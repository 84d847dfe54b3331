/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-text-search.h"

#include "hw-search-words.h"
#include "hw-text-function.h"
#include "hw-text-parts.h"
#include "hw-text-words.h"

/* What somebody searches for becomes a query of the index, of which a page costs no more however
 * many tasks there are.
 *
 * If several words are wanted, SQLite looks until it finds a task that has all of them, and there
 * may be none among a million that have each; nor does it say how far it came. So it is asked for
 * the tasks with one of the words, the rarest, and says of each whether it has the others as well:
 * of A, B and C for `A AND (B OR A) AND (C OR A)`. Down to which task that is worth one page is
 * counted first, by going through the tasks with that word alone, which takes a tenth of the time.
 * Words that are joined by a sign are words as well, that have to stand side by side.
 */

/* How many words that begin alike are looked up one by one. Each costs a look into the index,
 * for a page as long as it is short; all of their tasks at once, which is SQLite's way, costs as
 * much as there are, and there may be a million.
 */
#define MAX_ENDINGS 32

/* How many phrases a query may have for the word by which tasks are looked for, as it stands beside
 * each other one: as many looks into the index.
 */
#define MAX_REPEATED (3 * MAX_ENDINGS)

/* What a page may cost, in units of a quarter of a microsecond. A row costs one for each word; and
 * each other word has to be found anew, from the row above on: if it is in all tasks between them,
 * eight of them cost another one, but pages of them are passed over.
 */
#define PAGE_COST 3500
#define TASKS_PER_UNIT 8
#define MAX_LOOK_COST 20

/* A word, or a part of one that is joined to the part before it. */
typedef struct
{
  char *query;       /* (owned): one phrase, or more of which each will do */
  guint n_phrases;
  gboolean is_joined;
  gboolean is_open;  /* it is the beginning of any number of words, looked up as a whole */
} Token;

static void
token_clear (Token *self)
{
  g_clear_pointer (&self->query, g_free);
}

static void
add_token (GArray     *tokens,
           const char *word,
           gboolean    is_joined,
           gboolean    is_open)
{
  const Token token = {
    g_strdup_printf ("\"%s\"%s", word, is_open ? "*" : ""), 1, is_joined, is_open,
  };

  g_array_append_val (tokens, token);
}

/* Adds the words that begin with @beginning, as alternatives; or it itself, as a beginning, if they
 * are too many.
 */
static gboolean
add_endings (HwDb       *db,
             GArray     *tokens,
             const char *beginning,
             gboolean    is_joined,
             GError    **error)
{
  g_autoptr(GHashTable) words = NULL;
  g_autofree char *endings = NULL;
  g_autofree gpointer *list = NULL;
  Token *token;

  if (!hw_text_words_find (db, beginning, MAX_ENDINGS, &words, error))
    return FALSE;

  if (words == NULL)
    {
      add_token (tokens, beginning, is_joined, TRUE);
      return TRUE;
    }

  /* It is none itself, then, so that there is a phrase, and nothing has it. */
  if (g_hash_table_size (words) == 0)
    g_hash_table_add (words, g_strdup (beginning));

  list = g_hash_table_get_keys_as_array (words, NULL);
  endings = g_strjoinv ("\" OR \"", (char **) list);
  add_token (tokens, endings, is_joined, FALSE);
  token = &g_array_index (tokens, Token, tokens->len - 1);
  token->n_phrases = g_hash_table_size (words);

  return TRUE;
}

/* Adds a word. Each part is quoted, so that nothing in it is an operator. */
static gboolean
add_word (HwDb       *db,
          GArray     *tokens,
          const char *word,
          gboolean    is_beginning,
          GError    **error)
{
  g_autoptr(GPtrArray) parts = hw_text_parts_split (db, word, error);

  if (parts == NULL)
    return FALSE;

  /* What the index takes for signs alone is in nothing. */
  if (parts->len == 0)
    add_token (tokens, word, FALSE, FALSE);

  for (guint i = 0; i < parts->len; i++)
    {
      const char *part = g_ptr_array_index (parts, i);

      if (i + 1 < parts->len || !is_beginning)
        add_token (tokens, part, i > 0, FALSE);
      else if (!add_endings (db, tokens, part, i > 0, error))
        return FALSE;
    }

  return TRUE;
}

/* Reads what somebody searches for. The last word may be the beginning of one, unless a space
 * follows it. Returns (nullable).
 */
static GArray *
read_tokens (HwDb       *db,
             const char *text,
             GError    **error)
{
  g_auto(GStrv) words = hw_search_words_split (text, error);
  gboolean is_whole = g_str_has_suffix (text, " ");
  g_autoptr(GArray) tokens = g_array_new (FALSE, FALSE, sizeof (Token));

  g_array_set_clear_func (tokens, (GDestroyNotify) token_clear);
  if (words == NULL)
    return NULL;

  for (guint i = 0; words[i] != NULL; i++)
    if (!add_word (db, tokens, words[i], words[i + 1] == NULL && !is_whole, error))
      return NULL;

  return g_steal_pointer (&tokens);
}

/* Goes through the tasks with a word, down to the last one that is worth a page. 0 is the end. */
static gboolean
go_down (HwDb        *db,
         const Token *token,
         guint        n_tokens,
         guint64      before,
         guint64     *last,
         GError     **error)
{
  g_autoptr(HwDbStatement) statement =
    hw_db_prepare (db, "SELECT rowid FROM texts WHERE texts MATCH ? AND rowid < ?"
                   " ORDER BY rowid DESC", error);
  guint64 cost = 0;

  if (statement == NULL)
    return FALSE;

  hw_db_statement_bind_string (statement, 1, token->query);
  hw_db_statement_bind_uint64 (statement, 2, before);
  for (*last = before; cost < PAGE_COST;)
    {
      gboolean has_row = FALSE;
      guint64 at;

      if (!hw_db_statement_step (statement, &has_row, error))
        return FALSE;

      at = has_row ? hw_db_statement_get_uint64 (statement, 0) : 0;
      cost += n_tokens + (n_tokens - 1) * MIN ((*last - at) / TASKS_PER_UNIT, MAX_LOOK_COST);
      *last = at;
      if (at == 0)
        break;
    }

  return TRUE;
}

/* Whether tasks can be looked for by a word. */
static gboolean
is_usable (const Token *token,
           guint        n_tokens)
{
  return !token->is_open && (token->n_phrases == 1 || token->n_phrases * n_tokens <= MAX_REPEATED);
}

/* Chooses the word by which most tasks are looked at for the cost of a page. Of several at most the
 * last is not usable.
 */
static const Token *
choose_rarest (HwDb    *db,
               GArray  *tokens,
               guint64  before,
               guint64 *first,
               GError **error)
{
  const Token *rarest = NULL;

  for (guint i = 0; i < tokens->len && (rarest == NULL || *first > 0); i++)
    {
      const Token *token = &g_array_index (tokens, Token, i);
      guint64 last;

      if (!is_usable (token, tokens->len))
        continue;
      if (!go_down (db, token, tokens->len, before, &last, error))
        return NULL;
      if (rarest != NULL && last >= *first)
        continue;

      rarest = token;
      *first = last;
    }

  return rarest;
}

/* Builds the query for the tasks with one word, and what is to be asked of each of them. */
static void
hw_text_search_build (HwTextSearch *self,
                      GArray       *tokens,
                      const Token  *rarest)
{
  g_autoptr(GString) query = g_string_new (NULL);
  g_autoptr(GArray) wanted = g_array_new (FALSE, FALSE, sizeof (HwTextToken));
  guint n_phrases = rarest->n_phrases;

  g_string_append_printf (query, "(%s)", rarest->query);
  for (guint i = 0; i < tokens->len; i++)
    {
      const Token *token = &g_array_index (tokens, Token, i);
      HwTextToken item = { 0, (guint16) token->n_phrases, token->is_joined ? 1 : 0 };

      if (token != rarest)
        {
          g_string_append_printf (query, " AND (%s OR %s)", token->query, rarest->query);
          item.first = (guint16) n_phrases;
          n_phrases += token->n_phrases + rarest->n_phrases;
        }
      g_array_append_val (wanted, item);
    }

  self->query = g_strdup (query->str);
  self->tokens = g_bytes_new (wanted->data, wanted->len * sizeof (HwTextToken));
}

/**
 * hw_text_search_plan:
 * @self: (out caller-allocates): a search
 * @db: a connection, in a transaction
 * @text: what somebody searches for, as hw_search_words_split() takes it
 * @before: a task: those before it are searched
 * @error: return location for an error
 *
 * Finds out how a page of tasks with all words of @text is looked for.
 *
 * Returns: whether that worked
 */
gboolean
hw_text_search_plan (HwTextSearch *self,
                     HwDb         *db,
                     const char   *text,
                     guint64       before,
                     GError      **error)
{
  g_autoptr(GArray) tokens = NULL;
  const Token *rarest;

  g_return_val_if_fail (self != NULL && db != NULL && text != NULL, FALSE);

  tokens = read_tokens (db, text, error);
  if (tokens == NULL)
    return FALSE;

  if (tokens->len == 1)
    {
      self->query = g_strdup (g_array_index (tokens, Token, 0).query);
      return TRUE;
    }

  rarest = choose_rarest (db, tokens, before, &self->first, error);
  if (rarest == NULL)
    return FALSE;

  hw_text_search_build (self, tokens, rarest);

  return TRUE;
}

/**
 * hw_text_search_clear:
 * @self: a search
 *
 * Frees what it has.
 */
void
hw_text_search_clear (HwTextSearch *self)
{
  g_clear_pointer (&self->query, g_free);
  g_clear_pointer (&self->tokens, g_bytes_unref);
}
