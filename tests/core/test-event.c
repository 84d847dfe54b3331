/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-event.h"
#include "hw-task.h"
#include "tests/support/parsed-fields.h"

static const HwEventOrigin origin = {
  .epoch = 9, .task_id = 7, .attempt = 2, .type = "noop", .group = "", .owner = "uid:1000",
  .actor = "queue", .at = 1234,
};

static void
test_event_transition_says_where_it_comes_from (void)
{
  g_autoptr(HwEvent) event = hw_event_new (HW_EVENT_KIND_STATE, &origin, 5,
                                           parsed_fields ("@a{sv} {'state': <'Completed'>}"));

  g_assert_cmpint (hw_event_get_kind (event), ==, HW_EVENT_KIND_STATE);
  g_assert_cmpuint (hw_event_get_epoch (event), ==, 9);
  g_assert_cmpuint (hw_event_get_seq (event), ==, 5);
  g_assert_cmpuint (hw_event_get_rev (event), ==, 0);
  g_assert_cmpuint (hw_event_get_task_id (event), ==, 7);
  g_assert_cmpuint (hw_event_get_attempt (event), ==, 2);
  g_assert_cmpstr (hw_event_get_task_type (event), ==, "noop");
  g_assert_cmpstr (hw_event_get_group (event), ==, "");
  g_assert_cmpstr (hw_event_get_owner (event), ==, "uid:1000");
  g_assert_cmpstr (hw_event_get_actor (event), ==, "queue");
  g_assert_cmpint (hw_event_get_time (event), ==, 1234);
}

/* Views compare these strings without looking whether there are any. */
static void
test_event_transition_has_no_null_strings (void)
{
  const HwEventOrigin bare = { .epoch = 9, .task_id = 7 };
  g_autoptr(HwEvent) event = hw_event_new (HW_EVENT_KIND_REMOVED, &bare, 5, NULL);

  g_assert_cmpstr (hw_event_get_task_type (event), ==, "");
  g_assert_cmpstr (hw_event_get_group (event), ==, "");
  g_assert_cmpstr (hw_event_get_owner (event), ==, "");
  g_assert_cmpstr (hw_event_get_actor (event), ==, "");
  g_assert_null (hw_event_get_changes (event));
}

static void
test_event_transition_copies_its_strings (void)
{
  char owner[] = "uid:1000";
  HwEventOrigin changing = { .epoch = 9, .task_id = 7, .owner = owner };
  g_autoptr(HwEvent) event = hw_event_new (HW_EVENT_KIND_REMOVED, &changing, 5, NULL);

  owner[0] = 'X';

  g_assert_cmpstr (hw_event_get_owner (event), ==, "uid:1000");
}

/* A new task's event has its strings from its fields, and only those that are the same. */
static void
test_event_transition_of_a_new_task_keeps_its_strings (void)
{
  char owner[] = "uid:1000", actor[] = "uid:0", type[] = "noop";
  HwEventOrigin changing = { .epoch = 9, .task_id = 7, .type = type, .owner = owner,
                             .actor = actor };
  g_autoptr(HwEvent) other =
    hw_event_new (HW_EVENT_KIND_ADDED, &changing, 5,
                  parsed_fields ("{'type': <'noop'>, 'owner': <'uid:1000'>,"
                                 " 'hidden_parameters': <@a{sv} {}>}"));
  g_autoptr(HwEvent) same = NULL;

  changing.actor = owner;
  same = hw_event_new (HW_EVENT_KIND_ADDED, &changing, 6,
                       parsed_fields ("{'type': <'demo'>, 'owner': <'uid:1000'>}"));
  owner[0] = actor[0] = type[0] = 'X';

  g_assert_cmpstr (hw_event_get_task_type (other), ==, "noop");
  g_assert_cmpstr (hw_event_get_owner (other), ==, "uid:1000");
  g_assert_cmpstr (hw_event_get_actor (other), ==, "uid:0");
  g_assert_cmpstr (hw_event_get_task_type (same), ==, "noop");
  g_assert_cmpstr (hw_event_get_owner (same), ==, "uid:1000");
  g_assert_cmpstr (hw_event_get_actor (same), ==, "uid:1000");
}

/* What does not tell of a state has none. */
static void
test_event_tells_of_a_state (void)
{
  g_autoptr(HwEvent) added = hw_event_new (HW_EVENT_KIND_ADDED, &origin, 1,
                                           parsed_fields ("{'state': <'Pending'>}"));
  g_autoptr(HwEvent) changed = hw_event_new (HW_EVENT_KIND_STATE, &origin, 2,
                                             parsed_fields ("{'state': <'Failed'>}"));
  g_autoptr(HwEvent) unknown = hw_event_new (HW_EVENT_KIND_STATE, &origin, 3,
                                             parsed_fields ("{'state': <'Lost'>}"));
  g_autoptr(HwEvent) removed = hw_event_new (HW_EVENT_KIND_REMOVED, &origin, 4, NULL);
  HwTaskState state = HW_TASK_STATE_PROCESSING;

  for (guint i = 0; i < 2; i++)
    {
      g_assert_false (hw_event_get_state (unknown, &state));
      g_assert_false (hw_event_get_state (removed, &state));
      g_assert_cmpint (state, ==, HW_TASK_STATE_PROCESSING);
    }
  g_assert_true (hw_event_get_state (added, &state));
  g_assert_cmpint (state, ==, HW_TASK_STATE_PENDING);
  for (guint i = 0; i < 2; i++)
    {
      g_assert_true (hw_event_get_state (changed, &state));
      g_assert_cmpint (state, ==, HW_TASK_STATE_FAILED);
    }
}

/* What nobody may see is no part of what everybody is told. */
static void
test_event_hidden_parameters_are_parted (void)
{
  g_autoptr(HwEvent) event =
    hw_event_new (HW_EVENT_KIND_ADDED, &origin, 5,
                  parsed_fields ("{'title': <'T'>,"
                                 " 'hidden_parameters': <{'key': <'s3cret'>}>}"));
  g_autofree char *changes = g_variant_print (hw_event_get_changes (event), FALSE);
  GVariant *parameters = hw_task_fields_get_dictionary (hw_event_get_hidden (event),
                                                        HW_TASK_FIELD_HIDDEN_PARAMETERS);
  g_autofree char *hidden = g_variant_print (parameters, FALSE);

  g_assert_cmpstr (changes, ==, "{'title': <'T'>}");
  g_assert_cmpstr (hidden, ==, "{'key': <'s3cret'>}");
}

static void
test_event_progress_has_a_rev_and_no_seq (void)
{
  g_autoptr(HwEvent) event = hw_event_new_progress (&origin, 77,
                                                    parsed_fields ("@a{sv} {'progress': <0.5>}"));

  g_assert_cmpint (hw_event_get_kind (event), ==, HW_EVENT_KIND_PROGRESS);
  g_assert_cmpuint (hw_event_get_seq (event), ==, 0);
  g_assert_cmpuint (hw_event_get_rev (event), ==, 77);
}

static void
test_event_snapshot_holds_its_tasks (void)
{
  g_autoptr(GPtrArray) tasks = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr(HwEvent) event = NULL;

  g_ptr_array_add (tasks, hw_task_new (3, 1, parsed_fields ("@a{sv} {}")));
  event = hw_event_new_snapshot (9, 5, TRUE, tasks);
  g_clear_pointer (&tasks, g_ptr_array_unref);

  g_assert_cmpint (hw_event_get_kind (event), ==, HW_EVENT_KIND_SNAPSHOT);
  g_assert_true (hw_event_get_is_reset (event));
  g_assert_cmpuint (hw_event_get_tasks (event)->len, ==, 1);
  g_assert_cmpuint (hw_task_get_id (g_ptr_array_index (hw_event_get_tasks (event), 0)), ==, 3);
}

static void
test_event_heartbeat_tells_how_far_the_quiet_reaches (void)
{
  g_autoptr(HwEvent) event = hw_event_new_heartbeat (9, 5);

  g_assert_cmpint (hw_event_get_kind (event), ==, HW_EVENT_KIND_HEARTBEAT);
  g_assert_cmpuint (hw_event_get_epoch (event), ==, 9);
  g_assert_cmpuint (hw_event_get_seq (event), ==, 5);
}

static void
test_event_kind_name_of_each (void)
{
  static const char *const names[] = {
    "added", "state", "message", "changed", "removed", "held", "progress", "snapshot", "heartbeat",
  };

  G_STATIC_ASSERT (G_N_ELEMENTS (names) == HW_N_EVENT_KINDS);

  for (guint i = 0; i < HW_N_EVENT_KINDS; i++)
    {
      HwEventKind kind;

      g_assert_cmpstr (hw_event_kind_to_string ((HwEventKind) i), ==, names[i]);
      g_assert_true (hw_event_kind_from_string (names[i], &kind));
      g_assert_cmpuint (kind, ==, i);
    }
}

static void
test_event_kind_name_of_none (void)
{
  HwEventKind kind = HW_EVENT_KIND_HELD;

  g_assert_false (hw_event_kind_from_string ("Added", &kind));
  g_assert_false (hw_event_kind_from_string (NULL, &kind));
  g_assert_cmpint (kind, ==, HW_EVENT_KIND_HELD);
}

static void
test_event_encoding_first_one_stays (void)
{
  g_autoptr(HwEvent) event = hw_event_new_heartbeat (9, 5);
  GBytes *first = g_bytes_new_static ("first", 5);

  g_assert_null (hw_event_get_encoding (event, 0));
  hw_event_set_encoding (event, 0, first);
  hw_event_set_encoding (event, 0, g_bytes_new_static ("second", 6));

  g_assert_true (hw_event_get_encoding (event, 0) == first);
}

static void
test_event_encoding_of_each_form_is_its_own (void)
{
  g_autoptr(HwEvent) event = hw_event_new_heartbeat (9, 5);
  GBytes *second = g_bytes_new_static ("second", 6);

  hw_event_set_encoding (event, 1, second);

  g_assert_null (hw_event_get_encoding (event, 0));
  g_assert_true (hw_event_get_encoding (event, 1) == second);
}

/* What a thread of a race does: each leaves an encoding, and reads the one that won. */
static gpointer
encode (gpointer data)
{
  HwEvent *event = data;

  hw_event_set_encoding (event, 0, g_bytes_new_static ("same", 4));

  return hw_event_get_encoding (event, 0);
}

static void
test_event_encoding_may_be_made_in_any_thread (void)
{
  g_autoptr(HwEvent) event = hw_event_new_heartbeat (9, 5);
  GThread *threads[4];

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("encode", encode, event);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_assert_true (g_thread_join (threads[i]) == hw_event_get_encoding (event, 0));
}

/* How many events each thread of a race makes: enough for two to meet. */
#define N_RACING_EVENTS 200000

static gpointer
make_and_drop (gpointer data)
{
  const HwEventOrigin twin = { .task_id = 7, .type = "demo", .owner = "uid:1000" };

  for (guint i = 0; i < N_RACING_EVENTS; i++)
    {
      g_autoptr(HwEvent) event = hw_event_new (HW_EVENT_KIND_STATE, &twin, 1, NULL);

      if (!g_str_equal (hw_event_get_task_type (event), "demo"))
        return GINT_TO_POINTER (FALSE);
    }

  return GINT_TO_POINTER (TRUE);
}

/* A store makes events in its thread while the main context drops older ones of the
 * same task.
 */
static void
test_event_may_be_made_and_dropped_in_any_thread (void)
{
  GThread *threads[2];

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("events", make_and_drop, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_assert_true (GPOINTER_TO_INT (g_thread_join (threads[i])));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/event/transition/says-where-it-comes-from",
                   test_event_transition_says_where_it_comes_from);
  g_test_add_func ("/event/transition/has-no-null-strings",
                   test_event_transition_has_no_null_strings);
  g_test_add_func ("/event/transition/copies-its-strings",
                   test_event_transition_copies_its_strings);
  g_test_add_func ("/event/transition/of-a-new-task-keeps-its-strings",
                   test_event_transition_of_a_new_task_keeps_its_strings);
  g_test_add_func ("/event/transition/may-be-made-and-dropped-in-any-thread",
                   test_event_may_be_made_and_dropped_in_any_thread);
  g_test_add_func ("/event/tells-of-a-state", test_event_tells_of_a_state);
  g_test_add_func ("/event/hidden-parameters/are-parted", test_event_hidden_parameters_are_parted);
  g_test_add_func ("/event/progress/has-a-rev-and-no-seq",
                   test_event_progress_has_a_rev_and_no_seq);
  g_test_add_func ("/event/snapshot/holds-its-tasks", test_event_snapshot_holds_its_tasks);
  g_test_add_func ("/event/heartbeat/tells-how-far-the-quiet-reaches",
                   test_event_heartbeat_tells_how_far_the_quiet_reaches);
  g_test_add_func ("/event/kind/name-of-each", test_event_kind_name_of_each);
  g_test_add_func ("/event/kind/name-of-none", test_event_kind_name_of_none);
  g_test_add_func ("/event/encoding/first-one-stays", test_event_encoding_first_one_stays);
  g_test_add_func ("/event/encoding/of-each-form-is-its-own",
                   test_event_encoding_of_each_form_is_its_own);
  g_test_add_func ("/event/encoding/may-be-made-in-any-thread",
                   test_event_encoding_may_be_made_in_any_thread);

  return g_test_run ();
}
