/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "http-house.h"

#include "hw-error.h"
#include "hw-health-api.h"
#include "hw-readiness.h"
#include "wait.h"

#include <string.h>

#define FULL "The disk is full. Free some space."

static void
set_up_serving (HttpHouse    *house,
                gconstpointer test_data)
{
  http_house_set_up (house, test_data);
  hw_task_queue_set_stage (house->house->queue, HW_TASK_QUEUE_SERVING);
}

static void
refuse (HttpHouse *house,
        GError    *refusal)
{
  hw_memory_store_set_refusal (house->house->store, refusal);
  hw_test_house_advance (house->house, HW_HEALTH_MEMORY);
}

static void
assert_answer (HttpHouse  *house,
               const char *fields,
               guint       status,
               const char *text)
{
  g_autoptr(HttpAnswer) answer = http_house_ask (house, "GET /readyz?probe=1", fields, NULL);

  g_assert_cmpuint (answer->status, ==, status);
  g_assert_cmpstr (answer->text, ==, text);
  g_assert_cmpstr (http_answer_get (answer, "content-type"), ==, "text/plain; charset=utf-8");
  g_assert_cmpstr (http_answer_get (answer, "cache-control"), ==, "no-store");
}

/* Test that everybody is told that it is ready, in the same words. */
static void
test_readiness_is_for_everybody (HttpHouse    *house,
                                 gconstpointer test_data)
{
  g_autoptr(HttpAnswer) head = NULL;

  assert_answer (house, TO_US, 200, "ready\n");
  assert_answer (house, BY_OWNER, 200, "ready\n");

  head = http_house_ask (house, "HEAD /readyz", TO_US, NULL);
  g_assert_cmpuint (head->status, ==, 200);
  g_assert_cmpstr (head->text, ==, "");
}

/* Where in its life the daemon is, and what is said of it. */
static const struct
{
  HwTaskQueueStage stage;
  const char *word;
} stages[] = {
  { HW_TASK_QUEUE_STARTING, "starting" },
  { HW_TASK_QUEUE_STOPPING, "about to end" },
};

/* Test that it is not ready before it serves, nor when it is about to end, and lives all the
 * while. */
static void
test_readiness_follows_the_stage (HttpHouse    *house,
                                  gconstpointer test_data)
{
  for (guint i = 0; i < G_N_ELEMENTS (stages); i++)
    {
      g_autoptr(HttpAnswer) answer = NULL;
      g_autoptr(HttpAnswer) health = NULL;

      hw_task_queue_set_stage (house->house->queue, stages[i].stage);
      assert_answer (house, TO_US, 503, "not ready\n");
      answer = http_house_ask (house, "GET /readyz", BY_OWNER, NULL);
      assert_problem (answer, 503, "failed");
      g_assert_nonnull (strstr (answer->text, stages[i].word));
      health = http_house_ask (house, "GET /healthz", TO_US, NULL);
      g_assert_cmpuint (health->status, ==, 200);
    }
}

/* Test that whoever may know hears why no task is taken, and a stranger does not; and that it is
 * ready again as soon as there is space, though nobody has written anything. */
static void
test_readiness_tells_why_to_who_may_know (HttpHouse    *house,
                                          gconstpointer test_data)
{
  g_autoptr(HttpAnswer) over_tcp = NULL;
  g_autoptr(HttpAnswer) locally = NULL;

  refuse (house, g_error_new_literal (HW_ERROR, HW_ERROR_NO_SPACE, FULL));
  assert_answer (house, TO_US, 503, "not ready\n");
  assert_answer (house, TO_US "Authorization: Bearer wrong\n", 503, "not ready\n");

  over_tcp = http_house_ask (house, "GET /readyz", BY_OWNER, NULL);
  assert_problem (over_tcp, 503, "no-space");
  assert_member (over_tcp, "detail", FULL);
  locally = http_house_ask_locally (house, "GET /readyz", "Host: localhost\n", NULL);
  assert_problem (locally, 503, "no-space");

  refuse (house, NULL);
  assert_answer (house, TO_US, 200, "ready\n");
}

/* Test that there is a sentence for each thing. */
static void
test_readiness_tells_all_reasons (HttpHouse    *house,
                                  gconstpointer test_data)
{
  g_autoptr(HttpAnswer) answer = NULL;

  refuse (house, g_error_new_literal (HW_ERROR, HW_ERROR_NO_SPACE, FULL));
  hw_task_queue_set_stage (house->house->queue, HW_TASK_QUEUE_STOPPING);

  answer = http_house_ask (house, "GET /readyz", BY_OWNER, NULL);
  g_assert_nonnull (strstr (answer->text, "about to end"));
  g_assert_nonnull (strstr (answer->text, FULL));
}

/* Test that a database that cannot be read keeps it from being ready. */
static void
test_readiness_needs_the_database (HttpHouse    *house,
                                   gconstpointer test_data)
{
  g_autoptr(HttpAnswer) answer = NULL;

  hw_memory_store_fail_next (house->house->store, HW_MEMORY_STORE_SURVEY, 1);

  assert_answer (house, TO_US, 503, "not ready\n");
  answer = http_house_ask (house, "GET /readyz", BY_OWNER, NULL);
  g_assert_nonnull (strstr (answer->text, "cannot be read"));
}

/* Test that a crowd that asks costs no more than one. */
static void
test_readiness_looks_once_a_second (HttpHouse    *house,
                                    gconstpointer test_data)
{
  for (guint i = 0; i < 20; i++)
    assert_answer (house, TO_US, 200, "ready\n");
  g_assert_cmpuint (hw_memory_store_get_n_calls (house->house->store, HW_MEMORY_STORE_SURVEY), ==,
                    1);

  hw_test_house_advance (house->house, HW_HEALTH_MEMORY);
  assert_answer (house, TO_US, 200, "ready\n");
  g_assert_cmpuint (hw_memory_store_get_n_calls (house->house->store, HW_MEMORY_STORE_SURVEY), ==,
                    2);
}

#define N_AT_ONCE 20

/* Test that of those who ask while the store is looked at each is told what is found, even if the
 * first has hung up, and that it is looked at once.
 */
static void
test_readiness_looks_once_for_a_crowd (HttpHouse    *house,
                                       gconstpointer test_data)
{
  HwMemoryStore *store = house->house->store;
  HttpProbe *first = NULL;
  HttpProbe *others[N_AT_ONCE];

  hw_memory_store_hold (store, HW_MEMORY_STORE_HOLD_READS);
  first = http_house_begin (house, "/readyz");
  wait_until (hw_memory_store_get_n_calls (store, HW_MEMORY_STORE_SURVEY) == 1);
  for (guint i = 0; i < N_AT_ONCE; i++)
    others[i] = http_house_begin (house, "/readyz");
  http_house_settle (house);
  http_probe_hang_up (first);
  http_house_settle (house);
  hw_memory_store_release (store);

  for (guint i = 0; i < N_AT_ONCE; i++)
    {
      g_autoptr(HttpAnswer) answer = http_probe_finish (others[i]);

      g_assert_cmpuint (answer->status, ==, 200);
      g_assert_cmpstr (answer->text, ==, "ready\n");
    }
  g_assert_cmpuint (hw_memory_store_get_n_calls (store, HW_MEMORY_STORE_SURVEY), ==, 1);
}

/* Test that a store that says nothing of space fails in a way that has no name of its own. */
static void
test_judge_names_what_people_can_mend (void)
{
  g_autoptr(GError) refusal = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_FAILED, "It broke.");
  g_autoptr(GError) error = hw_readiness_judge (HW_TASK_QUEUE_SERVING, refusal);

  g_assert_null (hw_readiness_judge (HW_TASK_QUEUE_SERVING, NULL));
  g_assert_error (error, HW_ERROR, HW_ERROR_FAILED);
  g_assert_cmpstr (error->message, ==, "It broke.");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add ("/health-api/readiness/is-for-everybody", HttpHouse, NULL, set_up_serving,
              test_readiness_is_for_everybody, http_house_tear_down);
  g_test_add ("/health-api/readiness/follows-the-stage", HttpHouse, NULL, set_up_serving,
              test_readiness_follows_the_stage, http_house_tear_down);
  g_test_add ("/health-api/readiness/reasons-are-for-who-may-know", HttpHouse, NULL, set_up_serving,
              test_readiness_tells_why_to_who_may_know, http_house_tear_down);
  g_test_add ("/health-api/readiness/a-sentence-for-each-reason", HttpHouse, NULL, set_up_serving,
              test_readiness_tells_all_reasons, http_house_tear_down);
  g_test_add ("/health-api/readiness/needs-the-database", HttpHouse, NULL, set_up_serving,
              test_readiness_needs_the_database, http_house_tear_down);
  g_test_add ("/health-api/readiness/looks-once-a-second", HttpHouse, NULL, set_up_serving,
              test_readiness_looks_once_a_second, http_house_tear_down);
  g_test_add ("/health-api/readiness/looks-once-for-a-crowd", HttpHouse, NULL, set_up_serving,
              test_readiness_looks_once_for_a_crowd, http_house_tear_down);
  g_test_add_func ("/readiness/judge/names-what-people-can-mend",
                   test_judge_names_what_people_can_mend);

  return g_test_run ();
}
