/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-task-lists.h"
#include "hw-text-rows.h"
#include "hw-text-search.h"

#include "tests/store/db-fixture.h"

/* Searches for several words, beside a model that looks at each task by itself: whatever the texts
 * are, and wherever pages end, each task is found once, and the newest first.
 */

/* More tasks than a page of any search for two words looks at. */
#define N_TASKS 5000

/* How many searches are tried, and how many words a title has. */
#define N_SEARCHES 60
#define MAX_WORDS 6

/* Few words, some of them rare, so that they meet in all ways. */
static const char *const words[] = {
  "a", "a", "a", "a", "b", "b", "b", "ab", "abc", "b1", "c", "\xc3\xa9t\xc3\xa9", "Zug", "rare",
};

static const char *const signs[] = { " ", " ", " ", "-", ".", " / " };

typedef struct
{
  DbFixture base;
  char **titles[N_TASKS + 1]; /* (owned) (nullable): the words of each task's */
} Fixture;

static const char *
pick (const char *const *list,
      gsize              n)
{
  return list[g_test_rand_int_range (0, (gint32) n)];
}

static char *
make_text (guint n_words)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < n_words; i++)
    {
      if (i > 0)
        g_string_append (text, pick (signs, G_N_ELEMENTS (signs)));
      g_string_append (text, pick (words, G_N_ELEMENTS (words)));
    }

  return g_string_free (text, FALSE);
}

/* Takes a text apart into words, as the index does. */
static char **
split (const char *text)
{
  g_autofree char *folded = g_utf8_casefold (text, -1);
  g_auto(GStrv) parts = g_strsplit_set (folded, " -./", -1);
  g_autoptr(GStrvBuilder) tokens = g_strv_builder_new ();

  for (guint i = 0; parts[i] != NULL; i++)
    if (parts[i][0] != '\0')
      g_strv_builder_add (tokens, parts[i]);

  return g_strv_builder_end (tokens);
}

/* Has every second task of the older half have words of its own, so that some are dense in one part
 * of the history and rare in another.
 */
static void
set_up (Fixture      *fixture,
        gconstpointer test_data)
{
  guint64 last_indexed = 0;

  db_fixture_open_schema (&fixture->base);
  db_run (fixture->base.db, "BEGIN IMMEDIATE");
  for (guint i = 1; i <= N_TASKS; i++)
    {
      g_autofree char *title = i % 2 == 0 && i < N_TASKS / 2
                               ? g_strdup (i % 4 == 0 ? "even file-of" : "odd of file")
                               : make_text ((guint) g_test_rand_int_range (1, MAX_WORDS));

      fixture->titles[i] = split (title);
      db_run (fixture->base.db,
              "INSERT INTO tasks (id, seq, type, title, state, owner, attempt)"
              " VALUES (%u, %u, 't', '%s', 'Completed', 'me', 1)", i, i, title);
    }
  while (last_indexed < N_TASKS)
    g_assert_true (hw_text_rows_catch_up (fixture->base.db, &last_indexed, N_TASKS, 1000, NULL));
  for (guint i = 7; i <= N_TASKS; i += 7)
    {
      g_assert_true (hw_text_rows_delete (fixture->base.db, i, i, NULL));
      db_run (fixture->base.db, "DELETE FROM tasks WHERE id = %u", i);
      g_clear_pointer (&fixture->titles[i], g_strfreev);
    }
  db_run (fixture->base.db, "COMMIT");
}

static void
tear_down (Fixture      *fixture,
           gconstpointer test_data)
{
  db_fixture_close (&fixture->base);
  for (guint i = 0; i <= N_TASKS; i++)
    g_strfreev (fixture->titles[i]);
}

/* Whether the parts of a word stand in a row somewhere; the last as the beginning of one, perhaps. */
static gboolean
has_word (char   **title,
          char   **parts,
          gboolean is_beginning)
{
  guint n_parts = g_strv_length (parts);

  for (guint at = 0; at + n_parts <= g_strv_length (title); at++)
    {
      guint i = 0;

      while (i < n_parts && (g_str_equal (title[at + i], parts[i]) ||
                             (is_beginning && i + 1 == n_parts &&
                              g_str_has_prefix (title[at + i], parts[i]))))
        i++;
      if (i == n_parts)
        return TRUE;
    }

  return FALSE;
}

/* What is searched for: words, each of which may have parts. */
typedef struct
{
  GPtrArray *words; /* (owned) (element-type GStrv) */
  gboolean is_whole;
} Search;

static void
search_read (Search     *self,
             const char *text)
{
  g_auto(GStrv) parts = g_strsplit (text, " ", -1);

  self->words = g_ptr_array_new_with_free_func ((GDestroyNotify) g_strfreev);
  self->is_whole = g_str_has_suffix (text, " ");
  for (guint i = 0; parts[i] != NULL; i++)
    if (parts[i][0] != '\0')
      g_ptr_array_add (self->words, split (parts[i]));
}

static void
search_clear (Search *self)
{
  g_clear_pointer (&self->words, g_ptr_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Search, search_clear)

/* Whether a task is there, and has all words. */
static gboolean
search_finds (const Search *self,
              char        **title)
{
  gboolean has_all = title != NULL;

  for (guint i = 0; has_all && i < self->words->len; i++)
    has_all = has_word (title, g_ptr_array_index (self->words, i),
                        i + 1 == self->words->len && !self->is_whole);

  return has_all;
}

/* Goes through all pages of a search, and has each task be the next one that the model has. */
static guint
assert_same (Fixture    *fixture,
             const char *text,
             guint       limit)
{
  HwTaskFilter filter = { .text = (char *) text, .limit = limit };
  g_auto(Search) search = { NULL };
  guint64 next = N_TASKS;
  guint n_pages = 0;

  search_read (&search, text);
  do
    {
      g_autoptr(GError) error = NULL;
      g_autoptr(HwTaskPage) page = hw_task_lists_read (fixture->base.db, &filter, &error);

      g_assert_no_error (error);
      for (guint i = 0; i < page->tasks->len; i++, next--)
        {
          while (next > 0 && !search_finds (&search, fixture->titles[next]))
            next--;
          g_assert_cmpuint (hw_task_get_id (g_ptr_array_index (page->tasks, i)), ==, next);
        }
      g_assert_true (page->next == 0 || filter.before == 0 || page->next < filter.before);
      filter.before = page->next;
      n_pages++;
    }
  while (filter.before != 0);

  for (; next > 0; next--)
    g_assert_false (search_finds (&search, fixture->titles[next]));

  return n_pages;
}

static void
test_finds_what_a_model_finds (Fixture      *fixture,
                               gconstpointer test_data)
{
  for (guint i = 0; i < N_SEARCHES; i++)
    {
      g_autofree char *text = make_text ((guint) g_test_rand_int_range (1, 5));
      g_autofree char *search = g_strconcat (text, g_test_rand_bit () ? " " : "", NULL);
      g_autofree char *plain = g_strdelimit (g_steal_pointer (&search), "/", ' ');

      g_test_message ("“%s”", plain);
      assert_same (fixture, plain, g_test_rand_bit () ? 50 : 1000);
    }
}

/* Test that words that never meet take pages, which may be empty, and lead to the end. */
static void
test_words_that_never_meet_take_pages (Fixture      *fixture,
                                       gconstpointer test_data)
{
  guint n_pages;

  db_run (fixture->base.db, "WITH RECURSIVE n (i) AS (SELECT %u UNION ALL SELECT i + 1 FROM n"
          " WHERE i < %u) INSERT INTO texts (rowid, title) SELECT i, CASE i %% 2 WHEN 0 THEN 'even'"
          " ELSE 'odd' END FROM n", N_TASKS + 1, 4 * N_TASKS);

  n_pages = assert_same (fixture, "even odd ", 50);
  g_assert_cmpuint (n_pages, >, 3);
  g_assert_cmpuint (n_pages, <, 10);
}

/* A letter of which the index makes no word, as it knows it for a sign, is in nothing; joined to a
 * word, it does not count.
 */
static void
test_letter_that_the_index_does_not_know (Fixture      *fixture,
                                          gconstpointer test_data)
{
  const struct
  {
    const char *text;
    guint n_tasks;
  } searches[] = {
    { "\xe1\xa6\xb0", 0 },
    { "\xe1\xa6\xb0 a", 0 },
    { "a \xe1\xa6\xb0", 0 },
    { "a \xe1\xa6\xb0 b ", 0 },
    { "a-\xe1\xa6\xb0 b ", 50 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (searches); i++)
    {
      HwTaskFilter filter = { .text = (char *) searches[i].text, .limit = 50 };
      g_autoptr(GError) error = NULL;
      g_autoptr(HwTaskPage) page = hw_task_lists_read (fixture->base.db, &filter, &error);

      g_assert_no_error (error);
      g_assert_cmpuint (page->tasks->len, ==, searches[i].n_tasks);
    }
}

static void
test_word_of_many_parts_is_found (Fixture      *fixture,
                                  gconstpointer test_data)
{
  g_autoptr(GString) word = g_string_new ("a");

  for (guint i = 0; i < 20; i++)
    g_string_append (word, "-a");
  assert_same (fixture, word->str, 50);
  g_string_append (word, " b ");
  assert_same (fixture, word->str, 50);
  g_string_assign (word, "a-a-a-a-a-a-a-a-a-a-a-a a-a-a-a-a-a-a-a a-b ");
  assert_same (fixture, word->str, 50);
}

/* Test that a word of as many parts as there can be is not looked for in the whole index at once:
 * that would take a second for each 200,000 tasks, in which nobody could end it.
 */
static void
test_word_of_many_parts_takes_pages (Fixture      *fixture,
                                     gconstpointer test_data)
{
  const char *const parts[] = { "x", "\xc3\xbc" };

  db_run (fixture->base.db, "WITH RECURSIVE n (i) AS (SELECT %u UNION ALL SELECT i + 1 FROM n"
          " WHERE i < %u) INSERT INTO texts (rowid, title) SELECT i, 'x x \xc3\xbc \xc3\xbc' FROM n",
          N_TASKS + 1, N_TASKS + 200);

  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      g_autoptr(GString) word = g_string_new (parts[i]);

      while (word->len + 4 <= 256)
        g_string_append_printf (word, "-%s", parts[i]);
      g_assert_cmpuint (assert_same (fixture, word->str, 50), >, 5);
    }
}

/* The largest queries that there can be are such that the index takes: of many parts, and with as
 * many words that begin alike as are looked up, beside each other one or not.
 */
static void
test_largest_search_is_taken (Fixture      *fixture,
                              gconstpointer test_data)
{
  g_autoptr(GString) word = g_string_new ("a");
  HwTaskFilter filter = { .limit = 50 };
  g_autoptr(GError) error = NULL;
  g_autoptr(HwTaskPage) page = NULL;

  db_run (fixture->base.db, "WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n"
          " WHERE i < 31) INSERT INTO texts (rowid, title) SELECT %u + i, 'a a w' || i FROM n",
          N_TASKS + 1);

  assert_same (fixture, "a-a-a-a-a-a-a-a a a a a-a b ab w", 50);
  assert_same (fixture, "a a w", 50);

  while (word->len + 4 <= 256)
    g_string_append (word, "-a");
  filter.text = g_string_append (word, "-w")->str;
  page = hw_task_lists_read (fixture->base.db, &filter, &error);
  g_assert_no_error (error);
  g_assert_nonnull (page);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define ADD(path, test) g_test_add ("/text-search/" path, Fixture, NULL, set_up, test, tear_down)
  ADD ("finds-what-a-model-finds", test_finds_what_a_model_finds);
  ADD ("words-that-never-meet-take-pages", test_words_that_never_meet_take_pages);
  ADD ("letter-that-the-index-does-not-know", test_letter_that_the_index_does_not_know);
  ADD ("word-of-many-parts-is-found", test_word_of_many_parts_is_found);
  ADD ("word-of-many-parts-takes-pages", test_word_of_many_parts_takes_pages);
  ADD ("largest-search-is-taken", test_largest_search_is_taken);
#undef ADD

  return g_test_run ();
}
