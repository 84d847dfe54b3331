/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-await.h"
#include "hw-test-house.h"

/* A queue where task 1 runs, and prints what the test says. */
typedef struct
{
  HwTestHouse *house; /* (owned) */
  GCancellable *cancellable;
  GAsyncResult *result; /* (owned) (nullable) */
} Fixture;

static void
set_up (Fixture      *fixture,
        gconstpointer test_data)
{
  fixture->house = hw_test_house_new (1);
  fixture->cancellable = g_cancellable_new ();
  hw_test_house_open (fixture->house);
  hw_test_house_submit (fixture->house, "noop");
}

static void
tear_down (Fixture      *fixture,
           gconstpointer test_data)
{
  g_clear_object (&fixture->result);
  g_clear_object (&fixture->cancellable);
  g_clear_pointer (&fixture->house, hw_test_house_free);
}

static void
read_async (Fixture     *fixture,
            HwPrincipal *principal,
            guint        attempt,
            guint64      offset,
            gboolean     follow)
{
  HwOutputQuery query = { .of = { .task_id = 1, .attempt = attempt }, .offset = offset };

  g_clear_object (&fixture->result);
  hw_task_queue_read_output_async (fixture->house->queue, principal, &query, follow,
                                   fixture->cancellable, hw_await_result, &fixture->result);
  hw_await_quiet ();
}

static HwOutputChunk *
finish (Fixture *fixture,
        GError **error)
{
  g_assert_nonnull (fixture->result);

  return hw_task_queue_read_output_finish (fixture->house->queue, fixture->result, error);
}

/* Writes the answer: attempt, offset, bytes, and a dot at the end. */
static char *
finish_and_print (Fixture *fixture)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(HwOutputChunk) chunk = finish (fixture, &error);
  gsize size;
  const char *data;

  g_assert_no_error (error);
  data = g_bytes_get_data (chunk->data, &size);

  return g_strdup_printf ("%u+%" G_GUINT64_FORMAT ":%.*s%s", chunk->attempt, chunk->offset,
                          (int) size, size > 0 ? data : "", chunk->is_end ? "." : "");
}

#define assert_answer(fixture, expected) \
  G_STMT_START \
  { \
    g_autofree char *answer = finish_and_print (fixture); \
    g_assert_cmpstr (answer, ==, expected); \
  } \
  G_STMT_END

static void
print (Fixture    *fixture,
       const char *text)
{
  hw_fake_output_append (fixture->house->output, 1, 1, text);
}

static void
end_task (Fixture *fixture)
{
  hw_fake_runner_succeed (fixture->house->runner, 1);
  hw_await_quiet ();
}

static void
test_queue_output_begins_at_the_offset (Fixture      *fixture,
                                        gconstpointer test_data)
{
  print (fixture, "hello");
  read_async (fixture, fixture->house->owner, 1, 0, FALSE);
  assert_answer (fixture, "1+0:hello");

  read_async (fixture, fixture->house->owner, 1, 3, FALSE);
  assert_answer (fixture, "1+3:lo");
}

static void
test_queue_output_of_no_attempt_is_the_newest (Fixture      *fixture,
                                               gconstpointer test_data)
{
  print (fixture, "hello");
  read_async (fixture, fixture->house->owner, 0, 0, FALSE);

  assert_answer (fixture, "1+0:hello");
}

/* While it runs, that there is nothing yet is not the end. */
static void
test_queue_output_ends_with_the_attempt (Fixture      *fixture,
                                         gconstpointer test_data)
{
  read_async (fixture, fixture->house->owner, 1, 0, FALSE);
  assert_answer (fixture, "1+0:");

  print (fixture, "hello");
  end_task (fixture);
  read_async (fixture, fixture->house->owner, 1, 0, FALSE);
  assert_answer (fixture, "1+0:hello");
  read_async (fixture, fixture->house->owner, 1, 5, FALSE);
  assert_answer (fixture, "1+5:.");
}

/* Of which epoch an attempt is that another one came after can be told by its time alone. */
static void
test_queue_output_of_a_past_attempt_has_its_times (Fixture      *fixture,
                                                   gconstpointer test_data)
{
  const HwOutputQuery *query = hw_fake_output_get_last_query (fixture->house->output);
  gint64 begun_at;

  read_async (fixture, fixture->house->owner, 1, 0, FALSE);
  g_assert_cmpint (query->of.earliest, ==, 0);

  for (guint i = 0; i < 2; i++)
    {
      hw_fake_runner_finish (fixture->house->runner, 1,
                             hw_outcome_new_failed (HW_RESULT_ERROR, "No."));
      hw_await_quiet ();
      hw_test_house_advance (fixture->house, G_USEC_PER_SEC);
      hw_test_house_change_state (fixture->house, 1, HW_TASK_STATE_FAILED, HW_TASK_STATE_PENDING);
      hw_await_quiet ();
    }

  read_async (fixture, fixture->house->owner, 1, 0, FALSE);
  begun_at = query->of.earliest;
  g_assert_cmpint (begun_at, !=, 0);
  g_assert_cmpint (query->of.latest, ==, begun_at + G_USEC_PER_SEC);
  read_async (fixture, fixture->house->owner, 2, 0, FALSE);
  g_assert_cmpint (query->of.earliest, ==, begun_at + G_USEC_PER_SEC);
  g_assert_cmpint (query->of.latest, ==, begun_at + 2 * G_USEC_PER_SEC);
  read_async (fixture, fixture->house->owner, 3, 0, FALSE);
  g_assert_cmpint (query->of.earliest, ==, 0);
}

static void
test_queue_output_follow_waits_for_more (Fixture      *fixture,
                                         gconstpointer test_data)
{
  read_async (fixture, fixture->house->owner, 1, 0, TRUE);
  g_assert_null (fixture->result);

  print (fixture, "hello");
  hw_test_house_advance (fixture->house, G_USEC_PER_SEC / 50);
  assert_answer (fixture, "1+0:hello");
}

/* Test that nothing rings while nothing is printed. */
static void
test_queue_output_follow_of_silence_costs_nothing (Fixture      *fixture,
                                                   gconstpointer test_data)
{
  guint n_reads;

  read_async (fixture, fixture->house->owner, 1, 0, TRUE);
  n_reads = hw_fake_output_get_n_reads (fixture->house->output);

  g_assert_cmpuint (hw_fake_clock_get_n_timers (fixture->house->clock), ==, 0);
  hw_test_house_advance (fixture->house, 60 * G_USEC_PER_SEC);
  g_assert_cmpuint (hw_fake_output_get_n_reads (fixture->house->output), ==, n_reads);
  g_assert_null (fixture->result);

  g_cancellable_cancel (fixture->cancellable);
  hw_test_house_advance (fixture->house, G_USEC_PER_SEC);
  g_assert_nonnull (fixture->result);
}

static void
test_queue_output_follow_looks_if_nobody_tells (Fixture      *fixture,
                                                gconstpointer test_data)
{
  hw_fake_output_set_is_watchable (fixture->house->output, FALSE);
  read_async (fixture, fixture->house->owner, 1, 0, TRUE);
  g_assert_null (fixture->result);

  print (fixture, "hello");
  hw_test_house_advance (fixture->house, G_USEC_PER_SEC / 10);
  assert_answer (fixture, "1+0:hello");
}

/* Test that what was dropped is an answer as well, also for whoever follows. */
static void
test_queue_output_dropped_is_a_skip (Fixture      *fixture,
                                     gconstpointer test_data)
{
  g_autoptr(HwOutputChunk) chunk = NULL;

  print (fixture, "hello world");
  hw_fake_output_drop (fixture->house->output, 1, 1, 2, 6);
  read_async (fixture, fixture->house->owner, 1, 0, TRUE);
  assert_answer (fixture, "1+0:he");

  read_async (fixture, fixture->house->owner, 1, 3, TRUE);
  chunk = finish (fixture, NULL);
  g_assert_cmpuint (chunk->offset, ==, 3);
  g_assert_cmpuint (chunk->skip_to, ==, 6);
  g_assert_cmpuint (g_bytes_get_size (chunk->data), ==, 0);
  g_assert_false (chunk->is_end);
}

static void
test_queue_output_by_line (Fixture      *fixture,
                           gconstpointer test_data)
{
  const HwOutputQuery query = { .of.task_id = 1, .line = 2, .n_lines = 2 };

  print (fixture, "one\ntwo\nthree\nfour\n");
  hw_task_queue_read_output_async (fixture->house->queue, fixture->house->owner, &query, FALSE,
                                   NULL, hw_await_result, &fixture->result);
  hw_await_quiet ();

  assert_answer (fixture, "1+4:two\nthree\n");
}

/* What is printed last, just before the end, is not cut off. */
static void
test_queue_output_follow_reads_to_the_end (Fixture      *fixture,
                                           gconstpointer test_data)
{
  read_async (fixture, fixture->house->owner, 1, 0, TRUE);
  print (fixture, "bye");
  end_task (fixture);
  hw_test_house_advance (fixture->house, G_USEC_PER_SEC / 50);
  assert_answer (fixture, "1+0:bye");

  read_async (fixture, fixture->house->owner, 1, 3, TRUE);
  assert_answer (fixture, "1+3:.");
}

static void
test_queue_output_follow_can_be_canceled (Fixture      *fixture,
                                          gconstpointer test_data)
{
  g_autoptr(GError) error = NULL;

  read_async (fixture, fixture->house->owner, 1, 0, TRUE);
  g_cancellable_cancel (fixture->cancellable);
  hw_test_house_advance (fixture->house, G_USEC_PER_SEC / 50);

  g_assert_null (finish (fixture, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (hw_fake_clock_get_n_timers (fixture->house->clock), ==, 0);
}

static void
test_queue_output_of_an_attempt_to_come_is_not_found (Fixture      *fixture,
                                                      gconstpointer test_data)
{
  g_autoptr(GError) error = NULL;

  read_async (fixture, fixture->house->owner, 2, 0, FALSE);

  g_assert_null (finish (fixture, &error));
  g_assert_error (error, HW_ERROR, HW_ERROR_NOT_FOUND);
  g_assert_cmpstr (error->message, ==, "Task 1 has had 1 attempts so far. "
                   "Ask for one of those, or leave the attempt out.");
}

static void
test_queue_output_of_others_is_not_found (Fixture      *fixture,
                                          gconstpointer test_data)
{
  g_autoptr(GError) error = NULL;

  print (fixture, "s3cret");
  read_async (fixture, fixture->house->guest, 1, 0, FALSE);

  g_assert_null (finish (fixture, &error));
  g_assert_error (error, HW_ERROR, HW_ERROR_NOT_FOUND);
}

static void
test_queue_output_tells_that_reading_failed (Fixture      *fixture,
                                             gconstpointer test_data)
{
  g_autoptr(GError) error = NULL;

  hw_fake_output_fail_next (fixture->house->output, "The disk is gone.");
  read_async (fixture, fixture->house->owner, 1, 0, FALSE);

  g_assert_null (finish (fixture, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_FAILED);
}

/* Test that a task that waits for its turn is followed from its first byte on. */
static void
test_queue_output_follow_waits_for_the_beginning (Fixture      *fixture,
                                                  gconstpointer test_data)
{
  const HwOutputQuery query = { .of.task_id = 2 };
  HwTestHouse *house = fixture->house;

  hw_test_house_submit (house, "noop");
  hw_task_queue_read_output_async (house->queue, house->owner, &query, FALSE, NULL,
                                   hw_await_result, &fixture->result);
  hw_await_quiet ();
  assert_answer (fixture, "0+0:");

  g_clear_object (&fixture->result);
  hw_task_queue_read_output_async (house->queue, house->owner, &query, TRUE, NULL,
                                   hw_await_result, &fixture->result);
  hw_test_house_advance (house, G_USEC_PER_SEC);
  g_assert_null (fixture->result);

  end_task (fixture);
  hw_fake_output_append (house->output, 2, 1, "hello");
  hw_test_house_advance (house, G_USEC_PER_SEC);
  assert_answer (fixture, "1+0:hello");
}

/* Test that a task that never begins has no output for anybody to wait for. */
static void
test_queue_output_follow_ends_without_a_beginning (Fixture      *fixture,
                                                   gconstpointer test_data)
{
  const HwOutputQuery query = { .of.task_id = 2 };
  HwTestHouse *house = fixture->house;

  hw_test_house_submit (house, "noop");
  hw_task_queue_read_output_async (house->queue, house->owner, &query, TRUE, NULL,
                                   hw_await_result, &fixture->result);
  hw_await_quiet ();
  g_object_unref (hw_test_house_try_cancel (house, house->owner, 2, NULL));
  hw_test_house_advance (house, G_USEC_PER_SEC);

  assert_answer (fixture, "0+0:.");
}

/* One answer is a megabyte at most, however much there is. */
static void
test_queue_output_comes_in_pieces (Fixture      *fixture,
                                   gconstpointer test_data)
{
  g_autofree char *text = g_strnfill (3 * 512 * 1024, 'x');
  g_autoptr(HwOutputChunk) first = NULL;
  g_autoptr(HwOutputChunk) second = NULL;

  print (fixture, text);
  read_async (fixture, fixture->house->owner, 1, 0, FALSE);
  first = finish (fixture, NULL);
  read_async (fixture, fixture->house->owner, 1, 1024 * 1024, FALSE);
  second = finish (fixture, NULL);

  g_assert_cmpuint (g_bytes_get_size (first->data), ==, 1024 * 1024);
  g_assert_cmpuint (g_bytes_get_size (second->data), ==, 512 * 1024);
}

#define ADD(path, function) g_test_add (path, Fixture, NULL, set_up, function, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("/queue/output/begins-at-the-offset", test_queue_output_begins_at_the_offset);
  ADD ("/queue/output/of-no-attempt-is-the-newest", test_queue_output_of_no_attempt_is_the_newest);
  ADD ("/queue/output/ends-with-the-attempt", test_queue_output_ends_with_the_attempt);
  ADD ("/queue/output/of-a-past-attempt-has-its-times",
       test_queue_output_of_a_past_attempt_has_its_times);
  ADD ("/queue/output/follow-waits-for-more", test_queue_output_follow_waits_for_more);
  ADD ("/queue/output/follow-of-silence-costs-nothing",
       test_queue_output_follow_of_silence_costs_nothing);
  ADD ("/queue/output/follow-looks-if-nobody-tells",
       test_queue_output_follow_looks_if_nobody_tells);
  ADD ("/queue/output/dropped-is-a-skip", test_queue_output_dropped_is_a_skip);
  ADD ("/queue/output/by-line", test_queue_output_by_line);
  ADD ("/queue/output/follow-reads-to-the-end", test_queue_output_follow_reads_to_the_end);
  ADD ("/queue/output/follow-can-be-canceled", test_queue_output_follow_can_be_canceled);
  ADD ("/queue/output/follow-waits-for-the-beginning",
       test_queue_output_follow_waits_for_the_beginning);
  ADD ("/queue/output/follow-ends-without-a-beginning",
       test_queue_output_follow_ends_without_a_beginning);
  ADD ("/queue/output/of-an-attempt-to-come-is-not-found",
       test_queue_output_of_an_attempt_to_come_is_not_found);
  ADD ("/queue/output/of-others-is-not-found", test_queue_output_of_others_is_not_found);
  ADD ("/queue/output/tells-that-reading-failed", test_queue_output_tells_that_reading_failed);
  ADD ("/queue/output/comes-in-pieces", test_queue_output_comes_in_pieces);

  return g_test_run ();
}
