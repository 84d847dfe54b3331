/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "bench-crowd.h"
#include "bench-figures.h"
#include "bench-site.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

/* All who watched come back at once after a restart, each with where they were, for what they
 * have missed: how long it takes until all of them have it, once and in order, and how often the
 * store is read for them, which is not at all: what is recent was read once when the daemon began.
 */

/* How many come back. */
#define MOST_IN_A_MOMENT 100
#define MOST 10000

/* What they have missed: so many tasks, each of which was added, began and ended. */
#define N_TASKS 20
#define N_MISSED (N_TASKS * 3)

/* What a daemon that has just begun may still read for itself. */
#define MOST_READS 2

/* The threads that read for the store, as the kernel shows them. */
#define READER "store reader\n"
#define WAITS "\nvoluntary_ctxt_switches:"

typedef struct
{
  BenchSite site;
  guint n_watchers;
  guint64 epoch; /* where they were */
  guint64 seq;
} Bench;

static guint64
read_number (const char *text,
             const char *name)
{
  const char *found = strstr (text, name);

  g_assert_nonnull (found);

  return g_ascii_strtoull (found + strlen (name), NULL, 10);
}

/* Finds out where somebody is who knows all that was. */
static guint64
bench_get_head (Bench *bench)
{
  g_autofree char *request = bench_client_make_request (bench->site.client, "/api/v1/tasks?limit=1");
  g_autofree char *answer = bench_client_ask (bench->site.client, request);

  bench->epoch = read_number (answer, "\"epoch\":");

  return read_number (answer, "\"seq\":");
}

/* What happens while nobody is there. */
static void
bench_miss (Bench *bench)
{
  g_autofree char *answer = NULL;

  bench->seq = bench_get_head (bench);
  answer = bench_client_ask (bench->site.client, bench->site.batch);
  g_assert_nonnull (answer);
  while (bench_get_head (bench) < bench->seq + N_MISSED)
    continue;
}

/* Returns: (transfer full): what the kernel says of a thread */
static char *
read_thread (const char *folder,
             const char *thread,
             const char *file)
{
  g_autofree char *path = g_build_filename (folder, thread, file, NULL);
  char *text = NULL;

  g_file_get_contents (path, &text, NULL, NULL);

  return text != NULL ? text : g_strdup ("");
}

/* Tells how often those who read for the store have waited for something to read: once for each
 * time that somebody asked while they had nothing to do, and never if nobody did.
 */
static guint64
bench_count_reads (Bench *bench)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/task", (int) bench->site.daemon.pid);
  g_autoptr(GDir) folder = g_dir_open (path, 0, NULL);
  const char *thread;
  guint64 n_waits = 0;
  guint n_readers = 0;

  g_assert_nonnull (folder);
  while ((thread = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *name = read_thread (path, thread, "comm");
      g_autofree char *status = read_thread (path, thread, "status");

      if (!g_str_equal (name, READER))
        continue;

      n_readers++;
      n_waits += read_number (status, WAITS);
    }
  g_assert_cmpuint (n_readers, >, 0);

  return n_waits;
}

/* Returns: how many of them are let in */
static guint
bench_join (Bench      *bench,
            BenchCrowd *crowd,
            gboolean    has_feeds)
{
  g_autofree char *text = NULL;

  if (has_feeds)
    text = g_strdup_printf ("/api/v1/events?epoch=%" G_GUINT64_FORMAT "&after=%" G_GUINT64_FORMAT,
                            bench->epoch, bench->seq);
  else
    text = g_strdup_printf ("[null,%" G_GUINT64_FORMAT ",%" G_GUINT64_FORMAT "]",
                            bench->epoch, bench->seq);

  return has_feeds ? bench_crowd_join_feeds (crowd, bench->n_watchers, text)
                   : bench_crowd_join (crowd, bench->n_watchers, "WatchTasks", text);
}

static void
bench_come_back (Bench   *bench,
                 gboolean has_feeds)
{
  guint16 port = bench->site.daemon.port;
  BenchCrowd *crowd = bench_crowd_new (port, bench->site.daemon.token);
  guint64 n_reads = bench_count_reads (bench);
  gint64 begin = g_get_monotonic_time ();
  double joined;
  double all;

  g_assert_cmpuint (bench_join (bench, crowd, has_feeds), ==, bench->n_watchers);
  joined = (double) (g_get_monotonic_time () - begin) / G_USEC_PER_SEC;
  bench_crowd_await (crowd, (guint64) bench->n_watchers * N_MISSED);
  all = (double) (g_get_monotonic_time () - begin) / G_USEC_PER_SEC;
  n_reads = bench_count_reads (bench) - n_reads;
  bench_crowd_check (crowd, 0, bench->n_watchers, N_MISSED);

  g_print ("%14u %s came back, and had %u events each: %.2f s, let in after %.2f; "
           "the store was read %" G_GUINT64_FORMAT " times\n", bench->n_watchers,
           has_feeds ? "feeds" : "at the hub", N_MISSED, all, joined, n_reads);
  g_assert_cmpuint (n_reads, <=, MOST_READS);

  bench_crowd_vanish (crowd);
  bench_crowd_free (crowd);
}

static void
raise_descriptor_limit (void)
{
  struct rlimit limit;

  getrlimit (RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit (RLIMIT_NOFILE, &limit);
}

/* `--most N` is for more of them, or fewer. */
int
main (int   argc,
      char *argv[])
{
  gboolean is_full = !bench_is_smoke (argc, argv) ||
                     g_strcmp0 (g_getenv ("HEADWAY_SCALE"), "full") == 0;
  Bench bench = { .n_watchers = is_full ? MOST : MOST_IN_A_MOMENT };

  if (argc > 2 && g_str_equal (argv[1], "--most"))
    bench.n_watchers = (guint) strtoul (argv[2], NULL, 10);

  raise_descriptor_limit ();
  bench_site_open (&bench.site, 1, 0, N_TASKS);
  bench_miss (&bench);

  for (guint i = 0; i < 2; i++)
    {
      bench_site_restart (&bench.site);
      bench_come_back (&bench, i == 1);
    }
  bench_site_close (&bench.site);

  return 0;
}
