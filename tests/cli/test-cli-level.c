/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-cli-level.h"
#include "hw-cli-task-view.h"

static GVariant *
parse (const char *fields)
{
  g_autoptr(GError) error = NULL;
  GVariant *parsed = g_variant_parse (G_VARIANT_TYPE_VARDICT, fields, NULL, NULL, &error);

  g_assert_no_error (error);

  return parsed;
}

static HwTask *
make_task (const char *fields)
{
  g_autoptr(GVariant) parsed = parse (fields);

  return hw_task_new (42, 9, hw_task_fields_new_from_variant (parsed));
}

static HwCliLevel *
make_level (void)
{
  g_autoptr(HwTask) task = make_task ("{'state': <'Pending'>, 'title': <'T'>,"
                                      " 'created_at': <int64 1000000>}");

  return hw_cli_level_new (task);
}

static void
apply (HwCliLevel *level,
       HwEventKind kind,
       guint64     task_id,
       guint       attempt,
       const char *changes,
       gint64      at)
{
  const HwEventOrigin origin = { .epoch = 1, .task_id = task_id, .attempt = attempt };
  g_autoptr(GVariant) parsed = parse (changes);
  g_autoptr(HwEvent) event = NULL;

  if (kind == HW_EVENT_KIND_PROGRESS)
    event = hw_event_new_progress (&origin, 1, hw_task_fields_new_from_variant (parsed));
  else
    event = hw_event_new (kind, &origin, 2, hw_task_fields_new_from_variant (parsed));

  hw_cli_level_apply (level, event, at);
}

static void
test_cli_level_shows_what_the_events_tell (void)
{
  g_autoptr(HwCliLevel) level = make_level ();
  HwCliBar bar;

  apply (level, HW_EVENT_KIND_STATE, 42, 1,
         "{'state': <'Processing'>, 'started_at': <int64 2000000>}", 0);
  for (guint i = 1; i <= 4; i++)
    {
      g_autofree char *changes = g_strdup_printf ("{'progress': <0.%u>, 'done': <uint64 %u>,"
                                                  " 'total': <uint64 10>, 'unit': <'steps'>}",
                                                  i, i);

      apply (level, HW_EVENT_KIND_PROGRESS, 42, 1, changes, i * G_USEC_PER_SEC);
    }
  apply (level, HW_EVENT_KIND_MESSAGE, 42, 1, "{'message': <'M'>}", 4 * G_USEC_PER_SEC);
  hw_cli_level_fill_bar (level, 4 * G_USEC_PER_SEC, 9000000, &bar);

  g_assert_cmpuint (bar.task_id, ==, 42);
  g_assert_cmpstr (bar.title, ==, "T");
  g_assert_cmpstr (bar.state, ==, "Processing");
  g_assert_cmpstr (bar.message, ==, "M");
  g_assert_cmpstr (bar.unit, ==, "steps");
  g_assert_cmpuint (bar.done, ==, 4);
  g_assert_cmpuint (bar.total, ==, 10);
  g_assert_cmpfloat_with_epsilon (bar.progress, 0.4, 1e-9);
  g_assert_cmpfloat_with_epsilon (bar.rate, 1, 1e-6);
  g_assert_cmpint (bar.remaining, ==, 6 * G_USEC_PER_SEC);
  g_assert_cmpint (bar.elapsed, ==, 7 * G_USEC_PER_SEC);
  g_assert_cmpuint (hw_cli_level_get_attempt (level), ==, 1);
}

/* Test that a task that waits again does not show what its attempt had done. */
static void
test_cli_level_forgets_an_attempt_with_its_end (void)
{
  g_autoptr(HwCliLevel) level = make_level ();
  HwCliBar bar;

  apply (level, HW_EVENT_KIND_STATE, 42, 1, "{'state': <'Processing'>}", 0);
  apply (level, HW_EVENT_KIND_PROGRESS, 42, 1,
         "{'progress': <0.5>, 'done': <uint64 5>, 'activity': <'stopping'>}", 0);
  apply (level, HW_EVENT_KIND_STATE, 42, 1, "{'state': <'Pending'>}", 0);
  hw_cli_level_fill_bar (level, 0, 3000000, &bar);

  g_assert_cmpfloat (bar.progress, <, 0);
  g_assert_cmpuint (bar.done, ==, 0);
  g_assert_cmpstr (bar.state, ==, "Pending");
  g_assert_cmpint (bar.elapsed, ==, 2 * G_USEC_PER_SEC);
  g_assert_false (hw_cli_level_has_ended (level));
}

static void
test_cli_level_ends_with_the_task (void)
{
  g_autoptr(HwCliLevel) level = make_level ();

  apply (level, HW_EVENT_KIND_STATE, 42, 1, "{'state': <'Completed'>}", 0);

  g_assert_true (hw_cli_level_has_ended (level));
}

static void
test_cli_level_heeds_its_own_task_alone (void)
{
  g_autoptr(HwCliLevel) level = make_level ();
  HwCliBar bar;

  apply (level, HW_EVENT_KIND_MESSAGE, 7, 3, "{'message': <'of another'>}", 0);
  hw_cli_level_fill_bar (level, 0, 0, &bar);

  g_assert_null (bar.message);
  g_assert_cmpuint (hw_cli_level_get_attempt (level), ==, 0);
}

static void
test_cli_level_takes_a_snapshot_for_the_truth (void)
{
  g_autoptr(HwCliLevel) level = make_level ();
  g_autoptr(GPtrArray) tasks = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr(HwEvent) event = NULL;
  HwCliBar bar;

  g_ptr_array_add (tasks, make_task ("{'state': <'Processing'>, 'title': <'New'>,"
                                     " 'attempt': <uint32 3>}"));
  event = hw_event_new_snapshot (1, 9, TRUE, tasks);
  hw_cli_level_apply (level, event, 0);
  hw_cli_level_fill_bar (level, 0, 0, &bar);

  g_assert_cmpstr (bar.title, ==, "New");
  g_assert_cmpuint (hw_cli_level_get_attempt (level), ==, 3);
}

/* Test that every kind of event is told in one harmless line, or in none. */
static void
test_cli_task_view_describes_events_harmlessly (void)
{
  const HwEventOrigin origin = { .epoch = 1, .task_id = 42, .attempt = 1 };
  g_autoptr(GVariant) changes = parse ("{'state': <'Failed'>, 'error': <'\033[31m\\nE'>,"
                                       " 'title': <'\033[31m\\nT'>,"
                                       " 'message': <'\033[31m\\nM'>}");

  for (guint i = 0; i < HW_EVENT_KIND_PROGRESS; i++)
    {
      g_autoptr(HwEvent) event = NULL;
      g_autofree char *text = NULL;

      event = hw_event_new ((HwEventKind) i, &origin, 2, hw_task_fields_new_from_variant (changes));
      text = hw_cli_task_view_describe_event (event);

      g_assert_nonnull (text);
      for (const char *p = text; *p != '\0'; p++)
        g_assert_false (g_ascii_iscntrl (*p));
    }
}

static void
test_cli_task_view_does_not_call_canceled_failed (void)
{
  g_autoptr(HwTask) task = make_task ("{'state': <'Failed'>, 'result': <'canceled'>}");

  g_assert_cmpstr (hw_cli_task_view_get_state (task), ==, "Canceled");
}

/* Test that what a task is busy with shows for as long as its levels say so. */
static void
test_cli_level_is_paused_until_a_level_says_nothing_of_it (void)
{
  g_autoptr(HwCliLevel) level = make_level ();
  HwCliBar bar;

  apply (level, HW_EVENT_KIND_STATE, 42, 1,
         "{'state': <'Processing'>, 'started_at': <int64 2000000>}", 0);
  hw_cli_level_fill_bar (level, 0, 0, &bar);
  g_assert_false (bar.is_busy);

  apply (level, HW_EVENT_KIND_PROGRESS, 42, 1, "{'activity': <'paused'>}", 0);
  apply (level, HW_EVENT_KIND_MESSAGE, 42, 1, "{'message': <'M'>}", 0);
  hw_cli_level_fill_bar (level, 0, 0, &bar);
  g_assert_true (bar.is_busy);
  g_assert_cmpstr (bar.state, ==, "paused");

  apply (level, HW_EVENT_KIND_PROGRESS, 42, 1, "{'done': <uint64 1>}", 0);
  hw_cli_level_fill_bar (level, 0, 0, &bar);
  g_assert_false (bar.is_busy);
  g_assert_cmpstr (bar.state, ==, "Processing");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/cli-level/shows-what-the-events-tell",
                   test_cli_level_shows_what_the_events_tell);
  g_test_add_func ("/cli-level/forgets-an-attempt-with-its-end",
                   test_cli_level_forgets_an_attempt_with_its_end);
  g_test_add_func ("/cli-level/ends-with-the-task", test_cli_level_ends_with_the_task);
  g_test_add_func ("/cli-level/heeds-its-own-task-alone", test_cli_level_heeds_its_own_task_alone);
  g_test_add_func ("/cli-level/takes-a-snapshot-for-the-truth",
                   test_cli_level_takes_a_snapshot_for_the_truth);
  g_test_add_func ("/cli-task-view/describes-events-harmlessly",
                   test_cli_task_view_describes_events_harmlessly);
  g_test_add_func ("/cli-task-view/does-not-call-canceled-failed",
                   test_cli_task_view_does_not_call_canceled_failed);

  g_test_add_func ("/cli-level/is-paused-until-a-level-says-nothing-of-it",
                   test_cli_level_is_paused_until_a_level_says_nothing_of_it);

  return g_test_run ();
}
