/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "bench-raw.h"
#include "bench-site.h"

#include "hw-disk-vfs.h"
#include "tests/support/remove-tree.h"

#include <libsoup/soup.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

/* What a whole daemon does over HTTP: tasks that do nothing, from when they are asked for until
 * whoever watches was told of their ends, beside as many requests to a server of libsoup that
 * does nothing but answer; on a slow disk, and a hundred tasks a request, beside SQLite alone
 * with such rows. All in the same run, as machines differ from minute to minute: the ratio
 * counts. Daemon, raw server and client share the machine.
 */

/* What an ordinary SSD takes for a sync, in microseconds. */
#define SLOW_SYNC 1000

/* As many as are asked for at once, so that what counts is what a task costs. */
#define MAX_PARALLEL 64

#define BATCH 100

/* Tasks that are added by the clock, and how many of them a second. */
#define PACE 100

typedef struct
{
  HwDiskVfs *vfs; /* (owned) */
  gboolean is_smoke;
  guint n_requests; /* of one measurement */
} Bench;

/* A server that only answers, as a process of its own. */
typedef struct
{
  pid_t pid;
  guint16 port;
} RawServer;

static void
on_request (SoupServer        *server,
            SoupServerMessage *message,
            const char        *path,
            GHashTable        *query,
            gpointer           user_data)
{
  const char *answer = user_data;

  soup_server_message_set_status (message, SOUP_STATUS_ACCEPTED, NULL);
  soup_server_message_set_response (message, "application/json", SOUP_MEMORY_STATIC, answer,
                                    strlen (answer));
}

/* In the child. */
G_GNUC_NORETURN
static void
serve (const char *answer,
       int         port_fd)
{
  g_autoptr(SoupServer) server = soup_server_new (NULL, NULL);
  g_autoptr(GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoslist (GUri) uris = NULL;
  guint16 port;

  soup_server_add_handler (server, NULL, on_request, (gpointer) answer, NULL);
  if (!soup_server_listen_local (server, 0, SOUP_SERVER_LISTEN_IPV4_ONLY, NULL))
    _exit (1);
  uris = soup_server_get_uris (server);
  port = (guint16) g_uri_get_port (uris->data);
  if (write (port_fd, &port, sizeof (port)) != sizeof (port))
    _exit (1);
  g_main_loop_run (loop);
  _exit (0);
}

static void
raw_server_start (RawServer  *self,
                  const char *answer)
{
  int fds[2];

  g_assert_cmpint (pipe (fds), ==, 0);
  self->pid = fork ();
  if (self->pid == 0)
    serve (answer, fds[1]);
  g_assert_cmpint (read (fds[0], &self->port, sizeof (self->port)), ==, sizeof (self->port));
  close (fds[0]);
  close (fds[1]);
}

static void
raw_server_stop (RawServer *self)
{
  kill (self->pid, SIGKILL);
  waitpid (self->pid, NULL, 0);
}

static double
measure_raw_rows (Bench    *bench,
                  guint     sync_time,
                  double ( *measure ) (const char *,
                                       guint,
                                       gint64))
{
  g_autofree char *folder = g_dir_make_tmp ("bench-http-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "bench.db", NULL);
  double rate;

  hw_disk_vfs_set_sync_time (bench->vfs, sync_time);
  rate = measure (path, 256, bench_get_duration (bench->is_smoke));
  hw_disk_vfs_set_sync_time (bench->vfs, 0);
  remove_tree (folder);

  return rate;
}

/* What a load has cost both sides. */
typedef struct
{
  double daemon; /* of the processor's time, in microseconds */
  double client;
  guint n_requests;
} Cost;

/* Returns: how many requests were answered in a second */
static double
load (BenchSite *site,
      guint      n_connections,
      guint      n_requests,
      Cost      *cost)
{
  double rate;

  cost->daemon -= bench_daemon_get_processor_time (&site->daemon);
  cost->client -= bench_get_processor_time_of (getpid ());
  rate = bench_client_load (site->client, site->request, n_connections, n_requests);
  cost->daemon += bench_daemon_get_processor_time (&site->daemon);
  cost->client += bench_get_processor_time_of (getpid ());
  cost->n_requests += n_requests;

  return rate;
}

/* Both sides share the machine: no more can be done than its processors have time for. */
static void
tell_cost (const char *title,
           const Cost *cost)
{
  double daemon = cost->daemon / cost->n_requests;
  double client = cost->client / cost->n_requests;

  g_print ("  %s: processor time of a task %.0f us, and %.0f in the client; so %u processors do at "
           "most %.0f/s\n", title, daemon, client, g_get_num_processors (),
           1e6 * g_get_num_processors () / (daemon + client));
}

/* Until watchers were told, with one of them and with many, beside a server that only answers. */
static void
measure_requests (Bench *bench)
{
  BenchSite site = { { NULL } };
  RawServer server = { 0 };
  BenchClient *raw_client;
  g_autofree char *answer = NULL;
  double raw[BENCH_ROUNDS], one[BENCH_ROUNDS], many[BENCH_ROUNDS];
  Cost cost_of_one = { 0 };
  Cost cost_of_many = { 0 };

  bench_site_open (&site, MAX_PARALLEL, 0, BATCH);
  answer = bench_client_ask (site.client, site.request);
  raw_server_start (&server, answer);
  raw_client = bench_client_new (server.port, site.daemon.token);

  for (guint round = 0; round < BENCH_ROUNDS; round++)
    {
      raw[round] = bench_client_load (raw_client, site.request, 32, bench->n_requests);
      bench_client_watch (site.client, 1);
      one[round] = load (&site, 32, bench->n_requests, &cost_of_one);
      bench_client_watch (site.client, 50);
      many[round] = load (&site, 32, bench->n_requests, &cost_of_many);
    }

  bench_tell ("32 connections, 1 watcher; libsoup", one, raw);
  bench_tell ("the same with 50 watchers; with 1", many, one);
  tell_cost ("1 watcher", &cost_of_one);
  tell_cost ("50 watchers", &cost_of_many);
  g_print ("  memory of the daemon: %.1f MiB\n", bench_daemon_get_memory (&site.daemon));
  bench_tell_goal ("1 watcher, of libsoup alone",
                   100 * one[BENCH_ROUNDS / 2] / raw[BENCH_ROUNDS / 2], 45, 65);
  bench_tell_goal ("50 watchers, of the same with 1",
                   100 * many[BENCH_ROUNDS / 2] / one[BENCH_ROUNDS / 2], 70, 80);

  bench_client_free (raw_client);
  raw_server_stop (&server);
  bench_site_close (&site);
}

static void
measure_slow_disk (Bench *bench)
{
  BenchSite site = { { NULL } };
  double ours[BENCH_ROUNDS], raw[BENCH_ROUNDS];
  Cost cost = { 0 };

  bench_site_open (&site, MAX_PARALLEL, SLOW_SYNC, BATCH);
  bench_client_watch (site.client, 1);
  for (guint round = 0; round < BENCH_ROUNDS; round++)
    {
      ours[round] = load (&site, 64, bench->n_requests, &cost);
      raw[round] = measure_raw_rows (bench, SLOW_SYNC, bench_raw_measure_lifecycles);
    }

  bench_tell ("1 ms more a sync, 64 connections; SQLite", ours, raw);
  tell_cost ("1 ms more a sync", &cost);
  bench_tell_goal ("1 ms more a sync, of SQLite alone with 256 in flight",
                   100 * ours[BENCH_ROUNDS / 2] / raw[BENCH_ROUNDS / 2], 55, 75);

  bench_site_close (&site);
}

/* Something runs that takes longer than we measure, so that the others wait. */
static void
measure_batches (Bench *bench)
{
  BenchSite site = { { NULL } };
  double ours[BENCH_ROUNDS], raw[BENCH_ROUNDS];
  guint n_requests = MAX (bench->n_requests / 20, 4);

  bench_site_open (&site, 1, 0, BATCH);
  bench_site_block (&site);

  for (guint round = 0; round < BENCH_ROUNDS; round++)
    {
      ours[round] = BATCH * bench_client_load (site.client, site.batch, 4, n_requests);
      raw[round] = measure_raw_rows (bench, 0, bench_raw_measure_adding);
    }

  bench_tell ("tasks added, 100 a request; SQLite", ours, raw);
  bench_tell_goal ("100 a request, of SQLite alone",
                   100 * ours[BENCH_ROUNDS / 2] / raw[BENCH_ROUNDS / 2], 70, 85);

  bench_site_close (&site);
}

/* What nobody who keeps what happened can be quicker than: the same rows in two transactions, one
 * after the other, in a thread that is woken for them.
 */
static void
measure_raw_latency (guint n_requests)
{
  g_autofree char *folder = g_dir_make_tmp ("bench-http-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "bench.db", NULL);
  g_autofree double *latencies = g_new0 (double, n_requests);
  double middle;

  bench_raw_pace (path, n_requests, PACE, latencies);
  middle = bench_get_median (latencies, n_requests);
  g_print ("  two transactions of SQLite, one after the other, likewise: p50 %.2f ms, p99 %.2f ms\n",
           middle / 1000, latencies[n_requests * 99 / 100] / 1000);
  remove_tree (folder);
}

static void
measure_latency (Bench *bench)
{
  BenchSite site = { { NULL } };
  guint n_requests = MAX (bench->n_requests / 10, 10);
  g_autofree double *latencies = g_new0 (double, n_requests);
  double middle, worst;

  bench_site_open (&site, MAX_PARALLEL, 0, BATCH);
  bench_client_watch (site.client, 1);
  bench_client_pace (site.client, site.request, n_requests, PACE, latencies);
  middle = bench_get_median (latencies, n_requests);
  worst = latencies[n_requests * 99 / 100];
  g_print ("submit to completed at a watcher, %u a second: p50 %.2f ms, p99 %.2f ms"
           "   floor 0.6 / 3, stretch 0.3 / 1%s\n", PACE, middle / 1000, worst / 1000,
           middle > 600 || worst > 3000 ? "   BELOW" : "");
  bench_site_close (&site);

  measure_raw_latency (n_requests);
}

int
main (int   argc,
      char *argv[])
{
  Bench bench = { .is_smoke = bench_is_smoke (argc, argv) };

  bench.n_requests = bench.is_smoke ? 100 : 5000;
  bench.vfs = hw_disk_vfs_new ();
  bench_tell_head ();
  measure_requests (&bench);
  measure_slow_disk (&bench);
  measure_batches (&bench);
  measure_latency (&bench);
  hw_disk_vfs_free (bench.vfs);

  return 0;
}
