/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "tests/store/store-suite.h"

#include "hw-error.h"

/* What a store promises of claims: who gets a task that several want. */

static void
test_claim_begins_an_attempt (Fixture      *fixture,
                              gconstpointer kind)
{
  guint64 task_id = add (fixture, "{'group': <'disk'>, 'owner': <'uid:7'>}");
  HwEvent *event;

  claim (fixture, task_id);

  event = g_ptr_array_index (fixture->heard, 1);
  g_assert_cmpint (hw_event_get_kind (event), ==, HW_EVENT_KIND_STATE);
  g_assert_cmpuint (hw_event_get_attempt (event), ==, 1);
  g_assert_cmpstr (hw_event_get_group (event), ==, "disk");
  g_assert_cmpstr (hw_event_get_owner (event), ==, "uid:7");
  g_assert_cmpstr (hw_event_get_actor (event), ==, "node");
  g_assert_cmpint (hw_event_get_time (event), ==, 3000);
  assert_fields (hw_event_get_changes (event),
                 "{'state': <'Processing'>, 'attempt': <@u 1>, 'started_at': <@x 3000>}");
}

/* A task can be claimed as it is added: all the same happens, in one transaction. */
static void
test_claim_as_it_is_added (Fixture      *fixture,
                           gconstpointer kind)
{
  HwChange *change = new_add ("{'group': <'disk'>, 'owner': <'uid:7'>}");
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) events = NULL;
  g_autoptr(HwTask) task = NULL;
  HwEvent *event;

  hw_change_set_node (change, "node");
  events = commit (fixture, new_changes (change, new_add ("@a{sv} {}"), NULL), &error);
  g_assert_no_error (error);
  g_assert_cmpuint (events->len, ==, 3);
  g_assert_cmpuint (fixture->n_told, ==, 1);
  g_assert_cmpuint (fixture->heard->len, ==, 3);

  event = g_ptr_array_index (events, 1);
  g_assert_cmpuint (hw_event_get_task_id (event), ==, 1);
  g_assert_cmpint (hw_event_get_kind (event), ==, HW_EVENT_KIND_STATE);
  g_assert_cmpuint (hw_event_get_attempt (event), ==, 1);
  g_assert_cmpstr (hw_event_get_owner (event), ==, "uid:7");
  g_assert_cmpstr (hw_event_get_actor (event), ==, "node");
  g_assert_cmpuint (hw_event_get_task_id (g_ptr_array_index (events, 2)), ==, 2);

  task = get_task (fixture, 1, NULL);
  g_assert_cmpint (hw_task_get_state (task), ==, HW_TASK_STATE_PROCESSING);
  g_assert_cmpuint (hw_task_get_attempt (task), ==, 1);
  g_assert_cmpuint (hw_task_get_seq (task), ==, 2);
}

static void
test_claim_counts_attempts (Fixture      *fixture,
                            gconstpointer kind)
{
  guint64 task_id = add (fixture, "@a{sv} {}");
  g_autoptr(HwTask) task = NULL;

  for (guint i = 0; i < 3; i++)
    {
      claim (fixture, task_id);
      move (fixture, task_id, HW_TASK_STATE_PROCESSING, "{'state': <'Pending'>}");
    }

  task = get_task (fixture, task_id, NULL);
  g_assert_cmpuint (hw_task_get_attempt (task), ==, 3);
}

static void
test_claim_gets_only_what_waits (Fixture      *fixture,
                                 gconstpointer kind)
{
  g_autoptr(Request) request = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) events = NULL;

  for (guint i = 0; i < HW_N_TASK_STATES; i++)
    bring (fixture, add (fixture, "@a{sv} {}"), (HwTaskState) i);
  add (fixture, "@a{sv} {}");

  request = send_claim (fixture, "999 5 4 3 2 1 1");
  events = receive_events (request, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (events->len, ==, 2);
  g_assert_cmpuint (hw_event_get_task_id (g_ptr_array_index (events, 0)), ==, 5);
  g_assert_cmpuint (hw_event_get_task_id (g_ptr_array_index (events, 1)), ==, 1);
}

static void
test_claim_loses_to_a_cancellation (Fixture      *fixture,
                                    gconstpointer kind)
{
  guint64 task_id = add (fixture, "@a{sv} {}");
  g_autoptr(Request) cancel =
    send_changes (fixture, new_changes (new_state (task_id, HW_TASK_STATE_PENDING, 0,
                                                   "{'state': <'Failed'>}"), NULL));
  g_autoptr(Request) request = send_claim (fixture, "1");
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) canceled = receive_events (cancel, &error);
  g_autoptr(GPtrArray) claimed = receive_events (request, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (canceled->len, ==, 1);
  g_assert_cmpuint (claimed->len, ==, 0);
  assert_state (fixture, task_id, HW_TASK_STATE_FAILED);
}

static void
test_claim_wins_over_a_later_cancellation (Fixture      *fixture,
                                           gconstpointer kind)
{
  guint64 task_id = add (fixture, "@a{sv} {}");
  g_autoptr(Request) request = send_claim (fixture, "1");
  g_autoptr(Request) cancel =
    send_changes (fixture, new_changes (new_state (task_id, HW_TASK_STATE_PENDING, 0,
                                                   "{'state': <'Failed'>}"), NULL));
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) claimed = receive_events (request, &error);
  g_autoptr(GPtrArray) canceled = NULL;

  g_assert_no_error (error);
  g_assert_cmpuint (claimed->len, ==, 1);
  canceled = receive_events (cancel, &error);
  g_assert_error (error, HW_ERROR, HW_ERROR_CONFLICT);
  assert_state (fixture, task_id, HW_TASK_STATE_PROCESSING);
}

void
add_store_claiming_tests (const StoreKind *kind)
{
  static const struct
  {
    const char *claim;
    FixtureFunc test;
  } tests[] = {
    { "claim/begins-an-attempt", test_claim_begins_an_attempt },
    { "claim/as-it-is-added", test_claim_as_it_is_added },
    { "claim/counts-attempts", test_claim_counts_attempts },
    { "claim/gets-only-what-waits", test_claim_gets_only_what_waits },
    { "claim/loses-to-a-cancellation", test_claim_loses_to_a_cancellation },
    { "claim/wins-over-a-later-cancellation", test_claim_wins_over_a_later_cancellation },
  };

  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    add_store_test (kind, tests[i].claim, tests[i].test);
}
