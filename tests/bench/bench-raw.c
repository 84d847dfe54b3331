/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "bench-raw.h"

#include "hw-db.h"
#include "hw-sqlite-schema.h"

#include <sqlite3.h>
#include <unistd.h>

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

/* What a task is added with. */
GVariant *
bench_raw_new_fields (void)
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

  return g_variant_dict_end (&fields);
}

/* What is set at its end. */
GVariant *
bench_raw_new_end (void)
{
  g_auto(GVariantDict) fields = G_VARIANT_DICT_INIT (NULL);

  g_variant_dict_insert (&fields, "state", "s", "Completed");
  g_variant_dict_insert (&fields, "result", "s", "success");
  g_variant_dict_insert (&fields, "progress", "d", 1.0);
  g_variant_dict_insert (&fields, "ended_at", "x", g_get_real_time ());

  return g_variant_dict_end (&fields);
}

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
                            " WHERE id = ?1 AND state = 'Pending'");
  raw->complete = raw_prepare (raw, "UPDATE tasks SET seq = ?2, state = 'Completed',"
                               " result = 'success', progress = 1.0, ended_at = ?3"
                               " WHERE id = ?1 AND state = 'Processing' AND attempt = 1");
  raw->event = raw_prepare (raw, "INSERT INTO events (seq, task, kind, attempt, type, \"group\", owner,"
                            " actor, at, changes) VALUES (?, ?, 'state', ?, 'checksum', '',"
                            " 'uid:1000', 'uid:1000', ?, ?)");
  raw->changes[0] = g_variant_ref_sink (bench_raw_new_fields ());
  raw->parameters = g_variant_lookup_value (raw->changes[0], "parameters", NULL);
  raw->changes[1] = g_variant_ref_sink (g_variant_new_parsed (
                                          "{'state': <'Processing'>, 'attempt': <@u 1>, 'started_at': <@x 0>}"));
  raw->changes[2] = g_variant_ref_sink (bench_raw_new_end ());
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

/* One transaction for one step of as many tasks as there are in flight. */
static void
raw_commit (Raw  *raw,
            guint step,
            guint n_tasks)
{
  raw_run (raw->begin);
  for (guint i = 1; i <= n_tasks; i++)
    raw_change (raw, step, raw->last_task + i);
  sqlite3_bind_int64 (raw->save, 1, raw->last_task);
  sqlite3_bind_int64 (raw->save, 2, raw->last_event);
  raw_run (raw->save);
  raw_run (raw->commit);
}

static double
measure (const char *path,
         guint       n_steps,
         guint       n_in_flight,
         gint64      duration)
{
  Raw raw = { NULL };
  gint64 begin;
  guint n_tasks = 0;
  double rate;

  raw_open (&raw, path);
  begin = g_get_monotonic_time ();
  while (g_get_monotonic_time () < begin + duration)
    {
      for (guint step = 0; step < n_steps; step++)
        raw_commit (&raw, step, n_in_flight);
      raw.last_task += n_in_flight;
      n_tasks += n_in_flight;
    }
  rate = bench_get_rate (n_tasks, begin);
  raw_close (&raw);

  return rate;
}

/* Adds tasks, and returns how many a second. */
double
bench_raw_measure_adding (const char *path,
                          guint       n_in_flight,
                          gint64      duration)
{
  return measure (path, 1, n_in_flight, duration);
}

/* Adds, claims and completes tasks, and returns how many a second. */
double
bench_raw_measure_lifecycles (const char *path,
                              guint       n_in_flight,
                              gint64      duration)
{
  return measure (path, 3, n_in_flight, duration);
}

/* What writes for bench_raw_pace(): it is woken for each task, and says when it is on disk. */
typedef struct
{
  Raw *raw;    /* (unowned) */
  guint n;
  int fds[2];  /* (owned): where it hears, and where it answers */
} Pace;

static gpointer
write_by_the_clock (gpointer data)
{
  Pace *pace = data;
  char byte;

  for (guint i = 0; i < pace->n && read (pace->fds[0], &byte, 1) == 1; i++)
    {
      raw_run (pace->raw->begin);
      raw_change (pace->raw, 0, pace->raw->last_task + 1);
      raw_change (pace->raw, 1, pace->raw->last_task + 1);
      raw_run (pace->raw->commit);
      raw_commit (pace->raw, 2, 1);
      pace->raw->last_task++;
      if (write (pace->fds[1], &byte, 1) != 1)
        break;
    }

  return NULL;
}

/**
 * bench_raw_pace:
 * @path: where to make a database
 * @n: how many tasks
 * @rate: how many a second
 * @latencies: (out caller-allocates): where to put how many microseconds each took
 *
 * Adds and claims a task in one transaction and ends it in the next, by the clock, in a thread
 * that is woken for it: less nobody can do who keeps what happened.
 */
void
bench_raw_pace (const char *path,
                guint       n,
                guint       rate,
                double     *latencies)
{
  Raw raw = { NULL };
  Pace pace = { .raw = &raw, .n = n };
  int to[2];
  int from[2];
  gint64 next = g_get_monotonic_time ();
  GThread *thread;

  raw_open (&raw, path);
  g_assert_cmpint (pipe (to), ==, 0);
  g_assert_cmpint (pipe (from), ==, 0);
  pace.fds[0] = to[0];
  pace.fds[1] = from[1];
  thread = g_thread_new ("raw writer", write_by_the_clock, &pace);
  for (guint i = 0; i < n; i++)
    {
      GPollFD answer = { .fd = from[0], .events = G_IO_IN };
      gint64 sent_at;
      char byte = 0;

      /* Nothing comes meanwhile. */
      next += G_USEC_PER_SEC / rate;
      while ((sent_at = g_get_monotonic_time ()) < next)
        g_poll (&answer, 1, (int) ((next - sent_at + 999) / 1000));
      g_assert_cmpint (write (to[1], &byte, 1), ==, 1);
      g_assert_cmpint (read (from[0], &byte, 1), ==, 1);
      latencies[i] = (double) (g_get_monotonic_time () - sent_at);
    }
  g_thread_join (thread);
  for (guint i = 0; i < 2; i++)
    {
      close (to[i]);
      close (from[i]);
    }
  raw_close (&raw);
}
