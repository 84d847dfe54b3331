/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "tests/store/sqlite-kind.h"

#include "hw-db.h"
#include "hw-test-log.h"

/* By which words the SQLite store finds tasks. */

/* How many go into the index at once. */
#define N_AT_ONCE 256

/* How long a machine that is busy may take for what takes a moment. */
#define PATIENCE (30 * G_USEC_PER_SEC)

static const StoreKind sqlite_kind = {
  .name = "sqlite-search",
  .open = open_sqlite,
  .close = close_sqlite,
};

static void
assert_found (Fixture    *fixture,
              const char *text,
              const char *task_ids)
{
  g_autoptr(HwTaskFilter) filter = hw_task_filter_new ();
  g_autoptr(GError) error = NULL;
  g_autoptr(HwTaskPage) page = NULL;

  filter->text = g_strdup (text);
  filter->limit = 100;
  page = list (fixture, filter, &error);
  g_assert_no_error (error);
  assert_ids (page, task_ids);
  g_assert_cmpuint (page->next, ==, 0);
}

static void
test_search_finds_words_of_all_texts (Fixture      *fixture,
                                      gconstpointer kind)
{
  add (fixture, "{'title': <'Nightly backup of M\xc3\xbcller'>, 'type': <'rsync-home'>}");
  add (fixture, "{'title': <'Film'>, 'parameters': <{'path': <'/srv/video/holiday.mkv'>,"
       " 'argv': <['ffmpeg', '-y']>, 'n': <5>}>}");
  move (fixture, add (fixture, "{'title': <'Failed backup'>}"), HW_TASK_STATE_PENDING,
        "{'state': <'Failed'>, 'error': <'The disk is full.'>}");

  assert_found (fixture, "backup", "3 1");
  assert_found (fixture, "BACKUP night", "1");
  assert_found (fixture, "muller", "1");
  assert_found (fixture, "rsync-home", "1");
  assert_found (fixture, "holiday.mkv", "2");
  assert_found (fixture, "video hol", "2");
  assert_found (fixture, "video hol ", "");
  assert_found (fixture, "video holiday ", "2");
  assert_found (fixture, "hol video", "");
  assert_found (fixture, "ffmpeg", "2");
  assert_found (fixture, "disk full", "3");
  assert_found (fixture, "nothing", "");
}

/* What nobody may see nobody may find either. */
static void
test_search_does_not_find_what_is_hidden (Fixture      *fixture,
                                          gconstpointer kind)
{
  add (fixture, "{'parameters': <{'shown': <'apple'>}>,"
       " 'hidden_parameters': <{'password': <'swordfish'>}>}");

  assert_found (fixture, "apple", "1");
  assert_found (fixture, "swordfish", "");
}

/* Whatever somebody types is words, and never the language of the index. */
static void
test_search_takes_no_orders (Fixture      *fixture,
                             gconstpointer kind)
{
  static const char *const hostile[] = {
    "a OR b", "title:a", "NEAR(a b)", "a AND", "NOT a", "^a", "a*b*", "(a", "{title} : a", "-a",
    "a + b", "\"a", "'a'; DROP TABLE tasks", "a\xcc\x81\xcc\x81", "\xf0\x9f\x98\x80z",
  };

  add (fixture, "{'title': <'Something'>}");
  for (guint i = 0; i < G_N_ELEMENTS (hostile); i++)
    assert_found (fixture, hostile[i], "");
  assert_found (fixture, "some", "1");
}

static void
test_search_knows_what_changed (Fixture      *fixture,
                                gconstpointer kind)
{
  guint64 task_id = add (fixture, "{'title': <'Copy'>}");
  g_autoptr(GPtrArray) events = NULL;

  assert_found (fixture, "broken", "");
  move (fixture, task_id, HW_TASK_STATE_PENDING, "{'state': <'Failed'>, 'error': <'Broken pipe'>}");
  assert_found (fixture, "broken", "1");
  move (fixture, task_id, HW_TASK_STATE_FAILED, "{'state': <'Pending'>}");
  assert_found (fixture, "broken", "");
  assert_found (fixture, "copy", "1");
  move (fixture, task_id, HW_TASK_STATE_PENDING, "{'state': <'Failed'>, 'error': <'Gone'>}");
  assert_found (fixture, "gone", "1");
  events = commit (fixture, new_changes (hw_change_new_remove (1, 1, "me", 1), NULL), NULL);
  assert_found (fixture, "gone", "");
  assert_found (fixture, "copy", "");
}

static void
test_search_goes_with_the_rest_of_a_filter (Fixture      *fixture,
                                            gconstpointer kind)
{
  g_autoptr(HwTaskFilter) filter = hw_task_filter_new ();
  g_autoptr(HwTaskPage) first = NULL;
  g_autoptr(HwTaskPage) second = NULL;

  for (guint i = 0; i < 6; i++)
    add (fixture, i % 2 == 0 ? "{'title': <'Copy'>, 'owner': <'a'>}"
                             : "{'title': <'Copy'>, 'owner': <'b'>}");
  claim (fixture, 1);

  filter->text = g_strdup ("cop");
  filter->owner = g_strdup ("a");
  filter->has_state = TRUE;
  filter->state = HW_TASK_STATE_PENDING;
  filter->limit = 1;
  first = list (fixture, filter, NULL);
  assert_ids (first, "5");
  filter->before = first->next;
  second = list (fixture, filter, NULL);
  assert_ids (second, "3");
  g_assert_cmpuint (second->next, ==, 0);
}

static void
assert_n_found (Fixture    *fixture,
                const char *text,
                guint       n_tasks)
{
  g_autoptr(HwTaskFilter) filter = hw_task_filter_new ();
  g_autoptr(HwTaskPage) page = NULL;

  filter->text = g_strdup (text);
  filter->limit = 1000;
  page = list (fixture, filter, NULL);
  g_assert_cmpuint (page->tasks->len, ==, n_tasks);
}

/* A few words that begin so are looked up one by one, many all at once. */
static void
test_search_finds_all_that_begin_so (Fixture      *fixture,
                                     gconstpointer kind)
{
  for (guint i = 0; i < 40; i++)
    {
      g_autofree char *fields = g_strdup_printf ("{'title': <'File ab%u'>}", i);

      add (fixture, fields);
    }

  assert_n_found (fixture, "AB", 40);
  assert_n_found (fixture, "ab1", 11);
  assert_n_found (fixture, "ab39", 1);
  assert_n_found (fixture, "fil AB1", 0);
  assert_n_found (fixture, "file AB1", 11);
  assert_n_found (fixture, "file file ab", 40);
  assert_n_found (fixture, "ab1 ", 1);
  assert_n_found (fixture, "ac", 0);
  assert_n_found (fixture, "file zz", 0);
  assert_found (fixture, "ab3", "40 39 38 37 36 35 34 33 32 31 4");
}

/* More than go into the index at once, and over a restart. */
static void
test_search_finds_all_of_many (Fixture      *fixture,
                               gconstpointer kind)
{
  g_autoptr(HwTaskFilter) filter = hw_task_filter_new ();
  g_autoptr(HwTaskPage) page = NULL;

  for (guint i = 0; i < 700; i++)
    {
      g_autoptr(Request) request = send_changes (fixture,
                                                 new_changes (new_add ("{'title': <'Copy'>}"),
                                                              NULL));
      g_autoptr(GPtrArray) events = receive_events (request, NULL);
    }
  fixture_close (fixture);
  fixture_open (fixture);

  filter->text = g_strdup ("copy");
  filter->limit = 1000;
  page = list (fixture, filter, NULL);
  g_assert_cmpuint (page->tasks->len, ==, 700);
}

/* Adds as many as go into the index at once. */
static void
add_batch (Fixture *fixture)
{
  GPtrArray *changes = g_ptr_array_new_with_free_func ((GDestroyNotify) hw_change_unref);
  g_autoptr(GPtrArray) events = NULL;

  for (guint i = 0; i < N_AT_ONCE; i++)
    g_ptr_array_add (changes, new_add ("{'title': <'Copy'>}"));
  events = commit (fixture, changes, NULL);
  g_assert_cmpuint (events->len, ==, N_AT_ONCE);
}

/* Waits until so many tasks are found without putting more into the index. */
static void
await_index (Fixture *fixture,
             guint64  n_tasks)
{
  g_autofree char *path = fixture_build_path (fixture, "headway.db");
  g_autoptr(HwDb) db = hw_db_open (path, HW_DB_MODE_READ, NULL);
  gint64 end = g_get_monotonic_time () + PATIENCE;
  guint64 n_indexed = 0;

  while (n_indexed < n_tasks && g_get_monotonic_time () < end)
    {
      g_assert_true (hw_db_get_number (db, "SELECT last_indexed FROM meta", &n_indexed, NULL));
      g_usleep (1000); /* check-source: allow sleep: the writer's thread tells nobody of this */
    }
  g_assert_cmpuint (n_indexed, ==, n_tasks);
}

/* What keeps tasks out of the index may pass, as a full disk does. It is told of once. */
static void
test_index_is_tried_again (Fixture      *fixture,
                           gconstpointer kind)
{
  HwTestLog *log = hw_test_log_install ();

  hw_test_log_expect_warning (log, "Tasks cannot be found by their words: *");
  execute_sql (fixture, "headway.db", "ALTER TABLE texts RENAME TO away");
  add_batch (fixture);
  hw_test_log_await_expected (log, PATIENCE);
  add_batch (fixture);
  execute_sql (fixture, "headway.db", "ALTER TABLE away RENAME TO texts");
  add_batch (fixture);
  await_index (fixture, 3 * N_AT_ONCE);

  assert_n_found (fixture, "copy", 3 * N_AT_ONCE);
}

/* Nobody who adds tasks waits for the index: it is made when nobody asks for anything. */
static void
test_index_is_made_in_quiet_times (Fixture      *fixture,
                                   gconstpointer kind)
{
  add_batch (fixture);
  add_batch (fixture);
  await_index (fixture, 2 * N_AT_ONCE);

  assert_n_found (fixture, "copy", 2 * N_AT_ONCE);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  add_store_test (&sqlite_kind, "finds-words-of-all-texts", test_search_finds_words_of_all_texts);
  add_store_test (&sqlite_kind, "does-not-find-what-is-hidden",
                  test_search_does_not_find_what_is_hidden);
  add_store_test (&sqlite_kind, "takes-no-orders", test_search_takes_no_orders);
  add_store_test (&sqlite_kind, "knows-what-changed", test_search_knows_what_changed);
  add_store_test (&sqlite_kind, "goes-with-the-rest-of-a-filter",
                  test_search_goes_with_the_rest_of_a_filter);
  add_store_test (&sqlite_kind, "finds-all-that-begin-so", test_search_finds_all_that_begin_so);
  add_store_test (&sqlite_kind, "finds-all-of-many", test_search_finds_all_of_many);
  add_store_test (&sqlite_kind, "index-is-tried-again", test_index_is_tried_again);
  add_store_test (&sqlite_kind, "index-is-made-in-quiet-times", test_index_is_made_in_quiet_times);

  return g_test_run ();
}
