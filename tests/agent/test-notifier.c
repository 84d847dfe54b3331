/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-notifier.h"

#include <string.h>

#define SECOND G_USEC_PER_SEC
#define MINIMUM (10 * SECOND)

/* A policy with a clock that only the test moves, and all that it said. */
typedef struct
{
  HwNotifier *notifier; /* (owned) */
  GString *said;        /* (owned): a word a line */
  gint64 now;
} Fixture;

/* Tells the numbers of a group, and how many have none: `1,2+3`. */
static void
append_group (GString               *said,
              const HwNotifierGroup *group)
{
  for (guint i = 0; i < group->ids->len; i++)
    g_string_append_printf (said, "%s%" G_GUINT64_FORMAT, i > 0 ? "," : " ",
                            g_array_index (group->ids, guint64, i));
  if (group->n_tasks > group->ids->len)
    g_string_append_printf (said, "+%" G_GUINT64_FORMAT, group->n_tasks - group->ids->len);
}

static void
on_show (HwNotifier *notifier,
         guint       slot,
         Fixture    *fixture)
{
  g_string_append_printf (fixture->said, "show %u", slot);
  append_group (fixture->said, hw_notifier_get_group (notifier, slot));
  g_string_append_c (fixture->said, '\n');
}

static void
on_withdraw (HwNotifier *notifier,
             guint       slot,
             Fixture    *fixture)
{
  g_assert_cmpuint (hw_notifier_get_group (notifier, slot)->n_tasks, ==, 0);
  g_string_append_printf (fixture->said, "withdraw %u\n", slot);
}

static void
set_up_with (Fixture        *fixture,
             HwNotifierWants wants)
{
  fixture->notifier = hw_notifier_new (MINIMUM, wants);
  fixture->said = g_string_new (NULL);
  fixture->now = 1000 * SECOND;
  g_signal_connect (fixture->notifier, "show", G_CALLBACK (on_show), fixture);
  g_signal_connect (fixture->notifier, "withdraw", G_CALLBACK (on_withdraw), fixture);
}

static void
set_up (Fixture      *fixture,
        gconstpointer test_data)
{
  set_up_with (fixture, HW_NOTIFIER_WANTS_ALL);
}

static void
tear_down (Fixture      *fixture,
           gconstpointer test_data)
{
  g_assert_cmpstr (fixture->said->str, ==, "");
  g_string_free (fixture->said, TRUE);
  g_assert_finalize_object (fixture->notifier);
}

static void
assert_said (Fixture    *fixture,
             const char *expected)
{
  g_assert_cmpstr (fixture->said->str, ==, expected);
  g_string_truncate (fixture->said, 0);
}

static void
tell (Fixture       *fixture,
      HwTaskNewsKind kind,
      guint64        id)
{
  HwTaskNews news = { .kind = kind, .id = id, .at = fixture->now };

  hw_notifier_take_news (fixture->notifier, &news, fixture->now);
}

/* Lets time pass, and the policy speak whenever it wants to. */
static void
pass (Fixture *fixture,
      gint64   span)
{
  gint64 end = fixture->now + span;

  while (hw_notifier_get_deadline (fixture->notifier) <= end)
    {
      fixture->now = hw_notifier_get_deadline (fixture->notifier);
      hw_notifier_advance (fixture->notifier, fixture->now);
    }

  fixture->now = end;
}

static void
test_notifier_long_task_is_told (Fixture      *fixture,
                                 gconstpointer test_data)
{
  tell (fixture, HW_TASK_NEWS_ADDED, 1);
  pass (fixture, MINIMUM);
  tell (fixture, HW_TASK_NEWS_COMPLETED, 1);

  pass (fixture, SECOND);
  assert_said (fixture, "show 0 1\n");
}

static void
test_notifier_short_task_is_silent (Fixture      *fixture,
                                    gconstpointer test_data)
{
  tell (fixture, HW_TASK_NEWS_ADDED, 1);
  tell (fixture, HW_TASK_NEWS_ADDED, 2);
  pass (fixture, MINIMUM - 1);
  tell (fixture, HW_TASK_NEWS_COMPLETED, 1);
  tell (fixture, HW_TASK_NEWS_FAILED, 2);

  g_assert_cmpint (hw_notifier_get_deadline (fixture->notifier), ==, HW_NOTIFIER_NEVER);
}

/* It failed at once, but whoever asked for it looks no longer. */
static void
test_notifier_time_in_the_queue_counts (Fixture      *fixture,
                                        gconstpointer test_data)
{
  tell (fixture, HW_TASK_NEWS_ADDED, 1);
  pass (fixture, 60 * SECOND);
  tell (fixture, HW_TASK_NEWS_ADDED, 2);
  tell (fixture, HW_TASK_NEWS_FAILED, 1);
  tell (fixture, HW_TASK_NEWS_FAILED, 2);

  pass (fixture, SECOND);
  assert_said (fixture, "show 2 1\n");
}

static void
test_notifier_unknown_age_is_told (Fixture      *fixture,
                                   gconstpointer test_data)
{
  tell (fixture, HW_TASK_NEWS_COMPLETED, 1);

  pass (fixture, SECOND);
  assert_said (fixture, "show 0 1\n");
}

static void
test_notifier_several_at_once_become_one (Fixture      *fixture,
                                          gconstpointer test_data)
{
  tell (fixture, HW_TASK_NEWS_COMPLETED, 1);
  pass (fixture, SECOND / 2);
  tell (fixture, HW_TASK_NEWS_COMPLETED, 2);
  tell (fixture, HW_TASK_NEWS_COMPLETED, 3);

  pass (fixture, SECOND);
  assert_said (fixture, "show 0 1,2,3\n");
}

/* It grows in steps that somebody can read, and is one for as long as nobody closes it. */
static void
test_notifier_completed_grow_until_closed (Fixture      *fixture,
                                           gconstpointer test_data)
{
  tell (fixture, HW_TASK_NEWS_COMPLETED, 1);
  pass (fixture, SECOND);
  assert_said (fixture, "show 0 1\n");

  tell (fixture, HW_TASK_NEWS_COMPLETED, 2);
  pass (fixture, 5 * SECOND - 1);
  assert_said (fixture, "");
  pass (fixture, 1);
  assert_said (fixture, "show 0 1,2\n");

  hw_notifier_forget (fixture->notifier, HW_NOTIFIER_SLOT_COMPLETED);
  pass (fixture, 60 * SECOND);
  tell (fixture, HW_TASK_NEWS_COMPLETED, 3);
  pass (fixture, SECOND);
  assert_said (fixture, "show 0 3\n");
}

static void
test_notifier_few_failures_have_one_each (Fixture      *fixture,
                                          gconstpointer test_data)
{
  tell (fixture, HW_TASK_NEWS_FAILED, 1);
  tell (fixture, HW_TASK_NEWS_FAILED, 2);
  tell (fixture, HW_TASK_NEWS_FAILED, 3);

  pass (fixture, SECOND);
  assert_said (fixture, "show 2 1\nshow 3 2\nshow 4 3\n");
}

static void
test_notifier_closed_failure_makes_room (Fixture      *fixture,
                                         gconstpointer test_data)
{
  tell (fixture, HW_TASK_NEWS_FAILED, 1);
  tell (fixture, HW_TASK_NEWS_FAILED, 2);
  tell (fixture, HW_TASK_NEWS_FAILED, 3);
  pass (fixture, 60 * SECOND);
  assert_said (fixture, "show 2 1\nshow 3 2\nshow 4 3\n");

  hw_notifier_forget (fixture->notifier, 3);
  tell (fixture, HW_TASK_NEWS_FAILED, 4);
  pass (fixture, SECOND);
  assert_said (fixture, "show 3 4\n");
}

static void
test_notifier_many_failures_become_one (Fixture      *fixture,
                                        gconstpointer test_data)
{
  for (guint64 id = 1; id <= 4; id++)
    tell (fixture, HW_TASK_NEWS_FAILED, id);

  pass (fixture, SECOND);
  assert_said (fixture, "show 1 1,2,3,4\n");
}

/* One too many takes in those that had one each, and whatever follows. */
static void
test_notifier_fourth_failure_takes_in_the_others (Fixture      *fixture,
                                                  gconstpointer test_data)
{
  tell (fixture, HW_TASK_NEWS_FAILED, 1);
  tell (fixture, HW_TASK_NEWS_FAILED, 2);
  pass (fixture, 60 * SECOND);
  assert_said (fixture, "show 2 1\nshow 3 2\n");

  tell (fixture, HW_TASK_NEWS_FAILED, 3);
  tell (fixture, HW_TASK_NEWS_FAILED, 4);
  pass (fixture, 60 * SECOND);
  assert_said (fixture, "withdraw 2\nwithdraw 3\nshow 1 1,2,3,4\n");

  tell (fixture, HW_TASK_NEWS_FAILED, 5);
  pass (fixture, 60 * SECOND);
  assert_said (fixture, "show 1 1,2,3,4,5\n");

  hw_notifier_forget (fixture->notifier, HW_NOTIFIER_SLOT_FAILED_MANY);
  tell (fixture, HW_TASK_NEWS_FAILED, 6);
  pass (fixture, 60 * SECOND);
  assert_said (fixture, "show 2 6\n");
}

static void
test_notifier_retried_is_withdrawn (Fixture      *fixture,
                                    gconstpointer test_data)
{
  tell (fixture, HW_TASK_NEWS_FAILED, 1);
  pass (fixture, SECOND);
  assert_said (fixture, "show 2 1\n");

  tell (fixture, HW_TASK_NEWS_LEFT, 1);
  assert_said (fixture, "withdraw 2\n");
  tell (fixture, HW_TASK_NEWS_LEFT, 1);
}

/* Whoever presses Retry sees that it failed again, however soon it does. */
static void
test_notifier_failure_after_a_retry_is_told (Fixture      *fixture,
                                             gconstpointer test_data)
{
  tell (fixture, HW_TASK_NEWS_ADDED, 1);
  pass (fixture, MINIMUM);
  tell (fixture, HW_TASK_NEWS_FAILED, 1);
  pass (fixture, 60 * SECOND);
  tell (fixture, HW_TASK_NEWS_LEFT, 1);
  assert_said (fixture, "show 2 1\nwithdraw 2\n");

  tell (fixture, HW_TASK_NEWS_FAILED, 1);
  pass (fixture, SECOND);
  assert_said (fixture, "show 2 1\n");
}

static void
test_notifier_left_before_it_was_told_is_silent (Fixture      *fixture,
                                                 gconstpointer test_data)
{
  tell (fixture, HW_TASK_NEWS_FAILED, 1);
  tell (fixture, HW_TASK_NEWS_FAILED, 2);
  tell (fixture, HW_TASK_NEWS_LEFT, 1);
  pass (fixture, SECOND);
  assert_said (fixture, "show 2 2\n");

  tell (fixture, HW_TASK_NEWS_FAILED, 3);
  tell (fixture, HW_TASK_NEWS_LEFT, 3);
  g_assert_cmpint (hw_notifier_get_deadline (fixture->notifier), ==, HW_NOTIFIER_NEVER);
}

/* Fewer of many is no reason to show the rest once more; none of them is. */
static void
test_notifier_retried_of_many_leave_in_silence (Fixture      *fixture,
                                                gconstpointer test_data)
{
  for (guint64 id = 1; id <= 4; id++)
    tell (fixture, HW_TASK_NEWS_FAILED, id);
  pass (fixture, SECOND);
  assert_said (fixture, "show 1 1,2,3,4\n");

  for (guint64 id = 1; id <= 3; id++)
    tell (fixture, HW_TASK_NEWS_LEFT, id);
  assert_said (fixture, "");
  g_assert_cmpuint (hw_notifier_get_group (fixture->notifier, 1)->n_tasks, ==, 1);

  tell (fixture, HW_TASK_NEWS_LEFT, 4);
  assert_said (fixture, "withdraw 1\n");
}

static void
test_notifier_reset_withdraws_all (Fixture      *fixture,
                                   gconstpointer test_data)
{
  tell (fixture, HW_TASK_NEWS_COMPLETED, 1);
  tell (fixture, HW_TASK_NEWS_FAILED, 2);
  pass (fixture, SECOND);
  assert_said (fixture, "show 0 1\nshow 2 2\n");

  tell (fixture, HW_TASK_NEWS_COMPLETED, 3);
  tell (fixture, HW_TASK_NEWS_RESET, 0);
  assert_said (fixture, "withdraw 0\nwithdraw 2\n");
  g_assert_cmpint (hw_notifier_get_deadline (fixture->notifier), ==, HW_NOTIFIER_NEVER);
}

/* The numbers of another database are those of other tasks. */
static void
test_notifier_reset_forgets_ages (Fixture      *fixture,
                                  gconstpointer test_data)
{
  tell (fixture, HW_TASK_NEWS_ADDED, 1);
  tell (fixture, HW_TASK_NEWS_RESET, 0);
  tell (fixture, HW_TASK_NEWS_COMPLETED, 1);

  pass (fixture, SECOND);
  assert_said (fixture, "show 0 1\n");
}

static void
test_notifier_topics_do_not_wait_for_each_other (Fixture      *fixture,
                                                 gconstpointer test_data)
{
  tell (fixture, HW_TASK_NEWS_COMPLETED, 1);
  pass (fixture, SECOND);
  tell (fixture, HW_TASK_NEWS_COMPLETED, 2);
  tell (fixture, HW_TASK_NEWS_FAILED, 3);
  assert_said (fixture, "show 0 1\n");

  pass (fixture, SECOND);
  assert_said (fixture, "show 2 3\n");
  pass (fixture, 4 * SECOND);
  assert_said (fixture, "show 0 1,2\n");
}

static void
test_notifier_wants_failures_alone (Fixture      *fixture,
                                    gconstpointer test_data)
{
  g_clear_object (&fixture->notifier);
  g_string_free (fixture->said, TRUE);
  set_up_with (fixture, HW_NOTIFIER_WANTS_FAILURES);

  tell (fixture, HW_TASK_NEWS_COMPLETED, 1);
  tell (fixture, HW_TASK_NEWS_FAILED, 2);
  pass (fixture, 60 * SECOND);
  assert_said (fixture, "show 2 2\n");
}

static void
test_notifier_wants_nothing (Fixture      *fixture,
                             gconstpointer test_data)
{
  g_clear_object (&fixture->notifier);
  g_string_free (fixture->said, TRUE);
  set_up_with (fixture, HW_NOTIFIER_WANTS_NONE);

  tell (fixture, HW_TASK_NEWS_COMPLETED, 1);
  tell (fixture, HW_TASK_NEWS_FAILED, 2);
  pass (fixture, 60 * SECOND);
}

/* A million tasks are one notification, and no more memory than a thousand. */
static void
test_notifier_memory_is_bounded (Fixture      *fixture,
                                 gconstpointer test_data)
{
  const HwNotifierGroup *group = hw_notifier_get_group (fixture->notifier, 1);

  for (guint64 id = 1; id <= 1000000; id++)
    tell (fixture, HW_TASK_NEWS_FAILED, id);
  pass (fixture, SECOND);
  g_string_truncate (fixture->said, 0);

  g_assert_cmpuint (group->n_tasks, ==, 1000000);
  g_assert_cmpuint (group->ids->len, ==, HW_NOTIFIER_MAX_IDS);
  g_assert_cmpuint (g_array_index (group->ids, guint64, HW_NOTIFIER_MAX_IDS - 1), ==, 1000000);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define ADD(path, function) \
  g_test_add ("/notifier/" path, Fixture, NULL, set_up, function, tear_down)

  ADD ("long-task-is-told", test_notifier_long_task_is_told);
  ADD ("short-task-is-silent", test_notifier_short_task_is_silent);
  ADD ("time-in-the-queue-counts", test_notifier_time_in_the_queue_counts);
  ADD ("unknown-age-is-told", test_notifier_unknown_age_is_told);
  ADD ("several-at-once-become-one", test_notifier_several_at_once_become_one);
  ADD ("completed-grow-until-closed", test_notifier_completed_grow_until_closed);
  ADD ("few-failures-have-one-each", test_notifier_few_failures_have_one_each);
  ADD ("closed-failure-makes-room", test_notifier_closed_failure_makes_room);
  ADD ("many-failures-become-one", test_notifier_many_failures_become_one);
  ADD ("fourth-failure-takes-in-the-others", test_notifier_fourth_failure_takes_in_the_others);
  ADD ("retried-is-withdrawn", test_notifier_retried_is_withdrawn);
  ADD ("failure-after-a-retry-is-told", test_notifier_failure_after_a_retry_is_told);
  ADD ("left-before-it-was-told-is-silent", test_notifier_left_before_it_was_told_is_silent);
  ADD ("retried-of-many-leave-in-silence", test_notifier_retried_of_many_leave_in_silence);
  ADD ("reset-withdraws-all", test_notifier_reset_withdraws_all);
  ADD ("reset-forgets-ages", test_notifier_reset_forgets_ages);
  ADD ("topics-do-not-wait-for-each-other", test_notifier_topics_do_not_wait_for_each_other);
  ADD ("wants-failures-alone", test_notifier_wants_failures_alone);
  ADD ("wants-nothing", test_notifier_wants_nothing);
  ADD ("memory-is-bounded", test_notifier_memory_is_bounded);
#undef ADD

  return g_test_run ();
}
