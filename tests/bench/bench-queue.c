/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "bench-house.h"
#include "bench-raw.h"

#include "hw-disk-vfs.h"
#include "tests/support/remove-tree.h"

/* How many tasks that do nothing go through queue, store and runner a second, from when they
 * are asked for until their end was told, beside what SQLite alone does with the same rows and
 * as many of them in a transaction: on this disk, and on one whose syncs take a millisecond
 * longer. Both in the same run, as machines differ from minute to minute: the ratio counts.
 * Processor time is told too, of all threads: it differs less.
 */

/* What an ordinary SSD takes for a sync, in microseconds. */
#define SLOW_SYNC 1000

static const guint in_flight[] = { 1, 16, 64, 256 };

/* Tasks on their way through the queue. */
typedef struct
{
  BenchHouse house;
  HwTaskSpec *spec; /* (owned): a task that does nothing */
  gint64 end;       /* when to stop, by the monotonic clock */
  guint n_running;
  guint n_ended;    /* of these, and not yet replaced: whoever hears of it must not call a verb */
  guint n_done;
} Load;

static void
on_submitted (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr(HwTask) task = hw_task_queue_submit_finish (HW_TASK_QUEUE (source), result, NULL);

  g_assert_nonnull (task);
}

static void
load_submit (Load *load)
{
  hw_task_queue_submit_async (load->house.queue, load->house.me, load->spec, NULL, on_submitted,
                              NULL);
}

static void
on_event (HwTaskQueue *queue,
          HwEvent     *event,
          Load        *load)
{
  HwTaskState state;

  if (hw_event_get_state (event, &state) && state == HW_TASK_STATE_COMPLETED)
    load->n_ended++;
}

/* Puts another one in the place of each that has ended, as long as there is time. */
static void
load_replace (Load *load)
{
  for (; load->n_ended > 0; load->n_ended--)
    {
      load->n_done++;
      if (g_get_monotonic_time () < load->end)
        load_submit (load);
      else
        load->n_running--;
    }
}

static BenchFigure
measure_queue (guint  n_in_flight,
               gint64 duration)
{
  Load load = { .n_running = n_in_flight };
  BenchFigure figure;
  double time;
  gint64 begin;

  bench_house_open_wide (&load.house, n_in_flight);
  load.spec = hw_task_spec_new ();
  load.spec->type = g_strdup ("noop");
  g_signal_connect (load.house.queue, "event", G_CALLBACK (on_event), &load);

  time = bench_get_processor_time ();
  begin = g_get_monotonic_time ();
  load.end = begin + duration;
  for (guint i = 0; i < n_in_flight; i++)
    load_submit (&load);
  while (load.n_running > 0)
    {
      g_main_context_iteration (NULL, TRUE);
      load_replace (&load);
    }
  figure.rate = bench_get_rate (load.n_done, begin);
  figure.cost = (bench_get_processor_time () - time) / load.n_done;

  bench_house_close (&load.house);
  hw_task_spec_free (load.spec);

  return figure;
}

static BenchFigure
measure_raw (guint  n_in_flight,
             gint64 duration)
{
  g_autofree char *folder = g_dir_make_tmp ("bench-queue-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "bench.db", NULL);
  double begin = bench_get_processor_time ();
  BenchFigure figure = { .rate = bench_raw_measure_lifecycles (path, n_in_flight, duration) };

  figure.cost = (bench_get_processor_time () - begin) * G_USEC_PER_SEC /
                (figure.rate * (double) duration);
  remove_tree (folder);

  return figure;
}

static void
measure_disk (HwDiskVfs *vfs,
              guint      sync_time,
              gint64     duration)
{
  hw_disk_vfs_set_sync_time (vfs, sync_time);
  g_print ("%-30s   queue/s     raw/s    ratio   queue us   raw us\n",
           sync_time > 0 ? "1 ms added to each sync" : "this disk");
  for (guint i = 0; i < G_N_ELEMENTS (in_flight); i++)
    {
      BenchFigure queue[BENCH_ROUNDS];
      BenchFigure raw[BENCH_ROUNDS];
      BenchFigure a, b;

      for (guint round = 0; round < BENCH_ROUNDS; round++)
        {
          queue[round] = measure_queue (in_flight[i], duration);
          raw[round] = measure_raw (in_flight[i], duration);
        }
      a = bench_get_middle (queue);
      b = bench_get_middle (raw);
      g_print ("%4u in flight                 %9.0f %9.0f   %4.0f %%   %8.1f %8.1f\n",
               in_flight[i], a.rate, b.rate, 100 * a.rate / b.rate, a.cost, b.cost);
    }
}

int
main (int   argc,
      char *argv[])
{
  gint64 duration = bench_get_duration (bench_is_smoke (argc, argv));
  HwDiskVfs *vfs = hw_disk_vfs_new ();

  measure_disk (vfs, 0, duration);
  measure_disk (vfs, SLOW_SYNC, duration);
  hw_disk_vfs_free (vfs);

  return 0;
}
