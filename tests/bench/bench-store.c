/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "bench-raw.h"

#include "hw-disk-vfs.h"
#include "hw-sqlite-store.h"
#include "tests/support/remove-tree.h"

/* How many tasks a second the store takes, one by one or a hundred at a time, and how many
 * lifecycles (a task is added, claimed and completed: three changes, three events) it does,
 * beside what SQLite does with the same rows and as many of them in a transaction: on this
 * disk, and on one whose syncs take a millisecond longer. All in the same run, as machines
 * differ from minute to minute: the ratio counts. Processor time is told too, of all
 * threads: it differs less.
 */

/* Tasks of a request that has many. */
#define BATCH 100

/* What an ordinary SSD takes for a sync, in microseconds. */
#define SLOW_SYNC 1000

static const guint in_flight[] = { 1, 16, 64, 256 };

/* Whether only to see that it works, and what SQLite writes through. */
typedef struct
{
  HwDiskVfs *vfs; /* (owned) */
  gboolean is_smoke;
} Bench;

typedef double (*MeasureFunc) (const char *path,
                               guint       n_in_flight,
                               gint64      duration);

/* Tasks on their way through the store. */
typedef struct
{
  HwStore *store; /* (owned) */
  GPtrArray *adding; /* (owned): what is asked for again and again */
  HwTaskFields *ending; /* (owned) */
  gint64 end;     /* when to stop, by the monotonic clock */
  guint batch;    /* tasks of a request */
  gboolean adds_only;
  guint n_running;
  guint n_done;
} Load;

/* One of them. */
typedef struct
{
  Load *load; /* (unowned) */
  guint64 task_id;
} Slot;

static void slot_add (Slot *slot);

static void
on_completed (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  Slot *slot = user_data;
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) events = hw_store_commit_finish (HW_STORE (source), result, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (events->len, ==, 1);
  slot->load->n_done++;
  slot_add (slot);
}

static void
on_claimed (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  Slot *slot = user_data;
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) events = hw_store_claim_finish (HW_STORE (source), result, &error);
  g_autoptr(GPtrArray) changes = g_ptr_array_new_with_free_func ((GDestroyNotify) hw_change_unref);

  g_assert_no_error (error);
  g_assert_cmpuint (events->len, ==, 1);
  g_ptr_array_add (changes, hw_change_new_state (slot->task_id, HW_TASK_STATE_PROCESSING, 1,
                                                 "node", g_get_real_time (),
                                                 hw_task_fields_ref (slot->load->ending)));
  hw_store_commit_async (slot->load->store, changes, NULL, on_completed, slot);
}

static void
on_added (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  Slot *slot = user_data;
  g_autoptr(GError) error = NULL;
  g_autoptr(GArray) task_ids = g_array_new (FALSE, FALSE, sizeof (guint64));
  g_autoptr(GPtrArray) events = hw_store_commit_finish (HW_STORE (source), result, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (events->len, ==, slot->load->batch);
  if (slot->load->adds_only)
    {
      slot->load->n_done += events->len;
      slot_add (slot);
      return;
    }

  slot->task_id = hw_event_get_task_id (g_ptr_array_index (events, 0));
  g_array_append_val (task_ids, slot->task_id);
  hw_store_claim_async (slot->load->store, task_ids, "node", g_get_real_time (), NULL, on_claimed,
                        slot);
}

static void
slot_add (Slot *slot)
{
  if (g_get_monotonic_time () < slot->load->end)
    hw_store_commit_async (slot->load->store, slot->load->adding, NULL, on_added, slot);
  else
    slot->load->n_running--;
}

static double
measure_store (const char *path,
               guint       n_slots,
               gint64      duration,
               guint       batch,
               gboolean    adds_only)
{
  g_autofree Slot *slots = g_new0 (Slot, n_slots);
  g_autoptr(GError) error = NULL;
  Load load = { .batch = batch, .adds_only = adds_only, .n_running = n_slots };
  gint64 begin;
  double rate;

  load.store = hw_sqlite_store_new (path, &error);
  g_assert_no_error (error);
  load.ending = hw_task_fields_new_from_variant (bench_raw_new_end ());
  load.adding = g_ptr_array_new_with_free_func ((GDestroyNotify) hw_change_unref);
  for (guint i = 0; i < batch; i++)
    {
      HwTaskFields *fields = hw_task_fields_new_from_variant (bench_raw_new_fields ());

      g_ptr_array_add (load.adding, hw_change_new_add ("uid:1000", g_get_real_time (), fields));
    }
  begin = g_get_monotonic_time ();
  load.end = begin + duration;
  for (guint i = 0; i < n_slots; i++)
    {
      slots[i].load = &load;
      slot_add (&slots[i]);
    }
  while (load.n_running > 0)
    g_main_context_iteration (NULL, TRUE);
  rate = bench_get_rate (load.n_done, begin);
  g_object_unref (load.store);
  g_ptr_array_unref (load.adding);
  hw_task_fields_unref (load.ending);

  return rate;
}

static double
measure_adding (const char *path,
                guint       n_in_flight,
                gint64      duration)
{
  return measure_store (path, n_in_flight, duration, 1, TRUE);
}

static double
measure_batches (const char *path,
                 guint       n_in_flight,
                 gint64      duration)
{
  return measure_store (path, n_in_flight, duration, BATCH, TRUE);
}

static double
measure_raw_batches (const char *path,
                     guint       n_in_flight,
                     gint64      duration)
{
  return bench_raw_measure_adding (path, n_in_flight * BATCH, duration);
}

static double
measure_lifecycles (const char *path,
                    guint       n_in_flight,
                    gint64      duration)
{
  return measure_store (path, n_in_flight, duration, 1, FALSE);
}

static BenchFigure
measure_in_new_file (Bench      *bench,
                     MeasureFunc measure,
                     guint       n_in_flight)
{
  g_autofree char *folder = g_dir_make_tmp ("bench-store-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "bench.db", NULL);
  gint64 duration = bench_get_duration (bench->is_smoke);
  double begin = bench_get_processor_time ();
  BenchFigure figure = { .rate = measure (path, n_in_flight, duration) };

  /* Both run for about as long. */
  figure.cost = (bench_get_processor_time () - begin) * G_USEC_PER_SEC /
                (figure.rate * (double) duration);

  remove_tree (folder);

  return figure;
}

/* Measures both in turn, and prints their medians. */
static void
compare (Bench       *bench,
         const char  *what,
         guint        n_in_flight,
         MeasureFunc  measure,
         MeasureFunc  measure_raw,
         BenchFigure *store,
         BenchFigure *raw)
{
  BenchFigure stores[BENCH_ROUNDS];
  BenchFigure raws[BENCH_ROUNDS];

  for (guint round = 0; round < BENCH_ROUNDS; round++)
    {
      stores[round] = measure_in_new_file (bench, measure, n_in_flight);
      raws[round] = measure_in_new_file (bench, measure_raw, n_in_flight);
    }
  *store = bench_get_middle (stores);
  *raw = bench_get_middle (raws);
  g_print ("%-30s %9u %9.0f %9.0f   %4.0f %%   %8.1f %8.1f\n", what, n_in_flight, store->rate,
           raw->rate, 100.0 * store->rate / raw->rate, store->cost, raw->cost);
}

static void
measure_disk (Bench   *bench,
              gboolean is_slow)
{
  BenchFigure store[G_N_ELEMENTS (in_flight)];
  BenchFigure raw[G_N_ELEMENTS (in_flight)];
  BenchFigure batches;
  BenchFigure raw_batches;

  hw_disk_vfs_set_sync_time (bench->vfs, is_slow ? SLOW_SYNC : 0);
  g_print ("%-30s in flight   store/s     raw/s    ratio   store us   raw us\n",
           is_slow ? "1 ms added to each sync" : "this disk");
  for (guint i = 0; i < G_N_ELEMENTS (in_flight); i++)
    compare (bench, "tasks added", in_flight[i], measure_adding, bench_raw_measure_adding,
             &store[i], &raw[i]);
  compare (bench, "tasks added, 100 a request", 4, measure_batches, measure_raw_batches, &batches,
           &raw_batches);
  for (guint i = 0; i < G_N_ELEMENTS (in_flight); i++)
    compare (bench, "lifecycles", in_flight[i], measure_lifecycles, bench_raw_measure_lifecycles,
             &store[i], &raw[i]);

  bench_tell_goal ("100 a request, of raw SQLite", 100 * batches.rate / raw_batches.rate, 70, 85);
  if (is_slow)
    bench_tell_goal ("lifecycles, 64 in flight, of raw SQLite with 256",
                     100 * store[2].rate / raw[3].rate, 55, 75);
}

int
main (int   argc,
      char *argv[])
{
  Bench bench = { .is_smoke = bench_is_smoke (argc, argv) };

  bench.vfs = hw_disk_vfs_new ();
  measure_disk (&bench, FALSE);
  measure_disk (&bench, TRUE);
  hw_disk_vfs_free (bench.vfs);

  return 0;
}
