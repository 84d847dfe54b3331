/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-attempt-bench.h"
#include "hw-await.h"

#include <string.h>

/* What an attempt passes on of what its run says: how fast, how much, and what wins. */

#define MILLISECOND (G_USEC_PER_SEC / 1000)

static void
set_up (HwAttemptBench *bench,
        gconstpointer   test_data)
{
  hw_attempt_bench_set_up (bench, "[Task]\ntitle=T\nfunction=f\n");
  hw_attempt_bench_start (bench);
}

static void
tear_down (HwAttemptBench *bench,
           gconstpointer   test_data)
{
  hw_attempt_bench_tear_down (bench);
}

/* Reports progress, and lets time go by. */
static void
report (HwAttemptBench *bench,
        guint64         done,
        guint64         total,
        gint64          milliseconds)
{
  hw_run_set_progress (hw_attempt_bench_get_run (bench), done, total, "bytes");
  hw_await_quiet ();
  hw_fake_clock_advance (bench->clock, milliseconds * MILLISECOND);
  hw_await_quiet ();
}

static void
say (HwAttemptBench *bench,
     guint           number)
{
  hw_run_send_message (hw_attempt_bench_get_run (bench), "m%u", number);
  hw_await_quiet ();
}

#define assert_newest_level(bench, expected) \
  G_STMT_START \
  { \
    g_autofree char *level = hw_attempt_bench_print_newest_level (bench); \
    g_assert_cmpstr (level, ==, expected); \
  } \
  G_STMT_END

/* Counts the events of a kind that were written down. */
static guint
count_messages (HwAttemptBench *bench)
{
  g_autoptr(GPtrArray) events = hw_memory_store_dup_events (bench->store, 1);
  guint n_messages = 0;

  for (guint i = 0; i < events->len; i++)
    if (hw_event_get_kind (g_ptr_array_index (events, i)) == HW_EVENT_KIND_MESSAGE)
      n_messages++;

  return n_messages;
}

static void
test_attempt_progress_first_is_told_at_once (HwAttemptBench *bench,
                                             gconstpointer   test_data)
{
  report (bench, 25, 100, 0);

  g_assert_cmpuint (bench->levels->len, ==, 1);
  assert_newest_level (bench, "{'progress': <0.25>, 'unit': <'bytes'>, 'done': <uint64 25>,"
                       " 'total': <uint64 100>}");
}

/* Whatever a runner says, no second holds more than ten levels. */
static void
test_attempt_progress_at_most_10_a_second (HwAttemptBench *bench,
                                           gconstpointer   test_data)
{
  const gint64 *times;

  for (guint i = 0; i < 300; i++)
    report (bench, i, 1000, 7);

  times = (const gint64 *) (gconstpointer) bench->level_times->data;
  g_assert_cmpuint (bench->level_times->len, >, 15);
  for (guint i = 10; i < bench->level_times->len; i++)
    g_assert_cmpint (times[i] - times[i - 10], >=, G_USEC_PER_SEC);
}

static void
test_attempt_progress_newest_wins (HwAttemptBench *bench,
                                   gconstpointer   test_data)
{
  report (bench, 1, 4, 0);
  report (bench, 2, 4, 0);
  report (bench, 3, 4, 0);
  g_assert_cmpuint (bench->levels->len, ==, 1);

  hw_fake_clock_advance (bench->clock, 100 * MILLISECOND);

  g_assert_cmpuint (bench->levels->len, ==, 2);
  assert_newest_level (bench, "{'progress': <0.75>, 'unit': <'bytes'>, 'done': <uint64 3>,"
                       " 'total': <uint64 4>}");
}

/* The newest is told within a tenth of a second, though nothing follows it. */
static void
test_attempt_progress_last_is_not_lost (HwAttemptBench *bench,
                                        gconstpointer   test_data)
{
  report (bench, 10, 100, 50);
  report (bench, 50, 100, 50);

  g_assert_cmpuint (bench->levels->len, ==, 2);
  hw_fake_clock_advance (bench->clock, G_USEC_PER_SEC);
  g_assert_cmpuint (bench->levels->len, ==, 2);
}

/* A full bar means an ended task. */
static void
test_attempt_progress_is_below_1_until_the_end (HwAttemptBench *bench,
                                                gconstpointer   test_data)
{
  report (bench, 100, 100, 0);
  assert_newest_level (bench, "{'progress': <0.999>, 'unit': <'bytes'>, 'done': <uint64 100>,"
                       " 'total': <uint64 100>}");

  hw_attempt_bench_finish (bench, hw_outcome_new (HW_RESULT_SUCCESS));
  g_assert_cmpfloat_with_epsilon (
    g_variant_get_double (hw_task_get_field (hw_attempt_bench_peek_task (bench),
                                             HW_TASK_FIELD_PROGRESS)), 1.0, 1e-9);
}

static void
test_attempt_progress_of_a_failure_stays_below_1 (HwAttemptBench *bench,
                                                  gconstpointer   test_data)
{
  report (bench, 100, 100, 0);
  hw_attempt_bench_finish (bench, hw_outcome_new_failed (HW_RESULT_ERROR, "It broke."));

  g_assert_cmpfloat_with_epsilon (
    g_variant_get_double (hw_task_get_field (hw_attempt_bench_peek_task (bench),
                                             HW_TASK_FIELD_PROGRESS)), 0.999, 1e-9);
}

static void
test_attempt_progress_without_a_total_is_no_share (HwAttemptBench *bench,
                                                   gconstpointer   test_data)
{
  report (bench, 812, 0, 0);

  assert_newest_level (bench, "{'unit': <'bytes'>, 'done': <uint64 812>}");
}

/* Test that who does not count has no odd number of parts. */
static void
test_attempt_progress_share_has_no_parts (HwAttemptBench *bench,
                                          gconstpointer   test_data)
{
  hw_run_set_share (hw_attempt_bench_get_run (bench), 0.25);
  hw_await_quiet ();

  assert_newest_level (bench, "{'progress': <0.25>}");
}

/* What was not told yet when the run ends is in its end. */
static void
test_attempt_progress_newest_is_in_the_end (HwAttemptBench *bench,
                                            gconstpointer   test_data)
{
  report (bench, 10, 100, 0);
  report (bench, 20, 100, 0);
  hw_attempt_bench_finish (bench, hw_outcome_new_failed (HW_RESULT_ERROR, "It broke."));

  g_assert_cmpuint (g_variant_get_uint64 (hw_task_get_field (hw_attempt_bench_peek_task (bench),
                                                             HW_TASK_FIELD_DONE)), ==, 20);
  hw_fake_clock_advance (bench->clock, G_USEC_PER_SEC);
  g_assert_cmpuint (bench->levels->len, ==, 1);
}

static void
test_attempt_messages_are_written_down_in_order (HwAttemptBench *bench,
                                                 gconstpointer   test_data)
{
  g_autofree char *story = NULL;

  for (guint i = 0; i < 3; i++)
    say (bench, i);
  hw_attempt_bench_finish (bench, hw_outcome_new (HW_RESULT_SUCCESS));
  story = hw_attempt_bench_tell (bench);

  g_assert_cmpstr (story, ==, "“m0” “m1” “m2” Completed/1(success)");
}

/* What a run says in its last breath comes before its end. */
static void
test_attempt_messages_of_the_last_breath_come_before_the_end (HwAttemptBench *bench,
                                                              gconstpointer   test_data)
{
  g_autofree char *story = NULL;

  hw_run_send_message (hw_attempt_bench_get_run (bench), "goodbye");
  hw_attempt_bench_finish (bench, hw_outcome_new (HW_RESULT_SUCCESS));
  story = hw_attempt_bench_tell (bench);

  g_assert_cmpstr (story, ==, "“goodbye” Completed/1(success)");
}

static void
test_attempt_messages_10_a_second_are_kept (HwAttemptBench *bench,
                                            gconstpointer   test_data)
{
  for (guint i = 0; i < 30; i++)
    say (bench, i);

  g_assert_cmpuint (count_messages (bench), ==, 10);
}

/* What is over the limit is a level: the newest wins, and it is told. */
static void
test_attempt_messages_over_the_limit_are_a_level (HwAttemptBench *bench,
                                                  gconstpointer   test_data)
{
  for (guint i = 0; i < 30; i++)
    say (bench, i);
  hw_fake_clock_advance (bench->clock, 100 * MILLISECOND);

  g_assert_cmpuint (bench->levels->len, ==, 2);
  assert_newest_level (bench, "{'message': <'m29'>}");
}

static void
test_attempt_messages_may_be_kept_again_with_time (HwAttemptBench *bench,
                                                   gconstpointer   test_data)
{
  for (guint i = 0; i < 20; i++)
    say (bench, i);
  hw_fake_clock_advance (bench->clock, G_USEC_PER_SEC / 2);
  for (guint i = 20; i < 40; i++)
    say (bench, i);
  g_assert_cmpuint (count_messages (bench), ==, 15);

  /* A long silence saves up no more than a second's worth. */
  hw_fake_clock_advance (bench->clock, 100 * G_USEC_PER_SEC);
  for (guint i = 40; i < 80; i++)
    say (bench, i);
  g_assert_cmpuint (count_messages (bench), ==, 25);
}

static void
test_attempt_messages_1000_in_all_are_kept (HwAttemptBench *bench,
                                            gconstpointer   test_data)
{
  for (guint i = 0; i < 1100; i++)
    {
      say (bench, i);
      hw_fake_clock_advance (bench->clock, 200 * MILLISECOND);
    }

  g_assert_cmpuint (count_messages (bench), ==, 1000);
  assert_newest_level (bench, "{'message': <'m1099'>}");
}

/* A message that was not kept is not lost when it was the last. */
static void
test_attempt_messages_last_over_the_limit_is_in_the_end (HwAttemptBench *bench,
                                                         gconstpointer   test_data)
{
  for (guint i = 0; i < 30; i++)
    say (bench, i);
  hw_attempt_bench_finish (bench, hw_outcome_new (HW_RESULT_SUCCESS));

  g_assert_cmpstr (hw_task_get_string (hw_attempt_bench_peek_task (bench), HW_TASK_FIELD_MESSAGE),
                   ==, "m29");
}

/* A level that says nothing is not told: a kept message took the place of the passing one. */
static void
test_attempt_messages_no_level_is_empty (HwAttemptBench *bench,
                                         gconstpointer   test_data)
{
  for (guint i = 0; i < 10; i++)
    say (bench, i);
  hw_fake_clock_advance (bench->clock, 95 * MILLISECOND);
  say (bench, 10);
  say (bench, 11);
  hw_fake_clock_advance (bench->clock, 10 * MILLISECOND);
  say (bench, 12);
  g_assert_cmpuint (count_messages (bench), ==, 11);
  hw_fake_clock_advance (bench->clock, G_USEC_PER_SEC);

  g_assert_cmpuint (bench->levels->len, ==, 1);
  assert_newest_level (bench, "{'message': <'m10'>}");
}

/* What is over the limit never falls back behind what was kept later. */
static void
test_attempt_messages_kept_one_replaces_a_passing_one (HwAttemptBench *bench,
                                                       gconstpointer   test_data)
{
  g_autofree char *story = NULL;

  for (guint i = 0; i < 12; i++)
    say (bench, i);
  report (bench, 1, 4, 0);
  hw_fake_clock_advance (bench->clock, 100 * MILLISECOND);
  say (bench, 98);
  report (bench, 2, 4, 100);
  say (bench, 99);
  hw_fake_clock_advance (bench->clock, G_USEC_PER_SEC);
  story = hw_attempt_bench_tell (bench);

  g_assert_true (g_str_has_suffix (story, "“m98” “m99”"));
  assert_newest_level (bench, "{'progress': <0.5>, 'unit': <'bytes'>, 'done': <uint64 2>,"
                       " 'total': <uint64 4>}");
}

#define ADD(path, function) g_test_add (path, HwAttemptBench, NULL, set_up, function, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("/attempt/progress/first-is-told-at-once", test_attempt_progress_first_is_told_at_once);
  ADD ("/attempt/progress/at-most-10-a-second", test_attempt_progress_at_most_10_a_second);
  ADD ("/attempt/progress/newest-wins", test_attempt_progress_newest_wins);
  ADD ("/attempt/progress/last-is-not-lost", test_attempt_progress_last_is_not_lost);
  ADD ("/attempt/progress/is-below-1-until-the-end",
       test_attempt_progress_is_below_1_until_the_end);
  ADD ("/attempt/progress/of-a-failure-stays-below-1",
       test_attempt_progress_of_a_failure_stays_below_1);
  ADD ("/attempt/progress/share-has-no-parts", test_attempt_progress_share_has_no_parts);
  ADD ("/attempt/progress/without-a-total-is-no-share",
       test_attempt_progress_without_a_total_is_no_share);
  ADD ("/attempt/progress/newest-is-in-the-end", test_attempt_progress_newest_is_in_the_end);
  ADD ("/attempt/messages/are-written-down-in-order",
       test_attempt_messages_are_written_down_in_order);
  ADD ("/attempt/messages/of-the-last-breath-come-before-the-end",
       test_attempt_messages_of_the_last_breath_come_before_the_end);
  ADD ("/attempt/messages/10-a-second-are-kept", test_attempt_messages_10_a_second_are_kept);
  ADD ("/attempt/messages/over-the-limit-are-a-level",
       test_attempt_messages_over_the_limit_are_a_level);
  ADD ("/attempt/messages/may-be-kept-again-with-time",
       test_attempt_messages_may_be_kept_again_with_time);
  ADD ("/attempt/messages/1000-in-all-are-kept", test_attempt_messages_1000_in_all_are_kept);
  ADD ("/attempt/messages/last-over-the-limit-is-in-the-end",
       test_attempt_messages_last_over_the_limit_is_in_the_end);
  ADD ("/attempt/messages/no-level-is-empty", test_attempt_messages_no_level_is_empty);
  ADD ("/attempt/messages/kept-one-replaces-a-passing-one",
       test_attempt_messages_kept_one_replaces_a_passing_one);

  return g_test_run ();
}
