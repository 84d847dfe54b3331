/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "bench-client.h"
#include "bench-daemon.h"
#include "bench-figures.h"
#include "bench-history-rows.h"

#include "hw-db-statement.h"

/* A whole daemon with many tasks that wait and a long history: how long it takes until it is
 * ready, what memory it has then, and how long its lists take over HTTP, beside a daemon that
 * has none, and beside SQLite alone with the same file. All in the same run, as machines differ
 * from minute to minute. With --all there are a million tasks that have ended and 100,000 that
 * wait.
 */

/* Medians of lists are told of so many. */
#define N_ROUNDS 21

/* Has the first task that waits run for longer than we look, so that the others wait. */
static void
block (HwDb *db,
       guint n_ended)
{
  g_autoptr(GVariant) parameters = g_variant_ref_sink (g_variant_new_parsed ("{'delay': <3600.0>}"));
  g_autoptr(HwDbStatement) statement =
    hw_db_prepare (db, "UPDATE tasks SET type = 'demo', priority = 1, parameters = ? WHERE id = ?",
                   NULL);

  hw_db_statement_bind_container (statement, 1, parameters);
  hw_db_statement_bind_uint64 (statement, 2, n_ended + 1);
  g_assert_true (hw_db_statement_run (statement, NULL));
}

/* Makes the folder of a daemon with so many tasks, and returns its database. */
static char *
make_history (BenchDaemon *daemon,
              guint        n_ended,
              guint        n_waiting)
{
  g_autoptr(HwDb) db = NULL;
  char *path;

  daemon->folder = g_dir_make_tmp ("bench-start-XXXXXX", NULL);
  path = g_build_filename (daemon->folder, "headway.db", NULL);
  bench_history_make (path, n_ended, n_waiting);
  db = hw_db_open (path, HW_DB_MODE_WRITE, NULL);
  block (db, n_ended);

  return path;
}

/* Opens the file, and counts what waits. */
static double
measure_raw (const char *path)
{
  gint64 begin = g_get_monotonic_time ();
  g_autoptr(HwDb) db = hw_db_open (path, HW_DB_MODE_READ, NULL);

  db_run (db, "SELECT count(*) FROM tasks WHERE state = 'Pending'");

  return (double) (g_get_monotonic_time () - begin);
}

static void
measure_list (BenchClient *client,
              const char  *what,
              const char  *path)
{
  g_autofree char *request = bench_client_make_request (client, path);
  double times[N_ROUNDS];
  double time;

  for (guint i = 0; i < N_ROUNDS; i++)
    {
      gint64 begin = g_get_monotonic_time ();
      g_autofree char *answer = bench_client_ask (client, request);

      times[i] = (double) (g_get_monotonic_time () - begin);
    }

  time = bench_get_median (times, N_ROUNDS) / 1000;
  g_print ("%-42s %7.2f ms   floor 2, stretch 0.5%s\n", what, time, time > 2 ? "   BELOW" : "");
}

static void
measure_lists (BenchDaemon *daemon)
{
  BenchClient *client = bench_client_new (daemon->port, daemon->token);

  measure_list (client, "newest 50", "/api/v1/tasks?limit=50");
  measure_list (client, "newest 50 that failed", "/api/v1/tasks?limit=50&state=Failed");
  measure_list (client, "newest 50 with a rare word", "/api/v1/tasks?limit=50&q=rare");
  measure_list (client, "newest 50 with a common beginning", "/api/v1/tasks?limit=50&q=checks");
  measure_list (client, "newest 50 with two words, one of them rare",
                "/api/v1/tasks?limit=50&q=checksum+rare+");
  measure_list (client, "a page of two words that never meet",
                "/api/v1/tasks?limit=50&q=odd+even+");
  measure_list (client, "a page of two that are never joined",
                "/api/v1/tasks?limit=50&q=file-of+");
  bench_client_free (client);
}

int
main (int   argc,
      char *argv[])
{
  BenchDaemon large = { NULL };
  BenchDaemon small = { NULL };
  double starts[BENCH_ROUNDS], small_starts[BENCH_ROUNDS], raws[BENCH_ROUNDS];
  g_autofree char *path = NULL;
  guint n_ended, n_waiting;
  double memory = 0;
  double start;

  bench_history_get_size (argc, argv, &n_ended, &n_waiting);
  path = make_history (&large, n_ended, n_waiting);
  for (guint round = 0; round < BENCH_ROUNDS; round++)
    {
      bench_daemon_start (&small, 1, 0);
      small_starts[round] = small.start;
      bench_daemon_stop (&small);

      bench_daemon_start (&large, 1, 0);
      starts[round] = large.start;
      memory = bench_daemon_get_memory (&large);
      if (round == BENCH_ROUNDS - 1)
        measure_lists (&large);
      bench_daemon_stop (&large);
      raws[round] = measure_raw (path);
    }

  start = bench_get_median (starts, BENCH_ROUNDS) / 1000;
  g_print ("%u ended, %u waiting: ready in %.0f ms, without tasks %.0f ms; SQLite opens and counts "
           "in %.1f ms   floor 500, stretch 200%s\n", n_ended, n_waiting, start,
           bench_get_median (small_starts, BENCH_ROUNDS) / 1000,
           bench_get_median (raws, BENCH_ROUNDS) / 1000, start > 500 ? "   BELOW" : "");
  g_print ("memory then: %.1f MiB   floor 15, stretch 9%s\n", memory,
           memory > 15 ? "   BELOW" : "");
  bench_daemon_remove (&small);
  bench_daemon_remove (&large);

  return 0;
}
