/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "bench-figures.h"
#include "bench-history-rows.h"

#include "hw-sqlite-store.h"
#include "hw-task-lists.h"
#include "tests/support/parsed-fields.h"
#include "tests/support/remove-tree.h"

/* What a long history costs: pages of a list, a search, a start, and a task from when it is
 * added until it has ended, beside the same with a short one, and pages beside what SQLite
 * itself takes for such rows. All in the same run, as machines differ from minute to minute:
 * the ratios count. With --all there are a million tasks that have ended and 100,000 that
 * wait.
 */

/* Medians are told of so many. */
#define N_ROUNDS 21

/* Lifecycles by which the cost of one is measured, after each other. */
#define N_LIFECYCLES 300

#define SHORT_HISTORY 1000

typedef struct
{
  char *path;     /* (owned) */
  HwStore *store; /* (owned) */
  double start;   /* microseconds */
} House;

static void
on_answered (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static GAsyncResult *
await_result (GAsyncResult **result)
{
  while (*result == NULL)
    g_main_context_iteration (NULL, TRUE);

  return *result;
}

static void
house_open (House *house,
            guint  n_ended,
            guint  n_waiting)
{
  g_autofree char *folder = g_dir_make_tmp ("bench-history-XXXXXX", NULL);
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(HwTaskPage) page = NULL;
  g_autoptr(GError) error = NULL;
  gint64 begin;

  house->path = g_build_filename (folder, "headway.db", NULL);
  bench_history_make (house->path, n_ended, n_waiting);

  begin = g_get_monotonic_time ();
  house->store = hw_sqlite_store_new (house->path, &error);
  g_assert_no_error (error);
  hw_store_list_open_async (house->store, NULL, on_answered, &result);
  page = hw_store_list_finish (house->store, await_result (&result), &error);
  g_assert_no_error (error);
  g_assert_cmpuint (page->counts.n_in_state[HW_TASK_STATE_PENDING], ==, n_waiting);
  house->start = (double) (g_get_monotonic_time () - begin);
}

static void
house_close (House *house)
{
  g_autofree char *folder = g_path_get_dirname (house->path);

  g_clear_object (&house->store);
  remove_tree (folder);
  g_free (house->path);
}

/* In this thread, as the way to another takes as long as the page. */
static double
measure_list (House              *house,
              const HwTaskFilter *filter)
{
  g_autoptr(HwDb) db = hw_db_open (house->path, HW_DB_MODE_READ, NULL);
  double times[N_ROUNDS];

  for (guint i = 0; i < N_ROUNDS; i++)
    {
      gint64 begin = g_get_monotonic_time ();
      g_autoptr(HwTaskPage) page = hw_task_lists_read (db, filter, NULL);

      g_assert_nonnull (page);
      times[i] = (double) (g_get_monotonic_time () - begin);
    }

  return bench_get_median (times, N_ROUNDS);
}

/* The same rows, looked at and dropped. */
static double
measure_raw_list (House *house)
{
  g_autoptr(HwDb) db = hw_db_open (house->path, HW_DB_MODE_READ, NULL);
  double times[N_ROUNDS];

  for (guint i = 0; i < N_ROUNDS; i++)
    {
      gint64 begin = g_get_monotonic_time ();

      db_run (db, "SELECT * FROM tasks ORDER BY id DESC LIMIT 50");
      times[i] = (double) (g_get_monotonic_time () - begin);
    }

  return bench_get_median (times, N_ROUNDS);
}

/* Takes @change. */
static guint64
commit (House    *house,
        HwChange *change)
{
  g_autoptr(GPtrArray) changes = g_ptr_array_new_with_free_func ((GDestroyNotify) hw_change_unref);
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GPtrArray) events = NULL;

  g_ptr_array_add (changes, change);
  hw_store_commit_async (house->store, changes, NULL, on_answered, &result);
  events = hw_store_commit_finish (house->store, await_result (&result), NULL);
  g_assert_cmpuint (events->len, ==, 1);

  return hw_event_get_task_id (g_ptr_array_index (events, 0));
}

static void
run_lifecycle (House *house)
{
  g_autoptr(GArray) task_ids = g_array_new (FALSE, FALSE, sizeof (guint64));
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GPtrArray) events = NULL;
  HwTaskFields *fields;
  guint64 task_id;

  fields = parsed_fields ("{'type': <'checksum'>, 'state': <'Pending'>,"
                          " 'title': <'Checksum of a file'>, 'group': <''>,"
                          " 'owner': <'uid:1000'>, 'priority': <0>}");
  task_id = commit (house, hw_change_new_add ("uid:1000", 1, fields));
  g_array_append_val (task_ids, task_id);
  hw_store_claim_async (house->store, task_ids, "node", 2, NULL, on_answered, &result);
  events = hw_store_claim_finish (house->store, await_result (&result), NULL);
  g_assert_cmpuint (events->len, ==, 1);
  commit (house, hw_change_new_state (task_id, HW_TASK_STATE_PROCESSING, 1, "node", 3,
                                      parsed_fields ("{'state': <'Completed'>,"
                                                     " 'ended_at': <@x 3>}")));
}

static double
measure_lifecycle (House *house)
{
  double times[N_LIFECYCLES];

  for (guint i = 0; i < N_LIFECYCLES; i++)
    {
      gint64 begin = g_get_monotonic_time ();

      run_lifecycle (house);
      times[i] = (double) (g_get_monotonic_time () - begin);
    }

  return bench_get_median (times, N_LIFECYCLES);
}

static void
print_row (const char *what,
           double      time,
           double      reference)
{
  g_print ("%-40s %10.0f us %10.0f us   %.2f\n", what, time, reference, time / reference);
}

int
main (int   argc,
      char *argv[])
{
  HwTaskFilter newest = { .limit = 50 };
  HwTaskFilter failed = { .has_state = TRUE, .state = HW_TASK_STATE_FAILED, .limit = 50 };
  HwTaskFilter rare = { .text = (char *) "rare", .limit = 50 };
  HwTaskFilter whole = { .text = (char *) "checksum ", .limit = 50 };
  HwTaskFilter common = { .text = (char *) "checks", .limit = 50 };
  HwTaskFilter two = { .text = (char *) "checksum rare", .limit = 50 };
  HwTaskFilter apart = { .text = (char *) "odd even ", .limit = 50 };
  HwTaskFilter both = { .text = (char *) "checksum file ", .limit = 50 };
  HwTaskFilter joined = { .text = (char *) "file-of ", .limit = 50 };
  HwTaskFilter rarely = { .text = (char *) "odd rare ", .limit = 50 };
  HwTaskFilter none = { .text = (char *) "checksum", .limit = 50,
                        .has_state = TRUE, .state = HW_TASK_STATE_PROCESSING };
  House small = { NULL };
  House large = { NULL };
  guint n_ended, n_waiting;

  bench_history_get_size (argc, argv, &n_ended, &n_waiting);
  house_open (&small, SHORT_HISTORY, SHORT_HISTORY);
  house_open (&large, n_ended, n_waiting);

  g_print ("%u ended, %u waiting; the reference: 1,000 of each\n", n_ended, n_waiting);
  print_row ("open, until what waits is counted", large.start, small.start);
  print_row ("newest 50", measure_list (&large, &newest), measure_list (&small, &newest));
  print_row ("newest 50, beside SQLite alone", measure_list (&large, &newest),
             measure_raw_list (&large));
  print_row ("newest 50 that failed", measure_list (&large, &failed),
             measure_list (&small, &failed));
  print_row ("newest 50 with a rare word", measure_list (&large, &rare),
             measure_list (&small, &rare));
  print_row ("newest 50 with a word that all have", measure_list (&large, &whole),
             measure_list (&small, &whole));
  print_row ("the same, by the beginning of it", measure_list (&large, &common),
             measure_list (&small, &common));
  print_row ("newest 50 with both words", measure_list (&large, &two), measure_list (&small, &two));
  print_row ("newest 50 with two words that all have", measure_list (&large, &both),
             measure_list (&small, &both));
  print_row ("a page of two words that never meet", measure_list (&large, &apart),
             measure_list (&small, &apart));
  print_row ("the same, if one of them is rare", measure_list (&large, &rarely),
             measure_list (&small, &rarely));
  print_row ("a page of two that are never joined", measure_list (&large, &joined),
             measure_list (&small, &joined));
  print_row ("a page of it, if the state is no task's", measure_list (&large, &none),
             measure_list (&small, &none));
  print_row ("a task from added to ended", measure_lifecycle (&large), measure_lifecycle (&small));

  house_close (&large);
  house_close (&small);

  return 0;
}
