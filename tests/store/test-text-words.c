/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-db-private.h"
#include "hw-task-lists.h"
#include "hw-text-rows.h"
#include "hw-text-words.h"

#include "tests/store/db-fixture.h"

/* Which words begin alike, as the pages of the index say, and what a page of tasks costs: counted
 * in steps of SQLite's machine, to which it adds some for each page of the file that it reads.
 */

/* A short history, of more tasks than one page of a search looks at, and a long one. */
#define N_SHORT 6000
#define N_LONG 30000

/* What it may cost to go through the tasks with one word for a page: 1,750 tasks. */
#define N_WORD_STEPS 10000

/* How often the index is damaged. */
#define N_DAMAGES 1000

static void
set_up (DbFixture    *fixture,
        gconstpointer test_data)
{
  db_fixture_open_schema (fixture);
}

static void
tear_down (DbFixture    *fixture,
           gconstpointer test_data)
{
  db_fixture_close (fixture);
}

/* Puts the texts of tasks into the index, at once: some words that all have, which take pages,
 * and many that few have.
 */
static void
add_texts (DbFixture *fixture,
           guint      first,
           guint      last)
{
  db_run (fixture->db,
          "WITH RECURSIVE n (i) AS (SELECT %u UNION ALL SELECT i + 1 FROM n WHERE i < %u)"
          " INSERT INTO texts (rowid, title) SELECT i, 'common commons ab' || (i %% 700) || ' ' || i"
          "  || CASE i %% 100 WHEN 0 THEN ' rare \xc3\xa9t\xc3\xa9' ELSE '' END FROM n",
          first, last);
}

/* What SQLite says which words begin so. */
static GHashTable *
list_words (DbFixture  *fixture,
            const char *beginning)
{
  g_autoptr(GHashTable) words = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autofree char *pattern = g_strconcat (beginning, "*", NULL);
  g_autoptr(HwDbStatement) statement = NULL;
  gboolean has_row = TRUE;

  g_assert_true (hw_db_run (fixture->db, "CREATE VIRTUAL TABLE IF NOT EXISTS temp.words"
                            " USING fts5vocab ('main', 'texts', 'row')", NULL));
  statement = hw_db_prepare (fixture->db, "SELECT term FROM temp.words WHERE term GLOB ?", NULL);
  hw_db_statement_bind_string (statement, 1, pattern);
  while (hw_db_statement_step (statement, &has_row, NULL) && has_row)
    g_hash_table_add (words, g_strdup (hw_db_statement_get_string (statement, 0)));

  return g_steal_pointer (&words);
}

static void
assert_found (DbFixture  *fixture,
              const char *beginning,
              guint       max_words)
{
  g_autoptr(GHashTable) expected = list_words (fixture, beginning);
  g_autoptr(GHashTable) words = NULL;
  g_autoptr(GError) error = NULL;
  GHashTableIter iter;
  gpointer word;

  g_assert_true (hw_text_words_find (fixture->db, beginning, max_words, &words, &error));
  g_assert_no_error (error);
  if (g_hash_table_size (expected) > max_words)
    {
      g_assert_null (words);
      return;
    }

  g_assert_nonnull (words);
  g_assert_cmpuint (g_hash_table_size (words), ==, g_hash_table_size (expected));
  g_hash_table_iter_init (&iter, words);
  while (g_hash_table_iter_next (&iter, &word, NULL))
    g_assert_true (g_hash_table_contains (expected, word));
}

static void
assert_all_found (DbFixture *fixture)
{
  static const char *const beginnings[] = {
    "a", "ab", "ab1", "ab69", "ab699", "c", "comm", "common", "commons", "commonsx", "e", "1", "12",
    "1234", "9", "0", "r", "rare", "z",
  };

  for (guint i = 0; i < G_N_ELEMENTS (beginnings); i++)
    {
      assert_found (fixture, beginnings[i], 32);
      assert_found (fixture, beginnings[i], 2000);
    }
}

/* As SQLite does it, whatever it has made of the index meanwhile. */
static void
test_finds_what_is_there (DbFixture    *fixture,
                          gconstpointer test_data)
{
  assert_all_found (fixture);
  for (guint i = 0; i < 12; i++)
    add_texts (fixture, i * 700 + 1, (i + 1) * 700);
  assert_all_found (fixture);

  db_run (fixture->db, "INSERT INTO texts (texts, rank) VALUES ('usermerge', 2)");
  for (guint i = 0; i < 6; i++)
    {
      db_run (fixture->db, "INSERT INTO texts (texts, rank) VALUES ('merge', %u)", 3 + 5 * i);
      assert_all_found (fixture);
    }

  db_run (fixture->db, "INSERT INTO texts (texts) VALUES ('optimize')");
  assert_all_found (fixture);
}

/* A merge that is not finished may have emptied what it merges, and still names it: the first or
 * the second of these, without pages.
 */
static void
test_finds_what_is_being_merged (DbFixture    *fixture,
                                 gconstpointer test_data)
{
  guint64 was_emptied = 0;

  db_run (fixture->db, "INSERT INTO texts (texts, rank) VALUES ('automerge', 0)");
  db_run (fixture->db, "INSERT INTO texts (texts, rank) VALUES ('usermerge', 2)");
  add_texts (fixture, 1, 3000);
  db_run (fixture->db, "WITH RECURSIVE n (i) AS (SELECT 3001 UNION ALL SELECT i + 1 FROM n WHERE i < 9000)"
          " INSERT INTO texts (rowid, title) SELECT i, 'zz' || i FROM n");
  for (guint i = 0; i < 100 && !was_emptied; i++)
    {
      db_run (fixture->db, "INSERT INTO texts (texts, rank) VALUES ('merge', 3)");
      g_assert_true (hw_db_get_number (fixture->db, "SELECT instr (block, x'010000') OR"
                                       " instr (block, x'020000') FROM texts_data WHERE id = 10",
                                       &was_emptied, NULL));
      assert_all_found (fixture);
    }

  g_assert_cmpuint (was_emptied, ==, 1);
}

static int
on_step (gpointer user_data)
{
  (*(guint *) user_data)++;

  return 0;
}

/* Counts the steps that it takes to find the words behind those that all tasks have. */
static guint
count_steps_past (DbFixture *fixture,
                  guint      n_tasks)
{
  g_autoptr(GHashTable) words = NULL;
  guint n_steps = 0;

  add_texts (fixture, 1, n_tasks);
  db_run (fixture->db, "INSERT INTO texts (rowid, title) VALUES (%u, 'commonplace')", n_tasks + 1);
  db_run (fixture->db, "INSERT INTO texts (texts) VALUES ('optimize')");

  sqlite3_progress_handler (hw_db_get_handle (fixture->db), 1, on_step, &n_steps);
  g_assert_true (hw_text_words_find (fixture->db, "common", 32, &words, NULL));
  sqlite3_progress_handler (hw_db_get_handle (fixture->db), 0, NULL, NULL);
  g_assert_cmpuint (g_hash_table_size (words), ==, 3);

  return n_steps;
}

/* A word that all tasks have is passed over: it is not gone through. */
static void
test_common_word_is_passed_over (DbFixture    *fixture,
                                 gconstpointer test_data)
{
  DbFixture longer = { NULL };
  guint n_short, n_long;

  set_up (&longer, NULL);
  n_short = count_steps_past (fixture, 5000);
  n_long = count_steps_past (&longer, 30000);
  g_assert_cmpuint (n_long, ==, n_short);
  tear_down (&longer, NULL);
}

/* Whatever the index has become, it is not trusted. */
static void
test_damage_does_no_harm (DbFixture    *fixture,
                          gconstpointer test_data)
{
  guint n_answered = 0;

  sqlite3_db_config (hw_db_get_handle (fixture->db), SQLITE_DBCONFIG_DEFENSIVE, 0, NULL);
  add_texts (fixture, 1, 1000);
  for (guint i = 0; i < N_DAMAGES; i++)
    {
      g_autoptr(GHashTable) words = NULL;

      db_run (fixture->db, "SAVEPOINT whole");
      db_run (fixture->db, "UPDATE texts_data SET block = CAST (substr (block, 1, %d) AS BLOB) ||"
              " randomblob (%d) || CAST (substr (block, %d) AS BLOB) WHERE id = 10 OR abs (random ()) %% 4 = 0",
              g_test_rand_int_range (0, 60), g_test_rand_int_range (1, 4),
              g_test_rand_int_range (2, 60));
      n_answered += hw_text_words_find (fixture->db, "ab", 32, &words, NULL) ? 1 : 0;
      db_run (fixture->db, "ROLLBACK TO whole; RELEASE whole");
    }

  g_assert_cmpuint (n_answered, ==, N_DAMAGES);
}

/* Makes a history in which one task in a hundred has a rare word, and none has failed. Two words
 * are in every second task each, and in none together.
 */
static void
make_history (DbFixture *fixture,
              guint      n_tasks)
{
  guint64 last_indexed = 0;

  db_run (fixture->db, "BEGIN IMMEDIATE");
  db_run (fixture->db,
          "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %u)"
          " INSERT INTO tasks (id, seq, type, title, state, owner, attempt)"
          " SELECT i, i, 'checksum', 'Copy of file ' || i || CASE i %% 100 WHEN 0"
          "  THEN ' rare' ELSE '' END || CASE i %% 2 WHEN 0 THEN ' even' ELSE ' odd' END,"
          " 'Completed', 'uid:1000', 1 FROM n", n_tasks);
  while (last_indexed < n_tasks)
    g_assert_true (hw_text_rows_catch_up (fixture->db, &last_indexed, n_tasks, 10000, NULL));
  db_run (fixture->db, "COMMIT");
}

/* Counts the steps of a page: none of it is prepared for the first time. */
static guint
count_steps (HwDb               *db,
             const HwTaskFilter *filter,
             guint               n_expected,
             gboolean            has_next)
{
  guint n_steps = 0;

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr(HwTaskPage) page = NULL;

      n_steps = 0;
      sqlite3_progress_handler (hw_db_get_handle (db), 1, on_step, &n_steps);
      page = hw_task_lists_read (db, filter, NULL);
      sqlite3_progress_handler (hw_db_get_handle (db), 0, NULL, NULL);
      g_assert_nonnull (page);
      g_assert_cmpuint (page->tasks->len, ==, n_expected);
      g_assert_cmpint (page->next != 0, ==, has_next);
    }

  return n_steps;
}

/* A page of tasks, of which a filter may take few or none, costs the same in a history that is
 * five times as long.
 */
static void
test_page_costs_the_same_in_a_long_history (DbFixture    *fixture,
                                            gconstpointer test_data)
{
  const struct
  {
    HwTaskFilter filter;
    guint n_tasks;
    gboolean is_short; /* its first word leads to the end of a short history: others are spared */
  } pages[] = {
    { { .text = (char *) "copy " }, 50 },
    { { .text = (char *) "co" }, 50 },
    { { .text = (char *) "checks" }, 50 },
    { { .text = (char *) "rare" }, 50 },
    { { .text = (char *) "copy rare" }, 50 },
    { { .text = (char *) "rare co" }, 50, TRUE },
    { { .text = (char *) "copy", .has_state = TRUE, .state = HW_TASK_STATE_FAILED }, 0 },
    { { .text = (char *) "copy of file", .owner = (char *) "uid:1" }, 0 },
    { { .text = (char *) "copy-of", .type = (char *) "demo" }, 0 },
    { { .text = (char *) "even odd " }, 0 },
    { { .text = (char *) "file-of" }, 0 },
    { { .type = (char *) "checksum" }, 50 },
    { { .type = (char *) "checksum", .owner = (char *) "uid:1" }, 0 },
    { { .owner = (char *) "uid:1000", .type = (char *) "checksum" }, 50 },
    { { .has_state = TRUE, .state = HW_TASK_STATE_COMPLETED, .owner = (char *) "uid:1" }, 0 },
    { { .has_state = TRUE, .state = HW_TASK_STATE_COMPLETED, .type = (char *) "checksum",
        .owner = (char *) "uid:1" }, 0 },
  };
  DbFixture longer = { NULL };

  make_history (fixture, N_SHORT);
  set_up (&longer, NULL);
  make_history (&longer, N_LONG);

  for (guint i = 0; i < G_N_ELEMENTS (pages); i++)
    {
      HwTaskFilter filter = pages[i].filter;
      guint n_short, n_long;

      filter.limit = 50;
      n_short = count_steps (fixture->db, &filter, pages[i].n_tasks, TRUE);
      n_long = count_steps (longer.db, &filter, pages[i].n_tasks, TRUE);
      g_test_message ("page %u: %u and %u steps", i, n_short, n_long);
      g_assert_cmpuint (n_long, <, n_short * 3 / 2 + (pages[i].is_short ? N_WORD_STEPS : 0));
    }

  tear_down (&longer, NULL);
}

/* What was cut is gone through to its end by pages that may be empty. */
static void
test_cut_pages_reach_the_end (DbFixture    *fixture,
                              gconstpointer test_data)
{
  HwTaskFilter filter = { .type = (char *) "checksum", .owner = (char *) "uid:1", .limit = 50 };
  guint n_pages = 0;
  guint n_tasks = 0;

  make_history (fixture, 3 * N_SHORT);
  db_run (fixture->db, "UPDATE tasks SET owner = 'uid:1' WHERE id IN (1, 2, 9000)");
  do
    {
      g_autoptr(HwTaskPage) page = hw_task_lists_read (fixture->db, &filter, NULL);

      n_pages++;
      n_tasks += page->tasks->len;
      filter.before = page->next;
    }
  while (filter.before != 0);

  g_assert_cmpuint (n_tasks, ==, 3);
  g_assert_cmpuint (n_pages, ==, 4);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add ("/text-words/finds-what-is-there", DbFixture, NULL, set_up, test_finds_what_is_there,
              tear_down);
  g_test_add ("/text-words/finds-what-is-being-merged", DbFixture, NULL, set_up,
              test_finds_what_is_being_merged, tear_down);
  g_test_add ("/text-words/common-word-is-passed-over", DbFixture, NULL, set_up,
              test_common_word_is_passed_over, tear_down);
  g_test_add ("/text-words/damage-does-no-harm", DbFixture, NULL, set_up, test_damage_does_no_harm,
              tear_down);
  g_test_add ("/text-words/page-costs-the-same-in-a-long-history", DbFixture, NULL, set_up,
              test_page_costs_the_same_in_a_long_history, tear_down);
  g_test_add ("/text-words/cut-pages-reach-the-end", DbFixture, NULL, set_up,
              test_cut_pages_reach_the_end, tear_down);

  return g_test_run ();
}
