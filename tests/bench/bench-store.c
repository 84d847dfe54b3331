/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-db.h"
#include "hw-sqlite-schema.h"
#include "hw-sqlite-store.h"

#include <glib/gstdio.h>
#include <sqlite3.h>
#include <sys/resource.h>

/* How many lifecycles a second (a task is added, claimed and completed: three changes,
 * three events) the store does, beside what SQLite does with the same rows and as many
 * of them in a transaction. Both in the same run, as machines differ from minute to
 * minute: the ratio counts. Processor time is told too, of all threads: it differs less.
 */

/* Seconds of each measurement; and how many of them, of which the median is told. */
#define SECONDS 1.0
#define N_ROUNDS 3

static const guint in_flight[] = { 1, 16, 64, 256 };

/* What was measured. */
typedef struct
{
  double rate; /* lifecycles a second */
  double cost; /* microseconds of processor time for each */
} Figure;

/* Tasks on their way through the store. */
typedef struct
{
  HwStore *store;   /* (owned) */
  gint64 end;       /* when to stop, by the monotonic clock */
  guint n_running;
  guint n_completed;
} Load;

/* One of them. */
typedef struct
{
  Load *load; /* (unowned) */
  guint64 task_id;
} Slot;

static void slot_add (Slot *slot);

static HwChange *
new_add (void)
{
  g_auto(GVariantDict) parameters = G_VARIANT_DICT_INIT (NULL);
  g_auto(GVariantDict) fields = G_VARIANT_DICT_INIT (NULL);

  g_variant_dict_insert (&parameters, "path", "s", "/srv/archive/2026/some-file.iso");
  g_variant_dict_insert (&fields, "type", "s", "checksum");
  g_variant_dict_insert (&fields, "title", "s", "Checksum of some-file.iso");
  g_variant_dict_insert_value (&fields, "parameters", g_variant_dict_end (&parameters));
  g_variant_dict_insert (&fields, "state", "s", "Pending");
  g_variant_dict_insert (&fields, "group", "s", "");
  g_variant_dict_insert (&fields, "priority", "i", 0);
  g_variant_dict_insert (&fields, "owner", "s", "uid:1000");
  g_variant_dict_insert (&fields, "attempt", "u", 0);
  g_variant_dict_insert (&fields, "max_attempts", "u", 1);
  g_variant_dict_insert (&fields, "created_at", "x", g_get_real_time ());

  return hw_change_new_add ("uid:1000", g_get_real_time (), g_variant_dict_end (&fields));
}

static GVariant *
new_end (void)
{
  g_auto(GVariantDict) fields = G_VARIANT_DICT_INIT (NULL);

  g_variant_dict_insert (&fields, "state", "s", "Completed");
  g_variant_dict_insert (&fields, "result", "s", "success");
  g_variant_dict_insert (&fields, "progress", "d", 1.0);
  g_variant_dict_insert (&fields, "ended_at", "x", g_get_real_time ());

  return g_variant_dict_end (&fields);
}

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
  slot->load->n_completed++;
  slot_add (slot);
}

static void
slot_commit (Slot               *slot,
             HwChange           *change,
             GAsyncReadyCallback callback)
{
  g_autoptr(GPtrArray) changes = g_ptr_array_new_with_free_func ((GDestroyNotify) hw_change_unref);

  g_ptr_array_add (changes, change);
  hw_store_commit_async (slot->load->store, changes, NULL, callback, slot);
}

static void
on_claimed (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  Slot *slot = user_data;
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) events = hw_store_claim_finish (HW_STORE (source), result, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (events->len, ==, 1);
  slot_commit (slot, hw_change_new_state (slot->task_id, HW_TASK_STATE_PROCESSING, 1, "node",
                                          g_get_real_time (), new_end ()), on_completed);
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
  slot->task_id = hw_event_get_task_id (g_ptr_array_index (events, 0));
  g_array_append_val (task_ids, slot->task_id);
  hw_store_claim_async (slot->load->store, task_ids, "node", g_get_real_time (), NULL, on_claimed,
                        slot);
}

static void
slot_add (Slot *slot)
{
  if (g_get_monotonic_time () < slot->load->end)
    slot_commit (slot, new_add (), on_added);
  else
    slot->load->n_running--;
}

static double
measure_store (const char *path,
               guint       n_slots)
{
  g_autofree Slot *slots = g_new0 (Slot, n_slots);
  g_autoptr(GError) error = NULL;
  Load load = { NULL };
  gint64 begin;

  load.store = hw_sqlite_store_new (path, &error);
  g_assert_no_error (error);
  begin = g_get_monotonic_time ();
  load.end = begin + (gint64) (SECONDS * G_USEC_PER_SEC);
  load.n_running = n_slots;
  for (guint i = 0; i < n_slots; i++)
    {
      slots[i].load = &load;
      slot_add (&slots[i]);
    }
  while (load.n_running > 0)
    g_main_context_iteration (NULL, TRUE);
  begin = g_get_monotonic_time () - begin;
  g_object_unref (load.store);

  return load.n_completed * (double) G_USEC_PER_SEC / (double) begin;
}

/* The same rows by hand. */
typedef struct
{
  sqlite3 *handle;           /* (owned) */
  sqlite3_stmt *begin;       /* (owned) */
  sqlite3_stmt *commit;      /* (owned) */
  sqlite3_stmt *save;        /* (owned) */
  sqlite3_stmt *add;         /* (owned) */
  sqlite3_stmt *claim;       /* (owned) */
  sqlite3_stmt *complete;    /* (owned) */
  sqlite3_stmt *event;       /* (owned) */
  GVariant *parameters;      /* (owned) */
  GVariant *changes[3];      /* (owned) */
  gint64 last_task;
  gint64 last_event;
} Raw;

static sqlite3_stmt *
raw_prepare (Raw        *raw,
             const char *sql)
{
  sqlite3_stmt *statement;

  g_assert_cmpint (sqlite3_prepare_v3 (raw->handle, sql, -1, SQLITE_PREPARE_PERSISTENT,
                                       &statement, NULL), ==, SQLITE_OK);

  return statement;
}

static void
raw_run (sqlite3_stmt *statement)
{
  int code;

  do
    code = sqlite3_step (statement);
  while (code == SQLITE_ROW);
  g_assert_cmpint (code, ==, SQLITE_DONE);
  sqlite3_reset (statement);
}

static void
raw_open (Raw        *raw,
          const char *path)
{
  g_autoptr(HwChange) change = new_add ();
  g_autoptr(HwDb) db = hw_db_open (path, HW_DB_MODE_WRITE, NULL);

  g_assert_true (hw_sqlite_schema_prepare (db, NULL));
  g_assert_true (hw_db_use_log (db, NULL));
  g_assert_cmpint (sqlite3_open_v2 (path, &raw->handle,
                                    SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL), ==,
                   SQLITE_OK);
  sqlite3_exec (raw->handle, "PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 16000",
                NULL, NULL, NULL);
  raw->begin = raw_prepare (raw, "BEGIN IMMEDIATE");
  raw->commit = raw_prepare (raw, "COMMIT");
  raw->save = raw_prepare (raw, "UPDATE meta SET last_task = ?, last_event = ?");
  raw->add = raw_prepare (raw, "INSERT INTO tasks (id, seq, type, title, parameters, state,"
                          " \"group\", priority, owner, attempt, max_attempts, created_at)"
                          " VALUES (?, ?, 'checksum', 'Checksum of some-file.iso', ?, 'Pending',"
                          " '', 0, 'uid:1000', 0, 1, ?)");
  raw->claim = raw_prepare (raw, "UPDATE tasks SET seq = ?2, state = 'Processing',"
                            " attempt = attempt + 1, started_at = ?3, node = 'node'"
                            " WHERE id = ?1 AND state = 'Pending'"
                            " RETURNING type, \"group\", owner, attempt");
  raw->complete = raw_prepare (raw, "UPDATE tasks SET seq = ?2, state = 'Completed',"
                               " result = 'success', progress = 1.0, ended_at = ?3"
                               " WHERE id = ?1 AND state = 'Processing' AND attempt = 1"
                               " RETURNING type, \"group\", owner, attempt");
  raw->event = raw_prepare (raw, "INSERT INTO events (seq, task, kind, attempt, type, \"group\", owner,"
                            " actor, at, changes) VALUES (?, ?, 'state', ?, 'checksum', '',"
                            " 'uid:1000', 'uid:1000', ?, ?)");
  raw->parameters = g_variant_lookup_value (change->fields, "parameters", NULL);
  raw->changes[0] = g_variant_ref (change->fields);
  raw->changes[1] = g_variant_ref_sink (g_variant_new_parsed (
                                          "{'state': <'Processing'>, 'attempt': <@u 1>, 'started_at': <@x 0>}"));
  raw->changes[2] = g_variant_ref_sink (new_end ());
}

static void
raw_close (Raw *raw)
{
  sqlite3_stmt *statements[] = {
    raw->begin, raw->commit, raw->save, raw->add, raw->claim, raw->complete, raw->event,
  };

  for (guint i = 0; i < G_N_ELEMENTS (statements); i++)
    sqlite3_finalize (statements[i]);
  sqlite3_close (raw->handle);
  for (guint i = 0; i < G_N_ELEMENTS (raw->changes); i++)
    g_variant_unref (raw->changes[i]);
  g_variant_unref (raw->parameters);
}

static void
raw_change (Raw   *raw,
            guint  step,
            gint64 task_id)
{
  sqlite3_stmt *statements[] = { raw->add, raw->claim, raw->complete };
  GVariant *changes = raw->changes[step];
  gint64 seq = ++raw->last_event;

  sqlite3_bind_int64 (statements[step], 1, task_id);
  sqlite3_bind_int64 (statements[step], 2, seq);
  if (step == 0)
    sqlite3_bind_blob (statements[step], 3, g_variant_get_data (raw->parameters),
                       (int) g_variant_get_size (raw->parameters), SQLITE_STATIC);
  sqlite3_bind_int64 (statements[step], step == 0 ? 4 : 3, g_get_real_time ());
  raw_run (statements[step]);

  sqlite3_bind_int64 (raw->event, 1, seq);
  sqlite3_bind_int64 (raw->event, 2, task_id);
  sqlite3_bind_int64 (raw->event, 3, step == 0 ? 0 : 1);
  sqlite3_bind_int64 (raw->event, 4, g_get_real_time ());
  sqlite3_bind_blob (raw->event, 5, g_variant_get_data (changes),
                     (int) g_variant_get_size (changes), SQLITE_STATIC);
  raw_run (raw->event);
}

static double
measure_raw (const char *path,
             guint       n_tasks)
{
  Raw raw = { NULL };
  gint64 begin;
  gint64 end;
  guint n_completed = 0;

  raw_open (&raw, path);
  begin = g_get_monotonic_time ();
  end = begin + (gint64) (SECONDS * G_USEC_PER_SEC);
  while (g_get_monotonic_time () < end)
    {
      for (guint step = 0; step < 3; step++)
        {
          raw_run (raw.begin);
          for (guint i = 1; i <= n_tasks; i++)
            raw_change (&raw, step, raw.last_task + i);
          sqlite3_bind_int64 (raw.save, 1, raw.last_task);
          sqlite3_bind_int64 (raw.save, 2, raw.last_event);
          raw_run (raw.save);
          raw_run (raw.commit);
        }
      raw.last_task += n_tasks;
      n_completed += n_tasks;
    }
  begin = g_get_monotonic_time () - begin;
  raw_close (&raw);

  return n_completed * (double) G_USEC_PER_SEC / (double) begin;
}

static double
get_processor_time (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);

  return (double) (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * G_USEC_PER_SEC +
         (double) (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

static Figure
measure_in_new_file (double ( *measure ) (const char *path,
                                          guint       n_in_flight),
                     guint     n_in_flight)
{
  static const char *const suffixes[] = { "", "-wal", "-shm", "-journal" };
  g_autofree char *folder = g_dir_make_tmp ("bench-store-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "bench.db", NULL);
  double begin = get_processor_time ();
  Figure figure = { .rate = measure (path, n_in_flight) };

  /* Both run for about as long. */
  figure.cost = (get_processor_time () - begin) / (figure.rate * SECONDS);

  for (guint i = 0; i < G_N_ELEMENTS (suffixes); i++)
    {
      g_autofree char *file = g_strconcat (path, suffixes[i], NULL);

      g_remove (file);
    }
  g_rmdir (folder);

  return figure;
}

static int
compare_figures (gconstpointer a,
                 gconstpointer b)
{
  double x = ((const Figure *) a)->rate;
  double y = ((const Figure *) b)->rate;

  return (x > y) - (x < y);
}

int
main (int   argc,
      char *argv[])
{
  g_print ("in flight   store/s     raw/s   ratio   store us   raw us\n");
  for (guint i = 0; i < G_N_ELEMENTS (in_flight); i++)
    {
      Figure store[N_ROUNDS];
      Figure raw[N_ROUNDS];
      const Figure *a = &store[N_ROUNDS / 2];
      const Figure *b = &raw[N_ROUNDS / 2];

      for (guint round = 0; round < N_ROUNDS; round++)
        {
          store[round] = measure_in_new_file (measure_store, in_flight[i]);
          raw[round] = measure_in_new_file (measure_raw, in_flight[i]);
        }
      qsort (store, N_ROUNDS, sizeof (Figure), compare_figures);
      qsort (raw, N_ROUNDS, sizeof (Figure), compare_figures);
      g_print ("%9u %9.0f %9.0f   %4.0f %%   %8.1f %8.1f\n", in_flight[i], a->rate, b->rate,
               100.0 * a->rate / b->rate, a->cost, b->cost);
    }

  return 0;
}
