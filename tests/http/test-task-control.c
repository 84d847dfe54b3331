/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "http-house.h"

#include <string.h>

static void
test_task_control_cancel (HttpHouse    *house,
                          gconstpointer test_data)
{
  g_autoptr(HttpAnswer) canceled = NULL;
  g_autoptr(HttpAnswer) again = NULL;

  for (guint i = 0; i < 3; i++)
    hw_test_house_submit (house->house, "demo");
  canceled = http_house_post (house, "/api/v1/tasks/3/cancel", NULL);
  again = http_house_post (house, "/api/v1/tasks/3/cancel", NULL);

  g_assert_cmpuint (canceled->status, ==, 202);
  assert_member (canceled, "state", "Failed");
  assert_member (canceled, "result", "canceled");
  assert_problem (again, 409, "wrong-state");
}

static void
test_task_control_cancel_with_force (HttpHouse    *house,
                                     gconstpointer test_data)
{
  g_autoptr(HttpAnswer) gently = NULL;
  g_autoptr(HttpAnswer) forced = NULL;

  hw_test_house_submit (house->house, "demo");
  gently = http_house_post (house, "/api/v1/tasks/1/cancel", "{}");
  forced = http_house_post (house, "/api/v1/tasks/1/cancel", "{\"now\": true}");

  g_assert_cmpuint (gently->status, ==, 202);
  g_assert_cmpuint (forced->status, ==, 202);
  assert_member (gently, "activity", "stopping");
  assert_calls (house, "start 1/1, stop 1/1, kill 1/1");
}

static void
test_task_control_pause (HttpHouse    *house,
                         gconstpointer test_data)
{
  g_autoptr(HttpAnswer) paused = NULL;
  g_autoptr(HttpAnswer) resumed = NULL;
  g_autoptr(HttpAnswer) waiting = NULL;

  for (guint i = 0; i < 3; i++)
    hw_test_house_submit (house->house, "demo");
  paused = http_house_post (house, "/api/v1/tasks/1/pause", NULL);
  resumed = http_house_post (house, "/api/v1/tasks/1/resume", NULL);
  waiting = http_house_post (house, "/api/v1/tasks/3/pause", NULL);

  g_assert_cmpuint (paused->status, ==, 202);
  assert_member (paused, "state", "Processing");
  assert_member (paused, "activity", "paused");
  g_assert_cmpuint (resumed->status, ==, 202);
  assert_member (resumed, "activity", NULL);
  assert_problem (waiting, 409, "wrong-state");
}

static void
test_task_control_retry (HttpHouse    *house,
                         gconstpointer test_data)
{
  g_autoptr(HttpAnswer) too_early = NULL;
  g_autoptr(HttpAnswer) retried = NULL;
  g_autoptr(HttpAnswer) again = NULL;

  for (guint i = 0; i < 3; i++)
    hw_test_house_submit (house->house, "demo");
  too_early = http_house_post (house, "/api/v1/tasks/3/retry", NULL);
  g_object_unref (hw_test_house_try_cancel (house->house, house->house->owner, 3, NULL));
  retried = http_house_post (house, "/api/v1/tasks/3/retry", NULL);
  again = http_house_post (house, "/api/v1/tasks/3/retry", NULL);

  assert_problem (too_early, 409, "wrong-state");
  g_assert_cmpuint (retried->status, ==, 202);
  assert_member (retried, "id", "3");
  assert_member (retried, "state", "Pending");
  assert_member (retried, "result", "");
  assert_problem (again, 409, "wrong-state");
}

static void
test_task_control_about (HttpHouse    *house,
                         gconstpointer test_data)
{
  g_autoptr(HttpAnswer) before = http_house_get (house, "/api/v1/about");
  g_autoptr(HttpAnswer) after = NULL;
  g_autofree char *epoch = g_strdup_printf ("%" G_GUINT64_FORMAT,
                                            hw_task_queue_get_epoch (house->house->queue));

  hw_task_queue_set_containment (house->house->queue, "session");
  hw_task_queue_set_limits (house->house->queue,
                            &(HwStoreLimits) { .max_age = 30 * G_TIME_SPAN_DAY,
                                               .max_tasks = 10000 });
  hw_test_house_add_many (house->house, 3);
  after = http_house_get (house, "/api/v1/about");

  g_assert_cmpuint (after->status, ==, 200);
  assert_member (before, "containment", NULL);
  assert_member (after, "containment", "session");
  assert_member (after, "epoch", epoch);
  assert_member (after, "version", HW_VERSION);
  assert_member (after, "keepDays", "30");
  assert_member (after, "keepTasks", "10000");
  g_assert_nonnull (strstr (after->text, "\"counts\":{\"added\":3,\"pending\":"));
  g_assert_nonnull (strstr (after->text,
                            "\"ever\":{\"completed\":0,\"failed\":0,\"canceled\":0}}"));
  g_assert_nonnull (strstr (after->text, "\"connections\":{\"open\":"));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define ADD(path, test) \
  g_test_add (path, HttpHouse, NULL, http_house_set_up, test, http_house_tear_down)
  ADD ("/task-control/cancel/answers-with-the-task", test_task_control_cancel);
  ADD ("/task-control/cancel/with-force-if-somebody-says-so", test_task_control_cancel_with_force);
  ADD ("/task-control/pause/and-resume-answer-with-the-task", test_task_control_pause);
  ADD ("/task-control/retry/answers-with-the-task", test_task_control_retry);
  ADD ("/task-control/about/says-how-programs-are-held", test_task_control_about);
#undef ADD

  return g_test_run ();
}
