/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "tests/store/store-suite.h"

#include "hw-error.h"
#include "hw-task-key.h"

/* What a store promises to requests that have a key: they count once. */

/* Makes a request of @n_tasks tasks, as somebody asks for it at a time. */
static GPtrArray *
new_request (const char *actor,
             const char *key,
             const char *digest,
             guint       n_tasks,
             gint64      at)
{
  GPtrArray *changes = g_ptr_array_new_with_free_func ((GDestroyNotify) hw_change_unref);

  for (guint i = 0; i < n_tasks; i++)
    {
      GVariant *fields = g_variant_new_parsed ("{'type': <'noop'>, 'state': <'Pending'>}");

      g_ptr_array_add (changes, hw_change_new_add (actor, at,
                                                   hw_task_fields_new_from_variant (fields)));
    }
  hw_change_set_key (g_ptr_array_index (changes, 0), key, digest);

  return changes;
}

/* Claims that a request was answered with tasks from @first on. */
static void
assert_tasks (GPtrArray *events,
              guint64    first,
              guint      n_tasks)
{
  g_assert_nonnull (events);
  g_assert_cmpuint (events->len, ==, n_tasks);
  for (guint i = 0; i < n_tasks; i++)
    {
      HwEvent *event = g_ptr_array_index (events, i);

      g_assert_cmpint (hw_event_get_kind (event), ==, HW_EVENT_KIND_ADDED);
      g_assert_cmpuint (hw_event_get_task_id (event), ==, first + i);
      g_assert_true (g_variant_lookup (hw_event_get_changes (event), "type", "&s", NULL));
    }
}

static void
test_same_request_counts_once (Fixture      *fixture,
                               gconstpointer kind)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) first = commit (fixture, new_request ("a", "k", "d", 2, 1), &error);
  g_autoptr(GPtrArray) second = commit (fixture, new_request ("a", "k", "d", 2, 2), &error);

  g_assert_no_error (error);
  assert_tasks (first, 1, 2);
  assert_tasks (second, 1, 2);
  g_assert_cmpuint (add (fixture, "@a{sv} {}"), ==, 3);
  assert_seqs (fixture->heard, 1, 3);
}

static void
test_other_request_is_a_conflict (Fixture      *fixture,
                                  gconstpointer kind)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) first = commit (fixture, new_request ("a", "k", "d", 1, 1), NULL);
  g_autoptr(GPtrArray) second = commit (fixture, new_request ("a", "k", "other", 1, 2), &error);

  g_assert_null (second);
  g_assert_error (error, HW_ERROR, HW_ERROR_CONFLICT);
  assert_tasks (first, 1, 1);
  assert_seqs (fixture->heard, 1, 1);
}

static void
test_key_is_its_owners (Fixture      *fixture,
                        gconstpointer kind)
{
  g_autoptr(GPtrArray) first = commit (fixture, new_request ("a", "k", "d", 1, 1), NULL);
  g_autoptr(GPtrArray) second = commit (fixture, new_request ("b", "k", "other", 1, 1), NULL);

  assert_tasks (first, 1, 1);
  assert_tasks (second, 2, 1);
}

/* Whoever gets impatient asks again before there is an answer. */
static void
test_same_request_waits_with_the_first (Fixture      *fixture,
                                        gconstpointer kind)
{
  Request *requests[10];

  for (guint i = 0; i < G_N_ELEMENTS (requests); i++)
    requests[i] = send_changes (fixture, new_request ("a", "k", "d", 3, i + 1));

  for (guint i = 0; i < G_N_ELEMENTS (requests); i++)
    {
      g_autoptr(GPtrArray) events = receive_events (requests[i], NULL);

      assert_tasks (events, 1, 3);
      g_assert_cmpuint (requests[i]->n_heard, ==, 3);
      request_free (requests[i]);
    }
}

static void
test_key_lasts_for_a_week (Fixture      *fixture,
                           gconstpointer kind)
{
  g_autoptr(GPtrArray) first = commit (fixture, new_request ("a", "k", "d", 1, 1), NULL);
  g_autoptr(GPtrArray) in_time =
    commit (fixture, new_request ("a", "k", "d", 1, HW_TASK_KEY_LIFETIME), NULL);
  g_autoptr(GPtrArray) too_late =
    commit (fixture, new_request ("a", "k", "other", 1, HW_TASK_KEY_LIFETIME + 1), NULL);

  assert_tasks (first, 1, 1);
  assert_tasks (in_time, 1, 1);
  assert_tasks (too_late, 2, 1);
}

/* What was refused has no key: it may be sent again when it is right. */
static void
test_refused_request_leaves_no_key (Fixture      *fixture,
                                    gconstpointer kind)
{
  GPtrArray *wrong = new_request ("a", "k", "d", 1, 1);
  g_autoptr(GPtrArray) refused = NULL;
  g_autoptr(GPtrArray) taken = NULL;

  g_ptr_array_add (wrong, new_state (1000, HW_TASK_STATE_PENDING, 0, "{'state': <'Failed'>}"));
  refused = commit (fixture, wrong, NULL);
  taken = commit (fixture, new_request ("a", "k", "d", 1, 1), NULL);

  g_assert_null (refused);
  assert_tasks (taken, 1, 1);
}

void
add_store_key_tests (const StoreKind *kind)
{
  add_store_test (kind, "key/same-request-counts-once", test_same_request_counts_once);
  add_store_test (kind, "key/other-request-is-a-conflict", test_other_request_is_a_conflict);
  add_store_test (kind, "key/is-its-owners", test_key_is_its_owners);
  add_store_test (kind, "key/same-request-waits-with-the-first",
                  test_same_request_waits_with_the_first);
  add_store_test (kind, "key/lasts-for-a-week", test_key_lasts_for_a_week);
  add_store_test (kind, "key/refused-request-leaves-none", test_refused_request_leaves_no_key);
}

static void
test_key_outlives_the_store (Fixture      *fixture,
                             gconstpointer kind)
{
  g_autoptr(GPtrArray) first = commit (fixture, new_request ("a", "k", "d", 2, 1), NULL);
  g_autoptr(GPtrArray) second = NULL;

  fixture_close (fixture);
  fixture_open (fixture);
  second = commit (fixture, new_request ("a", "k", "d", 2, 2), NULL);

  assert_tasks (first, 1, 2);
  assert_tasks (second, 1, 2);
  assert_seqs (fixture->heard, 1, 2);
}

void
add_store_lasting_key_tests (const StoreKind *kind)
{
  add_store_test (kind, "reopening/keys-stay", test_key_outlives_the_store);
}
