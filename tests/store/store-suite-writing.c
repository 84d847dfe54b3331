/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "tests/store/store-suite.h"

#include "hw-error.h"

/* What a store promises of changes: which of them are carried out, and what of. */

static const HwTaskState states[] = {
  HW_TASK_STATE_PENDING,
  HW_TASK_STATE_PROCESSING,
  HW_TASK_STATE_COMPLETED,
  HW_TASK_STATE_FAILED,
};

G_STATIC_ASSERT (G_N_ELEMENTS (states) == HW_N_TASK_STATES);

static void
assert_task (Fixture    *fixture,
             guint64     task_id,
             const char *text)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(HwTask) task = get_task (fixture, task_id, &error);
  g_autoptr(GVariant) fields = NULL;

  g_assert_no_error (error);
  fields = hw_task_dup_fields (task);
  assert_fields (fields, text);
}

static void
test_add_numbers_rise (Fixture      *fixture,
                       gconstpointer kind)
{
  for (guint64 i = 1; i <= 3; i++)
    g_assert_cmpuint (add (fixture, "@a{sv} {}"), ==, i);

  assert_seqs (fixture->heard, 1, 3);
}

static void
test_add_event_tells_the_whole_task (Fixture      *fixture,
                                     gconstpointer kind)
{
  const char *text = "{'type': <'demo'>, 'state': <'Pending'>, 'title': <'A demo'>,"
                     " 'group': <'disk'>, 'owner': <'uid:1000'>, 'activity': <'starting'>,"
                     " 'parameters': <{'steps': <@x 5>}>}";
  HwEvent *event;

  add (fixture, text);

  event = g_ptr_array_index (fixture->heard, 0);
  assert_fields (hw_event_get_changes (event), text);
  g_assert_cmpint (hw_event_get_kind (event), ==, HW_EVENT_KIND_ADDED);
  g_assert_cmpuint (hw_event_get_epoch (event), ==, hw_store_get_epoch (fixture->store));
  g_assert_cmpuint (hw_event_get_task_id (event), ==, 1);
  g_assert_cmpuint (hw_event_get_attempt (event), ==, 0);
  g_assert_cmpstr (hw_event_get_task_type (event), ==, "demo");
  g_assert_cmpstr (hw_event_get_group (event), ==, "disk");
  g_assert_cmpstr (hw_event_get_owner (event), ==, "uid:1000");
  g_assert_cmpstr (hw_event_get_actor (event), ==, "uid:1000");
  g_assert_cmpint (hw_event_get_time (event), ==, 1000);
}

static void
test_add_keeps_every_field (Fixture      *fixture,
                            gconstpointer kind)
{
  static const char rich[] =
    "{'type': <'a'>, 'title': <'Ünïcode “x”'>, 'state': <'Pending'>, 'result': <'exit-code'>,"
    " 'error': <'A sentence.'>, 'exit_code': <2147483647>, 'signal': <'SIGKILL'>,"
    " 'progress': <0.1>, 'message': <''>, 'unit': <'bytes'>, 'done': <@t 0>,"
    " 'total': <@t 18446744073709551615>, 'group': <'g'>, 'priority': <-2147483648>,"
    " 'owner': <'o'>, 'attempt': <@u 4294967295>, 'max_attempts': <@u 3>,"
    " 'created_at': <@x 9223372036854775807>, 'started_at': <@x -9223372036854775808>,"
    " 'ended_at': <@x 0>, 'output_size': <@t 9223372036854775808>,"
    " 'value': <{'sha256': <'00ff'>}>,"
    " 'parameters': <{'b': <true>, 'd': <1e300>, 'as': <['', 'x']>, 'x': <@x -1>,"
    " 'v': <<{'deep': <@as []>}>>}>}";
  static const char *const tasks[] = {
    rich,
    "{'type': <''>, 'state': <'Pending'>, 'attempt': <@u 0>, 'parameters': <@a{sv} {}>}",
    ("{'type': <'b'>, 'state': <'Failed'>, 'attempt': <@u 1>, 'exit_code': <-1>,"
     " 'progress': <1.0>}"),
  };

  for (guint i = 0; i < G_N_ELEMENTS (tasks); i++)
    assert_task (fixture, add (fixture, tasks[i]), tasks[i]);
}

static void
test_add_keeps_hidden_parameters (Fixture      *fixture,
                                  gconstpointer kind)
{
  guint64 task_id = add (fixture, "{'hidden_parameters': <{'env': <['KEY=secret']>}>}");
  g_autoptr(HwTask) task = get_task (fixture, task_id, NULL);
  GVariant *hidden = hw_task_get_field (task, HW_TASK_FIELD_HIDDEN_PARAMETERS);

  g_assert_nonnull (hidden);
  assert_fields (hidden, "{'env': <['KEY=secret']>}");
}

/* Each pair of states: it is the table that decides, and nothing else. */
static void
test_state_is_changed_as_the_table_says (Fixture      *fixture,
                                         gconstpointer kind)
{
  for (guint i = 0; i < HW_N_TASK_STATES * HW_N_TASK_STATES; i++)
    {
      HwTaskState from = states[i / HW_N_TASK_STATES];
      HwTaskState to = states[i % HW_N_TASK_STATES];
      gboolean may = hw_task_state_get_transition (from, to) != HW_TRANSITION_NONE;
      g_autofree char *text = g_strdup_printf ("{'state': <'%s'>}", hw_task_state_to_string (to));
      g_autoptr(GError) error = NULL;
      g_autoptr(GPtrArray) events = NULL;
      guint64 task_id = add (fixture, "@a{sv} {}");

      bring (fixture, task_id, from);
      events = commit (fixture, new_changes (new_state (task_id, from, HW_CHANGE_ANY_ATTEMPT,
                                                        text), NULL), &error);

      if (may)
        g_assert_no_error (error);
      else
        g_assert_error (error, HW_ERROR, HW_ERROR_WRONG_STATE);
      assert_state (fixture, task_id, may ? to : from);
    }
}

/* Each pair again: what the task is not in, it cannot leave. */
static void
test_state_must_be_what_was_thought (Fixture      *fixture,
                                     gconstpointer kind)
{
  for (guint i = 0; i < HW_N_TASK_STATES * HW_N_TASK_STATES; i++)
    {
      HwTaskState is = states[i / HW_N_TASK_STATES];
      HwTaskState thought = states[i % HW_N_TASK_STATES];
      HwTaskState to = thought == HW_TASK_STATE_FAILED ? HW_TASK_STATE_PENDING
                                                       : HW_TASK_STATE_FAILED;
      g_autofree char *text = g_strdup_printf ("{'state': <'%s'>}", hw_task_state_to_string (to));
      g_autoptr(GError) error = NULL;
      g_autoptr(GPtrArray) events = NULL;
      guint64 task_id;

      if (is == thought || thought == HW_TASK_STATE_COMPLETED)
        continue;

      task_id = add (fixture, "@a{sv} {}");
      bring (fixture, task_id, is);
      events = commit (fixture, new_changes (new_state (task_id, thought, HW_CHANGE_ANY_ATTEMPT,
                                                        text), NULL), &error);

      g_assert_error (error, HW_ERROR, HW_ERROR_CONFLICT);
      assert_state (fixture, task_id, is);
    }
}

static void
test_state_of_another_attempt_is_a_conflict (Fixture      *fixture,
                                             gconstpointer kind)
{
  guint64 task_id = add (fixture, "@a{sv} {}");
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) late = NULL;
  g_autoptr(GPtrArray) events = NULL;

  bring (fixture, task_id, HW_TASK_STATE_PROCESSING);
  move (fixture, task_id, HW_TASK_STATE_PROCESSING, "{'state': <'Pending'>}");
  bring (fixture, task_id, HW_TASK_STATE_PROCESSING);

  late = commit (fixture, new_changes (new_state (task_id, HW_TASK_STATE_PROCESSING, 1,
                                                  "{'state': <'Completed'>}"), NULL), &error);
  g_assert_error (error, HW_ERROR, HW_ERROR_CONFLICT);
  g_clear_error (&error);

  events = commit (fixture, new_changes (new_state (task_id, HW_TASK_STATE_PROCESSING, 2,
                                                    "{'state': <'Completed'>}"), NULL), &error);
  g_assert_no_error (error);
}

static void
test_state_of_no_task_is_a_conflict (Fixture      *fixture,
                                     gconstpointer kind)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) events = NULL;

  events = commit (fixture, new_changes (new_state (7, HW_TASK_STATE_PENDING, 0,
                                                    "{'state': <'Failed'>}"), NULL), &error);

  g_assert_error (error, HW_ERROR, HW_ERROR_CONFLICT);
}

static void
test_state_event_tells_what_changed (Fixture      *fixture,
                                     gconstpointer kind)
{
  guint64 task_id = add (fixture, "{'group': <'disk'>, 'owner': <'uid:7'>}");
  HwEvent *event;

  claim (fixture, task_id);
  move (fixture, task_id, HW_TASK_STATE_PROCESSING,
        "{'state': <'Completed'>, 'value': <{'sha256': <'00'>}>, 'activity': <'stopping'>}");

  event = g_ptr_array_index (fixture->heard, 2);
  g_assert_cmpint (hw_event_get_kind (event), ==, HW_EVENT_KIND_STATE);
  g_assert_cmpuint (hw_event_get_seq (event), ==, 3);
  g_assert_cmpuint (hw_event_get_attempt (event), ==, 1);
  g_assert_cmpstr (hw_event_get_task_type (event), ==, "demo");
  g_assert_cmpstr (hw_event_get_group (event), ==, "disk");
  g_assert_cmpstr (hw_event_get_owner (event), ==, "uid:7");
  g_assert_cmpstr (hw_event_get_actor (event), ==, "node");
  g_assert_cmpint (hw_event_get_time (event), ==, 2000);
  assert_fields (hw_event_get_changes (event),
                 "{'state': <'Completed'>, 'value': <{'sha256': <'00'>}>,"
                 " 'activity': <'stopping'>}");
}

/* A task that waits again says nothing of the attempt that it had. */
static void
test_state_pending_forgets_the_attempt (Fixture      *fixture,
                                        gconstpointer kind)
{
  guint64 task_id = add (fixture, "{'title': <'T'>, 'max_attempts': <@u 2>}");

  claim (fixture, task_id);
  move (fixture, task_id, HW_TASK_STATE_PROCESSING,
        "{'state': <'Failed'>, 'result': <'error'>, 'error': <'E'>, 'exit_code': <1>,"
        " 'progress': <0.5>, 'done': <@t 1>, 'total': <@t 2>, 'ended_at': <@x 5>,"
        " 'output_size': <@t 3>, 'value': <@a{sv} {}>, 'unit': <'u'>, 'signal': <'S'>}");
  move (fixture, task_id, HW_TASK_STATE_FAILED, "{'state': <'Pending'>, 'message': <'Again'>}");

  assert_task (fixture, task_id,
               "{'type': <'demo'>, 'title': <'T'>, 'max_attempts': <@u 2>,"
               " 'state': <'Pending'>, 'attempt': <@u 1>, 'message': <'Again'>}");
}

static void
test_message_is_told_and_kept (Fixture      *fixture,
                               gconstpointer kind)
{
  guint64 task_id = add (fixture, "@a{sv} {}");
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) events = NULL;
  g_autoptr(HwTask) task = NULL;
  HwEvent *event;

  claim (fixture, task_id);
  events = commit (fixture, new_changes (hw_change_new_message (task_id, 1, "node", 9, "Hm"),
                                         NULL), &error);
  g_assert_no_error (error);

  event = g_ptr_array_index (events, 0);
  g_assert_cmpint (hw_event_get_kind (event), ==, HW_EVENT_KIND_MESSAGE);
  assert_fields (hw_event_get_changes (event), "{'message': <'Hm'>}");
  task = get_task (fixture, task_id, &error);
  g_assert_cmpstr (hw_task_get_string (task, HW_TASK_FIELD_MESSAGE), ==, "Hm");
  g_assert_cmpuint (hw_task_get_seq (task), ==, hw_event_get_seq (event));
}

static void
test_message_of_an_ended_attempt_is_a_conflict (Fixture      *fixture,
                                                gconstpointer kind)
{
  guint64 task_id = add (fixture, "@a{sv} {}");
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) events = NULL;

  bring (fixture, task_id, HW_TASK_STATE_COMPLETED);
  events = commit (fixture, new_changes (hw_change_new_message (task_id, 1, "node", 9, "Hm"),
                                         NULL), &error);

  g_assert_error (error, HW_ERROR, HW_ERROR_CONFLICT);
}

static void
test_commit_carries_out_changes_in_order (Fixture      *fixture,
                                          gconstpointer kind)
{
  guint64 task_id = add (fixture, "@a{sv} {}");
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) events = NULL;

  events = commit (fixture,
                   new_changes (new_state (task_id, HW_TASK_STATE_PENDING, 0,
                                           "{'state': <'Failed'>}"),
                                new_add ("@a{sv} {}"),
                                new_state (task_id, HW_TASK_STATE_FAILED, 0,
                                           "{'state': <'Pending'>}"),
                                NULL), &error);

  g_assert_no_error (error);
  assert_seqs (events, 2, 4);
  g_assert_cmpuint (hw_event_get_task_id (g_ptr_array_index (events, 1)), ==, 2);
  assert_state (fixture, task_id, HW_TASK_STATE_PENDING);
}

static void
test_commit_is_all_or_nothing (Fixture      *fixture,
                               gconstpointer kind)
{
  guint64 task_id = add (fixture, "@a{sv} {}");
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) events = NULL;
  g_autoptr(HwTask) added = NULL;

  events = commit (fixture,
                   new_changes (new_add ("@a{sv} {}"),
                                new_state (task_id, HW_TASK_STATE_PENDING, 0,
                                           "{'state': <'Failed'>}"),
                                new_state (task_id, HW_TASK_STATE_PROCESSING, 1,
                                           "{'state': <'Failed'>}"),
                                NULL), &error);
  g_assert_error (error, HW_ERROR, HW_ERROR_CONFLICT);
  g_clear_error (&error);

  g_assert_cmpuint (fixture->heard->len, ==, 1);
  assert_state (fixture, task_id, HW_TASK_STATE_PENDING);
  added = get_task (fixture, task_id + 1, &error);
  g_assert_error (error, HW_ERROR, HW_ERROR_NOT_FOUND);
}

/* The requests may well share one transaction. */
static void
test_commit_that_fails_leaves_others_alone (Fixture      *fixture,
                                            gconstpointer kind)
{
  guint64 task_id = add (fixture, "@a{sv} {}");
  g_autoptr(Request) before = send_changes (fixture, new_changes (new_add ("@a{sv} {}"), NULL));
  g_autoptr(Request) wrong =
    send_changes (fixture,
                  new_changes (new_add ("@a{sv} {}"),
                               new_state (task_id, HW_TASK_STATE_PROCESSING, 1,
                                          "{'state': <'Failed'>}"), NULL));
  g_autoptr(Request) after = send_changes (fixture, new_changes (new_add ("@a{sv} {}"), NULL));
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) first = receive_events (before, &error);
  g_autoptr(GPtrArray) second = receive_events (after, &error);
  g_autoptr(GPtrArray) none = NULL;

  g_assert_no_error (error);
  assert_seqs (first, 2, 2);
  assert_seqs (second, 3, 3);
  none = receive_events (wrong, &error);
  g_assert_error (error, HW_ERROR, HW_ERROR_CONFLICT);
}

void
add_store_writing_tests (const StoreKind *kind)
{
  static const struct
  {
    const char *claim;
    FixtureFunc test;
  } tests[] = {
    { "add/numbers-rise", test_add_numbers_rise },
    { "add/event-tells-the-whole-task", test_add_event_tells_the_whole_task },
    { "add/keeps-every-field", test_add_keeps_every_field },
    { "add/keeps-hidden-parameters", test_add_keeps_hidden_parameters },
    { "state/is-changed-as-the-table-says", test_state_is_changed_as_the_table_says },
    { "state/must-be-what-was-thought", test_state_must_be_what_was_thought },
    { "state/of-another-attempt-is-a-conflict", test_state_of_another_attempt_is_a_conflict },
    { "state/of-no-task-is-a-conflict", test_state_of_no_task_is_a_conflict },
    { "state/event-tells-what-changed", test_state_event_tells_what_changed },
    { "state/pending-forgets-the-attempt", test_state_pending_forgets_the_attempt },
    { "message/is-told-and-kept", test_message_is_told_and_kept },
    { "message/of-an-ended-attempt-is-a-conflict",
      test_message_of_an_ended_attempt_is_a_conflict },
    { "commit/carries-out-changes-in-order", test_commit_carries_out_changes_in_order },
    { "commit/is-all-or-nothing", test_commit_is_all_or_nothing },
    { "commit/that-fails-leaves-others-alone", test_commit_that_fails_leaves_others_alone },
  };

  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    add_store_test (kind, tests[i].claim, tests[i].test);
}
