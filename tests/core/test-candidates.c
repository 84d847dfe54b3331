/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-candidates.h"

/* A window on four tasks. */
#define LIMIT 4

typedef struct
{
  HwCandidates *candidates; /* (owned) */
} Fixture;

static void
set_up (Fixture      *fixture,
        gconstpointer test_data)
{
  fixture->candidates = hw_candidates_new (LIMIT);
}

static void
tear_down (Fixture      *fixture,
           gconstpointer test_data)
{
  g_assert_finalize_object (g_steal_pointer (&fixture->candidates));
}

static HwTask *
make_task (guint64 task_id,
           int     priority)
{
  g_auto(GVariantDict) fields = G_VARIANT_DICT_INIT (NULL);

  g_variant_dict_insert (&fields, "priority", "i", priority);

  return hw_task_new (task_id, 1, hw_task_fields_new_from_variant (g_variant_dict_end (&fields)));
}

static void
add (Fixture *fixture,
     guint64  task_id,
     int      priority)
{
  g_autoptr(HwTask) task = make_task (task_id, priority);

  hw_candidates_add (fixture->candidates, task);
}

/* The store's answer: tasks of priority 0, from @first on. */
static HwTaskPage *
make_answer (guint64 first,
             guint   n_tasks)
{
  HwTaskPage *page = hw_task_page_new ();

  for (guint i = 0; i < n_tasks; i++)
    g_ptr_array_add (page->tasks, make_task (first + i, 0));

  return page;
}

static void
refill (Fixture *fixture,
        guint64  first,
        guint    n_tasks)
{
  g_autoptr(HwTaskPage) page = make_answer (first, n_tasks);

  hw_candidates_begin_refill (fixture->candidates);
  hw_candidates_end_refill (fixture->candidates, page);
}

/* Takes up to @n_places tasks, and writes their numbers. */
static char *
take (Fixture *fixture,
      guint    n_places)
{
  const HwLimits limits = { .max_parallel = n_places };
  g_autoptr(GPtrArray) tasks = hw_candidates_decide (fixture->candidates, &limits);
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < tasks->len; i++)
    g_string_append_printf (text, "%s%" G_GUINT64_FORMAT, i > 0 ? " " : "",
                            hw_task_get_id (g_ptr_array_index (tasks, i)));

  return g_string_free (text, FALSE);
}

#define assert_takes(fixture, n_places, expected) \
  G_STMT_START \
  { \
    g_autofree char *taken = take (fixture, n_places); \
    g_assert_cmpstr (taken, ==, expected); \
  } \
  G_STMT_END

/* Before the store was asked, nothing that is added can be known to come first. */
static void
test_candidates_new_asks_the_store_first (Fixture      *fixture,
                                          gconstpointer test_data)
{
  add (fixture, 1, 0);

  g_assert_true (hw_candidates_must_refill (fixture->candidates));
  assert_takes (fixture, 4, "");
}

static void
test_candidates_decide_takes_in_order (Fixture      *fixture,
                                       gconstpointer test_data)
{
  refill (fixture, 1, 2);
  add (fixture, 3, 7);
  add (fixture, 4, -7);

  assert_takes (fixture, 3, "3 1 2");
  assert_takes (fixture, 3, "4");
}

static void
test_candidates_refill_short_answer_is_all (Fixture      *fixture,
                                            gconstpointer test_data)
{
  refill (fixture, 1, LIMIT - 1);
  assert_takes (fixture, 9, "1 2 3");

  g_assert_false (hw_candidates_must_refill (fixture->candidates));
  add (fixture, 9, 0);
  assert_takes (fixture, 9, "9");
}

static void
test_candidates_refill_full_answer_is_not_all (Fixture      *fixture,
                                               gconstpointer test_data)
{
  refill (fixture, 1, LIMIT);
  g_assert_false (hw_candidates_must_refill (fixture->candidates));
  assert_takes (fixture, 9, "1 2 3 4");

  g_assert_true (hw_candidates_must_refill (fixture->candidates));
}

static void
test_candidates_refill_is_asked_for_once (Fixture      *fixture,
                                          gconstpointer test_data)
{
  hw_candidates_begin_refill (fixture->candidates);
  g_assert_false (hw_candidates_must_refill (fixture->candidates));

  hw_candidates_abandon_refill (fixture->candidates);
  g_assert_true (hw_candidates_must_refill (fixture->candidates));
}

/* The answer may be from before the task came. */
static void
test_candidates_refill_does_not_lose_what_came_meanwhile (Fixture      *fixture,
                                                          gconstpointer test_data)
{
  g_autoptr(HwTaskPage) answer = make_answer (1, 1);

  hw_candidates_begin_refill (fixture->candidates);
  add (fixture, 2, 0);
  hw_candidates_end_refill (fixture->candidates, answer);

  assert_takes (fixture, 2, "1 2");
  g_assert_false (hw_candidates_must_refill (fixture->candidates));
}

/* A full answer from before an urgent task came must not make it wait behind all of it. */
static void
test_candidates_refill_keeps_the_order_of_what_came_meanwhile (Fixture      *fixture,
                                                               gconstpointer test_data)
{
  g_autoptr(HwTaskPage) answer = make_answer (1, LIMIT);

  hw_candidates_begin_refill (fixture->candidates);
  add (fixture, 100, 7);
  add (fixture, 101, 0);
  assert_takes (fixture, 2, "");
  hw_candidates_end_refill (fixture->candidates, answer);

  assert_takes (fixture, 9, "100 1 2 3");
  g_assert_true (hw_candidates_must_refill (fixture->candidates));
}

/* More came than the window holds, so a short answer is not all. */
static void
test_candidates_refill_with_more_than_it_holds_is_not_all (Fixture      *fixture,
                                                           gconstpointer test_data)
{
  g_autoptr(HwTaskPage) answer = make_answer (1, 1);

  hw_candidates_begin_refill (fixture->candidates);
  for (guint64 i = 0; i < LIMIT + 1; i++)
    add (fixture, 100 + i, 0);
  hw_candidates_end_refill (fixture->candidates, answer);

  assert_takes (fixture, 9, "1");
  g_assert_true (hw_candidates_must_refill (fixture->candidates));
}

/* A store may end a page early, for its bytes: then a short answer is not all. */
static void
test_candidates_refill_with_a_next_page_is_not_all (Fixture      *fixture,
                                                    gconstpointer test_data)
{
  g_autoptr(HwTaskPage) answer = make_answer (1, 1);

  answer->next = 1;
  hw_candidates_begin_refill (fixture->candidates);
  hw_candidates_end_refill (fixture->candidates, answer);

  assert_takes (fixture, 9, "1");
  g_assert_true (hw_candidates_must_refill (fixture->candidates));
}

static void
test_candidates_refill_forgets_what_came_and_went (Fixture      *fixture,
                                                   gconstpointer test_data)
{
  g_autoptr(HwTaskPage) answer = make_answer (1, 1);

  hw_candidates_begin_refill (fixture->candidates);
  add (fixture, 100, 0);
  hw_candidates_remove (fixture->candidates, 100);
  hw_candidates_end_refill (fixture->candidates, answer);

  assert_takes (fixture, 9, "1");
}

static void
test_candidates_refill_that_failed_leaves_nothing (Fixture      *fixture,
                                                   gconstpointer test_data)
{
  hw_candidates_begin_refill (fixture->candidates);
  add (fixture, 100, 0);
  hw_candidates_abandon_refill (fixture->candidates);

  assert_takes (fixture, 9, "");
  g_assert_true (hw_candidates_must_refill (fixture->candidates));
}

/* With more than the window holds, only what is before its end is known to come first. */
static void
test_candidates_add_leaves_out_what_is_behind_the_window (Fixture      *fixture,
                                                          gconstpointer test_data)
{
  refill (fixture, 1, LIMIT);
  assert_takes (fixture, 1, "1");
  add (fixture, 50, 0);
  add (fixture, 51, 1);

  assert_takes (fixture, 9, "51 2 3 4");
  g_assert_true (hw_candidates_must_refill (fixture->candidates));
}

static void
test_candidates_add_pushes_out_the_last (Fixture      *fixture,
                                         gconstpointer test_data)
{
  refill (fixture, 1, LIMIT - 1);
  add (fixture, 50, 1);
  add (fixture, 51, 1);

  assert_takes (fixture, 9, "50 51 1 2");
  g_assert_true (hw_candidates_must_refill (fixture->candidates));
}

static void
test_candidates_add_twice_is_once (Fixture      *fixture,
                                   gconstpointer test_data)
{
  refill (fixture, 1, 1);
  add (fixture, 1, 0);

  assert_takes (fixture, 9, "1");
}

static void
test_candidates_remove_takes_it_out (Fixture      *fixture,
                                     gconstpointer test_data)
{
  refill (fixture, 1, 3);
  hw_candidates_remove (fixture->candidates, 2);
  hw_candidates_remove (fixture->candidates, 77);

  assert_takes (fixture, 9, "1 3");
}

static void
test_candidates_invalidate_asks_afresh (Fixture      *fixture,
                                        gconstpointer test_data)
{
  refill (fixture, 1, 2);
  hw_candidates_invalidate (fixture->candidates);

  assert_takes (fixture, 9, "");
  g_assert_true (hw_candidates_must_refill (fixture->candidates));
}

/* What was answered while everything was forgotten may be old already. */
static void
test_candidates_invalidate_holds_for_an_answer_under_way (Fixture      *fixture,
                                                          gconstpointer test_data)
{
  g_autoptr(HwTaskPage) answer = make_answer (1, 1);

  hw_candidates_begin_refill (fixture->candidates);
  hw_candidates_invalidate (fixture->candidates);
  hw_candidates_end_refill (fixture->candidates, answer);
  assert_takes (fixture, 9, "1");

  g_assert_true (hw_candidates_must_refill (fixture->candidates));
}

/* What waits behind all that are looked at need not be made. */
static void
test_candidates_wants_what_may_come_first (Fixture      *fixture,
                                           gconstpointer test_data)
{
  refill (fixture, 1, LIMIT - 1);
  g_assert_true (hw_candidates_wants (fixture->candidates, 9, 0));

  refill (fixture, 1, LIMIT);
  g_assert_false (hw_candidates_wants (fixture->candidates, 9, 0));
  g_assert_true (hw_candidates_wants (fixture->candidates, 9, 1));
  g_assert_false (hw_candidates_wants (fixture->candidates, 2, 0));

  hw_candidates_begin_refill (fixture->candidates);
  g_assert_true (hw_candidates_wants (fixture->candidates, 9, 0));
}

#define ADD(path, function) g_test_add (path, Fixture, NULL, set_up, function, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("/candidates/new/asks-the-store-first", test_candidates_new_asks_the_store_first);
  ADD ("/candidates/decide/takes-in-order", test_candidates_decide_takes_in_order);
  ADD ("/candidates/refill/short-answer-is-all", test_candidates_refill_short_answer_is_all);
  ADD ("/candidates/refill/full-answer-is-not-all", test_candidates_refill_full_answer_is_not_all);
  ADD ("/candidates/refill/is-asked-for-once", test_candidates_refill_is_asked_for_once);
  ADD ("/candidates/refill/does-not-lose-what-came-meanwhile",
       test_candidates_refill_does_not_lose_what_came_meanwhile);
  ADD ("/candidates/refill/keeps-the-order-of-what-came-meanwhile",
       test_candidates_refill_keeps_the_order_of_what_came_meanwhile);
  ADD ("/candidates/refill/with-more-than-it-holds-is-not-all",
       test_candidates_refill_with_more_than_it_holds_is_not_all);
  ADD ("/candidates/refill/with-a-next-page-is-not-all",
       test_candidates_refill_with_a_next_page_is_not_all);
  ADD ("/candidates/refill/forgets-what-came-and-went",
       test_candidates_refill_forgets_what_came_and_went);
  ADD ("/candidates/refill/that-failed-leaves-nothing",
       test_candidates_refill_that_failed_leaves_nothing);
  ADD ("/candidates/add/leaves-out-what-is-behind-the-window",
       test_candidates_add_leaves_out_what_is_behind_the_window);
  ADD ("/candidates/add/pushes-out-the-last", test_candidates_add_pushes_out_the_last);
  ADD ("/candidates/add/twice-is-once", test_candidates_add_twice_is_once);
  ADD ("/candidates/wants/what-may-come-first", test_candidates_wants_what_may_come_first);
  ADD ("/candidates/remove/takes-it-out", test_candidates_remove_takes_it_out);
  ADD ("/candidates/invalidate/asks-afresh", test_candidates_invalidate_asks_afresh);
  ADD ("/candidates/invalidate/holds-for-an-answer-under-way",
       test_candidates_invalidate_holds_for_an_answer_under_way);

  return g_test_run ();
}
