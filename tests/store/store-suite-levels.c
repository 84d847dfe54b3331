/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "tests/store/store-suite.h"
#include "tests/support/parsed-fields.h"
#include "tests/support/wait.h"

/* What a store promises of levels: how far tasks are, for whoever comes after a crash. */

#define HALF "{'progress': <0.5>, 'message': <'Half of it'>, 'unit': <'files'>," \
  " 'done': <@t 4>, 'total': <@t 8>}"

static void
add_level (GPtrArray  *levels,
           guint64     task_id,
           guint       attempt,
           const char *text)
{
  const HwEventOrigin origin = { .epoch = 1, .task_id = task_id, .attempt = attempt, .at = 5000 };

  g_ptr_array_add (levels, hw_event_new_progress (&origin, 1, parsed_fields (text)));
}

static GPtrArray *
new_levels (guint64     task_id,
            guint       attempt,
            const char *text)
{
  GPtrArray *levels = g_ptr_array_new_with_free_func ((GDestroyNotify) hw_event_unref);

  add_level (levels, task_id, attempt, text);

  return levels;
}

/* Takes @levels. */
static Request *
send_levels (Fixture   *fixture,
             GPtrArray *levels)
{
  Request *request = request_new (fixture);

  hw_store_keep_levels_async (fixture->store, levels, NULL, on_answered, request);
  g_ptr_array_unref (levels);

  return request;
}

/* Takes @levels. */
static void
keep (Fixture   *fixture,
      GPtrArray *levels)
{
  g_autoptr(Request) request = send_levels (fixture, levels);
  g_autoptr(GError) error = NULL;

  wait_until (request->result != NULL);
  hw_store_keep_levels_finish (fixture->store, request->result, &error);
  g_assert_no_error (error);
}

static void
assert_level (Fixture    *fixture,
              guint64     task_id,
              const char *text)
{
  static const HwTaskField fields[] = {
    HW_TASK_FIELD_PROGRESS, HW_TASK_FIELD_MESSAGE, HW_TASK_FIELD_UNIT, HW_TASK_FIELD_DONE,
    HW_TASK_FIELD_TOTAL,
  };
  g_autoptr(HwTask) task = get_task (fixture, task_id, NULL);
  g_auto(GVariantDict) found = G_VARIANT_DICT_INIT (NULL);
  g_autoptr(GVariant) level = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    if (hw_task_get_field (task, fields[i]) != NULL)
      g_variant_dict_insert_value (&found, hw_task_field_get_name (fields[i]),
                                   hw_task_get_field (task, fields[i]));
  level = g_variant_ref_sink (g_variant_dict_end (&found));
  assert_fields (level, text);
}

static guint64
add_processing (Fixture *fixture)
{
  guint64 task_id = add (fixture, "@a{sv} {}");

  claim (fixture, task_id);

  return task_id;
}

static void
test_levels_are_written_down (Fixture      *fixture,
                              gconstpointer kind)
{
  guint64 task_id = add_processing (fixture);

  keep (fixture, new_levels (task_id, 1, HALF));
  assert_level (fixture, task_id, HALF);
  keep (fixture, new_levels (task_id, 1, "{'progress': <0.75>, 'done': <@t 6>}"));

  /* What the second did not say is as the first said. */
  assert_level (fixture, task_id, "{'progress': <0.75>, 'message': <'Half of it'>,"
                " 'unit': <'files'>, 'done': <@t 6>, 'total': <@t 8>}");
}

/* Nobody is told: a level has no number, and a page of events knows nothing of it. */
static void
test_levels_are_no_events (Fixture      *fixture,
                           gconstpointer kind)
{
  guint64 task_id = add_processing (fixture);
  guint n_heard = fixture->heard->len;
  g_autoptr(HwEventPage) events = NULL;
  g_autoptr(HwTask) before = get_task (fixture, task_id, NULL);
  g_autoptr(HwTask) after = NULL;

  keep (fixture, new_levels (task_id, 1, HALF));
  events = read_events (fixture, 0, 0, 100);
  after = get_task (fixture, task_id, NULL);

  g_assert_cmpuint (fixture->heard->len, ==, n_heard);
  g_assert_cmpuint (events->events->len, ==, 2);
  g_assert_cmpuint (events->head, ==, 2);
  g_assert_cmpuint (hw_task_get_seq (after), ==, hw_task_get_seq (before));
}

/* One request has the levels of many tasks, and those that come too late spoil none. */
static void
test_levels_that_come_too_late_are_left_out (Fixture      *fixture,
                                             gconstpointer kind)
{
  GPtrArray *levels;
  guint64 runs = add_processing (fixture);
  guint64 waits = add (fixture, "@a{sv} {}");
  guint64 has_ended = add_processing (fixture);
  guint64 runs_again = add_processing (fixture);
  guint64 runs_last = add_processing (fixture);

  move (fixture, has_ended, HW_TASK_STATE_PROCESSING, "{'state': <'Completed'>}");
  move (fixture, runs_again, HW_TASK_STATE_PROCESSING, "{'state': <'Pending'>}");
  claim (fixture, runs_again);

  levels = new_levels (runs, 1, HALF);
  add_level (levels, waits, 0, HALF);
  add_level (levels, has_ended, 1, HALF);
  add_level (levels, runs_again, 1, HALF);
  add_level (levels, 4711, 1, HALF);
  add_level (levels, runs_last, 1, "{'progress': <0.25>}");
  keep (fixture, levels);

  assert_level (fixture, runs, HALF);
  assert_level (fixture, waits, "@a{sv} {}");
  assert_level (fixture, has_ended, "@a{sv} {}");
  assert_level (fixture, runs_again, "@a{sv} {}");
  assert_level (fixture, runs_last, "{'progress': <0.25>}");
}

/* Requests that nobody waited for in between are carried out in the order they came in. */
static void
test_levels_give_way_to_the_end (Fixture      *fixture,
                                 gconstpointer kind)
{
  guint64 task_id = add_processing (fixture);
  g_autoptr(Request) level = send_levels (fixture, new_levels (task_id, 1, HALF));
  HwChange *change = new_state (task_id, HW_TASK_STATE_PROCESSING, 1,
                                "{'state': <'Completed'>, 'progress': <1.0>, 'done': <@t 8>}");
  g_autoptr(Request) end = send_changes (fixture, new_changes (change, NULL));
  g_autoptr(Request) late = send_levels (fixture, new_levels (task_id, 1, HALF));
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) events = receive_events (end, &error);

  g_assert_no_error (error);
  wait_until (level->result != NULL && late->result != NULL);

  assert_level (fixture, task_id, "{'progress': <1.0>, 'message': <'Half of it'>,"
                " 'unit': <'files'>, 'done': <@t 8>, 'total': <@t 8>}");
}

/* What an attempt was at says nothing of the next. */
static void
test_levels_are_forgotten_when_a_task_waits_again (Fixture      *fixture,
                                                   gconstpointer kind)
{
  guint64 task_id = add_processing (fixture);

  keep (fixture, new_levels (task_id, 1, HALF));
  move (fixture, task_id, HW_TASK_STATE_PROCESSING, "{'state': <'Pending'>}");

  assert_level (fixture, task_id, "@a{sv} {}");
}

void
add_store_level_tests (const StoreKind *kind)
{
  add_store_test (kind, "levels/are-written-down", test_levels_are_written_down);
  add_store_test (kind, "levels/are-no-events", test_levels_are_no_events);
  add_store_test (kind, "levels/that-come-too-late-are-left-out",
                  test_levels_that_come_too_late_are_left_out);
  add_store_test (kind, "levels/give-way-to-the-end", test_levels_give_way_to_the_end);
  add_store_test (kind, "levels/are-forgotten-when-a-task-waits-again",
                  test_levels_are_forgotten_when_a_task_waits_again);
}

static void
test_levels_stay (Fixture      *fixture,
                  gconstpointer kind)
{
  guint64 task_id = add_processing (fixture);
  g_autoptr(HwTaskPage) page = NULL;

  keep (fixture, new_levels (task_id, 1, HALF));
  fixture_close (fixture);
  fixture_open (fixture);
  page = list_open (fixture);

  assert_ids (page, "1");
  assert_level (fixture, task_id, HALF);
}

void
add_store_lasting_level_tests (const StoreKind *kind)
{
  add_store_test (kind, "reopening/levels-stay", test_levels_stay);
}
