/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "bench-crowd.h"
#include "bench-figures.h"
#include "bench-raw-crowd.h"
#include "bench-site.h"

#include <string.h>
#include <sys/resource.h>

/* What many watchers cost a daemon, at the hub and by feeds: one who is told something among many
 * who are not, all at once, bursts, how long news take from the disk, memory, and coming and
 * going. Beside it, in the same run, a loop of send() with as many connections and as many bytes,
 * in a thread that is woken to do so. Servers and watchers
 * share the machine. What counts is the time that processors give to the server; from that of
 * an event the time is taken that the task behind it costs a daemon that nobody watches, which
 * is asked for the same by turns, as a busy machine is not the same for long.
 */

/* How many watch; most of them only when it is asked for. */
static const guint sizes[] = { 10, 100, 1000, 10000, 19000 };
#define MOST_IN_A_MOMENT 10
#define MOST 10000
#define MOST_OF_ALL 19000

/* Tasks that are added in one commit: each waits, which is one event. */
#define BURST 20

/* Those who come and go together. */
#define WAVE 500

/* Events that are added by the clock, and how many of them a second. */
#define PACE 50

/* How long a server may take to see who has left, and how often we look, in microseconds. */
#define PATIENCE (20 * G_USEC_PER_SEC)
#define GLANCE 10000

typedef struct
{
  gboolean is_smoke;
  gboolean is_all;
  guint most; /* watchers at a time */

  BenchSite site;      /* whom the crowd watches */
  BenchSite lonely;    /* whom nobody watches */
  BenchCrowd *crowd;   /* (owned) */
  gboolean has_feeds;  /* they get feeds, and are not at the hub */
  guint n_descriptors; /* that the daemon has when nobody watches */

  BenchRawCrowd raw;
  BenchCrowd *raw_crowd; /* (owned) */
} Bench;

/* What is measured of one event, or of many at once. */
typedef struct
{
  BenchCrowd *crowd; /* (unowned) */
  guint first;       /* of those who are told of it */
  guint n_watchers;
  guint n_events; /* at once */
  guint n_times;
} Telling;

/* What somebody watches: all tasks, of all the one type that is added, or a task of which there
 * are no news.
 */
typedef enum
{
  ALL_TASKS,
  ONE_TYPE,
  ONE_TASK,
} Subject;

/* As the hub is asked, and as a feed; the place where to begin is still to be put in. */
static const struct
{
  const char *target;
  const char *arguments;
  const char *path;
} subjects[] = {
  [ALL_TASKS] = { "WatchTasks", "[null,%s]", "/api/v1/events?epoch=%s" },
  [ONE_TYPE] = { "WatchTasks", "[{\"type\":\"noop\"},%s]", "/api/v1/events?type=noop&epoch=%s" },
  [ONE_TASK] = { "WatchTask", "[1,%s]", "/api/v1/tasks/1/events?epoch=%s" },
};

/* Where the news begin that are still to come. */
static char *
bench_get_now (Bench      *bench,
               const char *separator)
{
  g_autofree char *request = bench_client_make_request (bench->site.client, "/api/v1/tasks?limit=1");
  g_autofree char *answer = NULL;
  guint64 epoch;
  guint64 seq;

  bench_client_hang_up (bench->site.client);
  answer = bench_client_ask (bench->site.client, request);
  epoch = g_ascii_strtoull (strstr (answer, "\"epoch\":") + 8, NULL, 10);
  seq = g_ascii_strtoull (strstr (answer, "\"seq\":") + 6, NULL, 10);

  return g_strdup_printf ("%" G_GUINT64_FORMAT "%s%" G_GUINT64_FORMAT, epoch, separator, seq);
}

/* Has more watch what is still to come. Returns: how many there are */
static guint
bench_join (Bench  *bench,
            guint   n_watchers,
            Subject subject)
{
  const char *form = bench->has_feeds ? subjects[subject].path : subjects[subject].arguments;
  g_autofree char *now = bench_get_now (bench, bench->has_feeds ? "&after=" : ",");
  g_autoptr(GString) text = g_string_new (form);

  g_string_replace (text, "%s", now, 1);

  return bench->has_feeds
         ? bench_crowd_join_feeds (bench->crowd, n_watchers, text->str)
         : bench_crowd_join (bench->crowd, n_watchers, subjects[subject].target, text->str);
}

/* Waits until the daemon has closed what is closed at the other end. */
static void
bench_settle (Bench *bench)
{
  gint64 end = g_get_monotonic_time () + PATIENCE;

  bench_client_hang_up (bench->site.client);
  while (bench_daemon_count_descriptors (&bench->site.daemon) > bench->n_descriptors)
    {
      g_assert_cmpint (g_get_monotonic_time (), <, end);
      bench_crowd_rest (bench->crowd, g_get_monotonic_time () + GLANCE);
    }
}

static void
bench_leave (Bench *bench)
{
  bench_crowd_leave (bench->crowd);
  bench_crowd_leave (bench->raw_crowd);
  bench_settle (bench);
}

/* Asks a daemon for one of the tellings. */
static void
site_ask (BenchSite     *site,
          const Telling *telling)
{
  g_autofree char *answer = bench_client_ask (site->client, telling->n_events == 1 ? site->request
                                                                                   : site->batch);

  g_assert_nonnull (answer);
}

/* Measures what one of the tellings costs beyond what is behind it, in processor time. What a
 * daemon still does when it has told counts to the next.
 */
static double
measure_daemon (Bench         *bench,
                const Telling *telling)
{
  g_autofree double *costs = g_new (double, telling->n_times);
  double last = 0;
  double lonely_last = 0;

  bench_client_hang_up (bench->site.client);
  bench_client_hang_up (bench->lonely.client);
  bench_crowd_begin (telling->crowd);
  for (guint i = 0; i <= telling->n_times; i++)
    {
      double time = bench_daemon_get_processor_time (&bench->site.daemon);
      double lonely_time = bench_daemon_get_processor_time (&bench->lonely.daemon);

      if (i > 0)
        costs[i - 1] = time - last - (lonely_time - lonely_last);
      last = time;
      lonely_last = lonely_time;

      site_ask (&bench->site, telling);
      bench_crowd_await (telling->crowd, (guint64) (i + 1) * telling->n_events * telling->n_watchers);
      site_ask (&bench->lonely, telling);
    }
  bench_crowd_check (telling->crowd, telling->first, telling->n_watchers,
                     (telling->n_times + 1) * telling->n_events);

  return bench_get_median (costs, telling->n_times);
}

/* The same of as many frames of @size bytes, sent by hand. */
static double
measure_raw (Bench         *bench,
             const Telling *telling,
             gsize          size)
{
  double before;

  bench_crowd_begin (telling->crowd);
  before = bench_get_processor_time_of (bench->raw.pid);
  for (guint i = 1; i <= telling->n_times; i++)
    {
      bench_raw_crowd_send (&bench->raw, telling->first, telling->n_watchers, telling->n_events,
                            size);
      bench_crowd_await (telling->crowd, (guint64) i * telling->n_events * telling->n_watchers);
    }
  before = bench_get_processor_time_of (bench->raw.pid) - before;
  bench_crowd_check (telling->crowd, telling->first, telling->n_watchers,
                     telling->n_times * telling->n_events);

  return before / telling->n_times;
}

typedef struct
{
  double daemon;
  double raw;
  gsize size; /* of what an event was in the end */
} Cost;

/* Those who watch are there. */
static void
measure_cost (Bench   *bench,
              Telling *telling,
              Cost    *cost)
{
  double rounds[BENCH_ROUNDS];

  telling->crowd = bench->crowd;
  for (guint round = 0; round < BENCH_ROUNDS; round++)
    rounds[round] = measure_daemon (bench, telling);
  cost->daemon = bench_get_median (rounds, BENCH_ROUNDS);
  cost->size = (gsize) (bench_crowd_get_n_bytes (bench->crowd) /
                        ((guint64) (telling->n_times + 1) * telling->n_events *
                         telling->n_watchers));
}

static void
measure_raw_cost (Bench   *bench,
                  Telling *telling,
                  Cost    *cost)
{
  double rounds[BENCH_ROUNDS];

  telling->crowd = bench->raw_crowd;
  for (guint round = 0; round < BENCH_ROUNDS; round++)
    rounds[round] = measure_raw (bench, telling, cost->size);
  cost->raw = bench_get_median (rounds, BENCH_ROUNDS);
}

/* How long it takes that many are there, and what each of them costs in memory. */
typedef struct
{
  double seconds;
  double raw_seconds;
  double bytes;
} Coming;

static double
measure_raw_coming (Bench *bench,
                    guint  n_watchers)
{
  gint64 begin = g_get_monotonic_time ();

  g_assert_cmpuint (bench_crowd_join (bench->raw_crowd, n_watchers, "WatchTask", "[1,0,0]"), ==,
                    n_watchers);

  return (double) (g_get_monotonic_time () - begin) / G_USEC_PER_SEC;
}

/* One who sees a type of tasks among many who watch a task of which there are no news. */
static gboolean
measure_one (Bench  *bench,
             guint   n_watchers,
             Cost   *cost,
             Coming *coming)
{
  Telling one = {
    .first = n_watchers - 1, .n_watchers = 1, .n_events = 1,
    .n_times = bench->is_smoke ? 3 : CLAMP (200000 / n_watchers, 20, 200),
  };
  double memory = bench_daemon_get_memory (&bench->site.daemon);
  gint64 begin = g_get_monotonic_time ();

  if (bench_join (bench, n_watchers - 1, ONE_TASK) < n_watchers - 1 ||
      bench_join (bench, 1, ONE_TYPE) < n_watchers)
    {
      g_print ("%7u: a watcher was refused\n", n_watchers);
      bench_leave (bench);
      return FALSE;
    }

  coming->seconds = (double) (g_get_monotonic_time () - begin) / G_USEC_PER_SEC;
  coming->bytes = (bench_daemon_get_memory (&bench->site.daemon) - memory) * 1048576 / n_watchers;
  measure_cost (bench, &one, cost);
  bench_leave (bench);

  coming->raw_seconds = measure_raw_coming (bench, n_watchers);
  measure_raw_cost (bench, &one, cost);
  bench_leave (bench);

  return TRUE;
}

/* Prints a figure that has to be small. */
static void
tell_limit (const char *what,
            double      value,
            const char *unit,
            double      floor,
            double      stretch)
{
  g_print ("  %-52s %8.2f %-3s floor %g, stretch %g%s\n", what, value, unit, floor, stretch,
           value > floor ? "   BELOW" : "");
}

static void
measure_one_of_many (Bench *bench)
{
  double cost_of_few = 0;

  g_print ("one event to one of      us     raw   | connect s     raw | bytes a watcher\n");
  for (guint i = 0; i < G_N_ELEMENTS (sizes) && sizes[i] <= bench->most; i++)
    {
      Cost cost = { 0 };
      Coming coming = { 0 };

      if (!measure_one (bench, sizes[i], &cost, &coming))
        return;

      g_print ("%17u %9.1f %7.1f   | %9.3f %7.3f | %8.0f\n", sizes[i], cost.daemon, cost.raw,
               coming.seconds, coming.raw_seconds, coming.bytes);
      if (i == 0)
        cost_of_few = cost.daemon;
      if (sizes[i] != 10000)
        continue;

      tell_limit ("10,000 watchers, of what it is with 10", cost.daemon / cost_of_few, "x", 3, 1.3);
      tell_limit ("10,000 watchers connect", coming.seconds, "s", 1.5, 0.8);
      tell_limit ("memory of an idle watcher", coming.bytes / 1024, "KiB", 1, 0.6);
    }
}

/* Each sees everything: one event, and many that are one commit. */
static gboolean
measure_all (Bench *bench,
             guint  n_watchers,
             Cost  *single,
             Cost  *burst)
{
  guint n_times = bench->is_smoke ? 3 : CLAMP (20000 / n_watchers, 5, 100);
  Telling one = { .n_watchers = n_watchers, .n_events = 1, .n_times = n_times };
  Telling many = { .n_watchers = n_watchers, .n_events = BURST, .n_times = n_times };

  if (bench_join (bench, n_watchers, ALL_TASKS) < n_watchers)
    {
      g_print ("%7u: a watcher was refused\n", n_watchers);
      bench_leave (bench);
      return FALSE;
    }

  measure_cost (bench, &one, single);
  measure_cost (bench, &many, burst);
  bench_leave (bench);

  measure_raw_coming (bench, n_watchers);
  measure_raw_cost (bench, &one, single);
  measure_raw_cost (bench, &many, burst);
  bench_leave (bench);

  return TRUE;
}

static void
measure_broadcast (Bench *bench)
{
  g_print ("\nto each of all       one, us     raw  ratio | of %u at once, us     raw  ratio"
           "   (for each event and watcher)\n", BURST);
  for (guint i = 0; i < G_N_ELEMENTS (sizes) && sizes[i] <= bench->most; i++)
    {
      double n = sizes[i];
      Cost single = { 0 };
      Cost burst = { 0 };

      if (!measure_all (bench, sizes[i], &single, &burst))
        return;

      g_print ("%14u %13.2f %7.2f  %5.1f | %19.3f %7.3f  %5.1f\n", sizes[i], single.daemon / n,
               single.raw / n, single.daemon / single.raw, burst.daemon / n / BURST,
               burst.raw / n / BURST, burst.daemon / burst.raw);
      if (sizes[i] == 1000)
        tell_limit ("20 events to 1,000, for each event and watcher", burst.daemon / n / BURST, "us",
                    0.6, 0.25);
    }
}

/* How long news were under way: microseconds, of each event to each watcher. */
typedef struct
{
  GArray *syncs; /* (owned) (element-type double): of each event only */
  GArray *news;  /* (owned) (element-type double) */
} Latencies;

static void
latencies_init (Latencies *self)
{
  self->syncs = g_array_new (FALSE, FALSE, sizeof (double));
  self->news = g_array_new (FALSE, FALSE, sizeof (double));
}

static void
latencies_clear (Latencies *self)
{
  g_array_unref (self->syncs);
  g_array_unref (self->news);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Latencies, latencies_clear)

/* Takes what came of one event since @begin. */
static void
latencies_take (Latencies *self,
                GArray    *arrivals,
                gint64     begin)
{
  for (guint i = self->news->len; i < arrivals->len; i++)
    {
      double time = (double) (g_array_index (arrivals, gint64, i) - begin);

      g_array_append_val (self->news, time);
    }
}

static double
print_latency (const char *what,
               GArray     *latencies)
{
  double middle = bench_get_median ((gpointer) latencies->data, latencies->len);
  double worst = g_array_index (latencies, double, latencies->len * 99 / 100);

  g_print ("  %s %6.2f %6.2f", what, middle / 1000, worst / 1000);

  return worst / 1000;
}

/* From the end of the sync that commits a task until each knows of it. The answer to whoever added
 * it is read last, so that nobody waits for it.
 */
static void
measure_news (Bench     *bench,
              guint      n_watchers,
              guint      n_events,
              Latencies *latencies)
{
  gint64 next = g_get_monotonic_time ();

  bench_join (bench, n_watchers, ALL_TASKS);
  bench_crowd_begin (bench->crowd);
  for (guint i = 1; i <= n_events; i++)
    {
      gint64 begin = g_get_monotonic_time ();
      g_autofree char *answer = NULL;
      SlowDiskSync sync;
      double time;

      bench_client_begin_to_ask (bench->site.client, bench->site.request);
      bench_crowd_await (bench->crowd, (guint64) i * n_watchers);
      answer = bench_client_hear (bench->site.client);
      g_assert_true (bench_daemon_find_sync (&bench->site.daemon, begin, &sync));
      time = (double) (sync.end - sync.begin);
      g_array_append_val (latencies->syncs, time);
      latencies_take (latencies, bench_crowd_get_arrivals (bench->crowd), sync.end);

      next += G_USEC_PER_SEC / PACE;
      bench_crowd_rest (bench->crowd, next);
    }
  bench_leave (bench);
}

/* From when a thread is told to send() until each knows of it. */
static void
measure_raw_news (Bench     *bench,
                  guint      n_watchers,
                  guint      n_events,
                  Latencies *latencies)
{
  gint64 next = g_get_monotonic_time ();

  measure_raw_coming (bench, n_watchers);
  bench_crowd_begin (bench->raw_crowd);
  for (guint i = 1; i <= n_events; i++)
    {
      gint64 begin = g_get_monotonic_time ();

      bench_raw_crowd_send (&bench->raw, 0, n_watchers, 1, 600);
      bench_crowd_await (bench->raw_crowd, (guint64) i * n_watchers);
      latencies_take (latencies, bench_crowd_get_arrivals (bench->raw_crowd), begin);

      next += G_USEC_PER_SEC / PACE;
      bench_crowd_rest (bench->raw_crowd, next);
    }
  bench_leave (bench);
}

/* What news may take in milliseconds, p99, by how many watch. */
static const struct
{
  guint n_watchers;
  double floor;
  double stretch;
} news_goals[] = { { 1, 2, 1 }, { 100, 5, 3 }, { 1000, 30, 15 } };

static void
measure_latency (Bench *bench,
                 guint  n_watchers,
                 double floor,
                 double stretch)
{
  guint n_events = bench->is_smoke ? 3 : 10 * PACE;
  g_auto(Latencies) ours = { 0 };
  g_auto(Latencies) raw = { 0 };
  double worst;

  latencies_init (&ours);
  latencies_init (&raw);
  measure_news (bench, n_watchers, n_events, &ours);
  measure_raw_news (bench, n_watchers, n_events, &raw);

  g_print ("%7u", n_watchers);
  worst = print_latency ("Headway", ours.news);
  print_latency ("raw", raw.news);
  print_latency ("(a sync", ours.syncs);
  g_print (")   floor %g, stretch %g%s\n", floor, stretch, worst > floor ? "   BELOW" : "");
}

static void
measure_latencies (Bench *bench)
{
  g_print ("\nnews by the clock, %u a second: ms from the disk to each %s, p50 and p99\n", PACE,
           bench->has_feeds ? "feed" : "watcher");
  for (guint i = 0; i < G_N_ELEMENTS (news_goals) && news_goals[i].n_watchers <= bench->most; i++)
    measure_latency (bench, news_goals[i].n_watchers, news_goals[i].floor, news_goals[i].stretch);
}

static void
measure_waves (Bench *bench,
               guint  n_waves,
               guint  size)
{
  for (guint i = 0; i < n_waves; i++)
    {
      bench->has_feeds = i % 4 == 3;
      g_assert_cmpuint (bench_join (bench, size, i % 2 == 0 ? ALL_TASKS : ONE_TASK), ==, size);
      if (i % 3 == 0)
        bench_crowd_vanish (bench->crowd);
      else
        bench_crowd_leave (bench->crowd);
      bench_settle (bench);
    }
}

/* Those who come and go leave nothing behind: no descriptor, and no memory beyond what was
 * already used once.
 */
static void
measure_turnover (Bench *bench)
{
  guint size = bench->is_smoke ? 25 : WAVE;
  guint n_waves = bench->is_all ? 24000 / WAVE : bench->is_smoke ? 2 : 6;
  double memory;

  measure_waves (bench, bench->is_smoke ? 2 : 4, size);
  memory = bench_daemon_get_memory (&bench->site.daemon);
  measure_waves (bench, n_waves, size);

  bench->has_feeds = FALSE;
  memory = bench_daemon_get_memory (&bench->site.daemon) - memory;
  g_print ("\n%14u came and went: %.2f MiB more, %u descriptors of %u\n", n_waves * size, memory,
           bench_daemon_count_descriptors (&bench->site.daemon), bench->n_descriptors);

  /* libsoup alone would leave 8 MiB of 24,000. With a moment's few, nothing can be told. */
  if (bench->is_all)
    g_assert_cmpfloat (memory, <, 2);
}

static void
raise_descriptor_limit (void)
{
  struct rlimit limit;

  getrlimit (RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit (RLIMIT_NOFILE, &limit);
}

static void
bench_open (Bench *bench)
{
  Telling nobody = { .n_events = 1, .n_times = 10 };

  bench_raw_crowd_start (&bench->raw);
  bench->raw_crowd = bench_crowd_new (bench->raw.port, "");
  bench_site_open (&bench->site, 1, 0, BURST);
  bench_site_block (&bench->site);
  bench_site_open (&bench->lonely, 1, 0, BURST);
  bench_site_block (&bench->lonely);
  bench->crowd = bench_crowd_new (bench->site.daemon.port, bench->site.daemon.token);

  /* Some descriptors are opened once, and stay. */
  nobody.crowd = bench->crowd;
  measure_daemon (bench, &nobody);
  bench_client_hang_up (bench->site.client);
  bench_crowd_rest (bench->crowd, g_get_monotonic_time () + 20 * GLANCE);
  bench->n_descriptors = bench_daemon_count_descriptors (&bench->site.daemon);
}

static void
bench_close (Bench *bench)
{
  bench_crowd_free (bench->crowd);
  bench_site_close (&bench->site);
  bench_site_close (&bench->lonely);
  bench_crowd_free (bench->raw_crowd);
  bench_raw_crowd_stop (&bench->raw);
}

/* The same over plain HTTP. */
static void
measure_feeds (Bench *bench)
{
  bench->has_feeds = TRUE;
  g_print ("\nFeeds:\n");
  measure_one_of_many (bench);
  measure_broadcast (bench);
  measure_latencies (bench);
  bench->has_feeds = FALSE;
}

/* The parts, which can be asked for one by one. */
static const struct
{
  const char *name;
  void (*measure) (Bench *bench);
} parts[] = {
  { "one", measure_one_of_many },
  { "all", measure_broadcast },
  { "news", measure_latencies },
  { "feeds", measure_feeds },
  { "turnover", measure_turnover },
};

/* --smoke for a moment, --all for all that there is, or --most and how many may watch; --only
 * and the name of a part for no other.
 */
int
main (int   argc,
      char *argv[])
{
  Bench bench = { .is_smoke = bench_is_smoke (argc, argv) };
  const char *only = NULL;

  bench.is_all = argc > 1 && g_str_equal (argv[1], "--all");
  bench.most = bench.is_smoke ? MOST_IN_A_MOMENT : bench.is_all ? MOST_OF_ALL : MOST;
  for (int i = 1; i + 1 < argc; i++)
    {
      if (g_str_equal (argv[i], "--most"))
        bench.most = (guint) g_ascii_strtoull (argv[i + 1], NULL, 10);
      else if (g_str_equal (argv[i], "--only"))
        only = argv[i + 1];
    }

  raise_descriptor_limit ();
  bench_open (&bench);
  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    if (only == NULL || g_str_equal (only, parts[i].name))
      parts[i].measure (&bench);
  bench_close (&bench);

  return 0;
}
