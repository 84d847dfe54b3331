/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "tests/store/store-suite.h"
#include "tests/support/parsed-fields.h"
#include "tests/support/wait.h"

#include "hw-error.h"
#include "hw-task-private.h"

/* What a store promises of its news: all of it, in order, before any answer; and of
 * answers: each comes, whoever waits for it or has gone.
 */

/* Requests at once. */
#define N_REQUESTS 200

/* Sends commits of one new task each. */
static GPtrArray *
send_many (Fixture *fixture,
           guint    n_requests)
{
  GPtrArray *requests = g_ptr_array_new_with_free_func ((GDestroyNotify) request_free);

  for (guint i = 0; i < n_requests; i++)
    g_ptr_array_add (requests,
                     send_changes (fixture, new_changes (new_add ("@a{sv} {}"), NULL)));

  return requests;
}

static void
test_committed_is_told_in_order (Fixture      *fixture,
                                 gconstpointer kind)
{
  g_autoptr(GPtrArray) requests = send_many (fixture, N_REQUESTS);

  for (guint i = 0; i < N_REQUESTS; i++)
    {
      g_autoptr(GError) error = NULL;
      g_autoptr(GPtrArray) events = receive_events (g_ptr_array_index (requests, i), &error);

      g_assert_no_error (error);
      assert_seqs (events, i + 1, i + 1);
    }

  assert_seqs (fixture->heard, 1, N_REQUESTS);
}

/* Whoever hears of a commit sees the fold over all events up to it. */
static void
test_committed_is_told_before_the_answer (Fixture      *fixture,
                                          gconstpointer kind)
{
  g_autoptr(GPtrArray) requests = send_many (fixture, N_REQUESTS);

  for (guint i = 0; i < N_REQUESTS; i++)
    {
      Request *request = g_ptr_array_index (requests, i);

      g_ptr_array_unref (receive_events (request, NULL));
      g_assert_cmpuint (request->n_heard, >=, i + 1);
    }
}

static void
test_committed_is_silent_of_what_failed (Fixture      *fixture,
                                         gconstpointer kind)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) events = NULL;

  events = commit (fixture, new_changes (new_state (7, HW_TASK_STATE_PENDING, 0,
                                                    "{'state': <'Failed'>}"), NULL), &error);
  g_assert_error (error, HW_ERROR, HW_ERROR_CONFLICT);

  g_assert_cmpuint (fixture->n_told, ==, 0);
}

/* What the events say of a task, one after the other, is what is stored of it. */
static void
test_committed_folds_into_what_is_stored (Fixture      *fixture,
                                          gconstpointer kind)
{
  guint64 task_id = add (fixture, "{'title': <'T'>, 'attempt': <@u 0>,"
                         " 'parameters': <{'a': <1>}>,"
                         " 'hidden_parameters': <{'b': <2>}>}");
  g_autoptr(HwTask) folded = hw_task_new (task_id, 0, parsed_fields ("@a{sv} {}"));
  g_autoptr(HwTask) stored = NULL;

  claim (fixture, task_id);
  move (fixture, task_id, HW_TASK_STATE_PROCESSING,
        "{'state': <'Pending'>, 'result': <'interrupted'>}");
  claim (fixture, task_id);
  g_ptr_array_unref (commit (fixture, new_changes (hw_change_new_message (task_id, 2, "node", 9,
                                                                          "Hm"), NULL), NULL));
  move (fixture, task_id, HW_TASK_STATE_PROCESSING,
        "{'state': <'Completed'>, 'result': <'success'>, 'value': <{'n': <3>}>}");

  for (guint i = 0; i < fixture->heard->len; i++)
    hw_task_apply (folded, g_ptr_array_index (fixture->heard, i));
  stored = get_task (fixture, task_id, NULL);
  g_assert_cmpuint (hw_task_get_seq (folded), ==, hw_task_get_seq (stored));
  for (guint i = 0; i < HW_N_TASK_FIELDS; i++)
    {
      GVariant *a = hw_task_get_field (folded, (HwTaskField) i);
      GVariant *b = hw_task_get_field (stored, (HwTaskField) i);

      g_assert_cmpint (a != NULL, ==, b != NULL);
      if (a != NULL)
        g_assert_cmpvariant (a, b);
    }
}

static void
test_answer_may_be_let_go (Fixture      *fixture,
                           gconstpointer kind)
{
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(GPtrArray) changes = new_changes (new_add ("@a{sv} {}"), NULL);
  g_autoptr(Request) request = request_new (fixture);
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) events = NULL;

  hw_store_commit_async (fixture->store, changes, cancellable, on_answered, request);
  g_cancellable_cancel (cancellable);
  events = receive_events (request, &error);

  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  assert_seqs (fixture->heard, 1, 1);
}

static void
test_answer_of_a_read_may_be_let_go (Fixture      *fixture,
                                     gconstpointer kind)
{
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(Request) request = request_new (fixture);
  g_autoptr(GError) error = NULL;
  g_autoptr(HwTaskPage) page = NULL;

  g_cancellable_cancel (cancellable);
  hw_store_list_open_async (fixture->store, cancellable, on_answered, request);
  wait_until (request->result != NULL);
  page = hw_store_list_finish (fixture->store, request->result, &error);

  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
on_answered_without_owner (GObject      *source,
                           GAsyncResult *result,
                           gpointer      user_data)
{
  guint *n_answers = user_data;

  (*n_answers)++;
}

/* Whoever made the store drops it while it has much to do. */
static void
test_answers_come_without_the_owner (Fixture      *fixture,
                                     gconstpointer kind)
{
  guint n_answers = 0;
  HwStore *store = fixture->store;

  for (guint i = 0; i < N_REQUESTS; i++)
    {
      g_autoptr(GPtrArray) changes = new_changes (new_add ("@a{sv} {}"), NULL);

      hw_store_commit_async (store, changes, NULL, on_answered_without_owner, &n_answers);
      hw_store_list_open_async (store, NULL, on_answered_without_owner, &n_answers);
    }
  g_object_add_weak_pointer (G_OBJECT (store), (gpointer *) &fixture->store);
  g_object_unref (store);
  wait_until (n_answers == 2 * N_REQUESTS);

  assert_seqs (fixture->heard, 1, N_REQUESTS);
  wait_until (fixture->store == NULL);
}

/* What was read is never newer than what was told. */
static void
test_read_comes_after_its_news (Fixture      *fixture,
                                gconstpointer kind)
{
  g_autoptr(GPtrArray) reads = g_ptr_array_new_with_free_func ((GDestroyNotify) request_free);
  g_autoptr(GPtrArray) writes = g_ptr_array_new_with_free_func ((GDestroyNotify) request_free);

  for (guint i = 0; i < N_REQUESTS; i++)
    {
      Request *read = request_new (fixture);

      g_ptr_array_add (writes,
                       send_changes (fixture, new_changes (new_add ("@a{sv} {}"), NULL)));
      g_ptr_array_add (reads, read);
      hw_store_list_candidates_async (fixture->store, 10, NULL, on_answered, read);
      g_main_context_iteration (NULL, FALSE);
    }

  for (guint i = 0; i < N_REQUESTS; i++)
    {
      Request *read = g_ptr_array_index (reads, i);
      g_autoptr(HwTaskPage) page = NULL;

      wait_until (read->result != NULL);
      page = hw_store_list_finish (read->store, read->result, NULL);
      g_assert_cmpuint (page->seq, <=, read->n_heard);
    }
  for (guint i = 0; i < N_REQUESTS; i++)
    g_ptr_array_unref (receive_events (g_ptr_array_index (writes, i), NULL));
}

/* Two tasks are added at once: nobody ever sees one of them. */
static void
test_read_sees_whole_commits (Fixture      *fixture,
                              gconstpointer kind)
{
  g_autoptr(GPtrArray) reads = g_ptr_array_new_with_free_func ((GDestroyNotify) request_free);
  g_autoptr(GPtrArray) writes = g_ptr_array_new_with_free_func ((GDestroyNotify) request_free);

  for (guint i = 0; i < N_REQUESTS; i++)
    {
      Request *read = request_new (fixture);

      g_ptr_array_add (writes,
                       send_changes (fixture, new_changes (new_add ("@a{sv} {}"),
                                                           new_add ("@a{sv} {}"), NULL)));
      g_ptr_array_add (reads, read);
      hw_store_list_candidates_async (fixture->store, 1000, NULL, on_answered, read);
    }

  for (guint i = 0; i < N_REQUESTS; i++)
    {
      Request *read = g_ptr_array_index (reads, i);
      g_autoptr(HwTaskPage) page = NULL;

      wait_until (read->result != NULL);
      page = hw_store_list_finish (read->store, read->result, NULL);
      g_assert_cmpuint (page->tasks->len % 2, ==, 0);
      g_assert_cmpuint (page->tasks->len, ==, page->seq);
    }
  for (guint i = 0; i < N_REQUESTS; i++)
    g_ptr_array_unref (receive_events (g_ptr_array_index (writes, i), NULL));
}

void
add_store_telling_tests (const StoreKind *kind)
{
  static const struct
  {
    const char *claim;
    FixtureFunc test;
  } tests[] = {
    { "committed/is-told-in-order", test_committed_is_told_in_order },
    { "committed/is-told-before-the-answer", test_committed_is_told_before_the_answer },
    { "committed/is-silent-of-what-failed", test_committed_is_silent_of_what_failed },
    { "committed/folds-into-what-is-stored", test_committed_folds_into_what_is_stored },
    { "answer/may-be-let-go", test_answer_may_be_let_go },
    { "answer/of-a-read-may-be-let-go", test_answer_of_a_read_may_be_let_go },
    { "answer/comes-without-the-owner", test_answers_come_without_the_owner },
    { "read/comes-after-its-news", test_read_comes_after_its_news },
    { "read/sees-whole-commits", test_read_sees_whole_commits },
  };

  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    add_store_test (kind, tests[i].claim, tests[i].test);
}
