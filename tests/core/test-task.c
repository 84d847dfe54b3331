/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-task-private.h"
#include "tests/support/parsed-fields.h"

#include <string.h>

static HwTask *
make_task (void)
{
  return hw_task_new (7, 3, parsed_fields ("@a{sv} {'type': <'noop'>, 'state': <'Pending'>,"
                                           " 'owner': <'uid:1000'>, 'priority': <int32 4>,"
                                           " 'attempt': <uint32 0>}"));
}

/* Applies an event of task 7 with the changes that @text writes. */
static void
apply (HwTask     *task,
       HwEventKind kind,
       guint64     seq,
       const char *text)
{
  const HwEventOrigin origin = { .epoch = 9, .task_id = 7 };
  g_autoptr(GVariant) changes = g_variant_parse (G_VARIANT_TYPE_VARDICT, text, NULL, NULL, NULL);
  g_autoptr(HwEvent) event = NULL;

  if (kind == HW_EVENT_KIND_PROGRESS)
    event = hw_event_new_progress (&origin, 1, hw_task_fields_new_from_variant (changes));
  else
    event = hw_event_new (kind, &origin, seq, hw_task_fields_new_from_variant (changes));

  hw_task_apply (task, event);
}

static char *
print (HwTask *task)
{
  g_autoptr(GVariant) fields = hw_task_dup_fields (task);

  return g_variant_print (fields, FALSE);
}

static void
test_task_new_knows_what_it_was_told (void)
{
  g_autoptr(HwTask) task = make_task ();

  g_assert_cmpuint (hw_task_get_id (task), ==, 7);
  g_assert_cmpuint (hw_task_get_seq (task), ==, 3);
  g_assert_cmpint (hw_task_get_state (task), ==, HW_TASK_STATE_PENDING);
  g_assert_cmpint (hw_task_get_priority (task), ==, 4);
  g_assert_cmpuint (hw_task_get_attempt (task), ==, 0);
  g_assert_cmpstr (hw_task_get_string (task, HW_TASK_FIELD_OWNER), ==, "uid:1000");
  g_assert_null (hw_task_get_string (task, HW_TASK_FIELD_ERROR));
  g_assert_null (hw_task_get_field (task, HW_TASK_FIELD_PROGRESS));
}

/* A newer version's row must not take this one down. */
static void
test_task_new_leaves_out_what_it_does_not_know (void)
{
  g_autoptr(HwTask) task =
    hw_task_new (7, 3, parsed_fields ("@a{sv} {'colour': <'red'>, 'priority': <'high'>,"
                                      " 'title': <'T'>}"));
  g_autofree char *text = print (task);

  g_assert_cmpstr (text, ==, "{'title': <'T'>}");
}

static void
test_task_apply_takes_what_changed (void)
{
  g_autoptr(HwTask) task = make_task ();

  apply (task, HW_EVENT_KIND_STATE, 5,
         "{'state': <'Processing'>, 'attempt': <uint32 1>, 'started_at': <int64 99>}");

  g_assert_cmpuint (hw_task_get_seq (task), ==, 5);
  g_assert_cmpint (hw_task_get_state (task), ==, HW_TASK_STATE_PROCESSING);
  g_assert_cmpuint (hw_task_get_attempt (task), ==, 1);
  g_assert_cmpint (hw_task_get_priority (task), ==, 4);
}

/* A level has no number: it says nothing of how many transitions a task knows. */
static void
test_task_apply_progress_leaves_the_number (void)
{
  g_autoptr(HwTask) task = make_task ();

  apply (task, HW_EVENT_KIND_PROGRESS, 0, "{'progress': <0.5>}");

  g_assert_cmpuint (hw_task_get_seq (task), ==, 3);
  g_assert_cmpfloat_with_epsilon (g_variant_get_double (hw_task_get_field (task,
                                                                           HW_TASK_FIELD_PROGRESS)),
                                  0.5, 1e-9);
}

static void
test_task_apply_pending_unsets_what_the_attempt_did (void)
{
  g_autoptr(HwTask) task = make_task ();
  g_autofree char *before = print (task);
  g_autofree char *after = NULL;

  for (guint i = 0; i < HW_N_TASK_FIELDS; i++)
    {
      const char *name = hw_task_field_get_name ((HwTaskField) i);
      g_autofree char *type =
        g_variant_type_dup_string (hw_task_field_get_variant_type ((HwTaskField) i));
      g_autofree char *text =
        g_strdup_printf ("{'%s': <@%s %s>}", name, type,
                         *type == 's' ? "'x'" : *type == 'a' ? "{}" : "1");

      if (hw_task_field_is_of_attempt ((HwTaskField) i))
        apply (task, HW_EVENT_KIND_STATE, 4, text);
    }
  apply (task, HW_EVENT_KIND_STATE, 5, "{'state': <'Pending'>}");
  after = print (task);

  g_assert_cmpstr (after, ==, before);
}

/* What is new in the very event that makes a task Pending stays. */
static void
test_task_apply_pending_keeps_what_it_says (void)
{
  g_autoptr(HwTask) task = make_task ();

  apply (task, HW_EVENT_KIND_MESSAGE, 4, "{'message': <'old'>}");
  apply (task, HW_EVENT_KIND_STATE, 5, "{'state': <'Pending'>, 'message': <'new'>}");

  g_assert_cmpstr (hw_task_get_string (task, HW_TASK_FIELD_MESSAGE), ==, "new");
}

static void
test_task_apply_a_state_ends_the_activity (void)
{
  g_autoptr(HwTask) task = make_task ();

  apply (task, HW_EVENT_KIND_PROGRESS, 0, "{'activity': <'stopping'>, 'progress': <0.5>}");
  apply (task, HW_EVENT_KIND_STATE, 5, "{'state': <'Failed'>}");

  g_assert_null (hw_task_get_field (task, HW_TASK_FIELD_ACTIVITY));
  g_assert_nonnull (hw_task_get_field (task, HW_TASK_FIELD_PROGRESS));
}

static void
test_task_copy_stays_as_it_is (void)
{
  g_autoptr(HwTask) task = make_task ();
  g_autofree char *before = print (task);
  g_autoptr(HwTask) copy = hw_task_copy (task);
  g_autofree char *after = NULL;

  apply (task, HW_EVENT_KIND_STATE, 5, "{'state': <'Failed'>, 'attempt': <uint32 3>}");
  after = print (copy);

  g_assert_cmpstr (after, ==, before);
  g_assert_cmpuint (hw_task_get_seq (copy), ==, 3);
  g_assert_cmpint (hw_task_get_state (copy), ==, HW_TASK_STATE_PENDING);
  g_assert_cmpuint (hw_task_get_attempt (copy), ==, 0);
}

/* A task's fields go through doors; its hidden parameters are for its runner. */
static void
test_task_hidden_parameters_go_through_no_door (void)
{
  g_autoptr(HwTask) task = make_task ();
  g_autofree char *text = NULL;

  apply (task, HW_EVENT_KIND_ADDED, 4, "{'hidden_parameters': <{'key': <'s3cret'>}>}");
  text = print (task);

  g_assert_nonnull (hw_task_get_field (task, HW_TASK_FIELD_HIDDEN_PARAMETERS));
  g_assert_null (strstr (text, "s3cret"));
  g_assert_null (strstr (text, "hidden_parameters"));
}

/* Test that messages are counted over all attempts, and that no door shows how many. */
static void
test_task_message_count_is_of_all_attempts (void)
{
  g_autoptr(HwTask) task = make_task ();
  g_autoptr(HwTask) copy = NULL;
  g_autofree char *text = NULL;

  hw_task_set_message_count (task, 5);
  apply (task, HW_EVENT_KIND_MESSAGE, 4, "{'message': <'one'>}");
  apply (task, HW_EVENT_KIND_PROGRESS, 0, "{'message': <'a level'>}");
  apply (task, HW_EVENT_KIND_STATE, 5, "{'state': <'Pending'>}");
  apply (task, HW_EVENT_KIND_MESSAGE, 6, "{'message': <'two'>}");
  copy = hw_task_copy (task);
  text = print (copy);

  g_assert_cmpuint (hw_task_get_message_count (copy), ==, 7);
  g_assert_null (strstr (text, "count"));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/task/new/knows-what-it-was-told", test_task_new_knows_what_it_was_told);
  g_test_add_func ("/task/new/leaves-out-what-it-does-not-know",
                   test_task_new_leaves_out_what_it_does_not_know);
  g_test_add_func ("/task/apply/takes-what-changed", test_task_apply_takes_what_changed);
  g_test_add_func ("/task/apply/progress-leaves-the-number",
                   test_task_apply_progress_leaves_the_number);
  g_test_add_func ("/task/apply/pending-unsets-what-the-attempt-did",
                   test_task_apply_pending_unsets_what_the_attempt_did);
  g_test_add_func ("/task/apply/pending-keeps-what-it-says",
                   test_task_apply_pending_keeps_what_it_says);
  g_test_add_func ("/task/apply/a-state-ends-the-activity",
                   test_task_apply_a_state_ends_the_activity);
  g_test_add_func ("/task/copy/stays-as-it-is", test_task_copy_stays_as_it_is);
  g_test_add_func ("/task/hidden-parameters/go-through-no-door",
                   test_task_hidden_parameters_go_through_no_door);

  g_test_add_func ("/task/message-count/is-of-all-attempts",
                   test_task_message_count_is_of_all_attempts);

  return g_test_run ();
}
