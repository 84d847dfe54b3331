/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-await.h"
#include "hw-test-log.h"
#include "hw-test-house.h"

/* How far tasks are is on disk within two seconds, and costs next to nothing. */

#define SECOND G_USEC_PER_SEC

typedef struct
{
  HwTestHouse *house; /* (owned) */
} Fixture;

static void
set_up (Fixture      *fixture,
        gconstpointer test_data)
{
  fixture->house = hw_test_house_new (3);
  hw_test_house_open (fixture->house);
}

static void
tear_down (Fixture      *fixture,
           gconstpointer test_data)
{
  g_clear_pointer (&fixture->house, hw_test_house_free);
}

static void
report (Fixture *fixture,
        guint64  task_id,
        guint64  done)
{
  hw_run_set_progress (hw_fake_runner_get_run (fixture->house->runner, task_id), done, 100,
                       "files");
  hw_await_quiet ();
}

static void
advance (Fixture *fixture,
         gint64   span)
{
  hw_test_house_advance (fixture->house, span);
  hw_await_quiet ();
}

/* How much of a task is done, as it stands on disk; or -1. */
static int
get_kept (Fixture *fixture,
          guint64  task_id)
{
  HwTask *task = hw_memory_store_peek_task (fixture->house->store, task_id);
  GVariant *done = hw_task_get_field (task, HW_TASK_FIELD_DONE);

  return done != NULL ? (int) g_variant_get_uint64 (done) : -1;
}

static guint
count_writes (Fixture *fixture)
{
  return hw_memory_store_get_n_calls (fixture->house->store, HW_MEMORY_STORE_KEEP_LEVELS);
}

static void
test_keeper_newest_is_on_disk_after_two_seconds (Fixture      *fixture,
                                                 gconstpointer test_data)
{
  guint64 task_id = hw_test_house_submit (fixture->house, "demo");

  report (fixture, task_id, 10);
  advance (fixture, SECOND);
  report (fixture, task_id, 20);
  g_assert_cmpint (get_kept (fixture, task_id), ==, -1);
  advance (fixture, SECOND);

  g_assert_cmpint (get_kept (fixture, task_id), ==, 20);
}

/* However often tasks report, and however many: a write every two seconds, one for all. */
static void
test_keeper_writes_once_in_two_seconds_for_all (Fixture      *fixture,
                                                gconstpointer test_data)
{
  guint64 task_ids[3];
  guint64 head;

  for (guint i = 0; i < G_N_ELEMENTS (task_ids); i++)
    task_ids[i] = hw_test_house_submit (fixture->house, "demo");
  head = hw_memory_store_get_head (fixture->house->store);

  for (guint tick = 1; tick <= 80; tick++)
    {
      for (guint i = 0; i < G_N_ELEMENTS (task_ids); i++)
        report (fixture, task_ids[i], tick);
      advance (fixture, SECOND / 10);
    }

  g_assert_cmpuint (count_writes (fixture), >=, 3);
  g_assert_cmpuint (count_writes (fixture), <=, 4);
  for (guint i = 0; i < G_N_ELEMENTS (task_ids); i++)
    g_assert_cmpint (get_kept (fixture, task_ids[i]), >=, 50);
  g_assert_cmpuint (hw_memory_store_get_head (fixture->house->store), ==, head);
}

/* A task that says nothing, or ends before, costs no write, and leaves no timer behind. */
static void
test_keeper_costs_short_tasks_nothing (Fixture      *fixture,
                                       gconstpointer test_data)
{
  guint n_timers = hw_fake_clock_get_n_timers (fixture->house->clock);
  guint64 silent = hw_test_house_submit (fixture->house, "noop");
  guint64 quick = hw_test_house_submit (fixture->house, "demo");

  hw_run_set_containment (hw_fake_runner_get_run (fixture->house->runner, silent), "scope");
  report (fixture, quick, 50);
  hw_test_house_succeed (fixture->house, quick);
  advance (fixture, 2 * SECOND);
  advance (fixture, 2 * SECOND);
  hw_test_house_succeed (fixture->house, silent);

  g_assert_cmpuint (count_writes (fixture), ==, 0);
  g_assert_cmpuint (hw_fake_clock_get_n_timers (fixture->house->clock), ==, n_timers);
}

/* The end has the last level, with no write of its own before it. */
static void
test_keeper_last_is_in_the_end (Fixture      *fixture,
                                gconstpointer test_data)
{
  guint64 task_id = hw_test_house_submit (fixture->house, "demo");

  report (fixture, task_id, 10);
  advance (fixture, 2 * SECOND);
  report (fixture, task_id, 99);
  hw_fake_runner_finish (fixture->house->runner, task_id,
                         hw_outcome_new_failed (HW_RESULT_ERROR, "It broke."));
  hw_await_quiet ();

  g_assert_cmpint (get_kept (fixture, task_id), ==, 99);
  g_assert_cmpuint (count_writes (fixture), ==, 1);
  advance (fixture, 4 * SECOND);
  g_assert_cmpuint (count_writes (fixture), ==, 1);
}

/* A graceful end writes down what is not yet: programs go on, and may say nothing more. */
static void
test_keeper_writes_the_newest_when_the_queue_closes (Fixture      *fixture,
                                                     gconstpointer test_data)
{
  guint64 task_id = hw_test_house_submit (fixture->house, "demo");

  report (fixture, task_id, 10);
  hw_task_queue_close (fixture->house->queue);
  hw_await_quiet ();

  g_assert_cmpint (get_kept (fixture, task_id), ==, 10);
}

/* Whoever comes after a crash shows what is on disk, and never less. */
static void
test_keeper_next_daemon_goes_on_from_there (Fixture      *fixture,
                                            gconstpointer test_data)
{
  guint64 task_id = hw_test_house_submit (fixture->house, "demo");
  g_autoptr(HwTask) found = NULL;
  g_autoptr(HwTask) behind = NULL;
  g_autoptr(HwTask) ahead = NULL;

  report (fixture, task_id, 40);
  advance (fixture, 2 * SECOND);
  hw_test_house_restart (fixture->house);
  hw_test_house_open (fixture->house);
  found = hw_test_house_get (fixture->house, task_id);
  g_assert_cmpuint (g_variant_get_uint64 (hw_task_get_field (found, HW_TASK_FIELD_DONE)), ==, 40);

  report (fixture, task_id, 30);
  behind = hw_test_house_get (fixture->house, task_id);
  g_assert_cmpuint (g_variant_get_uint64 (hw_task_get_field (behind, HW_TASK_FIELD_DONE)), ==, 40);

  report (fixture, task_id, 50);
  ahead = hw_test_house_get (fixture->house, task_id);
  g_assert_cmpuint (g_variant_get_uint64 (hw_task_get_field (ahead, HW_TASK_FIELD_DONE)), ==, 50);
}

/* A message that is only a level is on disk too, but never over one that was kept later. */
static void
test_keeper_messages_stay_in_order (Fixture      *fixture,
                                    gconstpointer test_data)
{
  guint64 task_id = hw_test_house_submit (fixture->house, "demo");
  HwRun *run = hw_fake_runner_get_run (fixture->house->runner, task_id);

  for (guint i = 0; i < 20; i++)
    {
      hw_run_send_message (run, "m%u", i);
      hw_await_quiet ();
    }
  advance (fixture, 2 * SECOND);
  g_assert_cmpstr (hw_task_get_string (hw_memory_store_peek_task (fixture->house->store, task_id),
                                       HW_TASK_FIELD_MESSAGE), ==, "m19");

  for (guint i = 20; i < 35; i++)
    hw_run_send_message (run, "m%u", i);
  hw_await_quiet ();
  advance (fixture, SECOND);
  hw_run_send_message (run, "last");
  hw_await_quiet ();
  advance (fixture, 2 * SECOND);
  g_assert_cmpstr (hw_task_get_string (hw_memory_store_peek_task (fixture->house->store, task_id),
                                       HW_TASK_FIELD_MESSAGE), ==, "last");
}

/* What the disk refused is tried again, though nothing new comes. */
static void
test_keeper_tries_again (Fixture      *fixture,
                         gconstpointer test_data)
{
  HwTestLog *log = (gpointer) test_data;
  guint64 task_id = hw_test_house_submit (fixture->house, "demo");

  hw_memory_store_fail_next (fixture->house->store, HW_MEMORY_STORE_KEEP_LEVELS, 2);
  hw_test_log_expect_warning (log, "Could not write down how far tasks are: The disk is full.");
  report (fixture, task_id, 10);
  advance (fixture, 2 * SECOND);
  advance (fixture, 2 * SECOND);
  hw_test_log_assert_expected (log);
  g_assert_cmpint (get_kept (fixture, task_id), ==, -1);
  advance (fixture, 2 * SECOND);

  g_assert_cmpint (get_kept (fixture, task_id), ==, 10);
  g_assert_cmpuint (count_writes (fixture), ==, 3);
}

#define ADD(path, function) g_test_add (path, Fixture, log, set_up, function, tear_down)

int
main (int   argc,
      char *argv[])
{
  HwTestLog *log;

  g_test_init (&argc, &argv, NULL);
  log = hw_test_log_install ();

  ADD ("/level-keeper/newest-is-on-disk-after-two-seconds",
       test_keeper_newest_is_on_disk_after_two_seconds);
  ADD ("/level-keeper/writes-once-in-two-seconds-for-all",
       test_keeper_writes_once_in_two_seconds_for_all);
  ADD ("/level-keeper/costs-short-tasks-nothing", test_keeper_costs_short_tasks_nothing);
  ADD ("/level-keeper/last-is-in-the-end", test_keeper_last_is_in_the_end);
  ADD ("/level-keeper/writes-the-newest-when-the-queue-closes",
       test_keeper_writes_the_newest_when_the_queue_closes);
  ADD ("/level-keeper/next-daemon-goes-on-from-there", test_keeper_next_daemon_goes_on_from_there);
  ADD ("/level-keeper/messages-stay-in-order", test_keeper_messages_stay_in_order);
  ADD ("/level-keeper/tries-again", test_keeper_tries_again);

  return g_test_run ();
}
