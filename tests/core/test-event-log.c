/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-event-log.h"

#include "hw-await.h"
#include "hw-memory-store.h"
#include "tests/support/parsed-fields.h"

/* What the ring holds. */
#define N_RECENT HW_EVENT_LOG_N_RECENT

typedef struct
{
  HwMemoryStore *store; /* (owned) */
  HwEventLog *log;      /* (owned) */
} Fixture;

static void
set_up (Fixture      *fixture,
        gconstpointer test_data)
{
  fixture->store = hw_memory_store_new ();
  fixture->log = hw_event_log_new (HW_STORE (fixture->store));
}

static void
tear_down (Fixture      *fixture,
           gconstpointer test_data)
{
  g_assert_finalize_object (g_steal_pointer (&fixture->log));
  g_assert_finalize_object (g_steal_pointer (&fixture->store));
}

static HwEvent *
make_event (guint64 task_id,
            guint64 seq)
{
  return hw_event_new (HW_EVENT_KIND_MESSAGE, &(HwEventOrigin) { .epoch = 9, .task_id = task_id },
                       seq, NULL);
}

/* Appends one batch: an event of each task of @task_ids, which ends with 0. */
static void
append (Fixture       *fixture,
        const guint64 *task_ids)
{
  g_autoptr(GPtrArray) events =
    g_ptr_array_new_with_free_func ((GDestroyNotify) hw_event_unref);
  guint64 seq = hw_event_log_get_head (fixture->log);

  for (guint i = 0; task_ids[i] != 0; i++)
    g_ptr_array_add (events, make_event (task_ids[i], ++seq));
  hw_event_log_append (fixture->log, events);
}

/* Appends @n_events events of task 1, each alone. */
static void
append_many (Fixture *fixture,
             guint    n_events)
{
  for (guint i = 0; i < n_events; i++)
    append (fixture, (guint64[]) { 1, 0 });
}

static void
set_level (Fixture *fixture,
           guint64  task_id,
           guint64  rev)
{
  g_autoptr(HwEvent) event =
    hw_event_new_progress (&(HwEventOrigin) { .epoch = 9, .task_id = task_id }, rev,
                           parsed_fields ("@a{sv} {}"));

  hw_event_log_set_level (fixture->log, event);
}

static char *
print_numbers (GPtrArray *events)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < events->len; i++)
    {
      HwEvent *event = g_ptr_array_index (events, i);

      g_string_append_printf (text, "%s%" G_GUINT64_FORMAT, i > 0 ? " " : "",
                              hw_event_get_seq (event) + hw_event_get_rev (event));
    }

  return g_string_free (text, FALSE);
}

/* Reads recent events, and writes their numbers and how far that reached. */
static char *
read_recent (Fixture *fixture,
             guint64  task_id,
             guint64  after,
             guint    limit)
{
  g_autoptr(GPtrArray) events =
    g_ptr_array_new_with_free_func ((GDestroyNotify) hw_event_unref);
  g_autofree char *numbers = NULL;
  guint64 reached = 0;

  if (!hw_event_log_read_recent (fixture->log, task_id, after, limit, events, &reached))
    return g_strdup ("older");

  numbers = print_numbers (events);

  return g_strdup_printf ("%s to %" G_GUINT64_FORMAT, numbers, reached);
}

static char *
read_levels (Fixture *fixture,
             guint64  task_id,
             guint64  after_rev)
{
  g_autoptr(GPtrArray) events =
    g_ptr_array_new_with_free_func ((GDestroyNotify) hw_event_unref);

  hw_event_log_read_levels (fixture->log, task_id, after_rev, events);

  return print_numbers (events);
}

#define assert_text(call, expected) \
  G_STMT_START \
  { \
    g_autofree char *text = call; \
    g_assert_cmpstr (text, ==, expected); \
  } \
  G_STMT_END

static void
test_event_log_read_begins_after_the_cursor (Fixture      *fixture,
                                             gconstpointer test_data)
{
  append (fixture, (guint64[]) { 1, 2, 1, 3, 0 });

  assert_text (read_recent (fixture, 0, 0, 10), "1 2 3 4 to 4");
  assert_text (read_recent (fixture, 0, 2, 10), "3 4 to 4");
  assert_text (read_recent (fixture, 0, 4, 10), " to 4");
}

static void
test_event_log_read_by_task_reaches_the_head (Fixture      *fixture,
                                              gconstpointer test_data)
{
  append (fixture, (guint64[]) { 1, 2, 1, 3, 0 });

  assert_text (read_recent (fixture, 1, 0, 10), "1 3 to 4");
  assert_text (read_recent (fixture, 1, 1, 10), "3 to 4");
  assert_text (read_recent (fixture, 7, 0, 10), " to 4");
}

static void
test_event_log_read_with_a_limit_says_how_far_it_came (Fixture      *fixture,
                                                       gconstpointer test_data)
{
  append (fixture, (guint64[]) { 1, 2, 1, 3, 1, 0 });

  assert_text (read_recent (fixture, 0, 0, 2), "1 2 to 2");
  assert_text (read_recent (fixture, 1, 0, 2), "1 3 to 3");
  assert_text (read_recent (fixture, 1, 3, 2), "5 to 5");
}

/* A cursor that is ahead, since the store tells of a commit before the log does. */
static void
test_event_log_read_beyond_the_head_stays_there (Fixture      *fixture,
                                                 gconstpointer test_data)
{
  append (fixture, (guint64[]) { 1, 0 });

  assert_text (read_recent (fixture, 0, 5, 10), " to 5");
}

static void
test_event_log_ring_holds_the_newest_4096 (Fixture      *fixture,
                                           gconstpointer test_data)
{
  append_many (fixture, N_RECENT);
  assert_text (read_recent (fixture, 0, 0, 2), "1 2 to 2");

  append_many (fixture, 1);
  assert_text (read_recent (fixture, 0, 0, 2), "older");
  assert_text (read_recent (fixture, 0, 1, 2), "2 3 to 3");
  assert_text (read_recent (fixture, 0, N_RECENT, 2), "4097 to 4097");
}

static void
test_event_log_ring_wraps_more_than_once (Fixture      *fixture,
                                          gconstpointer test_data)
{
  append_many (fixture, 3 * N_RECENT + 10);

  assert_text (read_recent (fixture, 0, 2 * N_RECENT + 9, 1), "older");
  assert_text (read_recent (fixture, 0, 2 * N_RECENT + 10, 1), "8203 to 8203");
  assert_text (read_recent (fixture, 0, 3 * N_RECENT + 8, 9), "12297 12298 to 12298");
}

/* What was committed by daemons before stands in the store alone. */
static void
test_event_log_begin_leaves_the_past_to_the_store (Fixture      *fixture,
                                                   gconstpointer test_data)
{
  hw_event_log_begin (fixture->log, 100);
  g_assert_cmpuint (hw_event_log_get_head (fixture->log), ==, 100);
  append (fixture, (guint64[]) { 1, 0 });

  assert_text (read_recent (fixture, 0, 99, 9), "older");
  assert_text (read_recent (fixture, 0, 100, 9), "101 to 101");
}

/* Has the store know @n_events, of as many tasks. */
static void
commit (Fixture *fixture,
        guint    n_events)
{
  g_autoptr(GPtrArray) changes = g_ptr_array_new_with_free_func ((GDestroyNotify) hw_change_unref);
  g_autoptr(GPtrArray) events = NULL;

  for (guint i = 0; i < n_events; i++)
    g_ptr_array_add (changes,
                     hw_change_new_add ("me", 1,
                                        parsed_fields ("@a{sv} {'state': <'Pending'>}")));
  events = hw_memory_store_commit_now (fixture->store, changes, NULL);
}

/* Of tasks that are there their events stay, too, but others are missing among them. */
static void
forget_all_but (Fixture *fixture,
                guint    n_events)
{
  const HwStoreLimits limits = { .max_events = n_events };
  gboolean has_more = TRUE;

  while (has_more)
    {
      g_autoptr(GAsyncResult) result = NULL;

      hw_store_forget_async (HW_STORE (fixture->store), &limits, 1, NULL, hw_await_result, &result);
      hw_await_quiet ();
      g_assert_true (hw_store_forget_finish (HW_STORE (fixture->store), result, &has_more, NULL));
    }
}

static void
recall (Fixture *fixture)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;

  hw_event_log_recall_async (fixture->log, hw_await_result, &result);
  hw_await_quiet ();
  g_assert_true (hw_event_log_recall_finish (fixture->log, result, &error));
  g_assert_no_error (error);
}

/* After a restart the ring is as if there had been none. */
static void
test_event_log_recall_reads_what_was_recent (Fixture      *fixture,
                                             gconstpointer test_data)
{
  commit (fixture, N_RECENT + 100);
  hw_event_log_begin (fixture->log, N_RECENT + 100);
  recall (fixture);

  assert_text (read_recent (fixture, 0, 99, 1), "older");
  assert_text (read_recent (fixture, 0, 100, 2), "101 102 to 102");
  assert_text (read_recent (fixture, 0, N_RECENT + 98, 9), "4195 4196 to 4196");
  append (fixture, (guint64[]) { 1, 0 });
  assert_text (read_recent (fixture, 0, 100, 1), "older");
  assert_text (read_recent (fixture, 0, N_RECENT + 99, 9), "4196 4197 to 4197");
}

/* Of what is not whole any more nothing is told, also not when the ring has come round. */
static void
test_event_log_recall_begins_behind_the_last_hole (Fixture      *fixture,
                                                   gconstpointer test_data)
{
  commit (fixture, 300);
  forget_all_but (fixture, 100);
  hw_event_log_begin (fixture->log, 300);
  recall (fixture);
  assert_text (read_recent (fixture, 0, 199, 1), "older");
  assert_text (read_recent (fixture, 0, 200, 1), "201 to 201");

  append_many (fixture, N_RECENT - 299);
  assert_text (read_recent (fixture, 0, 150, 1), "older");
  assert_text (read_recent (fixture, 0, 200, 1), "201 to 201");
}

static void
test_event_log_recall_stands_before_what_comes_meanwhile (Fixture      *fixture,
                                                          gconstpointer test_data)
{
  g_autoptr(GAsyncResult) result = NULL;

  commit (fixture, 3);
  hw_event_log_begin (fixture->log, 3);
  hw_event_log_recall_async (fixture->log, hw_await_result, &result);
  append (fixture, (guint64[]) { 1, 1, 0 });
  commit (fixture, 2);
  hw_await_quiet ();

  g_assert_true (hw_event_log_recall_finish (fixture->log, result, NULL));
  assert_text (read_recent (fixture, 0, 0, 9), "1 2 3 4 5 to 5");
}

static void
test_event_log_recall_drops_nothing_that_came_meanwhile (Fixture      *fixture,
                                                         gconstpointer test_data)
{
  g_autoptr(GAsyncResult) result = NULL;

  commit (fixture, 3);
  hw_event_log_begin (fixture->log, 3);
  hw_event_log_recall_async (fixture->log, hw_await_result, &result);
  append_many (fixture, N_RECENT - 1);
  hw_await_quiet ();
  assert_text (read_recent (fixture, 0, 1, 1), "older");
  assert_text (read_recent (fixture, 0, 2, 2), "3 4 to 4");

  append_many (fixture, 10);
  g_assert_true (hw_event_log_recall_finish (fixture->log, result, NULL));
  g_clear_object (&result);
  recall (fixture);
  assert_text (read_recent (fixture, 0, 11, 1), "older");
  assert_text (read_recent (fixture, 0, 12, 1), "13 to 13");
}

/* Those who come back are told by the store, then. */
static void
test_event_log_recall_does_without_a_store_that_fails (Fixture      *fixture,
                                                       gconstpointer test_data)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;

  commit (fixture, 3);
  hw_event_log_begin (fixture->log, 3);
  hw_memory_store_fail_next (fixture->store, HW_MEMORY_STORE_READ_EVENTS, 1);
  hw_event_log_recall_async (fixture->log, hw_await_result, &result);
  hw_await_quiet ();

  g_assert_false (hw_event_log_recall_finish (fixture->log, result, &error));
  g_assert_nonnull (error);
  assert_text (read_recent (fixture, 0, 2, 9), "older");
  assert_text (read_recent (fixture, 0, 3, 9), " to 3");
}

static void
test_event_log_older_come_from_the_store (Fixture      *fixture,
                                          gconstpointer test_data)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(HwEventPage) page = NULL;

  commit (fixture, 3);
  hw_event_log_read_older_async (fixture->log, &(HwEventQuery) { .after = 1, .limit = 10 }, NULL,
                                 hw_await_result, &result);
  hw_await_quiet ();
  page = hw_event_log_read_older_finish (fixture->log, result, NULL);

  assert_text (print_numbers (page->events), "2 3");
  g_assert_cmpuint (page->head, ==, 3);
}

static void
test_event_log_older_tells_that_the_store_failed (Fixture      *fixture,
                                                  gconstpointer test_data)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;

  hw_memory_store_fail_next (fixture->store, HW_MEMORY_STORE_READ_EVENTS, 1);
  hw_event_log_read_older_async (fixture->log, &(HwEventQuery) { .after = 1, .limit = 10 }, NULL,
                                 hw_await_result, &result);
  hw_await_quiet ();

  g_assert_null (hw_event_log_read_older_finish (fixture->log, result, &error));
  g_assert_nonnull (error);
}

static void
test_event_log_levels_are_in_the_order_of_their_revs (Fixture      *fixture,
                                                      gconstpointer test_data)
{
  set_level (fixture, 1, 11);
  set_level (fixture, 2, 12);
  set_level (fixture, 3, 13);
  set_level (fixture, 1, 14);

  assert_text (read_levels (fixture, 0, 0), "12 13 14");
  assert_text (read_levels (fixture, 0, 12), "13 14");
  assert_text (read_levels (fixture, 0, 14), "");
}

static void
test_event_log_levels_of_one_task_are_its_newest (Fixture      *fixture,
                                                  gconstpointer test_data)
{
  set_level (fixture, 1, 11);
  set_level (fixture, 2, 12);
  set_level (fixture, 1, 13);

  assert_text (read_levels (fixture, 1, 0), "13");
  assert_text (read_levels (fixture, 1, 13), "");
  assert_text (read_levels (fixture, 7, 0), "");
}

static void
test_event_log_levels_are_forgotten_with_the_attempt (Fixture      *fixture,
                                                      gconstpointer test_data)
{
  set_level (fixture, 1, 11);
  set_level (fixture, 2, 12);
  hw_event_log_clear_level (fixture->log, 1);
  hw_event_log_clear_level (fixture->log, 7);

  assert_text (read_levels (fixture, 0, 0), "12");
  assert_text (read_levels (fixture, 1, 0), "");
}

static void
count (gpointer user_data)
{
  guint *n_told = user_data;

  (*n_told)++;
}

static void
test_event_log_listener_is_told_once_a_batch (Fixture      *fixture,
                                              gconstpointer test_data)
{
  guint n_of_one = 0;
  guint n_of_all = 0;
  guint one = hw_event_log_add_listener (fixture->log, 1, count, &n_of_one);
  guint all = hw_event_log_add_listener (fixture->log, 0, count, &n_of_all);

  append (fixture, (guint64[]) { 1, 2, 1, 1, 0 });
  g_assert_cmpuint (n_of_one, ==, 1);
  g_assert_cmpuint (n_of_all, ==, 1);

  append (fixture, (guint64[]) { 1, 0 });
  g_assert_cmpuint (n_of_one, ==, 2);
  g_assert_cmpuint (n_of_all, ==, 2);

  hw_event_log_remove_listener (fixture->log, one);
  hw_event_log_remove_listener (fixture->log, all);
}

static void
test_event_log_listener_is_told_of_its_task_only (Fixture      *fixture,
                                                  gconstpointer test_data)
{
  guint n_told = 0;
  guint id = hw_event_log_add_listener (fixture->log, 1, count, &n_told);

  append (fixture, (guint64[]) { 2, 3, 0 });
  set_level (fixture, 2, 11);
  g_assert_cmpuint (n_told, ==, 0);

  set_level (fixture, 1, 12);
  g_assert_cmpuint (n_told, ==, 1);

  hw_event_log_remove_listener (fixture->log, id);
}

static void
test_event_log_listener_that_left_is_not_told (Fixture      *fixture,
                                               gconstpointer test_data)
{
  guint n_told[3] = { 0 };
  guint ids[3];

  for (guint i = 0; i < 3; i++)
    ids[i] = hw_event_log_add_listener (fixture->log, 1, count, &n_told[i]);
  hw_event_log_remove_listener (fixture->log, ids[0]);
  append (fixture, (guint64[]) { 1, 0 });

  g_assert_cmpuint (n_told[0], ==, 0);
  g_assert_cmpuint (n_told[1], ==, 1);
  g_assert_cmpuint (n_told[2], ==, 1);

  hw_event_log_remove_listener (fixture->log, ids[1]);
  hw_event_log_remove_listener (fixture->log, ids[2]);
}

#define ADD(path, function) g_test_add (path, Fixture, NULL, set_up, function, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("/event-log/read/begins-after-the-cursor", test_event_log_read_begins_after_the_cursor);
  ADD ("/event-log/read/by-task-reaches-the-head", test_event_log_read_by_task_reaches_the_head);
  ADD ("/event-log/read/with-a-limit-says-how-far-it-came",
       test_event_log_read_with_a_limit_says_how_far_it_came);
  ADD ("/event-log/read/beyond-the-head-stays-there",
       test_event_log_read_beyond_the_head_stays_there);
  ADD ("/event-log/ring/holds-the-newest-4096", test_event_log_ring_holds_the_newest_4096);
  ADD ("/event-log/ring/wraps-more-than-once", test_event_log_ring_wraps_more_than_once);
  ADD ("/event-log/begin/leaves-the-past-to-the-store",
       test_event_log_begin_leaves_the_past_to_the_store);
  ADD ("/event-log/recall/reads-what-was-recent", test_event_log_recall_reads_what_was_recent);
  ADD ("/event-log/recall/begins-behind-the-last-hole",
       test_event_log_recall_begins_behind_the_last_hole);
  ADD ("/event-log/recall/stands-before-what-comes-meanwhile",
       test_event_log_recall_stands_before_what_comes_meanwhile);
  ADD ("/event-log/recall/drops-nothing-that-came-meanwhile",
       test_event_log_recall_drops_nothing_that_came_meanwhile);
  ADD ("/event-log/recall/does-without-a-store-that-fails",
       test_event_log_recall_does_without_a_store_that_fails);
  ADD ("/event-log/older/come-from-the-store", test_event_log_older_come_from_the_store);
  ADD ("/event-log/older/tells-that-the-store-failed",
       test_event_log_older_tells_that_the_store_failed);
  ADD ("/event-log/levels/are-in-the-order-of-their-revs",
       test_event_log_levels_are_in_the_order_of_their_revs);
  ADD ("/event-log/levels/of-one-task-are-its-newest",
       test_event_log_levels_of_one_task_are_its_newest);
  ADD ("/event-log/levels/are-forgotten-with-the-attempt",
       test_event_log_levels_are_forgotten_with_the_attempt);
  ADD ("/event-log/listener/is-told-once-a-batch", test_event_log_listener_is_told_once_a_batch);
  ADD ("/event-log/listener/is-told-of-its-task-only",
       test_event_log_listener_is_told_of_its_task_only);
  ADD ("/event-log/listener/that-left-is-not-told",
       test_event_log_listener_that_left_is_not_told);

  return g_test_run ();
}
