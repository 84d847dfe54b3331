/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "http-house.h"

#include "hw-metrics-page.h"
#include "remove-tree.h"
#include "wait.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define OPENMETRICS "Accept: application/openmetrics-text;version=1.0.0"

static HttpAnswer *
scrape (HttpHouse  *house,
        const char *fields)
{
  HttpAnswer *answer = http_house_ask (house, "GET /metrics", fields, NULL);

  g_assert_cmpuint (answer->status, ==, 200);

  return answer;
}

/* Whether a sample stands there, as a line of its own. */
static void
assert_sample (HttpAnswer *answer,
               const char *sample)
{
  g_autofree char *line = g_strdup_printf ("\n%s\n", sample);

  if (strstr (answer->text, line) != NULL)
    return;

  g_test_message ("%s", answer->text);
  g_test_fail_printf ("There is no “%s”", sample);
}

/* Test that it counts what there is. */
static void
test_metrics_count_tasks (HttpHouse    *house,
                          gconstpointer test_data)
{
  guint64 first = hw_test_house_submit (house->house, "noop");
  g_autoptr(HttpAnswer) answer = NULL;

  hw_test_house_submit (house->house, "demo");
  hw_test_house_submit (house->house, "demo");
  hw_test_house_succeed (house->house, first);
  hw_test_house_submit (house->house, "demo");
  hw_test_house_advance (house->house, 5 * G_TIME_SPAN_SECOND);

  answer = scrape (house, BY_OWNER);
  assert_sample (answer, "headway_tasks{state=\"Pending\"} 1");
  assert_sample (answer, "headway_tasks{state=\"Processing\"} 2");
  assert_sample (answer, "headway_tasks{state=\"Completed\"} 1");
  assert_sample (answer, "headway_tasks{state=\"Failed\"} 0");
  assert_sample (answer, "headway_tasks_added_total 4");
  assert_sample (answer, "headway_attempts_started_total{type=\"demo\"} 2");
  assert_sample (answer, "headway_task_ends_total{type=\"noop\",result=\"success\"} 1");
  assert_sample (answer, "headway_task_wait_seconds_count 3");
  assert_sample (answer, "headway_task_oldest_waiting_seconds 5.0");
  assert_sample (answer, "headway_ready 0");
}

/* Test that only those may read them who may see all tasks. */
static void
test_metrics_are_for_the_owner (HttpHouse    *house,
                                gconstpointer test_data)
{
  g_autoptr(HttpAnswer) nobody = http_house_ask (house, "GET /metrics", TO_US, NULL);
  g_autoptr(HttpAnswer) guess =
    http_house_ask (house, "GET /metrics", TO_US "Authorization: Bearer wrong\n", NULL);
  g_autoptr(HttpAnswer) local =
    http_house_ask_locally (house, "GET /metrics", "Host: localhost\n", NULL);
  g_autoptr(HttpAnswer) strange = http_house_ask (house, "GET /metrics?x=1", BY_OWNER, NULL);
  g_autoptr(HttpAnswer) head = http_house_ask (house, "HEAD /metrics", BY_OWNER, NULL);

  assert_problem (nobody, 401, "unauthorized");
  assert_problem (guess, 401, "unauthorized");
  assert_problem (strange, 400, "invalid-request");
  g_assert_cmpuint (local->status, ==, 200);
  g_assert_cmpuint (head->status, ==, 200);
  g_assert_cmpstr (head->text, ==, "");
  g_assert_cmpstr (http_answer_get (head, "cache-control"), ==, "no-store");
}

/* What is accepted, and whether it is answered in the newer format. */
static const struct
{
  const char *claim;
  const char *fields;
  gboolean is_new;
} accepts[] = {
  { "nothing", "", FALSE },
  { "anything", "Accept: */*\n", FALSE },
  { "page", "Accept: text/html,*/*;q=0.8\n", FALSE },
  { "new", OPENMETRICS "\n", TRUE },
  { "prometheus", OPENMETRICS ";q=0.5,text/plain;version=0.0.4;q=0.3,*/*;q=0.1\n", TRUE },
  { "old-first", OPENMETRICS ";q=0.3,text/plain;version=0.0.4;q=0.5\n", FALSE },
  { "refused", OPENMETRICS ";q=0,*/*\n", FALSE },
  { "other-version", "Accept: application/openmetrics-text;version=0.0.1,text/plain;q=0.5\n",
    FALSE },
  { "nonsense", "Accept: ;;q=x,,\n", FALSE },
};

static void
test_metrics_are_in_the_format_wanted (HttpHouse    *house,
                                       gconstpointer test_data)
{
  for (guint i = 0; i < G_N_ELEMENTS (accepts); i++)
    {
      g_autofree char *fields = g_strconcat (BY_OWNER, accepts[i].fields, NULL);
      g_autoptr(HttpAnswer) answer = scrape (house, fields);

      g_test_message ("%s", accepts[i].claim);
      g_assert_cmpstr (http_answer_get (answer, "content-type"), ==,
                       accepts[i].is_new
                       ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
                       : "text/plain; version=0.0.4; charset=utf-8");
      g_assert_true (g_str_has_suffix (answer->text, "# EOF\n") == accepts[i].is_new);
    }
}

/* Test that it counts what comes to the front door: each answer once, whoever gives it. */
static void
test_metrics_count_answers (HttpHouse    *house,
                            gconstpointer test_data)
{
  g_autoptr(HttpAnswer) none = http_house_get (house, "/api/v1/none");
  g_autoptr(HttpAnswer) health = http_house_get (house, "/healthz");
  g_autoptr(HttpAnswer) refused = http_house_ask (house, "GET /x/../y", BY_OWNER, NULL);
  g_autoptr(HttpAnswer) answer = NULL;

  g_assert_cmpuint (none->status, ==, 404);
  g_assert_cmpuint (refused->status, ==, 400);
  answer = scrape (house, BY_OWNER);

  assert_sample (answer, "headway_http_answers_total{code=\"2xx\"} 1");
  assert_sample (answer, "headway_http_answers_total{code=\"4xx\"} 2");
  assert_sample (answer, "headway_http_connections_accepted_total 4");
  assert_sample (answer, "headway_http_connections 1");
}

static HttpProbe *
begin_to_watch (HttpHouse  *house,
                const char *target,
                const char *fields)
{
  g_autofree char *request = http_house_write (house, target, fields, NULL);
  HttpProbe *probe = http_probe_begin (house->address, request, strlen (request));

  http_house_settle (house);

  return probe;
}

/* Test that an answer that is waited for counts when it is given, and one that lasts when it
 * begins, though libsoup gives neither.
 */
static void
test_metrics_count_answers_that_take_long (HttpHouse    *house,
                                           gconstpointer test_data)
{
  guint64 id = hw_test_house_submit (house->house, "demo");
  HttpProbe *poll = NULL;
  HttpProbe *feed = NULL;
  g_autoptr(HttpAnswer) told = NULL;
  g_autoptr(HttpAnswer) polled = NULL;
  g_autoptr(HttpAnswer) before = NULL;
  g_autoptr(HttpAnswer) during = NULL;
  g_autoptr(HttpAnswer) after = NULL;

  poll = begin_to_watch (house, "GET /api/v1/tasks/1/log?wait=20", BY_OWNER);
  before = scrape (house, BY_OWNER);
  assert_sample (before, "headway_watchers{transport=\"http\"} 1");
  assert_sample (before, "headway_http_answers_total{code=\"2xx\"} 0");

  feed = begin_to_watch (house, "GET /api/v1/tasks/1/events", BY_OWNER
                         "Accept: text/event-stream\n");
  during = scrape (house, BY_OWNER);
  assert_sample (during, "headway_watchers{transport=\"http\"} 2");
  assert_sample (during, "headway_http_answers_total{code=\"2xx\"} 2");

  hw_test_house_succeed (house->house, id);
  hw_test_house_advance (house->house, G_TIME_SPAN_SECOND);
  http_house_settle (house);
  polled = http_probe_finish (poll);
  told = http_probe_finish (feed);
  g_assert_cmpuint (polled->status, ==, 200);
  g_assert_cmpuint (told->status, ==, 200);

  /* The poll, the feed, and two who asked for the metrics. */
  after = scrape (house, BY_OWNER);
  assert_sample (after, "headway_http_answers_total{code=\"2xx\"} 4");
}

/* Test that a database that cannot be read is said to be so. */
static void
test_metrics_need_the_database (HttpHouse    *house,
                                gconstpointer test_data)
{
  g_autoptr(HttpAnswer) answer = NULL;

  hw_memory_store_fail_next (house->house->store, HW_MEMORY_STORE_SURVEY, 1);
  answer = http_house_ask (house, "GET /metrics", BY_OWNER, NULL);

  assert_problem (answer, 500, "failed");
}

/* Test that whoever hangs up meanwhile is forgotten. */
static void
test_metrics_are_let_go (HttpHouse    *house,
                         gconstpointer test_data)
{
  HwMemoryStore *store = house->house->store;
  HttpProbe *probe = NULL;
  g_autoptr(HttpAnswer) answer = NULL;

  hw_memory_store_hold (store, HW_MEMORY_STORE_HOLD_READS);
  probe = http_house_begin (house, "/metrics");
  wait_until (hw_memory_store_get_n_calls (store, HW_MEMORY_STORE_SURVEY) == 1);
  http_probe_hang_up (probe);
  http_house_settle (house);
  hw_memory_store_release (store);
  http_house_settle (house);

  answer = scrape (house, BY_OWNER);
  assert_sample (answer, "headway_http_connections 1");
}

/* What the kernel says of a process with a name that tries to be more. */
#define STAT \
  "7 (a) R 1 (b) S 1 2 3 4 5 6 7 8 9 10 250 50 13 14 15 16 17 18 300 4096000 3 21 22\n"

/* Test that what the kernel says is read by its place, whatever the process is called. */
static void
test_process_is_read (void)
{
  g_autofree char *folder = g_dir_make_tmp ("headway-process-XXXXXX", NULL);
  g_autofree char *own = g_build_filename (folder, "self", NULL);
  g_autofree char *fd = g_build_filename (own, "fd", "0", NULL);
  g_autofree char *stat = g_build_filename (own, "stat", NULL);
  g_autofree char *machine = g_build_filename (folder, "stat", NULL);
  const gint64 tick = G_USEC_PER_SEC / sysconf (_SC_CLK_TCK);
  HwProcessFigures process;

  g_assert_cmpint (g_mkdir_with_parents (fd, 0700), ==, 0);
  g_assert_true (g_file_set_contents (stat, STAT, -1, NULL));
  g_assert_true (g_file_set_contents (machine, "cpu 1\nbtime 1000\nx 1\n", -1, NULL));
  hw_process_figures_read (&process, folder);
  remove_tree (folder);

  g_assert_cmpint (process.processor_time, ==, 300 * tick);
  g_assert_cmpint (process.start_time, ==, 1000 * G_TIME_SPAN_SECOND + 300 * tick);
  g_assert_cmpuint (process.n_virtual_bytes, ==, 4096000);
  g_assert_cmpuint (process.n_resident_bytes, ==, 3 * (guint64) sysconf (_SC_PAGESIZE));
  g_assert_cmpuint (process.n_descriptors, ==, 1);
}

/* Test that this process has what every process has, and one without a word of it has nothing. */
static void
test_process_is_ours (void)
{
  HwProcessFigures process;

  hw_process_figures_read (&process, "/proc");
  g_assert_cmpint (process.start_time, >, 0);
  g_assert_cmpint (process.start_time, <=, g_get_real_time () + G_USEC_PER_SEC);
  g_assert_cmpuint (process.n_resident_bytes, >, 0);
  g_assert_cmpuint (process.n_virtual_bytes, >=, process.n_resident_bytes);
  g_assert_cmpuint (process.n_descriptors, >, 2);
  g_assert_cmpuint (process.n_most_descriptors, >=, process.n_descriptors);

  hw_process_figures_read (&process, "/nowhere");
  g_assert_cmpint (process.start_time, ==, 0);
  g_assert_cmpuint (process.n_descriptors, ==, 0);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add ("/metrics-api/counts-tasks", HttpHouse, NULL, http_house_set_up,
              test_metrics_count_tasks, http_house_tear_down);
  g_test_add ("/metrics-api/is-for-who-may-see-all", HttpHouse, NULL, http_house_set_up,
              test_metrics_are_for_the_owner, http_house_tear_down);
  g_test_add ("/metrics-api/is-in-the-format-wanted", HttpHouse, NULL, http_house_set_up,
              test_metrics_are_in_the_format_wanted, http_house_tear_down);
  g_test_add ("/metrics-api/counts-each-answer-once", HttpHouse, NULL, http_house_set_up,
              test_metrics_count_answers, http_house_tear_down);
  g_test_add ("/metrics-api/counts-answers-that-take-long", HttpHouse, NULL, http_house_set_up,
              test_metrics_count_answers_that_take_long, http_house_tear_down);
  g_test_add ("/metrics-api/needs-the-database", HttpHouse, NULL, http_house_set_up,
              test_metrics_need_the_database, http_house_tear_down);
  g_test_add ("/metrics-api/who-hangs-up-is-forgotten", HttpHouse, NULL, http_house_set_up,
              test_metrics_are_let_go, http_house_tear_down);
  g_test_add_func ("/process-figures/are-read-by-their-place", test_process_is_read);
  g_test_add_func ("/process-figures/are-ours", test_process_is_ours);

  return g_test_run ();
}
