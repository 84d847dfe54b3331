/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-event-log.h"

#include "hw-await.h"
#include "hw-memory-store.h"
#include "tests/support/parsed-fields.h"

/* Those who need what is recent no more: how they wait for it, and for whom nobody does. */

#define N_EVENTS 40

/* Who asks, and was answered. */
typedef struct
{
  HwMemoryStore *store; /* (owned) */
  HwEventLog *log;      /* (owned) */
  GPtrArray *pages;     /* (owned) (element-type HwEventPage): in the order of the answers */
  guint n_errors;
} Fixture;

static void
set_up (Fixture      *fixture,
        gconstpointer test_data)
{
  g_autoptr(GPtrArray) changes = g_ptr_array_new_with_free_func ((GDestroyNotify) hw_change_unref);
  g_autoptr(GPtrArray) events = NULL;

  fixture->store = hw_memory_store_new ();
  fixture->log = hw_event_log_new (HW_STORE (fixture->store));
  fixture->pages = g_ptr_array_new_with_free_func ((GDestroyNotify) hw_event_page_free);

  for (guint i = 0; i < N_EVENTS; i++)
    g_ptr_array_add (changes,
                     hw_change_new_add ("me", 1,
                                        parsed_fields ("@a{sv} {'state': <'Pending'>}")));
  events = hw_memory_store_commit_now (fixture->store, changes, NULL);
}

static void
tear_down (Fixture      *fixture,
           gconstpointer test_data)
{
  g_clear_pointer (&fixture->pages, g_ptr_array_unref);
  g_assert_finalize_object (g_steal_pointer (&fixture->log));
  g_assert_finalize_object (g_steal_pointer (&fixture->store));
}

static guint
count_reads (Fixture *fixture)
{
  return hw_memory_store_get_n_calls (fixture->store, HW_MEMORY_STORE_READ_EVENTS);
}

static void
on_read (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  Fixture *fixture = user_data;
  HwEventPage *page = hw_event_log_read_older_finish (HW_EVENT_LOG (source), result, NULL);

  if (page != NULL)
    g_ptr_array_add (fixture->pages, page);
  else
    fixture->n_errors++;
}

static void
ask (Fixture      *fixture,
     guint64       after,
     GCancellable *cancellable)
{
  hw_event_log_read_older_async (fixture->log, &(HwEventQuery) { .after = after, .limit = 2 },
                                 cancellable, on_read, fixture);
}

static HwEventPage *
get_page (Fixture *fixture,
          guint    index)
{
  return g_ptr_array_index (fixture->pages, index);
}

/* The number of the first event on a page. */
static guint64
get_first (Fixture *fixture,
           guint    index)
{
  return hw_event_get_seq (g_ptr_array_index (get_page (fixture, index)->events, 0));
}

/* Test that those who need the same page have the same events, in a page of their own. */
static void
test_older_events_same_page_is_read_once (Fixture      *fixture,
                                          gconstpointer test_data)
{
  for (guint i = 0; i < 20; i++)
    ask (fixture, 4, NULL);
  hw_await_quiet ();

  g_assert_cmpuint (count_reads (fixture), ==, 1);
  g_assert_cmpuint (fixture->pages->len, ==, 20);
  for (guint i = 0; i < 20; i++)
    {
      HwEventPage *page = get_page (fixture, i);

      g_assert_cmpuint (page->events->len, ==, 2);
      g_assert_true (page->events->pdata[0] == get_page (fixture, 0)->events->pdata[0]);
      g_assert_cmpuint (page->oldest, ==, 1);
      g_ptr_array_set_size (page->events, 1);
    }
}

/* Test that however many ask, the store has one question, so that of its readers one is left. */
static void
test_older_events_store_has_one_question (Fixture      *fixture,
                                          gconstpointer test_data)
{
  hw_memory_store_hold (fixture->store, HW_MEMORY_STORE_HOLD_READS);
  for (guint i = 0; i < 10; i++)
    ask (fixture, i, NULL);
  hw_await_quiet ();
  g_assert_cmpuint (count_reads (fixture), ==, 1);

  hw_memory_store_release (fixture->store);
  hw_await_quiet ();
  g_assert_cmpuint (count_reads (fixture), ==, 10);
  g_assert_cmpuint (fixture->pages->len, ==, 10);
  for (guint i = 0; i < 10; i++)
    g_assert_cmpuint (get_first (fixture, i), ==, i + 1);
}

/* What else there is to do in the main context. */
typedef struct
{
  Fixture *fixture;
  guint n_seen; /* how many were told when it had its turn */
  guint n_most; /* between two turns */
} Other;

static gboolean
on_turn (gpointer user_data)
{
  Other *other = user_data;
  guint n_told = other->fixture->pages->len;

  other->n_most = MAX (other->n_most, n_told - other->n_seen);
  other->n_seen = n_told;

  return G_SOURCE_CONTINUE;
}

/* Test that the main context does something else between telling some and telling others. */
static void
test_older_events_few_are_told_in_a_turn (Fixture      *fixture,
                                          gconstpointer test_data)
{
  Other other = { .fixture = fixture };
  guint source_id = g_idle_add_full (G_PRIORITY_DEFAULT, on_turn, &other, NULL);

  for (guint i = 0; i < 60; i++)
    ask (fixture, i % 3, NULL);
  while (fixture->pages->len < 60)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (source_id);

  g_assert_cmpuint (count_reads (fixture), ==, 3);
  g_assert_cmpuint (other.n_most, <=, 4);
}

/* Test that nothing is read for those who went meanwhile, and that others are not kept by them. */
static void
test_older_events_gone_ones_are_not_read_for (Fixture      *fixture,
                                              gconstpointer test_data)
{
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();

  hw_memory_store_hold (fixture->store, HW_MEMORY_STORE_HOLD_READS);
  ask (fixture, 0, NULL);
  for (guint i = 1; i < 10; i++)
    ask (fixture, i, cancellable);
  ask (fixture, 5, NULL);
  hw_await_quiet ();
  g_cancellable_cancel (cancellable);
  hw_memory_store_release (fixture->store);
  hw_await_quiet ();

  g_assert_cmpuint (count_reads (fixture), ==, 2);
  g_assert_cmpuint (fixture->pages->len, ==, 2);
  g_assert_cmpuint (get_first (fixture, 0), ==, 1);
  g_assert_cmpuint (get_first (fixture, 1), ==, 6);
  g_assert_cmpuint (fixture->n_errors, ==, 9);
}

/* Somebody who reads on to the end. */
static void
on_read_on (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  Fixture *fixture = user_data;
  HwEventPage *page = hw_event_log_read_older_finish (HW_EVENT_LOG (source), result, NULL);

  g_ptr_array_add (fixture->pages, page);
  if (page->events->len > 0)
    hw_event_log_read_older_async (fixture->log,
                                   &(HwEventQuery) { .after = page->head, .limit = 10 }, NULL,
                                   on_read_on, fixture);
}

/* Test that those who were at the same place once stay together; only of the last page, which may
 * grow, there is a newer one for whoever comes later.
 */
static void
test_older_events_those_who_read_on_share_all (Fixture      *fixture,
                                               gconstpointer test_data)
{
  for (guint i = 0; i < 5; i++)
    hw_event_log_read_older_async (fixture->log, &(HwEventQuery) { .limit = 10 }, NULL,
                                   on_read_on, fixture);
  hw_await_quiet ();

  g_assert_cmpuint (fixture->pages->len, ==, 5 * (N_EVENTS / 10 + 1));
  g_assert_cmpuint (count_reads (fixture), <=, N_EVENTS / 10 + 2);
}

/* Some who ask for the same page again as soon as they have it, until somebody else has another. */
typedef struct
{
  Fixture *fixture;
  guint n_told;
} Crowd;

#define N_CROWD 40

static void
on_read_again (GObject      *source,
               GAsyncResult *result,
               gpointer      user_data)
{
  Crowd *crowd = user_data;
  g_autoptr(HwEventPage) page = hw_event_log_read_older_finish (HW_EVENT_LOG (source), result,
                                                                NULL);

  g_assert_cmpuint (page->events->len, ==, 2);
  crowd->n_told++;
  if (crowd->fixture->pages->len == 0 && crowd->n_told < 100 * N_CROWD)
    hw_event_log_read_older_async (HW_EVENT_LOG (source), &(HwEventQuery) { .limit = 2 }, NULL,
                                   on_read_again, crowd);
}

/* Test that those who ask for the same page again and again keep nobody behind them waiting: each
 * of them has it once, or twice if one more was read ahead of the other's.
 */
static void
test_older_events_crowd_keeps_nobody_waiting (Fixture      *fixture,
                                              gconstpointer test_data)
{
  Crowd crowd = { .fixture = fixture };

  for (guint i = 0; i < N_CROWD; i++)
    hw_event_log_read_older_async (fixture->log, &(HwEventQuery) { .limit = 2 }, NULL,
                                   on_read_again, &crowd);
  ask (fixture, 10, NULL);
  while (fixture->pages->len == 0 && crowd.n_told < 100 * N_CROWD)
    g_main_context_iteration (NULL, TRUE);

  g_assert_cmpuint (crowd.n_told, <=, 2 * N_CROWD);
  hw_await_quiet ();
  g_assert_cmpuint (fixture->pages->len, ==, 1);
  g_assert_cmpuint (get_first (fixture, 0), ==, 11);
}

/* Test that a failure is told to all who waited for the same, and to nobody else. */
static void
test_older_events_failure_is_told_to_those_it_is_about (Fixture      *fixture,
                                                        gconstpointer test_data)
{
  hw_memory_store_fail_next (fixture->store, HW_MEMORY_STORE_READ_EVENTS, 1);
  for (guint i = 0; i < 6; i++)
    ask (fixture, i / 3, NULL);
  hw_await_quiet ();

  g_assert_cmpuint (fixture->n_errors, ==, 3);
  g_assert_cmpuint (fixture->pages->len, ==, 3);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define ADD(path, test) \
  g_test_add ("/older-events/" path, Fixture, NULL, set_up, test_older_events_ ## test, tear_down)
  ADD ("same-page-is-read-once", same_page_is_read_once);
  ADD ("store-has-one-question", store_has_one_question);
  ADD ("few-are-told-in-a-turn", few_are_told_in_a_turn);
  ADD ("gone-ones-are-not-read-for", gone_ones_are_not_read_for);
  ADD ("those-who-read-on-share-all", those_who_read_on_share_all);
  ADD ("crowd-keeps-nobody-waiting", crowd_keeps_nobody_waiting);
  ADD ("failure-is-told-to-those-it-is-about", failure_is_told_to_those_it_is_about);
#undef ADD

  return g_test_run ();
}
